/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_guard.c - who may serve whom, also after a crash, on a damaged disk and from two processes.
 *
 * A row is a short story, a line a step, and a question. Times are days: "5d".
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/diag.h"
#include "collusion/guard.h"

#include "../lib/dice.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

static const uint64_t day = 86400000;

#define SOMEBODY "18446744073709551615" /* SG_GUARD_SOMEBODY */

static const char usual[] = "conflicts:\n"
                            "  - {name: ships, brands: [a, b], cooloff: 90d}\n"
                            "  - {name: hotels, brands: [b, c], cooloff: 30d}\n"
                            "clearances:\n"
                            "  - {name: nda, brands: [d], queues: [vip]}\n"
                            "signals: {flagged: {mode: enforce}}\n";
static const char lenient[] = "conflicts:\n"
                              "  - {name: ships, brands: [a, b], cooloff: 90d}\n"
                              "clearances: [{name: nda, brands: [d], mode: shadow}]\n"
                              "signals: {cooloff: {mode: shadow}, flagged: {mode: advise}}\n";

static const struct row {
    const char *name, *policy, *story, *question, *want;
} rows[] = {
    {"a stranger may", usual, "", "1 a q 1d", "yes"},
    {"who served a competitor waits", usual, "served 1 a 10d\n", "1 b q 20d",
     "no until 100d; cooloff enforce 100d ships a"},
    {"the cool-off is over when it is", usual, "served 1 a 10d\n", "1 b q 100d", "yes"},
    {"the same brand goes on", usual, "served 1 a 10d\n", "1 a q 20d", "yes"},
    {"brands without a conflict do not wait", usual, "served 1 a 10d\n", "1 c q 20d", "yes"},
    {"another agent does not wait", usual, "served 1 a 10d\n", "2 b q 20d", "yes"},
    {"the last contact counts, not the first", usual, "served 1 a 10d\nserved 1 a 30d\n",
     "1 b q 110d", "no until 120d; cooloff enforce 120d ships a"},
    {"a clock that went back shortens nothing", usual, "served 1 a 30d\nserved 1 a 10d\n",
     "1 b q 110d", "no until 120d; cooloff enforce 120d ships a"},
    {"in two groups the longer wait counts", usual, "served 1 c 50d\nserved 1 a 1d\n", "1 b q 60d",
     "no until 91d; cooloff enforce 91d ships a"},
    {"in two groups each wait has its length", usual, "served 1 c 50d\n", "1 b q 60d",
     "no until 80d; cooloff enforce 80d hotels c"},
    {"a waiver ends the wait for its brand", usual,
     "served 1 a 10d\nserved 1 c 10d\nwaive 1 b - 15d 40d\n", "1 b q 20d", "yes"},
    {"a waiver is for its brand alone", usual, "served 1 b 10d\nwaive 1 a - 15d 40d\n", "1 c q 20d",
     "no until 40d; cooloff enforce 40d hotels b"},
    {"a waiver ends", usual, "served 1 a 10d\nwaive 1 b - 15d 40d\n", "1 b q 40d",
     "no until 100d; cooloff enforce 100d ships a"},
    {"a block denies", usual, "block 1 - - 1d 9d\n", "1 x q 2d",
     "no until 9d; block enforce 9d #1"},
    {"a block ends", usual, "block 1 - - 1d 9d\n", "1 x q 9d", "yes"},
    {"a lifted block denies nothing", usual, "block 1 - - 1d 9d\nlift 1 3d\n", "1 x q 4d", "yes"},
    {"a block of a brand leaves the others", usual, "block 1 x - 1d 9d\n", "1 y q 2d", "yes"},
    {"a block of a queue leaves the others", usual, "block 1 x vip 1d 9d\n", "1 x q 2d", "yes"},
    {"a block of a queue denies there", usual, "block 1 x q 1d 9d\n", "1 x q 2d",
     "no until 9d; block enforce 9d #1"},
    {"of two blocks the one that lasts longer is named", usual,
     "block 1 - - 1d 9d\nblock 1 - - 1d 12d\n", "1 x q 2d", "no until 12d; block enforce 12d #2"},
    {"a flag denies where the policy enforces flags", usual, "flag 1 - - 1d 9d\n", "1 x q 2d",
     "no until 9d; flagged enforce 9d #1"},
    {"a flag is told where the policy does not", lenient, "flag 1 - - 1d 9d\n", "1 x q 2d",
     "yes; flagged advise 9d #1"},
    {"a cool-off in shadow is counted only", lenient, "served 1 a 10d\n", "1 b q 20d",
     "yes; cooloff shadow 100d ships a"},
    {"a block denies whatever the modes are", lenient, "block 1 - - 1d 9d\n", "1 x q 2d",
     "no until 9d; block enforce 9d #1"},
    {"without the attestation no such queue", usual, "", "1 d vip 2d",
     "no until -; clearance enforce - nda"},
    {"with it, yes", usual, "attest 1 nda 1d 900d\n", "1 d vip 800d", "yes"},
    {"an attestation ends", usual, "attest 1 nda 1d 900d\n", "1 d vip 900d",
     "no until -; clearance enforce - nda"},
    {"another attestation is none", usual, "attest 1 dna 1d 900d\n", "1 d vip 2d",
     "no until -; clearance enforce - nda"},
    {"the brand's other queues need none", usual, "", "1 d q 2d", "yes"},
    {"all that holds is told", usual, "served 1 a 10d\nblock 1 - - 1d 300d\nflag 1 b - 1d 20d\n",
     "1 b q 15d",
     "no until 300d; block enforce 300d #1; cooloff enforce 100d ships a; flagged enforce 20d #2"},
    {"a person with two accounts waits on both", usual, "served 1 a 10d\nlink 1 2 11d 99d\n",
     "2 b q 20d", "no until 100d; cooloff enforce 100d ships a"},
    {"a person with three accounts too", usual,
     "served 1 a 10d\nlink 3 2 11d 99d\nlink 2 1 11d 99d\n", "3 b q 20d",
     "no until 100d; cooloff enforce 100d ships a"},
    {"accounts in a ring are walked once", usual,
     "block 1 - - 1d 300d\nlink 1 2 1d 99d\nlink 2 3 1d 99d\nlink 3 1 1d 99d\n", "3 b q 20d",
     "no until 300d; block enforce 300d #1"},
    {"a link ends", usual, "served 1 a 10d\nlink 1 2 11d 15d\n", "2 b q 20d", "yes"},
    {"a lifted link links nothing", usual, "served 1 a 10d\nlink 1 2 11d 99d\nlift 1 12d\n",
     "2 b q 20d", "yes"},
    {"an attestation is the person's", usual, "attest 1 nda 1d 900d\nlink 1 2 1d 99d\n",
     "2 d vip 20d", "yes"},
    {"who is not named is not judged", usual, "", "0 d vip 2d", "yes"},
    {"all bits of an id count", usual, "served 18446744073709551614 a 10d\n",
     "18446744073709551614 b q 20d", "no until 100d; cooloff enforce 100d ships a"},
    {"who cannot be told may have served a competitor", usual, "", SOMEBODY " b q 20d",
     "no until -; unknown enforce -"},
    {"or be blocked there", usual, "block 1 x - 1d 9d\n", SOMEBODY " x q 3d",
     "no until -; unknown enforce -"},
    {"nobody is blocked elsewhere", usual, "block 1 x - 1d 9d\n", SOMEBODY " y q 3d", "yes"},
    {"nor any more", usual, "block 1 x - 1d 9d\n", SOMEBODY " x q 10d", "yes"},
    {"erased is forgotten", usual, "served 1 a 10d\nserved 2 a 10d\nerase 1 11d 0\n", "1 b q 20d",
     "yes"},
    {"erasing one leaves the others", usual, "served 1 a 10d\nserved 2 a 10d\nerase 1 11d 0\n",
     "2 b q 20d", "no until 100d; cooloff enforce 100d ships a"},
    {"a block in force outlives erasure", usual, "block 1 - - 1d 9d\nerase 1 2d 1\n", "1 x q 3d",
     "no until 9d; block enforce 9d #1"},
    {"what is in force is not pruned", usual,
     "served 1 a 200d\nblock 1 - - 1d 366d\nprune 379d 0\n", "1 b q 289d",
     "no until 366d; block enforce 366d #1; cooloff enforce 290d ships a"},
    {"contacts are pruned after 180 days", usual,
     "served 1 a 200d\nserved 2 a 201d\nprune 381d 1\n", "2 b q 290d",
     "no until 291d; cooloff enforce 291d ships a"},
    {"orders are pruned 180 days after their end", usual,
     "block 1 - - 1d 9d\nblock 2 - - 1d 300d\nlift 2 3d\nprune 190d 2\n", "1 x q 3d", "yes"},
};

