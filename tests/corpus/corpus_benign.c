/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus_benign.c - what looks like a value and is none: numbers of shops, carriers and machines.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "corpus.h"

/*
 * Shapes: # digit, ^ digit but 0, x hex digit, X the same in capitals, @ capital letter, the rest
 * as it stands. A word before, at times; the list of each kind is parted by '|'.
 */
struct likeness {
    const char *kind, *shapes, *words;
};

static const struct likeness likenesses[] = {
    {"uuid",
     "~~~~~~~~-~~~~-4~~~-a~~~-~~~~~~~~~~~~|########-####-4###-8###-############|!!!!!!!!-!!!!-4!!!-"
     "B!!!-!!!!!!!!!!!!|018f####-~~~~-7~~~-9~~~-~~~~~~~~~~~~",
     "request id|session|ref|id:|device|trace"},
    {"hash",
     "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~|~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~|"
     "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~|~~~~~~~|sha256:"
     "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
     "md5|sha1|commit|checksum|etag|build"},
    {"epoch", "17########|17###########|17##############|16########|17########.###",
     "timestamp|ts|at|created|exp|iat|time"},
    {"order",
     "10######|200-#######-#######|ORD-######|#########|############|SO####-#####|A####-######|"
     "ORDER##########|WEB########-#|302-#######-#######|5###############|PO-45########|2026-#######"
     "|R########",
     "order|order number|order "
     "no.|Bestellung|Bestellnummer|commande|pedido|encomenda|ordine|bestelling|zamówienie|sipariş|"
     "order #|purchase order"},
    {"tracking",
     "1Z999AA1##########|9400 1### #### #### #### "
     "##|JJD0###############|RR#########DE|################|############|00340434##########|LX#####"
     "####CN|##############|TBA############|H##############|CP#########GB|420#######9400###########"
     "###|9612###############",
     "tracking|tracking number|Sendungsnummer|Paket|colis|envío|rastreio|spedizione|track & "
     "trace|paczka|kargo takip no|DHL|UPS|FedEx|parcel|shipment"},
    {"ticket",
     "#^######|INC0######|CASE-########|TCK-####-####|########|REQ#######|#2026########|ZD-#######",
     "ticket|case|Fall|Vorgang|incident|ticket no|zgłoszenie|dossier|caso|ref|case number"},
    {"invoice",
     "INV-2026-#####|RE########|########|2026/##/#####|F-########|FV/###/##/2026|90########",
     "invoice|invoice "
     "no|Rechnung|Rechnungsnummer|facture|factura|fatura|fattura|factuur|faktura|fatura no"},
    {"version",
     "#.#^.#|^.##.#.####|v^.^#.#-rc^|^#.0.^####.####|^.^.^.^|2026.##.^|v#.#.#.#|^##.0.####.##|^.#.#"
     "+build.####|10.0.^####",
     "version|v|firmware|build|update|Version|release|FW|driver|chrome|iOS"},
    {"coordinates",
     "4^.######, -7^.######|52.52####, 13.40####|4^.#####,2.3####|-23.55####, "
     "-46.63####|41°0^'##.#\"N 28°5^'##.#\"E|N 51.50####|lat=48.8####&lng=2.3####|##.#######; "
     "##.#######",
     "location|at|GPS|coords|pin|Standort|drop off at"},
    {"price",
     "$^,###.##|€ ^.###,##|^# ###,## zł|£^##.##|^.###,## €|₺^#.###,##|R$ ^.###,##|USD "
     "^##,###.##|₹^,##,###.##|^###.00|^###,-|CHF ^'###.##|^##.###.### VND|¥^##,###|^####,99 EUR",
     "total|price|refund of|Preis|prix|precio|preço|prezzo|prijs|cena|fiyat|paid|balance|amount"},
    {"date-range",
     "12.0^.2026-18.0^.2026|2026-0^-1# - 2026-0^-2#|0^/1#/2026 to "
     "0^/2#/2026|0^/04–0^/06|1#.-2#.0^.2026|2026-0^-1#T1#:##:##Z|2026-0^-1# 1#:##:##.###|Mon "
     "1#:00-17:30|20260^1#1###00|1#/0^/26 1#:##|0^-1#-2026",
     "from|between|on|vom|du|del|available|delivery|closed|Lieferung|since|open"},
    {"article",
     "40#########|978-3-16-^#####-#|978^#########|^#-###-#####-#|5901234^####7|^^####^###04|012345^"
     "###05|SKU-########|ASIN B0#`###`#`|^###-##-####|P/N ^##-####-###|GTIN 40#########|EAN "
     "59#########|MPN: ``-#####-`",
     "EAN|ISBN|article|item|Artikel|Artikelnummer|barcode|UPC|product|ref.|GTIN|art. nr|codice a "
     "barre|SKU"},
    {"ports",
     "80, 443, 8080, 8443|ports 3478-3481, 50000-50059|22/80/443/3306|:8080 and :9090|TCP 5060 "
     "5061 10000-20000|localhost:####|22, 25, 53, 110, 143, 993|port 5####",
     "open|firewall|ports|forward|listen on|netstat|bind"},
    {"serial",
     "SN^`##`####|``####`######|S/N "
     "####-####-####|`#`#-````-####|C02``###```#|^#########`|```-###-####|R58`########",
     "serial|serial number|Seriennummer|model|S/N|n° de série|device|modelo|modello|numer "
     "seryjny|seri no"},
    {"error",
     "0x8007####|0x000000^#|ERR-####|E##-###|HTTP 50#|code ####|-####|0x!!!!!!!!|error "
     "^####^|SQLSTATE[#####]|ORA-0####",
     "error|code|Fehler|erreur|fault|exit code|błąd|hata"},
    {"measure",
     "^###x^###|^##x^##x^## cm|^##,# kg|^###mAh|^## x ^## mm|^#.#GHz ^##GB|16:9 ^###x2160|^## "
     "km/h|^#####km|^#,### steps|^##.###.### views|±0,00##|^###.####.####",
     "size|resolution|weight|Maße|battery|distance|taille|medidas|afmeting|mileage|meter "
     "reading|Zählerstand"},
    {"account-quantity",
     "^### of ^####|^## / ^##|#^/##|^#-^#|^##%|^:^|^##/^##/^##|^#:^#:^#|##,##,##,##,##,##|^# ^# ^# "
     "^# ^# ^#|5-^#-^#|2^#-1^#|(^, ^#, ^##)|[^##, ^##, ^##, ^##]",
     "score|page|ratio|lottery|numbers|result|sizes|quantity|Lotto|items|values"},
    {"file",
     "IMG_2026^^1#_1###00.jpg|report-2026####-v#.pdf|scan_########.png|WA0^##|log.2026-0^-1#.gz|"
     "DSC0####.JPG|PXL_2026####_#########.jpg|video_########_######.mp4|backup-17########.tar.gz|"
     "node_modules/@types/node@^#.#.#|@angular/core@17.#.#|lib@#.##.#",
     "file|attached|see|screenshot|Foto|image|upload|package|installed|fichier|npm i"},
    {"flight",
     "LH####|BA 0##|TK^^##|PNR ``````|gate `^#|seat ^#`|ICE ^##|train ####|room ^##|`` "
     "####/####|table ^#|Zimmer ^##|Gleis ^#|bus ^##|platform #",
     "flight|Flug|vol|vuelo|booking|train|hotel|reservation|at|room"},
    {"link",
     "https://shop.example/p/########?v=##########|https://example.com/help/########|/orders/"
     "############/items/########|https://example.com/a?utm_id=##########&t=17########|example.com/"
     "track/############|https://cdn.example.com/x/~~~~~~~~~~~~~~~~.js|#section-####|https://"
     "example.com/?q=^##+^##",
     "see|link|here|url|hier|voir|ver|GET|open"},
    {"voucher",
     "SAVE20-````-####|``##``##``##|GIFT-````-````-````|WELCOME##|####-````|XMAS2026-####",
     "voucher|coupon|promo|Gutschein|bon|cupón|kod|kupon|promo code"},
    {"member", "^#######|^####-^####|VIP-#######|^##.###.###|`######",
     "queue position|visitor|lot|batch|Charge|lot number|contract draft|policy "
     "draft|counter|inventory|warehouse bin"},
    {"code",
     "if (x > ^#### && y < ^####)|SELECT * FROM t WHERE id = ^#######|#!!!!!!|rgb(^##, ^##, "
     "^##)|a[^##] = ^####;|for i in range(^####)|chmod 0755|kill -9 ^####|margin: ^#px ^#px 0 "
     "^#px|@media (max-width: ^##px)|@Override|0b^0^0^0^0|^e^#|\\u00e4|%d of "
     "%d|&nbsp;&nbsp;|<br><br>|**bold** and __more__",
     "like|code|e.g.|does|css|then|try|use|bug:"},
};

