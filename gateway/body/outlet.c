/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outlet.c - where a stage's output goes: one copy when there is room, two when there is none.
 */
#include "body/outlet.h"

#include <string.h>

/* Moves the head of text into the window; returns how many bytes found room. */
static size_t fill(struct scrubgate_out *out, const uint8_t *data, size_t len)
{
    size_t room = out->cap - out->pos;
    size_t n = len < room ? len : room;
    if (n > 0)
        memcpy((uint8_t *)out->data + out->pos, data, n);
    out->pos += n;
    return n;
}

void sg_outlet_fini(struct sg_outlet *outlet)
{
    sg_buf_fini(&outlet->rest);
    outlet->drained = 0;
}

enum scrubgate_status sg_outlet_add(struct sg_outlet *outlet, struct sg_bytes text)
{
    size_t n = 0;
    if (outlet->rest.len == 0)
        n = fill(outlet->out, text.data, text.len);
    if (n == text.len)
        return SCRUBGATE_OK;
    return sg_buf_add(&outlet->rest, text.data + n, text.len - n);
}

bool sg_outlet_drain(struct sg_outlet *outlet)
{
    struct sg_buf *rest = &outlet->rest;
    if (rest->len == 0)
        return true;
    outlet->drained += fill(outlet->out, rest->data + outlet->drained, rest->len - outlet->drained);
    if (outlet->drained < rest->len)
        return false;
    sg_buf_clear(rest);
    outlet->drained = 0;
    return true;
}
