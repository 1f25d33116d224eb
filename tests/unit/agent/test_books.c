/*
 * The agent's own rows: sealed each for its place, refused when moved, cut
 * or changed; and what is kept in them - keys, own records, small values.
 */
#include "agent/outgoing/kept.h"
#include "agent/life.h"
#include "tests/unit/agent/liar.h"
/* the broker's sessions have a struct of this name too */
#define own own_kept
#include "agent/outgoing/own.h"

static struct office *o;
static struct agent *a;

static void
setup(void)
{
	o = office_create();
	a = o->a[WORLD_SCHOOL];
}

static void
teardown(void)
{
	office_destroy(&o);
}

/* ---- rows ------------------------------------------------------------------------ */

static struct buf sealed;

static void
seal_one(const char *text)
{
	uint8_t row[8];

	buf_init(&sealed, 1024);
	ck_ok(books_seal(a, "mail", books_row(7, row), bytes_str(text),
	    &sealed));
}

static enum error_code
open_at(struct agent *of, const char *table, uint64_t n, struct bytes in)
{
	enum error_code err;
	struct buf out;
	uint8_t row[8];

	buf_init(&out, 1024);
	err = books_open(of, table, books_row(n, row), in, &out);
	if (err == ERR_NONE)
		ck_assert(bytes_equal(buf_view(&out), bytes_str("a name")));
	else
		ck_assert_uint_eq(out.n, 0);
	buf_free(&out);
	return err;
}

START_TEST(a_row_opens_in_its_place)
{
	struct bytes v;

	seal_one("a name");
	v = buf_view(&sealed);
	ck_assert_ptr_null(memmem(v.data, v.n, "name", 4));
	ck_ok(open_at(a, "mail", 7, v));
	ck_err(open_at(a, "mail", 8, v), ERR_CRYPTO);
	ck_err(open_at(a, "mai", 7, v), ERR_CRYPTO);
	ck_err(open_at(a, "arrow", 7, v), ERR_CRYPTO);
	ck_err(open_at(o->a[WORLD_POLICE], "mail", 7, v), ERR_CRYPTO);
	buf_free(&sealed);
}
END_TEST

