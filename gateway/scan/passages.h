/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passages.h - where fold rules match in a text, and the view with what is read there in its place.
 *
 *     text -> [engine: fold rules] -> passages, by start -> [readings, characters folded] -> view
 *
 * Of passages that overlap the one that starts first counts, then the longer. Which these are
 * depends on the text only, never on how it was cut.
 */
#ifndef SG_SCAN_PASSAGES_H
#define SG_SCAN_PASSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "rule/reading.h"
#include "scan/engine.h"
#include "scan/fold.h"

struct sg_passage {
    const struct sg_rule *rule;
    uint64_t start, end;
};

/* What is known of one text's passages. */
struct sg_passages {
    struct sg_engine_run run; /* over the text; the owner sets it up, but for found and ctx */
    uint64_t frontier;        /* no passage that starts before it is still to come */
    uint64_t sum;             /* of what was found, whatever the order (sg_finding_mix) */
    struct sg_passage *list;  /* not in the view yet, by start */
    size_t n, cap;
    struct sg_reading_text text; /* working memory: what one passage reads as ... */
    struct sg_fold chars;        /* ... and that with its characters folded */
};

/* Starts a text; nothing is known. */
void sg_passages_begin(struct sg_passages *passages, const struct sg_active *active);
/* Takes up the passages that the window has, all of it when it is the last. EMATCH: run.culprit. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_passages_find(struct sg_passages *passages,
                                                          const struct sg_engine *engine,
                                                          const struct sg_window *window);
/* Where the view first differs from the text, as far as passages are known: where one stands that
 * says something else than what stands there, or the frontier (then *reads is false). Forgets the
 * passages before it: most of them say nothing else. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_passages_first(struct sg_passages *passages,
                                                           const struct sg_window *window,
                                                           uint64_t *first, bool *reads);
/* Adds the window's text to its view, as far as its passages are known. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_passages_view(struct sg_passages *passages,
                                                          const struct sg_window *window,
                                                          struct sg_fold *view);
/* Wipes what a text has left. */
void sg_passages_clear(struct sg_passages *passages);
/* Wipes and frees. */
void sg_passages_fini(struct sg_passages *passages);

#endif
