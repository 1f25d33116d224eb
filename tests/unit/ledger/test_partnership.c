/* The chain of partnership records, members' records, requests. */
#include "ledger/partnership.h"

#include <string.h>

#include "keys/identity.h"
#include "keys/secret.h"
#include "ledger/request.h"
#include "tests/support/test.h"

/* Everybody's keys; two further roots that are nobody's. */
static struct sign_pair root[4], duty, log_pair, broker;
static struct box_pair broker_link;
static char P[PARTNERSHIP_HEX + 1];
static struct arena *arena;

static void
start(void)
{
	ck_ok(keys_init(NULL));
	for (size_t i = 0; i < 4; i++)
		identity_sign_pair(&root[i]);
	identity_sign_pair(&duty);
	identity_sign_pair(&log_pair);
	identity_sign_pair(&broker);
	identity_box_pair(&broker_link);
	record_partnership(root[0].public, P);
	arena = arena_create(64 << 20);
}

static void
stop(void)
{
	arena_destroy(&arena);
}

static void
sign(const struct body *b, const char *by, const struct sign_pair *pair,
    struct record *r)
{
	struct buf body;

	buf_init(&body, WIRE_BODY_MAX);
	memset(r, 0, sizeof *r);
	r->kind = b->kind;
	strcpy(r->signer, by);
	ck_ok(wire_body_encode(b, &body));
	r->body = bytes_of(arena_dup(arena, body.data, body.n), body.n);
	ck_ok(bundle_sign(pair->secret, P, &r, 1, NULL, NULL, arena));
	buf_free(&body);
}

static void
stamp(struct body *b, enum wire_kind kind)
{
	memset(b, 0, sizeof *b);
	b->kind = kind;
	secret_random(b->stamp, sizeof b->stamp);
}

static void
terms(struct body *b, uint64_t serial, uint32_t retired)
{
	struct wire_partnership *p = &b->u.partnership;

	stamp(b, KIND_PARTNERSHIP);
	p->serial = serial;
	p->retired = retired;
	strcpy(p->name, "Northbank");
	strcpy(p->origin, "northbank.example/log");
	strcpy(p->broker, "north-broker");
	strcpy(p->address[0], "localhost:7640");
	p->n_address = 1;
	p->freshness_s = 900;
	p->lease_s = 3600;
	memcpy(p->log_key, log_pair.public, 32);
	memcpy(p->broker_sign_key, broker.public, 32);
	memcpy(p->broker_link_key, broker_link.public, 32);
	memcpy(p->root[0], root[0].public, 32);
	memcpy(p->root[1], root[1].public, 32);
	memcpy(p->duty_key, duty.public, 32);
}

static struct record
chapter(uint64_t serial, uint32_t retired, unsigned by)
{
	struct record r;
	struct body b;

	terms(&b, serial, retired);
	sign(&b, "root:", &root[by], &r);
	return r;
}

static struct record
member(const char *id, uint64_t serial, const struct sign_pair *by,
    struct body *b)
{
	struct sign_pair keys;
	struct box_pair link;
	struct record r;

	identity_sign_pair(&keys);
	identity_box_pair(&link);
	stamp(b, KIND_MEMBER);
	strcpy(b->u.member.id, id);
	strcpy(b->u.member.name, "A member");
	b->u.member.serial = serial;
	b->u.member.agency = 6;
	b->u.member.roles = ROLE_AGENCY;
	memcpy(b->u.member.sign_key, keys.public, 32);
	memcpy(b->u.member.link_key, link.public, 32);
	b->u.member.valid_from = 1;
	b->u.member.valid_until = 2;
	sign(b, "root:", by, &r);
	return r;
}

static enum error_code
verify(struct record *r, unsigned n, struct partnership *out)
{
	struct record_file f = { .record = r, .n = n };

	memcpy(f.root, root[0].public, 32);
	return partnership_verify(arena, &f, root[0].public, out, NULL);
}

START_TEST(a_chain_is_followed)
{
	struct partnership p;
	struct record r[3];
	uint8_t key[2][WIRE_KEY];

	start();
	r[0] = chapter(1, 0, 0);
	r[1] = chapter(5, 0, 1);
	r[2] = chapter(6, 1, 1);
	ck_ok(verify(r, 1, &p));
	ck_assert_str_eq(p.id, P);
	ck_assert_uint_eq(partnership_roots(&p.now, key), 2);
	ck_ok(verify(r, 3, &p));
	ck_assert_uint_eq(p.n, 3);
	ck_assert_uint_eq(p.now.serial, 6);
	ck_assert_str_eq(p.id, P);
	ck_assert_uint_eq(partnership_roots(&p.now, key), 1);
	ck_assert_mem_eq(key[0], root[1].public, 32);
	stop();
}
END_TEST

