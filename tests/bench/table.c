/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.c - the table of goals: what was measured, what must be, what is aimed at, a verdict.
 */
#include "table.h"

#include <stdio.h>

static bool reaches(double value, double wanted, bool at_most)
{
    return at_most ? value <= wanted : value >= wanted;
}

static bool judged(struct goal goal)
{
    return goal.must > 0;
}

static void print_goals(struct goal goal)
{
    const char *sign = goal.at_most ? "≤" : "≥";
    if (judged(goal))
        (void)printf(" | %s %g | %s %g | ", sign, goal.must, sign, goal.aim);
    else
        (void)printf(" | | | ");
}

void table_head(void)
{
    (void)printf("| measure | measured | must | aim | verdict |\n|---|---|---|---|---|\n");
}

void table_row(const char *measure, double value, int decimals, const char *unit, struct goal goal,
               const char *why)
{
    const char *verdict = "";
    if (judged(goal))
        verdict = reaches(value, goal.aim, goal.at_most)    ? "aim reached"
                  : reaches(value, goal.must, goal.at_most) ? "reached"
                                                            : "**not reached**";
    (void)printf("| %s | %.*f%s%s%s%s", measure, decimals, value, unit, why[0] != '\0' ? " (" : "",
                 why, why[0] != '\0' ? ")" : "");
    print_goals(goal);
    (void)printf("%s |\n", verdict);
    (void)fflush(stdout);
}

void table_missing(const char *measure, struct goal goal, const char *why)
{
    (void)printf("| %s | not measured: %s", measure, why);
    print_goals(goal);
    (void)printf("open |\n");
    (void)fflush(stdout);
}
