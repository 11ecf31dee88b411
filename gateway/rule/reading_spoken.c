/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading_spoken.c - a run of numbers in a text, said or written, as digits in groups.
 *
 *     text -> [tokens: words, digits, letters for digits] -> [groups: what belongs together]
 */
#include "rule/reading_spoken.h"

#include "base/digest.h"
#include "rule/reading_number.h"
#include "rule/reading_word.h"

enum {
    LONGEST_GAP = 10,             /* bytes between two numbers that are no letters or digits */
    LONGEST_WORD = 24,            /* of the table */
    GLUED_LEAST = 3,              /* letters: words of two are found in too many others */
    WRITTEN = SG_NUMBER_PLUS + 1, /* a kind of token of its own: digits */
    LOOKS
};

struct token {
    size_t start, end;
    uint16_t value;
    uint8_t kind;
    bool edge;
};

struct lexer {
    struct sg_bytes text;
    struct token tokens[SG_SPOKEN_TOKENS];
    size_t n;
    struct sg_word word;
    uint8_t ends[SG_WORD_LONGEST + 1]; /* of a word in parts: the length of the part that begins */
};

/* --- tokens ------------------------------------------------------------------------------------
 */

int sg_spoken_look(uint8_t c)
{
    static const char letters[] = "OoQDlIiLZzEASsbGTBgq|!", digits[] = "0000111122345566789911";
    const char *at = c == 0 ? NULL : strchr(letters, c);
    return at == NULL ? -1 : digits[at - letters] - '0';
}

static bool is_bar(uint8_t c)
{
    return c != 0 && strchr("OolIi|!", c) != NULL;
}

static bool push(struct lexer *lexer, struct token token)
{
    if (lexer->n == SG_SPOKEN_TOKENS)
        return false;
    lexer->tokens[lexer->n++] = token;
    return true;
}

static const struct sg_number_word *find(const struct sg_word *word, size_t from, size_t len)
{
    return sg_number_find((struct sg_bytes){word->plain + from, len});
}

/* Parts the word into words of the table, the longest first; false when it is not made of them. */
static bool part(struct lexer *lexer)
{
    const struct sg_word *word = &lexer->word;
    memset(lexer->ends, 0, word->len + 1);
    for (size_t from = word->len; from-- > 0;) {
        size_t most = word->len - from < LONGEST_WORD ? word->len - from : LONGEST_WORD;
        for (size_t len = most; len > 0; len--) {
            size_t end = from + len;
            bool whole = from == 0 && end == word->len;
            if (end < word->len && lexer->ends[end] == 0)
                continue;
            const struct sg_number_word *found = find(word, from, len);
            if (found != NULL && (whole || (len >= GLUED_LEAST ? found->kind != SG_NUMBER_GAP
                                                               : found->kind == SG_NUMBER_AND))) {
                lexer->ends[from] = (uint8_t)len;
                break;
            }
        }
    }
    return word->len > 0 && lexer->ends[0] > 0;
}

/* The number words that the letters at `at` are; false when they are none, or there is no room. */
static bool take_words(struct lexer *lexer, size_t at)
{
    const struct sg_word *word = &lexer->word;
    if (!part(lexer))
        return false;
    for (size_t from = 0, end; from < word->len; from = end) {
        end = from + lexer->ends[from];
        const struct sg_number_word *found = find(word, from, lexer->ends[from]);
        size_t raw_end = end < word->len ? word->raw[end] : word->raw_len;
        if (!push(lexer, (struct token){.start = at + word->raw[from],
                                        .end = at + raw_end,
                                        .value = found->value,
                                        .kind = found->kind,
                                        .edge = found->edge}))
            return false;
    }
    return true;
}

/* The end of the letters and digits at `at` when all of them are taken for digits and the letters
 * stand beside some, or look like a group of ones or zeros ("IIII"); else `at`. */
static size_t looks_end(struct sg_bytes text, size_t at)
{
    size_t end = at, digits = 0, bars = 0, same = 0, small = 0;
    while (end < text.len && (sg_is_digit(text.data[end]) || sg_spoken_look(text.data[end]) >= 0)) {
        uint8_t c = text.data[end++];
        digits += sg_is_digit(c);
        bars += is_bar(c);
        same += c == text.data[at];
        small += c == 'o' || c == 'i' || c == 'l';
    }
    if (end < text.len && sg_word_letter(text, end))
        return at;
    bool beside = digits > 0 || (at > 0 && sg_is_digit(text.data[at - 1]));
    bool group = bars == end - at && (same == end - at || small == 0);
    return beside || group ? end : at;
}

