/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_leg.c - when a body may leave: never before its record is in the log.
 *
 * A real auditor writes to a folder of the test's own; sink and source are the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proxy/leg.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"
#include "../lib/toy_body.h"

struct world {
    struct sg_leg leg; /* first: ops find the world from it */
    struct sg_tempdir dir;
    struct sg_auditor *auditor;
    struct sg_worker worker;
    struct sg_record_source source;
    struct sg_route route;
    struct sg_trace trace;
    struct sg_parties parties;
    struct sg_context context;
    struct sg_buf out;  /* what left */
    struct sg_buf told; /* the ops, in order */
    bool full;          /* the sink takes nothing */
    bool fail_prepare;
    const char *stop_at; /* the op that ends the loop */
    const char *stopped_at;
};

/* Behind the end there is nothing to wait for. */
static bool is_the_end(const char *what)
{
    return strcmp(what, "open") != 0 && strcmp(what, "flow") != 0 && strcmp(what, "resume") != 0;
}

static void tell(struct sg_leg *leg, const char *what)
{
    struct world *world = (struct world *)leg;
    assert_int_equal(sg_buf_addf(&world->told, "%s ", what), SCRUBGATE_OK);
    if (world->stop_at != NULL && (is_the_end(what) || strcmp(world->stop_at, what) == 0)) {
        world->stopped_at = what;
        sg_loop_stop(world->worker.loop);
    }
}

/* Nothing may leave whose record is not durable. */
static void leave(struct sg_leg *leg)
{
    struct world *world = (struct world *)leg;
    struct sg_bytes ready = sg_relay_ready(&leg->relay);
    if (world->full)
        return;
    assert_true(leg->durable || !leg->recorded);
    assert_true(leg->state == SG_LEG_STREAM || leg->state == SG_LEG_CLEARED);
    assert_int_equal(sg_buf_add_bytes(&world->out, ready), SCRUBGATE_OK);
    sg_relay_take(&leg->relay, ready.len);
    sg_leg_drained(leg);
}

static enum scrubgate_status op_prepare(struct sg_leg *leg)
{
    return ((struct world *)leg)->fail_prepare ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

static void op_open(struct sg_leg *leg, bool whole)
{
    if (whole)
        leave(leg);
    tell(leg, whole ? "open-whole" : "open");
}

static void op_flow(struct sg_leg *leg)
{
    leave(leg);
    tell(leg, "flow");
}

static void op_finish(struct sg_leg *leg)
{
    leave(leg);
    tell(leg, "finish");
}

static void op_refuse(struct sg_leg *leg, enum sg_reason reason, const char *detail)
{
    (void)detail;
    tell(leg, sg_reason_word(reason));
}

static void op_resume(struct sg_leg *leg)
{
    tell(leg, "resume");
}

static void op_orphan(struct sg_leg *leg)
{
    tell(leg, "orphan");
}

static const struct sg_leg_ops ops = {
    .prepare = op_prepare,
    .open = op_open,
    .flow = op_flow,
    .finish = op_finish,
    .refuse = op_refuse,
    .resume = op_resume,
    .orphan = op_orphan,
};

static void begin(struct world *world)
{
    char audit[512];
    struct scrubgate_fault fault;
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    sg_tempdir_path(&world->dir, "audit", audit);
    assert_int_equal(sg_auditor_start(&world->auditor, audit, &fault), SCRUBGATE_OK);
    assert_int_equal(sg_loop_new(&world->worker.loop), SCRUBGATE_OK);
    assert_int_equal(sg_audit_port_open(&world->worker.audit, world->auditor, world->worker.loop),
                     SCRUBGATE_OK);
    world->source = (struct sg_record_source){"test.example/1", "00112233445566778899aabbccddeeff"};
    world->route = (struct sg_route){.name = "r", .direction = SCRUBGATE_TO_AGENT, .level = 2};
    memcpy(world->trace.id, "0011223344556677", 17);
    world->context = (struct sg_context){&world->source,  &world->route, "digest", &world->trace,
                                         &world->parties, NULL,          NULL,     NULL};
    world->leg.ops = &ops;
    world->leg.worker = &world->worker;
    world->leg.context = &world->context;
    world->leg.judgement = (struct sg_judgement){.direction = SCRUBGATE_TO_AGENT, .request = true};
}

static void open_leg(struct world *world, bool recorded, uint64_t length)
{
    const struct sg_relay_config config = {
        .content_type = SG_BYTES("text/plain"),
        .stream = {.level = 2, .shadow = world->route.shadow, .max_decoded = 1 << 24},
        .limit = 1 << 24,
        .pass_on_failure = world->route.pass_on_failure,
    };
    if (recorded)
        sg_relay_open(&world->leg.relay, sg_toy_body_rules(), sg_toy_body_scratch(), &config);
    else
        sg_relay_pass(&world->leg.relay, 0);
    sg_leg_begin(&world->leg, recorded, length);
}

static void run_until(struct world *world, const char *what)
{
    world->stop_at = what;
    assert_int_equal(sg_loop_run(world->worker.loop), SCRUBGATE_OK);
    world->stop_at = NULL;
    assert_string_equal(world->stopped_at, what);
}

static const char *told(struct world *world)
{
    assert_int_equal(sg_buf_add_byte(&world->told, '\0'), SCRUBGATE_OK);
    world->told.len--;
    return (const char *)world->told.data;
}

static void end(struct world *world)
{
    (void)sg_leg_close(&world->leg);
    sg_audit_port_close(world->worker.audit);
    sg_auditor_stop(world->auditor);
    sg_relay_clear(&world->leg.relay);
    sg_leg_fini(&world->leg);
    sg_loop_free(world->worker.loop);
    sg_buf_fini(&world->out);
    sg_buf_fini(&world->told);
    sg_tempdir_remove(&world->dir);
}

/* How many records of the log hold the text. */
static size_t records_with(struct world *world, const char *text)
{
    size_t n = 0;
    if (!sg_tempdir_has(&world->dir, "audit/log/000000.ndjson"))
        return 0; /* it is made with the first one */
    char *log = sg_tempdir_read(&world->dir, "audit/log/000000.ndjson", NULL);
    for (char *at = log; (at = strstr(at, text)) != NULL; at++)
        n++;
    free(log);
    return n;
}

static void left(struct world *world, const char *want)
{
    assert_true(sg_bytes_equal(sg_buf_bytes(&world->out), sg_bytes_of(want)));
}

/* --- small bodies --- */

static void test_a_small_body_leaves_whole_after_its_record(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    open_leg(&world, true, 10);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("an ap")), 5);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("ple x")), 5);
    sg_leg_end(&world.leg);
    left(&world, "");
    assert_int_equal(world.leg.state, SG_LEG_FINAL);
    run_until(&world, "open-whole");
    left(&world, "an [FRUIT] x");
    assert_string_equal(told(&world), "open-whole ");
    assert_int_equal(records_with(&world, "\"verdict\":\"masked\",\"part\":\"whole\""), 1);
    end(&world);
}

