/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.c - owned bytes that grow up to a ceiling, wiped before they are freed.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

/* From so many bytes on a buf has pages of its own, which dumps leave out. */
enum { SMALLEST = 64, PAGES_LEAST = 256 * 1024 };

static uint8_t *take(size_t cap)
{
    return cap >= PAGES_LEAST ? sg_pages_new(cap) : malloc(cap);
}

/* The first `used` bytes are not wiped yet. */
static void give_back(uint8_t *data, size_t cap, size_t used)
{
    if (cap >= PAGES_LEAST) {
        sg_pages_free(data, cap, used);
        return;
    }
    if (used > 0)
        sg_wipe(data, used);
    free(data);
}

void sg_buf_fini(struct sg_buf *buf)
{
    give_back(buf->data, buf->cap, buf->len);
    buf->data = NULL;
    buf->len = buf->cap = 0;
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
    uint8_t *data = take(cap);
    if (data == NULL)
        return SCRUBGATE_ENOMEM;
    if (buf->len > 0)
        memcpy(data, buf->data, buf->len);
    give_back(buf->data, buf->cap, buf->len);
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
    enum { MOST = 20 };
    uint8_t digits[MOST];
    size_t at = MOST;
    while (value >= 10) {
        const char *pair = pairs + value % 100 * 2;
        digits[--at] = (uint8_t)pair[1];
        digits[--at] = (uint8_t)pair[0];
        value /= 100;
    }
    if (value > 0 || at == MOST)
        digits[--at] = (uint8_t)('0' + value);
    return sg_buf_add(buf, digits + at, MOST - at);
}

/* Eight hex digits as the bytes of a word, the first one highest: all at once, since records are
 * full of digests. */
static uint64_t hex_digits(uint32_t value)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t x = value;
    x = (x | x << 16) & UINT64_C(0x0000FFFF0000FFFF);
    x = (x | x << 8) & UINT64_C(0x00FF00FF00FF00FF);
    x = (x | x << 4) & ones * 0x0F;
    uint64_t letters = (x + ones * 6) >> 4 & ones; /* 10 and over carry into the other half */
    return x + ones * '0' + letters * ('a' - '0' - 10);
}

static void put_word(uint8_t *to, uint64_t word)
{
    for (unsigned i = 0; i < 8; i++)
        to[i] = (uint8_t)(word >> (56 - 8 * i));
}

enum scrubgate_status sg_buf_add_hex64(struct sg_buf *buf, uint64_t value)
{
    enum { WIDTH = 16 };
    enum scrubgate_status rc = sg_buf_reserve(buf, WIDTH);
    if (rc < 0)
        return rc;
    put_word(buf->data + buf->len, hex_digits((uint32_t)(value >> 32)));
    put_word(buf->data + buf->len + WIDTH / 2, hex_digits((uint32_t)value));
    buf->len += WIDTH;
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
