/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_scan.c - the numbers of the scan engine, beside the reference engine and Hyperscan.
 *
 * usage: bench_scan [LABELLED]
 *        bench_scan --profile CORPUS KERNEL [RULES [SECONDS]]
 *        bench_scan --hits CORPUS KERNEL [RULES]
 *
 * Run it from the root of the source tree. The first form prints the tables of docs/BENCHMARKS.md.
 * The second scans one corpus (or a labelled file) over and over, for a profiler; 0 seconds: twice.
 * The third tells how often the sieve holds, and for which rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule/ruleset.h"
#include "scan/content.h"

#include "rounds.h"
#include "scan_callgrind.h"
#include "scan_corpus.h"
#include "scan_engine.h"
#include "scan_hits.h"
#include "scan_labels.h"
#include "scan_lineup.h"
#include "scan_rules.h"
#include "table.h"

enum {
    CHAT_BYTES = 6 * 1024 * 1024,
    VIEW_BYTES = 4 * 1024 * 1024,
    DOCUMENT_BYTES = 10 * 1000 * 1000,
    HOSTILE_BYTES = 256 * 1024,
    CHUNK = 16 * 1024,
    HOSTILE_MOST = 16,
    MESSAGE_BYTES = 1024
};

static const char default_labels[] = "tests/data/sgd-slice.ndjson";

/* Everything that is scanned and everything that scans, with what came of it. */
struct bench {
    const char *program, *labelled;
    struct scrubgate_ruleset *sets[RULES_SETS];
    struct peers peers[RULES_SETS];
    struct corpus *chat, *dialogues, *document;
    struct labels *labels;
    struct lineup on_chat[RULES_SETS]; /* raced on chat */
    struct lineup on_dialogues, on_document, on_hostile[HOSTILE_MOST];
};

/* --- the table of goals ---------------------------------------------------------------------- */

/* The goals of a kernel; 0: none. */
static const struct kernel_goals {
    const char *kernel;
    struct goal rules_40, rules_200, peer_40, growth;
} kernel_goals[] = {{.kernel = "scalar", .rules_40 = {15, 25, false}},
                    {.kernel = "avx2",
                     .rules_40 = {30, 45, false},
                     .rules_200 = {45, 70, false},
                     .peer_40 = {5, 8, false}},
                    {.kernel = "avx512vbmi",
                     .rules_40 = {60, 100, false},
                     .rules_200 = {100, 170, false},
                     .peer_40 = {10, 16, false},
                     .growth = {2.5, 2.0, true}},
                    {.kernel = NULL}};

static const struct kernel_goals *goals_of(const char *kernel)
{
    const struct kernel_goals *own = kernel_goals;
    while (own->kernel != NULL && strcmp(own->kernel, kernel) != 0)
        own++;
    return own;
}

static void print_against_reference(const struct bench *bench, enum rules rules)
{
    const struct lineup *lineup = &bench->on_chat[rules];
    char measure[96];
    for (size_t k = 0; k < lineup->n_kernels; k++) {
        const char *name = lineup_name(lineup, k);
        const struct kernel_goals *own = goals_of(name);
        struct goal goal = rules == RULES_40    ? own->rules_40
                           : rules == RULES_200 ? own->rules_200
                                                : (struct goal){0};
        (void)snprintf(measure, sizeof measure, "× reference, %s rules, chat: %s",
                       rules_names[rules], name);
        table_row(measure, lineup_ratio(lineup, k), 1, "", goal, "");
    }
}

static void print_against_peer(const struct bench *bench)
{
    const struct lineup *lineup = &bench->on_chat[RULES_40];
    char measure[96];
    for (size_t k = 0; k < lineup->n_kernels; k++) {
        const char *name = lineup_name(lineup, k);
        struct goal goal = goals_of(name)->peer_40;
        (void)snprintf(measure, sizeof measure, "× Hyperscan block, 40 rules, chat: %s", name);
        if (!lineup_has_peer(lineup)) {
            table_missing(measure, goal, "libhyperscan-dev is not installed");
            continue;
        }
        table_row(measure, lineup_peer_ratio(lineup, k, false), 1, "", goal, "");
        (void)snprintf(measure, sizeof measure, "× Hyperscan with starts, 40 rules, chat: %s",
                       name);
        table_row(measure, lineup_peer_ratio(lineup, k, true), 1, "", (struct goal){0}, "");
    }
}

