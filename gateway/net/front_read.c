/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_read.c - bytes -> guard -> the handler's events.
 *
 *     socket -> input (shared, for one turn) -> [guard] -> begin, body*, end
 *                 └-> ahead: what was not used, if anything
 *
 * A request that came whole is read, judged and handed on without a byte of it being kept but its
 * head. Nothing is read while nobody wants it: what the client sends then waits in its socket.
 */
#include <assert.h>

#include "base/digest.h"
#include "net/front_parts.h"

enum { MORE_ROOM = 1024 };

static const struct sg_refusal overload = {503, "overload", "try again later"};

/* --- the end of a request --------------------------------------------------------------------- */

/* Its reply is out. False: gone. */
static bool finish(struct sg_client *client)
{
    struct sg_request *request = client->request;
    struct sg_front *front = client->front;
    bool ends = request->close || front->draining, more = !request->whole;
    client->request = NULL;
    client->served = true;
    sg_deadline_cancel(&front->deadlines, &client->deadline);
    if (request->begun)
        front->handler.closed(request->own, SG_REQUEST_SENT);
    sg_request_return(front, request);
    if (ends)
        sg_client_linger(client, more);
    return !ends;
}

/* Sees to what the handler has asked for. False: gone. */
static bool settle(struct sg_client *client)
{
    struct sg_request *request = client->request;
    if (request == NULL)
        return true;
    if (request->made && !request->cut &&
        !(request->stage == SG_STAGE_BODY && sg_request_drains(request))) {
        enum sg_sending sending = sg_reply_send(request);
        if (sending == SG_SENDING_DONE)
            return finish(client);
    }
    if (!request->cut)
        return true;
    sg_client_drop(client, request->how);
    return false;
}

/* --- the handler's events --------------------------------------------------------------------- */

static void begin(struct sg_client *client, struct sg_bytes head, const struct sg_framing *framing)
{
    struct sg_front *front = client->front;
    const struct sg_front_handler *handler = &front->handler;
    struct sg_request *request = sg_request_borrow(client, head, &front->head, framing);
    client->request = request;
    if (request == NULL)
        return;
    if (handler->admit == NULL || handler->admit(handler->ctx)) {
        request->busy = request->begun = true;
        request->own = handler->begin(handler->ctx, request);
        request->busy = false;
        request->begun = request->own != NULL;
    }
    if (!request->begun && !request->cut) {
        sg_front_tell(front, client, &overload);
        if (sg_reply_refuse(request, &overload) < 0)
            sg_request_abort(request);
    }
}

/* How many of the run's bytes were used. */
static size_t deliver(struct sg_request *request, struct sg_bytes run)
{
    if (request->made) {
        request->dropped += run.len;
        return run.len;
    }
    request->busy = true;
    request->again = false;
    size_t taken = request->client->front->handler.body(request->own, run);
    request->busy = false;
    assert(taken <= run.len);
    request->got += taken;
    request->stopped = taken < run.len && !request->made;
    if (request->stopped && request->again)
        sg_task_queue(request->client->front->loop, &request->client->task);
    return taken;
}

static void end(struct sg_request *request)
{
    request->stage = SG_STAGE_ENDED;
    request->whole = true;
    if (request->made)
        return;
    request->busy = true;
    request->again = false;
    request->client->front->handler.end(request->own);
    request->busy = false;
}

/* --- bytes ------------------------------------------------------------------------------------ */

/* Whether bytes of the client are wanted. */
static bool listens(const struct sg_client *client)
{
    const struct sg_request *request = client->request;
    return request == NULL || (request->stage == SG_STAGE_BODY && !request->stopped);
}

/* A client that waits to be called for its body is, unless it has an answer already. */
static void call_for_body(struct sg_request *request)
{
    if (request != NULL && request->expects && !request->made && !request->cut)
        sg_reply_continue(request);
}

