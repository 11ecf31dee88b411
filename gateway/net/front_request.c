/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_request.c - a request's memory, and what handlers may ask about it.
 *
 * Connections borrow one only while a request is under way, and hold no more of its head than has
 * come.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/front_parts.h"
#include "net/tls.h"

enum { SPARES = 256, DRAIN_MOST = 64 * 1024 };

static void discard(struct sg_request *request)
{
    sg_buf_fini(&request->text);
    sg_buf_fini(&request->out);
    sg_buf_fini(&request->later);
    free(request->headers);
    free(request);
}

/* --- the head --------------------------------------------------------------------------------- */

/* What stood at `from` in one place stands as far behind `to` in another. */
static struct sg_bytes moved(struct sg_bytes part, const uint8_t *from, const uint8_t *to)
{
    return part.len == 0 ? (struct sg_bytes){to, 0}
                         : (struct sg_bytes){to + (part.data - from), part.len};
}

static enum scrubgate_status move_fields(struct sg_request *request,
                                         const struct sg_headers *headers, const uint8_t *from)
{
    const uint8_t *to = request->text.data;
    if (request->headers == NULL || headers->n > request->fields_most) {
        free(request->headers);
        request->headers = malloc(sg_headers_size(headers->n));
        if (request->headers == NULL)
            return SCRUBGATE_ENOMEM;
        request->fields_most = headers->n;
    }
    request->headers->n = headers->n;
    for (size_t i = 0; i < headers->n; i++) {
        const struct sg_header *field = &headers->item[i];
        request->headers->item[i] =
            (struct sg_header){moved(field->name, from, to), moved(field->value, from, to)};
    }
    return SCRUBGATE_OK;
}

static void read_wishes(struct sg_request *request)
{
    const struct sg_headers *headers = request->headers;
    bool ends = sg_headers_list_has(headers, "Connection", "close");
    request->keep =
        !ends && (!request->old || sg_headers_list_has(headers, "Connection", "keep-alive"));
    bool body = request->framing.kind == SG_FRAMING_CHUNKED || request->framing.length > 0;
    request->expects = !request->old && body && sg_headers_find(headers, "Expect", NULL) != NULL;
}

struct sg_request *sg_request_borrow(struct sg_client *client, struct sg_bytes text,
                                     const struct sg_head *head, const struct sg_framing *framing)
{
    struct sg_front *front = client->front;
    struct sg_request *request = front->spares;
    if (request != NULL) {
        front->spares = request->spare;
        front->n_spares--;
    } else {
        request = calloc(1, sizeof *request);
        if (request == NULL)
            return NULL;
    }
    if (sg_buf_add_bytes(&request->text, text) < 0 ||
        move_fields(request, &head->headers, text.data) < 0) {
        discard(request);
        return NULL;
    }
    request->client = client;
    request->method = moved(head->method, text.data, request->text.data);
    request->target = moved(head->target, text.data, request->text.data);
    request->framing = *framing;
    request->old = head->minor_version == 0;
    request->head = sg_bytes_equal(request->method, SG_BYTES("HEAD"));
    read_wishes(request);
    return request;
}

/* Field by field: some memory is used again. */
static void wipe(struct sg_request *request)
{
    sg_buf_spare(&request->text, SG_SPARE_MOST);
    sg_buf_spare(&request->out, SG_SPARE_MOST);
    sg_buf_fini(&request->later);
    request->client = NULL;
    request->own = NULL;
    request->headers->n = 0;
    request->stage = SG_STAGE_BODY;
    request->whole = request->begun = request->busy = request->again = request->stopped = false;
    request->probed = request->cut = false;
    request->made = request->headed = request->waits = false;
    request->close = request->chunked = false;
    request->spent_ns = 0;
    request->got = request->dropped = request->length = request->sent = 0;
    request->out_at = 0;
    request->read = NULL;
}

void sg_request_return(struct sg_front *front, struct sg_request *request)
{
    assert(!request->busy);
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

bool sg_request_drains(const struct sg_request *request)
{
    if (request->read != NULL)
        return true; /* what is pulled begins when the request has ended */
    if (request->expects && request->got + request->dropped == 0)
        return false; /* the client waits to be called for its body, and will not be */
    if (request->framing.kind == SG_FRAMING_LENGTH)
        return request->framing.length - request->got - request->dropped <= DRAIN_MOST;
    return request->dropped <= DRAIN_MOST;
}

bool sg_request_hurry(struct sg_request *request)
{
    if (request == NULL || !request->made || request->read != NULL)
        return false;
    request->stage = SG_STAGE_REPLYING;
    request->close = true;
    return true;
}

/* --- asked by handlers ------------------------------------------------------------------------ */

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
    return request->headers;
}

const struct sg_framing *sg_request_framing(const struct sg_request *request)
{
    return &request->framing;
}

struct sg_bytes sg_request_peer(const struct sg_request *request)
{
    return (struct sg_bytes){request->client->peer, request->client->peer_len};
}

struct sg_bytes sg_request_tls_print(const struct sg_request *request)
{
    const struct sg_tls_stream *tls = request->client->conn.tls;
    return tls != NULL ? sg_tls_print(tls) : (struct sg_bytes){NULL, 0};
}
