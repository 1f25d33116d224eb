/*
 * records.json was written by records.py, which shares no code with proto/
 * or ledger/: both must come to the same bytes.  Run from the top of the
 * tree.
 */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/record.h"
#include "tests/support/test.h"

static json_t *vectors;
static struct arena *arena;

static void
setup(void)
{
	arena = arena_create(1024 * 1024);
}

static void
teardown(void)
{
	arena_destroy(&arena);
}

static const char *
text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	ck_assert_msg(s != NULL, "no %s", name);
	return s;
}

static struct bytes
raw_of(const json_t *o, const char *name)
{
	const char *hex = text_of(o, name);
	const size_t n = strlen(hex) / 2;
	uint8_t *raw = arena_alloc(arena, n);

	ck_assert(hex_decode(raw, n, hex));
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
is_hex(const uint8_t *raw, size_t n, const json_t *o, const char *name)
{
	const struct bytes want = raw_of(o, name);

	ck_assert_msg(bytes_equal(bytes_of(raw, n), want), "%s", name);
}

static json_t *
list_of(const json_t *o, const char *name)
{
	json_t *list = json_object_get(o, name);

	ck_assert_msg(json_array_size(list) > 0, "no %s", name);
	return list;
}

static const char *
partnership(void)
{
	return text_of(vectors, "partnership");
}

/* ---- one record, both ways --------------------------------------------------- */

static void
check_verifies(const json_t *v, const struct record *r)
{
	uint8_t key[WIRE_KEY], cokey[WIRE_KEY], id[WIRE_HASH];
	const bool cosigned = r->cosigner[0] != '\0';
	struct why why = { "" };

	fixed_of(v, "key", key, sizeof key);
	if (cosigned)
		fixed_of(v, "cokey", cokey, sizeof cokey);
	ck_assert_msg(record_verify(partnership(), r, key,
	    cosigned ? cokey : NULL, NULL, id, &why) == ERR_NONE, "%s: %s",
	    text_of(v, "kind"), why.text);
	is_hex(id, sizeof id, v, "id");
}

static void
check_record(const json_t *v)
{
	struct record r;
	struct body b;
	struct buf out;
	struct hash leaf;
	struct why why = { "" };

	buf_init(&out, WIRE_RECORD_MAX);
	ck_assert_msg(wire_record_decode(arena, raw_of(v, "wire"), &r, &why) ==
	    ERR_NONE, "%s", why.text);
	ck_assert_str_eq(wire_kind_name(r.kind), text_of(v, "kind"));
	ck_assert_str_eq(r.signer, text_of(v, "signer"));
	ck_assert_str_eq(r.cosigner, text_of(v, "cosigner"));
	is_hex(r.body.data, r.body.n, v, "body");
	is_hex(r.path.data, r.path.n, v, "path");
	is_hex(r.signature, WIRE_SIG, v, "signature");
	record_bytes(partnership(), &r, &out);
	is_hex(out.data, out.n, v, "bytes");
	record_leaf(partnership(), &r, &leaf);
	is_hex(leaf.b, HASH_BYTES, v, "leaf");
	check_verifies(v, &r);

	buf_clear(&out);
	ck_ok(wire_record_encode(&r, &out));
	is_hex(out.data, out.n, v, "wire");
	ck_assert_msg(wire_body_decode(arena, &r, &b, &why) == ERR_NONE, "%s",
	    why.text);
	ck_assert_msg(record_signers_ok(&r, &b, &why) == ERR_NONE, "%s",
	    why.text);
	buf_clear(&out);
	ck_ok(wire_body_encode(&b, &out));
	is_hex(out.data, out.n, v, "body");
	buf_free(&out);
}

START_TEST(records)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list_of(vectors, "records"), i, v)
		check_record(v);
	ck_assert_uint_eq(i, KIND_END - 2);     /* all but submission */
}
END_TEST

/* What these keys sign is what the vectors hold: Ed25519 has one answer. */
START_TEST(records_sign)
{
	uint8_t seed[3][32], pk[3][WIRE_KEY], sk[3][RECORD_SECRET];
	const json_t *v;
	size_t i;

	fixed_of(vectors, "root_seed", seed[0], 32);
	fixed_of(vectors, "member_seed", seed[1], 32);
	fixed_of(vectors, "consent_seed", seed[2], 32);
	for (int k = 0; k < 3; k++)
		crypto_sign_seed_keypair(pk[k], sk[k], seed[k]);
	json_array_foreach(list_of(vectors, "records"), i, v) {
		struct record r, *one[1] = { &r };
		int k = 1;

		ck_ok(wire_record_decode(arena, raw_of(v, "wire"), &r, NULL));
		if (strcmp(r.signer, "root:") == 0)
			k = 0;
		else if (r.has_key)
			k = 2;
		memset(r.signature, 0, WIRE_SIG);
		ck_ok(bundle_sign(sk[k], partnership(), one, 1, NULL, NULL,
		    arena));
		is_hex(r.signature, WIRE_SIG, v, "signature");
		if (r.cosigner[0] == '\0')
			continue;
		ck_ok(record_cosign(sk[1], partnership(), &r));
		is_hex(r.cosignature, WIRE_SIG, v, "cosignature");
	}
}
END_TEST

