/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_audit_writer.c - the audit log's writer by itself: what it is told, what it takes out of
 * rings, and when it ends. The test is its gateway, and not always a good one.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC, memfd_create */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/packet.h"
#include "proxy/auditor_parts.h"

#include "../lib/suite.h"
#include "../lib/tempdir.h"
#include "../lib/wire.h"

#define LOG "log/000000.ndjson"

enum { RINGS = 2 };

struct world {
    struct sg_tempdir dir;
    pthread_t thread;
    int socket, code;
    struct sg_writer_setup setup;
    int board_memory, bell;
    struct sg_audit_board *board;
    struct {
        int memory, bell;
        struct sg_ring *ring;
        struct sg_ring_giver giver;
    } ring[RINGS];
};

static struct world world;
static struct sg_packet packet;

static void *run(void *ctx)
{
    world.code = sg_audit_writer_run((int)(intptr_t)ctx);
    return NULL;
}

static void begin(void)
{
    int ends[2];
    memset(&world, 0, sizeof world);
    world.code = -1;
    sg_tempdir_make(&world.dir);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    world.socket = ends[0];
    world.bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    world.board_memory = sg_audit_memory(sizeof *world.board);
    world.board = sg_audit_map(world.board_memory, sizeof *world.board);
    assert_true(world.bell >= 0 && world.board != NULL);
    (void)strcpy(world.setup.dir, world.dir.path);
    assert_int_equal(pthread_create(&world.thread, NULL, run, (void *)(intptr_t)ends[1]), 0);
}

static void tell(const void *bytes, size_t len, const int *fd, size_t n)
{
    assert_int_equal(sg_packet_send(world.socket, (struct sg_bytes){bytes, len}, fd, n),
                     SCRUBGATE_OK);
    atomic_store(&world.board->mail, 1);
}

static void set_up(void)
{
    const int fd[] = {world.board_memory, world.bell};
    tell(&world.setup, sizeof world.setup, fd, 2);
    assert_int_equal(sg_packet_receive(world.socket, &packet), SCRUBGATE_OK);
    assert_string_equal(packet.text, SG_WRITER_READY);
}

static void ring_bell(void)
{
    const uint64_t one = 1;
    assert_int_equal(write(world.bell, &one, sizeof one), sizeof one);
}

/* Number i, in memory of its own. */
static void add_ring(size_t i)
{
    char text[32];
    world.ring[i].bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    world.ring[i].memory = sg_audit_memory(sizeof(struct sg_ring));
    world.ring[i].ring = sg_audit_map(world.ring[i].memory, sizeof(struct sg_ring));
    assert_non_null(world.ring[i].ring);
    sg_ring_giver_init(&world.ring[i].giver, world.ring[i].ring);
    (void)snprintf(text, sizeof text, SG_WRITER_PORT "%zu\n", i);
    const int fd[] = {world.ring[i].memory, world.ring[i].bell};
    tell(text, strlen(text), fd, 2);
}

static void give_bytes(size_t i, const void *bytes, size_t len)
{
    assert_int_equal(sg_ring_give(&world.ring[i].giver, (struct sg_bytes){bytes, len}),
                     SCRUBGATE_OK);
    sg_ring_show(&world.ring[i].giver);
    ring_bell();
}

static void give(size_t i, const char *text)
{
    give_bytes(i, text, strlen(text));
}

static uint64_t hear(size_t i)
{
    uint64_t number = 0, rings;
    size_t n = 0;
    struct pollfd one = {.fd = world.ring[i].bell, .events = POLLIN};
    for (;;) {
        sg_ring_listen(&world.ring[i].giver);
        assert_int_equal(sg_ring_hear(&world.ring[i].giver, &number, 1, &n), SCRUBGATE_OK);
        if (n == 1)
            return number;
        assert_int_equal(poll(&one, 1, SG_PATIENCE_MS), 1);
        (void)!read(world.ring[i].bell, &rings, sizeof rings);
    }
}

