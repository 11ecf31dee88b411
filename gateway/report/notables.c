/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notables.c - single records that a reader wants to see each of: who did what, and when.
 */
#include "report/notables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MOST = 160 };

struct sg_bytes sg_notable_member(const struct sg_entry *entry, const char *key)
{
    const struct sg_bytes name = sg_bytes_of(key);
    enum sg_entry_member member = sg_entry_member_of(name);
    if (member != SG_ENTRY_MEMBERS)
        return sg_entry_text(entry, member);
    for (size_t i = 0; i < entry->n_others; i++) {
        struct sg_bytes value = entry->other[i].value;
        if (!sg_bytes_equal(entry->other[i].key, name))
            continue;
        if (value.len >= 2 && value.data[0] == '"')
            value = (struct sg_bytes){value.data + 1, value.len - 2};
        return value;
    }
    return (struct sg_bytes){NULL, 0};
}

uint64_t sg_notable_number(const struct sg_entry *entry, const char *key)
{
    uint64_t number;
    return sg_bytes_to_u64(sg_notable_member(entry, key), &number) ? number : 0;
}

static void name_actor(const struct sg_entry *entry, char actor[SG_NOTABLE_ACTOR])
{
    struct sg_bytes peer = sg_entry_text(entry, SG_ENTRY_ACTOR_PEER);
    if (sg_entry_has(entry, SG_ENTRY_ACTOR_UID))
        (void)snprintf(actor, SG_NOTABLE_ACTOR, "user %" PRIu64,
                       sg_entry_number(entry, SG_ENTRY_ACTOR_UID));
    else if (peer.len > 0)
        (void)snprintf(actor, SG_NOTABLE_ACTOR, "admin %.*s", peer.len > 16 ? 16 : (int)peer.len,
                       (const char *)peer.data);
    else
        (void)snprintf(actor, SG_NOTABLE_ACTOR, "gateway");
}

/* Appends "name value"; a value that is too long for the table is cut, and shows it. */
static void say(char text[SG_NOTABLE_TEXT], const char *key, struct sg_bytes value)
{
    size_t at = strlen(text);
    bool whole = value.len <= VALUE_MOST;
    size_t len = whole ? value.len : VALUE_MOST;
    if (value.len == 0 || at + len + strlen(key) + 8 > SG_NOTABLE_TEXT)
        return;
    (void)snprintf(text + at, SG_NOTABLE_TEXT - at, "%s%s %.*s%s", at == 0 ? "" : ", ", key,
                   (int)len, (const char *)value.data, whole ? "" : "...");
}

enum scrubgate_status sg_notables_add(struct sg_notables *notables, const struct sg_entry *entry,
                                      const char *const keys[])
{
    struct sg_bytes what = sg_entry_text(entry, SG_ENTRY_WHAT);
    if (notables->notable == NULL)
        notables->notable = calloc(SG_NOTABLES_MOST, sizeof *notables->notable);
    if (notables->notable == NULL)
        return SCRUBGATE_ENOMEM;
    struct sg_notable *notable = &notables->notable[notables->n++ % SG_NOTABLES_MOST];
    *notable = (struct sg_notable){.time = sg_entry_number(entry, SG_ENTRY_TIME),
                                   .seq = sg_entry_number(entry, SG_ENTRY_SEQ),
                                   .failed = sg_entry_number(entry, SG_ENTRY_STATUS_ID) == 2};
    (void)snprintf(notable->what, sizeof notable->what, "%.*s",
                   what.len < SG_NOTABLE_WORD ? (int)what.len : SG_NOTABLE_WORD - 1,
                   what.len == 0 ? "" : (const char *)what.data);
    name_actor(entry, notable->actor);
    for (size_t i = 0; keys[i] != NULL; i++)
        say(notable->text, keys[i], sg_notable_member(entry, keys[i]));
    return SCRUBGATE_OK;
}

size_t sg_notables_kept(const struct sg_notables *notables)
{
    return notables->n < SG_NOTABLES_MOST ? (size_t)notables->n : SG_NOTABLES_MOST;
}

const struct sg_notable *sg_notables_get(const struct sg_notables *notables, size_t i)
{
    uint64_t first = notables->n - sg_notables_kept(notables);
    return &notables->notable[(first + i) % SG_NOTABLES_MOST];
}

void sg_notables_fini(struct sg_notables *notables)
{
    free(notables->notable);
    *notables = (struct sg_notables){.n = 0};
}
