-- SPDX-License-Identifier: Apache-2.0
-- Tickets from events: who asked, who took it, when, in which queue.
--
--     events -> [newest names] -> tickets -> deals (those with both parties, in the window)
--
-- gateway/collusion/deals.c says the same. Where it takes the first event of a file, this takes the
-- earliest: the same wherever events are in order of time.

DROP TABLE IF EXISTS aliases;
DROP TABLE IF EXISTS newest;
DROP TABLE IF EXISTS tickets;
DROP TABLE IF EXISTS strata;
DROP TABLE IF EXISTS deals;

-- What `scrubgate collusion report` is told by --window; for another make the table before this.
-- since_ms: only tickets that were assigned then or later, such as
-- (SELECT MAX(t) - 60 * CAST(86400000 AS BIGINT) FROM events) for 60 days.
CREATE TABLE IF NOT EXISTS params AS
SELECT CAST(0 AS BIGINT) AS since_ms;

-- What an event names under two keys is one: it goes by its newest name, which three epochs of 90
-- days make at most of any window up to 180 days.
CREATE TABLE aliases AS
SELECT was_ticket AS id, MIN(ticket) AS later
FROM events
WHERE was_ticket IS NOT NULL AND ticket IS NOT NULL AND was_ticket <> ticket
GROUP BY was_ticket
UNION ALL
SELECT was_customer AS id, MIN(customer) AS later
FROM events
WHERE was_customer IS NOT NULL AND customer IS NOT NULL AND was_customer <> customer
GROUP BY was_customer;

CREATE TABLE newest AS
SELECT one.id AS id, COALESCE(three.later, two.later, one.later) AS name
FROM aliases AS one
LEFT JOIN aliases AS two ON two.id = one.later
LEFT JOIN aliases AS three ON three.id = two.later;

-- An event without a ticket is one of its own.
CREATE TABLE tickets AS
WITH named AS (
    SELECT COALESCE(its.name, events.ticket,
                    'alone ' || CAST(ROW_NUMBER() OVER (ORDER BY events.t, events.customer,
                                                        events.agent) AS VARCHAR)) AS name,
           events.t AS t, COALESCE(their.name, events.customer) AS of_customer,
           events.agent AS of_agent, COALESCE(events.brand, '') AS of_brand,
           COALESCE(events.queue, '') AS of_queue
    FROM events
    LEFT JOIN newest AS its ON its.id = events.ticket
    LEFT JOIN newest AS their ON their.id = events.customer
), ranked AS (
    SELECT name, t, of_customer, of_agent, of_brand, of_queue,
           ROW_NUMBER() OVER (PARTITION BY name ORDER BY t) AS nth,
           ROW_NUMBER() OVER (PARTITION BY name
                              ORDER BY CASE WHEN of_customer IS NULL THEN 1 ELSE 0 END, t)
               AS nth_customer,
           ROW_NUMBER() OVER (PARTITION BY name
                              ORDER BY CASE WHEN of_agent IS NULL THEN 1 ELSE 0 END, t)
               AS nth_agent
    FROM named
)
SELECT name AS ticket,
       MIN(t) AS open_ms,
       MIN(CASE WHEN of_agent IS NOT NULL THEN t END) AS assign_ms,
       MAX(CASE WHEN nth_customer = 1 THEN of_customer END) AS customer,
       MAX(CASE WHEN nth_agent = 1 THEN of_agent END) AS agent,
       MAX(CASE WHEN nth = 1 THEN of_brand END) AS brand,
       MAX(CASE WHEN nth = 1 THEN of_queue END) AS queue
FROM ranked
GROUP BY name;

-- A stratum is what brand and queue say together; they are numbered as they come.
CREATE TABLE strata AS
SELECT brand, queue, ROW_NUMBER() OVER (ORDER BY MIN(open_ms), brand, queue) AS stratum
FROM tickets
GROUP BY brand, queue;

-- A half hour (1,800,000 ms) of a queue, counted from the first assignment, is a cell. x - x % y is
-- divided without a rest, so that it does not matter whether / rounds.
CREATE TABLE deals AS
WITH kept AS (
    SELECT tickets.ticket AS ticket, tickets.customer AS customer, tickets.agent AS agent,
           strata.stratum AS stratum, tickets.assign_ms AS assign_ms
    FROM tickets
    JOIN strata ON strata.brand = tickets.brand AND strata.queue = tickets.queue
    CROSS JOIN params
    WHERE tickets.customer IS NOT NULL AND tickets.agent IS NOT NULL
      AND tickets.assign_ms >= params.since_ms
), timed AS (
    SELECT ticket, customer, agent, stratum, assign_ms,
           assign_ms - MIN(assign_ms) OVER () AS since_first
    FROM kept
), slotted AS (
    SELECT ticket, customer, agent, stratum, assign_ms,
           CAST((since_first - since_first % 1800000) / 1800000 AS BIGINT) AS slot
    FROM timed
)
SELECT ticket, customer, agent, stratum, assign_ms, slot,
       DENSE_RANK() OVER (ORDER BY stratum, slot) AS cell
FROM slotted;
