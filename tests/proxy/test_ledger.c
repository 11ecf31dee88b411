/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ledger.c - an audit log that is lent: records go where the journal is, and it comes back
 * when who has it is gone.
 *
 * Both processes are in this one: the log's lock belongs to its descriptor, so it does not know.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/packet.h"
#include "proxy/audit_guest.h"
#include "proxy/auditor.h"
#include "proxy/ledger.h"
#include "proxy/log_keys.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"

#define LOG "log/000000.ndjson"

static atomic_uint fail_syncs;

int fdatasync(int fd)
{
    (void)fd;
    if (atomic_load(&fail_syncs) == 0)
        return 0;
    atomic_fetch_sub(&fail_syncs, 1);
    errno = EIO;
    return -1;
}

static bool disk_is_full;

int fstatvfs(int fd, struct statvfs *info)
{
    (void)fd;
    *info = (struct statvfs){.f_frsize = 4096, .f_blocks = 1000000};
    info->f_bfree = info->f_bavail = disk_is_full ? 1000 : 900000;
    return 0;
}

struct world {
    struct sg_tempdir dir;
    struct sg_ledger *ledger; /* of the old process */
    int socket[2];            /* between the two */
    struct sg_loop *loop;     /* of the new process, with all that follows */
    struct sg_wake gone;
    struct sg_auditor *auditor;
    struct sg_audit_guest *guest;
    int lock, link; /* where the test itself is the new process; -1: it is not */
};

static void on_gone(struct sg_wake *wake)
{
    (void)wake;
}

static void begin(struct world *world)
{
    *world = (struct world){.lock = -1, .link = -1};
    atomic_store(&fail_syncs, 0);
    sg_tempdir_make(&world->dir);
    assert_int_equal(
        sg_ledger_open(&world->ledger, &(struct sg_ledger_setup){.dir = world->dir.path}, NULL),
        SCRUBGATE_OK);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, world->socket), 0);
    assert_int_equal(sg_loop_new(&world->loop), SCRUBGATE_OK);
    assert_int_equal(sg_wake_init(world->loop, &world->gone, on_gone), SCRUBGATE_OK);
}

/* The new process ends. */
static void other_ends(struct world *world)
{
    sg_audit_guest_stop(world->guest);
    if (world->auditor != NULL)
        sg_auditor_stop(world->auditor);
    if (world->lock >= 0)
        (void)close(world->lock);
    if (world->link >= 0)
        (void)close(world->link);
    world->guest = NULL;
    world->auditor = NULL;
    world->lock = world->link = -1;
}

static void end(struct world *world)
{
    sg_ledger_close(world->ledger);
    other_ends(world);
    sg_wake_fini(world->loop, &world->gone);
    sg_loop_free(world->loop);
    (void)close(world->socket[0]);
    (void)close(world->socket[1]);
    sg_tempdir_remove(&world->dir);
}

static struct sg_journal_place lend(struct world *world)
{
    static struct sg_packet packet;
    struct sg_journal_place place;
    assert_int_equal(sg_ledger_lend(world->ledger, world->socket[0], NULL), SCRUBGATE_OK);
    assert_int_equal(sg_packet_receive(world->socket[1], &packet), SCRUBGATE_OK);
    assert_int_equal(sscanf(packet.text, "log %" SCNu64 " %" SCNu64 " %" SCNu64, &place.durable,
                            &place.offset, &place.files),
                     3);
    place.lock = sg_packet_take(&packet, 0);
    world->link = sg_packet_take(&packet, 1);
    assert_true(place.lock >= 0 && world->link >= 0);
    return place;
}

/* To a process that does as it should. */
static void lend_to_auditor(struct world *world)
{
    struct sg_journal_place place = lend(world);
    const struct sg_ledger_setup setup = {.dir = world->dir.path};
    const struct sg_auditor_keeping keeping = {.warden = 0};
    assert_int_equal(sg_auditor_start_log(&world->auditor, &setup, &keeping, &place, NULL),
                     SCRUBGATE_OK);
    assert_int_equal(sg_audit_guest_start(&world->guest, world->link, world->auditor, &world->gone),
                     SCRUBGATE_OK);
    world->link = -1;
}

/* Appends n records, commits, and looks at their numbers. */
static void write_records(struct world *world, uint64_t first, size_t n)
{
    uint64_t *seq = calloc(n, sizeof *seq);
    assert_non_null(seq);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sg_ledger_append(world->ledger, SG_BYTES("\"a\":1}"), &seq[i]),
                         SCRUBGATE_OK);
    assert_int_equal(sg_ledger_commit(world->ledger, NULL), SCRUBGATE_OK);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(seq[i], first + i);
    free(seq);
}

