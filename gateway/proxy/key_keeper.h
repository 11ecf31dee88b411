/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_keeper.h - sees to the keys of pseudonyms: a thread that syncs them each second, and makes a
 * new master each week or when their file gets too small.
 */
#ifndef SG_PROXY_KEY_KEEPER_H
#define SG_PROXY_KEY_KEEPER_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/record.h"

struct sg_auditor;
struct sg_key_store;
struct sg_key_keeper;

/* Borrowed for its life; what is said of keys goes into the log. */
struct sg_key_keeper_setup {
    struct sg_key_store *store;
    struct sg_auditor *auditor;
    const struct sg_record_source *source;
    const char *audit_dir; /* copied; under a legal hold no key ends of age */
    uint64_t keep_days;    /* after its last use, with the records that it names; 0: for ever */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_key_keeper_start(
    struct sg_key_keeper **keeper, const struct sg_key_keeper_setup *setup);
void sg_key_keeper_stop(struct sg_key_keeper *keeper); /* waits for its thread; NULL is fine */

#endif
