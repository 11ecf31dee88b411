/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_audit_prove.c - scrubgate audit prove DIR N…: proofs of single records, for someone who has
 * neither the log nor us.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/prover.h"
#include "base/file.h"
#include "cli/audit_act.h"
#include "cli/cmd_audit.h"
#include "cli/console.h"
#include "cli/progress.h"

enum { PATH_MOST = 4096, PROGRESS_EVERY = 64 };

/* The numbers of the records, and where their proofs go. */
struct wanted {
    const char *dir, *to, *record_to, *list, *out_dir;
    bool json, witnessed;
    uint64_t *index;
    size_t n, cap;
};

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

static bool write_into(const struct wanted *wanted, uint64_t index, const char *suffix,
                       struct sg_bytes text)
{
    char path[PATH_MOST];
    int n = snprintf(path, sizeof path, "%s/%" PRIu64 "%s", wanted->out_dir, index, suffix);
    if (n < 0 || (size_t)n >= sizeof path) {
        (void)fprintf(stderr, "%s: this path is too long\n", wanted->out_dir);
        return false;
    }
    return write_to(path, text);
}

static bool prove_one(const struct wanted *wanted, struct sg_prover *prover, uint64_t index,
                      struct sg_buf *proof, struct sg_buf *record)
{
    struct scrubgate_fault fault = {.what = ""};
    sg_buf_clear(proof);
    sg_buf_clear(record);
    if (sg_prover_prove(prover, index, proof, record, &fault) < 0) {
        (void)sg_say_fault(&fault);
        return false;
    }
    if (wanted->out_dir != NULL)
        return write_into(wanted, index, ".proof", sg_buf_bytes(proof)) &&
               write_into(wanted, index, ".json", sg_buf_bytes(record));
    return write_to(wanted->to, sg_buf_bytes(proof)) &&
           (wanted->record_to == NULL || write_to(wanted->record_to, sg_buf_bytes(record)));
}

static bool prove_all(const struct wanted *wanted, struct sg_prover *prover)
{
    struct sg_buf proof = {0}, record = {0};
    struct sg_progress progress;
    bool good = true;
    sg_progress_start(&progress, "prove", "records", wanted->n, wanted->n == 1);
    for (size_t i = 0; i < wanted->n && good; i++) {
        good = prove_one(wanted, prover, wanted->index[i], &proof, &record);
        if (i % PROGRESS_EVERY == 0)
            sg_progress_show(&progress, i);
        if (wanted->json && good)
            (void)printf("{\"index\":%" PRIu64
                         ",\"proof_bytes\":%zu,\"record_bytes\":%zu,\"size\":%" PRIu64 "}\n",
                         wanted->index[i], proof.len, record.len, sg_prover_size(prover));
    }
    sg_progress_end(&progress);
    sg_buf_fini(&proof);
    sg_buf_fini(&record);
    return good;
}

/* What the log is told: all of it is between the least and the greatest number. */
static void leave_read(const struct wanted *wanted)
{
    struct sg_audit_read asked = SG_READ_ALL("prove");
    asked.first = asked.last = wanted->index[0];
    for (size_t i = 1; i < wanted->n; i++) {
        if (wanted->index[i] < asked.first)
            asked.first = wanted->index[i];
        if (wanted->index[i] > asked.last)
            asked.last = wanted->index[i];
    }
    sg_leave_read(wanted->dir, &asked);
}

static int prove(const struct wanted *wanted)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_prover *prover = NULL;
    leave_read(wanted);
    bool good = sg_prover_open(&prover, wanted->dir, wanted->witnessed, &fault) >= 0;
    if (!good)
        (void)sg_say_fault(&fault);
    good = good && prove_all(wanted, prover);
    sg_prover_close(prover);
    return sg_flush_output() && good ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

/* --- the command line --- */

