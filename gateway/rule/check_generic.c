/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_generic.c - validators that a rule tunes itself: standard checksums, weighted sums, and
 * what an address looks like.
 */
#include "rule/check_family.h"

#include "base/diag.h"

enum { MOST_WEIGHTS = 32, HIGHEST_WEIGHT = 99, HIGHEST_MODULUS = 97 };

/* --- standard systems --------------------------------------------------------------------- */

static bool mod97_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    return taken->len >= 3 && sg_taken_mod97(taken, 0) == 1;
}

bool sg_taken_verhoeff(const struct sg_taken *taken)
{
    /* One step of the position permutation; i steps for the i-th digit from the right. */
    static const uint8_t permute[10] = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
    if (taken->len < 2 || taken->digits != taken->len)
        return false;
    unsigned sum = 0;
    for (size_t i = 0; i < taken->len; i++) {
        unsigned b = (unsigned)(taken->text[taken->len - 1 - i] - '0');
        for (size_t step = 0; step < i % 8; step++)
            b = permute[b];
        /* The dihedral group of the pentagon: 0 … 4 turn, 5 … 9 turn and flip. */
        unsigned turn = sum < 5 ? sum + b % 5 : sum + 5 - b % 5;
        sum = turn % 5 + ((sum < 5) == (b < 5) ? 0 : 5);
    }
    return sum == 0;
}

static bool verhoeff_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    return sg_taken_verhoeff(taken);
}

static bool damm_holds(const void *bound, const struct sg_taken *taken)
{
    /* Damm's quasigroup of order ten. */
    static const char table[10][11] = {"0317598642", "7092154863", "4206871359", "1750983426",
                                       "6123045978", "3674209581", "5869720134", "8945362017",
                                       "9438617205", "2581436790"};
    unsigned interim = 0;
    (void)bound;
    if (taken->len < 2 || taken->digits != taken->len)
        return false;
    for (size_t i = 0; i < taken->len; i++)
        interim = (unsigned)(table[interim][taken->text[i] - '0'] - '0');
    return interim == 0;
}

/* Goods and books: weights 1 and 3 in turn. */
static bool ean13_holds(const void *bound, const struct sg_taken *taken)
{
    unsigned sum = 0;
    (void)bound;
    if (!sg_taken_is_digits(taken, 13))
        return false;
    for (size_t i = 0; i < 13; i++)
        sum += (unsigned)(taken->text[i] - '0') * (i % 2 == 0 ? 1 : 3);
    return sum % 10 == 0;
}

/* An ISO 7064 system by its two numbers. */
struct iso7064 {
    int modulus, radix;
    size_t checks;  /* check characters at the end */
    int characters; /* 10: digits, 26: letters, 36: both */
};

static const struct iso7064 systems[] = {
    {11, 2, 1, 10},  {37, 2, 1, 36},  {97, 10, 2, 10}, {661, 26, 2, 26},
    {11, 10, 1, 10}, {27, 26, 1, 26}, {37, 36, 1, 36}, {1271, 36, 2, 36},
};

static enum scrubgate_status iso7064_bind(const void **bound, struct sg_arena *arena,
                                          const struct sg_check_args *args,
                                          struct scrubgate_fault *fault)
{
    uint64_t modulus = 0, radix = 0;
    (void)arena;
    if (args->n == 2 && sg_bytes_to_u64(args->arg[0], &modulus) &&
        sg_bytes_to_u64(args->arg[1], &radix)) {
        for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
            if (modulus == (uint64_t)systems[i].modulus && radix == (uint64_t)systems[i].radix) {
                *bound = &systems[i];
                return SCRUBGATE_OK;
            }
        }
    }
    sg_fault_set(fault, NULL, 0, 0,
                 "iso7064 takes one of 11,2  11,10  27,26  37,2  37,36  97,10  661,26  1271,36, as "
                 "iso7064(11,10)");
    return SCRUBGATE_EINVAL;
}

/* Pure systems: the sum of values times powers of the radix is 1 modulo the modulus. */
static bool pure_holds(const struct iso7064 *system, const struct sg_taken *taken)
{
    int shift = system->characters == 26 ? 10 : 0;
    int sum = 0;
    for (size_t i = 0; i < taken->len; i++)
        sum = (sum * system->radix + sg_taken_value(taken->text[i]) - shift) % system->modulus;
    /* The check character of 37 values: * is 36. */
    if (system->modulus == 37 && taken->star)
        sum = (sum * 2 + 36) % 37;
    return sum == 1;
}

static bool iso7064_holds(const void *bound, const struct sg_taken *taken)
{
    const struct iso7064 *system = bound;
    size_t n = taken->len;
    if (n <= system->checks)
        return false;
    size_t digits = taken->digits;
    if (system->modulus == 11 && system->radix == 2 && taken->text[n - 1] == 'X') {
        /* The check character of eleven values: X is ten. */
        int sum = 0;
        for (size_t i = 0; i + 1 < n; i++)
            sum = (sum + (taken->text[i] - '0')) * 2 % 11;
        return digits == n - 1 && (sum + 10) % 11 == 1;
    }
    if (system->characters == 10 ? digits != n : system->characters == 26 && digits != 0)
        return false;
    return system->modulus == system->radix + 1 ? sg_taken_hybrid(taken, system->radix)
                                                : pure_holds(system, taken);
}

/* --- weighted sums ------------------------------------------------------------------------ */

struct weighted {
    int weights[MOST_WEIGHTS];
    size_t n;
    int modulus;
    int expected;    /* remainder of the whole sum; -1: the last character is the check */
    const char *map; /* check character by remainder, '-' for none; NULL: the remainder itself */
};

