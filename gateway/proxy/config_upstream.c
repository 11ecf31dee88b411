/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_upstream.c - where a route's messages go: upstreams, how they are trusted, when they are
 * left out.
 */
#include "proxy/config_read.h"

#include <string.h>

#include "net/balance.h"

enum { FAILURES_MOST = 1000, OPEN_MS_LEAST = 100, OPEN_MS_MOST = 3600000 };

static enum scrubgate_status check_url(const struct sg_route_reading *in,
                                       const struct sg_yaml_node *node, const char *key,
                                       const char *url)
{
    if (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0 ||
        strncmp(url, "unix:/", 6) == 0)
        return SCRUBGATE_OK;
    return sg_yaml_fault(in->tree, node, in->fault, "%s wants a URL such as http://127.0.0.1:9000/",
                         key);
}

static enum scrubgate_status read_one(const struct sg_route_reading *in,
                                      const struct sg_yaml_node *node, struct sg_route *route,
                                      bool may_use_echo)
{
    const char *text;
    enum scrubgate_status rc = sg_yaml_text(in->tree, node, &text, in->fault);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < route->n_upstreams; i++)
        if (strcmp(route->upstream_url[i], text) == 0)
            return sg_yaml_fault(in->tree, node, in->fault,
                                 "this upstream is in the list already: name each once");
    const char *url = sg_arena_copy(&in->config->arena, sg_bytes_of(text));
    if (url == NULL)
        return SCRUBGATE_ENOMEM;
    if (url[0] == '\0' && may_use_echo)
        in->config->embedded_echo = true;
    else
        rc = check_url(in, node, "upstream", url);
    route->upstream_url[route->n_upstreams++] = url;
    return rc;
}

/* One URL, or a list of them. */
static enum scrubgate_status read_list(const struct sg_route_reading *in, struct sg_route *route,
                                       bool may_use_echo)
{
    const struct sg_yaml_node *node = sg_yaml_get(in->node, "upstream");
    if (node == NULL)
        return sg_yaml_fault(in->tree, in->node, in->fault, "this route has no upstream: add it");
    const bool many = node->kind == SG_YAML_SEQUENCE;
    if (many && (node->count == 0 || node->count > SG_BALANCE_MOST))
        return sg_yaml_fault(in->tree, node, in->fault,
                             "upstream wants a URL, or a list of 1 to %d", SG_BALANCE_MOST);
    const size_t n = many ? node->count : 1;
    enum scrubgate_status rc = SCRUBGATE_OK;
    route->n_upstreams = 0;
    route->upstream_url = sg_arena_alloc(&in->config->arena, n * sizeof *route->upstream_url);
    if (route->upstream_url == NULL)
        return SCRUBGATE_ENOMEM;
    const struct sg_yaml_node *one = many ? node->child : node;
    for (size_t i = 0; i < n && rc >= 0; i++, one = one->next)
        rc = read_one(in, one, route, may_use_echo);
    return rc;
}

static enum scrubgate_status read_tls(const struct sg_route_reading *in, struct sg_route *route)
{
    static const char *const keys[] = {"ca", "certificate", "key", "name"};
    struct sg_route_tls *tls = &route->tls;
    const char **const slots[] = {&tls->ca, &tls->certificate, &tls->key, &tls->name};
    const struct sg_yaml_node *node = sg_yaml_get(in->node, "upstream_tls");
    if (node == NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_yaml_only(in->tree, node, keys, 4, in->fault);
    for (size_t i = 0; i < 4 && rc >= 0; i++)
        rc = sg_config_route_text(in, node, keys[i], false, slots[i]);
    if (rc >= 0 && (tls->certificate == NULL) != (tls->key == NULL))
        rc = sg_yaml_fault(in->tree, node, in->fault,
                           "a certificate and its key go together: give both, or neither");
    for (size_t i = 0; i < route->n_upstreams && rc >= 0; i++)
        if (strncmp(route->upstream_url[i], "https://", 8) != 0)
            rc = sg_yaml_fault(
                in->tree, node, in->fault,
                "upstream_tls is for https:// upstreams, and all of this route's must "
                "be such");
    return rc;
}

static enum scrubgate_status read_health(const struct sg_route_reading *in, struct sg_route *route)
{
    static const char *const keys[] = {"failures", "open"};
    const struct sg_yaml_node *node = sg_yaml_get(in->node, "health");
    uint64_t failures = 5, ms = 10000;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (node != NULL)
        rc = sg_yaml_only(in->tree, node, keys, 2, in->fault);
    const struct sg_yaml_node *count = node == NULL ? NULL : sg_yaml_get(node, "failures");
    const struct sg_yaml_node *open = node == NULL ? NULL : sg_yaml_get(node, "open");
    if (rc >= 0 && count != NULL)
        rc = sg_yaml_u64(in->tree, count, 0, FAILURES_MOST, &failures, in->fault);
    if (rc >= 0 && open != NULL)
        rc = sg_yaml_duration(in->tree, open, &ms, in->fault);
    if (rc >= 0 && (ms < OPEN_MS_LEAST || ms > OPEN_MS_MOST))
        rc = sg_yaml_fault(in->tree, open, in->fault, "open is out of range: 100ms to 1h");
    route->health_failures = (unsigned)failures;
    route->health_open_ns = ms * 1000000u;
    return rc;
}

enum scrubgate_status sg_config_read_upstreams(const struct sg_route_reading *in,
                                               struct sg_route *route, bool may_use_echo)
{
    enum scrubgate_status rc = read_list(in, route, may_use_echo);
    if (rc >= 0)
        rc = read_tls(in, route);
    if (rc >= 0)
        rc = read_health(in, route);
    if (rc >= 0)
        rc = sg_config_route_text(in, in->node, "divert", false, &route->divert_url);
    if (rc >= 0 && route->divert_url != NULL)
        rc = check_url(in, sg_yaml_get(in->node, "divert"), "divert", route->divert_url);
    return rc;
}
