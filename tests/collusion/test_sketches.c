/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sketches.c - small memories of much: they count what was seen, forget, merge, and survive
 * being written down.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/burst.h"
#include "collusion/frequency.h"
#include "collusion/mark.h"
#include "collusion/near_duplicates.h"
#include "collusion/panes.h"
#include "collusion/quantiles.h"
#include "collusion/state.h"

#include "../lib/suite.h"

static const uint8_t key[SG_MARK_KEY] = {1, 2, 3};
static const uint64_t t0 = 1767225600000, day = 86400000;

static uint64_t mark(uint64_t id)
{
    return sg_mark(key, SG_MARK_CUSTOMER, id);
}

static void assert_near(double value, double wanted, double off)
{
    if (!(fabs(value - wanted) <= off))
        fail_msg("%g, not %g", value, wanted);
}

/* --- marks --- */

static void test_marks(void **state)
{
    const uint8_t other[SG_MARK_KEY] = {1, 2, 4};
    (void)state;
    assert_true(mark(5) == mark(5));
    assert_true(mark(5) != mark(6));
    assert_true(mark(5) != sg_mark(key, SG_MARK_AGENT, 5));
    assert_true(mark(5) != sg_mark(other, SG_MARK_CUSTOMER, 5));
    assert_true(sg_mark_pair(mark(1), mark(2)) != sg_mark_pair(mark(2), mark(1)));
}

/* --- state --- */

static enum scrubgate_status append(void *ctx, struct sg_bytes piece)
{
    return sg_buf_add_bytes(ctx, piece);
}

static void test_state(void **ctx)
{
    uint64_t table[1000] = {0}, back[1000] = {0};
    struct sg_buf text = {0};
    struct sg_state_sink sink = {.take = append, .ctx = &text};
    struct sg_state state;
    (void)ctx;
    table[3] = 5;
    table[999] = UINT64_MAX;
    assert_int_equal(sg_state_begin(&sink, 4), SCRUBGATE_OK);
    assert_int_equal(sg_state_put_u64(&sink, 77), SCRUBGATE_OK);
    assert_int_equal(sg_state_put_table(&sink, table, sizeof table), SCRUBGATE_OK);
    assert_int_equal(sg_state_seal(&sink), SCRUBGATE_OK);
    sg_state_fini(&sink);
    assert_true(text.len < 120);
    assert_int_equal(sg_state_open(&state, sg_buf_bytes(&text), 4), SCRUBGATE_OK);
    assert_int_equal(sg_state_take_u64(&state), 77);
    assert_false(sg_state_ended(&state));
    sg_state_take_table(&state, back, sizeof back);
    assert_true(sg_state_ended(&state));
    assert_memory_equal(table, back, sizeof table);
    (void)sg_state_take_u64(&state);
    assert_false(sg_state_ended(&state));
    assert_int_equal(sg_state_open(&state, sg_buf_bytes(&text), 5), SCRUBGATE_EMALFORMED);
    for (size_t len = 0; len < text.len; len++)
        assert_int_equal(sg_state_open(&state, (struct sg_bytes){text.data, len}, 4),
                         SCRUBGATE_EMALFORMED);
    for (size_t i = 0; i < text.len; i++) {
        text.data[i] ^= 0x10;
        assert_int_equal(sg_state_open(&state, sg_buf_bytes(&text), 4), SCRUBGATE_EMALFORMED);
        text.data[i] ^= 0x10;
    }
    sg_buf_fini(&text);
}

/* Between two pieces others may write: a record is of one moment all the same, and each piece is
 * handed on before more is looked at. */
struct changing {
    uint64_t (*records)[3];
    size_t n, pieces;
    struct sg_buf text;
};

static enum scrubgate_status change_all(void *ctx, struct sg_bytes piece)
{
    struct changing *changing = ctx;
    changing->pieces++;
    for (size_t i = 0; i < changing->n; i++)
        for (int k = 0; k < 3; k++)
            changing->records[i][k]++;
    return sg_buf_add_bytes(&changing->text, piece);
}

