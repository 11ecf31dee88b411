/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pseudonyms.c - what the audit log calls those who take part.
 */
#include "proxy/pseudonyms.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

struct sg_pseudonyms {
    struct sg_key_door *door;
    struct sg_hmac *hmac;
};

/* What a pseudonym is of: equal digests of two kinds have unrelated pseudonyms. */
enum what { CUSTOMER, AGENT, CONVERSATION, NETWORK, TLS, DEVICE, CONTENT, IDENTITY };

enum scrubgate_status sg_pseudonyms_new(struct sg_pseudonyms **pseudonyms,
                                        struct sg_key_store *store)
{
    static const uint8_t none[SG_KEY_SIZE];
    struct sg_pseudonyms *made = calloc(1, sizeof *made);
    *pseudonyms = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    enum scrubgate_status rc = sg_key_door_new(&made->door, store);
    if (rc >= 0)
        rc = sg_hmac_new(&made->hmac, none, "");
    if (rc < 0) {
        sg_pseudonyms_free(made);
        return rc;
    }
    *pseudonyms = made;
    return rc;
}

void sg_pseudonyms_free(struct sg_pseudonyms *pseudonyms)
{
    if (pseudonyms == NULL)
        return;
    sg_key_door_free(pseudonyms->door);
    sg_hmac_free(pseudonyms->hmac);
    free(pseudonyms);
}

/* One block of SHA-256 holds it all. */
static enum scrubgate_status rename_one(struct sg_hmac *hmac, enum what what, uint64_t *facet)
{
    static const char label[] = "scrubgate pseudonym 1";
    uint8_t text[sizeof label + 8];
    if (*facet == 0)
        return SCRUBGATE_OK;
    memcpy(text, label, sizeof label - 1);
    text[sizeof label - 1] = (uint8_t)what;
    for (size_t i = 0; i < 8; i++)
        text[sizeof label + i] = (uint8_t)(*facet >> (56 - 8 * i));
    return sg_hmac_u64(hmac, (struct sg_bytes){text, sizeof text}, facet);
}

static enum scrubgate_status rename_all(struct sg_hmac *hmac, struct sg_record_facets *facets)
{
    uint64_t *const one[] = {&facets->customer, &facets->agent, &facets->conversation,
                             &facets->network,  &facets->tls,   &facets->device,
                             &facets->content};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < sizeof one / sizeof one[0] && rc >= 0; i++)
        rc = rename_one(hmac, (enum what)i, one[i]);
    for (size_t i = 0; i < facets->n_identities && rc >= 0; i++)
        rc = rename_one(hmac, IDENTITY, &facets->identities[i]);
    return rc;
}

static enum scrubgate_status apply(struct sg_pseudonyms *pseudonyms, bool make,
                                   struct sg_record_facets *facets, uint64_t *key_print)
{
    uint8_t key[SG_KEY_SIZE];
    const bool talks = facets->conversation != 0;
    const uint64_t id = talks ? facets->conversation : facets->customer;
    enum scrubgate_status rc = SCRUBGATE_DONE;
    if (id == 0)
        goto out;
    rc = sg_key_door_take(pseudonyms->door, talks ? SG_KEY_CONVERSATION : SG_KEY_CUSTOMER, id, make,
                          key);
    if (rc == SCRUBGATE_DONE && make)
        rc = SCRUBGATE_ELIMIT; /* no room for one more */
    if (rc != SCRUBGATE_OK)
        goto out;
    rc = sg_hmac_rekey(pseudonyms->hmac, key);
    if (rc >= 0)
        rc = rename_all(pseudonyms->hmac, facets);
    if (rc >= 0 && key_print != NULL)
        rc = sg_key_print(key, key_print);
    sg_wipe(key, sizeof key);
    sg_hmac_forget(pseudonyms->hmac);
out:
    if (rc != SCRUBGATE_OK)
        *facets = (struct sg_record_facets){0};
    return rc;
}

enum scrubgate_status sg_pseudonyms_apply(struct sg_pseudonyms *pseudonyms,
                                          struct sg_record_facets *facets)
{
    return apply(pseudonyms, true, facets, NULL);
}

enum scrubgate_status sg_pseudonyms_ask(struct sg_pseudonyms *pseudonyms,
                                        struct sg_record_facets *facets, uint64_t *key_print)
{
    return apply(pseudonyms, false, facets, key_print);
}
