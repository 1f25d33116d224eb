/*
 * Verb that reads: open.
 *
 * open         case or message -> items [message, id, case, at, from {member,
 *              name, kind}, kind, shield [], notice, content, links [id],
 *              proof {sent, delivered, opened, permission}, opened_by,
 *              opened_account, opened_at, until (of the lease), may_copy
 *              false], closed
 *              observation (id of one of our own records) -> items [own true,
 *              id, case, at, kind, recalled, content, links [id], copies as
 *              track]
 *              A task has taken_by, taken_due and done besides, once somebody
 *              here looks after it (gap-assign).
 *              What is shown first stands first: shield, then notice.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/cases/cases.h"
#include "agent/cases/directory.h"
#include "agent/cases/owners.h"
#include "agent/intake/opening.h"
#include "agent/outgoing/own.h"
#include "agent/practice/validate.h"
#include "agent/words.h"

/* ---- items ---------------------------------------------------------------------- */

/* One record that another links to, and how to get there. */
static json_t *
linked_json(struct agent *a, const struct held *h)
{
	json_t *codes = json_array();
	json_t *o = json_pack("{s:o, s:s, s:s, s:b, s:o}", "id",
	    work_id(&h->id), "member", h->member, "name", work_name(a,
	    h->member), "own", h->own, "codes", codes);

	for (size_t i = 0; o != NULL && i < h->o->codes.n; i++)
		json_array_append_new(codes,
		    json_string(h->o->codes.v[i]->id));
	if (o != NULL && !h->own)
		json_object_set_new(o, "message",
		    json_integer((json_int_t)h->message));
	return o;
}

static void
put_links(struct agent *a, const struct held_case *h, const size_t *to,
    size_t n, json_t *links, json_t *linked)
{
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(links, work_id(&h->held[to[i]].id));
		json_array_append_new(linked, linked_json(a,
		    &h->held[to[i]]));
	}
}

/* Who here looks after a task, and whether it is done. */
static void
add_taken(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct content *content, json_t *item)
{
	char id[2 * RECORD_ID_LEN + 1];
	struct owner o;

	if (content->kind != CONTENT_TASK)
		return;
	sodium_bin2hex(id, sizeof id, content->id.b, RECORD_ID_LEN);
	if (owners_get(a, case_id, id, &o) != ERR_NONE)
		return;
	json_object_set_new(item, "taken_by", json_string(o.to));
	json_object_set_new(item, "taken_due", json_string(o.due));
	json_object_set_new(item, "done", json_boolean(o.done));
}

/* Adds `links` and `linked` to an item: what is held and open here. */
static void
add_links(struct agent *a, const struct held_case *h,
    const struct record_id *id, json_t *item)
{
	json_t *links = json_array(), *linked = json_array();

	for (size_t i = 0; i < h->n_held; i++)
		if (record_id_equal(&h->held[i].id, id))
			put_links(a, h, h->held[i].links, h->held[i].n_links,
			    links, linked);
	for (size_t i = 0; i < h->n; i++)
		if (record_id_equal(&h->item[i].content.id, id))
			put_links(a, h, h->item[i].links, h->item[i].n_links,
			    links, linked);
	json_object_set_new(item, "links", links);
	json_object_set_new(item, "linked", linked);
}

/* What has to be read before a treatment record (42 CFR 2.32), or null. */
static json_t *
item_notice(const struct observation *o)
{
	return o != NULL && code_list_has(&o->segments, "SG1") ?
	    json_string(words_text("SG1", WORDS_READER)) : json_null();
}

/* Entries of the ledger that this item rests on. */
static json_t *
item_proof(struct agent *a, const struct mail *m)
{
	struct store_message s;

	if (store_message(a->slice, m->idx, &s) != ERR_NONE)
		memset(&s, 0, sizeof s);
	return json_pack("{s:I, s:I, s:I, s:I}", "sent", (json_int_t)m->idx,
	    "delivered", (json_int_t)m->delivered_idx, "opened",
	    (json_int_t)s.opened_idx, "permission", (json_int_t)s.grant_idx);
}

