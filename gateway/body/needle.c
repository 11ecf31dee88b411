/* SPDX-License-Identifier: Apache-2.0 */
/*
 * needle.c - whether a text that comes in pieces holds a short one (Knuth, Morris and Pratt).
 */
#include "body/needle.h"

#include <assert.h>
#include <string.h>

void sg_needle_init(struct sg_needle *needle, struct sg_bytes text)
{
    size_t border = 0;
    assert(text.len > 0 && text.len <= SG_NEEDLE_LONGEST);
    *needle = (struct sg_needle){.len = text.len};
    memcpy(needle->text, text.data, text.len);
    for (size_t i = 1; i < text.len; i++) {
        while (border > 0 && needle->text[i] != needle->text[border])
            border = needle->border[border - 1];
        if (needle->text[i] == needle->text[border])
            border++;
        needle->border[i] = (uint8_t)border;
    }
}

void sg_needle_restart(struct sg_needle *needle)
{
    needle->matched = 0;
}

bool sg_needle_feed(struct sg_needle *needle, struct sg_bytes piece)
{
    for (size_t i = 0; i < piece.len; i++) {
        if (needle->matched == 0) {
            struct sg_bytes rest = {piece.data + i, piece.len - i};
            i += sg_bytes_find(rest, needle->text[0]);
            if (i == piece.len)
                return false;
        }
        while (needle->matched > 0 && piece.data[i] != needle->text[needle->matched])
            needle->matched = needle->border[needle->matched - 1];
        if (piece.data[i] == needle->text[needle->matched])
            needle->matched++;
        if (needle->matched == needle->len)
            return true;
    }
    return false;
}

size_t sg_needle_find(const struct sg_needle *needle, struct sg_bytes text)
{
    size_t at = 0;
    while (text.len - at >= needle->len) {
        struct sg_bytes rest = {text.data + at, text.len - at};
        at += sg_bytes_find(rest, needle->text[0]);
        if (text.len - at < needle->len)
            break;
        if (memcmp(text.data + at, needle->text, needle->len) == 0)
            return at;
        at++;
    }
    return text.len;
}
