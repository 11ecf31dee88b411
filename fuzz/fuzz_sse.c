/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_sse.c - streams of events, and HTML: the properties of fuzz/body.h; and the ends of lines
 * are as many as before, in the same places.
 */
#include "body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count(struct sg_bytes text, uint8_t c)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.data[i] == c ? 1 : 0;
    return n;
}

static void check_lines(struct sg_bytes text)
{
    const struct scrubgate_stream_config config = {.content_type = "text/event-stream"};
    struct body_run run;
    body_run(&run, &config, text, 0);
    if (run.rc >= 0) {
        require(count(sg_buf_bytes(&run.out), '\n') == count(text, '\n'), "each line stays one");
        require(count(sg_buf_bytes(&run.out), '\r') == count(text, '\r'), "with its end");
    }
    sg_buf_fini(&run.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes text = {data, size};
    if (size > 1 << 16)
        return 0;
    body_check("text/event-stream", NULL, text);
    body_check("text/html", NULL, text);
    check_lines(text);
    return 0;
}
