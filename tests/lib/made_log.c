/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_log.c - a small audit log made up for a test: records, seals, checkpoint; and put on disk.
 */
#include "made_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "audit/index.h"
#include "base/base64.h"
#include "base/buf.h"

static const char boot[] = "00112233445566778899aabbccddeeff";
static const uint64_t start_ms = 1795310759122, start_ns = 5000000000, between_ns = 1000000000;

static struct sg_signer *new_signer(unsigned who, uint8_t public_key[SG_ED25519_PUBLIC])
{
    struct sg_signer *signer = NULL;
    uint8_t seed[SG_ED25519_SEED];
    memset(seed, (int)(0x40 + who), sizeof seed);
    assert_int_equal(sg_signer_new(&signer, seed, public_key), SCRUBGATE_OK);
    return signer;
}

void sg_made_key(unsigned who, struct sg_note_key *key)
{
    uint8_t public_key[SG_ED25519_PUBLIC];
    sg_signer_free(new_signer(who, public_key));
    assert_int_equal(sg_note_key_init(key, SG_BYTES(SG_MADE_ORIGIN), SG_NOTE_ED25519, public_key),
                     SCRUBGATE_OK);
}

void sg_made_first_key(unsigned who, uint8_t key[SG_KEY_SIZE])
{
    memset(key, (int)(0x60 + who), SG_KEY_SIZE);
}

void sg_made_root(const struct sg_made_log *log, size_t size, struct sg_hash *root)
{
    struct sg_merkle_range range = {.size = 0};
    struct sg_sha256 *sha = NULL;
    struct sg_hash leaf;
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(sg_merkle_leaf(sha, sg_bytes_of(log->line[i]), &leaf), SCRUBGATE_OK);
        assert_int_equal(sg_merkle_push(&range, sha, &leaf, NULL, NULL), SCRUBGATE_OK);
    }
    assert_int_equal(sg_merkle_root(&range, sha, root), SCRUBGATE_OK);
    sg_sha256_free(sha);
}

/* Workers hand their records over a little out of turn: every third is older than the one before.
 */
static uint64_t time_of(size_t seq)
{
    return start_ns + seq * between_ns -
           (seq % 3 == 2 && seq % SG_MADE_EVERY != 7 ? 1500000000 : 0);
}

static int begin(size_t seq, char line[SG_MADE_LINE])
{
    return snprintf(
        line, SG_MADE_LINE, "{\"seq\":%zu,\"time\":%llu,\"mono_ns\":%llu,\"boot\":\"%s\",", seq,
        (unsigned long long)(start_ms + seq * 1000), (unsigned long long)time_of(seq), boot);
}

void sg_made_add(struct sg_made_log *log, const char *says)
{
    assert_true(log->n < SG_MADE_LINES);
    char *line = log->line[log->n];
    int at = begin(log->n, line);
    (void)snprintf(line + at, (size_t)(SG_MADE_LINE - at),
                   "\"class_uid\":2006,\"verdict\":\"masked\",\"found\":[],\"id\":\"%s\"}", says);
    log->n++;
}

/* Writes the seal at `at` of the lines before it, for the key's epoch. */
static void write_seal(struct sg_made_log *log, size_t at, const struct sg_seal_key *key)
{
    struct sg_seal seal = {SG_MADE_ORIGIN, boot, key->epoch, at, time_of(at), {{0}}};
    struct sg_buf root = {0};
    uint8_t mac[SG_SHA256_SIZE];
    char hex[2 * SG_SHA256_SIZE + 1], *line = log->line[at];
    sg_made_root(log, at, &seal.root);
    assert_int_equal(sg_seal_mac(key, &seal, mac), SCRUBGATE_OK);
    sg_hex((struct sg_bytes){mac, sizeof mac}, hex);
    assert_int_equal(
        sg_base64_add(&root, (struct sg_bytes){seal.root.bytes, sizeof seal.root.bytes}),
        SCRUBGATE_OK);
    int n = begin(at, line);
    (void)snprintf(line + n, (size_t)(SG_MADE_LINE - n),
                   "\"class_uid\":6002,\"what\":\"seal\",\"epoch\":%llu,\"size\":%zu,"
                   "\"root\":\"%.*s\",\"mac\":\"%s\"}",
                   (unsigned long long)key->epoch, at, (int)root.len, (const char *)root.data, hex);
    sg_buf_fini(&root);
}

void sg_made_seal(struct sg_made_log *log)
{
    assert_true(log->n < SG_MADE_LINES);
    write_seal(log, log->n, &log->seal_key);
    log->n++;
    assert_int_equal(sg_seal_next(&log->seal_key), SCRUBGATE_OK);
}

void sg_made_fill(struct sg_made_log *log, size_t n, unsigned story)
{
    while (log->n < n) {
        char says[32];
        (void)snprintf(says, sizeof says, "%08x%08zx", story, log->n);
        if (log->n % SG_MADE_EVERY == SG_MADE_EVERY - 1)
            sg_made_seal(log);
        else
            sg_made_add(log, says);
    }
}

void sg_made_sign(struct sg_made_log *log, size_t size, unsigned who)
{
    uint8_t public_key[SG_ED25519_PUBLIC];
    struct sg_signer *signer = new_signer(who, public_key);
    struct sg_checkpoint checkpoint = {SG_BYTES(SG_MADE_ORIGIN), size, {{0}}};
    struct sg_note_key key;
    struct sg_buf out = {0};
    sg_made_key(who, &key);
    sg_made_root(log, size, &checkpoint.root);
    assert_int_equal(sg_checkpoint_add(&out, &checkpoint, &key, signer), SCRUBGATE_OK);
    assert_true(sg_bytes_to_text(sg_buf_bytes(&out), log->checkpoint, sizeof log->checkpoint));
    sg_buf_fini(&out);
    sg_signer_free(signer);
}

