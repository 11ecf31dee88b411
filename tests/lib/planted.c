/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planted.c - thousands of made-up personal values, and whether any of them stands in some bytes.
 */
#include "planted.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "base/digest.h"

enum { DIGEST_HEX = 16, START = 4, BUCKETS = 1 << 16, DEPTH = 12 };

struct needle {
    char text[SG_PLANTED_VALUE];
    size_t len;
    uint32_t next; /* of its bucket, from 1 on; 0: none */
};

struct sg_planted {
    size_t n;
    struct needle *needle; /* n values, then n digests */
    uint32_t *bucket;      /* by their first bytes */
};

/* --- making them --- */

static void make_name(size_t i, char text[SG_PLANTED_VALUE])
{
    static const char *const syllables[] = {"ra", "lo", "mi", "ten", "dor", "vis", "ka", "bel"};
    char tail[8] = "";
    for (size_t at = 0, rest = i; at < 4; at++, rest /= 26)
        tail[at] = (char)('a' + rest % 26);
    (void)snprintf(text, SG_PLANTED_VALUE, "Qz%s%s%s", syllables[i % 8], syllables[i / 8 % 8],
                   tail);
}

/* Of 07700 900000 to 900999, which nobody has; but for 123, which is in a pack. */
static void make_phone(size_t i, char text[SG_PLANTED_VALUE])
{
    unsigned n = (unsigned)(i / SG_PLANTED_KINDS % 1000);
    n += n == 123;
    switch (i % 4) {
    case 0:
        (void)snprintf(text, SG_PLANTED_VALUE, "+44 7700 900%03u", n);
        break;
    case 1:
        (void)snprintf(text, SG_PLANTED_VALUE, "+447700900%03u", n);
        break;
    case 2:
        (void)snprintf(text, SG_PLANTED_VALUE, "07700 900%03u", n);
        break;
    default:
        (void)snprintf(text, SG_PLANTED_VALUE, "07700-900-%03u", n);
        break;
    }
}

static void make_card(size_t i, char text[SG_PLANTED_VALUE])
{
    /* None of those that the rule packs try themselves on: the log keeps the packs. */
    static const char *const published[] = {"4917610000000000", "5105105105105100",
                                            "4012888888881881", "6011000990139424",
                                            "3566002020360505", "2223003122003222"};
    const char *card = published[i / SG_PLANTED_KINDS % 6];
    switch (i / SG_PLANTED_KINDS % 3) {
    case 0:
        (void)snprintf(text, SG_PLANTED_VALUE, "%s", card);
        break;
    case 1:
        (void)snprintf(text, SG_PLANTED_VALUE, "%.4s %.4s %.4s %.4s", card, card + 4, card + 8,
                       card + 12);
        break;
    default:
        (void)snprintf(text, SG_PLANTED_VALUE, "%.4s-%.4s-%.4s-%.4s", card, card + 4, card + 8,
                       card + 12);
        break;
    }
}

static void make_value(size_t i, char text[SG_PLANTED_VALUE])
{
    const size_t kind = i % SG_PLANTED_KINDS;
    if (kind >= SG_PLANTED_NAME)
        make_name(i, text);
    else if (kind == SG_PLANTED_CARD)
        make_card(i, text);
    else if (kind >= SG_PLANTED_PHONE)
        make_phone(i, text);
    else
        (void)snprintf(text, SG_PLANTED_VALUE, "qz.lorne%05zu@planted%zu.example", i, i % 7);
}

static uint32_t start_of(const uint8_t *text)
{
    const uint32_t first =
        (uint32_t)text[0] << 24 | (uint32_t)text[1] << 16 | (uint32_t)text[2] << 8 | text[3];
    return first * UINT32_C(2654435761) >> 16;
}

