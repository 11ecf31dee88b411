/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange.h - one request and its response on their way through the gateway.
 *
 *     front: head -> route -> request leg -> audit -> upstream
 *     front <- audit <- response leg <- upstream: head, body
 *
 * A leg is one direction: it says when its body may leave. Its relay scrubs the body: up to 64 KiB
 * it is gathered and sent with its length, over that it streams.
 */
#ifndef SG_PROXY_EXCHANGE_H
#define SG_PROXY_EXCHANGE_H

#include "net/front.h"
#include "proxy/worker.h"

/* The handler for a worker's data front; ctx is the worker. */
extern const struct sg_front_handler sg_exchange_handler;

/* Frees what the worker keeps for exchanges. Front, upstream and audit port are closed. */
void sg_exchange_fini(struct sg_worker *worker);

#endif