/* --- telling a story ----------------------------------------------------------------------------
 */

static struct sg_tempdir dir;
static char path[512];
static struct sg_collusion_policy *policy;
static struct sg_collusion_guard *guard;

static void read_policy(const char *text)
{
    assert_int_equal(sg_collusion_policy_read(&policy, "p.yaml", sg_bytes_of(text), NULL),
                     SCRUBGATE_OK);
}

static void open_guard(void)
{
    struct scrubgate_fault fault;
    if (sg_collusion_guard_open(&guard, path, policy, &fault) < 0)
        fail_msg("%s: %s", fault.file, fault.what);
}

static void begin(const char *text)
{
    sg_tempdir_make(&dir);
    sg_tempdir_path(&dir, "guard.db", path);
    read_policy(text);
    open_guard();
}

static void end(void)
{
    sg_collusion_guard_close(guard);
    sg_collusion_policy_free(policy);
    sg_tempdir_remove(&dir);
}

static struct sg_bytes scope(const char *word)
{
    return strcmp(word, "-") == 0 ? (struct sg_bytes){NULL, 0} : sg_bytes_of(word);
}

static void add_order(const char *verb, char word[5][32])
{
    struct sg_collusion_order order = {
        .kind = sg_order_of_word(sg_bytes_of(verb)),
        .agent = strtoull(word[0], NULL, 10),
        .actor = SG_BYTES("kim"),
        .reason = SG_BYTES("case 7"),
    };
    int at = 1;
    if (order.kind == SG_ORDER_ATTEST) {
        order.clearance = sg_bytes_of(word[at++]);
    } else if (order.kind == SG_ORDER_LINK) {
        order.other = strtoull(word[at++], NULL, 10);
    } else {
        order.brand = scope(word[at++]);
        order.queue = scope(word[at++]);
    }
    order.created_ms = strtoull(word[at++], NULL, 10) * day;
    order.expires_ms = strtoull(word[at], NULL, 10) * day;
    uint64_t id;
    struct scrubgate_fault fault;
    if (sg_collusion_guard_add(guard, &order, &id, &fault) < 0)
        fail_msg("%s: %s", verb, fault.what);
}

