/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion_message.c - what a message of a kilobyte costs beside its scan.
 *
 *     facets of both parties and the connection -> content of the text -> scorer
 *
 * In a market that has gone on for a month, message by message, each timed by itself in CPU time,
 * the least of five runs of the same month: what others do on the machine is in none of them; the
 * scan of the same text is that of all rules at level 2, without fingerprints.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <scrubgate/ruleset.h>

#include "collusion/facet.h"
#include "rule/sample.h"
#include "scan/content.h"

#include "collusion_bench.h"
#include "scan_engine.h"
#include "scan_rules.h"
#include "table.h"

enum {
    RUNS = 5,
    MESSAGES = 20000,
    TEXT = 1024,
    TEXTS = 64,
    WARM_DAYS = 30,
    WORLD = 51,
    FIELDS = 12
};

struct bench {
    struct sg_facets *facets;
    struct sg_scorer *scorer;
    struct engine *engine;
    struct sg_sim *sim;
    struct moment *moments;
    size_t n, at;
    struct sg_facet_field fields[FIELDS];
    uint8_t text[TEXTS][TEXT];
    double facet_ns[MESSAGES], content_ns[MESSAGES], score_ns[MESSAGES], all_ns[MESSAGES],
        scan_ns[MESSAGES];
};

static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static enum scrubgate_status keep(void *ctx, uint64_t start, struct sg_bytes text)
{
    (void)ctx;
    (void)start;
    (void)text;
    return SCRUBGATE_OK;
}

static enum scrubgate_status edit(void *ctx, uint64_t start, uint64_t end, struct sg_bytes text)
{
    (void)ctx;
    (void)start;
    (void)end;
    (void)text;
    return SCRUBGATE_OK;
}

/* From a request of a browser. */
static const char *const fields[FIELDS][2] = {
    {"Host", "chat.example"},
    {"Connection", "keep-alive"},
    {"Content-Length", "1024"},
    {"sec-ch-ua-platform", "\"Linux\""},
    {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                   "Chrome/141.0.0.0 Safari/537.36"},
    {"Content-Type", "application/json"},
    {"Accept", "*/*"},
    {"Origin", "https://www.example"},
    {"Accept-Encoding", "gzip, deflate, br"},
    {"Accept-Language", "en-GB,en;q=0.9"},
    {"Cookie", "session=1"},
    {"X-Queue", "general"},
};

/* As many calls as a gateway makes for a message. */
static bool take_facets(struct bench *bench, uint64_t number)
{
    char customer[24], agent[24], conversation[24];
    const uint8_t address[4] = {198, 51, (uint8_t)number, 7};
    uint64_t digest;
    (void)snprintf(customer, sizeof customer, "c-%08u", (unsigned)(number % 20000));
    (void)snprintf(agent, sizeof agent, "a-%04u", (unsigned)(number % 400));
    (void)snprintf(conversation, sizeof conversation, "t-%012u", (unsigned)number);
    const struct sg_bytes brand = SG_BYTES("acme");
    return sg_facet_customer(bench->facets, brand, sg_bytes_of(customer), &digest) >= 0 &&
           sg_facet_agent(bench->facets, sg_bytes_of(agent), &digest) >= 0 &&
           sg_facet_conversation(bench->facets, brand, sg_bytes_of(conversation), &digest) >= 0 &&
           sg_facet_network(bench->facets, (struct sg_bytes){address, sizeof address}, &digest) >=
               0 &&
           sg_facet_tls(bench->facets, SG_BYTES("t13d1516h2_8daaf6152771_02713d6af862"), &digest) >=
               0 &&
           sg_facet_device(bench->facets, bench->fields, FIELDS, &digest) >= 0;
}

static uint64_t take_content(struct sg_bytes text)
{
    struct sg_content content;
    sg_content_init(&content, 7);
    sg_content_add(&content, text);
    return sg_content_value(&content);
}

/* 0: the first. */
static void keep_least(double *least, double value)
{
    if (*least == 0 || value < *least)
        *least = value;
}

