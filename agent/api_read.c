/*
 * Verbs that read: inbox, open, track, seen, export.
 *
 * inbox        -> items [message, case, reference, from, from_name, kind,
 *                 urgent, introduction, at, state stored|locked|recalled,
 *                 opened_by, opened_at]
 * open         case or message -> items [message, from {member, name, kind},
 *                 kind, shield [], content, links [], proof {sent, delivered},
 *                 may_copy false], closed
 * track        observation -> copies [member, state, rule, text, sent,
 *                 told_at, role]
 * seen         case -> records [id, kind, at, recalled, copies as track]
 * export       case, messages [..], to, why -> items as open, entry
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api_work.h"
#include "agent/cases.h"
#include "agent/compose.h"
#include "agent/opening.h"
#include "agent/own.h"
#include "agent/practice/validate.h"
#include "agent/words.h"
#include "base/log.h"

/* ---- inbox -------------------------------------------------------------------- */

struct inbox {
	struct api_call *c;
	json_t *items;
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

static enum error_code
inbox_item(void *ctx, const struct mail *m)
{
	struct inbox *in = ctx;
	struct agent *a = in->c->agent;
	const struct store_member *from;
	char kind[8];
	uint64_t no;
	json_t *o;

	if (cases_excluded(a, m->case_id, in->c->worker.account))
		return ERR_NONE;
	if (m->introduction && (in->c->worker.rights & RIGHT_OFFICER) == 0 &&
	    !cases_checked(a, m->case_id))
		return ERR_NONE;
	if (cases_number(a, m->case_id, &no) != ERR_NONE)
		return ERR_NONE;
	o = json_pack("{s:I, s:I, s:s, s:s, s:b, s:b, s:s}", "message",
	    (json_int_t)m->idx, "case", (json_int_t)no, "from", m->sender,
	    "kind", work_kind(a, m->sender, kind), "urgent", m->urgent,
	    "introduction", m->introduction, "state",
	    mail_state_name(m->state));
	if (o == NULL)
		return ERR_NOMEM;
	json_object_set_new(o, "from_name", json_string(
	    store_member(a->slice, m->sender, &from) == ERR_NONE ?
	    from->m.name : m->sender));
	json_object_set_new(o, "at", work_time(m->at));
	json_object_set_new(o, "opened_by", m->opened_at != 0 ?
	    json_string(m->opened_by) : json_null());
	json_object_set_new(o, "opened_at", work_time(m->opened_at));
	return json_array_append_new(in->items, o) == 0 ? ERR_NONE : ERR_NOMEM;
}

void
api_inbox(struct api_call *c)
{
	struct inbox in = { c, json_array() };
	enum error_code err = agent_begin(c->agent);   /* numbers are given */

	if (err == ERR_NONE)
		err = agent_end(c->agent, mailbox_list(c->agent, NULL,
		    inbox_item, &in));
	if (err != ERR_NONE) {
		json_decref(in.items);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o}", "items", in.items),
	    agent_trouble(c->agent) != TROUBLE_NONE ?
	    agent_trouble_text(agent_trouble(c->agent)) : NULL);
}

/* ---- open ----------------------------------------------------------------------- */

static json_t *
item_links(const struct held_case *h, const struct held_item *it)
{
	json_t *links = json_array();

	for (size_t i = 0; i < h->n_held; i++) {
		const struct held *held = &h->held[i];

		if (!record_id_equal(&held->id, &it->content.id))
			continue;
		for (size_t k = 0; k < held->n_links; k++)
			json_array_append_new(links,
			    work_id(&h->held[held->links[k]].id));
	}
	return links;
}

static json_t *
item_json(struct agent *a, const struct held_case *h,
    const struct held_item *it)
{
	const struct observation *o = content_observation(&it->content);
	const struct store_member *from;
	json_t *shield = json_array(), *out;
	char kind[8], own[8];

	work_kind(a, it->mail.sender, kind);
	work_kind(a, a->member, own);
	if (o != NULL && validate_shield(o, own))
		json_array_append_new(shield,
		    json_string("never put to the actor or attribute"));
	out = json_pack("{s:I, s:{s:s, s:s, s:s}, s:s, s:o, s:o*, s:o, "
	    "s:{s:I, s:I}, s:b}", "message", (json_int_t)it->mail.idx, "from",
	    "member", it->mail.sender, "name",
	    store_member(a->slice, it->mail.sender, &from) == ERR_NONE ?
	    from->m.name : it->mail.sender, "kind", kind, "kind",
	    content_kind_name(it->content.kind), "shield", shield, "content",
	    work_content(&it->content), "links", item_links(h, it), "proof",
	    "sent", (json_int_t)it->mail.idx, "delivered",
	    (json_int_t)it->mail.delivered_idx, "may_copy", 0);
	if (out != NULL)
		json_object_set_new(out, "id", work_id(&it->content.id));
	return out;
}

