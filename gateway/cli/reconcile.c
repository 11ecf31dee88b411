/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reconcile.c - two logs of the same messages: what is in one and not in the other.
 */
#include "cli/reconcile.h"

#include <string.h>

#include "base/digest.h"

/* Of a name: its kind, and that an outcome was all there was. Of an exchange: the boot above. */
enum { KIND = 3, FLAG_OUTCOME = 4, FLAG_EXPECTED = 8, FLAG_THERE = 16, BOOT_SHIFT = 8 };
enum { ACTION_DENIED = 2 };

enum scrubgate_status sg_reconcile_init(struct sg_reconcile *reconcile,
                                        const struct sg_reconcile_config *config)
{
    *reconcile = (struct sg_reconcile){.config = config};
    enum scrubgate_status rc = sg_keyset_init(&reconcile->names);
    if (rc >= 0)
        rc = sg_keyset_init(&reconcile->open);
    return rc < 0 ? rc : sg_random(reconcile->tags, sizeof reconcile->tags);
}

void sg_reconcile_fini(struct sg_reconcile *reconcile)
{
    sg_keyset_fini(&reconcile->names);
    sg_keyset_fini(&reconcile->open);
}

/* --- names --- */

/* An audit id's is its seq in the log of that origin. */
static void audit_key(const struct sg_reconcile *reconcile, struct sg_bytes origin, uint64_t seq,
                      uint64_t key[2])
{
    struct sg_siphash hash;
    sg_siphash_begin(&hash, reconcile->names.secret);
    sg_siphash_add(&hash, origin);
    sg_siphash_done(&hash, key);
    key[0] ^= reconcile->tags[0];
    key[1] = seq;
}

enum scrubgate_status sg_reconcile_name(struct sg_reconcile *reconcile,
                                        const struct sg_access_name *name)
{
    uint64_t key[2] = {name->id[0], name->id[1]};
    reconcile->lines++;
    switch (name->kind) {
    case SG_ACCESS_NONE:
        if (reconcile->nameless++ == 0)
            reconcile->first_nameless = reconcile->lines;
        return SCRUBGATE_OK;
    case SG_ACCESS_AUDIT:
        audit_key(reconcile, name->origin, name->id[1], key);
        break;
    case SG_ACCESS_ID:
        key[0] = reconcile->tags[1];
        break;
    case SG_ACCESS_TRACE:
        break;
    }
    struct sg_keyset_item *item = sg_keyset_add(&reconcile->names, key);
    if (item == NULL)
        return SCRUBGATE_ENOMEM;
    if (item->seen == 0) {
        item->place = reconcile->lines;
        item->flags = (uint32_t)name->kind;
    }
    if (item->seen < UINT32_MAX)
        item->seen++;
    return SCRUBGATE_OK;
}

enum sg_access_kind sg_reconcile_kind(const struct sg_keyset_item *item)
{
    return (enum sg_access_kind)(item->flags & KIND);
}

enum sg_reconcile_fault sg_reconcile_judge(const struct sg_reconcile *reconcile,
                                           const struct sg_keyset_item *item)
{
    uint32_t right = item->allowed + (reconcile->config->front ? item->denied : 0);
    if (item->seen <= right)
        return SG_RECONCILE_RIGHT;
    if ((item->flags & FLAG_OUTCOME) != 0)
        return SG_RECONCILE_UNDECIDED;
    if (item->denied > 0 && !reconcile->config->front)
        return SG_RECONCILE_DENIED;
    return right > 0 ? SG_RECONCILE_AGAIN : SG_RECONCILE_UNKNOWN;
}

/* --- entries --- */

/* The other log's items that mean this entry's exchange; NULL: none. */
static struct sg_keyset_item *find_name(const struct sg_reconcile *reconcile,
                                        const struct sg_entry *entry)
{
    struct sg_bytes trace = sg_entry_text(entry, SG_ENTRY_TRACE_ID);
    uint64_t key[2];
    struct sg_keyset_item *item = NULL;
    if (trace.len == 32 && sg_access_hex((struct sg_bytes){trace.data, 16}, &key[0]) &&
        sg_access_hex((struct sg_bytes){trace.data + 16, 16}, &key[1]))
        item = sg_keyset_find(&reconcile->names, key);
    if (item == NULL && sg_access_hex(sg_entry_text(entry, SG_ENTRY_ID), &key[1])) {
        key[0] = reconcile->tags[1];
        item = sg_keyset_find(&reconcile->names, key);
    }
    return item;
}

static struct sg_keyset_item *find_audit_name(const struct sg_reconcile *reconcile,
                                              const struct sg_entry *entry)
{
    uint64_t key[2];
    if (reconcile->names.n == 0)
        return NULL;
    audit_key(reconcile, sg_entry_text(entry, SG_ENTRY_INSTANCE),
              sg_entry_number(entry, SG_ENTRY_SEQ), key);
    return sg_keyset_find(&reconcile->names, key);
}

