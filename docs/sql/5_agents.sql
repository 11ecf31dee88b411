-- SPDX-License-Identifier: Apache-2.0
-- How odd each agent's company is: the tables edges (z of any two agents) and agents (score).
--
-- This is where the bootstrap begins: how often chance alone gives such a score is found by drawing
-- every ticket's agent anew from shares, some hundred times, which `scrubgate collusion report`
-- does. gateway/collusion/coservice.c and suspicion.c say the same.

DROP TABLE IF EXISTS doubts;
DROP TABLE IF EXISTS residuals;
DROP TABLE IF EXISTS edges;
DROP TABLE IF EXISTS agents;

-- By what share exp may be wrong: what brings the median of z^2, of agents who are expected to share
-- customers, to a normal number's (0.455), as many times as bands says. One z^2 is that small from
-- where (doubt exp)^2 is (obs - exp)^2 / 0.455 - var - 0.25: so it is the median of these doubts,
-- rounded up to 1/1024. Of the twos the eighth with the most expected counts, and 200 at least; of
-- more than 20,000 some are taken, by numbers in order of time.
CREATE TABLE doubts AS
WITH first_times AS (
    SELECT agent, MIN(assign_ms) AS first_ms
    FROM tickets
    WHERE agent IS NOT NULL
    GROUP BY agent
), numbered AS (
    SELECT agent, ROW_NUMBER() OVER (ORDER BY first_ms, agent) - 1 AS number,
           COUNT(*) OVER () AS n
    FROM first_times
), stepped AS (
    SELECT agent, number, n, CAST((n * n - n * n % 40000) / 40000 AS BIGINT) + 1 AS step
    FROM numbered
), misses AS (
    SELECT coservice.band AS band, coservice.exp_ab AS exp_ab,
           (coservice.obs_ab - coservice.exp_ab) * (coservice.obs_ab - coservice.exp_ab) / 0.455
               - coservice.var_ab - 0.25 AS over_ab
    FROM coservice
    JOIN stepped AS x ON x.agent = coservice.a
    JOIN stepped AS y ON y.agent = coservice.b
    WHERE x.number < y.number AND coservice.exp_ab >= 1
      AND (x.number * x.n + y.number) % x.step = 0
), placed AS (
    SELECT band, exp_ab, over_ab,
           ROW_NUMBER() OVER (PARTITION BY band ORDER BY exp_ab DESC) - 1 AS place,
           COUNT(*) OVER (PARTITION BY band) AS pairs
    FROM misses
), ranked AS (
    SELECT band, CASE WHEN over_ab > 0 THEN sqrt(over_ab) / exp_ab ELSE 0 END AS due,
           ROW_NUMBER() OVER (PARTITION BY band
                              ORDER BY CASE WHEN over_ab > 0 THEN sqrt(over_ab) / exp_ab ELSE 0 END)
               - 1 AS nth,
           COUNT(*) OVER (PARTITION BY band) AS n
    FROM placed
    WHERE place < 200 OR place < (pairs - pairs % 8) / 8
), medians AS (
    SELECT band, MAX(due) AS due
    FROM ranked
    WHERE 2 * nth = n - n % 2
    GROUP BY band
)
SELECT bands.band AS band,
       CASE WHEN bands.doubt >= 0 THEN bands.doubt
            WHEN medians.due IS NULL THEN -bands.doubt / 3
            WHEN medians.due >= 1 THEN -bands.doubt
            WHEN medians.due * 1024 <= 1 THEN -bands.doubt / 1024
            ELSE -bands.doubt * ceil(medians.due * 1024) / 1024 END AS doubt
FROM bands
LEFT JOIN medians ON medians.band = bands.band;