/* The end of what parts two numbers at `at`: text.len when it is too much, or all that is left. */
static size_t gap_end(struct sg_bytes text, size_t at)
{
    size_t end = at;
    while (end < text.len && !sg_is_digit(text.data[end]) && !sg_word_letter(text, end)) {
        if ((text.data[end] == '|' || text.data[end] == '!') && looks_end(text, end) > end)
            break;
        size_t sign = text.data[end] < 0x80 ? 1 : sg_word_sign(text, end);
        end += sign;
    }
    return end - at > LONGEST_GAP ? text.len : end;
}

/* The tokens from `at` on; where they end. */
static size_t lex(struct lexer *lexer, size_t at)
{
    struct sg_bytes text = lexer->text;
    size_t end = at;
    while (at < text.len && lexer->n < SG_SPOKEN_TOKENS) {
        size_t looks = looks_end(text, at), was = lexer->n;
        if (sg_is_digit(text.data[at])) {
            end = at;
            while (end < text.len && sg_is_digit(text.data[end]))
                end++;
            (void)push(lexer, (struct token){.start = at, .end = end, .kind = WRITTEN});
        } else {
            sg_word_read(&lexer->word, text, at);
            if (looks > at && lexer->word.raw_len <= 1) {
                (void)push(lexer, (struct token){.start = at, .end = at + 1, .kind = LOOKS});
                end = at + 1;
            } else if (take_words(lexer, at)) {
                end = at + lexer->word.raw_len;
            } else {
                lexer->n = was;
                if (looks == at)
                    break;
                for (end = at; end < looks && !sg_is_digit(text.data[end]);)
                    end++;
                (void)push(lexer, (struct token){.start = at, .end = end, .kind = LOOKS});
            }
        }
        at = gap_end(text, end);
    }
    return end;
}

/* --- groups ------------------------------------------------------------------------------------
 */

static bool is(const struct lexer *lexer, size_t i, enum sg_number_kind kind)
{
    return i < lexer->n && lexer->tokens[i].kind == kind;
}

/* Does token i stand so close behind the one before it that they can be one number? */
static bool close_by(const struct lexer *lexer, size_t i)
{
    if (i >= lexer->n)
        return false;
    size_t from = lexer->tokens[i - 1].end, gap = lexer->tokens[i].start - from;
    for (size_t k = from; k < from + gap; k++)
        if (lexer->text.data[k] != ' ' && lexer->text.data[k] != '-')
            return false;
    return gap <= 1;
}

/* Is there a unit 1 … 9 at token i, close by? */
static bool unit_at(const struct lexer *lexer, size_t i)
{
    return close_by(lexer, i) && is(lexer, i, SG_NUMBER_UNIT) && lexer->tokens[i].value > 0 &&
           !lexer->tokens[i].edge;
}

/* "quatre-vingt": four times twenty. */
static bool four_twenties(const struct lexer *lexer, size_t i)
{
    return is(lexer, i, SG_NUMBER_UNIT) && lexer->tokens[i].value == 4 && close_by(lexer, i + 1) &&
           is(lexer, i + 1, SG_NUMBER_SCORE);
}

static bool tens_at(const struct lexer *lexer, size_t i)
{
    return is(lexer, i, SG_NUMBER_TENS) || is(lexer, i, SG_NUMBER_SCORE);
}

/* How many tokens from i on make a number below 100; its value. 0: none does. */
static size_t below_hundred(const struct lexer *lexer, size_t i, unsigned *value)
{
    size_t n = 0;
    if (i >= lexer->n)
        return 0;
    *value = lexer->tokens[i].value;
    if (four_twenties(lexer, i)) {
        *value = 80;
        n = 2;
    } else if (tens_at(lexer, i)) {
        n = 1;
    } else if (is(lexer, i, SG_NUMBER_TEEN)) {
        return 1;
    } else if (is(lexer, i, SG_NUMBER_UNIT)) {
        /* "einundzwanzig" */
        bool turned = *value > 0 && close_by(lexer, i + 1) && is(lexer, i + 1, SG_NUMBER_AND) &&
                      close_by(lexer, i + 2) && tens_at(lexer, i + 2) &&
                      lexer->tokens[i + 1].end == lexer->tokens[i + 2].start;
        if (turned)
            *value += lexer->tokens[i + 2].value;
        return turned ? 3 : 1;
    } else {
        return 0;
    }
    size_t and = close_by(lexer, i + n) && is(lexer, i + n, SG_NUMBER_AND) ? 1 : 0;
    bool french = *value == 60 || *value == 80; /* "soixante-douze" */
    if (unit_at(lexer, i + n + and)) {
        *value += lexer->tokens[i + n + and].value;
        return n + and+1;
    }
    if (french && close_by(lexer, i + n + and) &&
        (is(lexer, i + n + and, SG_NUMBER_TEEN) || tens_at(lexer, i + n + and)) &&
        lexer->tokens[i + n + and].value < 20) {
        unsigned teen;
        size_t more = below_hundred(lexer, i + n + and, &teen);
        *value += teen;
        return n + and+more;
    }
    return n;
}

