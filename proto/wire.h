/*
 * Bytes <-> validated plain structs.  The only place that calls protobuf-c.
 *
 * Decoding is in three steps, all here: a pre-scan of the wire bytes (known
 * fields only, right wire types, minimal varints, lengths, counts, depth),
 * the generated unpacker into the caller's arena, and a table that moves
 * fields into the plain structs below, checking each one's length and range.
 * What comes out is bounded and well-formed: fixed-size fields are arrays,
 * member ids are [a-z0-9-]{2,48}, texts are UTF-8 without control characters.
 * Variable-size fields are views into the arena: they live as long as it does.
 * Only record.wire may point elsewhere: wire_record_decode() sets it to its
 * input, a frame's or file's decoder to its copy in the arena.
 *
 * Whatever the bytes, an Up needs less than 1 MiB of arena, a parcel less
 * than 4 MiB, a record or a body less than 128 KiB, all else less than 2 MiB.
 *
 * Every decoder names the offending field in `why`; unknown fields, trailing
 * bytes and missing mandatory fields are errors (ERR_FORMAT), sizes ERR_SIZE,
 * memory ERR_NOMEM.
 */
#ifndef WAYLEAVE_PROTO_WIRE_H
#define WAYLEAVE_PROTO_WIRE_H

#include "base/arena.h"
#include "base/bytes.h"

enum {
	WIRE_ID_MAX = 48,          /* member id */
	WIRE_SIGNER_MAX = 48,      /* "case:" + 32 hex fits too */
	WIRE_NAME_MAX = 128,
	WIRE_ROLE_MAX = 48,
	WIRE_PHONE_MAX = 40,
	WIRE_STAMP = 16,
	WIRE_CASE = 16,
	WIRE_LABEL = 16,
	WIRE_HASH = 32,
	WIRE_KEY = 32,
	WIRE_SIG = 64,
	WIRE_PSEUDONYM = 16,
	WIRE_GRANT_LABELS = 16,
	WIRE_MESSAGE_LABELS = 8,
	WIRE_SEALED_SHARE = 32 + 24 + 80,
	WIRE_BUNDLE_MAX = 512,
	WIRE_BODY_MAX = 16 * 1024, /* a record's body */
	WIRE_TERMS_MAX = 4096,
	WIRE_OPENING_MAX = 256,    /* messages in one opening */
	WIRE_RECEIPT_MAX = 256,
	WIRE_PLAINTEXT_MAX = 65535,
	WIRE_CIPHERTEXT_MAX = 65536 + 16,
	WIRE_ITEMS_MAX = 64,       /* records in one Up frame */
	WIRE_UP_MAX = 96 * 1024,   /* a frame to the broker */
	WIRE_DOWN_MAX = 288 * 1024,/* a parcel */
	WIRE_ADDRESSES_MAX = 4,
	WIRE_PIECES_MAX = 1024,    /* in one parcel, each of these */
	WIRE_ANSWERS_MAX = 1024,
	WIRE_TOLD_MAX = 1024,
	WIRE_ANCESTORS_MAX = 256,
	WIRE_ROWS_MAX = 256,       /* in one Reply */
	WIRE_ENDED_MAX = 64,       /* grants in one `ended` */
	WIRE_ENTRY_MAX = 40 * 1024,/* an entry's body */
	WIRE_LEAVES_MAX = 1024,    /* hashes in one SignRequest */
	WIRE_FILE_RECORDS_MAX = 64,
	WIRE_RECORD_MAX = WIRE_BODY_MAX + 1024, /* a Record's bytes */
	WIRE_AUDITORS_MAX = 8,
	WIRE_SUITE = 1,
	WIRE_VERSION = 1,
};

/* ---- records -------------------------------------------------------------- */

/* X(enum, name on the wire, narrowing) */
#define WIRE_KIND_TABLE(X)                                   \
	X(KIND_PARTNERSHIP, "partnership", 0)                \
	X(KIND_MEMBER, "member", 0)                          \
	X(KIND_MEMBER_REVOKED, "member-revoked", 1)          \
	X(KIND_MEMBER_SUSPENDED, "member-suspended", 1)      \
	X(KIND_SEALING_KEY, "sealing-key", 0)                \
	X(KIND_WORKER, "worker", 0)                          \
	X(KIND_CASE_OPENED, "case-opened", 0)                \
	X(KIND_PHRASES, "phrases", 0)                        \
	X(KIND_RESUME, "resume", 0)                          \
	X(KIND_GRANT, "grant", 0)                            \
	X(KIND_ARROW_KEY, "arrow-key", 0)                    \
	X(KIND_AUDIT_SHARE, "audit-share", 0)                \
	X(KIND_WITHDRAWAL, "withdrawal", 1)                  \
	X(KIND_CASE_CLOSED, "case-closed", 1)                \
	X(KIND_STOP, "stop", 1)                              \
	X(KIND_SUBMISSION, "submission", 0)                  \
	X(KIND_RECALL, "recall", 1)                          \
	X(KIND_RECEIPT, "receipt", 0)                        \
	X(KIND_OPENING, "opening", 0)                        \
	X(KIND_CONFLICT_CHECKED, "conflict-checked", 0)      \
	X(KIND_MANDATED, "mandated", 0)                      \
	X(KIND_EXPORT, "export", 0)

