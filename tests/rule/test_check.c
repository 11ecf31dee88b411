/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_check.c - validators: what passes, what one changed digit does, what is refused at load.
 *
 * The numbers are published samples of the number plans, no persons'.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "rule/check.h"
#include "../lib/suite.h"

static const struct sg_check *parse(struct sg_arena *arena, const char *text)
{
    const struct sg_check *check = NULL;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_check_parse(&check, arena, sg_bytes_of(text), &fault);
    if (rc != SCRUBGATE_OK)
        fail_msg("%s: %s", text, fault.what);
    return check;
}

/* --- what holds and what does not --------------------------------------------------------- */

struct row {
    const char *name, *check, *text;
    bool holds;
};

static const struct row rows[] = {
    {"separators do not matter", "luhn", "4111-1111.1111 1111", true},
    {"a letter is no digit of a card", "luhn", "411111111111111A", false},
    {"one digit has no check digit", "luhn", "0", false},
    {"nothing holds no check", "luhn", "- -", false},
    {"over 64 digits is no number", "luhn",
     "00000000000000000000000000000000000000000000000000000000000000000000", false},
    {"a prefix is counted in: US NPI", "luhn(80840)", "1234567893", true},
    {"a changed digit behind a prefix", "luhn(80840)", "1234567894", false},
    {"an issuer asks for its own length", "card-issuer", "378282246310005", true},
    {"15 digits are no Visa", "card-issuer", "411111111111111", false},
    {"an epoch in milliseconds is no card", "card-issuer", "1700000000000", false},
    {"a run of zeros is no card", "card-issuer", "0000000000000000", false},
    {"a 16-digit number from 7 is no card", "card-issuer", "7000000000000005", false},
    {"11 digits are no card", "card-issuer", "50000000000", false},
    {"20 digits are no card", "card-issuer", "62000000000000000000", false},
    {"2720 is Mastercard", "card-issuer", "2720990000000007", true},
    {"2721 is not", "card-issuer", "2721000000000004", false},
    {"an IBAN in fours", "iban", "DE89 3704 0044 0532 0130 00", true},
    {"an IBAN in lower case", "iban", "de89370400440532013000", true},
    {"an IBAN with no-break spaces", "iban",
     "DE89\xC2\xA0"
     "3704 0044 0532 0130 00",
     true},
    {"an IBAN of another country's length", "iban", "DE8937040044053201300", false},
    {"a country without IBAN", "iban", "US89370400440532013000", false},
    {"letters for check digits", "iban", "DEAA370400440532013000", false},
    {"SSN area 000", "us-ssn", "000-12-3456", false},
    {"SSN area 666", "us-ssn", "666-12-3456", false},
    {"SSN area 9xx", "us-ssn", "987-65-4320", false},
    {"SSN group 00", "us-ssn", "536-00-4399", false},
    {"SSN serial 0000", "us-ssn", "536-90-0000", false},
    {"SSN void by advertisement", "us-ssn", "078-05-1120", false},
    {"SSN void by pamphlet", "us-ssn", "219-09-9999", false},
    {"SSN needs nine digits", "us-ssn", "536-90-439", false},
    {"ITIN group 93 is not issued", "us-itin", "912-93-3456", false},
    {"ITIN begins with 9", "us-itin", "812-90-3456", false},
    {"NINO in pairs and lower case", "uk-nino", "ab 12 34 56 c", true},
    {"NINO without suffix", "uk-nino", "AB123456", true},
    {"NINO prefix BG is not used", "uk-nino", "BG123456C", false},
    {"NINO does not begin with Q", "uk-nino", "QQ123456C", false},
    {"NINO second letter is never O", "uk-nino", "AO123456C", false},
    {"NINO suffix E", "uk-nino", "AB123456E", false},
    {"NINO with a letter among the digits", "uk-nino", "AB1234C56", false},
    {"NHS number of zeros", "uk-nhs", "0000000000", false},
    {"Steuer-Id from 0", "de-steuer-id", "06574261809", false},
    {"Steuer-Id without a repeated digit", "de-steuer-id", "12345678903", false},
    {"NIE from Y", "es-dni", "Y1234567X", true},
    {"NIE from Z", "es-dni", "Z1234567R", true},
    {"DNI letter in lower case", "es-dni", "12345678z", true},
    {"DNI with a wrong letter", "es-dni", "12345678A", false},
    {"DNI with a digit for its letter", "es-dni", "123456789", false},
    {"NIR of Corsica 2A", "fr-nir", "1 85 05 2A 123 456 33", true},
    {"NIR of Corsica 2B", "fr-nir", "1 85 05 2B 123 456 60", true},
    {"NIR of Corsica 2C", "fr-nir", "1 85 05 2C 123 456 33", false},
    {"NIR from 9", "fr-nir", "955081416802538", false},
    {"codice fiscale in lower case", "it-codice-fiscale", "rssmra85t10a562s", true},
    {"codice fiscale of day 32", "it-codice-fiscale", "RSSMRA85T32A562S", false},
    {"codice fiscale of no month", "it-codice-fiscale", "RSSMRA85F10A562S", false},
    {"BSN of zeros", "nl-bsn", "000000000", false},
    {"BSN of eight digits", "nl-bsn", "10000008", true},
    {"PESEL of 32 January", "pl-pesel", "44013201358", false},
    {"PESEL of this century", "pl-pesel", "02271409867", true},
    {"PESEL of 29 February 2000", "pl-pesel", "00222900016", true},
    {"PESEL of 29 February 1900", "pl-pesel", "00022900010", false},
    {"CPF whose first remainder is 1", "br-cpf", "10000097004", true},
    {"CPF of one digit eleven times", "br-cpf", "111.111.111-11", false},
    {"routing number of a district that is none", "aba-routing", "130000006", false},
    {"routing number of an electronic district", "aba-routing", "610000005", true},
    {"routing number of district 80", "aba-routing", "800000006", true},
    {"routing number of zeros", "aba-routing", "000000000", false},
    {"LEI", "mod97", "5493 00BNXX 4D0QGSLR 65", false},
    {"LEI as issued", "mod97", "7ZW8QJWVPR4P1J1KQY45", true},
    {"Aadhaar", "verhoeff", "2341 2341 2346", true},
    {"Aadhaar sample two", "verhoeff", "9999 4105 7058", true},
    {"Aadhaar with two digits swapped", "verhoeff", "2341 2341 2364", false},
    {"ISO 7064 11,2: X is ten", "iso7064(11,2)", "11010519491231002X", true},
    {"ISO 7064 11,2: ISNI", "iso7064(11, 2)", "0000 0001 2281 955X", true},
    {"ISO 7064 11,2: X only at the end", "iso7064(11,2)", "1101051949123100X2", false},
    {"ISO 7064 11,10: OIB", "iso7064(11,10)", "33392005961", true},
    {"ISO 7064 11,10: a letter", "iso7064(11,10)", "3339200596A", false},
    {"ISO 7064 37,36", "iso7064(37,36)", "A12425GABC1234002M", true},
    {"ISO 7064 37,36 changed", "iso7064(37,36)", "A12425GABC1234003M", false},
    {"ISO 7064 97,10", "iso7064(97,10)", "79444", true},
    {"ISO 7064 97,10 changed", "iso7064(97,10)", "79445", false},
    {"ISO 7064 27,26 takes letters only", "iso7064(27,26)", "A1", false},
    {"ISO 7064 37,2: a blood donation", "iso7064(37,2)", "G123 498 654 321 H", true},
    {"ISO 7064 37,2: * is 36", "iso7064(37,2)", "G123 498 654 338 *", true},
    {"ISO 7064 37,2: another digit before the *", "iso7064(37,2)", "G123 498 654 339 *", false},
    {"Damm", "damm", "5724", true},
    {"Damm with two digits swapped", "damm", "5274", false},
    {"Damm of a letter", "damm", "57A4", false},
    {"an EAN", "ean13", "4 006381 333931", true},
    {"an ISBN", "ean13", "978-0-306-40615-7", true},
    {"an EAN of twelve digits", "ean13", "400638133393", false},
    {"weighted: the remainder is the check digit", "weighted(7 3 1, 10)", "L01X00T471", true},
    {"weighted: a changed letter", "weighted(7 3 1, 10)", "M01X00T471", false},
    {"weighted: the whole sum leaves 0", "weighted(9 8 7 6 5 4 3 2 -1, 11, 0)", "111222333", true},
    {"weighted: it does not", "weighted(9 8 7 6 5 4 3 2 -1, 11, 0)", "111222334", false},
    {"weighted: a map of check digits", "weighted(10 9 8 7 6 5 4 3 2, 11, 0-987654321)",
     "943 476 5919", true},
    {"weighted: a map of letters", "weighted(8 7 6 5 4 3 2, 23, WABCDEFGHIJKLMNOPQRSTUV)",
     "6433435F", true},
    {"weighted: too few characters", "weighted(9 8 7 6 5 4 3 2 -1, 11, 0)", "0", false},
    {"a repeated digit", "not-repeated", "0000 0000", false},
    {"one digit alone", "not-repeated", "7", false},
    {"two digits", "not-repeated", "0000 0001", true},
    {"an address", "ipv4", "192.0.2.1", true},
    {"the lowest and highest octets", "ipv4", "0.255.0.255", true},
    {"an octet of 256", "ipv4", "192.0.2.256", false},
    {"an octet with a leading zero", "ipv4", "192.0.02.1", false},
    {"an octet 00", "ipv4", "192.0.00.1", false},
    {"three octets", "ipv4", "192.0.2", false},
    {"five octets", "ipv4", "1.2.3.4.5", false},
    {"a defanged address", "ipv4", "192[.]0[.]2[.]1", true},
    {"a letter in an address", "ipv4", "192.0.2.1a", false},
    {"a token header", "base64-json", "eyJhbGciOiJIUzI1NiJ9.e30.sig", true},
    {"a token header with a space in it", "base64-json", "eyAiYWxnIjoibm9uZSJ9", true},
    {"base64 of something else", "base64-json", "aGVsbG8gd29ybGQh", false},
    {"no base64", "base64-json", "ey.J", false},
    {"an empty object names nothing", "base64-json", "e30", false},
    {"one letter has no entropy", "entropy(0.01)", "aaaaaaaaaaaa", false},
    {"two letters have one bit", "entropy(1)", "abababab", true},
    {"two letters have no more than one bit", "entropy(1.01)", "abababab", false},
    {"sixteen letters have four bits", "entropy(4)", "0123456789abcdef", true},
    {"five letters have 2.32 bits", "entropy(2.32)", "abcde", true},
    {"five letters have no 2.33 bits", "entropy(2.33)", "abcde", false},
    {"letters differ by case", "entropy(1)", "aA", true},
    {"nothing has no entropy", "entropy(0.01)", "--", false},
    {"a day", "date(ddmmyyyy)", "31.12.1999", true},
    {"29 February of a leap year", "date(yyyymmdd)", "2000-02-29", true},
    {"29 February of 1900", "date(yyyymmdd)", "1900-02-29", false},
    {"31 April", "date(ddmmyyyy)", "31.04.1999", false},
    {"month 13", "date(yymmdd)", "991301", false},
    {"day 0", "date(yymmdd)", "991200", false},
    {"a year out of all sense", "date(ddmmyyyy)", "01.01.9999", false},
    {"too few digits", "date(ddmmyyyy)", "31.12.99", false},
    {"too many digits", "date(ddmmyy)", "31.12.1999", false},
    {"a date at the head of a number", "date(yymmddxxxx, month+50, month+20, month+70)",
     "715319/2745", true},
    {"the same without the offset", "date(yymmddxxxx)", "715319/2745", false},
    {"a day with an offset", "date(ddmmyyxxxxx, day+40)", "55108695088", true},
    {"letters where x stands", "date(ddmmyyxxxx)", "131052-308T", true},
    {"letters where a digit stands", "date(ddmmyyxxxx)", "13A052-308T", false},
    {"single digits between separators", "date(d/m/y)", "1/2/1990", true},
    {"other separators than the layout's", "date(d/m/y)", "01.02.90", true},
    {"a year of three digits", "date(d/m/y)", "1/2/990", false},
    {"day and month the other way round", "date(d/m/y)", "12/31/1990", false},
    {"month first", "date(m/d/y)", "12/31/1990", true},
    {"an expiry month", "date(mm/yy)", "13/27", false},
    {"an expiry month that is one", "date(mm/yy)", "12/27", true},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_arena arena = {0};
    const struct sg_check *check = parse(&arena, row->check);
    assert_int_equal(sg_check_holds(check, sg_bytes_of(row->text)), row->holds);
    /* Pure: asked twice it says the same. */
    assert_int_equal(sg_check_holds(check, sg_bytes_of(row->text)), row->holds);
    assert_string_equal(sg_check_name(check), row->check);
    sg_arena_fini(&arena);
}

