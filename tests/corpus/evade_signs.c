/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evade_signs.c - the same value in other signs: unseen ones between, digits of other scripts,
 * letters that look alike, odd separators.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "evade.h"

void digits_of(const char *value, char *out, size_t cap)
{
    size_t n = 0;
    for (; *value != '\0' && n + 1 < cap; value++)
        if (isdigit((unsigned char)*value))
            out[n++] = *value;
    out[n] = '\0';
}

static bool is_start(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

/* --- nothing to see
 * ------------------------------------------------------------------------------- */

static void between(struct sg_dice *dice, const char *value, struct line *out,
                    const unsigned long *signs, size_t n)
{
    bool all = sg_dice_often(dice, 400);
    unsigned long sign = signs[sg_dice_below(dice, n)];
    size_t must = 1 + sg_dice_below(dice, strlen(value) - 1);
    for (const char *c = value; *c != '\0'; c++) {
        if (c != value && is_start(*c) &&
            (all || (size_t)(c - value) == must || sg_dice_often(dice, 300)))
            line_add_rune(out, sg_dice_often(dice, 700) ? sign : signs[sg_dice_below(dice, n)]);
        line_add_n(out, c, 1);
    }
}

static void zero_width(struct sg_dice *dice, const char *value, struct line *out)
{
    static const unsigned long signs[] = {0x200B,  0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x200E,
                                          0x200F,  0x180E, 0x034F, 0x2063, 0x115F, 0x3164, 0xFE0F,
                                          0xE0020, 0x061C, 0x2067, 0x17B4, 0x1D173};
    between(dice, value, out, signs, COUNT(signs));
}

static void combining(struct sg_dice *dice, const char *value, struct line *out)
{
    static const unsigned long marks[] = {0x0300, 0x0301, 0x0308, 0x0332, 0x0335, 0x0336,
                                          0x20D0, 0x1AB0, 0x0488, 0xFE20, 0x1DC0, 0x20E3};
    unsigned long mark = PICK(dice, marks);
    bool all = sg_dice_often(dice, 500);
    for (const char *c = value; *c != '\0'; c++) {
        line_add_n(out, c, 1);
        if (isalnum((unsigned char)*c) && (all || c == value || sg_dice_often(dice, 400)))
            line_add_rune(out, mark);
    }
}

/* --- digits ------------------------------------------------------------------------------------
 */

static const unsigned long zeros[] = {
    0x0660,  0x06F0,  0x07C0,  0x0966,  0x09E6,  0x0A66, 0x0AE6, 0x0B66, 0x0BE6,  0x0C66,  0x0CE6,
    0x0D66,  0x0E50,  0x0ED0,  0x0F20,  0x1040,  0x17E0, 0x1810, 0xFF10, 0x104A0, 0x11066, 0x1D7CE,
    0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1FBF0, 0x1946, 0x19D0, 0x1A80, 0x1B50,  0xA620,  0xABF0};

static void digits_script(struct sg_dice *dice, const char *value, struct line *out)
{
    unsigned long zero = PICK(dice, zeros);
    for (const char *c = value; *c != '\0'; c++) {
        if (isdigit((unsigned char)*c))
            line_add_rune(out, zero + (unsigned long)(*c - '0'));
        else
            line_add_n(out, c, 1);
    }
}

static void digits_mixed(struct sg_dice *dice, const char *value, struct line *out)
{
    for (const char *c = value; *c != '\0'; c++) {
        if (isdigit((unsigned char)*c) && sg_dice_often(dice, 700))
            line_add_rune(out, PICK(dice, zeros) + (unsigned long)(*c - '0'));
        else
            line_add_n(out, c, 1);
    }
}

static void digits_alike(struct sg_dice *dice, const char *value, struct line *out)
{
    /* 0 to 9 of a style: superscript, subscript, circled, black, double circled … */
    static const unsigned long styles[][10] = {
        {0x2070, 0xB9, 0xB2, 0xB3, 0x2074, 0x2075, 0x2076, 0x2077, 0x2078, 0x2079},
        {0x2080, 0x2081, 0x2082, 0x2083, 0x2084, 0x2085, 0x2086, 0x2087, 0x2088, 0x2089},
        {0x24EA, 0x2460, 0x2461, 0x2462, 0x2463, 0x2464, 0x2465, 0x2466, 0x2467, 0x2468},
        {0x24FF, 0x2776, 0x2777, 0x2778, 0x2779, 0x277A, 0x277B, 0x277C, 0x277D, 0x277E},
        {0x1F10B, 0x2780, 0x2781, 0x2782, 0x2783, 0x2784, 0x2785, 0x2786, 0x2787, 0x2788},
        {0x1F100, 0x2488, 0x2489, 0x248A, 0x248B, 0x248C, 0x248D, 0x248E, 0x248F, 0x2490},
        {0x1F101, 0x1F102, 0x1F103, 0x1F104, 0x1F105, 0x1F106, 0x1F107, 0x1F108, 0x1F109, 0x1F10A}};
    const unsigned long *style = styles[sg_dice_below(dice, COUNT(styles) - 1)];
    for (const char *c = value; *c != '\0'; c++) {
        if (isdigit((unsigned char)*c))
            line_add_rune(out, style[*c - '0']);
        else
            line_add_n(out, c, 1);
    }
}

static void keycaps(struct sg_dice *dice, const char *value, struct line *out)
{
    bool spaced = sg_dice_often(dice, 300), selector = sg_dice_often(dice, 800);
    for (const char *c = value; *c != '\0'; c++) {
        line_add_n(out, c, 1);
        if (isdigit((unsigned char)*c)) {
            if (selector)
                line_add_rune(out, 0xFE0F);
            line_add_rune(out, 0x20E3);
            line_add(out, spaced && c[1] != '\0' ? " " : "");
        }
    }
}

static void digits_chinese(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const plain[] = {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
    static const char *const bank[] = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
    const char *const *set = sg_dice_often(dice, 750) ? plain : bank;
    for (const char *c = value; *c != '\0'; c++) {
        if (isdigit((unsigned char)*c))
            line_add(out, set[*c - '0']);
        else
            line_add_n(out, c, 1);
    }
}

static void letter_for_digit(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const alike[] = {"OoQ", "lI|", "Z", "E", "A", "Ss", "Gb", "T", "B", "gq"};
    size_t most = 1 + sg_dice_below(dice, 5), done = 0;
    bool zeros_only = sg_dice_often(dice, 500); /* the usual ones: O and l */
    for (const char *c = value; *c != '\0'; c++) {
        bool digit = isdigit((unsigned char)*c) != 0 && (!zeros_only || *c < '2');
        if (digit && c != value && done < most && sg_dice_often(dice, 500)) {
            const char *set = alike[*c - '0'];
            line_add_n(out, set + sg_dice_below(dice, strlen(set)), 1);
            done++;
        } else {
            line_add_n(out, c, 1);
        }
    }
}

/* --- letters ------------------------------------------------------------------------------------
 */

static void fullwidth(struct sg_dice *dice, const char *value, struct line *out)
{
    bool all = sg_dice_often(dice, 800);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c > ' ' && *c < 0x7F && (all || c == value || sg_dice_often(dice, 500)))
            line_add_rune(out, (unsigned long)*c + 0xFEE0);
        else
            line_add_n(out, c, 1);
    }
}

