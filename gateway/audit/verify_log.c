/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_log.c - check a log's folder, and prove single records of it.
 */
#include "audit/verify_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "audit/checkpoint.h"
#include "audit/line.h"
#include "audit/merkle.h"
#include "audit/proof.h"
#include "audit/reader.h"
#include "base/diag.h"
#include "base/digest.h"

enum { PROGRESS_EVERY = 4096 };

struct run {
    struct sg_reader *reader;
    struct sg_verify *verify;
    struct sg_verify_report *report;
    const struct sg_verify_watch *watch;
};

static enum scrubgate_status show(const struct run *run, uint64_t seq, struct sg_bytes record)
{
    const struct sg_verify_watch *watch = run->watch;
    const struct sg_verify_result *result = sg_verify_result(run->verify);
    if (watch->progress != NULL && result->records % PROGRESS_EVERY == 0)
        watch->progress(watch->progress_ctx, result->records, result->signed_size);
    return watch->record == NULL ? SCRUBGATE_OK : watch->record(watch->record_ctx, seq, record);
}

static enum scrubgate_status feed(struct run *run, struct scrubgate_fault *fault)
{
    struct sg_bytes record;
    uint64_t seq = 0;
    for (;;) {
        enum scrubgate_status rc = sg_reader_next(run->reader, &record, &seq, fault);
        if (rc == SCRUBGATE_EMALFORMED) {
            if (fault != NULL)
                run->report->place = *fault;
            sg_verify_take_no_record(run->verify);
            return SCRUBGATE_OK;
        }
        if (rc == SCRUBGATE_OK)
            rc = sg_verify_take(run->verify, record);
        if (rc == SCRUBGATE_OK)
            rc = show(run, seq, record);
        if (rc != SCRUBGATE_OK)
            return rc < 0 ? rc : SCRUBGATE_OK;
    }
}

/* --- the first record that was changed --- */

static enum scrubgate_status next_record(void *ctx, struct sg_bytes *record)
{
    uint64_t seq;
    return sg_reader_next(((struct run *)ctx)->reader, record, &seq, NULL);
}

static enum scrubgate_status get_node(void *ctx, unsigned level, uint64_t index,
                                      struct sg_hash *out)
{
    return sg_reader_node(((struct run *)ctx)->reader, level, index, out);
}

static bool is_of_records(enum sg_verify_what what)
{
    return what == SG_VERIFY_NO_RECORD || what == SG_VERIFY_ROOT || what == SG_VERIFY_SEAL_ROOT ||
           what == SG_VERIFY_SEAL_FORM || what == SG_VERIFY_SEAL_MISSING ||
           what == SG_VERIFY_SEAL_TWICE; /* a seal is a record too */
}

/* A root that does not fit only says that something before it was changed. Tiles that lead to the
 * signed root tell what each record was, and with that which one is another now. */
static enum scrubgate_status locate(struct run *run, struct sg_verify_trouble *trouble)
{
    struct sg_verify_result *result = &run->report->result;
    const struct sg_hash *root = sg_verify_signed_root(run->verify);
    uint64_t same = 0;
    bool other = false;
    if (root == NULL || result->signed_size == 0)
        return SCRUBGATE_OK;
    sg_reader_set_size(run->reader, result->signed_size);
    enum scrubgate_status rc = sg_reader_seek(run->reader, 0, NULL);
    if (rc == SCRUBGATE_OK)
        rc = sg_verify_locate(result->signed_size, root, get_node, next_record, run, &same, &other);
    if (rc < 0 || same > trouble->seq)
        return rc == SCRUBGATE_ENOMEM ? rc : SCRUBGATE_OK;
    run->report->located = other;
    if (other)
        trouble->from = trouble->seq = same;
    if (same > result->proven) {
        result->proven = same;
        result->proven_time = 0;
    }
    return SCRUBGATE_OK;
}