/* --- published samples -------------------------------------------------------------------- */

/* exact: a change of any one digit into any other must fail. */
static const struct sample {
    const char *check;
    bool exact;
    const char *texts[24];
} samples[] = {
    {"luhn",
     true,
     {"4111111111111111", "4242424242424242", "4012888888881881", "5555555555554444",
      "2223003122003222", "378282246310005", "6011111111111117", "30569309025904",
      "3530111333300000", "6205500000000000004", "6759649826438453", "5019717010103742",
      "135410014004955", "6331101999990016", "046 454 286", "490154203237518", "00743110157",
      "000000018", "8001015009087"}},
    {"iban",
     true,
     {"AD1200012030200359100100", "BR9700360305000010009795493P1", "FR1420041010050500013M02606",
      "GB29NWBK60161331926819", "MT84MALT011000012345MTLCAST001S", "NO9386011117947",
      "SM86U0322509800000000270100", "SC18SSCB11010000000000001497USD"}},
    {"aba-routing", true, {"021000021", "111000025"}},
    {"verhoeff", true, {"234123412346", "999941057058"}},
    {"iso7064(11,10)", true, {"33392005961"}},
    {"iso7064(11,2)", true, {"11010519491231002X"}},
    {"iso7064(37,2)", true, {"G123 498 654 321 H", "G123 498 654 338 *"}},
    {"damm", true, {"5724"}},
    {"ean13", true, {"4006381333931", "9780306406157"}},
    {"card-issuer",
     false,
     {"4111111111111111", "4222222222222",    "2223000048400011",    "371449635398431",
      "6011000990139424", "38520000023237",   "36227206271667",      "3056930009020004",
      "3566002020360505", "6200000000000005", "6243030000000001",    "6799990100000000019",
      "6304000000000000", "2200770239097761", "6074819900004939",    "9792030000000000",
      "5066991111111118", "6062828888666688", "5061460410120223210", "6555900000604105",
      "6360000000000001", "6371111111111111", "5610591081018250",    "135410014004955"}},
};

