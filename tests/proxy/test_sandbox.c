/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sandbox.c - what is taken away, asked of the kernel: a child gives it up and then tries.
 *
 * What each role's filter says to each call is read from the filter itself, by a small machine that
 * runs it as the kernel would.
 */
#define _GNU_SOURCE /* SYS_…, CLONE_…, MAP_ANONYMOUS */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proxy/sandbox_parts.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#define ANOTHER AUDIT_ARCH_I386
#else
#define MACHINE AUDIT_ARCH_AARCH64
#define ANOTHER AUDIT_ARCH_ARM
#endif

enum { SELF = 4711, WORKER_MOST = 45 };

/* --- a filter, as the kernel runs it --- */

static uint32_t run_filter(const struct sg_filter *filter, const struct seccomp_data *data)
{
    uint32_t a = 0;
    for (size_t at = 0; at < filter->n; at++) {
        const struct sock_filter *in = &filter->code[at];
        switch (in->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            memcpy(&a, (const char *)data + in->k, sizeof a);
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += a == in->k ? in->jt : in->jf;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            at += a >= in->k ? in->jt : in->jf;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            at += (a & in->k) != 0 ? in->jt : in->jf;
            break;
        case BPF_RET | BPF_K:
            return in->k;
        default:
            fail_msg("an instruction of another kind at %zu", at);
        }
    }
    fail_msg("the filter has no end");
    return 0;
}

static uint32_t ask(enum sg_sandbox_role role, uint32_t machine, long number, const uint64_t *args)
{
    static struct sg_filter filter;
    struct seccomp_data data = {.nr = (int)number, .arch = machine};
    if (args != NULL)
        memcpy(data.args, args, sizeof data.args);
    sg_filter_build(&filter, role, SELF, SECCOMP_RET_KILL_PROCESS);
    return run_filter(&filter, &data);
}

#define YES   SECCOMP_RET_ALLOW
#define KILLS SECCOMP_RET_KILL_PROCESS
#define NO(e) (SECCOMP_RET_ERRNO | (e))

struct answer_row {
    const char *name;
    long number;
    uint64_t args[6];
    uint32_t server, worker, auditor;
};

