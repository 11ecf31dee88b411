/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_ask.c - the guard's answers: what of orders, clearances, contacts and ignorance holds.
 */
#include <assert.h>

#include "collusion/guard_parts.h"

static const char *const rules[SG_GUARD_RULES] = {
    [SG_GUARD_UNKNOWN] = "unknown",     [SG_GUARD_BLOCK] = "block",
    [SG_GUARD_CLEARANCE] = "clearance", [SG_GUARD_COOLOFF] = "cooloff",
    [SG_GUARD_FLAGGED] = "flagged",
};

const char *sg_guard_rule_word(enum sg_guard_rule rule)
{
    assert((unsigned)rule < SG_GUARD_RULES);
    return rules[rule];
}

/* One question, and what holds so far. */
struct asking {
    struct sg_guard_tables *tables;
    const struct sg_collusion_policy *policy;
    uint64_t agent, now;
    struct sg_bytes brand, queue;
    struct sg_ruling held[SG_GUARD_RULES]; /* until_ms 0: this one does not */
};

/* What lasts longer and denies more stays. */
static void hold(struct asking *q, const struct sg_ruling *ruling)
{
    struct sg_ruling *held = &q->held[ruling->rule];
    if (held->until_ms == 0 || ruling->mode > held->mode ||
        (ruling->mode == held->mode && ruling->until_ms > held->until_ms))
        *held = *ruling;
}

static bool covers(const char *named, struct sg_bytes asked)
{
    return named[0] == '\0' || sg_bytes_equal(sg_bytes_of(named), asked);
}

static const struct sg_guard_ordered *ordered_at(const struct asking *q, uint32_t at)
{
    return at == SG_GUARD_END ? NULL : &q->tables->ordered[at];
}

/* Whether an order of that kind, for that brand or clearance, is in force for any of them. */
static bool is_ordered(const struct asking *q, const struct sg_guard_agent *first,
                       enum sg_order_kind kind, const char *clearance)
{
    for (const struct sg_guard_agent *at = first; at != NULL;
         at = sg_guard_tables_next(q->tables, at)) {
        const struct sg_guard_ordered *order = ordered_at(q, at->order);
        for (; order != NULL; order = ordered_at(q, order->next))
            if (order->kind == kind && order->expires_ms > q->now &&
                covers(order->brand, q->brand) &&
                (clearance == NULL || sg_text_same(order->clearance, clearance)))
                return true;
    }
    return false;
}

static void judge_orders(struct asking *q, const struct sg_guard_agent *first)
{
    const enum sg_signal_mode flagged =
        sg_collusion_policy_signal(q->policy, SG_SIGNAL_FLAGGED).mode;
    for (const struct sg_guard_agent *at = first; at != NULL;
         at = sg_guard_tables_next(q->tables, at)) {
        const struct sg_guard_ordered *order = ordered_at(q, at->order);
        for (; order != NULL; order = ordered_at(q, order->next)) {
            const bool is_block = order->kind == SG_ORDER_BLOCK;
            if ((!is_block && order->kind != SG_ORDER_FLAG) || order->expires_ms <= q->now ||
                !covers(order->brand, q->brand) || !covers(order->queue, q->queue))
                continue;
            hold(q, &(struct sg_ruling){.rule = is_block ? SG_GUARD_BLOCK : SG_GUARD_FLAGGED,
                                        .mode = is_block ? SG_SIGNAL_ENFORCE : flagged,
                                        .until_ms = order->expires_ms,
                                        .order = order->id});
        }
    }
}

static void judge_clearances(struct asking *q, const struct sg_guard_agent *first)
{
    const struct sg_clearance *wanted;
    size_t at = 0;
    while ((wanted = sg_collusion_policy_clearance(q->policy, q->brand, q->queue, &at)) != NULL)
        if (!is_ordered(q, first, SG_ORDER_ATTEST, wanted->name))
            hold(q, &(struct sg_ruling){.rule = SG_GUARD_CLEARANCE,
                                        .mode = wanted->mode,
                                        .until_ms = SG_GUARD_NO_END,
                                        .name = wanted->name});
}

static void judge_served(struct asking *q, const struct sg_guard_served *served, uint32_t brand)
{
    if (served->brand == brand)
        return;
    const struct sg_conflict *conflict =
        sg_collusion_policy_conflict(q->policy, served->brand, brand);
    /* A time is under 2^63 on disk and 2^52 here, a cool-off 180 days: no sum overflows. */
    const uint64_t until = conflict == NULL ? 0 : served->last_ms + conflict->cooloff_ms;
    if (until > q->now)
        hold(q, &(struct sg_ruling){
                    .rule = SG_GUARD_COOLOFF,
                    .mode = sg_collusion_policy_signal(q->policy, SG_SIGNAL_COOLOFF).mode,
                    .until_ms = until,
                    .name = conflict->name,
                    .brand = sg_collusion_policy_brand_name(q->policy, served->brand)});
}

