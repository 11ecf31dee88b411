/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outside.c - what a stranger finds in a live log who has its public key and K(0).
 */
#include "outside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit/checkpoint.h"
#include "audit/line.h"
#include "audit/reader.h"
#include "audit/seal.h"
#include "base/base64.h"

#include "live_log.h"

static void check_seal(const struct sg_merkle_range *range, struct sg_sha256 *sha,
                       const struct sg_line *line, struct sg_seal_key *key,
                       const struct sg_outside *outside)
{
    struct sg_hash root;
    size_t len;
    char boot[64], hex[65];
    uint8_t mac[32];
    struct sg_seal seal = {.origin = SG_LIVE_ORIGIN,
                           .boot = boot,
                           .epoch = line->epoch,
                           .size = line->size,
                           .mono_ns = line->mono_ns};
    assert_int_equal(line->epoch, outside->seals);
    assert_int_equal(line->size, outside->records);
    assert_int_equal(sg_merkle_root(range, sha, &root), SCRUBGATE_OK);
    assert_int_equal(sg_base64_read(line->root, seal.root.bytes, 32, &len), SCRUBGATE_OK);
    assert_true(sg_hash_equal(&root, &seal.root));
    assert_true(sg_bytes_to_text(line->boot, boot, sizeof boot));
    assert_int_equal(sg_seal_reach(key, seal.epoch), SCRUBGATE_OK);
    assert_int_equal(sg_seal_mac(key, &seal, mac), SCRUBGATE_OK);
    sg_hex((struct sg_bytes){mac, 32}, hex);
    assert_true(sg_bytes_equal(line->mac, SG_BYTES("")) == false);
    assert_memory_equal(line->mac.data, hex, 64);
}

static void check_tiles(struct sg_reader *reader, struct sg_sha256 *sha,
                        const struct sg_checkpoint *checkpoint)
{
    struct sg_hash root;
    sg_reader_set_size(reader, checkpoint->size);
    assert_int_equal(sg_merkle_root_of(0, checkpoint->size, sha, sg_reader_node, reader, &root),
                     SCRUBGATE_OK);
    assert_true(sg_hash_equal(&root, &checkpoint->root));
}

/* Everything a stranger can check with the public key and K(0). */
struct sg_outside sg_outside_look(const struct sg_tempdir *dir)
{
    struct sg_outside outside = {0};
    struct sg_reader *reader;
    struct sg_sha256 *sha;
    struct sg_merkle_range range = {.size = 0};
    struct sg_seal_key key = {.epoch = 0};
    struct sg_buf text = {0};
    struct sg_checkpoint checkpoint = {.size = 0};
    struct sg_bytes record;
    struct sg_hash root;
    struct sg_note_key log_key;
    char path[512];
    uint64_t seq;
    sg_live_first_key(key.key);
    sg_live_key(&log_key);
    sg_tempdir_path(dir, "audit", path);
    assert_int_equal(sg_sha256_new(&sha), SCRUBGATE_OK);
    assert_int_equal(sg_reader_open(&reader, path, NULL), SCRUBGATE_OK);
    if (sg_reader_checkpoint(reader, &text, NULL) == SCRUBGATE_OK) {
        assert_int_equal(sg_checkpoint_open(&checkpoint, NULL, sg_buf_bytes(&text), &log_key),
                         SCRUBGATE_OK);
        outside.has_checkpoint = true;
        outside.size = checkpoint.size;
    }
    while (sg_reader_next(reader, &record, &seq, NULL) == SCRUBGATE_OK) {
        struct sg_line line;
        struct sg_hash leaf;
        assert_int_equal(sg_line_read(&line, record), SCRUBGATE_OK);
        if ((line.has & SG_LINE_MAC) != 0) {
            check_seal(&range, sha, &line, &key, &outside);
            outside.seals++;
        }
        assert_int_equal(sg_merkle_leaf(sha, record, &leaf), SCRUBGATE_OK);
        assert_int_equal(sg_merkle_push(&range, sha, &leaf, NULL, NULL), SCRUBGATE_OK);
        outside.records++;
        if (outside.has_checkpoint && range.size == checkpoint.size) {
            assert_int_equal(sg_merkle_root(&range, sha, &root), SCRUBGATE_OK);
            assert_true(sg_hash_equal(&root, &checkpoint.root));
        }
    }
    assert_true(outside.records >= checkpoint.size);
    if (outside.has_checkpoint)
        check_tiles(reader, sha, &checkpoint);
    sg_buf_fini(&text);
    sg_reader_close(reader);
    sg_sha256_free(sha);
    return outside;
}