static void test_a_blocked_body_is_recorded_and_never_leaves(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    open_leg(&world, true, UINT64_MAX);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("a bomb ")), 7);
    run_until(&world, "blocked");
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("more")), 4);
    sg_leg_end(&world.leg);
    left(&world, "");
    assert_string_equal(told(&world), "blocked ");
    assert_int_equal(records_with(&world, "\"verdict\":\"blocked\""), 1);
    end(&world);
}

static void test_a_passing_body_leaves_without_a_record(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    open_leg(&world, false, 3);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("abc")), 3);
    sg_leg_end(&world.leg);
    left(&world, "abc");
    assert_string_equal(told(&world), "open-whole ");
    assert_int_equal(records_with(&world, "{"), 0);
    end(&world);
}

static void test_a_passing_body_that_pauses_does_not_gather(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    open_leg(&world, false, UINT64_MAX);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("data: 1")), 7);
    left(&world, "");
    run_until(&world, "flow");
    left(&world, "data: 1");
    sg_leg_end(&world.leg);
    assert_string_equal(told(&world), "open flow finish ");
    end(&world);
}

static void test_shadow_mode_lets_everything_leave(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    world.route.shadow = true;
    open_leg(&world, true, 12);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("a bomb apple")), 12);
    sg_leg_end(&world.leg);
    run_until(&world, "open-whole");
    left(&world, "a bomb apple");
    assert_int_equal(records_with(&world, "\"verdict\":\"blocked\""), 1);
    end(&world);
}

/* --- large bodies --- */

static char *large(size_t len)
{
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, 'x', len);
    for (size_t i = 50; i < len; i += 50)
        text[i] = ' ';
    return text;
}

/* Feeds it all, with turns of the loop in between, as a source that is told to wait does. */
static void feed(struct world *world, const char *text, size_t len)
{
    size_t pos = 0;
    while (pos < len && world->leg.state != SG_LEG_OVER) {
        size_t n =
            sg_leg_push(&world->leg, (struct sg_bytes){(const uint8_t *)text + pos, len - pos});
        pos += n;
        if (pos < len && world->leg.state != SG_LEG_OVER)
            run_until(world, "resume");
    }
}

