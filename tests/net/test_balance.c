/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_balance.c - whose turn it is: a script of what happens, and who is asked.
 *
 * A word of a script is one event; time is in seconds, and stands still between them.
 *
 *     0? 1? …      a message comes: that upstream is asked     -?     none is
 *     0+ 1+ …      its oldest call still open has ended well   0a     … has been answered
 *     0! 1! …      … has failed                                0x     … was cancelled
 *     @7           it is second 7                              ~0     the next message may not ask
 * 0 w3           as things are, 3 seconds are to be waited
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "net/balance.h"
#include "../lib/suite.h"

#define SECOND UINT64_C(1000000000)

enum { TURNS = 16 };

struct row {
    const char *name;
    size_t n;
    unsigned limit;
    const char *script;
};

/* An upstream is left out for 10 s. */
static const struct row rows[] = {
    {"one is asked always", 1, 3, "0? 0+ 0? 0+ 0?"},
    {"several are asked in turn", 3, 3, "0? 1? 2? 0? 1? 2?"},
    {"sixteen are asked in turn", 16, 3, "0? 1? 2? 3? 4? 5? 6? 7? 8? 9?"},
    {"one that fails in a row is left out", 2, 2, "0? 1? 0! 1+ 0? 1? 0! 1? 1? 1?"},
    {"one that fails now and then is not", 1, 2, "0? 0! 0? 0+ 0? 0! 0? 0+ 0? 0!"},
    {"an answer that has not ended yet ends no row", 1, 2, "0? 0? 0a 0! 0! -?"},
    {"a call that was cancelled says nothing", 1, 2, "0? 0! 0? 0x 0? 0! -?"},
    {"none is left out when nobody wants it", 1, 0, "0? 0! 0? 0! 0? 0! 0? 0! 0?"},
    {"while all are left out none is asked", 2, 1, "0? 0! 1? 1! -? @9 -?"},
    {"after its time one call tries", 1, 1, "0? 0! @9 -? @10 0? -? -?"},
    {"a trial that is answered brings it back", 1, 1, "0? 0! @10 0? 0a 0? 0?"},
    {"a trial that fails leaves it out again", 1, 1, "0? 0! @10 0? 0! -? @19 -? @20 0?"},
    {"a trial that was cancelled is another's", 1, 1, "0? 0! @10 0? 0x 0? -?"},
    {"the others go on while one is tried", 2, 1, "0? 0! @10 1? 0? 1? 1? 1?"},
    {"what was asked before does not decide a trial", 1, 1, "0? 0? 0! @10 0? 0+ -?"},
    {"nor fails it", 1, 1, "0? 0? 0? 0! @10 0? 0! -? @11 0a 0!"},
    {"nor brings back what is left out", 1, 1, "0? 0? 0! 0+ -?"},
    {"one that brings itself back begins at nothing", 1, 2, "0? 0! 0? 0! @10 0? 0+ 0? 0! 0? 0! -?"},
    {"one that could not be reached is not asked again", 2, 3, "0? 0! ~0 1?"},
    {"nor are two", 3, 3, "0? 0! ~0 1? 1! ~0 ~1 2?"},
    {"it ends when all were asked", 2, 3, "0? 0! ~0 1? 1! ~0 ~1 -?"},
    {"the wait is that of the first to come back", 2, 1, "0? 0! w0 @3 1? 1! w7 @5 w5 @12 w0"},
    {"during a trial the wait is a guess", 1, 1, "0? 0! @4 w6 @10 w0 0? w10"},
    {"the wait is nothing while one works", 2, 1, "w0 0? 0! w0"},
};

struct stage {
    struct sg_balance balance;
    struct sg_balance_peer peer[SG_BALANCE_MOST];
    struct sg_turn turns[TURNS];
    size_t n;
    uint64_t now;
    unsigned tried;
};

static void ask(struct stage *stage, const char *word, int want)
{
    uint64_t wait = 77;
    bool any = sg_balance_any(&stage->balance, stage->now, NULL);
    struct sg_turn turn = sg_balance_take(&stage->balance, stage->now, stage->tried, &wait);
    if (turn.peer != want)
        fail_msg("%s: asked %d", word, turn.peer);
    if (stage->tried == 0)
        assert_int_equal(any, turn.peer != SG_BALANCE_NONE);
    stage->tried = 0;
    if (turn.peer == SG_BALANCE_NONE) {
        assert_true(wait != 77);
        return;
    }
    assert_true(stage->n < TURNS);
    stage->turns[stage->n++] = turn;
}

static void tell(struct stage *stage, int peer, enum sg_turn_end how)
{
    size_t i = 0;
    while (i < stage->n && stage->turns[i].peer != peer)
        i++;
    assert_true(i < stage->n);
    bool before = sg_balance_healthy(&stage->peer[peer]);
    bool changed = sg_balance_tell(&stage->balance, &stage->turns[i], how, stage->now);
    /* Told once when it opens and once when it is back, not for the trials between. */
    assert_int_equal(changed, before != sg_balance_healthy(&stage->peer[peer]));
    if (how == SG_TURN_ANSWERED)
        return;
    assert_int_equal(stage->turns[i].peer, SG_BALANCE_NONE);
    assert_false(sg_balance_tell(&stage->balance, &stage->turns[i], how, stage->now));
    stage->n--;
    memmove(&stage->turns[i], &stage->turns[i + 1], (stage->n - i) * sizeof stage->turns[0]);
}

static void play(struct stage *stage, const char *word)
{
    uint64_t wait = 0;
    switch (word[0]) {
    case '@':
        stage->now = strtoull(word + 1, NULL, 10) * SECOND;
        return;
    case '~':
        stage->tried |= 1u << strtoul(word + 1, NULL, 10);
        return;
    case 'w':
        (void)sg_balance_any(&stage->balance, stage->now, &wait);
        assert_int_equal(wait, strtoull(word + 1, NULL, 10) * SECOND);
        return;
    case '-':
        ask(stage, word, SG_BALANCE_NONE);
        return;
    default:
        break;
    }
    int peer = word[0] - '0';
    switch (word[1]) {
    case '?':
        ask(stage, word, peer);
        break;
    case '+':
        tell(stage, peer, SG_TURN_DONE);
        break;
    case 'a':
        tell(stage, peer, SG_TURN_ANSWERED);
        break;
    case '!':
        tell(stage, peer, SG_TURN_FAILED);
        break;
    default:
        tell(stage, peer, SG_TURN_UNKNOWN);
        break;
    }
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct stage stage = {.n = 0};
    char script[256];
    assert_true(strlen(row->script) < sizeof script);
    memcpy(script, row->script, strlen(row->script) + 1);
    stage.balance = (struct sg_balance){
        .peer = stage.peer, .n = row->n, .limit = row->limit, .open_ns = 10 * SECOND};
    unsigned failures = 0;
    for (char *rest = script, *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        failures += word[1] == '!' ? 1 : 0;
        play(&stage, word);
    }
    uint64_t counted = 0;
    for (size_t i = 0; i < row->n; i++)
        counted += sg_balance_failures(&stage.peer[i]);
    assert_int_equal(counted, failures);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("net/balance");
}
