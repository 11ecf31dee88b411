/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapter_masked.c - what was found in messages and what became of it: by type, by rule, by version
 * of the rules, by the way it went.
 */
#include "report/chapters.h"

#include <inttypes.h>

enum { VERSIONS_DRAWN = 12, DIGEST_SHORT = 12 };

#define BY_LABEL(member)                                                                           \
    "messages '.found[] as $f | [." member " // \"\", $f.count] | @tsv' | table"

static const struct sg_words_table tables[] = {
    [SG_BY_ENTITY] = {"entities", "Findings by type of data", NULL,
                      "messages '.found[] | [.entity, .count] | @tsv' | table",
                      "nothing was found in any message", "findings", "Type", true, false, true,
                      NULL},
    [SG_BY_RULE] = {"rules", "Findings by rule", NULL,
                    "messages '.found[] | [.rule, .count] | @tsv' | table",
                    "no rule has found anything", "findings", "Rule", true, false, true, NULL},
    [SG_BY_ROUTE] = {"routes", "Findings by route", NULL, BY_LABEL("route"), "no message",
                     "findings", "Route", true, false, true, NULL},
    [SG_BY_DIRECTION] = {"directions", "Findings by direction", NULL, BY_LABEL("direction"),
                         "no message", "findings", "Direction", true, false, true, NULL},
    [SG_BY_CHANNEL] = {"channels", "Findings by channel", NULL, BY_LABEL("channel"), "no message",
                       "findings", "Channel", true, true, true, NULL},
    [SG_BY_BRAND] = {"brands", "Findings by brand", NULL, BY_LABEL("brand"), "no message",
                     "findings", "Brand", true, true, false, NULL},
};

/* --- versions of the rules --- */

static const struct sg_column version_columns[] = {
    {"digest", "Rule set (SHA-256)", false, false, true},
    {"first_time", "First decision", false, false, false},
    {"last_time", "Last decision", false, false, false},
    {"first_seq", "First record", false, false, false},
    {"last_seq", "Last record", false, false, false},
    {"messages", "Messages", true, true, false},
    {"findings", "Findings", true, false, false},
};

/* The latest ones, each from its first to its last decision. */
static const struct sg_plot *draw_versions(struct sg_sheet *sheet, const struct sg_case *of,
                                           const struct sg_words *words)
{
    const size_t n = words->n < VERSIONS_DRAWN ? words->n : VERSIONS_DRAWN, from = words->n - n;
    struct sg_plot *plot = sg_sheet_room(sheet, 1, sizeof *plot);
    struct sg_series *series = sg_sheet_room(sheet, n, sizeof *series);
    uint64_t *times = sg_sheet_room(sheet, 2 * n, sizeof *times);
    if (n == 0 || plot == NULL || series == NULL || times == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const struct sg_word *word = words->word[from + i];
        times[2 * i] = word->first_time;
        times[2 * i + 1] = word->last_time;
        series[i] = (struct sg_series){
            sg_sheet_decode(sheet, (struct sg_bytes){(const uint8_t *)word->text,
                                                     sg_bytes_of(word->text).len < DIGEST_SHORT
                                                         ? sg_bytes_of(word->text).len
                                                         : DIGEST_SHORT}),
            SG_TONE_1, &times[2 * i]};
    }
    *plot =
        (struct sg_plot){.kind = SG_PLOT_SPANS,
                         .title = "Rule sets in force over time",
                         .text = "A bar for each rule set, from its first to its last decision. "
                                 "The table has the moments.",
                         .unit = "",
                         .bins = &of->account->bins,
                         .series = series,
                         .n_series = n};
    return plot;
}

