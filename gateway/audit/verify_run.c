/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_run.c - one check of a log's folder while it goes on.
 */
#include "audit/verify_run.h"

#include "audit/journal.h"
#include "audit/line.h"
#include "base/diag.h"

enum { PROGRESS_EVERY = 4096 };

/* --- roots of before --- */

enum scrubgate_status sg_verify_run_compare(struct sg_verify_run *run,
                                            const struct sg_verify_known *said,
                                            enum sg_verify_what what)
{
    const struct sg_verify_result *result = sg_verify_result(run->verify);
    const struct sg_hash *root = sg_verify_signed_root(run->verify);
    if (root == NULL || said->size == 0 || said->size > result->signed_size)
        return SCRUBGATE_OK; /* it is compared when the records are there */
    sg_reader_set_size(run->reader, result->signed_size);
    enum scrubgate_status rc =
        sg_verify_grew(said, result->signed_size, root, sg_reader_node, run->reader);
    if (rc == SCRUBGATE_EMALFORMED || rc == SCRUBGATE_EIO) {
        sg_reader_set_tiles(run->reader, false);
        rc = sg_verify_grew(said, result->signed_size, root, sg_reader_node, run->reader);
        sg_reader_set_tiles(run->reader, true);
    }
    if (rc == SCRUBGATE_EMALFORMED)
        return sg_verify_find_unlike(run->verify, what, said->size);
    if (rc >= 0)
        sg_verify_find_like(run->verify, what);
    return rc;
}

/* Those of fewer records than the first one that is read: no tree of that size comes by. Of what
 * was removed nothing is left to compare, but where a whole file ended: who kept more than that
 * cannot be told that it is the same log. */
static enum scrubgate_status compare_before(struct sg_verify_run *run,
                                            const struct sg_verify_config *config)
{
    const struct sg_verify_result *result = sg_verify_result(run->verify);
    const struct sg_verify_known seen = sg_verify_seen(run->verify);
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i <= config->n_known && rc == SCRUBGATE_OK; i++) {
        const bool kept = i < config->n_known;
        const struct sg_verify_known *said = kept ? &config->known[i] : &seen;
        const bool whole = said->size >= result->removed || said->size % SG_JOURNAL_SEGMENT == 0;
        if (kept && !whole)
            sg_verify_find_gone(run->verify);
        else if (whole && said->size < result->start)
            rc = sg_verify_run_compare(run, said, kept ? SG_VERIFY_KNOWN : SG_VERIFY_WITNESSED);
    }
    return rc;
}

/* --- its life --- */