static void print_instructions(const struct bench *bench)
{
    static const char measure[] = "instructions a byte, AVX2, 40 rules, chat";
    const struct goal goal = {14, 10, true};
    const char *kernel = engine_kernel("avx2") != NULL ? "avx2" : "default";
    double n = callgrind_instructions(bench->program, "chat", kernel, "40", COUNTED_BYTES);
    if (n < 0)
        table_missing(measure, goal, "valgrind is not installed");
    else
        table_row(measure, n, 1, "", goal, strcmp(kernel, "avx2") == 0 ? "" : "no AVX2 kernel");
}

static void print_hostile(const struct bench *bench)
{
    double least = 0;
    const char *name = "";
    char why[160];
    for (size_t i = 0; corpus_hostile[i] != NULL; i++) {
        const struct lineup *lineup = &bench->on_hostile[i];
        for (size_t k = 0; k < lineup->n_kernels; k++) {
            double ratio = lineup_ratio(lineup, k);
            if (least == 0 || ratio < least) {
                least = ratio;
                name = corpus_hostile[i];
                (void)snprintf(why, sizeof why, "%s, %s", name, lineup_name(lineup, k));
            }
        }
    }
    table_row("slowest hostile corpus, × reference", least, 1, "", (struct goal){1, 2, false}, why);
}

static void print_holdback(const struct bench *bench)
{
    char why[96];
    struct engine *engine = engine_new(bench->sets[RULES_40], (struct engine_way){0});
    struct holdback held = engine_holdback(engine, bench->chat);
    (void)snprintf(why, sizeof why, "%zu pieces of 1 to 64 bytes", held.feeds);
    table_row("hold-back on chat, bytes, p50", held.p50, 0, "", (struct goal){8, 4, true}, why);
    (void)snprintf(why, sizeof why, "p90 %u, most %u", held.p90, held.most);
    table_row("hold-back on chat, bytes, p99", held.p99, 0, "", (struct goal){32, 16, true}, why);
    engine_free(engine);
}

static void print_streaming(const struct bench *bench)
{
    struct race race = {.n = 0};
    const struct scrubgate_ruleset *set = bench->sets[RULES_40];
    struct engine *whole = engine_new(set, (struct engine_way){0});
    struct engine *pieces = engine_new(set, (struct engine_way){.chunk = CHUNK});
    char why[64];
    size_t a = race_enter(&race, engine_runner("whole", whole));
    size_t b = race_enter(&race, engine_runner("pieces", pieces));
    race_run(&race, bench->document);
    if (!engine_agrees(pieces, whole)) {
        (void)fprintf(stderr, "the document in pieces is edited in other places than whole\n");
        exit(1);
    }
    (void)snprintf(why, sizeof why, "%.0f of %.0f MB/s", race_mb_s(&race, b), race_mb_s(&race, a));
    table_row("document in pieces of 16 KiB, × whole", race_ratio(&race, b, a), 2, "",
              (struct goal){0.6, 0.9, false}, why);
    engine_free(whole);
    engine_free(pieces);
}

/* How long a scan of the corpus takes beside one that leaves the folded view out. */
static void print_view(const struct bench *bench, const char *name, const char *measure,
                       struct goal goal)
{
    struct race race = {.n = 0};
    const struct scrubgate_ruleset *set = bench->sets[RULES_40];
    struct corpus *corpus = corpus_make(name, VIEW_BYTES);
    struct engine *both = engine_new(set, (struct engine_way){0});
    struct engine *raw = engine_new(set, (struct engine_way){.raw_only = true});
    size_t a = race_enter(&race, engine_runner("both", both));
    size_t b = race_enter(&race, engine_runner("raw", raw));
    race_run(&race, corpus);
    table_row(measure, 1 / race_ratio(&race, a, b), 2, "", goal, "");
    engine_free(both);
    engine_free(raw);
    corpus_free(corpus);
}

