-- SPDX-License-Identifier: Apache-2.0
-- Events into SQLite (3.35 or later, with its mathematical functions). In the shell, before this:
--
--     CREATE TABLE lines (line TEXT);
--     .mode ascii
--     .separator "\037" "\n"
--     .import '|cat var/events/*.ndjson' lines

DROP TABLE IF EXISTS events;

CREATE TABLE events AS
SELECT CAST(json_extract(line, '$.t') AS INTEGER) AS t,
       json_extract(line, '$.ticket') AS ticket,
       json_extract(line, '$.customer') AS customer,
       json_extract(line, '$.agent') AS agent,
       json_extract(line, '$.brand') AS brand,
       json_extract(line, '$.queue') AS queue,
       json_extract(line, '$.was.ticket') AS was_ticket,
       json_extract(line, '$.was.customer') AS was_customer
FROM lines;