static void take_step(const char *line)
{
    char verb[16], word[5][32] = {{0}};
    uint64_t n;
    assert_true(sscanf(line, "%15s %31s %31s %31s %31s %31s", verb, word[0], word[1], word[2],
                       word[3], word[4]) >= 3);
    const uint64_t id = strtoull(word[0], NULL, 10), one = strtoull(word[1], NULL, 10) * day;
    if (strcmp(verb, "served") == 0) {
        assert_int_equal(sg_collusion_guard_contact(guard, id, sg_bytes_of(word[1]),
                                                    strtoull(word[2], NULL, 10) * day),
                         SCRUBGATE_OK);
    } else if (strcmp(verb, "lift") == 0) {
        assert_int_equal(
            sg_collusion_guard_lift(guard, id, SG_BYTES("lee"), SG_BYTES("appeal 3"), one, NULL),
            SCRUBGATE_OK);
    } else if (strcmp(verb, "erase") == 0) {
        assert_int_equal(sg_collusion_guard_erase(guard, id, one, &n, NULL), SCRUBGATE_OK);
        assert_int_equal(n, strtoull(word[2], NULL, 10));
    } else if (strcmp(verb, "prune") == 0) {
        assert_int_equal(sg_collusion_guard_prune(guard, id * day, &n, NULL), SCRUBGATE_OK);
        assert_int_equal(n, strtoull(word[1], NULL, 10));
    } else {
        add_order(verb, word);
    }
}

static void tell_story(const char *story)
{
    struct sg_bytes rest = sg_bytes_of(story), line;
    char text[128];
    while (sg_bytes_take_line(&rest, &line)) {
        assert_true(sg_bytes_to_text(line, text, sizeof text));
        take_step(text);
    }
}

static void add_days(struct sg_buf *out, uint64_t ms)
{
    const enum scrubgate_status rc =
        ms == SG_GUARD_NO_END ? sg_buf_add_text(out, " -")
                              : sg_buf_addf(out, " %llud", (unsigned long long)(ms / day));
    assert_int_equal(rc, SCRUBGATE_OK);
}

/* "no until 9d; block enforce 9d #1", of "agent brand queue 5d". */
static void ask(const char *question, char answer[256])
{
    char agent[32], brand[32], queue[32], when[32];
    struct sg_eligibility said;
    struct sg_buf out = {0};
    assert_int_equal(sscanf(question, "%31s %31s %31s %31s", agent, brand, queue, when), 4);
    sg_collusion_guard_ask(guard, policy, strtoull(agent, NULL, 10), sg_bytes_of(brand),
                           sg_bytes_of(queue), strtoull(when, NULL, 10) * day, &said);
    assert_int_equal(sg_buf_add_text(&out, said.allowed ? "yes" : "no until"), SCRUBGATE_OK);
    if (!said.allowed)
        add_days(&out, said.until_ms);
    for (size_t i = 0; i < said.n; i++) {
        const struct sg_ruling *r = &said.ruling[i];
        assert_int_equal(
            sg_buf_addf(&out, "; %s %s", sg_guard_rule_word(r->rule), sg_signal_mode_word(r->mode)),
            SCRUBGATE_OK);
        add_days(&out, r->until_ms);
        if (r->order != 0)
            assert_int_equal(sg_buf_addf(&out, " #%llu", (unsigned long long)r->order),
                             SCRUBGATE_OK);
        if (r->name != NULL)
            assert_int_equal(sg_buf_addf(&out, " %s", r->name), SCRUBGATE_OK);
        if (r->brand != NULL)
            assert_int_equal(sg_buf_addf(&out, " %s", r->brand), SCRUBGATE_OK);
    }
    assert_true(sg_bytes_to_text(sg_buf_bytes(&out), answer, 256));
    sg_buf_fini(&out);
}

static void expect(const char *question, const char *want)
{
    char answer[256];
    ask(question, answer);
    assert_string_equal(answer, want);
}

/* Once from memory, and once from the disk. */
static void test_row(void **state)
{
    const struct row *row = *state;
    begin(row->policy);
    tell_story(row->story);
    expect(row->question, row->want);
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_OK);
    sg_collusion_guard_close(guard);
    open_guard();
    expect(row->question, row->want);
    end();
}

/* --- orders that are not taken ------------------------------------------------------------------
 */

static const char name129[] =
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

#define TEXT(literal)                                                                              \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }
#define KIM   TEXT("kim")
#define CASE7 TEXT("case 7")
/* By kim, for case 7. */
static struct sg_collusion_order make_block(uint64_t agent, uint64_t until_ms)
{
    return (struct sg_collusion_order){.kind = SG_ORDER_BLOCK,
                                       .agent = agent,
                                       .actor = KIM,
                                       .reason = CASE7,
                                       .created_ms = 1000,
                                       .expires_ms = until_ms};
}

