/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin.c - what stands behind the proxies: as cheap an origin as can be, and one that looks.
 */
#define _GNU_SOURCE /* accept4, memmem, asprintf */
#include "origin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "program.h"

enum { EVENTS = 256, ROOM = 256 * 1024, SERVICES_MOST = 16, LEARNT_MOST = 4096 };

/* A service, its answer ready to send. */
struct desk {
    struct origin_service is;
    char *head; /* of the answer, with the body behind it when that is one piece */
    size_t head_len, learnt_len;
    char learnt[LEARNT_MOST];
    bool knows; /* learnt is the body that must come */
};

struct peer {
    int fd;
    bool waits, right;
    size_t said;        /* bytes of desk->head that have gone out */
    uint64_t sent;      /* bytes of the answer's body that have */
    struct desk *desk;  /* of the request that is read or answered now, NULL before its head */
    struct peer **back; /* in the list of those that wait */
    struct peer *next;
    struct message request;
};

struct origin {
    pthread_t thread;
    int listener, epoll, wake, cpu;
    atomic_bool stop, release;
    atomic_uint held;
    atomic_ullong wrong;
    size_t n;
    struct desk desks[SERVICES_MOST];
    struct peer *waiting;
    char room[ROOM];
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* --- those that wait --- */

static void wait_begin(struct origin *origin, struct peer *peer)
{
    peer->waits = true;
    peer->next = origin->waiting;
    peer->back = &origin->waiting;
    if (peer->next != NULL)
        peer->next->back = &peer->next;
    origin->waiting = peer;
    atomic_fetch_add(&origin->held, 1);
}

static void wait_end(struct origin *origin, struct peer *peer)
{
    if (!peer->waits)
        return;
    peer->waits = false;
    *peer->back = peer->next;
    if (peer->next != NULL)
        peer->next->back = peer->back;
    atomic_fetch_sub(&origin->held, 1);
}

/* --- one connection --- */

static bool send_some(int fd, const char *text, size_t len, int more, size_t *n)
{
    ssize_t sent = send(fd, text, len, MSG_NOSIGNAL | more);
    *n = sent > 0 ? (size_t)sent : 0;
    return sent >= 0 || errno == EAGAIN;
}

/* Sends what the connection takes; ready for the next request when all is out. */
static bool answer(struct peer *peer)
{
    const struct desk *desk = peer->desk;
    const struct text *body = &desk->is.gives;
    bool one_piece = body->len <= body->block_len;
    uint64_t rest = one_piece || desk->is.way == ORIGIN_STREAMS ? 0 : body->len;
    while (peer->said < desk->head_len || peer->sent < rest) {
        const char *piece = desk->head + peer->said;
        bool head = peer->said < desk->head_len;
        size_t n = head ? desk->head_len - peer->said : text_piece(body, peer->sent, &piece);
        size_t want = n;
        if (!send_some(peer->fd, piece, n, head && rest > 0 ? MSG_MORE : 0, &n))
            return false;
        if (head)
            peer->said += n;
        else
            peer->sent += n;
        if (n < want)
            return true;
    }
    if (desk->is.way != ORIGIN_STREAMS)
        peer->desk = NULL;
    return true;
}

static struct desk *desk_of(struct origin *origin, const char *path)
{
    for (size_t i = 0; i < origin->n; i++) {
        if (strncmp(origin->desks[i].is.path, path, MESSAGE_PATH_MOST) == 0)
            return &origin->desks[i];
    }
    return NULL;
}

static void look(struct peer *peer, const char *run, size_t n)
{
    struct desk *desk = peer->desk;
    uint64_t at = peer->request.body - n;
    if (desk->is.never == NULL) {
        peer->right &= desk->is.takes.block == NULL || text_has(&desk->is.takes, at, run, n);
    } else if (desk->knows) {
        peer->right &= at + n <= desk->learnt_len && memcmp(desk->learnt + at, run, n) == 0;
    } else if (at + n <= LEARNT_MOST) {
        memcpy(desk->learnt + at, run, n);
    }
}

static bool learn(struct desk *desk, size_t len)
{
    if (len > LEARNT_MOST)
        return false;
    for (const char *const *word = desk->is.never; *word != NULL; word++) {
        if (memmem(desk->learnt, len, *word, strlen(*word)) != NULL)
            return false;
    }
    desk->learnt_len = len;
    desk->knows = true;
    return true;
}

static bool all_there(struct peer *peer)
{
    struct desk *desk = peer->desk;
    if (desk->is.never != NULL && !desk->knows)
        return learn(desk, (size_t)peer->request.body);
    uint64_t want = desk->knows ? desk->learnt_len : desk->is.takes.len;
    return (desk->is.takes.block == NULL && !desk->knows) || peer->request.body == want;
}

/* A whole request: answers it, or lets it wait. */
static bool take(struct origin *origin, struct peer *peer)
{
    if (peer->desk == NULL || !peer->right || !all_there(peer))
        atomic_fetch_add(&origin->wrong, 1);
    message_reset(&peer->request);
    if (peer->desk == NULL)
        return false;
    peer->said = 0;
    peer->sent = 0;
    if (peer->desk->is.way != ORIGIN_ANSWERS)
        wait_begin(origin, peer);
    return peer->desk->is.way == ORIGIN_HOLDS || answer(peer);
}

static bool read_requests(struct origin *origin, struct peer *peer)
{
    for (;;) {
        ssize_t got = recv(peer->fd, origin->room, sizeof origin->room, 0);
        if (got < 0 && errno == EAGAIN)
            return true;
        if (got <= 0)
            return false;
        size_t pos = 0, n = 0;
        const char *run = NULL;
        for (int said = MESSAGE_RUN; said != MESSAGE_MORE;) {
            said = message_read(&peer->request, origin->room, (size_t)got, &pos, &run, &n);
            if (said == MESSAGE_BAD)
                return false;
            if (peer->desk == NULL && peer->request.part != MESSAGE_HEAD) {
                peer->desk = desk_of(origin, peer->request.path);
                peer->right = true;
            }
            if (said == MESSAGE_RUN && peer->desk != NULL)
                look(peer, run, n);
            if (said == MESSAGE_WHOLE && !take(origin, peer))
                return false;
            if (said == MESSAGE_WHOLE && pos == (size_t)got)
                break;
        }
        /* Epoll tells when there is more: one call less for each small request. */
        if ((size_t)got < sizeof origin->room)
            return true;
    }
}

static void serve(struct origin *origin, struct peer *peer, uint32_t events)
{
    bool alive = true;
    if (events & EPOLLOUT && peer->desk != NULL && !peer->waits &&
        peer->request.part == MESSAGE_HEAD)
        alive = answer(peer);
    if (alive && events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP))
        alive = read_requests(origin, peer) && (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) == 0;
    if (alive)
        return;
    wait_end(origin, peer);
    (void)close(peer->fd);
    free(peer);
}

