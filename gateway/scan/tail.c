/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tail.c - what is left of a sender's last messages.
 *
 *     scanner -> [tail: what may be a part of a value] -> before the next value, in a joint lane
 *
 * Talk is remembered from message to message. Other fields join only what looks like a part, and a
 * machine's fields (ids, times, counts) nothing: numbers that follow each other there are no parts.
 */
#include "scan/tail.h"

#include <assert.h>
#include <string.h>

#include "base/digest.h"
#include "scan/tail_trim.h"
#include "scan/telling.h"

enum kind { MACHINE, OTHER, TALK };

enum {
    SIBLINGS = 0,      /* the slot of this message's values */
    FILLER = 32,       /* a value that is shorter and tells nothing leaves no trace */
    PART_LONGEST = 40, /* of a value that may be a part as a whole */
    NAME_WORDS = 2,    /* of a mail address */
    NEAR_END = 48,     /* a calling word further from the end calls for nothing any more */
    PROSE_MOST = 4,    /* values that tell nothing, after which the place is forgotten */
    ID_DIGITS = 7      /* so many digits alone, outside of talk, are an id */
};

/* --- places ----------------------------------------------------------------------------------- */

static uint32_t mix(uint32_t hash, uint8_t c)
{
    return (hash ^ c) * UINT32_C(16777619);
}

/* Every number in a name is alike: line1 and line2 are one place. */
static uint32_t mix_name(uint32_t hash, struct sg_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        bool digit = sg_is_digit(name.data[i]);
        if (!digit || i == 0 || !sg_is_digit(name.data[i - 1]))
            hash = mix(hash, digit ? '0' : name.data[i]);
    }
    return mix(hash, '.');
}

static uint32_t hash_place(struct sg_place place)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < place.n; i++) {
        const struct sg_step *step = &place.steps[i];
        hash = step->name.data == NULL ? mix(hash, '[') : mix_name(mix(hash, '.'), step->name);
    }
    return hash == SIBLINGS ? 1 : hash;
}

