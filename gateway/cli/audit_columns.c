/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_columns.c - a record as a row: which columns, and what stands in each.
 */
#include "cli/audit_columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* --- columns that are made --- */

static enum scrubgate_status add_time(struct sg_buf *out, const struct sg_entry *entry)
{
    char text[25];
    uint64_t time = sg_entry_number(entry, SG_ENTRY_TIME);
    if (!sg_entry_has(entry, SG_ENTRY_TIME) || time > UINT64_C(253402300799999))
        return SCRUBGATE_OK; /* not known, or beyond the year 9999 */
    sg_clock_format(time, text);
    return sg_buf_add_text(out, text);
}

static enum scrubgate_status add_class(struct sg_buf *out, const struct sg_entry *entry)
{
    if (entry->kind == SG_KIND_OTHER && sg_entry_has(entry, SG_ENTRY_CLASS_UID))
        return sg_buf_add_bytes(out, sg_entry_text(entry, SG_ENTRY_CLASS_UID));
    return sg_buf_add_text(out, sg_entry_kind_word(entry->kind));
}

static enum scrubgate_status add_word(struct sg_buf *out, struct sg_bytes word, const char *before)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (word.len == 0)
        return rc;
    rc = sg_buf_add_text(out, before);
    return rc < 0 ? rc : sg_entry_decode(out, word);
}

/* The one thing to know: what was decided, what came of it, what happened. */
static enum scrubgate_status add_about(struct sg_buf *out, const struct sg_entry *entry)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (entry->kind == SG_KIND_DECISION)
        rc = add_word(out, sg_entry_text(entry, SG_ENTRY_VERDICT), "");
    else if (entry->kind == SG_KIND_OUTCOME || entry->kind == SG_KIND_REFUSED)
        rc = add_word(out, sg_entry_text(entry, SG_ENTRY_STATUS), "");
    else
        rc = add_word(out, sg_entry_text(entry, SG_ENTRY_WHAT), "");
    if (rc >= 0)
        rc = add_word(out, sg_entry_text(entry, SG_ENTRY_STATE), " ");
    if (rc >= 0)
        rc = add_word(out, sg_entry_text(entry, SG_ENTRY_COMMAND), " ");
    if (rc >= 0)
        rc = add_word(out, sg_entry_text(entry, SG_ENTRY_ACT), " ");
    if (rc >= 0)
        rc = add_word(out, sg_entry_text(entry, SG_ENTRY_REASON), " ");
    return rc;
}

/* What one word of each finding says, and how often; a word that comes again is added up. */
static enum scrubgate_status add_counted(struct sg_buf *out, const struct sg_entry *entry,
                                         struct sg_bytes (*word)(const struct sg_entry_found *))
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < entry->n_found && rc >= 0; i++) {
        uint64_t count = 0;
        bool before = false;
        for (size_t j = 0; j < entry->n_found; j++) {
            if (!sg_bytes_equal(word(&entry->found[i]), word(&entry->found[j])))
                continue;
            before = before || j < i;
            count += entry->found[j].count;
        }
        if (before)
            continue;
        rc = add_word(out, word(&entry->found[i]), i > 0 ? " " : "");
        if (rc >= 0)
            rc = sg_buf_addf(out, ":%" PRIu64, count);
    }
    return rc;
}

static struct sg_bytes rule_of(const struct sg_entry_found *found)
{
    return found->rule;
}

static struct sg_bytes entity_of(const struct sg_entry_found *found)
{
    return found->entity;
}

static struct sg_bytes action_of(const struct sg_entry_found *found)
{
    return found->action;
}

static enum scrubgate_status add_rules(struct sg_buf *out, const struct sg_entry *entry)
{
    return add_counted(out, entry, rule_of);
}

static enum scrubgate_status add_entities(struct sg_buf *out, const struct sg_entry *entry)
{
    return add_counted(out, entry, entity_of);
}

static enum scrubgate_status add_actions(struct sg_buf *out, const struct sg_entry *entry)
{
    return add_counted(out, entry, action_of);
}

static enum scrubgate_status add_findings(struct sg_buf *out, const struct sg_entry *entry)
{
    uint64_t count = 0;
    for (size_t i = 0; i < entry->n_found; i++)
        count += entry->found[i].count;
    return entry->kind == SG_KIND_DECISION ? sg_buf_add_u64(out, count) : SCRUBGATE_OK;
}

static enum scrubgate_status add_latency(struct sg_buf *out, const struct sg_entry *entry)
{
    uint64_t ns = sg_entry_number(entry, SG_ENTRY_LATENCY_NS);
    if (!sg_entry_has(entry, SG_ENTRY_LATENCY_NS))
        return SCRUBGATE_OK;
    return sg_buf_addf(out, "%" PRIu64 ".%03" PRIu64, ns / 1000000, ns / 1000 % 1000);
}

static enum scrubgate_status add_identity(struct sg_buf *out, const struct sg_entry *entry)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < entry->n_identities && rc >= 0; i++)
        rc = add_word(out, entry->identity[i], i > 0 ? " " : "");
    return rc;
}

static enum scrubgate_status add_spans(struct sg_buf *out, const struct sg_entry *entry)
{
    return sg_buf_add_bytes(out, entry->spans);
}

