/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_proof.c - any bytes as a proof file.
 *
 * One that is read has one way to be written. One whose checkpoint the log's key signed proves no
 * record but that with its number, and of that nothing but its own bytes.
 */
#include <stdint.h>

#include "audit/proof.h"
#include "signed_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written(const struct sg_proof *proof, struct sg_bytes bytes)
{
    static const char first[] = "c2sp.org/tlog-proof@v1\n";
    struct sg_buf again = {0}, file = {0};
    require(sg_proof_add(&again, proof->index, &proof->path, proof->checkpoint) >= 0, "memory");
    require(sg_buf_add_text(&file, first) >= 0, "memory");
    if (proof->extra.len > 0)
        require(sg_buf_addf(&file, "extra %.*s\n", (int)proof->extra.len,
                            (const char *)proof->extra.data) >= 0,
                "memory");
    require(sg_buf_add(&file, again.data + strlen(first), again.len - strlen(first)) >= 0,
            "memory");
    require(sg_bytes_equal(sg_buf_bytes(&file), bytes), "a proof has one way to be written");
    sg_buf_fini(&again);
    sg_buf_fini(&file);
}

static void check_proven(const struct sg_proof *proof, const struct sg_checkpoint *checkpoint)
{
    const struct signed_log *log = signed_log();
    struct sg_sha256 *sha = NULL;
    require(sg_sha256_new(&sha) >= 0, "memory");
    for (uint64_t i = 0; i < SIGNED_LINES; i++) {
        struct sg_bytes line = sg_bytes_of(log->line[i]);
        struct sg_bytes shorter = {line.data, line.len - 1};
        bool proven = sg_proof_verify(proof, checkpoint, line, sha) >= 0;
        require(!proven || (i == proof->index && i < checkpoint->size),
                "a proof proves the record with its number");
        require(sg_proof_verify(proof, checkpoint, shorter, sha) < 0, "and not part of it");
    }
    sg_sha256_free(sha);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sg_bytes bytes = {data, size};
    struct sg_checkpoint checkpoint;
    struct sg_proof proof;
    if (sg_proof_read(&proof, bytes) < 0)
        return 0;
    require(proof.path.n <= SG_MERKLE_PROOF_MOST, "a path ends");
    check_written(&proof, bytes);
    if (sg_checkpoint_open(&checkpoint, NULL, proof.checkpoint, &signed_log()->key) >= 0)
        check_proven(&proof, &checkpoint);
    return 0;
}
