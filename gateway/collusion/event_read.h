/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_read.h - a line of events (collusion/event.h) read back.
 *
 * Members in any order; those that are not known here are passed over, those that are known must be
 * of their kind. Of identities the first four count; in `was` there are as many as in the event, or
 * none.
 */
#ifndef SG_COLLUSION_EVENT_READ_H
#define SG_COLLUSION_EVENT_READ_H

#include <scrubgate/status.h>

#include "base/bytes.h"
#include "base/json.h"
#include "collusion/event.h"

/*
 * Reads one line without its LF. *json is what event borrows from: free it (sg_json_free) after
 * use; NULL on error. EMALFORMED: no JSON object, no time, or a member of another kind; the fault
 * says which, never what it holds.
 */
SCRUBGATE_MUST_USE enum scrubgate_status sg_collusion_event_read(struct sg_collusion_event *event,
                                                                 struct sg_json **json,
                                                                 struct sg_bytes line,
                                                                 struct scrubgate_fault *fault);

#endif
