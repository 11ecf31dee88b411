/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chatter_values.c - values of the kinds that the packs look for, in the spellings people use.
 */
#include "chatter.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct sg_bytes digits = {(const uint8_t *)"0123456789", 10};
static const struct sg_bytes lower = {(const uint8_t *)"abcdefghijklmnopqrstuvwxyz", 26};
static const struct sg_bytes upper = {(const uint8_t *)"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 36};
static const struct sg_bytes hex = {(const uint8_t *)"0123456789abcdefABCDEF", 22};
static const struct sg_bytes token = {
    (const uint8_t *)"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 64};

static size_t below(struct sg_chatter *chatter, size_t n)
{
    return sg_dice_below(&chatter->dice, n);
}

static const char *separator(struct sg_chatter *chatter)
{
    static const char *const list[] = {" ", "-", ".", "", "", "\xC2\xA0", " - ", "\xE2\x80\x93",
                                       "  "};
    return list[below(chatter, COUNT(list))];
}

/* A run of letters and digits in groups of so many, the last maybe shorter. */
static void grouped(struct sg_chatter *chatter, const char *text, size_t group)
{
    const char *between = separator(chatter);
    struct sg_bytes all = sg_bytes_of(text);
    for (size_t pos = 0; pos < all.len; pos += group) {
        size_t n = all.len - pos < group ? all.len - pos : group;
        if (pos > 0)
            sg_chatter_add_text(chatter, between);
        sg_chatter_add(chatter, (struct sg_bytes){all.data + pos, n});
    }
}

/* d: a digit; a, A, h, t: one of a class; _: one separator for the whole value; else itself. */
static void shaped(struct sg_chatter *chatter, const char *shape)
{
    const char *between = separator(chatter);
    for (; *shape != '\0'; shape++) {
        switch (*shape) {
        case 'd':
            sg_chatter_draw(chatter, digits, 1);
            break;
        case 'a':
            sg_chatter_draw(chatter, lower, 1);
            break;
        case 'A':
            sg_chatter_draw(chatter, upper, 1);
            break;
        case 'h':
            sg_chatter_draw(chatter, hex, 1);
            break;
        case 't':
            sg_chatter_draw(chatter, token, 1);
            break;
        case '_':
            sg_chatter_add_text(chatter, between);
            break;
        default:
            sg_chatter_add(chatter, (struct sg_bytes){(const uint8_t *)shape, 1});
        }
    }
}

static void card(struct sg_chatter *chatter)
{
    static const char *const published[] = {
        "4111111111111111", "5555555555554444", "378282246310005",     "371449635398431",
        "6011000990139424", "30569309025904",   "38520000023237",      "4012888888881881",
        "4222222222222",    "2223003122003222", "6205500000000000004", "4242424242424242",
    };
    grouped(chatter, published[below(chatter, COUNT(published))], below(chatter, 6) == 0 ? 3 : 4);
}

static void account(struct sg_chatter *chatter)
{
    static const char *const published[] = {
        "GB82WEST12345698765432",      "DE89370400440532013000",   "NL91ABNA0417164300",
        "FR1420041010050500013M02606", "ES9121000418450200051332", "NO9386011117947",
        "IT60X0542811101000000123456", "CH9300762011623852957",    "BE68539007547034",
    };
    grouped(chatter, published[below(chatter, COUNT(published))], 4);
}

static void mail(struct sg_chatter *chatter)
{
    static const char *const ends[] = {".com", ".example.org", ".co.uk", ".x", ".travel", "", "."};
    static const char *const ats[] = {"@", "@", "@", "@", " at ", "[at]", "\xEF\xBC\xA0", "@@"};
    sg_chatter_draw(chatter, lower, 1 + below(chatter, 12));
    if (below(chatter, 3) == 0) {
        sg_chatter_add_text(chatter, below(chatter, 2) == 0 ? "." : "+");
        sg_chatter_draw(chatter, lower, 1 + below(chatter, 6));
    }
    sg_chatter_add_text(chatter, ats[below(chatter, COUNT(ats))]);
    sg_chatter_draw(chatter, lower, 1 + below(chatter, 10));
    sg_chatter_add_text(chatter, ends[below(chatter, COUNT(ends))]);
}

/* A long secret: fixed ends, many letters between. */
static void secret(struct sg_chatter *chatter)
{
    switch (below(chatter, 5)) {
    case 0:
        sg_chatter_add_text(chatter, "eyJ");
        sg_chatter_draw(chatter, token, 8 + below(chatter, 30));
        sg_chatter_add_text(chatter, ".eyJ");
        sg_chatter_draw(chatter, token, 6 + below(chatter, 30));
        sg_chatter_add_text(chatter, ".");
        sg_chatter_draw(chatter, token, below(chatter, 40));
        break;
    case 1:
        sg_chatter_add_text(chatter, "-----BEGIN RSA PRIVATE KEY-----\n");
        sg_chatter_draw(chatter, token, below(chatter, 60));
        if (below(chatter, 2) == 0)
            sg_chatter_add_text(chatter, "\n-----END RSA PRIVATE KEY-----");
        break;
    case 2:
        sg_chatter_add_text(chatter, "ghp_");
        sg_chatter_draw(chatter, upper, 34 + below(chatter, 4));
        break;
    case 3:
        sg_chatter_add_text(chatter, "sk_live_");
        sg_chatter_draw(chatter, upper, 14 + below(chatter, 12));
        break;
    default:
        sg_chatter_add_text(chatter, "AKIA");
        sg_chatter_draw(chatter, upper, 15 + below(chatter, 3));
    }
}

void sg_chatter_value(struct sg_chatter *chatter)
{
    static const char *const shapes[] = {
        "ddd-dd-dddd",
        "ddd dd dddd",
        "ddddddddd",
        "9dd-dd-dddd",
        "+1_ddd_ddd_dddd",
        "+44_dddd_dddddd",
        "(ddd) ddd-dddd",
        "ddd_ddd_dddd",
        "00dd_ddd_dddddd",
        "0dd_dddd_dddd",
        "d.d.d.d",
        "ddd.ddd.dd.d",
        "1dd.1d.dd.2dd",
        "hhhh:hhhh::hhhh",
        "2001:db8::hh",
        "hh:hh:hh:hh:hh:hh",
        "hhhh.hhhh.hhhh",
        "ddd",
        "dddd",
        "dd/dd/dddd",
        "dddd-dd-dd",
        "AA dd dd dd A",
        "ddddddddA",
        "ddd.ddd.ddd-dd",
        "ddddddddddd",
        "dd_ddd_ddd_ddd",
        "d_dd_dd_dd_ddd_ddd_dd",
        "ftp://aa:tttt@aaa.aa/t",
        "http://aaaa.aa/tttt",
        "tttttttttttttttttttttttttttttttttttttttt",
        "xoxb-dddddddddd-tttttttt",
        "aaaaa.aa",
        "%Bdddddddddddddddd^AAAA/AA^dddddd",
        "AAAAAAddAddAdddA",
        "d,ddd.dd",
        "dddddddddddddddd",
        "4ddd_dddd_dddd_dddd",
        "::ffff:d.d.d.d",
        "\"aa aa\"@aaa.aa",
        "aa@[d.d.d.d]",
    };
    switch (below(chatter, 8)) {
    case 0:
        card(chatter);
        break;
    case 1:
        account(chatter);
        break;
    case 2:
        mail(chatter);
        break;
    case 3:
        secret(chatter);
        break;
    default:
        shaped(chatter, shapes[below(chatter, COUNT(shapes))]);
    }
}
