/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_cef.c - a record as a line of the Common Event Format, version 0.
 *
 *     CEF:0|vendor|product|version|signature|name|severity 0 to 10|key=value key=value …
 *
 * Between bars \ and | are escaped, behind = \ and =; a line end would begin another event and is
 * written as \n, or as a blank between bars.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/export.h"

struct cef {
    struct sg_buf *out;
    struct sg_buf text; /* of one value */
    enum scrubgate_status rc;
    bool more; /* a blank comes before the next key */
};

static void add(struct cef *cef, const void *data, size_t len)
{
    if (cef->rc >= 0)
        cef->rc = sg_buf_add(cef->out, data, len);
}

static void add_escaped(struct cef *cef, struct sg_bytes text, bool header)
{
    for (size_t i = 0; i < text.len && cef->rc >= 0; i++) {
        const uint8_t c = text.data[i];
        if (c == '\\' || c == (header ? '|' : '='))
            add(cef, (const uint8_t[]){'\\', c}, 2);
        else if (c == '\n' || c == '\r')
            add(cef, header ? " " : (c == '\n' ? "\\n" : "\\r"), header ? 1 : 2);
        else
            add(cef, c < ' ' || c == 0x7f ? (const uint8_t *)" " : &c, 1);
    }
}

static void add_header(struct cef *cef, struct sg_bytes text)
{
    add_escaped(cef, text, true);
    add(cef, "|", 1);
}

static void add_text(struct cef *cef, const char *key, struct sg_bytes text)
{
    if (text.len == 0)
        return;
    if (cef->more)
        add(cef, " ", 1);
    cef->more = true;
    add(cef, key, strlen(key));
    add(cef, "=", 1);
    add_escaped(cef, text, false);
}

static void add_word(struct cef *cef, const char *key, const char *word)
{
    add_text(cef, key, sg_bytes_of(word));
}

/* What a string of the record says; numbers stand as they are. */
static struct sg_bytes decoded(struct cef *cef, struct sg_bytes string)
{
    cef->text.len = 0;
    if (cef->rc >= 0)
        cef->rc = sg_entry_decode(&cef->text, string);
    return sg_buf_bytes(&cef->text);
}

static void add_member(struct cef *cef, const char *key, const struct sg_entry *entry,
                       enum sg_entry_member member)
{
    add_text(cef, key, decoded(cef, sg_entry_text(entry, member)));
}

/* One of the custom fields, which have labels. */
static void add_custom(struct cef *cef, const char *key, const char *label, struct sg_bytes text)
{
    char name[32];
    if (text.len == 0)
        return;
    add_text(cef, key, text);
    size_t len = strlen(key);
    memcpy(name, key, len);
    memcpy(name + len, "Label", sizeof "Label");
    add_word(cef, name, label);
}

static void add_custom_member(struct cef *cef, const char *key, const char *label,
                              const struct sg_entry *entry, enum sg_entry_member member)
{
    add_custom(cef, key, label, decoded(cef, sg_entry_text(entry, member)));
}

static unsigned severity_of(const struct sg_entry *entry)
{
    static const unsigned severities[] = {0, 1, 3, 6, 8, 9, 10};
    uint64_t id = sg_entry_number(entry, SG_ENTRY_SEVERITY_ID);
    return id < sizeof severities / sizeof severities[0] ? severities[id] : 5;
}

/* What it is an event of: the rule that found something, or what happened. */
static void add_signature(struct cef *cef, const struct sg_entry *entry)
{
    if (entry->n_found > 0)
        add_header(cef, decoded(cef, entry->found[0].rule));
    else if (sg_entry_has(entry, SG_ENTRY_WHAT))
        add_header(cef, decoded(cef, entry->text[SG_ENTRY_WHAT]));
    else if (sg_entry_has(entry, SG_ENTRY_VERDICT))
        add_header(cef, decoded(cef, entry->text[SG_ENTRY_VERDICT]));
    else
        add_header(cef, sg_bytes_of(sg_entry_kind_word(entry->kind)));
}

