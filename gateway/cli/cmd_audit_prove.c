/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_prove.c - scrubgate audit prove DIR N: a proof of one record, for someone who has
 * neither the log nor us.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/verify_log.h"
#include "cli/audit_act.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"

/* To the file, or to standard output for NULL and "-". */
static bool write_to(const char *path, struct sg_bytes text)
{
    bool out = path == NULL || strcmp(path, "-") == 0;
    FILE *file = out ? stdout : fopen(path, "wb");
    bool good = file != NULL && fwrite(text.data, 1, text.len, file) == text.len;
    if (out)
        return sg_flush_output() && good;
    if (file != NULL)
        good = fclose(file) == 0 && good;
    if (!good)
        (void)fprintf(stderr, "%s: cannot be written: %s\n", path, strerror(errno));
    return good;
}

static int prove(const char *dir, uint64_t index, const char *to, const char *record_to, bool json)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf proof = {0}, record = {0};
    int exit_code = SG_EXIT_WRONG;
    struct sg_audit_read asked = SG_READ_ALL("prove");
    asked.first = asked.last = index;
    sg_leave_read(dir, &asked);
    enum scrubgate_status rc = sg_prove_record(dir, index, &proof, &record, &fault);
    if (rc < 0)
        (void)sg_say_fault(&fault);
    else if (write_to(to, sg_buf_bytes(&proof)) &&
             (record_to == NULL || write_to(record_to, sg_buf_bytes(&record))))
        exit_code = SG_EXIT_FINE;
    if (json && exit_code == SG_EXIT_FINE)
        (void)printf("{\"index\":%" PRIu64 ",\"proof_bytes\":%zu,\"record_bytes\":%zu}\n", index,
                     proof.len, record.len);
    sg_buf_fini(&proof);
    sg_buf_fini(&record);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    const char *to = NULL, *record_to = NULL;
    bool json = false;
    uint64_t index = 0;
    const struct sg_option options[] = {
        {"output", 'o', SG_OPTION_TEXT, "FILE", "the proof (standard output)", &to},
        {"record", 'r', SG_OPTION_TEXT, "FILE", "the record too, without a line feed", &record_to},
        {"json", 0, SG_OPTION_FLAG, NULL, "say what was written as JSON; wants -o", &json},
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 2 || !sg_bytes_to_u64(sg_bytes_of(argv[rest + 1]), &index))
        return sg_say_usage(command, "wants the folder of an audit log and a record's number");
    if (json && (to == NULL || strcmp(to, "-") == 0))
        return sg_say_usage(command, "--json wants a file for the proof: -o FILE");
    return prove(argv[rest], index, to, record_to, json);
}

const struct sg_command sg_cmd_audit_prove = {
    .name = "audit prove",
    .summary = "make a proof file (C2SP tlog-proof) of one record",
    .usage = "[-o FILE] [-r FILE] [--json] DIR N",
    .examples = "  scrubgate audit prove var/audit 42 -o 42.proof -r 42.json\n"
                "  scrubgate audit prove var/audit 42 | tail -5\n",
    .run = run,
};
