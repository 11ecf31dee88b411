/* SPDX-License-Identifier: Apache-2.0 */
/*
 * act_note.c - what a command says that it did: one small JSON object.
 */
#include "audit/act_note.h"

#include <string.h>

#include "base/json.h"
#include "base/json_text.h"

enum { DEPTH = 2 };

/* All that a note may say in words of ours. */
static const char *const commands[] = {"query",     "report",    "export",  "prove", "rules",
                                       "pseudonym", "reconcile", "witness", "verify"};
static const char *const objects[] = {"log", "rules", "keys", "config", "gateway", "acts"};
static const char *const acts[] = {"keygen", "witness"};
static const char *const kinds[] = {"conversation", "customer"};
static const char *const switches[] = {"on", "off"};
static const char *const guard_acts[] = {"order", "lift", "appeal", "erase"};
static const char *const order_kinds[] = {"block", "flag", "attest", "waive", "link"};

struct words {
    const char *const *item;
    size_t n;
};
#define WORDS(list) ((struct words){list, sizeof(list) / sizeof(list)[0]})

/* Ours of the table, or NULL. */
static const char *find_word(struct words words, struct sg_bytes text)
{
    for (size_t i = 0; i < words.n; i++)
        if (sg_bytes_equal(sg_bytes_of(words.item[i]), text))
            return words.item[i];
    return NULL;
}

/* --- writing --- */

static enum scrubgate_status put_text(struct sg_buf *out, const char *name, struct sg_bytes text)
{
    if (text.len == 0)
        return SCRUBGATE_OK;
    if (text.len > SG_RECORD_FOREIGN)
        text.len = SG_RECORD_FOREIGN;
    enum scrubgate_status rc = sg_buf_addf(out, ",\"%s\":", name);
    return rc < 0 ? rc : sg_json_add_string(out, text);
}

static enum scrubgate_status put_word(struct sg_buf *out, const char *name, struct words words,
                                      const char *word)
{
    const char *ours = find_word(words, sg_bytes_of(word));
    return ours == NULL ? SCRUBGATE_EINVAL : sg_buf_addf(out, ",\"%s\":\"%s\"", name, ours);
}

static enum scrubgate_status put_number(struct sg_buf *out, const char *name, uint64_t value,
                                        uint64_t none)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (value != none)
        rc = sg_buf_addf(out, ",\"%s\":", name);
    return rc < 0 || value == none ? rc : sg_buf_add_u64(out, value);
}

static enum scrubgate_status put_digest(struct sg_buf *out, const char *name, uint64_t value)
{
    enum scrubgate_status rc = sg_buf_addf(out, ",\"%s\":\"", name);
    if (rc >= 0)
        rc = sg_buf_add_hex64(out, value);
    return rc < 0 ? rc : sg_buf_add_byte(out, '"');
}

static enum scrubgate_status put_done(struct sg_buf *out, bool done)
{
    return sg_buf_add_text(out, done ? ",\"done\":true" : ",\"done\":false");
}

static enum scrubgate_status print_read(struct sg_buf *out, const struct sg_audit_read *read)
{
    enum scrubgate_status rc = put_word(out, "command", WORDS(commands), read->command);
    if (rc >= 0)
        rc = put_word(out, "object", WORDS(objects), read->object);
    if (rc >= 0)
        rc = put_done(out, read->done);
    if (rc >= 0)
        rc = put_number(out, "first", read->first, UINT64_MAX);
    if (rc >= 0)
        rc = put_number(out, "last", read->last, UINT64_MAX);
    if (rc >= 0)
        rc = put_number(out, "from_ms", read->from_ms, 0);
    if (rc >= 0)
        rc = put_number(out, "to_ms", read->to_ms, UINT64_MAX);
    return rc < 0 ? rc : put_text(out, "why", read->why);
}

static enum scrubgate_status print_hold(struct sg_buf *out, const struct sg_hold *hold)
{
    enum scrubgate_status rc = put_word(out, "hold", WORDS(switches), hold->on ? "on" : "off");
    return rc < 0 ? rc : put_text(out, "why", hold->why);
}

static enum scrubgate_status print_erasure(struct sg_buf *out, const struct sg_erasure *erasure)
{
    enum scrubgate_status rc = put_word(out, "kind", WORDS(kinds), erasure->kind);
    if (rc >= 0)
        rc = put_done(out, erasure->done);
    if (rc >= 0)
        rc = put_digest(out, "pseudonym", erasure->pseudonym);
    if (rc >= 0)
        rc = put_digest(out, "key", erasure->key);
    if (rc >= 0)
        rc = put_text(out, "requester", erasure->requester);
    return rc < 0 ? rc : put_text(out, "basis", erasure->basis);
}

