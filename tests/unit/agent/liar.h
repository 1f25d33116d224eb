/*
 * A broker that can lie: it holds the log key and the broker's, goes on from
 * the true ledger of the office with whatever entries a test wants, and makes
 * parcels whose proofs hold - unless the test spoils them too.
 */
#ifndef WAYLEAVE_TESTS_UNIT_AGENT_LIAR_H
#define WAYLEAVE_TESTS_UNIT_AGENT_LIAR_H

#include "agent/keyring.h"
#include "agent/intake/mailbox.h"
#include "agent/intake/opening.h"
#include "agent/practice/terms.h"
#include "agent/practice/validate.h"
#include "agent/seal.h"
#include "keys/arrow.h"
#include "ledger/proof.h"
#include "ledger/range.h"
#include "ledger/statement.h"
#include "tests/unit/agent/office.h"

enum { LIAR_LEAVES = 4096, LIAR_PIECES = 64 };

struct liar {
	struct office *o;
	struct world *w;
	struct agent *a;                /* whom it lies to */
	unsigned m;
	struct arena *arena;
	struct hash leaf[LIAR_LEAVES];
	uint64_t n;
	uint64_t news;                  /* what its statements say */
	struct hash news_hash;
	uint64_t time;                  /* of the next entry */
	/* the parcel being made; liar_close() fills in head and proofs */
	struct parcel p;
	struct wire_piece piece[LIAR_PIECES];
	struct wire_answer answer[4];
	struct wire_ancestor ancestor[4];
	struct seal_sender *seal;
	struct body mail_body;          /* of the last liar_mail() */
	uint8_t mail_share[32];
	struct why why;
};

OFFICE void
liar_clear(struct liar *l)
{
	memset(&l->p, 0, sizeof l->p);
	memset(l->piece, 0, sizeof l->piece);
	l->p.piece = l->piece;
	l->p.answer = l->answer;
	l->p.ancestor = l->ancestor;
}

/* Entries that are not for this agent: it sees their hashes at most. */
OFFICE void
liar_hidden(struct liar *l, unsigned n)
{
	while (n-- > 0)
		randombytes_buf(l->leaf[l->n++].b, HASH_BYTES);
}

OFFICE struct liar *
liar_create(struct office *o, unsigned m)
{
	struct liar *l = calloc(1, sizeof *l);
	struct store_head head;
	uint8_t c[32];

	ck_assert_ptr_nonnull(l);
	l->o = o;
	l->w = &o->r->w;
	l->a = o->a[m];
	l->m = m;
	l->arena = arena_create(64 << 20);
	ck_ok(seal_sender_create(&l->seal));
	ck_ok(store_head(o->r->store, &head));
	for (; l->n < head.size; l->n++) {
		ck_ok(store_commitments(o->r->store, l->n, 1, c));
		entry_leaf(c, &l->leaf[l->n]);
	}
	l->news = l->a->news;
	l->news_hash = l->a->news_hash;
	l->time = l->w->now;
	liar_clear(l);
	liar_hidden(l, 3);
	return l;
}

OFFICE void
liar_destroy(struct liar **l)
{
	seal_sender_destroy(&(*l)->seal);
	arena_destroy(&(*l)->arena);
	free(*l);
	*l = NULL;
}

/* ---- the tree --------------------------------------------------------------- */

OFFICE bool
liar_node(void *ctx, unsigned level, uint64_t n, struct hash *out)
{
	const struct liar *l = ctx;

	if (((n + 1) << level) > l->n)
		return false;
	tree_root_of(l->leaf + (n << level), (size_t)1 << level, out);
	return true;
}

/* Appends an entry, and its piece to the parcel. */
OFFICE struct wire_piece *
liar_entry(struct liar *l, enum entry_kind kind, struct bytes payload,
    enum piece_what what)
{
	struct wire_piece *p = &l->piece[l->p.n_piece++];
	uint8_t commitment[32];
	struct buf body;

