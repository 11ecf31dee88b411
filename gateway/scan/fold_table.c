/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold_table.c - what the folded view makes of each code point.
 */
#include "scan/fold_table.h"

#include <stdbool.h>
#include <stddef.h>

/* Code points first … last become the text's bytes, over and over; a blank in a text of letters
 * says: as it is. */
struct row {
    uint32_t first, last;
    uint8_t kind;
    bool gaps; /* blanks are such */
    uint16_t n;
    const char *text;
};

#define LETTERS(first, last, kind, text)                                                           \
    {                                                                                              \
        first, last, SG_FOLD_##kind, true, sizeof(text) - 1, text                                  \
    }
#define BYTES(first, last, kind, text)                                                             \
    {                                                                                              \
        first, last, SG_FOLD_##kind, false, sizeof(text) - 1, text                                 \
    }
#define NUMBERS(first) BYTES(first, (first) + 9, MAP, "0123456789")
#define NOTHING(first, last, kind)                                                                 \
    {                                                                                              \
        first, last, SG_FOLD_##kind, false, 1, ""                                                  \
    }
#define GONE(first, last) NOTHING(first, last, DROP)
#define UPPER             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER             "abcdefghijklmnopqrstuvwxyz"

/* The scripts that whole messages are written in, asked first. */
static const char latin[] = /* U+00C0: the letter below the accent */
    "AAAAAA CEEEEIIII NOOOOO OUUUUY  aaaaaa ceeeeiiii nooooo ouuuuy y"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi  JjKk LlLlLlL"
    "lLlNnNnNn   OoOoOo  RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
    "bBBb   Cc DDd    FfG   IKkl  NnOOo  Pp     tTtTUu VYyZz         "
    "     D  L  N AaIiOoUuUuUuUuUu AaAa  GgGgKkOoOo  j D Gg  NnAa  Oo"
    "AaAaEeEeIiIiOoOoRrRrUuUuSsTt  HhNd  ZzAaEeOoOoOoOoYylntj  ACcLTs"
    "z  B  EeJj qRrYy";
static const char greek[] = /* U+0370, with and without accents */
    "               J      A EHI O Y iAB  EZH IK MN O P  TY X  IYaeni"
    "uaby e n ik  v o p otu x wiuouw   YYY       F                   "
    "kpcj e   CM     ";
static const char cyrillic[] = /* U+0400, with and without accents */
    "EE   SIIJ   K Y A B  E    K MHO PCTY X      b   a br e    k mhon"
    "pcty x      b   ee r siij   k y  w                  VvVv        "
    "                                              Yy          hh    "
    "I              lAaAa  Ee              Oo      YyYyYy            "
    "Dd          Gg            QqWw                  ";