enum scrubgate_status sg_verify_run_open(struct sg_verify_run *run, const char *dir,
                                         const struct sg_verify_config *config,
                                         const struct sg_verify_since *since,
                                         struct scrubgate_fault *fault)
{
    struct sg_verify_config own = *config;
    run->dir = dir;
    *run->report = (struct sg_verify_report){.located = false};
    enum scrubgate_status rc = sg_reader_open(&run->reader, dir, fault);
    /* Before the records: what is written meanwhile is behind it. */
    if (rc >= 0)
        rc = sg_reader_checkpoint(run->reader, &run->checkpoint, fault);
    if (rc >= 0 && config->policy != NULL)
        rc = sg_reader_witnessed(run->reader, &run->witnessed, fault);
    own.checkpoint = sg_buf_bytes(&run->checkpoint);
    own.witnessed = sg_buf_bytes(&run->witnessed);
    if (rc >= 0)
        rc = sg_derived_new(&run->derived, run->reader);
    if (rc >= 0)
        rc = sg_verify_find_start(run, config, since, fault);
    if (run->has_start) {
        own.start = &run->start;
        own.removed = sg_reader_first(run->reader);
    }
    own.seen = sg_derived_node;
    own.seen_ctx = run->derived;
    if (rc >= 0)
        rc = sg_verify_open(&run->verify, &own);
    if (rc >= 0 && run->has_start)
        rc = compare_before(run, config);
    /* Looking for a time has moved the reader too. */
    if (rc >= 0 && (run->has_start || since != NULL))
        rc = sg_reader_seek(run->reader, run->start.size, fault);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

void sg_verify_run_close(struct sg_verify_run *run)
{
    sg_verify_close(run->verify);
    sg_derived_free(run->derived);
    sg_buf_fini(&run->checkpoint);
    sg_buf_fini(&run->witnessed);
    sg_reader_close(run->reader);
}

static enum scrubgate_status show(const struct sg_verify_run *run, uint64_t seq,
                                  struct sg_bytes record)
{
    const struct sg_verify_watch *watch = run->watch;
    const struct sg_verify_result *result = sg_verify_result(run->verify);
    if (watch->progress != NULL && result->records % PROGRESS_EVERY == 0)
        watch->progress(watch->progress_ctx, result->records - result->start,
                        result->signed_size - result->start);
    return watch->record == NULL ? SCRUBGATE_OK : watch->record(watch->record_ctx, seq, record);
}

enum scrubgate_status sg_verify_run_feed(struct sg_verify_run *run, uint64_t end,
                                         struct scrubgate_fault *fault)
{
    const struct sg_verify_result *result = sg_verify_result(run->verify);
    struct sg_bytes record;
    uint64_t seq = 0;
    bool looked_again = false;
    while (result->records < end) {
        enum scrubgate_status rc = sg_reader_next(run->reader, &record, &seq, fault);
        /* What was read ahead the last time may be older than what stands there now. */
        if (rc == SCRUBGATE_DONE && !looked_again) {
            looked_again = true;
            continue;
        }
        if (rc == SCRUBGATE_EMALFORMED) {
            if (fault != NULL)
                run->report->place = *fault;
            sg_verify_take_no_record(run->verify);
            return SCRUBGATE_OK;
        }
        if (rc == SCRUBGATE_OK) {
            sg_derived_record(run->derived, seq, sg_reader_offset(run->reader));
            rc = sg_verify_take(run->verify, record);
        }
        if (rc == SCRUBGATE_OK)
            rc = show(run, seq, record);
        if (rc != SCRUBGATE_OK)
            return rc < 0 ? rc : SCRUBGATE_OK;
        if (result->records == result->signed_size)
            sg_derived_partial(run->derived, result->records);
    }
    return SCRUBGATE_OK;
}

/* --- the first record that was changed --- */

static enum scrubgate_status next_record(void *ctx, struct sg_bytes *record)
{
    uint64_t seq;
    return sg_reader_next(((struct sg_verify_run *)ctx)->reader, record, &seq, NULL);
}

static enum scrubgate_status get_node(void *ctx, unsigned level, uint64_t index,
                                      struct sg_hash *out)
{
    return sg_reader_node(((struct sg_verify_run *)ctx)->reader, level, index, out);
}

static bool is_of_records(enum sg_verify_what what)
{
    return what == SG_VERIFY_NO_RECORD || what == SG_VERIFY_ROOT || what == SG_VERIFY_SEAL_ROOT ||
           what == SG_VERIFY_SEAL_FORM || what == SG_VERIFY_SEAL_MISSING ||
           what == SG_VERIFY_SEAL_TWICE; /* a seal is a record too */
}

/* A root that does not fit only says that something before it was changed. Tiles that lead to the
 * signed root tell what each record was, and with that which one is another now. */
static enum scrubgate_status locate(struct sg_verify_run *run, struct sg_verify_trouble *trouble)
{
    struct sg_verify_result *result = &run->report->result;
    const struct sg_hash *root = sg_verify_signed_root(run->verify);
    uint64_t same = 0;
    bool other = false;
    if (root == NULL || result->signed_size == 0)
        return SCRUBGATE_OK;
    sg_reader_set_size(run->reader, result->signed_size);
    enum scrubgate_status rc = sg_reader_seek(run->reader, result->start, NULL);
    if (rc == SCRUBGATE_OK)
        rc = sg_verify_locate(run->has_start ? &run->start : NULL, result->signed_size, root,
                              get_node, next_record, run, &same, &other);
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
static void find_time(struct sg_verify_run *run)
{
    struct sg_verify_result *result = &run->report->result;
    struct sg_bytes record;
    struct sg_line line;
    uint64_t seq;
    if (result->proven <= result->start || result->proven_time != 0 ||
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
        if (sg_verify_has_place(result->trouble[i].what))
            return &result->trouble[i];
    }
    return NULL;
}

enum scrubgate_status sg_verify_run_tell(struct sg_verify_run *run)
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
    sg_derived_pause(run->derived);
    report->derived = *sg_derived_found(run->derived);
    return rc;
}
