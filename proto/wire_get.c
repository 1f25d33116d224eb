/*
 * From bytes to plain structs: scan, unpack into the arena, move by table.
 * This is the one caller of the unpacker.
 */
#include "proto/wire_table.h"

#include <string.h>

struct getter {
	struct arena *arena;
	struct why *why;
	bool out_of_memory;
};

static void *
get_alloc(void *ctx, size_t n)
{
	struct getter *g = ctx;
	void *p = arena_alloc(g->arena, n);

	if (p == NULL)
		g->out_of_memory = true;
	return p;
}

/* The arena frees everything at once. */
static void
get_free(void *ctx, void *p)
{
	(void)ctx;
	(void)p;
}

static enum error_code get_message(struct getter *g,
    const struct wire_table *t, const ProtobufCMessage *m, void *out,
    const struct wire_at *at);

static void
set_flag(void *out, uint16_t where, bool v)
{
	if (where != WIRE_NONE)
		*(bool *)((uint8_t *)out + where) = v;
}

static void
set_count(void *out, const struct wire_field *f, size_t n)
{
	*(unsigned *)(void *)((uint8_t *)out + f->n) = (unsigned)n;
}

static enum error_code
get_number(struct getter *g, const struct wire_field *f, const void *in,
    uint8_t *out, const struct wire_at *at)
{
	const uint64_t v = f->type == W_U64 ? *(const uint64_t *)in :
	    *(const uint32_t *)in;
	enum error_code e = wire_number_ok(f, v, at, g->why);

	if (e != ERR_NONE)
		return e;
	if (f->type == W_U64)
		*(uint64_t *)(void *)out = v;
	else if (f->type == W_U32)
		*(uint32_t *)(void *)out = (uint32_t)v;
	else
		*(bool *)out = v != 0;
	return ERR_NONE;
}

static enum error_code
get_binary(struct getter *g, const struct wire_field *f,
    const ProtobufCBinaryData *in, uint8_t *base, const struct wire_at *at)
{
	uint8_t *out = base + f->at;
	enum error_code e = wire_size_ok(f, in->len, at, g->why);

	if (e != ERR_NONE)
		return e;
	if (f->type == W_FIXED || f->type == W_LABELS) {
		if (in->len > 0)
			memcpy(out, in->data, in->len);
		set_flag(base, f->has, in->len > 0);
		if (f->type == W_LABELS)
			set_count(base, f, in->len / WIRE_LABEL);
	} else {
		*(struct bytes *)(void *)out = bytes_of(in->data, in->len);
	}
	return ERR_NONE;
}

static enum error_code
get_string(struct getter *g, const struct wire_field *f, const char *in,
    uint8_t *out, const struct wire_at *at)
{
	const struct bytes s = bytes_str(in != NULL ? in : "");
	enum error_code e = wire_string_ok(f, s, at, g->why);
	enum wire_kind kind;

	if (e != ERR_NONE)
		return e;
	if (f->type == W_LINES) {
		*(struct bytes *)(void *)out = s;
	} else if (f->type == W_KIND) {
		kind = wire_kind_of((const char *)s.data);
		if (kind == KIND_NONE)
			return wire_bad(g->why, at, ERR_FORMAT,
			    "unknown kind");
		*(enum wire_kind *)(void *)out = kind;
	} else {
		memcpy(out, s.data, s.n + 1);
	}
	return ERR_NONE;
}

static enum error_code
get_sub(struct getter *g, const struct wire_field *f,
    const ProtobufCMessage *in, uint8_t *base, const struct wire_at *at)
{
	set_flag(base, f->has, in != NULL);
	if (in != NULL)
		return get_message(g, f->sub, in, base + f->at, at);
	if (f->min > 0)
		return wire_bad(g->why, at, ERR_FORMAT, "missing");
	return ERR_NONE;
}

static enum error_code
get_record(struct getter *g, const ProtobufCBinaryData *in,
    struct record *out, const struct wire_at *at)
{
	struct why inner = { "" };
	enum error_code e;

	if (in->len == 0)
		return wire_bad(g->why, at, ERR_FORMAT, "missing");
	e = wire_record_decode(g->arena, bytes_of(in->data, in->len), out,
	    &inner);
	if (e != ERR_NONE)
		return wire_bad(g->why, at, e, "%s", inner.text);
	return ERR_NONE;
}

/* One element of a repeated field. */
static enum error_code
get_element(struct getter *g, const struct wire_field *f, const uint8_t *in,
    size_t i, uint8_t *out, const struct wire_at *at)
{
	switch (f->type) {
	case W_TEXTS:
		return get_string(g, f, ((char *const *)(const void *)in)[i],
		    out, at);
	case W_RECORDS:
		return get_record(g,
		    &((const ProtobufCBinaryData *)(const void *)in)[i],
		    (struct record *)(void *)out, at);
	default:
		return get_message(g, f->sub,
		    ((ProtobufCMessage *const *)(const void *)in)[i], out, at);
	}
}

