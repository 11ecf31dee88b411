/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus_split.c - values in pieces: over messages of one sender, items of an array, fields, parts.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "corpus.h"

enum { PIECES_MOST = 20 };

/* Where a value is cut; pieces are strings of their own. */
struct pieces {
    size_t n;
    char text[PIECES_MOST][64];
};

static void cut(const char *value, const size_t *lengths, size_t n, struct pieces *out)
{
    out->n = 0;
    for (size_t i = 0; *value != '\0'; i++) {
        size_t left = strlen(value), take = i < n ? lengths[i] : lengths[n - 1];
        take = take < left && out->n + 1 < PIECES_MOST ? take : left;
        (void)snprintf(out->text[out->n++], sizeof out->text[0], "%.*s", (int)take, value);
        value += take;
    }
}

#define CUT(value, out, ...)                                                                       \
    cut(value, (const size_t[]){__VA_ARGS__},                                                      \
        sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t), out)

static const struct kind *value_of(struct sg_dice *dice, const struct kinds *kinds,
                                   const char *prefix, const struct tongue *tongue, char *value)
{
    char laid_out[VALUE_MOST], *to = value;
    const struct kind *kind;
    do {
        kind = talk_kind(kinds, dice, prefix, tongue);
        kind_value(kind, dice, laid_out);
    } while (strcmp(kind->name, "email-rare") == 0 || strcmp(kind->name, "phone-us-local") == 0 ||
             strncmp(kind->name, "card-visa-", 10) == 0 || strstr(laid_out, "(0)") != NULL);
    for (const char *c = laid_out; *c != '\0'; c++) /* the pieces are what parts it */
        if ((unsigned char)*c < 0x80 && (isalnum((unsigned char)*c) || strchr("@._+", *c) != NULL))
            *to++ = *c;
    *to = '\0';
    return kind;
}

/* Pieces as messages, at times with chatter between, or with words in front of the first. */
static void as_messages(struct sg_dice *dice, const char *intro, const char *entity,
                        const struct pieces *pieces, bool own_intro, struct line *out)
{
    static const char *const chatter[] = {"wait", "one sec", "then", "ok next", "and", "..."};
    line_clear(out);
    line_add(out, intro);
    line_add(out, own_intro ? NEXT : *intro != '\0' ? " " : "");
    for (size_t i = 0; i < pieces->n; i++) {
        if (i > 0)
            line_add(out, NEXT);
        if (i > 0 && sg_dice_often(dice, 60))
            line_addf(out, "%s" NEXT, PICK(dice, chatter));
        else if (i > 0 && sg_dice_often(dice, 60))
            line_addf(out, "%s ", PICK(dice, chatter));
        line_add_value(out, entity, pieces->text[i]);
    }
}

static void card_messages(struct sg_dice *dice, const struct audience *audience)
{
    static struct line line;
    static const char *const intros[] = {"my card is",
                                         "card number:",
                                         "",
                                         "",
                                         "here's my card",
                                         "meine Karte ist",
                                         "ma carte c'est",
                                         "mi tarjeta es",
                                         "kart numaram"};
    struct pieces pieces;
    char value[VALUE_MOST];
    const struct kind *kind = value_of(dice, &kinds_money, "card-visa", tongues[0], value);
    const char *intro = PICK(dice, intros);
    switch (sg_dice_below(dice, 5)) {
    case 0:
    case 1:
        CUT(value, &pieces, 4);
        break;
    case 2:
        CUT(value, &pieces, 8);
        break;
    case 3:
        CUT(value, &pieces, 6, 5);
        break;
    default:
        CUT(value, &pieces, 12, 4);
    }
    as_messages(dice, intro, kind->entity, &pieces, *intro != '\0' && sg_dice_often(dice, 400),
                &line);
    audience_hear(audience, "split", "card-over-messages", NULL, &line);
}

static void digit_by_digit(struct sg_dice *dice, const struct audience *audience)
{
    static struct line line;
    struct pieces pieces;
    char value[VALUE_MOST];
    bool card = sg_dice_often(dice, 500);
    const struct kind *kind =
        card ? value_of(dice, &kinds_money, "card-mastercard", tongues[0], value)
             : value_of(dice, &kinds_contact, "phone-us", tongues[0], value);
    CUT(value, &pieces, 1 + sg_dice_below(dice, 2));
    as_messages(dice, sg_dice_often(dice, 500) ? "" : "my number", kind->entity, &pieces, true,
                &line);
    audience_hear(audience, "split", "digit-by-digit", NULL, &line);
}

static void phone_messages(struct sg_dice *dice, const struct audience *audience)
{
    static struct line line;
    struct pieces pieces;
    char value[VALUE_MOST], name[96];
    const struct tongue *tongue = tongues[sg_dice_below(dice, TONGUES)];
    const struct kind *kind = value_of(dice, &kinds_contact, "phone", tongue, value);
    (void)kind_called(kind, dice, tongue->code, name, sizeof name);
    if (sg_dice_often(dice, 300))
        name[0] = '\0';
    if (sg_dice_often(dice, 500))
        CUT(value, &pieces, 3, 3, 4);
    else
        CUT(value, &pieces, 5, 5);
    as_messages(dice, name, kind->entity, &pieces, *name != '\0' && sg_dice_often(dice, 400),
                &line);
    audience_hear(audience, "split", "phone-over-messages", NULL, &line);
}

