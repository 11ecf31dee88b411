/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_card.c - payment cards: the Luhn digit, issuer ranges with their lengths, and layouts.
 *
 * Luhn lets one in ten random digit runs pass, so a number needs more: an issuer's range and
 * length, the way cards print it, or a word beside it. How much more depends on how it stands
 * there:
 *
 *     4111111111111111       a range in use today, or order numbers would be cards
 *     4111 1111 1111 1111    any issuer's range
 *     card no. 7123...       the Luhn digit: card(named), for rules that ask for a word
 *
 * What parts the groups may be anything, when it is the same everywhere.
 */
#include "rule/check_family.h"

#include <string.h>

#include "base/diag.h"
#include "base/digest.h"

/* Lengths as bits: LEN(16) | LEN(19). */
#define LEN(n)    (1u << (n))
#define FROM16    (LEN(16) | LEN(17) | LEN(18) | LEN(19))
#define FROM12    (LEN(12) | LEN(13) | LEN(14) | LEN(15) | FROM16)
#define FROM14    (LEN(14) | LEN(15) | FROM16)
#define VISA_LEN  (LEN(13) | LEN(16) | LEN(19))
#define VERVE_LEN (LEN(16) | LEN(18) | LEN(19))

enum { CARD_SHORTEST = 12, CARD_LONGEST = 19 };

/*
 * Issuer ranges: the first `width` digits lie in low … high and the length is one of lengths. Rows
 * may overlap; any of them will do. Local schemes that lie inside a wider row (Elo, RuPay, Dankort,
 * Electron, …) have no row of their own.
 *
 * bare: the lengths at which a number without groups counts. A wide row counts only at lengths that
 * cards have today; what it leaves out, narrow rows of issued ranges put back.
 */
static const struct issuer {
    uint32_t low, high;
    unsigned width, lengths, bare;
} issuers[] = {
    {4, 4, 1, VISA_LEN, VISA_LEN},                    /* Visa and its co-brands */
    {4903, 4905, 4, VERVE_LEN, VERVE_LEN},            /* Switch, closed: still turns up */
    {4911, 4911, 4, VERVE_LEN, VERVE_LEN},            /* Switch */
    {4936, 4936, 4, VERVE_LEN, VERVE_LEN},            /* Switch */
    {51, 55, 2, LEN(16), LEN(16)},                    /* Mastercard, Diners US */
    {222100, 272099, 6, LEN(16), LEN(16)},            /* Mastercard */
    {34, 34, 2, LEN(15), LEN(15)},                    /* American Express */
    {37, 37, 2, LEN(15), LEN(15)},                    /* American Express */
    {6011, 6011, 4, FROM16, FROM16},                  /* Discover */
    {644, 659, 3, FROM16, FROM16},                    /* Discover, Elo, Troy, BC Global */
    {300, 305, 3, FROM14, LEN(14) | LEN(16)},         /* Diners Club */
    {3095, 3095, 4, FROM14, FROM14},                  /* Diners Club */
    {36, 36, 2, FROM14, LEN(14) | LEN(16) | LEN(19)}, /* Diners Club */
    {38, 39, 2, FROM14, LEN(14) | LEN(16) | LEN(19)}, /* Diners Club */
    {3528, 3589, 4, FROM16, FROM16},                  /* JCB, LankaPay, RuPay co-brand */
    {353, 353, 3, LEN(16), LEN(16)},                  /* RuPay */
    {356, 356, 3, LEN(16), LEN(16)},                  /* RuPay */
    {2131, 2131, 4, LEN(15), LEN(15)},                /* JCB, old */
    {1800, 1800, 4, LEN(15), LEN(15)},                /* JCB, old */
    {62, 62, 2, FROM16, FROM16},                      /* UnionPay */
    {81, 82, 2, FROM16, LEN(16)},                     /* UnionPay, RuPay */
    {50, 50, 2, FROM12, LEN(16)},                     /* Maestro, Verve, Elo, RuPay */
    {56, 58, 2, FROM12, LEN(16)},                     /* Maestro, Bankcard */
    {5018, 5020, 4, FROM12, FROM12},                  /* Maestro, Dankort */
    {5038, 5038, 4, FROM12, FROM12},                  /* Maestro */
    {5893, 5893, 4, FROM12, FROM12},                  /* Maestro */
    {506099, 506198, 6, VERVE_LEN, VERVE_LEN},        /* Verve */
    {507865, 507964, 6, VERVE_LEN, VERVE_LEN},        /* Verve */
    {6304, 6304, 4, FROM12, FROM12},                  /* Maestro, Laser */
    {6706, 6706, 4, FROM12, FROM16},                  /* Laser */
    {6709, 6709, 4, FROM12, FROM16},                  /* Laser */
    {6759, 6759, 4, FROM12, FROM12},                  /* Maestro, Switch */
    {6761, 6763, 4, FROM12, FROM12},                  /* Maestro */
    {6767, 6767, 4, FROM12, FROM16},                  /* Solo */
    {6771, 6771, 4, FROM12, FROM16},                  /* Laser */
    {67, 67, 2, FROM12, LEN(16) | LEN(19)},           /* Maestro, Laser, Solo */
    {60, 60, 2, FROM16, LEN(16)},                     /* RuPay, Hipercard, LankaPay */
    {627780, 627780, 6, LEN(16), LEN(16)},            /* Elo */
    {633110, 633110, 6, VERVE_LEN, VERVE_LEN},        /* Switch */
    {6333, 6334, 4, VERVE_LEN, VERVE_LEN},            /* Switch, Solo */
    {636, 639, 3, FROM16, FROM16},                    /* InterPayment, InstaPayment, Elo */
    {6, 6, 1, FROM16, 0},                             /* Maestro and local schemes */
    {2200, 2204, 4, FROM16, FROM16},                  /* Mir */
    {9792, 9792, 4, LEN(16), LEN(16)},                /* Troy */
    {9891, 9891, 4, LEN(16), LEN(16)},                /* DinaCard */
    {8600, 8600, 4, LEN(16), LEN(16)},                /* UzCard */
    {9860, 9860, 4, LEN(16), LEN(16)},                /* Humo */
    {90, 91, 2, LEN(16), 0},                          /* Korean local */
    {96, 99, 2, LEN(16), 0},                   /* Korean local; 92 to 95 are parcels in the US */
    {606282, 606282, 6, VISA_LEN, VISA_LEN},   /* Hipercard */
    {3841, 3841, 4, VISA_LEN, VISA_LEN},       /* Hipercard */
    {1, 1, 1, LEN(15), 0},                     /* UATP */
    {1354, 1354, 4, LEN(15), LEN(15)},         /* UATP, as issued */
    {564182, 564182, 6, VERVE_LEN, VERVE_LEN}, /* Switch */
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

/* Is it of an issuer's range that has this length, bare or at all? */
static bool has_issuer(const struct sg_taken *digits, bool bare)
{
    if (digits->len < CARD_SHORTEST || digits->len > CARD_LONGEST)
        return false;
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++) {
        const struct issuer *row = &issuers[i];
        uint64_t head = sg_taken_number(digits, 0, row->width);
        unsigned lengths = bare ? row->bare : row->lengths;
        if (head >= row->low && head <= row->high && (lengths & LEN(digits->len)) != 0)
            return true;
    }
    return false;
}