static void judge_cooloff(struct asking *q, const struct sg_guard_agent *first)
{
    const uint32_t brand = sg_collusion_policy_brand(q->policy, q->brand);
    if (brand == SG_BRAND_NONE || is_ordered(q, first, SG_ORDER_WAIVE, NULL))
        return;
    for (const struct sg_guard_agent *at = first; at != NULL;
         at = sg_guard_tables_next(q->tables, at))
        for (uint32_t i = at->contact; i != SG_GUARD_END; i = q->tables->served[i].next)
            judge_served(q, &q->tables->served[i], brand);
}

static void hold_unknown(struct asking *q, enum sg_signal_mode mode)
{
    hold(q,
         &(struct sg_ruling){.rule = SG_GUARD_UNKNOWN, .mode = mode, .until_ms = SG_GUARD_NO_END});
}

/* Whether all contacts of all of them are there, and serving could be remembered, which the next
 * question needs. */
static bool knows_contacts(struct asking *q, const struct sg_guard_agent *first, uint32_t brand)
{
    for (const struct sg_guard_agent *at = first; at != NULL;
         at = sg_guard_tables_next(q->tables, at))
        if (at->is_short)
            return false;
    return sg_guard_tables_has_room(q->tables, q->agent, (uint16_t)brand);
}

/* An order that is not known of may be one to block, which denies whatever the policy is. */
static void judge_ignorance(struct asking *q, const struct sg_collusion_guard *guard,
                            const struct sg_guard_agent *first)
{
    const uint32_t brand = sg_collusion_policy_brand(q->policy, q->brand);
    if (guard == NULL || guard->behind || guard->tables.is_short)
        hold_unknown(q, SG_SIGNAL_ENFORCE);
    else if (brand != SG_BRAND_NONE && q->agent != SG_GUARD_SOMEBODY &&
             !is_ordered(q, first, SG_ORDER_WAIVE, NULL) &&
             (guard->is_doubted || !knows_contacts(q, first, brand)))
        hold_unknown(q, sg_collusion_policy_signal(q->policy, SG_SIGNAL_COOLOFF).mode);
}

/* Of somebody who cannot be told all is unknown that holds for anybody. */
static void judge_anybody(struct asking *q)
{
    const struct sg_clearance *wanted;
    size_t at = 0;
    while ((wanted = sg_collusion_policy_clearance(q->policy, q->brand, q->queue, &at)) != NULL)
        hold_unknown(q, wanted->mode);
    if (sg_collusion_policy_brand(q->policy, q->brand) != SG_BRAND_NONE)
        hold_unknown(q, sg_collusion_policy_signal(q->policy, SG_SIGNAL_COOLOFF).mode);
    for (size_t i = 0; i < q->tables->n_ordered; i++) {
        const struct sg_guard_ordered *order = &q->tables->ordered[i];
        if (order->kind == SG_ORDER_BLOCK && order->expires_ms > q->now &&
            covers(order->brand, q->brand) && covers(order->queue, q->queue))
            hold_unknown(q, SG_SIGNAL_ENFORCE);
    }
}

void sg_collusion_guard_ask(struct sg_collusion_guard *guard,
                            const struct sg_collusion_policy *policy, uint64_t agent,
                            struct sg_bytes brand, struct sg_bytes queue, uint64_t now_ms,
                            struct sg_eligibility *answer)
{
    struct asking q = {.policy = guard == NULL ? policy : guard->policy,
                       .agent = agent,
                       .now = now_ms,
                       .brand = brand,
                       .queue = queue};
    const struct sg_guard_agent *first = NULL;
    *answer = (struct sg_eligibility){.allowed = true};
    if (agent == 0)
        return;
    if (guard != NULL && agent != SG_GUARD_SOMEBODY) {
        q.tables = &guard->tables;
        first = sg_guard_tables_walk(q.tables, agent, now_ms);
        judge_orders(&q, first);
        judge_clearances(&q, first);
        judge_cooloff(&q, first);
    }
    if (guard != NULL && agent == SG_GUARD_SOMEBODY) {
        q.tables = &guard->tables;
        judge_anybody(&q);
    }
    judge_ignorance(&q, guard, first);
    for (int i = 0; i < SG_GUARD_RULES; i++) {
        if (q.held[i].until_ms == 0)
            continue;
        answer->ruling[answer->n++] = q.held[i];
        if (q.held[i].mode != SG_SIGNAL_ENFORCE)
            continue;
        answer->allowed = false;
        if (q.held[i].until_ms > answer->until_ms)
            answer->until_ms = q.held[i].until_ms;
    }
}
