/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_guard_lift.c - scrubgate collusion guard lift, appeal: what becomes of an order.
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cmd_collusion_guard.h"
#include "cli/console.h"
#include "cli/guard_place.h"

/* What is to be done with an order, and in whose words. */
struct change {
    const char *act; /* "lift", "appeal" */
    uint64_t order;
    struct sg_bytes actor, words;
};

static enum scrubgate_status apply(const struct sg_guard_place *place, const struct change *change,
                                   struct scrubgate_fault *fault)
{
    return change->actor.len == 0
               ? sg_collusion_guard_appeal(place->guard, change->order, change->words, fault)
               : sg_collusion_guard_lift(place->guard, change->order, change->actor, change->words,
                                         place->now_ms, fault);
}

/* Words that cannot be kept are found out before anything is told. */
static bool is_plain(const struct change *change)
{
    return sg_order_is_text(change->words, SG_ORDER_TEXT) &&
           (change->actor.len == 0 || sg_order_is_text(change->actor, SG_ORDER_NAME));
}

static int change_it(const struct sg_guard_place *place, const struct change *change)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_guard_act act = {.act = change->act, .done = true, .order = change->order};
    struct sg_acts_half half;
    if (!sg_guard_prepare(place, &act, &half))
        return SG_EXIT_WRONG;
    const enum scrubgate_status rc = apply(place, change, &fault);
    act.done = rc == SCRUBGATE_OK;
    const bool told = sg_guard_tell(place, &act, &half);
    if (rc < 0)
        (void)sg_say_fault(&fault);
    else if (rc == SCRUBGATE_DONE)
        (void)fprintf(stderr,
                      "there is no order %" PRIu64 "%s; see scrubgate collusion guard list\n",
                      change->order, change->actor.len == 0 ? "" : ", or it was lifted before");
    else
        (void)printf("order %" PRIu64 ": %s\n", change->order,
                     change->actor.len == 0 ? "noted" : "lifted");
    return act.done && told ? SG_EXIT_FINE : SG_EXIT_WRONG;
}

static int open_and_change(const struct sg_command *command, const struct sg_guard_asked *asked,
                           const char *said, struct change *change)
{
    struct sg_guard_place place;
    struct sg_buf words = {0};
    int exit_code = sg_guard_place_open(asked, &place);
    if (exit_code != SG_EXIT_FINE)
        return exit_code;
    if (!sg_guard_take_words(said, &words)) {
        exit_code = sg_say_usage(command, "wants the words on standard input");
    } else {
        change->words = sg_buf_bytes(&words);
        exit_code = is_plain(change)
                        ? change_it(&place, change)
                        : sg_say_usage(command, "words are plain text: a name of up to 128 bytes, "
                                                "a reason or note of up to 512");
    }
    sg_buf_fini(&words);
    sg_guard_place_close(&place);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

static bool read_number(int argc, char **argv, int rest, uint64_t *number)
{
    return argc - rest == 1 && sg_bytes_to_u64(sg_bytes_of(argv[rest]), number) && *number > 0 &&
           *number <= INT64_MAX;
}

static int run_lift(const struct sg_command *command, int argc, char **argv)
{
    struct sg_guard_asked asked = {0};
    struct change change = {.act = "lift"};
    const char *because = NULL, *actor = NULL;
    const struct sg_option options[] = {
        {"because", 0, SG_OPTION_TEXT, "TEXT", "the reason; -: from standard input", &because},
        {"actor", 0, SG_OPTION_TEXT, "NAME", "who lifts it; who runs this when not given", &actor},
        SG_GUARD_OPTIONS(asked),
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (!read_number(argc, argv, rest, &change.order))
        return sg_say_usage(command, "wants the number of one order, as list shows it");
    if (because == NULL)
        return sg_say_usage(command, "wants --because: why it is lifted");
    change.actor = sg_bytes_of(actor != NULL ? actor : sg_guard_runner());
    if (change.actor.len == 0)
        return sg_say_usage(command, "wants --actor: who lifts it");
    return open_and_change(command, &asked, because, &change);
}

static int run_appeal(const struct sg_command *command, int argc, char **argv)
{
    struct sg_guard_asked asked = {0};
    struct change change = {.act = "appeal"};
    const char *note = NULL;
    const struct sg_option options[] = {
        {"note", 0, SG_OPTION_TEXT, "TEXT",
         "what the agent objects, what was decided; in place of the note before", &note},
        SG_GUARD_OPTIONS(asked),
    };
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (!read_number(argc, argv, rest, &change.order))
        return sg_say_usage(command, "wants the number of one order, as list shows it");
    if (note == NULL)
        return sg_say_usage(command,
                            "wants --note: what the agent objects; -: from standard input");
    return open_and_change(command, &asked, note, &change);
}

const struct sg_command sg_cmd_collusion_guard_lift = {
    .name = "collusion guard lift",
    .summary = "take an order back",
    .usage = "ORDER --because TEXT",
    .examples =
        "  scrubgate collusion guard lift 12 --because 'case 2026-17 came to nothing'\n"
        "  scrubgate collusion guard lift 12 -c gateway.yaml --actor jo --because 'a mistake'\n",
    .run = run_lift,
};

const struct sg_command sg_cmd_collusion_guard_appeal = {
    .name = "collusion guard appeal",
    .summary = "write down what the agent objects, and what was decided",
    .usage = "ORDER --note TEXT",
    .examples = "  scrubgate collusion guard appeal 12 --note 'was on leave that week; stands'\n"
                "  scrubgate collusion guard appeal 12 --note - <note\n",
    .run = run_appeal,
};