static const struct bad_order {
    const char *name;
    struct sg_collusion_order order;
    const char *want;
} bad_orders[] = {
    {"nothing is ordered by nobody",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .actor = TEXT(""),
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 2000},
     "who ordered it is missing, too long or no plain text"},
    {"nothing is ordered without a reason",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .actor = KIM,
      .reason = TEXT(""),
      .created_ms = 1000,
      .expires_ms = 2000},
     "the reason is missing, too long or no plain text"},
    {"a reason is one line",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .actor = KIM,
      .reason = TEXT("a\nb"),
      .created_ms = 1000,
      .expires_ms = 2000},
     "the reason is missing, too long or no plain text"},
    {"a reason is UTF-8",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .actor = KIM,
      .reason = TEXT("a\xff"),
      .created_ms = 1000,
      .expires_ms = 2000},
     "the reason is missing, too long or no plain text"},
    {"a reason holds no NUL",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .actor = KIM,
      .reason = TEXT("a\0b"),
      .created_ms = 1000,
      .expires_ms = 2000},
     "the reason is missing, too long or no plain text"},
    {"a name has its longest",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .brand = TEXT(name129),
      .actor = KIM,
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 2000},
     "a name is too long or no plain text"},
    {"an order is about somebody",
     {.kind = SG_ORDER_BLOCK,
      .agent = 0,
      .actor = KIM,
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 2000},
     "no agent"},
    {"an order ends",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .actor = KIM,
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 1000},
     "it must end after it begins"},
    {"an order is renewed within a year",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .actor = KIM,
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 1001 + SG_ORDER_LONGEST_MS},
     "it ends within 366 days: renew it then, if it still has a reason"},
    {"a time is one",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .actor = KIM,
      .reason = CASE7,
      .created_ms = UINT64_MAX - 1,
      .expires_ms = UINT64_MAX},
     "it must end after it begins"},
    {"a queue is one of a brand",
     {.kind = SG_ORDER_BLOCK,
      .agent = 1,
      .queue = TEXT("q"),
      .actor = KIM,
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 2000},
     "a queue is one of a brand: name that too"},
    {"an attestation has a name",
     {.kind = SG_ORDER_ATTEST,
      .agent = 1,
      .actor = KIM,
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 2000},
     "an attestation, and only that, has the name of a clearance"},
    {"nobody is linked to himself",
     {.kind = SG_ORDER_LINK,
      .agent = 1,
      .other = 1,
      .actor = KIM,
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 2000},
     "a link, and only that, has another agent"},
    {"a waiver has a brand",
     {.kind = SG_ORDER_WAIVE,
      .agent = 1,
      .actor = KIM,
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 2000},
     "a waiver is for one brand and all its queues"},
    {"there is no sixth kind",
     {.kind = SG_ORDER_KINDS,
      .agent = 1,
      .actor = KIM,
      .reason = CASE7,
      .created_ms = 1000,
      .expires_ms = 2000},
     "no such kind of order"},
};

static void test_bad_order(void **state)
{
    const struct bad_order *row = *state;
    struct scrubgate_fault fault;
    uint64_t id = 0;
    begin(usual);
    assert_int_equal(sg_collusion_guard_add(guard, &row->order, &id, &fault), SCRUBGATE_EINVAL);
    assert_string_equal(fault.what, row->want);
    assert_int_equal(id, 0);
    expect("1 x q 0d", "yes");
    end();
}

/* --- what is kept of an order -------------------------------------------------------------------
 */

static enum scrubgate_status print_order(void *ctx, const struct sg_collusion_order *o)
{
    return sg_buf_addf(ctx, "%llu %s %.*s %.*s %.*s %llu %llu %llu %.*s %.*s\n",
                       (unsigned long long)o->id, sg_order_word(o->kind), (int)o->actor.len,
                       o->actor.data, (int)o->reason.len, o->reason.data, (int)o->appeal.len,
                       o->appeal.data, (unsigned long long)(o->created_ms / day),
                       (unsigned long long)(o->expires_ms / day),
                       (unsigned long long)(o->lifted_ms / day), (int)o->lifted_by.len,
                       o->lifted_by.data, (int)o->lifted_why.len, o->lifted_why.data);
}

