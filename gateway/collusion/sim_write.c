/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_write.c - a simulated market as analysis reads it, and who was what in it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "collusion/event.h"
#include "collusion/sim_parts.h"

enum { PIECE = 64 * 1024 };

const char *sg_sim_step_word(enum sg_sim_step step)
{
    static const char *const words[SG_SIM_STEPS] = {"open", "assign", "resolve"};
    return words[step];
}

static int by_time(const void *a, const void *b)
{
    const struct sg_sim_moment *x = a, *y = b;
    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    if (x->ticket != y->ticket)
        return x->ticket < y->ticket ? -1 : 1;
    return (x->step > y->step) - (x->step < y->step);
}

/* Hands on what has gathered, all of it at the end. */
static enum scrubgate_status flush(struct sg_buf *text, size_t least, sg_sim_sink *sink, void *ctx)
{
    if (text->len == 0 || text->len < least)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sink(ctx, text);
    text->len = 0;
    return rc;
}

/* --- events --- */

void sg_sim_labels(const struct sg_sim_customer *customer, char brand[SG_SIM_LABEL],
                   char queue[SG_SIM_LABEL])
{
    (void)snprintf(brand, SG_SIM_LABEL, "brand-%u", (unsigned)customer->brand + 1);
    (void)snprintf(queue, SG_SIM_LABEL, "brand-%u-%s", (unsigned)customer->brand + 1,
                   customer->small ? "small" : "general");
}

struct sg_sim_moment *sg_sim_moments(const struct sg_sim *sim, size_t *n)
{
    struct sg_sim_moment *moments = malloc((sim->n_tickets * SG_SIM_STEPS + 1) * sizeof *moments);
    *n = 0;
    if (moments == NULL)
        return NULL;
    for (size_t i = 0; i < sim->n_tickets; i++) {
        const struct sg_sim_ticket *ticket = &sim->tickets[i];
        const uint64_t claimed = ticket->open_ms + ticket->wait_ms;
        moments[(*n)++] = (struct sg_sim_moment){ticket->open_ms, (uint32_t)i, SG_SIM_OPEN};
        if (ticket->agent == SG_SIM_NONE)
            continue;
        moments[(*n)++] = (struct sg_sim_moment){claimed, (uint32_t)i, SG_SIM_ASSIGN};
        moments[(*n)++] =
            (struct sg_sim_moment){claimed + ticket->handle_ms, (uint32_t)i, SG_SIM_RESOLVE};
    }
    qsort(moments, *n, sizeof *moments, by_time);
    return moments;
}

static enum scrubgate_status print(const struct sg_sim *sim, const struct sg_sim_moment *moment,
                                   struct sg_buf *out)
{
    const struct sg_sim_ticket *ticket = &sim->tickets[moment->ticket];
    const struct sg_sim_customer *customer = &sim->customers[ticket->customer];
    char brand[SG_SIM_LABEL], queue[SG_SIM_LABEL];
    sg_sim_labels(customer, brand, queue);
    struct sg_collusion_event event = {.time_ms = moment->ms,
                                       .event = sg_bytes_of(sg_sim_step_word(moment->step)),
                                       .brand = sg_bytes_of(brand),
                                       .queue = sg_bytes_of(queue),
                                       .ticket = ticket->id,
                                       .customer = customer->id};
    if (moment->step != SG_SIM_OPEN)
        event.agent = sim->agents[ticket->agent].id;
    if (moment->step == SG_SIM_OPEN) {
        event.network = ticket->network;
        event.device = ticket->device;
        event.content = ticket->content;
        event.n_identities = ticket->identity != 0;
        event.identities[0] = ticket->identity;
    } else if (moment->step == SG_SIM_RESOLVE) {
        event.network = sim->agents[ticket->agent].network;
        event.device = sim->agents[ticket->agent].device;
        event.handle_ms = ticket->handle_ms;
    }
    return sg_collusion_event_print(&event, out);
}

enum scrubgate_status sg_sim_events(const struct sg_sim *sim, sg_sim_sink *sink, void *ctx)
{
    struct sg_buf text = {0};
    size_t n;
    struct sg_sim_moment *moments = sg_sim_moments(sim, &n);
    enum scrubgate_status rc = moments == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
    for (size_t i = 0; i < n && rc >= 0; i++) {
        rc = print(sim, &moments[i], &text);
        if (rc >= 0)
            rc = flush(&text, PIECE, sink, ctx);
    }
    if (rc >= 0)
        rc = flush(&text, 0, sink, ctx);
    sg_buf_fini(&text);
    free(moments);
    return rc;
}

/* --- truth --- */

struct member {
    uint64_t id;
    uint32_t ring;
};

static int by_id(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static enum scrubgate_status tell(struct member *members, size_t n, const char *what,
                                  struct sg_buf *text, sg_sim_sink *sink, void *ctx)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    qsort(members, n, sizeof *members, by_id);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        rc = sg_buf_add_text(text, "{\"");
        if (rc >= 0)
            rc = sg_buf_add_text(text, what);
        if (rc >= 0)
            rc = sg_buf_add_text(text, "\":\"");
        if (rc >= 0)
            rc = sg_buf_add_hex64(text, members[i].id);
        if (rc >= 0)
            rc = sg_buf_add_text(text, "\",\"ring\":");
        if (rc >= 0)
            rc = members[i].ring == SG_SIM_NONE ? sg_buf_add_text(text, "null")
                                                : sg_buf_add_u64(text, members[i].ring);
        if (rc >= 0)
            rc = sg_buf_add_text(text, "}\n");
        if (rc >= 0)
            rc = flush(text, PIECE, sink, ctx);
    }
    return rc;
}

enum scrubgate_status sg_sim_truth(const struct sg_sim *sim, sg_sim_sink *sink, void *ctx)
{
    struct sg_buf text = {0};
    size_t most = sim->n_tickets;
    most = sim->n_customers > most ? sim->n_customers : most;
    most = sim->n_agents > most ? sim->n_agents : most;
    struct member *members = malloc((most + 1) * sizeof *members);
    if (members == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; i < sim->n_agents; i++)
        members[i] = (struct member){sim->agents[i].id, sim->agents[i].ring};
    enum scrubgate_status rc = tell(members, sim->n_agents, "agent", &text, sink, ctx);
    for (size_t i = 0; i < sim->n_customers; i++)
        members[i] = (struct member){sim->customers[i].id, sim->customers[i].ring};
    if (rc >= 0)
        rc = tell(members, sim->n_customers, "customer", &text, sink, ctx);
    for (size_t i = 0; i < sim->n_tickets; i++)
        members[i] = (struct member){sim->tickets[i].id, sim->tickets[i].ring};
    if (rc >= 0)
        rc = tell(members, sim->n_tickets, "ticket", &text, sink, ctx);
    if (rc >= 0)
        rc = flush(&text, 0, sink, ctx);
    sg_buf_fini(&text);
    free(members);
    return rc;
}
