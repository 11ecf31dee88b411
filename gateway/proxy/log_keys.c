/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_keys.c - the audit log's keys below <state>/keys.
 */
#include "proxy/log_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/seal_file.h"
#include "base/base64.h"
#include "base/buf.h"
#include "proxy/keys_parts.h"

enum { PRIVATE_MODE = 0600, PUBLIC_MODE = 0644, TEXT_MOST = 512 };
enum { KEY_BYTES = 1 + SG_ED25519_SEED };

static const char log_name[] = "log.key", public_name[] = "log.vkey", seal_name[] = "seal.key";
/* Where a half-made seal key stands: its name says that it is none. */
static const char seal_before[] = "seal.key.new";
static const char mark[] = "PRIVATE+KEY+";

/* --- making --- */

/* "mark name+id+base64(kind || seed)": the public form, with another key at its end. */
static enum scrubgate_status print_private(struct sg_buf *out, const struct sg_note_key *key,
                                           const uint8_t seed[SG_ED25519_SEED])
{
    uint8_t bytes[KEY_BYTES] = {SG_NOTE_ED25519};
    memcpy(bytes + 1, seed, SG_ED25519_SEED);
    enum scrubgate_status rc = sg_buf_addf(out, "%s%s+%08x+", mark, key->name, key->id);
    if (rc >= 0)
        rc = sg_base64_add(out, (struct sg_bytes){bytes, sizeof bytes});
    sg_wipe(bytes, sizeof bytes);
    return rc < 0 ? rc : sg_buf_add_byte(out, '\n');
}

static enum scrubgate_status write_file(const char *dir, int folder, const char *name,
                                        const struct sg_buf *text, mode_t mode,
                                        struct scrubgate_fault *fault)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool ok = fd >= 0;
    if (ok) {
        ssize_t put = write(fd, text->data, text->len);
        if (put >= 0 && put != (ssize_t)text->len)
            errno = ENOSPC;
        /* The mode again, without the umask's say. */
        ok = put == (ssize_t)text->len && fchmod(fd, mode) == 0 && fsync(fd) == 0 &&
             fsync(folder) == 0;
        int saved = errno;
        if (!ok)
            (void)unlinkat(folder, name, 0); /* half a key would stop every later start */
        (void)close(fd);
        errno = saved;
    }
    return ok ? SCRUBGATE_OK
              : sg_keys_fail(dir, name, SCRUBGATE_EIO, fault, "cannot make this key file",
                             strerror(errno));
}

