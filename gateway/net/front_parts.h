/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_parts.h - what a front is made of; for its own files only.
 *
 *     front.c             its life: made, listening, drained
 *     front_clients.c     connections: how they come, how they end
 *     front_deadlines.c   what a connection waits for, and how long
 *     front_read.c        bytes -> guard -> the handler's events
 *     front_reply.c       a reply's head, and its bytes as the client takes them
 *     front_request.c     a request's memory, and what handlers may ask about it
 *     front_selftest.c    proves that the guard is in the way
 *
 * Whatever happens to a connection (its socket is ready, the handler has asked for something, a
 * deadline has passed) only marks it; sg_client_run then goes on with it as far as it can. What may
 * free a connection says so: "false: gone" must be the last that its caller does with it.
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
#include "http/guard.h"
#include "http/head.h"
#include "net/acceptor.h"
#include "net/conn.h"
#include "net/deadline.h"
#include "net/front.h"
#include "net/loop.h"
#include "net/peers.h"

/* What one call to the system may move. */
enum { SG_FRONT_PIECE = 64 * 1024 };
/* Around a piece that goes out as a chunk: its size before it, its end and the last chunk after. */
enum { SG_FRONT_BEFORE = 32, SG_FRONT_AFTER = 32 };

/* What a connection waits for; a deadline's kind. */
enum sg_wait {
    SG_WAIT_HEAD,   /* the end of a head */
    SG_WAIT_BODY,   /* the end of a body */
    SG_WAIT_NEXT,   /* the next request */
    SG_WAIT_WRITE,  /* the client, to read its reply: looked at four times in write_ns */
    SG_WAIT_LINGER, /* the client, to read an answer that it may not have expected yet */
    SG_WAIT_PROBE,  /* us, while it has ended its side: it may be gone altogether */
    SG_WAIT_LATE,   /* nothing: it had all its time for its body before it was held back */
    SG_WAIT_US      /* us: no deadline of the front */
};

enum sg_client_stage {
    SG_CLIENT_ARRIVES, /* PROXY header, TLS handshake */
    SG_CLIENT_SERVES,
    SG_CLIENT_LINGERS /* our side is ended; what still comes is dropped */
};

struct sg_client {
    struct sg_conn conn; /* first */
    struct sg_task task; /* goes on with it before the loop sleeps */
    struct sg_deadline deadline;
    struct sg_front *front;
    struct sg_client *prev, *next;
    struct sg_request *request; /* NULL between two */
    const struct sg_arrival *arrival;
    struct sg_guard guard;
    struct sg_buf ahead; /* came and not used: an incomplete head, or not wanted yet */
    size_t ahead_at;     /* what is before it was used */
    uint64_t acked;      /* by a slow reader, when last looked at */
    enum sg_client_stage stage;
    unsigned slow;  /* how often in a row too little had been read */
    bool hungry;    /* the guard can tell nothing more from what is ahead */
    bool served;    /* it has had a reply: the next request may take its time */
    bool announced; /* the PROXY header has come */
    bool counted;   /* among its address's connections */
    uint8_t peer_len;
    uint8_t peer[16];
};

enum sg_stage {
    SG_STAGE_BODY,    /* the handler has begun; body bytes may come */
    SG_STAGE_ENDED,   /* the whole request has come */
    SG_STAGE_REPLYING /* bytes of the reply have gone out; no more is read */
};

struct sg_request {
    struct sg_request *spare;
    struct sg_client *client;
    void *own;

    struct sg_buf text; /* of the head */
    struct sg_bytes method, target;
    struct sg_headers *headers; /* as many as there are */
    size_t fields_most;         /* that there is room for */
    struct sg_framing framing;
    bool old;     /* HTTP/1.0 */
    bool head;    /* HEAD: replies have no body */
    bool keep;    /* the client wants to go on after it */
    bool expects; /* it waits to be told to send its body */

    enum sg_stage stage;
    bool whole;   /* all of it has come */
    bool begun;   /* the handler has it: closed is owed */
    bool busy;    /* inside a callback, whose end sees to what was asked meanwhile */
    bool again;   /* more body, or more of the reply, was asked for */
    bool stopped; /* the handler did not take all of the body yet */
    bool probed;  /* a client that had ended its side was asked whether it is there */
    bool cut;     /* given up, as `how` says */
    enum sg_request_end how;
    uint64_t spent_ns; /* of the time for the body, before the client was held back */
    uint64_t got;      /* body bytes the handler took */
    uint64_t dropped;  /* that came after the reply was made */

