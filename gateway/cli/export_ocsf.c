/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_ocsf.c - a record as an event of OCSF 1.4 (schema.ocsf.io).
 *
 * Records have OCSF's names and numbers already; here they get its objects. What it has no name for
 * is in `unmapped`, the line itself in `raw_data`.
 */
#include <string.h>

#include "cli/export.h"

enum { CATEGORY = 1000, ACTIVITIES = 100 };
enum { ACTION_ALLOWED = 1, ACTION_DENIED = 2, ACTION_MODIFIED = 4 };
enum {
    DISPOSITION_ALLOWED = 1,
    DISPOSITION_BLOCKED = 2,
    DISPOSITION_CUSTOM = 7,
    DISPOSITION_CORRECTED = 11,
    DISPOSITION_DETECTED = 15
};
enum {
    OTHER = 99,
    ANALYTIC_RULE = 1,
    DATA_PERSONAL = 1,
    DATA_IN_TRANSIT = 2,
    STORE_BUCKET = 2,
    DLP_GATEWAY = 2
};

struct word {
    uint64_t value;
    const char *text;
};

static const struct word classes[] = {{SG_CLASS_DECISION, "Data Security Finding"},
                                      {SG_CLASS_REFUSED, "HTTP Activity"},
                                      {SG_CLASS_CHANGE, "Device Config State Change"},
                                      {SG_CLASS_LIFE, "Application Lifecycle"},
                                      {SG_CLASS_OUTCOME, "API Activity"},
                                      {SG_CLASS_READ, "Datastore Activity"},
                                      {0, NULL}};
static const struct word categories[] = {{2, "Findings"},
                                         {4, "Network Activity"},
                                         {5, "Discovery"},
                                         {6, "Application Activity"},
                                         {0, NULL}};
static const struct word severities[] = {{SG_SEVERITY_INFORMATIONAL, "Informational"},
                                         {SG_SEVERITY_LOW, "Low"},
                                         {SG_SEVERITY_MEDIUM, "Medium"},
                                         {SG_SEVERITY_HIGH, "High"},
                                         {0, NULL}};
static const struct word actions[] = {{ACTION_ALLOWED, "Allowed"},
                                      {ACTION_DENIED, "Denied"},
                                      {ACTION_MODIFIED, "Modified"},
                                      {0, NULL}};
static const struct word dispositions[] = {
    {DISPOSITION_ALLOWED, "Allowed"},      {DISPOSITION_BLOCKED, "Blocked"},
    {DISPOSITION_CUSTOM, "Custom Action"}, {DISPOSITION_CORRECTED, "Corrected"},
    {DISPOSITION_DETECTED, "Detected"},    {0, NULL}};
static const struct word states[] = {
    {SG_STATUS_SUCCESS, "Success"}, {SG_STATUS_FAILURE, "Failure"}, {0, NULL}};

/* An id and the word for it, where there is one. */
static void add_word(struct sg_export_json *json, const char *id, const char *key,
                     const struct word *words, uint64_t value)
{
    sg_export_number(json, id, value);
    while (words->text != NULL && words->value != value)
        words++;
    if (words->text != NULL)
        sg_export_word(json, key, words->text);
}

static void add_string(struct sg_export_json *json, const char *key, const struct sg_entry *entry,
                       enum sg_entry_member member)
{
    sg_export_string(json, key, sg_entry_text(entry, member));
}

/* --- every event --- */

static void add_metadata(struct sg_export_json *json, const struct sg_entry *entry)
{
    bool control = entry->kind == SG_KIND_DECISION || entry->kind == SG_KIND_REFUSED;
    sg_export_open(json, "metadata", '{');
    add_string(json, "version", entry, SG_ENTRY_VERSION);
    sg_export_open(json, "product", '{');
    add_string(json, "name", entry, SG_ENTRY_PRODUCT_NAME);
    sg_export_word(json, "vendor_name", "scrubgate");
    add_string(json, "version", entry, SG_ENTRY_PRODUCT_VERSION);
    sg_export_close(json, '}');
    sg_export_open(json, "profiles", '[');
    if (control)
        sg_export_word(json, NULL, "security_control");
    sg_export_close(json, ']');
    sg_export_uid(json, "uid", entry);
    sg_export_number(json, "sequence", sg_entry_number(entry, SG_ENTRY_SEQ));
    add_string(json, "correlation_uid", entry, SG_ENTRY_ID);
    add_string(json, "log_name", entry, SG_ENTRY_INSTANCE);
    sg_export_word(json, "log_provider", "scrubgate");
    sg_export_close(json, '}');
}