/* One message that opens a ticket and has its agent: all facets, judged at once. */
static bool one(struct bench *bench, size_t number)
{
    const struct sg_bytes text = {bench->text[number % TEXTS], TEXT};
    const struct sg_scan_sink sink = {.keep = keep, .edit = edit};
    struct sg_risk risk;
    while (bench->at < bench->n && bench->moments[bench->at].step != 1)
        bench->at++;
    if (bench->at == bench->n)
        return false;
    struct moment moment = bench->moments[bench->at++];
    const double begin = now_ns();
    const bool fine = take_facets(bench, number);
    const double facets = now_ns();
    const uint64_t content = take_content(text);
    const double read = now_ns();
    moment.step = 0;
    struct sg_collusion_event event = event_of(bench->sim, &moment);
    event.event = SG_BYTES("message");
    event.agent = bench->sim->agents[bench->sim->tickets[moment.ticket].agent].id;
    event.content = content ^ event.content;
    const double told = now_ns();
    sg_scorer_feed(bench->scorer, &event, &risk);
    const double judged = now_ns();
    engine_scan(bench->engine, text, &sink);
    const double scanned = now_ns();
    keep_least(&bench->scan_ns[number], scanned - judged);
    keep_least(&bench->facet_ns[number], facets - begin);
    keep_least(&bench->content_ns[number], read - facets);
    keep_least(&bench->score_ns[number], judged - told);
    keep_least(&bench->all_ns[number], judged - told + read - begin);
    return fine && risk.fresh;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double at_rank(double *values, double rank)
{
    qsort(values, MESSAGES, sizeof *values, ascending);
    return values[(size_t)(rank * (MESSAGES - 1))];
}

static bool prepare(struct bench *bench, const struct scrubgate_ruleset *set)
{
    static const uint8_t key[SG_KEY_SIZE] = {3};
    struct sg_sim_params params;
    sg_sim_params_init(&params, 1);
    params.days = WARM_DAYS + 10;
    if (sg_sim_new(&bench->sim, &params, WORLD) < 0 || sg_facets_new(&bench->facets, key) < 0)
        return false;
    bench->engine = engine_new(set, (struct engine_way){.reference = false});
    bench->moments = moments_of(bench->sim, &bench->n);
    for (size_t i = 0; i < FIELDS; i++)
        bench->fields[i] =
            (struct sg_facet_field){sg_bytes_of(fields[i][0]), sg_bytes_of(fields[i][1])};
    for (size_t i = 0; i < TEXTS; i++)
        memcpy(bench->text[i], sg_builtin_sample.data + i * TEXT % (sg_builtin_sample.len - TEXT),
               TEXT);
    return bench->moments != NULL;
}

/* A month that is over, and the messages after it. */
static bool run(struct bench *bench)
{
    const uint64_t warm = bench->n == 0 ? 0 : bench->moments[0].ms + WARM_DAYS * UINT64_C(86400000);
    bool fine = sg_scorer_new(&bench->scorer, &bench_scorer_config) >= 0;
    for (bench->at = 0; fine && bench->at < bench->n && bench->moments[bench->at].ms < warm;
         bench->at++) {
        const struct sg_collusion_event event = event_of(bench->sim, &bench->moments[bench->at]);
        struct sg_risk risk;
        sg_scorer_feed(bench->scorer, &event, &risk);
    }
    for (size_t i = 0; i < MESSAGES && fine; i++)
        fine = one(bench, i);
    sg_scorer_free(bench->scorer);
    return fine;
}

static void tell(struct bench *bench)
{
    char why[160];
    const double p50 = at_rank(bench->all_ns, 0.5), p99 = at_rank(bench->all_ns, 0.99);
    const double scan = at_rank(bench->scan_ns, 0.5);
    (void)snprintf(why, sizeof why, "p50 %.2f: facets %.2f, content %.2f, scorer %.2f", 1e-3 * p50,
                   1e-3 * at_rank(bench->facet_ns, 0.5), 1e-3 * at_rank(bench->content_ns, 0.5),
                   1e-3 * at_rank(bench->score_ns, 0.5));
    table_row("a message of 1 KB, beside its scan: p99", 1e-3 * p99, 2, " µs",
              (struct goal){10, 5, true}, why);
    (void)snprintf(why, sizeof why, "p50; the scan takes %.1f µs", 1e-3 * scan);
    table_row("the same ÷ scan of the same message", p50 / scan, 3, "", (struct goal){0, 0, true},
              why);
}

bool bench_messages(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct scrubgate_ruleset *set = rules_load_builtin();
    bool fine = bench != NULL && set != NULL && prepare(bench, set);
    for (unsigned i = 0; i < RUNS && fine; i++)
        fine = run(bench);
    if (fine)
        tell(bench);
    if (bench != NULL) {
        sg_facets_free(bench->facets);
        engine_free(bench->engine);
        sg_sim_free(bench->sim);
        free(bench->moments);
    }
    scrubgate_ruleset_free(set);
    free(bench);
    return fine;
}
