/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_suspect.c - the fast look for what the folded view changes: misses nothing, seldom stops in
 * vain in native text, and says the same in all its forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "scan/fold.h"
#include "scan/fold_table.h"
#include "scan/suspect.h"

#include "../lib/suite.h"

/* Texts that people write: at most so many stops, none of them for a change. */
static const struct native {
    const char *name, *text;
    size_t stops;
} natives[] = {
    {"English with quotes", "“Don’t,” she said … it’s 5 °C and £3 or €2 — no", 1},
    {"German", "Größe: 5 m, Übung für Käufer, „süß“ und »ähnlich«, ß", 0},
    {"French", "Ça va ? L’été dernier, où était-il né ? œuvre, « ici »", 0},
    {"Spanish", "¿Qué tal? ¡El niño mañana! Teléfono nº 5, 3ª", 0},
    {"Polish and Czech", "Zażółć gęślą jaźń. Příliš žluťoučký kůň úpěl", 0},
    {"Turkish", "Şişli'de çığ düştü, İstanbul ve Iğdır", 0},
    {"Vietnamese", "Tôi muốn đổi số điện thoại của tôi được không ạ", 0},
    {"Russian", "Здравствуйте, где мой заказ № 5? Я жду с утра, т. к. он не приехал.", 0},
    {"Ukrainian", "Доброго дня! Моє замовлення їде вже 3 дні, ґанок", 0},
    {"Greek", "Καλημέρα, πού είναι η παραγγελία μου 5; Ευχαριστώ", 0},
    {"Arabic with vowels", "مَرْحَبًا، أَيْنَ طَلَبِي؟ شُكْرًا جَزِيلًا 5", 0},
    {"Persian with joiners", "سلام، می\u200Cخواهم سفارش من کجاست؟", 0},
    {"Urdu", "میرا آرڈر کہاں ہے؟ شکریہ", 0},
    {"Hebrew with vowels", "שָׁלוֹם, אֵיפֹה הַהַזְמָנָה שֶׁלִּי 5", 0},
    {"Hindi", "मेरा ऑर्डर कहाँ है? कृपया जल्दी बताइए।", 0},
    {"Bengali and Tamil", "আমার অর্ডার কোথায়? என் ஆர்டர் எங்கே?", 0},
    {"Thai", "สวัสดีครับ สินค้าของผมอยู่ที่ไหน", 0},
    {"Georgian and Armenian", "გამარჯობა, სად არის? Բարեւ, որտեղ է", 0},
    {"Chinese", "你好，我的订单 5 在哪里？谢谢！（急）：「好」、～", 0},
    {"Japanese", "こんにちは。注文はどこですか？　ユーザー「田中」さん、よろしく・ね", 0},
    {"Korean", "안녕하세요, 제 주문은 어디에 있나요? ㅋㅋㅠㅠ", 0},
    {"emoji", "😀👍🏽 ❤️ 👨‍👩‍👧 🇩🇪 ☺️ ✅ ➡️ ⭐ 🏴", 0},
};

static void finds_nothing_in(void **state)
{
    const struct native *row = *state;
    struct sg_bytes text = sg_bytes_of(row->text);
    size_t stops = 0;
    for (size_t place = 0; place < text.len; place++)
        stops += sg_suspect_at(text.data, place, text.len);
    assert_true(stops <= row->stops);
    if (stops == 0) {
        bool changed;
        assert_int_equal(sg_fold_same(sg_kernels[0], text, 0, true, &changed), text.len);
        assert_false(changed);
    }
}

/* What the exact view changes in text[at … at + len), a stop must be found for. */
static void check_found(const uint8_t *text, size_t len, uint32_t code_point, const char *where)
{
    struct sg_fold fold = {.view_base = 0};
    assert_int_equal(sg_fold_begin(&fold, 0, (struct sg_bytes){NULL, 0}), SCRUBGATE_OK);
    assert_int_equal(sg_fold_add(&fold, (struct sg_bytes){text, len}, true), SCRUBGATE_OK);
    if (fold.changed && sg_suspect_scalar(text, 0, len) == len)
        fail_msg("U+%04X is missed %s", (unsigned)code_point, where);
    sg_fold_fini(&fold);
}

