/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log_crash.c - the power goes, at any moment, and the disk keeps of what was not synced what
 * it likes: no record that was acknowledged is lost, no log is called damaged that only crashed,
 * and all of it is proven when it was started again. Also when the power goes at that start.
 *
 * Everything that a session of the log writes is noted (tests/lib/disk.h), and every moment of it
 * is put on a disk again in several ways. CRASH_STATES and CRASH_SEED make it longer and other.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "audit/checkpoint.h"

#include "../lib/dice.h"
#include "../lib/disk.h"
#include "../lib/live_log.h"
#include "../lib/suite.h"
#include "../lib/tempdir.h"

enum { SEGMENT_RECORDS = 65536 };

/* --- every change that the log makes --- */

static struct sg_disk *noted; /* NULL: nothing is noted now */
static char root[256];

/* The path of a name in a folder, below root; false: it is not ours. */
static bool path_below(int folder, const char *name, char path[SG_DISK_PATH])
{
    char link[64], full[1024];
    size_t len = 0, root_len = strlen(root);
    if (noted == NULL)
        return false;
    if (name == NULL || name[0] != '/') {
        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t got = readlink(link, full, sizeof full - 1);
        if (got <= 0)
            return false;
        len = (size_t)got;
    }
    (void)snprintf(full + len, sizeof full - len, "%s%s", len > 0 && name != NULL ? "/" : "",
                   name == NULL ? "" : name);
    if (strncmp(full, root, root_len) != 0 || (full[root_len] != '/' && full[root_len] != '\0'))
        return false;
    const char *below = full + root_len + (full[root_len] == '/' ? 1 : 0);
    assert_true(snprintf(path, SG_DISK_PATH, "%s", below) < SG_DISK_PATH);
    return true;
}

/* 0: no file of ours. */
static uint64_t inode_of(int fd)
{
    char path[SG_DISK_PATH];
    struct stat info;
    if (!path_below(fd, NULL, path) || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return 0;
    return (uint64_t)info.st_ino;
}

static int open_noted(int folder, const char *name, int flags, mode_t mode)
{
    char path[SG_DISK_PATH];
    struct stat info;
    const bool ours = (flags & (O_CREAT | O_TRUNC)) != 0 && path_below(folder, name, path);
    const bool there = ours && fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    int fd = (int)syscall(SYS_openat, folder, name, flags, mode);
    if (fd < 0 || !ours)
        return fd;
    assert_int_equal(fstat(fd, &info), 0);
    if (!there)
        sg_disk_made(noted, path, (uint64_t)info.st_ino);
    else if ((flags & O_TRUNC) != 0)
        sg_disk_cut(noted, (uint64_t)info.st_ino, 0);
    return fd;
}

int openat(int folder, const char *name, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    return open_noted(folder, name, flags, mode);
}

int open(const char *name, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    return open_noted(AT_FDCWD, name, flags, mode);
}

/* O_DSYNC is a sync behind each write. */
static void note_write(int fd, uint64_t offset, const void *data, ssize_t len)
{
    const uint64_t inode = len > 0 ? inode_of(fd) : 0;
    if (inode == 0)
        return;
    sg_disk_wrote(noted, inode, offset, data, (size_t)len);
    if ((fcntl(fd, F_GETFL) & (O_DSYNC | O_SYNC)) != 0)
        sg_disk_synced(noted, inode);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    ssize_t put = syscall(SYS_pwrite64, fd, data, len, offset);
    note_write(fd, (uint64_t)offset, data, put);
    return put;
}

ssize_t write(int fd, const void *data, size_t len)
{
    const off_t offset = noted == NULL ? 0 : lseek(fd, 0, SEEK_CUR);
    ssize_t put = syscall(SYS_write, fd, data, len);
    if (offset >= 0)
        note_write(fd, (uint64_t)offset, data, put);
    return put;
}

int ftruncate(int fd, off_t len)
{
    const uint64_t inode = inode_of(fd);
    int rc = (int)syscall(SYS_ftruncate, fd, len);
    if (rc == 0 && inode != 0)
        sg_disk_cut(noted, inode, (uint64_t)len);
    return rc;
}

/* Nothing here has to survive a real crash. */
static int sync_noted(int fd)
{
    char path[SG_DISK_PATH];
    const uint64_t inode = inode_of(fd);
    if (inode != 0)
        sg_disk_synced(noted, inode);
    else if (path_below(fd, NULL, path))
        sg_disk_synced_folder(noted, path);
    return 0;
}

int fsync(int fd)
{
    return sync_noted(fd);
}

int fdatasync(int fd)
{
    return sync_noted(fd);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    char path[SG_DISK_PATH], other[SG_DISK_PATH];
    int rc = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, 0);
    if (rc == 0 && path_below(from_folder, from, path) && path_below(to_folder, to, other))
        sg_disk_moved(noted, path, other);
    return rc;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int folder, const char *name, int flags)
{
    char path[SG_DISK_PATH];
    int rc = (int)syscall(SYS_unlinkat, folder, name, flags);
    if (rc == 0 && path_below(folder, name, path))
        sg_disk_removed(noted, path);
    return rc;
}

