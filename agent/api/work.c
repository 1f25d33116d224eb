#include "agent/api/work.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/intake/opening.h"
#include "agent/outgoing/own.h"

enum { OPEN_WAIT_MS = 15000 };

struct opening_work {
	work_then *then;
	uint8_t case_id[WIRE_CASE];
	unsigned rounds;
};

const char *
work_when(uint64_t ms, char out[static WORK_WHEN])
{
	char iso[CLOCK_ISO_BYTES];

	clock_iso(iso, ms);
	snprintf(out, WORK_WHEN, "%.10s %.5s UTC", iso, iso + 11);
	return out;
}

json_t *
work_time(uint64_t ms)
{
	char iso[CLOCK_ISO_BYTES];

	if (ms == 0)
		return json_null();
	clock_iso(iso, ms);
	return json_string(iso);
}

json_t *
work_rights(unsigned rights)
{
	json_t *list = json_array();
	char may[64];

	workers_rights_text(rights, may);
	for (const char *at = may; *at != '\0';) {
		size_t n = strcspn(at, ",");

		json_array_append_new(list, json_stringn(at, n));
		at += at[n] == ',' ? n + 1 : n;
	}
	return list;
}

json_t *
work_id(const struct record_id *id)
{
	char hex[2 * RECORD_ID_LEN + 1];

	hex_encode(hex, id->b, RECORD_ID_LEN);
	return json_string(hex);
}

const char *
work_kind(struct agent *a, const char *member, char out[static 8])
{
	const struct store_member *m;

	strcpy(out, "");
	if (store_member(a->slice, member, &m) == ERR_NONE)
		snprintf(out, 8, "AG%02u", (unsigned)(m->m.agency % 100));
	return out;
}

const char *
work_name(struct agent *a, const char *member)
{
	const struct store_member *m;

	return store_member(a->slice, member, &m) == ERR_NONE ? m->m.name :
	    member;
}

/* ---- which case ---------------------------------------------------------------- */

bool
work_case_named(struct api_call *c, const json_t *named,
    uint8_t case_id[static WIRE_CASE])
{
	enum error_code err = ERR_NOTFOUND;

	if (json_is_integer(named) && json_integer_value(named) > 0)
		err = cases_by_number(c->agent,
		    (uint64_t)json_integer_value(named), case_id);
	else if (json_is_string(named)) {
		const char *s = json_string_value(named);

		/* a reference is never digits alone, but may be "+4" */
		err = s[0] != '\0' && strspn(s, "0123456789") == strlen(s) ?
		    cases_by_number(c->agent, strtoull(s, NULL, 10), case_id) :
		    cases_by_reference(c->agent, s, case_id);
	}
	if (err == ERR_NONE && cases_excluded(c->agent, case_id,
	    c->worker.account))
		err = ERR_NOTFOUND;     /* the same words as an unknown case */
	if (err == ERR_NONE)
		return true;
	if (err == ERR_NOTFOUND)
		api_no(c, CLI_NO, "There is no such case here.");
	else
		api_error(c, err, NULL);
	return false;
}

bool
work_case(struct api_call *c, uint8_t case_id[static WIRE_CASE])
{
	return work_case_named(c, json_object_get(c->in, "case"), case_id);
}

/* ---- our own records --------------------------------------------------------------- */

struct prefix {
	const char *text;
	size_t n;
	struct record_id id;
	unsigned found;
};

static enum error_code
match(struct agent *a, struct prefix *p)
{
	struct db_stmt *st = a->sql[SQL_OWN_IDS];
	enum error_code err;
	bool row;

	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		struct record_id id;
		char hex[2 * RECORD_ID_LEN + 1];

		err = db_col_fixed(st, 0, id.b, RECORD_ID_LEN);
		if (err != ERR_NONE)
			break;
		hex_encode(hex, id.b, RECORD_ID_LEN);
		if (strncmp(hex, p->text, p->n) == 0) {
			p->id = id;
			p->found++;
		}
	}
	db_done(st);
	return err;
}

bool
work_own_id(struct api_call *c, const char *text, struct record_id *out)
{
	static const char none[] = "This agency wrote no record with that id.";
	struct prefix p = { .text = text };
	struct own o;

	p.n = text != NULL ? strlen(text) : 0;
	if (p.n < 8 || p.n > 2 * RECORD_ID_LEN) {
		api_no(c, CLI_USAGE, "Name the record by the first 8 digits "
		    "of its id, or all 32.");
		return false;
	}
	if (match(c->agent, &p) != ERR_NONE || p.found != 1) {
		api_no(c, CLI_NO, p.found > 1 ? "More than one record begins "
		    "like that; give more of its id." : none);
		return false;
	}
	if (own_get(c->agent, &p.id, &o, NULL) != ERR_NONE ||
	    cases_excluded(c->agent, o.case_id, c->worker.account)) {
		api_no(c, CLI_NO, "%s", none);
		return false;
	}
	*out = p.id;
	return true;
}

/* ---- contents ------------------------------------------------------------------------ */

json_t *
work_content(const struct content *c)
{
	struct buf text;
	json_error_t at;
	json_t *out = NULL;

	buf_init(&text, CONTENT_MAX);
	if (content_encode(c, &text) == ERR_NONE)
		out = json_loadb((const char *)text.data, text.n, 0, &at);
	buf_free(&text);
	return out;
}

/* ---- opening before reading -------------------------------------------------------------- */

static void open_more(struct api_call *c);

static void
opened(struct agent *a, const struct out_outcome *o, void *ctx)
{
	struct api_call *c = ctx;
	struct opening_work *w = c->state;

	(void)a;
	if (o->state == OUT_SEALED) {
		api_no(c, CLI_NOT_NOW, "The exchange has not answered yet. "
		    "Nothing was opened; try again.");
		return;
	}
	if (o->state == OUT_REFUSED) {
		/* what is open already can still be shown */
		w->then(c, w->case_id);
		return;
	}
	open_more(c);
}

static void
open_more(struct api_call *c)
{
	struct opening_work *w = c->state;
	struct agent *a = c->agent;
	uint64_t idx[WIRE_OPENING_MAX];
	uint8_t stamp[WIRE_STAMP];
	struct why why = { "" };
	enum error_code err;
	unsigned n;

	err = held_unopened(a, &c->worker, w->case_id, idx, WIRE_OPENING_MAX,
	    &n);
	if (err == ERR_NONE && (n == 0 || w->rounds++ >= 8)) {
		w->then(c, w->case_id);
		return;
	}
	if (err == ERR_NONE)
		err = opening_ask(a, &c->worker, w->case_id, idx, n, stamp,
		    &why);
	if (err == ERR_EXISTS || err == ERR_OFFLINE) {
		w->then(c, w->case_id);
		return;
	}
	if (err == ERR_NONE)
		err = outgoing_wait(a, stamp, clock_boot(&a->clock) +
		    OPEN_WAIT_MS, opened, c);
	if (err == ERR_DENIED)
		api_no(c, CLI_LOCKED, "%s", why.text);
	else if (err == ERR_NOTFOUND)
		api_no(c, CLI_NO, "There is no such case here.");
	else if (err != ERR_NONE)
		api_error(c, err, &why);
}

void
work_opened(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    work_then *then)
{
	struct opening_work *w = calloc(1, sizeof *w);

	if (w == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	w->then = then;
	memcpy(w->case_id, case_id, WIRE_CASE);
	c->state = w;
	c->state_free = free;
	open_more(c);
}
