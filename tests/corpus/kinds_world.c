/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds_world.c - valid identifiers of the Americas, Asia, Oceania and Africa, of cars and phones.
 */
#include "kind.h"

#include <stdio.h>
#include <string.h>

#include "line.h"

#define W(...) ((const unsigned[]){__VA_ARGS__})

static unsigned sum_of(const char *text, const unsigned *weights, size_t n)
{
    return weighted_sum(text, weights, n);
}

static char digit(unsigned value)
{
    return (char)('0' + value);
}

/* --- North America -----------------------------------------------------------------------------
 */

static void us_ssn(struct sg_dice *dice, char *out)
{
    unsigned area;
    do
        area = draw_between(dice, 1, 899);
    while (area == 666 || area == 78 || area == 219);
    (void)snprintf(out, VALUE_MOST, "%03u%02u%04u", area, draw_between(dice, 1, 99),
                   draw_between(dice, 1, 9999));
}

static void us_itin(struct sg_dice *dice, char *out)
{
    static const unsigned groups[] = {50, 53, 58, 61, 65, 70, 71, 75,
                                      79, 80, 83, 88, 90, 92, 94, 99};
    (void)snprintf(out, VALUE_MOST, "9%02u%02u%04u", draw_between(dice, 0, 99), PICK(dice, groups),
                   draw_between(dice, 0, 9999));
}

static void us_ein(struct sg_dice *dice, char *out)
{
    static const unsigned campus[] = {10, 12, 20, 26, 27, 30, 35, 45, 46, 47,
                                      52, 61, 75, 81, 82, 83, 84, 88, 94, 95};
    (void)snprintf(out, VALUE_MOST, "%u%07u", PICK(dice, campus), draw_between(dice, 0, 9999999));
}

static void us_npi(struct sg_dice *dice, char *out)
{
    char whole[24] = "80840";
    draw_of(dice, "12", out, 1);
    draw_of(dice, "0123456789", out + 1, 8);
    (void)snprintf(whole + 5, sizeof whole - 5, "%.9s", out);
    put(out, luhn_digit(whole));
}

