#include "ledger/record.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/sample.h"
#include "tests/support/test.h"

static struct arena *arena;
static struct sample_keys keys;

static void
setup(void)
{
	arena = arena_create(4 * 1024 * 1024);
	sample_keys(&keys);
}

static void
teardown(void)
{
	arena_destroy(&arena);
}

static const uint8_t *
key_of(const struct record *r)
{
	if (strcmp(r->signer, "root:") == 0)
		return keys.root_public;
	return r->has_key ? r->key : keys.member_public;
}

static const uint8_t *
cokey_of(const struct record *r)
{
	return r->cosigner[0] != '\0' ? keys.member_public : NULL;
}

static enum error_code
verify(const struct record *r, struct bundle_cache *c)
{
	return record_verify(keys.partnership, r, key_of(r), cokey_of(r), c,
	    NULL, NULL);
}

/* ---- bytes ------------------------------------------------------------------- */

START_TEST(bytes_and_hashes)
{
	const enum wire_kind kind = (enum wire_kind)_i;
	struct record r;
	struct body b;
	struct buf out;
	struct hash leaf, want_leaf;
	uint8_t id[WIRE_HASH], want[WIRE_HASH];
	char text[512];

	sample_record(&keys, kind, arena, &r, &b);
	buf_init(&out, RECORD_BYTES_MAX);
	record_bytes(keys.partnership, &r, &out);
	ck_assert(buf_ok(&out));
	snprintf(text, sizeof text, "wayleave/1\n%s\n%s\n%s\n%s\n",
	    keys.partnership, wire_kind_name(kind), r.signer, r.cosigner);
	ck_assert_uint_eq(out.n, strlen(text) + r.body.n);
	ck_assert_mem_eq(out.data, text, strlen(text));
	ck_assert_mem_eq(out.data + strlen(text), r.body.data, r.body.n);

	crypto_hash_sha256(want, out.data, out.n);
	tree_leaf(buf_view(&out), &want_leaf);
	record_hash(keys.partnership, &r, id, &leaf);
	ck_assert_mem_eq(id, want, sizeof id);
	ck_assert(hash_equal(&leaf, &want_leaf));
	record_hash(keys.partnership, &r, NULL, NULL);
	record_id(keys.partnership, &r, id);
	record_leaf(keys.partnership, &r, &leaf);
	ck_assert_mem_eq(id, want, sizeof id);
	ck_assert(hash_equal(&leaf, &want_leaf));
	buf_free(&out);
}
END_TEST

START_TEST(names)
{
	char p[PARTNERSHIP_HEX + 1];
	uint8_t hash[32], id[WIRE_CASE], want[WIRE_CASE];
	struct buf b;

	record_partnership(keys.root_public, p);
	crypto_hash_sha256(hash, keys.root_public, WIRE_KEY);
	ck_assert_uint_eq(strlen(p), 64);
	for (int i = 0; i < 64; i++)
		ck_assert_ptr_nonnull(strchr("0123456789abcdef", p[i]));
	record_case_id(p, keys.case_public, "refuge", id);
	buf_init(&b, 256);
	buf_put_str(&b, "wayleave/1 case\n");
	buf_put_str(&b, p);
	buf_put(&b, keys.case_public, WIRE_KEY);
	buf_put_str8(&b, "refuge");
	crypto_generichash(want, sizeof want, b.data, b.n, NULL, 0);
	ck_assert_mem_eq(id, want, sizeof id);
	buf_free(&b);
}
END_TEST

START_TEST(stamps)
{
	const uint8_t random[10] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	static const uint64_t row[] = { 0, 1, 1900000000000,
		((uint64_t)1 << 48) - 1 };
	uint8_t s[WIRE_STAMP], later[WIRE_STAMP];

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		stamp_make(row[i], random, s);
		ck_assert_uint_eq(wire_stamp_ms(s), row[i]);
		ck_assert_mem_eq(s + 6, random, 10);
	}
	stamp_make(1900000000000, random, s);
	stamp_make(1900000000001, random, later);
	ck_assert_int_lt(memcmp(s, later, WIRE_STAMP), 0);
}
END_TEST

/* ---- signatures ----------------------------------------------------------------- */

