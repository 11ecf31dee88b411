/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_verify.c - scrubgate audit verify DIR: whether the log is what was written.
 */
#include <stdio.h>
#include <string.h>

#include "audit/verify_log.h"
#include "base/clock.h"
#include "cli/audit_act.h"
#include "cli/audit_keys.h"
#include "cli/audit_answer.h"
#include "cli/audit_watch.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/moment.h"
#include "cli/progress.h"

/* The command line, and what was read for it. */
struct wanted {
    const char *dir, *vkey, *key, *policy_path, *since_text, *state, *retention;
    struct sg_texts kept;
    unsigned epoch, witness_age;
    bool json, watch;
    struct sg_watch_want lines;

    struct sg_note_key log_key;
    uint8_t first_key[SG_KEY_SIZE];
    struct sg_seal_key seal_key;
    struct sg_policy *policy;
    struct sg_verify_known known[SG_TEXTS_MOST + 1]; /* with the one to begin behind */
    size_t n_known;
    struct sg_verify_since since;
    uint64_t retention_ms;
};

static void show(void *ctx, uint64_t done, uint64_t total)
{
    struct sg_progress *progress = ctx;
    progress->total = total;
    sg_progress_show(progress, done);
}

static int verify(const struct wanted *wanted, struct sg_audit_answer *answer,
                  const struct sg_verify_since *since)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_verify_report report;
    struct sg_progress progress;
    const struct sg_verify_watch watch = {.progress = show, .progress_ctx = &progress};
    answer->report = &report;
    if (wanted->watch)
        return sg_audit_watch(answer, since, &wanted->lines, &report);
    sg_progress_start(&progress, "verify", "records", 0, false);
    enum scrubgate_status rc =
        sg_verify_log_since(wanted->dir, answer->config, since, &watch, &report, &fault);
    sg_progress_end(&progress);
    if (rc < 0) {
        (void)sg_say_fault(&fault);
        (void)fprintf(stderr, "scrubgate audit verify: the log could not be read: NOT PROVEN\n");
        return rc == SCRUBGATE_EINVAL ? SG_EXIT_USAGE : SG_EXIT_WRONG;
    }
    if (wanted->json)
        sg_audit_answer_print_json(answer, NULL);
    else
        sg_audit_answer_print(answer);
    return sg_flush_output() && report.result.n_troubles == 0 ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

/* A record's number, a moment, or else a checkpoint's file. */
static bool read_since(struct wanted *wanted)
{
    const char *text = wanted->since_text;
    if (text == NULL || sg_bytes_to_u64(sg_bytes_of(text), &wanted->since.seq) ||
        sg_moment_read(text, sg_clock_wall_ms(), false, &wanted->since.time))
        return true;
    if (!sg_load_kept(text, &wanted->log_key, &wanted->known[wanted->n_known]))
        return false;
    wanted->since.kept = &wanted->known[wanted->n_known++];
    return true;
}

static bool read_policy(struct wanted *wanted)
{
    if (wanted->policy_path == NULL)
        return true;
    if (!sg_load_policy(wanted->policy_path, &wanted->policy))
        return false;
    if (sg_policy_has_log(wanted->policy, &wanted->log_key))
        return true;
    (void)fprintf(stderr, "%s: this policy does not believe this log's key\n", wanted->policy_path);
    return false;
}

static bool load(struct wanted *wanted)
{
    if (!sg_load_vkey_of(wanted->vkey, wanted->dir, &wanted->log_key) ||
        !sg_load_known(&wanted->kept, &wanted->log_key, wanted->known))
        return false;
    wanted->n_known = wanted->kept.n;
    return (wanted->key == NULL || sg_load_seal_key(wanted->key, wanted->first_key)) &&
           read_policy(wanted) &&
           (wanted->state == NULL || sg_load_seal_state(wanted->state, &wanted->seal_key)) &&
           sg_load_retention(wanted->retention, &wanted->retention_ms) && read_since(wanted);
}

