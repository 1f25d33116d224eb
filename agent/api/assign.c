/*
 * Who looks after what: gap-assign.
 *
 * gap-assign   case; gap (GP01..GP15) or task (its id, or the first 8 digits
 *              and more); to (a colleague or an agency; a task: whoever asks,
 *              if nobody is named), due; done true|false for a task
 *              -> gap or task, to, due, done.  What is not named stays as it
 *              is for a task; nobody else is told.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/owners.h"

enum { TASK_DIGITS_MIN = 8, TASK_HEX = 2 * RECORD_ID_LEN + 1 };

static void
keep(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    const char *key, const struct owner *o)
{
	enum error_code err = owners_put(c->agent, case_id, o);

	if (err != ERR_NONE)
		api_error(c, err, NULL);
	else
		api_tell(c, CLI_DONE, json_pack("{s:s, s:s, s:s, s:b}", key,
		    o->what, "to", o->to, "due", o->due, "done", o->done),
		    "Kept.");
}

/* Fits, and a day is a day; else the call has ended. */
static bool
take_words(struct api_call *c, struct owner *o)
{
	const char *to = api_text(c, "to"), *due = api_text(c, "due");

	if ((to != NULL && (to[0] == '\0' || strlen(to) >= sizeof o->to)) ||
	    (due != NULL && due[0] != '\0' && !date_text_ok(due))) {
		api_no(c, CLI_USAGE, "Give who takes it, and a day like "
		    "2026-11-25.");
		return false;
	}
	if (to != NULL)
		snprintf(o->to, sizeof o->to, "%s", to);
	if (due != NULL)
		snprintf(o->due, sizeof o->due, "%s", due);
	return true;
}

static void
assign_gap(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    const char *gap)
{
	const struct vocabulary_code *code = vocabulary_find(gap);
	struct owner o = { .what = "" };

	if (code == NULL || code->group != GROUP_GP ||
	    api_text(c, "to") == NULL) {
		api_no(c, CLI_USAGE, "Give a gap (GP01..GP15), who takes it, "
		    "and a day like 2026-11-25.");
		return;
	}
	snprintf(o.what, sizeof o.what, "%s", gap);
	if (take_words(c, &o))
		keep(c, case_id, "gap", &o);
}

/*
 * The one task of this case that this worker may read now and whose id begins
 * like that; ERR_NOTFOUND.
 */
static enum error_code
find_task(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    const char *id, char out[static TASK_HEX])
{
	const size_t n = strlen(id);
	struct held_case h;
	struct why why = { "" };
	char hex[TASK_HEX];
	unsigned found = 0;
	enum error_code err = n < TASK_DIGITS_MIN ? ERR_NOTFOUND :
	    held_load(c->agent, &c->worker, case_id, &h, &why);

	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < h.n; i++) {
		const struct content *t = &h.item[i].content;

		sodium_bin2hex(hex, sizeof hex, t->id.b, RECORD_ID_LEN);
		if (t->kind == CONTENT_TASK && strncmp(hex, id, n) == 0) {
			memcpy(out, hex, sizeof hex);
			found++;
		}
	}
	held_free(&h);
	return found == 1 ? ERR_NONE : ERR_NOTFOUND;
}

static void
assign_task(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    const char *id)
{
	const json_t *done = json_object_get(c->in, "done");
	char task[TASK_HEX];
	struct owner o;
	enum error_code err = find_task(c, case_id, id, task);

	if (err == ERR_NOTFOUND) {
		api_no(c, CLI_NO, "Nothing to show.");
		return;
	}
	if (err == ERR_NONE)
		err = owners_get(c->agent, case_id, task, &o);
	if (err == ERR_NOTFOUND) {
		snprintf(o.what, sizeof o.what, "%s", task);
		snprintf(o.to, sizeof o.to, "%s", c->worker.account);
		err = ERR_NONE;
	}
	if (err != ERR_NONE) {
		api_error(c, err, NULL);
		return;
	}
	if (!take_words(c, &o))
		return;
	if (json_is_boolean(done)) {
		o.done = json_is_true(done);
		o.at = o.done ? clock_now(&c->agent->clock) : 0;
		snprintf(o.by, sizeof o.by, "%s", o.done ?
		    c->worker.account : "");
	}
	keep(c, case_id, "task", &o);
}

void
api_gap_assign(struct api_call *c)
{
	const char *gap = api_text(c, "gap"), *task = api_text(c, "task");
	uint8_t case_id[WIRE_CASE];

	if (!work_case(c, case_id))
		return;
	if (task != NULL)
		assign_task(c, case_id, task);
	else
		assign_gap(c, case_id, gap != NULL ? gap : "");
}
