/*
 * To whom a draft goes.
 */
#include <string.h>

#include "agent/outgoing/draft.h"
#include "agent/outgoing/outgoing.h"

bool
draft_to(struct api_call *c, struct draft *d, const char *member)
{
	if (!member_id_ok(member)) {
		api_no(c, CLI_USAGE, "\"%.60s\" is no member id (2 to 48 of "
		    "a-z, 0-9 and -).", member);
		return false;
	}
	for (unsigned i = 0; i < d->n; i++)
		if (strcmp(d->copy[i].member, member) == 0)
			return true;
	if (d->n == COMPOSE_RECIPIENTS_MAX) {
		api_no(c, CLI_USAGE, "At most %d recipients at once.",
		    COMPOSE_RECIPIENTS_MAX);
		return false;
	}
	strcpy(d->copy[d->n++].member, member);
	return true;
}

struct allowing {
	struct agent *a;
	struct draft *d;
};

/* Courts and those who must pass papers on are never ticked beforehand. */
static enum error_code
allow(void *ctx, const char *member)
{
	const struct allowing *w = ctx;
	const struct store_member *m;
	enum error_code err = store_member(w->a->slice, member, &m);

	if (err != ERR_NONE || m->m.onward_duty != 0 || m->m.agency == 3 ||
	    m->m.agency == 4 || m->m.agency == 15)
		return err == ERR_NOTFOUND ? ERR_NONE : err;
	if (w->d->n < COMPOSE_RECIPIENTS_MAX)
		strcpy(w->d->copy[w->d->n++].member, member);
	return ERR_NONE;
}

static bool
to_allowed(struct api_call *c, struct draft *d)
{
	struct allowing w = { c->agent, d };
	enum error_code err = compose_allowed(c->agent, d->case_id, allow, &w);

	if (err != ERR_NONE)
		api_error(c, err, NULL);
	return err == ERR_NONE;
}

bool
draft_to_list(struct api_call *c, struct draft *d, bool *given)
{
	const json_t *to = json_object_get(c->in, "to"), *v;
	const char *word = json_string_value(to);
	size_t i;

	*given = to != NULL && !json_is_null(to);
	if (word != NULL && strcmp(word, "none") == 0)
		return true;
	if (word != NULL && strcmp(word, "allowed") == 0)
		return to_allowed(c, d);
	if (word != NULL)
		return draft_to(c, d, word);
	json_array_foreach(to, i, v)
		if (!draft_to(c, d, json_is_string(v) ? json_string_value(v) :
		    ""))
			return false;
	return true;
}

bool
draft_to_document(struct api_call *c, struct draft *d)
{
	const struct observation *o = content_observation(&d->content);

	if (d->content.kind == CONTENT_QUESTION &&
	    d->content.u.question.to[0] != '\0')
		return draft_to(c, d, d->content.u.question.to);
	if (d->content.kind == CONTENT_TASK)
		return draft_to(c, d, d->content.u.task.owner);
	if (o == NULL || o->send_mode == SEND_NONE)
		return true;
	if (o->send_mode == SEND_ALLOWED)
		return to_allowed(c, d);
	for (size_t i = 0; i < o->n_send_to; i++)
		if (!draft_to(c, d, o->send_to[i]))
			return false;
	return true;
}

struct members {
	char id[COMPOSE_RECIPIENTS_MAX][WIRE_ID_MAX + 1];
	unsigned n;
};

static enum error_code
note_member(void *ctx, const char *member)
{
	struct members *m = ctx;

	if (m->n < COMPOSE_RECIPIENTS_MAX)
		strcpy(m->id[m->n++], member);
	return ERR_NONE;
}

/* Those whose copy is under way or there, and those whose copy waits. */
bool
draft_to_same(struct api_call *c, struct draft *d, const struct record_id *id)
{
	struct db_stmt *st = c->agent->sql[SQL_OUT_ABOUT];
	struct members m = { .n = 0 };
	char to[WIRE_ID_MAX + 1];
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, id->b, RECORD_ID_LEN);
	db_bind_i64(st, 2, KIND_SUBMISSION);
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = db_col_str(st, 5, to, sizeof to);
		if (err == ERR_NONE)
			err = note_member(&m, to);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	if (err == ERR_NONE)
		err = compose_waiting(c->agent, id, note_member, &m);
	if (err != ERR_NONE) {
		api_error(c, err, NULL);
		return false;
	}
	for (unsigned i = 0; i < m.n; i++)
		if (!draft_to(c, d, m.id[i]))
			return false;
	return true;
}
