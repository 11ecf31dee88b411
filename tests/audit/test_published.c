/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_published.c - what others published, and what we make of the same.
 *
 *     Tessera      testdata/log: its public test key, 15 entries, 16 checkpoints
 *     merkle       proof/verify_test.go: proofs over Certificate Transparency's reference tree, and
 *                  each way in which they corrupt them
 *     x/mod        sumdb/note: PeterNeumann's note, each truncation of it, each byte one up or down
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "base/base64.h"

#include "../lib/suite.h"

static struct sg_sha256 *sha;

static struct sg_signer *signer_of(const char *secret)
{
    uint8_t seed[1 + SG_ED25519_SEED], public_key[SG_ED25519_PUBLIC];
    struct sg_signer *signer = NULL;
    size_t len;
    assert_int_equal(sg_base64_read(sg_bytes_of(secret), seed, sizeof seed, &len), SCRUBGATE_OK);
    assert_int_equal(sg_signer_new(&signer, seed + 1, public_key), SCRUBGATE_OK);
    return signer;
}

/* --- Tessera's test log --- */

static const char log_key[] =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
static const char log_secret[] = "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";
static const char *const entries[] = {"one",    "two",   "three",    "four",    "five",
                                      "six",    "seven", "eit",      "nain",    "ten",
                                      "ileven", "twelf", "threeten", "fourten", "fivten"};

