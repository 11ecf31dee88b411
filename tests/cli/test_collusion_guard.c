/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_collusion_guard.c - scrubgate collusion guard: what is ordered holds, is told in the log,
 * and survives whatever ends the command; why it was ordered stays where it belongs.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/json.h"

#include "../lib/program.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define SECRET  "Joe's neighbour lied"
#define BECAUSE "because: " SECRET

/* A folder with the keys of a gateway that has not run yet. */
struct world {
    struct sg_tempdir dir;
};

static int run_in(const struct world *world, const char *const args[], const char *in,
                  struct sg_program_run *run)
{
    const char *argv[40] = {"collusion", "guard"};
    size_t n = 2;
    for (size_t i = 0; args[i] != NULL; i++)
        argv[n++] = args[i];
    sg_program_run(run, world->dir.path, argv, sg_bytes_of(in));
    return run->code;
}

/* Its exit status; it must have said that, on either side. */
static int say(const struct world *world, const char *in, const char *says,
               const char *const args[])
{
    struct sg_program_run run;
    const int code = run_in(world, args, in, &run);
    const char *out = (const char *)run.out.data, *err = (const char *)run.err.data;
    if (strstr(out, says) == NULL && strstr(err, says) == NULL)
        fail_msg("said \"%s\" and \"%s\", not \"%s\"", out, err, says);
    assert_null(strstr(err, SECRET));
    sg_program_run_fini(&run);
    return code;
}

#define SAY(world, in, says, ...) say(world, in, says, (const char *const[]){__VA_ARGS__, NULL})

/* All that it prints; to be freed. */
static char *ask(const struct world *world, int code, const char *const args[])
{
    struct sg_program_run run;
    if (run_in(world, args, "", &run) != code)
        fail_msg("exit %d: %s", run.code, (const char *)run.err.data);
    char *out = strdup((const char *)run.out.data);
    assert_non_null(out);
    sg_program_run_fini(&run);
    return out;
}

#define ASK(world, code, ...) ask(world, code, (const char *const[]){__VA_ARGS__, NULL})

static void setup(struct world *world)
{
    struct sg_program_run run;
    sg_tempdir_make(&world->dir);
    sg_program_run(&run, world->dir.path, (const char *const[]){"keygen", "var/keys", NULL},
                   sg_bytes_of(""));
    assert_int_equal(run.code, 0);
    sg_program_run_fini(&run);
}

static void teardown(struct world *world)
{
    sg_tempdir_remove(&world->dir);
}

/* How many notes for the log hold that text; "": all. */
static size_t notes(const struct world *world, const char *text)
{
    char path[512], name[600];
    size_t n = 0;
    sg_tempdir_path(&world->dir, "var/audit/acts", path);
    DIR *list = opendir(path);
    assert_non_null(list);
    for (const struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        if (strstr(entry->d_name, ".json") == NULL)
            continue;
        (void)snprintf(name, sizeof name, "var/audit/acts/%s", entry->d_name);
        char *note = sg_tempdir_read(&world->dir, name, NULL);
        assert_null(strstr(note, SECRET));
        n += strstr(note, text) != NULL;
        free(note);
    }
    (void)closedir(list);
    return n;
}

static size_t lines(const char *text)
{
    size_t n = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        n++;
    return n;
}

static size_t listed(const struct world *world)
{
    char *out = ASK(world, 0, "list", "--json", "--all");
    const size_t n = lines(out);
    free(out);
    return n;
}

/* --- the life of an order --- */

