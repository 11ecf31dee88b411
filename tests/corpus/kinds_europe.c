/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds_europe.c - valid identifiers of Europe and Turkey, with what people call them.
 */
#include "kind.h"

#include <stdio.h>
#include <string.h>

#include "line.h"

#define W(...) ((const unsigned[]){__VA_ARGS__})

static unsigned sum_of(const char *digits, const unsigned *weights, size_t n)
{
    return weighted_sum(digits, weights, n);
}

static char digit(unsigned value)
{
    return (char)('0' + value);
}

/* --- Great Britain and Ireland --------------------------------------------------------------- */

static void uk_nino(struct sg_dice *dice, char *out)
{
    static const char banned[] = "BG GB KN NK NT TN ZZ";
    char pair[3] = "";
    do {
        draw_of(dice, "ABCEGHJKLMNOPRSTWXYZ", pair, 1);
        draw_of(dice, "ABCEGHJKLMNPRSTWXYZ", pair + 1, 1);
    } while (strstr(banned, pair) != NULL);
    (void)snprintf(out, VALUE_MOST, "%s", pair);
    draw_digits(dice, out + 2, 6);
    draw_of(dice, "ABCD", out + 8, 1);
}

static void uk_nhs(struct sg_dice *dice, char *out)
{
    unsigned check;
    do {
        draw_digits(dice, out, 9);
        check = 11 - sum_of(out, W(10, 9, 8, 7, 6, 5, 4, 3, 2), 9) % 11;
    } while (check == 10);
    put(out, digit(check % 11));
}

static void uk_utr(struct sg_dice *dice, char *out)
{
    out[0] = '0';
    draw_of(dice, "0123456789", out + 1, 9);
    out[0] = "21987654321"[sum_of(out + 1, W(6, 7, 8, 9, 10, 5, 4, 3, 2), 9) % 11];
}

static void uk_driving(struct sg_dice *dice, char *out)
{
    static const char *const names[] = {"MORGA", "SMITH", "JONES", "TAYLO", "BROWN",
                                        "EVANS", "LEE99", "PATEL", "WALKE", "KHAN9"};
    struct day day = draw_day(dice);
    char initials[3], tail[3];
    draw_of(dice, "ABCDEFGHJKLMPRSTW", initials, 2);
    draw_of(dice, "ABCDEFGHIJKLMNOPRSTUVWXY", tail, 2);
    if (sg_dice_often(dice, 200))
        initials[1] = '9';
    (void)snprintf(out, VALUE_MOST, "%s%u%02u%02u%u%s9%s", PICK(dice, names), day.year / 10 % 10,
                   day.month + 50 * draw_between(dice, 0, 1), day.day, day.year % 10, initials,
                   tail);
}

static void ie_pps(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 7);
    unsigned sum = sum_of(out, W(8, 7, 6, 5, 4, 3, 2), 7), second = draw_between(dice, 0, 2);
    put(out, "WABCDEFGHIJKLMNOPQRSTUV"[(sum + 9 * second) % 23]);
    if (second > 0)
        put(out, (char)('A' + second - 1));
}

/* --- France, Germany, Austria, Switzerland --------------------------------------------------- */

static void fr_nir(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    char body[16], plain[16];
    unsigned part = draw_between(dice, 1, 95);
    (void)snprintf(body, sizeof body, "%u%02u%02u%02u%03u%03u", draw_between(dice, 1, 2),
                   day.year % 100, day.month, part == 20 ? 21 : part, draw_between(dice, 1, 500),
                   draw_between(dice, 1, 700));
    memcpy(plain, body, sizeof plain);
    if (part == 20) { /* Corsica: 2A counts as 19 */
        body[5] = '2', body[6] = 'A';
        plain[5] = '1', plain[6] = '9';
    }
    (void)snprintf(out, VALUE_MOST, "%s%02u", body, 97 - long_remainder(plain, 97));
}

