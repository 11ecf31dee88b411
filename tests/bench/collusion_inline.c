/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion_inline.c - tickets of a simulated market, scored at the moment when they are assigned.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "collusion_bench.h"

enum { STEPS = 3 };
const struct sg_scorer_config bench_scorer_config = {.key = {7, 1}};

double cpu_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static int by_time(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    if (x->ticket != y->ticket)
        return x->ticket < y->ticket ? -1 : 1;
    return (x->step > y->step) - (x->step < y->step);
}

struct moment *moments_of(const struct sg_sim *sim, size_t *n)
{
    struct moment *moments = malloc((sim->n_tickets * STEPS + 1) * sizeof *moments);
    *n = 0;
    for (size_t i = 0; moments != NULL && i < sim->n_tickets; i++) {
        const struct sg_sim_ticket *ticket = &sim->tickets[i];
        const uint64_t claimed = ticket->open_ms + ticket->wait_ms;
        moments[(*n)++] = (struct moment){ticket->open_ms, (uint32_t)i, 0};
        if (ticket->agent == SG_SIM_NONE)
            continue;
        moments[(*n)++] = (struct moment){claimed, (uint32_t)i, 1};
        moments[(*n)++] = (struct moment){claimed + ticket->handle_ms, (uint32_t)i, 2};
    }
    if (moments != NULL)
        qsort(moments, *n, sizeof *moments, by_time);
    return moments;
}

/* The same as sg_sim_events writes. */
struct sg_collusion_event event_of(const struct sg_sim *sim, const struct moment *moment)
{
    static char names[SG_SIM_BRANDS_MOST][8];
    static const char *const words[STEPS] = {"open", "assign", "resolve"};
    const struct sg_sim_ticket *ticket = &sim->tickets[moment->ticket];
    const struct sg_sim_customer *customer = &sim->customers[ticket->customer];
    char *name = names[customer->brand];
    if (name[0] == '\0')
        (void)snprintf(name, sizeof names[0], "b%u", (unsigned)customer->brand % 100);
    struct sg_collusion_event event = {.time_ms = moment->ms,
                                       .event = sg_bytes_of(words[moment->step]),
                                       .brand = sg_bytes_of(name),
                                       .queue = sg_bytes_of(customer->small ? "small" : "general"),
                                       .ticket = ticket->id,
                                       .customer = customer->id};
    if (moment->step > 0)
        event.agent = sim->agents[ticket->agent].id;
    if (moment->step == 0) {
        event.network = ticket->network;
        event.device = ticket->device;
        event.content = ticket->content;
        event.n_identities = ticket->identity != 0;
        event.identities[0] = ticket->identity;
    } else if (moment->step == 2) {
        event.network = sim->agents[ticket->agent].network;
        event.device = sim->agents[ticket->agent].device;
        event.handle_ms = ticket->handle_ms;
    }
    return event;
}

static size_t feed(struct sg_scorer *scorer, const struct sg_sim *sim, const struct moment *moments,
                   size_t n, struct scored *list, uint64_t *since)
{
    size_t judged = 0;
    for (size_t i = 0; i < n; i++) {
        const struct sg_collusion_event event = event_of(sim, &moments[i]);
        struct sg_risk risk;
        sg_scorer_feed(scorer, &event, &risk);
        if (!risk.fresh)
            continue;
        const struct sg_sim_ticket *ticket = &sim->tickets[moments[i].ticket];
        list[judged++] = (struct scored){risk.risk, ticket->ring != SG_SIM_NONE};
        if (risk.flagged && since[ticket->agent] == 0)
            since[ticket->agent] = moments[i].ms;
    }
    return judged;
}

bool score_market(const struct sg_sim *sim, struct inline_result *result, uint64_t *since)
{
    size_t n;
    struct sg_scorer *scorer = NULL;
    struct moment *moments = moments_of(sim, &n);
    struct scored *list = malloc((sim->n_tickets + 1) * sizeof *list);
    const bool fine = moments != NULL && list != NULL &&
                      sg_scorer_new(&scorer, &bench_scorer_config) >= SCRUBGATE_OK;
    if (fine) {
        const double begin = cpu_ns();
        const size_t judged = feed(scorer, sim, moments, n, list, since);
        result->ns = (cpu_ns() - begin) / (double)n;
        const struct ranking ranking = rank_of(list, judged);
        result->auc = ranking.auc;
        result->ap = ranking.ap;
        result->recall = ranking.recall;
    }
    sg_scorer_free(scorer);
    free(list);
    free(moments);
    return fine;
}

double scorer_megabytes(void)
{
    const struct mallinfo2 before = mallinfo2();
    struct sg_scorer *scorer;
    if (sg_scorer_new(&scorer, &bench_scorer_config) < 0)
        return 0;
    const struct mallinfo2 after = mallinfo2();
    sg_scorer_free(scorer);
    return 1e-6 * (double)(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd);
}