START_TEST(chains_that_break)
{
	struct partnership p;
	struct record r[4];

	start();
	/* Not by the first root, or by a stranger. */
	r[0] = chapter(1, 0, 1);
	ck_err(verify(r, 1, &p), ERR_CRYPTO);
	r[0] = chapter(1, 0, 2);
	ck_err(verify(r, 1, &p), ERR_CRYPTO);
	r[0] = chapter(1, 1, 0);
	ck_err(verify(r, 1, &p), ERR_REFUSED);
	r[0] = chapter(1, 0, 0);
	ck_err(verify(r, 0, &p), ERR_NOTFOUND);
	r[1] = chapter(1, 0, 0);
	ck_err(verify(r, 2, &p), ERR_REFUSED);
	r[1] = chapter(2, 0, 3);
	ck_err(verify(r, 2, &p), ERR_CRYPTO);
	/* A root cannot retire itself, a retired one signs nothing and does
	 * not come back. */
	r[1] = chapter(2, 1, 0);
	ck_err(verify(r, 2, &p), ERR_REFUSED);
	r[1] = chapter(2, 1, 1);
	r[2] = chapter(3, 1, 0);
	ck_err(verify(r, 3, &p), ERR_CRYPTO);
	r[2] = chapter(3, 0, 1);
	ck_err(verify(r, 3, &p), ERR_REFUSED);
	r[2] = chapter(3, 2, 1);
	ck_err(verify(r, 3, &p), ERR_REFUSED);
	r[2] = chapter(3, 1, 1);
	ck_ok(verify(r, 3, &p));
	stop();
}
END_TEST

START_TEST(roots_and_keys_stay_what_they_are)
{
	struct partnership p;
	struct record r[2];
	struct body b;

	start();
	r[0] = chapter(1, 0, 0);
	terms(&b, 2, 0);
	memcpy(b.u.partnership.root[1], root[3].public, 32);
	sign(&b, "root:", &root[0], &r[1]);
	ck_err(verify(r, 2, &p), ERR_REFUSED);
	/* One key for two purposes, and keys that are none. */
	terms(&b, 2, 0);
	memcpy(b.u.partnership.duty_key, root[0].public, 32);
	sign(&b, "root:", &root[0], &r[1]);
	ck_err(verify(r, 2, &p), ERR_REFUSED);
	terms(&b, 2, 0);
	memset(b.u.partnership.log_key, 0, 32);
	sign(&b, "root:", &root[0], &r[1]);
	ck_err(verify(r, 2, &p), ERR_REFUSED);
	terms(&b, 2, 0);
	memset(b.u.partnership.broker_link_key, 0, 32);
	sign(&b, "root:", &root[0], &r[1]);
	ck_err(verify(r, 2, &p), ERR_REFUSED);
	/* The duty key makes no partnership. */
	terms(&b, 2, 0);
	sign(&b, "duty:", &duty, &r[1]);
	ck_err(verify(r, 2, &p), ERR_CRYPTO);
	sign(&b, "duty:", &root[0], &r[1]);
	ck_err(verify(r, 2, &p), ERR_REFUSED);
	stop();
}
END_TEST

START_TEST(the_pinned_root_decides)
{
	struct record r[1];
	struct record_file f = { .record = r, .n = 1 };
	struct partnership p;

	start();
	r[0] = chapter(1, 0, 0);
	memcpy(f.root, root[0].public, 32);
	ck_ok(partnership_verify(arena, &f, NULL, &p, NULL));
	ck_err(partnership_verify(arena, &f, root[1].public, &p, NULL),
	    ERR_CRYPTO);
	memset(f.root, 0, 32);
	ck_err(partnership_verify(arena, &f, NULL, &p, NULL), ERR_CRYPTO);
	memcpy(f.root, root[2].public, 32);
	ck_err(partnership_verify(arena, &f, NULL, &p, NULL), ERR_CRYPTO);
	stop();
}
END_TEST

START_TEST(members)
{
	struct partnership p, later;
	struct wire_member m;
	struct record r[2], x;
	struct body b;

	start();
	r[0] = chapter(1, 0, 0);
	r[1] = chapter(2, 1, 1);
	ck_ok(verify(r, 1, &p));
	ck_ok(verify(r, 2, &later));
	x = member("refuge", 3, &root[0], &b);
	ck_ok(member_record_verify(arena, &p, &x, &m, NULL));
	ck_assert_str_eq(m.id, "refuge");
	ck_err(member_record_verify(arena, &later, &x, &m, NULL), ERR_CRYPTO);
	x = member("refuge", 3, &root[1], &b);
	ck_ok(member_record_verify(arena, &later, &x, &m, NULL));
	x = member("refuge", 3, &duty, &b);
	ck_err(member_record_verify(arena, &p, &x, &m, NULL), ERR_CRYPTO);
	/* Keys that are none, no time to be valid in, another kind. */
	x = member("refuge", 3, &root[0], &b);
	memset(b.u.member.sign_key, 0, 32);
	sign(&b, "root:", &root[0], &x);
	ck_err(member_record_verify(arena, &p, &x, &m, NULL), ERR_REFUSED);
	x = member("refuge", 3, &root[0], &b);
	memset(b.u.member.link_key, 0, 32);
	sign(&b, "root:", &root[0], &x);
	ck_err(member_record_verify(arena, &p, &x, &m, NULL), ERR_REFUSED);
	x = member("refuge", 3, &root[0], &b);
	b.u.member.valid_until = 1;
	sign(&b, "root:", &root[0], &x);
	ck_err(member_record_verify(arena, &p, &x, &m, NULL), ERR_REFUSED);
	ck_err(member_record_verify(arena, &p, &r[0], &m, NULL),
	    ERR_REFUSED);
	stop();
}
END_TEST

