/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_message.c - what one small message costs: a body in, scrubbed, out, with the packs built
 * in.
 *
 * usage: bench_message [KERNEL [ROUNDS [PACK...]]]
 *        bench_message --count BODY [TIMES]
 *
 * The first form prints CPU time per message. The second does BODY (request, answer or a JSON text)
 * a few times unseen and then TIMES times inside message_counted, for callgrind's --toggle-collect.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "body/stream.h"
#include "rule/ruleset.h"
#include "scan/kernel.h"

#include "message_bodies.h"

enum { WARM = 20, ROUNDS = 100, EACH = 500 };

struct bench {
    struct scrubgate_ruleset *set;
    struct scrubgate_scratch *scratch;
    struct scrubgate_tail *tail;
    uint8_t key[32];
    uint64_t found;
};

static void check(enum scrubgate_status rc, const char *what)
{
    if (rc >= 0)
        return;
    (void)fprintf(stderr, "%s: %s\n", what, scrubgate_status_word(rc));
    exit(1);
}

static void note(void *ctx, const struct scrubgate_event *event)
{
    struct bench *bench = ctx;
    bench->found += event->end;
}

/* As the gateway does it. */
static void scrub(struct bench *bench, const char *body, enum scrubgate_direction direction)
{
    char out[1024];
    struct scrubgate_stream *stream = NULL;
    struct scrubgate_in in = {body, strlen(body), 0};
    struct scrubgate_out room = {out, sizeof out, 0};
    struct scrubgate_stream_config config = {.content_type = "application/json",
                                             .direction = direction,
                                             .key = bench->key,
                                             .on_event = note,
                                             .ctx = bench};
    check(scrubgate_stream_open(&stream, bench->set, bench->scratch, &config), "open");
    check(scrubgate_stream_push(stream, &in, &room, false), "push");
    check(scrubgate_stream_push(stream, &in, &room, true), "end");
    scrubgate_stream_close(&stream);
}

void message_counted(struct bench *bench, const char *body, enum scrubgate_direction direction,
                     size_t times);
__attribute__((noinline)) void message_counted(struct bench *bench, const char *body,
                                               enum scrubgate_direction direction, size_t times)
{
    for (size_t i = 0; i < times; i++)
        scrub(bench, body, direction);
}

static double now_us(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static void measure(struct bench *bench, const char *name, const char *body,
                    enum scrubgate_direction direction, size_t rounds)
{
    double best = 1e30;
    message_counted(bench, body, direction, WARM);
    for (size_t r = 0; r < rounds; r++) {
        double begun = now_us();
        message_counted(bench, body, direction, EACH);
        double took = (now_us() - begun) / EACH;
        best = took < best ? took : best;
    }
    (void)printf("| %s, %zu B | %.2f us |\n", name, strlen(body), best);
}

int main(int argc, char **argv)
{
    struct bench bench = {.found = 0};
    bool count = argc > 2 && strcmp(argv[1], "--count") == 0;
    const char *const *packs = argc > 3 && !count ? (const char *const *)argv + 3 : NULL;
    struct scrubgate_fault fault = {.what = ""};
    double begun = now_us();
    enum scrubgate_status rc =
        scrubgate_ruleset_load(&bench.set, packs, packs == NULL ? 0 : (size_t)argc - 3, &fault);
    if (rc < 0)
        (void)fprintf(stderr, "%s\n", fault.what);
    check(rc, "rules");
    check(scrubgate_scratch_new(&bench.scratch), "scratch");
    if (count) {
        bool request = strcmp(argv[2], "request") == 0;
        const char *body = request                          ? message_request
                           : strcmp(argv[2], "answer") == 0 ? message_answer
                                                            : argv[2];
        enum scrubgate_direction direction = request ? SCRUBGATE_TO_AGENT : SCRUBGATE_TO_CUSTOMER;
        size_t times = argc > 3 ? strtoul(argv[3], NULL, 10) : 100;
        for (size_t i = 0; i < WARM; i++)
            scrub(&bench, body, direction);
        double at = now_us();
        message_counted(&bench, body, direction, times);
        (void)printf("%.2f us\n", (now_us() - at) / (double)times);
    } else {
        size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : ROUNDS;
        if (argc > 1 && strcmp(argv[1], "default") != 0)
            check(sg_kernel_choose(argv[1], &bench.set->kernel, NULL), argv[1]);
        (void)printf("rules loaded in %.0f ms\n", (now_us() - begun) / 1000);
        measure(&bench, "request", message_request, SCRUBGATE_TO_AGENT, rounds);
        measure(&bench, "answer", message_answer, SCRUBGATE_TO_CUSTOMER, rounds);
    }
    scrubgate_scratch_free(bench.scratch);
    scrubgate_ruleset_free(bench.set);
    return 0;
}
