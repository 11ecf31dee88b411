/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_writer.c - who writes the audit log.
 *
 *     all rings ──> [gather: append] ──> [one commit] ──> [answers] ──> wake ──> [tend: tree,
 * seals]
 *
 * Group commit: what comes while a sync runs goes into the next one. What stands in a ring is
 * copied before it is looked at: it lies in memory that workers can write, and they read strangers'
 * bytes.
 */
#define _GNU_SOURCE /* F_GET_SEALS */
#include "proxy/audit_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/first_key.h"
#include "audit/log_lock.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/digest.h"
#include "net/packet.h"
#include "proxy/ledger.h"
#include "proxy/log_keys.h"
#include "proxy/oplog.h"

enum {
    PORTS_MOST = 1024,
    LOCK_TRIES = 500, /* five seconds: a process that was killed may still wait for its disk */
    LOCK_TRY_NS = 10 * 1000 * 1000,
    NS_PER_MS = 1000000,
    BELL = 0, /* of struct pollfd */
    SOCKET = 1
};

/* One worker's ring. */
struct port {
    struct port *next;
    unsigned number;
    int wakes; /* who gives */
    bool foul; /* what stands there is no ring: it is left alone */
    struct sg_ring_taker taker;
    size_t n;                       /* records of it in this batch */
    uint64_t slot[SG_RING_ANSWERS]; /* what became of them */
};

struct writer {
    int socket, bell;
    struct sg_audit_board *board;
    struct sg_ledger *ledger;
    struct sg_writer_setup setup;
    struct sg_record_source source;
    struct port *ports;
    unsigned n_ports;
    uint64_t tick_ns;      /* when the log wants to be asked again */
    enum sg_log_room room; /* that was told last */
    bool doubts;           /* and of the clock */
    bool ends, lost;       /* lost: what it writes is no longer where it belongs */
    /* The file that the last record went to. */
    char file[SG_WRITER_PATH + 32];
    uint64_t segment; /* its number + 1 */
    dev_t device;
    ino_t inode;
    struct sg_packet packet;
    uint8_t record[SG_RING_RECORD_MOST];
};

/* --- a batch --- */

/* Not zero: one of eight bytes is not printable ASCII. */
static uint64_t unprintable(uint64_t bytes)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    return ((bytes - ' ' * each) | bytes | (bytes + each)) & 0x80 * each;
}

/* A record as it goes into a line: nothing in it can end the line, or begin another. */
static bool is_fit(struct sg_bytes record)
{
    uint64_t bad = 0, piece;
    size_t i = 0;
    if (record.len < 2 || record.data[0] != '"' || record.data[record.len - 1] != '}')
        return false;
    for (; i + sizeof piece <= record.len; i += sizeof piece) {
        memcpy(&piece, record.data + i, sizeof piece);
        bad |= unprintable(piece);
    }
    for (; i < record.len; i++)
        bad |= (uint64_t)(record.data[i] < ' ' || record.data[i] > '~');
    return bad == 0;
}

static void append(struct writer *writer, struct port *port, size_t len)
{
    const struct sg_bytes record = {writer->record, len};
    uint64_t *slot = &port->slot[port->n++];
    *slot = SG_RING_REFUSED; /* until the ledger says its number, at once or with the commit */
    enum scrubgate_status rc =
        is_fit(record) ? sg_ledger_append(writer->ledger, record, slot) : SCRUBGATE_ELIMIT;
    if (rc < 0)
        *slot = rc == SCRUBGATE_ELIMIT ? SG_RING_UNFIT : SG_RING_REFUSED;
}

static void gather(struct writer *writer, struct port *port)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    size_t len;
    port->n = 0;
    while (!port->foul && rc == SCRUBGATE_OK && port->n < SG_RING_ANSWERS) {
        rc = sg_ring_take(&port->taker, writer->record, &len);
        if (rc == SCRUBGATE_OK)
            append(writer, port, len);
    }
    if (port->n > 0)
        sg_ring_taken(&port->taker);
    if (rc < 0) {
        port->foul = true;
        sg_oplog(SG_OPLOG_ERROR, "records of a worker are no records: it is not listened to", NULL);
    }
}

/* Whether the file that the last record went to is still the one of that name: a record in a file
 * that was removed is on disk, and nobody will ever read it. */
