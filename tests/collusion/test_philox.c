/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_philox.c - numbers that come again from the same place, and are spread as they should be.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collusion/philox.h"

#include "../lib/suite.h"

/* Published with the paper's own code (Random123, kat_vectors). */
static const struct vector {
    const char *name;
    uint32_t counter[4], key[2], want[4];
} vectors[] = {
    {"zeros", {0}, {0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {"ones",
     {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {"digits of pi",
     {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

static void test_vector(void **state)
{
    const struct vector *vector = *state;
    uint32_t out[4];
    sg_philox_block(vector->counter, vector->key, out);
    assert_memory_equal(out, vector->want, sizeof out);
}

/* Mean and deviation of what is drawn; within five deviations of a mean of N. */
enum { N = 200000 };

static double unit(struct sg_philox *random)
{
    return sg_philox_unit(random);
}
static double normal(struct sg_philox *random)
{
    return sg_philox_normal(random);
}
static double exponential(struct sg_philox *random)
{
    return sg_philox_exponential(random, 3);
}
static double poisson_few(struct sg_philox *random)
{
    return sg_philox_poisson(random, 0.7);
}
static double poisson_many(struct sg_philox *random)
{
    return sg_philox_poisson(random, 250);
}
static double below(struct sg_philox *random)
{
    return sg_philox_below(random, 7);
}
static double chance(struct sg_philox *random)
{
    return sg_philox_chance(random, 0.2) ? 1 : 0;
}
static double pick(struct sg_philox *random)
{
    static const double sums[] = {1, 1, 4}; /* the middle one has no weight */
    return (double)sg_philox_pick(random, sums, 3);
}

static const struct spread {
    const char *name;
    double (*draw)(struct sg_philox *random);
    double mean, deviation, least, most;
} spreads[] = {
    {"a unit is even", unit, 0.5, 0.288675, 1e-300, 1 - 1e-16},
    {"a normal number has mean 0 and deviation 1", normal, 0, 1, -9, 9},
    {"an exponential number's deviation is its mean", exponential, 3, 3, 0, 200},
    {"a small Poisson number", poisson_few, 0.7, 0.836660, 0, 20},
    {"a large Poisson number", poisson_many, 250, 15.811388, 100, 400},
    {"below seven", below, 3, 2, 0, 6},
    {"a chance of a fifth", chance, 0.2, 0.4, 0, 1},
    {"a pick by weight", pick, 1.5, 0.866025, 0, 2},
};

static void test_spread(void **state)
{
    const struct spread *spread = *state;
    struct sg_philox random;
    double sum = 0, squares = 0;
    sg_philox_init(&random, 1, 2, 3);
    for (int i = 0; i < N; i++) {
        const double x = spread->draw(&random);
        assert_true(x >= spread->least && x <= spread->most);
        sum += x;
        squares += x * x;
    }
    const double mean = sum / N, deviation = sqrt(squares / N - mean * mean);
    assert_true(fabs(mean - spread->mean) < 5 * spread->deviation / sqrt(N));
    assert_true(fabs(deviation / spread->deviation - 1) < 0.02);
}

static void test_places(void **state)
{
    struct sg_philox a, b;
    (void)state;
    sg_philox_init(&a, 9, 1, 5);
    sg_philox_init(&b, 9, 1, 5);
    for (int i = 0; i < 100; i++)
        assert_int_equal(sg_philox_u32(&a), sg_philox_u32(&b));
    static const struct {
        uint64_t seed, item;
        uint32_t stream;
    } others[] = {{8, 5, 1},
                  {9, 6, 1},
                  {9, 5, 2},
                  {9 + (UINT64_C(1) << 32), 5, 1},
                  {9, 5 + (UINT64_C(1) << 32), 1}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        sg_philox_init(&a, 9, 1, 5);
        sg_philox_init(&b, others[i].seed, others[i].stream, others[i].item);
        assert_true(sg_philox_u64(&a) != sg_philox_u64(&b));
    }
}

int main(void)
{
    SG_SUITE_ROWS(test_vector, vectors);
    SG_SUITE_ROWS(test_spread, spreads);
    sg_suite_add("a place has numbers of its own, always the same", test_places, NULL);
    return sg_suite_run("philox");
}