static bool is_passed(const struct sg_reconcile *reconcile, const struct sg_entry *entry)
{
    const struct sg_texts *passed = reconcile->config->passed;
    for (size_t i = 0; passed != NULL && i < passed->n; i++) {
        if (sg_entry_says(sg_entry_text(entry, SG_ENTRY_ROUTE), sg_bytes_of(passed->item[i])))
            return true;
    }
    return false;
}

static bool is_expected(const struct sg_reconcile *reconcile, const struct sg_entry *entry)
{
    const struct sg_audit_filter *filter = reconcile->config->expected;
    uint64_t seq = sg_entry_number(entry, SG_ENTRY_SEQ);
    bool goes_on = sg_entry_number(entry, SG_ENTRY_ACTION_ID) != ACTION_DENIED &&
                   entry->verdict != SG_ENTRY_DIVERTED;
    return (goes_on || reconcile->config->front) && seq >= filter->first && seq <= filter->last &&
           sg_audit_filter_fits(filter, entry);
}

static enum scrubgate_status take_decision(struct sg_reconcile *reconcile,
                                           const struct sg_entry *entry, const uint64_t key[2])
{
    bool denied = sg_entry_number(entry, SG_ENTRY_ACTION_ID) == ACTION_DENIED;
    struct sg_keyset_item *exchange = sg_keyset_add(&reconcile->open, key);
    struct sg_keyset_item *name = find_audit_name(reconcile, entry);
    if (exchange == NULL)
        return SCRUBGATE_ENOMEM;
    reconcile->decisions++;
    if (name != NULL) {
        /* A streamed message is decided again at its end, under another number. */
        *(denied ? &name->denied : &name->allowed) += 1;
        exchange->flags |= FLAG_THERE;
    }
    if (exchange->seen++ > 0)
        return SCRUBGATE_OK;
    exchange->place = sg_entry_number(entry, SG_ENTRY_SEQ);
    exchange->flags |= reconcile->boots << BOOT_SHIFT;
    reconcile->exchanges++;
    /* The first decision is the request's: what it says decides whether that went on. */
    name = find_name(reconcile, entry);
    if (name != NULL) {
        *(denied ? &name->denied : &name->allowed) += 1;
        exchange->flags |= FLAG_THERE;
    }
    if (reconcile->names.n > 0 && is_expected(reconcile, entry)) {
        exchange->flags |= FLAG_EXPECTED;
        reconcile->expected++;
    }
    return SCRUBGATE_OK;
}

/* A gateway that could not reach the upstream, or whose client was gone before it did. */
static bool was_unreached(const struct sg_entry *entry)
{
    uint64_t status = sg_entry_number(entry, SG_ENTRY_STATUS);
    return status == 502 || status == 503 || status == 504 || status == 0;
}

static void take_outcome(struct sg_reconcile *reconcile, const struct sg_entry *entry,
                         const uint64_t key[2], bool *missing)
{
    struct sg_keyset_item *exchange = sg_keyset_find(&reconcile->open, key);
    struct sg_keyset_item *name = find_name(reconcile, entry);
    reconcile->outcomes++;
    if (exchange == NULL) {
        reconcile->undecided++;
        if (name != NULL && (reconcile->config->front || is_passed(reconcile, entry)))
            name->allowed++;
        else if (name != NULL)
            name->flags |= FLAG_OUTCOME;
        return;
    }
    if ((exchange->flags & (FLAG_EXPECTED | FLAG_THERE)) == FLAG_EXPECTED) {
        *missing = !was_unreached(entry);
        if (!*missing)
            reconcile->unreached++;
        else if (reconcile->missing++ == 0)
            reconcile->first_missing = exchange->place;
    }
    sg_keyset_remove(&reconcile->open, exchange);
}

static void note_boot(struct sg_reconcile *reconcile, const struct sg_entry *entry)
{
    struct sg_bytes boot = sg_entry_text(entry, SG_ENTRY_BOOT);
    if (boot.len == 0 || boot.len > sizeof reconcile->boot_room ||
        sg_bytes_equal(boot, reconcile->boot))
        return;
    memcpy(reconcile->boot_room, boot.data, boot.len);
    reconcile->boot = (struct sg_bytes){reconcile->boot_room, boot.len};
    reconcile->boots++;
}

enum scrubgate_status sg_reconcile_entry(struct sg_reconcile *reconcile,
                                         const struct sg_entry *entry, bool *missing)
{
    uint64_t key[2] = {reconcile->tags[1], 0};
    *missing = false;
    note_boot(reconcile, entry);
    if (!sg_access_hex(sg_entry_text(entry, SG_ENTRY_ID), &key[1]))
        return SCRUBGATE_OK;
    if (entry->kind == SG_KIND_DECISION)
        return take_decision(reconcile, entry, key);
    if (entry->kind == SG_KIND_OUTCOME)
        take_outcome(reconcile, entry, key, missing);
    return SCRUBGATE_OK;
}

bool sg_reconcile_is_last_boot(const struct sg_reconcile *reconcile,
                               const struct sg_keyset_item *item)
{
    return (item->flags >> BOOT_SHIFT) == (reconcile->boots & (UINT32_MAX >> BOOT_SHIFT));
}
