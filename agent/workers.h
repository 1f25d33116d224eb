/*
 * Workers are local accounts: the caller's uid on the local socket.
 */
#ifndef WAYLEAVE_AGENT_WORKERS_H
#define WAYLEAVE_AGENT_WORKERS_H

#include "agent/agent.h"

enum worker_right {
	RIGHT_WORKER = 1, RIGHT_LEAD = 2, RIGHT_ADVOCATE = 4,
	RIGHT_OFFICER = 8,  /* conflict officer */
	RIGHT_IT = 16,
};

struct worker {
	uint32_t uid;
	char account[64];               /* login name */
	uint8_t pseudonym[WIRE_PSEUDONYM];
	char role[WIRE_ROLE_MAX + 1], team[WIRE_ROLE_MAX + 1];
	unsigned rights;
	bool ended;
	uint64_t announced;             /* entry index of its worker record, 0 */
};

/*
 * Registers an account: pseudonym, `worker` record with name and staff
 * number sealed to the auditors with the role `terms` (queued).
 */
MUST_USE enum error_code workers_add(struct agent *a, uint32_t uid,
    const char *account, const char *name, const char *staff_number,
    const char *role, const char *team, unsigned rights, struct why *why);
/* Out at once: sessions and leases gone, `worker` record with ended. */
MUST_USE enum error_code workers_end(struct agent *a, const char *account,
    struct why *why);
MUST_USE enum error_code workers_by_uid(struct agent *a, uint32_t uid,
    struct worker *out);
MUST_USE enum error_code workers_by_account(struct agent *a,
    const char *account, struct worker *out);
typedef enum error_code workers_visit(void *ctx, const struct worker *w);
MUST_USE enum error_code workers_list(struct agent *a, workers_visit *visit,
    void *ctx);

#endif
