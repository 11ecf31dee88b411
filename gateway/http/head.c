/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head.c - the head of an HTTP/1 message (RFC 9112, sections 2 to 5), sent plainly.
 */
#include "http/head.h"

#include <string.h>

#include "http/run.h"

/* All of it or nothing. */
static enum scrubgate_status add_line(struct sg_buf *out, const struct sg_bytes *parts, size_t n)
{
    size_t len = 2, start = out->len;
    for (size_t i = 0; i < n; i++)
        len += parts[i].len;
    enum scrubgate_status rc = sg_buf_reserve(out, len);
    for (size_t i = 0; i < n && rc >= 0; i++)
        rc = sg_buf_add_bytes(out, parts[i]);
    if (rc >= 0)
        rc = sg_buf_add_text(out, "\r\n");
    if (rc < 0)
        out->len = start;
    return rc;
}

enum scrubgate_status sg_head_add_request_line(struct sg_buf *out, struct sg_bytes method,
                                               struct sg_bytes target)
{
    if (!sg_header_name_valid(method) || target.len == 0 || sg_run_target(target, 0) != target.len)
        return SCRUBGATE_EINVAL;
    const struct sg_bytes parts[] = {method, SG_BYTES(" "), target, SG_BYTES(" HTTP/1.1")};
    return add_line(out, parts, sizeof parts / sizeof parts[0]);
}

enum scrubgate_status sg_head_add_status_line(struct sg_buf *out, unsigned status)
{
    if (status < 100 || status > 599)
        return SCRUBGATE_EINVAL;
    const uint8_t digits[] = {(uint8_t)('0' + status / 100), (uint8_t)('0' + status / 10 % 10),
                              (uint8_t)('0' + status % 10)};
    const struct sg_bytes parts[] = {
        SG_BYTES("HTTP/1.1 "),
        {digits, sizeof digits},
        SG_BYTES(" "),
        sg_bytes_of(sg_status_phrase(status)),
    };
    return add_line(out, parts, sizeof parts / sizeof parts[0]);
}

enum scrubgate_status sg_head_add_field(struct sg_buf *out, struct sg_bytes name,
                                        struct sg_bytes value)
{
    if (!sg_header_name_valid(name) || !sg_header_value_valid(value))
        return SCRUBGATE_EINVAL;
    enum scrubgate_status rc = sg_buf_reserve(out, name.len + value.len + 4);
    if (rc < 0)
        return rc;
    /* Heads are made of these: in place, with one look at the room there is. */
    uint8_t *at = out->data + out->len;
    memcpy(at, name.data, name.len);
    memcpy(at + name.len, ": ", 2);
    if (value.len > 0)
        memcpy(at + name.len + 2, value.data, value.len);
    memcpy(at + name.len + 2 + value.len, "\r\n", 2);
    out->len += name.len + value.len + 4;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_head_add_end(struct sg_buf *out)
{
    return add_line(out, NULL, 0);
}

const char *sg_status_phrase(unsigned status)
{
    static const struct {
        unsigned status;
        const char *phrase;
    } known[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {203, "Non-Authoritative Information"},
        {204, "No Content"},
        {205, "Reset Content"},
        {206, "Partial Content"},
        {300, "Multiple Choices"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {407, "Proxy Authentication Required"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {425, "Too Early"},
        {426, "Upgrade Required"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {451, "Unavailable For Legal Reasons"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {511, "Network Authentication Required"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].status == status)
            return known[i].phrase;
    }
    return "";
}
