/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head_reader.h - read the head of an HTTP/1 message (RFC 9112, sections 2 to 5) as it comes.
 *
 * Strict: CRLF only, no NUL, bare CR or other controls, names are tokens, no space before the
 * colon, no folded line, versions 1.0 and 1.1 only. A request's target is a path of visible ASCII
 * without a fragment: the other forms are for proxies and would name a second host.
 *
 * A byte that can never be part of a head is refused when it is seen, so how a head is cut changes
 * neither the verdict nor the reason.
 */
#ifndef SG_HTTP_HEAD_READER_H
#define SG_HTTP_HEAD_READER_H

#include <stddef.h>

#include "base/bytes.h"
#include "http/head.h"

enum sg_head_kind { SG_HEAD_REQUEST, SG_HEAD_RESPONSE };

enum sg_head_step {
    SG_HEAD_MORE,      /* not complete yet */
    SG_HEAD_WHOLE,     /* *head is set */
    SG_HEAD_MALFORMED, /* and below: why is set */
    SG_HEAD_METHOD,    /* CONNECT or TRACE: well formed, but not for a gateway like this */
    SG_HEAD_VERSION,   /* another than HTTP/1.0 and HTTP/1.1 */
    SG_HEAD_LIMIT      /* over max bytes or SG_HEADERS_MOST fields */
};

struct sg_head_reader {
    enum sg_head_kind kind;
    int state;
    size_t max;
    size_t looked;   /* bytes that were judged */
    size_t mark;     /* where the token began that is being read */
    unsigned fields; /* complete ones */
};

void sg_head_reader_init(struct sg_head_reader *reader, enum sg_head_kind kind, size_t max);

/*
 * text begins with the head: each time the same bytes, at whatever address, with more behind them.
 * Looks only at what is new; a head that came in pieces is gone over once more when it is whole.
 * WHOLE: *used is its length with the empty line, and the reader is ready for another head. *head
 * is borrowed from text; what it holds before is of no use. why is static. Not to be called again
 * after a refusal.
 */
enum sg_head_step sg_head_read(struct sg_head_reader *reader, struct sg_bytes text,
                               struct sg_head *head, size_t *used, const char **why);

#endif