/* --- all of them --- */

static void release_all(struct origin *origin)
{
    while (origin->waiting != NULL) {
        struct peer *peer = origin->waiting;
        wait_end(origin, peer);
        if (peer->desk->is.way == ORIGIN_STREAMS) {
            size_t n = 0;
            (void)send_some(peer->fd, "0\r\n\r\n", 5, 0, &n);
            peer->desk = NULL;
        } else {
            (void)answer(peer);
        }
    }
    atomic_store(&origin->release, false);
}

static void accept_all(struct origin *origin)
{
    int one = 1, fd;
    while ((fd = accept4(origin->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct peer *peer = calloc(1, sizeof *peer);
        if (peer == NULL)
            die("origin");
        peer->fd = fd;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event both = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                   .data.ptr = peer};
        (void)epoll_ctl(origin->epoll, EPOLL_CTL_ADD, fd, &both);
    }
    if (errno == EMFILE)
        die("origin");
}

static void *work(void *arg)
{
    struct origin *origin = arg;
    struct epoll_event events[EVENTS];
    program_pin(origin->cpu);
    while (!atomic_load(&origin->stop)) {
        int n = epoll_wait(origin->epoll, events, EVENTS, 100);
        for (int i = 0; i < n; i++) {
            uint64_t count = 0;
            if (events[i].data.ptr == NULL)
                accept_all(origin);
            else if (events[i].data.ptr == &origin->wake)
                (void)!read(origin->wake, &count, sizeof count);
            else
                serve(origin, events[i].data.ptr, events[i].events);
        }
        if (atomic_load(&origin->release))
            release_all(origin);
    }
    return NULL;
}

static int listen_on(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, 4096) != 0 || getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        die("listen");
    *port = ntohs(address.sin_port);
    return fd;
}

static void desk_init(struct desk *desk, const struct origin_service *service)
{
    const struct text *body = &service->gives;
    bool streams = service->way == ORIGIN_STREAMS, one_piece = body->len <= body->block_len;
    int len = -1;
    desk->is = *service;
    if (streams)
        len = asprintf(&desk->head,
                       "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%.*s\r\n",
                       body->block_len, (int)body->block_len, body->block);
    else
        len = asprintf(&desk->head,
                       "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %llu\r\n\r\n%.*s",
                       one_piece ? "application/json" : "text/plain", (unsigned long long)body->len,
                       one_piece ? (int)body->len : 0, body->block == NULL ? "" : body->block);
    if (len < 0)
        die("origin");
    desk->head_len = (size_t)len;
}

static void watch(struct origin *origin, int fd, void *as)
{
    struct epoll_event in = {.events = EPOLLIN, .data.ptr = as};
    if (fd < 0 || epoll_ctl(origin->epoll, EPOLL_CTL_ADD, fd, &in) != 0)
        die("origin");
}

struct origin *origin_start(uint16_t *port, const struct origin_service *services, size_t n,
                            int cpu)
{
    struct origin *origin = calloc(1, sizeof *origin);
    if (origin == NULL || n > SERVICES_MOST)
        die("origin");
    for (; origin->n < n; origin->n++)
        desk_init(&origin->desks[origin->n], &services[origin->n]);
    origin->cpu = cpu;
    origin->listener = listen_on(port);
    origin->wake = eventfd(0, EFD_CLOEXEC);
    origin->epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(origin, origin->listener, NULL);
    watch(origin, origin->wake, &origin->wake);
    if (pthread_create(&origin->thread, NULL, work, origin) != 0)
        die("origin");
    return origin;
}

void origin_stop(struct origin *origin)
{
    atomic_store(&origin->stop, true);
    (void)pthread_join(origin->thread, NULL);
    (void)close(origin->listener);
    (void)close(origin->wake);
    (void)close(origin->epoll);
    for (size_t i = 0; i < origin->n; i++)
        free(origin->desks[i].head);
    free(origin);
}

uint64_t origin_wrong(struct origin *origin)
{
    return atomic_load(&origin->wrong);
}

static void rest(void)
{
    (void)nanosleep(&(struct timespec){0, 1000000}, NULL);
}

unsigned origin_held(struct origin *origin)
{
    return atomic_load(&origin->held);
}

void origin_release(struct origin *origin)
{
    uint64_t one = 1;
    atomic_store(&origin->release, true);
    (void)!write(origin->wake, &one, sizeof one);
    while (atomic_load(&origin->release))
        rest();
}
