/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_acts.c - what commands leave is recorded once, and whatever else lies there does no harm.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/acts.h"
#include "base/json.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

static const struct sg_record_source source = {"gateway.example/scrubgate/1",
                                               "00112233445566778899aabbccddeeff"};
#define GOOD "{\"what\":\"audit-read\",\"command\":\"query\",\"object\":\"log\",\"done\":true}"

static const uint64_t second = 1000 * 1000 * 1000;

struct world {
    struct sg_tempdir dir;
    struct sg_acts *acts;
    uint64_t now;
    struct sg_buf lines; /* the records, each with LF */
    size_t n;
    size_t fail_at; /* the record that is not taken; 0: all are */
};

static void setup(struct world *world)
{
    struct scrubgate_fault fault = {.what = ""};
    memset(world, 0, sizeof *world);
    world->now = second;
    sg_tempdir_make(&world->dir);
    int folder = open(world->dir.path, O_RDONLY | O_DIRECTORY);
    assert_true(folder >= 0);
    assert_int_equal(sg_acts_open(&world->acts, folder, world->dir.path, &source, &fault),
                     SCRUBGATE_OK);
    (void)close(folder);
}

static void teardown(struct world *world)
{
    sg_acts_close(world->acts);
    sg_tempdir_remove(&world->dir);
    sg_buf_fini(&world->lines);
}

static enum scrubgate_status add(void *ctx, struct sg_bytes record)
{
    struct world *world = ctx;
    if (world->fail_at != 0 && world->n + 1 == world->fail_at)
        return SCRUBGATE_EIO;
    assert_true(record.len <= SG_RECORD_LONGEST);
    assert_true(sg_buf_add_text(&world->lines, "{\"seq\":7,") >= 0 &&
                sg_buf_add_bytes(&world->lines, record) >= 0 &&
                sg_buf_add_byte(&world->lines, '\n') >= 0);
    world->n++;
    return SCRUBGATE_OK;
}

static enum scrubgate_status look(struct world *world)
{
    world->now += second;
    return sg_acts_take(world->acts, world->now, add, world);
}

/* Until there is nothing left; bounded. */
static void take_all(struct world *world)
{
    for (int i = 0; i < 100; i++) {
        if (look(world) == SCRUBGATE_DONE)
            return;
        sg_acts_forget(world->acts);
    }
    fail_msg("there is no end");
}

static void leave(struct world *world, const struct sg_act_note *note)
{
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_acts_leave(world->dir.path, note, &fault), SCRUBGATE_OK);
}

static const struct sg_act_note a_query = {
    .kind = SG_ACT_READ,
    .of.read = {.command = "query",
                .object = "log",
                .done = true,
                .first = UINT64_MAX,
                .last = UINT64_MAX,
                .to_ms = UINT64_MAX,
                .why = {(const uint8_t *)"ticket 9", 8}},
};

static bool says(const struct world *world, const char *text)
{
    struct sg_bytes rest = sg_buf_bytes(&world->lines);
    const size_t len = strlen(text);
    while (rest.len >= len && memcmp(rest.data, text, len) != 0) {
        rest.data++;
        rest.len--;
    }
    return rest.len >= len;
}