static const char *const sentences[] = {"one two three testing, does the mic work?",
                                        "two for one on all items, three at most",
                                        "I'm at home, the dot on the map is off",
                                        "seven of nine, eight of ten, four out of five stars",
                                        "meet at the dot com museum",
                                        "zero problems so far, one question though",
                                        "eins zwei drei, die Sonne scheint",
                                        "un deux trois soleil",
                                        "uno dos tres, probando",
                                        "um dois três, testando",
                                        "at one point I had two of three done",
                                        "I double checked, triple checked even",
                                        "she ate at eight, oh well, for one it was fine",
                                        "we won two to zero, then lost four to one",
                                        "press one for sales, two for support, three for billing",
                                        "from nine to five, monday to friday",
                                        "the house number isn't on the parcel",
                                        "my card was declined, what now?",
                                        "what is your phone number?",
                                        "I forgot my password",
                                        "which email did I use?",
                                        "please verify your card",
                                        "my card ends in 4242",
                                        "card ending 1881 was charged",
                                        "the last four digits are 0005",
                                        "is my IBAN stored with you?",
                                        "do you need my SSN?",
                                        "my passport expired in 2024",
                                        "i was born in the 80s",
                                        "the password must have 8 characters",
                                        "the code did not arrive",
                                        "call me maybe",
                                        "text me when it's done",
                                        "our hotline is open 24/7",
                                        "room 101, floor 3, building 2",
                                        "look at punkt 3 of the agb",
                                        "der punkt ist: zwei von drei fehlen",
                                        "le point est que deux sur trois manquent",
                                        "el punto es que faltan dos de tres",
                                        "ten years ago, twenty people, thirty chairs",
                                        "twenty one pilots tickets?",
                                        "sixty-forty split, fifty-fifty",
                                        "he said at least one dot per line",
                                        "a b c d e f g",
                                        "O.K. thx u r gr8 b4 2nite",
                                        "l33t sp34k is n0t c00l",
                                        "w w w",
                                        "h e l l o",
                                        "S A L E ends today",
                                        "**bold** move",
                                        "<b>hi</b> there",
                                        "100% sure &amp; done",
                                        "=?",
                                        "a=b&c=d",
                                        "foo@bar",
                                        "@support please help",
                                        "@everyone sale at 9",
                                        "#1 in the world",
                                        "10/10 would buy again",
                                        "24/7/365",
                                        "4K 120Hz HDR10+ TV",
                                        "9 to 5 at 7-Eleven",
                                        "iPhone 15 Pro Max 256GB at 1199",
                                        "Windows 10.0.19045 build 4291",
                                        "5 x 20 + 3 x 50 = 250",
                                        "2+2=4, 3*3=9",
                                        "Order A-100 B-200 C-300",
                                        "size S M L XL XXL 38 40 42 44",
                                        "Mo-Fr 08:00-18:00 Sa 09:00-13:00",
                                        "1st, 2nd, 3rd and 4th try",
                                        "see section 4.1.1.2 and 5.3.2.1",
                                        "chapter 12, verse 34-56",
                                        "the 1990s and 2000s",
                                        "Champions League 2-1 3-0 4-4",
                                        "bir iki üç deneme",
                                        "raz dwa trzy próba mikrofonu",
                                        "een twee drie test",
                                        "uno due tre stella",
                                        "раз два три проверка",
                                        "five six pick up sticks",
                                        "nine one one is an emergency number",
                                        "one hundred and twenty three dollars",
                                        "three hundred sixty five days",
                                        "null Problem, eins nach dem anderen, zwei Tage noch",
                                        "acht Uhr oder neun Uhr, sieben passt nicht"};

