/* SPDX-License-Identifier: Apache-2.0 */
/*
 * activation.h - listening sockets that the service manager opened: LISTEN_PID, LISTEN_FDS,
 * LISTEN_FDNAMES, as sd_listen_fds(3) describes them.
 */
#ifndef SG_PROXY_ACTIVATION_H
#define SG_PROXY_ACTIVATION_H

#include <scrubgate/status.h>

#include "proxy/listeners.h"

/*
 * Fills inheritance with those meant for this process; none when there are none. The variables
 * are removed: they are not meant for anybody else. Call before a descriptor is opened and a thread
 * started. EINVAL for variables that make no sense.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_activation_take(struct sg_inheritance *inheritance,
                                                            struct scrubgate_fault *fault);

#endif
