/* SPDX-License-Identifier: Apache-2.0 */
/*
 * provenance.c - the rule packs behind the digests that decisions name.
 */
#include "audit/provenance.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"

enum { FOLDER_MODE = 0750, FILE_MODE = 0640, DIGITS = 2 * SG_SHA256_SIZE, PATH_MOST = 4096 };
/* A folder that somebody filled is not listed to its end. */
enum { ENTRIES_MOST = 4 * SG_PROVENANCE_PACKS };

static const char tail[] = ".yaml";

static bool is_digest(const char *text)
{
    size_t n = 0;
    while (text[n] != '\0' && sg_hex_value(text[n]) >= 0 && sg_to_lower(text[n]) == text[n])
        n++;
    return n == DIGITS && text[n] == '\0';
}

/* "NNN-name.yaml" */
static bool is_pack(const char *name)
{
    size_t len = strlen(name);
    return len < SG_PROVENANCE_NAME && len > 4 + sizeof tail - 1 && sg_is_digit(name[0]) &&
           sg_is_digit(name[1]) && sg_is_digit(name[2]) && name[3] == '-' &&
           strcmp(name + len - (sizeof tail - 1), tail) == 0;
}

static enum scrubgate_status folder_of(const char *dir, const char *digest, char path[PATH_MOST],
                                       struct scrubgate_fault *fault)
{
    if (is_digest(digest) &&
        (size_t)snprintf(path, PATH_MOST, "%s/rules/%s", dir, digest) < PATH_MOST)
        return SCRUBGATE_OK;
    sg_fault_set(fault, dir, 0, 0, "a digest of rules is %d lower-case hex digits", (int)DIGITS);
    return SCRUBGATE_EINVAL;
}

static enum scrubgate_status fail(const char *path, const char *what, enum scrubgate_status rc,
                                  struct scrubgate_fault *fault)
{
    sg_fault_set(fault, path, 0, 0, "%s: %s", what,
                 rc == SCRUBGATE_EIO ? strerror(errno) : scrubgate_status_word(rc));
    return rc;
}

/* --- reading --- */

void sg_provenance_free(struct sg_provenance *provenance)
{
    for (size_t i = 0; i < provenance->n; i++)
        sg_buf_fini(&provenance->packs[i].text);
    free(provenance->packs);
    *provenance = (struct sg_provenance){0};
}

