/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace.c - which customers showed which network, TLS library, device or identity, and how often.
 */
#include "collusion/trace.h"

#include <stdlib.h>

const char *sg_trace_word(enum sg_trace_kind kind)
{
    static const char *const words[SG_TRACE_KINDS] = {"network", "tls", "device", "identity"};
    return words[kind];
}

static int by_value(const void *a, const void *b)
{
    const struct sg_trace *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->digest != y->digest)
        return x->digest < y->digest ? -1 : 1;
    return (x->party > y->party) - (x->party < y->party);
}

static void add(struct sg_traces *traces, enum sg_trace_kind kind, uint64_t digest, uint32_t party)
{
    if (digest != 0)
        traces->list[traces->n++] = (struct sg_trace){digest, party, 1, kind};
}

/* Equal ones become one that counts for all; values are told apart. */
static enum scrubgate_status settle(struct sg_traces *traces)
{
    size_t kept = 0;
    if (traces->n > 0)
        qsort(traces->list, traces->n, sizeof *traces->list, by_value);
    for (size_t i = 0; i < traces->n; i++) {
        if (kept > 0 && by_value(&traces->list[kept - 1], &traces->list[i]) == 0)
            traces->list[kept - 1].tickets++;
        else
            traces->list[kept++] = traces->list[i];
    }
    traces->n = kept;
    traces->value = malloc((kept + 1) * sizeof *traces->value);
    if (traces->value == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < kept; i++)
        if (i == 0 || traces->list[i].kind != traces->list[i - 1].kind ||
            traces->list[i].digest != traces->list[i - 1].digest)
            traces->value[traces->n_values++] = i;
    traces->value[traces->n_values] = kept;
    return SCRUBGATE_OK;
}

static enum scrubgate_status collect(struct sg_traces *traces, const struct sg_deals *deals,
                                     void (*show)(struct sg_traces *, const struct sg_deal *))
{
    *traces = (struct sg_traces){.list = NULL};
    traces->list =
        malloc(((SG_DEAL_IDENTITIES + SG_TRACE_IDENTITY) * deals->n + 1) * sizeof *traces->list);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    if (traces->list != NULL) {
        for (size_t i = 0; i < deals->n; i++)
            show(traces, &deals->list[i]);
        rc = settle(traces);
    }
    if (rc < 0)
        sg_traces_fini(traces);
    return rc;
}

static void show_customer(struct sg_traces *traces, const struct sg_deal *deal)
{
    add(traces, SG_TRACE_NETWORK, deal->network, deal->customer);
    add(traces, SG_TRACE_TLS, deal->tls, deal->customer);
    add(traces, SG_TRACE_DEVICE, deal->device, deal->customer);
    for (size_t i = 0; i < SG_DEAL_IDENTITIES; i++)
        add(traces, SG_TRACE_IDENTITY, deal->identities[i], deal->customer);
}

static void show_agent(struct sg_traces *traces, const struct sg_deal *deal)
{
    add(traces, SG_TRACE_NETWORK, deal->agent_network, deal->agent);
    add(traces, SG_TRACE_TLS, deal->agent_tls, deal->agent);
    add(traces, SG_TRACE_DEVICE, deal->agent_device, deal->agent);
}

enum scrubgate_status sg_traces_of_customers(struct sg_traces *traces, const struct sg_deals *deals)
{
    return collect(traces, deals, show_customer);
}

enum scrubgate_status sg_traces_of_agents(struct sg_traces *traces, const struct sg_deals *deals)
{
    return collect(traces, deals, show_agent);
}

void sg_traces_fini(struct sg_traces *traces)
{
    free(traces->list);
    free(traces->value);
    *traces = (struct sg_traces){.list = NULL};
}