static void assert_records(struct world *world, size_t n)
{
    char begins[40], *text = sg_tempdir_read(&world->dir, LOG, NULL), *rest = NULL;
    size_t lines = 0;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest), lines++) {
        (void)snprintf(begins, sizeof begins, "{\"seq\":%zu,\"a\":1}", lines);
        assert_string_equal(line, begins);
    }
    assert_int_equal(lines, n);
    free(text);
}

static void test_lent(void **state)
{
    (void)state;
    struct world world;
    struct sg_buf record = {0};
    uint64_t seq = 0;
    begin(&world);
    write_records(&world, 0, 2);
    lend_to_auditor(&world);
    write_records(&world, 2, 1);
    assert_int_equal(sg_buf_add_text(&record, "\"a\":1}"), SCRUBGATE_OK);
    assert_int_equal(sg_auditor_write(world.auditor, &record, &seq), SCRUBGATE_OK);
    assert_int_equal(seq, 3);
    sg_buf_fini(&record);
    write_records(&world, 4, 5000); /* more than one packet holds */
    assert_records(&world, 5004);
    end(&world);
}

static void test_comes_back(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    lend_to_auditor(&world);
    write_records(&world, 0, 3);
    other_ends(&world);
    write_records(&world, 3, 3);
    /* And may be lent again. */
    lend_to_auditor(&world);
    write_records(&world, 6, 1);
    other_ends(&world);
    sg_ledger_recall(world.ledger);
    write_records(&world, 7, 1);
    assert_records(&world, 8);
    end(&world);
}

/* What the new one says to records, when it is no auditor. */
struct answer_row {
    const char *name;
    size_t len; /* of the answer; 0: it closes */
    bool hangs; /* it says nothing, and holds all until nobody waits for it */
};

static const struct answer_row answers[] = {
    {"who has it dies before it answers: the record is written here", 0, false},
    {"who has it hangs: the log is recalled", 0, true},
    {"half an answer is none", 4, false},
    {"an answer for more records than were sent is none", 16, false},
};

struct liar {
    struct world *world;
    size_t len;
    bool hangs;
};

static void *lie(void *ctx)
{
    struct liar *liar = ctx;
    static struct sg_packet packet;
    static const uint8_t numbers[16] = {0};
    if (sg_packet_receive(liar->world->link, &packet) == SCRUBGATE_OK && liar->len > 0)
        (void)!sg_packet_send(liar->world->link, (struct sg_bytes){numbers, liar->len}, NULL, 0);
    while (liar->hangs && sg_packet_receive(liar->world->link, &packet) == SCRUBGATE_OK) {
    }
    (void)close(liar->world->lock);
    (void)close(liar->world->link);
    liar->world->lock = liar->world->link = -1;
    return NULL;
}

static void test_answer(void **state)
{
    const struct answer_row *row = *state;
    struct world world;
    struct liar liar = {&world, row->len, row->hangs};
    pthread_t thread;
    begin(&world);
    write_records(&world, 0, 1);
    world.lock = lend(&world).lock;
    assert_int_equal(pthread_create(&thread, NULL, lie, &liar), 0);
    write_records(&world, 1, 1);
    (void)pthread_join(thread, NULL);
    assert_records(&world, 2);
    end(&world);
}

static void test_other_cannot_write(void **state)
{
    (void)state;
    struct world world;
    struct scrubgate_fault fault;
    uint64_t seq = 0;
    begin(&world);
    lend_to_auditor(&world);
    write_records(&world, 0, 1);
    assert_int_equal(sg_ledger_append(world.ledger, SG_BYTES("\"a\":1}"), &seq), SCRUBGATE_OK);
    atomic_store(&fail_syncs, 1);
    assert_int_equal(sg_ledger_commit(world.ledger, &fault), SCRUBGATE_EIO);
    assert_non_null(strstr(fault.what, "cannot write it"));
    write_records(&world, 1, 1); /* nothing of that batch is left */
    assert_records(&world, 2);
    end(&world);
}

