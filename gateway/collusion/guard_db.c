/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_db.c - the file behind the guard: orders and contacts that outlive the process.
 *
 * What is removed is overwritten (secure_delete), also in the write-ahead log: erasure leaves no
 * copy in a free page.
 */
#include "collusion/guard_db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"

enum {
    APPLICATION = 0x53474764, /* "SGGd": what SQLite files call whose they are */
    BUSY_MS = 5000,           /* another process commits: milliseconds, unless the disk is ill */
    WAIT_MS = 5,
    READ_MS = 1000, /* another process reads: it is asked again later */
    MODE = 0600,
    LATEST = 1 /* version of the schema: how many of the steps below were taken */
};

/* Every column stands twice, in its table and in an index: a bit that flipped in one of them does
 * not get past the check of the whole file. */
static const char *const steps[LATEST] = {
    "CREATE TABLE contacts(agent INTEGER NOT NULL, brand TEXT NOT NULL,"
    " last_ms INTEGER NOT NULL CHECK(last_ms >= 0), UNIQUE(agent, brand)) STRICT;"
    "CREATE UNIQUE INDEX contacts_twice ON contacts(last_ms, agent, brand);"
    "CREATE TABLE orders(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL,"
    " agent INTEGER NOT NULL, other INTEGER NOT NULL, brand TEXT NOT NULL, queue TEXT NOT NULL,"
    " clearance TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, appeal TEXT NOT NULL,"
    " created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    " lifted_ms INTEGER NOT NULL DEFAULT 0, lifted_by TEXT NOT NULL DEFAULT '',"
    " lifted_why TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX orders_twice ON orders(agent, other, kind, brand, queue, clearance, actor,"
    " reason, appeal, created_ms, expires_ms, lifted_ms, lifted_by, lifted_why);",
};

struct sg_guard_db {
    sqlite3 *handle;
    char *path;
    int64_t seen; /* data_version at the last look */
    bool is_new;  /* made when it was opened */
};

/* --- answers of SQLite ------------------------------------------------------------------------ */

static enum scrubgate_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return SCRUBGATE_OK;
    case SQLITE_NOMEM:
        return SCRUBGATE_ENOMEM;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR: /* our own statements fail on tables that are not ours */
        return SCRUBGATE_EMALFORMED;
    default:
        return SCRUBGATE_EIO;
    }
}

/* In words that are SQLite's own: none of a row. */
static enum scrubgate_status tell(const struct sg_guard_db *db, int code,
                                  struct scrubgate_fault *fault)
{
    const enum scrubgate_status rc = status_of(code);
    if (rc == SCRUBGATE_EMALFORMED)
        sg_fault_set(fault, db->path, 0, 0, "%s: put a copy of it in its place",
                     sqlite3_errstr(code));
    else if (rc < 0)
        sg_fault_set(fault, db->path, 0, 0, "%s", sqlite3_errstr(code));
    return rc;
}

static enum scrubgate_status run(struct sg_guard_db *db, const char *sql,
                                 struct scrubgate_fault *fault)
{
    return tell(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL), fault);
}

static enum scrubgate_status prepare(struct sg_guard_db *db, const char *sql,
                                     sqlite3_stmt **statement, struct scrubgate_fault *fault)
{
    return tell(db, sqlite3_prepare_v2(db->handle, sql, -1, statement, NULL), fault);
}

static int bind_u64(sqlite3_stmt *statement, int at, uint64_t value)
{
    return sqlite3_bind_int64(statement, at, (sqlite3_int64)value);
}

static int bind_text(sqlite3_stmt *statement, int at, struct sg_bytes text)
{
    return sqlite3_bind_text(statement, at, text.len == 0 ? "" : (const char *)text.data,
                             (int)text.len, SQLITE_STATIC);
}

/* A statement that gives no row, with what was bound to it; frees it. */
static enum scrubgate_status finish(struct sg_guard_db *db, sqlite3_stmt *statement, int bound,
                                    struct scrubgate_fault *fault)
{
    int code = bound;
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    (void)sqlite3_finalize(statement);
    return tell(db, code, fault);
}

static uint64_t column_u64(sqlite3_stmt *statement, int at)
{
    return (uint64_t)sqlite3_column_int64(statement, at);
}

