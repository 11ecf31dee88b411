/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signed_log.h - a small audit log that was sealed and signed, the same in every run; shared by the
 * targets that ask whether anything else passes for it.
 *
 * Every fourth record is a seal, and at each of them the log has been signed: its first 4, 8, 12
 * and 16 records are what honest checkpoints exist for.
 */
#ifndef SG_FUZZ_SIGNED_LOG_H
#define SG_FUZZ_SIGNED_LOG_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/seal.h"
#include "base/base64.h"
#include "base/buf.h"

enum { SIGNED_LINES = 16, SIGNED_EVERY = 4, SIGNED_LINE_MOST = 512 };

#define SIGNED_ORIGIN "log.example/fuzz"
#define SIGNED_BOOT   "00112233445566778899aabbccddeeff"

struct signed_log {
    char line[SIGNED_LINES][SIGNED_LINE_MOST];
    struct sg_hash leaf[SIGNED_LINES], root[SIGNED_LINES + 1]; /* root: of so many lines */
    struct sg_note_key key;
    struct sg_signer *signer;
    uint8_t first_key[SG_KEY_SIZE];
};

static inline void require(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static inline struct sg_bytes signed_hash_bytes(const struct sg_hash *hash)
{
    return (struct sg_bytes){hash->bytes, sizeof hash->bytes};
}

static inline int signed_begin(char *line, size_t seq)
{
    return snprintf(line, SIGNED_LINE_MOST,
                    "{\"seq\":%zu,\"time\":%zu,\"mono_ns\":%zu,\"boot\":\"" SIGNED_BOOT "\",", seq,
                    1795310759000 + seq * 1000, 5000000000 + seq * 1000000000);
}

static inline void signed_seal(char *line, size_t seq, const struct sg_seal_key *key,
                               const struct sg_hash *root)
{
    const struct sg_seal seal = {
        SIGNED_ORIGIN, SIGNED_BOOT, key->epoch, seq, 5000000000 + seq * 1000000000, *root};
    uint8_t mac[SG_SHA256_SIZE];
    char hex[2 * SG_SHA256_SIZE + 1];
    struct sg_buf text = {0};
    require(sg_seal_mac(key, &seal, mac) >= 0 && sg_base64_add(&text, signed_hash_bytes(root)) >= 0,
            "a seal is made");
    sg_hex((struct sg_bytes){mac, sizeof mac}, hex);
    int at = signed_begin(line, seq);
    (void)snprintf(line + at, (size_t)(SIGNED_LINE_MOST - at),
                   "\"what\":\"seal\",\"epoch\":%" PRIu64 ",\"size\":%zu,\"root\":\"%.*s\","
                   "\"mac\":\"%s\"}",
                   key->epoch, seq, (int)text.len, (const char *)text.data, hex);
    sg_buf_fini(&text);
}

static inline void signed_make_lines(struct signed_log *log)
{
    struct sg_merkle_range range = {.size = 0};
    struct sg_seal_key key = {.epoch = 0};
    struct sg_sha256 *sha = NULL;
    memcpy(key.key, log->first_key, sizeof key.key);
    require(sg_sha256_new(&sha) >= 0 && sg_merkle_root(&range, sha, &log->root[0]) >= 0, "memory");
    for (size_t i = 0; i < SIGNED_LINES; i++) {
        char *line = log->line[i];
        if (i % SIGNED_EVERY == SIGNED_EVERY - 1) {
            signed_seal(line, i, &key, &log->root[i]);
            require(sg_seal_next(&key) >= 0, "the next key");
        } else {
            int at = signed_begin(line, i);
            (void)snprintf(line + at, (size_t)(SIGNED_LINE_MOST - at), "\"verdict\":\"masked\"}");
        }
        require(sg_merkle_leaf(sha, sg_bytes_of(line), &log->leaf[i]) >= 0 &&
                    sg_merkle_push(&range, sha, &log->leaf[i], NULL, NULL) >= 0 &&
                    sg_merkle_root(&range, sha, &log->root[i + 1]) >= 0,
                "the tree");
    }
    sg_sha256_free(sha);
}

/* The one log; made at the first call. */
static inline const struct signed_log *signed_log(void)
{
    static struct signed_log log;
    uint8_t seed[SG_ED25519_SEED], public_key[SG_ED25519_PUBLIC];
    if (log.signer != NULL)
        return &log;
    memset(seed, 0x51, sizeof seed);
    memset(log.first_key, 0x52, sizeof log.first_key);
    require(sg_signer_new(&log.signer, seed, public_key) >= 0 &&
                sg_note_key_init(&log.key, SG_BYTES(SIGNED_ORIGIN), SG_NOTE_ED25519, public_key) >=
                    0,
            "the key");
    signed_make_lines(&log);
    return &log;
}

/* Appends the checkpoint of its first size records. */
static inline void signed_add_checkpoint(struct sg_buf *out, size_t size)
{
    const struct signed_log *log = signed_log();
    const struct sg_checkpoint checkpoint = {SG_BYTES(SIGNED_ORIGIN), size, log->root[size]};
    require(sg_checkpoint_add(out, &checkpoint, &log->key, log->signer) >= 0, "the checkpoint");
}

/* An sg_merkle_get of the log whole, of which ctx is the size. */
static inline enum scrubgate_status signed_node(void *ctx, unsigned level, uint64_t index,
                                                struct sg_hash *out)
{
    const struct signed_log *log = signed_log();
    const uint64_t *size = ctx, first = index << level, n = (uint64_t)1 << level;
    struct sg_merkle_range range = {.size = 0};
    struct sg_sha256 *sha = NULL;
    require(first + n <= *size && sg_sha256_new(&sha) >= 0, "a node of the log");
    for (uint64_t i = 0; i < n; i++)
        require(sg_merkle_push(&range, sha, &log->leaf[first + i], NULL, NULL) >= 0, "the tree");
    enum scrubgate_status rc = sg_merkle_root(&range, sha, out);
    sg_sha256_free(sha);
    return rc;
}

#endif
