/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_evasion.c - values hidden in every way that is known are masked whole, by the packs that are
 * built in; prose that looks like such ways is left alone.
 *
 * Each row is a way, with texts: what stands between the marks must not stay readable. Card numbers
 * are published test numbers, phone numbers from ranges for fiction, persons invented.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <scrubgate/event.h>
#include <scrubgate/ruleset.h>
#include <scrubgate/stream.h>

#include "base/buf.h"

#include "../lib/suite.h"

enum { MOST_TEXTS = 20, LONGEST = 1024 };

static const struct row {
    const char *name;
    const char *texts[MOST_TEXTS];
} rows[] = {
    {"at and dot are words",
     {"mail me «john at gmail dot com» please", "«john AT gmail DOT com»",
      "«JOHN AT GMAIL DOT COM»", "«john.doe AT company DOT co DOT uk»",
      "«john dot doe at company dot co dot uk»", "«john underscore doe at yahoo dot com»",
      "«john at sign gmail dot com»", "«john at g mail dot com»", "«jane.doe at libero period it»",
      "send to «sarah.j AT proton DOT me»"}},
    {"they are in brackets",
     {"«john (at) gmail (dot) com»", "«john[at]gmail[dot]com»", "«john {at} gmail {dot} com»",
      "«john <at> gmail <dot> com»", "«john(a)gmail.com»", "«john |at| gmail |dot| com»",
      "«john【at】gmail【dot】com»", "«john@gmail(dot)com»"}},
    {"the signs are in brackets",
     {"«john[@]gmail[.]com»", "«john (@) gmail (.) com»", "«john [ @ ] gmail [ . ] com»",
      "«ahmed[.]lopez-at-gmail[.]com»"}},
    {"something else parts the words",
     {"«john_at_gmail_dot_com»", "«john-at-gmail-dot-com»", "«john.at.gmail.dot.com»",
      "«john *at* gmail *dot* com»", "«john \"at\" gmail \"dot\" com»",
      "«john -- at -- gmail -- dot -- com»"}},
    {"nothing parts the words",
     {"«johnATgmailDOTcom»", "«johnatgmaildotcom»", "«john.smith@gmaildotcom»",
      "«johnsmith at gmaildotcom»"}},
    {"only one of the signs is a word",
     {"«john at gmail.com»", "«john@gmail dot com»", "«john AT company.com»", "«john at gmail com»",
      "«john @ gmail dot com»"}},
    {"signs have blanks around them",
     {"«john @ gmail . com»", "«john @ gmail.com»", "«john@ gmail.com»", "«john @gmail.com»",
      "«john@gmail .com»", "«john@gmail. com»", "«john@\ngmail.com»",
      "«john . smith @ gmail . com»"}},
    {"other signs stand for them",
     {"«john@gmail,com»", "«john@@gmail..com»", "«john\"@\"gmail\".\"com»", "«johnⓐgmail.com»",
      "«john＠gmail．com»", "«john at gmail。com»"}},
    {"at and dot are German",
     {"«max punkt muster at web punkt de»", "meine Adresse: «max.muster (at) gmx (punkt) de»",
      "«max klammeraffe web punkt de»", "«max(ät)web.de»", "«jo klammeraffe my-shop dot io»"}},
    {"at and dot are French",
     {"«marie point dupont arobase orange point fr»", "«pierre (arobase) free (point) fr»",
      "«jlopez arobas wp point pl»"}},
    {"at and dot are Spanish",
     {"mi correo es «juan.perez arroba gmail punto com»",
      "«ana guion bajo lopez arroba outlook punto es»", "«ana.lopez (arroba) outlook (punto) es»"}},
    {"at and dot are Portuguese",
     {"«joao arroba sapo ponto pt»", "«joana sublinhado silva arroba sapo ponto pt»"}},
    {"at and dot are Italian",
     {"«luca chiocciola libero punto it»", "«giulia punto rossi chiocciola gmail punto com»",
      "«giulia(chiocciola)libero.it»"}},
    {"at and dot are Dutch",
     {"«piet apenstaartje ziggo punt nl»", "«kees apestaartje hotmail punt com»"}},
    {"at and dot are Polish",
     {"«jan małpa wp kropka pl»", "«ola malpa onet kropka pl»", "«ania(małpa)gmail.com»"}},
    {"at and dot are Russian",
     {"«ivan собака yandex точка ru»", "моя почта «иван собака mail точка ru»",
      "«petr(собака)yandex.ru»"}},
    {"at and dot are Turkish",
     {"«ayse at gmail nokta com»", "«joao et gmail nokta com»",
      "«ahmed nokta garcia kuyruklu a gmx nokta de»", "«mehmet et işareti gmail nokta com»"}},
    {"at and dot are Chinese", {"«john 艾特 gmail 点 com»", "«john小老鼠gmail点com»"}},
    {"letters have blanks between them",
     {"«j o h n @ g m a i l . c o m»", "«j  o  h  n  @  g  m  a  i  l  .  c  o  m»",
      "«j o h n @gmail.com»", "«john@g m a i l . c o m»", "«j o h n a t g m a i l d o t c o m»",
      "email: «j o h n (at) g m a i l (dot) c o m»"}},
    {"letters have signs between them",
     {"«j.o.h.n@g.m.a.i.l.c.o.m»", "«j-o-h-n-@-g-m-a-i-l-.-c-o-m»", "«j_o_h_n_@_g_m_a_i_l_._c_o_m»",
      "«j*o*h*n*@*g*m*a*i*l*.*c*o*m»", "«j/o/h/n/@/g/m/a/i/l/./c/o/m»"}},
    {"characters nobody sees are among them",
     {"«john\u00AD@gm\u00ADail.com»", "«4111\u200B1111\u200B1111\u200B1111»",
      "«jo\u200Dhn\u200F@gma\u200Bil.com»", "«jоhn@gmаil.cоm»"}},
    {"an address stands in HTML",
     {"«john&#64;gmail&period;com»", "«john&#x40;gmail&#46;com»", "«john&commat;gmail.com»",
      "«john&amp;#64;gmail.com»",
      "«&#106;&#111;&#104;&#110;&#64;&#103;&#109;&#97;&#105;&#108;&#46;&#99;&#111;&#109;»"}},
    {"an address stands in a URL",
     {"«john%40gmail.com»", "«john%40gmail%2Ecom»", "«john%2540gmail.com»",
      "«%6A%6F%68%6E%40%67%6D%61%69%6C%2E%63%6F%6D»", "«john%26%2364%3Bgmail.com»"}},
    {"an address has escapes",
     {"«john\\u0040gmail.com»", "«john\\x40gmail.com»", "«john\\\\u0040gmail\\\\u002ecom»",
      "«john\\@gmail\\.com»", "«\\152\\157\\150\\156\\100gmail.com»"}},
    {"an address stands in mail",
     {"«john=40gmail=2Ecom»", "From: «=?utf-8?B?am9obkBnbWFpbC5jb20=?=»",
      "«=?iso-8859-1?Q?john=40gmail=2Ecom?=»", "«john+AEA-gmail.com»"}},
    {"a text is in base64",
     {"«am9obkBnbWFpbC5jb20=»", "see «am9obi5kb2VAZXhhbXBsZS5jb20»", "«NDExMTExMTExMTExMTExMQ==»",
      "«NDExMTExMTExMTExMTExMQ%3D%3D»", "«KzQ0NzcwMDkwMDEyMw==»"}},
    {"a text is in hexadecimal",
     {"«6a6f686e40676d61696c2e636f6d»", "«0x6a6f686e406578616d706c652e636f6d»",
      "«34 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31»"}},
    {"a number is coded",
     {"«=34=31=31=31=31=31=31=31=31=31=31=31=31=31=31=31»",
      "«%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31»", "call «%2B44%207700%20900123»",
      "«4242&nbsp;4242&nbsp;4242&nbsp;4242»", "«4242%204242%204242%204242»",
      "«\\x34\\x31\\x31\\x31\\x31\\x31\\x31\\x31\\x31\\x31\\x31\\x31\\x31\\x31\\x31\\x31»"}},
    {"tags stand inside",
     {"«j<b></b>ohn@gmail.com»", "«john<span>@</span>gmail<i>.</i>com»",
      "«4111<b>1111</b>1111<i>1111»</i>", "card «4111<br>1111<br>1111<br>1111»",
      "<td>«4111»</td><td>«1111»</td><td>«1111»</td><td>«1111»</td>", "«jak<br/>ub@mail.com»",
      "«j[b]o[/b]hn@gmail.com»"}},
    {"comments and hidden text stand inside",
     {"«john@<!-- x -->gmail.com»", "«4111<!-- a -->1111<!-- b -->1111<!-- c -->1111»",
      "«john/**/@/**/gmail.com»", "«john@<span style=\"display:none\">foo</span>gmail.com»"}},
    {"marks of markdown stand inside",
     {"«**john**@**gmail**.com»", "«`john`@`gmail`.`com`»", "«_john_@_gmail_._com_»",
      "«**4111** **1111** **1111** **1111**»", "«4**1**1**1**1**1**1**1**1**1**1**1**1**1**1**1»",
      "«john\\_doe@gmail.com»"}},
    {"an address is reversed",
     {"«moc.liamg@nhoj» (reversed)", "«ku.oc.elpmaxe@eod.nhoj»", "«moc tod liamg ta nhoj»",
      "«moc.liamg (ta) nhoj»"}},
    {"a number is said to be reversed",
     {"my card backwards is «1111 1111 1111 1114»", "reversed card: «1111111111111114»",
      "rückwärts: «4444555555555555»", "«321 009 0077 44+»"}},
    {"a card is said in English",
     {"«four one one one one one one one one one one one one one one one»",
      "it is «four one one one, one one one one, one one one one, one one one one»"}},
    {"a card is said in German",
     {"«vier eins eins eins eins eins eins eins eins eins eins eins eins eins eins eins»",
      "it is «vier eins eins eins, eins eins eins eins, eins eins eins eins, eins eins eins "
      "eins»"}},
    {"a card is said in French",
     {"«quatre un un un un un un un un un un un un un un un»",
      "it is «quatre un un un, un un un un, un un un un, un un un un»"}},
    {"a card is said in Spanish",
     {"«cuatro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno»",
      "it is «cuatro uno uno uno, uno uno uno uno, uno uno uno uno, uno uno uno uno»"}},
    {"a card is said in Portuguese",
     {"«quatro um um um um um um um um um um um um um um um»",
      "it is «quatro um um um, um um um um, um um um um, um um um um»"}},
    {"a card is said in Italian",
     {"«quattro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno»",
      "it is «quattro uno uno uno, uno uno uno uno, uno uno uno uno, uno uno uno uno»"}},
    {"a card is said in Dutch",
     {"«vier een een een een een een een een een een een een een een een»",
      "it is «vier een een een, een een een een, een een een een, een een een een»"}},
    {"a card is said in Polish",
     {"«cztery jeden jeden jeden jeden jeden jeden jeden jeden jeden jeden jeden jeden jeden jeden "
      "jeden»",
      "it is «cztery jeden jeden jeden, jeden jeden jeden jeden, jeden jeden jeden jeden, jeden "
      "jeden jeden jeden»"}},
    {"a card is said in Russian",
     {"«четыре один один один один один один один один один один один один один один один»",
      "it is «четыре один один один, один один один один, один один один один, один один один "
      "один»"}},
    {"a card is said in Turkish",
     {"«dört bir bir bir bir bir bir bir bir bir bir bir bir bir bir bir»",
      "it is «dört bir bir bir, bir bir bir bir, bir bir bir bir, bir bir bir bir»"}},
    {"a card is said otherwise",
     {"«FOUR ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE»",
      "«four-one-one-one-one-one-one-one-one-one-one-one-one-one-one-one»",
      "«four. one. one. one. one. one. one. one. one. one. one. one. one. one. one. one»",
      "«four\none\none\none\none\none\none\none\none\none\none\none\none\none\none\none»",
      "«fouroneoneoneoneoneoneoneoneoneoneoneoneoneoneone»",
      "«forty one eleven eleven eleven eleven eleven eleven eleven»",
      "«for won won won won won won won won won won won won won won won»",
      "«四一一一一一一一一一一一一一一一»",
      "IBAN «DE eight nine three seven zero four zero zero four four zero five three two zero one "
      "three zero zero zero»"}},
    {"a phone number is said",
     {"call me on «oh seven seven double zero nine hundred one two three»",
      "«+44 seven seven double-oh 900 123»", "«double five triple zero one two three four»",
      "ruf mich an: «null eins sieben sechs eins zwei drei vier fünf sechs sieben»",
      "mon numéro: «zéro six douze trente-quatre cinquante-six soixante-dix-huit»",
      "appelez le «zéro un quatre-vingt-dix-neuf zéro zéro douze trente-quatre»",
      "mi número: «siete nueve uno dos tres cuatro cinco seis siete»",
      "llame al «novecientos doce treinta y cuatro cincuenta y seis»",
      "«zero seis onze vinte e dois trinta e três quarenta e quatro»",
      "chiamami al «tre quattro sette dodici trentaquattro cinquantasei sette»",
      "bel «nul zes twaalf vierendertig zesenvijftig achtenzeventig»",
      "«pięć zero jeden dwa trzy cztery pięć sześć siedem»",
      "«восемь девятьсот двенадцать триста сорок пять шестьдесят семь восемьдесят девять»",
      "«sıfır beş yüz otuz iki dört yüz elli altı yetmiş sekiz doksan»",
      "«five five five, oh one three two»"}},
    {"words and digits are mixed",
     {"«four1one1 1one1one one11one 1one11»", "«4 one 1 one 1 one 1 one 1 one 1 one 1 one 1 one»",
      "«4111 one one one one 1111 1111»", "«4111 1111 1111 one one one one»",
      "call «07seven00 nine hundred 123»", "«five5five 0one3two»",
      "«4two4two4two4two4two4two4two4two»"}},
    {"letters stand for digits",
     {"«4111 l111 IIII 1111»", "«4III IIII IIII IIII»", "«4lll llll llll llll»",
      "«4O12888888881881»", "card «S555 5555 5555 4444»", "call «+44 77OO 9OO 123»",
      "call me at «4I5 555 OI32»", "«(4l5) 555-Ol32»"}},
    {"digits come one by one",
     {"«4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1»", "«4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1»",
      "«4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1»", "«4\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1»",
      "«4/1/1/1/1/1/1/1/1/1/1/1/1/1/1/1»", "«[4][1][1][1][1][1][1][1][1][1][1][1][1][1][1][1]»",
      "«4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1»", "«4 1 1 1 - 1 1 1 1 - 1 1 1 1 - 1 1 1 1»",
      "phone «4_1_5_5_5_5_0_1_3_2»",
      "«4 and 2 and 4 and 2 and 4 and 2 and 4 and 2 and 4 and 2 and 4 and 2 and 4 and 2 and 4 and "
      "2»"}},
    {"groups have noise between them",
     {"«4111,1111,1111,1111»", "«4111/1111/1111/1111»", "«4111*1111*1111*1111»",
      "«4111 (space) 1111 (space) 1111 (space) 1111»", "«4111 dash 1111 dash 1111 dash 1111»",
      "«4111_1111_1111_1111»", "«4111--1111--1111--1111»", "«4242-4242/4242.4242»",
      "«4111\n1111\n1111\n1111»", "phone «212*555*0142»", "call «+44/7700/900/123»"}},
    {"digits are pictures",
     {"«4\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E3"
      "1\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E31\uFE0F\u20E31"
      "\uFE0F\u20E31»",
      "«⓸⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵»", "«４１１１ １１１１ １１１１ １１１１»",
      "«4😀1😀1😀1😀1😀1😀1😀1😀1😀1😀1😀1😀1😀1😀1😀1»"}},
    {"one way hides another",
     {"«john%26%2364%3Bgmail.com»",
      "«f o u r  t w o  f o u r  t w o  f o u r  t w o  f o u r  t w o  f o u r  t w o  f o u r  t "
      "w o  f o u r  t w o  f o u r  t w o»",
      "«john&lt;b&gt;&lt;/b&gt;@gmail.com»", "«j o h n   a t   g m a i l   d o t   c o m»"}},
};