static struct sg_bytes column_text(sqlite3_stmt *statement, int at)
{
    const unsigned char *text = sqlite3_column_text(statement, at);
    return (struct sg_bytes){text, text == NULL ? 0 : (size_t)sqlite3_column_bytes(statement, at)};
}

/* The one number that a statement answers. */
static enum scrubgate_status ask(struct sg_guard_db *db, const char *sql, int64_t *value,
                                 struct scrubgate_fault *fault)
{
    sqlite3_stmt *statement = NULL;
    enum scrubgate_status rc = prepare(db, sql, &statement, fault);
    if (rc < 0)
        return rc;
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *value = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return tell(db, code == SQLITE_DONE ? SQLITE_CORRUPT : code, fault);
}

/* Whether its path still leads to the file that is open: what is written into one that was moved or
 * removed is seen by nobody who opens it later. */
static enum scrubgate_status check_place(struct sg_guard_db *db, struct scrubgate_fault *fault)
{
    int has_moved = 0;
    const int code = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
    if (code != SQLITE_OK || !has_moved)
        return tell(db, code, fault);
    sg_fault_set(fault, db->path, 0, 0, "another file is in its place, or none");
    return SCRUBGATE_EIO;
}

/* What was written is on the disk. This moves it from the log beside into the file: a log that is
 * left behind would be read into whatever file is put in this one's place. Not while others read.
 */
static void empty_log(struct sg_guard_db *db)
{
    (void)sqlite3_busy_timeout(db->handle, 0);
    (void)sqlite3_exec(db->handle, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS);
}

/* Behind what was written. */
static enum scrubgate_status end_write(struct sg_guard_db *db, struct scrubgate_fault *fault)
{
    const enum scrubgate_status rc = check_place(db, fault);
    if (rc >= 0)
        empty_log(db);
    return rc;
}

/* Ends a transaction: what failed on the way left nothing. */
static enum scrubgate_status settle(struct sg_guard_db *db, enum scrubgate_status rc,
                                    struct scrubgate_fault *fault)
{
    if (rc >= 0)
        rc = run(db, "COMMIT", fault);
    if (rc < 0)
        (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    return rc < 0 ? rc : end_write(db, fault);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* SQLite would make it as the umask says. Never opened when it is there: closing it again would
 * drop the locks that another connection of this process has on it. */
static enum scrubgate_status make_file(const char *path, struct scrubgate_fault *fault)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
    if (fd >= 0)
        return close(fd) == 0 ? SCRUBGATE_OK : SCRUBGATE_EIO;
    if (errno == EEXIST)
        return SCRUBGATE_OK;
    sg_fault_set(fault, path, 0, 0, "%s", strerror(errno));
    return SCRUBGATE_EIO;
}

/* The first row must be that word. */
static enum scrubgate_status expect_word(struct sg_guard_db *db, const char *sql, const char *word,
                                         struct scrubgate_fault *fault)
{
    sqlite3_stmt *statement = NULL;
    enum scrubgate_status rc = prepare(db, sql, &statement, fault);
    if (rc < 0)
        return rc;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW && !sg_bytes_equal(column_text(statement, 0), sg_bytes_of(word)))
        code = SQLITE_CORRUPT;
    (void)sqlite3_finalize(statement);
    return tell(db, code == SQLITE_DONE ? SQLITE_CORRUPT : code, fault);
}

/* The first look into the file. Who makes it, and who is the last to close it, has it for himself
 * meanwhile, and SQLite does not wait for either. */
static enum scrubgate_status write_ahead(struct sg_guard_db *db, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = expect_word(db, "PRAGMA journal_mode=WAL", "wal", fault);
    for (int waited = 0; rc == SCRUBGATE_EIO && waited < BUSY_MS; waited += WAIT_MS) {
        if ((sqlite3_errcode(db->handle) & 0xff) != SQLITE_BUSY)
            return rc;
        (void)sqlite3_sleep(WAIT_MS);
        rc = expect_word(db, "PRAGMA journal_mode=WAL", "wal", fault);
    }
    return rc;
}

