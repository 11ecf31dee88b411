/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_note.c - any bytes as a signed note, as a key, and as a text to be signed.
 *
 * A note that a key verifies has the text that was signed, whatever stands around it; what is
 * signed is read back; a signed note with one bit changed has another text's signature or none; a
 * key that is read is written in the same letters.
 */
#include <stdint.h>

#include "signed_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lies_in(struct sg_bytes part, struct sg_bytes all)
{
    return part.data >= all.data && part.data + part.len <= all.data + all.len;
}

/* Text, an empty line, and lines that say each signature's name: nothing is made up or left out. */
static void check_parts(const struct sg_note *note, struct sg_bytes bytes)
{
    size_t lines = 0;
    require(note->text.data == bytes.data && note->text.len < bytes.len, "the text comes first");
    require(note->text.data[note->text.len - 1] == '\n' && bytes.data[note->text.len] == '\n',
            "an empty line is behind the text");
    require(note->n > 0 && note->n <= SG_NOTE_SIGNATURES, "there are signatures, not too many");
    for (size_t i = note->text.len + 1; i < bytes.len; i++)
        lines += bytes.data[i] == '\n';
    require(lines == note->n, "one signature a line");
    for (size_t i = 0; i < note->n; i++) {
        require(lies_in(note->signature[i].name, bytes), "a name is in the note");
        require(note->signature[i].len <= sizeof note->signature[i].bytes, "a signature fits");
    }
}

/* Only what this key has signed: the log's checkpoints. */
static void check_verified(const struct sg_note *note)
{
    bool known = false;
    for (size_t n = SIGNED_EVERY; n <= SIGNED_LINES; n += SIGNED_EVERY) {
        struct sg_buf honest = {0};
        signed_add_checkpoint(&honest, n);
        known = known || (honest.len > note->text.len &&
                          memcmp(honest.data, note->text.data, note->text.len) == 0 &&
                          honest.data[note->text.len] == '\n');
        sg_buf_fini(&honest);
    }
    require(known, "a note that verifies has the text that was signed");
}

static void check_as_note(struct sg_bytes bytes)
{
    struct sg_note note;
    struct sg_note_key cosigner = signed_log()->key;
    uint64_t time = 1;
    cosigner.kind = SG_NOTE_COSIGNATURE; /* of which there is none */
    if (sg_note_read(&note, bytes) < 0)
        return;
    check_parts(&note, bytes);
    if (sg_note_verify(&note, &signed_log()->key, &time) >= 0) {
        require(time == 0, "a plain signature says no time");
        check_verified(&note);
    }
    require(sg_note_verify(&note, &cosigner, NULL) < 0, "a signature is no cosignature");
}

static void check_as_key(struct sg_bytes bytes)
{
    struct sg_note_key key;
    struct sg_buf again = {0};
    if (sg_note_key_read(&key, bytes) < 0)
        return;
    require(sg_note_key_add(&again, &key) >= 0, "a key is written");
    require(sg_bytes_equal(sg_buf_bytes(&again), bytes), "a key has one way to be written");
    sg_buf_fini(&again);
}

/* Signs the bytes with an LF behind them, and spoils one bit that they choose. */
static void check_as_text(struct sg_bytes bytes)
{
    const struct signed_log *log = signed_log();
    struct sg_buf signed_note = {0};
    struct sg_note note;
    require(sg_buf_add_bytes(&signed_note, bytes) >= 0 && sg_buf_add_text(&signed_note, "\n") >= 0,
            "memory");
    const size_t len = signed_note.len;
    struct sg_buf text = {0};
    require(sg_buf_add_bytes(&text, sg_buf_bytes(&signed_note)) >= 0 &&
                sg_buf_add_text(&signed_note, "\n") >= 0 &&
                sg_note_sign(&signed_note, sg_buf_bytes(&text), &log->key, log->signer) >= 0,
            "any text can be signed");
    if (sg_note_read(&note, sg_buf_bytes(&signed_note)) >= 0) {
        require(note.text.len == len && note.n == 1, "what was signed is read back");
        require(sg_note_verify(&note, &log->key, NULL) >= 0, "and verified");
        size_t at = 0;
        for (size_t i = 0; i < bytes.len; i++)
            at = (at * 31 + bytes.data[i]) % signed_note.len;
        signed_note.data[at] ^= (uint8_t)(1 << at % 8);
        require(sg_note_read(&note, sg_buf_bytes(&signed_note)) < 0 ||
                    sg_note_verify(&note, &log->key, NULL) < 0,
                "a bit that changed is seen");
    }
    sg_buf_fini(&text);
    sg_buf_fini(&signed_note);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sg_bytes bytes = {data, size};
    check_as_note(bytes);
    check_as_key(bytes);
    check_as_text(bytes);
    return 0;
}