static bool is_capital(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

/* The word of a name that ends at *end: order_no, orderNo. Its length, 0: none is left. */
static struct sg_bytes last_word(struct sg_bytes name)
{
    size_t end = name.len;
    while (end > 0 && !sg_is_alpha(name.data[end - 1]) && name.data[end - 1] < 0x80)
        end--;
    size_t start = end;
    while (start > 0 && (sg_is_alpha(name.data[start - 1]) || name.data[start - 1] >= 0x80)) {
        bool first =
            is_capital(name.data[start - 1]) && (start == 1 || !is_capital(name.data[start - 2]));
        start--;
        if (first)
            break;
    }
    return (struct sg_bytes){name.data + start, end - start};
}

static enum kind kind_of_name(struct sg_bytes name)
{
    struct sg_bytes word = last_word(name);
    unsigned tells = sg_telling_of(word);
    if ((tells & SG_TELLS_MACHINE) != 0)
        return MACHINE;
    for (; word.len > 0; tells = sg_telling_of(word)) {
        if ((tells & SG_TELLS_TALK) != 0)
            return TALK;
        name.len = (size_t)(word.data - name.data);
        word = last_word(name);
    }
    return OTHER;
}

/* The last name decides; {"message": {"de": …}} is talk by what it stands in. */
static enum kind kind_of(enum sg_field field, struct sg_place place)
{
    if (field == SG_FIELD_NUMBER)
        return MACHINE;
    bool named = false;
    enum kind kind = TALK;
    for (size_t i = place.n; i-- > 0;) {
        const struct sg_step *step = &place.steps[i];
        if (step->name.data == NULL || step->name.len == 0)
            continue;
        enum kind own = kind_of_name(step->name);
        if (own == TALK || (own == MACHINE && !named))
            return own;
        named = true;
        kind = OTHER;
    }
    return kind;
}

/* --- slots ------------------------------------------------------------------------------------ */

static size_t offset_of(const struct sg_tail *tail, size_t slot)
{
    size_t offset = 0;
    for (size_t i = 0; i < slot; i++)
        offset += tail->slots[i].len;
    return offset;
}

static size_t used(const struct sg_tail *tail)
{
    return offset_of(tail, tail->n_slots);
}

static struct sg_bytes parts_of(const struct sg_tail *tail, size_t slot)
{
    return (struct sg_bytes){tail->text + offset_of(tail, slot), tail->slots[slot].len};
}

/* n_slots: there is none. */
static size_t find_slot(const struct sg_tail *tail, uint32_t place)
{
    size_t i = 0;
    while (i < tail->n_slots && tail->slots[i].place != place)
        i++;
    return i;
}

/* Forgets the slot's first bytes. */
static void forget(struct sg_tail *tail, size_t slot, size_t n)
{
    size_t from = offset_of(tail, slot), end = used(tail);
    memmove(tail->text + from, tail->text + from + n, end - from - n);
    sg_wipe(tail->text + end - n, n);
    struct sg_tail_slot *own = &tail->slots[slot];
    own->len = (uint16_t)(own->len - n);
    if (own->fresh > own->len)
        own->fresh = own->len;
}

static void drop_slot(struct sg_tail *tail, size_t slot)
{
    forget(tail, slot, tail->slots[slot].len);
    tail->n_slots--;
    memmove(tail->slots + slot, tail->slots + slot + 1,
            (tail->n_slots - slot) * sizeof tail->slots[0]);
    tail->slots[tail->n_slots] = (struct sg_tail_slot){0};
}

static bool is_mark(uint8_t c)
{
    return c == SG_TAIL_CLOSE || c == SG_TAIL_LOOSE;
}

/* Its oldest part. */
static void forget_part(struct sg_tail *tail, size_t slot)
{
    struct sg_bytes parts = parts_of(tail, slot);
    size_t n = 0;
    while (n < parts.len && !is_mark(parts.data[n]))
        n++;
    forget(tail, slot, n < parts.len ? n + 1 : n);
}

/* Makes the slot the last one, whose text can grow. */
static size_t move_last(struct sg_tail *tail, size_t slot)
{
    uint8_t text[SG_TAIL_TEXT];
    struct sg_tail_slot own = tail->slots[slot];
    size_t last = tail->n_slots - 1U;
    if (slot == last)
        return last;
    struct sg_bytes parts = parts_of(tail, slot);
    memcpy(text, parts.data, parts.len);
    drop_slot(tail, slot);
    memcpy(tail->text + used(tail), text, own.len);
    tail->slots[tail->n_slots++] = own;
    sg_wipe(text, own.len);
    return last;
}

/* The slot of a place, as the last one, with room for n bytes more. */
static size_t take_slot(struct sg_tail *tail, uint32_t place, size_t n)
{
    size_t slot = find_slot(tail, place);
    if (slot == tail->n_slots) {
        if (tail->n_slots == SG_TAIL_PLACES)
            drop_slot(tail, 0);
        slot = tail->n_slots;
        tail->slots[tail->n_slots++] = (struct sg_tail_slot){.place = place};
    }
    slot = move_last(tail, slot);
    while (used(tail) + n > SG_TAIL_TEXT && slot > 0) {
        drop_slot(tail, 0);
        slot--;
    }
    while (used(tail) + n > SG_TAIL_TEXT)
        forget_part(tail, slot);
    return slot;
}

static void append(struct sg_tail *tail, uint32_t place, struct sg_bytes part, uint8_t mark)
{
    size_t slot = take_slot(tail, place, part.len + 1);
    struct sg_tail_slot *own = &tail->slots[slot];
    uint8_t *to = tail->text + used(tail);
    memcpy(to, part.data, part.len);
    to[part.len] = mark;
    own->prose = 0;
    own->len = (uint16_t)(own->len + part.len + 1);
    own->fresh = (uint16_t)(own->fresh + part.len + 1);
}

/* --- what tells something --------------------------------------------------------------------- */

static bool in_word(uint8_t c)
{
    return sg_is_alnum(c) || c >= 0x80;
}

/* What the end of a value holds. */
struct look {
    size_t words, digit_words;
    bool digit, at, letter, foreign;
    bool announced;      /* by a word with nothing behind it but digits and words around them */
    bool called, closed; /* by a calling word, near the end; by a word that does at the end only */
};

/* Kinds of bytes; those that make words first. */
enum { DIGIT = 1, LETTER = 2, FOREIGN = 4, IN_WORD = DIGIT | LETTER | FOREIGN, AT = 8 };

static unsigned kind_of_byte(uint8_t c)
{
    return c >= 0x80        ? FOREIGN
           : sg_is_alpha(c) ? LETTER
           : sg_is_digit(c) ? DIGIT
           : c == '@'       ? AT
                            : 0;
}

/* A word of the end, with `behind` bytes after it. *strange: words that may still follow what
 * announces. */
static void look_at_word(struct look *look, struct sg_bytes word, size_t behind, unsigned *strange)
{
    const unsigned tells = sg_telling_of(word);
    const unsigned around = SG_TELLS_DIGIT | SG_TELLS_CLOSE | SG_TELLS_FILLER;
    look->words++;
    look->digit_words += (tells & SG_TELLS_DIGIT) != 0;
    if (behind <= NEAR_END && (tells & SG_TELLS_CALL) != 0)
        look->called = true;
    if ((tells & (SG_TELLS_ANNOUNCE | SG_TELLS_CALL)) != 0) {
        look->announced = true;
        *strange = (tells & SG_TELLS_MAIL) != 0 ? NAME_WORDS : 0;
    } else if ((tells & around) == 0 && !sg_is_digit(word.data[0])) {
        look->announced = look->announced && *strange > 0;
        *strange -= *strange > 0;
    }
    look->closed = (tells & SG_TELLS_CLOSE) != 0;
}

static struct look look_at(struct sg_bytes text)
{
    struct look look = {.words = 0};
    unsigned strange = 0, seen = 0;
    for (size_t i = 0; i < text.len;) {
        size_t start = i;
        unsigned kind = kind_of_byte(text.data[i]);
        seen |= kind;
        for (i++; (kind & IN_WORD) != 0 && i < text.len; i++) {
            kind = kind_of_byte(text.data[i]);
            seen |= kind;
        }
        /* The byte that ended the word has been looked at, too. */
        size_t end = (kind & IN_WORD) != 0 ? i : i - 1;
        if (end > start)
            look_at_word(&look, (struct sg_bytes){text.data + start, end - start}, text.len - end,
                         &strange);
    }
    look.digit = (seen & DIGIT) != 0;
    look.letter = (seen & LETTER) != 0;
    look.foreign = (seen & FOREIGN) != 0;
    look.at = (seen & AT) != 0;
    return look;
}

/* All but a few of its words say digits, or it writes digits in a script of its own. */
static bool spells(const struct look *look)
{
    return look->digit_words * 2 > look->words || (look->foreign && !look->letter);
}

static bool tells(const struct look *look, struct sg_bytes text)
{
    uint8_t last = text.data[text.len - 1];
    return look->digit || look->at || look->announced || look->called || look->closed ||
           spells(look) || last == ':' || last == '=';
}

/* As a whole it may be a part of a value that stands in several fields. */
static bool is_part(const struct look *look, struct sg_bytes text, uint64_t len)
{
    return len <= PART_LONGEST && text.len > 0 && tells(look, text);
}

/* --- a value goes by -------------------------------------------------------------------------- */

/* The value's end: whole words, of a longer value. */
static struct sg_bytes take_end(const struct sg_tail *tail, uint8_t room[SG_TAIL_VALUE])
{
    size_t n = tail->len < SG_TAIL_VALUE ? (size_t)tail->len : SG_TAIL_VALUE, start = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = tail->end[(tail->len - n + i) % SG_TAIL_VALUE];
        room[i] = c >= 0x1C && c <= 0x1F ? ' ' : c; /* the marks are ours */
    }
    while (tail->len > n && start < n && in_word(room[start]))
        start++;
    if (start == n) /* one endless word */
        start = 0;
    while (start < n && (room[start] & 0xC0) == 0x80)
        start++;
    return sg_tail_trim((struct sg_bytes){room + start, n - start});
}

