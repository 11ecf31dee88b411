/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_family.h - what check.c and the families of checks share (exclude.c borrows the calendar).
 *
 * A family is a table of kinds. check.c takes the letters and digits out of a match once, hands
 * them to the kind and wipes them, so that no kind has to clean up behind itself.
 */
#ifndef SG_RULE_CHECK_FAMILY_H
#define SG_RULE_CHECK_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/arena.h"
#include "base/bytes.h"

/* SG_TAKEN_LONGEST: no number plan comes near it; a longer match fails every check on taken. */
enum { SG_TAKEN_LONGEST = 64, SG_CHECK_ARGS = 6 };

/* The ASCII letters (in upper case) and digits of a match, in order. */
struct sg_taken {
    uint8_t text[SG_TAKEN_LONGEST];
    size_t len;
    size_t digits; /* how many of them are digits */
    bool overlong; /* there were more */
    bool star;     /* a '*' ends the match: ISO 7064 has it for a check character */
};

/* The arguments between the brackets, cut at commas and trimmed. */
struct sg_check_args {
    struct sg_bytes arg[SG_CHECK_ARGS];
    size_t n;
};

/* One way of checking. */
struct sg_check_kind {
    const char *name;
    const char *usage; /* how it is written, for faults */
    /* Turns arguments into what holds() is given as bound; NULL when the kind takes none. EINVAL
     * with the fault's sentence, ENOMEM. */
    enum scrubgate_status (*bind)(const void **bound, struct sg_arena *arena,
                                  const struct sg_check_args *args, struct scrubgate_fault *fault);
    bool (*holds)(const void *bound, const struct sg_taken *taken);
    /* Instead of holds, for a kind that needs the separators or more than SG_TAKEN_LONGEST. */
    bool (*holds_raw)(const void *bound, struct sg_bytes match);
};

extern const struct sg_check_kind sg_check_card_kinds[];
extern const struct sg_check_kind sg_check_bank_kinds[];
extern const struct sg_check_kind sg_check_europe_kinds[];
extern const struct sg_check_kind sg_check_thing_kinds[];
extern const struct sg_check_kind sg_check_coin_kinds[];
extern const struct sg_check_kind sg_check_token_kinds[];
extern const struct sg_check_kind sg_check_date_kinds[];
extern const struct sg_check_kind sg_check_phone_kinds[];
extern const size_t sg_check_phone_count;
extern const struct sg_check_kind sg_check_generic_kinds[];
extern const size_t sg_check_card_count, sg_check_bank_count, sg_check_europe_count,
    sg_check_thing_count, sg_check_coin_count, sg_check_token_count, sg_check_date_count,
    sg_check_generic_count;

/* True when taken is exactly len digits and nothing else. */
bool sg_taken_is_digits(const struct sg_taken *taken, size_t len);
/* The number in taken[from, from + len), all digits, len <= 18. */
uint64_t sg_taken_number(const struct sg_taken *taken, size_t from, size_t len);
/* The value of one taken character: 0-9, A=10 … Z=35. */
int sg_taken_value(uint8_t c);
/* Value modulo 97 of taken read as a number, letters as two digits, starting at from and going
 * round to from again. */
unsigned sg_taken_mod97(const struct sg_taken *taken, size_t from);
/* True when the digits from `from` on end in their Luhn digit; false when one is a letter. */
bool sg_taken_luhn(const struct sg_taken *taken, size_t from);
/* True when the digits end in their Verhoeff digit. */
bool sg_taken_verhoeff(const struct sg_taken *taken);
/* ISO 7064 hybrid system MOD radix+1,radix (radix 10, 26 or 36): the check character is the last.
 */
bool sg_taken_hybrid(const struct sg_taken *taken, int radix);
/* True when c is one of the characters of set. */
bool sg_taken_is_one_of(uint8_t c, const char *set);
/* True for a day of the Gregorian calendar. */
bool sg_date_exists(int year, int month, int day);

#endif
