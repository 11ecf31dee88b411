/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_seal.c - whether seals follow each other, and each is what its epoch's key made.
 */
#include <string.h>

#include "audit/verify_parts.h"
#include "base/base64.h"
#include "base/digest.h"

enum { STEP_MS = 1000, NS_IN_MS = 1000000 };

/* --- time --- */

/* NULL: the record does not say when, or at which start, it was made. */
static struct sg_verify_clock *find_clock(struct sg_verify *verify, const struct sg_line *line)
{
    struct sg_verify_clock *clocks = verify->clocks;
    if ((line->has & SG_LINE_BOOT) == 0 || (line->has & SG_LINE_MONO) == 0 || line->boot.len == 0 ||
        line->boot.len >= SG_VERIFY_BOOT)
        return NULL;
    for (size_t i = 0; i < SG_VERIFY_CLOCKS; i++) {
        if (memcmp(clocks[i].boot, line->boot.data, line->boot.len) != 0 ||
            clocks[i].boot[line->boot.len] != '\0')
            continue;
        if (i > 0) {
            struct sg_verify_clock found = clocks[i];
            memmove(clocks + 1, clocks, i * sizeof clocks[0]);
            clocks[0] = found;
        }
        return clocks;
    }
    memmove(clocks + 1, clocks, (SG_VERIFY_CLOCKS - 1) * sizeof clocks[0]);
    clocks[0] = (struct sg_verify_clock){.newest = 0};
    memcpy(clocks[0].boot, line->boot.data, line->boot.len);
    return clocks;
}

/* How far the wall clock went apart from the monotonic one since the last seal. */
static bool stepped(const struct sg_verify_clock *clock, const struct sg_line *line)
{
    if (clock->seal_time == 0 || (line->has & SG_LINE_TIME) == 0)
        return false;
    uint64_t should = clock->seal_time + (line->mono_ns - clock->seal_mono) / NS_IN_MS;
    return line->time > should + STEP_MS || line->time + STEP_MS < should;
}

/* Records of workers come in any order, but a seal is made after all that stand before it. */
static bool seal_is_newest(struct sg_verify *verify, const struct sg_line *line)
{
    struct sg_verify_clock *clock = find_clock(verify, line);
    if (clock == NULL || line->mono_ns < clock->newest)
        return false;
    verify->result.steps += stepped(clock, line) ? 1 : 0;
    clock->newest = clock->seal_mono = line->mono_ns;
    clock->seal_time = (line->has & SG_LINE_TIME) != 0 ? line->time : 0;
    return true;
}

void sg_verify_note_time(struct sg_verify *verify, const struct sg_line *line)
{
    struct sg_verify_result *result = &verify->result;
    struct sg_verify_clock *clock = find_clock(verify, line);
    if (clock != NULL && line->mono_ns > clock->newest)
        clock->newest = line->mono_ns;
    if ((line->has & SG_LINE_TIME) == 0)
        return;
    result->last_time = line->time;
    if (result->first_time == 0)
        result->first_time = line->time;
}

/* --- seals --- */

static bool read_seal(const struct sg_line *line, const char *origin, char boot[SG_VERIFY_BOOT],
                      struct sg_seal *seal, uint8_t mac[SG_SHA256_SIZE])
{
    static const unsigned all =
        SG_LINE_EPOCH | SG_LINE_SIZE | SG_LINE_ROOT | SG_LINE_MAC | SG_LINE_BOOT | SG_LINE_MONO;
    size_t len = 0;
    if ((line->has & all) != all || !sg_bytes_to_text(line->boot, boot, SG_VERIFY_BOOT) ||
        sg_base64_read(line->root, seal->root.bytes, sizeof seal->root.bytes, &len) < 0 ||
        len != sizeof seal->root.bytes || !sg_bytes_from_hex(line->mac, mac, SG_SHA256_SIZE))
        return false;
    seal->origin = origin;
    seal->boot = boot;
    seal->epoch = line->epoch;
    seal->size = line->size;
    seal->mono_ns = line->mono_ns;
    return true;
}

