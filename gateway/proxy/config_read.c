/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_read.c - the keys of a config but its routes and listeners: what each means and may be.
 */
#include "proxy/config_read.h"

#include <string.h>
#include <unistd.h>

#include "base/diag.h"

enum { WORKERS_MOST = 256, RULES_MOST = 64, RECHECK_MOST = 1000000000 };

static const uint64_t MEMORY_LEAST = 1024 * 1024, MEMORY_MOST = UINT64_C(64) << 30,
                      MEMORY_MS_MOST = 86400000, EPOCH_MS_MOST = 3600000;

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* A key and who reads it. */
struct reader {
    const char *key;
    enum scrubgate_status (*read)(struct sg_config *config, const struct sg_yaml *tree,
                                  const struct sg_yaml_node *node, struct scrubgate_fault *fault);
};

enum scrubgate_status sg_config_keep_text(struct sg_config *config, const struct sg_yaml *tree,
                                          const struct sg_yaml_node *node, const char **out,
                                          struct scrubgate_fault *fault)
{
    const char *text;
    enum scrubgate_status rc = sg_yaml_text(tree, node, &text, fault);
    if (rc < 0)
        return rc;
    if (text[0] == '\0')
        return sg_yaml_fault(tree, node, fault, "%s is empty: write a value",
                             node->key == NULL ? "an item" : node->key);
    *out = sg_arena_copy(&config->arena, sg_bytes_of(text));
    return *out == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* A scalar, or a sequence of scalars: the first item and how many. */
static enum scrubgate_status one_or_many(const struct sg_yaml *tree,
                                         const struct sg_yaml_node *node, size_t most,
                                         const struct sg_yaml_node **first, size_t *n,
                                         struct scrubgate_fault *fault)
{
    if (node->kind == SG_YAML_MAPPING)
        return sg_yaml_fault(tree, node, fault, "%s wants one value or a list", node->key);
    bool many = node->kind == SG_YAML_SEQUENCE;
    *first = many ? node->child : node;
    *n = many ? node->count : 1;
    if (*n > most)
        return sg_yaml_fault(tree, node, fault, "%s has more than %zu items", node->key, most);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_config_parse_address(const struct sg_yaml *tree,
                                              const struct sg_yaml_node *node, const char *text,
                                              struct sg_address *address,
                                              struct scrubgate_fault *fault)
{
    struct scrubgate_fault own = {.what = ""};
    if (sg_address_parse(address, text, &own) >= 0)
        return SCRUBGATE_OK;
    return sg_yaml_fault(tree, node, fault, "%s", own.what);
}

static enum scrubgate_status read_admin(struct sg_config *config, const struct sg_yaml *tree,
                                        const struct sg_yaml_node *node,
                                        struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_config_keep_text(config, tree, node, &config->admin_text, fault);
    return rc < 0 ? rc
                  : sg_config_parse_address(tree, node, config->admin_text, &config->admin, fault);
}

static enum scrubgate_status read_workers(struct sg_config *config, const struct sg_yaml *tree,
                                          const struct sg_yaml_node *node,
                                          struct scrubgate_fault *fault)
{
    uint64_t n = 0;
    if (node->kind == SG_YAML_SCALAR && strcmp(node->text, "auto") == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        config->workers = cores < 1 ? 1 : cores > WORKERS_MOST ? WORKERS_MOST : (unsigned)cores;
        return SCRUBGATE_OK;
    }
    enum scrubgate_status rc = sg_yaml_u64(tree, node, 1, WORKERS_MOST, &n, fault);
    if (rc >= 0)
        config->workers = (unsigned)n;
    return rc;
}

static enum scrubgate_status read_rules(struct sg_config *config, const struct sg_yaml *tree,
                                        const struct sg_yaml_node *node,
                                        struct scrubgate_fault *fault)
{
    const struct sg_yaml_node *item = NULL;
    size_t n = 0;
    enum scrubgate_status rc = one_or_many(tree, node, RULES_MOST, &item, &n, fault);
    if (rc < 0)
        return rc;
    config->rules = sg_arena_alloc(&config->arena, (n + 1) * sizeof *config->rules);
    if (config->rules == NULL)
        return SCRUBGATE_ENOMEM;
    config->n_rules = n;
    for (size_t i = 0; i < n && rc >= 0; i++, item = item->next)
        rc = sg_config_keep_text(config, tree, item, &config->rules[i], fault);
    return rc;
}

static enum scrubgate_status read_state(struct sg_config *config, const struct sg_yaml *tree,
                                        const struct sg_yaml_node *node,
                                        struct scrubgate_fault *fault)
{
    return sg_config_keep_text(config, tree, node, &config->state, fault);
}

static enum scrubgate_status read_upstream_ca(struct sg_config *config, const struct sg_yaml *tree,
                                              const struct sg_yaml_node *node,
                                              struct scrubgate_fault *fault)
{
    return sg_config_keep_text(config, tree, node, &config->ca_file, fault);
}

static enum scrubgate_status read_policy(struct sg_config *config, const struct sg_yaml *tree,
                                         const struct sg_yaml_node *node,
                                         struct scrubgate_fault *fault)
{
    return sg_config_keep_text(config, tree, node, &config->policy_file, fault);
}

static enum scrubgate_status read_limits(struct sg_config *config, const struct sg_yaml *tree,
                                         const struct sg_yaml_node *node,
                                         struct scrubgate_fault *fault)
{
    struct sg_limits *limits = &config->limits;
    enum { NUMBER, SIZE, TIME };
    const struct {
        const char *key;
        int kind;
        uint64_t *target, least, most;
    } slots[] = {
        {"header", SIZE, &limits->header, 1024, 1024 * 1024},
        {"body", SIZE, &limits->body, 1, UINT64_C(1) << 40},
        {"held", SIZE, &limits->held, 4096, 16 * 1024 * 1024},
        {"memory", SIZE, &limits->memory, 0, UINT64_C(1) << 40},
        {"connections", NUMBER, &limits->connections, 1, 1000000},
        {"per_address", NUMBER, &limits->per_address, 0, 1000000},
        {"requests", NUMBER, &limits->requests, 0, 1000000},
        {"header_time", TIME, &limits->header_ns, 1, 3600000},
        {"body_time", TIME, &limits->body_ns, 1, 86400000},
        {"write_time", TIME, &limits->write_ns, 1, 86400000},
        {"idle_time", TIME, &limits->idle_ns, 1, 86400000},
        {"upstream_time", TIME, &limits->upstream_ns, 1, 86400000},
        {"upstream_connect_time", TIME, &limits->upstream_connect_ns, 1, 86400000},
        {"upstream_first_time", TIME, &limits->upstream_first_ns, 1, 86400000},
        {"upstream_idle_time", TIME, &limits->upstream_idle_ns, 1, 86400000},
        {"upstream_total_time", TIME, &limits->upstream_total_ns, 0, 86400000},
    };
    const char *keys[COUNT(slots)];
    for (size_t i = 0; i < COUNT(slots); i++)
        keys[i] = slots[i].key;
    enum scrubgate_status rc = sg_yaml_only(tree, node, keys, COUNT(keys), fault);
    for (size_t i = 0; i < COUNT(slots) && rc >= 0; i++) {
        const struct sg_yaml_node *one = sg_yaml_get(node, keys[i]);
        const bool time = slots[i].kind == TIME;
        uint64_t value = 0;
        if (one == NULL)
            continue;
        if (slots[i].kind == NUMBER)
            rc = sg_yaml_u64(tree, one, slots[i].least, slots[i].most, &value, fault);
        else if (time)
            rc = sg_yaml_duration(tree, one, &value, fault);
        else
            rc = sg_yaml_size(tree, one, &value, fault);
        if (rc >= 0 && (value < slots[i].least || value > slots[i].most))
            rc = sg_yaml_fault(tree, one, fault, "%s is out of range: %llu to %llu%s", keys[i],
                               (unsigned long long)slots[i].least,
                               (unsigned long long)slots[i].most, time ? " ms" : " bytes");
        if (rc >= 0)
            *slots[i].target = time ? value * 1000000u : value;
    }
    return rc;
}

static enum scrubgate_status read_resolve(struct sg_config *config, const struct sg_yaml *tree,
                                          const struct sg_yaml_node *node,
                                          struct scrubgate_fault *fault)
{
    static const char *const keys[] = {"every"};
    uint64_t ms = 0;
    enum scrubgate_status rc = sg_yaml_only(tree, node, keys, COUNT(keys), fault);
    const struct sg_yaml_node *every = sg_yaml_get(node, "every");
    if (rc < 0 || every == NULL)
        return rc;
    rc = sg_yaml_duration(tree, every, &ms, fault);
    if (rc >= 0 && (ms < 100 || ms > 86400000))
        rc = sg_yaml_fault(tree, every, fault, "every is out of range: 100ms to 1d");
    config->resolve_ns = ms * 1000000u;
    return rc;
}

static enum scrubgate_status read_scan(struct sg_config *config, const struct sg_yaml *tree,
                                       const struct sg_yaml_node *node,
                                       struct scrubgate_fault *fault)
{
    static const char *const keys[] = {"recheck"};
    uint64_t n = 0;
    enum scrubgate_status rc = sg_yaml_only(tree, node, keys, COUNT(keys), fault);
    const struct sg_yaml_node *recheck = sg_yaml_get(node, "recheck");
    if (rc < 0 || recheck == NULL)
        return rc;
    rc = sg_yaml_u64(tree, recheck, 0, RECHECK_MOST, &n, fault);
    if (rc >= 0)
        config->recheck = (unsigned)n;
    return rc;
}

static enum scrubgate_status read_conversation(struct sg_config *config, const struct sg_yaml *tree,
                                               const struct sg_yaml_node *node,
                                               struct scrubgate_fault *fault)
{
    static const char *const keys[] = {"memory", "time"};
    enum scrubgate_status rc = sg_yaml_only(tree, node, keys, COUNT(keys), fault);
    const struct sg_yaml_node *memory = sg_yaml_get(node, "memory");
    const struct sg_yaml_node *time = sg_yaml_get(node, "time");
    uint64_t bytes = 0, ms = 0;
    if (rc >= 0 && memory != NULL) {
        rc = sg_yaml_size(tree, memory, &bytes, fault);
        if (rc >= 0 && bytes != 0 && (bytes < MEMORY_LEAST || bytes > MEMORY_MOST))
            rc = sg_yaml_fault(tree, memory, fault,
                               "memory is out of range: 0 (none), or 1MiB to 64GiB");
        config->memory = bytes;
    }
    if (rc >= 0 && time != NULL) {
        rc = sg_yaml_duration(tree, time, &ms, fault);
        if (rc >= 0 && (ms < 1000 || ms > MEMORY_MS_MOST))
            rc = sg_yaml_fault(tree, time, fault, "time is out of range: 1s to 1d");
        config->memory_ns = ms * 1000000u;
    }
    return rc;
}

/* A checkpoint is at most a second late; what is not sealed can still be changed by who has the
 * machine. */
static enum scrubgate_status read_audit_times(struct sg_config *config, const struct sg_yaml *tree,
                                              const struct sg_yaml_node *node,
                                              struct scrubgate_fault *fault)
{
    const struct sg_yaml_node *epoch = sg_yaml_get(node, "epoch");
    const struct sg_yaml_node *checkpoint = sg_yaml_get(node, "checkpoint");
    const struct sg_yaml_node *deadline = sg_yaml_get(node, "deadline");
    enum scrubgate_status rc = SCRUBGATE_OK;
    uint64_t ms = 0;
    if (epoch != NULL) {
        rc = sg_yaml_duration(tree, epoch, &ms, fault);
        if (rc >= 0 && (ms < 1000 || ms > EPOCH_MS_MOST))
            rc = sg_yaml_fault(tree, epoch, fault, "epoch is out of range: 1s to 1h");
        config->audit_epoch_ns = ms * 1000000u;
    }
    if (rc >= 0 && checkpoint != NULL) {
        rc = sg_yaml_duration(tree, checkpoint, &ms, fault);
        if (rc >= 0 && (ms < 10 || ms > 1000))
            rc = sg_yaml_fault(tree, checkpoint, fault, "checkpoint is out of range: 10ms to 1s");
        config->audit_checkpoint_ns = ms * 1000000u;
    }
    if (rc >= 0 && deadline != NULL) {
        rc = sg_yaml_duration(tree, deadline, &ms, fault);
        if (rc >= 0 && (ms < 500 || ms > 60000))
            rc = sg_yaml_fault(tree, deadline, fault, "deadline is out of range: 500ms to 1m");
        config->audit_deadline_ns = ms * 1000000u;
    }
    return rc;
}

/* What is too small is a mistake in the unit: an hour of records, or no room for one of them. */
static enum scrubgate_status read_audit_room(struct sg_config *config, const struct sg_yaml *tree,
                                             const struct sg_yaml_node *node,
                                             struct scrubgate_fault *fault)
{
    const uint64_t least = 64 * 1024, most = (uint64_t)16 * 1024 * 1024 * 1024;
    const uint64_t hour_ms = 3600 * 1000;
    const struct sg_yaml_node *retention = sg_yaml_get(node, "retention");
    const struct sg_yaml_node *reserve = sg_yaml_get(node, "reserve");
    enum scrubgate_status rc = SCRUBGATE_OK;
    uint64_t value = 0;
    if (retention != NULL) {
        rc = sg_yaml_duration(tree, retention, &value, fault);
        if (rc >= 0 && value > 0 && (value < hour_ms || value > 36500 * 24 * hour_ms))
            rc = sg_yaml_fault(tree, retention, fault,
                               "retention is out of range: 0d (for ever), or 1h to 36500d");
        config->audit_keep_ms = value;
    }
    if (rc >= 0 && reserve != NULL) {
        rc = sg_yaml_size(tree, reserve, &value, fault);
        if (rc >= 0 && value > 0 && (value < least || value > most))
            rc = sg_yaml_fault(tree, reserve, fault,
                               "reserve is out of range: 0 (none), or 64KiB to 16GiB");
        config->audit_reserve = value;
    }
    return rc;
}

static enum scrubgate_status read_audit(struct sg_config *config, const struct sg_yaml *tree,
                                        const struct sg_yaml_node *node,
                                        struct scrubgate_fault *fault)
{
    static const char *const keys[] = {"dir",      "origin",    "epoch",  "checkpoint",
                                       "deadline", "retention", "reserve"};
    enum scrubgate_status rc = sg_yaml_only(tree, node, keys, COUNT(keys), fault);
    const struct sg_yaml_node *dir = sg_yaml_get(node, "dir");
    const struct sg_yaml_node *origin = sg_yaml_get(node, "origin");
    if (rc >= 0 && dir != NULL)
        rc = sg_config_keep_text(config, tree, dir, &config->audit_dir, fault);
    if (rc >= 0 && origin != NULL)
        rc = sg_config_keep_text(config, tree, origin, &config->origin, fault);
    if (rc >= 0)
        rc = read_audit_times(config, tree, node, fault);
    if (rc >= 0)
        rc = read_audit_room(config, tree, node, fault);
    if (rc < 0 || origin == NULL)
        return rc;
    /* It becomes the name in signed checkpoints, where a space or plus ends it, and a member of a
     * header field, where a quote would. */
    for (const char *c = config->origin; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~' || *c == '+' || *c == '"' || *c == '\\')
            return sg_yaml_fault(tree, origin, fault,
                                 "origin wants a name such as gateway.example/scrubgate/1, "
                                 "without space, plus, quote or backslash");
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_config_read(struct sg_config *config, const struct sg_yaml *tree,
                                     unsigned flags, struct scrubgate_fault *fault)
{
    static const char *const keys[] = {
        "listen", "admin",       "workers",      "rules",   "state",   "scan",   "limits",
        "audit",  "upstream_ca", "conversation", "sandbox", "resolve", "policy", "routes"};
    static const struct reader readers[] = {
        {"listen", sg_config_read_listen},
        {"admin", read_admin},
        {"workers", read_workers},
        {"rules", read_rules},
        {"state", read_state},
        {"limits", read_limits},
        {"audit", read_audit},
        {"upstream_ca", read_upstream_ca},
        {"scan", read_scan},
        {"conversation", read_conversation},
        {"sandbox", sg_config_read_sandbox},
        {"resolve", read_resolve},
        {"policy", read_policy},
    };
    bool with_routes = (flags & SG_CONFIG_MAY_HAVE_ROUTES) != 0;
    const struct sg_yaml_node *root = sg_yaml_root(tree);
    enum scrubgate_status rc =
        sg_yaml_only(tree, root, keys, COUNT(keys) - (with_routes ? 0 : 1), fault);
    for (size_t i = 0; i < COUNT(readers) && rc >= 0; i++) {
        const struct sg_yaml_node *node = sg_yaml_get(root, readers[i].key);
        if (node != NULL)
            rc = readers[i].read(config, tree, node, fault);
    }
    const struct sg_yaml_node *routes = sg_yaml_get(root, "routes");
    if (rc >= 0 && routes != NULL)
        rc = sg_config_read_routes(config, tree, routes, (flags & SG_CONFIG_MAY_USE_ECHO) != 0,
                                   fault);
    return rc;
}
