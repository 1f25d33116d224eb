/*
 * Hellos and confirmations: where an agent stands, and where its feed goes
 * on.  A reconnect is the only recovery there is (INTERNALS 1).
 */
#include <string.h>

#include "base/log.h"
#include "broker/state.h"

/* Walks a feed from its beginning, counting news. */
struct walk {
	uint64_t upto;          /* place after so many news */
	uint64_t news;          /* seen */
	uint64_t position;      /* of the last whole group within upto */
	uint64_t last;          /* of the last row, for the next step */
	unsigned rows;
	unsigned skip;          /* items within upto of the group after it */
};

static enum error_code
walk_row(void *ctx, uint64_t idx, uint64_t position, bool mail)
{
	struct walk *w = ctx;

	w->rows++;
	w->last = position;
	if (mail)
		return ERR_NONE;
	if (++w->news > w->upto)
		return ERR_NONE;
	w->skip++;
	/* a group ends with the grant, whose index is its position */
	if (idx == position) {
		w->position = position;
		w->skip = 0;
	}
	return ERR_NONE;
}

static enum error_code
walk_feed(struct sequencer *q, const char *member, struct walk *w)
{
	enum error_code e;

	do {
		w->rows = 0;
		e = store_feed_placed(q->c.store, member, w->last,
		    4 * FEED_STEP, walk_row, w);
	} while (e == ERR_NONE && w->rows > 0);
	return e;
}

/* ---- own records whose answer was lost --------------------------------- */

struct scan {
	struct sequencer *q;
	struct session *x;
	struct arena *arena;
};

static bool
signed_by(const struct record *r, const char *member)
{
	return strcmp(r->signer, member) == 0 ||
	    strcmp(r->cosigner, member) == 0;
}

static enum error_code
scan_entry(void *ctx, uint64_t idx, const uint8_t commitment[static HASH_BYTES],
    const uint8_t *salt, struct bytes body)
{
	struct own own = { .index = idx, .with_body = true };
	struct scan *s = ctx;
	struct entry en;
	enum error_code e;

	(void)commitment;
	if (salt == NULL || body.n < ENTRY_PREFIX ||
	    (body.data[16] != ENTRY_RECORD && body.data[16] != ENTRY_OPENED))
		return ERR_NONE;
	arena_reset(s->arena);
	e = entry_decode(s->arena, s->q->c.partnership, body, salt, &en,
	    NULL);
	if (e != ERR_NONE || !signed_by(&en.record, s->x->member))
		return e;
	return session_own(s->x, &own);
}

/*
 * An agent's size moves past an own record in the very parcel that brings
 * it, so those it has not got are exactly those at or after its size; none
 * is later than last_own.
 */
static enum error_code
find_own(struct sequencer *q, struct session *x, uint64_t size, uint64_t last)
{
	struct scan s = { .q = q, .x = x };
	enum error_code e;

	if (last >= q->head.size)
		return ERR_NONE; /* of this very batch: it cannot be */
	s.arena = arena_create(JOB_ARENA);
	if (s.arena == NULL)
		return ERR_NOMEM;
	e = store_entries(q->c.store, size, last - size + 1, scan_entry, &s);
	arena_destroy(&s.arena);
	return e;
}

static void
turn_away(struct sequencer *q, struct session *x, const struct job *job,
    uint32_t flag)
{
	if (x->number == job->session)
		session_gone(q->sessions, x);
	parcel_welcome(q, job->member, job->session, flag);
}

/* Is what it holds a state of this ledger? */
static bool
of_this_ledger(struct sequencer *q, const struct citation *c)
{
	struct hash root;

	if (c->size == 0)
		return true;
	if (c->size <= q->head.size &&
	    tiles_root_at(q->tiles, c->size, &root) == ERR_NONE &&
	    memcmp(root.b, c->root, HASH_BYTES) == 0)
		return true;
	if (cites_signed(q->c.cites, c))
		log_error(22, "ledger", "stop the broker, compare with a "
		    "mirror: wayleave-audit verify", "a member holds a "
		    "checkpoint that the log key signed and that is not of "
		    "this ledger");
	return false;
}