START_TEST(every_kind_signs)
{
	const enum wire_kind kind = (enum wire_kind)_i;
	uint8_t id[WIRE_HASH], want[WIRE_HASH];
	struct why why = { "" };
	struct record r;
	struct body b;

	sample_signed(&keys, kind, arena, &r, &b);
	ck_assert_uint_eq(r.n, kind == KIND_SUBMISSION ? 8 : 1);
	ck_assert_msg(record_verify(keys.partnership, &r, key_of(&r),
	    cokey_of(&r), NULL, id, &why) == ERR_NONE, "%s", why.text);
	record_id(keys.partnership, &r, want);
	ck_assert_mem_eq(id, want, sizeof id);
	ck_assert_msg(record_signers_ok(&r, &b, &why) == ERR_NONE, "%s",
	    why.text);
}
END_TEST

/* The signed text, put together by hand and checked by libsodium alone. */
START_TEST(signed_text)
{
	uint8_t text[18 + 4 + 32];
	struct record r;
	struct hash leaf;
	struct body b;

	sample_signed(&keys, KIND_GRANT, arena, &r, &b);
	record_leaf(keys.partnership, &r, &leaf);
	memcpy(text, "wayleave/1 bundle\n\0\0\0\1", 22);
	memcpy(text + 22, leaf.b, 32);
	ck_assert_int_eq(crypto_sign_verify_detached(r.signature, text,
	    sizeof text, keys.case_public), 0);
	ck_assert_int_eq(crypto_sign_verify_detached(r.cosignature, text,
	    sizeof text, keys.member_public), 0);
}
END_TEST

/*
 * Every bit of a signed record as it travels: what still decodes does not
 * verify, save the key hint, which nothing signs, changed together with the
 * key it is checked under (that one fails too).
 */
static void
flip_all(enum wire_kind kind)
{
	struct record r, back;
	struct arena *a = arena_create(256 * 1024);
	struct buf out;
	struct body b;

	sample_signed(&keys, kind, arena, &r, &b);
	buf_init(&out, WIRE_RECORD_MAX);
	ck_ok(wire_record_encode(&r, &out));
	for (size_t i = 0; i < out.n * 8; i++) {
		arena_reset(a);
		out.data[i / 8] ^= (uint8_t)(1u << (i % 8));
		if (wire_record_decode(a, buf_view(&out), &back, NULL) ==
		    ERR_NONE)
			ck_assert_msg(verify(&back, NULL) != ERR_NONE,
			    "bit %zu of %s", i, wire_kind_name(kind));
		out.data[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	ck_ok(wire_record_decode(a, buf_view(&out), &back, NULL));
	ck_ok(verify(&back, NULL));
	buf_free(&out);
	arena_destroy(&a);
}

START_TEST(bit_flips)
{
	static const enum wire_kind kinds[] = { KIND_GRANT, KIND_SUBMISSION,
		KIND_STOP, KIND_MEMBER };

	flip_all(kinds[_i]);
}
END_TEST

START_TEST(elsewhere)
{
	struct record r, other;
	struct body b;
	char partnership[PARTNERSHIP_HEX + 1];

	sample_signed(&keys, KIND_RECALL, arena, &r, &b);
	record_partnership(keys.member_public, partnership);
	ck_err(record_verify(partnership, &r, keys.member_public, NULL, NULL,
	    NULL, NULL), ERR_CRYPTO);
	ck_err(record_verify(keys.partnership, &r, keys.root_public, NULL,
	    NULL, NULL, NULL), ERR_CRYPTO);
	other = r;
	other.kind = KIND_EXPORT;
	ck_err(verify(&other, NULL), ERR_CRYPTO);
	other = r;
	memcpy(other.signer, "harbor", 7);
	ck_err(verify(&other, NULL), ERR_CRYPTO);
	other = r;
	other.n = 2;
	ck_err(verify(&other, NULL), ERR_PROOF);
	other.n = 0;
	ck_err(verify(&other, NULL), ERR_PROOF);
	/* Neither a cosignature too many nor one too few. */
	ck_err(record_verify(keys.partnership, &r, keys.member_public,
	    keys.member_public, NULL, NULL, NULL), ERR_FORMAT);
	sample_signed(&keys, KIND_GRANT, arena, &r, &b);
	ck_err(record_verify(keys.partnership, &r, r.key, NULL, NULL, NULL,
	    NULL), ERR_FORMAT);
	other = r;
	other.has_cosignature = false;
	ck_err(verify(&other, NULL), ERR_FORMAT);
	other = r;
	memcpy(other.cosignature, r.signature, WIRE_SIG);
	ck_err(verify(&other, NULL), ERR_CRYPTO);
}
END_TEST

/* ---- bundles ------------------------------------------------------------------------ */

/* n receipts (or submissions) with stamps of their own, signed together. */
static void
make_bundle(enum wire_kind kind, size_t n, struct record *r,
    struct record **list)
{
	struct body b;
	uint64_t state = 11 + n;
	uint8_t random[10];
	struct buf out;

	buf_init(&out, WIRE_BODY_MAX);
	for (size_t i = 0; i < n; i++) {
		sample_record(&keys, kind, arena, &r[i], &b);
		test_random_bytes(&state, random, sizeof random);
		stamp_make(1900000000000 + i, random, b.stamp);
		buf_clear(&out);
		ck_ok(wire_body_encode(&b, &out));
		r[i].body = bytes_of(arena_dup(arena, out.data, out.n), out.n);
		list[i] = &r[i];
	}
	buf_free(&out);
	ck_ok(bundle_sign(keys.member_secret, keys.partnership, list, n,
	    sample_random, &state, arena));
}

START_TEST(bundle_sizes)
{
	static const struct { size_t n, plain, filled; } row[] = {
		{ 1, 1, 8 }, { 2, 2, 8 }, { 3, 3, 8 }, { 7, 7, 8 },
		{ 8, 8, 8 }, { 9, 9, 64 }, { 16, 16, 64 }, { 64, 64, 64 },
		{ 65, 65, 512 }, { 100, 100, 512 }, { 512, 512, 512 },
	};
	static struct record r[512];
	static struct record *list[512];
	const size_t n = row[_i].n;
	struct hash leaf[512], path[TREE_PATH_MAX];
	size_t n_path;

	make_bundle(KIND_RECEIPT, n, r, list);
	for (size_t i = 0; i < n; i++)
		record_leaf(keys.partnership, &r[i], &leaf[i]);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_eq(r[i].n, row[_i].plain);
		ck_assert_uint_eq(r[i].index, i);
		ck_ok(verify(&r[i], NULL));
		ck_assert_mem_eq(r[i].signature, r[0].signature, WIRE_SIG);
		ck_ok(tree_path(leaf, n, i, path, &n_path));
		ck_assert_uint_eq(r[i].path.n, n_path * HASH_BYTES);
		if (n_path > 0)
			ck_assert_mem_eq(r[i].path.data, path, r[i].path.n);
	}
	arena_reset(arena);
	make_bundle(KIND_SUBMISSION, n, r, list);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_eq(r[i].n, row[_i].filled);
		ck_ok(verify(&r[i], NULL));
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(r[i].index, r[j].index);
	}
}
END_TEST

