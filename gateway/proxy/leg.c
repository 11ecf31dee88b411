/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leg.c - one direction of an exchange: when its body may leave.
 *
 *     push, end -> relay -> step -> decide -> [record durable] -> settle -> open, flow, finish
 *                                                                     └───> refuse
 */
#include "proxy/leg.h"

#include <assert.h>
#include <stddef.h>

#include "base/clock.h"
#include "proxy/assess.h"
#include "proxy/eventlog.h"

/* Bytes pushed for one leg in one turn of the loop, so that no body keeps the others waiting. */
enum { TURN_MOST = 64 * 1024, LOW_MARK = SG_RELAY_MARK / 2 };

#define LEG_OF(pointer, member)                                                                    \
    ((struct sg_leg *)(void *)((char *)(pointer)-offsetof(struct sg_leg, member)))

static void step(struct sg_leg *leg);

/* --- deciding --- */

static void refuse(struct sg_leg *leg, enum sg_reason reason, const char *detail)
{
    leg->state = SG_LEG_OVER;
    leg->ops->refuse(leg, reason, detail);
}

/* The decision stands and its record, where there is one, is durable: do what it says. */
static void settle(struct sg_leg *leg)
{
    if (leg->refusal != SG_REASON_NONE) {
        refuse(leg, leg->refusal, leg->relay.reason);
    } else if (leg->judgement.part == SG_PART_BEGIN) {
        leg->state = SG_LEG_STREAM;
        sg_relay_commit(&leg->relay);
        leg->ops->open(leg, false);
        step(leg);
        if (leg->source_waits)
            sg_task_queue(leg->worker->loop, &leg->task);
    } else {
        leg->state = SG_LEG_CLEARED;
        if (leg->judgement.part == SG_PART_WHOLE)
            leg->ops->open(leg, true);
        else
            leg->ops->finish(leg);
    }
}

/* A line for collusion analysis: once for each message that was decided. */
static void tell_event(struct sg_leg *leg)
{
    struct sg_collusion_event event;
    if (leg->length == 0 || leg->judgement.part == SG_PART_BEGIN ||
        leg->judgement.verdict == SG_VERDICT_REFUSED || leg->worker->events == NULL ||
        sg_decision_private(leg->context))
        return;
    sg_decision_event(&event, leg->context, &leg->relay, &leg->judgement);
    sg_eventlog_add(leg->worker->events, &event);
}

static void ticket_done(struct sg_audit_ticket *ticket)
{
    struct sg_leg *leg = LEG_OF(ticket, ticket);
    leg->waiting = false;
    if (leg->orphaned) {
        leg->ops->orphan(leg);
        return;
    }
    if (leg->state == SG_LEG_OVER)
        return; /* abandoned meanwhile */
    if (ticket->status < 0) {
        refuse(leg, SG_REASON_AUDIT, "");
        return;
    }
    if (!leg->durable)
        leg->seq = ticket->seq;
    leg->durable = true;
    tell_event(leg);
    settle(leg);
}

/* A rule diverts: possible for a request that has somewhere to go and of which nothing has left. */
static void judge_divert(struct sg_leg *leg)
{
    const struct sg_route *route = leg->context->route;
    if (leg->judgement.verdict != SG_VERDICT_DIVERTED || route->shadow || leg->divert)
        return;
    leg->divert =
        leg->judgement.request && route->divert_url != NULL && leg->state == SG_LEG_GATHER;
    if (leg->divert)
        return;
    sg_relay_refuse(&leg->relay, SCRUBGATE_EBLOCKED,
                    leg->state == SG_LEG_STREAM
                        ? "a rule diverts, but the message has begun to leave"
                        : "a rule diverts, but there is nowhere to divert to");
    leg->judgement.verdict = SG_VERDICT_REFUSED;
    leg->refusal = SG_REASON_NO_DIVERT;
}

static void judge(struct sg_leg *leg, enum sg_record_part part)
{
    if (part == SG_PART_BEGIN)
        sg_relay_sum_up(&leg->relay);
    else
        sg_relay_end_stream(&leg->relay); /* its memory is the next body's */
    leg->judgement.part = part;
    leg->judgement.verdict = leg->recorded ? sg_decision_verdict(&leg->relay) : SG_VERDICT_CLEAN;
    leg->refusal = leg->relay.status < 0 ? sg_decision_reason(&leg->relay) : SG_REASON_NONE;
    if (leg->recorded)
        judge_divert(leg);
    leg->state = part == SG_PART_BEGIN ? SG_LEG_OPENING : SG_LEG_FINAL;
}

/* To this agent it does not go, and the sender is not told why: that would teach how not to be
 * found. */
static void deny(struct sg_leg *leg)
{
    sg_relay_refuse(&leg->relay, SCRUBGATE_EBLOCKED, "not assigned");
    sg_relay_end_stream(&leg->relay);
    leg->judgement.verdict = SG_VERDICT_BLOCKED;
    if (leg->judgement.part == SG_PART_BEGIN)
        leg->judgement.part = SG_PART_WHOLE;
    leg->refusal = SG_REASON_NOT_ASSIGNED;
    leg->state = SG_LEG_FINAL;
}

