/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - requests over kept-alive connections: one after the other, at a rate, or left waiting.
 *
 *     due -> idle connection -> request -> answer, looked at -> idle
 */
#define _GNU_SOURCE /* asprintf */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "program.h"

enum {
    EVENTS = 128,
    ROOM = 256 * 1024,
    GRAIN_US = 4,
    GRAINS = LOAD_SLOWEST_US / GRAIN_US + 1,
    DRAIN_SECONDS = 10,
    CROWD_RATE = 4000
};

struct client {
    int fd;
    bool asks, right;
    double due;
    size_t said;   /* bytes of the load's head that have gone out */
    uint64_t sent; /* bytes of the request's body that have */
    struct client *next_idle;
    struct message answer;
};

struct load {
    uint16_t port;
    struct ask ask;
    char *head; /* of the request, its body behind it when that is one piece */
    size_t head_len;
    uint64_t rest; /* bytes of the body that are not in head */
    int epoll, timer;
    unsigned n, busy;
    struct client *clients, *idle_first, *idle_last;
    /* of the run that goes on */
    const struct load_pace *pace;
    struct load_result result;
    double start;
    uint64_t begun, waiting; /* waiting: due, but no connection was free */
    uint32_t took[GRAINS];   /* answers, by how long they took; the last: that and longer */
    char *keep;              /* where a body is kept, NULL: nowhere */
    size_t keep_room, keep_len;
    char room[ROOM];
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- one connection --- */

static bool connect_one(struct load *load, struct client *client)
{
    client->fd = program_connect(load->port);
    if (client->fd < 0)
        return false;
    struct epoll_event both = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                               .data.ptr = client};
    (void)epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->fd, &both);
    return true;
}

/* In turn, the longest idle first: all of them are in use at any rate. */
static void push_idle(struct load *load, struct client *client)
{
    client->next_idle = NULL;
    if (load->idle_first == NULL)
        load->idle_first = client;
    else
        load->idle_last->next_idle = client;
    load->idle_last = client;
}

static bool send_on(struct load *load, struct client *client)
{
    while (client->said < load->head_len || client->sent < load->rest) {
        bool head = client->said < load->head_len;
        const char *piece = load->head + client->said;
        size_t want = head ? load->head_len - client->said
                           : text_piece(&load->ask.body, client->sent, &piece);
        ssize_t n =
            send(client->fd, piece, want, MSG_NOSIGNAL | (head && load->rest > 0 ? MSG_MORE : 0));
        if (n < 0)
            return errno == EAGAIN;
        if (head)
            client->said += (size_t)n;
        else
            client->sent += (uint64_t)n;
        if ((size_t)n < want)
            return true;
    }
    return true;
}

/* The connection is gone: another in its place, so that the load stays what it is. One that was
 * idle keeps its place among them. */
static void replace(struct load *load, struct client *client, bool was_idle)
{
    if (client->asks) {
        load->result.lost++;
        load->busy--;
    }
    if (client->fd >= 0)
        (void)close(client->fd);
    client->asks = false;
    if (connect_one(load, client))
        load->result.again++;
    if (!was_idle)
        push_idle(load, client);
}

static void begin(struct load *load, struct client *client, double due)
{
    client->asks = true;
    client->right = true;
    client->due = due;
    client->said = 0;
    client->sent = 0;
    message_reset(&client->answer);
    load->begun++;
    load->busy++;
    if (!send_on(load, client))
        replace(load, client, false);
}

static struct client *pop_idle(struct load *load)
{
    struct client *client = load->idle_first;
    load->idle_first = client->next_idle;
    return client;
}

static bool may_begin(const struct load *load, double now)
{
    return now - load->start < load->pace->seconds &&
           (load->pace->requests == 0 || load->begun < load->pace->requests);
}

static void begin_due(struct load *load, double now)
{
    while (load->waiting > 0 && load->idle_first != NULL && may_begin(load, now)) {
        double due = load->start + (double)load->begun / load->pace->rate;
        load->waiting--;
        load->result.late += now - due >= 1e-3;
        begin(load, pop_idle(load), due);
    }
}

/* Without a rate nobody is idle but at the start, and behind a connection that was closed. */
static void begin_idle(struct load *load, double now)
{
    for (unsigned i = 0; i < load->n && load->idle_first != NULL && may_begin(load, now); i++)
        begin(load, pop_idle(load), now);
}