	ck_assert_uint_lt(l->p.n_piece, LIAR_PIECES);
	buf_init(&body, ENTRY_BODY_MAX);
	ck_ok(entry_encode(l->n, l->time, kind, payload, &body));
	p->index = l->n;
	p->time = l->time;
	p->what = what;
	randombytes_buf(p->salt, sizeof p->salt);
	p->body = bytes_of(arena_dup(l->arena, body.data, body.n), body.n);
	entry_commitment(p->body, p->salt, commitment);
	entry_leaf(commitment, &l->leaf[l->n]);
	if (what == PIECE_NEWS || what == PIECE_OWN || what == PIECE_OPENED) {
		fold_news_hash(l->news_hash.b, &l->leaf[l->n]);
		l->news++;
	}
	l->n++;
	buf_free(&body);
	return p;
}

OFFICE struct wire_piece *
liar_record(struct liar *l, const struct record *r, enum piece_what what)
{
	return liar_entry(l, ENTRY_RECORD, r->wire, what);
}

/* As the agent's own record comes: rebuilt from its own bytes. */
OFFICE struct wire_piece *
liar_own(struct liar *l, const uint8_t stamp[static WIRE_STAMP])
{
	struct wire_piece *p;
	enum wire_kind kind;
	struct buf wire;

	buf_init(&wire, WIRE_RECORD_MAX);
	ck_ok(outgoing_record(l->a, stamp, &wire, &kind));
	p = liar_entry(l, ENTRY_RECORD, buf_view(&wire), PIECE_OWN);
	p->body = bytes_of(NULL, 0);
	p->has_stamp = true;
	memcpy(p->stamp, stamp, WIRE_STAMP);
	buf_free(&wire);
	return p;
}

/* ---- the parcel --------------------------------------------------------------- */

OFFICE void
liar_sign_head(struct liar *l)
{
	struct checkpoint c = { .size = l->p.head.size };

	memcpy(c.root.b, l->p.head.root, HASH_BYTES);
	ck_ok(checkpoint_sign(l->w->origin, &c, l->w->log.secret));
	memcpy(l->p.head.signature, c.signature, sizeof c.signature);
}

OFFICE void
liar_sign_statement(struct liar *l)
{
	uint8_t text[STATEMENT_BYTES_MAX];
	size_t n = statement_bytes(l->w->p, l->w->m[l->m].id, l->p.head.size,
	    l->p.head.root, &l->p.statement, text);

	identity_sign(&l->w->m[WORLD_BROKER].sign, bytes_of(text, n),
	    l->p.statement.signature);
}

static int
liar_ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Head, range proof over the pieces, and a statement that agrees. */
OFFICE void
liar_close(struct liar *l)
{
	const struct tree_source source = { liar_node, l };
	struct hash *proof = arena_alloc(l->arena, 1024 * sizeof *proof);
	struct hash path[TREE_PATH_MAX];
	uint64_t wanted[LIAR_PIECES];
	size_t n = 0, n_proof = 0;

	l->p.has_head = true;
	l->p.head.size = l->n;
	tree_root_of(l->leaf, l->n, (struct hash *)l->p.head.root);
	liar_sign_head(l);
	l->p.from = l->a->edge.size;
	for (unsigned i = 0; i < l->p.n_piece; i++) {
		struct wire_piece *p = &l->piece[i];

		if (p->index >= l->p.from) {
			wanted[n++] = p->index;
			continue;
		}
		ck_ok(proof_inclusion(&source, p->index, l->n, path,
		    &n_proof));
		p->path = bytes_of(arena_dup(l->arena, path,
		    n_proof * HASH_BYTES), n_proof * HASH_BYTES);
	}
	qsort(wanted, n, sizeof wanted[0], liar_ascending);
	ck_ok(range_prove(&source, l->p.from, l->n, wanted, n, proof, 1024,
	    &n_proof));
	l->p.range = bytes_of(proof, n_proof * HASH_BYTES);
	l->p.has_statement = true;
	l->p.statement.time = l->time;
	l->p.statement.count = l->news;
	memcpy(l->p.statement.hash, l->news_hash.b, HASH_BYTES);
	liar_sign_statement(l);
}

