/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.c - whether a log is what was written: fed record by record, answers with a verdict.
 */
#include "audit/verify.h"

#include <stdlib.h>
#include <string.h>

#include "audit/verify_parts.h"
#include "base/base64.h"
#include "base/digest.h"

void sg_verify_add_trouble(struct sg_verify *verify, enum sg_verify_what what, uint64_t from,
                           uint64_t seq)
{
    struct sg_verify_result *result = &verify->result;
    if (result->n_troubles < SG_VERIFY_TROUBLES)
        result->trouble[result->n_troubles++] = (struct sg_verify_trouble){what, from, seq};
}

enum scrubgate_status sg_verify_stop(struct sg_verify *verify, enum sg_verify_what what,
                                     uint64_t from, uint64_t seq)
{
    sg_verify_add_trouble(verify, what, from, seq);
    verify->stopped = true;
    return SCRUBGATE_DONE;
}

/* --- beginning --- */

static enum scrubgate_status open_checkpoint(struct sg_verify *verify)
{
    const struct sg_verify_config *config = &verify->config;
    if (config->checkpoint.len == 0) {
        sg_verify_add_trouble(verify, SG_VERIFY_NO_CHECKPOINT, 0, 0);
        return SCRUBGATE_OK;
    }
    enum scrubgate_status rc =
        sg_checkpoint_open(&verify->checkpoint, NULL, config->checkpoint, config->key);
    if (rc == SCRUBGATE_ENOMEM)
        return rc;
    if (rc < 0) {
        sg_verify_add_trouble(verify, SG_VERIFY_SIGNATURE, 0, 0);
        return SCRUBGATE_OK;
    }
    verify->result.has_signed = true;
    verify->result.signed_size = verify->checkpoint.size;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_verify_open(struct sg_verify **verify,
                                     const struct sg_verify_config *config)
{
    struct sg_verify *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *verify = NULL;
    if (made == NULL)
        goto out;
    made->config = *config;
    if (config->epoch_ms == 0)
        made->config.epoch_ms = SG_VERIFY_EPOCH_MS;
    if (config->first_key != NULL)
        memcpy(made->seal_key.key, config->first_key, SG_KEY_SIZE);
    if (config->start != NULL) {
        made->range = *config->start;
        made->result.removed = config->removed;
        made->good = made->result.start = made->result.sealed = made->result.records =
            config->start->size;
    }
    rc = sg_sha256_new(&made->sha);
    if (rc >= 0)
        rc = sg_moulds_new(&made->moulds);
    if (rc >= 0)
        rc = open_checkpoint(made);
    if (rc >= 0)
        rc = sg_verify_open_witnessed(made);
    if (rc >= 0 && config->start != NULL)
        rc = sg_merkle_root(config->start, made->sha, &made->removed_root);
    if (rc < 0)
        goto out;
    *verify = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_verify_close(made);
    return rc;
}

void sg_verify_close(struct sg_verify *verify)
{
    if (verify == NULL)
        return;
    sg_sha256_free(verify->sha);
    sg_moulds_free(verify->moulds);
    sg_wipe(verify, sizeof *verify);
    free(verify);
}

const struct sg_verify_result *sg_verify_result(const struct sg_verify *verify)
{
    return &verify->result;
}

const struct sg_hash *sg_verify_signed_root(const struct sg_verify *verify)
{
    return verify->result.has_signed ? &verify->checkpoint.root : NULL;
}

/* --- roots --- */

enum scrubgate_status sg_verify_check_root(struct sg_verify *verify, const struct sg_hash *root,
                                           bool *fits)
{
    struct sg_hash own;
    enum scrubgate_status rc = sg_merkle_root(&verify->range, verify->sha, &own);
    *fits = rc >= 0 && sg_hash_equal(&own, root);
    return rc;
}

/* A root that is said of `size` records, when the tree has so many: OK, or DONE with a trouble. */
static enum scrubgate_status check_said(struct sg_verify *verify, uint64_t size,
                                        const struct sg_hash *root, enum sg_verify_what what)
{
    bool fits = true;
    if (size != verify->range.size)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_verify_check_root(verify, root, &fits);
    if (rc < 0)
        return rc;
    if (!fits)
        return sg_verify_stop(verify, what, verify->good, size == 0 ? 0 : size - 1);
    verify->good = size;
    return SCRUBGATE_OK;
}

/* The roots for the size that the tree has now: those kept elsewhere, what witnesses saw, and the
 * checkpoint's. */
static enum scrubgate_status check_roots(struct sg_verify *verify)
{
    struct sg_verify_result *result = &verify->result;
    const struct sg_verify_config *config = &verify->config;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < config->n_known && rc == SCRUBGATE_OK; i++)
        rc = check_said(verify, config->known[i].size, &config->known[i].root, SG_VERIFY_KNOWN);
    if (rc == SCRUBGATE_OK && result->has_witnessed)
        rc = check_said(verify, verify->witnessed.size, &verify->witnessed.root,
                        SG_VERIFY_WITNESSED);
    if (rc != SCRUBGATE_OK || !result->has_signed || result->signed_size != verify->range.size)
        return rc;
    rc = check_said(verify, result->signed_size, &verify->checkpoint.root, SG_VERIFY_ROOT);
    result->signed_root = rc == SCRUBGATE_OK;
    verify->signed_time = result->last_time;
    return rc;
}

