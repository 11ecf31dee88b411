/* SPDX-License-Identifier: Apache-2.0 */
/*
 * framing.c - where a body ends, decided once and strictly (RFC 9112, 6.3).
 *
 * Two parties that see different ends can be made to see different messages: whatever could be read
 * in two ways is refused, also where the standard has a rule for it.
 */
#include "http/framing.h"

static enum scrubgate_status refuse(const char **why, const char *reason)
{
    *why = reason;
    return SCRUBGATE_EMALFORMED;
}

/* A list of codings, each by its name alone, where chunked comes last if at all. */
static bool is_coding_list(struct sg_bytes list)
{
    for (;;) {
        size_t len = sg_bytes_find(list, ',');
        struct sg_bytes coding = sg_bytes_trim((struct sg_bytes){list.data, len});
        if (!sg_header_name_valid(coding))
            return false;
        if (len == list.len)
            return true;
        if (sg_bytes_equal_nocase(coding, SG_BYTES("chunked")))
            return false;
        list.data += len + 1;
        list.len -= len + 1;
    }
}

static enum scrubgate_status read_coding(struct sg_framing *framing, struct sg_bytes coding,
                                         const char **why)
{
    if (sg_bytes_equal_nocase(coding, SG_BYTES("chunked"))) {
        *framing = (struct sg_framing){.kind = SG_FRAMING_CHUNKED};
        return SCRUBGATE_OK;
    }
    if (!is_coding_list(coding))
        return refuse(why,
                      "a Transfer-Encoding that is no list of codings with chunked at its end");
    *why = "a transfer coding other than chunked";
    return SCRUBGATE_EUNSUPPORTED;
}

/* What the fields say. NONE when they say nothing. */
static enum scrubgate_status read_fields(struct sg_framing *framing,
                                         const struct sg_headers *headers, unsigned minor_version,
                                         const char **why)
{
    size_t codings = 0, lengths = 0;
    uint64_t length = 0;
    const struct sg_header *coding = sg_headers_find(headers, "Transfer-Encoding", &codings);
    const struct sg_header *field = sg_headers_find(headers, "Content-Length", &lengths);

    if (codings > 0 && lengths > 0)
        return refuse(why, "Content-Length beside Transfer-Encoding");
    if (codings > 0 && minor_version == 0)
        return refuse(why, "Transfer-Encoding on HTTP/1.0");
    if (codings > 1)
        return refuse(why, "more than one Transfer-Encoding");
    if (lengths > 1)
        return refuse(why, "more than one Content-Length");
    if (coding != NULL)
        return read_coding(framing, coding->value, why);
    if (field != NULL) {
        if (!sg_bytes_to_u64(field->value, &length) || length > SG_BODY_MOST)
            return refuse(why, "a Content-Length that is no plain number up to 2^53");
        *framing = (struct sg_framing){.kind = SG_FRAMING_LENGTH, .length = length};
    } else {
        *framing = (struct sg_framing){.kind = SG_FRAMING_NONE};
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_framing_request(struct sg_framing *framing,
                                         const struct sg_headers *headers, unsigned minor_version,
                                         const char **why)
{
    return read_fields(framing, headers, minor_version, why);
}

enum scrubgate_status sg_framing_response(struct sg_framing *framing,
                                          const struct sg_headers *headers, unsigned minor_version,
                                          unsigned status, bool head_request, const char **why)
{
    struct sg_framing said;
    enum scrubgate_status rc = read_fields(&said, headers, minor_version, why);
    if (rc < 0)
        return rc;
    if (status < 200 || status == 204) {
        /* Who announces a body here may well send one, and it would be read as a response. */
        if (said.kind == SG_FRAMING_CHUNKED || said.length > 0)
            return refuse(why, "a body announced where the status allows none");
        said.kind = SG_FRAMING_NONE;
    } else if (status == 304 || head_request) {
        said = (struct sg_framing){.kind = SG_FRAMING_NONE};
    } else if (said.kind == SG_FRAMING_NONE) {
        said.kind = SG_FRAMING_CLOSE;
    }
    *framing = said;
    return SCRUBGATE_OK;
}
