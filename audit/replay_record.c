/*
 * Entries that hold a record: admitted, refused, opened.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/replay_impl.h"

#define CLOCKS_MS (10 * 60 * 1000u)  /* two clocks of 5 min each */

static const char *
rule_of(uint32_t rule)
{
	return rule_known(rule) ? rule_name((enum rule)rule) :
	    rule == RULE_ADMIT ? "ADMIT" : "no known rule";
}

/* ---- what holds for every record ----------------------------------------- */

/* Whose news stream a record cites; "" when nobody's. */
static enum error_code
citer(struct replay *r, const struct checked *it,
    char out[static WIRE_ID_MAX + 1])
{
	const struct record *rec = &it->e.record;
	struct store_case c;
	enum error_code err;

	out[0] = '\0';
	if (rec->cosigner[0] != '\0') {
		memcpy(out, rec->cosigner, WIRE_ID_MAX + 1);
	} else if (record_signer_form(rec->signer) == SIGNER_MEMBER) {
		memcpy(out, rec->signer, WIRE_ID_MAX + 1);
	} else if (record_signer_form(rec->signer) == SIGNER_CASE) {
		err = store_case(r->s, it->e.b.case_id, &c);
		if (err == ERR_NONE)
			memcpy(out, c.custodian, WIRE_ID_MAX + 1);
		return err == ERR_NOTFOUND ? ERR_NONE : err;
	}
	return ERR_NONE;
}

/*
 * Until when everything must have reached whoever sends or opens: it does so
 * only while a statement that agreed is younger than the freshness bound.
 */
static uint64_t
fresh_since(struct replay *r, const struct body *b)
{
	const struct wire_partnership *p;
	uint64_t bound = CLOCKS_MS, signed_at = wire_stamp_ms(b->stamp);

	if ((b->kind != KIND_SUBMISSION && b->kind != KIND_OPENING) ||
	    store_partnership(r->s, &p) != ERR_NONE)
		return 0;
	bound += p->freshness_s * UINT64_C(1000);
	return signed_at > bound ? signed_at - bound : 0;
}

static enum error_code
check_news(struct replay *r, const struct checked *it)
{
	char member[WIRE_ID_MAX + 1];
	uint64_t position;
	enum error_code err = citer(r, it, member);

	if (err != ERR_NONE || member[0] == '\0')
		return err;
	switch (news_judge(r->news, member, &it->e.b.cite,
	    fresh_since(r, &it->e.b), &position)) {
	case NEWS_AGREES:
		break;
	case NEWS_AHEAD:
		replay_finding(r, "its signer had more news than this ledger "
		    "holds for it");
		break;
	case NEWS_DIFFERS:
		replay_finding(r, "its signer had other news than this ledger "
		    "holds for it: an item was withheld or changed");
		break;
	case NEWS_WITHHELD:
		replay_finding(r, "its signer did not have the news of entry "
		    "%llu: it was withheld", (unsigned long long)position);
		break;
	}
	return ERR_NONE;
}

/*
 * Is what it cites of this ledger?  What the log key signed and is not
 * proves that there are two ledgers, whoever cites it.
 */
static enum error_code
check_cited(struct replay *r, struct checked *it, bool *ok)
{
	const struct citation *c = &it->e.b.cite;
	struct hash root;
	bool here = false;
	enum error_code err;

	*ok = c->size == 0;
	if (*ok)
		return ERR_NONE;
	if (c->size <= r->at) {
		err = replay_root_at(r, c->size, &root);
		if (err != ERR_NONE)
			return err;
		here = memcmp(root.b, c->root, HASH_BYTES) == 0;
		*ok = here && (it->cite_signed || !r->c.signatures);
	}
	if (!here && check_citation(r->c.checker, c)) {
		if (r->f->forks++ == 0) {
			r->f->fork.size = c->size;
			memcpy(r->f->fork.root.b, c->root, HASH_BYTES);
			memcpy(r->f->fork.signature, c->signature,
			    sizeof r->f->fork.signature);
		}
		replay_finding(r, "it cites a checkpoint of %llu entries that "
		    "the log key signed and that is not of this ledger: there "
		    "are two", (unsigned long long)c->size);
	}
	r->f->noted += !*ok && wire_kind_narrowing(it->e.record.kind);
	return ERR_NONE;
}

