/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sse_line.c - the lines of an event of text/event-stream (WHATWG HTML, 9.2.5).
 */
#include "body/sse_line.h"

static const char *const names[] = {
    [SG_SSE_DATA] = "data",   [SG_SSE_EVENT] = "event",   [SG_SSE_ID] = "id",
    [SG_SSE_RETRY] = "retry", [SG_SSE_OTHER] = "comment",
};

const char *sg_sse_field_name(enum sg_sse_field field)
{
    return names[field];
}

static enum sg_sse_field field_of(struct sg_bytes name)
{
    enum sg_sse_field field = SG_SSE_DATA;
    while (field != SG_SSE_OTHER && !sg_bytes_equal(name, sg_bytes_of(names[field])))
        field++;
    return field;
}

bool sg_sse_line_next(struct sg_bytes event, size_t *pos, struct sg_sse_line *line)
{
    size_t start = *pos;
    if (start == event.len)
        return false;
    struct sg_bytes rest = {event.data + start, event.len - start};
    size_t len = sg_bytes_find(rest, '\n');
    line->next = start + (len < rest.len ? len + 1 : len);
    if (len < rest.len && len > 0 && rest.data[len - 1] == '\r')
        len--;
    rest.len = len;
    size_t colon = sg_bytes_find(rest, ':');
    line->field = field_of((struct sg_bytes){rest.data, colon});
    line->end = start + len;
    line->value = start;
    if (line->field != SG_SSE_OTHER || colon == 0) {
        size_t value = colon < len ? colon + 1 : colon;
        if (value < len && rest.data[value] == ' ')
            value++; /* the one that readers drop */
        line->value = start + value;
    }
    *pos = line->next;
    return true;
}
