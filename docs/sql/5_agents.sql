-- SPDX-License-Identifier: Apache-2.0
-- How odd each agent's company is: the tables edges (z of any two agents) and agents (score).
--
-- This is where the bootstrap begins: how often chance alone gives such a score is found by drawing
-- every ticket's agent anew from shares, some hundred times, which `scrubgate collusion report`
-- does. gateway/collusion/coservice.c and suspicion.c say the same.

DROP TABLE IF EXISTS residuals;
DROP TABLE IF EXISTS edges;
DROP TABLE IF EXISTS agents;

-- On the diagonal exp and var are scaled by the habit, and z is narrowed to the quartiles of a
-- normal number (1.349 apart) where it is spread wider. Agents without a ticket in the window have
-- 0 there.
CREATE TABLE residuals AS
WITH known AS (
    SELECT DISTINCT agent FROM tickets WHERE agent IS NOT NULL
), places AS (
    SELECT bands.band AS band, bands.doubt AS doubt, known.agent AS agent
    FROM known
    CROSS JOIN bands
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
           / sqrt(coservice.var_ab + bands.doubt * coservice.exp_ab * bands.doubt * coservice.exp_ab
                  + 0.25) AS z
FROM coservice
JOIN bands ON bands.band = coservice.band
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
