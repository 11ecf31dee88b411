/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion.c - the public calls over the facets.
 */
#include <scrubgate/collusion.h>

#include "base/bytes.h"
#include "collusion/facet.h"

enum { FIELDS_MOST = 128 };

/* The public name of struct sg_facets: the same object under the name callers know. */
static struct sg_facets *inner(struct scrubgate_facets *facets)
{
    return (struct sg_facets *)facets;
}

enum scrubgate_status scrubgate_facets_new(struct scrubgate_facets **facets,
                                           const uint8_t key[SCRUBGATE_KEY_SIZE])
{
    struct sg_facets *made = NULL;
    enum scrubgate_status rc = sg_facets_new(&made, key);
    *facets = (struct scrubgate_facets *)made;
    return rc;
}

void scrubgate_facets_free(struct scrubgate_facets *facets)
{
    sg_facets_free(inner(facets));
}

enum scrubgate_status scrubgate_facet_party(struct scrubgate_facets *facets,
                                            enum scrubgate_party party, const char *brand,
                                            const void *id, size_t len, uint64_t *digest)
{
    struct sg_bytes text = {id, len};
    *digest = 0;
    switch (party) {
    case SCRUBGATE_CUSTOMER:
        return sg_facet_customer(inner(facets), sg_bytes_of(brand), text, digest);
    case SCRUBGATE_AGENT:
        return sg_facet_agent(inner(facets), text, digest);
    case SCRUBGATE_CONVERSATION:
        return sg_facet_conversation(inner(facets), sg_bytes_of(brand), text, digest);
    }
    return SCRUBGATE_EINVAL;
}

enum scrubgate_status scrubgate_facet_network(struct scrubgate_facets *facets, const void *address,
                                              size_t len, uint64_t *digest)
{
    *digest = 0;
    if (len != 4 && len != 16)
        return SCRUBGATE_EINVAL;
    return sg_facet_network(inner(facets), (struct sg_bytes){address, len}, digest);
}

enum scrubgate_status scrubgate_facet_tls(struct scrubgate_facets *facets, const char *print,
                                          uint64_t *digest)
{
    return sg_facet_tls(inner(facets), sg_bytes_of(print), digest);
}

enum scrubgate_status scrubgate_facet_device(struct scrubgate_facets *facets,
                                             const struct scrubgate_field *fields, size_t n,
                                             uint64_t *digest)
{
    struct sg_facet_field inside[FIELDS_MOST];
    *digest = 0;
    if (n > FIELDS_MOST)
        return SCRUBGATE_ELIMIT;
    for (size_t i = 0; i < n; i++) {
        inside[i].name = sg_bytes_of(fields[i].name);
        inside[i].value = sg_bytes_of(fields[i].value);
    }
    return sg_facet_device(inner(facets), inside, n, digest);
}