struct published {
    const char *name;
    unsigned size;
    const char *root, *signature;
};
static const struct published checkpoints[] = {
    {"the checkpoint of 0 entries is made byte for byte", 0,
     "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
     "M9e0lhxJACzE1KoUdqKuPa+9p6R7dSW8BlEvrg/"
     "noo8FkGg6PbJoRNOcdjqjOq89wVvTA60eubCc4oufo5BvIVEgtQc="},
    {"the checkpoint of 1 entries is made byte for byte", 1,
     "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=",
     "M9e0lhr9kuLxGdAtaUrhm84TQffVsLdcy808sN0a3WyniNlfcr9+bywoiIke1YYciCNjJGkCgIlQ8b16jhsmg/"
     "SChAM="},
    {"the checkpoint of 2 entries is made byte for byte", 2,
     "T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=",
     "M9e0llH4NKmlf0u7C8tkJioQOmi7l5ELqljXgKRg6R3G5JJ7vx7emDWo5fpqKuA/Dk/"
     "jRrI6il+7QCVirNhyUAWGoAk="},
    {"the checkpoint of 3 entries is made byte for byte", 3,
     "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=",
     "M9e0lvAQRtH832pk2RTbeSeZMkp4FZSdJYFBUjO5SKxuRbywPUF3cx+HUrb50kjd3rUWW/"
     "fj53Wj1dwcwh9bGQnqVAg="},
    {"the checkpoint of 4 entries is made byte for byte", 4,
     "zY1lN35vrXYAPixXSd59LsU29xUJtuW4o2dNNg5Y2Co=",
     "M9e0lnFuWt0cp60moO4jAkeXvMNLIIOGn4WdyeHQurBt9mBi0tWdfkldiAt9k0FpwuZymvttsVn9uwyouXU3vPpeNAc"
     "="},
    {"the checkpoint of 5 entries is made byte for byte", 5,
     "gy5gl3aksFyiCO95a/1vLXz88A3dRq+0l9Sxte8ZqZQ=",
     "M9e0lmn5eDHyHP10zJObZdFAX2y1V8fdDKBi4IiHbDYf1TCUBwxZOhqwv2QZCqrdda2zTRTrmnwjwscN5RBTEmZUYAs"
     "="},
    {"the checkpoint of 6 entries is made byte for byte", 6,
     "a6sWvsc2eEzmj72vah7mZ5dwFltivehh2b11qwlp5Jg=",
     "M9e0ln+nHSdGSHEZBcjvqyYDXDbG8WxDwCDjbbGAMv/"
     "NTynAtJWhckSXIpuwpN3yJ4PTtzUbD34YGqIZr6RgJRn16gU="},
    {"the checkpoint of 7 entries is made byte for byte", 7,
     "IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U=",
     "M9e0luA5JhTRUki/"
     "BBQD0QNiH6AEJ2pdtsA5CQjqJErViuuKrN6513RCTL2640wXJv0dCed3neRGI6dMzBq9uANf2Qc="},
    {"the checkpoint of 8 entries is made byte for byte", 8,
     "bC+VwvrJbalNVjfkdI8kUgs7mJoXrqiXCE7bgnD28pY=",
     "M9e0lq1EK37dHtgv9O3UzPxisw5vwIPcJsX9ab0xt4mvVfbdUR1fbMjN6sBFYpBoBEmD4+cWhj/"
     "AVgI5MitCO5+mews="},
    {"the checkpoint of 9 entries is made byte for byte", 9,
     "CvhHViE3S9E3htHLR+25mapWoGCJ3WckMq1UtC3VmEY=",
     "M9e0ls3mdnWX0qk4P3uGG0eYiFRWSwPR+"
     "RdeD1ARmrHPHjXP0x9UJWASPFTOTqJo0mp7Epck2O9RFB0J9IjDdAewagw="},
    {"the checkpoint of 10 entries is made byte for byte", 10,
     "y8/gZsZCtitsMan09tY+k8I7Qpr7Y5fbO2tLi9GQnfU=",
     "M9e0lrmwaVEOWFZ+HS5ITnRd2YMOSWE5QeoYu+6DHwJLnJ+"
     "SVeJ2ZiYeD7lVC5oGJx76gbfLSyCUEq6D8JkarrsuiQQ="},
    {"the checkpoint of 11 entries is made byte for byte", 11,
     "Yok1cS5VdokGLBy73BC2I16b3atss6KBN9jnIi6Fz/A=",
     "M9e0lqbRtWirJwbUy4w3VrK2RyzfW8P+OIkc8t6b6AVG/tQd1Q2SN+uCLYzNNFnf/"
     "PhzeCdURSGQe1MRnohCxPu21wg="},
    {"the checkpoint of 12 entries is made byte for byte", 12,
     "uZo6M+IhVna+CLgWCrJs0xBPUHbozHkYTQASduHSLME=",
     "M9e0lrFzoTgi+"
     "ovhrqX0DpsEAp3wLu1coMLIkeCwSkGfS4Ox4pLXo2LHudqm4merh0ZkCNzHr8kQwq5gS5mmimIvdA4="},
    {"the checkpoint of 13 entries is made byte for byte", 13,
     "av0kLH0VkkVDrTuZzBGIx7d9z5G1l/GlKz/nAV/8woQ=",
     "M9e0liO8x8xfEOGmZVYODUjQajkEpjccPQ9EkG3yEEDet4K3BWE/DFRPH6H+b6gFFFaG5KS1bBmYS/"
     "xeZJs8lj+z+wM="},
    {"the checkpoint of 14 entries is made byte for byte", 14,
     "SvCd38yNade7xEPY1a/aAc1M3A2AHYVF8lIiUnsH1ao=",
     "M9e0lu8roIpjC+NXEG7JDkajIahoYDYWgxDtxfx/6rzLoztU9t/"
     "PvivZ48xt8ygJpjzaboSpkbVv3Jb+D3NdXWQf5wo="},
    {"the checkpoint of 15 entries is made byte for byte", 15,
     "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=",
     "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/"
     "dlPWF74ewI="},
};

static void test_checkpoint(void **state)
{
    const struct published *row = *state;
    struct sg_signer *signer = signer_of(log_secret);
    struct sg_merkle_range range = {.size = 0};
    struct sg_checkpoint made = {.size = row->size}, read;
    struct sg_note_key key;
    struct sg_buf text = {0};
    char want[1024];
    assert_int_equal(sg_note_key_read(&key, sg_bytes_of(log_key)), SCRUBGATE_OK);
    made.origin = sg_bytes_of(key.name);
    for (unsigned i = 0; i < row->size; i++) {
        struct sg_hash leaf;
        assert_int_equal(sg_merkle_leaf(sha, sg_bytes_of(entries[i]), &leaf), SCRUBGATE_OK);
        assert_int_equal(sg_merkle_push(&range, sha, &leaf, NULL, NULL), SCRUBGATE_OK);
    }
    assert_int_equal(sg_merkle_root(&range, sha, &made.root), SCRUBGATE_OK);
    assert_int_equal(sg_checkpoint_add(&text, &made, &key, signer), SCRUBGATE_OK);
    (void)snprintf(want, sizeof want, "%s\n%u\n%s\n\n\xE2\x80\x94 %s %s\n", key.name, row->size,
                   row->root, key.name, row->signature);
    assert_true(sg_bytes_equal(sg_buf_bytes(&text), sg_bytes_of(want)));
    assert_int_equal(sg_checkpoint_open(&read, NULL, sg_bytes_of(want), &key), SCRUBGATE_OK);
    assert_int_equal(read.size, row->size);
    sg_buf_fini(&text);
    sg_signer_free(signer);
}

