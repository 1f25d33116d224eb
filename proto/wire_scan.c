/*
 * The pre-scan.  protobuf-c recurses without limit, keeps unknown fields and
 * multiplies small input into much memory (PITFALLS of 1.4.1), so it only
 * ever sees bytes that passed here: known fields, right wire types, minimal
 * varints, each non-repeated field at most once, lengths and counts within
 * the tables' limits, no message nested deeper than WIRE_DEPTH_MAX.
 */
#include "proto/wire_table.h"

#include <inttypes.h>
#include <string.h>

enum { WT_VARINT = 0, WT_BYTES = 2 };

/*
 * Takes a minimal varint from the head of `b`: at most 10 groups, no group
 * of zeroes at the end, no bits above the 64th.
 */
static bool
take_varint(struct bytes *b, uint64_t *out)
{
	uint64_t v = 0;

	if (b->n > 0 && b->data[0] < 0x80) {    /* nearly always */
		*out = b->data[0];
		b->data++;
		b->n--;
		return true;
	}
	for (unsigned i = 0; i < 10 && i < b->n; i++) {
		const uint8_t c = b->data[i];

		v |= (uint64_t)(c & 0x7f) << (7 * i);
		if (c & 0x80)
			continue;
		if ((i > 0 && c == 0) || (i == 9 && c > 1))
			return false;
		*out = v;
		b->data += i + 1;
		b->n -= i + 1;
		return true;
	}
	return false;
}

static bool
is_number(enum wire_type t)
{
	return t == W_U32 || t == W_U64 || t == W_BOOL;
}

static bool
is_repeated(enum wire_type t)
{
	return t == W_LIST || t == W_ARRAY || t == W_TEXTS || t == W_RECORDS;
}

static enum error_code
scan_number(const struct wire_field *f, struct bytes *in,
    const struct wire_at *at, struct why *why)
{
	uint64_t v;

	if (!take_varint(in, &v))
		return wire_bad(why, at, ERR_FORMAT, "not a minimal number");
	if (v > f->max)
		return wire_bad(why, at, ERR_SIZE,
		    "%" PRIu64 " is above %" PRIu64, v, f->max);
	return ERR_NONE;
}

/* Only their number and form; order is for the mover. */
static enum error_code
scan_packed(const struct wire_field *f, struct bytes part,
    const struct wire_at *at, struct why *why)
{
	uint64_t v;
	size_t n = 0;

	while (part.n > 0) {
		if (!take_varint(&part, &v))
			return wire_bad(why, at, ERR_FORMAT,
			    "not a minimal number");
		if (v > WIRE_U64_MAX || ++n > f->max)
			return wire_bad(why, at, ERR_SIZE,
			    "number too large, or more than %" PRIu64, f->max);
	}
	return ERR_NONE;
}

/* The most bytes one occurrence of the field may have. */
static uint64_t
longest(const struct wire_field *f)
{
	switch (f->type) {
	case W_TEXTS:
		return WIRE_NAME_MAX;
	case W_RECORD:
	case W_RECORDS:
		return WIRE_RECORD_MAX;
	case W_U64S:
		return f->max * 9;
	case W_SUB:
	case W_CITE:
	case W_LIST:
	case W_ARRAY:
		return f->sub->max;
	default:
		return f->max;
	}
}

static enum error_code scan_message(const struct wire_table *t,
    struct bytes in, unsigned depth, const struct wire_at *at,
    struct why *why);

static enum error_code
scan_part(const struct wire_field *f, struct bytes *in, unsigned depth,
    const struct wire_at *at, struct why *why)
{
	struct bytes part;
	uint64_t n;

	if (!take_varint(in, &n))
		return wire_bad(why, at, ERR_FORMAT, "not a minimal length");
	if (n > in->n)
		return wire_bad(why, at, ERR_FORMAT, "cut short");
	if (n > longest(f))
		return wire_bad(why, at, ERR_SIZE,
		    "%" PRIu64 " bytes, at most %" PRIu64, n, longest(f));
	part = bytes_of(in->data, (size_t)n);
	in->data += n;
	in->n -= (size_t)n;
	switch (f->type) {
	case W_U64S:
		return scan_packed(f, part, at, why);
	case W_SUB:
	case W_CITE:
	case W_LIST:
	case W_ARRAY:
		return scan_message(f->sub, part, depth + 1, at, why);
	case W_BYTES:
	case W_HASHES:
	case W_FIXED:
	case W_LABELS:
	case W_RECORD:
	case W_RECORDS:
		return ERR_NONE;
	default:
		/* The unpacker makes C strings: nothing may hide behind a NUL. */
		if (part.n > 0 && memchr(part.data, '\0', part.n) != NULL)
			return wire_bad(why, at, ERR_FORMAT, "not plain text");
		return ERR_NONE;
	}
}

/*
 * Takes a tag and finds its row.  Field numbers are dense, so the number is
 * the row; anything larger than 2^29 - 1 is larger than any table.
 */
static enum error_code
take_tag(const struct wire_table *t, struct bytes *in,
    const struct wire_at *at, size_t *row, struct why *why)
{
	const struct wire_field *f;
	struct wire_at here;
	uint64_t tag;

	if (!take_varint(in, &tag))
		return wire_bad(why, at, ERR_FORMAT, "not a minimal tag");
	if (tag >> 3 == 0 || tag >> 3 > t->n_field)
		return wire_bad(why, at, ERR_FORMAT,
		    "unknown field %" PRIu64, tag >> 3);
	*row = (size_t)(tag >> 3) - 1;
	f = &t->field[*row];
	here = (struct wire_at){ at, f->name, -1 };
	if ((tag & 7) != (is_number(f->type) ? WT_VARINT : WT_BYTES))
		return wire_bad(why, &here, ERR_FORMAT, "wrong wire type %u",
		    (unsigned)(tag & 7));
	return ERR_NONE;
}

enum { FIELDS_MAX = 20 };

static enum error_code
scan_message(const struct wire_table *t, struct bytes in, unsigned depth,
    const struct wire_at *at, struct why *why)
{
	uint32_t seen[FIELDS_MAX] = { 0 };
	enum error_code e = ERR_NONE;
	size_t row = 0;

	if (depth > WIRE_DEPTH_MAX || t->n_field > FIELDS_MAX)
		return wire_bad(why, at, ERR_FORMAT, "nested too deep");
	while (e == ERR_NONE && in.n > 0) {
		const struct wire_field *f;
		struct wire_at here;

		e = take_tag(t, &in, at, &row, why);
		if (e != ERR_NONE)
			return e;
		f = &t->field[row];
		here = (struct wire_at){ at, f->name,
		    is_repeated(f->type) ? (int)seen[row] : -1 };
		if (++seen[row] > 1 && !is_repeated(f->type))
			return wire_bad(why, &here, ERR_FORMAT, "given twice");
		if (is_repeated(f->type) && seen[row] > f->max)
			return wire_bad(why, &here, ERR_SIZE,
			    "more than %" PRIu64, f->max);
		if (is_number(f->type))
			e = scan_number(f, &in, &here, why);
		else
			e = scan_part(f, &in, depth, &here, why);
	}
	return e;
}

enum error_code
wire_scan(const struct wire_table *t, struct bytes in,
    const struct wire_at *at, struct why *why)
{
	if (in.n > t->max)
		return wire_bad(why, at, ERR_SIZE, "%zu bytes, at most %zu",
		    in.n, t->max);
	return scan_message(t, in, 1, at, why);
}
