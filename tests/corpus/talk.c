/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk.c - fills templates: values with marks, and the harmless numbers of a shop.
 */
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *talk_pick(struct sg_dice *dice, const char *const *list)
{
    size_t n = 0;
    while (list[n] != NULL)
        n++;
    return list[sg_dice_below(dice, n)];
}

const struct tongue *tongue_of(const char *code)
{
    for (size_t i = 0; i < TONGUES; i++)
        if (strncmp(tongues[i]->code, code, 2) == 0)
            return tongues[i];
    return tongues[0];
}

bool talk_vague(const struct kind *kind, struct sg_dice *dice, const struct tongue *tongue,
                char *out, size_t cap)
{
    const char *words = NULL;
    char own[] = {tongue->code[0], tongue->code[1], ':', '\0'};
    if (*kind->vague == '\0' ||
        (strcmp(tongue->code, "en") != 0 && strstr(kind->names, own) == NULL))
        return false;
    switch (kind->vague[sg_dice_below(dice, strlen(kind->vague))]) {
    case 't':
        words = tongue->tax;
        break;
    case 'i':
        words = tongue->id;
        break;
    case 's':
        words = tongue->social;
        break;
    case 'h':
        words = tongue->health;
        break;
    case 'b':
        words = tongue->bank;
        break;
    case 'p':
        words = tongue->passport;
        break;
    case 'd':
        words = tongue->licence;
        break;
    default:
        return false;
    }
    pick_part(dice, words, out, cap);
    return true;
}

const struct kind *talk_kind(const struct kinds *kinds, struct sg_dice *dice, const char *prefix,
                             const struct tongue *tongue)
{
    char name[96];
    for (int tries = 0; tries < 10000; tries++) {
        const struct kind *kind = &kinds->list[sg_dice_below(dice, kinds->n)];
        if (strncmp(kind->name, prefix, strlen(prefix)) == 0 &&
            kind_called(kind, dice, tongue->code, name, sizeof name))
            return kind;
    }
    (void)fprintf(stderr, "no kind %s for %s\n", prefix, tongue->code);
    exit(2);
}

static void fill_value(struct line *line, struct sg_dice *dice, const struct kinds *kinds,
                       const char *prefix, const struct tongue *tongue)
{
    char value[VALUE_MOST];
    const struct kind *kind = talk_kind(kinds, dice, prefix, tongue);
    kind_value(kind, dice, value);
    line_add_value(line, kind->entity, value);
}

static void fill_id(struct line *line, struct sg_dice *dice, const struct tongue *tongue)
{
    char name[96], value[VALUE_MOST];
    const struct kinds *kinds = sg_dice_often(dice, 600) ? &kinds_europe : &kinds_world;
    const struct kind *kind = talk_kind(kinds, dice, "", tongue);
    (void)kind_called(kind, dice, tongue->code, name, sizeof name);
    kind_value(kind, dice, value);
    line_addf(line, "%s%s", name, sg_dice_often(dice, 500) ? ": " : " ");
    line_add_value(line, kind->entity, value);
}

static void fill_harmless(struct line *line, struct sg_dice *dice, const struct tongue *tongue,
                          const char *what)
{
    static const char *const items[] = {"headset", "router", "iPhone 15", "jacket XL", "SSD 2TB",
                                        "kettle",  "MX-500", "TV 55\"",   "charger",   "PS5"};
    unsigned day = draw_between(dice, 1, 28), month = draw_between(dice, 1, 12);
    if (strcmp(what, "order") == 0)
        line_addf(line, sg_dice_often(dice, 500) ? "%u" : "A-%u",
                  draw_between(dice, 100000, 99999999));
    else if (strcmp(what, "ticket") == 0)
        line_addf(line, "#%u", draw_between(dice, 10000, 9999999));
    else if (strcmp(what, "track") == 0)
        line_addf(line, sg_dice_often(dice, 500) ? "1Z999AA1%010u" : "RR%09uDE",
                  draw_between(dice, 100000000, 999999999));
    else if (strcmp(what, "date") == 0)
        line_addf(line, strcmp(tongue->code, "en") == 0 ? "%02u/%02u/2026" : "%02u.%02u.2026", day,
                  month);
    else if (strcmp(what, "time") == 0)
        line_addf(line, "%u:%02u", draw_between(dice, 8, 20), 5 * draw_between(dice, 0, 11));
    else if (strcmp(what, "price") == 0)
        line_addf(line, strcmp(tongue->code, "en") == 0 ? "$%u.%02u" : "%u,%02u €",
                  draw_between(dice, 3, 899), draw_between(dice, 0, 99));
    else if (strcmp(what, "count") == 0)
        line_addf(line, "%u", draw_between(dice, 2, 30));
    else if (strcmp(what, "who") == 0)
        line_add(line, talk_pick(dice, tongue->names));
    else if (strcmp(what, "item") == 0)
        line_add(line, PICK(dice, items));
    else {
        (void)fprintf(stderr, "nothing fills {%s}\n", what);
        exit(2);
    }
}

static void fill_given(struct line *line, const struct filling *filling)
{
    if (strstr(filling->value, OPEN) != NULL)
        line_add(line, filling->value);
    else
        line_add_value(line, filling->entity, filling->value);
}

void talk_fill(struct line *line, struct sg_dice *dice, const struct tongue *tongue,
               const char *template, const struct filling *filling)
{
    char what[16];
    while (*template != '\0') {
        size_t n = strcspn(template, "{");
        line_add_n(line, template, n);
        template += n;
        if (*template == '\0')
            break;
        n = strcspn(template, "}");
        (void)snprintf(what, sizeof what, "%.*s", (int)(n - 1), template + 1);
        template += n + 1;
        if (strcmp(what, "v") == 0)
            fill_given(line, filling);
        else if (strcmp(what, "n") == 0)
            line_add(line, filling->name);
        else if (strcmp(what, "email") == 0)
            fill_value(line, dice, &kinds_contact, "email", tongue);
        else if (strcmp(what, "phone") == 0)
            fill_value(line, dice, &kinds_contact, "phone", tongue);
        else if (strcmp(what, "card") == 0)
            fill_value(line, dice, &kinds_money, "card", tongue);
        else if (strcmp(what, "iban") == 0)
            fill_value(line, dice, &kinds_money, "iban", tongue);
        else if (strcmp(what, "id") == 0)
            fill_id(line, dice, tongue);
        else
            fill_harmless(line, dice, tongue, what);
    }
}
