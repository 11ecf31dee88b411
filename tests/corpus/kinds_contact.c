/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds_contact.c - how to reach somebody, by country: mail, phones, addresses, handles; birthdays.
 */
#include "kind.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "line.h"

static const char *const first_names[] = {
    "john", "maria", "ahmed", "lena",  "piotr", "sofia", "emre", "chloe", "joao", "giulia", "sanne",
    "kofi", "priya", "olga",  "diego", "fatma", "noah",  "mia",  "tom",   "anna", "jakub",  "luis"};
static const char *const last_names[] = {
    "doe",    "smith", "garcia", "meyer",  "kowalski", "rossi",  "silva",  "devries", "yilmaz",
    "dubois", "patel", "nowak",  "becker", "costa",    "jansen", "martin", "lopez",   "braun"};

/* --- mail ---------------------------------------------------------------------------------------
 */

static void email(struct sg_dice *dice, char *out)
{
    static const char *const hosts[] = {
        "gmail.com",  "yahoo.com",  "outlook.com",      "hotmail.co.uk", "gmx.de",     "web.de",
        "orange.fr",  "wp.pl",      "libero.it",        "example.com",   "uol.com.br", "proton.me",
        "icloud.com", "my-shop.io", "mail.example.org", "yandex.com.tr"};
    const char *first = PICK(dice, first_names), *last = PICK(dice, last_names);
    const char *host = PICK(dice, hosts);
    unsigned n = draw_between(dice, 1, 1999);
    switch (sg_dice_below(dice, 7)) {
    case 0:
        (void)snprintf(out, VALUE_MOST, "%s.%s@%s", first, last, host);
        break;
    case 1:
        (void)snprintf(out, VALUE_MOST, "%s%u@%s", first, n, host);
        break;
    case 2:
        (void)snprintf(out, VALUE_MOST, "%c%s@%s", first[0], last, host);
        break;
    case 3:
        (void)snprintf(out, VALUE_MOST, "%s_%s%u@%s", first, last, n % 100, host);
        break;
    case 4:
        (void)snprintf(out, VALUE_MOST, "%s+orders@%s", last, host);
        break;
    case 5:
        (void)snprintf(out, VALUE_MOST, "%c%s.%s@%s", toupper((unsigned char)first[0]), first + 1,
                       last, host);
        break;
    default:
        (void)snprintf(out, VALUE_MOST, "%s-%s@%s", last, first, host);
    }
}

static void email_rare(struct sg_dice *dice, char *out)
{
    static const char *const forms[] = {
        "\"%s %s\"@example.com",    "%s.%s@bücher.example.de", "%s.%s@xn--bcher-kva.de",
        "%s/%s@mail.example.org",   "%s.o'%s@gmail.com",       "%s.%s@sub.mail.example.museum",
        "%s%%%s@relay.example.net", "jürgen.%s.%s@web.de",     "%s=%s@bounces.example.com"};
    (void)snprintf(out, VALUE_MOST, PICK(dice, forms), PICK(dice, first_names),
                   PICK(dice, last_names));
}

/* --- phones: the digits behind the trunk prefix
 * ------------------------------------------------------ */

static void phone(struct sg_dice *dice, const char *starts, size_t len, char *out)
{
    char start[16];
    pick_part(dice, starts, start, sizeof start);
    size_t n = strlen(start);
    memcpy(out, start, n);
    draw_of(dice, "0123456789", out + n, len - n);
}

static void phone_us(struct sg_dice *dice, char *out)
{
    phone(dice, "212|408|305|617|718|202|415|646|773|503|404|713", 3, out);
    draw_of(dice, "23456789", out + 3, 1);
    draw_of(dice, "02345678", out + 4, 1);
    draw_of(dice, "0123456789", out + 5, 5);
}

static void phone_local(struct sg_dice *dice, char *out)
{
    draw_of(dice, "23456789", out, 1);
    draw_of(dice, "02345678", out + 1, 1);
    draw_of(dice, "0123456789", out + 2, 5);
}

#define COUNTRY(name, starts, len)                                                                 \
    static void name(struct sg_dice *dice, char *out)                                              \
    {                                                                                              \
        phone(dice, starts, len, out);                                                             \
    }
