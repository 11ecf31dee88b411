/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_rules.c - scrubgate rules check|test|list|score: look after packs.
 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/score.h"
#include "rule/ruleset.h"
#include "scan/load.h"

/* Compiles and lints; the packs' own tests are for the caller. NULL: the fault was printed. */
static struct scrubgate_ruleset *compile(const struct sg_texts *paths)
{
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_load_compile(&set, paths->item, paths->n, &fault) < 0) {
        (void)sg_say_fault(&fault);
        return NULL;
    }
    sg_say_warnings(set);
    return set;
}

static int check(const struct sg_texts *paths, bool json)
{
    struct scrubgate_ruleset *set = compile(paths);
    if (set == NULL)
        return SG_EXIT_USAGE;
    if (json)
        (void)printf("{\"packs\":%zu,\"rules\":%zu,\"warnings\":%zu,\"longest\":%zu,"
                     "\"digest\":\"%s\"}\n",
                     set->n_packs, scrubgate_ruleset_count(set), set->n_warnings, set->longest,
                     set->digest);
    else
        (void)printf("%zu rules in %zu packs compile; longest reach %zu bytes; digest %s\n",
                     scrubgate_ruleset_count(set), set->n_packs, set->longest, set->digest);
    scrubgate_ruleset_free(set);
    return SG_EXIT_FINE;
}

struct score {
    size_t passed, failed, todo;
    bool json;
};

static void tell(void *ctx, const struct sg_example_result *result)
{
    struct score *score = ctx;
    bool todo = result->example->kind == SG_EXAMPLE_TODO;
    if (result->passed) {
        score->passed++;
        return;
    }
    score->todo += todo ? 1 : 0;
    score->failed += todo ? 0 : 1;
    (void)fprintf(score->json ? stderr : stdout, "%s:%u:%u: %s: %s: %s\n", result->rule->file,
                  result->example->line, result->example->column, result->rule->id,
                  todo ? "known miss" : "FAILED", result->why);
}

static int test(const struct sg_texts *paths, bool json)
{
    struct scrubgate_ruleset *set = compile(paths);
    struct score score = {.json = json};
    size_t failed = 0;
    if (set == NULL)
        return SG_EXIT_USAGE;
    enum scrubgate_status rc = sg_load_test(set, true, tell, &score, &failed);
    size_t rules = scrubgate_ruleset_count(set);
    scrubgate_ruleset_free(set);
    if (rc < 0) {
        (void)fprintf(stderr, "scrubgate rules: the tests could not be run: %s\n",
                      scrubgate_status_word(rc));
        return SG_EXIT_WRONG;
    }
    if (json)
        (void)printf("{\"rules\":%zu,\"passed\":%zu,\"failed\":%zu,\"known_misses\":%zu}\n", rules,
                     score.passed, score.failed, score.todo);
    else
        (void)printf("%zu rules: %zu tests passed, %zu failed, %zu known misses\n", rules,
                     score.passed, score.failed, score.todo);
    return failed == 0 ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int list(const struct sg_texts *paths, bool json)
{
    struct scrubgate_ruleset *set = compile(paths);
    if (set == NULL)
        return SG_EXIT_USAGE;
    for (size_t i = 0; i < scrubgate_ruleset_count(set); i++) {
        const struct sg_rule *rule = sg_ruleset_at(set, i);
        const char *action = rule->fold == NULL ? scrubgate_action_word(rule->action) : "fold";
        if (json)
            (void)printf("{\"rule\":\"%s\",\"entity\":\"%s\",\"level\":%u,\"action\":\"%s\","
                         "\"tests\":%zu,\"longest\":%zu,\"per_million\":%u,\"cost\":%u}\n",
                         rule->id, rule->entity, rule->level, action, rule->n_examples,
                         sg_pattern_extent(rule->pattern)->max, rule->per_million, rule->cost);
        else
            (void)printf("%-28s %-18s level %u  %-6s %s\n", rule->id, rule->entity, rule->level,
                         action, rule->title);
    }
    scrubgate_ruleset_free(set);
    return SG_EXIT_FINE;
}

/* The first path is the corpus, the others are packs. */
static int score(const struct sg_texts *paths, const struct sg_score_options *options)
{
    struct sg_texts packs = {.n = 0};
    for (size_t i = 1; i < paths->n; i++)
        packs.item[packs.n++] = paths->item[i];
    struct scrubgate_ruleset *set = compile(&packs);
    FILE *in = set == NULL ? NULL : sg_open_input(paths->item[0]);
    int exit_code = SG_EXIT_USAGE;
    if (in != NULL)
        exit_code = sg_score_run(in, paths->item[0], set, options);
    if (in != NULL && in != stdin)
        (void)fclose(in);
    scrubgate_ruleset_free(set);
    return exit_code;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*act)(const struct sg_texts *paths, bool json);
    } acts[] = {{"check", check}, {"test", test}, {"list", list}};
    struct sg_score_options scoring = {.level = 2, .most = 20};
    struct sg_texts paths = {.n = 0};
    const struct sg_option options[] = {
        {"json", 0, SG_OPTION_FLAG, NULL, "as JSON", &scoring.json},
        {"level", 'l', SG_OPTION_NUMBER, "N", "score: what rules of this level and below mask (2)",
         &scoring.level},
        {"most", 'm', SG_OPTION_NUMBER, "N",
         "score: so many misses and false finds are listed (20)", &scoring.most},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (rest == argc)
        return sg_say_usage(command, "wants check, test, list or score");
    const char *word = argv[rest++];
    for (; rest < argc; rest++) {
        if (paths.n == SG_TEXTS_MOST)
            return sg_say_usage(command, "too many paths");
        paths.item[paths.n++] = argv[rest];
    }
    if (scoring.level < 1 || scoring.level > SG_LEVELS)
        return sg_say_usage(command, "--level is 1, 2, 3 or 4");
    if (strcmp(word, "score") == 0)
        return paths.n > 0 ? score(&paths, &scoring)
                           : sg_say_usage(command, "score wants a corpus");
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (strcmp(acts[i].name, word) != 0)
            continue;
        int exit_code = acts[i].act(&paths, scoring.json);
        return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
    }
    return sg_say_usage(command, "wants check, test, list or score");
}

const struct sg_command sg_cmd_rules = {
    .name = "rules",
    .summary = "check, test, list or score packs of rules (the built-in ones without PATH)",
    .usage = "check|test|list [--json] [PATH]… | score [-l N] [-m N] [--json] CORPUS [PATH]…",
    .examples = "  scrubgate rules test rules/\n"
                "  scrubgate rules list --json | jq -r .entity | sort -u\n"
                "  scrubgate rules score corpus.ndjson rules/\n",
    .run = run,
};
