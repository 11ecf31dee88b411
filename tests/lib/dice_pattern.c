/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dice_pattern.c - patterns made up by dice.
 */
#include "dice_pattern.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { DEPTH = 3, GROUPS = 3 };

struct maker {
    struct sg_dice *dice;
    char *text;
    size_t len, cap;
    unsigned depth, groups; /* groups: capturing ones that are closed */
};

static void add(struct maker *maker, const char *text)
{
    size_t n = strlen(text);
    if (n >= maker->cap - maker->len)
        return;
    memcpy(maker->text + maker->len, text, n + 1);
    maker->len += n;
}

static void add_one_of(struct maker *maker, const char *const *list, size_t n)
{
    add(maker, list[sg_dice_below(maker->dice, n)]);
}

static void letter(struct maker *maker)
{
    static const char *const list[] = {"a", "b", "c", "1", "2",  "@",
                                       "#", " ", "a", "b", "ab", "1@"};
    add_one_of(maker, list, COUNT(list));
}

static void one_byte(struct maker *maker)
{
    static const char *const list[] = {
        "[abc]", "[a-c1]", "\\d",  "[^a]",   "[12]", "\\w",           "[a@]",   ".",     "[ab ]",
        "\\s",   "\\W",    "[@#]", "[^1-9]", "\\D",  "[\\x80-\\xFF]", "[^\\w]", "[A-C]", "[b-x]"};
    if (sg_dice_often(maker->dice, 500))
        letter(maker);
    else
        add_one_of(maker, list, COUNT(list));
}

static void alternatives(struct maker *maker);

/* A condition that takes no bytes. */
static void point(struct maker *maker)
{
    static const char *const points[] = {"\\b", "\\b", "\\B", "^", "$"};
    static const char *const looks[] = {"(?=", "(?!", "(?<=", "(?<!"};
    size_t look = sg_dice_below(maker->dice, COUNT(looks) + 3);
    if (look >= COUNT(looks)) {
        add_one_of(maker, points, COUNT(points));
        return;
    }
    add(maker, looks[look]);
    one_byte(maker);
    if (sg_dice_often(maker->dice, 400))
        one_byte(maker);
    if (sg_dice_often(maker->dice, 300)) {
        add(maker, look < 2 ? "[ab]{0,4}" : "|");
        one_byte(maker);
    }
    add(maker, ")");
}

static void group(struct maker *maker)
{
    static const char *const opens[] = {"(?:", "(?:", "(?:", "(?>", "(?i:", "("};
    const char *open = opens[sg_dice_below(maker->dice, COUNT(opens))];
    bool captures = strcmp(open, "(") == 0;
    if (captures && maker->groups == GROUPS)
        open = "(?:";
    add(maker, open);
    alternatives(maker);
    add(maker, ")");
    maker->groups += captures && maker->groups < GROUPS;
}

static void item(struct maker *maker)
{
    static const char *const repeats[] = {"?",     "?",      "{0,2}",  "{1,3}", "{2}",
                                          "{2,5}", "{1,12}", "{0,20}", "{3}",   "{1,40}"};
    static const char *const modes[] = {"", "", "", "?", "+"};
    static const char *const backs[] = {"\\1", "\\2", "\\3"};
    size_t roll = sg_dice_below(maker->dice, 100);
    if (roll < 12) {
        point(maker);
        return;
    }
    if (roll < 16 && maker->groups > 0)
        add_one_of(maker, backs, maker->groups);
    else if (roll < 34 && maker->depth < DEPTH)
        group(maker);
    else
        one_byte(maker);
    if (sg_dice_often(maker->dice, 350)) {
        add_one_of(maker, repeats, COUNT(repeats));
        add_one_of(maker, modes, COUNT(modes));
    }
}

static void alternatives(struct maker *maker)
{
    size_t n = sg_dice_often(maker->dice, 350) ? 2 + sg_dice_below(maker->dice, 3) : 1;
    maker->depth++;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            add(maker, "|");
        for (size_t items = 1 + sg_dice_below(maker->dice, 4); items > 0; items--)
            item(maker);
    }
    maker->depth--;
}

void sg_dice_pattern(struct sg_dice *dice, char *text, size_t cap)
{
    struct maker maker = {.dice = dice, .text = text, .cap = cap};
    text[0] = '\0';
    if (sg_dice_often(dice, 80))
        add(&maker, "(?i)");
    alternatives(&maker);
    one_byte(&maker);
}
