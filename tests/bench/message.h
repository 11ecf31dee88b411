/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h - the HTTP/1.1 messages of a benchmark: read while they come, their bodies known.
 *
 * Both ends of a benchmark are ours, so this reads no more than what proxies that work send: it is
 * there to see where a message ends and that its body is the right one, and to be cheap.
 */
#ifndef SG_BENCH_MESSAGE_H
#define SG_BENCH_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A body: block over and over, len bytes in all. block NULL: any body does. */
struct text {
    const char *block;
    size_t block_len;
    uint64_t len;
};

struct text text_of(const char *words);
/* Whether these n bytes stand at that place of it. */
bool text_has(const struct text *text, uint64_t at, const char *bytes, size_t n);
/* The longest piece in memory that begins at that place; its length, 0 at the end. */
size_t text_piece(const struct text *text, uint64_t at, const char **piece);

enum message_part { MESSAGE_HEAD, MESSAGE_BODY, MESSAGE_SIZE, MESSAGE_DATA, MESSAGE_TRAILER };
enum { MESSAGE_HEAD_MOST = 1024, MESSAGE_PATH_MOST = 16 };

/* All zero: ready for the first byte of a message. */
struct message {
    enum message_part part;
    bool whole;                   /* its last byte has been read */
    bool closes;                  /* it says that the connection ends behind it */
    unsigned status;              /* of an answer, 0 for a request */
    char path[MESSAGE_PATH_MOST]; /* of a request, as far as there is room */
    uint64_t body, left; /* bytes of the body so far; still to come of it or of its chunk */
    size_t head_len, line;
    char head[MESSAGE_HEAD_MOST]; /* a head that comes in pieces */
};

enum { MESSAGE_BAD = -1, MESSAGE_MORE, MESSAGE_RUN, MESSAGE_WHOLE };

/*
 * Reads on from *pos. MESSAGE_RUN: a run of the body that is now behind it, *run of *n bytes, ended
 * at message->body. MESSAGE_MORE: everything is read and more must come. MESSAGE_WHOLE: the message
 * ended before *pos. MESSAGE_BAD: nothing that this understands.
 */
int message_read(struct message *message, const char *text, size_t len, size_t *pos,
                 const char **run, size_t *n);
void message_reset(struct message *message);

#endif
