/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapter_complete.c - whether anything is missing: numbers, outcomes, seals, times in which the
 * log could not be written; and what of it is there still.
 */
#include "report/chapters.h"

#include <inttypes.h>

static void count(struct sg_sheet *sheet, struct sg_section *section, enum sg_tone tone,
                  const struct sg_fact *fact)
{
    struct sg_fact *made = sg_sheet_fact(sheet, section, fact);
    if (made != NULL)
        made->tone = fact->value.number == 0 ? SG_TONE_GOOD : tone;
}

static void add_numbers(struct sg_sheet *sheet, struct sg_section *section,
                        const struct sg_account *account)
{
    const bool some = account->records > 0;
    const uint64_t spanned = some ? account->last_seq - account->first_seq + 1 : 0;
    struct sg_fact *fact = sg_chapter_count(sheet, section, "records", "Records", account->records,
                                            "records .seq | wc -l");
    if (fact != NULL) {
        fact->key = true;
        fact->note = some ? sg_sheet_textf(sheet, "numbers %" PRIu64 " to %" PRIu64,
                                           account->first_seq, account->last_seq)
                          : "";
    }
    count(sheet, section, account->range.limited ? SG_TONE_NONE : SG_TONE_BAD,
          &(struct sg_fact){
              .id = "number_gaps",
              .title = "Numbers missing among them",
              .value = sg_cell_number(spanned - account->records),
              .check = "records .seq | awk 'NR == 1 { a = $1 } { b = $1 } "
                       "END { print NR == 0 ? 0 : b - a + 1 - NR }'",
              .note = account->range.limited
                          ? "Records whose time is outside of the range stand between them; that "
                            "none is missing from the log itself is proven above."
                          : ""});
    count(sheet, section, SG_TONE_BAD,
          &(struct sg_fact){.id = "odd",
                            .title = "Lines that are no record",
                            .value = sg_cell_number(account->odd)});
    count(sheet, section, SG_TONE_BAD,
          &(struct sg_fact){
              .id = "lacking",
              .title = "Records that lack time, boot, instance, class or type",
              .value = sg_cell_number(account->lacking),
              .check = "records 'select((has(\"time\") and has(\"boot\") and has(\"instance\") and "
                       "has(\"class_uid\") and has(\"type_uid\")) | not) | .seq' | wc -l"});
    count(sheet, section, SG_TONE_NONE,
          &(struct sg_fact){.id = "clock_back",
                            .title = "Times before that of the record before",
                            .value = sg_cell_number(account->backwards),
                            .note = "Workers hand over records a little out of turn; mono_ns "
                                    "orders those of one boot."});
}

static void add_open(struct sg_sheet *sheet, struct sg_section *section,
                     const struct sg_account *account)
{
    uint64_t before, behind;
    sg_inflight_count(&account->inflight, account->last_start, &before, &behind);
    count(sheet, section, SG_TONE_WARN,
          &(struct sg_fact){.id = "in_flight_lost",
                            .title = "Without one, from before the last start",
                            .value = sg_cell_number(before),
                            .note = "In flight when the gateway was killed, or their outcome was. "
                                    "What was decided is known; whether it arrived is not.",
                            .check = sg_sheet_textf(sheet, "open | awk '$1 < %" PRIu64 "' | wc -l",
                                                    account->last_start)});
    (void)sg_sheet_fact(
        sheet, section,
        &(struct sg_fact){.id = "in_flight_now",
                          .title = "Without one, since the last start",
                          .value = sg_cell_number(behind),
                          .note = "Under way when this report was made, or cut off at the end of "
                                  "the log.",
                          .check = sg_sheet_textf(sheet, "open | awk '$1 >= %" PRIu64 "' | wc -l",
                                                  account->last_start)});
}

static void add_joins(struct sg_sheet *sheet, struct sg_section *section,
                      const struct sg_account *account)
{
    (void)sg_chapter_count(sheet, section, "exchanges", "Exchanges with a decision",
                           account->inflight.decided, "decided records | wc -l");
    (void)sg_chapter_count(sheet, section, "joined", "Of them with an outcome",
                           account->inflight.joined,
                           "{ decided records; ended all; } | sort | uniq -d | wc -l");
    add_open(sheet, section, account);
    (void)sg_sheet_fact(
        sheet, section,
        &(struct sg_fact){.id = "alone",
                          .title = "Outcomes without a decision",
                          .value = sg_cell_number(account->inflight.alone),
                          .note = "Requests with nothing to decide about: no route, refused before "
                                  "their body, or passed.",
                          .check = "{ ended records; decided all; decided all; } | sort | uniq -u "
                                   "| wc -l"});
    count(sheet, section, SG_TONE_WARN,
          &(struct sg_fact){.id = "unjoined",
                            .title = "Not joined: more open at once than there is room for",
                            .value = sg_cell_number(account->inflight.unjoined)});
}

