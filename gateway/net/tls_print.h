/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_print.h - JA4: what a TLS client's first message tells of the library behind it.
 *
 *     ClientHello -> [hello: lists] -> "t13d1516h2_8daaf6152771_e5627efa2ab1"
 *
 * An implementation of our own of the scheme "JA4: TLS Client Fingerprinting" as published by FoxIO
 * (github.com/FoxIO-LLC/ja4, technical_details/JA4.md), which is BSD-3-Clause and free of patent
 * claims, unlike its JA4+ relatives. Pure: bytes in, text out.
 */
#ifndef SG_NET_TLS_PRINT_H
#define SG_NET_TLS_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/bytes.h"

enum {
    SG_TLS_PRINT_SIZE = 10 + 1 + 12 + 1 + 12 + 1, /* with its NUL */
    SG_TLS_LIST_MOST = 512                        /* ciphers, extensions; real clients have 20 */
};

/* What counts of a ClientHello. Lists are as on the wire, two bytes each, and borrowed. */
struct sg_tls_hello {
    uint16_t version; /* the message's own: of old, today's clients all say TLS 1.2 */
    struct sg_bytes ciphers;
    struct sg_bytes versions; /* supported_versions; data NULL: no such extension */
    struct sg_bytes signatures;
    struct sg_bytes protocol; /* the first that ALPN names */
    uint16_t extensions[SG_TLS_LIST_MOST];
    size_t n_extensions;
};

/* message: the whole handshake message, with its type and length. EMALFORMED, ELIMIT. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_hello_parse(struct sg_tls_hello *hello,
                                                            struct sg_bytes message);
/* ELIMIT over the most, ENOMEM. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_tls_hello_print(const struct sg_tls_hello *hello,
                                                            char text[SG_TLS_PRINT_SIZE]);

#endif
