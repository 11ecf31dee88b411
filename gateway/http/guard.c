/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.c - the one reader of a client's bytes: HTTP/1.1 requests (RFC 9112), strictly.
 */
#include "http/guard.h"

#include <assert.h>

#include "http/host.h"

enum { HEAD, LENGTH, CHUNKED, REFUSED };

void sg_guard_init(struct sg_guard *guard, size_t max_head)
{
    *guard = (struct sg_guard){.state = HEAD};
    sg_head_reader_init(&guard->head, SG_HEAD_REQUEST, max_head);
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

static enum sg_guard_step begin_body(struct sg_guard *guard, const struct sg_framing *framing)
{
    guard->chunked = (struct sg_chunked){0};
    guard->left = framing->length;
    guard->state = framing->kind == SG_FRAMING_CHUNKED ? CHUNKED : LENGTH;
    return SG_GUARD_HEAD;
}

/* What the fields say beside the framing. */
struct said {
    struct sg_bytes host, expect;
    size_t hosts, expects;
    bool disguised;
};

static bool is_named(const struct sg_header *field, const char *name)
{
    return sg_bytes_equal_nocase(field->name, sg_bytes_of(name));
}

/* By the lengths of the names: most fields are none of these. */
static void look_at(struct said *said, const struct sg_header *field)
{
    switch (field->name.len) {
    case sizeof "Host" - 1:
        if (is_named(field, "Host")) {
            said->host = field->value;
            said->hosts++;
        }
        break;
    case sizeof "Expect" - 1:
        if (is_named(field, "Expect")) {
            said->expect = field->value;
            said->expects++;
        }
        break;
    case sizeof "Content_Length" - 1:
    case sizeof "Transfer_Encoding" - 1:
        /* Who takes `_` and `-` for the same, as CGI does, would see another length behind us. */
        if (is_named(field, "Content_Length") || is_named(field, "Transfer_Encoding"))
            said->disguised = true;
        break;
    default:
        break;
    }
}

/* What must hold for all lines of the head together; each by itself is well formed. */
static enum sg_guard_step judge(struct sg_guard *guard, const struct sg_head *head,
                                struct sg_framing *framing)
{
    struct said said = {.disguised = false};
    const char *detail = NULL;
    for (size_t i = 0; i < head->headers.n; i++)
        look_at(&said, &head->headers.item[i]);
    if (said.hosts > 1 || (said.hosts == 0 && head->minor_version == 1))
        return malformed(guard, "not exactly one Host");
    if (said.hosts == 1 && !sg_host_valid(said.host))
        return malformed(guard, "a Host that is no host");
    if (said.disguised)
        return malformed(guard, "a framing field with an underscore");
    switch (sg_framing_request(framing, &head->headers, head->minor_version, &detail)) {
    case SCRUBGATE_OK:
        break;
    case SCRUBGATE_EUNSUPPORTED:
        return refuse(guard, 501, "unsupported", detail);
    default:
        return malformed(guard, detail);
    }
    /* RFC 9110, 10.1.1: HTTP/1.0 knows no expectations, so there they are none. */
    if (head->minor_version == 1 && said.expects > 0 &&
        (said.expects > 1 || !sg_bytes_equal_nocase(said.expect, SG_BYTES("100-continue"))))
        return refuse(guard, 417, "expectation", "the only expectation is 100-continue");
    return begin_body(guard, framing);
}

/* RFC 9112, 2.2: one empty line before the request line is nothing. False when half of it came. */
static bool pass_blank(struct sg_guard *guard, struct sg_bytes text, size_t *pos)
{
    if (guard->blank || guard->head.looked > 0 || *pos == text.len || text.data[*pos] != '\r')
        return true;
    if (text.len - *pos < 2)
        return false;
    if (text.data[*pos + 1] == '\n') {
        guard->blank = true;
        *pos += 2;
    }
    return true;
}

static enum sg_guard_step read_head(struct sg_guard *guard, struct sg_bytes text, size_t *pos,
                                    struct sg_head *head, struct sg_framing *framing)
{
    const char *detail = NULL;
    size_t used = 0;
    if (!pass_blank(guard, text, pos) || *pos == text.len)
        return SG_GUARD_MORE;
    struct sg_bytes rest = {text.data + *pos, text.len - *pos};
    switch (sg_head_read(&guard->head, rest, head, &used, &detail)) {
    case SG_HEAD_MORE:
        return SG_GUARD_MORE;
    case SG_HEAD_WHOLE:
        *pos += used;
        guard->blank = false;
        return judge(guard, head, framing);
    case SG_HEAD_METHOD:
        return refuse(guard, 501, "unsupported", detail);
    case SG_HEAD_VERSION:
        return refuse(guard, 505, "version", detail);
    case SG_HEAD_LIMIT:
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
