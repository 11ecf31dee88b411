/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.h - one request and its response on their way through the gateway.
 *
 *     front: head -> route -> request relay -> audit -> upstream
 *     front <- audit <- response relay <- upstream: head, body
 *
 * A relay is one body in one direction: bytes in, scrub, bytes out, with a mark of 64 KiB up to
 * which a body is gathered and sent with its length, and over which it streams chunked.
 */
#ifndef SG_PROXY_EXCHANGE_H
#define SG_PROXY_EXCHANGE_H

#include "net/front.h"
#include "proxy/worker.h"

/* The handler for a worker's data front; ctx is the worker. */
extern const struct sg_front_handler sg_exchange_handler;

#endif
