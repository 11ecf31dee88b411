/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_phone.c - phone numbers: by calling code, or as people at home write them.
 *
 * Behind '+', 00 or 011 the calling code says how many digits follow. Without, a number counts when
 * its layout tells what it is: groups behind a leading 0, or the groups of a country's own habit. A
 * number may be followed by a few digits of something else ("…0123 2 times"): a pattern cannot know
 * where it ends, and a number that is masked with a stray digit is better than one that is not.
 */
#include <string.h>

#include "base/diag.h"
#include "base/digest.h"
#include "rule/check_family.h"
#include "rule/phone_plan.h"

enum {
    MOST_REGIONS = 24,
    LEAST_DIGITS = 6,
    LONGEST_CODE = 3,
    STRAY_ABROAD = 4, /* digits that may follow a number with calling code or leading 0 */
    STRAY_AT_HOME = 2 /* and one that only its layout tells */
};

/* The regions asked for; none: all. */
struct regions {
    const struct sg_phone_plan *plan[MOST_REGIONS];
    size_t n;
};

/* What stands between two groups. */
enum between { BLANK, BRACKET, DASH, DOT, OTHER };

struct written {
    struct sg_phone_digits digits;
    uint8_t before[SG_PHONE_DIGITS]; /* enum between, before each group */
    bool plus, overlong;
};

static enum between between_of(uint8_t c, enum between so_far)
{
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case 0xC2:
    case 0xA0:
    case 0xE2:
    case 0x80:
    case 0x89:
    case 0x8A:
    case 0xAF:
        return so_far; /* bytes of a no-break or thin blank, or the first of a dash */
    case '(':
    case ')':
        return BRACKET;
    case '.':
        return so_far == BRACKET ? so_far : DOT;
    case '-':
        return so_far == BRACKET ? so_far : DASH;
    default:
        return so_far == BRACKET ? so_far : OTHER;
    }
}

/* Takes digits and groups out of a match, up to where an extension begins. */
static void take(struct written *number, struct sg_bytes match)
{
    struct sg_phone_digits *digits = &number->digits;
    enum between between = BLANK;
    bool inside = false;
    memset(number, 0, sizeof *number);
    for (size_t i = 0; i < match.len && !number->overlong; i++) {
        uint8_t c = match.data[i];
        if (sg_is_alpha(c) || c == '#' || c == ';')
            break;
        if (!sg_is_digit(c)) {
            number->plus |= c == '+' && digits->len == 0;
            between = inside ? BLANK : between;
            between = between_of(c, between);
            inside = false;
            continue;
        }
        if (digits->len == SG_PHONE_DIGITS) {
            number->overlong = true;
            break;
        }
        if (!inside) {
            number->before[digits->groups] = (uint8_t)between;
            digits->group[digits->groups++] = digits->len;
        }
        inside = true;
        digits->digit[digits->len++] = (uint8_t)(c - '0');
    }
    digits->group[digits->groups] = digits->len;
}

/* Whether the first `groups` groups may be the number and the rest something else. */
static bool may_end(const struct written *number, size_t groups, size_t stray)
{
    const struct sg_phone_digits *digits = &number->digits;
    if (groups == digits->groups)
        return true;
    if (number->before[groups] != BLANK)
        return false;
    size_t rest = (size_t)(digits->len - digits->group[groups]);
    /* 2 14 36 48 28 11 is a row of alike, not a number and an 11. */
    size_t last = (size_t)(digits->group[groups] - digits->group[groups - 1]);
    return rest <= stray && (stray > STRAY_AT_HOME || rest != last);
}

static bool wanted(const struct regions *regions, const struct sg_phone_plan *plan)
{
    for (size_t i = 0; regions != NULL && i < regions->n; i++) {
        if (regions->plan[i] == plan)
            return true;
    }
    return regions == NULL;
}

/* "+49.282729-123.120738" is a place on the earth: registries alone write a dot behind the code,
 * and the number whole behind it. */
static bool is_decimal(const struct written *number)
{
    const struct sg_phone_digits *digits = &number->digits;
    if (digits->groups < 2 || number->before[1] != DOT || digits->group[1] > LONGEST_CODE)
        return false;
    return digits->groups == 2 ? digits->len - digits->group[1] < 9
                               : number->before[2] == DASH || number->before[2] == BLANK;
}

/* A calling code at digit `from`, and as many digits as its plan has. */
static bool holds_abroad(const struct regions *regions, const struct written *number, size_t from)
{
    const struct sg_phone_digits *digits = &number->digits;
    const struct sg_phone_plan *plan = NULL;
    size_t code = 0;
    while ((plan = sg_phone_plan_dialled(digits, from, plan, &code)) != NULL) {
        if (!wanted(regions, plan) || (number->plus && is_decimal(number)))
            continue;
        size_t start = from + code;
        /* People keep the 0 of home: +44 (0)20, +44 020. */
        size_t zero = plan->zero && start < digits->len && digits->digit[start] == 0 ? 1 : 0;
        for (size_t groups = digits->groups; groups > 0; groups--) {
            size_t end = digits->group[groups];
            if (may_end(number, groups, STRAY_ABROAD) &&
                sg_phone_plan_takes(plan, digits, start + zero, end))
                return true;
        }
    }
    return false;
}

