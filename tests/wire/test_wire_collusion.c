/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire_collusion.c - what a running gateway holds against tickets and agents: who hears of it,
 * what it does, and what of it outlives the process.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "../lib/program.h"
#include "../lib/scene.h"
#include "../lib/suite.h"

#define JSON "Content-Type: application/json\r\n"
#define WHO                                                                                        \
    "direction: to-agent, identity: {customer: $.from, agent: 'header:X-Agent',\n"                 \
    "     conversation: $.talk, brand: 'header:X-Brand', queue: =one, event: 'header:X-Event'"

static struct sg_scene scene;

static const char pack[] =
    "pack: toy\nversion: 1\nowner: toys@example.org\nrules:\n"
    "  - {id: toy, title: Toy, entity: TOY, level: 1, match: 'toy\\d{3}', with: '[TOY]',\n"
    "     tests: ['«toy123»']}\n";

static const char config[] =
    "rules: [toy.yaml]\n"
    "routes:\n"
    "  - {name: plain, path: /plain/, upstream: 'http://127.0.0.1:@/up/', " WHO "}}\n"
    "  - {name: other, path: /other/, upstream: 'http://127.0.0.1:@/up/',\n"
    "     divert: 'http://127.0.0.1:@/elsewhere/', " WHO "}}\n"
    "  - {name: watch, path: /watch/, upstream: 'http://127.0.0.1:@/up/', mode: shadow,\n"
    "     divert: 'http://127.0.0.1:@/elsewhere/', " WHO "}}\n"
    "  - {name: council, path: /council/, upstream: 'http://127.0.0.1:@/up/', " WHO
    ", channel: =council}}\n"
    "  - {name: says, path: /says/, upstream: 'http://127.0.0.1:@/up/', " WHO
    ", channel: $.talk}}\n"
    "  - {name: pass, path: /pass/, upstream: 'http://127.0.0.1:@/up/', request: pass,\n"
    "     direction: to-agent}\n";

#define CONFLICT "conflicts:\n  - {name: cruises, brands: [atlantica, borealis], cooloff: 30d}\n"
#define COUNCIL  "representative_channels: [council]\n"

static const char shadow[] =
    "signals: {pair: {mode: shadow, threshold: 1}, flagged: {mode: shadow}}\n" CONFLICT COUNCIL;
static const char advise[] = "signals: {pair: {mode: advise, threshold: 1}}\n" CONFLICT COUNCIL;
static const char enforce[] = "signals: {pair: {mode: enforce, threshold: 1}}\n" CONFLICT COUNCIL;

/* --- a message and what becomes of it --- */

struct message {
    const char *path, *agent, *brand, *customer, *talk, *event;
    const char *text; /* NULL: a sentence */
};

/* What came of it; answer and heard are to be freed: let_go. */
struct course {
    unsigned status;
    bool arrived;
    struct sg_answer answer;
    struct sg_heard heard;
};

static void let_go(struct course *course)
{
    sg_answer_fini(&course->answer);
    if (course->arrived)
        sg_heard_fini(&course->heard);
    *course = (struct course){.arrived = false};
}

static struct course send_message(const struct message *message)
{
    struct course course = {.arrived = false};
    struct sg_buf body = {0}, fields = {0};
    const size_t before = sg_recorder_whole(&scene.origin);
    assert_true(sg_buf_addf(&fields,
                            JSON "X-Agent: %s\r\nX-Brand: %s\r\nX-Event: %s\r\n"
                                 "Scrubgate: risk=0.01, reasons=(forged)\r\n",
                            message->agent, message->brand != NULL ? message->brand : "acme",
                            message->event != NULL ? message->event : "message") >= 0);
    assert_true(sg_buf_add_byte(&fields, '\0') >= 0);
    assert_true(sg_buf_addf(&body, "{\"from\":\"%s\",\"talk\":\"%s\",\"text\":\"%s\"}",
                            message->customer, message->talk,
                            message->text != NULL
                                ? message->text
                                : "the kettle that came on monday does not boil any more") >= 0);
    sg_wire_ask(scene.gateway.port, "POST", message->path, (const char *)fields.data,
                sg_buf_bytes(&body), &course.answer);
    course.status = course.answer.head.status;
    course.arrived = sg_recorder_whole(&scene.origin) > before;
    if (course.arrived) {
        sg_recorder_take(&scene.origin, &course.heard);
        assert_true(course.heard.recorded);
    }
    /* Whatever was found: who sent it hears nothing of it. */
    assert_false(sg_holds(sg_buf_bytes(&course.answer.text), "risk"));
    assert_false(sg_holds(sg_buf_bytes(&course.answer.text), "crubgate"));
    assert_false(sg_holds(sg_buf_bytes(&course.answer.body), "reasons"));
    sg_buf_fini(&body);
    sg_buf_fini(&fields);
    return course;
}