/* Hands over what was closed; the next parcel begins. */
OFFICE enum error_code
liar_send(struct liar *l)
{
	enum error_code err;
	struct buf frame;

	buf_init(&frame, WIRE_DOWN_MAX);
	l->why.text[0] = '\0';
	/* what cannot be written cannot be sent */
	err = wire_parcel_encode(&l->p, &frame);
	if (err == ERR_NONE)
		err = intake_frame(l->a, buf_view(&frame), &l->why);
	buf_free(&frame);
	liar_clear(l);
	return err;
}

#define liar_ok(l)                                                        \
	do {                                                              \
		enum error_code e_ = liar_send(l);                        \
		ck_assert_msg(e_ == ERR_NONE, "%s: %s", error_text(e_),   \
		    (l)->why.text);                                       \
	} while (0)

/* ---- what must not change ------------------------------------------------------- */

static struct db_stmt *
table_columns(struct agent *a, const char *table)
{
	struct db_stmt *q;
	struct buf sql;

	buf_init(&sql, 4096);
	buf_put_str(&sql, "SELECT name FROM pragma_table_info('");
	buf_put_str(&sql, table);
	buf_put_str(&sql, "')");
	buf_put_u8(&sql, 0);
	ck_ok(db_prepare(a->db, (const char *)sql.data, &q));
	buf_free(&sql);
	return q;
}

static void
digest_table(struct agent *a, const char *table,
    crypto_generichash_state *st)
{
	struct db_stmt *q = table_columns(a, table);
	struct buf sql;
	struct bytes v;
	bool row, first = true;

	buf_init(&sql, 8192);
	buf_put_str(&sql, "SELECT ");
	while (db_step(q, &row) == ERR_NONE && row) {
		v = db_col_blob(q, 0);
		buf_put_str(&sql, first ? "quote(\"" : "||','||quote(\"");
		buf_put(&sql, v.data, v.n);
		buf_put_str(&sql, "\")");
		first = false;
	}
	buf_put_str(&sql, " FROM \"");
	buf_put_str(&sql, table);
	buf_put_str(&sql, "\" ORDER BY 1");
	buf_put_u8(&sql, 0);
	ck_ok(db_prepare(a->db, (const char *)sql.data, &q));
	buf_free(&sql);
	while (db_step(q, &row) == ERR_NONE && row) {
		v = db_col_blob(q, 0);
		crypto_generichash_update(st, v.data, v.n);
	}
}

struct state {
	uint8_t digest[32];
};

/* Everything on disk, and how far the agent believes it has followed. */
OFFICE struct state
state_of(struct agent *a)
{
	crypto_generichash_state st;
	char name[64][64];
	struct db_stmt *q;
	struct state s;
	unsigned n = 0;
	bool row;

	ck_ok(db_prepare(a->db, "SELECT name FROM sqlite_master WHERE type ="
	    " 'table' AND name NOT LIKE 'sqlite%' ORDER BY name", &q));
	while (db_step(q, &row) == ERR_NONE && row)
		ck_ok(db_col_str(q, 0, name[n++], 64));
	crypto_generichash_init(&st, NULL, 0, 32);
	for (unsigned i = 0; i < n; i++)
		digest_table(a, name[i], &st);
	crypto_generichash_update(&st, (void *)&a->edge.size, 8);
	crypto_generichash_update(&st, (void *)&a->head, sizeof a->head);
	crypto_generichash_update(&st, (void *)&a->head_time, 8);
	crypto_generichash_update(&st, (void *)&a->news, 8);
	crypto_generichash_update(&st, a->news_hash.b, HASH_BYTES);
	crypto_generichash_update(&st, (void *)&a->pship.n,
	    sizeof a->pship.n);
	crypto_generichash_update(&st, (void *)&a->statement_boot, 8);
	crypto_generichash_final(&st, s.digest, sizeof s.digest);
	return s;
}

OFFICE bool
state_same(const struct state *x, const struct state *y)
{
	return memcmp(x->digest, y->digest, sizeof x->digest) == 0;
}