/* What may follow a hundred or a thousand within one number. */
static size_t rest_of(const struct lexer *lexer, size_t i, bool units, unsigned *value)
{
    unsigned rest;
    size_t and = close_by(lexer, i) && is(lexer, i, SG_NUMBER_AND) ? 1 : 0;
    if (!close_by(lexer, i + and))
        return 0;
    size_t n = below_hundred(lexer, i + and, &rest);
    if (n == 0 || (rest < 10 && (!(units || and == 1) || rest == 0)))
        return 0;
    *value += rest;
    return n + and;
}

/* The same for a number below 1000. */
static size_t below_thousand(const struct lexer *lexer, size_t i, unsigned *value)
{
    size_t n;
    if (is(lexer, i, SG_NUMBER_HUNDREDS)) {
        *value = lexer->tokens[i].value;
        return 1 + rest_of(lexer, i + 1, true, value);
    }
    if (is(lexer, i, SG_NUMBER_HUNDRED)) {
        *value = 100;
        return 1 + rest_of(lexer, i + 1, false, value);
    }
    n = below_hundred(lexer, i, value);
    if (n > 0 && *value > 0 && *value < 100 && close_by(lexer, i + n) &&
        is(lexer, i + n, SG_NUMBER_HUNDRED)) {
        *value *= 100;
        n++;
        n += rest_of(lexer, i + n, false, value);
    }
    return n;
}

/* The same for a number below a million. */
static size_t number_at(const struct lexer *lexer, size_t i, unsigned *value)
{
    unsigned rest = 0;
    size_t n = below_thousand(lexer, i, value);
    if (n == 0 || !close_by(lexer, i + n) || !is(lexer, i + n, SG_NUMBER_THOUSAND) || *value == 0 ||
        *value >= 1000)
        return n;
    *value *= 1000;
    n++;
    size_t more = close_by(lexer, i + n) ? below_thousand(lexer, i + n, &rest) : 0;
    if (more > 0 && rest >= 10 && rest < 1000) {
        *value += rest;
        n += more;
    }
    return n;
}

