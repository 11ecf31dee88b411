/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evade_words.c - values said aloud: digits in words of ten languages, at and dot in eleven.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "evade.h"

/* --- digits ------------------------------------------------------------------------------------
 */

/* 0 to 9, parted by '|', other words for the same digit by '/'. */
static const char en[] = "zero/oh/o|one|two|three|four|five|six|seven|eight|nine";
static const char de[] = "null|eins|zwei/zwo|drei|vier|fünf|sechs|sieben|acht|neun";
static const char fr[] = "zéro/zero|un|deux|trois|quatre|cinq|six|sept|huit|neuf";
static const char es[] = "cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve";
static const char pt[] = "zero|um|dois|três/tres|quatro|cinco|seis/meia|sete|oito|nove";
static const char it[] = "zero|uno|due|tre|quattro|cinque|sei|sette|otto|nove";
static const char nl[] = "nul|een/één|twee|drie|vier|vijf|zes|zeven|acht|negen";
static const char pl[] =
    "zero|jeden|dwa|trzy|cztery|pięć/piec|sześć/szesc|siedem|osiem|dziewięć/dziewiec";
static const char ru[] = "ноль/нуль|один|два|три|четыре|пять|шесть|семь|восемь|девять";
static const char tr[] = "sıfır/sifir|bir|iki|üç/uc|dört/dort|beş/bes|altı|yedi|sekiz|dokuz";

static void word_of(struct sg_dice *dice, const char *words, char digit, char *out, size_t cap)
{
    char forms[64], *slash;
    part_at(words, (size_t)(digit - '0'), forms, sizeof forms);
    for (slash = strchr(forms, '/'); slash != NULL; slash = strchr(forms, '/'))
        *slash = '|';
    pick_part(dice, forms, out, cap);
}

/* All digits as words, with one sign between. */
static void say(struct sg_dice *dice, const char *words, const char *value, struct line *out)
{
    static const char *const signs[] = {" ", " ", " ", " ", ", ", "-", "\n", "  ", " - ", ". "};
    const char *sign = PICK(dice, signs);
    bool capital = sg_dice_often(dice, 150);
    char digits[64], word[32];
    digits_of(value, digits, sizeof digits);
    for (const char *c = digits; *c != '\0'; c++) {
        word_of(dice, words, *c, word, sizeof word);
        if (capital)
            word[0] = (char)toupper((unsigned char)word[0]);
        line_addf(out, "%s%s", c == digits ? "" : sign, word);
    }
}

#define SAY(language)                                                                              \
    static void say_##language(struct sg_dice *dice, const char *value, struct line *out)          \
    {                                                                                              \
        say(dice, language, value, out);                                                           \
    }
SAY(en)
SAY(de)
SAY(fr)
SAY(es)
SAY(pt)
SAY(it)
SAY(nl)
SAY(pl)
SAY(ru)
SAY(tr)

/* "double four", "triple five", "eight hundred"; what is neither stays a word. */
static void doubles(struct sg_dice *dice, const char *value, struct line *out)
{
    char digits[64], word[32];
    digits_of(value, digits, sizeof digits);
    for (size_t i = 0; digits[i] != '\0';) {
        size_t n = 1;
        if (digits[i] != '0' && digits[i + 1] == '0' && digits[i + 2] == '0') {
            word_of(dice, en, digits[i], word, sizeof word);
            line_addf(out, "%s%s hundred", i == 0 ? "" : " ", word);
            i += 3;
            continue;
        }
        while (n < 3 && digits[i + n] == digits[i])
            n++;
        word_of(dice, en, digits[i], word, sizeof word);
        line_addf(out, "%s%s%s", i == 0 ? "" : " ",
                  n == 3   ? "triple "
                  : n == 2 ? "double "
                           : "",
                  word);
        i += n;
    }
}

/* Words here, digits there. */
static void mixed(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const all[] = {en, en, de, fr, es, pt, it, nl, pl, tr};
    const char *words = PICK(dice, all);
    char digits[64], word[32];
    size_t run = 0;
    bool as_word = sg_dice_often(dice, 500);
    digits_of(value, digits, sizeof digits);
    for (const char *c = digits; *c != '\0'; c++) {
        if (run == 0) {
            as_word = !as_word;
            run = 1 + sg_dice_below(dice, 3);
        }
        run--;
        word_of(dice, words, *c, word, sizeof word);
        if (as_word)
            line_addf(out, "%s%s", c == digits ? "" : " ", word);
        else
            line_addf(out, "%s%c",
                      c != digits && !isdigit((unsigned char)out->text[out->len - 1]) ? " " : "",
                      *c);
    }
}

static void glued(struct sg_dice *dice, const char *value, struct line *out)
{
    char digits[64], word[32];
    digits_of(value, digits, sizeof digits);
    for (const char *c = digits; *c != '\0'; c++) {
        word_of(dice, en, *c, word, sizeof word);
        line_add(out, *c == '0' ? "zero" : word);
    }
}

