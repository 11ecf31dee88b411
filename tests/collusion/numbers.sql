-- SPDX-License-Identifier: Apache-2.0
-- All that docs/sql computes, a number a row, as tests/lib/statistics.c names them.
SELECT 'assigned' AS kind,
       CASE WHEN ticket LIKE 'alone %' THEN 'alone' ELSE ticket END || ' ' || customer AS name,
       CAST(assign_ms AS DOUBLE PRECISION) AS value
FROM deals
UNION ALL
SELECT 'p' AS kind,
       CASE WHEN deals.ticket LIKE 'alone %' THEN 'alone' ELSE deals.ticket END || ' '
           || shares.agent AS name,
       shares.p AS value
FROM deals JOIN shares ON shares.cell = deals.cell
UNION ALL
SELECT 'expected' AS kind, customer || ' ' || agent AS name, expected AS value FROM pairs
UNION ALL
SELECT 'surprise' AS kind, customer || ' ' || agent AS name, surprise AS value FROM pairs
UNION ALL
SELECT 'obs' AS kind, CAST(band AS VARCHAR) || ' ' || a || ' ' || b AS name, obs_ab AS value
FROM coservice
UNION ALL
SELECT 'exp' AS kind, CAST(band AS VARCHAR) || ' ' || a || ' ' || b AS name, exp_ab AS value
FROM coservice
UNION ALL
SELECT 'var' AS kind, CAST(band AS VARCHAR) || ' ' || a || ' ' || b AS name, var_ab AS value
FROM coservice
UNION ALL
SELECT 'habit' AS kind, CAST(band AS VARCHAR) || ' ' || agent AS name, habit AS value
FROM habits
UNION ALL
SELECT 'doubt' AS kind, CAST(band AS VARCHAR) AS name, CAST(doubt AS DOUBLE PRECISION) AS value
FROM doubts
UNION ALL
SELECT 'z' AS kind, a || ' ' || b AS name, z AS value FROM edges
UNION ALL
SELECT 'tickets' AS kind, agent AS name, CAST(tickets AS DOUBLE PRECISION) AS value FROM agents
UNION ALL
SELECT 'colleagues' AS kind, agent AS name, colleagues AS value FROM agents WHERE tickets > 0
UNION ALL
SELECT 'score' AS kind, agent AS name, score AS value FROM agents;