enum wire_kind {
	KIND_NONE = 0,
#define X(e, name, narrowing) e,
	WIRE_KIND_TABLE(X)
#undef X
	KIND_END
};

const char *wire_kind_name(enum wire_kind k);      /* "" when unknown */
enum wire_kind wire_kind_of(const char *name);     /* KIND_NONE when unknown */
bool wire_kind_narrowing(enum wire_kind k);

enum wire_role {
	ROLE_BROKER = 1, ROLE_AUDITOR = 2, ROLE_TERMS = 4, ROLE_WITNESS = 8,
	ROLE_AGENCY = 16,
};

struct citation {
	uint64_t size;                 /* 0: none verified yet, rest zero */
	uint8_t root[WIRE_HASH];
	uint8_t signature[WIRE_SIG];   /* of the log, over that checkpoint */
	uint64_t news;                 /* count, and running hash at it */
	uint8_t news_hash[WIRE_HASH];
};

/* One record as carried.  body, path and wire are views. */
struct record {
	enum wire_kind kind;
	char signer[WIRE_SIGNER_MAX + 1];   /* member id, "root:", "duty:", "case:<hex>" */
	char cosigner[WIRE_ID_MAX + 1];     /* "" when none */
	struct bytes body;
	uint32_t index, n;
	struct bytes path;                  /* 32-byte hashes */
	uint8_t signature[WIRE_SIG];
	bool has_cosignature;
	uint8_t cosignature[WIRE_SIG];
	bool has_key;
	uint8_t key[WIRE_KEY];              /* consent key, a hint */
	/*
	 * The Record's exact bytes, set by decoding.  An encoder that embeds a
	 * record (Item, RecordFile) passes these on when they are there and
	 * encodes the fields when wire.n is 0.
	 */
	struct bytes wire;
};