static int run_wanted(struct wanted *wanted)
{
    struct sg_verify_config config = {.key = &wanted->log_key};
    struct sg_audit_answer answer = {wanted->dir, &wanted->log_key, &config, NULL,
                                     wanted->vkey == NULL};
    const struct sg_audit_read read = SG_READ_ALL("verify");
    int exit_code = SG_EXIT_USAGE;
    if (load(wanted)) {
        config.first_key = wanted->key == NULL ? NULL : wanted->first_key;
        config.known = wanted->known;
        config.n_known = wanted->n_known;
        config.live = sg_verify_is_live(wanted->dir);
        config.epoch_ms = (uint64_t)wanted->epoch * 1000;
        config.policy = wanted->policy;
        config.witness_age_ms = (uint64_t)wanted->witness_age * 1000;
        config.retention_ms = wanted->retention_ms;
        config.seal_key = wanted->state == NULL ? NULL : &wanted->seal_key;
        sg_leave_read(wanted->dir, &read);
        exit_code = verify(wanted, &answer, wanted->since_text == NULL ? NULL : &wanted->since);
    }
    sg_policy_free(wanted->policy);
    sg_wipe(wanted->first_key, sizeof wanted->first_key);
    sg_wipe(&wanted->seal_key, sizeof wanted->seal_key);
    return exit_code;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct wanted wanted = {.epoch = SG_VERIFY_EPOCH_MS / 1000, .lines = {.interval = 60}};
    const struct sg_option options[] = {
        {"key", 'k', SG_OPTION_TEXT, "FILE", "the seals' first key, as keygen printed it",
         &wanted.key},
        {"vkey", 'p', SG_OPTION_TEXT, "FILE", "the log's public key (DIR/../keys/log.vkey)",
         &wanted.vkey},
        {"kept", 'c', SG_OPTION_LIST, "FILE", "a checkpoint kept apart: the log must contain it",
         &wanted.kept},
        {"witness-policy", 0, SG_OPTION_TEXT, "FILE",
         "witnesses who must have cosigned (C2SP tlog-policy)", &wanted.policy_path},
        {"witness-age", 0, SG_OPTION_NUMBER, "SECONDS",
         "their cosignatures may be older than the last record by so much (any)",
         &wanted.witness_age},
        {"retention", 0, SG_OPTION_TEXT, "TIME",
         "what was removed must have been so old (400d); any: of any age", &wanted.retention},
        {"since", 's', SG_OPTION_TEXT, "FROM",
         "read from there on: a kept checkpoint's file, a record's number, or a time",
         &wanted.since_text},
        {"state", 0, SG_OPTION_TEXT, "DIR", "the gateway's state folder: compare its seal key",
         &wanted.state},
        {"watch", 0, SG_OPTION_FLAG, NULL, "stay, and check what is written as it comes",
         &wanted.watch},
        {"interval", 0, SG_OPTION_NUMBER, "SECONDS",
         "with --watch: between two lines (60); 0: one whenever there is news",
         &wanted.lines.interval},
        {"epoch", 0, SG_OPTION_NUMBER, "SECONDS",
         "seals of a running gateway are so far apart (10)", &wanted.epoch},
        {"json", 0, SG_OPTION_FLAG, NULL, "as JSON", &wanted.json},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one folder of an audit log, such as var/audit");
    wanted.dir = argv[rest];
    wanted.lines.json = wanted.json;
    return run_wanted(&wanted);
}

const struct sg_command sg_cmd_audit_verify = {
    .name = "audit verify",
    .summary = "check that the log is what was written: signatures, seals, every record",
    .usage = "[-p VKEY] [-k KEY] [-c CHECKPOINT]… [--witness-policy FILE] [-s FROM] [--watch] "
             "[--json] DIR",
    .examples =
        "  scrubgate audit verify var/audit\n"
        "  scrubgate audit verify --vkey log.vkey --key first.key --kept last-week var/audit\n"
        "  scrubgate audit verify --witness-policy policy --since last-week --watch var/audit\n",
    .run = run,
};
