/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_read.h - from a YAML tree into a config: what each key means and may be.
 */
#ifndef SG_PROXY_CONFIG_READ_H
#define SG_PROXY_CONFIG_READ_H

#include <stdbool.h>
#include <scrubgate/status.h>

#include "base/yaml.h"
#include "proxy/config.h"

enum {
    SG_CONFIG_MAY_HAVE_ROUTES = 1,
    SG_CONFIG_MAY_USE_ECHO = 2 /* an empty upstream means the embedded echo */
};

/* Puts what the tree says into config, over what was there. EINVAL with file:line:column. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_config_read(struct sg_config *config,
                                                        const struct sg_yaml *tree, unsigned flags,
                                                        struct scrubgate_fault *fault);

/* One route on its way in. */
struct sg_route_reading {
    struct sg_config *config;
    const struct sg_yaml *tree;
    const struct sg_yaml_node *node; /* the route's */
    struct scrubgate_fault *fault;
};
/* The text of a key of a mapping, which lives as long as the config; NULL when absent (and not
 * needed). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_config_route_text(const struct sg_route_reading *in,
                                                              const struct sg_yaml_node *mapping,
                                                              const char *key, bool needed,
                                                              const char **out);
/* Where its messages go: upstream, upstream_tls, health, divert. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_config_read_upstreams(const struct sg_route_reading *in,
                                                                  struct sg_route *route,
                                                                  bool may_use_echo);

/* The routes of a sequence; sorts the longest path first. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_config_read_routes(struct sg_config *config,
                                                               const struct sg_yaml *tree,
                                                               const struct sg_yaml_node *list,
                                                               bool may_use_echo,
                                                               struct scrubgate_fault *fault);

/* sandbox: user, seccomp, landlock. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_config_read_sandbox(struct sg_config *config,
                                                                const struct sg_yaml *tree,
                                                                const struct sg_yaml_node *node,
                                                                struct scrubgate_fault *fault);

/* Where connections come in, and how. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_config_read_listen(struct sg_config *config,
                                                               const struct sg_yaml *tree,
                                                               const struct sg_yaml_node *node,
                                                               struct scrubgate_fault *fault);

/* A copy of a scalar that is not empty. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_config_keep_text(struct sg_config *config,
                                                             const struct sg_yaml *tree,
                                                             const struct sg_yaml_node *node,
                                                             const char **out,
                                                             struct scrubgate_fault *fault);
SCRUBGATE_MUST_USE enum scrubgate_status sg_config_parse_address(const struct sg_yaml *tree,
                                                                 const struct sg_yaml_node *node,
                                                                 const char *text,
                                                                 struct sg_address *address,
                                                                 struct scrubgate_fault *fault);

#endif
