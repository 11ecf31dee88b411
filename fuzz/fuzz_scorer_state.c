/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_scorer_state.c - a scorer's state, changed by who may write its file.
 *
 *     first byte: bit 0, sealed anew; bit 1, cut at the first place
 *     then eight bytes each: where (4, counted in the state's length), what (4, xor)
 *
 * The state is one of a small market, saved by us. What is not sealed anew is refused. What is
 * sealed, and let through, is used: nothing it says is beyond its bounds, and it can be saved.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "collusion/scorer.h"

enum { EVENTS = 200, AFTER = 24, EDIT = 8, EDITS_MOST = 64, AGENTS = 7 };
static const struct sg_scorer_config config = {.key = {1}};
static const uint64_t t0 = 1767225600000, minute = 60000;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void feed(struct sg_scorer *scorer, uint64_t i)
{
    const struct sg_collusion_event event = {.time_ms = t0 + i * 7 * minute,
                                             .event = SG_BYTES("message"),
                                             .brand = SG_BYTES("b"),
                                             .queue = i % 3 == 0 ? SG_BYTES("q") : SG_BYTES("r"),
                                             .ticket = 1 + i / 2,
                                             .customer = 1 + i % 11,
                                             .agent = 1 + i % AGENTS,
                                             .network = 1 + i % 5,
                                             .device = 1 + i % 4,
                                             .n_identities = 1,
                                             .identities = {1 + i % 6},
                                             .content = UINT64_C(0xabcdef) << i % 9,
                                             .handle_ms = i % 2 * 1000 * (i % 90)};
    struct sg_risk risk;
    sg_scorer_feed(scorer, &event, &risk);
    must(isfinite(risk.total) && risk.total >= 0 && risk.risk >= 0 && risk.risk <= 1);
    must(isfinite(risk.agent) && risk.n <= SG_RISK_REASONS);
}

/* Saved once, for all inputs. */
static struct sg_bytes whole_state(void)
{
    static struct sg_buf text;
    if (text.len > 0)
        return sg_buf_bytes(&text);
    struct sg_scorer *scorer;
    must(sg_scorer_new(&scorer, &config) >= 0);
    for (uint64_t i = 0; i < EVENTS; i++)
        feed(scorer, i);
    must(sg_scorer_save(scorer, &text) >= 0);
    sg_scorer_free(scorer);
    return sg_buf_bytes(&text);
}

static uint32_t number(const uint8_t *data)
{
    uint32_t value;
    memcpy(&value, data, sizeof value);
    return value;
}

/* True: it differs from what was saved. */
static bool change(struct sg_buf *text, const uint8_t *data, size_t size, bool cut)
{
    const struct sg_bytes whole = whole_state();
    must(sg_buf_add_bytes(text, whole) >= 0);
    for (size_t i = 0; i + EDIT <= size && i < (size_t)EDITS_MOST * EDIT; i += EDIT) {
        const size_t at = number(data + i) % (whole.len - sizeof(uint32_t));
        uint32_t word = number(text->data + at) ^ number(data + i + 4);
        memcpy(text->data + at, &word, sizeof word);
    }
    if (cut && size >= EDIT)
        text->len = number(data) % whole.len;
    return !sg_bytes_equal(sg_buf_bytes(text), whole);
}

static void use(struct sg_scorer *scorer)
{
    struct sg_buf again = {0};
    struct sg_agent_standing standing;
    for (uint64_t i = 0; i < AFTER; i++)
        feed(scorer, EVENTS + i);
    for (uint64_t agent = 0; agent <= AGENTS + 1; agent++) {
        sg_scorer_agent(scorer, agent, &standing);
        must(isfinite(standing.score));
    }
    must(sg_scorer_save(scorer, &again) >= 0);
    sg_buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sg_buf text = {0};
    struct sg_scorer *scorer = NULL;
    if (size == 0)
        return 0;
    const bool seal = data[0] & 1, cut = data[0] & 2;
    const bool changed = change(&text, data + 1, size - 1, cut);
    if (seal && text.len > SG_SHA256_SIZE) {
        const struct sg_bytes sealed = {text.data, text.len - SG_SHA256_SIZE};
        must(sg_sha256(sealed, text.data + sealed.len) >= 0);
    }
    const enum scrubgate_status rc = sg_scorer_load(&scorer, &config, sg_buf_bytes(&text));
    must(rc == SCRUBGATE_OK || rc == SCRUBGATE_EMALFORMED);
    must((rc >= 0) == (scorer != NULL));
    must(seal || (rc >= 0) == !changed);
    if (scorer != NULL)
        use(scorer);
    sg_scorer_free(scorer);
    sg_buf_fini(&text);
    return 0;
}