static const struct row rows[] = {
    BYTES(0x0085, 0x0085, MAP, "\n"),
    BYTES(0x00A0, 0x00A0, MAP, " "),
    BYTES(0x00AA, 0x00AA, WEAK, "a"),
    GONE(0x00AD, 0x00AD),
    BYTES(0x00B2, 0x00B3, MAP, "23"),
    BYTES(0x00B7, 0x00B7, MAP, "."),
    BYTES(0x00B9, 0x00B9, MAP, "1"),
    BYTES(0x00BA, 0x00BA, WEAK, "o"),
    LETTERS(0x0250, 0x02B8, NEAR,
            " a b cdd   e    ggg   h iiilll w mnnn       rrr r s     t uu   y"
            "zz       b ghj lq               h jr   wy"),
    BYTES(0x02D7, 0x02D7, NEAR, "-"),
    LETTERS(0x02E1, 0x02E3, NEAR, "lsx"),
    GONE(0x0300, 0x036F),
    GONE(0x0483, 0x0489),
    LETTERS(0x0531, 0x0587, NEAR,
            "           L                U S     O           w    q         h"
            "    j  n    u   g  po  "),
    BYTES(0x058A, 0x058A, NEAR, "-"),
    BYTES(0x05BE, 0x05BE, NEAR, "-"),
    GONE(0x061C, 0x061C),
    NUMBERS(0x0660),
    BYTES(0x06D4, 0x06D4, NEAR, "."),
    NUMBERS(0x06F0),
    NUMBERS(0x07C0),
    NUMBERS(0x0966),
    NUMBERS(0x09E6),
    NUMBERS(0x0A66),
    NUMBERS(0x0AE6),
    NUMBERS(0x0B66),
    NUMBERS(0x0BE6),
    NUMBERS(0x0C66),
    NUMBERS(0x0CE6),
    NUMBERS(0x0D66),
    NUMBERS(0x0DE6),
    NUMBERS(0x0E50),
    NUMBERS(0x0ED0),
    NUMBERS(0x0F20),
    NUMBERS(0x1040),
    NUMBERS(0x1090),
    GONE(0x115F, 0x1160),
    LETTERS(0x13A0, 0x13F4, NEAR,
            "DRT  i   YAJE      W   M   H Y  G  Z           b  R WS   VS   LC"
            "  P   Kd           GB"),
    BYTES(0x1680, 0x1680, MAP, " "),
    GONE(0x17B4, 0x17B5),
    NUMBERS(0x17E0),
    BYTES(0x1806, 0x1806, MAP, "-"),
    GONE(0x180B, 0x180F),
    NUMBERS(0x1810),
    NUMBERS(0x1946),
    NUMBERS(0x19D0),
    BYTES(0x19DA, 0x19DA, MAP, "1"),
    NUMBERS(0x1A80),
    NUMBERS(0x1A90),
    GONE(0x1AB0, 0x1AFF),
    NUMBERS(0x1B50),
    NUMBERS(0x1BB0),
    NUMBERS(0x1C40),
    NUMBERS(0x1C50),
    LETTERS(0x1D00, 0x1D22, NEAR, "a   cd e  jk m o        p  tu   vwz"),
    LETTERS(0x1D2C, 0x1D65, MAP, "A B DE GHIJKLMN O PRTUWa   bde   g km o   ptu  v      iruv"),
    LETTERS(0x1D9C, 0x1DBB, MAP, "c   f                          z"),
    GONE(0x1DC0, 0x1DFF),
    LETTERS(0x1E00, 0x1EFF, WEAK,
            "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMm"
            "MmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv"
            "WwWwWwWwWwXxXxYyZzZzZzhtwyas    AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe"
            "EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy    Yy"),
    BYTES(0x2000, 0x200A, MAP, " "),
    GONE(0x200B, 0x200B),
    NOTHING(0x200C, 0x200D, DROP_NEAR),
    GONE(0x200E, 0x200F),
    BYTES(0x2010, 0x2015, MAP, "-"),
    BYTES(0x2022, 0x2022, NEAR, "."),
    BYTES(0x2024, 0x2024, MAP, "."),
    BYTES(0x2027, 0x2027, MAP, "."),
    BYTES(0x2028, 0x2029, MAP, "\n"),
    GONE(0x202A, 0x202D),
    BYTES(0x202E, 0x202E, MAP,
          "\x12"), /* what follows is read from its end: fold rules see to it */
    BYTES(0x202F, 0x202F, MAP, " "),
    BYTES(0x2043, 0x2043, NEAR, "-"),
    BYTES(0x2044, 0x2044, NEAR, "/"),
    BYTES(0x205F, 0x205F, MAP, " "),
    GONE(0x2060, 0x206F),
    LETTERS(0x2070, 0x209C, MAP, "0i  456789+-=()n0123456789+-=() aeox hklmnpst"),
    GONE(0x20D0, 0x20F0),
    LETTERS(0x2102, 0x2134, MAP, "C       gHHHh IILl N   PQRRR      Z   Z K BC eEF Mo"),
    LETTERS(0x2145, 0x2149, MAP, "Ddeij"),
    LETTERS(0x2160, 0x217F, MAP, "I   V    X  LCDMi   v    x  lcdm"),
    BYTES(0x2212, 0x2212, NEAR, "-"),
    BYTES(0x2215, 0x2215, NEAR, "/"),
    BYTES(0x2236, 0x2236, NEAR, ":"),
    BYTES(0x2460, 0x2468, MAP, "123456789"),
    BYTES(0x2474, 0x247C, MAP, "123456789"),
    BYTES(0x2488, 0x2490, MAP, "123456789"),
    BYTES(0x249C, 0x24B5, MAP, LOWER),
    BYTES(0x24B6, 0x24CF, MAP, UPPER),
    BYTES(0x24D1, 0x24E9, MAP,
          "bcdefghijklmnopqrstuvwxyz"), /* the a is an @: fold rules see to it */
    BYTES(0x24EA, 0x24EA, MAP, "0"),
    BYTES(0x24F5, 0x24FD, MAP, "123456789"),
    BYTES(0x24FF, 0x24FF, MAP, "0"),
    BYTES(0x2500, 0x2500, NEAR, "-"),
    BYTES(0x2776, 0x277E, MAP, "123456789"),
    BYTES(0x2780, 0x2788, MAP, "123456789"),
    BYTES(0x278A, 0x2792, MAP, "123456789"),
    BYTES(0x2795, 0x2796, NEAR, "+-"),
    BYTES(0x2800, 0x2800, NEAR, " "),
    LETTERS(0x2C80, 0x2CAD, NEAR, "AaB     Ee    H   I K   M N   Oo  PpCcT Y   X "),
    BYTES(0x2E3A, 0x2E3B, NEAR, "-"),
    BYTES(0x3000, 0x3000, NEAR, " "),
    BYTES(0x3002, 0x3002, NEAR, "."),
    BYTES(0x30FB, 0x30FC, NEAR, ".-"),
    GONE(0x3164, 0x3164),
    LETTERS(0xA4D0, 0xA4F4, NEAR, "BPdDT GK JC ZF MNLSR  VH  WXY A E IOU"),
    NUMBERS(0xA620),
    BYTES(0xA730, 0xA731, NEAR, "fs"),
    BYTES(0xA789, 0xA789, NEAR, ":"),
    NUMBERS(0xA8D0),
    NUMBERS(0xA900),
    NUMBERS(0xA9D0),
    NUMBERS(0xA9F0),
    NUMBERS(0xAA50),
    NUMBERS(0xABF0),
    NOTHING(0xFE00, 0xFE0F, DROP_BEHIND),
    GONE(0xFE20, 0xFE2F),
    LETTERS(0xFE50, 0xFE6B, MAP, ", . ;:?!-(){}  #&*+-<>= \\$%@"),
    GONE(0xFEFF, 0xFEFF),
    BYTES(0xFF01, 0xFF0F, NEAR, "!\"#$%&'()*+,-./"),
    NUMBERS(0xFF10),
    BYTES(0xFF1A, 0xFF1F, NEAR, ":;<=>?"),
    BYTES(0xFF20, 0xFF3A, MAP, "@" UPPER),
    BYTES(0xFF3B, 0xFF40, NEAR, "[\\]^_`"),
    BYTES(0xFF41, 0xFF5A, MAP, LOWER),
    BYTES(0xFF5B, 0xFF5E, NEAR, "{|}~"),
    BYTES(0xFF61, 0xFF61, NEAR, "."),
    BYTES(0xFF65, 0xFF65, NEAR, "."),
    BYTES(0xFF70, 0xFF70, NEAR, "-"),
    GONE(0xFFA0, 0xFFA0),
    GONE(0xFFF9, 0xFFFB),
    NUMBERS(0x104A0),
    NUMBERS(0x10D30),
    NUMBERS(0x11066),
    NUMBERS(0x110F0),
    NUMBERS(0x11136),
    NUMBERS(0x111D0),
    NUMBERS(0x112F0),
    NUMBERS(0x11450),
    NUMBERS(0x114D0),
    NUMBERS(0x11650),
    NUMBERS(0x116C0),
    NUMBERS(0x11730),
    NUMBERS(0x118E0),
    NUMBERS(0x11950),
    NUMBERS(0x11C50),
    NUMBERS(0x11D50),
    NUMBERS(0x11DA0),
    NUMBERS(0x11F50),
    NUMBERS(0x16A60),
    NUMBERS(0x16AC0),
    NUMBERS(0x16B50),
    GONE(0x1BCA0, 0x1BCA3),
    GONE(0x1D173, 0x1D17A),
    BYTES(0x1D400, 0x1D6A3, MAP, UPPER LOWER),
    BYTES(0x1D6A4, 0x1D6A5, MAP, "ij"),
    /* Mathematical Greek, five alphabets. */
    LETTERS(0x1D6A8, 0x1D7C9, NEAR, "AB  EZH IK MN O P  TY X   a y e n ik  v o p otu x w e k p "),
    BYTES(0x1D7CE, 0x1D7FF, MAP, "0123456789"),
    NUMBERS(0x1E140),
    NUMBERS(0x1E2F0),
    NUMBERS(0x1E4F0),
    NUMBERS(0x1E950),
    BYTES(0x1F100, 0x1F10A, MAP, "00123456789"),
    BYTES(0x1F10B, 0x1F10C, MAP, "0"),
    BYTES(0x1F110, 0x1F129, MAP, UPPER),
    BYTES(0x1F130, 0x1F149, MAP, UPPER),
    BYTES(0x1F150, 0x1F169, MAP, UPPER),
    BYTES(0x1F170, 0x1F189, MAP, UPPER),
    NUMBERS(0x1FBF0),
    GONE(0xE0000, 0xE0FFF),
};

