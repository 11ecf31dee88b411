/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evade_codes.c - values behind an encoding, inside markup, in links, cards and tables.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "evade.h"

/* --- characters as codes
 * ---------------------------------------------------------------------------- */

/* Every character by the format, or only what the value cannot be read without. */
static void coded(struct sg_dice *dice, const char *value, struct line *out, const char *format)
{
    bool all = sg_dice_often(dice, 500);
    for (const char *c = value; *c != '\0'; c++) {
        bool telling = strchr("@.", *c) != NULL || isdigit((unsigned char)*c);
        if (all || (telling && sg_dice_often(dice, 700)) || c == value)
            line_addf(out, format, (unsigned)(unsigned char)*c);
        else
            line_add_n(out, c, 1);
    }
}

static void escapes(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const forms[] = {"\\u%04x", "\\u%04X", "\\x%02x", "\\u{%x}"};
    coded(dice, value, out, forms[sg_dice_below(dice, 3)]);
}

static void escapes_body(struct sg_dice *dice, const char *value, struct line *out)
{
    coded(dice, value, out, sg_dice_often(dice, 500) ? "\\u%04x" : "\\u%04X");
}

static void percent(struct sg_dice *dice, const char *value, struct line *out)
{
    coded(dice, value, out, sg_dice_often(dice, 500) ? "%%%02X" : "%%%02x");
}

static void percent_twice(struct sg_dice *dice, const char *value, struct line *out)
{
    coded(dice, value, out, "%%25%02X");
}

static void entity(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const forms[] = {"&#%u;", "&#x%x;", "&#X%X;", "&#%04u;"};
    coded(dice, value, out, PICK(dice, forms));
}

static void entity_named(struct sg_dice *dice, const char *value, struct line *out)
{
    (void)dice;
    for (const char *c = value; *c != '\0'; c++) {
        static const char plain[] = "@.-_+";
        static const char *const names[] = {"&commat;", "&period;", "&hyphen;", "&lowbar;",
                                            "&plus;"};
        const char *at = strchr(plain, *c);
        if (at != NULL)
            line_add(out, names[at - plain]);
        else
            line_add_n(out, c, 1);
    }
}

static void quoted_printable(struct sg_dice *dice, const char *value, struct line *out)
{
    bool all = sg_dice_often(dice, 400), cut = sg_dice_often(dice, 300);
    size_t half = strlen(value) / 2;
    for (const char *c = value; *c != '\0'; c++) {
        if (cut && c == value + half)
            line_add(out, "=\r\n");
        if (all || *c == '@' || *c == '.' || sg_dice_often(dice, 200))
            line_addf(out, "=%02X", (unsigned)(unsigned char)*c);
        else
            line_add_n(out, c, 1);
    }
}

static void add_base64(const char *text, const char *alphabet, struct line *out)
{
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i += 3) {
        unsigned long v = (unsigned long)(unsigned char)text[i] << 16;
        v |= i + 1 < n ? (unsigned long)(unsigned char)text[i + 1] << 8 : 0;
        v |= i + 2 < n ? (unsigned long)(unsigned char)text[i + 2] : 0;
        for (size_t k = 0; k < 4; k++) {
            if (i + k > n)
                line_add(out, alphabet[64] == '=' ? "=" : "");
            else
                line_add_n(out, &alphabet[v >> (18 - 6 * k) & 63], 1);
        }
    }
}

static const char base64_std[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Words before the value are encoded with it, and are nobody's: the mark begins where it does. */
static void base64(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const before[] = {"", "my number is ", "contact me: ", "hi! ", "email="};
    const char *words = PICK(dice, before);
    static struct line whole;
    char text[256];
    size_t begin = strlen(words) * 4 / 3;
    (void)snprintf(text, sizeof text, "%s%s", words, value);
    line_clear(&whole);
    add_base64(text, sg_dice_often(dice, 700) ? base64_std : base64_url, &whole);
    line_add_n(out, whole.text, begin);
    line_add_value(out, "", whole.text + begin);
}

static void encoded_word(struct sg_dice *dice, const char *value, struct line *out)
{
    static struct line word;
    bool base = sg_dice_often(dice, 500);
    line_clear(&word);
    if (base)
        add_base64(value, base64_std, &word);
    for (const char *c = value; *c != '\0' && !base; c++) {
        if (*c == ' ')
            line_add(&word, "_");
        else if (*c == '@' || *c == '_' || *c == '=' || sg_dice_often(dice, 100))
            line_addf(&word, "=%02X", (unsigned)(unsigned char)*c);
        else
            line_add_n(&word, c, 1);
    }
    line_add(out, base ? "=?UTF-8?B?" : "=?utf-8?Q?");
    line_add_value(out, "", word.text);
    line_add(out, "?=");
}

static void utf7(struct sg_dice *dice, const char *value, struct line *out)
{
    (void)dice;
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '@')
            line_add(out, "+AEA-");
        else if (*c == '+')
            line_add(out, "+-");
        else
            line_add_n(out, c, 1);
    }
}

