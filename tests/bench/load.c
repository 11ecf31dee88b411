/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - a closed-loop load generator and a plain origin, for measuring what stands between them.
 */
#define _GNU_SOURCE /* sched_setaffinity */
#include "load.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 128, ROOM = 64 * 1024, PEERS_MOST = 4096 };

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

void pin_here(int cpu)
{
    cpu_set_t set;
    if (cpu < 0)
        return;
    CPU_ZERO(&set);
    CPU_SET((unsigned)cpu, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int connect_to(uint16_t port)
{
    int one = 1;
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(fd);
        return -1;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* Length of a whole message at the start of text, 0 while it is not complete. Knows
 * Content-Length and the end of a chunked body. */
static size_t message_length(const char *text, size_t len)
{
    const char *end = memmem(text, len, "\r\n\r\n", 4);
    if (end == NULL)
        return 0;
    size_t head = (size_t)(end - text) + 4;
    const char *field = memmem(text, head, "ontent-Length: ", 15);
    if (field == NULL)
        field = memmem(text, head, "ontent-length: ", 15);
    if (field != NULL) {
        size_t need = head + strtoul(field + 15, NULL, 10);
        return len >= need ? need : 0;
    }
    if (memmem(text, head, "chunked", 7) == NULL)
        return head;
    const char *last = memmem(text + head - 2, len - head + 2, "\r\n0\r\n\r\n", 7);
    return last == NULL ? 0 : (size_t)(last - text) + 7;
}

/* --- origin --- */

struct peer {
    int fd;
    size_t len;
    char room[16 * 1024];
};

struct origin {
    pthread_t thread;
    int listener, epoll, cpu;
    atomic_bool stop;
    char *answer;
    size_t answer_len;
};

static void origin_serve(struct origin *origin, struct peer *peer)
{
    for (;;) {
        ssize_t n = recv(peer->fd, peer->room + peer->len, sizeof peer->room - peer->len, 0);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            (void)close(peer->fd);
            free(peer);
            return;
        }
        peer->len += (size_t)n;
        size_t used = message_length(peer->room, peer->len);
        if (used == 0)
            continue;
        peer->len = 0;
        if (send(peer->fd, origin->answer, origin->answer_len, MSG_NOSIGNAL) < 0)
            return;
    }
}

static void *origin_main(void *arg)
{
    struct origin *origin = arg;
    struct epoll_event events[EVENTS];
    pin_here(origin->cpu);
    while (!atomic_load(&origin->stop)) {
        int n = epoll_wait(origin->epoll, events, EVENTS, 100);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr != NULL) {
                origin_serve(origin, events[i].data.ptr);
                continue;
            }
            int fd = accept4(origin->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
            struct peer *peer = fd < 0 ? NULL : calloc(1, sizeof *peer);
            if (peer == NULL)
                continue;
            int one = 1;
            (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            peer->fd = fd;
            struct epoll_event in = {.events = EPOLLIN | EPOLLET, .data.ptr = peer};
            (void)epoll_ctl(origin->epoll, EPOLL_CTL_ADD, fd, &in);
        }
    }
    return NULL;
}

static int listen_on(uint16_t *port, int flags)
{
    struct sockaddr_in address = loopback(*port);
    socklen_t len = sizeof address;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, 1024) != 0 || getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        die("listen");
    *port = ntohs(address.sin_port);
    return fd;
}

struct origin *origin_start(uint16_t *port, const char *body, int cpu)
{
    struct origin *origin = calloc(1, sizeof *origin);
    if (origin == NULL)
        die("origin");
    origin->cpu = cpu;
    origin->listener = listen_on(port, SOCK_NONBLOCK);
    if (asprintf(&origin->answer,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                 "Content-Length: %zu\r\n\r\n%s",
                 strlen(body), body) < 0)
        die("origin");
    origin->answer_len = strlen(origin->answer);
    origin->epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event in = {.events = EPOLLIN, .data.ptr = NULL};
    (void)epoll_ctl(origin->epoll, EPOLL_CTL_ADD, origin->listener, &in);
    if (pthread_create(&origin->thread, NULL, origin_main, origin) != 0)
        die("origin");
    return origin;
}

void origin_stop(struct origin *origin)
{
    atomic_store(&origin->stop, true);
    (void)pthread_join(origin->thread, NULL);
    (void)close(origin->listener);
    (void)close(origin->epoll);
    free(origin->answer);
    free(origin);
}

/* --- one long body --- */

struct sink {
    int listener, cpu;
};

static void sink_serve(int fd)
{
    static char room[256 * 1024];
    char tail[7] = "";
    for (;;) {
        ssize_t n = recv(fd, room, sizeof room, 0);
        if (n <= 0)
            break;
        /* The last seven bytes, over pieces of any length, tell the end of the body. */
        for (ssize_t i = n < 7 ? 0 : n - 7; i < n; i++) {
            memmove(tail, tail + 1, sizeof tail - 1);
            tail[sizeof tail - 1] = room[i];
        }
        if (memcmp(tail, "\r\n0\r\n\r\n", sizeof tail) == 0)
            (void)send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 38, MSG_NOSIGNAL);
    }
    (void)close(fd);
}

static void *sink_main(void *arg)
{
    const struct sink *sink = arg;
    pin_here(sink->cpu);
    for (;;) {
        int fd = accept(sink->listener, NULL, NULL);
        if (fd >= 0)
            sink_serve(fd);
    }
    return NULL;
}

