/*
 * From a job to entries and answers: who brought it, was it seen, may it be
 * admitted now.  What rules can say is left to the rules; here is only what
 * cannot be derived again from the ledger: link, load, disk, clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "broker/local_answer.h"
#include "broker/state.h"

/* ---- answers ----------------------------------------------------------- */

void
decide_answer(struct sequencer *q, const struct asker *who,
    const struct job_item *it, enum wire_status status, enum rule rule,
    uint64_t index, uint32_t after_ms)
{
	struct pending_answer *a;
	struct session *x = who->session;

	if (who->local != NULL) {
		local_answer_add(who->local, status, rule, index,
		    it->why.text);
		return;
	}
	if (x == NULL || x->number != who->number)
		return; /* gone meanwhile: it asks again */
	a = arena_zalloc(q->b.arena, sizeof *a);
	if (a == NULL)
		return; /* unanswered: it asks again */
	a->a.id = who->id;
	memcpy(a->a.stamp, it->body.stamp, WIRE_STAMP);
	a->a.status = status;
	a->a.rule = rule;
	a->a.index = index;
	a->a.after_ms = after_ms;
	*x->p.answer_end = a;
	x->p.answer_end = &a->next;
	courier_touch(q, x);
}

static enum error_code
answer_busy(struct sequencer *q, const struct asker *who,
    const struct job_item *it, uint32_t after_ms)
{
	decide_answer(q, who, it, STATUS_BUSY, RULE_ADMIT, 0, after_ms);
	return ERR_NONE;
}

/*
 * A record in the asker's own name counts in its stream.  What a consent key
 * alone signed is news like any other.
 */
void
decide_own(struct sequencer *q, const struct asker *who,
    const struct job_item *it, uint64_t index)
{
	struct own own = { .index = index };
	struct session *x = who->session;

	if (x == NULL || x->number != who->number ||
	    (strcmp(it->record->signer, who->member) != 0 &&
	    strcmp(it->record->cosigner, who->member) != 0))
		return;
	memcpy(own.stamp, it->body.stamp, WIRE_STAMP);
	own.opened = it->body.kind == KIND_OPENING;
	if (session_own(x, &own) != ERR_NONE) {
		/* its stream would have a hole: let it connect again */
		session_gone(q->sessions, x);
		return;
	}
	courier_touch(q, x);
	sessions_ready_put(q->sessions, x);
}

static void
copy_put(struct sequencer *q, const struct asker *who, uint64_t index,
    const struct job_item *it)
{
	struct session *x = who->session;
	struct pending_piece *p;

	if (x == NULL || x->number != who->number)
		return;
	p = arena_zalloc(q->b.arena, sizeof *p);
	if (p == NULL)
		return;
	p->index = index;
	p->what = PIECE_COPY;
	p->has_stamp = true;
	memcpy(p->stamp, it->body.stamp, WIRE_STAMP);
	*x->p.piece_end = p;
	x->p.piece_end = &p->next;
}

/* ---- citations --------------------------------------------------------- */

bool
decide_cite_ok(struct sequencer *q, const struct job_item *it)
{
	const struct citation *c = &it->body.cite;
	struct hash root;

	if (c->size == 0)
		return true;
	if (!it->cite_signed || c->size > q->head.size)
		return false;
	if (c->size == q->head.size)
		return memcmp(c->root, q->head.root.b, HASH_BYTES) == 0;
	return tiles_root_at(q->tiles, c->size, &root) == ERR_NONE &&
	    memcmp(c->root, root.b, HASH_BYTES) == 0;
}

/*
 * A checkpoint that the log key signed and that is not of this ledger proves
 * that there are two (PROTOCOL 5).
 */
static void
cite_alarm(const struct job_item *it, bool cite_ok)
{
	if (cite_ok || !it->cite_signed)
		return;
	log_error(22, "ledger", "stop the broker, compare with a mirror: "
	    "wayleave-audit verify", "a member cites a checkpoint that the log "
	    "key signed and that is not of this ledger");
}

/* ---- refusals ---------------------------------------------------------- */

bool
decide_refusals(struct sequencer *q, const struct asker *who, double n)
{
	unsigned rate = q->c.refusals_per_minute != 0 ?
	    q->c.refusals_per_minute : 60;
	struct session *x;

	if (who->local != NULL)
		return true;
	/* an opening may have more lines than a minute has tokens */
	if (n > rate)
		n = rate;
	x = who->session;
	return x != NULL && bucket_take(&x->refusals, &x->refusals_boot,
	    clock_boot(q->c.clock), rate, rate, n);
}

