/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_signature.c - the signatures that are chosen, and how often they hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rule/signature.h"

#include "../lib/alloc_fail.h"
#include "../lib/suite.h"
#include "../lib/toy_pattern.h"

static struct sg_sample *sample;

/* --- as they should be --------------------------------------------------------------------------
 */

/*
 * A signature as text: "bytes before the place, at[0] | at[1] at[2] …", each position with $ when
 * it may be outside, up to the last that is not any byte or outside.
 */
static const struct row {
    const char *name, *pattern, *want[SG_SIGNATURES_MOST];
} rows[] = {
    {"a literal", "#~\\^#", {"0 .$ | # ~ \\^ #"}},
    {"case", "(?i)#q", {"0 .$ | # [Qq]"}},
    {"a leading lookbehind", "(?<![\\w-])#\\d", {"0 [^\\-0-9A-Z_a-z]$ | # \\d"}},
    {"a leading lookbehind of more bytes", "(?<!ab|c)#~", {"0 [^c]$ | # ~"}},
    {"a leading lookbehind that asks", "(?<=a|b)#~", {"0 [ab] | # ~"}},
    {"a lookbehind that asks for two", "(?<=ab)#~", {"0 b | # ~"}},
    {"a leading boundary before a word", "\\bQ#", {"0 \\W$ | Q #"}},
    {"a leading boundary before no word", "\\b#~", {"0 \\w | # ~"}},
    {"a leading boundary before either", "\\b[#Q]~", {"0 .$ | [#Q] ~"}},
    {"no leading boundary", "\\BQ#", {"0 \\w | Q #"}},
    {"a boundary decides what stands on its sides", "#[a_~]\\b[b~]#", {"0 .$ | # [_a~] [b~] #"}},
    {"a boundary that cannot be", "#a\\bb|~\\^", {"0 .$ | [#~] [\\^a]"}},
    {"the start", "^#~", {"0 []$ | # ~"}},
    {"the end", "#~$", {"0 .$ | # ~ []$"}},
    {"the end or a last line end", "#~\\Z", {"0 .$ | # ~ \\x0A$"}},
    {"a trailing lookahead", "#~(?![\\w%])", {"0 .$ | # ~ [^%0-9A-Z_a-z]$"}},
    {"a trailing lookahead of more bytes", "#~(?!a|bc)", {"0 .$ | # ~ [^a]$"}},
    {"a trailing lookahead that asks", "#~(?=\\d\\d)", {"0 .$ | # ~ \\d"}},
    {"a trailing lookahead that may ask for nothing", "#~(?=\\d?)", {"0 .$ | # ~"}},
    {"a trailing lookahead for a digit or the end", "#~(?=\\d|$)", {"0 .$ | # ~ \\d$"}},
    {"a trailing boundary", "#Q\\b", {"0 .$ | # Q \\W$"}},
    {"a lookahead within", "#(?!a)\\w~", {"0 .$ | # [0-9A-Z_b-z] ~"}},
    {"a lookahead before what may be left out", "#(?!a)q?\\w~", {"1-2 [#q] | \\w ~ before [#q]"}},
    {"the shortest match ends what is known", "#~{1,3}", {"0 .$ | # ~"}},
    {"what may end asks for what follows", "#~{1,2}(?!\\d)", {"0 .$ | # ~ \\D$"}},
    {"an optional part between", "#Q?~", {"0 .$ | # [Q~]"}},
    {"copies are counted", "\\d{3}#", {"0 .$ | \\d \\d \\d #"}},
    {"alternatives of different lengths", "#(?:a|bc)~", {"0 .$ | # [ab] [c~]"}},
    {"alternatives that are rare together stay so", "#~|~#", {"0 .$ | [#~] [#~]"}},
    {"an atomic group and a possessive repeat", "(?>#|#~)Q{1,2}+", {"0 .$ | # [Q~]"}},
    {"a reference", "#([ab])~\\1(?!\\d)", {"0 .$ | # [ab] ~ [ab] \\D$"}},
    {"a reference ignoring case", "#([ab])~(?i)\\1", {"0 .$ | # [ab] ~ [ABab]"}},
    {"a reference of several lengths", "#(a{1,2})~\\1~", {"0 .$ | # a [a~] [a~] [a~]"}},
    {"a reference that is refused excludes nothing", "#(?:(b)|c)~(?!\\1)", {"0 .$ | # [bc] ~"}},
    {"a code point", "#\xC2\xB7", {"0 .$ | # \\xC2 \\xB7"}},
    {"positions end", "#~{20}", {"0 .$ | # ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~"}},
    {"a run before what is rare", "[a-z]{1,9}#~", {"0-8 .$ | [a-z] # ~ before [a-z]"}},
    {"an optional part before what is rare", "(?<!\\d)e? {0,1}#~", {"0-2 \\D$ | # ~ before [ e]"}},
    {"alternatives that are rare apart are parted",
     "\\b(?:\\d[a-z]|[A-Z]{2}\\d)",
     {"0 \\W$ | \\d [a-z]", "0 \\W$ | [A-Z] [A-Z] \\d"}},
    {"without an optional part, and with it",
     "(?<![\\w ])(?:[a-z] )?[A-Z][a-z]",
     {"0 [^ 0-9A-Z_a-z]$ | [A-Z] [a-z]", "0 [^ 0-9A-Z_a-z]$ | [a-z]   [A-Z] [a-z]"}},
    {"a match that cannot be", "#^~", {"0 .$ | # [] [] [] [] [] [] [] [] [] [] [] [] [] []"}},
    {"nothing is known", "(?s).", {"0 .$ | ."}},
    {"nothing need be there", "a?", {"0 .$ | ."}},
};

