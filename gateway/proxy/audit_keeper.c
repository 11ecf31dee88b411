/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_keeper.c - the thread that watches the log's writer and has it made anew.
 *
 *     writer's socket closes ──────────────┐
 *     a record waits past the deadline ────┼──> lanes break: what waits is refused
 *     an answer that cannot be ────────────┘       └──> warden: kill, make another ──> lanes attach
 *
 * Rings are given to a new writer only when it says that it has the log: the warden makes it when
 * the one before is dead, so no two are ever at one ring, or at the log.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC, pthread_setname_np */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "proxy/audit_warden.h"
#include "proxy/auditor_parts.h"
#include "proxy/oplog.h"
#include "proxy/sandbox.h"

#define SECOND UINT64_C(1000000000)

static const uint64_t open_most_ns = 120 * SECOND; /* a long log whose tiles are gone is read */
static const uint64_t again_ns = SECOND / 4;       /* between two writers */
static const uint64_t stop_most_ns = 20 * SECOND;

enum {
    NS_PER_MS = 1000000,
    LOOK_MS = 200,
    WAITS_MS = 50,
    SOON_MS = 20,
    WAKE = 0,
    DIRECT = 1,
    WARDEN = 2,
    LINK = 3,
    FDS = 4
};

enum scrubgate_status sg_audit_tell(struct sg_auditor *auditor, const char *text, const int *fd,
                                    size_t n_fds)
{
    if (auditor->link == 0)
        return SCRUBGATE_EIO;
    enum scrubgate_status rc = sg_packet_send(auditor->link - 1, sg_bytes_of(text), fd, n_fds);
    atomic_store(&auditor->board->mail, 1);
    return rc;
}

/* --- a writer begins --- */

static void *run_writer(void *ctx)
{
    int socket = (int)(intptr_t)ctx;
    /* Messages wait for what it says: without it none leaves. */
    if (sg_sandbox_enter(SG_SANDBOX_AUDITOR) < 0)
        abort();
    (void)sg_audit_writer_run(socket);
    return NULL;
}

static bool start_thread(struct sg_auditor *auditor, int socket)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&auditor->thread, NULL, run_writer, (void *)(intptr_t)socket);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    auditor->threaded = rc == 0;
    return rc == 0;
}

/* The setup waits in the socket until the writer reads it. */
static bool send_setup(struct sg_auditor *auditor, int lock)
{
    struct sg_writer_setup *setup = &auditor->setup;
    const int fd[] = {auditor->board_memory, auditor->bell, lock};
    const struct sg_bytes bytes = {(const uint8_t *)setup, sizeof *setup};
    setup->records = atomic_load(&auditor->board->records);
    setup->failures = atomic_load(&auditor->board->failures);
    bool ok = sg_packet_send(auditor->link - 1, bytes, fd, lock >= 0 ? 3 : 2) >= 0;
    setup->adopts = false; /* the next one opens it */
    return ok;
}

static void close_link(struct sg_auditor *auditor)
{
    if (auditor->link > 0)
        (void)close(auditor->link - 1);
    auditor->link = 0;
    auditor->up = auditor->lent = false;
}

static enum scrubgate_status start_writer(struct sg_auditor *auditor, int lock,
                                          struct scrubgate_fault *fault)
{
    int ends[2];
    enum scrubgate_status rc = SCRUBGATE_EIO;
    auditor->begun_ns = sg_clock_mono_ns();
    auditor->next_ns = auditor->begun_ns + again_ns;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        sg_fault_set(fault, NULL, 0, 0, "out of file descriptors for the audit log's writer");
        return rc;
    }
    auditor->link = ends[0] + 1;
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK); /* one that hangs holds up nobody who tells it */
    if (!send_setup(auditor, lock)) {
        sg_fault_set(fault, NULL, 0, 0, "the audit log's writer cannot be told what to do");
    } else if (auditor->warden > 0) {
        rc = sg_packet_send(auditor->warden - 1, SG_BYTES(SG_WARDEN_START), &ends[1], 1);
        if (rc < 0)
            sg_fault_set(fault, NULL, 0, 0, "the audit log's warden has ended");
    } else if (start_thread(auditor, ends[1])) {
        ends[1] = -1; /* the writer's */
        rc = SCRUBGATE_OK;
    } else {
        sg_fault_set(fault, NULL, 0, 0, "cannot start the audit log's thread");
    }
    if (ends[1] >= 0)
        (void)close(ends[1]);
    if (rc < 0)
        close_link(auditor);
    return rc;
}

/* --- and ends --- */

/* waited_ns: so long ago it began. */
static void lose_writer(struct sg_auditor *auditor, const char *word, uint64_t waited_ns,
                        const char *why)
{
    const bool was = auditor->up;
    if (was && auditor->gap.since_ms == 0) {
        auditor->gap.word = word;
        auditor->gap.since_ms = sg_clock_wall_ms() - waited_ns / NS_PER_MS;
        auditor->gap.refused = atomic_load(&auditor->refused);
        auditor->gap.dropped = atomic_load(&auditor->dropped);
    }
    close_link(auditor);
    for (struct sg_audit_lane *lane = auditor->lanes; lane != NULL; lane = lane->next)
        sg_audit_lane_break(lane);
    if (was && auditor->stage != SG_STOP_ENDS)
        sg_oplog(SG_OPLOG_ERROR, "the audit log has no writer: messages are refused", "why", why,
                 NULL);
}

