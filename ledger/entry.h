/*
 * Ledger entries: what an entry's body is, its commitment and its leaf.
 *
 *   body       = index u64 ‖ time u64 ‖ kind u8 ‖ payload
 *   commitment = SHA-256("wayleave/entry/1\n" ‖ salt ‖ body)
 *   entry      = 01 01 ‖ commitment               (34 bytes, the log's own)
 *   leaf       = SHA-256(00 ‖ entry)              (RFC 6962)
 *
 * For ENTRY_RECORD the payload is the admitted Record's exact bytes; for the
 * others the message of proto/wayleave.proto of that name.
 */
#ifndef WAYLEAVE_LEDGER_ENTRY_H
#define WAYLEAVE_LEDGER_ENTRY_H

#include "ledger/record.h"
#include "ledger/tree.h"
#include "proto/wire.h"

enum entry_kind {
	ENTRY_RECORD = 1, ENTRY_DELIVERED = 2, ENTRY_OPENED = 3,
	ENTRY_FROZEN = 4, ENTRY_ENDED = 5, ENTRY_REFUSED = 6,
	ENTRY_DROPPED = 7, ENTRY_NOTICE = 8,
};
enum notice_code {
	NOTICE_START = 1, NOTICE_RESTORE = 2, NOTICE_KEY = 3,
	NOTICE_CONFIG = 4, NOTICE_STOP_DAY = 5, /* 24 h after the stop `about` */
};
enum drop_why {
	DROP_EXPIRED = 1, DROP_RULE = 2, DROP_RECALLED = 3, DROP_LOST = 4,
	DROP_RECIPIENT_GONE = 5,
};

enum { ENTRY_PREFIX = 17, ENTRY_SALT = 32, ENTRY_BODY_MAX = 40 * 1024 };

struct entry {
	uint64_t index, time;            /* time in ms, never decreasing */
	enum entry_kind kind;
	struct bytes body;               /* the exact bytes, prefix included */
	uint8_t salt[ENTRY_SALT];
	const uint8_t *commitment;       /* of body and salt if already known,
	                                  * else NULL: spares the fold a hash */
	/* Decoded payload; record and body for RECORD, OPENED and REFUSED. */
	struct record record;
	struct body b;
	uint8_t record_id[WIRE_HASH];    /* with RECORD, OPENED, REFUSED */
	/* Its leaf, for who knows it; decoding leaves it unknown. */
	bool has_leaf;
	struct hash leaf;
	union {
		struct wire_delivered delivered;
		struct wire_opened opened;
		struct wire_frozen frozen;
		struct wire_ended ended;
		struct wire_refused refused;
		struct wire_dropped dropped;
		struct wire_notice notice;
	} u;
};

/* Appends prefix and payload to `out`. */
MUST_USE enum error_code entry_encode(uint64_t index, uint64_t time,
    enum entry_kind kind, struct bytes payload, struct buf *out);
/* Decodes body (and the record within, and its body); P names the partnership. */
MUST_USE enum error_code entry_decode(struct arena *a, const char *partnership,
    struct bytes body, const uint8_t salt[static ENTRY_SALT],
    struct entry *out, struct why *why);
void entry_commitment(struct bytes body, const uint8_t salt[static ENTRY_SALT],
    uint8_t out[static HASH_BYTES]);
void entry_leaf(const uint8_t commitment[static HASH_BYTES], struct hash *out);

#endif
