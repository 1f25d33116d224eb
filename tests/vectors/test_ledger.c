/*
 * ledger.json was written by ledger.py, which shares no code with ledger/:
 * both must come to the same bytes.  Run from the top of the tree.
 */
#include <jansson.h>
#include <sodium.h>

#include "ledger/checkpoint.h"
#include "ledger/proof.h"
#include "ledger/range.h"
#include "ledger/tile.h"
#include "tests/unit/ledger/naive.h"

enum { HASHES = 256 };

static json_t *vectors;

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
	const json_t *v = json_object_get(o, name);

	ck_assert_msg(json_is_integer(v), "no %s", name);
	return (uint64_t)json_integer_value(v);
}

static size_t
raw_of(const json_t *o, const char *name, uint8_t *out, size_t max)
{
	const char *hex = text_of(o, name);
	size_t n = strlen(hex) / 2;

	ck_assert_uint_le(n, max);
	ck_assert(hex_decode(out, n, hex));
	return n;
}

static struct hash
hash_of(const json_t *o, const char *name)
{
	struct hash h;

	ck_assert_uint_eq(raw_of(o, name, h.b, HASH_BYTES), HASH_BYTES);
	return h;
}

static size_t
hashes_of(const json_t *o, const char *name, struct hash out[static HASHES])
{
	const json_t *list = json_object_get(o, name);
	size_t n = json_array_size(list);

	ck_assert(json_is_array(list) && n <= HASHES);
	for (size_t i = 0; i < n; i++)
		ck_assert(hex_decode(out[i].b, HASH_BYTES,
		    json_string_value(json_array_get(list, i))));
	return n;
}

static json_t *
list_of(const char *name)
{
	json_t *list = json_object_get(vectors, name);

	ck_assert_msg(json_array_size(list) > 0, "no %s", name);
	return list;
}

static struct edge
edge_of(const json_t *o, const char *name)
{
	uint8_t raw[EDGE_BYTES_MAX];
	size_t n = raw_of(o, name, raw, sizeof raw);
	struct edge e;

	ck_assert_int_eq(edge_decode(bytes_of(raw, n), &e), ERR_NONE);
	return e;
}

static void
commitment(uint64_t i, struct hash *out)
{
	char text[64];

	snprintf(text, sizeof text, "commitment %llu", (unsigned long long)i);
	crypto_hash_sha256(out->b, (uint8_t *)text, strlen(text));
}

START_TEST(leaves)
{
	struct hash c, leaf, want;

	commitment(0, &c);
	want = hash_of(vectors, "commitment_0");
	ck_assert(hash_equal(&c, &want));
	tile_leaf(&c, &leaf);
	want = hash_of(vectors, "leaf_0");
	ck_assert(hash_equal(&leaf, &want));
}
END_TEST

START_TEST(edges)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list_of("edges"), i, v) {
		struct edge e = edge_of(v, "edge"), made;
		struct hash root, want = hash_of(v, "root"), leaf;

		ck_assert_uint_eq(e.size, number_of(v, "size"));
		edge_root(&e, &root);
		ck_assert(hash_equal(&root, &want));
		edge_init(&made);
		while (made.size < e.size) {
			commitment(made.size, &leaf);
			tile_leaf(&leaf, &leaf);
			ck_assert_int_eq(edge_append(&made, &leaf), ERR_NONE);
		}
		ck_assert(memcmp(made.hash, e.hash, 32 * e.n) == 0);
	}
}
END_TEST

START_TEST(ranges)
{
	static struct hash proof[HASHES];
	const json_t *v, *w;
	size_t i, j;

	json_array_foreach(list_of("ranges"), i, v) {
		struct edge e = edge_of(v, "edge"), after, kept = e;
		uint64_t to = number_of(v, "to"), index[32];
		struct hash leaf[32], root = hash_of(v, "root");
		size_t n_proof = hashes_of(v, "proof", proof), n = 0, length;

		json_array_foreach(json_object_get(v, "wanted"), j, w) {
			index[n] = number_of(w, "index");
			leaf[n++] = hash_of(w, "leaf");
		}
		ck_assert_int_eq(range_length(e.size, to, index, n, &length),
		    ERR_NONE);
		ck_assert_uint_eq(length, n_proof);
		ck_assert_int_eq(range_advance(&e, to, index, leaf, n, proof,
		    n_proof, &root), ERR_NONE);
		after = edge_of(v, "edge_after");
		ck_assert_uint_eq(e.size, after.size);
		ck_assert(memcmp(e.hash, after.hash, 32 * e.n) == 0);
		root.b[31] ^= 1;
		ck_assert_int_eq(range_advance(&kept, to, index, leaf, n,
		    proof, n_proof, &root), ERR_PROOF);
	}
}
END_TEST

