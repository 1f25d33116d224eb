/* Arrows, labels, seals of keys and names, terms; consent keys. */
#include "keys/arrow.h"

#include <string.h>

#include "keys/consent.h"
#include "keys/secret.h"
#include "tests/support/test.h"

static uint8_t case_id[ARROW_CASE], key[ARROW_KEY];
static struct box_pair to, other;

static void
start(void)
{
	ck_ok(keys_init(NULL));
	secret_random(case_id, sizeof case_id);
	secret_random(key, sizeof key);
	identity_box_pair(&to);
	identity_box_pair(&other);
}

START_TEST(ids_and_keys_depend_on_everything)
{
	uint8_t a[32], b[32], consent[32] = { 1 };

	start();
	arrow_case_id("p", consent, "xy", a);
	arrow_case_id("q", consent, "xy", b);
	ck_assert_mem_ne(a, b, ARROW_CASE);
	arrow_case_id("p", consent, "xz", b);
	ck_assert_mem_ne(a, b, ARROW_CASE);
	consent[31] = 1;
	arrow_case_id("p", consent, "xy", b);
	ck_assert_mem_ne(a, b, ARROW_CASE);
	arrow_key(key, case_id, "ab", "cd", a);
	arrow_key(key, case_id, "cd", "ab", b);
	ck_assert_mem_ne(a, b, 32);
	/* Lengths are in it: no two splits of one text are the same. */
	arrow_key(key, case_id, "abc", "d", b);
	ck_assert_mem_ne(a, b, 32);
	case_id[0] ^= 1;
	arrow_key(key, case_id, "ab", "cd", b);
	ck_assert_mem_ne(a, b, 32);
}
END_TEST

START_TEST(labels_of_a_grant)
{
	static const char *const what[] = { "C1", "C2", "ID", "Q", "SG1",
	    "C3", "C4", "C5", "SR", "BC", "BA", "SG2", "SG3", "X1", "X2",
	    "X3", "X4" };
	static const char *const twice[] = { "C1", "C2", "C1" };
	uint8_t out[16][16], again[16][16], one[16];
	bool has;

	start();
	for (size_t n = 1; n <= 16; n++) {
		ck_ok(arrow_labels(key, what, n, "PU1", out));
		for (size_t i = 1; i < 16; i++)
			ck_assert_int_lt(memcmp(out[i - 1], out[i], 16), 0);
		for (size_t i = 0; i < n; i++) {
			arrow_label(key, what[i], "PU1", one);
			has = false;
			for (size_t j = 0; j < 16; j++)
				has |= memcmp(out[j], one, 16) == 0;
			ck_assert(has);
		}
	}
	/* A renewal on the same terms, in whatever order, lists the same. */
	ck_ok(arrow_labels(key, twice, 2, "PU1", out));
	ck_ok(arrow_labels(key, twice + 1, 2, "PU1", again));
	ck_assert_mem_eq(out, again, sizeof out);
	ck_err(arrow_labels(key, twice, 3, "PU1", out), ERR_EXISTS);
	ck_err(arrow_labels(key, what, 0, "PU1", out), ERR_SIZE);
	ck_err(arrow_labels(key, what, 17, "PU1", out), ERR_SIZE);
}
END_TEST

START_TEST(arrow_keys_reach_their_end_alone)
{
	uint8_t box[ARROW_KEY_BOX] = { 0 }, got[ARROW_KEY] = { 0 };
	struct bytes all = bytes_of(box, sizeof box);
	uint8_t low[KEY_PUBLIC] = { 0 };

	start();
	ck_ok(arrow_key_seal(to.public, case_id, "ab", "cd", key, box));
	ck_ok(arrow_key_open(&to, case_id, "ab", "cd", all, got));
	ck_assert_mem_eq(got, key, sizeof key);
	ck_err(arrow_key_open(&other, case_id, "ab", "cd", all, got),
	    ERR_CRYPTO);
	ck_err(arrow_key_open(&to, case_id, "cd", "ab", all, got),
	    ERR_CRYPTO);
	ck_err(arrow_key_open(&to, case_id, "abc", "d", all, got),
	    ERR_CRYPTO);
	case_id[5] ^= 4;
	ck_err(arrow_key_open(&to, case_id, "ab", "cd", all, got),
	    ERR_CRYPTO);
	case_id[5] ^= 4;
	/* A case key's seal is no arrow key's. */
	ck_err(arrow_case_key_open(&to, case_id, "ab", all, got),
	    ERR_CRYPTO);
	for (size_t i = 0; i < sizeof box; i++) {
		box[i] ^= 0x10;
		ck_err(arrow_key_open(&to, case_id, "ab", "cd", all, got),
		    ERR_CRYPTO);
		box[i] ^= 0x10;
	}
	all.n--;
	ck_err(arrow_key_open(&to, case_id, "ab", "cd", all, got), ERR_SIZE);
	ck_err(arrow_key_seal(low, case_id, "ab", "cd", key, box),
	    ERR_CRYPTO);
}
END_TEST

