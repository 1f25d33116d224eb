/*
 * Record files (.wlp, .wlrec) and what they prove: the partnership under a
 * pinned root, and members signed by a root in force (PROTOCOL 1;
 * wayleave-partnership(5) has the file formats).
 *
 * A .wlp holds every `partnership` record from serial 1 on, oldest first, so
 * that whoever pinned the first root can follow a change of root, then the
 * broker's `member` record.  A .wlrec holds one record, or a few.
 */
#ifndef WAYLEAVE_LEDGER_PARTNERSHIP_H
#define WAYLEAVE_LEDGER_PARTNERSHIP_H

#include "ledger/record.h"

#define RECORD_FILE_MAGIC "wayleave/1 records\n"

enum {
	RECORD_FILE_MAX = 512 * 1024,
	RECORD_FILE_RECORDS = 64
};

/* A partnership whose every record has been verified. */
struct partnership {
	char id[PARTNERSHIP_HEX + 1];     /* P */
	uint8_t root[2][WIRE_KEY];        /* both, the first one first */
	struct wire_partnership now;      /* the newest; views in the arena */
	struct record record;             /* the record that says so */
	const struct record *records;     /* the whole chain, oldest first */
	unsigned n;
};

/* Reads a record file; nothing in it is verified.  ERR_NOTFOUND, ERR_IO,
 * ERR_FORMAT with file and field in `why`, ERR_SIZE, ERR_NOMEM. */
MUST_USE enum error_code record_file_load(struct arena *a, const char *path,
    struct record_file *out, struct why *why);
MUST_USE enum error_code record_file_parse(struct arena *a, struct bytes in,
    struct record_file *out, struct why *why);
/* Writes one, mode 0644, whole or not at all, replacing an older one. */
MUST_USE enum error_code record_file_save(const char *path,
    const struct record_file *file, struct why *why);
MUST_USE enum error_code record_file_format(const struct record_file *file,
    struct buf *out);

/*
 * Verifies the partnership records of a file: the first is signed by the
 * first root, each later one by a root that was in force before it, serials
 * grow, the roots stay the same and a retired one stays retired.  `pinned` is
 * the first root that the caller trusts, NULL on first use (then show the
 * fingerprint of the file).  ERR_CRYPTO when a signature or the pinned root
 * does not match, ERR_REFUSED when the chain is broken, ERR_NOTFOUND without
 * a partnership record.
 */
MUST_USE enum error_code partnership_verify(struct arena *a,
    const struct record_file *file, const uint8_t *pinned,
    struct partnership *out, struct why *why);
/* The same from a .wlp file. */
MUST_USE enum error_code partnership_load(struct arena *a, const char *path,
    const uint8_t *pinned, struct partnership *out, struct why *why);

/*
 * Takes in one more `partnership` record (news): verified as above, with a
 * higher serial.  `out` may be `have`.
 */
MUST_USE enum error_code partnership_follow(struct arena *a,
    const struct partnership *have, const struct record *r,
    struct partnership *out, struct why *why);

/* The roots in force now: returns how many keys were written. */
unsigned partnership_roots(const struct wire_partnership *p,
    uint8_t out[2][WIRE_KEY]);

/*
 * Is `r` signed by a root in force (or, for `member-suspended`, by the duty
 * key) of this partnership, and a record that such a key may sign?  Decodes
 * the body on the way.  ERR_CRYPTO, ERR_REFUSED, ERR_FORMAT.
 */
MUST_USE enum error_code partnership_signed(struct arena *a,
    const struct partnership *p, const struct record *r, struct body *out,
    struct why *why);

/*
 * A `member` record signed by a root in force, with keys that may be a
 * member's.  Views in `out` live in the arena.
 */
MUST_USE enum error_code member_record_verify(struct arena *a,
    const struct partnership *p, const struct record *r,
    struct wire_member *out, struct why *why);

/*
 * The newest verified `member` record of `id` in a record file (NULL: of
 * whomever the file's only member record is about).  `record`, which may be
 * NULL, gets the record itself.  ERR_NOTFOUND.
 */
MUST_USE enum error_code member_file_load(struct arena *a, const char *path,
    const struct partnership *p, const char *id, struct wire_member *out,
    struct record *record, struct why *why);

#endif
