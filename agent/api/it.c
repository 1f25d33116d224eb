/*
 * Verbs for IT: status, unlock, lock, test, outbox, quarantine, trust.  Nothing here
 * shows a case, a person, a code or a count (P7): ages and buckets only.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/api/api.h"
#include "agent/config.h"
#include "agent/daemon.h"
#include "agent/distrust.h"
#include "agent/intake/intake.h"
#include "agent/intake/mailbox.h"
#include "agent/life.h"
#include "agent/outgoing/outgoing.h"
#include "agent/intake/quarantine.h"

enum { PASSPHRASE_MAX = 1024, LIST_MAX = 200 };

static const char *
bucket(unsigned n)
{
	return n == 0 ? "none" : n < 10 ? "1-9" : n < 100 ? "10-99" : "100+";
}

static const char *
age_text(uint64_t ms)
{
	if (ms < CLOCK_HOUR_MS)
		return "under 1 hour";
	if (ms < CLOCK_DAY_MS)
		return "under 1 day";
	return ms < 7 * CLOCK_DAY_MS ? "under 1 week" : "over 1 week";
}

struct oldest {
	uint64_t at;
	unsigned n;
};

static enum error_code
look_unopened(void *ctx, const struct mail *m)
{
	struct oldest *o = ctx;

	if (m->opened_at != 0 || m->state != MAIL_STORED)
		return ERR_NONE;
	o->n++;
	if (o->at == 0 || m->at < o->at)
		o->at = m->at;
	return ERR_NONE;
}

static enum error_code
look_outbox(struct agent *a, struct oldest *o)
{
	struct db_stmt *st = a->sql[SQL_OUT_WAITING];
	enum error_code err;
	bool row;

	while ((err = db_step(st, &row)) == ERR_NONE && row)
		if (o->n++ == 0)
			o->at = db_col_u64(st, 2);
	return err;
}

static void
put_queue(json_t *out, const char *key, const struct oldest *o, uint64_t now)
{
	json_object_set_new(out, key, json_pack("{s:s, s:s}", "bucket",
	    bucket(o->n), "oldest", o->n > 0 && now > o->at ?
	    age_text(now - o->at) : o->n > 0 ? "under 1 hour" : "none"));
}

static void
put_certificate(struct agent *a, json_t *out, const char **warning)
{
	const struct store_member *self;
	const uint64_t now = agent_now(a);
	json_int_t days;

	if (store_member(a->slice, a->member, &self) != ERR_NONE)
		return;
	days = self->m.valid_until > now ?
	    (json_int_t)((self->m.valid_until - now) / CLOCK_DAY_MS) : 0;
	json_object_set_new(out, "certificate_days", json_integer(days));
	if (days < 60)
		*warning = "certificate ends soon, run: wayleave-agent renew "
		    "[WL-012]";
}

static void
put_ledger(struct agent *a, json_t *out)
{
	const uint64_t boot = clock_boot(&a->clock);
	char iso[CLOCK_ISO_BYTES];

	json_object_set_new(out, "ledger_size",
	    json_integer((json_int_t)a->head.size));
	json_object_set_new(out, "connected",
	    json_boolean(a->offline_since == 0 && a->identity != NULL));
	if (a->offline_since != 0) {
		clock_iso(iso, a->offline_since);
		json_object_set_new(out, "offline_since", json_string(iso));
	}
	json_object_set_new(out, "clock_off_ms",
	    json_integer((json_int_t)a->clock_off_ms));
	json_object_set_new(out, "confirmed_seconds_ago", a->statement_ever ?
	    json_integer((json_int_t)((boot - a->statement_boot) / 1000)) :
	    json_null());
	json_object_set_new(out, "confirm_limit_seconds",
	    json_integer(a->pship.now.freshness_s));
}

void
api_status(struct api_call *c)
{
	struct agent *a = c->agent;
	/* also while it is locked */
	const enum agent_trouble trouble = a->trouble == TROUBLE_LEDGER ?
	    TROUBLE_LEDGER : agent_trouble(a);
	struct oldest outbox = { 0 }, unopened = { 0 };
	const char *warning = NULL;
	json_t *out = json_pack("{s:s, s:s, s:b}", "member", a->member,
	    "version", WAYLEAVE_VERSION, "unlocked", a->identity != NULL);

	put_certificate(a, out, &warning);
	put_ledger(a, out);
	if (look_outbox(a, &outbox) != ERR_NONE ||
	    mailbox_list(a, NULL, look_unopened, &unopened) != ERR_NONE)
		warning = "the store cannot be read [WL-021]";
	put_queue(out, "outbox", &outbox, agent_now(a));
	put_queue(out, "unopened", &unopened, agent_now(a));
	if (trouble != TROUBLE_NONE)
		warning = agent_trouble_text(trouble);
	if (trouble == TROUBLE_LEDGER)
		warning = "The exchange's log does not hold together. Nothing "
		    "is sent or opened. Call the auditor: wayleave-agent trust "
		    "[WL-080]";
	json_object_set_new(out, "result", json_string(
	    trouble == TROUBLE_LEDGER || trouble == TROUBLE_DISK ? "CRITICAL" :
	    warning != NULL ? "WARNING" : "OK"));
	json_object_set_new(out, "reason",
	    json_string(warning != NULL ? warning : ""));
	api_tell(c, CLI_DONE, out, NULL);
}

