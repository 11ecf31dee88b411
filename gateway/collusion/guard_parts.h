/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_parts.h - the inside of the guard; for guard.c and guard_ask.c only.
 */
#ifndef SG_COLLUSION_GUARD_PARTS_H
#define SG_COLLUSION_GUARD_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collusion/guard.h"
#include "collusion/guard_tables.h"

struct sg_guard_db;

struct sg_collusion_guard {
    const struct sg_collusion_policy *policy;
    struct sg_guard_db *db;
    struct sg_guard_tables tables;
    size_t n_pending;  /* contacts that are not on disk */
    uint64_t n_orders; /* on disk, and not lifted */
    bool behind;       /* what is on disk did not all get into the tables */
    bool missed;       /* nor into a view; of the thread that reads views */
    bool is_doubted;   /* contacts do not get to the disk */
};

#endif