static void add_gaps(struct sg_sheet *sheet, struct sg_section *section,
                     const struct sg_account *account)
{
    count(sheet, section, SG_TONE_BAD,
          &(struct sg_fact){.id = "gaps",
                            .title = "Times in which the log could not be written",
                            .value = sg_cell_number(account->what[SG_WHAT_GAP]),
                            .check = "records 'select(.what == \"gap\") | .seq' | wc -l",
                            .key = true});
    count(
        sheet, section, SG_TONE_BAD,
        &(struct sg_fact){.id = "gap_ms",
                          .title = "Together",
                          .value = sg_cell_of(SG_CELL_MS, account->lost_ms),
                          .check = "records 'select(.what == \"gap\") | .to_ms - .from_ms' | sum"});
    count(sheet, section, SG_TONE_WARN,
          &(struct sg_fact){.id = "gap_refused",
                            .title = "Messages refused meanwhile",
                            .value = sg_cell_number(account->gap_refused),
                            .check = "records 'select(.what == \"gap\") | .refused' | sum",
                            .note = "None left without a record."});
    count(sheet, section, SG_TONE_BAD,
          &(struct sg_fact){.id = "gap_dropped",
                            .title = "Outcomes and sums that were lost",
                            .value = sg_cell_number(account->gap_dropped),
                            .check = "records 'select(.what == \"gap\") | .dropped' | sum"});
    count(sheet, section, SG_TONE_WARN,
          &(struct sg_fact){.id = "recoveries",
                            .title = "Torn ends set aside at a start",
                            .value = sg_cell_number(account->what[SG_WHAT_RECOVERY]),
                            .check = "records 'select(.what == \"recovery\") | .seq' | wc -l"});
}

/* Boots that began here and did not say that they stopped; the last one may still run. */
static uint64_t count_killed(const struct sg_words *boots)
{
    uint64_t killed = 0;
    for (size_t i = 0; i + 1 < boots->n; i++)
        killed += boots->word[i]->count[1] > 0 && boots->word[i]->count[2] == 0;
    return killed;
}

static void add_life(struct sg_sheet *sheet, struct sg_section *section,
                     const struct sg_account *account)
{
    (void)sg_chapter_count(
        sheet, section, "starts", "Starts of the gateway",
        account->what[SG_WHAT_START] + account->what[SG_WHAT_TAKEOVER],
        "records 'select(.what == \"start\" or .what == \"takeover\") | .seq' | wc -l");
    (void)sg_chapter_count(sheet, section, "stops", "Stops", account->what[SG_WHAT_STOP],
                           "records 'select(.what == \"stop\") | .seq' | wc -l");
    count(sheet, section, SG_TONE_WARN,
          &(struct sg_fact){.id = "killed",
                            .title = "Boots that ended without a stop",
                            .value = sg_cell_number(count_killed(&account->by[SG_BY_BOOT]))});
    (void)sg_chapter_count(sheet, section, "seals_in_range", "Seals", account->what[SG_WHAT_SEAL],
                           "records 'select(.what == \"seal\") | .seq' | wc -l");
    (void)sg_sheet_fact(
        sheet, section,
        &(struct sg_fact){.id = "longest_unsealed",
                          .title = "Longest time between two seals",
                          .value = sg_cell_of(SG_CELL_MS, account->longest_unsealed_ms),
                          .note = "Also while the gateway was not running.",
                          .check = "records 'select(.what == \"seal\") | .time' | awk 'NR > 1 && "
                                   "$1 - t > m { m = $1 - t } { t = $1 } END { print m + 0 }'"});
}

static const struct sg_column trouble_columns[] = {
    {"time", "When", false, false, false},
    {"seq", "Record", false, false, false},
    {"what", "What", false, false, false},
    {"detail", "", false, false, true},
};

static void add_troubles(struct sg_sheet *sheet, struct sg_section *section,
                         const struct sg_notables *notables)
{
    const size_t kept = sg_notables_kept(notables);
    struct sg_table *table = sg_sheet_table(
        sheet, section,
        &(struct sg_table){.id = "troubles",
                           .title = "Gaps, recoveries, and room on the disk",
                           .check = "records 'select(.what | IN(\"gap\", \"recovery\", \"space\", "
                                    "\"engine-distrusted\"))'",
                           .empty = "none",
                           .column = trouble_columns,
                           .n_columns = sizeof trouble_columns / sizeof trouble_columns[0],
                           .left_out = notables->n - kept,
                           .stacked = true});
    for (size_t i = 0; i < kept; i++) {
        const struct sg_notable *notable = sg_notables_get(notables, i);
        const struct sg_cell cell[] = {
            sg_cell_of(SG_CELL_TIME, notable->time), sg_cell_of(SG_CELL_SEQ, notable->seq),
            sg_cell_word(sg_sheet_decode(sheet, sg_bytes_of(notable->what))),
            sg_cell_word(sg_chapter_details(sheet, notable->text))};
        sg_sheet_row(sheet, table, notable->failed ? SG_TONE_BAD : SG_TONE_WARN, cell);
    }
}

void sg_chapter_complete(struct sg_sheet *sheet, const struct sg_case *of)
{
    struct sg_section *section = sg_sheet_section(
        sheet, "complete", "Is anything missing?",
        "A message leaves the gateway only after its record is on disk, so what is not here did "
        "not leave. Where the log could not be written, messages were refused, and a record says "
        "from when to when.");
    add_numbers(sheet, section, of->account);
    add_joins(sheet, section, of->account);
    add_gaps(sheet, section, of->account);
    add_life(sheet, section, of->account);
    add_troubles(sheet, section, &of->account->troubles);
}
