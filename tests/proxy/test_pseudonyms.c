/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pseudonyms.c - a name in a record holds within its conversation, and nowhere else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "proxy/pseudonyms.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

struct world {
    struct sg_tempdir dir;
    struct sg_key_store *store;
    struct sg_pseudonyms *pseudonyms;
    struct scrubgate_fault fault;
};

static void setup(struct world *world)
{
    memset(world, 0, sizeof *world);
    sg_tempdir_make(&world->dir);
    assert_int_equal(chmod(world->dir.path, 0700), 0);
    assert_int_equal(sg_key_store_open(&world->store, world->dir.path, &world->fault),
                     SCRUBGATE_OK);
    assert_int_equal(sg_pseudonyms_new(&world->pseudonyms, world->store), SCRUBGATE_OK);
}

static void teardown(struct world *world)
{
    sg_pseudonyms_free(world->pseudonyms);
    sg_key_store_close(world->store);
    sg_tempdir_remove(&world->dir);
}

static const struct sg_record_facets all = {.customer = 11,
                                            .agent = 12,
                                            .conversation = 13,
                                            .network = 14,
                                            .tls = 15,
                                            .device = 16,
                                            .content = 17,
                                            .identities = {18, 19},
                                            .n_identities = 2};

static struct sg_record_facets named(struct world *world, struct sg_record_facets facets)
{
    assert_int_equal(sg_pseudonyms_apply(world->pseudonyms, &facets), SCRUBGATE_OK);
    return facets;
}

static bool is_empty(const struct sg_record_facets *facets)
{
    static const struct sg_record_facets none;
    return memcmp(facets, &none, sizeof none) == 0;
}

static size_t list(const struct sg_record_facets *facets, uint64_t out[12])
{
    const uint64_t one[] = {facets->customer, facets->agent,         facets->conversation,
                            facets->network,  facets->tls,           facets->device,
                            facets->content,  facets->identities[0], facets->identities[1]};
    memcpy(out, one, sizeof one);
    return sizeof one / sizeof one[0];
}

static void test_in_one_conversation_the_same_is_called_the_same(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    struct sg_record_facets first = named(&world, all), again = named(&world, all);
    assert_memory_equal(&first, &again, sizeof first);
    /* And over a restart. */
    sg_pseudonyms_free(world.pseudonyms);
    sg_key_store_close(world.store);
    assert_int_equal(sg_key_store_open(&world.store, world.dir.path, &world.fault), SCRUBGATE_OK);
    assert_int_equal(sg_pseudonyms_new(&world.pseudonyms, world.store), SCRUBGATE_OK);
    again = named(&world, all);
    assert_memory_equal(&first, &again, sizeof first);
    teardown(&world);
}

static void test_in_another_nothing_is(void **state)
{
    (void)state;
    struct world world;
    struct sg_record_facets other = all;
    uint64_t before[12], here[12], there[12];
    setup(&world);
    other.conversation = 99;
    struct sg_record_facets first = named(&world, all);
    other = named(&world, other);
    size_t n = list(&all, before);
    (void)list(&first, here);
    (void)list(&other, there);
    for (size_t i = 0; i < n; i++) {
        assert_true(here[i] != 0 && there[i] != 0);
        for (size_t k = 0; k < n; k++) {
            assert_int_not_equal(here[i], there[k]);
            assert_int_not_equal(here[i], before[k]);
            assert_true(i == k || here[i] != here[k]);
        }
    }
    teardown(&world);
}

static void test_equal_digests_of_two_kinds_are_called_differently(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    struct sg_record_facets same = {.customer = 5, .agent = 5, .conversation = 5, .device = 5};
    same = named(&world, same);
    assert_int_not_equal(same.customer, same.agent);
    assert_int_not_equal(same.customer, same.conversation);
    assert_int_not_equal(same.agent, same.device);
    assert_int_equal(same.network, 0); /* what was not known stays so */
    teardown(&world);
}