static int by_name(const void *a, const void *b)
{
    const struct sg_provenance_pack *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static enum scrubgate_status list(struct sg_provenance *found, DIR *folder)
{
    const struct dirent *entry;
    found->packs = calloc(SG_PROVENANCE_PACKS, sizeof *found->packs);
    if (found->packs == NULL)
        return SCRUBGATE_ENOMEM;
    for (size_t i = 0; (entry = readdir(folder)) != NULL; i++) {
        if (i == ENTRIES_MOST || (is_pack(entry->d_name) && found->n == SG_PROVENANCE_PACKS))
            return SCRUBGATE_ELIMIT;
        if (is_pack(entry->d_name))
            memcpy(found->packs[found->n++].name, entry->d_name, strlen(entry->d_name) + 1);
    }
    qsort(found->packs, found->n, sizeof *found->packs, by_name);
    return SCRUBGATE_OK;
}

static enum scrubgate_status digest_of(const struct sg_provenance *packs, char hex[DIGITS + 1])
{
    struct sg_sha256 *hash = NULL;
    uint8_t digest[SG_SHA256_SIZE];
    enum scrubgate_status rc = sg_sha256_new(&hash);
    for (size_t i = 0; rc >= 0 && i < packs->n; i++)
        rc = sg_sha256_add_item(hash, sg_buf_bytes(&packs->packs[i].text));
    if (rc >= 0)
        rc = sg_sha256_done(hash, digest);
    if (rc >= 0)
        sg_hex((struct sg_bytes){digest, sizeof digest}, hex);
    sg_sha256_free(hash);
    return rc;
}

static enum scrubgate_status load(struct sg_provenance *found, const char *path, DIR *folder,
                                  const char *digest, struct scrubgate_fault *fault)
{
    char hex[DIGITS + 1];
    enum scrubgate_status rc = list(found, folder);
    for (size_t i = 0; rc >= 0 && i < found->n; i++) {
        sg_buf_init(&found->packs[i].text, SG_PROVENANCE_PACK_SIZE);
        rc = sg_file_read_at(dirfd(folder), found->packs[i].name, &found->packs[i].text);
    }
    if (rc >= 0)
        rc = digest_of(found, hex);
    if (rc < 0)
        return fail(path, "cannot read these packs", rc, fault);
    if (strcmp(hex, digest) == 0)
        return SCRUBGATE_OK;
    sg_fault_set(fault, path, 0, 0, "these packs were changed: their digest is %s", hex);
    return SCRUBGATE_EMALFORMED;
}

enum scrubgate_status sg_provenance_load(struct sg_provenance *provenance, const char *dir,
                                         const char *digest, struct scrubgate_fault *fault)
{
    char path[PATH_MOST];
    *provenance = (struct sg_provenance){0};
    enum scrubgate_status rc = folder_of(dir, digest, path, fault);
    if (rc < 0)
        return rc;
    DIR *folder = opendir(path);
    if (folder == NULL && errno == ENOENT) {
        sg_fault_set(fault, path, 0, 0, "no rules with this digest are kept here");
        return SCRUBGATE_EINVAL;
    }
    if (folder == NULL)
        return fail(path, "cannot open this folder",
                    errno == ENOMEM ? SCRUBGATE_ENOMEM : SCRUBGATE_EIO, fault);
    rc = load(provenance, path, folder, digest, fault);
    (void)closedir(folder);
    if (rc < 0)
        sg_provenance_free(provenance);
    return rc;
}

/* --- keeping --- */

/* What is there and does not belong: it would make another digest. */
static void remove_others(int folder, const char (*names)[SG_PROVENANCE_NAME], size_t n)
{
    int fd = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    if (entries == NULL && fd >= 0)
        (void)close(fd);
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        size_t i = 0;
        while (i < n && strcmp(names[i], entry->d_name) != 0)
            i++;
        if (i == n && is_pack(entry->d_name))
            (void)unlinkat(folder, entry->d_name, 0);
    }
    if (entries != NULL)
        (void)closedir(entries);
}

static enum scrubgate_status write_all(const char *path, const struct sg_provenance_source *sources,
                                       size_t n, struct scrubgate_fault *fault)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    char(*names)[SG_PROVENANCE_NAME] = calloc(n == 0 ? 1 : n, sizeof *names);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (names == NULL)
        rc = SCRUBGATE_ENOMEM;
    else if (folder < 0)
        rc = SCRUBGATE_EIO;
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        (void)snprintf(names[i], sizeof names[i], "%03zu-%.64s%s", i, sources[i].name, tail);
        rc = sg_file_replace_at(folder, names[i], sources[i].text, FILE_MODE);
    }
    if (rc >= 0)
        remove_others(folder, (const char(*)[SG_PROVENANCE_NAME])names, n);
    if (rc >= 0 && fsync(folder) != 0)
        rc = SCRUBGATE_EIO;
    if (rc < 0)
        (void)fail(path, "cannot keep these packs", rc, fault);
    if (folder >= 0)
        (void)close(folder);
    free(names);
    return rc;
}

/* A crash may have left some of them: the digest tells when all are there. */
enum scrubgate_status sg_provenance_keep(const char *dir, const char *digest,
                                         const struct sg_provenance_source *sources, size_t n,
                                         struct scrubgate_fault *fault)
{
    char path[PATH_MOST];
    struct sg_provenance kept;
    enum scrubgate_status rc = folder_of(dir, digest, path, fault);
    if (rc < 0)
        return rc;
    if (n > SG_PROVENANCE_PACKS)
        return fail(path, "too many packs", SCRUBGATE_ELIMIT, fault);
    rc = sg_provenance_load(&kept, dir, digest, NULL);
    if (rc == SCRUBGATE_ENOMEM)
        sg_fault_set(fault, path, 0, 0, "out of memory");
    if (rc >= 0 || rc == SCRUBGATE_ENOMEM)
        goto out;
    rc = sg_folder_make(path, FOLDER_MODE, fault);
    if (rc >= 0)
        rc = write_all(path, sources, n, fault);
    if (rc >= 0)
        rc = sg_provenance_load(&kept, dir, digest, fault);
    if (rc == SCRUBGATE_EMALFORMED)
        rc = SCRUBGATE_EINVAL;
out:
    if (rc >= 0)
        sg_provenance_free(&kept);
    return rc;
}
