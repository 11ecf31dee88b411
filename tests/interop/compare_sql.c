/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare_sql.c - holds what a database computed of events against what C does.
 *
 *     compare_sql EVENTS.ndjson < rows of "kind|name|value", as tests/collusion/numbers.sql has
 * them
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"

#include "../lib/statistics.h"

static int usage(void)
{
    (void)fprintf(stderr, "usage: compare_sql EVENTS.ndjson < ROWS\n");
    return 2;
}

static bool read_rows(struct sg_statistics *have)
{
    char line[256];
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *name = strchr(line, '|');
        char *value = name == NULL ? NULL : strchr(name + 1, '|');
        if (value == NULL) {
            (void)fprintf(stderr, "no row: %s", line);
            return false;
        }
        *name++ = *value++ = '\0';
        sg_statistics_add(have, line, name, strtod(value, NULL));
    }
    return true;
}

int main(int argc, char **argv)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_statistics want, have = {.list = NULL};
    struct sg_buf events = {0};
    if (argc != 2)
        return usage();
    if (sg_file_read(argv[1], &events, &fault) < 0) {
        (void)fprintf(stderr, "%s: %s\n", argv[1], fault.what);
        return 2;
    }
    if (!read_rows(&have))
        return 2;
    sg_statistics_init(&want, sg_buf_bytes(&events), 0);
    const size_t differ = sg_statistics_differ(&want, &have, stdout);
    (void)printf("%zu numbers, of which %zu differ\n", want.n, differ);
    sg_statistics_fini(&want);
    sg_statistics_fini(&have);
    sg_buf_fini(&events);
    return differ > 0;
}