static void test_without_a_conversation_the_customers_key_counts(void **state)
{
    (void)state;
    struct world world;
    setup(&world);
    struct sg_record_facets one = {.customer = 5, .agent = 7}, two = {.customer = 6, .agent = 7};
    struct sg_record_facets talk = {.conversation = 5, .agent = 7};
    one = named(&world, one);
    two = named(&world, two);
    talk = named(&world, talk);
    assert_int_not_equal(one.agent, two.agent);
    assert_int_not_equal(one.agent, talk.agent);
    teardown(&world);
}

static void test_where_nobody_is_named_no_facet_is_left(void **state)
{
    (void)state;
    struct world world;
    struct sg_record_facets facets = {
        .agent = 7, .network = 8, .identities = {1}, .n_identities = 1};
    setup(&world);
    assert_int_equal(sg_pseudonyms_apply(world.pseudonyms, &facets), SCRUBGATE_DONE);
    assert_true(is_empty(&facets));
    teardown(&world);
}

static void test_where_no_key_is_to_be_had_no_facet_is_left(void **state)
{
    (void)state;
    struct world world;
    enum scrubgate_status rc = SCRUBGATE_OK;
    setup(&world);
    struct sg_record_facets first = named(&world, all), facets;
    for (uint64_t n = 1; rc >= 0 && n < 100000; n++) {
        facets =
            (struct sg_record_facets){.conversation = n * UINT64_C(0x9e3779b97f4a7c15), .agent = 7};
        rc = sg_pseudonyms_apply(world.pseudonyms, &facets);
    }
    assert_int_equal(rc, SCRUBGATE_ELIMIT);
    assert_true(is_empty(&facets));
    facets = named(&world, all); /* who has a key still is named */
    assert_memory_equal(&facets, &first, sizeof first);
    teardown(&world);
}

static void test_who_asks_by_name_is_told_until_the_key_is_gone(void **state)
{
    (void)state;
    struct world world;
    uint64_t print = 0;
    setup(&world);
    struct sg_record_facets asked = {.conversation = all.conversation};
    assert_int_equal(sg_pseudonyms_ask(world.pseudonyms, &asked, &print), SCRUBGATE_DONE);
    struct sg_record_facets first = named(&world, all);
    asked = (struct sg_record_facets){.conversation = all.conversation};
    assert_int_equal(sg_pseudonyms_ask(world.pseudonyms, &asked, &print), SCRUBGATE_OK);
    assert_int_equal(asked.conversation, first.conversation);
    assert_int_not_equal(print, 0);
    assert_int_equal(
        sg_key_store_erase(world.store, SG_KEY_CONVERSATION, all.conversation, &world.fault),
        SCRUBGATE_OK);
    assert_int_equal(sg_pseudonyms_ask(world.pseudonyms, &asked, &print), SCRUBGATE_DONE);
    assert_true(is_empty(&asked));
    struct sg_record_facets again = named(&world, all);
    assert_int_not_equal(again.conversation, first.conversation);
    assert_int_not_equal(again.customer, first.customer);
    teardown(&world);
}

int main(void)
{
#define ADD(sentence, test) sg_suite_add(sentence, test, NULL)
    ADD("in one conversation the same is called the same",
        test_in_one_conversation_the_same_is_called_the_same);
    ADD("in another nothing is", test_in_another_nothing_is);
    ADD("equal digests of two kinds are called differently",
        test_equal_digests_of_two_kinds_are_called_differently);
    ADD("without a conversation the customer's key counts",
        test_without_a_conversation_the_customers_key_counts);
    ADD("where nobody is named no facet is left", test_where_nobody_is_named_no_facet_is_left);
    ADD("where no key is to be had no facet is left",
        test_where_no_key_is_to_be_had_no_facet_is_left);
    ADD("who asks by name is told, until the key is gone",
        test_who_asks_by_name_is_told_until_the_key_is_gone);
    return sg_suite_run("pseudonyms");
}
