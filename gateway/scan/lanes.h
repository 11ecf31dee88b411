/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes.h - a text and its views, each scanned in a lane of its own.
 *
 *     text -> [lane 0] ------------------------------------------> findings
 *       \-> characters folded -> [lane 1] -> back ----------------/
 *              \-> passages read -> [lane 2] -> back -> back -----/
 *                     \-> ... (three deep: what was read may hide something again)
 *
 * A view has a lane from where it first differs from the text below it; until then they are one. So
 * a plain text has one lane. What any lane finds counts; offsets are always those of the text.
 */
#ifndef SG_SCAN_LANES_H
#define SG_SCAN_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "scan/engine.h"
#include "scan/fold.h"
#include "scan/passages.h"

/* Lane 0 is the text, 1 its characters folded, those from SG_LANE_READ on have passages read. */
enum { SG_LANE_READ = 2, SG_LANES = 5 };

struct sg_lane {
    struct sg_lanes *lanes;
    unsigned depth;
    struct sg_engine_run run;     /* of the engine that counts */
    struct sg_engine_run checked; /* of the one that is checked */
    uint64_t *marks;              /* the runs' next and open; NULL until the lane is needed */
    uint64_t frontier;            /* of run, in the lane's own text */
    uint64_t end;                 /* of what the lane has seen */
    /* Above the text: */
    bool apart;                  /* it differs from the one below, from somewhere on */
    uint64_t same_to;            /* not apart: before it, they are surely the same */
    struct sg_fold fold;         /* apart: the lane's text, made of the one below */
    struct sg_passages passages; /* from SG_LANE_READ on: those of the text below */
    struct sg_engine_run looked; /* of the engine that is checked, for passages */
    uint64_t *looked_marks;      /* those of the passages' two runs */
};

/* What all lanes share. Borrowed until fini. */
struct sg_lanes_setup {
    const struct scrubgate_ruleset *set;
    const struct sg_engine *engine;
    const struct sg_kernel *kernel;
    struct sg_matcher *matcher;
    struct sg_sweep *sweep;
    unsigned level;
    uint64_t *work; /* units that the message may still cost */
    bool checking;  /* the sweep engine is checked by the one that counts */
    /* Hears of every finding, with the text's offsets. value: the bytes that matched, where; they
     * are the text's own when finding->folded is false. */
    enum scrubgate_status (*found)(void *ctx, const struct sg_finding *finding,
                                   struct sg_bytes value);
    void *ctx;
};

/* One text; another after begin. Zeroed is one without memory. */
struct sg_lanes {
    struct sg_lanes_setup setup;
    struct sg_lane lane[SG_LANES];
    size_t n_rules, n_folds;       /* that the marks have room for */
    uint64_t frontier;             /* no finding that starts before it is still to come */
    const struct sg_rule *culprit; /* the rule that made the last EMATCH */
    bool check_ended;              /* checking: the checked engine gave up on this text */
    uint64_t sums[2];              /* checking: of what the counting and the checked engine found */
};

/* Makes ready for texts under this setup. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_lanes_set(struct sg_lanes *lanes,
                                                      const struct sg_lanes_setup *setup);
/* Starts a text: the rules that run in it, the fold rules (NULL: none). */
void sg_lanes_begin(struct sg_lanes *lanes, const struct sg_active *rules,
                    const struct sg_active *folds);
/* Decides all that the window decides; moves frontier, which never parts a code point. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_lanes_advance(struct sg_lanes *lanes,
                                                          const struct sg_window *window);
/* The view of that depth of a text that has been scanned whole; false when it is the same as the
 * one below. Valid until clear. */
bool sg_lanes_view(const struct sg_lanes *lanes, unsigned depth, struct sg_bytes *view);
/* A span of a lane's text as one of the text's. */
void sg_lanes_back(const struct sg_lanes *lanes, unsigned depth, uint64_t *start, uint64_t *end);
/* Whether both engines found the same; true when nothing was checked. */
bool sg_lanes_agree(const struct sg_lanes *lanes);
/* Wipes what the text has left; fini frees as well. */
void sg_lanes_clear(struct sg_lanes *lanes);
void sg_lanes_fini(struct sg_lanes *lanes);

#endif
