/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_tls_hello.c - any bytes as a TLS client's first message.
 *
 * What was read lies within the message, the print has its form, and it is the library's: neither
 * GREASE put before the ciphers nor another random changes it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/tls_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 8192, RANDOM_AT = 6, RANDOM_SIZE = 32 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_within(struct sg_bytes part, struct sg_bytes all)
{
    must(part.len == 0 || (part.data >= all.data && part.data + part.len <= all.data + all.len));
}

static bool is_hex(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && sg_hex_value(text[i]) >= 0 && sg_to_lower(text[i]) == text[i])
        i++;
    return i == n;
}

static void check_form(const char *text)
{
    must(strlen(text) == SG_TLS_PRINT_SIZE - 1);
    must(text[0] == 't' && (text[3] == 'd' || text[3] == 'i'));
    must(sg_is_digit(text[4]) && sg_is_digit(text[5]) && sg_is_digit(text[6]) &&
         sg_is_digit(text[7]) && sg_is_alnum(text[8]) && sg_is_alnum(text[9]));
    must(text[10] == '_' && text[23] == '_' && is_hex(text + 11, 12) && is_hex(text + 24, 12));
}

/* The same ciphers behind one of GREASE. */
static void check_grease(const struct sg_tls_hello *hello, const char *want)
{
    static uint8_t ciphers[MOST + 2] = {0x7a, 0x7a};
    struct sg_tls_hello other = *hello;
    char text[SG_TLS_PRINT_SIZE];
    if (hello->ciphers.len > 0)
        memcpy(ciphers + 2, hello->ciphers.data, hello->ciphers.len);
    other.ciphers = (struct sg_bytes){ciphers, hello->ciphers.len + 2};
    must(sg_tls_hello_print(&other, text) == SCRUBGATE_OK && strcmp(text, want) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t copy[MOST];
    struct sg_tls_hello hello, again;
    struct sg_bytes message = {data, size};
    char text[SG_TLS_PRINT_SIZE], same[SG_TLS_PRINT_SIZE];
    if (size > MOST)
        return 0;
    enum scrubgate_status rc = sg_tls_hello_parse(&hello, message);
    must(rc == SCRUBGATE_OK || rc == SCRUBGATE_EMALFORMED || rc == SCRUBGATE_ELIMIT);
    if (rc < 0)
        return 0;
    check_within(hello.ciphers, message);
    check_within(hello.versions, message);
    check_within(hello.signatures, message);
    check_within(hello.protocol, message);
    must(hello.n_extensions <= SG_TLS_LIST_MOST);
    rc = sg_tls_hello_print(&hello, text);
    if (rc < 0)
        return 0; /* too many of something */
    check_form(text);
    check_grease(&hello, text);
    memcpy(copy, data, size);
    memset(copy + RANDOM_AT, 0xa5, RANDOM_SIZE);
    must(sg_tls_hello_parse(&again, (struct sg_bytes){copy, size}) == SCRUBGATE_OK);
    must(sg_tls_hello_print(&again, same) == SCRUBGATE_OK && strcmp(text, same) == 0);
    return 0;
}
