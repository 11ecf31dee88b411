/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_reply.c - a reply's head, and its bytes as the client takes them.
 *
 *     reply:   head and body in one write, at once when the request has come
 *     stream:  head, then what read() gives, a piece at a time, when the socket has room
 *
 * What the socket does not take is kept with the request: the rest of a whole body, or of one
 * piece. Nothing is pulled before that is gone.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "http/chunked.h"
#include "net/front_parts.h"

enum { LAPS = 4, HEAD_ROOM = 192, FIELD_ROOM = 4 };

static const uint64_t second_ns = 1000000000;

/* --- the head --------------------------------------------------------------------------------- */

/* Whether a field may come from outside: not those that frame a message or a connection. */
static bool passes(const struct sg_header *field)
{
    static const struct sg_bytes framing[] = {
        {(const uint8_t *)"Content-Length", 14}, {(const uint8_t *)"Transfer-Encoding", 17},
        {(const uint8_t *)"Connection", 10},     {(const uint8_t *)"Keep-Alive", 10},
        {(const uint8_t *)"Trailer", 7},         {(const uint8_t *)"Upgrade", 7},
    };
    for (size_t i = 0; i < sizeof framing / sizeof framing[0]; i++) {
        if (sg_bytes_equal_nocase(field->name, framing[i]))
            return false;
    }
    return true;
}

/* RFC 9110, 5.6.7; written once a second, in English whatever the locale. */
static const char *date_line(struct sg_front *front)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    uint64_t now_s = sg_loop_now(front->loop) / second_ns;
    if (front->date[0] != '\0' && now_s == front->date_s)
        return front->date;
    time_t wall = (time_t)(sg_clock_wall_ms() / 1000);
    struct tm at;
    if (gmtime_r(&wall, &at) == NULL)
        return "";
    (void)snprintf(front->date, sizeof front->date, "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n",
                   days[at.tm_wday], at.tm_mday, months[at.tm_mon], at.tm_year % 10000 + 1900,
                   at.tm_hour, at.tm_min, at.tm_sec);
    front->date_s = now_s;
    return front->date;
}

static enum scrubgate_status add_fields(struct sg_request *request, const struct sg_reply *reply)
{
    struct sg_buf *out = &request->out;
    bool dated = false;
    enum scrubgate_status rc = sg_head_add_status_line(out, reply->status);
    for (size_t i = 0; i < reply->n_fields && rc >= 0; i++) {
        const struct sg_header *field = &reply->fields[i];
        struct sg_bytes value = sg_bytes_trim(field->value);
        if (value.len == 0 || !passes(field))
            continue;
        dated = dated || sg_bytes_equal_nocase(field->name, SG_BYTES("Date"));
        rc = sg_head_add_field(out, field->name, value);
    }
    if (rc >= 0 && !dated)
        rc = sg_buf_add_text(out, date_line(request->client->front));
    return rc;
}

static enum scrubgate_status add_length(struct sg_buf *out, uint64_t length)
{
    enum scrubgate_status rc = sg_buf_add_text(out, "Content-Length: ");
    if (rc >= 0)
        rc = sg_buf_add_u64(out, length);
    return rc < 0 ? rc : sg_buf_add_text(out, "\r\n");
}

/* Where there is no body none of length 0 may be announced either (304, HEAD). */
static enum scrubgate_status add_framing(struct sg_request *request, unsigned status)
{
    struct sg_buf *out = &request->out;
    bool none = status == 204 || status == 304;
    bool known = request->length != UINT64_MAX;
    if (none || (request->head && !known))
        return SCRUBGATE_OK;
    if (known)
        return add_length(out, request->length);
    if (request->old) {
        request->close = true; /* which is its end mark */
        return SCRUBGATE_OK;
    }
    request->chunked = true;
    return sg_buf_add_text(out, "Transfer-Encoding: chunked\r\n");
}