COUNTRY(phone_uk, "77009|7400|7911|7854|7533", 10)
COUNTRY(phone_uk_land, "2079|1612|1314", 10)
COUNTRY(phone_de, "151|160|170|171|175|176", 11)
COUNTRY(phone_de_land, "30|40|89|221", 9)
COUNTRY(phone_fr, "6|7|1|2|4", 9)
COUNTRY(phone_es, "6|71|72|91|93", 9)
COUNTRY(phone_pt, "91|92|93|96|21", 9)
COUNTRY(phone_br, "119|219|319|619", 11)
COUNTRY(phone_it, "320|333|347|349|392", 10)
COUNTRY(phone_nl, "6", 9)
COUNTRY(phone_pl, "50|60|66|69|72|78|88", 9)
COUNTRY(phone_tr, "530|532|542|555|505", 10)
COUNTRY(phone_in, "98|97|91|88|70", 10)
COUNTRY(phone_au, "4", 9)

/* Any country, as it is dialled from abroad. */
static void phone_abroad(struct sg_dice *dice, char *out)
{
    static const char *const shapes[] = {
        "+1 ### ### ####",  "+44 7### ######",   "+49 17# #######",   "+33 6 ## ## ## ##",
        "+34 6## ### ###",  "+351 91# ### ###",  "+39 34# #######",   "+31 6 ########",
        "+48 6## ### ###",  "+90 53# ### ## ##", "+55 11 9####-####", "+52 55 #### ####",
        "+91 98### #####",  "+86 138 #### ####", "+81 90 #### ####",  "+82 10 #### ####",
        "+61 4## ### ###",  "+27 82 ### ####",   "+234 803 ### ####", "+254 7## ######",
        "+971 50 ### ####", "+966 5# ### ####",  "+972 5# ### ####",  "+7 916 ###-##-##",
        "+380 67 ### ####", "+420 60# ### ###",  "+43 664 #######",   "+41 79 ### ## ##",
        "+32 47# ## ## ##", "+45 ## ## ## ##",   "+46 70 ### ## ##",  "+47 4## ## ###",
        "+358 40 #######",  "+353 85 ### ####",  "+30 69# ### ####",  "+36 30 ### ####",
        "+40 72# ### ###",  "+62 812 #### ####", "+63 917 ### ####",  "+66 8# ### ####",
        "+84 91 ### ## ##", "+65 9### ####",     "+60 12-### ####",   "+54 9 11 ####-####",
        "+57 300 ### ####"};
    const char *shape = PICK(dice, shapes);
    bool glued = sg_dice_often(dice, 350);
    size_t n = 0;
    for (; *shape != '\0'; shape++) {
        if (*shape == '#')
            out[n++] = (char)('2' + sg_dice_below(dice, 8));
        else if (!glued || (*shape != ' ' && *shape != '-'))
            out[n++] = *shape;
    }
    out[n] = '\0';
}

/* --- addresses and days
 * --------------------------------------------------------------------------- */

/* {n} house number, # any digit; the rest is as it stands. */
static void shaped(struct sg_dice *dice, const char *shape, char *out)
{
    size_t to = 0;
    for (; *shape != '\0'; shape++) {
        if (*shape == '#')
            out[to++] = (char)('1' + sg_dice_below(dice, 9));
        else
            out[to++] = *shape;
    }
    out[to] = '\0';
}

#define SHAPES(name, ...)                                                                          \
    static void name(struct sg_dice *dice, char *out)                                              \
    {                                                                                              \
        static const char *const shapes[] = {__VA_ARGS__};                                         \
        shaped(dice, PICK(dice, shapes), out);                                                     \
    }
SHAPES(address_us, "#### Maple Street, Springfield, IL #####",
       "## W 4#th St Apt #B, New York, NY 100##", "#### Oak Ridge Dr, Austin TX 787##",
       "### Sunset Blvd, Los Angeles, CA 900##", "## Elm Ave, Boston, MA 021##")
