/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registers.h - what a thread's vector registers still hold when it goes to sleep.
 *
 * Copies and scans of messages leave up to 2 KiB of their last bytes there, and the registers are
 * in every core dump, whatever is kept out of it.
 */
#ifndef SG_BASE_REGISTERS_H
#define SG_BASE_REGISTERS_H

/* Empties those that any code may use without saving them. Some ten cycles. */
void sg_registers_wipe(void);

#endif
