/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_access_line.c - a line of an access log, which anybody who can send a request writes.
 *
 * The first byte chooses where the name is looked for. What is found lies in the line or in the
 * room that was given, and a trace or an exchange that is found stands in the line as digits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/access_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static int holds(struct sg_bytes text, const char *digits, size_t len)
{
    for (size_t i = 0; i + len <= text.len; i++) {
        if (sg_bytes_equal_nocase((struct sg_bytes){text.data + i, len},
                                  (struct sg_bytes){(const uint8_t *)digits, len}))
            return 1;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[SG_ACCESS_ROOM];
    static const char *const fields[] = {"a", "a.b", "request.headers.scrubgate"};
    struct sg_access_form form = {NULL, 0};
    struct sg_access_name name;
    char digits[40];
    if (size == 0)
        return 0;
    if (data[0] < 3)
        form.field = fields[data[0]];
    else if (data[0] < 8)
        form.column = data[0] - 2u;
    struct sg_bytes line = {data + 1, size - 1};
    sg_access_line_read(&name, &form, line, room);
    if (name.kind == SG_ACCESS_AUDIT) {
        const uint8_t *end = name.origin.data + name.origin.len;
        must(name.origin.len > 0);
        must((name.origin.data >= line.data && end <= line.data + line.len) ||
             (name.origin.data >= room && end <= room + sizeof room));
    } else if (name.kind != SG_ACCESS_NONE && form.field == NULL) {
        int len = name.kind == SG_ACCESS_ID
                      ? snprintf(digits, sizeof digits, "%016llx", (unsigned long long)name.id[1])
                      : snprintf(digits, sizeof digits, "%016llx%016llx",
                                 (unsigned long long)name.id[0], (unsigned long long)name.id[1]);
        must(holds(line, digits, (size_t)len));
    }
    return 0;
}
