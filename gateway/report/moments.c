/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moments.c - single records that a reader wants to see each of: who did what, and when.
 */
#include "report/moments.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MOST = 160 };

struct sg_bytes sg_moment_member(const struct sg_entry *entry, const char *key)
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

uint64_t sg_moment_number(const struct sg_entry *entry, const char *key)
{
    uint64_t number;
    return sg_bytes_to_u64(sg_moment_member(entry, key), &number) ? number : 0;
}

static void name_actor(const struct sg_entry *entry, char actor[SG_MOMENT_ACTOR])
{
    struct sg_bytes peer = sg_entry_text(entry, SG_ENTRY_ACTOR_PEER);
    if (sg_entry_has(entry, SG_ENTRY_ACTOR_UID))
        (void)snprintf(actor, SG_MOMENT_ACTOR, "user %" PRIu64,
                       sg_entry_number(entry, SG_ENTRY_ACTOR_UID));
    else if (peer.len > 0)
        (void)snprintf(actor, SG_MOMENT_ACTOR, "admin %.*s", peer.len > 16 ? 16 : (int)peer.len,
                       (const char *)peer.data);
    else
        (void)snprintf(actor, SG_MOMENT_ACTOR, "gateway");
}

/* Appends "name value"; a value that is too long for the table is cut, and shows it. */
static void say(char text[SG_MOMENT_TEXT], const char *key, struct sg_bytes value)
{
    size_t at = strlen(text);
    bool whole = value.len <= VALUE_MOST;
    size_t len = whole ? value.len : VALUE_MOST;
    if (value.len == 0 || at + len + strlen(key) + 8 > SG_MOMENT_TEXT)
        return;
    (void)snprintf(text + at, SG_MOMENT_TEXT - at, "%s%s %.*s%s", at == 0 ? "" : ", ", key,
                   (int)len, (const char *)value.data, whole ? "" : "...");
}

enum scrubgate_status sg_moments_add(struct sg_moments *moments, const struct sg_entry *entry,
                                     const char *const keys[])
{
    struct sg_bytes what = sg_entry_text(entry, SG_ENTRY_WHAT);
    if (moments->moment == NULL)
        moments->moment = calloc(SG_MOMENTS_MOST, sizeof *moments->moment);
    if (moments->moment == NULL)
        return SCRUBGATE_ENOMEM;
    struct sg_moment *moment = &moments->moment[moments->n++ % SG_MOMENTS_MOST];
    *moment = (struct sg_moment){.time = sg_entry_number(entry, SG_ENTRY_TIME),
                                 .seq = sg_entry_number(entry, SG_ENTRY_SEQ),
                                 .failed = sg_entry_number(entry, SG_ENTRY_STATUS_ID) == 2};
    (void)snprintf(moment->what, sizeof moment->what, "%.*s",
                   what.len < SG_MOMENT_WORD ? (int)what.len : SG_MOMENT_WORD - 1,
                   what.len == 0 ? "" : (const char *)what.data);
    name_actor(entry, moment->actor);
    for (size_t i = 0; keys[i] != NULL; i++)
        say(moment->text, keys[i], sg_moment_member(entry, keys[i]));
    return SCRUBGATE_OK;
}

size_t sg_moments_kept(const struct sg_moments *moments)
{
    return moments->n < SG_MOMENTS_MOST ? (size_t)moments->n : SG_MOMENTS_MOST;
}

const struct sg_moment *sg_moments_get(const struct sg_moments *moments, size_t i)
{
    uint64_t first = moments->n - sg_moments_kept(moments);
    return &moments->moment[(first + i) % SG_MOMENTS_MOST];
}

void sg_moments_fini(struct sg_moments *moments)
{
    free(moments->moment);
    *moments = (struct sg_moments){.n = 0};
}
