/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk.c - what a crash may leave of a folder.
 */
#include "disk.h"

#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

enum { OPS_MOST = 65536, FILES_MOST = 1024, NAMES_MOST = 1024 };

enum kind { MADE, MADE_FOLDER, MOVED, REMOVED, WROTE, CUT, SYNCED, SYNCED_FOLDER, MARK };

struct op {
    enum kind kind;
    unsigned file; /* of MADE, WROTE, CUT, SYNCED */
    uint64_t offset, value;
    char *path, *to;
    uint8_t *data;
    size_t len;
};

/* A file whatever its name is now. */
struct file {
    uint64_t inode; /* while it is there; 0: not any more */
    uint8_t *data;  /* as it was at the beginning */
    size_t len;
};

struct sg_disk {
    char root[256];
    struct op *ops;
    size_t n_ops, first; /* first: of those that were noted, not found */
    struct file file[FILES_MOST];
    unsigned n_files;
};

/* --- noting --- */

static struct op *note(struct sg_disk *disk, enum kind kind)
{
    assert_true(disk->n_ops < OPS_MOST);
    struct op *op = &disk->ops[disk->n_ops++];
    *op = (struct op){.kind = kind};
    return op;
}

static char *copy_text(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    return copy;
}

static unsigned find_file(const struct sg_disk *disk, uint64_t inode)
{
    for (unsigned i = disk->n_files; i > 0; i--)
        if (disk->file[i - 1].inode == inode)
            return i - 1;
    fail_msg("a file of which nothing is known was changed");
    return 0;
}

static unsigned add_file(struct sg_disk *disk, uint64_t inode)
{
    assert_true(disk->n_files < FILES_MOST);
    disk->file[disk->n_files] = (struct file){.inode = inode};
    return disk->n_files++;
}

void sg_disk_made(struct sg_disk *disk, const char *path, uint64_t inode)
{
    for (unsigned i = 0; i < disk->n_files; i++)
        if (disk->file[i].inode == inode)
            disk->file[i].inode = 0; /* its number was given again */
    struct op *op = note(disk, MADE);
    op->path = copy_text(path);
    op->file = add_file(disk, inode);
}

void sg_disk_made_folder(struct sg_disk *disk, const char *path)
{
    note(disk, MADE_FOLDER)->path = copy_text(path);
}

void sg_disk_moved(struct sg_disk *disk, const char *from, const char *to)
{
    struct op *op = note(disk, MOVED);
    op->path = copy_text(from);
    op->to = copy_text(to);
}

void sg_disk_removed(struct sg_disk *disk, const char *path)
{
    note(disk, REMOVED)->path = copy_text(path);
}

void sg_disk_wrote(struct sg_disk *disk, uint64_t inode, uint64_t offset, const void *data,
                   size_t len)
{
    if (len == 0)
        return;
    struct op *op = note(disk, WROTE);
    op->file = find_file(disk, inode);
    op->offset = offset;
    op->len = len;
    op->data = malloc(len);
    assert_non_null(op->data);
    memcpy(op->data, data, len);
}

void sg_disk_cut(struct sg_disk *disk, uint64_t inode, uint64_t len)
{
    struct op *op = note(disk, CUT);
    op->file = find_file(disk, inode);
    op->value = len;
}

void sg_disk_synced(struct sg_disk *disk, uint64_t inode)
{
    note(disk, SYNCED)->file = find_file(disk, inode);
}

void sg_disk_synced_folder(struct sg_disk *disk, const char *path)
{
    note(disk, SYNCED_FOLDER)->path = copy_text(path);
}

void sg_disk_mark(struct sg_disk *disk, uint64_t mark)
{
    note(disk, MARK)->value = mark;
}

uint64_t sg_disk_told(const struct sg_disk *disk, size_t moment)
{
    while (moment > 0 && disk->ops[moment - 1].kind != MARK)
        moment--;
    return moment == 0 ? 0 : disk->ops[moment - 1].value;
}

size_t sg_disk_first(const struct sg_disk *disk)
{
    return disk->first;
}

size_t sg_disk_moments(const struct sg_disk *disk)
{
    return disk->n_ops;
}

const char *sg_disk_tell(const struct sg_disk *disk, size_t moment, char text[256])
{
    static const char *const words[] = {"made", "made folder", "moved",         "removed", "wrote",
                                        "cut",  "synced",      "synced folder", "mark"};
    const struct op *op = moment == 0 ? NULL : &disk->ops[moment - 1];
    if (op == NULL)
        return "nothing";
    (void)snprintf(text, 256, "%s %s file %u offset %" PRIu64 " length %zu value %" PRIu64,
                   words[op->kind], op->path == NULL ? "" : op->path, op->file, op->offset, op->len,
                   op->value);
    return text;
}

/* --- what was there before --- */