static size_t left_over(const struct world *world)
{
    char command[600], text[32] = "";
    (void)snprintf(command, sizeof command, "ls -A '%s/acts' | wc -l", world->dir.path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_non_null(fgets(text, sizeof text, pipe));
    (void)pclose(pipe);
    return strtoul(text, NULL, 10);
}

/* --- what commands leave --- */

static char who[32];

struct left_row {
    const char *name;
    struct sg_act_note note;
    const char *want;
};

static const struct left_row lefts[] = {
    {"a read",
     {SG_ACT_READ, .of.read = {.command = "export",
                               .object = "log",
                               .done = true,
                               .first = 5,
                               .last = 9,
                               .from_ms = 100,
                               .to_ms = 200,
                               .why = {(const uint8_t *)"audit 2026", 10}}},
     "\"command\":\"export\",\"first\":5,\"last\":9,\"from_ms\":100,\"to_ms\":200,\"why\":\"audit "
     "2026\"}"},
    {"a read without limits",
     {SG_ACT_READ, .of.read = {.command = "report",
                               .object = "log",
                               .first = UINT64_MAX,
                               .last = UINT64_MAX,
                               .to_ms = UINT64_MAX}},
     "\"status_id\":2,\"what\":\"audit-read\",\"object\":\"log\","},
    {"a hold",
     {SG_ACT_HOLD, .of.hold = {.on = true, .why = {(const uint8_t *)"case 17", 7}}},
     "\"hold\":\"on\",\"why\":\"case 17\"}"},
    {"the end of a hold",
     {SG_ACT_HOLD, .of.hold = {.why = {(const uint8_t *)"case 17 closed", 14}}},
     "\"hold\":\"off\",\"why\":\"case 17 closed\"}"},
    {"an erasure",
     {SG_ACT_ERASURE, .of.erasure = {.kind = "conversation",
                                     .done = true,
                                     .pseudonym = 0x1122334455667788,
                                     .key = 0xff,
                                     .requester = {(const uint8_t *)"ticket 4", 8},
                                     .basis = {(const uint8_t *)"GDPR 17", 7}}},
     "\"kind\":\"conversation\",\"pseudonym\":\"1122334455667788\",\"key\":\"00000000000000ff\","
     "\"requester\":\"ticket 4\",\"basis\":\"GDPR 17\"}"},
    {"an order about an agent",
     {SG_ACT_GUARD, .of.guard = {.act = "order",
                                 .kind = "block",
                                 .done = true,
                                 .order = 12,
                                 .brand = {(const uint8_t *)"atlantica", 9},
                                 .queue = {(const uint8_t *)"bookings", 8},
                                 .expires_ms = 1800000000000,
                                 .by = {(const uint8_t *)"not from here", 13}}},
     "\"act\":\"order\",\"kind\":\"block\",\"order\":12,\"brand\":\"atlantica\","
     "\"queue\":\"bookings\",\"expires_ms\":1800000000000}"},
    {"an order that was taken back",
     {SG_ACT_GUARD, .of.guard = {.act = "lift", .order = 12}},
     "\"status_id\":2,\"what\":\"guard\",\"object\":\"guard\","},
    {"another act",
     {SG_ACT_OTHER, .of.act = {.act = "keygen", .object = "keys", .done = true}},
     "\"what\":\"act\",\"object\":\"keys\","},
    {"letters of the world, quotes and line feeds",
     {SG_ACT_HOLD, .of.hold = {.on = true, .why = {(const uint8_t *)"m\xc3\xbc\"\n\\", 6}}},
     "\"why\":\"m\\u00fc\\\"\\n\\\\\"}"},
};

static void test_left(void **state)
{
    const struct left_row *row = *state;
    struct world world;
    setup(&world);
    leave(&world, &row->note);
    assert_int_equal(look(&world), SCRUBGATE_OK);
    assert_int_equal(world.n, 1);
    assert_true(says(&world, row->want));
    assert_true(says(&world, who));
    assert_true(says(&world, "\"id\":\""));
    assert_int_equal(left_over(&world), 1);
    sg_acts_forget(world.acts);
    assert_int_equal(left_over(&world), 0);
    assert_int_equal(look(&world), SCRUBGATE_DONE);
    teardown(&world);
}

static void test_what_is_not_durable_is_taken_again_under_its_id(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    leave(&world, &a_query);
    assert_int_equal(look(&world), SCRUBGATE_OK);
    const char *id = strstr((const char *)world.lines.data, "\"id\":\"");
    char before[30];
    memcpy(before, id, sizeof before - 1);
    before[22] = '\0';
    sg_acts_keep(world.acts);
    world.lines.len = 0;
    assert_int_equal(look(&world), SCRUBGATE_OK);
    assert_true(says(&world, before));
    sg_acts_forget(world.acts);
    assert_int_equal(left_over(&world), 0);
    teardown(&world);
}

static void test_while_records_are_on_their_way_nothing_is_taken(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    leave(&world, &a_query);
    assert_int_equal(look(&world), SCRUBGATE_OK);
    assert_int_equal(look(&world), SCRUBGATE_DONE);
    assert_int_equal(world.n, 1);
    teardown(&world);
}

static void test_a_look_before_it_is_due_does_nothing(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    assert_int_equal(look(&world), SCRUBGATE_DONE);
    leave(&world, &a_query);
    assert_true(sg_acts_due(world.acts) > world.now);
    assert_true(sg_acts_due(world.acts) <= world.now + second);
    assert_int_equal(sg_acts_take(world.acts, world.now, add, &world), SCRUBGATE_DONE);
    assert_int_equal(world.n, 0);
    teardown(&world);
}

static void test_a_log_that_takes_no_more_leaves_the_rest(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    for (int i = 0; i < 3; i++)
        leave(&world, &a_query);
    world.fail_at = 3;
    assert_int_equal(look(&world), SCRUBGATE_EIO);
    sg_acts_forget(world.acts); /* the two that it took */
    assert_int_equal(left_over(&world), 1);
    world.fail_at = 0;
    take_all(&world);
    assert_int_equal(world.n, 3);
    teardown(&world);
}

static void test_many_notes_are_taken_some_at_a_time(void **state)
{
    (void)state;
    enum { MANY = 3 * SG_ACTS_EACH + 5 };
    struct world world;
    setup(&world);
    for (int i = 0; i < MANY; i++)
        leave(&world, &a_query);
    size_t before = 0;
    while (look(&world) == SCRUBGATE_OK) {
        assert_true(world.n - before <= SG_ACTS_EACH);
        before = world.n;
        sg_acts_forget(world.acts);
    }
    take_all(&world);
    assert_int_equal(world.n, MANY);
    assert_int_equal(left_over(&world), 0);
    teardown(&world);
}

static void test_notes_are_told_in_the_order_they_were_left(void **state)
{
    (void)state;
    static const char *const order[] = {"acts/00000000000000bb.json", "acts/00000000000000aa.json",
                                        "acts/00000000000000cc.json"};
    struct world world;
    setup(&world);
    for (int i = 2; i >= 0; i--) {
        char path[512];
        const struct timespec when[2] = {{1700000000 + i, 5}, {1700000000 + i, 5}};
        sg_tempdir_write(&world.dir, order[i], GOOD, sizeof GOOD - 1);
        sg_tempdir_path(&world.dir, order[i], path);
        assert_int_equal(utimensat(AT_FDCWD, path, when, 0), 0);
    }
    take_all(&world);
    assert_true(sg_buf_add_byte(&world.lines, '\0') >= 0);
    const char *text = (const char *)world.lines.data;
    const char *b = strstr(text, "00bb\""), *a = strstr(text, "00aa\""),
               *c = strstr(text, "00cc\"");
    assert_true(b != NULL && a != NULL && c != NULL && b < a && a < c);
    teardown(&world);
}

static void test_a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct sg_tempdir dir;
    struct scrubgate_fault fault = {.what = ""};
    sg_tempdir_make(&dir);
    assert_int_equal(sg_acts_leave(dir.path, &a_query, &fault), SCRUBGATE_EIO);
    assert_non_null(strstr(fault.what, "cannot leave"));
    sg_tempdir_remove(&dir);
}

