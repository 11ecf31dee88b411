/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.c - the one reader of a client's bytes: HTTP/1.1 requests (RFC 9112), strictly.
 */
#include "http/guard.h"

#include <assert.h>

enum state { HEAD, LENGTH, CHUNKED, REFUSED };

void sg_guard_init(struct sg_guard *guard, size_t max_head)
{
    *guard = (struct sg_guard){.max_head = max_head};
}

static enum sg_guard_step refuse(struct sg_guard *guard, unsigned status, const char *word,
                                 const char *detail)
{
    guard->state = REFUSED;
    guard->why = (struct sg_refusal){status, word, detail};
    return SG_GUARD_REJECT;
}

static enum sg_guard_step malformed(struct sg_guard *guard, const char *detail)
{
    return refuse(guard, 400, "malformed", detail);
}

/* --- the head --- */

static bool is_host(struct sg_bytes name)
{
    /* What RFC 3986 lets a host and port be made of, but user names and lists. */
    struct sg_bytes marks = SG_BYTES("-._~%:[]!$&'()*+;=");
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        if (!sg_is_alnum(c) && sg_bytes_find(marks, c) == marks.len)
            return false;
    }
    return name.len > 0;
}

static bool expects_too_much(const struct sg_headers *headers)
{
    size_t count = 0;
    const struct sg_header *expect = sg_headers_find(headers, "Expect", &count);
    return count > 1 ||
           (count == 1 && !sg_bytes_equal_nocase(expect->value, SG_BYTES("100-continue")));
}

/* The head as a whole, each line of which is well formed. */
static enum sg_guard_step judge(struct sg_guard *guard, const struct sg_head *head,
                                struct sg_framing *framing)
{
    const char *detail = NULL;
    const struct sg_header *host = sg_headers_find(&head->headers, "Host", NULL);
    const struct sg_header *coding = sg_headers_find(&head->headers, "Transfer-Encoding", NULL);
    if (sg_bytes_equal(head->method, SG_BYTES("CONNECT")) ||
        sg_bytes_equal(head->method, SG_BYTES("TRACE")))
        return refuse(guard, 501, "unsupported", "the method is not for a gateway like this");
    if (head->target.data[0] != '/')
        return malformed(guard, "the target does not begin with a slash");
    if (host != NULL && !is_host(host->value))
        return malformed(guard, "a Host that is no host");
    if (sg_framing_request(framing, &head->headers, head->minor_version, &detail) < 0) {
        if (coding != NULL && sg_header_name_valid(coding->value) &&
            !sg_bytes_equal_nocase(coding->value, SG_BYTES("chunked")))
            return refuse(guard, 501, "unsupported", detail);
        return malformed(guard, detail);
    }
    if (head->minor_version == 1 && expects_too_much(&head->headers))
        return refuse(guard, 417, "expectation", "the only expectation is 100-continue");
    guard->chunked = (struct sg_chunked){0};
    guard->left = framing->length;
    guard->state = framing->kind == SG_FRAMING_CHUNKED ? CHUNKED : LENGTH;
    return SG_GUARD_HEAD;
}

static enum sg_guard_step read_head(struct sg_guard *guard, struct sg_bytes text, size_t *pos,
                                    struct sg_head *head, struct sg_framing *framing)
{
    const char *detail = NULL;
    size_t used = 0;
    if (guard->looked == 0 && text.len - *pos >= 2 && text.data[*pos] == '\r' &&
        text.data[*pos + 1] == '\n') {
        guard->looked = 1; /* RFC 9112, 2.2: one empty line before the request line */
        *pos += 2;
    }
    if (text.len == *pos || (text.len - *pos == 1 && text.data[*pos] == '\r'))
        return SG_GUARD_MORE;
    struct sg_bytes rest = {text.data + *pos, text.len - *pos};
    switch (sg_head_parse_request(head, rest, guard->max_head, &used, &detail)) {
    case SCRUBGATE_OK:
        *pos += used;
        guard->looked = 0;
        return judge(guard, head, framing);
    case SCRUBGATE_FULL:
        return SG_GUARD_MORE;
    case SCRUBGATE_ELIMIT:
        return refuse(guard, 431, "limit", detail);
    default:
        return malformed(guard, detail);
    }
}

/* --- the body --- */

static enum sg_guard_step end(struct sg_guard *guard)
{
    guard->state = HEAD;
    return SG_GUARD_END;
}

static enum sg_guard_step read_length(struct sg_guard *guard, struct sg_bytes text, size_t pos)
{
    size_t rest = text.len - pos;
    if (guard->left == 0)
        return end(guard);
    guard->run = rest < guard->left ? rest : (size_t)guard->left;
    guard->left -= guard->run;
    return guard->run > 0 ? SG_GUARD_BODY : SG_GUARD_MORE;
}

static enum sg_guard_step read_chunked(struct sg_guard *guard, struct sg_bytes text, size_t *pos)
{
    struct sg_bytes body = {NULL, 0};
    const char *detail = NULL;
    enum scrubgate_status rc = sg_chunked_read(&guard->chunked, text, pos, &body, &detail);
    if (rc < 0)
        return malformed(guard, detail);
    if (body.len > 0) {
        /* The reader has passed the run; ours is not passed until the caller took it. */
        *pos -= body.len;
        guard->run = body.len;
        return SG_GUARD_BODY;
    }
    return rc == SCRUBGATE_DONE ? end(guard) : SG_GUARD_MORE;
}

/* --- the steps --- */

enum sg_guard_step sg_guard_read(struct sg_guard *guard, struct sg_bytes text, size_t *pos,
                                 struct sg_head *head, struct sg_framing *framing,
                                 struct sg_bytes *run, const struct sg_refusal **why)
{
    enum sg_guard_step step = SG_GUARD_REJECT;
    assert(*pos <= text.len && guard->run <= text.len - *pos);
    if (guard->run > 0)
        step = SG_GUARD_BODY;
    else if (guard->state == HEAD)
        step = read_head(guard, text, pos, head, framing);
    else if (guard->state == LENGTH)
        step = read_length(guard, text, *pos);
    else if (guard->state == CHUNKED)
        step = read_chunked(guard, text, pos);
    if (step == SG_GUARD_BODY)
        *run = (struct sg_bytes){text.data + *pos, guard->run};
    if (step == SG_GUARD_REJECT)
        *why = &guard->why;
    return step;
}

void sg_guard_take(struct sg_guard *guard, size_t *pos, size_t n)
{
    assert(n <= guard->run);
    guard->run -= n;
    *pos += n;
}
