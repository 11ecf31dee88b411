/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_parts.h - what a front is made of; for its own files only.
 *
 *     front_clients.c   connections: accepted, timed, drained
 *     front.c           libmicrohttpd's daemons and callbacks; nobody else knows libmicrohttpd
 *     front_flow.c      a request from its head to its reply, whoever is ready first
 *     front_request.c   a request's memory
 *
 * A request's stages:
 *
 *     HEAD -> BODY -> ENDED -> REPLYING
 *               '------------> PAST (answered behind libmicrohttpd's back)
 */
#ifndef SG_NET_FRONT_PARTS_H
#define SG_NET_FRONT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <scrubgate/status.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "http/framing.h"
#include "http/header.h"
#include "net/acceptor.h"
#include "net/admit.h"
#include "net/bypass.h"
#include "net/deadline.h"
#include "net/front.h"
#include "net/loop.h"

enum sg_stage {
    SG_STAGE_HEAD,     /* the request line has come */
    SG_STAGE_BODY,     /* the handler has begun; body bytes may come */
    SG_STAGE_ENDED,    /* the handler knows that it has the whole body */
    SG_STAGE_REPLYING, /* the reply is libmicrohttpd's now */
    SG_STAGE_PAST      /* answered past libmicrohttpd; what still comes is dropped */
};

/* What a connection waits for; a deadline's kind. */
enum sg_wait {
    SG_WAIT_HEAD,   /* the end of a head */
    SG_WAIT_BODY,   /* the end of a body: looked at now and then, until body_due_ns */
    SG_WAIT_NEXT,   /* the next request */
    SG_WAIT_BRIEF,  /* us or the next request, so briefly that a hang-up is not looked for yet */
    SG_WAIT_READER, /* the client, to read its reply */
    SG_WAIT_LINGER  /* the client, to read an answer that went past libmicrohttpd */
};

struct sg_client {
    struct sg_watch watch; /* on its socket while it waits for us: it may hang up */
    struct sg_deadline deadline;
    struct sg_front *front;
    struct sg_host *host; /* the daemon that has it */
    struct MHD_Connection *mhd;
    struct sg_client *prev, *next;
    struct sg_request *request; /* NULL between two */
    uint64_t consumed;          /* bytes of the requests that are over */
    uint64_t body_due_ns;       /* when the body is late */
    struct sg_progress progress;
    bool limited; /* see sg_mhd_suspend */
    int fd;       /* libmicrohttpd's to read, write and close */
    size_t peer_len;
    uint8_t peer[16];
};

struct sg_request {
    struct sg_task task; /* hands held bytes to the handler */
    struct sg_request *spare;
    struct sg_client *client;
    void *own;

    struct sg_buf text; /* of the head */
    size_t target_len;  /* it stands first in text */
    size_t head_size;   /* bytes on the wire */
    struct sg_bytes method, target;
    struct sg_headers headers;
    struct sg_framing framing;
    bool old;  /* HTTP/1.0 */
    bool head; /* HEAD: replies have no body */

    enum sg_stage stage;
    bool begun;     /* the handler has it: closed is owed */
    bool busy;      /* inside a callback: its end sees to what was asked meanwhile */
    bool suspended; /* libmicrohttpd looks away until it is resumed */
    bool again;     /* more body, or more of the reply, was asked for */
    bool cut;       /* given up, as `how` says */
    enum sg_request_end how;

    uint64_t got;         /* body bytes that came */
    uint64_t dropped;     /* of these, after the reply was made */
    struct sg_buf held;   /* what the handler did not take yet: nothing more comes meanwhile */
    struct sg_buf answer; /* the reply as bytes, when it may have to go past libmicrohttpd */

    struct MHD_Response *reply; /* made, not yet libmicrohttpd's */
    unsigned status;
    sg_reply_reader *read; /* of a reply that is pulled */
    uint64_t length, sent;
};

