/*
 * A small partnership at work, for campaigns: a few agents on this machine,
 * cases among them, all through their local sockets.  The first agency keeps
 * the cases.  Every function may be called while daemons come and go: it
 * tries until `until` (history_now()) and then returns false.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_SMALLCASE_H
#define WAYLEAVE_TESTS_SUPPORT_SMALLCASE_H

#include "tests/support/history.h"

enum { SMALL_AGENCIES = 8, SMALL_GRANTS = 64 };

struct small_agency {
	char id[WIRE_ID_MAX + 1];
	char socket[200];
};

struct small {
	struct small_agency agency[SMALL_AGENCIES];
	unsigned n;
	char broker[WIRE_ID_MAX + 1];  /* its member id, for the terms */
	const char *names;             /* in what the family is called */
};

/* A permission of the case as the custodian's agent told it. */
struct small_grant {
	unsigned from, to;
	char id[2 * WIRE_HASH + 1];    /* "" while there is none in force */
};

struct small_case {
	char reference[40];
	char passphrase[160], stop[160], forced[160];
	uint64_t number[SMALL_AGENCIES];
	struct small_grant grant[SMALL_GRANTS];
	unsigned n;
};

/* "id=socket" words; false for a bad one. */
bool small_agencies(struct small *s, int argc, char **argv);

/* Accounts at every agency: one that may do all (this process's uid), and a
 * second one.  Waits until both are in the ledger. */
bool small_workers(struct small *s, struct history *h, uint64_t until);

/*
 * Opens a case, introduces the family to every other agency, has the conflict
 * check confirmed, and lets every agency tell every other.
 */
bool small_open(struct small *s, struct history *h, const char *reference,
    struct small_case *k, uint64_t until);

/* Signs a permission again; false when that is not certain. */
bool small_grant_again(struct small *s, struct history *h,
    struct small_case *k, unsigned g);
/* The custodian heard her say stop for one of them. */
enum outcome small_withdraw(struct small *s, struct history *h,
    struct small_case *k, unsigned g);
/* Any agency, with a phrase. */
enum outcome small_stop(struct small *s, struct history *h, unsigned at,
    const char *phrase);

/* An observation from one agency to others, with `text`. */
json_t *small_observation(const char *key, const char *text);
enum outcome small_send(struct small *s, struct history *h,
    const struct small_case *k, unsigned from, uint64_t to, const char *key,
    const char *text, json_t **result);

#endif