/* Nothing of it is masked. */
static const char *const prose[] = {
    "See you at noon, dot your i's and cross your t's.",
    "I need one or two of them, three at most, for my four kids.",
    "We met at the dot com bubble party, at this point in time it was over.",
    "One, two, three, go! Four or five of us won the race.",
    "one two three four five six seven eight nine ten",
    "Ten nine eight seven six five four three two one zero liftoff",
    "I ate two and my friend ate one too, so to speak.",
    "Meet me @ starbucks at 5. It is on the corner.",
    "follow us @acme. It's fun",
    "Ordered at amazon dot com yesterday",
    "My account at gmail.com was locked",
    "I bought 2 tickets for 2 adults and 1 for one child",
    "The score was 3-2, 1-0, 2-2, 4-1, 0-0, 5-3",
    "Rooms 1, 2, 3, 4, 5, 6, 7 and 8 are free",
    "version 1.2.3.4.5.6",
    "A B C D E F G",
    "G o o d morning",
    "W H Y is it so late",
    "Die Nummer eins im Angebot, zwei für drei Euro",
    "Am 12.10.2026 um acht Uhr, eins nach dem anderen",
    "il est six heures dix, un deux trois soleil",
    "J'ai deux enfants, un de six ans et une de neuf ans",
    "uno dos tres cuatro, responda otra vez",
    "Tengo dos gatos y tres perros, uno de ellos tiene seis años",
    "um dois três testando",
    "due o tre giorni, sei in ritardo di sette minuti",
    "een twee drie in godsnaam, acht uur",
    "raz dwa trzy, dwa albo trzy dni",
    "раз два три, через два или три дня",
    "bir iki üç deneme, bir şey var",
    "R&D &amp; sales &copy; 2026",
    "100%25 sure, 50% off",
    "https://example.com/a%20b?x=1%2C2&y=%41",
    "C:\\new\\table\\100",
    "The internationalization of counterrevolutionaries",
    "hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "id 550e8400-e29b-41d4-a716-446655440000",
    "token aGVsbG8gd29ybGQgdGhpcyBpcyBmaW5l",
    "<p>Hello <b>world</b>, it costs <i>12</i></p>",
    "<table><tr><td>12</td><td>3456</td><td>7890</td></tr></table>",
    "**bold** and _italic_ and `code 123`",
    "backwards compatible version 2026111",
    "It was in reverse order: 12, 11, 10",
    "ratio 4*3*2*1",
    "ports 8080, 8443, 9090 and 9443",
    "prices 100,200,300,400",
    "dates 12/10/2026 and 2026/10/12",
    "size XL/L/M/S, 10/12/14/16",
    "Please dial 1 for sales, 2 for support",
    "0 0 0 0 0 0 0",
    "1 1 2 3 5 8 13",
    "tic tac toe: X O X O O X",
    "A4 paper 80 g, SO2 level 5 in Oslo, BS5 8TH",
    "BIOS 2.10 I20S model ZB1S",
    "order B0BSZ1S0SS shipped",
    "I'll be there at 10 to 5 or 5 to 10",
    "nine to five job, 24 seven support",
    "twenty twenty six was fine, at five fifteen or six thirty",
    "two hundred and fifty people, one thousand euros",
    "The twenty-first century, seventy-two hours",
    "\"at\" and \"dot\" are just words",
    "reach me at office, not at home. Com on!",
    "look at web.de or gmx.net",
    "C++ and A+ students, 1000+ reviews, 123456789+ views",
    "it's at point of sale",
    "le point de vente est à 5 minutes, au point com",
    "el punto de venta está a dos cuadras",
    "o ponto de encontro é às oito",
    "punkt acht Uhr, Punkt zwei der Liste",
    "w punkt, kropka nad i",
    "точка зрения, два дома",
    "one one one",
    "call 1 2 3",
    "A.B.C.D. Ltd and U.S.A. and e.g. i.e.",
    "x y z w v u",
    "a=1&b=2&c=3",
    "=3D=20 hm",
    "price=20 and qty=10",
    "n o t h i n g here"};

