/*
 * C2SP signed notes (LOGFORMATS 1.3): a text, a blank line, and one line for
 * each signature.  Keys are named "name+id+base64" (a vkey).
 *
 * The identity of a key is the pair (name, id).  Lines of unknown pairs are
 * skipped, whatever their type; a known pair must verify.
 */
#ifndef WAYLEAVE_LEDGER_NOTE_H
#define WAYLEAVE_LEDGER_NOTE_H

#include "base/bytes.h"
#include "base/error.h"

enum {
	NOTE_BYTES_MAX = 256 * 1024,
	NOTE_LINES_MAX = 64,		/* signature lines */
	NOTE_NAME_MAX = 255,		/* bytes of a key name, our bound */
	NOTE_KEY_ID_BYTES = 4,
	NOTE_PUBLIC_BYTES = 32,
	NOTE_SECRET_BYTES = 64,		/* libsodium's: seed || public */
	NOTE_SIGNATURE_BYTES = 64,
	NOTE_COSIGNATURE_BYTES = 72,	/* time u64 || signature */
	NOTE_VKEY_MAX = NOTE_NAME_MAX + 1 + 8 + 1 + 44 + 1,

	NOTE_ED25519 = 0x01,		/* signs the text */
	NOTE_COSIGNATURE = 0x04		/* tlog-cosignature v1 */
};

/* A key that checks; its name is a log's origin or a witness's name. */
struct note_key {
	char name[NOTE_NAME_MAX + 1];
	uint8_t type;			/* NOTE_ED25519 or NOTE_COSIGNATURE */
	uint8_t id[NOTE_KEY_ID_BYTES];
	uint8_t public[NOTE_PUBLIC_BYTES];
};

/* One signature line; the views borrow from the note. */
struct note_line {
	struct bytes name;
	uint8_t id[NOTE_KEY_ID_BYTES];
	struct bytes base64;		/* of id || signature */
	size_t n_signature;		/* decoded, without the id */
};

struct note {
	struct bytes text;		/* with its final newline: signed */
	struct note_line line[NOTE_LINES_MAX];
	size_t n_lines;
};

/* What note_verify() found for one key. */
struct note_seen {
	bool verified;
	uint64_t time;			/* of a cosignature, POSIX seconds */
};

/* Non-empty, at most NOTE_NAME_MAX bytes, UTF-8, no white space, no '+'. */
bool note_name_ok(struct bytes name);

/* SHA-256(name || 0a || type || public)[0:4], for any type. */
void note_key_id(const char *name, uint8_t type, struct bytes public,
    uint8_t id[static NOTE_KEY_ID_BYTES]);

/* Fills in `key`; ERR_FORMAT for a bad name or a type that is neither. */
MUST_USE enum error_code note_key_init(struct note_key *key,
    const char *name, uint8_t type,
    const uint8_t public[static NOTE_PUBLIC_BYTES]);

/* Strict; the id is recomputed.  ERR_FORMAT with the reason in `why`. */
MUST_USE enum error_code note_vkey_parse(const char *vkey,
    struct note_key *key, struct why *why);
void note_vkey_format(const struct note_key *key,
    char out[static NOTE_VKEY_MAX]);

/* Splits a note; ERR_FORMAT or ERR_SIZE with the reason in `why`. */
MUST_USE enum error_code note_parse(struct bytes in, struct note *note,
    struct why *why);

/* Whether the line names this key; says nothing of its signature. */
bool note_line_is_by(const struct note_line *line,
    const struct note_key *key);

/*
 * Checks every line by a known key.  seen[i] says whether keys[i] signed and
 * when it cosigned (the newest, if it has several lines).  ERR_CRYPTO when a
 * line of a known key does not verify, or when no known key signed.
 */
MUST_USE enum error_code note_verify(const struct note *note,
    const struct note_key *keys, size_t n_keys, struct note_seen *seen);

/*
 * Appends the message that a cosignature over `text` at `time` signs
 * (LOGFORMATS 1.5); the caller checks buf_ok().
 */
void note_cosigned(struct bytes text, uint64_t time, struct buf *out);

/*
 * How many different public keys among keys[i] with seen[i].verified have
 * signed: one key under two names counts once.
 */
size_t note_count(const struct note_key *keys, const struct note_seen *seen,
    size_t n_keys);

/* Appends one signature line; `signature` is what follows the key id. */
void note_put_line(struct buf *out, const struct note_key *key,
    struct bytes signature);

/*
 * The text is valid UTF-8, not empty, ends in a newline and has no other
 * byte below 0x20.
 */
bool note_text_ok(struct bytes text);

/*
 * Standard padded base64 of one spelling only: no line breaks, and the bits
 * that no byte holds are zero.  take() writes at most `max` bytes, or none
 * and only checks and counts when `out` is NULL; ERR_FORMAT, ERR_SIZE.
 */
void note_base64_put(struct buf *out, struct bytes in);
MUST_USE enum error_code note_base64_take(struct bytes in, uint8_t *out,
    size_t max, size_t *n);

/* Takes a line and its newline off the head; the view has no newline. */
bool note_line_take(struct bytes *in, struct bytes *line);
/* Decimal digits, no sign, no leading zero, at most `max`. */
bool note_decimal(struct bytes in, uint64_t max, uint64_t *out);
/* Takes one code point off the head; shortest form, no surrogates. */
bool note_utf8_take(struct bytes *in, uint32_t *c);
/* Unicode white space. */
bool note_is_space(uint32_t c);

#endif
