/*
 * What the rules are to know of each kind of record.
 */
#include "store/facts_gather.h"

#include <string.h>

#include "keys/identity.h"

/* Message `idx` as a record names it; *bad when some rule refuses it. */
static enum error_code
gather_message(struct gather *g, uint64_t idx, bool opened, bool *bad)
{
	struct facts *f = g->f;
	struct store_message m;
	enum error_code e = store_message(g->s, idx, &m);

	memset(&f->message, 0, sizeof f->message);
	*bad = true;
	if (e != ERR_NONE)
		return gather_absent_ok(e);
	gather_message_facts(f, &m);
	*bad = !f->message.same_case || !f->message.to_signer ||
	    m.state == MESSAGE_QUEUED || (opened && !f->message.opened);
	if (!*bad && f->ask == ASK_CHECKED)
		return gather_leave(g, &m);
	return ERR_NONE;
}

/* ---- records, by kind ----------------------------------------------------- */

static enum error_code
gather_worker(struct gather *g, const char *member,
    const uint8_t pseudonym[static WIRE_PSEUDONYM], bool *known)
{
	bool ended = false;
	uint64_t idx;
	enum error_code e = store_worker(g->s, member, pseudonym, &ended, &idx);

	*known = e == ERR_NONE && !ended;
	return gather_absent_ok(e);
}

static enum error_code
gather_partnership(struct gather *g)
{
	const struct wire_partnership *p = &g->f->body->u.partnership;
	const struct wire_partnership *old = g->f->policy;

	if (old == NULL)
		return ERR_NONE;
	g->f->serial = old->serial;
	g->f->roots_changed = memcmp(p->root, old->root, sizeof p->root) != 0 ||
	    (old->retired != 0 && p->retired != old->retired);
	return ERR_NONE;
}

static enum error_code
key_taken(struct gather *g, const uint8_t key[static WIRE_KEY], const char *id,
    bool *taken)
{
	char owner[WIRE_ID_MAX + 1];
	enum error_code e = store_key_owner(g->s, key, owner);

	if (e == ERR_NONE && !gather_same_id(owner, id))
		*taken = true;
	return gather_absent_ok(e);
}

static enum error_code
gather_member(struct gather *g)
{
	const struct wire_member *w = &g->f->body->u.member;
	const struct store_member *m = NULL;
	bool *taken = &g->f->key_conflict;
	enum error_code e;

	*taken = !identity_sign_key_ok(w->sign_key) ||
	    !identity_box_key_ok(w->link_key) ||
	    (w->has_terms_key && !identity_box_key_ok(w->terms_key));
	e = key_taken(g, w->sign_key, w->id, taken);
	if (e == ERR_NONE)
		e = key_taken(g, w->link_key, w->id, taken);
	if (e == ERR_NONE && w->has_terms_key)
		e = key_taken(g, w->terms_key, w->id, taken);
	if (e == ERR_NONE)
		e = gather_party(g->s, g->f->now, w->id, &g->f->about);
	if (e != ERR_NONE || !g->f->about.known)
		return e;
	e = store_member(g->s, w->id, &m);
	if (e == ERR_NONE)
		g->f->serial = m->m.serial;
	return e;
}

static enum error_code
gather_standing(struct gather *g)
{
	return gather_party(g->s, g->f->now, g->f->body->u.standing.id,
	    &g->f->about);
}

static enum error_code
gather_sealing_key(struct gather *g)
{
	const struct store_member *m = NULL;
	enum error_code e = store_member(g->s, g->f->record->signer, &m);

	g->f->key_conflict =
	    !identity_box_key_ok(g->f->body->u.sealing_key.key);
	if (e == ERR_NONE)
		g->f->newest_epoch = m->epoch;
	return gather_absent_ok(e);
}

static enum error_code
gather_case_opened(struct gather *g)
{
	const struct wire_case_opened *o = &g->f->body->u.case_opened;
	const struct record *r = g->f->record;
	uint8_t id[WIRE_CASE];

	record_case_id(g->partnership, o->consent_key, r->cosigner, id);
	g->f->kase.id_matches = memcmp(id, g->f->body->case_id,
	    WIRE_CASE) == 0;
	g->f->kase.key_matches = r->has_key &&
	    memcmp(r->key, o->consent_key, WIRE_KEY) == 0;
	return ERR_NONE;
}

/* Time of the newest entry that the citation covers, 0 when not at hand. */
static enum error_code
cited_time(struct gather *g, uint64_t *out)
{
	uint8_t salt[ENTRY_SALT], commitment[HASH_BYTES];
	uint64_t size = g->f->body->cite.size;
	enum error_code e;
	struct buf body;

	*out = 0;
	if (size == 0)
		return ERR_NONE;
	buf_init(&body, ENTRY_BODY_MAX);
	e = store_entry(g->s, size - 1, &body, salt, commitment);
	if (e == ERR_NONE && body.n >= ENTRY_PREFIX)
		*out = get_be64(body.data + 8);
	buf_free(&body);
	return gather_absent_ok(e);
}

