/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_front.c - the front, seen by a client on a real socket.
 *
 * The front runs with its loop in a thread; the test is the client. What the front's handler does
 * is chosen by the target (see `plays`); what it was told is kept and waited for, never slept for.
 */
#define _DEFAULT_SOURCE /* struct linger */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "net/front.h"
#include "net/listen.h"
#include "net/loop.h"

enum { MS = 1000000, LARGE = 1 << 20, PATIENCE_S = 20 };

#define BIG UINT64_C(3600000000000)

/* --- the server: a front in a thread --- */

struct talk; /* one request as the handler sees it */

static struct {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct sg_loop *loop;
    struct sg_front *front;
    struct sg_address address;
    struct sg_wake wake;
    void (*errand)(void); /* to be run by the loop's thread */
    struct talk *held;    /* the last request of /hold */
    unsigned begun, ended, closed[SG_REQUEST_STOPPED + 1];
    uint64_t body_bytes;
    size_t connections;
    bool drained;
} server;

static void note(unsigned *counter)
{
    (void)pthread_mutex_lock(&server.lock);
    (*counter)++;
    (void)pthread_cond_broadcast(&server.changed);
    (void)pthread_mutex_unlock(&server.lock);
}

static void wait_for(const unsigned *counter, unsigned least)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    int rc = 0;
    (void)pthread_mutex_lock(&server.lock);
    while (*counter < least && rc == 0)
        rc = pthread_cond_timedwait(&server.changed, &server.lock, &until);
    unsigned now = *counter;
    (void)pthread_mutex_unlock(&server.lock);
    assert_int_equal(now, least);
}

static unsigned so_far(const unsigned *counter)
{
    (void)pthread_mutex_lock(&server.lock);
    unsigned now = *counter;
    (void)pthread_mutex_unlock(&server.lock);
    return now;
}

/* --- the handler --- */

struct play {
    const char *target;
    void (*begin)(struct talk *talk);
    size_t (*body)(struct talk *talk, struct sg_bytes piece);
    void (*end)(struct talk *talk);
};

struct talk {
    struct sg_timer timer;
    struct sg_task task;
    struct sg_request *request;
    const struct play *play;
    struct sg_buf text;
    uint64_t made; /* bytes of a streamed reply */
    unsigned turns;
};

static const struct sg_header plain_fields[] = {
    {{(const uint8_t *)"X-From", 6}, {(const uint8_t *)"handler", 7}},
    {{(const uint8_t *)"X-Empty", 7}, {(const uint8_t *)"", 0}},
    {{(const uint8_t *)"Content-Length", 14}, {(const uint8_t *)"7", 1}},
    {{(const uint8_t *)"Transfer-Encoding", 17}, {(const uint8_t *)"gzip", 4}},
    {{(const uint8_t *)"Connection", 10}, {(const uint8_t *)"x-from", 6}},
};

static struct sg_reply reply_of(unsigned status)
{
    return (struct sg_reply){.status = status, .fields = plain_fields, .n_fields = 5};
}

static void say(struct talk *talk, unsigned status, const char *text)
{
    struct sg_reply reply = reply_of(status);
    if (sg_request_reply(talk->request, &reply, sg_bytes_of(text)) < 0)
        abort();
}

/* "POST /echo 5:hello" */
static void say_what_came(struct talk *talk)
{
    struct sg_buf text = {.data = NULL};
    struct sg_bytes method = sg_request_method(talk->request);
    struct sg_bytes target = sg_request_target(talk->request);
    struct sg_reply reply = reply_of(200);
    if (sg_buf_addf(&text, "%.*s %.*s %zu:", (int)method.len, (const char *)method.data,
                    (int)target.len, (const char *)target.data, talk->text.len) < 0 ||
        sg_buf_add_bytes(&text, sg_buf_bytes(&talk->text)) < 0 ||
        sg_request_reply(talk->request, &reply, sg_buf_bytes(&text)) < 0)
        abort();
    sg_buf_fini(&text);
}

static size_t gather(struct talk *talk, struct sg_bytes piece)
{
    if (sg_buf_add_bytes(&talk->text, piece) < 0)
        abort();
    return piece.len;
}

/* Takes a third and asks for more in the loop's next turn, or at once. */
static void ask_for_more(struct sg_task *task)
{
    sg_request_resume(((struct talk *)((char *)task - offsetof(struct talk, task)))->request);
}

static size_t gather_slowly(struct talk *talk, struct sg_bytes piece)
{
    size_t n = piece.len / 3 + (piece.len < 3 ? piece.len : 0);
    talk->task.run = ask_for_more;
    if (talk->turns++ % 2 == 0)
        sg_task_queue(server.loop, &talk->task);
    else
        sg_request_resume(talk->request);
    return gather(talk, (struct sg_bytes){piece.data, n});
}

static size_t take_nothing(struct talk *talk, struct sg_bytes piece)
{
    (void)piece;
    (void)pthread_mutex_lock(&server.lock);
    server.held = talk;
    (void)pthread_mutex_unlock(&server.lock);
    return 0;
}

static void talk_later(struct sg_timer *timer)
{
    say_what_came((struct talk *)timer); /* its first member */
}

static void end_later(struct talk *talk)
{
    talk->timer.due = talk_later;
    if (sg_timer_set(server.loop, &talk->timer, sg_loop_now(server.loop) + 5 * MS) < 0)
        abort();
}

static void end_held(struct talk *talk)
{
    (void)pthread_mutex_lock(&server.lock);
    server.held = talk;
    (void)pthread_mutex_unlock(&server.lock);
}

static void end_closing(struct talk *talk)
{
    struct sg_reply reply = reply_of(200);
    reply.close = true;
    if (sg_request_reply(talk->request, &reply, SG_BYTES("bye")) < 0)
        abort();
}

static void end_peer(struct talk *talk)
{
    struct sg_bytes peer = sg_request_peer(talk->request);
    char text[64];
    (void)snprintf(text, sizeof text, "%zu:%u", peer.len, peer.len == 4 ? peer.data[0] : 0u);
    say(talk, 200, text);
}

static void end_headers(struct talk *talk)
{
    const struct sg_headers *headers = sg_request_headers(talk->request);
    char text[1024] = "";
    size_t len = 0;
    for (size_t i = 0; i < headers->n; i++) {
        const struct sg_header *one = &headers->item[i];
        len += (size_t)snprintf(text + len, sizeof text - len, "%.*s=%.*s|", (int)one->name.len,
                                (const char *)one->name.data, (int)one->value.len,
                                (const char *)one->value.data);
    }
    say(talk, 200, text);
}

static void more(struct sg_task *task)
{
    sg_request_more(((struct talk *)((char *)task - offsetof(struct talk, task)))->request);
}

/* LARGE bytes of text; every other time there is nothing until it is asked again. */
static int64_t read_large(void *own, uint8_t *out, size_t cap)
{
    struct talk *talk = own;
    size_t left = (size_t)(LARGE - talk->made), n = cap < left ? cap : left;
    if (left == 0)
        return -1;
    if (talk->turns++ % 2 == 0) {
        talk->task.run = more;
        if (talk->turns % 4 == 1)
            sg_task_queue(server.loop, &talk->task);
        else
            sg_request_more(talk->request);
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)('a' + (talk->made + i) % 26);
    talk->made += n;
    return (int64_t)n;
}

