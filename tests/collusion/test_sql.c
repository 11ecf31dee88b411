/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sql.c - the SQL of docs/sql says what the C code says, to 1e-6; here by SQLite.
 *
 *     simulated events ─┬─> C ──────────────────────────────────> numbers ─┐
 *                       └─> SQLite: load_sqlite.sql, 1_tickets.sql … ──────┴─> the same
 *
 * tests/interop/postgresql.sh has PostgreSQL do the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "collusion/sim.h"

#include "../lib/statistics.h"
#include "../lib/suite.h"

static const char *const files[] = {"docs/sql/1_tickets.sql", "docs/sql/2_routing.sql",
                                    "docs/sql/3_pairs.sql", "docs/sql/4_coservice.sql",
                                    "docs/sql/5_agents.sql"};

/* Two in each small queue: they are thin, and so are their numbers. Some customers have more than
 * 60 tickets, and some more than 10. */
#define WORLD                                                                                      \
    "days: 12\ntickets_a_day: 240\ncustomers: 1200\nagents: 50\nbrands: 2\n"                       \
    "activity: 1\nactivity_clip: 1\nsmall_agents: 2\nsmall_customers: 20\nsurges: 1\n"             \
    "rings: 2\nring: {agents: 2, accounts: 8, rate: 0.6}\n"

static enum scrubgate_status gather(void *ctx, const struct sg_buf *text)
{
    return sg_buf_add(ctx, text->data, text->len);
}

/* A world, and what hardly any world has: no ticket's name, an agent who never got one, a ticket
 * that is handed on, and one whose key changes twice. */
static struct sg_buf make_events(void)
{
    static const char odd[] =
        "{\"t\":1767300000000,\"customer\":\"00000000000000c1\",\"agent\":\"00000000000000a1\"}\n"
        "{\"t\":1767300000001,\"ticket\":\"00000000000000f1\",\"agent\":\"00000000000000a2\"}\n"
        "{\"t\":1767300000002,\"event\":\"open\",\"ticket\":\"00000000000000f2\","
        "\"customer\":\"00000000000000c1\",\"brand\":\"b\"}\n"
        "{\"t\":1767300000003,\"event\":\"assign\",\"ticket\":\"00000000000000f2\","
        "\"agent\":\"00000000000000a1\",\"brand\":\"c\"}\n"
        "{\"t\":1767300000004,\"event\":\"assign\",\"ticket\":\"00000000000000f2\","
        "\"agent\":\"00000000000000a3\"}\n"
        "{\"t\":1767300000005,\"event\":\"open\",\"ticket\":\"00000000000000f3\","
        "\"customer\":\"00000000000000c2\"}\n"
        "{\"t\":1767300000006,\"event\":\"assign\",\"ticket\":\"00000000000000e3\","
        "\"customer\":\"00000000000000d2\",\"agent\":\"00000000000000a1\","
        "\"was\":{\"ticket\":\"00000000000000f3\",\"customer\":\"00000000000000c2\"}}\n"
        "{\"t\":1767300000007,\"customer\":\"00000000000000b2\",\"agent\":\"00000000000000a1\","
        "\"was\":{\"customer\":\"00000000000000d2\"}}\n"
        "{\"t\":1767300000008,\"ticket\":\"00000000000000f4\",\"customer\":\"00000000000000c2\","
        "\"agent\":\"00000000000000a2\"}\n";
    struct sg_buf text = {0};
    struct sg_sim_params params;
    struct sg_sim *sim;
    sg_sim_params_init(&params, 1);
    assert_int_equal(sg_sim_params_read(&params, "world", SG_BYTES(WORLD), NULL), SCRUBGATE_OK);
    assert_int_equal(sg_sim_new(&sim, &params, 23), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_text(&text, odd), SCRUBGATE_OK);
    assert_int_equal(sg_sim_events(sim, gather, &text), SCRUBGATE_OK);
    sg_sim_free(sim);
    return text;
}