static void assert_log(const char *want)
{
    char *text = sg_tempdir_read(&world.dir, LOG, NULL);
    assert_string_equal(text, want);
    free(text);
}

/* Waits for its end. */
static void end(int code)
{
    if (world.socket >= 0)
        (void)close(world.socket);
    world.socket = -1;
    assert_int_equal(pthread_join(world.thread, NULL), 0);
    assert_int_equal(world.code, code);
}

static void clean(void)
{
    for (size_t i = 0; i < RINGS; i++)
        if (world.ring[i].ring != NULL) {
            (void)munmap(world.ring[i].ring, sizeof(struct sg_ring));
            (void)close(world.ring[i].memory);
            (void)close(world.ring[i].bell);
        }
    (void)munmap(world.board, sizeof *world.board);
    (void)close(world.board_memory);
    (void)close(world.bell);
    sg_tempdir_remove(&world.dir);
}

/* --- what it is told first --- */

enum wrong { SHORT, NO_BOARD, NO_BELL, LOOSE_BOARD, SMALL_BOARD, ENDLESS_DIR, NO_FOLDER, NO_DIR };

struct setup_row {
    const char *name;
    enum wrong wrong;
    enum scrubgate_status status;
};

static const struct setup_row setups[] = {
    {"half a setup", SHORT, SCRUBGATE_EINVAL},
    {"no board", NO_BOARD, SCRUBGATE_EINVAL},
    {"no bell", NO_BELL, SCRUBGATE_EINVAL},
    {"a board that could be taken away again", LOOSE_BOARD, SCRUBGATE_EINVAL},
    {"a board that is too small", SMALL_BOARD, SCRUBGATE_EINVAL},
    {"a path without an end", ENDLESS_DIR, SCRUBGATE_EINVAL},
    {"a log that is lent, without its folder", NO_FOLDER, SCRUBGATE_EINVAL},
    {"a log that cannot be opened", NO_DIR, SCRUBGATE_EIO},
};

static void test_setup(void **state)
{
    const struct setup_row *row = *state;
    struct sg_writer_failure failure;
    begin();
    int board = world.board_memory;
    size_t len = sizeof world.setup, n = 2;
    if (row->wrong == LOOSE_BOARD) {
        board = memfd_create("loose", MFD_CLOEXEC);
        assert_int_equal(ftruncate(board, 4096), 0);
    } else if (row->wrong == SMALL_BOARD) {
        board = sg_audit_memory(1);
    } else if (row->wrong == ENDLESS_DIR) {
        memset(world.setup.dir, 'x', sizeof world.setup.dir);
    } else if (row->wrong == NO_DIR) {
        (void)strcpy(world.setup.dir, "/dev/null/no");
    }
    world.setup.adopts = row->wrong == NO_FOLDER;
    len -= row->wrong == SHORT;
    n = row->wrong == NO_BOARD ? 0 : row->wrong == NO_BELL ? 1 : 2;
    tell(&world.setup, len, (const int[]){board, world.bell}, n);
    assert_int_equal(sg_packet_receive(world.socket, &packet), SCRUBGATE_OK);
    assert_int_equal(packet.len, sizeof failure);
    memcpy(&failure, packet.text, sizeof failure);
    assert_string_equal(failure.word, SG_WRITER_FAILED);
    assert_int_equal(failure.status, row->status);
    assert_true(failure.fault.what[0] != '\0');
    end(1);
    if (board != world.board_memory)
        (void)close(board);
    clean();
}

/* --- records --- */

struct record_row {
    const char *name, *text;
    size_t len; /* 0: the text's */
    bool fit;
};

