/*
 * Entries: encoded, salted, appended, folded, all in the batch's one
 * transaction, and kept in its arena until the parcels are built.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/fault.h"
#include "base/log.h"
#include "broker/state.h"

enum error_code
write_open(struct sequencer *q)
{
	enum error_code e;

	if (q->b.open)
		return ERR_NONE;
	e = store_begin(q->c.store);
	q->b.open = e == ERR_NONE;
	return e;
}

struct written *
write_find(struct sequencer *q, uint64_t index)
{
	if (index < q->b.first || index - q->b.first >= q->b.n)
		return NULL;
	return q->b.entry[index - q->b.first];
}

/* 32 random bytes; one getrandom for many. */
static void
next_salt(struct batch *b, uint8_t out[static ENTRY_SALT])
{
	if (b->salt == BATCH_SALTS) {
		randombytes_buf(b->salts, sizeof b->salts);
		b->salt = 0;
	}
	memcpy(out, b->salts[b->salt++], ENTRY_SALT);
}

static enum error_code
keep(struct batch *b, struct written *w)
{
	size_t cap = b->cap == 0 ? 256 : 2 * b->cap;
	struct written **p;

	if (b->n == b->cap) {
		p = realloc(b->entry, cap * sizeof *p);
		if (p == NULL)
			return ERR_NOMEM;
		b->entry = p;
		b->cap = cap;
	}
	b->entry[b->n++] = w;
	return ERR_NONE;
}

/* The entry's bytes into the arena; sets index, time, kind, salt, body. */
static enum error_code
make(struct sequencer *q, enum entry_kind kind, struct bytes payload,
    struct written **out)
{
	struct batch *b = &q->b;
	enum error_code e;
	struct written *w;
	struct buf body;

	w = arena_zalloc(b->arena, sizeof *w);
	if (w == NULL)
		return ERR_NOMEM;
	w->entry.index = b->first + b->n;
	w->entry.time = b->now;
	w->entry.kind = kind;
	next_salt(b, w->entry.salt);
	buf_init(&body, ENTRY_BODY_MAX);
	e = entry_encode(w->entry.index, w->entry.time, kind, payload, &body);
	if (e == ERR_NONE) {
		w->entry.body = bytes_of(
		    arena_dup(b->arena, body.data, body.n), body.n);
		if (w->entry.body.data == NULL)
			e = ERR_NOMEM;
	}
	buf_free(&body);
	*out = w;
	return e;
}

/* Into the store, folded and applied; those concerned are told. */
static enum error_code
append(struct sequencer *q, struct written *w)
{
	uint8_t commitment[HASH_BYTES];
	struct entry *en = &w->entry;
	enum error_code e;

	e = write_open(q);
	if (e != ERR_NONE)
		return e;
	entry_commitment(en->body, en->salt, commitment);
	e = store_append(q->c.store, en->time, commitment, en->salt, en->body);
	if (e == ERR_NONE)
		e = keep(&q->b, w);
	if (e == ERR_NONE)
		e = facts_apply(q->c.store, en, NULL);
	if (e == ERR_NONE)
		e = courier_entry(q, en);
	return e;
}

static void
with_item(struct entry *en, const struct job_item *it)
{
	en->record = *it->record;
	en->b = it->body;
	memcpy(en->record_id, it->id, WIRE_HASH);
}

/* Kinds that most traffic consists of, and that have no consequences. */
static bool
plain(enum wire_kind k)
{
	return k == KIND_SUBMISSION || k == KIND_RECEIPT || k == KIND_GRANT ||
	    k == KIND_SEALING_KEY || k == KIND_WORKER;
}

