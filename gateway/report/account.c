/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account.c - what the records of a log add up to: fed one after the other, in bounded memory.
 */
#include "report/account.h"

#include <stdlib.h>
#include <string.h>

/* Of one record, while it is counted. */
struct count {
    struct sg_account *to;
    const struct sg_entry *entry;
    uint64_t seq, time;
    size_t bin;
    bool in_range;
};

/* --- labels --- */

/* NULL: out of memory, which is remembered. */
static struct sg_word *find(const struct count *count, struct sg_words *words, struct sg_bytes text)
{
    struct sg_word *word = sg_words_find(words, text);
    if (word == NULL)
        count->to->rc = SCRUBGATE_ENOMEM;
    else
        sg_word_see(word, count->seq, count->time);
    return word;
}

static struct sg_word *add(const struct count *count, struct sg_words *words, struct sg_bytes text,
                           uint64_t n)
{
    struct sg_word *word = find(count, words, text);
    if (word == NULL)
        return NULL;
    word->count[0] += n;
    word->bin[count->bin] += n;
    return word;
}

static struct sg_word *add_member(const struct count *count, struct sg_words *words,
                                  enum sg_entry_member member)
{
    return add(count, words, sg_entry_text(count->entry, member), 1);
}

/* --- decisions --- */

static enum sg_effect effect_of(uint64_t action_id, struct sg_bytes action)
{
    if (action_id == 2)
        return SG_EFFECT_STOPPED;
    if (action_id != 4)
        return SG_EFFECT_RECORDED;
    if (sg_bytes_equal(action, SG_BYTES("mask")) || sg_bytes_equal(action, SG_BYTES("token")))
        return SG_EFFECT_MASKED;
    return sg_bytes_equal(action, SG_BYTES("block")) || sg_bytes_equal(action, SG_BYTES("divert"))
               ? SG_EFFECT_STOPPED
               : SG_EFFECT_RECORDED;
}

static void add_effects(const struct count *count, struct sg_words *words, struct sg_bytes text,
                        const uint64_t effect[SG_EFFECTS])
{
    struct sg_word *word = find(count, words, text);
    if (word == NULL)
        return;
    uint64_t sum = 0;
    for (size_t i = 0; i < SG_EFFECTS; i++) {
        word->count[i] += effect[i];
        sum += effect[i];
    }
    word->count[SG_EFFECTS] += sum > 0;
    word->bin[count->bin] += sum;
}

static void note(struct sg_word *word, struct sg_bytes text)
{
    if (word != NULL && word->note[0] == '\0' && text.len > 0 && text.len <= SG_WORD_LONGEST)
        memcpy(word->note, text.data, text.len);
}

/* One finding of the message, by its entity and by its rule. */
static void take_finding(const struct count *count, const struct sg_entry_found *found,
                         uint64_t action_id, uint64_t sums[SG_EFFECTS])
{
    uint64_t effect[SG_EFFECTS] = {0};
    enum sg_effect which = effect_of(action_id, found->action);
    effect[which] = found->count;
    sums[which] += found->count;
    count->to->effect[which] += found->count;
    add_effects(count, &count->to->by[SG_BY_ENTITY], found->entity, effect);
    add_effects(count, &count->to->by[SG_BY_RULE], found->rule, effect);
    note(sg_words_find(&count->to->by[SG_BY_RULE], found->rule), found->entity);
}

static void take_findings(const struct count *count)
{
    struct sg_account *account = count->to;
    const struct sg_entry *entry = count->entry;
    const uint64_t action_id = sg_entry_number(entry, SG_ENTRY_ACTION_ID);
    uint64_t sums[SG_EFFECTS] = {0}, all = 0;
    for (size_t i = 0; i < entry->n_found; i++)
        take_finding(count, &entry->found[i], action_id, sums);
    for (size_t i = 0; i < SG_EFFECTS; i++)
        all += sums[i];
    account->n_findings += all;
    account->with_findings += all > 0;
    add_effects(count, &account->by[SG_BY_ROUTE], sg_entry_text(entry, SG_ENTRY_ROUTE), sums);
    add_effects(count, &account->by[SG_BY_DIRECTION], sg_entry_text(entry, SG_ENTRY_DIRECTION),
                sums);
    add_effects(count, &account->by[SG_BY_CHANNEL], sg_entry_text(entry, SG_ENTRY_CHANNEL), sums);
    add_effects(count, &account->by[SG_BY_BRAND], sg_entry_text(entry, SG_ENTRY_BRAND), sums);
    struct sg_word *rules = add_member(count, &account->by[SG_BY_RULESET], SG_ENTRY_RULES);
    if (rules != NULL)
        rules->count[1] += all;
}

