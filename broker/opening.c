/*
 * Openings: message by message into one `opened` entry, the true rule of
 * each refusal into a `refused` entry of the same batch (PROTOCOL 3, 6).
 * And the one function that lets broker shares out.
 */
#include <string.h>

#include "base/fault.h"
#include "broker/state.h"

/* Asks the rules for every message; `why` gets the true rules. */
static enum error_code
ask_lines(struct sequencer *q, const struct job_item *it,
    struct wire_opened_line *line, enum rule *why, unsigned *refused)
{
	const struct wire_opening *o = &it->body.u.opening;
	struct facts_room room;
	enum error_code e;
	struct verdict v;
	struct facts f;

	*refused = 0;
	for (unsigned i = 0; i < o->n; i++) {
		e = facts_for_opening(q->c.store, q->b.now, it->record,
		    &it->body, i, &room, &f);
		if (e != ERR_NONE)
			return e;
		v = rules_decide(&f);
		why[i] = v.rule;
		if (v.rule == RULE_ADMIT) {
			line[i].grant = v.grant;
			line[i].lease_end = facts_lease_end(&f, &v);
		} else {
			line[i].rule = rule_shown_as(v.rule);
			if (fault_break("p3"))
				line[i].lease_end = q->b.now + 3600 * 1000;
			++*refused;
		}
	}
	return ERR_NONE;
}

/* The senders of what was opened are told: role and time. */
static enum error_code
tell_senders(struct sequencer *q, const struct job_item *it,
    const struct wire_opened_line *line)
{
	const struct wire_opening *o = &it->body.u.opening;
	struct wire_told t = { .what = TOLD_OPENED, .time = q->b.now };
	struct store_message m;
	enum error_code e;

	memcpy(t.role, o->role, sizeof t.role);
	for (unsigned i = 0; i < o->n; i++) {
		if (line[i].rule != RULE_ADMIT)
			continue;
		e = store_message(q->c.store, o->message[i], &m);
		if (e != ERR_NONE)
			return e;
		t.message = m.idx;
		e = told_put(q, m.sender, &t);
		if (e != ERR_NONE)
			return e;
	}
	return ERR_NONE;
}

enum error_code
opening_decide(struct sequencer *q, const struct asker *who,
    const struct job_item *it)
{
	const struct wire_opening *o = &it->body.u.opening;
	struct wire_opened opened = {
		.record = it->record->wire, .n = o->n,
	};
	struct wire_opened_line *line;
	enum rule *why;
	enum error_code e;
	unsigned refused;
	uint64_t index;

	line = arena_zalloc(q->b.arena, o->n * sizeof *line);
	why = arena_zalloc(q->b.arena, o->n * sizeof *why);
	if (line == NULL || why == NULL)
		return ERR_NOMEM;
	e = ask_lines(q, it, line, why, &refused);
	if (e != ERR_NONE)
		return e;
	if (refused > 0 && !decide_refusals(q, who, refused)) {
		decide_answer(q, who, it, STATUS_BUSY, RULE_ADMIT, 0,
		    60 * 1000);
		return ERR_NONE;
	}
	opened.line = line;
	e = write_opened(q, it, &opened, &index);
	for (unsigned i = 0; e == ERR_NONE && i < o->n; i++) {
		if (why[i] != RULE_ADMIT)
			e = write_refused(q, it, why[i], o->message[i]);
	}
	if (e == ERR_NONE)
		e = tell_senders(q, it, line);
	if (e != ERR_NONE)
		return e;
	decide_own(q, who, it, index);
	decide_answer(q, who, it, STATUS_ADMITTED, RULE_ADMIT, index, 0);
	return ERR_NONE;
}

/* ---- shares ------------------------------------------------------------ */

/*
 * One share for each admitted line of `opened`, in order; with `again`, zeros
 * for those that the rules would refuse now or whose lease has run out.
 * The only caller of store_share().
 */
enum error_code
opening_shares(struct sequencer *q, struct arena *a,
    const struct entry *opened, bool again, struct bytes *out,
    unsigned *given)
{
	const struct wire_opened *o = &opened->u.opened;
	const uint64_t *message = opened->b.u.opening.message;
	uint8_t *p = arena_zalloc(a, (size_t)o->n * 32), *at = p;
	struct facts_room room;
	enum error_code e;
	struct facts f;

	*given = 0;
	if (p == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < o->n; i++) {
		if (o->line[i].rule != RULE_ADMIT && !fault_break("p3"))
			continue;
		at += 32;
		if (again && o->line[i].lease_end <= q->b.now)
			continue;
		if (again) {
			e = facts_for_opening(q->c.store, q->b.now,
			    &opened->record, &opened->b, i, &room, &f);
			if (e != ERR_NONE)
				return e;
			if (rules_decide(&f).rule != RULE_ADMIT)
				continue;
		}
		e = store_share(q->c.store, message[i], at - 32);
		if (e == ERR_NOTFOUND)
			continue; /* destroyed meanwhile: zeros */
		if (e != ERR_NONE)
			return e;
		++*given;
	}
	*out = bytes_of(p, (size_t)(at - p));
	return ERR_NONE;
}

enum error_code
opening_again(struct sequencer *q, const struct asker *who,
    const struct job_item *it, uint64_t index)
{
	struct session *x = who->session;
	struct pending_piece *p;
	struct bytes shares = { 0 };
	struct entry *en;
	enum error_code e;
	unsigned given;

	e = publish_entry(q, q->b.arena, index, &en);
	if (e == ERR_NONE && en->kind != ENTRY_OPENED)
		e = ERR_INTERNAL;
	if (e == ERR_NONE)
		e = opening_shares(q, q->b.arena, en, true, &shares, &given);
	if (e != ERR_NONE)
		return e;
	if (given == 0 || q->clock_doubtful) {
		decide_answer(q, who, it, STATUS_REFUSED,
		    rule_shown_as(RULE_NO_GRANT), 0, 0);
		return ERR_NONE;
	}
	decide_answer(q, who, it, STATUS_ADMITTED, RULE_ADMIT, index, 0);
	if (x == NULL || x->number != who->number)
		return ERR_NONE;
	p = arena_zalloc(q->b.arena, sizeof *p);
	if (p == NULL)
		return ERR_NONE;
	p->index = index;
	p->what = PIECE_COPY;
	p->has_stamp = true;
	memcpy(p->stamp, it->body.stamp, WIRE_STAMP);
	p->shares = shares;
	*x->p.piece_end = p;
	x->p.piece_end = &p->next;
	return ERR_NONE;
}
