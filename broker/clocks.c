/*
 * Time (PROTOCOL 5 "Time"): the entry's is the later of the clock and the
 * previous entry's; while the clock cannot be trusted only narrowing records
 * are admitted.
 */
#include "base/log.h"
#include "broker/state.h"

static void
doubt(struct sequencer *q, const char *why)
{
	if (!q->clock_doubtful)
		log_warning(26, "clock", "set the machine's clock, or start "
		    "with --clock-is-right", "%s: only withdrawals, stops and "
		    "their like are admitted", why);
	q->clock_doubtful = true;
}

static void
serve_again(void *ctx, struct session *x)
{
	struct sequencer *q = ctx;

	sessions_ready_put(q->sessions, x);
}

static void
trust(struct sequencer *q)
{
	if (q->clock_doubtful)
		sessions_each(q->sessions, serve_again, q);
	q->clock_doubtful = false;
}

void
clocks_start(struct sequencer *q)
{
	uint64_t now = clock_now(q->c.clock);

	q->clock_known = false;
	if (q->time == 0 || q->c.clock_confirmed)
		return;
	q->clock_start_doubt = now > q->time + CLOCK_START_MS;
	if (q->clock_start_doubt)
		doubt(q, "more than an hour has passed since the last entry");
}

void
clocks_batch(struct sequencer *q)
{
	uint64_t now = clock_now(q->c.clock), boot = clock_boot(q->c.clock);
	int64_t offset = (int64_t)(now - boot), moved;
	bool behind = now + CLOCK_BEHIND_MS < q->time;
	bool jumped;

	moved = offset - q->clock_offset;
	jumped = q->clock_known && (moved > CLOCK_JUMP_MS ||
	    moved < -CLOCK_JUMP_MS);
	q->b.now = now > q->time ? now : q->time;
	if (behind)
		doubt(q, "it is behind the last entry");
	else if (jumped)
		doubt(q, "it has jumped");
	else if (!q->clock_start_doubt)
		trust(q);
	/* a narrowing record must not carry the ledger's time along with a
	 * clock that ran away; nothing goes backwards either */
	if (q->clock_start_doubt) {
		q->b.now = q->time;
	} else if (jumped) {
		q->b.now = (uint64_t)((int64_t)boot + q->clock_offset);
		if (q->b.now < q->time)
			q->b.now = q->time;
	} else if (!q->clock_doubtful) {
		q->clock_offset = offset;
		q->clock_known = true;
	}
}

/* Three members' clocks (of all, where there are fewer) settle it. */
static void
count_agreeing(void *ctx, struct session *x)
{
	unsigned *n = ctx;

	if (x->clock_ahead_ms < CLOCK_HELLO_MS &&
	    x->clock_ahead_ms > -CLOCK_HELLO_MS)
		++*n;
}

void
clocks_hello(struct sequencer *q, struct session *x, uint64_t time)
{
	size_t members = members_count(q->c.members), need;
	uint64_t before = q->b.now;
	unsigned agree = 0;

	x->clock_ahead_ms = (int64_t)(time - clock_now(q->c.clock));
	if (!q->clock_doubtful)
		return;
	/* the broker itself is a member */
	need = members > 3 ? 3 : members > 1 ? members - 1 : 1;
	sessions_each(q->sessions, count_agreeing, &agree);
	if (agree < need)
		return;
	q->clock_start_doubt = false;
	q->clock_known = false;
	clocks_batch(q);
	if (q->b.now < before)
		q->b.now = before;
}