enum error_code
decide_refuse(struct sequencer *q, const struct asker *who,
    const struct job_item *it, enum rule rule)
{
	bool narrowing = wire_kind_narrowing(it->body.kind);
	enum error_code e;

	if (who->local != NULL || q->full || q->clock_doubtful) {
		/* nothing is entered: an operator's mistake is told to him,
		 * and without room or time only narrowing records are */
		decide_answer(q, who, it, STATUS_REFUSED, who->local != NULL ?
		    rule : rule_shown_as(rule), 0, 0);
		return ERR_NONE;
	}
	if (!decide_refusals(q, who, 1)) {
		if (!narrowing)
			return answer_busy(q, who, it, 60 * 1000);
	} else {
		e = write_refused(q, it, rule, 0);
		if (e != ERR_NONE)
			return e;
	}
	decide_answer(q, who, it, STATUS_REFUSED, rule_shown_as(rule), 0, 0);
	return ERR_NONE;
}

/* ---- one record -------------------------------------------------------- */

/* A consent key's record comes from the custodian, cosigned or not. */
static bool
from_custodian(struct sequencer *q, const struct asker *who,
    const struct job_item *it)
{
	struct store_case k;

	if (it->record->cosigner[0] != '\0')
		return strcmp(it->record->cosigner, who->member) == 0;
	return store_case(q->c.store, it->body.case_id, &k) != ERR_NONE ||
	    strcmp(k.custodian, who->member) == 0;
}

/* Is it brought by the one it may come from (PROTOCOL 2)? */
static bool
brought_rightly(struct sequencer *q, const struct asker *who,
    const struct job_item *it)
{
	const struct record *r = it->record;

	switch (record_signer_form(r->signer)) {
	case SIGNER_ROOT:
	case SIGNER_DUTY:
		return true;
	case SIGNER_CASE:
		return who->local == NULL && from_custodian(q, who, it);
	case SIGNER_MEMBER:
		return who->local == NULL &&
		    strcmp(r->signer, who->member) == 0;
	case SIGNER_NONE:
		break;
	}
	return false;
}

static enum error_code
answer_again(struct sequencer *q, const struct asker *who,
    const struct job_item *it, const struct store_seen *seen)
{
	if (seen->outcome != RULE_ADMIT) {
		decide_answer(q, who, it, STATUS_REFUSED,
		    rule_shown_as((enum rule)seen->outcome), 0, 0);
		return ERR_NONE;
	}
	/* what is old has to be fetched: within bounds */
	if (q->b.again++ >= BATCH_AGAIN &&
	    !wire_kind_narrowing(it->body.kind))
		return answer_busy(q, who, it, BUSY_MS);
	if (it->body.kind == KIND_OPENING)
		return opening_again(q, who, it, seen->idx);
	copy_put(q, who, seen->idx, it);
	decide_answer(q, who, it, STATUS_ADMITTED, RULE_ADMIT, seen->idx, 0);
	return ERR_NONE;
}

static enum error_code
judge(struct sequencer *q, const struct asker *who, const struct job_item *it)
{
	struct facts_checked checked = {
		.signer_key = it->signer_key,
		.cosigner_key = it->record->cosigner[0] != '\0' ?
		    it->cosigner_key : NULL,
	};
	struct facts_room room;
	struct verdict v;
	struct facts f;
	uint64_t index;
	enum error_code e;

	checked.cite_ok = decide_cite_ok(q, it);
	cite_alarm(it, checked.cite_ok);
	e = facts_for_record(q->c.store, q->b.now, it->record, &it->body,
	    &checked, &room, &f);
	if (e != ERR_NONE)
		return e;
	v = rules_decide(&f);
	if (v.rule != RULE_ADMIT)
		return decide_refuse(q, who, it, v.rule);
	if (it->body.kind == KIND_OPENING)
		return opening_decide(q, who, it);
	e = write_record(q, it, &index);
	if (e != ERR_NONE)
		return e;
	decide_own(q, who, it, index);
	decide_answer(q, who, it, STATUS_ADMITTED, RULE_ADMIT, index, 0);
	return ERR_NONE;
}

/* ---- stops over the rate wait in line ---------------------------------- */

