/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_json.c - JSON, member by member. The first failure sticks.
 */
#include "cli/export_json.h"

#include "base/json_text.h"

static void raw(struct sg_export_json *json, struct sg_bytes text)
{
    if (json->rc >= 0)
        json->rc = sg_buf_add_bytes(json->out, text);
}

/* What stood in a line, on one line still and without a control: blanks between values may be tabs
 * and returns, and a DEL may stand in a string. */
static void as_it_stands(struct sg_export_json *json, struct sg_bytes text)
{
    size_t plain = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.data[i];
        if (c >= ' ' && c != 0x7f)
            continue;
        raw(json, (struct sg_bytes){text.data + plain, i - plain});
        raw(json, c == 0x7f ? SG_BYTES("\\u007f") : SG_BYTES(" "));
        plain = i + 1;
    }
    raw(json, (struct sg_bytes){text.data + plain, text.len - plain});
}

/* Before a value: its comma and its key. */
static void begin(struct sg_export_json *json, struct sg_bytes key)
{
    if (json->more)
        raw(json, SG_BYTES(","));
    json->more = true;
    if (key.data == NULL)
        return;
    raw(json, SG_BYTES("\""));
    as_it_stands(json, key);
    raw(json, SG_BYTES("\":"));
}

void sg_export_open(struct sg_export_json *json, const char *key, char bracket)
{
    begin(json, sg_bytes_of(key));
    raw(json, bracket == '{' ? SG_BYTES("{") : SG_BYTES("["));
    json->more = false;
}

void sg_export_close(struct sg_export_json *json, char bracket)
{
    raw(json, bracket == '}' ? SG_BYTES("}") : SG_BYTES("]"));
    json->more = true;
}

void sg_export_number(struct sg_export_json *json, const char *key, uint64_t value)
{
    begin(json, sg_bytes_of(key));
    if (json->rc >= 0)
        json->rc = sg_buf_add_u64(json->out, value);
}

void sg_export_bool(struct sg_export_json *json, const char *key, bool value)
{
    begin(json, sg_bytes_of(key));
    raw(json, value ? SG_BYTES("true") : SG_BYTES("false"));
}

void sg_export_text(struct sg_export_json *json, const char *key, struct sg_bytes text)
{
    begin(json, sg_bytes_of(key));
    if (json->rc >= 0)
        json->rc = sg_json_add_string(json->out, text);
}

void sg_export_word(struct sg_export_json *json, const char *key, const char *text)
{
    sg_export_text(json, key, sg_bytes_of(text));
}

void sg_export_string(struct sg_export_json *json, const char *key, struct sg_bytes string)
{
    if (string.len == 0)
        return;
    begin(json, sg_bytes_of(key));
    raw(json, SG_BYTES("\""));
    as_it_stands(json, string);
    raw(json, SG_BYTES("\""));
}

void sg_export_raw(struct sg_export_json *json, struct sg_bytes key, struct sg_bytes value)
{
    begin(json, key);
    as_it_stands(json, value);
}
