/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_environment.c - environment variables that override keys of the config.
 */
#include "proxy/config.h"

#include <stdlib.h>

static const struct {
    const char *key, *variable;
} names[SG_CONFIG_VARIABLES] = {
    {"listen", "SCRUBGATE_LISTEN"},
    {"admin", "SCRUBGATE_ADMIN"},
    {"workers", "SCRUBGATE_WORKERS"},
    {"rules", "SCRUBGATE_RULES"},
    {"state", "SCRUBGATE_STATE"},
    {"upstream_ca", "SCRUBGATE_UPSTREAM_CA"},
    {"audit.dir", "SCRUBGATE_AUDIT_DIR"},
    {"audit.origin", "SCRUBGATE_AUDIT_ORIGIN"},
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
    {"limits.requests", "SCRUBGATE_LIMITS_REQUESTS"},
    {"limits.memory", "SCRUBGATE_LIMITS_MEMORY"},
    {"limits.header_time", "SCRUBGATE_LIMITS_HEADER_TIME"},
    {"limits.body_time", "SCRUBGATE_LIMITS_BODY_TIME"},
    {"limits.upstream_time", "SCRUBGATE_LIMITS_UPSTREAM_TIME"},
    {"limits.idle_time", "SCRUBGATE_LIMITS_IDLE_TIME"},
};

size_t sg_config_environment(struct sg_override list[SG_CONFIG_VARIABLES])
{
    size_t n = 0;
    for (size_t i = 0; i < SG_CONFIG_VARIABLES; i++) {
        const char *value = getenv(names[i].variable);
        if (value != NULL)
            list[n++] = (struct sg_override){names[i].key, value, names[i].variable};
    }
    return n;
}
