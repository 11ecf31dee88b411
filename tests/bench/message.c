/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.c - the HTTP/1.1 messages of a benchmark: read while they come, their bodies known.
 */
#define _GNU_SOURCE /* memmem */
#include "message.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct text text_of(const char *words)
{
    return (struct text){words, strlen(words), strlen(words)};
}

size_t text_piece(const struct text *text, uint64_t at, const char **piece)
{
    if (at >= text->len)
        return 0;
    size_t from = (size_t)(at % text->block_len), n = text->block_len - from;
    *piece = text->block + from;
    return text->len - at < n ? (size_t)(text->len - at) : n;
}

bool text_has(const struct text *text, uint64_t at, const char *bytes, size_t n)
{
    while (n > 0) {
        const char *piece = NULL;
        size_t step = text_piece(text, at, &piece);
        step = step < n ? step : n;
        if (step == 0 || memcmp(piece, bytes, step) != 0)
            return false;
        at += step;
        bytes += step;
        n -= step;
    }
    return true;
}

void message_reset(struct message *message)
{
    /* Not the room for a head: it is most of it, and mostly unused. */
    memset(message, 0, offsetof(struct message, head));
}

static bool is_field(const char *line, const char *name, size_t len)
{
    return strncasecmp(line, name, len) == 0;
}

static bool take_head(struct message *message, const char *head, size_t len)
{
    bool chunked = false;
    const char *end = head + len, *line = memchr(head, '\n', len);
    if (memcmp(head, "HTTP/1.", 7) == 0) {
        message->status = (unsigned)strtoul(head + 9, NULL, 10);
    } else {
        const char *path = memchr(head, ' ', len);
        for (size_t i = 0; path != NULL && path[i + 1] > ' ' && i + 1 < MESSAGE_PATH_MOST; i++)
            message->path[i] = path[i + 1];
    }
    for (; line != NULL && ++line < end - 2; line = memchr(line, '\n', (size_t)(end - line))) {
        if (is_field(line, "content-length:", 15))
            message->left = strtoull(line + 15, NULL, 10);
        else if (is_field(line, "transfer-encoding:", 18))
            chunked = true;
        else if (is_field(line, "connection: close", 17))
            message->closes = true;
    }
    message->part = chunked ? MESSAGE_SIZE : MESSAGE_BODY;
    message->whole = !chunked && message->left == 0;
    return true;
}

/* The head may come in pieces; then, and only then, it is copied. */
static bool read_head(struct message *message, const char *text, size_t len, size_t *pos)
{
    const char *end = memmem(text + *pos, len - *pos, "\r\n\r\n", 4);
    if (message->head_len == 0 && end != NULL) {
        const char *head = text + *pos;
        *pos = (size_t)(end - text) + 4;
        return take_head(message, head, (size_t)(end + 4 - head));
    }
    while (*pos < len) {
        if (message->head_len == sizeof message->head)
            return false;
        message->head[message->head_len++] = text[(*pos)++];
        size_t n = message->head_len;
        if (n >= 4 && memcmp(message->head + n - 4, "\r\n\r\n", 4) == 0)
            return take_head(message, message->head, n);
    }
    return true;
}

/* One byte between the data of chunks: sizes, line ends, trailers. */
static bool read_between(struct message *message, char c)
{
    if (message->part == MESSAGE_TRAILER) {
        message->whole = c == '\n' && message->line == 0;
        message->line = c == '\n' ? 0 : message->line + (c != '\r');
        return true;
    }
    if (c == '\n') {
        /* The line end behind a chunk's data is an empty size line. */
        if (message->line > 0)
            message->part = message->left > 0 ? MESSAGE_DATA : MESSAGE_TRAILER;
        message->line = 0;
        return true;
    }
    if (c == '\r')
        return true;
    const char *digits = "0123456789abcdef", *digit = strchr(digits, c | 0x20);
    if (c == '\0' || digit == NULL)
        return false;
    message->left = message->left * 16 + (uint64_t)(digit - digits);
    message->line++;
    return true;
}

int message_read(struct message *message, const char *text, size_t len, size_t *pos,
                 const char **run, size_t *n)
{
    if (message->part == MESSAGE_HEAD && !read_head(message, text, len, pos))
        return MESSAGE_BAD;
    if (message->part == MESSAGE_HEAD)
        return MESSAGE_MORE;
    while (!message->whole && *pos < len) {
        if (message->part != MESSAGE_BODY && message->part != MESSAGE_DATA) {
            if (!read_between(message, text[(*pos)++]))
                return MESSAGE_BAD;
            continue;
        }
        *run = text + *pos;
        *n = message->left < len - *pos ? (size_t)message->left : len - *pos;
        *pos += *n;
        message->left -= *n;
        message->body += *n;
        if (message->left == 0) {
            message->whole = message->part == MESSAGE_BODY;
            message->part = message->whole ? MESSAGE_BODY : MESSAGE_SIZE;
        }
        return MESSAGE_RUN;
    }
    return message->whole ? MESSAGE_WHOLE : MESSAGE_MORE;
}
