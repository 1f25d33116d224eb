/*
 * Real agents over the real heart of a broker, in one process, with a clock
 * that stands still: the broker's rig, a link that is a queue, and a local
 * socket that is a function call.  The link and the socket stand in for
 * base/link.c and agent/api/api.c, which are then not linked.
 */
#ifndef WAYLEAVE_TESTS_UNIT_AGENT_OFFICE_H
#define WAYLEAVE_TESTS_UNIT_AGENT_OFFICE_H

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

#include "agent/api/api.h"
#include "agent/books.h"
#include "agent/config.h"
#include "agent/intake/intake.h"
#include "agent/life.h"
#include "agent/outgoing/outgoing.h"
#include "agent/consent/signing.h"
#include "base/link.h"
#include "broker/state.h"
#include "keys/secret.h"
#include "ledger/partnership.h"
#include "tests/unit/broker/rig.h"

enum { OFFICE_FRAMES = 256, OFFICE_AGENTS = WORLD_AUDITOR };

struct link {
	unsigned m;
	struct buf down[OFFICE_FRAMES];     /* from the broker, in order */
	unsigned head, tail;
	bool up, gone, connected;
	struct buf now;                     /* the one handed out */
};

/* What a verb told. */
struct told {
	bool ended;
	int code;
	json_t *result;                     /* owned, may be NULL */
	char words[2048];
};

struct office {
	struct rig *r;
	struct agent *a[OFFICE_AGENTS];     /* by number in the world */
	struct agent_config c[OFFICE_AGENTS];
	char dir[TEST_PATH], partnership[TEST_PATH],
	    record[OFFICE_AGENTS][TEST_PATH], state[OFFICE_AGENTS][TEST_PATH];
	struct link *link[OFFICE_AGENTS];
	struct signing *signing;
	struct told told;
	bool may_drop;                      /* an agent may drop its link */
	unsigned dropped;                   /* and did so often */
	/* takes what agents send, instead of the broker */
	void (*capture)(unsigned m, struct bytes frame);
};

static struct office *office;           /* the one of this test */
static unsigned office_next;            /* whose link is made next */

#define OFFICE __attribute__((unused)) static

/* ---- the link that is a queue ------------------------------------------ */

enum error_code
link_create(const char *const *address, unsigned n,
    const struct link_keys *keys, size_t max_frame, struct link **out,
    struct why *why)
{
	struct link *l = calloc(1, sizeof *l);

	(void)address;
	(void)n;
	(void)keys;
	(void)max_frame;
	(void)why;
	ck_assert_ptr_nonnull(l);
	l->m = office_next;
	for (unsigned i = 0; i < OFFICE_FRAMES; i++)
		buf_init(&l->down[i], WIRE_DOWN_MAX);
	buf_init(&l->now, WIRE_DOWN_MAX);
	office->link[l->m] = l;
	*out = l;
	return ERR_NONE;
}

void
link_destroy(struct link **l)
{
	if (l == NULL || *l == NULL)
		return;
	for (unsigned i = 0; i < OFFICE_FRAMES; i++)
		buf_free(&(*l)->down[i]);
	buf_free(&(*l)->now);
	office->link[(*l)->m] = NULL;
	free(*l);
	*l = NULL;
}

int
link_fd(const struct link *l)
{
	(void)l;
	return -1;
}

bool
link_pending(const struct link *l)
{
	return l->head != l->tail;
}

enum error_code
link_recv(struct link *l, struct bytes *out)
{
	struct buf taken = l->now;

	if (l->head == l->tail)
		return ERR_NOTFOUND;
	l->now = l->down[l->head % OFFICE_FRAMES];
	l->down[l->head % OFFICE_FRAMES] = taken;
	buf_clear(&l->down[l->head++ % OFFICE_FRAMES]);
	*out = buf_view(&l->now);
	return ERR_NONE;
}

enum error_code
link_send(struct link *l, struct bytes frame)
{
	if (!l->connected)
		return ERR_BUSY;
	if (office->capture != NULL)
		office->capture(l->m, frame);
	else
		rig_frame(office->r, l->m, frame);
	return ERR_NONE;
}

void
link_events(struct link *l, bool *up, bool *down)
{
	*up = l->up;
	*down = l->gone;
	l->up = l->gone = false;
}