static enum scrubgate_status print_guard(struct sg_buf *out, const struct sg_guard_act *guard)
{
    enum scrubgate_status rc = put_word(out, "act", WORDS(guard_acts), guard->act);
    if (rc >= 0 && guard->kind != NULL)
        rc = put_word(out, "kind", WORDS(order_kinds), guard->kind);
    if (rc >= 0)
        rc = put_done(out, guard->done);
    if (rc >= 0)
        rc = put_number(out, "order", guard->order, 0);
    if (rc >= 0)
        rc = put_number(out, "expires_ms", guard->expires_ms, 0);
    if (rc >= 0)
        rc = put_number(out, "kept", guard->kept, 0);
    if (rc >= 0)
        rc = put_text(out, "brand", guard->brand);
    if (rc >= 0)
        rc = put_text(out, "queue", guard->queue);
    return rc < 0 ? rc : put_text(out, "clearance", guard->clearance);
}

static enum scrubgate_status print_act(struct sg_buf *out, const struct sg_act *act)
{
    enum scrubgate_status rc = put_word(out, "act", WORDS(acts), act->act);
    if (rc >= 0)
        rc = put_word(out, "object", WORDS(objects), act->object);
    if (rc >= 0)
        rc = put_done(out, act->done);
    return rc < 0 ? rc : put_text(out, "why", act->why);
}

static const char *const whats[] = {[SG_ACT_READ] = "audit-read",
                                    [SG_ACT_HOLD] = "hold",
                                    [SG_ACT_ERASURE] = "erasure",
                                    [SG_ACT_GUARD] = "guard",
                                    [SG_ACT_OTHER] = "act"};

enum scrubgate_status sg_act_note_print(struct sg_buf *out, const struct sg_act_note *note)
{
    const size_t start = out->len;
    enum scrubgate_status rc = sg_buf_addf(out, "{\"what\":\"%s\"", whats[note->kind]);
    if (rc >= 0)
        rc = note->kind == SG_ACT_READ      ? print_read(out, &note->of.read)
             : note->kind == SG_ACT_HOLD    ? print_hold(out, &note->of.hold)
             : note->kind == SG_ACT_ERASURE ? print_erasure(out, &note->of.erasure)
             : note->kind == SG_ACT_GUARD   ? print_guard(out, &note->of.guard)
                                            : print_act(out, &note->of.act);
    if (rc >= 0)
        rc = sg_buf_add_text(out, "}\n");
    if (rc < 0)
        out->len = start;
    return rc;
}

/* --- reading: the first thing that is wrong sticks --- */

struct reading {
    const struct sg_json_node *root;
    size_t known; /* members that were asked for and are there */
    bool wrong;
};

static const struct sg_json_node *take(struct reading *from, const char *name,
                                       enum sg_json_kind kind, bool needed)
{
    const struct sg_json_node *node = sg_json_get(from->root, name);
    from->known += node != NULL;
    if (node == NULL ? needed : node->kind != kind)
        from->wrong = true;
    return from->wrong ? NULL : node;
}

/* NULL: it is not there, or wrong. */
static const char *take_word_if(struct reading *from, const char *name, struct words words)
{
    const struct sg_json_node *node = take(from, name, SG_JSON_STRING, false);
    const char *word = node == NULL ? NULL : find_word(words, node->text);
    if (node != NULL && word == NULL)
        from->wrong = true;
    return word;
}

static const char *take_word(struct reading *from, const char *name, struct words words)
{
    const char *word = take_word_if(from, name, words);
    if (word == NULL)
        from->wrong = true;
    return word;
}

static struct sg_bytes take_text(struct reading *from, const char *name, bool needed)
{
    const struct sg_json_node *node = take(from, name, SG_JSON_STRING, needed);
    if (node == NULL)
        return (struct sg_bytes){NULL, 0};
    if (needed && node->text.len == 0)
        from->wrong = true;
    return node->text;
}

static uint64_t take_number(struct reading *from, const char *name, uint64_t none)
{
    uint64_t value = none;
    const struct sg_json_node *node = take(from, name, SG_JSON_NUMBER, false);
    if (node != NULL && !sg_bytes_to_u64(node->text, &value))
        from->wrong = true;
    return value;
}

static uint64_t take_digest(struct reading *from, const char *name)
{
    uint64_t value = 0;
    const struct sg_json_node *node = take(from, name, SG_JSON_STRING, true);
    if (node == NULL || !sg_bytes_to_hex64(node->text, &value))
        from->wrong = true;
    return value;
}

static bool take_done(struct reading *from)
{
    const struct sg_json_node *node = take(from, "done", SG_JSON_BOOL, true);
    return node != NULL && node->truth;
}