static struct sg_bytes mark_of(const struct course *course)
{
    assert_true(course->arrived);
    return sg_heard_field(&course->heard, "Scrubgate");
}

static unsigned status_of(const struct message *message)
{
    struct course course = send_message(message);
    const unsigned status = course.status;
    let_go(&course);
    return status;
}

static unsigned talks;

/* One of a day like others: so many agents, each with customers of its own. */
static void deliver_usual(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        char agent[16], customer[24], talk[24];
        (void)snprintf(agent, sizeof agent, "agent-%u", i % 8);
        (void)snprintf(customer, sizeof customer, "usual-%u", talks);
        (void)snprintf(talk, sizeof talk, "talk-%u", talks++);
        const struct message message = {"/plain/x", agent, "acme", customer, talk, NULL, NULL};
        assert_int_equal(status_of(&message), 200);
    }
}

/* A customer who meets the same agent again and again: the last of n tickets. */
static struct course meet_again(const char *path, unsigned n)
{
    struct course course = {.arrived = false};
    for (unsigned i = 0; i < n; i++) {
        char talk[24];
        (void)snprintf(talk, sizeof talk, "talk-%u", talks++);
        const struct message message = {path, "agent-1", "acme", "carol", talk, NULL, NULL};
        let_go(&course);
        course = send_message(&message);
        assert_int_equal(course.status, 200);
    }
    return course;
}

/* --- the stage --- */

static void write_policy(const char *text)
{
    sg_tempdir_write(&scene.gateway.dir, "policy.yaml", text, strlen(text));
}

static size_t log_at;

static void reload(const char *policy, const char *says)
{
    write_policy(policy);
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, says, &log_at);
}

static void begin(const char *policy)
{
    log_at = 0;
    sg_scene_open(&scene, pack, config);
    reload(policy, "policy in force");
}

static void end(void)
{
    sg_gateway_stop(&scene.gateway);
    sg_scene_close(&scene);
}

static void start_again(void)
{
    log_at = 0;
    sg_gateway_start(&scene.gateway);
}

/* A decision of the log from a record on, that says all texts. */
static void assert_recorded(size_t from, const char *const texts[])
{
    free(sg_gateway_record(&scene.gateway, from, texts));
}

static void run_command(const char *const args[], int code)
{
    struct sg_program_run run;
    sg_program_run(&run, scene.gateway.dir.path, args, SG_BYTES(""));
    if (run.code != code)
        fail_msg("%s %s: %d\n%s", args[1], args[2], run.code, (const char *)run.err.data);
    sg_program_run_fini(&run);
}

/* Until the message is answered so: what commands write takes a moment to be seen. */
static void await_status(const struct message *message, unsigned status)
{
    const struct timespec moment = {.tv_nsec = 20000000};
    for (int i = 0; i < SG_PATIENCE_MS / 20; i++) {
        if (status_of(message) == status)
            return;
        (void)nanosleep(&moment, NULL);
    }
    fail_msg("never answered with %u", status);
}

/* --- what is told, and to whom --- */

static void test_cold(void **state)
{
    (void)state;
    begin(advise);
    const struct message message = {"/plain/x", "agent-1", "acme", "anna", "t", NULL, NULL};
    struct course course = send_message(&message);
    assert_true(sg_holds(mark_of(&course), "risk=0.00;unjudged"));
    assert_false(sg_holds(mark_of(&course), "forged"));
    let_go(&course);
    deliver_usual(8);
    course = send_message(&(struct message){"/plain/x", "agent-2", "acme", "ben", "u", NULL, NULL});
    assert_true(sg_holds(mark_of(&course), "risk=0.0"));
    assert_false(sg_holds(mark_of(&course), "unjudged"));
    assert_false(sg_holds(mark_of(&course), "action="));
    let_go(&course);
    end();
}

static void test_upstream_says(void **state)
{
    (void)state;
    begin(advise);
    deliver_usual(8);
    sg_recorder_say_text(&scene.origin,
                         "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nScrubgate: risk=0.87, "
                         "reasons=(pair;w=7.2)\r\n"
                         "Content-Length: 2\r\n\r\nok",
                         SG_THEN_KEEP);
    const struct message message = {"/plain/x", "agent-1", "acme", "anna", "t", NULL, NULL};
    assert_int_equal(status_of(&message), 200); /* and send_message looks at the answer */
    end();
}

