/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream_request.c - the request side of a call: what is to be sent, was sent, may be sent again.
 *
 *     sg_call_send -> out -> [line] -> origin
 *
 * Head and body leave in one write where the body is complete in the turn that opened the call, and
 * a body that the socket takes at once is never copied.
 */
#include "net/upstream_call.h"

#include <assert.h>

#include "http/chunked.h"

enum {
    HIGH_MARK = 65536,  /* unsent bytes at which sg_call_send says FULL */
    WRITE_EARLY = 16384 /* unsent bytes that do not wait for the turn's end */
};

size_t sg_call_unsent(const struct sg_call *call)
{
    return call->deaf ? 0 : call->out.len - call->sent;
}

bool sg_call_nothing_sent(const struct sg_call *call)
{
    return call->whole && call->sent == 0;
}

bool sg_call_replaceable(const struct sg_call *call)
{
    return call->line != NULL && call->line->reused && call->whole && !call->heard &&
           (call->idempotent || call->sent == 0);
}

/* Whether what is sent is kept, to be sent again. */
static bool keeps_sent(const struct sg_call *call)
{
    return call->idempotent && call->out.len <= call->replay_most && sg_call_replaceable(call);
}

void sg_call_release_sent(struct sg_call *call)
{
    if (call->sent == 0 || call->sent < call->out.len || keeps_sent(call))
        return;
    sg_buf_fini(&call->out);
    call->sent = 0;
    call->whole = false;
}

static void write_failed(struct sg_call *call)
{
    if (sg_call_replaceable(call)) {
        call->stale = true;
    } else {
        /* It may have answered before it closed: that answer, or the reset, is read next. */
        call->deaf = true;
        call->whole = false;
        call->line->conn.can_read = true;
        sg_buf_fini(&call->out);
        call->sent = 0;
    }
    sg_task_queue(sg_call_loop(call), &call->task);
}

size_t sg_call_push(struct sg_call *call, struct sg_bytes extra)
{
    size_t taken = 0;
    while (call->line->conn.can_write && !call->stale) {
        struct iovec pieces[2];
        size_t n = 0, before = sg_call_unsent(call);
        if (before > 0)
            pieces[n++] = (struct iovec){call->out.data + call->sent, before};
        if (taken < extra.len)
            pieces[n++] = (struct iovec){(void *)(extra.data + taken), extra.len - taken};
        if (n == 0)
            break;
        int64_t done = sg_conn_write(&call->line->conn, pieces, n);
        if (done == SG_CONN_WAIT)
            break;
        if (done < 0) {
            write_failed(call);
            break;
        }
        size_t part = (size_t)done < before ? (size_t)done : before;
        call->sent += part;
        taken += (size_t)done - part;
    }
    if (taken > 0)
        call->whole = false;
    sg_call_release_sent(call);
    return taken;
}

static enum scrubgate_status append(struct sg_call *call, struct sg_bytes body, bool last)
{
    enum scrubgate_status rc;
    /* Only when it moves no more bytes than it drops. */
    if (call->sent > 0 && call->sent >= sg_call_unsent(call) && !keeps_sent(call)) {
        sg_buf_drop(&call->out, call->sent);
        call->sent = 0;
        call->whole = false;
    }
    if (!call->chunked)
        return sg_buf_add_bytes(&call->out, body);
    rc = sg_chunked_add(&call->out, body);
    if (rc >= 0 && last)
        rc = sg_chunked_add_end(&call->out);
    return rc;
}

enum scrubgate_status sg_call_send(struct sg_call *call, struct sg_bytes body, bool last)
{
    assert(!call->over && !call->last);
    call->last = last;
    if (!call->headed)
        sg_call_set_deadline(call); /* a slow client must not use up the origin's time */
    /* Without a line it may yet be turned to another origin, which wants all of it. */
    if (call->deaf || (call->broken && call->line != NULL))
        return last ? SCRUBGATE_OK : SCRUBGATE_FULL; /* until the end, which is on its way */
    bool up = call->line != NULL && call->line->conn.up;
    bool now = last || sg_call_unsent(call) + body.len >= WRITE_EARLY;
    if (up && now && !call->chunked && !keeps_sent(call)) {
        size_t taken = sg_call_push(call, body);
        body.data += taken;
        body.len -= taken;
        if (call->deaf)
            return last ? SCRUBGATE_OK : SCRUBGATE_FULL;
        now = false;
    }
    enum scrubgate_status rc = append(call, body, last);
    if (rc < 0) {
        sg_call_break_off(call, SG_CALL_MEMORY);
        return rc;
    }
    if (up && now)
        (void)sg_call_push(call, (struct sg_bytes){0});
    if (up && call->line->conn.can_write && sg_call_unsent(call) > 0)
        sg_task_queue(sg_call_loop(call), &call->task);
    call->wants_room = !last && (call->deaf || sg_call_unsent(call) >= HIGH_MARK);
    return call->wants_room ? SCRUBGATE_FULL : SCRUBGATE_OK;
}
