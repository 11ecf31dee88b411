/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leads.h - which bytes lead to which rules: the byte sets that rules cannot do without, as
 * classes.
 *
 * A rule with a lead matches only where a byte of its class stands needs.any_min to any_max after
 * the match's start. Rules whose set is common in any text have none and must look everywhere.
 */
#ifndef SG_RULE_LEADS_H
#define SG_RULE_LEADS_H

#include <stdint.h>

#include "rule/pattern.h"

enum { SG_LEADS_MOST = 32, SG_LEAD_NONE = SG_LEADS_MOST };

/* All-zero is an empty table. */
struct sg_leads {
    uint32_t classes[256]; /* bit k: the byte is in class k */
    unsigned n;
    uint64_t sets[SG_LEADS_MOST][4];
};

/* The class of a pattern's lead, added when new; SG_LEAD_NONE when its set is too common or the
 * table is full and no class holds all of it. */
unsigned sg_leads_add(struct sg_leads *leads, const struct sg_pattern *pattern);

#endif
