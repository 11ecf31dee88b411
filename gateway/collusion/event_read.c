/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_read.c - a line of events read back.
 */
#include "collusion/event_read.h"

#include <stddef.h>

#include "base/diag.h"

enum { DEPTH = 4 };

enum kind { DIGEST, WORD, TIME };

static const struct member {
    const char *name;
    enum kind kind;
    size_t offset;
} members[] = {
    {"t", TIME, offsetof(struct sg_collusion_event, time_ms)},
    {"event", WORD, offsetof(struct sg_collusion_event, event)},
    {"ticket", DIGEST, offsetof(struct sg_collusion_event, ticket)},
    {"customer", DIGEST, offsetof(struct sg_collusion_event, customer)},
    {"agent", DIGEST, offsetof(struct sg_collusion_event, agent)},
    {"brand", WORD, offsetof(struct sg_collusion_event, brand)},
    {"queue", WORD, offsetof(struct sg_collusion_event, queue)},
    {"network", DIGEST, offsetof(struct sg_collusion_event, network)},
    {"tls", DIGEST, offsetof(struct sg_collusion_event, tls)},
    {"device", DIGEST, offsetof(struct sg_collusion_event, device)},
    {"content", DIGEST, offsetof(struct sg_collusion_event, content)},
    {"handle_ms", TIME, offsetof(struct sg_collusion_event, handle_ms)},
};

static bool read_digest(const struct sg_json_node *node, uint64_t *digest)
{
    *digest = 0;
    return node->kind == SG_JSON_STRING && sg_bytes_to_hex64(node->text, digest);
}

static bool read_member(struct sg_collusion_event *event, const struct member *member,
                        const struct sg_json_node *node)
{
    void *at = (uint8_t *)event + member->offset;
    switch (member->kind) {
    case DIGEST:
        return read_digest(node, at);
    case TIME:
        return node->kind == SG_JSON_NUMBER && sg_bytes_to_u64(node->text, at);
    case WORD:
        *(struct sg_bytes *)at = node->text;
        return node->kind == SG_JSON_STRING;
    }
    return false;
}

static const char *kind_word(enum kind kind)
{
    return kind == DIGEST ? "16 hex digits" : kind == TIME ? "a whole number" : "a string";
}

static enum scrubgate_status refuse(struct scrubgate_fault *fault, const char *name,
                                    const char *what)
{
    sg_fault_set(fault, NULL, 0, 0, "\"%s\" must be %s", name, what);
    return SCRUBGATE_EMALFORMED;
}

static enum scrubgate_status read_identities(struct sg_collusion_event *event,
                                             const struct sg_json_node *root,
                                             struct scrubgate_fault *fault)
{
    const size_t room = sizeof event->identities / sizeof event->identities[0];
    const struct sg_json_node *list = sg_json_get(root, "identity");
    if (list == NULL || list->kind == SG_JSON_NULL)
        return SCRUBGATE_OK;
    const struct sg_json_node *node = list->child;
    bool ok = list->kind == SG_JSON_ARRAY;
    for (; ok && node != NULL && event->n_identities < room; node = node->next)
        ok = read_digest(node, &event->identities[event->n_identities++]);
    return ok ? SCRUBGATE_OK : refuse(fault, "identity", "a list of 16 hex digits each");
}

static enum scrubgate_status read_all(struct sg_collusion_event *event,
                                      const struct sg_json_node *root,
                                      struct scrubgate_fault *fault)
{
    if (root->kind != SG_JSON_OBJECT) {
        sg_fault_set(fault, NULL, 0, 0, "an event must be a JSON object");
        return SCRUBGATE_EMALFORMED;
    }
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct sg_json_node *node = sg_json_get(root, members[i].name);
        if (node == NULL || node->kind == SG_JSON_NULL) {
            if (i == 0)
                return refuse(fault, members[i].name, "there: milliseconds since 1970");
        } else if (!read_member(event, &members[i], node)) {
            return refuse(fault, members[i].name, kind_word(members[i].kind));
        }
    }
    return read_identities(event, root, fault);
}

enum scrubgate_status sg_collusion_event_read(struct sg_collusion_event *event,
                                              struct sg_json **json, struct sg_bytes line,
                                              struct scrubgate_fault *fault)
{
    *event = (struct sg_collusion_event){.time_ms = 0};
    enum scrubgate_status rc = sg_json_parse(json, line, DEPTH, fault);
    if (rc >= 0)
        rc = read_all(event, sg_json_root(*json), fault);
    if (rc < 0) {
        sg_json_free(*json);
        *json = NULL;
    }
    return rc;
}
