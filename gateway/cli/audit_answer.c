/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_answer.c - what a check of the log found, for people and for programs.
 */
#include "cli/audit_answer.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/diag.h"
#include "cli/console.h"
#include "cli/progress.h"

enum { TIME_SIZE = 25 };

/* --- for programs --- */

static void print_troubles(const struct sg_verify_report *report)
{
    const struct sg_verify_result *result = &report->result;
    bool placed = false;
    (void)printf(",\"troubles\":[");
    for (size_t i = 0; i < result->n_troubles; i++) {
        const struct sg_verify_trouble *trouble = &result->trouble[i];
        (void)printf("%s{\"what\":\"%s\"", i == 0 ? "" : ",", sg_verify_word(trouble->what));
        if (sg_verify_has_place(trouble->what)) {
            (void)printf(",\"seq\":%" PRIu64 ",\"from\":%" PRIu64, trouble->seq, trouble->from);
            if (!placed) {
                (void)printf(",\"file\":");
                sg_print_json(report->place.file);
                (void)printf(",\"line\":%u,\"exact\":%s", report->place.line,
                             report->located ? "true" : "false");
            }
            placed = true;
        }
        (void)printf("}");
    }
    (void)printf("]");
}

static void print_witnesses(const struct sg_audit_answer *answer)
{
    const struct sg_verify_result *result = &answer->report->result;
    const struct sg_policy *policy = answer->config->policy;
    if (policy == NULL || policy->none)
        return;
    (void)printf(",\"witnesses\":%zu,\"quorum\":%s,\"records_witnessed\":%" PRIu64
                 ",\"time_witnessed\":%" PRIu64,
                 result->witnesses, result->has_witnessed ? "true" : "false", result->witnessed,
                 result->witnessed_time);
}

void sg_audit_answer_print_json(const struct sg_audit_answer *answer, const char *event)
{
    const struct sg_verify_result *result = &answer->report->result;
    (void)printf("{");
    if (event != NULL)
        (void)printf("\"event\":\"%s\",\"time\":%" PRIu64 ",", event, sg_clock_wall_ms());
    (void)printf("\"proven\":%s,\"origin\":", result->n_troubles == 0 ? "true" : "false");
    sg_print_json(answer->key->name);
    (void)printf(",\"key\":\"%08x\",\"key_given\":%s,\"live\":%s,\"start\":%" PRIu64
                 ",\"records\":%" PRIu64 ",\"records_proven\":%" PRIu64 ",\"time_proven\":%" PRIu64,
                 (unsigned)answer->key->id, answer->key_beside ? "false" : "true",
                 answer->config->live ? "true" : "false", result->start, result->records,
                 result->proven, result->proven_time);
    (void)printf(",\"records_signed\":%" PRIu64 ",\"signed\":%s,\"seals\":%" PRIu64
                 ",\"records_sealed\":%" PRIu64 ",\"seal_keys_checked\":%s,\"clock_steps\":%" PRIu64
                 ",\"checkpoints_kept\":%zu,\"checkpoints_compared\":%zu",
                 result->signed_size, result->signed_root ? "true" : "false", result->seals,
                 result->sealed, answer->config->first_key != NULL ? "true" : "false",
                 result->steps, answer->config->n_known, result->known);
    print_witnesses(answer);
    if (result->removed > 0)
        (void)printf(",\"records_removed\":%" PRIu64 ",\"removal_told\":%s,\"removal\":%" PRIu64
                     ",\"first_epoch\":%" PRIu64 ",\"time_first\":%" PRIu64,
                     result->removed, result->removal_told ? "true" : "false", result->removal,
                     result->first_epoch, result->first_time);
    if (answer->report->derived.n > 0)
        (void)printf(",\"beside_wrong\":%" PRIu64 ",\"beside_first\":\"%s\"",
                     answer->report->derived.n, answer->report->derived.first);
    print_troubles(answer->report);
    (void)printf("}\n");
}

/* --- for people --- */

static void print_place(const struct sg_verify_report *report,
                        const struct sg_verify_trouble *trouble, bool first)
{
    char place[sizeof(struct scrubgate_fault)];
    const char *sentence = sg_verify_sentence(trouble->what);
    if (!sg_verify_has_place(trouble->what)) {
        (void)printf("  wrong        %s\n", sentence);
        return;
    }
    if (first)
        sg_fault_print(&report->place, place, sizeof place);
    else
        (void)snprintf(place, sizeof place, "record %" PRIu64 ": %s", trouble->seq, sentence);
    (void)printf("  wrong        %s\n", place);
    if (trouble->from < trouble->seq)
        (void)printf("               what was changed is among records %" PRIu64 " to %" PRIu64
                     "\n",
                     trouble->from, trouble->seq);
}

/* "records 12 to 39" of those that were read, up to end. False: there is none. */
static bool print_records(const char *word, const struct sg_verify_result *result, uint64_t end)
{
    if (end <= result->start) {
        (void)printf("  %-12s no record", word);
        return false;
    }
    (void)printf("  %-12s records %" PRIu64 " to %" PRIu64, word, result->start, end - 1);
    return true;
}

static void print_proven(const struct sg_verify_result *result)
{
    char time[TIME_SIZE];
    const bool some = print_records("proven", result, result->proven);
    sg_clock_format(result->proven_time, time);
    (void)printf(some && result->proven_time > 0 ? ", up to %s\n" : "\n", time);
}