static bool add_index(struct wanted *wanted, uint64_t index)
{
    if (wanted->n == wanted->cap) {
        const size_t cap = wanted->cap == 0 ? 64 : 2 * wanted->cap;
        uint64_t *more = realloc(wanted->index, cap * sizeof *more);
        if (more == NULL) {
            (void)fprintf(stderr, "out of memory\n");
            return false;
        }
        wanted->index = more;
        wanted->cap = cap;
    }
    wanted->index[wanted->n++] = index;
    return true;
}

/* One number a line; empty lines are none. */
static bool read_list(struct wanted *wanted)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf text = {0};
    bool good = sg_file_read(wanted->list, &text, &fault) >= 0 && sg_buf_add_byte(&text, '\n') >= 0;
    struct sg_bytes rest = sg_buf_bytes(&text), line;
    if (!good)
        (void)sg_say_fault(&fault);
    for (unsigned number = 1; good && sg_bytes_take_line(&rest, &line); number++) {
        uint64_t index = 0;
        line = sg_bytes_trim(line);
        if (line.len == 0)
            continue;
        good = sg_bytes_to_u64(line, &index);
        if (!good)
            (void)fprintf(stderr, "%s:%u: this is no record's number\n", wanted->list, number);
        good = good && add_index(wanted, index);
    }
    sg_buf_fini(&text);
    return good;
}

/* NULL: all is there; else what is not. */
static const char *read_operands(struct wanted *wanted, int n, char **operands)
{
    uint64_t index = 0;
    if (n < 1 || (n < 2 && wanted->list == NULL))
        return "wants the folder of an audit log and a record's number";
    wanted->dir = operands[0];
    for (int i = 1; i < n; i++) {
        if (!sg_bytes_to_u64(sg_bytes_of(operands[i]), &index))
            return "wants the folder of an audit log and a record's number";
        if (!add_index(wanted, index))
            return "ran out of memory";
    }
    if (wanted->out_dir == NULL && (n > 2 || wanted->list != NULL))
        return "wants a folder for more than one proof: --out-dir DIR";
    if (wanted->out_dir != NULL && (wanted->to != NULL || wanted->record_to != NULL))
        return "writes into --out-dir, or to -o and -r, not to both";
    if (wanted->json && wanted->out_dir == NULL &&
        (wanted->to == NULL || strcmp(wanted->to, "-") == 0))
        return "--json wants a file for the proof: -o FILE";
    return NULL;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct wanted wanted = {.dir = NULL};
    const struct sg_option options[] = {
        {"output", 'o', SG_OPTION_TEXT, "FILE", "the proof (standard output)", &wanted.to},
        {"record", 'r', SG_OPTION_TEXT, "FILE", "the record too, without a line feed",
         &wanted.record_to},
        {"list", 'l', SG_OPTION_TEXT, "FILE", "the records' numbers, one a line", &wanted.list},
        {"out-dir", 'd', SG_OPTION_TEXT, "DIR", "write N.proof and N.json of each there",
         &wanted.out_dir},
        {"witnessed", 0, SG_OPTION_FLAG, NULL,
         "against the checkpoint that witnesses have cosigned", &wanted.witnessed},
        {"json", 0, SG_OPTION_FLAG, NULL, "say what was written as JSON; wants -o or -d",
         &wanted.json},
    };
    int rest = 0, exit_code = SG_EXIT_USAGE;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    const char *trouble = read_operands(&wanted, argc - rest, argv + rest);
    if (trouble != NULL)
        exit_code = sg_say_usage(command, trouble);
    else if (wanted.list == NULL || read_list(&wanted))
        exit_code =
            wanted.n > 0 ? prove(&wanted) : sg_say_usage(command, "finds no number in that list");
    free(wanted.index);
    return exit_code;
}

const struct sg_command sg_cmd_audit_prove = {
    .name = "audit prove",
    .summary = "make proof files (C2SP tlog-proof) of single records",
    .usage = "[--witnessed] [-o FILE] [-r FILE] [--list FILE] [--out-dir DIR] [--json] DIR N…",
    .examples = "  scrubgate audit prove var/audit 42 -o 42.proof -r 42.json\n"
                "  scrubgate audit prove --list numbers --out-dir proofs var/audit\n",
    .run = run,
};