static void test_list(void **state)
{
    (void)state;
    struct sg_buf out = {0};
    begin(usual);
    tell_story("block 1 a q 1d 9d\nlift 1 3d\nflag 2 - - 2d 8d\n");
    assert_int_equal(sg_collusion_guard_appeal(guard, 2, SG_BYTES("was on leave"), NULL),
                     SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_appeal(guard, 3, SG_BYTES("x"), NULL), SCRUBGATE_DONE);
    assert_int_equal(
        sg_collusion_guard_lift(guard, 1, SG_BYTES("lee"), SG_BYTES("again"), 4 * day, NULL),
        SCRUBGATE_DONE);
    assert_int_equal(sg_collusion_guard_lift(guard, 2, SG_BYTES("lee"), SG_BYTES(""), 4, NULL),
                     SCRUBGATE_EINVAL);
    assert_int_equal(sg_collusion_guard_list(guard, print_order, &out, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_buf_add_byte(&out, 0), SCRUBGATE_OK);
    assert_string_equal((const char *)out.data, "1 block kim case 7  1 9 3 lee appeal 3\n"
                                                "2 flag kim case 7 was on leave 2 8 0  \n");
    sg_buf_fini(&out);
    end();
}

/* --- crashes ------------------------------------------------------------------------------------
 */

enum { ROUNDS = 12, STEPS = 40 };

/* Serves, blocks and lifts, numbered, and says each number once it is durable. */
static void work(int out, uint64_t number)
{
    sg_collusion_guard_close(guard);
    open_guard();
    for (;; number++) {
        enum scrubgate_status rc;
        uint64_t id;
        const struct sg_collusion_order block = make_block(number, 100 * day);
        if (number % 3 == 0) {
            rc = sg_collusion_guard_add(guard, &block, &id, NULL);
        } else if (number % 3 == 1) {
            rc = sg_collusion_guard_add(guard, &block, &id, NULL);
            if (rc >= 0)
                rc = sg_collusion_guard_lift(guard, id, SG_BYTES("lee"), SG_BYTES("error"), day,
                                             NULL);
        } else {
            rc = sg_collusion_guard_contact(guard, number, SG_BYTES("a"), 10 * day);
            if (rc >= 0)
                rc = sg_collusion_guard_flush(guard, NULL);
        }
        if (rc != SCRUBGATE_OK || write(out, &number, sizeof number) != (ssize_t)sizeof number)
            _exit(1);
    }
}

/* Kills it in the middle of what follows after some steps; the last number that was said. */
static uint64_t kill_in_the_middle(struct sg_dice *dice, uint64_t first)
{
    int ends[2];
    uint64_t said = first - 1, number;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        work(ends[1], first);
    }
    (void)close(ends[1]);
    for (size_t left = 1 + sg_dice_below(dice, STEPS); left > 0; left--) {
        assert_int_equal(read(ends[0], &number, sizeof number), sizeof number);
        said = number;
    }
    for (size_t spin = sg_dice_below(dice, 3000); spin > 0; spin--)
        (void)getppid();
    assert_int_equal(kill(child, SIGKILL), 0);
    while (read(ends[0], &number, sizeof number) == (ssize_t)sizeof number)
        said = number;
    (void)close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return said;
}

/* The steps that were said, all rounds', are there. */
static void expect_steps(uint64_t first, uint64_t last)
{
    struct sg_eligibility answer;
    for (uint64_t i = first; i <= last; i++) {
        sg_collusion_guard_ask(guard, policy, i, SG_BYTES("b"), SG_BYTES("q"), 20 * day, &answer);
        if (answer.allowed != (i % 3 == 1))
            fail_msg("step %llu is lost", (unsigned long long)i);
    }
}

static void test_kill(void **state)
{
    (void)state;
    struct sg_dice dice = {20261122};
    uint64_t first[ROUNDS], last[ROUNDS], next = 3;
    begin(usual);
    for (int round = 0; round < ROUNDS; round++) {
        first[round] = next;
        last[round] = kill_in_the_middle(&dice, next);
        next = last[round] + 2; /* the step in the middle may be there or not */
        sg_collusion_guard_close(guard);
        open_guard();
        for (int i = 0; i <= round; i++)
            expect_steps(first[i], last[i]);
    }
    end();
}

/* --- damage -------------------------------------------------------------------------------------
 */

static const char *const questions[] = {"1 b q 20d", "2 x q 20d", "3 d vip 20d", "4 b q 20d",
                                        "5 b q 20d"};
enum { QUESTIONS = sizeof questions / sizeof questions[0], CROWD = 200 };

/* Either told, or without harm: no answer differs. */
static void open_damaged(char right[QUESTIONS][256], size_t *told)
{
    struct scrubgate_fault fault = {.what = ""};
    char answer[256];
    const enum scrubgate_status rc = sg_collusion_guard_open(&guard, path, policy, &fault);
    *told += rc < 0;
    if (rc < 0) {
        assert_null(guard);
        assert_string_not_equal(fault.what, "");
        expect("1 x q 20d", "no until -; unknown enforce -");
    }
    for (int i = 0; i < QUESTIONS && rc >= 0; i++) {
        ask(questions[i], answer);
        assert_string_equal(answer, right[i]);
    }
    for (uint64_t i = CROWD; i < 2 * CROWD && rc >= 0; i++) {
        struct sg_eligibility said;
        sg_collusion_guard_ask(guard, policy, i, SG_BYTES("b"), SG_BYTES("q"), i * day, &said);
        assert_int_equal(said.until_ms, (i + 90) * day);
    }
    sg_collusion_guard_close(guard);
    guard = NULL;
}