static void test_half_a_note_is_none_until_it_is_left(void **state)
{
    (void)state;
    struct sg_acts_half note;
    struct world world;
    setup(&world);
    assert_int_equal(sg_acts_prepare(&note, world.dir.path, &a_query, NULL), SCRUBGATE_OK);
    assert_int_equal(look(&world), SCRUBGATE_DONE);
    sg_acts_drop(&note);
    assert_int_equal(sg_acts_leave_half(&note, NULL), SCRUBGATE_EIO);
    assert_int_equal(sg_acts_prepare(&note, world.dir.path, &a_query, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_acts_leave_half(&note, NULL), SCRUBGATE_OK);
    take_all(&world);
    assert_true(says(&world, "\"ticket 9\""));
    assert_int_equal(left_over(&world), 0);
    teardown(&world);
}

static void test_a_word_that_the_log_does_not_know_is_not_left(void **state)
{
    (void)state;
    struct sg_act_note note = a_query;
    struct scrubgate_fault fault = {.what = ""};
    struct world world;
    setup(&world);
    note.of.read.command = "dance";
    assert_int_equal(sg_acts_leave(world.dir.path, &note, &fault), SCRUBGATE_EINVAL);
    assert_int_equal(left_over(&world), 0);
    teardown(&world);
}

static void test_its_folder_can_be_put_into_and_not_listed(void **state)
{
    (void)state;
    struct world world;
    struct stat info;
    char path[512];
    setup(&world);
    sg_tempdir_path(&world.dir, "acts", path);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 01730);
    teardown(&world);
}

