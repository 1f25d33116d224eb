/*
 * Verbs that tell what has come: inbox, changed.
 *
 * inbox        limit, before, case (all optional) -> items [message, case,
 *              reference, from, from_name, kind, urgent, introduction,
 *              checked (of an introduction: the staff has been compared), at,
 *              state stored|locked|recalled|rejected, opened_by (role),
 *              opened_account, opened_at, acknowledged_by (urgent ones that
 *              wait)], next, calls [observation, case, reference, member,
 *              name, at, text] (first page: urgent ones of ours that nobody
 *              has opened there)
 *              Urgent ones that nobody here has opened come first, then the
 *              newest.  With a limit, `next` is the `before` of the following
 *              page while there is one.
 * changed      -> mark: another text when something new can be shown.  Not
 *              audited: a desk asks every few seconds, and nothing is told.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/cases.h"
#include "agent/notices/duty.h"
#include "agent/outgoing/unopened.h"

enum {
	URGENT_MAX = 200,               /* more of them stand by their time */
	LIMIT_MAX = 1000,
};

struct inbox {
	struct api_call *c;
	json_t *items;
	const uint8_t *case_id;         /* only of this one, or NULL */
	uint64_t limit, before, last;
	uint64_t urgent_from;           /* waiting ones from here are on top */
	bool top;                       /* on the first page, now listed */
	bool more;
	json_t *calls;                  /* first page only */
};

static const char *
mail_state_name(enum mail_state s)
{
	switch (s) {
	case MAIL_RECALLED:
		return "recalled";
	case MAIL_LOCKED:
		return "locked";
	case MAIL_REJECTED:
		return "rejected";
	default:
		return "stored";
	}
}

static json_t *
reference_of(struct agent *a, const uint8_t case_id[static WIRE_CASE])
{
	char reference[CASES_REFERENCE_MAX + 1];

	return json_string(cases_reference(a, case_id, reference) ==
	    ERR_NONE ? reference : "");
}

/* May this worker see that it is there? */
static bool
is_shown(struct api_call *c, const struct mail *m)
{
	return cases_shows(c->agent, m->case_id, m->introduction,
	    c->worker.account, c->worker.rights);
}

static bool
is_waiting(const struct mail *m)
{
	return m->urgent && m->opened_at == 0 && m->state == MAIL_STORED;
}

static enum error_code
add_item(struct inbox *in, const struct mail *m)
{
	struct agent *a = in->c->agent;
	char kind[8], account[64];
	uint64_t no;
	json_t *o;

	if (!is_shown(in->c, m) ||
	    cases_number(a, m->case_id, &no) != ERR_NONE)
		return ERR_NONE;
	o = json_pack("{s:I, s:I, s:o, s:s, s:s, s:s, s:b, s:b, s:o, s:s}",
	    "message", (json_int_t)m->idx, "case", (json_int_t)no,
	    "reference", reference_of(a, m->case_id), "from", m->sender,
	    "from_name", work_name(a, m->sender),
	    "kind", work_kind(a, m->sender, kind), "urgent", m->urgent,
	    "introduction", m->introduction, "at", work_time(m->at),
	    "state", mail_state_name(m->state));
	if (o == NULL)
		return ERR_NOMEM;
	if (m->introduction)
		json_object_set_new(o, "checked",
		    json_boolean(cases_checked(a, m->case_id)));
	json_object_set_new(o, "opened_by", m->opened_at != 0 ?
	    json_string(m->opened_by) : json_null());
	json_object_set_new(o, "opened_account", json_string(
	    mailbox_opener(a, m->idx, account) == ERR_NONE ? account : ""));
	json_object_set_new(o, "opened_at", work_time(m->opened_at));
	if (is_waiting(m))
		json_object_set_new(o, "acknowledged_by", json_string(
		    duty_acknowledged(a, DUTY_MAIL, m->idx, account) ==
		    ERR_NONE ? account : ""));
	return json_array_append_new(in->items, o) == 0 ? ERR_NONE : ERR_NOMEM;
}

/* Urgent and unopened: on top of the first page. */
static enum error_code
visit_urgent(void *ctx, const struct mail *m)
{
	struct inbox *in = ctx;

	if (in->case_id != NULL && memcmp(in->case_id, m->case_id,
	    WIRE_CASE) != 0)
		return ERR_NONE;
	in->urgent_from = m->idx;
	return in->top ? add_item(in, m) : ERR_NONE;
}

