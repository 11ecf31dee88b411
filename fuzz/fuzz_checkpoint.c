/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_checkpoint.c - any bytes as a checkpoint, signed and not.
 *
 * One that is read has one way to be written; one that opens with the log's key says a size and
 * root that this key signed, however it was dressed.
 */
#include <stdint.h>

#include "signed_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The three lines that it says, as sg_checkpoint_add writes them. */
static void add_text(struct sg_buf *out, const struct sg_checkpoint *checkpoint)
{
    require(sg_buf_add_bytes(out, checkpoint->origin) >= 0 &&
                sg_buf_addf(out, "\n%" PRIu64 "\n", checkpoint->size) >= 0 &&
                sg_base64_add(out, signed_hash_bytes(&checkpoint->root)) >= 0 &&
                sg_buf_add_text(out, "\n") >= 0,
            "memory");
}

static void check_read(struct sg_bytes bytes)
{
    struct sg_checkpoint checkpoint;
    struct sg_buf text = {0};
    if (sg_checkpoint_read(&checkpoint, bytes) < 0)
        return;
    require(checkpoint.origin.len > 0, "a checkpoint is somebody's");
    add_text(&text, &checkpoint);
    require(sg_bytes_start_with(bytes, sg_buf_bytes(&text)), "a checkpoint has one way to be told");
    sg_buf_fini(&text);
}

static void check_open(struct sg_bytes bytes)
{
    const struct signed_log *log = signed_log();
    struct sg_checkpoint checkpoint;
    struct sg_note note;
    if (sg_checkpoint_open(&checkpoint, &note, bytes, &log->key) < 0)
        return;
    require(sg_bytes_equal(checkpoint.origin, SG_BYTES(SIGNED_ORIGIN)), "it is the key's log");
    require(checkpoint.size > 0 && checkpoint.size <= SIGNED_LINES &&
                checkpoint.size % SIGNED_EVERY == 0 &&
                sg_hash_equal(&checkpoint.root, &log->root[checkpoint.size]),
            "it says what was signed");
    require(sg_checkpoint_open(&checkpoint, NULL, bytes, &log->key) >= 0, "twice is the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sg_bytes bytes = {data, size};
    check_read(bytes);
    check_open(bytes);
    return 0;
}
