/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_attack_slow.c - clients that take their time: heads and bodies byte by byte, answers that
 * are not read, connections with nothing on them. Each must be cut at its deadline, and a good
 * client beside them must not notice.
 *
 * `make attack` asks for more: SLOW_CLIENTS of each manner, SLOW_LIMITS as in a config, SLOW_TIMED
 * to see that each was cut by its deadline and a second, SLOW_TOOL for slowhttptest in its four
 * modes.
 */
#define _GNU_SOURCE /* SO_RCVBUF before connect: struct sockaddr_in by hand */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "../bench/origin.h"
#include "../bench/program.h"
#include "../lib/gateway.h"
#include "../lib/suite.h"
#include "beside.h"

enum { EACH = 50, EACH_MOST = 4000, TICK_MS = 50, HEARD_MOST = 256 };
/* More than systems take off the gateway's hands for a client that does not read; no more than the
 * loopback can hold for thousands. */
enum { LARGE = 640 * 1024, NARROW = 4096 };

#define DEADLINE "scrubgate_turned_away_total{reason=\"deadline\"}"
#define GONE     "scrubgate_failures_total{reason=\"client-gone\"}"
#define OVERLOAD "scrubgate_turned_away_total{reason=\"overload\"}"

static struct sg_gateway gateway;
static struct origin *origin;
static struct sg_beside good = {.request = "POST /small HTTP/1.1\r\nHost: g\r\n"
                                           "Content-Type: text/plain\r\nContent-Length: 9\r\n\r\n"
                                           "my toy123",
                                .answer = "fine",
                                .pace_ms = 20};

/* --- manners ---------------------------------------------------------------------------------- */

enum which_limit { HEADER, BODY, WRITE, IDLE, LIMITS };

struct manner {
    const char *name;
    const char *first;      /* said at once */
    const char *then;       /* said byte by byte, over and over; NULL: nothing */
    unsigned status;        /* what it must be told before it is cut; 0: nothing */
    enum which_limit limit; /* which cuts it */
    bool deaf;              /* does not read */
    const char *counter;    /* that each of them must move by one; NULL: none does */
};

static const struct manner manners[] = {
    {"heads that come byte by byte are answered 408", "GET /small HTTP/1.1\r\nHost: g\r\n",
     "X-Slow: 1\r\n", 408, HEADER, false, DEADLINE},
    {"heads whose last byte does not come are answered 408", "GET /small HTTP/1.1\r\nHost: g\r\n\r",
     NULL, 408, HEADER, false, DEADLINE},
    {"bodies that come byte by byte are answered 408",
     "POST /small HTTP/1.1\r\nHost: g\r\nContent-Type: text/plain\r\n"
     "Content-Length: 1000000\r\n\r\n",
     "toy ", 408, BODY, false, DEADLINE},
    {"chunks that come byte by byte are answered 408",
     "POST /small HTTP/1.1\r\nHost: g\r\nContent-Type: text/plain\r\n"
     "Transfer-Encoding: chunked\r\n\r\n",
     "1\r\nx\r\n", 408, BODY, false, DEADLINE},
    {"connections without a word are closed", "", NULL, 0, HEADER, false, NULL},
    {"connections without another request are closed", "GET /small HTTP/1.1\r\nHost: g\r\n\r\n",
     NULL, 200, IDLE, false, NULL},
    {"answers that nobody reads are cut", "GET /large HTTP/1.1\r\nHost: g\r\n\r\n", NULL, 200,
     WRITE, true, GONE},
};

/* --- clients ---------------------------------------------------------------------------------- */

struct client {
    int fd; /* -1: cut */
    bool began;
    size_t said, heard;
    uint64_t begun_ms, ended_ms;
    char text[HEARD_MOST]; /* what it was told, its beginning */
};

struct attack {
    const struct manner *manner;
    size_t n, open;
    int epoll;
    uint64_t dripped_ms;
    struct client client[EACH_MOST];
};

