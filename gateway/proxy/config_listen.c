/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_listen.c - where connections come in, and how: plain or TLS, with a PROXY header or not.
 *
 *     listen: [127.0.0.1:8080, {address: 0.0.0.0:8443, tls: {…}, proxy: required, proxy_from: […]}]
 */
#include "proxy/config_read.h"

#include <string.h>
#include <sys/socket.h>

enum { LISTEN_MOST = 16, NETWORKS_MOST = 64 };

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* One item on its way in. */
struct reading {
    struct sg_config *config;
    const struct sg_yaml *tree;
    const struct sg_yaml_node *node;
    struct scrubgate_fault *fault;
};

/* The text of a key of a mapping; NULL when it is absent and not needed. */
static enum scrubgate_status text_of(const struct reading *in, const struct sg_yaml_node *mapping,
                                     const char *key, bool needed, const char **out)
{
    const struct sg_yaml_node *node = sg_yaml_get(mapping, key);
    *out = NULL;
    if (node != NULL)
        return sg_config_keep_text(in->config, in->tree, node, out, in->fault);
    return needed ? sg_yaml_fault(in->tree, mapping, in->fault, "there is no %s: add it", key)
                  : SCRUBGATE_OK;
}

static enum scrubgate_status read_tls(const struct reading *in, struct sg_tls_server_config *tls)
{
    static const char *const keys[] = {"certificate", "key", "client_ca"};
    const struct sg_yaml_node *node = sg_yaml_get(in->node, "tls");
    if (node == NULL)
        return SCRUBGATE_OK;
    if (node->kind != SG_YAML_MAPPING)
        return sg_yaml_fault(in->tree, node, in->fault,
                             "tls wants {certificate: FILE, key: FILE}, and client_ca if clients "
                             "must show certificates");
    enum scrubgate_status rc = sg_yaml_only(in->tree, node, keys, COUNT(keys), in->fault);
    if (rc >= 0)
        rc = text_of(in, node, "certificate", true, &tls->certificate);
    if (rc >= 0)
        rc = text_of(in, node, "key", true, &tls->key);
    return rc < 0 ? rc : text_of(in, node, "client_ca", false, &tls->client_ca);
}

static enum scrubgate_status read_network(const struct reading *in, const struct sg_yaml_node *node,
                                          struct sg_network *network)
{
    const char *text;
    struct scrubgate_fault own = {.what = ""};
    enum scrubgate_status rc = sg_yaml_text(in->tree, node, &text, in->fault);
    if (rc >= 0 && sg_network_parse(network, text, &own) < 0)
        rc = sg_yaml_fault(in->tree, node, in->fault, "%s", own.what);
    return rc;
}

static enum scrubgate_status read_networks(const struct reading *in,
                                           const struct sg_yaml_node *node,
                                           struct sg_networks *networks)
{
    bool many = node->kind == SG_YAML_SEQUENCE;
    const struct sg_yaml_node *one = many ? node->child : node;
    size_t n = many ? node->count : 1;
    if (n == 0 || n > NETWORKS_MOST)
        return sg_yaml_fault(in->tree, node, in->fault, "proxy_from wants 1 to %d networks",
                             NETWORKS_MOST);
    struct sg_network *list = sg_arena_alloc(&in->config->arena, n * sizeof *list);
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < n && rc >= 0; i++, one = one->next)
        rc = read_network(in, one, &list[i]);
    *networks = (struct sg_networks){list, n};
    return rc;
}

