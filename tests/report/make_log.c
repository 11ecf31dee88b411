/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_log.c - writes a made-up audit log, to look at a report of it and to measure with.
 *
 * usage: make_log DIR [EXCHANGES [DAYS [SEED [LABEL]]]]
 *
 * Some channels are called LABEL. DIR gets audit/, keys/ and first.key; 20,000 exchanges in 30 days
 * are some 41,000 records.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "story.h"

int main(int argc, char **argv)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_story story = {.dir = argc > 1 ? argv[1] : NULL,
                             .exchanges = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000,
                             .days = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 30,
                             .seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 1,
                             .label = argc > 5 ? argv[5] : NULL};
    if (story.dir == NULL || story.days < 1 || story.days > 3650) {
        (void)fprintf(stderr, "usage: make_log DIR [EXCHANGES [DAYS [SEED [LABEL]]]]\n");
        return 2;
    }
    if (sg_story_write(&story, &fault) < 0) {
        (void)fprintf(stderr, "%s: %s\n", fault.file, fault.what);
        return 1;
    }
    return 0;
}
