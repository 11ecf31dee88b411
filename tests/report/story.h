/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story.h - an audit log of some weeks, made up by dice: traffic by day and night, changes of
 * rules, an attack, a full disk, a crash; written by the gateway's own log, sealed and signed.
 *
 * The same from the same seed. Time is the story's own: who links it has its clock
 * (-Wl,--wrap=sg_clock_wall_ms,--wrap=sg_clock_mono_ns), and none else.
 */
#ifndef SG_REPORT_STORY_H
#define SG_REPORT_STORY_H

#include <stdint.h>
#include <scrubgate/status.h>

#define SG_STORY_ORIGIN "gateway.example/scrubgate/1"

struct sg_story {
    const char *dir;    /* it writes audit/, keys/ and first.key below it */
    uint64_t exchanges; /* about so many */
    unsigned days;      /* 1 … 3650, up to 21 November 2026 */
    uint64_t seed;
    const char *label; /* a channel's name for some of them; NULL: none but plain ones */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_story_write(const struct sg_story *story,
                                                        struct scrubgate_fault *fault);

#endif