static int64_t read_then_fail(void *own, uint8_t *out, size_t cap)
{
    struct talk *talk = own;
    (void)cap;
    if (talk->made++ > 0)
        return -2;
    out[0] = 'x';
    return 1;
}

static int64_t read_too_little(void *own, uint8_t *out, size_t cap)
{
    return read_then_fail(own, out, cap) == 1 ? 1 : -1;
}

static int64_t read_then_wait(void *own, uint8_t *out, size_t cap)
{
    struct talk *talk = own;
    (void)cap;
    if (talk->made++ > 0) {
        end_held(talk);
        return 0;
    }
    out[0] = 'x';
    return 1;
}

static void stream(struct talk *talk, uint64_t length, sg_reply_reader *read)
{
    struct sg_reply reply = reply_of(200);
    if (sg_request_stream(talk->request, &reply, length, read) < 0)
        abort();
}

static void end_stream(struct talk *talk)
{
    stream(talk, UINT64_MAX, read_large);
}

static void end_stream_known(struct talk *talk)
{
    stream(talk, LARGE, read_large);
}

static void end_stream_failing(struct talk *talk)
{
    stream(talk, UINT64_MAX, read_then_fail);
}

static void end_stream_short(struct talk *talk)
{
    stream(talk, 10, read_too_little);
}

static void end_stream_waiting(struct talk *talk)
{
    stream(talk, UINT64_MAX, read_then_wait);
}

static int64_t read_endless(void *own, uint8_t *out, size_t cap)
{
    (void)own;
    memset(out, 'x', cap);
    return (int64_t)cap;
}

static void end_stream_endless(struct talk *talk)
{
    stream(talk, UINT64_MAX, read_endless);
}

static void end_not_modified(struct talk *talk)
{
    say(talk, 304, "");
}

static void end_empty(struct talk *talk)
{
    say(talk, 204, "");
}

static void abort_now(struct talk *talk)
{
    sg_request_abort(talk->request);
}

static void begin_early(struct talk *talk)
{
    say(talk, 413, "too large");
}

static void begin_early_stream(struct talk *talk)
{
    stream(talk, UINT64_MAX, read_large);
}

static size_t body_early(struct talk *talk, struct sg_bytes piece)
{
    say(talk, 422, "blocked");
    return piece.len;
}

static size_t body_abort(struct talk *talk, struct sg_bytes piece)
{
    sg_request_abort(talk->request);
    return piece.len;
}

static const struct play plays[] = {
    {"/later", NULL, gather, end_later},
    {"/slow", NULL, gather_slowly, say_what_came},
    {"/stuck", NULL, take_nothing, say_what_came},
    {"/hold", NULL, gather, end_held},
    {"/close", NULL, gather, end_closing},
    {"/peer", NULL, gather, end_peer},
    {"/headers", NULL, gather, end_headers},
    {"/stream", NULL, gather, end_stream},
    {"/length", NULL, gather, end_stream_known},
    {"/fail", NULL, gather, end_stream_failing},
    {"/short", NULL, gather, end_stream_short},
    {"/wait", NULL, gather, end_stream_waiting},
    {"/endless", NULL, gather, end_stream_endless},
    {"/304", NULL, gather, end_not_modified},
    {"/204", NULL, gather, end_empty},
    {"/abort", NULL, gather, abort_now},
    {"/abort-begin", abort_now, gather, say_what_came},
    {"/abort-body", NULL, body_abort, say_what_came},
    {"/early", begin_early, gather, say_what_came},
    {"/early-stream", begin_early_stream, gather, say_what_came},
    {"/early-body", NULL, body_early, say_what_came},
    {"/null", NULL, NULL, NULL},
    {"/", NULL, gather, say_what_came}, /* all others */
};

static void *begin(void *ctx, struct sg_request *request)
{
    struct sg_bytes target = sg_request_target(request);
    const struct play *play = plays;
    assert_ptr_equal(ctx, &server);
    while (strcmp(play->target, "/") != 0 && !sg_bytes_equal(target, sg_bytes_of(play->target)))
        play++;
    note(&server.begun);
    if (play->body == NULL)
        return NULL;
    struct talk *talk = calloc(1, sizeof *talk);
    if (talk == NULL)
        abort();
    talk->request = request;
    talk->play = play;
    if (play->begin != NULL)
        play->begin(talk);
    return talk;
}

static size_t body(void *own, struct sg_bytes piece)
{
    struct talk *talk = own;
    (void)pthread_mutex_lock(&server.lock);
    server.body_bytes += piece.len;
    (void)pthread_mutex_unlock(&server.lock);
    return talk->play->body(talk, piece);
}

static void end(void *own)
{
    struct talk *talk = own;
    talk->play->end(talk);
    note(&server.ended);
}

static void closed(void *own, enum sg_request_end how)
{
    struct talk *talk = own;
    if (sg_request_own(talk->request) != talk)
        abort();
    sg_timer_cancel(server.loop, &talk->timer);
    sg_task_cancel(server.loop, &talk->task);
    sg_buf_fini(&talk->text);
    free(talk);
    note(&server.closed[how]);
}

/* --- the thread --- */

static void *serve(void *arg)
{
    (void)arg;
    if (sg_loop_run(server.loop) < 0)
        abort();
    return NULL;
}

static void run_errand(struct sg_wake *wake)
{
    (void)wake;
    (void)pthread_mutex_lock(&server.lock);
    void (*errand)(void) = server.errand;
    (void)pthread_mutex_unlock(&server.lock);
    if (errand != NULL)
        errand();
    (void)pthread_mutex_lock(&server.lock);
    server.errand = NULL;
    (void)pthread_cond_broadcast(&server.changed);
    (void)pthread_mutex_unlock(&server.lock);
}

/* Has the loop's thread do something, and waits until it is done. */
static void let_loop(void (*errand)(void))
{
    (void)pthread_mutex_lock(&server.lock);
    server.errand = errand;
    (void)pthread_mutex_unlock(&server.lock);
    sg_wake_ring(&server.wake);
    (void)pthread_mutex_lock(&server.lock);
    while (server.errand != NULL)
        (void)pthread_cond_wait(&server.changed, &server.lock);
    (void)pthread_mutex_unlock(&server.lock);
}

static void stop_loop(void)
{
    sg_loop_stop(server.loop);
}

static void answer_held(void)
{
    say_what_came(server.held);
}

static void resume_held(void)
{
    sg_request_resume(server.held->request);
}

static void more_held(void)
{
    sg_request_more(server.held->request);
}

static void abort_held(void)
{
    sg_request_abort(server.held->request);
}

static void count_connections(void)
{
    server.connections = sg_front_connections(server.front);
}