static enum scrubgate_status set_up(struct sg_guard_db *db, struct scrubgate_fault *fault)
{
    int on;
    (void)sqlite3_extended_result_codes(db->handle, 1);
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS);
    /* A file that was tampered with runs nothing of its own. */
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, &on);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, &on);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, &on);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &on);
    enum scrubgate_status rc = write_ahead(db, fault);
    if (rc >= 0)
        rc = run(db,
                 "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;"
                 "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0",
                 fault);
    return rc;
}

/* Whether this is our file, and of which version. */
static enum scrubgate_status look(struct sg_guard_db *db, int64_t *is_at,
                                  struct scrubgate_fault *fault)
{
    int64_t version = 0, application = 0, tables = 0;
    enum scrubgate_status rc = ask(db, "PRAGMA user_version", &version, fault);
    if (rc >= 0)
        rc = ask(db, "PRAGMA application_id", &application, fault);
    if (rc >= 0)
        rc = ask(db, "SELECT count(*) FROM sqlite_schema", &tables, fault);
    if (rc >= 0 && application != APPLICATION && (application != 0 || tables != 0)) {
        sg_fault_set(fault, db->path, 0, 0, "this is no guard's file: it is left as it is");
        rc = SCRUBGATE_EMALFORMED;
    } else if (rc >= 0 && (version < 0 || version > LATEST)) {
        sg_fault_set(fault, db->path, 0, 0,
                     "version %lld, and %d is the latest known here: a newer scrubgate wrote it",
                     (long long)version, LATEST);
        rc = SCRUBGATE_EMALFORMED;
    }
    *is_at = version;
    return rc;
}

/* Takes the steps that are missing, all or none. One that has them all is only read: it opens while
 * another process writes. */
static enum scrubgate_status migrate(struct sg_guard_db *db, struct scrubgate_fault *fault)
{
    int64_t version = 0;
    enum scrubgate_status rc = look(db, &version, fault);
    if (rc < 0 || version == LATEST)
        return rc;
    rc = run(db, "BEGIN IMMEDIATE", fault);
    if (rc < 0)
        return rc;
    rc = look(db, &version, fault); /* another one may have been faster */
    db->is_new = rc >= 0 && version == 0;
    for (; rc >= 0 && version < LATEST; version++)
        rc = run(db, steps[version], fault);
    if (rc >= 0)
        rc = run(db, "PRAGMA application_id=0x53474764; PRAGMA user_version=1", fault);
    return settle(db, rc, fault);
}

enum scrubgate_status sg_guard_db_open(struct sg_guard_db **db, const char *path,
                                       struct scrubgate_fault *fault)
{
    struct sg_guard_db *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *db = NULL;
    if (made != NULL)
        made->path = strdup(path);
    if (made == NULL || made->path == NULL)
        goto out;
    rc = make_file(path, fault);
    if (rc >= 0)
        rc = tell(made,
                  sqlite3_open_v2(path, &made->handle,
                                  SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL),
                  fault);
    if (rc >= 0)
        rc = set_up(made, fault);
    if (rc >= 0)
        rc = migrate(made, fault);
    if (rc >= 0)
        rc = expect_word(made, "PRAGMA integrity_check(1)", "ok", fault);
    if (rc >= 0)
        rc = ask(made, "PRAGMA data_version", &made->seen, fault);
    if (rc < 0)
        goto out;
    *db = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, path, 0, 0, "out of memory");
    sg_guard_db_close(made);
    return rc;
}

bool sg_guard_db_is_new(const struct sg_guard_db *db)
{
    return db->is_new;
}

