/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suspect_table.c - the groups of bytes that make a place suspect, as tables for shuffles.
 *
 * A group is written as the halves that its bytes may have: low and high half of the first byte,
 * of the second and of the third. A set is up to eight groups; the compiler turns it into tables.
 */
#include "scan/suspect.h"

/* Sets of halves. */
#define H(n)     (1u << (n))
#define TO(a, b) ((2u << (b)) - (1u << (a)))
#define ANY      TO(0, 15)
#define REST     TO(8, 11) /* the high half of a byte that is no lead */

#define LO(bit, step, n, l0, h0, l1, h1, l2, h2)                                                   \
    (uint8_t)((((step) == 0 ? (l0) : (step) == 1 ? (l1) : (l2)) >> (n)&1u) << (bit))
#define HI(bit, step, n, l0, h0, l1, h1, l2, h2)                                                   \
    (uint8_t)((((step) == 0 ? (h0) : (step) == 1 ? (h1) : (h2)) >> (n)&1u) << (bit))
#define SIXTEEN(SET, half, step)                                                                   \
    {                                                                                              \
        SET(half, step, 0), SET(half, step, 1), SET(half, step, 2), SET(half, step, 3),            \
            SET(half, step, 4), SET(half, step, 5), SET(half, step, 6), SET(half, step, 7),        \
            SET(half, step, 8), SET(half, step, 9), SET(half, step, 10), SET(half, step, 11),      \
            SET(half, step, 12), SET(half, step, 13), SET(half, step, 14), SET(half, step, 15)     \
    }
#define HALVES(SET, step)                                                                          \
    {                                                                                              \
        SIXTEEN(SET, LO, step), SIXTEEN(SET, HI, step)                                             \
    }
#define TABLES(SET)                                                                                \
    {                                                                                              \
        {                                                                                          \
            HALVES(SET, 0), HALVES(SET, 1), HALVES(SET, 2)                                         \
        }                                                                                          \
    }

/* clang-format off */
#define TWO(X, s, n) (uint8_t)( \
    /* controls and blanks of Latin-1, soft hyphen */ \
    X(0, s, n, H(2), H(12), H(0) | H(5) | H(13), H(8) | H(10), ANY, ANY) | \
    /* its raised digits and dot */ \
    X(1, s, n, H(2), H(12), H(2) | H(3) | H(7) | H(9), H(11), ANY, ANY) | \
    /* combining marks */ \
    X(2, s, n, H(12) | H(13), H(12), ANY, REST, ANY, ANY) | \
    /* Cyrillic ones, NKo digits */ \
    X(3, s, n, H(2) | H(15), H(13), TO(0, 9), H(8), ANY, ANY) | \
    /* Arabic letter mark, two kinds of Arabic digits */ \
    X(4, s, n, H(8), H(13), H(12), H(9), ANY, ANY) | \
    X(5, s, n, H(9), H(13), TO(0, 9), H(10), ANY, ANY) | \
    X(6, s, n, H(11), H(13), TO(0, 9), H(11), ANY, ANY))

#define E2(X, s, n) (uint8_t)( \
    /* blanks and bidi marks, without the two joiners; dashes; other punctuation */ \
    X(0, s, n, H(2), H(14), H(0), H(8), TO(0, 11) | TO(14, 15), H(8)) | \
    X(1, s, n, H(2), H(14), H(0), H(8), TO(0, 5), H(9)) | \
    X(2, s, n, H(2), H(14), H(0), H(8), H(4) | TO(7, 15), H(10)) | \
    /* invisible operators, raised digits, marks, Roman numerals, enclosed ones */ \
    X(3, s, n, H(2), H(14), H(1) | H(3) | H(5), H(8) | H(9), ANY, REST) | \
    X(4, s, n, H(2), H(14), H(2), H(9), ANY, REST) | \
    /* lowered digits, dingbats */ \
    X(5, s, n, H(2), H(14), H(2) | H(14), H(8) | H(9), ANY, H(8) | H(9)) | \
    X(6, s, n, H(2), H(14), H(13), H(9), TO(6, 15), H(11)) | \
    /* letters like those of mathematics, without the numero sign */ \
    X(7, s, n, H(2), H(14), H(4), H(8), TO(0, 5) | TO(8, 15), REST))

#define ASIA(X, s, n) (uint8_t)( \
    /* digits of India, and of Tibet and Cambodia */ \
    X(0, s, n, H(0), H(14), 0xAAAAu, H(10) | H(11), TO(6, 15), H(10)) | \
    X(1, s, n, H(0) | H(1), H(14), H(12) | H(15), H(9) | H(11), TO(0, 9), H(10)) | \
    /* of Burma and others */ \
    X(2, s, n, H(1), H(14), H(1) | H(2), H(8) | H(11), TO(0, 9), H(8) | H(9)) | \
    /* Korean fillers, Khmer vowels that are not seen */ \
    X(3, s, n, H(1), H(14), H(5), H(8), H(0) | H(15), H(9) | H(10)) | \
    X(4, s, n, H(1), H(14), H(14), H(9), H(4) | H(5), H(11)) | \
    /* small scripts with digits and marks, whole */ \
    X(5, s, n, H(1), H(14), H(5) | H(7) | H(10) | H(11) | H(13) | H(14), H(10), ANY, REST) | \
    X(6, s, n, H(1), H(14), H(0) | H(10), H(9) | H(10), ANY, H(8) | H(9)) | \
    /* phonetic letters, marks */ \
    X(7, s, n, H(1), H(14), TO(4, 7), H(11), ANY, REST))