static void print_set(const struct sg_set *set, struct sg_buf *out)
{
    if (sg_set_count(set) == 0)
        assert_int_equal(sg_buf_add_text(out, "[]"), SCRUBGATE_OK);
    else
        assert_int_equal(sg_set_print(set, out), SCRUBGATE_OK);
}

static void print_signature(const struct sg_signature *s, struct sg_buf *out)
{
    unsigned last = SG_SIGNATURE_BYTES - 1;
    while (last > 1 && sg_set_count(&s->at[last]) == 256 && (s->outside >> last & 1) != 0)
        last--;
    assert_int_equal(sg_buf_addf(out, "%u", s->min_before), SCRUBGATE_OK);
    if (s->max_before > s->min_before)
        assert_int_equal(sg_buf_addf(out, "-%u", s->max_before), SCRUBGATE_OK);
    for (unsigned k = 0; k <= last; k++) {
        assert_int_equal(sg_buf_add_text(out, k == 1 ? " | " : " "), SCRUBGATE_OK);
        print_set(&s->at[k], out);
        if ((s->outside >> k & 1) != 0)
            assert_int_equal(sg_buf_add_text(out, "$"), SCRUBGATE_OK);
    }
    if (s->max_before > 0) {
        assert_int_equal(sg_buf_add_text(out, " before "), SCRUBGATE_OK);
        print_set(&s->before, out);
    }
    assert_int_equal(sg_buf_add_byte(out, '\0'), SCRUBGATE_OK);
}

static void is_as_it_should_be(void **state)
{
    const struct row *row = *state;
    struct sg_pattern *pattern = sg_toy_pattern(row->pattern, true);
    struct sg_signatures signatures;
    size_t n = 0;
    assert_int_equal(sg_signatures_make(&signatures, pattern, sample), SCRUBGATE_OK);
    while (n < SG_SIGNATURES_MOST && row->want[n] != NULL)
        n++;
    for (size_t i = 0; i < signatures.n; i++) {
        struct sg_buf text = {.data = NULL};
        print_signature(&signatures.list[i], &text);
        assert_string_equal((const char *)text.data, i < n ? row->want[i] : "");
        sg_buf_fini(&text);
    }
    assert_int_equal(signatures.n, n);
    sg_pattern_free(pattern);
}

/* --- the rest -----------------------------------------------------------------------------------
 */

static bool holds(const struct sg_signature *s, struct sg_bytes text, size_t place)
{
    bool all = true;
    for (size_t k = 0; k < SG_SIGNATURE_BYTES && all; k++) {
        bool inside = place + k > 0 && place + k - 1 < text.len;
        all = inside ? sg_set_has(&s->at[k], text.data[place + k - 1]) : (s->outside >> k & 1) != 0;
    }
    return all;
}

static void counts_the_places_of_the_sample(void **state)
{
    static const char *const patterns[] = {
        "e",           "\\d\\d", "(?<![\\w-])\\d{2,9}(?!\\w)", "^hi|day$",
        "[a-z]{1,9}@", "!\\n$",  "(?:Tuesday|Montag) ?\\d?",   "(?s)."};
    struct sg_bytes text = sg_sample_text();
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct sg_pattern *pattern = sg_toy_pattern(patterns[i], true);
        struct sg_signatures signatures;
        size_t n = 0;
        assert_int_equal(sg_signatures_make(&signatures, pattern, sample), SCRUBGATE_OK);
        for (size_t place = 0; place < text.len; place++) {
            bool found = false;
            for (size_t s = 0; s < signatures.n && !found; s++)
                found = holds(&signatures.list[s], text, place);
            n += found;
        }
        assert_int_equal(signatures.per_million, n * 1000000 / text.len);
        sg_pattern_free(pattern);
    }
}

static enum scrubgate_status make(void *ctx)
{
    static struct sg_signatures signatures;
    struct sg_sample *own = NULL;
    enum scrubgate_status rc = sg_sample_new(&own);
    if (rc >= 0)
        rc = sg_signatures_make(&signatures, ctx, own);
    sg_sample_free(own);
    return rc;
}

static void answers_when_out_of_memory(void **state)
{
    struct sg_pattern *pattern = sg_toy_pattern("(?:a|b|the|of){1,2}(?:e|on ){2}([a-z])\\1?", true);
    (void)state;
    assert_true(sg_alloc_fail_each(make, pattern) > 10);
    sg_pattern_free(pattern);
}

int main(void)
{
    assert_int_equal(sg_sample_new(&sample), SCRUBGATE_OK);
    SG_SUITE_ROWS(is_as_it_should_be, rows);
    sg_suite_add("the rate is that of the sample", counts_the_places_of_the_sample, NULL);
    sg_suite_add("out of memory is an answer", answers_when_out_of_memory, NULL);
    int rc = sg_suite_run("rule/signature");
    sg_sample_free(sample);
    return rc;
}
