/*
 * What a client saw, written down as it sees it: one line of JSON when it
 * asks and one when it is answered (or not).  Lines of one client are in one
 * file and in order; times are CLOCK_MONOTONIC in microseconds, the same for
 * every client of a machine.
 *
 *   {"at":..,"n":7,"op":"send","agent":"a1","in":{..}}
 *   {"at":..,"n":7,"outcome":"ok","code":0,"result":{..}}
 *
 * outcome: ok, failed (surely without effect, or said to be refused) or
 * unknown (no answer: it may have happened).  Unknown is never failed.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_HISTORY_H
#define WAYLEAVE_TESTS_SUPPORT_HISTORY_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "agent/api/api.h"

enum outcome { OUTCOME_UNKNOWN, OUTCOME_OK, OUTCOME_FAILED };

struct history {
	FILE *file;                    /* NULL: nothing is written */
	uint64_t n;
	int code;                      /* of the newest answer, -1: none came */
	char words[600];
};

const char *outcome_name(enum outcome o);
uint64_t history_now(void);            /* microseconds */

/* Appends to dir/client.jsonl; false when it cannot. */
bool history_open(struct history *h, const char *dir, const char *client);
void history_close(struct history *h);

/*
 * Asks an agent and writes both lines.  `in` is stolen; *result (may be NULL)
 * is the caller's, never NULL on ok.  Secrets in `in` are not written.
 */
enum outcome history_ask(struct history *h, const char *agent,
    const char *socket, enum api_verb verb, json_t *in, int timeout_ms,
    json_t **result);

/* A line without an answer, such as what the driver knows. */
void history_note(struct history *h, const char *op, const char *agent,
    json_t *in);

#endif
