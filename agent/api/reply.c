/*
 * Verbs that write about something written: correct, recall, ask, answer.
 * Their fields are in the table at the top of write.c.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/outgoing/draft.h"
#include "agent/intake/opening.h"
#include "agent/outgoing/outgoing.h"
#include "agent/outgoing/own.h"
#include "agent/words.h"

enum { RECALL_WAIT_MS = 15000 };

/* ---- correct ------------------------------------------------------------------ */

/* Turns the observation read into what replaces that one. */
static void
make_correction(struct content *c, const struct record_id *id,
    const struct content *wrong)
{
	struct observation now = c->u.observation;

	memset(c, 0, sizeof *c);
	c->kind = CONTENT_CORRECTION;
	c->u.correction.now = now;
	c->u.correction.now.has_supersedes = true;
	c->u.correction.now.supersedes = *id;
	c->u.correction.corrected = validate_needs(wrong);
	sodium_memzero(&now, sizeof now);
}

/* The record meant, ours and of a kind that can be put right. */
static bool
correctable(struct api_call *c, struct record_id *id, struct draft *d,
    struct content *wrong)
{
	struct own o;
	enum error_code err;

	if (!work_own_id(c, api_text(c, "observation"), id))
		return false;
	err = own_get(c->agent, id, &o, wrong);
	if (err != ERR_NONE) {
		api_error(c, err, NULL);
		return false;
	}
	memcpy(d->case_id, o.case_id, WIRE_CASE);
	if (content_observation(wrong) != NULL)
		return true;
	content_wipe(wrong);
	api_no(c, CLI_USAGE, "Only an observation can be corrected.");
	return false;
}

void
api_correct(struct api_call *c)
{
	const json_t *doc = json_object_get(c->in, "content");
	struct draft *d = json_is_object(doc) ? draft_create(c) : NULL;
	struct record_id id;
	struct content wrong;
	bool given = false;

	if (d == NULL) {
		api_no(c, CLI_USAGE, "There is no document that says what is "
		    "right.");
		return;
	}
	if (!correctable(c, &id, d, &wrong)) {
		draft_destroy(&d);
		return;
	}
	if (draft_read(c, d, doc)) {
		if (d->content.kind != CONTENT_OBSERVATION) {
			api_no(c, CLI_USAGE, "What is right is written as an "
			    "observation.");
		} else {
			make_correction(&d->content, &id, &wrong);
			if (draft_to_list(c, d, &given) && (given ||
			    draft_to_same(c, d, &id)))
				draft_go(c, d);
		}
	}
	content_wipe(&wrong);
	draft_destroy(&d);
}

/* ---- recall --------------------------------------------------------------------- */

/* Their numbers are the protocol's. */
static const char *const recall_reason[] = { "", "wrong-person",
	"wrong-family", "wrong-fact", "sent-in-error" };

struct recall_work {
	struct record_id id;
	uint8_t case_id[WIRE_CASE];
	uint32_t reason;
	uint8_t stamp[COMPOSE_RECIPIENTS_MAX][WIRE_STAMP];
	char member[COMPOSE_RECIPIENTS_MAX][WIRE_ID_MAX + 1];
	unsigned n;
};

/* Messages of this record that somebody may have, or may yet get. */
static enum error_code
list_messages(struct agent *a, struct recall_work *w)
{
	struct db_stmt *st = a->sql[SQL_OUT_ABOUT];
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, w->id.b, RECORD_ID_LEN);
	db_bind_i64(st, 2, KIND_SUBMISSION);
	while ((err = db_step(st, &row)) == ERR_NONE && row &&
	    w->n < COMPOSE_RECIPIENTS_MAX) {
		const int64_t state = db_col_i64(st, 1);

		if (state == OUT_REFUSED || state == OUT_STOPPED ||
		    state == OUT_RECALLED)
			continue;
		err = db_col_fixed(st, 0, w->stamp[w->n], WIRE_STAMP);
		if (err == ERR_NONE)
			err = db_col_str(st, 5, w->member[w->n],
			    sizeof w->member[0]);
		if (err != ERR_NONE)
			break;
		w->n++;
	}
	db_done(st);
	return err;
}

