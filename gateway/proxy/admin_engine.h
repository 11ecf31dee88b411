/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin_engine.h - scans what the admin port is asked, on a thread of its own: 1 MiB can take
 * seconds, in which health must be answered.
 *
 *     admin: submit --> [thread: one job after the other] --ring--> admin: done
 */
#ifndef SG_PROXY_ADMIN_ENGINE_H
#define SG_PROXY_ADMIN_ENGINE_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "net/loop.h"
#include "proxy/engine_api.h"
#include "proxy/generation.h"

struct sg_admin_engine;

enum { SG_ADMIN_JOBS = 16 }; /* that wait */

/* One call; embedded in its owner, who must not touch it between submit and done. */
struct sg_admin_job {
    struct sg_engine_request request; /* its scratch is the engine's */
    struct sg_generation *generation; /* of the request's rules; a hold is taken */
    struct sg_buf answer;
    struct scrubgate_fault fault;
    enum scrubgate_status status;
    void (*done)(struct sg_admin_job *job); /* on the loop's thread, once */
    struct sg_admin_job *next;              /* the engine's */
};

SCRUBGATE_MUST_USE enum scrubgate_status sg_admin_engine_start(struct sg_admin_engine **engine,
                                                               struct sg_loop *loop);
/* False: too many wait, and done will not come. */
bool sg_admin_engine_submit(struct sg_admin_engine *engine, struct sg_admin_job *job);
/* Ends with the job under way; those that wait are done with EIO. NULL is fine. */
void sg_admin_engine_stop(struct sg_admin_engine *engine);

#endif