/* --- what else lies there --- */

#define NAME "acts/0123456789abcdef.json"
#define X64  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

struct hostile_row {
    const char *name, *file, *text;
};

static const struct hostile_row hostiles[] = {
    {"nothing", NAME, ""},
    {"no JSON", NAME, "rm -rf"},
    {"a NUL after the object", NAME, GOOD "\x01"},
    {"two objects", NAME, GOOD GOOD},
    {"an array", NAME, "[1]"},
    {"a number", NAME, "7"},
    {"an object of objects", NAME, "{\"what\":{\"what\":{\"what\":{}}}}"},
    {"no what", NAME, "{\"command\":\"query\"}"},
    {"a kind that is none of a note's", NAME, "{\"what\":\"seal\",\"epoch\":0}"},
    {"a what that is no text", NAME, "{\"what\":1}"},
    {"a command that is none", NAME,
     "{\"what\":\"audit-read\",\"command\":\"dance\",\"object\":\"log\",\"done\":true}"},
    {"a member too many", NAME,
     "{\"what\":\"audit-read\",\"command\":\"query\",\"object\":\"log\",\"done\":true,\"x\":1}"},
    {"a member too few", NAME, "{\"what\":\"audit-read\",\"command\":\"query\",\"done\":true}"},
    {"a member twice", NAME,
     "{\"what\":\"hold\",\"hold\":\"on\",\"hold\":\"off\",\"why\":\"because\"}"},
    {"an actor of its own", NAME,
     "{\"what\":\"audit-read\",\"command\":\"query\",\"object\":\"log\",\"done\":true,"
     "\"actor\":{\"uid\":0}}"},
    {"a number that is none", NAME,
     "{\"what\":\"audit-read\",\"command\":\"query\",\"object\":\"log\",\"done\":true,\"first\":-"
     "1}"},
    {"a number that is too great", NAME,
     "{\"what\":\"audit-read\",\"command\":\"query\",\"object\":\"log\",\"done\":true,\"first\":"
     "99999999999999999999}"},
    {"a hold without why", NAME, "{\"what\":\"hold\",\"hold\":\"on\"}"},
    {"an erasure without a basis", NAME,
     "{\"what\":\"erasure\",\"kind\":\"conversation\",\"done\":true,\"pseudonym\":"
     "\"1122334455667788\",\"key\":\"1122334455667788\",\"requester\":\"x\",\"basis\":\"\"}"},
    {"a digest that is none", NAME,
     "{\"what\":\"erasure\",\"kind\":\"conversation\",\"done\":true,\"pseudonym\":"
     "\"112233445566778g\",\"key\":\"1122334455667788\",\"requester\":\"x\",\"basis\":\"y\"}"},
    {"an order of a kind that is none", NAME,
     "{\"what\":\"guard\",\"act\":\"order\",\"kind\":\"praise\",\"done\":true}"},
    {"an act on the guard that is none", NAME,
     "{\"what\":\"guard\",\"act\":\"obey\",\"done\":true}"},
    {"an order with the words of a reason", NAME,
     "{\"what\":\"guard\",\"act\":\"order\",\"done\":true,\"reason\":\"he lied\"}"},
    {"an order by another's name", NAME,
     "{\"what\":\"guard\",\"act\":\"order\",\"done\":true,\"by\":\"jo\"}"},
    {"bytes that are no UTF-8", NAME, "{\"what\":\"hold\",\"hold\":\"on\",\"why\":\"\xff\"}"},
    {"a name that no command gives", "acts/note.json", GOOD},
    {"a name that is nearly one", "acts/0123456789abcdeg.json", GOOD},
    {"a hidden file", "acts/.0123456789abcde.json", GOOD},
};

/* One record of our words, and it is gone. */
static void expect_refused(struct world *world)
{
    assert_int_equal(look(world), SCRUBGATE_OK);
    assert_int_equal(world->n, 1);
    assert_true(says(world, "\"act\":\"note\""));
    assert_true(says(world, "\"status_id\":2"));
    assert_true(says(world, who));
    sg_acts_forget(world->acts);
    assert_int_equal(left_over(world), 0);
}

static void test_hostile(void **state)
{
    const struct hostile_row *row = *state;
    struct world world;
    setup(&world);
    sg_tempdir_write(&world.dir, row->file, row->text, strlen(row->text));
    expect_refused(&world);
    teardown(&world);
}

