/*
 * The verb review, what only a lead ends (R16, R17), and what a lead is told
 * of each case.  Their contract is at the top of case.c.
 */
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/facts.h"

static void
tell_reviews(struct api_call *c, const uint8_t case_id[static WIRE_CASE])
{
	struct case_facts f;
	enum error_code err = case_facts_get(c->agent, case_id, &f);

	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:b, s:b}", "roles",
		    case_facts_two_roles(&f), "file", f.file), NULL);
}

enum error_code
work_lead_facts(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    json_t *out)
{
	struct db_stmt *st = a->sql[SQL_EXCLUDED_LIST];
	json_t *kept_out = json_array();
	struct case_facts f;
	char account[64];
	enum error_code err = case_facts_get(a, case_id, &f);
	bool row;

	db_bind_blob(st, 1, case_id, WIRE_CASE);
	while (err == ERR_NONE && (err = db_step(st, &row)) == ERR_NONE &&
	    row) {
		err = db_col_str(st, 0, account, sizeof account);
		if (err == ERR_NONE)
			json_array_append_new(kept_out, json_string(account));
	}
	db_done(st);
	json_object_set_new(out, "kept_out", kept_out);
	if (err == ERR_NONE) {
		json_object_set_new(out, "roles",
		    json_boolean(case_facts_two_roles(&f)));
		json_object_set_new(out, "file", json_boolean(f.file));
	}
	return err;
}

static enum error_code
set_file(struct agent *a, const uint8_t case_id[static WIRE_CASE], bool open)
{
	struct case_facts f;
	enum error_code err = case_facts_get(a, case_id, &f);

	f.file = open;
	return err == ERR_NONE ? case_facts_put(a, case_id, &f) : err;
}

void
api_review(struct api_call *c)
{
	const char *what = api_text(c, "what"), *state = api_text(c, "state");
	uint8_t case_id[WIRE_CASE];
	enum error_code err = ERR_FORMAT;

	if (!work_case(c, case_id))
		return;
	if (what == NULL) {
		tell_reviews(c, case_id);
		return;
	}
	if ((c->worker.rights & RIGHT_LEAD) == 0) {
		api_no(c, CLI_LOCKED, "A review is begun and ended by a "
		    "lead.");
		return;
	}
	if (state != NULL && strcmp(what, "roles") == 0 &&
	    strcmp(state, "done") == 0)
		err = case_facts_reviewed(c->agent, case_id);
	else if (state != NULL && strcmp(what, "file") == 0 &&
	    (strcmp(state, "open") == 0 || strcmp(state, "done") == 0))
		err = set_file(c->agent, case_id, strcmp(state, "open") == 0);
	if (err == ERR_FORMAT)
		api_no(c, CLI_INPUT, "what: roles (done) or file (open, done)");
	else if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		tell_reviews(c, case_id);
}
