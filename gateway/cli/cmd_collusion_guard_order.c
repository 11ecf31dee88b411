/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_guard_order.c - scrubgate collusion guard block, flag, attest, waive, link: an
 * order about an agent, by a person, for a reason, with an end.
 *
 * The reason is kept beside the order and nowhere else; the log has the order's number.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/cmd_collusion_guard.h"
#include "cli/console.h"
#include "cli/guard_place.h"
#include "cli/moment.h"
#include "collusion/guard_json.h"

/* As typed; NULL: not said. */
struct wish {
    enum sg_order_kind kind;
    const char *agent, *other;
    const char *brand, *queue, *clearance, *lasts, *because, *actor;
    bool json;
    struct sg_guard_asked asked;
};

static void tell(const struct sg_collusion_order *order)
{
    char until[25];
    sg_clock_format(order->expires_ms, until);
    (void)printf("order %" PRIu64 ": %s digest:%016" PRIx64, order->id, sg_order_word(order->kind),
                 order->agent);
    if (order->other != 0)
        (void)printf(" and digest:%016" PRIx64, order->other);
    (void)printf(" until %s\n", until);
}

/* The order stands: without memory for all of it the short form will do. */
static void tell_json(const struct sg_collusion_order *order)
{
    struct sg_buf text = {0};
    if (sg_order_json(&text, order, order->created_ms) >= 0)
        (void)printf("%.*s\n", (int)text.len, (const char *)text.data);
    else
        tell(order);
    sg_buf_fini(&text);
}

static struct sg_guard_act act_of(const struct sg_collusion_order *order)
{
    return (struct sg_guard_act){.act = "order",
                                 .kind = sg_order_word(order->kind),
                                 .done = true,
                                 .order = order->id,
                                 .brand = order->brand,
                                 .queue = order->queue,
                                 .clearance = order->clearance,
                                 .expires_ms = order->expires_ms};
}

/* On disk and told in the log, or not ordered. */
static int give(const struct sg_guard_place *place, struct sg_collusion_order *order, bool json)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_guard_act act = act_of(order);
    struct sg_acts_half half;
    if (!sg_guard_prepare(place, &act, &half))
        return SG_EXIT_WRONG;
    const enum scrubgate_status rc =
        sg_collusion_guard_add(place->guard, order, &order->id, &fault);
    act.done = rc >= 0;
    act.order = order->id;
    const bool told = sg_guard_tell(place, &act, &half);
    if (rc < 0)
        (void)sg_say_fault(&fault);
    else if (json)
        tell_json(order);
    else
        tell(order);
    return rc >= 0 && told ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int order_it(const struct sg_command *command, const struct wish *wish, uint64_t lasts_ms,
                    struct sg_guard_place *place)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf because = {0};
    struct sg_collusion_order order = {
        .kind = wish->kind,
        .brand = sg_bytes_of(wish->brand),
        .queue = sg_bytes_of(wish->queue),
        .clearance = sg_bytes_of(wish->clearance),
        .actor = sg_bytes_of(wish->actor != NULL ? wish->actor : sg_guard_runner()),
        .created_ms = place->now_ms,
        .expires_ms = place->now_ms + lasts_ms,
    };
    int exit_code = sg_guard_take_agent(command, place, wish->agent, &order.agent);
    if (exit_code == SG_EXIT_FINE && wish->other != NULL)
        exit_code = sg_guard_take_agent(command, place, wish->other, &order.other);
    if (exit_code != SG_EXIT_FINE)
        goto out;
    if (!sg_guard_take_words(wish->because, &because)) {
        exit_code = sg_say_usage(command, "wants the reason on standard input");
        goto out;
    }
    order.reason = sg_buf_bytes(&because);
    if (sg_order_check(&order, &fault) < 0)
        exit_code = sg_say_usage(command, fault.what);
    else
        exit_code = give(place, &order, wish->json);
out:
    sg_buf_fini(&because);
    return exit_code;
}

/* What each of them must say, and how many agents it is about. */
static const char *missing(const struct wish *wish, int operands)
{
    const bool is_link = wish->kind == SG_ORDER_LINK;
    if (operands != (is_link ? 2 : 1))
        return is_link ? "wants two agents who are one person, each by id or digest:HEX"
                       : "wants one agent, by id or digest:HEX";
    if (wish->lasts == NULL)
        return "wants --for: nothing is ordered for ever; such as 30d";
    if (wish->because == NULL)
        return "wants --because: a reason that the agent may be told";
    if (wish->kind == SG_ORDER_WAIVE && wish->brand == NULL)
        return "wants --brand: the one that the agent may serve in spite of a cool-off";
    if (wish->kind == SG_ORDER_ATTEST && wish->clearance == NULL)
        return "wants --clearance: its name in the policy";
    return NULL;
}