/* When the last of the proven records was made, where the check did not come by there. */
static void find_time(struct run *run)
{
    struct sg_verify_result *result = &run->report->result;
    struct sg_bytes record;
    struct sg_line line;
    uint64_t seq;
    if (result->proven == 0 || result->proven_time != 0 ||
        sg_reader_seek(run->reader, result->proven - 1, NULL) != SCRUBGATE_OK ||
        sg_reader_next(run->reader, &record, &seq, NULL) != SCRUBGATE_OK)
        return;
    if (sg_line_read(&line, record) >= 0 && (line.has & SG_LINE_TIME) != 0)
        result->proven_time = line.time;
}

/* The first trouble that a record has, if any has one. */
static struct sg_verify_trouble *find_trouble(struct sg_verify_result *result)
{
    for (size_t i = 0; i < result->n_troubles; i++) {
        if (result->trouble[i].what != SG_VERIFY_NO_CHECKPOINT &&
            result->trouble[i].what != SG_VERIFY_SIGNATURE)
            return &result->trouble[i];
    }
    return NULL;
}

static enum scrubgate_status tell(struct run *run)
{
    struct sg_verify_report *report = run->report;
    const struct sg_hash *root = sg_verify_signed_root(run->verify);
    report->result = *sg_verify_result(run->verify);
    if (root != NULL)
        report->root = *root;
    struct sg_verify_trouble *trouble = find_trouble(&report->result);
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (trouble != NULL && is_of_records(trouble->what))
        rc = locate(run, trouble);
    if (rc >= 0 && trouble != NULL && (report->located || report->place.file[0] == '\0'))
        sg_reader_tell(run->reader, trouble->seq,
                       report->located ? "this record is not the one that was signed"
                                       : sg_verify_sentence(trouble->what),
                       &report->place);
    find_time(run);
    return rc;
}

enum scrubgate_status sg_verify_log(const char *dir, const struct sg_verify_config *config,
                                    sg_verify_progress *progress, void *ctx,
                                    struct sg_verify_report *report, struct scrubgate_fault *fault)
{
    const struct sg_verify_watch watch = {.progress = progress, .progress_ctx = ctx};
    return sg_verify_log_watched(dir, config, &watch, report, fault);
}

enum scrubgate_status sg_verify_log_watched(const char *dir, const struct sg_verify_config *config,
                                            const struct sg_verify_watch *watch,
                                            struct sg_verify_report *report,
                                            struct scrubgate_fault *fault)
{
    struct run run = {.report = report, .watch = watch};
    struct sg_verify_config own = *config;
    struct sg_buf checkpoint = {0};
    *report = (struct sg_verify_report){.located = false};
    enum scrubgate_status rc = sg_reader_open(&run.reader, dir, fault);
    /* Before the records: what is written meanwhile is behind it. */
    if (rc >= 0)
        rc = sg_reader_checkpoint(run.reader, &checkpoint, fault);
    own.checkpoint = sg_buf_bytes(&checkpoint);
    if (rc >= 0)
        rc = sg_verify_open(&run.verify, &own);
    if (rc >= 0)
        rc = feed(&run, fault);
    if (rc >= 0)
        rc = sg_verify_end(run.verify);
    if (rc >= 0)
        rc = tell(&run);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, dir, 0, 0, "out of memory");
    sg_verify_close(run.verify);
    sg_buf_fini(&checkpoint);
    sg_reader_close(run.reader);
    return rc;
}

