/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.c - may this agent serve that brand? Exact, and the same after a crash.
 */
#include "collusion/guard.h"

#include <stdlib.h>

#include "base/diag.h"
#include "collusion/guard_db.h"
#include "collusion/guard_parts.h"

enum { GAP_DAYS = 30 };
static const uint64_t day_ms = 86400000;

/* --- from the disk into the tables ------------------------------------------------------------ */

struct sg_guard_view {
    const struct sg_collusion_policy *policy;
    struct sg_guard_tables tables;
    uint64_t n_orders;
};

static enum scrubgate_status load_order(void *ctx, const struct sg_collusion_order *order)
{
    struct sg_guard_view *view = ctx;
    if (order->lifted_ms != 0)
        return SCRUBGATE_OK;
    view->n_orders++;
    const enum scrubgate_status rc = sg_guard_tables_order(&view->tables, order);
    if (rc == SCRUBGATE_ELIMIT)
        view->tables.is_short = true; /* what is too much can be listed and lifted still */
    return rc == SCRUBGATE_ELIMIT ? SCRUBGATE_OK : rc;
}

/* A brand that is in no group any more: kept on disk as long as it may be again. For whom there is
 * no room at all is not known; who has some is known not to be known. */
static enum scrubgate_status load_contact(void *ctx, const struct sg_guard_contact *contact)
{
    struct sg_guard_view *view = ctx;
    struct sg_guard_served *served;
    const uint32_t brand = sg_collusion_policy_brand(view->policy, contact->brand);
    if (brand == SG_BRAND_NONE)
        return SCRUBGATE_OK;
    enum scrubgate_status rc =
        sg_guard_tables_serve(&view->tables, contact->agent, (uint16_t)brand, &served);
    if (rc >= 0)
        served->last_ms = contact->last_ms;
    if (rc != SCRUBGATE_ELIMIT)
        return rc;
    struct sg_guard_agent *who = sg_guard_tables_find(&view->tables, contact->agent);
    if (who != NULL)
        who->is_short = true;
    return SCRUBGATE_OK;
}

static void free_view(struct sg_guard_view *view)
{
    if (view == NULL)
        return;
    sg_guard_tables_fini(&view->tables);
    free(view);
}

static enum scrubgate_status read_view(struct sg_collusion_guard *guard,
                                       const struct sg_collusion_policy *policy,
                                       struct sg_guard_view **view, struct scrubgate_fault *fault)
{
    struct sg_guard_view *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *view = NULL;
    sg_fault_set(fault, NULL, 0, 0, "out of memory");
    if (made == NULL)
        goto out;
    made->policy = policy;
    rc = sg_guard_tables_init(&made->tables);
    if (rc >= 0)
        rc = sg_guard_db_orders(guard->db, load_order, made, fault);
    if (rc >= 0)
        rc = sg_guard_db_contacts(guard->db, load_contact, made, fault);
    if (rc < 0)
        goto out;
    *view = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    free_view(made);
    return rc;
}

/* A contact that is not on disk yet; of a brand that is in no group any more it is forgotten. */
static enum scrubgate_status bring(const struct sg_collusion_guard *guard,
                                   const struct sg_guard_served *old, struct sg_guard_view *view,
                                   size_t *n_pending)
{
    struct sg_guard_served *served;
    const char *name = sg_collusion_policy_brand_name(guard->policy, old->brand);
    const uint32_t brand = sg_collusion_policy_brand(view->policy, sg_bytes_of(name));
    if (brand == SG_BRAND_NONE)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_guard_tables_serve(
        &view->tables, guard->tables.numbers.ids[old->agent], (uint16_t)brand, &served);
    if (rc < 0)
        return rc;
    if (old->last_ms > served->last_ms)
        served->last_ms = old->last_ms;
    *n_pending += !served->pending;
    served->pending = true;
    return rc;
}