/* Ten digits of which one stands twice and one not at all, and a check digit. */
static void de_tax(struct sg_dice *dice, char *out)
{
    char pool[] = "0123456789";
    size_t twice = sg_dice_below(dice, 10), gone = (twice + 1 + sg_dice_below(dice, 9)) % 10;
    pool[gone] = pool[twice];
    do {
        for (size_t i = 9; i > 0; i--) {
            size_t j = sg_dice_below(dice, i + 1);
            char c = pool[i];
            pool[i] = pool[j];
            pool[j] = c;
        }
    } while (pool[0] == '0');
    (void)snprintf(out, VALUE_MOST, "%s%c", pool, iso7064_digit(pool));
}

static void de_card(struct sg_dice *dice, char *out)
{
    draw_of(dice, "LMNPRTVWXY", out, 1);
    draw_of(dice, "CFGHJKLMNPRTVWXYZ0123456789", out + 1, 8);
    put(out, digit(sum_of(out, W(7, 3, 1, 7, 3, 1, 7, 3, 1), 9) % 10));
}

static void de_pension(struct sg_dice *dice, char *out)
{
    static const unsigned weights[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    struct day day = draw_day(dice);
    unsigned letter = draw_between(dice, 0, 25), serial = draw_between(dice, 1, 99), sum = 0;
    char plain[16];
    unsigned area = draw_between(dice, 10, 80);
    (void)snprintf(plain, sizeof plain, "%02u%02u%02u%02u%02u%02u", area, day.day, day.month,
                   day.year % 100, letter + 1, serial);
    for (size_t i = 0; i < 12; i++) {
        unsigned p = (unsigned)(plain[i] - '0') * weights[i];
        sum += p / 10 + p % 10;
    }
    (void)snprintf(out, VALUE_MOST, "%.8s%c%02u%u", plain, (char)('A' + letter), serial, sum % 10);
}

static void at_svnr(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    char date[8];
    unsigned check;
    (void)snprintf(date, sizeof date, "%02u%02u%02u", day.day, day.month, day.year % 100);
    do {
        draw_digits(dice, out, 3);
        check = (sum_of(out, W(3, 7, 9), 3) + sum_of(date, W(5, 8, 4, 2, 1, 6), 6)) % 11;
    } while (check == 10);
    put(out, digit(check));
    (void)snprintf(out + 4, VALUE_MOST - 4, "%s", date);
}

static void ch_ahv(struct sg_dice *dice, char *out)
{
    memcpy(out, "756", 3);
    draw_of(dice, "0123456789", out + 3, 9);
    put(out, digit((10 - sum_of(out, W(1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3), 12) % 10) % 10));
}

/* --- the south -------------------------------------------------------------------------------- */

static const char spanish[] = "TRWAGMYFPDXBNJZSQVHLCKE";

static void es_dni(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 8);
    put(out, spanish[long_remainder(out, 23)]);
}

static void es_nie(struct sg_dice *dice, char *out)
{
    unsigned first = draw_between(dice, 0, 2);
    draw_of(dice, "0123456789", out + 1, 7);
    out[0] = digit(first);
    put(out, spanish[long_remainder(out, 23)]);
    out[0] = "XYZ"[first];
}

static void es_nuss(struct sg_dice *dice, char *out)
{
    char body[12];
    (void)snprintf(body, sizeof body, "%02u%08u", draw_between(dice, 1, 50),
                   draw_between(dice, 10000000, 99999999));
    (void)snprintf(out, VALUE_MOST, "%s%02u", body, long_remainder(body, 97));
}

static void it_person(struct sg_dice *dice, char *out)
{
    static const unsigned odd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                   20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    struct day day = draw_day(dice);
    char name[8], place[4];
    unsigned sum = 0;
    draw_of(dice, "BCDFGLMNPRSTVZ", name, 6);
    draw_digits(dice, place, 3);
    (void)snprintf(out, VALUE_MOST, "%s%02u%c%02u%c%s", name, day.year % 100,
                   "ABCDEHLMPRST"[day.month - 1], day.day + 40 * draw_between(dice, 0, 1),
                   "ABCDEFGHIL"[draw_between(dice, 0, 9)], place);
    for (size_t i = 0; i < 15; i++) {
        unsigned v = out[i] >= 'A' ? (unsigned)(out[i] - 'A') : (unsigned)(out[i] - '0');
        sum += i % 2 == 0 ? odd[v] : v;
    }
    put(out, (char)('A' + sum % 26));
}

