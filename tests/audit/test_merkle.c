/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_merkle.c - trees and proofs against the published reference tree, and against the
 * definition.
 *
 * The reference tree is Certificate Transparency's (merkle/testonly): eight leaves and their roots.
 * The definition is RFC 6962's own recursion, written down once more below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "audit/merkle.h"

#include "../lib/suite.h"

enum { LEAVES = 70 };

static struct sg_sha256 *sha;
static struct sg_hash leaf[LEAVES];

static void read_hex(const char *text, uint8_t *out)
{
    for (size_t i = 0; text[2 * i] != '\0'; i++)
        out[i] = (uint8_t)(sg_hex_value(text[2 * i]) << 4 | sg_hex_value(text[2 * i + 1]));
}

static void assert_hash(const struct sg_hash *hash, const char *hex)
{
    char text[2 * SG_SHA256_SIZE + 1];
    sg_hex((struct sg_bytes){hash->bytes, sizeof hash->bytes}, text);
    assert_string_equal(text, hex);
}

/* --- the reference tree --- */

static const char *const reference_leaves[8] = {"",
                                                "00",
                                                "10",
                                                "2021",
                                                "3031",
                                                "40414243",
                                                "5051525354555657",
                                                "606162636465666768696a6b6c6d6e6f"};
static const char *const reference_roots[9] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static void test_the_reference_tree_has_its_published_roots(void **state)
{
    struct sg_merkle_range range = {.size = 0};
    struct sg_hash hash;
    (void)state;
    for (size_t i = 0; i <= 8; i++) {
        uint8_t entry[16];
        assert_int_equal(sg_merkle_root(&range, sha, &hash), SCRUBGATE_OK);
        assert_hash(&hash, reference_roots[i]);
        if (i == 8)
            break;
        read_hex(reference_leaves[i], entry);
        assert_int_equal(
            sg_merkle_leaf(sha, (struct sg_bytes){entry, strlen(reference_leaves[i]) / 2}, &hash),
            SCRUBGATE_OK);
        assert_int_equal(sg_merkle_push(&range, sha, &hash, NULL, NULL), SCRUBGATE_OK);
    }
}

