/*
 * What the rules are to know, gathered from a store: one function for each
 * part of struct facts, one for each kind of record.
 */
#include "store/facts.h"

#include <string.h>

#include "store/facts_gather.h"

bool
gather_same_id(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* "Not there" is an answer, not an error. */
enum error_code
gather_absent_ok(enum error_code e)
{
	return e == ERR_NOTFOUND ? ERR_NONE : e;
}

enum error_code
gather_party(struct store *s, uint64_t now, const char *id, struct party *out)
{
	const struct store_member *m = NULL;
	enum error_code e = store_member(s, id, &m);

	memset(out, 0, sizeof *out);
	if (e != ERR_NONE)
		return gather_absent_ok(e);
	out->known = true;
	out->revoked = m->revoked;
	out->standing = !m->revoked && !m->suspended &&
	    m->m.valid_from <= now && now < m->m.valid_until;
	out->roles = m->m.roles;
	out->agency = m->m.agency;
	out->may_open_cases = m->m.may_open_cases;
	out->member_idx = m->idx;
	return ERR_NONE;
}

/* ---- who ------------------------------------------------------------------ */

static bool
key_is(const uint8_t *verified, const uint8_t in_force[static WIRE_KEY])
{
	return verified != NULL && memcmp(verified, in_force, WIRE_KEY) == 0;
}

static enum error_code
member_key_is(struct store *s, const char *id, const uint8_t *verified,
    bool *out)
{
	const struct store_member *m = NULL;
	enum error_code e = store_member(s, id, &m);

	*out = e == ERR_NONE && key_is(verified, m->m.sign_key);
	return gather_absent_ok(e);
}

/* The first partnership record is checked against the pinned root before. */
static bool
root_key_is(const struct gather *g, const uint8_t *verified)
{
	const struct wire_partnership *p = g->f->policy != NULL ?
	    g->f->policy : &g->f->body->u.partnership;
	unsigned i;

	for (i = 0; i < 2; i++)
		if (p->retired != i + 1 && key_is(verified, p->root[i]))
			return true;
	return false;
}

static enum error_code
gather_keys(struct gather *g, enum signer_form form)
{
	const struct facts_checked *c = g->checked;
	const struct record *r = g->f->record;
	bool *current = &g->f->key_current;
	enum error_code e = ERR_NONE;
	bool ok = false;

	g->f->cite_ok = c == NULL || c->cite_ok;
	if (c == NULL)
		*current = true;
	else if (form == SIGNER_MEMBER)
		e = member_key_is(g->s, r->signer, c->signer_key, current);
	else if (form == SIGNER_ROOT)
		*current = (g->f->policy != NULL ||
		    r->kind == KIND_PARTNERSHIP) &&
		    root_key_is(g, c->signer_key);
	else if (form == SIGNER_DUTY)
		*current = g->f->policy != NULL &&
		    key_is(c->signer_key, g->f->policy->duty_key);
	else if (form == SIGNER_CASE)
		*current = r->has_key && key_is(c->signer_key, r->key);
	if (e == ERR_NONE && c != NULL && r->cosigner[0] != '\0') {
		e = member_key_is(g->s, r->cosigner, c->cosigner_key, &ok);
		*current = *current && ok;
	}
	return e;
}

static enum error_code
gather_signer(struct gather *g)
{
	const struct record *r = g->f->record;
	enum signer_form form = record_signer_form(r->signer);
	struct party *p = &g->f->signer;
	enum error_code e = ERR_NONE;

	g->f->self_signed = form == SIGNER_MEMBER;
	g->f->root_signed = form == SIGNER_ROOT || form == SIGNER_DUTY;
	if (r->cosigner[0] != '\0')
		e = gather_party(g->s, g->f->now, r->cosigner, p);
	else if (form == SIGNER_MEMBER)
		e = gather_party(g->s, g->f->now, r->signer, p);
	else if (form == SIGNER_CASE)
		/* The consent key alone: nobody's standing is asked for. */
		*p = (struct party){ .known = true, .standing = true,
		    .roles = ROLE_AGENCY };
	return e == ERR_NONE ? gather_keys(g, form) : e;
}

/* ---- case ----------------------------------------------------------------- */

static enum error_code
note_party(void *ctx, const struct store_arrow *a)
{
	struct facts *f = ctx;

	if (gather_same_id(a->sender, f->record->signer) ||
	    gather_same_id(a->recipient, f->record->signer))
		f->kase.signer_party = true;
	return ERR_NONE;
}

static enum error_code
gather_case(struct gather *g, const uint8_t case_id[static WIRE_CASE])
{
	const struct record *r = g->f->record;
	struct facts *f = g->f;
	struct store_case c;
	struct party p;
	enum error_code e = store_case(g->s, case_id, &c);

	if (e != ERR_NONE)
		return gather_absent_ok(e);
	f->kase.known = true;
	f->kase.state = c.state;
	memcpy(f->kase.custodian, c.custodian, sizeof f->kase.custodian);
	f->kase.narrowed_idx = c.narrowed_idx;
	f->kase.stop_idx = c.stop_idx;
	f->kase.stop_at = c.stop_at;
	f->kase.phrases = c.phrases_in_force;
	f->kase.has_grant = c.has_grant;
	e = gather_party(g->s, f->now, c.custodian, &p);
	f->kase.custodian_standing = p.standing;
	if (r == NULL)
		return e;
	f->kase.custodian_signs = gather_same_id(c.custodian, r->signer) ||
	    gather_same_id(c.custodian, r->cosigner);
	f->kase.signer_party = f->kase.custodian_signs;
	f->kase.key_matches = r->has_key &&
	    memcmp(r->key, c.consent_key, WIRE_KEY) == 0;
	if (e == ERR_NONE && r->kind == KIND_MANDATED)
		e = store_arrows(g->s, case_id, note_party, f);
	return e;
}

/* ---- messages ------------------------------------------------------------- */

enum error_code
gather_arrow(struct gather *g, const uint8_t case_id[static WIRE_CASE],
    const char *sender, const char *recipient)
{
	enum error_code e;

	e = store_grants(g->s, case_id, sender, recipient, g->room->grant,
	    &g->f->n_grant);
	g->f->grant = g->room->grant;
	return e;
}

enum error_code
gather_ends(struct gather *g, const char *sender, const char *recipient)
{
	enum error_code e;

	e = gather_party(g->s, g->f->now, sender, &g->f->sender);
	if (e == ERR_NONE)
		e = gather_party(g->s, g->f->now, recipient, &g->f->recipient);
	return e;
}

void
gather_labels(struct gather *g, const uint8_t (*label)[WIRE_LABEL], unsigned n)
{
	if (n > WIRE_MESSAGE_LABELS)
		n = 0;          /* then no grant covers */
	memcpy(g->room->need, label, (size_t)n * WIRE_LABEL);
	g->f->need = (const uint8_t (*)[WIRE_LABEL])g->room->need;
	g->f->n_need = n;
}

/* Is it what the custodian sends under a grant marked `introduction`? */
static bool
introduces(const struct facts *f, const struct store_message *m)
{
	unsigned i;

	if (!gather_same_id(m->sender, f->kase.custodian))
		return false;
	for (i = 0; i < f->n_grant; i++)
		if (f->grant[i].introduction && f->grant[i].idx < m->idx &&
		    rules_labels_cover(f->grant[i].label, WIRE_GRANT_LABELS,
		    m->label, m->n_label))
			return true;
	return false;
}

void
gather_message_facts(struct facts *f, const struct store_message *m)
{
	f->message.known = true;
	f->message.state = m->state;
	f->message.idx = m->idx;
	f->message.expires = m->expires;
	f->message.opened = m->opened_idx != 0;
	if (f->record != NULL) {
		f->message.same_case = f->body->has_case &&
		    memcmp(m->case_id, f->body->case_id, WIRE_CASE) == 0;
		f->message.to_signer = gather_same_id(m->recipient,
		    f->record->signer);
	}
}

/* The grants of a message's arrow, and what follows from them. */
enum error_code
gather_leave(struct gather *g, const struct store_message *m)
{
	struct facts *f = g->f;
	enum error_code e;

	gather_labels(g, m->label, m->n_label);
	e = gather_arrow(g, m->case_id, m->sender, m->recipient);
	if (e != ERR_NONE)
		return e;
	f->message.introduction = introduces(f, m);
	f->message.closes_at = rules_message_closes(f->grant, f->n_grant,
	    f->need, f->n_need, m->idx);
	return ERR_NONE;
}

/* ---- the questions -------------------------------------------------------- */

static enum error_code
gather_policy(struct gather *g)
{
	enum error_code e = store_partnership(g->s, &g->f->policy);

	if (e == ERR_NOTFOUND)
		g->f->policy = NULL;
	return gather_absent_ok(e);
}

/* P, the record id, and whether its stamp was used for other bytes. */
static enum error_code
gather_identity(struct gather *g)
{
	const struct record *r = g->f->record;
	const bool known = g->checked != NULL && g->checked->id != NULL;
	struct store_seen seen = { 0 };
	enum error_code e;

	/* two hashes less for who has hashed the record already */
	if (known && r->kind != KIND_CASE_OPENED)
		g->partnership[0] = '\0';
	else if (g->f->policy != NULL)
		record_partnership(g->f->policy->root[0], g->partnership);
	else if (r->kind == KIND_PARTNERSHIP)
		record_partnership(g->f->body->u.partnership.root[0],
		    g->partnership);
	if (known)
		memcpy(g->id, g->checked->id, WIRE_HASH);
	else
		record_id(g->partnership, r, g->id);
	e = store_seen(g->s, r->signer, g->f->body->stamp, g->id, &seen);
	g->f->seen_other = seen.found && !seen.same;
	return gather_absent_ok(e);
}

enum error_code
facts_for_record(struct store *s, uint64_t now, const struct record *r,
    const struct body *b, const struct facts_checked *checked,
    struct facts_room *room, struct facts *out)
{
	struct gather g = { .s = s, .checked = checked, .room = room,
	    .f = out };
	enum error_code e;

	memset(out, 0, sizeof *out);
	out->ask = gather_ask(r->kind);
	out->now = now;
	out->record = r;
	out->body = b;
	out->narrowing = wire_kind_narrowing(r->kind);
	e = gather_policy(&g);
	if (e == ERR_NONE)
		e = gather_identity(&g);
	if (e == ERR_NONE)
		e = gather_signer(&g);
	if (e == ERR_NONE && b->has_case)
		e = gather_case(&g, b->case_id);
	if (e == ERR_NONE)
		e = gather_record(&g);
	return e;
}

enum error_code
facts_for_delivery(struct store *s, uint64_t now,
    const struct store_message *m, struct facts_room *room, struct facts *out)
{
	struct gather g = { .s = s, .room = room, .f = out };
	enum error_code e;

	memset(out, 0, sizeof *out);
	out->ask = ASK_DELIVER;
	out->now = now;
	gather_message_facts(out, m);
	e = gather_policy(&g);
	if (e == ERR_NONE)
		e = gather_case(&g, m->case_id);
	if (e == ERR_NONE)
		e = gather_ends(&g, m->sender, m->recipient);
	return e == ERR_NONE ? gather_leave(&g, m) : e;
}

enum error_code
facts_for_sending(struct store *s, uint64_t now,
    const uint8_t case_id[static WIRE_CASE], const char *sender,
    const char *recipient, const uint8_t (*need)[WIRE_LABEL], unsigned n_need,
    uint64_t expires, struct facts_room *room, struct facts *out)
{
	struct gather g = { .s = s, .room = room, .f = out };
	enum error_code e;

	memset(out, 0, sizeof *out);
	out->ask = ASK_SEND;
	out->now = now;
	out->expires = expires;
	gather_labels(&g, need, n_need);
	e = gather_policy(&g);
	if (e == ERR_NONE)
		e = gather_case(&g, case_id);
	if (e == ERR_NONE)
		e = gather_ends(&g, sender, recipient);
	return e == ERR_NONE ? gather_arrow(&g, case_id, sender, recipient) :
	    e;
}

/* A message that its own recipient wants to open. */
static enum error_code
gather_reading(struct gather *g, const struct store_message *m)
{
	struct facts *f = g->f;
	enum error_code e;

	f->ask = f->message.opened ? ASK_REOPEN : ASK_OPEN;
	e = gather_ends(g, m->sender, m->recipient);
	if (e == ERR_NONE)
		e = gather_leave(g, m);
	if (e == ERR_NONE)
		e = store_conflict_checked(g->s, m->recipient, m->case_id,
		    &f->conflict_checked);
	/* The custodian wrote the exclusions: nobody introduces it. */
	if (gather_same_id(m->recipient, f->kase.custodian))
		f->conflict_checked = true;
	return e;
}

enum error_code
facts_for_reading(struct store *s, uint64_t now,
    const struct store_message *m, struct facts_room *room, struct facts *out)
{
	struct gather g = { .s = s, .room = room, .f = out };
	enum error_code e;

	memset(out, 0, sizeof *out);
	out->now = now;
	out->worker_known = true;
	gather_message_facts(out, m);
	out->message.same_case = out->message.to_signer = true;
	e = gather_policy(&g);
	if (e == ERR_NONE)
		e = gather_case(&g, m->case_id);
	return e == ERR_NONE ? gather_reading(&g, m) : e;
}

/* Of a message that is not the asker's nothing is looked at but that. */
static enum error_code
gather_line(struct gather *g, uint64_t idx)
{
	const char *self = g->f->record->signer;
	struct store_message m;
	struct facts *f = g->f;
	enum error_code e;

	e = store_message(g->s, idx, &m);
	if (e == ERR_NONE)
		gather_message_facts(f, &m);
	else if (e != ERR_NOTFOUND)
		return e;
	if (!f->message.known || !f->message.to_signer ||
	    !f->message.same_case)
		return gather_ends(g, self, self);
	return gather_reading(g, &m);
}

enum error_code
facts_for_opening(struct store *s, uint64_t now, const struct record *r,
    const struct body *b, unsigned i, struct facts_room *room,
    struct facts *out)
{
	struct gather g = { .s = s, .room = room, .f = out };
	enum error_code e;

	memset(out, 0, sizeof *out);
	if (b->kind != KIND_OPENING || i >= b->u.opening.n)
		return ERR_USAGE;
	out->ask = ASK_OPEN;
	out->now = now;
	out->record = r;
	out->body = b;
	e = gather_policy(&g);
	if (e == ERR_NONE)
		e = gather_case(&g, b->case_id);
	if (e == ERR_NONE)
		e = gather_record(&g);
	return e == ERR_NONE ? gather_line(&g, b->u.opening.message[i]) : e;
}

uint64_t
facts_lease_end(const struct facts *f, const struct verdict *v)
{
	uint64_t end = f->now;

	if (f->policy != NULL)
		end += f->policy->lease_s * UINT64_C(1000);
	return end < v->until ? end : v->until;
}

uint64_t
facts_pair_since(uint64_t now)
{
	const uint64_t days = 90 * (uint64_t)DAY_MS;

	return now > days ? now - days : 0;
}