/* Reads the next word of *text as a whole number, maybe negative. */
static bool next_weight(struct sg_bytes *text, int *weight)
{
    struct sg_bytes word = {text->data, sg_bytes_find(*text, ' ')};
    uint64_t value = 0;
    bool minus = word.len > 0 && word.data[0] == '-';
    struct sg_bytes digits = {word.data + (minus ? 1 : 0), word.len - (minus ? 1 : 0)};
    if (!sg_bytes_to_u64(digits, &value) || value > HIGHEST_WEIGHT)
        return false;
    *weight = minus ? -(int)value : (int)value;
    *text = sg_bytes_trim((struct sg_bytes){text->data + word.len, text->len - word.len});
    return true;
}

static bool read_weights(struct weighted *sum, struct sg_bytes text)
{
    while (text.len > 0) {
        if (sum->n == MOST_WEIGHTS || !next_weight(&text, &sum->weights[sum->n]))
            return false;
        sum->n++;
    }
    return sum->n > 0;
}

/* The third argument: a remainder, or one character for each remainder. */
static bool read_expected(struct weighted *sum, struct sg_arena *arena, struct sg_bytes text)
{
    uint64_t value = 0;
    if (text.len == (size_t)sum->modulus) {
        char *map = sg_arena_copy(arena, text);
        if (map == NULL)
            return false;
        for (size_t i = 0; i < text.len; i++) {
            if (!sg_is_alnum(map[i]) && map[i] != '-')
                return false;
            map[i] = (char)(map[i] >= 'a' ? map[i] - ('a' - 'A') : map[i]);
        }
        sum->map = map;
        return true;
    }
    if (!sg_bytes_to_u64(text, &value) || value >= (uint64_t)sum->modulus)
        return false;
    sum->expected = (int)value;
    return true;
}

static enum scrubgate_status weighted_bind(const void **bound, struct sg_arena *arena,
                                           const struct sg_check_args *args,
                                           struct scrubgate_fault *fault)
{
    struct weighted *sum = sg_arena_alloc(arena, sizeof *sum);
    uint64_t modulus = 0;
    if (sum == NULL)
        return SCRUBGATE_ENOMEM;
    sum->expected = -1;
    bool fine = (args->n == 2 || args->n == 3) && read_weights(sum, args->arg[0]) &&
                sg_bytes_to_u64(args->arg[1], &modulus) && modulus >= 2 &&
                modulus <= HIGHEST_MODULUS;
    sum->modulus = (int)modulus;
    if (fine && args->n == 3)
        fine = read_expected(sum, arena, args->arg[2]);
    if (!fine) {
        sg_fault_set(fault, NULL, 0, 0,
                     "weighted takes up to %d weights, a modulus 2 to %d and maybe a remainder or "
                     "one check character per remainder: weighted(7 3 1, 10), "
                     "weighted(9 8 7 6 5 4 3 2 -1, 11, 0), "
                     "weighted(10 9 8 7 6 5 4 3 2, 11, 0-987654321)",
                     MOST_WEIGHTS, HIGHEST_MODULUS);
        return SCRUBGATE_EINVAL;
    }
    *bound = sum;
    return SCRUBGATE_OK;
}

static bool weighted_holds(const void *bound, const struct sg_taken *taken)
{
    const struct weighted *sum = bound;
    size_t n = sum->expected >= 0 ? taken->len : taken->len - 1;
    int total = 0;
    if (n < sum->n)
        return false;
    for (size_t i = 0; i < n; i++)
        total += sum->weights[i % sum->n] * sg_taken_value(taken->text[i]);
    int rest = (total % sum->modulus + sum->modulus) % sum->modulus;
    if (sum->expected >= 0)
        return rest == sum->expected;
    uint8_t check = taken->text[n];
    return sum->map != NULL ? check == sum->map[rest] : sg_taken_value(check) == rest;
}

/* --- looks -------------------------------------------------------------------------------- */

static bool not_repeated_holds(const void *bound, const struct sg_taken *taken)
{
    (void)bound;
    for (size_t i = 1; i < taken->len; i++) {
        if (taken->text[i] != taken->text[0])
            return true;
    }
    return false;
}

/* Four numbers 0 … 255 without leading zeros, whatever separates them. */
static bool ipv4_holds(const void *bound, struct sg_bytes match)
{
    (void)bound;
    unsigned octets = 0, value = 0, width = 0;
    for (size_t i = 0; i <= match.len; i++) {
        if (i < match.len && sg_is_digit(match.data[i])) {
            if (width > 0 && value == 0)
                return false;
            value = value * 10 + (unsigned)(match.data[i] - '0');
            if (++width > 3 || value > 255)
                return false;
        } else if (i < match.len && sg_is_alnum(match.data[i])) {
            return false;
        } else if (width > 0) {
            octets++;
            value = width = 0;
        }
    }
    return octets == 4;
}

const struct sg_check_kind sg_check_generic_kinds[] = {
    {"mod97", "mod97", NULL, mod97_holds, NULL},
    {"verhoeff", "verhoeff", NULL, verhoeff_holds, NULL},
    {"damm", "damm", NULL, damm_holds, NULL},
    {"ean13", "ean13", NULL, ean13_holds, NULL},
    {"iso7064", "iso7064(11,10)", iso7064_bind, iso7064_holds, NULL},
    {"weighted", "weighted(7 3 1, 10)", weighted_bind, weighted_holds, NULL},
    {"not-repeated", "not-repeated", NULL, not_repeated_holds, NULL},
    {"ipv4", "ipv4", NULL, NULL, ipv4_holds},
};
const size_t sg_check_generic_count =
    sizeof sg_check_generic_kinds / sizeof *sg_check_generic_kinds;
