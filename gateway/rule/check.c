/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c - the table of validators: find one by name, bind its arguments, ask it.
 */
#include "rule/check.h"

#include <assert.h>
#include <string.h>

#include "base/diag.h"
#include "base/digest.h"
#include "base/yaml.h"
#include "rule/check_family.h"
#include "rule/check_plan.h"

enum { MOST_KINDS = 160, LONGEST_NAME = 40 };

struct sg_check {
    const struct sg_check_kind *kind;
    const void *bound;
    const char *name;
};

/* What a name stands for. */
struct named {
    const char *name;
    const struct sg_check_kind *kind;
    const void *bound; /* the row of a number plan */
};

static bool plan_holds(const void *bound, const struct sg_taken *taken)
{
    return sg_plan_holds(bound, taken);
}

/* What all number plans are: the row is what they are bound to. */
static const struct sg_check_kind plan_kind = {"", "the name alone", NULL, plan_holds, NULL};

/* Lists the checks of all families; returns how many there are. */
static size_t gather(struct named all[MOST_KINDS])
{
    const struct {
        const struct sg_check_kind *kinds;
        size_t n;
    } families[] = {{sg_check_card_kinds, sg_check_card_count},
                    {sg_check_bank_kinds, sg_check_bank_count},
                    {sg_check_europe_kinds, sg_check_europe_count},
                    {sg_check_thing_kinds, sg_check_thing_count},
                    {sg_check_coin_kinds, sg_check_coin_count},
                    {sg_check_token_kinds, sg_check_token_count},
                    {sg_check_date_kinds, sg_check_date_count},
                    {sg_check_phone_kinds, sg_check_phone_count},
                    {sg_check_generic_kinds, sg_check_generic_count}};
    const struct {
        const struct sg_plan *plans;
        size_t n;
    } tables[] = {{sg_check_europe_plans, sg_check_europe_plan_count},
                  {sg_check_america_plans, sg_check_america_plan_count},
                  {sg_check_asia_plans, sg_check_asia_plan_count},
                  {sg_check_south_plans, sg_check_south_plan_count}};
    size_t n = 0;
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        for (size_t i = 0; i < families[f].n; i++) {
            assert(n < MOST_KINDS);
            all[n++] = (struct named){families[f].kinds[i].name, &families[f].kinds[i], NULL};
        }
    }
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (size_t i = 0; i < tables[t].n; i++) {
            assert(n < MOST_KINDS);
            all[n++] = (struct named){tables[t].plans[i].name, &plan_kind, &tables[t].plans[i]};
        }
    }
    return n;
}

/* False with the fault's sentence when there is no such name. */
static bool find(struct sg_bytes name, struct named *found, struct scrubgate_fault *fault)
{
    struct named all[MOST_KINDS];
    const char *names[MOST_KINDS];
    size_t n = gather(all);
    for (size_t i = 0; i < n; i++) {
        names[i] = all[i].name;
        if (sg_bytes_equal(name, sg_bytes_of(names[i]))) {
            *found = all[i];
            return true;
        }
    }
    char word[LONGEST_NAME + 1] = "";
    for (size_t i = 0; i < name.len && i < LONGEST_NAME; i++)
        word[i] = (char)name.data[i];
    const char *near = sg_nearest_word(word, names, n);
    if (near != NULL)
        sg_fault_set(fault, NULL, 0, 0, "there is no check %s; did you mean %s?", word, near);
    else
        sg_fault_set(fault, NULL, 0, 0,
                     "there is no check \"%s\"; docs/RULES.md lists those there are", word);
    return false;
}

/* Cuts "a b, c" at its commas. */
static enum scrubgate_status cut(struct sg_check_args *args, struct sg_bytes text)
{
    args->n = 0;
    for (;;) {
        size_t comma = sg_bytes_find(text, ',');
        if (args->n == SG_CHECK_ARGS)
            return SCRUBGATE_EINVAL;
        struct sg_bytes arg = sg_bytes_trim((struct sg_bytes){text.data, comma});
        if (arg.len == 0)
            return SCRUBGATE_EINVAL;
        args->arg[args->n++] = arg;
        if (comma == text.len)
            return SCRUBGATE_OK;
        text.data += comma + 1;
        text.len -= comma + 1;
    }
}

