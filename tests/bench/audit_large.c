/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_large.c - a log of many records: checked, proven from, told by what it takes.
 *
 * verify   CPU time of `scrubgate audit verify`, beside a bare loop over the same files: a line,
 * its leaf, the nodes that become complete, by OpenSSL's low-level SHA-256 and nothing else proofs
 * in the process, of records all over the log, files in the kernel's cache
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_*: the fastest there is, for a baseline */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <openssl/sha.h>

#include "audit/proof.h"
#include "audit/prover.h"
#include "audit/verify_log.h"
#include "audit_bench.h"
#include "base/clock.h"
#include "base/file.h"
#include "load.h"
#include "log_load.h"
#include "origin.h"
#include "program.h"
#include "rounds.h"

enum { PRODUCERS = 4, IN_FLIGHT = 256, PROOFS = 101, PROGRAM_PROOFS = 51, VERIFY_ROUNDS = 3 };
enum { CONNECTIONS = 64 };

struct large {
    char state[280], dir[300], keys[300], vkey[320];
    uint64_t records;
    struct sg_note_key key;
};

static double seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static double cpu_of(const struct rusage *usage)
{
    return seconds_of(&usage->ru_utime) + seconds_of(&usage->ru_stime);
}

/* Runs the program to its end; its CPU time. Below zero: it did not say 0. */
static double run_program(const char *const argv[])
{
    struct rusage before, after;
    int status = 0;
    (void)getrusage(RUSAGE_CHILDREN, &before);
    pid_t pid = program_start((char *const *)(size_t)argv, -1);
    (void)waitpid(pid, &status, 0);
    (void)getrusage(RUSAGE_CHILDREN, &after);
    return status == 0 ? cpu_of(&after) - cpu_of(&before) : -1;
}

/* --- verify --- */

struct bare {
    uint64_t size;
    uint8_t peak[64][32];
};

static void push(struct bare *bare, const uint8_t *line, size_t len)
{
    static const uint8_t zero = 0, one = 1;
    SHA256_CTX sha;
    uint8_t hash[32];
    (void)SHA256_Init(&sha);
    (void)SHA256_Update(&sha, &zero, 1);
    (void)SHA256_Update(&sha, line, len);
    (void)SHA256_Final(hash, &sha);
    unsigned level = 0;
    for (; (bare->size >> level & 1) != 0; level++) {
        (void)SHA256_Init(&sha);
        (void)SHA256_Update(&sha, &one, 1);
        (void)SHA256_Update(&sha, bare->peak[level], 32);
        (void)SHA256_Update(&sha, hash, 32);
        (void)SHA256_Final(hash, &sha);
    }
    memcpy(bare->peak[level], hash, sizeof hash);
    bare->size++;
}

static void push_file(struct audit_bench *bench, struct bare *bare, const char *path,
                      struct sg_buf *room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0)
        audit_fail(bench, "a segment cannot be read");
    room->len = 0;
    if (sg_buf_reserve(room, (size_t)about.st_size) < 0)
        audit_fail(bench, "out of memory");
    for (ssize_t got = 1; got > 0; room->len += (size_t)got) {
        got = read(fd, room->data + room->len, (size_t)about.st_size - room->len);
        if (got < 0)
            audit_fail(bench, "a segment cannot be read");
    }
    (void)close(fd);
    const uint8_t *at = room->data, *end = room->data + room->len, *lf;
    while (at < end && (lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        push(bare, at, (size_t)(lf - at));
        at = lf + 1;
    }
}

/* CPU time of the bare loop over all records. */
static double run_bare(struct audit_bench *bench, const struct large *large)
{
    struct bare *bare = calloc(1, sizeof *bare);
    struct rusage before, after;
    struct sg_buf room = {0};
    char path[400];
    if (bare == NULL)
        audit_fail(bench, "out of memory");
    (void)getrusage(RUSAGE_SELF, &before);
    for (uint64_t segment = 0; bare->size < large->records; segment++) {
        (void)snprintf(path, sizeof path, "%s/log/%06llu.ndjson", large->dir,
                       (unsigned long long)segment);
        push_file(bench, bare, path, &room);
    }
    (void)getrusage(RUSAGE_SELF, &after);
    sg_buf_fini(&room);
    free(bare);
    return cpu_of(&after) - cpu_of(&before);
}

