-- SPDX-License-Identifier: Apache-2.0
-- Events into DuckDB, all files of the folder at once.

DROP TABLE IF EXISTS events;

CREATE TABLE events AS
SELECT t, ticket, customer, agent, brand, queue, was.ticket AS was_ticket,
       was.customer AS was_customer
FROM read_json('var/events/*.ndjson', format = 'newline_delimited',
               columns = {t: 'BIGINT', ticket: 'VARCHAR', customer: 'VARCHAR', agent: 'VARCHAR',
                          brand: 'VARCHAR', queue: 'VARCHAR',
                          was: 'STRUCT(ticket VARCHAR, customer VARCHAR)'});
