/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note.c - signed notes (C2SP signed-note) and the keys that verify them.
 */
#include "audit/note.h"

#include <string.h>

#include "base/base64.h"
#include "base/digest.h"
#include "base/utf8.h"

enum { ID_SIZE = 4, TIME_SIZE = 8 };

static const char dash[] = "\xE2\x80\x94 "; /* U+2014 and a space */

static uint64_t big_endian(const uint8_t *bytes, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* --- keys --- */

static bool is_name(struct sg_bytes name)
{
    if (name.len == 0 || name.len > SG_NOTE_NAME)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        if (name.data[i] <= 0x20 || name.data[i] >= 0x7F || name.data[i] == '+')
            return false;
    }
    return true;
}

enum scrubgate_status sg_note_key_init(struct sg_note_key *key, struct sg_bytes name,
                                       enum sg_note_kind kind,
                                       const uint8_t public_key[SG_ED25519_PUBLIC])
{
    uint8_t text[SG_NOTE_NAME + 2 + SG_ED25519_PUBLIC], digest[SG_SHA256_SIZE];
    if (!is_name(name))
        return SCRUBGATE_EINVAL;
    memcpy(text, name.data, name.len);
    text[name.len] = '\n';
    text[name.len + 1] = (uint8_t)kind;
    memcpy(text + name.len + 2, public_key, SG_ED25519_PUBLIC);
    enum scrubgate_status rc =
        sg_sha256((struct sg_bytes){text, name.len + 2 + SG_ED25519_PUBLIC}, digest);
    if (rc < 0)
        return rc;
    memcpy(key->name, name.data, name.len);
    key->name[name.len] = '\0';
    key->kind = kind;
    key->id = (uint32_t)big_endian(digest, ID_SIZE);
    memcpy(key->public_key, public_key, SG_ED25519_PUBLIC);
    return SCRUBGATE_OK;
}

static bool read_hex32(struct sg_bytes text, uint32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = sg_hex_value(text.data[i]);
        if (digit < 0 || (text.data[i] >= 'A' && text.data[i] <= 'F'))
            return false;
        *value = *value << 4 | (uint32_t)digit;
    }
    return text.len == 8;
}

enum scrubgate_status sg_note_key_read(struct sg_note_key *key, struct sg_bytes text)
{
    uint8_t bytes[1 + SG_ED25519_PUBLIC];
    size_t plus = sg_bytes_find(text, '+'), len = 0;
    uint32_t id;
    if (text.len < plus + 10 || text.data[plus + 9] != '+' ||
        !read_hex32((struct sg_bytes){text.data + plus + 1, 8}, &id))
        return SCRUBGATE_EMALFORMED;
    struct sg_bytes coded = {text.data + plus + 10, text.len - plus - 10};
    if (sg_base64_read(coded, bytes, sizeof bytes, &len) < 0 || len != sizeof bytes ||
        (bytes[0] != SG_NOTE_ED25519 && bytes[0] != SG_NOTE_COSIGNATURE))
        return SCRUBGATE_EMALFORMED;
    enum scrubgate_status rc = sg_note_key_init(key, (struct sg_bytes){text.data, plus},
                                                (enum sg_note_kind)bytes[0], bytes + 1);
    if (rc == SCRUBGATE_EINVAL || (rc >= 0 && key->id != id))
        return SCRUBGATE_EMALFORMED;
    return rc;
}

enum scrubgate_status sg_note_key_add(struct sg_buf *out, const struct sg_note_key *key)
{
    uint8_t bytes[1 + SG_ED25519_PUBLIC] = {(uint8_t)key->kind};
    memcpy(bytes + 1, key->public_key, SG_ED25519_PUBLIC);
    enum scrubgate_status rc = sg_buf_addf(out, "%s+%08x+", key->name, (unsigned)key->id);
    return rc < 0 ? rc : sg_base64_add(out, (struct sg_bytes){bytes, sizeof bytes});
}

/* --- reading --- */

/* Valid UTF-8 without a control but LF. */
static bool is_plain(struct sg_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((text.data[i] < 0x20 && text.data[i] != '\n') || text.data[i] == 0x7F)
            return false;
    }
    return sg_utf8_valid(text);
}