static void test_damage(void **state)
{
    (void)state;
    struct sg_dice dice = {7};
    char right[QUESTIONS][256];
    size_t len, told = 0;
    begin(usual);
    tell_story("served 1 a 10d\nblock 2 - - 1d 300d\nattest 3 nda 1d 99d\nlink 4 1 1d 99d\n"
               "served 5 c 11d\n");
    for (uint64_t i = CROWD; i < 2 * CROWD; i++)
        assert_int_equal(sg_collusion_guard_contact(guard, i, SG_BYTES("a"), i * day),
                         SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_OK);
    for (int i = 0; i < QUESTIONS; i++)
        ask(questions[i], right[i]);
    sg_collusion_guard_close(guard);
    char *whole = sg_tempdir_read(&dir, "guard.db", &len);
    for (int i = 0; i < 400; i++) {
        const size_t at = sg_dice_below(&dice, len);
        const char was = whole[at];
        whole[at] = (char)(was ^ (1 << sg_dice_below(&dice, 8)));
        sg_tempdir_write(&dir, "guard.db", whole, len);
        open_damaged(right, &told);
        whole[at] = was;
    }
    assert_true(told > 50);
    sg_tempdir_write(&dir, "guard.db", whole, len / 2);
    told = 0;
    open_damaged(right, &told);
    sg_tempdir_write(&dir, "guard.db", "not a database, but long enough to be looked at", 47);
    open_damaged(right, &told);
    assert_int_equal(told, 2);
    free(whole);
    end();
}

/* A file that is not ours, or not ours yet. */
static void test_later_version(void **state)
{
    (void)state;
    struct scrubgate_fault fault;
    size_t len;
    begin(usual);
    sg_collusion_guard_close(guard);
    char *whole = sg_tempdir_read(&dir, "guard.db", &len);
    whole[63] = 9; /* user_version, big-endian at 60 */
    sg_tempdir_write(&dir, "guard.db", whole, len);
    assert_int_equal(sg_collusion_guard_open(&guard, path, policy, &fault), SCRUBGATE_EMALFORMED);
    assert_string_equal(fault.what,
                        "version 9, and 1 is the latest known here: a newer scrubgate wrote it");
    whole[63] = 1;
    whole[71] ^= 1; /* application_id, at 68 */
    sg_tempdir_write(&dir, "guard.db", whole, len);
    assert_int_equal(sg_collusion_guard_open(&guard, path, policy, &fault), SCRUBGATE_EMALFORMED);
    assert_string_equal(fault.what, "this is no guard's file: it is left as it is");
    free(whole);
    end();
}

/* Whether an order to block is in the file cannot be known, and that needs no policy. */
static void test_unknown(void **state)
{
    (void)state;
    begin(lenient);
    sg_collusion_guard_close(guard);
    guard = NULL;
    expect("1 a q 2d", "no until -; unknown enforce -");
    expect("0 a q 2d", "yes");
    end();
}

/* Of another process, the lock that SQLite's writers take: byte 120 of the file beside. */
static pid_t hold_lock(void)
{
    int ends[2];
    char name[520], byte = 0;
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 120, .l_len = 1};
        (void)snprintf(name, sizeof name, "%s-shm", path);
        const int fd = open(name, O_RDWR);
        if (fd < 0 || fcntl(fd, F_SETLK, &lock) != 0 || write(ends[1], &byte, 1) != 1)
            _exit(1);
        for (;;)
            (void)pause();
    }
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    (void)close(ends[0]);
    return child;
}

static void test_opened_while_written(void **state)
{
    (void)state;
    int status;
    struct sg_collusion_guard *other;
    struct scrubgate_fault fault;
    begin(usual);
    tell_story("served 1 a 10d\n");
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_OK);
    const pid_t writer = hold_lock();
    const enum scrubgate_status rc = sg_collusion_guard_open(&other, path, policy, &fault);
    assert_int_equal(kill(writer, SIGKILL), 0);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    if (rc < 0)
        fail_msg("%s", fault.what);
    sg_collusion_guard_close(other);
    end();
}

/* Orders to a file that nobody will open again are no orders. */
static void test_moved(void **state)
{
    (void)state;
    const struct sg_collusion_order block = make_block(2, 9 * day);
    struct scrubgate_fault fault;
    struct sg_guard_batch *batch;
    uint64_t id;
    char aside[520];
    begin(usual);
    (void)snprintf(aside, sizeof aside, "%s.old", path);
    assert_true(sg_collusion_guard_is_new(guard));
    tell_story("served 1 a 10d\n");
    assert_int_equal(rename(path, aside), 0);
    assert_int_equal(sg_collusion_guard_add(guard, &block, &id, &fault), SCRUBGATE_EIO);
    assert_string_equal(fault.what, "another file is in its place, or none");
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_EIO);
    assert_int_equal(sg_collusion_guard_refresh(guard, NULL), SCRUBGATE_EIO);
    assert_int_equal(sg_guard_batch_collect(guard, &batch), SCRUBGATE_OK);
    sg_collusion_guard_close(guard);
    open_guard();
    assert_true(sg_collusion_guard_is_new(guard));
    sg_guard_batch_settle(guard, batch, false); /* what was not written goes to the new one */
    assert_int_equal(sg_collusion_guard_add(guard, &block, &id, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_OK);
    sg_collusion_guard_close(guard);
    open_guard();
    assert_false(sg_collusion_guard_is_new(guard));
    assert_int_equal(sg_collusion_guard_orders(guard), 1);
    expect("1 b q 20d", "no until 100d; cooloff enforce 100d ships a");
    expect("2 x q 5d", "no until 9d; block enforce 9d #1");
    end();
}

