/* SPDX-License-Identifier: Apache-2.0 */
/*
 * well_formed.c - whether a page is well-formed XML.
 */
#include "well_formed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { DEEPEST = 32, IDS = 1024 };

struct reading {
    const char *at, *start;
    struct sg_bytes open[DEEPEST];
    size_t depth;
    struct sg_bytes id[IDS];
    size_t n_ids;
};

static void fail_at(const struct reading *read, const char *what)
{
    fail_msg("byte %d: %s: %.80s", (int)(read->at - read->start), what, read->at);
}

static struct sg_bytes name_at(struct reading *read)
{
    const char *start = read->at;
    while (sg_is_alnum(*read->at) || *read->at == '-' || *read->at == ':')
        read->at++;
    if (read->at == start)
        fail_at(read, "a name is missing");
    return (struct sg_bytes){(const uint8_t *)start, (size_t)(read->at - start)};
}

static void reference(struct reading *read)
{
    size_t len = 1 + strspn(read->at + 1, "#abcdefghijklmnopqrstuvwxyz0123456789");
    if (len == 1 || read->at[len] != ';')
        fail_at(read, "an & that is no reference");
    read->at += len;
}

static void add_id(struct reading *read, struct sg_bytes id)
{
    for (size_t i = 0; i < read->n_ids; i++)
        if (sg_bytes_equal(read->id[i], id))
            fail_at(read, "this id was there before");
    assert_true(read->n_ids < IDS);
    read->id[read->n_ids++] = id;
}

static void attribute(struct reading *read)
{
    struct sg_bytes name = name_at(read);
    if (strncmp(read->at, "=\"", 2) != 0)
        fail_at(read, "an attribute without a quoted value");
    const char *start = read->at += 2;
    for (; *read->at != '"'; read->at++) {
        if (*read->at == '<' || *read->at == '\0')
            fail_at(read, "this does not belong in a value");
        if (*read->at == '&')
            reference(read);
    }
    if (sg_bytes_equal(name, SG_BYTES("id")))
        add_id(read, (struct sg_bytes){(const uint8_t *)start, (size_t)(read->at - start)});
    if (name.len > 2 && memcmp(name.data, "on", 2) == 0)
        fail_at(read, "an attribute that runs");
    read->at++;
}

static void element(struct reading *read)
{
    struct sg_bytes name = name_at(read);
    while (*read->at == ' ' || *read->at == '\n') {
        read->at++;
        attribute(read);
    }
    if (strncmp(read->at, "/>", 2) == 0) {
        read->at += 2;
        return;
    }
    if (*read->at++ != '>' || read->depth == DEEPEST)
        fail_at(read, "this element does not begin well");
    if (sg_bytes_equal(name, SG_BYTES("script")))
        fail_at(read, "a script");
    read->open[read->depth++] = name;
}

static void close_element(struct reading *read)
{
    read->at++;
    struct sg_bytes name = name_at(read);
    if (read->depth == 0 || !sg_bytes_equal(read->open[--read->depth], name) || *read->at != '>')
        fail_at(read, "another element is open");
    read->at++;
}

void sg_assert_well_formed(const struct sg_buf *page)
{
    static char text[4 << 20];
    struct reading read = {.at = text, .start = text};
    assert_true(page->len < sizeof text);
    memcpy(text, page->data, page->len);
    text[page->len] = '\0';
    assert_int_equal(strlen(text), page->len);
    if (strncmp(text, "<!DOCTYPE html>", 15) == 0)
        read.at += 15;
    while (*read.at != '\0') {
        if (*read.at == '&')
            reference(&read);
        if (*read.at == '>' && read.depth == 0)
            fail_at(&read, "text outside of all elements");
        if (*read.at++ != '<')
            continue;
        if (*read.at == '/')
            close_element(&read);
        else
            element(&read);
    }
    if (read.depth > 0)
        fail_at(&read, "elements are open at the end");
}