static bool is_there(struct writer *writer, uint64_t last)
{
    const uint64_t segment = last / SG_JOURNAL_SEGMENT + 1;
    struct stat info;
    if (!sg_ledger_is_ours(writer->ledger))
        return true;
    if (segment != writer->segment)
        (void)snprintf(writer->file, sizeof writer->file, "%s/log/%06" PRIu64 ".ndjson",
                       writer->setup.dir, segment - 1);
    if (stat(writer->file, &info) != 0)
        return false;
    if (segment != writer->segment) {
        writer->segment = segment;
        writer->device = info.st_dev;
        writer->inode = info.st_ino;
    }
    return info.st_dev == writer->device && info.st_ino == writer->inode;
}

static void tell_health(struct writer *writer, enum scrubgate_status rc,
                        const struct scrubgate_fault *fault)
{
    char text[sizeof *fault];
    bool was = atomic_exchange(&writer->board->healthy, rc >= 0) != 0;
    if (rc < 0)
        atomic_fetch_add(&writer->board->failures, 1);
    if (was && rc < 0) {
        sg_fault_print(fault, text, sizeof text);
        sg_oplog(SG_OPLOG_ERROR, "audit log cannot be written: messages are refused", "why", text,
                 NULL);
    }
    if (!was && rc >= 0)
        sg_oplog(SG_OPLOG_INFO, "audit log is written again", NULL);
}

static enum scrubgate_status commit(struct writer *writer)
{
    struct scrubgate_fault fault = {.what = ""};
    uint64_t records = 0, last = 0;
    enum scrubgate_status rc = sg_ledger_commit(writer->ledger, &fault);
    for (const struct port *port = writer->ports; rc >= 0 && port != NULL; port = port->next)
        for (size_t i = 0; i < port->n; i++) {
            bool is_number = port->slot[i] < SG_RING_UNFIT;
            records += is_number;
            last = is_number && port->slot[i] > last ? port->slot[i] : last;
        }
    if (records > 0 && !is_there(writer, last)) {
        sg_fault_set(&fault, writer->file, 0, 0,
                     "this file was removed, or another took its place");
        rc = SCRUBGATE_EIO;
        writer->ends = writer->lost = true;
    }
    if (rc >= 0)
        atomic_fetch_add(&writer->board->records, records);
    tell_health(writer, rc, &fault);
    return rc;
}

static void answer(struct port *port, enum scrubgate_status rc)
{
    const uint64_t one = 1;
    for (size_t i = 0; rc < 0 && i < port->n; i++)
        port->slot[i] = SG_RING_REFUSED;
    if (sg_ring_answer(&port->taker, port->slot, port->n))
        (void)!write(port->wakes, &one, sizeof one);
    port->n = 0;
}

/* False: nothing was there. */
static bool write_batch(struct writer *writer)
{
    bool any = false;
    for (struct port *port = writer->ports; port != NULL; port = port->next) {
        gather(writer, port);
        any = any || port->n > 0;
    }
    if (!any)
        return false;
    enum scrubgate_status rc = commit(writer);
    for (struct port *port = writer->ports; port != NULL; port = port->next)
        answer(port, rc);
    return true;
}

/* --- behind the release: no message waits for it --- */

/* Each step of the ladder of room, also where nobody reads records. */
static void tell_room(struct writer *writer)
{
    const struct sg_log_space *space = sg_ledger_space(writer->ledger);
    char free_bytes[24], total_bytes[24];
    if (space == NULL || space->room == writer->room)
        return;
    writer->room = space->room;
    (void)snprintf(free_bytes, sizeof free_bytes, "%" PRIu64, space->free_bytes);
    (void)snprintf(total_bytes, sizeof total_bytes, "%" PRIu64, space->total_bytes);
    sg_oplog(space->room == SG_LOG_ROOM_OK ? SG_OPLOG_INFO : SG_OPLOG_WARN,
             "room on the audit log's disk", "state", sg_log_room_word(space->room), "free",
             free_bytes, "total", total_bytes, NULL);
}

static void tell_clock(struct writer *writer)
{
    const bool doubts = sg_ledger_doubts_clock(writer->ledger);
    if (doubts && !writer->doubts)
        sg_oplog(SG_OPLOG_WARN,
                 "the clock is more than 30 days ahead of the audit log: no old records are "
                 "removed until there are records of a day",
                 NULL);
    if (!doubts && writer->doubts)
        sg_oplog(SG_OPLOG_INFO, "the clock fits the audit log again: old records are removed",
                 NULL);
    writer->doubts = doubts;
}