SHAPES(address_uk, "## Baker Street, London NW1 #XE", "Flat #, ## High Street, Leeds LS# #AB",
       "## Queens Road, Bristol BS8 #QE", "# Church Lane, Oxford OX# #JD")
SHAPES(address_de, "Hauptstraße ##, 10### Berlin", "Goethestr. #a, 80### München",
       "Am Markt ##, 50### Köln", "Lindenweg #, 22### Hamburg",
       "Bahnhofstrasse ##, 60### Frankfurt")
SHAPES(address_fr, "## rue de la Paix, 750## Paris", "# avenue Victor Hugo, 69### Lyon",
       "## bis boulevard Voltaire, 13### Marseille", "#, place de la Mairie 44### Nantes")
SHAPES(address_es, "Calle Mayor ##, 2ºB, 28### Madrid",
       "Avda. de la Constitución ##, 41### Sevilla", "C/ Gran Vía ##, 08### Barcelona",
       "Plaza España #, 46### Valencia")
SHAPES(address_pt, "Rua Augusta ##, 1100-### Lisboa", "Avenida da Liberdade ##, 1250-### Lisboa",
       "Rua das Flores, ### - São Paulo, 01###-000", "Av. Paulista, ####, 01310-### São Paulo")
SHAPES(address_it, "Via Roma ##, 00### Roma", "Corso Italia #, 20### Milano",
       "Piazza Garibaldi ##, 80### Napoli", "Viale dei Tigli #/b, 40### Bologna")
SHAPES(address_nl, "Kerkstraat ##, 1017 AB Amsterdam", "Dorpsstraat #, 35## CD Utrecht",
       "Prinsengracht ###, 1015 KL Amsterdam", "Stationsweg ## bis, 25## EX Den Haag")
SHAPES(address_pl, "ul. Marszałkowska ##/#, 00-### Warszawa", "ul. Długa #, 31-### Kraków",
       "al. Jerozolimskie ##, 02-### Warszawa", "os. Piastów ##/#, 60-### Poznań")
SHAPES(address_tr, "Atatürk Cad. No: ## Daire #, 34### Kadıköy İstanbul",
       "Cumhuriyet Mah. Gül Sok. No:# D:#, Çankaya Ankara", "İnönü Caddesi No ##, 35### İzmir")

static void birthday(struct sg_dice *dice, const char *const *months, int order, char *out)
{
    struct day day = draw_day(dice);
    unsigned first = order == 'm' ? day.month : day.day,
             second = order == 'm' ? day.day : day.month;
    switch (sg_dice_below(dice, 6)) {
    case 0:
        (void)snprintf(out, VALUE_MOST, "%02u%c%02u%c%04u", first, order == '.' ? '.' : '/', second,
                       order == '.' ? '.' : '/', day.year);
        break;
    case 1:
        (void)snprintf(out, VALUE_MOST, "%04u-%02u-%02u", day.year, day.month, day.day);
        break;
    case 2:
        if (order == 'm') {
            (void)snprintf(out, VALUE_MOST, "%s %u, %u", months[day.month - 1], day.day, day.year);
            break;
        } /* fall through */
    case 3:
        (void)snprintf(out, VALUE_MOST, "%u%s %s %u", day.day, order == '.' ? "." : "",
                       months[day.month - 1], day.year);
        break;
    case 4:
        (void)snprintf(out, VALUE_MOST, "%u%c%u%c%02u", first, order == '.' ? '.' : '/', second,
                       order == '.' ? '.' : '/', day.year % 100);
        break;
    default:
        (void)snprintf(out, VALUE_MOST, "%02u-%02u-%04u", first, second, day.year);
    }
}

#define BIRTHDAY(name, order, ...)                                                                 \
    static void name(struct sg_dice *dice, char *out)                                              \
    {                                                                                              \
        static const char *const months[] = {__VA_ARGS__};                                         \
        birthday(dice, months, order, out);                                                        \
    }
BIRTHDAY(birth_en, 'm', "January", "February", "Mar", "April", "May", "June", "July", "Aug",
         "September", "Oct", "November", "Dec")
BIRTHDAY(birth_de, '.', "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
         "September", "Oktober", "November", "Dezember")
