/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_seal.c - seals that today's key cannot make for yesterday.
 *
 * The values were computed apart from this code, from the formulas in seal.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit/seal.h"

#include "../lib/suite.h"

static struct sg_seal_key first_key(void)
{
    struct sg_seal_key key = {.epoch = 0};
    for (uint8_t i = 0; i < SG_KEY_SIZE; i++)
        key.key[i] = i;
    return key;
}

static struct sg_seal sample(void)
{
    struct sg_seal seal = {
        "gateway.example/scrubgate/1", "00112233445566778899aabbccddeeff", 1, 42, 123456789, {{0}}};
    memset(seal.root.bytes, 7, sizeof seal.root.bytes);
    return seal;
}

static void assert_hex(const uint8_t bytes[32], const char *hex)
{
    char text[65];
    sg_hex((struct sg_bytes){bytes, 32}, text);
    assert_string_equal(text, hex);
}

static void test_keys_follow_each_other_as_the_formula_says(void **state)
{
    struct sg_seal_key key = first_key();
    (void)state;
    assert_int_equal(sg_seal_next(&key), SCRUBGATE_OK);
    assert_int_equal(key.epoch, 1);
    assert_hex(key.key, "3ae1dcb38cfd6d9ad20a1203670a3fac026415fb9ba9608b91119ec2453f89c2");
    assert_int_equal(sg_seal_reach(&key, 99), SCRUBGATE_OK);
    assert_hex(key.key, "b359f386f1d8551886fa8240dedd67373323016f8043da3d032c4cdf47ef35ea");
}

static void test_there_is_no_way_back(void **state)
{
    struct sg_seal_key key = first_key(), before;
    (void)state;
    assert_int_equal(sg_seal_reach(&key, 5), SCRUBGATE_OK);
    before = key;
    assert_int_equal(sg_seal_reach(&key, 4), SCRUBGATE_EINVAL);
    assert_memory_equal(&key, &before, sizeof key);
}

static void test_a_seal_has_the_mac_of_the_formula(void **state)
{
    struct sg_seal_key key = first_key();
    struct sg_seal seal = sample();
    uint8_t mac[SG_SHA256_SIZE];
    (void)state;
    assert_int_equal(sg_seal_next(&key), SCRUBGATE_OK);
    assert_int_equal(sg_seal_mac(&key, &seal, mac), SCRUBGATE_OK);
    assert_hex(mac, "1bb2b30a1888e9a50daffd9741a303eaa49029adb11c80f28be84c02d6c2b1a8");
}

static void test_another_epoch_s_key_makes_no_seal(void **state)
{
    struct sg_seal_key key = first_key();
    struct sg_seal seal = sample();
    uint8_t mac[SG_SHA256_SIZE];
    (void)state;
    assert_int_equal(sg_seal_mac(&key, &seal, mac), SCRUBGATE_EINVAL);
    assert_int_equal(sg_seal_reach(&key, 2), SCRUBGATE_OK);
    assert_int_equal(sg_seal_mac(&key, &seal, mac), SCRUBGATE_EINVAL);
}

struct change {
    const char *name;
    void (*change)(struct sg_seal *seal);
};

static void other_origin(struct sg_seal *seal)
{
    seal->origin = "gateway.example/scrubgate/2";
}

static void other_boot(struct sg_seal *seal)
{
    seal->boot = "00112233445566778899aabbccddeef0";
}

static void other_size(struct sg_seal *seal)
{
    seal->size++;
}

static void other_time(struct sg_seal *seal)
{
    seal->mono_ns++;
}

static void other_root(struct sg_seal *seal)
{
    seal->root.bytes[31] ^= 1;
}

static const struct change changes[] = {
    {"another origin has another mac", other_origin},
    {"another boot has", other_boot},
    {"another size has", other_size},
    {"another time has", other_time},
    {"another root has", other_root},
};

static void test_a_change(void **state)
{
    const struct change *row = *state;
    struct sg_seal_key key = first_key();
    struct sg_seal seal = sample();
    uint8_t mac[SG_SHA256_SIZE], other[SG_SHA256_SIZE];
    assert_int_equal(sg_seal_next(&key), SCRUBGATE_OK);
    assert_int_equal(sg_seal_mac(&key, &seal, mac), SCRUBGATE_OK);
    row->change(&seal);
    assert_int_equal(sg_seal_mac(&key, &seal, other), SCRUBGATE_OK);
    assert_false(sg_seal_mac_equal(mac, other));
    assert_true(sg_seal_mac_equal(mac, mac));
}

int main(void)
{
    sg_suite_add("keys follow each other as the formula says",
                 test_keys_follow_each_other_as_the_formula_says, NULL);
    sg_suite_add("there is no way back", test_there_is_no_way_back, NULL);
    sg_suite_add("a seal has the mac of the formula", test_a_seal_has_the_mac_of_the_formula, NULL);
    sg_suite_add("another epoch's key makes no seal", test_another_epoch_s_key_makes_no_seal, NULL);
    SG_SUITE_ROWS(test_a_change, changes);
    return sg_suite_run("audit/test_seal");
}
