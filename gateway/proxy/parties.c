/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parties.c - who takes part in an exchange: named by the route's `identity`, kept as digests.
 */
#include "proxy/parties.h"

#include <string.h>

/* sg_headers_find wants a C string; names in a config have no NUL behind them. */
static struct sg_bytes header_value(const struct sg_headers *headers, struct sg_bytes name,
                                    bool *told_twice)
{
    const struct sg_bytes *first = NULL;
    for (size_t i = 0; i < headers->n; i++) {
        if (!sg_bytes_equal_nocase(headers->item[i].name, name))
            continue;
        if (first == NULL)
            first = &headers->item[i].value;
        else if (!sg_bytes_equal(*first, headers->item[i].value))
            *told_twice = true;
    }
    return first != NULL ? *first : (struct sg_bytes){NULL, 0};
}

/* Rules with where.channel need it before the body comes. One too long to keep stays unknown. */
static void note_channel(struct sg_parties *parties)
{
    struct sg_bytes name = parties->value[SG_PARTY_CHANNEL];
    size_t len = name.len < sizeof parties->channel ? name.len : 0;
    if (len > 0)
        memcpy(parties->channel, name.data, len);
    parties->channel[len] = '\0';
}

void sg_parties_begin(struct sg_parties *parties, const struct sg_route *route,
                      const struct sg_headers *headers)
{
    for (size_t i = 0; i < SG_PARTIES; i++) {
        const struct sg_source *source = &route->party[i];
        struct sg_bytes value = {NULL, 0};
        if (source->kind == SG_SOURCE_CONST)
            value = source->text;
        if (source->kind == SG_SOURCE_HEADER)
            value = header_value(headers, source->text, &parties->told_twice[i]);
        if (source->kind == SG_SOURCE_BODY) {
            struct sg_capture *capture = &parties->capture[parties->n];
            capture->path = source->path;
            capture->value.ceiling = SG_CAPTURE_LONGEST;
            capture->found = capture->unclear = false;
            parties->captured[parties->n++] = (enum sg_party)i;
        }
        parties->value[i] = value;
    }
    parties->told_tls = route->party[SG_PARTY_TLS].kind != SG_SOURCE_NONE;
    note_channel(parties);
}

bool sg_parties_wanting(const struct sg_parties *parties)
{
    for (size_t i = 0; i < parties->n; i++)
        if (parties->capture[i].found)
            return false;
    return parties->n > 0;
}

bool sg_parties_unclear(const struct sg_parties *parties, enum sg_party party, bool all_has_come)
{
    for (size_t i = 0; i < parties->n; i++) {
        const struct sg_capture *capture = &parties->capture[i];
        if (parties->captured[i] == party)
            return capture->unclear || (!all_has_come && !capture->found);
    }
    return parties->told_twice[party];
}

static struct sg_bytes known(const struct sg_parties *parties, enum sg_party party)
{
    for (size_t i = 0; i < parties->n; i++) {
        if (parties->captured[i] == party && parties->capture[i].found)
            return sg_buf_bytes(&parties->capture[i].value);
    }
    return parties->value[party];
}

size_t sg_parties_sender(const struct sg_parties *parties, enum scrubgate_direction direction,
                         bool request, struct sg_bytes parts[SG_SENDER_PARTS])
{
    bool to_agent = direction == SCRUBGATE_TO_AGENT;
    struct sg_bytes customer = known(parties, SG_PARTY_CUSTOMER);
    struct sg_bytes conversation = known(parties, SG_PARTY_CONVERSATION);
    if (customer.len == 0 && conversation.len == 0)
        return 0;
    parts[0] = to_agent ? SG_BYTES("customer") : SG_BYTES("agent");
    if (!request)
        parts[0] = to_agent ? SG_BYTES("answer to agent") : SG_BYTES("answer to customer");
    parts[1] = known(parties, SG_PARTY_BRAND);
    parts[2] = conversation;
    parts[3] = to_agent ? customer : known(parties, SG_PARTY_AGENT);
    /* An agent speaks with many: without a conversation, with whom. */
    parts[4] = to_agent || conversation.len > 0 ? (struct sg_bytes){NULL, 0} : customer;
    return SG_SENDER_PARTS;
}

