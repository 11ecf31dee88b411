/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_keeper.h - sees to keys, and to what is kept for a time: a thread that looks each second.
 *
 *     of pseudonyms    syncs them; a new master each week, or when their file gets too small
 *     of fingerprints  another one with each epoch, the end of the one before (proxy/epochs.h)
 *     events           days that are too old go (proxy/event_expiry.h)
 */
#ifndef SG_PROXY_KEY_KEEPER_H
#define SG_PROXY_KEY_KEEPER_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"

struct sg_auditor;
struct sg_epoch;
struct sg_epochs;
struct sg_key_store;
struct sg_key_keeper;

/* Borrowed for its life; what is said of keys goes into the log. */
struct sg_key_keeper_setup {
    struct sg_key_store *store;
    struct sg_auditor *auditor;
    const struct sg_record_source *source;
    const char *audit_dir;    /* copied; under a legal hold no key and no event ends of age */
    uint64_t keep_days;       /* after its last use, with the records that it names; 0: for ever */
    struct sg_epochs *epochs; /* NULL: none are kept (tests) */
    const char *events;       /* their folder; copied; NULL: none */
    void (*turned)(void *ctx, struct sg_epoch *epoch); /* on its thread: another is in force */
    void *ctx;
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_key_keeper_start(
    struct sg_key_keeper **keeper, const struct sg_key_keeper_setup *setup);
void sg_key_keeper_stop(struct sg_key_keeper *keeper); /* waits for its thread; NULL is fine */

#endif
