/* Identities, signatures, and keys that are none. */
#include "keys/identity.h"

#include <sodium.h>
#include <string.h>

#include "keys/secret.h"
#include "tests/support/test.h"

START_TEST(an_identity_is_fresh)
{
	struct identity *a, *b;

	ck_ok(keys_init(NULL));
	ck_ok(identity_create(false, &a, NULL));
	ck_ok(identity_create(true, &b, NULL));
	ck_assert(!a->has_terms && secret_is_zero(&a->terms, sizeof a->terms));
	ck_assert(b->has_terms && identity_box_key_ok(b->terms.public));
	ck_assert(identity_sign_key_ok(a->sign.public));
	ck_assert(identity_box_key_ok(a->link.public));
	ck_assert_mem_ne(a->agency, b->agency, sizeof a->agency);
	ck_assert_mem_ne(a->store, a->agency, sizeof a->store);
	ck_assert_mem_ne(a->sign.secret, b->sign.secret, 64);
	identity_destroy(&a);
	ck_assert_ptr_null(a);
	identity_destroy(&a);
	identity_destroy(&b);
}
END_TEST

START_TEST(signatures)
{
	uint8_t sig[KEY_SIGNATURE], text[40] = { 0 };
	struct bytes m = bytes_of(text, sizeof text);
	struct sign_pair *p;

	ck_ok(keys_init(NULL));
	ck_ok(identity_sign_create(&p, NULL));
	secret_random(text, sizeof text);
	identity_sign(p, m, sig);
	ck_ok(identity_verify(p->public, m, sig));
	for (size_t i = 0; i < 8 * sizeof sig; i++) {
		sig[i / 8] ^= (uint8_t)(1u << i % 8);
		ck_assert_int_eq(identity_verify(p->public, m, sig),
		    ERR_CRYPTO);
		sig[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t i = 0; i < 8 * sizeof text; i++) {
		text[i / 8] ^= (uint8_t)(1u << i % 8);
		ck_assert_int_eq(identity_verify(p->public, m, sig),
		    ERR_CRYPTO);
		text[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	ck_assert_int_eq(identity_verify(p->public,
	    bytes_of(text, sizeof text - 1), sig), ERR_CRYPTO);
	identity_sign_destroy(&p);
	ck_assert_ptr_null(p);
}
END_TEST

START_TEST(pairs_follow_from_their_secrets)
{
	struct sign_pair s, s2;
	struct box_pair b, b2;

	ck_ok(keys_init(NULL));
	identity_sign_pair(&s);
	identity_sign_pair_of(s.secret, &s2);
	ck_assert_mem_eq(&s, &s2, sizeof s);
	identity_box_pair(&b);
	identity_box_pair_of(b.secret, &b2);
	ck_assert_mem_eq(&b, &b2, sizeof b);
}
END_TEST

/* Ed25519: points of order 1, 2, 4, 8, spellings that are not canonical,
 * and what is no point. */
static const char *const bad_sign[] = {
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"0200000000000000000000000000000000000000000000000000000000000000",
};

/* X25519: the low-order points and numbers that are not below 2^255 - 19. */
static const char *const bad_box[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0900000000000000000000000000000000000000000000000000000000000080",
};

START_TEST(keys_that_are_none)
{
	uint8_t k[KEY_PUBLIC], sig[KEY_SIGNATURE] = { 1 };

	ck_ok(keys_init(NULL));
	for (size_t i = 0; i < sizeof bad_sign / sizeof *bad_sign; i++) {
		ck_assert(hex_decode(k, sizeof k, bad_sign[i]));
		ck_assert_msg(!identity_sign_key_ok(k), "%s", bad_sign[i]);
		ck_assert_int_eq(identity_verify(k, bytes_str(""), sig),
		    ERR_CRYPTO);
	}
	for (size_t i = 0; i < sizeof bad_box / sizeof *bad_box; i++) {
		ck_assert(hex_decode(k, sizeof k, bad_box[i]));
		ck_assert_msg(!identity_box_key_ok(k), "%s", bad_box[i]);
	}
	/* The base point is a good one: 9, and the highest number is not bad
	 * for being high. */
	memset(k, 0, sizeof k);
	k[0] = 9;
	ck_assert(identity_box_key_ok(k));
	memset(k, 0xff, sizeof k);
	k[0] = 0xeb;
	k[31] = 0x7f;
	ck_assert(identity_box_key_ok(k));
}
END_TEST

START_TEST(a_low_order_part_is_found)
{
	uint8_t k[KEY_PUBLIC], low[KEY_PUBLIC], mixed[KEY_PUBLIC];
	struct sign_pair p;

	ck_ok(keys_init(NULL));
	identity_sign_pair(&p);
	memcpy(k, p.public, sizeof k);
	ck_assert(hex_decode(low, sizeof low, bad_sign[4]));
	ck_assert_int_eq(crypto_core_ed25519_add(mixed, k, low), 0);
	ck_assert(identity_sign_key_ok(k));
	ck_assert(!identity_sign_key_ok(mixed));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, an_identity_is_fresh);
	tcase_add_test(tc, signatures);
	tcase_add_test(tc, pairs_follow_from_their_secrets);
	tcase_add_test(tc, keys_that_are_none);
	tcase_add_test(tc, a_low_order_part_is_found);
}

int
main(void)
{
	return test_main("identities", fill, 30);
}