/* What is found out about a record before the rules are asked. */
struct looked {
	bool signed_rightly, cite_ok;
	struct facts_checked checked;
};

static enum error_code
look(struct replay *r, struct checked *it, struct looked *l)
{
	struct store_seen seen;
	enum error_code err;

	/* the workers may have met it before the record with its key */
	l->signed_rightly = !r->c.signatures || it->signer_key != NULL ||
	    check_signature(r->c.checker, it);
	if (!l->signed_rightly)
		replay_finding(r, "the signature of %s does not verify",
		    it->e.record.signer);
	err = check_cited(r, it, &l->cite_ok);
	if (err == ERR_NONE)
		err = check_news(r, it);
	if (err == ERR_NONE)
		err = store_seen(r->s, it->e.record.signer, it->e.b.stamp,
		    it->e.record_id, &seen);
	if (err == ERR_NONE && seen.found && seen.same)
		replay_finding(r, "this record was entered before, as %llu",
		    (unsigned long long)seen.idx);
	l->checked = (struct facts_checked){ .cite_ok = l->cite_ok,
	    .signer_key = it->signer_key, .cosigner_key = it->cosigner_key,
	    .id = it->e.record_id };
	return err;
}

/* Without signatures the keys are taken to be in force. */
static enum error_code
verdict(struct replay *r, const struct checked *it, const struct looked *l,
    bool keys, struct verdict *out)
{
	struct facts_room room;
	struct facts f;
	enum error_code err;

	err = facts_for_record(r->s, it->e.time, &it->e.record, &it->e.b,
	    &l->checked, &room, &f);
	f.key_current = f.key_current || !keys;
	if (err == ERR_NONE)
		*out = rules_decide(&f);
	return err;
}

/* ---- admitted ------------------------------------------------------------ */

/* The partnership is the one whose root was pinned, its log the one read. */
static void
check_partnership(struct replay *r, const struct wire_partnership *p)
{
	const struct wire_partnership *pinned = r->c.pinned;

	if (memcmp(p->root[0], pinned->root[0], WIRE_KEY) != 0 ||
	    memcmp(p->root[1], pinned->root[1], WIRE_KEY) != 0)
		replay_finding(r, "other roots than those of the partnership "
		    "file");
	if (strcmp(p->origin, pinned->origin) != 0 ||
	    memcmp(p->log_key, pinned->log_key, WIRE_KEY) != 0)
		replay_finding(r, "another ledger than that of the "
		    "partnership file");
}

enum error_code
replay_record(struct replay *r, struct checked *it)
{
	const uint64_t index = r->at;
	struct looked l;
	struct verdict v;
	enum error_code err = look(r, it, &l);

	if (err == ERR_NONE && l.signed_rightly) {
		err = verdict(r, it, &l, r->c.signatures, &v);
		if (err != ERR_NONE)
			return err;
		if (v.rule == RULE_ADMIT)
			r->f->decisions++;
		else
			replay_finding(r, "a %s was admitted that %s refuses: "
			    "%s", wire_kind_name(it->e.record.kind),
			    rule_name(v.rule), rule_meaning(v.rule));
	}
	if (it->e.record.kind == KIND_PARTNERSHIP)
		check_partnership(r, &it->e.b.u.partnership);
	r->f->records++;
	if (err == ERR_NONE)
		err = replay_enter(r, it);
	return err == ERR_NONE ? replay_consequences(r, it, index) : err;
}

/* ---- refused ------------------------------------------------------------- */