/* All but what is decided when it goes out: whether the connection ends with it. */
static enum scrubgate_status print_head(struct sg_request *request, const struct sg_reply *reply)
{
    struct sg_buf *out = &request->out;
    size_t start = out->len, room = HEAD_ROOM;
    if (reply->status < 200 || reply->status > 599)
        return SCRUBGATE_EINVAL;
    for (size_t i = 0; i < reply->n_fields; i++)
        room += reply->fields[i].name.len + reply->fields[i].value.len + FIELD_ROOM;
    enum scrubgate_status rc = sg_buf_reserve(out, room);
    if (rc >= 0)
        rc = add_fields(request, reply);
    if (rc >= 0)
        rc = add_framing(request, reply->status);
    if (rc < 0) {
        out->len = start;
        return rc;
    }
    request->close = request->close || reply->close || !request->keep;
    if (request->head || reply->status == 204 || reply->status == 304)
        request->read = NULL;
    request->made = true;
    request->stopped = false; /* what still comes is dropped: nobody has to ask for it */
    return SCRUBGATE_OK;
}

static enum scrubgate_status end_head(struct sg_request *request)
{
    struct sg_buf *out = &request->out;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (request->client->front->draining || request->stage == SG_STAGE_BODY)
        request->close = true; /* a rest of the body would be taken for the next request */
    if (request->close)
        rc = sg_buf_add_text(out, "Connection: close\r\n");
    else if (request->old)
        rc = sg_buf_add_text(out, "Connection: Keep-Alive\r\n");
    if (rc >= 0)
        rc = sg_buf_add_text(out, "\r\n");
    request->headed = true;
    request->stage = SG_STAGE_REPLYING;
    return rc;
}

/* --- bytes to the socket ---------------------------------------------------------------------- */

static bool fail(struct sg_request *request, enum sg_request_end how)
{
    if (!request->cut)
        request->how = how;
    request->cut = true;
    return false;
}

/* What of text stands behind its first *past bytes, which are less by its length afterwards. */
static struct sg_bytes rest_of(struct sg_bytes text, size_t *past)
{
    size_t n = *past < text.len ? *past : text.len;
    *past -= n;
    return (struct sg_bytes){text.data + n, text.len - n};
}

/* Sends what is left to be sent and the piece and its end behind it; keeps what the socket does not
 * take. */
static bool put_framed(struct sg_request *request, struct sg_bytes piece, struct sg_bytes end)
{
    struct sg_buf *out = &request->out;
    struct sg_conn *conn = &request->client->conn;
    size_t before = out->len - request->out_at, n = 0, taken = 0;
    struct iovec parts[3];
    if (before > 0)
        parts[n++] = (struct iovec){out->data + request->out_at, before};
    if (piece.len > 0)
        parts[n++] = (struct iovec){(void *)(uintptr_t)piece.data, piece.len};
    if (end.len > 0)
        parts[n++] = (struct iovec){(void *)(uintptr_t)end.data, end.len};
    if (n > 0 && conn->can_write) {
        int64_t rc = sg_conn_write(conn, parts, n);
        if (rc < 0 && rc != SG_CONN_WAIT)
            return fail(request, SG_REQUEST_GONE);
        taken = rc > 0 ? (size_t)rc : 0;
    }
    request->out_at += taken < before ? taken : before;
    if (request->out_at == out->len) {
        sg_buf_clear(out);
        request->out_at = 0;
    }
    size_t past = taken > before ? taken - before : 0;
    if (sg_buf_add_bytes(out, rest_of(piece, &past)) < 0 ||
        sg_buf_add_bytes(out, rest_of(end, &past)) < 0)
        return fail(request, SG_REQUEST_GONE);
    return true;
}

static bool put(struct sg_request *request, struct sg_bytes piece)
{
    const struct sg_bytes none = {NULL, 0};
    return put_framed(request, piece, none);
}

/* --- what is pulled --------------------------------------------------------------------------- */

/* As much as there is, up to a piece, behind room for a chunk's size. The reader's last answer. */
static int64_t pull(struct sg_request *request, size_t *len)
{
    uint8_t *to = request->client->front->output + SG_FRONT_BEFORE;
    uint64_t left = request->length - request->sent; /* of what is not known: as good as no end */
    size_t cap = left < SG_FRONT_PIECE ? (size_t)left : SG_FRONT_PIECE;
    int64_t n = 1;
    *len = 0;
    request->busy = true;
    while (*len < cap && n > 0) {
        request->again = false;
        n = request->read(request->own, to + *len, cap - *len);
        assert(n <= (int64_t)(cap - *len));
        if (n > 0)
            *len += (size_t)n;
        else if (n == 0 && request->again)
            n = 1; /* asked for more meanwhile */
    }
    request->busy = false;
    request->sent += *len;
    return n;
}

