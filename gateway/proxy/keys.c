/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.c - the key files below <state>/keys: made when missing, refused when others can read them.
 */
#include "proxy/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/folder.h"
#include "collusion/facet.h"
#include "proxy/keys_parts.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, OTHERS = 077, OTHERS_WRITE = 022 };
enum { TEXT_SIZE = 2 * SG_KEY_SIZE + 1, NAME_SIZE = 64 }; /* hex and LF */

static const char fingerprint_name[] = SG_KEYS_FINGERPRINT, half_name[] = "key.new";

static const struct lasting {
    const char *name, *label;
    size_t offset;
} lasting[] = {
    {"customer.key", SG_FACET_CUSTOMER_LABEL, offsetof(struct sg_keys, customer)},
    {"conversation.key", SG_FACET_CONVERSATION_LABEL, offsetof(struct sg_keys, conversation)},
    {"agent.key", SG_FACET_AGENT_LABEL, offsetof(struct sg_keys, agent)},
};
enum { LASTING = sizeof lasting / sizeof lasting[0], AGENT = LASTING - 1 };

enum scrubgate_status sg_keys_fail(const char *dir, const char *name, enum scrubgate_status rc,
                                   struct scrubgate_fault *fault, const char *what, const char *why)
{
    char path[sizeof((struct scrubgate_fault *)NULL)->file];
    (void)snprintf(path, sizeof path, "%s%s%s", dir, name[0] == '\0' ? "" : "/", name);
    sg_fault_set(fault, path, 0, 0, "%s%s%s", what, why[0] == '\0' ? "" : ": ", why);
    return rc;
}

/* Who can write the folder can put another key in the file's place. */
enum scrubgate_status sg_keys_folder(const char *dir, int *folder, struct scrubgate_fault *fault)
{
    struct stat info;
    enum scrubgate_status rc = SCRUBGATE_OK;
    *folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0 || fstat(*folder, &info) != 0)
        rc = sg_keys_fail(dir, "", SCRUBGATE_EIO, fault, "cannot open the keys' folder",
                          strerror(errno));
    else if (info.st_uid != geteuid())
        rc = sg_keys_fail(dir, "", SCRUBGATE_EINVAL, fault,
                          "the keys' folder belongs to another user: chown it", "");
    else if ((info.st_mode & OTHERS_WRITE) != 0)
        rc = sg_keys_fail(dir, "", SCRUBGATE_EINVAL, fault,
                          "others can write to the keys' folder: chmod 700", "");
    if (rc < 0 && *folder >= 0) {
        (void)close(*folder);
        *folder = -1;
    }
    return rc;
}

/* --- making --- */

static bool write_key(int fd, const uint8_t key[SG_KEY_SIZE])
{
    char text[TEXT_SIZE + 1];
    sg_hex((struct sg_bytes){key, SG_KEY_SIZE}, text);
    text[TEXT_SIZE - 1] = '\n';
    ssize_t put = write(fd, text, TEXT_SIZE);
    if (put >= 0 && put != TEXT_SIZE)
        errno = ENOSPC;
    /* The mode again, without the umask's say. */
    bool ok = put == TEXT_SIZE && fchmod(fd, FILE_MODE) == 0 && fsync(fd) == 0;
    sg_wipe(text, sizeof text);
    return ok;
}

static enum scrubgate_status fail_to_make(const char *dir, const char *name,
                                          struct scrubgate_fault *fault)
{
    return sg_keys_fail(dir, name, SCRUBGATE_EIO, fault, "cannot make this key file",
                        strerror(errno));
}

static enum scrubgate_status make_from(const char *dir, int folder, const char *name,
                                       const uint8_t key[SG_KEY_SIZE], unsigned *made,
                                       struct scrubgate_fault *fault)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd < 0 && errno == EEXIST)
        return SCRUBGATE_OK;
    if (fd < 0)
        return fail_to_make(dir, name, fault);
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!write_key(fd, key) || fsync(folder) != 0) {
        rc = fail_to_make(dir, name, fault);
        (void)unlinkat(folder, name, 0); /* half a key would stop every later start */
    } else {
        (*made)++;
    }
    (void)close(fd);
    return rc;
}

enum scrubgate_status sg_keys_make_file(const char *dir, int folder, const char *name,
                                        unsigned *made, struct scrubgate_fault *fault)
{
    uint8_t key[SG_KEY_SIZE];
    if (sg_random(key, sizeof key) < 0) {
        errno = EIO;
        return fail_to_make(dir, name, fault);
    }
    enum scrubgate_status rc = make_from(dir, folder, name, key, made, fault);
    sg_wipe(key, sizeof key);
    return rc;
}