/* How many rows a table of the books has. */
OFFICE unsigned
rows_of(struct agent *a, const char *table)
{
	struct db_stmt *q;
	struct buf sql;
	unsigned n;
	bool row;

	buf_init(&sql, 200);
	buf_put_str(&sql, "SELECT count(*) FROM ");
	buf_put_str(&sql, table);
	buf_put_u8(&sql, 0);
	ck_ok(db_prepare(a->db, (const char *)sql.data, &q));
	buf_free(&sql);
	ck_ok(db_step(q, &row));
	n = (unsigned)db_col_u64(q, 0);
	db_done(q);
	return n;
}

/* ---- a case, known to the liar whole --------------------------------------------- */

/* The agent asks the true broker for everybody it has not heard of. */
OFFICE void
liar_teach(struct office *o, unsigned m)
{
	for (unsigned i = 0; i < o->r->w.n; i++) {
		struct wire_question q = { .what = ASK_MEMBER };

		strcpy(q.member, o->r->w.m[i].id);
		ck_ok(intake_ask(o->a[m], &q, NULL, NULL));
		office_settle(o);
	}
}

/* The key that the agent announced last, where the world looks for it. */
OFFICE void
liar_epoch(struct liar *l)
{
	struct world_member *m = &l->w->m[l->m];
	struct wire_sealing_key k;
	uint64_t announced, idx;

	ck_ok(store_sealing(l->o->r->store, m->id, 0, &k, &announced, &idx));
	memcpy(m->seal.public, k.key, WIRE_KEY);
	m->epoch = k.epoch;
}

/* Terms as they would be agreed for these scopes, sealed for the arrow. */
static void
liar_terms(struct wire_grant *g, const uint8_t key[static ARROW_KEY],
    scope_set scopes)
{
	struct world *w = &office->r->w;
	struct terms t = { .scopes = scopes, .from = g->from,
	    .until = g->until, .keep_read_days = g->keep_read_days,
	    .capacity = CAPACITY_SELF, .method = METHOD_IN_PERSON,
	    .asked_alone = ANSWER_YES, .safe_now = ANSWER_YES,
	    .pressed = ANSWER_NO, .not_condition_of_service = true,
	    .told_how_to_stop = true, .duty_shown = DUTY_PARENTS,
	    .duty_confirmed = true, .conflict_found = ANSWER_NO,
	    .principal = { "P2" }, .grantor = { "P2" },
	    .subjects = { .v = { { "P1" }, { "P2" } }, .n = 2 },
	    .notice = "notice/1", .language = "en",
	    .jurisdiction = "GB-SCT", .law_profile = "SCOT",
	    .conflict_checked_by = "advocate" };
	struct buf plain, sealed;

	memcpy(t.case_id, w->kase.id, WIRE_CASE);
	strcpy(t.sender, g->sender);
	strcpy(t.recipient, g->recipient);
	strcpy(t.intermediary, w->m[WORLD_BROKER].id);
	strcpy(t.conflict_checked.s, "2026-11-16");
	t.purpose = vocabulary_find("PU01");
	t.lawful_bases.v[t.lawful_bases.n++] = vocabulary_find("LB2");
	buf_init(&plain, TERMS_MAX);
	buf_init(&sealed, WIRE_TERMS_MAX);
	ck_ok(terms_encode(&t, &plain));
	crypto_hash_sha256(g->terms_hash, plain.data, plain.n);
	ck_ok(arrow_terms_seal(key, w->kase.id, g->sender, g->recipient,
	    buf_view(&plain), &sealed));
	g->terms = bytes_of(arena_dup(w->a, sealed.data, sealed.n), sealed.n);
	buf_free(&plain);
	buf_free(&sealed);
}

static void
liar_permission(struct wire_grant *g, const char *const *what, size_t n,
    scope_set scopes)
{
	struct world *w = &office->r->w;
	uint8_t key[ARROW_KEY];

	arrow_key(w->kase.key, w->kase.id, g->sender, g->recipient, key);
	ck_ok(arrow_labels(key, what, n, "PU01", g->label));
	liar_terms(g, key, scopes);
}

static void
intro_labels(struct wire_grant *g)
{
	static const char *const id[] = { "ID" };

	liar_permission(g, id, 1, SCOPE_BIT(SCOPE_ID));
}

