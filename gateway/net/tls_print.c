/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_print.c - JA4: what a TLS client's first message tells of the library behind it.
 *
 *     t13d1516h2_8daaf6152771_e5627efa2ab1
 *
 *     t, 13, d       over TCP, the highest version, to a domain (i: to an address)
 *     15, 16, h2     how many ciphers and extensions; the ends of the first ALPN name
 *     8daaf6152771   SHA-256 of the sorted ciphers
 *     e5627efa2ab1   SHA-256 of the sorted extensions, then the signature algorithms
 *
 * GREASE (RFC 8701), values that mean nothing, is left out everywhere: it is drawn by lot.
 */
#include "net/tls_print.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/digest.h"

enum { CLIENT_HELLO = 1, RANDOM = 32, SHOWN_MOST = 99, HASH_HEX = 12, HASH_BYTES = HASH_HEX / 2 };
enum { EXT_NAME = 0x0000, EXT_SIGNATURES = 0x000d, EXT_ALPN = 0x0010, EXT_VERSIONS = 0x002b };

/* --- reading the message --- */

static bool take(struct sg_bytes *rest, size_t n, struct sg_bytes *out)
{
    if (rest->len < n)
        return false;
    *out = (struct sg_bytes){rest->data, n};
    rest->data += n;
    rest->len -= n;
    return true;
}

static bool take_number(struct sg_bytes *rest, size_t size, size_t *out)
{
    struct sg_bytes bytes;
    if (!take(rest, size, &bytes))
        return false;
    *out = 0;
    for (size_t i = 0; i < size; i++)
        *out = *out << 8 | bytes.data[i];
    return true;
}

/* A run with its length before it, in `size` bytes. */
static bool take_run(struct sg_bytes *rest, size_t size, struct sg_bytes *out)
{
    size_t len = 0;
    return take_number(rest, size, &len) && take(rest, len, out);
}

/* A list that is all there is, of values of two bytes. */
static bool whole_list(struct sg_bytes from, size_t size, struct sg_bytes *out)
{
    return take_run(&from, size, out) && from.len == 0 && out->len % 2 == 0;
}

static bool read_extension(struct sg_tls_hello *hello, size_t type, struct sg_bytes body)
{
    struct sg_bytes names;
    switch (type) {
    case EXT_SIGNATURES:
        return whole_list(body, 2, &hello->signatures);
    case EXT_VERSIONS:
        return whole_list(body, 1, &hello->versions);
    case EXT_ALPN:
        return take_run(&body, 2, &names) && body.len == 0 &&
               (names.len == 0 || take_run(&names, 1, &hello->protocol));
    default:
        return true;
    }
}

