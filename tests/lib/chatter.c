/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chatter.c - messages made up by dice: which kind, and what stands around the values.
 */
#include "chatter.h"

#include <string.h>

#include "base/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { BLOCK = 4096, STEP = 32 * 1024, DIGITS_RUN = 24 };

/* --- adding -------------------------------------------------------------------------------------
 */

void sg_chatter_add(struct sg_chatter *chatter, struct sg_bytes text)
{
    size_t room = sizeof chatter->text - chatter->len;
    size_t n = text.len < room ? text.len : room;
    if (n > 0)
        memcpy(chatter->text + chatter->len, text.data, n);
    chatter->len += n;
}

void sg_chatter_add_text(struct sg_chatter *chatter, const char *text)
{
    sg_chatter_add(chatter, sg_bytes_of(text));
}

void sg_chatter_draw(struct sg_chatter *chatter, struct sg_bytes letters, size_t n)
{
    while (n-- > 0 && chatter->len < sizeof chatter->text)
        chatter->text[chatter->len++] = letters.data[sg_dice_below(&chatter->dice, letters.len)];
}

static const char *pick(struct sg_chatter *chatter, const char *const *list, size_t n)
{
    return list[sg_dice_below(&chatter->dice, n)];
}

/* --- kinds of text ------------------------------------------------------------------------------
 */

/* A chat line; a value stands where the line breaks off. The words are those that rules look for
 * beside a value, or that must not stand there. */
static void talk(struct sg_chatter *chatter)
{
    static const char *const before[] = {
        "my number is ",
        "pay with ",
        "write to ",
        "call me on ",
        "card: ",
        "the cvv is ",
        "order ",
        "ref ",
        "account number ",
        "it is ",
        "SSN ",
        "passport ",
        "IBAN ",
        "NHS number: ",
        "tax id ",
        "my key is ",
        "password: ",
        "aws secret key ",
        "from ",
        "at ",
        "ship it to ",
        "whatsapp ",
        "v",
        "invoice no. ",
        "born ",
        "burgerservicenummer ",
        "PESEL ",
        "phone: ",
        "https://",
        "(",
        "\"",
        "=",
        "#",
        "+",
        "-",
        ".",
        "",
        "a",
        "1",
        "\n",
    };
    static const char *const after[] = {
        "",
        ", thanks",
        " please",
        ".",
        "!",
        " is my card",
        " ok?",
        " cvv 123",
        " 12/27",
        ")",
        "\"",
        "\n",
        ";",
        " euros",
        " ext. 12",
        "-1",
        "0",
        "a",
        "/x",
        "@",
        " is the cvv",
        ", that is my phone",
        " exp 01/29 999",
        " my ssn",
    };
    sg_chatter_add_text(chatter, pick(chatter, before, COUNT(before)));
    sg_chatter_value(chatter);
    sg_chatter_add_text(chatter, pick(chatter, after, COUNT(after)));
}

/* Values with next to nothing between them. */
static void back_to_back(struct sg_chatter *chatter)
{
    static const char *const between[] = {"", " ", ",", ";", "/", "-", ".", "\n", "|", "  "};
    size_t n = 2 + sg_dice_below(&chatter->dice, 3);
    for (size_t i = 0; i < n; i++) {
        sg_chatter_value(chatter);
        sg_chatter_add_text(chatter, pick(chatter, between, COUNT(between)));
    }
}

static void blob(struct sg_chatter *chatter)
{
    static const char *const letters[] = {
        "0123456789",
        "0123456789abcdef",
        "0123456789ABCDEF",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        "0123456789 ",
        "0123456789-. ",
        "01",
        "abcdefghijklmnopqrstuvwxyz ",
    };
    struct sg_bytes chosen = sg_bytes_of(pick(chatter, letters, COUNT(letters)));
    sg_chatter_draw(chatter, chosen, 4 + sg_dice_below(&chatter->dice, SG_CHATTER_USUAL));
}

