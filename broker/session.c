#include "broker/session.h"

#include <stdlib.h>
#include <string.h>

struct sessions {
	struct session *slot[SESSION_HASH];
	size_t online;
	struct session *ready, **ready_end;
	struct session *beat_first, *beat_last;
};

static size_t
slot_of(const char *member)
{
	uint64_t h = 14695981039346656037ull;

	for (; *member != '\0'; member++)
		h = (h ^ (uint8_t)*member) * 1099511628211ull;
	return (size_t)(h % SESSION_HASH);
}

enum error_code
sessions_create(struct sessions **out)
{
	*out = calloc(1, sizeof **out);
	if (*out == NULL)
		return ERR_NOMEM;
	(*out)->ready_end = &(*out)->ready;
	return ERR_NONE;
}

void
sessions_destroy(struct sessions **s)
{
	struct session *x;

	if (*s == NULL)
		return;
	for (size_t i = 0; i < SESSION_HASH; i++) {
		while ((x = (*s)->slot[i]) != NULL) {
			(*s)->slot[i] = x->hash_next;
			free(x->sent);
			free(x->own);
			free(x);
		}
	}
	free(*s);
	*s = NULL;
}

struct session *
sessions_find(struct sessions *s, const char *member)
{
	struct session *x = s->slot[slot_of(member)];

	while (x != NULL && strcmp(x->member, member) != 0)
		x = x->hash_next;
	return x;
}

struct session *
sessions_make(struct sessions *s, const char *member)
{
	struct session *x = sessions_find(s, member);
	size_t i = slot_of(member);

	if (x != NULL)
		return x;
	x = calloc(1, sizeof *x);
	if (x == NULL)
		return NULL;
	(void)strncpy(x->member, member, WIRE_ID_MAX);
	pending_reset(x);
	x->hash_next = s->slot[i];
	s->slot[i] = x;
	return x;
}

/* ---- heartbeat queue --------------------------------------------------- */

static void
beat_remove(struct sessions *s, struct session *x)
{
	if (!x->in_beat)
		return;
	if (x->beat_prev != NULL)
		x->beat_prev->beat_next = x->beat_next;
	else
		s->beat_first = x->beat_next;
	if (x->beat_next != NULL)
		x->beat_next->beat_prev = x->beat_prev;
	else
		s->beat_last = x->beat_prev;
	x->beat_prev = x->beat_next = NULL;
	x->in_beat = false;
}

static void
beat_append(struct sessions *s, struct session *x)
{
	x->beat_prev = s->beat_last;
	x->beat_next = NULL;
	if (s->beat_last != NULL)
		s->beat_last->beat_next = x;
	else
		s->beat_first = x;
	s->beat_last = x;
	x->in_beat = true;
}

struct session *
sessions_beat_first(struct sessions *s)
{
	return s->beat_first;
}

void
sessions_beat_done(struct sessions *s, struct session *x, uint64_t boot)
{
	x->statement_boot = boot;
	beat_remove(s, x);
	beat_append(s, x);
}

/* ---- connections ------------------------------------------------------- */

void
session_connect(struct sessions *s, struct session *x, uint64_t number)
{
	if (x->number == 0)
		s->online++;
	x->number = number;
	x->greeted = true;
	x->sent_first = x->sent_n = 0;
	beat_remove(s, x);
	beat_append(s, x);
}

void
session_gone(struct sessions *s, struct session *x)
{
	if (x->number != 0)
		s->online--;
	beat_remove(s, x);
	x->number = 0;
	x->greeted = false;
	x->credit = 0;
	x->sent_first = x->sent_n = 0;
	free(x->sent);
	free(x->own);
	x->sent = NULL;
	x->sent_cap = 0;
	x->own = NULL;
	x->own_n = x->own_cap = 0;
}

size_t
sessions_online(const struct sessions *s)
{
	return s->online;
}

void
sessions_each(struct sessions *s, void (*visit)(void *ctx,
    struct session *x), void *ctx)
{
	struct session *x, *next;

	for (size_t i = 0; i < SESSION_HASH; i++) {
		for (x = s->slot[i]; x != NULL; x = next) {
			next = x->hash_next;
			if (x->number != 0)
				visit(ctx, x);
		}
	}
}

