/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_environment.c - environment variables that override keys of the config.
 */
#include "proxy/config.h"

#include <stdlib.h>

static const struct {
    const char *key, *variable;
} names[] = {
    {"listen", "SCRUBGATE_LISTEN"},
    {"admin", "SCRUBGATE_ADMIN"},
    {"workers", "SCRUBGATE_WORKERS"},
    {"rules", "SCRUBGATE_RULES"},
    {"state", "SCRUBGATE_STATE"},
    {"policy", "SCRUBGATE_POLICY"},
    {"upstream_ca", "SCRUBGATE_UPSTREAM_CA"},
    {"audit.dir", "SCRUBGATE_AUDIT_DIR"},
    {"audit.origin", "SCRUBGATE_AUDIT_ORIGIN"},
    {"audit.epoch", "SCRUBGATE_AUDIT_EPOCH"},
    {"audit.checkpoint", "SCRUBGATE_AUDIT_CHECKPOINT"},
    {"audit.deadline", "SCRUBGATE_AUDIT_DEADLINE"},
    {"audit.retention", "SCRUBGATE_AUDIT_RETENTION"},
    {"audit.reserve", "SCRUBGATE_AUDIT_RESERVE"},
    {"scan.recheck", "SCRUBGATE_SCAN_RECHECK"},
    {"conversation.memory", "SCRUBGATE_CONVERSATION_MEMORY"},
    {"conversation.time", "SCRUBGATE_CONVERSATION_TIME"},
    {"sandbox.user", "SCRUBGATE_SANDBOX_USER"},
    {"sandbox.seccomp", "SCRUBGATE_SANDBOX_SECCOMP"},
    {"sandbox.landlock", "SCRUBGATE_SANDBOX_LANDLOCK"},
    {"limits.header", "SCRUBGATE_LIMITS_HEADER"},
    {"limits.body", "SCRUBGATE_LIMITS_BODY"},
    {"limits.held", "SCRUBGATE_LIMITS_HELD"},
    {"limits.connections", "SCRUBGATE_LIMITS_CONNECTIONS"},
    {"limits.per_address", "SCRUBGATE_LIMITS_PER_ADDRESS"},
    {"limits.requests", "SCRUBGATE_LIMITS_REQUESTS"},
    {"limits.memory", "SCRUBGATE_LIMITS_MEMORY"},
    {"limits.header_time", "SCRUBGATE_LIMITS_HEADER_TIME"},
    {"limits.body_time", "SCRUBGATE_LIMITS_BODY_TIME"},
    {"limits.write_time", "SCRUBGATE_LIMITS_WRITE_TIME"},
    {"limits.upstream_time", "SCRUBGATE_LIMITS_UPSTREAM_TIME"},
    {"limits.upstream_connect_time", "SCRUBGATE_LIMITS_UPSTREAM_CONNECT_TIME"},
    {"limits.upstream_first_time", "SCRUBGATE_LIMITS_UPSTREAM_FIRST_TIME"},
    {"limits.upstream_idle_time", "SCRUBGATE_LIMITS_UPSTREAM_IDLE_TIME"},
    {"limits.upstream_total_time", "SCRUBGATE_LIMITS_UPSTREAM_TOTAL_TIME"},
    {"resolve.every", "SCRUBGATE_RESOLVE_EVERY"},
    {"limits.idle_time", "SCRUBGATE_LIMITS_IDLE_TIME"},
};

_Static_assert(sizeof names / sizeof names[0] <= SG_CONFIG_VARIABLES, "lists have room for all");

size_t sg_config_environment(struct sg_override list[SG_CONFIG_VARIABLES])
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i].variable);
        if (value != NULL)
            list[n++] = (struct sg_override){names[i].key, value, names[i].variable};
    }
    return n;
}