static void test_state_in_pieces(void **ctx)
{
    enum { N = 40000 };
    uint64_t(*back)[3] = calloc(N, sizeof *back);
    struct changing changing = {.records = calloc(N, sizeof *back), .n = N};
    struct sg_state_sink sink = {.take = change_all, .ctx = &changing};
    struct sg_state state;
    (void)ctx;
    assert_non_null(back);
    assert_non_null(changing.records);
    assert_int_equal(sg_state_begin(&sink, 4), SCRUBGATE_OK);
    assert_int_equal(sg_state_put_records(&sink, changing.records, N, sizeof *back), SCRUBGATE_OK);
    assert_int_equal(sg_state_seal(&sink), SCRUBGATE_OK);
    sg_state_fini(&sink);
    assert_true(changing.pieces > 3);
    assert_int_equal(sg_state_open(&state, sg_buf_bytes(&changing.text), 4), SCRUBGATE_OK);
    sg_state_take_table(&state, back, N * sizeof *back);
    assert_true(sg_state_ended(&state));
    for (size_t i = 0; i < N; i++)
        assert_true(back[i][0] == back[i][1] && back[i][1] == back[i][2]);
    assert_true(back[0][0] < back[N - 1][0]);
    sg_buf_fini(&changing.text);
    free(changing.records);
    free(back);
}

/* Bytes that were sealed by somebody who does not keep to the format. */
static void test_state_runs(void **ctx)
{
    const uint32_t runs[][2] = {{0, 0}, {5, 0}, {3, 2}, {0, 5}, {UINT32_MAX, UINT32_MAX}};
    (void)ctx;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        uint64_t table[4] = {0};
        struct sg_state state = {{(const uint8_t *)runs[i], sizeof runs[i]}, false};
        sg_state_take_table(&state, table, sizeof table);
        assert_false(sg_state_ended(&state));
    }
}

/* --- panes --- */

static void test_panes(void **state)
{
    struct sg_panes panes;
    (void)state;
    assert_int_equal(sg_panes_init(&panes), SCRUBGATE_OK);
    for (uint64_t i = 0; i < 1000; i++)
        for (uint64_t n = 0; n <= i % 5; n++)
            sg_panes_add(&panes, mark(i), t0);
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(sg_panes_count(&panes, mark(i)), i % 5 + 1);
    assert_int_equal(sg_panes_count(&panes, mark(5000)), 0);
    sg_panes_add(&panes, mark(4), t0 + 24 * day);
    assert_int_equal(sg_panes_count(&panes, mark(4)), 6);
    sg_panes_add(&panes, mark(9), t0 + 31 * day); /* the first pane is past */
    assert_int_equal(sg_panes_count(&panes, mark(4)), 1);
    sg_panes_add(&panes, mark(9), t0 + 3000 * day);
    assert_int_equal(sg_panes_count(&panes, mark(9)), 1);
    sg_panes_add(&panes, mark(9), t0); /* far back: begins anew */
    assert_int_equal(sg_panes_count(&panes, mark(9)), 1);
    sg_panes_fini(&panes);
}

static void test_panes_full(void **state)
{
    struct sg_panes panes;
    (void)state;
    assert_int_equal(sg_panes_init(&panes), SCRUBGATE_OK);
    for (unsigned i = 0; i < 100000; i++)
        sg_panes_add(&panes, mark(1), t0);
    assert_int_equal(sg_panes_count(&panes, mark(1)), UINT16_MAX);
    sg_panes_fini(&panes);
}

