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

/* The fields that frame, in one pass: most others are told by the length of their name. */
struct said {
    const struct sg_header *coding, *length; /* the last ones */
    size_t codings, lengths;
};

static struct said find_fields(const struct sg_headers *headers)
{
    const struct sg_bytes coding = SG_BYTES("Transfer-Encoding");
    const struct sg_bytes length = SG_BYTES("Content-Length");
    struct said said = {.codings = 0};
    for (size_t i = 0; i < headers->n; i++) {
        const struct sg_header *field = &headers->item[i];
        if (field->name.len == coding.len && sg_bytes_equal_nocase(field->name, coding)) {
            said.coding = field;
            said.codings++;
        } else if (field->name.len == length.len && sg_bytes_equal_nocase(field->name, length)) {
            said.length = field;
            said.lengths++;
        }
    }
    return said;
}

/* What the fields say. NONE when they say nothing. */
static enum scrubgate_status read_fields(struct sg_framing *framing,
                                         const struct sg_headers *headers, unsigned minor_version,
                                         const char **why)
{
    struct said said = find_fields(headers);
    uint64_t length = 0;
    if (said.codings > 0 && said.lengths > 0)
        return refuse(why, "Content-Length beside Transfer-Encoding");
    if (said.codings > 0 && minor_version == 0)
        return refuse(why, "Transfer-Encoding on HTTP/1.0");
    if (said.codings > 1)
        return refuse(why, "more than one Transfer-Encoding");
    if (said.lengths > 1)
        return refuse(why, "more than one Content-Length");
    if (said.codings == 1)
        return read_coding(framing, said.coding->value, why);
    *framing = (struct sg_framing){.kind = SG_FRAMING_NONE};
    if (said.lengths == 1) {
        if (!sg_bytes_to_u64(said.length->value, &length) || length > SG_BODY_MOST)
            return refuse(why, "a Content-Length that is no plain number up to 2^53");
        *framing = (struct sg_framing){.kind = SG_FRAMING_LENGTH, .length = length};
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