void sg_guard_db_close(struct sg_guard_db *db)
{
    if (db == NULL)
        return;
    (void)sqlite3_close_v2(db->handle);
    free(db->path);
    free(db);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* What other hands wrote into the file is judged as what people order here. */
static enum scrubgate_status read_order(struct sg_guard_db *db, sqlite3_stmt *row,
                                        struct sg_collusion_order *order,
                                        struct scrubgate_fault *fault)
{
    const uint64_t kind = column_u64(row, 1);
    *order = (struct sg_collusion_order){
        .id = column_u64(row, 0),
        .kind = kind < SG_ORDER_KINDS ? (enum sg_order_kind)kind : (enum sg_order_kind)0,
        .agent = column_u64(row, 2),
        .other = column_u64(row, 3),
        .brand = column_text(row, 4),
        .queue = column_text(row, 5),
        .clearance = column_text(row, 6),
        .actor = column_text(row, 7),
        .reason = column_text(row, 8),
        .appeal = column_text(row, 9),
        .created_ms = column_u64(row, 10),
        .expires_ms = column_u64(row, 11),
        .lifted_ms = column_u64(row, 12),
        .lifted_by = column_text(row, 13),
        .lifted_why = column_text(row, 14),
    };
    if (sg_order_check(order, NULL) >= 0)
        return SCRUBGATE_OK;
    sg_fault_set(fault, db->path, 0, 0, "order %llu is not one that was ever taken here",
                 (unsigned long long)order->id);
    return SCRUBGATE_EMALFORMED;
}

enum scrubgate_status sg_guard_db_orders(
    struct sg_guard_db *db,
    enum scrubgate_status (*take)(void *ctx, const struct sg_collusion_order *order), void *ctx,
    struct scrubgate_fault *fault)
{
    sqlite3_stmt *row = NULL;
    int code = SQLITE_DONE;
    enum scrubgate_status rc =
        prepare(db,
                "SELECT id, kind, agent, other, brand, queue, clearance, actor, reason, appeal,"
                " created_ms, expires_ms, lifted_ms, lifted_by, lifted_why FROM orders ORDER BY id",
                &row, fault);
    while (rc >= 0 && (code = sqlite3_step(row)) == SQLITE_ROW) {
        struct sg_collusion_order order;
        rc = read_order(db, row, &order, fault);
        if (rc >= 0)
            rc = take(ctx, &order);
    }
    (void)sqlite3_finalize(row);
    return rc < 0 ? rc : tell(db, code, fault);
}

enum scrubgate_status sg_guard_db_contacts(
    struct sg_guard_db *db,
    enum scrubgate_status (*take)(void *ctx, const struct sg_guard_contact *contact), void *ctx,
    struct scrubgate_fault *fault)
{
    sqlite3_stmt *row = NULL;
    int code = SQLITE_DONE;
    enum scrubgate_status rc =
        prepare(db, "SELECT agent, last_ms, brand FROM contacts", &row, fault);
    while (rc >= 0 && (code = sqlite3_step(row)) == SQLITE_ROW) {
        const struct sg_guard_contact contact = {column_u64(row, 0), column_u64(row, 1),
                                                 column_text(row, 2)};
        rc = take(ctx, &contact);
    }
    (void)sqlite3_finalize(row);
    return rc < 0 ? rc : tell(db, code, fault);
}

enum scrubgate_status sg_guard_db_changed(struct sg_guard_db *db, bool *changed,
                                          struct scrubgate_fault *fault)
{
    int64_t version = 0;
    enum scrubgate_status rc = check_place(db, fault);
    if (rc >= 0)
        rc = ask(db, "PRAGMA data_version", &version, fault);
    if (rc < 0)
        return rc;
    *changed = version != db->seen;
    db->seen = version;
    return rc;
}

/* --- writing ---------------------------------------------------------------------------------- */

enum scrubgate_status sg_guard_db_put(struct sg_guard_db *db,
                                      const struct sg_guard_contact *contacts, size_t n,
                                      struct scrubgate_fault *fault)
{
    sqlite3_stmt *statement = NULL;
    int code = SQLITE_DONE;
    enum scrubgate_status rc = run(db, "BEGIN IMMEDIATE", fault);
    if (rc < 0)
        return rc;
    rc = prepare(db,
                 "INSERT INTO contacts(agent, brand, last_ms) VALUES(?1, ?2, ?3)"
                 " ON CONFLICT(agent, brand) DO UPDATE SET last_ms = excluded.last_ms"
                 " WHERE excluded.last_ms > last_ms",
                 &statement, fault);
    for (size_t i = 0; i < n && rc >= 0 && code == SQLITE_DONE; i++) {
        code = bind_u64(statement, 1, contacts[i].agent);
        if (code == SQLITE_OK)
            code = bind_text(statement, 2, contacts[i].brand);
        if (code == SQLITE_OK)
            code = bind_u64(statement, 3, contacts[i].last_ms);
        if (code == SQLITE_OK)
            code = sqlite3_step(statement);
        (void)sqlite3_reset(statement);
    }
    (void)sqlite3_finalize(statement);
    return settle(db, rc < 0 ? rc : tell(db, code, fault), fault);
}

enum scrubgate_status sg_guard_db_add(struct sg_guard_db *db,
                                      const struct sg_collusion_order *order, uint64_t *id,
                                      struct scrubgate_fault *fault)
{
    sqlite3_stmt *statement = NULL;
    enum scrubgate_status rc =
        prepare(db,
                "INSERT INTO orders(kind, agent, other, created_ms, expires_ms, brand, queue,"
                " clearance, actor, reason, appeal) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
                &statement, fault);
    if (rc < 0)
        return rc;
    const uint64_t numbers[] = {(uint64_t)order->kind, order->agent, order->other,
                                order->created_ms, order->expires_ms};
    const struct sg_bytes texts[] = {order->brand, order->queue,  order->clearance,
                                     order->actor, order->reason, order->appeal};
    int code = SQLITE_OK, at = 1;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0] && code == SQLITE_OK; i++)
        code = bind_u64(statement, at++, numbers[i]);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && code == SQLITE_OK; i++)
        code = bind_text(statement, at++, texts[i]);
    rc = finish(db, statement, code, fault);
    if (rc >= 0)
        rc = end_write(db, fault);
    if (rc >= 0)
        *id = (uint64_t)sqlite3_last_insert_rowid(db->handle);
    return rc;
}