static void us_dea(struct sg_dice *dice, char *out)
{
    draw_of(dice, "ABFGM", out, 1);
    draw_of(dice, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", out + 1, 1);
    draw_of(dice, "0123456789", out + 2, 6);
    put(out, digit(sum_of(out + 2, W(1, 2, 1, 2, 1, 2), 6) % 10));
}

static void us_mbi(struct sg_dice *dice, char *out)
{
    static const char letters[] = "ACDEFGHJKMNPQRTUVWXY", both[] = "ACDEFGHJKMNPQRTUVWXY0123456789";
    static const char shape[] = "CAXNAXNAANN";
    for (const char *c = shape; *c != '\0'; c++)
        draw_of(dice,
                *c == 'A'   ? letters
                : *c == 'X' ? both
                : *c == 'C' ? "123456789"
                            : "0123456789",
                out + (c - shape), 1);
}

static void vin(struct sg_dice *dice, char *out)
{
    static const char set[] = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789";
    static const char letters[] = "ABCDEFGHJKLMNPRSTUVWXYZ", worth[] = "12345678123457923456789";
    static const unsigned weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    static const char *const makers[] = {"1HG", "WBA", "WVW", "JTD", "1FA", "VF1", "ZFA", "SAL"};
    unsigned sum = 0;
    (void)snprintf(out, VALUE_MOST, "%s", PICK(dice, makers));
    draw_of(dice, set, out + 3, 8);
    draw_of(dice, "0123456789", out + 11, 6);
    for (size_t i = 0; i < 17; i++) {
        const char *at = strchr(letters, out[i]);
        unsigned v = (unsigned)((at == NULL ? out[i] : worth[at - letters]) - '0');
        sum += v * weights[i];
    }
    out[8] = "0123456789X"[sum % 11];
}

static void ca_sin(struct sg_dice *dice, char *out)
{
    draw_of(dice, "12345679", out, 1);
    draw_of(dice, "0123456789", out + 1, 7);
    put(out, luhn_digit(out));
}

static void mx_curp(struct sg_dice *dice, char *out)
{
    static const char *const states[] = {"DF", "JC", "NL", "MC", "PL", "VZ", "BC", "YN"};
    static const char *const words[] = {"GOLA", "PERM", "HEGG", "BOXW", "LOAJ", "RARF"};
    struct day day = draw_day(dice);
    unsigned sum = 0;
    char inner[4];
    draw_of(dice, "BCDFGLMNPRSTVZ", inner, 3);
    (void)snprintf(out, VALUE_MOST, "%s%02u%02u%02u%c%s%s%c", PICK(dice, words), day.year % 100,
                   day.month, day.day, "HM"[draw_between(dice, 0, 1)], PICK(dice, states), inner,
                   day.year >= 2000 ? 'A' : '0');
    for (size_t i = 0; i < 17; i++) { /* the alphabet has an N with a tilde between N and O */
        unsigned v = character_value(out[i]);
        sum += (18 - (unsigned)i) * (v + (out[i] >= 'O'));
    }
    put(out, digit((10 - sum % 10) % 10));
}

static void imei(struct sg_dice *dice, char *out)
{
    memcpy(out, "35", 2);
    draw_of(dice, "0123456789", out + 2, 12);
    put(out, luhn_digit(out));
}

/* --- South America ------------------------------------------------------------------------------
 */

static void br_cpf(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 9);
    unsigned a = sum_of(out, W(10, 9, 8, 7, 6, 5, 4, 3, 2), 9) % 11;
    put(out, digit(a < 2 ? 0 : 11 - a));
    unsigned b = sum_of(out, W(11, 10, 9, 8, 7, 6, 5, 4, 3, 2), 10) % 11;
    put(out, digit(b < 2 ? 0 : 11 - b));
}

static void br_cnpj(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 8);
    (void)snprintf(out + 8, VALUE_MOST - 8, "%04u", draw_between(dice, 1, 9));
    unsigned a = sum_of(out, W(5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), 12) % 11;
    put(out, digit(a < 2 ? 0 : 11 - a));
    unsigned b = sum_of(out, W(6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), 13) % 11;
    put(out, digit(b < 2 ? 0 : 11 - b));
}

static void cl_rut(struct sg_dice *dice, char *out)
{
    (void)snprintf(out, VALUE_MOST, "%u", draw_between(dice, 10000000, 25999999));
    put(out, "0K987654321"[sum_of(out, W(3, 2, 7, 6, 5, 4, 3, 2), 8) % 11]);
}

static void ar_cuit(struct sg_dice *dice, char *out)
{
    static const unsigned types[] = {20, 23, 24, 27, 30};
    unsigned rest;
    do {
        (void)snprintf(out, VALUE_MOST, "%u%08u", PICK(dice, types),
                       draw_between(dice, 5000000, 45000000));
        rest = 11 - sum_of(out, W(5, 4, 3, 2, 7, 6, 5, 4, 3, 2), 10) % 11;
    } while (rest == 10);
    put(out, digit(rest % 11));
}

static void co_nit(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 9);
    unsigned rest = sum_of(out, W(41, 37, 29, 23, 19, 17, 13, 7, 3), 9) % 11;
    put(out, digit(rest < 2 ? rest : 11 - rest));
}

static void ec_cedula(struct sg_dice *dice, char *out)
{
    (void)snprintf(out, VALUE_MOST, "%02u%u%06u", draw_between(dice, 1, 24),
                   draw_between(dice, 0, 5), draw_between(dice, 0, 999999));
    put(out, luhn_digit(out));
}

static void pe_cui(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 8);
    put(out, "65432110987"[sum_of(out, W(3, 2, 7, 6, 5, 4, 3, 2), 8) % 11]);
}