static const struct answer_row answers[] = {
    {"all may write to what is open", SYS_write, {0}, YES, YES, YES},
    {"no one starts a program", SYS_execve, {0}, KILLS, KILLS, KILLS},
    {"no one starts a program by its descriptor", SYS_execveat, {0}, KILLS, KILLS, KILLS},
    {"no one looks into a process", SYS_ptrace, {0}, KILLS, KILLS, KILLS},
    {"no one reads another's memory", SYS_process_vm_readv, {0}, KILLS, KILLS, KILLS},
    {"no one changes who it is", SYS_setuid, {0}, KILLS, KILLS, KILLS},
    {"no one loads into the kernel", SYS_bpf, {0}, KILLS, KILLS, KILLS},
    {"no one makes a namespace", SYS_unshare, {0}, KILLS, KILLS, KILLS},
    {"no one uses the ring that calls past filters", SYS_io_uring_setup, {0}, KILLS, KILLS, KILLS},
    {"no one faults pages by hand", SYS_userfaultfd, {0}, KILLS, KILLS, KILLS},
    {"no one mounts", SYS_mount, {0}, KILLS, KILLS, KILLS},
    {"a worker opens nothing", SYS_openat, {0}, YES, NO(EACCES), YES},
    {"a worker opens nothing, the new way", SYS_openat2, {0}, KILLS, KILLS, KILLS},
    {"a worker removes nothing", SYS_unlinkat, {0}, YES, KILLS, YES},
    {"a worker cuts no file", SYS_ftruncate, {0}, YES, KILLS, YES},
    {"only clients and origins are connected to", SYS_socket, {AF_INET}, YES, YES, KILLS},
    {"a worker asks netlink nothing", SYS_socket, {AF_NETLINK}, YES, KILLS, KILLS},
    {"no one makes packets by hand", SYS_socket, {AF_PACKET}, KILLS, KILLS, KILLS},
    {"the auditor has no client", SYS_accept4, {0}, YES, YES, KILLS},
    {"a worker binds nothing", SYS_bind, {0}, YES, KILLS, KILLS},
    {"all may sort a long list", SYS_sysinfo, {0}, YES, YES, YES},
    {"memory is had", SYS_mmap, {0, 1, PROT_READ | PROT_WRITE}, YES, YES, YES},
    {"only the server makes code", SYS_mmap, {0, 1, PROT_EXEC}, YES, KILLS, KILLS},
    {"only the server turns data into code", SYS_mprotect, {0, 1, PROT_EXEC}, YES, KILLS, KILLS},
    {"the server makes threads", SYS_clone, {CLONE_VM | CLONE_THREAD}, YES, KILLS, KILLS},
    {"no one makes processes", SYS_clone, {SIGCHLD}, KILLS, KILLS, KILLS},
    {"clone3 hides what it makes", SYS_clone3, {0}, NO(ENOSYS), NO(ENOSYS), NO(ENOSYS)},
    {"abort ends this process", SYS_tgkill, {SELF}, YES, YES, YES},
    {"no one signals another", SYS_tgkill, {1}, KILLS, KILLS, KILLS},
    {"no one signals by the old way", SYS_kill, {SELF}, KILLS, KILLS, KILLS},
    {"threads have names", SYS_prctl, {PR_SET_NAME}, YES, KILLS, KILLS},
    {"dumps stay forbidden", SYS_prctl, {PR_SET_DUMPABLE, 1}, KILLS, KILLS, KILLS},
    {"only stricter filters come", SYS_seccomp, {0}, YES, KILLS, KILLS},
    {"a terminal is asked whether it is one", SYS_ioctl, {1, 0x5401}, YES, KILLS, KILLS},
    {"a socket is asked what its other end has not read", SYS_ioctl, {7, 0x5411}, YES, YES, KILLS},
    {"no one types into a terminal", SYS_ioctl, {0, 0x5412}, KILLS, KILLS, KILLS},
    {"a number that is none", 2000, {0}, KILLS, KILLS, KILLS},
    {"x32 calls", 0x40000000 + 1, {0}, KILLS, KILLS, KILLS},
    {"the high half of an argument hides nothing",
     SYS_mmap,
     {0, 1, UINT64_C(0xffffffff00000000) | PROT_EXEC},
     YES,
     KILLS,
     KILLS},
};

struct warden_row {
    const char *name;
    long number;
    uint64_t args[3];
    uint32_t want;
};

static const struct warden_row wardens[] = {
    {"the warden makes a process", SYS_clone, {SIGCHLD}, YES},
    {"the warden makes no thread", SYS_clone, {CLONE_VM | CLONE_THREAD}, KILLS},
    {"the warden makes no namespace", SYS_clone, {CLONE_NEWUSER | SIGCHLD}, KILLS},
    {"the warden ends a writer", SYS_kill, {4712}, YES},
    {"the warden starts no program", SYS_execve, {0}, KILLS},
    {"the warden has no socket but the one", SYS_socket, {AF_INET}, KILLS},
    {"the warden makes no code", SYS_mmap, {0, 1, PROT_EXEC}, KILLS},
};

static void test_warden(void **state)
{
    const struct warden_row *row = *state;
    assert_int_equal(ask(SG_SANDBOX_WARDEN, MACHINE, row->number, row->args), row->want);
}

static void test_answer(void **state)
{
    const struct answer_row *row = *state;
    assert_int_equal(ask(SG_SANDBOX_SERVER, MACHINE, row->number, row->args), row->server);
    assert_int_equal(ask(SG_SANDBOX_WORKER, MACHINE, row->number, row->args), row->worker);
    assert_int_equal(ask(SG_SANDBOX_AUDITOR, MACHINE, row->number, row->args), row->auditor);
    assert_int_equal(ask(SG_SANDBOX_SERVER, ANOTHER, row->number, row->args), KILLS);
}