static void add_base(struct sg_export_json *json, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    uint64_t class_uid = sg_entry_number(entry, SG_ENTRY_CLASS_UID);
    uint64_t type_uid = sg_entry_number(entry, SG_ENTRY_TYPE_UID);
    bool fits = type_uid / ACTIVITIES == class_uid;
    add_word(json, "class_uid", "class_name", classes, class_uid);
    add_word(json, "category_uid", "category_name", categories, class_uid / CATEGORY);
    sg_export_number(json, "activity_id", fits ? type_uid % ACTIVITIES : OTHER);
    sg_export_number(json, "type_uid", fits ? type_uid : class_uid * ACTIVITIES + OTHER);
    add_word(json, "severity_id", "severity", severities,
             sg_entry_number(entry, SG_ENTRY_SEVERITY_ID));
    sg_export_number(json, "time", sg_entry_number(entry, SG_ENTRY_TIME));
    sg_export_text(json, "message", sg_buf_bytes(&item->message));
    add_metadata(json, entry);
}

/* A finding's status is how far people are with it. */
static void add_status(struct sg_export_json *json, const struct sg_entry *entry)
{
    if (sg_entry_has(entry, SG_ENTRY_STATUS_ID))
        add_word(json, "status_id", "status", states, sg_entry_number(entry, SG_ENTRY_STATUS_ID));
    add_string(json, "status_detail", entry, SG_ENTRY_REASON);
}

static void add_actor(struct sg_export_json *json, const struct sg_entry *entry)
{
    struct sg_bytes uid = sg_entry_text(entry, SG_ENTRY_ACTOR_UID);
    sg_export_open(json, "actor", '{');
    if (uid.len > 0 || sg_entry_has(entry, SG_ENTRY_ACTOR_PEER)) {
        sg_export_open(json, "user", '{');
        if (uid.len > 0)
            sg_export_text(json, "uid", uid);
        else
            add_string(json, "uid", entry, SG_ENTRY_ACTOR_PEER);
        add_word(json, "type_id", "type", (const struct word[]){{0, "Unknown"}, {0, NULL}}, 0);
        sg_export_close(json, '}');
    } else if (sg_entry_has(entry, SG_ENTRY_ACTOR_APP)) {
        add_string(json, "app_name", entry, SG_ENTRY_ACTOR_APP);
    } else {
        sg_export_word(json, "app_name", "unknown");
    }
    sg_export_close(json, '}');
}

/* --- what each class wants --- */

static uint64_t disposition_of(const struct sg_entry *entry)
{
    bool allowed = sg_entry_number(entry, SG_ENTRY_ACTION_ID) == ACTION_ALLOWED;
    if (allowed)
        return entry->verdict == SG_ENTRY_CLEAN ? DISPOSITION_ALLOWED : DISPOSITION_DETECTED;
    if (entry->verdict == SG_ENTRY_MASKED)
        return DISPOSITION_CORRECTED;
    return entry->verdict == SG_ENTRY_DIVERTED ? DISPOSITION_CUSTOM : DISPOSITION_BLOCKED;
}

static void add_action(struct sg_export_json *json, const struct sg_entry *entry)
{
    add_word(json, "action_id", "action", actions, sg_entry_number(entry, SG_ENTRY_ACTION_ID));
    add_word(json, "disposition_id", "disposition", dispositions, disposition_of(entry));
}

static void add_analytic(struct sg_export_json *json, const char *key,
                         const struct sg_entry_found *found)
{
    sg_export_open(json, key, '{');
    sg_export_string(json, "name", found->rule);
    sg_export_string(json, "uid", found->rule);
    sg_export_string(json, "category", found->entity);
    sg_export_number(json, "type_id", ANALYTIC_RULE);
    sg_export_word(json, "type", "Rule");
    sg_export_close(json, '}');
}

