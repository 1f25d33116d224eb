/*
 * A glance at an Up frame before anything is decoded: its id, and whether
 * it must get through when everything else is turned away (PROTOCOL 2
 * "Narrowing records"): it says hello, or every record in it narrows.
 */
#ifndef WAYLEAVE_BROKER_PEEK_H
#define WAYLEAVE_BROKER_PEEK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct peek {
	uint64_t id;
	bool urgent;
};

/* Never fails: what cannot be read is id 0 and not urgent. */
struct peek peek_frame(struct bytes frame);

#endif