static void start(const struct sg_front_limits *limits, const char *where)
{
    const struct sg_front_handler handler = {begin, body, end, closed, &server};
    struct scrubgate_fault fault;
    int fd = -1;
    memset(&server, 0, sizeof server);
    (void)pthread_mutex_init(&server.lock, NULL);
    (void)pthread_cond_init(&server.changed, NULL);
    assert_int_equal(sg_loop_new(&server.loop), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(server.loop, &server.wake, run_errand), SCRUBGATE_OK);
    assert_int_equal(sg_front_new(&server.front, server.loop, limits, &handler), SCRUBGATE_OK);
    assert_int_equal(sg_address_parse(&server.address, where, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_listen_open(&server.address, false, &fd, &fault), SCRUBGATE_OK);
    server.address.len = sizeof server.address.storage;
    assert_int_equal(
        getsockname(fd, (struct sockaddr *)&server.address.storage, &server.address.len), 0);
    assert_int_equal(sg_front_listen(server.front, fd), SCRUBGATE_OK);
    assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void stop(void)
{
    let_loop(stop_loop);
    assert_int_equal(pthread_join(server.thread, NULL), 0);
    sg_front_free(server.front);
    sg_wake_fini(server.loop, &server.wake);
    sg_loop_free(server.loop);
    (void)pthread_cond_destroy(&server.changed);
    (void)pthread_mutex_destroy(&server.lock);
    unsigned all = 0;
    for (int how = SG_REQUEST_SENT; how <= SG_REQUEST_STOPPED; how++)
        all += server.closed[how];
    /* Whatever happened: each request that began has been closed, once. */
    assert_true(all <= server.begun);
}

static const struct sg_front_limits usual = {
    .header = 16384,
    .connections = 100,
    .header_ns = BIG,
    .body_ns = BIG,
    .idle_ns = BIG,
    .daemons = 2,
};

static int start_usual(void **state)
{
    (void)state;
    start(&usual, "127.0.0.1:0");
    return 0;
}

static int stop_usual(void **state)
{
    (void)state;
    stop();
    return 0;
}

/* --- the client --- */

struct answer {
    int status; /* 0: none came */
    char head[4096];
    struct sg_buf body;
    bool cut; /* it ended before its end */
};

struct line {
    int fd;
    struct sg_buf ahead; /* read, not yet used */
};

static struct line dial(void)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct line line = {.fd = socket(server.address.storage.ss_family, SOCK_STREAM, 0)};
    assert_true(line.fd >= 0);
    (void)setsockopt(line.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(line.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    assert_int_equal(
        connect(line.fd, (struct sockaddr *)&server.address.storage, server.address.len), 0);
    return line;
}

static void hang_up(struct line *line)
{
    (void)close(line->fd);
    sg_buf_fini(&line->ahead);
}

/* False when the other end no longer takes it. */
static bool put(struct line *line, const void *data, size_t len)
{
    const char *at = data;
    while (len > 0) {
        ssize_t n = send(line->fd, at, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static void put_text(struct line *line, const char *text)
{
    assert_true(put(line, text, strlen(text)));
}

/* Reads more; false at the end or at a reset. Fails when nothing comes for too long. */
static bool pull(struct line *line)
{
    char piece[16384];
    ssize_t n = recv(line->fd, piece, sizeof piece, 0);
    assert_false(n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
    if (n <= 0)
        return false;
    assert_int_equal(sg_buf_add(&line->ahead, piece, (size_t)n), SCRUBGATE_OK);
    return true;
}

static bool ends_here(struct line *line)
{
    return line->ahead.len == 0 && !pull(line);
}

static bool get_line(struct line *line, char *text, size_t cap)
{
    for (;;) {
        struct sg_bytes ahead = sg_buf_bytes(&line->ahead);
        size_t at = sg_bytes_find(ahead, '\n');
        if (at < ahead.len) {
            assert_true(at > 0 && at < cap && ahead.data[at - 1] == '\r');
            memcpy(text, ahead.data, at - 1);
            text[at - 1] = '\0';
            sg_buf_drop(&line->ahead, at + 1);
            return true;
        }
        if (!pull(line))
            return false;
    }
}

static bool get_bytes(struct line *line, size_t len, struct sg_buf *to)
{
    while (len > 0) {
        size_t n = len < line->ahead.len ? len : line->ahead.len;
        assert_int_equal(sg_buf_add(to, line->ahead.data, n), SCRUBGATE_OK);
        sg_buf_drop(&line->ahead, n);
        len -= n;
        if (len > 0 && !pull(line))
            return false;
    }
    return true;
}

static bool get_chunks(struct line *line, struct sg_buf *to)
{
    char text[64];
    for (;;) {
        if (!get_line(line, text, sizeof text))
            return false;
        size_t len = strtoul(text, NULL, 16);
        if (!get_bytes(line, len, to) || !get_line(line, text, sizeof text))
            return false;
        assert_string_equal(text, "");
        if (len == 0)
            return true;
    }
}

/* Reads one answer. bare: it has no body, as to HEAD. */
static struct answer get_answer(struct line *line, bool bare)
{
    struct answer answer = {.cut = true};
    char text[1024];
    size_t len = 0;
    long length = -1;
    bool chunked = false;
    if (!get_line(line, text, sizeof text))
        return answer;
    assert_memory_equal(text, "HTTP/1.1 ", 9);
    answer.status = atoi(text + 9);
    do {
        len += (size_t)snprintf(answer.head + len, sizeof answer.head - len, "%s\n", text);
        if (strncmp(text, "Content-Length: ", 16) == 0)
            length = atol(text + 16);
        if (strcmp(text, "Transfer-Encoding: chunked") == 0)
            chunked = true;
        if (!get_line(line, text, sizeof text))
            return answer;
    } while (text[0] != '\0');
    answer.cut = false;
    if (bare || answer.status == 304 || answer.status == 204 || answer.status == 100)
        return answer;
    if (chunked)
        answer.cut = !get_chunks(line, &answer.body);
    else if (length >= 0)
        answer.cut = !get_bytes(line, (size_t)length, &answer.body);
    else
        while (!ends_here(line))
            (void)get_bytes(line, line->ahead.len, &answer.body);
    return answer;
}

static void expect_answer(struct line *line, int status, const char *text)
{
    struct answer answer = get_answer(line, false);
    assert_int_equal(answer.status, status);
    assert_false(answer.cut);
    struct sg_bytes body_text = sg_buf_bytes(&answer.body);
    assert_int_equal(body_text.len, strlen(text));
    assert_memory_equal(body_text.data, text, body_text.len);
    sg_buf_fini(&answer.body);
}

static void expect_status(struct line *line, int status)
{
    struct answer answer = get_answer(line, false);
    assert_int_equal(answer.status, status);
    sg_buf_fini(&answer.body);
}

/* --- what comes back --- */

struct exchange_row {
    const char *name, *send, *want;
    int status;
    const char *in_head, *not_in_head;
    bool stays; /* the connection lives on */
};

static const struct exchange_row exchanges[] = {
    {"a GET is answered", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a 0:", 200,
     "Content-Length: 9\n", "Connection", true},
    {"an answer without waiting is the same as a later one",
     "GET /later HTTP/1.1\r\nHost: h\r\n\r\n", "GET /later 0:", 200, NULL, "Connection", true},
    {"a POST with a length is read",
     "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "POST /a 5:hello", 200, NULL,
     "Connection", true},
    {"a POST with chunks is read",
     "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "3\r\nhel\r\n1\r\nl\r\n1\r\no\r\n0\r\n\r\n",
     "POST /a 5:hello", 200, NULL, NULL, true},
    {"trailers are dropped",
     "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
     "POST /a 5:hello", 200, NULL, NULL, true},
    {"a length of 0 is no body", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
     "POST /a 0:", 200, NULL, NULL, true},
    {"a body that is taken in pieces is whole",
     "POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 26\r\n\r\nabcdefghijklmnopqrstuvwxyz",
     "POST /slow 26:abcdefghijklmnopqrstuvwxyz", 200, NULL, NULL, true},
    {"chunks that are taken in pieces are whole",
     "POST /slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "5\r\nabcde\r\n7\r\nfghijkl\r\n8\r\nmnopqrst\r\n0\r\n\r\n",
     "POST /slow 20:abcdefghijklmnopqrst", 200, NULL, NULL, true},
    {"the target comes raw", "GET /a%2f?x=%41&y=a+b HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET /a%2f?x=%41&y=a+b 0:", 200, NULL, NULL, true},
    {"a method of one's own is a method", "MY-WAY /a HTTP/1.1\r\nHost: h\r\n\r\n",
     "MY-WAY /a 0:", 200, NULL, NULL, true},
    {"header fields keep order, case and repetition",
     "GET /headers HTTP/1.1\r\nHost: h\r\nX-b:  2 \r\nx-A: 1\r\nX-b: 3\r\nEmpty:\r\n\r\n",
     "Host=h|X-b=2|x-A=1|X-b=3|Empty=|", 200, NULL, NULL, true},
    {"the peer is known", "GET /peer HTTP/1.1\r\nHost: h\r\n\r\n", "4:127", 200, NULL, NULL, true},
    {"a handler's own fields pass, its framing does not", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET /a 0:", 200, "X-From: handler\n", "gzip", true},
    {"a field without value is left out", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a 0:", 200,
     NULL, "X-Empty", true},
    {"a handler can end the connection", "GET /close HTTP/1.1\r\nHost: h\r\n\r\n", "bye", 200,
     "Connection: close\n", NULL, false},
    {"a client can end the connection", "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
     "GET /a 0:", 200, "Connection: close\n", NULL, false},
    {"HTTP/1.0 ends the connection and needs no Host", "GET /a HTTP/1.0\r\n\r\n", "GET /a 0:", 200,
     "Connection: close\n", NULL, false},
    {"HTTP/1.0 may keep it alive", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
     "GET /a 0:", 200, "Connection: Keep-Alive\n", NULL, true},
    {"an Upgrade is ignored",
     "GET /a HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
     "GET /a 0:", 200, NULL, "pgrade", true},
    {"204 has neither body nor length", "GET /204 HTTP/1.1\r\nHost: h\r\n\r\n", "", 204, NULL,
     "Content-Length", true},
    {"304 announces no length", "GET /304 HTTP/1.1\r\nHost: h\r\n\r\n", "", 304, NULL,
     "Content-Length", false},
    {"an answer before the body comes after it when the body is small",
     "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "too large", 413, NULL,
     "Connection", true},
    {"an answer in the middle of a small body comes after it",
     "POST /early-body HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "blocked", 422, NULL,
     "Connection", true},
    {"an answer in the middle of small chunks comes after them",
     "POST /early-body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
     "blocked", 422, NULL, "Connection", true},
    {"a client that will not be heard is answered instead of called",
     "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
     "too large", 413, "Connection: close\n", NULL, false},
    {"a handler that cannot begin is 503", "GET /null HTTP/1.1\r\nHost: h\r\n\r\n",
     "{\"type\":\"urn:scrubgate:problem:overload\",\"title\":\"Service Unavailable\","
     "\"status\":503,\"detail\":\"try again later\"}\n",
     503, "Retry-After: 1\n", NULL, false},
    {"an abort at the beginning gives nothing",
     "POST /abort-begin HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "", 0, NULL, NULL,
     false},
    {"an abort in the body gives nothing",
     "POST /abort-body HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", "", 0, NULL, NULL,
     false},
    {"an abort at the end gives nothing", "GET /abort HTTP/1.1\r\nHost: h\r\n\r\n", "", 0, NULL,
     NULL, false},
};

static void test_exchange(void **state)
{
    const struct exchange_row *row = *state;
    start(&usual, "127.0.0.1:0");
    struct line line = dial();
    put_text(&line, row->send);
    struct answer answer = get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_int_equal(answer.cut, row->status == 0);
    assert_int_equal(answer.body.len, strlen(row->want));
    assert_memory_equal(answer.body.data == NULL ? (const uint8_t *)"" : answer.body.data,
                        row->want, answer.body.len);
    if (row->in_head != NULL)
        assert_non_null(strstr(answer.head, row->in_head));
    if (row->not_in_head != NULL)
        assert_null(strstr(answer.head, row->not_in_head));
    sg_buf_fini(&answer.body);
    if (row->stays) {
        put_text(&line, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        expect_answer(&line, 200, "GET /next 0:");
    } else {
        assert_true(ends_here(&line));
    }
    hang_up(&line);
    stop();
}

/* A client that sends its request byte by byte, and one that ends its side behind it, get the same
 * answer. */
static void test_exchange_drip(void **state)
{
    const struct exchange_row *row = *state;
    start(&usual, "127.0.0.1:0");
    struct line line = dial();
    for (const char *at = row->send; *at != '\0'; at++)
        (void)put(&line, at, 1);
    struct answer answer = get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_int_equal(answer.body.len, strlen(row->want));
    sg_buf_fini(&answer.body);
    hang_up(&line);
    stop();
}

static void test_exchange_half_closed(void **state)
{
    const struct exchange_row *row = *state;
    start(&usual, "127.0.0.1:0");
    /* One more in each daemon: libmicrohttpd treats the one it has had longest more kindly. */
    struct line first = dial(), second = dial(), line = dial();
    put_text(&first, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    put_text(&second, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    expect_answer(&first, 200, "GET /a 0:");
    expect_answer(&second, 200, "GET /a 0:");
    put_text(&line, row->send);
    (void)shutdown(line.fd, SHUT_WR);
    struct answer answer = get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_int_equal(answer.body.len, strlen(row->want));
    assert_true(ends_here(&line));
    sg_buf_fini(&answer.body);
    hang_up(&line);
    hang_up(&first);
    hang_up(&second);
    stop();
}

/* --- what is refused --- */

struct refusal_row {
    const char *name, *send;
    int status;
    size_t len; /* of send, when it has a NUL */
};

#define WITH_NUL(text, status) text, status, sizeof(text) - 1
#define PLAIN(text, status)    text, status, 0

static const struct refusal_row refusals[] = {
    {"two Hosts", PLAIN("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400)},
    {"no Host", PLAIN("GET / HTTP/1.1\r\n\r\n", 400)},
    {"an empty Host", PLAIN("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400)},
    {"a Host with a user", PLAIN("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400)},
    {"a Host with a path", PLAIN("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400)},
    {"two lengths",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400)},
    {"two equal lengths",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400)},
    {"a length with a coding",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
           "0\r\n\r\n",
           400)},
    {"a coding with a length",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
           "0\r\n\r\n",
           400)},
    {"an unknown coding",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\nxx", 400)},
    {"a coding before chunked",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400)},
    {"two codings", PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                          "chunked\r\nTransfer-Encoding: chunked\r\n"
                          "\r\n0\r\n\r\n",
                          400)},
    {"a coding with a space behind it",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked \r\n\r\n0\r\n\r\n", 400)},
    {"a coding on HTTP/1.0",
     PLAIN("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)},
    {"a length over 2^53",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9007199254740993\r\n\r\nx", 400)},
    {"a space before the colon",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\nx", 400)},
    {"a name with a space", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX Y: 1\r\n\r\n", 400)},
    {"an empty name", PLAIN("GET / HTTP/1.1\r\nHost: h\r\n: 1\r\n\r\n", 400)},
    {"a name beyond ASCII", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX\xc3\xa4: 1\r\n\r\n", 400)},
    {"a control in a value", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX: a\x01"
                                   "b\r\n\r\n",
                                   400)},
    {"a bare CR in a value", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400)},
    {"a NUL in a value", WITH_NUL("GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 400)},
    {"a header line that ends in a bare LF", PLAIN("GET / HTTP/1.1\r\nX: 1\nHost: h\r\n\r\n", 400)},
    {"a request line that ends in a bare LF", PLAIN("GET / HTTP/1.1\nHost: h\r\n\r\n", 400)},
    {"a last header line that ends in a bare LF", PLAIN("GET / HTTP/1.1\r\nHost: h\n\r\n", 400)},
    {"a head that ends in a bare LF", PLAIN("GET / HTTP/1.1\r\nHost: h\r\n\n", 400)},
    {"a folded line", PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX: 1\r\n two\r\n\r\n", 400)},
    {"a folded line without content",
     PLAIN("GET / HTTP/1.1\r\nHost: h\r\nX: 1\r\n \r\nY: 1\r\n\r\n", 400)},
    {"a folded transfer coding",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400)},
    {"two spaces before the target", PLAIN("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"two spaces before the version", PLAIN("GET /  HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a method that is no token", PLAIN("GE@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"CONNECT", PLAIN("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"TRACE", PLAIN("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a whole address as target", PLAIN("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"an asterisk as target", PLAIN("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a target without slash", PLAIN("GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a space in the target", PLAIN("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a fragment in the target", PLAIN("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"a target beyond ASCII", PLAIN("GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400)},
    {"HTTP/1.2", PLAIN("GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505)},
    {"an expectation other than 100-continue",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\nx", 417)},
    {"two expectations",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n"
           "Content-Length: 1\r\n\r\nx",
           417)},
};

/* libmicrohttpd answers these itself, with a page of its own. */
static const struct refusal_row library_refusals[] = {
    {"a NUL in a name", WITH_NUL("GET / HTTP/1.1\r\nHost: h\r\nX\0Y: a\r\n\r\n", 400)},
    {"a signed length", PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx", 400)},
    {"a list of lengths",
     PLAIN("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx", 400)},
};

static void test_refusal(void **state)
{
    const struct refusal_row *row = *state;
    start(&usual, "127.0.0.1:0");
    struct line line = dial();
    assert_true(put(&line, row->send, row->len == 0 ? strlen(row->send) : row->len));
    struct answer answer = get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_non_null(strstr(answer.head, "Connection: close\n"));
    assert_int_equal(sg_buf_add_byte(&answer.body, '\0'), SCRUBGATE_OK);
    assert_non_null(strstr(answer.head, "Content-Type: application/problem+json\n"));
    assert_non_null(strstr((const char *)answer.body.data, "urn:scrubgate:problem:"));
    assert_true(ends_here(&line));
    assert_int_equal(so_far(&server.begun), 0);
    sg_buf_fini(&answer.body);
    hang_up(&line);
    stop();
}

static void test_library_refusal(void **state)
{
    const struct refusal_row *row = *state;
    start(&usual, "127.0.0.1:0");
    struct line line = dial();
    assert_true(put(&line, row->send, row->len == 0 ? strlen(row->send) : row->len));
    expect_status(&line, row->status);
    while (pull(&line))
        continue;
    assert_int_equal(so_far(&server.begun), 0);
    hang_up(&line);
    stop();
}

/* --- more than one request --- */

static void test_pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    struct line line = dial();
    put_text(&line, "POST /later HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
                    "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
                    "POST /slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3\r\nabc\r\n0\r\n\r\nGET /d HTTP/1.1\r\nHost: h\r\n\r\n");
    expect_answer(&line, 200, "POST /later 2:ab");
    expect_answer(&line, 200, "GET /b 0:");
    expect_answer(&line, 200, "POST /slow 3:abc");
    expect_answer(&line, 200, "GET /d 0:");
    hang_up(&line);
}

static void test_a_connection_serves_many_requests(void **state)
{
    (void)state;
    struct line line = dial();
    for (int i = 0; i < 200; i++) {
        put_text(&line, "POST /later HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
        expect_answer(&line, 200, "POST /later 2:ab");
    }
    hang_up(&line);
    wait_for(&server.closed[SG_REQUEST_SENT], 200);
}

static void test_a_waiting_request_does_not_hold_up_the_others(void **state)
{
    (void)state;
    enum { MANY = 40, EACH = 10 };
    struct line held = dial(), lines[MANY];
    put_text(&held, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_for(&server.ended, 1);
    for (int i = 0; i < MANY; i++)
        lines[i] = dial();
    for (int round = 0; round < EACH; round++) {
        for (int i = 0; i < MANY; i++)
            put_text(&lines[i], i % 2 == 0 ? "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
                                           : "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
        for (int i = 0; i < MANY; i++)
            expect_answer(&lines[i], 200, i % 2 == 0 ? "GET /a 0:" : "GET /later 0:");
    }
    let_loop(answer_held);
    expect_answer(&held, 200, "GET /hold 0:");
    for (int i = 0; i < MANY; i++)
        hang_up(&lines[i]);
    hang_up(&held);
}

/* --- HEAD --- */

static void test_head_tells_the_length_and_sends_no_body(void **state)
{
    (void)state;
    struct line line = dial();
    put_text(&line, "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
    struct answer answer = get_answer(&line, true);
    assert_non_null(strstr(answer.head, "Content-Length: 10\n"));
    put_text(&line, "HEAD /length HTTP/1.1\r\nHost: h\r\n\r\n");
    answer = get_answer(&line, true);
    assert_non_null(strstr(answer.head, "Content-Length: 1048576\n"));
    put_text(&line, "HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    answer = get_answer(&line, true);
    assert_int_equal(answer.status, 200);
    assert_null(strstr(answer.head, "Content-Length"));
    assert_true(ends_here(&line)); /* not a byte of a body, not even an empty chunk */
    hang_up(&line);
}

/* --- bodies --- */

static void test_a_client_that_asks_is_called_to_continue(void **state)
{
    (void)state;
    struct line line = dial();
    put_text(&line, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
                    "Expect: 100-continue\r\n\r\n");
    assert_int_equal(get_answer(&line, true).status, 100);
    put_text(&line, "hello");
    expect_answer(&line, 200, "POST /a 5:hello");
    hang_up(&line);
}

static char *large_text(void)
{
    char *text = malloc(LARGE);
    assert_non_null(text);
    for (size_t i = 0; i < LARGE; i++)
        text[i] = (char)('a' + i % 26);
    return text;
}

static void expect_large(struct line *line, const char *before)
{
    char *text = large_text();
    struct answer answer = get_answer(line, false);
    size_t skip = strlen(before);
    assert_int_equal(answer.status, 200);
    assert_false(answer.cut);
    assert_int_equal(answer.body.len, skip + LARGE);
    assert_memory_equal(answer.body.data, before, skip);
    assert_memory_equal(answer.body.data + skip, text, LARGE);
    sg_buf_fini(&answer.body);
    free(text);
}

static void test_a_large_body_taken_in_pieces_is_whole(void **state)
{
    (void)state;
    char *text = large_text();
    struct line line = dial();
    put_text(&line, "POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n");
    assert_true(put(&line, text, LARGE));
    expect_large(&line, "POST /slow 1048576:");
    put_text(&line, "POST /slow HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    put_text(&line, "80000\r\n");
    assert_true(put(&line, text, LARGE / 2));
    put_text(&line, "\r\n1\r\n");
    assert_true(put(&line, text + LARGE / 2, 1));
    put_text(&line, "\r\n7FFFF\r\n");
    assert_true(put(&line, text + LARGE / 2 + 1, LARGE / 2 - 1));
    put_text(&line, "\r\n0\r\n\r\n");
    expect_large(&line, "POST /slow 1048576:");
    free(text);
    hang_up(&line);
}

static void test_a_handler_that_takes_nothing_stops_the_client(void **state)
{
    (void)state;
    static const char zeros[65536];
    struct line line = dial();
    put_text(&line, "POST /stuck HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n");
    size_t sent = 0;
    for (;;) {
        struct pollfd poll_fd = {.fd = line.fd, .events = POLLOUT};
        if (poll(&poll_fd, 1, 300) == 0)
            break; /* stuck */
        ssize_t n = send(line.fd, zeros, sizeof zeros, MSG_NOSIGNAL | MSG_DONTWAIT);
        assert_true(n > 0 || errno == EAGAIN);
        sent += n > 0 ? (size_t)n : 0;
        assert_true(sent < 99999999);
    }
    let_loop(resume_held);
    let_loop(count_connections);
    (void)pthread_mutex_lock(&server.lock);
    uint64_t offered = server.body_bytes;
    (void)pthread_mutex_unlock(&server.lock);
    assert_true(offered > 0 && offered <= (uint64_t)4 * usual.header);
    let_loop(answer_held); /* gives up on the rest */
    struct answer answer = get_answer(&line, false);
    assert_int_equal(answer.status, 200);
    sg_buf_fini(&answer.body);
    hang_up(&line);
    wait_for(&server.closed[SG_REQUEST_SENT], 1);
}

/* --- answers while the body still comes --- */

static const struct early_row {
    const char *name, *head;
    const char *before; /* each piece of the body */
    int status;
    const char *want;
} earlies[] = {
    {"a large upload is answered in the middle and cut when it was refused at its head",
     "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 67108864\r\n\r\n", "", 413, "too large"},
    {"a large upload is answered in the middle and cut when it was refused in its body",
     "POST /early-body HTTP/1.1\r\nHost: h\r\nContent-Length: 67108864\r\n\r\n", "", 422,
     "blocked"},
    {"large chunks are answered in the middle and cut",
     "POST /early-body HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n", 422,
     "blocked"},
};

static void test_early(void **state)
{
    static const char zeros[65536];
    const struct early_row *row = *state;
    start(&usual, "127.0.0.1:0");
    struct line line = dial();
    put_text(&line, row->head);
    for (int i = 0; i < 4; i++) {
        put_text(&line, row->before);
        assert_true(put(&line, zeros, sizeof zeros));
        if (row->before[0] != '\0')
            put_text(&line, "\r\n");
    }
    struct answer answer = get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    assert_false(answer.cut);
    assert_non_null(strstr(answer.head, "X-From: handler\n"));
    assert_non_null(strstr(answer.head, "Connection: close\n"));
    assert_int_equal(answer.body.len, strlen(row->want));
    assert_memory_equal(answer.body.data, row->want, answer.body.len);
    assert_true(ends_here(&line));
    sg_buf_fini(&answer.body);
    hang_up(&line);
    wait_for(&server.closed[SG_REQUEST_SENT], 1);
    stop();
}

static void test_a_streamed_answer_waits_for_the_end_of_the_body(void **state)
{
    (void)state;
    char *text = large_text();
    struct line line = dial();
    put_text(&line, "POST /early-stream HTTP/1.1\r\nHost: h\r\n"
                    "Content-Length: 1048576\r\n\r\n");
    assert_true(put(&line, text, LARGE));
    expect_large(&line, "");
    free(text);
    hang_up(&line);
}

/* --- streamed answers --- */

static void test_a_streamed_answer_is_whole(void **state)
{
    (void)state;
    struct line line = dial();
    put_text(&line, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    expect_large(&line, "");
    put_text(&line, "GET /length HTTP/1.1\r\nHost: h\r\n\r\n");
    expect_large(&line, "");
    put_text(&line, "GET /stream HTTP/1.0\r\n\r\n");
    expect_large(&line, "");
    assert_true(ends_here(&line));
    hang_up(&line);
    wait_for(&server.closed[SG_REQUEST_SENT], 3);
}

static void test_a_client_that_reads_slowly_gets_all(void **state)
{
    (void)state;
    const int small = 65536;
    struct line line = dial();
    (void)setsockopt(line.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 3; i++)
        put_text(&line, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 0; i < 3; i++)
        expect_large(&line, "");
    hang_up(&line);
}

static const struct cut_row {
    const char *name, *send;
    bool reset;
} cuts[] = {
    {"chunks that fail have no end", "GET /fail HTTP/1.1\r\nHost: h\r\n\r\n", false},
    {"an end before the length is a cut", "GET /short HTTP/1.1\r\nHost: h\r\n\r\n", false},
    {"a failed answer that would end by closing is reset", "GET /fail HTTP/1.0\r\n\r\n", true},
};

static void test_cut(void **state)
{
    const struct cut_row *row = *state;
    start(&usual, "127.0.0.1:0");
    struct line line = dial();
    char piece[4096];
    ssize_t n;
    put_text(&line, row->send);
    if (row->reset) {
        while ((n = recv(line.fd, piece, sizeof piece, 0)) > 0)
            continue;
        assert_true(n < 0 && errno == ECONNRESET);
    } else {
        struct answer answer = get_answer(&line, false);
        assert_int_equal(answer.status, 200);
        assert_true(answer.cut);
        sg_buf_fini(&answer.body);
    }
    hang_up(&line);
    wait_for(&server.closed[SG_REQUEST_ABORTED], 1);
    stop();
}

/* --- aborts and hang-ups --- */

static void reset(struct line *line)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    hang_up(line);
}

static void test_an_abort_from_outside_cuts_a_waiting_request(void **state)
{
    (void)state;
    struct line line = dial();
    put_text(&line, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_for(&server.ended, 1);
    let_loop(abort_held);
    assert_true(ends_here(&line));
    wait_for(&server.closed[SG_REQUEST_ABORTED], 1);
    hang_up(&line);
}

static void test_an_abort_from_outside_cuts_a_waiting_answer(void **state)
{
    (void)state;
    struct line line = dial();
    char text[256];
    put_text(&line, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    while (get_line(&line, text, sizeof text) && strcmp(text, "x") != 0)
        continue;
    wait_for(&server.ended, 1);
    let_loop(count_connections); /* a turn of the loop */
    let_loop(count_connections);
    assert_int_equal(server.held->made, 2); /* not asked again without need */
    let_loop(more_held);
    let_loop(count_connections);
    let_loop(count_connections);
    assert_int_equal(server.held->made, 3);
    let_loop(abort_held);
    assert_true(ends_here(&line));
    wait_for(&server.closed[SG_REQUEST_ABORTED], 1);
    hang_up(&line);
}

static void test_a_client_that_resets_while_it_waits_is_gone(void **state)
{
    (void)state;
    struct line line = dial();
    put_text(&line, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_for(&server.ended, 1);
    reset(&line);
    wait_for(&server.closed[SG_REQUEST_GONE], 1);
}

static void test_a_client_that_resets_while_an_answer_waits_is_gone(void **state)
{
    (void)state;
    struct line line = dial();
    char text[256];
    put_text(&line, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
    while (get_line(&line, text, sizeof text) && strcmp(text, "x") != 0)
        continue;
    reset(&line);
    wait_for(&server.closed[SG_REQUEST_GONE], 1);
}

static void test_a_client_that_closes_in_its_body_is_gone(void **state)
{
    (void)state;
    struct line line = dial();
    put_text(&line, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nhalf");
    wait_for(&server.begun, 1);
    hang_up(&line);
    wait_for(&server.closed[SG_REQUEST_GONE], 1);
}

static void test_a_client_that_closes_in_an_answer_is_gone(void **state)
{
    (void)state;
    struct line line = dial();
    put_text(&line, "GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(pull(&line), true);
    hang_up(&line);
    wait_for(&server.closed[SG_REQUEST_GONE], 1);
}

/* --- deadlines --- */

static const struct late_row {
    const char *name, *send, *then;
    int answered;  /* requests that are answered before */
    int status;    /* 0: closed without a word */
    unsigned gone; /* requests the handler lost */
    uint64_t head, body, idle;
} lates[] = {
    {"a connection that says nothing is closed without a word", "", "", 0, 0, 0, 50 * MS, BIG, BIG},
    {"half a request line is 408", "GET /", "", 0, 408, 0, 50 * MS, BIG, BIG},
    {"a head without its end is 408", "GET / HTTP/1.1\r\nHost: h\r\nX: ", "", 0, 408, 0, 50 * MS,
     BIG, BIG},
    {"a body without its end is 408", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf",
     "", 0, 408, 1, BIG, 50 * MS, BIG},
    {"a body that the handler does not take is 408",
     "POST /stuck HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf", "", 0, 408, 1, BIG,
     50 * MS, BIG},
    {"an idle connection is closed without a word", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "", 1, 0,
     0, BIG, BIG, 50 * MS},
    {"half a second request is 408", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "GET ", 1, 408, 0,
     50 * MS, BIG, 500 * MS},
    {"half a second request behind the first is 408", "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET ", "",
     1, 408, 0, 50 * MS, BIG, 50 * MS},
    {"a second head without its end is 408", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET / HTTP/1.1\r\nX: ", 1, 408, 0, 50 * MS, BIG, BIG},
};

static void test_late(void **state)
{
    const struct late_row *row = *state;
    struct sg_front_limits limits = usual;
    limits.header_ns = row->head;
    limits.body_ns = row->body;
    limits.idle_ns = row->idle;
    start(&limits, "127.0.0.1:0");
    struct line line = dial();
    put_text(&line, row->send);
    for (int i = 0; i < row->answered; i++)
        expect_answer(&line, 200, "GET /a 0:");
    put_text(&line, row->then);
    struct answer answer = get_answer(&line, false);
    assert_int_equal(answer.status, row->status);
    if (row->status != 0)
        assert_non_null(strstr(answer.head, "application/problem+json"));
    assert_true(ends_here(&line));
    wait_for(&server.closed[SG_REQUEST_GONE], row->gone);
    sg_buf_fini(&answer.body);
    hang_up(&line);
    stop();
}

static void test_a_waiting_request_has_no_deadline_of_the_front(void **state)
{
    (void)state;
    struct sg_front_limits limits = usual;
    limits.header_ns = limits.body_ns = 20 * MS;
    start(&limits, "127.0.0.1:0");
    struct line held = dial(), silent = dial();
    put_text(&held, "POST /hold HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
    wait_for(&server.ended, 1);
    assert_true(ends_here(&silent)); /* connected later, and over already */
    struct line again = dial();
    assert_true(ends_here(&again));
    let_loop(answer_held);
    expect_answer(&held, 200, "POST /hold 1:x");
    hang_up(&held);
    hang_up(&silent);
    hang_up(&again);
    stop();
}

static void test_a_client_that_does_not_read_its_answer_is_cut(void **state)
{
    (void)state;
    struct sg_front_limits limits = usual;
    limits.idle_ns = 50 * MS;
    start(&limits, "127.0.0.1:0");
    struct line line = dial();
    put_text(&line, "GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_for(&server.closed[SG_REQUEST_GONE], 1);
    hang_up(&line);
    stop();
}

/* --- limits --- */

static void test_connections_over_the_limit_wait_for_one_to_close(void **state)
{
    (void)state;
    struct sg_front_limits limits = usual;
    limits.connections = 2;
    start(&limits, "127.0.0.1:0");
    struct line lines[4];
    for (int i = 0; i < 4; i++) {
        lines[i] = dial();
        put_text(&lines[i], "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    expect_answer(&lines[0], 200, "GET /a 0:");
    expect_answer(&lines[1], 200, "GET /a 0:");
    let_loop(count_connections);
    assert_int_equal(server.connections, 2);
    assert_int_equal(so_far(&server.begun), 2);
    hang_up(&lines[1]);
    expect_answer(&lines[2], 200, "GET /a 0:");
    hang_up(&lines[0]);
    expect_answer(&lines[3], 200, "GET /a 0:");
    hang_up(&lines[2]);
    hang_up(&lines[3]);
    stop();
}

static void test_accepting_survives_a_shortage_of_descriptors(void **state)
{
    (void)state;
    struct rlimit before, none;
    struct line line = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)line.fd + 1; /* the lowest free number was taken: no other is left */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int rc = connect(line.fd, (struct sockaddr *)&server.address.storage, server.address.len);
    let_loop(count_connections); /* the loop has looked */
    let_loop(count_connections);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(rc, 0);
    assert_int_equal(server.connections, 0);
    put_text(&line, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    expect_answer(&line, 200, "GET /a 0:");
    hang_up(&line);
}

static void expect_large_head(size_t limit, size_t fields, size_t len, int status)
{
    struct sg_front_limits limits = usual;
    struct sg_buf text = {.data = NULL};
    limits.header = limit;
    start(&limits, "127.0.0.1:0");
    struct line line = dial();
    put_text(&line, "GET /a HTTP/1.1\r\nHost: h\r\n");
    for (size_t i = 0; i < fields; i++)
        assert_int_equal(sg_buf_addf(&text, "X-%zu: %0*d\r\n", i, (int)len, 0), SCRUBGATE_OK);
    (void)put(&line, text.data, text.len);
    (void)put(&line, "\r\n", 2);
    struct answer answer = get_answer(&line, false);
    assert_int_equal(answer.status, status);
    sg_buf_fini(&answer.body);
    sg_buf_fini(&text);
    hang_up(&line);
    stop();
}

static void test_a_head_within_the_limits_passes(void **state)
{
    (void)state;
    expect_large_head(16384, 1, 12000, 200);
    expect_large_head(16384, 127, 20, 200);
    expect_large_head(32768, 2, 13000, 200);
}

static void test_a_head_over_the_limits_is_431(void **state)
{
    (void)state;
    expect_large_head(16384, 1, 20000, 431);
    expect_large_head(16384, 128, 1, 431);
    expect_large_head(1000, 1, 1000, 431);
}

/* --- unix sockets --- */

static void test_a_unix_socket_serves_and_has_no_peer_address(void **state)
{
    (void)state;
    char folder[] = "/tmp/scrubgate-test-XXXXXX", where[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(where, sizeof where, "unix:%s/socket", folder);
    start(&usual, where);
    struct line line = dial();
    put_text(&line, "GET /peer HTTP/1.1\r\nHost: h\r\n\r\n");
    expect_answer(&line, 200, "0:0");
    put_text(&line, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    expect_large(&line, "");
    hang_up(&line);
    stop();
    (void)unlink(where + 5);
    (void)rmdir(folder);
}

/* --- the end --- */

static unsigned drained_count;

static void on_drained(void *ctx)
{
    (void)ctx;
    note(&drained_count);
}

static void drain_patiently(void)
{
    sg_front_drain(server.front, sg_loop_now(server.loop) + BIG, on_drained, NULL);
}

static void drain_at_once(void)
{
    sg_front_drain(server.front, sg_loop_now(server.loop), on_drained, NULL);
}

static void test_draining_closes_idle_connections_and_lets_requests_end(void **state)
{
    (void)state;
    drained_count = 0;
    struct line held = dial(), idle = dial(), begun = dial();
    put_text(&idle, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    expect_answer(&idle, 200, "GET /a 0:");
    put_text(&held, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    put_text(&begun, "GET /later HTTP/1.1\r\n");
    wait_for(&server.ended, 2);
    let_loop(drain_patiently);
    assert_true(ends_here(&idle));
    int refused = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_not_equal(
        connect(refused, (struct sockaddr *)&server.address.storage, server.address.len), 0);
    (void)close(refused);
    put_text(&begun, "Host: h\r\n\r\n");
    struct answer answer = get_answer(&begun, false);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.head, "Connection: close\n"));
    sg_buf_fini(&answer.body);
    assert_int_equal(so_far(&drained_count), 0);
    let_loop(answer_held);
    answer = get_answer(&held, false);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.head, "Connection: close\n"));
    assert_true(ends_here(&held));
    sg_buf_fini(&answer.body);
    wait_for(&drained_count, 1);
    hang_up(&held);
    hang_up(&idle);
    hang_up(&begun);
}

static void test_draining_cuts_what_is_left_at_its_deadline(void **state)
{
    (void)state;
    drained_count = 0;
    struct line held = dial(), half = dial();
    put_text(&held, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    put_text(&half, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf");
    wait_for(&server.ended, 1);
    wait_for(&server.begun, 2);
    let_loop(drain_at_once);
    wait_for(&drained_count, 1);
    assert_true(ends_here(&held));
    assert_true(ends_here(&half));
    wait_for(&server.closed[SG_REQUEST_STOPPED], 2);
    hang_up(&held);
    hang_up(&half);
}

static void test_an_empty_front_drains_at_once(void **state)
{
    (void)state;
    drained_count = 0;
    let_loop(drain_patiently);
    wait_for(&drained_count, 1);
}

static void test_a_front_can_be_freed_in_the_middle_of_everything(void **state)
{
    (void)state;
    start(&usual, "127.0.0.1:0");
    struct line held = dial(), half = dial(), stuck = dial(), answer = dial(), silent = dial();
    put_text(&held, "GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
    put_text(&half, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf");
    put_text(&stuck, "POST /stuck HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nninebytes");
    put_text(&answer, "GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
    wait_for(&server.ended, 2);
    wait_for(&server.begun, 4);
    stop();
    assert_int_equal(server.closed[SG_REQUEST_STOPPED], 4);
    hang_up(&held);
    hang_up(&half);
    hang_up(&stuck);
    hang_up(&answer);
    hang_up(&silent);
}

/* --- */

static int run_rows(const char *title, const void *rows, size_t n, size_t size,
                    CMUnitTestFunction test)
{
    struct CMUnitTest tests[64];
    for (size_t i = 0; i < n; i++) {
        const char *row = (const char *)rows + i * size;
        const char *name;
        memcpy(&name, row, sizeof name); /* each row begins with its name */
        tests[i] = (struct CMUnitTest){name, test, NULL, NULL, (void *)(uintptr_t)row};
    }
    return _cmocka_run_group_tests(title, tests, n, NULL, NULL);
}

#define ROWS(title, rows, test)                                                                    \
    run_rows(title, rows, sizeof rows / sizeof rows[0], sizeof rows[0], test)
#define ROW(test) cmocka_unit_test_setup_teardown(test, start_usual, stop_usual)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(test_pipelined_requests_are_answered_in_order),
        ROW(test_a_connection_serves_many_requests),
        ROW(test_a_waiting_request_does_not_hold_up_the_others),
        ROW(test_head_tells_the_length_and_sends_no_body),
        ROW(test_a_client_that_asks_is_called_to_continue),
        ROW(test_a_large_body_taken_in_pieces_is_whole),
        ROW(test_a_handler_that_takes_nothing_stops_the_client),
        ROW(test_a_streamed_answer_waits_for_the_end_of_the_body),
        ROW(test_a_streamed_answer_is_whole),
        ROW(test_a_client_that_reads_slowly_gets_all),
        ROW(test_an_abort_from_outside_cuts_a_waiting_request),
        ROW(test_an_abort_from_outside_cuts_a_waiting_answer),
        ROW(test_a_client_that_resets_while_it_waits_is_gone),
        ROW(test_a_client_that_resets_while_an_answer_waits_is_gone),
        ROW(test_a_client_that_closes_in_its_body_is_gone),
        ROW(test_a_client_that_closes_in_an_answer_is_gone),
        cmocka_unit_test(test_a_waiting_request_has_no_deadline_of_the_front),
        cmocka_unit_test(test_a_client_that_does_not_read_its_answer_is_cut),
        cmocka_unit_test(test_connections_over_the_limit_wait_for_one_to_close),
        ROW(test_accepting_survives_a_shortage_of_descriptors),
        cmocka_unit_test(test_a_head_within_the_limits_passes),
        cmocka_unit_test(test_a_head_over_the_limits_is_431),
        cmocka_unit_test(test_a_unix_socket_serves_and_has_no_peer_address),
        ROW(test_draining_closes_idle_connections_and_lets_requests_end),
        ROW(test_draining_cuts_what_is_left_at_its_deadline),
        ROW(test_an_empty_front_drains_at_once),
        cmocka_unit_test(test_a_front_can_be_freed_in_the_middle_of_everything),
    };
    int failed = ROWS("exchanges", exchanges, test_exchange);
    failed += ROWS("exchanges, byte by byte", exchanges, test_exchange_drip);
    failed += ROWS("exchanges, half closed", exchanges, test_exchange_half_closed);
    failed += ROWS("refusals", refusals, test_refusal);
    failed += ROWS("refusals of the library", library_refusals, test_library_refusal);
    failed += ROWS("early answers", earlies, test_early);
    failed += ROWS("cut answers", cuts, test_cut);
    failed += ROWS("late", lates, test_late);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