static bool
stop_token(struct sequencer *q, struct session *x)
{
	unsigned rate = q->c.stops_per_minute != 0 ?
	    q->c.stops_per_minute : 10;

	return bucket_take(&x->stops, &x->stops_boot,
	    clock_boot(q->c.clock), rate, rate, 1);
}

/*
 * Ciphertext is kept for 14 days after its receipt (PROTOCOL 4), so what one
 * member may hand in flows back over as many: one that loops fills its own
 * share of the disk and nobody else's.
 */
static bool
room_token(struct sequencer *q, struct session *x, size_t n)
{
	const double room = (double)(q->c.room_mib != 0 ? q->c.room_mib :
	    256) * 1024 * 1024;

	return bucket_take(&x->room, &x->room_boot, clock_boot(q->c.clock),
	    room / (ROOM_DAYS * 24 * 60), room, (double)n);
}

static bool
waits_already(const struct sequencer *q, const char *member,
    const uint8_t stamp[static WIRE_STAMP], struct stop_waiting **found)
{
	for (struct stop_waiting *w = q->stops; w != NULL; w = w->next) {
		if (strcmp(w->member, member) == 0 &&
		    memcmp(w->stamp, stamp, WIRE_STAMP) == 0) {
			*found = w;
			return true;
		}
	}
	return false;
}

/*
 * Past STOPS_WAITING it is left unanswered, never refused: the agent keeps it
 * and sends it again when it connects again.
 */
static enum error_code
stop_wait(struct sequencer *q, const struct asker *who,
    const struct job_item *it)
{
	struct stop_waiting *w;

	if (waits_already(q, who->member, it->body.stamp, &w)) {
		w->session = who->number;
		w->id = who->id;
		return ERR_NONE;
	}
	if (who->session->stops_waiting >= STOPS_WAITING)
		return ERR_NONE;
	w = calloc(1, sizeof *w + it->record->wire.n);
	if (w == NULL)
		return ERR_NONE;
	w->record = (uint8_t *)(w + 1);
	w->n = it->record->wire.n;
	memcpy(w->record, it->record->wire.data, w->n);
	strcpy(w->member, who->member);
	w->session = who->number;
	w->id = who->id;
	memcpy(w->stamp, it->body.stamp, WIRE_STAMP);
	memcpy(w->signer_key, it->signer_key, WIRE_KEY);
	w->cite_signed = it->cite_signed;
	who->session->stops_waiting++;
	*q->stops_end = w;
	q->stops_end = &w->next;
	return ERR_NONE;
}

static enum error_code
stop_now(struct sequencer *q, struct session *x, const struct stop_waiting *w)
{
	struct asker who = {
		.session = x, .member = w->member, .number = w->session,
		.id = w->id,
	};
	struct record *r = arena_zalloc(q->b.arena, sizeof *r);
	struct job_item *it = arena_zalloc(q->b.arena, sizeof *it);
	uint8_t *copy = arena_dup(q->b.arena, w->record, w->n);

	if (r == NULL || it == NULL || copy == NULL)
		return ERR_NOMEM;
	if (wire_record_decode(q->b.arena, bytes_of(copy, w->n), r, NULL) !=
	    ERR_NONE || wire_body_decode(q->b.arena, r, &it->body, NULL) !=
	    ERR_NONE)
		return ERR_INTERNAL;
	it->record = r;
	it->cite_signed = w->cite_signed;
	memcpy(it->signer_key, w->signer_key, WIRE_KEY);
	record_id(q->c.partnership, r, it->id);
	return judge(q, &who, it);
}

enum error_code
decide_stops(struct sequencer *q)
{
	enum error_code e = ERR_NONE;
	struct stop_waiting *w;
	struct session *x;

	for (w = q->stops; e == ERR_NONE && w != NULL; w = w->next) {
		x = sessions_find(q->sessions, w->member);
		if (w->done || x == NULL || !stop_token(q, x))
			continue;
		e = stop_now(q, x, w);
		w->done = true;
	}
	return e;
}

void
decide_stops_settle(struct sequencer *q, bool durable)
{
	struct stop_waiting **at = &q->stops, *w;
	struct session *x;

	while ((w = *at) != NULL) {
		if (!w->done || !durable) {
			w->done = false;
			at = &w->next;
			continue;
		}
		x = sessions_find(q->sessions, w->member);
		if (x != NULL)
			x->stops_waiting--;
		*at = w->next;
		free(w);
	}
	q->stops_end = at;
}

