/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prover.c - proofs of single records, for someone who has neither the log nor us.
 */
#include "audit/prover.h"

#include <inttypes.h>
#include <stdlib.h>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "audit/proof.h"
#include "audit/reader.h"
#include "base/diag.h"
#include "base/digest.h"

struct sg_prover {
    const char *dir;
    struct sg_reader *reader;
    struct sg_sha256 *sha;
    struct sg_buf text; /* of the checkpoint */
    struct sg_checkpoint checkpoint;
};

static bool parse(struct sg_bytes text, struct sg_checkpoint *checkpoint, struct sg_note *note)
{
    return sg_note_read(note, text) >= 0 && sg_checkpoint_read(checkpoint, note->text) >= 0;
}

/* The tree whose tiles are there. What is proven against may be a smaller one, whose nodes they
 * have too. */
static enum scrubgate_status find_tiles(struct sg_prover *prover, struct sg_note *note)
{
    struct sg_buf text = {0};
    struct sg_checkpoint newest;
    uint64_t size = prover->checkpoint.size;
    enum scrubgate_status rc = sg_reader_checkpoint(prover->reader, &text, NULL);
    if (rc == SCRUBGATE_OK && parse(sg_buf_bytes(&text), &newest, note) && newest.size > size)
        size = newest.size;
    sg_reader_set_size(prover->reader, size);
    sg_buf_fini(&text);
    return rc == SCRUBGATE_ENOMEM ? rc : SCRUBGATE_OK;
}

static enum scrubgate_status read_checkpoint(struct sg_prover *prover, bool witnessed,
                                             struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = witnessed
                                   ? sg_reader_witnessed(prover->reader, &prover->text, fault)
                                   : sg_reader_checkpoint(prover->reader, &prover->text, fault);
    if (rc < 0)
        return rc;
    struct sg_note *note = malloc(sizeof *note);
    if (note == NULL)
        return SCRUBGATE_ENOMEM;
    if (rc == SCRUBGATE_DONE) {
        sg_fault_set(fault, prover->dir, 0, 0,
                     witnessed ? "no witness has cosigned it yet: see scrubgate audit witness"
                               : "there is no checkpoint here yet to prove against");
        rc = SCRUBGATE_EMALFORMED;
    } else if (!parse(sg_buf_bytes(&prover->text), &prover->checkpoint, note)) {
        sg_fault_set(fault, prover->dir, 0, 0, "its checkpoint is none");
        rc = SCRUBGATE_EMALFORMED;
    } else {
        rc = find_tiles(prover, note);
    }
    free(note);
    return rc;
}

enum scrubgate_status sg_prover_open(struct sg_prover **prover, const char *dir, bool witnessed,
                                     struct scrubgate_fault *fault)
{
    struct sg_prover *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *prover = NULL;
    if (made == NULL)
        goto out;
    made->dir = dir;
    rc = sg_reader_open(&made->reader, dir, fault);
    if (rc >= 0)
        rc = sg_sha256_new(&made->sha);
    if (rc >= 0)
        rc = read_checkpoint(made, witnessed, fault);
    if (rc < 0)
        goto out;
    *prover = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, dir, 0, 0, "out of memory");
    sg_prover_close(made);
    return rc;
}

void sg_prover_close(struct sg_prover *prover)
{
    if (prover == NULL)
        return;
    sg_reader_close(prover->reader);
    sg_sha256_free(prover->sha);
    sg_buf_fini(&prover->text);
    free(prover);
}

uint64_t sg_prover_size(const struct sg_prover *prover)
{
    return prover->checkpoint.size;
}

/* The path from the record to the root; EMALFORMED when it does not lead there. */
static enum scrubgate_status find_path(struct sg_prover *prover, uint64_t index,
                                       struct sg_bytes entry, struct sg_merkle_proof *path)
{
    const struct sg_checkpoint *checkpoint = &prover->checkpoint;
    struct sg_hash leaf;
    enum scrubgate_status rc =
        sg_merkle_prove(path, index, checkpoint->size, prover->sha, sg_reader_node, prover->reader);
    if (rc >= 0)
        rc = sg_merkle_leaf(prover->sha, entry, &leaf);
    return rc < 0 ? rc
                  : sg_merkle_verify(path, index, checkpoint->size, &leaf, &checkpoint->root,
                                     prover->sha);
}

static enum scrubgate_status read_record(struct sg_reader *reader, uint64_t index,
                                         struct sg_buf *record, struct scrubgate_fault *fault)
{
    struct sg_bytes line;
    uint64_t seq;
    enum scrubgate_status rc = sg_reader_seek(reader, index, fault);
    if (rc == SCRUBGATE_OK)
        rc = sg_reader_next(reader, &line, &seq, fault);
    if (rc == SCRUBGATE_DONE) {
        sg_reader_tell(reader, index, "it was signed, but is not there any more", fault);
        rc = SCRUBGATE_EMALFORMED;
    }
    return rc < 0 ? rc : sg_buf_add_bytes(record, line);
}

enum scrubgate_status sg_prover_prove(struct sg_prover *prover, uint64_t index,
                                      struct sg_buf *proof, struct sg_buf *record,
                                      struct scrubgate_fault *fault)
{
    struct sg_merkle_proof path;
    const size_t before = record->len;
    enum scrubgate_status rc = SCRUBGATE_EINVAL;
    if (index >= prover->checkpoint.size) {
        sg_fault_set(fault, prover->dir, 0, 0,
                     "the checkpoint has %" PRIu64 " records, there is no record %" PRIu64 " in it",
                     prover->checkpoint.size, index);
        return rc;
    }
    rc = read_record(prover->reader, index, record, fault);
    if (rc < 0)
        goto out;
    const struct sg_bytes entry = {record->data + before, record->len - before};
    rc = find_path(prover, index, entry, &path);
    if (rc == SCRUBGATE_EMALFORMED) {
        sg_reader_set_tiles(prover->reader, false); /* they may be wrong: the records decide */
        rc = find_path(prover, index, entry, &path);
        sg_reader_set_tiles(prover->reader, true);
    }
    if (rc == SCRUBGATE_EMALFORMED)
        sg_reader_tell(prover->reader, index,
                       "the checkpoint does not commit to it, or not to others of "
                       "this log: see scrubgate audit verify",
                       fault);
    if (rc >= 0)
        rc = sg_proof_add(proof, index, &path, sg_buf_bytes(&prover->text));
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, prover->dir, 0, 0, "out of memory");
    return rc;
}

enum scrubgate_status sg_prove_record(const char *dir, uint64_t index, struct sg_buf *proof,
                                      struct sg_buf *record, struct scrubgate_fault *fault)
{
    struct sg_prover *prover = NULL;
    enum scrubgate_status rc = sg_prover_open(&prover, dir, false, fault);
    if (rc >= 0)
        rc = sg_prover_prove(prover, index, proof, record, fault);
    sg_prover_close(prover);
    return rc;
}