struct wire_partnership {
	uint64_t serial;
	char name[WIRE_NAME_MAX + 1];
	char origin[WIRE_NAME_MAX + 1];
	uint8_t log_key[WIRE_KEY];
	char broker[WIRE_ID_MAX + 1];
	uint8_t broker_sign_key[WIRE_KEY], broker_link_key[WIRE_KEY];
	char address[WIRE_ADDRESSES_MAX][WIRE_NAME_MAX + 1];
	unsigned n_address;
	struct bytes policy;                /* tlog-policy text, <= 4 KiB */
	uint32_t freshness_s;               /* 60..3600 */
	uint32_t lease_s;                   /* 60..86400 */
	uint32_t retention_days;
	uint32_t keep_read_days;            /* 0..30 */
	uint8_t root[2][WIRE_KEY];
	uint32_t retired;                   /* 0, 1, 2 */
	uint8_t duty_key[WIRE_KEY];
};
struct wire_member {
	uint64_t serial;
	char id[WIRE_ID_MAX + 1];
	char name[WIRE_NAME_MAX + 1];
	uint32_t agency;                    /* AG number, 0..16 */
	uint32_t roles;
	bool may_open_cases;
	uint32_t onward_duty;               /* 0..2 */
	char languages[WIRE_NAME_MAX + 1];
	char duty_phone[WIRE_PHONE_MAX + 1];
	uint8_t sign_key[WIRE_KEY], link_key[WIRE_KEY];
	bool has_terms_key;
	uint8_t terms_key[WIRE_KEY];
	uint64_t valid_from, valid_until;   /* ms */
};
struct wire_standing { char id[WIRE_ID_MAX + 1]; uint32_t reason; };
struct wire_sealing_key { uint64_t epoch; uint8_t key[WIRE_KEY]; uint64_t until; };
struct wire_sealed { char to[WIRE_ID_MAX + 1]; struct bytes box; };
struct wire_worker {
	uint8_t pseudonym[WIRE_PSEUDONYM];
	char role[WIRE_ROLE_MAX + 1], team[WIRE_ROLE_MAX + 1];
	struct wire_sealed name[WIRE_AUDITORS_MAX];
	unsigned n_name;
	bool ended;
};
struct wire_case_opened {
	uint8_t consent_key[WIRE_KEY];
	struct wire_sealed key[WIRE_AUDITORS_MAX];
	unsigned n_key;
};
struct wire_phrases { uint8_t hash[2][WIRE_HASH]; };
struct wire_resume { uint64_t stop; uint8_t phrases[WIRE_HASH]; };
struct wire_grant {
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
	uint8_t label[WIRE_GRANT_LABELS][WIRE_LABEL];
	uint64_t from, until;               /* ms */
	bool introduction;
	uint32_t keep_read_days;
	uint8_t worker[WIRE_PSEUDONYM];
	bool has_waiver;
	uint8_t waiver[WIRE_PSEUDONYM];
	uint8_t terms_hash[WIRE_HASH];
	struct bytes terms;                 /* nonce (24) and ciphertext */
};
struct wire_arrow_key {
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
	char to[WIRE_ID_MAX + 1];
	uint64_t epoch;
	struct bytes box;                   /* crypto_box_seal of 64 bytes */
};
struct wire_audit_share { char auditor[WIRE_ID_MAX + 1]; struct bytes box; };
enum wire_method { HEARD_PASSPHRASE, HEARD_PHONE, HEARD_IN_PERSON, HEARD_END };
struct wire_withdrawal {
	bool all;
	uint8_t grant[WIRE_HASH];           /* record id; zero when all */
	uint32_t method;
};
struct wire_case_closed { uint32_t reason; };
struct wire_stop { uint8_t token[WIRE_HASH]; };
struct wire_submission {
	uint32_t suite;
	char recipient[WIRE_ID_MAX + 1];
	uint64_t epoch, created, expires;   /* ms */
	uint32_t padded;                    /* 1024, 4096, 16384, 65536 */
	uint8_t urgency[16];
	uint8_t label[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	unsigned n_label;                   /* 1..8, in byte order, distinct */
	uint8_t sealed[WIRE_SEALED_SHARE];
	uint8_t share_commitment[WIRE_HASH];
	uint8_t key_commitment[WIRE_HASH];
	uint8_t ciphertext_hash[WIRE_HASH];
};
struct wire_recall { uint8_t message[WIRE_STAMP]; uint32_t reason; };
/*
 * What a recipient says in a receipt: stored, a rule's number (enum rule, below
 * 200), or one of these, which no rule can tell since only it sees them.
 */
enum receipt_outcome {
	RECEIPT_STORED = 0,
	RECEIPT_NOT_KNOWN_HERE = 200, /* an introduction: not our family */
	RECEIPT_HASH = 201,           /* ciphertext is not the one signed */
	RECEIPT_SEAL = 202,           /* the seal does not open, or another h */
	RECEIPT_LABELS = 203,         /* labels are not those of the content */
	RECEIPT_CONTENT = 204,        /* share, key or content malformed */
	RECEIPT_TERMS = 205,          /* our terms_check says no */
};
struct wire_receipt_line { uint64_t message; uint32_t outcome; }; /* 0 stored, or enum rule */
struct wire_receipt {
	const struct wire_receipt_line *line;
	unsigned n;                         /* 1..256, messages strictly growing */
};
struct wire_opening {
	uint8_t worker[WIRE_PSEUDONYM];
	char role[WIRE_ROLE_MAX + 1];
	const uint64_t *message;            /* submission indices, growing */
	unsigned n;                         /* 1..256 */
};
struct wire_conflict_checked { uint64_t introduction; uint8_t worker[WIRE_PSEUDONYM]; };
struct wire_mandated { char to[WIRE_ID_MAX + 1]; uint32_t ground, told, why; };
struct wire_export {
	uint8_t worker[WIRE_PSEUDONYM];
	char to[WIRE_ID_MAX + 1];
	uint32_t why;
	const uint64_t *message;
	unsigned n;
};

/* A record's body, decoded by its kind. */
struct body {
	enum wire_kind kind;
	uint8_t stamp[WIRE_STAMP];
	struct citation cite;
	bool has_case;
	uint8_t case_id[WIRE_CASE];
	union {
		struct wire_partnership partnership;
		struct wire_member member;
		struct wire_standing standing;      /* revoked, suspended */
		struct wire_sealing_key sealing_key;
		struct wire_worker worker;
		struct wire_case_opened case_opened;
		struct wire_phrases phrases;
		struct wire_resume resume;
		struct wire_grant grant;
		struct wire_arrow_key arrow_key;
		struct wire_audit_share audit_share;
		struct wire_withdrawal withdrawal;
		struct wire_case_closed case_closed;
		struct wire_stop stop;
		struct wire_submission submission;
		struct wire_recall recall;
		struct wire_receipt receipt;
		struct wire_opening opening;
		struct wire_conflict_checked conflict_checked;
		struct wire_mandated mandated;
		struct wire_export export;
	} u;
};

/* The signing time in a stamp, ms since 1970. */
uint64_t wire_stamp_ms(const uint8_t stamp[static WIRE_STAMP]);

MUST_USE enum error_code wire_record_decode(struct arena *a, struct bytes in,
    struct record *out, struct why *why);
/* Appends the Record's bytes; fails (ERR_SIZE) past the buffer's maximum. */
MUST_USE enum error_code wire_record_encode(const struct record *r, struct buf *out);
/* body.kind must be set for encode; r->kind chooses the table for decode. */
MUST_USE enum error_code wire_body_decode(struct arena *a,
    const struct record *r, struct body *out, struct why *why);
MUST_USE enum error_code wire_body_encode(const struct body *b, struct buf *out);

/* ---- ledger entry payloads (ledger/entry.h puts the prefix before) --------- */

struct wire_delivered { uint64_t message, grant; };
struct wire_opened_line { uint32_t rule; uint64_t grant, lease_end; };
struct wire_opened {
	struct bytes record;                /* the opening Record's bytes */
	const struct wire_opened_line *line;/* one per message, same order */
	unsigned n;
};
struct wire_frozen { bool has_case; uint8_t case_id[WIRE_CASE]; uint64_t stop; };
struct wire_ended {
	uint8_t case_id[WIRE_CASE];
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
	const uint64_t *grant;
	unsigned n;                         /* 1..64 */
};
struct wire_refused { struct bytes record; uint32_t rule; uint64_t message; };
struct wire_dropped { uint64_t message; uint32_t why; };
struct wire_notice { uint32_t code; uint64_t about; };

#define WIRE_PAYLOAD(X)                    \
	X(delivered) X(opened) X(frozen)   \
	X(ended) X(refused) X(dropped) X(notice)
#define X(name)                                                             \
	MUST_USE enum error_code wire_##name##_decode(struct arena *a,      \
	    struct bytes in, struct wire_##name *out, struct why *why);     \
	MUST_USE enum error_code wire_##name##_encode(                      \
	    const struct wire_##name *in, struct buf *out);
WIRE_PAYLOAD(X)
#undef X

/* ---- link frames ------------------------------------------------------------- */

enum wire_ask {
	ASK_MEMBER = 1,      /* by id: its newest `member` record and standing */
	ASK_SEALING = 2,     /* newest sealing key of a member */
	ASK_DIRECTORY = 3,   /* all members, from = entry index to go on after */
	ASK_ARROW_KEY = 4,   /* pass my wish for this case's key to its custodian */
	ASK_CASE = 5,        /* custodian: every body of its case after `from` */
	ASK_ENTRIES = 6,     /* auditor: entries from, n <= 256 */
	ASK_CHECKPOINT = 7,
	ASK_ECHO = 8,
	ASK_CONSISTENCY = 9, /* from `from` to the head */
};
enum piece_what { PIECE_OWN = 1, PIECE_NEWS = 2, PIECE_MAIL = 3, PIECE_DELIVERED = 4, PIECE_OPENED = 5, PIECE_COPY = 6 };
/* welcome.version = WIRE_VERSION plus these. */
enum welcome_flag {
	WELCOME_TWIN = 0x100,     /* another live session has this key */
	WELCOME_REPLACED = 0x200, /* a newer session has it: this one is over */
	WELCOME_HELLO = 0x400,    /* say hello, then send again */
	WELCOME_FORK = 0x800,     /* what hello cited is not of this ledger */
	WELCOME_LOST = 0x1000,    /* the agent holds less news than it had
	                             confirmed: it was restored from a backup */
};
enum wire_status { STATUS_ADMITTED = 1, STATUS_REFUSED = 2, STATUS_BUSY = 3, STATUS_MALFORMED = 4 };
enum told_what { TOLD_DELIVERED = 1, TOLD_OPENED = 2, TOLD_DROPPED = 3, TOLD_REJECTED = 4 };
enum reply_code { REPLY_OK = 0, REPLY_MORE = 1, REPLY_NOT_FOUND = 2, REPLY_DENIED = 3 };

struct wire_hello { uint32_t version; struct citation last; uint64_t time; uint32_t credit; };
struct wire_item { struct record record; bool has_share; uint8_t share[32]; struct bytes ciphertext; };
struct wire_confirm { uint64_t size, news; uint32_t credit; };
struct wire_question { uint32_t what; char member[WIRE_ID_MAX + 1]; bool has_case; uint8_t case_id[WIRE_CASE]; uint64_t from; uint32_t n; };
struct up {
	uint64_t id;
	bool has_hello, has_confirm, has_ask;
	struct wire_hello hello;
	struct wire_item *item;
	unsigned n_item;                    /* <= WIRE_ITEMS_MAX */
	struct wire_confirm confirm;
	struct wire_question ask;
};
struct wire_checkpoint { uint64_t size; uint8_t root[WIRE_HASH]; uint8_t signature[WIRE_SIG]; };
struct wire_piece { uint64_t index, time; uint8_t salt[32]; struct bytes body; uint32_t what; bool has_stamp; uint8_t stamp[WIRE_STAMP]; struct bytes ciphertext, shares, path; };
struct wire_answer { uint64_t id; uint8_t stamp[WIRE_STAMP]; uint32_t status, rule; uint64_t index; uint32_t after_ms; };
struct wire_told { uint64_t message; uint32_t what; uint64_t time; char role[WIRE_ROLE_MAX + 1]; uint32_t why; };
struct wire_ancestor { uint64_t size; uint8_t root[WIRE_HASH]; struct bytes path; };
struct wire_statement { uint64_t time, count; uint8_t hash[WIRE_HASH]; uint8_t signature[WIRE_SIG]; };
struct wire_welcome { uint32_t credit; uint64_t time; uint32_t version; };
struct wire_row { uint64_t index; uint8_t commitment[WIRE_HASH]; bool has_body; uint8_t salt[32]; struct bytes body; };
struct wire_reply { uint64_t id; uint32_t code; struct wire_row *row; unsigned n_row; uint64_t size; struct bytes data; };
struct parcel {
	struct wire_checkpoint head;
	uint64_t from;
	struct bytes range;
	struct wire_piece *piece;
	unsigned n_piece;
	struct wire_answer *answer;
	unsigned n_answer;
	struct wire_told *told;
	unsigned n_told;
	struct wire_ancestor *ancestor;
	unsigned n_ancestor;
	bool has_head, has_statement, has_welcome, has_reply, has_key_asked;
	struct wire_statement statement;
	struct wire_welcome welcome;
	struct wire_reply reply;
	uint8_t key_asked[WIRE_CASE];
	char key_asked_by[WIRE_ID_MAX + 1];
};

MUST_USE enum error_code wire_up_decode(struct arena *a, struct bytes in,
    struct up *out, struct why *why);
MUST_USE enum error_code wire_up_encode(const struct up *in, struct buf *out);
MUST_USE enum error_code wire_parcel_decode(struct arena *a, struct bytes in,
    struct parcel *out, struct why *why);
MUST_USE enum error_code wire_parcel_encode(const struct parcel *in, struct buf *out);

/* ---- broker and signer, files, local socket ------------------------------------ */

struct sign_request { uint64_t from; struct bytes leaves; };
struct sign_answer { uint32_t code; uint64_t size; uint8_t root[WIRE_HASH]; uint8_t signature[WIRE_SIG]; };
struct member_request {
	char id[WIRE_ID_MAX + 1], name[WIRE_NAME_MAX + 1];
	uint8_t sign_key[WIRE_KEY], link_key[WIRE_KEY];
	bool has_terms_key;
	uint8_t terms_key[WIRE_KEY];
	uint64_t created;
	uint8_t signature[WIRE_SIG];        /* by sign_key, over the rest */
};
struct record_file {
	uint8_t root[WIRE_KEY];
	struct record *record;
	unsigned n;                         /* <= 64 */
};
struct local_ask { uint32_t verb; char text[256]; struct bytes body; uint32_t flags; uint64_t cursor; };
struct local_tell { uint32_t code; struct bytes text, body; uint64_t cursor; };

#define WIRE_OTHER(X)                                       \
	X(sign_request) X(sign_answer) X(member_request)    \
	X(record_file) X(local_ask) X(local_tell)
#define X(name)                                                             \
	MUST_USE enum error_code wire_##name##_decode(struct arena *a,      \
	    struct bytes in, struct name *out, struct why *why);            \
	MUST_USE enum error_code wire_##name##_encode(                      \
	    const struct name *in, struct buf *out);
WIRE_OTHER(X)
#undef X

#endif