START_TEST(bundles)
{
	static const unsigned sizes[] = { 1, 3, 8 };
	const json_t *v, *w;
	size_t i, j;

	json_array_foreach(list_of(vectors, "bundles"), i, v) {
		struct bundle_cache *c = bundle_cache_create();
		uint64_t hits, misses;

		ck_assert_int_eq(json_integer_value(json_object_get(v, "n")),
		    sizes[i]);
		json_array_foreach(list_of(v, "records"), j, w) {
			uint8_t key[WIRE_KEY];
			struct record r;

			check_record(w);
			ck_ok(wire_record_decode(arena, raw_of(w, "wire"), &r,
			    NULL));
			ck_assert_uint_eq(r.n, sizes[i]);
			is_hex(r.signature, WIRE_SIG, v, "signature");
			fixed_of(w, "key", key, sizeof key);
			ck_ok(record_verify(partnership(), &r, key, NULL, c,
			    NULL, NULL));
		}
		bundle_cache_counts(c, &hits, &misses);
		ck_assert_uint_eq(misses, sizes[i] > 1 ? 1 : 0);
		bundle_cache_destroy(&c);
	}
	ck_assert_uint_eq(i, 3);
}
END_TEST

START_TEST(names)
{
	const json_t *kase = json_object_get(vectors, "case");
	const json_t *s = json_object_get(vectors, "stamp");
	uint8_t seed[32], pk[WIRE_KEY], sk[RECORD_SECRET], random[10];
	uint8_t id[WIRE_CASE], stamp[WIRE_STAMP];
	char p[PARTNERSHIP_HEX + 1];

	fixed_of(vectors, "root_seed", seed, sizeof seed);
	crypto_sign_seed_keypair(pk, sk, seed);
	record_partnership(pk, p);
	ck_assert_str_eq(p, partnership());
	fixed_of(kase, "consent_key", pk, sizeof pk);
	record_case_id(p, pk, text_of(kase, "custodian"), id);
	is_hex(id, sizeof id, kase, "id");
	fixed_of(s, "random", random, sizeof random);
	stamp_make((uint64_t)json_integer_value(json_object_get(s, "ms")),
	    random, stamp);
	is_hex(stamp, sizeof stamp, s, "stamp");
}
END_TEST

START_TEST(header)
{
	const json_t *v = json_object_get(vectors, "submission");
	struct record r = { .kind = KIND_SUBMISSION };
	struct body b;
	struct buf out;
	uint8_t h[WIRE_HASH];

	r.body = raw_of(v, "body");
	ck_ok(wire_body_decode(arena, &r, &b, NULL));
	buf_init(&out, SUBMISSION_HEADER_MAX);
	ck_ok(submission_header(text_of(v, "sender"), &b, &out));
	is_hex(out.data, out.n, v, "H");
	ck_ok(submission_hash(text_of(v, "sender"), &b, h));
	is_hex(h, sizeof h, v, "h");
	buf_free(&out);
}
END_TEST

START_TEST(refused)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list_of(vectors, "refused"), i, v) {
		struct record r = { .kind = wire_kind_of(text_of(v, "kind")) };
		struct why why = { "" };
		struct body b;

		r.body = raw_of(v, "body");
		ck_assert_msg(wire_body_decode(arena, &r, &b, &why) !=
		    ERR_NONE, "%s", text_of(v, "why"));
		ck_assert_msg(why.text[0] != '\0', "%s", text_of(v, "why"));
	}
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, records);
	tcase_add_test(tc, records_sign);
	tcase_add_test(tc, bundles);
	tcase_add_test(tc, names);
	tcase_add_test(tc, header);
	tcase_add_test(tc, refused);
}

int
main(void)
{
	json_error_t why;
	int rc;

	if (sodium_init() < 0)
		return EXIT_FAILURE;
	vectors = json_load_file("tests/vectors/records.json", 0, &why);
	if (vectors == NULL) {
		fprintf(stderr, "records.json line %d: %s\n", why.line,
		    why.text);
		return EXIT_FAILURE;
	}
	rc = test_main("record vectors", fill, 30);
	json_decref(vectors);
	return rc;
}