static void read_members(struct reading *from, struct sg_act_note *note)
{
    switch (note->kind) {
    case SG_ACT_READ:
        note->of.read = (struct sg_audit_read){
            .command = take_word(from, "command", WORDS(commands)),
            .object = take_word(from, "object", WORDS(objects)),
            .done = take_done(from),
            .first = take_number(from, "first", UINT64_MAX),
            .last = take_number(from, "last", UINT64_MAX),
            .from_ms = take_number(from, "from_ms", 0),
            .to_ms = take_number(from, "to_ms", UINT64_MAX),
            .why = take_text(from, "why", false),
        };
        break;
    case SG_ACT_HOLD: {
        const char *hold = take_word(from, "hold", WORDS(switches));
        note->of.hold = (struct sg_hold){.on = hold != NULL && strcmp(hold, "on") == 0,
                                         .why = take_text(from, "why", true)};
        break;
    }
    case SG_ACT_ERASURE:
        note->of.erasure = (struct sg_erasure){
            .kind = take_word(from, "kind", WORDS(kinds)),
            .done = take_done(from),
            .pseudonym = take_digest(from, "pseudonym"),
            .key = take_digest(from, "key"),
            .requester = take_text(from, "requester", true),
            .basis = take_text(from, "basis", true),
        };
        break;
    case SG_ACT_GUARD:
        note->of.guard = (struct sg_guard_act){
            .act = take_word(from, "act", WORDS(guard_acts)),
            .kind = take_word_if(from, "kind", WORDS(order_kinds)),
            .done = take_done(from),
            .order = take_number(from, "order", 0),
            .expires_ms = take_number(from, "expires_ms", 0),
            .kept = take_number(from, "kept", 0),
            .brand = take_text(from, "brand", false),
            .queue = take_text(from, "queue", false),
            .clearance = take_text(from, "clearance", false),
        };
        break;
    case SG_ACT_OTHER:
        note->of.act = (struct sg_act){
            .act = take_word(from, "act", WORDS(acts)),
            .object = take_word(from, "object", WORDS(objects)),
            .done = take_done(from),
            .why = take_text(from, "why", false),
        };
        break;
    }
}

static enum scrubgate_status read_note(const struct sg_json *json, struct sg_act_note *note)
{
    struct reading from = {.root = sg_json_root(json)};
    if (from.root->kind != SG_JSON_OBJECT)
        return SCRUBGATE_EMALFORMED;
    const char *what = take_word(&from, "what", WORDS(whats));
    if (what == NULL)
        return SCRUBGATE_EMALFORMED;
    note->kind = SG_ACT_READ;
    while (strcmp(whats[note->kind], what) != 0)
        note->kind++;
    read_members(&from, note);
    return from.wrong || from.known != from.root->count ? SCRUBGATE_EMALFORMED : SCRUBGATE_OK;
}

/* --- the record --- */

static enum scrubgate_status record_note(struct sg_buf *out, const struct sg_record_source *source,
                                         const struct sg_act_sender *sender,
                                         struct sg_act_note *note)
{
    const struct sg_actor actor = {SG_ACTOR_USER, sender->uid};
    switch (note->kind) {
    case SG_ACT_READ:
        note->of.read.id = sender->id;
        note->of.read.actor = actor;
        return sg_record_read(out, source, &note->of.read);
    case SG_ACT_HOLD:
        note->of.hold.id = sender->id;
        note->of.hold.actor = actor;
        return sg_record_hold(out, source, &note->of.hold);
    case SG_ACT_ERASURE:
        note->of.erasure.id = sender->id;
        note->of.erasure.actor = actor;
        return sg_record_erasure(out, source, &note->of.erasure);
    case SG_ACT_GUARD:
        note->of.guard.id = sender->id;
        note->of.guard.actor = actor;
        return sg_record_guard(out, source, &note->of.guard);
    case SG_ACT_OTHER:
        break;
    }
    note->of.act.id = sender->id;
    note->of.act.actor = actor;
    return sg_record_act(out, source, &note->of.act);
}

enum scrubgate_status sg_act_note_record(struct sg_buf *out, const struct sg_record_source *source,
                                         const struct sg_act_sender *sender, struct sg_bytes text)
{
    struct sg_json *json = NULL;
    struct sg_act_note note;
    if (text.len > SG_ACT_NOTE_MOST)
        return SCRUBGATE_EMALFORMED;
    enum scrubgate_status rc = sg_json_parse(&json, text, DEPTH, NULL);
    if (rc < 0)
        return rc == SCRUBGATE_ENOMEM ? rc : SCRUBGATE_EMALFORMED;
    rc = read_note(json, &note);
    if (rc >= 0 && !sender->trusted &&
        (note.kind == SG_ACT_HOLD || note.kind == SG_ACT_ERASURE || note.kind == SG_ACT_GUARD))
        rc = SCRUBGATE_EMALFORMED;
    if (rc >= 0)
        rc = record_note(out, source, sender, &note);
    sg_json_free(json);
    return rc;
}

enum scrubgate_status sg_act_note_refuse(struct sg_buf *out, const struct sg_record_source *source,
                                         const struct sg_act_sender *sender)
{
    const struct sg_act act = {
        .id = sender->id, .act = "note", .object = "acts", .actor = {SG_ACTOR_USER, sender->uid}};
    return sg_record_act(out, source, &act);
}
