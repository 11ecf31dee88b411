/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_proof.c - proof files: written, read, verified; nothing else passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "audit/proof.h"

#include "../lib/suite.h"

enum { LEAVES = 11, INDEX = 6 };

static struct sg_sha256 *sha;
static struct sg_signer *signer;
static struct sg_note_key key;
static struct sg_hash nodes[8][LEAVES];

static struct sg_bytes entry(unsigned i)
{
    static char text[LEAVES][32];
    int len = snprintf(text[i], sizeof text[i], "{\"seq\":%u}", i);
    return (struct sg_bytes){(const uint8_t *)text[i], (size_t)len};
}

static enum scrubgate_status keep(void *ctx, unsigned level, uint64_t index,
                                  const struct sg_hash *hash)
{
    (void)ctx;
    nodes[level][index] = *hash;
    return SCRUBGATE_OK;
}

static enum scrubgate_status get(void *ctx, unsigned level, uint64_t index, struct sg_hash *out)
{
    (void)ctx;
    *out = nodes[level][index];
    return SCRUBGATE_OK;
}

/* A proof file of record INDEX in a log of LEAVES records. */
static void make_file(struct sg_buf *out)
{
    struct sg_merkle_range range = {.size = 0};
    struct sg_checkpoint checkpoint = {sg_bytes_of(key.name), LEAVES, {{0}}};
    struct sg_merkle_proof path;
    struct sg_buf note = {0};
    for (unsigned i = 0; i < LEAVES; i++) {
        struct sg_hash leaf;
        assert_int_equal(sg_merkle_leaf(sha, entry(i), &leaf), SCRUBGATE_OK);
        assert_int_equal(sg_merkle_push(&range, sha, &leaf, keep, NULL), SCRUBGATE_OK);
    }
    assert_int_equal(sg_merkle_root(&range, sha, &checkpoint.root), SCRUBGATE_OK);
    assert_int_equal(sg_checkpoint_add(&note, &checkpoint, &key, signer), SCRUBGATE_OK);
    assert_int_equal(sg_merkle_prove(&path, INDEX, LEAVES, sha, get, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_proof_add(out, INDEX, &path, sg_buf_bytes(&note)), SCRUBGATE_OK);
    sg_buf_fini(&note);
}

/* As a third party does it: from the file and the record alone. */
static enum scrubgate_status check(struct sg_bytes file, struct sg_bytes record)
{
    struct sg_checkpoint checkpoint;
    struct sg_proof proof;
    enum scrubgate_status rc = sg_proof_read(&proof, file);
    if (rc >= 0)
        rc = sg_checkpoint_open(&checkpoint, NULL, proof.checkpoint, &key);
    return rc < 0 ? rc : sg_proof_verify(&proof, &checkpoint, record, sha);
}

static void test_a_proof_holds_for_its_record_and_no_other(void **state)
{
    struct sg_buf file = {0};
    (void)state;
    make_file(&file);
    for (unsigned i = 0; i < LEAVES; i++)
        assert_int_equal(check(sg_buf_bytes(&file), entry(i)),
                         i == INDEX ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED);
    sg_buf_fini(&file);
}

static void test_every_flipped_bit_and_every_truncation_is_refused(void **state)
{
    struct sg_buf file = {0};
    (void)state;
    make_file(&file);
    for (size_t i = 0; i < 8 * file.len; i++) {
        file.data[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_equal(check(sg_buf_bytes(&file), entry(INDEX)), SCRUBGATE_EMALFORMED);
        file.data[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t len = 0; len < file.len; len++)
        assert_int_equal(check((struct sg_bytes){file.data, len}, entry(INDEX)),
                         SCRUBGATE_EMALFORMED);
    sg_buf_fini(&file);
}

static void test_a_file_with_something_extra_holds_too(void **state)
{
    struct sg_buf file = {0}, longer = {0};
    struct sg_proof proof;
    (void)state;
    make_file(&file);
    assert_int_equal(sg_buf_addf(&longer, "c2sp.org/tlog-proof@v1\nextra aGVsbG8=\n%.*s",
                                 (int)file.len - 23, (const char *)file.data + 23),
                     SCRUBGATE_OK);
    assert_int_equal(check(sg_buf_bytes(&longer), entry(INDEX)), SCRUBGATE_OK);
    assert_int_equal(sg_proof_read(&proof, sg_buf_bytes(&longer)), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(proof.extra, SG_BYTES("aGVsbG8=")));
    sg_buf_fini(&file);
    sg_buf_fini(&longer);
}

struct text {
    const char *name, *text;
};
#define HASH "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n"
static const struct text bad[] = {
    {"another version", "c2sp.org/tlog-proof@v2\nindex 1\n\nnote\n"},
    {"no index", "c2sp.org/tlog-proof@v1\n" HASH "\nnote\n"},
    {"an index with a zero before it", "c2sp.org/tlog-proof@v1\nindex 01\n\nnote\n"},
    {"an index that is no number", "c2sp.org/tlog-proof@v1\nindex -1\n\nnote\n"},
    {"an extra that is no base64", "c2sp.org/tlog-proof@v1\nextra ?\nindex 1\n\nnote\n"},
    {"an extra that is base64 at its beginning only",
     "c2sp.org/tlog-proof@v1\nextra aGVs????\nindex 1\n\nnote\n"},
    {"an empty extra", "c2sp.org/tlog-proof@v1\nextra \nindex 1\n\nnote\n"},
    {"a hash that is too short", "c2sp.org/tlog-proof@v1\nindex 1\nrKbDipA=\n\nnote\n"},
    {"a hash with a blank behind it",
     "c2sp.org/tlog-proof@v1\nindex 1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs= \n\nnote\n"},
    {"no empty line", "c2sp.org/tlog-proof@v1\nindex 1\n" HASH},
    {"no checkpoint", "c2sp.org/tlog-proof@v1\nindex 1\n" HASH "\n"},
};

static void test_a_bad_file(void **state)
{
    const struct text *row = *state;
    struct sg_proof proof;
    assert_int_equal(sg_proof_read(&proof, sg_bytes_of(row->text)), SCRUBGATE_EMALFORMED);
}

static void test_more_hashes_than_a_tree_can_have_are_refused(void **state)
{
    struct sg_buf file = {0};
    struct sg_proof proof;
    (void)state;
    assert_int_equal(sg_buf_add_text(&file, "c2sp.org/tlog-proof@v1\nindex 1\n"), SCRUBGATE_OK);
    for (unsigned i = 0; i <= SG_MERKLE_PROOF_MOST; i++)
        assert_int_equal(sg_buf_add_text(&file, HASH), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_text(&file, "\nnote\n"), SCRUBGATE_OK);
    assert_int_equal(sg_proof_read(&proof, sg_buf_bytes(&file)), SCRUBGATE_EMALFORMED);
    sg_buf_fini(&file);
}

int main(void)
{
    static const uint8_t seed[SG_ED25519_SEED] = {9};
    uint8_t public_key[SG_ED25519_PUBLIC];
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    assert_int_equal(sg_signer_new(&signer, seed, public_key), SCRUBGATE_OK);
    assert_int_equal(sg_note_key_init(&key, SG_BYTES("log.example/1"), SG_NOTE_ED25519, public_key),
                     SCRUBGATE_OK);
    sg_suite_add("a proof holds for its record and no other",
                 test_a_proof_holds_for_its_record_and_no_other, NULL);
    sg_suite_add("every flipped bit and every truncation is refused",
                 test_every_flipped_bit_and_every_truncation_is_refused, NULL);
    sg_suite_add("a file with something extra holds too",
                 test_a_file_with_something_extra_holds_too, NULL);
    SG_SUITE_ROWS(test_a_bad_file, bad);
    sg_suite_add("more hashes than a tree can have are refused",
                 test_more_hashes_than_a_tree_can_have_are_refused, NULL);
    int rc = sg_suite_run("audit/test_proof");
    sg_signer_free(signer);
    sg_sha256_free(sha);
    return rc;
}