void
pending_reset(struct session *x)
{
	struct pending *p = &x->p;
	struct session *next = p->next_touched;
	bool touched = p->touched;

	memset(p, 0, sizeof *p);
	p->touched = touched;
	p->next_touched = next;
	p->mail_end = &p->mail;
	p->skip = x->skip;
	p->piece_end = &p->piece;
	p->answer_end = &p->answer;
	p->told_end = &p->told;
	p->reply_end = &p->reply;
	p->ask_end = &p->ask;
	p->news_sent = x->news_sent;
	p->feed_at = x->feed_at;
	p->mail_at = x->mail_at;
	p->credit = x->credit;
}

/* ---- the courier's queue ----------------------------------------------- */

void
sessions_ready_put(struct sessions *s, struct session *x)
{
	if (x->in_ready)
		return;
	x->in_ready = true;
	x->ready_next = NULL;
	*s->ready_end = x;
	s->ready_end = &x->ready_next;
}

struct session *
sessions_ready_take(struct sessions *s)
{
	struct session *x = s->ready;

	if (x == NULL)
		return NULL;
	s->ready = x->ready_next;
	if (s->ready == NULL)
		s->ready_end = &s->ready;
	x->in_ready = false;
	x->ready_next = NULL;
	return x;
}

bool
sessions_ready_any(const struct sessions *s)
{
	return s->ready != NULL;
}

/* ---- confirmations ----------------------------------------------------- */

/* Most sessions have little on its way: the ring grows with what there is. */
static bool
sent_grow(struct session *x)
{
	unsigned cap = x->sent_cap == 0 ? SESSION_SENT_FIRST : 2 * x->sent_cap;
	struct sent *p = calloc(cap, sizeof *p);

	if (p == NULL)
		return false;
	for (unsigned i = 0; i < x->sent_n; i++)
		p[i] = x->sent[(x->sent_first + i) % x->sent_cap];
	free(x->sent);
	x->sent = p;
	x->sent_cap = cap;
	x->sent_first = 0;
	return true;
}

static void
sent_drop(struct session *x)
{
	x->sent_first = (x->sent_first + 1) % x->sent_cap;
	x->sent_n--;
}

void
session_sent(struct session *x, uint64_t count, uint64_t position)
{
	unsigned at;

	if (x->sent_n == x->sent_cap && (x->sent_cap == SESSION_SENT ||
	    !sent_grow(x))) {
		if (x->sent_cap == 0)
			return; /* confirmed at the next hello instead */
		sent_drop(x);
	}
	at = (x->sent_first + x->sent_n) % x->sent_cap;
	x->sent[at].count = count;
	x->sent[at].position = position;
	x->sent_n++;
}

bool
session_confirm(struct session *x, uint64_t count, uint64_t *position)
{
	bool found = false;

	while (x->sent_n > 0 && x->sent[x->sent_first].count <= count) {
		*position = x->sent[x->sent_first].position;
		found = true;
		sent_drop(x);
	}
	return found;
}

/* ---- own records ------------------------------------------------------- */

enum error_code
session_own(struct session *x, const struct own *own)
{
	unsigned cap = x->own_cap == 0 ? 16 : 2 * x->own_cap;
	struct own *p;

	if (x->own_n >= SESSION_OWN)
		return ERR_FULL;
	if (x->own_n == x->own_cap) {
		p = realloc(x->own, cap * sizeof *p);
		if (p == NULL)
			return ERR_NOMEM;
		x->own = p;
		x->own_cap = cap;
	}
	x->own[x->own_n++] = *own;
	x->p.own_added++;
	return ERR_NONE;
}

const struct own *
session_own_next(const struct session *x)
{
	return x->p.own_taken < x->own_n ? &x->own[x->p.own_taken] : NULL;
}

void
session_own_settle(struct session *x, bool durable)
{
	unsigned n = x->p.own_taken;

	if (!durable) {
		x->own_n -= x->p.own_added;
	} else {
		if (n > 0)
			memmove(x->own, x->own + n,
			    (x->own_n - n) * sizeof *x->own);
		x->own_n -= n;
	}
	x->p.own_taken = x->p.own_added = 0;
}

bool
bucket_take(double *level, uint64_t *boot, uint64_t now_boot,
    double per_minute, double burst, double n)
{
	if (*boot == 0)
		*level = burst;
	else
		*level += (double)(now_boot - *boot) * per_minute / 60000.0;
	if (*level > burst)
		*level = burst;
	*boot = now_boot == 0 ? 1 : now_boot;
	if (*level < n)
		return false;
	*level -= n;
	return true;
}
