/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scripted_origin.c - an origin in a thread that does what a test's script says, step by step.
 *
 * Every wait has an end, so that a test which goes wrong fails and does not hang.
 */
#include "scripted_origin.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 20000, NARROW = 65536, CONNECTIONS = 128 };

static bool await(int fd, short events)
{
    struct pollfd poller = {.fd = fd, .events = events};
    int n;
    do
        n = poll(&poller, 1, PATIENCE_MS);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

/* Bytes read, 0 at the end, -1 when nothing came in time or the connection failed. */
static ssize_t get(struct sg_scripted_origin *origin, char *out, size_t cap)
{
    ssize_t n;
    if (origin->ssl != NULL) {
        if (SSL_pending(origin->ssl) == 0 && !await(origin->fd, POLLIN))
            return -1;
        n = SSL_read(origin->ssl, out, (int)cap);
        if (n <= 0)
            n = SSL_get_error(origin->ssl, (int)n) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
    } else {
        if (!await(origin->fd, POLLIN))
            return -1;
        n = recv(origin->fd, out, cap, 0);
    }
    if (n <= 0)
        return n;
    origin->n_read += (size_t)n;
    size_t room = sizeof origin->heard - 1 - origin->n_heard;
    size_t kept = (size_t)n < room ? (size_t)n : room;
    memcpy(origin->heard + origin->n_heard, out, kept);
    origin->n_heard += kept;
    return n;
}

static bool put(struct sg_scripted_origin *origin, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n;
        if (!await(origin->fd, POLLOUT))
            return false;
        if (origin->ssl != NULL)
            n = SSL_write(origin->ssl, data, (int)len);
        else
            n = send(origin->fd, data, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* Reads until `end` has come, by so many bytes at once: 1 takes nothing from behind it. */
static bool read_to(struct sg_scripted_origin *origin, const char *end, size_t at_once)
{
    size_t len = strlen(end), matched = 0;
    char piece[16384];
    while (matched < len) {
        ssize_t n = get(origin, piece, at_once);
        if (n <= 0)
            return false;
        for (ssize_t i = 0; i < n && matched < len; i++)
            matched = piece[i] == end[matched] ? matched + 1 : (piece[i] == end[0] ? 1 : 0);
    }
    return true;
}

static bool read_count(struct sg_scripted_origin *origin, size_t n)
{
    char piece[16384];
    while (n > 0) {
        ssize_t got = get(origin, piece, n < sizeof piece ? n : sizeof piece);
        if (got <= 0)
            return false;
        n -= (size_t)got;
    }
    return true;
}

static bool read_to_close(struct sg_scripted_origin *origin)
{
    char piece[16384];
    ssize_t n;
    do
        n = get(origin, piece, sizeof piece);
    while (n > 0);
    return n == 0 || errno == ECONNRESET || errno == EPIPE;
}

static bool say(struct sg_scripted_origin *origin, const struct sg_step *step)
{
    size_t len = strlen(step->text);
    size_t piece = step->n > 0 ? step->n : len;
    for (size_t at = 0; at < len; at += piece) {
        size_t n = len - at < piece ? len - at : piece;
        if (!put(origin, step->text + at, n))
            return false;
    }
    return true;
}

static bool flood(struct sg_scripted_origin *origin, size_t n)
{
    char piece[16384];
    memset(piece, 'x', sizeof piece);
    while (n > 0) {
        size_t part = n < sizeof piece ? n : sizeof piece;
        if (!put(origin, piece, part))
            return false;
        n -= part;
    }
    return true;
}

static void drop(struct sg_scripted_origin *origin)
{
    SSL_free(origin->ssl);
    origin->ssl = NULL;
    if (origin->fd >= 0)
        (void)close(origin->fd);
    origin->fd = -1;
}

static bool take(struct sg_scripted_origin *origin, bool succeeds)
{
    const int on = 1;
    drop(origin);
    if (!await(origin->listener, POLLIN))
        return false;
    origin->fd = accept(origin->listener, NULL, NULL);
    if (origin->fd < 0)
        return false;
    origin->accepted++;
    if (origin->path == NULL)
        (void)setsockopt(origin->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (origin->tls == NULL)
        return succeeds;
    origin->ssl = SSL_new(origin->tls);
    bool good = origin->ssl != NULL && SSL_set_fd(origin->ssl, origin->fd) == 1 &&
                (SSL_accept(origin->ssl) == 1) == succeeds;
    origin->resumed += good && SSL_session_reused(origin->ssl) == 1 ? 1 : 0;
    return good;
}

static bool do_step(struct sg_scripted_origin *origin, const struct sg_step *step)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    char go;
    switch (step->kind) {
    case SG_STEP_ACCEPT:
    case SG_STEP_REFUSE:
        return take(origin, step->kind == SG_STEP_ACCEPT);
    case SG_STEP_HEAD:
        return read_to(origin, "\r\n\r\n", 1);
    case SG_STEP_READ:
        return read_count(origin, step->n);
    case SG_STEP_CHUNKS:
        return read_to(origin, "0\r\n\r\n", 16384);
    case SG_STEP_SAY:
        return say(origin, step);
    case SG_STEP_FLOOD:
        return flood(origin, step->n);
    case SG_STEP_RESET:
        (void)setsockopt(origin->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        drop(origin);
        return true;
    case SG_STEP_CLOSE:
        if (origin->ssl != NULL)
            (void)SSL_shutdown(origin->ssl);
        drop(origin);
        return true;
    case SG_STEP_CUT:
        drop(origin);
        return true;
    case SG_STEP_CLOSED:
        return read_to_close(origin);
    case SG_STEP_RING:
        sg_wake_ring(origin->bell);
        return true;
    case SG_STEP_AWAIT:
        return await(origin->go[0], POLLIN) && read(origin->go[0], &go, 1) == 1;
    case SG_STEP_END:
        break;
    }
    return false;
}

static void *play(void *ctx)
{
    static const char *const problems[] = {
        [SG_STEP_ACCEPT] = "no connection came, or its handshake failed",
        [SG_STEP_REFUSE] = "no connection came, or its handshake succeeded",
        [SG_STEP_HEAD] = "no whole head came",
        [SG_STEP_READ] = "not so many bytes came",
        [SG_STEP_CHUNKS] = "no end of a chunked body came",
        [SG_STEP_SAY] = "the peer took no bytes",
        [SG_STEP_FLOOD] = "the peer took not so many bytes",
        [SG_STEP_CLOSED] = "the peer did not close",
        [SG_STEP_AWAIT] = "the test did not go on",
    };
    struct sg_scripted_origin *origin = ctx;
    const struct sg_step *step = origin->script;
    /* Here only: the gateway must see to its own. */
    sigset_t pipes;
    (void)sigemptyset(&pipes);
    (void)sigaddset(&pipes, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipes, NULL);
    for (; step->kind != SG_STEP_END; step++, origin->done++) {
        if (!do_step(origin, step)) {
            origin->problem = problems[step->kind];
            break;
        }
    }
    drop(origin);
    return NULL;
}

void sg_scripted_origin_add(struct sg_scripted_origin *origin, enum sg_step_kind kind,
                            const char *text, size_t n)
{
    size_t at = 0;
    while (origin->script[at].kind != SG_STEP_END)
        at++;
    assert_true(at + 1 < SG_SCRIPT_STEPS);
    origin->script[at] = (struct sg_step){kind, text, n};
}

static void listen_tcp(struct sg_scripted_origin *origin)
{
    const int narrow = NARROW;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    origin->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(origin->listener >= 0);
    if (origin->narrow)
        (void)setsockopt(origin->listener, SOL_SOCKET, SO_RCVBUF, &narrow, sizeof narrow);
    assert_int_equal(bind(origin->listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(origin->listener, (struct sockaddr *)&address, &len), 0);
    origin->port = ntohs(address.sin_port);
}

static void listen_unix(struct sg_scripted_origin *origin)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", origin->path);
    origin->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(origin->listener >= 0);
    assert_int_equal(bind(origin->listener, (struct sockaddr *)&address, sizeof address), 0);
}

void sg_scripted_origin_start(struct sg_scripted_origin *origin, struct sg_wake *bell)
{
    if (origin->path != NULL)
        listen_unix(origin);
    else
        listen_tcp(origin);
    assert_int_equal(listen(origin->listener, CONNECTIONS), 0);
    assert_int_equal(pipe(origin->go), 0);
    origin->bell = bell;
    origin->fd = -1;
    assert_int_equal(pthread_create(&origin->thread, NULL, play, origin), 0);
    origin->running = true;
}

void sg_scripted_origin_go(struct sg_scripted_origin *origin)
{
    assert_int_equal(write(origin->go[1], "g", 1), 1);
}

void sg_scripted_origin_stop(struct sg_scripted_origin *origin)
{
    if (!origin->running)
        return;
    origin->running = false;
    if (origin->lenient)
        (void)shutdown(origin->listener, SHUT_RDWR); /* who waits there need not wait longer */
    (void)pthread_join(origin->thread, NULL);
    (void)close(origin->listener);
    (void)close(origin->go[0]);
    (void)close(origin->go[1]);
    if (origin->path != NULL)
        (void)unlink(origin->path);
    if (origin->problem != NULL && !origin->lenient)
        fail_msg("step %zu of the origin: %s", origin->done + 1, origin->problem);
}
