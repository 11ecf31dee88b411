/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_detect.c - what is found, what is missed, what is masked in vain, and what it costs.
 *
 * usage: bench_detect SCRUBGATE [SEED [EACH]]
 *        bench_detect SCRUBGATE --tell GROUP-OR-KIND [SEED [EACH]]
 *
 * Run it from the root of the source tree. The first form prints the tables of docs/BENCHMARKS.md;
 * the second prints the samples behind a figure. EACH: samples of each type and class (100).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule/ruleset.h"

#include "../corpus/judge.h"
#include "scan_engine.h"
#include "scan_labels.h"
#include "scan_race.h"
#include "scan_rules.h"
#include "table.h"

enum {
    CHAT_MESSAGES =
        2800,        /* half of them without a value: as many as the goal of false finds is for */
    BENIGN_EACH = 4, /* times EACH: what must not be masked wants many */
    CHAT_BYTES = 1024 * 1024
};

static const char default_labels[] = "tests/data/sgd-slice.ndjson";

/* --- what is found ------------------------------------------------------------------------------
 */

static void print_measure(const struct judge *judge, const char *group, const char *measure,
                          struct goal goal)
{
    struct judge_row sum = judge_sum(judge, group);
    char why[64];
    (void)snprintf(why, sizeof why, "%zu of %zu", sum.valued - sum.bad, sum.valued);
    table_row(measure, judge_percent(&sum), 2, " %", goal, why);
}

static void print_worst(const struct judge *judge, const char *group, const char *measure,
                        struct goal goal)
{
    const struct judge_row *worst = judge_worst(judge, group);
    table_row(measure, judge_percent(worst), 1, " %", goal, worst->kind);
}

static void print_in_vain(const struct judge *judge)
{
    struct judge_row chat = judge_sum(judge, "chat"), benign = judge_sum(judge, "benign");
    char why[64];
    (void)snprintf(why, sizeof why, "%zu in %zu", chat.others, chat.samples);
    table_row("false finds in 1,400 chat messages",
              1400.0 * (double)chat.others / (double)chat.samples, 1, "", (struct goal){2, 0, true},
              why);
    (void)snprintf(why, sizeof why, "%zu of %zu", benign.bad, benign.samples);
    table_row("benign look-alikes masked", 100 - judge_percent(&benign), 2, " %",
              (struct goal){0.5, 0.1, true}, why);
}

static void print_dialogues(const struct scrubgate_ruleset *set)
{
    struct labels *labels = NULL;
    const char *path = getenv("BENCH_LABELS");
    struct corpus *corpus = labels_read(path == NULL ? default_labels : path, &labels);
    struct engine *engine = engine_new(set, (struct engine_way){0});
    struct labels_score score = labels_judge(labels, corpus, engine);
    char why[64];
    (void)snprintf(why, sizeof why, "%zu of %zu in %zu texts", score.covered,
                   score.covered + score.missed, corpus->n);
    table_row("phone numbers of the dialogues masked",
              100.0 * (double)score.covered / (double)(score.covered + score.missed), 2, " %",
              (struct goal){0}, why);
    table_row("other finds in the dialogues", (double)score.others, 0, "", (struct goal){0}, "");
    engine_free(engine);
    labels_free(labels);
    corpus_free(corpus);
}

/* --- what it costs
 * --------------------------------------------------------------------------------- */

static void print_speed(const struct scrubgate_ruleset *all)
{
    struct scrubgate_ruleset *few = rules_load(RULES_40);
    struct corpus *chat = corpus_make("chat", CHAT_BYTES);
    struct race race = {.n = 0};
    struct engine *engine = engine_new(all, (struct engine_way){0});
    struct engine *reference = engine_new(all, (struct engine_way){.reference = true});
    struct engine *frozen = engine_new(few, (struct engine_way){0});
    char why[64];
    size_t a = race_enter(&race, engine_runner("all", engine));
    size_t b = race_enter(&race, engine_runner("reference", reference));
    size_t c = race_enter(&race, engine_runner("40", frozen));
    race_run(&race, chat);
    if (!engine_agrees(engine, reference)) {
        (void)fprintf(stderr, "the engine edits other places than the reference engine\n");
        exit(1);
    }
    (void)snprintf(why, sizeof why, "%.1f of %.1f MB/s, %zu rules", race_mb_s(&race, a),
                   race_mb_s(&race, b), all->n_rules);
    table_row("chat with all packs, level 2, × reference", race_ratio(&race, a, b), 1, "",
              (struct goal){40, 70, false}, why);
    (void)snprintf(why, sizeof why, "%.1f and %.1f MB/s", race_mb_s(&race, a), race_mb_s(&race, c));
    table_row("work on chat, all packs ÷ the frozen 40 rules", race_ratio(&race, c, a), 2, "",
              (struct goal){2.5, 2.5, true}, why);
    engine_free(engine);
    engine_free(reference);
    engine_free(frozen);
    corpus_free(chat);
    scrubgate_ruleset_free(few);
}

