#include "agent/outgoing/compose.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/cases/directory.h"
#include "agent/cases/facts.h"
#include "agent/config.h"
#include "agent/intake/intake.h"
#include "agent/keyring.h"
#include "agent/outgoing/outgoing.h"
#include "agent/outgoing/own.h"
#include "agent/seal.h"
#include "agent/outgoing/unopened.h"
#include "agent/words.h"
#include "base/log.h"
#include "keys/arrow.h"
#include "store/facts.h"

enum {
	SEALING_MAX_AGE = 6 * DAY_MS,   /* a day within the rules' seven */
	CONTENT_ROOM = WIRE_PLAINTEXT_MAX,
};

/* The permission that a copy goes under. */
struct permission {
	uint8_t label[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	unsigned n;
	uint8_t arrow[ARROW_KEY];
	uint64_t until;
	struct terms terms;
	struct grant grant;
};

/* ---- words --------------------------------------------------------------------- */

static void
agency_kind(const struct store_member *m, char out[static 8])
{
	snprintf(out, 8, "AG%02u", (unsigned)(m->m.agency % 100));
}

/* Refuses a copy: the true rule stays here, the sender reads one face. */
static void
refuse(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    struct copy *copy, const char *rule, enum rule true_rule)
{
	char keeper[CASES_KEEPER];
	const struct words_value value[] = {
		{ "custodian", cases_keeper(a, case_id, keeper) },
		{ "agency", "that agency" }
	};

	copy->state = COPY_REFUSED;
	copy->true_rule = true_rule;
	snprintf(copy->rule, sizeof copy->rule, "%s",
	    words_rule(rule, WORDS_SENDER));
	words_say(rule, WORDS_SENDER, value, 2, copy->text,
	    sizeof copy->text);
}

/* ---- the permission ---------------------------------------------------------------- */

static enum error_code
try_grant(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *recipient, scope_set needs, const struct grant *g,
    struct permission *p, struct verdict *v)
{
	struct facts_room room;
	struct facts f;
	enum error_code err = cases_terms(a, g->id, &p->terms);

	if (err == ERR_NONE)
		err = keyring_labels(a, p->arrow, needs, p->terms.purpose->id,
		    p->label, &p->n);
	if (err == ERR_NONE)
		err = facts_for_sending(a->slice, agent_now(a), case_id,
		    a->member, recipient,
		    (const uint8_t (*)[WIRE_LABEL])p->label, p->n, 0, &room,
		    &f);
	if (err != ERR_NONE)
		return err;
	*v = rules_decide(&f);
	p->until = v->until;
	p->grant = *g;
	return ERR_NONE;
}

/*
 * The grant under which this content may go to this recipient, by our own
 * slice; *rule says why not (the furthest any grant got).
 */
static enum error_code
find_permission(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const char *recipient, scope_set needs, struct permission *p,
    enum rule *rule)
{
	struct grant grant[RULES_GRANTS_MAX];
	unsigned n = 0;
	enum error_code err;

