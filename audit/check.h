/*
 * What can be checked of an entry without knowing what came before it: its
 * commitment, its form, its record's signature and the log's signature in
 * its citation.  Done on all cores, a bundle at a time, ahead of the replay.
 */
#ifndef WAYLEAVE_AUDIT_CHECK_H
#define WAYLEAVE_AUDIT_CHECK_H

#include "audit/directory.h"
#include "base/lane.h"
#include "ledger/checkpoint.h"
#include "ledger/tile.h"

enum checked_state {
	CHECKED_OK,
	CHECKED_GONE,       /* its body is not there */
	CHECKED_MALFORMED,  /* it is, and is not what an entry is: why */
};

struct checked {
	enum checked_state state;
	uint8_t commitment[HASH_BYTES];
	struct hash leaf;
	struct entry e;             /* decoded, when CHECKED_OK */
	bool has_record;            /* e.record, e.b, e.record_id are there */
	bool cite_signed;           /* by the log key, or nothing is cited */
	/* Keys that verified the record's signatures; NULL: none did. */
	const uint8_t *signer_key, *cosigner_key;
	const char *why;            /* of a malformed one */
};

/* One bundle of the mirror; views of its entries live as long as it does. */
struct check_job {
	struct lane_job lane;
	uint64_t first;
	unsigned n;
	struct buf entries, bodies;
	struct arena *arena;
	struct checked *item;       /* TILE_WIDTH of them */
	enum error_code err;        /* not ERR_NONE: the bundle is cut short */
	struct check_job *next;     /* the owner's */
};

/* What all checkers share; borrowed. */
struct check_shared {
	const char *partnership;    /* P */
	const char *origin;
	const uint8_t *log_key;
	struct directory *directory;
	bool signatures;            /* check them */
};

struct checker;                 /* one thread's */

MUST_USE enum error_code checker_create(const struct check_shared *shared,
    struct checker **out);
void checker_destroy(struct checker **c);

MUST_USE enum error_code check_job_create(struct check_job **out);
void check_job_destroy(struct check_job **j);

/* Fills item[0..n). */
void check_bundle(struct checker *c, struct check_job *job);
/*
 * Tries the record's signers' keys as they are known now; true when both
 * signatures verify.  check_bundle() has called it if signatures are checked.
 */
bool check_signature(struct checker *c, struct checked *it);
/* Did the log key sign what is cited? */
bool check_citation(struct checker *c, const struct citation *cite);

#endif