/* Which received items a call is about: all, one, or those to be exported. */
static bool
is_meant(const struct api_call *c, uint64_t idx)
{
	const json_t *list = json_object_get(c->in, "messages"), *v;
	uint64_t only = 0;
	size_t i;

	if (c->verb != VERB_EXPORT)
		return !api_number(c, "message", &only) || only == idx;
	json_array_foreach(list, i, v)
		if (json_integer_value(v) == (json_int_t)idx)
			return true;
	return false;
}

/* All open received items, or those named; none: a reader's R1. */
static void
tell_items(struct api_call *c, const uint8_t case_id[static WIRE_CASE])
{
	struct held_case h;
	struct why why = { "" };
	json_t *items = json_array();
	const bool named = json_object_get(c->in, "message") != NULL;
	char words[400];
	enum error_code err = held_load(c->agent, &c->worker, case_id, &h,
	    &why);

	if (err != ERR_NONE) {
		json_decref(items);
		api_error(c, err, &why);
		return;
	}
	for (size_t i = 0; i < h.n; i++)
		if (!h.item[i].own && is_meant(c, h.item[i].mail.idx))
			json_array_append_new(items,
			    item_json(c->agent, &h, &h.item[i]));
	if (json_array_size(items) == 0 && (named || h.closed > 0)) {
		json_decref(items);
		held_free(&h);
		api_no(c, CLI_NO, "%s", words_say("R1", WORDS_READER, NULL, 0,
		    words, sizeof words));
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o, s:I}", "items", items, "closed",
	    (json_int_t)h.closed), NULL);
	held_free(&h);
}

/* A conflict officer reads the introduction, alone and first. */
struct introduction_work {
	uint64_t idx;
};

static void
tell_introduction(struct api_call *c, uint64_t idx)
{
	struct why why = { "" };
	struct content content;
	enum error_code err = opening_plain(c->agent, &c->worker, idx,
	    &content, &why);

	if (err != ERR_NONE) {
		api_error(c, err, &why);
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:[{s:I, s:s, s:o*}], s:i}", "items",
	    "message", (json_int_t)idx, "kind",
	    content_kind_name(content.kind), "content",
	    work_content(&content), "closed", 0), NULL);
	content_wipe(&content);
}

static void
introduction_opened(struct agent *a, const struct out_outcome *o, void *ctx)
{
	struct api_call *c = ctx;
	const struct introduction_work *w = c->state;

	(void)a;
	if (o->state == OUT_ADMITTED)
		tell_introduction(c, w->idx);
	else
		api_no(c, o->state == OUT_SEALED ? CLI_NOT_NOW : CLI_NO,
		    "It could not be opened.");
}

static void
open_introduction(struct api_call *c, const struct mail *m)
{
	struct introduction_work *w = calloc(1, sizeof *w);
	struct agent *a = c->agent;
	uint8_t stamp[WIRE_STAMP];
	struct why why = { "" };
	enum error_code err = w != NULL ? ERR_NONE : ERR_NOMEM;

	if (err == ERR_NONE) {
		w->idx = m->idx;
		c->state = w;
		c->state_free = free;
		err = opening_ask(a, &c->worker, m->case_id, &m->idx, 1, stamp,
		    &why);
	}
	if (err == ERR_EXISTS) {
		tell_introduction(c, m->idx);
		return;
	}
	if (err == ERR_NONE)
		err = outgoing_wait(a, stamp, clock_boot(&a->clock) + 15000,
		    introduction_opened, c);
	if (err != ERR_NONE)
		api_error(c, err, &why);
}

void
api_open(struct api_call *c)
{
	uint8_t case_id[WIRE_CASE];
	struct mail m;
	uint64_t idx;

	if (!api_number(c, "message", &idx)) {
		if (work_case(c, case_id))
			work_opened(c, case_id, tell_items);
		return;
	}
	if (mailbox_get(c->agent, idx, &m) != ERR_NONE ||
	    cases_excluded(c->agent, m.case_id, c->worker.account)) {
		api_no(c, CLI_NO, "Nothing to show.");
		return;
	}
	if (m.introduction)
		open_introduction(c, &m);
	else
		work_opened(c, m.case_id, tell_items);
}

/* ---- track and seen --------------------------------------------------------------------- */

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

static enum error_code
add_waiting(void *ctx, const char *member)
{
	return json_array_append_new(ctx, json_pack("{s:s, s:s}", "member",
	    member, "state", "waiting")) == 0 ? ERR_NONE : ERR_NOMEM;
}

static enum error_code
add_stopped(void *ctx, const char *member)
{
	return json_array_append_new(ctx, json_pack("{s:s, s:s, s:s}",
	    "member", member, "state", "refused", "rule", "R1")) == 0 ?
	    ERR_NONE : ERR_NOMEM;
}

