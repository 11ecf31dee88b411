/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_gzip.c - gzip bodies: the properties of fuzz/body.h; and what is packed unpacks to the same.
 */
#include "body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum scrubgate_status step_stage(void *ctx, struct scrubgate_in *in,
                                        struct scrubgate_out *out, bool last)
{
    return sg_stage_push(ctx, in, out, last);
}

static void pack(struct sg_bytes text, unsigned seed, struct sg_buf *out)
{
    struct sg_stage *stage = NULL;
    require(sg_gzip_new(&stage) >= 0, "memory");
    require(body_push(step_stage, stage, text, seed, out) == SCRUBGATE_DONE, "all can be packed");
    sg_stage_free(stage);
}

static enum scrubgate_status unpack(struct sg_bytes packed, unsigned seed, struct sg_buf *out)
{
    struct sg_stage *stage = NULL;
    require(sg_gunzip_new(&stage, UINT64_MAX) >= 0, "memory");
    enum scrubgate_status rc = body_push(step_stage, stage, packed, seed, out);
    sg_stage_free(stage);
    return rc;
}

/* Nothing edited: what is inside has not changed, though it may be packed otherwise. */
static void check_inside(struct sg_bytes packed)
{
    struct scrubgate_stream_config config = {.content_type = "text/plain",
                                             .content_encoding = "gzip"};
    struct body_run run;
    struct sg_buf before = {0}, after = {0};
    body_run(&run, &config, packed, 0);
    if (run.rc == SCRUBGATE_DONE && run.edits == 0) {
        require(unpack(packed, 1, &before) == SCRUBGATE_DONE, "what passes unpacks");
        require(unpack(sg_buf_bytes(&run.out), 1, &after) == SCRUBGATE_DONE || before.len > 65536,
                "what has left unpacks");
        require(after.len < before.len
                    ? before.len > 65536
                    : sg_bytes_equal(sg_buf_bytes(&before), sg_buf_bytes(&after)),
                "nothing edited, nothing changed");
    }
    sg_buf_fini(&run.out);
    sg_buf_fini(&before);
    sg_buf_fini(&after);
}

static void check_round_trip(struct sg_bytes text)
{
    struct sg_buf packed = {0}, again = {0}, out = {0};
    unsigned seed = body_seed(text);
    pack(text, seed, &packed);
    pack(text, seed + 2, &again);
    require(sg_bytes_equal(sg_buf_bytes(&packed), sg_buf_bytes(&again)),
            "any cutting packs to the same");
    if (unpack(sg_buf_bytes(&packed), seed + 4, &out) == SCRUBGATE_DONE)
        require(sg_bytes_equal(sg_buf_bytes(&out), text), "what is packed unpacks to the same");
    else
        require(text.len > 65536, "only a bomb is refused");
    sg_buf_fini(&packed);
    sg_buf_fini(&again);
    sg_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes text = {data, size};
    if (size > 1 << 16)
        return 0;
    body_check("text/plain", "gzip", text);
    check_inside(text);
    check_round_trip(text);
    return 0;
}