static bool is_there(int folder, const char *name)
{
    struct stat info;
    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum scrubgate_status make_log_key(const char *dir, int folder, const char *origin,
                                          unsigned *made, struct scrubgate_fault *fault)
{
    uint8_t seed[SG_ED25519_SEED], public_key[SG_ED25519_PUBLIC];
    struct sg_signer *signer = NULL;
    struct sg_note_key key;
    struct sg_buf text = {.ceiling = TEXT_MOST}, public_text = {.ceiling = TEXT_MOST};
    enum scrubgate_status rc = sg_random(seed, sizeof seed);
    if (rc >= 0)
        rc = sg_signer_new(&signer, seed, public_key);
    if (rc >= 0)
        rc = sg_note_key_init(&key, sg_bytes_of(origin), SG_NOTE_ED25519, public_key);
    if (rc >= 0)
        rc = print_private(&text, &key, seed);
    if (rc >= 0)
        rc = sg_note_key_add(&public_text, &key);
    if (rc >= 0)
        rc = sg_buf_add_byte(&public_text, '\n');
    if (rc < 0) {
        (void)sg_keys_fail(dir, log_name, rc, fault, "cannot make this key",
                           scrubgate_status_word(rc));
        goto out;
    }
    /* The public half first: where log.key is, it is. */
    (void)unlinkat(folder, public_name, 0);
    rc = write_file(dir, folder, public_name, &public_text, PUBLIC_MODE, fault);
    if (rc >= 0)
        rc = write_file(dir, folder, log_name, &text, PRIVATE_MODE, fault);
    *made += rc >= 0;
out:
    sg_wipe(seed, sizeof seed);
    sg_signer_free(signer);
    sg_buf_fini(&text);
    sg_buf_fini(&public_text);
    return rc;
}

static enum scrubgate_status make_seal_key(const char *dir, int folder, struct sg_seal_key *first,
                                           struct scrubgate_fault *fault)
{
    bool ok = false;
    first->epoch = 0;
    enum scrubgate_status rc = sg_random(first->key, sizeof first->key);
    if (rc < 0)
        return sg_keys_fail(dir, seal_name, rc, fault, "no randomness", "");
    (void)unlinkat(folder, seal_before, 0);
    int fd = openat(folder, seal_before, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, PRIVATE_MODE);
    if (fd >= 0) {
        ok = fchmod(fd, PRIVATE_MODE) == 0 && sg_seal_file_replace(fd, first) >= 0 &&
             fsync(fd) == 0 && renameat(folder, seal_before, folder, seal_name) == 0 &&
             fsync(folder) == 0;
        (void)close(fd);
    }
    return ok ? SCRUBGATE_OK
              : sg_keys_fail(dir, seal_name, SCRUBGATE_EIO, fault, "cannot make this key file",
                             strerror(errno));
}

enum scrubgate_status sg_log_keys_make(const char *dir, const char *origin, unsigned *made,
                                       bool *fresh, struct sg_seal_key *first,
                                       struct scrubgate_fault *fault)
{
    int folder;
    *fresh = false;
    enum scrubgate_status rc = sg_keys_folder(dir, &folder, fault);
    if (rc < 0)
        return rc;
    if (origin != NULL && !is_there(folder, log_name))
        rc = make_log_key(dir, folder, origin, made, fault);
    if (rc >= 0 && !is_there(folder, seal_name)) {
        rc = make_seal_key(dir, folder, first, fault);
        *fresh = rc >= 0;
        *made += rc >= 0;
    }
    (void)close(folder);
    return rc;
}

/* --- opening --- */

static enum scrubgate_status open_file(const char *dir, int folder, const char *name, int flags,
                                       int *fd, struct scrubgate_fault *fault)
{
    /* Not blocking: a pipe in the key's place must not hang the start. */
    *fd = openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (*fd < 0)
        return sg_keys_fail(dir, name, SCRUBGATE_EIO, fault, "cannot open this key",
                            strerror(errno));
    enum scrubgate_status rc = sg_keys_check(dir, name, *fd, fault);
    if (rc < 0) {
        (void)close(*fd);
        *fd = -1;
    }
    return rc;
}

/* The name and the seed; what is written again from them must be what was read. */
static bool parse_private(struct sg_bytes text, struct sg_log_keys *keys)
{
    uint8_t bytes[KEY_BYTES], public_key[SG_ED25519_PUBLIC];
    struct sg_bytes rest = {text.data + sizeof mark - 1, text.len - sizeof mark + 1};
    struct sg_buf again = {.ceiling = TEXT_MOST};
    size_t len = 0;
    bool ok = false;
    if (!sg_bytes_start_with(text, SG_BYTES("PRIVATE+KEY+")) || text.data[text.len - 1] != '\n')
        return false;
    struct sg_bytes name = {rest.data, sg_bytes_find(rest, '+')};
    const size_t skip = name.len + 1 + 8 + 1;
    if (rest.len <= skip)
        return false;
    const struct sg_bytes key = {rest.data + skip, rest.len - skip - 1};
    if (sg_base64_read(key, bytes, sizeof bytes, &len) >= 0 && len == sizeof bytes &&
        sg_signer_new(&keys->signer, bytes + 1, public_key) >= 0 &&
        sg_note_key_init(&keys->key, name, SG_NOTE_ED25519, public_key) >= 0 &&
        print_private(&again, &keys->key, bytes + 1) >= 0)
        ok = sg_bytes_equal(sg_buf_bytes(&again), text);
    sg_wipe(bytes, sizeof bytes);
    sg_buf_fini(&again);
    return ok;
}

static enum scrubgate_status open_log_key(struct sg_log_keys *keys, const char *dir, int folder,
                                          const char *origin, struct scrubgate_fault *fault)
{
    uint8_t text[TEXT_MOST];
    int fd;
    enum scrubgate_status rc = open_file(dir, folder, log_name, O_RDONLY, &fd, fault);
    if (rc < 0)
        return rc;
    ssize_t got = read(fd, text, sizeof text);
    (void)close(fd);
    if (got <= (ssize_t)sizeof mark || !parse_private((struct sg_bytes){text, (size_t)got}, keys))
        rc = sg_keys_fail(dir, log_name, SCRUBGATE_EINVAL, fault,
                          "this is no signing key as `scrubgate keygen` makes it: restore it", "");
    else if (strcmp(keys->key.name, origin) != 0)
        rc = sg_keys_fail(dir, log_name, SCRUBGATE_EINVAL, fault,
                          "this key is of another log: audit.origin must be", keys->key.name);
    sg_wipe(text, sizeof text);
    return rc;
}

enum scrubgate_status sg_log_keys_open(struct sg_log_keys *keys, const char *dir,
                                       const char *origin, struct scrubgate_fault *fault)
{
    int folder;
    *keys = (struct sg_log_keys){.seal_fd = -1};
    enum scrubgate_status rc = sg_keys_folder(dir, &folder, fault);
    if (rc < 0)
        return rc;
    rc = open_log_key(keys, dir, folder, origin, fault);
    if (rc >= 0)
        rc = open_file(dir, folder, seal_name, O_RDWR, &keys->seal_fd, fault);
    if (rc >= 0 && sg_seal_file_read(keys->seal_fd, &keys->seal) < 0)
        rc = sg_keys_fail(dir, seal_name, SCRUBGATE_EINVAL, fault, "it holds no key: restore it",
                          "");
    (void)close(folder);
    if (rc < 0)
        sg_log_keys_fini(keys);
    return rc;
}