static void test_a_large_body_streams_between_two_records(void **state)
{
    enum { LEN = 300000 };
    struct world world;
    char *text = large(LEN);
    (void)state;
    memcpy(text + LEN - 3, " jo", 3); /* may become an address: is held */
    begin(&world);
    open_leg(&world, true, UINT64_MAX);
    feed(&world, text, LEN);
    assert_int_equal(records_with(&world, "\"part\":\"begin\""), 1);
    assert_true(world.out.len > 0);
    assert_true(world.out.len < LEN);
    sg_leg_end(&world.leg);
    size_t before = world.out.len;
    assert_int_equal(world.leg.state, SG_LEG_FINAL);
    run_until(&world, "finish");
    assert_true(world.out.len > before); /* the last bytes waited for the END record */
    assert_int_equal(world.out.len, LEN);
    assert_memory_equal(world.out.data, text, LEN);
    assert_int_equal(records_with(&world, "\"part\":\"end\""), 1);
    end(&world);
    free(text);
}

static void test_a_refusal_midway_is_recorded_at_the_end(void **state)
{
    enum { LEN = 200000 };
    struct world world;
    char *text = large(LEN);
    (void)state;
    memcpy(text + LEN - 100, " bomb ", 6);
    begin(&world);
    open_leg(&world, true, UINT64_MAX);
    feed(&world, text, LEN);
    sg_leg_end(&world.leg);
    if (world.leg.state != SG_LEG_OVER)
        run_until(&world, "blocked");
    assert_null(memchr(world.out.data, 'b', world.out.len));
    assert_int_equal(records_with(&world, "\"verdict\":\"blocked\",\"part\":\"end\""), 1);
    assert_null(strstr(told(&world), "finish"));
    end(&world);
    free(text);
}

static void test_a_slow_sink_stops_the_source(void **state)
{
    enum { LEN = 400000 };
    struct world world;
    char *text = large(LEN);
    size_t pos = 0;
    (void)state;
    begin(&world);
    open_leg(&world, true, UINT64_MAX);
    world.full = true;
    pos = sg_leg_push(&world.leg, (struct sg_bytes){(uint8_t *)text, LEN});
    run_until(&world, "open");
    for (int i = 0; i < 10; i++)
        pos += sg_leg_push(&world.leg, (struct sg_bytes){(uint8_t *)text + pos, LEN - pos});
    assert_true(pos <= 2 * SG_RELAY_MARK + 4096);
    assert_true(sg_relay_ready(&world.leg.relay).len <= SG_RELAY_MARK);
    world.full = false;
    leave(&world.leg);
    feed(&world, text + pos, LEN - pos);
    sg_leg_end(&world.leg);
    run_until(&world, "finish");
    assert_int_equal(world.out.len, LEN);
    end(&world);
    free(text);
}

static void test_no_body_has_more_than_its_share_of_a_turn(void **state)
{
    struct world world;
    char *text = large(200000);
    (void)state;
    begin(&world);
    open_leg(&world, false, UINT64_MAX);
    size_t n = sg_leg_push(&world.leg, (struct sg_bytes){(uint8_t *)text, 200000});
    assert_int_equal(n, 64 * 1024);
    assert_int_equal(sg_leg_push(&world.leg, (struct sg_bytes){(uint8_t *)text, 100}), 0);
    end(&world);
    free(text);
}

/* --- diverting --- */

static const struct divert_row {
    const char *name;
    const char *url;
    bool request, shadow;
    const char *told;
    bool divert;
} divert_rows[] = {
    {"a request is diverted where there is somewhere to go", "http://127.0.0.1/", true, false,
     "open-whole ", true},
    {"a request with nowhere to go is refused", NULL, true, false, "no-divert ", false},
    {"a response is refused", "http://127.0.0.1/", false, false, "no-divert ", false},
    {"shadow mode diverts nothing", NULL, true, true, "open-whole ", false},
};

static void test_divert_row(void **state)
{
    const struct divert_row *row = *state;
    struct world world;
    begin(&world);
    world.route.divert_url = row->url;
    world.route.shadow = row->shadow;
    world.leg.judgement.request = row->request;
    open_leg(&world, true, 9);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("elsewhere")), 9);
    sg_leg_end(&world.leg);
    run_until(&world, strcmp(row->told, "open-whole ") == 0 ? "open-whole" : "no-divert");
    assert_string_equal(told(&world), row->told);
    assert_int_equal(world.leg.divert, row->divert);
    end(&world);
}

static void test_a_body_of_known_length_is_judged_with_its_last_byte(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    open_leg(&world, true, 9);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("else")), 4);
    assert_int_equal(world.leg.state, SG_LEG_GATHER);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("thing")), 5);
    assert_int_equal(world.leg.state, SG_LEG_FINAL);
    sg_leg_end(&world.leg);
    run_until(&world, "open-whole");
    assert_string_equal(told(&world), "open-whole ");
    end(&world);
}

