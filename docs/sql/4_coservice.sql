-- SPDX-License-Identifier: Apache-2.0
-- Do the same customers land on the same few agents more often than routing explains (S7)? In the
-- table coservice, with the evidence that both sides of it are made of.
--
--     obs(a,b) = sum over customers of w #{their tickets i != j: a served i, b served j}
--     exp(a,b) = sum of w p(a|i) p(b|j)     var(a,b) = sum of w^2 p(a|i) p(b|j)     w = (n-1)^-1/2
--     z(a,b)   = (obs - exp) / sqrt(var + 0.25)
--
-- exp needs no table of customers by agents: pairs of tickets become weights between cells, and
-- these are multiplied with shares from one side, then from the other. gateway/collusion/coservice.c
-- says the same.

DROP TABLE IF EXISTS counted;
DROP TABLE IF EXISTS links;
DROP TABLE IF EXISTS halves;
DROP TABLE IF EXISTS coservice;
DROP TABLE IF EXISTS habits;

-- Tickets of customers who have some, and not too many.
CREATE TABLE counted AS
WITH sizes AS (
    SELECT customer, COUNT(*) AS tickets
    FROM deals
    GROUP BY customer
)
SELECT deals.customer AS customer, deals.ticket AS ticket, deals.agent AS agent,
       deals.cell AS cell,
       1 / sqrt(CAST(sizes.tickets - 1 AS DOUBLE PRECISION)) AS weight,
       1 / CAST(sizes.tickets - 1 AS DOUBLE PRECISION) AS square
FROM deals
JOIN sizes ON sizes.customer = deals.customer
CROSS JOIN params
WHERE sizes.tickets >= 2 AND sizes.tickets <= params.tickets_most;

-- How much the customers of one cell are those of another.
CREATE TABLE links AS
SELECT x.cell AS cell, y.cell AS far_cell, SUM(x.weight) AS weight, SUM(x.square) AS square
FROM counted AS x
JOIN counted AS y ON y.customer = x.customer
WHERE x.ticket <> y.ticket
GROUP BY x.cell, y.cell;

-- That, times the shares on the far side.
CREATE TABLE halves AS
SELECT links.cell AS cell, shares.agent AS agent, SUM(links.weight * shares.p) AS weight,
       SUM(links.square * shares.p) AS square
FROM links
JOIN shares ON shares.cell = links.far_cell
GROUP BY links.cell, shares.agent;

-- Of all pairs that routing thinks possible; of any other all is 0. z is not tempered yet.
CREATE TABLE coservice AS
WITH expected AS (
    SELECT shares.agent AS a, halves.agent AS b, SUM(shares.p * halves.weight) AS exp_ab,
           SUM(shares.p * halves.square) AS var_ab
    FROM halves
    JOIN shares ON shares.cell = halves.cell
    GROUP BY shares.agent, halves.agent
), observed AS (
    SELECT x.agent AS a, y.agent AS b, SUM(x.weight) AS obs_ab
    FROM counted AS x
    JOIN counted AS y ON y.customer = x.customer
    WHERE x.ticket <> y.ticket
    GROUP BY x.agent, y.agent
)
SELECT expected.a AS a, expected.b AS b, COALESCE(observed.obs_ab, 0) AS obs_ab,
       expected.exp_ab AS exp_ab, expected.var_ab AS var_ab
FROM expected
LEFT JOIN observed ON observed.a = expected.a AND observed.b = expected.b;

-- Customers come back to the agent they know: the median of obs/exp on the diagonal, among agents
-- whose home is the same queue, is no evidence. Home: where an agent took most; of two the one that
-- was heard of first.
CREATE TABLE habits AS
WITH served AS (
    SELECT agent, stratum, COUNT(*) AS tickets
    FROM deals
    GROUP BY agent, stratum
), homes AS (
    SELECT agent, stratum, ROW_NUMBER() OVER (PARTITION BY agent ORDER BY tickets DESC, stratum)
                               AS nth
    FROM served
), ratios AS (
    SELECT homes.stratum AS stratum, coservice.obs_ab / coservice.exp_ab AS ratio,
           ROW_NUMBER() OVER (PARTITION BY homes.stratum
                              ORDER BY coservice.obs_ab / coservice.exp_ab) - 1 AS nth,
           COUNT(*) OVER (PARTITION BY homes.stratum) AS n
    FROM homes
    JOIN coservice ON coservice.a = homes.agent AND coservice.b = homes.agent
    WHERE homes.nth = 1 AND coservice.exp_ab > 0
), medians AS (
    SELECT stratum, MAX(ratio) AS ratio
    FROM ratios
    WHERE 2 * nth = n - n % 2
    GROUP BY stratum
)
SELECT homes.agent AS agent, CASE WHEN medians.ratio > 0 THEN medians.ratio ELSE 1 END AS habit
FROM homes
LEFT JOIN medians ON medians.stratum = homes.stratum
WHERE homes.nth = 1;