-- On the diagonal exp and var are scaled by the habit, and z is narrowed to the quartiles of a
-- normal number (1.349 apart) where it is spread wider. Agents without a ticket in the window have
-- 0 there.
CREATE TABLE residuals AS
WITH known AS (
    SELECT DISTINCT agent FROM tickets WHERE agent IS NOT NULL
), places AS (
    SELECT doubts.band AS band, doubts.doubt AS doubt, known.agent AS agent
    FROM known
    CROSS JOIN doubts
), own AS (
    SELECT places.band AS band, places.agent AS agent,
           CASE WHEN coservice.a IS NULL THEN 0
                ELSE (coservice.obs_ab - coservice.exp_ab * habits.habit)
                     / sqrt(coservice.var_ab * habits.habit
                            + places.doubt * coservice.exp_ab * habits.habit
                              * places.doubt * coservice.exp_ab * habits.habit
                            + 0.25) END AS z
    FROM places
    LEFT JOIN habits ON habits.band = places.band AND habits.agent = places.agent
    LEFT JOIN coservice ON coservice.band = places.band AND coservice.a = places.agent
                       AND coservice.b = places.agent
), sorted AS (
    SELECT band, z, ROW_NUMBER() OVER (PARTITION BY band ORDER BY z) - 1 AS nth,
           COUNT(*) OVER (PARTITION BY band) AS n
    FROM own
), quartiles AS (
    SELECT band, (MAX(CASE WHEN 4 * nth = 3 * n - 3 * n % 4 THEN z END)
                  - MAX(CASE WHEN 4 * nth = n - n % 4 THEN z END)) / 1.349 AS wide
    FROM sorted
    GROUP BY band
)
SELECT own.band AS band, own.agent AS a, own.agent AS b,
       own.z / CASE WHEN quartiles.wide > 1 THEN quartiles.wide ELSE 1 END AS z
FROM own
JOIN quartiles ON quartiles.band = own.band
UNION ALL
SELECT coservice.band AS band, coservice.a AS a, coservice.b AS b,
       (coservice.obs_ab - coservice.exp_ab)
           / sqrt(coservice.var_ab + doubts.doubt * coservice.exp_ab
                                     * doubts.doubt * coservice.exp_ab
                  + 0.25) AS z
FROM coservice
JOIN doubts ON doubts.band = coservice.band
WHERE coservice.a <> coservice.b;

-- The largest of all bands; where two are not listed in one, their z there is 0.
CREATE TABLE edges AS
WITH oddest AS (
    SELECT residuals.a AS a, residuals.b AS b, MAX(residuals.z) AS z, COUNT(*) AS n
    FROM residuals
    GROUP BY residuals.a, residuals.b
), counts AS (
    SELECT COUNT(*) AS n FROM bands
)
SELECT oddest.a AS a, oddest.b AS b,
       CASE WHEN oddest.n < counts.n AND oddest.z < 0 THEN 0 ELSE oddest.z END AS z
FROM oddest
CROSS JOIN counts;

-- The score: the three largest z that are above 0. colleagues: how many were on duty, on the average
-- of an agent's tickets; below three a score says nothing (thin).
CREATE TABLE agents AS
WITH ranked AS (
    SELECT a, z, ROW_NUMBER() OVER (PARTITION BY a ORDER BY z DESC) AS nth
    FROM edges
), scores AS (
    SELECT a AS agent, SUM(CASE WHEN nth <= 3 AND z > 0 THEN z ELSE 0 END) AS score
    FROM ranked
    GROUP BY a
), crowds AS (
    SELECT cell, COUNT(*) AS n
    FROM shares
    GROUP BY cell
), company AS (
    SELECT deals.agent AS agent, COUNT(*) AS tickets,
           AVG(CAST(crowds.n AS DOUBLE PRECISION)) AS colleagues
    FROM deals
    JOIN crowds ON crowds.cell = deals.cell
    GROUP BY deals.agent
)
SELECT scores.agent AS agent, scores.score AS score, COALESCE(company.tickets, 0) AS tickets,
       company.colleagues AS colleagues,
       CASE WHEN company.colleagues < 3 THEN 1 ELSE 0 END AS thin
FROM scores
LEFT JOIN company ON company.agent = scores.agent;