/* --- proofs over the reference tree --- */

enum { REFERENCE = 8, HASHES = 3 };
static const char *const reference[REFERENCE] = {"",
                                                 "00",
                                                 "10",
                                                 "2021",
                                                 "3031",
                                                 "40414243",
                                                 "5051525354555657",
                                                 "606162636465666768696a6b6c6d6e6f"};
static struct sg_hash leaf[REFERENCE], root[REFERENCE + 1], nodes[4][REFERENCE];
static struct sg_hash some_hash; /* neither a node nor a root */

static void read_hex(const char *text, uint8_t *out)
{
    for (size_t i = 0; text[2 * i] != '\0'; i++)
        out[i] = (uint8_t)(sg_hex_value(text[2 * i]) << 4 | sg_hex_value(text[2 * i + 1]));
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

static void grow_reference(void)
{
    struct sg_merkle_range range = {.size = 0};
    read_hex("abacaba000000000000000000000000000000000000000000060061e00123456", some_hash.bytes);
    assert_int_equal(sg_merkle_root(&range, sha, &root[0]), SCRUBGATE_OK);
    for (size_t i = 0; i < REFERENCE; i++) {
        uint8_t entry[16];
        read_hex(reference[i], entry);
        assert_int_equal(
            sg_merkle_leaf(sha, (struct sg_bytes){entry, strlen(reference[i]) / 2}, &leaf[i]),
            SCRUBGATE_OK);
        assert_int_equal(sg_merkle_push(&range, sha, &leaf[i], keep, NULL), SCRUBGATE_OK);
        assert_int_equal(sg_merkle_root(&range, sha, &root[i + 1]), SCRUBGATE_OK);
    }
}

struct path {
    const char *name;
    uint64_t a, b; /* leaf and size; or two sizes */
    const char *hash[HASHES];
};

#define H_LEAF_1 "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define H_2_TO_4 "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define H_4_TO_8 "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
#define H_LEAF_4 "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define H_6_TO_8 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define H_0_TO_4 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define H_0_TO_2 "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define H_LEAF_0 "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
#define H_4_TO_6 "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define H_LEAF_6 "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"

static const struct path inclusions[] = {
    {"leaf 0 of 1, and 12 corruptions", 0, 1, {NULL}},
    {"leaf 0 of 8, and 17 corruptions", 0, 8, {H_LEAF_1, H_2_TO_4, H_4_TO_8}},
    {"leaf 5 of 8, and 17 corruptions", 5, 8, {H_LEAF_4, H_6_TO_8, H_0_TO_4}},
    {"leaf 2 of 3, and 14 corruptions", 2, 3, {H_0_TO_2}},
    {"leaf 1 of 5, and 17 corruptions", 1, 5, {H_LEAF_0, H_2_TO_4, H_LEAF_4}},
};
static const struct path growths[] = {
    {"growth from 1 to 1", 1, 1, {NULL}},
    {"growth from 1 to 8, and 20 corruptions", 1, 8, {H_LEAF_1, H_2_TO_4, H_4_TO_8}},
    {"growth from 6 to 8, and 20 corruptions", 6, 8, {H_4_TO_6, H_6_TO_8, H_0_TO_4}},
    {"growth from 2 to 5, and 19 corruptions", 2, 5, {H_2_TO_4, H_LEAF_4}},
    {"growth from 6 to 7, and 20 corruptions", 6, 7, {H_4_TO_6, H_LEAF_6, H_0_TO_4}},
};

static struct sg_merkle_proof read_path(const struct path *path)
{
    struct sg_merkle_proof proof = {.n = 0};
    while (proof.n < HASHES && path->hash[proof.n] != NULL) {
        read_hex(path->hash[proof.n], proof.hash[proof.n].bytes);
        proof.n++;
    }
    return proof;
}

static struct sg_merkle_proof append(const struct sg_merkle_proof *proof,
                                     const struct sg_hash *hash)
{
    struct sg_merkle_proof longer = *proof;
    longer.hash[longer.n++] = *hash;
    return longer;
}

static struct sg_merkle_proof prepend(const struct sg_merkle_proof *proof,
                                      const struct sg_hash *hash)
{
    struct sg_merkle_proof longer = {.n = proof->n + 1};
    longer.hash[0] = *hash;
    memcpy(longer.hash + 1, proof->hash, proof->n * sizeof proof->hash[0]);
    return longer;
}

static struct sg_merkle_proof flip(const struct sg_merkle_proof *proof, size_t i, unsigned bit)
{
    struct sg_merkle_proof other = *proof;
    other.hash[i].bytes[0] ^= (uint8_t)(1u << bit);
    return other;
}

static void assert_same(const struct sg_merkle_proof *a, const struct sg_merkle_proof *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++)
        assert_true(sg_hash_equal(&a->hash[i], &b->hash[i]));
}

