/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - the programs under measurement: started on a core, told by their CPU time and memory.
 */
#ifndef SG_BENCH_PROGRAM_H
#define SG_BENCH_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Starts a program on that cpu (-1: any); it ends with us. Its output goes to /dev/null, its errors
 * too unless BENCH_SHOW is in the environment. */
pid_t program_start(char *const argv[], int cpu);
/* SIGTERM, then waits; SIGKILL after five seconds. */
void program_stop(pid_t pid);
/* Waits until 127.0.0.1:port takes a connection; false when the program ended, or after a minute.
 */
bool program_listens(pid_t pid, uint16_t port);
/* A port nobody listens on now. */
uint16_t program_port(void);
/* CPU time of all its threads so far, in ns, those of its children and theirs with them. */
uint64_t program_cpu_ns(pid_t pid);
/* Resident memory now, in bytes, that of its children and theirs with it. */
uint64_t program_rss(pid_t pid);
/* That of its children's children alone: of a gateway the one process that writes the audit log. */
uint64_t program_rss_of_writer(pid_t pid);
/* The calling thread stays on that cpu (-1: any). */
void program_pin(int cpu);
/* A connection to 127.0.0.1:port that does not block, -1 when there is none. */
int program_connect(uint16_t port);

#endif