static size_t
element_size(const struct wire_field *f)
{
	if (f->type == W_TEXTS)
		return WIRE_NAME_MAX + 1;
	if (f->type == W_RECORDS)
		return sizeof(struct record);
	return f->sub->size;
}

static enum error_code
get_repeated(struct getter *g, const struct wire_field *f, size_t n,
    const uint8_t *in, uint8_t *base, const struct wire_at *at)
{
	const size_t size = element_size(f);
	uint8_t *out = base + f->at;
	enum error_code e = wire_size_ok(f, n, at, g->why);

	if (e != ERR_NONE)
		return e;
	set_count(base, f, n);
	if (f->type == W_LIST || f->type == W_RECORDS) {
		uint8_t *list = n > 0 ? arena_zalloc(g->arena, n * size) : NULL;

		if (n > 0 && list == NULL)
			return ERR_NOMEM;
		*(void **)(void *)out = list;
		out = list;
	}
	for (size_t i = 0; i < n && e == ERR_NONE; i++) {
		const struct wire_at here = { at->up, at->name, (int)i };

		e = get_element(g, f, in, i, out + i * size, &here);
	}
	return e;
}

static enum error_code
get_numbers(struct getter *g, const struct wire_field *f, size_t n,
    const uint64_t *in, uint8_t *base, const struct wire_at *at)
{
	enum error_code e = wire_size_ok(f, n, at, g->why);

	if (e == ERR_NONE)
		e = wire_growing_ok(in, n, at, g->why);
	if (e != ERR_NONE)
		return e;
	set_count(base, f, n);
	*(const uint64_t **)(void *)(base + f->at) = n > 0 ? in : NULL;
	return ERR_NONE;
}

static enum error_code
get_field(struct getter *g, const struct wire_field *f,
    const ProtobufCFieldDescriptor *d, const ProtobufCMessage *m,
    uint8_t *base, const struct wire_at *at)
{
	const uint8_t *in = (const uint8_t *)m + d->offset;
	const size_t n = d->label == PROTOBUF_C_LABEL_REPEATED ?
	    *(const size_t *)(const void *)((const uint8_t *)m +
	    d->quantifier_offset) : 0;

	switch (f->type) {
	case W_U32:
	case W_U64:
	case W_BOOL:
		return get_number(g, f, in, base + f->at, at);
	case W_FIXED:
	case W_BYTES:
	case W_HASHES:
	case W_LABELS:
		return get_binary(g, f, (const void *)in, base, at);
	case W_TEXT:
	case W_LINES:
	case W_ID:
	case W_SIGNER:
	case W_KIND:
		return get_string(g, f, *(char *const *)(const void *)in,
		    base + f->at, at);
	case W_SUB:
	case W_CITE:
		return get_sub(g, f,
		    *(ProtobufCMessage *const *)(const void *)in, base, at);
	case W_RECORD:
		return get_record(g, (const void *)in,
		    (struct record *)(void *)(base + f->at), at);
	case W_U64S:
		return get_numbers(g, f, n,
		    *(uint64_t *const *)(const void *)in, base, at);
	default:
		return get_repeated(g, f, n,
		    *(uint8_t *const *)(const void *)in, base, at);
	}
}

static enum error_code
get_message(struct getter *g, const struct wire_table *t,
    const ProtobufCMessage *m, void *out, const struct wire_at *at)
{
	struct why inner = { "" };
	enum error_code e = ERR_NONE;

	for (size_t i = 0; i < t->n_field && e == ERR_NONE; i++) {
		const struct wire_at here = { at, t->field[i].name, -1 };

		e = get_field(g, &t->field[i], &t->desc->fields[i], m, out,
		    &here);
	}
	if (e != ERR_NONE || t->check == NULL)
		return e;
	e = t->check(out, &inner);
	if (e != ERR_NONE)
		return wire_bad(g->why, at, e, "%s", inner.text);
	return ERR_NONE;
}

enum error_code
wire_decode(const struct wire_table *t, struct arena *a, struct bytes in,
    void *out, struct why *why)
{
	const struct wire_at at = { NULL, t->name, -1 };
	struct getter g = { .arena = a, .why = why };
	ProtobufCAllocator allocator = { get_alloc, get_free, &g };
	ProtobufCMessage *m;
	enum error_code e;

	memset(out, 0, t->size);
	e = wire_scan(t, in, &at, why);
	if (e != ERR_NONE)
		return e;
	m = protobuf_c_message_unpack(t->desc, &allocator, in.n,
	    in.n > 0 ? in.data : (const uint8_t *)"");
	if (m == NULL && !g.out_of_memory)
		return wire_bad(why, &at, ERR_FORMAT, "does not unpack");
	e = m == NULL ? ERR_NOMEM : get_message(&g, t, m, out, &at);
	if (e == ERR_NOMEM)
		return wire_bad(why, &at, e, "needs too much memory");
	return e;
}
