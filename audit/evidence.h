/*
 * Evidence of two ledgers: what anybody who knows the log's key can check.
 */
#ifndef WAYLEAVE_AUDIT_EVIDENCE_H
#define WAYLEAVE_AUDIT_EVIDENCE_H

#include "keys/identity.h"
#include "ledger/checkpoint.h"

enum { EVIDENCE_PATH = 1200, EVIDENCE_MAX = 8192 };

struct evidence {
	const char *member;             /* who found it */
	const struct identity *identity;/* NULL: its keys are locked */
	uint64_t time;                  /* when, ms */
	const struct note_key *log;
	const struct checkpoint *held, *shown;
	const char *what;               /* one sentence */
};

/*
 * Appends the file: who, when, what; both checkpoints as notes; and, with an
 * identity, this auditor's Ed25519 signature over all before its line.
 */
void evidence_format(const struct evidence *e, struct buf *out);
/* Writes it to a new file in DIR/evidence; `path` gets its name. */
MUST_USE enum error_code evidence_write(const char *dir,
    const struct evidence *e, char path[static EVIDENCE_PATH],
    struct why *why);

#endif