/* Words for digits, at and dot beside real digits and dates, where they mean what they say. */
static const char *const talk[] = {"the invoice is due 14/05/2026, all 3 of them",
                                   "six 12-packs and two 24-packs please, 8 in total",
                                   "I need 2 or three of the 10 mm ones",
                                   "table for 4 at 8 on 12/12/2026",
                                   "one 2019 and two 2021 models, four 18 inch wheels",
                                   "due consegne il 03/04/2026 e tre il 12/04/2026",
                                   "dos camisas talla 42, tres talla 38 y una 40",
                                   "zwei 3er Packs à 12 Stück, drei für 9,99",
                                   "un colis de 12 kg, deux de 25 kg, le 14/02/2026",
                                   "dois pares 41 e um 39, três caixas de 10",
                                   "twee keer 500 gram, drie van 250, voor 12-06-2026",
                                   "dwa razy 2,5 litra i trzy po 0,7, do 31.12.2026",
                                   "iki adet 42 numara, üç adet 38, 12.03.2026",
                                   "at 10 to 5 or 5 past 6, not at 7",
                                   "he ate 2 of 8, she 4 of 10, oh well",
                                   "won 3 of 5, lost 2, for 10 points",
                                   "from 12 to 18, from two to four, at 9",
                                   "sixty 40 watt bulbs, fifty 60 watt",
                                   "my son is six, my daughter is 9, born the same day",
                                   "version two point one, then 2.3, then 4",
                                   "flat 4 on floor 2, bell no. 5, two knocks",
                                   "level 1 to 20, two lives, three 100 coin bonuses",
                                   "it takes one to two weeks, 10 to 14 days",
                                   "one of the 5 keys, number two of 7, sticks",
                                   "bought on 01/02/2026, returned on 03/02/2026, one month ago",
                                   "one, two, 3, 4, done",
                                   "I was at the shop dot on nine",
                                   "look at it at home, at work or at 9",
                                   "he is at apple, she is at google",
                                   "we met at starbucks. come on!",
                                   "arrive at berlin. de facto at 8",
                                   "look at shop.example and at example.com for it",
                                   "the at sign and the dot are missing on my keyboard",
                                   "punkt 3, punkt 4 und punkt 5 fehlen",
                                   "el punto de venta esta en madrid",
                                   "a 12 b 34 c 56",
                                   "lot 5 o 6, size L or S, I or II",
                                   "O2 sensor B1S1, B2S2, S5 and Z4 and A4",
                                   "4x4 8x8 l6 v8 s10 b12 g6",
                                   "IO error on S1, SO-DIMM slot B2, LOL",
                                   "three thirty or four fifteen would be fine",
                                   "nine to five, five days a week, fifty two weeks"};

