/*
 * events       after, limit (100 at most) -> events [n, at, event,
 *              observation, member, message, case {local}, role, urgent],
 *              next
 *              ack (a number): a service begins there when it names no
 *              `after`
 *
 * What happened, without content: ids and states (agent/notices/events.h); for
 * services alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/books.h"
#include "agent/cases/cases.h"
#include "agent/notices/events.h"

enum { LIMIT = 100 };

static void
put_case(struct agent *a, struct bytes kase, json_t *o)
{
	char reference[CASES_REFERENCE_MAX + 1];
	uint64_t no = 0;

	if (kase.n != WIRE_CASE ||
	    cases_number(a, kase.data, &no) != ERR_NONE)
		return;
	/* text, as documents want it */
	if (cases_reference(a, kase.data, reference) != ERR_NONE)
		snprintf(reference, sizeof reference, "%" PRIu64, no);
	json_object_set_new(o, "case", json_pack("{s:s}", "local",
	    reference));
}

static json_t *
event_json(struct agent *a, struct db_stmt *st)
{
	const int64_t kind = db_col_i64(st, 2);
	const struct bytes about = db_col_blob(st, 3);
	char member[WIRE_ID_MAX + 1] = "", role[WIRE_ROLE_MAX + 1] = "";
	struct record_id id;
	json_t *o = json_pack("{s:I, s:o, s:s}", "n",
	    (json_int_t)db_col_i64(st, 0), "at", work_time(db_col_u64(st, 1)),
	    "event", event_name(kind));

	if (o == NULL)
		return NULL;
	if (about.n == RECORD_ID_LEN) {
		memcpy(id.b, about.data, RECORD_ID_LEN);
		json_object_set_new(o, "observation", work_id(&id));
	}
	if (!db_col_null(st, 4) && db_col_str(st, 4, member, sizeof member) ==
	    ERR_NONE)
		json_object_set_new(o, "member", json_string(member));
	if (!db_col_null(st, 5))
		json_object_set_new(o, "message", json_integer(
		    (json_int_t)db_col_i64(st, 5)));
	put_case(a, db_col_blob(st, 6), o);
	if (!db_col_null(st, 7) && db_col_str(st, 7, role, sizeof role) ==
	    ERR_NONE && role[0] != '\0')
		json_object_set_new(o, "role", json_string(role));
	if (db_col_i64(st, 8) != 0)
		json_object_set_new(o, "urgent", json_true());
	return o;
}

static void
name_of(const struct api_call *c, char out[static 128])
{
	snprintf(out, 128, "events-%.100s", c->worker.account);
}

/* Where this service was. */
static uint64_t
acked(struct api_call *c)
{
	char name[128];
	struct buf value;
	uint64_t n = 0;

	name_of(c, name);
	buf_init(&value, 16);
	if (books_get(c->agent, name, &value) == ERR_NONE && value.n == 8)
		n = get_be64(value.data);
	buf_free(&value);
	return n;
}

/* Has there been an event with this number?  The newest are never given up. */
static enum error_code
has_been(struct agent *a, uint64_t n)
{
	struct db_stmt *st = a->sql[SQL_EVENT_LIST];
	enum error_code err;
	bool any = false;

	if (n == 0)
		return ERR_NONE;
	db_bind_i64(st, 1, (int64_t)n - 1);
	db_bind_i64(st, 2, 1);
	err = db_step(st, &any);
	db_done(st);
	return err == ERR_NONE && !any ? ERR_NOTFOUND : err;
}

static void
ack(struct api_call *c, uint64_t n)
{
	char name[128];
	uint8_t value[8];
	enum error_code err = has_been(c->agent, n);

	name_of(c, name);
	put_be64(value, n);
	if (err == ERR_NONE)
		err = agent_begin(c->agent);
	if (err == ERR_NONE)
		err = agent_end(c->agent, books_put(c->agent, name,
		    bytes_of(value, sizeof value)));
	if (err == ERR_NOTFOUND)
		api_no(c, CLI_INPUT, "n: no event has had this number yet.");
	else if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:I}", "next",
		    (json_int_t)n), NULL);
}

void
api_events(struct api_call *c)
{
	struct db_stmt *st = c->agent->sql[SQL_EVENT_LIST];
	uint64_t after, limit = LIMIT, last;
	json_t *list = json_array();
	enum error_code err;
	bool any = false;

	if (api_number(c, "ack", &after)) {
		json_decref(list);
		ack(c, after);
		return;
	}
	if (!api_number(c, "after", &after))
		after = acked(c);
	(void)api_number(c, "limit", &limit);
	last = after;
	err = agent_begin(c->agent);    /* numbers are given */
	if (err == ERR_NONE) {
		db_bind_i64(st, 1, (int64_t)after);
		db_bind_i64(st, 2, limit > 0 && limit < LIMIT ?
		    (int64_t)limit : LIMIT);
		while ((err = db_step(st, &any)) == ERR_NONE && any) {
			json_array_append_new(list, event_json(c->agent, st));
			last = (uint64_t)db_col_i64(st, 0);
		}
		db_done(st);
		err = agent_end(c->agent, err);
	}
	if (err != ERR_NONE) {
		json_decref(list);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:I, s:o}", "next",
	    (json_int_t)last, "events", list), NULL);
}