static void add_finding_info(struct sg_export_json *json, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    sg_export_open(json, "finding_info", '{');
    sg_export_uid(json, "uid", entry);
    sg_export_text(json, "title", sg_buf_bytes(&item->message));
    sg_export_number(json, "created_time", sg_entry_number(entry, SG_ENTRY_TIME));
    if (entry->n_found > 0) {
        add_analytic(json, "analytic", &entry->found[0]);
        sg_export_open(json, "types", '[');
        for (size_t i = 0; i < entry->n_found; i++)
            sg_export_string(json, NULL, entry->found[i].entity);
        sg_export_close(json, ']');
    }
    if (entry->n_found > 1) {
        sg_export_open(json, "related_analytics", '[');
        for (size_t i = 1; i < entry->n_found; i++)
            add_analytic(json, NULL, &entry->found[i]);
        sg_export_close(json, ']');
    }
    sg_export_close(json, '}');
}

static void add_party(struct sg_export_json *json, const char *type, const struct sg_entry *entry,
                      enum sg_entry_member member)
{
    if (!sg_entry_has(entry, member))
        return;
    sg_export_open(json, NULL, '{');
    add_string(json, "uid", entry, member);
    sg_export_word(json, "type", type);
    sg_export_close(json, '}');
}

static void add_decision(struct sg_export_json *json, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    add_action(json, entry);
    sg_export_bool(json, "is_alert",
                   sg_entry_number(entry, SG_ENTRY_SEVERITY_ID) >= SG_SEVERITY_MEDIUM);
    add_finding_info(json, item);
    sg_export_open(json, "data_security", '{');
    add_word(json, "category_id", "category",
             (const struct word[]){{DATA_PERSONAL, "Personal"}, {0, NULL}}, DATA_PERSONAL);
    add_word(json, "data_lifecycle_state_id", "data_lifecycle_state",
             (const struct word[]){{DATA_IN_TRANSIT, "Data in-transit"}, {0, NULL}},
             DATA_IN_TRANSIT);
    add_word(json, "detection_system_id", "detection_system",
             (const struct word[]){{DLP_GATEWAY, "DLP Gateway"}, {0, NULL}},
             sg_entry_number(entry, SG_ENTRY_DETECTION_SYSTEM_ID));
    sg_export_open(json, "policy", '{');
    add_string(json, "name", entry, SG_ENTRY_ROUTE);
    add_string(json, "uid", entry, SG_ENTRY_RULES);
    sg_export_close(json, '}');
    sg_export_close(json, '}');
    sg_export_open(json, "resources", '[');
    add_party(json, "conversation", entry, SG_ENTRY_CONVERSATION);
    add_party(json, "customer", entry, SG_ENTRY_CUSTOMER);
    add_party(json, "agent", entry, SG_ENTRY_AGENT);
    sg_export_close(json, ']');
    add_string(json, "status_detail", entry, SG_ENTRY_REASON);
}

static void add_response(struct sg_export_json *json, const struct sg_entry *entry)
{
    sg_export_open(json, "http_response", '{');
    sg_export_number(json, "code", sg_entry_number(entry, SG_ENTRY_STATUS));
    sg_export_close(json, '}');
}

/* Where it came from: a pseudonym of the network, or nobody knows. */
static void add_source(struct sg_export_json *json, struct sg_bytes network)
{
    sg_export_open(json, "src_endpoint", '{');
    if (network.len > 0)
        sg_export_string(json, "uid", network);
    else
        sg_export_word(json, "name", "unknown");
    sg_export_close(json, '}');
}

static void add_outcome(struct sg_export_json *json, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    add_status(json, entry);
    sg_export_number(json, "duration", sg_entry_number(entry, SG_ENTRY_LATENCY_NS) / 1000000);
    sg_export_open(json, "api", '{');
    add_string(json, "operation", entry, SG_ENTRY_ROUTE);
    sg_export_open(json, "request", '{');
    add_string(json, "uid", entry, SG_ENTRY_ID);
    sg_export_close(json, '}');
    sg_export_open(json, "response", '{');
    sg_export_number(json, "code", sg_entry_number(entry, SG_ENTRY_STATUS));
    sg_export_close(json, '}');
    sg_export_close(json, '}');
    add_response(json, entry);
    add_actor(json, entry);
    add_source(json, (struct sg_bytes){NULL, 0});
}