static bool says(const struct sg_entry *entry, enum sg_entry_member member, const char *text)
{
    return sg_bytes_equal(sg_entry_text(entry, member), sg_bytes_of(text));
}

static void take_decision(const struct count *count)
{
    struct sg_account *account = count->to;
    const struct sg_entry *entry = count->entry;
    sg_inflight_decision(&account->inflight, sg_entry_text(entry, SG_ENTRY_BOOT),
                         sg_entry_text(entry, SG_ENTRY_ID), count->seq, count->in_range);
    if (!count->in_range)
        return;
    if (says(entry, SG_ENTRY_PART, "begin")) {
        account->streams_begun++;
        return; /* its end tells all of it */
    }
    account->streams_ended += says(entry, SG_ENTRY_PART, "end");
    account->messages++;
    account->values += sg_entry_number(entry, SG_ENTRY_VALUES);
    account->edits += sg_entry_number(entry, SG_ENTRY_EDITS);
    account->bytes_in += sg_entry_number(entry, SG_ENTRY_BYTES_IN);
    account->bytes_out += sg_entry_number(entry, SG_ENTRY_BYTES_OUT);
    account->verdict[entry->verdict]++;
    account->shadow += says(entry, SG_ENTRY_MODE, "shadow");
    account->excepted += says(entry, SG_ENTRY_MODE, "pass-and-record");
    (void)add_member(count, &account->by[SG_BY_VERDICT], SG_ENTRY_VERDICT);
    (void)add_member(count, &account->by[SG_BY_MODE], SG_ENTRY_MODE);
    (void)add_member(count, &account->by[SG_BY_FORMAT], SG_ENTRY_FORMAT);
    take_findings(count);
    if (entry->verdict != SG_ENTRY_REFUSED || sg_entry_number(entry, SG_ENTRY_ACTION_ID) != 2)
        return;
    account->failed_closed++;
    (void)add_member(count, &account->by[SG_BY_REFUSAL], SG_ENTRY_REASON);
}

static void take_outcome(const struct count *count)
{
    struct sg_account *account = count->to;
    const struct sg_entry *entry = count->entry;
    sg_inflight_outcome(&account->inflight, sg_entry_text(entry, SG_ENTRY_BOOT),
                        sg_entry_text(entry, SG_ENTRY_ID), count->in_range);
    if (!count->in_range)
        return;
    account->outcomes++;
    (void)add_member(count, &account->by[SG_BY_STATUS], SG_ENTRY_STATUS);
    if (sg_entry_has(entry, SG_ENTRY_LATENCY_NS))
        sg_latency_add(&account->latency, sg_entry_number(entry, SG_ENTRY_LATENCY_NS));
    if (sg_entry_number(entry, SG_ENTRY_STATUS_ID) != 2)
        return;
    account->undelivered++;
    (void)add_member(count, &account->by[SG_BY_FAILURE], SG_ENTRY_REASON);
}

static void take_refused(const struct count *count)
{
    uint64_t n = sg_entry_number(count->entry, SG_ENTRY_COUNT);
    count->to->turned_away += n;
    (void)add(count, &count->to->by[SG_BY_FRONT], sg_entry_text(count->entry, SG_ENTRY_REASON), n);
}

/* --- the life of the log, and people --- */

static void keep(const struct count *count, struct sg_notables *notables, const char *const keys[])
{
    enum scrubgate_status rc = sg_notables_add(notables, count->entry, keys);
    if (rc < 0)
        count->to->rc = rc;
}

