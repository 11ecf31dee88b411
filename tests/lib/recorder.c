/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recorder.c - an origin that keeps every byte it hears and answers as it is told.
 *
 * The thread may not fail a test: it notes what is wrong, and the test's own calls say so.
 */
#define _DEFAULT_SOURCE /* struct linger */
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "http/chunked.h"
#include "http/guard.h"
#include "wire.h"

enum { HEAD_MOST = 64 * 1024, PIECE = 64 * 1024 };

struct sg_recorder_link {
    int fd;
    unsigned number;
    struct sg_buf in, out;
    size_t out_at;
    struct sg_heard now;
    struct sg_chunked chunked;
    bool in_body, answered, held;
    enum sg_then then;
};

/* Out of memory in a test's own thread ends the test. */
static void sure(enum scrubgate_status rc)
{
    if (rc < 0)
        abort();
}

/* --- connections --- */

static void drop(struct sg_recorder_link *link)
{
    (void)close(link->fd);
    sg_buf_fini(&link->in);
    sg_buf_fini(&link->out);
    sg_heard_fini(&link->now);
    free(link);
}

static void reset(const struct sg_recorder_link *link)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void accept_one(struct sg_recorder *recorder)
{
    int fd = accept(recorder->listener, NULL, NULL);
    if (fd < 0)
        return;
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)pthread_mutex_lock(&recorder->lock);
    recorder->n_accepted++;
    size_t at = 0;
    while (at < SG_LINKS_MOST && recorder->link[at] != NULL)
        at++;
    struct sg_recorder_link *link = at < SG_LINKS_MOST ? calloc(1, sizeof *link) : NULL;
    if (link != NULL) {
        link->fd = fd;
        link->number = (unsigned)recorder->n_accepted;
        recorder->link[at] = link;
    } else {
        recorder->problem = "too many connections";
        (void)close(fd);
    }
    (void)pthread_mutex_unlock(&recorder->lock);
}

/* --- the audit log --- */

/* How many whole lines the log has; their numbers are 0, 1, 2 … */
static void count_records(struct sg_recorder *recorder)
{
    char piece[PIECE];
    int fd = open(recorder->audit_log, O_RDONLY | O_CLOEXEC);
    ssize_t n, i;
    if (fd < 0)
        return;
    do { /* zeros stand ahead of the lines */
        n = pread(fd, piece, sizeof piece, (off_t)recorder->log_offset);
        for (i = 0; i < n && piece[i] != '\0'; i++)
            recorder->log_next += piece[i] == '\n';
        recorder->log_offset += (uint64_t)i;
    } while (i > 0 && i == n);
    (void)close(fd);
}

/* Whether the record that the request's Scrubgate field names is in the log now. */
static bool is_recorded(struct sg_recorder *recorder, const struct sg_heard *heard)
{
    struct sg_bytes value = sg_heard_field(heard, "Scrubgate");
    uint64_t seq = 0;
    if (recorder->audit_log == NULL || value.len < 2)
        return false;
    size_t end = value.len - 1, begin = end;
    while (begin > 0 && value.data[begin - 1] != '/')
        begin--;
    if (!sg_bytes_to_u64((struct sg_bytes){value.data + begin, end - begin}, &seq))
        return false;
    count_records(recorder);
    return seq < recorder->log_next;
}

/* --- answering --- */

static void echo(struct sg_recorder_link *link)
{
    const struct sg_heard *now = &link->now;
    struct sg_bytes type = sg_heard_field(now, "Content-Type");
    struct sg_bytes coding = sg_heard_field(now, "Content-Encoding");
    sure(sg_head_add_status_line(&link->out, 200));
    if (type.len > 0)
        sure(sg_head_add_field(&link->out, SG_BYTES("Content-Type"), type));
    if (coding.len > 0)
        sure(sg_head_add_field(&link->out, SG_BYTES("Content-Encoding"), coding));
    sure(sg_buf_addf(&link->out, "Content-Length: %zu\r\n\r\n", now->body.len));
    sure(sg_buf_add_bytes(&link->out, sg_buf_bytes(&now->body)));
}

