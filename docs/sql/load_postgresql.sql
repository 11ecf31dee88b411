-- SPDX-License-Identifier: Apache-2.0
-- Events into PostgreSQL (12 or later). In psql, before this:
--
--     CREATE TABLE lines (line json);
--     \copy lines FROM PROGRAM 'cat var/events/*.ndjson' WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')

DROP TABLE IF EXISTS events;

CREATE TABLE events AS
SELECT CAST(line ->> 't' AS BIGINT) AS t,
       line ->> 'ticket' AS ticket,
       line ->> 'customer' AS customer,
       line ->> 'agent' AS agent,
       line ->> 'brand' AS brand,
       line ->> 'queue' AS queue,
       line -> 'was' ->> 'ticket' AS was_ticket,
       line -> 'was' ->> 'customer' AS was_customer
FROM lines;
