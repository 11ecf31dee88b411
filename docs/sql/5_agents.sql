-- SPDX-License-Identifier: Apache-2.0
-- How odd each agent's company is: the tables edges (z of any two agents) and agents (score).
--
-- This is where the bootstrap begins: how often chance alone gives such a score is found by drawing
-- every ticket's agent anew from shares, some hundred times, which `scrubgate collusion report`
-- does. gateway/collusion/coservice.c and suspicion.c say the same.

DROP TABLE IF EXISTS edges;
DROP TABLE IF EXISTS agents;

-- On the diagonal exp and var are scaled by the habit, and z is narrowed to the quartiles of a normal
-- number (1.349 apart) where it is spread wider. Agents without a ticket in the window have 0 there.
CREATE TABLE edges AS
WITH known AS (
    SELECT DISTINCT agent FROM tickets WHERE agent IS NOT NULL
), own AS (
    SELECT known.agent AS agent,
           CASE WHEN coservice.a IS NULL THEN 0
                ELSE (coservice.obs_ab - coservice.exp_ab * habits.habit)
                     / sqrt(coservice.var_ab * habits.habit + 0.25) END AS z
    FROM known
    LEFT JOIN habits ON habits.agent = known.agent
    LEFT JOIN coservice ON coservice.a = known.agent AND coservice.b = known.agent
), sorted AS (
    SELECT z, ROW_NUMBER() OVER (ORDER BY z) - 1 AS nth, COUNT(*) OVER () AS n
    FROM own
), quartiles AS (
    SELECT (MAX(CASE WHEN 4 * nth = 3 * n - 3 * n % 4 THEN z END)
            - MAX(CASE WHEN 4 * nth = n - n % 4 THEN z END)) / 1.349 AS wide
    FROM sorted
)
SELECT own.agent AS a, own.agent AS b,
       own.z / CASE WHEN quartiles.wide > 1 THEN quartiles.wide ELSE 1 END AS z
FROM own
CROSS JOIN quartiles
UNION ALL
SELECT coservice.a AS a, coservice.b AS b,
       (coservice.obs_ab - coservice.exp_ab) / sqrt(coservice.var_ab + 0.25) AS z
FROM coservice
WHERE coservice.a <> coservice.b;

-- The score: the three largest z that are above 0. colleagues: how many were on duty, on the average
-- of an agent's tickets, and below three a score says nothing (thin).
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