static void test_table(void **state)
{
    (void)state;
    size_t n, of_worker = 0;
    const struct sg_call *calls = sg_calls(&n);
    for (size_t i = 0; i < n; i++) {
        bool refused = calls[i].rule == SG_CALL_ENOSYS || calls[i].rule == SG_CALL_EACCES;
        assert_non_null(calls[i].why);
        /* Filters add up: what the whole process may not do, no thread may; nor may a process what
         * the one that made it may not. */
        if (!refused && (calls[i].who & (SG_CALL_SERVER | SG_CALL_WARDEN)) == 0)
            fail_msg("%s is for a thread but not for the process", calls[i].name);
        if ((calls[i].who & SG_CALL_AUDITOR) != 0 && (calls[i].who & SG_CALL_WARDEN) == 0)
            fail_msg("%s is for the writer but not for who makes it", calls[i].name);
        of_worker += !refused && (calls[i].who & SG_CALL_WORKER) != 0;
        for (size_t j = 0; j < i; j++)
            if (calls[i].number == calls[j].number && (calls[i].who & calls[j].who) != 0)
                fail_msg("%s stands twice for one role", calls[i].name);
    }
    if (of_worker > WORKER_MOST)
        fail_msg("a worker has %zu calls, over %d", of_worker, WORKER_MOST);
}

/* --- children that give up and try --- */

/* A build that is instrumented has no filter and no walls. */
#ifdef SG_NO_SANDBOX
#define SKIP_UNBOXED() skip()
#else
#define SKIP_UNBOXED() (void)0
#endif

struct trial {
    struct sg_tempdir dir;
    struct sg_config config;
    char state[512], audit[512], keys[512], file[512];
};

static void prepare(struct trial *trial)
{
    memset(trial, 0, sizeof *trial);
    sg_tempdir_make(&trial->dir);
    sg_tempdir_mkdir(&trial->dir, "state");
    sg_tempdir_mkdir(&trial->dir, "state/events");
    sg_tempdir_mkdir(&trial->dir, "state/run");
    sg_tempdir_mkdir(&trial->dir, "state/keys");
    sg_tempdir_write(&trial->dir, "state/keys/log.key", "x", 1);
    sg_tempdir_mkdir(&trial->dir, "state/audit");
    sg_tempdir_write(&trial->dir, "state/audit/old", "x", 1);
    sg_tempdir_mkdir(&trial->dir, "etc");
    sg_tempdir_write(&trial->dir, "etc/gateway.yaml", "x", 1);
    sg_tempdir_write(&trial->dir, "secret", "x", 1);
    sg_tempdir_path(&trial->dir, "state", trial->state);
    sg_tempdir_path(&trial->dir, "state/audit", trial->audit);
    sg_tempdir_path(&trial->dir, "state/keys", trial->keys);
    sg_tempdir_path(&trial->dir, "etc/gateway.yaml", trial->file);
    trial->config = (struct sg_config){.file = trial->file,
                                       .state = trial->state,
                                       .audit_dir = trial->audit,
                                       .sandbox = {NULL, SG_SECCOMP_ON, true}};
}

/* Runs it in a child: its exit code, or 128 and the signal that ended it. */
static int in_child(struct trial *trial, int (*run)(struct trial *trial))
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(run(trial));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

enum { FINE = 0, CANNOT = 99 };

static int close_box(struct trial *trial)
{
    struct scrubgate_fault fault = {.what = ""};
    if (sg_sandbox_begin(&fault) >= 0 && sg_sandbox_drop(&trial->config, &fault) >= 0 &&
        sg_sandbox_close(&trial->config, &fault) >= 0)
        return FINE;
    (void)fprintf(stderr, "%s\n", fault.what);
    return CANNOT;
}

static int opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    (void)close(fd);
    return 0;
}