static void test_a_note_that_is_too_big(void **state)
{
    (void)state;
    struct world world;
    static char big[2 * SG_ACT_NOTE_MOST];
    setup(&world);
    memset(big, ' ', sizeof big);
    memcpy(big, GOOD, sizeof GOOD - 1);
    sg_tempdir_write(&world.dir, NAME, big, SG_ACT_NOTE_MOST + 1);
    expect_refused(&world);
    world.n = world.lines.len = 0;
    sg_tempdir_write(&world.dir, NAME, big, SG_ACT_NOTE_MOST);
    take_all(&world);
    assert_true(says(&world, "\"command\":\"query\""));
    teardown(&world);
}

static void test_a_link_is_not_followed(void **state)
{
    (void)state;
    struct world world;
    char from[512], to[512];
    setup(&world);
    sg_tempdir_write(&world.dir, "elsewhere", GOOD, sizeof GOOD - 1);
    sg_tempdir_path(&world.dir, "elsewhere", from);
    sg_tempdir_path(&world.dir, NAME, to);
    assert_int_equal(symlink(from, to), 0);
    expect_refused(&world);
    assert_true(sg_tempdir_has(&world.dir, "elsewhere"));
    teardown(&world);
}

static void test_a_note_with_two_names_may_be_somebody_elses(void **state)
{
    (void)state;
    struct world world;
    char from[512], to[512];
    setup(&world);
    sg_tempdir_write(&world.dir, "elsewhere", GOOD, sizeof GOOD - 1);
    sg_tempdir_path(&world.dir, "elsewhere", from);
    sg_tempdir_path(&world.dir, NAME, to);
    assert_int_equal(link(from, to), 0);
    expect_refused(&world);
    assert_true(sg_tempdir_has(&world.dir, "elsewhere"));
    teardown(&world);
}

static void test_a_pipe_is_not_waited_for(void **state)
{
    (void)state;
    struct world world;
    char path[512];
    setup(&world);
    sg_tempdir_path(&world.dir, NAME, path);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(&world);
    teardown(&world);
}

static void test_a_folder_is_left_alone_and_told_of_never(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    sg_tempdir_mkdir(&world.dir, NAME);
    assert_int_equal(look(&world), SCRUBGATE_DONE);
    assert_int_equal(look(&world), SCRUBGATE_DONE);
    assert_int_equal(world.n, 0);
    teardown(&world);
}

static void test_folders_do_not_stand_before_notes(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    for (int i = 0; i < 600; i++) {
        char name[40];
        (void)snprintf(name, sizeof name, "acts/d%d", i);
        sg_tempdir_mkdir(&world.dir, name);
    }
    leave(&world, &a_query);
    for (int i = 0; i < 4 && world.n == 0; i++)
        (void)look(&world);
    assert_int_equal(world.n, 1);
    teardown(&world);
}

