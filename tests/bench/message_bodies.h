/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message_bodies.h - what a customer writes, with two things to mask, and what the other side
 * answers, with none.
 */
#ifndef SG_BENCH_MESSAGE_BODIES_H
#define SG_BENCH_MESSAGE_BODIES_H

static const char message_request[] =
    "{\"from\":\"c-1029\",\"conversation\":\"v-7731\",\"text\":\"Hello, my order did not arrive. "
    "You can write to jo.doe@example.com any time. I paid with the card 4111 1111 1111 1111 last "
    "week, the amount was 49.90 and the box was blue. Please tell me what to do.\","
    "\"lang\":\"en\",\"attempt\":2,\"unread\":false}";
static const char message_answer[] =
    "{\"status\":\"queued\",\"conversation\":\"v-7731\",\"position\":3,\"text\":\"Thank you for "
    "your "
    "message. One of our people will look into it and answer here within 15 minutes. You do not "
    "have to wait: we will tell you as soon as there is an answer.\",\"lang\":\"en\","
    "\"agents\":12,\"open\":true,\"hours\":\"8 to 20\"}";

#endif
