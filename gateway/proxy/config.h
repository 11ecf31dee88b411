/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - the gateway's configuration: strict YAML, then environment, then flags.
 *
 * Read-only once loaded; shared by all threads.
 */
#ifndef SG_PROXY_CONFIG_H
#define SG_PROXY_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>
#include <scrubgate/stream.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "collusion/policy.h"
#include "net/listen.h"
#include "net/networks.h"
#include "net/tls.h"
#include "rule/path.h"

enum sg_handling { SG_HANDLE_SCRUB, SG_HANDLE_PASS };

/* Where a party is named. */
enum sg_source_kind {
    SG_SOURCE_NONE,
    SG_SOURCE_BODY,   /* $.a.b[0] in JSON, or form:field (the path $.field) */
    SG_SOURCE_HEADER, /* header:Name */
    SG_SOURCE_CONST   /* =word */
};
struct sg_source {
    enum sg_source_kind kind;
    const struct sg_path *path; /* BODY */
    struct sg_bytes text;       /* HEADER: the name; CONST: the word */
};

enum sg_party {
    SG_PARTY_CUSTOMER,
    SG_PARTY_AGENT,
    SG_PARTY_CONVERSATION,
    SG_PARTY_BRAND,
    SG_PARTY_CHANNEL,
    SG_PARTY_QUEUE,
    SG_PARTY_EVENT,
    SG_PARTY_TLS, /* a load balancer's word for it: JA4 in a header */
    SG_PARTIES
};

/* Files and a name for TLS towards a route's upstreams; NULL: not said. */
struct sg_route_tls {
    const char *ca, *certificate, *key, *name;
};

struct sg_route {
    const char *name;
    struct sg_bytes path;      /* prefix, begins with / */
    const char **upstream_url; /* a list; "" for the embedded echo */
    size_t n_upstreams;
    struct sg_route_tls tls;
    unsigned health_failures; /* in a row, for an upstream to be left out; 0: it never is */
    uint64_t health_open_ns;  /* for how long */
    const char *divert_url;   /* NULL: none */
    enum scrubgate_direction direction; /* of the request; the response goes the other way */
    enum sg_handling request, response;
    unsigned level;
    bool shadow;
    bool pass_on_failure; /* on_failure: pass-and-record */
    struct sg_source party[SG_PARTIES];
    unsigned line; /* in the config file */
};

/* How connections come in by one address of `listen`. */
struct sg_door {
    struct sg_tls_server_config tls; /* certificate NULL: plain */
    bool proxy;                      /* each connection begins with a PROXY header */
    struct sg_networks proxy_from;   /* who may send one; none on a unix socket */
};

struct sg_limits {
    uint64_t header, body, held, connections;
    uint64_t per_address;      /* connections; 0: no cap */
    uint64_t requests, memory; /* 0: no cap of requests under way; no ceiling for the process */
    uint64_t header_ns, body_ns, upstream_ns, idle_ns, write_ns;
    uint64_t upstream_connect_ns, upstream_first_ns, upstream_idle_ns;
    uint64_t upstream_total_ns; /* 0: no end */
};

enum sg_seccomp_mode { SG_SECCOMP_OFF, SG_SECCOMP_LOG, SG_SECCOMP_ON };

/* What the process gives up before it serves (proxy/sandbox.h). */
struct sg_sandbox_config {
    const char *user; /* to become, when started as root; NULL: stays who it is */
    enum sg_seccomp_mode seccomp;
    bool landlock;
};

struct sg_config {
    struct sg_arena arena;
    const char *file; /* "" when built in */
    struct sg_address *listen;
    const char **listen_text;
    struct sg_door *door; /* beside them */
    size_t n_listen;
    struct sg_address admin;
    const char *admin_text;
    unsigned workers; /* resolved: 1 … 256 */
    const char **rules;
    size_t n_rules; /* 0: built-in packs */
    const char *state, *audit_dir, *origin;
    uint64_t audit_checkpoint_ns, audit_epoch_ns; /* how often the log is signed, and sealed */
    uint64_t audit_deadline_ns; /* a record that waits longer is refused, and its writer replaced */
    uint64_t audit_keep_ms;     /* records that are older are removed; 0: none */
    uint64_t audit_reserve;     /* bytes of disk held back for the log of a full disk; 0: none */
    const char *ca_file;        /* NULL: the system's trusted certificates */
    const char *policy_file;    /* NULL: there is none, the defaults hold */
    struct sg_collusion_policy *policy;
    struct sg_limits limits;
    struct sg_sandbox_config sandbox;
    uint64_t memory, memory_ns; /* of conversations: bytes, 0: none; and for how long */
    uint64_t resolve_ns;        /* how often the names of upstreams are looked up */
    unsigned recheck;           /* 1 in so many messages is scanned by both engines; 0: none */
    struct sg_route *routes;    /* longest path first */
    size_t n_routes;
    bool embedded_echo; /* a route's upstream is the embedded echo (built-in defaults only) */
    char digest[65];    /* of the file's bytes, the policy's and the overrides, hex */
};

/* One override: "listen=0.0.0.0:80", "limits.body=1MiB", as of SCRUBGATE_LISTEN, --set. */
struct sg_override {
    const char *key, *value;
    const char *from; /* "SCRUBGATE_LISTEN", "--set": for faults */
};

enum { SG_CONFIG_VARIABLES = 64 }; /* at most */

/* The overrides that environment variables such as SCRUBGATE_LIMITS_BODY make: fills list and
 * returns how many. */
size_t sg_config_environment(struct sg_override list[SG_CONFIG_VARIABLES]);

/*
 * Loads file, or the built-in defaults when NULL (listen 127.0.0.1:8080, admin 127.0.0.1:8081,
 * built-in packs, state var, routes /in/ to-agent and /out/ to-customer to the embedded echo).
 * All or nothing; EINVAL with file:line:column.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_config_load(struct sg_config **config, const char *file,
                                                        const struct sg_override *overrides,
                                                        size_t n, struct scrubgate_fault *fault);
void sg_config_free(struct sg_config *config);

/* The route whose path is the longest prefix of the target's path, or NULL. */
const struct sg_route *sg_config_route(const struct sg_config *config, struct sg_bytes target);

#endif
