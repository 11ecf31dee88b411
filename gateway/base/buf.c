/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.c - owned bytes that grow up to a ceiling, wiped before they are freed.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 64 };

void sg_buf_fini(struct sg_buf *buf)
{
    sg_buf_clear(buf);
    if (buf->data == NULL)
        return;
    free(buf->data);
    buf->data = NULL;
    buf->cap = 0;
}

enum scrubgate_status sg_buf_grow(struct sg_buf *buf, size_t extra)
{
    if (extra > SIZE_MAX / 2 - buf->len)
        return SCRUBGATE_ENOMEM;
    size_t need = buf->len + extra;
    if (buf->ceiling != 0 && need > buf->ceiling)
        return SCRUBGATE_ELIMIT;
    size_t cap = buf->cap == 0 ? SMALLEST : buf->cap;
    while (cap < need)
        cap *= 2;
    if (buf->ceiling != 0 && cap > buf->ceiling)
        cap = buf->ceiling;
    /* Not realloc: the old place would keep its bytes. */
    uint8_t *data = malloc(cap);
    if (data == NULL)
        return SCRUBGATE_ENOMEM;
    if (buf->len > 0) {
        memcpy(data, buf->data, buf->len);
        sg_wipe(buf->data, buf->len);
    }
    free(buf->data);
    buf->data = data;
    buf->cap = cap;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_buf_add_u64(struct sg_buf *buf, uint64_t value)
{
    /* Two digits a division: times and byte counts stand in every record. */
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char digits[20];
    size_t at = sizeof digits;
    while (value >= 10) {
        at -= 2;
        memcpy(digits + at, pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value > 0 || at == sizeof digits)
        digits[--at] = (char)('0' + value);
    return sg_buf_add(buf, digits + at, sizeof digits - at);
}

enum scrubgate_status sg_buf_add_hex64(struct sg_buf *buf, uint64_t value)
{
    static const char digits[] = "0123456789abcdef";
    enum { WIDTH = 16 };
    enum scrubgate_status rc = sg_buf_reserve(buf, WIDTH);
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < WIDTH; i++)
        buf->data[buf->len++] = (uint8_t)digits[value >> (60 - 4 * i) & 15];
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_buf_addf(struct sg_buf *buf, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int need = vsnprintf(NULL, 0, format, list);
    va_end(list);
    enum scrubgate_status rc = SCRUBGATE_EINVAL;
    if (need >= 0) {
        rc = sg_buf_reserve(buf, (size_t)need + 1);
        if (rc >= 0) {
            (void)vsnprintf((char *)buf->data + buf->len, (size_t)need + 1, format, again);
            buf->len += (size_t)need;
        }
    }
    va_end(again);
    return rc;
}

void sg_buf_drop(struct sg_buf *buf, size_t n)
{
    if (n == 0)
        return;
    size_t rest = buf->len - n;
    if (rest > 0)
        memmove(buf->data, buf->data + n, rest);
    sg_wipe(buf->data + rest, n);
    buf->len = rest;
}

void sg_buf_move(struct sg_buf *to, struct sg_buf *from)
{
    sg_buf_fini(to);
    to->data = from->data;
    to->len = from->len;
    to->cap = from->cap;
    from->data = NULL;
    from->len = from->cap = 0;
}
