/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h - find every match of every rule: what a scan engine promises.
 *
 * T is the whole value. For each active rule the engine reports the leftmost non-overlapping
 * matches of its pattern whose checks and context hold; after a match that fails them it looks
 * again from one byte further on. What it reports depends on T only, never on how T was cut.
 *
 * The reference engine runs every rule over the text; the leads engine, for values that come whole,
 * only where a match can start. Both stand behind this interface and report the same.
 */
#ifndef SG_SCAN_ENGINE_H
#define SG_SCAN_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "rule/ruleset.h"
#include "scan/finding.h"
#include "scan/places.h"

/*
 * What is at hand of a value: text.data[0] is byte `base` of it. When base > 0 at least
 * ruleset.behind + SG_WINDOW_MARGIN bytes before the frontier are kept, so that nothing mistakes
 * the window's edge for the value's start.
 */
struct sg_window {
    struct sg_bytes text;
    uint64_t base;
    bool last; /* the value ends where the text does */
};
enum { SG_WINDOW_MARGIN = 16 };

/* One rule on its way through a value. */
struct sg_rule_state {
    const struct sg_rule *rule;
    uint64_t next; /* no match that starts before it is still undecided */
};

/* A run over one value: the rules that are active in it. */
struct sg_engine_run {
    struct sg_rule_state *rules;
    size_t n_rules;
    unsigned level; /* findings above it are dropped */
    struct sg_matcher *matcher;
    const struct sg_leads *leads;  /* of the ruleset */
    struct sg_places *places;      /* the thread's, for the leads engine */
    const struct sg_rule *culprit; /* set when advance answers EMATCH */
    /* Hears each accepted match, rule by rule, by start within a rule. The text is the window's. */
    enum scrubgate_status (*found)(void *ctx, const struct sg_finding *finding,
                                   const struct sg_window *window);
    void *ctx;
};

struct sg_engine {
    const char *name;
    /* Decides all that the window decides. *frontier: no finding that starts before it is still to
     * come; it never moves back and is the window's end when window->last. */
    enum scrubgate_status (*advance)(struct sg_engine_run *run, const struct sg_window *window,
                                     uint64_t *frontier);
};

/* Takes any window. */
extern const struct sg_engine sg_engine_reference;
/* Takes one window that is the whole value, of at most SG_PLACES_TEXT bytes. */
extern const struct sg_engine sg_engine_leads;

#endif