/* The calling word in one message, the number whole in the next. */
static void word_before(struct sg_dice *dice, const struct audience *audience)
{
    static struct line line;
    struct pieces pieces;
    char value[VALUE_MOST], name[96];
    const struct tongue *tongue = tongues[sg_dice_below(dice, TONGUES)];
    const struct kind *kind = value_of(dice, &kinds_contact, "phone", tongue, value);
    (void)kind_called(kind, dice, tongue->code, name, sizeof name);
    CUT(value, &pieces, 40);
    as_messages(dice, name, kind->entity, &pieces, true, &line);
    audience_hear(audience, "split", "word-then-phone", NULL, &line);
}

static void email_messages(struct sg_dice *dice, const struct audience *audience)
{
    static struct line line;
    struct pieces pieces;
    char value[VALUE_MOST], name[96];
    const struct tongue *tongue = tongues[sg_dice_below(dice, TONGUES)];
    const struct kind *kind = value_of(dice, &kinds_contact, "email", tongue, value);
    (void)kind_called(kind, dice, tongue->code, name, sizeof name);
    size_t at = (size_t)(strchr(value, '@') - value), dot = (size_t)(strrchr(value, '.') - value);
    switch (sg_dice_below(dice, 4)) {
    case 0:
        CUT(value, &pieces, at, 64);
        break;
    case 1:
        CUT(value, &pieces, at + 1, 64);
        break;
    case 2:
        CUT(value, &pieces, at, 1, 64);
        break;
    default:
        CUT(value, &pieces, at, dot - at, 64);
    }
    as_messages(dice, sg_dice_often(dice, 500) ? name : "", kind->entity, &pieces, false, &line);
    audience_hear(audience, "split", "email-over-messages", NULL, &line);
}

static void iban_messages(struct sg_dice *dice, const struct audience *audience)
{
    static struct line line;
    struct pieces pieces;
    char value[VALUE_MOST];
    const struct kind *kind = value_of(dice, &kinds_money, "iban", tongues[0], value);
    if (sg_dice_often(dice, 500))
        CUT(value, &pieces, 4);
    else
        CUT(value, &pieces, strlen(value) / 2, 64);
    as_messages(dice, sg_dice_often(dice, 600) ? "IBAN" : "", kind->entity, &pieces, false, &line);
    audience_hear(audience, "split", "iban-over-messages", NULL, &line);
}

static void id_messages(struct sg_dice *dice, const struct audience *audience)
{
    static struct line line;
    struct pieces pieces;
    char value[VALUE_MOST];
    const struct kind *kind = value_of(dice, &kinds_world, "us-ssn", tongues[0], value);
    CUT(value, &pieces, 3, 2, 4);
    as_messages(dice,
                sg_dice_often(dice, 500) ? "my SSN is" : "social security number:", kind->entity,
                &pieces, sg_dice_often(dice, 500), &line);
    audience_hear(audience, "split", "ssn-over-messages", NULL, &line);
}

/* The same pieces inside one body: items of an array, fields, parts of a form. */
static void body_parts(struct sg_dice *dice, const struct audience *audience)
{
    static struct line line;
    struct pieces pieces;
    char value[VALUE_MOST];
    bool email = sg_dice_often(dice, 300);
    const struct kind *kind = email ? value_of(dice, &kinds_contact, "email", tongues[0], value)
                                    : value_of(dice, &kinds_money, "card-visa", tongues[0], value);
    size_t shape = sg_dice_below(dice, 4);
    if (email)
        CUT(value, &pieces, (size_t)(strchr(value, '@') - value), 64);
    else
        CUT(value, &pieces, 4);
    line_clear(&line);
    line_add(&line, shape == 0   ? "{\"lines\":[\"my card\""
                    : shape == 1 ? "{\"x\":1"
                    : shape == 2 ? "[{\"text\":\"hi\"}"
                                 : "id=1");
    for (size_t i = 0; i < pieces.n; i++) {
        if (shape == 0)
            line_add(&line, ",\"");
        else if (shape == 1)
            line_addf(&line, ",\"part%zu\":\"", i);
        else if (shape == 2)
            line_add(&line, ",{\"text\":\"");
        else
            line_addf(&line, "&p%zu=", i);
        line_add_value(&line, kind->entity, pieces.text[i]);
        line_add(&line, shape == 2 ? "\"}" : shape == 3 ? "" : "\"");
    }
    line_add(&line, shape == 0 ? "]}" : shape == 1 ? "}" : shape == 2 ? "]" : "&z=0");
    audience_hear(audience, "split",
                  shape == 0 || shape == 2 ? "array-items"
                  : shape == 1             ? "json-fields"
                                           : "form-fields",
                  shape == 3 ? "form" : "json", &line);
}

void corpus_splits(uint64_t seed, size_t each, const struct audience *audience)
{
    static void (*const all[])(struct sg_dice *, const struct audience *) = {
        card_messages, digit_by_digit, phone_messages, word_before, email_messages,
        iban_messages, id_messages,    body_parts,     body_parts};
    struct sg_dice dice = {seed};
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t n = 0; n < each; n++)
            all[i](&dice, audience);
}