/* A crash would forget what is not on the disk: so it is not relied on for long. */
static void test_doubted(void **state)
{
    (void)state;
    begin(usual);
    sg_collusion_guard_doubt(guard, true);
    expect("1 a q 2d", "no until -; unknown enforce -");
    expect("1 x q 2d", "yes"); /* of no group: nothing is remembered of it */
    tell_story("waive 1 a - 1d 9d\n");
    expect("1 a q 2d", "yes");
    sg_collusion_guard_doubt(guard, false);
    expect("2 a q 2d", "yes");
    end();
    begin(lenient);
    sg_collusion_guard_doubt(guard, true);
    expect("1 a q 2d", "yes; unknown shadow -");
    end();
}

/* --- the rest -----------------------------------------------------------------------------------
 */

static void test_two_processes(void **state)
{
    (void)state;
    struct sg_collusion_guard *other;
    uint64_t id;
    const struct sg_collusion_order block = make_block(2, 9 * day);
    begin(usual);
    assert_int_equal(sg_collusion_guard_open(&other, path, policy, NULL), SCRUBGATE_OK);
    tell_story("served 1 a 10d\n");
    assert_int_equal(sg_collusion_guard_add(other, &block, &id, NULL), SCRUBGATE_OK);
    expect("2 x q 5d", "yes");
    assert_int_equal(sg_collusion_guard_refresh(guard, NULL), SCRUBGATE_OK);
    expect("2 x q 5d", "no until 9d; block enforce 9d #1");
    expect("1 b q 20d", "no until 100d; cooloff enforce 100d ships a");
    assert_int_equal(
        sg_collusion_guard_lift(other, id, SG_BYTES("lee"), SG_BYTES("error"), day, NULL),
        SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_refresh(guard, NULL), SCRUBGATE_OK);
    expect("2 x q 5d", "yes");
    sg_collusion_guard_close(other);
    end();
}

/* While the file is read beside the askers agents serve: what came then is in the new tables, and
 * still goes to the disk. A brand that is in no group any more is forgotten. */
static void test_view(void **state)
{
    (void)state;
    struct sg_guard_view *view;
    struct sg_collusion_policy *old;
    begin(usual);
    tell_story("served 1 a 10d\n");
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_guard_view_read(guard, NULL, &view, NULL), SCRUBGATE_OK);
    assert_null(view); /* nothing new */
    assert_int_equal(sg_guard_view_take(guard, view), SCRUBGATE_OK);
    old = policy;
    read_policy(usual);
    assert_int_equal(sg_guard_view_read(guard, policy, &view, NULL), SCRUBGATE_OK);
    assert_non_null(view);
    tell_story("served 2 a 10d\n");
    assert_int_equal(sg_guard_view_take(guard, view), SCRUBGATE_OK);
    sg_collusion_policy_free(old);
    expect("1 b q 20d", "no until 100d; cooloff enforce 100d ships a");
    expect("2 b q 20d", "no until 100d; cooloff enforce 100d ships a");
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_OK);
    sg_collusion_guard_close(guard);
    open_guard();
    expect("2 b q 20d", "no until 100d; cooloff enforce 100d ships a");
    old = policy;
    read_policy("");
    tell_story("served 3 a 10d\n");
    assert_int_equal(sg_guard_view_read(guard, policy, &view, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_guard_view_take(guard, view), SCRUBGATE_OK);
    sg_collusion_policy_free(old);
    expect("3 b q 20d", "yes");
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_OK);
    end();
}

/* Made-up agents fill it: who is in it goes on, who is not is denied, nobody is forgotten. */
static void test_flood(void **state)
{
    (void)state;
    begin(usual);
    tell_story("served 1 a 10d\n");
    for (uint64_t i = 2; i <= SG_GUARD_AGENTS; i++)
        assert_int_equal(sg_collusion_guard_contact(guard, i << 40, SG_BYTES("a"), day),
                         SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_contact(guard, 7, SG_BYTES("a"), day), SCRUBGATE_ELIMIT);
    expect("7 a q 20d", "no until -; unknown enforce -");
    expect("7 x q 20d", "yes");
    expect("1 a q 20d", "yes");
    expect("1 b q 20d", "no until 100d; cooloff enforce 100d ships a");
    end();
}

