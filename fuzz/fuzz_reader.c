/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_reader.c - a whole audit folder of any bytes, read and verified by who has the public key
 * and the first key.
 *
 * No folder is proven that does not hold records of the log that was signed, in their places, up to
 * a size that was signed and sealed. What a verdict says is proven is what was written, also when
 * the verdict is bad; a record that it names is another one indeed, the first; and none but the
 * records that were signed is proven singly.
 */
#include <stdint.h>

#include "audit/proof.h"
#include "audit/prover.h"
#include "audit/reader.h"
#include "audit/verify_log.h"
#include "log_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Line n of the first segment as it stands, without LF; false: there is none. */
static bool find_line(struct sg_bytes text, uint64_t n, struct sg_bytes *line)
{
    for (uint64_t i = 0; i <= n; i++)
        if (!sg_bytes_take_line(&text, line))
            return false;
    return true;
}

static bool is_original(struct sg_bytes text, uint64_t n)
{
    struct sg_bytes line;
    return n < SIGNED_LINES && find_line(text, n, &line) &&
           sg_bytes_equal(line, sg_bytes_of(signed_log()->line[n]));
}

static void check_report(const struct sg_verify_report *report, struct sg_bytes text, bool live)
{
    const struct sg_verify_result *result = &report->result;
    require(result->proven <= SIGNED_LINES, "no more is proven than was signed");
    for (uint64_t i = 0; i < result->proven; i++)
        require(is_original(text, i), "what is proven is what was written");
    if (result->n_troubles == 0 && !live)
        require(result->records > 0 && result->records % SIGNED_EVERY == 0 &&
                    result->proven == result->records,
                "a log without trouble ends where it was signed and sealed");
    if (report->located) {
        const uint64_t seq = result->trouble[0].seq;
        require(result->n_troubles > 0 && !is_original(text, seq), "the record named is changed");
        for (uint64_t i = 0; i < seq; i++)
            require(is_original(text, i), "and the first that is");
    }
}

static void check_verdict(struct sg_bytes text, bool live)
{
    const struct signed_log *log = signed_log();
    const struct sg_verify_config config = {
        .key = &log->key, .first_key = log->first_key, .live = live, .epoch_ms = 1000};
    struct sg_verify_report report;
    struct scrubgate_fault fault = {.what = ""};
    enum scrubgate_status rc = sg_verify_log(log_folder, &config, NULL, NULL, &report, &fault);
    if (rc >= 0)
        check_report(&report, text, live);
    else
        require(rc != SCRUBGATE_EMALFORMED || fault.what[0] != '\0', "a refusal has its reason");
}

/* A record that stands elsewhere now is the one that was signed all the same. */
static void check_proofs(uint64_t index)
{
    const struct signed_log *log = signed_log();
    struct sg_buf file = {0}, record = {0};
    struct sg_checkpoint checkpoint;
    struct sg_proof proof;
    struct sg_sha256 *sha = NULL;
    require(sg_sha256_new(&sha) >= 0, "memory");
    if (sg_prove_record(log_folder, index, &file, &record, NULL) >= 0) {
        require(sg_proof_read(&proof, sg_buf_bytes(&file)) >= 0 && proof.index == index,
                "a proof that is made is one");
        if (sg_checkpoint_open(&checkpoint, NULL, proof.checkpoint, &log->key) >= 0)
            require(index < SIGNED_LINES &&
                        sg_bytes_equal(sg_buf_bytes(&record), sg_bytes_of(log->line[index])) &&
                        sg_proof_verify(&proof, &checkpoint, sg_buf_bytes(&record), sha) >= 0,
                    "only what was signed is proven");
    }
    sg_sha256_free(sha);
    sg_buf_fini(&file);
    sg_buf_fini(&record);
}

/* Every record that is handed out begins with its number. */
static void check_walk(uint64_t from)
{
    struct sg_reader *reader = NULL;
    struct sg_bytes record;
    uint64_t seq, want;
    if (sg_reader_open(&reader, log_folder, NULL) < 0)
        return;
    want = sg_reader_first(reader);
    for (int pass = 0; pass < 2; pass++) {
        while (sg_reader_next(reader, &record, &seq, NULL) == SCRUBGATE_OK) {
            char begin[40];
            (void)snprintf(begin, sizeof begin, "{\"seq\":%" PRIu64 ",\"", want);
            require(seq == want && sg_bytes_start_with(record, sg_bytes_of(begin)),
                    "a record begins with its number");
            want++;
        }
        if (sg_reader_seek(reader, from, NULL) != SCRUBGATE_OK)
            break;
        want = from;
    }
    sg_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_bytes rest = {data, size}, text = {NULL, 0};
    const uint64_t chosen = size > 0 ? (data[size / 2] + size) % (SIGNED_LINES + 2) : 0;
    log_folder_make();
    for (size_t i = 0; i < LOG_FOLDER_FILES; i++) {
        struct sg_bytes part = log_folder_take(&rest);
        if (i == 0)
            text = part;
        log_folder_put(log_folder_files[i], part);
    }
    check_walk(chosen);
    check_verdict(text, false);
    check_verdict(text, true);
    check_proofs(chosen);
    return 0;
}