	*rule = RULE_NO_GRANT;
	err = store_grants(a->slice, case_id, a->member, recipient, grant, &n);
	if (err != ERR_NONE)
		return err == ERR_NOTFOUND ? ERR_NONE : err;
	err = keyring_arrow(a, case_id, a->member, recipient, p->arrow);
	if (err != ERR_NONE)
		return err == ERR_NOTFOUND ? ERR_NONE : err;
	for (unsigned i = 0; i < n; i++) {
		struct verdict v = { .rule = RULE_NO_GRANT };

		err = try_grant(a, case_id, recipient, needs, &grant[i], p,
		    &v);
		if (err == ERR_NOTFOUND || err == ERR_REFUSED)
			continue;       /* terms unknown, or they disagree */
		if (err != ERR_NONE)
			return err;
		if (v.rule == RULE_ADMIT && v.grant != grant[i].idx)
			continue;       /* by another, whose terms hold then */
		if (v.rule == RULE_ADMIT) {
			*rule = RULE_ADMIT;
			return ERR_NONE;
		}
		if (v.rule > *rule)
			*rule = v.rule;
	}
	return ERR_NONE;
}

static enum terms_duty
duty_of(const struct store_member *m)
{
	return m->m.onward_duty == 2 ? DUTY_PARENTS :
	    m->m.onward_duty == 1 ? DUTY_RELEVANT_PERSONS : DUTY_NONE;
}

enum error_code
compose_terms(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct store_arrow *arrow, const struct grant *g,
    const struct terms *terms, const struct content *c, struct refusal *no)
{
	const struct store_member *to;
	struct terms_facts f = { .sender = arrow->sender };
	char hex[2 * WIRE_CASE + 1], kind[8];
	enum error_code err = store_member(a->slice, arrow->recipient, &to);

	if (err != ERR_NONE)
		return err;
	hex_encode(hex, case_id, WIRE_CASE);
	agency_kind(to, kind);
	f.case_id_hex = hex;
	f.recipient = arrow->recipient;
	f.from = g->from;
	f.until = g->until;
	f.keep_read_days = g->keep_read_days;
	f.introduction = g->introduction;
	f.recipient_duty = duty_of(to);
	f.message = content_observation(c);
	f.recipient_kind = kind;
	/* what a recipient cannot know is not held against what it was sent */
	if (strcmp(arrow->sender, a->member) == 0)
		err = case_facts_judge(a, case_id, arrow->recipient, &f);
	return err == ERR_NONE ? terms_check(terms, &f, no) : err;
}

/* Our rules and the terms, for one copy.  A "no" is written into it. */
static enum error_code
judge(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct content *c, struct copy *copy, struct permission *p)
{
	const struct store_member *to;
	struct store_arrow arrow;
	struct refusal no;
	enum rule rule;
	enum error_code err;

	err = store_member(a->slice, copy->member, &to);
	if (err == ERR_NOTFOUND) {
		refuse(a, case_id, copy, "R1", RULE_END_UNKNOWN);
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = find_permission(a, case_id, copy->member,
		    validate_needs(c), p, &rule);
	if (err != ERR_NONE)
		return err;
	if (rule != RULE_ADMIT) {
		refuse(a, case_id, copy, rule_shown(rule)[0] == 'R' ?
		    rule_shown(rule) : "R1", rule);
		return ERR_NONE;
	}
	strcpy(arrow.sender, a->member);
	strcpy(arrow.recipient, copy->member);
	err = compose_terms(a, case_id, &arrow, &p->grant, &p->terms, c, &no);
	if (err == ERR_REFUSED) {
		refuse(a, case_id, copy, no.rule, RULE_NO_GRANT);
		return ERR_NONE;
	}
	copy->state = COPY_QUEUED;
	return err;
}

/* ---- sealing a copy -------------------------------------------------------------------- */

static void
slot(uint8_t out[static 16], const uint8_t message[static WIRE_STAMP],
    const struct record_id *id)
{
	crypto_generichash(out, 16, message, WIRE_STAMP, id->b, RECORD_ID_LEN);
}

int
compose_slot_of(const uint8_t slots[COMPOSE_SLOTS][16],
    const uint8_t message[static WIRE_STAMP], const struct record_id *id)
{
	uint8_t expected[16];
	int found = -1;

	slot(expected, message, id);
	for (int i = 0; i < COMPOSE_SLOTS && found < 0; i++)
		if (memcmp(expected, slots[i], sizeof expected) == 0)
			found = i;
	return found;
}

/* Slots in a random order: their place says nothing. */
static void
put_slots(struct buf *out, const uint8_t message[static WIRE_STAMP],
    const struct id_list *links)
{
	uint8_t slots[COMPOSE_SLOTS][16], swap[16];

	randombytes_buf(slots, sizeof slots);
	for (size_t i = 0; i < links->n && i < COMPOSE_SLOTS; i++)
		slot(slots[i], message, &links->v[i]);
	for (unsigned i = COMPOSE_SLOTS - 1; i > 0; i--) {
		unsigned k = randombytes_uniform(i + 1);

		memcpy(swap, slots[i], 16);
		memcpy(slots[i], slots[k], 16);
		memcpy(slots[k], swap, 16);
	}
	buf_put(out, slots, sizeof slots);
}

static bool
content_urgent(const struct content *c)
{
	const struct observation *o = content_observation(c);

	return o != NULL && (o->urgent || validate_danger(o));
}

static uint64_t
earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static enum error_code
seal_copy(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct content *c, const struct permission *p,
    const struct wire_sealing_key *to, struct copy *copy, struct why *why)
{
	struct body b = { .kind = KIND_SUBMISSION, .has_case = true };
	struct wire_submission *m = &b.u.submission;
	const uint64_t now = agent_now(a);
	struct out_extra extra = { .about = c->id.b };
	struct buf plain, cipher;
	uint8_t k2[32];
	enum error_code err;

	buf_init(&plain, CONTENT_ROOM);
	buf_init(&cipher, WIRE_CIPHERTEXT_MAX);
	outgoing_head(a, &b);
	memcpy(b.case_id, case_id, WIRE_CASE);
	m->suite = WIRE_SUITE;
	strcpy(m->recipient, copy->member);
	m->epoch = to->epoch;
	m->created = now;
	m->expires = earliest(earliest(now + (uint64_t)a->config->expires_days *
	    DAY_MS, p->until), to->until);
	memcpy(m->label, p->label, sizeof m->label);
	m->n_label = p->n;
	if (content_urgent(c))
		arrow_urgency(p->arrow, b.stamp, m->urgency);
	else
		randombytes_buf(m->urgency, sizeof m->urgency);
	put_slots(&plain, b.stamp, content_links(c));
	err = content_encode(c, &plain);
	if (err == ERR_NONE && !buf_ok(&plain)) {
		why_set(why, "it is too long for one message");
		err = ERR_SIZE;
	}
	if (err == ERR_NONE)
		err = seal_message(a->seal, a->member, to->key,
		    clock_boot(&a->clock), &b, buf_view(&plain), &cipher, k2);
	extra.share = k2;
	extra.ciphertext = buf_view(&cipher);
	if (err == ERR_NONE)
		err = outgoing_put(a, &b, &extra, why);
	memcpy(copy->stamp, b.stamp, WIRE_STAMP);
	copy->expires = m->expires;
	sodium_memzero(k2, sizeof k2);
	buf_free(&plain);
	buf_free(&cipher);
	return err;
}

/* The newest sealing key known, if it is still young enough. */
static bool
sealing_key(struct agent *a, const char *member, struct wire_sealing_key *out)
{
	const uint64_t now = agent_now(a);
	uint64_t announced, idx;

	return store_sealing(a->slice, member, 0, out, &announced, &idx) ==
	    ERR_NONE && now < announced + SEALING_MAX_AGE && now < out->until;
}

static void
ask_sealing(struct agent *a, const char *member)
{
	struct wire_question q = { .what = ASK_SEALING };

	strcpy(q.member, member);
	if (intake_ask(a, &q, NULL, NULL) != ERR_NONE)
		return;                 /* offline: asked when it is back */
}

static enum error_code
keep_waiting(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const struct content *c,
    struct copy *copy)
{
	struct db_stmt *st = a->sql[SQL_WAITING_PUT];

	copy->state = COPY_WAITING;
	ask_sealing(a, copy->member);
	db_bind_blob(st, 1, c->id.b, RECORD_ID_LEN);
	db_bind_text(st, 2, copy->member);
	db_bind_blob(st, 3, case_id, WIRE_CASE);
	db_bind_text(st, 4, w->account);
	db_bind_u64(st, 5, agent_now(a));
	return db_run(st);
}

static enum error_code
send_copy(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const struct content *c,
    struct copy *copy, struct why *why)
{
	struct wire_sealing_key key;
	struct permission p;
	enum error_code err = judge(a, case_id, c, copy, &p);

	if (err == ERR_NONE && copy->state == COPY_QUEUED &&
	    content_urgent(c))
		err = unopened_sent(a, case_id, &c->id, copy->member);
	if (err == ERR_NONE && copy->state == COPY_QUEUED) {
		if (sealing_key(a, copy->member, &key))
			err = seal_copy(a, case_id, c, &p, &key, copy, why);
		else
			err = keep_waiting(a, w, case_id, c, copy);
	}
	sodium_memzero(&p, sizeof p);
	return err;
}

/* ---- interface ------------------------------------------------------------------------------ */

static void
audit_refused(const struct copy *copy)
{
	const struct log_event event = {
		.ref = "", .event = "send", .user_kind = "worker",
		.auth = "peer-uid", .outcome = "refused-here",
		.reason = copy->rule,
	};

	if (log_audit(&event) != ERR_NONE)
		log_warning(41, "audit file", "check the disk",
		    "a line could not be written");
}

enum error_code
compose_preview(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const struct content *c,
    struct copy *copy, unsigned n, struct why *why)
{
	enum error_code err = ERR_NONE;
	struct permission p;

	(void)w;
	(void)why;
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		err = judge(a, case_id, c, &copy[i], &p);
	sodium_memzero(&p, sizeof p);
	return err;
}

enum error_code
compose_send(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const struct content *c,
    struct copy *copy, unsigned n, struct refusal *refusal, struct why *why)
{
	enum error_code err = validate_content(c, NULL, refusal);

	if (err != ERR_NONE)
		return err;
	if (a->trouble != TROUBLE_NONE) {
		why_set(why, "%s", agent_trouble_text(a->trouble));
		return ERR_DENIED;
	}
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	err = own_put(a, case_id, c);
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		err = send_copy(a, w, case_id, c, &copy[i], why);
	/* within somebody's transaction what gathers is signed at its end */
	if (err == ERR_NONE && a->nested == 1)
		err = outgoing_seal(a);
	err = agent_end(a, err);
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		if (copy[i].state == COPY_REFUSED)
			audit_refused(&copy[i]);
	if (err == ERR_NONE && a->nested == 0)
		outgoing_push(a);
	return err;
}

/* ---- copies that wait ---------------------------------------------------------------------------- */

struct waiting_copy {
	struct record_id id;
	uint8_t case_id[WIRE_CASE];
	char recipient[WIRE_ID_MAX + 1], account[64];
};

static enum error_code
list_waiting(struct agent *a, struct waiting_copy *out, unsigned max,
    unsigned *n)
{
	struct db_stmt *st = a->sql[SQL_WAITING_LIST];
	enum error_code err;
	bool row;

	*n = 0;
	while (*n < max && (err = db_step(st, &row)) == ERR_NONE && row) {
		struct waiting_copy *w = &out[*n];

		err = db_col_fixed(st, 0, w->id.b, RECORD_ID_LEN);
		if (err == ERR_NONE)
			err = db_col_str(st, 1, w->recipient,
			    sizeof w->recipient);
		if (err == ERR_NONE)
			err = db_col_fixed(st, 2, w->case_id, WIRE_CASE);
		if (err == ERR_NONE)
			err = db_col_str(st, 3, w->account,
			    sizeof w->account);
		if (err != ERR_NONE)
			break;
		(*n)++;
	}
	db_done(st);
	return ERR_NONE;
}

static enum error_code
retry(struct agent *a, const struct waiting_copy *wait)
{
	struct db_stmt *st;
	struct wire_sealing_key key;
	struct copy copy = { .state = 0 };
	struct worker w = { .uid = 0 };
	struct content c;
	struct own o;
	enum error_code err;

	if (!sealing_key(a, wait->recipient, &key)) {
		ask_sealing(a, wait->recipient);
		return ERR_NONE;
	}
	strcpy(copy.member, wait->recipient);
	strcpy(w.account, wait->account);
	err = own_get(a, &wait->id, &o, &c);
	if (err != ERR_NONE)
		return err;
	err = o.recalled ? ERR_NONE : send_copy(a, &w, wait->case_id, &c,
	    &copy, NULL);
	content_wipe(&c);
	if (err != ERR_NONE)
		return err;
	/* what permission ended meanwhile is kept, to be told so */
	st = a->sql[copy.state == COPY_REFUSED ? SQL_WAITING_STOP :
	    SQL_WAITING_DONE];
	db_bind_blob(st, 1, wait->id.b, RECORD_ID_LEN);
	db_bind_text(st, 2, wait->recipient);
	return db_run(st);
}

void
compose_turn(struct agent *a)
{
	struct waiting_copy wait[16];
	const uint64_t boot = clock_boot(&a->clock);
	enum error_code err;
	unsigned n;

	if (a->offline_since != 0 || boot < a->compose_next)
		return;
	a->compose_next = boot + CLOCK_SECOND_MS;
	if (list_waiting(a, wait, 16, &n) != ERR_NONE || n == 0)
		return;
	if (agent_begin(a) != ERR_NONE)
		return;
	err = ERR_NONE;
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		err = retry(a, &wait[i]);
	if (err == ERR_NONE)
		err = outgoing_seal(a);
	if (agent_end(a, err) != ERR_NONE)
		log_warning(29, "outbox", "check the disk",
		    "waiting copies could not be sent");
}

static enum error_code
list_copies(struct agent *a, const struct record_id *id, bool stopped,
    compose_visit *visit, void *ctx)
{
	struct db_stmt *st = a->sql[SQL_WAITING_ABOUT];
	char member[WIRE_ID_MAX + 1];
	enum error_code err;
	bool row;

	db_bind_blob(st, 1, id->b, RECORD_ID_LEN);
	db_bind_i64(st, 2, stopped);
	while ((err = db_step(st, &row)) == ERR_NONE && row) {
		err = db_col_str(st, 0, member, sizeof member);
		if (err == ERR_NONE)
			err = visit(ctx, member);
		if (err != ERR_NONE)
			break;
	}
	db_done(st);
	return err;
}

enum error_code
compose_waiting(struct agent *a, const struct record_id *id,
    compose_visit *visit, void *ctx)
{
	return list_copies(a, id, false, visit, ctx);
}

enum error_code
compose_stopped(struct agent *a, const struct record_id *id,
    compose_visit *visit, void *ctx)
{
	return list_copies(a, id, true, visit, ctx);
}

/* ---- who may be told ----------------------------------------------------------------------------------- */

struct allowed {
	struct agent *a;
	const uint8_t *case_id;
	compose_visit *visit;
	void *ctx;
};

static enum error_code
visit_arrow(void *ctx, const struct store_arrow *arrow)
{
	const struct allowed *v = ctx;
	struct grant g[RULES_GRANTS_MAX];
	const uint64_t now = agent_now(v->a);
	unsigned n = 0;
	enum error_code err;

	if (strcmp(arrow->sender, v->a->member) != 0)
		return ERR_NONE;
	err = store_grants(v->a->slice, v->case_id, arrow->sender,
	    arrow->recipient, g, &n);
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		if (g[i].ended_by == ENDED_NOT && !g[i].introduction &&
		    g[i].effective <= now && now < g[i].until)
			return v->visit(v->ctx, arrow->recipient);
	return err;
}

enum error_code
compose_allowed(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    compose_visit *visit, void *ctx)
{
	struct allowed v = { a, case_id, visit, ctx };

	return store_arrows(a->slice, case_id, visit_arrow, &v);
}
