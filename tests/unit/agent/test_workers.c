/*
 * Local accounts: pseudonyms, the record that announces them, and the end.
 */
#include "agent/cases/cases.h"
#include "agent/intake/opening.h"
#include "agent/signin/workers.h"
#include "keys/arrow.h"
#include "tests/unit/agent/office.h"

static struct office *o;

static void
setup(void)
{
	o = office_create();
}

static void
teardown(void)
{
	office_destroy(&o);
}

START_TEST(announced_to_the_exchange)
{
	struct agent *a = o->a[WORLD_POLICE];
	struct worker w;
	uint64_t idx;
	bool ended;

	office_worker(o, WORLD_POLICE, "p.nowak", "Piotr Nowak",
	    RIGHT_WORKER | RIGHT_LEAD);
	ck_ok(workers_by_account(a, "p.nowak", &w));
	ck_assert_uint_gt(w.announced, 0);
	ck_assert_uint_eq(w.rights, RIGHT_WORKER | RIGHT_LEAD);
	ck_ok(workers_by_uid(a, 1000, &w));
	ck_assert_str_eq(w.account, "p.nowak");
	ck_err(workers_by_uid(a, 1001, &w), ERR_NOTFOUND);
	/* the whole ledger has it, under the pseudonym */
	ck_ok(store_worker(o->r->store, "police", w.pseudonym, &ended, &idx));
	ck_assert(!ended);
	ck_assert_uint_eq(idx, w.announced);
}
END_TEST

static enum error_code
find_worker(void *ctx, uint64_t idx, const uint8_t commitment[static 32],
    const uint8_t *salt, struct bytes body)
{
	struct buf *out = ctx;

	(void)idx;
	(void)commitment;
	(void)salt;
	buf_put(out, body.data, body.n);
	return ERR_NONE;
}

/* The auditor reads the name; the ledger holds it nowhere in the clear. */
START_TEST(name_is_for_the_auditor)
{
	static const uint8_t salt[ENTRY_SALT];
	struct arena *arena = arena_create(1024 * 1024);
	struct store_head head;
	struct worker w;
	struct entry e;
	struct buf all, one;
	char name[ARROW_NAME_MAX + 1];

	office_worker(o, WORLD_POLICE, "p.nowak", "Piotr Nowak", RIGHT_WORKER);
	ck_ok(workers_by_account(o->a[WORLD_POLICE], "p.nowak", &w));
	ck_ok(store_head(o->r->store, &head));
	buf_init(&all, 16 * 1024 * 1024);
	buf_init(&one, ENTRY_BODY_MAX);
	ck_ok(store_entries(o->r->store, 0, head.size, find_worker, &all));
	ck_assert_ptr_null(memmem(all.data, all.n, "Nowak", 5));
	ck_assert_ptr_null(memmem(all.data, all.n, "nowak", 5));
	ck_ok(store_entries(o->r->store, w.announced, 1, find_worker, &one));
	ck_ok(entry_decode(arena, o->r->w.p, buf_view(&one), salt, &e, NULL));
	ck_assert_uint_eq(e.b.u.worker.n_name, 1);
	ck_assert_str_eq(e.b.u.worker.name[0].to, "watch");
	ck_ok(arrow_name_open(&o->r->w.m[WORLD_AUDITOR].terms, w.pseudonym,
	    "police", "watch", e.b.u.worker.name[0].box, name));
	ck_assert_str_eq(name, "Piotr Nowak, 17");
	buf_free(&all);
	buf_free(&one);
	arena_destroy(&arena);
}
END_TEST

START_TEST(ends_at_once_and_for_good)
{
	struct agent *a = o->a[WORLD_POLICE];
	struct worker w;
	uint8_t share[32] = { 1 };
	uint64_t idx;
	bool ended;

	office_worker(o, WORLD_POLICE, "p.nowak", "Piotr Nowak", RIGHT_WORKER);
	ck_ok(workers_by_account(a, "p.nowak", &w));
	ck_ok(leases_put(a->leases, 7, w.pseudonym, UINT64_MAX, share));
	ck_ok(workers_end(a, "p.nowak", NULL));
	ck_assert(!leases_get(a->leases, 7, w.pseudonym, 1, share));
	ck_err(workers_end(a, "p.nowak", NULL), ERR_NOTFOUND);
	office_settle(o);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	ck_ok(store_worker(o->r->store, "police", w.pseudonym, &ended, &idx));
	ck_assert(ended);
	ck_err(workers_add(a, 1000, "p.nowak", "Another", "", "x", "",
	    RIGHT_WORKER, NULL), ERR_EXISTS);
}
END_TEST

