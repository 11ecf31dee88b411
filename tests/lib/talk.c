/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk.c - the handler on the front's test stand: what it does is chosen by the target.
 */
#include "talk.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "stand.h"

enum { MS = 1000000 };

struct sg_play {
    const char *target;
    void (*begin)(struct sg_talk *talk);
    size_t (*body)(struct sg_talk *talk, struct sg_bytes piece);
    void (*end)(struct sg_talk *talk);
};

static const struct sg_header plain_fields[] = {
    {{(const uint8_t *)"X-From", 6}, {(const uint8_t *)"handler", 7}},
    {{(const uint8_t *)"X-Empty", 7}, {(const uint8_t *)"", 0}},
    {{(const uint8_t *)"Content-Length", 14}, {(const uint8_t *)"7", 1}},
    {{(const uint8_t *)"Transfer-Encoding", 17}, {(const uint8_t *)"gzip", 4}},
    {{(const uint8_t *)"Connection", 10}, {(const uint8_t *)"x-from", 6}},
};

static struct sg_reply reply_of(unsigned status)
{
    return (struct sg_reply){.status = status, .fields = plain_fields, .n_fields = 5};
}

static void say(struct sg_talk *talk, unsigned status, const char *text)
{
    struct sg_reply reply = reply_of(status);
    if (sg_request_reply(talk->request, &reply, sg_bytes_of(text)) < 0)
        abort();
}

/* "POST /echo 5:hello" */
static void say_what_came(struct sg_talk *talk)
{
    struct sg_buf text = {.data = NULL};
    struct sg_bytes method = sg_request_method(talk->request);
    struct sg_bytes target = sg_request_target(talk->request);
    struct sg_reply reply = reply_of(200);
    if (sg_buf_addf(&text, "%.*s %.*s %zu:", (int)method.len, (const char *)method.data,
                    (int)target.len, (const char *)target.data, talk->text.len) < 0 ||
        sg_buf_add_bytes(&text, sg_buf_bytes(&talk->text)) < 0 ||
        sg_request_reply(talk->request, &reply, sg_buf_bytes(&text)) < 0)
        abort();
    sg_buf_fini(&text);
}

static size_t gather(struct sg_talk *talk, struct sg_bytes piece)
{
    if (sg_buf_add_bytes(&talk->text, piece) < 0)
        abort();
    return piece.len;
}

/* Takes a third and asks for more in the loop's next turn, or at once. */
static void ask_for_more(struct sg_task *task)
{
    sg_request_resume(((struct sg_talk *)((char *)task - offsetof(struct sg_talk, task)))->request);
}

static size_t gather_slowly(struct sg_talk *talk, struct sg_bytes piece)
{
    size_t n = piece.len / 3 + (piece.len < 3 ? piece.len : 0);
    talk->task.run = ask_for_more;
    if (talk->turns++ % 2 == 0)
        sg_task_queue(sg_stand.loop, &talk->task);
    else
        sg_request_resume(talk->request);
    return gather(talk, (struct sg_bytes){piece.data, n});
}

static size_t take_nothing(struct sg_talk *talk, struct sg_bytes piece)
{
    (void)piece;
    (void)pthread_mutex_lock(&sg_stand.lock);
    sg_stand.held = talk;
    (void)pthread_mutex_unlock(&sg_stand.lock);
    return 0;
}

/* Nothing at first, all of it when it was resumed. */
static size_t take_on_resume(struct sg_talk *talk, struct sg_bytes piece)
{
    return talk->turns++ == 0 ? take_nothing(talk, piece) : gather(talk, piece);
}

static void talk_later(struct sg_timer *timer)
{
    say_what_came((struct sg_talk *)timer); /* its first member */
}

static void end_later(struct sg_talk *talk)
{
    talk->timer.due = talk_later;
    if (sg_timer_set(sg_stand.loop, &talk->timer, sg_loop_now(sg_stand.loop) + 5 * MS) < 0)
        abort();
}

static void end_held(struct sg_talk *talk)
{
    (void)pthread_mutex_lock(&sg_stand.lock);
    sg_stand.held = talk;
    (void)pthread_mutex_unlock(&sg_stand.lock);
}

static void end_closing(struct sg_talk *talk)
{
    struct sg_reply reply = reply_of(200);
    reply.close = true;
    if (sg_request_reply(talk->request, &reply, SG_BYTES("bye")) < 0)
        abort();
}

