/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_verify_proof.c - scrubgate audit verify-proof FILE: whether a record is in a log, by
 * its proof and the log's public key alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/line.h"
#include "audit/policy.h"
#include "audit/proof.h"
#include "audit/segment.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/audit_keys.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/progress.h"

enum { TIME_SIZE = 25 };

/* A line of the log, or what prove wrote: with or without its LF. */
static bool read_record(const char *path, struct sg_buf *record)
{
    FILE *in = sg_open_input(path);
    if (in == NULL)
        return false;
    enum scrubgate_status rc = sg_buf_reserve(record, SG_SEGMENT_LINE_MOST + 2);
    if (rc >= 0)
        record->len = fread(record->data, 1, SG_SEGMENT_LINE_MOST + 2, in);
    bool good = rc >= 0 && ferror(in) == 0;
    if (in != stdin)
        (void)fclose(in);
    if (good && record->len > 0 && record->data[record->len - 1] == '\n')
        record->len--;
    if (!good || record->len > SG_SEGMENT_LINE_MOST) {
        (void)fprintf(stderr, "%s: this is no record\n", path == NULL ? "standard input" : path);
        return false;
    }
    return true;
}

/* What a proof is held against, and what it says. */
struct claim {
    const struct sg_note_key *key;  /* the log's; NULL: one that the policy believes */
    const struct sg_policy *policy; /* NULL: no witness is asked for */
    struct sg_proof proof;
    struct sg_checkpoint checkpoint;
    struct sg_note note;
    struct sg_policy_verdict verdict;
};

/* NULL: the checkpoint is signed, and cosigned by enough; else why not. */
static const char *judge_checkpoint(struct claim *claim)
{
    const struct sg_bytes bytes = claim->proof.checkpoint;
    enum scrubgate_status rc =
        claim->key != NULL
            ? sg_checkpoint_open(&claim->checkpoint, &claim->note, bytes, claim->key)
            : sg_policy_open(claim->policy, bytes, &claim->checkpoint, &claim->note, &claim->key);
    if (rc < 0)
        return claim->policy == NULL
                   ? "its checkpoint is not signed by that key"
                   : "its checkpoint is not signed by a log that the policy believes";
    if (claim->policy == NULL)
        return NULL;
    sg_policy_judge(claim->policy, &claim->note, &claim->verdict);
    return claim->verdict.reached ? NULL
                                  : "the witnesses that the policy asks for have not cosigned";
}

/* NULL: it is proven; else why not. */
static const char *judge(struct sg_bytes file, struct sg_bytes record, struct claim *claim)
{
    struct sg_sha256 *sha = NULL;
    struct sg_line line;
    if (sg_proof_read(&claim->proof, file) < 0)
        return "this is no proof file";
    const char *why = judge_checkpoint(claim);
    if (why != NULL)
        return why;
    if (sg_sha256_new(&sha) < 0)
        return "out of memory";
    if (sg_proof_verify(&claim->proof, &claim->checkpoint, record, sha) < 0)
        why = "it does not prove this record";
    else if (sg_line_read(&line, record) < 0 || (line.has & SG_LINE_SEQ) == 0 ||
             line.seq != claim->proof.index)
        why = "what it proves is no record of that number";
    sg_sha256_free(sha);
    return why;
}

static void print_json(const struct claim *claim, const char *why)
{
    (void)printf("{\"proven\":%s", why == NULL ? "true" : "false");
    if (claim->key != NULL) {
        (void)printf(",\"origin\":");
        sg_print_json(claim->key->name);
        (void)printf(",\"key\":\"%08x\"", (unsigned)claim->key->id);
    }
    if (why == NULL)
        (void)printf(",\"index\":%" PRIu64 ",\"size\":%" PRIu64, claim->proof.index,
                     claim->checkpoint.size);
    else
        (void)printf(",\"why\":\"%s\"", why);
    if (why == NULL && claim->policy != NULL)
        (void)printf(",\"witnesses\":%zu,\"time_witnessed\":%" PRIu64, claim->verdict.cosigned,
                     claim->verdict.time * 1000);
    (void)printf("}\n");
}