static void test_panes_merge(void **state)
{
    struct sg_panes one, left, right;
    (void)state;
    assert_int_equal(sg_panes_init(&one), SCRUBGATE_OK);
    assert_int_equal(sg_panes_init(&left), SCRUBGATE_OK);
    assert_int_equal(sg_panes_init(&right), SCRUBGATE_OK);
    for (uint64_t i = 0; i < 40000; i++) {
        const uint64_t id = mark(i * i % 7919), ms = t0 + i * day / 1000;
        sg_panes_add(&one, id, ms);
        sg_panes_add(i % 3 == 0 ? &left : &right, id, ms);
    }
    sg_panes_merge(&left, &right);
    for (uint64_t i = 0; i < 7919; i++)
        assert_int_equal(sg_panes_count(&left, mark(i)), sg_panes_count(&one, mark(i)));
    sg_panes_fini(&one);
    sg_panes_fini(&left);
    sg_panes_fini(&right);
}

/* --- frequency --- */

static void test_frequency(void **state)
{
    struct sg_frequency left, right;
    (void)state;
    assert_int_equal(sg_frequency_init(&left), SCRUBGATE_OK);
    assert_int_equal(sg_frequency_init(&right), SCRUBGATE_OK);
    for (unsigned i = 0; i < 100; i++)
        (void)sg_frequency_add(i % 2 == 0 ? &left : &right, mark(1), t0);
    assert_near(sg_frequency_of(&left, mark(1), t0), 50, 1e-3);
    assert_near(sg_frequency_of(&left, mark(1), t0 + 30 * day), 25, 1e-3);
    assert_near(sg_frequency_of(&left, mark(1), t0 - 30 * day), 50, 1e-3);
    assert_near(sg_frequency_of(&left, mark(2), t0), 0, 1e-3);
    (void)sg_frequency_add(&right, mark(1), t0 + 60 * day);
    sg_frequency_merge(&left, &right);
    assert_near(sg_frequency_of(&left, mark(1), t0 + 60 * day), 26, 1e-3);
    sg_frequency_fini(&left);
    sg_frequency_fini(&right);
}

/* --- quantiles --- */

static void test_quantiles(void **state)
{
    struct sg_quantiles one = {.total = 0}, left = {.total = 0}, right = {.total = 0};
    (void)state;
    double rank = -1;
    assert_false(sg_quantiles_rank(&one, 5, &rank));
    for (uint64_t i = 1; i <= 10000; i++) {
        sg_quantiles_add(&one, i * 100);
        sg_quantiles_add(i % 3 == 0 ? &left : &right, i * 100);
    }
    for (double share = 0.05; share < 1; share += 0.05) {
        assert_true(sg_quantiles_rank(&one, (uint64_t)(share * 1e6), &rank));
        assert_near(rank, share, 0.02);
    }
    sg_quantiles_merge(&left, &right);
    assert_memory_equal(&left, &one, sizeof one);
    for (unsigned i = 0; i < 3 * SG_QUANTILES_MOST; i++)
        sg_quantiles_add(&one, i % 2 == 0 ? 0 : UINT64_MAX);
    assert_true(one.total < SG_QUANTILES_MOST);
    assert_false(sg_quantiles_rank(&one, UINT64_MAX, &rank)); /* half of them are as long */
    assert_true(sg_quantiles_rank(&one, 5000, &rank) && rank <= 1);
}

/* --- near duplicates --- */