static unsigned group_value(const struct sg_phone_digits *digits, size_t group)
{
    unsigned value = 0;
    for (size_t i = digits->group[group]; i < digits->group[group + 1]; i++)
        value = value * 10 + digits->digit[i];
    return value;
}

static size_t group_len(const struct sg_phone_digits *digits, size_t group)
{
    return (size_t)(digits->group[group + 1] - digits->group[group]);
}

/* Whether the groups from `at` on are a day: 01.02.2019, or 05-11-26 before a time of day. */
static bool is_day(const struct written *number, size_t at)
{
    const struct sg_phone_digits *digits = &number->digits;
    if (at + 3 > digits->groups || group_len(digits, at) != 2 || group_len(digits, at + 1) != 2)
        return false;
    unsigned a = group_value(digits, at), b = group_value(digits, at + 1);
    if (a == 0 || b == 0 || a > 31 || b > 31 || (a > 12 && b > 12))
        return false;
    const uint8_t *before = number->before + at;
    unsigned year = group_value(digits, at + 2);
    if (group_len(digits, at + 2) == 4)
        return year >= 1900 && year < 2100;
    return group_len(digits, at + 2) == 2 && before[1] != BLANK && before[1] == before[2] &&
           (at == 0 || before[0] != before[1]) &&
           (digits->groups == at + 3 || before[3] != before[1]);
}

/* A day is somewhere in it: 01.02.2019 10, 02.10-03.09.2010. */
static bool is_date(const struct written *number)
{
    for (size_t at = 0; at < number->digits.groups; at++) {
        if (is_day(number, at))
            return true;
    }
    return false;
}

/* 205/55/16 */
static bool is_slashed(const struct written *number)
{
    const struct sg_phone_digits *digits = &number->digits;
    for (size_t i = 1; i < digits->groups; i++) {
        if (number->before[i] != OTHER)
            return false;
    }
    return digits->groups > 2;
}

/* Groups behind a leading 0 as people make them: an area of two digits or more, no single digits
 * behind it (0-306-40615-2 is a book). */
static bool is_grouped(const struct written *number, size_t groups)
{
    const struct sg_phone_digits *digits = &number->digits;
    enum { LEAST = 9, LONGEST_AREA = 6 };
    size_t least = number->before[1] == BRACKET ? LEAST - 1 : LEAST;
    if (groups < 2 || digits->group[groups] < least || digits->digit[1] == 0 || is_slashed(number))
        return false;
    size_t area = group_len(digits, 0);
    if (area > LONGEST_AREA || (area == 1 && number->before[1] > BRACKET))
        return false;
    for (size_t i = 1; i < groups; i++) {
        if (group_len(digits, i) < 2 && !(i == 1 && area == 2 && groups > 3))
            return false;
    }
    return true;
}

/* 612.345.678 is a price more often than a number. */
static bool is_thousands(const struct written *number, size_t groups)
{
    const struct sg_phone_digits *digits = &number->digits;
    for (size_t i = 1; i < groups; i++) {
        if (group_len(digits, i) != 3 || number->before[i] != DOT)
            return false;
    }
    return group_len(digits, 0) <= 3;
}

/* As written at home, in a layout that tells. */
static bool holds_at_home(const struct regions *regions, const struct written *number)
{
    const struct sg_phone_digits *digits = &number->digits;
    if (is_date(number))
        return false;
    for (size_t groups = digits->groups; groups > 1; groups--) {
        bool zero = digits->digit[0] == 0 && may_end(number, groups, STRAY_ABROAD) &&
                    is_grouped(number, groups);
        bool laid = may_end(number, groups, STRAY_AT_HOME) && !is_thousands(number, groups) &&
                    !is_slashed(number);
        for (size_t i = 0; (zero || laid) && i < sg_phone_plan_count; i++) {
            const struct sg_phone_plan *plan = &sg_phone_plans[i];
            if (!wanted(regions, plan))
                continue;
            if ((zero && plan->zero &&
                 sg_phone_plan_takes(plan, digits, 1, digits->group[groups])) ||
                (laid && sg_phone_plan_laid_out(plan, digits, groups)))
                return true;
        }
    }
    return false;
}

