/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_sign.c - the words of ten languages for the signs of an address: at, dot, underscore.
 */
#include "rule/reading_sign.h"

#include <assert.h>

#include "base/digest.h"
#include "rule/reading_word.h"

enum { LONGEST_PHRASE = 64 };

/* As sg_word_read gives them; phrases have one blank. */
static const struct {
    uint8_t sign;
    const char *words; /* between blanks … */
} said[] = {
    {'@', " at arroba arobas arobase arobaze chiocciola chiocciolina apenstaartje apestaartje "
          "apenstaart malpa malpka klammeraffe klammeraff affenschwanz chez aet atsign atsymbol "
          "commat собака собачка собачко эт ат собак sobaka sobachka 艾特 小老鼠 圈a アットマーク "
          "アット "},
    {'.', " dot d0t doted punkt point punto ponto punt kropka точка точкой тчк tochka nokta period "
          "fullstop 点 點 ドット "},
    {'_', " underscore unterstrich subguion sublinhado underline podkreslnik podkreslenie podloga "
          "подчеркивание подчерк underskor altcizgi "},
    {'-', " dash hyphen minus bindestrich tiret guion hifen traco trattino streepje koppelteken "
          "myslnik lacznik дефис тире минус tire cizgi "},
    {'+', " plus плюс arti mas mais piu "},
};
/* … and phrases, between bars. */
static const struct {
    uint8_t sign;
    const char *phrases;
} phrased[] = {
    {'@', "|at sign|at symbol|at zeichen|at znak|at isareti|et isareti|kuyruklu a|signo arroba|"
          "знак собака|a commerciale|a commercial|a arroba|"},
    {'.', "|full stop|dot sign|"},
    {'_', "|guion bajo|raya baja|trattino basso|liggend streepje|tiret bas|alt cizgi|alt tire|"
          "traco baixo|under score|lage streep|нижнее подчеркивание|нижний подчерк|"},
    {'-', "|trait union|"},
};
static const char bracketed_at[] = " a et ad w an ä @ ";

/* Who keeps the mail of many. */
static const char *const providers[] = {"gmail", "googlemail", "yahoo",  "hotmail",    "outlook",
                                        "live",  "icloud",     "proton", "protonmail", "gmx",
                                        "web",   "aol",        "msn",    "yandex",     "mail",
                                        "zoho",  "wanadoo",    "orange", "libero",     "free"};
static const char tlds[] =
    " com net org edu info biz io de fr es it nl pl ru tr uk br pt mx ar cl co eu us ca au nz ie "
    "ch "
    "at be dk se no fi cz sk hu ro bg gr ua by kz in cn jp kr za me tv app dev ai xyz online "
    "email mail site shop cloud club pro name mobi ком ру рф example test invalid ";

static bool listed(const char *list, char edge, const uint8_t *word, size_t len)
{
    char key[LONGEST_PHRASE + 3];
    if (len == 0 || len > LONGEST_PHRASE)
        return false;
    key[0] = key[len + 1] = edge;
    memcpy(key + 1, word, len);
    key[len + 2] = '\0';
    bool is = memchr(word, '\0', len) == NULL && strstr(list, key) != NULL;
    sg_wipe(key, sizeof key);
    return is;
}

/* The words of text as they are looked up, with one blank for what stands between two; 0: too long,
 * or more than two. */
static size_t plain(struct sg_bytes text, uint8_t out[LONGEST_PHRASE])
{
    struct sg_word word;
    size_t len = 0, words = 0;
    for (size_t at = 0, n; at < text.len; at += n) {
        const uint8_t *data = text.data + at;
        size_t took;
        sg_word_read(&word, text, at);
        if (word.raw_len > 0) {
            data = word.plain;
            took = word.len > 0 ? word.len : LONGEST_PHRASE + 1;
            n = word.raw_len;
        } else if (sg_is_digit(*data)) {
            took = n = 1;
        } else {
            n = 1;
            if (len == 0 || out[len - 1] == ' ')
                continue;
            data = (const uint8_t *)" ";
            took = ++words > 1 ? LONGEST_PHRASE + 1 : 1;
        }
        if (took > LONGEST_PHRASE - len) {
            len = 0;
            break;
        }
        memcpy(out + len, data, took);
        len += took;
    }
    sg_wipe(&word, sizeof word);
    return len;
}

