/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_upstream_response.c - responses read strictly: every row whole, and cut at every place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "net/upstream_response.h"
#include "../lib/suite.h"

enum { MAX_HEAD = 256, STORY = 512 };

#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define INTERIM "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
#define X64     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* want: <status kind>body, then <done>, <more> or the failure; a trailing + says that bytes were
 * left, ~ that the connection may not be kept, ! that the peer's close completes it. */
struct row {
    const char *name, *text, *want;
    bool head_request;
};

static const struct row rows[] = {
    {"a body with a length", OK_HEAD "Content-Length: 5\r\n\r\nhello", "<200 length>hello<done>",
     0},
    {"a length of nothing", OK_HEAD "Content-Length: 0\r\n\r\n", "<200 length><done>", 0},
    {"a body that is not all there", OK_HEAD "Content-Length: 5\r\n\r\nhell",
     "<200 length>hell<more>", 0},
    {"a chunked body", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
     "<200 chunked>hello<done>", 0},
    {"trailers are dropped",
     OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX: y\r\n\r\n",
     "<200 chunked>hi<done>", 0},
    {"a chunked body that is cut", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
     "<200 chunked>hel<more>", 0},
    {"the last chunk without its end", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n",
     "<200 chunked>hi<more>", 0},
    {"a body up to the close", OK_HEAD "\r\nhello", "<200 close>hello<more>~!", 0},
    {"nothing up to the close", OK_HEAD "\r\n", "<200 close><more>~!", 0},
    {"204 has no body", "HTTP/1.1 204 No Content\r\n\r\n", "<204 none><done>", 0},
    {"304 has none whatever its length says",
     "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "<304 none><done>", 0},
    {"nor has an answer to HEAD", OK_HEAD "Content-Length: 9\r\n\r\n", "<200 none><done>", 1},
    {"bytes behind 204 are left", "HTTP/1.1 204 No Content\r\n\r\nabc", "<204 none><done>+", 0},
    {"bytes behind a length are left", OK_HEAD "Content-Length: 2\r\n\r\nhi!",
     "<200 length>hi<done>+", 0},
    {"bytes behind the last chunk are left",
     OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP", "<200 chunked><done>+", 0},
    {"Connection: close is heeded", OK_HEAD "Connection: x, Close\r\nContent-Length: 2\r\n\r\nhi",
     "<200 length>hi<done>~", 0},
    {"HTTP/1.0 is not kept", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
     "<200 length>hi<done>~", 0},
    {"interim heads are swallowed",
     "HTTP/1.1 100 Continue\r\n\r\n" INTERIM OK_HEAD "Content-Length: 2\r\n\r\nhi",
     "<200 length>hi<done>", 0},
    {"as many as are allowed",
     INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM OK_HEAD
     "Content-Length: 0\r\n\r\n",
     "<200 length><done>", 0},
    {"one more is too many",
     INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM OK_HEAD
     "Content-Length: 0\r\n\r\n",
     "<upstream-malformed>", 0},
    {"switching protocols was not asked for",
     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "<upstream-malformed>", 0},
    {"an interim head has no body", "HTTP/1.1 100 Continue\r\nContent-Length: 3\r\n\r\nabc",
     "<upstream-malformed>", 0},
    {"two lengths", OK_HEAD "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
     "<upstream-malformed>", 0},
    {"a length and chunked", OK_HEAD "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi",
     "<upstream-malformed>", 0},
    {"a length with a sign", OK_HEAD "Content-Length: +2\r\n\r\nhi", "<upstream-malformed>", 0},
    {"another transfer coding", OK_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n",
     "<upstream-malformed>", 0},
    {"chunked on HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "<upstream-malformed>", 0},
    {"a chunk size that is none",
     OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n",
     "<200 chunked><upstream-malformed>", 0},
    {"a chunk longer than its size",
     OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nhi\r\n0\r\n\r\n",
     "<200 chunked>h<upstream-malformed>", 0},
    {"a body on 204", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nhi",
     "<upstream-malformed>", 0},
    {"HTTP/0.9", "<html>hello</html>", "<upstream-malformed>", 0},
    {"HTTP/2", "HTTP/2 200\r\n\r\n", "<upstream-malformed>", 0},
    {"another protocol", "SSH-2.0-OpenSSH\r\n", "<upstream-malformed>", 0},
    {"a line without CR, in a head that is cut", OK_HEAD "X: y\nZ", "<upstream-malformed>", 0},
    {"a CR without LF in a head that is cut", OK_HEAD "X: y\rz", "<upstream-malformed>", 0},
    {"a control character in a line that is cut", OK_HEAD "X: \x01", "<upstream-malformed>", 0},
    {"a folded line in a head that is cut", OK_HEAD "X: y\r\n z\r\n", "<upstream-malformed>", 0},
    {"a head that is cut", OK_HEAD "Content-Le", "<more>", 0},
    {"a head at the limit goes on", OK_HEAD "X: " X64 X64 X64 "\r\nContent-Length: 0\r\n\r\n",
     "<200 length><done>", 0},
    {"a head over the limit", OK_HEAD "X: " X64 X64 X64 X64 "\r\n\r\n", "<upstream-limit>", 0},
    {"an endless head", OK_HEAD "X: " X64 X64 X64 X64 X64, "<upstream-limit>", 0},
};

/* A reader as a call is one: it keeps what is not used, and its handler takes `most` at once. */
struct reader {
    struct sg_response response;
    char held[2048];
    size_t n;
    char story[STORY];
    bool over;
};

static void tell(struct reader *reader, const char *text)
{
    assert_true(strlen(reader->story) + strlen(text) < STORY);
    strcat(reader->story, text);
}

static void tell_head(struct reader *reader, const struct sg_head *head)
{
    static const char *const kinds[] = {"none", "length", "chunked", "close"};
    char text[64];
    (void)snprintf(text, sizeof text, "<%u %s>", head->status,
                   kinds[reader->response.framing.kind]);
    tell(reader, text);
}

static void feed(struct reader *reader, const char *text, size_t len, size_t most)
{
    struct sg_head head;
    struct sg_bytes run, all;
    enum sg_call_failure why;
    size_t pos = 0;
    memcpy(reader->held + reader->n, text, len);
    reader->n += len;
    while (!reader->over) {
        /* A copy of the exact size, so that a sanitizer sees a read behind it. */
        char *copy = malloc(reader->n + 1);
        assert_non_null(copy);
        memcpy(copy, reader->held, reader->n);
        all = (struct sg_bytes){(const uint8_t *)copy, reader->n};
        enum sg_response_step step =
            sg_response_read(&reader->response, all, &pos, &head, &run, &why);
        if (step == SG_RESPONSE_HEAD) {
            tell_head(reader, &head);
        } else if (step == SG_RESPONSE_BODY) {
            char piece[256] = "";
            size_t n = most > 0 && run.len > most ? most : run.len;
            memcpy(piece, run.data, n);
            tell(reader, piece);
            sg_response_take(&reader->response, &pos, n);
        } else if (step == SG_RESPONSE_DONE) {
            tell(reader, "<done>");
            reader->over = true;
        } else if (step == SG_RESPONSE_FAILED) {
            char word[64];
            (void)snprintf(word, sizeof word, "<%s>", sg_call_failure_word(why));
            tell(reader, word);
            reader->over = true;
        }
        free(copy);
        if (step == SG_RESPONSE_MORE)
            break;
    }
    memmove(reader->held, reader->held + pos, reader->n - pos);
    reader->n -= pos;
}

static void conclude(struct reader *reader, bool all_fed)
{
    bool failed = strstr(reader->story, "<upstream") != NULL;
    bool headed = strchr(reader->story, ' ') != NULL;
    if (!reader->over)
        tell(reader, "<more>");
    else if (!failed && (reader->n > 0 || !all_fed))
        tell(reader, "+");
    if (headed && !failed && !reader->response.keep)
        tell(reader, "~");
    if (!reader->over && sg_response_closed(&reader->response))
        tell(reader, "!");
}

static void check(const struct row *row, size_t first, size_t piece, size_t most)
{
    struct reader reader = {.n = 0};
    size_t len = strlen(row->text), at = 0;
    sg_response_init(&reader.response, row->head_request, MAX_HEAD);
    while (at < len && !reader.over) {
        size_t n = at == 0 && first > 0 ? first : piece;
        if (n > len - at)
            n = len - at;
        feed(&reader, row->text + at, n, most);
        at += n;
    }
    conclude(&reader, at == len);
    if (strcmp(reader.story, row->want) != 0)
        fail_msg("cut at %zu, pieces of %zu, taken by %zu: %s", first, piece, most, reader.story);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    size_t len = strlen(row->text);
    check(row, 0, len, 0);
    check(row, 0, len, 1);
    check(row, 0, 1, 0);
    for (size_t first = 1; first < len; first++) {
        check(row, first, len, 0);
        check(row, first, 3, 2);
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("net/upstream_response");
}