/* The number of what is not as it must be. */
static int try_files(struct trial *trial)
{
    char path[640];
    int rc = close_box(trial);
    if (rc != FINE)
        return rc;
    if (opens(trial->file, O_RDONLY) != 0)
        return 1;
    if (opens(trial->file, O_WRONLY) != EACCES)
        return 2;
    (void)snprintf(path, sizeof path, "%s/events/new", trial->state);
    if (opens(path, O_WRONLY | O_CREAT) != 0 || unlink(path) != 0)
        return 3;
    (void)snprintf(path, sizeof path, "%s/run/new", trial->state);
    if (opens(path, O_WRONLY | O_CREAT) != 0 || opens(path, O_WRONLY | O_TRUNC) != 0)
        return 4;
    (void)snprintf(path, sizeof path, "%s/../secret", trial->state);
    if (opens(path, O_RDONLY) != EACCES)
        return 5;
    if (opens("/etc/hosts", O_RDONLY) != 0)
        return 6;
    if (opens("/etc/scrubgate-must-not-be", O_WRONLY | O_CREAT) != EACCES)
        return 7;
    if (opens("/proc/self/mem", O_RDONLY) != EACCES || opens("/dev/null", O_RDWR) != EACCES)
        return 8;
    /* The audit log is the writer's alone, and so are its keys. */
    (void)snprintf(path, sizeof path, "%s/old", trial->audit);
    if (opens(path, O_RDONLY) != EACCES || opens(path, O_WRONLY) != EACCES || unlink(path) == 0)
        return 9;
    (void)snprintf(path, sizeof path, "%s/new", trial->audit);
    if (opens(path, O_WRONLY | O_CREAT) != EACCES)
        return 10;
    (void)snprintf(path, sizeof path, "%s/log.key", trial->keys);
    if (opens(path, O_RDONLY) != EACCES || opens(path, O_WRONLY) != EACCES || unlink(path) == 0)
        return 11;
    return FINE;
}

/* The processes of the audit log: the writer inside the warden. */
static int close_warden_box(struct trial *trial)
{
    struct scrubgate_fault fault = {.what = ""};
    if (sg_sandbox_begin(&fault) >= 0 && sg_sandbox_drop(&trial->config, &fault) >= 0 &&
        sg_sandbox_confine_warden(&trial->config, &fault) >= 0)
        return FINE;
    (void)fprintf(stderr, "%s\n", fault.what);
    return CANNOT;
}

static int close_log_box(struct trial *trial)
{
    struct scrubgate_fault fault = {.what = ""};
    if (sg_sandbox_confine_writer(&trial->config, trial->keys, &fault) >= 0)
        return FINE;
    (void)fprintf(stderr, "%s\n", fault.what);
    return CANNOT;
}

static int look_around(struct trial *trial)
{
    char path[640];
    int rc = close_log_box(trial);
    if (rc != FINE)
        return rc;
    (void)snprintf(path, sizeof path, "%s/old", trial->audit);
    if (opens(path, O_RDWR) != 0 || unlinkat(AT_FDCWD, path, 0) != 0)
        return 1;
    (void)snprintf(path, sizeof path, "%s/log.key", trial->keys);
    if (opens(path, O_RDWR) != 0)
        return 2;
    (void)snprintf(path, sizeof path, "%s/events/new", trial->state);
    if (opens(path, O_WRONLY | O_CREAT) != EACCES || opens(trial->file, O_RDONLY) != EACCES)
        return 3;
    if (opens("/etc/hosts", O_RDONLY) != EACCES || opens("/proc/self/mem", O_RDONLY) != EACCES)
        return 4;
    return FINE;
}

/* The warden makes a writer, and hears how it ended. */
static int try_log_files(struct trial *trial)
{
    int status, rc = close_warden_box(trial);
    if (rc != FINE)
        return rc;
    pid_t pid = fork();
    if (pid == 0)
        _exit(look_around(trial));
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return 50;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int try_log_socket(struct trial *trial)
{
    int rc = close_warden_box(trial);
    rc = rc != FINE ? rc : close_log_box(trial);
    if (rc != FINE)
        return rc;
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 ? 1 : 2;
}

static int try_log_fork(struct trial *trial)
{
    int rc = close_warden_box(trial);
    rc = rc != FINE ? rc : close_log_box(trial);
    if (rc != FINE)
        return rc;
    return fork() < 0 ? 1 : 2;
}

static int try_bind(struct trial *trial)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc = close_box(trial);
    if (rc != FINE)
        return rc;
    return bind(fd, (struct sockaddr *)&at, sizeof at) == 0 ? 0 : errno;
}