static void tend(struct writer *writer)
{
    struct scrubgate_fault fault = {.what = ""};
    char text[sizeof fault];
    const bool at_once = atomic_load_explicit(&writer->board->sign, memory_order_relaxed) != 0 &&
                         atomic_exchange(&writer->board->sign, 0) != 0;
    enum scrubgate_status rc =
        writer->ends ? sg_ledger_finish(writer->ledger, &fault)
                     : sg_ledger_tick(writer->ledger, at_once, &writer->tick_ns, &fault);
    tell_room(writer);
    tell_clock(writer);
    if (rc == SCRUBGATE_DONE)
        return;
    bool was = atomic_exchange(&writer->board->signing, rc >= 0) != 0;
    if (was && rc < 0) {
        sg_fault_print(&fault, text, sizeof text);
        sg_oplog(SG_OPLOG_ERROR,
                 writer->room == SG_LOG_ROOM_FULL
                     ? "no room for the audit log: messages are refused"
                     : "audit log cannot be signed or sealed",
                 "why", text, NULL);
    }
    if (!was && rc >= 0)
        sg_oplog(SG_OPLOG_INFO, "audit log has room and is signed again", NULL);
}

/* --- rings come and go --- */

/* The memory cannot be taken away again: else who did could end this process by it. */
static void *map(int fd, size_t size)
{
    struct stat info;
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || fstat(fd, &info) != 0 ||
        info.st_size < (off_t)size)
        return NULL;
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return at == MAP_FAILED ? NULL : at;
}

static void drop_port(struct writer *writer, struct port **at)
{
    struct port *port = *at;
    *at = port->next;
    writer->n_ports--;
    (void)munmap(port->taker.ring, sizeof *port->taker.ring);
    (void)close(port->wakes);
    free(port);
}

static void close_port(struct writer *writer, unsigned number)
{
    for (struct port **at = &writer->ports; *at != NULL; at = &(*at)->next)
        if ((*at)->number == number) {
            drop_port(writer, at);
            return;
        }
}

static void open_port(struct writer *writer, unsigned number)
{
    int memory = sg_packet_take(&writer->packet, 0), wakes = sg_packet_take(&writer->packet, 1);
    struct port *port = calloc(1, sizeof *port);
    struct sg_ring *ring = memory >= 0 ? map(memory, sizeof *ring) : NULL;
    if (memory >= 0)
        (void)close(memory);
    if (port == NULL || ring == NULL || wakes < 0 || writer->n_ports == PORTS_MOST) {
        /* Who gives there is not answered, which the gateway sees. */
        if (ring != NULL)
            (void)munmap(ring, sizeof *ring);
        if (wakes >= 0)
            (void)close(wakes);
        free(port);
        return;
    }
    close_port(writer, number);
    port->number = number;
    port->wakes = wakes;
    sg_ring_taker_init(&port->taker, ring);
    port->next = writer->ports;
    writer->ports = port;
    writer->n_ports++;
}

/* The log changes hands where no batch is under way: neither half of one can be lost. */
static void lend(struct writer *writer)
{
    struct scrubgate_fault fault = {.what = ""};
    char why[sizeof fault], text[sizeof fault + sizeof SG_LEDGER_NOT_LENT + 2];
    int to = sg_packet_take(&writer->packet, 0);
    if (to < 0)
        return;
    if (sg_ledger_lend(writer->ledger, to, &fault) < 0) {
        sg_fault_print(&fault, why, sizeof why);
        (void)snprintf(text, sizeof text, SG_LEDGER_NOT_LENT "%s\n", why);
        (void)!sg_packet_send(to, sg_bytes_of(text), NULL, 0);
    }
    (void)close(to);
}

static bool take_gap(struct writer *writer)
{
    struct sg_gap gap = {.reason = SG_WRITER_DIED};
    char word[8];
    if (sscanf(writer->packet.text, SG_WRITER_GAP "%7s %" SCNu64 " %" SCNu64 " %" SCNu64, word,
               &gap.from_ms, &gap.refused, &gap.dropped) != 4)
        return false;
    if (strcmp(word, SG_WRITER_HUNG) == 0)
        gap.reason = SG_WRITER_HUNG;
    sg_ledger_tell_gap(writer->ledger, &gap);
    return true;
}

