/* Copies that wait for their recipient's sealing key. */
#include "agent/outgoing/compose_part.h"

#include <string.h>

#include "agent/intake/intake.h"
#include "agent/outgoing/outgoing.h"
#include "agent/outgoing/own.h"
#include "base/log.h"
#include "store/facts.h"

enum { SEALING_MAX_AGE = 6 * DAY_MS };  /* a day within the rules' seven */

/* ---- keys ---------------------------------------------------------------------- */

bool
compose_key(struct agent *a, const char *member, struct wire_sealing_key *out)
{
	const uint64_t now = agent_now(a);
	uint64_t announced, idx;

	return store_sealing(a->slice, member, 0, out, &announced, &idx) ==
	    ERR_NONE && now < announced + SEALING_MAX_AGE && now < out->until;
}

static void
ask_sealing(struct agent *a, const char *member)
{
	struct wire_question q = { .what = ASK_SEALING };

	strcpy(q.member, member);
	if (intake_ask(a, &q, NULL, NULL) != ERR_NONE)
		return;                 /* offline: asked when it is back */
}

enum error_code
compose_keep(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const struct content *c,
    struct copy *copy)
{
	struct db_stmt *st = a->sql[SQL_WAITING_PUT];

	copy->state = COPY_WAITING;
	ask_sealing(a, copy->member);
	db_bind_blob(st, 1, c->id.b, RECORD_ID_LEN);
	db_bind_text(st, 2, copy->member);
	db_bind_blob(st, 3, case_id, WIRE_CASE);
	db_bind_text(st, 4, w->account);
	db_bind_u64(st, 5, agent_now(a));
	return db_run(st);
}

/* ---- the copies ------------------------------------------------------------------ */

struct waiting_copy {
	struct record_id id;
	uint8_t case_id[WIRE_CASE];
	char recipient[WIRE_ID_MAX + 1], account[64];
};

static enum error_code
list_waiting(struct agent *a, struct waiting_copy *out, unsigned max,
    unsigned *n)
{
	struct db_stmt *st = a->sql[SQL_WAITING_LIST];
	enum error_code err;
	bool row;

	*n = 0;
	while (*n < max && (err = db_step(st, &row)) == ERR_NONE && row) {
		struct waiting_copy *w = &out[*n];

		err = db_col_fixed(st, 0, w->id.b, RECORD_ID_LEN);
		if (err == ERR_NONE)
			err = db_col_str(st, 1, w->recipient,
			    sizeof w->recipient);
		if (err == ERR_NONE)
			err = db_col_fixed(st, 2, w->case_id, WIRE_CASE);
		if (err == ERR_NONE)
			err = db_col_str(st, 3, w->account,
			    sizeof w->account);
		if (err != ERR_NONE)
			break;
		(*n)++;
	}
	db_done(st);
	return ERR_NONE;
}

static enum error_code
retry(struct agent *a, const struct waiting_copy *wait)
{
	struct db_stmt *st;
	struct wire_sealing_key key;
	struct copy copy = { .state = 0 };
	struct worker w = { .uid = 0 };
	struct content c;
	struct own o;
	enum error_code err;

	if (!compose_key(a, wait->recipient, &key)) {
		ask_sealing(a, wait->recipient);
		return ERR_NONE;
	}
	strcpy(copy.member, wait->recipient);
	strcpy(w.account, wait->account);
	err = own_get(a, &wait->id, &o, &c);
	if (err != ERR_NONE)
		return err;
	err = o.recalled ? ERR_NONE : compose_copy(a, &w, wait->case_id,
	    &c, &copy, NULL);
	content_wipe(&c);
	if (err != ERR_NONE)
		return err;
	/* what permission ended meanwhile is kept, to be told so */
	st = a->sql[copy.state == COPY_REFUSED ? SQL_WAITING_STOP :
	    SQL_WAITING_DONE];
	db_bind_blob(st, 1, wait->id.b, RECORD_ID_LEN);
	db_bind_text(st, 2, wait->recipient);
	return db_run(st);
}

void
compose_turn(struct agent *a)
{
	struct waiting_copy wait[16];
	const uint64_t boot = clock_boot(&a->clock);
	enum error_code err;
	unsigned n;

	if (a->offline_since != 0 || boot < a->compose_next)
		return;
	a->compose_next = boot + CLOCK_SECOND_MS;
	if (list_waiting(a, wait, 16, &n) != ERR_NONE || n == 0)
		return;
	if (agent_begin(a) != ERR_NONE)
		return;
	err = ERR_NONE;
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		err = retry(a, &wait[i]);
	if (err == ERR_NONE)
		err = outgoing_seal(a);
	if (agent_end(a, err) != ERR_NONE)
		log_warning(29, "outbox", "check the disk",
		    "waiting copies could not be sent");
}

static enum error_code
list_copies(struct agent *a, const struct record_id *id, bool stopped,
    compose_visit *visit, void *ctx)
{
	struct db_stmt *st = a->sql[SQL_WAITING_ABOUT];
	char member[WIRE_ID_MAX + 1];
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, id->b, RECORD_ID_LEN);
	db_bind_i64(st, 2, stopped);
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = db_col_str(st, 0, member, sizeof member);
		if (err == ERR_NONE)
			err = visit(ctx, member);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

enum error_code
compose_waiting(struct agent *a, const struct record_id *id,
    compose_visit *visit, void *ctx)
{
	return list_copies(a, id, false, visit, ctx);
}

enum error_code
compose_stopped(struct agent *a, const struct record_id *id,
    compose_visit *visit, void *ctx)
{
	return list_copies(a, id, true, visit, ctx);
}
