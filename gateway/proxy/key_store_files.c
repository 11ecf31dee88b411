/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key_store_files.c - the files of a key store: made, matched with each other, mended after a
 * crash.
 *
 * The file of keys says which master wraps them. So whichever of the two masters that is, is the
 * one; the other one, and a file of keys that never took its place, are what a crash left over.
 */
#include "proxy/key_store_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "proxy/keys_parts.h"

static enum scrubgate_status fail(const struct sg_key_store *store, const char *name,
                                  enum scrubgate_status rc, const char *what,
                                  struct scrubgate_fault *fault)
{
    return sg_keys_fail(store->dir, name, rc, fault, what,
                        rc == SCRUBGATE_EIO ? strerror(errno) : "");
}

static bool is_there(const struct sg_key_store *store, const char *name)
{
    struct stat info;
    return fstatat(store->folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/* DONE: it is another one, or none; one that was overwritten and not yet removed is none. */
static enum scrubgate_status load_that(const struct sg_key_store *store, const char *name,
                                       uint64_t print, uint8_t master[SG_KEY_SIZE])
{
    uint64_t found = 0;
    if (sg_keys_load_file(store->dir, store->folder, name, master, NULL) < 0)
        return SCRUBGATE_DONE;
    enum scrubgate_status rc = sg_key_print(master, &found);
    if (rc >= 0 && found != print)
        rc = SCRUBGATE_DONE;
    if (rc != SCRUBGATE_OK)
        sg_wipe(master, SG_KEY_SIZE);
    return rc;
}

enum scrubgate_status sg_key_files_finish(const struct sg_key_store *store,
                                          struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!is_there(store, SG_KEYS_MASTER_NEW))
        return rc; /* it has */
    /* The old master must not go before what it wraps is surely replaced. */
    if (fsync(store->folder) != 0)
        return fail(store, "", SCRUBGATE_EIO, "cannot sync this folder", fault);
    rc = sg_keys_destroy_file(store->dir, store->folder, SG_KEYS_MASTER, fault);
    if (rc >= 0 &&
        (renameat(store->folder, SG_KEYS_MASTER_NEW, store->folder, SG_KEYS_MASTER) != 0 ||
         fsync(store->folder) != 0))
        rc = fail(store, SG_KEYS_MASTER, SCRUBGATE_EIO, "cannot replace this key", fault);
    return rc;
}

/* Both are there whole, or not at all. */
static enum scrubgate_status make_master(const struct sg_key_store *store,
                                         struct scrubgate_fault *fault)
{
    unsigned made = 0;
    enum scrubgate_status rc =
        sg_keys_destroy_file(store->dir, store->folder, SG_KEYS_MASTER_NEW, fault);
    if (rc < 0 || is_there(store, SG_KEYS_MASTER))
        return rc;
    rc = sg_keys_make_file(store->dir, store->folder, SG_KEYS_MASTER_NEW, &made, fault);
    return rc < 0 ? rc : sg_key_files_finish(store, fault);
}

/* A first start, or one after the keys were removed. */
static enum scrubgate_status make_all(const struct sg_key_store *store,
                                      struct scrubgate_fault *fault)
{
    uint8_t master[SG_KEY_SIZE];
    uint64_t print = 0;
    enum scrubgate_status rc = make_master(store, fault);
    if (rc >= 0)
        rc = sg_keys_load_file(store->dir, store->folder, SG_KEYS_MASTER, master, fault);
    if (rc < 0)
        return rc;
    rc = sg_key_print(master, &print);
    sg_wipe(master, sizeof master);
    if (rc >= 0)
        rc = sg_key_slots_make(store->folder, SG_KEYS_FILE_NEW, SG_KEY_SLOTS_FEWEST, print,
                               sg_clock_wall_ms());
    if (rc >= 0 && (renameat(store->folder, SG_KEYS_FILE_NEW, store->folder, SG_KEYS_FILE) != 0 ||
                    fsync(store->folder) != 0))
        rc = SCRUBGATE_EIO;
    return rc < 0 ? fail(store, SG_KEYS_FILE, rc, "cannot make this file", fault) : rc;
}

/* The layer's file is open: finds its master, and ends what a crash interrupted. */
static enum scrubgate_status match(const struct sg_key_store *store, bool alone,
                                   struct sg_key_layer *layer, struct scrubgate_fault *fault)
{
    const uint64_t print = sg_key_slots_print(&layer->slots);
    enum scrubgate_status rc = load_that(store, SG_KEYS_MASTER, print, layer->master);
    if (rc == SCRUBGATE_OK && alone) {
        (void)unlinkat(store->folder, SG_KEYS_FILE_NEW, 0);
        rc = sg_keys_destroy_file(store->dir, store->folder, SG_KEYS_MASTER_NEW, fault);
    }
    if (rc != SCRUBGATE_DONE)
        return rc;
    rc = load_that(store, SG_KEYS_MASTER_NEW, print, layer->master);
    if (rc == SCRUBGATE_OK && alone)
        rc = sg_key_files_finish(store, fault);
    if (rc != SCRUBGATE_DONE)
        return rc;
    return fail(store, SG_KEYS_MASTER, SCRUBGATE_EINVAL,
                "this is not the key that wraps those in " SG_KEYS_FILE
                ": restore it, or remove both: conversations get new pseudonyms then",
                fault);
}

enum scrubgate_status sg_key_files_open(struct sg_key_store *store, bool alone,
                                        struct sg_key_layer *layer, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (!is_there(store, SG_KEYS_FILE))
        rc = make_all(store, fault);
    if (rc < 0)
        return rc;
    rc = sg_key_slots_open(&layer->slots, store->folder, SG_KEYS_FILE);
    if (rc < 0)
        return fail(store, SG_KEYS_FILE, rc == SCRUBGATE_EMALFORMED ? SCRUBGATE_EINVAL : rc,
                    "this is no file of keys of ours alone: chmod 600, or remove it: conversations "
                    "get new pseudonyms then",
                    fault);
    rc = match(store, alone, layer, fault);
    if (rc < 0)
        sg_key_slots_close(&layer->slots);
    return rc;
}