/* Whole or not at all under its name, and never in the place of one that is there: half a key would
 * stop every later start, and two that make it at once must find the same one. */
static enum scrubgate_status make_whole(const char *dir, int folder, const char *name,
                                        const uint8_t key[SG_KEY_SIZE], unsigned *made,
                                        struct scrubgate_fault *fault)
{
    char half[NAME_SIZE];
    unsigned begun = 0;
    (void)snprintf(half, sizeof half, "%s.%ld", name, (long)getpid());
    (void)unlinkat(folder, half, 0); /* of a crash, a number ago */
    enum scrubgate_status rc = make_from(dir, folder, half, key, &begun, fault);
    if (rc < 0)
        return rc;
    if (linkat(folder, half, folder, name, 0) == 0)
        (*made)++;
    else if (errno != EEXIST)
        rc = fail_to_make(dir, name, fault);
    (void)unlinkat(folder, half, 0);
    if (rc >= 0 && fsync(folder) != 0)
        rc = fail_to_make(dir, name, fault);
    return rc;
}

static enum scrubgate_status make_random(const char *dir, int folder, const char *name,
                                         unsigned *made, struct scrubgate_fault *fault)
{
    uint8_t key[SG_KEY_SIZE];
    if (sg_random(key, sizeof key) < 0) {
        errno = EIO;
        return fail_to_make(dir, name, fault);
    }
    enum scrubgate_status rc = make_whole(dir, folder, name, key, made, fault);
    sg_wipe(key, sizeof key);
    return rc;
}

enum scrubgate_status sg_keys_put_file(const char *dir, int folder, const char *name,
                                       const uint8_t key[SG_KEY_SIZE],
                                       struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = sg_keys_destroy_file(dir, folder, half_name, fault);
    unsigned made = 0;
    if (rc >= 0)
        rc = make_from(dir, folder, half_name, key, &made, fault);
    if (rc >= 0 && (renameat(folder, half_name, folder, name) != 0 || fsync(folder) != 0))
        rc = fail_to_make(dir, name, fault);
    return rc;
}

static bool is_there(int folder, const char *name)
{
    struct stat info;
    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum scrubgate_status derive_file(const char *dir, int folder, const struct lasting *one,
                                         unsigned *made, struct scrubgate_fault *fault)
{
    uint8_t key[SG_KEY_SIZE], derived[SG_KEY_SIZE] = {0};
    enum scrubgate_status rc = sg_keys_load_file(dir, folder, fingerprint_name, key, fault);
    if (rc >= 0)
        rc = sg_key_derive(key, one->label, derived);
    if (rc >= 0)
        rc = make_whole(dir, folder, one->name, derived, made, fault);
    sg_wipe(key, sizeof key);
    sg_wipe(derived, sizeof derived);
    return rc;
}

/*
 * agent.key is what tells: without it fingerprint.key is an earlier version's, of which the others
 * came, too; it gets its own last. In a folder with no key at all it is made first, and the others
 * are nobody's.
 */
static enum scrubgate_status make_lasting(const char *dir, int folder, unsigned *made,
                                          struct scrubgate_fault *fault)
{
    const bool has_agent = is_there(folder, lasting[AGENT].name);
    const bool has_print = is_there(folder, fingerprint_name);
    bool has_other = false;
    enum scrubgate_status rc = SCRUBGATE_OK;
    for (size_t i = 0; i < AGENT; i++)
        has_other = has_other || is_there(folder, lasting[i].name);
    const bool fresh = !has_agent && !has_print && !has_other;
    if (fresh)
        rc = make_random(dir, folder, fingerprint_name, made, fault);
    if (rc >= 0 && fresh)
        rc = derive_file(dir, folder, &lasting[AGENT], made, fault);
    for (size_t i = 0; i < LASTING && rc >= 0; i++) {
        if (is_there(folder, lasting[i].name))
            continue;
        if (!fresh && !has_print)
            rc = sg_keys_fail(dir, lasting[i].name, SCRUBGATE_EINVAL, fault,
                              "this key is missing, and cannot be made again: restore it", "");
        else if (fresh || has_agent)
            rc = make_random(dir, folder, lasting[i].name, made, fault);
        else
            rc = derive_file(dir, folder, &lasting[i], made, fault);
    }
    return rc;
}

enum scrubgate_status sg_keys_make(const char *dir, unsigned *made, struct scrubgate_fault *fault)
{
    int folder;
    *made = 0;
    enum scrubgate_status rc = sg_folder_make(dir, FOLDER_MODE, fault);
    if (rc < 0)
        return rc;
    rc = sg_keys_folder(dir, &folder, fault);
    if (rc < 0)
        return rc;
    rc = make_lasting(dir, folder, made, fault);
    (void)close(folder);
    return rc;
}

/* --- loading --- */

static bool parse_key(const char *text, ssize_t len, uint8_t key[SG_KEY_SIZE])
{
    return len == TEXT_SIZE && text[TEXT_SIZE - 1] == '\n' &&
           sg_bytes_from_hex((struct sg_bytes){(const uint8_t *)text, TEXT_SIZE - 1}, key,
                             SG_KEY_SIZE);
}

enum scrubgate_status sg_keys_check(const char *dir, const char *name, int fd,
                                    struct scrubgate_fault *fault)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return sg_keys_fail(dir, name, SCRUBGATE_EIO, fault, "cannot ask for its mode",
                            strerror(errno));
    if (!S_ISREG(info.st_mode))
        return sg_keys_fail(dir, name, SCRUBGATE_EINVAL, fault, "this key is no regular file", "");
    if (info.st_uid != geteuid())
        return sg_keys_fail(dir, name, SCRUBGATE_EINVAL, fault,
                            "this key belongs to another user: chown it", "");
    if ((info.st_mode & OTHERS) != 0)
        return sg_keys_fail(
            dir, name, SCRUBGATE_EINVAL, fault,
            "others can read or write this key: chmod 600, and make a new one if that was "
            "so for long",
            "");
    return SCRUBGATE_OK;
}

