/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_proxy.c - CPU time and memory beside nginx, haproxy and nginx with Lua, and whether the
 * goals are reached.
 *
 *     load (CPU 1) -> proxy (CPU 0) -> origin (CPU 1)
 *
 * usage: bench_proxy SCRUBGATE [ROUNDS [SECONDS [PART]...]]    parts: small long parked memory
 * guard BENCH_OTHER: another build of the gateway, measured beside this one.
 *
 * One core for each proxy, all its threads and children counted, the audit's too. Round by round
 * each is measured in turn; a ratio is the median of the rounds' ratios. Every body is looked at,
 * at both ends: an answer that is not right, or a value that was not masked, ends the run.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "program.h"
#include "proxy_bench.h"
#include "rounds.h"

enum { PROXY_CPU = 0, OUR_CPU = 1, CROWD_SECONDS = 30, TRIES = 20 };

static const char no_rules[] = "tests/bench/rules8";

static const struct peer contestants[CONTESTANTS] = {
    [NGINX] = {.name = "nginx", .kind = PEER_NGINX},
    [HAPROXY] = {.name = "haproxy", .kind = PEER_HAPROXY},
    [PASS] = {.name = "scrubgate, no rules",
              .kind = PEER_GATEWAY,
              .handling = "pass",
              .rules = no_rules},
    [PACKS] = {.name = "scrubgate, default packs both ways, audited",
               .kind = PEER_GATEWAY,
               .handling = "scrub"},
    [LUA] = {.name = "nginx + Lua, 8 rules both ways", .kind = PEER_NGINX_LUA},
    [EIGHT] = {.name = "scrubgate, the same 8 rules both ways, audited",
               .kind = PEER_GATEWAY,
               .handling = "scrub",
               .rules = "tests/bench/rules8"},
    [OTHER_PASS] = {.name = "other build, no rules",
                    .kind = PEER_GATEWAY,
                    .handling = "pass",
                    .rules = no_rules},
    [OTHER_PACKS] = {.name = "other build, default packs both ways, audited",
                     .kind = PEER_GATEWAY,
                     .handling = "scrub"},
};

static const struct part {
    const char *name;
    void (*run)(struct bench *bench);
} parts[] = {
    {"small", proxy_small},   {"long", proxy_long},   {"parked", proxy_parked},
    {"memory", proxy_memory}, {"guard", proxy_guard},
};

static void stop_all(struct bench *bench)
{
    for (size_t i = 0; i < CONTESTANTS; i++)
        peer_stop(&bench->peers[i]);
}

_Noreturn void bench_fail(struct bench *bench, enum contestant who, const char *what)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s: %s. No figures for a proxy that errs.\n", bench->peers[who].name,
                  what);
    stop_all(bench);
    place_fini(&bench->place);
    exit(1);
}

/* Says what came instead of right answers, and ends the process. */
_Noreturn static void fail_with(struct bench *bench, enum contestant who,
                                const struct load_result *result, uint64_t wrong)
{
    char what[200];
    (void)snprintf(what, sizeof what,
                   "%llu right answers, %llu turned away, %llu wrong, %llu lost; %llu requests not "
                   "as they should be at the origin",
                   (unsigned long long)result->answered, (unsigned long long)result->shed,
                   (unsigned long long)result->wrong, (unsigned long long)result->lost,
                   (unsigned long long)wrong);
    bench_fail(bench, who, what);
}

/* A gateway that gets too little of its core turns requests away, which is right, but is not what
 * is measured here: then once more. */
double bench_cpu(struct bench *bench, enum contestant who, struct load *load,
                 const struct load_pace *pace, double *p50)
{
    for (int i = 0;; i++) {
        uint64_t wrong = origin_wrong(bench->origin);
        uint64_t before = program_cpu_ns(bench->peers[who].pid);
        struct load_result result = load_run(load, pace);
        uint64_t used = program_cpu_ns(bench->peers[who].pid) - before;
        wrong = origin_wrong(bench->origin) - wrong;
        if (p50 != NULL)
            *p50 = result.p50;
        if (load_fine(&result) && wrong == 0)
            return (double)used / (double)result.answered / 1000;
        if (result.wrong + result.lost + wrong > 0 || i == TRIES)
            fail_with(bench, who, &result, wrong);
    }
}

/* --- crowds --- */