static int try_program(struct trial *trial)
{
    char *const argv[] = {(char[]){"true"}, NULL};
    int rc = close_box(trial);
    if (rc != FINE)
        return rc;
    (void)execv("/bin/true", argv);
    return 1;
}

static int try_fork(struct trial *trial)
{
    int rc = close_box(trial);
    if (rc != FINE)
        return rc;
    return fork() < 0 ? 1 : 2;
}

static int try_dump(struct trial *trial)
{
    struct rlimit limit;
    char text[16] = "";
    int rc = close_box(trial);
    if (rc != FINE)
        return rc;
    (void)text;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 ? FINE : 1;
}

/* What the front asks where no TCP tells it (net/front_deadlines.c). */
static int unread(int socket)
{
    int waiting = 0;
    return ioctl(socket, SIOCOUTQ, &waiting) == 0 ? waiting : -1;
}

static void *work(void *ctx)
{
    int *rc = ctx, pair[2];
    void *page;
    *rc = 4;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || send(pair[0], "x", 1, 0) != 1)
        return NULL;
    *rc = 1;
    if (sg_sandbox_enter(SG_SANDBOX_WORKER) < 0)
        return NULL;
    *rc = 2;
    if (opens("/etc/hosts", O_RDONLY) != EACCES)
        return NULL;
    *rc = 3;
    page = malloc(1024 * 1024);
    if (page == NULL)
        return NULL;
    memset(page, 1, 1024 * 1024);
    free(page);
    *rc = 5;
    if (unread(pair[0]) <= 0)
        return NULL;
    *rc = FINE;
    return NULL;
}

static int try_thread(struct trial *trial)
{
    pthread_t thread;
    int result = CANNOT, rc = close_box(trial);
    if (rc != FINE)
        return rc;
    if (pthread_create(&thread, NULL, work, &result) != 0 || pthread_join(thread, NULL) != 0)
        return 6;
    /* This one may still: the worker's filter is the worker's. */
    return result != FINE ? result : opens("/etc/hosts", O_RDONLY) == 0 ? FINE : 7;
}

static void *make_code(void *ctx)
{
    (void)ctx;
    if (sg_sandbox_enter(SG_SANDBOX_WORKER) >= 0)
        (void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                   0);
    return NULL;
}

static int try_code(struct trial *trial)
{
    pthread_t thread;
    int rc = close_box(trial);
    if (rc != FINE)
        return rc;
    void *code =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED)
        return 1; /* the server compiles rules */
    (void)pthread_create(&thread, NULL, make_code, NULL);
    (void)pthread_join(thread, NULL);
    return 2;
}

static int try_logged(struct trial *trial)
{
    trial->config.sandbox.seccomp = SG_SECCOMP_LOG;
    int rc = close_box(trial);
    if (rc != FINE)
        return rc;
    return getppid() > 0 ? FINE : 1; /* stands nowhere, and is let through */
}

static int try_off(struct trial *trial)
{
    trial->config.sandbox = (struct sg_sandbox_config){NULL, SG_SECCOMP_OFF, false};
    int rc = close_box(trial);
    if (rc != FINE)
        return rc;
    return getppid() > 0 && opens("/", O_RDONLY | O_DIRECTORY) == 0 ? FINE : 1;
}

