/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness_ask.c - take a log's checkpoint to a witness, and bring its cosignature back.
 */
#include "proxy/witness_ask.h"

#include <inttypes.h>

#include "audit/merkle.h"
#include "audit/witness.h"
#include "base/diag.h"
#include "base/digest.h"
#include "net/fetch.h"

/* The proof, tried: it leads from the root of the first old records to the signed one. */
static enum scrubgate_status try_growth(const struct sg_witness_log *log, uint64_t old,
                                        struct sg_sha256 *sha, struct sg_merkle_proof *proof)
{
    struct sg_hash root;
    enum scrubgate_status rc =
        sg_merkle_prove_growth(proof, old, log->checkpoint->size, sha, sg_reader_node, log->reader);
    if (rc >= 0)
        rc = sg_merkle_root_of(0, old, sha, sg_reader_node, log->reader, &root);
    return rc < 0 ? rc
                  : sg_merkle_verify_growth(proof, old, log->checkpoint->size, &root,
                                            &log->checkpoint->root, sha);
}

static enum scrubgate_status prove_growth(const struct sg_witness_log *log, uint64_t old,
                                          struct sg_merkle_proof *proof)
{
    struct sg_sha256 *sha = NULL;
    proof->n = 0;
    if (old == 0 || old == log->checkpoint->size)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_sha256_new(&sha);
    if (rc < 0)
        return rc;
    sg_reader_set_size(log->reader, log->checkpoint->size);
    rc = try_growth(log, old, sha, proof);
    if (rc == SCRUBGATE_EMALFORMED) {
        sg_reader_set_tiles(log->reader, false); /* they may be wrong: the records decide */
        rc = try_growth(log, old, sha, proof);
        sg_reader_set_tiles(log->reader, true);
    }
    sg_sha256_free(sha);
    return rc;
}

/* One request. *answer is only set when there is one. */
static enum scrubgate_status ask(const struct sg_witness_peer *witness,
                                 const struct sg_witness_log *log, uint64_t old,
                                 struct sg_fetched *answer, struct scrubgate_fault *fault)
{
    const struct sg_fetch fetch = {witness->url, "add-checkpoint", witness->ca, witness->total_ns};
    struct sg_merkle_proof growth;
    struct sg_buf request = {0};
    enum scrubgate_status rc = prove_growth(log, old, &growth);
    if (rc >= 0)
        rc = sg_witness_add_request(&request, old, &growth, log->note);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, witness->url, 0, 0, "out of memory");
    else if (rc < 0)
        sg_fault_set(fault, witness->url, 0, 0,
                     "the records do not prove how the log grew since this witness saw %" PRIu64
                     " of them: see scrubgate audit verify",
                     old);
    else
        rc = sg_fetch_post(&fetch, sg_buf_bytes(&request), answer, fault);
    sg_buf_fini(&request);
    return rc;
}

/* What an answer that is no cosignature says. */
static enum scrubgate_status refuse(const struct sg_witness_peer *witness, unsigned status,
                                    struct scrubgate_fault *fault)
{
    const char *what = "it answered what no witness answers";
    enum scrubgate_status rc = SCRUBGATE_EIO;
    if (status == 404) {
        what = "it does not know this log: its operator must add the log's public key";
    } else if (status == 403) {
        what = "it has another public key for this log, or none that signed the checkpoint";
    } else if (status == 400) {
        what = "it did not understand the request";
    } else if (status == 422) {
        what = "it has seen another log under this name: one of the two was forked or cut back";
        rc = SCRUBGATE_EMALFORMED;
    } else if (status >= 500) {
        what = "it cannot answer now";
    }
    sg_fault_set(fault, witness->url, 0, 0, "%s (%u)", what, status);
    return rc;
}

/* A 409: the size that it has. DONE: ask again with it. */
static enum scrubgate_status learn_size(const struct sg_witness_peer *witness,
                                        const struct sg_witness_log *log,
                                        const struct sg_fetched *answer, uint64_t *old, bool again,
                                        struct scrubgate_fault *fault)
{
    const uint64_t asked = *old, size = log->checkpoint->size;
    if (sg_witness_read_size(sg_buf_bytes(&answer->body), old) < 0) {
        sg_fault_set(fault, witness->url, 0, 0, "it has another size of this log, but not which");
        return SCRUBGATE_EMALFORMED;
    }
    if (*old > size) {
        sg_fault_set(fault, witness->url, 0, 0,
                     "it has seen %" PRIu64 " records of this log, of which there are %" PRIu64
                     ": the log was cut back, or another checkpoint overtook this one",
                     *old, size);
        return SCRUBGATE_EMALFORMED;
    }
    if (*old == asked && asked != size) {
        sg_fault_set(fault, witness->url, 0, 0, "it contradicts itself about its size of this log");
        return SCRUBGATE_EMALFORMED;
    }
    if (*old == asked) {
        sg_fault_set(fault, witness->url, 0, 0,
                     "it has cosigned another tree of %" PRIu64 " records of this log: the log was "
                     "forked",
                     *old);
        return SCRUBGATE_EMALFORMED;
    }
    if (again) {
        sg_fault_set(fault, witness->url, 0, 0, "its size of this log changes while it is asked");
        return SCRUBGATE_EIO;
    }
    return SCRUBGATE_DONE;
}

enum scrubgate_status sg_witness_ask(const struct sg_witness_peer *witness,
                                     const struct sg_witness_log *log, uint64_t *old,
                                     struct sg_buf *out, uint64_t *time,
                                     struct scrubgate_fault *fault)
{
    struct sg_fetched answer = {.body = {.ceiling = SG_WITNESS_ANSWER}};
    enum scrubgate_status rc = SCRUBGATE_DONE;
    if (*old > log->checkpoint->size)
        *old = 0; /* it will say so itself */
    for (int round = 0; round < 2 && rc == SCRUBGATE_DONE; round++) {
        rc = ask(witness, log, *old, &answer, fault);
        if (rc >= 0 && answer.status == 409)
            rc = learn_size(witness, log, &answer, old, round > 0, fault);
    }
    if (rc < 0)
        goto out;
    if (answer.status != 200) {
        rc = refuse(witness, answer.status, fault);
        goto out;
    }
    rc = sg_witness_read_lines(out, sg_buf_bytes(&answer.body), log->text, witness->key, time);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, witness->url, 0, 0, "out of memory");
    else if (rc < 0)
        sg_fault_set(fault, witness->url, 0, 0,
                     "what it answered is no cosignature of this checkpoint under its key");
out:
    sg_buf_fini(&answer.body);
    return rc;
}
