/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetch.h - one request to a server and its whole answer, for a caller who may wait.
 *
 * A loop of its own for as long as it takes, and the client to the origins (net/upstream.h) with
 * its strictness. No answer is longer, and no call lasts longer, than was said; no redirect is
 * followed.
 */
#ifndef SG_NET_FETCH_H
#define SG_NET_FETCH_H

#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

struct sg_fetch {
    const char *url;  /* "https://host:port/base"; http:// and unix: too */
    const char *path; /* behind the URL's own: "add-checkpoint" */
    const char *ca;   /* PEM: trusted certificates; NULL: the system's */
    uint64_t total_ns;
};

struct sg_fetched {
    unsigned status;    /* 200 to 599 */
    struct sg_buf body; /* init it with its ceiling; what it held is dropped */
};

/*
 * Posts body as text/plain. EINVAL: a URL that is none. EIO: not reached, not trusted, not answered
 * in time, not answered in HTTP. ELIMIT: an answer over its ceiling. The fault names the URL.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_fetch_post(const struct sg_fetch *fetch,
                                                       struct sg_bytes body,
                                                       struct sg_fetched *answer,
                                                       struct scrubgate_fault *fault);

#endif