/* All or nothing: on failure the tables are as they were. */
enum scrubgate_status sg_guard_view_take(struct sg_collusion_guard *guard,
                                         struct sg_guard_view *view)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t n_pending = 0;
    if (view == NULL) {
        guard->behind = guard->behind || guard->missed;
        return rc;
    }
    for (size_t i = 0; i < guard->tables.n_served && rc >= 0; i++)
        if (guard->tables.served[i].pending)
            rc = bring(guard, &guard->tables.served[i], view, &n_pending);
    guard->behind = rc < 0;
    if (rc >= 0) {
        const struct sg_guard_tables old = guard->tables;
        guard->tables = view->tables;
        guard->policy = view->policy;
        guard->n_pending = n_pending;
        guard->n_orders = view->n_orders;
        view->tables = old; /* freed with it */
    }
    free_view(view);
    return rc;
}

static enum scrubgate_status load(struct sg_collusion_guard *guard, struct scrubgate_fault *fault)
{
    struct sg_guard_view *view;
    enum scrubgate_status rc = read_view(guard, guard->policy, &view, fault);
    return rc < 0 ? rc : sg_guard_view_take(guard, view);
}

enum scrubgate_status sg_collusion_guard_open(struct sg_collusion_guard **guard, const char *path,
                                              const struct sg_collusion_policy *policy,
                                              struct scrubgate_fault *fault)
{
    struct sg_collusion_guard *made = calloc(1, sizeof *made);
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    *guard = NULL;
    if (made == NULL) {
        sg_fault_set(fault, path, 0, 0, "out of memory");
        goto out;
    }
    made->policy = policy;
    rc = sg_guard_db_open(&made->db, path, fault);
    if (rc >= 0)
        rc = load(made, fault);
    if (rc < 0)
        goto out;
    *guard = made;
    made = NULL; /* the caller's now: the exit frees nothing */
out:
    sg_collusion_guard_close(made);
    return rc;
}

bool sg_collusion_guard_is_new(const struct sg_collusion_guard *guard)
{
    return sg_guard_db_is_new(guard->db);
}

uint64_t sg_collusion_guard_orders(const struct sg_collusion_guard *guard)
{
    return guard->n_orders;
}

void sg_collusion_guard_doubt(struct sg_collusion_guard *guard, bool is_doubted)
{
    guard->is_doubted = is_doubted;
}

void sg_collusion_guard_close(struct sg_collusion_guard *guard)
{
    if (guard == NULL)
        return;
    sg_guard_tables_fini(&guard->tables);
    sg_guard_db_close(guard->db);
    free(guard);
}

/* --- contacts --------------------------------------------------------------------------------- */

/* It is to be written. */
static void mark(struct sg_collusion_guard *guard, struct sg_guard_served *served)
{
    guard->n_pending += !served->pending;
    served->pending = true;
}

enum scrubgate_status sg_collusion_guard_contact(struct sg_collusion_guard *guard, uint64_t agent,
                                                 struct sg_bytes brand, uint64_t now_ms)
{
    struct sg_guard_served *served;
    const uint32_t number = sg_collusion_policy_brand(guard->policy, brand);
    if (agent == 0 || number == SG_BRAND_NONE)
        return SCRUBGATE_OK;
    if (now_ms > SG_ORDER_TIME_MOST)
        return SCRUBGATE_EINVAL;
    enum scrubgate_status rc =
        sg_guard_tables_serve(&guard->tables, agent, (uint16_t)number, &served);
    if (rc >= 0 && now_ms > served->last_ms) {
        served->last_ms = now_ms;
        mark(guard, served);
    }
    return rc;
}

struct sg_guard_batch {
    struct sg_arena names; /* its own: it may outlive the policy */
    size_t n;
    struct sg_guard_contact contacts[];
};

void sg_guard_batch_free(struct sg_guard_batch *batch)
{
    if (batch != NULL)
        sg_arena_fini(&batch->names);
    free(batch);
}

/* The name of a brand, once for each. NULL: out of memory. */
static const char *name_brand(struct sg_guard_batch *batch, const char *names[SG_POLICY_BRANDS],
                              const struct sg_collusion_policy *policy, uint16_t brand)
{
    if (names[brand] == NULL)
        names[brand] = sg_arena_copy(&batch->names,
                                     sg_bytes_of(sg_collusion_policy_brand_name(policy, brand)));
    return names[brand];
}

