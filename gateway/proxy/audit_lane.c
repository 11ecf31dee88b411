/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_lane.c - tickets through one ring: given, answered, kept.
 *
 *     put ──> queue ──> ring, flight ──answer──> take: done
 *                ^─── kept <── a note that could not be written
 *
 * A message waits for its answer and is refused when none comes. A note is nobody's wait: it stays
 * here until it is written, so one may stand in the log twice when a writer died between its sync
 * and its answer.
 */
#define _GNU_SOURCE /* memfd_create, F_ADD_SEALS */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "proxy/auditor_parts.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

enum { BYTES_MOST = 64 * 1024 * 1024, HEARD_AT_ONCE = 256, WORD_MOST = 32 };
/* Notes that outlive a failed commit have their own room: they must not shut messages out. */
enum { KEPT_MOST = 32768, KEPT_BYTES_MOST = 32 * 1024 * 1024 };

/* --- memory of two processes --- */

int sg_audit_memory(size_t size)
{
    int fd = memfd_create("audit", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (fd < 0 && errno == EINVAL) /* a kernel that knows no memory that can be run */
        fd = memfd_create("audit", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (ftruncate(fd, (off_t)size) != 0 ||
                    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

void *sg_audit_map(int memory, size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    return at == MAP_FAILED ? NULL : at;
}

void sg_audit_ring(int bell)
{
    const uint64_t one = 1;
    (void)!write(bell, &one, sizeof one); /* a counter that is full wakes as well */
}

/* The other half of sleep_until_rung (audit_writer.c). */
static void wake_writer(struct sg_auditor *auditor)
{
    if (atomic_load(&auditor->board->asleep) != 0 &&
        atomic_exchange(&auditor->board->asleep, 0) != 0)
        sg_audit_ring(auditor->bell);
}

/* --- how much waits --- */

static bool let_in(struct sg_auditor *auditor, size_t n, size_t bytes)
{
    size_t n_before = atomic_fetch_add(&auditor->n_in, n);
    size_t bytes_before = atomic_fetch_add(&auditor->bytes_in, bytes);
    if (n_before + n <= SG_AUDIT_WAITING_MOST && bytes_before + bytes <= BYTES_MOST)
        return true;
    (void)atomic_fetch_sub(&auditor->n_in, n);
    (void)atomic_fetch_sub(&auditor->bytes_in, bytes);
    return false;
}

static void let_out(struct sg_auditor *auditor, const struct sg_audit_ticket *ticket)
{
    (void)atomic_fetch_sub(&auditor->n_in, 1);
    (void)atomic_fetch_sub(&auditor->bytes_in, ticket->record.len);
}

void sg_audit_drop_note(struct sg_auditor *auditor, struct sg_audit_ticket *ticket)
{
    sg_ticket_free_note(ticket);
    atomic_fetch_add(&auditor->dropped, 1);
}

static void keep(struct sg_audit_lane *lane, struct sg_audit_ticket *ticket)
{
    struct sg_auditor *auditor = lane->auditor;
    size_t n = atomic_fetch_add(&auditor->n_kept, 1);
    size_t bytes = atomic_fetch_add(&auditor->bytes_kept, ticket->record.len);
    if (n < KEPT_MOST && bytes + ticket->record.len <= KEPT_BYTES_MOST) {
        sg_tickets_add(&lane->kept, ticket);
        atomic_store(&lane->n_kept, lane->kept.n);
        return;
    }
    (void)atomic_fetch_sub(&auditor->n_kept, 1);
    (void)atomic_fetch_sub(&auditor->bytes_kept, ticket->record.len);
    sg_audit_drop_note(auditor, ticket);
}

static struct sg_audit_ticket *take_kept(struct sg_audit_lane *lane)
{
    struct sg_audit_ticket *ticket = sg_tickets_take(&lane->kept);
    if (ticket == NULL)
        return NULL;
    (void)atomic_fetch_sub(&lane->auditor->n_kept, 1);
    (void)atomic_fetch_sub(&lane->auditor->bytes_kept, ticket->record.len);
    atomic_store(&lane->n_kept, lane->kept.n);
    return ticket;
}

/* --- giving --- */

static bool give(struct sg_audit_lane *lane, const struct sg_audit_ticket *ticket)
{
    return sg_ring_give(&lane->giver, sg_buf_bytes(&ticket->record)) == SCRUBGATE_OK;
}

static void mark_waiting(struct sg_audit_lane *lane, bool progress)
{
    if (!sg_audit_lane_waits(lane))
        atomic_store(&lane->since, 0);
    else if (progress || atomic_load_explicit(&lane->since, memory_order_relaxed) == 0)
        atomic_store(&lane->since, sg_clock_mono_ns());
}

/* Notes kept from before go first: the log stays in the order of what happened. */
static void pump(struct sg_audit_lane *lane, bool with_kept)
{
    const uint64_t sent = lane->giver.sent;
    if (atomic_load(&lane->state) != SG_LANE_LIVE)
        return;
    while (with_kept && lane->kept.first != NULL && give(lane, lane->kept.first)) {
        struct sg_audit_ticket *ticket = take_kept(lane);
        (void)atomic_fetch_add(&lane->auditor->n_in, 1); /* it was let in once */
        (void)atomic_fetch_add(&lane->auditor->bytes_in, ticket->record.len);
        sg_tickets_add(&lane->flight, ticket);
    }
    while (lane->queue.first != NULL && give(lane, lane->queue.first))
        sg_tickets_add(&lane->flight, sg_tickets_take(&lane->queue));
    if (lane->giver.sent == sent)
        return;
    sg_ring_show(&lane->giver);
    wake_writer(lane->auditor);
}

/* Nothing that no ring takes may come to the head of the queue. */
static bool is_short(const struct sg_audit_ticket *ticket)
{
    return ticket->record.len <= SG_RING_RECORD_MOST;
}

static void put_each(struct sg_audit_lane *lane, struct sg_ticket_list *list, bool live)
{
    struct sg_ticket_list left;
    struct sg_audit_ticket *ticket;
    sg_tickets_init(&left);
    while ((ticket = sg_tickets_take(list)) != NULL) {
        if (is_short(ticket) && !live && sg_ticket_is_note(ticket))
            keep(lane, ticket);
        else if (is_short(ticket) && live && let_in(lane->auditor, 1, ticket->record.len))
            sg_tickets_add(&lane->queue, ticket);
        else
            sg_tickets_add(&left, ticket);
    }
    if (!live)
        atomic_fetch_add(&lane->auditor->refused, left.n);
    sg_tickets_join(list, &left);
}

void sg_audit_lane_put(struct sg_audit_lane *lane, struct sg_ticket_list *list)
{
    const bool live = atomic_load(&lane->state) == SG_LANE_LIVE;
    bool all = live;
    for (const struct sg_audit_ticket *at = list->first; all && at != NULL; at = at->next)
        all = is_short(at);
    if (all && let_in(lane->auditor, list->n, list->bytes))
        sg_tickets_join(&lane->queue, list);
    else
        put_each(lane, list, live);
    mark_waiting(lane, false);
    pump(lane, true);
}

void sg_audit_lane_try(struct sg_audit_lane *lane)
{
    pump(lane, true);
    mark_waiting(lane, false);
}

/* --- answers --- */

/* What an answer means: a note that could not be written is kept, or dropped when it never can be;
 * all else goes back, for memory is best freed where it was allocated. */
static void settle(struct sg_audit_lane *lane, struct sg_audit_ticket *ticket, uint64_t answer,
                   struct sg_ticket_list *done)
{
    const bool is_note = sg_ticket_is_note(ticket);
    let_out(lane->auditor, ticket);
    ticket->status = answer < SG_RING_UNFIT    ? SCRUBGATE_OK
                     : answer == SG_RING_UNFIT ? SCRUBGATE_ELIMIT
                                               : SCRUBGATE_EIO;
    if (ticket->status >= 0)
        ticket->seq = answer;
    if (is_note && answer == SG_RING_REFUSED)
        keep(lane, ticket);
    else if (is_note && answer == SG_RING_UNFIT)
        sg_audit_drop_note(lane->auditor, ticket);
    else
        sg_tickets_add(done, ticket);
}

static void refuse_all(struct sg_audit_lane *lane, struct sg_ticket_list *done)
{
    struct sg_audit_ticket *ticket;
    sg_tickets_join(&lane->flight, &lane->queue);
    while ((ticket = sg_tickets_take(&lane->flight)) != NULL) {
        atomic_fetch_add(&lane->auditor->refused, sg_ticket_is_note(ticket) ? 0 : 1);
        settle(lane, ticket, SG_RING_REFUSED, done);
    }
}

static enum scrubgate_status hear(struct sg_audit_lane *lane, struct sg_ticket_list *done)
{
    uint64_t answer[HEARD_AT_ONCE];
    enum scrubgate_status rc;
    size_t n;
    do {
        rc = sg_ring_hear(&lane->giver, answer, HEARD_AT_ONCE, &n);
        for (size_t i = 0; i < n; i++)
            settle(lane, sg_tickets_take(&lane->flight), answer[i], done);
    } while (rc >= 0 && n == HEARD_AT_ONCE);
    return rc;
}

void sg_audit_lane_take(struct sg_audit_lane *lane, struct sg_ticket_list *done)
{
    struct sg_auditor *auditor = lane->auditor;
    const size_t waited = lane->flight.n, kept = lane->kept.n;
    if (atomic_load(&lane->state) == SG_LANE_DOWN)
        return;
    sg_ring_listen(&lane->giver);
    if (hear(lane, done) < 0) {
        /* It says it has answered what it was never given: what else it says is worth nothing. */
        int live = SG_LANE_LIVE;
        (void)atomic_compare_exchange_strong(&lane->state, &live, SG_LANE_BROKEN);
        atomic_store(&auditor->distrusts, true);
    }
    const bool progress = lane->flight.n != waited;
    if (atomic_load(&lane->state) == SG_LANE_BROKEN) {
        refuse_all(lane, done);
        atomic_store(&lane->state, SG_LANE_DOWN);
        sg_audit_ring(auditor->wake);
    } else {
        /* Not what has just been refused: that would go round and round. */
        pump(lane, lane->kept.n == kept && atomic_load(&auditor->board->healthy) != 0);
    }
    mark_waiting(lane, progress);
}

/* --- lanes come and go --- */

void sg_audit_lane_attach(struct sg_audit_lane *lane)
{
    char text[WORD_MOST];
    const int fd[] = {lane->memory, lane->bell};
    if (!lane->auditor->up || atomic_load(&lane->state) != SG_LANE_DOWN)
        return;
    sg_ring_reset(lane->ring);
    sg_ring_giver_init(&lane->giver, lane->ring);
    lane->answered = 0;
    (void)snprintf(text, sizeof text, SG_WRITER_PORT "%u\n", lane->number);
    if (sg_audit_tell(lane->auditor, text, fd, 2) < 0)
        return;
    atomic_store(&lane->state, SG_LANE_LIVE);
    if (lane == &lane->auditor->direct || atomic_load(&lane->n_kept) > 0)
        sg_audit_ring(lane->bell); /* who waits for a writer, and what waits for one */
}

void sg_audit_lane_break(struct sg_audit_lane *lane)
{
    int live = SG_LANE_LIVE;
    if (atomic_compare_exchange_strong(&lane->state, &live, SG_LANE_BROKEN))
        sg_audit_ring(lane->bell);
}

uint64_t sg_audit_lane_waited(const struct sg_audit_lane *lane, uint64_t now)
{
    const uint64_t since = atomic_load(&lane->since);
    const bool waits = atomic_load(&lane->state) == SG_LANE_LIVE && sg_ring_waits(lane->ring);
    return waits && since != 0 && since < now ? now - since : 0;
}

enum scrubgate_status sg_audit_lane_open(struct sg_auditor *auditor, struct sg_audit_lane *lane,
                                         int bell)
{
    memset(lane, 0, sizeof *lane);
    lane->auditor = auditor;
    lane->bell = bell;
    sg_tickets_init(&lane->queue);
    sg_tickets_init(&lane->flight);
    sg_tickets_init(&lane->kept);
    lane->memory = sg_audit_memory(sizeof *lane->ring);
    if (lane->memory < 0)
        return SCRUBGATE_EIO;
    lane->ring = sg_audit_map(lane->memory, sizeof *lane->ring);
    if (lane->ring == NULL) {
        (void)close(lane->memory);
        return SCRUBGATE_ENOMEM;
    }
    sg_ring_giver_init(&lane->giver, lane->ring);
    (void)pthread_mutex_lock(&auditor->lock);
    lane->number = auditor->next_number++;
    lane->next = auditor->lanes;
    auditor->lanes = lane;
    sg_audit_lane_attach(lane);
    (void)pthread_mutex_unlock(&auditor->lock);
    return SCRUBGATE_OK;
}

void sg_audit_lane_close(struct sg_audit_lane *lane)
{
    struct sg_auditor *auditor = lane->auditor;
    struct sg_audit_ticket *ticket;
    char text[WORD_MOST];
    assert(!sg_audit_lane_waits(lane));
    (void)pthread_mutex_lock(&auditor->lock);
    struct sg_audit_lane **at = &auditor->lanes;
    while (*at != lane)
        at = &(*at)->next;
    *at = lane->next;
    (void)snprintf(text, sizeof text, SG_WRITER_CLOSE "%u\n", lane->number);
    (void)!sg_audit_tell(auditor, text, NULL, 0); /* its writer is gone, or will be: so is that */
    (void)pthread_mutex_unlock(&auditor->lock);
    (void)pthread_mutex_lock(&auditor->direct_lock);
    while ((ticket = take_kept(lane)) != NULL) {
        if (lane != &auditor->direct)
            keep(&auditor->direct, ticket);
        else
            sg_audit_drop_note(auditor, ticket);
    }
    (void)pthread_mutex_unlock(&auditor->direct_lock);
    (void)munmap(lane->ring, sizeof *lane->ring);
    (void)close(lane->memory);
}