static void change_each_digit(const struct sg_check *check, const char *text)
{
    char changed[64];
    size_t len = strlen(text);
    assert_true(len < sizeof changed);
    for (size_t at = 0; at < len; at++) {
        for (char digit = '0'; digit <= '9' && text[at] >= '0' && text[at] <= '9'; digit++) {
            memcpy(changed, text, len + 1);
            changed[at] = digit;
            bool same = digit == text[at];
            if (sg_check_holds(check, sg_bytes_of(changed)) != same)
                fail_msg("%s: %s", sg_check_name(check), changed);
        }
    }
}

static void test_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct sg_arena arena = {0};
        const struct sg_check *check = parse(&arena, samples[i].check);
        for (size_t j = 0; j < 24 && samples[i].texts[j] != NULL; j++) {
            const char *text = samples[i].texts[j];
            if (!sg_check_holds(check, sg_bytes_of(text)))
                fail_msg("%s: %s", samples[i].check, text);
            if (samples[i].exact)
                change_each_digit(check, text);
        }
        sg_arena_fini(&arena);
    }
}

/* Every IBAN of the registry's examples, one length too long or too short. */
static void test_iban_lengths(void **state)
{
    (void)state;
    static const char *const ibans[] = {"AE070331234567890123456",
                                        "AL47212110090000000235698741",
                                        "AT611904300234573201",
                                        "AZ21NABZ00000000137010001944",
                                        "BA391290079401028494",
                                        "BE71096123456769",
                                        "BG80BNBG96611020345678",
                                        "BH67BMAG00001299123456",
                                        "BY13NBRB3600900000002Z00AB00",
                                        "CH9300762011623852957",
                                        "CR05015202001026284066",
                                        "CY17002001280000001200527600",
                                        "CZ6508000000192000145399",
                                        "DE89370400440532013000",
                                        "DK5000400440116243",
                                        "DO28BAGR00000001212453611324",
                                        "EE382200221020145685",
                                        "EG380019000500000000263180002",
                                        "ES9121000418450200051332",
                                        "FI2112345600000785",
                                        "FO6264600001631634",
                                        "GE29NB0000000101904917",
                                        "GI75NWBK000000007099453",
                                        "GL8964710001000206",
                                        "GR1601101250000000012300695",
                                        "GT82TRAJ01020000001210029690",
                                        "HR1210010051863000160",
                                        "HU42117730161111101800000000",
                                        "IE29AIBK93115212345678",
                                        "IL620108000000099999999",
                                        "IQ98NBIQ850123456789012",
                                        "IS140159260076545510730339",
                                        "IT60X0542811101000000123456",
                                        "JO94CBJO0010000000000131000302",
                                        "KW81CBKU0000000000001234560101",
                                        "KZ86125KZT5004100100",
                                        "LB62099900000001001901229114",
                                        "LC55HEMM000100010012001200023015",
                                        "LI21088100002324013AA",
                                        "LT121000011101001000",
                                        "LU280019400644750000",
                                        "LV80BANK0000435195001",
                                        "LY83002048000020100120361",
                                        "MC5811222000010123456789030",
                                        "MD24AG000225100013104168",
                                        "ME25505000012345678951",
                                        "MK07250120000058984",
                                        "MR1300020001010000123456753",
                                        "MU17BOMM0101101030300200000MUR",
                                        "NL91ABNA0417164300",
                                        "PK36SCBL0000001123456702",
                                        "PL61109010140000071219812874",
                                        "PS92PALS000000000400123456702",
                                        "PT50000201231234567890154",
                                        "QA58DOHB00001234567890ABCDEFG",
                                        "RO49AAAA1B31007593840000",
                                        "RS35260005601001611379",
                                        "SA0380000000608010167519",
                                        "SE4550000000058398257466",
                                        "SI56263300012039086",
                                        "SK3112000000198742637541",
                                        "TL380080012345678910157",
                                        "TN5910006035183598478831",
                                        "TR330006100519786457841326",
                                        "UA213223130000026007233566001",
                                        "VA59001123000012345678",
                                        "VG96VPVG0000012345678901",
                                        "XK051212012345678906"};
    struct sg_arena arena = {0};
    const struct sg_check *check = parse(&arena, "iban");
    for (size_t i = 0; i < sizeof ibans / sizeof *ibans; i++) {
        char text[40];
        struct sg_bytes iban = sg_bytes_of(ibans[i]);
        if (!sg_check_holds(check, iban))
            fail_msg("%s", ibans[i]);
        change_each_digit(check, ibans[i]);
        (void)snprintf(text, sizeof text, "%s0", ibans[i]);
        assert_false(sg_check_holds(check, sg_bytes_of(text)));
        assert_false(sg_check_holds(check, (struct sg_bytes){iban.data, iban.len - 1}));
    }
    sg_arena_fini(&arena);
}

