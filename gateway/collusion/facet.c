/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet.c - keyed fingerprints of who takes part: parties, network, TLS library, device.
 *
 *     id, address, header fields -> one run of bytes, each part with its length -> HMAC -> 64 bits
 *
 * The run is the only copy of a value that is made; it is wiped at once.
 */
#include "collusion/facet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { LONGEST = 256 * 1024, AGENT_MOST = 512, TAG_MOST = 35 };

struct sg_facets {
    struct sg_hmac *customer, *agent, *conversation, *network, *tls, *device;
    struct sg_buf run;
};

static struct labelled {
    const char *label;
    size_t offset;
} const labelled[] = {
    {SG_FACET_AGENT_LABEL, offsetof(struct sg_facets, agent)}, /* the first: not rekeyed */
    {SG_FACET_CUSTOMER_LABEL, offsetof(struct sg_facets, customer)},
    {SG_FACET_CONVERSATION_LABEL, offsetof(struct sg_facets, conversation)},
    {"scrubgate facet network 1", offsetof(struct sg_facets, network)},
    {"scrubgate facet tls 1", offsetof(struct sg_facets, tls)},
    {"scrubgate facet device 1", offsetof(struct sg_facets, device)},
};
enum { LABELS = sizeof labelled / sizeof labelled[0] };

static struct sg_hmac **hmac_at(struct sg_facets *facets, size_t i)
{
    return (struct sg_hmac **)(void *)((char *)facets + labelled[i].offset);
}

enum scrubgate_status sg_facets_new(struct sg_facets **facets, const uint8_t key[SG_KEY_SIZE])
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_facets *made = calloc(1, sizeof *made);
    *facets = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    sg_buf_init(&made->run, LONGEST);
    for (size_t i = 0; i < LABELS && rc >= 0; i++)
        rc = sg_hmac_new(hmac_at(made, i), key, labelled[i].label);
    if (rc < 0)
        sg_facets_free(made);
    else
        *facets = made;
    return rc;
}

enum scrubgate_status sg_facets_of_agents(struct sg_facets **facets, const uint8_t key[SG_KEY_SIZE])
{
    uint8_t nobodys[SG_KEY_SIZE];
    *facets = NULL;
    enum scrubgate_status rc = sg_random(nobodys, sizeof nobodys);
    if (rc >= 0)
        rc = sg_facets_new(facets, nobodys);
    if (rc >= 0)
        rc = sg_facets_set_own(*facets, key, NULL, NULL);
    if (rc < 0) {
        sg_facets_free(*facets);
        *facets = NULL;
    }
    sg_wipe(nobodys, sizeof nobodys);
    return rc;
}

enum scrubgate_status sg_facets_set_own(struct sg_facets *facets, const uint8_t *agent,
                                        const uint8_t *customer, const uint8_t *conversation)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (agent != NULL)
        rc = sg_hmac_rekey(facets->agent, agent);
    if (rc >= 0 && customer != NULL)
        rc = sg_hmac_rekey(facets->customer, customer);
    if (rc >= 0 && conversation != NULL)
        rc = sg_hmac_rekey(facets->conversation, conversation);
    return rc;
}

enum scrubgate_status sg_facets_rekey(struct sg_facets *facets, const uint8_t key[SG_KEY_SIZE])
{
    uint8_t derived[SG_KEY_SIZE];
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 1; i < LABELS && rc >= 0; i++) {
        rc = sg_key_derive(key, labelled[i].label, derived);
        if (rc >= 0)
            rc = sg_hmac_rekey(*hmac_at(facets, i), derived);
    }
    sg_wipe(derived, sizeof derived);
    return rc;
}

void sg_facets_free(struct sg_facets *facets)
{
    if (facets == NULL)
        return;
    for (size_t i = 0; i < LABELS; i++)
        sg_hmac_free(*hmac_at(facets, i));
    sg_buf_fini(&facets->run);
    free(facets);
}

/* A part with its length before it: "ab"+"c" and "a"+"bc" must not be one run. */
static enum scrubgate_status add_part(struct sg_buf *run, struct sg_bytes part)
{
    if (part.len > LONGEST)
        return SCRUBGATE_ELIMIT;
    uint8_t len[4] = {(uint8_t)(part.len >> 24), (uint8_t)(part.len >> 16),
                      (uint8_t)(part.len >> 8), (uint8_t)part.len};
    enum scrubgate_status rc = sg_buf_add(run, len, sizeof len);
    return rc < 0 ? rc : sg_buf_add_bytes(run, part);
}

/* --- parties, network, TLS library --- */