/* --- the tables
 * ------------------------------------------------------------------------------------- */

static void print_goals(const struct judge *judge)
{
    struct scrubgate_ruleset *all = rules_load_builtin();
    (void)printf("\n### Goals\n\n");
    table_head();
    print_measure(judge, "chat", "chat messages fully masked", (struct goal){99, 99.8, false});
    print_in_vain(judge);
    print_measure(judge, "evasion", "evasions fully masked", (struct goal){95, 99, false});
    print_worst(judge, "evasion", "worst class of evasion", (struct goal){80, 95, false});
    print_measure(judge, "split", "values in pieces unusable", (struct goal){95, 99, false});
    print_measure(judge, "check", "values with a check, beside a name",
                  (struct goal){99, 100, false});
    print_worst(judge, "check", "worst type with a check", (struct goal){0});
    print_measure(judge, "check-bare", "values with a check, no word beside", (struct goal){0});
    print_measure(judge, "named", "values without a check, beside a name", (struct goal){0});
    print_dialogues(all);
    print_speed(all);
    scrubgate_ruleset_free(all);
}

/* Kinds that are wholly masked stand in one line, the others each in a row. */
static void print_kinds(const struct judge *judge, const char *group, const char *title)
{
    size_t whole = 0, n = 0;
    (void)printf("\n### %s\n\n| kind | samples | masked %% | besides |\n|---|---|---|---|\n",
                 title);
    for (size_t i = 0; i < judge->n_rows; i++) {
        const struct judge_row *row = &judge->rows[i];
        if (strcmp(row->group, group) != 0)
            continue;
        n++;
        if (row->bad == 0 && row->others == 0) {
            whole++;
            continue;
        }
        double percent = judge_percent(row);
        (void)printf("| %s | %zu | %.1f | %zu |\n", row->kind, row->samples,
                     strcmp(group, "benign") == 0 ? 100 - percent : percent, row->others);
    }
    (void)printf("\nAs they should be in every sample: %zu of %zu kinds.\n", whole, n);
}

int main(int argc, char **argv)
{
    static struct judge judge;
    int at = 2;
    if (argc < 2)
        return 2;
    if (argc > 3 && strcmp(argv[2], "--tell") == 0) {
        judge.tell = stdout;
        judge.about = argv[3];
        at = 4;
    }
    uint64_t seed = argc > at ? strtoull(argv[at], NULL, 10) : 1;
    size_t each = argc > at + 1 ? strtoul(argv[at + 1], NULL, 10) : 100;
    struct corpus_size size = {.chat = CHAT_MESSAGES, .each = each, .benign = each * BENIGN_EACH};
    if (judge_run(&judge, argv[1], seed, &size) < 0)
        return 1;
    if (judge.tell == NULL) {
        (void)printf("%zu texts, seed %llu\n", judge.next, (unsigned long long)seed);
        print_goals(&judge);
        print_kinds(&judge, "evasion", "Classes of evasion");
        print_kinds(&judge, "split", "Values in pieces");
        print_kinds(&judge, "check", "Types with a check, beside a name");
        print_kinds(&judge, "check-bare", "Types with a check, no word beside");
        print_kinds(&judge, "named", "Types without a check, beside a name");
        print_kinds(&judge, "benign", "Look-alikes");
        print_kinds(&judge, "chat", "Chat, by language");
    }
    judge_fini(&judge);
    return 0;
}
