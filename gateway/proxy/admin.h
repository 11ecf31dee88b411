/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin.h - the admin port: health, metrics, the engine and the guard as an API.
 *
 *     GET  /healthz   200 while the process runs
 *     GET  /readyz    200 while it can deliver messages; else 503 and why
 *     GET  /metrics   OpenMetrics
 *     POST /v1/scrub, /analyze, /anonymize   (proxy/engine_api)
 *     /v1/agents/{agent}/eligibility, /v1/guard/orders…   (proxy/admin_guard)
 */
#ifndef SG_PROXY_ADMIN_H
#define SG_PROXY_ADMIN_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "net/loop.h"
#include "proxy/admin_guard.h"
#include "proxy/generation.h"

struct sg_admin; /* on the server's loop */

/* What it asks the server. */
struct sg_admin_host {
    /* NULL: ready; else why not, in a word. */
    const char *(*unready)(void *ctx);
    enum scrubgate_status (*metrics)(void *ctx, struct sg_buf *out);
    struct sg_generation *(*generation)(void *ctx); /* borrowed for the call */
    bool (*by_reference)(void *ctx);                /* the fast engine is not trusted any more */
    void *ctx;
    struct sg_admin_guard_setup guard; /* risks NULL: it has none */
};

/* Listens on fd, which it then owns, also on error. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_admin_start(struct sg_admin **admin,
                                                        struct sg_loop *loop, int fd,
                                                        const struct sg_admin_host *host);
/* Accepts no more; what is being asked is still answered. */
void sg_admin_drain(struct sg_admin *admin);
void sg_admin_stop(struct sg_admin *admin); /* NULL is fine */

#endif
