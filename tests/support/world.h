/*
 * A small partnership for tests: roots, duty and log key, a broker, some
 * agencies and one case, and every kind of record they sign.  Keys are fresh
 * each time; everything lives in one arena.
 */
#ifndef WAYLEAVE_TESTS_SUPPORT_WORLD_H
#define WAYLEAVE_TESTS_SUPPORT_WORLD_H

#include "keys/identity.h"
#include "ledger/checkpoint.h"
#include "ledger/record.h"
#include "proto/wire.h"

enum {
	WORLD_MEMBERS = 40,
	WORLD_BROKER = 0,       /* "hub" */
	WORLD_CUSTODIAN = 1,    /* "refuge" */
	WORLD_POLICE = 2,       /* "police" */
	WORLD_SCHOOL = 3,       /* "school" */
	WORLD_AUDITOR = 4,      /* "watch" */
	WORLD_OTHERS = 5,       /* "agency-5" and on */
};

struct world_member {
	char id[WIRE_ID_MAX + 1];
	uint32_t roles;
	struct sign_pair sign;
	struct box_pair link, seal, terms;
	uint64_t epoch;
	uint64_t serial;
	uint8_t worker[2][WIRE_PSEUDONYM];
	struct citation cite;           /* put into what it signs */
};

struct world_case {
	struct sign_pair consent;
	uint8_t id[WIRE_CASE], key[32];
	uint8_t token[2][32];           /* of its stop phrases */
	uint8_t phrases[WIRE_HASH];     /* record id of the newest `phrases` */
};

struct world {
	struct arena *a;
	char p[PARTNERSHIP_HEX + 1];
	char origin[64];
	struct sign_pair root[2], duty, log;
	struct world_member m[WORLD_MEMBERS];
	unsigned n;
	struct world_case kase;
	uint64_t now;                   /* what stamps say */
	uint64_t partnership_serial;
	char address[64];               /* of the broker, in the partnership */
};

/* What goes beside a submission. */
struct world_payload {
	uint8_t share[32];
	struct bytes ciphertext;
};

void world_make(struct world *w, unsigned members, uint64_t now);
void world_free(struct world *w);

/* All return records with `wire` set, in the world's arena. */
struct record *world_partnership(struct world *w);
struct record *world_member(struct world *w, unsigned m);
struct record *world_suspend(struct world *w, unsigned m);
struct record *world_revoke(struct world *w, unsigned m);
struct record *world_sealing(struct world *w, unsigned m);
struct record *world_worker(struct world *w, unsigned m, unsigned k);

/* Makes w->kase anew, with fresh keys and tokens. */
void world_case_make(struct world *w);
struct record *world_case_opened(struct world *w);
struct record *world_phrases(struct world *w);
struct record *world_resume(struct world *w, uint64_t stop);
/* In force at once (waived), for 30 days, unless changed in `g` by `edit`. */
struct record *world_grant(struct world *w, unsigned from, unsigned to,
    bool introduction, void (*edit)(struct wire_grant *g));
struct record *world_withdraw(struct world *w, unsigned by,
    const struct record *grant /* NULL: all */);
struct record *world_close(struct world *w);
struct record *world_stop(struct world *w, unsigned by,
    const uint8_t token[static 32]);
struct record *world_arrow_key(struct world *w, unsigned from, unsigned to,
    unsigned end);

/* A message under the arrow's labels; `what` "ID" for an introduction. */
struct record *world_submission(struct world *w, unsigned from, unsigned to,
    const char *what, uint32_t padded, struct world_payload *out,
    void (*edit)(struct wire_submission *s));
struct record *world_recall(struct world *w, unsigned by,
    const struct record *submission);
struct record *world_receipt(struct world *w, unsigned by,
    const uint64_t *message, unsigned n, uint32_t outcome);
struct record *world_opening(struct world *w, unsigned by,
    const uint64_t *message, unsigned n);
struct record *world_checked(struct world *w, unsigned by,
    uint64_t introduction);

/* The same submission records signed as one bundle (n <= 64). */
void world_bundle(struct world *w, unsigned by, struct record *const *r,
    unsigned n);
/* Signs anew after a test has changed the body bytes. */
void world_sign(struct world *w, struct record *r, unsigned by);
void world_record_id(struct world *w, const struct record *r,
    uint8_t id[static WIRE_HASH]);

/* An Up frame with these records; payload[i] may be NULL. */
void world_up(uint64_t id, struct record *const *r,
    const struct world_payload *const *payload, unsigned n, struct buf *out);

#endif