static void test_a_block_holds_until_it_is_lifted(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    assert_int_equal(SAY(&world, "", "digest:0123456789abcdef may serve", "eligible",
                         "digest:0123456789abcdef", "--brand", "atlantica"),
                     0);
    assert_int_equal(SAY(&world, "", "may serve", "eligible", "agent-7", "--brand", "atlantica"),
                     0);
    assert_int_equal(SAY(&world, "", "order 1: block digest:", "block", "agent-7", "--brand",
                         "atlantica", "--for", "30d", "--because", SECRET, "--actor", "jo"),
                     0);
    assert_int_equal(SAY(&world, "", "block (enforce), order 1, until 20", "eligible", "agent-7",
                         "--brand", "atlantica"),
                     1);
    assert_int_equal(SAY(&world, "", "may serve", "eligible", "agent-7", "--brand", "borealis"), 0);
    assert_int_equal(SAY(&world, "", "may serve", "eligible", "agent-8", "--brand", "atlantica"),
                     0);
    assert_int_equal(SAY(&world, "", "noted", "appeal", "1", "--note", "was on leave"), 0);
    assert_int_equal(SAY(&world, "", "lifted", "lift", "1", "--because", "he was", "--actor", "mo"),
                     0);
    assert_int_equal(SAY(&world, "", "may serve", "eligible", "agent-7", "--brand", "atlantica"),
                     0);
    assert_int_equal(SAY(&world, "", "or it was lifted before", "lift", "1", "--because", "again"),
                     1);
    char *out = ASK(&world, 0, "list", "--all");
    static const char *const said[] = {
        "1  block  lifted  digest:", " by jo",        "brand: atlantica",      BECAUSE,
        "appeal: was on leave",      "lifted by: mo", "lifted because: he was"};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        assert_non_null(strstr(out, said[i]));
    free(out);
    assert_int_equal(SAY(&world, "", "no order in force", "list"), 0);
    assert_int_equal(notes(&world, "\"act\":\"order\",\"kind\":\"block\",\"done\":true,\"order\":1,"
                                   "\"expires_ms\":"),
                     1);
    assert_int_equal(notes(&world, "\"brand\":\"atlantica\"}"), 1);
    assert_int_equal(notes(&world, "{\"what\":\"guard\",\"act\":\"appeal\",\"done\":true,"
                                   "\"order\":1}"),
                     1);
    assert_int_equal(notes(&world, "\"act\":\"lift\",\"done\":true"), 1);
    assert_int_equal(notes(&world, "\"act\":\"lift\",\"done\":false"), 1);
    assert_int_equal(notes(&world, ""), 4);
    teardown(&world);
}

static const struct kind_row {
    const char *name;
    const char *args[12];
    const char *in, *json; /* members of what list prints */
} kinds[] = {
    {"an order about a queue",
     {"block", "a", "--brand", "b", "--queue", "q", "--for", "12h", "--because", "x"},
     "",
     "\"brand\":\"b\",\"queue\":\"q\""},
    {"a flag", {"flag", "a", "--for", "1d", "--because", "x"}, "", "\"kind\":\"flag\""},
    {"an attestation for ten years",
     {"attest", "a", "--clearance", "nda", "--for", "3650d", "--because", "x"},
     "",
     "\"clearance\":\"nda\""},
    {"a waiver",
     {"waive", "a", "--brand", "b", "--for", "1d", "--because", "x"},
     "",
     "\"kind\":\"waive\""},
    {"two agents who are one",
     {"link", "a", "digest:00000000000000ff", "--for", "1d", "--because", "x"},
     "",
     "\"other\":\"00000000000000ff\""},
    {"an agent by digest",
     {"flag", "digest:00000000000000FF", "--for", "1d", "--because", "x"},
     "",
     "\"agent\":\"00000000000000ff\""},
    {"names and reasons that no list of processes shows",
     {"flag", "-", "--for", "1d", "--because", "-"},
     "agent-7\na reason\n",
     "\"reason\":\"a reason\""},
    {"an id of a kilobyte",
     {"flag", "-", "--for", "1d", "--because", "x"},
     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
     "\n",
     "\"reason\":\"x\""},
    {"letters of the world",
     {"flag", "\xc3\xa9", "--for", "1d", "--because", "m\xc3\xbc\"\\", "--actor", "J\xc3\xb6rg"},
     "",
     "\"actor\":\"J\\u00f6rg\",\"reason\":\"m\\u00fc\\\"\\\\\""},
};

