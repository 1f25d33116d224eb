/*
 * entry.json was written by entry.py, which shares no code with proto/ or
 * ledger/: both must come to the same entries, news, statement and proof.
 * Run from the top of the tree.
 */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/identity.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/fold.h"
#include "ledger/proof.h"
#include "ledger/range.h"
#include "ledger/statement.h"
#include "tests/support/test.h"

enum { PIECES = 7 };

static json_t *vectors;
static struct arena *arena;

static const char *
text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	ck_assert_msg(s != NULL, "no %s", name);
	return s;
}

static uint64_t
number_of(const json_t *o, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(o, name));
}

static struct bytes
raw_of(const json_t *o, const char *name)
{
	const char *hex = text_of(o, name);
	const size_t n = strlen(hex) / 2;
	uint8_t *raw = arena_alloc(arena, n);

	ck_assert_msg(hex_decode(raw, n, hex), "%s", name);
	return bytes_of(raw, n);
}

static void
fixed_of(const json_t *o, const char *name, uint8_t *out, size_t n)
{
	const struct bytes b = raw_of(o, name);

	ck_assert_uint_eq(b.n, n);
	memcpy(out, b.data, n);
}

static void
is(const void *raw, size_t n, const json_t *o, const char *name)
{
	ck_assert_msg(bytes_equal(bytes_of(raw, n), raw_of(o, name)), "%s",
	    name);
}

static const json_t *
entry_at(size_t i)
{
	const json_t *e = json_array_get(json_object_get(vectors, "entries"),
	    i);

	ck_assert_msg(e != NULL, "no entry %zu", i);
	return e;
}

static void
setup(void)
{
	arena = arena_create(4 * 1024 * 1024);
}

static void
teardown(void)
{
	arena_destroy(&arena);
}

/* ---- entries ----------------------------------------------------------------- */

/* The payload encoded again from what was decoded. */
static void
payload_again(const struct entry *e, struct buf *out)
{
	switch (e->kind) {
	case ENTRY_RECORD:
		ck_ok(wire_record_encode(&e->record, out));
		break;
	case ENTRY_DELIVERED:
		ck_ok(wire_delivered_encode(&e->u.delivered, out));
		break;
	case ENTRY_OPENED:
		ck_ok(wire_opened_encode(&e->u.opened, out));
		break;
	case ENTRY_FROZEN:
		ck_ok(wire_frozen_encode(&e->u.frozen, out));
		break;
	case ENTRY_ENDED:
		ck_ok(wire_ended_encode(&e->u.ended, out));
		break;
	case ENTRY_REFUSED:
		ck_ok(wire_refused_encode(&e->u.refused, out));
		break;
	case ENTRY_DROPPED:
		ck_ok(wire_dropped_encode(&e->u.dropped, out));
		break;
	case ENTRY_NOTICE:
		ck_ok(wire_notice_encode(&e->u.notice, out));
		break;
	}
}

static unsigned
check_entry(size_t i)
{
	const json_t *v = entry_at(i);
	uint8_t salt[ENTRY_SALT], commitment[HASH_BYTES];
	struct why why = { "" };
	struct entry e;
	struct hash leaf;
	struct buf out;

	fixed_of(v, "salt", salt, sizeof salt);
	ck_assert_msg(entry_decode(arena, text_of(vectors, "partnership"),
	    raw_of(v, "body"), salt, &e, &why) == ERR_NONE, "%zu: %s", i,
	    why.text);
	ck_assert_uint_eq(e.index, i);
	ck_assert_uint_eq((unsigned)e.kind, number_of(v, "number"));
	buf_init(&out, ENTRY_BODY_MAX);
	payload_again(&e, &out);
	is(out.data, out.n, v, "payload");
	buf_clear(&out);
	ck_ok(entry_encode(e.index, e.time, e.kind, raw_of(v, "payload"),
	    &out));
	is(out.data, out.n, v, "body");
	entry_commitment(buf_view(&out), salt, commitment);
	is(commitment, sizeof commitment, v, "commitment");
	entry_leaf(commitment, &leaf);
	is(leaf.b, HASH_BYTES, v, "leaf");
	buf_free(&out);
	return 1u << e.kind;
}

START_TEST(every_kind)
{
	const size_t n = (size_t)number_of(vectors, "size");
	unsigned seen = 0;

	for (size_t i = 0; i < n; i++)
		seen |= check_entry(i);
	ck_assert_uint_eq(seen, 0x1fe); /* kinds 1 to 8 */
}
END_TEST