/* Every place is as likely: over many bundles of one, none is left out. */
START_TEST(places_are_random)
{
	unsigned seen[8] = { 0 };
	struct record r, *list[1] = { &r };
	struct body b;
	uint64_t state = 3;

	sample_record(&keys, KIND_SUBMISSION, arena, &r, &b);
	for (int i = 0; i < 800; i++) {
		ck_ok(bundle_sign(keys.member_secret, keys.partnership, list,
		    1, sample_random, &state, arena));
		seen[r.index]++;
	}
	for (int i = 0; i < 8; i++)
		ck_assert_uint_gt(seen[i], 50);
}
END_TEST

START_TEST(bundle_refusals)
{
	struct record r[2], *list[2] = { &r[0], &r[1] };
	struct arena *tiny = arena_create(32);
	struct body b;
	uint64_t state = 3;

	sample_record(&keys, KIND_RECEIPT, arena, &r[0], &b);
	sample_record(&keys, KIND_GRANT, arena, &r[1], &b);
	ck_err(bundle_sign(keys.member_secret, keys.partnership, list, 2,
	    sample_random, &state, arena), ERR_USAGE);
	ck_err(bundle_sign(keys.member_secret, keys.partnership, list, 0,
	    sample_random, &state, arena), ERR_USAGE);
	ck_err(bundle_sign(keys.member_secret, keys.partnership, list, 513,
	    sample_random, &state, arena), ERR_USAGE);
	ck_err(record_cosign(keys.member_secret, keys.partnership, &r[0]),
	    ERR_USAGE);
	sample_record(&keys, KIND_SUBMISSION, arena, &r[0], &b);
	ck_err(bundle_sign(keys.member_secret, keys.partnership, list, 1,
	    sample_random, &state, tiny), ERR_NOMEM);
	arena_destroy(&tiny);
}
END_TEST

