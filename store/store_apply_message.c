/* Effects on messages and on what is remembered for retries. */
#include <string.h>

#include "store/store_impl.h"

static enum error_code
seen_put(struct store *s, const struct effect *e)
{
	const struct entry *x = e->entry;
	const char *signer = x->record.signer;
	struct seen_row r = { .outcome = e->a, .idx = e->idx };
	enum error_code error = seen_signer(s, signer, true, r.signer,
	    &r.n_signer);

	if (error != ERR_NONE)
		return error;
	memcpy(r.stamp, x->b.stamp, WIRE_STAMP);
	memcpy(r.record, x->record_id, WIRE_HASH);
	/* A submission's is also how its message is found by id. */
	r.kept = wire_kind_narrowing(x->record.kind) ||
	    r.signer[0] == 'r' || r.signer[0] == 'd' ||
	    (x->record.kind == KIND_SUBMISSION && e->a == RULE_ADMIT);
	s->seen_entry = e->idx + 1;
	return rows_seen_put(s, &r);
}

/* An agent's slice remembers no retries: the id finds the message all the
 * same, and there is no feed. */
static enum error_code
slice_message(struct store *s, const struct effect *e)
{
	struct effect seen = *e;
	enum error_code error;

	seen.a = RULE_ADMIT;
	error = seen_put(s, &seen);
	s->seen_entry = 0;
	return error;
}

static enum error_code
message_put(struct store *s, const struct effect *e)
{
	const struct wire_submission *w = &e->entry->b.u.submission;
	const bool slice = s->seen_entry != e->idx + 1;
	struct message_row r = {
		.idx = e->idx, .created = w->created, .expires = w->expires,
		.n_label = w->n_label, .state = MESSAGE_QUEUED,
	};
	struct member_slot *from, *to = NULL;
	struct cell feed[4];
	enum error_code error = roster_intern(s, e->sender, &from);

	if (error == ERR_NONE)
		error = roster_intern(s, e->recipient, &to);
	if (error != ERR_NONE)
		return error;
	memcpy(r.kase, e->case_id, WIRE_CASE);
	memcpy(r.id, e->entry->b.stamp, WIRE_STAMP);
	memcpy(r.label, w->label, w->n_label * sizeof w->label[0]);
	r.sender = from->no;
	r.recipient = to->no;
	error = cache_message_put(s, &r, true);
	if (error != ERR_NONE)
		return error;
	if (slice)
		return slice_message(s, e);
	feed[0] = cell_u(to->no);
	feed[1] = cell_u(e->idx);
	feed[2] = cell_u(FEED_MAIL);
	feed[3] = cell_u(e->idx);
	return rows_put(s, T_FEED, feed);
}

/* The message whose state changes; a recall names it by its id. */
static enum error_code
message_meant(struct store *s, const struct effect *e, struct message_row *r,
    bool *found)
{
	const uint8_t *id = e->entry->b.u.recall.message;
	uint8_t key[SEEN_SIGNER_MAX];
	size_t n;
	struct seen_row seen;
	enum error_code error;

	if (e->a != 0)
		return cache_message_get(s, e->a, r, found);
	*found = false;
	error = seen_signer(s, e->sender, false, key, &n);
	if (error == ERR_NOTFOUND)
		return ERR_NONE;
	if (error == ERR_NONE)
		error = rows_seen_get(s, id, key, n, &seen, found);
	if (error != ERR_NONE || !*found)
		return error;
	error = cache_message_get(s, seen.idx, r, found);
	*found = *found && memcmp(r->id, id, WIRE_STAMP) == 0;
	return error;
}

static enum error_code
message_state(struct store *s, const struct effect *e)
{
	const enum message_state to = e->message_state;
	struct message_row r, was;
	bool found, feed;
	enum error_code error = message_meant(s, e, &r, &found);

	if (error != ERR_NONE || !found || to < r.state)
		return error;
	was = r;
	feed = r.state < MESSAGE_STORED && to >= MESSAGE_STORED;
	r.state = to;
	if (e->b != 0)
		r.leave = e->b;
	if (to == MESSAGE_DELIVERED && r.delivered == 0)
		r.delivered = e->idx;
	if (to == MESSAGE_OPENED && r.opened == 0)
		r.opened = e->idx;
	if (feed && r.stored_at == 0)
		r.stored_at = e->time;
	if (r.state != was.state || r.leave != was.leave)
		error = cache_message_put(s, &r, false);
	if (error == ERR_NONE && to >= MESSAGE_DROPPED)
		return tidy_drop(s, &r, true);
	if (error == ERR_NONE && feed) {
		const struct cell k[] = {
			cell_u(r.recipient), cell_u(r.idx), cell_u(FEED_MAIL),
		};

		error = rows_del(s, T_FEED, k);
	}
	return error;
}

static enum error_code
recall_put(struct store *s, const struct effect *e)
{
	struct member_slot *m;
	struct cell c[2];
	enum error_code error = roster_intern(s, e->member, &m);

	if (error != ERR_NONE)
		return error;
	c[0] = cell_u(m->no);
	c[1] = cell_b(e->entry->b.u.recall.message, WIRE_STAMP);
	return rows_put(s, T_RECALLED, c);
}

enum error_code
messages_apply(struct store *s, const struct effect *e)
{
	switch (e->kind) {
	case EFFECT_MESSAGE_PUT:
		return message_put(s, e);
	case EFFECT_MESSAGE_STATE:
		return message_state(s, e);
	case EFFECT_RECALL_PUT:
		return recall_put(s, e);
	default:
		return seen_put(s, e);
	}
}
