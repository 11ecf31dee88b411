/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acts.c - how a command gets into the log: a folder of notes.
 */
#include "audit/acts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/digest.h"

/* Put into, not listed; with the sticky bit nobody removes another's (docs/decisions). */
enum { FOLDER_MODE = 01730, NOTE_MODE = 0644 };
/* One look reads no more names than that, whatever lies there. */
enum { NAMES_MOST = 256, NAME_ROOM = 256, ID_DIGITS = 16 };

static const char folder_name[] = "acts", half[] = ".tmp", whole[] = ".json";
static const uint64_t every_ns = 1000 * 1000 * 1000;
/* With more to take; so no crowd of notes fills the log. */
static const uint64_t next_ns = 250 * 1000 * 1000;
/* A note that cannot be removed is not told of each second. */
static const uint64_t stuck_ns = UINT64_C(600) * 1000 * 1000 * 1000;
/* A note that is half there is its command's; once that is surely gone it is litter, and told. */
enum { HALF_SECONDS = 60 };

/* --- the command's side --- */

static enum scrubgate_status cannot_leave(const char *path, struct scrubgate_fault *fault)
{
    sg_fault_set(fault, path, 0, 0, "cannot leave a note for the log: %s", strerror(errno));
    return SCRUBGATE_EIO;
}

static bool write_note(const char *path, const struct sg_buf *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, NOTE_MODE);
    if (fd < 0)
        return false;
    ssize_t put = write(fd, text->data, text->len);
    if (put >= 0 && put != (ssize_t)text->len)
        errno = ENOSPC;
    /* The mode again, without the umask's say. */
    bool ok = put == (ssize_t)text->len && fchmod(fd, NOTE_MODE) == 0 && fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

enum scrubgate_status sg_acts_prepare(struct sg_acts_half *note, const char *dir,
                                      const struct sg_act_note *what, struct scrubgate_fault *fault)
{
    char name[ID_DIGITS + 1];
    uint8_t id[ID_DIGITS / 2];
    struct sg_buf text = {.ceiling = SG_ACT_NOTE_MOST};
    enum scrubgate_status rc = sg_random(id, sizeof id);
    if (rc >= 0)
        rc = sg_act_note_print(&text, what);
    if (rc < 0) {
        sg_fault_set(fault, dir, 0, 0, "cannot make a note for the log: %s",
                     scrubgate_status_word(rc));
        goto out;
    }
    sg_hex((struct sg_bytes){id, sizeof id}, name);
    if ((size_t)snprintf(note->half, sizeof note->half, "%s/%s/%s%s", dir, folder_name, name,
                         half) >= sizeof note->half ||
        (size_t)snprintf(note->whole, sizeof note->whole, "%s/%s/%s%s", dir, folder_name, name,
                         whole) >= sizeof note->whole) {
        errno = ENAMETOOLONG;
        rc = cannot_leave(dir, fault);
        goto out;
    }
    if (!write_note(note->half, &text)) {
        rc = cannot_leave(note->half, fault);
        sg_acts_drop(note);
    }
out:
    sg_buf_fini(&text);
    return rc;
}

enum scrubgate_status sg_acts_leave_half(const struct sg_acts_half *note,
                                         struct scrubgate_fault *fault)
{
    if (rename(note->half, note->whole) == 0)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = cannot_leave(note->half, fault);
    sg_acts_drop(note);
    return rc;
}

void sg_acts_drop(const struct sg_acts_half *note)
{
    (void)unlink(note->half);
}

enum scrubgate_status sg_acts_leave(const char *dir, const struct sg_act_note *note,
                                    struct scrubgate_fault *fault)
{
    struct sg_acts_half half_note;
    enum scrubgate_status rc = sg_acts_prepare(&half_note, dir, note, fault);
    return rc < 0 ? rc : sg_acts_leave_half(&half_note, fault);
}

/* --- the writer's side --- */

struct sg_acts {
    const struct sg_record_source *source;
    DIR *list;
    uint64_t due_ns;
    uint64_t now_ns; /* of this look */
    struct sg_buf record;
    size_t n; /* notes whose records are on their way */
    struct found {
        char name[NAME_ROOM];
        struct stat seen;
    } found[SG_ACTS_EACH];
};

/* An operator may have given it another group: what is there is left as it is. */
static int open_folder(int folder)
{
    bool made = mkdirat(folder, folder_name, 0700) == 0;
    int fd = openat(folder, folder_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && made && fchmod(fd, FOLDER_MODE) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

enum scrubgate_status sg_acts_open(struct sg_acts **acts, int folder, const char *dir,
                                   const struct sg_record_source *source,
                                   struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_ENOMEM;
    int fd = -1;
    struct sg_acts *made = calloc(1, sizeof *made);
    *acts = NULL;
    if (made == NULL) {
        sg_fault_set(fault, dir, 0, 0, "out of memory");
        goto out;
    }
    made->source = source;
    fd = open_folder(folder);
    if (fd >= 0)
        made->list = fdopendir(fd);
    if (made->list == NULL) {
        rc = SCRUBGATE_EIO;
        sg_fault_set(fault, dir, 0, 0, "cannot open its folder %s: %s", folder_name,
                     strerror(errno));
        goto out;
    }
    fd = -1; /* the list's now */
    *acts = made;
    made = NULL;
    rc = SCRUBGATE_OK;
out:
    if (fd >= 0)
        (void)close(fd);
    sg_acts_close(made);
    return rc;
}

void sg_acts_close(struct sg_acts *acts)
{
    if (acts == NULL)
        return;
    if (acts->list != NULL)
        (void)closedir(acts->list);
    sg_buf_fini(&acts->record);
    free(acts);
}

uint64_t sg_acts_due(const struct sg_acts *acts)
{
    return acts->due_ns;
}

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), tail = strlen(end);
    return len >= tail && strcmp(name + len - tail, end) == 0;
}

