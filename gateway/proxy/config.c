/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.c - the gateway's configuration: built-in defaults, then the file, then overrides.
 *
 * All three are YAML read by the same code, so a key means the same wherever it is written and
 * every fault names its place.
 */
#include "proxy/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/yaml.h"
#include "proxy/config_read.h"

enum { FILE_LONGEST = 1024 * 1024, OVERRIDE_LONGEST = 4096 };

/* What holds when a file does not say otherwise. */
static const char defaults[] =
    "listen: 127.0.0.1:8080\n"
    "admin: 127.0.0.1:8081\n"
    "workers: auto\n"
    "rules: []\n"
    "state: var\n"
    "scan: {recheck: 5000}\n"
    "resolve: {every: 30s}\n"
    "sandbox: {seccomp: on, landlock: on}\n"
    "conversation: {memory: 64MiB, time: 15m}\n"
    "limits: {header: 32KiB, body: 16MiB, held: 64KiB,\n"
    "  connections: 10000, per_address: 0, requests: 0, memory: 1GiB, header_time: 10s,\n"
    "  body_time: 60s, upstream_time: 60s, write_time: 60s, idle_time: 75s}\n"
    "audit: {dir: var/audit, origin: localhost/scrubgate/1, epoch: 10s, checkpoint: 1s, deadline: "
    "2s,\n"
    "  retention: 400d, reserve: 64MiB}\n";

/* What a gateway without a file serves: both directions, to the embedded echo. */
static const char demonstration[] =
    "routes:\n"
    "  - name: to-agent\n"
    "    path: /in/\n"
    "    upstream: ''\n"
    "    direction: to-agent\n"
    "    identity: {customer: $.from, agent: 'header:X-Agent-Id', conversation: $.conversation,\n"
    "      brand: =demo, channel: =widget, queue: 'header:X-Queue', event: $.event}\n"
    "  - name: to-customer\n"
    "    path: /out/\n"
    "    upstream: ''\n"
    "    direction: to-customer\n"
    "    identity: {customer: $.to, agent: $.from, conversation: $.conversation,\n"
    "      brand: =demo, channel: =widget}\n";

static enum scrubgate_status read_text(struct sg_config *config, const char *name,
                                       struct sg_bytes text, unsigned flags,
                                       struct scrubgate_fault *fault)
{
    struct sg_yaml *tree = NULL;
    enum scrubgate_status rc = sg_yaml_parse(&tree, name, text, fault);
    if (rc >= 0)
        rc = sg_config_read(config, tree, flags, fault);
    sg_yaml_free(tree);
    return rc;
}

/* A single-quoted YAML scalar. */
static enum scrubgate_status add_quoted(struct sg_buf *out, struct sg_bytes text)
{
    enum scrubgate_status rc = sg_buf_add_byte(out, '\'');
    for (size_t i = 0; i < text.len && rc >= 0; i++) {
        if (text.data[i] == '\'')
            rc = sg_buf_add_byte(out, '\'');
        if (rc >= 0)
            rc = sg_buf_add_byte(out, text.data[i]);
    }
    return rc < 0 ? rc : sg_buf_add_byte(out, '\'');
}

/* "a, b" becomes ['a', 'b']. */
static enum scrubgate_status add_list(struct sg_buf *out, struct sg_bytes text)
{
    enum scrubgate_status rc = sg_buf_add_text(out, "[");
    while (text.len > 0 && rc >= 0) {
        size_t end = sg_bytes_find(text, ',');
        rc = add_quoted(out, sg_bytes_trim((struct sg_bytes){text.data, end}));
        if (rc >= 0 && end < text.len)
            rc = sg_buf_add_text(out, ", ");
        size_t gone = end < text.len ? end + 1 : end;
        text = (struct sg_bytes){text.data + gone, text.len - gone};
    }
    return rc < 0 ? rc : sg_buf_add_text(out, "]");
}

