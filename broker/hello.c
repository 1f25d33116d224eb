/*
 * Hellos and confirmations: where an agent stands, and where its feed goes
 * on.  A reconnect is the only recovery there is (INTERNALS 1).
 */
#include <string.h>

#include "base/log.h"
#include "broker/place.h"

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
	uint64_t read = 0;
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
	/* so many entries may be read for one member; in debt it waits */
	if (!bucket_take(&x->reads, &x->reads_boot, clock_boot(q->c.clock),
	    HELLO_READS, 2 * HELLO_READS, 1))
		return ERR_BUSY;
	e = place_find(q, x, m, &h->last, &read);
	x->reads -= (double)read;
	if (e == ERR_NOTFOUND) {
		*flag = WELCOME_LOST;
		e = ERR_NONE;
	}
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

	/* Said twice, as by one that was asked for it while it was on its way:
	 * parcels from where it stood then may have overtaken the second. */
	if (x->greeted && x->number == job->session)
		return ERR_NONE;
	if (h->version != WIRE_VERSION) {
		turn_away(q, x, job, 0);
		return ERR_NONE;
	}
	if (!of_this_ledger(q, &h->last)) {
		turn_away(q, x, job, WELCOME_FORK);
		return ERR_NONE;
	}
	e = find_place(q, x, h, &flag);
	if (e == ERR_BUSY) {
		if (x->number == job->session)
			session_gone(q->sessions, x);
		return ERR_NONE;
	}
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
