/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin_guard_acts.c - what the admin port does with the guard's file, on the thread that may wait
 * for the disk.
 *
 * Nothing is done that the audit log was not told of: what changes an order is recorded first, for
 * its number is known. A new order has its number from the file: when it then cannot be recorded it
 * is taken back.
 */
#include <stddef.h>

#include "base/clock.h"
#include "collusion/guard_json.h"
#include "proxy/admin_guard.h"

enum { LIST_MOST = 64 * 1024 * 1024 };

static struct sg_guard_call *call_of(struct sg_guard_job *job)
{
    return (struct sg_guard_call *)(void *)((char *)job - offsetof(struct sg_guard_call, job));
}

/* --- the log ---------------------------------------------------------------------------------- */

static enum scrubgate_status record(const struct sg_guard_call *call, const char *act, bool done)
{
    const struct sg_admin_guard_acting *acting = &call->acting;
    const struct sg_collusion_order *order = &acting->order;
    const bool is_new = order->kind != 0;
    const struct sg_guard_act told = {.act = act,
                                      .kind = is_new ? sg_order_word(order->kind) : NULL,
                                      .done = done,
                                      .order = order->id,
                                      .brand = order->brand,
                                      .queue = order->queue,
                                      .clearance = order->clearance,
                                      .expires_ms = order->expires_ms,
                                      .by = acting->actor_name,
                                      .actor = acting->actor};
    struct sg_buf line = {0};
    uint64_t seq;
    enum scrubgate_status rc = sg_record_guard(&line, acting->source, &told);
    if (rc >= 0)
        rc = sg_auditor_write(acting->auditor, &line, &seq);
    sg_buf_fini(&line);
    return rc;
}

static enum scrubgate_status refuse_untold(struct sg_guard_call *call, enum scrubgate_status rc)
{
    sg_guard_call_refuse(call, SG_GUARD_UNTOLD,
                         "the audit log cannot be told of it, so it is not done");
    return rc;
}

/* --- list ------------------------------------------------------------------------------------- */

struct listing {
    struct sg_guard_call *call;
    size_t n;
};

static enum scrubgate_status list_one(void *ctx, const struct sg_collusion_order *order)
{
    struct listing *listing = ctx;
    const struct sg_admin_guard_acting *acting = &listing->call->acting;
    struct sg_buf *out = &listing->call->answer;
    const uint64_t agent = acting->order.agent;
    if ((agent != 0 && order->agent != agent && order->other != agent) ||
        (!acting->all && (order->lifted_ms != 0 || order->expires_ms <= acting->now_ms)))
        return SCRUBGATE_OK;
    enum scrubgate_status rc = listing->n++ == 0 ? SCRUBGATE_OK : sg_buf_add_byte(out, ',');
    return rc < 0 ? rc : sg_order_json(out, order, acting->now_ms);
}

enum scrubgate_status sg_guard_act_list(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    struct sg_guard_call *call = call_of(job);
    struct listing listing = {.call = call};
    call->answer.ceiling = LIST_MOST;
    enum scrubgate_status rc = sg_buf_add_text(&call->answer, "{\"orders\":[");
    if (rc >= 0)
        rc = sg_collusion_guard_list(guard, list_one, &listing, &job->fault);
    if (rc >= 0)
        rc = sg_buf_add_text(&call->answer, "]}\n");
    if (rc >= 0)
        call->status = 200;
    return rc;
}

/* --- order ------------------------------------------------------------------------------------ */

/* What nobody could be told of does not stay. If it does, the next look at the list shows it, by
 * its number and with whoever gave it. */
static enum scrubgate_status take_back(struct sg_guard_call *call, struct sg_collusion_guard *guard,
                                       enum scrubgate_status why)
{
    struct scrubgate_fault fault;
    const enum scrubgate_status rc = sg_collusion_guard_lift(
        guard, call->acting.order.id, SG_BYTES("scrubgate"),
        SG_BYTES("the audit log could not be told of it"), call->acting.now_ms, &fault);
    if (rc < 0)
        sg_guard_call_refuse(call, SG_GUARD_UNTOLD,
                             "the audit log could not be told of it, and it could not be taken "
                             "back: see the list");
    else
        (void)refuse_untold(call, why);
    return why;
}