static enum error_code
presented(struct gather *g, const uint8_t hash[static WIRE_HASH], bool *out)
{
	uint64_t stop;
	enum error_code e = store_token(g->s, hash, &stop);

	if (e == ERR_NONE)
		*out = true;
	return gather_absent_ok(e);
}

static enum error_code
gather_resume(struct gather *g)
{
	const struct wire_resume *w = &g->f->body->u.resume;
	const uint8_t *case_id = g->f->body->case_id;
	uint8_t hash[2][WIRE_HASH];
	bool found = false, said = false;
	enum error_code e;

	e = cited_time(g, &g->f->cite_time);
	if (e == ERR_NONE)
		e = store_phrases_named(g->s, case_id, w->phrases, &found);
	if (e != ERR_NONE || !found)
		return e;
	e = store_phrases_hashes(g->s, case_id, w->phrases, hash);
	if (e == ERR_NONE)
		e = presented(g, hash[0], &said);
	if (e == ERR_NONE)
		e = presented(g, hash[1], &said);
	g->f->kase.phrases_fresh = !said;
	return e;
}

static enum error_code
gather_grant(struct gather *g)
{
	const struct wire_grant *w = &g->f->body->u.grant;
	const char *custodian = g->f->record->cosigner;
	uint8_t case_id[WIRE_CASE];
	struct store_arrow arrow;
	struct grant named;
	enum error_code e;
	bool had = false;

	e = gather_ends(g, w->sender, w->recipient);
	if (e == ERR_NONE)
		e = gather_worker(g, custodian, w->worker,
		    &g->f->worker_known);
	if (e == ERR_NONE && w->has_waiver)
		e = gather_worker(g, custodian, w->waiver,
		    &g->f->waiver_known);
	if (memcmp(w->waiver, w->worker, WIRE_PSEUDONYM) == 0)
		g->f->waiver_known = false;
	if (e == ERR_NONE)
		e = store_recipient_had(g->s, g->f->body->case_id,
		    w->recipient, facts_pair_since(g->f->now), g->f->now,
		    &had);
	g->f->new_pair = !had;
	if (e == ERR_NONE)
		e = gather_absent_ok(store_grant_named(g->s, g->id, &named, &arrow,
		    case_id, &g->f->named_withdrawn));
	if (e == ERR_NONE)
		e = gather_arrow(g, g->f->body->case_id, w->sender,
		    w->recipient);
	return e;
}

static enum error_code
gather_epoch(struct gather *g, const char *member, uint64_t epoch)
{
	struct wire_sealing_key k;
	uint64_t announced, idx;
	enum error_code e;

	if (epoch == 0)         /* to the store: the newest, whichever */
		return ERR_NONE;
	e = store_sealing(g->s, member, epoch, &k, &announced, &idx);
	if (e != ERR_NONE)
		return gather_absent_ok(e);
	g->f->epoch.known = true;
	g->f->epoch.announced = announced;
	g->f->epoch.until = k.until;
	return ERR_NONE;
}

static enum error_code
gather_arrow_key(struct gather *g)
{
	const struct wire_arrow_key *w = &g->f->body->u.arrow_key;
	enum error_code e;

	e = gather_arrow(g, g->f->body->case_id, w->sender, w->recipient);
	return e == ERR_NONE ? gather_epoch(g, w->to, w->epoch) : e;
}

static enum error_code
gather_audit_share(struct gather *g)
{
	return gather_party(g->s, g->f->now, g->f->body->u.audit_share.auditor,
	    &g->f->about);
}

static enum error_code
gather_withdrawal(struct gather *g)
{
	const struct wire_withdrawal *w = &g->f->body->u.withdrawal;
	const char *signer = g->f->record->signer;
	uint8_t case_id[WIRE_CASE];
	struct store_arrow arrow;
	struct grant named;
	enum error_code e;
	bool withdrawn;

	if (w->all)
		return ERR_NONE;
	e = store_grant_named(g->s, w->grant, &named, &arrow, case_id,
	    &withdrawn);
	if (e != ERR_NONE)
		return gather_absent_ok(e);
	g->f->named.known = true;
	g->f->named.same_case = memcmp(case_id, g->f->body->case_id,
	    WIRE_CASE) == 0;
	g->f->named.signer_is_end = gather_same_id(signer, arrow.sender) ||
	    gather_same_id(signer, arrow.recipient);
	return ERR_NONE;
}