static json_t *
item_from(struct agent *a, const char *member)
{
	char kind[8];

	return json_pack("{s:s, s:s, s:s}", "member", member, "name",
	    work_name(a, member), "kind", work_kind(a, member, kind));
}

static json_t *
item_until(struct api_call *c, const struct mail *m)
{
	const uint64_t boot = clock_boot(&c->agent->clock);
	const uint64_t end = leases_end(c->agent->leases, m->idx,
	    c->worker.pseudonym);

	return work_time(end > boot ? agent_now(c->agent) + (end - boot) : 0);
}

static json_t *
item_json(struct api_call *c, const struct held_case *h,
    const struct held_item *it)
{
	const struct observation *o = content_observation(&it->content);
	struct agent *a = c->agent;
	json_t *shield = json_array(), *out;
	char own[8], account[64];
	uint64_t no = 0;

	work_kind(a, a->member, own);
	if (o != NULL && validate_shield(o, own))
		json_array_append_new(shield,
		    json_string("never put to the actor or attribute"));
	if (cases_number(a, it->mail.case_id, &no) != ERR_NONE)
		no = 0;
	out = json_pack("{s:I, s:I, s:o, s:o, s:s, s:o, s:o, s:o*, s:o, "
	    "s:b}", "message", (json_int_t)it->mail.idx, "case",
	    (json_int_t)no, "at", work_time(it->at), "from",
	    item_from(a, it->mail.sender), "kind",
	    content_kind_name(it->content.kind), "shield", shield, "notice",
	    item_notice(o), "content", work_content(&it->content), "proof",
	    item_proof(a, &it->mail), "may_copy", 0);
	if (out == NULL)
		return NULL;
	add_links(a, h, &it->content.id, out);
	add_taken(a, it->mail.case_id, &it->content, out);
	json_object_set_new(out, "id", work_id(&it->content.id));
	json_object_set_new(out, "until", item_until(c, &it->mail));
	json_object_set_new(out, "opened_at", work_time(it->mail.opened_at));
	json_object_set_new(out, "opened_by",
	    json_string(it->mail.opened_by));
	json_object_set_new(out, "opened_account",
	    json_string(mailbox_opener(a, it->mail.idx, account) ==
	    ERR_NONE ? account : ""));
	return out;
}

/* Nothing that may be shown: a reader's R1, whatever the reason. */
static void
tell_closed(struct api_call *c, const uint8_t case_id[static WIRE_CASE])
{
	char words[400], keeper[CASES_KEEPER];
	const struct words_value value = { "custodian",
	    cases_keeper(c->agent, case_id, keeper) };

	api_no(c, CLI_NO, "%s", words_say("R1", WORDS_READER, &value, 1,
	    words, sizeof words));
}

/* Its sender took it back. */
static void
tell_recalled(struct api_call *c, const struct mail *m)
{
	static const char *const reason[] = { "no reason is known here",
	    "wrong person", "wrong family", "wrong fact", "sent in error" };
	const uint32_t r = mailbox_recall_reason(c->agent, m->idx);
	const struct words_value value[] = {
		{ "agency", work_name(c->agent, m->sender) },
		{ "reason", reason[r < 5 ? r : 0] }
	};
	char words[400];

	api_no(c, CLI_NO, "%s", words_say("recalled", WORDS_ANYONE, value, 2,
	    words, sizeof words));
}

