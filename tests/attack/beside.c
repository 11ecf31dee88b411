/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beside.c - a good client beside an attack: asks at a steady pace, and sees that it is served.
 *
 * No assertion in its thread: one that failed a test there would leave the others behind.
 */
#include "beside.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "../bench/message.h"
#include "../bench/program.h"
#include "../lib/wire.h"

enum { ANSWER_MOST = 16 * 1024 };

static uint64_t now_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* One answer, NUL ended. NULL: fine, else what is wrong. */
static const char *read_answer(int fd, char text[ANSWER_MOST], struct message *message,
                               size_t *body)
{
    size_t len = 0, pos = 0, n = 0;
    const char *run = NULL;
    *body = 0;
    for (;;) {
        struct pollfd wait = {fd, POLLIN, 0};
        if (poll(&wait, 1, SG_PATIENCE_MS) <= 0)
            return "no answer";
        ssize_t got = recv(fd, text + len, ANSWER_MOST - 1 - len, 0);
        if (got <= 0)
            return got == 0 ? "closed" : "reset";
        len += (size_t)got;
        text[len] = '\0';
        int said = MESSAGE_RUN;
        while (said == MESSAGE_RUN) {
            said = message_read(message, text, len, &pos, &run, &n);
            if (said == MESSAGE_RUN && *body == 0)
                *body = (size_t)(run - text);
        }
        if (said == MESSAGE_WHOLE)
            return pos == len ? NULL : "more than an answer";
        if (said == MESSAGE_BAD || len == ANSWER_MOST - 1)
            return "no answer that can be read";
    }
}

static void judge(struct sg_beside *beside, const char *wrong, const char *text,
                  const struct message *message, size_t body)
{
    bool same = beside->answer == NULL || (body > 0 && strcmp(text + body, beside->answer) == 0);
    if (wrong == NULL && message->status == 200 && same) {
        atomic_fetch_add(&beside->right, 1);
    } else if (wrong == NULL && message->status == 503 && !message->closes &&
               strstr(text, "Retry-After: ") != NULL) {
        atomic_fetch_add(&beside->turned_away, 1);
    } else {
        if (atomic_fetch_add(&beside->wrong, 1) == 0)
            (void)snprintf(beside->why, sizeof beside->why, "%s: %.100s",
                           wrong == NULL ? "another answer" : wrong, text);
        (void)close(beside->fd - 1);
        beside->fd = 0;
    }
}

static void ask(struct sg_beside *beside)
{
    char text[ANSWER_MOST] = "";
    struct message message = {.status = 0};
    size_t body = 0, len = strlen(beside->request);
    uint64_t begun = now_us();
    const char *wrong = NULL;
    if (beside->fd == 0)
        beside->fd = 1 + program_connect((uint16_t)beside->port);
    if (beside->fd == 0 || send(beside->fd - 1, beside->request, len, MSG_NOSIGNAL) != (ssize_t)len)
        wrong = "nobody takes the request";
    else
        wrong = read_answer(beside->fd - 1, text, &message, &body);
    size_t took = (size_t)(now_us() - begun);
    if (took > atomic_load(&beside->slowest_us))
        atomic_store(&beside->slowest_us, took);
    judge(beside, wrong, text, &message, body);
}

static void *run(void *ctx)
{
    struct sg_beside *beside = ctx;
    while (!atomic_load(&beside->stopping)) {
        ask(beside);
        (void)poll(NULL, 0, (int)beside->pace_ms);
    }
    if (beside->fd > 0)
        (void)close(beside->fd - 1);
    return NULL;
}

void sg_beside_start(struct sg_beside *beside)
{
    atomic_store(&beside->stopping, false);
    atomic_store(&beside->right, 0);
    atomic_store(&beside->turned_away, 0);
    atomic_store(&beside->wrong, 0);
    atomic_store(&beside->slowest_us, 0);
    beside->fd = 0;
    assert_int_equal(pthread_create(&beside->thread, NULL, run, beside), 0);
}

void sg_beside_stop(struct sg_beside *beside)
{
    atomic_store(&beside->stopping, true);
    (void)pthread_join(beside->thread, NULL);
    if (atomic_load(&beside->right) == 0)
        fail_msg("a good client was not served: %s", beside->why);
}

void sg_beside_stop_unharmed(struct sg_beside *beside)
{
    sg_beside_stop(beside);
    size_t wrong = atomic_load(&beside->wrong), away = atomic_load(&beside->turned_away);
    if (wrong + away > 0)
        fail_msg("of a good client's requests %zu failed and %zu were turned away: %s", wrong, away,
                 beside->why);
}

void sg_beside_await(struct sg_beside *beside, size_t in_a_row)
{
    size_t from = atomic_load(&beside->right), bad = 0;
    for (int ms = 0; ms < SG_PATIENCE_MS; ms++) {
        size_t now = atomic_load(&beside->wrong) + atomic_load(&beside->turned_away);
        size_t right = atomic_load(&beside->right);
        if (now != bad) {
            bad = now;
            from = right;
        }
        if (right - from >= in_a_row)
            return;
        (void)poll(NULL, 0, 1);
    }
    fail_msg("a good client is not served any more: %s", beside->why);
}
