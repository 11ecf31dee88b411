/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapters.c - the whole of a report: its first page, the chapters in their order, how to count
 * again; and what a daily review must look at.
 */
#include "report/chapters.h"

#include <inttypes.h>

#include "base/clock.h"

struct sg_fact *sg_chapter_count(struct sg_sheet *sheet, struct sg_section *section, const char *id,
                                 const char *title, uint64_t value, const char *check)
{
    return sg_sheet_fact(
        sheet, section,
        &(struct sg_fact){
            .id = id, .title = title, .value = sg_cell_number(value), .check = check});
}

/* --- how to count again --- */

/* Shell functions that every command of the report is made of. Only records that were read count:
 * the log may have grown since. */
static const char *helpers_of(struct sg_sheet *sheet, const struct sg_case *of)
{
    const struct sg_account *account = of->account;
    const char *time = "";
    if (account->range.limited)
        time = sg_sheet_textf(sheet, " and .time >= %" PRIu64 " and .time < %" PRIu64,
                              account->range.since, account->range.until);
    return sg_sheet_textf(
        sheet,
        "# in the folder of the log; wants jq\n"
        "all() { cat log/*.ndjson | tr -d '\\0' | jq -rc \"select(.seq < %" PRIu64 ") | $1\"; }\n"
        "records() { all \"select(true%s) | $1\"; }\n"
        "messages() { records \"select(.class_uid == 2006 and .part != \\\"begin\\\") | $1\"; }\n"
        "sum() { awk '{ n += $1 } END { printf \"%%.0f\\n\", n }'; }\n"
        "table() { awk -F '\\t' '{ n[$1] += $2 } END { for (k in n) print n[k] \"\\t\" k }' | "
        "sort -rn; }\n",
        account->next_seq, time);
}

static const struct sg_column time_columns[] = {
    {"start", "From (UTC)", false, false, false},
    {"messages", "Messages", true, true, false},
    {"clean", "Clean", true, false, false},
    {"masked", "Masked", true, false, false},
    {"blocked", "Blocked", true, false, false},
    {"diverted", "Diverted", true, false, false},
    {"refused", "Refused", true, false, false},
    {"findings", "Findings", true, false, false},
    {"turned_away", "Turned away", true, false, false},
};

static uint64_t bin_of(const struct sg_words *words, const char *text, size_t bin)
{
    for (size_t i = 0; i < words->n; i++)
        if (sg_text_same(words->word[i]->text, text))
            return words->word[i]->bin[bin];
    return 0;
}

static uint64_t bin_sum(const struct sg_words *words, size_t bin)
{
    uint64_t sum = words->others == NULL ? 0 : words->others->bin[bin];
    for (size_t i = 0; i < words->n; i++)
        sum += words->word[i]->bin[bin];
    return sum;
}

void sg_chapter_appendix(struct sg_sheet *sheet, const struct sg_case *of)
{
    const struct sg_account *account = of->account;
    const struct sg_words *verdicts = &account->by[SG_BY_VERDICT];
    struct sg_section *section = sg_sheet_section(
        sheet, "time", "The numbers behind the plots",
        "By parts of time, in UTC. The same for each plot is in the CSV files beside this page.");
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){
            .id = "over-time",
            .title = sg_sheet_textf(sheet, "Messages, in parts of %s", account->bins.width),
            .check = "messages '[(.time / 86400000 | floor) * 86400 | todate, 1] | @tsv' | table"
                     "    # by days",
            .column = time_columns,
            .n_columns = sizeof time_columns / sizeof time_columns[0],
            .stacked = true});
    for (size_t i = 0; i < account->bins.n; i++) {
        char name[SG_BIN_LABEL];
        sg_bins_name(&account->bins, i, name);
        const struct sg_cell cell[] = {sg_cell_word(sg_sheet_textf(sheet, "%s", name)),
                                       sg_cell_number(bin_sum(verdicts, i)),
                                       sg_cell_number(bin_of(verdicts, "clean", i)),
                                       sg_cell_number(bin_of(verdicts, "masked", i)),
                                       sg_cell_number(bin_of(verdicts, "blocked", i)),
                                       sg_cell_number(bin_of(verdicts, "diverted", i)),
                                       sg_cell_number(bin_of(verdicts, "refused", i)),
                                       sg_cell_number(bin_sum(&account->by[SG_BY_ENTITY], i)),
                                       sg_cell_number(bin_sum(&account->by[SG_BY_FRONT], i))};
        sg_sheet_row(sheet, table, SG_TONE_NONE, cell);
    }
}