enum error_code
write_any(void *ctx, enum entry_kind kind, struct bytes payload)
{
	struct sequencer *q = ctx;
	enum error_code e;
	struct written *w;
	struct why why;

	e = make(q, kind, payload, &w);
	if (e != ERR_NONE)
		return e;
	/* rare enough to be read back like anybody else's */
	e = entry_decode(q->b.arena, q->c.partnership, w->entry.body,
	    w->entry.salt, &w->entry, &why);
	if (e == ERR_FORMAT) {
		log_error(21, "ledger", "report this", "own entry: %s",
		    why.text);
		e = ERR_INTERNAL;
	}
	return e == ERR_NONE ? append(q, w) : e;
}

enum error_code
write_record(struct sequencer *q, const struct job_item *it, uint64_t *index)
{
	enum error_code e;
	struct written *w;

	e = make(q, ENTRY_RECORD, it->record->wire, &w);
	if (e != ERR_NONE)
		return e;
	with_item(&w->entry, it);
	if (it->item != NULL)
		w->ciphertext = it->item->ciphertext;
	*index = w->entry.index;
	e = append(q, w);
	if (e == ERR_NONE && it->body.kind == KIND_SUBMISSION)
		e = store_hold(q->c.store, w->entry.index, it->item->share,
		    it->item->ciphertext);
	if (e == ERR_NONE && fault_point("broker-after-append") != ERR_NONE)
		e = ERR_IO;
	if (e == ERR_NONE && !plain(it->body.kind))
		e = facts_consequences(q->c.store, &w->entry, write_any, q);
	return e;
}

/* Encodes a payload and makes its entry. */
#define MAKE(q, kind, name, value, w)                                     \
	do {                                                              \
		struct buf payload_;                                      \
		buf_init(&payload_, ENTRY_BODY_MAX);                      \
		e = wire_##name##_encode((value), &payload_);             \
		if (e == ERR_NONE)                                        \
			e = make((q), (kind), buf_view(&payload_), (w));  \
		buf_free(&payload_);                                      \
	} while (0)

enum error_code
write_opened(struct sequencer *q, const struct job_item *it,
    const struct wire_opened *o, uint64_t *index)
{
	enum error_code e;
	struct written *w;

	MAKE(q, ENTRY_OPENED, opened, o, &w);
	if (e != ERR_NONE)
		return e;
	with_item(&w->entry, it);
	w->entry.u.opened = *o;
	*index = w->entry.index;
	return append(q, w);
}

enum error_code
write_refused(struct sequencer *q, const struct job_item *it, enum rule rule,
    uint64_t message)
{
	struct wire_refused r = {
		.record = it->record->wire, .rule = rule, .message = message,
	};
	enum error_code e;
	struct written *w;

	MAKE(q, ENTRY_REFUSED, refused, &r, &w);
	if (e != ERR_NONE)
		return e;
	with_item(&w->entry, it);
	w->entry.u.refused = r;
	return append(q, w);
}

enum error_code
write_delivered(struct sequencer *q, uint64_t message, uint64_t grant,
    uint64_t *index)
{
	struct wire_delivered d = { .message = message, .grant = grant };
	enum error_code e;
	struct written *w;

	MAKE(q, ENTRY_DELIVERED, delivered, &d, &w);
	if (e != ERR_NONE)
		return e;
	w->entry.u.delivered = d;
	*index = w->entry.index;
	return append(q, w);
}

enum error_code
write_dropped(struct sequencer *q, const struct store_message *m,
    enum drop_why why)
{
	struct wire_dropped d = { .message = m->idx, .why = why };
	enum error_code e;
	struct written *w;

	MAKE(q, ENTRY_DROPPED, dropped, &d, &w);
	if (e != ERR_NONE)
		return e;
	w->entry.u.dropped = d;
	return append(q, w);
}

enum error_code
write_notice(struct sequencer *q, enum notice_code code, uint64_t about)
{
	struct wire_notice n = { .code = code, .about = about };
	enum error_code e;
	struct written *w;

	MAKE(q, ENTRY_NOTICE, notice, &n, &w);
	if (e != ERR_NONE)
		return e;
	w->entry.u.notice = n;
	return append(q, w);
}