/* What followed the place's last value directly no longer does; after some prose it is over. */
static void loosen(struct sg_tail *tail, uint32_t place)
{
    size_t slot = find_slot(tail, place);
    if (slot == tail->n_slots || tail->slots[slot].len == 0)
        return;
    tail->text[offset_of(tail, slot) + tail->slots[slot].len - 1] = SG_TAIL_LOOSE;
    if (++tail->slots[slot].prose == PROSE_MOST)
        drop_slot(tail, slot);
}

/* Ids that count up share their beginning; parts of a value seldom do, but may be the same. */
static bool counts_up(const struct sg_tail *tail, uint32_t place, struct sg_bytes text)
{
    size_t slot = find_slot(tail, place);
    if (slot == tail->n_slots || tail->slots[slot].len <= text.len)
        return false;
    struct sg_bytes parts = parts_of(tail, slot);
    const uint8_t *last = parts.data + parts.len - 1 - text.len;
    size_t same = 0;
    if (last > parts.data && !is_mark(last[-1]))
        return false;
    while (same < text.len && last[same] == text.data[same])
        same++;
    if (same == text.len && text.len < ID_DIGITS)
        return tail->slots[slot].fresh == 0; /* of another message: it says it again */
    return same * 2 > text.len;
}

static bool is_id(struct sg_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!sg_is_digit(text.data[i]))
            return false;
    }
    return text.len >= ID_DIGITS;
}