static void it_vat(struct sg_dice *dice, char *out)
{
    draw_of(dice, "0123456789", out, 7);
    (void)snprintf(out + 7, VALUE_MOST - 7, "%03u", draw_between(dice, 1, 100));
    put(out, luhn_digit(out));
}

static void pt_nif(struct sg_dice *dice, char *out)
{
    draw_of(dice, "12356", out, 1);
    draw_of(dice, "0123456789", out + 1, 7);
    unsigned check = 11 - sum_of(out, W(9, 8, 7, 6, 5, 4, 3, 2), 8) % 11;
    put(out, digit(check > 9 ? 0 : check));
}

static void gr_amka(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%04u", day.day, day.month, day.year % 100,
                   draw_between(dice, 0, 9999));
    put(out, luhn_digit(out));
}

static void gr_afm(struct sg_dice *dice, char *out)
{
    out[0] = '\0';
    draw_of(dice, "0123456789", out, 8);
    put(out, digit(sum_of(out, W(256, 128, 64, 32, 16, 8, 4, 2), 8) % 11 % 10));
}

static void tr_tckn(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 9);
    unsigned odd = sum_of(out, W(1, 0, 1, 0, 1, 0, 1, 0, 1), 9);
    unsigned even = sum_of(out, W(0, 1, 0, 1, 0, 1, 0, 1, 0), 9);
    unsigned tenth = (odd * 7 + 40 - even) % 10;
    put(out, digit(tenth));
    put(out, digit((odd + even + tenth) % 10));
}

/* --- the Low Countries --------------------------------------------------------------------------
 */

static void nl_bsn(struct sg_dice *dice, char *out)
{
    unsigned check;
    do {
        draw_digits(dice, out, 8);
        check = sum_of(out, W(9, 8, 7, 6, 5, 4, 3, 2), 8) % 11;
    } while (check == 10);
    put(out, digit(check));
}

static void be_nrn(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    char body[16];
    (void)snprintf(body, sizeof body, "%s%02u%02u%02u%03u", day.year >= 2000 ? "2" : "",
                   day.year % 100, day.month, day.day, draw_between(dice, 1, 997));
    (void)snprintf(out, VALUE_MOST, "%s%02u", body + (day.year >= 2000),
                   97 - long_remainder(body, 97));
}

/* --- the east --------------------------------------------------------------------------------- */

static void pl_pesel(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%04u", day.year % 100,
                   day.month + (day.year >= 2000 ? 20 : 0), day.day, draw_between(dice, 0, 9999));
    put(out, digit((10 - sum_of(out, W(1, 3, 7, 9, 1, 3, 7, 9, 1, 3), 10) % 10) % 10));
}

static void pl_nip(struct sg_dice *dice, char *out)
{
    unsigned check;
    do {
        draw_of(dice, "123456789", out, 3);
        draw_of(dice, "0123456789", out + 3, 6);
        check = sum_of(out, W(6, 5, 7, 2, 3, 4, 5, 6, 7), 9) % 11;
    } while (check == 10);
    put(out, digit(check));
}

static void pl_regon(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 8);
    put(out, digit(sum_of(out, W(8, 9, 2, 3, 4, 5, 6, 7), 8) % 11 % 10));
}

static void cz_rc(struct sg_dice *dice, char *out)
{
    unsigned rest;
    do {
        struct day day = draw_day(dice);
        (void)snprintf(
            out, VALUE_MOST, "%02u%02u%02u%03u", (day.year < 1954 ? 1970 : day.year) % 100,
            day.month + 50 * draw_between(dice, 0, 1), day.day, draw_between(dice, 0, 999));
        rest = long_remainder(out, 11);
    } while (rest == 10);
    put(out, digit(rest));
}

