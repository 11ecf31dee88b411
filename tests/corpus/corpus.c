/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus.c - chat, types with a check, types without; what all parts of the corpus share.
 */
#include "corpus.h"

#include <stdio.h>
#include <string.h>

void audience_hear(const struct audience *audience, const char *group, const char *kind,
                   const char *format, const struct line *line)
{
    static struct sample sample;
    sample.group = group;
    sample.kind = kind;
    sample.format = format;
    sample_read(&sample, line);
    audience->hear(audience->ctx, &sample);
}

/* --- bodies
 * --------------------------------------------------------------------------------------- */

static void add_encoded(const char *format, char c, struct line *out)
{
    unsigned char u = (unsigned char)c;
    if (strcmp(format, "json") == 0 && (c == '"' || c == '\\'))
        line_addf(out, "\\%c", c);
    else if (strcmp(format, "json") == 0 && u < 0x20)
        line_addf(out, "\\u%04x", u);
    else if (strcmp(format, "form") == 0 && c == ' ')
        line_add(out, "+");
    else if (strcmp(format, "form") == 0 && (u < 0x20 || u > 0x7E || strchr("&=%+#;", c) != NULL))
        line_addf(out, "%%%02X", u);
    else if (strcmp(format, "html") == 0 && (c == '<' || c == '&'))
        line_add(out, c == '<' ? "&lt;" : "&amp;");
    else
        line_add_n(out, &c, 1);
}

void corpus_wrap(struct sg_dice *dice, const char *format, const struct line *text,
                 struct line *body)
{
    bool inside = false;
    bool json = strcmp(format, "json") == 0, form = strcmp(format, "form") == 0;
    if (json)
        line_add(body, sg_dice_often(dice, 500) ? "{\"id\": 17, \"message\": {\"text\": \""
                                                : "{\"from\":\"c-17\",\"text\":\"");
    else
        line_add(body, form ? "from=c-17&text=" : "<html><body><p>");
    for (const char *c = text->text; *c != '\0'; c++) {
        if (*c == OPEN[0] || *c == CLOSE[0])
            inside = *c == OPEN[0];
        if (inside || *c == CLOSE[0])
            line_add_n(body, c, 1);
        else
            add_encoded(format, *c, body);
    }
    if (json)
        line_add(body, strstr(body->text, "message") != NULL ? "\"}}" : "\"}");
    else
        line_add(body, form ? "&lang=en" : "</p></body></html>");
}

/* --- chat
 * ----------------------------------------------------------------------------------------- */

void corpus_chat(uint64_t seed, size_t n, const struct audience *audience)
{
    static struct line line;
    struct sg_dice dice = {seed};
    for (size_t i = 0; i < n; i++) {
        const struct tongue *tongue =
            tongues[sg_dice_often(&dice, 300) ? 0 : sg_dice_below(&dice, TONGUES)];
        bool quiet = i % 2 == 1;
        line_clear(&line);
        if (sg_dice_often(&dice, 250)) {
            talk_fill(&line, &dice, tongue, talk_pick(&dice, tongue->quiet), NULL);
            line_add(&line, sg_dice_often(&dice, 300) ? "\n" : " ");
        }
        talk_fill(&line, &dice, tongue, talk_pick(&dice, quiet ? tongue->quiet : tongue->chat),
                  NULL);
        if (sg_dice_often(&dice, 150)) {
            line_add(&line, " ");
            talk_fill(&line, &dice, tongue, talk_pick(&dice, tongue->quiet), NULL);
        }
        audience_hear(audience, "chat", tongue->code, NULL, &line);
    }
}

/* --- types
 * ----------------------------------------------------------------------------------------- */

static void say_named(struct sg_dice *dice, const struct kind *kind, bool may_be_vague,
                      const char *group, const struct audience *audience)
{
    static struct line line;
    char value[VALUE_MOST], name[96], language[3];
    kind_language(kind, dice, language);
    const struct tongue *tongue = tongue_of(language);
    if (!may_be_vague || !sg_dice_often(dice, 200) ||
        !talk_vague(kind, dice, tongue, name, sizeof name))
        (void)kind_called(kind, dice, language, name, sizeof name);
    kind_value(kind, dice, value);
    line_clear(&line);
    talk_fill(&line, dice, tongue, talk_pick(dice, tongue->named),
              &(struct filling){name, kind->entity, value});
    audience_hear(audience, group, kind->name, NULL, &line);
}

static void say_bare(struct sg_dice *dice, const struct kind *kind, const struct audience *audience)
{
    static struct line line;
    char value[VALUE_MOST];
    const struct tongue *tongue = tongues[sg_dice_below(dice, TONGUES)];
    kind_value(kind, dice, value);
    line_clear(&line);
    talk_fill(&line, dice, tongue, talk_pick(dice, tongue->bare),
              &(struct filling){"", kind->entity, value});
    audience_hear(audience, "check-bare", kind->name, NULL, &line);
}

void corpus_checks(uint64_t seed, size_t each, const struct audience *audience)
{
    static const struct kinds *const all[] = {&kinds_money, &kinds_europe, &kinds_world};
    struct sg_dice dice = {seed};
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t k = 0; k < all[i]->n; k++)
            for (size_t n = 0; n < each; n++)
                say_named(&dice, &all[i]->list[k], true, "check", audience);
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t k = 0; k < all[i]->n; k++)
            for (size_t n = 0; n < each / 4 && all[i]->list[k].bare; n++)
                say_bare(&dice, &all[i]->list[k], audience);
}

void corpus_named(uint64_t seed, size_t each, const struct audience *audience)
{
    static const struct kinds *const all[] = {&kinds_contact, &kinds_paper, &kinds_secret};
    struct sg_dice dice = {seed};
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t k = 0; k < all[i]->n; k++)
            for (size_t n = 0; n < each; n++)
                say_named(&dice, &all[i]->list[k], false, "named", audience);
}

void corpus_tell(uint64_t seed, const struct corpus_size *size, const struct audience *audience)
{
    corpus_chat(seed + 1, size->chat, audience);
    corpus_checks(seed + 2, size->each, audience);
    corpus_named(seed + 3, size->each, audience);
    corpus_evasions(seed + 4, size->each, audience);
    corpus_splits(seed + 5, size->each, audience);
    corpus_benign(seed + 6, size->benign, audience);
}