static void count(struct load *load, const struct client *client, double now)
{
    const struct message *answer = &client->answer;
    double grain = (now - client->due) * 1e6 / GRAIN_US;
    bool length = load->ask.answer.block == NULL || answer->body == load->ask.answer.len;
    if (answer->status == 200 && client->right && length)
        load->result.answered++;
    else if (answer->status == 503)
        load->result.shed++;
    else
        load->result.wrong++;
    load->took[grain < 0 ? 0 : grain > GRAINS - 1 ? GRAINS - 1 : (size_t)grain]++;
}

static void take_answer(struct load *load, struct client *client)
{
    double now = now_s();
    bool closes = client->answer.closes;
    count(load, client, now);
    client->asks = false;
    load->busy--;
    if (closes)
        replace(load, client, false);
    else if (load->pace->rate > 0 || !may_begin(load, now))
        push_idle(load, client);
    else
        begin(load, client, now);
}

static void take_run(struct load *load, struct client *client, const char *run, size_t n)
{
    if (load->ask.answer.block != NULL)
        client->right &= text_has(&load->ask.answer, client->answer.body - n, run, n);
    if (load->keep != NULL) {
        size_t room = load->keep_room - load->keep_len, step = n < room ? n : room;
        memcpy(load->keep + load->keep_len, run, step);
        load->keep_len += step;
    }
}

static bool read_answers(struct load *load, struct client *client)
{
    for (;;) {
        ssize_t got = recv(client->fd, load->room, sizeof load->room, 0);
        if (got < 0 && errno == EAGAIN)
            return true;
        if (got <= 0 || !client->asks)
            return false;
        size_t pos = 0, n = 0;
        const char *run = NULL;
        int said = MESSAGE_RUN;
        while (said == MESSAGE_RUN) {
            said = message_read(&client->answer, load->room, (size_t)got, &pos, &run, &n);
            if (said == MESSAGE_RUN)
                take_run(load, client, run, n);
        }
        if (said == MESSAGE_BAD || pos < (size_t)got)
            return false;
        if (said == MESSAGE_WHOLE) {
            take_answer(load, client);
            return true;
        }
        /* Epoll tells when there is more: one call less for each small answer. */
        if ((size_t)got < sizeof load->room)
            return true;
    }
}

static void serve(struct load *load, struct client *client, uint32_t events)
{
    bool alive = true;
    if (client->asks && events & EPOLLOUT)
        alive = send_on(load, client);
    int fd = client->fd;
    if (alive && events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        alive = read_answers(load, client);
    /* Closed behind its answer, while idle or with the next request already out. */
    if (alive && client->fd == fd && events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR) && client->asks)
        alive = false;
    if (!alive)
        replace(load, client, !client->asks);
}

/* --- all of them --- */

struct load *load_open(uint16_t port, unsigned connections, const struct ask *ask)
{
    struct load *load = calloc(1, sizeof *load);
    if (load == NULL || (load->clients = calloc(connections, sizeof *load->clients)) == NULL)
        die("load");
    bool one_piece = ask->body.len <= ask->body.block_len;
    load->port = port;
    load->ask = *ask;
    load->rest = one_piece ? 0 : ask->body.len;
    int len =
        ask->body.len == 0
            ? asprintf(&load->head, "%s %s HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
                       ask->method, ask->path)
            : asprintf(&load->head,
                       "%s %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1.0\r\n"
                       "Accept: */*\r\nContent-Type: %s\r\nContent-Length: %llu\r\n\r\n%.*s",
                       ask->method, ask->path, ask->type, (unsigned long long)ask->body.len,
                       one_piece ? (int)ask->body.len : 0, ask->body.block);
    if (len < 0)
        die("load");
    load->head_len = (size_t)len;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct epoll_event in = {.events = EPOLLIN, .data.ptr = NULL};
    (void)epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->timer, &in);
    for (; load->n < connections; load->n++) {
        if (!connect_one(load, &load->clients[load->n])) {
            load_close(load);
            return NULL;
        }
        push_idle(load, &load->clients[load->n]);
    }
    return load;
}

void load_close(struct load *load)
{
    if (load == NULL)
        return;
    for (unsigned i = 0; i < load->n; i++) {
        if (load->clients[i].fd >= 0)
            (void)close(load->clients[i].fd);
    }
    (void)close(load->epoll);
    (void)close(load->timer);
    free(load->clients);
    free(load->head);
    free(load);
}

