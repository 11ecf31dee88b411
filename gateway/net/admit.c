/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admit.c - the strict checks of a request's head that decide whether a handler ever sees it.
 */
#include "net/admit.h"

#include <stdbool.h>

static bool is_method(struct sg_bytes method, const char *name)
{
    return sg_bytes_equal(method, sg_bytes_of(name));
}

static const char *judge_method(struct sg_bytes method)
{
    if (!sg_header_name_valid(method))
        return "the method is no token";
    if (is_method(method, "CONNECT") || is_method(method, "TRACE"))
        return "the method is not for a gateway like this";
    return NULL;
}

/* A path of visible ASCII without fragment. */
static const char *judge_target(struct sg_bytes target)
{
    if (target.len == 0 || target.data[0] != '/')
        return "the target does not begin with a slash";
    for (size_t i = 0; i < target.len; i++) {
        if (target.data[i] <= 0x20 || target.data[i] >= 0x7F || target.data[i] == '#')
            return "the target has a byte that must be percent-encoded";
    }
    return NULL;
}

static const char *judge_host(const struct sg_headers *headers, unsigned minor)
{
    size_t count = 0;
    const struct sg_header *host = sg_headers_find(headers, "Host", &count);
    if (count > 1)
        return "more than one Host";
    if (count == 0)
        return minor == 0 ? NULL : "no Host";
    struct sg_bytes name = sg_bytes_trim(host->value);
    if (name.len == 0)
        return "an empty Host";
    for (size_t i = 0; i < name.len; i++) {
        /* What RFC 3986 lets a host and port be made of, but user names and lists. */
        struct sg_bytes marks = SG_BYTES("-._~%:[]!$&'()*+;=");
        uint8_t c = name.data[i];
        if (!sg_is_alnum(c) && sg_bytes_find(marks, c) == marks.len)
            return "a Host that is no host";
    }
    return NULL;
}

static const char *judge_fields(const struct sg_headers *headers)
{
    for (size_t i = 0; i < headers->n; i++) {
        if (!sg_header_name_valid(headers->item[i].name))
            return "a header name that is no token";
        if (!sg_header_value_valid(headers->item[i].value))
            return "a header value with a control character";
    }
    return NULL;
}

static bool expects_too_much(const struct sg_headers *headers, unsigned minor)
{
    size_t count = 0;
    const struct sg_header *expect = sg_headers_find(headers, "Expect", &count);
    return minor == 1 && count > 0 &&
           (count > 1 ||
            !sg_bytes_equal_nocase(sg_bytes_trim(expect->value), SG_BYTES("100-continue")));
}

enum scrubgate_status sg_admit(struct sg_bytes method, struct sg_bytes target,
                               struct sg_bytes version, const struct sg_headers *headers,
                               struct sg_framing *framing, struct sg_refusal *why)
{
    *why = (struct sg_refusal){400, "malformed", NULL};
    unsigned minor = sg_bytes_equal(version, SG_BYTES("HTTP/1.1")) ? 1 : 0;
    if (minor == 0 && !sg_bytes_equal(version, SG_BYTES("HTTP/1.0"))) {
        *why = (struct sg_refusal){505, "version", "only HTTP/1.0 and HTTP/1.1 are spoken here"};
        return SCRUBGATE_EMALFORMED;
    }
    why->detail = judge_method(method);
    if (why->detail == NULL)
        why->detail = judge_target(target);
    if (why->detail == NULL)
        why->detail = judge_fields(headers);
    if (why->detail == NULL)
        why->detail = judge_host(headers, minor);
    if (why->detail != NULL ||
        sg_framing_request(framing, headers, minor, &why->detail) != SCRUBGATE_OK)
        return SCRUBGATE_EMALFORMED;
    if (expects_too_much(headers, minor)) {
        *why = (struct sg_refusal){417, "expectation", "the only expectation is 100-continue"};
        return SCRUBGATE_EMALFORMED;
    }
    return SCRUBGATE_OK;
}