int unlink(const char *name)
{
    return unlinkat(AT_FDCWD, name, 0);
}

int mkdirat(int folder, const char *name, mode_t mode)
{
    char path[SG_DISK_PATH];
    int rc = (int)syscall(SYS_mkdirat, folder, name, mode);
    if (rc == 0 && path_below(folder, name, path))
        sg_disk_made_folder(noted, path);
    return rc;
}

int mkdir(const char *name, mode_t mode)
{
    return mkdirat(AT_FDCWD, name, mode);
}

/* --- a session --- */

enum { KNOWN_MOST = 64, NOTES_MOST = 4096 };

/* What the world had been told at a moment. */
struct promise {
    uint64_t records;
    size_t known; /* checkpoints that were there to be seen */
};

struct session {
    struct sg_live_log live;
    struct sg_dice dice;
    struct promise promise[NOTES_MOST];
    size_t n_promises;
    struct sg_verify_known known[KNOWN_MOST];
    struct promise now;
    uint64_t first; /* record of those that are compared: what is before may be removed */
    char *text;     /* the lines from there on, at its end */
    size_t len;
};

static void promise(struct session *session)
{
    assert_true(session->n_promises < NOTES_MOST);
    session->promise[session->n_promises] = session->now;
    sg_disk_mark(noted, session->n_promises++);
}

static void see_checkpoint(struct session *session, const struct sg_tempdir *dir)
{
    struct sg_checkpoint checkpoint;
    struct sg_note_key key;
    size_t len;
    char *text = sg_tempdir_read(dir, "audit/checkpoint", &len);
    sg_live_key(&key);
    assert_int_equal(
        sg_checkpoint_open(&checkpoint, NULL, (struct sg_bytes){(const uint8_t *)text, len}, &key),
        SCRUBGATE_OK);
    free(text);
    if (session->now.known > 0 && session->known[session->now.known - 1].size == checkpoint.size)
        return;
    assert_true(session->now.known < KNOWN_MOST);
    session->known[session->now.known++] =
        (struct sg_verify_known){checkpoint.size, checkpoint.root};
}

/* So many rounds of messages and of what time asks for. */
static void work(struct session *session, const struct sg_tempdir *dir, unsigned rounds)
{
    struct sg_dice *dice = &session->dice;
    for (unsigned i = 0; i < rounds; i++) {
        const unsigned n = 1 + (unsigned)sg_dice_below(dice, 9);
        const size_t size = sg_dice_often(dice, 200) ? 1500 : 60 + sg_dice_below(dice, 300);
        assert_int_equal(sg_live_put(&session->live, n, size), SCRUBGATE_OK);
        session->now.records += n;
        promise(session);
        if (sg_dice_often(dice, 400))
            continue; /* more messages before the clock is looked at */
        enum scrubgate_status rc = sg_live_tick(&session->live, (unsigned)sg_dice_below(dice, 8),
                                                sg_dice_often(dice, 700));
        assert_true(rc >= 0);
        if (rc == SCRUBGATE_OK && sg_tempdir_has(dir, "audit/checkpoint"))
            see_checkpoint(session, dir);
        promise(session);
    }
}