static void hu_taj(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 8);
    put(out, digit(sum_of(out, W(3, 7, 3, 7, 3, 7, 3, 7), 8) % 10));
}

static void ro_cnp(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%u%02u%02u%02u%02u%03u",
                   draw_between(dice, 1, 2) + (day.year >= 2000 ? 4 : 0), day.year % 100, day.month,
                   day.day, draw_between(dice, 1, 46), draw_between(dice, 1, 999));
    unsigned check = sum_of(out, W(2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9), 12) % 11;
    put(out, digit(check == 10 ? 1 : check));
}

static void bg_egn(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%03u", day.year % 100,
                   day.month + (day.year >= 2000 ? 40 : 0), day.day, draw_between(dice, 0, 999));
    put(out, digit(sum_of(out, W(2, 4, 8, 5, 10, 9, 7, 3, 6), 9) % 11 % 10));
}

static void hr_oib(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 10);
    put(out, iso7064_digit(out));
}

static void si_emso(struct sg_dice *dice, char *out)
{
    unsigned check;
    do {
        struct day day = draw_day(dice);
        (void)snprintf(out, VALUE_MOST, "%02u%02u%03u50%03u", day.day, day.month, day.year % 1000,
                       draw_between(dice, 0, 999));
        check = 11 - sum_of(out, W(7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), 12) % 11;
    } while (check == 10);
    put(out, digit(check % 11));
}

/* --- the north ---------------------------------------------------------------------------------
 */

static void fi_hetu(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    char body[16];
    unsigned serial = draw_between(dice, 2, 899);
    (void)snprintf(body, sizeof body, "%02u%02u%02u%03u", day.day, day.month, day.year % 100,
                   serial);
    (void)snprintf(out, VALUE_MOST, "%.6s%c%03u%c", body, day.year >= 2000 ? 'A' : '-', serial,
                   "0123456789ABCDEFHJKLMNPRSTUVWXY"[long_remainder(body, 31)]);
}

static void se_pnr(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%03u", day.year % 100, day.month, day.day,
                   draw_between(dice, 1, 999));
    put(out, luhn_digit(out));
}

static void se_pnr_long(struct sg_dice *dice, char *out)
{
    char rest[VALUE_MOST];
    se_pnr(dice, rest);
    (void)snprintf(out, VALUE_MOST, "%s%.10s", rest[0] < '1' ? "20" : "19", rest);
}

static void no_fnr(struct sg_dice *dice, char *out)
{
    unsigned first, second;
    do {
        struct day day = draw_day(dice);
        (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%03u", day.day, day.month, day.year % 100,
                       day.year >= 2000 ? draw_between(dice, 500, 999)
                                        : draw_between(dice, 0, 499));
        first = (11 - sum_of(out, W(3, 7, 6, 1, 8, 9, 4, 5, 2), 9) % 11) % 11;
        put(out, digit(first % 10));
        second = (11 - sum_of(out, W(5, 4, 3, 2, 7, 6, 5, 4, 3, 2), 10) % 11) % 11;
    } while (first == 10 || second == 10);
    put(out, digit(second));
}

static void dk_cpr(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%04u", day.day, day.month, day.year % 100,
                   day.year >= 2000 ? draw_between(dice, 4000, 4999) : draw_between(dice, 1, 3999));
}

static void baltic(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%u%02u%02u%02u%03u",
                   draw_between(dice, 3, 4) + (day.year >= 2000 ? 2 : 0), day.year % 100, day.month,
                   day.day, draw_between(dice, 1, 999));
    unsigned check = sum_of(out, W(1, 2, 3, 4, 5, 6, 7, 8, 9, 1), 10) % 11;
    if (check == 10)
        check = sum_of(out, W(3, 4, 5, 6, 7, 8, 9, 1, 2, 3), 10) % 11 % 10;
    put(out, digit(check));
}

