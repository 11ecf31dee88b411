/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_keys.c - what an auditor brings along: keys and checkpoints, from files; and an age.
 */
#include "cli/audit_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/checkpoint.h"
#include "audit/first_key.h"
#include "audit/seal_file.h"
#include "base/diag.h"
#include "base/file.h"
#include "cli/console.h"
#include "cli/moment.h"

static bool complain(const char *path, const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", path, what);
    return false;
}

/* A small file's bytes, without the white space behind them. */
static bool read_text(const char *path, struct sg_buf *text, struct sg_bytes *trimmed)
{
    struct scrubgate_fault fault = {.what = ""};
    if (sg_file_read(path, text, &fault) < 0) {
        (void)sg_say_fault(&fault);
        return false;
    }
    *trimmed = sg_buf_bytes(text);
    while (trimmed->len > 0 && (trimmed->data[trimmed->len - 1] == '\n' ||
                                sg_is_blank(trimmed->data[trimmed->len - 1])))
        trimmed->len--;
    return true;
}

bool sg_load_vkey(const char *path, struct sg_note_key *key)
{
    struct sg_buf text;
    struct sg_bytes trimmed;
    sg_buf_init(&text, SG_NOTE_LONGEST);
    bool good = read_text(path, &text, &trimmed);
    if (good && (sg_note_key_read(key, trimmed) < 0 || key->kind != SG_NOTE_ED25519))
        good = complain(path, "this is no log's public key (name+id+base64, as in log.vkey)");
    sg_buf_fini(&text);
    return good;
}

bool sg_load_vkey_of(const char *path, const char *dir, struct sg_note_key *key)
{
    char usual[4096];
    if (path != NULL)
        return sg_load_vkey(path, key);
    int n = snprintf(usual, sizeof usual, "%s/../keys/log.vkey", dir);
    if (n < 0 || (size_t)n >= sizeof usual || access(usual, R_OK) != 0)
        return complain(dir, "its public key is not in ../keys/log.vkey: give it with --vkey");
    return sg_load_vkey(usual, key);
}

bool sg_load_seal_key(const char *path, uint8_t key[SG_KEY_SIZE])
{
    struct sg_buf text;
    struct sg_bytes trimmed;
    sg_buf_init(&text, SG_NOTE_LONGEST);
    bool good = read_text(path, &text, &trimmed);
    enum scrubgate_status rc = good ? sg_first_key_read(trimmed, key) : SCRUBGATE_OK;
    if (rc == SCRUBGATE_EINVAL)
        good = complain(path, "a letter of this key was copied wrong: its check does not fit");
    else if (rc < 0)
        good = complain(path, "this is no first key of seals (32 bytes in base64)");
    sg_buf_fini(&text);
    return good;
}

bool sg_load_kept(const char *path, const struct sg_note_key *key, struct sg_verify_known *known)
{
    struct sg_checkpoint checkpoint;
    struct sg_buf text;
    struct scrubgate_fault fault = {.what = ""};
    sg_buf_init(&text, SG_NOTE_LONGEST);
    bool good = sg_file_read(path, &text, &fault) >= 0;
    if (!good)
        (void)sg_say_fault(&fault);
    else if (sg_checkpoint_open(&checkpoint, NULL, sg_buf_bytes(&text), key) < 0)
        good = complain(path, "this is no checkpoint that the log's key has signed");
    if (good)
        *known = (struct sg_verify_known){checkpoint.size, checkpoint.root};
    sg_buf_fini(&text);
    return good;
}

bool sg_load_known(const struct sg_texts *paths, const struct sg_note_key *key,
                   struct sg_verify_known *known)
{
    for (size_t i = 0; i < paths->n; i++) {
        if (!sg_load_kept(paths->item[i], key, &known[i]))
            return false;
    }
    return true;
}

bool sg_load_policy(const char *path, struct sg_policy **policy)
{
    struct scrubgate_fault fault = {.what = ""};
    struct sg_buf text;
    sg_buf_init(&text, SG_POLICY_LONGEST);
    *policy = NULL;
    enum scrubgate_status rc = sg_file_read(path, &text, &fault);
    if (rc >= 0)
        rc = sg_policy_read(policy, sg_buf_bytes(&text), path, &fault);
    if (rc < 0)
        (void)sg_say_fault(&fault);
    sg_buf_fini(&text);
    return rc >= 0;
}

bool sg_load_seal_state(const char *state, struct sg_seal_key *key)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/keys/seal.key", state);
    if (n < 0 || (size_t)n >= sizeof path)
        return complain(state, "this path is too long");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return complain(path, strerror(errno));
    bool good = sg_seal_file_read(fd, key) >= 0 || complain(path, "this is no seal key");
    (void)close(fd);
    return good;
}

bool sg_load_retention(const char *text, uint64_t *ms)
{
    *ms = 0;
    if (text != NULL && strcmp(text, "any") == 0)
        return true;
    if (!sg_span_read(text == NULL ? "400d" : text, ms))
        return complain(text, "--retention wants a time such as 400d or 1h, or any");
    if (*ms == 0)
        *ms = UINT64_MAX;
    return true;
}
