/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.h - may this agent serve that brand? Exact, and the same after a crash.
 *
 *     contacts ──> [tables in memory] ──> collect ──> write: one commit for many ─┐
 *     orders ────> add, lift: on disk, then in the tables                   guard.db (guard_db.h)
 *     ask <── tables                                         refresh: what other processes wrote
 *
 * An agent is a digest that stays the same as long as contacts are kept: where the key of digests
 * is replaced, the caller links the new one to the old (SG_ORDER_LINK). Linked agents are one
 * person: what one of them did or was ordered counts for all.
 *
 * What cannot be known is denied, SG_GUARD_UNKNOWN. Where orders are not known (the file cannot be
 * had, was not all read, or has more of them than the tables) one to block may be among them, and
 * that denies whatever the policy says: so unknown is enforced, for every agent. Where only
 * contacts are not known (no room for this agent's, or they do not get to the disk) it has the mode
 * of the cool-off, for brands in conflict groups, unless the agent has a waiver.
 *
 * Time is the caller's, wall clock in milliseconds. A contact never moves back; a clock that was
 * ahead makes cool-offs longer, never shorter, and a waiver is the way out; but prune wants one
 * that is right.
 *
 * Tables are not locked: the caller lets one thread at a time in. Only sg_guard_batch_write and
 * sg_guard_view_read, which wait for the disk, may run beside sg_collusion_guard_ask and _contact;
 * never two calls that are marked with (disk) at once.
 */
#ifndef SG_COLLUSION_GUARD_H
#define SG_COLLUSION_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"
#include "collusion/order.h"
#include "collusion/policy.h"

enum {
    SG_GUARD_AGENTS = 1 << 17, /* met; ceilings of the tables: about 50 MB in all */
    SG_GUARD_CONTACTS = 1 << 19,
    SG_GUARD_ORDERS = 1 << 16 /* in force; the agents that they are about have room besides */
};
#define SG_GUARD_NO_END UINT64_MAX
/* Where it lies below the state folder, for the gateway and for commands; and in a folder that is
 * nobody else's, for the log of what is not in the file yet. */
#define SG_GUARD_FOLDER "collusion"
#define SG_GUARD_FILE   SG_GUARD_FOLDER "/guard.db"

struct sg_collusion_guard;

/* (disk) Borrows the policy until close. EMALFORMED: the file is damaged; EIO: it cannot be had.
 * *guard is then NULL, which all may be asked. What it holds over the ceilings is not known; it can
 * be listed and lifted all the same. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_open(
    struct sg_collusion_guard **guard, const char *path, const struct sg_collusion_policy *policy,
    struct scrubgate_fault *fault);
/* (disk) What was not written is lost: flush before. NULL is fine. */
void sg_collusion_guard_close(struct sg_collusion_guard *guard);
/* There was no file, or an empty one: it was made when this was opened. */
bool sg_collusion_guard_is_new(const struct sg_collusion_guard *guard);
/* On disk and not lifted, at the last look; they may be over. */
uint64_t sg_collusion_guard_orders(const struct sg_collusion_guard *guard);
/* Contacts do not get to the disk for longer than may be: a crash would forget them. */
void sg_collusion_guard_doubt(struct sg_collusion_guard *guard, bool is_doubted);

/* --- asking --- */

enum sg_guard_rule {
    SG_GUARD_UNKNOWN,   /* the guard does not know all it should */
    SG_GUARD_BLOCK,     /* an order */
    SG_GUARD_CLEARANCE, /* an attestation is missing */
    SG_GUARD_COOLOFF,   /* served a competitor lately */
    SG_GUARD_FLAGGED,   /* an order to look */
    SG_GUARD_RULES
};

struct sg_ruling {
    enum sg_guard_rule rule;
    enum sg_signal_mode mode; /* it denies in SG_SIGNAL_ENFORCE only */
    uint64_t until_ms;        /* SG_GUARD_NO_END: until something is done about it */
    uint64_t order;           /* the order's id, or 0 */
    const char *name;         /* the conflict's, the clearance's, or NULL; the policy's */
    const char *brand;        /* that was served before, or NULL; the policy's */
};

/* The rulings that hold, at most one a rule: the one that lasts longest. */
struct sg_eligibility {
    bool allowed;
    uint64_t until_ms; /* when not allowed: no earlier than then */
    size_t n;
    struct sg_ruling ruling[SG_GUARD_RULES];
};

/* "unknown", "block", "clearance", "cooloff", "flagged"; static. */
const char *sg_guard_rule_word(enum sg_guard_rule rule);

/* Somebody, but it cannot be told who: unknown. */
#define SG_GUARD_SOMEBODY UINT64_MAX

/* guard may be NULL: unknown. An agent that nobody named (0) is not judged. */
void sg_collusion_guard_ask(struct sg_collusion_guard *guard,
                            const struct sg_collusion_policy *policy, uint64_t agent,
                            struct sg_bytes brand, struct sg_bytes queue, uint64_t now_ms,
                            struct sg_eligibility *answer);

/* --- contacts --- */

/* The agent serves the brand now. Brands outside conflict groups are not remembered. ELIMIT (which
 * ask foresees) or ENOMEM: there is no room to remember it, so the agent must not serve. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_contact(
    struct sg_collusion_guard *guard, uint64_t agent, struct sg_bytes brand, uint64_t now_ms);

struct sg_guard_batch; /* contacts on their way to the disk; not bound to guard or policy */

/* Takes what is not on disk yet. *batch is NULL when there is nothing. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_batch_collect(struct sg_collusion_guard *guard,
                                                                struct sg_guard_batch **batch);
/* (disk) OK: all of it survives any crash. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_batch_write(struct sg_collusion_guard *guard,
                                                              struct sg_guard_batch *batch,
                                                              struct scrubgate_fault *fault);
/* After the write: what was not written is taken again by the next collect. It may be another
 * guard's that was opened since. */
void sg_guard_batch_settle(struct sg_collusion_guard *guard, struct sg_guard_batch *batch,
                           bool written);
void sg_guard_batch_free(
    struct sg_guard_batch *batch); /* what it holds is forgotten; NULL is fine */
/* (disk) The three of them. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_flush(struct sg_collusion_guard *guard,
                                                                  struct scrubgate_fault *fault);

/* --- orders: (disk), durable and in force when they answer OK --- */

/* EINVAL as sg_order_check; ELIMIT, before anything is written: too many are in force. EIO also:
 * the file was moved or removed, see sg_collusion_guard_refresh. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_add(
    struct sg_collusion_guard *guard, const struct sg_collusion_order *order, uint64_t *id,
    struct scrubgate_fault *fault);
/* DONE: there is no such order in force. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_lift(struct sg_collusion_guard *guard,
                                                                 uint64_t id, struct sg_bytes actor,
                                                                 struct sg_bytes why,
                                                                 uint64_t now_ms,
                                                                 struct scrubgate_fault *fault);
/* What the agent objected and what was decided, in place of the note before. DONE: no such order.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_appeal(struct sg_collusion_guard *guard,
                                                                   uint64_t id,
                                                                   struct sg_bytes note,
                                                                   struct scrubgate_fault *fault);
/* All orders that are kept, by id, those that are over too. Texts are borrowed for the call. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_list(
    struct sg_collusion_guard *guard,
    enum scrubgate_status (*take)(void *ctx, const struct sg_collusion_order *order), void *ctx,
    struct scrubgate_fault *fault);

/* --- forgetting and catching up: (disk) --- */

/* Erases what is kept of an agent, but for orders in force: kept says how many. Lift them first. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_erase(struct sg_collusion_guard *guard,
                                                                  uint64_t agent, uint64_t now_ms,
                                                                  uint64_t *kept,
                                                                  struct scrubgate_fault *fault);
/* Whether something in the file is of one of the thirty days before yesterday: a clock that was set
 * far ahead has none. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_lived(struct sg_collusion_guard *guard,
                                                                  uint64_t now_ms, bool *lived,
                                                                  struct scrubgate_fault *fault);
/* Erases what is older than SG_COLLUSION_RETENTION_MS; to be called daily, by a clock that is
 * right: what is erased by one that is ahead ends too early. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_prune(struct sg_collusion_guard *guard,
                                                                  uint64_t now_ms,
                                                                  uint64_t *removed,
                                                                  struct scrubgate_fault *fault);
/* Takes in what other processes wrote: cheap when they did not. Below zero: the tables are as they
 * were, and the guard answers unknown until it could catch up. EIO where the file was moved or
 * removed: it never will, and is to be opened anew. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_guard_refresh(
    struct sg_collusion_guard *guard, struct scrubgate_fault *fault);

struct sg_guard_view; /* what the file says: tables on their way into the guard */

/* (disk) The first half of a refresh, for those who cannot let the askers wait: reads the file when
 * others wrote to it, to put another policy in force (NULL: the same; else borrowed from the take
 * on), or when it could not be read before. *view is NULL when there is nothing new. Contacts must
 * have been written: batch_collect, _write, _settle. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_view_read(
    struct sg_collusion_guard *guard, const struct sg_collusion_policy *policy,
    struct sg_guard_view **view, struct scrubgate_fault *fault);
/* The second, whatever the first answered: it is in force from here on, with the contacts that came
 * meanwhile. When either is below zero all is as it was, and the guard answers unknown until a
 * later view. Frees it. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_guard_view_take(struct sg_collusion_guard *guard,
                                                            struct sg_guard_view *view);

#endif
