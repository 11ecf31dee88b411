/* SPDX-License-Identifier: Apache-2.0 */
/*
 * score.h - scrubgate rules score: how well rules do on texts whose values are labelled.
 */
#ifndef SG_CLI_SCORE_H
#define SG_CLI_SCORE_H

#include <stdbool.h>
#include <stdio.h>
#include <scrubgate/ruleset.h>

struct sg_score_options {
    unsigned level; /* misses and false finds are those of this level, 1 … 4 */
    unsigned most;  /* so many misses and false finds are listed */
    bool json;
};

/* Reads a corpus of lines as `scrub --spans` takes, each with "spans" and maybe "lang", and prints
 * what was measured. Returns the exit status. */
int sg_score_run(FILE *in, const char *name, const struct scrubgate_ruleset *set,
                 const struct sg_score_options *options);

#endif