/* Also when the file has more than there is room for: orders have theirs, and can be lifted. */
static void test_full_file(void **state)
{
    (void)state;
    struct sg_collusion_guard *other;
    begin(usual);
    assert_int_equal(sg_collusion_guard_open(&other, path, policy, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_contact(other, 7, SG_BYTES("a"), 20 * day), SCRUBGATE_OK);
    for (uint64_t i = 1; i <= SG_GUARD_AGENTS; i++)
        assert_int_equal(sg_collusion_guard_contact(guard, i << 40, SG_BYTES("a"), day),
                         SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_flush(other, NULL), SCRUBGATE_OK);
    sg_collusion_guard_close(other);
    tell_story("block 8 - - 1d 90d\nlink 7 9 1d 90d\n");
    expect("8 x q 20d", "no until 90d; block enforce 90d #1");
    sg_collusion_guard_close(guard);
    open_guard();
    expect("8 x q 20d", "no until 90d; block enforce 90d #1");
    expect("7 b q 20d", "no until -; unknown enforce -");
    expect("9 b q 20d", "no until -; unknown enforce -");
    expect("9 x q 20d", "yes");
    expect("1099511627776 a q 20d", "yes");
    expect("1099511627776 b q 20d", "no until 91d; cooloff enforce 91d ships a");
    tell_story("lift 1 21d\n");
    expect("8 x q 22d", "yes");
    end();
}

static void test_private_file(void **state)
{
    (void)state;
    struct stat found;
    begin(usual);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    end();
}

static bool has_text(const char *name, const char *text)
{
    size_t len;
    if (!sg_tempdir_has(&dir, name))
        return false;
    char *whole = sg_tempdir_read(&dir, name, &len);
    bool found = false;
    for (size_t i = 0; i + strlen(text) <= len && !found; i++)
        found = memcmp(whole + i, text, strlen(text)) == 0;
    free(whole);
    return found;
}

static void test_erased_bytes(void **state)
{
    (void)state;
    uint64_t id, kept;
    struct sg_collusion_order order = make_block(1, 9 * day);
    order.reason = SG_BYTES("tell-tale");
    begin(usual);
    assert_int_equal(sg_collusion_guard_add(guard, &order, &id, NULL), SCRUBGATE_OK);
    assert_true(has_text("guard.db", "tell-tale")); /* the log beside is emptied */
    assert_int_equal(sg_collusion_guard_erase(guard, 1, 10 * day, &kept, NULL), SCRUBGATE_OK);
    assert_int_equal(kept, 0);
    assert_false(has_text("guard.db", "tell-tale"));
    assert_false(has_text("guard.db-wal", "tell-tale"));
    end();
}

static enum scrubgate_status erase_meanwhile(void *ctx, const struct sg_collusion_order *order)
{
    uint64_t kept = 0;
    (void)order;
    return sg_collusion_guard_erase(guard, 1, 10 * day, &kept, ctx);
}

/* While somebody reads, the log beside the file keeps what he reads. */
static void test_erased_while_read(void **state)
{
    (void)state;
    struct sg_collusion_guard *other;
    struct scrubgate_fault fault = {.what = ""};
    uint64_t kept;
    begin(usual);
    tell_story("served 1 a 10d\nblock 3 - - 1d 99d\n");
    assert_int_equal(sg_collusion_guard_open(&other, path, policy, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_collusion_guard_list(other, erase_meanwhile, &fault, NULL), SCRUBGATE_EIO);
    assert_string_equal(fault.what, "what was removed is still read by others: again later");
    assert_int_equal(sg_collusion_guard_erase(guard, 1, 10 * day, &kept, NULL), SCRUBGATE_OK);
    sg_collusion_guard_close(other);
    end();
}

/* What did not get to the disk is taken again. */
static void test_failed_write(void **state)
{
    (void)state;
    struct sg_guard_batch *batch;
    begin(usual);
    tell_story("served 1 a 10d\n");
    assert_int_equal(sg_guard_batch_collect(guard, &batch), SCRUBGATE_OK);
    assert_non_null(batch);
    tell_story("served 1 a 12d\n");
    sg_guard_batch_settle(guard, batch, false);
    assert_int_equal(sg_collusion_guard_flush(guard, NULL), SCRUBGATE_OK);
    assert_int_equal(sg_guard_batch_collect(guard, &batch), SCRUBGATE_OK);
    assert_null(batch);
    sg_collusion_guard_close(guard);
    open_guard();
    expect("1 b q 20d", "no until 102d; cooloff enforce 102d ships a");
    end();
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_bad_order, bad_orders);
    sg_suite_add("an order keeps who, why, from when, until when, and what became of it", test_list,
                 NULL);
    sg_suite_add("what was said to be durable outlives being killed", test_kill, NULL);
    sg_suite_add("damage is told, or harms nothing", test_damage, NULL);
    sg_suite_add("a file of a later version or of others is refused", test_later_version, NULL);
    sg_suite_add("without its file it denies, whatever the policy says", test_unknown, NULL);
    sg_suite_add("it opens while another process writes", test_opened_while_written, NULL);
    sg_suite_add("a file that was moved takes no order, and what it lacks goes to the next",
                 test_moved, NULL);
    sg_suite_add("where contacts do not get to the disk they are not relied on", test_doubted,
                 NULL);
    sg_suite_add("what another process orders is seen", test_two_processes, NULL);
    sg_suite_add("what comes while the file is read is not lost", test_view, NULL);
    sg_suite_add("a flood of made-up agents pushes nobody out", test_flood, NULL);
    sg_suite_add("a file with more than there is room for harms those alone", test_full_file, NULL);
    sg_suite_add("erased is not said while somebody still reads it", test_erased_while_read, NULL);
    sg_suite_add("the file is its owner's alone", test_private_file, NULL);
    sg_suite_add("what was erased is nowhere in the files", test_erased_bytes, NULL);
    sg_suite_add("what was not written is taken again", test_failed_write, NULL);
    return sg_suite_run("collusion guard");
}
