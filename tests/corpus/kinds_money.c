/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds_money.c - valid cards by network, accounts by country, wallets by coin.
 */
#include "kind.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "hash.h"
#include "line.h"

/* --- cards -------------------------------------------------------------------------------------
 */

/* Digits up to the length, the last by Luhn, behind one of the prefixes. */
static void card(struct sg_dice *dice, const char *prefixes, size_t len, char *out)
{
    char prefix[16];
    pick_part(dice, prefixes, prefix, sizeof prefix);
    size_t n = strlen(prefix);
    memcpy(out, prefix, n);
    draw_of(dice, "0123456789", out + n, len - 1 - n);
    put(out, luhn_digit(out));
}

/* A maker for each network: kinds know no arguments. */
#define NETWORK(name, prefixes, len)                                                               \
    static void name(struct sg_dice *dice, char *out)                                              \
    {                                                                                              \
        card(dice, prefixes, len, out);                                                            \
    }
NETWORK(visa, "4", 16)
NETWORK(visa_13, "4", 13)
NETWORK(visa_19, "4", 19)
NETWORK(mastercard, "51|52|53|54|55|2221|2300|2500|2699|2720", 16)
NETWORK(amex, "34|37", 15)
NETWORK(discover, "6011|644|649|65", 16)
NETWORK(diners, "300|305|3095|36|38|39", 14)
NETWORK(diners_16, "3056|36|38", 16)
NETWORK(jcb, "3528|3540|3589", 16)
NETWORK(unionpay, "62", 16)
NETWORK(unionpay_19, "62", 19)
NETWORK(maestro, "5018|5020|5038|6304|6759|6761|6763", 16)
NETWORK(maestro_12, "5018|5020|6759", 12)
NETWORK(maestro_18, "5018|6304|6761", 18)
NETWORK(mir, "2200|2204", 16)
NETWORK(rupay, "60|6521|508|81|82", 16)
NETWORK(troy, "9792", 16)
NETWORK(elo, "401178|438935|5067|509|6362970|650031", 16)
NETWORK(hipercard, "606282", 16)
NETWORK(verve, "506099|506150", 19)
NETWORK(dankort, "5019|4571", 16)
NETWORK(instapayment, "637|638|639", 16)
NETWORK(uatp, "1", 15)

static const char card_names[] =
    "en:card|en:credit card number|en:debit card|en:card number|en:cc|en:card no|de:Kreditkarte|"
    "de:Kartennummer|de:Karte|fr:carte bancaire|fr:numéro de carte|fr:CB|es:tarjeta|es:número de "
    "tarjeta|es:tarjeta de crédito|pt:cartão|pt:número do cartão|it:carta di credito|it:numero "
    "carta|nl:creditcard|nl:kaartnummer|pl:karta|pl:numer karty|tr:kart numarası|tr:kredi kartı";
#define SIXTEEN "################|#### #### #### ####|####-####-####-####|#### #### #### ####"

/* --- accounts ------------------------------------------------------------------------------------
 */

/* The country and its BBAN: runs of a letters, n digits, c both. */
static const char *const registry[] = {
    "AD8n12c",  "AE19n",      "AL8n16c",    "AT16n",     "AZ4a20c",   "BA16n",      "BE12n",
    "BG4a6n8c", "BH4a14c",    "BR23n1a1c",  "BY4c4n16c", "CH5n12c",   "CR18n",      "CY8n16c",
    "CZ20n",    "DE18n",      "DK14n",      "DO4c20n",   "EE16n",     "EG25n",      "ES20n",
    "FI14n",    "FO14n",      "FR10n11c2n", "GB4a14n",   "GE2a16n",   "GI4a15c",    "GL14n",
    "GR7n16c",  "GT24c",      "HR17n",      "HU24n",     "IE4a14n",   "IL19n",      "IQ4a15n",
    "IS22n",    "IT1a10n12c", "JO4a4n18c",  "KW4a22c",   "KZ3n13c",   "LB4n20c",    "LC4a24c",
    "LI5n12c",  "LT16n",      "LU3n13c",    "LV4a13c",   "LY21n",     "MC10n11c2n", "MD20c",
    "ME18n",    "MK3n10c2n",  "MR23n",      "MT4a5n18c", "MU4a19n3a", "NL4a10n",    "NO11n",
    "PK4a16c",  "PL24n",      "PS4a21c",    "PT21n",     "QA4a21c",   "RO4a16c",    "RS18n",
    "SA2n18c",  "SC4a20n3a",  "SE20n",      "SI15n",     "SK20n",     "SM1a10n12c", "TL19n",
    "TN20n",    "TR6n16c",    "UA6n19c",    "VA18n",     "VG4a16n",   "XK16n"};

