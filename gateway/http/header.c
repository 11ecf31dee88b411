/* SPDX-License-Identifier: Apache-2.0 */
/*
 * header.c - header fields of a message, in order, as they came.
 */
#include "http/header.h"

#include <string.h>

enum scrubgate_status sg_headers_add(struct sg_headers *headers, struct sg_bytes name,
                                     struct sg_bytes value)
{
    if (headers->n == SG_HEADERS_MOST)
        return SCRUBGATE_ELIMIT;
    headers->item[headers->n++] = (struct sg_header){.name = name, .value = value};
    return SCRUBGATE_OK;
}

const struct sg_header *sg_headers_find(const struct sg_headers *headers, const char *name,
                                        size_t *count)
{
    const struct sg_header *first = NULL;
    struct sg_bytes wanted = sg_bytes_of(name);
    size_t n = 0;
    for (size_t i = 0; i < headers->n; i++) {
        if (!sg_bytes_equal_nocase(headers->item[i].name, wanted))
            continue;
        if (n++ == 0)
            first = &headers->item[i];
    }
    if (count != NULL)
        *count = n;
    return first;
}

static bool list_has(struct sg_bytes list, struct sg_bytes token)
{
    for (;;) {
        size_t len = sg_bytes_find(list, ',');
        struct sg_bytes member = sg_bytes_trim((struct sg_bytes){list.data, len});
        if (member.len > 0 && sg_bytes_equal_nocase(member, token))
            return true;
        if (len == list.len)
            return false;
        list.data += len + 1;
        list.len -= len + 1;
    }
}

static bool fields_have(const struct sg_headers *headers, struct sg_bytes name,
                        struct sg_bytes token)
{
    for (size_t i = 0; i < headers->n; i++) {
        if (sg_bytes_equal_nocase(headers->item[i].name, name) &&
            list_has(headers->item[i].value, token))
            return true;
    }
    return false;
}

bool sg_headers_list_has(const struct sg_headers *headers, const char *name, const char *token)
{
    return fields_have(headers, sg_bytes_of(name), sg_bytes_of(token));
}

bool sg_header_is_hop_by_hop(const struct sg_headers *headers, struct sg_bytes name)
{
    static const struct sg_bytes always[] = {
        {(const uint8_t *)"Connection", 10}, {(const uint8_t *)"Keep-Alive", 10},
        {(const uint8_t *)"TE", 2},          {(const uint8_t *)"Trailer", 7},
        {(const uint8_t *)"Upgrade", 7},     {(const uint8_t *)"Transfer-Encoding", 17},
    };
    struct sg_bytes proxy = SG_BYTES("Proxy-");
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        if (sg_bytes_equal_nocase(name, always[i]))
            return true;
    }
    if (name.len >= proxy.len &&
        sg_bytes_equal_nocase((struct sg_bytes){name.data, proxy.len}, proxy))
        return true;
    /* What describes the body goes with it: without its type it would be read as another one. */
    struct sg_bytes content = SG_BYTES("Content-");
    if (name.len >= content.len &&
        sg_bytes_equal_nocase((struct sg_bytes){name.data, content.len}, content))
        return false;
    return fields_have(headers, SG_BYTES("Connection"), name);
}

static bool is_token(unsigned c)
{
    /* RFC 9110, section 5.6.2: a bit for each, since every byte of every name is asked about. */
    static const uint32_t token[4] = {0, 0x03FF6CFA, 0xC7FFFFFE, 0x57FFFFFF};
    return c < 128 && (token[c / 32] >> c % 32 & 1) != 0;
}

bool sg_is_token_char(int c)
{
    return c >= 0 && is_token((unsigned)c);
}

bool sg_header_name_valid(struct sg_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (!is_token(name.data[i]))
            return false;
    }
    return name.len > 0;
}

/* Whether eight bytes hold no control. A borrow or carry comes only out of one. */
static bool has_no_control(const uint8_t *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    uint64_t x;
    memcpy(&x, bytes, sizeof x);
    uint64_t low = (x - ones * 0x20) & ~x, del = (x + ones) & ~x;
    return ((low | del) & highs) == 0;
}

bool sg_header_value_valid(struct sg_bytes value)
{
    size_t i = 0;
    while (i < value.len) {
        if (value.len - i >= 8 && has_no_control(value.data + i)) {
            i += 8;
            continue;
        }
        uint8_t c = value.data[i++];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return false;
    }
    return true;
}
