/*
 * Arrow keys owed to the ends of our cases' arrows (PROTOCOL 2).  Each is
 * sealed to the end's newest sealing key, so the broker is asked for that
 * first; what cannot be sent now is tried again.
 */
#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "agent/cases/part.h"
#include "agent/intake/intake.h"
#include "agent/keyring.h"
#include "agent/outgoing/outgoing.h"
#include "base/log.h"
#include "keys/arrow.h"

enum {
	BATCH = 64,
	RETRY_MS = 5 * 1000,
	AGAIN_MS = 60 * 1000,       /* an end that asks is answered so often */
};

struct owed {
	uint64_t seq;
	uint8_t case_id[WIRE_CASE];
	char sender[WIRE_ID_MAX + 1], recipient[WIRE_ID_MAX + 1];
};

/* ---- owing ------------------------------------------------------------- */

static enum error_code
owe(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient, const char *to)
{
	struct db_stmt *st = a->sql[SQL_KEY_DUE_PUT];

	if (strcmp(to, a->member) == 0)
		return ERR_NONE;        /* we derive it */
	db_bind_blob(st, 1, case_id, WIRE_CASE);
	db_bind_text(st, 2, sender);
	db_bind_text(st, 3, recipient);
	db_bind_text(st, 4, to);
	a->cases_next = 0;
	return db_run(st);
}

enum error_code
keys_owe(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient)
{
	enum error_code err = owe(a, case_id, sender, recipient, sender);

	return err == ERR_NONE ?
	    owe(a, case_id, sender, recipient, recipient) : err;
}

/* ---- sending ----------------------------------------------------------- */

static enum error_code
send_one(struct agent *a, const struct owed *o, const char *to,
    const struct wire_sealing_key *sealing)
{
	struct body b = { .kind = KIND_ARROW_KEY, .has_case = true };
	struct wire_arrow_key *k = &b.u.arrow_key;
	struct db_stmt *st = a->sql[SQL_KEY_DUE_SENT];
	uint8_t key[ARROW_KEY], box[ARROW_KEY_BOX];
	enum error_code err;

	err = keyring_arrow(a, o->case_id, o->sender, o->recipient, key);
	if (err == ERR_NONE)
		err = arrow_key_seal(sealing->key, o->case_id, o->sender,
		    o->recipient, key, box);
	sodium_memzero(key, sizeof key);
	if (err != ERR_NONE)
		return err;
	outgoing_head(a, &b);
	memcpy(b.case_id, o->case_id, WIRE_CASE);
	memcpy(k->sender, o->sender, sizeof k->sender);
	memcpy(k->recipient, o->recipient, sizeof k->recipient);
	strcpy(k->to, to);
	k->epoch = sealing->epoch;
	k->box = bytes_of(box, sizeof box);
	err = outgoing_put(a, &b, NULL, NULL);
	if (err != ERR_NONE)
		return err;
	db_bind_u64(st, 1, agent_now(a));
	db_bind_u64(st, 2, o->seq);
	return db_run(st);
}

