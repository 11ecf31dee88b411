/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head_reader.c - read the head of an HTTP/1 message (RFC 9112, sections 2 to 5) as it comes.
 *
 * Token by token: each step passes the run of bytes that may be part of what is being read and
 * judges the byte that ends it, so bytes are judged in their order and none is waited for.
 */
#include "http/head_reader.h"

#include <assert.h>
#include <string.h>

#include "http/run.h"

enum {
    METHOD,
    TARGET,
    VERSION,
    VERSION_END,
    STATUS,
    STATUS_END,
    REASON,
    LINE_LF,
    LINE, /* at the first byte of a field line, or of the empty one */
    NAME,
    VALUE,
    END_LF
};

/* One call's: all of it ends up in registers, which is why the reader is in it by value. */
struct cursor {
    struct sg_head_reader reader;
    struct sg_head *head;
    struct sg_bytes text;
    size_t at; /* the byte to be judged next */
    const char *why;
};

static void restart(struct sg_head_reader *reader)
{
    reader->state = reader->kind == SG_HEAD_REQUEST ? METHOD : VERSION;
    reader->looked = reader->mark = 0;
    reader->fields = 0;
}

void sg_head_reader_init(struct sg_head_reader *reader, enum sg_head_kind kind, size_t max)
{
    reader->kind = kind;
    reader->max = max;
    restart(reader);
}

/* Each of these answers MORE to go on, also when there is nothing to look at. */
static enum sg_head_step refuse(struct cursor *c, enum sg_head_step step, const char *why)
{
    c->why = why;
    return step;
}

static enum sg_head_step malformed(struct cursor *c, const char *why)
{
    return refuse(c, SG_HEAD_MALFORMED, why);
}

static enum sg_head_step go_on(struct cursor *c, int state)
{
    c->reader.state = state;
    return SG_HEAD_MORE;
}

/* Passes the byte; what is behind it begins a token. */
static enum sg_head_step begin(struct cursor *c, int state)
{
    c->reader.mark = ++c->at;
    return go_on(c, state);
}

/* From the mark up to the byte to be judged. */
static struct sg_bytes token(const struct cursor *c)
{
    return (struct sg_bytes){c->text.data + c->reader.mark, c->at - c->reader.mark};
}

/* --- the start line --- */

static enum sg_head_step take_method(struct cursor *c)
{
    c->at = sg_run_token(c->text, c->at);
    if (c->at == c->text.len)
        return SG_HEAD_MORE;
    c->head->method = token(c);
    if (c->text.data[c->at] != ' ' || c->head->method.len == 0)
        return malformed(c, "a method that is no token");
    if (sg_bytes_equal(c->head->method, SG_BYTES("CONNECT")) ||
        sg_bytes_equal(c->head->method, SG_BYTES("TRACE")))
        return refuse(c, SG_HEAD_METHOD, "a method that is not for a gateway like this");
    return begin(c, TARGET);
}

static enum sg_head_step take_target(struct cursor *c)
{
    if (c->at == c->reader.mark && c->text.data[c->at] != '/')
        return malformed(c, "a target that does not begin with a slash");
    c->at = sg_run_target(c->text, c->at);
    if (c->at == c->text.len)
        return SG_HEAD_MORE;
    uint8_t c0 = c->text.data[c->at];
    if (c0 == '\r' || c0 == '\n')
        return malformed(c, "a request line without a version");
    if (c0 != ' ')
        return malformed(c, "a target with a byte that must be percent-encoded");
    c->head->target = token(c);
    return begin(c, VERSION);
}

static enum sg_head_step take_version(struct cursor *c)
{
    static const char name[] = "HTTP/1.";
    const size_t last = sizeof name - 1;
    if (c->at == c->reader.mark && c->text.len - c->at > last &&
        memcmp(c->text.data + c->at, name, last) == 0)
        c->at += last;
    for (; c->at < c->text.len; c->at++) {
        uint8_t byte = c->text.data[c->at];
        size_t i = c->at - c->reader.mark;
        if (i == last && (byte == '0' || byte == '1')) {
            c->head->minor_version = byte - '0';
            c->at++;
            return go_on(c, VERSION_END);
        }
        if (i < last && byte == name[i])
            continue;
        if (sg_is_digit(byte) && (i == last || name[i] == '1'))
            return refuse(c, SG_HEAD_VERSION, "a version other than HTTP/1.0 and HTTP/1.1");
        return malformed(c, "a start line without a version of HTTP");
    }
    return SG_HEAD_MORE;
}

static enum sg_head_step take_version_end(struct cursor *c)
{
    bool request = c->reader.kind == SG_HEAD_REQUEST;
    if (c->text.data[c->at] != (request ? '\r' : ' '))
        return malformed(c, "a version that does not end where it must");
    return begin(c, request ? LINE_LF : STATUS);
}

static enum sg_head_step take_status(struct cursor *c)
{
    uint64_t status = 0;
    uint8_t byte = c->text.data[c->at];
    if (!sg_is_digit(byte) || (c->at == c->reader.mark && (byte < '1' || byte > '5')))
        return malformed(c, "a status that is no number from 100 to 599");
    c->at++;
    if (c->at - c->reader.mark < 3)
        return SG_HEAD_MORE;
    (void)sg_bytes_to_u64(token(c), &status);
    c->head->status = (unsigned)status;
    return go_on(c, STATUS_END);
}

