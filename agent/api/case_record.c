/*
 * Verbs that record and that account: conflict-checked, mandated, statement.
 * The contract is at the top of case.c.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/entries.h"
#include "agent/consent/consent.h"
#include "agent/intake/mailbox.h"
#include "agent/intake/opening.h"
#include "agent/consent/statement.h"

enum { STATEMENT_MAX = 8 * 1024 * 1024, EXCLUDED_MAX = 64 };

/* ---- conflict-checked -------------------------------------------------- */

/* What a conflict officer confirms. */
struct checking {
	uint64_t introduction;
	uint8_t worker[WIRE_PSEUDONYM];
	struct content content;
	char excluded[EXCLUDED_MAX][64];
	size_t n;
};

static void
checking_free(void *ctx)
{
	struct checking *k = ctx;

	content_wipe(&k->content);
	free(k);
}

struct newest {
	uint64_t idx;
	bool any;
};

static enum error_code
newest_introduction(void *ctx, const struct mail *m)
{
	struct newest *n = ctx;

	if (m->introduction && (m->state == MAIL_STORED ||
	    m->state == MAIL_OPEN) && m->idx >= n->idx) {
		n->idx = m->idx;
		n->any = true;
	}
	return ERR_NONE;
}

struct suggesting {
	struct agent *a;
	const struct introduction *in;
	json_t *out;
};

static enum error_code
suggest(void *ctx, const struct worker *w)
{
	struct suggesting *s = ctx;
	char name[WIRE_NAME_MAX + 1];
	unsigned like = 0;

	if (w->ended || workers_name(s->a, w->account, name) != ERR_NONE)
		return ERR_NONE;
	for (size_t i = 0; i < s->in->n_exclusions && like == 0; i++)
		like = cases_name_likeness(s->in->exclusions[i].name, name);
	sodium_memzero(name, sizeof name);
	if (like > 0)
		json_array_append_new(s->out, json_string(w->account));
	return ERR_NONE;
}

static void
show_exclusions(struct api_call *c, const struct introduction *in)
{
	json_t *exclusions = json_array();
	struct suggesting s = { c->agent, in, json_array() };

	for (size_t i = 0; i < in->n_exclusions; i++)
		json_array_append_new(exclusions, json_pack("{s:s, s:s}",
		    "name", in->exclusions[i].name, "relation",
		    in->exclusions[i].relation));
	if (workers_list(c->agent, suggest, &s) != ERR_NONE)
		json_array_clear(s.out);
	api_tell(c, CLI_DONE, json_pack("{s:o, s:o}", "exclusions",
	    exclusions, "suggested", s.out), "Compare these names with your "
	    "staff, then confirm, naming the accounts to keep out.");
}

static enum error_code
compose_checked(struct act *t, struct why *why)
{
	const struct checking *k = t->ctx;
	struct act_item *i = act_add(t, KIND_CONFLICT_CHECKED, false);

	(void)why;
	i->b.u.conflict_checked.introduction = k->introduction;
	memcpy(i->b.u.conflict_checked.worker, k->worker, WIRE_PSEUDONYM);
	return ERR_NONE;
}

static enum error_code
keep_checked(struct act *t)
{
	const struct checking *k = t->ctx;
	enum error_code err = cases_book_put(t->a, t->case_id, &k->content);

	for (size_t i = 0; i < k->n && err == ERR_NONE; i++)
		err = cases_exclude(t->a, t->case_id, k->excluded[i]);
	return err;
}

static void
checked(struct act *t)
{
	const struct checking *k = t->ctx;
	const enum cli_exit code = act_code(t);
	json_t *list = json_array();

	for (size_t i = 0; i < k->n; i++)
		json_array_append_new(list, json_string(k->excluded[i]));
	act_tell(t, code, json_pack("{s:o}", "excluded", list),
	    code == CLI_DONE ? "Confirmed: others here may open the case now; "
	    "to those kept out it does not exist." : code == CLI_NO ? "The "
	    "exchange did not take it: open the introduction first." :
	    "Kept; it goes when the line is back.");
}

static bool
read_excluded(struct api_call *c, struct checking *k)
{
	const json_t *list = json_object_get(c->in, "excluded"), *v;
	struct worker w;
	size_t i;

	if (json_array_size(list) > EXCLUDED_MAX) {
		api_no(c, CLI_INPUT, "excluded: at most %d", EXCLUDED_MAX);
		return false;
	}
	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);

		if (s == NULL || strlen(s) >= sizeof k->excluded[0] ||
		    workers_by_account(c->agent, s, &w) != ERR_NONE) {
			api_no(c, CLI_INPUT, "excluded[%zu]: no such account "
			    "is registered here", i);
			return false;
		}
		strcpy(k->excluded[k->n++], s);
	}
	return true;
}

/* The introduction as this officer has it open. */
static bool
open_introduction(struct api_call *c,
    const uint8_t case_id[static WIRE_CASE], struct checking *k)
{
	struct newest n = { 0 };
	struct why why = { "" };
	enum error_code err = mailbox_list(c->agent, case_id,
	    newest_introduction, &n);

	if (err == ERR_NONE && !n.any) {
		api_no(c, CLI_NO, "There is no introduction to compare with.");
		return false;
	}
	k->introduction = n.idx;
	if (err == ERR_NONE)
		err = opening_plain(c->agent, &c->worker, n.idx, &k->content,
		    &why);
	if (err == ERR_NONE && k->content.kind != CONTENT_INTRODUCTION)
		err = ERR_FORMAT;
	if (err == ERR_NONE)
		return true;
	if (err == ERR_LOCKED)
		api_no(c, CLI_NO, "Open the introduction first: wayleave open "
		    "%llu", (unsigned long long)n.idx);
	else
		api_error(c, err, &why);
	return false;
}

