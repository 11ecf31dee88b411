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
    {"a CNIC of Pakistan", "pk-cnic", "35202-1234567-1", 116, 1, 0},
    {"a resident identity number of China", "cn-id", "11010519491231002X", 0, 5000, 0},
    {"an identity card of Taiwan", "tw-id", "A123456789", 7, 24, 0},
    {"an identity card of Hong Kong", "hk-id", "A123456(3)", 0, 11, 0},
    {"an identity card of Hong Kong with two letters", "hk-id", "AB987654(3)", 0, 11, 0},
    {"a resident registration number of Korea", "kr-rrn", "900101-1234568", 0, 120, 0},
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
    {"a CNPJ of Brazil with letters", "br-cnpj", "12.ABC.345/01DE-35", 0, 95, 0},
    {"a CPF of Brazil", "br-cpf", "111.444.777-35", 0, 96, 0},
    {"a CNPJ of Brazil", "br-cnpj", "11.222.333/0001-81", 0, 86, 0},
    {"a RUT of Chile", "cl-rut", "12.345.678-5", 0, 11, 0},
    {"a CUIT of Argentina", "ar-cuit", "20-05536168-2", 0, 37, 0},
    {"a NIT of Colombia", "co-nit", "213.123.432-1", 5, 10, 0},
    {"a cedula of Ecuador", "ec-cedula", "171430710-3", 0, 40, 0},
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

/* --- where a plan has more than one way --------------------------------------------------- */

