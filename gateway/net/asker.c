/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asker.c - many requests to one server, one after the other, for a caller who may wait.
 */
#include "net/asker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/diag.h"
#include "http/chunked.h"
#include "http/framing.h"
#include "http/head_reader.h"
#include "net/origin.h"

enum { LINES = 32, HEAD_MOST = 16 * 1024, BODY_MOST = 64 * 1024, PIECE = 16 * 1024 };

struct line {
    int fd; /* -1: none */
    uint64_t number, used;
};

struct sg_asker {
    struct sg_origin *origin;
    bool told;
    uint64_t total_ns, asks;
    struct line lines[LINES];
    struct sg_head head;
    struct sg_buf in, text, body; /* what came; the head's own text; the body */
    const char *why;              /* it failed */
    bool late;                    /* because of the time */
};

/* --- whom --- */

static bool is_near(const struct sg_address *address)
{
    const struct sockaddr *any = (const struct sockaddr *)&address->storage;
    if (any->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)any)->sin_addr.s_addr) >> 24 == 127;
    if (any->sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)any)->sin6_addr);
    return any->sa_family == AF_UNIX;
}

static enum scrubgate_status check(const struct sg_asker *asker,
                                   const struct sg_asker_config *config,
                                   struct scrubgate_fault *fault)
{
    bool near = true;
    if (sg_origin_secure(asker->origin)) {
        sg_fault_set(fault, config->url, 0, 0, "only http:// can be asked here");
        return SCRUBGATE_EINVAL;
    }
    struct sg_places *places = sg_origin_places(asker->origin);
    for (size_t i = 0; i < places->to.n; i++)
        near = near && is_near(&places->to.item[i]);
    sg_places_drop(places);
    if (near || config->anywhere)
        return SCRUBGATE_OK;
    sg_fault_set(fault, config->url, 0, 0,
                 "is another machine: made-up traffic goes to this one only, unless that is said");
    return SCRUBGATE_EINVAL;
}

enum scrubgate_status sg_asker_new(struct sg_asker **out, const struct sg_asker_config *config,
                                   struct scrubgate_fault *fault)
{
    struct sg_asker *asker = calloc(1, sizeof *asker);
    enum scrubgate_status rc = asker == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    *out = NULL;
    if (rc < 0) {
        sg_fault_set(fault, config->url, 0, 0, "out of memory");
        return rc;
    }
    asker->told = config->told;
    asker->total_ns = config->total_ns;
    sg_buf_init(&asker->body, BODY_MOST);
    for (size_t i = 0; i < LINES; i++)
        asker->lines[i].fd = -1;
    rc = sg_origin_new(&asker->origin, config->url, fault);
    if (rc >= 0)
        rc = check(asker, config, fault);
    if (rc < 0)
        sg_asker_free(asker);
    else
        *out = asker;
    return rc;
}

static void hang_up(struct line *line)
{
    if (line->fd >= 0)
        (void)close(line->fd);
    line->fd = -1;
}

void sg_asker_free(struct sg_asker *asker)
{
    if (asker == NULL)
        return;
    for (size_t i = 0; i < LINES; i++)
        hang_up(&asker->lines[i]);
    sg_origin_free(asker->origin);
    sg_buf_fini(&asker->in);
    sg_buf_fini(&asker->text);
    sg_buf_fini(&asker->body);
    free(asker);
}

struct sg_bytes sg_asker_path(const struct sg_asker *asker)
{
    return sg_origin_path(asker->origin);
}

struct sg_bytes sg_asker_authority(const struct sg_asker *asker)
{
    return sg_origin_authority(asker->origin);
}

/* --- a line --- */

