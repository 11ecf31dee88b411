/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.c - where an auditor's records become durable.
 *
 *     log != NULL            ours
 *     link > 0               lent: who has it answers there
 *     neither                who had it is gone, and it cannot be opened (yet): EIO
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "proxy/ledger.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"
#include "net/packet.h"
#include "proxy/log_keys.h"

enum {
    PENDING_MOST = 256 * 1024 * 1024,
    PENDING_KEPT = 1024 * 1024,
    /* A process that ends gives its lock back a moment after it closes its sockets. */
    TRIES = 500,
    TRY_NS = 10 * 1000 * 1000,
    SEND_ROOM = 4 * SG_PACKET_MOST,
    ANSWER_SECONDS = 5
};

/* A record that waits: where it ends, with its LF, and who wants its number. */
struct waiting {
    size_t end;
    uint64_t *seq;
};

struct sg_ledger {
    char *dir, *keys, *origin;
    struct sg_log_setup setup;
    struct sg_log *log;
    int link;              /* 1 + descriptor; 0: none */
    struct sg_buf pending; /* while there is no journal */
    struct waiting *waiting;
    size_t n, cap;
};

static char *copy(const char *text)
{
    size_t len = strlen(text) + 1;
    char *made = malloc(len);
    if (made != NULL)
        memcpy(made, text, len);
    return made;
}

static enum scrubgate_status new_ledger(struct sg_ledger **ledger,
                                        const struct sg_ledger_setup *setup,
                                        struct scrubgate_fault *fault)
{
    struct sg_ledger *made = calloc(1, sizeof *made);
    const bool signs = setup->keys != NULL;
    *ledger = made;
    if (made != NULL) {
        made->dir = copy(setup->dir);
        made->keys = signs ? copy(setup->keys) : NULL;
        made->origin = signs ? copy(setup->origin) : NULL;
    }
    if (made == NULL || made->dir == NULL ||
        (signs && (made->keys == NULL || made->origin == NULL))) {
        sg_fault_set(fault, setup->dir, 0, 0, "out of memory");
        return SCRUBGATE_ENOMEM;
    }
    made->setup = (struct sg_log_setup){.dir = made->dir,
                                        .source = setup->source,
                                        .checkpoint_ns = setup->checkpoint_ns,
                                        .epoch_ns = setup->epoch_ns,
                                        .keep_ms = setup->keep_ms,
                                        .reserve = setup->reserve};
    sg_buf_init(&made->pending, PENDING_MOST);
    return SCRUBGATE_OK;
}

/* The seal key is read each time: another process may have sealed meanwhile. */
static enum scrubgate_status open_log(struct sg_ledger *ledger, struct scrubgate_fault *fault)
{
    struct sg_log_keys keys;
    if (ledger->keys == NULL)
        return sg_log_open(&ledger->log, &ledger->setup, NULL, fault);
    enum scrubgate_status rc = sg_log_keys_open(&keys, ledger->keys, ledger->origin, fault);
    return rc < 0 ? rc : sg_log_open(&ledger->log, &ledger->setup, &keys, fault);
}

static enum scrubgate_status adopt_log(struct sg_ledger *ledger,
                                       const struct sg_journal_place *place,
                                       struct scrubgate_fault *fault)
{
    struct sg_log_keys keys;
    if (ledger->keys == NULL)
        return sg_log_adopt(&ledger->log, &ledger->setup, NULL, place, fault);
    enum scrubgate_status rc = sg_log_keys_open(&keys, ledger->keys, ledger->origin, fault);
    if (rc >= 0)
        return sg_log_adopt(&ledger->log, &ledger->setup, &keys, place, fault);
    (void)close(place->lock);
    return rc;
}

enum scrubgate_status sg_ledger_open(struct sg_ledger **ledger, const struct sg_ledger_setup *setup,
                                     struct scrubgate_fault *fault)
{
    struct sg_ledger *made;
    *ledger = NULL;
    enum scrubgate_status rc = new_ledger(&made, setup, fault);
    if (rc >= 0)
        rc = open_log(made, fault);
    if (rc < 0)
        goto out;
    *ledger = made;
    made = NULL;
out:
    sg_ledger_close(made);
    return rc;
}

enum scrubgate_status sg_ledger_adopt(struct sg_ledger **ledger,
                                      const struct sg_ledger_setup *setup,
                                      const struct sg_journal_place *place,
                                      struct scrubgate_fault *fault)
{
    struct sg_ledger *made;
    *ledger = NULL;
    enum scrubgate_status rc = new_ledger(&made, setup, fault);
    if (rc >= 0)
        rc = adopt_log(made, place, fault);
    else
        (void)close(place->lock);
    if (rc < 0)
        goto out;
    *ledger = made;
    made = NULL;
out:
    sg_ledger_close(made);
    return rc;
}

static void close_link(struct sg_ledger *ledger)
{
    if (ledger->link > 0)
        (void)close(ledger->link - 1);
    ledger->link = 0;
}