static enum scrubgate_status add_actor(struct sg_buf *out, const struct sg_entry *entry)
{
    if (sg_entry_has(entry, SG_ENTRY_ACTOR_UID))
        return add_word(out, entry->text[SG_ENTRY_ACTOR_UID], "uid:");
    if (sg_entry_has(entry, SG_ENTRY_ACTOR_PEER))
        return add_word(out, entry->text[SG_ENTRY_ACTOR_PEER], "peer:");
    return add_word(out, sg_entry_text(entry, SG_ENTRY_ACTOR_APP), "");
}

/* Where it came from, of messages and of what was turned away. */
static enum scrubgate_status add_network(struct sg_buf *out, const struct sg_entry *entry)
{
    enum scrubgate_status rc = add_word(out, sg_entry_text(entry, SG_ENTRY_NETWORK), "");
    return rc < 0 ? rc : add_word(out, sg_entry_text(entry, SG_ENTRY_REFUSED_NETWORK), "");
}

/* Widths of members too, where the usual one is not enough. */
static const struct {
    const char *name;
    enum scrubgate_status (*add)(struct sg_buf *out, const struct sg_entry *entry);
    unsigned width;
} made[] = {
    {"time", add_time, 24},
    {"class", add_class, 8},
    {"about", add_about, 24},
    {"found", add_rules, 40},
    {"entities", add_entities, 40},
    {"actions", add_actions, 20},
    {"findings", add_findings, 8},
    {"latency_ms", add_latency, 10},
    {"identity", add_identity, 16},
    {"spans", add_spans, 40},
    {"actor", add_actor, 21},
    {"network", add_network, 16},
    {"seq", NULL, 9},
    {"id", NULL, 16},
    {"route", NULL, 12},
    {"direction", NULL, 11},
    {"channel", NULL, 8},
    {"verdict", NULL, 8},
    {"status", NULL, 6},
    {"trace_id", NULL, 32},
    {"level", NULL, 5},
};

enum { WIDTH = 16 };

/* --- names --- */

static struct sg_bytes last_word(const char *path)
{
    const char *dot = strrchr(path, '.');
    return sg_bytes_of(dot == NULL ? path : dot + 1);
}

/* By its path, or by its last word where only one has it. */
static enum sg_entry_member find_member(struct sg_bytes name)
{
    enum sg_entry_member member = sg_entry_member_of(name);
    if (member < SG_ENTRY_MEMBERS)
        return member;
    if (sg_bytes_equal(name, SG_BYTES("status")))
        return SG_ENTRY_STATUS;
    if (sg_bytes_equal(name, SG_BYTES("time_ms")))
        return SG_ENTRY_TIME;
    for (size_t i = 0; i < SG_ENTRY_MEMBERS; i++) {
        if (!sg_bytes_equal(last_word(sg_entry_path((enum sg_entry_member)i)), name))
            continue;
        if (member < SG_ENTRY_MEMBERS)
            return SG_ENTRY_MEMBERS;
        member = (enum sg_entry_member)i;
    }
    return member;
}

static bool read_column(struct sg_audit_column *column, struct sg_bytes name)
{
    *column = (struct sg_audit_column){name, SG_ENTRY_MEMBERS, NULL, WIDTH};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        if (!sg_bytes_equal(name, sg_bytes_of(made[i].name)))
            continue;
        column->add = made[i].add;
        column->width = made[i].width;
    }
    if (column->add == NULL)
        column->member = find_member(name);
    return column->add != NULL || column->member < SG_ENTRY_MEMBERS ||
           (name.len > 1 && name.data[0] == '.');
}

bool sg_audit_columns_read(struct sg_audit_columns *columns, const struct sg_command *command,
                           const char *names)
{
    struct sg_bytes rest = sg_bytes_of(names);
    columns->n = 0;
    for (bool more = true; more;) {
        size_t len = sg_bytes_find(rest, ',');
        if (columns->n == SG_COLUMNS_MOST ||
            !read_column(&columns->column[columns->n++], (struct sg_bytes){rest.data, len})) {
            (void)fprintf(stderr,
                          "scrubgate %s: --columns: there is no column %.*s: give a member's name, "
                          "or one that is not known here as .NAME; see scrubgate %s --help\n",
                          command->name, (int)len, (const char *)rest.data, command->name);
            return false;
        }
        more = len < rest.len;
        rest.data += len + (more ? 1 : 0);
        rest.len -= len + (more ? 1 : 0);
    }
    return true;
}

/* --- cells --- */

/* One that this program does not know: its string, or its JSON as it stands. */
static enum scrubgate_status add_other(struct sg_buf *out, struct sg_bytes name,
                                       const struct sg_entry *entry)
{
    for (size_t i = 0; i < entry->n_others; i++) {
        const struct sg_entry_other *other = &entry->other[i];
        if (other->in.len > 0 || !sg_entry_says(other->key, name))
            continue;
        if (other->value.data[0] != '"')
            return sg_buf_add_bytes(out, other->value);
        return sg_entry_decode(out, (struct sg_bytes){other->value.data + 1, other->value.len - 2});
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_audit_column_add(struct sg_buf *out, const struct sg_audit_column *column,
                                          const struct sg_entry *entry)
{
    if (column->add != NULL)
        return column->add(out, entry);
    if (column->member < SG_ENTRY_MEMBERS)
        return sg_entry_decode(out, sg_entry_text(entry, column->member));
    return add_other(out, (struct sg_bytes){column->name.data + 1, column->name.len - 1}, entry);
}
