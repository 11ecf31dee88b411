/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_kill.c - the process that writes an audit log is killed, a thousand times, anywhere: no
 * record that it had acknowledged is missing when the next one opens the log, which opens at once,
 * and in the end all is proven. KILLS and KILLS_SEED make it longer and other.
 *
 *     writer (forked): open ─> put, commit ─> "so many are durable" ─pipe─> test ─> SIGKILL
 */
#include <errno.h>
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
#include <unistd.h>
#include <cmocka.h>

#include "audit/checkpoint.h"

#include "../lib/dice.h"
#include "../lib/live_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { LIFE = 12, KNOWN_MOST = 64, ROUNDS_MOST = 60, SPIN_MOST = 200000 };

/* --- the writer --- */

/* What it says over the pipe; shorter than what a pipe writes in one piece. */
enum what { OPENED, DURABLE, TROUBLE };
struct word {
    enum what what;
    uint64_t records;
    char why[160];
};

static void say(int to, enum what what, const struct sg_live_log *live)
{
    struct word word;
    memset(&word, 0, sizeof word);
    word.what = what;
    word.records = live->records;
    if (what == TROUBLE)
        (void)snprintf(word.why, sizeof word.why, "%.80s: %.70s", live->fault.file,
                       live->fault.what);
    if (write(to, &word, sizeof word) != (ssize_t)sizeof word)
        _exit(1); /* nobody listens any more */
}

/* Goes on until it is killed, or stops well after many rounds. */
static void write_log(int to, const char *dir, uint64_t seed)
{
    struct sg_live_log live = {.dir = dir, .epoch_s = 5};
    struct sg_dice dice = {seed};
    if (sg_live_open(&live) < 0) {
        say(to, TROUBLE, &live);
        return;
    }
    say(to, OPENED, &live);
    for (unsigned i = 0; i < ROUNDS_MOST; i++) {
        enum scrubgate_status rc = sg_live_put(&live, 1 + (unsigned)sg_dice_below(&dice, 12),
                                               60 + sg_dice_below(&dice, 900));
        if (rc >= 0)
            say(to, DURABLE, &live);
        if (rc >= 0 && sg_dice_often(&dice, 500))
            rc = sg_live_tick(&live, (unsigned)sg_dice_below(&dice, 7), sg_dice_often(&dice, 800));
        if (rc < 0)
            say(to, TROUBLE, &live);
    }
    (void)!sg_log_finish(live.log, &live.fault);
    sg_live_close(&live);
}

/* --- the test --- */

struct world {
    struct sg_tempdir dir;
    struct sg_dice dice;
    uint64_t durable; /* acknowledged by any writer of this log */
    struct sg_verify_known known[KNOWN_MOST];
    size_t n_known;
    unsigned opened, early; /* writers killed behind and before their log was open */
};

/* False: it has ended. */
static bool hear(struct world *world, int from, unsigned *words)
{
    struct word word;
    ssize_t got;
    do {
        got = read(from, &word, sizeof word);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof word)
        return false;
    (*words)++;
    if (word.what == TROUBLE)
        fail_msg("%s", word.why);
    if (word.what == DURABLE) {
        /* Numbers go on where the last acknowledged one was, or behind it. */
        if (word.records <= world->durable)
            fail_msg("%" PRIu64 " records were acknowledged, now %" PRIu64 " are", world->durable,
                     word.records);
        world->durable = word.records;
    }
    return true;
}

static void spin(size_t turns)
{
    for (volatile size_t i = 0; i < turns; i++)
        continue;
}

static void kill_one(struct world *world)
{
    int ends[2], status;
    unsigned words = 0;
    const uint64_t seed = sg_dice_roll(&world->dice);
    const size_t patience = sg_dice_below(&world->dice, 8);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(ends[0]);
        write_log(ends[1], world->dir.path, seed);
        _exit(0);
    }
    (void)close(ends[1]);
    while (words < patience && hear(world, ends[0], &words))
        continue;
    spin(sg_dice_below(&world->dice, SPIN_MOST));
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    while (hear(world, ends[0], &words)) /* what it had said before it died counts */
        continue;
    (void)close(ends[0]);
    world->opened += words > 0;
    world->early += words == 0;
}

/* A checkpoint that is there to be seen is one that somebody may have kept. */
static void keep_checkpoint(struct world *world)
{
    struct sg_checkpoint checkpoint;
    struct sg_note_key key;
    size_t len;
    if (!sg_tempdir_has(&world->dir, "audit/checkpoint"))
        return;
    char *text = sg_tempdir_read(&world->dir, "audit/checkpoint", &len);
    sg_live_key(&key);
    assert_int_equal(
        sg_checkpoint_open(&checkpoint, NULL, (struct sg_bytes){(const uint8_t *)text, len}, &key),
        SCRUBGATE_OK);
    free(text);
    assert_true(world->n_known < KNOWN_MOST);
    world->known[world->n_known++] = (struct sg_verify_known){checkpoint.size, checkpoint.root};
}

static void check_log(struct world *world)
{
    struct sg_live_log live = {.dir = world->dir.path};
    struct sg_verify_report report;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_live_open(&live) < 0)
        fail_msg("%s: %s", live.fault.file, live.fault.what);
    assert_int_equal(sg_live_put(&live, 1, 80), SCRUBGATE_OK);
    assert_true(live.records > world->durable);
    assert_int_equal(sg_log_finish(live.log, &live.fault), SCRUBGATE_OK);
    sg_live_close(&live);
    assert_int_equal(sg_live_verify(world->dir.path, world->known, world->n_known, &report, &fault),
                     SCRUBGATE_OK);
    if (report.result.n_troubles > 0)
        fail_msg("%s at record %" PRIu64, sg_verify_word(report.result.trouble[0].what),
                 report.result.trouble[0].seq);
    assert_true(report.result.proven > world->durable);
}

static unsigned long number_of(const char *variable, unsigned long otherwise)
{
    const char *text = getenv(variable);
    return text == NULL ? otherwise : strtoul(text, NULL, 10);
}

static void test_kills(void **state)
{
    const unsigned long kills = number_of("KILLS", 1000);
    struct sg_dice dice = {number_of("KILLS_SEED", 1)};
    unsigned opened = 0, early = 0;
    uint64_t records = 0;
    (void)state;
    for (unsigned long n = 0; n < kills;) {
        struct world world = {.dice = {sg_dice_roll(&dice)}};
        sg_tempdir_make(&world.dir);
        for (unsigned life = 0; life < LIFE && n < kills; life++, n++) {
            kill_one(&world);
            keep_checkpoint(&world);
        }
        check_log(&world);
        sg_tempdir_remove(&world.dir);
        opened += world.opened;
        early += world.early;
        records += world.durable;
    }
    print_message("%lu killed, %u of them at their start; %" PRIu64 " records acknowledged\n",
                  kills, early, records);
    assert_true(opened > 0 && early > 0 && records > kills);
}

int main(void)
{
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 0), 0);
    sg_suite_add("whoever writes the log is killed, anywhere, again and again", test_kills, NULL);
    return sg_suite_run("audit/test_log_kill");
}