/* To another agent, where the route says where to; else whoever is behind us may do so. */
static void divert(struct sg_leg *leg)
{
    const bool has_left = leg->judgement.part == SG_PART_END && !leg->divert;
    if (leg->context->route->divert_url == NULL || has_left)
        return;
    leg->divert = true;
    if (leg->judgement.verdict < SG_VERDICT_BLOCKED)
        leg->judgement.verdict = SG_VERDICT_DIVERTED;
}

/* Does what was asked for; again at the end of a stream, whose verdict is made anew. */
static void act(struct sg_leg *leg)
{
    if (leg->judgement.assessment == NULL || leg->refusal != SG_REASON_NONE ||
        leg->context->route->shadow)
        return;
    if (leg->assessment.course == SG_COURSE_DIVERT)
        divert(leg);
    else if (leg->assessment.course == SG_COURSE_DENY)
        deny(leg);
}

/* What speaks against a request's ticket or its agent: before anything of it has left. Once more at
 * the end of one whose agent could not be told before, or cannot be any more: what is still here
 * does not follow. */
static enum scrubgate_status assess(struct sg_leg *leg)
{
    const struct sg_assess message = {.context = leg->context,
                                      .relay = &leg->relay,
                                      .judgement = &leg->judgement,
                                      .has_body = leg->length != 0,
                                      .leaves = leg->refusal == SG_REASON_NONE};
    if (!leg->judgement.request || leg->worker->risks == NULL)
        return SCRUBGATE_OK;
    const bool is_unclear = sg_assess_unclear(&message);
    if (leg->judgement.part != SG_PART_END || leg->unclear || is_unclear) {
        const uint64_t begun_ns = sg_clock_mono_ns();
        if (sg_assess(leg->worker->risks, &message, &leg->assessment) < 0)
            return SCRUBGATE_ENOMEM; /* what it would have to remember has no room */
        leg->unclear = is_unclear;
        leg->judgement.assessment = &leg->assessment;
        sg_assessment_count(&leg->assessment, &leg->worker->metrics, sg_clock_mono_ns() - begun_ns);
    }
    act(leg);
    return SCRUBGATE_OK;
}

static void decide(struct sg_leg *leg, enum sg_record_part part)
{
    assert(!leg->waiting);
    judge(leg, part);
    if (!leg->recorded) {
        settle(leg);
        return;
    }
    leg->ticket.done = ticket_done;
    enum scrubgate_status rc = leg->ops->prepare(leg);
    if (rc >= 0)
        rc = assess(leg);
    if (leg->judgement.part != SG_PART_BEGIN)
        sg_decision_count(&leg->worker->metrics, leg->context, &leg->relay, &leg->judgement);
    if (rc >= 0)
        rc = sg_decision_record(&leg->ticket.record, leg->context, &leg->relay, &leg->judgement);
    if (rc < 0) {
        sg_buf_clear(&leg->ticket.record);
        refuse(leg, rc == SCRUBGATE_ENOMEM ? SG_REASON_MEMORY : SG_REASON_AUDIT, "");
        return;
    }
    leg->waiting = true;
    sg_audit_submit(leg->worker->audit, &leg->ticket);
}

/* --- bytes --- */

/* What a rule wants elsewhere must not follow what has left. */
static bool diverts_too_late(const struct sg_leg *leg)
{
    return leg->state == SG_LEG_STREAM && leg->relay.diverts && leg->recorded && !leg->divert &&
           !leg->context->route->shadow;
}

/* Looks at what the relay holds and goes on as far as that allows. */
static void step(struct sg_leg *leg)
{
    struct sg_relay *relay = &leg->relay;
    const struct sg_bytes none = {NULL, 0};
    if (leg->state != SG_LEG_GATHER && leg->state != SG_LEG_STREAM)
        return;
    if (leg->ended && !relay->done)
        (void)sg_relay_push(relay, none, true);
    if (relay->done || relay->status < 0 || diverts_too_late(leg))
        decide(leg, leg->state == SG_LEG_GATHER ? SG_PART_WHOLE : SG_PART_END);
    else if (leg->state == SG_LEG_GATHER && sg_relay_due(relay))
        decide(leg, SG_PART_BEGIN);
    else if (leg->state == SG_LEG_STREAM && sg_relay_ready(relay).len > 0)
        leg->ops->flow(leg);
}

/* The next turn: what passes without a record does not wait for more to gather; a source that was
 * told to wait goes on. */
static void take_turn(struct sg_task *task)
{
    struct sg_leg *leg = LEG_OF(task, task);
    if (leg->state != SG_LEG_GATHER && leg->state != SG_LEG_STREAM)
        return;
    if (leg->ended) {
        step(leg);
    } else if (leg->state == SG_LEG_GATHER && !leg->recorded) {
        decide(leg, SG_PART_BEGIN);
    } else if (leg->source_waits && !sg_relay_full(&leg->relay)) {
        leg->source_waits = false;
        leg->ops->resume(leg);
    }
}

