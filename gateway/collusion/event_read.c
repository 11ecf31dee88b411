/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_read.c - a line of events read back.
 */
#include "collusion/event_read.h"

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

enum { DEPTH = 4 };

enum kind { DIGEST, WORD, TIME, EPOCH, FROM };

struct member {
    const char *name;
    enum kind kind;
    size_t offset;
};

static const struct member members[] = {
    {"t", TIME, offsetof(struct sg_collusion_event, time_ms)},
    {"event", WORD, offsetof(struct sg_collusion_event, event)},
    {"from", FROM, offsetof(struct sg_collusion_event, by_agent)},
    {"epoch", EPOCH, offsetof(struct sg_collusion_event, epoch)},
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

static const struct member members_before[] = {
    {"ticket", DIGEST, offsetof(struct sg_collusion_was, ticket)},
    {"customer", DIGEST, offsetof(struct sg_collusion_was, customer)},
    {"network", DIGEST, offsetof(struct sg_collusion_was, network)},
    {"tls", DIGEST, offsetof(struct sg_collusion_was, tls)},
    {"device", DIGEST, offsetof(struct sg_collusion_was, device)},
};

static bool read_digest(const struct sg_json_node *node, uint64_t *digest)
{
    *digest = 0;
    return node->kind == SG_JSON_STRING && sg_bytes_to_hex64(node->text, digest);
}

static bool read_number(const struct sg_json_node *node, uint64_t *number)
{
    return node->kind == SG_JSON_NUMBER && sg_bytes_to_u64(node->text, number);
}

/* Programs whose numbers all have fractions write events, too: parts of a millisecond are cut off.
 */
static bool read_time(const struct sg_json_node *node, uint64_t *ms)
{
    const size_t point = sg_bytes_find(node->text, '.');
    const struct sg_bytes whole = {node->text.data, point};
    for (size_t i = point + 1; i < node->text.len; i++)
        if (!sg_is_digit(node->text.data[i]))
            return false; /* an exponent */
    return node->kind == SG_JSON_NUMBER && sg_bytes_to_u64(whole, ms);
}

static bool read_epoch(const struct sg_json_node *node, uint32_t *epoch)
{
    uint64_t number;
    if (!read_number(node, &number) || number > UINT32_MAX)
        return false;
    *epoch = (uint32_t)number;
    return true;
}

static bool read_from(const struct sg_json_node *node, bool *by_agent)
{
    *by_agent = node->kind == SG_JSON_STRING && sg_bytes_equal(node->text, SG_BYTES("agent"));
    return *by_agent ||
           (node->kind == SG_JSON_STRING && sg_bytes_equal(node->text, SG_BYTES("customer")));
}

static bool read_member(void *into, const struct member *member, const struct sg_json_node *node)
{
    void *at = (uint8_t *)into + member->offset;
    switch (member->kind) {
    case DIGEST:
        return read_digest(node, at);
    case TIME:
        return read_time(node, at);
    case EPOCH:
        return read_epoch(node, at);
    case FROM:
        return read_from(node, at);
    case WORD:
        *(struct sg_bytes *)at = node->text;
        return node->kind == SG_JSON_STRING;
    }
    return false;
}

static const char *kind_word(enum kind kind)
{
    static const char *const words[] = {[DIGEST] = "16 hex digits",
                                        [WORD] = "a string",
                                        [TIME] = "a number of milliseconds",
                                        [EPOCH] = "a whole number of 32 bits",
                                        [FROM] = "agent or customer"};
    return words[kind];
}

static enum scrubgate_status refuse(struct scrubgate_fault *fault, const char *name,
                                    const char *what)
{
    sg_fault_set(fault, NULL, 0, 0, "\"%s\" must be %s", name, what);
    return SCRUBGATE_EMALFORMED;
}

static bool is_there(const struct sg_json_node *node)
{
    return node != NULL && node->kind != SG_JSON_NULL;
}

static enum scrubgate_status read_members(void *into, const struct member *list, size_t n,
                                          const struct sg_json_node *object,
                                          struct scrubgate_fault *fault)
{
    for (size_t i = 0; i < n; i++) {
        const struct sg_json_node *node = sg_json_get(object, list[i].name);
        if (is_there(node) && !read_member(into, &list[i], node))
            return refuse(fault, list[i].name, kind_word(list[i].kind));
    }
    return SCRUBGATE_OK;
}

static enum scrubgate_status read_identities(uint64_t identities[SG_EVENT_IDENTITIES], size_t *n,
                                             const struct sg_json_node *object,
                                             struct scrubgate_fault *fault)
{
    const struct sg_json_node *list = sg_json_get(object, "identity");
    if (!is_there(list))
        return SCRUBGATE_OK;
    const struct sg_json_node *node = list->child;
    bool ok = list->kind == SG_JSON_ARRAY;
    for (; ok && node != NULL && *n < SG_EVENT_IDENTITIES; node = node->next)
        ok = read_digest(node, &identities[(*n)++]);
    return ok ? SCRUBGATE_OK : refuse(fault, "identity", "a list of 16 hex digits each");
}

/* Each is the earlier form of the event's identity in the same place: another number of them says
 * nothing of which is whose. */
static enum scrubgate_status read_was(struct sg_collusion_event *event,
                                      const struct sg_json_node *root,
                                      struct scrubgate_fault *fault)
{
    const struct sg_json_node *node = sg_json_get(root, "was");
    struct sg_collusion_was *was = &event->was;
    if (!is_there(node))
        return SCRUBGATE_OK;
    if (node->kind != SG_JSON_OBJECT)
        return refuse(fault, "was", "an object");
    enum scrubgate_status rc = read_members(
        was, members_before, sizeof members_before / sizeof members_before[0], node, fault);
    if (rc >= 0)
        rc = read_identities(was->identities, &was->n_identities, node, fault);
    if (rc >= 0 && was->n_identities != 0 && was->n_identities != event->n_identities)
        rc = refuse(fault, "identity", "in \"was\" as many as in the event");
    return rc;
}

static enum scrubgate_status read_all(struct sg_collusion_event *event,
                                      const struct sg_json_node *root,
                                      struct scrubgate_fault *fault)
{
    if (root->kind != SG_JSON_OBJECT) {
        sg_fault_set(fault, NULL, 0, 0, "an event must be a JSON object");
        return SCRUBGATE_EMALFORMED;
    }
    if (!is_there(sg_json_get(root, members[0].name)))
        return refuse(fault, members[0].name, "there: milliseconds since 1970");
    enum scrubgate_status rc =
        read_members(event, members, sizeof members / sizeof members[0], root, fault);
    if (rc >= 0)
        rc = read_identities(event->identities, &event->n_identities, root, fault);
    return rc < 0 ? rc : read_was(event, root, fault);
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