static void take_file(struct sg_disk *disk, const char *path, const struct stat *info)
{
    struct sg_tempdir root;
    memcpy(root.path, disk->root, sizeof root.path);
    sg_disk_made(disk, path, (uint64_t)info->st_ino);
    struct file *file = &disk->file[disk->n_files - 1];
    file->data = (uint8_t *)sg_tempdir_read(&root, path, &file->len);
}

/* Two levels of names deep calls itself as often: an audit folder has eight. */
static void take_folder(struct sg_disk *disk, const char *path)
{
    char full[512];
    (void)snprintf(full, sizeof full, "%s/%s", disk->root, path);
    DIR *dir = opendir(full);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char name[SG_DISK_PATH];
        struct stat info;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        assert_true(snprintf(name, sizeof name, "%s%s%s", path, path[0] == '\0' ? "" : "/",
                             entry->d_name) < (int)sizeof name);
        (void)snprintf(full, sizeof full, "%s/%s", disk->root, name);
        assert_int_equal(lstat(full, &info), 0);
        if (S_ISDIR(info.st_mode)) {
            sg_disk_made_folder(disk, name);
            take_folder(disk, name);
        } else {
            take_file(disk, name, &info);
        }
    }
    (void)closedir(dir);
    sg_disk_synced_folder(disk, path);
}

struct sg_disk *sg_disk_new(const char *root)
{
    struct sg_disk *disk = calloc(1, sizeof *disk);
    assert_non_null(disk);
    disk->ops = calloc(OPS_MOST, sizeof *disk->ops);
    assert_non_null(disk->ops);
    assert_true(snprintf(disk->root, sizeof disk->root, "%s", root) < (int)sizeof disk->root);
    take_folder(disk, "");
    disk->first = disk->n_ops;
    return disk;
}

void sg_disk_free(struct sg_disk *disk)
{
    if (disk == NULL)
        return;
    for (size_t i = 0; i < disk->n_ops; i++) {
        free(disk->ops[i].path);
        free(disk->ops[i].to);
        free(disk->ops[i].data);
    }
    for (unsigned i = 0; i < disk->n_files; i++)
        free(disk->file[i].data);
    free(disk->ops);
    free(disk);
}

/* --- after a crash: names --- */

struct name {
    char path[SG_DISK_PATH];
    int file; /* -1: a folder */
};

struct names {
    struct name name[NAMES_MOST];
    size_t n;
};

static bool is_of_names(const struct op *op)
{
    return op->kind <= REMOVED;
}

static void folder_of(const char *path, char folder[SG_DISK_PATH])
{
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, SG_DISK_PATH, "%.*s", slash == NULL ? 0 : (int)(slash - path), path);
}

/* Whether the folder in which a name was changed was synced before the moment. */
static bool names_synced(const struct sg_disk *disk, size_t at, size_t moment)
{
    char folder[SG_DISK_PATH];
    folder_of(disk->ops[at].path, folder);
    for (size_t i = at + 1; i < moment; i++)
        if (disk->ops[i].kind == SYNCED_FOLDER && strcmp(disk->ops[i].path, folder) == 0)
            return true;
    return false;
}

static struct name *find_name(struct names *names, const char *path)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->name[i].path, path) == 0)
            return &names->name[i];
    return NULL;
}

static void drop_name(struct names *names, const char *path)
{
    struct name *name = find_name(names, path);
    if (name != NULL)
        *name = names->name[--names->n];
}

static void put_name(struct names *names, const char *path, int file)
{
    drop_name(names, path);
    assert_true(names->n < NAMES_MOST);
    struct name *name = &names->name[names->n++];
    (void)snprintf(name->path, sizeof name->path, "%s", path);
    name->file = file;
}

static void change_names(struct names *names, const struct op *op)
{
    struct name *name;
    switch (op->kind) {
    case MADE:
        put_name(names, op->path, (int)op->file);
        break;
    case MADE_FOLDER:
        put_name(names, op->path, -1);
        break;
    case MOVED:
        name = find_name(names, op->path);
        if (name == NULL)
            break; /* what it was made from was lost */
        put_name(names, op->to, name->file);
        drop_name(names, op->path);
        break;
    default:
        drop_name(names, op->path);
        break;
    }
}

/* Which changes of names are there after the moment: those that were synced, and of the others what
 * luck leaves. */
static void find_names(const struct sg_disk *disk, size_t moment, enum sg_disk_luck luck,
                       struct sg_dice *dice, struct names *names)
{
    size_t last = 0, end = moment;
    names->n = 0;
    for (size_t i = 0; i < moment; i++)
        if (is_of_names(&disk->ops[i]) && names_synced(disk, i, moment))
            last = i + 1;
    if (luck == SG_DISK_ORDER) /* a journal: up to some point, which is behind what was synced */
        end = last + sg_dice_below(dice, moment - last + 1);
    for (size_t i = 0; i < end; i++) {
        const struct op *op = &disk->ops[i];
        if (!is_of_names(op))
            continue;
        bool there = luck == SG_DISK_GOOD || luck == SG_DISK_ORDER ||
                     names_synced(disk, i, moment) ||
                     (luck == SG_DISK_CHAOS && sg_dice_often(dice, 500));
        if (there)
            change_names(names, op);
    }
}

