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
#include <scrubgate/status.h>

#include "base/bytes.h"

struct sg_buf {
    uint8_t *data;
    size_t len, cap;
    size_t ceiling; /* most bytes it may hold; 0 means no ceiling */
};

/* An empty buf that refuses to grow over ceiling bytes (0: no ceiling). Allocates nothing. */
void sg_buf_init(struct sg_buf *buf, size_t ceiling);
/* Wipes, frees, and leaves an empty buf with the same ceiling. */
void sg_buf_fini(struct sg_buf *buf);
/* Wipes what it holds and keeps the memory. */
void sg_buf_clear(struct sg_buf *buf);

/* Makes room for extra more bytes. ELIMIT over the ceiling, ENOMEM; the content stays. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_reserve(struct sg_buf *buf, size_t extra);
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_add(struct sg_buf *buf, const void *data,
                                                    size_t len);
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_add_bytes(struct sg_buf *buf, struct sg_bytes text);
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_add_byte(struct sg_buf *buf, uint8_t c);
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_add_text(struct sg_buf *buf, const char *text);
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_add_u64(struct sg_buf *buf, uint64_t value);
SCRUBGATE_MUST_USE enum scrubgate_status sg_buf_addf(struct sg_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops the first n bytes (n <= len), wiping what the rest leaves behind. */
void sg_buf_drop(struct sg_buf *buf, size_t n);
/* What it holds, borrowed until the next change. */
struct sg_bytes sg_buf_bytes(const struct sg_buf *buf);
/* Hands the content to *to, which is emptied first; from becomes empty. */
void sg_buf_move(struct sg_buf *to, struct sg_buf *from);

#endif