    bool made;             /* a reply is */
    bool headed;           /* its head is complete */
    bool waits;            /* read() had nothing */
    bool close;            /* the connection ends with it */
    bool chunked;          /* as it goes out */
    struct sg_buf out;     /* to be sent: its head, then what the socket did not take */
    size_t out_at;         /* what is before it was sent */
    struct sg_buf later;   /* its body while the request's still comes */
    sg_reply_reader *read; /* NULL: all of it is in out and later */
    uint64_t length, sent; /* of what is pulled */
};

struct sg_front {
    struct sg_deadlines deadlines;
    struct sg_acceptor acceptor;
    struct sg_loop *loop;
    struct sg_front_limits limits;
    struct sg_front_handler handler;
    struct sg_peers *peers; /* NULL: not counted */
    struct sg_client *clients;
    size_t n_clients;
    struct sg_request *spares; /* for the next requests */
    size_t n_spares;
    uint8_t *input;  /* what is being read; holds nothing between two turns */
    uint8_t *output; /* what is being pulled; likewise */
    struct sg_head head;
    uint64_t date_s;
    char date[40];
    bool draining;
    uint64_t drain_ns;
    void (*drained)(void *ctx);
    void *drained_ctx;
    struct sg_timer drain_timer;
    struct sg_task drain_task;
};

/* --- front.c --- */

/* Tells the handler what the front did by itself. */
void sg_front_tell(struct sg_front *front, const struct sg_client *client,
                   const struct sg_refusal *why);

/* --- front_clients.c --- */

extern const struct sg_acceptor_calls sg_clients_calls;
/* Takes over an accepted socket, whatever happens. */
void sg_client_adopt(struct sg_front *front, const struct sg_arrival *arrival, int fd,
                     const struct sg_address *peer);
/* Goes on with what comes before the first request. False: not through yet, or gone. */
bool sg_client_arrive(struct sg_client *client);
/* Ends it at once; closed of its request tells how. */
void sg_client_drop(struct sg_client *client, enum sg_request_end how);
/* Answers without the handler, which loses its request, and ends it when the client has had time
 * to read that. */
void sg_client_refuse(struct sg_client *client, const struct sg_refusal *why);
/* Ends it with care: bytes that still come must not reset the last answer away. more: they may. */
void sg_client_linger(struct sg_client *client, bool more);
/* Between two requests; not a byte of the next has come. */
bool sg_client_is_idle(const struct sg_client *client);

/* --- front_deadlines.c --- */

/* Sets the deadline for what the connection waits for now; one that runs goes on. */
void sg_client_await(struct sg_client *client);
void sg_client_due(struct sg_deadlines *all, struct sg_deadline *deadline, unsigned kind);
void sg_front_durations(const struct sg_front_limits *limits, uint64_t ns[SG_DEADLINE_KINDS]);

/* --- front_read.c --- */

/* Goes on with a connection as far as it can; it may be gone afterwards. */
void sg_client_run(struct sg_client *client);

/* --- front_reply.c --- */

enum sg_sending { SG_SENDING_WAITS, SG_SENDING_DONE, SG_SENDING_FAILED };
/* Sends what can be sent. FAILED: how the request ends is set. */
enum sg_sending sg_reply_send(struct sg_request *request);
/* Tells a client that waits for it to send its body. */
void sg_reply_continue(struct sg_request *request);
/* Makes the front's own reply to a request that the handler does not get. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reply_refuse(struct sg_request *request,
                                                         const struct sg_refusal *why);
/* Appends a whole answer that ends the connection. head: as to HEAD. */
SCRUBGATE_MUST_USE enum scrubgate_status sg_reply_print(struct sg_buf *out,
                                                        const struct sg_refusal *why, bool head);

/* --- front_request.c --- */

/* A clean request with that head, which it copies from text; NULL when out of memory. */
struct sg_request *sg_request_borrow(struct sg_client *client, struct sg_bytes text,
                                     const struct sg_head *head, const struct sg_framing *framing);
/* Wipes it and keeps it for the next. */
void sg_request_return(struct sg_front *front, struct sg_request *request);
void sg_request_free_spares(struct sg_front *front);
/* Whether so little of the body can still come that it is simply read and dropped. */
bool sg_request_drains(const struct sg_request *request);
/* Lets a reply that waits for the rest of the body go out now, and the connection end with it.
 * False: there is none, or no request (NULL). */
bool sg_request_hurry(struct sg_request *request);

#endif