enum error_code
replay_refused(struct replay *r, struct checked *it)
{
	const uint32_t rule = it->e.u.refused.rule;
	struct looked l;
	struct verdict v;
	bool keys;
	enum error_code err;

	if (it->e.u.refused.message != 0) {
		replay_finding(r, "it refuses a message, and no opening "
		    "before it calls for that");
		return replay_enter(r, it);
	}
	/* which key it was is what this refusal is about */
	keys = r->c.signatures || rule == RULE_STALE_KEY;
	if (keys && !r->c.signatures)
		(void)check_signature(r->c.checker, it);
	err = look(r, it, &l);
	if (err == ERR_NONE && l.signed_rightly) {
		err = verdict(r, it, &l, keys, &v);
		if (err != ERR_NONE)
			return err;
		if (v.rule == RULE_ADMIT)
			replay_finding(r, "a %s was refused by %s that all "
			    "rules admit", wire_kind_name(it->e.record.kind),
			    rule_of(rule));
		else if ((uint32_t)v.rule != rule)
			replay_finding(r, "a %s was refused by %s, and it is "
			    "%s that refuses it",
			    wire_kind_name(it->e.record.kind), rule_of(rule),
			    rule_name(v.rule));
		else
			r->f->decisions++;
	}
	r->f->refusals++;
	return err == ERR_NONE ? replay_enter(r, it) : err;
}

/* ---- opened -------------------------------------------------------------- */

/* What the broker must have found for each line. */
static enum error_code
judge_line(struct replay *r, const struct checked *it, unsigned i,
    enum rule *why)
{
	const struct wire_opened_line *line = &it->e.u.opened.line[i];
	const unsigned long long message = it->e.b.u.opening.message[i];
	struct facts_room room;
	struct verdict v;
	struct facts f;
	enum error_code err;

	err = facts_for_opening(r->s, it->e.time, &it->e.record, &it->e.b, i,
	    &room, &f);
	if (err != ERR_NONE)
		return err;
	v = rules_decide(&f);
	*why = v.rule;
	if (line->rule == RULE_ADMIT) {
		r->f->openings++;
		r->f->without += v.rule != RULE_ADMIT;
	}
	if (line->rule != (uint32_t)rule_shown_as(v.rule)) {
		replay_finding(r, "message %llu: it says %s, and the rules "
		    "say %s", message, rule_of(line->rule),
		    rule_name(v.rule));
		return ERR_NONE;
	}
	if (v.rule == RULE_ADMIT && line->grant != v.grant)
		replay_finding(r, "message %llu: it cites grant %llu instead "
		    "of %llu", message, (unsigned long long)line->grant,
		    (unsigned long long)v.grant);
	else if (line->lease_end != (v.rule == RULE_ADMIT ?
	    facts_lease_end(&f, &v) : 0))
		replay_finding(r, "message %llu: another end of its lease",
		    message);
	else
		r->f->decisions++;
	return ERR_NONE;
}

/* For each line that was refused its true rule, directly after. */
static enum error_code
follow_refusals(struct replay *r, const struct checked *it, uint64_t index,
    const enum rule *why)
{
	const struct wire_opening *o = &it->e.b.u.opening;
	struct wire_refused x = { .record = it->e.u.opened.record };
	enum error_code err = ERR_NONE;
	struct buf out;

	r->cause = index;
	r->cause_time = it->e.time;
	r->quiet = false;
	buf_init(&out, ENTRY_BODY_MAX);
	for (unsigned i = 0; i < o->n && err == ERR_NONE; i++) {
		if (why[i] == RULE_ADMIT)
			continue;
		buf_clear(&out);
		x.rule = (uint32_t)why[i];
		x.message = o->message[i];
		err = wire_refused_encode(&x, &out);
		if (err == ERR_NONE)
			err = replay_follow(r, ENTRY_REFUSED, buf_view(&out));
	}
	buf_free(&out);
	return err;
}

enum error_code
replay_opened(struct replay *r, struct checked *it)
{
	const unsigned n = it->e.b.u.opening.n;
	enum rule why[WIRE_OPENING_MAX];
	const uint64_t index = r->at;
	struct looked l;
	struct verdict v;
	enum error_code err = look(r, it, &l);

	if (err == ERR_NONE && l.signed_rightly) {
		err = verdict(r, it, &l, r->c.signatures, &v);
		if (err == ERR_NONE && v.rule != RULE_ADMIT)
			replay_finding(r, "an opening was admitted that %s "
			    "refuses: %s", rule_name(v.rule),
			    rule_meaning(v.rule));
	}
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		err = judge_line(r, it, i, &why[i]);
	r->f->records++;
	if (err == ERR_NONE)
		err = replay_enter(r, it);
	return err == ERR_NONE ? follow_refusals(r, it, index, why) : err;
}
