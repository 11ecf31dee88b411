/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_verify.c - scrubgate audit verify DIR: whether the log is what was written.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/verify_log.h"
#include "base/clock.h"
#include "base/diag.h"
#include "cli/audit_keys.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/progress.h"

enum { TIME_SIZE = 25 };

/* What is printed is of these. */
struct answer {
    const char *dir;
    const struct sg_note_key *key;
    const struct sg_verify_config *config;
    const struct sg_verify_report *report;
};

static void show(void *ctx, uint64_t done, uint64_t total)
{
    struct sg_progress *progress = ctx;
    progress->total = total;
    sg_progress_show(progress, done);
}

/* --- for programs --- */

static void print_troubles(const struct sg_verify_report *report)
{
    const struct sg_verify_result *result = &report->result;
    bool placed = false;
    (void)printf(",\"troubles\":[");
    for (size_t i = 0; i < result->n_troubles; i++) {
        const struct sg_verify_trouble *trouble = &result->trouble[i];
        (void)printf("%s{\"what\":\"%s\"", i == 0 ? "" : ",", sg_verify_word(trouble->what));
        if (trouble->what != SG_VERIFY_NO_CHECKPOINT && trouble->what != SG_VERIFY_SIGNATURE) {
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

static void print_json(const struct answer *answer)
{
    const struct sg_verify_result *result = &answer->report->result;
    (void)printf("{\"proven\":%s,\"origin\":", result->n_troubles == 0 ? "true" : "false");
    sg_print_json(answer->key->name);
    (void)printf(",\"key\":\"%08x\",\"live\":%s,\"records\":%" PRIu64 ",\"records_proven\":%" PRIu64
                 ",\"time_proven\":%" PRIu64,
                 (unsigned)answer->key->id, answer->config->live ? "true" : "false",
                 result->records, result->proven, result->proven_time);
    (void)printf(",\"records_signed\":%" PRIu64 ",\"signed\":%s,\"seals\":%" PRIu64
                 ",\"records_sealed\":%" PRIu64 ",\"seal_keys_checked\":%s,\"clock_steps\":%" PRIu64
                 ",\"checkpoints_kept\":%zu",
                 result->signed_size, result->signed_root ? "true" : "false", result->seals,
                 result->sealed, answer->config->first_key != NULL ? "true" : "false",
                 result->steps, answer->config->n_known);
    print_troubles(answer->report);
    (void)printf("}\n");
}

/* --- for people --- */

static void print_place(const struct sg_verify_report *report,
                        const struct sg_verify_trouble *trouble, bool first)
{
    char place[sizeof(struct scrubgate_fault)];
    const char *sentence = sg_verify_sentence(trouble->what);
    if (trouble->what == SG_VERIFY_NO_CHECKPOINT || trouble->what == SG_VERIFY_SIGNATURE) {
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

static void print_proven(const struct sg_verify_result *result)
{
    char time[TIME_SIZE];
    if (result->proven == 0) {
        (void)printf("  proven       no record\n");
        return;
    }
    (void)printf("  proven       records 0 to %" PRIu64, result->proven - 1);
    sg_clock_format(result->proven_time, time);
    (void)printf(result->proven_time > 0 ? ", up to %s\n" : "\n", time);
}

static void print_seals(const struct answer *answer)
{
    const struct sg_verify_result *result = &answer->report->result;
    char number[SG_PROGRESS_NUMBER];
    if (result->seals == 0) {
        (void)printf("  sealed       no record\n");
        return;
    }
    (void)printf("  sealed       records 0 to %" PRIu64 " by %s seal%s in order; their keys %s\n",
                 result->sealed - 1, sg_progress_number(result->seals, number),
                 result->seals == 1 ? "" : "s",
                 answer->config->first_key != NULL ? "fit the first one"
                                                   : "were not checked (--key)");
}

static void print_text(const struct answer *answer)
{
    const struct sg_verify_result *result = &answer->report->result;
    char number[SG_PROGRESS_NUMBER];
    bool first = true;
    (void)printf("%s: %s\n", answer->dir, result->n_troubles == 0 ? "PROVEN" : "NOT PROVEN");
    for (size_t i = 0; i < result->n_troubles; i++) {
        bool placed = result->trouble[i].what != SG_VERIFY_NO_CHECKPOINT &&
                      result->trouble[i].what != SG_VERIFY_SIGNATURE;
        print_place(answer->report, &result->trouble[i], placed && first);
        first = first && !placed;
    }
    (void)printf("  read         %s records%s\n", sg_progress_number(result->records, number),
                 answer->config->live ? " of a log that is being written" : "");
    print_proven(result);
    if (result->signed_root)
        (void)printf("  signed       records 0 to %" PRIu64 " by %s, key %08x\n",
                     result->signed_size == 0 ? 0 : result->signed_size - 1, answer->key->name,
                     (unsigned)answer->key->id);
    print_seals(answer);
    if (answer->config->n_known > 0 && result->n_troubles == 0)
        (void)printf("  kept         %zu checkpoint%s of before fit\n", answer->config->n_known,
                     answer->config->n_known == 1 ? "" : "s");
    if (result->steps > 0)
        (void)printf("  clock        stepped %s time%s between seals: go by mono_ns there\n",
                     sg_progress_number(result->steps, number), result->steps == 1 ? "" : "s");
    (void)printf("  not checked  %switnesses\n",
                 answer->config->first_key == NULL ? "keys of the seals, " : "");
}

/* --- the command --- */

static int verify(const char *dir, const struct sg_note_key *key,
                  const struct sg_verify_config *config, bool json)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_report report;
    struct sg_progress progress;
    sg_progress_start(&progress, "verify", "records", 0, false);
    enum scrubgate_status rc = sg_verify_log(dir, config, show, &progress, &report, &fault);
    sg_progress_end(&progress);
    if (rc < 0) {
        (void)sg_say_fault(&fault);
        (void)fprintf(stderr, "scrubgate audit verify: the log could not be read: NOT PROVEN\n");
        return SG_EXIT_WRONG;
    }
    struct answer answer = {dir, key, config, &report};
    if (json)
        print_json(&answer);
    else
        print_text(&answer);
    return sg_flush_output() && report.result.n_troubles == 0 ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *key_path = NULL, *vkey_path = NULL;
    struct sg_texts kept = {.n = 0};
    struct sg_verify_known known[SG_TEXTS_MOST];
    uint8_t first_key[SG_KEY_SIZE] = {0};
    struct sg_note_key key;
    unsigned epoch = SG_VERIFY_EPOCH_MS / 1000;
    bool json = false;
    const struct sg_option options[] = {
        {"key", 'k', SG_OPTION_TEXT, "FILE", "the seals' first key, as keygen printed it",
         &key_path},
        {"vkey", 'p', SG_OPTION_TEXT, "FILE", "the log's public key (DIR/../keys/log.vkey)",
         &vkey_path},
        {"kept", 'c', SG_OPTION_LIST, "FILE", "a checkpoint kept apart: the log must contain it",
         &kept},
        {"epoch", 0, SG_OPTION_NUMBER, "SECONDS",
         "seals of a running gateway are so far apart (10)", &epoch},
        {"json", 0, SG_OPTION_FLAG, NULL, "as JSON", &json},
    };
    int rest = 0, exit_code = SG_EXIT_USAGE;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one folder of an audit log, such as var/audit");
    const char *dir = argv[rest];
    if (sg_load_vkey_of(vkey_path, dir, &key) && sg_load_known(&kept, &key, known) &&
        (key_path == NULL || sg_load_seal_key(key_path, first_key))) {
        struct sg_verify_config config = {.key = &key,
                                          .first_key = key_path == NULL ? NULL : first_key,
                                          .known = known,
                                          .n_known = kept.n,
                                          .live = sg_verify_is_live(dir),
                                          .epoch_ms = (uint64_t)epoch * 1000};
        exit_code = verify(dir, &key, &config, json);
    }
    sg_wipe(first_key, sizeof first_key);
    return exit_code;
}

const struct sg_command sg_cmd_audit_verify = {
    .name = "audit verify",
    .summary = "check that the log is what was written: signatures, seals, every record",
    .usage = "[-p VKEY] [-k KEY] [-c CHECKPOINT]… [--json] DIR",
    .examples =
        "  scrubgate audit verify var/audit\n"
        "  scrubgate audit verify --vkey log.vkey --key first.key --kept last-week var/audit\n",
    .run = run,
};