static enum error_code
gather_submission(struct gather *g)
{
	const struct wire_submission *w = &g->f->body->u.submission;
	const char *sender = g->f->record->signer;
	enum error_code e;

	g->f->expires = w->expires;
	gather_labels(g, w->label, w->n_label);
	e = gather_ends(g, sender, w->recipient);
	if (e == ERR_NONE)
		e = gather_epoch(g, w->recipient, w->epoch);
	if (e == ERR_NONE)
		e = store_recalled(g->s, sender, g->f->body->stamp,
		    &g->f->recalled);
	if (e == ERR_NONE)
		e = gather_arrow(g, g->f->body->case_id, sender,
		    w->recipient);
	return e;
}

static enum error_code
gather_recall(struct gather *g)
{
	struct store_message m;
	enum error_code e;

	e = store_message_by_id(g->s, g->f->record->signer,
	    g->f->body->u.recall.message, &m);
	if (e == ERR_NONE)
		gather_message_facts(g->f, &m);
	return gather_absent_ok(e);
}

static enum error_code
gather_receipt(struct gather *g)
{
	const struct wire_receipt *w = &g->f->body->u.receipt;
	enum error_code e = ERR_NONE;
	bool bad = false;
	unsigned i;

	for (i = 0; i < w->n && e == ERR_NONE && !bad; i++)
		e = gather_message(g, w->line[i].message, false, &bad);
	return e;
}

static enum error_code
gather_export(struct gather *g)
{
	const struct wire_export *w = &g->f->body->u.export;
	enum error_code e;
	bool bad = false;
	unsigned i;

	e = gather_worker(g, g->f->record->signer, w->worker,
	    &g->f->worker_known);
	for (i = 0; i < w->n && e == ERR_NONE && !bad; i++)
		e = gather_message(g, w->message[i], true, &bad);
	return e;
}

static enum error_code
gather_opening(struct gather *g)
{
	return gather_worker(g, g->f->record->signer,
	    g->f->body->u.opening.worker, &g->f->worker_known);
}

static enum error_code
gather_conflict_checked(struct gather *g)
{
	const struct wire_conflict_checked *w =
	    &g->f->body->u.conflict_checked;
	enum error_code e;
	bool bad = false;

	e = gather_worker(g, g->f->record->signer, w->worker,
	    &g->f->worker_known);
	if (e == ERR_NONE)
		e = gather_message(g, w->introduction, true, &bad);
	return e;
}

static const struct {
	enum ask ask;
	enum error_code (*gather)(struct gather *);
} by_kind[KIND_END] = {
	[KIND_PARTNERSHIP] = { ASK_ROOT, gather_partnership },
	[KIND_MEMBER] = { ASK_ROOT, gather_member },
	[KIND_MEMBER_REVOKED] = { ASK_ROOT, gather_standing },
	[KIND_MEMBER_SUSPENDED] = { ASK_ROOT, gather_standing },
	[KIND_SEALING_KEY] = { ASK_ANNOUNCE, gather_sealing_key },
	[KIND_WORKER] = { ASK_ANNOUNCE, NULL },
	[KIND_CASE_OPENED] = { ASK_CASE_OPENED, gather_case_opened },
	[KIND_PHRASES] = { ASK_PHRASES, NULL },
	[KIND_RESUME] = { ASK_RESUME, gather_resume },
	[KIND_GRANT] = { ASK_GRANT, gather_grant },
	[KIND_ARROW_KEY] = { ASK_KEYS, gather_arrow_key },
	[KIND_AUDIT_SHARE] = { ASK_KEYS, gather_audit_share },
	[KIND_WITHDRAWAL] = { ASK_WITHDRAW, gather_withdrawal },
	[KIND_CASE_CLOSED] = { ASK_CLOSE, NULL },
	[KIND_STOP] = { ASK_STOP, NULL },
	[KIND_SUBMISSION] = { ASK_SUBMIT, gather_submission },
	[KIND_RECALL] = { ASK_RECALL, gather_recall },
	[KIND_RECEIPT] = { ASK_RECEIPT, gather_receipt },
	[KIND_OPENING] = { ASK_OPENING, gather_opening },
	[KIND_CONFLICT_CHECKED] = { ASK_CHECKED, gather_conflict_checked },
	[KIND_MANDATED] = { ASK_NOTE, NULL },
	[KIND_EXPORT] = { ASK_NOTE, gather_export },
};

enum ask
gather_ask(enum wire_kind kind)
{
	return by_kind[kind > KIND_NONE && kind < KIND_END ? kind :
	    KIND_PARTNERSHIP].ask;
}

enum error_code
gather_record(struct gather *g)
{
	const enum wire_kind k = g->f->record->kind;

	if (k <= KIND_NONE || k >= KIND_END || g->f->body->kind != k)
		return ERR_FORMAT;
	return by_kind[k].gather != NULL ? by_kind[k].gather(g) : ERR_NONE;
}
