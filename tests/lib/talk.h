/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk.h - the handler on the front's test stand: what it does is chosen by the target.
 *
 *     POST /echo, hello -> 200, "POST /echo 5:hello"      GET /stream -> 1 MiB in chunks
 *
 * All targets are in talk.c (see `plays`).
 */
#ifndef SG_TESTS_TALK_H
#define SG_TESTS_TALK_H

#include <stdint.h>

#include "base/buf.h"
#include "net/front.h"
#include "net/loop.h"

enum { SG_TALK_LARGE = 1 << 20 }; /* bytes of a streamed reply, the alphabet over and over */

struct sg_play; /* what to do */

/* One request as the handler sees it. */
struct sg_talk {
    struct sg_timer timer;
    struct sg_task task;
    struct sg_request *request;
    const struct sg_play *play;
    struct sg_buf text;
    uint64_t made; /* bytes of a streamed reply */
    unsigned turns;
};

/* Notes what it is told in sg_stand. */
extern const struct sg_front_handler sg_talk_handler;

/* Errands for sg_stand_let_loop, which concern the last request that was held: */
void sg_talk_answer_held(void); /* replies with what came */
void sg_talk_resume_held(void); /* asks for its body again */
void sg_talk_more_held(void);   /* asks for its reply again */
void sg_talk_abort_held(void);  /* cuts it */
/* And these all of them: there is no room for more, or there is again. */
void sg_talk_fill_up(void);
void sg_talk_make_room(void);

#endif
