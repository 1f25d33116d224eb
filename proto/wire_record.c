/*
 * The Record as carried, and the names of the kinds.
 */
#include "proto/wayleave.pb-c.h"
#include "proto/wire_table.h"

#include <string.h>

static const struct kind_row {
	const char *name;
	bool narrowing;
} kinds[KIND_END] = {
	[KIND_NONE] = { "", false },
#define X(e, text, narrow) [e] = { text, narrow },
	WIRE_KIND_TABLE(X)
#undef X
};

const char *
wire_kind_name(enum wire_kind k)
{
	return k > KIND_NONE && k < KIND_END ? kinds[k].name : "";
}

enum wire_kind
wire_kind_of(const char *name)
{
	for (unsigned k = KIND_NONE + 1; k < KIND_END; k++) {
		if (strcmp(kinds[k].name, name) == 0)
			return (enum wire_kind)k;
	}
	return KIND_NONE;
}

bool
wire_kind_narrowing(enum wire_kind k)
{
	return k > KIND_NONE && k < KIND_END && kinds[k].narrowing;
}

uint64_t
wire_stamp_ms(const uint8_t stamp[static WIRE_STAMP])
{
	return get_be64(stamp) >> 16;
}

/*
 * The turns of a path are for whoever hashes; here its length is bounded and
 * the fields that come and go together are held together.
 */
static enum error_code
check_record(const void *plain, struct why *why)
{
	const struct record *r = plain;
	const bool by_case = strncmp(r->signer, "case:", 5) == 0;

	if (r->index >= r->n) {
		why_set(why, "index: %u is outside the bundle of %u",
		    r->index, r->n);
		return ERR_SIZE;
	}
	if (r->has_cosignature != (r->cosigner[0] != '\0')) {
		why_set(why, "cosignature: goes with a cosigner");
		return ERR_FORMAT;
	}
	if (r->has_key != by_case) {
		why_set(why, "key: goes with a signer case:");
		return ERR_FORMAT;
	}
	return ERR_NONE;
}

enum { PATH_MAX_BYTES = 9 * WIRE_HASH };	/* 2^9 = WIRE_BUNDLE_MAX */

static const struct wire_field record_rows[] = {
	F_NUM("kind", W_KIND, struct record, kind, 1, 32),
	F_NUM("signer", W_SIGNER, struct record, signer, 2, WIRE_SIGNER_MAX),
	F_ID_OR_NONE("cosigner", struct record, cosigner),
	F_VIEW("body", W_BYTES, struct record, body, 1, WIRE_BODY_MAX),
	F_U32("index", struct record, index, 0, WIRE_BUNDLE_MAX - 1),
	F_U32("n", struct record, n, 1, WIRE_BUNDLE_MAX),
	F_VIEW("path", W_HASHES, struct record, path, 0, PATH_MAX_BYTES),
	F_FIXED("signature", struct record, signature, WIRE_SIG),
	F_MAYBE("cosignature", struct record, cosignature, WIRE_SIG,
	    has_cosignature),
	F_MAYBE("key", struct record, key, WIRE_KEY, has_key),
};
static WIRE_TABLE(record_table, "record", wayleave__pb__record__descriptor,
    record_rows, struct record, WIRE_RECORD_MAX, check_record);

const struct wire_table *const wire_tables_record[] = { &record_table, NULL };

enum error_code
wire_record_decode(struct arena *a, struct bytes in, struct record *out,
    struct why *why)
{
	enum error_code e = wire_decode(&record_table, a, in, out, why);

	if (e == ERR_NONE)
		out->wire = in;
	return e;
}

enum error_code
wire_record_encode(const struct record *r, struct buf *out)
{
	return wire_encode(&record_table, r, out);
}