static int run_kind(const struct sg_command *command, enum sg_order_kind kind, int argc,
                    char **argv)
{
    struct wish wish = {.kind = kind};
    /* The last two are for those who have a brand, the last for those who have a queue. */
    struct sg_option options[] = {
        {"for", 0, SG_OPTION_TEXT, "TIME", "how long it holds, such as 30d", &wish.lasts},
        {"because", 0, SG_OPTION_TEXT, "TEXT", "the reason; -: from standard input", &wish.because},
        {"actor", 0, SG_OPTION_TEXT, "NAME", "who orders it; who runs this when not given",
         &wish.actor},
        {"json", 0, SG_OPTION_FLAG, NULL, "print the order as JSON", &wish.json},
        SG_GUARD_OPTIONS(wish.asked),
        {"brand", 0, SG_OPTION_TEXT, "NAME", "for that brand only", &wish.brand},
        {"queue", 0, SG_OPTION_TEXT, "NAME", "and for that queue of it only", &wish.queue},
    };
    const struct sg_option clearance[] = {
        {"clearance", 0, SG_OPTION_TEXT, "NAME", "what was signed, as the policy calls it",
         &wish.clearance},
    };
    const size_t all = sizeof options / sizeof options[0];
    size_t n = kind == SG_ORDER_LINK ? all - 2 : all - 1;
    uint64_t lasts_ms = 0;
    int rest = 0;
    if (kind == SG_ORDER_BLOCK || kind == SG_ORDER_FLAG)
        n = all;
    if (kind == SG_ORDER_ATTEST)
        options[all - 2] = clearance[0];
    enum sg_parsed parsed = sg_options_parse(command, options, n, argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    const char *what = missing(&wish, argc - rest);
    if (what != NULL)
        return sg_say_usage(command, what);
    if (!sg_span_read(wish.lasts, &lasts_ms) || lasts_ms == 0)
        return sg_say_usage(command, "--for is a time, such as 12h or 30d");
    wish.agent = argv[rest];
    wish.other = kind == SG_ORDER_LINK ? argv[rest + 1] : NULL;
    struct sg_guard_place place;
    int exit_code = sg_guard_place_open(&wish.asked, &place);
    if (exit_code != SG_EXIT_FINE)
        return exit_code;
    exit_code = order_it(command, &wish, lasts_ms, &place);
    sg_guard_place_close(&place);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

static int run_block(const struct sg_command *command, int argc, char **argv)
{
    return run_kind(command, SG_ORDER_BLOCK, argc, argv);
}

static int run_flag(const struct sg_command *command, int argc, char **argv)
{
    return run_kind(command, SG_ORDER_FLAG, argc, argv);
}

static int run_attest(const struct sg_command *command, int argc, char **argv)
{
    return run_kind(command, SG_ORDER_ATTEST, argc, argv);
}

static int run_waive(const struct sg_command *command, int argc, char **argv)
{
    return run_kind(command, SG_ORDER_WAIVE, argc, argv);
}

static int run_link(const struct sg_command *command, int argc, char **argv)
{
    return run_kind(command, SG_ORDER_LINK, argc, argv);
}

const struct sg_command sg_cmd_collusion_guard_block = {
    .name = "collusion guard block",
    .summary = "an agent serves nobody, or nobody of a brand",
    .usage = "AGENT --for TIME --because TEXT [--brand NAME [--queue NAME]]",
    .examples = "  scrubgate collusion guard block agent-7 --for 30d --because 'case 2026-17'\n"
                "  scrubgate collusion guard block digest:03fc51a27be8d946 --brand atlantica "
                "--for 72h --because 'case 2026-18, until it is heard'\n",
    .run = run_block,
};

const struct sg_command sg_cmd_collusion_guard_flag = {
    .name = "collusion guard flag",
    .summary = "an agent is to be looked at",
    .usage = "AGENT --for TIME --because TEXT [--brand NAME [--queue NAME]]",
    .examples = "  scrubgate collusion guard flag agent-7 --for 14d --because 'ring 2 of the "
                "report of 22 November'\n"
                "  scrubgate collusion guard flag agent-7 --brand acme --queue refunds --for 7d "
                "--because 'training'\n",
    .run = run_flag,
};

const struct sg_command sg_cmd_collusion_guard_attest = {
    .name = "collusion guard attest",
    .summary = "an agent has signed, or was cleared",
    .usage = "AGENT --clearance NAME --for TIME --because TEXT",
    .examples = "  scrubgate collusion guard attest agent-7 --clearance nda-atlantica --for 365d "
                "--because 'signed on 2026-11-20'\n"
                "  scrubgate collusion guard attest - --clearance pci --for 365d --because 'course "
                "of May' <name\n",
    .run = run_attest,
};

const struct sg_command sg_cmd_collusion_guard_waive = {
    .name = "collusion guard waive",
    .summary = "an agent may serve a brand in spite of a cool-off",
    .usage = "AGENT --brand NAME --for TIME --because TEXT",
    .examples = "  scrubgate collusion guard waive agent-7 --brand borealis --for 30d --because "
                "'both brands agreed, ticket 9'\n"
                "  scrubgate collusion guard waive agent-7 --brand dione --for 12h --because "
                "'the gateway had the wrong clock'\n",
    .run = run_waive,
};

const struct sg_command sg_cmd_collusion_guard_link = {
    .name = "collusion guard link",
    .summary = "two agents are one person",
    .usage = "AGENT AGENT --for TIME --because TEXT",
    .examples = "  scrubgate collusion guard link agent-7 agent-1207 --for 365d --because 'new "
                "account after a year away'\n"
                "  scrubgate collusion guard link digest:03fc51a27be8d946 agent-8 --for 90d "
                "--because 'the id was replaced'\n",
    .run = run_link,
};
