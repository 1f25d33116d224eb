/*
 * Questions that are not entries: the directory, an auditor's mirror, a
 * custodian's case, consistency.  What may be shown to whom is decided here
 * (PROTOCOL 5 "Who sees a body").
 */
#include <stdlib.h>
#include <string.h>

#include "broker/state.h"
#include "ledger/proof.h"

enum {
	ROWS_BYTES = 200 * 1024,        /* of bodies in one reply */
	CASE_SCAN = 2048,               /* entries looked at for one */
};

struct answering {
	struct sequencer *q;
	struct session *x;
	const struct wire_question *ask;
	struct wire_reply *r;
	size_t bytes;
};

/* ---- rows -------------------------------------------------------------- */

static bool
rows_room(struct answering *a, size_t body)
{
	return a->r->n_row < WIRE_ROWS_MAX && (a->r->n_row == 0 ||
	    a->bytes + body + 128 <= ROWS_BYTES);
}

static enum error_code
row_put(struct answering *a, uint64_t idx,
    const uint8_t commitment[static HASH_BYTES], const uint8_t *salt,
    struct bytes body)
{
	struct arena *arena = a->q->b.arena;
	struct wire_row *w;
	uint8_t *copy;

	if (a->r->row == NULL)
		a->r->row = arena_alloc(arena,
		    WIRE_ROWS_MAX * sizeof *a->r->row);
	if (a->r->row == NULL)
		return ERR_NOMEM;
	w = &a->r->row[a->r->n_row];
	memset(w, 0, sizeof *w);
	w->index = idx;
	memcpy(w->commitment, commitment, HASH_BYTES);
	if (salt != NULL && body.n > 0) {
		copy = arena_dup(arena, body.data, body.n);
		if (copy == NULL)
			return ERR_NOMEM;
		w->has_body = true;
		memcpy(w->salt, salt, ENTRY_SALT);
		w->body = bytes_of(copy, body.n);
	}
	a->r->n_row++;
	a->bytes += body.n + 128;
	return ERR_NONE;
}

static enum error_code
row_entry(struct answering *a, uint64_t idx)
{
	uint8_t salt[ENTRY_SALT], commitment[HASH_BYTES];
	enum error_code e;
	struct buf body;

	buf_init(&body, ENTRY_BODY_MAX);
	e = store_entry(a->q->c.store, idx, &body, salt, commitment);
	if (e == ERR_NONE && !rows_room(a, body.n))
		e = ERR_FULL;
	if (e == ERR_NONE)
		e = row_put(a, idx, commitment, salt, buf_view(&body));
	buf_free(&body);
	return e;
}

/* One row with its inclusion path in the head. */
static enum error_code
row_proven(struct answering *a, uint64_t idx)
{
	struct hash path[TREE_PATH_MAX];
	enum error_code e;
	uint8_t *copy;
	size_t n;

	if (idx >= a->q->head.size) {
		a->r->code = REPLY_NOT_FOUND;
		return ERR_NONE;
	}
	e = row_entry(a, idx);
	if (e == ERR_NONE)
		e = proof_inclusion(&a->q->source, idx, a->q->head.size, path,
		    &n);
	if (e != ERR_NONE)
		return e;
	copy = arena_dup(a->q->b.arena, path, n * HASH_BYTES);
	a->r->data = bytes_of(copy, n * HASH_BYTES);
	return copy == NULL ? ERR_NOMEM : ERR_NONE;
}

/* ---- who is who -------------------------------------------------------- */

static enum error_code
ask_member(struct answering *a)
{
	const struct store_member *m;
	enum error_code e = store_member(a->q->c.store, a->ask->member, &m);

	if (e == ERR_NOTFOUND) {
		a->r->code = REPLY_NOT_FOUND;
		return ERR_NONE;
	}
	return e != ERR_NONE ? e : row_proven(a, m->idx);
}

static enum error_code
ask_sealing(struct answering *a)
{
	struct wire_sealing_key key;
	uint64_t announced, idx;
	enum error_code e;

	e = store_sealing(a->q->c.store, a->ask->member, 0, &key, &announced,
	    &idx);
	if (e == ERR_NOTFOUND) {
		a->r->code = REPLY_NOT_FOUND;
		return ERR_NONE;
	}
	return e != ERR_NONE ? e : row_proven(a, idx);
}

struct listing {
	uint64_t after, upto;
	uint64_t *idx;
	size_t n, cap;
};

