/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_flow.c - a request from its head to its reply, whoever is ready first.
 *
 *     begin -> body* -> final -> pull*      called by libmicrohttpd, through front.c
 *     reply, stream, resume, more, abort    called by the handler, in a callback or at any time
 *
 * A handler's call inside a callback for the same request only leaves a mark: the callback's end
 * sees to it. Outside, the request is suspended or about to be called again, and is seen to here.
 */
#include <assert.h>

#include "base/digest.h"
#include "net/front_parts.h"

/* --- waiting and giving up -------------------------------------------------------------------- */

static void park(struct sg_request *request)
{
    request->suspended = true;
    if (request->stage > SG_STAGE_BODY) /* else the body's deadline goes on */
        sg_client_wait(request->client, SG_WAIT_BRIEF);
    sg_mhd_suspend(request->client);
}

static void wake(struct sg_request *request)
{
    struct sg_client *client = request->client;
    if (!request->suspended)
        return;
    request->suspended = false;
    sg_watch_remove(client->front->loop, &client->watch);
    if (request->stage == SG_STAGE_REPLYING)
        sg_client_wait(client, SG_WAIT_READER);
    sg_mhd_resume(client);
}

/* A close would look like a good end. */
static bool ends_by_close(const struct sg_request *request)
{
    return request->stage == SG_STAGE_REPLYING && request->old && request->length == UINT64_MAX;
}

static void sever(struct sg_request *request)
{
    if (ends_by_close(request))
        sg_bypass_reset(request->client->fd);
    else
        sg_bypass_cut(request->client->fd);
    wake(request);
}

void sg_flow_give_up(struct sg_request *request, enum sg_request_end how)
{
    if (request->cut)
        return;
    request->cut = true;
    request->how = how;
    if (!request->busy)
        sever(request);
}

void sg_request_abort(struct sg_request *request)
{
    if (request->stage != SG_STAGE_PAST)
        sg_flow_give_up(request, SG_REQUEST_ABORTED);
}

/* --- replies ---------------------------------------------------------------------------------- */

/*
 * Sends an answer past libmicrohttpd, which for a while goes on reading and dropping what still
 * comes: closed at once, the connection would be reset and the answer lost on its way.
 */
static void pass(struct sg_request *request, struct sg_bytes answer)
{
    struct sg_client *client = request->client;
    bool sent = !sg_mhd_is_answering(client) && sg_bypass_answer(client->fd, answer);
    if (!sent)
        sg_bypass_cut(client->fd);
    request->how = sent ? SG_REQUEST_SENT : SG_REQUEST_GONE;
    request->stage = SG_STAGE_PAST;
    sg_mhd_drop(request);
    sg_client_wait(client, SG_WAIT_LINGER);
    wake(request);
}

void sg_flow_refuse(struct sg_request *request, const struct sg_refusal *why)
{
    if (sg_bypass_print_problem(&request->answer, why, request->head) >= 0)
        pass(request, sg_buf_bytes(&request->answer));
    sg_bypass_swallow(request->client->fd);
}

/* A reply was made while the body still comes: a small rest is read first. */
static void reply_early(struct sg_request *request)
{
    sg_buf_fini(&request->held);
    if (sg_request_drains(request))
        wake(request);
    else
        pass(request, sg_buf_bytes(&request->answer));
}

static bool queue(struct sg_request *request)
{
    bool queued = sg_mhd_queue(request);
    request->stage = SG_STAGE_REPLYING;
    sg_client_wait(request->client, SG_WAIT_READER);
    return queued;
}

/* Sees to a reply that was made outside of the callbacks. */
static void dispatch(struct sg_request *request)
{
    if (request->stage == SG_STAGE_BODY) {
        reply_early(request);
        return;
    }
    if (!queue(request))
        sg_flow_give_up(request, SG_REQUEST_GONE);
    wake(request);
}

static enum scrubgate_status answer(struct sg_request *request, const struct sg_reply *reply,
                                    const struct sg_bytes *body)
{
    assert(request->begun && request->reply == NULL && request->stage < SG_STAGE_REPLYING);
    if (reply->status < 200 || reply->status > 599)
        return SCRUBGATE_EINVAL;
    request->status = reply->status;
    enum scrubgate_status rc = sg_mhd_make(request, reply, body);
    if (rc >= 0 && !request->busy)
        dispatch(request);
    return rc;
}

/* After a deadline, say: closed is on its way. */
static bool is_too_late(const struct sg_request *request)
{
    return request->cut || request->stage == SG_STAGE_PAST;
}

enum scrubgate_status sg_request_reply(struct sg_request *request, const struct sg_reply *reply,
                                       struct sg_bytes body)
{
    if (is_too_late(request))
        return SCRUBGATE_OK;
    if (request->stage <= SG_STAGE_BODY && sg_request_has_body(request)) {
        sg_buf_fini(&request->answer);
        enum scrubgate_status rc = sg_bypass_print(&request->answer, reply->status, reply->fields,
                                                   reply->n_fields, body, request->head);
        if (rc < 0)
            return rc;
    }
    request->read = NULL;
    request->length = body.len;
    return answer(request, reply, &body);
}

enum scrubgate_status sg_request_stream(struct sg_request *request, const struct sg_reply *reply,
                                        uint64_t length, sg_reply_reader *read)
{
    if (is_too_late(request))
        return SCRUBGATE_OK;
    request->read = read;
    request->length = length;
    return answer(request, reply, NULL);
}

