/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chapter_details.c - what a record's other members say, for people: times as times, amounts as
 * amounts; and text that somebody wrote only when it is a label.
 */
#include "report/chapters.h"

#include <string.h>

#include "report/markup.h"

struct detail {
    const char *name, *title; /* the member, and what it is called here */
    enum sg_cell_kind kind;   /* WORD: as it stands; NONE: of people, so only a label is shown */
};

static const struct detail details[] = {
    {"from_ms", "from", SG_CELL_TIME},      {"to_ms", "to", SG_CELL_TIME},
    {"free_bytes", "free", SG_CELL_BYTES},  {"total_bytes", "of", SG_CELL_BYTES},
    {"bytes", "amount", SG_CELL_BYTES},     {"refused", "messages refused", SG_CELL_NUMBER},
    {"dropped", "dropped", SG_CELL_NUMBER}, {"kept", "kept", SG_CELL_NUMBER},
    {"why", "why", SG_CELL_NONE},           {"requester", "requester", SG_CELL_NONE},
    {"basis", "basis", SG_CELL_NONE},       {"first", "from record", SG_CELL_SEQ},
    {"last", "to record", SG_CELL_SEQ},     {"old_key", "old key", SG_CELL_WORD},
    {"new_key", "new key", SG_CELL_WORD},
};

static const struct detail *find(struct sg_bytes name)
{
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        if (sg_bytes_equal(name, sg_bytes_of(details[i].name)))
            return &details[i];
    return NULL;
}

/* "name value". */
static const char *say(struct sg_sheet *sheet, struct sg_bytes part)
{
    char room[SG_MARKUP_VALUE];
    const size_t at = sg_bytes_find(part, ' ');
    const struct detail *detail = find((struct sg_bytes){part.data, at});
    if (detail == NULL || at == part.len)
        return sg_sheet_decode(sheet, part);
    const struct sg_bytes value = {part.data + at + 1, part.len - at - 1};
    struct sg_cell cell = {detail->kind, 0, ""};
    if (detail->kind == SG_CELL_NONE)
        return sg_sheet_textf(sheet, "%s %s", detail->title, sg_sheet_label(sheet, value));
    if (detail->kind == SG_CELL_WORD || !sg_bytes_to_u64(value, &cell.number))
        return sg_sheet_textf(sheet, "%s %s", detail->title, sg_sheet_decode(sheet, value));
    return sg_sheet_textf(sheet, "%s %s", detail->title, sg_cell_text(&cell, room));
}

const char *sg_chapter_details(struct sg_sheet *sheet, const char *text)
{
    const char *shown = "";
    while (*text != '\0') {
        const char *end = strstr(text, ", ");
        const size_t len = end == NULL ? strlen(text) : (size_t)(end - text);
        const char *said = say(sheet, (struct sg_bytes){(const uint8_t *)text, len});
        shown = sg_sheet_textf(sheet, "%s%s%s", shown, shown[0] == '\0' ? "" : ", ", said);
        text += end == NULL ? len : len + 2;
    }
    return shown;
}