/* One libmicrohttpd daemon. */
struct sg_host {
    struct sg_watch watch; /* its epoll */
    struct sg_task task;   /* runs it before the loop sleeps */
    struct sg_front *front;
    struct MHD_Daemon *mhd;
    size_t clients;
};

struct sg_front {
    struct sg_deadlines deadlines;
    struct sg_acceptor acceptor;
    struct sg_loop *loop;
    struct sg_front_limits limits;
    struct sg_front_handler handler;
    struct sg_host *hosts;
    unsigned n_hosts;
    struct sg_client *clients;
    size_t n_clients;
    struct sg_client *newcomer; /* while libmicrohttpd takes it over */
    struct sg_request *spares;  /* for the next requests */
    size_t n_spares;
    struct sg_buf scratch; /* a header field as C strings */
    bool old_library;      /* before 1.0, which reads heads strictly itself */
    bool draining;
    void (*drained)(void *ctx);
    void *drained_ctx;
    struct sg_timer drain_timer;
    struct sg_task drain_task;
};

/* --- front_request.c --- */

/* A clean request, its target copied; NULL when out of memory. */
struct sg_request *sg_request_borrow(struct sg_front *front, struct sg_client *client,
                                     struct sg_bytes target);
/* Wipes it and keeps it for the next. */
void sg_request_return(struct sg_front *front, struct sg_request *request);
void sg_request_free_spares(struct sg_front *front);
/* Makes room for the rest of the head: method, names and values together have so many bytes. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_request_reserve(struct sg_request *request, size_t len);
struct sg_bytes sg_request_keep(struct sg_request *request, struct sg_bytes text);
bool sg_request_has_body(const struct sg_request *request);
/* Whether so little of the body can still come that it is simply read and dropped. */
bool sg_request_drains(const struct sg_request *request);

/* --- front_flow.c: false tells libmicrohttpd to close the connection --- */

void sg_flow_refuse(struct sg_request *request, const struct sg_refusal *why);
bool sg_flow_begin(struct sg_request *request);
bool sg_flow_body(struct sg_request *request, struct sg_bytes piece);
bool sg_flow_final(struct sg_request *request);
/* As a reader answers; 0: the request was suspended. */
int64_t sg_flow_pull(struct sg_request *request, uint8_t *out, size_t cap);
/* The connection is cut, and closed follows. */
void sg_flow_give_up(struct sg_request *request, enum sg_request_end how);
/* Tells the handler and forgets the request. */
void sg_flow_over(struct sg_request *request, enum sg_request_end how);

/* --- front_clients.c --- */

void sg_clients_init(struct sg_front *front);
void sg_clients_fini(struct sg_front *front);
void sg_clients_due(struct sg_deadlines *all, struct sg_deadline *deadline, unsigned kind);
void sg_clients_cut_all(struct sg_front *front);
void sg_client_wait(struct sg_client *client, enum sg_wait what);
void sg_client_begin(struct sg_front *front, struct sg_client *client);
/* Comes just before libmicrohttpd closes the socket. */
void sg_client_end(struct sg_client *client);

/* --- front.c --- */

/* Takes over the newcomer and its socket, whatever happens. */
void sg_mhd_adopt(struct sg_front *front, const struct sg_address *peer);
/* Only from a callback for this connection. */
void sg_mhd_suspend(struct sg_client *client);
void sg_mhd_resume(struct sg_client *client);
/* A request is over: the next may not be suspended at all. */
void sg_mhd_settle(struct sg_client *client);
/* Whether libmicrohttpd has something of its own or ours to say. */
bool sg_mhd_is_answering(const struct sg_client *client);
/* Makes request->reply from a whole body, or one to be pulled (body NULL). */
SCRUBGATE_MUST_USE enum scrubgate_status sg_mhd_make(struct sg_request *request,
                                                     const struct sg_reply *reply,
                                                     const struct sg_bytes *body);
/* Hands it over: only in the first or final callback, or suspended in the latter. */
bool sg_mhd_queue(struct sg_request *request);
void sg_mhd_drop(struct sg_request *request);

#endif