enum scrubgate_status sg_guard_act_order(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    struct sg_guard_call *call = call_of(job);
    struct sg_collusion_order *order = &call->acting.order;
    if (!sg_auditor_healthy(call->acting.auditor))
        return refuse_untold(call, SCRUBGATE_EIO);
    /* Printed before it stands: there is room for the answer. */
    order->id = INT64_MAX;
    enum scrubgate_status rc = sg_order_json(&call->answer, order, call->acting.now_ms);
    if (rc < 0)
        return rc;
    rc = sg_collusion_guard_add(guard, order, &order->id, &job->fault);
    if (rc < 0) {
        order->id = 0;
        (void)record(call, "order", false);
        return rc;
    }
    rc = record(call, "order", true);
    if (rc < 0)
        return take_back(call, guard, rc);
    sg_buf_clear(&call->answer);
    rc = sg_order_json(&call->answer, order, call->acting.now_ms);
    if (rc >= 0)
        rc = sg_buf_add_byte(&call->answer, '\n');
    call->status = 201;
    return rc;
}

/* --- what becomes of one ---------------------------------------------------------------------- */

struct seeking {
    uint64_t id;
    bool found, lifted;
};

static enum scrubgate_status seek(void *ctx, const struct sg_collusion_order *order)
{
    struct seeking *seeking = ctx;
    if (order->id != seeking->id)
        return SCRUBGATE_OK;
    seeking->found = true;
    seeking->lifted = order->lifted_ms != 0;
    return SCRUBGATE_OK;
}

static enum scrubgate_status apply(struct sg_guard_call *call, struct sg_collusion_guard *guard,
                                   bool is_lift)
{
    struct sg_admin_guard_acting *acting = &call->acting;
    struct scrubgate_fault *fault = &call->job.fault;
    return is_lift ? sg_collusion_guard_lift(guard, acting->order.id, acting->actor_name,
                                             acting->words, acting->now_ms, fault)
                   : sg_collusion_guard_appeal(guard, acting->order.id, acting->words, fault);
}

static enum scrubgate_status answer_changed(struct sg_guard_call *call, bool is_lift)
{
    enum scrubgate_status rc =
        sg_buf_addf(&call->answer, "{\"order\":%llu,\"%s\":true}\n",
                    (unsigned long long)call->acting.order.id, is_lift ? "lifted" : "noted");
    call->status = 200;
    return rc;
}

static enum scrubgate_status change(struct sg_guard_job *job, struct sg_collusion_guard *guard,
                                    bool is_lift)
{
    struct sg_guard_call *call = call_of(job);
    const char *act = is_lift ? "lift" : "appeal";
    struct seeking seeking = {.id = call->acting.order.id};
    enum scrubgate_status rc = sg_collusion_guard_list(guard, seek, &seeking, &job->fault);
    if (rc < 0)
        return rc;
    const bool is_there = seeking.found && !(is_lift && seeking.lifted);
    rc = record(call, act, is_there);
    if (rc < 0)
        return refuse_untold(call, rc);
    if (is_there)
        rc = apply(call, guard, is_lift);
    if (is_there && rc == SCRUBGATE_OK)
        return answer_changed(call, is_lift);
    if (is_there) /* somebody else was faster, or the disk refused: then that is told, too */
        (void)record(call, act, false);
    if (rc >= 0)
        sg_guard_call_refuse(call, SG_GUARD_NO_ORDER,
                             seeking.found ? "the order was lifted before"
                                           : "there is no order of that number");
    return rc;
}

enum scrubgate_status sg_guard_act_lift(struct sg_guard_job *job, struct sg_collusion_guard *guard)
{
    return change(job, guard, true);
}

enum scrubgate_status sg_guard_act_appeal(struct sg_guard_job *job,
                                          struct sg_collusion_guard *guard)
{
    return change(job, guard, false);
}
