/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_verify_proof.c - scrubgate audit verify-proof FILE: whether a record is in a log, by
 * its proof and the log's public key alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/line.h"
#include "audit/proof.h"
#include "audit/segment.h"
#include "base/file.h"
#include "cli/audit_keys.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/progress.h"

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

/* NULL: it is proven; else why not. */
static const char *judge(struct sg_bytes file, struct sg_bytes record,
                         const struct sg_note_key *key, struct sg_proof *proof,
                         struct sg_checkpoint *checkpoint)
{
    struct sg_sha256 *sha = NULL;
    struct sg_line line;
    const char *why = NULL;
    if (sg_proof_read(proof, file) < 0)
        return "this is no proof file";
    if (sg_checkpoint_open(checkpoint, NULL, proof->checkpoint, key) < 0)
        return "its checkpoint is not signed by that key";
    if (sg_sha256_new(&sha) < 0)
        return "out of memory";
    if (sg_proof_verify(proof, checkpoint, record, sha) < 0)
        why = "it does not prove this record";
    else if (sg_line_read(&line, record) < 0 || (line.has & SG_LINE_SEQ) == 0 ||
             line.seq != proof->index)
        why = "what it proves is no record of that number";
    sg_sha256_free(sha);
    return why;
}

static void print_json(const struct sg_note_key *key, const struct sg_proof *proof,
                       const struct sg_checkpoint *checkpoint, const char *why)
{
    (void)printf("{\"proven\":%s,\"origin\":", why == NULL ? "true" : "false");
    sg_print_json(key->name);
    (void)printf(",\"key\":\"%08x\"", (unsigned)key->id);
    if (why == NULL)
        (void)printf(",\"index\":%" PRIu64 ",\"size\":%" PRIu64, proof->index, checkpoint->size);
    else
        (void)printf(",\"why\":\"%s\"", why);
    (void)printf("}\n");
}

static int check(const char *path, const char *record_path, const struct sg_note_key *key,
                 bool json)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf file, record = {0};
    struct sg_proof proof = {.index = 0};
    struct sg_checkpoint checkpoint = {.size = 0};
    char number[SG_PROGRESS_NUMBER];
    int exit_code = SG_EXIT_USAGE;
    sg_buf_init(&file, SG_NOTE_LONGEST);
    if (sg_file_read(path, &file, &fault) < 0) {
        (void)sg_say_fault(&fault);
        goto out;
    }
    if (!read_record(record_path, &record))
        goto out;
    const char *why = judge(sg_buf_bytes(&file), sg_buf_bytes(&record), key, &proof, &checkpoint);
    if (json)
        print_json(key, &proof, &checkpoint, why);
    else if (why == NULL)
        (void)printf("PROVEN: record %" PRIu64 " is in %s, of which key %08x signed %s records\n",
                     proof.index, key->name, (unsigned)key->id,
                     sg_progress_number(checkpoint.size, number));
    else
        (void)printf("NOT PROVEN: %s: %s\n", path, why);
    exit_code = why == NULL ? SG_EXIT_FINE : SG_EXIT_WRONG;
out:
    sg_buf_fini(&file);
    sg_buf_fini(&record);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *vkey = NULL, *record = NULL;
    bool json = false;
    struct sg_note_key key;
    const struct sg_option options[] = {
        {"vkey", 'p', SG_OPTION_TEXT, "FILE", "the log's public key", &vkey},
        {"record", 'r', SG_OPTION_TEXT, "FILE", "the record (standard input)", &record},
        {"json", 0, SG_OPTION_FLAG, NULL, "as JSON", &json},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1 || vkey == NULL)
        return sg_say_usage(command, "wants a proof file, and the log's public key with --vkey");
    return sg_load_vkey(vkey, &key) ? check(argv[rest], record, &key, json) : SG_EXIT_USAGE;
}

const struct sg_command sg_cmd_audit_verify_proof = {
    .name = "audit verify-proof",
    .summary = "check that a record is in a log, by its proof and the log's public key alone",
    .usage = "-p VKEY [-r RECORD] [--json] PROOF",
    .examples =
        "  scrubgate audit verify-proof 42.proof --vkey log.vkey --record 42.json\n"
        "  sed -n 43p log/000000.ndjson | scrubgate audit verify-proof -p log.vkey 42.proof\n",
    .run = run,
};
