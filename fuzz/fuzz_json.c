/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_json.c - JSON bodies: the properties of fuzz/body.h, and yajl as a second judge of the
 * grammar.
 */
#include "base/json.h"
#include "body.h"

/* What we pass, yajl and the strict reader of base/ pass too, but for repeated keys. */
static void check_judge(struct sg_bytes text)
{
    struct scrubgate_stream_config config = {.content_type = "application/json", .shadow = true};
    struct sg_json_judge *judge = NULL;
    struct body_run run;
    body_run(&run, &config, text, 0);
    require(sg_json_judge_new(&judge, SG_JSON_DEPTH, false) >= 0, "memory");
    enum scrubgate_status rc = sg_json_judge_push(judge, text);
    if (rc >= 0)
        rc = sg_json_judge_end(judge);
    if (run.rc >= 0 && text.len > 0)
        require(rc >= 0, "the skeleton is judged as the text itself");
    sg_json_judge_free(judge);
    sg_buf_fini(&run.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes text = {data, size};
    if (size > 1 << 16)
        return 0;
    body_check("application/json", NULL, text);
    body_check("application/x-ndjson", NULL, text);
    check_judge(text);
    return 0;
}