static json_t *
copies_json(struct agent *a, const struct record_id *id)
{
	struct db_stmt *st = a->sql[SQL_OUT_ABOUT];
	json_t *copies = json_array();
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
		o = json_pack("{s:s, s:s}", "member", to, "state",
		    out_state_name(s));
		if (s == OUT_OPENED)
			json_object_set_new(o, "role", json_string(role));
		json_object_set_new(o, "sent", work_time(db_col_u64(st, 4)));
		json_object_set_new(o, "told_at",
		    work_time(db_col_u64(st, 6)));
		if (s == OUT_REFUSED || s == OUT_STOPPED)
			json_object_set_new(o, "rule", json_string("R1"));
		json_array_append_new(copies, o);
	}
	db_done(st);
	if (compose_waiting(a, id, add_waiting, copies) != ERR_NONE ||
	    compose_stopped(a, id, add_stopped, copies) != ERR_NONE)
		log_warning(21, "store", "check the disk",
		    "waiting copies could not be listed");
	return copies;
}

void
api_track(struct api_call *c)
{
	struct record_id id;
	struct own o;

	if (!work_own_id(c, api_text(c, "observation"), &id))
		return;
	if (own_get(c->agent, &id, &o, NULL) != ERR_NONE ||
	    cases_excluded(c->agent, o.case_id, c->worker.account)) {
		api_no(c, CLI_NO, "This agency wrote no record with that id.");
		return;
	}
	api_tell(c, CLI_DONE, json_pack("{s:o, s:o, s:b, s:o}", "id",
	    work_id(&id), "at", work_time(o.at), "recalled", o.recalled,
	    "copies", copies_json(c->agent, &id)), NULL);
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
	    "s:o}", "id", work_id(&o->id), "kind", content_kind_name(c->kind),
	    "at", work_time(o->at), "recalled", o->recalled, "copies",
	    copies_json(s->a, &o->id)));
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

/* ---- export ----------------------------------------------------------------------------------- */

static void
exported(struct agent *a, const struct out_outcome *o, void *ctx)
{
	struct api_call *c = ctx;

	(void)a;
	if (o->state != OUT_ADMITTED) {
		api_no(c, o->state == OUT_SEALED ? CLI_NOT_NOW : CLI_NO,
		    "The export could not be written into the ledger, so "
		    "nothing was copied out.");
		return;
	}
	tell_items(c, c->state);
}

/* Codes of why something is copied out; their numbers are the protocol's. */
static const char *const export_why[] = { "", "conference", "court-order",
	"own-file", "supervision", "other" };

static bool
export_fields(struct api_call *c, struct wire_export *x, uint64_t *message)
{
	const char *to = api_text(c, "to"), *why = api_text(c, "why");
	const json_t *list = json_object_get(c->in, "messages");
	size_t n = json_array_size(list);

	for (uint32_t i = 1; why != NULL &&
	    i < sizeof export_why / sizeof export_why[0]; i++)
		if (strcmp(why, export_why[i]) == 0)
			x->why = i;
	if (to == NULL || !member_id_ok(to) || x->why == 0 || n == 0 ||
	    n > WIRE_OPENING_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		json_int_t v = json_integer_value(json_array_get(list, i));

		if (v <= 0 || (i > 0 && (uint64_t)v <= message[i - 1]))
			return false;
		message[i] = (uint64_t)v;
	}
	strcpy(x->to, to);
	x->message = message;
	x->n = (unsigned)n;
	return true;
}

/* Is every one of them open for this worker?  Else the call is ended. */
static bool
are_open(struct api_call *c, const struct body *b)
{
	const struct wire_export *x = &b->u.export;
	struct held_case h;
	struct why why = { "" };
	unsigned found = 0;
	enum error_code err = held_load(c->agent, &c->worker, b->case_id, &h,
	    &why);

	if (err != ERR_NONE) {
		api_error(c, err, &why);
		return false;
	}
	for (size_t i = 0; i < h.n; i++)
		found += !h.item[i].own && is_meant(c, h.item[i].mail.idx);
	held_free(&h);
	if (found < x->n)
		api_no(c, CLI_NO, "Only what is open for you can be copied "
		    "out: open the case first. Nothing was copied.");
	return found == x->n;
}

void
api_export(struct api_call *c)
{
	struct body b = { .kind = KIND_EXPORT, .has_case = true };
	uint64_t message[WIRE_OPENING_MAX];
	struct agent *a = c->agent;
	struct why why = { "" };
	enum error_code err;

	if (!work_case(c, b.case_id))
		return;
	if (!export_fields(c, &b.u.export, message)) {
		api_no(c, CLI_USAGE, "Give the messages in growing order, to "
		    "whom (a member id or a kind such as court), and why: "
		    "conference, court-order, own-file, supervision, other.");
		return;
	}
	if (!are_open(c, &b))
		return;
	c->state = arena_dup(c->arena, b.case_id, WIRE_CASE);
	memcpy(b.u.export.worker, c->worker.pseudonym, WIRE_PSEUDONYM);
	outgoing_head(a, &b);
	err = c->state != NULL ? outgoing_put(a, &b, NULL, &why) : ERR_NOMEM;
	if (err == ERR_NONE)
		err = outgoing_wait(a, b.stamp, clock_boot(&a->clock) + 15000,
		    exported, c);
	if (err != ERR_NONE)
		api_error(c, err, &why);
}
