/*
 * keys.json and labels.json come from keys.py, which shares no code with
 * keys/; what is "recorded" there was sealed once and must open for ever.
 * Run from the top of the tree.
 */
#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "keys/arrow.h"
#include "keys/consent.h"
#include "keys/keyfile.h"
#include "keys/partnership.h"
#include "keys/phrase.h"
#include "keys/secret.h"
#include "tests/support/test.h"

static json_t *keys, *labels;

static const json_t *
of(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	ck_assert_msg(v != NULL, "no %s", name);
	return v;
}

static const char *
text(const json_t *o, const char *name)
{
	const char *s = json_string_value(of(o, name));

	ck_assert_msg(s != NULL, "no text %s", name);
	return s;
}

static size_t
raw(const json_t *o, const char *name, uint8_t *out, size_t max)
{
	const char *hex = text(o, name);
	size_t n = strlen(hex) / 2;

	ck_assert_uint_le(n, max);
	ck_assert(hex_decode(out, n, hex));
	return n;
}

#define want(got, o, name)                                                \
	do {                                                              \
		uint8_t want_[4096];                                      \
		ck_assert_uint_eq(raw(o, name, want_, sizeof want_),      \
		    sizeof(got));                                         \
		ck_assert_mem_eq(got, want_, sizeof(got));                \
	} while (0)

static void
load(void)
{
	ck_assert_int_eq(keys_init(NULL), ERR_NONE);
	keys = json_load_file("tests/vectors/keys.json", 0, NULL);
	labels = json_load_file("tests/vectors/labels.json", 0, NULL);
	ck_assert_msg(keys != NULL && labels != NULL,
	    "tests/vectors: run from the top of the tree");
}

static void
drop(void)
{
	json_decref(keys);
	json_decref(labels);
}

START_TEST(case_ids)
{
	uint8_t root[32], consent[32], id[ARROW_CASE];
	char p[PARTNERSHIP_ID + 1];

	load();
	raw(labels, "root", root, 32);
	raw(labels, "consent_key", consent, 32);
	partnership_id(root, p);
	ck_assert_str_eq(p, text(labels, "partnership"));
	arrow_case_id(p, consent, text(labels, "custodian"), id);
	want(id, labels, "case");
	drop();
}
END_TEST

static void
one_arrow(const json_t *a, const uint8_t *case_id, const uint8_t *case_key)
{
	const json_t *list = of(a, "what"), *item;
	uint8_t key[ARROW_KEY], message[16], u[16], grant[16][16], one[16];
	const char *what[ARROW_WHATS];
	char hex[33];
	size_t n = json_array_size(list), i;

	arrow_key(case_key, case_id, text(a, "sender"), text(a, "recipient"),
	    key);
	want(key, a, "key");
	for (i = 0; i < n; i++) {
		what[i] = json_string_value(json_array_get(list, i));
		arrow_label(key, what[i], text(a, "purpose"), one);
		hex_encode(hex, one, 16);
		ck_assert_str_eq(hex, json_string_value(json_array_get(
		    of(a, "labels"), i)));
	}
	arrow_filler(key, 1, one);
	want(one, a, "filler_1");
	raw(a, "message", message, 16);
	arrow_urgency(key, message, u);
	want(u, a, "urgency");
	ck_ok(arrow_labels(key, what, n, text(a, "purpose"), grant));
	json_array_foreach(of(a, "grant"), i, item) {
		hex_encode(hex, grant[i], 16);
		ck_assert_str_eq(hex, json_string_value(item));
	}
	ck_assert_uint_eq(i, 16);
}

START_TEST(arrows)
{
	uint8_t case_id[ARROW_CASE], case_key[ARROW_CASE_KEY];
	const json_t *a;
	size_t i;

	load();
	raw(labels, "case", case_id, sizeof case_id);
	raw(labels, "case_key", case_key, sizeof case_key);
	json_array_foreach(of(labels, "arrows"), i, a)
		one_arrow(a, case_id, case_key);
	ck_assert_uint_eq(i, 3);
	drop();
}
END_TEST

