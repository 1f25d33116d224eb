#include "tests/support/book.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "store/db.h"
#include "tests/support/test.h"

uint64_t
book_last(const struct book *b)
{
	return b->n - 1;
}

/* The citation of the newest checkpoint there could be. */
struct citation
book_cite(const struct book *b)
{
	struct citation c = { .size = b->n };

	return c;
}

void
book_entry(struct book *b, uint64_t idx, struct entry *out)
{
	struct why why;
	enum error_code e;

	ck_assert_uint_lt(idx, b->n);
	e = entry_decode(b->a, b->w->p, b->entry[idx].body,
	    b->entry[idx].salt, out, &why);
	ck_assert_msg(e == ERR_NONE, "%s", why.text);
}

/* ---- writing ------------------------------------------------------------------ */

static enum error_code
append(void *ctx, enum entry_kind kind, struct bytes payload)
{
	uint8_t commitment[HASH_BYTES], *salt;
	struct book *b = ctx;
	struct arena *a;
	struct entry e;
	struct why why;
	struct buf out;
	enum error_code error;

	ck_assert_uint_lt(b->n, BOOK_ENTRIES);
	salt = b->entry[b->n].salt;
	randombytes_buf(salt, ENTRY_SALT);
	buf_init(&out, ENTRY_BODY_MAX);
	ck_ok(entry_encode(b->n, b->w->now, kind, payload, &out));
	b->entry[b->n].body = bytes_of(arena_dup(b->w->a, out.data, out.n),
	    out.n);
	buf_free(&out);
	entry_commitment(b->entry[b->n].body, salt, commitment);
	ck_ok(store_append(b->s, b->w->now, commitment, salt,
	    b->entry[b->n].body));
	/* Consequences are written while the entry before is in use. */
	a = arena_create(1 << 20);
	error = entry_decode(a, b->w->p, b->entry[b->n].body, salt, &e, &why);
	ck_assert_msg(error == ERR_NONE, "%s", why.text);
	b->n++;
	ck_ok(facts_apply(b->s, &e, NULL));
	ck_ok(facts_consequences(b->s, &e, append, b));
	arena_destroy(&a);
	return ERR_NONE;
}

static void
append_refused(struct book *b, const struct record *r, enum rule rule,
    uint64_t message)
{
	const struct wire_refused x = { r->wire, (uint32_t)rule, message };
	struct buf out;

	buf_init(&out, ENTRY_BODY_MAX);
	ck_ok(wire_refused_encode(&x, &out));
	ck_ok(append(b, ENTRY_REFUSED, buf_view(&out)));
	buf_free(&out);
}

/* Which keys the verifier found good: those of the world. */
static void
keys_of(struct world *w, const struct record *r, struct facts_checked *c)
{
	unsigned i;

	c->cite_ok = true;
	c->signer_key = c->cosigner_key = NULL;
	if (strcmp(r->signer, "root:") == 0)
		c->signer_key = w->root[0].public;
	else if (strcmp(r->signer, "duty:") == 0)
		c->signer_key = w->duty.public;
	else if (r->has_key)
		c->signer_key = r->key;
	for (i = 0; i < w->n; i++) {
		if (strcmp(w->m[i].id, r->signer) == 0)
			c->signer_key = w->m[i].sign.public;
		if (strcmp(w->m[i].id, r->cosigner) == 0)
			c->cosigner_key = w->m[i].sign.public;
	}
}

static struct verdict
ask(struct store *s, struct world *w, uint64_t now, const struct record *r,
    const struct body *body)
{
	struct facts_checked checked = { .cite_ok = true };
	struct facts_room room;
	struct facts f;

	keys_of(w, r, &checked);
	ck_ok(facts_for_record(s, now, r, body, &checked, &room, &f));
	return rules_decide(&f);
}

enum rule
book_put(struct book *b, const struct record *r, uint64_t *idx)
{
	struct verdict v;
	struct body body;

	arena_reset(b->a);
	ck_ok(wire_body_decode(b->a, r, &body, NULL));
	ck_ok(store_begin(b->s));
	v = ask(b->s, b->w, b->w->now, r, &body);
	if (idx != NULL)
		*idx = b->n;
	if (v.rule == RULE_ADMIT)
		ck_ok(append(b, ENTRY_RECORD, r->wire));
	else
		append_refused(b, r, v.rule, 0);
	ck_ok(store_commit(b->s));
	return v.rule;
}

uint64_t
book_admit(struct book *b, const struct record *r)
{
	uint64_t idx;
	enum rule rule = book_put(b, r, &idx);

	ck_assert_msg(rule == RULE_ADMIT, "%s: %s", wire_kind_name(r->kind),
	    rule_name(rule));
	return idx;
}

