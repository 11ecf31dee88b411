-- SPDX-License-Identifier: Apache-2.0
-- What routing alone would do: p(agent | half hour, queue), in the table shares.
--
--     deals -> duties (who was there when) -> rates (how much each takes) -> shares
--
-- gateway/collusion/routing.c says the same, with p rounded to 24 bits.

DROP TABLE IF EXISTS duties;
DROP TABLE IF EXISTS on_duty;
DROP TABLE IF EXISTS met;
DROP TABLE IF EXISTS first_shares;
DROP TABLE IF EXISTS shares;

-- An agent is on duty in a queue from one ticket to the next when these are not further apart than
-- three hours (10,800,000 ms), and half an hour around.
CREATE TABLE duties AS
WITH steps AS (
    SELECT stratum, agent, ticket, assign_ms, slot,
           CASE WHEN assign_ms - COALESCE(MAX(assign_ms) OVER (
                         PARTITION BY stratum, agent ORDER BY assign_ms, ticket
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) > 10800000
                THEN 1 ELSE 0 END AS begins
    FROM deals
), sessions AS (
    SELECT stratum, agent, slot,
           SUM(begins) OVER (PARTITION BY stratum, agent ORDER BY assign_ms, ticket
                             ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session
    FROM steps
), ends AS (
    SELECT MAX(slot) AS last_slot FROM deals
)
SELECT sessions.stratum AS stratum, sessions.agent AS agent, sessions.session AS session,
       CASE WHEN MIN(sessions.slot) > 0 THEN MIN(sessions.slot) - 1 ELSE 0 END AS begin_slot,
       CASE WHEN MAX(sessions.slot) < MAX(ends.last_slot) THEN MAX(sessions.slot) + 1
            ELSE MAX(sessions.slot) END AS end_slot
FROM sessions
CROSS JOIN ends
GROUP BY sessions.stratum, sessions.agent, sessions.session;

CREATE TABLE on_duty AS
WITH cells AS (
    SELECT DISTINCT cell, stratum, slot FROM deals
)
SELECT cells.cell AS cell, cells.stratum AS stratum, duties.agent AS agent
FROM cells
JOIN duties ON duties.stratum = cells.stratum
WHERE cells.slot >= duties.begin_slot AND cells.slot <= duties.end_slot;

-- How often a customer met an agent in a queue.
CREATE TABLE met AS
SELECT stratum, agent, customer, COUNT(*) AS tickets
FROM deals
GROUP BY stratum, agent, customer;

-- What a ring brings must not make its agent look quick: of one customer's tickets three count at
-- first, then as many as this routing explains.
CREATE TABLE first_shares AS
WITH lengths AS (
    SELECT stratum, agent, SUM(end_slot - begin_slot + 1) AS slots
    FROM duties
    GROUP BY stratum, agent
), counts AS (
    SELECT stratum, agent, SUM(CASE WHEN tickets > 3 THEN 3 ELSE tickets END) AS counted
    FROM met
    GROUP BY stratum, agent
), rates AS (
    SELECT counts.stratum AS stratum, counts.agent AS agent,
           CAST(counts.counted AS DOUBLE PRECISION) / CAST(lengths.slots AS DOUBLE PRECISION) AS rate
    FROM counts
    JOIN lengths ON lengths.stratum = counts.stratum AND lengths.agent = counts.agent
)
SELECT on_duty.cell AS cell, on_duty.agent AS agent,
       rates.rate / SUM(rates.rate) OVER (PARTITION BY on_duty.cell) AS p
FROM on_duty
JOIN rates ON rates.stratum = on_duty.stratum AND rates.agent = on_duty.agent;

CREATE TABLE shares AS
WITH lengths AS (
    SELECT stratum, agent, SUM(end_slot - begin_slot + 1) AS slots
    FROM duties
    GROUP BY stratum, agent
), explained AS (
    SELECT met.stratum AS stratum, met.agent AS agent, met.customer AS customer,
           SUM(first_shares.p) AS expected
    FROM met
    JOIN deals ON deals.stratum = met.stratum AND deals.customer = met.customer
    JOIN first_shares ON first_shares.cell = deals.cell AND first_shares.agent = met.agent
    WHERE met.tickets > 3
    GROUP BY met.stratum, met.agent, met.customer
), counts AS (
    SELECT met.stratum AS stratum, met.agent AS agent,
           SUM(CASE WHEN met.tickets <= 3 THEN CAST(met.tickets AS DOUBLE PRECISION)
                    WHEN explained.expected IS NULL OR explained.expected < 3 THEN 3
                    WHEN explained.expected < met.tickets THEN explained.expected
                    ELSE CAST(met.tickets AS DOUBLE PRECISION) END) AS counted
    FROM met
    LEFT JOIN explained ON explained.stratum = met.stratum AND explained.agent = met.agent
                       AND explained.customer = met.customer
    GROUP BY met.stratum, met.agent
), rates AS (
    SELECT counts.stratum AS stratum, counts.agent AS agent,
           counts.counted / CAST(lengths.slots AS DOUBLE PRECISION) AS rate
    FROM counts
    JOIN lengths ON lengths.stratum = counts.stratum AND lengths.agent = counts.agent
)
SELECT on_duty.cell AS cell, on_duty.agent AS agent,
       rates.rate / SUM(rates.rate) OVER (PARTITION BY on_duty.cell) AS p
FROM on_duty
JOIN rates ON rates.stratum = on_duty.stratum AND rates.agent = on_duty.agent;