START_TEST(classic_proofs)
{
	static struct hash proof[HASHES];
	const json_t *v;
	size_t i;

	json_array_foreach(list_of("inclusions"), i, v) {
		struct hash leaf = hash_of(v, "leaf"), root = hash_of(v,
		    "root");
		size_t n = hashes_of(v, "path", proof);

		ck_assert_int_eq(proof_inclusion_verify(number_of(v, "index"),
		    number_of(v, "size"), &leaf, proof, n, &root), ERR_NONE);
	}
	json_array_foreach(list_of("consistencies"), i, v) {
		struct hash from = hash_of(v, "from_root");
		struct hash to = hash_of(v, "to_root");
		size_t n = hashes_of(v, "proof", proof);

		ck_assert_int_eq(proof_consistency_verify(number_of(v,
		    "from"), &from, number_of(v, "to"), &to, proof, n),
		    ERR_NONE);
	}
}
END_TEST

static struct note_key
key_of(const char *which, uint8_t secret[static NOTE_SECRET_BYTES])
{
	const json_t *v = json_object_get(json_object_get(vectors, "keys"),
	    which);
	uint8_t seed[32], public[32], want[32];
	char vkey[NOTE_VKEY_MAX], id[9];
	struct note_key key;

	ck_assert_uint_eq(raw_of(v, "seed", seed, 32), 32);
	ck_assert_uint_eq(raw_of(v, "public", want, 32), 32);
	crypto_sign_seed_keypair(public, secret, seed);
	ck_assert(memcmp(public, want, 32) == 0);
	ck_assert_int_eq(note_vkey_parse(text_of(v, "vkey"), &key, NULL),
	    ERR_NONE);
	note_vkey_format(&key, vkey);
	ck_assert_str_eq(vkey, text_of(v, "vkey"));
	hex_encode(id, key.id, sizeof key.id);
	ck_assert_str_eq(id, text_of(v, "id"));
	return key;
}

/* Ed25519 is deterministic: what we sign is the vector, bit for bit. */
START_TEST(checkpoints)
{
	const json_t *v = json_object_get(vectors, "checkpoint");
	uint8_t log_secret[NOTE_SECRET_BYTES], wit_secret[NOTE_SECRET_BYTES];
	struct note_key log = key_of("log", log_secret);
	struct note_key witness = key_of("witness", wit_secret);
	struct checkpoint c = { number_of(v, "size"), hash_of(v, "root"),
		{ 0 } }, read;
	char body[CHECKPOINT_BODY_MAX];
	uint8_t want[NOTE_COSIGNATURE_BYTES], cosig[NOTE_COSIGNATURE_BYTES];
	struct buf b;

	ck_assert_uint_gt(checkpoint_body(text_of(v, "origin"), c.size,
	    &c.root, body), 0);
	ck_assert_str_eq(body, text_of(v, "body"));
	ck_assert_int_eq(checkpoint_sign(log.name, &c, log_secret), ERR_NONE);
	ck_assert_uint_eq(raw_of(v, "signature", want, sizeof want), 64);
	ck_assert(memcmp(c.signature, want, 64) == 0);
	ck_assert_int_eq(checkpoint_cosign(log.name, &c, number_of(v, "time"),
	    wit_secret, cosig), ERR_NONE);
	ck_assert_uint_eq(raw_of(v, "cosignature", want, sizeof want), 72);
	ck_assert(memcmp(cosig, want, 72) == 0);
	buf_init(&b, 4096);
	checkpoint_note(&log, &c, &b);
	note_put_line(&b, &witness, bytes_of(cosig, sizeof cosig));
	ck_assert(bytes_equal(buf_view(&b), bytes_str(text_of(v, "note"))));
	ck_assert_int_eq(checkpoint_read(buf_view(&b), &log, &read, NULL),
	    ERR_NONE);
	ck_assert(memcmp(&read, &c, sizeof c) == 0);
	buf_free(&b);
}
END_TEST