/* How many digits are dialled to leave the country: 00 or 011 and no further 0. */
static size_t exit_digits(const struct sg_phone_digits *digits)
{
    const uint8_t *digit = digits->digit;
    if (digit[0] != 0)
        return 0;
    return digit[1] == 0 ? 2 : digit[1] == 1 && digit[2] == 1 ? 3 : 0;
}

static bool phone_holds(const void *bound, struct sg_bytes match)
{
    struct written number;
    take(&number, match);
    bool holds = false;
    if (!number.overlong && number.digits.len >= LEAST_DIGITS) {
        size_t from = exit_digits(&number.digits);
        if (number.plus || (from > 0 && number.digits.groups > 1))
            holds = holds_abroad(bound, &number, from);
        if (!number.plus && !holds)
            holds = holds_at_home(bound, &number);
    }
    sg_wipe(&number, sizeof number);
    return holds;
}

/* --- where a word says that it is one ------------------------------------------------------- */

static bool is_ean13(const struct sg_phone_digits *digits)
{
    unsigned sum = 0;
    for (size_t i = 0; i < digits->len; i++)
        sum += digits->digit[i] * (i % 2 == 0 ? 1u : 3u);
    return digits->len == 13 && sum % 10 == 0;
}

/* Without separators: an epoch, a product, a parcel. */
static bool is_other_run(const struct written *number)
{
    const struct sg_phone_digits *digits = &number->digits;
    const uint8_t *digit = digits->digit;
    if (digits->groups == 1 && digits->len == 10)
        return digit[0] == 1 && digit[1] >= 4 && digit[1] <= 8;
    if (is_ean13(digits))
        return true;
    return digits->len >= 12 && digit[0] != 0 && !holds_abroad(NULL, number, 0);
}

/* Between dots: a decimal, a version, an object identifier, hours. */
static bool is_dotted_other(const struct written *number)
{
    const struct sg_phone_digits *digits = &number->digits;
    size_t dots = 0, single = 0, zero = 0, groups = digits->groups;
    for (size_t i = 0; i < groups; i++) {
        dots += i > 0 && number->before[i] == DOT ? 1 : 0;
        single += group_len(digits, i) == 1 ? 1 : 0;
        zero += group_len(digits, i) == 1 && digits->digit[digits->group[i]] == 0 ? 1 : 0;
    }
    if (groups == 4 && number->before[1] == DOT && number->before[3] == DOT &&
        number->before[2] != DOT)
        return digits->len == 8;
    if (dots == 0 || dots + 1 != groups)
        return false;
    if (groups > 2)
        return zero > 0 || single > 1;
    /* 020.79460123 and 555.0123 are numbers. */
    return digits->digit[0] != 0 &&
           (digits->len != 7 || group_len(digits, 0) != 3 || digits->digit[0] == 1);
}

/* A word beside it says phone: any digits will do that are nothing else by their looks. */
static bool phone_local_holds(const void *bound, struct sg_bytes match)
{
    (void)bound;
    struct written number;
    take(&number, match);
    const struct sg_phone_digits *digits = &number.digits;
    bool holds = !number.overlong && digits->len >= LEAST_DIGITS && !is_date(&number) &&
                 !is_other_run(&number) && !is_dotted_other(&number) && !is_slashed(&number);
    sg_wipe(&number, sizeof number);
    return holds;
}

static enum scrubgate_status phone_bind(const void **bound, struct sg_arena *arena,
                                        const struct sg_check_args *args,
                                        struct scrubgate_fault *fault)
{
    *bound = NULL;
    if (args->n == 0)
        return SCRUBGATE_OK;
    struct regions *regions = sg_arena_alloc(arena, sizeof *regions);
    if (regions == NULL)
        return SCRUBGATE_ENOMEM;
    regions->n = 0;
    struct sg_bytes rest = args->arg[0];
    while (args->n == 1 && rest.len > 0) {
        struct sg_bytes word = {rest.data, sg_bytes_find(rest, ' ')};
        const struct sg_phone_plan *plan = sg_phone_plan_find(word);
        if (plan == NULL || regions->n == MOST_REGIONS)
            break;
        regions->plan[regions->n++] = plan;
        rest.data += word.len;
        rest.len -= word.len;
        rest = sg_bytes_trim(rest);
    }
    if (args->n != 1 || rest.len > 0) {
        sg_fault_set(fault, NULL, 0, 0,
                     "phone takes up to %d countries, as phone(DE AT CH), or none for all",
                     MOST_REGIONS);
        return SCRUBGATE_EINVAL;
    }
    *bound = regions;
    return SCRUBGATE_OK;
}

const struct sg_check_kind sg_check_phone_kinds[] = {
    {"phone", "phone, phone(DE AT CH)", phone_bind, NULL, phone_holds},
    {"phone-local", "phone-local", NULL, NULL, phone_local_holds},
};
const size_t sg_check_phone_count = sizeof sg_check_phone_kinds / sizeof *sg_check_phone_kinds;