static void print_seals(const struct sg_audit_answer *answer)
{
    const struct sg_verify_result *result = &answer->report->result;
    const uint64_t seals = result->seals - result->first_epoch;
    char number[SG_PROGRESS_NUMBER];
    if (!print_records("sealed", result, seals == 0 ? 0 : result->sealed)) {
        (void)printf("\n");
        return;
    }
    (void)printf(" by %s seal%s in order", sg_progress_number(seals, number),
                 seals == 1 ? "" : "s");
    if (result->start > 0)
        (void)printf(", from epoch %" PRIu64 " on", result->first_epoch);
    (void)printf("; their keys %s\n", answer->config->first_key != NULL
                                          ? "fit the first one"
                                          : "were not checked (--key)");
}

static void print_witnessed(const struct sg_audit_answer *answer)
{
    const struct sg_verify_result *result = &answer->report->result;
    const struct sg_policy *policy = answer->config->policy;
    char time[TIME_SIZE];
    if (policy == NULL)
        return;
    if (policy->none) {
        (void)printf("  witnessed    the policy asks nobody\n");
        return;
    }
    if (!result->has_witnessed) {
        (void)printf("  witnessed    no record; %zu of %zu witnesses have cosigned\n",
                     result->witnesses, policy->n_witnesses);
        return;
    }
    sg_clock_format(result->witnessed_time, time);
    if (result->witnessed > 0 && result->witnessed <= result->start) /* compared all the same */
        (void)printf("  witnessed    records 0 to %" PRIu64, result->witnessed - 1);
    else
        (void)print_records("witnessed", result, result->witnessed);
    (void)printf(" by %zu of %zu witnesses at %s\n", result->witnesses, policy->n_witnesses, time);
    if (result->witnessed < result->records)
        (void)printf("               who has the keys could still change records %" PRIu64
                     " to %" PRIu64 "\n",
                     result->witnessed, result->records - 1);
}

static void print_removed(const struct sg_verify_result *result)
{
    char a[SG_PROGRESS_NUMBER], time[TIME_SIZE];
    if (result->removed == 0)
        return;
    (void)printf("  removed      records 0 to %" PRIu64, result->removed - 1);
    if (result->removal_told)
        (void)printf(", as record %s says", sg_progress_number(result->removal, a));
    (void)printf("; that they were signed is proven\n");
    if (result->first_time == 0)
        return;
    sg_clock_format(result->first_time, time);
    (void)printf("               what was read begins at %s, with epoch %" PRIu64 "\n", time,
                 result->first_epoch);
}

static void print_beside(const struct sg_derived_found *derived)
{
    char number[SG_PROGRESS_NUMBER];
    if (derived->n == 0)
        return;
    (void)printf("  beside       %s %s", derived->first,
                 derived->missing ? "is missing" : "is not what the records give");
    if (derived->n > 1)
        (void)printf(", nor are %s more files", sg_progress_number(derived->n - 1, number));
    (void)printf(": proves nothing against a record;\n               the gateway's next start "
                 "makes anew what is not there\n");
}

static void print_unchecked(const struct sg_audit_answer *answer)
{
    const struct sg_verify_config *config = answer->config;
    const struct sg_verify_result *result = &answer->report->result;
    const char *comma = "";
    const bool unread = result->start > result->removed;
    if (!answer->key_beside && config->first_key != NULL && config->policy != NULL && !unread)
        return;
    (void)printf("  not checked  ");
    if (unread) {
        (void)printf("records %" PRIu64 " to %" PRIu64 ", but that they were signed",
                     result->removed, result->start - 1);
        comma = ", ";
    }
    if (answer->key_beside) {
        (void)printf("%sthe log's own key, taken from beside it (--vkey)", comma);
        comma = ", ";
    }
    if (config->first_key == NULL) {
        (void)printf("%skeys of the seals", comma);
        comma = ", ";
    }
    (void)printf("%s\n",
                 config->policy == NULL ? (comma[0] == '\0' ? "witnesses" : ", witnesses") : "");
}

void sg_audit_answer_print(const struct sg_audit_answer *answer)
{
    const struct sg_verify_report *report = answer->report;
    const struct sg_verify_result *result = &report->result;
    char number[SG_PROGRESS_NUMBER];
    bool first = true;
    (void)printf("%s: %s\n", answer->dir, result->n_troubles == 0 ? "PROVEN" : "NOT PROVEN");
    for (size_t i = 0; i < result->n_troubles; i++) {
        const bool placed = sg_verify_has_place(result->trouble[i].what);
        print_place(report, &result->trouble[i], placed && first);
        first = first && !placed;
    }
    (void)printf("  read         %s records%s\n",
                 sg_progress_number(result->records - result->start, number),
                 answer->config->live ? " of a log that is being written" : "");
    print_proven(result);
    if (result->signed_root) {
        (void)print_records("signed", result, result->signed_size);
        (void)printf(" by %s, key %08x\n", answer->key->name, (unsigned)answer->key->id);
    }
    print_seals(answer);
    print_witnessed(answer);
    if (answer->config->n_known > 0 && result->n_troubles == 0)
        (void)printf("  kept         %zu checkpoint%s of before fit%s\n", result->known,
                     result->known == 1 ? "" : "s",
                     result->known < answer->config->n_known ? ", others are of what was not read"
                                                             : "");
    if (result->steps > 0)
        (void)printf("  clock        stepped %s time%s between seals: go by mono_ns there\n",
                     sg_progress_number(result->steps, number), result->steps == 1 ? "" : "s");
    print_removed(result);
    print_beside(&report->derived);
    print_unchecked(answer);
}
