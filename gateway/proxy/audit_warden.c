/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_warden.c - the small process that makes the audit log's writer, and makes it again.
 *
 * It reads one socket, on which only its gateway is. Signals are the gateway's: a terminal and a
 * service manager send them to all processes of a service, and the log must outlive the gateway by
 * what is still in its rings.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC, close_range, pthread_setname_np */
#include "proxy/audit_warden.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "net/packet.h"
#include "proxy/audit_writer.h"
#include "proxy/oplog.h"
#include "proxy/sandbox.h"

enum { FIRST_FD = 3, TRIES = 1500, TRY_NS = 10 * 1000 * 1000 /* 15 s for a writer's last words */ };

/* Both ends are one program: it goes as it lies in memory. */
struct confinement {
    char state[SG_WRITER_PATH], audit_dir[SG_WRITER_PATH], keys[SG_WRITER_PATH];
    char user[SG_WRITER_NAME]; /* "": none */
    enum sg_seccomp_mode seccomp;
    bool landlock;
};

struct warden {
    int socket;
    pid_t writer; /* 0: none */
    bool confined;
    struct confinement give_up;
    struct sg_config config; /* of what is above */
};

/* --- in the warden --- */

static void end_writer(struct warden *warden)
{
    if (warden->writer > 0) {
        (void)kill(warden->writer, SIGKILL);
        while (waitpid(warden->writer, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    warden->writer = 0;
}

/* The gateway is gone: the writer has seen that too, and writes what is left. */
static void await_writer(struct warden *warden)
{
    const struct timespec moment = {.tv_nsec = TRY_NS};
    for (int i = 0; warden->writer > 0 && i < TRIES; i++) {
        if (waitpid(warden->writer, NULL, WNOHANG) != 0)
            warden->writer = 0;
        else
            (void)nanosleep(&moment, NULL);
    }
    end_writer(warden);
}

static int run_writer(struct warden *warden, int socket)
{
    struct scrubgate_fault fault = {.what = ""};
    (void)close(warden->socket);
    (void)pthread_setname_np(pthread_self(), "auditor");
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (warden->confined)
        rc = sg_sandbox_confine_writer(&warden->config, warden->give_up.keys, &fault);
    if (rc >= 0)
        return sg_audit_writer_run(socket);
    sg_audit_writer_fail(socket, rc, &fault);
    return 1;
}

static void make_writer(struct warden *warden, int socket)
{
    end_writer(warden);
    pid_t pid = fork();
    if (pid == 0)
        exit(run_writer(warden, socket));
    if (pid > 0)
        warden->writer = pid;
    else
        sg_oplog(SG_OPLOG_ERROR, "no process can be made for the audit log's writer", "why",
                 strerror(errno), NULL);
    (void)close(socket); /* without a writer this tells the gateway */
}

/* Answers with a status. */
static void take_confinement(struct warden *warden, const struct sg_packet *packet)
{
    struct sg_writer_failure answer;
    memset(&answer, 0, sizeof answer);
    memcpy(&warden->give_up, packet->text, sizeof warden->give_up);
    const struct confinement *what = &warden->give_up;
    warden->config = (struct sg_config){
        .file = "",
        .state = what->state,
        .audit_dir = what->audit_dir,
        .sandbox = {what->user[0] != '\0' ? what->user : NULL, what->seccomp, what->landlock}};
    answer.status = sg_sandbox_drop(&warden->config, &answer.fault);
    if (answer.status >= 0)
        answer.status = sg_sandbox_confine_warden(&warden->config, &answer.fault);
    warden->confined = true;
    (void)!sg_packet_send(warden->socket,
                          (struct sg_bytes){(const uint8_t *)&answer, sizeof answer}, NULL, 0);
    if (answer.status < 0)
        exit(1);
}

static int run(int socket)
{
    struct warden *warden = calloc(1, sizeof *warden);
    struct sg_packet *packet = malloc(sizeof *packet);
    if (warden == NULL || packet == NULL)
        goto out;
    warden->socket = socket;
    while (sg_packet_receive(socket, packet) == SCRUBGATE_OK) {
        int end = sg_packet_take(packet, 0);
        sg_packet_close(packet);
        if (end >= 0 && strcmp(packet->text, SG_WARDEN_START) == 0) {
            make_writer(warden, end);
            continue;
        }
        if (end >= 0)
            (void)close(end);
        if (packet->len == sizeof warden->give_up && !warden->confined)
            take_confinement(warden, packet);
    }
    await_writer(warden);
out:
    free(warden);
    free(packet);
    return 0;
}

/* Everything but what it says: sockets of a service manager among it, and the pipe on which
 * somebody may read what the gateway prints. */
static void close_all_but(int kept)
{
    int nothing = open("/dev/null", O_RDWR);
    if (nothing >= 0) {
        (void)dup2(nothing, STDIN_FILENO);
        (void)dup2(nothing, STDOUT_FILENO);
    }
    if (kept > FIRST_FD)
        (void)close_range(FIRST_FD, (unsigned)kept - 1, 0);
    (void)close_range((unsigned)kept + 1, ~0U, 0);
}

/* --- in the gateway --- */

enum scrubgate_status sg_audit_warden_start(struct sg_audit_warden *warden,
                                            struct scrubgate_fault *fault)
{
    int ends[2];
    sigset_t all, before;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        sg_fault_set(fault, NULL, 0, 0, "out of file descriptors for the audit log's warden");
        return SCRUBGATE_EIO;
    }
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        close_all_but(ends[1]);
        (void)pthread_setname_np(pthread_self(), "warden");
        exit(run(ends[1]));
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        sg_fault_set(fault, NULL, 0, 0, "no process can be made for the audit log's warden: %s",
                     strerror(errno));
        return SCRUBGATE_EIO;
    }
    *warden = (struct sg_audit_warden){ends[0], pid};
    return SCRUBGATE_OK;
}

static bool copy_text(char *to, size_t size, const char *from)
{
    size_t len = from == NULL ? 0 : strlen(from);
    if (len >= size)
        return false;
    memcpy(to, from == NULL ? "" : from, len + 1);
    return true;
}

enum scrubgate_status sg_audit_warden_confine(struct sg_audit_warden *warden,
                                              const struct sg_config *config, const char *keys,
                                              struct scrubgate_fault *fault)
{
    struct confinement *what = calloc(1, sizeof *what);
    struct sg_packet *packet = malloc(sizeof *packet);
    enum scrubgate_status rc = what == NULL || packet == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_EIO;
    if (rc == SCRUBGATE_ENOMEM)
        goto out;
    what->seccomp = config->sandbox.seccomp;
    what->landlock = config->sandbox.landlock;
    if (!copy_text(what->state, sizeof what->state, config->state) ||
        !copy_text(what->audit_dir, sizeof what->audit_dir, config->audit_dir) ||
        !copy_text(what->keys, sizeof what->keys, keys) ||
        !copy_text(what->user, sizeof what->user, config->sandbox.user)) {
        sg_fault_set(fault, NULL, 0, 0, "a path or name of the audit log is too long");
        rc = SCRUBGATE_EINVAL;
        goto out;
    }
    const struct sg_bytes bytes = {(const uint8_t *)what, sizeof *what};
    struct sg_writer_failure answer;
    if (sg_packet_send(warden->socket, bytes, NULL, 0) < 0 ||
        sg_packet_receive(warden->socket, packet) != SCRUBGATE_OK || packet->len != sizeof answer) {
        sg_fault_set(fault, NULL, 0, 0, "the audit log's warden has ended");
        goto out;
    }
    memcpy(&answer, packet->text, sizeof answer);
    rc = answer.status;
    if (rc < 0 && fault != NULL)
        *fault = answer.fault;
out:
    free(what);
    free(packet);
    return rc;
}

void sg_audit_warden_stop(struct sg_audit_warden *warden)
{
    if (warden->socket > 0)
        (void)close(warden->socket);
    /* A writer whose disk hangs cannot be ended: it must not keep this process. */
    const struct timespec moment = {.tv_nsec = TRY_NS};
    for (int i = 0; warden->pid > 0 && i < TRIES + TRIES / 2; i++) {
        if (waitpid(warden->pid, NULL, WNOHANG) != 0)
            break;
        (void)nanosleep(&moment, NULL);
    }
    *warden = (struct sg_audit_warden){0, 0};
}