static uint64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* With as small a window as there is. */
static int connect_narrowly(unsigned port)
{
    const int narrow = NARROW;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &narrow, sizeof narrow), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void start(struct attack *attack, struct client *client)
{
    const struct manner *manner = attack->manner;
    size_t len = strlen(manner->first);
    uint32_t events = manner->deaf ? EPOLLRDHUP : EPOLLIN | EPOLLRDHUP;
    struct epoll_event event = {.events = events, .data.ptr = client};
    client->fd = connect_narrowly(gateway.port);
    client->begun_ms = now_ms();
    assert_int_equal(epoll_ctl(attack->epoll, EPOLL_CTL_ADD, client->fd, &event), 0);
    assert_int_equal(send(client->fd, manner->first, len, MSG_NOSIGNAL), len);
    attack->open++;
}

static void end(struct attack *attack, struct client *client)
{
    client->ended_ms = now_ms();
    (void)close(client->fd);
    client->fd = -1;
    attack->open--;
}

/* Says its next byte. That it is taken no more is found out by listening. */
static void drip(const struct attack *attack, struct client *client)
{
    const char *then = attack->manner->then;
    if (client->fd >= 0 && client->heard == 0 &&
        send(client->fd, &then[client->said % strlen(then)], 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
        client->said++;
}

static void listen_to(struct attack *attack, struct client *client)
{
    char piece[65536];
    ssize_t n = recv(client->fd, piece, sizeof piece, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    for (ssize_t i = 0; i < n && client->heard < HEARD_MOST - 1; i++)
        client->text[client->heard++] = piece[i];
    if (n <= 0)
        end(attack, client);
}

/* The system does not tell one that does not read that it was cut: so the gateway is asked. Then
 * what is still on its way is read to its end, which must come before the answer's. */
static void end_the_deaf(struct attack *attack, uint64_t cut_ms)
{
    for (size_t i = 0; i < attack->n; i++) {
        struct client *client = &attack->client[i];
        char piece[65536];
        size_t got = 0;
        ssize_t n;
        struct pollfd wait = {client->fd, POLLIN, 0};
        while (poll(&wait, 1, SG_PATIENCE_MS) > 0 &&
               (n = recv(client->fd, piece, sizeof piece, 0)) > 0) {
            if (got == 0)
                memcpy(client->text, piece,
                       (size_t)n < HEARD_MOST - 1 ? (size_t)n : HEARD_MOST - 1);
            got += (size_t)n;
        }
        assert_true(got < LARGE);
        end(attack, client);
        client->ended_ms = cut_ms;
    }
}

static void turn(struct attack *attack)
{
    struct epoll_event events[64];
    int n = epoll_wait(attack->epoll, events, 64, TICK_MS);
    for (int i = 0; i < n; i++)
        if (!attack->manner->deaf)
            listen_to(attack, events[i].data.ptr);
    /* However many they are, together they send as much: it is no flood. */
    uint64_t pause_ms = TICK_MS * attack->n / EACH;
    if (attack->manner->then == NULL || now_ms() - attack->dripped_ms < pause_ms)
        return;
    attack->dripped_ms = now_ms();
    for (size_t i = 0; i < attack->n; i++)
        drip(attack, &attack->client[i]);
}

/* How many have met the fate that their manner deserves. Many that ask for much at once may also be
 * turned away. */
static uint64_t count(const struct manner *manner)
{
    if (manner->counter == NULL)
        return 0;
    uint64_t n = sg_gateway_metric(&gateway, manner->counter);
    if (manner->deaf)
        n += sg_gateway_metric(&gateway, OVERLOAD) - atomic_load(&good.turned_away);
    return n;
}

/* One batch after the other: a rush is another attack. */
static void arrive(struct attack *attack)
{
    for (size_t i = 0; i < attack->n; i++) {
        if (i > 0 && i % EACH == 0)
            turn(attack);
        start(attack, &attack->client[i]);
    }
}

/* Until the gateway has cut them all, for as long as the test has patience. */
static void wait_for_cuts(struct attack *attack, uint64_t counted)
{
    uint64_t from = now_ms();
    while (attack->open > 0 && now_ms() - from < SG_PATIENCE_MS) {
        turn(attack);
        if (attack->manner->deaf && count(attack->manner) - counted >= attack->n)
            end_the_deaf(attack, now_ms());
    }
    if (attack->open > 0)
        fail_msg("%zu connections of %zu were not cut", attack->open, attack->n);
}

/* --- the attack ------------------------------------------------------------------------------- */

static size_t number(const char *name, size_t usual)
{
    const char *text = getenv(name);
    return text == NULL ? usual : strtoul(text, NULL, 10);
}

/* Of header, body, write and idle time, in milliseconds. */
static unsigned limit_ms(enum which_limit which)
{
    const char *text = getenv("SLOW_LIMITS");
    unsigned ms[LIMITS] = {1000, 1200, 1000, 1000};
    if (text != NULL)
        assert_int_equal(sscanf(text, "%u %u %u %u", &ms[0], &ms[1], &ms[2], &ms[3]), LIMITS);
    return ms[which];
}

/* At full size nothing of it may be felt. In a run of all tests the machine may be busy with others
 * for so long that the gateway turns a request away; it must do so in good order. */
static void stop_the_good(void)
{
    if (number("SLOW_TIMED", 0) > 0)
        sg_beside_stop_unharmed(&good);
    else
        sg_beside_stop(&good);
    assert_int_equal(atomic_load(&good.wrong), 0);
}

static void check_one(const struct manner *manner, const struct client *client)
{
    unsigned status = 0;
    if (sscanf(client->text, "HTTP/1.1 %u ", &status) != 1 && manner->status != 0)
        fail_msg("cut without %u", manner->status);
    if (!(manner->deaf && status == 503))
        assert_int_equal(status, manner->status);
}

static void check_times(const struct attack *attack)
{
    unsigned deadline = limit_ms(attack->manner->limit);
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < attack->n; i++) {
        uint64_t took = attack->client[i].ended_ms - attack->client[i].begun_ms;
        least = took < least ? took : least;
        most = took > most ? took : most;
    }
    if (attack->manner->deaf)
        most = least; /* all were seen to be cut when the last one was: its time counts */
    print_message("%zu x %s: cut after %llu to %llu ms, deadline %u ms\n", attack->n,
                  attack->manner->name, (unsigned long long)least, (unsigned long long)most,
                  deadline);
    if (number("SLOW_TIMED", 0) > 0)
        assert_true(most <= deadline + 1000);
}

static void are_cut(void **state)
{
    const struct manner *manner = *state;
    static struct attack attack;
    sg_beside_start(&good);
    uint64_t before = count(manner);
    attack = (struct attack){.manner = manner, .n = number("SLOW_CLIENTS", EACH)};
    assert_true(attack.n <= EACH_MOST);
    attack.epoll = epoll_create1(EPOLL_CLOEXEC);
    arrive(&attack);
    wait_for_cuts(&attack, before);
    stop_the_good();
    (void)close(attack.epoll);
    for (size_t i = 0; i < attack.n; i++)
        check_one(manner, &attack.client[i]);
    if (manner->counter != NULL)
        assert_int_equal(count(manner) - before, attack.n);
    check_times(&attack);
}

/* --- slowhttptest ----------------------------------------------------------------------------- */

enum { TOOL_CLIENTS = 2000, TOOL_RATE = 1000, TOOL_SECONDS = 30 };

struct tool_mode {
    const char *name, *mode, *target;
    enum which_limit limit; /* the longest that may count */
    bool deaf;              /* it reads so little that it does not see that it was cut */
};

static const struct tool_mode tool_modes[] = {
    {"slowhttptest: slow heads", "-H", "small", HEADER, false},
    {"slowhttptest: slow bodies", "-B", "small", BODY, false},
    {"slowhttptest: ranges", "-R", "small", IDLE, false},
    {"slowhttptest: slow reading", "-X", "large", IDLE, true},
};

/* One line of its table, which it writes each second. */
struct tool_second {
    unsigned second, closed, pending, connected;
};

/* What was open a deadline and a second ago is closed: one more second, as the table has no finer
 * ones. Returns how many it has opened, as far as the table tells. */
static unsigned check_seconds(const char *csv, unsigned deadline)
{
    unsigned opened[TOOL_SECONDS + 1] = {0}, all = 0;
    for (const char *line = csv; line != NULL; line = strchr(line, '\n')) {
        struct tool_second now;
        line += *line == '\n';
        if (sscanf(line, "%u,%u,%u,%u", &now.second, &now.closed, &now.pending, &now.connected) !=
                4 ||
            now.second > TOOL_SECONDS)
            continue;
        all = opened[now.second] = now.closed + now.pending + now.connected;
        if (now.second >= deadline + 2 && now.closed < opened[now.second - deadline - 2])
            fail_msg("second %u: %u of %u are closed", now.second, now.closed,
                     opened[now.second - deadline - 2]);
    }
    return all;
}

/* Until it ends: when the gateway last had more connections than ours, in ms after the start. */
static uint64_t watch_tool(pid_t pid)
{
    enum { OURS = 2, LOOK_MS = 100 };
    uint64_t begun_ms = now_ms(), busy_ms = begun_ms;
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (sg_gateway_metric(&gateway, "scrubgate_connections") > OURS)
            busy_ms = now_ms();
        (void)poll(NULL, 0, LOOK_MS);
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 127);
    return busy_ms - begun_ms;
}

static uint64_t run_tool(const struct tool_mode *mode, const char *prefix)
{
    char url[64], clients[16], rate[16], seconds[16];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/%s", gateway.port, mode->target);
    (void)snprintf(clients, sizeof clients, "%d", TOOL_CLIENTS);
    (void)snprintf(rate, sizeof rate, "%d", TOOL_RATE);
    (void)snprintf(seconds, sizeof seconds, "%d", TOOL_SECONDS);
    const char *const argv[] = {"slowhttptest",
                                mode->mode,
                                "-u",
                                url,
                                "-c",
                                clients,
                                "-r",
                                rate,
                                "-l",
                                seconds,
                                "-i",
                                "1",
                                "-g",
                                "-o",
                                prefix,
                                "-v",
                                "0",
                                "-p",
                                "3",
                                "-z",
                                "5",
                                NULL};
    return watch_tool(program_start((char *const *)(uintptr_t)argv, -1));
}

static void tool_is_cut(void **state)
{
    const struct tool_mode *mode = *state;
    char prefix[512];
    unsigned deadline = (limit_ms(mode->limit) + 999) / 1000;
    sg_tempdir_path(&gateway.dir, "slow", prefix);
    sg_beside_start(&good);
    uint64_t busy_ms = run_tool(mode, prefix);
    stop_the_good();
    char *csv = sg_tempdir_read(&gateway.dir, "slow.csv", NULL);
    unsigned opened = check_seconds(csv, mode->deaf ? TOOL_SECONDS : deadline);
    print_message("%s: %u connections, deadline %u s, the last cut after %llu ms; a good client's "
                  "slowest answer took %zu us\n",
                  mode->name, opened, deadline, (unsigned long long)busy_ms,
                  atomic_load(&good.slowest_us));
    free(csv);
    assert_true(opened > TOOL_CLIENTS / 2);
    /* It takes its time to come, and the gateway counts once a second. */
    assert_true(busy_ms <= 2 * TOOL_CLIENTS / TOOL_RATE * 1000 + (deadline + 1 + 1) * 1000);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void open_stage(void)
{
    static char block[4096];
    static const char pack[] =
        "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
        "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}',\n"
        "     with: '[TOY]', tests: ['«toy123»']}\n";
    uint16_t port = 0;
    memset(block, 'x', sizeof block);
    const struct origin_service services[] = {
        {.path = "/small", .way = ORIGIN_ANSWERS, .gives = text_of("fine")},
        {.path = "/large", .way = ORIGIN_ANSWERS, .gives = {block, sizeof block, LARGE}},
    };
    origin = origin_start(&port, services, sizeof services / sizeof services[0], -1);
    sg_gateway_init(&gateway);
    sg_tempdir_write(&gateway.dir, "toy.yaml", pack, sizeof pack - 1);
    sg_gateway_config(&gateway,
                      "rules: [toy.yaml]\n"
                      "limits: {header_time: %ums, body_time: %ums, write_time: %ums, "
                      "idle_time: %ums}\n"
                      "routes:\n"
                      "  - {name: all, path: /, upstream: 'http://127.0.0.1:%u/',\n"
                      "     direction: to-agent, request: scrub, response: pass}\n",
                      limit_ms(HEADER), limit_ms(BODY), limit_ms(WRITE), limit_ms(IDLE), port);
    sg_gateway_start(&gateway);
    good.port = gateway.port;
}

int main(void)
{
    open_stage();
    SG_SUITE_ROWS(are_cut, manners);
    if (getenv("SLOW_TOOL") != NULL)
        SG_SUITE_ROWS(tool_is_cut, tool_modes);
    int rc = sg_suite_run("attack: slow clients");
    sg_gateway_fini(&gateway);
    origin_stop(origin);
    return rc;
}
