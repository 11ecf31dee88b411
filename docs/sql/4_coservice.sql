-- SPDX-License-Identifier: Apache-2.0
-- Do the same customers land on the same few agents more often than routing explains (S7)? In the
-- table coservice, with the evidence that both sides of it are made of.
--
--     obs(a,b) = sum over customers of w #{their tickets i != j: a served i, b served j}
--     exp(a,b) = sum of w p(a|i) p(b|j)     var(a,b) = sum of w^2 p(a|i) p(b|j)     w = (n-1)^-1/2
--     z(a,b)   = (obs - exp) / sqrt(var + (doubt exp)^2 + 0.25)
--
-- Over i and j, i = j among them, p(a|i) p(b|j) is the product of two sums of a customer; i = j is
-- taken out again, cell by cell. gateway/collusion/coservice.c says the same.

DROP TABLE IF EXISTS counted;
DROP TABLE IF EXISTS sums;
DROP TABLE IF EXISTS moments;
DROP TABLE IF EXISTS coservice;
DROP TABLE IF EXISTS habits;

-- A customer of many tickets adds up what is wrong with p, too. So customers of few stand alone, and
-- beside that with those of more, where routing is doubted more: by so much, or, below 0, by so many
-- times what 5_agents.sql finds. For others make the table before this.
CREATE TABLE IF NOT EXISTS bands AS
SELECT 1 AS band, 10 AS tickets_most, CAST(-1 AS DOUBLE PRECISION) AS doubt
UNION ALL
SELECT 2 AS band, 60 AS tickets_most, CAST(-3 AS DOUBLE PRECISION) AS doubt
UNION ALL
SELECT 3 AS band, 360 AS tickets_most, CAST(-3 AS DOUBLE PRECISION) AS doubt;

-- Tickets of customers who have two or more, and not too many; band: the first that they are in.
CREATE TABLE counted AS
WITH sizes AS (
    SELECT customer, COUNT(*) AS tickets
    FROM deals
    GROUP BY customer
    HAVING COUNT(*) >= 2
), placed AS (
    SELECT sizes.customer AS customer, sizes.tickets AS tickets, MIN(bands.band) AS band
    FROM sizes
    CROSS JOIN bands
    WHERE sizes.tickets <= bands.tickets_most
    GROUP BY sizes.customer, sizes.tickets
)
SELECT placed.band AS band, deals.customer AS customer, deals.agent AS agent, deals.cell AS cell,
       1 / sqrt(CAST(placed.tickets - 1 AS DOUBLE PRECISION)) AS weight,
       1 / CAST(placed.tickets - 1 AS DOUBLE PRECISION) AS square
FROM deals
JOIN placed ON placed.customer = deals.customer;

-- What a customer has with each agent: p as routing has it, met as it was.
CREATE TABLE sums AS
WITH expected AS (
    SELECT counted.band AS band, counted.customer AS customer, shares.agent AS agent,
           counted.weight AS weight, counted.square AS square, SUM(shares.p) AS p
    FROM counted
    JOIN shares ON shares.cell = counted.cell
    GROUP BY counted.band, counted.customer, shares.agent, counted.weight, counted.square
), observed AS (
    SELECT customer, agent, COUNT(*) AS met
    FROM counted
    GROUP BY customer, agent
)
SELECT expected.band AS band, expected.customer AS customer, expected.agent AS agent,
       expected.weight AS weight, expected.square AS square, expected.p AS p,
       COALESCE(observed.met, 0) AS met
FROM expected
LEFT JOIN observed ON observed.customer = expected.customer AND observed.agent = expected.agent;

-- Of the customers of one band, a <= b. What rounding leaves of no pair at all is none.
CREATE TABLE moments AS
WITH crossed AS (
    SELECT x.band AS band, x.agent AS a, y.agent AS b, SUM(x.weight * x.p * y.p) AS exp_ab,
           SUM(x.square * x.p * y.p) AS var_ab,
           SUM(x.weight * x.met * (y.met - CASE WHEN x.agent = y.agent THEN 1 ELSE 0 END)) AS obs_ab
    FROM sums AS x
    JOIN sums AS y ON y.customer = x.customer
    WHERE x.agent <= y.agent
    GROUP BY x.band, x.agent, y.agent
), weights AS (
    SELECT band, cell, SUM(weight) AS weight, SUM(square) AS square
    FROM counted
    GROUP BY band, cell
), same AS (
    SELECT weights.band AS band, x.agent AS a, y.agent AS b, SUM(weights.weight * x.p * y.p) AS exp_ab,
           SUM(weights.square * x.p * y.p) AS var_ab
    FROM weights
    JOIN shares AS x ON x.cell = weights.cell
    JOIN shares AS y ON y.cell = weights.cell
    WHERE x.agent <= y.agent
    GROUP BY weights.band, x.agent, y.agent
), apart AS (
    SELECT crossed.band AS band, crossed.a AS a, crossed.b AS b, crossed.obs_ab AS obs_ab,
           crossed.exp_ab - COALESCE(same.exp_ab, 0) AS exp_ab,
           crossed.var_ab - COALESCE(same.var_ab, 0) AS var_ab
    FROM crossed
    LEFT JOIN same ON same.band = crossed.band AND same.a = crossed.a AND same.b = crossed.b
)
SELECT band, a, b, obs_ab, exp_ab, var_ab
FROM apart
WHERE exp_ab >= 1e-12 AND var_ab >= 1e-12;

-- Of all customers up to a band, both ways round; of a pair that is not listed all is 0.
CREATE TABLE coservice AS
WITH added AS (
    SELECT bands.band AS band, moments.a AS a, moments.b AS b, SUM(moments.obs_ab) AS obs_ab,
           SUM(moments.exp_ab) AS exp_ab, SUM(moments.var_ab) AS var_ab
    FROM moments
    CROSS JOIN bands
    WHERE moments.band <= bands.band
    GROUP BY bands.band, moments.a, moments.b
)
SELECT band, a, b, obs_ab, exp_ab, var_ab
FROM added
UNION ALL
SELECT band, b AS a, a AS b, obs_ab, exp_ab, var_ab
FROM added
WHERE a <> b;

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
    SELECT coservice.band AS band, homes.stratum AS stratum,
           coservice.obs_ab / coservice.exp_ab AS ratio,
           ROW_NUMBER() OVER (PARTITION BY coservice.band, homes.stratum
                              ORDER BY coservice.obs_ab / coservice.exp_ab) - 1 AS nth,
           COUNT(*) OVER (PARTITION BY coservice.band, homes.stratum) AS n
    FROM homes
    JOIN coservice ON coservice.a = homes.agent AND coservice.b = homes.agent
    WHERE homes.nth = 1 AND coservice.exp_ab > 0
), medians AS (
    SELECT band, stratum, MAX(ratio) AS ratio
    FROM ratios
    WHERE 2 * nth = n - n % 2
    GROUP BY band, stratum
), places AS (
    SELECT bands.band AS band, homes.agent AS agent, homes.stratum AS stratum
    FROM homes
    CROSS JOIN bands
    WHERE homes.nth = 1
)
SELECT places.band AS band, places.agent AS agent,
       CASE WHEN medians.ratio > 0 THEN medians.ratio ELSE 1 END AS habit
FROM places
LEFT JOIN medians ON medians.band = places.band AND medians.stratum = places.stratum;
