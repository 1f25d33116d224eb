#include "broker/peek.h"

#include <string.h>

#include "proto/wire.h"

/* One field of a message: number, and bytes or a number. */
struct field {
	uint32_t number;
	bool is_bytes;
	uint64_t value;
	struct bytes bytes;
};

static bool
take_varint(struct bytes *in, uint64_t *out)
{
	uint8_t b;

	*out = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (!bytes_take_u8(in, &b))
			return false;
		*out |= (uint64_t)(b & 0x7f) << shift;
		if ((b & 0x80) == 0)
			return true;
	}
	return false;
}

/* Varints and lengths only: the link's messages have nothing else. */
static bool
take_field(struct bytes *in, struct field *f)
{
	uint64_t tag;

	if (!take_varint(in, &tag) || tag >> 3 > 0xffff)
		return false;
	f->number = (uint32_t)(tag >> 3);
	f->is_bytes = (tag & 7) == 2;
	if ((tag & 7) != 0 && !f->is_bytes)
		return false;
	if (!take_varint(in, &f->value))
		return false;
	if (!f->is_bytes)
		return true;
	f->bytes.n = (size_t)f->value;
	return f->value <= in->n &&
	    bytes_take(in, f->bytes.n, &f->bytes.data);
}

static bool
find_bytes(struct bytes in, uint32_t number, struct bytes *out)
{
	struct field f;

	while (in.n > 0 && take_field(&in, &f)) {
		if (f.number == number && f.is_bytes) {
			*out = f.bytes;
			return true;
		}
	}
	return false;
}

/* Item { record = 1 { kind = 1, body = 4 { head = 1 { stamp = 1 } } } } */
static bool
take_item(struct bytes item, uint8_t stamp[static WIRE_STAMP])
{
	struct bytes record, kind, body, head, found;
	char name[32];

	if (!find_bytes(item, 1, &record))
		return false;
	if (find_bytes(record, 4, &body) && find_bytes(body, 1, &head) &&
	    find_bytes(head, 1, &found) && found.n == WIRE_STAMP)
		memcpy(stamp, found.data, WIRE_STAMP);
	if (!find_bytes(record, 1, &kind) || kind.n >= sizeof name)
		return false;
	memcpy(name, kind.data, kind.n);
	name[kind.n] = '\0';
	return wire_kind_narrowing(wire_kind_of(name));
}

/* Up { id = 1, hello = 2, items = 3 } */
void
peek_frame(struct bytes frame, struct peek *out)
{
	bool hello = false, narrow = true;
	struct field f;

	memset(out, 0, sizeof *out);
	while (frame.n > 0) {
		if (!take_field(&frame, &f))
			return;
		if (f.number == 1 && !f.is_bytes)
			out->id = f.value;
		else if (f.number == 2 && f.is_bytes)
			hello = true;
		else if (f.number == 3 && f.is_bytes) {
			if (out->n == WIRE_ITEMS_MAX)
				return;
			narrow = take_item(f.bytes, out->stamp[out->n++]) &&
			    narrow;
		}
	}
	out->urgent = out->n > 0 ? narrow : hello;
	/* a hello keeps its place: it says what was had of all before it */
	out->narrows = out->n > 0 && narrow && !hello;
}