static void homoglyphs(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char latin[] = "aceijopsxyABEHIKMNOPTXZCS";
    static const char *const twins[] = {"а", "с", "е", "і", "ј", "о", "р", "ѕ", "х",
                                        "у", "А", "В", "Е", "Н", "І", "К", "М", "Ν",
                                        "О", "Р", "Т", "Х", "Ζ", "С", "Ѕ"};
    bool done = false;
    for (const char *c = value; *c != '\0'; c++) {
        const char *at = strchr(latin, *c);
        if (at != NULL && (!done || sg_dice_often(dice, 600))) {
            line_add(out, twins[at - latin]);
            done = true;
        } else {
            line_add_n(out, c, 1);
        }
    }
}

static void math_letters(struct sg_dice *dice, const char *value, struct line *out)
{
    /* Where a style's A, a and 0 stand; 0: it has none. */
    static const unsigned long styles[][3] = {{0x1D400, 0x1D41A, 0x1D7CE},
                                              {0x1D468, 0x1D482, 0},
                                              {0x1D5A0, 0x1D5BA, 0x1D7E2},
                                              {0x1D5D4, 0x1D5EE, 0x1D7EC},
                                              {0x1D670, 0x1D68A, 0x1D7F6},
                                              {0x1D56C, 0x1D586, 0},
                                              {0x24B6, 0x24D0, 0},
                                              {0x1F130, 0, 0},
                                              {0x1F170, 0, 0}};
    const unsigned long *style = styles[sg_dice_below(dice, COUNT(styles))];
    for (const char *c = value; *c != '\0'; c++) {
        unsigned char u = (unsigned char)*c;
        if (isalpha(u) && (isupper(u) || style[1] == 0))
            line_add_rune(out, style[0] + (unsigned long)(toupper(u) - 'A'));
        else if (islower(u))
            line_add_rune(out, style[1] + (unsigned long)(u - 'a'));
        else if (isdigit(u) && style[2] != 0)
            line_add_rune(out, style[2] + (unsigned long)(u - '0'));
        else
            line_add_n(out, c, 1);
    }
}