static void measure_verify(struct audit_bench *bench, const struct large *large)
{
    const char *const argv[] = {bench->program, "audit",    "verify", "--vkey",
                                large->vkey,    large->dir, NULL};
    double ours[VERIFY_ROUNDS], bare[VERIFY_ROUNDS];
    for (unsigned i = 0; i < VERIFY_ROUNDS; i++) {
        bare[i] = run_bare(bench, large);
        ours[i] = run_program(argv);
        if (ours[i] < 0)
            audit_fail(bench, "the log is not proven");
    }
    struct spread ratio = spread_of_ratios(bare, ours, VERIFY_ROUNDS);
    audit_row(bench, "verify, records/s/core ÷ bare SHA-256 leaf and node loop", ratio.middle, 2,
              "", (struct goal){0.5, 0.7, false}, "%.2f–%.2f; %.2f ÷ %.2f M records/s", ratio.low,
              ratio.high, (double)large->records / median(ours, VERIFY_ROUNDS) / 1e6,
              (double)large->records / median(bare, VERIFY_ROUNDS) / 1e6);
}

/* --- proofs --- */

static uint64_t pick(uint64_t i, uint64_t records)
{
    return (i + 1) * UINT64_C(0x9E3779B97F4A7C15) % records;
}

static bool check_proof(const struct large *large, const struct sg_buf *proof,
                        const struct sg_buf *record, struct sg_sha256 *sha)
{
    struct sg_proof read;
    struct sg_checkpoint checkpoint;
    return sg_proof_read(&read, sg_buf_bytes(proof)) >= 0 &&
           sg_checkpoint_open(&checkpoint, NULL, read.checkpoint, &large->key) >= 0 &&
           sg_proof_verify(&read, &checkpoint, sg_buf_bytes(record), sha) >= 0;
}

static double in_program(struct audit_bench *bench, const struct large *large, const char *out)
{
    double ms[PROGRAM_PROOFS];
    for (unsigned i = 0; i < PROGRAM_PROOFS; i++) {
        char number[24];
        (void)snprintf(number, sizeof number, "%llu", (unsigned long long)pick(i, large->records));
        const char *const argv[] = {bench->program, "audit", "prove", "-o", out,
                                    large->dir,     number,  NULL};
        uint64_t start = sg_clock_mono_ns();
        if (run_program(argv) < 0)
            audit_fail(bench, "a record is not proven by the program");
        ms[i] = (double)(sg_clock_mono_ns() - start) / 1e6;
    }
    return median(ms, PROGRAM_PROOFS);
}

static void measure_proofs(struct audit_bench *bench, const struct large *large)
{
    double prove[PROOFS], check[PROOFS];
    char out[320];
    struct sg_sha256 *sha = NULL;
    if (sg_sha256_new(&sha) < 0)
        audit_fail(bench, "out of memory");
    for (unsigned i = 0; i < PROOFS; i++) {
        struct sg_buf proof = {0}, record = {0};
        uint64_t start = sg_clock_mono_ns();
        if (sg_prove_record(large->dir, pick(i, large->records), &proof, &record, NULL) < 0)
            audit_fail(bench, "a record is not proven");
        uint64_t made = sg_clock_mono_ns();
        if (!check_proof(large, &proof, &record, sha))
            audit_fail(bench, "a proof does not hold");
        prove[i] = (double)(made - start) / 1e6;
        check[i] = (double)(sg_clock_mono_ns() - made) / 1e6;
        sg_buf_fini(&proof);
        sg_buf_fini(&record);
    }
    sg_sha256_free(sha);
    struct spread proving = spread_of(prove, PROOFS), checking = spread_of(check, PROOFS);
    (void)snprintf(out, sizeof out, "%s/one.proof", bench->place.dir);
    double program = in_program(bench, large, out);
    audit_row(bench, "one proof, ms", proving.middle, 3, "", (struct goal){5, 1, true},
              "%.3f–%.3f, %llu records; the program from its start to its end %.1f", proving.low,
              proving.high, (unsigned long long)large->records, program);
    audit_row(bench, "one verify-proof, ms", checking.middle, 3, "", (struct goal){5, 1, true},
              "%.3f–%.3f; most of it is the Ed25519 signature", checking.low, checking.high);
}

/* --- memory --- */

