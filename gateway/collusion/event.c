/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.c - one line for collusion analysis: who met whom, when, by digests only.
 */
#include "collusion/event.h"

#include <assert.h>

#include "base/json_text.h"

enum { FOREIGN_MOST = 128 };

/* Cut between code points, so that a cut leaves no half of one. */
static struct sg_bytes cut(struct sg_bytes text)
{
    if (text.len <= FOREIGN_MOST)
        return text;
    text.len = FOREIGN_MOST;
    while (text.len > 0 && (text.data[text.len] & 0xc0) == 0x80)
        text.len--;
    return text;
}

/* By hand like all of the line: it is written for every message, and printf's own work would be
 * most of its cost. */
#define KEY(name) SG_BYTES(",\"" name "\":")

static enum scrubgate_status add_foreign(struct sg_buf *out, struct sg_bytes key,
                                         struct sg_bytes text)
{
    if (text.len == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_buf_add_bytes(out, key);
    return rc < 0 ? rc : sg_json_add_string(out, cut(text));
}

static enum scrubgate_status add_quoted(struct sg_buf *out, uint64_t digest)
{
    enum scrubgate_status rc = sg_buf_add_byte(out, '"');
    if (rc >= 0)
        rc = sg_buf_add_hex64(out, digest);
    return rc < 0 ? rc : sg_buf_add_byte(out, '"');
}

static enum scrubgate_status add_digest(struct sg_buf *out, struct sg_bytes key, uint64_t digest)
{
    if (digest == 0)
        return SCRUBGATE_OK; /* not known: left out */
    enum scrubgate_status rc = sg_buf_add_bytes(out, key);
    return rc < 0 ? rc : add_quoted(out, digest);
}

static enum scrubgate_status add_identities(struct sg_buf *out,
                                            const struct sg_collusion_event *event)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    assert(event->n_identities <= sizeof event->identities / sizeof event->identities[0]);
    if (event->n_identities == 0)
        return rc;
    rc = sg_buf_add_bytes(out, KEY("identity"));
    for (size_t i = 0; i < event->n_identities && rc >= 0; i++) {
        rc = sg_buf_add_byte(out, i == 0 ? '[' : ',');
        if (rc >= 0)
            rc = add_quoted(out, event->identities[i]);
    }
    return rc < 0 ? rc : sg_buf_add_byte(out, ']');
}

enum scrubgate_status sg_collusion_event_print(const struct sg_collusion_event *event,
                                               struct sg_buf *out)
{
    size_t start = out->len;
    enum scrubgate_status rc = sg_buf_add_bytes(out, SG_BYTES("{\"t\":"));
    if (rc >= 0)
        rc = sg_buf_add_u64(out, event->time_ms);
    if (rc >= 0)
        rc = add_foreign(out, KEY("event"), event->event);
    if (rc >= 0)
        rc = add_digest(out, KEY("ticket"), event->ticket);
    if (rc >= 0)
        rc = add_digest(out, KEY("customer"), event->customer);
    if (rc >= 0)
        rc = add_digest(out, KEY("agent"), event->agent);
    if (rc >= 0)
        rc = add_foreign(out, KEY("brand"), event->brand);
    if (rc >= 0)
        rc = add_foreign(out, KEY("queue"), event->queue);
    if (rc >= 0)
        rc = add_digest(out, KEY("network"), event->network);
    if (rc >= 0)
        rc = add_digest(out, KEY("tls"), event->tls);
    if (rc >= 0)
        rc = add_digest(out, KEY("device"), event->device);
    if (rc >= 0)
        rc = add_identities(out, event);
    if (rc >= 0)
        rc = add_digest(out, KEY("content"), event->content);
    if (rc >= 0 && event->handle_ms != 0)
        rc = sg_buf_add_bytes(out, KEY("handle_ms"));
    if (rc >= 0 && event->handle_ms != 0)
        rc = sg_buf_add_u64(out, event->handle_ms);
    if (rc >= 0)
        rc = sg_buf_add_bytes(out, SG_BYTES("}\n"));
    if (rc < 0)
        out->len = start; /* no half line */
    return rc;
}