static void test_shadow(void **state)
{
    (void)state;
    begin(shadow);
    deliver_usual(32);
    struct course course = meet_again("/other/x", 12);
    assert_true(sg_holds(mark_of(&course), "risk=0.00"));
    assert_false(sg_holds(mark_of(&course), "pair"));
    assert_false(sg_holds(mark_of(&course), "action="));
    sg_assert_text(course.heard.head.target, "/up/x");
    assert_recorded(0, (const char *[]){"\"reasons\":{\"pair\":", "\"route\":\"other\"", NULL});
    assert_true(sg_gateway_metric(&scene.gateway, "scrubgate_risk_signals_total{signal=\"pair\"}") >
                0);
    assert_int_equal(
        sg_gateway_metric(&scene.gateway, "scrubgate_risk_actions_total{action=\"divert\"}"), 0);
    let_go(&course);
    end();
}

static void test_advise(void **state)
{
    (void)state;
    begin(advise);
    deliver_usual(32);
    struct course course = meet_again("/other/x", 12);
    assert_true(sg_holds(mark_of(&course), "pair;w="));
    assert_true(sg_holds(mark_of(&course), "action=review"));
    sg_assert_text(course.heard.head.target, "/up/x");
    assert_recorded(0, (const char *[]){"\"action\":\"review\"", "\"reasons\":{\"pair\":", NULL});
    let_go(&course);
    end();
}

static void test_divert(void **state)
{
    (void)state;
    begin(enforce);
    deliver_usual(32);
    struct course course = meet_again("/other/x", 12);
    assert_true(sg_holds(mark_of(&course), "verdict=diverted"));
    assert_true(sg_holds(mark_of(&course), "pair;w="));
    assert_true(sg_holds(mark_of(&course), "action=divert"));
    sg_assert_text(course.heard.head.target, "/elsewhere/x");
    assert_recorded(0, (const char *[]){"\"action\":\"divert\"", "\"reasons\":{\"pair\":",
                                        "\"verdict\":\"diverted\"", NULL});
    let_go(&course);
    /* With nowhere to go it goes on, and who routes is told. A statistic never denies. */
    course = meet_again("/plain/x", 1);
    assert_true(sg_holds(mark_of(&course), "verdict=clean"));
    assert_true(sg_holds(mark_of(&course), "action=divert"));
    sg_assert_text(course.heard.head.target, "/up/x");
    let_go(&course);
    /* Where the route only watches nothing is done, and nothing is asked for. */
    course = meet_again("/watch/x", 1);
    assert_true(sg_holds(mark_of(&course), "pair;w="));
    assert_false(sg_holds(mark_of(&course), "action="));
    sg_assert_text(course.heard.head.target, "/up/x");
    let_go(&course);
    end();
}

/* --- who may serve whom --- */

static const char not_assigned[] = "urn:scrubgate:problem:not-assigned";

static const struct message of_atlantica = {"/plain/x", "agent-7", "atlantica", "anna",
                                            "a",        NULL,      NULL};
static const struct message of_borealis = {"/plain/x", "agent-7", "borealis", "ben",
                                           "b",        NULL,      NULL};

static void assert_denied(const struct message *message)
{
    struct course course = send_message(message);
    assert_int_equal(course.status, 403);
    assert_false(course.arrived);
    assert_true(sg_holds(sg_buf_bytes(&course.answer.body), not_assigned));
    assert_false(sg_holds(sg_buf_bytes(&course.answer.body), "cool"));
    assert_false(sg_holds(sg_buf_bytes(&course.answer.body), "block"));
    let_go(&course);
}

static void test_cooloff(void **state)
{
    (void)state;
    begin(advise);
    assert_int_equal(status_of(&of_borealis), 200);
    assert_int_equal(status_of(&of_borealis), 200); /* again: no conflict with itself */
    assert_denied(&of_atlantica);
    assert_recorded(0, (const char *[]){"\"rulings\":[{\"rule\":\"cooloff\",\"mode\":\"enforce\"",
                                        "\"action\":\"deny\"", "\"reason\":\"not assigned\"",
                                        "\"verdict\":\"blocked\"", NULL});
    struct message elsewhere = of_atlantica;
    elsewhere.path = "/other/x";
    struct course course = send_message(&elsewhere);
    assert_int_equal(course.status, 200);
    sg_assert_text(course.heard.head.target, "/elsewhere/x");
    assert_true(sg_holds(mark_of(&course), "reasons=(cooloff"));
    assert_true(sg_holds(mark_of(&course), "action=divert"));
    let_go(&course);
    /* It was sent elsewhere: the agent has not served atlantica by it. */
    assert_int_equal(status_of(&of_borealis), 200);
    end();
}

