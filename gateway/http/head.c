/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head.c - the head of an HTTP/1 message (RFC 9112, sections 2 to 5), read strictly, sent plainly.
 *
 * Each line is judged as soon as it is whole, so what can never become a head is refused before
 * its end is waited for.
 */
#include "http/head.h"

static enum scrubgate_status refuse(const char **why, const char *reason)
{
    *why = reason;
    return SCRUBGATE_EMALFORMED;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The line at *pos without its CRLF; FULL when it is not whole yet. */
static enum scrubgate_status take_line(struct sg_bytes text, size_t *pos, struct sg_bytes *line,
                                       const char **why)
{
    for (size_t i = *pos; i < text.len; i++) {
        uint8_t c = text.data[i];
        if ((c >= 0x20 && c != 0x7F) || c == '\t')
            continue;
        if (c == '\n')
            return refuse(why, "a line that ends in LF without CR");
        if (c != '\r')
            return refuse(why, "a control character in the head");
        if (i + 1 == text.len)
            return SCRUBGATE_FULL;
        if (text.data[i + 1] != '\n')
            return refuse(why, "a CR without LF");
        *line = (struct sg_bytes){text.data + *pos, i - *pos};
        *pos = i + 2;
        return SCRUBGATE_OK;
    }
    return SCRUBGATE_FULL;
}

static enum scrubgate_status take_field(struct sg_head *head, struct sg_bytes line,
                                        const char **why)
{
    if (line.data[0] == ' ' || line.data[0] == '\t')
        return refuse(why, "a folded header line");
    size_t colon = sg_bytes_find(line, ':');
    if (colon == line.len)
        return refuse(why, "a header line without a colon");
    struct sg_bytes name = {line.data, colon};
    struct sg_bytes value = {line.data + colon + 1, line.len - colon - 1};
    if (!sg_header_name_valid(name))
        return refuse(why, "a header name that is no token");
    enum scrubgate_status rc = sg_headers_add(&head->headers, name, sg_bytes_trim(value));
    if (rc == SCRUBGATE_ELIMIT)
        *why = "too many header fields";
    return rc;
}

static bool read_version(struct sg_bytes text, unsigned *minor)
{
    *minor = text.len == 8 && text.data[7] == '1' ? 1 : 0;
    return sg_bytes_equal(text, SG_BYTES("HTTP/1.1")) || sg_bytes_equal(text, SG_BYTES("HTTP/1.0"));
}

/* Visible ASCII and no fragment: what every party reads the same way. */
static bool is_plain_target(struct sg_bytes target)
{
    for (size_t i = 0; i < target.len; i++) {
        if (target.data[i] <= 0x20 || target.data[i] >= 0x7F || target.data[i] == '#')
            return false;
    }
    return target.len > 0;
}

/* A path, a whole address, `*` for OPTIONS; CONNECT has a form of its own. */
static bool fits_method(struct sg_bytes target, struct sg_bytes method)
{
    if (sg_bytes_equal(method, SG_BYTES("CONNECT")))
        return target.data[0] != '/';
    if (sg_bytes_equal(target, SG_BYTES("*")))
        return sg_bytes_equal(method, SG_BYTES("OPTIONS"));
    return target.data[0] == '/' ||
           (target.len > 7 &&
            sg_bytes_equal_nocase((struct sg_bytes){target.data, 7}, SG_BYTES("http://"))) ||
           (target.len > 8 &&
            sg_bytes_equal_nocase((struct sg_bytes){target.data, 8}, SG_BYTES("https://")));
}

static enum scrubgate_status take_request_line(struct sg_head *head, struct sg_bytes line,
                                               const char **why)
{
    size_t first = sg_bytes_find(line, ' ');
    if (first == line.len)
        return refuse(why, "a request line without a target");
    struct sg_bytes rest = {line.data + first + 1, line.len - first - 1};
    size_t second = sg_bytes_find(rest, ' ');
    if (second == rest.len)
        return refuse(why, "a request line without a version");
    head->method = (struct sg_bytes){line.data, first};
    head->target = (struct sg_bytes){rest.data, second};
    struct sg_bytes version = {rest.data + second + 1, rest.len - second - 1};
    if (!sg_header_name_valid(head->method))
        return refuse(why, "a method that is no token");
    if (!is_plain_target(head->target) || !fits_method(head->target, head->method))
        return refuse(why, "a request target that is no address");
    if (!read_version(version, &head->minor_version))
        return refuse(why, "a version other than HTTP/1.0 and HTTP/1.1");
    return SCRUBGATE_OK;
}

static enum scrubgate_status take_status_line(struct sg_head *head, struct sg_bytes line,
                                              const char **why)
{
    uint64_t status = 0;
    struct sg_bytes version = {line.data, line.len < 8 ? line.len : 8};
    if (!read_version(version, &head->minor_version))
        return refuse(why, "a version other than HTTP/1.0 and HTTP/1.1");
    if (line.len < 12 || line.data[8] != ' ' ||
        !sg_bytes_to_u64((struct sg_bytes){line.data + 9, 3}, &status) || status < 100 ||
        status > 599)
        return refuse(why, "a status that is no number from 100 to 599");
    /* Many servers leave out the space too when there is no reason; nothing hangs on it. */
    if (line.len > 12 && line.data[12] != ' ')
        return refuse(why, "a status that is no number from 100 to 599");
    size_t start = line.len > 12 ? 13 : 12;
    head->status = (unsigned)status;
    head->reason = (struct sg_bytes){line.data + start, line.len - start};
    return SCRUBGATE_OK;
}

typedef enum scrubgate_status start_line(struct sg_head *head, struct sg_bytes line,
                                         const char **why);

static enum scrubgate_status parse(struct sg_head *head, struct sg_bytes text, start_line *start,
                                   size_t *used, const char **why)
{
    struct sg_bytes line;
    size_t pos = 0;
    enum scrubgate_status rc = take_line(text, &pos, &line, why);
    if (rc == SCRUBGATE_OK)
        rc = start(head, line, why);
    while (rc == SCRUBGATE_OK) {
        rc = take_line(text, &pos, &line, why);
        if (rc == SCRUBGATE_OK && line.len == 0) {
            *used = pos;
            break;
        }
        if (rc == SCRUBGATE_OK)
            rc = take_field(head, line, why);
    }
    return rc;
}

static enum scrubgate_status parse_within(struct sg_head *head, struct sg_bytes text, size_t max,
                                          start_line *start, size_t *used, const char **why)
{
    bool over = text.len >= max;
    *why = NULL;
    if (text.len > max)
        text.len = max;
    head->minor_version = head->status = 0;
    head->method = head->target = head->reason = (struct sg_bytes){NULL, 0};
    head->headers.n = 0;
    enum scrubgate_status rc = parse(head, text, start, used, why);
    if (rc == SCRUBGATE_FULL && over) {
        *why = "a head over the limit";
        rc = SCRUBGATE_ELIMIT;
    }
    return rc;
}

enum scrubgate_status sg_head_parse_response(struct sg_head *head, struct sg_bytes text, size_t max,
                                             size_t *used, const char **why)
{
    return parse_within(head, text, max, take_status_line, used, why);
}

enum scrubgate_status sg_head_parse_request(struct sg_head *head, struct sg_bytes text, size_t max,
                                            size_t *used, const char **why)
{
    size_t hosts = 0;
    enum scrubgate_status rc = parse_within(head, text, max, take_request_line, used, why);
    if (rc != SCRUBGATE_OK)
        return rc;
    (void)sg_headers_find(&head->headers, "Host", &hosts);
    if (hosts > 1 || (hosts == 0 && head->minor_version == 1))
        return refuse(why, "not exactly one Host");
    return SCRUBGATE_OK;
}

/* --- building --------------------------------------------------------------------------------- */

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
    if (!sg_header_name_valid(method) || !is_plain_target(target))
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
    const struct sg_bytes parts[] = {name, SG_BYTES(": "), value};
    return add_line(out, parts, sizeof parts / sizeof parts[0]);
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
