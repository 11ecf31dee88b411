/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_memory.c - what a connection that is idle, waits or streams takes of resident memory.
 *
 * Each state in a process of its own, which has answered some thousand requests before: what
 * connections leave behind is not there to be used again. The kernel's buffers are not counted.
 */
#include <stdio.h>

#include "program.h"
#include "proxy_bench.h"

enum { CONNECTIONS = 2000 };

static const struct state {
    const char *name;
    enum asked asked;
    struct goal goal; /* kB */
} states[] = {
    {"idle keep-alive", ASK_SMALL, {24, 16, true}},
    {"parked", ASK_HOLD, {12, 9, true}},
    {"streaming", ASK_STREAM, {32, 18, true}},
};
enum { STATES = sizeof states / sizeof states[0] };

static const enum contestant list[] = {NGINX, HAPROXY, PASS, PACKS, OTHER_PASS, OTHER_PACKS};
enum { LISTED = sizeof list / sizeof list[0] };

/* Anew, and behind that many small requests: their connections stay open. */
static struct load *start_warm(struct bench *bench, enum contestant who, uint64_t requests)
{
    const struct load_pace pace = {.seconds = 60, .requests = requests};
    const struct ask small = ask_of(who, ASK_SMALL);
    struct peer *peer = &bench->peers[who];
    peer_stop(peer);
    if (!peer_start(peer, &bench->place))
        bench_fail(bench, who, "does not start again");
    struct load *load = load_open(peer->port, CLIENTS, &small);
    if (load == NULL)
        bench_fail(bench, who, "takes no connections");
    (void)bench_cpu(bench, who, load, &pace, NULL);
    return load;
}

/* What 9,000 requests add to a process that has answered 1,000. */
static void growth(struct bench *bench, enum contestant who)
{
    const struct load_pace more = {.seconds = 60, .requests = 9000};
    struct load *load = start_warm(bench, who, 1000);
    double early = (double)program_rss(bench->peers[who].pid) / 1048576;
    (void)bench_cpu(bench, who, load, &more, NULL);
    double late = (double)program_rss(bench->peers[who].pid) / 1048576;
    load_close(load);
    bench_row(bench, "RSS after 10,000 requests ÷ after 1,000, default packs", late / early, 4, "",
              (struct goal){1.01, 1.001, true}, "%.2f ÷ %.2f MiB", late, early);
}

static double measure(struct bench *bench, enum contestant who, const struct state *state)
{
    const struct peer *peer = &bench->peers[who];
    struct load *load = start_warm(bench, who, 5000);
    uint64_t before = program_rss(peer->pid);
    struct crowd *crowd = bench_crowd(bench, who, CONNECTIONS, state->asked);
    uint64_t after = program_rss(peer->pid);
    bench_crowd_close(bench, who, crowd);
    load_close(load);
    return ((double)after - (double)before) / CONNECTIONS / 1000;
}

void proxy_memory(struct bench *bench)
{
    double kb[STATES][CONTESTANTS] = {{0}};
    (void)printf("| RSS of a connection, kB, of %d |", CONNECTIONS);
    for (size_t s = 0; s < STATES; s++)
        (void)printf(" %s |", states[s].name);
    (void)printf("\n|---|---|---|---|\n");
    for (size_t i = 0; i < LISTED; i++) {
        if (!bench->there[list[i]])
            continue;
        (void)printf("| %s |", bench->peers[list[i]].name);
        for (size_t s = 0; s < STATES; s++) {
            kb[s][list[i]] = measure(bench, list[i], &states[s]);
            (void)printf(" %.1f |", kb[s][list[i]]);
            (void)fflush(stdout);
        }
        (void)printf("\n");
    }
    (void)printf("\n");
    for (size_t s = 0; s < STATES; s++) {
        char measure_of[100];
        (void)snprintf(measure_of, sizeof measure_of, "memory of a connection, %s, no rules",
                       states[s].name);
        bench_row(bench, measure_of, kb[s][PASS], 1, " kB", states[s].goal, "nginx %.1f",
                  kb[s][NGINX]);
        (void)snprintf(measure_of, sizeof measure_of, "memory of a connection, %s, default packs",
                       states[s].name);
        bench_row(bench, measure_of, kb[s][PACKS], 1, " kB", states[s].goal, "nginx %.1f",
                  kb[s][NGINX]);
    }
    growth(bench, PACKS);
}