void sg_ledger_close(struct sg_ledger *ledger)
{
    if (ledger == NULL)
        return;
    close_link(ledger);
    sg_log_close(ledger->log);
    sg_buf_fini(&ledger->pending);
    free(ledger->waiting);
    free(ledger->dir);
    free(ledger->keys);
    free(ledger->origin);
    free(ledger);
}

/* --- appending --- */

static enum scrubgate_status reserve(struct sg_ledger *ledger)
{
    if (ledger->n < ledger->cap)
        return SCRUBGATE_OK;
    size_t cap = ledger->cap * 2 + 64;
    struct waiting *list = realloc(ledger->waiting, cap * sizeof *list);
    if (list == NULL)
        return SCRUBGATE_ENOMEM;
    ledger->waiting = list;
    ledger->cap = cap;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_ledger_append(struct sg_ledger *ledger, struct sg_bytes record,
                                       uint64_t *seq)
{
    size_t start = ledger->pending.len;
    if (ledger->log != NULL)
        return sg_log_append(ledger->log, record, seq);
    assert(sg_bytes_find(record, '\n') == record.len);
    if (record.len >= SG_PACKET_MOST)
        return SCRUBGATE_ELIMIT;
    enum scrubgate_status rc = reserve(ledger);
    if (rc >= 0)
        rc = sg_buf_add_bytes(&ledger->pending, record);
    if (rc >= 0)
        rc = sg_buf_add_byte(&ledger->pending, '\n');
    if (rc < 0) {
        ledger->pending.len = start;
        return rc;
    }
    ledger->waiting[ledger->n++] = (struct waiting){ledger->pending.len, seq};
    return SCRUBGATE_OK;
}

static size_t start_of(const struct sg_ledger *ledger, size_t i)
{
    return i == 0 ? 0 : ledger->waiting[i - 1].end;
}

static void forget_pending(struct sg_ledger *ledger)
{
    if (ledger->pending.cap > PENDING_KEPT)
        sg_buf_fini(&ledger->pending);
    else
        ledger->pending.len = 0; /* nothing to wipe: records hold no personal value */
    ledger->n = 0;
}

/* --- with the process that has the journal --- */

/* How many records from the first on fit into one packet. */
static size_t fill(const struct sg_ledger *ledger, size_t first)
{
    size_t start = start_of(ledger, first), n = 0;
    while (first + n < ledger->n && n < SG_LEDGER_PACKET &&
           ledger->waiting[first + n].end - start <= SG_PACKET_MOST)
        n++;
    assert(n > 0);
    return n;
}

/* EIO: the link is broken, or who has the journal hangs. ELIMIT: it is not, but who has the journal
 * could not write. */
static enum scrubgate_status send_some(struct sg_ledger *ledger, size_t first, size_t n,
                                       struct sg_packet *answer)
{
    size_t start = start_of(ledger, first);
    const struct sg_bytes text = {ledger->pending.data + start,
                                  ledger->waiting[first + n - 1].end - start};
    enum scrubgate_status rc = sg_packet_send(ledger->link - 1, text, NULL, 0);
    if (rc >= 0)
        rc = sg_packet_receive(ledger->link - 1, answer);
    if (rc != SCRUBGATE_OK)
        return SCRUBGATE_EIO;
    sg_packet_close(answer); /* none should be there */
    if (answer->len != n * sizeof(uint64_t))
        return SCRUBGATE_EIO;
    for (size_t i = 0; i < n; i++) {
        uint64_t number;
        memcpy(&number, answer->text + i * sizeof number, sizeof number);
        if (number == SG_LEDGER_REFUSED)
            rc = SCRUBGATE_ELIMIT;
        else
            *ledger->waiting[first + i].seq = number;
    }
    return rc;
}

/* *done: how many were answered. */
static enum scrubgate_status send_all(struct sg_ledger *ledger, size_t *done)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    struct sg_packet *answer = malloc(sizeof *answer);
    if (answer == NULL)
        return SCRUBGATE_ELIMIT;
    while (*done < ledger->n && rc >= 0) {
        size_t n = fill(ledger, *done);
        rc = send_some(ledger, *done, n, answer);
        if (rc >= 0)
            *done += n;
    }
    free(answer);
    return rc;
}

/* --- taking it back --- */

static enum scrubgate_status reopen(struct sg_ledger *ledger, int tries,
                                    struct scrubgate_fault *fault)
{
    const struct timespec moment = {.tv_nsec = TRY_NS};
    enum scrubgate_status rc = open_log(ledger, fault);
    for (; rc == SCRUBGATE_EIO && tries > 1; tries--) {
        (void)nanosleep(&moment, NULL);
        rc = open_log(ledger, fault);
    }
    return rc;
}

