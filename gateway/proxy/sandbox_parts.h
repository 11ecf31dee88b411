/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_parts.h - the layers of the sandbox, one file each; sandbox.c puts them on in order.
 */
#ifndef SG_PROXY_SANDBOX_PARTS_H
#define SG_PROXY_SANDBOX_PARTS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "proxy/config.h"
#include "proxy/sandbox.h"

/* --- sandbox_cores.c --- */

SCRUBGATE_MUST_USE enum scrubgate_status sg_cores_forbid(struct scrubgate_fault *fault);

/* --- sandbox_user.c --- */

/* *user: not root from here on. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_user_become(const struct sg_config *config, bool *user,
                                                        struct scrubgate_fault *fault);
/* No program that it ran could gain what it has given up; capabilities are given up. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_user_gain_nothing(struct scrubgate_fault *fault);

/* --- sandbox_landlock.c --- */

/* *abi: 0 when this kernel has none. log_keys: the folder of the audit log's keys, for its writer,
 * which has that and the log in reach; NULL: for the gateway, which has everything else. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_landlock_apply(const struct sg_config *config,
                                                           const char *log_keys, int *abi,
                                                           struct scrubgate_fault *fault);

/* --- sandbox_calls.c: which calls, and why --- */

enum { SG_CALL_SERVER = 1, SG_CALL_WORKER = 2, SG_CALL_AUDITOR = 4, SG_CALL_WARDEN = 8 };

/* What must hold for a call's arguments, else it is as if it stood nowhere. */
enum sg_call_rule {
    SG_CALL_ANY,
    SG_CALL_NOT_EXEC, /* mmap, mprotect: no code is made; the server compiles rules */
    SG_CALL_THREAD,   /* clone: a thread, no process */
    SG_CALL_FORK,     /* clone: a process with memory and names of its own */
    SG_CALL_FAMILY,   /* socket: IP and local; the server's names also netlink */
    SG_CALL_ASKS,     /* ioctl: how much waits to be read by the other end; the server also: is
                         standard output a terminal, how much is there to read */
    SG_CALL_SELF,     /* kill and its like: this process */
    SG_CALL_NAME,     /* prctl: a thread's or a mapping's name */
    SG_CALL_ENOSYS,   /* refused, as by a kernel that has it not: the caller knows another way */
    SG_CALL_EACCES    /* refused, for libraries that try and can do without */
};

struct sg_call {
    long number;
    unsigned who; /* SG_CALL_… */
    enum sg_call_rule rule;
    const char *name, *why;
};

/* The table, those that a message needs first. */
const struct sg_call *sg_calls(size_t *n);

/* --- sandbox_seccomp.c --- */

enum { SG_FILTER_MOST = 1024 };

struct sg_filter {
    struct sock_filter code[SG_FILTER_MOST];
    size_t n;
};

/* The filter of a role; otherwise: what becomes of every other call, SECCOMP_RET_…. */
void sg_filter_build(struct sg_filter *filter, enum sg_sandbox_role role, uint32_t self,
                     uint32_t otherwise);
/* Whether this kernel has seccomp filters that can do so. */
bool sg_seccomp_has(uint32_t otherwise);
/* Puts the role's filter on this thread; everywhere: on all threads of the process. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_seccomp_apply(enum sg_sandbox_role role,
                                                          uint32_t otherwise, bool everywhere);

#endif