static void print_cyrillic(const struct bench *bench)
{
    struct race ascii = {.n = 0}, russian = {.n = 0};
    struct corpus *corpus = corpus_make("cyrillic", VIEW_BYTES);
    struct engine *engine = engine_new(bench->sets[RULES_40], (struct engine_way){0});
    char why[64];
    (void)race_enter(&ascii, engine_runner("ascii", engine));
    (void)race_enter(&russian, engine_runner("russian", engine));
    race_run(&ascii, bench->chat);
    race_run(&russian, corpus);
    double a = race_mb_s(&ascii, 0), b = race_mb_s(&russian, 0);
    (void)snprintf(why, sizeof why, "%.0f of %.0f MB/s", b, a);
    table_row("Russian chat, bytes a second, × ASCII", b / a, 2, "", (struct goal){0.5, 0.5, false},
              why);
    engine_free(engine);
    corpus_free(corpus);
}

/* Fingerprints of messages of 1 KB, as many texts as make one. */
static void take_contents(void *ctx, const struct corpus *corpus)
{
    uint64_t *sum = ctx;
    struct sg_content content;
    size_t filled = 0;
    sg_content_init(&content, 7);
    for (size_t i = 0; i < corpus->n; i++) {
        const struct sg_bytes text = corpus_text(corpus, i);
        sg_content_add(&content, text);
        sg_content_break(&content);
        filled += text.len;
        if (filled < MESSAGE_BYTES)
            continue;
        *sum += sg_content_value(&content);
        sg_content_init(&content, 7);
        filled = 0;
    }
}

static void print_content(const struct bench *bench)
{
    struct race race = {.n = 0};
    uint64_t sum = 0;
    struct engine *engine = engine_new(bench->sets[RULES_40], (struct engine_way){0});
    char why[64];
    size_t a = race_enter(&race, engine_runner("scan", engine));
    size_t b = race_enter(&race, (struct runner){"content", take_contents, &sum});
    race_run(&race, bench->chat);
    (void)snprintf(why, sizeof why, "%.2f of the scan's %.2f ns", 1e3 / race_mb_s(&race, b),
                   1e3 / race_mb_s(&race, a));
    table_row("content fingerprint, ns a byte", 1e3 / race_mb_s(&race, b), 2, "",
              (struct goal){2, 2, true}, why);
    if (sum == 0)
        exit(1); /* it was not computed */
    engine_free(engine);
}

static void print_load_time(void)
{
    double ms[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        double start = cpu_s();
        scrubgate_ruleset_free(rules_load(RULES_200));
        ms[i] = (cpu_s() - start) * 1e3;
    }
    table_row("load 200 rules, with their tests", median(ms, ROUNDS), 0, " ms",
              (struct goal){300, 50, true}, "");
}

static void print_growth(const struct bench *bench)
{
    const struct lineup *few = &bench->on_chat[RULES_10], *many = &bench->on_chat[RULES_200];
    char measure[96];
    for (size_t k = 0; k < many->n_kernels; k++) {
        struct race race = {.n = 0};
        size_t a = race_enter(&race, engine_runner("10", few->engines[k]));
        size_t b = race_enter(&race, engine_runner("200", many->engines[k]));
        race_run(&race, bench->chat);
        (void)snprintf(measure, sizeof measure, "work, 200 rules ÷ 10 rules, chat: %s",
                       lineup_name(many, k));
        table_row(measure, race_ratio(&race, a, b), 2, "", goals_of(lineup_name(many, k))->growth,
                  "");
    }
}

static void print_goals(const struct bench *bench)
{
    (void)printf("\n### Goals\n\n");
    table_head();
    print_against_reference(bench, RULES_40);
    print_against_reference(bench, RULES_200);
    print_against_reference(bench, RULES_10);
    print_against_peer(bench);
    print_instructions(bench);
    print_hostile(bench);
    print_holdback(bench);
    print_streaming(bench);
    print_view(bench, "chat", "folded view, time on ASCII chat, × without",
               (struct goal){1.05, 1.02, true});
    print_view(bench, "mixed", "folded view, time on mixed chat, × without",
               (struct goal){1.4, 1.2, true});
    print_cyrillic(bench);
    print_content(bench);
    print_load_time();
    print_growth(bench);
}