void sg_leg_begin(struct sg_leg *leg, bool recorded, uint64_t length)
{
    assert(leg->state == SG_LEG_IDLE && !leg->waiting);
    leg->state = SG_LEG_GATHER;
    leg->recorded = recorded;
    leg->length = length;
    /* Whoever waits for events gets each as it comes. Others want the whole, or a refusal. */
    if (leg->judgement.request || length != UINT64_MAX)
        leg->relay.live = false;
    leg->refusal = SG_REASON_NONE;
    leg->judgement.assessment = NULL;
    leg->unclear = false;
    leg->seq = leg->turn = leg->spent = 0;
    leg->durable = leg->divert = leg->ended = leg->source_waits = leg->orphaned = false;
    leg->task.run = take_turn;
    /* A head of unknown length may stand alone for long. Any other is sent with what follows. */
    if (!recorded && length == UINT64_MAX)
        sg_task_queue(leg->worker->loop, &leg->task);
}

/* How much of a piece may be pushed in this turn. */
static size_t allowance(struct sg_leg *leg, size_t len)
{
    uint64_t turn = sg_loop_now(leg->worker->loop);
    if (leg->turn != turn) {
        leg->turn = turn;
        leg->spent = 0;
    }
    size_t left = TURN_MOST - (size_t)leg->spent;
    if (len > left)
        len = left;
    leg->spent += len;
    return len;
}

/* What passes untouched goes from the source's memory to the sink's socket. */
static size_t carry(struct sg_leg *leg, struct sg_bytes piece)
{
    if (leg->state != SG_LEG_STREAM || leg->recorded || leg->ops->carry == NULL ||
        !sg_relay_may_skip(&leg->relay, piece.len))
        return 0;
    size_t n = leg->ops->carry(leg, piece);
    sg_relay_skip(&leg->relay, n);
    return n;
}

/* Whether nothing can follow n more bytes: the body's length was said, and this is it. What is
 * recorded leaves no sooner for it, but is scanned in one go. */
static bool completes(const struct sg_leg *leg, size_t n)
{
    return leg->recorded && leg->length != UINT64_MAX && leg->relay.bytes_in + n == leg->length;
}

size_t sg_leg_push(struct sg_leg *leg, struct sg_bytes piece)
{
    size_t taken = carry(leg, piece);
    if (taken < piece.len && (leg->state == SG_LEG_GATHER || leg->state == SG_LEG_STREAM)) {
        size_t carried = taken;
        struct sg_bytes now = {piece.data + carried, allowance(leg, piece.len - carried)};
        taken += sg_relay_push(&leg->relay, now, completes(leg, now.len));
        if (taken == carried + now.len && taken < piece.len)
            sg_task_queue(leg->worker->loop, &leg->task);
        leg->source_waits = taken < piece.len;
        step(leg);
        if (leg->state == SG_LEG_GATHER && !leg->recorded && leg->relay.bytes_in < leg->length)
            sg_task_queue(leg->worker->loop, &leg->task); /* what is here waits for no more */
    }
    if (leg->state == SG_LEG_OVER)
        return piece.len;
    leg->source_waits = leg->source_waits || taken < piece.len;
    return taken;
}

void sg_leg_end(struct sg_leg *leg)
{
    leg->ended = true;
    step(leg);
}

void sg_leg_drained(struct sg_leg *leg)
{
    if (leg->state == SG_LEG_STREAM && (leg->source_waits || leg->ended) &&
        sg_relay_ready(&leg->relay).len <= LOW_MARK)
        sg_task_queue(leg->worker->loop, &leg->task);
}

/* --- the end --- */

void sg_leg_abandon(struct sg_leg *leg, const char *reason)
{
    struct sg_buf record;
    bool begun = leg->recorded && leg->durable && !leg->waiting && leg->state == SG_LEG_STREAM;
    leg->state = SG_LEG_OVER;
    sg_task_cancel(leg->worker->loop, &leg->task);
    if (!begun)
        return;
    sg_relay_refuse(&leg->relay, SCRUBGATE_EIO, reason);
    sg_relay_sum_up(&leg->relay);
    leg->judgement.part = SG_PART_END;
    leg->judgement.verdict = SG_VERDICT_REFUSED;
    sg_buf_init(&record, 0);
    sg_decision_count(&leg->worker->metrics, leg->context, &leg->relay, &leg->judgement);
    if (sg_decision_record(&record, leg->context, &leg->relay, &leg->judgement) >= 0)
        sg_audit_note(leg->worker->audit, &record);
    sg_buf_fini(&record);
}

bool sg_leg_close(struct sg_leg *leg)
{
    sg_task_cancel(leg->worker->loop, &leg->task);
    leg->orphaned = leg->waiting;
    return leg->waiting;
}

void sg_leg_fini(struct sg_leg *leg)
{
    sg_relay_fini(&leg->relay);
    sg_buf_fini(&leg->ticket.record);
}
