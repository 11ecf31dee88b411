/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion_large.c - a report over a million events; a million tickets in the scorer.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collusion_bench.h"
#include "table.h"

enum { MILLION = 1000000, ARGUMENTS = 8 };

/* CPU time in seconds and memory in 10^6 bytes of a program's run; its output goes nowhere. */
struct run {
    bool fine;
    double seconds, megabytes;
};

static struct run run(const char *const argv[])
{
    struct rusage used;
    int status;
    const pid_t pid = fork();
    if (pid == 0) {
        const int nowhere = open("/dev/null", O_WRONLY);
        if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
            _exit(127);
        (void)execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
        return (struct run){false, 0, 0};
    return (struct run){WIFEXITED(status) && WEXITSTATUS(status) == 0,
                        (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                            1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec),
                        1e-3 * (double)used.ru_maxrss};
}

static size_t lines_of(const char *path)
{
    FILE *in = fopen(path, "r");
    size_t lines = 0;
    for (int c; in != NULL && (c = getc(in)) != EOF;)
        lines += c == '\n';
    if (in != NULL)
        (void)fclose(in);
    return lines;
}

static bool bench_report(const char *program, const char *folder)
{
    char events[PATH_MAX], out[PATH_MAX], why[128];
    (void)snprintf(events, sizeof events, "%s/events.ndjson", folder);
    (void)snprintf(out, sizeof out, "%s/report.json", folder);
    const char *const make[] = {program, "collusion", "simulate", "--level", "L2",   "--seed",
                                "51",    "--days",    "122",      "--out",   folder, NULL};
    const char *const score[] = {program, "collusion", "score", "-q", "--agents", events, NULL};
    const char *const report[] = {program, "collusion", "report", "-q", "--out", out, events, NULL};
    if (!run(make).fine)
        return false;
    const double millions = (double)lines_of(events) / MILLION;
    const struct run scored = run(score), reported = run(report);
    (void)remove(events);
    (void)remove(out);
    if (!scored.fine || !reported.fine)
        return false;
    (void)snprintf(why, sizeof why, "CPU time, the program with reading; %.2f·10⁶ events, %.0f MB",
                   millions, reported.megabytes);
    table_row("report over 10⁶ events", reported.seconds / millions, 1, " s",
              (struct goal){60, 10, true}, why);
    (void)snprintf(why, sizeof why, "score takes %.1f s of the same file", scored.seconds);
    table_row("the same ÷ scoring the same events inline", reported.seconds / scored.seconds, 2, "",
              (struct goal){0, 0, true}, why);
    return true;
}

/* All at once: 33,334 tickets a day for 30 days, in a process of its own. */
static bool bench_tickets(void)
{
    struct rusage used;
    int status;
    const pid_t pid = fork();
    if (pid == 0) {
        struct sg_scorer *scorer;
        struct sg_risk risk;
        if (sg_scorer_new(&scorer, &bench_scorer_config) < 0)
            _exit(1);
        for (uint64_t i = 0; i < MILLION; i++) {
            const uint64_t mixed = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
            const struct sg_collusion_event event = {.time_ms = UINT64_C(1767225600000) + i * 2592,
                                                     .event = SG_BYTES("message"),
                                                     .brand = SG_BYTES("b"),
                                                     .queue = SG_BYTES("q"),
                                                     .ticket = i + 1,
                                                     .customer = 1 + (mixed >> 40) % 300000,
                                                     .agent = 1 + (mixed >> 20) % 2000,
                                                     .network = 1 + (mixed >> 30) % 100000,
                                                     .device = 1 + mixed % 300,
                                                     .n_identities = 1,
                                                     .identities = {1 + (mixed >> 44) % 200000},
                                                     .content = mixed};
            sg_scorer_feed(scorer, &event, &risk);
        }
        _exit(0);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0)
        return false;
    char why[96];
    (void)snprintf(why, sizeof why, "allocated, constant; the process had %.0f MB resident",
                   1e-3 * (double)used.ru_maxrss);
    table_row("the scorer after 10⁶ tickets in 30 days", scorer_megabytes(), 0, " MB",
              (struct goal){128, 96, true}, why);
    return true;
}

bool bench_large(const char *program, const char *folder)
{
    return bench_tickets() && bench_report(program, folder);
}
