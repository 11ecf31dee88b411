/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.c - write a list of words as the text of one pattern.
 */
#include "rule/words.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "rule/context_pattern.h"
#include "rule/word_doubt.h"

#define WORD_CLASS "[A-Za-z0-9_]"

enum { LONGEST_LIST = 64 * 1024 };

/*
 * Ranges of letters with both cases. apart > 0: the lower-case form is that much higher. apart 1
 * with pairs: upper and lower case alternate, upper first.
 */
static const struct {
    uint32_t low, high; /* of the upper-case forms; for pairs, of both */
    uint32_t apart;
    bool pairs;
} cases[] = {
    {0x00C0, 0x00D6, 32, false}, /* Latin-1: À … Ö */
    {0x00D8, 0x00DE, 32, false}, /* Ø … Þ */
    {0x0100, 0x012F, 1, true},   /* Latin Extended-A: Ā ā … */
    {0x0132, 0x0137, 1, true},   /* IJ … ķ */
    {0x014A, 0x0177, 1, true},   /* Ŋ … ŷ */
    {0x0218, 0x021B, 1, true},   /* Ș ș Ț ț */
    {0x0386, 0x0386, 38, false}, /* Greek with tonos: Ά */
    {0x0388, 0x038A, 37, false}, /* Έ Ή Ί */
    {0x038C, 0x038C, 64, false}, /* Ό */
    {0x038E, 0x038F, 63, false}, /* Ύ Ώ */
    {0x0391, 0x03A1, 32, false}, /* Α … Ρ */
    {0x03A3, 0x03AB, 32, false}, /* Σ … Ϋ */
    {0x0400, 0x040F, 80, false}, /* Cyrillic: Ѐ … Џ */
    {0x0410, 0x042F, 32, false}, /* А … Я */
    {0x0460, 0x0481, 1, true},   /* Ѡ … ҁ */
    {0x048A, 0x04BF, 1, true},   /* Ҋ … ҿ */
    {0x04D0, 0x052F, 1, true},   /* Ӑ … ԯ */
    {0x1E00, 0x1E95, 1, true},   /* Latin Extended Additional */
    {0x1EA0, 0x1EFF, 1, true},   /* Vietnamese */
};

/* Letters whose upper and lower case alternate the other way round: lower case is even. */
static bool is_odd_pair(uint32_t c)
{
    return (c >= 0x0139 && c <= 0x0148) || (c >= 0x0179 && c <= 0x017E);
}

/* The same letter in the other case, or c. */
static uint32_t other_case(uint32_t c)
{
    if (is_odd_pair(c))
        return c % 2 == 1 ? c + 1 : c - 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].pairs) {
            if (c >= cases[i].low && c <= cases[i].high)
                return c ^ 1;
        } else if (c >= cases[i].low && c <= cases[i].high) {
            return c + cases[i].apart;
        } else if (c >= cases[i].low + cases[i].apart && c <= cases[i].high + cases[i].apart) {
            return c - cases[i].apart;
        }
    }
    return c;
}

/* One letter as written, and in its other case where that is not PCRE2's work. */
static enum scrubgate_status add_letter(struct sg_buf *out, struct sg_bytes letter, uint32_t c)
{
    uint8_t form[4];
    uint32_t other = c < 0x80 ? c : other_case(c);
    if (c < 0x80 && c != 0 && strchr("\\^$.|?*+()[]{}", (int)c) != NULL) {
        enum scrubgate_status escaped = sg_buf_add_byte(out, '\\');
        if (escaped < 0)
            return escaped;
    }
    if (other == c)
        return sg_buf_add_bytes(out, letter);
    enum scrubgate_status rc = sg_buf_add_text(out, "(?:");
    if (rc >= 0)
        rc = sg_buf_add_bytes(out, letter);
    if (rc >= 0)
        rc = sg_buf_add_byte(out, '|');
    if (rc >= 0)
        rc = sg_buf_add(out, form, sg_utf8_encode(other, form));
    if (rc >= 0)
        rc = sg_buf_add_byte(out, ')');
    return rc;
}

/* A word's edge needs a boundary unless it is punctuation, as in "tel:". */
static bool is_wordy(uint8_t c)
{
    return sg_is_alnum(c) || c == '_' || c >= 0x80;
}

static enum scrubgate_status add_word(struct sg_buf *out, struct sg_bytes word, bool whole)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    bool prefix = whole && word.len > 1 && word.data[word.len - 1] == '*';
    word.len -= prefix ? 1 : 0;
    for (size_t at = 0, len = 0; rc >= 0 && at < word.len; at += len) {
        uint32_t c = sg_word_letter((struct sg_bytes){word.data + at, word.len - at}, &len);
        rc = add_letter(out, (struct sg_bytes){word.data + at, len}, c);
    }
    if (rc >= 0 && whole && !prefix && is_wordy(word.data[word.len - 1]))
        rc = sg_buf_add_text(out, "(?!" WORD_CLASS ")");
    return rc;
}

/* A word that went through the wrong hands stands in no text: the rule would wait in vain for it.
 */
