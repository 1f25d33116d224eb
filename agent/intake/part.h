/*
 * What the files of intake share.  Internal to agent/intake*.c.
 */
#ifndef WAYLEAVE_AGENT_INTAKE_PART_H
#define WAYLEAVE_AGENT_INTAKE_PART_H

#include "agent/intake/intake.h"

enum {
	INTAKE_INQUIRIES = 32,
	INTAKE_STASH = 16,          /* frames held back for an unknown member */
	INTAKE_CREDIT = 256,        /* items we take before we confirm */
};

struct inquiry {
	uint64_t id;
	intake_done *done;
	void *ctx;
};

struct intake {
	struct arena *arena;
	struct bundle_cache *cache;
	uint64_t next_id;
	struct inquiry inquiry[INTAKE_INQUIRIES];
	unsigned n_inquiry;
	struct buf stash[INTAKE_STASH];        /* in order; unused ones are empty */
	unsigned n_stash;
	char unknown[WIRE_ID_MAX + 1];  /* the member we wait for */
	uint64_t asked;                 /* the question that asks for it */
	uint64_t confirmed, confirmed_news;
	unsigned taken;                 /* items since the last confirm */
	struct checkpoint shown;        /* signed, of this frame; size 0: none */
	bool not_ours;                  /* an alarm was given (look_own) */
};

/* A piece with its entry rebuilt and decoded. */
struct taken {
	const struct wire_piece *piece;
	struct entry entry;
	struct hash leaf;
};

/* ---- prove.c ---- */
/* ERR_NOTFOUND when the entry's record names a signer whose key we do not
 * have: intake->unknown. */
enum error_code intake_known(struct agent *a, const struct entry *e,
    struct why *why);
/* Is the record in this entry in our name? */
bool intake_ours(const struct agent *a, const struct entry *e);
/* *same: it is, byte for byte, what this agent signed and kept. */
enum error_code intake_is_kept(struct agent *a, const struct entry *e,
    bool *same);
/* Whoever signed the record inside this entry did sign it. */
enum error_code intake_verify(struct agent *a, const struct entry *e,
    struct why *why);
/* Rebuilds and decodes a piece's entry. */
enum error_code intake_take_piece(struct agent *a,
    const struct wire_piece *p, struct taken *t, struct why *why);
/* All pieces are in the tree of the parcel's head, which extends `edge`. */
enum error_code intake_prove(struct agent *a, const struct parcel *p,
    struct taken *t, struct edge *edge, struct why *why);

/* ---- apply.c ---- */
enum error_code intake_apply_pieces(struct agent *a, const struct parcel *p,
    const struct taken *t, struct why *why);
enum error_code intake_apply_answers(struct agent *a,
    const struct parcel *p);
enum error_code intake_check_statement(struct agent *a,
    const struct parcel *p, struct why *why);
enum error_code intake_save_position(struct agent *a);

/* ---- ask.c ---- */
enum error_code intake_apply_reply(struct agent *a,
    const struct wire_reply *r, struct why *why);

#endif