static void test_a_note_that_is_half_there_is_its_commands(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    sg_tempdir_write(&world.dir, "acts/0123456789abcdef.tmp", "{", 1);
    assert_int_equal(look(&world), SCRUBGATE_DONE);
    assert_int_equal(left_over(&world), 1);
    char path[512];
    sg_tempdir_path(&world.dir, "acts/0123456789abcdef.tmp", path);
    const struct timespec long_ago[2] = {{1000000000, 0}, {1000000000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
    expect_refused(&world);
    teardown(&world);
}

/* --- whose note it is --- */

struct sender_row {
    const char *name, *text;
    bool trusted;
    enum scrubgate_status want;
};

#define HOLD "{\"what\":\"hold\",\"hold\":\"off\",\"why\":\"so\"}"
#define ERASURE                                                                                    \
    "{\"what\":\"erasure\",\"kind\":\"customer\",\"done\":true,\"pseudonym\":"                     \
    "\"1122334455667788\",\"key\":\"1122334455667788\",\"requester\":\"x\",\"basis\":\"y\"}"

#define ORDER "{\"what\":\"guard\",\"act\":\"order\",\"kind\":\"flag\",\"done\":true,\"order\":3}"

static const struct sender_row senders[] = {
    {"who may read the log may say that he read", GOOD, false, SCRUBGATE_OK},
    {"and not that a hold has ended", HOLD, false, SCRUBGATE_EMALFORMED},
    {"and not that a key was destroyed", ERASURE, false, SCRUBGATE_EMALFORMED},
    {"and not that an agent was flagged", ORDER, false, SCRUBGATE_EMALFORMED},
    {"who has the guard may say that an agent was flagged", ORDER, true, SCRUBGATE_OK},
    {"who has the keys may say that a hold has ended", HOLD, true, SCRUBGATE_OK},
    {"and that a key was destroyed", ERASURE, true, SCRUBGATE_OK},
};

static void test_sender(void **state)
{
    const struct sender_row *row = *state;
    const struct sg_act_sender sender = {.id = 1, .uid = 4711, .trusted = row->trusted};
    struct sg_buf out = {0};
    assert_int_equal(sg_act_note_record(&out, &source, &sender, sg_bytes_of(row->text)), row->want);
    assert_int_equal(out.len > 0, row->want >= 0);
    assert_true(sg_buf_add_byte(&out, '\0') >= 0);
    if (row->want >= 0)
        assert_non_null(strstr((const char *)out.data, "\"actor\":{\"uid\":4711}"));
    sg_buf_fini(&out);
}

static enum scrubgate_status record_one(void *ctx)
{
    const struct sg_act_sender sender = {.id = 1, .uid = 4711, .trusted = true};
    struct sg_buf out = {0};
    (void)ctx;
    enum scrubgate_status rc = sg_act_note_record(&out, &source, &sender, SG_BYTES(ERASURE));
    assert_true(rc >= 0 || out.len == 0);
    sg_buf_fini(&out);
    return rc;
}

static void test_out_of_memory_is_an_answer(void **state)
{
    (void)state;
    assert_true(sg_alloc_fail_each(record_one, NULL) > 0);
}

int main(void)
{
    (void)snprintf(who, sizeof who, "\"actor\":{\"uid\":%u}", (unsigned)geteuid());
    SG_SUITE_ROWS(test_left, lefts);
    sg_suite_add("what is not durable is taken again, under its id",
                 test_what_is_not_durable_is_taken_again_under_its_id, NULL);
    sg_suite_add("while records are on their way nothing is taken",
                 test_while_records_are_on_their_way_nothing_is_taken, NULL);
    sg_suite_add("a look before it is due does nothing", test_a_look_before_it_is_due_does_nothing,
                 NULL);
    sg_suite_add("a log that takes no more leaves the rest",
                 test_a_log_that_takes_no_more_leaves_the_rest, NULL);
    sg_suite_add("many notes are taken some at a time", test_many_notes_are_taken_some_at_a_time,
                 NULL);
    sg_suite_add("half a note is none until it is left", test_half_a_note_is_none_until_it_is_left,
                 NULL);
    sg_suite_add("notes are told in the order they were left",
                 test_notes_are_told_in_the_order_they_were_left, NULL);
    sg_suite_add("a folder that is not there is told", test_a_folder_that_is_not_there_is_told,
                 NULL);
    sg_suite_add("a word that the log does not know is not left",
                 test_a_word_that_the_log_does_not_know_is_not_left, NULL);
    sg_suite_add("its folder can be put into and not listed",
                 test_its_folder_can_be_put_into_and_not_listed, NULL);
    SG_SUITE_ROWS(test_hostile, hostiles);
    sg_suite_add("a note that is too big", test_a_note_that_is_too_big, NULL);
    sg_suite_add("a link is not followed", test_a_link_is_not_followed, NULL);
    sg_suite_add("a note with two names may be somebody else's",
                 test_a_note_with_two_names_may_be_somebody_elses, NULL);
    sg_suite_add("a pipe is not waited for", test_a_pipe_is_not_waited_for, NULL);
    sg_suite_add("a folder is left alone and told of never",
                 test_a_folder_is_left_alone_and_told_of_never, NULL);
    sg_suite_add("folders do not stand before notes", test_folders_do_not_stand_before_notes, NULL);
    sg_suite_add("a note that is half there is its command's, until that was surely killed",
                 test_a_note_that_is_half_there_is_its_commands, NULL);
    SG_SUITE_ROWS(test_sender, senders);
    sg_suite_add("out of memory is an answer", test_out_of_memory_is_an_answer, NULL);
    return sg_suite_run("acts");
}
