/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analysis_json.c - an analysis for programs: one JSON object.
 */
#include "collusion/analysis_json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { PIECE = 256 };

/* What was added so far, and whether all of it could be. */
struct writer {
    struct sg_buf *out;
    const struct sg_deals *deals;
    enum scrubgate_status rc;
};

__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...)
{
    char text[PIECE];
    va_list args;
    if (w->rc < 0)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    w->rc = sg_buf_add_text(w->out, text);
}

/* JSON has no infinity: a score that chance cannot reach at all is as large as one that it never
 * will. */
static double finite(double value)
{
    return isfinite(value) ? value : 999;
}

static void put_id(struct writer *w, const char *before, const struct sg_numbering *numbering,
                   uint32_t number)
{
    put(w, "%s\"%016llx\"", before, (unsigned long long)numbering->ids[number]);
}

static void put_ring(struct writer *w, uint32_t ring)
{
    if (ring == SG_ANALYSIS_NONE)
        put(w, ",\"ring\":null");
    else
        put(w, ",\"ring\":%u", (unsigned)ring);
}

/* With whom a flagged one shares more customers than routing explains; himself: they come back. */
static void put_pairs(struct writer *w, const struct sg_analysis_agent *agent)
{
    for (size_t i = 0; i < agent->n_edges; i++) {
        const struct sg_analysis_edge *edge = &agent->edges[i];
        put(w, i == 0 ? ",\"pairs\":[{" : ",{");
        put_id(w, "\"agent\":", &w->deals->agents, edge->b);
        put(w, ",\"observed\":%.4f,\"expected\":%.4f,\"z\":%.4f}", edge->observed, edge->expected,
            edge->z);
    }
    put(w, agent->n_edges == 0 ? ",\"pairs\":[]" : "]");
}

static void put_agent(struct writer *w, const struct sg_analysis_agent *agent)
{
    put_id(w, "{\"agent\":", &w->deals->agents, agent->agent);
    put(w, ",\"score\":%.4f,\"p\":%.3g,\"q\":%.3g,\"flagged\":%s", finite(agent->score), agent->p,
        agent->q, agent->flagged ? "true" : "false");
    put_ring(w, agent->ring);
    put(w, ",\"tickets\":%u,\"thin\":%s", (unsigned)agent->tickets, agent->thin ? "true" : "false");
    if (agent->flagged)
        put_pairs(w, agent);
    put(w, "}");
}

static void put_customer(struct writer *w, const struct sg_analysis_customer *customer)
{
    put_id(w, "{\"customer\":", &w->deals->customers, customer->customer);
    put(w, ",\"score\":%.4f,\"probability\":%.4f", finite(customer->score), customer->probability);
    put_ring(w, customer->ring);
    put(w, ",\"tickets\":%u,\"to_ring\":%u,\"expected\":%.4f}", (unsigned)customer->tickets,
        (unsigned)customer->to_ring, customer->expected);
}

static void put_ids(struct writer *w, const struct sg_numbering *numbering, const uint32_t *list,
                    size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_id(w, i == 0 ? "" : ",", numbering, list[i]);
}

static void put_edge(struct writer *w, const struct sg_analysis_edge *edge)
{
    put_id(w, "{\"a\":", &w->deals->agents, edge->a);
    put_id(w, ",\"b\":", &w->deals->agents, edge->b);
    put(w, ",\"observed\":%.4f,\"expected\":%.4f,\"z\":%.4f}", edge->observed, edge->expected,
        edge->z);
}

static void put_ticket(struct writer *w, const struct sg_analysis_ticket *ticket,
                       const char *before)
{
    put(w, "%s{\"ticket\":\"%016llx\",\"t\":%llu", before, (unsigned long long)ticket->ticket,
        (unsigned long long)ticket->time_ms);
    put_id(w, ",\"customer\":", &w->deals->customers, ticket->customer);
    put_id(w, ",\"agent\":", &w->deals->agents, ticket->agent);
    put(w, ",\"probability\":%.4f}", ticket->probability);
}

static void put_ring_object(struct writer *w, const struct sg_analysis_ring *ring, size_t number)
{
    put(w, "{\"ring\":%zu,\"agents\":[", number);
    put_ids(w, &w->deals->agents, ring->agents, ring->n_agents);
    put(w, "],\"customers\":[");
    put_ids(w, &w->deals->customers, ring->customers, ring->n_customers);
    put(w,
        "],\"density\":%.4f,\"threshold\":%.4f,\"observed\":%.0f,\"expected\":%.4f,"
        "\"from\":%llu,\"to\":%llu,\"edges\":[",
        ring->density, ring->threshold, ring->observed, ring->expected,
        (unsigned long long)ring->first_ms, (unsigned long long)ring->last_ms);
    for (size_t i = 0; i < ring->n_edges; i++) {
        put(w, i == 0 ? "" : ",");
        put_edge(w, &ring->edges[i]);
    }
    put(w, "],\"likely\":[");
    for (size_t i = 0; i < ring->n_customers; i++)
        put(w, i == 0 ? "%.4f" : ",%.4f", ring->likely[i]);
    put(w, "],\"evidence\":[");
    for (size_t i = 0; i < ring->n_tickets; i++)
        put_ticket(w, &ring->tickets[i], i == 0 ? "" : ",");
    put(w, "],\"days\":[");
    for (size_t i = 0; i < ring->n_days; i++)
        put(w, "%s{\"observed\":%u,\"expected\":%.4f}", i == 0 ? "" : ",",
            (unsigned)ring->days[i].observed, ring->days[i].expected);
    put(w, "]}");
}

