/*
 * Do the tables fit the generated descriptors?  Field order, names, numbers
 * and types are promises of the scan; the unit test asks once for all.
 */
#include "proto/wire_table.h"

#include <string.h>

static ProtobufCType
type_of(enum wire_type t)
{
	switch (t) {
	case W_U32:
	case W_BOOL:
		return PROTOBUF_C_TYPE_UINT32;
	case W_U64:
	case W_U64S:
		return PROTOBUF_C_TYPE_UINT64;
	case W_FIXED:
	case W_BYTES:
	case W_HASHES:
	case W_LABELS:
	case W_RECORD:
	case W_RECORDS:
		return PROTOBUF_C_TYPE_BYTES;
	case W_SUB:
	case W_CITE:
	case W_LIST:
	case W_ARRAY:
		return PROTOBUF_C_TYPE_MESSAGE;
	default:
		return PROTOBUF_C_TYPE_STRING;
	}
}

static bool
repeats(enum wire_type t)
{
	return t == W_LIST || t == W_ARRAY || t == W_TEXTS || t == W_U64S ||
	    t == W_RECORDS;
}

static bool
row_sound(const struct wire_table *t, size_t i)
{
	const struct wire_field *f = &t->field[i];
	const ProtobufCFieldDescriptor *d = &t->desc->fields[i];

	if (strcmp(f->name, d->name) != 0 || d->id != i + 1 ||
	    type_of(f->type) != d->type)
		return false;
	if (repeats(f->type) != (d->label == PROTOBUF_C_LABEL_REPEATED))
		return false;
	if (f->type == W_U64S && !(d->flags & PROTOBUF_C_FIELD_FLAG_PACKED))
		return false;
	if (d->type == PROTOBUF_C_TYPE_MESSAGE)
		return f->sub != NULL && f->sub->desc == d->descriptor;
	return f->min <= f->max && f->max <= WIRE_U64_MAX;
}

bool
wire_table_sound(const struct wire_table *t, struct why *why)
{
	if (t->n_field != t->desc->n_fields) {
		why_set(why, "%s: %zu rows, %u fields", t->name, t->n_field,
		    t->desc->n_fields);
		return false;
	}
	for (size_t i = 0; i < t->n_field; i++) {
		if (!row_sound(t, i)) {
			why_set(why, "%s: row %s, field %s", t->name,
			    t->field[i].name, t->desc->fields[i].name);
			return false;
		}
		if (t->field[i].sub != NULL &&
		    !wire_table_sound(t->field[i].sub, why))
			return false;
	}
	return true;
}