/* --- numbers to 99, as phone numbers are read in pairs
 * ------------------------------------------------ */

static void pair_en(unsigned n, struct line *out)
{
    static const char teens[] =
        "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen";
    static const char tens[] = "||twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety";
    static const char ones[] = "zero|one|two|three|four|five|six|seven|eight|nine";
    char a[24], b[24];
    part_at(ones, n % 10, b, sizeof b);
    if (n < 10) {
        line_addf(out, "oh %s", b);
    } else if (n < 20) {
        part_at(teens, n - 10, a, sizeof a);
        line_add(out, a);
    } else {
        part_at(tens, n / 10, a, sizeof a);
        line_addf(out, n % 10 == 0 ? "%s" : "%s-%s", a, b);
    }
}

static void pair_fr(unsigned n, struct line *out)
{
    static const char small[] = "zéro|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|"
                                "treize|quatorze|quinze|seize|"
                                "dix-sept|dix-huit|dix-neuf";
    static const char tens[] =
        "||vingt|trente|quarante|cinquante|soixante|soixante|quatre-vingt|quatre-vingt";
    char a[24], b[24];
    if (n < 20) {
        part_at(small, n, b, sizeof b);
        line_addf(out, n < 10 ? "zéro %s" : "%s", b);
        return;
    }
    unsigned rest = n / 10 == 7 || n / 10 == 9 ? n % 10 + 10 : n % 10;
    part_at(tens, n / 10, a, sizeof a);
    part_at(small, rest, b, sizeof b);
    line_add(out, a);
    if (rest == 1 || rest == 11)
        line_addf(out, n < 80 ? " et %s" : "-%s", b);
    else if (rest > 0)
        line_addf(out, "-%s", b);
}

static void pair_es(unsigned n, struct line *out)
{
    static const char small[] =
        "cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|"
        "dieciséis|diecisiete|dieciocho|diecinueve|veinte|veintiuno|veintidós|veintitrés|"
        "veinticuatro|"
        "veinticinco|veintiséis|veintisiete|veintiocho|veintinueve";
    static const char tens[] = "|||treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa";
    char a[24], b[24];
    if (n < 30) {
        part_at(small, n, b, sizeof b);
        line_addf(out, n < 10 ? "cero %s" : "%s", b);
        return;
    }
    part_at(tens, n / 10, a, sizeof a);
    part_at(small, n % 10, b, sizeof b);
    line_addf(out, n % 10 == 0 ? "%s" : "%s y %s", a, b);
}

static void pair_de(unsigned n, struct line *out)
{
    static const char small[] =
        "null|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dreizehn|"
        "vierzehn|fünfzehn|sechzehn|siebzehn|achtzehn|neunzehn";
    static const char tens[] = "||zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig";
    char a[24], b[24];
    if (n < 20) {
        part_at(small, n, b, sizeof b);
        line_addf(out, n < 10 ? "null %s%s" : "%s%s", b, n == 1 ? "s" : "");
        return;
    }
    part_at(tens, n / 10, a, sizeof a);
    part_at(small, n % 10, b, sizeof b);
    line_addf(out, n % 10 == 0 ? "%s%s" : "%sund%s", n % 10 == 0 ? "" : b, a);
}

static void pairs(struct sg_dice *dice, const char *value, struct line *out,
                  void (*say_pair)(unsigned n, struct line *out), const char *words)
{
    const char *sign = sg_dice_often(dice, 700) ? " " : ", ";
    char digits[64], word[32];
    digits_of(value, digits, sizeof digits);
    size_t n = strlen(digits), i = n % 2;
    if (i == 1) { /* the odd one first */
        word_of(dice, words, digits[0], word, sizeof word);
        line_addf(out, "%s%s", word, sign);
    }
    for (; i < n; i += 2) {
        say_pair((unsigned)(digits[i] - '0') * 10 + (unsigned)(digits[i + 1] - '0'), out);
        line_add(out, i + 2 < n ? sign : "");
    }
}

#define PAIRS(language)                                                                            \
    static void pairs_##language(struct sg_dice *dice, const char *value, struct line *out)        \
    {                                                                                              \
        pairs(dice, value, out, pair_##language, language);                                        \
    }
PAIRS(en)
PAIRS(de)
PAIRS(fr)
PAIRS(es)

/* --- at and dot ---------------------------------------------------------------------------------
 */

static void said(struct sg_dice *dice, const char *value, struct line *out, const char *ats,
                 const char *dots)
{
    char at[32], dot[32];
    bool names = sg_dice_often(dice, 700); /* the dots of the name too */
    pick_part(dice, ats, at, sizeof at);
    pick_part(dice, dots, dot, sizeof dot);
    const char *host = strchr(value, '@');
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '@')
            line_addf(out, " %s ", at);
        else if (*c == '.' && (names || c > host))
            line_addf(out, " %s ", dot);
        else
            line_add_n(out, c, 1);
    }
}