static enum scrubgate_status read_signature(struct sg_note_signature *signature,
                                            struct sg_bytes line)
{
    uint8_t bytes[ID_SIZE + sizeof signature->bytes];
    size_t start = sizeof dash - 1, len = 0;
    if (!sg_bytes_start_with(line, (struct sg_bytes){(const uint8_t *)dash, start}))
        return SCRUBGATE_EMALFORMED;
    struct sg_bytes rest = {line.data + start, line.len - start};
    size_t space = sg_bytes_find(rest, ' ');
    signature->name = (struct sg_bytes){rest.data, space};
    if (space == rest.len || space == 0 || sg_bytes_find(signature->name, '+') != space)
        return SCRUBGATE_EMALFORMED;
    struct sg_bytes coded = {rest.data + space + 1, rest.len - space - 1};
    enum scrubgate_status rc = sg_base64_read(coded, bytes, sizeof bytes, &len);
    if (rc == SCRUBGATE_EMALFORMED || (rc >= 0 && len <= ID_SIZE))
        return SCRUBGATE_EMALFORMED;
    signature->id = (uint32_t)big_endian(bytes, ID_SIZE);
    signature->len = rc == SCRUBGATE_ELIMIT ? 0 : len - ID_SIZE;
    memcpy(signature->bytes, bytes + ID_SIZE, signature->len);
    return SCRUBGATE_OK;
}

/* Where the last empty line begins; 0: there is none. */
static size_t find_split(struct sg_bytes bytes)
{
    for (size_t i = bytes.len; i >= 2; i--) {
        if (bytes.data[i - 1] == '\n' && bytes.data[i - 2] == '\n')
            return i - 1;
    }
    return 0;
}

enum scrubgate_status sg_note_read(struct sg_note *note, struct sg_bytes bytes)
{
    note->n = 0;
    if (bytes.len > SG_NOTE_LONGEST)
        return SCRUBGATE_ELIMIT;
    size_t split = find_split(bytes);
    if (split == 0 || bytes.data[bytes.len - 1] != '\n' || !is_plain(bytes))
        return SCRUBGATE_EMALFORMED;
    note->text = (struct sg_bytes){bytes.data, split};
    for (size_t at = split + 1; at < bytes.len;) {
        struct sg_bytes rest = {bytes.data + at, bytes.len - at};
        size_t end = sg_bytes_find(rest, '\n');
        if (note->n == SG_NOTE_SIGNATURES)
            return SCRUBGATE_ELIMIT;
        enum scrubgate_status rc =
            read_signature(&note->signature[note->n], (struct sg_bytes){rest.data, end});
        if (rc < 0)
            return rc;
        note->n++;
        at += end + 1;
    }
    return note->n > 0 ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED;
}

/* --- verifying and signing --- */

/* What a cosignature signs (C2SP tlog-cosignature). */
static enum scrubgate_status add_cosigned(struct sg_buf *out, struct sg_bytes text, uint64_t time)
{
    enum scrubgate_status rc =
        sg_buf_addf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
    return rc < 0 ? rc : sg_buf_add_bytes(out, text);
}

static bool holds(const struct sg_note *note, const struct sg_note_signature *signature,
                  const struct sg_note_key *key, uint64_t *time)
{
    struct sg_buf cosigned = {0};
    bool good = false;
    if (key->kind == SG_NOTE_ED25519) {
        *time = 0;
        return signature->len == SG_ED25519_SIGNATURE &&
               sg_ed25519_verify(key->public_key, note->text, signature->bytes);
    }
    if (signature->len != TIME_SIZE + SG_ED25519_SIGNATURE)
        return false;
    *time = big_endian(signature->bytes, TIME_SIZE);
    if (add_cosigned(&cosigned, note->text, *time) >= 0)
        good = sg_ed25519_verify(key->public_key, sg_buf_bytes(&cosigned),
                                 signature->bytes + TIME_SIZE);
    sg_buf_fini(&cosigned);
    return good;
}

enum scrubgate_status sg_note_verify(const struct sg_note *note, const struct sg_note_key *key,
                                     uint64_t *time)
{
    bool signed_by = false;
    uint64_t when = 0;
    for (size_t i = 0; i < note->n; i++) {
        const struct sg_note_signature *signature = &note->signature[i];
        if (signature->id != key->id || !sg_bytes_equal(signature->name, sg_bytes_of(key->name)))
            continue;
        if (!holds(note, signature, key, &when))
            return SCRUBGATE_EMALFORMED;
        signed_by = true;
    }
    if (signed_by && time != NULL)
        *time = when;
    return signed_by ? SCRUBGATE_OK : SCRUBGATE_EMALFORMED;
}

enum scrubgate_status sg_note_sign(struct sg_buf *out, struct sg_bytes text,
                                   const struct sg_note_key *key, struct sg_signer *signer)
{
    uint8_t bytes[ID_SIZE + SG_ED25519_SIGNATURE];
    for (size_t i = 0; i < ID_SIZE; i++)
        bytes[i] = (uint8_t)(key->id >> (24 - 8 * i));
    enum scrubgate_status rc = sg_signer_sign(signer, text, bytes + ID_SIZE);
    if (rc >= 0)
        rc = sg_buf_addf(out, "%s%s ", dash, key->name);
    if (rc >= 0)
        rc = sg_base64_add(out, (struct sg_bytes){bytes, sizeof bytes});
    return rc < 0 ? rc : sg_buf_add_byte(out, '\n');
}
