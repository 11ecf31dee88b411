/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_check_id.c - national numbers: the published sample of each holds, as many wrong digits are
 * caught as its system promises, and a number drawn by dice passes as seldom.
 *
 * The numbers are published samples of the number plans, or made up; no persons'.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "rule/check.h"
#include "../lib/suite.h"

enum { DRAWS = 20000, LONGEST = 40 };

/*
 * missed: so many of the ways to change one digit of the sample still hold. odds: of numbers whose
 * digits are drawn by dice, one in about so many holds. letters: so many of its digits may be
 * letters as well.
 */
static const struct sample {
    const char *name, *check, *text;
    unsigned missed, odds, letters;
} samples[] = {
    {"an SSN of the USA", "us-ssn", "536-90-4399", 79, 1, 0},
    {"an ITIN of the USA", "us-itin", "912-90-3456", 66, 22, 0},
    {"an EIN of the USA", "us-ein", "12-3456789", 78, 1, 0},
    {"a DEA number", "us-dea", "AB1234563", 3, 10, 0},
    {"a Medicare number of the USA", "us-mbi", "1EG4-TE5-MK73", 44, 1, 0},
    {"a vehicle", "vin", "1M8GDM9AXKP042788", 0, 11, 0},
    {"a vehicle of ones", "vin", "11111111111111111", 0, 11, 0},
    {"a telephone", "imei", "490154203237518", 0, 11, 0},
    {"a SIN of Canada", "ca-sin", "046 454 286", 0, 10, 0},
    {"a NINO of the United Kingdom", "uk-nino", "AB123456C", 54, 1, 0},
    {"an NHS number", "uk-nhs", "943 476 5919", 0, 11, 0},
    {"a UTR of the United Kingdom", "uk-utr", "1955839661", 9, 10, 0},
    {"a driving licence of the United Kingdom", "uk-driving-licence", "MORGA657054SM9IJ", 46, 14,
     1},
    {"a PPS number of Ireland", "ie-pps", "6433435F", 0, 21, 0},
    {"a PPS number with an old second letter", "ie-pps", "6433435FT", 2, 11, 0},
    {"a PPS number with a new second letter", "ie-pps", "6433435OA", 0, 23, 0},
    {"a NIR of France", "fr-nir", "2 55 08 14 168 025 38", 0, 153, 0},
    {"a Steuer-Id of Germany", "de-steuer-id", "36 574 261 809", 0, 339, 0},
    {"an identity card of Germany", "de-id-card", "L01X00T471", 0, 10, 0},
    {"a pension insurance number of Germany", "de-pension", "15 070649 C 103", 0, 294, 0},
    {"a DNI of Spain", "es-dni", "12345678Z", 0, 21, 0},
    {"a NIE of Spain", "es-dni", "X1234567L", 0, 23, 0},
    {"a social security number of Spain", "es-nuss", "28 12345678 40", 0, 95, 0},
    {"a codice fiscale of Italy", "it-codice-fiscale", "RSSMRA85T10A562S", 0, 40, 0},
    {"a NIF of Portugal", "pt-nif", "501964843", 0, 11, 0},
    {"a BSN of the Netherlands", "nl-bsn", "111222333", 0, 11, 0},
    {"a national number of Belgium", "be-nrn", "85.07.30-033 28", 0, 400, 0},
    {"a social insurance number of Austria", "at-svnr", "1237 010180", 0, 194, 0},
    {"an AHV number of Switzerland", "ch-ahv", "756.9217.0769.85", 0, 0, 0},
    {"a PESEL of Poland", "pl-pesel", "44051401359", 0, 53, 0},
    {"a NIP of Poland", "pl-nip", "8567346215", 0, 10, 0},
    {"a REGON of Poland", "pl-regon", "123456785", 0, 10, 0},
    {"a long REGON of Poland", "pl-regon", "12345678512347", 9, 10, 0},
    {"a birth number of Czechia", "cz-rc", "710319/2745", 0, 71, 0},
    {"a TAJ number of Hungary", "hu-taj", "111 111 110", 0, 10, 0},
    {"a CNP of Romania", "ro-cnp", "1630615123457", 0, 351, 0},
    {"an EGN of Bulgaria", "bg-egn", "7523169263", 0, 102, 0},
    {"an OIB of Croatia", "hr-oib", "33392005961", 0, 10, 0},
    {"an EMSO of Slovenia", "si-emso", "0101006500006", 0, 667, 0},
    {"an AMKA of Greece", "gr-amka", "01013099997", 0, 260, 0},
    {"an AFM of Greece", "gr-afm", "094259216", 0, 10, 0},
    {"a personal identity code of Finland", "fi-hetu", "131052-308T", 0, 1053, 0},
    {"a personal identity code of this century", "fi-hetu", "131052A308T", 0, 1053, 0},
    {"a personal number of Sweden", "se-pnr", "811228-9874", 0, 130, 0},
    {"a personal number of Sweden with its century", "se-pnr", "19811228-9874", 1, 5000, 0},
    {"a birth number of Norway", "no-fnr", "151086 95088", 0, 588, 0},
    {"a CPR number of Denmark", "dk-cpr", "211062-5629", 72, 14, 0},
    {"a personal code of Estonia", "ee-code", "37605030299", 1, 312, 0},
    {"a personal code of Lithuania", "ee-code", "33309240064", 8, 312, 0},
    {"a personal code of Latvia", "lv-pk", "121282-11210", 7, 230, 0},
    {"an identity number of Turkey", "tr-tckn", "10000000146", 0, 105, 0},
    {"an identity number of Israel", "il-id", "000000018", 0, 10, 0},
    {"an identity number of South Africa", "za-id", "8001015009087", 0, 299, 0},
    {"an Aadhaar of India", "in-aadhaar", "2341 2341 2346", 0, 13, 0},
    {"another Aadhaar of India", "in-aadhaar", "9999 4105 7058", 0, 13, 0},
    {"a PAN of India", "in-pan", "ACUPA7085R", 36, 1, 0},
    {"a GSTIN of India", "in-gstin", "27AAPFU0939F1ZV", 0, 29, 0},
    {"a CNIC of Pakistan", "pk-cnic", "35202-1234567-1", 115, 1, 0},
    {"a resident identity number of China", "cn-id", "11010519491231002X", 0, 5000, 0},
    {"an identity card of Taiwan", "tw-id", "A123456789", 7, 24, 0},
    {"an identity card of Hong Kong", "hk-id", "A123456(3)", 0, 11, 0},
    {"an identity card of Hong Kong with two letters", "hk-id", "AB987654(3)", 0, 11, 0},
    {"a resident registration number of Korea", "kr-rrn", "900101-1234568", 4, 63, 0},
    {"a business number of Korea", "kr-brn", "116-82-00276", 0, 10, 0},
    {"a My Number of Japan", "jp-mynumber", "1234 5678 9018", 0, 10, 0},
    {"an NRIC of Singapore", "sg-nric", "S1234567D", 0, 11, 0},
    {"a FIN of Singapore", "sg-nric", "G1234567X", 0, 11, 0},
    {"an identity number of Thailand", "th-id", "1-2345-45678-78-1", 19, 11, 0},
    {"an identity number of Malaysia", "my-nric", "770305-02-1234", 89, 30, 0},
    {"a NIK of Indonesia", "id-nik", "3171015708900001", 128, 16, 0},
    {"a TIN of the Philippines", "ph-tin", "123-456-789-000", 108, 1, 0},
    {"a TFN of Australia", "au-tfn", "123 456 782", 0, 11, 0},
    {"a business number of Australia", "au-abn", "51 824 753 556", 0, 93, 0},
    {"a company number of Australia", "au-acn", "004 085 616", 8, 10, 0},
    {"a Medicare card of Australia", "au-medicare", "2123 45670 1", 9, 21, 0},
    {"an IRD number of New Zealand", "nz-ird", "49091850", 0, 11, 0},
    {"a CPF of Brazil", "br-cpf", "111.444.777-35", 0, 96, 0},
    {"a CNPJ of Brazil", "br-cnpj", "11.222.333/0001-81", 0, 86, 0},
    {"a RUT of Chile", "cl-rut", "12.345.678-5", 0, 11, 0},
    {"a CUIT of Argentina", "ar-cuit", "20-05536168-2", 0, 54, 0},
    {"a NIT of Colombia", "co-nit", "213.123.432-1", 5, 10, 0},
    {"a cedula of Ecuador", "ec-cedula", "171430710-3", 0, 66, 0},
    {"a DNI of Peru", "pe-dni", "10117410-2", 0, 10, 0},
    {"a DNI of Peru with its letter", "pe-dni", "10117410-G", 0, 11, 0},
    {"a CURP of Mexico", "mx-curp", "BOXW310820HNERXN09", 4, 323, 1},
};