void sg_made_log(struct sg_made_log *log, size_t n, unsigned story)
{
    memset(log, 0, sizeof *log);
    sg_made_first_key(0, log->seal_key.key);
    sg_made_fill(log, n, story);
    sg_made_sign(log, n, 0);
}

/* --- what attackers do --- */

void sg_made_drop(struct sg_made_log *log, size_t at)
{
    memmove(log->line[at], log->line[at + 1], (log->n - at - 1) * sizeof log->line[0]);
    log->n--;
}

void sg_made_double(struct sg_made_log *log, size_t at)
{
    assert_true(log->n < SG_MADE_LINES);
    memmove(log->line[at + 1], log->line[at], (log->n - at) * sizeof log->line[0]);
    log->n++;
}

void sg_made_swap(struct sg_made_log *log, size_t at)
{
    char kept[SG_MADE_LINE];
    memcpy(kept, log->line[at], sizeof kept);
    memcpy(log->line[at], log->line[at + 1], sizeof kept);
    memcpy(log->line[at + 1], kept, sizeof kept);
}

void sg_made_renumber(struct sg_made_log *log)
{
    for (size_t i = 0; i < log->n; i++) {
        char kept[SG_MADE_LINE];
        memcpy(kept, log->line[i], sizeof kept);
        (void)snprintf(log->line[i], sizeof kept, "{\"seq\":%zu%.*s", i, SG_MADE_LINE - 32,
                       strchr(kept, ','));
    }
}

void sg_made_reseal(struct sg_made_log *log, size_t from)
{
    struct sg_seal_key key = log->seal_key;
    key.epoch = 0;
    for (size_t i = 0; i < log->n; i++) {
        if (strstr(log->line[i], "\"what\":\"seal\"") == NULL)
            continue;
        if (i >= from)
            write_seal(log, i, &key);
        key.epoch++;
    }
}

/* --- on disk --- */

void sg_made_write_lines(const struct sg_made_log *log, const struct sg_tempdir *dir,
                         const char *name)
{
    struct sg_buf text = {0};
    char path[256];
    for (size_t i = 0; i < log->n; i++) {
        assert_int_equal(sg_buf_add_text(&text, log->line[i]), SCRUBGATE_OK);
        assert_int_equal(sg_buf_add_byte(&text, '\n'), SCRUBGATE_OK);
    }
    (void)snprintf(path, sizeof path, "%s/log/000000.ndjson", name);
    sg_tempdir_write(dir, path, text.data, text.len);
    sg_buf_fini(&text);
}

static void write_tile(const struct sg_made_log *log, const struct sg_tempdir *dir,
                       const char *name)
{
    struct sg_sha256 *sha = NULL;
    struct sg_hash hashes[SG_MADE_LINES];
    char path[256];
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    for (size_t i = 0; i < log->n; i++)
        assert_int_equal(sg_merkle_leaf(sha, sg_bytes_of(log->line[i]), &hashes[i]), SCRUBGATE_OK);
    sg_sha256_free(sha);
    (void)snprintf(path, sizeof path, "%s/tile/0/000.p/%zu", name, log->n);
    sg_tempdir_write(dir, path, hashes, log->n * sizeof hashes[0]);
}

static void write_index(const struct sg_made_log *log, const struct sg_tempdir *dir,
                        const char *name)
{
    struct sg_buf entries = {0};
    char path[256];
    uint64_t offset = 0;
    for (size_t i = 0; i < log->n; i++) {
        assert_int_equal(sg_index_add(&entries, offset), SCRUBGATE_OK);
        offset += strlen(log->line[i]) + 1;
    }
    (void)snprintf(path, sizeof path, "%s/log/000000.index", name);
    sg_tempdir_write(dir, path, entries.data, entries.len);
    sg_buf_fini(&entries);
}

static void write_keys(const struct sg_tempdir *dir)
{
    struct sg_note_key key;
    struct sg_buf text = {0};
    uint8_t first[SG_KEY_SIZE];
    sg_made_key(0, &key);
    assert_int_equal(sg_note_key_add(&text, &key), SCRUBGATE_OK);
    sg_tempdir_write(dir, "log.vkey", text.data, text.len);
    sg_buf_clear(&text);
    sg_made_first_key(0, first);
    assert_int_equal(sg_base64_add(&text, (struct sg_bytes){first, sizeof first}), SCRUBGATE_OK);
    sg_tempdir_write(dir, "first.key", text.data, text.len);
    sg_buf_fini(&text);
}

void sg_made_write(const struct sg_made_log *log, const struct sg_tempdir *dir, const char *name)
{
    static const char *const folders[] = {"", "/log", "/tile", "/tile/0", "/tile/0/000.p"};
    char path[256];
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", name, folders[i]);
        sg_tempdir_mkdir(dir, path);
    }
    sg_made_write_lines(log, dir, name);
    write_index(log, dir, name);
    write_tile(log, dir, name);
    (void)snprintf(path, sizeof path, "%s/checkpoint", name);
    sg_tempdir_write(dir, path, log->checkpoint, strlen(log->checkpoint));
    write_keys(dir);
}