/* 0: no name that a command gives. */
static uint64_t id_of(const char *name)
{
    uint64_t id = 0;
    if (strlen(name) != ID_DIGITS + sizeof whole - 1 || !ends_with(name, whole))
        return 0;
    (void)sg_bytes_to_hex64((struct sg_bytes){(const uint8_t *)name, ID_DIGITS}, &id);
    return id;
}

/* Opened without following a link, without waiting for a pipe's other end. A file with two names
 * may be another's, linked here by somebody else: its owner is not who left it. */
static bool read_note(int folder, const char *name, const struct stat *seen,
                      char text[SG_ACT_NOTE_MOST + 1], size_t *len)
{
    struct stat info;
    ssize_t got = -1;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1 &&
        info.st_uid == seen->st_uid && info.st_ino == seen->st_ino &&
        info.st_size <= SG_ACT_NOTE_MOST)
        got = read(fd, text, SG_ACT_NOTE_MOST + 1);
    (void)close(fd);
    *len = got < 0 ? 0 : (size_t)got;
    return got >= 0 && got <= SG_ACT_NOTE_MOST;
}

static enum scrubgate_status judge(struct sg_acts *acts, int folder, const char *name,
                                   const struct stat *seen)
{
    char text[SG_ACT_NOTE_MOST + 1];
    size_t len = 0;
    const struct sg_act_sender sender = {.id = id_of(name),
                                         .uid = seen->st_uid,
                                         .trusted = seen->st_uid == geteuid() || seen->st_uid == 0};
    enum scrubgate_status rc = SCRUBGATE_EMALFORMED;
    sg_buf_clear(&acts->record);
    if (sender.id != 0 && S_ISREG(seen->st_mode) && read_note(folder, name, seen, text, &len))
        rc = sg_act_note_record(&acts->record, acts->source, &sender,
                                (struct sg_bytes){(const uint8_t *)text, len});
    return rc == SCRUBGATE_EMALFORMED ? sg_act_note_refuse(&acts->record, acts->source, &sender)
                                      : rc;
}

/* What is not to be taken: a folder, which no command leaves and which may not go away; a note that
 * is being written. One that stays half was left by a command that was killed over what it did. */
static bool skip(const char *name, const struct stat *seen)
{
    const uint64_t now = sg_clock_wall_ms() / 1000;
    if (S_ISDIR(seen->st_mode))
        return true;
    return ends_with(name, half) && S_ISREG(seen->st_mode) &&
           !(seen->st_mtime >= 0 && (uint64_t)seen->st_mtime + HALF_SECONDS < now);
}

static void begin_anew(struct sg_acts *acts)
{
    rewinddir(acts->list);
    acts->due_ns = acts->now_ns + every_ns;
}

/* In the order in which they were left. */
static int by_time(const void *a, const void *b)
{
    const struct timespec *x = &((const struct found *)a)->seen.st_mtim;
    const struct timespec *y = &((const struct found *)b)->seen.st_mtim;
    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? -1 : 1;
    return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

/* What lies there, up to so much of it. At the end the next look begins anew; else it goes on, so
 * that what cannot be taken does not stand before what can. */
static size_t list_notes(struct sg_acts *acts)
{
    size_t n = 0;
    for (size_t i = 0; i < NAMES_MOST && n < SG_ACTS_EACH; i++) {
        struct found *found = &acts->found[n];
        const struct dirent *entry = readdir(acts->list);
        if (entry == NULL) {
            begin_anew(acts);
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            strlen(entry->d_name) >= NAME_ROOM ||
            fstatat(dirfd(acts->list), entry->d_name, &found->seen, AT_SYMLINK_NOFOLLOW) != 0 ||
            skip(entry->d_name, &found->seen))
            continue;
        memcpy(found->name, entry->d_name, strlen(entry->d_name) + 1);
        n++;
    }
    qsort(acts->found, n, sizeof acts->found[0], by_time);
    return n;
}

enum scrubgate_status sg_acts_take(struct sg_acts *acts, uint64_t now,
                                   enum scrubgate_status (*add)(void *ctx, struct sg_bytes record),
                                   void *ctx)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (acts->n > 0 || now < acts->due_ns)
        return SCRUBGATE_DONE;
    acts->now_ns = now;
    acts->due_ns = now + next_ns;
    for (size_t n = list_notes(acts); acts->n < n && rc >= 0;) {
        const struct found *found = &acts->found[acts->n];
        rc = judge(acts, dirfd(acts->list), found->name, &found->seen);
        if (rc >= 0)
            rc = add(ctx, sg_buf_bytes(&acts->record));
        acts->n += rc >= 0;
    }
    if (rc < 0)
        begin_anew(acts);
    return rc < 0 ? rc : (acts->n > 0 ? SCRUBGATE_OK : SCRUBGATE_DONE);
}

void sg_acts_forget(struct sg_acts *acts)
{
    for (size_t i = 0; i < acts->n; i++)
        if (unlinkat(dirfd(acts->list), acts->found[i].name, 0) != 0 && errno != ENOENT)
            acts->due_ns = acts->now_ns + stuck_ns;
    acts->n = 0;
}

void sg_acts_keep(struct sg_acts *acts)
{
    acts->n = 0;
    begin_anew(acts);
}