static void misses_no_code_point(void **state)
{
    static const struct {
        const char *where, *before, *after;
    } sides[] = {
        {"alone", "", ""},
        {"between blanks", " ", " "},
        {"behind a letter", "x", " "},
        {"before a letter", "", "Z"},
        {"behind @", "@", "\xD0\x96"},
        {"before a digit", "\xD0\x96", "0"},
        {"behind a host", "x.", ""},
        {"behind punctuation", "-", ""},
    };
    (void)state;
    for (uint32_t value = 0x80; value <= 0x10FFFF; value++) {
        uint8_t encoded[4];
        size_t n = sg_utf8_encode(value, encoded);
        if (n == 0 || sg_fold_code(value).kind == SG_FOLD_KEEP)
            continue;
        for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
            uint8_t text[16];
            size_t before = strlen(sides[i].before), after = strlen(sides[i].after);
            memcpy(text, sides[i].before, before);
            memcpy(text + before, encoded, n);
            memcpy(text + before + n, sides[i].after, after);
            check_found(text, before + n + after, value, sides[i].where);
        }
    }
}

static uint8_t roll(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint8_t)(*seed >> 56);
}

/* Mostly ASCII, so that a stop is seldom and each comes at any place of a block; code points of
 * many groups, whole and torn; now and then any byte. */
static void fill(uint8_t *text, size_t len, uint64_t *seed)
{
    static const char *const parts[] = {
        "\u200D",   "\uFE0F",   "о",          "Ж",  "ο",  "é",  "’",        "…",
        "—",        "①",        "１",         "（", "。", "中", "한",       "\u3164",
        "५",        "\u0301",   "٣",          "م",  "ー", "•",  "€",        "🅰",
        "😀",        "𝟏",        "\U000E0031", "Ꭺ",  "ᴀ",  "ế",  "\xC2\xA0", "\xC2",
        "\xE2\x80", "\xF0\x9F", ".",          "@",  " "};
    size_t at = 0;
    while (at < len) {
        uint8_t dice = roll(seed), pick = roll(seed);
        if (dice < 200) {
            text[at++] = (uint8_t)(dice < 150 ? ' ' : dice < 180 ? '.' : 'e');
        } else if (dice < 250) {
            const char *part = parts[pick % (sizeof parts / sizeof parts[0])];
            size_t n = strlen(part) < len - at ? strlen(part) : len - at;
            memcpy(text + at, part, n);
            at += n;
        } else {
            text[at++] = pick;
        }
    }
}

/* A text that ends where the memory does, and one that begins where it does. */
static void check_forms(uint8_t *page, size_t size, size_t len, uint64_t *seed)
{
    for (unsigned side = 0; side < 2; side++) {
        uint8_t *text = side == 0 ? page : page + size - len;
        fill(text, len, seed);
        for (size_t from = 0; from <= len;) {
            size_t want = from;
            while (want < len && !sg_suspect_at(text, want, len))
                want++;
            for (const struct sg_kernel *const *kernel = sg_kernels; *kernel != NULL; kernel++)
                if ((*kernel)->works())
                    assert_int_equal((*kernel)->suspect(text, from, len), want);
            /* From all kinds of places, not only from behind a find. */
            from = want - from > 9 ? from + 7 : want + 1;
        }
    }
}

static void agrees_in_all_forms(void **state)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    uint64_t seed = 3;
    (void)state;
    int zero = open("/dev/zero", O_RDONLY);
    assert_true(zero >= 0);
    uint8_t *pages = mmap(NULL, 3 * size, PROT_NONE, MAP_PRIVATE, zero, 0);
    assert_true(pages != MAP_FAILED);
    (void)close(zero);
    assert_int_equal(mprotect(pages + size, size, PROT_READ | PROT_WRITE), 0);
    for (size_t len = 0; len < 400; len++)
        for (unsigned round = 0; round < 8; round++)
            check_forms(pages + size, size, len, &seed);
    assert_int_equal(munmap(pages, 3 * size), 0);
}

int main(void)
{
    SG_SUITE_ROWS(finds_nothing_in, natives);
    sg_suite_add("misses no code point, alone or beside others", misses_no_code_point, NULL);
    sg_suite_add("all forms agree, and none reads outside", agrees_in_all_forms, NULL);
    return sg_suite_run("suspect");
}
