/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_index.c - any bytes as the index of a segment whose records are good.
 *
 * It says where a record begins and is never believed: every record is found, and is the right one,
 * whatever stands in it.
 */
#include <stdint.h>

#include "audit/index.h"
#include "audit/reader.h"
#include "log_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_lines(void)
{
    const struct signed_log *log = signed_log();
    struct sg_buf text = {0};
    for (size_t i = 0; i < SIGNED_LINES; i++)
        require(sg_buf_addf(&text, "%s\n", log->line[i]) >= 0, "memory");
    log_folder_put(log_folder_files[0], sg_buf_bytes(&text));
    sg_buf_fini(&text);
}

static void check_next(struct sg_reader *reader, uint64_t want)
{
    struct sg_bytes record;
    uint64_t seq = UINT64_MAX;
    require(sg_reader_next(reader, &record, &seq, NULL) == SCRUBGATE_OK && seq == want &&
                sg_bytes_equal(record, sg_bytes_of(signed_log()->line[want])),
            "the record is the one that was asked for");
}

/* Both ways, so that a wrong entry is met behind a right one and before it. */
static void check_all(struct sg_reader *reader)
{
    for (uint64_t i = 0; i < 2 * SIGNED_LINES; i++) {
        const uint64_t seq = i < SIGNED_LINES ? SIGNED_LINES - 1 - i : i - SIGNED_LINES;
        require(sg_reader_seek(reader, seq, NULL) == SCRUBGATE_OK, "a record is found");
        check_next(reader, seq);
        if (seq + 1 < SIGNED_LINES)
            check_next(reader, seq + 1);
    }
    require(sg_reader_seek(reader, SIGNED_LINES, NULL) >= 0, "the end is a place");
}

/* The tree from records that are found by the index. */
static void check_tree(struct sg_reader *reader)
{
    struct sg_sha256 *sha = NULL;
    struct sg_hash root;
    require(sg_sha256_new(&sha) >= 0, "memory");
    sg_reader_set_size(reader, SIGNED_LINES);
    require(sg_merkle_root_of(0, SIGNED_LINES, sha, sg_reader_node, reader, &root) >= 0 &&
                sg_hash_equal(&root, &signed_log()->root[SIGNED_LINES]),
            "the tree is that of the records");
    sg_sha256_free(sha);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_reader *reader = NULL;
    if (log_folder[0] == '\0') {
        log_folder_make();
        put_lines();
    }
    log_folder_put(log_folder_files[2], (struct sg_bytes){data, size});
    require(sg_reader_open(&reader, log_folder, NULL) >= 0, "the log opens");
    check_all(reader);
    check_tree(reader);
    sg_reader_close(reader);
    return 0;
}
