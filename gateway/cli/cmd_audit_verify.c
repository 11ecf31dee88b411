/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_verify.c - scrubgate audit verify DIR: whether the log is what was written.
 */
#include <stdio.h>
#include <string.h>

#include "audit/verify_log.h"
#include "base/clock.h"
#include "cli/audit_act.h"
#include "cli/audit_answer.h"
#include "cli/audit_keys.h"
#include "cli/audit_trust.h"
#include "cli/audit_watch.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/moment.h"
#include "cli/progress.h"

/* The command line, and what was read for it. */
struct wanted {
    const char *dir, *since_text, *state;
    unsigned epoch, witness_age;
    bool json, watch;
    struct sg_watch_want lines;

    struct sg_audit_trust trust; /* with the checkpoint to begin behind */
    struct sg_seal_key seal_key;
    struct sg_verify_since since;
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
    struct sg_audit_trust *trust = &wanted->trust;
    const char *text = wanted->since_text;
    if (text == NULL || sg_bytes_to_u64(sg_bytes_of(text), &wanted->since.seq) ||
        sg_moment_read(text, sg_clock_wall_ms(), false, &wanted->since.time))
        return true;
    if (!sg_load_kept(text, &trust->log_key, &trust->known[trust->n_known]))
        return false;
    wanted->since.kept = &trust->known[trust->n_known++];
    return true;
}

static bool load(struct wanted *wanted)
{
    return sg_audit_trust_load(&wanted->trust, wanted->dir) &&
           (wanted->state == NULL || sg_load_seal_state(wanted->state, &wanted->seal_key)) &&
           read_since(wanted);
}

static int run_wanted(struct wanted *wanted)
{
    const struct sg_audit_trust *trust = &wanted->trust;
    struct sg_verify_config config = {.key = NULL};
    struct sg_audit_answer answer = {wanted->dir, &trust->log_key, &config, NULL,
                                     trust->vkey_path == NULL};
    const struct sg_audit_read read = SG_READ_ALL("verify");
    int exit_code = SG_EXIT_USAGE;
    if (load(wanted)) {
        config = sg_audit_trust_config(trust, wanted->dir);
        config.epoch_ms = (uint64_t)wanted->epoch * 1000;
        config.witness_age_ms = (uint64_t)wanted->witness_age * 1000;
        config.seal_key = wanted->state == NULL ? NULL : &wanted->seal_key;
        sg_leave_read(wanted->dir, &read);
        exit_code = verify(wanted, &answer, wanted->since_text == NULL ? NULL : &wanted->since);
    }
    sg_audit_trust_fini(&wanted->trust);
    sg_wipe(&wanted->seal_key, sizeof wanted->seal_key);
    return exit_code;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct wanted wanted = {.epoch = SG_VERIFY_EPOCH_MS / 1000, .lines = {.interval = 60}};
    struct sg_option options[7 + SG_TRUST_OPTIONS] = {
        {"witness-age", 0, SG_OPTION_NUMBER, "SECONDS",
         "their cosignatures may be older than the last record by so much (any)",
         &wanted.witness_age},
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
    size_t n = sg_audit_trust_options(&wanted.trust, options, 7);
    enum sg_parsed parsed = sg_options_parse(command, options, n, argc, argv, &rest);
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