/* The rest by time; ERR_FULL ends the page. */
static enum error_code
visit_rest(void *ctx, const struct mail *m)
{
	struct inbox *in = ctx;

	if (is_waiting(m) && m->idx >= in->urgent_from)
		return ERR_NONE;
	if (json_array_size(in->items) >= in->limit) {
		in->more = true;
		return ERR_FULL;
	}
	in->last = m->idx;
	return add_item(in, m);
}

static enum error_code
visit_unopened(void *ctx, const struct unopened *u)
{
	struct inbox *in = ctx;
	struct agent *a = in->c->agent;
	const struct worker *w = &in->c->worker;
	char words[300];
	uint64_t no;

	if (!cases_shows(a, u->case_id, false, w->account, w->rights) ||
	    (in->case_id != NULL && memcmp(in->case_id, u->case_id,
	    WIRE_CASE) != 0) || cases_number(a, u->case_id, &no) != ERR_NONE)
		return ERR_NONE;
	return json_array_append_new(in->calls, json_pack("{s:o, s:I, s:o, "
	    "s:s, s:s, s:o, s:s}", "observation", work_id(&u->id), "case",
	    (json_int_t)no, "reference", reference_of(a, u->case_id),
	    "member", u->member, "name", work_name(a, u->member), "at",
	    work_time(u->at), "text", unopened_words(a, u->member, words,
	    sizeof words))) == 0 ? ERR_NONE : ERR_NOMEM;
}

static enum error_code
list(struct inbox *in)
{
	struct agent *a = in->c->agent;
	enum error_code err = agent_begin(a);   /* numbers are given */

	if (err != ERR_NONE)
		return err;
	err = mailbox_urgent(a, URGENT_MAX, visit_urgent, in);
	if (err == ERR_NONE)
		err = mailbox_before(a, in->case_id, in->before, visit_rest,
		    in);
	if (err == ERR_FULL)
		err = ERR_NONE;
	if (err == ERR_NONE && in->top)
		err = unopened_list(a, 0, visit_unopened, in);
	return agent_end(a, err);
}

void
api_inbox(struct api_call *c)
{
	struct inbox in = { .c = c, .limit = UINT64_MAX, .before = INT64_MAX,
	    .urgent_from = UINT64_MAX };
	uint8_t case_id[WIRE_CASE];
	enum error_code err;
	json_t *out;

	if (json_object_get(c->in, "case") != NULL) {
		if (!work_case(c, case_id))
			return;
		in.case_id = case_id;
	}
	in.top = !api_number(c, "before", &in.before);
	if (api_number(c, "limit", &in.limit) && in.limit > LIMIT_MAX)
		in.limit = LIMIT_MAX;
	in.items = json_array();
	in.calls = json_array();
	err = in.items != NULL && in.calls != NULL ? list(&in) : ERR_NOMEM;
	if (err != ERR_NONE) {
		json_decref(in.items);
		json_decref(in.calls);
		api_error(c, err, NULL);
		return;
	}
	out = json_pack("{s:o, s:o}", "items", in.items, "calls", in.calls);
	if (in.more)
		json_object_set_new(out, "next", json_integer(
		    (json_int_t)(in.last != 0 ? in.last : in.before)));
	api_tell(c, CLI_DONE, out, agent_trouble(c->agent) != TROUBLE_NONE ?
	    agent_trouble_text(agent_trouble(c->agent)) : NULL);
}

static enum error_code
count_call(void *ctx, const struct unopened *u)
{
	(void)u;
	++*(unsigned *)ctx;
	return ERR_NONE;
}

void
api_changed(struct api_call *c)
{
	char mark[64];
	unsigned calls = 0;

	if (unopened_list(c->agent, 0, count_call, &calls) != ERR_NONE)
		calls = UINT_MAX;
	/* own records are news too: openings by colleagues are among them */
	snprintf(mark, sizeof mark, "%" PRIu64 "-%u-%u",
	    c->agent->news, (unsigned)agent_trouble(c->agent), calls);
	api_tell(c, CLI_DONE, json_pack("{s:s}", "mark", mark), NULL);
}
