/*
 * Workers are accounts of this agent: the caller's uid on the local socket,
 * or who signed in at the desk (agent/signin/signin.h), who needs no uid.
 */
#ifndef WAYLEAVE_AGENT_WORKERS_H
#define WAYLEAVE_AGENT_WORKERS_H

#include "agent/agent.h"

enum worker_right {
	RIGHT_WORKER = 1, RIGHT_LEAD = 2, RIGHT_ADVOCATE = 4,
	RIGHT_OFFICER = 8,  /* conflict officer */
	RIGHT_IT = 16,
};

/* No process has it. */
#define WORKER_NO_UID UINT32_MAX

struct worker {
	uint32_t uid;                   /* WORKER_NO_UID: at the desk alone */
	char account[64];               /* login name */
	uint8_t pseudonym[WIRE_PSEUDONYM];
	char role[WIRE_ROLE_MAX + 1], team[WIRE_ROLE_MAX + 1];
	unsigned rights;
	bool ended;
	uint64_t announced;             /* entry index of its worker record, 0 */
};

/*
 * Registers an account: pseudonym, and a `worker` record with name and staff
 * number sealed to the auditors with the role `terms`.  The record is queued
 * as soon as the directory is up to date (workers_turn), so that no auditor
 * is forgotten.  ERR_EXISTS for an account known already, also one that has
 * ended: a pseudonym stands for one person and never again for another.
 * `why` names the field.
 */
MUST_USE enum error_code workers_add(struct agent *a, uint32_t uid,
    const char *account, const char *name, const char *staff_number,
    const char *role, const char *team, unsigned rights, struct why *why);
/* Out at once: sessions and leases gone, `worker` record with ended. */
MUST_USE enum error_code workers_end(struct agent *a, const char *account,
    struct why *why);
/* Of several accounts of one uid one that has not ended; ERR_NOTFOUND. */
MUST_USE enum error_code workers_by_uid(struct agent *a, uint32_t uid,
    struct worker *out);
MUST_USE enum error_code workers_by_account(struct agent *a,
    const char *account, struct worker *out);
typedef enum error_code workers_visit(void *ctx, const struct worker *w);
MUST_USE enum error_code workers_list(struct agent *a, workers_visit *visit,
    void *ctx);

/* The person's name as IT gave it, for comparing with exclusions; wipe it. */
MUST_USE enum error_code workers_name(struct agent *a, const char *account,
    char out[static WIRE_NAME_MAX + 1]);

/* "worker,lead" -> rights; false with the word in *bad. */
bool workers_rights(const char *words, unsigned *rights, struct why *why);
/* Writes "worker,lead". */
void workers_rights_text(unsigned rights, char out[static 64]);

/* News: our own `worker` record is in the ledger. */
MUST_USE enum error_code workers_news(struct agent *a, const struct entry *e);
/* Queues `worker` records owed, asking for the directory first. */
void workers_turn(struct agent *a);

#endif
