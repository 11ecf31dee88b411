/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rulefile.h - packs of rules: from YAML text to compiled rules.
 *
 * Parses, compiles and lints; it does not run the examples (scan/load.h does). All or nothing.
 */
#ifndef SG_RULE_RULEFILE_H
#define SG_RULE_RULEFILE_H

#include <stddef.h>
#include <stdint.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

/* A pack's text under the name its faults carry. */
struct sg_pack_source {
    const char *name;
    struct sg_bytes text;
};

/*
 * Compiles n packs into one ruleset. today_days: days since 1970-01-01, decides which exclusions
 * have expired. EINVAL with file:line:column in fault: unknown or repeated key, broken or unbounded
 * pattern, unknown check, duplicate rule id or pack name, an exclusion of no known rule, …
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_rulefile_compile(struct scrubgate_ruleset **set,
                                                             const struct sg_pack_source *sources,
                                                             size_t n, int64_t today_days,
                                                             struct scrubgate_fault *fault);

/* Reads packs from files and folders (all *.yaml in it, by name), or those built in when n is 0. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_rulefile_load(struct scrubgate_ruleset **set,
                                                          const char *const *paths, size_t n,
                                                          int64_t today_days,
                                                          struct scrubgate_fault *fault);

/* The packs built into the library: generated from rules/ at build time. */
extern const struct sg_pack_source sg_builtin_packs[];
extern const size_t sg_builtin_packs_count;

#endif
