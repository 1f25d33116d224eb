/*
 * A glance at an Up frame before anything is decoded: its id, the stamps of
 * its records, to be answered busy one by one, and whether it must get through when everything else is turned away (PROTOCOL 2
 * "Narrowing records"): it says hello, or every record in it narrows.
 */
#ifndef WAYLEAVE_BROKER_PEEK_H
#define WAYLEAVE_BROKER_PEEK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "proto/wire.h"

struct peek {
	uint64_t id;
	bool urgent;
	bool narrows;                   /* nothing but narrowing records */
	unsigned n;                     /* items seen */
	uint8_t stamp[WIRE_ITEMS_MAX][WIRE_STAMP]; /* of each; zeros: unread */
};

/* Never fails: what cannot be read is id 0, not urgent, without items. */
void peek_frame(struct bytes frame, struct peek *out);

#endif