static enum scrubgate_status doubt_word(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        struct sg_bytes word)
{
    struct sg_buf meant = {0};
    enum scrubgate_status rc = SCRUBGATE_OK;
    switch (sg_word_doubt(word)) {
    case SG_WORD_FINE:
        break;
    case SG_WORD_LOST:
        rc = sg_reader_warn(reader, node,
                            "the word '%.*s' has U+FFFD for a letter that was lost: write the "
                            "letter",
                            (int)word.len, (const char *)word.data);
        break;
    case SG_WORD_APART:
        rc = sg_reader_warn(reader, node,
                            "the word '%.*s' has letters and their marks apart, not in Unicode's "
                            "form NFC: texts with whole letters may not be taken for it",
                            (int)word.len, (const char *)word.data);
        break;
    case SG_WORD_MISREAD:
        rc = sg_word_reread(word, &meant);
        if (rc >= 0)
            rc = sg_reader_warn(reader, node,
                                "the word '%.*s' looks like UTF-8 that was read as Latin-1: is "
                                "'%.*s' meant?",
                                (int)word.len, (const char *)word.data, (int)meant.len,
                                (const char *)meant.data);
        break;
    }
    sg_buf_fini(&meant);
    return rc;
}

static enum scrubgate_status check_word(struct sg_reader *reader, const struct sg_yaml_node *node,
                                        size_t longest, struct sg_bytes *word)
{
    enum scrubgate_status rc = sg_reader_text(reader, node, word);
    if (rc < 0)
        return rc;
    if (word->len == 0)
        return sg_reader_fault(reader, node, "an empty word would stand everywhere: remove it");
    if (word->len > longest)
        return sg_reader_fault(reader, node,
                               "a word of %zu bytes cannot stand within the %zu bytes that are "
                               "looked at: shorten it or widen the window",
                               word->len, longest);
    return doubt_word(reader, node, *word);
}

/* One more branch of an alternation that may still be empty. */
static enum scrubgate_status add_branch(struct sg_buf *branches, struct sg_bytes word, bool whole)
{
    enum scrubgate_status rc = branches->len == 0 ? SCRUBGATE_OK : sg_buf_add_byte(branches, '|');
    return rc < 0 ? rc : add_word(branches, word, whole);
}

/*
 * The words that want a boundary before them share one, so that inside a word a search tests it
 * once and not for each: (?i)(?:(?<!\w)(?:tel|call)|#|☎).
 */
static enum scrubgate_status join(struct sg_buf *text, const struct sg_buf *bounded,
                                  const struct sg_buf *free_standing)
{
    enum scrubgate_status rc = sg_buf_add_text(text, "(?i)(?:");
    if (rc >= 0 && bounded->len > 0)
        rc = sg_buf_add_text(text, "(?<!" WORD_CLASS ")(?:");
    if (rc >= 0 && bounded->len > 0)
        rc = sg_buf_add_bytes(text, sg_buf_bytes(bounded));
    if (rc >= 0 && bounded->len > 0)
        rc = sg_buf_add_text(text, free_standing->len > 0 ? ")|" : ")");
    if (rc >= 0)
        rc = sg_buf_add_bytes(text, sg_buf_bytes(free_standing));
    return rc < 0 ? rc : sg_buf_add_byte(text, ')');
}

enum scrubgate_status sg_words_compile(struct sg_reader *reader, const struct sg_yaml_node *node,
                                       enum sg_words_mode mode, size_t longest,
                                       const struct sg_pattern **pattern)
{
    struct sg_items items;
    struct sg_buf text, bounded, free_standing;
    size_t at = 0;
    bool whole = mode == SG_WORDS_WHOLE;
    sg_buf_init(&text, LONGEST_LIST);
    sg_buf_init(&bounded, LONGEST_LIST);
    sg_buf_init(&free_standing, LONGEST_LIST);
    enum scrubgate_status rc = sg_reader_items(reader, node, &items);
    if (rc < 0 || items.n == 0)
        goto out;
    for (const struct sg_yaml_node *item = items.first; rc >= 0 && items.n > 0; items.n--) {
        struct sg_bytes word;
        rc = check_word(reader, item, longest, &word);
        if (rc >= 0)
            rc = add_branch(whole && is_wordy(word.data[0]) ? &bounded : &free_standing, word,
                            whole);
        item = item->next;
    }
    if (rc >= 0)
        rc = join(&text, &bounded, &free_standing);
    if (rc >= 0)
        rc = sg_context_pattern(reader, whole ? "near" : "keywords", sg_buf_bytes(&text), false,
                                &at, pattern);
    if (rc == SCRUBGATE_ELIMIT)
        rc = sg_reader_fault(reader, node, "the list is longer than %d bytes: shorten it",
                             LONGEST_LIST);
    else if (rc == SCRUBGATE_EINVAL && reader->fault->line == 0)
        rc = sg_reader_place(reader, node, 0);
out:
    sg_buf_fini(&text);
    sg_buf_fini(&bounded);
    sg_buf_fini(&free_standing);
    return rc;
}
