/*
 * The commands of wayleave-agent(8) that ask the running agent; each takes a
 * struct cli (base/cli.h) and returns an exit code.
 */
#ifndef WAYLEAVE_AGENT_CLI_IT_H
#define WAYLEAVE_AGENT_CLI_IT_H

#include <jansson.h>

#include "agent/client.h"

/* it.c */
int it_status(struct cli *cli);
int it_unlock(struct cli *cli);
int it_lock(struct cli *cli);
int it_test(struct cli *cli);
int it_outbox(struct cli *cli);
int it_trust(struct cli *cli);
int it_quarantine(struct cli *cli);

/* it_worker.c */
int it_worker_add(struct cli *cli);
int it_worker_end(struct cli *cli);
int it_worker_list(struct cli *cli);
int it_worker_notice(struct cli *cli);
int it_worker_password(struct cli *cli);
int it_service_add(struct cli *cli);
int it_service_end(struct cli *cli);
int it_service_list(struct cli *cli);
int it_totp_reset(struct cli *cli);
int it_sessions(struct cli *cli);

/*
 * Asks the agent whose socket agent.conf names (`in` is stolen, may be NULL);
 * prints words, or the result with --json; *result (may be NULL) is the
 * caller's.
 */
int it_ask(struct cli *cli, enum api_verb verb, json_t *in, json_t **result);
/* The same; prints the list under `key`, one row a line, these columns. */
int it_list(struct cli *cli, enum api_verb verb, json_t *in, const char *key,
    const char *const *column, size_t n);

#endif