static void print_text(const struct claim *claim, const char *path, const char *why)
{
    char number[SG_PROGRESS_NUMBER], time[TIME_SIZE];
    if (why != NULL) {
        (void)printf("NOT PROVEN: %s: %s\n", path, why);
        return;
    }
    (void)printf("PROVEN: record %" PRIu64 " is in %s, of which key %08x signed %s records",
                 claim->proof.index, claim->key->name, (unsigned)claim->key->id,
                 sg_progress_number(claim->checkpoint.size, number));
    sg_clock_format(claim->verdict.time * 1000, time);
    if (claim->verdict.time > 0)
        (void)printf("; witnessed by %zu at %s", claim->verdict.cosigned, time);
    (void)printf("\n");
}

static int check(const char *path, const char *record_path, struct claim *claim, bool json)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf file, record = {0};
    int exit_code = SG_EXIT_USAGE;
    sg_buf_init(&file, SG_NOTE_LONGEST);
    if (sg_file_read(path, &file, &fault) < 0) {
        (void)sg_say_fault(&fault);
        goto out;
    }
    if (!read_record(record_path, &record))
        goto out;
    const char *why = judge(sg_buf_bytes(&file), sg_buf_bytes(&record), claim);
    if (json)
        print_json(claim, why);
    else
        print_text(claim, path, why);
    exit_code = why == NULL ? SG_EXIT_FINE : SG_EXIT_WRONG;
out:
    sg_buf_fini(&file);
    sg_buf_fini(&record);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

/* The log's key, the policy, or both: then the policy must believe that key. */
static bool load(const char *vkey, const char *policy_path, struct sg_note_key *key,
                 struct sg_policy **policy)
{
    if ((vkey != NULL && !sg_load_vkey(vkey, key)) ||
        (policy_path != NULL && !sg_load_policy(policy_path, policy)))
        return false;
    const char *why = *policy == NULL || vkey == NULL || sg_policy_has_log(*policy, key)
                          ? NULL
                          : "this policy does not believe that key";
    if (vkey == NULL && (*policy)->n_logs == 0)
        why = "this policy names no log: give the log's public key with --vkey";
    if (why != NULL)
        (void)fprintf(stderr, "%s: %s\n", policy_path, why);
    return why == NULL;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *vkey = NULL, *record = NULL, *policy_path = NULL;
    bool json = false;
    struct sg_note_key key;
    struct sg_policy *policy = NULL;
    const struct sg_option options[] = {
        {"vkey", 'p', SG_OPTION_TEXT, "FILE", "the log's public key", &vkey},
        {"policy", 0, SG_OPTION_TEXT, "FILE",
         "the logs that are believed, and the witnesses who must have cosigned", &policy_path},
        {"record", 'r', SG_OPTION_TEXT, "FILE", "the record (standard input)", &record},
        {"json", 0, SG_OPTION_FLAG, NULL, "as JSON", &json},
    };
    int rest = 0, exit_code = SG_EXIT_USAGE;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1 || (vkey == NULL && policy_path == NULL))
        return sg_say_usage(command, "wants a proof file, and the log's public key with --vkey");
    struct claim *claim = calloc(1, sizeof *claim);
    if (claim != NULL && load(vkey, policy_path, &key, &policy)) {
        claim->key = vkey == NULL ? NULL : &key;
        claim->policy = policy;
        exit_code = check(argv[rest], record, claim, json);
    }
    free(claim);
    sg_policy_free(policy);
    return exit_code;
}

const struct sg_command sg_cmd_audit_verify_proof = {
    .name = "audit verify-proof",
    .summary = "check that a record is in a log, by its proof and the log's public key alone",
    .usage = "-p VKEY [--policy FILE] [-r RECORD] [--json] PROOF",
    .examples =
        "  scrubgate audit verify-proof 42.proof --vkey log.vkey --record 42.json\n"
        "  sed -n 43p log/000000.ndjson | scrubgate audit verify-proof -p log.vkey 42.proof\n",
    .run = run,
};
