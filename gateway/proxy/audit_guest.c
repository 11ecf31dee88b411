/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_guest.c - writes for another process, which lent its log, what that sends on its link.
 *
 * One packet after the other: the other side waits for the answer before it sends the next, and
 * what its workers hand in meanwhile goes into that.
 */
#include "proxy/audit_guest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/packet.h"
#include "proxy/ledger.h"

struct sg_audit_guest {
    pthread_t thread;
    struct sg_auditor *auditor;
    struct sg_wake *gone;
    int link;
    atomic_bool ended;
    struct sg_packet packet;
    struct sg_audit_ticket ticket[SG_LEDGER_PACKET];
    uint64_t answer[SG_LEDGER_PACKET];
};

/* One ticket for each line. Zero: this is no packet of records. */
static size_t read_records(struct sg_audit_guest *guest)
{
    struct sg_bytes rest = {(const uint8_t *)guest->packet.text, guest->packet.len};
    size_t n = 0;
    for (; rest.len > 0; n++) {
        size_t len = sg_bytes_find(rest, '\n');
        struct sg_audit_ticket *ticket = &guest->ticket[n];
        if (n == SG_LEDGER_PACKET || len == rest.len || len < 2 || rest.data[len - 1] != '}')
            return 0;
        sg_buf_clear(&ticket->record);
        if (sg_buf_add(&ticket->record, rest.data, len) < 0)
            return 0;
        rest.data += len + 1;
        rest.len -= len + 1;
    }
    return n;
}

static bool serve(struct sg_audit_guest *guest)
{
    if (sg_packet_receive(guest->link, &guest->packet) != SCRUBGATE_OK)
        return false;
    sg_packet_close(&guest->packet);
    size_t n = read_records(guest);
    if (n == 0)
        return false;
    sg_auditor_write_all(guest->auditor, guest->ticket, n);
    for (size_t i = 0; i < n; i++)
        guest->answer[i] = guest->ticket[i].status >= 0 ? guest->ticket[i].seq : SG_LEDGER_REFUSED;
    const struct sg_bytes answer = {(const uint8_t *)guest->answer, n * sizeof(uint64_t)};
    return sg_packet_send(guest->link, answer, NULL, 0) >= 0;
}

static void *run(void *ctx)
{
    struct sg_audit_guest *guest = ctx;
    while (serve(guest)) {
    }
    (void)shutdown(guest->link, SHUT_RDWR);
    atomic_store(&guest->ended, true);
    sg_wake_ring(guest->gone);
    return NULL;
}

static void free_guest(struct sg_audit_guest *guest)
{
    for (size_t i = 0; i < SG_LEDGER_PACKET; i++)
        sg_buf_fini(&guest->ticket[i].record);
    (void)close(guest->link);
    free(guest);
}

enum scrubgate_status sg_audit_guest_start(struct sg_audit_guest **guest, int link,
                                           struct sg_auditor *auditor, struct sg_wake *gone)
{
    struct sg_audit_guest *made = calloc(1, sizeof *made);
    *guest = NULL;
    if (made == NULL) {
        (void)close(link);
        return SCRUBGATE_ENOMEM;
    }
    made->link = link;
    made->auditor = auditor;
    made->gone = gone;
    if (pthread_create(&made->thread, NULL, run, made) != 0) {
        free_guest(made);
        return SCRUBGATE_EIO;
    }
    *guest = made;
    return SCRUBGATE_OK;
}

bool sg_audit_guest_gone(const struct sg_audit_guest *guest)
{
    return atomic_load(&guest->ended);
}

void sg_audit_guest_stop(struct sg_audit_guest *guest)
{
    if (guest == NULL)
        return;
    (void)shutdown(guest->link, SHUT_RD); /* an answer under way still goes out */
    (void)pthread_join(guest->thread, NULL);
    free_guest(guest);
}