static void end_peer(struct sg_talk *talk)
{
    struct sg_bytes peer = sg_request_peer(talk->request);
    char text[64];
    (void)snprintf(text, sizeof text, "%zu:%u", peer.len, peer.len == 4 ? peer.data[0] : 0u);
    say(talk, 200, text);
}

static void end_headers(struct sg_talk *talk)
{
    const struct sg_headers *headers = sg_request_headers(talk->request);
    char text[1024] = "";
    size_t len = 0;
    for (size_t i = 0; i < headers->n; i++) {
        const struct sg_header *one = &headers->item[i];
        len += (size_t)snprintf(text + len, sizeof text - len, "%.*s=%.*s|", (int)one->name.len,
                                (const char *)one->name.data, (int)one->value.len,
                                (const char *)one->value.data);
    }
    say(talk, 200, text);
}

static void more(struct sg_task *task)
{
    sg_request_more(((struct sg_talk *)((char *)task - offsetof(struct sg_talk, task)))->request);
}

/* LARGE bytes of text; every other time there is nothing until it is asked again. */
static int64_t read_large(void *own, uint8_t *out, size_t cap)
{
    struct sg_talk *talk = own;
    size_t left = (size_t)(SG_TALK_LARGE - talk->made), n = cap < left ? cap : left;
    if (left == 0)
        return -1;
    if (talk->turns++ % 2 == 0) {
        talk->task.run = more;
        if (talk->turns % 4 == 1)
            sg_task_queue(sg_stand.loop, &talk->task);
        else
            sg_request_more(talk->request);
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)('a' + (talk->made + i) % 26);
    talk->made += n;
    return (int64_t)n;
}

static int64_t read_then_fail(void *own, uint8_t *out, size_t cap)
{
    struct sg_talk *talk = own;
    (void)cap;
    if (talk->made++ > 0)
        return -2;
    out[0] = 'x';
    return 1;
}

static int64_t read_too_little(void *own, uint8_t *out, size_t cap)
{
    return read_then_fail(own, out, cap) == 1 ? 1 : -1;
}

static int64_t read_then_wait(void *own, uint8_t *out, size_t cap)
{
    struct sg_talk *talk = own;
    (void)cap;
    if (talk->made++ > 0) {
        end_held(talk);
        return 0;
    }
    out[0] = 'x';
    return 1;
}

static void stream(struct sg_talk *talk, uint64_t length, sg_reply_reader *read)
{
    struct sg_reply reply = reply_of(200);
    if (sg_request_stream(talk->request, &reply, length, read) < 0)
        abort();
}

static void end_stream(struct sg_talk *talk)
{
    stream(talk, UINT64_MAX, read_large);
}

static void end_stream_known(struct sg_talk *talk)
{
    stream(talk, SG_TALK_LARGE, read_large);
}

static void end_stream_failing(struct sg_talk *talk)
{
    stream(talk, UINT64_MAX, read_then_fail);
}

static void end_stream_short(struct sg_talk *talk)
{
    stream(talk, 10, read_too_little);
}

static void end_stream_waiting(struct sg_talk *talk)
{
    stream(talk, UINT64_MAX, read_then_wait);
}

static int64_t read_endless(void *own, uint8_t *out, size_t cap)
{
    (void)own;
    memset(out, 'x', cap);
    return (int64_t)cap;
}

static void end_stream_endless(struct sg_talk *talk)
{
    stream(talk, UINT64_MAX, read_endless);
}

static void end_not_modified(struct sg_talk *talk)
{
    say(talk, 304, "");
}

static void end_empty(struct sg_talk *talk)
{
    say(talk, 204, "");
}

static void abort_now(struct sg_talk *talk)
{
    sg_request_abort(talk->request);
}

static void begin_early(struct sg_talk *talk)
{
    say(talk, 413, "too large");
}

static void begin_early_stream(struct sg_talk *talk)
{
    stream(talk, UINT64_MAX, read_large);
}

static size_t body_early(struct sg_talk *talk, struct sg_bytes piece)
{
    say(talk, 422, "blocked");
    return piece.len;
}

static void say_blocked(struct sg_timer *timer)
{
    say((struct sg_talk *)timer, 422, "blocked"); /* its first member */
}

/* Takes nothing, and answers while what came waits. */
static size_t body_stuck_early(struct sg_talk *talk, struct sg_bytes piece)
{
    (void)piece;
    talk->timer.due = say_blocked;
    if (sg_timer_set(sg_stand.loop, &talk->timer, sg_loop_now(sg_stand.loop) + 5 * MS) < 0)
        abort();
    return 0;
}