/* --- asking the packs --------------------------------------------------------------------------
 */

static struct scrubgate_ruleset *set;
static struct scrubgate_scratch *scratch;

/* Which bytes of a text are masked. */
struct seen {
    bool masked[LONGEST];
    size_t events;
};

static void note(void *ctx, const struct scrubgate_event *event)
{
    struct seen *seen = ctx;
    seen->events++;
    for (uint64_t i = event->start; i < event->end && i < LONGEST; i++)
        seen->masked[i] = true;
}

static void scrub(struct sg_bytes text, struct seen *seen)
{
    uint8_t room[4 * LONGEST];
    *seen = (struct seen){.events = 0};
    struct scrubgate_stream *stream = NULL;
    struct scrubgate_in in = {.data = text.data, .len = text.len};
    struct scrubgate_out out = {.data = room, .cap = sizeof room};
    const struct scrubgate_stream_config config = {
        .content_type = "text/plain; charset=utf-8", .on_event = note, .ctx = seen};
    assert_int_equal(scrubgate_stream_open(&stream, set, scratch, &config), SCRUBGATE_OK);
    assert_int_equal(scrubgate_stream_push(stream, &in, &out, true), SCRUBGATE_DONE);
    scrubgate_stream_close(&stream);
}

/* The text without its marks; inside: which of its bytes stood between them. */
static struct sg_bytes unmark(const char *marked, uint8_t text[LONGEST], bool inside[LONGEST])
{
    size_t len = 0;
    bool within = false;
    for (const char *at = marked; *at != '\0'; at++) {
        bool opens = strncmp(at, "\u00AB", 2) == 0, closes = strncmp(at, "\u00BB", 2) == 0;
        if (opens || closes) {
            within = opens;
            at++;
            continue;
        }
        assert_true(len < LONGEST);
        inside[len] = within;
        text[len++] = (uint8_t)*at;
    }
    return (struct sg_bytes){text, len};
}