/* Waits until the file says that the agent may not serve: what comes from there is what stays. */
static void await_ineligible(const char *agent, const char *brand)
{
    const struct timespec moment = {.tv_nsec = 20000000};
    const char *const args[] = {"collusion", "guard", "eligible",     agent, "--brand",
                                brand,       "-c",    "gateway.yaml", NULL};
    for (int i = 0; i < SG_PATIENCE_MS / 20; i++) {
        struct sg_program_run run;
        sg_program_run(&run, scene.gateway.dir.path, args, SG_BYTES(""));
        const int code = run.code;
        if (code > 1)
            fail_msg("%s", (const char *)run.err.data);
        sg_program_run_fini(&run);
        if (code == 1)
            return;
        (void)nanosleep(&moment, NULL);
    }
    fail_msg("%s may serve %s for ever", agent, brand);
}

static void test_kill(void **state)
{
    (void)state;
    begin(advise);
    assert_int_equal(status_of(&of_borealis), 200);
    await_ineligible("agent-7", "atlantica");
    run_command((const char *[]){"collusion", "guard", "block", "agent-9", "--for", "3d",
                                 "--because", "case 7", "-c", "gateway.yaml", NULL},
                0);
    sg_gateway_kill(&scene.gateway);
    start_again();
    assert_denied(&of_atlantica);
    struct message blocked = of_borealis;
    blocked.agent = "agent-9";
    assert_denied(&blocked);
    end();
}

static void test_block(void **state)
{
    (void)state;
    begin(advise);
    assert_int_equal(status_of(&of_borealis), 200);
    run_command((const char *[]){"collusion", "guard", "block", "agent-7", "--for", "3d",
                                 "--because", "case 7", "-c", "gateway.yaml", NULL},
                0);
    await_status(&of_borealis, 403);
    assert_recorded(0, (const char *[]){"\"rulings\":[{\"rule\":\"block\",\"mode\":\"enforce\"",
                                        "\"order\":1", NULL});
    /* In a channel of representatives too; one that only watches records it, and no more. */
    struct message message = of_borealis;
    message.path = "/council/x";
    assert_denied(&message);
    message.path = "/watch/x";
    assert_int_equal(status_of(&message), 200);
    run_command((const char *[]){"collusion", "guard", "lift", "1", "--because", "heard", "-c",
                                 "gateway.yaml", NULL},
                0);
    await_status(&of_borealis, 200);
    end();
}

static void test_flag(void **state)
{
    (void)state;
    begin(advise);
    run_command((const char *[]){"collusion", "guard", "flag", "agent-7", "--for", "3d",
                                 "--because", "case 8", "-c", "gateway.yaml", NULL},
                0);
    struct course course = {.arrived = false};
    for (bool told = false; !told;) {
        let_go(&course);
        course = send_message(&of_borealis);
        assert_int_equal(course.status, 200);
        told = sg_holds(mark_of(&course), "reasons=(flagged)");
    }
    assert_true(sg_holds(mark_of(&course), "action=review"));
    let_go(&course);
    end();
}

/* A body that streams: nothing of it has left when it is denied, and all of it goes elsewhere. */
static void test_streams(void **state)
{
    (void)state;
    enum { LONG = 300 * 1024 };
    char *text = malloc(LONG + 1);
    assert_non_null(text);
    begin(advise);
    assert_int_equal(status_of(&of_borealis), 200);
    for (size_t i = 0; i < LONG; i++)
        text[i] = i % 8 == 7 ? ' ' : (char)('a' + i % 7);
    text[LONG] = '\0';
    struct message message = of_atlantica;
    message.text = text;
    assert_denied(&message);
    message.path = "/other/x";
    struct course course = send_message(&message);
    assert_int_equal(course.status, 200);
    sg_assert_text(course.heard.head.target, "/elsewhere/x");
    assert_true(sg_holds(mark_of(&course), "streamed"));
    assert_true(sg_holds(mark_of(&course), "action=divert"));
    assert_recorded(0, (const char *[]){"\"part\":\"end\"", "\"verdict\":\"diverted\"",
                                        "\"action\":\"divert\"", NULL});
    let_go(&course);
    free(text);
    end();
}

