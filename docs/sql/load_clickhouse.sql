-- SPDX-License-Identifier: Apache-2.0
-- Events into ClickHouse, by clickhouse-local or clickhouse-client, and what the other files need:
-- tables in memory, NULL (not '' or 0) where a LEFT JOIN finds nothing, and that a name means a column
-- before it means what the SELECT calls so. Keep the session.

SET default_table_engine = 'Memory';
SET join_use_nulls = 1;
SET prefer_column_name_to_alias = 1;

DROP TABLE IF EXISTS events;

CREATE TABLE events AS
SELECT t, ticket, customer, agent, brand, queue,
       nullIf(JSONExtractString(was, 'ticket'), '') AS was_ticket,
       nullIf(JSONExtractString(was, 'customer'), '') AS was_customer
FROM file('var/events/*.ndjson', 'JSONEachRow',
          't Int64, ticket Nullable(String), customer Nullable(String), agent Nullable(String),
           brand Nullable(String), queue Nullable(String), was String')
SETTINGS input_format_skip_unknown_fields = 1, input_format_json_read_objects_as_strings = 1;