void sink_start(uint16_t *port, int cpu)
{
    static struct sink sink;
    pthread_t thread;
    sink.cpu = cpu;
    sink.listener = listen_on(port, 0);
    if (pthread_create(&thread, NULL, sink_main, &sink) != 0 || pthread_detach(thread) != 0)
        die("sink");
}

unsigned stream_run(uint16_t port, uint64_t bytes)
{
    static const char words[] =
        "the box was blue and it came on a monday with 12 other things in it. ";
    static char piece[(sizeof words - 1) * 1000];
    char head[256], answer[256] = "";
    for (size_t i = 0; i < sizeof piece; i++)
        piece[i] = words[i % (sizeof words - 1)];
    int fd = connect_to(port);
    if (fd < 0)
        return 0;
    (void)fcntl(fd, F_SETFL, 0);
    int len = snprintf(head, sizeof head,
                       "POST /in/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                       "Content-Length: %llu\r\n\r\n",
                       (unsigned long long)bytes);
    bool ok = send(fd, head, (size_t)len, MSG_NOSIGNAL) == len;
    while (ok && bytes > 0) {
        size_t step = bytes < sizeof piece ? (size_t)bytes : sizeof piece;
        ssize_t n = send(fd, piece, step, MSG_NOSIGNAL);
        ok = n > 0;
        bytes -= ok ? (uint64_t)n : 0;
    }
    ssize_t n = recv(fd, answer, sizeof answer - 1, 0);
    (void)close(fd);
    return n > 12 ? (unsigned)strtoul(answer + 9, NULL, 10) : 0;
}

/* --- load --- */

struct client {
    int fd;
    size_t len;
    char room[ROOM];
};

static bool client_turn(struct client *client, const char *request, size_t len,
                        struct load_result *result)
{
    for (;;) {
        ssize_t n = recv(client->fd, client->room + client->len, ROOM - client->len, 0);
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n <= 0)
            return false;
        client->len += (size_t)n;
        if (message_length(client->room, client->len) == 0)
            continue;
        result->requests++;
        if (strncmp(client->room, "HTTP/1.1 200", 12) != 0)
            result->errors++;
        client->len = 0;
        if (send(client->fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
            return false;
    }
}

struct load_result load_run(uint16_t port, const char *request, size_t len, unsigned connections,
                            uint64_t requests, struct load_watch *watch)
{
    struct load_result result = {0, 0, 0};
    struct client *clients = calloc(connections, sizeof *clients);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    unsigned open = 0;
    if (clients == NULL)
        die("load");
    double start = now_s();
    for (unsigned i = 0; i < connections; i++) {
        clients[i].fd = connect_to(port);
        if (clients[i].fd < 0) {
            result.errors++;
            continue;
        }
        struct epoll_event in = {.events = EPOLLIN | EPOLLET, .data.ptr = &clients[i]};
        (void)epoll_ctl(epoll, EPOLL_CTL_ADD, clients[i].fd, &in);
        if (send(clients[i].fd, request, len, MSG_NOSIGNAL) == (ssize_t)len)
            open++;
    }
    struct epoll_event events[EVENTS];
    while (result.requests < requests && open > 0 && now_s() - start < 60) {
        if (watch != NULL && watch->rss == 0 && result.requests >= watch->at)
            watch->rss = program_rss(watch->pid);
        int n = epoll_wait(epoll, events, EVENTS, 1000);
        for (int i = 0; i < n; i++) {
            if (!client_turn(events[i].data.ptr, request, len, &result)) {
                struct client *client = events[i].data.ptr;
                (void)epoll_ctl(epoll, EPOLL_CTL_DEL, client->fd, NULL);
                result.errors++;
                open--;
            }
        }
    }
    result.seconds = now_s() - start;
    for (unsigned i = 0; i < connections; i++) {
        if (clients[i].fd >= 0)
            (void)close(clients[i].fd);
    }
    (void)close(epoll);
    free(clients);
    return result;
}

/* --- programs --- */

pid_t program_start(char *const argv[], int cpu)
{
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 1);
        if (getenv("BENCH_SHOW") == NULL)
            (void)dup2(null, 2);
        pin_here(cpu);
        (void)execvp(argv[0], argv);
        _exit(127);
    }
    return pid;
}

void program_stop(pid_t pid)
{
    (void)kill(pid, SIGTERM);
    double start = now_s();
    while (waitpid(pid, NULL, WNOHANG) == 0) {
        if (now_s() - start > 5) {
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, NULL, 0);
            return;
        }
        (void)nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
}

bool program_listens(uint16_t port)
{
    for (int i = 0; i < 500; i++) {
        int fd = connect_to(port);
        if (fd >= 0) {
            (void)close(fd);
            return true;
        }
        (void)nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
    return false;
}

uint16_t free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        die("free port");
    (void)close(fd);
    return ntohs(address.sin_port);
}

uint64_t program_cpu_ns(pid_t pid)
{
    char path[300];
    uint64_t sum = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        unsigned long long ns = 0;
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "/proc/%d/task/%.32s/schedstat", (int)pid, entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            continue;
        if (fscanf(file, "%llu", &ns) == 1)
            sum += ns;
        (void)fclose(file);
    }
    (void)closedir(dir);
    return sum;
}

uint64_t program_rss(pid_t pid)
{
    char path[64];
    unsigned long long size = 0, resident = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%llu %llu", &size, &resident) != 2)
        resident = 0;
    (void)fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return n == 0 ? 0 : n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}
