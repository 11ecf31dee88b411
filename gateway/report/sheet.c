/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.c - what a report says, before it is HTML, JSON or CSV: sections of facts and tables.
 */
#include "report/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/entry.h"
#include "base/buf.h"
#include "report/markup.h"

enum { LABEL_MOST = 48, DIGITS_MOST = 8 };

void sg_sheet_init(struct sg_sheet *sheet)
{
    *sheet = (struct sg_sheet){.rc = SCRUBGATE_OK,
                               .kind = "",
                               .origin = "",
                               .verdict = "",
                               .headline = "",
                               .helpers = "",
                               .again = "",
                               .look = "",
                               .nothing = "",
                               .range = "",
                               .by = ""};
}

void sg_sheet_fini(struct sg_sheet *sheet)
{
    sg_arena_fini(&sheet->arena);
    sheet->section = sheet->last_section = NULL;
}

void *sg_sheet_room(struct sg_sheet *sheet, size_t n, size_t size)
{
    void *room = sheet->rc < 0 ? NULL : sg_arena_alloc(&sheet->arena, n * size);
    if (room == NULL)
        sheet->rc = SCRUBGATE_ENOMEM;
    return room;
}

/* --- its parts --- */

struct sg_section *sg_sheet_section(struct sg_sheet *sheet, const char *id, const char *title,
                                    const char *text)
{
    struct sg_section *section = sg_sheet_room(sheet, 1, sizeof *section);
    if (section == NULL)
        return NULL;
    *section = (struct sg_section){.id = id, .title = title, .text = text};
    if (sheet->section == NULL)
        sheet->section = section;
    else
        sheet->last_section->next = section;
    sheet->last_section = section;
    return section;
}

struct sg_fact *sg_sheet_fact(struct sg_sheet *sheet, struct sg_section *section,
                              const struct sg_fact *fact)
{
    struct sg_fact *made = sg_sheet_room(sheet, 1, sizeof *made);
    if (made == NULL || section == NULL)
        return NULL;
    *made = *fact;
    made->note = fact->note == NULL ? "" : fact->note;
    made->check = fact->check == NULL ? "" : fact->check;
    if (section->fact == NULL)
        section->fact = made;
    else
        section->last_fact->next = made;
    section->last_fact = made;
    return made;
}

struct sg_table *sg_sheet_table(struct sg_sheet *sheet, struct sg_section *section,
                                const struct sg_table *table)
{
    struct sg_table *made = sg_sheet_room(sheet, 1, sizeof *made);
    if (made == NULL || section == NULL)
        return NULL;
    *made = *table;
    made->note = table->note == NULL ? "" : table->note;
    made->check = table->check == NULL ? "" : table->check;
    made->empty = table->empty == NULL ? "none" : table->empty;
    if (section->table == NULL)
        section->table = made;
    else
        section->last_table->next = made;
    section->last_table = made;
    return made;
}

void sg_sheet_row(struct sg_sheet *sheet, struct sg_table *table, enum sg_tone tone,
                  const struct sg_cell *cell)
{
    if (table == NULL)
        return;
    struct sg_row *row = sg_sheet_room(sheet, 1, sizeof *row);
    struct sg_cell *copy = sg_sheet_room(sheet, table->n_columns, sizeof *copy);
    if (row == NULL || copy == NULL)
        return;
    memcpy(copy, cell, table->n_columns * sizeof *copy);
    *row = (struct sg_row){.tone = tone, .cell = copy};
    if (table->row == NULL)
        table->row = row;
    else
        table->last_row->next = row;
    table->last_row = row;
    table->n_rows++;
}

/* --- text --- */

const char *sg_sheet_textf(struct sg_sheet *sheet, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len < 0 ? NULL : sg_sheet_room(sheet, (size_t)len + 1, 1);
    if (text == NULL)
        return "";
    va_start(args, format);
    (void)vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return text;
}

const char *sg_sheet_number(struct sg_sheet *sheet, uint64_t value)
{
    char room[SG_MARKUP_VALUE];
    const struct sg_cell cell = sg_cell_number(value);
    return sg_sheet_textf(sheet, "%s", sg_cell_text(&cell, room));
}

/* The code point at text, which is valid UTF-8, and its bytes. */
static unsigned code_at(struct sg_bytes text, size_t *len)
{
    uint8_t c = text.data[0];
    *len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (*len == 1)
        return c;
    unsigned code = c & (0x7fu >> *len);
    for (size_t i = 1; i < *len && i < text.len; i++)
        code = code << 6 | (text.data[i] & 0x3fu);
    return code;
}

/* A label that says one thing and shows another could hide who did what. */
static bool is_hidden(unsigned code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code >= 0xe0000;
}

const char *sg_sheet_shown(struct sg_sheet *sheet, struct sg_bytes text)
{
    struct sg_buf shown = {0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    while (rc >= 0 && text.len > 0) {
        size_t len;
        unsigned code = code_at(text, &len);
        bool hidden = len > text.len || is_hidden(code);
        len = len > text.len ? text.len : len;
        rc = hidden ? sg_buf_add_text(&shown, "\xef\xbf\xbd") : sg_buf_add(&shown, text.data, len);
        text = (struct sg_bytes){text.data + len, text.len - len};
    }
    char *copy = rc < 0 ? NULL : sg_arena_copy(&sheet->arena, sg_buf_bytes(&shown));
    if (copy == NULL)
        sheet->rc = rc < 0 ? rc : SCRUBGATE_ENOMEM;
    sg_buf_fini(&shown);
    return copy == NULL ? "" : copy;
}

const char *sg_sheet_decode(struct sg_sheet *sheet, struct sg_bytes string)
{
    struct sg_buf said = {0};
    const enum scrubgate_status rc = sg_entry_decode(&said, string);
    const char *text = rc < 0 ? "" : sg_sheet_shown(sheet, sg_buf_bytes(&said));
    if (rc < 0)
        sheet->rc = rc;
    sg_buf_fini(&said);
    return text;
}

static bool is_label(struct sg_bytes text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        digits += sg_is_digit(c) ? 1 : 0;
        if (!sg_is_alnum(c) && strchr("-_./:#", c) == NULL)
            return false;
    }
    return text.len <= LABEL_MOST && digits <= DIGITS_MOST;
}

const char *sg_sheet_label(struct sg_sheet *sheet, struct sg_bytes string)
{
    if (string.len == 0)
        return "(not said)";
    return is_label(string) ? sg_sheet_decode(sheet, string) : "(text: see the record)";
}
