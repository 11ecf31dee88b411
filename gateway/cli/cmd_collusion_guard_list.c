/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_guard_list.c - scrubgate collusion guard list: what was ordered, by whom and why.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/cmd_collusion_guard.h"
#include "cli/console.h"
#include "cli/guard_place.h"
#include "collusion/guard_json.h"

struct listing {
    uint64_t agent; /* 0: all */
    uint64_t now_ms, shown;
    bool over, json;
};

/* Another hand's bytes, on a terminal: what is no letter there (U+0080 to U+009F) is not sent. */
static void print_text(struct sg_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        const bool controls = text.data[i] == 0xc2 && i + 1 < text.len && text.data[i + 1] < 0xa0;
        (void)putchar(controls ? '?' : text.data[i]);
        i += controls;
    }
}

static void print_line(const char *before, struct sg_bytes text)
{
    if (text.len == 0)
        return;
    (void)fputs(before, stdout);
    print_text(text);
    (void)putchar('\n');
}

static void print_order(const struct sg_collusion_order *order, uint64_t now_ms)
{
    char from[25], until[25];
    sg_clock_format(order->created_ms, from);
    sg_clock_format(order->expires_ms, until);
    (void)printf("%" PRIu64 "  %s  %s  digest:%016" PRIx64, order->id, sg_order_word(order->kind),
                 sg_order_state(order, now_ms), order->agent);
    if (order->other != 0)
        (void)printf(" and digest:%016" PRIx64, order->other);
    (void)printf("\n    from %s until %s by ", from, until);
    print_text(order->actor);
    (void)putchar('\n');
    print_line("    brand: ", order->brand);
    print_line("    queue: ", order->queue);
    print_line("    clearance: ", order->clearance);
    print_line("    because: ", order->reason);
    print_line("    appeal: ", order->appeal);
    print_line("    lifted by: ", order->lifted_by);
    print_line("    lifted because: ", order->lifted_why);
}

static enum scrubgate_status show(void *ctx, const struct sg_collusion_order *order)
{
    struct listing *listing = ctx;
    struct sg_buf line = {0};
    const bool over = order->lifted_ms != 0 || order->expires_ms <= listing->now_ms;
    const bool meant =
        listing->agent == 0 || order->agent == listing->agent || order->other == listing->agent;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!meant || (over && !listing->over))
        return rc;
    listing->shown++;
    if (!listing->json) {
        print_order(order, listing->now_ms);
        return rc;
    }
    rc = sg_order_json(&line, order, listing->now_ms);
    if (rc >= 0)
        (void)printf("%.*s\n", (int)line.len, (const char *)line.data);
    sg_buf_fini(&line);
    return rc;
}

static int list(const struct sg_command *command, const struct sg_guard_asked *asked,
                const char *agent, struct listing *listing)
{
    struct scrubgate_fault fault = {.what = "out of memory"};
    struct sg_guard_place place;
    int exit_code = sg_guard_place_open(asked, &place);
    if (exit_code != SG_EXIT_FINE)
        return exit_code;
    listing->now_ms = place.now_ms;
    if (agent != NULL)
        exit_code = sg_guard_take_agent(command, &place, agent, &listing->agent);
    if (exit_code == SG_EXIT_FINE &&
        sg_collusion_guard_list(place.guard, show, listing, &fault) < 0) {
        (void)sg_say_fault(&fault);
        exit_code = SG_EXIT_WRONG;
    }
    if (exit_code == SG_EXIT_FINE && listing->shown == 0 && !listing->json)
        (void)printf("no order%s\n", listing->over ? "" : " in force");
    sg_guard_place_close(&place);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct sg_guard_asked asked = {0};
    struct listing listing = {0};
    const char *agent = NULL;
    const struct sg_option options[] = {
        {"agent", 0, SG_OPTION_TEXT, "AGENT", "of that one only; -: from standard input", &agent},
        {"all", 'a', SG_OPTION_FLAG, NULL, "those that are over too", &listing.over},
        {"json", 0, SG_OPTION_FLAG, NULL, "one JSON object a line", &listing.json},
        SG_GUARD_OPTIONS(asked),
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc != rest)
        return sg_say_usage(command, "takes options only");
    return list(command, &asked, agent, &listing);
}

const struct sg_command sg_cmd_collusion_guard_list = {
    .name = "collusion guard list",
    .summary = "what was ordered, by whom, why, until when",
    .usage = "[--agent AGENT] [--all] [--json]",
    .examples =
        "  scrubgate collusion guard list -c gateway.yaml --agent agent-7\n"
        "  scrubgate collusion guard list --all --json | jq -r 'select(.appeal) | .order'\n",
    .run = run,
};