/* *fits: the seal has the mac that the officer's key gives. */
static enum scrubgate_status check_mac(struct sg_verify *verify, const struct sg_seal *seal,
                                       const uint8_t mac[SG_SHA256_SIZE], bool *fits)
{
    uint8_t own[SG_SHA256_SIZE];
    *fits = true;
    if (verify->config.first_key == NULL)
        return SCRUBGATE_OK;
    enum scrubgate_status rc = sg_seal_reach(&verify->seal_key, seal->epoch);
    if (rc >= 0)
        rc = sg_seal_mac(&verify->seal_key, seal, own);
    *fits = rc >= 0 && sg_seal_mac_equal(own, mac);
    return rc;
}

enum scrubgate_status sg_verify_take_seal(struct sg_verify *verify, const struct sg_line *line)
{
    struct sg_verify_result *result = &verify->result;
    const uint64_t seq = verify->range.size;
    uint8_t mac[SG_SHA256_SIZE];
    char boot[SG_VERIFY_BOOT];
    struct sg_seal seal;
    bool fits = false;
    if (!read_seal(line, verify->config.key->name, boot, &seal, mac))
        return sg_verify_stop(verify, SG_VERIFY_SEAL_FORM, seq, seq);
    /* Behind records that were not read the first seal may be of any epoch. */
    if (!verify->sealed_any && result->start > 0)
        result->seals = result->first_epoch = seal.epoch;
    if (seal.epoch != result->seals)
        return sg_verify_stop(
            verify, seal.epoch < result->seals ? SG_VERIFY_SEAL_TWICE : SG_VERIFY_SEAL_MISSING,
            result->sealed, seq);
    enum scrubgate_status rc = sg_verify_check_root(verify, &seal.root, &fits);
    if (rc >= 0 && (!fits || seal.size != seq))
        return sg_verify_stop(verify, SG_VERIFY_SEAL_ROOT, verify->good, seq);
    if (rc >= 0)
        rc = check_mac(verify, &seal, mac, &fits);
    if (rc < 0)
        return rc;
    if (!fits)
        return sg_verify_stop(verify, SG_VERIFY_SEAL_KEY, result->sealed, seq);
    if (!seal_is_newest(verify, line))
        return sg_verify_stop(verify, SG_VERIFY_TIME, seq, seq);
    result->seals++;
    result->sealed = seq + 1;
    verify->sealed_any = true;
    verify->good = seq;
    return SCRUBGATE_OK;
}

/* --- the gateway's own key --- */

/* *same: it is the key of its epoch that follows from the first one. */
static enum scrubgate_status follows(const struct sg_verify *verify, bool *same)
{
    struct sg_seal_key own = {.epoch = 0};
    *same = true;
    if (verify->config.first_key == NULL)
        return SCRUBGATE_OK;
    memcpy(own.key, verify->config.first_key, SG_KEY_SIZE);
    enum scrubgate_status rc = sg_seal_reach(&own, verify->config.seal_key->epoch);
    *same = rc >= 0 && sg_seal_mac_equal(own.key, verify->config.seal_key->key);
    sg_wipe(&own, sizeof own);
    return rc;
}

/* The key goes on when its seal is durable: a crash between the two leaves it one behind. It was
 * read once, and is judged once. */
enum scrubgate_status sg_verify_check_seal_key(struct sg_verify *verify, bool may_come)
{
    const struct sg_verify_result *result = &verify->result;
    bool same = true;
    if (verify->config.seal_key == NULL || verify->key_judged)
        return SCRUBGATE_OK;
    const uint64_t epoch = verify->config.seal_key->epoch;
    const bool told = verify->sealed_any || result->start == 0;
    enum scrubgate_status rc = SCRUBGATE_OK;
    if (told && epoch > result->seals && may_come)
        return rc;
    if (told && (epoch > result->seals || (epoch + 1 < result->seals && !verify->config.live)))
        same = false;
    else
        rc = follows(verify, &same);
    if (rc >= 0 && !same)
        sg_verify_add_trouble(verify, SG_VERIFY_SEAL_STATE, 0, 0);
    verify->key_judged = rc >= 0;
    return rc;
}
