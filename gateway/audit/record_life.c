/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_life.c - records of the process itself, of its log, and of the people who see to them.
 */
#include <assert.h>
#include <string.h>

#include "audit/record_put.h"

enum { LIFE_REMOVE = 2, LIFE_START = 3, LIFE_STOP = 4, LIFE_UPDATE = 8, CHANGE_LOG = 1, READ = 1 };

/* What all of them say after the common members: how it went, what it was, to what, by whom. */
struct heading {
    struct sg_put_kind kind;
    const char *what, *object;
    bool failed;
    struct sg_actor actor;
    uint64_t id;
};

static void actor_member(struct sg_put *put, const struct sg_actor *actor)
{
    sg_put_key(put, SG_KEY("actor"));
    sg_put_raw(put, SG_BYTES("{"));
    switch (actor->kind) {
    case SG_ACTOR_GATEWAY:
        sg_put_word(put, SG_KEY("app"), "scrubgate");
        break;
    case SG_ACTOR_USER:
        sg_put_number(put, SG_KEY("uid"), actor->id);
        break;
    case SG_ACTOR_PEER:
        sg_put_key(put, SG_KEY("peer"));
        sg_put_digest_value(put, actor->id);
        break;
    }
    sg_put_raw(put, SG_BYTES("}"));
}

static void heading_members(struct sg_put *put, const struct heading *heading)
{
    sg_put_number(put, SG_KEY("status_id"),
                  heading->failed ? SG_STATUS_FAILURE : SG_STATUS_SUCCESS);
    sg_put_word(put, SG_KEY("what"), heading->what);
    sg_put_word(put, SG_KEY("object"), heading->object);
    actor_member(put, &heading->actor);
    sg_put_digest(put, SG_KEY("id"), heading->id);
}

static struct sg_put begin(struct sg_buf *out, const struct sg_record_source *source,
                           const struct heading *heading)
{
    struct sg_put put = sg_put_begin(out, source, heading->kind);
    heading_members(&put, heading);
    return put;
}

#define LIFE(activity, severity)                                                                   \
    {                                                                                              \
        SG_CLASS_LIFE, activity, SG_SEVERITY_##severity                                            \
    }
#define CHANGE(severity)                                                                           \
    {                                                                                              \
        SG_CLASS_CHANGE, CHANGE_LOG, SG_SEVERITY_##severity                                        \
    }

static const struct heading changes[] = {
    {LIFE(LIFE_START, INFORMATIONAL), "start", "gateway", false, {0}, 0},
    {LIFE(LIFE_START, INFORMATIONAL), "takeover", "gateway", false, {0}, 0},
    {LIFE(LIFE_STOP, INFORMATIONAL), "stop", "gateway", false, {0}, 0},
    {LIFE(SG_ACTIVITY_OTHER, INFORMATIONAL), "resume", "log", false, {0}, 0},
    {CHANGE(INFORMATIONAL), "reload", "config", false, {0}, 0},
    {CHANGE(MEDIUM), "reload-failed", "config", true, {0}, 0},
    {CHANGE(MEDIUM), "engine-distrusted", "engine", true, {0}, 0},
};

enum scrubgate_status sg_record_change(struct sg_buf *out, const struct sg_record_source *source,
                                       const struct sg_change *change)
{
    size_t i = 0, n = sizeof changes / sizeof changes[0];
    while (i < n && strcmp(changes[i].what, change->what) != 0)
        i++;
    assert(i < n);
    struct heading heading = changes[i];
    heading.actor = change->actor;
    struct sg_put put = begin(out, source, &heading);
    sg_put_word(&put, SG_KEY("old_rules"), change->old_rules);
    sg_put_word(&put, SG_KEY("new_rules"), change->new_rules);
    sg_put_word(&put, SG_KEY("old_config"), change->old_config);
    sg_put_word(&put, SG_KEY("new_config"), change->new_config);
    return sg_put_end(&put);
}

/* --- the log --- */