/* One way to be wrong. */
struct wrong {
    uint64_t a, b;
    struct sg_hash first, second; /* leaf and root; or two roots */
    struct sg_merkle_proof proof;
};
enum { WRONGS = 32 };

/* What is not a hash at all has no room in our types: here it is one of zeros. */
static const struct sg_hash garbage;

static size_t corrupt_inclusion(const struct wrong *right, struct wrong wrong[WRONGS])
{
    const struct sg_merkle_proof *proof = &right->proof;
    size_t n = 0;
    for (size_t i = 0; i < WRONGS; i++)
        wrong[i] = *right;
    wrong[n++].a = right->a - 1;
    wrong[n++].a = right->a + 1;
    wrong[n++].a = right->a ^ 2;
    wrong[n++].b = right->b * 2;
    wrong[n++].b = right->b / 2;
    wrong[n++].first = garbage;
    wrong[n++].second = root[0];
    wrong[n++].second = some_hash;
    wrong[n++].proof = append(proof, &garbage);
    wrong[n++].proof = append(proof, &right->second);
    wrong[n++].proof = prepend(proof, &garbage);
    wrong[n++].proof = prepend(proof, &right->second);
    for (size_t i = 0; i < proof->n; i++)
        wrong[n++].proof = flip(proof, i, 3);
    if (proof->n > 0)
        wrong[n++].proof.n--;
    if (proof->n > 1) {
        struct sg_merkle_proof rest = {.n = proof->n - 1};
        memcpy(rest.hash, proof->hash + 1, rest.n * sizeof rest.hash[0]);
        rest = prepend(&rest, &some_hash);
        wrong[n++].proof = prepend(&rest, &proof->hash[0]);
    }
    return n;
}

static size_t corrupt_growth(const struct wrong *right, struct wrong wrong[WRONGS])
{
    const struct sg_merkle_proof *proof = &right->proof;
    size_t n = 0;
    for (size_t i = 0; i < WRONGS; i++)
        wrong[i] = *right;
    wrong[n++].a = right->a - 1;
    wrong[n++].a = right->a + 1;
    wrong[n++].a = right->a ^ 2;
    wrong[n++].b = right->b * 2;
    wrong[n++].b = right->b / 2;
    wrong[n++].first = garbage;
    wrong[n++].second = garbage;
    wrong[n].first = right->second;
    wrong[n++].second = right->first;
    wrong[n++].proof.n = 0;
    wrong[n++].proof = append(proof, &garbage);
    wrong[n++].proof = append(proof, &right->first);
    wrong[n++].proof = append(proof, &right->second);
    wrong[n++].proof = prepend(proof, &garbage);
    wrong[n++].proof = prepend(proof, &right->first);
    wrong[n++].proof = prepend(proof, &right->second);
    wrong[n++].proof = prepend(proof, &proof->hash[0]);
    wrong[n++].proof.n--;
    for (size_t i = 0; i < proof->n; i++)
        wrong[n++].proof = flip(proof, i, 4);
    return n;
}