/* --- the other tables ------------------------------------------------------------------------ */

static void print_speeds(const struct bench *bench)
{
    (void)printf("\n### MB/s, and × reference\n\n");
    lineup_print_head(&bench->on_chat[RULES_40]);
    for (size_t i = 0; i < RULES_SETS; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s rules, chat", rules_names[i]);
        lineup_print(&bench->on_chat[i], name);
    }
    lineup_print(&bench->on_dialogues, "40 rules, dialogues");
    lineup_print(&bench->on_document, "40 rules, 10 MB document");
    for (size_t i = 0; corpus_hostile[i] != NULL; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "40 rules, %s", bench->on_hostile[i].about);
        lineup_print(&bench->on_hostile[i], name);
    }
}

/* What the peer was given of our patterns. */
static void print_patterns(const struct bench *bench)
{
    if (peer_version() == NULL) {
        (void)printf("\nNo peer: libhyperscan-dev was not installed when this was built.\n");
        return;
    }
    (void)printf("\nHyperscan %s took, without what it has not:", peer_version());
    for (size_t i = 0; i < RULES_SETS; i++) {
        const struct peer_patterns *own = &bench->peers[i].with_ends;
        (void)printf(" %zu of %zu patterns (%zu changed)%s", own->taken, own->taken + own->refused,
                     own->changed, i + 1 < RULES_SETS ? "," : "");
    }
    (void)printf("; with starts %zu of %s.\n", bench->peers[RULES_40].with_starts.taken,
                 rules_names[RULES_40]);
}

static void print_labels(const struct bench *bench)
{
    struct engine *engine = engine_new(bench->sets[RULES_40], (struct engine_way){0});
    struct labels_score score = labels_judge(bench->labels, bench->dialogues, engine);
    size_t n = score.covered + score.missed;
    (void)printf("\n### What is found\n\nlabelled phone numbers masked whole in %zu texts: %zu of "
                 "%zu (%.2f %%); other finds: %zu\n",
                 bench->dialogues->n, score.covered, n, 100.0 * (double)score.covered / (double)n,
                 score.others);
    engine_free(engine);
}

static void measure(struct bench *bench)
{
    for (size_t i = 0; i < RULES_SETS; i++) {
        peers_new(&bench->peers[i], bench->sets[i], i == RULES_40);
        lineup_new(&bench->on_chat[i], bench->sets[i], &bench->peers[i]);
        lineup_run(&bench->on_chat[i], bench->chat);
    }
    lineup_new(&bench->on_dialogues, bench->sets[RULES_40], &bench->peers[RULES_40]);
    lineup_run(&bench->on_dialogues, bench->dialogues);
    lineup_new(&bench->on_document, bench->sets[RULES_40], &bench->peers[RULES_40]);
    lineup_run(&bench->on_document, bench->document);
    for (size_t i = 0; corpus_hostile[i] != NULL && i < HOSTILE_MOST; i++) {
        struct corpus *corpus = corpus_make(corpus_hostile[i], HOSTILE_BYTES);
        lineup_new(&bench->on_hostile[i], bench->sets[RULES_40], &bench->peers[RULES_40]);
        lineup_run(&bench->on_hostile[i], corpus);
        corpus_free(corpus);
    }
}

static void release(struct bench *bench)
{
    for (size_t i = 0; i < RULES_SETS; i++) {
        lineup_free(&bench->on_chat[i]);
        peers_free(&bench->peers[i]);
        scrubgate_ruleset_free(bench->sets[i]);
    }
    lineup_free(&bench->on_dialogues);
    lineup_free(&bench->on_document);
    for (size_t i = 0; i < HOSTILE_MOST; i++)
        lineup_free(&bench->on_hostile[i]);
    corpus_free(bench->chat);
    corpus_free(bench->dialogues);
    corpus_free(bench->document);
    labels_free(bench->labels);
}