/* --- what is refused at load -------------------------------------------------------------- */

static const struct refusal {
    const char *name, *text, *says;
} refusals[] = {
    {"an unknown name offers the nearest", "lunh", "did you mean luhn?"},
    {"a name like no other points to the list", "frobnicate-all", "docs/RULES.md"},
    {"nothing", "", "no check"},
    {"arguments where none are taken", "iban(22)", "takes no arguments"},
    {"a bracket that stays open", "date(ddmmyyyy", "no \")\""},
    {"an empty argument", "weighted(1 2,,3)", "none of them empty"},
    {"no argument at all", "date()", "none of them empty"},
    {"too many arguments", "date(yymmdd, day+1, day+2, day+3, day+4, day+5, day+6)", "1 to 6"},
    {"text behind the bracket", "date(ddmmyy)x", "no \")\""},
    {"luhn of letters", "luhn(a)", "up to 16 digits"},
    {"a date of hours", "date(hhmm)", "layout"},
    {"a date without a month", "date(yyyydd)", "layout"},
    {"a date with two months", "date(mmddmm)", "layout"},
    {"a layout of open width", "date(dmy)", "layout"},
    {"x between separators", "date(d/m/xx)", "layout"},
    {"an offset of years", "date(yymmdd, year+5)", "offsets"},
    {"an ISO 7064 system that is none", "iso7064(12,11)", "11,10"},
    {"a base58 of no coin", "base58check(dogs)", "ripple or monero"},
    {"a bech32 name in capitals", "bech32(BC)", "small letters"},
    {"two bech32 arguments", "bech32(bc, tb)", "bech32(bc tb ltc)"},
    {"arguments for a number plan", "pt-nif(9)", "write it as pt-nif"},
    {"a number plan mistyped", "pl-pesl", "did you mean pl-pesel?"},
    {"weights that are words", "weighted(a b, 10)", "weights"},
    {"a weight too large", "weighted(100, 10)", "weights"},
    {"a modulus of 1", "weighted(1 2, 1)", "weights"},
    {"a remainder the modulus cannot leave", "weighted(1 2, 10, 10)", "weights"},
    {"a map of another length", "weighted(1 2, 11, 0123456789)", "weights"},
    {"no entropy at all", "entropy(0)", "bits per character"},
    {"more entropy than letters have", "entropy(6)", "bits per character"},
    {"entropy of three places", "entropy(3.125)", "bits per character"},
    {"entropy of nothing", "entropy", "bits per character"},
};

static void test_refusal(void **state)
{
    const struct refusal *row = *state;
    struct sg_arena arena = {0};
    const struct sg_check *check = NULL;
    struct scrubgate_fault fault = {.what = ""};
    assert_int_equal(sg_check_parse(&check, &arena, sg_bytes_of(row->text), &fault),
                     SCRUBGATE_EINVAL);
    assert_null(check);
    if (strstr(fault.what, row->says) == NULL)
        fail_msg("%s", fault.what);
    /* And without a fault to write to. */
    assert_int_equal(sg_check_parse(&check, &arena, sg_bytes_of(row->text), NULL),
                     SCRUBGATE_EINVAL);
    sg_arena_fini(&arena);
}

int main(void)
{
    SG_SUITE_ROWS(test_row, rows);
    SG_SUITE_ROWS(test_refusal, refusals);
    sg_suite_add("published samples hold, and where it is promised no changed digit does",
                 test_samples, NULL);
    sg_suite_add("an IBAN of each country holds, one character more or less does not",
                 test_iban_lengths, NULL);
    return sg_suite_run("check");
}
