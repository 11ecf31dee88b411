/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live_log.c - an audit log that is written as the gateway's is, by audit/log.h, with keys of its
 * own and a clock that a test turns; and what an outsider says of it.
 *
 * Nothing in here fails a test by itself: it also runs in processes that a test has forked.
 */
#include "live_log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/seal_file.h"
#include "base/buf.h"
#include "base/clock.h"

static const char boot[] = "00112233445566778899aabbccddeeff";
static const struct sg_record_source source = {.instance = SG_LIVE_ORIGIN, .boot = boot};
static const uint64_t second = 1000 * 1000 * 1000;

static struct sg_signer *new_signer(uint8_t public_key[SG_ED25519_PUBLIC])
{
    static const uint8_t seed[SG_ED25519_SEED] = "a seed that only tests should us";
    struct sg_signer *signer = NULL;
    return sg_signer_new(&signer, seed, public_key) >= 0 ? signer : NULL;
}

struct sg_signer *sg_live_signer(void)
{
    uint8_t public_key[SG_ED25519_PUBLIC];
    return new_signer(public_key);
}

void sg_live_key(struct sg_note_key *key)
{
    uint8_t public_key[SG_ED25519_PUBLIC] = {0};
    sg_signer_free(new_signer(public_key));
    if (sg_note_key_init(key, SG_BYTES(SG_LIVE_ORIGIN), SG_NOTE_ED25519, public_key) < 0)
        memset(key, 0, sizeof *key); /* verifies nothing */
}

void sg_live_first_key(uint8_t key[SG_KEY_SIZE])
{
    memset(key, 0x5a, SG_KEY_SIZE);
}

static enum scrubgate_status read_seal_key(const char *dir, struct sg_log_keys *keys)
{
    char path[512];
    struct stat info;
    (void)snprintf(path, sizeof path, "%.400s/seal.key", dir);
    keys->seal_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (keys->seal_fd < 0 || fstat(keys->seal_fd, &info) != 0)
        return SCRUBGATE_EIO;
    if (info.st_size > 0)
        return sg_seal_file_read(keys->seal_fd, &keys->seal);
    keys->seal.epoch = 0;
    sg_live_first_key(keys->seal.key);
    return sg_seal_file_replace(keys->seal_fd, &keys->seal);
}

/* place NULL: nobody has it. */
static enum scrubgate_status open_log(struct sg_live_log *live,
                                      const struct sg_journal_place *place)
{
    char path[512];
    struct sg_log_keys keys = {.seal_fd = -1};
    const struct sg_log_setup setup = {.dir = path,
                                       .source = &source,
                                       .checkpoint_ns = second,
                                       .reserve = live->reserve,
                                       .keep_ms = live->keep_ms,
                                       .epoch_ns =
                                           (live->epoch_s == 0 ? 10 : live->epoch_s) * second};
    (void)snprintf(path, sizeof path, "%.400s/audit", live->dir);
    live->log = NULL;
    live->fault = (struct scrubgate_fault){.what = ""};
    if (live->now == 0)
        live->now = UINT64_C(1) << 60;
    sg_live_key(&keys.key);
    keys.signer = sg_live_signer();
    enum scrubgate_status rc = read_seal_key(live->dir, &keys);
    if (rc < 0) {
        (void)snprintf(live->fault.what, sizeof live->fault.what, "seal.key holds no key");
        sg_log_keys_fini(&keys);
        return rc;
    }
    return place == NULL ? sg_log_open(&live->log, &setup, &keys, &live->fault)
                         : sg_log_adopt(&live->log, &setup, &keys, place, &live->fault);
}

enum scrubgate_status sg_live_open(struct sg_live_log *live)
{
    return open_log(live, NULL);
}

enum scrubgate_status sg_live_adopt(struct sg_live_log *live, const struct sg_journal_place *place)
{
    return open_log(live, place);
}

static enum scrubgate_status put_one(struct sg_live_log *live, size_t size, uint64_t *seq)
{
    static const char more[] =
        "\"route\":\"chat-in\",\"direction\":\"to-agent\",\"mode\":\"enforce\""
        ",\"format\":\"json\",\"found\":[{\"rule\":\"contact.email\","
        "\"entity\":\"EMAIL_ADDRESS\",\"action\":\"mask\",\"count\":1}],";
    struct sg_buf record = {0};
    if (size == 0)
        return sg_log_append(live->log, SG_BYTES("\"a\":1}"), seq);
    enum scrubgate_status rc = sg_buf_addf(
        &record,
        "\"time\":%" PRIu64 ",\"mono_ns\":%" PRIu64 ",\"boot\":\"%s\",\"class_uid\":2006,%s"
        "\"verdict\":\"masked\",\"pad\":\"",
        sg_clock_wall_ms(), sg_clock_mono_ns(), boot, size > 300 ? more : "");
    while (rc >= 0 && record.len + 2 < size)
        rc = sg_buf_add_byte(&record, (uint8_t)('a' + record.len % 26));
    if (rc >= 0)
        rc = sg_buf_add_text(&record, "\"}");
    if (rc >= 0)
        rc = sg_log_append(live->log, sg_buf_bytes(&record), seq);
    sg_buf_fini(&record);
    return rc;
}

enum scrubgate_status sg_live_put(struct sg_live_log *live, unsigned n, size_t size)
{
    enum scrubgate_status rc = SCRUBGATE_OK;
    uint64_t seq = 0;
    for (unsigned i = 0; i < n && rc >= 0; i++)
        rc = put_one(live, size, &seq);
    if (rc >= 0)
        rc = sg_log_commit(live->log, &live->fault);
    if (rc >= 0)
        live->records = seq + 1;
    return rc;
}

enum scrubgate_status sg_live_tick(struct sg_live_log *live, unsigned seconds, bool at_once)
{
    uint64_t next;
    live->now += seconds * second;
    return sg_log_tick(live->log, live->now, at_once, &next, &live->fault);
}

void sg_live_close(struct sg_live_log *live)
{
    sg_log_close(live->log);
    live->log = NULL;
}

enum scrubgate_status sg_live_verify(const char *dir, const struct sg_verify_known *known,
                                     size_t n_known, struct sg_verify_report *report,
                                     struct scrubgate_fault *fault)
{
    char path[512];
    struct sg_note_key key;
    uint8_t first_key[SG_KEY_SIZE];
    sg_live_key(&key);
    sg_live_first_key(first_key);
    const struct sg_verify_config config = {
        .key = &key, .first_key = first_key, .known = known, .n_known = n_known};
    (void)snprintf(path, sizeof path, "%.400s/audit", dir);
    return sg_verify_log(path, &config, NULL, NULL, report, fault);
}
