/*
 * What a ledger says happened, in plain arrays: to be compared with what
 * clients saw.  Read by tests/support/walk.h.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_ACCOUNT_H
#define WAYLEAVE_TESTS_SUPPORT_ACCOUNT_H

#include "tests/support/walk.h"

#define ACCOUNT_NEVER UINT64_MAX

struct account_message {
	uint64_t idx, time;
	uint8_t stamp[WIRE_STAMP], case_id[WIRE_CASE];
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
	uint64_t delivered, grant;     /* ACCOUNT_NEVER: not delivered */
	uint64_t dropped;
	unsigned deliveries, drops;
	uint8_t label[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	unsigned n_label;
	uint32_t outcome;              /* of its receipt */
	uint64_t receipt;              /* its entry */
	bool receipted;
};
/* One message of an `opened` entry that the rules admitted. */
struct account_opened {
	uint64_t idx, time, message, grant;
	char by[WIRE_ID_MAX + 1];
};
struct account_grant {
	uint64_t idx, ended;           /* the entry that ended it */
	uint8_t id[WIRE_HASH], case_id[WIRE_CASE];
	uint8_t label[WIRE_GRANT_LABELS][WIRE_LABEL];
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
};
/* Any record, to find two of one signer and stamp. */
struct account_record {
	uint64_t idx, time;
	enum wire_kind kind;
	char signer[WIRE_SIGNER_MAX + 1];
	uint8_t stamp[WIRE_STAMP], id[WIRE_HASH];
	bool all;                      /* a withdrawal of everything */
	uint8_t case_id[WIRE_CASE], grant[WIRE_HASH];
};

struct account {
	struct account_message *message;
	size_t n_message, cap_message;
	struct account_opened *opened;
	size_t n_opened, cap_opened;
	struct account_grant *grant;
	size_t n_grant, cap_grant;
	struct account_record *record;
	size_t n_record, cap_record;
	uint64_t size, refused;
};

/* `path` as walk_ledger(); account_free() also after an error. */
MUST_USE enum error_code account_read(struct account *a,
    const struct partnership *p, const char *path, struct why *why);
void account_free(struct account *a);

/* NULL when there is none. */
struct account_message *account_message(const struct account *a,
    uint64_t idx);
struct account_grant *account_grant(const struct account *a, uint64_t idx);

/*
 * The entry from which on a message opened under `g` was covered by no
 * permission any more: the end of g, or of another that was there before and
 * covers it as well, and so on (PROTOCOL 4).  ACCOUNT_NEVER: it still is.
 */
uint64_t account_uncovered(const struct account *a,
    const struct account_message *m, const struct account_grant *g);

#endif
