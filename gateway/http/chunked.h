/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunked.h - the chunked transfer coding (RFC 9112, 7.1), read strictly in pieces.
 */
#ifndef SG_HTTP_CHUNKED_H
#define SG_HTTP_CHUNKED_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

/* All-zero is the start. */
struct sg_chunked {
    int state;
    uint64_t left;    /* of the chunk */
    uint64_t total;   /* of all chunks so far */
    unsigned digits;  /* of the size */
    size_t extension; /* bytes of all extensions */
    size_t trailer;   /* bytes of all trailer lines */
};

/*
 * Takes bytes from text (moves *pos) until a run of body bytes is found, the coding ends or text is
 * used up. OK: *body is the run (borrowed; empty: more input needed). DONE: the last chunk and its
 * trailers, which are dropped, have passed; *pos is after them. EMALFORMED (why static): a size
 * that is no hex or over 16 digits, more than SG_BODY_MOST in all, a missing CRLF, a control in an
 * extension, a trailer that is no header line, more than 4 KiB of extensions or 8 KiB of trailers
 * in the whole body; every later call says so too.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_chunked_read(struct sg_chunked *state,
                                                         struct sg_bytes text, size_t *pos,
                                                         struct sg_bytes *body, const char **why);

/* Appends one chunk (nothing when body is empty), or the end. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_chunked_add(struct sg_buf *out, struct sg_bytes body);
SCRUBGATE_MUST_USE enum scrubgate_status sg_chunked_add_end(struct sg_buf *out);

/* The same in place: writes a chunk's size line into the bytes before its body, as many as are
 * returned, SG_CHUNKED_SIZE_MOST at most. What ends it is sg_chunked_end, what ends all of them
 * sg_chunked_last. */
enum { SG_CHUNKED_SIZE_MOST = 18 };
size_t sg_chunked_put_size(uint8_t *body, size_t len);
extern const struct sg_bytes sg_chunked_end, sg_chunked_last;

#endif