static enum error_code
list_owed(struct agent *a, const char *to, struct owed *out, unsigned *n)
{
	struct db_stmt *st = a->sql[SQL_KEY_DUE_TO];
	enum error_code err = ERR_NONE;
	bool row;

	*n = 0;
	db_bind_text(st, 1, to);
	while (*n < BATCH && (err = db_step(st, &row)) == ERR_NONE && row) {
		struct owed *o = &out[(*n)++];

		o->seq = db_col_u64(st, 0);
		err = db_col_fixed(st, 1, o->case_id, WIRE_CASE);
		if (err == ERR_NONE)
			err = db_col_str(st, 2, o->sender, sizeof o->sender);
		if (err == ERR_NONE)
			err = db_col_str(st, 3, o->recipient,
			    sizeof o->recipient);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

/* All that is owed to this member, with its newest sealing key at hand. */
static enum error_code
send_all(struct agent *a, const char *to)
{
	struct wire_sealing_key sealing;
	struct owed owed[BATCH];
	uint64_t announced, idx;
	enum error_code err;
	unsigned n;

	err = store_sealing(a->slice, to, 0, &sealing, &announced, &idx);
	if (err == ERR_NOTFOUND)
		return ERR_NONE;        /* has announced none yet */
	if (err == ERR_NONE)
		err = list_owed(a, to, owed, &n);
	for (unsigned i = 0; err == ERR_NONE && i < n; i++)
		err = send_one(a, &owed[i], to, &sealing);
	return err == ERR_NONE ? outgoing_seal(a) : err;
}

static enum error_code
dest_of(struct agent *a, uint64_t seq, char to[static WIRE_ID_MAX + 1])
{
	struct db_stmt *st = a->sql[SQL_KEY_DUE_DEST];
	enum error_code err;
	bool row;

	db_bind_u64(st, 1, seq);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	err = db_col_str(st, 0, to, WIRE_ID_MAX + 1);
	db_done(st);
	return err;
}

/* The answer is in the slice; ctx is the row that asked. */
static void
sealing_came(struct agent *a, const struct wire_reply *r, void *ctx)
{
	char to[WIRE_ID_MAX + 1];
	enum error_code err;

	if (r == NULL || a->identity == NULL ||
	    dest_of(a, (uint64_t)(uintptr_t)ctx, to) != ERR_NONE)
		return;
	err = agent_begin(a);
	if (err == ERR_NONE)
		err = agent_end(a, send_all(a, to));
	if (err != ERR_NONE)
		log_warning(65, "arrow key", "check the disk",
		    "could not be sent: %s", error_text(err));
	else
		outgoing_push(a);
}

/* Not again before RETRY_MS, whatever becomes of the question. */
static enum error_code
postpone(struct agent *a, const char *to, uint64_t next)
{
	struct db_stmt *st = a->sql[SQL_KEY_DUE_NEXT];
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	db_bind_u64(st, 1, next);
	db_bind_text(st, 2, to);
	return agent_end(a, db_run(st));
}

static enum error_code
next_owed(struct agent *a, uint64_t now, uint64_t *seq,
    char to[static WIRE_ID_MAX + 1])
{
	struct db_stmt *st = a->sql[SQL_KEY_DUE_LIST];
	enum error_code err;
	bool row;

	db_bind_u64(st, 1, now);
	err = db_step(st, &row);
	if (err != ERR_NONE)
		return err;
	if (!row)
		return ERR_NOTFOUND;
	*seq = db_col_u64(st, 0);
	err = db_col_str(st, 1, to, WIRE_ID_MAX + 1);
	db_done(st);
	return err;
}

void
keys_turn(struct agent *a, uint64_t now)
{
	char to[WIRE_ID_MAX + 1];
	uint64_t seq;

	for (unsigned i = 0; i < BATCH &&
	    next_owed(a, now, &seq, to) == ERR_NONE; i++) {
		struct wire_question q = { .what = ASK_SEALING };

		strcpy(q.member, to);
		if (postpone(a, to, now + RETRY_MS) != ERR_NONE)
			return;
		if (intake_ask(a, &q, sealing_came,
		    (void *)(uintptr_t)seq) != ERR_NONE)
			return;
	}
}

/* ---- asked again ------------------------------------------------------- */

struct wanting {
	struct agent *a;
	const uint8_t *case_id;
	const char *by;
	struct store_arrow arrow[BATCH];
	unsigned n;
};

static enum error_code
its_arrow(void *ctx, const struct store_arrow *arrow)
{
	struct wanting *q = ctx;

	if ((strcmp(arrow->sender, q->by) == 0 ||
	    strcmp(arrow->recipient, q->by) == 0) && q->n < BATCH)
		q->arrow[q->n++] = *arrow;
	return ERR_NONE;
}

static bool
grant_in_force(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct store_arrow *arrow)
{
	struct grant g[RULES_GRANTS_MAX];
	const uint64_t now = agent_now(a);
	unsigned n = 0;

	if (store_grants(a->slice, case_id, arrow->sender, arrow->recipient,
	    g, &n) != ERR_NONE)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (g[i].ended_by == ENDED_NOT && now < g[i].until)
			return true;
	return false;
}

static enum error_code
owe_again(struct agent *a, struct wanting *q)
{
	struct db_stmt *st = a->sql[SQL_KEY_DUE_AGAIN];
	const uint64_t now = agent_now(a);
	enum error_code err = ERR_NONE;

	for (unsigned i = 0; i < q->n && err == ERR_NONE; i++) {
		const struct store_arrow *w = &q->arrow[i];

		if (!grant_in_force(a, q->case_id, w))
			continue;
		err = owe(a, q->case_id, w->sender, w->recipient, q->by);
		db_bind_blob(st, 1, q->case_id, WIRE_CASE);
		db_bind_text(st, 2, w->sender);
		db_bind_text(st, 3, w->recipient);
		db_bind_text(st, 4, q->by);
		db_bind_u64(st, 5, now > AGAIN_MS ? now - AGAIN_MS : 0);
		if (err == ERR_NONE)
			err = db_run(st);
	}
	return err;
}

void
cases_key_asked(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *by)
{
	struct wanting q = { .a = a, .case_id = case_id, .by = by };
	struct store_case c;
	enum error_code err;

	if (a->identity == NULL ||
	    store_case(a->slice, case_id, &c) != ERR_NONE ||
	    strcmp(c.custodian, a->member) != 0 || c.state != CASE_OPEN)
		return;
	err = store_arrows(a->slice, case_id, its_arrow, &q);
	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err == ERR_NONE)
		err = agent_end(a, owe_again(a, &q));
	if (err != ERR_NONE)
		log_warning(65, "arrow key", "check the disk",
		    "could not be sent again: %s", error_text(err));
}