/* Under the lock. */
static void answer(struct sg_recorder *recorder, struct sg_recorder_link *link)
{
    struct sg_said said = {.then = SG_THEN_KEEP};
    if (recorder->n_said > 0) {
        said = recorder->said[0];
        recorder->n_said--;
        memmove(recorder->said, recorder->said + 1, recorder->n_said * sizeof said);
    }
    link->answered = true;
    link->then = said.then;
    if (said.text.data == NULL)
        echo(link);
    else
        sure(sg_buf_add_bytes(&link->out, said.text));
}

static void keep_heard(struct sg_recorder *recorder, struct sg_recorder_link *link)
{
    if (recorder->n_heard == SG_HEARD_MOST) {
        recorder->problem = "too many requests that nobody took";
        return;
    }
    recorder->heard[recorder->n_heard++] = link->now;
    link->now = (struct sg_heard){.whole = false};
    (void)pthread_cond_broadcast(&recorder->news);
}

/* --- hearing --- */

/* As strictly as the gateway reads its own clients. NULL, or what is wrong. */
static const char *read_text(struct sg_heard *now, struct sg_bytes text, size_t *used, bool *whole)
{
    struct sg_guard guard;
    struct sg_bytes run;
    const struct sg_refusal *why = NULL;
    sg_guard_init(&guard, HEAD_MOST);
    *used = 0;
    *whole =
        sg_guard_read(&guard, text, used, &now->head, &now->framing, &run, &why) == SG_GUARD_HEAD;
    return why == NULL ? NULL : why->detail;
}

static bool read_head(struct sg_recorder *recorder, struct sg_recorder_link *link)
{
    struct sg_heard *now = &link->now;
    bool whole = false;
    size_t used = 0;
    recorder->problem = read_text(now, sg_buf_bytes(&link->in), &used, &whole);
    if (!whole)
        return false;
    /* Read again where it stays: a head borrows its text. */
    sure(sg_buf_add(&now->text, link->in.data, used));
    (void)read_text(now, sg_buf_bytes(&now->text), &used, &whole);
    sg_buf_drop(&link->in, used);
    now->link = link->number;
    now->recorded = is_recorded(recorder, now);
    link->chunked = (struct sg_chunked){0};
    link->in_body = true;
    link->answered = false;
    if (recorder->n_said > 0 && recorder->said[0].early)
        answer(recorder, link);
    return true;
}

/* True at the body's end. */
static bool read_body(struct sg_recorder *recorder, struct sg_recorder_link *link)
{
    struct sg_heard *now = &link->now;
    size_t pos = 0;
    if (now->framing.kind == SG_FRAMING_NONE)
        return true;
    if (now->framing.kind == SG_FRAMING_LENGTH) {
        uint64_t left = now->framing.length - now->body.len;
        pos = link->in.len < left ? link->in.len : (size_t)left;
        sure(sg_buf_add(&now->body, link->in.data, pos));
        sg_buf_drop(&link->in, pos);
        return now->body.len == now->framing.length;
    }
    enum scrubgate_status rc;
    struct sg_bytes run = {NULL, 0};
    const char *why = "";
    do {
        rc = sg_chunked_read(&link->chunked, sg_buf_bytes(&link->in), &pos, &run, &why);
        sure(sg_buf_add_bytes(&now->body, run));
    } while (rc == SCRUBGATE_OK && run.len > 0);
    sg_buf_drop(&link->in, pos);
    if (rc < 0)
        recorder->problem = why;
    return rc == SCRUBGATE_DONE;
}

/* Under the lock. */
static void hear(struct sg_recorder *recorder, struct sg_recorder_link *link)
{
    while (recorder->problem == NULL) {
        if (!link->in_body && (link->in.len == 0 || !read_head(recorder, link)))
            return;
        if (!read_body(recorder, link))
            return;
        link->now.whole = true;
        recorder->n_whole++;
        link->in_body = false;
        if (!link->answered)
            answer(recorder, link);
        keep_heard(recorder, link);
    }
}