static void take_seal(const struct count *count)
{
    struct sg_account *account = count->to;
    uint64_t since =
        count->time > account->last_seal_time ? count->time - account->last_seal_time : 0;
    if (account->last_seal_time > 0 && since > account->longest_unsealed_ms)
        account->longest_unsealed_ms = since;
    account->last_seal_time = count->time;
}

static void take_gap(const struct count *count)
{
    struct sg_account *account = count->to;
    uint64_t from = sg_notable_number(count->entry, "from_ms");
    uint64_t to = sg_notable_number(count->entry, "to_ms");
    account->lost_ms += to > from ? to - from : 0;
    account->gap_refused += sg_notable_number(count->entry, "refused");
    account->gap_dropped += sg_notable_number(count->entry, "dropped");
}

static void take_hold(const struct count *count)
{
    struct sg_bytes hold = sg_notable_member(count->entry, "hold");
    (void)sg_bytes_to_text(hold, count->to->hold, sizeof count->to->hold);
}

static const char *const change_keys[] = {"old_rules", "new_rules", "old_config", "new_config",
                                          NULL};
static const char *const act_keys[] = {
    "hold",       "act",     "object",    "kind", "order",     "brand", "queue",   "clearance",
    "expires_ms", "by",      "pseudonym", "key",  "requester", "basis", "old_key", "new_key",
    "kept",       "dropped", "first",     "last", "size",      "why",   NULL};
static const char *const read_keys[] = {"command", "object", "first", "last",
                                        "from_ms", "to_ms",  "why",   NULL};
static const char *const trouble_keys[] = {"reason",  "from_ms",    "to_ms",       "refused",
                                           "dropped", "file",       "bytes",       "sha256",
                                           "state",   "free_bytes", "total_bytes", NULL};

static void take_boot(const struct count *count, size_t which)
{
    struct sg_word *boot =
        find(count, &count->to->by[SG_BY_BOOT], sg_entry_text(count->entry, SG_ENTRY_BOOT));
    if (boot != NULL)
        boot->count[which]++;
}

static void take_word(const struct count *count)
{
    struct sg_account *account = count->to;
    switch (count->entry->what) {
    case SG_WHAT_START:
    case SG_WHAT_TAKEOVER:
        take_boot(count, 1);
        keep(count, &account->changes, change_keys);
        return;
    case SG_WHAT_STOP:
        take_boot(count, 2);
        keep(count, &account->changes, change_keys);
        return;
    case SG_WHAT_SEAL:
        take_seal(count);
        return;
    case SG_WHAT_SKETCHES_RESTORED: /* the start's and the stop's own doing */
    case SG_WHAT_SKETCHES_SAVED:
        return;
    case SG_WHAT_GAP:
        take_gap(count);
        keep(count, &account->troubles, trouble_keys);
        return;
    case SG_WHAT_RECOVERY:
        account->recovered_bytes += sg_notable_number(count->entry, "bytes");
        keep(count, &account->troubles, trouble_keys);
        return;
    case SG_WHAT_SPACE:
        (void)add(count, &account->by[SG_BY_SPACE], sg_notable_member(count->entry, "state"), 1);
        keep(count, &account->troubles, trouble_keys);
        return;
    case SG_WHAT_ENGINE_DISTRUSTED:
        keep(count, &account->troubles, trouble_keys);
        keep(count, &account->changes, change_keys);
        return;
    case SG_WHAT_PRUNE:
        account->pruned +=
            sg_notable_number(count->entry, "last") - sg_notable_number(count->entry, "first") + 1;
        keep(count, &account->acts, act_keys);
        return;
    case SG_WHAT_HOLD:
        take_hold(count);
        keep(count, &account->acts, act_keys);
        return;
    case SG_WHAT_MASTER:
        account->dropped_keys += sg_notable_number(count->entry, "dropped");
        keep(count, &account->acts, act_keys);
        return;
    case SG_WHAT_ERASURE:
    case SG_WHAT_GUARD:
    case SG_WHAT_ACT:
        keep(count, &account->acts, act_keys);
        return;
    case SG_WHAT_AUDIT_READ:
        keep(count, &account->reads, read_keys);
        return;
    default:
        keep(count, &account->changes, change_keys);
    }
}

