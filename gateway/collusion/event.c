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

static enum scrubgate_status add_identities(struct sg_buf *out, const uint64_t *identities,
                                            size_t n)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    assert(n <= SG_EVENT_IDENTITIES);
    if (n == 0)
        return rc;
    rc = sg_buf_add_bytes(out, KEY("identity"));
    for (size_t i = 0; i < n && rc >= 0; i++) {
        rc = sg_buf_add_byte(out, i == 0 ? '[' : ',');
        if (rc >= 0)
            rc = add_quoted(out, identities[i]);
    }
    return rc < 0 ? rc : sg_buf_add_byte(out, ']');
}

static enum scrubgate_status add_number(struct sg_buf *out, struct sg_bytes key, uint64_t number)
{
    if (number == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_buf_add_bytes(out, key);
    return rc < 0 ? rc : sg_buf_add_u64(out, number);
}

/* Every member writes a comma before itself: the first one's is taken back. */
static enum scrubgate_status add_was(struct sg_buf *out, const struct sg_collusion_was *was)
{
    enum scrubgate_status rc = sg_buf_add_bytes(out, KEY("was"));
    const size_t start = out->len;
    if (rc >= 0)
        rc = add_digest(out, KEY("ticket"), was->ticket);
    if (rc >= 0)
        rc = add_digest(out, KEY("customer"), was->customer);
    if (rc >= 0)
        rc = add_digest(out, KEY("network"), was->network);
    if (rc >= 0)
        rc = add_digest(out, KEY("tls"), was->tls);
    if (rc >= 0)
        rc = add_digest(out, KEY("device"), was->device);
    if (rc >= 0)
        rc = add_identities(out, was->identities, was->n_identities);
    if (rc >= 0 && out->len == start)
        out->len = start - KEY("was").len;
    else if (rc >= 0) {
        out->data[start] = '{';
        rc = sg_buf_add_byte(out, '}');
    }
    return rc;
}

bool sg_collusion_event_by_agent(const struct sg_collusion_event *event)
{
    return event->by_agent || sg_bytes_equal(event->event, SG_BYTES("assign")) ||
           sg_bytes_equal(event->event, SG_BYTES("resolve"));
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
    if (rc >= 0 && event->by_agent)
        rc = sg_buf_add_bytes(out, SG_BYTES(",\"from\":\"agent\""));
    if (rc >= 0)
        rc = add_number(out, KEY("epoch"), event->epoch);
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
        rc = add_identities(out, event->identities, event->n_identities);
    if (rc >= 0)
        rc = add_digest(out, KEY("content"), event->content);
    if (rc >= 0)
        rc = add_number(out, KEY("handle_ms"), event->handle_ms);
    if (rc >= 0)
        rc = add_was(out, &event->was);
    if (rc >= 0)
        rc = sg_buf_add_bytes(out, SG_BYTES("}\n"));
    if (rc < 0)
        out->len = start; /* no half line */
    return rc;
}
