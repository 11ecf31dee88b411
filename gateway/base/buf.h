/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - owned bytes that grow up to a ceiling, wiped before they are freed.
 *
 * All-zero is a valid empty buf with no ceiling.
 */
#ifndef SG_BASE_BUF_H
#define SG_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/digest.h"

struct sg_buf {
    uint8_t *data;
    size_t len, cap;
    size_t ceiling; /* most bytes it may hold; 0 means no ceiling */
};

/* An empty buf that refuses to grow over ceiling bytes (0: no ceiling). Allocates nothing. */
static inline void sg_buf_init(struct sg_buf *buf, size_t ceiling)
{
    *buf = (struct sg_buf){.ceiling = ceiling};
}

/* Wipes, frees, and leaves an empty buf with the same ceiling. */
void sg_buf_fini(struct sg_buf *buf);

/* Wipes what it holds and keeps the memory. */
static inline void sg_buf_clear(struct sg_buf *buf)
{
    if (buf->len > 0)
        sg_wipe(buf->data, buf->len);
    buf->len = 0;
}

/* A buf for one message after another keeps its memory, but no more than this: */
enum { SG_SPARE_MOST = 4 * 1024 };
/* Wipes what it holds and keeps the memory, unless it has grown over most bytes. */
static inline void sg_buf_spare(struct sg_buf *buf, size_t most)
{
    if (buf->cap > most)
        sg_buf_fini(buf);
    else
        sg_buf_clear(buf);
}

/* Makes room for more than there is: sg_buf_reserve's rare half. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_grow(struct sg_buf *buf, size_t extra);

/* Makes room for extra more bytes. ELIMIT over the ceiling, ENOMEM; the content stays. */
SCRUBGATE_MUST_USE static inline enum scrubgate_status sg_buf_reserve(struct sg_buf *buf,
                                                                      size_t extra)
{
    return extra <= buf->cap - buf->len ? SCRUBGATE_OK : sg_buf_grow(buf, extra);
}

/* A message's records and heads are made of short pieces: adding one is inline, growing is not. */
SCRUBGATE_MUST_USE static inline enum scrubgate_status sg_buf_add(struct sg_buf *buf,
                                                                  const void *data, size_t len)
{
    enum scrubgate_status rc = sg_buf_reserve(buf, len);
    if (rc < 0 || len == 0)
        return rc;
    memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    return SCRUBGATE_OK;
}

SCRUBGATE_MUST_USE static inline enum scrubgate_status sg_buf_add_bytes(struct sg_buf *buf,
                                                                        struct sg_bytes text)
{
    return sg_buf_add(buf, text.data, text.len);
}

SCRUBGATE_MUST_USE static inline enum scrubgate_status sg_buf_add_byte(struct sg_buf *buf,
                                                                       uint8_t c)
{
    enum scrubgate_status rc = sg_buf_reserve(buf, 1);
    if (rc >= 0)
        buf->data[buf->len++] = c;
    return rc;
}

SCRUBGATE_MUST_USE static inline enum scrubgate_status sg_buf_add_text(struct sg_buf *buf,
                                                                       const char *text)
{
    return sg_buf_add(buf, text, strlen(text));
}

SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_add_u64(struct sg_buf *buf, uint64_t value);
/* 16 lower-case hex digits. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_add_hex64(struct sg_buf *buf, uint64_t value);
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_addf(struct sg_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops the first n bytes (n <= len), wiping what the rest leaves behind. */
void sg_buf_drop(struct sg_buf *buf, size_t n);
/* What it holds, borrowed until the next change. */
static inline struct sg_bytes sg_buf_bytes(const struct sg_buf *buf)
{
    return (struct sg_bytes){buf->data, buf->len};
}

/* Hands the content to *to, which is emptied first; from becomes empty. */
void sg_buf_move(struct sg_buf *to, struct sg_buf *from);

#endif