static void take_ready(struct sg_auditor *auditor)
{
    auditor->up = true;
    auditor->told[0] = '\0';
    auditor->failed = SCRUBGATE_OK;
    if (auditor->writers++ > 0)
        sg_oplog(SG_OPLOG_INFO, "the audit log has a writer again", NULL);
    for (struct sg_audit_lane *lane = auditor->lanes; lane != NULL; lane = lane->next)
        sg_audit_lane_attach(lane);
}

static void take_failure(struct sg_auditor *auditor)
{
    struct sg_writer_failure failure;
    char text[sizeof failure.fault];
    memcpy(&failure, auditor->packet.text, sizeof failure);
    auditor->failed = failure.status < 0 ? failure.status : SCRUBGATE_EIO;
    auditor->fault = failure.fault;
    auditor->fault.file[sizeof failure.fault.file - 1] = '\0';
    auditor->fault.what[sizeof failure.fault.what - 1] = '\0';
    close_link(auditor);
    sg_fault_print(&auditor->fault, text, sizeof text);
    if (auditor->writers > 0 && strcmp(text, auditor->told) != 0)
        sg_oplog(SG_OPLOG_ERROR, "the audit log cannot be opened: messages are refused", "why",
                 text, NULL);
    memcpy(auditor->told, text, sizeof text);
}

static void hear_writer(struct sg_auditor *auditor)
{
    struct sg_packet *packet = &auditor->packet;
    enum scrubgate_status rc = sg_packet_receive(auditor->link - 1, packet);
    if (rc == SCRUBGATE_FULL)
        return;
    if (rc == SCRUBGATE_OK)
        sg_packet_close(packet); /* none should be there */
    if (rc == SCRUBGATE_OK && !auditor->up && strcmp(packet->text, SG_WRITER_READY) == 0)
        take_ready(auditor);
    else if (rc == SCRUBGATE_OK && !auditor->up && packet->len == sizeof(struct sg_writer_failure))
        take_failure(auditor);
    else
        lose_writer(auditor, SG_WRITER_DIED, 0, "it has ended");
}

enum scrubgate_status sg_audit_keeper_begin(struct sg_auditor *auditor, int lock,
                                            struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = start_writer(auditor, lock, fault);
    if (lock >= 0)
        (void)close(lock);
    if (rc < 0)
        return rc;
    while (!auditor->up && auditor->link > 0) {
        struct pollfd one = {.fd = auditor->link - 1, .events = POLLIN};
        if (poll(&one, 1, -1) > 0)
            hear_writer(auditor);
    }
    if (auditor->up)
        return SCRUBGATE_OK;
    if (auditor->failed >= 0)
        sg_fault_set(&auditor->fault, NULL, 0, 0, "the audit log's writer has ended at its start");
    if (fault != NULL)
        *fault = auditor->fault;
    return auditor->failed < 0 ? auditor->failed : SCRUBGATE_EIO;
}

/* --- watching --- */

/* A lane's thread may itself be late to hear: what counts is when the writer last did something.
 * The longest wait when that is too long, else 0. */
static uint64_t hangs(struct sg_auditor *auditor, uint64_t now)
{
    const bool slow = auditor->lent || now < auditor->grace_ns;
    const uint64_t most = slow ? SG_AUDIT_LENT_NS : auditor->deadline_ns;
    uint64_t longest = 0;
    if (auditor->deadline_ns == 0)
        return 0;
    for (struct sg_audit_lane *lane = auditor->lanes; lane != NULL; lane = lane->next) {
        uint64_t answered = atomic_load(&lane->ring->answered);
        if (answered != lane->answered) {
            lane->answered = answered;
            lane->looked_ns = now;
        }
        uint64_t waited = sg_audit_lane_waited(lane, now);
        if (waited >= most && now - lane->looked_ns >= most)
            longest = waited > longest ? waited : longest;
    }
    return longest;
}

/* For the record of it, once all that was refused is counted. */
static void tell_gap(struct sg_auditor *auditor)
{
    char text[96];
    if (auditor->gap.since_ms == 0)
        return;
    for (const struct sg_audit_lane *lane = auditor->lanes; lane != NULL; lane = lane->next)
        if (atomic_load(&lane->state) == SG_LANE_BROKEN)
            return;
    (void)snprintf(text, sizeof text, SG_WRITER_GAP "%s %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                   auditor->gap.word, auditor->gap.since_ms,
                   atomic_load(&auditor->refused) - auditor->gap.refused,
                   atomic_load(&auditor->dropped) - auditor->gap.dropped);
    if (sg_audit_tell(auditor, text, NULL, 0) >= 0)
        auditor->gap.since_ms = 0;
}