/* --- review --- */

struct review {
    struct sg_sheet *sheet;
    const char **finding;
    size_t most, n;
};

/* A count that ought to be 0. */
static void want_none(struct review *review, uint64_t count, const char *what)
{
    if (count == 0)
        return;
    if (review->n < review->most)
        review->finding[review->n] = sg_sheet_textf(review->sheet, "%" PRIu64 " %s", count, what);
    review->n++;
}

size_t sg_report_review(struct sg_sheet *sheet, const struct sg_case *of, const char **finding,
                        size_t most)
{
    const struct sg_account *account = of->account;
    struct review review = {sheet, finding, most, 0};
    uint64_t lost, now;
    sg_inflight_count(&account->inflight, account->last_start, &lost, &now);
    want_none(&review, of->report->result.n_troubles, "troubles with the log: it is NOT PROVEN");
    want_none(&review, account->odd, "lines that are no record");
    want_none(&review, account->lacking, "records that lack time, boot, instance, class or type");
    want_none(&review, account->what[SG_WHAT_GAP], "times in which the log could not be written");
    want_none(&review, account->gap_dropped, "outcomes and sums that were lost");
    want_none(&review, account->what[SG_WHAT_RECOVERY], "torn ends of the log set aside");
    want_none(&review, lost, "exchanges in flight when the gateway was killed");
    want_none(&review, account->failed_closed, "messages that failed closed");
    want_none(&review, account->excepted, "unreadable messages passed by exception");
    want_none(&review, account->what[SG_WHAT_RELOAD_FAILED], "reloads that failed");
    want_none(&review, account->what[SG_WHAT_ENGINE_DISTRUSTED], "times the engines differed");
    for (size_t i = 0; i < account->by[SG_BY_SPACE].n; i++) {
        const struct sg_word *state = account->by[SG_BY_SPACE].word[i];
        if (!sg_text_same(state->text, "ok"))
            want_none(&review, state->count[0], "warnings that the disk is filling up");
    }
    return review.n;
}

/* --- the whole --- */

static void add_head(struct sg_sheet *sheet, const struct sg_case *of)
{
    const struct sg_account *account = of->account;
    const struct sg_verify_result *result = &of->report->result;
    char from[25], to[25];
    sheet->origin = of->key->name;
    sheet->proven = result->n_troubles == 0;
    sheet->made = sg_clock_wall_ms();
    sheet->helpers = helpers_of(sheet, of);
    sg_clock_format(account->range.limited ? account->range.since : account->first_time, from);
    sg_clock_format(account->range.limited ? account->range.until : account->last_time, to);
    sheet->range =
        account->records == 0 && !account->range.limited
            ? "no records"
            : sg_sheet_textf(sheet, "%.10s %.5s to %.10s %.5s UTC", from, from + 11, to, to + 11);
    if (sheet->proven)
        sheet->headline = sg_sheet_textf(
            sheet,
            "All %" PRIu64 " records are those that were written: numbered without a gap, signed "
            "by the log's key%s.",
            result->records,
            of->config->first_key != NULL ? ", sealed with keys that no longer exist"
                                          : "; the keys of its seals were not checked");
    else
        sheet->headline = sg_sheet_textf(
            sheet,
            "The log is not what was written, or cannot be shown to be: %s. Proven are its first "
            "%" PRIu64 " records; the numbers below are of the %" PRIu64 " that were read.",
            sg_verify_sentence(result->trouble[0].what), result->proven, account->read);
}

void sg_report_write(struct sg_sheet *sheet, const struct sg_case *of)
{
    add_head(sheet, of);
    sg_chapter_verdict(sheet, of);
    sg_chapter_masked(sheet, of);
    sg_chapter_refused(sheet, of);
    sg_chapter_complete(sheet, of);
    sg_chapter_people(sheet, of);
    sg_chapter_latency(sheet, of);
    sg_chapter_controls(sheet, of);
    sg_chapter_appendix(sheet, of);
}