static int print_tables(struct bench *bench)
{
    for (size_t i = 0; i < RULES_SETS; i++)
        bench->sets[i] = rules_load((enum rules)i);
    bench->chat = corpus_make("chat", CHAT_BYTES);
    bench->document = corpus_make("document", DOCUMENT_BYTES);
    bench->dialogues = labels_read(bench->labelled, &bench->labels);
    (void)printf("chat: %zu messages, %.1f MB, mean %.0f bytes, %.1f %% digits; dialogues: %zu "
                 "texts, %.2f MB, mean %.0f bytes, %.1f %% digits; document: %.1f MB; rules: %zu, "
                 "%zu, %zu; %d rounds\n",
                 bench->chat->n, (double)bench->chat->len / 1e6, corpus_mean(bench->chat),
                 corpus_digits(bench->chat), bench->dialogues->n,
                 (double)bench->dialogues->len / 1e6, corpus_mean(bench->dialogues),
                 corpus_digits(bench->dialogues), (double)bench->document->len / 1e6,
                 bench->sets[RULES_10]->n_rules, bench->sets[RULES_40]->n_rules,
                 bench->sets[RULES_200]->n_rules, ROUNDS);
    (void)fflush(stdout);
    measure(bench);
    print_goals(bench);
    print_speeds(bench);
    print_patterns(bench);
    print_labels(bench);
    release(bench);
    return 0;
}

/* --- for a profiler -------------------------------------------------------------------------- */

/* A corpus by name, or a labelled file. */
static struct corpus *corpus_named(const char *name, size_t bytes)
{
    struct labels *labels = NULL;
    struct corpus *corpus = corpus_make(name, bytes);
    if (corpus == NULL)
        corpus = labels_read(name, &labels);
    labels_free(labels);
    return corpus;
}

/* "10", "40", "200", "all" that are built in, or a path. */
static struct scrubgate_ruleset *rules_named(const char *name)
{
    for (size_t i = 0; i < RULES_SETS; i++)
        if (strcmp(rules_names[i], name) == 0)
            return rules_load((enum rules)i);
    return strcmp(name, "all") == 0 ? rules_load_builtin() : rules_load_path(name);
}

static void scan_over_and_over(struct engine *engine, const struct corpus *corpus, double seconds)
{
    size_t passes = 0;
    engine_pass(engine, corpus);
    double start = cpu_s();
    do {
        engine_counted(engine, corpus);
        passes++;
    } while (cpu_s() - start < seconds);
    (void)printf("%.1f MB/s\n", (double)corpus->len * (double)passes / 1e6 / (cpu_s() - start));
}

static int profile(int argc, char **argv)
{
    const char *kernel = argc > 3 ? argv[3] : "default", *rules = argc > 4 ? argv[4] : "40";
    double seconds = argc > 5 ? strtod(argv[5], NULL) : 5;
    bool hits = strcmp(argv[1], "--hits") == 0;
    struct engine_way way = {.reference = !hits && strcmp(kernel, "reference") == 0,
                             .kernel = engine_kernel(kernel)};
    if (argc < 3)
        return 2;
    if (!way.reference && way.kernel == NULL && strcmp(kernel, "default") != 0) {
        (void)fprintf(stderr, "%s: no such kernel works here\n", kernel);
        return 2;
    }
    struct corpus *corpus = corpus_named(argv[2], seconds > 0 ? CHAT_BYTES : COUNTED_BYTES);
    struct scrubgate_ruleset *set = rules_named(rules);
    if (hits) {
        hits_print(set, way.kernel != NULL ? way.kernel : set->kernel, corpus);
    } else {
        struct engine *engine = engine_new(set, way);
        scan_over_and_over(engine, corpus, seconds);
        engine_free(engine);
    }
    scrubgate_ruleset_free(set);
    corpus_free(corpus);
    return 0;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    if (argc > 1 && (strcmp(argv[1], "--profile") == 0 || strcmp(argv[1], "--hits") == 0))
        return profile(argc, argv);
    bench.program = argv[0];
    bench.labelled = argc > 1 ? argv[1] : default_labels;
    return print_tables(&bench);
}