static enum scrubgate_status digest_pair(struct sg_facets *facets, struct sg_hmac *hmac,
                                         struct sg_bytes scope, struct sg_bytes id, uint64_t *out)
{
    *out = 0;
    if (id.len == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = add_part(&facets->run, scope);
    if (rc >= 0)
        rc = add_part(&facets->run, id);
    if (rc >= 0)
        rc = sg_hmac_u64(hmac, sg_buf_bytes(&facets->run), out);
    sg_buf_clear(&facets->run);
    return rc;
}

enum scrubgate_status sg_facet_customer(struct sg_facets *facets, struct sg_bytes brand,
                                        struct sg_bytes id, uint64_t *out)
{
    return digest_pair(facets, facets->customer, brand, id, out);
}

enum scrubgate_status sg_facet_agent(struct sg_facets *facets, struct sg_bytes id, uint64_t *out)
{
    return digest_pair(facets, facets->agent, (struct sg_bytes){0}, id, out);
}

enum scrubgate_status sg_facet_conversation(struct sg_facets *facets, struct sg_bytes brand,
                                            struct sg_bytes id, uint64_t *out)
{
    return digest_pair(facets, facets->conversation, brand, id, out);
}

enum scrubgate_status sg_facet_network(struct sg_facets *facets, struct sg_bytes address,
                                       uint64_t *out)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    *out = 0;
    if (address.len == 16 && memcmp(address.data, mapped, sizeof mapped) == 0) {
        address.data += sizeof mapped;
        address.len -= sizeof mapped;
    }
    if (address.len == 4)
        return digest_pair(facets, facets->network, SG_BYTES("4"),
                           (struct sg_bytes){address.data, 3}, out);
    if (address.len == 16)
        return digest_pair(facets, facets->network, SG_BYTES("6"),
                           (struct sg_bytes){address.data, 6}, out);
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_facet_tls(struct sg_facets *facets, struct sg_bytes print, uint64_t *out)
{
    return digest_pair(facets, facets->tls, SG_BYTES("ja4"), print, out);
}

/* --- device --- */

/* Where name stands among the browsers' own; the count when it is none of theirs. */
static size_t rank_of(struct sg_bytes name)
{
    static const struct sg_bytes names[] = {
        {(const uint8_t *)"Edg", 3},
        {(const uint8_t *)"EdgA", 4},
        {(const uint8_t *)"EdgiOS", 6},
        {(const uint8_t *)"OPR", 3},
        {(const uint8_t *)"SamsungBrowser", 14},
        {(const uint8_t *)"FxiOS", 5},
        {(const uint8_t *)"CriOS", 5},
        {(const uint8_t *)"Firefox", 7},
        {(const uint8_t *)"Chrome", 6},
        {(const uint8_t *)"Version", 7},
    };
    size_t rank = 0;
    while (rank < sizeof names / sizeof names[0] && !sg_bytes_equal(name, names[rank]))
        rank++;
    return rank;
}

/*
 * Family and major version as a run of the text itself ("Firefox/133"): of its products
 * (name/version, between spaces) the most telling, for nearly all say Chrome or Safari too; else
 * the first. Minor versions change within a day's tickets.
 */
static struct sg_bytes user_agent(struct sg_bytes text)
{
    struct sg_bytes best = {0};
    size_t best_rank = SIZE_MAX, at = 0;
    if (text.len > AGENT_MOST)
        text.len = AGENT_MOST;
    while (at < text.len) {
        struct sg_bytes word = {text.data + at, text.len - at};
        word.len = sg_bytes_find(word, ' ');
        size_t name = sg_bytes_find(word, '/');
        size_t rank = rank_of((struct sg_bytes){word.data, name});
        at += word.len + 1;
        if (rank >= best_rank)
            continue;
        best_rank = rank;
        if (name < word.len)
            name++;
        while (name < word.len && sg_is_digit(word.data[name]))
            name++;
        best = (struct sg_bytes){word.data, name};
    }
    return best;
}

/* "de-AT,de;q=0.9" is "de-at": the first one only, its case is not the device's. */
static enum scrubgate_status add_language(struct sg_buf *run, struct sg_bytes value)
{
    uint8_t tag[TAG_MOST];
    size_t n = 0;
    for (; n < value.len && n < sizeof tag && value.data[n] != ',' && value.data[n] != ';'; n++)
        tag[n] = (uint8_t)sg_to_lower(value.data[n]);
    return add_part(run, sg_bytes_trim((struct sg_bytes){tag, n}));
}

static bool is_named(struct sg_bytes name, const char *wanted)
{
    return sg_bytes_equal_nocase(name, sg_bytes_of(wanted));
}

static enum scrubgate_status add_shape(struct sg_buf *run, const struct sg_facet_field *fields,
                                       size_t n)
{
    struct sg_bytes agent = {0}, language = {0}, platform = {0};
    enum scrubgate_status rc = add_part(run, SG_BYTES("shape v1"));
    for (size_t i = 0; i < n && rc >= 0; i++) {
        const struct sg_facet_field *field = &fields[i];
        if (agent.len == 0 && is_named(field->name, "user-agent"))
            agent = user_agent(field->value);
        else if (language.len == 0 && is_named(field->name, "accept-language"))
            language = field->value;
        else if (platform.len == 0 && is_named(field->name, "sec-ch-ua-platform"))
            platform = field->value;
        rc = add_part(run, field->name);
    }
    if (rc >= 0)
        rc = add_part(run, agent);
    if (rc >= 0)
        rc = add_language(run, language);
    return rc < 0 ? rc : add_part(run, platform);
}

enum scrubgate_status sg_facet_device(struct sg_facets *facets, const struct sg_facet_field *fields,
                                      size_t n, uint64_t *out)
{
    *out = 0;
    if (n == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = add_shape(&facets->run, fields, n);
    if (rc >= 0)
        rc = sg_hmac_u64(facets->device, sg_buf_bytes(&facets->run), out);
    sg_buf_clear(&facets->run);
    return rc;
}