void
api_unlock(struct api_call *c)
{
	const char *pass = api_text(c, "passphrase");
	struct why why = { "" };
	enum error_code err;

	if (pass == NULL || strlen(pass) > PASSPHRASE_MAX) {
		api_no(c, CLI_USAGE, "A passphrase is needed.");
		return;
	}
	err = daemon_unlock(c->agent, bytes_str(pass), &why);
	if (err == ERR_EXISTS)
		api_tell(c, CLI_DONE, NULL, "It is unlocked already.");
	else if (err == ERR_DENIED)
		api_no(c, CLI_LOCKED, "That is not the passphrase.");
	else if (err != ERR_NONE)
		api_error(c, err, &why);
	else
		api_tell(c, CLI_DONE, NULL, "Unlocked.");
}

void
api_lock(struct api_call *c)
{
	agent_locked(c->agent);
	api_tell(c, CLI_DONE, NULL, "Locked: nothing is sent, received or "
	    "opened until wayleave-agent unlock.");
}

static void
echoed(struct agent *a, const struct wire_reply *r, void *ctx)
{
	struct api_call *c = ctx;

	if (r == NULL)
		api_no(c, CLI_NOT_NOW, "The connection went before the "
		    "exchange answered.");
	else if (r->code != REPLY_OK)
		api_no(c, CLI_NO, "The exchange answered, and it does not "
		    "know this question.");
	else if (agent_trouble(a) == TROUBLE_CLOCK)
		api_no(c, CLI_PROOF, "The exchange answered; link and keys are "
		    "good. The clocks differ: this server's is %lld s %s. "
		    "Compare it with a telephone's.",
		    (long long)llabs(a->clock_off_ms) / 1000,
		    a->clock_off_ms > 0 ? "behind" : "ahead");
	else if (agent_trouble(a) == TROUBLE_LEDGER)
		api_no(c, CLI_PROOF, "The exchange answered, and is not "
		    "trusted: wayleave-agent trust");
	else
		api_tell(c, CLI_DONE, NULL, "The exchange answered: link, "
		    "keys and clock are good.");
}

void
api_test(struct api_call *c)
{
	const struct wire_question q = { .what = ASK_ECHO };
	enum error_code err = intake_ask(c->agent, &q, echoed, c);

	if (err != ERR_NONE)
		api_no(c, CLI_NOT_NOW, "%s",
		    agent_trouble_text(TROUBLE_OFFLINE));
}

void
api_outbox(struct api_call *c)
{
	struct db_stmt *st = c->agent->sql[SQL_OUT_WAITING];
	const uint64_t now = agent_now(c->agent);
	json_t *list = json_array();
	enum error_code err;
	bool row;

	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		uint64_t at = db_col_u64(st, 2);

		json_array_append_new(list, json_pack("{s:s, s:s}", "kind",
		    wire_kind_name((enum wire_kind)db_col_i64(st, 1)), "age",
		    age_text(now > at ? now - at : 0)));
	}
	if (err != ERR_NONE) {
		json_decref(list);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, json_array_size(list) > 0 ? CLI_NO : CLI_DONE,
	    json_pack("{s:o}", "waiting", list), NULL);
}