static void stop(struct session *session, const struct sg_tempdir *dir)
{
    assert_int_equal(sg_log_finish(session->live.log, &session->live.fault), SCRUBGATE_OK);
    see_checkpoint(session, dir);
    promise(session);
    sg_live_close(&session->live);
}

static void start(struct session *session)
{
    if (sg_live_open(&session->live) != SCRUBGATE_OK)
        fail_msg("%s: %s", session->live.fault.file, session->live.fault.what);
}

static void begin_notes(struct session *session, const struct sg_tempdir *dir)
{
    assert_null(noted);
    memcpy(root, dir->path, sizeof root);
    session->live.dir = dir->path;
    noted = sg_disk_new(dir->path);
    promise(session);
}

/* All its lines from a file's first on, without the room ahead of them; to be freed. */
static char *read_lines(const struct sg_tempdir *dir, uint64_t first, size_t *len)
{
    static const char *const names[] = {"audit/log/000000.ndjson", "audit/log/000001.ndjson"};
    char *all = calloc(1, 1);
    assert_non_null(all);
    *len = 0;
    for (size_t i = first / SEGMENT_RECORDS; i < 2 && sg_tempdir_has(dir, names[i]); i++) {
        char *text = sg_tempdir_read(dir, names[i], NULL);
        const size_t more = strlen(text);
        all = realloc(all, *len + more + 1);
        assert_non_null(all);
        memcpy(all + *len, text, more + 1);
        *len += more;
        free(text);
    }
    return all;
}

/* The notes, and what the log was then. */
static struct sg_disk *end_notes(struct session *session, const struct sg_tempdir *dir)
{
    struct sg_disk *disk = noted;
    noted = NULL;
    free(session->text);
    session->text = read_lines(dir, session->first, &session->len);
    return disk;
}

/* --- after the crash --- */

/* What went wrong where, so that it can be made again. */
struct scene {
    uint64_t seed;
    const struct sg_disk *disk;
    size_t moment;
    enum sg_disk_luck luck;
    const char *when;
};

static void fail_scene(const struct scene *scene, const char *what, const char *more)
{
    char text[256];
    fail_msg("%s (%s); %s: seed %" PRIu64 ", moment %zu of %zu (%s), luck %d", what, more,
             scene->when, scene->seed, scene->moment, sg_disk_moments(scene->disk),
             sg_disk_tell(scene->disk, scene->moment, text), (int)scene->luck);
}

static size_t length_of(const char *text, size_t len, uint64_t lines)
{
    size_t at = 0;
    for (; lines > 0; lines--) {
        const char *end = memchr(text + at, '\n', len - at);
        assert_non_null(end);
        at = (size_t)(end - text) + 1;
    }
    return at;
}

/* Every record that was acknowledged is there, byte for byte. */
static void check_kept(const struct scene *scene, const struct session *session,
                       const struct promise *promised, const struct sg_tempdir *dir)
{
    size_t len, want = length_of(session->text, session->len, promised->records - session->first);
    char *text = read_lines(dir, session->first, &len);
    if (len < want || memcmp(text, session->text, want) != 0)
        fail_scene(scene, "a record that was acknowledged is lost", "");
    free(text);
}

/* The log goes on, and is proven to its end, with every checkpoint that was ever seen. */
static void check_goes_on(const struct scene *scene, const struct session *session,
                          const struct promise *promised, struct sg_live_log *live)
{
    struct sg_verify_report report;
    struct scrubgate_fault fault = {.what = ""};
    if (sg_live_put(live, 2, 80) < 0 || sg_log_finish(live->log, &live->fault) < 0)
        fail_scene(scene, "the log does not go on", live->fault.what);
    sg_live_close(live);
    enum scrubgate_status rc =
        sg_live_verify(live->dir, session->known, promised->known, &report, &fault);
    if (rc < 0 || report.result.n_troubles > 0)
        fail_scene(scene, "the log is not proven",
                   rc < 0 ? fault.what : sg_verify_word(report.result.trouble[0].what));
    if (report.result.proven < promised->records + 2)
        fail_scene(scene, "less is proven than was acknowledged", "");
}

