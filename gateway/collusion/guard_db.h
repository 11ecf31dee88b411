/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_db.h - the file behind the guard: orders and contacts that outlive the process. The home
 * of SQLite.
 *
 * Each call that answers OK has its rows on the disk (WAL, synced at each commit) or has found them
 * there. Other processes may have the same file open: sg_guard_db_changed tells of what they wrote.
 * One thread at a time.
 *
 * A file that was moved or removed meanwhile is written and asked for changes no more: EIO, and it
 * is to be opened anew.
 *
 * EMALFORMED: the file is damaged, is of a later version, or is no such file; nothing of it may be
 * relied on. EIO: the system refused, what was there still is.
 */
#ifndef SG_COLLUSION_GUARD_DB_H
#define SG_COLLUSION_GUARD_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "collusion/order.h"

struct sg_guard_db;

/* An agent served a brand of a conflict group. */
struct sg_guard_contact {
    uint64_t agent, last_ms;
    struct sg_bytes brand;
};

/* Makes the file (mode 0600) when there is none, brings an older one up to date, and reads all of
 * it once to see whether it is whole. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_open(struct sg_guard_db **db, const char *path,
                                                          struct scrubgate_fault *fault);
void sg_guard_db_close(struct sg_guard_db *db); /* NULL is fine */
/* It was made when it was opened: there was none, or an empty one. */
bool sg_guard_db_is_new(const struct sg_guard_db *db);

/* Calls take for each row until one call fails. Texts are borrowed for the call. Of orders all,
 * lifted and expired too, by id. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_orders(
    struct sg_guard_db *db,
    enum scrubgate_status (*take)(void *ctx, const struct sg_collusion_order *order), void *ctx,
    struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_contacts(
    struct sg_guard_db *db,
    enum scrubgate_status (*take)(void *ctx, const struct sg_guard_contact *contact), void *ctx,
    struct scrubgate_fault *fault);

/* All of them or none, in one commit. A later time that is there stays. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_put(struct sg_guard_db *db,
                                                         const struct sg_guard_contact *contacts,
                                                         size_t n, struct scrubgate_fault *fault);
/* order->id is not read. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_add(struct sg_guard_db *db,
                                                         const struct sg_collusion_order *order,
                                                         uint64_t *id,
                                                         struct scrubgate_fault *fault);
/* DONE: there is no such order, or it was lifted before. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_lift(struct sg_guard_db *db, uint64_t id,
                                                          struct sg_bytes actor,
                                                          struct sg_bytes why, uint64_t now_ms,
                                                          struct scrubgate_fault *fault);
/* Writes the note on an appeal, in place of the one before. DONE: there is no such order. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_appeal(struct sg_guard_db *db, uint64_t id,
                                                            struct sg_bytes note,
                                                            struct scrubgate_fault *fault);

/* Overwrites an agent's contacts and the orders that are over; kept: how many are still in force
 * and so stay. EIO also when it is all removed, but another process still reads what was there:
 * call it again. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_erase(struct sg_guard_db *db, uint64_t agent,
                                                           uint64_t now_ms, uint64_t *kept,
                                                           struct scrubgate_fault *fault);
/* Whether a contact or an order came about in that time: from included, to not. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_lived(struct sg_guard_db *db, uint64_t from_ms,
                                                           uint64_t to_ms, bool *lived,
                                                           struct scrubgate_fault *fault);
/* Overwrites contacts, and orders that were over, before that time. removed counts also where EIO
 * says, as above, that others still read them. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_prune(struct sg_guard_db *db,
                                                           uint64_t before_ms, uint64_t *removed,
                                                           struct scrubgate_fault *fault);

/* Whether another connection wrote since the last call. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_db_changed(struct sg_guard_db *db, bool *changed,
                                                             struct scrubgate_fault *fault);

/* SQLite's version, "3.40.1"; static. */
const char *sg_guard_db_library(void);

#endif