/* The seal's moment is under its mac too. */
enum scrubgate_status sg_record_seal(struct sg_buf *out, const struct sg_record_source *source,
                                     const struct sg_seal *seal, const uint8_t mac[SG_SHA256_SIZE])
{
    const struct heading heading = {
        LIFE(SG_ACTIVITY_OTHER, INFORMATIONAL), "seal", "log", false, {0}, 0};
    struct sg_put put = sg_put_begin_at(out, source, heading.kind, seal->mono_ns);
    heading_members(&put, &heading);
    sg_put_number(&put, SG_KEY("epoch"), seal->epoch);
    sg_put_number(&put, SG_KEY("size"), seal->size);
    sg_put_base64(&put, SG_KEY("root"), (struct sg_bytes){seal->root.bytes, SG_SHA256_SIZE});
    sg_put_hex(&put, SG_KEY("mac"), mac);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_gap(struct sg_buf *out, const struct sg_record_source *source,
                                    const struct sg_gap *gap)
{
    const struct heading heading = {LIFE(SG_ACTIVITY_OTHER, HIGH), "gap", "log", true, {0}, 0};
    struct sg_put put = begin(out, source, &heading);
    sg_put_word(&put, SG_KEY("reason"), gap->reason);
    sg_put_number(&put, SG_KEY("from_ms"), gap->from_ms);
    sg_put_number(&put, SG_KEY("to_ms"), gap->to_ms);
    sg_put_number(&put, SG_KEY("refused"), gap->refused);
    sg_put_number(&put, SG_KEY("dropped"), gap->dropped);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_recovery(struct sg_buf *out, const struct sg_record_source *source,
                                         const struct sg_recovery *recovery)
{
    const struct heading heading = {
        LIFE(SG_ACTIVITY_OTHER, MEDIUM), "recovery", "log", false, {0}, 0};
    struct sg_put put = begin(out, source, &heading);
    sg_put_foreign(&put, SG_KEY("file"), sg_bytes_of(recovery->file));
    sg_put_number(&put, SG_KEY("bytes"), recovery->bytes);
    sg_put_hex(&put, SG_KEY("sha256"), recovery->digest);
    return sg_put_end(&put);
}

static uint64_t space_severity(const char *state)
{
    if (strcmp(state, "ok") == 0)
        return SG_SEVERITY_INFORMATIONAL;
    if (strcmp(state, "warn") == 0)
        return SG_SEVERITY_LOW;
    return strcmp(state, "low") == 0 ? SG_SEVERITY_MEDIUM : SG_SEVERITY_HIGH;
}

enum scrubgate_status sg_record_space(struct sg_buf *out, const struct sg_record_source *source,
                                      const struct sg_space *space)
{
    const struct heading heading = {
        {SG_CLASS_LIFE, SG_ACTIVITY_OTHER, space_severity(space->state)},
        "space",
        "disk",
        strcmp(space->state, "full") == 0,
        {0},
        0};
    struct sg_put put = begin(out, source, &heading);
    sg_put_word(&put, SG_KEY("state"), space->state);
    sg_put_number(&put, SG_KEY("free_bytes"), space->free_bytes);
    sg_put_number(&put, SG_KEY("total_bytes"), space->total_bytes);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_prune(struct sg_buf *out, const struct sg_record_source *source,
                                      const struct sg_prune *prune)
{
    const struct heading heading = {LIFE(LIFE_REMOVE, LOW), "prune", "log", false, {0}, 0};
    struct sg_put put = begin(out, source, &heading);
    sg_put_number(&put, SG_KEY("first"), prune->first);
    sg_put_number(&put, SG_KEY("last"), prune->last);
    sg_put_number(&put, SG_KEY("size"), prune->size);
    sg_put_base64(&put, SG_KEY("root"), (struct sg_bytes){prune->root.bytes, SG_SHA256_SIZE});
    sg_put_word(&put, SG_KEY("why"), prune->why);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_hold(struct sg_buf *out, const struct sg_record_source *source,
                                     const struct sg_hold *hold)
{
    const struct heading heading = {
        LIFE(LIFE_UPDATE, LOW), "hold", "log", false, hold->actor, hold->id};
    struct sg_put put = begin(out, source, &heading);
    sg_put_word(&put, SG_KEY("hold"), hold->on ? "on" : "off");
    sg_put_foreign(&put, SG_KEY("why"), hold->why);
    return sg_put_end(&put);
}

/* --- keys of pseudonyms --- */

enum scrubgate_status sg_record_erasure(struct sg_buf *out, const struct sg_record_source *source,
                                        const struct sg_erasure *erasure)
{
    const struct heading heading = {LIFE(LIFE_REMOVE, LOW), "erasure",      "keys",
                                    !erasure->done,         erasure->actor, erasure->id};
    struct sg_put put = begin(out, source, &heading);
    sg_put_word(&put, SG_KEY("kind"), erasure->kind);
    sg_put_digest(&put, SG_KEY("pseudonym"), erasure->pseudonym);
    sg_put_digest(&put, SG_KEY("key"), erasure->key);
    sg_put_foreign(&put, SG_KEY("requester"), erasure->requester);
    sg_put_foreign(&put, SG_KEY("basis"), erasure->basis);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_master(struct sg_buf *out, const struct sg_record_source *source,
                                       const struct sg_master *master)
{
    const struct heading heading = {
        LIFE(LIFE_UPDATE, INFORMATIONAL), "master", "keys", false, {0}, 0};
    struct sg_put put = begin(out, source, &heading);
    sg_put_digest(&put, SG_KEY("old_key"), master->old_key);
    sg_put_digest(&put, SG_KEY("new_key"), master->new_key);
    sg_put_number(&put, SG_KEY("kept"), master->kept);
    sg_put_number(&put, SG_KEY("dropped"), master->dropped);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_epoch(struct sg_buf *out, const struct sg_record_source *source,
                                      const struct sg_key_epoch *epoch)
{
    const struct heading heading = {
        {SG_CLASS_LIFE, epoch->destroyed ? LIFE_REMOVE : LIFE_UPDATE, SG_SEVERITY_INFORMATIONAL},
        "epoch",
        "keys",
        false,
        {0},
        0};
    struct sg_put put = begin(out, source, &heading);
    sg_put_word(&put, SG_KEY("act"), epoch->destroyed ? "destroyed" : "begun");
    sg_put_number(&put, SG_KEY("epoch"), epoch->number);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_expiry(struct sg_buf *out, const struct sg_record_source *source,
                                       const struct sg_expiry *expiry)
{
    const struct heading heading = {
        LIFE(LIFE_REMOVE, INFORMATIONAL), "expiry", "events", false, {0}, 0};
    struct sg_put put = begin(out, source, &heading);
    sg_put_number(&put, SG_KEY("count"), expiry->days);
    sg_put_number(&put, SG_KEY("to_ms"), expiry->to_ms);
    return sg_put_end(&put);
}

/* --- what is learnt --- */

/* That there was none yet is no failure. */
enum scrubgate_status sg_record_sketches(struct sg_buf *out, const struct sg_record_source *source,
                                         const struct sg_sketches *sketches)
{
    const bool failed = !sketches->done && strcmp(sketches->why, "none") != 0;
    const struct heading heading = {
        {SG_CLASS_LIFE, SG_ACTIVITY_OTHER, failed ? SG_SEVERITY_MEDIUM : SG_SEVERITY_INFORMATIONAL},
        sketches->what,
        "collusion",
        failed,
        {0},
        0};
    struct sg_put put = begin(out, source, &heading);
    sg_put_foreign(&put, SG_KEY("why"), sg_bytes_of(sketches->why));
    sg_put_number(&put, SG_KEY("agents"), sketches->agents);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_guard_news(struct sg_buf *out,
                                           const struct sg_record_source *source,
                                           const struct sg_guard_news *news)
{
    const struct heading heading = {{SG_CLASS_LIFE, news->done ? LIFE_REMOVE : SG_ACTIVITY_OTHER,
                                     news->done ? SG_SEVERITY_INFORMATIONAL : SG_SEVERITY_MEDIUM},
                                    news->what,
                                    "guard",
                                    !news->done,
                                    {0},
                                    0};
    struct sg_put put = begin(out, source, &heading);
    sg_put_number(&put, SG_KEY("count"), news->count);
    return sg_put_end(&put);
}

/* --- people --- */

enum scrubgate_status sg_record_guard(struct sg_buf *out, const struct sg_record_source *source,
                                      const struct sg_guard_act *act)
{
    const bool erases = strcmp(act->act, "erase") == 0;
    const struct heading heading = {
        {SG_CLASS_LIFE, erases ? LIFE_REMOVE : LIFE_UPDATE, SG_SEVERITY_LOW},
        "guard",
        "guard",
        !act->done,
        act->actor,
        act->id};
    struct sg_put put = begin(out, source, &heading);
    sg_put_word(&put, SG_KEY("act"), act->act);
    if (act->kind != NULL)
        sg_put_word(&put, SG_KEY("kind"), act->kind);
    if (act->order != 0)
        sg_put_number(&put, SG_KEY("order"), act->order);
    sg_put_label(&put, SG_KEY("brand"), act->brand);
    sg_put_label(&put, SG_KEY("queue"), act->queue);
    sg_put_label(&put, SG_KEY("clearance"), act->clearance);
    if (act->expires_ms != 0)
        sg_put_number(&put, SG_KEY("expires_ms"), act->expires_ms);
    if (erases)
        sg_put_number(&put, SG_KEY("kept"), act->kept);
    sg_put_foreign(&put, SG_KEY("by"), act->by);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_act(struct sg_buf *out, const struct sg_record_source *source,
                                    const struct sg_act *act)
{
    const struct heading heading = {
        LIFE(SG_ACTIVITY_OTHER, LOW), "act", act->object, !act->done, act->actor, act->id};
    struct sg_put put = begin(out, source, &heading);
    sg_put_word(&put, SG_KEY("act"), act->act);
    sg_put_foreign(&put, SG_KEY("why"), act->why);
    return sg_put_end(&put);
}

enum scrubgate_status sg_record_read(struct sg_buf *out, const struct sg_record_source *source,
                                     const struct sg_audit_read *read)
{
    const struct heading heading = {{SG_CLASS_READ, READ, SG_SEVERITY_INFORMATIONAL},
                                    "audit-read",
                                    read->object,
                                    !read->done,
                                    read->actor,
                                    read->id};
    struct sg_put put = begin(out, source, &heading);
    sg_put_word(&put, SG_KEY("command"), read->command);
    if (read->first != UINT64_MAX)
        sg_put_number(&put, SG_KEY("first"), read->first);
    if (read->last != UINT64_MAX)
        sg_put_number(&put, SG_KEY("last"), read->last);
    if (read->from_ms != 0)
        sg_put_number(&put, SG_KEY("from_ms"), read->from_ms);
    if (read->to_ms != UINT64_MAX)
        sg_put_number(&put, SG_KEY("to_ms"), read->to_ms);
    sg_put_foreign(&put, SG_KEY("why"), read->why);
    return sg_put_end(&put);
}