static void test_kind(void **state)
{
    const struct kind_row *row = *state;
    struct world world;
    struct sg_json *json;
    setup(&world);
    assert_int_equal(say(&world, row->in, "order 1: ", row->args), 0);
    char *out = ASK(&world, 0, "list", "--json");
    assert_int_equal(lines(out), 1);
    assert_int_equal(sg_json_parse(&json, sg_bytes_of(out), 4, NULL), SCRUBGATE_OK);
    assert_string_equal((const char *)sg_json_get(sg_json_root(json), "state")->text.data,
                        "in-force");
    if (strstr(out, row->json) == NULL)
        fail_msg("%s", out);
    assert_int_equal(notes(&world, "\"order\":1"), 1);
    sg_json_free(json);
    free(out);
    teardown(&world);
}

static void test_a_name_is_the_same_agent_however_it_is_typed(void **state)
{
    (void)state;
    struct world world;
    char digest[40];
    setup(&world);
    char *out = ASK(&world, 0, "block", "agent-7", "--for", "1d", "--because", "x");
    const char *at = strstr(out, "digest:");
    assert_non_null(at);
    (void)snprintf(digest, sizeof digest, "%.23s", at);
    free(out);
    assert_int_equal(SAY(&world, "", "order 1", "eligible", digest, "--brand", "b"), 1);
    assert_int_equal(SAY(&world, "agent-7\n", "order 1", "eligible", "-", "--brand", "b"), 1);
    assert_int_equal(SAY(&world, "", "1  block", "list", "--agent", digest), 0);
    assert_int_equal(SAY(&world, "", "no order in force", "list", "--agent", "agent-8"), 0);
    teardown(&world);
}

static void test_an_answer_for_programs(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    char *out = ASK(&world, 0, "eligible", "a", "--brand", "b", "--json");
    assert_string_equal(out, "{\"allowed\":true,\"until\":null,\"rules\":[]}\n");
    free(out);
    free(ASK(&world, 0, "block", "a", "--for", "1d", "--because", "x", "--json"));
    out = ASK(&world, 1, "eligible", "a", "--brand", "b", "--queue", "q", "--json");
    static const char begins[] = "{\"allowed\":false,\"until\":\"20";
    assert_memory_equal(out, begins, sizeof begins - 1);
    assert_non_null(strstr(out, "\"rules\":[{\"rule\":\"block\",\"mode\":\"enforce\",\"until\":"));
    assert_non_null(strstr(out, "\"order\":1}]}\n"));
    free(out);
    teardown(&world);
}

static void test_who_is_forgotten(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    free(ASK(&world, 0, "block", "a", "--for", "1d", "--because", SECRET));
    free(ASK(&world, 0, "flag", "a", "--for", "1d", "--because", "x"));
    free(ASK(&world, 0, "flag", "b", "--for", "1d", "--because", "y"));
    free(ASK(&world, 0, "lift", "2", "--because", "x"));
    assert_int_equal(SAY(&world, "", "but for 1 order in force: lift", "erase", "a"), 1);
    assert_int_equal(listed(&world), 2);
    assert_int_equal(notes(&world, "\"act\":\"erase\",\"done\":true,\"kept\":1"), 1);
    free(ASK(&world, 0, "lift", "1", "--because", "x"));
    assert_int_equal(SAY(&world, "", "forgotten", "erase", "a"), 0);
    assert_int_equal(listed(&world), 1);
    size_t len;
    char *file = sg_tempdir_read(&world.dir, "var/collusion/guard.db", &len);
    for (size_t i = 0; i + sizeof SECRET <= len; i++)
        assert_memory_not_equal(file + i, SECRET, sizeof SECRET - 1);
    free(file);
    teardown(&world);
}

static void test_a_terminal_gets_no_commands(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    free(ASK(&world, 0, "flag", "a", "--for", "1d", "--because",
             "x\xc2\x9b"
             "2Jy"));
    char *out = ASK(&world, 0, "list");
    assert_non_null(strstr(out, "because: x?2Jy"));
    free(out);
    teardown(&world);
}

/* --- when it is wrong --- */