/* Whoever may send the header may claim to be anyone: so on TCP it must be said who that is. */
static enum scrubgate_status read_proxy(const struct reading *in, bool local, struct sg_door *door)
{
    const struct sg_yaml_node *node = sg_yaml_get(in->node, "proxy");
    const struct sg_yaml_node *from = sg_yaml_get(in->node, "proxy_from");
    const char *word = "required";
    enum scrubgate_status rc =
        node == NULL ? SCRUBGATE_OK : sg_yaml_text(in->tree, node, &word, in->fault);
    if (rc < 0)
        return rc;
    if (strcmp(word, "required") != 0)
        return sg_yaml_fault(in->tree, node, in->fault, "proxy is required, or left out");
    door->proxy = node != NULL;
    if (from != NULL && !door->proxy)
        return sg_yaml_fault(in->tree, from, in->fault,
                             "proxy_from is for proxy: required, which is not there");
    if (from != NULL && local)
        return sg_yaml_fault(in->tree, from, in->fault,
                             "a unix socket's clients have no address: leave proxy_from out, the "
                             "file's owner and mode say who may connect");
    if (from == NULL && door->proxy && !local)
        return sg_yaml_fault(in->tree, node, in->fault,
                             "add proxy_from: the networks of the load balancers, such as "
                             "[10.0.0.0/8]");
    return from == NULL ? SCRUBGATE_OK : read_networks(in, from, &door->proxy_from);
}

static enum scrubgate_status read_item(const struct reading *in, size_t at)
{
    static const char *const keys[] = {"address", "tls", "proxy", "proxy_from"};
    struct sg_config *config = in->config;
    struct sg_address *address = &config->listen[at];
    const struct sg_yaml_node *node = in->node;
    enum scrubgate_status rc = SCRUBGATE_OK;
    config->door[at] = (struct sg_door){.proxy = false};
    if (in->node->kind == SG_YAML_MAPPING) {
        rc = sg_yaml_only(in->tree, in->node, keys, COUNT(keys), in->fault);
        node = sg_yaml_get(in->node, "address");
        if (rc >= 0 && node == NULL)
            rc = sg_yaml_fault(in->tree, in->node, in->fault, "there is no address: add it");
    }
    if (rc >= 0)
        rc = sg_config_keep_text(config, in->tree, node, &config->listen_text[at], in->fault);
    if (rc >= 0)
        rc = sg_config_parse_address(in->tree, node, config->listen_text[at], address, in->fault);
    if (rc < 0 || in->node->kind != SG_YAML_MAPPING)
        return rc;
    rc = read_tls(in, &config->door[at].tls);
    return rc < 0 ? rc : read_proxy(in, address->storage.ss_family == AF_UNIX, &config->door[at]);
}

/* Whether the list that is about to be replaced guards its connections. */
static bool is_guarded(const struct sg_config *config)
{
    size_t i = 0;
    while (i < config->n_listen && config->door[i].tls.certificate == NULL &&
           !config->door[i].proxy)
        i++;
    return i < config->n_listen;
}

enum scrubgate_status sg_config_read_listen(struct sg_config *config, const struct sg_yaml *tree,
                                            const struct sg_yaml_node *node,
                                            struct scrubgate_fault *fault)
{
    bool many = node->kind == SG_YAML_SEQUENCE;
    struct reading in = {config, tree, many ? node->child : node, fault};
    size_t n = many ? node->count : 1;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (n == 0)
        return sg_yaml_fault(tree, node, fault, "listen is empty: write 127.0.0.1:8080");
    if (n > LISTEN_MOST)
        return sg_yaml_fault(tree, node, fault, "listen has more than %d items", LISTEN_MOST);
    /* An override has addresses alone: it would open to all what the file has closed. */
    if (is_guarded(config))
        return sg_yaml_fault(tree, node, fault,
                             "listen has tls or proxy in the config file: change it there");
    config->listen = sg_arena_alloc(&config->arena, n * sizeof *config->listen);
    config->listen_text = sg_arena_alloc(&config->arena, n * sizeof *config->listen_text);
    config->door = sg_arena_alloc(&config->arena, n * sizeof *config->door);
    if (config->listen == NULL || config->listen_text == NULL || config->door == NULL)
        return SCRUBGATE_ENOMEM;
    config->n_listen = n;
    for (size_t i = 0; i < n && rc >= 0; i++, in.node = in.node->next)
        rc = read_item(&in, i);
    return rc;
}
