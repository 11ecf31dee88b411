/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.c - whether a log is what was written: fed record by record, answers with a verdict.
 */
#include "audit/verify.h"

#include <stdlib.h>
#include <string.h>

#include "audit/checkpoint.h"
#include "audit/line.h"
#include "audit/mould.h"
#include "audit/seal.h"
#include "base/base64.h"
#include "base/digest.h"

enum { BOOT_SIZE = 40, CLOCKS = 2, STEP_MS = 1000, NS_IN_MS = 1000000 };

/* The newest monotonic time that records of one start said. Two gateways may write in turns while
 * one takes over from the other. */
struct boot_clock {
    char boot[BOOT_SIZE]; /* "": none */
    uint64_t newest;
    uint64_t seal_mono, seal_time; /* of its last seal; 0: none */
};

struct sg_verify {
    struct sg_verify_config config;
    struct sg_verify_result result;
    struct sg_checkpoint checkpoint;
    struct sg_sha256 *sha;
    struct sg_moulds *moulds;
    struct sg_merkle_range range;
    struct sg_seal_key seal_key;
    struct boot_clock clocks[CLOCKS]; /* the last used one first */
    uint64_t good;        /* records up to the last root that fitted: what is wrong is behind */
    uint64_t signed_time; /* of the last record that is signed, of the last that is sealed */
    uint64_t sealed_time;
    bool stopped;
};

static const struct {
    const char *word, *sentence;
} words[] = {
    [SG_VERIFY_NO_CHECKPOINT] = {"no-checkpoint", "the log has no checkpoint: nothing is signed"},
    [SG_VERIFY_SIGNATURE] = {"signature", "the checkpoint is not signed by the log's key"},
    [SG_VERIFY_NO_RECORD] = {"no-record", "this line is not the record that belongs here"},
    [SG_VERIFY_ROOT] = {"root", "records up to here are not those that were signed"},
    [SG_VERIFY_KNOWN] = {"known", "records up to here are not those of the checkpoint that was "
                                  "kept: the log was rewritten or forked"},
    [SG_VERIFY_SEAL_FORM] = {"seal-form", "this seal is none: a member is missing or wrong"},
    [SG_VERIFY_SEAL_MISSING] = {"seal-missing", "the seal before this one is missing"},
    [SG_VERIFY_SEAL_TWICE] = {"seal-twice", "this epoch was sealed before"},
    [SG_VERIFY_SEAL_ROOT] = {"seal-root", "records before this seal are not those it sealed"},
    [SG_VERIFY_SEAL_KEY] = {"seal-key", "this seal was not made with the key of its epoch"},
    [SG_VERIFY_TIME] = {"time", "this seal is older than what stands before it"},
    [SG_VERIFY_SHORT] = {"short", "records that were signed are missing at the end"},
    [SG_VERIFY_UNSIGNED] = {"unsigned", "records from here on are not signed yet"},
    [SG_VERIFY_UNSEALED] = {"unsealed", "records from here on are not sealed yet"},
};

const char *sg_verify_word(enum sg_verify_what what)
{
    return words[what].word;
}

const char *sg_verify_sentence(enum sg_verify_what what)
{
    return words[what].sentence;
}

static void add_trouble(struct sg_verify *verify, enum sg_verify_what what, uint64_t from,
                        uint64_t seq)
{
    struct sg_verify_result *result = &verify->result;
    if (result->n_troubles < SG_VERIFY_TROUBLES)
        result->trouble[result->n_troubles++] = (struct sg_verify_trouble){what, from, seq};
}

/* What cannot be followed by a good record. */
static enum scrubgate_status stop(struct sg_verify *verify, enum sg_verify_what what, uint64_t from,
                                  uint64_t seq)
{
    add_trouble(verify, what, from, seq);
    verify->stopped = true;
    return SCRUBGATE_DONE;
}

/* --- beginning --- */