/* Encodings and markup around nothing. */
static const char *const coded[] = {
    "https://example.com/search?q=blue%20jacket%2C%20size%20M&page=2",
    "100%25 cotton, 30%20off",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "<p>Hello &amp; welcome, it&#39;s <b>ready</b> &nbsp;&gt; see you</p>",
    "<div class=\"a\"><span>1</span><span>2</span><span>3</span></div>",
    "{\"a\":[1,2,3,4,5,6,7,8,9,10],\"b\":null}",
    "Gr=C3=BC=C3=9Fe aus M=C3=BCnchen",
    "=?UTF-8?Q?Ihre_Bestellung?= ist da",
    "=?utf-8?B?SGVsbG8gd29ybGQ=?=",
    "caf\\u00e9 cr\\u00e8me \\u2014 \\u20ac5",
    "line1\\nline2\\tend",
    "SGVsbG8gd29ybGQsIGhvdyBhcmUgeW91IHRvZGF5Pw==",
    "VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcw",
    "48 65 6c 6c 6f 20 77 6f 72 6c 64",
    "de ad be ef ca fe ba be 00 01 02 03",
    "**Note:** the *first* of `three` ~~two~~ items",
    "| a | b |\n|---|---|\n| 12 | 34 |\n| 56 | 78 |",
    "1. first\n2. second\n3. third\n4. fourth",
    "- 10 x A\n- 20 x B\n- 30 x C\n- 40 x D",
    "<!-- comment --> <br/> <br/> <hr>",
    "a=1&b=2&c=3&d=4&e=5",
    "w o w, t h a n k s !!",
    "H i   t h e r e",
    "s.o.s. a.s.a.p. e.g. i.e.",
    "1\n2\n3\n4\n5",
    "(1) (2) (3) (4) see list",
    "[1] [2] [3] refs",
    "+AOQ- and +APw- are umlauts",
    "%d items, %s left, 5%% off",
    "&#8364;5 &#8211; &#169; 2026",
    "ping 12 ms 13 ms 11 ms 15 ms 12 ms 14 ms",
    "x=12 y=34 z=56 w=78",
    "12:30:45,123 INFO 4 5 6",
    "A1 B2 C3 D4 E5 F6 G7 H8",
    "1/2 3/4 5/8 7/16 9/16"};