/* --- what is gone --- */

/* A check that begins later may not come by the record that tells: then it is not asked for. */
static bool wants_removal(const struct sg_verify *verify)
{
    const struct sg_verify_result *result = &verify->result;
    return result->removed > 0 && result->removed == result->start && !result->removal_told;
}

/* A record that says of what is gone that it was removed, and which tree it was. */
static void note_removal(struct sg_verify *verify, const struct sg_line *line)
{
    struct sg_verify_result *result = &verify->result;
    struct sg_hash root;
    size_t len = 0;
    if (!wants_removal(verify) ||
        (line->has & (SG_LINE_SIZE | SG_LINE_ROOT)) != (SG_LINE_SIZE | SG_LINE_ROOT) ||
        line->size != result->removed ||
        sg_base64_read(line->root, root.bytes, sizeof root.bytes, &len) < 0 ||
        len != sizeof root.bytes || !sg_hash_equal(&root, &verify->removed_root))
        return;
    result->removal_told = true;
    result->removal = verify->range.size;
    verify->removal_time = (line->has & SG_LINE_TIME) != 0 ? line->time : 0;
}

/* The newest of what is gone was made before the first that is left, give or take a clock and a
 * gateway that stood still. What says no time may be of any. */
static void check_early(struct sg_verify *verify)
{
    static const uint64_t slack_ms = 24 * 60 * 60 * 1000;
    const struct sg_verify_result *result = &verify->result;
    const uint64_t first = result->first_time, gone = verify->removal_time;
    if (!result->removal_told || verify->config.retention_ms == 0)
        return;
    if (first == 0 || gone < first || gone - first + slack_ms < verify->config.retention_ms)
        sg_verify_add_trouble(verify, SG_VERIFY_EARLY, result->start, result->removal);
}

/* --- records --- */

enum scrubgate_status sg_verify_take(struct sg_verify *verify, struct sg_bytes record)
{
    const uint64_t seq = verify->range.size;
    struct sg_line line;
    struct sg_hash leaf;
    enum scrubgate_status rc = verify->stopped ? SCRUBGATE_DONE : check_roots(verify);
    if (rc != SCRUBGATE_OK)
        return rc;
    if (sg_moulds_read(verify->moulds, &line, record) < 0 || (line.has & SG_LINE_SEQ) == 0 ||
        line.seq != seq)
        return sg_verify_stop(verify, SG_VERIFY_NO_RECORD, seq, seq);
    if ((line.has & SG_LINE_WHAT) != 0 && sg_bytes_equal(line.what, SG_BYTES("seal")))
        rc = sg_verify_take_seal(verify, &line);
    else if ((line.has & SG_LINE_WHAT) != 0 && sg_bytes_equal(line.what, SG_BYTES("prune")))
        note_removal(verify, &line);
    if (rc != SCRUBGATE_OK)
        return rc;
    sg_verify_note_time(verify, &line);
    if (verify->sealed_any && verify->result.sealed == seq + 1)
        verify->sealed_time = verify->result.last_time;
    rc = sg_merkle_leaf(verify->sha, record, &leaf);
    if (rc >= 0)
        rc = sg_merkle_push(&verify->range, verify->sha, &leaf, verify->config.seen,
                            verify->config.seen_ctx);
    verify->result.records = verify->range.size;
    return rc;
}

void sg_verify_take_no_record(struct sg_verify *verify)
{
    if (!verify->stopped)
        (void)sg_verify_stop(verify, SG_VERIFY_NO_RECORD, verify->range.size, verify->range.size);
}

/* --- the end --- */

/* While the log is written, its end is behind by two epochs at most. */
static bool too_old(const struct sg_verify *verify, uint64_t since)
{
    return !verify->config.live || verify->result.last_time > since + 2 * verify->config.epoch_ms;
}

