/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sim_text.c - what the simulated people say is about as alike as their market's digests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "collusion/sim_text.h"
#include "scan/content.h"

#include "../lib/suite.h"

#define WORLD                                                                                      \
    "days: 10\ntickets_a_day: 200\ncustomers: 1000\nagents: 40\nbrands: 2\nsmall_agents: 0\n"      \
    "surges: 0\nboilerplate: 0\nidentity: 0\nrings: 1\n"                                           \
    "ring: {agents: 2, accounts: 20, rate: 0.6}\n"

static struct sg_sim *make(unsigned level, const char *changes)
{
    struct sg_sim_params params;
    struct sg_sim *sim;
    sg_sim_params_init(&params, level);
    assert_int_equal(sg_sim_params_read(&params, "world", SG_BYTES(WORLD), NULL), SCRUBGATE_OK);
    assert_int_equal(sg_sim_params_read(&params, "changes", sg_bytes_of(changes), NULL),
                     SCRUBGATE_OK);
    assert_int_equal(sg_sim_new(&sim, &params, 3), SCRUBGATE_OK);
    return sim;
}

static uint64_t print_of(const struct sg_sim *sim, size_t ticket)
{
    struct sg_content content;
    struct sg_buf text = {0};
    assert_int_equal(sg_sim_text_opening(sim, ticket, &text), SCRUBGATE_OK);
    sg_content_init(&content, 42);
    sg_content_add(&content, sg_buf_bytes(&text));
    sg_content_break(&content);
    sg_buf_fini(&text);
    return sg_content_value(&content);
}

static unsigned apart(uint64_t a, uint64_t b)
{
    unsigned n = 0;
    for (uint64_t differ = a ^ b; differ != 0; differ &= differ - 1)
        n++;
    return n;
}

/* How far a ring's texts are from each other, and honest ones from each other, on the average: by
 * digest in the market, by SimHash of what is said. */
struct distance {
    double market, said;
    size_t n;
};

static void measure(const struct sg_sim *sim, bool ring, struct distance *distance)
{
    enum { FEW = 100 };
    size_t of[FEW], n = 0;
    uint64_t prints[FEW];
    *distance = (struct distance){.n = 0};
    for (size_t i = 0; i < sim->n_tickets && n < FEW; i++)
        if ((sim->tickets[i].ring != SG_SIM_NONE) == ring) {
            prints[n] = print_of(sim, i);
            of[n++] = i;
        }
    assert_true(n >= 30);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++, distance->n++) {
            distance->said += apart(prints[i], prints[j]);
            distance->market += apart(sim->tickets[of[i]].content, sim->tickets[of[j]].content);
        }
    distance->said /= (double)distance->n;
    distance->market /= (double)distance->n;
}

struct row {
    const char *name;
    unsigned level;
};
static const struct row rows[] = {
    {"a ring of L0 says nearly the same", 0},
    {"a ring of L1 says much the same", 1},
    {"a ring of L2 says similar things", 2},
    {"a ring of L3 says things that are a little alike", 3},
};

static void test_ring(void **state)
{
    const struct row *row = *state;
    struct sg_sim *sim = make(row->level, "");
    struct distance ring, honest;
    measure(sim, true, &ring);
    measure(sim, false, &honest);
    if (ring.said < ring.market - 5 || ring.said > ring.market + 5)
        fail_msg("%g bits, in the market %g", ring.said, ring.market);
    if (honest.said < honest.market - 5)
        fail_msg("honest: %g bits, in the market %g", honest.said, honest.market);
    sg_sim_free(sim);
}

static void test_same(void **state)
{
    struct sg_sim *sims[] = {make(2, "identity: 1\n"), make(2, "identity: 1\n")};
    struct sg_buf texts[] = {{0}, {0}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        for (size_t t = 0; t < 50; t++) {
            assert_int_equal(sg_sim_text_opening(sims[i], t, &texts[i]), SCRUBGATE_OK);
            assert_int_equal(sg_sim_text_nudge(sims[i], t, &texts[i]), SCRUBGATE_OK);
            assert_int_equal(sg_sim_text_answer(sims[i], t, &texts[i]), SCRUBGATE_OK);
        }
        sg_sim_free(sims[i]);
    }
    assert_int_equal(texts[0].len, texts[1].len);
    assert_memory_equal(texts[0].data, texts[1].data, texts[0].len);
    for (size_t i = 0; i < texts[0].len; i++)
        assert_true(texts[0].data[i] >= ' ' && texts[0].data[i] < 0x7f && texts[0].data[i] != '"' &&
                    texts[0].data[i] != '\\');
    sg_buf_fini(&texts[0]);
    sg_buf_fini(&texts[1]);
}

/* One identity has one form, and two hardly ever the same: else everybody were of one ring. */
static void test_identities(void **state)
{
    enum { MANY = 400 };
    static char seen[MANY][64];
    size_t same = 0;
    (void)state;
    for (uint64_t i = 0; i < MANY; i++) {
        struct sg_buf text = {0};
        assert_int_equal(sg_sim_text_identity((i + 1) * UINT64_C(0x9e3779b97f4a7c15), &text),
                         SCRUBGATE_OK);
        assert_true(text.len > 8 && text.len < sizeof seen[i]);
        memcpy(seen[i], text.data, text.len);
        for (size_t j = 0; j < i; j++)
            same += strcmp(seen[i], seen[j]) == 0;
        sg_buf_fini(&text);
    }
    assert_true(same < MANY / 10);
}

int main(void)
{
    SG_SUITE_ROWS(test_ring, rows);
    sg_suite_add("the same market says the same, in letters that need no escape", test_same, NULL);
    sg_suite_add("identities are hardly ever the same", test_identities, NULL);
    return sg_suite_run("sim_text");
}
