/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_card.c - payment cards: the Luhn digit, and issuer ranges with their lengths.
 *
 * Luhn lets one in ten random digit runs pass, so a bare run needs an issuer's range and length
 * as well.
 */
#include "rule/check_family.h"

#include "base/diag.h"

/* Lengths as bits: LEN(16) | LEN(19). */
#define LEN(n)    (1u << (n))
#define FROM16    (LEN(16) | LEN(17) | LEN(18) | LEN(19))
#define FROM12    (LEN(12) | LEN(13) | LEN(14) | LEN(15) | FROM16)
#define FROM14    (LEN(14) | LEN(15) | FROM16)
#define VISA_LEN  (LEN(13) | LEN(16) | LEN(19))
#define VERVE_LEN (LEN(16) | LEN(18) | LEN(19))

/*
 * Issuer ranges: the first `width` digits lie in low … high and the length is one of lengths. Rows
 * may overlap; any of them will do. Local schemes that lie inside a wider row (Elo, RuPay, Dankort,
 * Electron, …) have no row of their own.
 */
static const struct {
    uint32_t low, high;
    unsigned width, lengths;
} issuers[] = {
    {4, 4, 1, VISA_LEN},            /* Visa and its co-brands */
    {4903, 4905, 4, VERVE_LEN},     /* Switch, closed: 18 digits still turn up */
    {4911, 4911, 4, VERVE_LEN},     /* Switch */
    {4936, 4936, 4, VERVE_LEN},     /* Switch */
    {51, 55, 2, LEN(16)},           /* Mastercard, Diners US */
    {222100, 272099, 6, LEN(16)},   /* Mastercard */
    {34, 34, 2, LEN(15)},           /* American Express */
    {37, 37, 2, LEN(15)},           /* American Express */
    {6011, 6011, 4, FROM16},        /* Discover */
    {644, 659, 3, FROM16},          /* Discover, Elo, Troy, BC Global */
    {300, 305, 3, FROM14},          /* Diners Club */
    {3095, 3095, 4, FROM14},        /* Diners Club */
    {36, 36, 2, FROM14},            /* Diners Club */
    {38, 39, 2, FROM14},            /* Diners Club */
    {3528, 3589, 4, FROM16},        /* JCB, LankaPay, RuPay co-brand */
    {353, 353, 3, LEN(16)},         /* RuPay */
    {356, 356, 3, LEN(16)},         /* RuPay */
    {2131, 2131, 4, LEN(15)},       /* JCB, old */
    {1800, 1800, 4, LEN(15)},       /* JCB, old */
    {62, 62, 2, FROM16},            /* UnionPay */
    {81, 82, 2, FROM16},            /* UnionPay, RuPay */
    {50, 50, 2, FROM12},            /* Maestro, Verve, Elo */
    {56, 58, 2, FROM12},            /* Maestro, Bankcard */
    {6304, 6304, 4, FROM12},        /* Maestro, Laser */
    {67, 67, 2, FROM12},            /* Maestro, Laser, Solo */
    {6, 6, 1, FROM16},              /* Maestro and local schemes; shorter ones only as above */
    {2200, 2204, 4, FROM16},        /* Mir */
    {9, 9, 1, LEN(16)},             /* Troy 9792, DinaCard 9891, Humo 9860, Korean local */
    {8600, 8600, 4, LEN(16)},       /* UzCard */
    {606282, 606282, 6, VISA_LEN},  /* Hipercard */
    {3841, 3841, 4, VISA_LEN},      /* Hipercard */
    {1, 1, 1, LEN(15)},             /* UATP */
    {564182, 564182, 6, VERVE_LEN}, /* Switch */
    {633110, 633110, 6, VERVE_LEN}, /* Switch */
};

/* Digits put before the match's own; "" for none. */
struct prefix {
    const char *digits;
};

static unsigned doubled(unsigned digit)
{
    return digit < 5 ? digit * 2 : digit * 2 - 9;
}

/* From the right; the last digit is doubled when twice says so. */
static unsigned luhn_sum(const uint8_t *digits, size_t len, bool twice)
{
    unsigned sum = 0;
    for (size_t i = len; i > 0; i--, twice = !twice)
        sum += twice ? doubled((unsigned)(digits[i - 1] - '0')) : (unsigned)(digits[i - 1] - '0');
    return sum;
}

bool sg_taken_luhn(const struct sg_taken *taken, size_t from)
{
    for (size_t i = from; i < taken->len; i++) {
        if (!sg_is_digit(taken->text[i]))
            return false;
    }
    return taken->len >= from + 2 &&
           luhn_sum(taken->text + from, taken->len - from, false) % 10 == 0;
}

static bool luhn_holds(const void *bound, const struct sg_taken *taken)
{
    const struct prefix *prefix = bound;
    struct sg_bytes before = sg_bytes_of(prefix->digits);
    unsigned sum = luhn_sum(before.data, before.len, taken->len % 2 == 1);
    if (taken->len < 2 || taken->digits != taken->len)
        return false;
    return (sum + luhn_sum(taken->text, taken->len, false)) % 10 == 0;
}

static enum scrubgate_status luhn_bind(const void **bound, struct sg_arena *arena,
                                       const struct sg_check_args *args,
                                       struct scrubgate_fault *fault)
{
    struct sg_bytes digits = args->n > 0 ? args->arg[0] : SG_BYTES("");
    bool fine = args->n <= 1 && digits.len <= 16;
    for (size_t i = 0; fine && i < digits.len; i++)
        fine = sg_is_digit(digits.data[i]);
    if (!fine) {
        sg_fault_set(fault, NULL, 0, 0,
                     "luhn takes no argument, or up to 16 digits to put before the match, as in "
                     "luhn(80840)");
        return SCRUBGATE_EINVAL;
    }
    struct prefix *prefix = sg_arena_alloc(arena, sizeof *prefix);
    if (prefix == NULL)
        return SCRUBGATE_ENOMEM;
    prefix->digits = sg_arena_copy(arena, digits);
    *bound = prefix;
    return prefix->digits == NULL ? SCRUBGATE_ENOMEM : SCRUBGATE_OK;
}

static bool issuer_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    if (taken->digits != taken->len || taken->len < 12 || taken->len > 19)
        return false;
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++) {
        uint64_t head = sg_taken_number(taken, 0, issuers[i].width);
        if (head >= issuers[i].low && head <= issuers[i].high &&
            (issuers[i].lengths & LEN(taken->len)) != 0)
            return true;
    }
    return false;
}

const struct sg_check_kind sg_check_card_kinds[] = {
    {"luhn", "luhn or luhn(80840)", luhn_bind, luhn_holds, NULL},
    {"card-issuer", "card-issuer", NULL, issuer_holds, NULL},
};
const size_t sg_check_card_count = sizeof sg_check_card_kinds / sizeof *sg_check_card_kinds;