/* A path one too long or short, or of another place, is no path. */
START_TEST(strict_paths)
{
	struct record r[8], *list[8], bad;
	uint8_t longer[5 * 32] = { 0 };

	make_bundle(KIND_RECEIPT, 8, r, list);
	bad = r[3];
	bad.path.n -= 32;
	ck_err(verify(&bad, NULL), ERR_PROOF);
	memcpy(longer, r[3].path.data, r[3].path.n);
	bad.path = bytes_of(longer, r[3].path.n + 32);
	ck_err(verify(&bad, NULL), ERR_PROOF);
	bad.path = bytes_of(longer, r[3].path.n + 1);
	ck_err(verify(&bad, NULL), ERR_PROOF);
	bad = r[3];
	bad.index = 2;
	ck_err(verify(&bad, NULL), ERR_CRYPTO);
	bad.index = 8;
	ck_err(verify(&bad, NULL), ERR_PROOF);
	bad = r[3];
	bad.n = 7;                          /* the same length of path */
	ck_err(verify(&bad, NULL), ERR_CRYPTO);
	bad.n = 513;
	ck_err(verify(&bad, NULL), ERR_PROOF);
	bad = r[3];
	bad.path = r[2].path;
	ck_err(verify(&bad, NULL), ERR_CRYPTO);
}
END_TEST

START_TEST(cache)
{
	struct bundle_cache *c = bundle_cache_create();
	struct record r[16], *list[16], bad;
	uint64_t hits, misses;

	make_bundle(KIND_SUBMISSION, 16, r, list);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 16; i++)
			ck_ok(verify(&r[i], c));
	}
	bundle_cache_counts(c, &hits, &misses);
	ck_assert_uint_eq(misses, 1);
	ck_assert_uint_eq(hits, 31);
	/* Nothing that differs in anything is answered from the cache. */
	bad = r[0];
	bad.signature[40] ^= 1;
	ck_err(verify(&bad, c), ERR_CRYPTO);
	bad = r[0];
	bad.kind = KIND_EXPORT;
	ck_err(verify(&bad, c), ERR_CRYPTO);
	ck_err(record_verify(keys.partnership, &r[0], keys.root_public, NULL,
	    c, NULL, NULL), ERR_CRYPTO);
	bad = r[0];
	bad.body.n--;
	ck_err(verify(&bad, c), ERR_CRYPTO);
	ck_ok(verify(&r[0], c));
	bundle_cache_destroy(&c);
	ck_assert_ptr_null(c);
	bundle_cache_destroy(&c);
}
END_TEST

/* ---- who may sign ----------------------------------------------------------------------- */

START_TEST(signers_table)
{
	/* kind, then: root, duty, member, case; cosigned */
	static const struct { const char *kind, *may; bool cosigned; } row[] = {
		{ "partnership", "r", false }, { "member", "r", false },
		{ "member-revoked", "r", false },
		{ "member-suspended", "rd", false },
		{ "sealing-key", "m", false }, { "worker", "m", false },
		{ "case-opened", "c", true }, { "phrases", "c", true },
		{ "resume", "c", true }, { "grant", "c", true },
		{ "arrow-key", "m", false }, { "audit-share", "m", false },
		{ "withdrawal", "cm", false }, { "case-closed", "mr", false },
		{ "stop", "m", false }, { "submission", "m", false },
		{ "recall", "m", false }, { "receipt", "m", false },
		{ "opening", "m", false }, { "conflict-checked", "m", false },
		{ "mandated", "m", false }, { "export", "m", false },
	};
	static const struct { char as; const char *signer; } form[] = {
		{ 'r', "root:" }, { 'd', "duty:" }, { 'm', "refuge" },
		{ 'c', NULL },
	};
	const enum wire_kind kind = wire_kind_of(row[_i].kind);

	ck_assert_uint_eq(sizeof row / sizeof row[0], KIND_END - 1);
	for (size_t f = 0; f < 4; f++) {
		for (int cosigned = 0; cosigned < 2; cosigned++) {
			const bool want = strchr(row[_i].may, form[f].as) !=
			    NULL && row[_i].cosigned == (cosigned != 0);
			struct record r = { .kind = kind };
			struct body b;

			sample_body(kind, &b);
			memset(&b.cite, 0, sizeof b.cite);
			if (form[f].signer != NULL) {
				strcpy(r.signer, form[f].signer);
			} else {
				strcpy(r.signer, "case:");
				hex_encode(r.signer + 5, b.case_id, WIRE_CASE);
				r.has_key = true;
			}
			strcpy(r.cosigner, cosigned ? "refuge" : "");
			ck_assert_msg((record_signers_ok(&r, &b, NULL) ==
			    ERR_NONE) == want, "%s by %s, cosigned %d",
			    row[_i].kind, r.signer, cosigned);
		}
	}
}
END_TEST