START_TEST(case_keys_and_names_reach_the_auditor)
{
	uint8_t box[ARROW_KEY_BOX], nbox[ARROW_NAME_BOX], got[32], ps[16];
	char name[ARROW_NAME_MAX + 1], longest[ARROW_NAME_MAX + 2];

	start();
	ck_ok(arrow_case_key_seal(to.public, case_id, "audit", key, box));
	ck_ok(arrow_case_key_open(&to, case_id, "audit",
	    bytes_of(box, sizeof box), got));
	ck_assert_mem_eq(got, key, 32);
	ck_err(arrow_case_key_open(&to, case_id, "audiu",
	    bytes_of(box, sizeof box), got), ERR_CRYPTO);

	secret_random(ps, sizeof ps);
	memset(longest, 'n', sizeof longest);
	longest[ARROW_NAME_MAX + 1] = '\0';
	ck_err(arrow_name_seal(to.public, ps, "ab", "audit", longest, nbox),
	    ERR_SIZE);
	longest[ARROW_NAME_MAX] = '\0';
	ck_ok(arrow_name_seal(to.public, ps, "ab", "audit", longest, nbox));
	ck_ok(arrow_name_open(&to, ps, "ab", "audit",
	    bytes_of(nbox, sizeof nbox), name));
	ck_assert_str_eq(name, longest);
	ck_ok(arrow_name_seal(to.public, ps, "ab", "audit", "", nbox));
	ck_ok(arrow_name_open(&to, ps, "ab", "audit",
	    bytes_of(nbox, sizeof nbox), name));
	ck_assert_str_eq(name, "");
	ck_err(arrow_name_open(&to, ps, "ac", "audit",
	    bytes_of(nbox, sizeof nbox), name), ERR_CRYPTO);
	ps[0] ^= 1;
	ck_err(arrow_name_open(&to, ps, "ab", "audit",
	    bytes_of(nbox, sizeof nbox), name), ERR_CRYPTO);
}
END_TEST

START_TEST(terms_of_a_grant)
{
	static uint8_t big[ARROW_TERMS_MAX];
	struct buf sealed, out;

	start();
	buf_init(&sealed, 2 * ARROW_TERMS_MAX);
	buf_init(&out, 2 * ARROW_TERMS_MAX);
	ck_ok(arrow_terms_seal(key, case_id, "ab", "cd", bytes_str("terms"),
	    &sealed));
	ck_assert_uint_eq(sealed.n, 5 + ARROW_TERMS_OVERHEAD);
	ck_ok(arrow_terms_open(key, case_id, "ab", "cd", buf_view(&sealed),
	    &out));
	ck_assert(bytes_equal(buf_view(&out), bytes_str("terms")));
	ck_err(arrow_terms_open(key, case_id, "cd", "ab", buf_view(&sealed),
	    &out), ERR_CRYPTO);
	ck_err(arrow_terms_open(key, case_id, "abc", "d", buf_view(&sealed),
	    &out), ERR_CRYPTO);
	for (size_t i = 0; i < sealed.n; i++) {
		sealed.data[i] ^= 1;
		ck_err(arrow_terms_open(key, case_id, "ab", "cd",
		    buf_view(&sealed), &out), ERR_CRYPTO);
		sealed.data[i] ^= 1;
	}
	ck_assert_uint_eq(out.n, 5);
	ck_err(arrow_terms_seal(key, case_id, "ab", "cd", bytes_of(big,
	    sizeof big), &sealed), ERR_SIZE);
	buf_clear(&sealed);
	ck_ok(arrow_terms_seal(key, case_id, "ab", "cd", bytes_of(big,
	    sizeof big - ARROW_TERMS_OVERHEAD), &sealed));
	buf_free(&sealed);
	buf_free(&out);
}
END_TEST

START_TEST(consent_keys)
{
	uint8_t store[32] = { 1 }, public[32], peeked[32];
	uint8_t sealed[CONSENT_SEALED] = { 0 };
	struct bytes all = bytes_of(sealed, sizeof sealed);
	struct phrase pass, wrong;
	struct sign_pair *pair;
	struct why why;

	start();
	phrase_draw_pass(&pass);
	phrase_draw_pass(&wrong);
	ck_ok(consent_create(&pass, store, KDF_INTERACTIVE, public, sealed,
	    &why));
	ck_ok(consent_public(all, peeked));
	ck_assert_mem_eq(peeked, public, 32);
	ck_ok(consent_open(all, &pass, store, &pair, &why));
	ck_assert_mem_eq(pair->public, public, 32);
	identity_sign_destroy(&pair);
	ck_err(consent_open(all, &wrong, store, &pair, &why), ERR_DENIED);
	ck_assert_ptr_null(pair);
	store[31] = 1;
	ck_err(consent_open(all, &pass, store, &pair, &why), ERR_DENIED);
	store[31] = 0;
	wrong.n = PHRASE_STOP;
	ck_err(consent_open(all, &wrong, store, &pair, &why), ERR_FORMAT);
	ck_err(consent_create(&wrong, store, KDF_INTERACTIVE, public, sealed,
	    &why), ERR_FORMAT);
	/* Everything in the head counts, but a cost is not tried out. */
	for (size_t i = 2; i < sizeof sealed; i += 11) {
		sealed[i] ^= 1;
		ck_err(consent_open(all, &pass, store, &pair, &why),
		    ERR_DENIED);
		sealed[i] ^= 1;
	}
	sealed[1] = 9;
	ck_err(consent_open(all, &pass, store, &pair, &why), ERR_FORMAT);
	sealed[1] = KDF_INTERACTIVE;
	sealed[0] = 2;
	ck_err(consent_open(all, &pass, store, &pair, &why), ERR_FORMAT);
	ck_err(consent_public(all, peeked), ERR_FORMAT);
	sealed[0] = 1;
	all.n--;
	ck_err(consent_open(all, &pass, store, &pair, &why), ERR_FORMAT);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, ids_and_keys_depend_on_everything);
	tcase_add_test(tc, labels_of_a_grant);
	tcase_add_test(tc, arrow_keys_reach_their_end_alone);
	tcase_add_test(tc, case_keys_and_names_reach_the_auditor);
	tcase_add_test(tc, terms_of_a_grant);
	tcase_add_test(tc, consent_keys);
}

int
main(void)
{
	return test_main("arrows", fill, 60);
}