static struct sg_fold_code letter(enum sg_fold_kind kind, char c)
{
    if (c == ' ')
        return (struct sg_fold_code){.kind = SG_FOLD_KEEP};
    return (struct sg_fold_code){.kind = (uint8_t)kind, .byte = (uint8_t)c};
}

static struct sg_fold_code of_row(const struct row *row, uint32_t code_point)
{
    char c = row->text[(code_point - row->first) % row->n];
    if (row->gaps)
        return letter(row->kind, c);
    return (struct sg_fold_code){.kind = row->kind, .byte = (uint8_t)c};
}

struct sg_fold_code sg_fold_code(uint32_t code_point)
{
    if (code_point - 0x400 < sizeof cyrillic - 1 && (code_point < 0x483 || code_point > 0x489))
        return letter(SG_FOLD_NEAR, cyrillic[code_point - 0x400]);
    if (code_point - 0xC0 < sizeof latin - 1)
        return letter(SG_FOLD_WEAK, latin[code_point - 0xC0]);
    if (code_point - 0x370 < sizeof greek - 1)
        return letter(SG_FOLD_NEAR, greek[code_point - 0x370]);
    size_t from = 0, to = sizeof rows / sizeof rows[0];
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (code_point < rows[middle].first)
            to = middle;
        else if (code_point > rows[middle].last)
            from = middle + 1;
        else
            return of_row(&rows[middle], code_point);
    }
    return (struct sg_fold_code){.kind = SG_FOLD_KEEP};
}