static void hex(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const parts[] = {"", " ", "", ":"};
    const char *part = PICK(dice, parts);
    const char *form = sg_dice_often(dice, 500) ? "%02x" : "%02X";
    for (const char *c = value; *c != '\0'; c++) {
        line_add(out, c == value ? "" : part);
        line_addf(out, form, (unsigned)(unsigned char)*c);
    }
}

static void nested(struct sg_dice *dice, const char *value, struct line *out)
{
    static struct line once; /* too large for a stack of small threads */
    line_clear(&once);
    switch (sg_dice_below(dice, 4)) {
    case 0: /* base64 in percent */
        add_base64(value, base64_std, &once);
        line_add(out, OPEN NAMED);
        for (const char *c = once.text; *c != '\0'; c++) {
            if (c == strchr(once.text, '='))
                line_add(out, CLOSE); /* what fills up is not the value */
            line_addf(out, strchr("+/=", *c) != NULL ? "%%%02X" : "%c", (unsigned)*c);
        }
        line_add(out, strchr(once.text, '=') == NULL ? CLOSE : "");
        return;
    case 1: /* percent in an entity */
        coded(dice, value, &once, "%%%02X");
        for (const char *c = once.text; *c != '\0'; c++)
            line_addf(out, *c == '%' ? "&#%u;" : "%c", (unsigned)*c);
        return;
    case 2: /* base64 twice */
        add_base64(value, base64_std, &once);
        add_base64(once.text, base64_std, out);
        return;
    default: /* an entity in percent */
        coded(dice, value, &once, "&#%u;");
        for (const char *c = once.text; *c != '\0'; c++)
            line_addf(out, strchr("&#;", *c) != NULL ? "%%%02X" : "%c", (unsigned)*c);
    }
}

/* --- markup -------------------------------------------------------------------------------------
 */

static void inserted(struct sg_dice *dice, const char *value, struct line *out,
                     const char *const *marks, size_t n)
{
    const char *mark = marks[sg_dice_below(dice, n)];
    size_t first = isalnum((unsigned char)value[0]) ? 1 : 2; /* behind something that tells */
    size_t must = first + sg_dice_below(dice, strlen(value) - first);
    bool many = sg_dice_often(dice, 400);
    for (const char *c = value; *c != '\0'; c++) {
        if ((size_t)(c - value) >= first &&
            ((size_t)(c - value) == must || (many && sg_dice_often(dice, 300))))
            line_add(out, mark);
        line_add_n(out, c, 1);
    }
}

static void tags(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const marks[] = {"<b></b>",
                                        "<span></span>",
                                        "<wbr>",
                                        "<i/>",
                                        "<!-- x -->",
                                        "<!---->",
                                        "<span style=\"display:none\"></span>",
                                        "<br/>",
                                        "</b><b>",
                                        "<u></u>"};
    inserted(dice, value, out, marks, COUNT(marks) - 2);
}

static void comments(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const marks[] = {"/**/", "<!-- -->", "/* no */", "<!--nospam-->"};
    inserted(dice, value, out, marks, COUNT(marks));
}

static void markdown(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const marks[] = {"**", "__", "~~", "`", "\\", "****", "*"};
    switch (sg_dice_below(dice, 3)) {
    case 0: /* a part in bold */
    {
        const char *mark = PICK(dice, marks);
        size_t cut = 1 + sg_dice_below(dice, strlen(value) - 1);
        line_addf(out, "%s%.*s%s%s", mark, (int)cut, value, mark, value + cut);
        return;
    }
    case 1: /* escaped signs */
        for (const char *c = value; *c != '\0'; c++)
            line_addf(out, strchr("@.-_+", *c) != NULL ? "\\%c" : "%c", *c);
        return;
    default:
        inserted(dice, value, out, marks, COUNT(marks));
    }
}

/* What stands around is not the value: these bring their marks. */
static void around(struct line *out, const char *before, const char *value, const char *behind)
{
    line_add(out, before);
    line_add_value(out, "", value);
    line_add(out, behind);
}

static void dialled(const char *value, char *out, size_t cap)
{
    size_t n = 0;
    for (; *value != '\0' && n + 1 < cap; value++)
        if (isdigit((unsigned char)*value) || (*value == '+' && n == 0))
            out[n++] = *value;
    out[n] = '\0';
}

