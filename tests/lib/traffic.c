/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traffic.c - clients that keep asking while something is done to the gateway, and count.
 *
 * No assertion here: a thread that failed a test would leave the others behind.
 */
#include "traffic.h"

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
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

#include "wire.h"

enum { ANSWER_MOST = 8192, REQUEST_MOST = 1024, MOMENT_MS = 5 };

/* How a client behaves, by its number. */
enum manner {
    KEEPS, /* one connection for as long as it may */
    OPENS, /* a new one for each request */
    LATE,  /* the body comes a moment after the head */
    PAUSES /* waits between requests */
};

struct client {
    struct sg_traffic *traffic;
    enum manner manner;
    int fd; /* -1: none */
    char answer[ANSWER_MOST + 1];
    size_t len;
};

static void blame(struct client *client, const char *why)
{
    struct sg_traffic *traffic = client->traffic;
    (void)pthread_mutex_lock(&traffic->lock);
    if (traffic->why[0] == '\0')
        (void)snprintf(traffic->why, sizeof traffic->why, "client %d: %s (%s): %.60s",
                       (int)client->manner, why, strerror(errno), client->answer);
    (void)pthread_mutex_unlock(&traffic->lock);
    atomic_fetch_add(&traffic->failed, 1);
    if (client->fd >= 0)
        (void)close(client->fd);
    client->fd = -1;
}

static bool open_connection(struct client *client)
{
    const int on = 1;
    const struct timeval patience = {.tv_sec = SG_PATIENCE_MS / 1000};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)client->traffic->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    atomic_fetch_add(&client->traffic->connections, 1);
    return client->fd >= 0 &&
           setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
           connect(client->fd, (struct sockaddr *)&address, sizeof address) == 0 &&
           setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
}

/* Whether the other side has closed it already. */
static bool is_closed(const struct client *client)
{
    char c;
    ssize_t n = recv(client->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

static bool say(struct client *client, const char *text, size_t len)
{
    return send(client->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool send_request(struct client *client)
{
    const struct sg_traffic_talk *talk = &client->traffic->talk;
    char request[REQUEST_MOST];
    int len = snprintf(request, sizeof request,
                       "POST %s HTTP/1.1\r\nHost: g\r\nContent-Type: text/plain\r\n"
                       "Content-Length: %zu\r\n%s\r\n%s",
                       talk->target, strlen(talk->text),
                       client->manner == OPENS ? "Connection: close\r\n" : "", talk->text);
    if (len <= 0 || (size_t)len >= sizeof request)
        return false;
    size_t first = client->manner == LATE ? (size_t)len - strlen(talk->text) / 2 : (size_t)len;
    if (!say(client, request, first))
        return false;
    if (first == (size_t)len)
        return true;
    (void)poll(NULL, 0, MOMENT_MS);
    return say(client, request + first, (size_t)len - first);
}

/* A field's value in the head, or NULL. */
static const char *field(const char *head, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = strstr(head, "\r\n"); at != NULL; at = strstr(at, "\r\n")) {
        at += 2;
        if (strncasecmp(at, name, len) == 0 && at[len] == ':')
            return at + len + 1 + strspn(at + len + 1, " ");
    }
    return NULL;
}

/* Reads one answer; *body is where its body begins. NULL: fine, else what is wrong. */
static const char *read_answer(struct client *client, size_t *body, size_t *body_len)
{
    client->len = 0;
    client->answer[0] = '\0';
    *body = SIZE_MAX;
    while (*body == SIZE_MAX || client->len < *body + *body_len) {
        ssize_t n = recv(client->fd, client->answer + client->len, ANSWER_MOST - client->len, 0);
        if (n <= 0)
            return n == 0 ? "the connection was closed" : "the connection failed";
        client->len += (size_t)n;
        client->answer[client->len] = '\0';
        const char *end = strstr(client->answer, "\r\n\r\n");
        if (*body != SIZE_MAX || end == NULL)
            continue;
        const char *length = field(client->answer, "Content-Length");
        if (length == NULL)
            return "the answer has no length";
        *body = (size_t)(end + 4 - client->answer);
        *body_len = strtoul(length, NULL, 10);
        if (*body + *body_len > ANSWER_MOST)
            return "the answer is too long";
    }
    return NULL;
}

static void ask(struct client *client)
{
    struct sg_traffic *traffic = client->traffic;
    size_t body = 0, len = 0;
    errno = 0;
    client->answer[0] = '\0';
    if (client->fd >= 0 && is_closed(client)) {
        (void)close(client->fd);
        client->fd = -1;
    }
    if (client->fd < 0 && !open_connection(client)) {
        blame(client, "cannot connect");
        return;
    }
    if (!send_request(client)) {
        blame(client, "cannot send");
        return;
    }
    const char *wrong = read_answer(client, &body, &len);
    if (wrong == NULL && strncmp(client->answer, "HTTP/1.1 200 ", 13) != 0)
        wrong = "another status";
    if (wrong == NULL &&
        !traffic->talk.right((struct sg_bytes){(const uint8_t *)client->answer + body, len}))
        wrong = "the body is wrong";
    if (wrong != NULL) {
        blame(client, wrong);
        return;
    }
    const char *connection = field(client->answer, "Connection");
    atomic_fetch_add(&traffic->answered, 1);
    if (client->manner == OPENS ||
        (connection != NULL && strncasecmp(connection, "close", 5) == 0)) {
        (void)close(client->fd);
        client->fd = -1;
    }
}

static void *run(void *ctx)
{
    struct client client = {.traffic = ctx, .fd = -1};
    client.manner = (enum manner)(atomic_fetch_add(&client.traffic->next, 1) % (PAUSES + 1));
    while (!atomic_load(&client.traffic->stopping)) {
        ask(&client);
        if (client.manner == PAUSES)
            (void)poll(NULL, 0, MOMENT_MS);
    }
    if (client.fd >= 0)
        (void)close(client.fd);
    return NULL;
}

void sg_traffic_start(struct sg_traffic *traffic, unsigned port, const struct sg_traffic_talk *talk)
{
    *traffic = (struct sg_traffic){.port = port, .talk = *talk};
    assert_int_equal(pthread_mutex_init(&traffic->lock, NULL), 0);
    for (size_t i = 0; i < SG_TRAFFIC_CLIENTS; i++)
        assert_int_equal(pthread_create(&traffic->thread[i], NULL, run, traffic), 0);
}

void sg_traffic_await(struct sg_traffic *traffic, size_t answered)
{
    while (atomic_load(&traffic->answered) < answered && atomic_load(&traffic->failed) == 0)
        (void)poll(NULL, 0, 1);
}

void sg_traffic_stop(struct sg_traffic *traffic)
{
    atomic_store(&traffic->stopping, true);
    for (size_t i = 0; i < SG_TRAFFIC_CLIENTS; i++)
        (void)pthread_join(traffic->thread[i], NULL);
    (void)pthread_mutex_destroy(&traffic->lock);
}