static void test_near_duplicates(void **state)
{
    struct sg_near_duplicates texts;
    const uint64_t text = UINT64_C(0x0123456789abcdef);
    (void)state;
    assert_int_equal(sg_near_duplicates_init(&texts, 2, 8), SCRUBGATE_OK);
    for (uint64_t i = 1; i <= 4; i++)
        sg_near_duplicates_add(&texts, 1, text ^ ((UINT64_C(1) << (6 * i)) - 1), mark(i), 3, false);
    struct sg_alike alike = sg_near_duplicates_count(&texts, 1, text, mark(9), 7);
    assert_int_equal(alike.n, 4);
    assert_int_equal(alike.close, 1);                              /* 6 bits */
    assert_int_equal(alike.far, 3);                                /* 12 and 18 */
    alike = sg_near_duplicates_count(&texts, 1, text, mark(1), 7); /* its own do not count */
    assert_int_equal(alike.n, 3);
    assert_int_equal(alike.close, 0);
    assert_int_equal(sg_near_duplicates_count(&texts, 1, text, mark(9), 3).n, 0);
    assert_int_equal(sg_near_duplicates_count(&texts, 0, text, mark(9), 7).n, 0);
    for (uint64_t i = 0; i < 8; i++)
        sg_near_duplicates_add(&texts, 1, ~text, mark(i), 3, false);
    assert_int_equal(sg_near_duplicates_count(&texts, 1, text, mark(9), 7).far, 0);
    sg_near_duplicates_fini(&texts);
}

/* --- bursts --- */

/* A pair that comes once in a tick is as ever; then it comes a hundred times in one. */
static void test_burst(void **state)
{
    struct sg_burst burst, back;
    struct sg_buf text = {0};
    struct sg_state_sink sink = {.take = append, .ctx = &text};
    struct sg_state reading;
    double calm = 0, score = 0;
    (void)state;
    assert_int_equal(sg_burst_init(&burst), SCRUBGATE_OK);
    for (uint64_t tick = 1; tick < 200; tick++)
        for (uint64_t id = 0; id < 20; id++) {
            score = sg_burst_add(&burst, mark(id), mark(id + 100), tick);
            calm = tick > 20 ? fmax(calm, score) : 0;
        }
    for (unsigned i = 0; i < 100; i++)
        score = sg_burst_add(&burst, mark(1), mark(101), 200);
    assert_true(calm < 5);
    assert_true(score > 100);
    assert_true(sg_burst_add(&burst, mark(2), mark(102), 200) < 5);
    assert_true(isfinite(sg_burst_add(&burst, mark(1), mark(101), UINT64_MAX)));
    assert_true(isfinite(sg_burst_add(&burst, mark(1), mark(101), 1)));
    assert_int_equal(sg_state_begin(&sink, 1), SCRUBGATE_OK);
    assert_int_equal(sg_burst_save(&burst, &sink), SCRUBGATE_OK);
    assert_int_equal(sg_state_seal(&sink), SCRUBGATE_OK);
    sg_state_fini(&sink);
    assert_int_equal(sg_burst_init(&back), SCRUBGATE_OK);
    assert_int_equal(sg_state_open(&reading, sg_buf_bytes(&text), 1), SCRUBGATE_OK);
    sg_burst_load(&back, &reading);
    assert_true(sg_state_ended(&reading));
    assert_true(sg_burst_add(&back, mark(3), mark(103), 9) ==
                sg_burst_add(&burst, mark(3), mark(103), 9));
    sg_burst_fini(&burst);
    sg_burst_fini(&back);
    sg_buf_fini(&text);
}

int main(void)
{
    sg_suite_add("a mark depends on key, role and id", test_marks, NULL);
    sg_suite_add("a state comes back; cut, changed or of another version it is told", test_state,
                 NULL);
    sg_suite_add("a table whose runs do not add up is damaged", test_state_runs, NULL);
    sg_suite_add("a state is saved in pieces, each record of one moment", test_state_in_pieces,
                 NULL);
    sg_suite_add("panes count what they saw, for 30 days", test_panes, NULL);
    sg_suite_add("a full count stays full", test_panes_full, NULL);
    sg_suite_add("two shards' panes are one's", test_panes_merge, NULL);
    sg_suite_add("a frequency halves in 30 days, merged or not", test_frequency, NULL);
    sg_suite_add("ranks are right within a bucket, and exact when merged", test_quantiles, NULL);
    sg_suite_add("alike texts of others count, the last few", test_near_duplicates, NULL);
    sg_suite_add("a burst stands out from what is as ever", test_burst, NULL);
    return sg_suite_run("sketches");
}
