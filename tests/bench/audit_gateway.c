/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_gateway.c - requests a second of the gateway, beside the same one without its audit log.
 *
 *     load -> gateway, one worker, and its audit -> origin
 *
 * 64 connections, each asks again when it has its answer. Round by round both in turn. Once with
 * all of it where the system puts it; once with the gateway and its audit on CPU 0 and the rest on
 * CPU 1, where what the audit takes is missing to the worker.
 */
#include <stdio.h>
#include <string.h>

#include "audit_bench.h"
#include "load.h"
#include "origin.h"
#include "program.h"
#include "rounds.h"

enum { CONNECTIONS = 64, TRIES = 20 };

static const char message[] =
    "{\"from\":\"c-1029\",\"conversation\":\"v-7731\",\"text\":\"Hello, my order did not arrive. "
    "You can write to jo.doe@example.com any time. I paid with the card 4111 1111 1111 1111 last "
    "week, the amount was 49.90 and the box was blue. Please tell me what to do.\",\"lang\":\"en\","
    "\"attempt\":2,\"unread\":false}";
static const char reply[] =
    "{\"status\":\"queued\",\"conversation\":\"v-7731\",\"position\":3,\"text\":\"Thank you for "
    "your message. One of our people will look into it and answer here within 15 minutes. You do "
    "not have to wait: we will tell you as soon as there is an answer.\",\"lang\":\"en\","
    "\"agents\":12,\"open\":true,\"hours\":\"8 to 20\"}";
static const char *const values[] = {"jo.doe", "4111", NULL};

struct side {
    struct peer peer;
    struct load *load;
    double per_second[ROUNDS_MOST], us[ROUNDS_MOST]; /* CPU time of a request */
};

/* Each set of rules has its own path: the origin wants the same bytes each time. */
static void start(struct audit_bench *bench, struct side *side, const struct place *place)
{
    const char *path = side->peer.rules == NULL ? "/packs" : "/eight";
    const struct ask ask = {"POST", path, "application/json", text_of(message), text_of(reply)};
    if (!peer_start(&side->peer, place) ||
        (side->load = load_open(side->peer.port, CONNECTIONS, &ask)) == NULL)
        audit_fail(bench, "a gateway does not start");
}

static void stop(struct side *side)
{
    load_close(side->load);
    peer_stop(&side->peer);
}

static void one_round(struct audit_bench *bench, struct side *side, unsigned round)
{
    const struct load_pace pace = {.seconds = bench->seconds};
    for (int i = 0; i < TRIES; i++) {
        uint64_t before = program_cpu_ns(side->peer.pid);
        struct load_result result = load_run(side->load, &pace);
        uint64_t used = program_cpu_ns(side->peer.pid) - before;
        side->per_second[round] = (double)result.answered / result.seconds;
        side->us[round] = (double)used / (double)result.answered / 1000;
        if (load_fine(&result))
            return;
        if (result.wrong + result.lost > 0)
            break;
    }
    audit_fail(bench, "a gateway did not answer as it should");
}

/* What its log takes on disk beside its lines. */
static void storage(struct audit_bench *bench, const struct side *side)
{
    char dir[300];
    (void)snprintf(dir, sizeof dir, "%s/%u/audit", bench->place.dir, side->peer.port);
    double lines = (double)audit_storage(dir, ".ndjson"), all = (double)audit_storage(dir, NULL);
    audit_row(bench, "storage ÷ NDJSON, records of a gateway", all / lines, 3, "",
              (struct goal){1.15, 1.12, true}, "%.0f of %.0f MB", all / 1e6, lines / 1e6);
}

static void compare(struct audit_bench *bench, struct place *place, const char *what,
                    const char *rules, bool store)
{
    struct side audited = {.peer = {.name = "audited",
                                    .kind = PEER_GATEWAY,
                                    .program = bench->program,
                                    .handling = "scrub",
                                    .rules = rules}};
    struct side without = audited;
    char measure[120];
    without.peer.name = "without audit";
    without.peer.program = bench->unaudited;
    start(bench, &audited, place);
    start(bench, &without, place);
    for (unsigned i = 0; i < bench->rounds; i++) {
        one_round(bench, &audited, i);
        one_round(bench, &without, i);
    }
    stop(&audited);
    stop(&without);
    struct spread ratio = spread_of_ratios(audited.per_second, without.per_second, bench->rounds);
    (void)snprintf(measure, sizeof measure,
                   "requests/s, 64 connections, durable audit ÷ audit off, %s", what);
    audit_row(bench, measure, ratio.middle, 2, "", (struct goal){0.8, 0.9, false},
              "%.2f–%.2f; %.0f ÷ %.0f", ratio.low, ratio.high,
              median(audited.per_second, bench->rounds), median(without.per_second, bench->rounds));
    struct spread cpu = spread_of_ratios(audited.us, without.us, bench->rounds);
    (void)snprintf(measure, sizeof measure, "CPU time of a request, durable audit ÷ audit off, %s",
                   what);
    audit_row(bench, measure, cpu.middle, 2, "", (struct goal){0, 0, true},
              "%.2f–%.2f; %.0f ÷ %.0f µs", cpu.low, cpu.high, median(audited.us, bench->rounds),
              median(without.us, bench->rounds));
    if (store)
        storage(bench, &audited);
}

void audit_gateway(struct audit_bench *bench)
{
    static const char eight[] = "tests/bench/rules8";
    const struct origin_service services[] = {
        {"/packs", ORIGIN_ANSWERS, {NULL, 0, 0}, values, text_of(reply)},
        {"/eight", ORIGIN_ANSWERS, {NULL, 0, 0}, values, text_of(reply)}};
    for (int pinned = 0; pinned <= 1; pinned++) {
        struct place place = bench->place;
        place.cpu = pinned != 0 ? PROXY_CPU : -1;
        struct origin *origin =
            origin_start(&place.origin, services, 2, pinned != 0 ? OUR_CPU : -1);
        if (origin == NULL)
            audit_fail(bench, "no origin");
        if (pinned != 0)
            program_pin(OUR_CPU);
        compare(bench, &place, pinned != 0 ? "default packs, one core" : "default packs", NULL,
                pinned == 0);
        compare(bench, &place, pinned != 0 ? "8 rules, one core" : "8 rules", eight, false);
        if (origin_wrong(origin) > 0)
            audit_fail(bench, "a value came through");
        origin_stop(origin);
    }
}
