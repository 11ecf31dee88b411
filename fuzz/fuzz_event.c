/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_event.c - a line of events whose bytes are hostile.
 *
 * What is read and printed is read again as the same.
 */
#include <stdlib.h>

#include "collusion/event_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sg_buf print(const struct sg_collusion_event *event)
{
    struct sg_buf line = {0};
    if (sg_collusion_event_print(event, &line) < 0)
        abort();
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_collusion_event event, again;
    struct sg_json *json, *second;
    if (sg_collusion_event_read(&event, &json, (struct sg_bytes){data, size}, NULL) < 0) {
        if (json != NULL)
            abort();
        return 0;
    }
    struct sg_buf line = print(&event);
    if (sg_collusion_event_read(&again, &second, (struct sg_bytes){line.data, line.len - 1}, NULL) <
        0)
        abort();
    struct sg_buf twice = print(&again);
    if (!sg_bytes_equal(sg_buf_bytes(&line), sg_buf_bytes(&twice)))
        abort();
    sg_buf_fini(&line);
    sg_buf_fini(&twice);
    sg_json_free(json);
    sg_json_free(second);
    return 0;
}