/* --- SQLite --- */

static void run(sqlite3 *db, const char *sql)
{
    char *what = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &what) != SQLITE_OK)
        fail_msg("%s in %.60s", what, sql);
}

static struct sg_buf read_file(const char *path)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf text = {0};
    if (sg_file_read(path, &text, &fault) < 0)
        fail_msg("%s: %s", path, fault.what);
    assert_int_equal(sg_buf_add_byte(&text, '\0'), SCRUBGATE_OK);
    return text;
}

static void run_file(sqlite3 *db, const char *path)
{
    struct sg_buf text = read_file(path);
    run(db, (const char *)text.data);
    sg_buf_fini(&text);
}

static void load(sqlite3 *db, struct sg_bytes text)
{
    sqlite3_stmt *insert;
    run(db, "BEGIN; CREATE TABLE lines (line TEXT)");
    assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO lines VALUES (?)", -1, &insert, NULL),
                     SQLITE_OK);
    while (text.len > 0) {
        const size_t len = sg_bytes_find(text, '\n');
        assert_int_equal(
            sqlite3_bind_text(insert, 1, (const char *)text.data, (int)len, SQLITE_STATIC),
            SQLITE_OK);
        assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
        assert_int_equal(sqlite3_reset(insert), SQLITE_OK);
        text = (struct sg_bytes){text.data + len + 1, text.len - len - 1};
    }
    (void)sqlite3_finalize(insert);
    run(db, "COMMIT");
    run_file(db, "docs/sql/load_sqlite.sql");
}

static void fetch(sqlite3 *db, struct sg_statistics *statistics)
{
    struct sg_buf text = read_file("tests/collusion/numbers.sql");
    sqlite3_stmt *select;
    int step;
    assert_int_equal(sqlite3_prepare_v2(db, (const char *)text.data, -1, &select, NULL), SQLITE_OK);
    while ((step = sqlite3_step(select)) == SQLITE_ROW)
        sg_statistics_add(statistics, (const char *)sqlite3_column_text(select, 0),
                          (const char *)sqlite3_column_text(select, 1),
                          sqlite3_column_double(select, 2));
    assert_int_equal(step, SQLITE_DONE);
    (void)sqlite3_finalize(select);
    sg_buf_fini(&text);
}

/* --- the same --- */

struct row {
    const char *name;
    uint64_t since_ms;
};
static const struct row rows[] = {
    {"SQL says of all tickets what C says", 0},
    {"SQL says of the tickets in a window what C says", 1767225600000 + 5 * 86400000ULL},
};

static void test_same(void **state)
{
    static const char *const kinds[] = {"assigned", "p",          "expected", "surprise",
                                        "obs",      "exp",        "var",      "habit",
                                        "z",        "colleagues", "tickets",  "score"};
    const struct row *row = *state;
    struct sg_buf events = make_events();
    struct sg_statistics want, have = {.list = NULL};
    char params[128];
    sqlite3 *db;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    load(db, sg_buf_bytes(&events));
    if (row->since_ms != 0) {
        (void)snprintf(params, sizeof params, "CREATE TABLE params AS SELECT %llu AS since_ms",
                       (unsigned long long)row->since_ms);
        run(db, params);
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        run_file(db, files[i]);
    fetch(db, &have);
    (void)sqlite3_close(db);
    sg_statistics_init(&want, sg_buf_bytes(&events), row->since_ms);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_true(sg_statistics_count(&want, kinds[i]) >= 40);
    const size_t differ = sg_statistics_differ(&want, &have, stderr);
    if (differ > 0)
        fail_msg("%zu of %zu numbers differ", differ, want.n);
    sg_statistics_fini(&want);
    sg_statistics_fini(&have);
    sg_buf_fini(&events);
}

int main(void)
{
    SG_SUITE_ROWS(test_same, rows);
    return sg_suite_run("sql");
}
