/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_witness.c - what a witness answers. What is kept of it is one line, which stands in the
 * answer as it is and makes a good note of the checkpoint; a size is one that is written in one
 * way.
 */
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The published test log's key, in the words of a witness: seeds hold cosignatures by it. */
static const char text[] = "example.com/log/testdata\n15\n"
                           "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n";
static const uint8_t seed[SG_ED25519_SEED] = {7};

static struct sg_note_key witness;

static void prepare(void)
{
    struct sg_signer *signer = NULL;
    uint8_t public_key[SG_ED25519_PUBLIC];
    if (witness.name[0] != '\0')
        return;
    if (sg_signer_new(&signer, seed, public_key) < 0 ||
        sg_note_key_init(&witness, SG_BYTES("witness.example"), SG_NOTE_COSIGNATURE, public_key) <
            0)
        abort();
    sg_signer_free(signer);
}

static void check_lines(struct sg_bytes answer)
{
    struct sg_buf out = {0}, whole = {0};
    struct sg_note *note = malloc(sizeof *note);
    uint64_t time = 0, again = 0;
    if (note == NULL)
        abort();
    enum scrubgate_status rc =
        sg_witness_read_lines(&out, answer, sg_bytes_of(text), &witness, &time);
    assert(rc == SCRUBGATE_OK || rc == SCRUBGATE_EMALFORMED);
    if (rc < 0) {
        assert(out.len == 0);
    } else {
        assert(out.len > 0 && out.data[out.len - 1] == '\n' &&
               memchr(out.data, '\n', out.len) == out.data + out.len - 1);
        bool found = false;
        for (size_t i = 0; i + out.len <= answer.len && !found; i++)
            found = memcmp(answer.data + i, out.data, out.len) == 0;
        assert(found);
        if (sg_buf_addf(&whole, "%s\n%.*s", text, (int)out.len, (const char *)out.data) < 0)
            abort();
        assert(sg_note_read(note, sg_buf_bytes(&whole)) == SCRUBGATE_OK && note->n == 1);
        assert(sg_note_verify(note, &witness, &again) == SCRUBGATE_OK && again == time);
    }
    sg_buf_fini(&out);
    sg_buf_fini(&whole);
    free(note);
}

static void check_size(struct sg_bytes answer)
{
    uint64_t size;
    char written[32];
    if (sg_witness_read_size(answer, &size) != SCRUBGATE_OK)
        return;
    (void)snprintf(written, sizeof written, "%" PRIu64 "\n", size);
    assert(sg_bytes_equal(answer, sg_bytes_of(written)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes answer = {data, size};
    prepare();
    check_lines(answer);
    check_size(answer);
    return 0;
}