static enum error_code
list_member(void *ctx, const struct store_member *m)
{
	struct listing *l = ctx;
	uint64_t *p;

	if (m->idx < l->after || m->idx >= l->upto)
		return ERR_NONE;
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 256 : 2 * l->cap;
		p = realloc(l->idx, l->cap * sizeof *p);
		if (p == NULL)
			return ERR_NOMEM;
		l->idx = p;
	}
	l->idx[l->n++] = m->idx;
	return ERR_NONE;
}

static int
ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static enum error_code
ask_directory(struct answering *a)
{
	struct listing l = {
		.after = a->ask->from, .upto = a->q->head.size,
	};
	enum error_code e = store_members(a->q->c.store, list_member, &l);

	if (l.n > 0)
		qsort(l.idx, l.n, sizeof *l.idx, ascending);
	for (size_t i = 0; e == ERR_NONE && i < l.n; i++) {
		e = row_entry(a, l.idx[i]);
		if (e == ERR_FULL) {
			a->r->code = REPLY_MORE;
			e = ERR_NONE;
			break;
		}
		a->r->size = l.idx[i] + 1;
	}
	free(l.idx);
	return e;
}

/* ---- arrow keys -------------------------------------------------------- */

struct is_end { const char *member; bool found; };

static enum error_code
find_end(void *ctx, const struct store_arrow *a)
{
	struct is_end *w = ctx;

	if (strcmp(a->sender, w->member) == 0 ||
	    strcmp(a->recipient, w->member) == 0)
		w->found = true;
	return ERR_NONE;
}

/* OK whatever comes of it: the answer tells nobody anything. */
static enum error_code
ask_arrow_key(struct answering *a)
{
	struct is_end who = { .member = a->x->member };
	struct pending_ask *p;
	struct store_case k;
	struct session *x;
	enum error_code e;

	if (!a->ask->has_case)
		return ERR_NONE;
	e = store_case(a->q->c.store, a->ask->case_id, &k);
	if (e == ERR_NONE)
		e = store_arrows(a->q->c.store, a->ask->case_id, find_end,
		    &who);
	if (e == ERR_NOTFOUND || (e == ERR_NONE &&
	    (!who.found || k.state != CASE_OPEN)))
		return ERR_NONE;
	if (e != ERR_NONE)
		return e;
	x = sessions_find(a->q->sessions, k.custodian);
	if (x == NULL || x->number == 0)
		return ERR_NONE;
	p = arena_zalloc(a->q->b.arena, sizeof *p);
	if (p == NULL)
		return ERR_NOMEM;
	memcpy(p->case_id, k.id, WIRE_CASE);
	memcpy(p->by, a->x->member, sizeof p->by);
	*x->p.ask_end = p;
	x->p.ask_end = &p->next;
	courier_touch(a->q, x);
	return ERR_NONE;
}

/* ---- bodies ------------------------------------------------------------ */

static enum error_code
visit_row(void *ctx, uint64_t idx, const uint8_t commitment[static HASH_BYTES],
    const uint8_t *salt, struct bytes body)
{
	struct answering *a = ctx;

	if (!rows_room(a, body.n))
		return ERR_FULL;
	a->r->size = idx + 1;
	return row_put(a, idx, commitment, salt, body);
}

static enum error_code
ask_entries(struct answering *a)
{
	uint64_t from = a->ask->from, size = a->q->head.size, n;
	const struct store_member *m;
	enum error_code e;

	e = store_member(a->q->c.store, a->x->member, &m);
	if (e != ERR_NONE)
		return e;
	if ((m->m.roles & ROLE_AUDITOR) == 0) {
		a->r->code = REPLY_DENIED;
		return ERR_NONE;
	}
	a->r->size = from;
	if (from >= size)
		return ERR_NONE;
	n = a->ask->n == 0 || a->ask->n > WIRE_ROWS_MAX ? WIRE_ROWS_MAX :
	    a->ask->n;
	if (n > size - from)
		n = size - from;
	e = store_entries(a->q->c.store, from, n, visit_row, a);
	if (e == ERR_FULL)
		e = ERR_NONE;
	if (e == ERR_NONE && a->r->size < size)
		a->r->code = REPLY_MORE;
	return e;
}

/* The case an entry is about. */
static bool
case_of(struct sequencer *q, const struct entry *e,
    uint8_t out[static WIRE_CASE])
{
	struct store_message m;
	uint64_t message = 0;

	switch (e->kind) {
	case ENTRY_RECORD:
	case ENTRY_OPENED:
	case ENTRY_REFUSED:
		memcpy(out, e->b.case_id, WIRE_CASE);
		return e->b.has_case;
	case ENTRY_FROZEN:
		memcpy(out, e->u.frozen.case_id, WIRE_CASE);
		return e->u.frozen.has_case;
	case ENTRY_ENDED:
		memcpy(out, e->u.ended.case_id, WIRE_CASE);
		return true;
	case ENTRY_DELIVERED:
		message = e->u.delivered.message;
		break;
	case ENTRY_DROPPED:
		message = e->u.dropped.message;
		break;
	case ENTRY_NOTICE:
		return false;
	}
	if (store_message(q->c.store, message, &m) != ERR_NONE)
		return false;
	memcpy(out, m.case_id, WIRE_CASE);
	return true;
}

