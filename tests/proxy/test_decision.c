/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_decision.c - from what a body added up to, to a verdict, a record and an event.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/decision.h"
#include "proxy/oplog.h"

#include "../lib/costly.h"
#include "../lib/overheard.h"
#include "../lib/suite.h"
#include "../lib/toy_body.h"

static const struct row {
    const char *name, *type, *text;
    bool shadow, lax;
    enum sg_verdict verdict;
    enum sg_reason reason; /* of a refused one */
} rows[] = {
    {"nothing found is clean", "text/plain", "plain", false, false, SG_VERDICT_CLEAN, 0},
    {"a tag alone is clean", "text/plain", "notable", false, false, SG_VERDICT_CLEAN, 0},
    {"an edit is masked", "text/plain", "apple", false, false, SG_VERDICT_MASKED, 0},
    {"what would be an edit is masked in shadow mode", "text/plain", "apple", true, false,
     SG_VERDICT_MASKED, 0},
    {"a block is blocked", "text/plain", "apple bomb", false, false, SG_VERDICT_BLOCKED,
     SG_REASON_BLOCKED},
    {"what would be a block is blocked in shadow mode", "text/plain", "bomb", true, false,
     SG_VERDICT_BLOCKED, 0},
    {"a divert outranks an edit", "text/plain", "apple elsewhere", false, false,
     SG_VERDICT_DIVERTED, 0},
    {"an unknown type is refused", "image/png", "x", false, false, SG_VERDICT_REFUSED,
     SG_REASON_UNSUPPORTED},
    {"a malformed body is refused", "application/json", "{", false, false, SG_VERDICT_REFUSED,
     SG_REASON_MALFORMED},
    {"what passes on failure is refused all the same", "application/json", "{", false, true,
     SG_VERDICT_REFUSED, 0},
};

struct world {
    struct sg_relay relay;
    struct sg_record_source source;
    struct sg_route route;
    struct sg_trace trace;
    struct sg_parties parties;
    struct sg_context context;
};

static void begin(struct world *world, const char *type, const char *text, bool shadow, bool lax)
{
    memset(world, 0, sizeof *world);
    world->source = (struct sg_record_source){"test.example/1", "00112233445566778899aabbccddeeff"};
    world->route = (struct sg_route){.name = "r", .level = 2, .shadow = shadow};
    world->context = (struct sg_context){&world->source,  &world->route, "digest", &world->trace,
                                         &world->parties, NULL,          NULL,     NULL};
    const struct sg_relay_config config = {
        .content_type = sg_bytes_of(type),
        .stream = {.level = 2, .shadow = shadow},
        .limit = 4096,
        .pass_on_failure = lax,
    };
    sg_relay_open(&world->relay, sg_toy_body_rules(), sg_toy_body_scratch(), &config);
    (void)sg_relay_push(&world->relay, sg_bytes_of(text), true);
    sg_relay_sum_up(&world->relay);
}

static void end(struct world *world)
{
    sg_relay_clear(&world->relay);
    sg_relay_fini(&world->relay);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    static struct world world;
    begin(&world, row->type, row->text, row->shadow, row->lax);
    assert_int_equal(sg_decision_verdict(&world.relay), row->verdict);
    if (row->reason != SG_REASON_NONE)
        assert_int_equal(sg_decision_reason(&world.relay), row->reason);
    else
        assert_true(world.relay.status >= 0);
    end(&world);
}

static const struct status_row {
    const char *name;
    enum scrubgate_status status;
    enum sg_reason reason;
} status_rows[] = {
    {"a limit is told as one", SCRUBGATE_ELIMIT, SG_REASON_LIMIT},
    {"a matcher's failure is told as one", SCRUBGATE_EMATCH, SG_REASON_MATCHER},
    {"out of memory is told as such", SCRUBGATE_ENOMEM, SG_REASON_MEMORY},
};

