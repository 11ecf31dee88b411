/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server.h - the running gateway: start, signals, reload, drain, stop.
 */
#ifndef SG_PROXY_SERVER_H
#define SG_PROXY_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <scrubgate/status.h>

#include "proxy/config.h"

struct sg_server_options {
    const char *config_file; /* NULL: built-in defaults */
    const struct sg_override *overrides;
    size_t n_overrides;
    bool test_only; /* check config and rules, say so, serve nothing */
    bool takeover;  /* sockets and audit log come from the gateway that runs, if one does */
    bool hints;     /* print a curl line to try */
};

/* Serves until SIGTERM or SIGINT (drain). SIGHUP reloads. EINVAL, EIO with the fault when it could
 * not start. Blocks the calling thread, which handles the signals and the admin port. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_server_run(const struct sg_server_options *options,
                                                       struct scrubgate_fault *fault);

#endif