static enum scrubgate_status verify_inclusion(const struct wrong *probe)
{
    return sg_merkle_verify(&probe->proof, probe->a, probe->b, &probe->first, &probe->second, sha);
}

static enum scrubgate_status verify_growth(const struct wrong *probe)
{
    return sg_merkle_verify_growth(&probe->proof, probe->a, probe->b, &probe->first, &probe->second,
                                   sha);
}

static size_t probes, accepted;

static void count(enum scrubgate_status is, enum scrubgate_status want)
{
    assert_int_equal(is, want);
    probes++;
    accepted += want == SCRUBGATE_OK;
}

static void test_inclusion(void **state)
{
    const struct path *row = *state;
    const struct wrong right = {row->a, row->b, leaf[row->a], root[row->b], read_path(row)};
    struct sg_merkle_proof made;
    static struct wrong wrong[WRONGS];
    assert_int_equal(sg_merkle_prove(&made, row->a, row->b, sha, get, NULL), SCRUBGATE_OK);
    assert_same(&made, &right.proof);
    count(verify_inclusion(&right), SCRUBGATE_OK);
    size_t n = corrupt_inclusion(&right, wrong);
    for (size_t i = 0; i < n; i++)
        count(verify_inclusion(&wrong[i]), SCRUBGATE_EMALFORMED);
}

static void test_growth(void **state)
{
    const struct path *row = *state;
    const struct wrong right = {row->a, row->b, root[row->a], root[row->b], read_path(row)};
    struct sg_merkle_proof made;
    static struct wrong wrong[WRONGS];
    assert_int_equal(sg_merkle_prove_growth(&made, row->a, row->b, sha, get, NULL), SCRUBGATE_OK);
    assert_same(&made, &right.proof);
    count(verify_growth(&right), SCRUBGATE_OK);
    size_t n = right.proof.n == 0 ? 0 : corrupt_growth(&right, wrong);
    for (size_t i = 0; i < n; i++)
        count(verify_growth(&wrong[i]), SCRUBGATE_EMALFORMED);
}

/* Four sizes with three pairs of hashes that prove nothing, and a tree of one leaf. */
static void test_inclusions_of_nothing(void **state)
{
    static const uint64_t sizes[][2] = {{0, 0}, {0, 1}, {1, 0}, {2, 1}};
    const struct wrong one = {.a = 0, .b = 1, .first = leaf[3], .second = leaf[3]};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const struct wrong pairs[] = {
            {sizes[i][0], sizes[i][1], some_hash, garbage, {.n = 0}},
            {sizes[i][0], sizes[i][1], garbage, root[0], {.n = 0}},
            {sizes[i][0], sizes[i][1], some_hash, root[0], {.n = 0}},
        };
        for (size_t k = 0; k < 3; k++)
            count(verify_inclusion(&pairs[k]), SCRUBGATE_EMALFORMED);
    }
    count(verify_inclusion(&one), SCRUBGATE_OK);
    for (int i = 0; i < 3; i++) {
        struct wrong other = one;
        other.first = i == 1 ? one.first : garbage;
        other.second = i == 0 ? one.second : i == 1 ? garbage : some_hash;
        count(verify_inclusion(&other), SCRUBGATE_EMALFORMED);
    }
    assert_int_equal(probes, 98);
    assert_int_equal(accepted, 6);
    probes = accepted = 0;
}

/* Of the published ones those are left out that call growth from nothing to something an error: a
 * witness that knows nothing of a log takes its first checkpoint so. */
static void test_growths_of_nothing(void **state)
{
    const struct sg_merkle_proof none = {.n = 0}, empty = {.n = 1, .hash = {root[0]}};
    const struct sg_hash one = leaf[3], two = leaf[4];
    const struct wrong bad[] = {
        {0, 0, one, two, none},          {1, 1, one, two, none},
        {0, 0, one, one, none},          {0, 1, one, two, none},
        {1, 0, one, two, none},          {2, 1, one, two, none},
        {1, 2, one, two, none},          {0, 0, root[0], two, none},
        {1, 1, root[0], two, none},      {0, 0, root[0], root[0], empty},
        {0, 1, root[0], root[0], empty}, {1, 1, root[0], root[0], empty},
    };
    const struct wrong good = {1, 1, two, two, none};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        count(verify_growth(&bad[i]), SCRUBGATE_EMALFORMED);
    count(verify_growth(&good), SCRUBGATE_OK);
    assert_int_equal(probes, 97);
    assert_int_equal(accepted, 6);
}

