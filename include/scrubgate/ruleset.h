/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruleset.h - what to look for: rules loaded from packs, immutable once loaded.
 *
 *     pack.yaml -> parse -> compile -> lint -> run the pack's own tests -> ruleset
 *
 * A ruleset is shared by all threads; a scratch is one thread's working memory for it.
 */
#ifndef SCRUBGATE_RULESET_H
#define SCRUBGATE_RULESET_H

#include <stddef.h>
#include <scrubgate/status.h>

struct scrubgate_ruleset; /* what to look for */
struct scrubgate_scratch; /* working memory of one thread */

/*
 * Loads packs from files and folders (every *.yaml in a folder, by name), or the packs built into
 * the library when n is 0. All or nothing: on any error *set is NULL and fault says
 * file:line:column, what is wrong and what to do. Expired exclusions are dropped, seen from today.
 */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_ruleset_load(struct scrubgate_ruleset **set,
                                                                const char *const *paths, size_t n,
                                                                struct scrubgate_fault *fault);

/* Frees it; no stream or scratch may still use it. Freeing NULL is fine. */
void scrubgate_ruleset_free(struct scrubgate_ruleset *set);

/* SHA-256 over the bytes of all packs in load order, 64 hex digits. Lives as long as the set. */
const char *scrubgate_ruleset_digest(const struct scrubgate_ruleset *set);

/* Number of rules. */
size_t scrubgate_ruleset_count(const struct scrubgate_ruleset *set);

/* Makes the working memory of one thread. It may serve any number of streams, one call at a time.
 */
SCRUBGATE_MUST_USE enum scrubgate_status scrubgate_scratch_new(struct scrubgate_scratch **scratch);
void scrubgate_scratch_free(struct scrubgate_scratch *scratch);
/* Wipes what came of keys, once one of them has ended; streams that still have one go on. */
void scrubgate_scratch_forget(struct scrubgate_scratch *scratch);

#endif