static void test_status_row(void **state)
{
    const struct status_row *row = *state;
    static struct world world;
    begin(&world, "text/plain", "x", false, false);
    sg_relay_refuse(&world.relay, row->status, "why");
    assert_int_equal(sg_decision_verdict(&world.relay), SG_VERDICT_REFUSED);
    assert_int_equal(sg_decision_reason(&world.relay), row->reason);
    end(&world);
}

static void expect(const char *record, const char *part)
{
    if (strstr(record, part) == NULL)
        fail_msg("no %s in %s", part, record);
}

static void test_a_record_names_rules_and_places_and_no_value(void **state)
{
    static struct world world;
    struct sg_buf out = {0};
    (void)state;
    begin(&world, "text/plain", "an apple, jo@example.com, apple", false, false);
    world.parties.value[SG_PARTY_BRAND] = SG_BYTES("acme");
    world.parties.facets = (struct sg_record_facets){.agent = 7, .network = 8, .device = 9};
    struct sg_judgement judgement = {
        .direction = SCRUBGATE_TO_AGENT, .verdict = SG_VERDICT_MASKED, .request = true};
    assert_int_equal(sg_decision_record(&out, &world.context, &world.relay, &judgement),
                     SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    const char *record = (const char *)out.data;
    expect(record, "{\"rule\":\"toy.fruit\",\"entity\":\"FRUIT\",\"action\":\"mask\",\"count\":2}");
    expect(record, "{\"rule\":\"toy.mail\"");
    expect(record, ",3,5]");
    expect(record, ",10,14]");
    expect(record, "\"brand\":\"acme\"");
    expect(record, "\"event\":\"message\"");
    expect(record, "\"facets\":{}"); /* nothing under a key that others share */
    expect(record, "\"bytes_in\":31");
    assert_null(strstr(record, "apple"));
    assert_null(strstr(record, "jo@"));
    sg_buf_fini(&out);
    end(&world);
}

static void test_a_record_says_what_speaks_against_it(void **state)
{
    static struct world world;
    const struct sg_assessment assessment = {
        .is_scored = true,
        .risk = 0.999,
        .told_risk = 0.1,
        .course = SG_COURSE_DENY,
        .n_reasons = 2,
        .reasons = {{SG_SIGNAL_PAIR, 7.24F, false, true}, {SG_SIGNAL_BURST, 0.5F, true, false}},
        .n_rulings = 2,
        .rulings = {{SG_GUARD_BLOCK, SG_SIGNAL_ENFORCE, 12, 99},
                    {SG_GUARD_CLEARANCE, SG_SIGNAL_SHADOW, 0, SG_GUARD_NO_END}}};
    struct sg_judgement judgement = {.request = true, .assessment = &assessment};
    struct sg_buf out = {0};
    (void)state;
    begin(&world, "text/plain", "x", false, false);
    assert_int_equal(sg_decision_record(&out, &world.context, &world.relay, &judgement),
                     SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    expect((const char *)out.data,
           "\"risk\":1.00,\"reasons\":{\"pair\":7.2,\"burst\":0.5},\"rulings\":[{\"rule\":"
           "\"block\",\"mode\":\"enforce\",\"order\":12,\"until_ms\":99},{\"rule\":\"clearance\","
           "\"mode\":\"shadow\"}],\"action\":\"deny\"}");
    sg_buf_clear(&out);
    judgement.assessment = NULL;
    assert_int_equal(sg_decision_record(&out, &world.context, &world.relay, &judgement),
                     SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    assert_null(strstr((const char *)out.data, "risk"));
    assert_null(strstr((const char *)out.data, "\"action\":"));
    sg_buf_fini(&out);
    end(&world);
}

/* Which channels are nobody's to analyse is the policy's to say, of the generation that the message
 * began with. */
static void test_a_channel_is_private_by_policy(void **state)
{
    static struct world world;
    static struct sg_generation generation;
    static struct sg_config config;
    struct scrubgate_fault fault;
    (void)state;
    begin(&world, "text/plain", "x", false, false);
    world.parties.value[SG_PARTY_CHANNEL] = SG_BYTES("council");
    assert_false(sg_decision_private(&world.context));
    assert_int_equal(sg_collusion_policy_read(&config.policy, "p",
                                              SG_BYTES("representative_channels: [council]\n"),
                                              &fault),
                     SCRUBGATE_OK);
    generation.config = &config;
    world.context.generation = &generation;
    world.route.party[SG_PARTY_CHANNEL].kind = SG_SOURCE_HEADER;
    assert_false(sg_decision_private(&world.context)); /* whoever sends it could say so */
    world.route.party[SG_PARTY_CHANNEL].kind = SG_SOURCE_CONST;
    assert_true(sg_decision_private(&world.context));
    world.parties.value[SG_PARTY_CHANNEL] = SG_BYTES("chat");
    assert_false(sg_decision_private(&world.context));
    sg_collusion_policy_free(config.policy);
    end(&world);
}

/* What a client names a party, and what of that may be told in clear. */
static const struct label_row {
    const char *name;
    enum sg_party party;
    enum sg_source_kind kind;
    const char *value, *told; /* NULL: not told at all */
} label_rows[] = {
    {"a label from outside is told", SG_PARTY_QUEUE, SG_SOURCE_HEADER, "emea_tier-2.a",
     "\"queue\":\"emea_tier-2.a\""},
    {"the config's own words are told", SG_PARTY_BRAND, SG_SOURCE_CONST, "Acme & Söhne 12345",
     "\"brand\":\"Acme & S"},
    {"an address is no label", SG_PARTY_QUEUE, SG_SOURCE_HEADER, "jo@example.com", NULL},
    {"a number is no label", SG_PARTY_CHANNEL, SG_SOURCE_HEADER, "4111111111111111", NULL},
    {"a sentence is no label", SG_PARTY_BRAND, SG_SOURCE_BODY, "call jo", NULL},
    {"a long word is no label", SG_PARTY_QUEUE, SG_SOURCE_BODY,
     "ghp_abcdefghijklmnopqrstuvwxyzabcdefgh", NULL},
    {"a known event is told", SG_PARTY_EVENT, SG_SOURCE_BODY, "resolve", "\"event\":\"resolve\""},
    {"any other event is a message", SG_PARTY_EVENT, SG_SOURCE_BODY, "jo", "\"event\":\"message\""},
};

static void test_label_row(void **state)
{
    const struct label_row *row = *state;
    static struct world world;
    struct sg_collusion_event event;
    struct sg_judgement judgement = {.direction = SCRUBGATE_TO_AGENT, .request = true};
    struct sg_buf out = {0};
    begin(&world, "text/plain", "x", false, false);
    world.route.party[row->party].kind = row->kind;
    world.parties.value[row->party] = sg_bytes_of(row->value);
    assert_int_equal(sg_decision_record(&out, &world.context, &world.relay, &judgement),
                     SCRUBGATE_OK);
    if (row->party != SG_PARTY_CHANNEL) {
        sg_decision_event(&event, &world.context, &world.relay, &judgement);
        assert_int_equal(sg_buf_add_byte(&out, '\n'), SCRUBGATE_OK);
        assert_int_equal(sg_collusion_event_print(&event, &out), SCRUBGATE_OK);
    }
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    const char *text = (const char *)out.data;
    if (row->told == NULL || strstr(row->told, row->value) == NULL)
        assert_true(row->kind == SG_SOURCE_CONST || strstr(text, row->value) == NULL);
    if (row->told != NULL)
        expect(text, row->told);
    if (row->told != NULL && row->party != SG_PARTY_CHANNEL)
        expect(strchr(text, '\n'), row->told);
    sg_buf_fini(&out);
    end(&world);
}

static void test_a_rule_that_fails_is_counted_and_logged_once(void **state)
{
    static struct world world;
    static struct sg_metrics metrics;
    struct sg_costly costly;
    atomic_uint_fast64_t failures[2] = {0};
    struct sg_generation generation = {.rule_failures = failures};
    const struct sg_judgement judgement = {.verdict = SG_VERDICT_REFUSED};
    char said[1024];
    (void)state;
    sg_costly_make(&costly);
    begin(&world, "text/plain", "x", false, false);
    world.context.generation = &generation;
    world.relay.failed = costly.rule;
    sg_oplog_init();
    sg_overheard_begin();
    sg_decision_count(&metrics, &world.context, &world.relay, &judgement);
    (void)sg_overheard_end(said, sizeof said);
    expect(said, "\"level\":\"warn\"");
    expect(said, "\"rule\":\"toy.costly\"");
    sg_overheard_begin();
    sg_decision_count(&metrics, &world.context, &world.relay, &judgement);
    assert_int_equal(sg_overheard_end(said, sizeof said), 0);
    assert_int_equal(failures[0], 0);
    assert_int_equal(failures[1], 2);
    end(&world);
    sg_costly_fini(&costly);
}

static void test_what_passes_on_failure_is_recorded_as_the_exception(void **state)
{
    static struct world world;
    struct sg_buf out = {0};
    struct sg_judgement judgement = {.verdict = SG_VERDICT_REFUSED, .request = true};
    (void)state;
    begin(&world, "application/json", "{", false, true);
    assert_int_equal(sg_decision_record(&out, &world.context, &world.relay, &judgement),
                     SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, '\0'), SCRUBGATE_OK);
    expect((const char *)out.data, "\"mode\":\"pass-and-record\"");
    expect((const char *)out.data, "\"action_id\":1,"); /* allowed */
    sg_buf_fini(&out);
    end(&world);
}

static void test_a_response_does_not_carry_the_clients_network(void **state)
{
    static struct world world;
    struct sg_collusion_event event;
    (void)state;
    begin(&world, "text/plain", "x", false, false);
    world.parties.facets = (struct sg_record_facets){.agent = 7, .conversation = 66};
    world.parties.now = (struct sg_collusion_was){.ticket = 6, .network = 8, .tls = 5, .device = 9};
    world.parties.before =
        (struct sg_collusion_was){.ticket = 16, .network = 18, .tls = 15, .device = 19};
    world.parties.epoch = 230;
    struct sg_judgement judgement = {.direction = SCRUBGATE_TO_CUSTOMER};
    sg_decision_event(&event, &world.context, &world.relay, &judgement);
    assert_true(event.agent == 7 && event.ticket == 6);
    assert_true(event.network == 0 && event.tls == 0 && event.device == 0);
    assert_true(event.was.network == 0 && event.was.tls == 0 && event.was.device == 0);
    assert_true(event.was.ticket == 16 && event.epoch == 230 && event.by_agent);
    judgement.request = true;
    sg_decision_event(&event, &world.context, &world.relay, &judgement);
    assert_true(event.network == 8 && event.tls == 5 && event.device == 9);
    assert_true(event.was.network == 18 && event.was.tls == 15 && event.was.device == 19);
    judgement.direction = SCRUBGATE_TO_AGENT;
    sg_decision_event(&event, &world.context, &world.relay, &judgement);
    assert_false(event.by_agent);
    end(&world);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_status_row, status_rows);
    sg_suite_add("a record names rules and places and no value",
                 test_a_record_names_rules_and_places_and_no_value, NULL);
    sg_suite_add("a record says what speaks against it, in shadow too",
                 test_a_record_says_what_speaks_against_it, NULL);
    sg_suite_add("a channel is private by policy", test_a_channel_is_private_by_policy, NULL);
    SG_SUITE_ROWS(test_label_row, label_rows);
    sg_suite_add("a rule that fails is counted, and logged once",
                 test_a_rule_that_fails_is_counted_and_logged_once, NULL);
    sg_suite_add("what passes on failure is recorded as the exception",
                 test_what_passes_on_failure_is_recorded_as_the_exception, NULL);
    sg_suite_add("a response does not carry the client's network",
                 test_a_response_does_not_carry_the_clients_network, NULL);
    int rc = sg_suite_run("proxy/decision");
    sg_toy_body_fini();
    return rc;
}