/* Nobody's files, groups and rights; and no way back. */
static int try_user(struct trial *trial)
{
    gid_t groups[64];
    const struct passwd *user = getpwnam("nobody");
    if (user == NULL || chown(trial->state, user->pw_uid, user->pw_gid) != 0 ||
        chown(trial->audit, user->pw_uid, user->pw_gid) != 0)
        return CANNOT;
    uid_t uid = user->pw_uid;
    trial->config.sandbox = (struct sg_sandbox_config){"nobody", SG_SECCOMP_OFF, false};
    int rc = close_box(trial);
    if (rc != FINE)
        return rc;
    if (getuid() != uid || geteuid() != uid)
        return 1;
    if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0)
        return 2;
    int n = getgroups(64, groups);
    for (int i = 0; i < n; i++)
        if (groups[i] == 0)
            return 3;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return 4;
#ifndef SG_NO_SANDBOX
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return 6;
#endif
    return opens("/etc/shadow", O_RDONLY) == 0 ? 5 : FINE;
}

struct trial_row {
    const char *name;
    int (*run)(struct trial *trial);
    int want;
    bool boxed; /* needs the walls, which instrumented builds have not */
};

static const struct trial_row trials[] = {
    {"files: its own are in reach, others are not", try_files, FINE, true},
    {"the writer has the log and its keys, and nothing else", try_log_files, FINE, true},
    {"a socket ends the writer", try_log_socket, 128 + SIGSYS, true},
    {"a fork ends the writer", try_log_fork, 128 + SIGSYS, true},
    {"no port is bound any more", try_bind, EACCES, true},
    {"a program ends the process that starts it", try_program, 128 + SIGSYS, true},
    {"a fork ends the process", try_fork, 128 + SIGSYS, true},
    {"a worker works, and opens nothing", try_thread, FINE, true},
    {"a worker that makes code ends the process", try_code, 128 + SIGSYS, true},
    {"with log, what is forbidden goes through", try_logged, FINE, true},
    {"with off, nothing is in the way", try_off, FINE, false},
    {"no core dump", try_dump, FINE, false},
};

static void test_trial(void **state)
{
    const struct trial_row *row = *state;
    struct trial trial;
    if (row->boxed)
        SKIP_UNBOXED();
    prepare(&trial);
    int got = in_child(&trial, row->run);
    sg_tempdir_remove(&trial.dir);
    assert_int_equal(got, row->want);
}

/* --- the user --- */

static void test_user(void **state)
{
    (void)state;
    struct trial trial;
    if (geteuid() != 0)
        skip();
    prepare(&trial);
    int got = in_child(&trial, try_user);
    sg_tempdir_remove(&trial.dir);
    assert_int_equal(got, FINE);
}

struct refused_row {
    const char *name, *user, *what;
    bool own; /* the folders are the user's */
};

static const struct refused_row refused[] = {
    {"a user that is not there", "no-such-user-here", "is no user here", true},
    {"root as the user to become", "root", "is root: name another user", true},
    {"a state folder of another user", "nobody", "chown -R nobody it", false},
};

static struct refused_row now_refused;

static int try_refused(struct trial *trial)
{
    struct scrubgate_fault fault = {.what = ""};
    trial->config.sandbox.user = now_refused.user;
    if (sg_sandbox_drop(&trial->config, &fault) != SCRUBGATE_EINVAL)
        return 1;
    return strstr(fault.what, now_refused.what) != NULL && geteuid() == 0 ? FINE : 2;
}

static void test_refused(void **state)
{
    struct trial trial;
    if (geteuid() != 0)
        skip();
    now_refused = *(const struct refused_row *)*state;
    prepare(&trial);
    int got = in_child(&trial, try_refused);
    sg_tempdir_remove(&trial.dir);
    assert_int_equal(got, FINE);
}

int main(void)
{
    SG_SUITE_ROWS(test_answer, answers);
    SG_SUITE_ROWS(test_warden, wardens);
    sg_suite_add("each row of the table has a reason, one role once, and workers few of them",
                 test_table, NULL);
    SG_SUITE_ROWS(test_trial, trials);
    sg_suite_add("a user of its own, for good", test_user, NULL);
    SG_SUITE_ROWS(test_refused, refused);
    return sg_suite_run("sandbox");
}
