/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_calls.c - the calls that are left once the gateway serves: who may make them, and why.
 *
 * Whoever needs another one adds a row with its reason; `sandbox.seccomp: log` names, in the
 * kernel's log, those that are missing. Workers read what strangers send: they have no call that
 * opens a file, starts a program, makes code or looks into another process, and less than 45
 * in all. Numbers come from the kernel's headers, so that the table is the same on each machine;
 * #ifdef marks calls that newer machines never had.
 */
#define _GNU_SOURCE /* SYS_… */
#include "proxy/sandbox_parts.h"

#include <sys/syscall.h>

#define S SG_CALL_SERVER
#define W SG_CALL_WORKER
#define A (SG_CALL_AUDITOR | SG_CALL_WARDEN) /* who makes a process may do what that may */
#define D SG_CALL_WARDEN

#define ROW(call, who, rule, why)                                                                  \
    {                                                                                              \
        SYS_##call, (who), SG_CALL_##rule, #call, (why)                                            \
    }

static const struct sg_call calls[] = {
    /* --- each message --- */
    ROW(read, S | W | A, ANY, "eventfd, signalfd; files"),
    ROW(write, S | W | A, ANY, "eventfd, log, events"),
#ifdef SYS_epoll_wait
    ROW(epoll_wait, S | W, ANY, "the loop"),
#else
    ROW(epoll_pwait, S | W, ANY, "the loop"),
#endif
    ROW(recvfrom, S | W, ANY, "from clients and origins; name servers"),
    ROW(sendto, S | W, ANY, "to clients and origins; name servers"),
    ROW(recvmsg, S | W | A, ANY, "the same; from the process that has, or had, the audit log"),
    ROW(sendmsg, S | W | A, ANY, "the same; to a successor: sockets, the audit log"),
    ROW(writev, S | W, ANY, "the same"),
    ROW(accept4, S | W, ANY, "a client"),
    ROW(close, S | W | A, ANY, "its end"),
    ROW(futex, S | W | A, ANY, "locks and conditions"),
    ROW(epoll_ctl, S | W, ANY, "a socket into the loop"),
    ROW(fdatasync, S | A, ANY, "a record is durable"),
    ROW(pwrite64, S | A, ANY, "a record into the audit log"),
    ROW(sync_file_range, S | A, ANY, "the disk begins with it"),
    ROW(fstatfs, S | A, ANY, "how much room there is for it"),
    ROW(fallocate, S | A, ANY, "disk held back for the log of a full disk"),
    /* --- each connection --- */
    ROW(socket, S | W, FAMILY, "to an origin, a name server, the service manager"),
    ROW(connect, S | W, ANY, "the same"),
    ROW(setsockopt, S | W | A, ANY, "no delay; room for records of another process"),
    ROW(getsockopt, S | W, ANY, "how connecting ended"),
    ROW(getsockname, S | W, ANY, "where a socket is bound"),
    ROW(getpeername, S | W, ANY, "who is at its other end"),
    ROW(shutdown, S | W, ANY, "a connection's half close"),
    ROW(fcntl, S | W | A, ANY, "not blocking; locks of the audit log"),
    ROW(ioctl, S | W, ASKS, "how much a client has not read yet; stdio: is output a terminal"),
    /* --- memory: malloc and thread stacks --- */
    ROW(mmap, S | W | A, NOT_EXEC, "malloc; the server: code of rules, glibc's modules"),
    ROW(munmap, S | W | A, ANY, "malloc"),
    ROW(mprotect, S | W | A, NOT_EXEC, "malloc; the server: code of rules"),
    ROW(mremap, S | W | A, ANY, "malloc: what is large grows"),
    ROW(madvise, S | W | A, ANY, "malloc; a message's memory is kept out of dumps"),
    ROW(brk, S | W | A, ANY, "malloc"),
    ROW(sched_getaffinity, S | W | A, ANY, "malloc: how many arenas"),
    ROW(mlock2, S, ANY, "what senders said last is not swapped out"),
    /* --- time, chance, who am I --- */
    ROW(clock_gettime, S | W | A, ANY, "where the vDSO has no clock"),
    ROW(clock_nanosleep, S | A, ANY, "until a process that ended has let go of the audit log"),
    ROW(getrandom, S | W | A, ANY, "TLS, tokens, malloc"),
    ROW(getpid, S | W | A, ANY, "OpenSSL: have we forked"),
    ROW(gettid, S | W | A, ANY, "abort"),
    ROW(eventfd2, S, ANY, "a thread that is woken"),
    ROW(signalfd4, S, ANY, "SIGHUP, SIGTERM"),
    ROW(epoll_create1, S, ANY, "a loop"),
#ifdef SYS_poll
    ROW(poll, S | A, ANY, "name servers; the audit log's bell"),
#endif
    ROW(ppoll, S | A, ANY, "the same, where poll is made of it"),
    ROW(memfd_create, S, ANY, "a ring to the audit log's writer"),
    ROW(wait4, S | D, ANY, "the audit log's processes end"),
    ROW(kill, D, ANY, "a writer that hangs"),
    /* --- threads and their end --- */
    ROW(clone3, S | W | A, ENOSYS, "its arguments cannot be read here: glibc then uses clone"),
    ROW(clone, S, THREAD, "a thread: resolver, loader; never a process"),
    ROW(clone, D, FORK, "the audit log's writer"),
    ROW(set_robust_list, S | D, ANY, "a thread begins"),
    ROW(rseq, S | D, ANY, "a thread begins"),
    ROW(prctl, S | D, NAME, "a thread's name"),
    ROW(seccomp, S | D, ANY, "a thread, or a process, takes a stricter filter"),
    ROW(rt_sigprocmask, S | W | A, ANY, "a thread begins or ends"),
    ROW(rt_sigaction, S | W | A, ANY, "abort"),
    ROW(rt_sigreturn, S | W | A, ANY, "a signal's handler ends"),
    ROW(tgkill, S | W | A, SELF, "abort"),
    ROW(restart_syscall, S | W | A, ANY, "the kernel's own, after a stop"),
    ROW(exit, S | W | A, ANY, "a thread ends"),
    ROW(exit_group, S | W | A, ANY, "the process ends"),
    /* --- files: audit log; config, rules and certificates at a reload --- */
    ROW(openat, S | A, ANY, "Landlock says which"),
    ROW(openat, W, EACCES, "malloc asks /proc how memory is overcommitted, and does without"),
    ROW(newfstatat, S | A, ANY, "what a file is"),
    ROW(newfstatat, W, EACCES, "as openat"),
    ROW(fstat, S | A, ANY, "the same; stdio"),
    ROW(lseek, S | A, ANY, "where a file ends"),
    ROW(pread64, S | W | A, ANY, "the audit log is checked; how much memory is used"),
    ROW(ftruncate, S | A, ANY, "a torn record is cut off"),
    ROW(fsync, S | A, ANY, "a new segment is durable"),
    ROW(unlinkat, S | A, ANY, "a segment that was not begun; a socket of ours"),
    ROW(renameat, S | A, ANY, "a file takes another's place"),
    ROW(renameat2, S | A, ANY, "the same"),
    ROW(mkdirat, S | A, ANY, "folders of ours; the audit log's when it is opened anew"),
    ROW(getdents64, S | A, ANY, "packs in a folder, segments"),
    ROW(flock, S, ANY, "keys of pseudonyms that are replaced"),
    ROW(fchmod, S | A, ANY, "keys and sockets of ours"),
    ROW(fchmodat, S, ANY, "the same"),
    ROW(landlock_create_ruleset, D, ANY, "a writer gives files up"),
    ROW(landlock_add_rule, D, ANY, "the same"),
    ROW(landlock_restrict_self, D, ANY, "the same"),
    ROW(readlinkat, S, ANY, "where a file really is"),
    ROW(faccessat, S | A, ANY, "glibc: is there a file"),
    ROW(faccessat2, S | A, ANY, "the same"),
    ROW(statx, S | A, ANY, "what a file is"),
    ROW(getcwd, S, ANY, "where a file really is"),
#ifdef SYS_open /* machines with the old calls, which glibc prefers there */
    ROW(open, S, ANY, "glibc's modules"),
    ROW(stat, S, ANY, "the same"),
    ROW(lstat, S, ANY, "the same"),
    ROW(access, S, ANY, "the same"),
    ROW(readlink, S, ANY, "the same"),
    ROW(unlink, S, ANY, "a socket of ours"),
    ROW(mkdir, S | A, ANY, "folders of ours; the audit log's when it is opened anew"),
    ROW(rename, S, ANY, "a file takes another's place"),
    ROW(chmod, S, ANY, "a socket of ours"),
#endif
    /* --- the server: names, limits, a successor --- */
    ROW(bind, S, ANY, "netlink; the handover's socket. Landlock says no to ports"),
    ROW(listen, S, ANY, "the handover's socket"),
    ROW(socketpair, S | A, FAMILY, "to a successor that has the audit log"),
    ROW(sendmmsg, S, ANY, "glibc asks name servers"),
    ROW(uname, S, ANY, "glibc, for names"),
    ROW(prlimit64, S, ANY, "how many files may be open"),
    ROW(sysinfo, S | W | A, ANY, "how much memory there is: qsort of a long list asks"),
    ROW(getuid, S | A, ANY, "whose a key is"),
    ROW(geteuid, S | A, ANY, "the same"),
    ROW(getgid, S, ANY, "glibc"),
    ROW(getegid, S, ANY, "glibc"),
    ROW(fchown, S, EACCES, "SQLite as root: files beside the guard's get its owner, who is us"),
    ROW(dup3, S, ANY, "the events' file of the next day in the old one's place"),
};

const struct sg_call *sg_calls(size_t *n)
{
    *n = sizeof calls / sizeof calls[0];
    return calls;
}
