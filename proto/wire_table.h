/*
 * Inside proto/wire*.c: the tables that decode and encode every message.
 *
 * A table has one row per field of the generated descriptor, in its order
 * (field numbers are 1, 2, 3, ... without gaps; wire_table_sound() and its
 * test hold that).  A row says where the field lives in the plain struct and
 * what it may be.  Scan, decode and encode read the same row, so what we
 * send is what we would take.
 */
#ifndef WAYLEAVE_PROTO_WIRE_TABLE_H
#define WAYLEAVE_PROTO_WIRE_TABLE_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

#include "proto/wire.h"

enum wire_type {
	W_U32,     /* uint32_t, min..max */
	W_U64,     /* uint64_t, min..max */
	W_BOOL,    /* bool; 0 or 1 on the wire */
	W_FIXED,   /* uint8_t[max]; min 0: may be absent */
	W_BYTES,   /* struct bytes of min..max */
	W_HASHES,  /* the same, a multiple of 32 */
	W_LABELS,  /* uint8_t[][16] and `n`; min..max bytes */
	W_TEXT,    /* char[max + 1], one line of UTF-8, min..max bytes */
	W_LINES,   /* struct bytes: UTF-8 with line ends */
	W_ID,      /* char[WIRE_ID_MAX + 1]; min 0: may be empty */
	W_SIGNER,  /* char[WIRE_SIGNER_MAX + 1]: id, root:, duty:, case:hex */
	W_KIND,    /* enum wire_kind, by name */
	W_SUB,     /* a struct; min 0: may be absent, then `has` is false */
	W_CITE,    /* struct citation; absent exactly when its size is 0 */
	W_LIST,    /* pointer and `n`: min..max structs in the arena */
	W_ARRAY,   /* struct[max] and `n`, in place */
	W_TEXTS,   /* char[max][WIRE_NAME_MAX + 1] and `n`, in place */
	W_U64S,    /* pointer and `n`: strictly growing, packed */
	W_RECORD,  /* struct record, as bytes on the wire */
	W_RECORDS, /* pointer and `n` of those */
};

enum { WIRE_NONE = 0xffff, WIRE_DEPTH_MAX = 4 };

struct wire_field {
	const char *name;
	enum wire_type type;
	uint16_t at;           /* offset in the plain struct */
	uint16_t has;          /* offset of a bool, or WIRE_NONE */
	uint16_t n;            /* offset of an unsigned, or WIRE_NONE */
	uint64_t min, max;     /* value, bytes or count, as the type says */
	const struct wire_table *sub;
};

struct wire_table {
	const char *name;      /* first word of every complaint */
	const ProtobufCMessageDescriptor *desc;
	const struct wire_field *field;
	size_t n_field;
	size_t size;           /* of the plain struct */
	size_t max;            /* longest encoding */
	/* What no single row can say; NULL when there is nothing. */
	enum error_code (*check)(const void *plain, struct why *why);
};

/* Times, sizes and indices end where SQLite's integers do. */
#define WIRE_U64_MAX ((uint64_t)INT64_MAX)
#define WIRE_CODE_MAX 65535u

#define F_(nm, ty, off, hs, cnt, lo, hi, tab)                               \
	{ .name = (nm), .type = (ty), .at = (uint16_t)(off),                \
	  .has = (uint16_t)(hs), .n = (uint16_t)(cnt), .min = (lo),         \
	  .max = (hi), .sub = (tab) }
#define F_NUM(nm, ty, st, m, lo, hi)                                        \
	F_(nm, ty, offsetof(st, m), WIRE_NONE, WIRE_NONE, lo, hi, NULL)