/* One `recall` record a message; it discloses nothing and needs no grant. */
static enum error_code
take_back(struct agent *a, const struct recall_work *w,
    uint8_t last[static WIRE_STAMP], struct why *why)
{
	struct db_stmt *st = a->sql[SQL_OUT_RECALLED];
	enum error_code err = own_recalled(a, &w->id);

	for (unsigned i = 0; i < w->n && err == ERR_NONE; i++) {
		struct body b = { .kind = KIND_RECALL, .has_case = true };

		outgoing_head(a, &b);
		memcpy(b.case_id, w->case_id, WIRE_CASE);
		memcpy(b.u.recall.message, w->stamp[i], WIRE_STAMP);
		b.u.recall.reason = w->reason;
		err = outgoing_put(a, &b, NULL, why);
		if (err != ERR_NONE)
			break;
		memcpy(last, b.stamp, WIRE_STAMP);
		db_bind_blob(st, 1, w->stamp[i], WIRE_STAMP);
		err = db_run(st);
	}
	return err == ERR_NONE ? outgoing_seal(a) : err;
}

static void
tell_recall(struct api_call *c, const struct recall_work *w, bool known)
{
	json_t *copies = json_array();

	for (unsigned i = 0; i < w->n; i++)
		json_array_append_new(copies, json_pack("{s:s, s:s}", "member",
		    w->member[i], "state", known ? "taken back" : "queued"));
	api_tell(c, known ? CLI_DONE : CLI_NOT_NOW, json_pack("{s:o, s:o}",
	    "id", work_id(&w->id), "copies", copies), known ? w->n > 0 ? NULL :
	    "Taken back here; it had gone to nobody." :
	    "Not passed on yet: it is kept and goes as soon as the line is "
	    "back.");
}

static void
recalled(struct agent *a, const struct out_outcome *o, void *ctx)
{
	struct api_call *c = ctx;

	(void)a;
	tell_recall(c, c->state, o->state == OUT_ADMITTED);
}

static bool
recall_fields(struct api_call *c, struct recall_work *w)
{
	const char *reason = api_text(c, "reason");
	struct own o;

	for (uint32_t i = 1; reason != NULL && i < sizeof recall_reason /
	    sizeof recall_reason[0]; i++)
		if (strcmp(reason, recall_reason[i]) == 0)
			w->reason = i;
	if (w->reason == 0) {
		api_no(c, CLI_USAGE, "Why is it taken back? wrong-person, "
		    "wrong-family, wrong-fact or sent-in-error.");
		return false;
	}
	if (!work_own_id(c, api_text(c, "observation"), &w->id))
		return false;
	if (own_get(c->agent, &w->id, &o, NULL) != ERR_NONE) {
		api_no(c, CLI_NO, "This agency wrote no record with that id.");
		return false;
	}
	memcpy(w->case_id, o.case_id, WIRE_CASE);
	return true;
}

void
api_recall(struct api_call *c)
{
	struct recall_work *w = calloc(1, sizeof *w);
	struct agent *a = c->agent;
	uint8_t last[WIRE_STAMP];
	struct why why = { "" };
	enum error_code err;

	if (w == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	c->state = w;
	c->state_free = free;
	if (!recall_fields(c, w))
		return;
	err = list_messages(a, w);
	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err == ERR_NONE)
		err = agent_end(a, take_back(a, w, last, &why));
	if (err == ERR_NONE && w->n == 0) {
		tell_recall(c, w, true);
		return;
	}
	if (err == ERR_NONE) {
		outgoing_push(a);
		err = outgoing_wait(a, last, clock_boot(&a->clock) +
		    RECALL_WAIT_MS, recalled, c);
	}
	if (err != ERR_NONE)
		api_error(c, err, &why);
}

/* ---- ask -------------------------------------------------------------------------- */

static void
set_text(json_t *o, const char *key, const char *value)
{
	if (value != NULL)
		json_object_set_new(o, key, json_string(value));
}

static json_t *
question_document(const struct api_call *c)
{
	json_t *doc = json_pack("{s:s}", "schema", "wayleave/question/1");
	const char *about = api_text(c, "about");

	if (doc == NULL)
		return NULL;
	set_text(doc, "to", api_text(c, "to"));
	set_text(doc, "gap", api_text(c, "gap"));
	set_text(doc, "text", api_text(c, "text"));
	set_text(doc, "reply_by", api_text(c, "by"));
	if (about != NULL)
		json_object_set_new(doc, "about", json_pack("[s]", about));
	return doc;
}