/* A statement that changes one row. DONE: there is no such row. */
static enum scrubgate_status finish_change(struct sg_guard_db *db, sqlite3_stmt *statement,
                                           int bound, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = finish(db, statement, bound, fault);
    const bool is_none = rc >= 0 && sqlite3_changes(db->handle) == 0;
    if (rc >= 0)
        rc = end_write(db, fault);
    return rc >= 0 && is_none ? SCRUBGATE_DONE : rc;
}

enum scrubgate_status sg_guard_db_lift(struct sg_guard_db *db, uint64_t id, struct sg_bytes actor,
                                       struct sg_bytes why, uint64_t now_ms,
                                       struct scrubgate_fault *fault)
{
    sqlite3_stmt *statement = NULL;
    enum scrubgate_status rc =
        prepare(db,
                "UPDATE orders SET lifted_ms = max(?1, 1), lifted_by = ?2, lifted_why = ?3"
                " WHERE id = ?4 AND lifted_ms = 0",
                &statement, fault);
    if (rc < 0)
        return rc;
    int code = bind_u64(statement, 1, now_ms);
    if (code == SQLITE_OK)
        code = bind_text(statement, 2, actor);
    if (code == SQLITE_OK)
        code = bind_text(statement, 3, why);
    if (code == SQLITE_OK)
        code = bind_u64(statement, 4, id);
    return finish_change(db, statement, code, fault);
}

enum scrubgate_status sg_guard_db_appeal(struct sg_guard_db *db, uint64_t id, struct sg_bytes note,
                                         struct scrubgate_fault *fault)
{
    sqlite3_stmt *statement = NULL;
    enum scrubgate_status rc =
        prepare(db, "UPDATE orders SET appeal = ?1 WHERE id = ?2", &statement, fault);
    if (rc < 0)
        return rc;
    int code = bind_text(statement, 1, note);
    if (code == SQLITE_OK)
        code = bind_u64(statement, 2, id);
    return finish_change(db, statement, code, fault);
}

/* --- forgetting ------------------------------------------------------------------------------- */

/* Binds as many of the two numbers as the statement has. */
static int bind_both(sqlite3_stmt *statement, uint64_t one, uint64_t two)
{
    const int code = bind_u64(statement, 1, one);
    return code == SQLITE_OK && sqlite3_bind_parameter_count(statement) == 2
               ? bind_u64(statement, 2, two)
               : code;
}

/* Adds how many rows the statement removed. */
static enum scrubgate_status delete_rows(struct sg_guard_db *db, const char *sql, uint64_t one,
                                         uint64_t two, uint64_t *removed,
                                         struct scrubgate_fault *fault)
{
    sqlite3_stmt *statement = NULL;
    enum scrubgate_status rc = prepare(db, sql, &statement, fault);
    if (rc < 0)
        return rc;
    rc = finish(db, statement, bind_both(statement, one, two), fault);
    if (rc >= 0)
        *removed += (uint64_t)sqlite3_changes64(db->handle);
    return rc;
}