bool sg_verify_is_live(const char *dir)
{
    int folder = -1, fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        folder = openat(fd, "log", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Its writer holds the lock alone. Ours is gone with the descriptor. */
    bool live = folder >= 0 && flock(folder, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (folder >= 0)
        (void)close(folder);
    if (fd >= 0)
        (void)close(fd);
    return live;
}

/* --- one record --- */

/* The path from the record to the root; EMALFORMED when it does not lead there. */
static enum scrubgate_status prove(struct sg_reader *reader, uint64_t index, struct sg_bytes entry,
                                   const struct sg_checkpoint *checkpoint, struct sg_sha256 *sha,
                                   struct sg_merkle_proof *path)
{
    struct sg_hash leaf;
    enum scrubgate_status rc =
        sg_merkle_prove(path, index, checkpoint->size, sha, sg_reader_node, reader);
    if (rc >= 0)
        rc = sg_merkle_leaf(sha, entry, &leaf);
    return rc < 0 ? rc
                  : sg_merkle_verify(path, index, checkpoint->size, &leaf, &checkpoint->root, sha);
}

static enum scrubgate_status read_checkpoint(struct sg_reader *reader, const char *dir,
                                             struct sg_buf *text, struct sg_checkpoint *checkpoint,
                                             struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_reader_checkpoint(reader, text, fault);
    if (rc < 0)
        return rc;
    struct sg_note *note = malloc(sizeof *note);
    if (note == NULL)
        return SCRUBGATE_ENOMEM;
    if (rc == SCRUBGATE_DONE || sg_note_read(note, sg_buf_bytes(text)) < 0 ||
        sg_checkpoint_read(checkpoint, note->text) < 0) {
        sg_fault_set(fault, dir, 0, 0,
                     rc == SCRUBGATE_DONE ? "there is no checkpoint here yet to prove against"
                                          : "its checkpoint is none");
        rc = SCRUBGATE_EMALFORMED;
    }
    free(note);
    return rc;
}

static enum scrubgate_status read_record(struct sg_reader *reader, uint64_t index,
                                         struct sg_buf *record, struct scrubgate_fault *fault)
{
    struct sg_bytes line;
    uint64_t seq;
    enum scrubgate_status rc = sg_reader_seek(reader, index, fault);
    if (rc == SCRUBGATE_OK)
        rc = sg_reader_next(reader, &line, &seq, fault);
    if (rc == SCRUBGATE_DONE) {
        sg_reader_tell(reader, index, "it was signed, but is not there any more", fault);
        rc = SCRUBGATE_EMALFORMED;
    }
    return rc < 0 ? rc : sg_buf_add_bytes(record, line);
}

enum scrubgate_status sg_prove_record(const char *dir, uint64_t index, struct sg_buf *proof,
                                      struct sg_buf *record, struct scrubgate_fault *fault)
{
    struct sg_reader *reader = NULL;
    struct sg_sha256 *sha = NULL;
    struct sg_buf text = {0};
    struct sg_checkpoint checkpoint;
    struct sg_merkle_proof path;
    const size_t before = record->len;
    enum scrubgate_status rc = sg_reader_open(&reader, dir, fault);
    if (rc >= 0)
        rc = read_checkpoint(reader, dir, &text, &checkpoint, fault);
    if (rc >= 0)
        rc = sg_sha256_new(&sha);
    if (rc < 0)
        goto out;
    if (index >= checkpoint.size) {
        sg_fault_set(fault, dir, 0, 0,
                     "the checkpoint has %" PRIu64 " records, there is no record %" PRIu64 " in it",
                     checkpoint.size, index);
        rc = SCRUBGATE_EINVAL;
        goto out;
    }
    sg_reader_set_size(reader, checkpoint.size);
    rc = read_record(reader, index, record, fault);
    if (rc < 0)
        goto out;
    struct sg_bytes entry = {record->data + before, record->len - before};
    rc = prove(reader, index, entry, &checkpoint, sha, &path);
    if (rc == SCRUBGATE_EMALFORMED) {
        sg_reader_set_tiles(reader, false); /* they may be wrong: the records decide */
        rc = prove(reader, index, entry, &checkpoint, sha, &path);
    }
    if (rc == SCRUBGATE_EMALFORMED)
        sg_reader_tell(reader, index,
                       "the checkpoint does not commit to it, or not to others of "
                       "this log: see scrubgate audit verify",
                       fault);
    if (rc >= 0)
        rc = sg_proof_add(proof, index, &path, sg_buf_bytes(&text));
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, dir, 0, 0, "out of memory");
    sg_sha256_free(sha);
    sg_buf_fini(&text);
    sg_reader_close(reader);
    return rc;
}