static size_t body_abort(struct sg_talk *talk, struct sg_bytes piece)
{
    sg_request_abort(talk->request);
    return piece.len;
}

static const struct sg_play plays[] = {
    {"/later", NULL, gather, end_later},
    {"/slow", NULL, gather_slowly, say_what_came},
    {"/stuck", NULL, take_nothing, say_what_came},
    {"/pause", NULL, take_on_resume, say_what_came},
    {"/hold", NULL, gather, end_held},
    {"/close", NULL, gather, end_closing},
    {"/peer", NULL, gather, end_peer},
    {"/headers", NULL, gather, end_headers},
    {"/stream", NULL, gather, end_stream},
    {"/length", NULL, gather, end_stream_known},
    {"/fail", NULL, gather, end_stream_failing},
    {"/short", NULL, gather, end_stream_short},
    {"/wait", NULL, gather, end_stream_waiting},
    {"/endless", NULL, gather, end_stream_endless},
    {"/304", NULL, gather, end_not_modified},
    {"/204", NULL, gather, end_empty},
    {"/abort", NULL, gather, abort_now},
    {"/abort-begin", abort_now, gather, say_what_came},
    {"/abort-body", NULL, body_abort, say_what_came},
    {"/early", begin_early, gather, say_what_came},
    {"/early-stream", begin_early_stream, gather, say_what_came},
    {"/early-body", NULL, body_early, say_what_came},
    {"/early-stuck", NULL, body_stuck_early, say_what_came},
    {"/null", NULL, NULL, NULL},
    {"/", NULL, gather, say_what_came}, /* all others */
};

static void *begin(void *ctx, struct sg_request *request)
{
    struct sg_bytes target = sg_request_target(request);
    const struct sg_play *play = plays;
    assert_ptr_equal(ctx, &sg_stand);
    while (strcmp(play->target, "/") != 0 && !sg_bytes_equal(target, sg_bytes_of(play->target)))
        play++;
    sg_stand_note(&sg_stand.begun);
    if (play->body == NULL)
        return NULL;
    struct sg_talk *talk = calloc(1, sizeof *talk);
    if (talk == NULL)
        abort();
    talk->request = request;
    talk->play = play;
    if (play->begin != NULL)
        play->begin(talk);
    return talk;
}

static size_t body(void *own, struct sg_bytes piece)
{
    struct sg_talk *talk = own;
    (void)pthread_mutex_lock(&sg_stand.lock);
    sg_stand.body_bytes += piece.len;
    (void)pthread_mutex_unlock(&sg_stand.lock);
    return talk->play->body(talk, piece);
}

static void end(void *own)
{
    struct sg_talk *talk = own;
    talk->play->end(talk);
    sg_stand_note(&sg_stand.ended);
}

static void closed(void *own, enum sg_request_end how)
{
    struct sg_talk *talk = own;
    sg_timer_cancel(sg_stand.loop, &talk->timer);
    sg_task_cancel(sg_stand.loop, &talk->task);
    sg_buf_fini(&talk->text);
    free(talk);
    sg_stand_note(&sg_stand.closed[how]);
}

static bool admit(void *ctx)
{
    (void)ctx;
    return !sg_stand.full;
}

static void refused(void *ctx, struct sg_bytes peer, const struct sg_refusal *why)
{
    (void)ctx;
    (void)peer;
    if (why->word == NULL || why->detail == NULL)
        abort();
    sg_stand_note(&sg_stand.refused);
}

const struct sg_front_handler sg_talk_handler = {
    .begin = begin,
    .body = body,
    .end = end,
    .closed = closed,
    .ctx = &sg_stand,
    .admit = admit,
    .refused = refused,
};

/* --- errands --- */

void sg_talk_answer_held(void)
{
    say_what_came(sg_stand.held);
}

void sg_talk_resume_held(void)
{
    sg_request_resume(sg_stand.held->request);
}

void sg_talk_more_held(void)
{
    sg_request_more(sg_stand.held->request);
}

void sg_talk_fill_up(void)
{
    sg_stand.full = true;
}

void sg_talk_make_room(void)
{
    sg_stand.full = false;
}

void sg_talk_abort_held(void)
{
    sg_request_abort(sg_stand.held->request);
}
