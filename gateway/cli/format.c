/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.c - the words for formats on the command line, and the media types they stand for.
 */
#include "cli/format.h"

#include <stdio.h>
#include <string.h>

#include "body/media.h"

static const struct {
    const char *word, *type;
} formats[] = {
    {"text", "text/plain"},
    {"json", "application/json"},
    {"ndjson", "application/x-ndjson"},
    {"form", "application/x-www-form-urlencoded"},
    {"multipart", "multipart/form-data"},
    {"sse", "text/event-stream"},
    {"html", "text/html"},
};

const char *sg_format_type(struct sg_bytes word)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (sg_bytes_equal(word, sg_bytes_of(formats[i].word)))
            return formats[i].type;
    }
    return NULL;
}

const char *sg_format_of_body(const char *type, struct sg_bytes head,
                              char room[SG_FORMAT_TYPE_ROOM])
{
    struct sg_bytes boundary = SG_BYTES("none"); /* the stage will miss it, and say so */
    if (strncmp(type, "multipart/", strlen("multipart/")) != 0)
        return type;
    struct sg_bytes line = {head.data, sg_bytes_find(head, '\n')};
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    if (sg_bytes_start_with(line, SG_BYTES("--"))) {
        line = (struct sg_bytes){line.data + 2, line.len - 2};
        if (sg_media_boundary_valid(line))
            boundary = line;
    }
    (void)snprintf(room, SG_FORMAT_TYPE_ROOM, "%s; boundary=\"%.*s\"", type, (int)boundary.len,
                   (const char *)boundary.data);
    return room;
}