uint8_t sg_sign_said(struct sg_bytes text, bool bracketed)
{
    uint8_t key[LONGEST_PHRASE];
    uint8_t sign = 0;
    size_t len = plain(text, key);
    bool phrase = len > 0 && memchr(key, ' ', len) != NULL;
    for (size_t i = 0; phrase && i < sizeof phrased / sizeof *phrased && sign == 0; i++)
        if (listed(phrased[i].phrases, '|', key, len))
            sign = phrased[i].sign;
    for (size_t i = 0; !phrase && i < sizeof said / sizeof *said && sign == 0; i++)
        if (listed(said[i].words, ' ', key, len))
            sign = said[i].sign;
    if (sign == 0 && bracketed && !phrase && listed(bracketed_at, ' ', key, len))
        sign = '@';
    sg_wipe(key, sizeof key);
    return sign;
}

bool sg_sign_tld(struct sg_bytes text)
{
    uint8_t key[LONGEST_PHRASE];
    bool is = listed(tlds, ' ', key, plain(text, key));
    sg_wipe(key, sizeof key);
    return is;
}

/* Is the text, at its start or at its end, one who keeps mail? */
static bool has_provider(struct sg_bytes text, bool end)
{
    for (size_t i = 0; i < sizeof providers / sizeof *providers; i++) {
        struct sg_bytes name = sg_bytes_of(providers[i]);
        if (text.len < name.len)
            continue;
        const uint8_t *at = end ? text.data + text.len - name.len : text.data;
        if (sg_bytes_equal_nocase((struct sg_bytes){at, name.len}, name))
            return true;
    }
    return false;
}

/* Are the letters in capitals, between two that are not? */
static bool stands_out(struct sg_bytes word, size_t at, size_t end)
{
    for (size_t i = at; i < end; i++)
        if (word.data[i] < 'A' || word.data[i] > 'Z')
            return false;
    bool before = word.data[at - 1] >= 'A' && word.data[at - 1] <= 'Z';
    bool behind = end < word.len && word.data[end] >= 'A' && word.data[end] <= 'Z';
    return !before && !behind;
}

size_t sg_sign_glued(struct sg_bytes word, size_t at, bool open, uint8_t *sign)
{
    static const struct {
        const char *word;
        uint8_t sign;
    } glued[] = {{"at", '@'},     {"arroba", '@'}, {"arobase", '@'}, {"chiocciola", '@'},
                 {"dot", '.'},    {"punkt", '.'},  {"point", '.'},   {"punto", '.'},
                 {"ponto", '.'},  {"punt", '.'},   {"kropka", '.'},  {"nokta", '.'},
                 {"艾特", '@'},   {"小老鼠", '@'}, {"圈a", '@'},     {"アットマーク", '@'},
                 {"アット", '@'}, {"点", '.'},     {"點", '.'},      {"ドット", '.'}};
    assert(at > 0 && at <= word.len);
    struct sg_bytes rest = {word.data + at, word.len - at}, before = {word.data, at};
    for (size_t i = 0; i < sizeof glued / sizeof *glued; i++) {
        struct sg_bytes name = sg_bytes_of(glued[i].word);
        bool is_at = glued[i].sign == '@';
        if (rest.len <= name.len || (is_at && !open) ||
            !sg_bytes_equal_nocase((struct sg_bytes){rest.data, name.len}, name))
            continue;
        struct sg_bytes next = {rest.data + name.len, rest.len - name.len};
        *sign = glued[i].sign;
        if (name.data[0] >= 0x80 || stands_out(word, at, at + name.len) ||
            (is_at ? has_provider(next, false)
                   : (!open || has_provider(before, true)) && sg_sign_tld(next)))
            return name.len;
    }
    return 0;
}
