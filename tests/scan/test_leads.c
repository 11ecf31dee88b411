/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_leads.c - the leads engine finds what the reference engine finds, wherever the lead stands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../lib/suite.h"
#include "../lib/toy.h"

enum { TEXTS = 400, LONGEST = 160 };

#define RULE(match)                                                                                \
    "  - {id: a, title: t, entity: TOY, level: 1, match: '" match "', with: '#', slow: yes, "      \
    "tests: [{todo: x}]}\n"

/* alphabet: what the texts are made of, so that matches and near misses are common. */
static const struct row {
    const char *name, *rules, *alphabet;
    bool has_lead;
} rows[] = {
    {"a lead at the start", RULE("@[a-c]{2}"), "@abc", true},
    {"a lead at a fixed distance", RULE("[a-z]{2}@"), "@ab ", true},
    {"a lead at a distance that varies", RULE("[a-z]{1,5}@[a-z]"), "@ab.", true},
    {"a lead behind something optional", RULE("(?:x?y){0,2}7[a-z]"), "xy7a", true},
    {"leads that differ by alternative", RULE("(?:ab@|a#b|abcd%)"), "ab@#cd%", true},
    {"a lead only in a lookahead", RULE("[a-z]{3}(?=[a-z]{0,4}9)"), "ab9 ", true},
    {"a lead in a repeat", RULE("a(?:b?@){1,3}c"), "ab@c", true},
    {"a lead behind a lookbehind", RULE("(?<!@)[a-c]{1,3}@"), "abc@", true},
    {"digits that must be there, some of them far behind", RULE("7[a0]{0,6}(?:[0-9]a?){3}"),
     "70a 5", true},
    {"as many digits as bytes", RULE("[0-9]{5}"), "123a", true},
    {"digits before and behind the lead", RULE("[0-9]{2}@[0-9]{2}"), "12@", true},
    {"no lead: letters alone", RULE("[a-d]{4}"), "abcd ", false},
    {"what is optional leads nowhere", RULE("(?:@9)?[a-z]{2}"), "ab@9", false},
};

/* A small linear congruential generator: the same texts in every run. */
static unsigned draw(uint32_t *seed, unsigned below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 16) % below;
}

static void finds_the_same(void **state)
{
    const struct row *row = *state;
    struct scrubgate_ruleset *set = sg_toy_rules(row->rules);
    struct scrubgate_scratch *scratch = NULL;
    struct sg_scanner *scanners[2];
    struct sg_toy toys[2] = {{.next = 0}, {.next = 0}};
    uint32_t seed = 7;
    size_t found = 0;
    assert_int_equal(set->rules[0]->lead != SG_LEAD_NONE, row->has_lead);
    assert_int_equal(scrubgate_scratch_new(&scratch), 0);
    for (size_t i = 0; i < 2; i++) {
        const struct sg_scan_config config = {.level = 1, .max_held = 4096, .reference = i == 0};
        assert_int_equal(sg_scanner_new(&scanners[i], set, scratch, &config), 0);
    }
    for (size_t n = 0; n < TEXTS; n++) {
        uint8_t text[LONGEST];
        size_t len = draw(&seed, LONGEST) + 1;
        for (size_t i = 0; i < len; i++)
            text[i] = (uint8_t)row->alphabet[draw(&seed, (unsigned)strlen(row->alphabet))];
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(
                sg_toy_scan(&toys[i], scanners[i], (struct sg_bytes){text, len}, len, 1), 0);
        assert_true(sg_bytes_equal(sg_buf_bytes(&toys[0].told), sg_buf_bytes(&toys[1].told)));
        assert_true(sg_bytes_equal(sg_buf_bytes(&toys[0].out), sg_buf_bytes(&toys[1].out)));
        found += toys[0].told.len;
    }
    assert_true(found > 0); /* else the row shows nothing */
    for (size_t i = 0; i < 2; i++) {
        sg_toy_fini(&toys[i]);
        sg_scanner_free(scanners[i]);
    }
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
}

int main(void)
{
    SG_SUITE_ROWS(finds_the_same, rows);
    return sg_suite_run("leads");
}
