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
        "decided() { $1 'select(.class_uid == 2006) | \"\\(.boot) \\(.id)\"' | sort -u; }\n"
        "ended() { $1 'select(.class_uid == 6003) | \"\\(.boot) \\(.id)\"' | sort -u; }\n"
        "open() { { records 'select(.class_uid == 2006) | \"d \\(.boot) \\(.id) \\(.seq)\"'; all "
        "'select(.class_uid == 6003) | \"o \\(.boot) \\(.id)\"'; } | awk '{ k = $2 $3 } $1 == "
        "\"d\" && !(k in s) { s[k] = $4 } $1 == \"o\" { delete s[k] } END { for (k in s) print "
        "s[k] }'; }\n"
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
        review->finding[review->n++] =
            sg_sheet_textf(review->sheet, "%s: %s", what, sg_sheet_number(review->sheet, count));
}

/* States of the disk but the good one. */
static uint64_t count_warnings(const struct sg_words *states)
{
    uint64_t n = 0;
    for (size_t i = 0; i < states->n; i++)
        n += sg_text_same(states->word[i]->text, "ok") ? 0 : states->word[i]->count[0];
    return n;
}

static void add_review(struct sg_sheet *sheet, const struct sg_case *of)
{
    enum { MOST = 16 };
    const struct sg_account *account = of->account;
    struct review review = {sheet, sg_sheet_room(sheet, MOST, sizeof(char *)), MOST, 0};
    uint64_t lost, now;
    if (review.finding == NULL)
        return;
    sg_inflight_count(&account->inflight, account->last_start, &lost, &now);
    want_none(&review, of->report->result.n_troubles, "Troubles with the log, which is NOT PROVEN");
    want_none(&review, account->odd, "Lines that are no record");
    want_none(&review, account->lacking, "Records that lack time, boot, instance, class or type");
    want_none(&review, account->failed_closed, "Messages that failed closed");
    want_none(&review, account->excepted, "Unreadable messages passed by exception");
    want_none(&review, account->what[SG_WHAT_GAP], "Times in which the log could not be written");
    want_none(&review, account->gap_refused, "Messages refused in them");
    want_none(&review, account->gap_dropped, "Outcomes and sums lost in them");
    want_none(&review, account->what[SG_WHAT_RECOVERY], "Torn ends of the log set aside");
    want_none(&review, lost, "Exchanges in flight when the gateway was killed");
    want_none(&review, count_warnings(&account->by[SG_BY_SPACE]), "Warnings of a full disk");
    want_none(&review, account->what[SG_WHAT_RELOAD_FAILED], "Reloads that failed");
    want_none(&review, account->what[SG_WHAT_ENGINE_DISTRUSTED], "Times the engines differed");
    sheet->finding = review.finding;
    sheet->n_findings = review.n;
}

/* --- the whole --- */

static void add_head(struct sg_sheet *sheet, const struct sg_case *of)
{
    const struct sg_account *account = of->account;
    const struct sg_verify_result *result = &of->report->result;
    char from[25], to[25];
    sheet->kind = "Audit report";
    sheet->origin = of->key->name;
    sheet->proven = result->n_troubles == 0;
    sheet->verdict = sheet->proven ? "PROVEN" : "NOT PROVEN";
    sheet->tone = sheet->proven ? SG_TONE_GOOD : SG_TONE_BAD;
    sheet->look = "To look at";
    sheet->nothing = "Nothing: no trouble with the log, nothing failed closed, nothing was lost.";
    sheet->again = "Beside each number stands a command that prints it, from the log's lines "
                   "alone. All are made of these few functions; nothing of ours is needed. What "
                   "must have its answer from us begins with scrubgate.";
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
            "All %s records are those that were written: numbered without a gap, signed by the "
            "log's key%s.%s",
            sg_sheet_number(sheet, result->records - result->start),
            of->config->first_key != NULL ? ", sealed with keys that no longer exist"
                                          : "; the keys of its seals were not checked",
            result->start == 0 ? ""
                               : sg_sheet_textf(sheet, " Those before record %s were removed.",
                                                sg_sheet_number(sheet, result->start)));
    else
        sheet->headline = sg_sheet_textf(
            sheet,
            "The log is not what was written, or cannot be shown to be: %s. Proven are its first "
            "%s records; the numbers below are of the %s that were read.",
            sg_verify_sentence(result->trouble[0].what), sg_sheet_number(sheet, result->proven),
            sg_sheet_number(sheet, account->read));
}

void sg_report_write(struct sg_sheet *sheet, const struct sg_case *of)
{
    add_head(sheet, of);
    add_review(sheet, of);
    sg_chapter_verdict(sheet, of);
    sg_chapter_masked(sheet, of);
    sg_chapter_refused(sheet, of);
    sg_chapter_complete(sheet, of);
    sg_chapter_people(sheet, of);
    sg_chapter_latency(sheet, of);
    sg_chapter_controls(sheet, of);
    sg_chapter_appendix(sheet, of);
}