#define AT(language, ats, dots)                                                                    \
    static void at_##language(struct sg_dice *dice, const char *value, struct line *out)           \
    {                                                                                              \
        said(dice, value, out, ats, dots);                                                         \
    }
AT(en, "at|at|AT|At", "dot|dot|dot|DOT|period")
AT(de, "at|ät|klammeraffe", "punkt|dot|Punkt")
AT(fr, "arobase|at|arobas", "point|dot")
AT(es, "arroba|Arroba", "punto|PUNTO")
AT(pt, "arroba", "ponto")
AT(it, "chiocciola|at", "punto")
AT(nl, "apenstaartje|at", "punt|dot")
AT(pl, "małpa|malpa|at", "kropka")
AT(ru, "собака", "точка")
AT(tr, "et|at|kuyruklu a", "nokta")
AT(zh, "艾特|@", "点")

/* The signs of the name too: underscore, dash and plus in words. */
static void signs_said(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char signs[] = "@._-+";
    static const char *const all[][5] = {
        {"at", "dot", "underscore", "dash", "plus"},
        {"at", "dot", "under score", "hyphen", "plus"},
        {"ät", "punkt", "unterstrich", "minus", "plus"},
        {"arobase", "point", "tiret bas", "tiret", "plus"},
        {"arroba", "punto", "guion bajo", "guion", "mas"},
        {"chiocciola", "punto", "trattino basso", "trattino", "più"},
        {"arroba", "ponto", "underline", "hífen", "mais"},
        {"małpa", "kropka", "podkreślnik", "myślnik", "plus"}};
    const char *const *words = all[sg_dice_often(dice, 400) ? 0 : sg_dice_below(dice, COUNT(all))];
    for (const char *c = value; *c != '\0'; c++) {
        const char *at = strchr(signs, *c);
        if (at != NULL)
            line_addf(out, " %s ", words[at - signs]);
        else
            line_add_n(out, c, 1);
    }
}

static void bracketed(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const ats[] = {"(at)",   "[at]",   "{at}", "<at>",  "_at_", "-at-",
                                      " (at) ", " [at] ", "(AT)", "[AT]",  "(a)",  "*at*",
                                      "|at|",   "((at))", "[@]",  " -at- "};
    static const char *const dots[] = {"(dot)",   "[dot]",   "{dot}",  "<dot>", ".",
                                       " (dot) ", " [dot] ", "(.)",    "[.]",   "_dot_",
                                       "-dot-",   "[punkt]", "(punto)"};
    const char *at = PICK(dice, ats), *dot = PICK(dice, dots);
    const char *host = strchr(value, '@');
    bool names = sg_dice_often(dice, 400);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '@')
            line_add(out, at);
        else if (*c == '.' && (names || c > host))
            line_add(out, dot);
        else
            line_add_n(out, c, 1);
    }
}

static const struct evasion list[] = {
    {"words-en", "pc", say_en, "en", NULL},
    {"words-de", "pc", say_de, "de", NULL},
    {"words-fr", "pc", say_fr, "fr", NULL},
    {"words-es", "pc", say_es, "es", NULL},
    {"words-pt", "pc", say_pt, "pt", NULL},
    {"words-it", "pc", say_it, "it", NULL},
    {"words-nl", "pc", say_nl, "nl", NULL},
    {"words-pl", "pc", say_pl, "pl", NULL},
    {"words-ru", "pc", say_ru, "en", NULL},
    {"words-tr", "pc", say_tr, "tr", NULL},
    {"words-double", "pc", doubles, "en", NULL},
    {"words-mixed", "pc", mixed, NULL, NULL},
    {"words-glued", "pc", glued, "en", NULL},
    {"words-pairs-en", "pc", pairs_en, "en", NULL},
    {"words-pairs-de", "pc", pairs_de, "de", NULL},
    {"words-pairs-fr", "pc", pairs_fr, "fr", NULL},
    {"words-pairs-es", "pc", pairs_es, "es", NULL},
    {"at-words-en", "e", at_en, "en", NULL},
    {"at-words-de", "e", at_de, "de", NULL},
    {"at-words-fr", "e", at_fr, "fr", NULL},
    {"at-words-es", "e", at_es, "es", NULL},
    {"at-words-pt", "e", at_pt, "pt", NULL},
    {"at-words-it", "e", at_it, "it", NULL},
    {"at-words-nl", "e", at_nl, "nl", NULL},
    {"at-words-pl", "e", at_pl, "pl", NULL},
    {"at-words-ru", "e", at_ru, "en", NULL},
    {"at-words-tr", "e", at_tr, "tr", NULL},
    {"at-words-zh", "e", at_zh, "en", NULL},
    {"signs-in-words", "e", signs_said, NULL, NULL},
    {"bracketed-at-dot", "e", bracketed, NULL, NULL},
};

const struct evasions evasions_words = {list, COUNT(list)};