static enum scrubgate_status read_extensions(struct sg_tls_hello *hello, struct sg_bytes all)
{
    while (all.len > 0) {
        size_t type = 0;
        struct sg_bytes body;
        if (!take_number(&all, 2, &type) || !take_run(&all, 2, &body) ||
            !read_extension(hello, type, body))
            return SCRUBGATE_EMALFORMED;
        if (hello->n_extensions == SG_TLS_LIST_MOST)
            return SCRUBGATE_ELIMIT;
        hello->extensions[hello->n_extensions++] = (uint16_t)type;
    }
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_tls_hello_parse(struct sg_tls_hello *hello, struct sg_bytes message)
{
    struct sg_bytes rest, session, methods, extensions = {0}, random;
    size_t type = 0, version = 0;
    hello->versions = hello->signatures = hello->protocol = (struct sg_bytes){0};
    hello->n_extensions = 0;
    if (!take_number(&message, 1, &type) || type != CLIENT_HELLO || !take_run(&message, 3, &rest) ||
        message.len > 0)
        return SCRUBGATE_EMALFORMED;
    if (!take_number(&rest, 2, &version) || !take(&rest, RANDOM, &random) ||
        !take_run(&rest, 1, &session) || !take_run(&rest, 2, &hello->ciphers) ||
        hello->ciphers.len % 2 != 0 || !take_run(&rest, 1, &methods))
        return SCRUBGATE_EMALFORMED;
    hello->version = (uint16_t)version;
    /* Clients of old end here. */
    if (rest.len > 0 && (!take_run(&rest, 2, &extensions) || rest.len > 0))
        return SCRUBGATE_EMALFORMED;
    return read_extensions(hello, extensions);
}

/* --- the parts of the print --- */

static uint16_t value_at(struct sg_bytes list, size_t i)
{
    return (uint16_t)(list.data[2 * i] << 8 | list.data[2 * i + 1]);
}

/* 0x0a0a, 0x1a1a … 0xfafa */
static bool is_grease(uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static const char *word_of_version(const struct sg_tls_hello *hello)
{
    unsigned version = hello->versions.data == NULL ? hello->version : 0;
    for (size_t i = 0; i < hello->versions.len / 2; i++) {
        uint16_t offered = value_at(hello->versions, i);
        if (!is_grease(offered) && offered > version)
            version = offered;
    }
    switch (version) {
    case 0x0304:
        return "13";
    case 0x0303:
        return "12";
    case 0x0302:
        return "11";
    case 0x0301:
        return "10";
    case 0x0300:
        return "s3";
    case 0x0002:
        return "s2";
    default:
        return "00";
    }
}

/* First and last character; of the hex form when either is no letter or digit. */
static void ends_of(struct sg_bytes name, char out[2])
{
    static const char digits[] = "0123456789abcdef";
    out[0] = out[1] = '0';
    if (name.len == 0)
        return;
    uint8_t first = name.data[0], last = name.data[name.len - 1];
    bool plain = sg_is_alnum(first) && sg_is_alnum(last);
    out[0] = plain ? (char)first : digits[first >> 4];
    out[1] = plain ? (char)last : digits[last & 0x0f];
}

static int compare(const void *left, const void *right)
{
    const uint16_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* "002f,0035,…": sorted, or as it stands. */
static enum scrubgate_status add_list(struct sg_buf *out, uint16_t *values, size_t n, bool sorted)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (sorted)
        qsort(values, n, sizeof *values, compare);
    for (size_t i = 0; i < n && rc >= 0; i++)
        rc = sg_buf_addf(out, "%s%04x", i == 0 ? "" : ",", values[i]);
    return rc;
}

/* The list without GREASE; SIZE_MAX when it is too long. */
static size_t without_grease(struct sg_bytes list, uint16_t out[SG_TLS_LIST_MOST])
{
    size_t n = 0;
    for (size_t i = 0; i < list.len / 2; i++) {
        if (is_grease(value_at(list, i)))
            continue;
        if (n == SG_TLS_LIST_MOST)
            return SIZE_MAX;
        out[n++] = value_at(list, i);
    }
    return n;
}

/* The beginning of the run's SHA-256 in hex; zeros for an empty one. */
static enum scrubgate_status hash(struct sg_bytes run, char out[HASH_HEX + 1])
{
    uint8_t digest[SG_SHA256_SIZE] = {0};
    enum scrubgate_status rc = run.len == 0 ? SCRUBGATE_OK : sg_sha256(run, digest);
    sg_hex((struct sg_bytes){digest, HASH_BYTES}, out);
    return rc;
}

static enum scrubgate_status hash_ciphers(const struct sg_tls_hello *hello, size_t *n,
                                          char out[HASH_HEX + 1])
{
    uint16_t values[SG_TLS_LIST_MOST];
    struct sg_buf run = {0};
    *n = without_grease(hello->ciphers, values);
    if (*n == SIZE_MAX)
        return SCRUBGATE_ELIMIT;
    enum scrubgate_status rc = add_list(&run, values, *n, true);
    if (rc >= 0)
        rc = hash(sg_buf_bytes(&run), out);
    sg_buf_fini(&run);
    return rc;
}

static enum scrubgate_status hash_extensions(const struct sg_tls_hello *hello, size_t *n,
                                             char out[HASH_HEX + 1])
{
    uint16_t values[SG_TLS_LIST_MOST];
    struct sg_buf run = {0};
    size_t listed = 0, signatures = 0;
    *n = 0;
    for (size_t i = 0; i < hello->n_extensions; i++) {
        uint16_t type = hello->extensions[i];
        if (is_grease(type))
            continue;
        (*n)++;
        /* Whom it calls, and by which protocol, stand before and are not the library's. */
        if (type != EXT_NAME && type != EXT_ALPN)
            values[listed++] = type;
    }
    enum scrubgate_status rc = add_list(&run, values, listed, true);
    if (rc >= 0)
        signatures = without_grease(hello->signatures, values);
    if (signatures == SIZE_MAX)
        rc = SCRUBGATE_ELIMIT;
    if (rc >= 0 && signatures > 0)
        rc = sg_buf_add_byte(&run, '_');
    if (rc >= 0)
        rc = add_list(&run, values, signatures, false);
    if (rc >= 0)
        rc = hash(sg_buf_bytes(&run), out);
    sg_buf_fini(&run);
    return rc;
}

static bool calls_by_name(const struct sg_tls_hello *hello)
{
    size_t i = 0;
    while (i < hello->n_extensions && hello->extensions[i] != EXT_NAME)
        i++;
    return i < hello->n_extensions;
}

static unsigned shown(size_t n)
{
    return n < SHOWN_MOST ? (unsigned)n : SHOWN_MOST;
}

enum scrubgate_status sg_tls_hello_print(const struct sg_tls_hello *hello,
                                         char text[SG_TLS_PRINT_SIZE])
{
    char ciphers[HASH_HEX + 1], extensions[HASH_HEX + 1], protocol[2];
    size_t n_ciphers = 0, n_extensions = 0;
    enum scrubgate_status rc = hash_ciphers(hello, &n_ciphers, ciphers);
    if (rc >= 0)
        rc = hash_extensions(hello, &n_extensions, extensions);
    if (rc < 0)
        return rc;
    ends_of(hello->protocol, protocol);
    (void)snprintf(text, SG_TLS_PRINT_SIZE, "t%s%c%02u%02u%c%c_%s_%s", word_of_version(hello),
                   calls_by_name(hello) ? 'd' : 'i', shown(n_ciphers), shown(n_extensions),
                   protocol[0], protocol[1], ciphers, extensions);
    return SCRUBGATE_OK;
}