/* --- Asia ------------------------------------------------------------------------------------ */

static void il_id(struct sg_dice *dice, char *out)
{
    draw_of(dice, "0123", out, 1);
    draw_of(dice, "0123456789", out + 1, 7);
    put(out, luhn_digit(out));
}

/* Verhoeff's check is a walk through the group of a pentagon's symmetries. */
static unsigned turn(unsigned a, unsigned b)
{
    if (a < 5)
        return b < 5 ? (a + b) % 5 : (a + b) % 5 + 5;
    return b < 5 ? (a - b + 5) % 5 + 5 : (a - b + 10) % 5;
}

static void in_aadhaar(struct sg_dice *dice, char *out)
{
    static const char step[] = "1576283094";
    unsigned sum = 0;
    draw_of(dice, "23456789", out, 1);
    draw_of(dice, "0123456789", out + 1, 10);
    for (size_t i = 0; i < 11; i++) {
        unsigned v = (unsigned)(out[10 - i] - '0');
        for (size_t k = 0; k < (i + 1) % 8; k++)
            v = (unsigned)(step[v] - '0');
        sum = turn(sum, v);
    }
    put(out, digit(sum > 0 && sum < 5 ? 5 - sum : sum));
}

static void in_pan(struct sg_dice *dice, char *out)
{
    draw_of(dice, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", out, 5);
    draw_of(dice, "CPHFATBLJG", out + 3, 1);
    draw_of(dice, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", out + 4, 1);
    draw_digits(dice, out + 5, 4);
    draw_of(dice, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", out + 9, 1);
}

static void in_gstin(struct sg_dice *dice, char *out)
{
    unsigned sum = 0;
    (void)snprintf(out, VALUE_MOST, "%02u", draw_between(dice, 1, 37));
    in_pan(dice, out + 2);
    put(out, digit(draw_between(dice, 1, 9)));
    put(out, 'Z');
    for (size_t i = 0; i < 14; i++) {
        unsigned p = character_value(out[i]) * (i % 2 == 0 ? 1 : 2);
        sum += p / 36 + p % 36;
    }
    put(out, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(36 - sum % 36) % 36]);
}

static void pk_cnic(struct sg_dice *dice, char *out)
{
    draw_of(dice, "1234567", out, 1);
    draw_digits(dice, out + 1, 12);
}

static void cn_id(struct sg_dice *dice, char *out)
{
    static const unsigned regions[] = {110105, 310104, 440306, 330106, 510107, 420111, 320102};
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%u%04u%02u%02u%03u", PICK(dice, regions), day.year, day.month,
                   day.day, draw_between(dice, 1, 999));
    put(out, "10X98765432"[sum_of(out, W(7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), 17) %
                           11]);
}

static void tw_id(struct sg_dice *dice, char *out)
{
    static const char order[] = "ABCDEFGHJKLMNPQRSTUVXYWZIO"; /* A is 10, B 11 … */
    draw_of(dice, order, out, 1);
    draw_of(dice, "12", out + 1, 1);
    draw_of(dice, "0123456789", out + 2, 7);
    unsigned letter = (unsigned)(strchr(order, out[0]) - order) + 10;
    unsigned sum = letter / 10 + letter % 10 * 9 + sum_of(out + 1, W(8, 7, 6, 5, 4, 3, 2, 1), 8);
    put(out, digit((10 - sum % 10) % 10));
}

static void hk_id(struct sg_dice *dice, char *out)
{
    draw_of(dice, "ABCDEGHKMPRSVYZ", out, 1);
    draw_digits(dice, out + 1, 6);
    unsigned sum = 36 * 9 + sum_of(out, W(8, 7, 6, 5, 4, 3, 2), 7);
    put(out, "0A987654321"[sum % 11]);
}

static void kr_rrn(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%u%02u%03u", day.year % 100, day.month, day.day,
                   draw_between(dice, 1, 2) + (day.year >= 2000 ? 2 : 0), draw_between(dice, 0, 95),
                   draw_between(dice, 0, 999));
    put(out, digit((11 - sum_of(out, W(2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), 12) % 11) % 10));
}