static enum sg_head_step take_status_end(struct cursor *c)
{
    uint8_t byte = c->text.data[c->at];
    /* Many servers leave out the space too when there is no reason; nothing hangs on it. */
    if (byte == '\r')
        return begin(c, LINE_LF);
    if (byte != ' ')
        return malformed(c, "a status that is no number from 100 to 599");
    return begin(c, REASON);
}

/* The CR that ends a line of text, and nothing else that is no text. */
static enum sg_head_step take_line_end(struct cursor *c)
{
    uint8_t byte = c->text.data[c->at];
    if (byte == '\n')
        return malformed(c, "a line that ends in LF without CR");
    if (byte != '\r')
        return malformed(c, "a control character in the head");
    return begin(c, LINE_LF);
}

static enum sg_head_step take_reason(struct cursor *c)
{
    c->at = sg_run_value(c->text, c->at);
    if (c->at == c->text.len)
        return SG_HEAD_MORE;
    c->head->reason = token(c);
    return take_line_end(c);
}

static enum sg_head_step take_lf(struct cursor *c, int state)
{
    if (c->text.data[c->at] != '\n')
        return malformed(c, "a CR without LF");
    return begin(c, state);
}

/* --- the fields --- */

static enum sg_head_step take_value(struct cursor *c)
{
    c->at = sg_run_value(c->text, c->at);
    if (c->at == c->text.len)
        return SG_HEAD_MORE;
    c->head->headers.item[c->reader.fields].value = sg_bytes_trim(token(c));
    enum sg_head_step step = take_line_end(c);
    if (step == SG_HEAD_MORE)
        c->reader.fields++;
    return step;
}

static enum sg_head_step refuse_name(struct cursor *c, uint8_t byte)
{
    if (byte == ' ' || byte == '\t')
        return malformed(c, "a space before the colon of a header line");
    if (byte == '\r' || byte == '\n')
        return malformed(c, "a header line without a colon");
    return malformed(c, "a header name that is no token");
}

static enum sg_head_step take_name(struct cursor *c)
{
    c->at = sg_run_token(c->text, c->at);
    if (c->at == c->text.len)
        return SG_HEAD_MORE;
    struct sg_bytes name = token(c);
    if (c->text.data[c->at] != ':' || name.len == 0)
        return refuse_name(c, c->text.data[c->at]);
    c->head->headers.item[c->reader.fields].name = name;
    return begin(c, VALUE);
}

static enum sg_head_step take_line(struct cursor *c)
{
    uint8_t byte = c->text.data[c->at];
    if (byte == '\r')
        return begin(c, END_LF);
    if (byte == ' ' || byte == '\t')
        return malformed(c, "a folded header line");
    if (c->reader.fields == SG_HEADERS_MOST)
        return refuse(c, SG_HEAD_LIMIT, "too many header fields");
    return go_on(c, NAME);
}

/* The LF of the empty line. */
static enum sg_head_step take_end(struct cursor *c)
{
    enum sg_head_step step = take_lf(c, END_LF);
    return step == SG_HEAD_MORE ? SG_HEAD_WHOLE : step;
}

/* --- the head --- */

/* There is a byte to judge. */
static enum sg_head_step take(struct cursor *c)
{
    enum sg_head_step step;
    switch (c->reader.state) {
    case METHOD:
        return take_method(c);
    case TARGET:
        return take_target(c);
    case VERSION:
        return take_version(c);
    case VERSION_END:
        return take_version_end(c);
    case STATUS:
        return take_status(c);
    case STATUS_END:
        return take_status_end(c);
    case REASON:
        return take_reason(c);
    case LINE: /* nearly all of a head is field lines: each part goes on to the next by itself */
        step = take_line(c);
        if (c->reader.state != NAME)
            return step;
        /* fall through */
    case NAME:
        step = take_name(c);
        if (c->reader.state != VALUE)
            return step;
        /* fall through */
    case VALUE:
        step = take_value(c);
        if (c->reader.state != LINE_LF || c->at == c->text.len)
            return step;
        /* fall through */
    case LINE_LF:
        return take_lf(c, LINE);
    default:
        return take_end(c);
    }
}

/* From where the reader is up to the end of text, of the head, or to what is wrong. */
static enum sg_head_step run(struct cursor *c)
{
    enum sg_head_step step = SG_HEAD_MORE;
    c->at = c->reader.looked;
    while (step == SG_HEAD_MORE && c->at < c->text.len)
        step = take(c);
    c->reader.looked = c->at;
    return step;
}

enum sg_head_step sg_head_read(struct sg_head_reader *reader, struct sg_bytes text,
                               struct sg_head *head, size_t *used, const char **why)
{
    struct cursor c = {.reader = *reader, .head = head, .text = text};
    enum sg_head_step step;
    assert(text.len >= reader->looked);
    if (text.len > reader->max)
        c.text.len = reader->max;
    head->minor_version = head->status = 0;
    head->method = head->target = head->reason = (struct sg_bytes){NULL, 0};
    /* Tokens of earlier calls are not in this head: once more then, when all is good. */
    for (bool again = reader->looked > 0;; again = false) {
        step = run(&c);
        if (step != SG_HEAD_WHOLE || !again)
            break;
        restart(&c.reader);
    }
    if (step == SG_HEAD_WHOLE) {
        head->headers.n = c.reader.fields;
        *used = c.at;
        restart(&c.reader);
    }
    if (step == SG_HEAD_MORE && text.len >= reader->max)
        step = refuse(&c, SG_HEAD_LIMIT, "a head over the limit");
    *reader = c.reader;
    *why = c.why;
    return step;
}
