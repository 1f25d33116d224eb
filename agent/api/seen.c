/*
 * Verbs about what became of our own records: track, seen.
 *
 * track        observation -> id, case, at, recalled, content, links, copies
 *              [member, name, state, rule, text, entry, sent, told_at, role,
 *              call (urgent and not opened: whom to telephone)]
 * seen         case -> records [id, kind, at, recalled, content, copies as
 *              track]
 */
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/cases.h"
#include "agent/outgoing/compose.h"
#include "agent/outgoing/outgoing.h"
#include "agent/outgoing/own.h"
#include "agent/outgoing/unopened.h"
#include "base/log.h"

static const char *
out_state_name(enum out_state s)
{
	switch (s) {
	case OUT_SEALED:
		return "queued";
	case OUT_ADMITTED:
		return "sent";
	case OUT_REFUSED:
	case OUT_STOPPED:
		return "refused";
	case OUT_DELIVERED:
		return "delivered";
	case OUT_OPENED:
		return "opened";
	case OUT_DROPPED:
		return "dropped";
	case OUT_REJECTED:
		return "rejected";
	case OUT_RECALLED:
		return "taken back";
	}
	return "unknown";
}

/* What is known of copies besides the outbox goes to its list. */
struct listing {
	struct agent *a;
	json_t *copies;
};

static enum error_code
add_waiting(void *ctx, const char *member)
{
	struct listing *l = ctx;

	return json_array_append_new(l->copies, json_pack("{s:s, s:s, s:s}",
	    "member", member, "name", work_name(l->a, member), "state",
	    "waiting")) == 0 ? ERR_NONE : ERR_NOMEM;
}

static enum error_code
add_stopped(void *ctx, const char *member)
{
	struct listing *l = ctx;

	return json_array_append_new(l->copies, json_pack(
	    "{s:s, s:s, s:s, s:s}", "member", member, "name",
	    work_name(l->a, member), "state", "refused", "rule", "R1")) == 0 ?
	    ERR_NONE : ERR_NOMEM;
}

/* Urgent and overdue: the copy to this member says whom to call. */
static enum error_code
add_call(void *ctx, const struct unopened *u)
{
	struct listing *l = ctx;
	char words[300];
	json_t *copy;
	size_t i;

	json_array_foreach(l->copies, i, copy)
		if (strcmp(json_string_value(json_object_get(copy, "member")),
		    u->member) == 0)
			json_object_set_new(copy, "call", json_string(
			    unopened_words(l->a, u->member, words,
			    sizeof words)));
	return ERR_NONE;
}

json_t *
work_copies(struct agent *a, const struct record_id *id)
{
	struct db_stmt *st = a->sql[SQL_OUT_ABOUT];
	json_t *copies = json_array();
	struct listing list = { a, copies };
	char to[WIRE_ID_MAX + 1], role[WIRE_ROLE_MAX + 1];
	bool row;

	db_bind_blob(st, 1, id->b, RECORD_ID_LEN);
	db_bind_i64(st, 2, KIND_SUBMISSION);
	while (db_step(st, &row) == ERR_NONE && row) {
		enum out_state s = (enum out_state)db_col_i64(st, 1);
		json_t *o;

		role[0] = '\0';
		if (db_col_str(st, 5, to, sizeof to) != ERR_NONE)
			continue;
		if (!db_col_null(st, 7) &&
		    db_col_str(st, 7, role, sizeof role) != ERR_NONE)
			role[0] = '\0';
		o = json_pack("{s:s, s:s, s:s}", "member", to, "name",
		    work_name(a, to), "state", out_state_name(s));
		if (s == OUT_OPENED)
			json_object_set_new(o, "role", json_string(role));
		if (!db_col_null(st, 3))
			json_object_set_new(o, "entry",
			    json_integer((json_int_t)db_col_u64(st, 3)));
		json_object_set_new(o, "sent", work_time(db_col_u64(st, 4)));
		json_object_set_new(o, "told_at",
		    work_time(db_col_u64(st, 6)));
		if (s == OUT_REFUSED || s == OUT_STOPPED)
			json_object_set_new(o, "rule", json_string("R1"));
		json_array_append_new(copies, o);
	}
	db_done(st);
	if (compose_waiting(a, id, add_waiting, &list) != ERR_NONE ||
	    compose_stopped(a, id, add_stopped, &list) != ERR_NONE ||
	    unopened_of(a, id, add_call, &list) != ERR_NONE)
		log_warning(21, "store", "check the disk",
		    "waiting copies could not be listed");
	return copies;
}

static json_t *
links_json(const struct content *c)
{
	const struct id_list *links = content_links(c);
	json_t *list = json_array();

	for (size_t i = 0; i < links->n; i++)
		json_array_append_new(list, work_id(&links->v[i]));
	return list;
}

void
api_track(struct api_call *c)
{
	struct record_id id;
	struct content content;
	struct own o;
	uint64_t no = 0;
	enum error_code err;

	if (!work_own_id(c, api_text(c, "observation"), &id))
		return;
	if (own_get(c->agent, &id, &o, &content) != ERR_NONE) {
		api_no(c, CLI_NO, "This agency wrote no record with that id.");
		return;
	}
	err = agent_begin(c->agent);    /* a number may be given */
	if (err == ERR_NONE)
		err = agent_end(c->agent, cases_number(c->agent, o.case_id,
		    &no));
	if (err != ERR_NONE ||
	    cases_excluded(c->agent, o.case_id, c->worker.account))
		api_no(c, CLI_NO, "This agency wrote no record with that id.");
	else
		api_tell(c, CLI_DONE, json_pack("{s:o, s:I, s:o, s:b, s:o*, "
		    "s:o, s:o}", "id", work_id(&id), "case", (json_int_t)no, "at",
		    work_time(o.at), "recalled", o.recalled, "content",
		    c->by == BY_SERVICE ? NULL : work_content(&content),
		    "links", links_json(&content),
		    "copies", work_copies(c->agent, &id)), NULL);
	content_wipe(&content);
}

struct seen {
	struct agent *a;
	json_t *records;
};

static enum error_code
seen_record(void *ctx, const struct own *o, const struct content *c)
{
	struct seen *s = ctx;

	json_array_append_new(s->records, json_pack("{s:o, s:s, s:o, s:b, "
	    "s:o*, s:o}", "id", work_id(&o->id), "kind",
	    content_kind_name(c->kind), "at", work_time(o->at), "recalled",
	    o->recalled, "content", work_content(c), "copies",
	    work_copies(s->a, &o->id)));
	return ERR_NONE;
}

void
api_seen(struct api_call *c)
{
	struct seen s = { c->agent, NULL };
	uint8_t case_id[WIRE_CASE];
	enum error_code err;

	if (!work_case(c, case_id))
		return;
	s.records = json_array();
	err = own_list(c->agent, case_id, seen_record, &s);
	if (err != ERR_NONE) {
		json_decref(s.records);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o}", "records", s.records), NULL);
}