/* What makes an engine work hardest: a few bytes over and over. */
static void pattern(struct sg_chatter *chatter)
{
    static const char *const units[] = {"@",  "1.", "a@", "1 ", "1", "a.", "4-",  "::", "0:",
                                        "+1", "(",  "=",  "a",  "-", "é",  "A1 ", "@.", "12/"};
    const char *unit = pick(chatter, units, COUNT(units));
    size_t n = 1 + sg_dice_below(&chatter->dice, 60);
    for (size_t i = 0; i < n; i++)
        sg_chatter_add_text(chatter, unit);
}

static void noise(struct sg_chatter *chatter)
{
    size_t n = sg_dice_below(&chatter->dice, SG_CHATTER_USUAL);
    while (n-- > 0 && chatter->len < sizeof chatter->text)
        chatter->text[chatter->len++] = (uint8_t)sg_dice_roll(&chatter->dice);
}

/* A number that counts only beside a word, in any case; the word may come behind it. */
static void near_word(struct sg_chatter *chatter)
{
    static const char *const words[] = {
        "Prüfnummer",
        "PRÜFZIFFER",
        "código de seguridad",
        "CÓDIGO DE SEGURANÇA",
        "kod cvv",
        "güvenlik kodu",
        "dowód",
        "DOWÓD",
        "CVV",
        "Security  Code",
        "security code",
        "bsn",
        "steuer-idnr",
        "numer PESEL",
        "Social Security",
        "Sicherheitscode",
        "whatsapp",
        "ihr Telefon",
        "GP surgery",
        "finanzamt",
    };
    static const char *const numbers[] = {"123", "1234", "44051401359", "111222333", "0123456789"};
    struct sg_dice *dice = &chatter->dice;
    const char *word = pick(chatter, words, COUNT(words));
    const char *number = pick(chatter, numbers, COUNT(numbers));
    bool word_first = sg_dice_often(dice, 700);
    sg_chatter_add_text(chatter, word_first ? word : number);
    for (size_t n = sg_dice_below(dice, 60); n > 0; n--)
        sg_chatter_add_text(chatter, sg_dice_often(dice, 800) ? " " : "x ");
    sg_chatter_add_text(chatter, word_first ? number : word);
}

/* Talk in another script, ASCII values in it. */
static void foreign(struct sg_chatter *chatter)
{
    static const char *const words[] = {
        "моя почта ",       "номер карты ",
        "τηλέφωνο ",        "هاتفي ",
        "電話は",           "전화 ",
        "größe ",           "señor ",
        "Prüfziffer ",      "naïve ",
        "e\xCC\x81",        "\xF0\x9F\x98\x80",
        "\xE2\x80\x8B",     "\xC2\xA0",
        "\xEF\xBC\xA0",     "«",
        "\xE2\x80\x93",     "\xEF\xBC\x94",
        "\xD9\xA4\xD9\xA1", "\xD0\xB0",
        "\xCE\xBF",         "1\xEF\xB8\x8F\xE2\x83\xA3",
    };
    size_t n = 1 + sg_dice_below(&chatter->dice, 3);
    for (size_t i = 0; i < n; i++)
        sg_chatter_add_text(chatter, pick(chatter, words, COUNT(words)));
    if (sg_dice_often(&chatter->dice, 250))
        near_word(chatter);
    else
        sg_chatter_value(chatter);
    sg_chatter_add_text(chatter, pick(chatter, words, COUNT(words)));
}

/* An example of a rule, or a few parts of matches with letters between. */
static void from_stock(struct sg_chatter *chatter, const struct sg_stock *stock)
{
    struct sg_dice *dice = &chatter->dice;
    size_t goal = chatter->len + 1 + sg_dice_below(dice, 72);
    do {
        if (stock->n_pieces > 0 && (stock->letters.len == 0 || sg_dice_often(dice, 550)))
            sg_chatter_add(chatter, stock->pieces[sg_dice_below(dice, stock->n_pieces)]);
        else
            sg_chatter_draw(chatter, stock->letters, 1 + sg_dice_below(dice, 8));
    } while (stock->letters.len > 0 && chatter->len < goal);
}

/* --- whole messages -----------------------------------------------------------------------------
 */