/* False when the connection is over. */
static bool take_in(struct sg_recorder *recorder, struct sg_recorder_link *link)
{
    char piece[PIECE];
    ssize_t n = recv(link->fd, piece, sizeof piece, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    (void)pthread_mutex_lock(&recorder->lock);
    if (n > 0) {
        sure(sg_buf_add(&recorder->raw, piece, (size_t)n));
        sure(sg_buf_add(&link->in, piece, (size_t)n));
        hear(recorder, link);
    } else if (link->in_body) {
        keep_heard(recorder, link);
    }
    (void)pthread_mutex_unlock(&recorder->lock);
    return n > 0;
}

/* False when the connection is over. */
static bool put_out(struct sg_recorder_link *link)
{
    while (link->out_at < link->out.len) {
        ssize_t n = send(link->fd, link->out.data + link->out_at, link->out.len - link->out_at,
                         MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (n <= 0)
            return false;
        link->out_at += (size_t)n;
    }
    sg_buf_clear(&link->out);
    link->out_at = 0;
    if (!link->answered || link->then == SG_THEN_KEEP || link->then == SG_THEN_HOLD)
        return true;
    if (link->then == SG_THEN_RESET)
        reset(link);
    return false;
}

static void serve(struct sg_recorder *recorder)
{
    struct pollfd poller[SG_LINKS_MOST + 2] = {{recorder->wake[0], POLLIN, 0},
                                               {recorder->listener, POLLIN, 0}};
    for (size_t i = 0; i < SG_LINKS_MOST; i++) {
        const struct sg_recorder_link *link = recorder->link[i];
        poller[i + 2].fd = link == NULL ? -1 : link->fd;
        poller[i + 2].events = POLLIN;
        if (link != NULL && link->out_at < link->out.len)
            poller[i + 2].events = POLLIN | POLLOUT;
    }
    if (poll(poller, SG_LINKS_MOST + 2, SG_PATIENCE_MS) <= 0)
        return;
    for (size_t i = 0; i < SG_LINKS_MOST; i++) {
        struct sg_recorder_link *link = recorder->link[i];
        if (link == NULL || poller[i + 2].revents == 0)
            continue;
        bool lives = true;
        if ((poller[i + 2].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
            lives = take_in(recorder, link);
        if (lives)
            lives = put_out(link);
        if (!lives) {
            drop(link);
            recorder->link[i] = NULL;
        }
    }
    if ((poller[1].revents & POLLIN) != 0)
        accept_one(recorder);
}

static void *run(void *ctx)
{
    struct sg_recorder *recorder = ctx;
    for (;;) {
        (void)pthread_mutex_lock(&recorder->lock);
        bool stopping = recorder->stopping;
        (void)pthread_mutex_unlock(&recorder->lock);
        if (stopping)
            break;
        serve(recorder);
    }
    for (size_t i = 0; i < SG_LINKS_MOST; i++)
        if (recorder->link[i] != NULL)
            drop(recorder->link[i]);
    return NULL;
}

/* --- for the test --- */

void sg_recorder_start(struct sg_recorder *recorder)
{
    const char *log = recorder->audit_log;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    *recorder = (struct sg_recorder){.audit_log = log};
    recorder->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(recorder->listener >= 0);
    assert_int_equal(bind(recorder->listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(recorder->listener, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(listen(recorder->listener, SG_LINKS_MOST), 0);
    recorder->port = ntohs(address.sin_port);
    assert_int_equal(pipe(recorder->wake), 0);
    (void)fcntl(recorder->wake[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(recorder->wake[1], F_SETFD, FD_CLOEXEC);
    assert_int_equal(pthread_mutex_init(&recorder->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&recorder->news, NULL), 0);
    assert_int_equal(pthread_create(&recorder->thread, NULL, run, recorder), 0);
}

void sg_recorder_stop(struct sg_recorder *recorder)
{
    if (recorder->port == 0)
        return;
    (void)pthread_mutex_lock(&recorder->lock);
    recorder->stopping = true;
    const char *problem = recorder->problem;
    (void)pthread_mutex_unlock(&recorder->lock);
    assert_int_equal(write(recorder->wake[1], "s", 1), 1);
    (void)pthread_join(recorder->thread, NULL);
    (void)close(recorder->listener);
    (void)close(recorder->wake[0]);
    (void)close(recorder->wake[1]);
    for (size_t i = 0; i < recorder->n_heard; i++)
        sg_heard_fini(&recorder->heard[i]);
    sg_buf_fini(&recorder->raw);
    (void)pthread_mutex_destroy(&recorder->lock);
    (void)pthread_cond_destroy(&recorder->news);
    recorder->port = 0;
    if (problem != NULL)
        fail_msg("the origin heard what is no request: %s", problem);
}

void sg_recorder_say(struct sg_recorder *recorder, const struct sg_said *said)
{
    (void)pthread_mutex_lock(&recorder->lock);
    bool room = recorder->n_said < SG_HEARD_MOST;
    if (room)
        recorder->said[recorder->n_said++] = *said;
    (void)pthread_mutex_unlock(&recorder->lock);
    assert_true(room);
}

void sg_recorder_say_text(struct sg_recorder *recorder, const char *text, enum sg_then then)
{
    sg_recorder_say(recorder, &(struct sg_said){.text = sg_bytes_of(text), .then = then});
}

void sg_recorder_take(struct sg_recorder *recorder, struct sg_heard *heard)
{
    struct timespec end;
    int rc = 0;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += SG_PATIENCE_MS / 1000;
    (void)pthread_mutex_lock(&recorder->lock);
    while (recorder->n_heard == 0 && recorder->problem == NULL && rc == 0)
        rc = pthread_cond_timedwait(&recorder->news, &recorder->lock, &end);
    const char *problem = recorder->problem;
    bool came = recorder->n_heard > 0;
    if (came) {
        *heard = recorder->heard[0];
        recorder->n_heard--;
        memmove(recorder->heard, recorder->heard + 1, recorder->n_heard * sizeof *heard);
    }
    (void)pthread_mutex_unlock(&recorder->lock);
    if (!came)
        fail_msg("the origin heard no request%s%s", problem == NULL ? "" : " but ",
                 problem == NULL ? "" : problem);
}

void sg_recorder_forget(struct sg_recorder *recorder)
{
    (void)pthread_mutex_lock(&recorder->lock);
    while (recorder->n_heard > 0)
        sg_heard_fini(&recorder->heard[--recorder->n_heard]);
    recorder->n_said = 0;
    (void)pthread_mutex_unlock(&recorder->lock);
}

size_t sg_recorder_waiting(struct sg_recorder *recorder)
{
    (void)pthread_mutex_lock(&recorder->lock);
    size_t n = recorder->n_heard;
    (void)pthread_mutex_unlock(&recorder->lock);
    return n;
}

size_t sg_recorder_bytes(struct sg_recorder *recorder)
{
    (void)pthread_mutex_lock(&recorder->lock);
    size_t n = recorder->raw.len;
    (void)pthread_mutex_unlock(&recorder->lock);
    return n;
}

size_t sg_recorder_whole(struct sg_recorder *recorder)
{
    (void)pthread_mutex_lock(&recorder->lock);
    size_t n = recorder->n_whole;
    (void)pthread_mutex_unlock(&recorder->lock);
    return n;
}

size_t sg_recorder_accepted(struct sg_recorder *recorder)
{
    (void)pthread_mutex_lock(&recorder->lock);
    size_t n = recorder->n_accepted;
    (void)pthread_mutex_unlock(&recorder->lock);
    return n;
}

bool sg_recorder_holds(struct sg_recorder *recorder, const char *text)
{
    (void)pthread_mutex_lock(&recorder->lock);
    bool holds = sg_holds(sg_buf_bytes(&recorder->raw), text);
    (void)pthread_mutex_unlock(&recorder->lock);
    return holds;
}

struct sg_bytes sg_heard_field(const struct sg_heard *heard, const char *name)
{
    const struct sg_header *field = sg_headers_find(&heard->head.headers, name, NULL);
    return field != NULL ? field->value : (struct sg_bytes){NULL, 0};
}

void sg_heard_fini(struct sg_heard *heard)
{
    sg_buf_fini(&heard->text);
    sg_buf_fini(&heard->body);
}