/* What stands behind an entry's end is no entry. */
START_TEST(longer_or_shorter)
{
	const size_t n = (size_t)number_of(vectors, "size");
	uint8_t salt[ENTRY_SALT] = { 0 };
	struct entry e;

	for (size_t i = 0; i < n; i++) {
		struct bytes b = raw_of(entry_at(i), "body");
		uint8_t *more = arena_zalloc(arena, b.n + 1);

		memcpy(more, b.data, b.n);
		ck_assert(entry_decode(arena, text_of(vectors, "partnership"),
		    bytes_of(more, b.n + 1), salt, &e, NULL) != ERR_NONE);
		ck_assert(entry_decode(arena, text_of(vectors, "partnership"),
		    bytes_of(more, ENTRY_PREFIX - 1), salt, &e, NULL) !=
		    ERR_NONE);
	}
}
END_TEST

/* ---- news, checkpoint, statement ------------------------------------------------ */

START_TEST(news)
{
	const json_t *list = json_object_get(vectors, "news"), *v;
	uint8_t hash[HASH_BYTES] = { 0 };
	struct hash leaf;
	size_t i;

	json_array_foreach(list, i, v) {
		fixed_of(entry_at((size_t)number_of(v, "index")), "leaf",
		    leaf.b, HASH_BYTES);
		fold_news_hash(hash, &leaf);
		ck_assert_uint_eq(number_of(v, "count"), i + 1);
		is(hash, sizeof hash, v, "hash");
	}
	ck_assert_uint_eq(i, 4);
}
END_TEST

static void
head_of(struct checkpoint *c)
{
	c->size = number_of(vectors, "size");
	fixed_of(vectors, "root", c->root.b, HASH_BYTES);
	fixed_of(vectors, "signature", c->signature, sizeof c->signature);
}

START_TEST(head)
{
	char text[CHECKPOINT_BODY_MAX];
	uint8_t key[WIRE_KEY];
	struct checkpoint c;
	size_t n;

	head_of(&c);
	n = checkpoint_body(text_of(vectors, "origin"), c.size, &c.root, text);
	is(text, n, vectors, "checkpoint");
	fixed_of(vectors, "log_key", key, sizeof key);
	ck_ok(checkpoint_verify(text_of(vectors, "origin"), &c, key));
	c.size++;
	ck_err(checkpoint_verify(text_of(vectors, "origin"), &c, key),
	    ERR_CRYPTO);
}
END_TEST

/* ---- the parcel -------------------------------------------------------------------- */

static void
decode(struct parcel *p)
{
	struct why why = { "" };
	struct buf again;

	ck_assert_msg(wire_parcel_decode(arena, raw_of(vectors, "parcel"), p,
	    &why) == ERR_NONE, "%s", why.text);
	buf_init(&again, WIRE_DOWN_MAX);
	ck_ok(wire_parcel_encode(p, &again));
	is(again.data, again.n, vectors, "parcel");
	buf_free(&again);
	ck_assert_uint_eq(p->n_piece, PIECES);
	ck_assert_uint_eq(p->from, number_of(vectors, "have"));
}

START_TEST(statement)
{
	uint8_t text[STATEMENT_BYTES_MAX], key[WIRE_KEY];
	struct parcel p;
	size_t n;

	decode(&p);
	ck_assert(p.has_statement);
	ck_assert_uint_eq(p.statement.time, number_of(vectors, "time"));
	n = statement_bytes(text_of(vectors, "partnership"),
	    text_of(vectors, "agent"), p.head.size, p.head.root, &p.statement,
	    text);
	is(text, n, vectors, "statement");
	is(p.statement.signature, WIRE_SIG, vectors, "statement_signature");
	fixed_of(vectors, "broker_key", key, sizeof key);
	ck_ok(identity_verify(key, bytes_of(text, n),
	    p.statement.signature));
}
END_TEST

/* The leaf of a piece, after comparing with the entry. */
static void
leaf_of(const struct wire_piece *p, struct hash *leaf)
{
	uint8_t commitment[HASH_BYTES];

	is(p->body.data, p->body.n, entry_at((size_t)p->index), "body");
	entry_commitment(p->body, p->salt, commitment);
	entry_leaf(commitment, leaf);
}

