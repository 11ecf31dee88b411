/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.c - a client of raw bytes: sends what a test says, reads answers as strictly as we can.
 */
#define _DEFAULT_SOURCE /* struct linger */
#include "wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/err.h>

#include "http/chunked.h"
#include "http/head_reader.h"

enum { HEAD_MOST = 64 * 1024, PIECE = 64 * 1024, SHOWN = 400 };

static bool await(int fd, short events)
{
    struct pollfd poller = {.fd = fd, .events = events};
    int n;
    do
        n = poll(&poller, 1, SG_PATIENCE_MS);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

void sg_wire_open(struct sg_wire *wire, unsigned port)
{
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *wire = (struct sg_wire){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_true(wire->fd >= 0);
    assert_int_equal(connect(wire->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
}

bool sg_wire_secure(struct sg_wire *wire, SSL_CTX *context)
{
    const struct timeval patience = {.tv_sec = SG_PATIENCE_MS / 1000};
    assert_int_equal(setsockopt(wire->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    wire->tls = SSL_new(context);
    assert_non_null(wire->tls);
    assert_int_equal(SSL_set_fd(wire->tls, wire->fd), 1);
    bool up = SSL_connect(wire->tls) == 1;
    ERR_clear_error();
    return up;
}

void sg_wire_close(struct sg_wire *wire)
{
    SSL_free(wire->tls);
    wire->tls = NULL;
    (void)close(wire->fd);
    wire->fd = -1;
    sg_buf_fini(&wire->in);
}

void sg_wire_reset(struct sg_wire *wire)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    sg_wire_close(wire);
}

/* --- sending --- */

bool sg_wire_try(struct sg_wire *wire, struct sg_bytes text)
{
    while (text.len > 0) {
        assert_true(await(wire->fd, POLLOUT));
        ssize_t n = wire->tls != NULL
                        ? SSL_write(wire->tls, text.data, (int)text.len)
                        : send(wire->fd, text.data, text.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return false;
        text = (struct sg_bytes){text.data + n, text.len - (size_t)n};
    }
    return true;
}

void sg_wire_send(struct sg_wire *wire, struct sg_bytes text)
{
    assert_true(sg_wire_try(wire, text));
}

void sg_wire_say(struct sg_wire *wire, const char *format, ...)
{
    char text[4096];
    va_list list;
    va_start(list, format);
    int len = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    assert_true(len >= 0 && (size_t)len < sizeof text);
    sg_wire_send(wire, (struct sg_bytes){(const uint8_t *)text, (size_t)len});
}

/* --- reading --- */

bool sg_wire_more(struct sg_wire *wire)
{
    bool ready = wire->tls != NULL && SSL_pending(wire->tls) > 0;
    if (!ready && !await(wire->fd, POLLIN))
        fail_msg("nothing came within %d ms", SG_PATIENCE_MS);
    assert_true(sg_buf_reserve(&wire->in, PIECE) >= 0);
    uint8_t *room = wire->in.data + wire->in.len;
    ssize_t n =
        wire->tls != NULL ? SSL_read(wire->tls, room, PIECE) : recv(wire->fd, room, PIECE, 0);
    ERR_clear_error();
    if (n > 0)
        wire->in.len += (size_t)n;
    return n > 0;
}

static bool read_head(struct sg_wire *wire, struct sg_answer *answer)
{
    struct sg_head_reader reader;
    enum sg_head_step step;
    const char *why = "";
    size_t used = 0;
    sg_head_reader_init(&reader, SG_HEAD_RESPONSE, HEAD_MOST);
    while ((step = sg_head_read(&reader, sg_buf_bytes(&wire->in), &answer->head, &used, &why)) ==
           SG_HEAD_MORE) {
        if (!sg_wire_more(wire)) {
            answer->head.status = 0;
            return false;
        }
    }
    if (step != SG_HEAD_WHOLE)
        fail_msg("the answer's head: %s", why);
    /* Read again where it stays: a head borrows its text. */
    assert_true(sg_buf_add(&answer->text, wire->in.data, used) >= 0);
    assert_int_equal(sg_head_read(&reader, sg_buf_bytes(&answer->text), &answer->head, &used, &why),
                     SG_HEAD_WHOLE);
    sg_buf_drop(&wire->in, used);
    return true;
}

/* Up to most bytes of what is there go to the body. */
static void take(struct sg_wire *wire, struct sg_answer *answer, uint64_t most)
{
    size_t n = wire->in.len < most ? wire->in.len : (size_t)most;
    assert_true(sg_buf_add(&answer->body, wire->in.data, n) >= 0);
    sg_buf_drop(&wire->in, n);
}

static bool read_chunks(struct sg_wire *wire, struct sg_answer *answer)
{
    struct sg_chunked chunked = {0};
    for (;;) {
        const char *why = "";
        struct sg_bytes run = {NULL, 0};
        size_t pos = 0;
        enum scrubgate_status rc;
        do {
            rc = sg_chunked_read(&chunked, sg_buf_bytes(&wire->in), &pos, &run, &why);
            if (rc < 0)
                fail_msg("the answer's chunks: %s", why);
            assert_true(sg_buf_add_bytes(&answer->body, run) >= 0);
        } while (rc != SCRUBGATE_DONE && run.len > 0);
        sg_buf_drop(&wire->in, pos);
        if (rc == SCRUBGATE_DONE)
            return true;
        if (!sg_wire_more(wire))
            return false;
    }
}

static bool read_body(struct sg_wire *wire, struct sg_answer *answer)
{
    uint64_t length = answer->framing.length;
    switch (answer->framing.kind) {
    case SG_FRAMING_NONE:
        return true;
    case SG_FRAMING_CHUNKED:
        return read_chunks(wire, answer);
    case SG_FRAMING_CLOSE:
        while (sg_wire_more(wire))
            take(wire, answer, UINT64_MAX);
        return true;
    case SG_FRAMING_LENGTH:
        break;
    }
    for (;;) {
        take(wire, answer, length - answer->body.len);
        if (answer->body.len == length)
            return true;
        if (!sg_wire_more(wire))
            return false;
    }
}

void sg_wire_read(struct sg_wire *wire, struct sg_answer *answer, bool to_head)
{
    const char *why = "";
    sg_answer_fini(answer);
    do { /* interim answers are read over */
        sg_buf_clear(&answer->text);
        answer->cut = !read_head(wire, answer);
    } while (!answer->cut && answer->head.status == 100);
    if (answer->cut)
        return;
    if (sg_framing_response(&answer->framing, &answer->head.headers, answer->head.minor_version,
                            answer->head.status, to_head, &why) < 0)
        fail_msg("the answer's framing: %s", why);
    answer->cut = !read_body(wire, answer);
}

bool sg_wire_ends(struct sg_wire *wire)
{
    return wire->in.len == 0 && !sg_wire_more(wire);
}

struct sg_bytes sg_answer_field(const struct sg_answer *answer, const char *name)
{
    size_t count = 0;
    const struct sg_header *field = sg_headers_find(&answer->head.headers, name, &count);
    assert_true(count <= 1);
    return count == 1 ? field->value : (struct sg_bytes){NULL, 0};
}

void sg_answer_fini(struct sg_answer *answer)
{
    sg_buf_fini(&answer->text);
    sg_buf_fini(&answer->body);
    *answer = (struct sg_answer){.cut = false};
}

void sg_wire_ask(unsigned port, const char *method, const char *target, const char *fields,
                 struct sg_bytes body, struct sg_answer *answer)
{
    struct sg_wire wire;
    bool sized = body.len > 0 || strcmp(method, "POST") == 0;
    sg_wire_open(&wire, port);
    sg_wire_say(&wire, "%s %s HTTP/1.1\r\nHost: gate.example\r\n%s", method, target, fields);
    if (sized)
        sg_wire_say(&wire, "Content-Length: %zu\r\n", body.len);
    sg_wire_say(&wire, "\r\n");
    (void)sg_wire_try(&wire, body);
    sg_wire_read(&wire, answer, strcmp(method, "HEAD") == 0);
    sg_wire_close(&wire);
}

/* --- looking at bytes --- */

bool sg_holds(struct sg_bytes text, const char *needle)
{
    size_t len = strlen(needle);
    if (len == 0)
        return true;
    for (size_t i = 0; i + len <= text.len; i++) {
        const uint8_t *first = memchr(text.data + i, needle[0], text.len - len - i + 1);
        if (first == NULL)
            return false;
        i = (size_t)(first - text.data);
        if (memcmp(first, needle, len) == 0)
            return true;
    }
    return false;
}

void sg_assert_same(struct sg_bytes have, struct sg_bytes want)
{
    if (sg_bytes_equal(have, want))
        return;
    size_t at = 0;
    while (at < have.len && at < want.len && have.data[at] == want.data[at])
        at++;
    size_t from = at > 40 ? at - 40 : 0;
    size_t h = have.len - from < SHOWN ? have.len - from : SHOWN;
    size_t w = want.len - from < SHOWN ? want.len - from : SHOWN;
    fail_msg("bytes differ at %zu (%zu and %zu long)\nhave …%.*s\nwant …%.*s", at, have.len,
             want.len, (int)h, (const char *)have.data + from, (int)w,
             (const char *)want.data + from);
}

void sg_assert_text(struct sg_bytes have, const char *want)
{
    sg_assert_same(have, sg_bytes_of(want));
}
