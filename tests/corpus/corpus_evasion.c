/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus_evasion.c - values in every disguise, said as people say them.
 */
#include <string.h>

#include "corpus.h"
#include "evade.h"

enum { BARE_PER_MILLE = 150 };

/* The value of a target letter, as people of the tongue have it. */
static const struct kind *value_of(struct sg_dice *dice, char target, const struct tongue *tongue,
                                   char *value)
{
    static const char *const cards[] = {"card-visa", "card-mastercard", "card-amex",
                                        "card-discover"};
    const struct kind *kind;
    do {
        if (target == 'e')
            kind = talk_kind(&kinds_contact, dice, "email", tongue);
        else if (target == 'p')
            kind = talk_kind(&kinds_contact, dice, "phone", tongue);
        else if (target == 'c')
            kind = talk_kind(&kinds_money, dice, PICK(dice, cards), tongue);
        else if (target == 'i')
            kind = talk_kind(&kinds_money, dice, "iban", tongue);
        else
            kind = talk_kind(&kinds_world, dice, "us-ssn", tongue);
    } while (strcmp(kind->name, "email-rare") == 0 || strcmp(kind->name, "phone-us-local") == 0 ||
             strncmp(kind->name, "card-visa-", 10) == 0);
    for (;;) { /* a disguise is made of plain characters */
        bool plain = true;
        kind_value(kind, dice, value);
        for (const char *c = value; *c != '\0'; c++)
            plain = plain && (unsigned char)*c < 0x80;
        if (plain)
            return kind;
    }
}

/* The disguise with its entity, in marks of its own or those it brought. */
static void mark(const struct line *disguise, const char *entity, struct line *out)
{
    const char *begin = strstr(disguise->text, OPEN NAMED);
    if (begin == NULL) {
        line_add_value(out, entity, disguise->text);
        return;
    }
    line_add_n(out, disguise->text, (size_t)(begin - disguise->text) + 1);
    line_add(out, entity);
    line_add(out, begin + 1);
}

/* A value stays as it is when nothing of it can be disguised: a phone has no letter to swap. */
static bool disguise(struct sg_dice *dice, const struct evasion *evasion, const char *entity,
                     const char *value, struct line *out)
{
    static struct line line;
    line_clear(&line);
    evasion->apply(dice, value, &line);
    mark(&line, entity, out);
    return strcmp(line.text, value) != 0;
}

static void say(struct sg_dice *dice, const struct evasion *evasion,
                const struct audience *audience)
{
    static struct line value, text, body;
    char plain[VALUE_MOST], name[96] = "";
    const char target = evasion->targets[sg_dice_below(dice, strlen(evasion->targets))];
    const struct tongue *tongue = tongue_of(evasion->language == NULL ? "en" : evasion->language);
    if (evasion->language == NULL && target != 's' && sg_dice_often(dice, 500))
        tongue = tongues[sg_dice_below(dice, TONGUES)];
    const struct kind *kind;
    do {
        kind = value_of(dice, target, tongue, plain);
        line_clear(&value);
    } while (!disguise(dice, evasion, kind->entity, plain, &value) &&
             strstr(evasion->name, "plain") == NULL && strstr(evasion->name, "form") == NULL);
    (void)kind_called(kind, dice, tongue->code, name, sizeof name);
    bool bare = strchr("eci", target) != NULL && sg_dice_often(dice, BARE_PER_MILLE);
    line_clear(&text);
    talk_fill(&text, dice, tongue, talk_pick(dice, bare ? tongue->bare : tongue->named),
              &(struct filling){name, kind->entity, value.text});
    if (evasion->format == NULL) {
        audience_hear(audience, "evasion", evasion->name, NULL, &text);
        return;
    }
    line_clear(&body);
    corpus_wrap(dice, evasion->format, &text, &body);
    audience_hear(audience, "evasion", evasion->name, evasion->format, &body);
}

void corpus_evasions(uint64_t seed, size_t each, const struct audience *audience)
{
    static const struct evasions *const all[] = {&evasions_signs, &evasions_words, &evasions_codes};
    struct sg_dice dice = {seed};
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t k = 0; k < all[i]->n; k++)
            for (size_t n = 0; n < each; n++)
                say(&dice, &all[i]->list[k], audience);
}