/* The new one dies, and there is no room for messages: what else waits is written. */
static void test_comes_back_full(void **state)
{
    static const char boot[] = "00112233445566778899aabbccddeeff";
    static const struct sg_record_source source = {.instance = "gateway.example/a", .boot = boot};
    (void)state;
    struct world world;
    struct sg_seal_key first;
    char keys[512];
    unsigned made;
    bool fresh;
    uint64_t decision = UINT64_MAX, outcome = UINT64_MAX;
    begin(&world);
    sg_ledger_close(world.ledger);
    sg_tempdir_mkdir(&world.dir, "keys");
    sg_tempdir_path(&world.dir, "keys", keys);
    assert_int_equal(sg_log_keys_make(keys, source.instance, &made, &fresh, &first, NULL),
                     SCRUBGATE_OK);
    const struct sg_ledger_setup setup = {.dir = world.dir.path,
                                          .keys = keys,
                                          .origin = source.instance,
                                          .source = &source,
                                          .checkpoint_ns = 1000000000,
                                          .epoch_ns = UINT64_C(10000000000)};
    assert_int_equal(sg_ledger_open(&world.ledger, &setup, NULL), SCRUBGATE_OK);
    world.lock = lend(&world).lock;
    assert_int_equal(
        sg_ledger_append(world.ledger, SG_BYTES("\"class_uid\":2006,\"a\":1}"), &decision),
        SCRUBGATE_OK);
    assert_int_equal(sg_ledger_append(world.ledger, SG_BYTES("\"a\":1}"), &outcome), SCRUBGATE_OK);
    disk_is_full = true;
    other_ends(&world);
    assert_int_equal(sg_ledger_commit(world.ledger, NULL), SCRUBGATE_OK);
    disk_is_full = false;
    assert_true(sg_ledger_is_ours(world.ledger));
    assert_int_equal(decision, UINT64_MAX);
    assert_int_equal(outcome, 0);
    end(&world);
}

static void test_nobody_to_lend_to(void **state)
{
    (void)state;
    struct world world;
    struct scrubgate_fault fault;
    begin(&world);
    write_records(&world, 0, 1);
    (void)shutdown(world.socket[1], SHUT_RDWR);
    assert_int_equal(sg_ledger_lend(world.ledger, world.socket[0], &fault), SCRUBGATE_EIO);
    write_records(&world, 1, 1);
    assert_records(&world, 2);
    end(&world);
}

static void test_lent_already(void **state)
{
    (void)state;
    struct world world;
    struct scrubgate_fault fault;
    begin(&world);
    lend_to_auditor(&world);
    assert_int_equal(sg_ledger_lend(world.ledger, world.socket[0], &fault), SCRUBGATE_EINVAL);
    write_records(&world, 0, 1);
    end(&world);
}

/* A process that sends what is no record is cut off; the log is as it was. */
struct stranger_row {
    const char *name, *text;
};

static const struct stranger_row strangers[] = {
    {"a line without an end is no record", "\"a\":1}"},
    {"an empty line is no record", "\"a\":1}\n\n"},
    {"a line that does not end its object is no record", "\"a\":1\n"},
};

static void test_stranger(void **state)
{
    const struct stranger_row *row = *state;
    static struct sg_packet packet;
    struct world world;
    int ends[2];
    begin(&world);
    write_records(&world, 0, 1);
    sg_ledger_close(world.ledger);
    world.ledger = NULL;
    assert_int_equal(sg_auditor_start(&world.auditor, world.dir.path, NULL), SCRUBGATE_OK);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(sg_audit_guest_start(&world.guest, ends[0], world.auditor, &world.gone),
                     SCRUBGATE_OK);
    assert_int_equal(sg_packet_send(ends[1], sg_bytes_of(row->text), NULL, 0), SCRUBGATE_OK);
    assert_int_equal(sg_packet_receive(ends[1], &packet), SCRUBGATE_DONE);
    assert_records(&world, 1);
    (void)close(ends[1]);
    end(&world);
}

int main(void)
{
    sg_suite_add("lent: records are numbered where the journal is", test_lent, NULL);
    sg_suite_add("who has it ends: it comes back", test_comes_back, NULL);
    SG_SUITE_ROWS(test_answer, answers);
    sg_suite_add("who has it cannot write: refused, and the link stays", test_other_cannot_write,
                 NULL);
    sg_suite_add("who has it dies and the disk is full: only messages are refused",
                 test_comes_back_full, NULL);
    sg_suite_add("nobody to lend it to: it stays", test_nobody_to_lend_to, NULL);
    sg_suite_add("what is lent cannot be lent", test_lent_already, NULL);
    SG_SUITE_ROWS(test_stranger, strangers);
    return sg_suite_run("proxy: ledger");
}
