/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_records.c - one record of each kind as the gateway makes them.
 */
#include "made_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/record.h"

static const struct sg_record_source source = {
    .instance = "gateway.example/scrubgate/1",
    .boot = "00112233445566778899aabbccddeeff",
};

static const struct sg_actor someone = {SG_ACTOR_USER, 1000};

static const char *const ids[] = {"0000000000000000", "0000000000000001", "0000000000000002",
                                  "0000000000000003", "0000000000000004", "0000000000000005",
                                  "0000000000000006"};
static const char *const traces[] = {"",
                                     "aaaaaaaaaaaaaaaa0000000000000001",
                                     "aaaaaaaaaaaaaaaa0000000000000002",
                                     "aaaaaaaaaaaaaaaa0000000000000003",
                                     "aaaaaaaaaaaaaaaa0000000000000004",
                                     "aaaaaaaaaaaaaaaa0000000000000005",
                                     "aaaaaaaaaaaaaaaa0000000000000006"};

static struct sg_decision decision(int exchange, enum sg_verdict verdict)
{
    return (struct sg_decision){
        .id = ids[exchange],
        .trace_id = traces[exchange],
        .route = exchange == 2 ? "chat-out" : "chat-in",
        .direction = exchange == 2 ? "to-customer" : "to-agent",
        .mode = "enforce",
        .rules = "9c5ac0e4b26d49ed1cf2f9f7e0f2a7cbf27fbd0e2a9b1e29f9e2a0c6f0a1d5b3",
        .format = "json",
        .reason = "",
        .level = 2,
        .verdict = verdict,
        .brand = SG_BYTES("acme"),
        .channel = SG_BYTES("widget"),
        .bytes_in = 93,
        .bytes_out = 89,
        .values = 3,
        .facets = {.customer = 0xc1,
                   .agent = 0xd1,
                   .conversation = 0xa0 + (unsigned)exchange / 3,
                   .network = 0xabc},
    };
}

static enum scrubgate_status make_masked(struct sg_buf *out)
{
    static const struct sg_record_rule found[] = {{"payment.card", "CREDIT_CARD", "mask", 2, 2},
                                                  {"contact.email", "EMAIL_ADDRESS", "mask", 1, 1}};
    static const struct sg_record_span spans[] = {{0, 10, 19}, {1, 40, 14}, {0, 60, 16}};
    struct sg_decision made = decision(1, SG_VERDICT_MASKED);
    made.edits = 3;
    made.found = found;
    made.n_found = 2;
    made.spans = spans;
    made.n_spans = 3;
    made.facets.identities[0] = 0xe1;
    made.facets.n_identities = 1;
    return sg_record_decision(out, &source, &made);
}

static enum scrubgate_status make_blocked(struct sg_buf *out)
{
    static const struct sg_record_rule found[] = {{"contact.phone", "PHONE_NUMBER", "block", 1, 1}};
    struct sg_decision made = decision(2, SG_VERDICT_BLOCKED);
    made.found = found;
    made.n_found = 1;
    return sg_record_decision(out, &source, &made);
}

static enum scrubgate_status make_refused(struct sg_buf *out)
{
    struct sg_decision made = decision(3, SG_VERDICT_REFUSED);
    made.reason = "json: a broken escape at byte 17";
    return sg_record_decision(out, &source, &made);
}

static enum scrubgate_status make_clean(struct sg_buf *out)
{
    struct sg_decision made = decision(4, SG_VERDICT_CLEAN);
    made.brand = SG_BYTES("=HYPERLINK(\"http://x\")");
    made.channel = SG_BYTES("\x1b[31mred\n\xe2\x80\xae");
    made.queue = SG_BYTES("a,b\"c|d=e\\f");
    return sg_record_decision(out, &source, &made);
}

static enum scrubgate_status make_open(struct sg_buf *out)
{
    struct sg_decision made = decision(5, SG_VERDICT_CLEAN);
    return sg_record_decision(out, &source, &made);
}

