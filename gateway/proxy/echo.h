/* SPDX-License-Identifier: Apache-2.0 */
/*
 * echo.h - a demonstration upstream: answers every request with the body it received.
 */
#ifndef SG_PROXY_ECHO_H
#define SG_PROXY_ECHO_H

#include <scrubgate/status.h>

struct sg_echo; /* a thread with its own loop */

/* Listens on address ("127.0.0.1:0" takes a free port). *url is "http://127.0.0.1:PORT/", valid
 * until stop. The reply has the request's Content-Type and Content-Encoding. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_echo_open(struct sg_echo **echo, const char *address,
                                                      const char **url,
                                                      struct scrubgate_fault *fault);
/* Before it starts: each answer tells this word in a field, Echo, so that a client sees which of
 * several it was. EINVAL: no token. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_echo_name(struct sg_echo *echo, const char *name);
/* Starts its thread: from here on it answers. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_echo_start(struct sg_echo *echo);
void sg_echo_stop(struct sg_echo *echo);

#endif
