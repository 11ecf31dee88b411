/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_entry.c - a record's line whose bytes are hostile, read as those who ask the log do.
 *
 * What is read is a line that audit/line.h takes too, all of it lies inside the line, what both
 * know they say alike, numbers are what stands there, and what a string says is UTF-8.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/entry.h"
#include "audit/line.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sg_entry entry;

static void must(int ok)
{
    if (!ok)
        abort();
}

static void inside(struct sg_bytes part)
{
    if (part.len == 0)
        return;
    must(part.data >= entry.line.data);
    must(part.data + part.len <= entry.line.data + entry.line.len);
}

static void is_text(struct sg_bytes string)
{
    struct sg_buf text = {0};
    inside(string);
    must(sg_entry_decode(&text, string) >= 0);
    must(sg_utf8_valid(sg_buf_bytes(&text)));
    must(sg_entry_says(string, sg_buf_bytes(&text)));
    must(sg_buf_add_byte(&text, 'x') >= 0);
    must(!sg_entry_says(string, sg_buf_bytes(&text)));
    sg_buf_fini(&text);
}

static void check_member(enum sg_entry_member member)
{
    uint64_t number;
    if (!sg_entry_has(&entry, member))
        return;
    struct sg_bytes text = sg_entry_text(&entry, member);
    if (!sg_entry_is_number(member)) {
        is_text(text);
        return;
    }
    inside(text);
    must(sg_bytes_to_u64(text, &number) && number == sg_entry_number(&entry, member));
}

static void check_like_line(void)
{
    struct sg_line line;
    must(sg_line_read(&line, entry.line) >= 0);
    must(((line.has & SG_LINE_SEQ) != 0) == sg_entry_has(&entry, SG_ENTRY_SEQ));
    must(((line.has & SG_LINE_TIME) != 0) == sg_entry_has(&entry, SG_ENTRY_TIME));
    must(((line.has & SG_LINE_WHAT) != 0) == sg_entry_has(&entry, SG_ENTRY_WHAT));
    if ((line.has & SG_LINE_TIME) != 0)
        must(line.time == sg_entry_number(&entry, SG_ENTRY_TIME));
    if ((line.has & SG_LINE_WHAT) != 0)
        must(line.what.data == sg_entry_text(&entry, SG_ENTRY_WHAT).data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (sg_entry_read(&entry, (struct sg_bytes){data, size}) < 0)
        return 0;
    check_like_line();
    for (size_t i = 0; i < SG_ENTRY_MEMBERS; i++)
        check_member((enum sg_entry_member)i);
    must(entry.n_found <= SG_ENTRY_FOUND_MOST && entry.n_others <= SG_ENTRY_OTHERS_MOST);
    for (size_t i = 0; i < entry.n_found; i++) {
        is_text(entry.found[i].rule);
        is_text(entry.found[i].entity);
        is_text(entry.found[i].action);
    }
    for (size_t i = 0; i < entry.n_identities; i++)
        is_text(entry.identity[i]);
    for (size_t i = 0; i < entry.n_others; i++) {
        is_text(entry.other[i].in);
        is_text(entry.other[i].key);
        inside(entry.other[i].value);
        must(entry.other[i].value.len > 0);
    }
    inside(entry.spans);
    return 0;
}