START_TEST(the_duty_key_suspends_and_nothing_else)
{
	struct partnership p;
	struct record r, x;
	struct body b, out;

	start();
	r = chapter(1, 0, 0);
	ck_ok(verify(&r, 1, &p));
	stamp(&b, KIND_MEMBER_SUSPENDED);
	strcpy(b.u.standing.id, "refuge");
	sign(&b, "duty:", &duty, &x);
	ck_ok(partnership_signed(arena, &p, &x, &out, NULL));
	ck_assert_str_eq(out.u.standing.id, "refuge");
	sign(&b, "root:", &duty, &x);
	ck_err(partnership_signed(arena, &p, &x, &out, NULL), ERR_CRYPTO);
	sign(&b, "duty:", &root[0], &x);
	ck_err(partnership_signed(arena, &p, &x, &out, NULL), ERR_CRYPTO);
	sign(&b, "refuge", &duty, &x);
	ck_err(partnership_signed(arena, &p, &x, &out, NULL), ERR_REFUSED);
	b.kind = KIND_MEMBER_REVOKED;
	sign(&b, "duty:", &duty, &x);
	ck_err(partnership_signed(arena, &p, &x, &out, NULL), ERR_REFUSED);
	stop();
}
END_TEST

START_TEST(files)
{
	char dir[TEST_PATH], path[TEST_PATH];
	struct record r[4], got;
	struct record_file f = { .record = r, .n = 4 };
	struct partnership p;
	struct wire_member m;
	struct why why;
	struct body b;
	struct buf raw;

	start();
	test_dir(dir);
	test_path(path, dir, "x.wlp");
	r[0] = chapter(1, 0, 0);
	r[1] = member("refuge", 7, &root[0], &b);
	r[2] = member("refuge", 9, &root[1], &b);
	r[3] = member("school", 8, &root[0], &b);
	memcpy(f.root, root[0].public, 32);
	ck_ok(record_file_save(path, &f, &why));
	ck_ok(partnership_load(arena, path, root[0].public, &p, &why));
	ck_ok(member_file_load(arena, path, &p, "refuge", &m, &got, &why));
	ck_assert_uint_eq(m.serial, 9);
	ck_assert_int_eq(got.kind, KIND_MEMBER);
	ck_err(member_file_load(arena, path, &p, NULL, &m, NULL, &why),
	    ERR_REFUSED);
	ck_err(member_file_load(arena, path, &p, "police", &m, NULL, &why),
	    ERR_NOTFOUND);
	/* One bad apple. */
	r[3].signature[0] ^= 1;
	ck_ok(record_file_save(path, &f, &why));
	ck_err(member_file_load(arena, path, &p, "refuge", &m, NULL, &why),
	    ERR_CRYPTO);
	ck_assert_ptr_nonnull(strstr(why.text, "x.wlp"));
	/* Of another partnership. */
	r[3].signature[0] ^= 1;
	memcpy(f.root, root[2].public, 32);
	ck_ok(record_file_save(path, &f, &why));
	ck_err(member_file_load(arena, path, &p, "refuge", &m, NULL, &why),
	    ERR_CRYPTO);
	ck_err(partnership_load(arena, path, root[0].public, &p, &why),
	    ERR_CRYPTO);
	test_path(path, dir, "none");
	ck_err(partnership_load(arena, path, NULL, &p, &why), ERR_NOTFOUND);
	buf_init(&raw, 100);
	buf_put_str(&raw, "wayleave/1 recordz\nabc");
	ck_err(record_file_parse(arena, buf_view(&raw), &f, &why),
	    ERR_FORMAT);
	ck_err(record_file_parse(arena, bytes_str(""), &f, &why),
	    ERR_FORMAT);
	buf_free(&raw);
	stop();
}
END_TEST

