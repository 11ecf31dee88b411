/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_sift.c - one pass over a log's records, for those that fit a filter.
 */
#include "cli/audit_sift.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/checkpoint.h"
#include "audit/journal.h"
#include "audit/reader.h"
#include "audit/times.h"
#include "base/buf.h"
#include "cli/audit_act.h"
#include "cli/audit_keys.h"
#include "cli/console.h"
#include "cli/progress.h"

/* Lines that are damaged one after the other, before the rest of a file is given up. */
enum { TRIES = 16 };
enum { BROKEN_TOLD = 10, SHOWN_EACH = 1024 };

struct pass {
    struct sg_audit_sift *sift;
    struct sg_reader *reader;
    struct sg_progress progress;
    struct sg_entry entry;
    uint64_t seq; /* of the next record */
};

/* --- what the log commits to --- */

/* False: a key was named that is none. Without one the signature is not checked. */
static bool load_key(struct sg_audit_sift *sift)
{
    char usual[4096];
    int n = snprintf(usual, sizeof usual, "%s/../keys/log.vkey", sift->dir);
    bool there = n > 0 && (size_t)n < sizeof usual && access(usual, R_OK) == 0;
    if (sift->vkey == NULL && !there)
        return true;
    sift->has_key = sg_load_vkey_of(sift->vkey, sift->dir, &sift->key);
    return sift->has_key;
}

static void read_checkpoint(struct sg_audit_sift *sift, struct sg_reader *reader)
{
    struct sg_checkpoint checkpoint = {.size = 0};
    struct sg_note note;
    struct sg_buf text = {0};
    sift->has_checkpoint = sg_reader_checkpoint(reader, &text, NULL) == SCRUBGATE_OK &&
                           sg_note_read(&note, sg_buf_bytes(&text)) >= 0 &&
                           sg_checkpoint_read(&checkpoint, note.text) >= 0;
    sift->signature_good =
        sift->has_checkpoint && sift->has_key &&
        sg_checkpoint_open(&checkpoint, NULL, sg_buf_bytes(&text), &sift->key) >= 0;
    sift->signed_size = checkpoint.size;
    sg_buf_fini(&text);
}

/* --- damage --- */

static void tell_broken(struct pass *pass, const struct scrubgate_fault *fault)
{
    if (pass->sift->broken++ < BROKEN_TOLD) {
        sg_progress_end(&pass->progress);
        (void)sg_say_fault(fault);
    }
}

/* --- the records --- */

/* Stands at pass->seq, or behind files that have nothing of the time. */
static enum scrubgate_status stand(struct pass *pass, struct scrubgate_fault *fault)
{
    const struct sg_audit_filter *filter = pass->sift->filter;
    uint64_t segment = pass->seq / SG_JOURNAL_SEGMENT;
    while (!pass->sift->thorough &&
           !sg_times_may_be(pass->reader, segment, filter->from_ms, filter->to_ms)) {
        pass->seq = ++segment * SG_JOURNAL_SEGMENT;
        pass->sift->passed++;
    }
    return sg_reader_seek(pass->reader, pass->seq, fault);
}

/* Behind a line that is not the record that belongs there: at one of the next when the index knows
 * where it is, else at the next file. */
static enum scrubgate_status go_on(struct pass *pass, struct scrubgate_fault *fault)
{
    const uint64_t broken = pass->seq,
                   file = (broken / SG_JOURNAL_SEGMENT + 1) * SG_JOURNAL_SEGMENT;
    struct sg_bytes record;
    uint64_t number;
    for (pass->seq++; pass->seq < file && pass->seq <= broken + TRIES; pass->seq++) {
        if (sg_reader_seek(pass->reader, pass->seq, NULL) == SCRUBGATE_OK &&
            sg_reader_next(pass->reader, &record, &number, NULL) == SCRUBGATE_OK)
            return sg_reader_seek(pass->reader, pass->seq, fault);
    }
    pass->seq = file;
    if (pass->sift->broken <= BROKEN_TOLD)
        (void)fprintf(stderr, "%s: what stands behind record %" PRIu64 " in its file is not read\n",
                      pass->sift->dir, broken);
    return stand(pass, fault);
}

/* False: that was enough. */
static bool take_record(struct pass *pass, struct sg_bytes record)
{
    struct sg_audit_sift *sift = pass->sift;
    struct scrubgate_fault fault = {.what = ""};
    sift->records++;
    sift->last = pass->seq;
    if (sg_entry_read(&pass->entry, record) < 0) {
        sg_reader_tell(pass->reader, pass->seq,
                       "this line is no record: no JSON object, or one that says a member twice",
                       &fault);
        tell_broken(pass, &fault);
        return true;
    }
    if (!sg_audit_filter_fits(sift->filter, &pass->entry))
        return true;
    sift->fitting++;
    return sift->take(sift->ctx, &pass->entry);
}

/* That somebody reads, before anything is shown. */
static void leave_act(const struct sg_audit_sift *sift)
{
    const struct sg_audit_filter *filter = sift->filter;
    struct sg_audit_read read = SG_READ_ALL(strrchr(sift->command->name, ' ') + 1);
    read.first = filter->first == 0 ? UINT64_MAX : filter->first;
    read.last = filter->last;
    read.from_ms = filter->from_ms;
    read.to_ms = filter->to_ms;
    read.why = sg_bytes_of(sift->why);
    sg_leave_read(sift->dir, &read);
}

