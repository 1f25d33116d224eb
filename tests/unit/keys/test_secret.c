/* Guarded memory, Argon2id, wrapping. */
#include "keys/secret.h"

#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "keys/kdf.h"
#include "keys/wrap.h"
#include "tests/support/test.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

START_TEST(guarded_memory)
{
	struct why why;
	uint8_t *p;
	void *v;

	ck_ok(keys_init(&why));
	ck_ok(keys_init(&why));
	ck_ok(secret_alloc(100, &v, &why));
	p = v;
	ck_assert(secret_is_zero(p, 100));
	p[99] = 1;
	ck_assert(!secret_is_zero(p, 100));
	secret_free(v);
	secret_free(NULL);
	ck_ok(secret_alloc(0, &v, &why));
	secret_free(v);
}
END_TEST

START_TEST(a_byte_too_far_is_fatal)
{
	uint8_t *volatile p;
	void *v;

	ck_ok(keys_init(NULL));
	ck_ok(secret_alloc(64, &v, NULL));
	p = v;
	/* A sanitizer would make an exit of it. */
	signal(SIGSEGV, SIG_DFL);
	p[64] = 1;
}
END_TEST

START_TEST(the_limit_of_locked_memory_is_an_error)
{
	struct rlimit none = { 4096, 4096 };
	struct why why;
	void *v = &v;

#ifdef SANITIZED
	return; /* a sanitizer makes nothing of mlock() */
#endif
	ck_ok(keys_init(&why));
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	/* Root may lock what it likes: become nobody in this test's fork. */
	if (geteuid() == 0)
		ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	ck_assert_int_eq(secret_alloc(1 << 20, &v, &why), ERR_NOMEM);
	ck_assert_ptr_null(v);
	ck_assert_ptr_nonnull(strstr(why.text, "LimitMEMLOCK"));
}
END_TEST

START_TEST(comparing)
{
	ck_assert(secret_equal("abc", "abc", 3));
	ck_assert(!secret_equal("abc", "abd", 3));
	ck_assert(secret_is_zero("\0\0", 2));
	for (int i = 0; i < 1000; i++)
		ck_assert_uint_lt(secret_below(7), 7);
}
END_TEST

START_TEST(costs)
{
	uint8_t salt[KDF_SALT] = { 1 }, a[KDF_KEY], b[KDF_KEY];

	ck_ok(keys_init(NULL));
	ck_assert_str_eq(kdf_cost_name(KDF_INTERACTIVE), "interactive");
	ck_assert_str_eq(kdf_cost_name(KDF_MODERATE), "moderate");
	ck_assert_ptr_null(kdf_cost_name(0));
	ck_assert_ptr_null(kdf_cost_name(3));
	ck_assert_int_eq(kdf_derive((enum kdf_cost)7, "x", 1, salt, a),
	    ERR_FORMAT);
	ck_ok(kdf_derive(KDF_INTERACTIVE, "x", 1, salt, a));
	ck_ok(kdf_argon2id("x", 1, salt, 2, 64 << 20, b));
	ck_assert_mem_eq(a, b, sizeof a);
	salt[15] = 1;
	ck_ok(kdf_derive(KDF_INTERACTIVE, "x", 1, salt, b));
	ck_assert_mem_ne(a, b, sizeof a);
}
END_TEST

START_TEST(no_memory_for_a_passphrase)
{
	struct rlimit small = { 200 << 20, 200 << 20 };
	uint8_t salt[KDF_SALT] = { 1 }, out[KDF_KEY];

#ifdef SANITIZED
	return; /* the sanitizer has mapped more than that already */
#endif
	ck_ok(keys_init(NULL));
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &small), 0);
	ck_assert_int_eq(kdf_derive(KDF_MODERATE, "x", 1, salt, out),
	    ERR_NOMEM);
}
END_TEST

