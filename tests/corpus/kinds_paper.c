/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds_paper.c - numbers on papers that have no check: passports, licences, accounts, plates.
 *
 * Only the word beside them tells what they are, so none of them is looked for bare.
 */
#include "kind.h"

#include <stdio.h>
#include <string.h>

#include "line.h"

/* @ any letter, # any digit, ^ any but 0, the rest as it stands. */
static void shaped(struct sg_dice *dice, const char *shapes, char *out)
{
    char shape[48];
    pick_part(dice, shapes, shape, sizeof shape);
    for (char *c = shape; *c != '\0'; c++) {
        *out++ = *c == '@'   ? "BCDEFGHJKLMNPRSTVWXYZ"[sg_dice_below(dice, 21)]
                 : *c == '#' ? (char)('0' + sg_dice_below(dice, 10))
                 : *c == '^' ? (char)('1' + sg_dice_below(dice, 9))
                             : *c;
    }
    *out = '\0';
}

#define SHAPED(name, shapes)                                                                       \
    static void name(struct sg_dice *dice, char *out)                                              \
    {                                                                                              \
        shaped(dice, shapes, out);                                                                 \
    }
SHAPED(passport_us, "^########|@########")
SHAPED(passport_uk, "^########")
SHAPED(passport_de, "C#^X##T#^|C^J#K2L3#|F####H###")
SHAPED(passport_fr, "^#@@#####")
SHAPED(passport_es, "@@@######")
SHAPED(passport_pt, "@@######|@######")
SHAPED(passport_it, "YA#######|YB#######|@@#######")
SHAPED(passport_nl, "NX^@B##C#|NW#K#R###")
SHAPED(passport_pl, "@@^######")
SHAPED(passport_tr, "U########|S########")
SHAPED(passport_in, "@^######|Z^######")
SHAPED(passport_cn, "E^#######|E@^######")
SHAPED(passport_ca, "@@######|@######@@")
SHAPED(passport_au, "N#######|P@#######")
SHAPED(licence_us, "D#######|@###-####-####|S^#######|@########")
SHAPED(licence_de, "B072RRE2I55|J######@@##")
SHAPED(licence_it, "U^@##@###@|@@#######@")
SHAPED(licence_pl, "#####/##/####")
SHAPED(licence_fr, "^###########|^3@@#####")
SHAPED(account_us, "^#########|^###########|^#######")
SHAPED(sort_code, "^#-##-##")
SHAPED(account_uk, "^#######")
SHAPED(bsb, "062-###|033-###|014-###")
SHAPED(ifsc, "HDFC0######|SBIN0######|ICIC0######")
SHAPED(bic, "DEUTDEFF|COBADEFFXXX|BNPAFRPP|NWBKGB2L|CHASUS33|INGBNL2A|BSCHESMM")
SHAPED(record, "MRN#######|^#######|###-##-###")
SHAPED(plate_de, "B-@B ####|M-XY ###|HH-KL ^#")
SHAPED(plate_uk, "@B^2 CDE|LK## @@@")
SHAPED(plate_fr, "@B-###-CD|G@-^##-ZZ")
SHAPED(plate_es, "^### BCD|#### KLM")
SHAPED(plate_tr, "34 @BC ^##|#6 @B ###")
SHAPED(plate_pl, "W@ #####|KR #@###")
SHAPED(health_de, "@^########|M2########")
SHAPED(insurance_us, "XYZ^########|W^########")