static void links(struct sg_dice *dice, const char *value, struct line *out)
{
    char number[64];
    if (strchr(value, '@') != NULL) {
        static const char *const forms[] = {
            "mailto:", "<a href=\"mailto:", "[mail me](mailto:", "MAILTO:"};
        static const char *const ends[] = {"", "\">mail</a>", ")", "?subject=order"};
        size_t i = sg_dice_below(dice, COUNT(forms));
        around(out, forms[i], value, ends[i]);
        return;
    }
    static const char *const forms[] = {"tel:",
                                        "https://wa.me/",
                                        "wa.me/",
                                        "sms:",
                                        "<a href=\"tel:",
                                        "https://api.whatsapp.com/send?phone=",
                                        "whatsapp://send?phone=",
                                        "https://t.me/+",
                                        "viber://chat?number="};
    static const char *const ends[] = {"",        "", "?text=hi", "", "\">call</a>",
                                       "&text=x", "", "",         ""};
    size_t i = sg_dice_below(dice, COUNT(forms));
    dialled(value, number, sizeof number);
    around(out, forms[i], number[0] == '+' && i > 0 && i != 4 ? number + 1 : number, ends[i]);
}

static void vcard(struct sg_dice *dice, const char *value, struct line *out)
{
    if (strchr(value, '@') != NULL)
        around(out,
               sg_dice_often(dice, 500) ? "BEGIN:VCARD\nVERSION:3.0\nEMAIL;TYPE=INTERNET:"
                                        : "BEGIN:VCARD\nVERSION:4.0\nEMAIL:",
               value, "\nEND:VCARD");
    else
        around(out,
               sg_dice_often(dice, 500) ? "BEGIN:VCARD\nVERSION:3.0\nTEL;TYPE=CELL:"
                                        : "BEGIN:VCARD\nVERSION:4.0\nTEL;VALUE=uri:tel:",
               value, "\nEND:VCARD");
}

static void alt_text(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const forms[] = {"<img src=\"x.png\" alt=\"", "![", "<a title='",
                                        "<input value=\""};
    static const char *const ends[] = {"\">", "](x.png)", "'>here</a>", "\">"};
    size_t i = sg_dice_below(dice, COUNT(forms));
    around(out, forms[i], value, ends[i]);
}

static void columns(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const forms[] = {" | ", "\t", "|", " ; ", "</td><td>"};
    const char *form = PICK(dice, forms);
    char digits[64];
    digits_of(value, digits, sizeof digits);
    for (size_t i = 0; digits[i] != '\0'; i++) {
        if (i > 0 && i % 4 == 0)
            line_add(out, form);
        line_add_n(out, digits + i, 1);
    }
}

static void json_string(struct sg_dice *dice, const char *value, struct line *out)
{
    static const char *const forms[] = {
        "{\"v\":\"", "{\\\"v\\\":\\\"", "{\\\\\\\"v\\\\\\\":\\\\\\\"", "{'contact':'", "<v>",
        "v=",        "[\"a\", \""};
    static const char *const ends[] = {"\"}", "\\\"}", "\\\\\\\"}", "'}", "</v>", "&x=1", "\"]"};
    size_t i = sg_dice_below(dice, COUNT(forms));
    around(out, forms[i], value, ends[i]);
}

static void plain(struct sg_dice *dice, const char *value, struct line *out)
{
    (void)dice;
    line_add(out, value);
}

static void form_body(struct sg_dice *dice, const char *value, struct line *out)
{
    bool all = sg_dice_often(dice, 300);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == ' ')
            line_add(out, "+");
        else if (all || !isalnum((unsigned char)*c))
            line_addf(out, "%%%02X", (unsigned)(unsigned char)*c);
        else
            line_add_n(out, c, 1);
    }
}

static const struct evasion list[] = {
    {"json-escapes", "epci", escapes, NULL, NULL},
    {"json-escapes-body", "epci", escapes_body, NULL, "json"},
    {"json-in-text", "epci", json_string, NULL, NULL},
    {"percent", "epci", percent, NULL, NULL},
    {"percent-twice", "epci", percent_twice, NULL, NULL},
    {"form-body", "epci", form_body, NULL, "form"},
    {"html-entities", "epci", entity, NULL, NULL},
    {"html-named", "e", entity_named, NULL, NULL},
    {"html-entities-body", "epci", entity, NULL, "html"},
    {"html-tags-body", "epci", tags, NULL, "html"},
    {"html-plain-body", "epci", plain, NULL, "html"},
    {"html-tags", "eepci", tags, NULL, NULL},
    {"comments-inside", "epc", comments, NULL, NULL},
    {"markdown", "epci", markdown, NULL, NULL},
    {"quoted-printable", "epci", quoted_printable, NULL, NULL},
    {"encoded-word", "epc", encoded_word, NULL, NULL},
    {"base64", "epci", base64, NULL, NULL},
    {"utf-7", "e", utf7, NULL, NULL},
    {"hex", "ec", hex, NULL, NULL},
    {"nested-codes", "ec", nested, NULL, NULL},
    {"links", "ep", links, NULL, NULL},
    {"vcard", "ep", vcard, NULL, NULL},
    {"alt-text", "epc", alt_text, NULL, NULL},
    {"table-columns", "c", columns, NULL, NULL},
};

const struct evasions evasions_codes = {list, COUNT(list)};