/* Index and leaf of the pieces at or above `from`, ascending. */
static size_t
wanted_of(const struct parcel *p, uint64_t *index, struct hash *leaf)
{
	size_t n = 0, k;

	for (unsigned i = 0; i < p->n_piece; i++) {
		if (p->piece[i].index < p->from)
			continue;
		for (k = n++; k > 0 && index[k - 1] > p->piece[i].index; k--) {
			index[k] = index[k - 1];
			leaf[k] = leaf[k - 1];
		}
		index[k] = p->piece[i].index;
		leaf_of(&p->piece[i], &leaf[k]);
	}
	return n;
}

START_TEST(range)
{
	struct hash leaf[PIECES], root, proof[64];
	uint64_t index[PIECES];
	struct edge start, e;
	struct parcel p;
	size_t n, n_proof;

	decode(&p);
	n = wanted_of(&p, index, leaf);
	ck_assert_uint_eq(n, PIECES - 1);
	memcpy(root.b, p.head.root, HASH_BYTES);
	n_proof = p.range.n / HASH_BYTES;
	memcpy(proof, p.range.data, p.range.n);
	ck_ok(edge_decode(raw_of(vectors, "edge"), &start));
	e = start;
	ck_ok(range_advance(&e, p.head.size, index, leaf, n, proof, n_proof,
	    &root));
	ck_assert_uint_eq(e.size, p.head.size);
	for (size_t i = 0; i < n_proof + n; i++) {
		struct hash *h = i < n_proof ? &proof[i] : &leaf[i - n_proof];

		e = start;
		h->b[i % HASH_BYTES] ^= 1;
		ck_err(range_advance(&e, p.head.size, index, leaf, n, proof,
		    n_proof, &root), ERR_PROOF);
		h->b[i % HASH_BYTES] ^= 1;
	}
}
END_TEST

/* What lies below the agent's size has a path of its own. */
START_TEST(below)
{
	const struct wire_piece *piece;
	struct hash leaf, root, path[64];
	struct parcel p;

	decode(&p);
	piece = &p.piece[PIECES - 1];
	ck_assert_int_eq((int)piece->what, PIECE_COPY);
	ck_assert(piece->index < p.from && piece->has_stamp);
	leaf_of(piece, &leaf);
	memcpy(root.b, p.head.root, HASH_BYTES);
	memcpy(path, piece->path.data, piece->path.n);
	ck_ok(proof_inclusion_verify(piece->index, p.head.size, &leaf, path,
	    piece->path.n / HASH_BYTES, &root));
}
END_TEST

/* A submission directly before its `delivered`, with its ciphertext. */
START_TEST(pair)
{
	const struct wire_piece *mail, *delivered;
	uint8_t hash[WIRE_HASH];
	struct entry s, d;
	struct parcel p;

	decode(&p);
	mail = &p.piece[4];
	delivered = &p.piece[5];
	ck_assert_int_eq((int)mail->what, PIECE_MAIL);
	ck_assert_int_eq((int)delivered->what, PIECE_DELIVERED);
	ck_ok(entry_decode(arena, text_of(vectors, "partnership"), mail->body,
	    mail->salt, &s, NULL));
	ck_ok(entry_decode(arena, text_of(vectors, "partnership"),
	    delivered->body, delivered->salt, &d, NULL));
	ck_assert_uint_eq(d.u.delivered.message, s.index);
	ck_assert_str_eq(s.b.u.submission.recipient, text_of(vectors,
	    "agent"));
	crypto_hash_sha256(hash, mail->ciphertext.data, mail->ciphertext.n);
	ck_assert_mem_eq(hash, s.b.u.submission.ciphertext_hash, WIRE_HASH);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_kind);
	tcase_add_test(tc, longer_or_shorter);
	tcase_add_test(tc, news);
	tcase_add_test(tc, head);
	tcase_add_test(tc, statement);
	tcase_add_test(tc, range);
	tcase_add_test(tc, below);
	tcase_add_test(tc, pair);
}

int
main(void)
{
	json_error_t why;
	int rc;

	if (sodium_init() < 0)
		return EXIT_FAILURE;
	vectors = json_load_file("tests/vectors/entry.json", 0, &why);
	if (vectors == NULL) {
		fprintf(stderr, "entry.json line %d: %s\n", why.line,
		    why.text);
		return EXIT_FAILURE;
	}
	rc = test_main("entry vectors", fill, 30);
	json_decref(vectors);
	return rc;
}