START_TEST(a_row_is_whole_or_nothing)
{
	seal_one("a name");
	for (size_t n = 0; n < sealed.n; n++)
		ck_assert_int_ne(open_at(a, "mail", 7, bytes_of(sealed.data,
		    n)), ERR_NONE);
	for (size_t bit = 0; bit < sealed.n * 8; bit++) {
		sealed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_err(open_at(a, "mail", 7, buf_view(&sealed)), ERR_CRYPTO);
		sealed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_put_u8(&sealed, 0);
	ck_err(open_at(a, "mail", 7, buf_view(&sealed)), ERR_CRYPTO);
	buf_free(&sealed);
}
END_TEST

START_TEST(no_row_twice_the_same)
{
	struct buf first;

	seal_one("a name");
	first = sealed;
	seal_one("a name");
	ck_assert_uint_eq(first.n, sealed.n);
	ck_assert(memcmp(first.data, sealed.data, first.n) != 0);
	buf_free(&first);
	buf_free(&sealed);
}
END_TEST

START_TEST(no_row_while_locked)
{
	uint8_t row[8];
	struct buf out;

	seal_one("a name");
	agent_locked(a);
	ck_err(open_at(a, "mail", 7, buf_view(&sealed)), ERR_LOCKED);
	buf_init(&out, 100);
	ck_err(books_seal(a, "mail", books_row(7, row), bytes_str("x"), &out),
	    ERR_LOCKED);
	buf_free(&out);
	buf_free(&sealed);
}
END_TEST

START_TEST(small_values)
{
	struct buf out;

	buf_init(&out, 100);
	ck_err(books_get(a, "none such", &out), ERR_NOTFOUND);
	ck_ok(books_put(a, "x", bytes_str("one")));
	ck_ok(books_put(a, "x", bytes_str("two")));
	ck_ok(books_get(a, "x", &out));
	ck_assert(bytes_equal(buf_view(&out), bytes_str("two")));
	buf_free(&out);
}
END_TEST

/* ---- keys --------------------------------------------------------------------------- */

static const uint8_t kase[WIRE_CASE] = { 5, 5 }, other[WIRE_CASE] = { 6 };

START_TEST(keys_of_arrows)
{
	uint8_t key[32] = { 1, 2, 3 }, out[32], want[ARROW_KEY];

	ck_err(keyring_arrow(a, kase, "police", "school", out),
	    ERR_NOTFOUND);
	ck_ok(keyring_arrow_put(a, kase, "police", "school", key));
	ck_ok(keyring_arrow(a, kase, "police", "school", out));
	ck_assert_mem_eq(key, out, 32);
	ck_err(keyring_arrow(a, kase, "school", "police", out),
	    ERR_NOTFOUND);
	ck_err(keyring_arrow(a, other, "police", "school", out),
	    ERR_NOTFOUND);
	/* a custodian needs none: they follow from the case's */
	ck_ok(keyring_case_put(a, other, key));
	ck_ok(keyring_arrow(a, other, "police", "school", out));
	arrow_key(key, other, "police", "school", want);
	ck_assert_mem_eq(out, want, 32);
}
END_TEST

/* Somebody swaps rows on disk: no key opens in another's place. */
START_TEST(keys_moved_on_disk)
{
	uint8_t key[32] = { 1, 2, 3 }, out[32];

	ck_ok(keyring_arrow_put(a, kase, "police", "school", key));
	ck_ok(keyring_arrow_put(a, kase, "police", "refuge", key));
	ck_ok(keyring_case_put(a, kase, key));
	ck_ok(keyring_case_put(a, other, key));
	ck_ok(db_exec(a->db, "UPDATE case_key SET sealed = (SELECT sealed "
	    "FROM case_key c WHERE c.kase <> case_key.kase)", NULL));
	ck_err(keyring_case(a, kase, out), ERR_CRYPTO);
	ck_err(keyring_arrow(a, kase, "police", "school", out), ERR_CRYPTO);
	ck_ok(db_exec(a->db, "DELETE FROM case_key", NULL));
	ck_ok(keyring_arrow(a, kase, "police", "school", out));
	ck_ok(db_exec(a->db, "UPDATE arrow SET sealed = (SELECT sealed FROM "
	    "arrow x WHERE x.recipient = 'refuge') WHERE recipient = "
	    "'school'", NULL));
	kept_arrow_forget(a->kept);
	ck_err(keyring_arrow(a, kase, "police", "school", out), ERR_CRYPTO);
	ck_ok(db_exec(a->db, "UPDATE epoch SET sealed = x'00'", NULL));
	agent_locked(a);
	ck_assert_int_ne(keyring_epoch(a, 1, out), ERR_NONE);
}
END_TEST

static void
turns(uint64_t ms)
{
	o->capture = NULL;
	rig_pass(o->r, ms);
	agent_turn(a);
}

/* A key a day; none lives longer than its time, connected or not. */
START_TEST(sealing_keys_live_and_die)
{
	uint8_t secret[32];

	ck_ok(keyring_epoch(a, 1, secret));
	ck_err(keyring_epoch(a, 2, secret), ERR_NOTFOUND);
	ck_err(keyring_epoch(a, 0, secret), ERR_NOTFOUND);
	turns(CLOCK_DAY_MS - 1);
	ck_err(keyring_epoch(a, 2, secret), ERR_NOTFOUND);
	turns(CLOCK_MINUTE_MS);
	ck_ok(keyring_epoch(a, 2, secret));
	ck_ok(keyring_epoch(a, 1, secret));
	/* offline no new one is announced, and the old ones still end */
	office_disconnect(o, WORLD_SCHOOL);
	turns(12 * CLOCK_DAY_MS);
	ck_err(keyring_epoch(a, 3, secret), ERR_NOTFOUND);
	ck_ok(keyring_epoch(a, 1, secret));
	turns(CLOCK_DAY_MS);
	ck_err(keyring_epoch(a, 1, secret), ERR_NOTFOUND);
	ck_assert_uint_eq(rows_of(a, "epoch WHERE sealed IS NOT NULL"), 1);
	turns(CLOCK_DAY_MS);
	ck_err(keyring_epoch(a, 2, secret), ERR_NOTFOUND);
	ck_assert_uint_eq(rows_of(a, "epoch WHERE sealed IS NOT NULL"), 0);
	for (unsigned i = 0; i < AGENT_EPOCHS; i++)
		ck_assert_uint_eq(a->epochs[i].epoch, 0);
	/* and connected again the count goes on */
	office_connect(o, WORLD_SCHOOL);
	office_settle(o);
	turns(CLOCK_MINUTE_MS);
	ck_ok(keyring_epoch(a, 3, secret));
}
END_TEST

START_TEST(labels_of_content)
{
	uint8_t key[32] = { 4 }, label[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	unsigned n;

	ck_err(keyring_labels(a, key, 0, "PU01", label, &n), ERR_SIZE);
	ck_err(keyring_labels(a, key, ~0u, "PU01", label, &n), ERR_SIZE);
	ck_ok(keyring_labels(a, key, SCOPE_BIT(1) | SCOPE_BIT(2), "PU01",
	    label, &n));
	ck_assert_uint_eq(n, 2);
	ck_assert_int_lt(memcmp(label[0], label[1], WIRE_LABEL), 0);
}
END_TEST

/* ---- what we wrote ------------------------------------------------------------------- */

static struct content written, read_back;

static enum error_code
count_own(void *ctx, const struct own_kept *w, const struct content *c)
{
	(void)c;
	*(unsigned *)ctx += w->recalled ? 100 : 1;
	return ERR_NONE;
}

START_TEST(own_records)
{
	struct record_id none = { { 9 } }, id;
	unsigned n = 0;
	struct own_kept w;

	ck_ok(content_read(&written, plain_json, strlen(plain_json), NULL,
	    NULL));
	memset(id.b, 3, sizeof id.b);
	content_set_id(&written, id.b);
	ck_ok(own_put(a, kase, &written));
	ck_err(own_get(a, &none, &w, NULL), ERR_NOTFOUND);
	ck_ok(own_get(a, &id, &w, &read_back));
	ck_assert_int_eq((int)read_back.kind, CONTENT_OBSERVATION);
	ck_assert_mem_eq(w.case_id, kase, WIRE_CASE);
	ck_assert(!w.recalled);
	ck_ok(own_recalled(a, &id));
	ck_ok(own_list(a, kase, count_own, &n));
	ck_assert_uint_eq(n, 100);
	n = 0;
	ck_ok(own_list(a, other, count_own, &n));
	ck_assert_uint_eq(n, 0);
	/* changed on disk, it is not shown as ours */
	ck_ok(db_exec(a->db, "UPDATE own SET sealed = substr(sealed, 1, "
	    "length(sealed) - 1)", NULL));
	ck_assert_int_ne(own_get(a, &id, &w, &read_back), ERR_NONE);
	ck_assert_int_ne(own_list(a, kase, count_own, &n), ERR_NONE);
	content_wipe(&written);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_row_opens_in_its_place);
	tcase_add_test(tc, a_row_is_whole_or_nothing);
	tcase_add_test(tc, no_row_twice_the_same);
	tcase_add_test(tc, no_row_while_locked);
	tcase_add_test(tc, small_values);
	tcase_add_test(tc, keys_of_arrows);
	tcase_add_test(tc, keys_moved_on_disk);
	tcase_add_test(tc, sealing_keys_live_and_die);
	tcase_add_test(tc, labels_of_content);
	tcase_add_test(tc, own_records);
}

int
main(void)
{
	return test_main("books", fill, 120);
}
