/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_route.c - the routes of a config: which requests go where, and what is done to them.
 */
#include "proxy/config_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "http/header.h"

enum { ROUTES_MOST = 256 };

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

enum scrubgate_status sg_config_route_text(const struct sg_route_reading *in,
                                           const struct sg_yaml_node *mapping, const char *key,
                                           bool needed, const char **out)
{
    const struct sg_yaml_node *node = sg_yaml_get(mapping, key);
    const char *text;
    *out = NULL;
    if (node == NULL)
        return needed ? sg_yaml_fault(in->tree, mapping, in->fault, "this route has no %s: add it",
                                      key)
                      : SCRUBGATE_OK;
    enum scrubgate_status rc = sg_yaml_text(in->tree, node, &text, in->fault);
    if (rc < 0)
        return rc;
    *out = sg_arena_copy(&in->config->arena, sg_bytes_of(text));
    return *out == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

/* Of the route itself. */
static enum scrubgate_status text_of(const struct sg_route_reading *in, const char *key,
                                     bool needed, const char **out)
{
    return sg_config_route_text(in, in->node, key, needed, out);
}

/* The index of the key's word among words, or `absent` when the key is not there. */
static enum scrubgate_status word_of(const struct sg_route_reading *in, const char *key,
                                     const char *const words[2], int absent, int *out)
{
    const char *text;
    enum scrubgate_status rc = text_of(in, key, absent < 0, &text);
    if (rc < 0)
        return rc;
    *out = absent;
    if (text == NULL)
        return SCRUBGATE_OK;
    for (int i = 0; i < 2; i++) {
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return SCRUBGATE_OK;
        }
    }
    return sg_yaml_fault(in->tree, sg_yaml_get(in->node, key), in->fault, "%s is %s or %s", key,
                         words[0], words[1]);
}

static enum scrubgate_status read_path(const struct sg_route_reading *in,
                                       const struct sg_yaml_node *node, const char *text,
                                       struct sg_source *source)
{
    size_t at = 0;
    struct scrubgate_fault own = {.what = ""};
    source->kind = SG_SOURCE_BODY;
    enum scrubgate_status rc =
        sg_path_parse(&source->path, &in->config->arena, sg_bytes_of(text), &at, &own);
    return rc == SCRUBGATE_EINVAL ? sg_yaml_fault(in->tree, node, in->fault, "%s", own.what) : rc;
}

