/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.c - the order in which the process gives things up, and what it says about it.
 */
#define _GNU_SOURCE /* pthread_setname_np */
#include "proxy/sandbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/diag.h"
#include "proxy/oplog.h"
#include "proxy/sandbox_parts.h"

/* Instrumented builds make calls and open files of their own, which no list here knows: the
 * Makefile sets it for them, and only for them. */
#ifdef SG_NO_SANDBOX
static const bool confined = false;
#else
static const bool confined = true;
#endif

static const char *const layer_words[SG_SANDBOX_LAYERS] = {
    [SG_SANDBOX_CORES] = "cores",     [SG_SANDBOX_USER] = "user",
    [SG_SANDBOX_NO_GAIN] = "no-gain", [SG_SANDBOX_LANDLOCK] = "landlock",
    [SG_SANDBOX_SECCOMP] = "seccomp",
};
static const char *const state_words[] = {
    [SG_SANDBOX_OFF] = "off",
    [SG_SANDBOX_ABSENT] = "not in this kernel",
    [SG_SANDBOX_LOGS] = "only logs",
    [SG_SANDBOX_ON] = "on",
};

/* Written by the server's thread before there is another; read by all. */
static struct {
    enum sg_sandbox_state layers[SG_SANDBOX_LAYERS];
    int landlock_abi;
    uint32_t otherwise;
} now;

static enum scrubgate_status set_calls(enum sg_sandbox_role role, enum sg_seccomp_mode mode,
                                       struct scrubgate_fault *fault)
{
    if (mode == SG_SECCOMP_OFF || !confined)
        return SCRUBGATE_OK;
    now.otherwise = mode == SG_SECCOMP_LOG ? SECCOMP_RET_LOG : SECCOMP_RET_KILL_PROCESS;
    if (!sg_seccomp_has(now.otherwise)) {
        now.layers[SG_SANDBOX_SECCOMP] = SG_SANDBOX_ABSENT;
        return SCRUBGATE_OK;
    }
    enum scrubgate_status rc = sg_seccomp_apply(role, now.otherwise, true);
    if (rc < 0)
        sg_fault_set(fault, NULL, 0, 0,
                     "the kernel has seccomp but does not take the filter: mend that, or set "
                     "sandbox.seccomp: off");
    else
        now.layers[SG_SANDBOX_SECCOMP] = mode == SG_SECCOMP_LOG ? SG_SANDBOX_LOGS : SG_SANDBOX_ON;
    return rc;
}

/* log_keys: their folder, of the writer; NULL: the gateway's. */
static enum scrubgate_status set_files(const struct sg_config *config, const char *log_keys,
                                       struct scrubgate_fault *fault)
{
    if (!config->sandbox.landlock || !confined)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_landlock_apply(config, log_keys, &now.landlock_abi, fault);
    if (rc >= 0)
        now.layers[SG_SANDBOX_LANDLOCK] = now.landlock_abi > 0 ? SG_SANDBOX_ON : SG_SANDBOX_ABSENT;
    return rc;
}

enum scrubgate_status sg_sandbox_begin(struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_cores_forbid(fault);
    if (rc >= 0)
        now.layers[SG_SANDBOX_CORES] = SG_SANDBOX_ON;
    return rc;
}

enum scrubgate_status sg_sandbox_drop(const struct sg_config *config, struct scrubgate_fault *fault)
{
    bool user = false;
    enum scrubgate_status rc = sg_user_become(config, &user, fault);
    if (rc < 0)
        return rc;
    now.layers[SG_SANDBOX_USER] = user ? SG_SANDBOX_ON : SG_SANDBOX_OFF;
    rc = sg_user_gain_nothing(fault);
    if (rc >= 0)
        now.layers[SG_SANDBOX_NO_GAIN] = SG_SANDBOX_ON;
    /* A change of user opens the process to its new owner's debugger, and to dumps. */
    return rc < 0 ? rc : sg_cores_forbid(fault);
}

enum scrubgate_status sg_sandbox_close(const struct sg_config *config,
                                       struct scrubgate_fault *fault)
{
    /* Files first: afterwards the calls for it are gone. */
    enum scrubgate_status rc = set_files(config, NULL, fault);
    return rc < 0 ? rc : set_calls(SG_SANDBOX_SERVER, config->sandbox.seccomp, fault);
}

enum scrubgate_status sg_sandbox_confine_warden(const struct sg_config *config,
                                                struct scrubgate_fault *fault)
{
    return set_calls(SG_SANDBOX_WARDEN, config->sandbox.seccomp, fault);
}

enum scrubgate_status sg_sandbox_confine_writer(const struct sg_config *config, const char *keys,
                                                struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = set_files(config, keys, fault);
    return rc < 0 ? rc : set_calls(SG_SANDBOX_AUDITOR, config->sandbox.seccomp, fault);
}

enum scrubgate_status sg_sandbox_enter(enum sg_sandbox_role role)
{
    static const char *const names[] = {
        [SG_SANDBOX_SERVER] = "scrubgate",
        [SG_SANDBOX_WORKER] = "worker",
        [SG_SANDBOX_AUDITOR] = "auditor",
        [SG_SANDBOX_WARDEN] = "warden",
    };
    (void)pthread_setname_np(pthread_self(), names[role]);
    if (role == SG_SANDBOX_SERVER || now.layers[SG_SANDBOX_SECCOMP] < SG_SANDBOX_LOGS)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_seccomp_apply(role, now.otherwise, false);
    if (rc < 0)
        sg_oplog(SG_OPLOG_ERROR, "a thread cannot be confined", "thread", names[role], NULL);
    return rc;
}

/* --- telling --- */

/* What somebody should do about it; NULL: nothing. */
static const char *advice(enum sg_sandbox_layer layer)
{
    if (!confined && (layer == SG_SANDBOX_LANDLOCK || layer == SG_SANDBOX_SECCOMP))
        return "this is an instrumented build: not for messages of customers";
    if (now.layers[layer] == SG_SANDBOX_LOGS)
        return "forbidden calls are let through: not for messages of customers";
    if (layer == SG_SANDBOX_USER && now.layers[layer] == SG_SANDBOX_OFF)
        return "it runs as root: set sandbox.user, or start it as another user";
    return NULL;
}

void sg_sandbox_report(void)
{
    for (int i = 0; i < SG_SANDBOX_LAYERS; i++) {
        const char *text = advice((enum sg_sandbox_layer)i);
        bool on = now.layers[i] == SG_SANDBOX_ON;
        sg_oplog(on ? SG_OPLOG_INFO : SG_OPLOG_WARN, "sandbox", "layer", layer_words[i], "state",
                 state_words[now.layers[i]], text != NULL ? "note" : NULL, text, NULL);
    }
}

enum scrubgate_status sg_sandbox_print(struct sg_buf *out)
{
    enum scrubgate_status rc =
        sg_buf_add_text(out, "# HELP scrubgate_sandbox Layers of the sandbox: 1 is in force.\n"
                             "# TYPE scrubgate_sandbox gauge\n");
    for (int i = 0; i < SG_SANDBOX_LAYERS && rc >= 0; i++)
        rc = sg_buf_addf(out, "scrubgate_sandbox{layer=\"%s\"} %d\n", layer_words[i],
                         now.layers[i] == SG_SANDBOX_ON ? 1 : 0);
    return rc;
}