BIRTHDAY(birth_fr, '/', "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
         "septembre", "octobre", "novembre", "décembre")
BIRTHDAY(birth_es, '/', "de enero de", "de febrero de", "de marzo de", "de abril de", "de mayo de",
         "de junio de", "de julio de", "de agosto de", "de septiembre de", "de octubre de",
         "de noviembre de", "de diciembre de")
BIRTHDAY(birth_pt, '/', "de janeiro de", "de fevereiro de", "de março de", "de abril de",
         "de maio de", "de junho de", "de julho de", "de agosto de", "de setembro de",
         "de outubro de", "de novembro de", "de dezembro de")
BIRTHDAY(birth_it, '/', "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio",
         "agosto", "settembre", "ottobre", "novembre", "dicembre")
BIRTHDAY(birth_nl, '-', "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus",
         "september", "oktober", "november", "december")
BIRTHDAY(birth_pl, '.', "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca",
         "sierpnia", "września", "października", "listopada", "grudnia")
BIRTHDAY(birth_tr, '.', "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos",
         "Eylül", "Ekim", "Kasım", "Aralık")

/* --- handles
 * --------------------------------------------------------------------------------------- */

static void handle(struct sg_dice *dice, char *out)
{
    static const char *const forms[] = {"@%s_%s", "@%s%s", "%s_%s", "@%s.%s"};
    (void)snprintf(out, VALUE_MOST, PICK(dice, forms), PICK(dice, first_names),
                   PICK(dice, last_names));
    if (sg_dice_often(dice, 500))
        (void)snprintf(out + strlen(out), VALUE_MOST - strlen(out), "%u",
                       draw_between(dice, 1, 99));
}

static void discord(struct sg_dice *dice, char *out)
{
    (void)snprintf(out, VALUE_MOST, "%s#%04u", PICK(dice, first_names),
                   draw_between(dice, 1, 9999));
}

static void profile(struct sg_dice *dice, char *out)
{
    static const char *const forms[] = {"https://www.facebook.com/%s.%s",
                                        "instagram.com/%s_%s",
                                        "https://t.me/%s%s",
                                        "https://www.linkedin.com/in/%s-%s",
                                        "https://x.com/%s%s",
                                        "https://www.tiktok.com/@%s.%s",
                                        "https://github.com/%s%s",
                                        "snapchat.com/add/%s%s"};
    (void)snprintf(out, VALUE_MOST, PICK(dice, forms), PICK(dice, first_names),
                   PICK(dice, last_names));
}

static void ipv4(struct sg_dice *dice, char *out)
{
    (void)snprintf(out, VALUE_MOST, "%u.%u.%u.%u", draw_between(dice, 11, 223),
                   draw_between(dice, 0, 255), draw_between(dice, 0, 255),
                   draw_between(dice, 1, 254));
}

static void ipv6(struct sg_dice *dice, char *out)
{
    (void)snprintf(out, VALUE_MOST, "2001:db8:%x:%x::%x", draw_between(dice, 1, 0xFFFF),
                   draw_between(dice, 1, 0xFFFF), draw_between(dice, 1, 0xFFFF));
}

static void mac(struct sg_dice *dice, char *out)
{
    draw_of(dice, "0123456789ABCDEF", out, 12);
}

/* --- what they are called
 * ---------------------------------------------------------------------------- */

#define PHONE_EN "en:phone number|en:phone|en:cell|en:mobile|en:number|en:tel|en:whatsapp"
#define PHONE_DE "de:Handynummer|de:Telefonnummer|de:Nummer|de:Handy|de:Tel|de:Mobil"
#define PHONE_FR "fr:numéro de téléphone|fr:tel|fr:numéro|fr:portable|fr:téléphone"
#define PHONE_ES "es:teléfono|es:número de teléfono|es:móvil|es:celular|es:tel"
#define PHONE_PT "pt:telemóvel|pt:telefone|pt:celular|pt:número de telefone|pt:whatsapp"
#define PHONE_IT "it:numero di telefono|it:cellulare|it:telefono|it:tel|it:cell"
#define PHONE_NL "nl:telefoonnummer|nl:mobiel|nl:nummer|nl:tel|nl:06 nummer"
#define PHONE_PL "pl:numer telefonu|pl:telefon|pl:tel|pl:komórka|pl:nr tel"
#define PHONE_TR "tr:telefon numaram|tr:cep telefonum|tr:telefon|tr:tel|tr:cep"

