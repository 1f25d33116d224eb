/*
 * What a replay found: counts, and the entries that nothing explains.
 */
#ifndef WAYLEAVE_AUDIT_FINDINGS_H
#define WAYLEAVE_AUDIT_FINDINGS_H

#include "ledger/checkpoint.h"

enum { FINDINGS_KEPT = 1000 };

struct finding {
	uint64_t entry;
	char why[200];
};

struct findings {
	uint64_t entries;           /* replayed */
	uint64_t records;           /* admitted, derived again */
	uint64_t decisions;         /* verdicts of the rules, derived again */
	uint64_t disclosures;       /* messages delivered */
	uint64_t openings;          /* messages opened */
	uint64_t refusals, drops;
	uint64_t without;           /* delivered or opened without permission */
	uint64_t forks;             /* citations that prove two ledgers; */
	struct checkpoint fork;     /* the first of them */
	uint64_t noted;             /* narrowing records citing what is unknown */
	uint64_t newest;            /* time of the last entry, ms */
	bool signatures;            /* were checked */
	bool root_agrees;           /* of all entries with the checkpoint */
	uint64_t unexplained;       /* in all; the first of them: */
	struct finding *finding;
	size_t n, cap;
};

void findings_init(struct findings *f);
void findings_free(struct findings *f);
/* One entry that is not explained; past FINDINGS_KEPT only counted. */
void findings_add(struct findings *f, uint64_t entry, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