static const struct kind list[] = {
    {"passport-us", "US_PASSPORT", passport_us, "*",
     "en:passport|en:passport number|en:US passport no", "p", false},
    {"passport-uk", "UK_PASSPORT", passport_uk, "*", "en:passport|en:UK passport|en:passport no.",
     "p", false},
    {"passport-de", "DE_PASSPORT", passport_de, "*",
     "de:Reisepass|de:Reisepassnummer|de:Passnummer", "p", false},
    {"passport-fr", "FR_PASSPORT", passport_fr, "*", "fr:passeport|fr:numéro de passeport", "p",
     false},
    {"passport-es", "ES_PASSPORT", passport_es, "*", "es:pasaporte|es:número de pasaporte", "p",
     false},
    {"passport-pt", "PT_PASSPORT", passport_pt, "*", "pt:passaporte|pt:número do passaporte", "p",
     false},
    {"passport-it", "IT_PASSPORT", passport_it, "*", "it:passaporto|it:numero di passaporto", "p",
     false},
    {"passport-nl", "NL_PASSPORT", passport_nl, "*", "nl:paspoort|nl:paspoortnummer", "p", false},
    {"passport-pl", "PL_PASSPORT", passport_pl, "*", "pl:paszport|pl:numer paszportu", "p", false},
    {"passport-tr", "TR_PASSPORT", passport_tr, "*", "tr:pasaport|tr:pasaport numarası", "p",
     false},
    {"passport-in", "IN_PASSPORT", passport_in, "*", "en:passport|en:indian passport no", "p",
     false},
    {"passport-cn", "CN_PASSPORT", passport_cn, "*", "en:passport|en:chinese passport", "p", false},
    {"passport-ca", "CA_PASSPORT", passport_ca, "*", "en:passport|en:canadian passport", "p",
     false},
    {"passport-au", "AU_PASSPORT", passport_au, "*", "en:passport|en:australian passport", "p",
     false},
    {"licence-us", "US_DRIVER_LICENSE", licence_us, "*",
     "en:driver's license|en:drivers license number|en:driver license|en:DL number|en:DL#", "d",
     false},
    {"licence-de", "DE_DRIVING_LICENCE", licence_de, "*",
     "de:Führerschein|de:Führerscheinnummer|de:Führerschein-Nr.", "d", false},
    {"licence-it", "IT_DRIVER_LICENSE", licence_it, "*",
     "it:patente|it:numero patente|it:patente di guida", "d", false},
    {"licence-pl", "PL_DRIVING_LICENCE", licence_pl, "*", "pl:prawo jazdy|pl:numer prawa jazdy",
     "d", false},
    {"licence-fr", "FR_DRIVING_LICENCE", licence_fr, "*",
     "fr:permis de conduire|fr:numéro de permis|fr:permis", "d", false},
    {"account-us", "US_BANK_NUMBER", account_us, "*",
     "en:bank account number|en:checking account|en:account number|en:savings account no", "b",
     false},
    {"sort-code", "UK_SORT_CODE", sort_code, "*", "en:sort code", "", false},
    {"account-uk", "UK_BANK_ACCOUNT", account_uk, "*",
     "en:bank account number|en:bank acc no|en:account number", "b", false},
    {"bsb", "AU_BSB", bsb, "*", "en:BSB|en:BSB number", "", false},
    {"ifsc", "IN_IFSC", ifsc, "*", "en:IFSC|en:IFSC code", "", false},
    {"bic", "BIC_CODE", bic, "*",
     "en:BIC|en:SWIFT|en:swift code|de:BIC|fr:BIC|es:BIC|it:BIC|nl:BIC|pl:SWIFT", "", false},
    {"medical-record", "MEDICAL_RECORD", record, "*",
     "en:medical record number|en:MRN|en:patient id", "", false},
    {"plate-de", "LICENSE_PLATE", plate_de, "*",
     "de:Kennzeichen|de:Autokennzeichen|de:amtl. Kennzeichen", "", false},
    {"plate-uk", "LICENSE_PLATE", plate_uk, "*", "en:number plate|en:reg plate|en:licence plate",
     "", false},
    {"plate-fr", "LICENSE_PLATE", plate_fr, "*", "fr:plaque d'immatriculation|fr:immatriculation",
     "", false},
    {"plate-es", "LICENSE_PLATE", plate_es, "*", "es:matrícula|es:matrícula del coche", "", false},
    {"plate-tr", "LICENSE_PLATE", plate_tr, "*", "tr:plaka|tr:araç plakası", "", false},
    {"plate-pl", "LICENSE_PLATE", plate_pl, "*", "pl:numer rejestracyjny|pl:tablica rejestracyjna",
     "", false},
    {"health-de", "DE_HEALTH_INSURANCE", health_de, "*",
     "de:Krankenversichertennummer|de:Versichertennummer|de:KVNR", "h", false},
    {"insurance-us", "HEALTH_INSURANCE_ID", insurance_us, "*",
     "en:health insurance id|en:insurance member id|en:health plan member number", "h", false},
};

const struct kinds kinds_paper = {list, COUNT(list)};