static bool write_config(const struct large *large, const char *path, uint16_t port,
                         uint16_t origin)
{
    FILE *file = fopen(path, "w");
    bool good = file != NULL &&
                fprintf(file,
                        "listen: 127.0.0.1:%u\nadmin: 127.0.0.1:%u\nworkers: 1\nrules: "
                        "tests/bench/rules8\nstate: %s\naudit: {dir: %s, origin: %s}\n"
                        "routes:\n  - {name: bench, path: /, upstream: 'http://127.0.0.1:%u/', "
                        "direction: to-agent, request: scrub, response: scrub}\n",
                        port, program_port(), large->state, large->dir, AUDIT_ORIGIN, origin) > 0;
    return file != NULL && fclose(file) == 0 && good;
}

/* A gateway goes on with the log for some seconds. */
static void measure_memory(struct audit_bench *bench, const struct large *large)
{
    static const char word[] = "{\"text\":\"hello\"}";
    const struct origin_service services[] = {
        {"/", ORIGIN_ANSWERS, {NULL, 0, 0}, NULL, text_of(word)}};
    const struct ask ask = {"POST", "/", "application/json", text_of(word), text_of(word)};
    const struct load_pace pace = {.seconds = 5};
    char config[400];
    uint16_t origin_port, port = program_port();
    (void)snprintf(config, sizeof config, "%s/large.yaml", bench->place.dir);
    struct origin *origin = origin_start(&origin_port, services, 1, -1);
    const char *const argv[] = {bench->program, "serve", "-c", config, NULL};
    if (origin == NULL || !write_config(large, config, port, origin_port))
        audit_fail(bench, "no gateway for the large log");
    pid_t pid = program_start((char *const *)(size_t)argv, -1);
    if (!program_listens(pid, port))
        audit_fail(bench, "no gateway for the large log");
    struct load *load = load_open(port, CONNECTIONS, &ask);
    struct load_result result = {.answered = 0};
    if (load != NULL)
        result = load_run(load, &pace);
    uint64_t rss = program_rss_of_writer(pid);
    if (load != NULL)
        load_close(load);
    program_stop(pid);
    origin_stop(origin);
    if (rss == 0 || !load_fine(&result))
        audit_fail(bench, "the large log is not gone on with");
    audit_row(bench, "RSS of the writer's process, MiB", (double)rss / 1048576, 1, "",
              (struct goal){64, 32, true}, "%llu records, and %llu more by a gateway",
              (unsigned long long)large->records, (unsigned long long)result.answered * 3);
}

void audit_large(struct audit_bench *bench)
{
    struct large large = {.records = bench->records};
    struct sg_buf vkey = {0};
    double seconds = 0;
    (void)snprintf(large.state, sizeof large.state, "%s/large", bench->place.dir);
    (void)snprintf(large.dir, sizeof large.dir, "%s/audit", large.state);
    (void)snprintf(large.keys, sizeof large.keys, "%s/keys", large.state);
    (void)snprintf(large.vkey, sizeof large.vkey, "%s/log.vkey", large.keys);
    const struct log_load_setup setup = {.dir = large.dir,
                                         .keys = large.keys,
                                         .origin = AUDIT_ORIGIN,
                                         .producers = PRODUCERS,
                                         .in_flight = IN_FLIGHT,
                                         .lean = true};
    if (!log_load_fill(&setup, large.records, &seconds) ||
        sg_file_read(large.vkey, &vkey, NULL) < 0 ||
        sg_note_key_read(&large.key, (struct sg_bytes){vkey.data, vkey.len - 1}) < 0)
        audit_fail(bench, "the large log cannot be made");
    sg_buf_fini(&vkey);
    double lines = (double)audit_storage(large.dir, ".ndjson");
    (void)fprintf(stderr, "bench_audit: %llu records of %.0f bytes in %.0f s\n",
                  (unsigned long long)large.records, lines / (double)large.records, seconds);
    audit_row(bench, "storage ÷ NDJSON, outcomes alone, the shortest records",
              (double)audit_storage(large.dir, NULL) / lines, 3, "", (struct goal){0, 0, true},
              "%.0f bytes a record", lines / (double)large.records);
    measure_proofs(bench, &large);
    measure_verify(bench, &large);
    measure_memory(bench, &large);
}