/* --- what is nobody's to analyse --- */

static void test_private(void **state)
{
    (void)state;
    begin(advise);
    deliver_usual(8);
    const size_t from = sg_gateway_records(&scene.gateway);
    const struct message message = {"/council/x",
                                    "agent-1",
                                    "acme",
                                    "rita",
                                    "r",
                                    NULL,
                                    "what we say here about the shifts of next week is ours"};
    struct course course = send_message(&message);
    assert_true(sg_holds(mark_of(&course), "risk=0.00;unjudged"));
    let_go(&course);
    char *record =
        sg_gateway_record(&scene.gateway, from, (const char *[]){"\"route\":\"council\"", NULL});
    assert_null(strstr(record, "\"content\":"));
    assert_null(strstr(record, "\"device\":"));
    assert_null(strstr(record, "\"network\":"));
    assert_null(strstr(record, "\"risk\":"));
    free(record);
    /* It serves nobody by it either. */
    struct message brand = message;
    brand.agent = "agent-7";
    brand.brand = "atlantica";
    assert_int_equal(status_of(&brand), 200);
    assert_int_equal(status_of(&of_borealis), 200);
    /* Whoever calls a talk so himself is not among representatives. */
    brand.path = "/says/x";
    brand.talk = "council";
    assert_denied(&brand);
    end();
}

static void test_events(void **state)
{
    (void)state;
    char day[25], name[64];
    begin(advise);
    deliver_usual(2);
    const struct message message = {"/council/x", "agent-1", "acme", "rita", "r", NULL, NULL};
    assert_int_equal(status_of(&message), 200);
    const time_t now = time(NULL);
    struct tm parts;
    assert_non_null(gmtime_r(&now, &parts));
    assert_true(strftime(day, sizeof day, "%Y-%m-%d", &parts) > 0);
    (void)snprintf(name, sizeof name, "var/events/%s.ndjson", day);
    sg_gateway_stop(&scene.gateway);
    size_t lines = 0;
    char *text = sg_tempdir_read(&scene.gateway.dir, name, NULL);
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 4); /* two messages and their answers */
    free(text);
    sg_scene_close(&scene);
}

/* --- what is learnt --- */

static void test_restart(void **state)
{
    (void)state;
    begin(advise);
    deliver_usual(32);
    struct course course = meet_again("/plain/x", 12);
    let_go(&course);
    size_t from = sg_gateway_records(&scene.gateway);
    sg_gateway_stop(&scene.gateway);
    start_again();
    assert_recorded(from, (const char *[]){"\"what\":\"sketches-saved\"", "\"agents\":8", NULL});
    assert_recorded(from, (const char *[]){"\"what\":\"sketches-restored\"", "\"status_id\":1",
                                           "\"agents\":8", NULL});
    course = meet_again("/plain/x", 1);
    assert_true(sg_holds(mark_of(&course), "pair;w="));
    let_go(&course);
    /* A bit that flipped: it is not used in part. */
    sg_gateway_stop(&scene.gateway);
    size_t len;
    char *text = sg_tempdir_read(&scene.gateway.dir, "var/collusion/scorer.state", &len);
    text[len / 2] ^= 1;
    sg_tempdir_write(&scene.gateway.dir, "var/collusion/scorer.state", text, len);
    free(text);
    from = sg_gateway_records(&scene.gateway);
    start_again();
    sg_gateway_await(&scene.gateway, "the scorer begins anew", &log_at);
    assert_recorded(from, (const char *[]){"\"what\":\"sketches-restored\"", "\"status_id\":2",
                                           "\"why\":\"damaged\"", "\"agents\":0", NULL});
    course = meet_again("/plain/x", 1);
    assert_true(sg_holds(mark_of(&course), "risk=0.00;unjudged"));
    let_go(&course);
    end();
}

static void test_takeover(void **state)
{
    (void)state;
    struct sg_gateway next;
    begin(advise);
    deliver_usual(16);
    assert_int_equal(status_of(&of_borealis), 200);
    const size_t from = sg_gateway_records(&scene.gateway);
    sg_gateway_init_beside(&next, &scene.gateway);
    next.takes_over = true;
    sg_gateway_start(&next);
    sg_gateway_join(&scene.gateway);
    free(sg_gateway_record(&next, from,
                           (const char *[]){"\"what\":\"sketches-restored\"", "\"status_id\":1",
                                            "\"agents\":8", NULL}));
    scene.gateway.port = next.port;
    assert_denied(&of_atlantica);
    sg_gateway_stop(&next);
    sg_gateway_fini(&next);
    sg_scene_close(&scene);
}

