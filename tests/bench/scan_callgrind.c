/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_callgrind.c - instructions that a scan takes for a byte, counted by valgrind.
 *
 * Counted is all that happens inside engine_counted: nothing is added and nothing taken away.
 */
#include "scan_callgrind.h"

#include <stdio.h>

double callgrind_instructions(const char *program, const char *corpus, const char *kernel,
                              const char *rules, size_t bytes)
{
    char command[512], line[512];
    unsigned long long counted = 0;
    int len = snprintf(command, sizeof command,
                       "valgrind --tool=callgrind --callgrind-out-file=/dev/null "
                       "--collect-atstart=no --toggle-collect=engine_counted "
                       "%s --profile %s %s %s 0 2>&1",
                       program, corpus, kernel, rules);
    if (len < 0 || (size_t)len >= sizeof command)
        return -1;
    FILE *out = popen(command, "r");
    if (out == NULL)
        return -1;
    while (fgets(line, sizeof line, out) != NULL) {
        unsigned long long n = 0;
        if (sscanf(line, "==%*u== Collected : %llu", &n) == 1)
            counted = n;
    }
    return pclose(out) == 0 && counted > 0 ? (double)counted / (double)bytes : -1;
}