START_TEST(no_bit_of_a_chain_can_be_changed)
{
	struct record r[2];
	struct record_file f = { .record = r, .n = 2 }, g;
	struct partnership p;
	struct arena *one;
	struct buf raw;

	start();
	r[0] = chapter(1, 0, 0);
	r[1] = chapter(2, 0, 1);
	memcpy(f.root, root[0].public, 32);
	buf_init(&raw, RECORD_FILE_MAX);
	ck_ok(record_file_format(&f, &raw));
	for (size_t i = 0; i < 8 * raw.n; i += 3) {
		raw.data[i / 8] ^= (uint8_t)(1u << i % 8);
		one = arena_create(1 << 20);
		if (record_file_parse(one, buf_view(&raw), &g, NULL) ==
		    ERR_NONE)
			ck_assert_msg(partnership_verify(one, &g,
			    root[0].public, &p, NULL) != ERR_NONE ||
			    p.n < 2, "bit %zu", i);
		arena_destroy(&one);
		raw.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	buf_free(&raw);
	stop();
}
END_TEST

/* ---- requests -------------------------------------------------------- */

START_TEST(requests)
{
	char words[PARTNERSHIP_FINGERPRINT_MAX], other[sizeof words];
	struct member_request r;
	struct identity *it;
	struct why why;
	struct buf file;

	start();
	buf_init(&file, REQUEST_MAX);
	for (int with = 0; with < 2; with++) {
		ck_ok(identity_create(with == 1, &it, NULL));
		buf_clear(&file);
		ck_ok(request_make(it, "refuge", "Zażółć Refuge", 77, &file,
		    &why));
		ck_ok(request_parse(arena, buf_view(&file), &r, words, &why));
		ck_assert_str_eq(r.id, "refuge");
		ck_assert_str_eq(r.name, "Zażółć Refuge");
		ck_assert_uint_eq(r.created, 77);
		ck_assert_mem_eq(r.sign_key, it->sign.public, 32);
		ck_assert_mem_eq(r.link_key, it->link.public, 32);
		ck_assert(r.has_terms_key == (with == 1));
		partnership_fingerprint(buf_view(&file), other);
		ck_assert_str_eq(words, other);
		for (size_t i = 0; i < 8 * file.n; i++) {
			file.data[i / 8] ^= (uint8_t)(1u << i % 8);
			ck_assert_msg(request_parse(arena, buf_view(&file),
			    &r, NULL, &why) != ERR_NONE, "bit %zu", i);
			file.data[i / 8] ^= (uint8_t)(1u << i % 8);
		}
		for (size_t n = 0; n < file.n; n++)
			ck_assert(request_parse(arena, bytes_of(file.data, n),
			    &r, NULL, &why) != ERR_NONE);
		identity_destroy(&it);
	}
	buf_free(&file);
	stop();
}
END_TEST

START_TEST(requests_nobody_should_make)
{
	static const char *const ids[] = { "", "a", "Refuge", "re fuge",
	    "r\xc3\xa9" "fuge",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	char longest[WIRE_NAME_MAX + 2];
	struct member_request r;
	struct identity *it;
	struct buf file;

	start();
	buf_init(&file, REQUEST_MAX);
	ck_ok(identity_create(false, &it, NULL));
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		ck_assert_msg(request_make(it, ids[i], "name", 1, &file,
		    NULL) != ERR_NONE, "%s", ids[i]);
	memset(longest, 'n', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	ck_err(request_make(it, "refuge", longest, 1, &file, NULL),
	    ERR_FORMAT);
	ck_assert(request_make(it, "refuge", "", 1, &file, NULL) != ERR_NONE);
	ck_assert(request_make(it, "refuge", "a\nb", 1, &file, NULL) !=
	    ERR_NONE);
	/* A low-order link key, well signed. */
	buf_clear(&file);
	memset(it->link.public, 0, 32);
	ck_err(request_make(it, "refuge", "name", 1, &file, NULL),
	    ERR_CRYPTO);
	/* A log's request. */
	buf_clear(&file);
	ck_ok(request_make_log(&log_pair, "north-log", "log", 1, &file,
	    NULL));
	ck_ok(request_parse(arena, buf_view(&file), &r, NULL, NULL));
	ck_assert_mem_eq(r.sign_key, log_pair.public, 32);
	identity_destroy(&it);
	buf_free(&file);
	stop();
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, a_chain_is_followed);
	tcase_add_test(tc, chains_that_break);
	tcase_add_test(tc, roots_and_keys_stay_what_they_are);
	tcase_add_test(tc, the_pinned_root_decides);
	tcase_add_test(tc, members);
	tcase_add_test(tc, the_duty_key_suspends_and_nothing_else);
	tcase_add_test(tc, files);
	tcase_add_test(tc, no_bit_of_a_chain_can_be_changed);
	tcase_add_test(tc, requests);
	tcase_add_test(tc, requests_nobody_should_make);
}

int
main(void)
{
	return test_main("partnerships", fill, 60);
}