static void test_what_diverts_midway_does_not_follow_the_rest(void **state)
{
    enum { LEN = 205000 }; /* its last piece is no crumb that waits for more */
    struct world world;
    char *text = large(LEN);
    (void)state;
    memcpy(text + LEN - 1000, " elsewhere ", 11); /* in the last piece */
    begin(&world);
    world.route.divert_url = "http://127.0.0.1/";
    open_leg(&world, true, UINT64_MAX);
    feed(&world, text, LEN);
    assert_int_not_equal(world.leg.state, SG_LEG_STREAM);
    if (world.leg.state != SG_LEG_OVER)
        run_until(&world, "no-divert");
    assert_true(world.out.len > 0);
    assert_null(memchr(world.out.data, 'e', world.out.len));
    assert_int_equal(records_with(&world, "\"verdict\":\"refused\",\"part\":\"end\""), 1);
    end(&world);
    free(text);
}

/* --- what goes wrong --- */

static void test_a_record_that_cannot_be_made_refuses(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    world.fail_prepare = true;
    open_leg(&world, true, 1);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("a")), 1);
    sg_leg_end(&world.leg);
    left(&world, "");
    assert_string_equal(told(&world), "memory ");
    end(&world);
}

static void test_a_leg_abandoned_midway_leaves_an_end_record(void **state)
{
    enum { LEN = 200000 };
    struct world world;
    char *text = large(LEN);
    (void)state;
    begin(&world);
    open_leg(&world, true, UINT64_MAX);
    feed(&world, text, LEN);
    assert_int_equal(world.leg.state, SG_LEG_STREAM);
    sg_leg_abandon(&world.leg, "client-gone");
    assert_int_equal(world.leg.state, SG_LEG_OVER);
    sg_audit_port_close(world.worker.audit);
    world.worker.audit = NULL;
    assert_int_equal(records_with(&world, "\"verdict\":\"refused\",\"part\":\"end\""), 1);
    assert_int_equal(records_with(&world, "client-gone"), 1);
    assert_int_equal(sg_audit_port_open(&world.worker.audit, world.auditor, world.worker.loop),
                     SCRUBGATE_OK);
    end(&world);
    free(text);
}

static void test_a_closed_leg_waits_for_its_ticket(void **state)
{
    struct world world;
    (void)state;
    begin(&world);
    open_leg(&world, true, 1);
    assert_int_equal(sg_leg_push(&world.leg, SG_BYTES("a")), 1);
    sg_leg_end(&world.leg);
    sg_leg_abandon(&world.leg, "client-gone");
    assert_true(sg_leg_close(&world.leg));
    run_until(&world, "orphan");
    assert_false(sg_leg_close(&world.leg));
    left(&world, "");
    assert_string_equal(told(&world), "orphan ");
    end(&world);
}

int main(void)
{
    sg_suite_add("a small body leaves whole after its record",
                 test_a_small_body_leaves_whole_after_its_record, NULL);
    sg_suite_add("a blocked body is recorded and never leaves",
                 test_a_blocked_body_is_recorded_and_never_leaves, NULL);
    sg_suite_add("a passing body leaves without a record",
                 test_a_passing_body_leaves_without_a_record, NULL);
    sg_suite_add("a passing body that pauses does not gather",
                 test_a_passing_body_that_pauses_does_not_gather, NULL);
    sg_suite_add("shadow mode lets everything leave", test_shadow_mode_lets_everything_leave, NULL);
    sg_suite_add("a large body streams between two records",
                 test_a_large_body_streams_between_two_records, NULL);
    sg_suite_add("a refusal midway is recorded at the end",
                 test_a_refusal_midway_is_recorded_at_the_end, NULL);
    sg_suite_add("a slow sink stops the source", test_a_slow_sink_stops_the_source, NULL);
    sg_suite_add("no body has more than its share of a turn",
                 test_no_body_has_more_than_its_share_of_a_turn, NULL);
    SG_SUITE_ROWS(test_divert_row, divert_rows);
    sg_suite_add("a body of known length is judged with its last byte",
                 test_a_body_of_known_length_is_judged_with_its_last_byte, NULL);
    sg_suite_add("what diverts midway does not follow the rest",
                 test_what_diverts_midway_does_not_follow_the_rest, NULL);
    sg_suite_add("a record that cannot be made refuses", test_a_record_that_cannot_be_made_refuses,
                 NULL);
    sg_suite_add("a leg abandoned midway leaves an end record",
                 test_a_leg_abandoned_midway_leaves_an_end_record, NULL);
    sg_suite_add("a closed leg waits for its ticket", test_a_closed_leg_waits_for_its_ticket, NULL);
    int rc = sg_suite_run("proxy/leg");
    sg_toy_body_fini();
    return rc;
}