/* The piece as it goes over the wire, last chunk included. */
static struct sg_bytes frame(struct sg_request *request, size_t len, bool last)
{
    uint8_t *start = request->client->front->output + SG_FRONT_BEFORE, *end = start + len;
    if (!request->chunked)
        return (struct sg_bytes){start, len};
    if (len > 0) {
        start -= sg_chunked_put_size(start, len);
        memcpy(end, sg_chunked_end.data, sg_chunked_end.len);
        end += sg_chunked_end.len;
    }
    if (last) {
        memcpy(end, sg_chunked_last.data, sg_chunked_last.len);
        end += sg_chunked_last.len;
    }
    return (struct sg_bytes){start, (size_t)(end - start)};
}

/* One piece; false: the reply has failed. */
static bool send_piece(struct sg_request *request)
{
    size_t len = 0;
    int64_t n = pull(request, &len);
    bool known = request->length != UINT64_MAX;
    bool whole = known && request->sent == request->length;
    bool last = whole || (n == -1 && !known);
    /* An end before the length that was announced is a failure too. */
    bool failed = request->cut || n == -2 || (n == -1 && !last);
    struct sg_bytes piece = frame(request, len, last && !failed);
    bool fine = put(request, piece);
    if (piece.len > 0)
        sg_wipe((void *)(uintptr_t)piece.data, piece.len);
    if (failed)
        return fail(request, SG_REQUEST_ABORTED);
    if (last)
        request->read = NULL;
    request->waits = n == 0;
    return fine;
}

/* --- sending ---------------------------------------------------------------------------------- */

static enum sg_sending send_whole(struct sg_request *request)
{
    bool fine = put(request, sg_buf_bytes(&request->later));
    sg_buf_fini(&request->later);
    if (!fine)
        return SG_SENDING_FAILED;
    return request->out.len == 0 ? SG_SENDING_DONE : SG_SENDING_WAITS;
}

/* fresh: the head, which goes out together with the first piece, is all that is left. */
static enum sg_sending send_pulled(struct sg_request *request, bool fresh)
{
    const struct sg_bytes none = {NULL, 0};
    if (!fresh && !put(request, none))
        return SG_SENDING_FAILED;
    for (unsigned laps = 0; request->read != NULL; laps++, fresh = false) {
        if (request->waits || (!fresh && request->out.len > 0))
            return SG_SENDING_WAITS;
        if (laps == LAPS) { /* others want their turn */
            sg_task_queue(request->client->front->loop, &request->client->task);
            return SG_SENDING_WAITS;
        }
        if (!send_piece(request))
            return SG_SENDING_FAILED;
    }
    return request->out.len == 0 ? SG_SENDING_DONE : SG_SENDING_WAITS;
}

enum sg_sending sg_reply_send(struct sg_request *request)
{
    bool fresh = !request->headed;
    if (fresh && end_head(request) < 0) {
        (void)fail(request, SG_REQUEST_GONE);
        return SG_SENDING_FAILED;
    }
    if (request->again)
        request->waits = request->again = false;
    return request->read == NULL ? send_whole(request) : send_pulled(request, fresh);
}

void sg_reply_continue(struct sg_request *request)
{
    request->expects = false;
    (void)put(request, SG_BYTES("HTTP/1.1 100 Continue\r\n\r\n"));
}

/* --- asked by handlers ------------------------------------------------------------------------ */

static void go_on(struct sg_request *request)
{
    if (!request->busy)
        sg_task_queue(request->client->front->loop, &request->client->task);
}

/* After a deadline, say: closed is on its way. */
enum scrubgate_status sg_request_reply(struct sg_request *request, const struct sg_reply *reply,
                                       struct sg_bytes body)
{
    if (request->cut)
        return SCRUBGATE_OK;
    assert(!request->made);
    request->read = NULL;
    request->length = body.len;
    enum scrubgate_status rc = print_head(request, reply);
    if (rc < 0)
        return rc;
    if (request->head || reply->status == 204 || reply->status == 304)
        body.len = 0;
    if (request->stage == SG_STAGE_BODY)
        rc = sg_buf_add_bytes(&request->later, body); /* goes out when the rest has come */
    else if (end_head(request) >= 0)
        (void)put(request, body);
    else
        rc = SCRUBGATE_ENOMEM;
    if (rc < 0)
        (void)fail(request, SG_REQUEST_GONE);
    go_on(request);
    return rc;
}

