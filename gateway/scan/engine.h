/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h - find every match of every rule: what a scan engine promises.
 *
 * T is the whole text: a value, or its folded view. For each active rule the engine reports the
 * leftmost non-overlapping matches of its pattern whose checks and context hold; after a match that
 * fails them it looks again from one byte further on. What it reports depends on T only, never on
 * how T was cut.
 *
 * The reference engine runs every rule over the text; the sweep engine looks once for all rules
 * where one can match, and only there at the rule. Both stand behind this interface and report the
 * same.
 */
#ifndef SG_SCAN_ENGINE_H
#define SG_SCAN_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "rule/ruleset.h"
#include "scan/active.h"
#include "scan/finding.h"
#include "scan/kernel.h"

/*
 * What is at hand of a text: text.data[0] is byte `base` of it. When base > 0 at least
 * ruleset.behind + SG_WINDOW_MARGIN bytes before the frontier are kept, so that nothing mistakes
 * the window's edge for the text's start.
 */
struct sg_window {
    struct sg_bytes text;
    uint64_t base;
    bool last; /* the text ends where the window does */
};
enum { SG_WINDOW_MARGIN = 16 };

/* How much of a text at hand from base on is of no more use: what is decided, but for the context
 * before it. */
static inline size_t sg_window_spent(const struct scrubgate_ruleset *set, uint64_t decided,
                                     uint64_t base)
{
    uint64_t context = set->behind + SG_WINDOW_MARGIN;
    return decided > base + context ? (size_t)(decided - base - context) : 0;
}

struct sg_sweep; /* a thread's memory for the sweep engine */

/* How far a run has come in its text. */
struct sg_progress {
    uint64_t decided; /* what starts before it is decided for every rule that is not open */
    uint64_t *next;   /* by rule index: nothing of the rule that starts before is undecided */
    uint64_t *open;   /* a bit by rule index: next is below decided */
    size_t n_rules;
    bool begun; /* next and open are set */
};

/* A run over one text. */
struct sg_engine_run {
    const struct scrubgate_ruleset *set;
    const struct sg_active *active;
    unsigned level; /* findings above it are dropped */
    struct sg_matcher *matcher;
    const struct sg_kernel *kernel;
    struct sg_sweep *sweep;
    struct sg_progress progress;
    uint64_t *work;                /* units of the match limit that may still be spent, or NULL */
    const struct sg_rule *culprit; /* set when advance answers EMATCH */
    /* Hears each accepted match, by start within a rule. The text is the window's. */
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

extern const struct sg_engine sg_engine_reference;
extern const struct sg_engine sg_engine_sweep;

/* At the start of a text. */
void sg_progress_begin(struct sg_progress *progress);
/* Makes `to` stand where `from` does: both in texts that are the same so far. */
void sg_progress_copy(struct sg_progress *to, const struct sg_progress *from);
/* Sets next and open when it has not been done: for a text that is not decided at once. */
void sg_progress_track(struct sg_progress *progress);

SCRUBGATE_MUST_USE enum scrubgate_status sg_sweep_new(struct sg_sweep **sweep);
/* No byte of a text that did not end stays. */
void sg_sweep_wipe(struct sg_sweep *sweep);
/* Wipes and frees. */
void sg_sweep_free(struct sg_sweep *sweep);

#endif