static void write_digits(struct sg_spoken_group *group, unsigned value)
{
    uint8_t turned[SG_SPOKEN_DIGITS];
    size_t n = 0;
    do {
        turned[n++] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (n > 0)
        group->digits[group->n++] = turned[--n];
}

/* "double five": repeats what the group says, as often as there is room. */
static void repeat(struct sg_spoken_group *group, unsigned times)
{
    size_t n = group->n;
    for (unsigned k = 1; k < times && group->n + n <= SG_SPOKEN_DIGITS; k++) {
        memcpy(group->digits + group->n, group->digits, n);
        group->n = (uint8_t)(group->n + n);
    }
}

/* The number from token i on, as words or as at most two written digits; how many tokens. */
static size_t say(const struct lexer *lexer, size_t i, struct sg_spoken_group *group)
{
    unsigned value;
    if (i < lexer->n && lexer->tokens[i].kind == WRITTEN) {
        const struct token *token = &lexer->tokens[i];
        if (token->end - token->start > 2)
            return 0;
        group->n = (uint8_t)(token->end - token->start);
        memcpy(group->digits, lexer->text.data + token->start, group->n);
        return 1;
    }
    size_t n = number_at(lexer, i, &value);
    if (n > 0)
        write_digits(group, value);
    return n;
}

static void count_looks(const struct lexer *lexer, struct sg_spoken_group *group)
{
    for (size_t k = group->start; k < group->end; k++) {
        if (group->looks == UINT8_MAX)
            return;
        group->looks++;
        group->bars = (uint8_t)(group->bars + is_bar(lexer->text.data[k]));
    }
}

/* The group that begins with token i; how many tokens it takes, 0 when none begins there. */
static size_t group_at(const struct lexer *lexer, size_t i, struct sg_spoken_group *group)
{
    const struct token *token = &lexer->tokens[i];
    size_t n = 1;
    *group = (struct sg_spoken_group){.start = token->start};
    if (token->kind == SG_NUMBER_TIMES) {
        n = i + 1 < lexer->n ? say(lexer, i + 1, group) : 0;
        if (n == 0)
            return 0;
        repeat(group, token->value);
        group->spelled = true;
        n++;
    } else if (token->kind == SG_NUMBER_UNIT && token->value > 1 && close_by(lexer, i + 1) &&
               is(lexer, i + 1, SG_NUMBER_OFTEN) && close_by(lexer, i + 2) &&
               (n = say(lexer, i + 2, group)) > 0) {
        repeat(group, token->value);
        group->spelled = true;
        n += 2;
    } else if (token->kind == WRITTEN || token->kind == LOOKS) {
        n = 1;
    } else if (token->kind == SG_NUMBER_PLUS) {
        group->plus = true;
        n = 1;
    } else {
        n = say(lexer, i, group);
        group->spelled = true;
    }
    if (n == 0)
        return 0;
    group->end = lexer->tokens[i + n - 1].end;
    if (token->kind == LOOKS)
        count_looks(lexer, group);
    return n;
}

static bool beside_digits(const struct lexer *lexer, size_t i)
{
    const struct token *token = &lexer->tokens[i];
    return (i > 0 && token[-1].end == token->start && token[-1].kind == WRITTEN) ||
           (i + 1 < lexer->n && token[1].start == token->end && token[1].kind == WRITTEN);
}

/* Does no number end or begin with the token? "to", "for", and what stands between numbers. */
static bool is_edge(const struct lexer *lexer, size_t i, bool first)
{
    const struct token *token = &lexer->tokens[i];
    switch (token->kind) {
    case LOOKS: /* "I think", "!!" */
        return lexer->text.data[token->start] == '!' ||
               (token->end - token->start == 1 && !beside_digits(lexer, i) &&
                sg_to_lower(lexer->text.data[token->start]) != 'o');
    case SG_NUMBER_TIMES:
    case SG_NUMBER_PLUS:
        return !first;
    case SG_NUMBER_OFTEN:
    case SG_NUMBER_AND:
    case SG_NUMBER_GAP:
    case SG_NUMBER_THOUSAND:
        return first || token->kind != SG_NUMBER_THOUSAND;
    default:
        return token->edge;
    }
}

/* Token i as a digit that it may be, or nothing; next says which of its gaps matters. */
static struct sg_spoken_group perhaps(const struct lexer *lexer, size_t i, size_t next)
{
    struct sg_spoken_group group = {.n = 0};
    bool told = is(lexer, i, SG_NUMBER_UNIT) || is(lexer, i, SG_NUMBER_TEEN);
    if (next >= lexer->n || !told)
        return group;
    size_t first = i < next ? i : next;
    for (size_t k = lexer->tokens[first].end; k < lexer->tokens[first + 1].start; k++)
        if (memchr(" ,-", lexer->text.data[k], 3) == NULL)
            return group;
    group.start = lexer->tokens[i].start;
    group.end = lexer->tokens[i].end;
    write_digits(&group, lexer->tokens[i].value);
    return group;
}

void sg_spoken_read(struct sg_spoken *spoken, struct sg_bytes text, size_t at)
{
    struct lexer lexer;
    size_t i = 0, n;
    lexer.text = text;
    lexer.n = lexer.word.len = 0;
    spoken->n = 0;
    spoken->gap_words = false;
    spoken->end = lex(&lexer, at);
    size_t lexed = lexer.n;
    if (lexed == 0)
        spoken->end = at + (lexer.word.raw_len > 0 ? lexer.word.raw_len : 1);
    while (i < lexed && is_edge(&lexer, i, true))
        i++;
    while (lexer.n > i && is_edge(&lexer, lexer.n - 1, false))
        lexer.n--;
    spoken->head = perhaps(&lexer, i == 0 ? SIZE_MAX : i - 1, i);
    n = lexer.n;
    lexer.n = lexed;
    spoken->tail = perhaps(&lexer, n, n == 0 ? SIZE_MAX : n - 1);
    lexer.n = n;
    if (lexer.n > i)
        spoken->end = spoken->tail.n > 0 ? spoken->tail.end : lexer.tokens[n - 1].end;
    for (; i < lexer.n; i += n) {
        n = group_at(&lexer, i, &spoken->groups[spoken->n]);
        spoken->gap_words = spoken->gap_words || is(&lexer, i, SG_NUMBER_GAP);
        if (n == 0)
            n = 1;
        else
            spoken->n++;
    }
    sg_wipe(lexer.tokens, lexed * sizeof *lexer.tokens);
    sg_wipe(&lexer.word, sizeof lexer.word);
}

void sg_spoken_wipe(struct sg_spoken *spoken)
{
    sg_wipe(spoken->groups, spoken->n * sizeof *spoken->groups);
    spoken->n = 0;
    sg_wipe(&spoken->head, sizeof spoken->head);
    sg_wipe(&spoken->tail, sizeof spoken->tail);
}