void
api_checked(struct api_call *c)
{
	struct checking *k = calloc(1, sizeof *k);
	uint8_t case_id[WIRE_CASE];
	struct act *t = NULL;

	if (k == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	memcpy(k->worker, c->worker.pseudonym, WIRE_PSEUDONYM);
	if (!work_case(c, case_id) || !open_introduction(c, case_id, k)) {
		checking_free(k);
		return;
	}
	if (!api_true(c, "confirm")) {
		show_exclusions(c, &k->content.u.introduction);
		checking_free(k);
		return;
	}
	if (!read_excluded(c, k) || (t = act_new(c, case_id)) == NULL) {
		checking_free(k);
		return;
	}
	t->ctx = k;
	t->ctx_free = checking_free;
	t->compose = compose_checked;
	t->keep = keep_checked;
	t->done = checked;
	act_run(t);
}

/* ---- mandated ---------------------------------------------------------- */

static const struct { const char *word; uint32_t code; } reasons[] = {
	{ "other", 0 }, { "threat-to-life", 1 }, { "child-at-risk", 2 },
	{ "court-order", 3 }, { "legal-duty", 4 }, { "adult-at-risk", 5 },
};

static bool
read_mandated(struct api_call *c, struct wire_mandated *m)
{
	const char *to = api_text(c, "to"), *ground = api_text(c, "ground");
	const char *told = api_text(c, "told"), *why = api_text(c, "why");
	bool known = false;

	for (size_t i = 0; why != NULL &&
	    i < sizeof reasons / sizeof reasons[0]; i++)
		if (strcmp(reasons[i].word, why) == 0) {
			m->why = reasons[i].code;
			known = true;
		}
	if (ground != NULL && (strcmp(ground, "LB3") == 0 ||
	    strcmp(ground, "LB4") == 0 || strcmp(ground, "LB6") == 0))
		m->ground = (uint32_t)(ground[2] - '0');
	for (size_t i = 0; to != NULL && to[i] != '\0' && i < WIRE_ID_MAX;
	    i++)             /* a kind, "AG02", in the form of an id */
		m->to[i] = to[i] >= 'A' && to[i] <= 'Z' ?
		    (char)(to[i] - 'A' + 'a') : to[i];
	if (to == NULL || strlen(to) > WIRE_ID_MAX || !member_id_ok(m->to))
		api_no(c, CLI_INPUT, "to: an agency, or its kind (AG02)");
	else if (m->ground == 0)
		api_no(c, CLI_INPUT, "ground: LB3, LB4 or LB6");
	else if (told == NULL || (strcmp(told, "yes") != 0 &&
	    strcmp(told, "no") != 0))
		api_no(c, CLI_INPUT, "told: yes or no: was she told?");
	else if (!known)
		api_no(c, CLI_INPUT, "why: threat-to-life, child-at-risk, "
		    "adult-at-risk, court-order, legal-duty or other");
	else {
		m->told = strcmp(told, "yes") == 0;
		return true;
	}
	return false;
}

static enum error_code
compose_mandated(struct act *t, struct why *why)
{
	struct act_item *i = act_add(t, KIND_MANDATED, false);

	(void)why;
	i->b.u.mandated = *(const struct wire_mandated *)t->ctx;
	return ERR_NONE;
}

static void
mandated(struct act *t)
{
	const enum cli_exit code = act_code(t);

	act_tell(t, code, json_pack("{s:I}", "entry",
	    (json_int_t)t->item[0].outcome.index), code == CLI_DONE ?
	    "Recorded: codes only, nothing of what was said." :
	    code == CLI_NO ? "The exchange did not take it: this agency has "
	    "no part in the case." : "Kept; it goes when the line is back.");
}

void
api_mandated(struct api_call *c)
{
	struct wire_mandated *m = calloc(1, sizeof *m);
	uint8_t case_id[WIRE_CASE];
	struct act *t = NULL;

	if (m == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	if (!work_case(c, case_id) || !read_mandated(c, m) ||
	    (t = act_new(c, case_id)) == NULL) {
		free(m);
		return;
	}
	t->ctx = m;
	t->ctx_free = free;
	t->compose = compose_mandated;
	t->done = mandated;
	act_run(t);
}

/* ---- the statement ----------------------------------------------------- */

struct stating {
	struct api_call *call;
	uint8_t case_id[WIRE_CASE];
};

static void
state(struct agent *a, bool complete, void *ctx)
{
	struct stating *s = ctx;
	struct api_call *c = s->call;
	char reference[STATEMENT_REFERENCE];
	json_t *lines;
	struct buf text;
	enum error_code err;

	buf_init(&text, STATEMENT_MAX);
	err = statement_make(a, s->case_id, &lines, &text);
	if (err != ERR_NONE) {
		api_error(c, err, NULL);
	} else {
		statement_reference(s->case_id, reference);
		api_tell(c, complete ? CLI_DONE : CLI_NOT_NOW, json_pack(
		    "{s:s%, s:s, s:o, s:b}", "text", (const char *)text.data,
		    text.n, "reference", reference, "lines", lines,
		    "complete", complete), complete ?
		    "Is it safe to look now? It is never mailed, and leaves "
		    "no trace here." : "No connection: this is what was "
		    "known here before.");
	}
	buf_free(&text);
	free(s);
}

void
api_statement(struct api_call *c)
{
	struct stating *s = calloc(1, sizeof *s);

	if (s == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	s->call = c;
	if (!act_own_case(c, s->case_id)) {
		free(s);
		return;
	}
	if (cases_entries_ask(c->agent, s->case_id, state, s) != ERR_NONE)
		state(c->agent, false, s);
}