/* The rows, newest first; NULL and the error. */
static json_t *
list_quarantine(struct agent *a, enum error_code *err)
{
	struct db_stmt *st = a->sql[SQL_QUARANTINE_LIST];
	json_t *list = json_array();
	char why[240], iso[CLOCK_ISO_BYTES];
	bool row;

	while ((*err = db_step(st, &row)) == ERR_NONE && row) {
		*err = db_col_str(st, 4, why, sizeof why);
		if (*err != ERR_NONE)
			break;
		clock_iso(iso, db_col_u64(st, 2));
		json_array_append_new(list, json_pack("{s:I, s:I, s:s, s:I, "
		    "s:s}", "number", (json_int_t)db_col_i64(st, 0), "entry",
		    (json_int_t)db_col_i64(st, 1), "at", iso, "rule",
		    (json_int_t)db_col_i64(st, 3), "why", why));
	}
	db_done(st);
	return list;
}

void
api_quarantine(struct api_call *c)
{
	struct quarantine_size size;
	enum error_code err = ERR_NONE;
	json_t *list;

	if (api_true(c, "empty"))
		err = quarantine_empty(c->agent);
	if (err == ERR_NONE)
		err = quarantine_size(c->agent, &size);
	if (err != ERR_NONE) {
		api_error(c, err, NULL);
		return;
	}
	list = list_quarantine(c->agent, &err);
	if (err != ERR_NONE) {
		json_decref(list);
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, json_array_size(list) > 0 ? CLI_NO : CLI_DONE,
	    json_pack("{s:o, s:s}", "rejected", list, "not_kept",
	    bucket(size.refused > 100 ? 100 : (unsigned)size.refused)),
	    size.refused > 0 ? "It is full: newer ones were counted and not "
	    "kept. Once you have looked: wayleave-agent quarantine --empty" :
	    NULL);
}

/* ---- two ledgers ------------------------------------------------------- */

/* A checkpoint as the note that it was signed as (C2SP). */
static enum error_code
put_note(struct agent *a, json_t *out, const char *key,
    const struct checkpoint *c)
{
	struct note_key log;
	struct buf text;
	enum error_code err;

	if (c->size == 0)
		return ERR_NONE;
	err = note_key_init(&log, a->pship.now.origin, NOTE_ED25519,
	    a->pship.now.log_key);
	if (err != ERR_NONE)
		return err;
	buf_init(&text, NOTE_BYTES_MAX);
	checkpoint_note(&log, c, &text);
	json_object_set_new(out, key, json_stringn((const char *)text.data,
	    text.n));
	buf_free(&text);
	return ERR_NONE;
}

static void
show_distrust(struct api_call *c, const struct distrust *d)
{
	char iso[CLOCK_ISO_BYTES];
	json_t *out;

	clock_iso(iso, d->at);
	out = json_pack("{s:s, s:s}", "since", iso, "why", d->why);
	if (put_note(c->agent, out, "ours", &d->ours) != ERR_NONE ||
	    put_note(c->agent, out, "theirs", &d->theirs) != ERR_NONE)
		json_object_set_new(out, "notes", json_string("cannot be "
		    "written out"));
	api_tell(c, CLI_PROOF, out, "What the exchange shows does not hold "
	    "together, so nothing is sent or opened. Give these notes to the "
	    "auditor. Once it is explained: wayleave-agent trust --again");
}

void
api_trust(struct api_call *c)
{
	struct distrust d;
	enum error_code err;

	if (c->agent->trouble != TROUBLE_LEDGER) {
		api_tell(c, CLI_DONE, NULL, "Nothing is held against the "
		    "exchange.");
		return;
	}
	if (!api_true(c, "again")) {
		/* one that could not be read is in memory as nothing */
		err = distrust_get(c->agent, &d);
		show_distrust(c, err == ERR_NONE ? &d : &c->agent->distrust);
		return;
	}
	err = distrust_end(c->agent);
	if (err != ERR_NONE) {
		api_error(c, err, NULL);
		return;
	}
	api_tell(c, CLI_DONE, NULL, "It is trusted again, from where this "
	    "agent had followed it to.");
}
