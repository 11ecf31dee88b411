/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_ecs.c - a record as a document of the Elastic Common Schema 8.
 *
 * What ECS has no field for stands below `scrubgate`. event.original is the line and event.hash its
 * leaf hash.
 */
#include <string.h>

#include "base/clock.h"
#include "cli/export.h"

/* Of ECS' allowed values: event.category and event.type. */
struct sort {
    const char *category, *type;
};

static struct sort sort_of(const struct sg_entry *entry)
{
    switch (entry->kind) {
    case SG_KIND_DECISION:
        return (struct sort){
            "network", sg_entry_number(entry, SG_ENTRY_ACTION_ID) == 2 ? "denied" : "allowed"};
    case SG_KIND_OUTCOME:
        return (struct sort){"web", "access"};
    case SG_KIND_REFUSED:
        return (struct sort){"network", "denied"};
    case SG_KIND_CHANGE:
        return (struct sort){"configuration", "change"};
    case SG_KIND_READ:
        return (struct sort){"database", "access"};
    case SG_KIND_LIFE:
    case SG_KIND_OTHER:
    case SG_KINDS:
        break;
    }
    switch (entry->what) {
    case SG_WHAT_START:
    case SG_WHAT_TAKEOVER:
        return (struct sort){"process", "start"};
    case SG_WHAT_STOP:
        return (struct sort){"process", "end"};
    case SG_WHAT_HOLD:
    case SG_WHAT_ACT:
    case SG_WHAT_GUARD:
    case SG_WHAT_MASTER:
        return (struct sort){"configuration", "change"};
    case SG_WHAT_PRUNE:
    case SG_WHAT_ERASURE:
        return (struct sort){"database", "change"};
    default:
        return (struct sort){"process", "info"};
    }
}

static const char *outcome_of(const struct sg_entry *entry)
{
    if (entry->kind == SG_KIND_DECISION || entry->kind == SG_KIND_REFUSED)
        return "success"; /* the gateway did what it is there for */
    switch (sg_entry_number(entry, SG_ENTRY_STATUS_ID)) {
    case SG_STATUS_SUCCESS:
        return "success";
    case SG_STATUS_FAILURE:
        return "failure";
    default:
        return "unknown";
    }
}

static void add_string(struct sg_export_json *json, const char *key, const struct sg_entry *entry,
                       enum sg_entry_member member)
{
    sg_export_string(json, key, sg_entry_text(entry, member));
}

static void add_one(struct sg_export_json *json, const char *key, const char *word)
{
    sg_export_open(json, key, '[');
    sg_export_word(json, NULL, word);
    sg_export_close(json, ']');
}

static void add_event(struct sg_export_json *json, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    struct sort sort = sort_of(entry);
    bool alert =
        entry->n_found > 0 || sg_entry_number(entry, SG_ENTRY_SEVERITY_ID) >= SG_SEVERITY_MEDIUM;
    sg_export_open(json, "event", '{');
    sg_export_word(json, "kind", alert ? "alert" : "event");
    add_one(json, "category", sort.category);
    add_one(json, "type", sort.type);
    if (sg_entry_has(entry, SG_ENTRY_VERDICT))
        add_string(json, "action", entry, SG_ENTRY_VERDICT);
    else if (sg_entry_has(entry, SG_ENTRY_WHAT))
        add_string(json, "action", entry, SG_ENTRY_WHAT);
    else
        sg_export_word(json, "action", sg_entry_kind_word(entry->kind));
    sg_export_word(json, "outcome", outcome_of(entry));
    sg_export_number(json, "severity", sg_entry_number(entry, SG_ENTRY_SEVERITY_ID));
    sg_export_uid(json, "id", entry);
    sg_export_number(json, "sequence", sg_entry_number(entry, SG_ENTRY_SEQ));
    sg_export_string(json, "code", sg_entry_text(entry, SG_ENTRY_TYPE_UID));
    add_string(json, "reason", entry, SG_ENTRY_REASON);
    if (sg_entry_has(entry, SG_ENTRY_LATENCY_NS))
        sg_export_number(json, "duration", entry->number[SG_ENTRY_LATENCY_NS]);
    sg_export_word(json, "provider", "scrubgate");
    sg_export_word(json, "module", "scrubgate");
    sg_export_word(json, "dataset", "scrubgate.audit");
    sg_export_word(json, "hash", item->leaf);
    sg_export_text(json, "original", entry->line);
    sg_export_close(json, '}');
}