START_TEST(signers_details)
{
	struct why why = { "" };
	struct record good, r;
	struct body b, other;

	sample_signed(&keys, KIND_GRANT, arena, &good, &b);
	ck_ok(record_signers_ok(&good, &b, NULL));
	other = b;
	other.case_id[15] ^= 1;
	ck_err(record_signers_ok(&good, &other, &why), ERR_REFUSED);
	ck_assert_str_eq(why.text, "signer: another case than the body's");
	r = good;
	r.has_key = false;
	ck_err(record_signers_ok(&r, &b, &why), ERR_REFUSED);
	ck_assert_str_eq(why.text, "key: missing");
	other = b;
	other.kind = KIND_RESUME;
	ck_err(record_signers_ok(&good, &other, NULL), ERR_REFUSED);
	sample_signed(&keys, KIND_MEMBER, arena, &r, &b);
	b.cite.size = 1;
	ck_err(record_signers_ok(&r, &b, &why), ERR_REFUSED);
	b.cite.size = 0;
	b.cite.news = 1;
	ck_err(record_signers_ok(&r, &b, NULL), ERR_REFUSED);
	ck_assert_int_eq(record_signer_form(""), SIGNER_NONE);
	ck_assert_int_eq(record_signer_form("case:12"), SIGNER_NONE);
	ck_assert_int_eq(record_signer_form("log:"), SIGNER_NONE);
}
END_TEST

/* ---- H ------------------------------------------------------------------------------------- */

START_TEST(header)
{
	struct body b;
	struct buf out;
	uint8_t h[32], want[32];
	const struct wire_submission *s = &b.u.submission;
	size_t at;

	sample_body(KIND_SUBMISSION, &b);
	buf_init(&out, SUBMISSION_HEADER_MAX);
	ck_ok(submission_header("refuge", &b, &out));
	ck_assert_uint_eq(out.n, 19 + 1 + 16 + 16 + 1 + 6 + 1 + 12 + 8 + 8 +
	    8 + 4 + 16 + 1 + 3 * 16);
	ck_assert_mem_eq(out.data, "wayleave/1 message\n\1", 20);
	ck_assert_mem_eq(out.data + 20, b.stamp, 16);
	ck_assert_mem_eq(out.data + 36, b.case_id, 16);
	ck_assert_mem_eq(out.data + 52, "\6refuge\14clinic-north", 20);
	at = 72;
	ck_assert_uint_eq(get_be64(out.data + at), s->epoch);
	ck_assert_uint_eq(get_be64(out.data + at + 8), s->created);
	ck_assert_uint_eq(get_be64(out.data + at + 16), s->expires);
	ck_assert_uint_eq(get_be32(out.data + at + 24), s->padded);
	ck_assert_mem_eq(out.data + at + 28, s->urgency, 16);
	ck_assert_uint_eq(out.data[at + 44], 3);
	ck_assert_mem_eq(out.data + at + 45, s->label, 48);
	crypto_hash_sha256(want, out.data, out.n);
	ck_ok(submission_hash("refuge", &b, h));
	ck_assert_mem_eq(h, want, sizeof h);
	ck_ok(submission_hash("harbor", &b, h));
	ck_assert_mem_ne(h, want, sizeof h);
	b.kind = KIND_RECALL;
	ck_err(submission_hash("refuge", &b, h), ERR_FORMAT);
	buf_free(&out);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, bytes_and_hashes, 1, KIND_END);
	tcase_add_test(tc, names);
	tcase_add_test(tc, stamps);
	tcase_add_loop_test(tc, every_kind_signs, 1, KIND_END);
	tcase_add_test(tc, signed_text);
	tcase_add_loop_test(tc, bit_flips, 0, 4);
	tcase_add_test(tc, elsewhere);
	tcase_add_loop_test(tc, bundle_sizes, 0, 11);
	tcase_add_test(tc, places_are_random);
	tcase_add_test(tc, bundle_refusals);
	tcase_add_test(tc, strict_paths);
	tcase_add_test(tc, cache);
	tcase_add_loop_test(tc, signers_table, 0, KIND_END - 1);
	tcase_add_test(tc, signers_details);
	tcase_add_test(tc, header);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	return test_main("record", fill, 120);
}