static void take_life(const struct count *count)
{
    struct sg_account *account = count->to;
    const enum sg_entry_what what = count->entry->what;
    /* Also outside of the range: what was open before it is not open for ever. */
    if (what == SG_WHAT_START)
        account->last_start = count->seq;
    if (!count->in_range)
        return;
    account->what[what]++;
    account->failed_whats += sg_entry_number(count->entry, SG_ENTRY_STATUS_ID) == 2;
    take_word(count);
}

/* --- the account --- */

enum scrubgate_status sg_account_init(struct sg_account *account,
                                      const struct sg_account_range *range, uint64_t first,
                                      uint64_t last)
{
    *account = (struct sg_account){.range = *range, .rc = SCRUBGATE_OK};
    sg_bins_choose(&account->bins, first, last);
    for (size_t i = 0; i < SG_BYS; i++)
        account->by[i].n_bins = account->bins.n;
    account->entry = malloc(sizeof *account->entry);
    enum scrubgate_status rc = sg_inflight_init(&account->inflight);
    return account->entry == NULL ? SCRUBGATE_ENOMEM : rc;
}

/* What PCI DSS wants of each event, as far as all kinds share it. */
static bool lacks_some(const struct sg_entry *entry)
{
    static const enum sg_entry_member wanted[] = {SG_ENTRY_TIME, SG_ENTRY_BOOT, SG_ENTRY_CLASS_UID,
                                                  SG_ENTRY_TYPE_UID, SG_ENTRY_INSTANCE};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (!sg_entry_has(entry, wanted[i]))
            return true;
    return false;
}

static void begin_range(struct sg_account *account, const struct count *count)
{
    if (account->records++ == 0) {
        account->first_seq = count->seq;
        account->first_time = account->last_time = count->time;
    }
    account->last_seq = count->seq;
    if (count->time < account->first_time)
        account->first_time = count->time;
    if (count->time > account->last_time)
        account->last_time = count->time;
    account->backwards += count->time < account->last_of_all;
    account->kind[count->entry->kind]++;
    account->lacking += lacks_some(count->entry);
    take_boot(count, 0);
}

enum scrubgate_status sg_account_take(struct sg_account *account, struct sg_bytes line)
{
    const struct sg_account_range *range = &account->range;
    struct sg_entry *entry = account->entry;
    account->read++;
    if (sg_entry_read(entry, line) < 0) {
        account->odd++;
        return SCRUBGATE_OK;
    }
    struct count count = {.to = account,
                          .entry = entry,
                          .seq = sg_entry_number(entry, SG_ENTRY_SEQ),
                          .time = sg_entry_number(entry, SG_ENTRY_TIME)};
    account->next_seq = count.seq + 1;
    if (account->oldest == 0)
        account->oldest = count.time;
    count.in_range = !range->limited || (count.time >= range->since && count.time < range->until);
    count.bin = sg_bins_find(&account->bins, count.time);
    if (count.in_range)
        begin_range(account, &count);
    switch (entry->kind) {
    case SG_KIND_DECISION:
        take_decision(&count);
        break;
    case SG_KIND_OUTCOME:
        take_outcome(&count);
        break;
    case SG_KIND_REFUSED:
        if (count.in_range)
            take_refused(&count);
        break;
    case SG_KIND_CHANGE:
    case SG_KIND_LIFE:
    case SG_KIND_READ:
        take_life(&count);
        break;
    default:
        break;
    }
    account->last_of_all = count.time;
    return account->rc;
}

void sg_account_end(struct sg_account *account)
{
    for (size_t i = 0; i < SG_BYS; i++)
        if (i != SG_BY_RULESET && i != SG_BY_BOOT && i != SG_BY_SPACE)
            sg_words_sort(&account->by[i]);
}

void sg_account_fini(struct sg_account *account)
{
    for (size_t i = 0; i < SG_BYS; i++)
        sg_words_fini(&account->by[i]);
    sg_notables_fini(&account->changes);
    sg_notables_fini(&account->acts);
    sg_notables_fini(&account->reads);
    sg_notables_fini(&account->troubles);
    sg_inflight_fini(&account->inflight);
    free(account->entry);
    account->entry = NULL;
}
