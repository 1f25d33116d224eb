/*
 * From plain structs to bytes, by the same tables and with the same checks.
 * The generated structs are built in a short-lived arena and only point at
 * the caller's data, which is copied once, into the buffer.
 */
#include "proto/wire_table.h"

#include <string.h>

static const struct wire_at nowhere = { NULL, "", -1 };

/* Rows of a message are pointed at, never written through. */
static void *
unconst(const void *p)
{
	union { const void *c; void *v; } u = { p };

	return u.v;
}

static enum error_code put_message(struct arena *a,
    const struct wire_table *t, const uint8_t *base, ProtobufCMessage **out);

static bool
all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0)
			return false;
	}
	return true;
}

static unsigned
count_of(const uint8_t *base, const struct wire_field *f)
{
	return *(const unsigned *)(const void *)(base + f->n);
}

static enum error_code
put_number(const struct wire_field *f, const uint8_t *in, uint8_t *out)
{
	uint64_t v;
	enum error_code e;

	if (f->type == W_U64)
		v = *(const uint64_t *)(const void *)in;
	else if (f->type == W_U32)
		v = *(const uint32_t *)(const void *)in;
	else
		v = *(const bool *)in;
	e = wire_number_ok(f, v, &nowhere, NULL);
	if (e != ERR_NONE)
		return e;
	if (f->type == W_U64)
		*(uint64_t *)(void *)out = v;
	else
		*(uint32_t *)(void *)out = (uint32_t)v;
	return ERR_NONE;
}

static enum error_code
put_binary(const struct wire_field *f, const uint8_t *base,
    ProtobufCBinaryData *out)
{
	struct bytes b;

	if (f->type == W_FIXED) {
		const bool *has = f->has == WIRE_NONE ? NULL :
		    (const bool *)(base + f->has);

		b = bytes_of(base + f->at, (size_t)f->max);
		if (f->min == 0 && (has != NULL ? !*has :
		    all_zero(b.data, b.n)))
			b.n = 0;
	} else if (f->type == W_LABELS) {
		b = bytes_of(base + f->at,
		    (size_t)count_of(base, f) * WIRE_LABEL);
	} else {
		b = *(const struct bytes *)(const void *)(base + f->at);
	}
	out->data = unconst(b.data);
	out->len = b.n;
	return wire_size_ok(f, b.n, &nowhere, NULL);
}

/* Room of a text in the plain struct, with its NUL. */
static size_t
text_room(const struct wire_field *f)
{
	if (f->type == W_TEXTS)
		return WIRE_NAME_MAX + 1;
	return (size_t)f->max + 1;
}

static enum error_code
put_string(struct arena *a, const struct wire_field *f, const uint8_t *in,
    char **out)
{
	struct bytes s;
	char *copy;

	if (f->type == W_KIND) {
		s = bytes_str(wire_kind_name(
		    *(const enum wire_kind *)(const void *)in));
		*out = unconst(s.data);
		return s.n > 0 ? ERR_NONE : ERR_FORMAT;
	}
	if (f->type == W_LINES) {
		s = *(const struct bytes *)(const void *)in;
		copy = arena_alloc(a, s.n + 1);
		if (copy == NULL)
			return ERR_NOMEM;
		if (s.n > 0)
			memcpy(copy, s.data, s.n);
		copy[s.n] = '\0';
		*out = copy;
	} else {
		s = bytes_of(in, strnlen((const char *)in, text_room(f)));
		if (s.n == text_room(f))
			return ERR_SIZE;
		*out = unconst(in);
	}
	return wire_string_ok(f, s, &nowhere, NULL);
}

static enum error_code
put_sub(struct arena *a, const struct wire_field *f, const uint8_t *base,
    ProtobufCMessage **out)
{
	const uint8_t *in = base + f->at;

	if (f->min == 0 && f->type == W_SUB && f->has != WIRE_NONE &&
	    !*(const bool *)(base + f->has))
		return ERR_NONE;
	if (f->type == W_CITE &&
	    ((const struct citation *)(const void *)in)->size == 0)
		return all_zero(in, sizeof(struct citation)) ? ERR_NONE :
		    ERR_FORMAT;
	return put_message(a, f->sub, in, out);
}

/* A record passes on as it came; one that never travelled is encoded. */
static enum error_code
put_record(struct arena *a, const struct record *r, ProtobufCBinaryData *out)
{
	struct bytes wire = r->wire;
	struct buf b;
	enum error_code e = ERR_NONE;

	buf_init(&b, WIRE_RECORD_MAX);
	if (wire.n == 0) {
		e = wire_record_encode(r, &b);
		wire = buf_view(&b);
		wire.data = e == ERR_NONE ? arena_dup(a, b.data, b.n) : NULL;
		if (e == ERR_NONE && wire.data == NULL)
			e = ERR_NOMEM;
	}
	out->data = unconst(wire.data);
	out->len = wire.n;
	buf_free(&b);
	return e;
}

