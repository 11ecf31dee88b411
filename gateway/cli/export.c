/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.c - what the formats share, and syslog frames around them.
 */
#include "cli/export.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"

/* Members that both formats have a place for. */
static bool has_a_place(enum sg_entry_member member)
{
    switch (member) {
    case SG_ENTRY_SEQ:
    case SG_ENTRY_TIME:
    case SG_ENTRY_CLASS_UID:
    case SG_ENTRY_TYPE_UID:
    case SG_ENTRY_SEVERITY_ID:
    case SG_ENTRY_VERSION:
    case SG_ENTRY_PRODUCT_NAME:
    case SG_ENTRY_PRODUCT_VERSION:
    case SG_ENTRY_INSTANCE:
    case SG_ENTRY_STATUS:
    case SG_ENTRY_ACTOR_APP:
    case SG_ENTRY_ACTOR_UID:
    case SG_ENTRY_ACTOR_PEER:
        return true;
    default:
        return member >= SG_ENTRY_CUSTOMER && member <= SG_ENTRY_CONTENT; /* written together */
    }
}

static void add_member(struct sg_export_json *json, const struct sg_entry *entry,
                       enum sg_entry_member member, const char *key)
{
    if (!sg_entry_has(entry, member))
        return;
    if (sg_entry_is_number(member))
        sg_export_number(json, key, entry->number[member]);
    else
        sg_export_string(json, key, entry->text[member]);
}

static void add_facets(struct sg_export_json *json, const struct sg_entry *entry)
{
    bool any = entry->n_identities > 0;
    for (int i = SG_ENTRY_CUSTOMER; i <= SG_ENTRY_CONTENT; i++)
        any = any || sg_entry_has(entry, (enum sg_entry_member)i);
    if (!any)
        return;
    sg_export_open(json, "facets", '{');
    for (int i = SG_ENTRY_CUSTOMER; i <= SG_ENTRY_CONTENT; i++)
        add_member(json, entry, (enum sg_entry_member)i,
                   sg_entry_path((enum sg_entry_member)i) + sizeof "facets." - 1);
    if (entry->n_identities > 0) {
        sg_export_open(json, "identity", '[');
        for (size_t i = 0; i < entry->n_identities; i++)
            sg_export_string(json, NULL, entry->identity[i]);
        sg_export_close(json, ']');
    }
    sg_export_close(json, '}');
}

static void add_found(struct sg_export_json *json, const struct sg_entry *entry)
{
    if (entry->n_found == 0)
        return;
    sg_export_open(json, "found", '[');
    for (size_t i = 0; i < entry->n_found; i++) {
        sg_export_open(json, NULL, '{');
        sg_export_string(json, "rule", entry->found[i].rule);
        sg_export_string(json, "entity", entry->found[i].entity);
        sg_export_string(json, "action", entry->found[i].action);
        sg_export_number(json, "count", entry->found[i].count);
        sg_export_close(json, '}');
    }
    sg_export_close(json, ']');
}

/* In an object of their own: their names are not ours. */
static void add_others(struct sg_export_json *json, const struct sg_entry *entry)
{
    if (entry->n_others == 0)
        return;
    sg_export_open(json, "others", '{');
    for (size_t i = 0; i < entry->n_others; i++) {
        if (entry->other[i].in.len == 0)
            sg_export_raw(json, entry->other[i].key, entry->other[i].value);
    }
    sg_export_close(json, '}');
}

void sg_export_rest(struct sg_export_json *json, const struct sg_entry *entry)
{
    for (int i = 0; i < SG_ENTRY_MEMBERS; i++) {
        if (!has_a_place((enum sg_entry_member)i))
            add_member(json, entry, (enum sg_entry_member)i,
                       sg_entry_path((enum sg_entry_member)i));
    }
    add_found(json, entry);
    add_facets(json, entry);
    add_others(json, entry);
}

void sg_export_uid(struct sg_export_json *json, const char *key, const struct sg_entry *entry)
{
    struct sg_buf uid = {0};
    enum scrubgate_status rc = sg_entry_decode(&uid, sg_entry_text(entry, SG_ENTRY_INSTANCE));
    if (rc >= 0)
        rc = sg_buf_addf(&uid, "/%" PRIu64, sg_entry_number(entry, SG_ENTRY_SEQ));
    if (rc >= 0)
        sg_export_text(json, key, sg_buf_bytes(&uid));
    else
        json->rc = rc;
    sg_buf_fini(&uid);
}

/* --- syslog --- */

enum { FACILITY_AUDIT = 13 };

static unsigned syslog_severity(const struct sg_entry *entry)
{
    switch (sg_entry_number(entry, SG_ENTRY_SEVERITY_ID)) {
    case 0:
    case SG_SEVERITY_INFORMATIONAL:
        return 6;
    case SG_SEVERITY_LOW:
        return 5;
    case SG_SEVERITY_MEDIUM:
        return 4;
    default:
        return 3;
    }
}

/* The host in the log's origin; "-" where it is no such name. */
static enum scrubgate_status add_host(struct sg_buf *out, const struct sg_entry *entry)
{
    struct sg_bytes name = sg_entry_text(entry, SG_ENTRY_INSTANCE);
    name.len = sg_bytes_find(name, '/');
    bool good = name.len > 0 && name.len <= 255;
    for (size_t i = 0; i < name.len; i++)
        good = good && name.data[i] > ' ' && name.data[i] < 0x7f && name.data[i] != '\\';
    return good ? sg_buf_add_bytes(out, name) : sg_buf_add_text(out, "-");
}

enum scrubgate_status sg_export_syslog(struct sg_buf *out, const struct sg_export_item *item,
                                       struct sg_bytes line)
{
    const struct sg_entry *entry = item->entry;
    struct sg_buf head = {0};
    char time[25] = "-";
    if (sg_entry_has(entry, SG_ENTRY_TIME) &&
        sg_entry_number(entry, SG_ENTRY_TIME) <= UINT64_C(253402300799999))
        sg_clock_format(sg_entry_number(entry, SG_ENTRY_TIME), time);
    enum scrubgate_status rc =
        sg_buf_addf(&head, "<%u>1 %s ", FACILITY_AUDIT * 8 + syslog_severity(entry), time);
    if (rc >= 0)
        rc = add_host(&head, entry);
    if (rc >= 0)
        rc = sg_buf_addf(&head, " scrubgate - %s - ", sg_entry_kind_word(entry->kind));
    if (rc >= 0)
        rc = sg_buf_addf(out, "%zu ", head.len + line.len);
    if (rc >= 0)
        rc = sg_buf_add_bytes(out, sg_buf_bytes(&head));
    if (rc >= 0)
        rc = sg_buf_add_bytes(out, line);
    sg_buf_fini(&head);
    return rc;
}