static enum error_code
case_row(struct answering *a, uint64_t idx)
{
	uint8_t id[WIRE_CASE];
	struct entry *en;
	enum error_code e;

	arena_reset(a->q->scratch);
	e = publish_entry(a->q, a->q->scratch, idx, &en);

	if (e != ERR_NONE || !case_of(a->q, en, id) ||
	    memcmp(id, a->ask->case_id, WIRE_CASE) != 0)
		return e == ERR_NOTFOUND ? ERR_NONE : e;
	return row_entry(a, idx);
}

static enum error_code
ask_case(struct answering *a)
{
	uint64_t idx = a->ask->from, size = a->q->head.size, end;
	struct store_case k;
	enum error_code e;

	e = a->ask->has_case ? store_case(a->q->c.store, a->ask->case_id, &k) :
	    ERR_NOTFOUND;
	if (e == ERR_NOTFOUND || (e == ERR_NONE &&
	    strcmp(k.custodian, a->x->member) != 0)) {
		a->r->code = REPLY_DENIED;
		return ERR_NONE;
	}
	if (e == ERR_NONE && idx < k.idx)
		idx = k.idx;
	end = size - idx < CASE_SCAN || idx > size ? size : idx + CASE_SCAN;
	for (; e == ERR_NONE && idx < end; idx++) {
		e = case_row(a, idx);
		if (e == ERR_FULL)
			break;
	}
	if (e == ERR_FULL)
		e = ERR_NONE;
	a->r->size = idx;
	if (e == ERR_NONE && idx < size)
		a->r->code = REPLY_MORE;
	return e;
}

static enum error_code
ask_consistency(struct answering *a)
{
	struct hash path[PROOF_CONSISTENCY_MAX];
	uint8_t *copy;
	enum error_code e;
	size_t n;

	if (a->ask->from == 0 || a->ask->from > a->q->head.size) {
		a->r->code = REPLY_NOT_FOUND;
		return ERR_NONE;
	}
	e = proof_consistency(&a->q->source, a->ask->from, a->q->head.size,
	    path, &n);
	if (e != ERR_NONE)
		return e;
	copy = arena_dup(a->q->b.arena, path, n * HASH_BYTES);
	a->r->data = bytes_of(copy, n * HASH_BYTES);
	return copy == NULL ? ERR_NOMEM : ERR_NONE;
}

static enum error_code
answer(struct answering *a)
{
	switch ((enum wire_ask)a->ask->what) {
	case ASK_MEMBER:
		return ask_member(a);
	case ASK_SEALING:
		return ask_sealing(a);
	case ASK_DIRECTORY:
		return ask_directory(a);
	case ASK_ARROW_KEY:
		return ask_arrow_key(a);
	case ASK_CASE:
		return ask_case(a);
	case ASK_ENTRIES:
		return ask_entries(a);
	case ASK_CONSISTENCY:
		return ask_consistency(a);
	case ASK_CHECKPOINT:
	case ASK_ECHO:
		return ERR_NONE;
	}
	a->r->code = REPLY_DENIED;
	return ERR_NONE;
}

enum error_code
answers_ask(struct sequencer *q, struct session *x, uint64_t id,
    const struct wire_question *ask)
{
	struct pending_reply *p;

	/* unanswered, when there are too many: it asks again */
	if (q->b.asks++ >= BATCH_ASKS)
		return ERR_NONE;
	p = arena_zalloc(q->b.arena, sizeof *p);
	if (p == NULL)
		return ERR_NONE;
	p->r.id = id;
	p->ask = ask;
	*x->p.reply_end = p;
	x->p.reply_end = &p->next;
	courier_touch(q, x);
	return ERR_NONE;
}

enum error_code
answers_run(struct sequencer *q)
{
	struct answering a = { .q = q };
	struct pending_reply *p;
	enum error_code e = ERR_NONE;

	for (a.x = q->b.touched; e == ERR_NONE && a.x != NULL;
	    a.x = a.x->p.next_touched) {
		for (p = a.x->p.reply; e == ERR_NONE && p != NULL;
		    p = p->next) {
			a.ask = p->ask;
			a.r = &p->r;
			a.bytes = 0;
			e = answer(&a);
		}
	}
	return e;
}