int64_t sg_flow_pull(struct sg_request *request, uint8_t *out, size_t cap)
{
    if (request->cut)
        return -2;
    request->busy = true;
    request->again = false;
    int64_t n = request->read(request->own, out, cap);
    request->busy = false;
    assert(n <= (int64_t)cap);
    /* An end before the length that was announced is a failure too. */
    if (n == -2 || (n == -1 && request->length != UINT64_MAX && request->sent < request->length))
        sg_flow_give_up(request, SG_REQUEST_ABORTED);
    if (request->cut) {
        if (ends_by_close(request))
            sg_bypass_reset(request->client->fd);
        return -2;
    }
    if (n > 0) {
        request->sent += (uint64_t)n;
        sg_client_wait(request->client, SG_WAIT_READER);
    } else if (n == 0) {
        park(request);
        if (request->again)
            wake(request);
    }
    return n;
}

void sg_request_more(struct sg_request *request)
{
    request->again = true;
    if (!request->busy && request->stage == SG_STAGE_REPLYING)
        wake(request);
}

/* --- the request, to the handler -------------------------------------------------------------- */

bool sg_flow_begin(struct sg_request *request)
{
    static const struct sg_refusal overload = {503, "overload", "try again later"};
    struct sg_client *client = request->client;
    const struct sg_front_handler *handler = &client->front->handler;
    request->stage = SG_STAGE_BODY;
    request->busy = request->begun = true;
    request->own = handler->begin(handler->ctx, request);
    request->busy = false;
    request->begun = request->own != NULL;
    if (!request->begun) {
        sg_mhd_drop(request);
        sg_flow_refuse(request, &overload);
        return false;
    }
    if (request->cut)
        return false;
    if (!sg_request_has_body(request)) {
        sg_deadline_cancel(&client->front->deadlines, &client->deadline);
        return true;
    }
    client->body_due_ns = sg_loop_now(client->front->loop) + client->front->limits.body_ns;
    sg_client_wait(client, SG_WAIT_BODY);
    if (request->reply == NULL)
        return true;
    /* The client waits to be called for its body, and will not be. */
    if (sg_headers_find(&request->headers, "Expect", NULL) != NULL)
        return queue(request);
    reply_early(request);
    return true;
}

static size_t deliver(struct sg_request *request, struct sg_bytes piece)
{
    request->busy = true;
    request->again = false;
    size_t taken = request->client->front->handler.body(request->own, piece);
    request->busy = false;
    assert(taken <= piece.len);
    return taken;
}

/* What a handler does not take is kept here: in libmicrohttpd's buffer it would be left unwiped.
 * Of a chunked body more may come after the request was parked, as much as had been read. */
static bool take(struct sg_request *request, struct sg_bytes piece)
{
    size_t taken = request->held.len > 0 ? 0 : deliver(request, piece);
    if (request->cut || request->reply != NULL || taken == piece.len)
        return true;
    struct sg_bytes rest = {piece.data + taken, piece.len - taken};
    if (sg_buf_add_bytes(&request->held, rest) < 0)
        return false;
    if (!request->suspended)
        park(request);
    if (request->again)
        sg_task_queue(request->client->front->loop, &request->task);
    return true;
}

bool sg_flow_body(struct sg_request *request, struct sg_bytes piece)
{
    bool fine = true;
    request->got += piece.len;
    if (request->stage == SG_STAGE_BODY && request->reply == NULL)
        fine = take(request, piece);
    else
        request->dropped += piece.len;
    if (!fine)
        sg_flow_give_up(request, SG_REQUEST_GONE);
    if (request->cut)
        return false;
    if (request->stage == SG_STAGE_BODY && request->reply != NULL)
        reply_early(request);
    return true;
}

/* The whole request has come. Called again, when it was resumed, until there is a reply. */
bool sg_flow_final(struct sg_request *request)
{
    struct sg_client *client = request->client;
    if (request->stage == SG_STAGE_BODY) {
        sg_deadline_cancel(&client->front->deadlines, &client->deadline);
        request->stage = SG_STAGE_ENDED;
        request->busy = true;
        if (request->reply == NULL)
            client->front->handler.end(request->own);
        request->busy = false;
    }
    if (request->cut || request->stage == SG_STAGE_PAST)
        return false;
    if (request->reply != NULL)
        return queue(request);
    park(request);
    return true;
}

/* More was asked for: first what is held, then what libmicrohttpd has. */
static void feed(struct sg_task *task)
{
    struct sg_request *request = (struct sg_request *)task; /* its first member */
    while (request->again && request->held.len > 0 && !request->cut && request->reply == NULL)
        sg_buf_drop(&request->held, deliver(request, sg_buf_bytes(&request->held)));
    if (request->cut)
        sever(request);
    else if (request->reply != NULL)
        dispatch(request);
    else if (request->held.len == 0)
        wake(request);
}

void sg_request_resume(struct sg_request *request)
{
    request->again = true;
    request->task.run = feed;
    if (!request->busy && request->held.len > 0)
        sg_task_queue(request->client->front->loop, &request->task);
}

void sg_flow_over(struct sg_request *request, enum sg_request_end how)
{
    struct sg_client *client = request->client;
    struct sg_front *front = client->front;
    if (request->cut || request->stage == SG_STAGE_PAST)
        how = request->how;
    if (request->framing.kind == SG_FRAMING_CHUNKED)
        client->consumed = sg_bypass_received(client->fd);
    else
        client->consumed += request->head_size + request->got;
    client->request = NULL;
    sg_mhd_settle(client);
    sg_task_cancel(front->loop, &request->task);
    sg_client_wait(client, SG_WAIT_BRIEF);
    if (front->draining)
        sg_bypass_cut(client->fd);
    if (request->begun)
        front->handler.closed(request->own, how);
    sg_mhd_drop(request);
    sg_request_return(front, request);
}
