/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_proxy_header.c - any bytes as what a connection begins with.
 *
 * Whether a header is taken does not hang on how much of it has come or on what follows it, no
 * refusal is taken back, none is waited for beyond its longest, and an address that was read is one
 * that a header of ours would tell again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include "net/proxy_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static enum scrubgate_status read_first(const uint8_t *data, size_t len, size_t *used,
                                        struct sg_address *from)
{
    const char *why = "";
    enum scrubgate_status rc = sg_proxy_header_read((struct sg_bytes){data, len}, used, from, &why);
    must(rc == SCRUBGATE_OK || rc == SCRUBGATE_FULL || rc == SCRUBGATE_EMALFORMED);
    must((rc < 0) == (why != NULL));
    return rc;
}

/* Says the address in a line of version 1, which must read back as the same. */
static void check_address(const struct sg_address *from)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *)&from->storage;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&from->storage;
    bool is_six = from->storage.ss_family == AF_INET6;
    char host[INET6_ADDRSTRLEN], line[160];
    struct sg_address again;
    size_t used = 0;
    must(is_six || from->storage.ss_family == AF_INET);
    must(from->len == (is_six ? sizeof *six : sizeof *four));
    must(!is_six || !IN6_IS_ADDR_V4MAPPED(&six->sin6_addr));
    const void *bytes = is_six ? (const void *)&six->sin6_addr : (const void *)&four->sin_addr;
    must(inet_ntop(from->storage.ss_family, bytes, host, sizeof host) != NULL);
    int n = snprintf(line, sizeof line, "PROXY TCP%c %s %s %u 1\r\n", is_six ? '6' : '4', host,
                     is_six ? "::1" : "127.0.0.1",
                     (unsigned)ntohs(is_six ? six->sin6_port : four->sin_port));
    must(read_first((const uint8_t *)line, (size_t)n, &used, &again) == SCRUBGATE_OK);
    must(again.len == from->len && memcmp(&again.storage, &from->storage, again.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_address from, early_from;
    size_t used = 0, early_used = 0;
    if (size > SG_PROXY_HEADER_MOST + 64)
        return 0;
    enum scrubgate_status rc = read_first(data, size, &used, &from);
    must(rc != SCRUBGATE_FULL || size < SG_PROXY_HEADER_MOST);
    if (rc == SCRUBGATE_OK) {
        must(used > 0 && used <= size && used <= SG_PROXY_HEADER_MOST);
        if (from.len > 0)
            check_address(&from);
    }
    for (size_t len = 0; len < size; len += 1 + len / 32) {
        enum scrubgate_status early = read_first(data, len, &early_used, &early_from);
        if (rc == SCRUBGATE_OK)
            must(early == (len < used ? SCRUBGATE_FULL : SCRUBGATE_OK));
        else
            must(early == SCRUBGATE_FULL || early == rc);
    }
    return 0;
}