static void draw_iban(struct sg_dice *dice, const char *entry, char *out)
{
    char bban[40] = "", turned[48];
    for (const char *c = entry + 2; *c != '\0'; c++) {
        size_t n = 0;
        for (; isdigit((unsigned char)*c); c++)
            n = n * 10 + (size_t)(*c - '0');
        /* Accounts have letters seldom, even where they may. */
        bool letters = *c == 'a' || (*c == 'c' && n < 4);
        draw_of(dice,
                letters                                 ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                : *c == 'c' && sg_dice_often(dice, 150) ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                                        : "0123456789",
                bban + strlen(bban), n);
    }
    (void)snprintf(turned, sizeof turned, "%s%.2s00", bban, entry);
    (void)snprintf(out, VALUE_MOST, "%.2s%02u%s", entry, 98 - long_remainder(turned, 97), bban);
}

static void iban(struct sg_dice *dice, char *out)
{
    static const char *const usual[] = {"DE18n",   "FR10n11c2n", "ES20n",   "IT1a10n12c",
                                        "NL4a10n", "PL24n",      "PT21n",   "BE12n",
                                        "AT16n",   "GB4a14n",    "CH5n12c", "TR6n16c"};
    draw_iban(dice, PICK(dice, usual), out);
}

static void iban_any(struct sg_dice *dice, char *out)
{
    draw_iban(dice, PICK(dice, registry), out);
}

static void aba(struct sg_dice *dice, char *out)
{
    static const unsigned weights[] = {3, 7, 1, 3, 7, 1, 3, 7};
    (void)snprintf(out, VALUE_MOST, "%02u%06u", draw_between(dice, 1, 12),
                   draw_between(dice, 0, 999999));
    put(out, (char)('0' + (10 - weighted_sum(out, weights, 8) % 10) % 10));
}

static void clabe(struct sg_dice *dice, char *out)
{
    static const unsigned weights[] = {3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7, 1, 3, 7};
    unsigned sum = 0;
    memcpy(out, sg_dice_often(dice, 500) ? "012" : "072", 3);
    draw_of(dice, "0123456789", out + 3, 14);
    for (size_t i = 0; i < 17; i++)
        sum += (unsigned)(out[i] - '0') * weights[i] % 10;
    put(out, (char)('0' + (10 - sum % 10) % 10));
}

/* --- wallets
 * -------------------------------------------------------------------------------------- */

static void draw_bytes(struct sg_dice *dice, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)sg_dice_below(dice, 256);
}

static void wallet(struct sg_dice *dice, const char *alphabet, uint8_t version, char *out)
{
    uint8_t payload[20];
    draw_bytes(dice, payload, sizeof payload);
    base58check(alphabet, version, payload, sizeof payload, out, VALUE_MOST);
}

static void btc(struct sg_dice *dice, char *out)
{
    wallet(dice, base58_bitcoin, sg_dice_often(dice, 500) ? 0 : 5, out);
}

static void btc_segwit(struct sg_dice *dice, char *out)
{
    uint8_t program[32];
    unsigned version = draw_between(dice, 0, 1);
    draw_bytes(dice, program, sizeof program);
    bech32("bc", version, program, version == 0 ? 20 : 32, out);
}

static void ltc(struct sg_dice *dice, char *out)
{
    uint8_t program[20];
    if (sg_dice_often(dice, 500)) {
        wallet(dice, base58_bitcoin, sg_dice_often(dice, 500) ? 48 : 50, out);
        return;
    }
    draw_bytes(dice, program, sizeof program);
    bech32("ltc", 0, program, sizeof program, out);
}

static void doge(struct sg_dice *dice, char *out)
{
    wallet(dice, base58_bitcoin, 30, out);
}

static void tron(struct sg_dice *dice, char *out)
{
    wallet(dice, base58_bitcoin, 65, out);
}

static void xrp(struct sg_dice *dice, char *out)
{
    wallet(dice, base58_ripple, 0, out);
}