static char long_name[1100], long_text[600];

static const struct bad {
    const char *name, *says;
    int code;
    const char *args[10];
} bads[] = {
    {"no command", "wants a command", 2, {NULL}},
    {"an unknown command", "there is no command ban", 2, {"ban", "a"}},
    {"nobody to block", "wants one agent", 2, {"block", "--for", "1d", "--because", "x"}},
    {"two to block", "wants one agent", 2, {"block", "a", "b", "--for", "1d", "--because", "x"}},
    {"one to link", "wants two agents", 2, {"link", "a", "--for", "1d", "--because", "x"}},
    {"one linked to himself",
     "only that, has another agent",
     2,
     {"link", "a", "a", "--for", "1d", "--because", "x"}},
    {"no end", "wants --for", 2, {"block", "a", "--because", "x"}},
    {"an end that is no time",
     "--for is a time",
     2,
     {"block", "a", "--for", "soon", "--because", "x"}},
    {"an end at once", "--for is a time", 2, {"block", "a", "--for", "0d", "--because", "x"}},
    {"an end after two years",
     "within 366 days",
     2,
     {"block", "a", "--for", "730d", "--because", "x"}},
    {"no reason", "wants --because", 2, {"block", "a", "--for", "1d"}},
    {"an empty reason", "the reason is missing", 2, {"block", "a", "--for", "1d", "--because", ""}},
    {"a reason of two lines",
     "no plain text",
     2,
     {"block", "a", "--for", "1d", "--because", "x\ny"}},
    {"a reason that is no text",
     "no plain text",
     2,
     {"block", "a", "--for", "1d", "--because", "\xff"}},
    {"a reason without an end",
     "too long",
     2,
     {"block", "a", "--for", "1d", "--because", long_text}},
    {"nobody who orders it",
     "who ordered it is missing",
     2,
     {"block", "a", "--for", "1d", "--because", "x", "--actor", ""}},
    {"an id without an end",
     "1 to 1024 bytes",
     2,
     {"block", long_name, "--for", "1d", "--because", "x"}},
    {"an empty id", "1 to 1024 bytes", 2, {"block", "", "--for", "1d", "--because", "x"}},
    {"a digest that is none",
     "16 hex digits",
     2,
     {"block", "digest:12", "--for", "1d", "--because", "x"}},
    {"the digest of nobody",
     "16 hex digits",
     2,
     {"block", "digest:0000000000000000", "--for", "1d", "--because", "x"}},
    {"a queue of no brand",
     "name that too",
     2,
     {"block", "a", "--queue", "q", "--for", "1d", "--because", "x"}},
    {"a waiver for no brand", "wants --brand", 2, {"waive", "a", "--for", "1d", "--because", "x"}},
    {"an attestation of nothing",
     "wants --clearance",
     2,
     {"attest", "a", "--for", "1d", "--because", "x"}},
    {"a clearance that is a brand",
     "unknown option --brand",
     2,
     {"attest", "a", "--brand", "b", "--for", "1d", "--because", "x"}},
    {"an order that is no number", "number of one order", 2, {"lift", "one", "--because", "x"}},
    {"an order of a number too great",
     "number of one order",
     2,
     {"lift", "18446744073709551615", "--because", "x"}},
    {"no order to lift", "there is no order 7", 1, {"lift", "7", "--because", "x"}},
    {"no order to object to", "there is no order 7", 1, {"appeal", "7", "--note", "x"}},
    {"a note of nothing", "wants --note", 2, {"appeal", "7"}},
    {"a note that is no text", "plain text", 2, {"appeal", "7", "--note", "\x1b[2J"}},
    {"a question about no brand", "wants --brand", 2, {"eligible", "a"}},
    {"an empty line for a name", "on standard input", 2, {"erase", "-"}},
    {"a config that is not there", "nowhere.yaml", 2, {"list", "-c", "nowhere.yaml"}},
    {"a folder of no gateway",
     "scrubgate keygen elsewhere/keys",
     1,
     {"list", "--state", "elsewhere"}},
};