static void add_refused(struct sg_export_json *json, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    add_action(json, entry);
    add_string(json, "status_detail", entry, SG_ENTRY_REASON);
    sg_export_number(json, "count", sg_entry_number(entry, SG_ENTRY_COUNT));
    add_response(json, entry);
    add_source(json, sg_entry_text(entry, SG_ENTRY_REFUSED_NETWORK));
    sg_export_open(json, "dst_endpoint", '{');
    add_string(json, "name", entry, SG_ENTRY_INSTANCE);
    sg_export_close(json, '}');
}

static void add_change(struct sg_export_json *json, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    add_status(json, entry);
    add_actor(json, entry);
    sg_export_open(json, "device", '{');
    sg_export_number(json, "type_id", OTHER);
    sg_export_word(json, "type", "gateway");
    add_string(json, "uid", entry, SG_ENTRY_INSTANCE);
    add_string(json, "name", entry, SG_ENTRY_INSTANCE);
    sg_export_close(json, '}');
    sg_export_number(json, "state_id", OTHER);
    add_string(json, "state", entry, SG_ENTRY_WHAT);
}

static void add_life(struct sg_export_json *json, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    add_status(json, entry);
    add_actor(json, entry);
    add_string(json, "activity_name", entry, SG_ENTRY_WHAT);
    sg_export_open(json, "app", '{');
    add_string(json, "name", entry, SG_ENTRY_PRODUCT_NAME);
    sg_export_word(json, "vendor_name", "scrubgate");
    add_string(json, "version", entry, SG_ENTRY_PRODUCT_VERSION);
    add_string(json, "uid", entry, SG_ENTRY_INSTANCE);
    sg_export_close(json, '}');
}

static void add_read(struct sg_export_json *json, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    add_status(json, entry);
    add_actor(json, entry);
    sg_export_number(json, "type_id", STORE_BUCKET);
    sg_export_open(json, "databucket", '{');
    add_string(json, "name", entry, SG_ENTRY_OBJECT);
    add_string(json, "uid", entry, SG_ENTRY_INSTANCE);
    sg_export_number(json, "type_id", OTHER);
    sg_export_close(json, '}');
    sg_export_open(json, "query_info", '{');
    add_string(json, "name", entry, SG_ENTRY_COMMAND);
    add_string(json, "uid", entry, SG_ENTRY_COMMAND);
    sg_export_close(json, '}');
    add_source(json, (struct sg_bytes){NULL, 0});
}

static void add_nothing(struct sg_export_json *json, const struct sg_export_item *item)
{
    (void)json;
    (void)item;
}

enum scrubgate_status sg_export_ocsf(struct sg_buf *out, const struct sg_export_item *item)
{
    static void (*const add[SG_KINDS])(struct sg_export_json *, const struct sg_export_item *) = {
        [SG_KIND_OTHER] = add_nothing,   [SG_KIND_DECISION] = add_decision,
        [SG_KIND_OUTCOME] = add_outcome, [SG_KIND_REFUSED] = add_refused,
        [SG_KIND_CHANGE] = add_change,   [SG_KIND_LIFE] = add_life,
        [SG_KIND_READ] = add_read};
    struct sg_export_json json = {.out = out};
    sg_export_open(&json, NULL, '{');
    add_base(&json, item);
    add[item->entry->kind](&json, item);
    sg_export_open(&json, "unmapped", '{');
    sg_export_open(&json, "record_integrity", '{');
    sg_export_word(&json, "algorithm", "RFC 6962 leaf, SHA-256");
    sg_export_word(&json, "leaf_hash", item->leaf);
    sg_export_number(&json, "seq", sg_entry_number(item->entry, SG_ENTRY_SEQ));
    sg_export_string(&json, "origin", sg_entry_text(item->entry, SG_ENTRY_INSTANCE));
    sg_export_close(&json, '}');
    sg_export_rest(&json, item->entry);
    sg_export_close(&json, '}');
    sg_export_text(&json, "raw_data", item->entry->line);
    sg_export_close(&json, '}');
    return json.rc;
}