static void eth(struct sg_dice *dice, char *out)
{
    uint8_t sum[HASH_BYTES];
    bool plain = sg_dice_often(dice, 400);
    memcpy(out, "0x", 2);
    draw_of(dice, "0123456789abcdef", out + 2, 40);
    keccak256(out + 2, 40, sum);
    for (size_t i = 0; i < 40 && !plain; i++)
        if ((sum[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15) >= 8)
            out[2 + i] = (char)toupper((unsigned char)out[2 + i]);
}

/* --- what they are called
 * ------------------------------------------------------------------------- */

static const char iban_names[] =
    "en:IBAN|en:bank account|en:account number|de:IBAN|de:Kontonummer|de:Konto|fr:IBAN|fr:RIB|fr:"
    "compte|es:IBAN|es:cuenta|es:número de cuenta|pt:IBAN|pt:conta|it:IBAN|it:conto|nl:IBAN|nl:"
    "rekeningnummer|pl:numer konta|pl:IBAN|tr:IBAN|tr:hesap no";

static const struct kind list[] = {
    {"card-visa", "CREDIT_CARD", visa, SIXTEEN, card_names, "c", true},
    {"card-visa-13", "CREDIT_CARD", visa_13, "#############|#### ### ### ###", card_names, "c",
     false},
    {"card-visa-19", "CREDIT_CARD", visa_19, "###################|#### #### #### #### ###",
     card_names, "c", true},
    {"card-mastercard", "CREDIT_CARD", mastercard, SIXTEEN, card_names, "c", true},
    {"card-amex", "CREDIT_CARD", amex, "###############|#### ###### #####|####-######-#####",
     card_names, "c", true},
    {"card-discover", "CREDIT_CARD", discover, SIXTEEN, card_names, "c", true},
    {"card-diners", "CREDIT_CARD", diners, "##############|#### ###### ####", card_names, "c",
     true},
    {"card-diners-16", "CREDIT_CARD", diners_16, SIXTEEN, card_names, "c", true},
    {"card-jcb", "CREDIT_CARD", jcb, SIXTEEN, card_names, "c", true},
    {"card-unionpay", "CREDIT_CARD", unionpay, SIXTEEN, card_names, "c", true},
    {"card-unionpay-19", "CREDIT_CARD", unionpay_19,
     "###################|#### #### #### #### ###|###### #############", card_names, "c", true},
    {"card-maestro", "CREDIT_CARD", maestro, SIXTEEN, card_names, "c", true},
    {"card-maestro-12", "CREDIT_CARD", maestro_12, "############|#### #### ####", card_names, "c",
     false},
    {"card-maestro-18", "CREDIT_CARD", maestro_18, "##################|#### #### #### #### ##",
     card_names, "c", true},
    {"card-mir", "CREDIT_CARD", mir, SIXTEEN, card_names, "c", true},
    {"card-rupay", "CREDIT_CARD", rupay, SIXTEEN, card_names, "c", true},
    {"card-troy", "CREDIT_CARD", troy, SIXTEEN, card_names, "c", true},
    {"card-elo", "CREDIT_CARD", elo, SIXTEEN, card_names, "c", true},
    {"card-hipercard", "CREDIT_CARD", hipercard, SIXTEEN, card_names, "c", true},
    {"card-verve", "CREDIT_CARD", verve, "###################|#### #### #### #### ###", card_names,
     "c", true},
    {"card-dankort", "CREDIT_CARD", dankort, SIXTEEN, card_names, "c", true},
    {"card-instapayment", "CREDIT_CARD", instapayment, SIXTEEN, card_names, "c", true},
    {"card-uatp", "CREDIT_CARD", uatp, "###############|#### ##### ######", card_names, "c", false},
    {"iban", "IBAN_CODE", iban,
     "##################################|#### #### #### #### #### #### #### #### ##|"
     "####-####-####-####-####-####-####-####-##",
     iban_names, "b", true},
    {"iban-any", "IBAN_CODE", iban_any,
     "##################################|#### #### #### #### #### #### #### #### ##", iban_names,
     "b", true},
    {"aba", "ABA_ROUTING_NUMBER", aba, "#########",
     "en:routing number|en:ABA|en:ABA routing number|en:bank routing no", "", false},
    {"clabe", "MX_CLABE", clabe, "##################|### ### ########### #",
     "es:CLABE|es:CLABE interbancaria|en:CLABE", "b", false},
    {"btc", "CRYPTO", btc, "*", "**:bitcoin address|**:BTC|**:wallet", "", true},
    {"btc-segwit", "CRYPTO", btc_segwit, "*", "**:bitcoin address|**:BTC wallet|**:btc", "", true},
    {"ltc", "CRYPTO", ltc, "*", "**:litecoin address|**:LTC", "", true},
    {"doge", "CRYPTO", doge, "*", "**:dogecoin|**:DOGE address", "", true},
    {"tron", "CRYPTO", tron, "*", "**:USDT TRC20|**:tron address|**:TRX wallet", "", true},
    {"xrp", "CRYPTO", xrp, "*", "**:XRP address|**:ripple wallet", "", true},
    {"eth", "CRYPTO", eth, "*", "**:ETH address|**:ethereum wallet|**:metamask", "", true},
};

const struct kinds kinds_money = {list, COUNT(list)};