static const struct row {
    const char *name, *check, *text;
    bool holds;
} rows[] = {
    {"one digit throughout is nobody's number", "br-cpf", "111.111.111-11", false},
    {"zeros are nobody's number", "gr-afm", "000000000", false},
    {"a DNI without its leading 0", "es-dni", "1234567L", true},
    {"a NIE needs all its digits", "es-dni", "X123456L", false},
    {"a BSN without its leading 0", "nl-bsn", "10000008", true},
    {"a CNPJ with letters and a wrong digit", "br-cnpj", "12.ABC.345/01DE-53", false},
    {"a CNPJ with a letter for its check digit", "br-cnpj", "12.ABC.345/01DE-3S", false},
    {"a RUT of seven digits", "cl-rut", "1.234.567-4", true},
    {"a RUT that ends in K", "cl-rut", "12.345.605-K", true},
    {"a RUT with K for a digit", "cl-rut", "12.345.K05-K", false},
    {"a NIT of a person with eight digits", "co-nit", "12345678-8", true},
    {"a NIT of a person with ten digits", "co-nit", "1234567890-2", true},
    {"a TFN of eight digits", "au-tfn", "12345609", true},
    {"a Medicare card with the holder's place", "au-medicare", "2123 45670 1 3", true},
    {"a TIN of the Philippines with its branch", "ph-tin", "123-456-789-00000", true},
    {"an IRD number by its second weights", "nz-ird", "136410132", true},
    {"an IRD number for which both weights leave 10", "nz-ird", "49-091-941", false},
    {"an Estonian code by its second weights", "ee-code", "37605030064", true},
    {"an Estonian code whose second remainder is 10", "ee-code", "37605030920", true},
    {"a foreigner of Korea by the old system", "kr-rrn", "900101-5123452", true},
    {"Korea, September 2020, with its check digit", "kr-rrn", "200930-3123451", true},
    {"Korea, September 2020, without", "kr-rrn", "200930-3123452", false},
    {"Korea, October 2020: no check digit any more", "kr-rrn", "201001-3123452", true},
    {"Korea, October 1920, needs one", "kr-rrn", "201001-1123453", false},
    {"Korea, a day that is none", "kr-rrn", "200931-3123451", false},
    {"Belgium, born in this century", "be-nrn", "17.07.30-033.84", true},
    {"Belgium, a bis number", "be-nrn", "854730-033-17", true},
    {"Belgium, month and day unknown", "be-nrn", "85.00.00-033.06", true},
    {"Belgium, month 13", "be-nrn", "85.13.30-033.70", false},
    {"Austria, month 13: the day has no numbers left", "at-svnr", "1007 011380", true},
    {"Czechia, 0 for a remainder of 10", "cz-rc", "780123/0020", true},
    {"Czechia, nine digits of 1953", "cz-rc", "535123/001", true},
    {"Czechia, nine digits of 1954", "cz-rc", "545123/001", false},
    {"Czechia, nine digits with the serial 000", "cz-rc", "535123/000", false},
    {"Bulgaria, born in this century", "bg-egn", "7541010003", true},
    {"Spain, a short second part with its zeros", "es-nuss", "28 00123456 12", true},
    {"Spain, a short second part counted without", "es-nuss", "28 00123456 66", true},
    {"Latvia, a code that tells no date", "lv-pk", "321234-56785", true},
    {"Latvia, such a code with a wrong digit", "lv-pk", "321234-56784", false},
    {"Norway, a D number", "no-fnr", "551086 95071", true},
    {"Norway, an H number", "no-fnr", "154186 95002", true},
    {"Norway, a number made for tests", "no-fnr", "158186 95095", true},
    {"Denmark, a replacement number", "dk-cpr", "711062-5629", true},
    {"Denmark, day 32", "dk-cpr", "321062-5629", false},
    {"Sweden, a coordination number", "se-pnr", "811288-9871", true},
    {"Sweden, of the 21st century at most", "se-pnr", "21811228-9874", false},
    {"Finland, month 13", "fi-hetu", "131352-308A", false},
    {"Finland, a sign that is none", "fi-hetu", "131052G308T", false},
    {"a PESEL of 32 January", "pl-pesel", "44013201358", false},
    {"a PESEL of this century", "pl-pesel", "02271409867", true},
    {"a PESEL of 29 February 2000", "pl-pesel", "00222900016", true},
    {"a PESEL of 29 February 1900", "pl-pesel", "00022900010", false},
    {"a driving licence of a man", "uk-driving-licence", "MORGA607054SM9IJ", true},
    {"a driving licence of month 13", "uk-driving-licence", "MORGA613054SM9IJ", false},
    {"a driving licence of a short name", "uk-driving-licence", "FOX99657054S99IJ", true},
    {"a driving licence with a 9 within the name", "uk-driving-licence", "FO9XX657054S99IJ", false},
    {"a driving licence with its issue", "uk-driving-licence", "MORGA657054SM9IJ 35", true},
    {"a PPS number whose W counts nothing", "ie-pps", "6433435FW", true},
    {"an identity card without a letter", "de-id-card", "1234567897", false},
    {"a vehicle with an O", "vin", "1M8GDM9AXKPO42788", false},
    {"a FIN from F", "sg-nric", "F1234567N", true},
    {"an NRIC from T", "sg-nric", "T1234567J", true},
    {"a FIN from M", "sg-nric", "M1234567K", true},
    {"an NRIC from A", "sg-nric", "A1234567D", false},
    {"an Aadhaar that reads the same backwards", "in-aadhaar", "234567765432", false},
    {"Malaysia, a place that is none", "my-nric", "770305-18-1234", false},
    {"Indonesia, serial 0000", "id-nik", "3171015708900000", false},
    {"China, 30 February", "cn-id", "110105194902300020", false},
    {"Ecuador, province 25", "ec-cedula", "2514307107", false},
    {"Mexico, of no sex that there is", "mx-curp", "BOXW310820ANERXN09", false},
    {"an EIN of no campus", "us-ein", "07-3456789", false},
    {"an identity number of Israel without its 0", "il-id", "00000018", true},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct sg_arena arena = {0};
    assert_int_equal(holds(parse(&arena, row->check), row->text), row->holds);
    sg_arena_fini(&arena);
}

int main(void)
{
    SG_SUITE_ROWS(test_sample, samples);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        sg_suite_add("a letter for one of its digits is refused", test_letter, &samples[i]);
    SG_SUITE_ROWS(test_row, rows);
    return sg_suite_run("check_id");
}