#define WIDE(X, s, n) (uint8_t)( \
    /* digits of Thailand and Laos */ \
    X(0, s, n, H(0), H(14), H(9) | H(11), H(11), TO(0, 9), H(9)) | \
    /* Hangul filler, wide Z */ \
    X(1, s, n, H(3) | H(15), H(14), H(5) | H(12), H(8) | H(11), H(4) | H(10), H(10) | H(11)) | \
    /* small scripts with digits, whole */ \
    X(2, s, n, H(10), H(14), H(3) | H(4) | TO(7, 9) | H(15), H(9) | H(10), ANY, REST) | \
    /* half marks, small forms */ \
    X(3, s, n, H(15), H(14), H(8) | H(9), H(11), ANY, H(9) | H(10)) | \
    /* byte order mark, annotations */ \
    X(4, s, n, H(15), H(14), H(11) | H(15), H(11), TO(9, 11) | H(15), H(11)) | \
    /* wide digits, letters and @ */ \
    X(5, s, n, H(15), H(14), H(12), H(11), TO(0, 9), H(9) | H(11)) | \
    X(6, s, n, H(15), H(14), H(12) | H(14), H(11), ANY, H(10)) | \
    X(7, s, n, H(15), H(14), H(13), H(11), ANY, H(8)))

#define FOUR(X, s, n) (uint8_t)( \
    /* the rest of the wide letters */ \
    X(0, s, n, H(15), H(14), H(13), H(11), TO(0, 10), H(9)) | \
    /* old scripts, mathematical letters */ \
    X(1, s, n, H(0), H(15), H(0) | H(1) | H(6) | H(11) | H(13) | H(14), H(9), ANY, REST) | \
    /* enclosed letters, not the ones of flags; digits of old computers */ \
    X(2, s, n, H(0), H(15), H(15), H(9), TO(4, 6), H(8)) | \
    X(3, s, n, H(0), H(15), H(15), H(9), H(15), H(10)) | \
    /* tags */ \
    X(4, s, n, H(3), H(15), H(0), H(10), ANY, REST))

#define NEAR(X, s, n) (uint8_t)( \
    /* minus, division, Coptic and other look-alikes with lead E2; the bullet */ \
    X(0, s, n, H(2), H(14), H(1) | H(3) | H(4) | H(8), H(8) | H(9) | H(11), ANY, REST) | \
    X(1, s, n, H(2), H(14), H(0) | H(2), H(10) | H(11), ANY, REST) | \
    X(2, s, n, H(2), H(14), H(0), H(8), H(2), H(10)) | \
    /* punctuation of China and Japan, wide punctuation */ \
    X(3, s, n, H(3), H(14), H(0) | H(3), H(8), H(0) | H(2) | H(11) | H(12), H(8) | H(11)) | \
    X(4, s, n, H(15), H(14), H(12) | H(13), H(11), ANY, REST) | \
    /* Cherokee, Latin of phoneticians */ \
    X(5, s, n, H(1) | H(10), H(14), H(12) | H(14) | H(15), H(8) | H(9), ANY, REST) | \
    /* joiners, variation selectors */ \
    X(6, s, n, H(2), H(14), H(0), H(8), H(12) | H(13), H(8)) | \
    X(7, s, n, H(15), H(14), H(8), H(11), ANY, H(8)))

#define BYTES(X, s, n) (uint8_t)( \
    /* words: 0-9; @ A-O; P-Z and p-z; a-o */ \
    X(0, s, n, TO(0, 9), H(3), 0u, 0u, 0u, 0u) | \
    X(1, s, n, ANY, H(4), 0u, 0u, 0u, 0u) | \
    X(2, s, n, TO(0, 10), H(5) | H(7), 0u, 0u, 0u, 0u) | \
    X(3, s, n, TO(1, 15), H(6), 0u, 0u, 0u, 0u) | \
    /* the dot */ \
    X(4, s, n, H(14), H(2), 0u, 0u, 0u, 0u) | \
    /* leads of phonetic letters and Greek; of Cyrillic, Armenian and some punctuation */ \
    X(5, s, n, TO(9, 11) | TO(13, 15), H(12), 0u, 0u, 0u, 0u) | \
    X(6, s, n, TO(0, 6) | H(11), H(13), 0u, 0u, 0u, 0u))
/* clang-format on */

const struct sg_suspect_set sg_suspect_two = TABLES(TWO);
const struct sg_suspect_set sg_suspect_e2 = TABLES(E2);
const struct sg_suspect_set sg_suspect_long[SG_SUSPECT_SETS] = {TABLES(ASIA), TABLES(WIDE),
                                                                TABLES(FOUR)};
const struct sg_suspect_set sg_suspect_near = TABLES(NEAR);
const struct sg_suspect_halves sg_suspect_bytes = HALVES(BYTES, 0);
