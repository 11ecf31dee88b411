/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapter_refused.c - verdicts, and what did not go through: blocked, refused on doubt, turned away
 * at the door, not delivered.
 */
#include "report/chapters.h"

#include <string.h>

static enum sg_tone tone_of_verdict(const char *text)
{
    static const struct {
        const char *word;
        enum sg_tone tone;
    } tones[] = {{"clean", SG_TONE_CLEAN},
                 {"masked", SG_TONE_1},
                 {"blocked", SG_TONE_4},
                 {"diverted", SG_TONE_3},
                 {"refused", SG_TONE_BAD}};
    for (size_t i = 0; i < sizeof tones / sizeof tones[0]; i++)
        if (strcmp(text, tones[i].word) == 0)
            return tones[i].tone;
    return SG_TONE_OTHERS;
}

static const struct sg_words_table tables[] = {
    [SG_BY_VERDICT] = {"verdicts", "Verdicts", NULL, "messages '[.verdict, 1] | @tsv' | table",
                       "no message was decided", "messages", "Verdict", false, false, true,
                       tone_of_verdict},
    [SG_BY_REFUSAL] = {"failed-closed", "Refused because a message could not be decided safely",
                       "On doubt a message is refused, not passed. The reason names what was in "
                       "the way, and never a byte of the message.",
                       "messages 'select(.verdict == \"refused\" and .action_id == 2) | "
                       "[.reason // \"\", 1] | @tsv' | table",
                       "every message could be decided", "messages", "Reason", false, false, true,
                       NULL},
    [SG_BY_FAILURE] = {"not-delivered", "Requests that were answered with an error",
                       "Upstream down, a client that left, a message that was blocked or refused. "
                       "Status 0: nobody was there to be answered.",
                       "records 'select(.class_uid == 6003 and .status_id == 2) | "
                       "[.reason // \"\", 1] | @tsv' | table",
                       "every request was answered with 2xx or 3xx", "requests", "Reason", false,
                       false, true, NULL},
    [SG_BY_FRONT] = {"turned-away", "Turned away at the door",
                     "Before anything of them was passed on: malformed heads, deadlines, limits, "
                     "overload. Summed up in the log, one record a second for each kind.",
                     "records 'select(.class_uid == 4002) | [.reason, .count] | @tsv' | table",
                     "nobody was turned away", "requests", "Reason", false, false, true, NULL},
    [SG_BY_STATUS] = {"statuses", "Answers by HTTP status", NULL,
                      "records 'select(.class_uid == 6003) | [.http_response.code, 1] | @tsv' | "
                      "table",
                      "no request was answered", "requests", "Status", false, false, false, NULL},
};

static void mark(struct sg_fact *fact, enum sg_tone tone, bool key)
{
    if (fact == NULL)
        return;
    fact->tone = tone;
    fact->key = key;
}

void sg_chapter_refused(struct sg_sheet *sheet, const struct sg_case *of)
{
    static const enum sg_account_by order[] = {SG_BY_VERDICT, SG_BY_REFUSAL, SG_BY_FRONT,
                                               SG_BY_FAILURE, SG_BY_STATUS};
    const struct sg_account *account = of->account;
    struct sg_section *section = sg_sheet_section(
        sheet, "refused", "What did not go through",
        "A verdict for each message and direction. Blocked and diverted: a rule said so. Refused: "
        "it could not be read or decided safely, so it failed closed.");
    (void)sg_chapter_count(sheet, section, "blocked", "Messages blocked by a rule",
                           account->verdict[SG_ENTRY_BLOCKED],
                           "messages 'select(.verdict == \"blocked\") | .seq' | wc -l");
    (void)sg_chapter_count(sheet, section, "diverted", "Messages diverted by a rule",
                           account->verdict[SG_ENTRY_DIVERTED],
                           "messages 'select(.verdict == \"diverted\") | .seq' | wc -l");
    mark(sg_chapter_count(
             sheet, section, "failed_closed", "Messages that failed closed", account->failed_closed,
             "messages 'select(.verdict == \"refused\" and .action_id == 2) | .seq' | wc -l"),
         sg_tone_unless(account->failed_closed, SG_TONE_WARN), true);
    mark(sg_chapter_count(sheet, section, "turned_away", "Requests turned away at the door",
                          account->turned_away,
                          "records 'select(.class_uid == 4002) | .count' | sum"),
         SG_TONE_NONE, true);
    (void)sg_chapter_count(sheet, section, "requests", "Requests answered", account->outcomes,
                           "records 'select(.class_uid == 6003) | .seq' | wc -l");
    (void)sg_chapter_count(
        sheet, section, "undelivered", "Of them with an error", account->undelivered,
        "records 'select(.class_uid == 6003 and .status_id == 2) | .seq' | wc -l");
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        (void)sg_chapter_words(sheet, section, of, &account->by[order[i]], &tables[order[i]]);
}
