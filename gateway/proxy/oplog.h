/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oplog.h - the operator's log: JSON lines on stderr, never a byte of a message.
 */
#ifndef SG_PROXY_OPLOG_H
#define SG_PROXY_OPLOG_H

enum sg_oplog_level { SG_OPLOG_DEBUG, SG_OPLOG_INFO, SG_OPLOG_WARN, SG_OPLOG_ERROR };

/* From SCRUBGATE_LOG: debug, info (default), warn, error. Call once before threads start. */
void sg_oplog_init(void);
/* {"time":…,"level":"info","what":"…", then pairs: key, value, …, NULL}. Any thread. Values are
 * escaped; pass only our own words, file names and peers' addresses. */
void sg_oplog(enum sg_oplog_level level, const char *what, ...) __attribute__((sentinel));

#endif