/* --- after a crash: bytes --- */

struct bytes {
    uint8_t *data;
    size_t len, cap;
};

static void grow(struct bytes *bytes, size_t len)
{
    if (len > bytes->cap) {
        bytes->cap = len * 2;
        bytes->data = realloc(bytes->data, bytes->cap);
        assert_non_null(bytes->data);
    }
    if (len > bytes->len)
        memset(bytes->data + bytes->len, 0, len - bytes->len);
    bytes->len = len;
}

static void put_bytes(struct bytes *bytes, uint64_t offset, const uint8_t *data, size_t len)
{
    if (offset + len > bytes->len)
        grow(bytes, (size_t)offset + len);
    memcpy(bytes->data + offset, data, len);
}

/* Each sector by dice, or up to one of them. The file may have grown for all of it. */
static void tear(struct bytes *bytes, const struct op *op, struct sg_dice *dice)
{
    const bool in_order = sg_dice_often(dice, 500);
    if (!in_order && sg_dice_often(dice, 500) && op->offset + op->len > bytes->len)
        grow(bytes, (size_t)op->offset + op->len);
    for (size_t at = 0; at < op->len;) {
        size_t part = SG_DISK_SECTOR - (size_t)((op->offset + at) % SG_DISK_SECTOR);
        part = part < op->len - at ? part : op->len - at;
        if (sg_dice_often(dice, 500))
            put_bytes(bytes, op->offset + at, op->data + at, part);
        else if (in_order)
            return;
        at += part;
    }
}

static void leave_op(struct bytes *bytes, const struct op *op, enum sg_disk_luck luck,
                     struct sg_dice *dice)
{
    const size_t thrown = luck >= SG_DISK_ORDER ? sg_dice_below(dice, 4) : 0;
    const bool whole = luck == SG_DISK_GOOD || thrown == 1;
    if (op->kind == WROTE && thrown >= 2)
        tear(bytes, op, dice);
    else if (op->kind == WROTE && whole)
        put_bytes(bytes, op->offset, op->data, op->len);
    else if (op->kind == CUT && (whole || thrown == 2))
        grow(bytes, (size_t)op->value);
}

static void find_bytes(const struct sg_disk *disk, unsigned number, size_t moment,
                       enum sg_disk_luck luck, struct sg_dice *dice, struct bytes *bytes)
{
    const struct file *file = &disk->file[number];
    size_t synced = 0;
    bytes->len = 0;
    if (file->len > 0)
        put_bytes(bytes, 0, file->data, file->len);
    for (size_t i = 0; i < moment; i++)
        if (disk->ops[i].kind == SYNCED && disk->ops[i].file == number)
            synced = i;
    for (size_t i = 0; i < moment; i++) {
        const struct op *op = &disk->ops[i];
        if ((op->kind == WROTE || op->kind == CUT) && op->file == number)
            leave_op(bytes, op, i < synced ? SG_DISK_GOOD : luck, dice);
    }
}

/* --- putting it on a disk --- */

static bool has_folder(struct names *names, const char *path)
{
    char folder[SG_DISK_PATH];
    folder_of(path, folder);
    if (folder[0] == '\0')
        return true;
    struct name *name = find_name(names, folder);
    return name != NULL && name->file < 0 && has_folder(names, folder);
}

static unsigned depth(const char *path)
{
    unsigned n = 0;
    for (; *path != '\0'; path++)
        n += *path == '/';
    return n;
}

void sg_disk_crash(const struct sg_disk *disk, size_t moment, enum sg_disk_luck luck,
                   struct sg_dice *dice, const struct sg_tempdir *to)
{
    static struct names names;
    struct bytes bytes = {NULL, 0, 0};
    assert_true(moment <= disk->n_ops);
    find_names(disk, moment, luck, dice, &names);
    for (unsigned level = 0; level < 8; level++)
        for (size_t i = 0; i < names.n; i++)
            if (names.name[i].file < 0 && depth(names.name[i].path) == level &&
                has_folder(&names, names.name[i].path))
                sg_tempdir_mkdir(to, names.name[i].path);
    for (size_t i = 0; i < names.n; i++) {
        const struct name *name = &names.name[i];
        if (name->file < 0 || !has_folder(&names, name->path))
            continue;
        find_bytes(disk, (unsigned)name->file, moment, luck, dice, &bytes);
        sg_tempdir_write(to, name->path, bytes.data, bytes.len);
    }
    free(bytes.data);
}