static void shape(struct sg_dice *dice, const char *form, struct line *out)
{
    for (; *form != '\0'; form++) {
        switch (*form) {
        case '#':
            line_addf(out, "%zu", sg_dice_below(dice, 10));
            break;
        case '^':
            line_addf(out, "%zu", 1 + sg_dice_below(dice, 9));
            break;
        case '~':
        case '!':
            line_addf(out, *form == '~' ? "%zx" : "%zX", sg_dice_below(dice, 16));
            break;
        case '`':
            line_addf(out, "%c", "ABCDEFGHJKLMNPRSTUVWXYZ"[sg_dice_below(dice, 23)]);
            break;
        default:
            line_add_n(out, form, 1);
        }
    }
}

static void say_like(struct sg_dice *dice, const struct likeness *likeness,
                     const struct audience *audience)
{
    static struct line line;
    static const char *const frames[] = {"%s %s",
                                         "%s: %s",
                                         "the %s is %s, please check",
                                         "%s %s!!",
                                         "hi, %s %s still open?",
                                         "%s %s\nthanks",
                                         "re: %s %s",
                                         "what does %s %s mean?",
                                         "{\"k\":\"%s %s\"}"};
    char word[48], form[128];
    pick_part(dice, likeness->words, word, sizeof word);
    pick_part(dice, likeness->shapes, form, sizeof form);
    line_clear(&line);
    const char *frame = PICK(dice, frames), *second = strstr(strstr(frame, "%s") + 2, "%s");
    bool bare = sg_dice_often(dice, 150);
    if (!bare) {
        const char *first = strstr(frame, "%s");
        line_add_n(&line, frame, (size_t)(first - frame));
        line_add(&line, word);
        line_add_n(&line, first + 2, (size_t)(second - first - 2));
    }
    shape(dice, form, &line);
    if (!bare)
        line_add(&line, second + 2);
    audience_hear(audience, "benign", likeness->kind, NULL, &line);
}

/* Each of a list once; then two of it, in one line or two. */
static void say_one(struct sg_dice *dice, const char *const *list, size_t n, size_t at,
                    const char *kind, const struct audience *audience)
{
    static struct line line;
    line_clear(&line);
    line_add(&line, list[at % n]);
    if (at >= n)
        line_addf(&line, sg_dice_often(dice, 300) ? "\n%s" : " %s", list[sg_dice_below(dice, n)]);
    audience_hear(audience, "benign", kind, NULL, &line);
}

void corpus_benign(uint64_t seed, size_t each, const struct audience *audience)
{
    struct sg_dice dice = {seed};
    for (size_t i = 0; i < COUNT(likenesses); i++)
        for (size_t n = 0; n < each; n++)
            say_like(&dice, &likenesses[i], audience);
    for (size_t n = 0; n < each; n++) {
        say_one(&dice, sentences, COUNT(sentences), n, "prose", audience);
        say_one(&dice, talk, COUNT(talk), n, "words-and-digits", audience);
        say_one(&dice, coded, COUNT(coded), n, "coded-nothing", audience);
    }
}