static void say_kind(struct sg_chatter *chatter, const struct sg_stock *stock)
{
    struct sg_dice *dice = &chatter->dice;
    /* A stock of letters is what it is about. */
    unsigned own = stock->letters.len > 0 ? 820 : stock->n_pieces > 0 ? 300 : 0;
    if (sg_dice_often(dice, own)) {
        from_stock(chatter, stock);
        return;
    }
    size_t kind = sg_dice_below(dice, 100);
    if (kind < 45)
        talk(chatter);
    else if (kind < 60)
        back_to_back(chatter);
    else if (kind < 72)
        foreign(chatter);
    else if (kind < 84)
        blob(chatter);
    else if (kind < 93)
        pattern(chatter);
    else
        noise(chatter);
}

static void say_damaged(struct sg_chatter *chatter, const struct sg_stock *stock)
{
    size_t from = chatter->len;
    say_kind(chatter, stock);
    if (sg_dice_often(&chatter->dice, 120)) /* two kinds in one message */
        say_kind(chatter, stock);
    for (size_t most = 3; most > 0 && sg_dice_often(&chatter->dice, 400); most--)
        sg_chatter_damage(chatter, from);
}

/* Some bytes over and over, up to goal: what an engine passes over, or where it stops everywhere.
 */
static void fill_up(struct sg_chatter *chatter, const struct sg_stock *stock, size_t goal)
{
    static const char *const fillers[] = {"plain words ", ".",    "1",     "a", " ", "@", "é",
                                          "x1 ",          "1 2 ", "a@a.b "};
    struct sg_bytes filler = sg_bytes_of(pick(chatter, fillers, COUNT(fillers)));
    if (stock->n_pieces > 0 && stock->letters.len > 0 && sg_dice_often(&chatter->dice, 400))
        filler = stock->pieces[sg_dice_below(&chatter->dice, stock->n_pieces)];
    while (chatter->len < goal && chatter->len < sizeof chatter->text)
        sg_chatter_add(chatter, filler);
}

/* Up to where a block or step of an engine ends, or nearly; then a message across that edge. Or
 * less than a block, and nothing else. */
static void say_long(struct sg_chatter *chatter, const struct sg_stock *stock)
{
    struct sg_dice *dice = &chatter->dice;
    if (sg_dice_often(dice, 250)) {
        fill_up(chatter, stock, BLOCK / 2 + sg_dice_below(dice, BLOCK / 2 - 64));
        return;
    }
    size_t edges = 1 + sg_dice_below(dice, 2);
    for (size_t i = 0; i < edges; i++) {
        size_t edge = sg_dice_often(dice, 50) ? STEP : (chatter->len / BLOCK + 1) * BLOCK;
        fill_up(chatter, stock, edge - sg_dice_below(dice, 72));
        say_damaged(chatter, stock);
        say_damaged(chatter, stock);
    }
}

/* What is no UTF-8 becomes question marks. */
static void mend(struct sg_chatter *chatter)
{
    size_t pos = 0;
    while (pos < chatter->len) {
        struct sg_bytes rest = {chatter->text + pos, chatter->len - pos};
        rest.len = sg_utf8_valid_len(rest);
        size_t open = sg_utf8_open_tail(rest);
        pos += rest.len;
        if (open > 0)
            memset(chatter->text + pos - open, '?', open);
        else if (pos < chatter->len)
            chatter->text[pos++] = '?';
    }
}

struct sg_bytes sg_chatter_say(struct sg_chatter *chatter, const struct sg_stock *stock,
                               uint64_t seed, uint64_t n)
{
    chatter->dice.state = seed;
    chatter->dice.state = sg_dice_roll(&chatter->dice) ^ n * UINT64_C(0xD1342543DE82EF95);
    chatter->len = 0;
    if (sg_dice_below(&chatter->dice, 1000000) < stock->long_ones)
        say_long(chatter, stock);
    else
        say_damaged(chatter, stock);
    if (sg_dice_often(&chatter->dice, 900))
        mend(chatter);
    return (struct sg_bytes){chatter->text, chatter->len};
}