void
link_again(struct link *l, uint64_t boot_ms)
{
	(void)boot_ms;
	ck_assert_msg(office->may_drop, "the agent dropped its link");
	office->dropped++;
	rig_gone(office->r, l->m);
	l->connected = false;
	l->head = l->tail;
}

void
link_drain(struct link *l, int ms)
{
	(void)l;
	(void)ms;
}

/* ---- the socket that is a call ----------------------------------------- */

void
api_tell(struct api_call *c, enum cli_exit code, json_t *result,
    const char *words)
{
	struct told *t = &office->told;

	ck_assert_msg(!t->ended, "a call was ended twice");
	t->ended = true;
	t->code = (int)code;
	/* as the socket does: what is told has been copied out */
	t->result = json_deep_copy(result);
	json_decref(result);
	snprintf(t->words, sizeof t->words, "%s", words != NULL ? words : "");
	if (c->state != NULL && c->state_free != NULL)
		c->state_free(c->state);
	json_decref(c->in);
	arena_destroy(&c->arena);
	free(c);
}

void
api_no(struct api_call *c, enum cli_exit code, const char *fmt, ...)
{
	char words[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	api_tell(c, code, NULL, words);
}

void
api_error(struct api_call *c, enum error_code e, const struct why *why)
{
	api_no(c, cli_exit_of(e), "%s", why != NULL && why->text[0] != '\0' ?
	    why->text : error_text(e));
}

const char *
api_text(const struct api_call *c, const char *key)
{
	return json_string_value(json_object_get(c->in, key));
}

bool
api_number(const struct api_call *c, const char *key, uint64_t *out)
{
	const json_t *v = json_object_get(c->in, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*out = (uint64_t)json_integer_value(v);
	return true;
}

bool
api_true(const struct api_call *c, const char *key)
{
	return json_is_true(json_object_get(c->in, key));
}

void
api_forget_worker(struct api *api, const struct worker *w)
{
	(void)api;
	(void)w;
}

/* The rest of agent/api/api.h, so that nothing asks for the file. */
enum error_code
api_create(struct agent *a, const char *socket, unsigned mode,
    struct api **out, struct why *why)
{
	(void)a;
	(void)socket;
	(void)mode;
	(void)why;
	*out = NULL;
	return ERR_INTERNAL;
}

void
api_destroy(struct api **api)
{
	(void)api;
}

unsigned
api_poll(const struct api *api, struct pollfd *fds, unsigned max)
{
	(void)api;
	(void)fds;
	(void)max;
	return 0;
}

void
api_ready(struct api *api, const struct pollfd *fds, unsigned n)
{
	(void)api;
	(void)fds;
	(void)n;
}

const char *
api_verb_name(enum api_verb v)
{
	(void)v;
	return "";
}

enum api_verb
api_verb_of(const char *name)
{
	(void)name;
	return VERB_NONE;
}

/* ---- the broker's side ------------------------------------------------- */

OFFICE void
office_outlet(void *ctx, const char *member, uint64_t session,
    struct buf *frame)
{
	struct office *o = office;      /* ctx is the rig's, as for all of it */
	const unsigned m = rig_member(ctx, member);
	struct link *l = m < OFFICE_AGENTS ? o->link[m] : NULL;

	if (l == NULL) {
		rig_outlet(o->r, member, session, frame);
		return;
	}
	if (session == o->r->session[m] && l->connected) {
		ck_assert_uint_lt(l->tail - l->head, OFFICE_FRAMES);
		buf_clear(&l->down[l->tail % OFFICE_FRAMES]);
		buf_put(&l->down[l->tail++ % OFFICE_FRAMES], frame->data,
		    frame->n);
	}
	buf_free(frame);
}

OFFICE struct record *
office_member(struct rig *r, unsigned i)
{
	static const uint32_t kind[] = { 0, 6, 2, 13, 0 };
	struct world_member *m = &r->w.m[i];
	struct record *rec = arena_zalloc(r->w.a, sizeof *rec), *one[1];
	struct body b = { .kind = KIND_MEMBER };
	struct wire_member *w = &b.u.member;
	uint8_t chance[10] = { (uint8_t)i };
	struct buf body, wire;

	stamp_make(r->w.now, chance, b.stamp);
	w->serial = ++m->serial;
	strcpy(w->id, m->id);
	snprintf(w->name, sizeof w->name, "The %s", m->id);
	w->roles = m->roles;
	w->agency = i < 5 ? kind[i] : 1;
	w->may_open_cases = i == WORLD_CUSTODIAN;
	w->onward_duty = i == WORLD_SCHOOL ? 2 : 0;
	strcpy(w->languages, "en");
	if (i == WORLD_SCHOOL)
		strcpy(w->duty_phone, "020 7946 0100");
	memcpy(w->sign_key, m->sign.public, WIRE_KEY);
	memcpy(w->link_key, m->link.public, WIRE_KEY);
	w->has_terms_key = (m->roles & ROLE_TERMS) != 0;
	if (w->has_terms_key)
		memcpy(w->terms_key, m->terms.public, WIRE_KEY);
	w->valid_from = r->w.now - 1000;
	w->valid_until = r->w.now + 400ull * CLOCK_DAY_MS;
	rec->kind = KIND_MEMBER;
	strcpy(rec->signer, "root:");
	buf_init(&body, WIRE_BODY_MAX);
	buf_init(&wire, WIRE_RECORD_MAX);
	ck_ok(wire_body_encode(&b, &body));
	rec->body = bytes_of(arena_dup(r->w.a, body.data, body.n), body.n);
	one[0] = rec;
	ck_ok(bundle_sign(r->w.root[0].secret, r->w.p, one, 1, NULL, NULL,
	    r->w.a));
	ck_ok(wire_record_encode(rec, &wire));
	rec->wire = bytes_of(arena_dup(r->w.a, wire.data, wire.n), wire.n);
	buf_free(&body);
	buf_free(&wire);
	return rec;
}

/* ---- life -------------------------------------------------------------- */

OFFICE void
office_save(struct office *o, const char *path, struct record **rec,
    unsigned n)
{
	struct record_file f = { .n = n };
	struct why why = { "" };

	f.record = arena_alloc(o->r->w.a, n * sizeof *f.record);
	memcpy(f.root, o->r->w.root[0].public, WIRE_KEY);
	for (unsigned i = 0; i < n; i++)
		f.record[i] = *rec[i];
	ck_assert_msg(record_file_save(path, &f, &why) == ERR_NONE, "%s",
	    why.text);
}

OFFICE void
office_connect(struct office *o, unsigned m)
{
	o->link[m]->connected = true;
	o->link[m]->up = true;
	o->r->session[m] = ++o->r->sessions;
}

OFFICE void
office_disconnect(struct office *o, unsigned m)
{
	rig_gone(o->r, m);
	o->link[m]->connected = false;
	o->link[m]->gone = true;
	o->link[m]->head = o->link[m]->tail;
}

OFFICE void
office_agent(struct office *o, unsigned m)
{
	struct agent_config *c = &o->c[m];
	struct world_member *w = &o->r->w.m[m];
	struct identity *id = NULL;
	struct why why = { "" };
	enum error_code e;

	*c = (struct agent_config){ .partnership = o->partnership,
	    .member = w->id, .record = o->record[m],
	    .state_dir = o->state[m], .language = "en",
	    .lawful_basis = "LB2", .unlock_command = "",
	    .unlock_credential = "", .broker = "", .clock_skew_seconds = 300,
	    .lease_hours = 8, .expires_days = 14,
	    .urgent_unopened_minutes = 30, .socket = "", .alert_command = "",
	    .audit_file = "", .epoch_hours = 24, .epoch_life_days = 14,
	    .desk_user = "", .lock_ms = 10 * CLOCK_MINUTE_MS,
	    .notify_text = "You have an item to review.", .notify_link = "",
	    .batch_minutes = 15, .jitter_minutes = 10, .alert_mail_to = "",
	    .duty_escalate_minutes = 15 };
	e = agent_open(c, &o->a[m], &why);
	ck_assert_msg(e == ERR_NONE, "%s: %s", error_text(e), why.text);
	o->a[m]->clock = o->r->clock;
	o->a[m]->signing = o->signing;
	ck_ok(identity_create(false, &id, &why));
	id->sign = w->sign;
	id->link = w->link;
	office_next = m;
	e = agent_unlocked(o->a[m], &id, &why);
	ck_assert_msg(e == ERR_NONE, "%s: %s", error_text(e), why.text);
	office_connect(o, m);
}

/* Agents and broker until nothing moves; a signing child is waited for. */
OFFICE void
office_settle(struct office *o)
{
	for (int i = 0; i < 200; i++) {
		bool busy = false;

		for (unsigned m = 0; m < OFFICE_AGENTS; m++) {
			struct link *l = o->link[m];

			if (o->a[m] == NULL)
				continue;
			busy = busy || (l != NULL && (l->up || l->gone ||
			    link_pending(l)));
			agent_turn(o->a[m]);
			busy = busy || (l != NULL && link_pending(l));
		}
		rig_settle(o->r);
		if (signing_fd(o->signing) >= 0) {
			struct pollfd p = { signing_fd(o->signing), POLLIN,
			    0 };

			ck_assert_int_eq(poll(&p, 1, 30000), 1);
			signing_ready(o->signing);
			busy = true;
		}
		if (!busy && i > 2)
			return;
	}
	ck_abort_msg("the office does not come to rest");
}

/* Time passes in steps that keep statements fresh. */
OFFICE void
office_pass(struct office *o, uint64_t ms)
{
	while (ms > 0) {
		const uint64_t step = ms > 5 * CLOCK_MINUTE_MS ?
		    5 * CLOCK_MINUTE_MS : ms;

		rig_pass(o->r, step);
		ms -= step;
		office_settle(o);
	}
}

OFFICE struct office *
office_create(void)
{
	struct record *rec[8];
	struct office *o = calloc(1, sizeof *o);
	char name[64];

	ck_assert_ptr_nonnull(o);
	office = o;
	ck_ok(signing_create(&o->signing, NULL));
	ck_ok(keys_init(NULL));
	signing_set_cheap(o->signing);
	o->r = rig_create(5, NULL);
	o->r->q->c.outlet.send = office_outlet;
	test_dir(o->dir);
	test_path(o->partnership, o->dir, "partnership.wlp");
	rec[0] = world_partnership(&o->r->w);
	for (unsigned i = 0; i < 5; i++)
		rec[i + 1] = office_member(o->r, i);
	rig_admit_local(o->r, rec, 6);
	ck_assert_msg(o->r->local_worst == ERR_NONE, "%s", o->r->local);
	office_save(o, o->partnership, rec, 2);
	for (unsigned m = WORLD_CUSTODIAN; m < OFFICE_AGENTS; m++) {
		snprintf(name, sizeof name, "%u.wlrec", m);
		test_path(o->record[m], o->dir, name);
		office_save(o, o->record[m], &rec[m + 1], 1);
		snprintf(name, sizeof name, "state-%u", m);
		test_path(o->state[m], o->dir, name);
		office_agent(o, m);
	}
	office_settle(o);
	return o;
}

OFFICE void
office_destroy(struct office **out)
{
	struct office *o = *out;

	json_decref(o->told.result);
	for (unsigned m = 0; m < OFFICE_AGENTS; m++)
		agent_close(&o->a[m]);
	signing_destroy(&o->signing);
	rig_destroy(&o->r);
	free(o);
	*out = office = NULL;
}

/* ---- asking ------------------------------------------------------------ */


/* As this account (NULL: IT); `in` is stolen.  Runs until it is told. */
OFFICE const struct told *
office_ask(struct office *o, unsigned m, const char *account,
    api_handler *handler, json_t *in)
{
	struct api_call *c = calloc(1, sizeof *c);

	ck_assert_ptr_nonnull(c);
	ck_assert_ptr_nonnull(in);
	json_decref(o->told.result);
	memset(&o->told, 0, sizeof o->told);
	c->agent = o->a[m];
	c->in = in;
	c->it = account == NULL;
	c->arena = arena_create(1024 * 1024);
	if (account != NULL)
		ck_ok(workers_by_account(c->agent, account, &c->worker));
	handler(c);
	office_settle(o);
	/* a wait ends by its deadline */
	for (int i = 0; i < 10 && !o->told.ended; i++)
		office_pass(o, 10 * CLOCK_SECOND_MS);
	ck_assert_msg(o->told.ended, "a call was never ended");
	return &o->told;
}

#define ck_told(t, want)                                                  \
	ck_assert_msg((t)->code == (int)(want), "code %d, not %d: %s",    \
	    (t)->code, (int)(want), (t)->words)

OFFICE const char *
office_str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	ck_assert_msg(s != NULL, "no text \"%s\"", key);
	return s;
}

/* An account at this agency, known to the exchange. */
OFFICE void
office_worker(struct office *o, unsigned m, const char *account,
    const char *name, unsigned rights)
{
	ck_ok(workers_add(o->a[m], 1000, account, name, "17", "caseworker",
	    "", rights, NULL));
	office_settle(o);
}

#endif