enum scrubgate_status sg_guard_batch_collect(struct sg_collusion_guard *guard,
                                             struct sg_guard_batch **batch)
{
    struct sg_guard_tables *tables = &guard->tables;
    const char *names[SG_POLICY_BRANDS] = {NULL};
    *batch = NULL;
    if (guard->n_pending == 0)
        return SCRUBGATE_OK;
    struct sg_guard_batch *made =
        malloc(sizeof *made + guard->n_pending * sizeof made->contacts[0]);
    if (made == NULL)
        return SCRUBGATE_ENOMEM;
    made->names = (struct sg_arena){0};
    made->n = 0;
    for (size_t i = 0; i < tables->n_served; i++) {
        struct sg_guard_served *served = &tables->served[i];
        if (!served->pending)
            continue;
        const char *name = name_brand(made, names, guard->policy, served->brand);
        if (name == NULL) {
            sg_guard_batch_settle(guard, made, false);
            return SCRUBGATE_ENOMEM;
        }
        served->pending = false;
        guard->n_pending--;
        made->contacts[made->n++] = (struct sg_guard_contact){
            .agent = tables->numbers.ids[served->agent],
            .last_ms = served->last_ms,
            .brand = sg_bytes_of(name),
        };
    }
    *batch = made;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_guard_batch_write(struct sg_collusion_guard *guard,
                                           struct sg_guard_batch *batch,
                                           struct scrubgate_fault *fault)
{
    return batch == NULL ? SCRUBGATE_OK
                         : sg_guard_db_put(guard->db, batch->contacts, batch->n, fault);
}

void sg_guard_batch_settle(struct sg_collusion_guard *guard, struct sg_guard_batch *batch,
                           bool written)
{
    for (size_t i = 0; batch != NULL && i < batch->n && !written; i++) {
        const struct sg_guard_contact *contact = &batch->contacts[i];
        struct sg_guard_served *served;
        /* In the guard that it comes from it has its place. In another one it may have none: then
         * that one knows that it does not know. */
        const uint32_t brand = sg_collusion_policy_brand(guard->policy, contact->brand);
        if (brand == SG_BRAND_NONE ||
            sg_guard_tables_serve(&guard->tables, contact->agent, (uint16_t)brand, &served) < 0)
            continue;
        if (contact->last_ms > served->last_ms)
            served->last_ms = contact->last_ms;
        mark(guard, served);
    }
    sg_guard_batch_free(batch);
}

enum scrubgate_status sg_collusion_guard_flush(struct sg_collusion_guard *guard,
                                               struct scrubgate_fault *fault)
{
    struct sg_guard_batch *batch;
    enum scrubgate_status rc = sg_guard_batch_collect(guard, &batch);
    if (rc < 0) {
        sg_fault_set(fault, NULL, 0, 0, "out of memory");
        return rc;
    }
    rc = sg_guard_batch_write(guard, batch, fault);
    sg_guard_batch_settle(guard, batch, rc >= 0);
    return rc;
}

/* --- orders ----------------------------------------------------------------------------------- */

enum scrubgate_status sg_collusion_guard_add(struct sg_collusion_guard *guard,
                                             const struct sg_collusion_order *order, uint64_t *id,
                                             struct scrubgate_fault *fault)
{
    struct sg_collusion_order made = *order;
    enum scrubgate_status rc = sg_order_check(order, fault);
    if (rc >= 0 && !sg_guard_tables_takes_order(&guard->tables)) {
        sg_fault_set(fault, NULL, 0, 0, "over %d orders are in force", SG_GUARD_ORDERS);
        rc = SCRUBGATE_ELIMIT;
    }
    if (rc >= 0)
        rc = sg_guard_db_add(guard->db, order, &made.id, fault);
    if (rc < 0)
        return rc;
    /* It stands, on disk: until it is in the tables too nothing is certain. */
    if (sg_guard_tables_order(&guard->tables, &made) < 0)
        guard->behind = true;
    *id = made.id;
    return SCRUBGATE_OK;
}

static enum scrubgate_status check_words(struct sg_bytes actor, struct sg_bytes why,
                                         struct scrubgate_fault *fault)
{
    if (sg_order_is_text(actor, SG_ORDER_NAME) && sg_order_is_text(why, SG_ORDER_TEXT))
        return SCRUBGATE_OK;
    sg_fault_set(fault, NULL, 0, 0, "who and why is missing, too long or no plain text");
    return SCRUBGATE_EINVAL;
}

enum scrubgate_status sg_collusion_guard_lift(struct sg_collusion_guard *guard, uint64_t id,
                                              struct sg_bytes actor, struct sg_bytes why,
                                              uint64_t now_ms, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = check_words(actor, why, fault);
    if (rc >= 0)
        rc = sg_guard_db_lift(guard->db, id, actor, why, now_ms, fault);
    if (rc == SCRUBGATE_OK)
        sg_guard_tables_lift(&guard->tables, id);
    return rc;
}

enum scrubgate_status sg_collusion_guard_appeal(struct sg_collusion_guard *guard, uint64_t id,
                                                struct sg_bytes note, struct scrubgate_fault *fault)
{
    if (!sg_order_is_text(note, SG_ORDER_TEXT)) {
        sg_fault_set(fault, NULL, 0, 0, "the note is missing, too long or no plain text");
        return SCRUBGATE_EINVAL;
    }
    return sg_guard_db_appeal(guard->db, id, note, fault);
}

enum scrubgate_status sg_collusion_guard_list(
    struct sg_collusion_guard *guard,
    enum scrubgate_status (*take)(void *ctx, const struct sg_collusion_order *order), void *ctx,
    struct scrubgate_fault *fault)
{
    return sg_guard_db_orders(guard->db, take, ctx, fault);
}

/* --- forgetting and catching up --------------------------------------------------------------- */

enum scrubgate_status sg_collusion_guard_erase(struct sg_collusion_guard *guard, uint64_t agent,
                                               uint64_t now_ms, uint64_t *kept,
                                               struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_collusion_guard_flush(guard, fault);
    if (rc >= 0)
        rc = sg_guard_db_erase(guard->db, agent, now_ms, kept, fault);
    return rc < 0 ? rc : load(guard, fault);
}

enum scrubgate_status sg_collusion_guard_lived(struct sg_collusion_guard *guard, uint64_t now_ms,
                                               bool *lived, struct scrubgate_fault *fault)
{
    const uint64_t to = now_ms > day_ms ? now_ms - day_ms : 0;
    const uint64_t from = to > GAP_DAYS * day_ms ? to - GAP_DAYS * day_ms : 0;
    return sg_guard_db_lived(guard->db, from, to, lived, fault);
}

enum scrubgate_status sg_collusion_guard_prune(struct sg_collusion_guard *guard, uint64_t now_ms,
                                               uint64_t *removed, struct scrubgate_fault *fault)
{
    const uint64_t before =
        now_ms > SG_COLLUSION_RETENTION_MS ? now_ms - SG_COLLUSION_RETENTION_MS : 0;
    enum scrubgate_status rc = sg_collusion_guard_flush(guard, fault);
    if (rc >= 0)
        rc = sg_guard_db_prune(guard->db, before, removed, fault);
    return rc < 0 || *removed == 0 ? rc : load(guard, fault);
}

enum scrubgate_status sg_guard_view_read(struct sg_collusion_guard *guard,
                                         const struct sg_collusion_policy *policy,
                                         struct sg_guard_view **view, struct scrubgate_fault *fault)
{
    bool changed = false;
    *view = NULL;
    enum scrubgate_status rc = sg_guard_db_changed(guard->db, &changed, fault);
    if (rc < 0)
        return rc;
    if (changed)
        guard->missed = true; /* also when it cannot be read now */
    if (policy == NULL || policy == guard->policy) {
        if (!guard->missed && !guard->behind)
            return SCRUBGATE_OK;
        policy = guard->policy;
    }
    rc = read_view(guard, policy, view, fault);
    guard->missed = rc < 0;
    return rc;
}

enum scrubgate_status sg_collusion_guard_refresh(struct sg_collusion_guard *guard,
                                                 struct scrubgate_fault *fault)
{
    struct sg_guard_view *view = NULL;
    enum scrubgate_status rc = sg_collusion_guard_flush(guard, fault);
    if (rc < 0)
        return rc;
    rc = sg_guard_view_read(guard, NULL, &view, fault);
    const enum scrubgate_status taken = sg_guard_view_take(guard, view);
    return rc < 0 ? rc : taken;
}
