/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal_file.c - the one seal key that is kept, on disk.
 */
#include "audit/seal_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEX = 2 * SG_KEY_SIZE, TEXT_MOST = 256 };

static const char magic[] = "scrubgate/seal-key/v1\n";

/* The block's text and its length, zeros behind it. */
static enum scrubgate_status print(const struct sg_seal_key *key, char text[TEXT_MOST])
{
    char hex[HEX + 1];
    uint8_t sum[SG_SHA256_SIZE];
    sg_hex((struct sg_bytes){key->key, SG_KEY_SIZE}, hex);
    memset(text, 0, TEXT_MOST);
    int n = snprintf(text, TEXT_MOST, "%s%" PRIu64 "\n%s\n", magic, key->epoch, hex);
    sg_wipe(hex, sizeof hex);
    enum scrubgate_status rc = sg_sha256((struct sg_bytes){(const uint8_t *)text, (size_t)n}, sum);
    if (rc < 0)
        return rc;
    sg_hex((struct sg_bytes){sum, sizeof sum}, text + n);
    text[n + HEX] = '\n';
    return SCRUBGATE_OK;
}

static bool write_block(int fd, unsigned block, const char text[TEXT_MOST])
{
    uint8_t whole[SG_SEAL_FILE_BLOCK] = {0};
    size_t done = 0;
    if (text != NULL)
        memcpy(whole, text, TEXT_MOST);
    while (done < sizeof whole) {
        ssize_t put =
            pwrite(fd, whole + done, sizeof whole - done, (off_t)(block * sizeof whole + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            break;
        done += (size_t)put;
    }
    sg_wipe(whole, TEXT_MOST);
    return done == sizeof whole && fdatasync(fd) == 0;
}

/* Whether a block holds a key: what is printed from it is what stands there. */
static bool read_block(int fd, unsigned block, struct sg_seal_key *key)
{
    char text[TEXT_MOST], again[TEXT_MOST];
    struct sg_bytes rest = {(const uint8_t *)text, sizeof text}, line;
    bool ok = false;
    ssize_t got = pread(fd, text, sizeof text, (off_t)(block * (size_t)SG_SEAL_FILE_BLOCK));
    if (got == (ssize_t)sizeof text && sg_bytes_take_line(&rest, &line) &&
        sg_bytes_take_line(&rest, &line) && sg_bytes_to_u64(line, &key->epoch) &&
        sg_bytes_take_line(&rest, &line) && sg_bytes_from_hex(line, key->key, SG_KEY_SIZE) &&
        print(key, again) >= 0)
        ok = memcmp(text, again, sizeof text) == 0;
    sg_wipe(text, sizeof text);
    sg_wipe(again, sizeof again);
    return ok;
}

/* Both may hold one, when a crash came between writing the new and wiping the old. */
static int find(int fd, struct sg_seal_key *key)
{
    struct sg_seal_key found[2];
    const bool ok[2] = {read_block(fd, 0, &found[0]), read_block(fd, 1, &found[1])};
    int block = ok[1] && (!ok[0] || found[1].epoch > found[0].epoch) ? 1 : (ok[0] ? 0 : -1);
    if (block >= 0)
        *key = found[block];
    sg_wipe(found, sizeof found);
    return block;
}

enum scrubgate_status sg_seal_file_read(int fd, struct sg_seal_key *key)
{
    return find(fd, key) < 0 ? SCRUBGATE_EMALFORMED : SCRUBGATE_OK;
}

enum scrubgate_status sg_seal_file_replace(int fd, const struct sg_seal_key *key)
{
    struct sg_seal_key old;
    char text[TEXT_MOST];
    const unsigned block = find(fd, &old) == 0 ? 1 : 0;
    enum scrubgate_status rc = print(key, text);
    if (rc >= 0 && (!write_block(fd, block, text) || !write_block(fd, 1 - block, NULL)))
        rc = SCRUBGATE_EIO;
    sg_wipe(text, sizeof text);
    sg_wipe(&old, sizeof old);
    return rc;
}