static void is_masked_whole(void **state)
{
    const struct row *row = *state;
    uint8_t room[LONGEST];
    bool inside[LONGEST];
    struct seen seen;
    for (size_t i = 0; i < MOST_TEXTS && row->texts[i] != NULL; i++) {
        struct sg_bytes text = unmark(row->texts[i], room, inside);
        scrub(text, &seen);
        for (size_t k = 0; k < text.len; k++)
            if (inside[k] && !seen.masked[k] && (sg_is_alnum(text.data[k]) || text.data[k] >= 0x80))
                fail_msg("readable from byte %zu on: %s", k, row->texts[i]);
    }
}

static void prose_stays_as_it_is(void **state)
{
    (void)state;
    struct seen seen;
    for (size_t i = 0; i < sizeof prose / sizeof *prose; i++) {
        scrub(sg_bytes_of(prose[i]), &seen);
        if (seen.events > 0)
            fail_msg("something is masked in: %s", prose[i]);
    }
}

int main(void)
{
    struct scrubgate_fault fault;
    if (scrubgate_ruleset_load(&set, NULL, 0, &fault) < 0 || scrubgate_scratch_new(&scratch) < 0)
        return EXIT_FAILURE;
    SG_SUITE_ROWS(is_masked_whole, rows);
    sg_suite_add("prose stays as it is", prose_stays_as_it_is, NULL);
    int rc = sg_suite_run("evasion");
    scrubgate_scratch_free(scratch);
    scrubgate_ruleset_free(set);
    return rc;
}