static const struct kind list[] = {
    {"email", "EMAIL_ADDRESS", email, "*",
     "en:email|en:e-mail|en:mail|de:E-Mail|de:Mail|fr:mail|fr:adresse mail|es:correo|es:email|pt:"
     "email|it:mail|it:indirizzo email|nl:mailadres|pl:mail|pl:adres e-mail|tr:e-posta|tr:mailim",
     "", true},
    {"email-rare", "EMAIL_ADDRESS", email_rare, "*", "**:email|**:e-mail", "", true},
    {"phone-us", "PHONE_NUMBER", phone_us,
     "###-###-####|(###) ###-####|###.###.####|### ### "
     "####|##########|1-###-###-####|+1##########|+1 (###) ###-####",
     PHONE_EN, "", false},
    {"phone-us-local", "PHONE_NUMBER", phone_local, "###-####|### ####", PHONE_EN, "", false},
    {"phone-uk", "PHONE_NUMBER", phone_uk,
     "0#### ######|0##########|+44 #### ######|+44##########|0#### ### ###|+44 (0)#### ######|0044 "
     "##########",
     PHONE_EN, "", false},
    {"phone-uk-land", "PHONE_NUMBER", phone_uk_land,
     "0## #### ####|+44 ## #### ####|(0##) #### ####|0##########", PHONE_EN, "", false},
    {"phone-de", "PHONE_NUMBER", phone_de,
     "0### ########|0###########|+49 ### ########|0###/########|0049 ### "
     "########|+49###########|0###-########|+49 (0) ### ########",
     PHONE_DE, "", false},
    {"phone-de-land", "PHONE_NUMBER", phone_de_land,
     "0## #######|(0##) ### ## ##|+49 ## #######|0## / ### ## ##", PHONE_DE, "", false},
    {"phone-fr", "PHONE_NUMBER", phone_fr,
     "0# ## ## ## ##|0#.##.##.##.##|0#########|+33 # ## ## ## ##|+33#########|0#-##-##-##-##|0033 "
     "# ## ## ## ##",
     PHONE_FR, "", false},
    {"phone-es", "PHONE_NUMBER", phone_es,
     "### ### ###|#########|### ## ## ##|+34 ### ### ###|+34#########|###-###-###", PHONE_ES, "",
     false},
    {"phone-pt", "PHONE_NUMBER", phone_pt, "### ### ###|#########|+351 ### ### ###|+351#########",
     PHONE_PT, "", false},
    {"phone-br", "PHONE_NUMBER", phone_br,
     "(##) #####-####|## #####-####|###########|+55 ## #####-####|+55###########|(##)#########",
     PHONE_PT, "", false},
    {"phone-it", "PHONE_NUMBER", phone_it,
     "### #######|##########|### ### ####|+39 ### #######|+39##########|###/#######", PHONE_IT, "",
     false},
    {"phone-nl", "PHONE_NUMBER", phone_nl,
     "0# ########|0#########|0#-########|+31 # ########|+31#########|0#-## ## ## ##", PHONE_NL, "",
     false},
    {"phone-pl", "PHONE_NUMBER", phone_pl,
     "### ### ###|#########|###-###-###|+48 ### ### ###|+48#########", PHONE_PL, "", false},
    {"phone-tr", "PHONE_NUMBER", phone_tr,
     "0### ### ## ##|0##########|+90 ### ### ## ##|+90##########|### ### ## ##|0(###) ### ## ##",
     PHONE_TR, "", false},
    {"phone-in", "PHONE_NUMBER", phone_in,
     "##########|##### #####|+91 ##### #####|+91##########|0##########|+91-##########", PHONE_EN,
     "", false},
    {"phone-au", "PHONE_NUMBER", phone_au, "0### ### ###|0#########|+61 ### ### ###|+61#########",
     PHONE_EN, "", false},
    {"phone-abroad", "PHONE_NUMBER", phone_abroad, "*",
     PHONE_EN "|" PHONE_DE "|" PHONE_FR "|" PHONE_ES "|" PHONE_PT "|" PHONE_IT "|" PHONE_NL
              "|" PHONE_PL "|" PHONE_TR,
     "", true},
    {"address-us", "LOCATION", address_us, "*", "en:address|en:home address|en:shipping address",
     "", false},
    {"address-uk", "LOCATION", address_uk, "*", "en:address|en:home address|en:delivery address",
     "", false},
    {"address-de", "LOCATION", address_de, "*", "de:Adresse|de:Anschrift|de:Lieferadresse", "",
     false},
    {"address-fr", "LOCATION", address_fr, "*", "fr:adresse|fr:adresse de livraison", "", false},
    {"address-es", "LOCATION", address_es, "*", "es:dirección|es:direccion|es:domicilio", "",
     false},
    {"address-pt", "LOCATION", address_pt, "*", "pt:morada|pt:endereço", "", false},
    {"address-it", "LOCATION", address_it, "*", "it:indirizzo|it:indirizzo di casa", "", false},
    {"address-nl", "LOCATION", address_nl, "*", "nl:adres|nl:bezorgadres", "", false},
    {"address-pl", "LOCATION", address_pl, "*", "pl:adres|pl:adres dostawy", "", false},
    {"address-tr", "LOCATION", address_tr, "*", "tr:adres|tr:adresim|tr:teslimat adresi", "",
     false},
    {"birth-en", "DATE_OF_BIRTH", birth_en, "*",
     "en:date of birth|en:dob|en:birthday|en:DOB|en:birth date", "", false},
    {"birth-de", "DATE_OF_BIRTH", birth_de, "*", "de:Geburtsdatum|de:Geburtstag|de:geb.", "",
     false},
    {"birth-fr", "DATE_OF_BIRTH", birth_fr, "*", "fr:date de naissance|fr:né le|fr:née le", "",
     false},
    {"birth-es", "DATE_OF_BIRTH", birth_es, "*", "es:fecha de nacimiento|es:nacido el|es:nací el",
     "", false},
    {"birth-pt", "DATE_OF_BIRTH", birth_pt, "*", "pt:data de nascimento|pt:nascido em|pt:nasci em",
     "", false},
    {"birth-it", "DATE_OF_BIRTH", birth_it, "*", "it:data di nascita|it:nato il|it:nata il", "",
     false},
    {"birth-nl", "DATE_OF_BIRTH", birth_nl, "*", "nl:geboortedatum|nl:geboren op", "", false},
    {"birth-pl", "DATE_OF_BIRTH", birth_pl, "*", "pl:data urodzenia|pl:urodzony|pl:ur.", "", false},
    {"birth-tr", "DATE_OF_BIRTH", birth_tr, "*", "tr:doğum tarihi|tr:doğum tarihim|tr:d.tarihi", "",
     false},
    {"handle", "SOCIAL_HANDLE", handle, "*",
     "**:telegram|**:insta|**:instagram|**:snapchat|en:telegram "
     "username|**:snap|**:wechat|**:skype|en:ig|**:kik|**:twitter",
     "", false},
    {"handle-discord", "SOCIAL_HANDLE", discord, "*", "**:discord", "", false},
    {"profile-url", "SOCIAL_HANDLE", profile, "*", "en:profile|de:Profil|fr:profil|es:perfil|**:fb",
     "", true},
    {"ipv4", "IP_ADDRESS", ipv4, "*",
     "**:IP|en:IP address|en:server ip|de:IP-Adresse|fr:adresse IP", "", true},
    {"ipv6", "IP_ADDRESS", ipv6, "*", "**:IPv6|en:IP address", "", true},
    {"mac", "MAC_ADDRESS", mac, "##:##:##:##:##:##|##-##-##-##-##-##|####.####.####",
     "**:MAC|en:MAC address|de:MAC-Adresse", "", true},
};

const struct kinds kinds_contact = {list, COUNT(list)};