static void check_end(struct sg_verify *verify)
{
    struct sg_verify_result *result = &verify->result;
    const struct sg_verify_config *config = &verify->config;
    const uint64_t first = result->first_time;
    bool is_short = (result->has_signed && result->signed_size > result->records) ||
                    (result->has_witnessed && result->witnessed > result->records);
    for (size_t i = 0; i < config->n_known; i++)
        is_short |= config->known[i].size > result->records;
    if (is_short)
        sg_verify_add_trouble(verify, SG_VERIFY_SHORT, result->records, result->records);
    if (result->has_signed && result->signed_size < result->records &&
        too_old(verify, result->signed_size == 0 ? first : verify->signed_time))
        sg_verify_add_trouble(verify, SG_VERIFY_UNSIGNED, result->signed_size, result->signed_size);
    if (result->sealed < result->records &&
        too_old(verify, verify->sealed_any ? verify->sealed_time : first))
        sg_verify_add_trouble(verify, SG_VERIFY_UNSEALED, result->sealed, result->sealed);
}

/* Who only reads what is signed may be ahead of what is durable: there it may still come. */
static bool may_come(struct sg_verify *verify, bool goes_on)
{
    const struct sg_verify_result *result = &verify->result;
    if (verify->begun == 0)
        verify->begun = result->last_time;
    return goes_on && result->records == result->signed_size && !too_old(verify, verify->begun);
}

static void note_proven(struct sg_verify *verify)
{
    struct sg_verify_result *result = &verify->result;
    if (result->signed_root) {
        result->proven = result->signed_size;
        result->proven_time = verify->signed_time;
    }
    /* A seal proves what stands before it, not itself, to whoever holds the first key. */
    if (verify->config.first_key != NULL && verify->sealed_any &&
        result->sealed > result->proven + 1) {
        result->proven = result->sealed - 1;
        result->proven_time = verify->sealed_time;
    }
    result->known = verify->known_before;
    for (size_t i = 0; i < verify->config.n_known; i++)
        result->known += verify->config.known[i].size >= result->start &&
                         verify->config.known[i].size <= result->records;
}

static enum scrubgate_status settle(struct sg_verify *verify, bool goes_on)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!verify->stopped)
        rc = check_roots(verify);
    if (rc >= 0 && !verify->stopped) {
        check_end(verify);
        const bool more = may_come(verify, goes_on);
        if (wants_removal(verify) && !more)
            sg_verify_add_trouble(verify, SG_VERIFY_REMOVED, verify->result.start,
                                  verify->result.start);
        check_early(verify);
        sg_verify_check_age(verify);
        rc = sg_verify_check_seal_key(verify, more);
    }
    if (rc >= 0)
        note_proven(verify);
    return rc < 0 ? rc : SCRUBGATE_OK;
}

enum scrubgate_status sg_verify_pause(struct sg_verify *verify)
{
    return settle(verify, true);
}

enum scrubgate_status sg_verify_end(struct sg_verify *verify)
{
    enum scrubgate_status rc = settle(verify, false);
    verify->stopped = true;
    return rc;
}

/* --- going on --- */

void sg_verify_set_live(struct sg_verify *verify, bool live)
{
    verify->config.live = live;
}

enum scrubgate_status sg_verify_advance(struct sg_verify *verify, struct sg_bytes checkpoint)
{
    struct sg_verify_result *result = &verify->result;
    struct sg_checkpoint next;
    if (checkpoint.len == 0)
        return sg_verify_stop(verify, SG_VERIFY_NO_CHECKPOINT, 0, 0);
    enum scrubgate_status rc = sg_checkpoint_open(&next, NULL, checkpoint, verify->config.key);
    if (rc == SCRUBGATE_ENOMEM)
        return rc;
    if (rc < 0)
        return sg_verify_stop(verify, SG_VERIFY_SIGNATURE, 0, 0);
    if (next.size < result->signed_size)
        return sg_verify_stop(verify, SG_VERIFY_ROLLED_BACK, 0, 0);
    if (result->has_signed && next.size == result->signed_size &&
        !sg_hash_equal(&next.root, &verify->checkpoint.root))
        return sg_verify_stop(verify, SG_VERIFY_FORKED, 0, 0);
    verify->checkpoint = next;
    result->has_signed = true;
    result->signed_size = next.size;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_verify_find_silent(struct sg_verify *verify)
{
    return sg_verify_stop(verify, SG_VERIFY_SILENT, 0, 0);
}

enum scrubgate_status sg_verify_find_unlike(struct sg_verify *verify, enum sg_verify_what what,
                                            uint64_t size)
{
    return sg_verify_stop(verify, what, 0, size == 0 ? 0 : size - 1);
}

void sg_verify_find_gone(struct sg_verify *verify)
{
    sg_verify_add_trouble(verify, SG_VERIFY_KEPT_GONE, 0, 0);
}

void sg_verify_find_like(struct sg_verify *verify, enum sg_verify_what what)
{
    verify->known_before += what == SG_VERIFY_KNOWN;
}

struct sg_verify_known sg_verify_seen(const struct sg_verify *verify)
{
    return verify->result.has_witnessed ? verify->witnessed : (struct sg_verify_known){.size = 0};
}
