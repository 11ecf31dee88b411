/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart_head.h - read the head of a part of a multipart body: what it is, and texts in it.
 *
 *     Content-Disposition: form-data; name="photo"; filename="jo.txt"
 *     Content-Type: text/plain; charset=utf-8
 *
 * Strict: what readers are known to take in two ways is refused. Names are not scanned, as keys.
 */
#ifndef SG_BODY_MULTIPART_HEAD_H
#define SG_BODY_MULTIPART_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

/* How the content of a part is written down. */
enum sg_multipart_transfer { SG_TRANSFER_PLAIN, SG_TRANSFER_BASE64, SG_TRANSFER_QUOTED };

/* How a text in a head is written. */
enum sg_head_text_kind {
    SG_HEAD_LINE,     /* the whole of a field's value */
    SG_HEAD_QUOTED,   /* a parameter in quotes */
    SG_HEAD_TOKEN,    /* ... without */
    SG_HEAD_EXTENDED, /* ... as %XX behind UTF-8'' (RFC 8187) */
    SG_HEAD_LENGTH    /* no text: the digits of Content-Length */
};

/* A text to be looked at: borrowed from the block. */
struct sg_head_text {
    struct sg_bytes text;
    struct sg_bytes label; /* the parameter's name, or the field's */
    enum sg_head_text_kind kind;
};

enum { SG_HEAD_FIELDS_MOST = 32, SG_HEAD_TEXTS_MOST = 32 };

/* Borrowed from the block. */
struct sg_multipart_head {
    struct sg_bytes name; /* data NULL: it has none */
    struct sg_bytes type; /* Content-Type; empty: none */
    enum sg_multipart_transfer transfer;
    const char *unsupported; /* why the content, if there is any, cannot be inspected; or NULL */
    bool has_length;
    uint64_t length;                               /* Content-Length */
    struct sg_head_text texts[SG_HEAD_TEXTS_MOST]; /* in order */
    size_t n_texts;
};

/* block: fields, each with CR LF behind it. EMALFORMED, EUNSUPPORTED or ELIMIT with *why. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_multipart_head_read(struct sg_multipart_head *head,
                                                                struct sg_bytes block,
                                                                const char **why);

#endif