/* Opens what a crash has left; the log is closed again, or goes on to be proven. */
static void check_state(const struct scene *scene, const struct session *session,
                        const struct sg_tempdir *dir)
{
    const struct promise *promised = &session->promise[sg_disk_told(scene->disk, scene->moment)];
    struct sg_live_log live = {
        .dir = dir->path, .now = session->live.now, .keep_ms = session->live.keep_ms};
    if (sg_live_open(&live) < 0)
        fail_scene(scene, "the log does not open", live.fault.what);
    check_kept(scene, session, promised, dir);
    check_goes_on(scene, session, promised, &live);
    check_kept(scene, session, promised, dir);
}

/* The power goes a second time, while the log that it went from is opened and goes on. */
static void crash_again(const struct scene *scene, const struct session *before,
                        const struct sg_tempdir *dir, struct sg_dice *dice, unsigned states)
{
    static struct session second;
    second = (struct session){.live.now = before->live.now,
                              .live.keep_ms = before->live.keep_ms,
                              .first = before->first,
                              .dice = *dice};
    second.now = before->promise[sg_disk_told(scene->disk, scene->moment)];
    memcpy(second.known, before->known, sizeof second.known);
    begin_notes(&second, dir);
    if (sg_live_open(&second.live) < 0)
        fail_scene(scene, "the log does not open", second.live.fault.what);
    /* What it found is what it says now; all that was acknowledged is in it (check_state). */
    second.now.records = sg_log_signed(second.live.log) > second.now.records
                             ? sg_log_signed(second.live.log)
                             : second.now.records;
    promise(&second);
    (void)sg_live_tick(&second.live, 11, true);
    sg_live_close(&second.live);
    struct sg_disk *disk = end_notes(&second, dir);
    const size_t first = sg_disk_first(disk), last = sg_disk_moments(disk);
    for (unsigned i = 0; i < states; i++) {
        struct sg_tempdir after;
        const struct scene again = {.seed = scene->seed,
                                    .disk = disk,
                                    .moment = first + sg_dice_below(dice, last - first + 1),
                                    .luck = (enum sg_disk_luck)sg_dice_below(dice, 4),
                                    .when = "at the start after a crash"};
        sg_tempdir_make(&after);
        sg_disk_crash(disk, again.moment, again.luck, dice, &after);
        check_state(&again, &second, &after);
        sg_tempdir_remove(&after);
    }
    sg_disk_free(disk);
    free(second.text);
    second.text = NULL;
}

static void check_moment(const struct session *session, const struct sg_disk *disk, uint64_t seed,
                         size_t moment, enum sg_disk_luck luck, struct sg_dice *dice)
{
    struct sg_tempdir after, again;
    const struct scene scene = {seed, disk, moment, luck, "in a session"};
    const struct sg_dice same = *dice;
    sg_tempdir_make(&after);
    sg_disk_crash(disk, moment, luck, dice, &after);
    check_state(&scene, session, &after);
    sg_tempdir_remove(&after);
    if (!sg_dice_often(dice, 60))
        return;
    struct sg_dice replay = same;
    sg_tempdir_make(&again);
    sg_disk_crash(disk, moment, luck, &replay, &again);
    crash_again(&scene, session, &again, dice, 10);
    sg_tempdir_remove(&again);
}

/* --- the tests --- */

static unsigned long number_of(const char *variable, unsigned long otherwise)
{
    const char *text = getenv(variable);
    return text == NULL ? otherwise : strtoul(text, NULL, 10);
}

/* A log that is made, stopped, started, crashes without being noticed, and goes on. */
static struct sg_disk *note_session(struct session *session, const struct sg_tempdir *dir)
{
    struct sg_live_log keys = {.dir = dir->path};
    assert_int_equal(sg_live_open(&keys), SCRUBGATE_OK); /* the key was there before any record */
    sg_live_close(&keys);
    session->live.now = keys.now;
    begin_notes(session, dir);
    start(session);
    work(session, dir, 10);
    stop(session, dir);
    start(session);
    work(session, dir, 6);
    sg_live_close(&session->live);
    start(session);
    work(session, dir, 6);
    stop(session, dir);
    return end_notes(session, dir);
}