static void add_rule(struct sg_export_json *json, const struct sg_entry *entry)
{
    if (entry->n_found > 0) {
        sg_export_open(json, "id", '[');
        for (size_t i = 0; i < entry->n_found; i++)
            sg_export_string(json, NULL, entry->found[i].rule);
        sg_export_close(json, ']');
        sg_export_open(json, "category", '[');
        for (size_t i = 0; i < entry->n_found; i++)
            sg_export_string(json, NULL, entry->found[i].entity);
        sg_export_close(json, ']');
    }
    add_string(json, "ruleset", entry, SG_ENTRY_RULES);
}

/* Objects that are there only where the record says something of them. */
static void add_objects(struct sg_export_json *json, const struct sg_entry *entry)
{
    if (entry->n_found > 0 || sg_entry_has(entry, SG_ENTRY_RULES)) {
        sg_export_open(json, "rule", '{');
        add_rule(json, entry);
        sg_export_close(json, '}');
    }
    if (sg_entry_has(entry, SG_ENTRY_TRACE_ID)) {
        sg_export_open(json, "trace", '{');
        add_string(json, "id", entry, SG_ENTRY_TRACE_ID);
        sg_export_close(json, '}');
    }
    if (sg_entry_has(entry, SG_ENTRY_ID)) {
        sg_export_open(json, "transaction", '{');
        add_string(json, "id", entry, SG_ENTRY_ID);
        sg_export_close(json, '}');
    }
    if (sg_entry_has(entry, SG_ENTRY_STATUS)) {
        sg_export_open(json, "http", '{');
        sg_export_open(json, "response", '{');
        sg_export_number(json, "status_code", entry->number[SG_ENTRY_STATUS]);
        sg_export_close(json, '}');
        sg_export_close(json, '}');
    }
    if (sg_entry_has(entry, SG_ENTRY_ACTOR_UID) || sg_entry_has(entry, SG_ENTRY_ACTOR_PEER)) {
        sg_export_open(json, "user", '{');
        sg_export_string(json, "id",
                         sg_entry_has(entry, SG_ENTRY_ACTOR_UID)
                             ? entry->text[SG_ENTRY_ACTOR_UID]
                             : entry->text[SG_ENTRY_ACTOR_PEER]);
        sg_export_close(json, '}');
    }
}

enum scrubgate_status sg_export_ecs(struct sg_buf *out, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    struct sg_export_json json = {.out = out};
    char time[25];
    sg_export_open(&json, NULL, '{');
    if (sg_entry_number(entry, SG_ENTRY_TIME) <= UINT64_C(253402300799999)) {
        sg_clock_format(sg_entry_number(entry, SG_ENTRY_TIME), time);
        sg_export_word(&json, "@timestamp", time);
    }
    sg_export_open(&json, "ecs", '{');
    sg_export_word(&json, "version", "8.11.0");
    sg_export_close(&json, '}');
    sg_export_text(&json, "message", sg_buf_bytes(&item->message));
    add_event(&json, item);
    sg_export_open(&json, "observer", '{');
    add_string(&json, "name", entry, SG_ENTRY_INSTANCE);
    sg_export_word(&json, "vendor", "scrubgate");
    add_string(&json, "product", entry, SG_ENTRY_PRODUCT_NAME);
    sg_export_word(&json, "type", "dlp");
    add_string(&json, "version", entry, SG_ENTRY_PRODUCT_VERSION);
    sg_export_close(&json, '}');
    add_objects(&json, entry);
    sg_export_open(&json, "scrubgate", '{');
    sg_export_rest(&json, entry);
    sg_export_close(&json, '}');
    sg_export_close(&json, '}');
    return json.rc;
}