/* ---- messages ------------------------------------------------------------------ */

static struct verdict
ask_delivery(struct store *s, uint64_t now, uint64_t message,
    struct store_message *m)
{
	struct facts_room room;
	struct facts f;

	ck_ok(store_message(s, message, m));
	ck_ok(facts_for_delivery(s, now, m, &room, &f));
	return rules_decide(&f);
}

enum rule
book_deliver(struct book *b, uint64_t message)
{
	struct store_message m;
	struct verdict v;
	struct buf out;

	ck_ok(store_begin(b->s));
	v = ask_delivery(b->s, b->w->now, message, &m);
	buf_init(&out, ENTRY_BODY_MAX);
	if (v.rule == RULE_ADMIT && m.delivered_idx == 0) {
		const struct wire_delivered d = { message, v.grant };

		ck_ok(wire_delivered_encode(&d, &out));
		ck_ok(append(b, ENTRY_DELIVERED, buf_view(&out)));
	} else if (v.rule != RULE_ADMIT && m.state == MESSAGE_QUEUED &&
	    !rule_waits(v.rule)) {
		const struct wire_dropped d = { message,
		    v.rule == RULE_MESSAGE_OVER ? DROP_EXPIRED : DROP_RULE };

		ck_ok(wire_dropped_encode(&d, &out));
		ck_ok(append(b, ENTRY_DROPPED, buf_view(&out)));
	}
	buf_free(&out);
	ck_ok(store_commit(b->s));
	return v.rule;
}

static struct verdict
ask_line(struct store *s, uint64_t now, const struct record *r,
    const struct body *body, unsigned i, struct wire_opened_line *line)
{
	struct facts_room room;
	struct verdict v;
	struct facts f;

	ck_ok(facts_for_opening(s, now, r, body, i, &room, &f));
	v = rules_decide(&f);
	memset(line, 0, sizeof *line);
	line->rule = (uint32_t)rule_shown_as(v.rule);
	if (v.rule == RULE_ADMIT) {
		line->grant = v.grant;
		line->lease_end = facts_lease_end(&f, &v);
	}
	return v;
}

enum rule
book_open(struct book *b, const struct record *r, enum rule *rule)
{
	struct wire_opened_line line[WIRE_OPENING_MAX];
	struct wire_opened opened = { .record = r->wire, .line = line };
	struct verdict v;
	struct body body;
	struct buf out;
	unsigned i;

	arena_reset(b->a);
	ck_ok(wire_body_decode(b->a, r, &body, NULL));
	ck_ok(store_begin(b->s));
	v = ask(b->s, b->w, b->w->now, r, &body);
	if (v.rule != RULE_ADMIT) {
		append_refused(b, r, v.rule, 0);
		ck_ok(store_commit(b->s));
		return v.rule;
	}
	opened.n = body.u.opening.n;
	for (i = 0; i < opened.n; i++)
		rule[i] = ask_line(b->s, b->w->now, r, &body, i,
		    &line[i]).rule;
	buf_init(&out, ENTRY_BODY_MAX);
	ck_ok(wire_opened_encode(&opened, &out));
	ck_ok(append(b, ENTRY_OPENED, buf_view(&out)));
	buf_free(&out);
	for (i = 0; i < opened.n; i++)
		if (rule[i] != RULE_ADMIT)
			append_refused(b, r, rule[i],
			    body.u.opening.message[i]);
	ck_ok(store_commit(b->s));
	return RULE_ADMIT;
}

/* ---- later batches --------------------------------------------------------------- */

struct few {
	uint64_t idx[64];
	unsigned n;
};

static enum error_code
take_few(void *ctx, uint64_t idx)
{
	struct few *f = ctx;

	if (f->n < 64)
		f->idx[f->n++] = idx;
	return ERR_NONE;
}

static void
later_notice(struct book *b)
{
	struct wire_notice x = { .code = NOTICE_STOP_DAY };
	struct buf out;
	bool found;

	ck_ok(store_begin(b->s));
	for (;;) {
		ck_ok(store_owed_notice(b->s, b->w->now, &x.about, &found));
		if (!found)
			break;
		buf_init(&out, ENTRY_BODY_MAX);
		ck_ok(wire_notice_encode(&x, &out));
		ck_ok(append(b, ENTRY_NOTICE, buf_view(&out)));
		buf_free(&out);
	}
	ck_ok(store_commit(b->s));
}

