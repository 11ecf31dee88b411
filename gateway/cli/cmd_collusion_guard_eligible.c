/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_collusion_guard_eligible.c - scrubgate collusion guard eligible: may this agent serve that
 * brand, and if not, which rule says so and until when?
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/cmd_collusion_guard.h"
#include "cli/console.h"
#include "cli/guard_place.h"
#include "collusion/guard_json.h"

static void print_rule(const struct sg_ruling *ruling)
{
    char until[25];
    (void)printf("    %s (%s)", sg_guard_rule_word(ruling->rule),
                 sg_signal_mode_word(ruling->mode));
    if (ruling->name != NULL)
        (void)printf(" %s", ruling->name);
    if (ruling->brand != NULL)
        (void)printf(", served %s", ruling->brand);
    if (ruling->order != 0)
        (void)printf(", order %" PRIu64, ruling->order);
    if (ruling->until_ms != SG_GUARD_NO_END) {
        sg_clock_format(ruling->until_ms, until);
        (void)printf(", until %s", until);
    }
    (void)putchar('\n');
}

/* The digest first: who reads it in a report finds the agent by asking for each who could be it. */
static void print(uint64_t agent, const struct sg_eligibility *answer)
{
    (void)printf("digest:%016" PRIx64 " %s\n", agent,
                 answer->allowed ? "may serve" : "may not serve");
    for (size_t i = 0; i < answer->n; i++)
        print_rule(&answer->ruling[i]);
}

static bool print_json(const struct sg_eligibility *answer)
{
    struct sg_buf line = {0};
    const bool made = sg_eligibility_json(&line, answer) >= 0;
    if (made)
        (void)printf("%.*s\n", (int)line.len, (const char *)line.data);
    else
        (void)fputs("out of memory\n", stderr);
    sg_buf_fini(&line);
    return made;
}

static int run(const struct sg_command *command, int argc, char **argv)
{
    struct sg_guard_asked asked = {0};
    const char *brand = NULL, *queue = NULL;
    bool json = false;
    const struct sg_option options[] = {
        {"brand", 0, SG_OPTION_TEXT, "NAME", "whose customer it would be", &brand},
        {"queue", 0, SG_OPTION_TEXT, "NAME", "in which queue", &queue},
        {"json", 0, SG_OPTION_FLAG, NULL, "the answer of the admin port", &json},
        SG_GUARD_OPTIONS(asked),
    };
    struct sg_eligibility answer = {.allowed = false};
    struct sg_guard_place place;
    uint64_t agent = 0;
    int rest = 0;
    enum sg_parsed parsed =
        sg_options_parse(command, options, sizeof options / sizeof options[0], argc, argv, &rest);
    if (parsed != SG_PARSED_OK)
        return sg_options_exit(parsed);
    if (argc - rest != 1)
        return sg_say_usage(command, "wants one agent, by id or digest:HEX");
    if (brand == NULL || brand[0] == '\0')
        return sg_say_usage(command, "wants --brand: whose customer it would be");
    if (asked.state != NULL && asked.config == NULL)
        return sg_say_usage(command, "wants -c FILE beside --state: the policy is the config's");
    int exit_code = sg_guard_place_open(&asked, &place);
    if (exit_code != SG_EXIT_FINE)
        return exit_code;
    exit_code = sg_guard_take_agent(command, &place, argv[rest], &agent);
    if (exit_code == SG_EXIT_FINE) {
        sg_collusion_guard_ask(place.guard, place.config->policy, agent, sg_bytes_of(brand),
                               sg_bytes_of(queue), place.now_ms, &answer);
        const bool told = !json || print_json(&answer);
        if (!json)
            print(agent, &answer);
        exit_code = told && answer.allowed ? SG_EXIT_FINE : SG_EXIT_WRONG;
    }
    sg_guard_place_close(&place);
    return sg_flush_output() ? exit_code : SG_EXIT_WRONG;
}

const struct sg_command sg_cmd_collusion_guard_eligible = {
    .name = "collusion guard eligible",
    .summary = "may an agent serve a brand, and if not, why and until when",
    .usage = "AGENT --brand NAME [--queue NAME] [--json]",
    .examples = "  scrubgate collusion guard eligible agent-7 --brand atlantica\n"
                "  scrubgate collusion guard eligible agent-7 --brand atlantica --queue bookings "
                "--json\n",
    .run = run,
};
