/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof.c - that a record is in a log, in a file that says it all (C2SP tlog-proof).
 */
#include "audit/proof.h"

#include "base/base64.h"

static const char first_line[] = "c2sp.org/tlog-proof@v1\n";

static enum scrubgate_status add_hash(struct sg_buf *out, const struct sg_hash *hash)
{
    enum scrubgate_status rc =
        sg_base64_add(out, (struct sg_bytes){hash->bytes, sizeof hash->bytes});
    return rc < 0 ? rc : sg_buf_add_byte(out, '\n');
}

enum scrubgate_status sg_proof_add(struct sg_buf *out, uint64_t index,
                                   const struct sg_merkle_proof *path, struct sg_bytes checkpoint)
{
    enum scrubgate_status rc =
        sg_buf_addf(out, "%sindex %llu\n", first_line, (unsigned long long)index);
    for (size_t i = 0; i < path->n && rc >= 0; i++)
        rc = add_hash(out, &path->hash[i]);
    if (rc >= 0)
        rc = sg_buf_add_byte(out, '\n');
    return rc < 0 ? rc : sg_buf_add_bytes(out, checkpoint);
}

/* What stands behind a word at the line's start. */
static bool after(struct sg_bytes line, const char *word, struct sg_bytes *rest)
{
    struct sg_bytes prefix = sg_bytes_of(word);
    if (!sg_bytes_start_with(line, prefix))
        return false;
    *rest = (struct sg_bytes){line.data + prefix.len, line.len - prefix.len};
    return true;
}

static bool read_number(struct sg_bytes text, uint64_t *value)
{
    return sg_bytes_to_u64(text, value) && (text.len == 1 || text.data[0] != '0');
}

static bool is_base64(struct sg_bytes text)
{
    uint8_t none[1];
    size_t len;
    return text.len > 0 && sg_base64_read(text, none, 0, &len) != SCRUBGATE_EMALFORMED;
}

static enum scrubgate_status read_path(struct sg_merkle_proof *path, struct sg_bytes *text)
{
    struct sg_bytes line;
    size_t len;
    path->n = 0;
    for (;;) {
        if (!sg_bytes_take_line(text, &line))
            return SCRUBGATE_EMALFORMED;
        if (line.len == 0)
            return SCRUBGATE_OK;
        if (path->n == SG_MERKLE_PROOF_MOST)
            return SCRUBGATE_EMALFORMED;
        uint8_t *to = path->hash[path->n++].bytes;
        if (sg_base64_read(line, to, SG_SHA256_SIZE, &len) < 0 || len != SG_SHA256_SIZE)
            return SCRUBGATE_EMALFORMED;
    }
}

enum scrubgate_status sg_proof_read(struct sg_proof *proof, struct sg_bytes bytes)
{
    struct sg_bytes line, rest;
    proof->extra = (struct sg_bytes){NULL, 0};
    if (!after(bytes, first_line, &bytes) || !sg_bytes_take_line(&bytes, &line))
        return SCRUBGATE_EMALFORMED;
    if (after(line, "extra ", &proof->extra) &&
        (!is_base64(proof->extra) || !sg_bytes_take_line(&bytes, &line)))
        return SCRUBGATE_EMALFORMED;
    if (!after(line, "index ", &rest) || !read_number(rest, &proof->index))
        return SCRUBGATE_EMALFORMED;
    enum scrubgate_status rc = read_path(&proof->path, &bytes);
    proof->checkpoint = bytes;
    return rc >= 0 && bytes.len == 0 ? SCRUBGATE_EMALFORMED : rc;
}

enum scrubgate_status sg_proof_verify(const struct sg_proof *proof,
                                      const struct sg_checkpoint *checkpoint, struct sg_bytes entry,
                                      struct sg_sha256 *sha)
{
    struct sg_hash leaf;
    enum scrubgate_status rc = sg_merkle_leaf(sha, entry, &leaf);
    return rc < 0 ? rc
                  : sg_merkle_verify(&proof->path, proof->index, checkpoint->size, &leaf,
                                     &checkpoint->root, sha);
}