static void kr_brn(struct sg_dice *dice, char *out)
{
    (void)snprintf(out, VALUE_MOST, "%03u%02u%04u", draw_between(dice, 101, 899),
                   draw_between(dice, 1, 89), draw_between(dice, 0, 9999));
    unsigned sum = sum_of(out, W(1, 3, 7, 1, 3, 7, 1, 3, 5), 9) + (unsigned)(out[8] - '0') * 5 / 10;
    put(out, digit((10 - sum % 10) % 10));
}

static void jp_number(struct sg_dice *dice, char *out)
{
    draw_digits(dice, out, 11);
    unsigned rest = sum_of(out, W(6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), 11) % 11;
    put(out, digit(rest <= 1 ? 0 : 11 - rest));
}

static void sg_id(struct sg_dice *dice, char *out)
{
    draw_of(dice, "STFG", out, 1);
    draw_of(dice, "0123456789", out + 1, 7);
    unsigned sum = sum_of(out + 1, W(2, 7, 6, 5, 4, 3, 2), 7);
    bool foreign = out[0] == 'F' || out[0] == 'G';
    if (out[0] == 'T' || out[0] == 'G')
        sum += 4;
    put(out, (foreign ? "XWUTRQPNMLK" : "JZIHGFEDCBA")[sum % 11]);
}

static void th_id(struct sg_dice *dice, char *out)
{
    draw_of(dice, "12345678", out, 1);
    draw_of(dice, "0123456789", out + 1, 11);
    put(out, digit((11 - sum_of(out, W(13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2), 12) % 11) % 10));
}

static void my_nric(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%02u%04u", day.year % 100, day.month, day.day,
                   draw_between(dice, 1, 14), draw_between(dice, 1, 9999));
}

static void id_nik(struct sg_dice *dice, char *out)
{
    static const unsigned regions[] = {317405, 327301, 357801, 367102, 337401, 517102};
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%u%02u%02u%02u%04u", PICK(dice, regions),
                   day.day + 40 * draw_between(dice, 0, 1), day.month, day.year % 100,
                   draw_between(dice, 1, 99));
}

/* --- Oceania and Africa --------------------------------------------------------------------------
 */

static void au_tfn(struct sg_dice *dice, char *out)
{
    unsigned rest;
    do {
        draw_digits(dice, out, 8);
        rest = sum_of(out, W(1, 4, 3, 7, 5, 8, 6, 9), 8) % 11; /* the ninth weighs 10, that is -1 */
    } while (rest == 10);
    put(out, digit(rest));
}

static void au_abn(struct sg_dice *dice, char *out)
{
    static const unsigned weights[] = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
    for (;;) {
        draw_digits(dice, out, 11);
        if ((weighted_sum(out, weights, 11) - 10) % 89 == 0)
            return;
    }
}

static void au_acn(struct sg_dice *dice, char *out)
{
    draw_of(dice, "0123456789", out, 8);
    put(out, digit((10 - sum_of(out, W(8, 7, 6, 5, 4, 3, 2, 1), 8) % 10) % 10));
}

static void au_medicare(struct sg_dice *dice, char *out)
{
    draw_of(dice, "23456", out, 1);
    draw_of(dice, "0123456789", out + 1, 7);
    put(out, digit(sum_of(out, W(1, 3, 7, 9, 1, 3, 7, 9), 8) % 10));
    put(out, digit(draw_between(dice, 1, 9)));
}

