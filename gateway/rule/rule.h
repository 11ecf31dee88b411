/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule.h - one rule as it is used: read-only once its ruleset is loaded.
 */
#ifndef SG_RULE_RULE_H
#define SG_RULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/event.h>

#include "base/bytes.h"
#include "rule/check.h"
#include "rule/gate.h"
#include "rule/path.h"
#include "rule/pattern.h"
#include "rule/reading.h"
#include "rule/signature.h"
#include "rule/template.h"

/* What a value is in its body; bits, for where.field. */
enum sg_field { SG_FIELD_TEXT = 1, SG_FIELD_NUMBER = 2 };

enum { SG_LEVELS = 4, SG_CONTEXT_LONGEST = 256 };

/* near: words that must stand beside a match. */
struct sg_near {
    const struct sg_pattern *words; /* any of them, whole words, any case; NULL: no near */
    size_t before, after;           /* bytes looked at on each side, 0 … SG_CONTEXT_LONGEST */
    bool raise_level;               /* else: level+1; or else: drop */
};

/* where: the rule runs only there. Empty lists mean everywhere. */
struct sg_where {
    unsigned directions; /* bit 1 << enum scrubgate_direction; 0 means all */
    unsigned fields;     /* bits of enum sg_field; 0 means all */
    const struct sg_path *const *paths;
    size_t n_paths;
    const char *const *channels;
    size_t n_channels;
};

/* A place where a rule does not run, of an exclusion that may have several. */
struct sg_excluded {
    const struct sg_path *path;
    size_t exclusion; /* its number in the ruleset */
};

/* One example inside a pack. The text has no « » marks any more. */
struct sg_example {
    enum { SG_EXAMPLE_FINDS, SG_EXAMPLE_NOT, SG_EXAMPLE_TODO } kind;
    struct sg_bytes text;
    const struct sg_span *spans; /* FINDS: the marked spans, in order; none marked: any find */
    size_t n_spans;
    unsigned line, column; /* in the pack's file */
};

struct sg_rule {
    const char *id;                /* "payment.card" */
    const char *title, *entity;    /* entity: "" for a fold rule */
    const struct sg_reading *fold; /* a fold rule: what is matched is read so; else NULL */
    unsigned index;                /* place in its ruleset: the last tie-breaker of rank */
    unsigned level;                /* 1 … 4 */
    struct sg_pattern *pattern;
    const struct sg_signature *signatures; /* of the pattern */
    size_t n_signatures;
    unsigned per_million; /* places of the sample at which one of them holds, of a million */
    bool slow;            /* the pack says it may hold at many places */
    bool everywhere;      /* they hold so often that it is looked for at every place */
    unsigned sieve;       /* enum sg_sieve_kind: where it is looked for */
    unsigned cost;        /* units of the match limit that one start took at most in lint; >= 1 */
    const struct sg_check *const *checks;
    size_t n_checks;
    const struct sg_pattern *keywords; /* any of the literals, any case; NULL: none asked */
    struct sg_near near;
    struct sg_gate gate;             /* of near or keywords */
    const struct sg_pattern *unless; /* text just before the match; NULL: none */
    struct sg_where where;
    const struct sg_excluded *excluded; /* places where it does not run */
    size_t n_excluded;
    enum scrubgate_action action;
    struct sg_template with; /* for MASK */
    const char *const *controls;
    size_t n_controls;
    const struct sg_example *examples;
    size_t n_examples;
    const char *file; /* the pack's */
    unsigned line;
};

/* keywords must stand within this many bytes before the match, or in it. */
enum { SG_KEYWORD_REACH = 64 };

#endif