static void test_bad(void **state)
{
    const struct bad *bad = *state;
    struct world world;
    setup(&world);
    assert_int_equal(say(&world, "", bad->says, bad->args), bad->code);
    if (bad->code == 2 && sg_tempdir_has(&world.dir, "var/audit"))
        assert_int_equal(notes(&world, ""), 0);
    assert_false(sg_tempdir_has(&world.dir, "elsewhere"));
    assert_int_equal(listed(&world), 0);
    teardown(&world);
}

static void test_what_cannot_be_told_is_not_done(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    /* The log's place is only guessed, and nothing is there. */
    assert_int_equal(SAY(&world, "", "so nothing was done", "block", "a", "--state", "var", "--for",
                         "1d", "--because", "x"),
                     1);
    assert_int_equal(listed(&world), 0);
    free(ASK(&world, 0, "block", "a", "--state", "var", "--for", "1d", "--because", "x"));
    assert_int_equal(listed(&world), 1);
    /* It is there, and cannot be put into. */
    sg_tempdir_mkdir(&world.dir, "other");
    struct sg_program_run run;
    sg_program_run(&run, world.dir.path, (const char *const[]){"keygen", "other/keys", NULL},
                   sg_bytes_of(""));
    sg_program_run_fini(&run);
    sg_tempdir_mkdir(&world.dir, "other/audit");
    sg_tempdir_write(&world.dir, "other/audit/acts", "", 0);
    assert_int_equal(SAY(&world, "", "so nothing was done", "block", "a", "--state", "other",
                         "--for", "1d", "--because", "x"),
                     1);
    assert_int_equal(SAY(&world, "", "no order in force", "list", "--state", "other"), 0);
    teardown(&world);
}

static void test_a_damaged_file_is_told_and_left(void **state)
{
    (void)state;
    static const char text[] = "this is no guard's file, and what it holds is somebody's";
    struct world world;
    setup(&world);
    sg_tempdir_mkdir(&world.dir, "var/collusion");
    sg_tempdir_write(&world.dir, "var/collusion/guard.db", text, sizeof text - 1);
    assert_int_equal(SAY(&world, "", "guard.db", "block", "a", "--for", "1d", "--because", "x"), 1);
    assert_int_equal(SAY(&world, "", "guard.db", "list"), 1);
    char *is = sg_tempdir_read(&world.dir, "var/collusion/guard.db", NULL);
    assert_string_equal(is, text);
    free(is);
    teardown(&world);
}

/* --- at the same time, and cut short --- */

static pid_t start(const struct world *world, const char *agent, int out)
{
    const char *const args[] = {"collusion", "guard",     "block", agent, "--for",
                                "1d",        "--because", SECRET,  NULL};
    const struct sg_program_start how = {.folder = world->dir.path, .args = args, .out = out};
    return sg_program_start(&how);
}

static void test_many_at_once(void **state)
{
    (void)state;
    enum { MANY = 8 };
    struct world world;
    pid_t pids[MANY];
    setup(&world);
    for (int i = 0; i < MANY; i++)
        pids[i] = start(&world, (const char[]){(char)('a' + i), '\0'}, 0);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(sg_program_wait(pids[i]), 0);
    assert_int_equal(listed(&world), MANY);
    assert_int_equal(notes(&world, "\"done\":true,\"order\":"), MANY);
    for (int i = 1; i <= MANY; i++) {
        char order[32];
        (void)snprintf(order, sizeof order, "\"order\":%d,", i);
        assert_int_equal(notes(&world, order), 1);
    }
    teardown(&world);
}

static void pass_us(long us)
{
    const struct timespec time = {0, us * 1000};
    (void)nanosleep(&time, NULL);
}

/* As SQLite does it: who is about to write has this byte. */
static int hold_file(const struct world *world)
{
    struct flock writer = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000001, .l_len = 1};
    char path[512];
    sg_tempdir_mkdir(&world->dir, "var/collusion");
    sg_tempdir_write(&world->dir, "var/collusion/guard.db", "", 0);
    sg_tempdir_path(&world->dir, "var/collusion/guard.db", path);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0 && fcntl(fd, F_SETLK, &writer) == 0);
    return fd;
}

