/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_seccomp.c - the table of calls, as a filter that the kernel runs before each call.
 *
 * A call that stands for the role with its arguments passes; any other ends the process. Rows
 * without a rule for arguments look at the number alone: the kernel then remembers the answer
 * and does not run the filter for them.
 */
#define _GNU_SOURCE /* syscall */
#include "proxy/sandbox_parts.h"

#include <assert.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/prctl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#else
#error "name this machine's AUDIT_ARCH_ here, and look through sandbox_calls.c"
#endif

enum { OTHER_NUMBERS = 0x40000000 }; /* x32: the same calls under other numbers */

/* --- instructions --- */

static void emit(struct sg_filter *filter, unsigned code, uint32_t k, unsigned yes, unsigned no)
{
    assert(filter->n < SG_FILTER_MOST && yes <= UINT8_MAX && no <= UINT8_MAX);
    filter->code[filter->n++] = (struct sock_filter){(uint16_t)code, (uint8_t)yes, (uint8_t)no, k};
}

static void load(struct sg_filter *filter, size_t offset)
{
    emit(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* The low half of an argument: flags and numbers that matter here have no other. */
static void load_argument(struct sg_filter *filter, size_t i)
{
    load(filter, offsetof(struct seccomp_data, args) + i * sizeof(uint64_t));
}

static void answer(struct sg_filter *filter, uint32_t what)
{
    emit(filter, BPF_RET | BPF_K, what, 0, 0);
}

/* Passes when the argument is one of these. */
static void allow_one_of(struct sg_filter *filter, size_t i, const uint32_t *values, size_t n)
{
    load_argument(filter, i);
    for (size_t at = 0; at < n; at++) {
        emit(filter, BPF_JMP | BPF_JEQ | BPF_K, values[at], 0, 1);
        answer(filter, SECCOMP_RET_ALLOW);
    }
}

/* Passes when the argument has all bits of mask (want) or none. */
static void allow_bits(struct sg_filter *filter, size_t i, uint32_t mask, bool want)
{
    load_argument(filter, i);
    emit(filter, BPF_JMP | BPF_JSET | BPF_K, mask, want ? 0 : 1, want ? 1 : 0);
    answer(filter, SECCOMP_RET_ALLOW);
}

/* --- rows --- */

/* False when what follows decides: the arguments were looked at and did not do. */
static bool judge(struct sg_filter *filter, const struct sg_call *call, enum sg_sandbox_role role,
                  uint32_t self)
{
    const uint32_t families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK};
    const uint32_t asks[] = {TIOCOUTQ, TCGETS, FIONREAD};
    const uint32_t names[] = {PR_SET_NAME, PR_GET_NAME, PR_SET_VMA};
    const uint32_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
    switch (call->rule) {
    case SG_CALL_ANY:
        break;
    case SG_CALL_NOT_EXEC:
        if (role == SG_SANDBOX_SERVER)
            break;
        allow_bits(filter, 2, PROT_EXEC, false);
        return false;
    case SG_CALL_THREAD:
        allow_bits(filter, 0, CLONE_THREAD, true);
        return false;
    case SG_CALL_FORK:
        allow_bits(filter, 0, CLONE_VM | CLONE_FILES | CLONE_FS | namespaces, false);
        return false;
    case SG_CALL_FAMILY:
        allow_one_of(filter, 0, families, role == SG_SANDBOX_SERVER ? 4 : 3);
        return false;
    case SG_CALL_ASKS:
        allow_one_of(filter, 1, asks, role == SG_SANDBOX_SERVER ? 3 : 1);
        return false;
    case SG_CALL_SELF:
        allow_one_of(filter, 0, &self, 1);
        return false;
    case SG_CALL_NAME:
        allow_one_of(filter, 0, names, 3);
        return false;
    case SG_CALL_ENOSYS:
        answer(filter, SECCOMP_RET_ERRNO | ENOSYS);
        return true;
    case SG_CALL_EACCES:
        answer(filter, SECCOMP_RET_ERRNO | EACCES);
        return true;
    }
    answer(filter, SECCOMP_RET_ALLOW);
    return true;
}

static unsigned bit_of(enum sg_sandbox_role role)
{
    return role == SG_SANDBOX_WORKER    ? SG_CALL_WORKER
           : role == SG_SANDBOX_AUDITOR ? SG_CALL_AUDITOR
           : role == SG_SANDBOX_WARDEN  ? SG_CALL_WARDEN
                                        : SG_CALL_SERVER;
}

/* if (number == row's) { its judgement, else the end }, row by row. */
static void add_row(struct sg_filter *filter, const struct sg_call *call, enum sg_sandbox_role role,
                    uint32_t self, uint32_t otherwise)
{
    size_t test = filter->n;
    emit(filter, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->number, 0, 0);
    if (!judge(filter, call, role, self))
        answer(filter, otherwise);
    filter->code[test].jf = (uint8_t)(filter->n - test - 1);
}

void sg_filter_build(struct sg_filter *filter, enum sg_sandbox_role role, uint32_t self,
                     uint32_t otherwise)
{
    size_t n;
    const struct sg_call *calls = sg_calls(&n);
    filter->n = 0;
    load(filter, offsetof(struct seccomp_data, arch));
    emit(filter, BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
    answer(filter, SECCOMP_RET_KILL_PROCESS);
    load(filter, offsetof(struct seccomp_data, nr));
    emit(filter, BPF_JMP | BPF_JGE | BPF_K, OTHER_NUMBERS, 0, 1);
    answer(filter, SECCOMP_RET_KILL_PROCESS);
    for (size_t i = 0; i < n; i++)
        if ((calls[i].who & bit_of(role)) != 0)
            add_row(filter, &calls[i], role, self, otherwise);
    answer(filter, otherwise);
}

/* --- putting it on --- */

bool sg_seccomp_has(uint32_t otherwise)
{
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &otherwise) == 0;
}

/* Proves it: this call is answered by the filter, and by the kernel otherwise. */
static bool holds(void)
{
    return syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS;
}

enum scrubgate_status sg_seccomp_apply(enum sg_sandbox_role role, uint32_t otherwise,
                                       bool everywhere)
{
    struct sg_filter filter;
    sg_filter_build(&filter, role, (uint32_t)getpid(), otherwise);
    const struct sock_fprog program = {(unsigned short)filter.n, filter.code};
    /* Without the mitigations for processes that run code of strangers: this one runs none, and
     * older kernels would slow every call. */
    unsigned long flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    if (everywhere)
        flags |= SECCOMP_FILTER_FLAG_TSYNC;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) != 0)
        return SCRUBGATE_EIO;
    return holds() ? SCRUBGATE_OK : SCRUBGATE_EIO;
}