static void sign_odd(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const ats[] = {"＠", "﹫", "ⓐ", "@\xE2\x80\x8B", " @ ", "(@)"};
    static const char *const dots[] = {"．", "。", "․", "·", "•", "‧", "｡", "."};
    const char *at = PICK(dice, ats), *dot = PICK(dice, dots);
    if (*at == ' ' || *at == '(')
        dot = ".";
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '@')
            line_add(out, at);
        else if (*c == '.')
            line_add(out, dot);
        else
            line_add_n(out, c, 1);
    }
}

/* --- separators --------------------------------------------------------------------------------
 */

/* The digits (or letters) in groups as they came, parted by an odd sign; glued ones in fours. */
static void parted(const char *value, struct line *out, const char *sign)
{
    bool glued = strpbrk(value, " -./") == NULL;
    size_t n = 0;
    for (const char *c = value; *c != '\0'; c++) {
        if (strchr(" -./", *c) != NULL) {
            line_add(out, sign);
        } else {
            if (glued && n > 0 && n % 4 == 0 && isalnum((unsigned char)*c))
                line_add(out, sign);
            line_add_n(out, c, 1);
            n += isalnum((unsigned char)*c) != 0;
        }
    }
}

static void dashes(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const signs[] = {"‐",  "‑",  "‒",  "–", "—", "―", "−",
                                        "﹣", "－", "ー", "_", "·", "~"};
    parted(value, out, PICK(dice, signs));
}

static void spaces(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const signs[] = {
        "\xC2\xA0",     "\xE2\x80\x80", "\xE2\x80\x83", "\xE2\x80\x89", "\xE2\x80\xAF",
        "\xE2\x81\x9F", "\xE3\x80\x80", "\t",           "\xE1\x9A\x80", "\xE2\x80\x8A"};
    parted(value, out, PICK(dice, signs));
}

static void noise(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const signs[] = {"*", "/",   "|",    " / ", "--",  "..", " - ",
                                        ",", "_",   " . ",  "~",   "***", "+",  ", ",
                                        "=", " * ", "🙂", "#",   ";",   ":"};
    const char *sign = PICK(dice, signs);
    bool fours = sg_dice_often(dice, 500);
    char digits[64];
    digits_of(value, digits, sizeof digits);
    for (size_t i = 0; digits[i] != '\0'; i++) {
        if (i > 0 && (!fours || i % 4 == 0))
            line_add(out, sign);
        line_add_n(out, digits + i, 1);
    }
}