void
work_tell_items(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    work_may_show *may, void *ctx)
{
	const bool named = json_object_get(c->in, "message") != NULL;
	json_t *items = json_array();
	struct held_case h;
	struct why why = { "" };
	enum error_code err = held_load(c->agent, &c->worker, case_id, &h,
	    &why);

	if (err != ERR_NONE) {
		json_decref(items);
		api_error(c, err, &why);
		return;
	}
	for (size_t i = 0; i < h.n; i++)
		if (!h.item[i].own && may(ctx, &h.item[i]))
			json_array_append_new(items,
			    item_json(c, &h, &h.item[i]));
	if (json_array_size(items) == 0 && (named || h.closed > 0)) {
		json_decref(items);
		tell_closed(c, case_id);
	} else
		api_tell(c, CLI_DONE, json_pack("{s:o, s:I}", "items", items,
		    "closed", (json_int_t)h.closed), NULL);
	held_free(&h);
}

/* All, or the one that was named. */
static bool
is_asked(void *ctx, const struct held_item *it)
{
	const struct api_call *c = ctx;
	uint64_t only;

	return !api_number(c, "message", &only) || only == it->mail.idx;
}

static void
tell_items(struct api_call *c, const uint8_t case_id[static WIRE_CASE])
{
	work_tell_items(c, case_id, is_asked, c);
}

/* ---- our own records --------------------------------------------------------------- */

static void
add_own_links(struct api_call *c, const uint8_t case_id[static WIRE_CASE],
    const struct record_id *id, json_t *item)
{
	struct held_case h;

	if (held_load(c->agent, &c->worker, case_id, &h, NULL) != ERR_NONE)
		return;
	add_links(c->agent, &h, id, item);
	held_free(&h);
}

static void
tell_own(struct api_call *c)
{
	struct record_id id;
	struct content content;
	struct own o;
	uint64_t no = 0;
	json_t *item;

	if (!work_own_id(c, api_text(c, "observation"), &id))
		return;
	if (own_get(c->agent, &id, &o, &content) != ERR_NONE) {
		api_no(c, CLI_NO, "This agency wrote no record with that id.");
		return;
	}
	if (cases_excluded(c->agent, o.case_id, c->worker.account)) {
		content_wipe(&content);
		api_no(c, CLI_NO, "This agency wrote no record with that id.");
		return;
	}
	if (cases_number(c->agent, o.case_id, &no) != ERR_NONE)
		no = 0;
	item = json_pack("{s:b, s:o, s:I, s:o, s:s, s:b, s:o*, s:o}",
	    "own", 1, "id", work_id(&id), "case", (json_int_t)no, "at",
	    work_time(o.at), "kind", content_kind_name(content.kind),
	    "recalled", o.recalled, "content", work_content(&content),
	    "copies", work_copies(c->agent, &id));
	add_taken(c->agent, o.case_id, &content, item);
	content_wipe(&content);
	add_own_links(c, o.case_id, &id, item);
	api_tell(c, CLI_DONE, json_pack("{s:[o], s:i}", "items", item,
	    "closed", 0), NULL);
}

/* ---- the introduction ----------------------------------------------------------------- */

/* A conflict officer reads the introduction, alone and first. */
struct introduction_work {
	uint64_t idx;
};

static void
tell_introduction(struct api_call *c, uint64_t idx)
{
	struct why why = { "" };
	struct content content;
	json_t *shown;
	enum error_code err = opening_plain(c->agent, &c->worker, idx,
	    &content, &why);

	if (err != ERR_NONE) {
		api_error(c, err, &why);
		return;
	}
	shown = work_content(&content);
	/* who must not see the family's case is the officer's to know */
	if ((c->worker.rights & RIGHT_OFFICER) == 0)
		json_object_del(shown, "exclusions");
	api_tell(c, CLI_DONE, json_pack("{s:[{s:I, s:s, s:o*}], s:i}", "items",
	    "message", (json_int_t)idx, "kind",
	    content_kind_name(content.kind), "content", shown, "closed", 0),
	    NULL);
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

	if (api_text(c, "observation") != NULL) {
		tell_own(c);
		return;
	}
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
	else if (m.state == MAIL_RECALLED)
		tell_recalled(c, &m);
	else
		work_opened(c, m.case_id, tell_items);
}