/* The same over the end of a segment. */
static struct sg_disk *note_rotation(struct session *session, const struct sg_tempdir *dir)
{
    session->live.dir = dir->path;
    start(session);
    session->now.records = SEGMENT_RECORDS - 20;
    assert_int_equal(sg_live_put(&session->live, (unsigned)session->now.records, 0), SCRUBGATE_OK);
    assert_int_equal(sg_live_tick(&session->live, 1, true), SCRUBGATE_OK);
    see_checkpoint(session, dir);
    sg_live_close(&session->live);
    begin_notes(session, dir);
    start(session);
    work(session, dir, 8);
    stop(session, dir);
    return end_notes(session, dir);
}

/* The first file is old, and goes. */
static struct sg_disk *note_pruning(struct session *session, const struct sg_tempdir *dir)
{
    session->live.dir = dir->path;
    start(session);
    assert_int_equal(sg_live_put(&session->live, SEGMENT_RECORDS - 5, 100), SCRUBGATE_OK);
    assert_int_equal(sg_live_put(&session->live, 10, 100), SCRUBGATE_OK);
    session->now.records = SEGMENT_RECORDS + 5;
    assert_int_equal(sg_log_finish(session->live.log, &session->live.fault), SCRUBGATE_OK);
    see_checkpoint(session, dir);
    sg_live_close(&session->live);
    session->first = SEGMENT_RECORDS;
    session->live.keep_ms = 1;
    begin_notes(session, dir);
    start(session);
    for (unsigned i = 0; i < 4; i++) {
        work(session, dir, 1);
        assert_true(sg_live_tick(&session->live, 2, true) >= 0);
        promise(session);
    }
    stop(session, dir);
    assert_false(sg_tempdir_has(dir, "audit/log/000000.ndjson"));
    return end_notes(session, dir);
}

/* So many states of the sessions that note makes, over all their moments. */
static unsigned long cut_power(struct sg_disk *(*note)(struct session *, const struct sg_tempdir *),
                               uint64_t seed, unsigned long want)
{
    static struct session session;
    struct sg_dice dice = {seed};
    unsigned long states = 0;
    for (uint64_t run = 0; states < want; run++) {
        struct sg_tempdir dir;
        session = (struct session){.dice = {seed + run}};
        sg_tempdir_make(&dir);
        struct sg_disk *disk = note(&session, &dir);
        const size_t first = sg_disk_first(disk), last = sg_disk_moments(disk);
        const unsigned long rest = want - states;
        const size_t all = (last - first + 1) * (SG_DISK_CHAOS + 1);
        for (size_t i = 0; i < all; i++) {
            if (sg_dice_below(&dice, all) >= rest)
                continue; /* fewer are wanted than there are */
            check_moment(&session, disk, seed + run, first + i / (SG_DISK_CHAOS + 1),
                         (enum sg_disk_luck)(i % (SG_DISK_CHAOS + 1)), &dice);
            states++;
        }
        sg_disk_free(disk);
        free(session.text);
        sg_tempdir_remove(&dir);
    }
    return states;
}

static void test_power_cuts(void **state)
{
    (void)state;
    print_message("%lu states\n", cut_power(note_session, number_of("CRASH_SEED", 1),
                                            number_of("CRASH_STATES", 800)));
}

static void test_power_cuts_at_rotation(void **state)
{
    (void)state;
    print_message("%lu states\n", cut_power(note_rotation, number_of("CRASH_SEED", 1),
                                            number_of("CRASH_STATES", 800) / 50));
}

static void test_power_cuts_at_pruning(void **state)
{
    (void)state;
    print_message("%lu states\n", cut_power(note_pruning, number_of("CRASH_SEED", 1),
                                            number_of("CRASH_STATES", 800) / 50));
}

int main(void)
{
    /* In memory when there is such a place: what a disk keeps is made up here anyway. */
    if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 0), 0);
    sg_suite_add("the power goes at any moment, and again at the start", test_power_cuts, NULL);
    sg_suite_add("the power goes when a segment is full", test_power_cuts_at_rotation, NULL);
    sg_suite_add("the power goes when old records are removed", test_power_cuts_at_pruning, NULL);
    return sg_suite_run("audit/test_log_crash");
}