static bool issuer_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    return taken->digits == taken->len && has_issuer(taken, false);
}

/* --- how a number stands there ------------------------------------------------------------------
 */

enum { MOST_GROUPS = CARD_LONGEST };

/* The digits of a match, in groups. gaps[i] stands behind group i. */
struct layout {
    struct sg_taken taken;
    size_t n, sizes[MOST_GROUPS];
    struct sg_bytes gaps[MOST_GROUPS];
};

/* False where it is no number of a card's length, digits at both ends. */
static bool lay_out(struct layout *l, struct sg_bytes match)
{
    l->n = 0;
    l->taken.len = l->taken.digits = 0;
    l->taken.overlong = false;
    for (size_t i = 0; i < match.len;) {
        size_t from = i;
        while (i < match.len && sg_is_digit(match.data[i])) {
            if (l->taken.len == CARD_LONGEST)
                return false;
            l->taken.text[l->taken.len++] = match.data[i++];
        }
        if (i == from)
            return false;
        l->sizes[l->n] = i - from;
        from = i;
        while (i < match.len && !sg_is_digit(match.data[i]))
            i++;
        l->gaps[l->n++] = (struct sg_bytes){match.data + from, i - from};
    }
    l->taken.digits = l->taken.len;
    return l->taken.len >= CARD_SHORTEST && l->gaps[l->n - 1].len == 0;
}

static bool has_equal_gaps(const struct layout *l)
{
    for (size_t i = 1; i + 1 < l->n; i++) {
        if (!sg_bytes_equal(l->gaps[i], l->gaps[0]))
            return false;
    }
    return true;
}

/* Blanks, dashes, dots: what people put between groups without thinking. All bytes beyond ASCII
 * count, as they are blanks and dashes of other kinds where a pattern lets them be here. */
static bool has_soft_gaps(const struct layout *l)
{
    for (size_t i = 0; i + 1 < l->n; i++) {
        for (size_t k = 0; k < l->gaps[i].len; k++) {
            uint8_t c = l->gaps[i].data[k];
            if (c < 0x80 && memchr(" -._\t", c, 5) == NULL)
                return false;
        }
    }
    return true;
}

static bool has_sizes(const struct layout *l, const char *sizes)
{
    size_t n = strlen(sizes);
    for (size_t i = 0; i < n && i < l->n; i++) {
        if (l->sizes[i] != (size_t)(sizes[i] - '0'))
            return false;
    }
    return l->n == n;
}

/* All groups of one size, the last one no longer. */
static bool is_even(const struct layout *l)
{
    for (size_t i = 1; i < l->n; i++) {
        if (l->sizes[i] != l->sizes[0] && !(i + 1 == l->n && l->sizes[i] < l->sizes[0]))
            return false;
    }
    return true;
}

/* As cards are printed: fours, and the groupings of American Express, Diners Club and UATP. */
static bool is_printed(const struct layout *l)
{
    return (l->sizes[0] == 4 && l->n > 1 && is_even(l)) || has_sizes(l, "465") ||
           has_sizes(l, "464") || has_sizes(l, "456");
}

