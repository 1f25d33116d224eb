/*
 * Entries: prefix, payload, commitment and leaf.
 */
#include "ledger/entry.h"

#include <sodium.h>
#include <string.h>

static const char commitment_tag[] = "wayleave/entry/1\n";

enum error_code
entry_encode(uint64_t index, uint64_t time, enum entry_kind kind,
    struct bytes payload, struct buf *out)
{
	if (payload.n > ENTRY_BODY_MAX - ENTRY_PREFIX)
		return ERR_SIZE;
	buf_put_u64(out, index);
	buf_put_u64(out, time);
	buf_put_u8(out, (uint8_t)kind);
	buf_put(out, payload.data, payload.n);
	return buf_ok(out) ? ERR_NONE : ERR_SIZE;
}

/* The record within: its bytes, body and id. */
static enum error_code
take_record(struct arena *a, const char *partnership, struct bytes in,
    struct entry *out, struct why *why)
{
	enum error_code e;

	e = wire_record_decode(a, in, &out->record, why);
	if (e == ERR_NONE)
		e = wire_body_decode(a, &out->record, &out->b, why);
	if (e == ERR_NONE)
		record_id(partnership, &out->record, out->record_id);
	return e;
}

/* An opening is admitted, message by message, in an `opened` alone. */
static enum error_code
take_admitted(struct arena *a, const char *partnership, struct bytes in,
    struct entry *out, struct why *why)
{
	enum error_code e = take_record(a, partnership, in, out, why);

	if (e == ERR_NONE && out->record.kind == KIND_OPENING) {
		why_set(why, "entry: an opening without `opened`");
		e = ERR_FORMAT;
	}
	return e;
}

static enum error_code
take_opened(struct arena *a, const char *partnership, struct bytes in,
    struct entry *out, struct why *why)
{
	enum error_code e = wire_opened_decode(a, in, &out->u.opened, why);

	if (e == ERR_NONE)
		e = take_record(a, partnership, out->u.opened.record, out,
		    why);
	if (e == ERR_NONE && (out->record.kind != KIND_OPENING ||
	    out->b.u.opening.n != out->u.opened.n)) {
		why_set(why, "opened: not one line for each message");
		e = ERR_FORMAT;
	}
	return e;
}

static enum error_code
take_refused(struct arena *a, const char *partnership, struct bytes in,
    struct entry *out, struct why *why)
{
	enum error_code e = wire_refused_decode(a, in, &out->u.refused, why);

	if (e == ERR_NONE)
		e = take_record(a, partnership, out->u.refused.record, out,
		    why);
	return e;
}

static enum error_code
take_payload(struct arena *a, const char *partnership, struct bytes in,
    struct entry *out, struct why *why)
{
	switch (out->kind) {
	case ENTRY_RECORD:
		return take_admitted(a, partnership, in, out, why);
	case ENTRY_DELIVERED:
		return wire_delivered_decode(a, in, &out->u.delivered, why);
	case ENTRY_OPENED:
		return take_opened(a, partnership, in, out, why);
	case ENTRY_FROZEN:
		return wire_frozen_decode(a, in, &out->u.frozen, why);
	case ENTRY_ENDED:
		return wire_ended_decode(a, in, &out->u.ended, why);
	case ENTRY_REFUSED:
		return take_refused(a, partnership, in, out, why);
	case ENTRY_DROPPED:
		return wire_dropped_decode(a, in, &out->u.dropped, why);
	case ENTRY_NOTICE:
		return wire_notice_decode(a, in, &out->u.notice, why);
	}
	why_set(why, "entry: unknown kind %u", (unsigned)out->kind);
	return ERR_FORMAT;
}

enum error_code
entry_decode(struct arena *a, const char *partnership, struct bytes body,
    const uint8_t salt[static ENTRY_SALT], struct entry *out, struct why *why)
{
	struct bytes in = body;
	uint8_t kind = 0;

	memset(out, 0, sizeof *out);
	if (body.n > ENTRY_BODY_MAX) {
		why_set(why, "entry: larger than %d bytes", ENTRY_BODY_MAX);
		return ERR_SIZE;
	}
	if (!bytes_take_u64(&in, &out->index) ||
	    !bytes_take_u64(&in, &out->time) || !bytes_take_u8(&in, &kind)) {
		why_set(why, "entry: shorter than its prefix");
		return ERR_FORMAT;
	}
	out->kind = (enum entry_kind)kind;
	out->body = body;
	memcpy(out->salt, salt, ENTRY_SALT);
	return take_payload(a, partnership, in, out, why);
}

void
entry_commitment(struct bytes body, const uint8_t salt[static ENTRY_SALT],
    uint8_t out[static HASH_BYTES])
{
	crypto_hash_sha256_state h;

	crypto_hash_sha256_init(&h);
	crypto_hash_sha256_update(&h, (const uint8_t *)commitment_tag,
	    sizeof commitment_tag - 1);
	crypto_hash_sha256_update(&h, salt, ENTRY_SALT);
	crypto_hash_sha256_update(&h, body.data, body.n);
	crypto_hash_sha256_final(&h, out);
}

void
entry_leaf(const uint8_t commitment[static HASH_BYTES], struct hash *out)
{
	uint8_t entry[2 + HASH_BYTES] = { 0x01, 0x01 };

	memcpy(entry + 2, commitment, HASH_BYTES);
	tree_leaf(bytes_of(entry, sizeof entry), out);
}
