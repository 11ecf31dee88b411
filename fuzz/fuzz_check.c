/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_check.c - a check as a rule writes it and a match: check, line feed, match.
 *
 * Any text is a check or is refused with a sentence; a check is a pure function of the match, and
 * blanks and dashes around the match or its case in a national number change nothing.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "rule/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 256 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Checks that look at the layout, or to which case matters, begin so. */
static bool is_raw(const char *name)
{
    static const char *const raw[] = {"date", "ipv4",   "base64", "entropy",
                                      "crc",  "base58", "bech32", "eip55"};
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) {
        if (strncmp(name, raw[i], strlen(raw[i])) == 0)
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes text = {data, size};
    struct sg_bytes name = {data, sg_bytes_find(text, '\n')};
    struct sg_arena arena = {0};
    struct scrubgate_fault fault = {.what = ""};
    const struct sg_check *check = NULL;
    enum scrubgate_status rc = sg_check_parse(&check, &arena, name, &fault);
    require((rc == SCRUBGATE_OK) == (check != NULL));
    if (rc != SCRUBGATE_OK) {
        require(rc == SCRUBGATE_EINVAL && fault.what[0] != '\0');
    } else if (name.len < size) {
        struct sg_bytes match = {data + name.len + 1, size - name.len - 1};
        bool holds = sg_check_holds(check, match);
        require(sg_check_holds(check, match) == holds);
        uint8_t other[LONGEST];
        if (!is_raw(sg_check_name(check)) && match.len + 4 <= sizeof other &&
            (match.len == 0 || match.data[match.len - 1] != '*')) {
            memcpy(other, "- ", 2);
            for (size_t i = 0; i < match.len; i++)
                other[2 + i] = (uint8_t)sg_to_lower(match.data[i]);
            memcpy(other + 2 + match.len, " .", 2);
            require(sg_check_holds(check, (struct sg_bytes){other, match.len + 4}) == holds);
        }
    }
    sg_arena_fini(&arena);
    return 0;
}