void
book_later(struct book *b)
{
	uint8_t case_id[WIRE_CASE];
	struct few few = { .n = 0 };
	bool found;
	unsigned i;

	ck_ok(store_begin(b->s));
	for (i = 0; i < 100; i++) {
		ck_ok(store_owed_ended(b->s, case_id, &found));
		if (!found)
			break;
		ck_ok(facts_owed_ended(b->s, case_id, append, b));
	}
	ck_assert_uint_lt(i, 100);
	ck_ok(store_commit(b->s));
	ck_ok(store_begin(b->s));
	ck_ok(store_stale(b->s, b->w->now, 64, take_few, &few));
	ck_ok(store_commit(b->s));
	for (i = 0; i < few.n; i++) {
		struct store_message m;

		ck_ok(store_message(b->s, few.idx[i], &m));
		if (m.state == MESSAGE_QUEUED)
			(void)book_deliver(b, few.idx[i]);
	}
	later_notice(b);
}

/* ---- making ------------------------------------------------------------------------ */

void
book_make(struct book *b, struct world *w)
{
	unsigned i, k;

	memset(b, 0, sizeof *b);
	b->w = w;
	b->a = arena_create(1 << 20);
	ck_ok(store_open_memory(&b->s));
	book_admit(b, world_partnership(w));
	for (i = 0; i < w->n; i++)
		book_admit(b, world_member(w, i));
	for (i = 0; i < w->n; i++) {
		if ((w->m[i].roles & ROLE_AGENCY) == 0)
			continue;
		book_admit(b, world_sealing(w, i));
		for (k = 0; k < 2; k++)
			book_admit(b, world_worker(w, i, k));
	}
}

void
book_free(struct book *b)
{
	store_close(&b->s);
	arena_destroy(&b->a);
}

/* ---- replay ------------------------------------------------------------------------ */

struct replay {
	struct book *b;
	struct store *s;
	uint64_t at;                  /* the entry looked at */
};

static void
replay_entry(struct replay *x, struct entry *e)
{
	uint8_t commitment[HASH_BYTES];

	book_entry(x->b, x->at, e);
	ck_assert_uint_eq(e->index, x->at);
	entry_commitment(e->body, e->salt, commitment);
	ck_ok(store_append(x->s, e->time, commitment, e->salt, e->body));
	ck_ok(facts_apply(x->s, e, NULL));
	x->at++;
}

/* What must follow does follow, and is applied. */
static enum error_code
must_follow(void *ctx, enum entry_kind kind, struct bytes payload)
{
	struct replay *x = ctx;
	struct entry e;

	ck_assert_uint_lt(x->at, x->b->n);
	replay_entry(x, &e);
	ck_assert_int_eq((int)e.kind, (int)kind);
	ck_assert_uint_eq(e.body.n, ENTRY_PREFIX + payload.n);
	ck_assert_mem_eq(e.body.data + ENTRY_PREFIX, payload.data, payload.n);
	return ERR_NONE;
}

static void
replay_opened(struct replay *x, const struct entry *e)
{
	struct wire_opened_line line;
	unsigned i;

	ck_assert_int_eq((int)ask(x->s, x->b->w, e->time, &e->record,
	    &e->b).rule, RULE_ADMIT);
	for (i = 0; i < e->u.opened.n; i++) {
		(void)ask_line(x->s, e->time, &e->record, &e->b, i, &line);
		ck_assert_mem_eq(&line, &e->u.opened.line[i], sizeof line);
	}
}

static void
replay_refused(struct replay *x, const struct entry *e)
{
	struct wire_opened_line line;
	unsigned i;

	if (e->u.refused.message == 0) {
		ck_assert_uint_eq(e->u.refused.rule, (unsigned)ask(x->s,
		    x->b->w, e->time, &e->record, &e->b).rule);
		return;
	}
	for (i = 0; i < e->b.u.opening.n; i++)
		if (e->b.u.opening.message[i] == e->u.refused.message)
			ck_assert_uint_eq(e->u.refused.rule,
			    (unsigned)ask_line(x->s, e->time, &e->record,
			    &e->b, i, &line).rule);
}

static void
replay_decision(struct replay *x, const struct entry *e)
{
	struct store_message m;
	struct verdict v;

	if (e->kind == ENTRY_RECORD) {
		v = ask(x->s, x->b->w, e->time, &e->record, &e->b);
		ck_assert_msg(v.rule == RULE_ADMIT, "entry %u: %s",
		    (unsigned)x->at, rule_name(v.rule));
	} else if (e->kind == ENTRY_DELIVERED) {
		v = ask_delivery(x->s, e->time, e->u.delivered.message, &m);
		ck_assert_int_eq((int)v.rule, RULE_ADMIT);
		ck_assert_uint_eq(v.grant, e->u.delivered.grant);
	} else if (e->kind == ENTRY_DROPPED) {
		v = ask_delivery(x->s, e->time, e->u.dropped.message, &m);
		ck_assert_int_ne((int)v.rule, RULE_ADMIT);
		ck_assert(!rule_waits(v.rule));
	} else if (e->kind == ENTRY_OPENED) {
		replay_opened(x, e);
	} else if (e->kind == ENTRY_REFUSED) {
		replay_refused(x, e);
	}
}

