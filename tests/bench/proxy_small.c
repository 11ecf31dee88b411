/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_small.c - small messages: as many as go, at a rate, and beside thousands that wait.
 */
#include <stdio.h>

#include "proxy_race.h"

static const enum contestant all[] = {NGINX, HAPROXY,    PASS,        PACKS,      LUA,
                                      EIGHT, OTHER_PASS, OTHER_PACKS, CONTESTANTS};
static const enum contestant passing[] = {NGINX, HAPROXY, PASS, OTHER_PASS, CONTESTANTS};

void proxy_small(struct bench *bench)
{
    struct race full = {.title = "small JSON, saturated",
                        .asked = ASK_SMALL,
                        .clients = CLIENTS,
                        .pace = {.seconds = bench->seconds}};
    struct race paced = {.title = "small JSON, 5,000 requests/s",
                         .asked = ASK_SMALL,
                         .clients = CLIENTS,
                         .pace = {.seconds = bench->seconds, .rate = RATE}};
    race_enter(&full, bench, all);
    race_run(&full, bench);
    race_print(&full, bench);
    race_enter(&paced, bench, passing);
    race_run(&paced, bench);
    race_print(&paced, bench);
    race_goal(&full, bench, "small JSON, no rules ÷ nginx, saturated", PASS, NGINX,
              (struct goal){1.10, 0.95, true});
    race_goal(&paced, bench, "small JSON, no rules ÷ nginx, 5,000 requests/s", PASS, NGINX,
              (struct goal){1.15, 1.05, true});
    race_goal(&full, bench, "small JSON, default packs both ways, audited ÷ nginx passing", PACKS,
              NGINX, (struct goal){1.5, 1.15, true});
    race_goal(&full, bench, "small JSON, 8 rules both ways, audited ÷ nginx + Lua, the same 8",
              EIGHT, LUA, (struct goal){0.85, 0.60, true});
}

void proxy_long(struct bench *bench)
{
    static const struct {
        const char *title, *measure;
        enum asked asked;
    } ways[] = {
        {"10 MiB up", "10 MiB up, no rules ÷ tuned nginx", ASK_UP},
        {"10 MiB down", "10 MiB down, no rules ÷ tuned nginx", ASK_DOWN},
        {"10 MiB both ways", "10 MiB both ways, no rules ÷ tuned nginx", ASK_BOTH},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct race race = {.title = ways[i].title,
                            .asked = ways[i].asked,
                            .clients = 4,
                            .pace = {.seconds = bench->seconds}};
        race_enter(&race, bench, passing);
        race_run(&race, bench);
        race_print(&race, bench);
        race_goal(&race, bench, ways[i].measure, PASS, NGINX, (struct goal){1.6, 1.15, true});
    }
}

void proxy_parked(struct bench *bench)
{
    static const struct {
        const char *title, *measure;
        unsigned n;
        struct goal goal;
    } crowds[] = {
        {"5,000 requests/s, 1,000 wait",
         "1,000 parked: CPU of a request beside them ÷ nginx",
         1000,
         {0, 0, true}},
        {"5,000 requests/s, 4,000 wait",
         "4,000 parked: CPU of a request beside them ÷ nginx",
         4000,
         {1.4, 1.05, true}},
    };
    for (size_t i = 0; i < sizeof crowds / sizeof crowds[0]; i++) {
        struct race race = {.title = crowds[i].title,
                            .asked = ASK_SMALL,
                            .clients = CLIENTS,
                            .pace = {.seconds = bench->seconds, .rate = RATE},
                            .parked = crowds[i].n};
        race_enter(&race, bench, passing);
        race_run(&race, bench);
        race_print(&race, bench);
        race_goal(&race, bench, crowds[i].measure, PASS, NGINX, crowds[i].goal);
    }
}