static void test_leaf_and_node_have_their_published_hashes(void **state)
{
    struct sg_hash hash;
    uint8_t text[11] = {1};
    (void)state;
    assert_int_equal(sg_merkle_leaf(sha, SG_BYTES("L123456"), &hash), SCRUBGATE_OK);
    assert_hash(&hash, "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
    memcpy(text + 1, "N123N456", 8);
    assert_int_equal(sg_sha256((struct sg_bytes){text, 9}, hash.bytes), SCRUBGATE_OK);
    assert_hash(&hash, "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb");
}

/* --- the definition --- */

static struct sg_hash defined_root(size_t start, size_t end)
{
    struct sg_hash left, right, out;
    if (end - start == 1)
        return leaf[start];
    size_t k = 1;
    while (2 * k < end - start)
        k *= 2;
    left = defined_root(start, start + k);
    right = defined_root(start + k, end);
    assert_int_equal(sg_merkle_node(sha, &left, &right, &out), SCRUBGATE_OK);
    return out;
}

static enum scrubgate_status get(void *ctx, unsigned level, uint64_t index, struct sg_hash *out)
{
    uint64_t size = *(const uint64_t *)ctx, end = (index + 1) << level;
    assert_true(end <= size); /* only complete subtrees are ever stored */
    *out = defined_root((size_t)(index << level), (size_t)end);
    return SCRUBGATE_OK;
}

static void test_every_size_has_the_root_that_is_defined(void **state)
{
    struct sg_merkle_range range = {.size = 0};
    (void)state;
    for (size_t n = 1; n <= LEAVES; n++) {
        struct sg_hash made, defined = defined_root(0, n);
        assert_int_equal(sg_merkle_push(&range, sha, &leaf[n - 1], NULL, NULL), SCRUBGATE_OK);
        assert_int_equal(sg_merkle_root(&range, sha, &made), SCRUBGATE_OK);
        assert_true(sg_hash_equal(&made, &defined));
    }
}

static size_t told;

static enum scrubgate_status check_node(void *ctx, unsigned level, uint64_t index,
                                        const struct sg_hash *hash)
{
    struct sg_hash defined = defined_root((size_t)(index << level), (size_t)((index + 1) << level));
    (void)ctx;
    assert_true(sg_hash_equal(hash, &defined));
    told++;
    return SCRUBGATE_OK;
}

static void test_each_node_is_told_once_when_it_is_complete(void **state)
{
    struct sg_merkle_range range = {.size = 0};
    (void)state;
    told = 0;
    for (size_t n = 0; n < 64; n++)
        assert_int_equal(sg_merkle_push(&range, sha, &leaf[n], check_node, NULL), SCRUBGATE_OK);
    assert_int_equal(told, 127);
}

static enum scrubgate_status refuse_node(void *ctx, unsigned level, uint64_t index,
                                         const struct sg_hash *hash)
{
    (void)ctx;
    (void)index;
    (void)hash;
    return level == 1 ? SCRUBGATE_EIO : SCRUBGATE_OK;
}

static void test_a_node_that_cannot_be_kept_leaves_the_tree_as_it_was(void **state)
{
    struct sg_merkle_range range = {.size = 0};
    struct sg_hash root;
    (void)state;
    assert_int_equal(sg_merkle_push(&range, sha, &leaf[0], NULL, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_merkle_push(&range, sha, &leaf[1], refuse_node, NULL), SCRUBGATE_EIO);
    assert_int_equal(range.size, 1);
    assert_int_equal(sg_merkle_root(&range, sha, &root), SCRUBGATE_OK);
    assert_true(sg_hash_equal(&root, &leaf[0]));
}

/* --- inclusion --- */

static void assert_refused(struct sg_merkle_proof *proof, uint64_t index, uint64_t size,
                           const struct sg_hash *root)
{
    struct sg_hash other = leaf[index];
    for (size_t i = 0; i < proof->n; i++) { /* a bit of each hash */
        proof->hash[i].bytes[(i * 7) % 32] ^= 0x10;
        assert_int_equal(sg_merkle_verify(proof, index, size, &leaf[index], root, sha),
                         SCRUBGATE_EMALFORMED);
        proof->hash[i].bytes[(i * 7) % 32] ^= 0x10;
    }
    other.bytes[31] ^= 1;
    assert_int_equal(sg_merkle_verify(proof, index, size, &other, root, sha), SCRUBGATE_EMALFORMED);
    proof->n++;
    proof->hash[proof->n - 1] = *root;
    assert_int_equal(sg_merkle_verify(proof, index, size, &leaf[index], root, sha),
                     SCRUBGATE_EMALFORMED);
    proof->n--;
    if (proof->n > 0) {
        proof->n--;
        assert_int_equal(sg_merkle_verify(proof, index, size, &leaf[index], root, sha),
                         SCRUBGATE_EMALFORMED);
        proof->n++;
        assert_int_equal(sg_merkle_verify(proof, index ^ 1, size, &leaf[index], root, sha),
                         SCRUBGATE_EMALFORMED);
    }
    assert_int_equal(sg_merkle_verify(proof, size, size, &leaf[index], root, sha),
                     SCRUBGATE_EMALFORMED);
}

static void test_every_leaf_of_every_size_is_proven_and_nothing_else(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= 40; size++) {
        struct sg_hash root = defined_root(0, (size_t)size);
        for (uint64_t index = 0; index < size; index++) {
            struct sg_merkle_proof proof;
            assert_int_equal(sg_merkle_prove(&proof, index, size, sha, get, &size), SCRUBGATE_OK);
            assert_int_equal(sg_merkle_verify(&proof, index, size, &leaf[index], &root, sha),
                             SCRUBGATE_OK);
            assert_refused(&proof, index, size, &root);
        }
    }
}

static void test_a_leaf_that_is_not_there_cannot_be_proven(void **state)
{
    struct sg_merkle_proof proof;
    uint64_t size = 5;
    (void)state;
    assert_int_equal(sg_merkle_prove(&proof, 5, size, sha, get, &size), SCRUBGATE_EINVAL);
    assert_int_equal(sg_merkle_prove(&proof, 0, 0, sha, get, &size), SCRUBGATE_EINVAL);
}

/* --- growth --- */

static void assert_growth(uint64_t from, uint64_t to)
{
    struct sg_hash old_root = defined_root(0, (size_t)from), new_root = defined_root(0, (size_t)to);
    struct sg_merkle_proof proof;
    assert_int_equal(sg_merkle_prove_growth(&proof, from, to, sha, get, &to), SCRUBGATE_OK);
    assert_int_equal(sg_merkle_verify_growth(&proof, from, to, &old_root, &new_root, sha),
                     SCRUBGATE_OK);
    for (size_t i = 0; i < proof.n; i++) {
        proof.hash[i].bytes[i % 32] ^= 0x40;
        assert_int_equal(sg_merkle_verify_growth(&proof, from, to, &old_root, &new_root, sha),
                         SCRUBGATE_EMALFORMED);
        proof.hash[i].bytes[i % 32] ^= 0x40;
    }
    struct sg_hash forked = old_root;
    forked.bytes[0] ^= 1;
    assert_int_equal(sg_merkle_verify_growth(&proof, from, to, &forked, &new_root, sha),
                     SCRUBGATE_EMALFORMED);
    assert_int_equal(sg_merkle_verify_growth(&proof, from, to, &old_root, &forked, sha),
                     SCRUBGATE_EMALFORMED);
    if (proof.n > 0) {
        proof.n--;
        assert_int_equal(sg_merkle_verify_growth(&proof, from, to, &old_root, &new_root, sha),
                         SCRUBGATE_EMALFORMED);
        proof.n++;
    }
    proof.hash[proof.n++] = old_root;
    assert_int_equal(sg_merkle_verify_growth(&proof, from, to, &old_root, &new_root, sha),
                     SCRUBGATE_EMALFORMED);
}

static void test_every_growth_is_proven_and_nothing_else(void **state)
{
    (void)state;
    for (uint64_t to = 1; to <= 36; to++)
        for (uint64_t from = 1; from <= to; from++)
            assert_growth(from, to);
}

static void test_growth_from_nothing_needs_no_proof_and_takes_none(void **state)
{
    struct sg_merkle_range none = {.size = 0};
    struct sg_merkle_proof proof = {.n = 0};
    struct sg_hash empty, root = defined_root(0, 3);
    (void)state;
    assert_int_equal(sg_merkle_root(&none, sha, &empty), SCRUBGATE_OK);
    assert_int_equal(sg_merkle_verify_growth(&proof, 0, 3, &empty, &root, sha), SCRUBGATE_OK);
    assert_int_equal(sg_merkle_verify_growth(&proof, 0, 3, &root, &root, sha),
                     SCRUBGATE_EMALFORMED);
    proof.hash[proof.n++] = root;
    assert_int_equal(sg_merkle_verify_growth(&proof, 0, 3, &empty, &root, sha),
                     SCRUBGATE_EMALFORMED);
    assert_int_equal(sg_merkle_verify_growth(&proof, 4, 3, &root, &root, sha),
                     SCRUBGATE_EMALFORMED);
}

int main(void)
{
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    for (unsigned i = 0; i < LEAVES; i++) {
        char text[16];
        int len = snprintf(text, sizeof text, "entry %u", i);
        assert_int_equal(
            sg_merkle_leaf(sha, (struct sg_bytes){(const uint8_t *)text, (size_t)len}, &leaf[i]),
            SCRUBGATE_OK);
    }
    sg_suite_add("the reference tree has its published roots",
                 test_the_reference_tree_has_its_published_roots, NULL);
    sg_suite_add("leaf and node have their published hashes",
                 test_leaf_and_node_have_their_published_hashes, NULL);
    sg_suite_add("every size has the root that is defined",
                 test_every_size_has_the_root_that_is_defined, NULL);
    sg_suite_add("each node is told once, when it is complete",
                 test_each_node_is_told_once_when_it_is_complete, NULL);
    sg_suite_add("a node that cannot be kept leaves the tree as it was",
                 test_a_node_that_cannot_be_kept_leaves_the_tree_as_it_was, NULL);
    sg_suite_add("every leaf of every size is proven, and nothing else",
                 test_every_leaf_of_every_size_is_proven_and_nothing_else, NULL);
    sg_suite_add("a leaf that is not there cannot be proven",
                 test_a_leaf_that_is_not_there_cannot_be_proven, NULL);
    sg_suite_add("every growth is proven, and nothing else",
                 test_every_growth_is_proven_and_nothing_else, NULL);
    sg_suite_add("growth from nothing needs no proof and takes none",
                 test_growth_from_nothing_needs_no_proof_and_takes_none, NULL);
    int rc = sg_suite_run("audit/test_merkle");
    sg_sha256_free(sha);
    return rc;
}