/* The one number that a statement answers for two others. */
static enum scrubgate_status count_rows(struct sg_guard_db *db, const char *sql, uint64_t one,
                                        uint64_t two, uint64_t *n, struct scrubgate_fault *fault)
{
    sqlite3_stmt *statement = NULL;
    enum scrubgate_status rc = prepare(db, sql, &statement, fault);
    if (rc < 0)
        return rc;
    int code = bind_both(statement, one, two);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW)
        *n = column_u64(statement, 0);
    (void)sqlite3_finalize(statement);
    return tell(db, code, fault);
}

enum scrubgate_status sg_guard_db_lived(struct sg_guard_db *db, uint64_t from_ms, uint64_t to_ms,
                                        bool *lived, struct scrubgate_fault *fault)
{
    uint64_t n = 0;
    enum scrubgate_status rc =
        count_rows(db,
                   "SELECT EXISTS(SELECT 1 FROM contacts WHERE last_ms >= ?1 AND last_ms < ?2)"
                   " OR EXISTS(SELECT 1 FROM orders WHERE created_ms >= ?1 AND created_ms < ?2)",
                   from_ms, to_ms, &n, fault);
    *lived = rc >= 0 && n != 0;
    return rc;
}

/* The log of the last commits has copies of the pages as they were. That somebody reads them is no
 * error to SQLite: it says so in its first column. */
static enum scrubgate_status drop_copies(struct sg_guard_db *db, struct scrubgate_fault *fault)
{
    int64_t is_busy = 0;
    (void)sqlite3_busy_timeout(db->handle, READ_MS);
    const enum scrubgate_status rc = ask(db, "PRAGMA wal_checkpoint(TRUNCATE)", &is_busy, fault);
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS);
    if (rc < 0 || is_busy == 0)
        return rc;
    sg_fault_set(fault, db->path, 0, 0, "what was removed is still read by others: again later");
    return SCRUBGATE_EIO;
}

enum scrubgate_status sg_guard_db_erase(struct sg_guard_db *db, uint64_t agent, uint64_t now_ms,
                                        uint64_t *kept, struct scrubgate_fault *fault)
{
    uint64_t removed = 0, left = 0;
    enum scrubgate_status rc = run(db, "BEGIN IMMEDIATE", fault);
    if (rc < 0)
        return rc;
    rc = delete_rows(db, "DELETE FROM contacts WHERE agent = ?1", agent, 0, &removed, fault);
    if (rc >= 0)
        rc = delete_rows(db,
                         "DELETE FROM orders WHERE (agent = ?1 OR other = ?1)"
                         " AND (lifted_ms != 0 OR expires_ms <= ?2)",
                         agent, now_ms, &removed, fault);
    if (rc >= 0)
        rc = count_rows(db, "SELECT count(*) FROM orders WHERE agent = ?1 OR other = ?1", agent, 0,
                        &left, fault);
    rc = settle(db, rc, fault);
    if (rc >= 0)
        rc = drop_copies(db, fault);
    if (rc >= 0)
        *kept = left;
    return rc;
}

enum scrubgate_status sg_guard_db_prune(struct sg_guard_db *db, uint64_t before_ms,
                                        uint64_t *removed, struct scrubgate_fault *fault)
{
    uint64_t gone = 0;
    enum scrubgate_status rc = run(db, "BEGIN IMMEDIATE", fault);
    if (rc < 0)
        return rc;
    rc = delete_rows(db, "DELETE FROM contacts WHERE last_ms < ?1", before_ms, 0, &gone, fault);
    if (rc >= 0)
        rc = delete_rows(db,
                         "DELETE FROM orders WHERE expires_ms < ?1"
                         " OR (lifted_ms != 0 AND lifted_ms < ?1)",
                         before_ms, 0, &gone, fault);
    rc = settle(db, rc, fault);
    *removed = rc >= 0 ? gone : 0;
    return rc < 0 ? rc : drop_copies(db, fault); /* also of what the last time could not */
}

const char *sg_guard_db_library(void)
{
    return sqlite3_libversion();
}