static void add_sibling(struct sg_tail *tail, const struct look *look, struct sg_bytes text)
{
    if (is_part(look, text, tail->len)) {
        if (tail->kind == TALK || !counts_up(tail, SIBLINGS, text))
            append(tail, SIBLINGS, text, SG_TAIL_LOOSE);
        return;
    }
    size_t slot = find_slot(tail, SIBLINGS);
    if (tail->len > FILLER && slot < tail->n_slots)
        drop_slot(tail, slot);
}

static void add_history(struct sg_tail *tail, const struct look *look, struct sg_bytes text)
{
    bool telling = text.len > 0 && tells(look, text);
    if (tail->kind == OTHER) {
        if (is_part(look, text, tail->len) && !is_id(text) && !counts_up(tail, tail->place, text))
            append(tail, tail->place, text, SG_TAIL_LOOSE);
    } else if (telling) {
        append(tail, tail->place, text, SG_TAIL_CLOSE);
    } else if (tail->len > FILLER) {
        loosen(tail, tail->place);
    }
}

void sg_tail_message(struct sg_tail *tail)
{
    size_t slot = find_slot(tail, SIBLINGS);
    if (slot < tail->n_slots)
        drop_slot(tail, slot);
    for (size_t i = 0; i < tail->n_slots; i++)
        tail->slots[i].fresh = 0;
    tail->open = false;
    sg_wipe(tail->end, sizeof tail->end);
}

void sg_tail_begin(struct sg_tail *tail, enum sg_field field, struct sg_place place)
{
    tail->open = true;
    tail->kind = (uint8_t)kind_of(field, place);
    tail->place = hash_place(place);
    tail->len = 0;
}

void sg_tail_feed(struct sg_tail *tail, struct sg_bytes text)
{
    if (!tail->open || tail->kind == MACHINE)
        return;
    if (text.len > SG_TAIL_VALUE) {
        size_t passed = text.len - SG_TAIL_VALUE;
        tail->len += passed;
        text = (struct sg_bytes){text.data + passed, SG_TAIL_VALUE};
    }
    size_t at = (size_t)(tail->len % SG_TAIL_VALUE);
    size_t first = text.len < SG_TAIL_VALUE - at ? text.len : SG_TAIL_VALUE - at;
    if (first > 0)
        memcpy(tail->end + at, text.data, first);
    if (text.len > first)
        memcpy(tail->end, text.data + first, text.len - first);
    tail->len += text.len;
}