static enum scrubgate_status make_outcome(struct sg_buf *out, int exchange, unsigned status,
                                          const char *route, const char *reason)
{
    const struct sg_outcome outcome = {ids[exchange], traces[exchange], route,
                                       status,        reason,           1234567};
    return sg_record_outcome(out, &source, &outcome);
}

static enum scrubgate_status make(struct sg_buf *out, enum sg_made_record which)
{
    switch (which) {
    case SG_MADE_BEGIN:
        return sg_record_change(out, &source,
                                &(struct sg_change){"start", "", "bb", "", "dd", {0}});
    case SG_MADE_MASKED:
        return make_masked(out);
    case SG_MADE_MASKED_ENDED:
        return make_outcome(out, 1, 200, "chat-in", "");
    case SG_MADE_BLOCKED:
        return make_blocked(out);
    case SG_MADE_BLOCKED_ENDED:
        return make_outcome(out, 2, 422, "chat-out", "");
    case SG_MADE_REFUSED:
        return make_refused(out);
    case SG_MADE_REFUSED_ENDED:
        return make_outcome(out, 3, 400, "chat-in", "");
    case SG_MADE_CLEAN:
        return make_clean(out);
    case SG_MADE_CLEAN_ENDED:
        return make_outcome(out, 4, 504, "chat-in", "upstream-timeout");
    case SG_MADE_TURNED_AWAY:
        return sg_record_refused(out, &source, &(struct sg_refused){"malformed", 400, 0xabc, 17});
    case SG_MADE_RELOAD:
        return sg_record_change(out, &source,
                                &(struct sg_change){"reload", "aa", "bb", "cc", "dd", someone});
    case SG_MADE_GAP:
        return sg_record_gap(out, &source, &(struct sg_gap){"disk-full", 11, 22, 33, 44});
    case SG_MADE_HOLD:
        return sg_record_hold(
            out, &source,
            &(struct sg_hold){0, true, SG_BYTES("@SUM|case=7\\\nCEF:0|x|\x1b[2J"), someone});
    case SG_MADE_READ:
        return sg_record_read(out, &source,
                              &(struct sg_audit_read){0, "query", "log", true, 5, 9, 0, UINT64_MAX,
                                                      SG_BYTES("T-3"), someone});
    case SG_MADE_PASSED_ENDED:
        return make_outcome(out, 6, 200, "chat-pass", "");
    case SG_MADE_OPEN:
        return make_open(out);
    case SG_MADE_STRANGE:
    case SG_MADE_RECORDS:
        break;
    }
    return sg_buf_add_text(
        out, "\"time\":0,\"class_uid\":9001,\"what\":\"moonrise\",\"moon\":\"f\\u00fcll\","
             "\"id\":7,\"facets\":[],\"found\":{\"rule\":\"x\"}}");
}

/* The clock's time is what a test would rather know before. */
void sg_made_record(struct sg_buf *out, enum sg_made_record which)
{
    struct sg_buf record = {0};
    assert_int_equal(make(&record, which), SCRUBGATE_OK);
    assert_true(sg_buf_add_byte(&record, '\0') >= 0);
    char *time = strstr((char *)record.data, "\"time\":");
    assert_non_null(time);
    char *behind = time + sizeof "\"time\":" - 1;
    behind += strspn(behind, "0123456789");
    assert_true(sg_buf_addf(out, "{\"seq\":%d,\"time\":%llu%s", (int)which,
                            (unsigned long long)SG_MADE_START + 1000ull * which, behind) >= 0);
    sg_buf_fini(&record);
}

void sg_made_records_write(const struct sg_tempdir *dir, const char *name)
{
    char path[256];
    struct sg_buf text = {0};
    for (int i = 0; i < SG_MADE_RECORDS; i++) {
        sg_made_record(&text, (enum sg_made_record)i);
        assert_true(sg_buf_add_byte(&text, '\n') >= 0);
    }
    sg_tempdir_mkdir(dir, name);
    (void)snprintf(path, sizeof path, "%s/log", name);
    sg_tempdir_mkdir(dir, path);
    (void)snprintf(path, sizeof path, "%s/log/000000.ndjson", name);
    sg_tempdir_write(dir, path, text.data, text.len);
    sg_buf_fini(&text);
}
