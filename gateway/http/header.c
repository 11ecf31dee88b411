/* SPDX-License-Identifier: Apache-2.0 */
/*
 * header.c - header fields of a message, in order, as they came.
 */
#include "http/header.h"

#include "http/run.h"

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
        /* By the length first: most are told by it. */
        if (headers->item[i].name.len != wanted.len ||
            !sg_bytes_equal_nocase(headers->item[i].name, wanted))
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

bool sg_is_token_char(int c)
{
    uint8_t byte = (uint8_t)c;
    return c == byte && sg_run_token((struct sg_bytes){&byte, 1}, 0) == 1;
}

bool sg_header_name_valid(struct sg_bytes name)
{
    return name.len > 0 && sg_run_token(name, 0) == name.len;
}

bool sg_header_value_valid(struct sg_bytes value)
{
    return sg_run_value(value, 0) == value.len;
}
