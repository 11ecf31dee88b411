/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_rulefile.c - any bytes as a pack: a ruleset that keeps its promises, or a fault that says
 * what and where.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "rule/rulefile.h"
#include "rule/ruleset.h"
#include "scan/kernel.h"
#include "scan/selftest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_examples(const struct sg_rule *rule)
{
    assert(rule->n_examples >= 1);
    for (size_t i = 0; i < rule->n_examples; i++) {
        const struct sg_example *example = &rule->examples[i];
        size_t at = 0;
        assert(example->text.len > 0);
        assert(example->kind != SG_EXAMPLE_NOT || example->n_spans == 0);
        for (size_t j = 0; j < example->n_spans; j++) {
            assert(at <= example->spans[j].start);
            assert(example->spans[j].start < example->spans[j].end);
            at = example->spans[j].end;
        }
        assert(at <= example->text.len);
    }
}

static void check_rule(const struct scrubgate_ruleset *set, const struct sg_rule *rule)
{
    const struct sg_extent *extent = sg_pattern_extent(rule->pattern);
    assert(sg_ruleset_find(set, rule->id) == rule);
    assert(rule->level >= 1 && rule->level <= SG_LEVELS);
    assert(rule->level < SG_LEVELS || !rule->near.raise_level);
    assert(extent->min >= 1 && extent->max <= SG_PATTERN_LONGEST);
    assert(set->longest >= extent->max + extent->ahead);
    assert(set->behind >= extent->behind);
    if (rule->near.words != NULL) {
        assert(set->longest >= extent->max + rule->near.after);
        assert(set->behind > rule->near.before);
    }
    if (rule->keywords != NULL)
        assert(set->behind > SG_KEYWORD_REACH);
    if (rule->unless != NULL)
        assert(set->behind > sg_pattern_extent(rule->unless)->max);
    if (strcmp(rule->entity, "CREDIT_CARD") == 0)
        assert(rule->with.first <= 6 && rule->with.last <= 4);
    for (size_t i = 0; i < rule->n_checks; i++)
        (void)sg_check_holds(rule->checks[i], sg_bytes_of("4111-1111 1111.1111"));
    assert(rule->cost >= 1 && rule->cost <= 1000);
    assert(rule->n_signatures >= 1 && rule->n_signatures <= SG_SIGNATURES_MOST);
    assert(rule->everywhere <= rule->slow && (rule->slow || rule->per_million <= 50000));
    check_examples(rule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sg_pack_source source = {"fuzz.yaml", {data, size}};
    struct scrubgate_ruleset *set = NULL;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_rulefile_compile(&set, &source, 1, 20000, &fault);
    if (rc < 0) {
        assert(set == NULL && fault.what[0] != '\0');
        assert(rc != SCRUBGATE_EINVAL || strcmp(fault.file, "fuzz.yaml") == 0);
        assert(rc != SCRUBGATE_EINVAL || (fault.line > 0 && fault.column > 0));
        return 0;
    }
    assert(set->n_packs == 1 && strlen(scrubgate_ruleset_digest(set)) == 64);
    for (size_t i = 0; i < set->n_rules; i++) {
        assert(set->rules[i]->index == i);
        check_rule(set, set->rules[i]);
    }
    /* No pattern that is taken may have matches that its signatures miss. */
    rc = sg_selftest_run(set, &sg_kernel_scalar, &fault);
    assert(rc == SCRUBGATE_OK || rc == SCRUBGATE_ENOMEM);
    scrubgate_ruleset_free(set);
    return 0;
}