static bool is_lasting(const char *name)
{
    for (size_t i = 0; i < LASTING; i++)
        if (strcmp(name, lasting[i].name) == 0)
            return true;
    return false;
}

enum scrubgate_status sg_keys_load_file(const char *dir, int folder, const char *name,
                                        uint8_t key[SG_KEY_SIZE], struct scrubgate_fault *fault)
{
    char text[TEXT_SIZE + 1];
    /* Not blocking: a pipe in the key's place must not hang the start. */
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return sg_keys_fail(dir, name, SCRUBGATE_EIO, fault, "cannot open this key",
                            strerror(errno));
    enum scrubgate_status rc = sg_keys_check(dir, name, fd, fault);
    if (rc < 0)
        goto out;
    if (!parse_key(text, read(fd, text, sizeof text), key))
        rc = sg_keys_fail(dir, name, SCRUBGATE_EINVAL, fault,
                          "a key is 64 hex digits and a line feed",
                          is_lasting(name) ? "restore it, for it cannot be made again"
                                           : "restore it, or remove it to have a new one made");
    sg_wipe(text, sizeof text);
out:
    (void)close(fd);
    return rc;
}

enum scrubgate_status sg_keys_load(struct sg_keys *keys, const char *dir,
                                   struct scrubgate_fault *fault)
{
    int folder;
    struct sg_keys found = {0};
    enum scrubgate_status rc = sg_keys_folder(dir, &folder, fault);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < LASTING && rc >= 0; i++)
        rc = sg_keys_load_file(dir, folder, lasting[i].name, (uint8_t *)&found + lasting[i].offset,
                               fault);
    if (rc >= 0)
        *keys = found;
    sg_keys_wipe(&found);
    (void)close(folder);
    return rc;
}

enum scrubgate_status sg_keys_destroy_file(const char *dir, int folder, const char *name,
                                           struct scrubgate_fault *fault)
{
    static const char nothing[TEXT_SIZE];
    int fd = openat(folder, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return SCRUBGATE_OK;
    bool ok = fd >= 0 && write(fd, nothing, sizeof nothing) == (ssize_t)sizeof nothing &&
              fsync(fd) == 0 && unlinkat(folder, name, 0) == 0 && fsync(folder) == 0;
    int saved = errno;
    if (fd >= 0)
        (void)close(fd);
    return ok ? SCRUBGATE_OK
              : sg_keys_fail(dir, name, SCRUBGATE_EIO, fault, "cannot destroy this key",
                             strerror(saved));
}

enum scrubgate_status sg_keys_mend(const char *dir, int folder, const char *name,
                                   struct scrubgate_fault *fault)
{
    char first = 'x';
    const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const bool overwritten = fd >= 0 && read(fd, &first, 1) == 1 && first == '\0';
    if (fd >= 0)
        (void)close(fd);
    enum scrubgate_status rc = sg_keys_destroy_file(dir, folder, half_name, fault);
    if (rc >= 0 && overwritten)
        rc = sg_keys_destroy_file(dir, folder, name, fault);
    return rc;
}

void sg_keys_wipe(struct sg_keys *keys)
{
    sg_wipe(keys, sizeof *keys);
}