struct crowd *bench_crowd(struct bench *bench, enum contestant who, unsigned n, enum asked asked)
{
    const struct ask ask = ask_of(who, asked);
    bool waits = asked == ASK_HOLD || asked == ASK_STREAM;
    enum crowd_until until = asked == ASK_HOLD     ? CROWD_SENT
                             : asked == ASK_STREAM ? CROWD_BEGUN
                                                   : CROWD_ANSWERED;
    struct crowd *crowd = crowd_open(bench->peers[who].port, n, &ask);
    if (crowd == NULL)
        bench_fail(bench, who, "takes no connections");
    time_t start = time(NULL);
    while (!crowd_turn(crowd, until) || (waits && origin_held(bench->origin) != n)) {
        if (time(NULL) - start > CROWD_SECONDS || crowd_lost(crowd) > 0)
            bench_fail(bench, who, "does not take that many requests at once");
    }
    return crowd;
}

void bench_crowd_close(struct bench *bench, enum contestant who, struct crowd *crowd)
{
    if (crowd_lost(crowd) > 0)
        bench_fail(bench, who, "closed connections that should have stayed");
    crowd_close(crowd);
    do {
        origin_release(bench->origin);
        (void)nanosleep(&(struct timespec){0, 200000000}, NULL);
    } while (origin_held(bench->origin) > 0);
}

/* --- the table of goals --- */

void bench_row(struct bench *bench, const char *measure, double value, int decimals,
               const char *unit, struct goal goal, const char *why, ...)
{
    struct row *row = &bench->rows[bench->n_rows++];
    va_list args;
    *row = (struct row){
        .value = value, .decimals = decimals, .unit = unit, .goal = goal, .measured = true};
    (void)snprintf(row->measure, sizeof row->measure, "%s", measure);
    va_start(args, why);
    (void)vsnprintf(row->why, sizeof row->why, why, args);
    va_end(args);
}

void bench_row_missing(struct bench *bench, const char *measure, struct goal goal,
                       const char *package)
{
    struct row *row = &bench->rows[bench->n_rows++];
    *row = (struct row){.goal = goal};
    (void)snprintf(row->measure, sizeof row->measure, "%s", measure);
    (void)snprintf(row->why, sizeof row->why, "%s is not installed", package);
}

static void print_goals(const struct bench *bench)
{
    (void)printf("### Goals\n\n");
    table_head();
    for (size_t i = 0; i < bench->n_rows; i++) {
        const struct row *row = &bench->rows[i];
        if (row->measured)
            table_row(row->measure, row->value, row->decimals, row->unit, row->goal, row->why);
        else
            table_missing(row->measure, row->goal, row->why);
    }
}

/* --- the run --- */

static void start_all(struct bench *bench, const char *scrubgate)
{
    const char *other = getenv("BENCH_OTHER");
    for (enum contestant who = NGINX; who < CONTESTANTS; who++) {
        struct peer *peer = &bench->peers[who];
        bool of_other = who == OTHER_PASS || who == OTHER_PACKS;
        const char *lacks = peer_lacks(contestants[who].kind);
        *peer = contestants[who];
        peer->program = of_other ? other : scrubgate;
        bench->there[who] = lacks == NULL && (!of_other || other != NULL);
        if (lacks != NULL)
            (void)printf("%s: not measured, the package %s is not installed\n", peer->name, lacks);
        if (bench->there[who] && !peer_start(peer, &bench->place))
            bench_fail(bench, who, "does not start");
    }
    for (enum contestant who = NGINX; who < CONTESTANTS; who++) {
        bool scrubs = ask_of(who, ASK_SMALL).path[1] != 'p' || who == PACKS || who == OTHER_PACKS;
        if (bench->there[who] && scrubs && !ask_masks(&bench->peers[who]))
            bench_fail(bench, who, "does not mask an answer");
    }
}

static bool wanted(const char *name, char **names, int n)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return n <= 0;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s SCRUBGATE [ROUNDS [SECONDS [PART]...]]\n", argv[0]);
        return 2;
    }
    bench.rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 9;
    bench.seconds = argc > 3 ? strtod(argv[3], NULL) : 1;
    if (bench.rounds < 1 || bench.rounds > ROUNDS_MOST || bench.seconds <= 0)
        return 2;
    if (!place_init(&bench.place, PROXY_CPU))
        return 2;
    program_pin(OUR_CPU);
    bench.origin = asks_origin(&bench.place, OUR_CPU);
    start_all(&bench, argv[1]);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (wanted(parts[i].name, argv + 4, argc - 4))
            parts[i].run(&bench);
    }
    print_goals(&bench);
    stop_all(&bench);
    origin_stop(bench.origin);
    place_fini(&bench.place);
    return 0;
}