/* --- customers who share something; agents who are customers --- */

static void put_link(struct writer *w, const struct sg_identity_link *link, const char *before)
{
    put(w, "%s{\"kind\":\"%s\",\"digest\":\"%016llx\",\"customers\":[", before,
        sg_trace_word(link->kind), (unsigned long long)link->digest);
    put_ids(w, &w->deals->customers, link->customers, link->n_customers);
    put(w, "]}");
}

static void put_reach(struct writer *w, const struct sg_identity_reach *reach, const char *before)
{
    put(w, "%s{", before);
    put_id(w, "\"agent\":", &w->deals->agents, reach->agent);
    put(w, ",\"tickets\":%u,\"customers\":%u,\"expected\":%.4f,\"score\":%.4f}",
        (unsigned)reach->tickets, (unsigned)reach->customers, reach->expected,
        finite(reach->score));
}

static void put_group(struct writer *w, const struct sg_identity_ring *group)
{
    put(w, "{\"customers\":[");
    put_ids(w, &w->deals->customers, group->customers, group->n_customers);
    put(w, "],\"tickets\":%u,\"score\":%.4f,\"q\":%.3g,\"from\":%llu,\"to\":%llu,\"links\":[",
        (unsigned)group->tickets, finite(group->score), group->q,
        (unsigned long long)group->first_ms, (unsigned long long)group->last_ms);
    for (size_t i = 0; i < group->n_links; i++)
        put_link(w, &group->links[i], i == 0 ? "" : ",");
    put(w, "],\"reached\":[");
    for (size_t i = 0; i < group->n_reached; i++)
        put_reach(w, &group->reached[i], i == 0 ? "" : ",");
    put(w, "]}");
}

static void put_swap(struct writer *w, const struct sg_role_swap *swap)
{
    const char *before = "";
    put_id(w, "{\"agent\":", &w->deals->agents, swap->agent);
    put_id(w, ",\"other\":", &w->deals->agents, swap->other);
    put(w, ",\"circle\":%u", (unsigned)swap->circle);
    if (swap->third != SG_DEAL_NONE)
        put_id(w, ",\"third\":", &w->deals->agents, swap->third);
    put(w, ",\"suspected\":%s,\"kinds\":[", swap->suspected ? "true" : "false");
    for (enum sg_trace_kind kind = 0; kind < SG_TRACE_KINDS; kind++) {
        if ((swap->kinds & 1U << kind) == 0)
            continue;
        put(w, "%s\"%s\"", before, sg_trace_word(kind));
        before = ",";
    }
    put(w, "],\"customers\":[");
    put_ids(w, &w->deals->customers, swap->customers, swap->n_customers);
    put(w, "],\"tickets\":%u,\"expected\":%.4f,\"bits\":%.2f,\"score\":%.4f}",
        (unsigned)swap->tickets, swap->expected, swap->bits, finite(swap->score));
}

/* --- all of it --- */

enum scrubgate_status sg_analysis_json(const struct sg_analysis *analysis,
                                       const struct sg_deals *deals, struct sg_buf *out)
{
    struct writer w = {out, deals, SCRUBGATE_OK};
    put(&w,
        "{\"from\":%llu,\"to\":%llu,\"tickets\":%zu,\"lone\":%llu,\"strays\":%llu,\"months\":%.4f,"
        "\"false_alarms\":%g,\"threshold\":%.4f,\"inflation\":%.4f",
        (unsigned long long)analysis->begin_ms, (unsigned long long)analysis->end_ms,
        analysis->tickets, (unsigned long long)deals->lone, (unsigned long long)deals->strays,
        analysis->months, analysis->config.false_alarms, analysis->threshold, analysis->inflation);
    for (size_t i = 0; i < SG_ANALYSIS_BANDS; i++)
        put(&w, "%s{\"tickets_most\":%u,\"doubt\":%.4f}", i == 0 ? ",\"bands\":[" : ",",
            (unsigned)analysis->bands[i].tickets_most, analysis->bands[i].doubt);
    put(&w, "],\n\"agents\":[");
    for (size_t i = 0; i < analysis->n_agents; i++) {
        put(&w, i == 0 ? "\n" : ",\n");
        put_agent(&w, &analysis->agents[i]);
    }
    put(&w, "],\n\"customers\":[");
    for (size_t i = 0; i < analysis->n_customers; i++) {
        put(&w, i == 0 ? "\n" : ",\n");
        put_customer(&w, &analysis->customers[i]);
    }
    put(&w, "],\n\"rings\":[");
    for (size_t i = 0; i < analysis->n_rings; i++) {
        put(&w, i == 0 ? "\n" : ",\n");
        put_ring_object(&w, &analysis->rings[i], i);
    }
    put(&w, "],\n\"identity_rings\":[");
    for (size_t i = 0; i < analysis->identities.n; i++) {
        put(&w, i == 0 ? "\n" : ",\n");
        put_group(&w, &analysis->identities.list[i]);
    }
    put(&w, "],\n\"role_swaps\":[");
    for (size_t i = 0; i < analysis->swaps.n; i++) {
        put(&w, i == 0 ? "\n" : ",\n");
        put_swap(&w, &analysis->swaps.list[i]);
    }
    put(&w, "]}\n");
    return w.rc;
}