START_TEST(notes)
{
	uint8_t secret[NOTE_SECRET_BYTES];
	struct note_key keys[2] = { key_of("log", secret),
		key_of("witness", secret) };
	static struct note note;
	const json_t *v;
	size_t i;

	json_array_foreach(list_of("notes"), i, v) {
		struct bytes in = bytes_str(text_of(v, "note"));
		bool good = json_is_true(json_object_get(v, "good"));
		struct note_seen seen[2];
		struct checkpoint c;
		bool got = checkpoint_read(in, &keys[0], &c, NULL) ==
		    ERR_NONE && note_parse(in, &note, NULL) == ERR_NONE &&
		    note_verify(&note, keys, 2, seen) == ERR_NONE;

		ck_assert_msg(got == good, "%s", text_of(v, "what"));
	}
	json_array_foreach(list_of("bad_bodies"), i, v) {
		struct bytes origin;
		struct checkpoint c;

		ck_assert_msg(checkpoint_parse(bytes_str(text_of(v, "body")),
		    &origin, &c, NULL) == ERR_FORMAT, "%s",
		    text_of(v, "what"));
	}
}
END_TEST

START_TEST(proof_files)
{
	static struct proof_file f;
	uint8_t secret[NOTE_SECRET_BYTES];
	struct note_key log = key_of("log", secret);
	const char *text = text_of(vectors, "proof_file");
	struct checkpoint c;
	struct hash leaf;
	struct buf b;

	ck_assert_int_eq(proof_file_parse(bytes_str(text), &f, NULL),
	    ERR_NONE);
	ck_assert(bytes_equal(bytes_of(f.extra, f.n_extra),
	    bytes_str("extra")));
	ck_assert_int_eq(checkpoint_read(f.checkpoint, &log, &c, NULL),
	    ERR_NONE);
	commitment(f.index, &leaf);
	tile_leaf(&leaf, &leaf);
	ck_assert_int_eq(proof_inclusion_verify(f.index, c.size, &leaf,
	    f.path, f.n_path, &c.root), ERR_NONE);
	buf_init(&b, PROOF_FILE_MAX);
	proof_file_format(&f, &b);
	ck_assert(bytes_equal(buf_view(&b), bytes_str(text)));
	buf_free(&b);
}
END_TEST

START_TEST(tile_names)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list_of("tile_names"), i, v) {
		const json_t *level = json_object_get(v, "level");
		struct tile_name name;
		char path[TILE_NAME_MAX];

		ck_assert_int_eq(tile_name_parse(text_of(v, "name"), &name),
		    ERR_NONE);
		ck_assert_uint_eq(name.n, number_of(v, "n"));
		ck_assert_uint_eq(name.width, number_of(v, "width"));
		ck_assert_uint_eq(name.level, json_is_string(level) ?
		    TILE_ENTRIES : number_of(v, "level"));
		tile_name_format(&name, path);
		ck_assert_str_eq(path, text_of(v, "name"));
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, leaves);
	tcase_add_test(tc, edges);
	tcase_add_test(tc, ranges);
	tcase_add_test(tc, classic_proofs);
	tcase_add_test(tc, checkpoints);
	tcase_add_test(tc, notes);
	tcase_add_test(tc, proof_files);
	tcase_add_test(tc, tile_names);
}

int
main(void)
{
	json_error_t why;
	int rc;

	if (sodium_init() < 0)
		return EXIT_FAILURE;
	vectors = json_load_file("tests/vectors/ledger.json", 0, &why);
	if (vectors == NULL) {
		fprintf(stderr, "ledger.json line %d: %s\n", why.line,
		    why.text);
		return EXIT_FAILURE;
	}
	rc = naive_main("ledger vectors", add);
	json_decref(vectors);
	return rc;
}