START_TEST(pseudonyms_and_fingerprints)
{
	uint8_t agency[32], got[ARROW_PSEUDONYM], file[512];
	char words[PARTNERSHIP_FINGERPRINT_MAX];
	const json_t *o;
	size_t i, n;

	load();
	raw(keys, "agency_secret", agency, 32);
	json_array_foreach(of(keys, "workers"), i, o) {
		arrow_pseudonym(agency, text(o, "account"), got);
		want(got, o, "pseudonym");
	}
	ck_assert_uint_eq(i, 3);
	json_array_foreach(of(keys, "fingerprints"), i, o) {
		n = raw(o, "file", file, sizeof file);
		partnership_fingerprint(bytes_of(file, n), words);
		ck_assert_str_eq(words, text(o, "words"));
	}
	ck_assert_uint_eq(i, 3);
	drop();
}
END_TEST

static void
one_phrase(const json_t *o, const uint8_t *root)
{
	uint8_t token[PHRASE_TOKEN], token_hash[32];
	char line[PHRASE_TEXT_MAX];
	struct phrase p, q;

	ck_ok(phrase_parse(bytes_str(text(o, "en")), PHRASE_STOP, &p, NULL));
	for (size_t i = 0; i < PHRASE_STOP; i++)
		ck_assert_int_eq(p.word[i], json_integer_value(
		    json_array_get(of(o, "numbers"), i)));
	ck_ok(phrase_parse(bytes_str(text(o, "pl")), PHRASE_STOP, &q, NULL));
	ck_assert_mem_eq(p.word, q.word, sizeof p.word);
	phrase_format(&p, WORDS_PL, line);
	ck_assert_str_eq(line, text(o, "pl"));
	ck_ok(phrase_token_at(&p, root, 1, 64 * 1024, token));
	want(token, o, "token_1_pass_64_kib");
	if (json_object_get(o, "token") == NULL)
		return;
	ck_ok(phrase_token(&p, root, token));
	want(token, o, "token");
	phrase_token_hash(token, token_hash);
	want(token_hash, o, "token_hash");
}

START_TEST(phrases)
{
	uint8_t root[32];
	struct phrase p;
	const json_t *o;
	size_t i;

	load();
	raw(labels, "root", root, 32);
	json_array_foreach(of(keys, "phrases"), i, o)
		one_phrase(o, root);
	ck_assert_uint_eq(i, 3);
	o = of(keys, "pass_phrase");
	ck_ok(phrase_parse(bytes_str(text(o, "en")), PHRASE_PASS, &p, NULL));
	ck_assert_int_eq(p.word[5], json_integer_value(json_array_get(
	    of(o, "numbers"), 5)));
	drop();
}
END_TEST

START_TEST(key_files_open_for_ever)
{
	uint8_t file[KEYFILE_MAX], secrets[KEYFILE_MAX];
	struct identity *it = NULL;
	struct keyfile_info info;
	struct unlock *u = NULL;
	char dir[TEST_PATH], path[TEST_PATH];
	const json_t *o;
	FILE *f;
	size_t n;

	load();
	o = of(of(keys, "recorded"), "key_file");
	n = raw(o, "file", file, sizeof file);
	test_dir(dir);
	test_path(path, dir, "old.keys");
	test_file(path, "");
	f = fopen(path, "wb");
	ck_assert(f != NULL && fwrite(file, 1, n, f) == n);
	fclose(f);
	ck_ok(unlock_of(bytes_str(text(o, "passphrase")), &u, NULL));
	ck_ok(keyfile_read_identity(path, u, &it, NULL));
	want(it->agency, o, "agency");
	want(it->store, o, "store");
	want(it->sign.public, o, "sign_public");
	want(it->link.public, o, "link_public");
	want(it->link.secret, o, "link_secret");
	ck_assert(it->has_terms);
	want(it->terms.secret, o, "terms_secret");
	identity_destroy(&it);

	o = of(of(keys, "recorded"), "bound_key_file");
	n = raw(o, "file", file, sizeof file);
	ck_assert_int_eq(keyfile_decode(bytes_of(file, n), u, &info, secrets,
	    sizeof secrets, &n, NULL), ERR_DENIED);
	n = raw(o, "file", file, sizeof file);
	u->n_binding = raw(o, "credential", u->binding, sizeof u->binding);
	ck_ok(keyfile_decode(bytes_of(file, n), u, &info, secrets,
	    sizeof secrets, &n, NULL));
	ck_assert_uint_eq(n, 32);
	ck_assert_int_eq(info.kind, KEYFILE_LOG);
	raw(o, "sign_seed", file, 32);
	ck_assert_mem_eq(secrets, file, 32);
	unlock_destroy(&u);
	drop();
}
END_TEST

