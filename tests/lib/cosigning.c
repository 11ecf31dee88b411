/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cosigning.c - a witness (C2SP tlog-witness) in a thread, on loopback.
 */
#include "cosigning.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "base/base64.h"
#include "base/buf.h"

#include "cosigner.h"

enum { REQUEST_MOST = 16384, PATIENCE_S = 10 };

/* --- its signature --- */

static void cosign(const struct sg_cosigning *witness, struct sg_buf *out, struct sg_bytes text)
{
    sg_cosigner_sign(out, text, witness->who + 100, SG_COSIGNING_TIME); /* a stranger's, too */
    if (witness->lie == SG_COSIGNING_STRANGER)
        return;
    if (witness->lie == SG_COSIGNING_OTHER_TEXT)
        text = SG_BYTES("gateway.example/scrubgate/1\n5\nAAAA\n");
    sg_cosigner_sign(out, text, witness->who, SG_COSIGNING_TIME);
    if (witness->lie == SG_COSIGNING_FORGED) /* a letter in the middle of its signature */
        out->data[out->len - 40] = out->data[out->len - 40] == 'A' ? 'B' : 'A';
}

/* --- what it is asked --- */

struct question {
    uint64_t old;
    struct sg_merkle_proof proof;
    struct sg_bytes checkpoint;
};

static bool read_question(struct question *question, struct sg_bytes body)
{
    struct sg_bytes line;
    question->proof.n = 0;
    if (!sg_bytes_take_line(&body, &line) || !sg_bytes_start_with(line, SG_BYTES("old ")) ||
        !sg_bytes_to_u64((struct sg_bytes){line.data + 4, line.len - 4}, &question->old))
        return false;
    while (sg_bytes_take_line(&body, &line) && line.len > 0) {
        size_t len = 0;
        if (question->proof.n == 63 ||
            sg_base64_read(line, question->proof.hash[question->proof.n++].bytes, SG_SHA256_SIZE,
                           &len) < 0 ||
            len != SG_SHA256_SIZE)
            return false;
    }
    question->checkpoint = body;
    return true;
}

/* The status that the standard asks for; 200 appends the cosignatures, 409 the size. */
static unsigned judge(struct sg_cosigning *witness, const struct question *question,
                      struct sg_buf *out)
{
    struct sg_note *note = malloc(sizeof *note);
    struct sg_sha256 *sha = NULL;
    struct sg_checkpoint checkpoint = {.size = 0};
    unsigned status = 400;
    if (note == NULL || sg_sha256_new(&sha) < 0 || sg_note_read(note, question->checkpoint) < 0 ||
        sg_checkpoint_read(&checkpoint, note->text) < 0)
        goto out;
    status = 404;
    if (!sg_bytes_equal(checkpoint.origin, sg_bytes_of(witness->log.name)))
        goto out;
    status = 403;
    if (sg_note_verify(note, &witness->log, NULL) < 0)
        goto out;
    status = 400;
    if (question->old > checkpoint.size)
        goto out;
    status = 409;
    if (question->old != witness->size ||
        (question->old == checkpoint.size && !sg_hash_equal(&witness->root, &checkpoint.root))) {
        if (sg_buf_addf(out, "%llu\n", (unsigned long long)witness->size) < 0)
            status = 500;
        goto out;
    }
    status = 422;
    if (question->old == 0
            ? question->proof.n > 0
            : sg_merkle_verify_growth(&question->proof, question->old, checkpoint.size,
                                      &witness->root, &checkpoint.root, sha) < 0)
        goto out;
    cosign(witness, out, note->text);
    status = 200;
    witness->size = checkpoint.size;
    witness->root = checkpoint.root;
out:
    sg_sha256_free(sha);
    free(note);
    return status;
}

/* --- over the wire --- */

/* A whole request; its body. */
static struct sg_bytes read_request(int fd, char request[REQUEST_MOST + 1])
{
    size_t len = 0;
    for (;;) {
        ssize_t got = recv(fd, request + len, REQUEST_MOST - len, 0);
        if (got <= 0)
            return (struct sg_bytes){0};
        len += (size_t)got;
        request[len] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        const char *length = strstr(request, "Content-Length: ");
        if (end == NULL || length == NULL)
            continue;
        size_t head = (size_t)(end - request) + 4, body = (size_t)strtoul(length + 16, NULL, 10);
        if (len >= head + body)
            return (struct sg_bytes){(const uint8_t *)request + head, body};
    }
}

static void answer(struct sg_cosigning *witness, int fd)
{
    static char request[REQUEST_MOST + 1];
    struct question question = {.old = 0};
    struct sg_buf body = {0};
    unsigned status = 400;
    request[0] = '\0';
    struct sg_bytes asked = read_request(fd, request);
    if (strncmp(request, "POST /add-checkpoint HTTP/1.1\r\n", 31) != 0)
        status = 405;
    else if (read_question(&question, asked))
        status = judge(witness, &question, &body);
    if (witness->calls < SG_COSIGNING_CALLS) {
        witness->status[witness->calls] = status;
        witness->old[witness->calls] = question.old;
        witness->hashes[witness->calls] = question.proof.n;
    }
    witness->calls++;
    char head[64];
    int n = snprintf(head, sizeof head, "HTTP/1.1 %u It\r\nContent-Length: %zu\r\n\r\n", status,
                     body.len);
    if (witness->lie == SG_COSIGNING_SAYS)
        (void)send(fd, witness->says, strlen(witness->says), MSG_NOSIGNAL);
    else if (send(fd, head, (size_t)n, MSG_NOSIGNAL) == n && body.len > 0)
        (void)send(fd, body.data, body.len, MSG_NOSIGNAL);
    sg_buf_fini(&body);
}

static void *serve(void *ctx)
{
    struct sg_cosigning *witness = ctx;
    for (;;) {
        const struct timeval patience = {.tv_sec = PATIENCE_S};
        int fd = accept(witness->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        answer(witness, fd);
        (void)close(fd);
    }
}

void sg_cosigning_start(struct sg_cosigning *witness, unsigned who)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    struct sg_buf vkey = {0};
    witness->who = who;
    sg_cosigner_key(who, &witness->key);
    sg_cosigner_vkey(who, &vkey);
    assert_true(sg_bytes_to_text(sg_buf_bytes(&vkey), witness->vkey, sizeof witness->vkey));
    sg_buf_fini(&vkey);
    witness->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(witness->listener >= 0);
    assert_int_equal(bind(witness->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(witness->listener, 8), 0);
    assert_int_equal(getsockname(witness->listener, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(witness->url, sizeof witness->url, "http://127.0.0.1:%u/", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&witness->thread, NULL, serve, witness), 0);
}

void sg_cosigning_stop(struct sg_cosigning *witness)
{
    (void)shutdown(witness->listener, SHUT_RDWR); /* accept returns */
    (void)pthread_join(witness->thread, NULL);
    (void)close(witness->listener);
}
