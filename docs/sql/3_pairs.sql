-- SPDX-License-Identifier: Apache-2.0
-- Customers who met one agent more often than routing explains (S2), in the table pairs.
--
--     expected = sum of p(agent | the customer's tickets)
--     surprise = -log10 of the chance of as many or more: a Poisson number of that mean; 300 where it
--                is below the smallest number
--
-- gateway/collusion/chance.c says the same of the tail: its first term, and more, which fall, until
-- they are nothing.

DROP TABLE IF EXISTS numbers;
DROP TABLE IF EXISTS pairs;

-- 0 to 9,999, with ln(n!). A pair of over 9,000 tickets is not listed.
CREATE TABLE numbers AS
WITH digits AS (
    SELECT 0 AS d UNION ALL SELECT 1 AS d UNION ALL SELECT 2 AS d UNION ALL SELECT 3 AS d
    UNION ALL SELECT 4 AS d UNION ALL SELECT 5 AS d UNION ALL SELECT 6 AS d
    UNION ALL SELECT 7 AS d UNION ALL SELECT 8 AS d UNION ALL SELECT 9 AS d
), counted AS (
    SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n
    FROM digits AS a CROSS JOIN digits AS b CROSS JOIN digits AS c CROSS JOIN digits AS e
)
SELECT n, SUM(CASE WHEN n > 1 THEN ln(CAST(n AS DOUBLE PRECISION)) ELSE 0 END)
              OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS ln_factorial
FROM counted;

CREATE TABLE pairs AS
WITH often AS (
    SELECT customer, agent, COUNT(*) AS tickets
    FROM deals
    GROUP BY customer, agent
    HAVING COUNT(*) BETWEEN 2 AND 9000
), explained AS (
    SELECT often.customer AS customer, often.agent AS agent,
           often.tickets AS tickets, SUM(shares.p) AS expected
    FROM often
    JOIN deals ON deals.customer = often.customer
    JOIN shares ON shares.cell = deals.cell AND shares.agent = often.agent
    GROUP BY often.customer, often.agent, often.tickets
), steps AS (
    SELECT n AS step FROM numbers WHERE n <= 600
), terms AS (
    SELECT explained.customer AS customer, explained.agent AS agent, explained.tickets AS tickets,
           explained.expected AS expected, explained.tickets + steps.step AS n
    FROM explained
    CROSS JOIN steps
    WHERE explained.tickets > explained.expected AND steps.step <= explained.tickets + 20
), sums AS (
    SELECT terms.customer AS customer, terms.agent AS agent, terms.tickets AS tickets,
           terms.expected AS expected,
           SUM(exp(terms.n * ln(terms.expected) - terms.expected - numbers.ln_factorial)) AS tail
    FROM terms
    JOIN numbers ON numbers.n = terms.n
    GROUP BY terms.customer, terms.agent, terms.tickets, terms.expected
)
SELECT customer, agent, tickets, expected,
       CASE WHEN tail > 0 THEN -ln(tail) / ln(CAST(10 AS DOUBLE PRECISION)) ELSE 300 END AS surprise
FROM sums;
