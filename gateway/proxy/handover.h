/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handover.h - what two gateways say to each other when the new one takes over from the old one.
 *
 *     new                                old
 *     ASK  ---------------------------->        rules are loaded, nothing has changed yet
 *          <--- listen A, admin A … END --      with the sockets
 *     WANT_LOG ------------------------>
 *          <---------- log N N N ---------      with the log's lock and a link (proxy/ledger.h)
 *     SERVING ------------------------->        stops accepting, drains, ends
 *
 * Packets over <state>/run/handover.sock (net/packet.h). The old one answers SG_LEDGER_NOT_LENT and
 * why when it cannot. Until SERVING the new one may die and the old one goes on. The number in ASK
 * is of all this: another one is refused.
 */
#ifndef SG_PROXY_HANDOVER_H
#define SG_PROXY_HANDOVER_H

#define SG_HANDOVER_FOLDER   "run" /* below the state folder */
#define SG_HANDOVER_FILE     SG_HANDOVER_FOLDER "/handover.sock"
#define SG_HANDOVER_ASK      "takeover 1\n"
#define SG_HANDOVER_LISTEN   "listen "
#define SG_HANDOVER_ADMIN    "admin "
#define SG_HANDOVER_END      "end\n"
#define SG_HANDOVER_WANT_LOG "audit log\n"
#define SG_HANDOVER_SERVING  "serving\n"

#endif
