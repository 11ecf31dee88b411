/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream_response.c - read one HTTP/1 response from bytes, strictly.
 *
 *     origin -> conn -> [response] -> call's handler
 */
#include "net/upstream_response.h"

#include <assert.h>

enum state { HEAD, LENGTH, CHUNKED, TO_CLOSE, COMPLETE };

void sg_response_init(struct sg_response *response, bool head_request, size_t max_head)
{
    *response = (struct sg_response){.head_request = head_request};
    sg_head_reader_init(&response->head, SG_HEAD_RESPONSE, max_head);
}

/* --- the head --- */

/* RFC 9112, 9.3. HTTP/1.0 is not kept: its keep-alive was never framed well. */
static bool keeps(const struct sg_head *head, const struct sg_framing *framing)
{
    return head->minor_version == 1 && framing->kind != SG_FRAMING_CLOSE &&
           !sg_headers_list_has(&head->headers, "Connection", "close");
}

static enum sg_response_step begin_body(struct sg_response *response, const struct sg_head *head)
{
    const char *reason;
    if (sg_framing_response(&response->framing, &head->headers, head->minor_version, head->status,
                            response->head_request, &reason) < 0)
        return SG_RESPONSE_FAILED;
    response->keep = keeps(head, &response->framing);
    switch (response->framing.kind) {
    case SG_FRAMING_NONE:
        response->state = COMPLETE;
        break;
    case SG_FRAMING_LENGTH:
        response->left = response->framing.length;
        response->state = response->left > 0 ? LENGTH : COMPLETE;
        break;
    case SG_FRAMING_CHUNKED:
        response->state = CHUNKED;
        break;
    case SG_FRAMING_CLOSE:
        response->state = TO_CLOSE;
        break;
    }
    return SG_RESPONSE_HEAD;
}

/* MORE with *pos moved: an interim head has passed. */
static enum sg_response_step read_head(struct sg_response *response, struct sg_bytes text,
                                       size_t *pos, struct sg_head *head, enum sg_call_failure *why)
{
    struct sg_bytes rest = {text.data + *pos, text.len - *pos};
    const char *reason;
    size_t used;
    *why = SG_CALL_MALFORMED;
    switch (sg_head_read(&response->head, rest, head, &used, &reason)) {
    case SG_HEAD_WHOLE:
        break;
    case SG_HEAD_MORE:
        return SG_RESPONSE_MORE;
    case SG_HEAD_LIMIT:
        *why = SG_CALL_LIMIT;
        return SG_RESPONSE_FAILED;
    default:
        return SG_RESPONSE_FAILED;
    }
    *pos += used;
    if (head->status >= 200)
        return begin_body(response, head);
    /* We never ask to switch protocols, and an endless row of promises is no answer. */
    struct sg_framing none;
    if (head->status == 101 || ++response->interims > SG_RESPONSE_INTERIMS ||
        sg_framing_response(&none, &head->headers, head->minor_version, head->status, false,
                            &reason) < 0)
        return SG_RESPONSE_FAILED;
    return SG_RESPONSE_MORE;
}

/* --- the body --- */

static enum sg_response_step read_chunked(struct sg_response *response, struct sg_bytes text,
                                          size_t *pos, enum sg_call_failure *why)
{
    struct sg_bytes body = {0};
    const char *reason;
    enum scrubgate_status rc = sg_chunked_read(&response->chunked, text, pos, &body, &reason);
    if (rc < 0) {
        *why = SG_CALL_MALFORMED;
        return SG_RESPONSE_FAILED;
    }
    if (body.len > 0) {
        /* The reader has passed the run; ours is not passed until the handler took it. */
        assert(body.data + body.len == text.data + *pos);
        *pos -= body.len;
        response->run = body.len;
        return SG_RESPONSE_BODY;
    }
    if (rc == SCRUBGATE_DONE) {
        response->state = COMPLETE;
        return SG_RESPONSE_DONE;
    }
    return SG_RESPONSE_MORE;
}

static enum sg_response_step read_body(struct sg_response *response, struct sg_bytes text,
                                       size_t *pos, enum sg_call_failure *why)
{
    size_t rest = text.len - *pos;
    switch (response->state) {
    case CHUNKED:
        return read_chunked(response, text, pos, why);
    case LENGTH:
        if (response->left == 0) {
            response->state = COMPLETE;
            return SG_RESPONSE_DONE;
        }
        response->run = rest < response->left ? rest : (size_t)response->left;
        response->left -= response->run;
        break;
    case TO_CLOSE:
        response->run = rest;
        break;
    default:
        return SG_RESPONSE_DONE;
    }
    return response->run > 0 ? SG_RESPONSE_BODY : SG_RESPONSE_MORE;
}

/* --- the steps --- */

enum sg_response_step sg_response_read(struct sg_response *response, struct sg_bytes text,
                                       size_t *pos, struct sg_head *head, struct sg_bytes *run,
                                       enum sg_call_failure *why)
{
    enum sg_response_step step;
    assert(*pos <= text.len && response->run <= text.len - *pos);
    if (response->state == HEAD) {
        size_t before;
        do {
            before = *pos;
            step = read_head(response, text, pos, head, why);
        } while (step == SG_RESPONSE_MORE && *pos > before);
        return step;
    }
    step = response->run > 0 ? SG_RESPONSE_BODY : read_body(response, text, pos, why);
    if (step == SG_RESPONSE_BODY)
        *run = (struct sg_bytes){text.data + *pos, response->run};
    return step;
}

void sg_response_take(struct sg_response *response, size_t *pos, size_t n)
{
    assert(n <= response->run);
    response->run -= n;
    *pos += n;
}

bool sg_response_closed(const struct sg_response *response)
{
    return response->state == COMPLETE || (response->state == TO_CLOSE && response->run == 0);
}
