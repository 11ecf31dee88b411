/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visitor.c - a client of the front's test stand, on a real socket.
 */
#include "visitor.h"

#include <errno.h>
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

#include "stand.h"
#include "talk.h"

struct sg_visitor sg_visitor_dial(void)
{
    const struct timeval patience = {.tv_sec = SG_STAND_PATIENCE_S};
    struct sg_visitor line = {.fd = socket(sg_stand.address.storage.ss_family, SOCK_STREAM, 0)};
    assert_true(line.fd >= 0);
    (void)setsockopt(line.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(line.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    assert_int_equal(
        connect(line.fd, (struct sockaddr *)&sg_stand.address.storage, sg_stand.address.len), 0);
    return line;
}

void sg_visitor_hang_up(struct sg_visitor *line)
{
    (void)close(line->fd);
    sg_buf_fini(&line->ahead);
}

bool sg_visitor_put(struct sg_visitor *line, const void *data, size_t len)
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

void sg_visitor_put_text(struct sg_visitor *line, const char *text)
{
    assert_true(sg_visitor_put(line, text, strlen(text)));
}

bool sg_visitor_pull(struct sg_visitor *line)
{
    char piece[16384];
    ssize_t n = recv(line->fd, piece, sizeof piece, 0);
    assert_false(n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
    if (n <= 0)
        return false;
    assert_int_equal(sg_buf_add(&line->ahead, piece, (size_t)n), SCRUBGATE_OK);
    return true;
}

bool sg_visitor_ends_here(struct sg_visitor *line)
{
    return line->ahead.len == 0 && !sg_visitor_pull(line);
}

bool sg_visitor_get_line(struct sg_visitor *line, char *text, size_t cap)
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
        if (!sg_visitor_pull(line))
            return false;
    }
}

static bool get_bytes(struct sg_visitor *line, size_t len, struct sg_buf *to)
{
    while (len > 0) {
        size_t n = len < line->ahead.len ? len : line->ahead.len;
        assert_int_equal(sg_buf_add(to, line->ahead.data, n), SCRUBGATE_OK);
        sg_buf_drop(&line->ahead, n);
        len -= n;
        if (len > 0 && !sg_visitor_pull(line))
            return false;
    }
    return true;
}

static bool get_chunks(struct sg_visitor *line, struct sg_buf *to)
{
    char text[64];
    for (;;) {
        if (!sg_visitor_get_line(line, text, sizeof text))
            return false;
        size_t len = strtoul(text, NULL, 16);
        if (!get_bytes(line, len, to) || !sg_visitor_get_line(line, text, sizeof text))
            return false;
        assert_string_equal(text, "");
        if (len == 0)
            return true;
    }
}

struct sg_visitor_answer sg_visitor_get_answer(struct sg_visitor *line, bool bare)
{
    struct sg_visitor_answer answer = {.cut = true};
    char text[1024];
    size_t len = 0;
    long length = -1;
    bool chunked = false;
    if (!sg_visitor_get_line(line, text, sizeof text))
        return answer;
    assert_memory_equal(text, "HTTP/1.1 ", 9);
    answer.status = atoi(text + 9);
    do {
        len += (size_t)snprintf(answer.head + len, sizeof answer.head - len, "%s\n", text);
        if (strncmp(text, "Content-Length: ", 16) == 0)
            length = atol(text + 16);
        if (strcmp(text, "Transfer-Encoding: chunked") == 0)
            chunked = true;
        if (!sg_visitor_get_line(line, text, sizeof text))
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
        while (!sg_visitor_ends_here(line))
            (void)get_bytes(line, line->ahead.len, &answer.body);
    return answer;
}

void sg_visitor_expect_answer(struct sg_visitor *line, int status, const char *text)
{
    struct sg_visitor_answer answer = sg_visitor_get_answer(line, false);
    assert_int_equal(answer.status, status);
    assert_false(answer.cut);
    struct sg_bytes body_text = sg_buf_bytes(&answer.body);
    assert_int_equal(body_text.len, strlen(text));
    assert_memory_equal(body_text.data, text, body_text.len);
    sg_buf_fini(&answer.body);
}

void sg_visitor_expect_status(struct sg_visitor *line, int status)
{
    struct sg_visitor_answer answer = sg_visitor_get_answer(line, false);
    assert_int_equal(answer.status, status);
    sg_buf_fini(&answer.body);
}

char *sg_visitor_large_text(void)
{
    char *text = malloc(SG_TALK_LARGE);
    assert_non_null(text);
    for (size_t i = 0; i < SG_TALK_LARGE; i++)
        text[i] = (char)('a' + i % 26);
    return text;
}

void sg_visitor_expect_large(struct sg_visitor *line, const char *before)
{
    char *text = sg_visitor_large_text();
    struct sg_visitor_answer answer = sg_visitor_get_answer(line, false);
    size_t skip = strlen(before);
    assert_int_equal(answer.status, 200);
    assert_false(answer.cut);
    assert_int_equal(answer.body.len, skip + SG_TALK_LARGE);
    assert_memory_equal(answer.body.data, before, skip);
    assert_memory_equal(answer.body.data + skip, text, SG_TALK_LARGE);
    sg_buf_fini(&answer.body);
    free(text);
}