START_TEST(wrapping)
{
	uint8_t key[WRAP_KEY] = { 1 }, sealed[WRAP_OVERHEAD + 5], out[5];
	uint8_t again[sizeof sealed];
	struct bytes ad = bytes_str("table 7"), in = bytes_str("hello");
	struct bytes all = bytes_of(sealed, sizeof sealed);

	ck_ok(keys_init(NULL));
	wrap_seal(key, ad, in, sealed);
	wrap_seal(key, ad, in, again);
	ck_assert_mem_ne(sealed, again, sizeof sealed);
	ck_ok(wrap_open(key, ad, all, out));
	ck_assert_mem_eq(out, "hello", 5);
	ck_assert_int_eq(wrap_open(key, bytes_str("table 8"), all, out),
	    ERR_CRYPTO);
	ck_assert(secret_is_zero(out, 5));
	key[31] = 1;
	ck_assert_int_eq(wrap_open(key, ad, all, out), ERR_CRYPTO);
	key[31] = 0;
	for (size_t i = 0; i < 8 * sizeof sealed; i++) {
		sealed[i / 8] ^= (uint8_t)(1u << i % 8);
		ck_assert_int_eq(wrap_open(key, ad, all, out), ERR_CRYPTO);
		sealed[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (all.n = 0; all.n < sizeof sealed; all.n++)
		ck_assert_int_eq(wrap_open(key, ad, all, out),
		    all.n < WRAP_OVERHEAD ? ERR_SIZE : ERR_CRYPTO);
}
END_TEST

START_TEST(wrapping_in_buffers)
{
	uint8_t key[WRAP_KEY] = { 1 };
	struct buf sealed, out;

	ck_ok(keys_init(NULL));
	buf_init(&sealed, 100);
	buf_init(&out, 100);
	/* Nothing at all can be wrapped, too. */
	ck_ok(wrap_seal_buf(key, bytes_of(NULL, 0), bytes_of("", 0),
	    &sealed));
	ck_assert_uint_eq(sealed.n, WRAP_OVERHEAD);
	ck_ok(wrap_open_buf(key, bytes_of(NULL, 0), buf_view(&sealed), &out));
	ck_assert_uint_eq(out.n, 0);
	buf_clear(&sealed);
	buf_put_str(&out, "before ");
	ck_ok(wrap_seal_buf(key, bytes_of(NULL, 0), bytes_str("text"),
	    &sealed));
	ck_ok(wrap_open_buf(key, bytes_of(NULL, 0), buf_view(&sealed), &out));
	ck_assert(bytes_equal(buf_view(&out), bytes_str("before text")));
	key[0] = 2;
	ck_assert_int_eq(wrap_open_buf(key, bytes_of(NULL, 0),
	    buf_view(&sealed), &out), ERR_CRYPTO);
	ck_assert(bytes_equal(buf_view(&out), bytes_str("before text")));
	ck_assert_int_eq(wrap_open_buf(key, bytes_of(NULL, 0),
	    bytes_of("x", 1), &out), ERR_SIZE);
	buf_clear(&sealed);
	ck_assert_int_eq(wrap_seal_buf(key, bytes_of(NULL, 0),
	    bytes_of(key, 32), &(struct buf){ .max = 10 }), ERR_SIZE);
	buf_free(&sealed);
	buf_free(&out);
}
END_TEST

static void
fill(TCase *tc)
{
	const char *fork_mode = getenv("CK_FORK");

	tcase_add_test(tc, guarded_memory);
	tcase_add_test(tc, comparing);
	tcase_add_test(tc, costs);
	tcase_add_test(tc, wrapping);
	tcase_add_test(tc, wrapping_in_buffers);
	/* These spoil the process for the others: each needs its own. */
	if (fork_mode != NULL && strcmp(fork_mode, "no") == 0)
		return;
	tcase_add_test_raise_signal(tc, a_byte_too_far_is_fatal, SIGSEGV);
	tcase_add_test(tc, the_limit_of_locked_memory_is_an_error);
	tcase_add_test(tc, no_memory_for_a_passphrase);
}

int
main(void)
{
	return test_main("secrets", fill, 30);
}
