/*
 * The short-lived process that uses a consent key (PROTOCOL 2 "The case"),
 * and that turns what a person remembers into a key (Argon2id).
 *
 * signing_create() forks a parent of such processes at the daemon's start,
 * before any secret exists.  For each request it forks a child that inherits
 * nothing, gives up everything but the one socket it was handed
 * (SANDBOX_SIGNING: no network, no files), reads passphrase and record
 * bytes, computes what is signed from those bytes itself, answers and ends.
 * The daemon's loop never waits for Argon2id.
 *
 * One child works at a time (each takes 256 MiB); stop tokens come first,
 * signing next, passwords of the desk last and never in more than half of
 * the places, so that guesses at the sign-in page hold up nobody's consent.
 */
#ifndef WAYLEAVE_AGENT_SIGNING_H
#define WAYLEAVE_AGENT_SIGNING_H

#include "keys/consent.h"
#include "keys/kdf.h"
#include "keys/phrase.h"

struct signing;

enum {
	SIGNING_RECORDS = 64,      /* in one act of signing */
	SIGNING_PHRASES = 2,
	SIGNING_PASSWORD_MAX = 256, /* bytes */
	SIGNING_SECONDS = 60,      /* then a child is given up */
};

enum signing_what {
	SIGNING_CREATE = 1,        /* a fresh consent key, sealed */
	SIGNING_SIGN = 2,          /* records, each alone (n = 1) */
	SIGNING_TOKEN = 3,         /* tokens of stop phrases */
	SIGNING_PASSWORD = 4,      /* the key of a password */
};

/* Everything is copied; wipe your own. */
struct signing_request {
	enum signing_what what;
	struct phrase pass;                    /* CREATE, SIGN */
	uint8_t store[KEY_SECRET];             /* CREATE, SIGN */
	uint8_t sealed[CONSENT_SEALED];        /* SIGN */
	struct phrase phrase[SIGNING_PHRASES]; /* TOKEN */
	uint8_t first_root[KEY_PUBLIC];        /* TOKEN */
	char password[SIGNING_PASSWORD_MAX];   /* PASSWORD; no NUL needed */
	uint8_t salt[KDF_SALT];                /* PASSWORD */
	unsigned cost;                         /* PASSWORD: enum kdf_cost */
	unsigned n;             /* records, phrases, or bytes of password */
};

struct signing_result {
	/* ERR_DENIED: another passphrase; ERR_NOMEM; ERR_CLOSED: the child
	 * was lost, nothing is known to have been signed */
	enum error_code error;
	uint8_t public[KEY_PUBLIC];            /* CREATE, SIGN */
	uint8_t sealed[CONSENT_SEALED];        /* CREATE */
	uint8_t token[SIGNING_PHRASES][PHRASE_TOKEN];
	uint8_t key[KDF_KEY];                  /* PASSWORD */
	uint8_t signature[SIGNING_RECORDS][KEY_SIGNATURE];
	unsigned n;
};

/* The result is wiped when this returns. */
typedef void signing_done(void *ctx, const struct signing_result *r);

/* To be called before there are threads, secrets or connections. */
MUST_USE enum error_code signing_create(struct signing **out,
    struct why *why);
/* What is under way is dropped without a call. */
void signing_destroy(struct signing **s);
/* What new consent keys cost to open; the default is KDF_MODERATE. */
void signing_set_cost(struct signing *s, enum kdf_cost cost);
/*
 * For tests of what stands on this: keys, tokens and passwords at the lowest
 * cost.  The tokens are then nobody else's.
 */
void signing_set_cheap(struct signing *s);

/*
 * Queues a request; `record` holds q->n record bytes (SIGN only).  `done` is
 * called exactly once, from signing_ready.  ERR_BUSY when too many wait,
 * ERR_SIZE for a wrong n.
 */
MUST_USE enum error_code signing_start(struct signing *s,
    const struct signing_request *q, const struct bytes *record,
    signing_done *done, void *ctx);
/* Forgets every request with this ctx; `done` is not called. */
void signing_forget(struct signing *s, void *ctx);

/* For poll(2), readable; -1 while nothing is under way. */
int signing_fd(const struct signing *s);
/* The child answered or ended: takes the answer, starts the next. */
void signing_ready(struct signing *s);

/*
 * The child's work, for tests: what one request answers.  `record` as above.
 */
void signing_work(const struct signing_request *q, enum kdf_cost cost,
    bool cheap, const struct bytes *record, struct signing_result *out);

#endif