/* --- Go's notes --- */

#define NEUMANN_TEXT                                                                               \
    "If you think cryptography is the answer to your problem,\n"                                   \
    "then you don't know what your problem is.\n"
static const char neumann_key[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char neumann_secret[] = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
static const char neumann_note[] = NEUMANN_TEXT
    "\n\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6"
    "RyyBwJnAM=\n";

static enum scrubgate_status open_note(struct sg_bytes bytes)
{
    struct sg_note *note = malloc(sizeof *note);
    struct sg_note_key key;
    assert_non_null(note);
    assert_int_equal(sg_note_key_read(&key, sg_bytes_of(neumann_key)), SCRUBGATE_OK);
    enum scrubgate_status rc = sg_note_read(note, bytes);
    if (rc >= 0)
        rc = sg_note_verify(note, &key, NULL);
    free(note);
    return rc;
}

static void test_the_note_is_signed_byte_for_byte(void **state)
{
    struct sg_signer *signer = signer_of(neumann_secret);
    struct sg_note_key key;
    struct sg_buf made = {0};
    (void)state;
    assert_int_equal(sg_note_key_read(&key, sg_bytes_of(neumann_key)), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_text(&made, NEUMANN_TEXT "\n"), SCRUBGATE_OK);
    assert_int_equal(sg_note_sign(&made, SG_BYTES(NEUMANN_TEXT), &key, signer), SCRUBGATE_OK);
    assert_true(sg_bytes_equal(sg_buf_bytes(&made), sg_bytes_of(neumann_note)));
    assert_int_equal(open_note(sg_buf_bytes(&made)), SCRUBGATE_OK);
    sg_buf_fini(&made);
    sg_signer_free(signer);
}

static void test_every_truncation_and_every_byte_up_or_down_is_refused(void **state)
{
    uint8_t text[sizeof neumann_note - 1];
    (void)state;
    for (size_t len = 0; len < sizeof text; len++)
        assert_int_equal(open_note((struct sg_bytes){(const uint8_t *)neumann_note, len}),
                         SCRUBGATE_EMALFORMED);
    for (size_t i = 0; i < sizeof text; i++) {
        for (int step = -1; step <= 1; step += 2) {
            memcpy(text, neumann_note, sizeof text);
            text[i] = (uint8_t)(text[i] + step);
            assert_int_equal(open_note((struct sg_bytes){text, sizeof text}), SCRUBGATE_EMALFORMED);
        }
    }
}

static void test_the_tree_note_of_go_is_read(void **state)
{
    struct sg_checkpoint read;
    struct sg_hash hello;
    (void)state;
    assert_int_equal(
        sg_checkpoint_read(&read, SG_BYTES("go.sum database tree\n123456789012\n"
                                           "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n")),
        SCRUBGATE_OK);
    assert_int_equal(read.size, 123456789012);
    assert_int_equal(sg_merkle_leaf(sha, SG_BYTES("hello world"), &hello), SCRUBGATE_OK);
    assert_true(sg_hash_equal(&read.root, &hello));
}

int main(void)
{
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    grow_reference();
    SG_SUITE_ROWS(test_checkpoint, checkpoints);
    SG_SUITE_ROWS(test_inclusion, inclusions);
    sg_suite_add("inclusion in what has no such leaf: 98 probes in all, 92 of them refused",
                 test_inclusions_of_nothing, NULL);
    SG_SUITE_ROWS(test_growth, growths);
    sg_suite_add("growth of what does not grow: 97 probes in all, 91 of them refused",
                 test_growths_of_nothing, NULL);
    sg_suite_add("PeterNeumann's note is signed byte for byte",
                 test_the_note_is_signed_byte_for_byte, NULL);
    sg_suite_add("every truncation of it, and every byte one up or down, is refused",
                 test_every_truncation_and_every_byte_up_or_down_is_refused, NULL);
    sg_suite_add("the tree note of Go is read", test_the_tree_note_of_go_is_read, NULL);
    int rc = sg_suite_run("audit/test_published");
    sg_sha256_free(sha);
    return rc;
}
