/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fingerprint.c - keyed fingerprints of values, taken where the value is in hand.
 */
#include "scan/fingerprint.h"

#include <stdbool.h>
#include <string.h>

#include "rule/phone_plan.h"
#include "scan/fold_table.h"

enum { PHONE_LEAST = 4, PHONE_WHOLE = 7, CARD_LEAST = 12 };

/* --- what is written, character by character --- */

struct text {
    struct sg_bytes rest;
};

/* The code point of two to four bytes; 0: there is none. */
static uint32_t decode(struct sg_bytes text, size_t *len)
{
    const uint8_t first = text.data[0];
    *len = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    uint32_t code = first & (0xFFu >> (*len + 1));
    if (first < 0xC2 || first > 0xF4 || text.len < *len)
        return 0;
    for (size_t i = 1; i < *len; i++) {
        if ((text.data[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (text.data[i] & 0x3Fu);
    }
    return code;
}

/* Digits of all scripts and wide letters as ASCII, nothing for what nobody sees; other bytes as
 * they are. -1: the end. */
static int next(struct text *text)
{
    while (text->rest.len > 0) {
        size_t len = 1;
        const uint8_t c = text->rest.data[0];
        const uint32_t code = c < 0x80 ? 0 : decode(text->rest, &len);
        struct sg_fold_code fold = {.kind = SG_FOLD_KEEP};
        if (code != 0)
            fold = sg_fold_code(code);
        if (fold.kind != SG_FOLD_MAP && fold.kind != SG_FOLD_WEAK && fold.kind != SG_FOLD_DROP)
            len = 1;
        text->rest.data += len;
        text->rest.len -= len;
        if (fold.kind != SG_FOLD_DROP)
            return len > 1 ? fold.byte : c;
    }
    return -1;
}

/* --- normal forms --- */

static enum scrubgate_status normalise_email(struct sg_buf *out, struct sg_bytes value)
{
    struct text text = {value};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (int c; rc >= 0 && (c = next(&text)) >= 0;)
        rc = sg_buf_add_byte(out, (uint8_t)sg_to_lower(c));
    if (rc < 0)
        return rc;
    size_t at = out->len, kept = 0;
    while (at > 0 && out->data[at - 1] != '@')
        at--;
    const size_t local = at == 0 ? 0 : at - 1;
    const struct sg_bytes domain = {out->data + at, out->len - at};
    const bool dots_count = !sg_bytes_equal(domain, SG_BYTES("gmail.com")) &&
                            !sg_bytes_equal(domain, SG_BYTES("googlemail.com"));
    for (size_t i = 0; i < local && out->data[i] != '+'; i++)
        if (out->data[i] != '.' || dots_count)
            out->data[kept++] = out->data[i];
    if (at == 0)
        return sg_buf_add_byte(out, '@'); /* no address: as it is */
    memmove(out->data + kept, out->data + local, out->len - local);
    out->len = kept + out->len - local;
    return SCRUBGATE_OK;
}

static enum scrubgate_status normalise_plain(struct sg_buf *out, struct sg_bytes value)
{
    struct text text = {value};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (int c; rc >= 0 && (c = next(&text)) >= 0;) {
        if (c >= 'a' && c <= 'z')
            c -= 'a' - 'A';
        if (sg_is_alnum(c) || c >= 0x80)
            rc = sg_buf_add_byte(out, (uint8_t)c);
    }
    return rc;
}

/* Its digits; what has too few of them is told by its letters. */
static enum scrubgate_status normalise_card(struct sg_buf *out, struct sg_bytes value)
{
    struct text text = {value};
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (int c; rc >= 0 && (c = next(&text)) >= 0;)
        if (sg_is_digit(c))
            rc = sg_buf_add_byte(out, (uint8_t)c);
    if (rc < 0 || out->len >= CARD_LEAST)
        return rc;
    sg_buf_clear(out);
    return normalise_plain(out, value);
}

/* Up to an extension. False: it has too few digits, or too many. */
static bool read_phone(struct sg_phone_digits *number, bool *plus, struct sg_bytes value)
{
    struct text text = {value};
    *number = (struct sg_phone_digits){.len = 0};
    *plus = false;
    for (int c; (c = next(&text)) >= 0;) {
        if (number->len >= PHONE_WHOLE && (c == '#' || c == ';' || sg_is_alpha(c)))
            break;
        *plus = *plus || (c == '+' && number->len == 0);
        if (!sg_is_digit(c))
            continue;
        if (number->len == SG_PHONE_DIGITS)
            return false;
        number->digit[number->len++] = (uint8_t)(c - '0');
    }
    return number->len >= PHONE_LEAST;
}

/* Whether a plan takes all digits behind the calling code at `from`; *zero: where the 0 of home
 * stands between them (SG_PHONE_DIGITS: it does not). */
static bool is_abroad(const struct sg_phone_digits *number, size_t from, size_t *zero)
{
    const struct sg_phone_plan *plan = NULL;
    size_t code = 0;
    *zero = SG_PHONE_DIGITS;
    while ((plan = sg_phone_plan_dialled(number, from, plan, &code)) != NULL) {
        const size_t start = from + code;
        if (sg_phone_plan_takes(plan, number, start, number->len))
            return true;
        if (plan->zero && start < number->len && number->digit[start] == 0 &&
            sg_phone_plan_takes(plan, number, start + 1, number->len)) {
            *zero = start;
            return true;
        }
    }
    return false;
}

static bool begins_with(const struct sg_phone_digits *number, const char *digits)
{
    size_t i = 0;
    while (digits[i] != '\0' && i < number->len && number->digit[i] == digits[i] - '0')
        i++;
    return digits[i] == '\0';
}

/* E.164 without its +, where the value tells the country; else the digits as they are. */
static enum scrubgate_status normalise_phone(struct sg_buf *out, struct sg_bytes value)
{
    struct sg_phone_digits number;
    size_t from = 0, zero = SG_PHONE_DIGITS;
    bool plus;
    if (!read_phone(&number, &plus, value))
        return normalise_plain(out, value);
    if (!plus && begins_with(&number, "00"))
        from = 2;
    else if (!plus && begins_with(&number, "011") && is_abroad(&number, 3, &zero))
        from = 3; /* as North America dials abroad; elsewhere a number may begin so */
    if ((plus || from == 2) && !is_abroad(&number, from, &zero))
        zero = SG_PHONE_DIGITS;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = from; i < number.len && rc >= 0; i++)
        if (i != zero)
            rc = sg_buf_add_byte(out, (uint8_t)('0' + number.digit[i]));
    return rc;
}

enum scrubgate_status sg_fingerprint_normalise(struct sg_buf *out, const char *entity,
                                               struct sg_bytes value)
{
    sg_buf_clear(out);
    if (strcmp(entity, "EMAIL_ADDRESS") == 0)
        return normalise_email(out, value);
    if (strcmp(entity, "PHONE_NUMBER") == 0)
        return normalise_phone(out, value);
    if (strcmp(entity, "CREDIT_CARD") == 0)
        return normalise_card(out, value);
    return normalise_plain(out, value);
}

enum scrubgate_status sg_fingerprint_take(struct sg_hmac *hmac, struct sg_buf *normal,
                                          struct sg_buf *spare, const char *entity,
                                          struct sg_bytes value, uint64_t *out)
{
    enum scrubgate_status rc = sg_fingerprint_normalise(normal, entity, value);
    sg_buf_clear(spare);
    /* The NUL parts entity and value. */
    if (rc >= 0)
        rc = sg_buf_add(spare, entity, strlen(entity) + 1);
    if (rc >= 0)
        rc = sg_buf_add_bytes(spare, sg_buf_bytes(normal));
    if (rc >= 0)
        rc = sg_hmac_u64(hmac, sg_buf_bytes(spare), out);
    sg_buf_clear(normal);
    sg_buf_clear(spare);
    return rc;
}