START_TEST(consent_keys_open_for_ever)
{
	uint8_t store[32], sealed[CONSENT_SEALED], seed[32];
	struct sign_pair *pair;
	struct phrase p;
	const json_t *o;

	load();
	o = of(of(keys, "recorded"), "consent_key");
	raw(o, "store", store, 32);
	ck_assert_uint_eq(raw(o, "sealed", sealed, sizeof sealed),
	    sizeof sealed);
	ck_ok(phrase_parse(bytes_str(text(of(keys, "pass_phrase"), "en")),
	    PHRASE_PASS, &p, NULL));
	ck_ok(consent_open(bytes_of(sealed, sizeof sealed), &p, store, &pair,
	    NULL));
	raw(o, "seed", seed, 32);
	ck_assert_mem_eq(pair->secret, seed, 32);
	identity_sign_destroy(&pair);
	drop();
}
END_TEST

START_TEST(seals_open_for_ever)
{
	uint8_t id[16], secret[32], box[512], key[32];
	char name[ARROW_NAME_MAX + 1];
	struct box_pair to;
	const json_t *o;
	struct buf plain;
	size_t n;

	load();
	o = of(of(keys, "recorded"), "arrow");
	raw(o, "case", id, 16);
	raw(o, "to_secret", secret, 32);
	identity_box_pair_of(secret, &to);
	n = raw(o, "box", box, sizeof box);
	ck_ok(arrow_key_open(&to, id, text(o, "sender"), text(o, "recipient"),
	    bytes_of(box, n), key));
	want(key, o, "key");
	n = raw(o, "terms", box, sizeof box);
	buf_init(&plain, 1000);
	ck_ok(arrow_terms_open(key, id, text(o, "sender"),
	    text(o, "recipient"), bytes_of(box, n), &plain));
	ck_assert(bytes_equal(buf_view(&plain),
	    bytes_str(text(o, "terms_plain"))));
	buf_free(&plain);

	o = of(of(keys, "recorded"), "auditor");
	raw(o, "to_secret", secret, 32);
	identity_box_pair_of(secret, &to);
	n = raw(o, "box", box, sizeof box);
	ck_ok(arrow_case_key_open(&to, id, text(o, "auditor"),
	    bytes_of(box, n), key));
	want(key, o, "key");
	raw(o, "pseudonym", id, 16);
	n = raw(o, "name_box", box, sizeof box);
	ck_ok(arrow_name_open(&to, id, text(o, "agency"), text(o, "auditor"),
	    bytes_of(box, n), name));
	ck_assert_str_eq(name, text(o, "name"));
	drop();
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, case_ids);
	tcase_add_test(tc, arrows);
	tcase_add_test(tc, pseudonyms_and_fingerprints);
	tcase_add_test(tc, phrases);
	tcase_add_test(tc, key_files_open_for_ever);
	tcase_add_test(tc, consent_keys_open_for_ever);
	tcase_add_test(tc, seals_open_for_ever);
}

int
main(void)
{
	return test_main("vectors of keys", fill, 60);
}