static void read_records(struct pass *pass)
{
    struct sg_audit_sift *sift = pass->sift;
    struct scrubgate_fault fault = {.what = ""};
    struct sg_bytes record;
    uint64_t number;
    sift->first = sg_reader_first(pass->reader); /* what was before was removed */
    pass->seq = sift->filter->first > sift->first ? sift->filter->first : sift->first;
    enum scrubgate_status rc = stand(pass, &fault);
    while (rc != SCRUBGATE_DONE && !sift->stopped && pass->seq <= sift->filter->last) {
        if (rc == SCRUBGATE_OK)
            rc = sg_reader_next(pass->reader, &record, &number, &fault);
        if (rc < 0) {
            tell_broken(pass, &fault);
            rc = go_on(pass, &fault);
        } else if (rc == SCRUBGATE_OK) {
            sift->stopped = !take_record(pass, record);
            if (++pass->seq % SG_JOURNAL_SEGMENT == 0)
                rc = stand(pass, &fault);
        }
        if (sift->records % SHOWN_EACH == 0)
            sg_progress_show(&pass->progress, pass->seq);
    }
}

size_t sg_audit_sift_options(struct sg_audit_sift *sift, struct sg_option *options, size_t n)
{
    const struct sg_option own[SG_SIFT_OPTIONS] = {
        {"vkey", 'p', SG_OPTION_TEXT, "FILE",
         "the log's public key, to say what is signed (DIR/../keys/log.vkey)", &sift->vkey},
        {"why", 0, SG_OPTION_TEXT, "TEXT", "stands in the log: a ticket's number", &sift->why},
        {"thorough", 0, SG_OPTION_FLAG, NULL, "read all, whatever the clock did", &sift->thorough},
        {"quiet", 'q', SG_OPTION_FLAG, NULL, "say nothing of a log that is in order", &sift->quiet},
    };
    memcpy(options + n, own, sizeof own);
    return n + SG_SIFT_OPTIONS;
}

int sg_audit_sift(struct sg_audit_sift *sift)
{
    struct pass *pass = calloc(1, sizeof *pass);
    struct scrubgate_fault fault = {.what = "out of memory"};
    int exit_code = SG_EXIT_USAGE;
    if (pass == NULL || (load_key(sift) && sg_reader_open(&pass->reader, sift->dir, &fault) < 0))
        (void)sg_say_fault(&fault);
    if (pass == NULL || pass->reader == NULL)
        goto out;
    pass->sift = sift;
    leave_act(sift);
    read_checkpoint(sift, pass->reader);
    sg_progress_start(&pass->progress, strrchr(sift->command->name, ' ') + 1, "records",
                      sift->filter->last < sift->signed_size ? sift->filter->last + 1
                                                             : sift->signed_size,
                      sift->quiet);
    read_records(pass);
    sg_progress_end(&pass->progress);
    if (sift->broken > BROKEN_TOLD)
        (void)fprintf(stderr, "%s: %" PRIu64 " more places are damaged\n", sift->dir,
                      sift->broken - BROKEN_TOLD);
    read_checkpoint(sift, pass->reader);
    exit_code = sift->broken > 0 ? SG_EXIT_DAMAGED : SG_EXIT_FINE;
out:
    if (pass != NULL)
        sg_reader_close(pass->reader);
    free(pass);
    return exit_code;
}

/* --- what is told --- */

static void tell_signed(const struct sg_audit_sift *sift)
{
    if (!sift->has_checkpoint)
        (void)fprintf(stderr, "; the log has no checkpoint: nobody has signed them");
    else if (!sift->has_key)
        (void)fprintf(stderr, "; the checkpoint was not checked: it wants --vkey");
    else if (!sift->signature_good)
        (void)fprintf(stderr, "; the checkpoint is NOT signed by the log's key");
    else if (sift->last < sift->signed_size)
        (void)fprintf(stderr,
                      "; all are under the checkpoint of %" PRIu64 " signed by %s, key %08x",
                      sift->signed_size, sift->key.name, (unsigned)sift->key.id);
    else
        (void)fprintf(stderr, "; records from %" PRIu64 " on are not signed yet",
                      sift->signed_size);
}

void sg_audit_sift_tell(const struct sg_audit_sift *sift)
{
    char a[SG_PROGRESS_NUMBER], b[SG_PROGRESS_NUMBER];
    if (sift->quiet)
        return;
    (void)fprintf(stderr, "scrubgate %s: %s of %s records fit", sift->command->name,
                  sg_progress_number(sift->fitting, a), sg_progress_number(sift->records, b));
    if (sift->passed > 0)
        (void)fprintf(stderr, ", %" PRIu64 " files of another time were passed over", sift->passed);
    if (sift->filter->first < sift->first)
        (void)fprintf(stderr, ", those before %" PRIu64 " were removed", sift->first);
    if (sift->records > 0)
        tell_signed(sift);
    if (sift->broken > 0)
        (void)fprintf(stderr, "; the log is DAMAGED in %" PRIu64 " place%s, see above",
                      sift->broken, sift->broken == 1 ? "" : "s");
    (void)fprintf(stderr, "\n");
}