static void obey(struct writer *writer)
{
    const char *text = writer->packet.text;
    unsigned number;
    if (sscanf(text, SG_WRITER_PORT "%u", &number) == 1)
        open_port(writer, number);
    else if (sscanf(text, SG_WRITER_CLOSE "%u", &number) == 1)
        close_port(writer, number);
    else if (strcmp(text, SG_WRITER_LEND) == 0)
        lend(writer);
    else if (strcmp(text, SG_WRITER_RECALL) == 0)
        sg_ledger_recall(writer->ledger);
    else if (!take_gap(writer))
        writer->ends = true;
    sg_packet_close(&writer->packet);
}

/* A gateway that is gone stops it as well. */
static void read_mail(struct writer *writer)
{
    struct pollfd one = {.fd = writer->socket, .events = POLLIN};
    atomic_store(&writer->board->mail, 0);
    while (!writer->ends && poll(&one, 1, 0) > 0) {
        if (sg_packet_receive(writer->socket, &writer->packet) == SCRUBGATE_OK)
            obey(writer);
        else
            writer->ends = true;
    }
}

/* --- between two batches --- */

static bool has_work(const struct writer *writer)
{
    if (atomic_load(&writer->board->mail) != 0 || atomic_load(&writer->board->sign) != 0)
        return true;
    for (const struct port *port = writer->ports; port != NULL; port = port->next)
        if (!port->foul && sg_ring_has(&port->taker))
            return true;
    return false;
}

static int patience(const struct writer *writer)
{
    const uint64_t now = sg_clock_mono_ns(), most = 60 * 1000;
    if (writer->tick_ns <= now)
        return 0;
    uint64_t ms = (writer->tick_ns - now - 1) / NS_PER_MS + 1;
    return (int)(ms < most ? ms : most);
}

/* First it says that it sleeps, then it looks once more: who gives does it the other way round, so
 * that one of the two sees the other. */
static void sleep_until_rung(struct writer *writer)
{
    struct pollfd fds[] = {[BELL] = {.fd = writer->bell, .events = POLLIN},
                           [SOCKET] = {.fd = writer->socket, .events = POLLIN}};
    uint64_t rings;
    atomic_store(&writer->board->asleep, 1);
    int n = has_work(writer) ? 0 : poll(fds, 2, patience(writer));
    atomic_store(&writer->board->asleep, 0);
    if (n <= 0)
        return;
    if (fds[BELL].revents != 0)
        (void)!read(writer->bell, &rings, sizeof rings);
    if (fds[SOCKET].revents != 0)
        atomic_store(&writer->board->mail, 1);
}

static void serve(struct writer *writer)
{
    while (!writer->ends) {
        if (atomic_load_explicit(&writer->board->mail, memory_order_relaxed) != 0)
            read_mail(writer);
        /* Whoever says stop, or has died, has given before all that it had to give: it is here. */
        bool wrote = write_batch(writer);
        if (!writer->lost)
            tend(writer);
        if (!wrote && !writer->ends)
            sleep_until_rung(writer);
    }
}

/* --- its beginning and its end --- */

/* Shown once and kept nowhere: whoever has it can check, and forge, every seal. */
static void show_first_key(struct sg_seal_key *first)
{
    char text[SG_FIRST_KEY_TEXT];
    if (sg_first_key_print(first->key, text) >= 0)
        sg_oplog(SG_OPLOG_WARN,
                 "made the first key of the audit log's seals, which is shown only now and kept "
                 "nowhere: give it to whom checks the log, and take it out of this output",
                 "key", text, NULL);
    sg_wipe(text, sizeof text);
    sg_wipe(first, sizeof *first);
}

static enum scrubgate_status make_keys(const struct sg_writer_setup *setup,
                                       struct scrubgate_fault *fault)
{
    struct sg_seal_key first;
    unsigned made = 0;
    bool fresh;
    enum scrubgate_status rc =
        sg_log_keys_make(setup->keys, setup->origin, &made, &fresh, &first, fault);
    if (fresh)
        show_first_key(&first);
    return rc;
}

/* The lock of one that is ending. What becomes of this is told by who opens the log. */
static void wait_for_lock(const char *dir)
{
    const struct timespec moment = {.tv_nsec = LOCK_TRY_NS};
    for (int i = 0; i < LOCK_TRIES && !sg_log_lock_is_free(dir); i++)
        (void)nanosleep(&moment, NULL);
}