static const char *name_of(const struct sg_entry *entry)
{
    static const char *const names[SG_KINDS] = {
        [SG_KIND_OTHER] = "Record",          [SG_KIND_DECISION] = "Message decided",
        [SG_KIND_OUTCOME] = "Request ended", [SG_KIND_REFUSED] = "Requests turned away",
        [SG_KIND_CHANGE] = "Configuration",  [SG_KIND_LIFE] = "Gateway and log",
        [SG_KIND_READ] = "Audit log read",
    };
    return names[entry->kind];
}

static void add_numbers(struct cef *cef, const struct sg_entry *entry)
{
    if (sg_entry_has(entry, SG_ENTRY_EDITS))
        add_custom_member(cef, "cn1", "edits", entry, SG_ENTRY_EDITS);
    if (sg_entry_has(entry, SG_ENTRY_STATUS))
        add_custom_member(cef, "cn2", "httpStatus", entry, SG_ENTRY_STATUS);
    if (sg_entry_has(entry, SG_ENTRY_LATENCY_NS)) {
        struct sg_buf ms = {0};
        if (cef->rc >= 0)
            cef->rc = sg_buf_add_u64(&ms, entry->number[SG_ENTRY_LATENCY_NS] / 1000000);
        add_custom(cef, "cn3", "latencyMs", sg_buf_bytes(&ms));
        sg_buf_fini(&ms);
    }
}

enum scrubgate_status sg_export_cef(struct sg_buf *out, const struct sg_export_item *item)
{
    const struct sg_entry *entry = item->entry;
    struct cef cef = {.out = out};
    uint64_t status = sg_entry_number(entry, SG_ENTRY_STATUS_ID);
    add(&cef, "CEF:0|scrubgate|gateway|", sizeof "CEF:0|scrubgate|gateway|" - 1);
    add_header(&cef, decoded(&cef, sg_entry_text(entry, SG_ENTRY_PRODUCT_VERSION)));
    add_signature(&cef, entry);
    add_header(&cef, sg_bytes_of(name_of(entry)));
    if (cef.rc >= 0)
        cef.rc = sg_buf_addf(out, "%u|", severity_of(entry));
    add_member(&cef, "rt", entry, SG_ENTRY_TIME);
    add_member(&cef, "deviceExternalId", entry, SG_ENTRY_INSTANCE);
    add_member(&cef, "externalId", entry, SG_ENTRY_SEQ);
    add_word(&cef, "cat", sg_entry_kind_word(entry->kind));
    add_member(&cef, "act", entry, SG_ENTRY_VERDICT);
    if (status != 0)
        add_word(&cef, "outcome", status == SG_STATUS_SUCCESS ? "success" : "failure");
    add_member(&cef, "reason", entry, SG_ENTRY_REASON);
    add_text(&cef, "msg", sg_buf_bytes(&item->message));
    add_member(&cef, "in", entry, SG_ENTRY_BYTES_IN);
    add_member(&cef, "out", entry, SG_ENTRY_BYTES_OUT);
    add_member(&cef, "cnt", entry, SG_ENTRY_COUNT);
    add_member(&cef, "suid", entry,
               sg_entry_has(entry, SG_ENTRY_ACTOR_UID) ? SG_ENTRY_ACTOR_UID : SG_ENTRY_ACTOR_PEER);
    add_custom(&cef, "cs1", "rules", sg_buf_bytes(&item->rules));
    add_custom(&cef, "cs2", "entities", sg_buf_bytes(&item->entities));
    add_custom_member(&cef, "cs3", "conversation", entry, SG_ENTRY_CONVERSATION);
    add_custom_member(&cef, "cs4", "route", entry, SG_ENTRY_ROUTE);
    add_custom_member(&cef, "cs5", "exchange", entry, SG_ENTRY_ID);
    add_custom(&cef, "cs6", "leafHash", sg_bytes_of(item->leaf));
    add_numbers(&cef, entry);
    add_custom_member(&cef, "flexString1", "rulesDigest", entry,
                      sg_entry_has(entry, SG_ENTRY_NEW_RULES) ? SG_ENTRY_NEW_RULES
                                                              : SG_ENTRY_RULES);
    add_custom_member(&cef, "flexString2", "trace", entry, SG_ENTRY_TRACE_ID);
    sg_buf_fini(&cef.text);
    return cef.rc;
}