static const struct record_row records[] = {
    {"a record", "\"a\":1}", 0, true},
    {"all that can be printed", "\"a\":\" !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~\"}", 0, true},
    {"objects and lists in it", "\"a\":{\"b\":[1,{\"c\":null}]}}", 0, true},
    {"two objects", "\"a\":1}{\"b\":2}", 0, false},
    {"an object that ends too early", "\"a\":1}}", 0, false},
    {"an object that does not end", "\"a\":{\"b\":1}", 0, false},
    {"a string that does not end", "\"a\":\"}", 0, false},
    {"what is printed and is no JSON", "\"a\": !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|~}", 0, false},
    {"a number of its own", "\"seq\":7}", 0, false},
    {"nothing", "", 0, false},
    {"one byte", "}", 0, false},
    {"one that is not begun", "{\"a\":1}", 0, false},
    {"one that is not ended", "\"a\":1", 0, false},
    {"two lines", "\"a\":1}\n{\"seq\":1,\"b\":2}", 0, false},
    {"a line's end as its last byte but one", "\"a\":\"12345\"\n}", 0, false},
    {"a NUL within", "\"a\":\0\"x\"}", 9, false},
    {"a byte over ASCII", "\"a\":\"\xc3\xa4 and so on\"}", 0, false},
    {"a byte over ASCII at the end", "\"a\":\"123456789\x80}", 0, false},
    {"the last of ASCII, which is not printed", "\"a\":\"\x7f and so on\"}", 0, false},
    {"a tab", "\"a\":\"\t and so on\"}", 0, false},
};

static void test_record(void **state)
{
    const struct record_row *row = *state;
    char want[256];
    begin();
    set_up();
    add_ring(0);
    give_bytes(0, row->text, row->len > 0 ? row->len : strlen(row->text));
    give(0, "\"z\":0}");
    assert_int_equal(hear(0), row->fit ? 0 : SG_RING_UNFIT);
    assert_int_equal(hear(0), row->fit ? 1 : 0);
    (void)snprintf(want, sizeof want, "%s%s%s{\"seq\":%d,\"z\":0}\n", row->fit ? "{\"seq\":0," : "",
                   row->fit ? row->text : "", row->fit ? "\n" : "", row->fit ? 1 : 0);
    assert_log(want);
    end(0);
    clean();
}

static void test_too_long(void **state)
{
    (void)state;
    static char text[SG_RING_RECORD_MOST];
    memset(text, ' ', sizeof text);
    memcpy(text, "\"a\":\"", 5);
    memcpy(text + sizeof text - 2, "\"}", 2);
    begin();
    set_up();
    add_ring(0);
    give_bytes(0, text, sizeof text);
    assert_int_equal(hear(0), SG_RING_UNFIT);
    end(0);
    clean();
}

/* --- rings --- */

static void test_foul_ring(void **state)
{
    (void)state;
    begin();
    set_up();
    add_ring(0);
    add_ring(1);
    atomic_store(&world.ring[0].ring->head, SG_RING_WORDS + 1);
    give(1, "\"b\":1}");
    assert_int_equal(hear(1), 0);
    /* Also when it looks well again: it was not once. */
    atomic_store(&world.ring[0].ring->head, 0);
    give(0, "\"a\":1}");
    give(1, "\"b\":2}");
    assert_int_equal(hear(1), 1);
    end(0);
    assert_int_equal(atomic_load(&world.ring[0].ring->answered), 0);
    assert_log("{\"seq\":0,\"b\":1}\n{\"seq\":1,\"b\":2}\n");
    clean();
}

static void test_odd_rings(void **state)
{
    (void)state;
    const int loose = memfd_create("loose", MFD_CLOEXEC);
    const int small = sg_audit_memory(4096);
    assert_true(loose >= 0 && small >= 0 && ftruncate(loose, sizeof(struct sg_ring)) == 0);
    begin();
    set_up();
    tell(SG_WRITER_PORT "5\n", sizeof SG_WRITER_PORT "5\n" - 1, (const int[]){loose, world.bell},
         2);
    tell(SG_WRITER_PORT "6\n", sizeof SG_WRITER_PORT "6\n" - 1, (const int[]){small, world.bell},
         2);
    tell(SG_WRITER_PORT "7\n", sizeof SG_WRITER_PORT "7\n" - 1, NULL, 0);
    tell(SG_WRITER_CLOSE "8\n", sizeof SG_WRITER_CLOSE "8\n" - 1, NULL, 0);
    add_ring(0);
    give(0, "\"a\":1}");
    assert_int_equal(hear(0), 0);
    end(0);
    (void)close(loose);
    (void)close(small);
    clean();
}