/* $.a.b[0], form:field, header:Name or =word. */
static enum scrubgate_status read_source(const struct sg_route_reading *in,
                                         const struct sg_yaml_node *node, struct sg_source *source)
{
    const char *text;
    enum scrubgate_status rc = sg_yaml_text(in->tree, node, &text, in->fault);
    if (rc < 0)
        return rc;
    if (text[0] == '$')
        return read_path(in, node, text, source);
    if (strncmp(text, "form:", 5) == 0) {
        struct sg_buf path = {0};
        rc = sg_buf_addf(&path, "$['%s']", text + 5);
        if (rc >= 0)
            rc = read_path(in, node, (const char *)path.data, source);
        sg_buf_fini(&path);
        return rc;
    }
    size_t skip = text[0] == '=' ? 1 : strncmp(text, "header:", 7) == 0 ? 7 : 0;
    struct sg_bytes rest = sg_bytes_of(text + skip);
    if (skip == 0 || rest.len == 0 || (skip == 7 && !sg_header_name_valid(rest)))
        return sg_yaml_fault(in->tree, node, in->fault,
                             "%s wants $.path, form:field, header:Name or =word", node->key);
    source->kind = skip == 1 ? SG_SOURCE_CONST : SG_SOURCE_HEADER;
    source->text.data = (const uint8_t *)sg_arena_copy(&in->config->arena, rest);
    source->text.len = rest.len;
    return source->text.data == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

static enum scrubgate_status read_identity(const struct sg_route_reading *in,
                                           struct sg_route *route)
{
    static const char *const parties[SG_PARTIES] = {"customer", "agent", "conversation", "brand",
                                                    "channel",  "queue", "event",        "tls"};
    const struct sg_yaml_node *node = sg_yaml_get(in->node, "identity");
    if (node == NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_yaml_only(in->tree, node, parties, COUNT(parties), in->fault);
    for (size_t i = 0; i < COUNT(parties) && rc >= 0; i++) {
        const struct sg_yaml_node *one = sg_yaml_get(node, parties[i]);
        if (one != NULL)
            rc = read_source(in, one, &route->party[i]);
        if (rc >= 0 && i == SG_PARTY_TLS && one != NULL && route->party[i].kind != SG_SOURCE_HEADER)
            rc = sg_yaml_fault(in->tree, one, in->fault,
                               "tls wants header:Name, which the load balancer sets");
    }
    return rc;
}

static enum scrubgate_status read_handling(const struct sg_route_reading *in,
                                           struct sg_route *route)
{
    static const char *const directions[] = {"to-agent", "to-customer"};
    static const char *const handlings[] = {"scrub", "pass"};
    static const char *const modes[] = {"enforce", "shadow"};
    static const char *const failures[] = {"refuse", "pass-and-record"};
    int direction, request, response, mode, failure;
    enum scrubgate_status rc = word_of(in, "direction", directions, -1, &direction);
    if (rc >= 0)
        rc = word_of(in, "request", handlings, 0, &request);
    if (rc >= 0)
        rc = word_of(in, "response", handlings, 0, &response);
    if (rc >= 0)
        rc = word_of(in, "mode", modes, 0, &mode);
    if (rc >= 0)
        rc = word_of(in, "on_failure", failures, 0, &failure);
    if (rc < 0)
        return rc;
    route->direction = direction == 0 ? SCRUBGATE_TO_AGENT : SCRUBGATE_TO_CUSTOMER;
    route->request = request == 0 ? SG_HANDLE_SCRUB : SG_HANDLE_PASS;
    route->response = response == 0 ? SG_HANDLE_SCRUB : SG_HANDLE_PASS;
    route->shadow = mode == 1;
    route->pass_on_failure = failure == 1;
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_places(const struct sg_route_reading *in, struct sg_route *route,
                                         bool may_use_echo)
{
    const char *path = NULL;
    enum scrubgate_status rc = text_of(in, "path", true, &path);
    if (rc < 0)
        return rc;
    if (path[0] != '/')
        return sg_yaml_fault(in->tree, sg_yaml_get(in->node, "path"), in->fault,
                             "path begins with /, such as /in/");
    route->path = sg_bytes_of(path);
    return sg_config_read_upstreams(in, route, may_use_echo);
}

static enum scrubgate_status read_route(const struct sg_route_reading *in, struct sg_route *route,
                                        bool may_use_echo)
{
    static const char *const keys[] = {
        "name", "path",       "upstream", "direction", "request",      "response", "level",
        "mode", "on_failure", "divert",   "identity",  "upstream_tls", "health"};
    uint64_t level = 2;
    const struct sg_yaml_node *node = sg_yaml_get(in->node, "level");
    enum scrubgate_status rc = sg_yaml_only(in->tree, in->node, keys, COUNT(keys), in->fault);
    route->line = in->node->line;
    if (rc >= 0)
        rc = text_of(in, "name", true, &route->name);
    if (rc >= 0)
        rc = read_places(in, route, may_use_echo);
    if (rc >= 0)
        rc = read_handling(in, route);
    if (rc >= 0 && node != NULL)
        rc = sg_yaml_u64(in->tree, node, 1, 4, &level, in->fault);
    route->level = (unsigned)level;
    return rc < 0 ? rc : read_identity(in, route);
}

static int longest_first(const void *left, const void *right)
{
    const struct sg_route *a = left, *b = right;
    return a->path.len > b->path.len ? -1 : a->path.len < b->path.len;
}

/* Two routes of one name or path: the second is the fault. */
static enum scrubgate_status refuse_twins(const struct sg_route_reading *in,
                                          const struct sg_route *routes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool same_name = strcmp(routes[i].name, routes[n].name) == 0;
        if (same_name || sg_bytes_equal(routes[i].path, routes[n].path))
            return sg_yaml_fault(in->tree, in->node, in->fault,
                                 "this route has the %s of the one in line %u: change it",
                                 same_name ? "name" : "path", routes[i].line);
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_config_read_routes(struct sg_config *config, const struct sg_yaml *tree,
                                            const struct sg_yaml_node *list, bool may_use_echo,
                                            struct scrubgate_fault *fault)
{
    if (list->kind != SG_YAML_SEQUENCE || list->count == 0 || list->count > ROUTES_MOST)
        return sg_yaml_fault(tree, list, fault, "routes wants a list of 1 to %d routes",
                             ROUTES_MOST);
    struct sg_route *routes = sg_arena_alloc(&config->arena, list->count * sizeof *routes);
    if (routes == NULL)
        return SCRUBGATE_ENOMEM;
    size_t n = 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (const struct sg_yaml_node *node = list->child; node != NULL && rc >= 0;
         node = node->next) {
        const struct sg_route_reading in = {config, tree, node, fault};
        if (node->kind != SG_YAML_MAPPING)
            return sg_yaml_fault(tree, node, fault, "a route is a mapping: name, path, …");
        rc = read_route(&in, &routes[n], may_use_echo);
        if (rc >= 0)
            rc = refuse_twins(&in, routes, n);
        n++;
    }
    if (rc < 0)
        return rc;
    qsort(routes, n, sizeof *routes, longest_first);
    config->routes = routes;
    config->n_routes = n;
    return SCRUBGATE_OK;
}