#define F_U32(nm, st, m, lo, hi) F_NUM(nm, W_U32, st, m, lo, hi)
#define F_CODE(nm, st, m) F_U32(nm, st, m, 0, WIRE_CODE_MAX)
#define F_U64(nm, st, m) F_NUM(nm, W_U64, st, m, 0, WIRE_U64_MAX)
#define F_BOOL(nm, st, m) F_NUM(nm, W_BOOL, st, m, 0, 1)
#define F_TEXT(nm, st, m, lo, hi) F_NUM(nm, W_TEXT, st, m, lo, hi)
#define F_ID(nm, st, m) F_NUM(nm, W_ID, st, m, 2, WIRE_ID_MAX)
#define F_ID_OR_NONE(nm, st, m) F_NUM(nm, W_ID, st, m, 0, WIRE_ID_MAX)
#define F_VIEW(nm, ty, st, m, lo, hi) F_NUM(nm, ty, st, m, lo, hi)
#define F_FIXED(nm, st, m, size)                                            \
	F_(nm, W_FIXED, offsetof(st, m), WIRE_NONE, WIRE_NONE, size, size, NULL)
#define F_ZERO(nm, st, m, size) /* absent is all zero */                    \
	F_(nm, W_FIXED, offsetof(st, m), WIRE_NONE, WIRE_NONE, 0, size, NULL)
#define F_MAYBE(nm, st, m, size, h)                                         \
	F_(nm, W_FIXED, offsetof(st, m), offsetof(st, h), WIRE_NONE, 0, size, \
	    NULL)
#define F_SUB(nm, st, m, h, tab)                                            \
	F_(nm, W_SUB, offsetof(st, m), offsetof(st, h), WIRE_NONE, 0, 1, tab)
#define F_CITE(nm, st, m)                                                   \
	F_(nm, W_CITE, offsetof(st, m), WIRE_NONE, WIRE_NONE, 0, 1,         \
	    &wire_table_citation)
#define F_MANY(nm, ty, st, m, cnt, lo, hi, tab)                             \
	F_(nm, ty, offsetof(st, m), WIRE_NONE, offsetof(st, cnt), lo, hi, tab)

#define WIRE_TABLE(id, nm, descriptor, rows, st, longest, checker)          \
	const struct wire_table id = { .name = (nm),                        \
	    .desc = &(descriptor), .field = (rows),                         \
	    .n_field = sizeof(rows) / sizeof((rows)[0]), .size = sizeof(st), \
	    .max = (longest), .check = (checker) }

extern const struct wire_table wire_table_citation;

/* Where we are, for complaints: "up.items[3].share". */
struct wire_at {
	const struct wire_at *up;
	const char *name;
	int index;             /* -1 for none */
};
/* Sets why to "<place>: <text>" and returns e. */
enum error_code wire_bad(struct why *why, const struct wire_at *at,
    enum error_code e, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Refuses all that the unpacker must not see; allocates nothing. */
MUST_USE enum error_code wire_scan(const struct wire_table *t, struct bytes in,
    const struct wire_at *at, struct why *why);

/* Scan, unpack into the arena, move into `out` (t->size bytes) and check. */
MUST_USE enum error_code wire_decode(const struct wire_table *t,
    struct arena *a, struct bytes in, void *out, struct why *why);
/* The way back, with the same checks; appends to `out`. */
MUST_USE enum error_code wire_encode(const struct wire_table *t,
    const void *plain, struct buf *out);

/* One line of UTF-8 (or, with `lines`, \n and \t too), no control characters. */
bool wire_text_ok(struct bytes s, bool lines);
bool wire_id_ok(struct bytes s);
bool wire_signer_ok(struct bytes s);

/* What a row asks of one value: range, length, form.  Both ways use these. */
enum error_code wire_number_ok(const struct wire_field *f, uint64_t v,
    const struct wire_at *at, struct why *why);
enum error_code wire_size_ok(const struct wire_field *f, size_t n,
    const struct wire_at *at, struct why *why);
enum error_code wire_string_ok(const struct wire_field *f, struct bytes s,
    const struct wire_at *at, struct why *why);
enum error_code wire_growing_ok(const uint64_t *v, size_t n,
    const struct wire_at *at, struct why *why);

/* Does the table fit its descriptor?  For the tests. */
bool wire_table_sound(const struct wire_table *t, struct why *why);
/* Every table with a descriptor of its own, ending with NULL. */
extern const struct wire_table *const wire_tables_record[];
extern const struct wire_table *const wire_tables_body[];
extern const struct wire_table *const wire_tables_entry[];
extern const struct wire_table *const wire_tables_link[];
extern const struct wire_table *const wire_tables_other[];

#endif