static bool send_all(struct line *line, struct sg_bytes text)
{
    while (text.len > 0) {
        const ssize_t n = send(line->fd, text.data, text.len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = (struct sg_bytes){text.data + n, text.len - (size_t)n};
    }
    return true;
}

/* Whose connection it is to be taken for. */
static bool introduce(struct line *line)
{
    char text[160];
    const uint64_t net = line->number;
    const int len = snprintf(text, sizeof text, "PROXY TCP6 fd%02x:%04x:%04x::1 ::1 40000 80\r\n",
                             (unsigned)(net >> 32 & 0xff), (unsigned)(net >> 16 & 0xffff),
                             (unsigned)(net & 0xffff));
    return send_all(line, (struct sg_bytes){(const uint8_t *)text, (size_t)len});
}

/* Whatever it waits for, it waits no longer than that. */
static bool set_patience(int fd, uint64_t total_ns)
{
    const struct timeval patience = {.tv_sec = (time_t)(total_ns / 1000000000),
                                     .tv_usec = (suseconds_t)(total_ns % 1000000000 / 1000)};
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0;
}

static bool dial(struct sg_asker *asker, struct line *line)
{
    struct sg_places *places = sg_origin_places(asker->origin);
    const int on = 1;
    for (size_t i = 0; i < places->to.n && line->fd < 0; i++) {
        const struct sg_address *to = &places->to.item[i];
        line->fd = socket(to->storage.ss_family, SOCK_STREAM, 0);
        if (line->fd >= 0 &&
            (!set_patience(line->fd, asker->total_ns) ||
             connect(line->fd, (const struct sockaddr *)&to->storage, to->len) != 0))
            hang_up(line);
        if (line->fd >= 0 && to->storage.ss_family != AF_UNIX)
            (void)setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    sg_places_drop(places);
    asker->why = "nobody answers there";
    return line->fd >= 0 && (!asker->told || introduce(line));
}

/* The number's own, or the one that was used least lately in its place. */
static struct line *find_line(struct sg_asker *asker, uint64_t number)
{
    struct line *oldest = &asker->lines[0];
    for (size_t i = 0; i < LINES; i++) {
        struct line *line = &asker->lines[i];
        if (line->fd >= 0 && line->number == number)
            return line;
        if (line->fd < 0 || (oldest->fd >= 0 && line->used < oldest->used))
            oldest = line;
    }
    hang_up(oldest);
    oldest->number = number;
    return oldest;
}

/* --- the answer --- */

static bool read_more(struct sg_asker *asker, struct line *line)
{
    ssize_t n;
    if (sg_buf_reserve(&asker->in, PIECE) < 0) {
        asker->why = "out of memory";
        return false;
    }
    do {
        n = recv(line->fd, asker->in.data + asker->in.len, PIECE, 0);
    } while (n < 0 && errno == EINTR);
    asker->late = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    asker->why = asker->late ? "it took too long" : "it closed before its answer was whole";
    if (n > 0)
        asker->in.len += (size_t)n;
    return n > 0;
}

static bool read_head(struct sg_asker *asker, struct line *line)
{
    struct sg_head_reader reader;
    enum sg_head_step step;
    const char *why;
    size_t used = 0;
    sg_head_reader_init(&reader, SG_HEAD_RESPONSE, HEAD_MOST);
    while ((step = sg_head_read(&reader, sg_buf_bytes(&asker->in), &asker->head, &used, &why)) ==
           SG_HEAD_MORE)
        if (!read_more(asker, line))
            return false;
    asker->why = "it does not answer in HTTP as it should be";
    sg_buf_clear(&asker->text);
    if (step != SG_HEAD_WHOLE || sg_buf_add(&asker->text, asker->in.data, used) < 0)
        return false;
    /* Read again where it stays: a head borrows its text. */
    step = sg_head_read(&reader, sg_buf_bytes(&asker->text), &asker->head, &used, &why);
    sg_buf_drop(&asker->in, used);
    return step == SG_HEAD_WHOLE;
}

/* Keeps what has room. */
static void keep(struct sg_asker *asker, struct sg_bytes piece)
{
    const size_t room = BODY_MOST - asker->body.len;
    if (piece.len > room)
        piece.len = room;
    if (sg_buf_add_bytes(&asker->body, piece) < 0)
        sg_buf_clear(&asker->body);
}

static bool read_chunks(struct sg_asker *asker, struct line *line)
{
    struct sg_chunked chunked = {0};
    for (;;) {
        const char *why;
        struct sg_bytes run;
        size_t pos = 0;
        enum scrubgate_status rc;
        do {
            rc = sg_chunked_read(&chunked, sg_buf_bytes(&asker->in), &pos, &run, &why);
            if (rc < 0)
                return false;
            keep(asker, run);
        } while (rc != SCRUBGATE_DONE && run.len > 0);
        sg_buf_drop(&asker->in, pos);
        if (rc == SCRUBGATE_DONE)
            return true;
        if (!read_more(asker, line))
            return false;
    }
}

static bool read_body(struct sg_asker *asker, struct line *line, const struct sg_framing *framing)
{
    uint64_t left = framing->length;
    if (framing->kind == SG_FRAMING_CHUNKED)
        return read_chunks(asker, line);
    while (framing->kind == SG_FRAMING_LENGTH && left > 0) {
        if (asker->in.len == 0 && !read_more(asker, line))
            return false;
        const size_t n = asker->in.len < left ? asker->in.len : (size_t)left;
        keep(asker, (struct sg_bytes){asker->in.data, n});
        sg_buf_drop(&asker->in, n);
        left -= n;
    }
    /* What ends with the connection is read to its end by nobody. */
    return framing->kind != SG_FRAMING_CLOSE;
}

static bool read_answer(struct sg_asker *asker, struct line *line)
{
    struct sg_framing framing;
    const char *why;
    sg_buf_clear(&asker->body);
    do { /* interim answers are read over */
        if (!read_head(asker, line))
            return false;
    } while (asker->head.status == 100);
    if (sg_framing_response(&framing, &asker->head.headers, asker->head.minor_version,
                            asker->head.status, false, &why) < 0 ||
        !read_body(asker, line, &framing))
        return false;
    const struct sg_header *connection = sg_headers_find(&asker->head.headers, "Connection", NULL);
    if (asker->in.len > 0 || asker->head.minor_version == 0 ||
        (connection != NULL && sg_bytes_equal_nocase(connection->value, SG_BYTES("close"))))
        hang_up(line);
    return true;
}

/* --- asking --- */

enum scrubgate_status sg_asker_ask(struct sg_asker *asker, uint64_t number, struct sg_bytes head,
                                   struct sg_bytes body, struct sg_asked *answer,
                                   struct scrubgate_fault *fault)
{
    struct line *line = find_line(asker, number);
    bool answered = false;
    for (int round = 0; round < 2 && !answered; round++) {
        const bool kept = line->fd >= 0;
        sg_buf_clear(&asker->in);
        if (!kept && !dial(asker, line))
            break;
        asker->why = "it closed before its answer was whole";
        asker->late = false;
        answered = send_all(line, head) && send_all(line, body) && read_answer(asker, line);
        if (!answered)
            hang_up(line);
        if (!kept || asker->late || asker->in.len > 0)
            break; /* not one that was closed for being idle */
    }
    line->used = ++asker->asks;
    if (!answered) {
        sg_fault_set(fault, NULL, 0, 0, "no answer: %s", asker->why);
        return SCRUBGATE_EIO;
    }
    *answer = (struct sg_asked){&asker->head, sg_buf_bytes(&asker->body)};
    return SCRUBGATE_OK;
}
