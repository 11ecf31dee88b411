/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.h - the words for formats on the command line, and the media types they stand for.
 */
#ifndef SG_CLI_FORMAT_H
#define SG_CLI_FORMAT_H

#include "base/bytes.h"

/* All of them, for messages. */
#define SG_FORMAT_WORDS "text, json, ndjson, form, multipart, sse or html"

/* NULL: it is none. */
const char *sg_format_type(struct sg_bytes word);

enum { SG_FORMAT_TYPE_ROOM = 128 };
/* The whole type of a body that begins like that: of multipart the boundary is on its first line.
 * Written into room, or type itself. */
const char *sg_format_of_body(const char *type, struct sg_bytes head,
                              char room[SG_FORMAT_TYPE_ROOM]);

#endif
