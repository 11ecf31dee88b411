/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_resolve.c - the names of upstreams, looked up again and again.
 *
 * Without it the gateway serves on with the addresses that it has: failing to look is no reason to
 * end.
 */
#include "net/resolver.h"
#include "proxy/oplog.h"
#include "proxy/server_parts.h"

static void told(void *ctx, const char *host, const char *why)
{
    (void)ctx;
    if (why != NULL)
        sg_oplog(SG_OPLOG_WARN, "an upstream's name cannot be looked up, its addresses stay",
                 "host", host, "why", why, NULL);
    else
        sg_oplog(SG_OPLOG_INFO, "an upstream's name can be looked up again", "host", host, NULL);
}

void sg_server_resolve(struct sg_server *server)
{
    const struct sg_resolver_config config = {.every_ns = sg_server_config(server)->resolve_ns,
                                              .told = told};
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (server->resolver == NULL)
        rc = sg_resolver_start(&server->resolver, &config);
    else
        sg_resolver_pace(server->resolver, config.every_ns);
    if (rc >= 0)
        rc = sg_upstreams_watch(server->generation->upstreams, server->resolver);
    if (rc < 0)
        sg_oplog(SG_OPLOG_ERROR, "names of upstreams are not looked up again", NULL);
}