/* Other groups, few and long enough to be parts of one number; one dot makes it a decimal. */
static bool is_chunked(const struct layout *l)
{
    if (!has_soft_gaps(l) || l->n > 5)
        return false;
    if (l->n == 2 && sg_bytes_equal(l->gaps[0], SG_BYTES(".")))
        return false;
    for (size_t i = 0; i < l->n; i++) {
        if (l->sizes[i] < (i + 1 == l->n ? 1 : i == 0 ? 4 : 3))
            return false;
    }
    return true;
}

/* Pairs and threes want one and the same plain gap; single digits only the same. */
static bool is_counted_out(const struct layout *l)
{
    return l->n > 3 && is_even(l) && has_equal_gaps(l) &&
           (l->sizes[0] == 1 || (l->gaps[0].len == 1 && has_soft_gaps(l)));
}

/* EAN-13 and GTIN-14: weights 1 and 3 in turn, from the right. */
static bool is_article(const struct sg_taken *digits)
{
    unsigned sum = 0;
    for (size_t i = 0; i < digits->len; i++)
        sum += (unsigned)(digits->text[digits->len - 1 - i] - '0') * (i % 2 == 0 ? 1 : 3);
    return sum % 10 == 0;
}

static bool is_luhn(const struct sg_taken *digits)
{
    static const struct prefix none = {""};
    return luhn_holds(&none, digits);
}

static bool is_card(const struct layout *l)
{
    const struct sg_taken *digits = &l->taken;
    if (!is_luhn(digits))
        return false;
    if (l->n == 1)
        return has_issuer(digits, true) && (digits->len != 13 || !is_article(digits));
    if (is_printed(l) && (has_equal_gaps(l) || has_soft_gaps(l)))
        return has_issuer(digits, false);
    return (is_chunked(l) || is_counted_out(l)) && has_issuer(digits, true);
}

/* A time since 1970, in milli-, micro- or nanoseconds. */
static bool is_epoch(const struct sg_taken *digits)
{
    return digits->text[0] == '1' && digits->text[1] >= '4' &&
           (digits->len == 13 || digits->len == 16 || digits->len == 19);
}

static bool is_named_card(const struct layout *l)
{
    return l->taken.text[0] != '0' && !is_epoch(&l->taken) && is_luhn(&l->taken);
}

/* --- the card checks ----------------------------------------------------------------------------
 */

/* What a rule has besides the number. */
struct card {
    bool named; /* a word that says card */
};

static enum scrubgate_status card_bind(const void **bound, struct sg_arena *arena,
                                       const struct sg_check_args *args,
                                       struct scrubgate_fault *fault)
{
    bool named = args->n == 1 && sg_bytes_equal(args->arg[0], SG_BYTES("named"));
    if (args->n > 0 && !named) {
        sg_fault_set(fault, NULL, 0, 0,
                     "card takes no argument, or named where a word beside the number says card");
        return SCRUBGATE_EINVAL;
    }
    struct card *card = sg_arena_alloc(arena, sizeof *card);
    if (card == NULL)
        return SCRUBGATE_ENOMEM;
    card->named = named;
    *bound = card;
    return SCRUBGATE_OK;
}

static bool card_holds(const void *bound, struct sg_bytes match)
{
    const struct card *card = bound;
    struct layout layout;
    bool holds =
        lay_out(&layout, match) && (card->named ? is_named_card(&layout) : is_card(&layout));
    sg_wipe(&layout, sizeof layout);
    return holds;
}

/* Digits behind a card: month and year, then three or four, at most. */
enum { DETAILS_LONGEST = 10 };

static size_t count_digits(struct sg_bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += sg_is_digit(text.data[i]) ? 1 : 0;
    return n;
}

/* The match begins with a card, which ends with a group. In a match without groups what is glued to
 * the card is month and year, and maybe a code. */
static bool details_hold(const void *bound, struct sg_bytes match)
{
    static const struct card plain = {false};
    const size_t digits = count_digits(match);
    size_t left = digits;
    (void)bound;
    for (size_t i = 0; i < match.len; i++) {
        if (!sg_is_digit(match.data[i]))
            continue;
        left--;
        bool ends = digits == match.len ? i + 1 >= 14 && i + 1 <= 16
                                        : i + 1 < match.len && !sg_is_digit(match.data[i + 1]);
        if (ends && left > 0 && left <= DETAILS_LONGEST &&
            card_holds(&plain, (struct sg_bytes){match.data, i + 1}))
            return true;
    }
    return false;
}

const struct sg_check_kind sg_check_card_kinds[] = {
    {"luhn", "luhn or luhn(80840)", luhn_bind, luhn_holds, NULL},
    {"card", "card or card(named)", card_bind, NULL, card_holds},
    {"card-issuer", "card-issuer", NULL, issuer_holds, NULL},
    {"card-details", "card-details", NULL, NULL, details_hold},
};
const size_t sg_check_card_count = sizeof sg_check_card_kinds / sizeof *sg_check_card_kinds;