enum scrubgate_status sg_request_stream(struct sg_request *request, const struct sg_reply *reply,
                                        uint64_t length, sg_reply_reader *read)
{
    if (request->cut)
        return SCRUBGATE_OK;
    assert(!request->made);
    request->read = read;
    request->length = length;
    enum scrubgate_status rc = print_head(request, reply);
    if (rc >= 0)
        go_on(request);
    return rc;
}

static bool add_size(struct sg_buf *out, size_t len)
{
    char size[24];
    int n = snprintf(size, sizeof size, "%zx\r\n", len);
    return sg_buf_add(out, size, (size_t)n) >= 0;
}

bool sg_request_offer(struct sg_request *request, struct sg_bytes piece)
{
    const struct sg_bytes none = {NULL, 0};
    if (request->cut || request->busy || request->read == NULL || !request->headed ||
        request->out.len > 0 || piece.len == 0 || piece.len > request->length - request->sent)
        return false;
    if (request->chunked && !add_size(&request->out, piece.len)) {
        sg_buf_clear(&request->out);
        return false; /* there may be memory before it is pulled */
    }
    request->sent += piece.len;
    bool fine = put_framed(request, piece, request->chunked ? sg_chunked_end : none);
    if (request->sent == request->length)
        request->read = NULL;
    if (!fine || request->read == NULL || request->out.len > 0)
        go_on(request);
    return true;
}

void sg_request_more(struct sg_request *request)
{
    request->again = true;
    go_on(request);
}

void sg_request_resume(struct sg_request *request)
{
    request->again = true;
    go_on(request);
}

void sg_request_abort(struct sg_request *request)
{
    (void)fail(request, SG_REQUEST_ABORTED);
    go_on(request);
}

/* --- the front's own replies ------------------------------------------------------------------ */

static enum scrubgate_status print_problem(struct sg_buf *out, const struct sg_refusal *why)
{
    return sg_buf_addf(out,
                       "{\"type\":\"urn:scrubgate:problem:%s\",\"title\":\"%s\",\"status\":%u,"
                       "\"detail\":\"%s\"}\n",
                       why->word, sg_status_phrase(why->status), why->status, why->detail);
}

static const struct sg_header problem_fields[] = {
    {{(const uint8_t *)"Content-Type", 12}, {(const uint8_t *)"application/problem+json", 24}},
    {{(const uint8_t *)"Retry-After", 11}, {(const uint8_t *)"1", 1}},
};

enum scrubgate_status sg_reply_refuse(struct sg_request *request, const struct sg_refusal *why)
{
    const struct sg_reply reply = {
        .status = why->status, .fields = problem_fields, .n_fields = why->status == 503 ? 2 : 1};
    struct sg_buf body = {.data = NULL};
    enum scrubgate_status rc = print_problem(&body, why);
    request->busy = true; /* the caller goes on with it */
    if (rc >= 0)
        rc = sg_request_reply(request, &reply, sg_buf_bytes(&body));
    request->busy = false;
    sg_buf_fini(&body);
    return rc;
}

enum scrubgate_status sg_reply_print(struct sg_buf *out, const struct sg_refusal *why, bool head)
{
    struct sg_buf body = {.data = NULL};
    enum scrubgate_status rc = print_problem(&body, why);
    if (rc >= 0)
        rc = sg_head_add_status_line(out, why->status);
    for (size_t i = 0; i < (why->status == 503 ? 2 : 1) && rc >= 0; i++)
        rc = sg_head_add_field(out, problem_fields[i].name, problem_fields[i].value);
    if (rc >= 0)
        rc = sg_buf_add_text(out, "Connection: close\r\n");
    if (rc >= 0)
        rc = add_length(out, body.len);
    if (rc >= 0)
        rc = sg_buf_add_text(out, "\r\n");
    if (rc >= 0 && !head)
        rc = sg_buf_add_bytes(out, sg_buf_bytes(&body));
    sg_buf_fini(&body);
    return rc;
}