static void
replay_on(struct book *b, struct store **s)
{
	uint8_t live[WIRE_HASH], again[WIRE_HASH];
	struct replay x = { .b = b, .s = *s };
	struct entry e;

	ck_ok(store_begin(x.s));
	while (x.at < b->n) {
		arena_reset(b->a);
		book_entry(b, x.at, &e);
		replay_decision(&x, &e);
		replay_entry(&x, &e);
		ck_ok(facts_consequences(x.s, &e, must_follow, &x));
	}
	ck_ok(store_commit(x.s));
	ck_ok(store_digest(b->s, live));
	ck_ok(store_digest(x.s, again));
	ck_assert_mem_eq(live, again, sizeof live);
	store_close(s);
}

void
book_replay(struct book *b)
{
	struct store *s;
	struct db *db;

	ck_ok(store_open_memory(&s));
	replay_on(b, &s);
	ck_ok(db_open(":memory:", NULL, &db, NULL));
	ck_ok(store_open_sqlite(db, &s, NULL));
	replay_on(b, &s);
	db_close(&db);
}

/* ---- slices ------------------------------------------------------------------------ */

void
slice_make(struct book *b, struct slice *x, const char *self)
{
	struct entry e;
	uint64_t i;

	memset(x, 0, sizeof *x);
	memcpy(x->self, self, strlen(self) + 1);
	ck_ok(store_open_memory(&x->s));
	ck_ok(store_begin(x->s));
	/* What an agent asks for by id: everybody's first record. */
	for (i = 0; i < b->n; i++) {
		arena_reset(b->a);
		book_entry(b, i, &e);
		if (e.kind == ENTRY_RECORD &&
		    (e.record.kind == KIND_PARTNERSHIP ||
		    e.record.kind == KIND_MEMBER))
			ck_ok(facts_apply(x->s, &e, x->self));
	}
	ck_ok(store_commit(x->s));
}

void
slice_free(struct slice *x)
{
	store_close(&x->s);
}

struct taking {
	struct { uint64_t idx, position; } item[BOOK_ENTRIES];
	uint64_t n;
};

static enum error_code
take_news(void *ctx, uint64_t idx, uint64_t position, bool mail)
{
	struct taking *t = ctx;

	if (mail || t->n == BOOK_ENTRIES)
		return ERR_NONE;
	t->item[t->n].idx = idx;
	t->item[t->n++].position = position;
	return ERR_NONE;
}

static void
take_in(struct slice *x, const struct entry *e)
{
	uint8_t commitment[HASH_BYTES];
	struct hash leaf;

	entry_commitment(e->body, e->salt, commitment);
	entry_leaf(commitment, &leaf);
	fold_news_hash(x->hash, &leaf);
	x->count++;
	ck_ok(facts_apply(x->s, e, x->self));
}

/* The feed holds what is news to it; its own records it has. */
static bool
own(const struct slice *x, const struct entry *e)
{
	return (e->kind == ENTRY_RECORD || e->kind == ENTRY_OPENED) &&
	    (strcmp(e->record.signer, x->self) == 0 ||
	    strcmp(e->record.cosigner, x->self) == 0);
}

void
slice_sync(struct book *b, struct slice *x)
{
	const struct store_member *m;
	struct taking *t = calloc(1, sizeof *t);
	struct entry e;
	uint64_t i;

	ck_assert_ptr_nonnull(t);
	ck_ok(store_feed_placed(b->s, x->self, 0, BOOK_ENTRIES, take_news,
	    t));
	ck_ok(store_begin(x->s));
	for (; x->taken < b->n; x->taken++) {
		for (i = 0; i < t->n; i++) {
			if (t->item[i].position != x->taken)
				continue;
			arena_reset(b->a);
			book_entry(b, t->item[i].idx, &e);
			take_in(x, &e);
		}
		arena_reset(b->a);
		book_entry(b, x->taken, &e);
		if (own(x, &e))
			take_in(x, &e);
	}
	ck_ok(store_commit(x->s));
	ck_ok(store_member(b->s, x->self, &m));
	ck_assert_uint_eq(m->news, x->count);
	ck_assert_mem_eq(m->news_hash, x->hash, HASH_BYTES);
	free(t);
}