void
api_ask(struct api_call *c)
{
	const json_t *given = json_object_get(c->in, "content");
	json_t *doc = json_is_object(given) ? json_deep_copy(given) :
	    question_document(c);
	const json_t *named = json_object_get(c->in, "case");
	struct draft *d = doc != NULL ? draft_create(c) : NULL;

	if (named == NULL)
		named = json_object_get(json_object_get(doc, "case"), "local");
	if (d == NULL)
		api_error(c, ERR_NOMEM, NULL);
	else if (work_case_named(c, named, d->case_id) &&
	    draft_read(c, d, doc)) {
		if (d->content.kind != CONTENT_QUESTION)
			api_no(c, CLI_USAGE, "That is no question.");
		else if (d->content.u.question.to[0] == '\0')
			api_no(c, CLI_USAGE, "Which agency is asked?");
		else if (draft_to_document(c, d))
			draft_go(c, d);
	}
	draft_destroy(&d);
	json_decref(doc);
}

/* ---- answer ------------------------------------------------------------------------ */

static json_t *
answer_document(const struct api_call *c, const struct content *question)
{
	const json_t *given = json_object_get(c->in, "content");
	json_t *about = json_object_get(c->in, "about");
	json_t *doc = json_is_object(given) ? json_deep_copy(given) :
	    json_pack("{s:s}", "schema", "wayleave/answer/1");

	if (doc == NULL)
		return NULL;
	json_object_set_new(doc, "question", work_id(&question->id));
	if (!json_is_object(given)) {
		set_text(doc, "text", api_text(c, "text"));
		if (json_is_array(about))
			json_object_set(doc, "about", about);
	}
	if (question->u.question.gap != NULL &&
	    json_object_get(doc, "gap") == NULL)
		set_text(doc, "gap", question->u.question.gap->id);
	return doc;
}

static void
send_answer(struct api_call *c, const struct mail *m,
    const struct content *question)
{
	json_t *doc = answer_document(c, question);
	struct draft *d = doc != NULL ? draft_create(c) : NULL;

	if (d == NULL) {
		json_decref(doc);
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	memcpy(d->case_id, m->case_id, WIRE_CASE);
	if (draft_read(c, d, doc)) {
		if (d->content.kind != CONTENT_ANSWER)
			api_no(c, CLI_USAGE, "That is no answer.");
		else if (draft_to(c, d, m->sender))
			draft_go(c, d);
	}
	draft_destroy(&d);
	json_decref(doc);
}

/* The question is open now, or cannot be. */
static void
answer_open(struct api_call *c, const uint8_t case_id[static WIRE_CASE])
{
	struct content question;
	struct why why = { "" };
	struct mail m;
	char words[400];
	uint64_t idx = 0;
	enum error_code err;

	(void)case_id;
	(void)api_number(c, "message", &idx);
	err = mailbox_get(c->agent, idx, &m);
	if (err == ERR_NONE)
		err = opening_plain(c->agent, &c->worker, idx, &question,
		    &why);
	if (err == ERR_LOCKED || err == ERR_REFUSED) {
		api_no(c, CLI_NO, "%s", words_say("R1", WORDS_READER, NULL, 0,
		    words, sizeof words));
		return;
	}
	if (err != ERR_NONE) {
		api_error(c, err, &why);
		return;
	}
	if (question.kind == CONTENT_QUESTION)
		send_answer(c, &m, &question);
	else
		api_no(c, CLI_USAGE, "That item is no question.");
	content_wipe(&question);
}

void
api_answer(struct api_call *c)
{
	struct mail m;
	uint64_t idx;

	if (!api_number(c, "message", &idx)) {
		api_no(c, CLI_USAGE, "Which question is answered? Give its "
		    "number from the inbox.");
		return;
	}
	if (mailbox_get(c->agent, idx, &m) != ERR_NONE || m.introduction ||
	    m.state != MAIL_STORED || cases_excluded(c->agent, m.case_id,
	    c->worker.account)) {
		api_no(c, CLI_NO, "Nothing to show.");
		return;
	}
	work_opened(c, m.case_id, answer_open);
}