static void add_needle(struct sg_planted *planted, size_t at)
{
    struct needle *needle = &planted->needle[at];
    needle->len = strlen(needle->text);
    uint32_t *bucket = &planted->bucket[start_of((const uint8_t *)needle->text)];
    needle->next = *bucket;
    *bucket = (uint32_t)at + 1;
}

struct sg_planted *sg_planted_new(size_t n)
{
    struct sg_planted *planted = calloc(1, sizeof *planted);
    assert_non_null(planted);
    planted->n = n;
    planted->needle = calloc(2 * n, sizeof planted->needle[0]);
    planted->bucket = calloc(BUCKETS, sizeof planted->bucket[0]);
    assert_true(planted->needle != NULL && planted->bucket != NULL);
    for (size_t i = 0; i < n; i++) {
        uint8_t digest[SG_SHA256_SIZE];
        char hex[2 * SG_SHA256_SIZE + 1];
        make_value(i, planted->needle[i].text);
        assert_true(sg_sha256(sg_bytes_of(planted->needle[i].text), digest) >= 0);
        sg_hex((struct sg_bytes){digest, sizeof digest}, hex);
        memcpy(planted->needle[n + i].text, hex, DIGEST_HEX);
        add_needle(planted, i);
        add_needle(planted, n + i);
    }
    return planted;
}

void sg_planted_free(struct sg_planted *planted)
{
    free(planted->needle);
    free(planted->bucket);
    free(planted);
}

const char *sg_planted_value(const struct sg_planted *planted, size_t i)
{
    assert_true(i < planted->n);
    return planted->needle[i].text;
}

/* --- looking for them --- */

const char *sg_planted_find(const struct sg_planted *planted, struct sg_bytes bytes)
{
    for (size_t at = 0; at + START <= bytes.len; at++) {
        uint32_t next = planted->bucket[start_of(bytes.data + at)];
        while (next != 0) {
            const struct needle *needle = &planted->needle[next - 1];
            if (needle->len <= bytes.len - at &&
                memcmp(needle->text, bytes.data + at, needle->len) == 0)
                return needle->text;
            next = needle->next;
        }
    }
    return NULL;
}

void sg_planted_none_in(const struct sg_planted *planted, const char *where, struct sg_bytes bytes)
{
    const char *found = sg_planted_find(planted, bytes);
    if (found != NULL)
        fail_msg("%s holds %s", where, found);
}

static bool is_one_of(const char *name, const char *const names[])
{
    for (; *names != NULL; names++)
        if (strncmp(name, *names, strlen(*names)) == 0)
            return true;
    return false;
}

/* It calls itself for a folder in a folder, and no deeper than an audit log goes. */
static size_t look_below(const struct sg_planted *planted, const struct sg_tempdir *dir,
                         const char *path, const char *const except[], unsigned depth)
{
    char full[512];
    size_t bytes = 0;
    sg_tempdir_path(dir, path, full);
    DIR *folder = opendir(full);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char name[400];
        struct stat info;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            is_one_of(entry->d_name, except))
            continue;
        assert_true(snprintf(name, sizeof name, "%s/%.200s", path, entry->d_name) <
                    (int)sizeof name);
        sg_planted_none_in(planted, "the name of a file", sg_bytes_of(entry->d_name));
        sg_tempdir_path(dir, name, full);
        assert_int_equal(lstat(full, &info), 0);
        if (S_ISDIR(info.st_mode) && depth < DEPTH) {
            bytes += look_below(planted, dir, name, except, depth + 1);
        } else if (S_ISREG(info.st_mode)) {
            size_t len;
            char *text = sg_tempdir_read(dir, name, &len);
            sg_planted_none_in(planted, name, (struct sg_bytes){(const uint8_t *)text, len});
            free(text);
            bytes += len;
        }
    }
    (void)closedir(folder);
    return bytes;
}

size_t sg_planted_none_below(const struct sg_planted *planted, const struct sg_tempdir *dir,
                             const char *const except[])
{
    return look_below(planted, dir, ".", except, 0);
}