void sg_tail_end(struct sg_tail *tail)
{
    uint8_t room[SG_TAIL_VALUE];
    if (!tail->open)
        return;
    tail->open = false;
    if (tail->kind == MACHINE)
        return;
    struct sg_bytes text = take_end(tail, room);
    struct look look = look_at(text);
    add_history(tail, &look, text);
    add_sibling(tail, &look, text);
    sg_wipe(room, sizeof room);
    sg_wipe(tail->end, sizeof tail->end);
}

/* --- what it is for --------------------------------------------------------------------------- */

enum scrubgate_status sg_tail_before(const struct sg_tail *tail, enum sg_field field,
                                     struct sg_place place, struct sg_buf *before)
{
    if (tail->n_slots == 0)
        return SCRUBGATE_OK;
    enum kind kind = kind_of(field, place);
    size_t slot = kind == MACHINE ? tail->n_slots : find_slot(tail, hash_place(place));
    if (slot == tail->n_slots && kind != MACHINE)
        slot = find_slot(tail, SIBLINGS);
    if (slot == tail->n_slots)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_buf_add_byte(before, SG_TAIL_LOOSE);
    return rc < 0 ? rc : sg_buf_add_bytes(before, parts_of(tail, slot));
}

size_t sg_tail_pack(const struct sg_tail *tail, uint8_t out[SG_TAIL_PACKED])
{
    size_t n = 0;
    for (size_t i = 0; i < tail->n_slots; i++) {
        const struct sg_tail_slot *slot = &tail->slots[i];
        struct sg_bytes parts = parts_of(tail, i);
        if (slot->place == SIBLINGS || parts.len == 0)
            continue;
        memcpy(out + n, &slot->place, sizeof slot->place);
        memcpy(out + n + 4, &slot->len, sizeof slot->len);
        out[n + 6] = (uint8_t)slot->prose;
        memcpy(out + n + SG_TAIL_HEAD, parts.data, parts.len);
        n += SG_TAIL_HEAD + parts.len;
    }
    return n;
}

void sg_tail_unpack(struct sg_tail *tail, struct sg_bytes packed)
{
    size_t at = 0, to = 0;
    sg_tail_wipe(tail);
    while (at < packed.len) {
        struct sg_tail_slot *slot = &tail->slots[tail->n_slots++];
        memcpy(&slot->place, packed.data + at, sizeof slot->place);
        memcpy(&slot->len, packed.data + at + 4, sizeof slot->len);
        slot->prose = packed.data[at + 6];
        at += SG_TAIL_HEAD;
        memcpy(tail->text + to, packed.data + at, slot->len);
        at += slot->len;
        to += slot->len;
    }
    assert(at == packed.len && to <= SG_TAIL_TEXT);
}

bool sg_tail_empty(const struct sg_tail *tail)
{
    return used(tail) == 0;
}

bool sg_tail_has_news(const struct sg_tail *tail)
{
    for (size_t i = 0; i < tail->n_slots; i++) {
        if (tail->slots[i].place != SIBLINGS && tail->slots[i].fresh > 0)
            return true;
    }
    return false;
}

void sg_tail_merge(struct sg_tail *tail, const struct sg_tail *from)
{
    for (size_t i = 0; i < from->n_slots; i++) {
        struct sg_bytes parts = parts_of(from, i);
        size_t fresh = from->slots[i].fresh;
        if (from->slots[i].place == SIBLINGS || fresh == 0)
            continue;
        size_t slot = take_slot(tail, from->slots[i].place, fresh);
        memcpy(tail->text + used(tail), parts.data + parts.len - fresh, fresh);
        tail->slots[slot].len = (uint16_t)(tail->slots[slot].len + fresh);
    }
}

void sg_tail_wipe(struct sg_tail *tail)
{
    sg_wipe(tail, sizeof *tail);
}