static enum scrubgate_status open_log(struct writer *writer, int lock,
                                      struct scrubgate_fault *fault)
{
    const struct sg_writer_setup *setup = &writer->setup;
    const struct sg_journal_place place = {lock, setup->durable, setup->offset, setup->files};
    const struct sg_ledger_setup ledger = {.dir = setup->dir,
                                           .keys = setup->keys[0] != '\0' ? setup->keys : NULL,
                                           .origin = setup->origin,
                                           .source = &writer->source,
                                           .checkpoint_ns = setup->checkpoint_ns,
                                           .epoch_ns = setup->epoch_ns,
                                           .keep_ms = setup->keep_ms,
                                           .reserve = setup->reserve};
    writer->source = (struct sg_record_source){setup->origin, setup->boot};
    enum scrubgate_status rc = ledger.keys != NULL ? make_keys(setup, fault) : SCRUBGATE_OK;
    if (rc < 0) {
        if (lock >= 0)
            (void)close(lock);
        return rc;
    }
    if (setup->adopts)
        return sg_ledger_adopt(&writer->ledger, &ledger, &place, fault);
    if (setup->patient)
        wait_for_lock(setup->dir);
    return sg_ledger_open(&writer->ledger, &ledger, fault);
}

static bool is_text(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static enum scrubgate_status begin(struct writer *writer, struct scrubgate_fault *fault)
{
    struct sg_writer_setup *setup = &writer->setup;
    struct sg_packet *packet = &writer->packet;
    if (sg_packet_receive(writer->socket, packet) != SCRUBGATE_OK)
        return SCRUBGATE_EIO;
    int board = sg_packet_take(packet, 0), lock = sg_packet_take(packet, 2);
    writer->bell = sg_packet_take(packet, 1);
    sg_packet_close(packet);
    if (packet->len == sizeof *setup)
        memcpy(setup, packet->text, sizeof *setup);
    if (board >= 0) {
        writer->board = map(board, sizeof *writer->board);
        (void)close(board);
    }
    if (writer->board == NULL || writer->bell < 0 || packet->len != sizeof *setup ||
        !is_text(setup->dir, sizeof setup->dir) || !is_text(setup->keys, sizeof setup->keys) ||
        !is_text(setup->origin, sizeof setup->origin) ||
        !is_text(setup->boot, sizeof setup->boot) || setup->adopts != (lock >= 0)) {
        if (lock >= 0)
            (void)close(lock);
        sg_fault_set(fault, NULL, 0, 0, "the audit log's writer was not told what to do");
        return SCRUBGATE_EINVAL;
    }
    atomic_store(&writer->board->asleep, 0);
    atomic_store(&writer->board->records, setup->records);
    atomic_store(&writer->board->failures, setup->failures);
    atomic_store(&writer->board->signing, 1);
    enum scrubgate_status rc = open_log(writer, lock, fault);
    atomic_store(&writer->board->healthy, rc >= 0);
    return rc;
}

void sg_audit_writer_fail(int socket, enum scrubgate_status rc, const struct scrubgate_fault *fault)
{
    struct sg_writer_failure failure;
    memset(&failure, 0, sizeof failure);
    memcpy(failure.word, SG_WRITER_FAILED, sizeof SG_WRITER_FAILED);
    failure.status = rc;
    failure.fault = *fault;
    (void)!sg_packet_send(socket, (struct sg_bytes){(const uint8_t *)&failure, sizeof failure},
                          NULL, 0);
}

int sg_audit_writer_run(int socket)
{
    struct scrubgate_fault fault = {.what = ""};
    struct writer *writer = calloc(1, sizeof *writer);
    int rc = 1;
    if (writer == NULL)
        goto out;
    writer->socket = socket;
    writer->bell = -1;
    writer->tick_ns = UINT64_MAX;
    enum scrubgate_status opened = begin(writer, &fault);
    if (opened < 0) {
        sg_audit_writer_fail(socket, opened, &fault);
        goto out;
    }
    if (sg_packet_send(socket, SG_BYTES(SG_WRITER_READY), NULL, 0) >= 0) {
        writer->tick_ns = 0;
        serve(writer);
        rc = writer->lost ? 1 : 0;
    }
out:
    if (writer != NULL) {
        while (writer->ports != NULL)
            drop_port(writer, &writer->ports);
        sg_ledger_close(writer->ledger);
        if (writer->board != NULL)
            (void)munmap(writer->board, sizeof *writer->board);
        if (writer->bell >= 0)
            (void)close(writer->bell);
        free(writer);
    }
    (void)close(socket);
    return rc;
}