/* Finds where its stream goes on; 0 or the flag it is turned away with. */
static enum error_code
find_place(struct sequencer *q, struct session *x, const struct wire_hello *h,
    uint32_t *flag)
{
	const struct store_member *m;
	struct walk all = { .upto = 0 }, to = { .upto = 0 };
	uint64_t rest;
	enum error_code e;

	*flag = 0;
	e = store_member(q->c.store, x->member, &m);
	if (e != ERR_NONE)
		return e;
	if (h->last.news > m->news || (h->last.news == m->news &&
	    memcmp(h->last.news_hash, m->news_hash, HASH_BYTES) != 0)) {
		*flag = WELCOME_FORK;
		return ERR_NONE;
	}
	x->own_n = 0;
	if (h->last.news < m->news && m->last_own >= h->last.size)
		e = find_own(q, x, h->last.size, m->last_own);
	if (e == ERR_NONE)
		e = walk_feed(q, x->member, &all);
	if (e != ERR_NONE)
		return e;
	/* what it lacks, in all, is in the feed or of its own */
	rest = m->news - h->last.news;
	if (rest < x->own_n || rest - x->own_n > all.news) {
		*flag = WELCOME_LOST;
		return ERR_NONE;
	}
	to.upto = all.news - (rest - x->own_n);
	if (to.upto > 0)
		e = walk_feed(q, x->member, &to);
	x->feed_at = to.position;
	x->skip = to.skip;
	return e;
}

static void
owe_confirm(struct sequencer *q, struct session *x, uint64_t position)
{
	x->confirmed = position;
	if (x->confirm_owed)
		return;
	x->confirm_owed = true;
	x->confirm_next = q->confirms;
	q->confirms = x;
}

enum error_code
hello_take(struct sequencer *q, struct session *x, const struct job *job)
{
	const struct wire_hello *h = &job->up.hello;
	enum error_code e;
	uint32_t flag;

	if (h->version != WIRE_VERSION) {
		turn_away(q, x, job, 0);
		return ERR_NONE;
	}
	if (!of_this_ledger(q, &h->last)) {
		turn_away(q, x, job, WELCOME_FORK);
		return ERR_NONE;
	}
	e = find_place(q, x, h, &flag);
	if (e == ERR_NOTFOUND || (e == ERR_NONE && flag != 0)) {
		turn_away(q, x, job, flag);
		return ERR_NONE;
	}
	if (e != ERR_NONE)
		return e;
	session_connect(q->sessions, x, job->session);
	x->p.own_added = x->p.own_taken = 0;
	x->edge_size = h->last.size;
	x->news_sent = h->last.news;
	x->mail_at = 0;
	x->held = false;
	x->credit = h->credit;
	pending_reset(x);
	x->p.welcome = true;
	x->p.statement = true;
	clocks_hello(q, x, h->time);
	if (x->feed_at > 0)
		owe_confirm(q, x, x->feed_at);
	courier_touch(q, x);
	sessions_ready_put(q->sessions, x);
	return told_fetch(q, x);
}

enum error_code
hello_confirm(struct sequencer *q, struct session *x,
    const struct wire_confirm *c)
{
	uint64_t position;

	x->credit = x->p.credit = c->credit;
	if (session_confirm(x, c->news, &position))
		owe_confirm(q, x, position);
	else if (x->told_upto > 0)
		owe_confirm(q, x, x->confirmed);
	sessions_ready_put(q->sessions, x);
	return ERR_NONE;
}

enum error_code
hello_settle(struct sequencer *q)
{
	enum error_code e = ERR_NONE;
	struct session *x;

	while (e == ERR_NONE && (x = q->confirms) != NULL) {
		q->confirms = x->confirm_next;
		x->confirm_owed = false;
		if (x->confirmed > 0)
			e = store_feed_confirm(q->c.store, x->member,
			    x->confirmed);
		if (e == ERR_NONE && x->told_upto > 0)
			e = told_forget(q, x);
	}
	return e;
}
