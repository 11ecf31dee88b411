/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin_path.c - what a target of the admin port asks of the guard.
 */
#include "proxy/admin_path.h"

#include "base/diag.h"

static enum scrubgate_status refuse(struct scrubgate_fault *fault, const char *what)
{
    sg_fault_set(fault, NULL, 0, 0, "%s", what);
    return SCRUBGATE_EINVAL;
}

/* --- text in a target ------------------------------------------------------------------------- */

/* One byte of it from *at on; -1: it is not whole, or what no target has. */
static int decode_byte(struct sg_bytes text, size_t *at, bool is_query)
{
    const uint8_t c = text.data[(*at)++];
    if (c == '+' && is_query)
        return ' ';
    if (c <= 0x20 || c == 0x7f || c == '#')
        return -1;
    if (c != '%')
        return c;
    if (text.len - *at < 2)
        return -1;
    const int high = sg_hex_value(text.data[*at]), low = sg_hex_value(text.data[*at + 1]);
    *at += 2;
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static enum scrubgate_status decode(struct sg_bytes text, bool is_query, uint8_t *room, size_t cap,
                                    struct sg_bytes *out, struct scrubgate_fault *fault)
{
    size_t n = 0;
    for (size_t at = 0; at < text.len; n++) {
        const int c = decode_byte(text, &at, is_query);
        if (c < 0)
            return refuse(fault, "the percent-encoding is malformed");
        if (n == cap)
            return refuse(fault, "a name is too long");
        room[n] = (uint8_t)c;
    }
    *out = (struct sg_bytes){room, n};
    return SCRUBGATE_OK;
}

/* --- the path --------------------------------------------------------------------------------- */

static bool take_prefix(struct sg_bytes *text, struct sg_bytes prefix)
{
    if (!sg_bytes_start_with(*text, prefix))
        return false;
    text->data += prefix.len;
    text->len -= prefix.len;
    return true;
}

static enum scrubgate_status read_agent(struct sg_admin_path *path, struct sg_bytes rest,
                                        struct scrubgate_fault *fault)
{
    const struct sg_bytes name = {rest.data, sg_bytes_find(rest, '/')};
    rest.data += name.len;
    rest.len -= name.len;
    if (!sg_bytes_equal(rest, SG_BYTES("/eligibility")))
        return SCRUBGATE_DONE;
    path->thing = SG_ADMIN_ELIGIBILITY;
    if (name.len == 0)
        return refuse(fault, "the agent is missing");
    return decode(name, false, path->agent_room, sizeof path->agent_room, &path->agent, fault);
}

static enum scrubgate_status read_order(struct sg_admin_path *path, struct sg_bytes rest)
{
    const struct sg_bytes number = {rest.data, sg_bytes_find(rest, '/')};
    rest.data += number.len;
    rest.len -= number.len;
    path->thing = rest.len == 0 ? SG_ADMIN_ORDER : SG_ADMIN_APPEAL;
    if (rest.len > 0 && !sg_bytes_equal(rest, SG_BYTES("/appeal")))
        return SCRUBGATE_DONE;
    /* The file's numbers are signed. */
    return sg_bytes_to_u64(number, &path->order) && path->order > 0 && path->order <= INT64_MAX
               ? SCRUBGATE_OK
               : SCRUBGATE_DONE;
}

static enum scrubgate_status read_path(struct sg_admin_path *path, struct sg_bytes text,
                                       struct scrubgate_fault *fault)
{
    path->thing = SG_ADMIN_ORDERS;
    if (sg_bytes_equal(text, SG_BYTES("/v1/guard/orders")))
        return SCRUBGATE_OK;
    if (take_prefix(&text, SG_BYTES("/v1/guard/orders/")))
        return read_order(path, text);
    if (take_prefix(&text, SG_BYTES("/v1/agents/")))
        return read_agent(path, text, fault);
    return SCRUBGATE_DONE;
}

/* --- the query -------------------------------------------------------------------------------- */

struct parameter {
    const char *name;
    enum sg_admin_thing of;
    enum { AGENT, BRAND, QUEUE, ALL, PARAMETERS } is;
};

static const struct parameter parameters[] = {
    {"brand", SG_ADMIN_ELIGIBILITY, BRAND},
    {"queue", SG_ADMIN_ELIGIBILITY, QUEUE},
    {"agent", SG_ADMIN_ORDERS, AGENT},
    {"all", SG_ADMIN_ORDERS, ALL},
};

static const struct parameter *find(enum sg_admin_thing thing, struct sg_bytes name)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
        if (parameters[i].of == thing && sg_bytes_equal(sg_bytes_of(parameters[i].name), name))
            return &parameters[i];
    return NULL;
}

static enum scrubgate_status store(struct sg_admin_path *path, const struct parameter *parameter,
                                   struct sg_bytes value, struct scrubgate_fault *fault)
{
    switch (parameter->is) {
    case AGENT:
        if (value.len == 0)
            return refuse(fault, "the agent is empty");
        return decode(value, true, path->agent_room, sizeof path->agent_room, &path->agent, fault);
    case BRAND:
        return decode(value, true, path->brand_room, sizeof path->brand_room, &path->brand, fault);
    case QUEUE:
        return decode(value, true, path->queue_room, sizeof path->queue_room, &path->queue, fault);
    default:
        path->all = true;
        return sg_bytes_equal(value, SG_BYTES("yes")) ? SCRUBGATE_OK
                                                      : refuse(fault, "all is yes, or left out");
    }
}

static enum scrubgate_status read_query(struct sg_admin_path *path, struct sg_bytes text,
                                        struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool seen[PARAMETERS] = {false};
    for (bool more = text.len > 0; more && rc >= 0;) {
        const struct sg_bytes piece = {text.data, sg_bytes_find(text, '&')};
        const struct sg_bytes name = {piece.data, sg_bytes_find(piece, '=')};
        more = piece.len < text.len;
        text.data += piece.len + more;
        text.len -= piece.len + more;
        const struct parameter *parameter = find(path->thing, name);
        if (parameter == NULL || name.len == piece.len)
            return refuse(fault, "there is a parameter that is not known here");
        if (seen[parameter->is])
            return refuse(fault, "a parameter stands twice");
        seen[parameter->is] = true;
        rc = store(path, parameter,
                   (struct sg_bytes){name.data + name.len + 1, piece.len - name.len - 1}, fault);
    }
    return rc;
}

static bool is_name(struct sg_bytes name)
{
    return name.len == 0 || sg_order_is_text(name, SG_ORDER_NAME);
}

enum scrubgate_status sg_admin_path_read(struct sg_admin_path *path, struct sg_bytes target,
                                         struct scrubgate_fault *fault)
{
    const struct sg_bytes text = {target.data, sg_bytes_find(target, '?')};
    const struct sg_bytes query =
        text.len == target.len
            ? (struct sg_bytes){NULL, 0}
            : (struct sg_bytes){text.data + text.len + 1, target.len - text.len - 1};
    const struct sg_bytes none = {NULL, 0};
    path->order = 0;
    path->all = false;
    path->agent = path->brand = path->queue = none;
    enum scrubgate_status rc = read_path(path, text, fault);
    if (rc == SCRUBGATE_OK)
        rc = read_query(path, query, fault);
    if (rc != SCRUBGATE_OK)
        return rc;
    if (!is_name(path->brand) || !is_name(path->queue))
        return refuse(fault, "a brand or queue is no plain text");
    if (path->thing == SG_ADMIN_ELIGIBILITY && path->brand.len == 0)
        return refuse(fault, "brand is missing: whose customer it would be");
    return rc;
}
