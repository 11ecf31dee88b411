/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moments.h - single records that a reader wants to see each of: who did what, and when.
 *
 * So many are kept, the latest ones; how many there were is always known.
 */
#ifndef SG_REPORT_MOMENTS_H
#define SG_REPORT_MOMENTS_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "audit/entry.h"

enum { SG_MOMENTS_MOST = 200, SG_MOMENT_WORD = 32, SG_MOMENT_ACTOR = 40, SG_MOMENT_TEXT = 480 };

struct sg_moment {
    uint64_t time, seq;
    char what[SG_MOMENT_WORD];
    char actor[SG_MOMENT_ACTOR]; /* "user 1000", "admin 3ac1f07e5b9d2864", "gateway" */
    char text[SG_MOMENT_TEXT];   /* members that say more: "name value, name value" */
    bool failed;                 /* status_id is 2 */
};

/* All-zero is valid, and empty. */
struct sg_moments {
    struct sg_moment *moment; /* a ring */
    uint64_t n;               /* that there were */
};

/* Members by their keys, ended by NULL; those that are not there are left out. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_moments_add(struct sg_moments *moments,
                                                        const struct sg_entry *entry,
                                                        const char *const keys[]);
/* How many are kept, and the one at i in their order. */
size_t sg_moments_kept(const struct sg_moments *moments);
const struct sg_moment *sg_moments_get(const struct sg_moments *moments, size_t i);
void sg_moments_fini(struct sg_moments *moments);

/* What a member says, as it stands without its quotes; known or not. Empty: it is not there. */
struct sg_bytes sg_moment_member(const struct sg_entry *entry, const char *key);
/* The same as a whole number; 0: it is none. */
uint64_t sg_moment_number(const struct sg_entry *entry, const char *key);

#endif
