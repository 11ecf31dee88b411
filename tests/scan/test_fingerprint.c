/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_fingerprint.c - two spellings of one value give one fingerprint, two keys give two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "scan/fingerprint.h"

#include "../lib/suite.h"

static const struct row {
    const char *name, *entity, *value, *want;
} rows[] = {
    {"mail is folded to lower case", "EMAIL_ADDRESS", "Jo.Doe@Example.COM", "jo.doe@example.com"},
    {"a tag of a mail address is dropped", "EMAIL_ADDRESS", "jo+news@example.com",
     "jo@example.com"},
    {"dots before gmail.com are dropped", "EMAIL_ADDRESS", "j.o.d@GMail.com", "jod@gmail.com"},
    {"the last @ parts local and domain", "EMAIL_ADDRESS", "\"a@b\"@example.org",
     "\"a@b\"@example.org"},
    {"a phone is its digits", "PHONE_NUMBER", "+44 (20) 7946-0123", "442079460123"},
    {"00 before a country is +", "PHONE_NUMBER", "0044 20 7946 0123", "442079460123"},
    {"the 0 of home behind a calling code goes", "PHONE_NUMBER", "+44 (0)20 7946 0123",
     "442079460123"},
    {"without brackets too", "PHONE_NUMBER", "0044 020 7946 0123", "442079460123"},
    {"where a country has none it stays", "PHONE_NUMBER", "+39 06 1234 5678", "390612345678"},
    {"011 is how North America dials abroad", "PHONE_NUMBER", "011 44 20 7946 0123",
     "442079460123"},
    {"elsewhere it begins a number of home", "PHONE_NUMBER", "011 555 0123", "0115550123"},
    {"a number of home stays as it is", "PHONE_NUMBER", "(020) 7946 0123", "02079460123"},
    {"a code without + is one", "PHONE_NUMBER", "1 (415) 555-0123", "14155550123"},
    {"an extension is not part of it", "PHONE_NUMBER", "+1 415 555 0123 ext. 77", "14155550123"},
    {"nor is one as in a link", "PHONE_NUMBER", "tel:+1-415-555-0123;ext=77", "14155550123"},
    {"words before the digits are not", "PHONE_NUMBER",
     "phone 0161\x1E"
     "and then 496",
     "0161496"},
    {"wide digits are digits", "PHONE_NUMBER", "＋４４ ２０ ７９４６ ０１２３", "442079460123"},
    {"and those of other scripts", "PHONE_NUMBER", "+٤٤ ٢٠ ٧٩٤٦ ٠١٢٣", "442079460123"},
    {"a number in words is its letters", "PHONE_NUMBER", "five five five", "FIVEFIVEFIVE"},
    {"digits without end are no phone's", "PHONE_NUMBER", "0123456789 0123456789 0123456789",
     "012345678901234567890123456789"},
    {"a card in wide digits", "CREDIT_CARD", "４１１１ １１１１ １１１１ １１１１",
     "4111111111111111"},
    {"a card's digits among words", "CREDIT_CARD", "card 4111 then 1111 1111 1111",
     "4111111111111111"},
    {"a piece of a card is its letters, too", "CREDIT_CARD", "ends in 1111", "ENDSIN1111"},
    {"what nobody sees does not count", "CREDIT_CARD", "4111\u200B11111111\u20601111",
     "4111111111111111"},
    {"a wide mail address", "EMAIL_ADDRESS", "Ｊｏ＠example.com", "jo@example.com"},
    {"bytes that are no text stay", "UK_NINO",
     "a\xff\xc3"
     "b\xe2\x82",
     "A\xff\xc3"
     "B\xe2\x82"},
    {"a card is its digits", "CREDIT_CARD", "4111-1111 1111.1111", "4111111111111111"},
    {"other values are letters and digits", "UK_NINO", "ab 12 34 56 c", "AB123456C"},
};

static void normalises(void **state)
{
    const struct row *row = *state;
    struct sg_buf out = {0};
    assert_int_equal(sg_fingerprint_normalise(&out, row->entity, sg_bytes_of(row->value)), 0);
    if (!sg_bytes_equal(sg_buf_bytes(&out), sg_bytes_of(row->want)))
        fail_msg("%.*s", (int)out.len, (const char *)out.data);
    sg_buf_fini(&out);
}

static uint64_t take(const uint8_t key[SG_KEY_SIZE], const char *entity, const char *value)
{
    struct sg_hmac *hmac = NULL;
    struct sg_buf normal = {0}, spare = {0};
    uint64_t out = 0;
    assert_int_equal(sg_hmac_new(&hmac, key, SG_FINGERPRINT_LABEL), 0);
    assert_int_equal(sg_fingerprint_take(hmac, &normal, &spare, entity, sg_bytes_of(value), &out),
                     0);
    assert_int_not_equal(out, 0);
    sg_buf_fini(&normal);
    sg_buf_fini(&spare);
    sg_hmac_free(hmac);
    return out;
}

static void keys_and_entities_part_fingerprints(void **state)
{
    (void)state;
    static const uint8_t one[SG_KEY_SIZE] = {1}, other[SG_KEY_SIZE] = {2};
    uint64_t print = take(one, "EMAIL_ADDRESS", "jo@example.com");
    assert_int_equal(print, take(one, "EMAIL_ADDRESS", "JO+x@example.com"));
    assert_int_not_equal(print, take(other, "EMAIL_ADDRESS", "jo@example.com"));
    assert_int_not_equal(print, take(one, "EMAIL_ADDRESS", "jo@example.org"));
    assert_int_not_equal(take(one, "A", "12"), take(one, "A1", "2"));
}

int main(void)
{
    SG_SUITE_ROWS(normalises, rows);
    sg_suite_add("keys and entities part fingerprints", keys_and_entities_part_fingerprints, NULL);
    return sg_suite_run("fingerprint");
}