/* "limits.body" = "1MiB" becomes "limits: {body: '1MiB'}". */
static enum scrubgate_status read_override(struct sg_config *config,
                                           const struct sg_override *override,
                                           struct scrubgate_fault *fault)
{
    struct sg_buf text;
    struct sg_bytes key = sg_bytes_of(override->key), value = sg_bytes_of(override->value);
    size_t dot = sg_bytes_find(key, '.');
    bool nested = dot < key.len;
    bool list = strcmp(override->key, "listen") == 0 || strcmp(override->key, "rules") == 0;
    sg_buf_init(&text, OVERRIDE_LONGEST);
    enum scrubgate_status rc = sg_buf_add(&text, key.data, dot);
    if (rc >= 0)
        rc = sg_buf_add_text(&text, nested ? ": {" : ": ");
    if (rc >= 0 && nested)
        rc = sg_buf_add(&text, key.data + dot + 1, key.len - dot - 1);
    if (rc >= 0 && nested)
        rc = sg_buf_add_text(&text, ": ");
    if (rc >= 0)
        rc = list ? add_list(&text, value) : add_quoted(&text, value);
    if (rc >= 0)
        rc = sg_buf_add_text(&text, nested ? "}\n" : "\n");
    if (rc >= 0)
        rc = read_text(config, override->from, sg_buf_bytes(&text), 0, fault);
    else
        sg_fault_set(fault, override->from, 0, 0, "the value is too long");
    sg_buf_fini(&text);
    return rc < 0 ? SCRUBGATE_EINVAL : rc;
}

/* Beside the config, where nothing else is said and there is one. */
static enum scrubgate_status find_policy(struct sg_config *config)
{
    static const char name[] = "policy.yaml";
    const char *slash = strrchr(config->file, '/');
    const size_t folder = slash == NULL ? 0 : (size_t)(slash - config->file) + 1;
    if (config->policy_file != NULL || config->file[0] == '\0')
        return SCRUBGATE_OK;
    char *path = sg_arena_alloc(&config->arena, folder + sizeof name);
    if (path == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(path, config->file, folder);
    memcpy(path + folder, name, sizeof name);
    /* One that is there and cannot be read must not be taken for none. */
    if (access(path, F_OK) == 0 || errno != ENOENT)
        config->policy_file = path;
    return SCRUBGATE_OK;
}

static enum scrubgate_status load_policy(struct sg_config *config, struct sg_buf *text,
                                         struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = find_policy(config);
    if (rc >= 0 && config->policy_file != NULL)
        rc = sg_file_read(config->policy_file, text, fault);
    if (rc >= 0)
        rc = sg_collusion_policy_read(
            &config->policy, config->policy_file != NULL ? config->policy_file : "built-in policy",
            sg_buf_bytes(text), fault);
    return rc == SCRUBGATE_EIO || rc == SCRUBGATE_ELIMIT ? SCRUBGATE_EINVAL : rc;
}

/* SHA-256 over both files' bytes and the overrides, so that equal digests mean equal behaviour. */
static enum scrubgate_status digest(struct sg_config *config, struct sg_bytes text,
                                    struct sg_bytes policy, const struct sg_override *overrides,
                                    size_t n)
{
    struct sg_sha256 *hash = NULL;
    uint8_t out[SG_SHA256_SIZE];
    enum scrubgate_status rc = sg_sha256_new(&hash);
    if (rc >= 0)
        rc = sg_sha256_add(hash, text);
    if (rc >= 0 && policy.len > 0)
        rc = sg_sha256_add_item(hash, policy);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        rc = sg_sha256_add(hash, sg_bytes_of(overrides[i].key));
        if (rc >= 0)
            rc = sg_sha256_add(hash, SG_BYTES("="));
        if (rc >= 0)
            rc = sg_sha256_add(hash, sg_bytes_of(overrides[i].value));
        if (rc >= 0)
            rc = sg_sha256_add(hash, SG_BYTES("\n"));
    }
    if (rc >= 0)
        rc = sg_sha256_done(hash, out);
    if (rc >= 0)
        sg_hex((struct sg_bytes){out, sizeof out}, config->digest);
    sg_sha256_free(hash);
    return rc;
}

