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

/* Item { Record record = 1 { string kind = 1 } } */
static bool
item_narrows(struct bytes item)
{
	struct bytes record, kind;
	char name[32];

	if (!find_bytes(item, 1, &record) || !find_bytes(record, 1, &kind) ||
	    kind.n >= sizeof name)
		return false;
	memcpy(name, kind.data, kind.n);
	name[kind.n] = '\0';
	return wire_kind_narrowing(wire_kind_of(name));
}

/* Up { id = 1, hello = 2, items = 3 } */
struct peek
peek_frame(struct bytes frame)
{
	struct peek p = { .id = 0 };
	bool hello = false, items = false, narrow = true;
	struct field f;

	while (frame.n > 0) {
		if (!take_field(&frame, &f))
			return p;
		if (f.number == 1 && !f.is_bytes)
			p.id = f.value;
		else if (f.number == 2 && f.is_bytes)
			hello = true;
		else if (f.number == 3 && f.is_bytes) {
			items = true;
			narrow = narrow && item_narrows(f.bytes);
		}
	}
	p.urgent = items ? narrow : hello;
	return p;
}