static void
plain_labels(struct wire_grant *g)
{
	static const char *const what[] = { "C1", "C2" };

	liar_permission(g, what, 2, SCOPE_BIT(SCOPE_C1) |
	    SCOPE_BIT(SCOPE_C2));
}

static const char intro_json[] = "{\"schema\":\"wayleave/introduction/1\","
    "\"persons\":[{\"id\":\"P1\",\"name\":\"Example One\"}],"
    "\"exclusions\":[{\"name\":\"Example Cousin\",\"relation\":"
    "\"cousin of P1\"}]}";
static const char plain_json[] = "{\"schema\":\"wayleave/observation/1\","
    "\"component\":\"C1\",\"actor\":\"P1\",\"codes\":[\"CC01\"],"
    "\"source\":\"SRC1\"}";

/* What goes wrong with a message that is made. */
struct mail_edit {
	const char *json;                       /* another content */
	void (*body)(struct body *b);           /* before it is sealed */
	void (*sealed)(struct body *b);         /* after; then it is signed */
	void (*plain)(struct buf *plain);
	unsigned signer;                        /* 0: the sender */
	struct citation cite;
	uint64_t expires;                       /* 0: in 10 days */
};

/* An introduction ("ID") or a plain observation ("C1") to the agent. */
OFFICE struct record *
liar_mail_record(struct liar *l, unsigned from, const char *what,
    const struct mail_edit *edit, struct bytes *ciphertext)
{
	static const struct mail_edit none;
	const struct mail_edit *x = edit != NULL ? edit : &none;
	const char *json = x->json != NULL ? x->json :
	    strcmp(what, "ID") == 0 ? intro_json : plain_json;
	struct body *b = &l->mail_body;
	struct wire_submission *s = &b->u.submission;
	struct record *r = arena_zalloc(l->arena, sizeof *r);
	struct content *c = calloc(1, sizeof *c);
	uint8_t key[ARROW_KEY], chance[10], id[RECORD_ID_LEN] = { 1 };
	struct buf plain, cipher, body, wire;

	buf_init(&plain, WIRE_PLAINTEXT_MAX);
	buf_init(&cipher, WIRE_CIPHERTEXT_MAX);
	buf_init(&body, WIRE_BODY_MAX);
	buf_init(&wire, WIRE_RECORD_MAX);
	memset(b, 0, sizeof *b);
	b->kind = KIND_SUBMISSION;
	b->has_case = true;
	memcpy(b->case_id, l->w->kase.id, WIRE_CASE);
	randombytes_buf(chance, sizeof chance);
	stamp_make(l->w->now, chance, b->stamp);
	b->cite = x->cite;
	s->suite = WIRE_SUITE;
	strcpy(s->recipient, l->w->m[l->m].id);
	s->epoch = l->w->m[l->m].epoch;
	s->created = l->w->now;
	s->expires = x->expires != 0 ? x->expires :
	    l->w->now + 10 * CLOCK_DAY_MS;
	arrow_key(l->w->kase.key, l->w->kase.id, l->w->m[from].id,
	    s->recipient, key);
	arrow_label(key, what, "PU01", s->label[0]);
	s->n_label = 1;
	randombytes_buf(s->urgency, sizeof s->urgency);
	if (x->body != NULL)
		x->body(b);
	randombytes_buf(buf_room(&plain, 8 * 16), 8 * 16);
	ck_ok(content_read(c, json, strlen(json), NULL, &l->why));
	content_set_id(c, id);
	ck_ok(content_encode(c, &plain));
	if (x->plain != NULL)
		x->plain(&plain);
	ck_ok(seal_message(l->seal, l->w->m[from].id, l->w->m[l->m].seal.public,
	    l->o->r->hands.boot, b, buf_view(&plain), &cipher,
	    l->mail_share));
	if (x->sealed != NULL)
		x->sealed(b);
	ck_ok(wire_body_encode(b, &body));
	r->kind = KIND_SUBMISSION;
	strcpy(r->signer, l->w->m[from].id);
	r->body = bytes_of(arena_dup(l->w->a, body.data, body.n), body.n);
	world_sign(l->w, r, x->signer != 0 ? x->signer : from);
	*ciphertext = bytes_of(arena_dup(l->arena, cipher.data, cipher.n),
	    cipher.n);
	free(c);
	buf_free(&plain);
	buf_free(&cipher);
	buf_free(&body);
	buf_free(&wire);
	return r;
}

