/*
 * The survivor's statement: who was told what about her, on whose leave, and
 * who opened it; what was refused or dropped; what was shared outside.  From
 * the ledger's entries, without any content (DOMAIN E15, R15).
 */
#ifndef WAYLEAVE_AGENT_STATEMENT_H
#define WAYLEAVE_AGENT_STATEMENT_H

#include <jansson.h>

#include "agent/agent.h"
#include "proto/vocabulary.h"

enum statement_what {
	STATEMENT_PERMISSION = 1, STATEMENT_DELIVERY, STATEMENT_DROPPED,
	STATEMENT_REFUSED, STATEMENT_OUTSIDE, STATEMENT_EXPORT,
	STATEMENT_WITHDRAWN, STATEMENT_STOPPED, STATEMENT_RESUMED,
	STATEMENT_RECALLED, STATEMENT_CLOSED,
};

/*
 * From the entries kept of the case (agent/cases/entries.h).  *lines gets a
 * JSON array, `text` the same in plain English, one fact a line, to be read on the
 * screen or aloud.
 */
MUST_USE enum error_code statement_make(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], json_t **lines,
    struct buf *text);

/* "7f3a-91c2": what she and the auditor call the case; 10 bytes with NUL. */
enum { STATEMENT_REFERENCE = 10 };
void statement_reference(const uint8_t case_id[static WIRE_CASE],
    char out[static STATEMENT_REFERENCE]);

/* ---- statement_fold.c: what happened, as a list ------------------------ */

enum { STATEMENT_OPENINGS = 4 };

struct statement_line {
	enum statement_what what;
	uint64_t idx, at;               /* entry; of a delivery: `delivered` */
	uint64_t message, grant;        /* entries; 0 none */
	char from[WIRE_ID_MAX + 1], to[WIRE_ID_MAX + 1];
	scope_set scopes;
	struct { uint64_t at; char role[WIRE_ROLE_MAX + 1]; }
	    opened[STATEMENT_OPENINGS]; /* the first ones */
	unsigned n_opened;
	uint32_t code, told;            /* rule, drop_why, ground, reason */
	uint64_t until;                 /* of a permission */
};

struct statement {
	struct statement_line *line;    /* owned, in ledger order */
	size_t n, cap;
};

MUST_USE enum error_code statement_fold(struct agent *a,
    const uint8_t case_id[static WIRE_CASE], struct statement *out);
void statement_free(struct statement *s);

#endif
