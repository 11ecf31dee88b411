/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.h - what this process gives up before it reads the first byte of a message.
 *
 *     cores -> listen -> user -> keys -> files, calls -> [threads: enter] -> serve
 *
 * Each step takes something away for good. A layer that the config wants and the kernel has is put
 * on or the gateway does not start; one that the kernel has not is told. What is in force belongs
 * to the process, as its standard error does: so it is kept here, not in a server.
 */
#ifndef SG_PROXY_SANDBOX_H
#define SG_PROXY_SANDBOX_H

#include <scrubgate/status.h>

#include "base/buf.h"
#include "proxy/config.h"

enum sg_sandbox_layer {
    SG_SANDBOX_CORES,    /* no core dump, and none that holds memory */
    SG_SANDBOX_USER,     /* not root */
    SG_SANDBOX_NO_GAIN,  /* no_new_privs, and no capability that is not needed */
    SG_SANDBOX_LANDLOCK, /* files and ports that are not its own are out of reach */
    SG_SANDBOX_SECCOMP,  /* so are calls that it does not need */
    SG_SANDBOX_LAYERS
};

enum sg_sandbox_state {
    SG_SANDBOX_OFF,    /* the config, or this build, does not want it */
    SG_SANDBOX_ABSENT, /* not in this kernel */
    SG_SANDBOX_LOGS,   /* seccomp only: tells and lets pass */
    SG_SANDBOX_ON
};

/* What a thread does, and so which calls are left to it. A thread that names no role may do what
 * the server may: read config and rules anew, look names up, make threads. */
enum sg_sandbox_role {
    SG_SANDBOX_SERVER,
    SG_SANDBOX_WORKER,  /* reads messages: opens nothing */
    SG_SANDBOX_AUDITOR, /* writes the audit log: no socket */
    SG_SANDBOX_WARDEN   /* what the auditor may, and makes that process */
};

/* First of all: from here on no core dump holds memory of this process. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sandbox_begin(struct scrubgate_fault *fault);
/* Once the sockets listen and before a file is made: becomes the config's user, for good, and gives
 * capabilities up. EINVAL: no such user, or a folder that belongs to another. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sandbox_drop(const struct sg_config *config,
                                                         struct scrubgate_fault *fault);
/* Once the folders below config->state exist and before the first thread is made: threads inherit
 * it. The audit log and its keys are out of reach from then on. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sandbox_close(const struct sg_config *config,
                                                          struct scrubgate_fault *fault);
/* In the processes of the audit log, once they are the config's user: the warden gives up calls,
 * and each writer, which inherits that, more of them and all files but config->audit_dir and keys.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sandbox_confine_warden(const struct sg_config *config,
                                                                   struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_sandbox_confine_writer(const struct sg_config *config,
                                                                   const char *keys,
                                                                   struct scrubgate_fault *fault);
/* First of all in a thread that has a role. Nothing before sg_sandbox_close. EIO: end the thread.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sandbox_enter(enum sg_sandbox_role role);

/* To the operator's log: a line for each layer. */
void sg_sandbox_report(void);
/* Appends scrubgate_sandbox{layer="…"} 0|1. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_sandbox_print(struct sg_buf *out);

#endif
