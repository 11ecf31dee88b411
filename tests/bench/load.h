/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - a closed-loop load generator and a plain origin, for measuring what stands between them.
 *
 * Loopback only. Both are as cheap as they can be: one epoll thread each, no parsing beyond the
 * length of a message.
 */
#ifndef SG_BENCH_LOAD_H
#define SG_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct origin;
/* Answers every request on 127.0.0.1:port (0: a free one) with the same JSON of `body` bytes. */
struct origin *origin_start(uint16_t *port, const char *body, int cpu);
void origin_stop(struct origin *origin);

/* Takes requests of any length on a free port, reads them to the end of their chunked body, answers
 * 200; one at a time. Ends with the process. */
void sink_start(uint16_t *port, int cpu);
/* Posts `bytes` of plain text in one request; the answer's status, 0 when there was none. */
unsigned stream_run(uint16_t port, uint64_t bytes);

struct load_result {
    uint64_t requests, errors; /* errors: answers that are not 200, closed connections */
    double seconds;
};
/* A program's resident memory when `at` answers have come: looked at in the middle of a load. */
struct load_watch {
    pid_t pid;
    uint64_t at, rss;
};
/* Sends `requests` times the request text over `connections` kept-alive connections. watch may be
 * NULL. */
struct load_result load_run(uint16_t port, const char *request, size_t len, unsigned connections,
                            uint64_t requests, struct load_watch *watch);

/* Starts a program, its output to /dev/null, on that cpu (-1: any). */
pid_t program_start(char *const argv[], int cpu);
/* SIGTERM, then waits; SIGKILL after five seconds. */
void program_stop(pid_t pid);
/* Waits until 127.0.0.1:port takes a connection; false after five seconds. */
bool program_listens(uint16_t port);
/* A port nobody listens on now. */
uint16_t free_port(void);
/* CPU time of all its threads so far, in ns. */
uint64_t program_cpu_ns(pid_t pid);
/* Resident memory now, in bytes. */
uint64_t program_rss(pid_t pid);
void pin_here(int cpu);

double median(double *values, size_t n);

#endif
