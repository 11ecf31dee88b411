/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access_line.c - what a line of an access log names the exchange by.
 */
#include "cli/access_line.h"

#include <string.h>

#include "audit/entry.h"
#include "audit/line.h"

enum { DIGITS = 16, TRACE_DIGITS = 32, PARENT_LEN = 55, VERSION_LEN = 2, PATH_DEPTH = 8 };

bool sg_access_hex(struct sg_bytes text, uint64_t *value)
{
    *value = 0;
    if (text.len != DIGITS)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = sg_hex_value(text.data[i]);
        if (digit < 0)
            return false;
        *value = *value << 4 | (uint64_t)digit;
    }
    return true;
}

static bool read_trace(struct sg_bytes text, uint64_t id[2])
{
    return text.len == TRACE_DIGITS &&
           sg_access_hex((struct sg_bytes){text.data, DIGITS}, &id[0]) &&
           sg_access_hex((struct sg_bytes){text.data + DIGITS, DIGITS}, &id[1]);
}

/* --- the field --- */

static struct sg_bytes find_column(struct sg_bytes line, unsigned column)
{
    static const char opens[] = "\"[{", closes[] = "\"]}";
    size_t at = 0;
    for (unsigned i = 1; at < line.len; i++) {
        while (at < line.len && sg_is_blank(line.data[at]))
            at++;
        const char *open =
            at < line.len && line.data[at] != '\0' ? strchr(opens, line.data[at]) : NULL;
        char close = open == NULL ? ' ' : closes[open - opens];
        size_t start = open == NULL ? at : at + 1;
        at = start;
        while (at < line.len && line.data[at] != (uint8_t)close &&
               (open != NULL || line.data[at] != '\t'))
            at += line.data[at] == '\\' && open != NULL && at + 1 < line.len ? 2 : 1;
        if (i == column && start < line.len)
            return (struct sg_bytes){line.data + start, at - start};
        at++;
    }
    return (struct sg_bytes){NULL, 0};
}

struct looked {
    struct sg_bytes path[PATH_DEPTH];
    size_t n;
    unsigned depth; /* of the path that was gone */
    struct sg_bytes value;
};

static bool look(void *ctx, const struct sg_line_item *item)
{
    struct looked *looked = ctx;
    bool next = item->depth == looked->depth + 1 && looked->depth < looked->n &&
                sg_entry_says(item->key, looked->path[looked->depth]);
    if (item->event == SG_LINE_END) {
        if (item->depth == looked->depth && looked->depth > 0)
            looked->depth--;
        return true;
    }
    if (!next)
        return false;
    if (item->event == SG_LINE_OBJECT) {
        looked->depth++;
        return true;
    }
    if (item->event == SG_LINE_STRING && item->depth == looked->n)
        looked->value = item->text;
    return false;
}

static void read_path(struct looked *looked, const char *field)
{
    struct sg_bytes rest = sg_bytes_of(field);
    while (looked->n < PATH_DEPTH) {
        size_t len = looked->n + 1 < PATH_DEPTH ? sg_bytes_find(rest, '.') : rest.len;
        looked->path[looked->n++] = (struct sg_bytes){rest.data, len};
        if (len == rest.len)
            break;
        rest = (struct sg_bytes){rest.data + len + 1, rest.len - len - 1};
    }
}

static struct sg_bytes find_field(struct sg_bytes line, const char *field, uint8_t *room)
{
    struct looked looked = {.n = 0};
    struct sg_buf text = {0};
    struct sg_bytes found = {NULL, 0};
    read_path(&looked, field);
    if (sg_line_read_each(line, look, &looked) < 0)
        return found;
    if (sg_bytes_find(looked.value, '\\') == looked.value.len)
        return looked.value;
    sg_buf_init(&text, SG_ACCESS_ROOM);
    if (sg_entry_decode(&text, looked.value) >= 0) {
        memcpy(room, text.data, text.len);
        found = (struct sg_bytes){room, text.len};
    }
    sg_buf_fini(&text);
    return found;
}

/* --- what it says --- */

/* audit="origin/12", its quotes as they are, or escaped: \" and nginx's \x22. */
static bool find_audit(struct sg_bytes text, struct sg_access_name *name)
{
    static const char key[] = "audit=";
    const size_t key_len = sizeof key - 1;
    for (struct sg_bytes left = text; left.len > 0;) {
        size_t at = sg_bytes_find(left, '=') + 1;
        if (at > left.len)
            break;
        struct sg_bytes rest = {left.data + at, left.len - at};
        bool is = (size_t)(rest.data - text.data) >= key_len &&
                  memcmp(rest.data - key_len, key, key_len) == 0;
        left = rest;
        if (!is)
            continue;
        if (sg_bytes_start_with(rest, SG_BYTES("\\x22")))
            rest = (struct sg_bytes){rest.data + 4, rest.len - 4};
        while (rest.len > 0 && (rest.data[0] == '"' || rest.data[0] == '\\'))
            rest = (struct sg_bytes){rest.data + 1, rest.len - 1};
        size_t len = 0, slash = 0;
        while (len < rest.len && rest.data[len] > ' ' && rest.data[len] != '"' &&
               rest.data[len] != '\\' && rest.data[len] != ',') {
            if (rest.data[len] == '/')
                slash = len;
            len++;
        }
        if (slash > 0 && sg_bytes_to_u64((struct sg_bytes){rest.data + slash + 1, len - slash - 1},
                                         &name->id[1])) {
            name->origin = (struct sg_bytes){rest.data, slash};
            return true;
        }
    }
    return false;
}

/* 00-(32 hex)-(16 hex)-(2 hex): by its first hyphen, of which a line has few. */
static bool find_parent(struct sg_bytes text, struct sg_access_name *name)
{
    for (size_t dash = 0; dash + PARENT_LEN - VERSION_LEN <= text.len; dash++) {
        dash += sg_bytes_find((struct sg_bytes){text.data + dash, text.len - dash}, '-');
        if (dash < VERSION_LEN || dash + PARENT_LEN - VERSION_LEN > text.len)
            continue;
        const uint8_t *c = text.data + dash - VERSION_LEN;
        uint64_t parent;
        if (c[35] == '-' && c[52] == '-' && sg_hex_value(c[0]) >= 0 && sg_hex_value(c[1]) >= 0 &&
            read_trace((struct sg_bytes){c + 3, TRACE_DIGITS}, name->id) &&
            sg_access_hex((struct sg_bytes){c + 36, DIGITS}, &parent))
            return true;
    }
    return false;
}

void sg_access_line_read(struct sg_access_name *name, const struct sg_access_form *form,
                         struct sg_bytes line, uint8_t *room)
{
    struct sg_bytes text = line;
    *name = (struct sg_access_name){.kind = SG_ACCESS_NONE};
    if (form->field != NULL)
        text = find_field(line, form->field, room);
    else if (form->column > 0)
        text = find_column(line, form->column);
    struct sg_bytes word = sg_bytes_trim(text);
    if (find_audit(text, name))
        name->kind = SG_ACCESS_AUDIT;
    else if (find_parent(text, name) || read_trace(word, name->id))
        name->kind = SG_ACCESS_TRACE;
    else if (sg_access_hex(word, &name->id[1]))
        name->kind = SG_ACCESS_ID;
}