/* However long it takes: the command waits for it, or comes when it is over. */
static void test_who_makes_the_file_is_waited_for(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    const int fd = hold_file(&world);
    const pid_t pid = start(&world, "agent-7", 0);
    pass_us(300000);
    (void)close(fd);
    assert_int_equal(sg_program_wait(pid), 0);
    assert_int_equal(listed(&world), 1);
    teardown(&world);
}

/* What it said until it was killed: that many microseconds after its start, or (0) with the first
 * byte that it said. */
static void kill_after(const struct world *world, long us, char said[256])
{
    int ends[2];
    ssize_t got;
    size_t len = 0;
    assert_int_equal(pipe(ends), 0);
    assert_true(fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
                fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0);
    const pid_t pid = start(world, "agent-7", ends[1]);
    (void)close(ends[1]);
    if (us > 0)
        pass_us(us);
    else if ((got = read(ends[0], said, 255)) > 0)
        len = (size_t)got;
    (void)kill(pid, SIGKILL);
    (void)sg_program_wait(pid);
    while ((got = read(ends[0], said + len, 255 - len)) > 0)
        len += (size_t)got;
    said[len] = '\0';
    (void)close(ends[0]);
}

/* Nobody waits for anything here: at whatever moment it dies, what was answered is there. */
static void test_what_was_answered_survives_a_kill(void **state)
{
    (void)state;
    struct world world;
    unsigned answered = 0, cut = 0;
    setup(&world);
    free(ASK(&world, 0, "flag", "b", "--for", "1d", "--because", "x"));
    for (long i = 0; i < 40; i++) {
        char said[256], order[40];
        uint64_t id = 0;
        kill_after(&world, i % 2 == 0 ? 0 : i * 700, said);
        if (sscanf(said, "order %" SCNu64 ": block", &id) != 1) {
            cut++;
            continue;
        }
        answered++;
        (void)snprintf(order, sizeof order, "{\"order\":%" PRIu64 ",\"kind\":\"block\"", id);
        char *out = ASK(&world, 0, "list", "--json");
        assert_non_null(strstr(out, order));
        free(out);
        (void)snprintf(order, sizeof order, "\"order\":%" PRIu64 ",", id);
        assert_int_equal(notes(&world, order), 1);
    }
    /* What was told in the log was done. */
    assert_true(notes(&world, "\"kind\":\"block\",\"done\":true,\"order\":") <= listed(&world) - 1);
    print_message("%u answered, %u cut short\n", answered, cut);
    teardown(&world);
}

int main(void)
{
    memset(long_name, 'a', sizeof long_name - 1);
    memset(long_text, 'a', sizeof long_text - 1);
    sg_suite_add("a block holds until it is lifted", test_a_block_holds_until_it_is_lifted, NULL);
    SG_SUITE_ROWS(test_kind, kinds);
    sg_suite_add("a name is the same agent however it is typed",
                 test_a_name_is_the_same_agent_however_it_is_typed, NULL);
    sg_suite_add("an answer for programs", test_an_answer_for_programs, NULL);
    sg_suite_add("who is forgotten is, but for orders in force", test_who_is_forgotten, NULL);
    sg_suite_add("a terminal gets no commands", test_a_terminal_gets_no_commands, NULL);
    SG_SUITE_ROWS(test_bad, bads);
    sg_suite_add("what cannot be told in the log is not done", test_what_cannot_be_told_is_not_done,
                 NULL);
    sg_suite_add("a damaged file is told of, and left as it is",
                 test_a_damaged_file_is_told_and_left, NULL);
    sg_suite_add("many at once", test_many_at_once, NULL);
    sg_suite_add("who makes the file is waited for", test_who_makes_the_file_is_waited_for, NULL);
    sg_suite_add("what was answered survives a kill", test_what_was_answered_survives_a_kill, NULL);
    return sg_suite_run("collusion_guard");
}
