/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toy_body.c - a body stage over toy rules, made anew for each run.
 */
#include "toy_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "toy.h"

static const char text[] = "  - {id: fruit, title: t, entity: FRUIT, level: 1, match: 'apple', "
                           "with: '[FRUIT]', tests: ['apple']}\n"
                           "  - id: card\n"
                           "    title: t\n"
                           "    entity: CREDIT_CARD\n"
                           "    level: 1\n"
                           "    match: '(?<!\\d)\\d{4}(?:[ -]?\\d{4}){3}(?!\\d)'\n"
                           "    check: [luhn]\n"
                           "    with: '[CARD ••{last:4}]'\n"
                           "    tests: ['4111111111111111']\n"
                           "  - id: mail\n"
                           "    title: t\n"
                           "    entity: EMAIL_ADDRESS\n"
                           "    level: 1\n"
                           "    match: '(?<![a-z])[a-z]{1,20}@[a-z]{1,20}\\.com'\n"
                           "    with: '[MAIL]'\n"
                           "    tests: ['jo@example.com']\n"
                           "  - {id: united, title: t, entity: WORD, level: 1, match: 'ünited', "
                           "with: '«ü\"»', tests: ['ünited']}\n"
                           "  - {id: spread, title: t, entity: WORD, level: 1, "
                           "match: 'spread\\sover', with: '[SPREAD]', tests: ['spread over']}\n"
                           "  - {id: bomb, title: t, entity: WORD, level: 1, match: 'bomb', "
                           "action: block, tests: ['bomb']}\n"
                           "  - {id: note, title: t, entity: WORD, level: 1, match: 'notable', "
                           "action: tag, tests: ['notable']}\n"
                           "  - {id: turn, title: t, entity: WORD, level: 1, match: 'elsewhere', "
                           "action: divert, tests: ['elsewhere']}\n";

static struct scrubgate_ruleset *rules;
static struct scrubgate_scratch *scratch;

const struct scrubgate_ruleset *sg_toy_body_rules(void)
{
    if (rules == NULL)
        rules = sg_toy_rules(text);
    return rules;
}

struct scrubgate_scratch *sg_toy_body_scratch(void)
{
    if (scratch == NULL)
        assert_int_equal(scrubgate_scratch_new(&scratch), SCRUBGATE_OK);
    return scratch;
}

void sg_toy_body_fini(void)
{
    scrubgate_ruleset_free(rules);
    scrubgate_scratch_free(scratch);
    rules = NULL;
    scratch = NULL;
}

static struct sg_stage *open_body(void *ctx)
{
    struct sg_toy_body *body = ctx;
    struct sg_stage *stage = NULL;
    struct sg_scrub_config config = {
        .scan = {.level = 2, .shadow = body->shadow, .max_held = 64 * 1024, .key = body->key},
        .captures = body->captures,
        .n_captures = body->n_captures,
        .on_event = body->on_event,
        .ctx = body->ctx,
    };
    for (size_t i = 0; i < body->n_captures; i++) {
        sg_buf_fini(&body->captures[i].value);
        body->captures[i].found = body->captures[i].unclear = false;
    }
    assert_int_equal(
        sg_scrub_new(&body->scrub, sg_toy_body_rules(), sg_toy_body_scratch(), &config),
        SCRUBGATE_OK);
    assert_int_equal(body->make(&stage, body->scrub), SCRUBGATE_OK);
    return stage;
}

static void close_body(void *ctx, struct sg_stage *stage)
{
    struct sg_toy_body *body = ctx;
    body->summary = *sg_scrub_summary(body->scrub);
    body->summary.tallies = NULL;
    (void)snprintf(body->reason, sizeof body->reason, "%s", sg_scrub_reason(body->scrub));
    (void)snprintf(body->why, sizeof body->why, "%s", stage->why == NULL ? "" : stage->why);
    sg_stage_free(stage);
    sg_scrub_free(body->scrub);
    body->scrub = NULL;
}

struct sg_splits sg_toy_body_splits(struct sg_toy_body *body)
{
    return (struct sg_splits){open_body, close_body, body};
}