static enum scrubgate_status open_checkpoint(struct sg_verify *verify)
{
    const struct sg_verify_config *config = &verify->config;
    if (config->checkpoint.len == 0) {
        add_trouble(verify, SG_VERIFY_NO_CHECKPOINT, 0, 0);
        return SCRUBGATE_OK;
    }
    enum scrubgate_status rc =
        sg_checkpoint_open(&verify->checkpoint, NULL, config->checkpoint, config->key);
    if (rc == SCRUBGATE_ENOMEM)
        return rc;
    if (rc < 0) {
        add_trouble(verify, SG_VERIFY_SIGNATURE, 0, 0);
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
    rc = sg_sha256_new(&made->sha);
    if (rc >= 0)
        rc = sg_moulds_new(&made->moulds);
    if (rc >= 0)
        rc = open_checkpoint(made);
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

/* Compares the tree as it is now with a root; *fits. */
static enum scrubgate_status check_root(struct sg_verify *verify, const struct sg_hash *root,
                                        bool *fits)
{
    struct sg_hash own;
    enum scrubgate_status rc = sg_merkle_root(&verify->range, verify->sha, &own);
    *fits = rc >= 0 && sg_hash_equal(&own, root);
    return rc;
}

/* The roots for the size that the tree has now: the checkpoint's and those kept elsewhere. */
static enum scrubgate_status check_roots(struct sg_verify *verify)
{
    struct sg_verify_result *result = &verify->result;
    uint64_t size = verify->range.size, last = size == 0 ? 0 : size - 1;
    bool fits = true;
    for (size_t i = 0; i < verify->config.n_known; i++) {
        if (verify->config.known[i].size != size)
            continue;
        enum scrubgate_status rc = check_root(verify, &verify->config.known[i].root, &fits);
        if (rc < 0)
            return rc;
        if (!fits)
            return stop(verify, SG_VERIFY_KNOWN, verify->good, last);
        verify->good = size;
    }
    if (!result->has_signed || result->signed_size != size)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = check_root(verify, &verify->checkpoint.root, &fits);
    if (rc < 0)
        return rc;
    if (!fits)
        return stop(verify, SG_VERIFY_ROOT, verify->good, last);
    result->signed_root = true;
    verify->signed_time = result->last_time;
    verify->good = size;
    return SCRUBGATE_OK;
}

/* --- time --- */

/* NULL: the record does not say when, or at which start, it was made. */
static struct boot_clock *find_clock(struct sg_verify *verify, const struct sg_line *line)
{
    struct boot_clock *clocks = verify->clocks;
    char boot[BOOT_SIZE];
    if ((line->has & SG_LINE_BOOT) == 0 || (line->has & SG_LINE_MONO) == 0 || line->boot.len == 0 ||
        !sg_bytes_to_text(line->boot, boot, sizeof boot))
        return NULL;
    for (size_t i = 0; i < CLOCKS; i++) {
        if (strcmp(clocks[i].boot, boot) != 0)
            continue;
        struct boot_clock found = clocks[i];
        memmove(clocks + 1, clocks, i * sizeof clocks[0]);
        clocks[0] = found;
        return clocks;
    }
    memmove(clocks + 1, clocks, (CLOCKS - 1) * sizeof clocks[0]);
    clocks[0] = (struct boot_clock){.newest = 0};
    memcpy(clocks[0].boot, boot, sizeof boot);
    return clocks;
}

/* How far the wall clock went apart from the monotonic one since the last seal. */
static bool stepped(const struct boot_clock *clock, const struct sg_line *line)
{
    if (clock->seal_time == 0 || (line->has & SG_LINE_TIME) == 0)
        return false;
    uint64_t should = clock->seal_time + (line->mono_ns - clock->seal_mono) / NS_IN_MS;
    return line->time > should + STEP_MS || line->time + STEP_MS < should;
}

/* Records of workers come in any order, but a seal is made after all that stand before it. */
static bool seal_is_newest(struct sg_verify *verify, const struct sg_line *line)
{
    struct boot_clock *clock = find_clock(verify, line);
    if (clock == NULL || line->mono_ns < clock->newest)
        return false;
    verify->result.steps += stepped(clock, line) ? 1 : 0;
    clock->newest = clock->seal_mono = line->mono_ns;
    clock->seal_time = (line->has & SG_LINE_TIME) != 0 ? line->time : 0;
    return true;
}

static void note_time(struct sg_verify *verify, const struct sg_line *line)
{
    struct sg_verify_result *result = &verify->result;
    struct boot_clock *clock = find_clock(verify, line);
    if (clock != NULL && line->mono_ns > clock->newest)
        clock->newest = line->mono_ns;
    if ((line->has & SG_LINE_TIME) == 0)
        return;
    result->last_time = line->time;
    if (result->first_time == 0)
        result->first_time = line->time;
}

/* --- seals --- */

static bool read_mac(struct sg_bytes text, uint8_t mac[SG_SHA256_SIZE])
{
    if (text.len != (size_t)2 * SG_SHA256_SIZE)
        return false;
    for (size_t i = 0; i < SG_SHA256_SIZE; i++) {
        int a = sg_hex_value(text.data[2 * i]), b = sg_hex_value(text.data[2 * i + 1]);
        if (a < 0 || b < 0)
            return false;
        mac[i] = (uint8_t)(a << 4 | b);
    }
    return true;
}

static bool read_seal(const struct sg_line *line, const char *origin, char boot[BOOT_SIZE],
                      struct sg_seal *seal, uint8_t mac[SG_SHA256_SIZE])
{
    static const unsigned all =
        SG_LINE_EPOCH | SG_LINE_SIZE | SG_LINE_ROOT | SG_LINE_MAC | SG_LINE_BOOT | SG_LINE_MONO;
    size_t len = 0;
    if ((line->has & all) != all || !sg_bytes_to_text(line->boot, boot, BOOT_SIZE) ||
        sg_base64_read(line->root, seal->root.bytes, sizeof seal->root.bytes, &len) < 0 ||
        len != sizeof seal->root.bytes || !read_mac(line->mac, mac))
        return false;
    seal->origin = origin;
    seal->boot = boot;
    seal->epoch = line->epoch;
    seal->size = line->size;
    seal->mono_ns = line->mono_ns;
    return true;
}

/* *fits: the seal has the mac that the officer's key gives. */
static enum scrubgate_status check_mac(struct sg_verify *verify, const struct sg_seal *seal,
                                       const uint8_t mac[SG_SHA256_SIZE], bool *fits)
{
    uint8_t own[SG_SHA256_SIZE];
    *fits = true;
    if (verify->config.first_key == NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_seal_reach(&verify->seal_key, seal->epoch);
    if (rc >= 0)
        rc = sg_seal_mac(&verify->seal_key, seal, own);
    *fits = rc >= 0 && sg_seal_mac_equal(own, mac);
    return rc;
}

/* The seal that stands at the tree's end. OK, or DONE with a trouble. */
static enum scrubgate_status take_seal(struct sg_verify *verify, const struct sg_line *line)
{
    struct sg_verify_result *result = &verify->result;
    const uint64_t seq = verify->range.size;
    uint8_t mac[SG_SHA256_SIZE];
    char boot[BOOT_SIZE];
    struct sg_seal seal;
    bool fits = false;
    if (!read_seal(line, verify->config.key->name, boot, &seal, mac))
        return stop(verify, SG_VERIFY_SEAL_FORM, seq, seq);
    if (seal.epoch != result->seals)
        return stop(verify,
                    seal.epoch < result->seals ? SG_VERIFY_SEAL_TWICE : SG_VERIFY_SEAL_MISSING,
                    result->sealed, seq);
    enum scrubgate_status rc = check_root(verify, &seal.root, &fits);
    if (rc >= 0 && (!fits || seal.size != seq))
        return stop(verify, SG_VERIFY_SEAL_ROOT, verify->good, seq);
    if (rc >= 0)
        rc = check_mac(verify, &seal, mac, &fits);
    if (rc < 0)
        return rc;
    if (!fits)
        return stop(verify, SG_VERIFY_SEAL_KEY, result->sealed, seq);
    if (!seal_is_newest(verify, line))
        return stop(verify, SG_VERIFY_TIME, seq, seq);
    result->seals++;
    result->sealed = seq + 1;
    verify->good = seq;
    return SCRUBGATE_OK;
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
        return stop(verify, SG_VERIFY_NO_RECORD, seq, seq);
    if ((line.has & SG_LINE_WHAT) != 0 && sg_bytes_equal(line.what, SG_BYTES("seal")))
        rc = take_seal(verify, &line);
    if (rc != SCRUBGATE_OK)
        return rc;
    note_time(verify, &line);
    if (verify->result.sealed == seq + 1)
        verify->sealed_time = verify->result.last_time;
    rc = sg_merkle_leaf(verify->sha, record, &leaf);
    if (rc >= 0)
        rc = sg_merkle_push(&verify->range, verify->sha, &leaf, NULL, NULL);
    verify->result.records = verify->range.size;
    return rc;
}

void sg_verify_take_no_record(struct sg_verify *verify)
{
    if (!verify->stopped)
        (void)stop(verify, SG_VERIFY_NO_RECORD, verify->range.size, verify->range.size);
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
    uint64_t first = result->first_time;
    bool is_short = result->has_signed && result->signed_size > result->records;
    for (size_t i = 0; i < verify->config.n_known; i++)
        is_short |= verify->config.known[i].size > result->records;
    if (is_short)
        add_trouble(verify, SG_VERIFY_SHORT, result->records, result->records);
    if (result->has_signed && result->signed_size < result->records &&
        too_old(verify, result->signed_size == 0 ? first : verify->signed_time))
        add_trouble(verify, SG_VERIFY_UNSIGNED, result->signed_size, result->signed_size);
    if (result->sealed < result->records &&
        too_old(verify, result->seals == 0 ? first : verify->sealed_time))
        add_trouble(verify, SG_VERIFY_UNSEALED, result->sealed, result->sealed);
}

enum scrubgate_status sg_verify_end(struct sg_verify *verify)
{
    struct sg_verify_result *result = &verify->result;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!verify->stopped)
        rc = check_roots(verify);
    if (rc < 0)
        return rc;
    if (!verify->stopped)
        check_end(verify);
    verify->stopped = true;
    if (result->signed_root) {
        result->proven = result->signed_size;
        result->proven_time = verify->signed_time;
    }
    /* A seal proves what stands before it, not itself, to whoever holds the first key. */
    if (verify->config.first_key != NULL && result->sealed > result->proven + 1) {
        result->proven = result->sealed - 1;
        result->proven_time = verify->sealed_time;
    }
    return SCRUBGATE_OK;
}

/* --- where a change is --- */

/* That the records in range are the beginning of the signed tree. */
static enum scrubgate_status prove_same(const struct sg_merkle_range *range, uint64_t size,
                                        const struct sg_hash *root, struct sg_sha256 *sha,
                                        sg_merkle_get *get, void *ctx)
{
    struct sg_merkle_proof proof;
    struct sg_hash own;
    enum scrubgate_status rc = sg_merkle_root(range, sha, &own);
    if (rc >= 0)
        rc = sg_merkle_prove_growth(&proof, range->size, size, sha, get, ctx);
    return rc < 0 ? rc : sg_merkle_verify_growth(&proof, range->size, size, &own, root, sha);
}

/* That the signed tree has that leaf there. */
static enum scrubgate_status prove_leaf(uint64_t index, const struct sg_hash *leaf, uint64_t size,
                                        const struct sg_hash *root, struct sg_sha256 *sha,
                                        sg_merkle_get *get, void *ctx)
{
    struct sg_merkle_proof proof;
    enum scrubgate_status rc = sg_merkle_prove(&proof, index, size, sha, get, ctx);
    return rc < 0 ? rc : sg_merkle_verify(&proof, index, size, leaf, root, sha);
}

enum scrubgate_status sg_verify_locate(uint64_t size, const struct sg_hash *root,
                                       sg_merkle_get *get, sg_verify_next *next, void *ctx,
                                       uint64_t *same, bool *other)
{
    struct sg_merkle_range range = {.size = 0};
    struct sg_sha256 *sha = NULL;
    struct sg_hash own, told = {{0}};
    enum scrubgate_status rc = sg_sha256_new(&sha);
    *same = 0;
    *other = false;
    while (rc == SCRUBGATE_OK && range.size < size) {
        struct sg_bytes record;
        enum scrubgate_status have = next(ctx, &record);
        rc = get(ctx, 0, range.size, &told);
        if (rc < 0)
            break;
        if (have == SCRUBGATE_OK)
            rc = sg_merkle_leaf(sha, record, &own);
        *other = have == SCRUBGATE_OK && !sg_hash_equal(&own, &told);
        if (rc < 0 || have != SCRUBGATE_OK || *other)
            break;
        rc = sg_merkle_push(&range, sha, &own, NULL, NULL);
    }
    if (rc >= 0)
        rc = prove_same(&range, size, root, sha, get, ctx);
    if (rc >= 0 && *other)
        *other = prove_leaf(range.size, &told, size, root, sha, get, ctx) >= 0;
    if (rc >= 0)
        *same = range.size;
    else
        *other = false;
    sg_sha256_free(sha);
    return rc;
}
