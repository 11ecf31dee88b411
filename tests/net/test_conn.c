/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_conn.c - a client's connection written to until its socket is full, plain and over TLS: what
 * is left is asked for again, and nobody waits for an event that does not come.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "net/conn.h"
#include "net/tls.h"
#include "../lib/identity.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { LARGE = 1 << 20, PIECES_MOST = 4, IDLE_MOST = 100000 };

static const struct row {
    const char *name;
    bool tls;
    size_t piece[PIECES_MOST]; /* sizes; 0: no more */
} rows[] = {
    {"a small head and its body", false, {100, 20}},
    {"a large piece", false, {LARGE}},
    {"a small head and a large body", false, {100, LARGE}},
    {"TLS: a small head and its body", true, {100, 20}},
    {"TLS: a large piece", true, {LARGE}},
    {"TLS: a small head and a large body", true, {100, LARGE}},
    {"TLS: pieces around a record's size", true, {16384, 16383, 1, 16385}},
    {"TLS: a large piece before a small one", true, {LARGE, 7}},
    {"TLS: many small ones before a large one", true, {1, 2, 3, LARGE}},
};

static struct {
    struct sg_conn conn; /* the server's end */
    struct sg_loop *loop;
    struct sg_task turn; /* the client's */
    SSL *ssl;
    int fd;
    const struct row *row;
    uint8_t *text; /* all pieces, one behind the other */
    size_t len, sent, heard;
    unsigned writes, idle;
    bool met, failed;
} scene;

static uint8_t letter(size_t at)
{
    return (uint8_t)(at * 31 + at / 251);
}

/* --- the server: writes when it is told that it can --- */

/* What is left, in its pieces. */
static size_t list_left(struct iovec pieces[PIECES_MOST])
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < PIECES_MOST && scene.row->piece[i] > 0; i++) {
        size_t end = at + scene.row->piece[i];
        size_t from = at > scene.sent ? at : scene.sent;
        if (from < end)
            pieces[n++] = (struct iovec){scene.text + from, end - from};
        at = end;
    }
    return n;
}

static void ready(struct sg_conn *conn, bool arrived)
{
    struct iovec pieces[PIECES_MOST];
    (void)arrived;
    int up = sg_conn_connect(conn);
    if (up != 0) {
        scene.failed = up != SG_CONN_WAIT;
        return;
    }
    if (scene.sent == scene.len || !conn->can_write)
        return;
    int64_t n = sg_conn_write(conn, pieces, list_left(pieces));
    if (n > 0)
        scene.sent += (size_t)n;
    scene.writes++;
    scene.failed = n < 0 && n != SG_CONN_WAIT;
    /* Fewer than there are: it waits, and must be called. */
    assert_int_equal(scene.sent < scene.len, !conn->can_write);
}

/* --- the client: reads a little in each turn --- */

static ssize_t hear(uint8_t *out, size_t cap)
{
    if (scene.ssl == NULL)
        return recv(scene.fd, out, cap, 0);
    ERR_clear_error();
    if (!scene.met)
        scene.met = SSL_do_handshake(scene.ssl) == 1;
    return scene.met ? SSL_read(scene.ssl, out, (int)cap) : -1;
}

static void turn(struct sg_task *task)
{
    uint8_t piece[5000];
    ssize_t n = hear(piece, sizeof piece);
    for (ssize_t i = 0; i < n; i++)
        scene.failed = scene.failed || piece[i] != letter(scene.heard + (size_t)i);
    scene.heard += n > 0 ? (size_t)n : 0;
    scene.idle = n > 0 ? 0 : scene.idle + 1;
    if (scene.failed || scene.heard == scene.len || scene.idle == IDLE_MOST)
        sg_loop_stop(scene.loop);
    else
        sg_task_queue(scene.loop, task);
}

/* --- both --- */

static struct sg_tls_server *make_server(void)
{
    struct sg_tempdir dir;
    struct sg_tls_server *server = NULL;
    char certificate[512], key[512];
    sg_tempdir_make(&dir);
    struct sg_identity own = sg_identity_make("own", NULL, NULL, SG_IDENTITY_DAY, NULL);
    sg_identity_write(&own, NULL, &dir, "own");
    sg_identity_drop(&own);
    sg_tempdir_path(&dir, "own.crt", certificate);
    sg_tempdir_path(&dir, "own.key", key);
    const struct sg_tls_server_config config = {certificate, key, NULL};
    assert_int_equal(sg_tls_server_new(&server, &config, NULL), SCRUBGATE_OK);
    sg_tempdir_remove(&dir);
    return server;
}

static void connect_client(int fd, bool tls)
{
    scene.fd = fd;
    if (!tls)
        return;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    assert_non_null(context);
    scene.ssl = SSL_new(context);
    SSL_CTX_free(context);
    assert_non_null(scene.ssl);
    assert_int_equal(SSL_set_fd(scene.ssl, fd), 1);
    SSL_set_connect_state(scene.ssl);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_tls_server *server = row->tls ? make_server() : NULL;
    int fd[2];
    memset(&scene, 0, sizeof scene);
    scene.row = row;
    for (size_t i = 0; i < PIECES_MOST; i++)
        scene.len += row->piece[i];
    scene.text = malloc(scene.len);
    assert_non_null(scene.text);
    for (size_t i = 0; i < scene.len; i++)
        scene.text[i] = letter(i);
    assert_int_equal(sg_loop_new(&scene.loop), SCRUBGATE_OK);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    connect_client(fd[1], row->tls);
    assert_int_equal(sg_conn_adopt(&scene.conn, scene.loop, fd[0], server, ready), SCRUBGATE_OK);
    scene.turn.run = turn;
    sg_task_queue(scene.loop, &scene.turn);
    assert_int_equal(sg_loop_run(scene.loop), SCRUBGATE_OK);
    assert_false(scene.failed);
    assert_int_equal(scene.heard, scene.len);
    assert_true(scene.len < LARGE || scene.writes > 1); /* the socket was full now and then */
    sg_conn_close(&scene.conn);
    SSL_free(scene.ssl);
    (void)close(scene.fd);
    sg_task_cancel(scene.loop, &scene.turn);
    sg_loop_free(scene.loop);
    sg_tls_server_free(server);
    free(scene.text);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("net/conn");
}