START_TEST(fields_are_checked)
{
	static const struct {
		const char *account, *name, *staff, *role, *team;
		unsigned rights;
		const char *field;
	} row[] = {
		{ "", "N", "", "r", "", 1, "account" },
		{ "a b\n", "N", "", "r", "", 1, "account" },
		{ "a", "", "", "r", "", 1, "name" },
		{ "a", "x\ty", "", "r", "", 1, "name" },
		{ "a", "N", "0123456789012345678901234567890", "r", "", 1,
		    "staff_number" },
		{ "a", "N", "", "", "", 1, "role" },
		{ "a", "N", "", "r\x1b", "", 1, "role" },
		{ "a", "N", "", "r", "t;t", 1, "team" },
		{ "a", "N", "", "r", "", 0, "may" },
	};
	struct why why;

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		why.text[0] = '\0';
		ck_err(workers_add(o->a[WORLD_POLICE], 1, row[i].account,
		    row[i].name, row[i].staff, row[i].role, row[i].team,
		    row[i].rights, &why), ERR_FORMAT);
		ck_assert_msg(strncmp(why.text, row[i].field,
		    strlen(row[i].field)) == 0, "%s", why.text);
	}
}
END_TEST

START_TEST(rights_in_words)
{
	unsigned rights;
	char text[64];

	ck_assert(workers_rights("worker,it", &rights, NULL));
	ck_assert_uint_eq(rights, RIGHT_WORKER | RIGHT_IT);
	workers_rights_text(rights, text);
	ck_assert_str_eq(text, "worker,it");
	ck_assert(!workers_rights("", &rights, NULL));
	ck_assert(!workers_rights("worker,", &rights, NULL));
	ck_assert(!workers_rights("root", &rights, NULL));
	workers_rights_text(31, text);
	ck_assert_str_eq(text, "worker,lead,advocate,officer,it");
}
END_TEST

/* Offline the account is there; the exchange hears of it afterwards. */
START_TEST(added_offline)
{
	struct worker w;

	office_disconnect(o, WORLD_POLICE);
	office_worker(o, WORLD_POLICE, "p.nowak", "Piotr Nowak", RIGHT_WORKER);
	ck_ok(workers_by_account(o->a[WORLD_POLICE], "p.nowak", &w));
	ck_assert_uint_eq(w.announced, 0);
	office_connect(o, WORLD_POLICE);
	office_pass(o, CLOCK_MINUTE_MS);
	ck_ok(workers_by_account(o->a[WORLD_POLICE], "p.nowak", &w));
	ck_assert_uint_gt(w.announced, 0);
}
END_TEST

START_TEST(verbs)
{
	const struct told *t;
	const json_t *w;

	t = office_ask(o, WORLD_SCHOOL, NULL, api_worker_add, json_pack(
	    "{s:s, s:s, s:s, s:s, s:i}", "account", "t.reid", "name",
	    "Tom Reid", "role", "teacher", "may", "worker,officer", "uid",
	    1007));
	ck_told(t, CLI_DONE);
	t = office_ask(o, WORLD_SCHOOL, NULL, api_worker_add, json_pack(
	    "{s:s, s:s, s:s, s:i}", "account", "t.reid", "name", "Tom Reid",
	    "role", "teacher", "uid", 1007));
	ck_told(t, CLI_NO);
	t = office_ask(o, WORLD_SCHOOL, NULL, api_worker_add, json_pack(
	    "{s:s, s:s}", "account", "no-such-account-here", "name", "X"));
	ck_told(t, CLI_INPUT);
	t = office_ask(o, WORLD_SCHOOL, NULL, api_worker_add, json_pack(
	    "{s:s, s:s, s:i}", "account", "x", "may", "king", "uid", 5));
	ck_told(t, CLI_INPUT);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	t = office_ask(o, WORLD_SCHOOL, NULL, api_worker_list, json_object());
	w = json_array_get(json_object_get(t->result, "workers"), 0);
	ck_assert_str_eq(office_str(w, "state"), "announced");
	ck_assert_str_eq(office_str(w, "may"), "worker,officer");
	t = office_ask(o, WORLD_SCHOOL, NULL, api_worker_end, json_pack(
	    "{s:s}", "account", "t.reid"));
	ck_told(t, CLI_DONE);
	t = office_ask(o, WORLD_SCHOOL, NULL, api_worker_end, json_pack(
	    "{s:s}", "account", "t.reid"));
	ck_told(t, CLI_NO);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, announced_to_the_exchange);
	tcase_add_test(tc, name_is_for_the_auditor);
	tcase_add_test(tc, ends_at_once_and_for_good);
	tcase_add_test(tc, fields_are_checked);
	tcase_add_test(tc, rights_in_words);
	tcase_add_test(tc, added_offline);
	tcase_add_test(tc, verbs);
}

int
main(void)
{
	return test_main("workers", fill, 60);
}
