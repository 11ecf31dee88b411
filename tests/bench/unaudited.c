/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unaudited.c - the gateway without its audit log, to measure what the log costs.
 *
 * The product has no switch for that, and gets none: this is linked in front of it (--wrap). A
 * worker's record is neither written down nor waited for: it is "durable" at the end of the turn in
 * which it was handed over. The records of the process itself (start, stop) go their way.
 */
#include <stddef.h>
#include <stdint.h>

#include "audit/record.h"
#include "net/loop.h"
#include "proxy/auditor.h"

/* One worker's: the bench's gateways have one. */
static struct sg_loop *loop_of_worker;
static struct sg_audit_ticket *first, **last = &first;
static uint64_t number;

static void answer(struct sg_task *task)
{
    struct sg_audit_ticket *ticket = first;
    (void)task;
    first = NULL;
    last = &first;
    while (ticket != NULL) {
        struct sg_audit_ticket *next = ticket->next;
        sg_buf_clear(&ticket->record);
        ticket->waiting = false;
        ticket->status = SCRUBGATE_OK;
        ticket->seq = number++;
        ticket->done(ticket); /* may free it */
        ticket = next;
    }
}

static struct sg_task task = {.run = answer};

enum scrubgate_status __real_sg_audit_port_open(struct sg_audit_port **port,
                                                struct sg_auditor *auditor, struct sg_loop *loop);
enum scrubgate_status __wrap_sg_audit_port_open(struct sg_audit_port **port,
                                                struct sg_auditor *auditor, struct sg_loop *loop);
void __wrap_sg_audit_submit(struct sg_audit_port *port, struct sg_audit_ticket *ticket);
void __wrap_sg_audit_note(struct sg_audit_port *port, struct sg_buf *record);
enum scrubgate_status __wrap_sg_record_decision(struct sg_buf *out,
                                                const struct sg_record_source *source,
                                                const struct sg_decision *decision);
enum scrubgate_status __wrap_sg_record_outcome(struct sg_buf *out,
                                               const struct sg_record_source *source,
                                               const struct sg_outcome *outcome);

enum scrubgate_status __wrap_sg_audit_port_open(struct sg_audit_port **port,
                                                struct sg_auditor *auditor, struct sg_loop *loop)
{
    loop_of_worker = loop;
    return __real_sg_audit_port_open(port, auditor, loop);
}

void __wrap_sg_audit_submit(struct sg_audit_port *port, struct sg_audit_ticket *ticket)
{
    (void)port;
    ticket->waiting = true;
    ticket->next = NULL;
    *last = ticket;
    last = &ticket->next;
    sg_task_queue(loop_of_worker, &task);
}

void __wrap_sg_audit_note(struct sg_audit_port *port, struct sg_buf *record)
{
    (void)port;
    sg_buf_clear(record);
}

enum scrubgate_status __wrap_sg_record_decision(struct sg_buf *out,
                                                const struct sg_record_source *source,
                                                const struct sg_decision *decision)
{
    (void)source;
    (void)decision;
    return sg_buf_add_byte(out, '}');
}

enum scrubgate_status __wrap_sg_record_outcome(struct sg_buf *out,
                                               const struct sg_record_source *source,
                                               const struct sg_outcome *outcome)
{
    (void)source;
    (void)outcome;
    return sg_buf_add_byte(out, '}');
}