static enum error_code
put_element(struct arena *a, const struct wire_field *f, const uint8_t *in,
    uint8_t *list, size_t i)
{
	switch (f->type) {
	case W_TEXTS:
		return put_string(a, f, in + i * (WIRE_NAME_MAX + 1),
		    &((char **)(void *)list)[i]);
	case W_RECORDS:
		return put_record(a, (const struct record *)(const void *)in + i,
		    &((ProtobufCBinaryData *)(void *)list)[i]);
	default:
		return put_message(a, f->sub, in + i * f->sub->size,
		    &((ProtobufCMessage **)(void *)list)[i]);
	}
}

static enum error_code
put_repeated(struct arena *a, const struct wire_field *f,
    const uint8_t *base, uint8_t *out, size_t *n_out)
{
	const size_t n = count_of(base, f);
	const size_t size = f->type == W_RECORDS ? sizeof(ProtobufCBinaryData) :
	    sizeof(void *);
	const uint8_t *in = base + f->at;
	enum error_code e = wire_size_ok(f, n, &nowhere, NULL);
	uint8_t *list;

	if (e != ERR_NONE || n == 0)
		return e;
	if (f->type == W_LIST || f->type == W_RECORDS)
		in = *(const uint8_t *const *)(const void *)in;
	list = arena_zalloc(a, n * size);
	if (list == NULL)
		return ERR_NOMEM;
	*(void **)(void *)out = list;
	*n_out = n;
	for (size_t i = 0; i < n && e == ERR_NONE; i++)
		e = put_element(a, f, in, list, i);
	return e;
}

static enum error_code
put_numbers(const struct wire_field *f, const uint8_t *base, uint8_t *out,
    size_t *n_out)
{
	const uint64_t *v = *(const uint64_t *const *)(const void *)
	    (base + f->at);
	const size_t n = count_of(base, f);
	enum error_code e = wire_size_ok(f, n, &nowhere, NULL);

	if (e == ERR_NONE)
		e = wire_growing_ok(v, n, &nowhere, NULL);
	for (size_t i = 0; i < n && e == ERR_NONE; i++)
		e = v[i] <= WIRE_U64_MAX ? ERR_NONE : ERR_SIZE;
	*(void **)(void *)out = unconst(v);
	*n_out = n;
	return e;
}

static enum error_code
put_field(struct arena *a, const struct wire_field *f,
    const ProtobufCFieldDescriptor *d, const uint8_t *base,
    ProtobufCMessage *m)
{
	uint8_t *out = (uint8_t *)m + d->offset;
	size_t *n = (size_t *)(void *)((uint8_t *)m + d->quantifier_offset);

	switch (f->type) {
	case W_U32:
	case W_U64:
	case W_BOOL:
		return put_number(f, base + f->at, out);
	case W_FIXED:
	case W_BYTES:
	case W_HASHES:
	case W_LABELS:
		return put_binary(f, base, (void *)out);
	case W_TEXT:
	case W_LINES:
	case W_ID:
	case W_SIGNER:
	case W_KIND:
		return put_string(a, f, base + f->at, (char **)(void *)out);
	case W_SUB:
	case W_CITE:
		return put_sub(a, f, base, (ProtobufCMessage **)(void *)out);
	case W_RECORD:
		return put_record(a, (const void *)(base + f->at),
		    (void *)out);
	case W_U64S:
		return put_numbers(f, base, out, n);
	default:
		return put_repeated(a, f, base, out, n);
	}
}

static enum error_code
put_message(struct arena *a, const struct wire_table *t, const uint8_t *base,
    ProtobufCMessage **out)
{
	ProtobufCMessage *m = arena_alloc(a, t->desc->sizeof_message);
	enum error_code e = ERR_NONE;

	if (m == NULL)
		return ERR_NOMEM;
	t->desc->message_init(m);
	for (size_t i = 0; i < t->n_field && e == ERR_NONE; i++)
		e = put_field(a, &t->field[i], &t->desc->fields[i], base, m);
	if (e == ERR_NONE && t->check != NULL)
		e = t->check(base, NULL);
	*out = m;
	return e;
}

enum { SCRATCH_MAX = 2 * 1024 * 1024 };

enum error_code
wire_encode(const struct wire_table *t, const void *plain, struct buf *out)
{
	struct arena *a = arena_create(SCRATCH_MAX);
	ProtobufCMessage *m = NULL;
	enum error_code e;
	uint8_t *room;
	size_t n;

	if (a == NULL)
		return ERR_NOMEM;
	e = put_message(a, t, plain, &m);
	if (e != ERR_NONE)
		goto out;
	n = protobuf_c_message_get_packed_size(m);
	e = ERR_SIZE;
	if (n > t->max || n > out->max - out->n)
		goto out;
	room = buf_room(out, n);
	e = room != NULL ? ERR_NONE : ERR_NOMEM;
	if (room != NULL && n > 0)
		protobuf_c_message_pack(m, room);
out:
	arena_destroy(&a);
	return e;
}
