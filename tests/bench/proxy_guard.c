/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_guard.c - the guard's share of the CPU time of a small request, as perf sees it.
 *
 * A sample counts when sg_guard_read is anywhere on its stack. The kernel's time is in the whole.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "proxy_bench.h"

enum { SECONDS = 4 };

static const char perf[] = "/usr/bin/perf";

/* In percent; below zero when perf has nothing to tell. */
static double share_of(const char *data, const char *function)
{
    char command[400], line[512], symbol[128];
    double share = -1, found = 0;
    int len = snprintf(command, sizeof command,
                       "%s report -i %s --children -g none --stdio --percent-limit 0 "
                       "-F overhead_children,sym 2>/dev/null",
                       perf, data);
    FILE *out = len < 0 || (size_t)len >= sizeof command ? NULL : popen(command, "r");
    if (out == NULL)
        return -1;
    bool whole = true;
    while (fgets(line, sizeof line, out) != NULL) {
        /* Without the right to look into the kernel it would be a share of less. */
        whole &= strstr(line, "cpu-clock:u") == NULL;
        if (sscanf(line, " %lf%% [%*c] %127s", &found, symbol) == 2 &&
            strcmp(symbol, function) == 0)
            share = found;
    }
    return pclose(out) == 0 && whole ? share : -1;
}

void proxy_guard(struct bench *bench)
{
    static const char measure[] = "the guard's share of CPU, small JSON, no rules";
    const struct goal goal = {5, 2, true};
    const struct load_pace pace = {.seconds = SECONDS};
    const struct ask ask = ask_of(PASS, ASK_SMALL);
    char data[300], pid[16];
    if (access(perf, X_OK) != 0) {
        bench_row_missing(bench, measure, goal, "linux-perf");
        return;
    }
    (void)snprintf(data, sizeof data, "%s/perf.data", bench->place.dir);
    (void)snprintf(pid, sizeof pid, "%d", (int)bench->peers[PASS].pid);
    struct load *load = load_open(bench->peers[PASS].port, CLIENTS, &ask);
    if (load == NULL)
        bench_fail(bench, PASS, "takes no connections");
    const char *argv[] = {perf, "record", "-q", "-o", data, "-e", "cpu-clock",
                          "-F", "4000",   "-g", "-p", pid,  NULL};
    pid_t watcher = program_start((char *const *)(size_t)argv, -1);
    (void)bench_cpu(bench, PASS, load, &pace, NULL);
    program_stop(watcher);
    load_close(load);
    double share = share_of(data, "sg_guard_read");
    if (share < 0)
        bench_row_missing(bench, measure, goal, "a perf that may look at the kernel");
    else
        bench_row(bench, measure, share, 1, " %", goal, "of samples over %d s, the kernel's too",
                  SECONDS);
}