static void add_versions(struct sg_sheet *sheet, struct sg_section *section,
                         const struct sg_case *of)
{
    const struct sg_words *words = &of->account->by[SG_BY_RULESET];
    const struct sg_table table = {
        .id = "rule-sets",
        .title = "Versions of the rules in force",
        .note =
            "Each decision says which rules made it, by the digest of all packs. What they were "
            "is kept beside the log: scrubgate audit rules DIGEST DIR shows them.",
        .check = "messages '[.rules, 1] | @tsv' | table",
        .empty = "no message was decided",
        .column = version_columns,
        .n_columns = sizeof version_columns / sizeof version_columns[0],
        .stacked = true,
        .plot = words->n == 0 ? NULL : draw_versions(sheet, of, words),
    };
    struct sg_table *made = sg_sheet_table(sheet, section, &table);
    for (size_t i = 0; i < words->n; i++) {
        const struct sg_word *word = words->word[i];
        const struct sg_cell cell[] = {
            sg_cell_code(sg_sheet_decode(sheet, sg_bytes_of(word->text))),
            sg_cell_of(SG_CELL_TIME, word->first_time),
            sg_cell_of(SG_CELL_TIME, word->last_time),
            sg_cell_of(SG_CELL_SEQ, word->first_seq),
            sg_cell_of(SG_CELL_SEQ, word->last_seq),
            sg_cell_number(word->count[0]),
            sg_cell_number(word->count[1])};
        sg_sheet_row(sheet, made, SG_TONE_NONE, cell);
    }
}

/* --- the chapter --- */

static void add_facts(struct sg_sheet *sheet, struct sg_section *section, const struct sg_case *of)
{
    const struct sg_account *account = of->account;
    struct sg_fact *fact = sg_chapter_count(sheet, section, "messages", "Messages decided",
                                            account->messages, "messages .seq | wc -l");
    if (fact != NULL)
        fact->key = true;
    (void)sg_chapter_count(sheet, section, "findings", "Findings in them", account->n_findings,
                           "messages '.found[].count' | sum");
    fact = sg_chapter_count(sheet, section, "masked", "Findings masked",
                            account->effect[SG_EFFECT_MASKED],
                            "messages 'select(.action_id == 4) | .found[] | "
                            "select(.action == \"mask\" or .action == \"token\") | .count' | sum");
    if (fact != NULL)
        fact->key = true;
    (void)sg_chapter_count(sheet, section, "stopped", "Findings stopped with their message",
                           account->effect[SG_EFFECT_STOPPED],
                           "messages '.action_id as $a | .found[] | select($a == 2 or ($a == 4 and "
                           "(.action == \"block\" or .action == \"divert\"))) | .count' | sum");
    fact = sg_chapter_count(
        sheet, section, "recorded", "Findings only recorded", account->effect[SG_EFFECT_RECORDED],
        "messages '.action_id as $a | .found[] | select(($a != 2 and $a != 4) or ($a == 4 and "
        "(.action | IN(\"mask\", \"token\", \"block\", \"divert\") | not))) | .count' | sum");
    if (fact != NULL) {
        fact->tone = sg_tone_unless(account->effect[SG_EFFECT_RECORDED], SG_TONE_WARN);
        fact->note = "They left as they were: the route only watches (shadow), made an exception, "
                     "or the rule only tags.";
    }
    (void)sg_chapter_count(sheet, section, "edits", "Replacements made", account->edits,
                           "messages .edits | sum");
    fact =
        sg_chapter_count(sheet, section, "shadow", "Messages only watched (shadow)",
                         account->shadow, "messages 'select(.mode == \"shadow\") | .seq' | wc -l");
    if (fact != NULL)
        fact->tone = sg_tone_unless(account->shadow, SG_TONE_WARN);
    fact = sg_chapter_count(sheet, section, "excepted", "Unreadable messages passed by exception",
                            account->excepted,
                            "messages 'select(.mode == \"pass-and-record\") | .seq' | wc -l");
    if (fact != NULL)
        fact->tone = sg_tone_unless(account->excepted, SG_TONE_BAD);
}

void sg_chapter_masked(struct sg_sheet *sheet, const struct sg_case *of)
{
    static const enum sg_account_by order[] = {SG_BY_ENTITY, SG_BY_CHANNEL,   SG_BY_RULE,
                                               SG_BY_ROUTE,  SG_BY_DIRECTION, SG_BY_BRAND};
    struct sg_section *section = sg_sheet_section(
        sheet, "masked", "What was found, and what became of it",
        "A finding is one place in a message at which a rule matched. No finding's text is in the "
        "log, so none can be here. Two rules may find the same place: then both are counted.");
    add_facts(sheet, section, of);
    add_versions(sheet, section, of);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        (void)sg_chapter_words(sheet, section, of, &of->account->by[order[i]], &tables[order[i]]);
}