static void nz_ird(struct sg_dice *dice, char *out)
{
    unsigned check;
    do {
        (void)snprintf(out, VALUE_MOST, "%08u", draw_between(dice, 1000000, 14999999));
        check = (11 - sum_of(out, W(3, 2, 7, 6, 5, 4, 3, 2), 8) % 11) % 11;
        if (check == 10)
            check = (11 - sum_of(out, W(7, 4, 3, 2, 5, 2, 7, 6), 8) % 11) % 11;
    } while (check == 10);
    put(out, digit(check));
    if (out[0] == '0')
        memmove(out, out + 1, strlen(out));
}

static void za_id(struct sg_dice *dice, char *out)
{
    struct day day = draw_day(dice);
    (void)snprintf(out, VALUE_MOST, "%02u%02u%02u%04u%u8", day.year % 100, day.month, day.day,
                   draw_between(dice, 0, 9999), draw_between(dice, 0, 1));
    put(out, luhn_digit(out));
}

/* --- what they are called ----------------------------------------------------------------------
 */

static const struct kind list[] = {
    {"us-ssn", "US_SSN", us_ssn, "###-##-####|### ## ####|#########",
     "en:SSN|en:social security number|en:social security|en:social|es:número de seguro social",
     "s", false},
    {"us-itin", "US_ITIN", us_itin, "###-##-####|### ## ####|#########",
     "en:ITIN|en:individual taxpayer identification number|en:ITIN number", "t", false},
    {"us-ein", "US_EIN", us_ein, "##-#######",
     "en:EIN|en:employer identification number|en:federal "
     "tax id",
     "t", false},
    {"us-npi", "US_NPI", us_npi, "##########",
     "en:NPI|en:NPI number|en:national provider identifier", "", false},
    {"us-dea", "US_DEA", us_dea, "#########", "en:DEA number|en:DEA|en:DEA registration", "",
     false},
    {"us-mbi", "US_MBI", us_mbi, "####-###-####|###########|#### ### ####",
     "en:Medicare number|en:MBI|en:medicare id|en:medicare card number", "h", true},
    {"vin", "VIN", vin, "#################",
     "en:VIN|en:vehicle identification number|de:Fahrgestellnummer|de:FIN|fr:numéro de "
     "châssis|es:número de bastidor|it:numero di telaio|pl:numer VIN|nl:chassisnummer|pt:chassi|tr:"
     "şasi numarası",
     "", true},
    {"ca-sin", "CA_SIN", ca_sin, "### ### ###|###-###-###|#########",
     "en:SIN|en:social insurance number|fr:NAS|fr:numéro d'assurance sociale", "s", false},
    {"mx-curp", "MX_CURP", mx_curp, "##################", "es:CURP|en:CURP", "i", true},
    {"imei", "IMEI", imei, "###############|## ###### ###### #|##-######-######-#",
     "en:IMEI|en:IMEI number|de:IMEI|fr:IMEI|es:IMEI|it:codice IMEI|pl:numer IMEI|tr:IMEI "
     "numarası|pt:IMEI|nl:IMEI-nummer",
     "", false},
    {"br-cpf", "BR_CPF", br_cpf, "###.###.###-##|###########|#########-##",
     "pt:CPF|pt:número do CPF|en:brazilian CPF|pt:cpf nº", "ti", false},
    {"br-cnpj", "BR_CNPJ", br_cnpj, "##.###.###/####-##|##############",
     "pt:CNPJ|pt:número do CNPJ", "t", true},
    {"cl-rut", "CL_RUT", cl_rut, "##.###.###-#|########-#|#########", "es:RUT|es:RUN|es:rut nº",
     "ti", false},
    {"ar-cuit", "AR_CUIT", ar_cuit, "##-########-#|###########", "es:CUIT|es:CUIL|es:nro de CUIT",
     "t", false},
    {"co-nit", "CO_NIT", co_nit, "###.###.###-#|#########-#|##########", "es:NIT|es:número de NIT",
     "t", false},
    {"ec-cedula", "EC_CEDULA", ec_cedula, "##########|#########-#",
     "es:cédula|es:número de cédula|es:cedula de identidad|es:CI", "i", false},
    {"pe-cui", "PE_DNI", pe_cui, "########-#|#########", "es:DNI|es:CUI|es:número de DNI", "i",
     false},
    {"il-id", "IL_ID", il_id, "#########|########-#",
     "**:teudat zehut|en:israeli id number|**:ת.ז|**:תעודת זהות", "i", false},
    {"in-aadhaar", "IN_AADHAAR", in_aadhaar, "#### #### ####|############|####-####-####",
     "en:Aadhaar|en:aadhar number|en:adhaar card no|en:UIDAI number", "i", false},
    {"in-pan", "IN_PAN", in_pan, "##########", "en:PAN|en:PAN card|en:PAN number|en:pan card no",
     "t", false},
    {"in-gstin", "IN_GSTIN", in_gstin, "###############", "en:GSTIN|en:GST number|en:gst no", "t",
     true},
    {"pk-cnic", "PK_CNIC", pk_cnic, "#####-#######-#|#############",
     "en:CNIC|en:CNIC number|en:NIC", "i", false},
    {"cn-id", "CN_RESIDENT_ID", cn_id, "##################|###### ######## ####",
     "**:身份证号|**:身份证|en:chinese id number|**:居民身份证", "i", true},
    {"tw-id", "TW_NATIONAL_ID", tw_id, "##########", "**:身分證字號|en:taiwan id|**:身分證", "i",
     true},
    {"hk-id", "HK_ID", hk_id, "#######(#)|########", "en:HKID|en:hong kong id card|en:HKID number",
     "i", true},
    {"kr-rrn", "KR_RRN", kr_rrn, "######-#######|#############",
     "**:주민등록번호|en:korean resident registration number|**:주민번호", "i", true},
    {"kr-brn", "KR_BRN", kr_brn, "###-##-#####|##########",
     "**:사업자등록번호|en:korean business registration number", "", false},
    {"jp-number", "JP_MY_NUMBER", jp_number, "############|#### #### ####|####-####-####",
     "**:マイナンバー|en:my number card|**:個人番号", "i", false},
    {"sg-nric", "SG_NRIC_FIN", sg_id, "#########", "en:NRIC|en:FIN|en:NRIC no|en:IC number", "i",
     true},
    {"th-id", "TH_TNIN", th_id, "#-####-#####-##-#|#############",
     "en:thai id number|**:เลขบัตรประชาชน|en:thai national id", "i", false},
    {"my-nric", "MY_NRIC", my_nric, "######-##-####|############",
     "en:MyKad|en:IC number|**:no kad "
     "pengenalan|**:no. IC",
     "i", false},
    {"id-nik", "ID_NIK", id_nik, "################", "**:NIK|**:nomor KTP|**:KTP|en:NIK number",
     "i", false},
    {"au-tfn", "AU_TFN", au_tfn, "### ### ###|#########|###-###-###",
     "en:TFN|en:tax file number|en:TFN number", "t", false},
    {"au-abn", "AU_ABN", au_abn, "## ### ### ###|###########",
     "en:ABN|en:australian business number", "", false},
    {"au-acn", "AU_ACN", au_acn, "### ### ###|#########", "en:ACN|en:australian company number", "",
     false},
    {"au-medicare", "AU_MEDICARE", au_medicare, "#### ##### #|##########|####-#####-#",
     "en:Medicare card|en:medicare number|en:Medicare no", "h", false},
    {"nz-ird", "NZ_IRD", nz_ird, "###-###-###|#########|########", "en:IRD number|en:IRD|en:ird no",
     "t", false},
    {"za-id", "ZA_ID", za_id, "#############|###### #### ## #",
     "en:South African ID number|en:SA "
     "ID|en:RSA id number|en:ID number",
     "i", true},
};

const struct kinds kinds_world = {list, COUNT(list)};
