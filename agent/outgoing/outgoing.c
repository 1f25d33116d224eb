#include "agent/outgoing/part.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

enum error_code
outgoing_create(struct outgoing **out)
{
	struct outgoing *o = calloc(1, sizeof *o);

	*out = NULL;
	if (o == NULL)
		return ERR_NOMEM;
	buf_init(&o->frame, WIRE_UP_MAX);
	o->arena = arena_create(16 * 1024 * 1024);
	o->queue = calloc(OUTGOING_QUEUE, sizeof *o->queue);
	if (o->arena == NULL || o->queue == NULL) {
		outgoing_destroy(&o);
		return ERR_NOMEM;
	}
	*out = o;
	return ERR_NONE;
}

void
outgoing_destroy(struct outgoing **o)
{
	if (o == NULL || *o == NULL)
		return;
	arena_destroy(&(*o)->arena);
	buf_free(&(*o)->frame);
	free((*o)->queue);
	sodium_memzero(*o, sizeof **o);
	free(*o);
	*o = NULL;
}

void
outgoing_head(struct agent *a, struct body *b)
{
	uint8_t random[10];

	randombytes_buf(random, sizeof random);
	stamp_make(agent_now(a), random, b->stamp);
	memset(&b->cite, 0, sizeof b->cite);
	if (a->head.size > 0) {
		b->cite.size = a->head.size;
		memcpy(b->cite.root, a->head.root.b, WIRE_HASH);
		memcpy(b->cite.signature, a->head.signature, WIRE_SIG);
	}
	b->cite.news = a->news;
	memcpy(b->cite.news_hash, a->news_hash.b, WIRE_HASH);
}

/* ---- gathering ------------------------------------------------------------ */

static const char *
recipient_of(const struct body *b)
{
	return b->kind == KIND_SUBMISSION ? b->u.submission.recipient : "";
}

static enum error_code
set_signers(struct agent *a, const struct body *b,
    const struct out_extra *x, struct record *r)
{
	r->kind = b->kind;
	if (x == NULL || x->consent_key == NULL) {
		memcpy(r->signer, a->member, sizeof a->member);
		return ERR_NONE;
	}
	strcpy(r->signer, "case:");
	hex_encode(r->signer + 5, b->case_id, WIRE_CASE);
	/* what her key withdraws needs nobody's second signature */
	if (b->kind != KIND_WITHDRAWAL)
		memcpy(r->cosigner, a->member, sizeof a->member);
	r->has_key = true;
	memcpy(r->key, x->consent_key, WIRE_KEY);
	return ERR_NONE;
}

enum error_code
outgoing_record_bytes(struct agent *a, const struct body *b, struct buf *out)
{
	const struct out_extra x = { .consent_key = (const uint8_t[32]){ 0 } };
	struct record r = { 0 };
	struct buf body;
	enum error_code err;

	buf_init(&body, WIRE_BODY_MAX);
	err = wire_body_encode(b, &body);
	if (err == ERR_NONE)
		err = set_signers(a, b, &x, &r);
	if (err == ERR_NONE) {
		r.body = buf_view(&body);
		record_bytes(a->partnership, &r, out);
		err = buf_ok(out) ? ERR_NONE : ERR_NOMEM;
	}
	buf_free(&body);
	return err;
}

bool
outgoing_keep(struct arena *arena, struct bytes in, struct bytes *out)
{
	out->data = arena_dup(arena, in.data, in.n);
	out->n = in.n;
	return out->data != NULL;
}

static enum error_code
gather(struct outgoing *o, struct agent *a, const struct body *b,
    const struct out_extra *x, struct bytes body)
{
	struct gathered *g = &o->gathered[o->n_gathered];

	memset(g, 0, sizeof *g);
	memcpy(g->stamp, b->stamp, WIRE_STAMP);
	g->has_case = b->has_case;
	memcpy(g->case_id, b->case_id, WIRE_CASE);
	memcpy(g->recipient, recipient_of(b), strlen(recipient_of(b)) + 1);
	if (!outgoing_keep(o->arena, body, &g->record.body))
		return ERR_NOMEM;
	if (x != NULL && x->ciphertext.n > 0 &&
	    !outgoing_keep(o->arena, x->ciphertext, &g->ciphertext))
		return ERR_NOMEM;
	if (x != NULL && x->share != NULL) {
		g->has_share = true;
		memcpy(g->share, x->share, sizeof g->share);
	}
	if (x != NULL && x->about != NULL) {
		g->has_about = true;
		memcpy(g->about, x->about, sizeof g->about);
	}
	if (x != NULL && x->consent_sig != NULL) {
		g->has_consent = true;
		memcpy(g->consent_sig, x->consent_sig, WIRE_SIG);
	}
	o->n_gathered++;
	return set_signers(a, b, x, &g->record);
}