/* A submission and its delivery under this grant; returns the first piece. */
OFFICE struct wire_piece *
liar_deliver(struct liar *l, const struct record *r, struct bytes ciphertext,
    uint64_t grant)
{
	struct wire_delivered d = { .message = l->n, .grant = grant };
	struct wire_piece *p = liar_record(l, r, PIECE_MAIL);
	struct buf out;

	p->ciphertext = ciphertext;
	buf_init(&out, 64);
	ck_ok(wire_delivered_encode(&d, &out));
	(void)liar_entry(l, ENTRY_DELIVERED, buf_view(&out),
	    PIECE_DELIVERED);
	buf_free(&out);
	return p;
}

/* What the agent learns of a case, and the entries of its two grants. */
struct told_case {
	struct record *opened, *intro, *grant;
	uint64_t intro_idx, grant_idx;
};

/*
 * One parcel: the case, the introduction's grant with its key, and one from
 * the police with its key.
 */
OFFICE void
liar_case(struct liar *l, struct told_case *k)
{
	struct world *w = l->w;

	k->opened = world_case_opened(w);
	k->intro = world_grant(w, WORLD_CUSTODIAN, l->m, true, intro_labels);
	k->grant = world_grant(w, WORLD_POLICE, l->m, false, plain_labels);
	liar_record(l, k->opened, PIECE_NEWS);
	k->intro_idx = l->n;
	liar_record(l, k->intro, PIECE_NEWS);
	liar_record(l, world_arrow_key(w, WORLD_CUSTODIAN, l->m, l->m),
	    PIECE_NEWS);
	liar_hidden(l, 5);
	k->grant_idx = l->n;
	liar_record(l, k->grant, PIECE_NEWS);
	liar_record(l, world_arrow_key(w, WORLD_POLICE, l->m, l->m),
	    PIECE_NEWS);
}

/* ---- for most tests ----------------------------------------------------------------- */

/* A liar at the school, which has heard of everybody. */
OFFICE struct office *
liar_office(struct liar **l)
{
	struct office *o = office_create();

	liar_teach(o, WORLD_SCHOOL);
	*l = liar_create(o, WORLD_SCHOOL);
	liar_epoch(*l);
	o->may_drop = true;
	return o;
}

/* What was closed is refused (ERR_NONE: however), and nothing changes. */
OFFICE void
liar_refused(struct liar *l, const char *name, enum error_code want)
{
	const struct state before = state_of(l->a);
	struct state after;
	enum error_code err = liar_send(l);

	ck_assert_msg(err != ERR_NONE, "%s: taken", name);
	ck_assert_msg(want == ERR_NONE || err == want, "%s: %s (%s)", name,
	    error_text(err), l->why.text);
	after = state_of(l->a);
	ck_assert_msg(state_same(&before, &after), "%s: something stayed",
	    name);
}

/* An `opened` entry about our opening with this stamp. */
OFFICE struct wire_piece *
liar_opened(struct liar *l, const uint8_t stamp[static WIRE_STAMP],
    const struct wire_opened_line *line, unsigned n, struct bytes shares)
{
	struct wire_opened o = { .line = line, .n = n };
	struct wire_piece *p;
	enum wire_kind kind;
	struct buf wire, out;

	buf_init(&wire, WIRE_RECORD_MAX);
	buf_init(&out, ENTRY_BODY_MAX);
	ck_ok(outgoing_record(l->a, stamp, &wire, &kind));
	o.record = buf_view(&wire);
	ck_ok(wire_opened_encode(&o, &out));
	p = liar_entry(l, ENTRY_OPENED, buf_view(&out), PIECE_OPENED);
	if (shares.n > 0)
		p->shares = bytes_of(arena_dup(l->arena, shares.data,
		    shares.n), shares.n);
	buf_free(&wire);
	buf_free(&out);
	return p;
}

#endif
