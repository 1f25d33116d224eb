/*
 * Verifiers: frame in, checked job out (INTERNALS 1).  They decode, hash and
 * check every signature that needs no database; who may do what is left to
 * the rules.  Any number of threads, each with a verifier of its own.
 */
#ifndef WAYLEAVE_BROKER_VERIFY_H
#define WAYLEAVE_BROKER_VERIFY_H

#include "broker/cites.h"
#include "broker/job.h"
#include "broker/members.h"

/* What all verifiers share; borrowed. */
struct verify_shared {
	const char *partnership;       /* P */
	struct members *members;
	struct cites *cites;
	struct lane *lane;
};

struct verifier;

MUST_USE enum error_code verifier_create(const struct verify_shared *shared,
    struct verifier **out);
void verifier_destroy(struct verifier **v);

/*
 * Fills in up, item, formed and every item's check.  Never fails: what is
 * wrong with the frame stands in the job.
 */
void verify_job(struct verifier *v, struct job *job);

/* Works on the lane until it is closed. */
void verifier_run(struct verifier *v);

#endif
