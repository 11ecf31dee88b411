/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_acts.c - a note for the log whose bytes are hostile.
 *
 * Either nothing is made of it, or one record: a line of ASCII, JSON, not too long, that names the
 * note's owner and nobody else; and who is not trusted has said nothing of holds, erasures and the
 * guard.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/act_note.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static const struct sg_record_source source = {"gateway.example/scrubgate/1",
                                               "00112233445566778899aabbccddeeff"};

static bool is(const struct sg_json_node *object, const char *name, const char *want)
{
    const struct sg_json_node *node = object == NULL ? NULL : sg_json_get(object, name);
    return node != NULL && strcmp((const char *)node->text.data, want) == 0;
}

static void check_record(const struct sg_buf *record, bool trusted)
{
    struct sg_buf line = {0};
    struct sg_json *json = NULL;
    must(record->len > 0 && record->len <= SG_RECORD_LONGEST);
    for (size_t i = 0; i < record->len; i++)
        must(record->data[i] >= 0x20 && record->data[i] <= 0x7e);
    must(sg_buf_add_byte(&line, '{') >= 0 && sg_buf_add_bytes(&line, sg_buf_bytes(record)) >= 0);
    must(sg_json_parse(&json, sg_buf_bytes(&line), 4, NULL) >= 0);
    const struct sg_json_node *root = sg_json_root(json);
    const struct sg_json_node *actor = sg_json_get(root, "actor");
    must(is(actor, "uid", "4711") && actor->count == 1);
    must(is(root, "id", "00000000000000ab"));
    must(trusted ||
         (!is(root, "what", "hold") && !is(root, "what", "erasure") && !is(root, "what", "guard")));
    must(!is(root, "what", "guard") || sg_json_get(root, "by") == NULL);
    sg_json_free(json);
    sg_buf_fini(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int trusted = 0; trusted < 2; trusted++) {
        const struct sg_act_sender sender = {.id = 0xab, .uid = 4711, .trusted = trusted == 1};
        struct sg_buf record = {0};
        enum scrubgate_status rc =
            sg_act_note_record(&record, &source, &sender, (struct sg_bytes){data, size});
        if (rc >= 0)
            check_record(&record, sender.trusted);
        else
            must(rc == SCRUBGATE_EMALFORMED && record.len == 0);
        sg_buf_fini(&record);
    }
    return 0;
}
