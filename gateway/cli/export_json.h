/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_json.h - JSON, member by member. The first failure sticks.
 */
#ifndef SG_CLI_EXPORT_JSON_H
#define SG_CLI_EXPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"

struct sg_export_json {
    struct sg_buf *out;
    enum scrubgate_status rc;
    bool more; /* a comma comes next */
};

/* key NULL: an element of an array, or the whole. */
void sg_export_open(struct sg_export_json *json, const char *key, char bracket);
void sg_export_close(struct sg_export_json *json, char bracket);
void sg_export_number(struct sg_export_json *json, const char *key, uint64_t value);
void sg_export_bool(struct sg_export_json *json, const char *key, bool value);
void sg_export_text(struct sg_export_json *json, const char *key, struct sg_bytes text);
void sg_export_word(struct sg_export_json *json, const char *key, const char *text);
/* A string of a record, as it stands between its quotes; left out when there is none. */
void sg_export_string(struct sg_export_json *json, const char *key, struct sg_bytes string);
/* JSON as it stands; its key too. */
void sg_export_raw(struct sg_export_json *json, struct sg_bytes key, struct sg_bytes value);

#endif