/* Splits text into a name and, when there are brackets, what is between them. */
static enum scrubgate_status split(struct sg_bytes text, struct sg_bytes *name,
                                   struct sg_check_args *args, struct scrubgate_fault *fault)
{
    size_t open = sg_bytes_find(text, '(');
    *name = sg_bytes_trim((struct sg_bytes){text.data, open});
    args->n = 0;
    if (open == text.len)
        return SCRUBGATE_OK;
    if (text.data[text.len - 1] != ')') {
        sg_fault_set(fault, NULL, 0, 0,
                     "the check's \"(\" has no \")\" at the end; inside [ ] a check with a comma "
                     "needs quotes");
        return SCRUBGATE_EINVAL;
    }
    if (cut(args, (struct sg_bytes){text.data + open + 1, text.len - open - 2}) < 0) {
        sg_fault_set(fault, NULL, 0, 0,
                     "a check takes 1 to %d arguments between its brackets, none of them empty",
                     SG_CHECK_ARGS);
        return SCRUBGATE_EINVAL;
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_check_parse(const struct sg_check **check, struct sg_arena *arena,
                                     struct sg_bytes text, struct scrubgate_fault *fault)
{
    struct sg_bytes name;
    struct sg_check_args args;
    *check = NULL;
    text = sg_bytes_trim(text);
    enum scrubgate_status rc = split(text, &name, &args, fault);
    if (rc < 0)
        return rc;
    struct named found;
    if (!find(name, &found, fault))
        return SCRUBGATE_EINVAL;
    const struct sg_check_kind *kind = found.kind;
    const void *bound = found.bound;
    if (kind->bind != NULL) {
        rc = kind->bind(&bound, arena, &args, fault);
        if (rc < 0)
            return rc;
    } else if (args.n > 0) {
        sg_fault_set(fault, NULL, 0, 0, "the check %s takes no arguments: write it as %s",
                     found.name, found.name);
        return SCRUBGATE_EINVAL;
    }
    struct sg_check *made = sg_arena_alloc(arena, sizeof *made);
    const char *copy = sg_arena_copy(arena, text);
    if (made == NULL || copy == NULL)
        return SCRUBGATE_ENOMEM;
    *made = (struct sg_check){kind, bound, copy};
    *check = made;
    return SCRUBGATE_OK;
}

static void take(struct sg_taken *taken, struct sg_bytes match)
{
    taken->len = taken->digits = 0;
    taken->overlong = false;
    taken->star = match.len > 0 && match.data[match.len - 1] == '*';
    for (size_t i = 0; i < match.len; i++) {
        int c = match.data[i];
        if (!sg_is_alnum(c))
            continue;
        if (taken->len == SG_TAKEN_LONGEST) {
            taken->overlong = true;
            return;
        }
        taken->digits += sg_is_digit(c) ? 1 : 0;
        taken->text[taken->len++] = (uint8_t)(c >= 'a' ? c - ('a' - 'A') : c);
    }
}

bool sg_check_holds(const struct sg_check *check, struct sg_bytes match)
{
    const struct sg_check_kind *kind = check->kind;
    if (kind->holds_raw != NULL)
        return kind->holds_raw(check->bound, match);
    struct sg_taken taken;
    take(&taken, match);
    bool holds = taken.len > 0 && !taken.overlong && kind->holds(check->bound, &taken);
    sg_wipe(taken.text, taken.len);
    return holds;
}

const char *sg_check_name(const struct sg_check *check)
{
    return check->name;
}

bool sg_taken_is_digits(const struct sg_taken *taken, size_t len)
{
    return taken->len == len && taken->digits == len;
}

uint64_t sg_taken_number(const struct sg_taken *taken, size_t from, size_t len)
{
    uint64_t value = 0;
    assert(from + len <= taken->len && len <= 18);
    for (size_t i = from; i < from + len; i++)
        value = value * 10 + (uint64_t)(taken->text[i] - '0');
    return value;
}

bool sg_taken_is_one_of(uint8_t c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

int sg_taken_value(uint8_t c)
{
    return sg_is_digit(c) ? c - '0' : c - 'A' + 10;
}

unsigned sg_taken_mod97(const struct sg_taken *taken, size_t from)
{
    unsigned rest = 0;
    for (size_t i = 0; i < taken->len; i++) {
        unsigned value = (unsigned)sg_taken_value(taken->text[(from + i) % taken->len]);
        rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
    }
    return rest;
}

bool sg_taken_hybrid(const struct sg_taken *taken, int radix)
{
    /* The running product starts at the radix and never becomes 0: that is what lets the system
     * catch every single change and every swap of neighbours. */
    int product = radix;
    for (size_t i = 0; i + 1 < taken->len; i++) {
        int value = sg_taken_value(taken->text[i]) - (radix == 26 ? 10 : 0);
        int sum = (product + value) % radix;
        product = (sum == 0 ? radix : sum) * 2 % (radix + 1);
    }
    int last = sg_taken_value(taken->text[taken->len - 1]) - (radix == 26 ? 10 : 0);
    return (product + last) % radix == 1;
}