static void parens(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const forms[] = {"(%c)", "[%c]", "{%c}", "<%c>", "\"%c\" ", "'%c'"};
    const char *form = PICK(dice, forms);
    char digits[64];
    digits_of(value, digits, sizeof digits);
    for (const char *c = digits; *c != '\0'; c++)
        line_addf(out, form, *c);
}

static void lines(struct sg_dice *dice, const char *value, struct line *out)
{
    const char *end = sg_dice_often(dice, 800) ? "\n" : "\r\n";
    for (const char *c = value; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr("@.+", *c) == NULL)
            continue;
        line_add_n(out, c, 1);
        line_add(out, c[1] != '\0' ? end : "");
    }
}

static void spaced(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const signs[] = {" ", " ", " ", "-", ".", "  ", "_"};
    const char *sign = PICK(dice, signs);
    if (strchr(value, '@') != NULL && *sign != ' ')
        sign = " ";
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == ' ' || *c == *sign)
            continue;
        if (c != value && is_start(*c))
            line_add(out, sign);
        line_add_n(out, c, 1);
    }
}

static void loose(struct sg_dice *dice, const char *value, struct line *out)
{
    bool dots = sg_dice_often(dice, 600);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '@' || (*c == '.' && dots))
            line_addf(out, " %c ", *c);
        else
            line_add_n(out, c, 1);
    }
}

static void reversed(struct sg_dice *dice, const char *value, struct line *out)
{
    (void)dice;
    for (size_t i = strlen(value); i > 0; i--)
        line_add_n(out, value + i - 1, 1);
}

/* Digits are read backwards only when somebody says so. */
static void said_backwards(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const words[] = {"backwards: ", "(reversed) ", "read it backwards ",
                                        "rückwärts ",  "à l'envers ", "al revés "};
    char digits[64], turned[64] = "";
    digits_of(value, digits, sizeof digits);
    size_t n = strlen(digits);
    for (size_t i = 0; i < n; i++)
        turned[i] = digits[n - 1 - i];
    line_add(out, PICK(dice, words));
    line_add_value(out, "", turned);
}

static void bidi(struct sg_dice *dice, const char *value, struct line *out)
{
    line_add_rune(out, 0x202E);
    reversed(dice, value, out);
    line_add_rune(out, 0x202C);
}

static const struct evasion list[] = {
    {"zero-width", "epcis", zero_width, NULL, NULL},
    {"combining", "epcis", combining, NULL, NULL},
    {"digits-script", "pcs", digits_script, NULL, NULL},
    {"digits-mixed", "pcs", digits_mixed, NULL, NULL},
    {"digits-alike", "pcs", digits_alike, NULL, NULL},
    {"keycaps", "pcs", keycaps, NULL, NULL},
    {"digits-chinese", "pc", digits_chinese, NULL, NULL},
    {"letter-for-digit", "pcs", letter_for_digit, NULL, NULL},
    {"fullwidth", "epcis", fullwidth, NULL, NULL},
    {"homoglyphs", "ei", homoglyphs, NULL, NULL},
    {"math-letters", "eei", math_letters, NULL, NULL},
    {"at-dot-signs", "e", sign_odd, NULL, NULL},
    {"dashes", "pcis", dashes, NULL, NULL},
    {"spaces", "pcis", spaces, NULL, NULL},
    {"noise-between", "cccp", noise, NULL, NULL},
    {"bracketed-digits", "pc", parens, NULL, NULL},
    {"one-per-line", "ccppse", lines, NULL, NULL},
    {"spaced", "eecpis", spaced, NULL, NULL},
    {"loose-at-dot", "e", loose, NULL, NULL},
    {"reversed", "e", reversed, NULL, NULL},
    {"said-backwards", "cp", said_backwards, NULL, NULL},
    {"bidi-override", "ec", bidi, NULL, NULL},
};

const struct evasions evasions_signs = {list, COUNT(list)};
