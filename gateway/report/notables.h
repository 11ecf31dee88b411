/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notables.h - single records that a reader wants to see each of: who did what, and when.
 *
 * So many are kept, the latest ones; how many there were is always known.
 */
#ifndef SG_REPORT_NOTABLES_H
#define SG_REPORT_NOTABLES_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/entry.h"

enum { SG_NOTABLES_MOST = 200, SG_NOTABLE_WORD = 32, SG_NOTABLE_ACTOR = 40, SG_NOTABLE_TEXT = 480 };

struct sg_notable {
    uint64_t time, seq;
    char what[SG_NOTABLE_WORD];
    char actor[SG_NOTABLE_ACTOR]; /* "user 1000", "admin 3ac1f07e5b9d2864", "gateway" */
    char text[SG_NOTABLE_TEXT];   /* members that say more: "name value, name value" */
    bool failed;                  /* status_id is 2 */
};

/* All-zero is valid, and empty. */
struct sg_notables {
    struct sg_notable *notable; /* a ring */
    uint64_t n;                 /* that there were */
};

/* Members by their keys, ended by NULL; those that are not there are left out. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_notables_add(struct sg_notables *notables,
                                                         const struct sg_entry *entry,
                                                         const char *const keys[]);
/* How many are kept, and the one at i in their order. */
size_t sg_notables_kept(const struct sg_notables *notables);
const struct sg_notable *sg_notables_get(const struct sg_notables *notables, size_t i);
void sg_notables_fini(struct sg_notables *notables);

/* What a member says, as it stands without its quotes; known or not. Empty: it is not there. */
struct sg_bytes sg_notable_member(const struct sg_entry *entry, const char *key);
/* The same as a whole number; 0: it is none. */
uint64_t sg_notable_number(const struct sg_entry *entry, const char *key);

#endif