/* Port 0 is a free one, another each time. */
static bool same_address(const char *a, const char *b)
{
    size_t len = strlen(a);
    bool any_port = len >= 2 && strcmp(a + len - 2, ":0") == 0;
    return !any_port && strcmp(a, b) == 0;
}

/* What upstream_time stands for where nothing else was said. */
static void fill_in(struct sg_limits *limits)
{
    const uint64_t connect = UINT64_C(10000000000), all = limits->upstream_ns;
    if (limits->upstream_connect_ns == 0)
        limits->upstream_connect_ns = all < connect ? all : connect;
    if (limits->upstream_first_ns == 0)
        limits->upstream_first_ns = all;
    if (limits->upstream_idle_ns == 0)
        limits->upstream_idle_ns = all;
}

static enum scrubgate_status check_whole(const struct sg_config *config,
                                         struct scrubgate_fault *fault)
{
    if (config->n_routes == 0) {
        sg_fault_set(fault, config->file, 0, 0,
                     "there is no route: add routes: with name, path, upstream and direction");
        return SCRUBGATE_EINVAL;
    }
    for (size_t i = 0; i < config->n_listen; i++) {
        if (same_address(config->listen_text[i], config->admin_text)) {
            sg_fault_set(fault, config->file, 0, 0,
                         "admin and listen are both %s: the admin port is never the data port",
                         config->admin_text);
            return SCRUBGATE_EINVAL;
        }
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_config_load(struct sg_config **config, const char *file,
                                     const struct sg_override *overrides, size_t n,
                                     struct scrubgate_fault *fault)
{
    struct sg_buf text, policy;
    *config = NULL;
    sg_buf_init(&text, FILE_LONGEST);
    sg_buf_init(&policy, FILE_LONGEST);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    struct sg_config *made = calloc(1, sizeof *made);
    if (made == NULL)
        goto out;
    made->file = file == NULL ? "" : sg_arena_copy(&made->arena, sg_bytes_of(file));
    if (made->file == NULL)
        goto out;
    rc = read_text(made, "built-in defaults", SG_BYTES(defaults), 0, fault);
    if (rc >= 0 && file != NULL) {
        rc = sg_file_read(file, &text, fault);
        if (rc == SCRUBGATE_EIO || rc == SCRUBGATE_ELIMIT)
            rc = SCRUBGATE_EINVAL; /* whoever named the file can mend it */
    } else if (rc >= 0) {
        rc = sg_buf_add_bytes(&text, SG_BYTES(demonstration));
    }
    if (rc >= 0)
        rc = read_text(made, file == NULL ? "built-in routes" : file, sg_buf_bytes(&text),
                       SG_CONFIG_MAY_HAVE_ROUTES | (file == NULL ? SG_CONFIG_MAY_USE_ECHO : 0),
                       fault);
    for (size_t i = 0; i < n && rc >= 0; i++)
        rc = read_override(made, &overrides[i], fault);
    if (rc >= 0)
        rc = load_policy(made, &policy, fault);
    if (rc >= 0)
        rc = digest(made, sg_buf_bytes(&text), sg_buf_bytes(&policy), overrides, n);
    if (rc >= 0)
        rc = check_whole(made, fault);
    if (rc < 0)
        goto out;
    fill_in(&made->limits);
    *config = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
    sg_config_free(made);
    sg_buf_fini(&text);
    sg_buf_fini(&policy);
    return rc;
}

void sg_config_free(struct sg_config *config)
{
    if (config == NULL)
        return;
    struct sg_arena arena = config->arena;
    sg_collusion_policy_free(config->policy);
    free(config);
    sg_arena_fini(&arena);
}

const struct sg_route *sg_config_route(const struct sg_config *config, struct sg_bytes target)
{
    struct sg_bytes path = {target.data, sg_bytes_find(target, '?')};
    for (size_t i = 0; i < config->n_routes; i++) {
        if (sg_bytes_start_with(path, config->routes[i].path))
            return &config->routes[i];
    }
    return NULL;
}