static void set_timer(struct load *load, double rate)
{
    long ns = rate > 0 ? (long)(1e9 / rate) : 0;
    struct timespec each = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    struct itimerspec timer = {.it_interval = each, .it_value = each};
    (void)timerfd_settime(load->timer, 0, &timer, NULL);
}

static void tick(struct load *load)
{
    uint64_t count = 0;
    double now = now_s();
    if (read(load->timer, &count, sizeof count) == sizeof count && may_begin(load, now))
        load->waiting += count;
}

static double percentile(const struct load *load, uint64_t all, double share)
{
    uint64_t seen = 0;
    for (size_t grain = 0; grain < GRAINS; grain++) {
        seen += load->took[grain];
        if ((double)seen >= (double)all * share)
            return (double)grain * GRAIN_US;
    }
    return 0;
}

static void turn(struct load *load)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(load->epoll, events, EVENTS, 100);
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == NULL)
            tick(load);
        else
            serve(load, events[i].data.ptr, events[i].events);
    }
    if (load->waiting > 0)
        begin_due(load, now_s());
    else if (load->pace->rate <= 0 && load->idle_first != NULL)
        begin_idle(load, now_s());
}

struct load_result load_run(struct load *load, const struct load_pace *pace)
{
    load->pace = pace;
    load->result = (struct load_result){0};
    load->begun = load->waiting = 0;
    memset(load->took, 0, sizeof load->took);
    load->start = now_s();
    set_timer(load, pace->rate);
    if (pace->rate <= 0)
        begin_idle(load, load->start);
    double now = load->start;
    while ((may_begin(load, now) && load->n > 0) ||
           (load->busy > 0 && now - load->start < pace->seconds + DRAIN_SECONDS)) {
        turn(load);
        now = now_s();
    }
    set_timer(load, 0);
    load->result.lost += load->busy;
    load->result.seconds = now - load->start;
    uint64_t all = load->result.answered + load->result.shed + load->result.wrong;
    load->result.p50 = percentile(load, all, 0.5);
    load->result.p99 = percentile(load, all, 0.99);
    return load->result;
}

bool load_fine(const struct load_result *result)
{
    return result->answered > 0 && result->shed + result->wrong + result->lost == 0;
}

size_t load_fetch(uint16_t port, const struct ask *ask, char *room, size_t size)
{
    const struct load_pace once = {.seconds = DRAIN_SECONDS, .requests = 1};
    struct load *load = load_open(port, 1, ask);
    if (load == NULL)
        return 0;
    load->keep = room;
    load->keep_room = size;
    struct load_result result = load_run(load, &once);
    size_t len = load->keep_len;
    load_close(load);
    return load_fine(&result) ? len : 0;
}

/* --- a crowd --- */

struct crowd {
    struct load *load;
    struct load_pace pace;
};

struct crowd *crowd_open(uint16_t port, unsigned n, const struct ask *ask)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    if (crowd == NULL)
        die("crowd");
    crowd->load = load_open(port, n, ask);
    if (crowd->load == NULL) {
        free(crowd);
        return NULL;
    }
    /* Not all at once: that would be a rush, which is another thing to measure. */
    crowd->pace = (struct load_pace){.seconds = 3600, .requests = n, .rate = CROWD_RATE};
    crowd->load->pace = &crowd->pace;
    crowd->load->start = now_s();
    set_timer(crowd->load, CROWD_RATE);
    return crowd;
}

bool crowd_turn(struct crowd *crowd, enum crowd_until until)
{
    struct load *load = crowd->load;
    turn(load);
    crowd->pace.requests = load->n + load->result.shed;
    if (load->begun < crowd->pace.requests || (until == CROWD_ANSWERED && load->busy > 0))
        return false;
    for (unsigned i = 0; i < load->n; i++) {
        const struct client *client = &load->clients[i];
        if (client->said < load->head_len || client->sent < load->rest ||
            (until == CROWD_BEGUN && (client->answer.status != 200 || client->answer.body == 0)))
            return false;
    }
    return true;
}

uint64_t crowd_lost(const struct crowd *crowd)
{
    const struct load *load = crowd->load;
    uint64_t lost = load->result.lost + load->result.wrong + load->result.again;
    for (unsigned i = 0; i < load->n; i++) {
        char byte = 0;
        ssize_t n = recv(load->clients[i].fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        lost += n == 0 || (n < 0 && errno != EAGAIN);
    }
    return lost;
}

void crowd_close(struct crowd *crowd)
{
    if (crowd == NULL)
        return;
    load_close(crowd->load);
    free(crowd);
}
