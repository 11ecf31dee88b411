/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_request.c - a request's memory, and what handlers may ask about it.
 *
 * Requests are large, as they hold all header fields, so connections borrow one only while a
 * request is under way.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/front_parts.h"

enum { SPARES = 256, DRAIN_MOST = 64 * 1024 };

static void discard(struct sg_request *request)
{
    sg_buf_fini(&request->text);
    free(request);
}

/* Field by field: the headers need no zeroing, and the head's memory is used again. */
static void wipe(struct sg_request *request)
{
    assert(request->reply == NULL && !request->task.queued);
    sg_buf_clear(&request->text);
    sg_buf_fini(&request->held);
    sg_buf_fini(&request->answer);
    request->client = NULL;
    request->own = NULL;
    request->headers.n = 0;
    request->head_size = 0;
    request->framing = (struct sg_framing){.kind = SG_FRAMING_NONE};
    request->old = request->head = false;
    request->stage = SG_STAGE_HEAD;
    request->begun = request->busy = request->suspended = false;
    request->again = request->cut = false;
    request->got = request->dropped = request->sent = request->length = 0;
    request->read = NULL;
}

struct sg_request *sg_request_borrow(struct sg_front *front, struct sg_client *client,
                                     struct sg_bytes target)
{
    struct sg_request *request = front->spares;
    if (request != NULL) {
        front->spares = request->spare;
        front->n_spares--;
    } else {
        request = calloc(1, sizeof *request);
        if (request == NULL)
            return NULL;
    }
    if (sg_buf_add_bytes(&request->text, target) < 0) {
        discard(request);
        return NULL;
    }
    request->target_len = target.len;
    request->client = client;
    return request;
}

void sg_request_return(struct sg_front *front, struct sg_request *request)
{
    wipe(request);
    if (front->n_spares == SPARES) {
        discard(request);
        return;
    }
    request->spare = front->spares;
    front->spares = request;
    front->n_spares++;
}

void sg_request_free_spares(struct sg_front *front)
{
    while (front->spares != NULL) {
        struct sg_request *request = front->spares;
        front->spares = request->spare;
        discard(request);
    }
    front->n_spares = 0;
}

enum scrubgate_status sg_request_reserve(struct sg_request *request, size_t len)
{
    enum scrubgate_status rc = sg_buf_reserve(&request->text, len);
    if (rc < 0)
        return rc;
    request->target = (struct sg_bytes){request->text.data, request->target_len};
    return SCRUBGATE_OK;
}

struct sg_bytes sg_request_keep(struct sg_request *request, struct sg_bytes text)
{
    struct sg_buf *to = &request->text;
    assert(text.len <= to->cap - to->len);
    struct sg_bytes kept = {to->data + to->len, text.len};
    if (text.len > 0)
        memcpy(to->data + to->len, text.data, text.len);
    to->len += text.len;
    return kept;
}

bool sg_request_has_body(const struct sg_request *request)
{
    return request->framing.kind == SG_FRAMING_CHUNKED ||
           (request->framing.kind == SG_FRAMING_LENGTH && request->framing.length > 0);
}

bool sg_request_drains(const struct sg_request *request)
{
    if (request->read != NULL)
        return true; /* a reply that streams cannot go past libmicrohttpd: read to the end */
    if (request->framing.kind == SG_FRAMING_LENGTH)
        return request->framing.length - request->got <= DRAIN_MOST;
    return request->dropped <= DRAIN_MOST;
}

struct sg_bytes sg_request_method(const struct sg_request *request)
{
    return request->method;
}

struct sg_bytes sg_request_target(const struct sg_request *request)
{
    return request->target;
}

const struct sg_headers *sg_request_headers(const struct sg_request *request)
{
    return &request->headers;
}

const struct sg_framing *sg_request_framing(const struct sg_request *request)
{
    return &request->framing;
}

struct sg_bytes sg_request_peer(const struct sg_request *request)
{
    return (struct sg_bytes){request->client->peer, request->client->peer_len};
}

void *sg_request_own(const struct sg_request *request)
{
    return request->own;
}
