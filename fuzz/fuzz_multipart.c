/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_multipart.c - multipart bodies, whose boundary is "b", and text in base64 and
 * quoted-printable: the properties of fuzz/body.h; base64 that is decoded is put back as it was.
 */
#include "body.h"

#include "body/base64.h"
#include "body/pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same content as a part, written in that way. */
static void check_part(struct sg_bytes content, const char *coding)
{
    struct sg_buf body = {0};
    require(sg_buf_addf(&body, "--b\r\nContent-Transfer-Encoding: %s\r\n\r\n", coding) >= 0 &&
                sg_buf_add_bytes(&body, content) >= 0 && sg_buf_add_text(&body, "\r\n--b--") >= 0,
            "memory");
    body_check("multipart/mixed; boundary=b", NULL, sg_buf_bytes(&body));
    sg_buf_fini(&body);
}

static enum scrubgate_status step_stage(void *ctx, struct scrubgate_in *in,
                                        struct scrubgate_out *out, bool last)
{
    return sg_stage_push(ctx, in, out, last);
}

static void check_base64(struct sg_bytes text)
{
    struct sg_base64_layout layout = {.line = 0};
    struct sg_stage *stages[2] = {NULL, NULL}, *both = NULL;
    struct sg_buf out = {0};
    require(sg_base64_decode_new(&stages[0], &layout) >= 0 &&
                sg_base64_encode_new(&stages[1], &layout) >= 0 &&
                sg_pipeline_new(&both, stages, 2) >= 0,
            "memory");
    if (body_push(step_stage, both, text, body_seed(text), &out) >= 0)
        require(sg_bytes_equal(sg_buf_bytes(&out), text), "what was decoded is put back");
    sg_stage_free(both);
    sg_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes text = {data, size};
    if (size > 1 << 16)
        return 0;
    body_check("multipart/form-data; boundary=b", NULL, text);
    check_part(text, "quoted-printable");
    check_part(text, "base64");
    check_base64(text);
    return 0;
}
