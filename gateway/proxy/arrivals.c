/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arrivals.c - how connections of each address begin: certificates in force, PROXY headers.
 */
#include "proxy/arrivals.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls.h"

/* One address's. */
struct entry {
    struct sg_arrival arrival;
    struct sg_networks from; /* owned */
};

struct sg_arrivals {
    size_t n;
    struct entry entry[];
};

static enum scrubgate_status copy_networks(struct sg_networks *to, const struct sg_networks *from)
{
    size_t size = from->n * sizeof *from->item;
    struct sg_network *copy = malloc(size);
    if (copy == NULL)
        return SCRUBGATE_ENOMEM;
    memcpy(copy, from->item, size);
    *to = (struct sg_networks){copy, from->n};
    return SCRUBGATE_OK;
}

static enum scrubgate_status fill(struct entry *entry, const struct sg_door *door,
                                  struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    entry->arrival.proxy = door->proxy;
    if (door->proxy_from.n > 0) {
        rc = copy_networks(&entry->from, &door->proxy_from);
        entry->arrival.proxy_from = &entry->from;
    }
    if (rc >= 0 && door->tls.certificate != NULL)
        rc = sg_tls_server_new(&entry->arrival.tls, &door->tls, fault);
    return rc;
}

enum scrubgate_status sg_arrivals_new(struct sg_arrivals **arrivals, const struct sg_config *config,
                                      struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t n = config->n_listen;
    struct sg_arrivals *made = calloc(1, sizeof *made + n * sizeof made->entry[0]);
    *arrivals = NULL;
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->n = n;
    for (size_t i = 0; i < n && rc >= 0; i++)
        rc = fill(&made->entry[i], &config->door[i], fault);
    if (rc < 0)
        sg_arrivals_free(made);
    else
        *arrivals = made;
    return rc;
}

const struct sg_arrival *sg_arrivals_at(const struct sg_arrivals *arrivals, size_t address)
{
    assert(address < arrivals->n);
    return &arrivals->entry[address].arrival;
}

bool sg_arrivals_same(const struct sg_door *a, const struct sg_door *b)
{
    const struct sg_networks *x = &a->proxy_from, *y = &b->proxy_from;
    if ((a->tls.certificate == NULL) != (b->tls.certificate == NULL) || a->proxy != b->proxy ||
        x->n != y->n)
        return false;
    for (size_t i = 0; i < x->n; i++) {
        if (x->item[i].bits != y->item[i].bits ||
            memcmp(x->item[i].prefix, y->item[i].prefix, sizeof x->item[i].prefix) != 0)
            return false;
    }
    return true;
}

void sg_arrivals_renew(struct sg_arrivals *arrivals, struct sg_arrivals *fresh)
{
    assert(arrivals->n == fresh->n);
    for (size_t i = 0; i < arrivals->n; i++)
        if (arrivals->entry[i].arrival.tls != NULL)
            sg_tls_server_swap(arrivals->entry[i].arrival.tls, fresh->entry[i].arrival.tls);
}

void sg_arrivals_free(struct sg_arrivals *arrivals)
{
    for (size_t i = 0; arrivals != NULL && i < arrivals->n; i++) {
        sg_tls_server_free(arrivals->entry[i].arrival.tls);
        free((void *)arrivals->entry[i].from.item);
    }
    free(arrivals);
}