static enum scrubgate_status digest_device(struct sg_facets *facets,
                                           const struct sg_headers *headers, uint64_t *out)
{
    struct sg_facet_field fields[SG_HEADERS_MOST];
    for (size_t i = 0; i < headers->n; i++)
        fields[i] = (struct sg_facet_field){headers->item[i].name, headers->item[i].value};
    return sg_facet_device(facets, fields, headers->n, out);
}

/* Behind a load balancer the connection's is the balancer's own: what it says of the client counts,
 * and when it says nothing, nothing does. */
static struct sg_bytes tls_print(const struct sg_parties *parties, const struct sg_peer *peer)
{
    return parties->told_tls ? parties->value[SG_PARTY_TLS] : peer->tls_print;
}

/* Under one epoch's key. What the connection tells stays what it was at the first call. */
static enum scrubgate_status digest_all(const struct sg_parties *parties, struct sg_facets *facets,
                                        const struct sg_peer *peer,
                                        const struct sg_headers *headers,
                                        struct sg_collusion_was *out)
{
    const struct sg_bytes *value = parties->value, brand = value[SG_PARTY_BRAND];
    enum scrubgate_status rc =
        sg_facet_customer(facets, brand, value[SG_PARTY_CUSTOMER], &out->customer);
    if (rc >= 0)
        rc = sg_facet_conversation(facets, brand, value[SG_PARTY_CONVERSATION], &out->ticket);
    if (rc >= 0 && !parties->settled)
        rc = sg_facet_network(facets, peer->address, &out->network);
    if (rc >= 0 && !parties->settled)
        rc = sg_facet_tls(facets, tls_print(parties, peer), &out->tls);
    if (rc >= 0 && !parties->settled)
        rc = digest_device(facets, headers, &out->device);
    return rc;
}

/* The log's names for who takes part outlive epochs: who asks for one later gives the name alone.
 */
static enum scrubgate_status digest_names(struct sg_parties *parties, struct sg_facets *names)
{
    const struct sg_bytes *value = parties->value, brand = value[SG_PARTY_BRAND];
    struct sg_record_facets *out = &parties->facets;
    enum scrubgate_status rc =
        sg_facet_customer(names, brand, value[SG_PARTY_CUSTOMER], &out->customer);
    if (rc >= 0)
        rc = sg_facet_agent(names, value[SG_PARTY_AGENT], &out->agent);
    if (rc >= 0)
        rc = sg_facet_conversation(names, brand, value[SG_PARTY_CONVERSATION], &out->conversation);
    out->network = parties->now.network;
    out->tls = parties->now.tls;
    out->device = parties->now.device;
    return rc;
}

enum scrubgate_status sg_parties_settle(struct sg_parties *parties, struct sg_digests *digests,
                                        const struct sg_peer *peer,
                                        const struct sg_headers *headers)
{
    for (size_t i = 0; i < parties->n; i++)
        if (parties->capture[i].found)
            parties->value[parties->captured[i]] = sg_buf_bytes(&parties->capture[i].value);
    enum scrubgate_status rc = digest_all(parties, digests->now, peer, headers, &parties->now);
    if (rc >= 0 && digests->epoch->doubled)
        rc = digest_all(parties, digests->before, peer, headers, &parties->before);
    if (rc >= 0)
        rc = digest_names(parties, digests->names);
    parties->epoch = digests->epoch->number;
    parties->settled = rc >= 0;
    return rc;
}

void sg_parties_clear(struct sg_parties *parties)
{
    for (size_t i = 0; i < parties->n; i++) {
        sg_buf_clear(&parties->capture[i].value);
        parties->capture[i].found = parties->capture[i].unclear = false;
    }
    memset(parties->value, 0, sizeof parties->value);
    memset(parties->told_twice, 0, sizeof parties->told_twice);
    parties->n = 0;
    parties->channel[0] = '\0';
    parties->facets = (struct sg_record_facets){0};
    parties->now = parties->before = (struct sg_collusion_was){0};
    parties->settled = parties->told_tls = false;
}

void sg_parties_fini(struct sg_parties *parties)
{
    for (size_t i = 0; i < SG_PARTIES; i++)
        sg_buf_fini(&parties->capture[i].value);
    *parties = (struct sg_parties){0};
}