void
decide_stops_free(struct sequencer *q)
{
	struct stop_waiting *w;

	while ((w = q->stops) != NULL) {
		q->stops = w->next;
		free(w);
	}
	q->stops_end = &q->stops;
}

/* ---- items and jobs ---------------------------------------------------- */

enum error_code
decide_item(struct sequencer *q, const struct asker *who,
    const struct job_item *it)
{
	bool narrowing = wire_kind_narrowing(it->body.kind);
	struct store_seen seen;
	enum error_code e;

	if (it->check != CHECK_OK) {
		decide_answer(q, who, it, STATUS_MALFORMED, RULE_ADMIT, 0, 0);
		return ERR_NONE;
	}
	/* not entered: else one member could use up another's stamp */
	if (!brought_rightly(q, who, it)) {
		decide_answer(q, who, it, STATUS_REFUSED, RULE_WRONG_SIGNER,
		    0, 0);
		return ERR_NONE;
	}
	e = store_seen(q->c.store, it->record->signer, it->body.stamp, it->id,
	    &seen);
	if (e != ERR_NONE)
		return e;
	if (seen.found && seen.same)
		return answer_again(q, who, it, &seen);
	if (!narrowing && q->full)
		return answer_busy(q, who, it, BUSY_FULL_MS);
	if (!narrowing && q->clock_doubtful)
		return answer_busy(q, who, it, BUSY_MS);
	if (it->body.kind == KIND_STOP && who->session != NULL &&
	    !stop_token(q, who->session))
		return stop_wait(q, who, it);
	if (it->body.kind == KIND_SUBMISSION && who->session != NULL &&
	    it->item != NULL && !room_token(q, who->session,
	    it->item->ciphertext.n))
		return answer_busy(q, who, it, BUSY_FULL_MS);
	return judge(q, who, it);
}

static enum error_code
frame(struct sequencer *q, struct job *job)
{
	struct session *x = sessions_make(q->sessions, job->member);
	struct asker who = {
		.session = x, .member = job->member, .number = job->session,
		.id = job->up.id,
	};
	enum error_code e = ERR_NONE;

	if (x == NULL)
		return ERR_NONE; /* unanswered: it asks again */
	if (!job->formed) {
		parcel_malformed(q, job->member, job->session);
		return ERR_NONE;
	}
	if (job->up.has_hello)
		e = hello_take(q, x, job);
	if (e != ERR_NONE)
		return e;
	if (!x->greeted || x->number != job->session) {
		/* turned away with a reason, or it has not said hello */
		if (!job->up.has_hello)
			parcel_welcome(q, job->member, job->session,
			    WELCOME_HELLO);
		return ERR_NONE;
	}
	if (job->up.has_confirm)
		e = hello_confirm(q, x, &job->up.confirm);
	for (unsigned i = 0; e == ERR_NONE && i < job->n_item; i++)
		e = decide_item(q, &who, &job->item[i]);
	if (e == ERR_NONE && job->up.has_ask)
		e = answers_ask(q, x, job->up.id, &job->up.ask);
	return e;
}

static enum error_code
from_operator(struct sequencer *q, struct job *job)
{
	struct local_answer *l = local_answer_create(q, job->local);
	struct asker who = { .member = "", .local = l };
	enum error_code e = ERR_NONE;

	if (l == NULL)
		return ERR_NOMEM;
	if (!job->formed)
		local_answer_fault(l, job->why.text);
	for (unsigned i = 0; e == ERR_NONE && i < job->n_item; i++)
		e = decide_item(q, &who, &job->item[i]);
	return e;
}

enum error_code
decide_job(struct sequencer *q, struct job *job)
{
	struct session *x;

	switch (job->kind) {
	case JOB_FRAME:
		return frame(q, job);
	case JOB_LOCAL:
		return from_operator(q, job);
	case JOB_GONE:
		x = sessions_find(q->sessions, job->member);
		if (x != NULL && x->number == job->session)
			session_gone(q->sessions, x);
		return ERR_NONE;
	case JOB_TWIN:
		log_warning(23, "link", "find the second machine that uses "
		    "this member's key", "two live sessions on one key");
		x = sessions_find(q->sessions, job->member);
		if (x != NULL && x->number != 0) {
			x->p.welcome = true;
			x->p.welcome_flags |= WELCOME_TWIN;
			courier_touch(q, x);
		}
		return ERR_NONE;
	}
	return ERR_INTERNAL;
}
