/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.c - the real binary, run as a user would: arguments and input in, output and exit out.
 */
#define _GNU_SOURCE /* prctl, prlimit, realpath */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "wire.h"

enum { ARGS_MOST = 32, PATH_MOST = 4096 };

const char *sg_program_path(void)
{
    static char path[PATH_MOST];
    const char *named = getenv("SCRUBGATE_BIN");
    if (path[0] != '\0')
        return path;
    if (named == NULL) {
        char self[PATH_MOST];
        ssize_t len = readlink("/proc/self/exe", self, sizeof self);
        assert_true(len > 0 && (size_t)len < sizeof self - 32);
        self[len] = '\0';
        for (int up = 0; up < 3; up++) {
            char *slash = strrchr(self, '/');
            assert_non_null(slash);
            *slash = '\0';
        }
        (void)strcat(self, "/scrubgate");
        assert_non_null(realpath(self, path));
    } else {
        assert_non_null(realpath(named, path));
    }
    return path;
}

/* --- starting --- */

enum { SOCKETS_MOST = 8, FIRST_SOCKET = 3, OUT_OF_THE_WAY = 64 };

static void set_number(const char *name, size_t value)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%zu", value);
    if (setenv(name, text, 1) != 0)
        _exit(126);
}

/* As a service manager does it. First out of each other's way, then to their places. */
static void pass_sockets(const struct sg_program_start *start)
{
    int fd[SOCKETS_MOST];
    if (start->n_sockets > SOCKETS_MOST)
        _exit(126);
    for (size_t i = 0; i < start->n_sockets; i++) {
        fd[i] = fcntl(start->sockets[i], F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
        if (fd[i] < 0)
            _exit(126);
    }
    for (size_t i = 0; i < start->n_sockets; i++)
        if (dup2(fd[i], FIRST_SOCKET + (int)i) < 0)
            _exit(126);
    if (start->n_sockets > 0) {
        set_number("LISTEN_PID", (size_t)getpid());
        set_number("LISTEN_FDS", start->n_sockets);
    }
    for (size_t i = 0; start->variables != NULL && start->variables[i] != NULL; i++)
        if (putenv((char *)(uintptr_t)start->variables[i]) != 0)
            _exit(126);
}

/* In the child of a process that may have threads: only what is safe there. */
static void become(const struct sg_program_start *start, char *const argv[])
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    /* A test that is killed takes it along. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        _exit(126);
    const int from[3] = {start->in, start->out, start->err};
    for (int i = 0; i < 3; i++) {
        int fd = from[i] != 0 ? from[i] : open("/dev/null", O_RDWR);
        if (fd < 0 || dup2(fd, i) < 0)
            _exit(126);
    }
    pass_sockets(start);
    if (start->folder != NULL && chdir(start->folder) != 0)
        _exit(126);
    /* Without its signal a limit on files looks like a full disk: writes fail. */
    if (sigaction(SIGXFSZ, &ignore, NULL) != 0)
        _exit(126);
    (void)execv(argv[0], argv);
    _exit(127);
}

pid_t sg_program_start(const struct sg_program_start *start)
{
    char *argv[ARGS_MOST] = {NULL};
    size_t n = 0;
    argv[n++] = (char *)(uintptr_t)sg_program_path();
    for (size_t i = 0; start->args != NULL && start->args[i] != NULL; i++) {
        assert_true(n + 1 < ARGS_MOST);
        argv[n++] = (char *)(uintptr_t)start->args[i];
    }
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(start, argv);
    return pid;
}

void sg_program_limit_files(pid_t pid, uint64_t most)
{
    const struct rlimit limit = {.rlim_cur = most == 0 ? RLIM_INFINITY : (rlim_t)most,
                                 .rlim_max = RLIM_INFINITY};
    assert_int_equal(prlimit(pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

int sg_program_wait(pid_t pid)
{
    int status;
    for (int ms = 0; ms < SG_PATIENCE_MS; ms++) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        assert_true(got == 0 || errno == EINTR);
        (void)poll(NULL, 0, 1);
    }
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    fail_msg("the program did not end within %d ms", SG_PATIENCE_MS);
    return -1;
}

/* --- a whole run --- */

static void make_pipe(int ends[2])
{
    assert_int_equal(pipe(ends), 0);
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

static void close_end(struct pollfd *end)
{
    (void)close(end->fd);
    end->fd = -1;
}

static void drink(struct pollfd *end, struct sg_buf *into)
{
    uint8_t piece[16384];
    ssize_t n = read(end->fd, piece, sizeof piece);
    if (n > 0)
        assert_true(sg_buf_add(into, piece, (size_t)n) >= 0);
    else
        close_end(end);
}

/* Feeds and drinks at once: a program that waits for one while we wait for the other hangs both. */
static void converse(struct sg_program_run *run, struct pollfd end[3], struct sg_bytes in)
{
    if (in.len == 0)
        close_end(&end[0]);
    while (end[0].fd >= 0 || end[1].fd >= 0 || end[2].fd >= 0) {
        assert_true(poll(end, 3, SG_PATIENCE_MS) > 0);
        if (end[0].fd >= 0 && end[0].revents != 0) {
            ssize_t n = write(end[0].fd, in.data, in.len < 4096 ? in.len : 4096);
            in = n < 0 ? (struct sg_bytes){NULL, 0}
                       : (struct sg_bytes){in.data + n, in.len - (size_t)n};
            if (in.len == 0)
                close_end(&end[0]);
        }
        if (end[1].fd >= 0 && end[1].revents != 0)
            drink(&end[1], &run->out);
        if (end[2].fd >= 0 && end[2].revents != 0)
            drink(&end[2], &run->err);
    }
}

void sg_program_run(struct sg_program_run *run, const char *folder, const char *const args[],
                    struct sg_bytes in)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    int feed[2], out[2], err[2];
    *run = (struct sg_program_run){.code = -1};
    assert_int_equal(sigaction(SIGPIPE, &ignore, NULL), 0); /* a program need not read it all */
    make_pipe(feed);
    make_pipe(out);
    make_pipe(err);
    pid_t pid = sg_program_start(&(struct sg_program_start){
        .folder = folder, .args = args, .in = feed[0], .out = out[1], .err = err[1]});
    (void)close(feed[0]);
    (void)close(out[1]);
    (void)close(err[1]);
    struct pollfd end[3] = {{feed[1], POLLOUT, 0}, {out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
    converse(run, end, in);
    run->code = sg_program_wait(pid);
    /* The NUL is behind, not in. */
    assert_true(sg_buf_add_byte(&run->out, '\0') >= 0 && sg_buf_add_byte(&run->err, '\0') >= 0);
    run->out.len--;
    run->err.len--;
}

void sg_program_run_fini(struct sg_program_run *run)
{
    sg_buf_fini(&run->out);
    sg_buf_fini(&run->err);
}