/* --- the policy --- */

static void test_policy(void **state)
{
    (void)state;
    begin(advise);
    assert_int_equal(status_of(&of_borealis), 200);
    assert_denied(&of_atlantica);
    /* One that is broken changes nothing, and says where. */
    reload("signals: {pair: {mode: loud}}\n" CONFLICT, "policy.yaml:1:24: ");
    assert_denied(&of_atlantica);
    /* One that says otherwise does; contacts are not lost on the way. */
    reload("signals: {cooloff: {mode: shadow}}\n" CONFLICT, "policy in force");
    assert_int_equal(status_of(&of_atlantica), 200);
    assert_recorded(0, (const char *[]){"\"rulings\":[{\"rule\":\"cooloff\",\"mode\":\"shadow\"",
                                        "\"verdict\":\"clean\"", NULL});
    reload(advise, "policy in force");
    assert_denied(&of_atlantica);
    /* One that is gone does not set everybody free. */
    char path[512];
    sg_tempdir_path(&scene.gateway.dir, "policy.yaml", path);
    assert_int_equal(unlink(path), 0);
    sg_gateway_signal(&scene.gateway, SIGHUP);
    sg_gateway_await(&scene.gateway, "is not there any more", &log_at);
    assert_denied(&of_atlantica);
    end();
}

static void test_broken_policy(void **state)
{
    (void)state;
    begin(advise);
    sg_gateway_stop(&scene.gateway);
    write_policy("conflicts: [{name: x, brands: [a], cooloff: 1d}]\n");
    assert_int_equal(sg_gateway_fails(&scene.gateway), 2);
    assert_true(sg_holds(sg_buf_bytes(&scene.gateway.log), "policy.yaml:1:"));
    sg_scene_close(&scene);
}

/* Without its file nothing is known of cool-offs: what would have been denied by them is. */
static void test_damaged_guard(void **state)
{
    (void)state;
    begin(advise);
    assert_int_equal(status_of(&of_borealis), 200);
    sg_gateway_stop(&scene.gateway);
    sg_tempdir_write(&scene.gateway.dir, "var/collusion/guard.db",
                     "not a database, but long enough to be looked at", 47);
    start_again();
    sg_gateway_await(&scene.gateway, "the guard's file cannot be had", &log_at);
    assert_denied(&of_borealis);
    assert_recorded(
        0, (const char *[]){"\"rulings\":[{\"rule\":\"unknown\",\"mode\":\"enforce\"", NULL});
    assert_int_equal(sg_gateway_metric(&scene.gateway, "scrubgate_guard_known"), 0);
    end();
}

int main(void)
{
    sg_suite_add("with a handful of agents no risk is told, then it is", test_cold, NULL);
    sg_suite_add("what an upstream says of a risk does not reach the client", test_upstream_says,
                 NULL);
    sg_suite_add("a signal in shadow is in the record only", test_shadow, NULL);
    sg_suite_add("a signal that advises tells who routes", test_advise, NULL);
    sg_suite_add("a colluding ticket is diverted, with the reason in the record", test_divert,
                 NULL);
    sg_suite_add("who served one brand is not assigned to its competitor", test_cooloff, NULL);
    sg_suite_add("cool-off and block outlive kill -9", test_kill, NULL);
    sg_suite_add("a block counts in the running gateway, until it is lifted", test_block, NULL);
    sg_suite_add("a flag asks for a review", test_flag, NULL);
    sg_suite_add("a body that streams is denied, or goes elsewhere, as a whole", test_streams,
                 NULL);
    sg_suite_add("what representatives hear is not analysed", test_private, NULL);
    sg_suite_add("and has no line among the events", test_events, NULL);
    sg_suite_add("what was learnt outlives a restart, damaged it is begun anew", test_restart,
                 NULL);
    sg_suite_add("who takes over goes on with what was learnt", test_takeover, NULL);
    sg_suite_add("SIGHUP: another policy, all of it or none", test_policy, NULL);
    sg_suite_add("a broken policy stops the start", test_broken_policy, NULL);
    sg_suite_add("without its file the guard denies what it would have known", test_damaged_guard,
                 NULL);
    return sg_suite_run("wire: collusion");
}