static const struct sg_check *parse(struct sg_arena *arena, const char *text)
{
    const struct sg_check *check = NULL;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_check_parse(&check, arena, sg_bytes_of(text), &fault);
    if (rc != SCRUBGATE_OK)
        fail_msg("%s: %s", text, fault.what);
    return check;
}

static bool holds(const struct sg_check *check, const char *text)
{
    return sg_check_holds(check, sg_bytes_of(text));
}

/* How many of the ways to change one digit into another still hold. */
static unsigned changes_missed(const struct sg_check *check, const char *sample)
{
    char text[LONGEST];
    unsigned missed = 0;
    (void)snprintf(text, sizeof text, "%s", sample);
    for (char *at = text; *at != '\0'; at++) {
        char was = *at;
        if (!sg_is_digit(was))
            continue;
        for (char c = '0'; c <= '9'; c++) {
            *at = c;
            missed += c != was && holds(check, text) ? 1 : 0;
        }
        *at = was;
    }
    return missed;
}

/* Of numbers whose digits are drawn by dice, how many hold. */
static unsigned drawn_holding(const struct sg_check *check, const char *sample)
{
    char text[LONGEST];
    uint64_t dice = 20261122;
    unsigned n = 0;
    for (unsigned draw = 0; draw < DRAWS; draw++) {
        (void)snprintf(text, sizeof text, "%s", sample);
        for (char *at = text; *at != '\0'; at++) {
            dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            if (sg_is_digit(*at))
                *at = (char)('0' + (dice >> 33) % 10);
        }
        n += holds(check, text) ? 1 : 0;
    }
    return n;
}

