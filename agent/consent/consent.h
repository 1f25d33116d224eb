/*
 * Acts: records about one case, composed, signed with her key where they
 * need it, queued together, and told when every one has an outcome.
 *
 * An act runs through steps, none of which waits in the loop: make a consent
 * key (opening a case), draw stop phrases, compose, sign, queue, wait.  It
 * owns its call and ends it exactly once, also when the session has gone:
 * what she decided goes on its way whoever hangs up.
 */
#ifndef WAYLEAVE_AGENT_CONSENT_H
#define WAYLEAVE_AGENT_CONSENT_H

#include "agent/api/api.h"
#include "agent/cases/cases.h"
#include "agent/outgoing/outgoing.h"
#include "agent/consent/signing.h"

enum { ACT_ITEMS = SIGNING_RECORDS, ACT_WAIT_MS = 20 * 1000 };

struct act_item {
	struct body b;
	struct buf more;                /* what views in `b` point into */
	struct buf plain;               /* a grant's terms, to be kept */
	char name[16];                  /* the writer's own, "G01" */
	bool hers;                      /* signed with her key */
	uint8_t id[WIRE_HASH];          /* record id, hers only */
	struct buf record;              /* record bytes, hers only */
	struct out_outcome outcome;     /* state 0 until there is one */
};

/* Guarded memory. */
struct act_secrets {
	struct phrase pass, stop, forced;
	uint8_t case_key[32];
};

struct act;
/* Adds the items; ERR_* ends the act with `why`. */
typedef enum error_code act_compose(struct act *t, struct why *why);
/* In the transaction that queues the items. */
typedef enum error_code act_keep(struct act *t);
/* Every item has an outcome: ends the call (act_tell). */
typedef void act_done(struct act *t);

struct act {
	struct agent *a;
	struct api_call *call;          /* NULL once ended */
	uint8_t case_id[WIRE_CASE];
	enum words_language language;   /* of what is shown */
	bool creates;                   /* a consent key */
	bool draws;                     /* stop phrases */
	act_compose *compose;
	act_keep *keep;                 /* may be NULL */
	act_done *done;
	void *ctx;
	void (*ctx_free)(void *ctx);

	struct act_secrets *secret;
	uint8_t hashes[2][WIRE_HASH];   /* of the phrases, in byte order */
	uint8_t forced_hash[WIRE_HASH];
	uint8_t key[KEY_PUBLIC];        /* her public key */
	uint8_t sealed[CONSENT_SEALED];
	struct act_item *item;
	unsigned n, waiting;
};

/* For the call; ends it and returns NULL without memory. */
struct act *act_new(struct api_call *c, const uint8_t *case_id);
/*
 * Reads "passphrase" (wiped in the request) and the case's consent key.
 * False: the call was ended and the act destroyed.
 */
bool act_passphrase(struct act *t);
/* "language" of the words, else English.  As act_passphrase. */
bool act_language(struct act *t);
/* A new item of this kind for the case, with stamp and citation; NULL when
 * there are ACT_ITEMS. */
struct act_item *act_add(struct act *t, enum wire_kind kind, bool hers);
/* The `phrases` record for the drawn phrases; ERR_SIZE. */
MUST_USE enum error_code act_add_phrases(struct act *t,
    struct act_item **item);
/* Fills in record bytes and id of one of hers. */
MUST_USE enum error_code act_identify(struct act *t, struct act_item *i);
/* Starts it; it destroys itself in the end. */
void act_run(struct act *t);
/* Ends the call (once). */
void act_tell(struct act *t, enum cli_exit code, json_t *result,
    const char *words);
/* The same for secrets shown once: they are wiped in `result` afterwards. */
void act_tell_once(struct act *t, enum cli_exit code, json_t *result,
    const char *words);
void act_destroy(struct act *t);
/* Tells so and destroys it. */
void act_fail(struct act *t, enum cli_exit code, const char *words);

/* "admitted", "refused", "waiting". */
const char *act_state(const struct act_item *i);
/* Are all admitted?  Else the code to tell. */
enum cli_exit act_code(const struct act *t);
/* Puts "stop" and "forced" in the act's language into `o`. */
void act_show_phrases(const struct act *t, json_t *o);

/* Consent is signed only while connected and sure (PROTOCOL 2); false: the
 * call was ended with the reason. */
bool act_connected(struct api_call *c);
/* The case the request names, ours; false: the call was ended. */
bool act_own_case(struct api_call *c, uint8_t case_id[static WIRE_CASE]);
/* Overwrites a text of the request in place. */
void act_wipe_text(struct api_call *c, const char *key);
/* Opens the phrase in "phrase"; false: ended with the words to ask again. */
bool act_phrase(struct api_call *c, struct phrase *out);

#endif