static void look(struct sg_auditor *auditor)
{
    const uint64_t now = sg_clock_mono_ns();
    uint64_t waited = 0;
    if (auditor->up && atomic_exchange(&auditor->distrusts, false))
        lose_writer(auditor, SG_WRITER_DIED, 0, "it has answered what it was never given");
    else if (auditor->up && (waited = hangs(auditor, now)) > 0)
        lose_writer(auditor, SG_WRITER_HUNG, waited,
                    "it has not written for as long as audit.deadline");
    else if (!auditor->up && auditor->link > 0 && now - auditor->begun_ns > open_most_ns)
        lose_writer(auditor, SG_WRITER_HUNG, 0, "it does not come to an end with opening the log");
    if (auditor->link == 0 && auditor->warden > 0 && now >= auditor->next_ns)
        (void)!start_writer(auditor, -1, NULL);
    if (auditor->up)
        tell_gap(auditor);
    const bool healthy = atomic_load(&auditor->board->healthy) != 0;
    for (struct sg_audit_lane *lane = auditor->lanes; auditor->up && lane != NULL;
         lane = lane->next) {
        sg_audit_lane_attach(lane);
        if (healthy && atomic_load(&lane->n_kept) > 0)
            sg_audit_ring(lane->bell); /* what it kept can be written now */
    }
}

/* Without it a writer that dies is the last one: whoever runs this gateway starts it anew. */
static void lose_warden(struct sg_auditor *auditor)
{
    auditor->warden = 0;
    if (auditor->lost != NULL && !auditor->stopping)
        sg_wake_ring(auditor->lost);
}

static void wait_for_news(struct sg_auditor *auditor)
{
    uint64_t rings;
    (void)pthread_mutex_lock(&auditor->lock);
    struct pollfd fds[FDS] = {[WAKE] = {.fd = auditor->wake, .events = POLLIN},
                              [DIRECT] = {.fd = auditor->direct.bell, .events = POLLIN},
                              [WARDEN] = {.fd = auditor->warden - 1, .events = POLLIN},
                              [LINK] = {.fd = auditor->link - 1, .events = POLLIN}};
    const bool waits = atomic_load(&auditor->n_in) > 0;
    const int ms = !auditor->up || auditor->stopping ? SOON_MS : waits ? WAITS_MS : LOOK_MS;
    (void)pthread_mutex_unlock(&auditor->lock);
    if (poll(fds, FDS, ms) <= 0)
        return;
    if (fds[WAKE].revents != 0)
        (void)!read(auditor->wake, &rings, sizeof rings);
    if (fds[DIRECT].revents != 0 && auditor->stage != SG_STOP_ENDS) {
        (void)!read(auditor->direct.bell, &rings, sizeof rings);
        (void)pthread_mutex_lock(&auditor->direct_lock);
        sg_audit_direct_take(auditor);
        (void)pthread_mutex_unlock(&auditor->direct_lock);
    }
    (void)pthread_mutex_lock(&auditor->lock);
    if (fds[WARDEN].revents != 0)
        lose_warden(auditor);
    if (fds[LINK].revents != 0)
        hear_writer(auditor);
    (void)pthread_mutex_unlock(&auditor->lock);
}

/* What was kept gets a last chance: all of it is answered, or refused. */
static bool has_written(struct sg_auditor *auditor)
{
    struct sg_audit_lane *lane = &auditor->direct;
    (void)pthread_mutex_lock(&auditor->direct_lock);
    const bool live = atomic_load(&lane->state) == SG_LANE_LIVE;
    if (live && auditor->stage == SG_STOP_RUNS) {
        sg_audit_lane_try(lane);
        auditor->stage = SG_STOP_WRITES;
    }
    bool over = live && !sg_audit_lane_waits(lane);
    (void)pthread_mutex_unlock(&auditor->direct_lock);
    return over;
}

/* A writer that is to come is waited for: without one the log would end without its seal. */
static bool has_stopped(struct sg_auditor *auditor)
{
    const uint64_t now = sg_clock_mono_ns();
    if (auditor->stop_ns == 0)
        auditor->stop_ns = now;
    if (now - auditor->stop_ns > stop_most_ns)
        return true;
    if (auditor->stage == SG_STOP_ENDS)
        return auditor->link == 0;
    if (!auditor->up)
        return auditor->warden == 0 || auditor->failed < 0;
    if (!has_written(auditor))
        return false;
    (void)pthread_mutex_lock(&auditor->lock);
    auditor->stage = SG_STOP_ENDS;
    (void)!sg_audit_tell(auditor, SG_WRITER_STOP, NULL, 0);
    (void)pthread_mutex_unlock(&auditor->lock);
    return false;
}

void *sg_audit_keeper_run(void *ctx)
{
    struct sg_auditor *auditor = ctx;
    bool stopping;
    (void)pthread_setname_np(pthread_self(), "keeper");
    do {
        wait_for_news(auditor);
        (void)pthread_mutex_lock(&auditor->lock);
        if (auditor->stage != SG_STOP_ENDS)
            look(auditor);
        stopping = auditor->stopping;
        (void)pthread_mutex_unlock(&auditor->lock);
    } while (!stopping || !has_stopped(auditor));
    return NULL;
}