static void lv_pk(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%u%03u", day.day, day.month, day.year % 100,
                   day.year >= 2000 ? 2U : 1U, draw_between(dice, 0, 999));
    put(out, digit((1101 - sum_of(out, W(1, 6, 3, 7, 9, 10, 5, 8, 4, 2), 10)) % 11 % 10));
}

/* --- what they are called ----------------------------------------------------------------------
 */

static const struct kind list[] = {
    {"uk-nino", "UK_NINO", uk_nino, "#########|## ## ## ## #",
     "en:national insurance number|en:NI number|en:NINO|en:nat ins no", "s", true},
    {"uk-nhs", "UK_NHS", uk_nhs, "### ### ####|##########|###-###-####",
     "en:NHS number|en:nhs no|en:National Health Service number", "h", false},
    {"uk-utr", "UK_UTR", uk_utr, "##########|##### #####",
     "en:UTR|en:unique taxpayer reference|en:self assessment UTR|en:UTR number", "t", false},
    {"uk-driving", "UK_DRIVING_LICENCE", uk_driving, "################|##### ###### #####",
     "en:driving licence number|en:driving licence|en:DVLA licence no", "d", true},
    {"ie-pps", "IE_PPS", ie_pps, "#########", "en:PPS number|en:PPSN|en:PPS no.", "st", true},
    {"fr-nir", "FR_NIR", fr_nir, "###############|# ## ## ## ### ### ##",
     "fr:numéro de sécurité sociale|fr:num sécu|fr:NIR|fr:numéro de sécu|en:french social security "
     "number|fr:n° de sécurité sociale",
     "s", true},
    {"de-steuer-id", "DE_TAX_ID", de_tax, "###########|## ### ### ###|## ##########",
     "de:Steuer-ID|de:Steueridentifikationsnummer|de:IdNr|de:Steuer-Identnummer|en:german tax id",
     "t", false},
    {"de-ausweis", "DE_ID_CARD", de_card, "##########|#########",
     "de:Personalausweisnummer|de:Personalausweis|de:Ausweisnummer|de:Perso-Nr|en:german id card",
     "ip", false},
    {"de-rente", "DE_SOCIAL_SECURITY", de_pension, "############|## ###### # ###",
     "de:Rentenversicherungsnummer|de:Sozialversicherungsnummer|de:SV-Nummer|de:RVNR", "s", true},
    {"at-svnr", "AT_SVNR", at_svnr, "##########|#### ######",
     "de:SVNR|de:Sozialversicherungsnummer|de:SV-Nummer|en:austrian social security number", "s",
     false},
    {"ch-ahv", "CH_AHV", ch_ahv, "###.####.####.##|#############|### #### #### ##",
     "de:AHV-Nummer|de:AHV|fr:numéro AVS|it:numero AVS|en:AHV number", "s", true},
    {"es-dni", "ES_NIF", es_dni, "#########|########-#|##.###.###-#|######## #",
     "es:DNI|es:NIF|es:número de DNI|en:spanish DNI|es:dni nº", "it", true},
    {"es-nie", "ES_NIE", es_nie, "#########|#-#######-#|########-#",
     "es:NIE|es:número de NIE|en:NIE number|es:tarjeta de extranjero", "it", true},
    {"es-nuss", "ES_NUSS", es_nuss, "############|##/########/##|## ######## ##|##-########-##",
     "es:número de la seguridad social|es:NUSS|es:nº seguridad social|es:NSS", "s", false},
    {"it-cf", "IT_FISCAL_CODE", it_person, "################|### ### ##### #####",
     "it:codice fiscale|it:CF|it:cod. fiscale|en:italian fiscal code", "t", true},
    {"it-piva", "IT_VAT_CODE", it_vat, "###########|IT###########",
     "it:partita IVA|it:P.IVA|it:p. iva|en:italian VAT number", "t", false},
    {"pt-nif", "PT_NIF", pt_nif, "#########|### ### ###",
     "pt:NIF|pt:número de contribuinte|pt:contribuinte|en:portuguese NIF", "t", false},
    {"gr-amka", "GR_AMKA", gr_amka, "###########", "**:AMKA|en:AMKA number|**:ΑΜΚΑ", "s", false},
    {"gr-afm", "GR_AFM", gr_afm, "#########", "**:AFM|**:ΑΦΜ|en:greek tax number", "t", false},
    {"tr-tckn", "TR_NATIONAL_ID", tr_tckn, "###########",
     "tr:TC kimlik no|tr:T.C. kimlik numarası|tr:TCKN|tr:kimlik numaram|en:turkish id number|tr:TC "
     "no",
     "i", false},
    {"nl-bsn", "NL_BSN", nl_bsn, "#########|### ### ###|####.##.###",
     "nl:BSN|nl:burgerservicenummer|nl:sofinummer|en:BSN|nl:bsn nummer", "is", false},
    {"be-nrn", "BE_NATIONAL_NUMBER", be_nrn, "##.##.##-###.##|###########|######-###-##",
     "nl:rijksregisternummer|fr:numéro national|fr:numéro de registre national|nl:INSZ|fr:NISS",
     "is", true},
    {"pl-pesel", "PL_PESEL", pl_pesel, "###########",
     "pl:PESEL|pl:numer PESEL|en:PESEL|pl:nr pesel", "i", false},
    {"pl-nip", "PL_NIP", pl_nip, "##########|###-###-##-##|###-##-##-###",
     "pl:NIP|pl:numer NIP|en:polish NIP|pl:nr NIP", "t", false},
    {"pl-regon", "PL_REGON", pl_regon, "#########", "pl:REGON|pl:numer REGON|pl:nr regon", "",
     false},
    {"cz-rc", "CZ_BIRTH_NUMBER", cz_rc, "######/####|##########",
     "**:rodné číslo|**:rodne cislo|en:czech birth number|**:rč", "i", false},
    {"hu-taj", "HU_TAJ", hu_taj, "#########|### ### ###|###-###-###",
     "**:TAJ szám|**:TAJ|en:TAJ number", "sh", false},
    {"ro-cnp", "RO_CNP", ro_cnp, "#############", "**:CNP|**:cod numeric personal|en:romanian CNP",
     "i", true},
    {"bg-egn", "BG_EGN", bg_egn, "##########", "**:EGN|**:ЕГН|en:bulgarian EGN", "i", false},
    {"hr-oib", "HR_OIB", hr_oib, "###########|HR###########",
     "**:OIB|en:croatian OIB|**:osobni identifikacijski broj", "ti", false},
    {"si-emso", "SI_EMSO", si_emso, "#############", "**:EMŠO|**:EMSO|**:JMBG|en:EMSO number", "i",
     true},
    {"fi-hetu", "FI_PERSONAL_IDENTITY_CODE", fi_hetu, "###########",
     "**:henkilötunnus|**:hetu|en:finnish personal identity code|**:HETU", "i", true},
    {"se-pnr", "SE_PERSONNUMMER", se_pnr, "######-####|##########|######+####",
     "**:personnummer|en:swedish personal number|**:samordningsnummer", "i", false},
    {"se-pnr-long", "SE_PERSONNUMMER", se_pnr_long, "########-####|############",
     "**:personnummer|en:swedish personal number|en:personal identity number", "i", true},
    {"no-fnr", "NO_FODSELSNUMMER", no_fnr, "###########|###### #####",
     "**:fødselsnummer|**:personnummer|en:norwegian national identity number|**:fodselsnummer", "i",
     false},
    {"dk-cpr", "DK_CPR", dk_cpr, "######-####|##########",
     "**:CPR-nummer|**:CPR|**:personnummer|en:danish CPR number|**:cpr nr", "i", false},
    {"ee-lt-code", "EE_PERSONAL_CODE", baltic, "###########",
     "**:isikukood|**:asmens kodas|en:estonian personal code|en:lithuanian personal code", "i",
     false},
    {"lv-pk", "LV_PERSONAL_CODE", lv_pk, "######-#####|###########",
     "**:personas kods|en:latvian personal code|**:personas kodu", "i", false},
};

const struct kinds kinds_europe = {list, COUNT(list)};
