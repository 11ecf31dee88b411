/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn.c - one non-blocking byte connection, to an origin or from a client: TCP or unix socket,
 * plain or TLS.
 */
#include "net/conn.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "net/tls.h"

enum { TLS_RECORD = 16384 };

static void changed(struct sg_watch *watch, uint32_t events)
{
    struct sg_conn *conn = (struct sg_conn *)watch; /* its first member */
    bool ended = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    bool arrived = (events & EPOLLIN) != 0 || ended;
    if (ended)
        conn->hangup = true;
    if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        conn->gone = true;
    if (arrived)
        conn->can_read = true;
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
        conn->can_write = true;
    /* Either direction of TLS may have been waiting for the other one of the socket. */
    if (conn->tls != NULL)
        conn->can_read = conn->can_write = true;
    conn->ready(conn, arrived); /* may free the connection */
}

static enum scrubgate_status start(struct sg_conn *conn, const struct sg_address *to)
{
    const int on = 1;
    int family = to->storage.ss_family;
    int rc;
    conn->watch.fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (conn->watch.fd < 0)
        return errno == ENOMEM || errno == ENOBUFS ? SCRUBGATE_ENOMEM : SCRUBGATE_EIO;
    /* A request is written whole: waiting to fill a segment would only delay its end. */
    if (family != AF_UNIX)
        (void)setsockopt(conn->watch.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    rc = connect(conn->watch.fd, (const struct sockaddr *)&to->storage, to->len);
    if (rc == 0)
        conn->linked = conn->can_write = true;
    else if (errno != EINPROGRESS)
        return SCRUBGATE_EIO;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_conn_open(struct sg_conn *conn, struct sg_loop *loop,
                                   const struct sg_address *to, const struct sg_tls_peer *peer,
                                   void (*ready)(struct sg_conn *conn, bool arrived))
{
    *conn = (struct sg_conn){.watch = {.fd = -1, .ready = changed}, .loop = loop, .ready = ready};
    enum scrubgate_status rc = start(conn, to);
    if (rc < 0)
        goto out;
    if (peer != NULL) {
        rc = sg_tls_stream_new(&conn->tls, peer, conn->watch.fd);
        if (rc < 0)
            goto out;
    }
    conn->up = conn->linked && conn->tls == NULL;
    rc = sg_watch_add(loop, &conn->watch, EPOLLIN | EPOLLOUT | EPOLLRDHUP | (uint32_t)EPOLLET);
out:
    if (rc < 0)
        sg_conn_close(conn);
    return rc;
}

enum scrubgate_status sg_conn_adopt(struct sg_conn *conn, struct sg_loop *loop, int fd,
                                    struct sg_tls_server *tls,
                                    void (*ready)(struct sg_conn *conn, bool arrived))
{
    *conn = (struct sg_conn){.watch = {.fd = fd, .ready = changed},
                             .loop = loop,
                             .ready = ready,
                             .linked = true,
                             .up = tls == NULL,
                             .can_write = true};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (tls != NULL)
        rc = sg_tls_server_stream_new(&conn->tls, tls, fd);
    if (rc >= 0)
        rc = sg_watch_add(loop, &conn->watch, EPOLLIN | EPOLLOUT | EPOLLRDHUP | (uint32_t)EPOLLET);
    if (rc < 0)
        sg_conn_close(conn);
    return rc;
}

int sg_conn_connect(struct sg_conn *conn)
{
    if (conn->up)
        return 0;
    if (!conn->linked) {
        int error = 0;
        socklen_t len = sizeof error;
        if (!conn->can_write)
            return SG_CONN_WAIT;
        if (getsockopt(conn->watch.fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0)
            return SG_CONN_FAILED;
        conn->linked = true;
    }
    if (conn->tls != NULL) {
        int rc = sg_tls_handshake(conn->tls);
        if (rc < 0)
            return rc;
        conn->can_read = true; /* bytes may have come with the end of the handshake */
    }
    conn->up = true;
    return 0;
}

static int64_t read_plain(struct sg_conn *conn, uint8_t *out, size_t cap)
{
    ssize_t n;
    do
        n = recv(conn->watch.fd, out, cap, 0);
    while (n < 0 && errno == EINTR);
    /* Fewer than asked for: the socket is empty, and more of them, or the end, will be told of. */
    if (n > 0 && (size_t)n < cap && !conn->hangup)
        conn->can_read = false;
    if (n > 0)
        return n;
    if (n == 0)
        return SG_CONN_END;
    return errno == EAGAIN || errno == EWOULDBLOCK ? SG_CONN_WAIT : SG_CONN_FAILED;
}

/* A record holds 16 KiB at most: takes as many as there are room for. */
static int64_t read_tls(struct sg_conn *conn, uint8_t *out, size_t cap)
{
    size_t got = 0;
    int64_t n = 0;
    while (got < cap) {
        n = sg_tls_read(conn->tls, out + got, cap - got);
        if (n < 0)
            break;
        got += (size_t)n;
    }
    if (n == SG_CONN_WAIT)
        conn->can_read = false;
    return got > 0 ? (int64_t)got : n; /* an end behind bytes is found again */
}

int64_t sg_conn_read(struct sg_conn *conn, uint8_t *out, size_t cap)
{
    assert(cap > 0);
    int64_t n = conn->tls != NULL ? read_tls(conn, out, cap) : read_plain(conn, out, cap);
    if (n == SG_CONN_WAIT)
        conn->can_read = false;
    return n;
}

static size_t length_of(const struct iovec *pieces, size_t n)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += pieces[i].iov_len;
    return len;
}

static int64_t write_plain(struct sg_conn *conn, const struct iovec *pieces, size_t n)
{
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = n};
    ssize_t done;
    do
        done = sendmsg(conn->watch.fd, &message, MSG_NOSIGNAL);
    while (done < 0 && errno == EINTR);
    /* Fewer than given: the socket is full, and room in it will be told of. */
    if (done >= 0 && (size_t)done < length_of(pieces, n))
        conn->can_write = false;
    if (done >= 0)
        return done;
    return errno == EAGAIN || errno == EWOULDBLOCK ? SG_CONN_WAIT : SG_CONN_FAILED;
}

/* Where a list of pieces is being read. */
struct place {
    const struct iovec *piece, *end;
    size_t at; /* in *piece */
};

static void advance(struct place *place, size_t n)
{
    while (place->piece < place->end && n >= place->piece->iov_len - place->at) {
        n -= place->piece->iov_len - place->at;
        place->piece++;
        place->at = 0;
    }
    place->at += n;
}

/* The next record: a piece as it lies where it is long or the last, else pieces put together, so
 * that a small head and its body are one. */
static struct sg_bytes next_record(struct place place, uint8_t room[TLS_RECORD])
{
    size_t len = 0;
    const uint8_t *first = (const uint8_t *)place.piece->iov_base + place.at;
    size_t left = place.piece->iov_len - place.at;
    if (left >= TLS_RECORD || place.piece + 1 == place.end)
        return (struct sg_bytes){first, left};
    while (place.piece < place.end && len < TLS_RECORD) {
        size_t more = place.piece->iov_len - place.at;
        more = more < TLS_RECORD - len ? more : TLS_RECORD - len;
        memcpy(room + len, (const uint8_t *)place.piece->iov_base + place.at, more);
        len += more;
        advance(&place, more);
    }
    return (struct sg_bytes){room, len};
}

/* Record after record, until the socket takes no more: no one record's end would be told of. */
static int64_t write_tls(struct sg_conn *conn, const struct iovec *pieces, size_t n)
{
    uint8_t room[TLS_RECORD];
    struct place place = {pieces, pieces + n, 0};
    size_t done = 0;
    int64_t rc = 0;
    while (place.piece < place.end) {
        struct sg_bytes record = next_record(place, room);
        rc = sg_tls_write(conn->tls, record.data, record.len);
        if (record.data == room)
            sg_wipe(room, record.len);
        if (rc < 0)
            break;
        done += (size_t)rc;
        advance(&place, (size_t)rc);
    }
    if (rc == SG_CONN_WAIT)
        conn->can_write = false;
    return done > 0 ? (int64_t)done : rc; /* a failure behind bytes is found again */
}

int64_t sg_conn_write(struct sg_conn *conn, const struct iovec *pieces, size_t n)
{
    assert(n > 0 && pieces[0].iov_len > 0);
    int64_t done = conn->tls != NULL ? write_tls(conn, pieces, n) : write_plain(conn, pieces, n);
    if (done == SG_CONN_WAIT)
        conn->can_write = false;
    return done;
}

void sg_conn_finish(struct sg_conn *conn)
{
    sg_tls_stream_free(conn->tls);
    conn->tls = NULL;
    (void)shutdown(conn->watch.fd, SHUT_WR);
}

void sg_conn_close(struct sg_conn *conn)
{
    if (conn->loop == NULL || conn->watch.fd < 0)
        return;
    sg_watch_remove(conn->loop, &conn->watch);
    sg_tls_stream_free(conn->tls);
    conn->tls = NULL;
    (void)close(conn->watch.fd);
    conn->watch.fd = -1;
    conn->up = conn->can_read = conn->can_write = false;
}

void sg_conn_reset(struct sg_conn *conn)
{
    /* Linux: connecting to nowhere resets a connection at once and leaves the descriptor open, so
     * that not even TLS's farewell gets out. */
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (conn->loop != NULL && conn->watch.fd >= 0 &&
        connect(conn->watch.fd, &nowhere, sizeof nowhere) != 0)
        (void)shutdown(conn->watch.fd, SHUT_RDWR);
    sg_conn_close(conn);
}