static void test_closed_ring(void **state)
{
    (void)state;
    begin();
    set_up();
    add_ring(0);
    add_ring(1);
    give(0, "\"a\":1}");
    assert_int_equal(hear(0), 0);
    tell(SG_WRITER_CLOSE "0\n", sizeof SG_WRITER_CLOSE "0\n" - 1, NULL, 0);
    give(1, "\"b\":1}");
    assert_int_equal(hear(1), 1);
    give(0, "\"a\":2}");
    end(0);
    assert_log("{\"seq\":0,\"a\":1}\n{\"seq\":1,\"b\":1}\n");
    clean();
}

/* --- its end --- */

struct end_row {
    const char *name, *word; /* NULL: the gateway is gone */
};

static const struct end_row ends_of_it[] = {
    {"told to stop, it writes what was given before", SG_WRITER_STOP},
    {"when its gateway is gone, it writes what that had given", NULL},
    {"a gap of which half is told is no word", SG_WRITER_GAP "died 1 2\n"},
    {"a word that it does not know is an end as well", "sing\n"},
};

static void test_end(void **state)
{
    const struct end_row *row = *state;
    begin();
    set_up();
    add_ring(0);
    give(0, "\"a\":1}");
    assert_int_equal(hear(0), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sg_ring_give(&world.ring[0].giver, SG_BYTES("\"b\":1}")), SCRUBGATE_OK);
    sg_ring_show(&world.ring[0].giver); /* and nobody rings */
    if (row->word != NULL)
        tell(row->word, strlen(row->word), NULL, 0);
    end(0);
    assert_int_equal(atomic_load(&world.ring[0].ring->answered), 4);
    assert_log(
        "{\"seq\":0,\"a\":1}\n{\"seq\":1,\"b\":1}\n{\"seq\":2,\"b\":1}\n{\"seq\":3,\"b\":1}\n");
    clean();
}

static void test_counts_on(void **state)
{
    (void)state;
    begin();
    world.setup.records = 1000;
    world.setup.failures = 7;
    set_up();
    add_ring(0);
    give(0, "\"a\":1}");
    assert_int_equal(hear(0), 0);
    assert_int_equal(atomic_load(&world.board->records), 1001);
    assert_int_equal(atomic_load(&world.board->failures), 7);
    end(0);
    clean();
}

/* What it wrote is gone: it does not say that it is there, and ends. */
static void test_file_removed(void **state)
{
    (void)state;
    char path[512];
    begin();
    set_up();
    add_ring(0);
    give(0, "\"a\":1}");
    assert_int_equal(hear(0), 0);
    sg_tempdir_path(&world.dir, LOG, path);
    assert_int_equal(unlink(path), 0);
    give(0, "\"a\":2}");
    assert_int_equal(hear(0), SG_RING_REFUSED);
    assert_int_equal(sg_packet_receive(world.socket, &packet), SCRUBGATE_DONE);
    end(1);
    assert_int_equal(atomic_load(&world.board->healthy), 0);
    clean();
}

int main(void)
{
    SG_SUITE_ROWS(test_setup, setups);
    SG_SUITE_ROWS(test_record, records);
    sg_suite_add("a record that is too long is told so", test_too_long, NULL);
    sg_suite_add("a ring that is none is left alone, others are served", test_foul_ring, NULL);
    sg_suite_add("memory that cannot be a ring is not taken", test_odd_rings, NULL);
    sg_suite_add("a ring that was closed is not looked at", test_closed_ring, NULL);
    SG_SUITE_ROWS(test_end, ends_of_it);
    sg_suite_add("it counts on where the one before was", test_counts_on, NULL);
    sg_suite_add("a file that was removed is no log", test_file_removed, NULL);
    return sg_suite_run("audit writer");
}