/* Uses text from *pos on, as far as the handler lets it. False: gone. */
static bool feed(struct sg_client *client, struct sg_bytes text, size_t *pos)
{
    struct sg_front *front = client->front;
    struct sg_framing framing;
    struct sg_bytes run;
    const struct sg_refusal *why;
    client->hungry = false;
    while (listens(client)) {
        switch (sg_guard_read(&client->guard, text, pos, &front->head, &framing, &run, &why)) {
        case SG_GUARD_MORE:
            client->hungry = true;
            call_for_body(client->request);
            return true;
        case SG_GUARD_HEAD: {
            const uint8_t *start = front->head.method.data; /* its first byte */
            begin(client, (struct sg_bytes){start, (size_t)(text.data + *pos - start)}, &framing);
            if (client->request == NULL) {
                sg_client_refuse(client, &overload);
                return false;
            }
            break;
        }
        case SG_GUARD_BODY:
            sg_guard_take(&client->guard, pos, deliver(client->request, run));
            break;
        case SG_GUARD_END:
            end(client->request);
            break;
        case SG_GUARD_REJECT:
            if (!sg_request_hurry(client->request)) {
                sg_client_refuse(client, why);
                return false;
            }
            break;
        }
        if (!settle(client))
            return false;
    }
    return true;
}

static bool feed_ahead(struct sg_client *client)
{
    if (!feed(client, sg_buf_bytes(&client->ahead), &client->ahead_at))
        return false;
    if (client->ahead_at == client->ahead.len) {
        sg_buf_fini(&client->ahead);
        client->ahead_at = 0;
    }
    return true;
}

/* The client sends no more. A request that has come whole is still answered. False: gone. */
static bool hung_up(struct sg_client *client)
{
    sg_client_drop(client, SG_REQUEST_GONE);
    return false;
}

/* Reads behind an incomplete head. */
static bool read_ahead(struct sg_client *client)
{
    struct sg_buf *ahead = &client->ahead;
    sg_buf_drop(ahead, client->ahead_at);
    client->ahead_at = 0;
    if (sg_buf_reserve(ahead, MORE_ROOM) < 0) {
        sg_client_refuse(client, &overload);
        return false;
    }
    int64_t n = sg_conn_read(&client->conn, ahead->data + ahead->len, ahead->cap - ahead->len);
    if (n == SG_CONN_WAIT)
        return true;
    if (n < 0)
        return hung_up(client);
    ahead->len += (size_t)n;
    return feed_ahead(client);
}

static bool read_fresh(struct sg_client *client)
{
    uint8_t *input = client->front->input;
    size_t pos = 0;
    int64_t n = sg_conn_read(&client->conn, input, SG_FRONT_PIECE);
    if (n == SG_CONN_WAIT)
        return true;
    if (n < 0)
        return hung_up(client);
    struct sg_bytes text = {input, (size_t)n};
    bool alive = feed(client, text, &pos);
    if (alive && pos < text.len && sg_buf_add(&client->ahead, input + pos, text.len - pos) < 0) {
        sg_client_drop(client, SG_REQUEST_GONE);
        alive = false;
    }
    sg_wipe(input, text.len);
    return alive;
}

/* Drops what still comes. */
static void swallow(struct sg_client *client)
{
    uint8_t *input = client->front->input;
    int64_t n = sg_conn_read(&client->conn, input, SG_FRONT_PIECE);
    if (n < 0 && n != SG_CONN_WAIT) {
        sg_client_drop(client, SG_REQUEST_GONE);
        return;
    }
    if (n > 0)
        sg_wipe(input, (size_t)n);
    if (client->conn.can_read)
        sg_task_queue(client->front->loop, &client->task);
}

void sg_client_run(struct sg_client *client)
{
    struct sg_request *request = client->request;
    if (client->stage == SG_CLIENT_LINGERS) {
        swallow(client);
        return;
    }
    if (client->stage == SG_CLIENT_ARRIVES && !sg_client_arrive(client))
        return;
    if (request != NULL && request->again && request->stage == SG_STAGE_BODY)
        request->stopped = request->again = false;
    if (!settle(client))
        return;
    if (listens(client) && client->ahead.len > 0 && !client->hungry && !feed_ahead(client))
        return;
    bool empty = client->ahead.len == 0;
    if (listens(client) && (empty || client->hungry) && client->conn.can_read &&
        !(empty ? read_fresh(client) : read_ahead(client)))
        return;
    /* No more than one piece in a turn: others want theirs. */
    if (listens(client) && client->conn.can_read)
        sg_task_queue(client->front->loop, &client->task);
    sg_client_await(client);
}