static enum scrubgate_status write_from(struct sg_ledger *ledger, size_t first,
                                        struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = first; i < ledger->n && (rc >= 0 || rc == SCRUBGATE_EIO); i++) {
        size_t start = start_of(ledger, i);
        const struct sg_bytes record = {ledger->pending.data + start,
                                        ledger->waiting[i].end - start - 1};
        rc = sg_log_append(ledger->log, record, ledger->waiting[i].seq);
    }
    /* One that the log refuses, as it does each message's on a full disk, has no number: the others
     * are written, and a log that cannot be says so with the commit. */
    if (rc >= 0 || rc == SCRUBGATE_EIO)
        return sg_log_commit(ledger->log, fault);
    /* Half of a batch in memory must not go with the next one. */
    sg_log_close(ledger->log);
    ledger->log = NULL;
    sg_fault_set(fault, ledger->dir, 0, 0, "out of memory");
    return rc;
}

enum scrubgate_status sg_ledger_commit(struct sg_ledger *ledger, struct scrubgate_fault *fault)
{
    size_t done = 0;
    int tries = 1;
    enum scrubgate_status rc = SCRUBGATE_EIO;
    if (ledger->log != NULL)
        return sg_log_commit(ledger->log, fault);
    if (ledger->link > 0) {
        rc = send_all(ledger, &done);
        if (rc == SCRUBGATE_ELIMIT)
            sg_fault_set(fault, ledger->dir, 0, 0, "the gateway that has this log cannot write it");
        if (rc == SCRUBGATE_EIO) {
            close_link(ledger);
            tries = TRIES;
        }
    }
    if (ledger->link == 0) {
        rc = reopen(ledger, tries, fault);
        if (rc >= 0)
            rc = write_from(ledger, done, fault);
    }
    forget_pending(ledger);
    return rc < 0 ? SCRUBGATE_EIO : SCRUBGATE_OK;
}

bool sg_ledger_is_ours(const struct sg_ledger *ledger)
{
    return ledger->log != NULL;
}

void sg_ledger_recall(struct sg_ledger *ledger)
{
    if (ledger->link == 0)
        return;
    assert(ledger->n == 0);
    close_link(ledger);
    (void)!reopen(ledger, TRIES, NULL); /* else the next commit tries again, and tells */
}

/* --- what time asks for --- */

enum scrubgate_status sg_ledger_tick(struct sg_ledger *ledger, bool at_once, uint64_t *next,
                                     struct scrubgate_fault *fault)
{
    *next = UINT64_MAX;
    return ledger->log == NULL ? SCRUBGATE_DONE
                               : sg_log_tick(ledger->log, sg_clock_mono_ns(), at_once, next, fault);
}

enum scrubgate_status sg_ledger_finish(struct sg_ledger *ledger, struct scrubgate_fault *fault)
{
    return ledger->log == NULL ? SCRUBGATE_OK : sg_log_finish(ledger->log, fault);
}

const struct sg_log_space *sg_ledger_space(const struct sg_ledger *ledger)
{
    return ledger->log == NULL ? NULL : sg_log_space(ledger->log);
}

bool sg_ledger_doubts_clock(const struct sg_ledger *ledger)
{
    return ledger->log != NULL && sg_log_doubts_clock(ledger->log);
}

void sg_ledger_tell_gap(struct sg_ledger *ledger, const struct sg_gap *gap)
{
    if (ledger->log != NULL && ledger->keys != NULL)
        sg_log_tell_gap(ledger->log, gap);
}

/* --- lending --- */

/* Who hangs with the log is as good as dead: it must not hold our messages up for ever. */
static bool limit_waiting(int link)
{
    const struct timeval most = {.tv_sec = ANSWER_SECONDS};
    return setsockopt(link, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most) == 0 &&
           setsockopt(link, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) == 0;
}

enum scrubgate_status sg_ledger_lend(struct sg_ledger *ledger, int socket,
                                     struct scrubgate_fault *fault)
{
    struct sg_journal_place place;
    char text[96];
    int ends[2];
    const int room = SEND_ROOM;
    if (ledger->log == NULL) {
        sg_fault_set(fault, ledger->dir, 0, 0, "another process has this log");
        return SCRUBGATE_EINVAL;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        sg_fault_set(fault, ledger->dir, 0, 0, "out of file descriptors");
        return SCRUBGATE_EIO;
    }
    /* As much as the system allows will do. */
    (void)setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    (void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    enum scrubgate_status rc = SCRUBGATE_EIO;
    if (!limit_waiting(ends[0])) {
        sg_fault_set(fault, ledger->dir, 0, 0, "no time limit can be set");
        goto out;
    }
    rc = sg_log_leave(&ledger->log, &place, fault);
    if (rc < 0)
        goto out;
    (void)snprintf(text, sizeof text, SG_LEDGER_LENT, place.durable, place.offset, place.files);
    rc = sg_packet_send(socket, sg_bytes_of(text), (const int[]){place.lock, ends[1]}, 2);
    if (rc < 0) {
        sg_fault_set(fault, ledger->dir, 0, 0, "who asked for this log is gone");
        (void)!adopt_log(ledger, &place, NULL);
        goto out; /* should even that fail, the next commit opens it */
    }
    (void)close(place.lock);
    ledger->link = ends[0] + 1;
    ends[0] = -1;
out:
    if (ends[0] >= 0)
        (void)close(ends[0]);
    (void)close(ends[1]);
    return rc;
}
