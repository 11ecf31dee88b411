/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - the real binary, run as a user would: arguments and input in, output and exit out.
 */
#ifndef SG_TESTS_PROGRAM_H
#define SG_TESTS_PROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/bytes.h"

/* The program under test: the variable SCRUBGATE_BIN, else ../../scrubgate beside the test. */
const char *sg_program_path(void);

/* How to start it. All-zero is fine. */
struct sg_program_start {
    const char *folder;      /* to run in; NULL: the test's */
    const char *const *args; /* behind the program's name, ended by NULL */
    int in, out, err;        /* descriptors for it; 0: none (empty input, output dropped) */
    /* What a service manager gives: sockets, which become 3, 4, … (LISTEN_PID, LISTEN_FDS), and
     * variables as NAME=VALUE, ended by NULL. */
    const int *sockets;
    size_t n_sockets;
    const char *const *variables;
};
pid_t sg_program_start(const struct sg_program_start *start);
/* From now on it can make no file larger than that, as if the disk were full; 0: as it likes. */
void sg_program_limit_files(pid_t pid, uint64_t most);
/* Waits for its end: the exit code, or 128 + the signal. Fails the test when it does not end. */
int sg_program_wait(pid_t pid);

/* What a run said. */
struct sg_program_run {
    int code;
    struct sg_buf out, err; /* each with a NUL behind it */
};
/* Runs it to its end in folder (NULL: the test's). Free what it said. */
void sg_program_run(struct sg_program_run *run, const char *folder, const char *const args[],
                    struct sg_bytes in);
void sg_program_run_fini(struct sg_program_run *run);

#endif