static void test_sample(void **state)
{
    const struct sample *row = *state;
    struct sg_arena arena = {0};
    char text[LONGEST];
    size_t len = strlen(row->text);
    const struct sg_check *check = parse(&arena, row->check);
    assert_true(holds(check, row->text));
    for (size_t i = 0; i <= len; i++)
        text[i] = (char)sg_to_lower(row->text[i]);
    assert_true(holds(check, text));
    assert_int_equal(changes_missed(check, row->text), row->missed);
    (void)snprintf(text, sizeof text, "%s77777777", row->text);
    assert_false(holds(check, text));
    (void)snprintf(text, sizeof text, "%.*s", (int)len - 2, row->text);
    assert_false(holds(check, text));
    if (row->odds > 0) {
        double due = (double)DRAWS / row->odds, n = drawn_holding(check, row->text);
        assert_true(n <= due * 1.4 + 10 && n >= due * 0.7 - 10);
    }
    sg_arena_fini(&arena);
}

/* O is typed for 0: hardly a plan has it where a digit stands. */
static void test_letter(void **state)
{
    const struct sample *row = *state;
    struct sg_arena arena = {0};
    char text[LONGEST];
    unsigned letters = 0;
    const struct sg_check *check = parse(&arena, row->check);
    (void)snprintf(text, sizeof text, "%s", row->text);
    for (char *at = text; *at != '\0'; at++) {
        char was = *at;
        if (!sg_is_digit(was))
            continue;
        *at = 'O';
        letters += holds(check, text) ? 1 : 0;
        *at = was;
    }
    assert_int_equal(letters, row->letters);
    sg_arena_fini(&arena);
}

int main(void)
{
    SG_SUITE_ROWS(test_sample, samples);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        sg_suite_add("a letter for one of its digits is refused", test_letter, &samples[i]);
    return sg_suite_run("check_id");
}
