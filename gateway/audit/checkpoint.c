/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint.c - what a log commits to: its name, its size, its root (C2SP tlog-checkpoint).
 */
#include "audit/checkpoint.h"

#include <stdlib.h>

#include "base/base64.h"

enum scrubgate_status sg_checkpoint_read(struct sg_checkpoint *checkpoint, struct sg_bytes text)
{
    struct sg_bytes size, root;
    size_t len = 0;
    if (!sg_bytes_take_line(&text, &checkpoint->origin) || !sg_bytes_take_line(&text, &size) ||
        !sg_bytes_take_line(&text, &root) || checkpoint->origin.len == 0)
        return SCRUBGATE_EMALFORMED;
    if (!sg_bytes_to_u64(size, &checkpoint->size) || (size.len > 1 && size.data[0] == '0'))
        return SCRUBGATE_EMALFORMED;
    if (sg_base64_read(root, checkpoint->root.bytes, sizeof checkpoint->root.bytes, &len) < 0 ||
        len != sizeof checkpoint->root.bytes)
        return SCRUBGATE_EMALFORMED;
    return SCRUBGATE_OK;
}

enum scrubgate_status sg_checkpoint_add(struct sg_buf *out, const struct sg_checkpoint *checkpoint,
                                        const struct sg_note_key *key, struct sg_signer *signer)
{
    size_t start = out->len;
    enum scrubgate_status rc = sg_buf_add_bytes(out, checkpoint->origin);
    if (rc >= 0)
        rc = sg_buf_addf(out, "\n%llu\n", (unsigned long long)checkpoint->size);
    if (rc >= 0)
        rc = sg_base64_add(
            out, (struct sg_bytes){checkpoint->root.bytes, sizeof checkpoint->root.bytes});
    if (rc >= 0)
        rc = sg_buf_add_text(out, "\n");
    size_t end = out->len;
    if (rc >= 0)
        rc = sg_buf_add_text(out, "\n");
    /* The signature line grows the buf: what is signed is found again in it, not borrowed. */
    if (rc >= 0)
        rc = sg_buf_reserve(out, SG_NOTE_NAME + 128);
    if (rc >= 0)
        rc = sg_note_sign(out, (struct sg_bytes){out->data + start, end - start}, key, signer);
    if (rc < 0)
        out->len = start;
    return rc;
}

enum scrubgate_status sg_checkpoint_open(struct sg_checkpoint *checkpoint, struct sg_note *note,
                                         struct sg_bytes bytes, const struct sg_note_key *key)
{
    struct sg_note *own = note == NULL ? malloc(sizeof *own) : NULL;
    struct sg_note *used = note == NULL ? own : note;
    enum scrubgate_status rc = used == NULL ? SCRUBGATE_ENOMEM : sg_note_read(used, bytes);
    if (rc >= 0)
        rc = sg_note_verify(used, key, NULL);
    if (rc >= 0)
        rc = sg_checkpoint_read(checkpoint, used->text);
    if (rc >= 0 && !sg_bytes_equal(checkpoint->origin, sg_bytes_of(key->name)))
        rc = SCRUBGATE_EMALFORMED;
    free(own);
    return rc;
}
