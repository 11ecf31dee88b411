/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_sandbox.c - the keys below sandbox: what the process gives up before it serves.
 */
#include <string.h>

#include "proxy/config_read.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* One of the words: its place. */
static enum scrubgate_status read_word(const struct sg_yaml *tree, const struct sg_yaml_node *node,
                                       const char *const *words, size_t n, const char *wanted,
                                       size_t *at, struct scrubgate_fault *fault)
{
    const char *text;
    enum scrubgate_status rc = sg_yaml_text(tree, node, &text, fault);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(text, words[i]) == 0) {
            *at = i;
            return SCRUBGATE_OK;
        }
    }
    return sg_yaml_fault(tree, node, fault, "%s is %s", node->key, wanted);
}

enum scrubgate_status sg_config_read_sandbox(struct sg_config *config, const struct sg_yaml *tree,
                                             const struct sg_yaml_node *node,
                                             struct scrubgate_fault *fault)
{
    static const char *const keys[] = {"user", "seccomp", "landlock"};
    static const char *const modes[] = {
        [SG_SECCOMP_OFF] = "off", [SG_SECCOMP_LOG] = "log", [SG_SECCOMP_ON] = "on"};
    static const char *const switches[] = {"off", "on"};
    struct sg_sandbox_config *sandbox = &config->sandbox;
    size_t at = 0;
    enum scrubgate_status rc = sg_yaml_only(tree, node, keys, COUNT(keys), fault);
    const struct sg_yaml_node *user = sg_yaml_get(node, "user");
    const struct sg_yaml_node *seccomp = sg_yaml_get(node, "seccomp");
    const struct sg_yaml_node *landlock = sg_yaml_get(node, "landlock");
    if (rc >= 0 && user != NULL) {
        const char *name;
        rc = sg_yaml_text(tree, user, &name, fault);
        if (rc >= 0 && name[0] == '\0')
            rc = sg_yaml_fault(tree, user, fault, "user is empty: write a user's name");
        if (rc >= 0) {
            sandbox->user = sg_arena_copy(&config->arena, sg_bytes_of(name));
            rc = sandbox->user == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
        }
    }
    if (rc >= 0 && seccomp != NULL) {
        rc = read_word(tree, seccomp, modes, COUNT(modes), "on, off or log", &at, fault);
        if (rc >= 0)
            sandbox->seccomp = (enum sg_seccomp_mode)at;
    }
    if (rc >= 0 && landlock != NULL) {
        rc = read_word(tree, landlock, switches, COUNT(switches), "on or off", &at, fault);
        if (rc >= 0)
            sandbox->landlock = at != 0;
    }
    return rc;
}