enum error_code
outgoing_put(struct agent *a, const struct body *b,
    const struct out_extra *extra, struct why *why)
{
	struct outgoing *o = a->outgoing;
	struct buf body;
	enum error_code err;

	if (o == NULL || a->identity == NULL)
		return ERR_LOCKED;
	if (o->n_gathered == OUTGOING_GATHER) {
		err = outgoing_seal(a);
		if (err != ERR_NONE)
			return err;
	}
	buf_init(&body, WIRE_BODY_MAX);
	err = wire_body_encode(b, &body);
	if (err == ERR_NONE)
		err = gather(o, a, b, extra, buf_view(&body));
	else
		why_set(why, "a %s record cannot be written: %s",
		    wire_kind_name(b->kind), error_text(err));
	buf_free(&body);
	return err;
}

/* ---- signing and keeping ----------------------------------------------------- */

static void
random_fill(void *ctx, uint8_t *out, size_t n)
{
	(void)ctx;
	randombytes_buf(out, n);
}

/* A consent-signed record: her signature is there, ours is the second. */
static enum error_code
sign_alone(struct agent *a, struct gathered *g)
{
	struct record *r = &g->record;

	r->index = 0;
	r->n = 1;
	r->path = bytes_of(NULL, 0);
	if (g->has_consent)
		memcpy(r->signature, g->consent_sig, WIRE_SIG);
	if (r->cosigner[0] == '\0')
		return ERR_NONE;
	return record_cosign(a->identity->sign.secret, a->partnership, r);
}

static enum error_code
sign_gathered(struct agent *a)
{
	struct outgoing *o = a->outgoing;
	struct record *bundle[OUTGOING_GATHER];
	enum error_code err = ERR_NONE;
	unsigned n = 0;

	for (unsigned i = 0; i < o->n_gathered && err == ERR_NONE; i++) {
		struct gathered *g = &o->gathered[i];

		if (record_alone(&g->record))
			err = sign_alone(a, g);
		else
			bundle[n++] = &g->record;
	}
	if (err == ERR_NONE && n > 0)
		err = bundle_sign(a->identity->sign.secret, a->partnership,
		    bundle, n, random_fill, NULL, o->arena);
	return err;
}

static void
bind_opt(struct db_stmt *st, int i, bool have, const void *data, size_t n)
{
	if (have)
		db_bind_blob(st, i, data, n);
	else
		db_bind_null(st, i);
}

void
outgoing_enqueue(struct outgoing *o, uint64_t seq, uint64_t composed,
    const uint8_t stamp[static WIRE_STAMP], enum wire_kind kind)
{
	struct waiting *w;

	if (o->n_queue == OUTGOING_QUEUE || o->more) {
		o->more = true;
		return;
	}
	w = &o->queue[o->n_queue++];
	*w = (struct waiting){ .seq = seq, .composed = composed,
	    .kind = kind };
	memcpy(w->stamp, stamp, WIRE_STAMP);
}

static enum error_code
store_gathered(struct agent *a, struct gathered *g, uint64_t now)
{
	struct db_stmt *st = a->sql[SQL_OUT_INSERT];
	struct buf wire;
	enum error_code err;

	buf_init(&wire, WIRE_RECORD_MAX);
	err = wire_record_encode(&g->record, &wire);
	if (err != ERR_NONE)
		goto out;
	db_bind_blob(st, 1, g->stamp, WIRE_STAMP);
	db_bind_i64(st, 2, g->record.kind);
	db_bind_blob(st, 3, wire.data, wire.n);
	bind_opt(st, 4, g->has_share, g->share, sizeof g->share);
	bind_opt(st, 5, g->ciphertext.n > 0, g->ciphertext.data,
	    g->ciphertext.n);
	bind_opt(st, 6, g->has_case, g->case_id, WIRE_CASE);
	db_bind_text(st, 7, g->recipient);
	bind_opt(st, 8, g->has_about, g->about, sizeof g->about);
	db_bind_u64(st, 9, now);
	err = db_run(st);
	if (err == ERR_NONE)
		outgoing_enqueue(a->outgoing, (uint64_t)db_last_row(a->db), now,
		    g->stamp, g->record.kind);
out:
	buf_free(&wire);
	return err;
}

enum error_code
outgoing_seal(struct agent *a)
{
	struct outgoing *o = a->outgoing;
	const unsigned queued = o != NULL ? o->n_queue : 0;
	enum error_code err;

	if (o == NULL || o->n_gathered == 0)
		return ERR_NONE;
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	err = sign_gathered(a);
	for (unsigned i = 0; i < o->n_gathered && err == ERR_NONE; i++)
		err = store_gathered(a, &o->gathered[i], agent_now(a));
	if (err == ERR_NONE && fault_point("agent-sealed") != ERR_NONE)
		err = ERR_IO;
	err = agent_end(a, err);
	if (err != ERR_NONE)
		o->n_queue = queued;
	sodium_memzero(o->gathered, o->n_gathered * sizeof o->gathered[0]);
	o->n_gathered = 0;
	arena_reset(o->arena);
	return err;
}
