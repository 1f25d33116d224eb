/*
 * How workers are reached: what IT may write, that it is sealed, who is left
 * out, and when it is quiet.
 */
#include "agent/notices/contacts.h"
#include "tests/unit/agent/office.h"

static struct office *o;
static struct agent *a;

static void
setup(void)
{
	setenv("TZ", "UTC", 1);
	o = office_create();
	a = o->a[WORLD_SCHOOL];
	office_worker(o, WORLD_SCHOOL, "b", "Bea Example", RIGHT_WORKER);
	office_worker(o, WORLD_SCHOOL, "c", "Cem Example", RIGHT_WORKER);
	office_worker(o, WORLD_SCHOOL, "d", "Dot Example", RIGHT_WORKER);
}

static void
teardown(void)
{
	office_destroy(&o);
}

static const struct told *
notice(const char *account, json_t *in)
{
	json_object_set_new(in, "account", json_string(account));
	return office_ask(o, WORLD_SCHOOL, NULL, api_worker_notice, in);
}

START_TEST(given_kept_and_taken_away)
{
	const struct told *t = notice("b", json_pack("{s:s, s:s, s:s, s:i}",
	    "mail", "b@school.example", "quiet", "20:00-07:00", "phone",
	    "+44 20 7946 0000", "duty", 2));
	struct contact c;

	ck_told(t, CLI_DONE);
	ck_assert_str_eq(office_str(t->result, "quiet"), "20:00-07:00");
	/* what is not named stays */
	t = notice("b", json_pack("{s:s}", "mail", "bea@school.example"));
	ck_told(t, CLI_DONE);
	ck_ok(contacts_get(a, "b", &c));
	ck_assert_str_eq(c.mail, "bea@school.example");
	ck_assert_str_eq(c.phone, "+44 20 7946 0000");
	ck_assert_uint_eq(c.duty, 2);
	ck_assert_uint_eq(c.quiet_from, 20 * 60);
	ck_assert_uint_eq(c.quiet_to, 7 * 60);
	ck_assert_uint_eq(c.rights, RIGHT_WORKER);
	t = notice("b", json_pack("{s:s, s:i, s:s}", "quiet", "none", "duty",
	    0, "mail", ""));
	ck_told(t, CLI_DONE);
	ck_assert_str_eq(office_str(t->result, "quiet"), "none");
	t = notice("b", json_pack("{s:b}", "off", 1));
	ck_told(t, CLI_DONE);
	ck_err(contacts_get(a, "b", &c), ERR_NOTFOUND);
}
END_TEST

static const struct {
	const char *key, *value;
} bad[] = {
	{ "mail", "nobody" }, { "mail", "@school.example" },
	{ "mail", "b@" }, { "mail", "a@b@c" }, { "mail", "b@x\nRCPT TO:<y>" },
	{ "mail", "b@x>" }, { "mail", "b x@y" }, { "mail", "b,c@y" },
	{ "mail", "\303\251@y" }, { "phone", "call me" },
	{ "phone", "1\n2" }, { "quiet", "8-7" }, { "quiet", "24:00-07:00" },
	{ "quiet", "20:60-07:00" }, { "quiet", "20:00-07:000" },
	{ "quiet", "20:00 07:00" }, { "quiet", "" },
};
enum { BAD = sizeof bad / sizeof bad[0] };

START_TEST(what_is_no_address)
{
	struct contact c;
	const struct told *t = notice("b", json_pack("{s:s}", bad[_i].key,
	    bad[_i].value));

	ck_told(t, CLI_INPUT);
	ck_assert_msg(strncmp(t->words, bad[_i].key, strlen(bad[_i].key)) ==
	    0, "%s", t->words);
	ck_err(contacts_get(a, "b", &c), ERR_NOTFOUND);
}
END_TEST

START_TEST(limits)
{
	char mail[CONTACT_MAIL + 2], phone[CONTACT_PHONE + 2];

	memset(mail, 'a', sizeof mail);
	memset(phone, '1', sizeof phone);
	mail[CONTACT_MAIL + 1] = phone[CONTACT_PHONE + 1] = '\0';
	mail[10] = '@';
	ck_told(notice("b", json_pack("{s:s}", "mail", mail)), CLI_INPUT);
	ck_told(notice("b", json_pack("{s:s}", "phone", phone)), CLI_INPUT);
	ck_told(notice("b", json_pack("{s:i}", "duty", 100)), CLI_INPUT);
	ck_told(notice("b", json_pack("{s:I}", "duty", (json_int_t)1 << 40)),
	    CLI_INPUT);
	mail[CONTACT_MAIL] = phone[CONTACT_PHONE] = '\0';
	ck_told(notice("b", json_pack("{s:s, s:s, s:i}", "mail", mail,
	    "phone", phone, "duty", 99)), CLI_DONE);
	ck_told(notice("nobody", json_object()), CLI_NO);
	ck_told(notice("", json_object()), CLI_NO);
}
END_TEST

START_TEST(sealed_on_disk)
{
	struct db_stmt *st;
	struct bytes sealed;
	bool row;

	ck_told(notice("b", json_pack("{s:s, s:s}", "mail",
	    "bea@school.example", "phone", "0123456789")), CLI_DONE);
	ck_ok(db_prepare(a->db, "SELECT sealed FROM contact", &st));
	ck_ok(db_step(st, &row));
	sealed = db_col_blob(st, 0);
	ck_assert_ptr_null(memmem(sealed.data, sealed.n, "bea@", 4));
	ck_assert_ptr_null(memmem(sealed.data, sealed.n, "012345", 6));
	db_done(st);
	/* a row moved to another account does not open */
	ck_ok(db_exec(a->db, "UPDATE contact SET account = 'c'", NULL));
	{
		struct contact c;

		ck_err(contacts_get(a, "c", &c), ERR_CRYPTO);
	}
}
END_TEST

START_TEST(in_order_without_who_has_left)
{
	struct contact *list;
	size_t n;

	ck_told(notice("b", json_pack("{s:i}", "duty", 2)), CLI_DONE);
	ck_told(notice("c", json_pack("{s:s}", "mail", "c@x")), CLI_DONE);
	ck_told(notice("d", json_pack("{s:i}", "duty", 1)), CLI_DONE);
	ck_ok(contacts_load(a, &list, &n));
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(list[0].account, "c");
	ck_assert_str_eq(list[1].account, "d");
	ck_assert_str_eq(list[2].account, "b");
	contacts_free(&list, n);
	ck_ok(workers_end(a, "d", NULL));
	ck_ok(contacts_load(a, &list, &n));
	ck_assert_uint_eq(n, 2);
	contacts_free(&list, n);
	ck_told(notice("d", json_object()), CLI_NO);
}
END_TEST

/* 1970-01-02 at this time of day. */
static uint64_t
at(unsigned hour, unsigned minute)
{
	return CLOCK_DAY_MS + hour * CLOCK_HOUR_MS +
	    minute * CLOCK_MINUTE_MS + 30 * CLOCK_SECOND_MS;
}

START_TEST(quiet_hours)
{
	struct contact c = { .account = "" };
	char text[16];

	ck_assert_uint_eq(contact_quiet_until(&c, at(3, 0)), 0);
	ck_assert(contact_hours("20:00-07:00", &c));
	ck_assert_uint_eq(contact_quiet_until(&c, at(19, 59)), 0);
	ck_assert_uint_eq(contact_quiet_until(&c, at(20, 0)),
	    2 * CLOCK_DAY_MS + 7 * CLOCK_HOUR_MS);
	ck_assert_uint_eq(contact_quiet_until(&c, at(23, 59)),
	    2 * CLOCK_DAY_MS + 7 * CLOCK_HOUR_MS);
	ck_assert_uint_eq(contact_quiet_until(&c, at(0, 0)),
	    CLOCK_DAY_MS + 7 * CLOCK_HOUR_MS);
	ck_assert_uint_eq(contact_quiet_until(&c, at(6, 59)),
	    CLOCK_DAY_MS + 7 * CLOCK_HOUR_MS);
	ck_assert_uint_eq(contact_quiet_until(&c, at(7, 0)), 0);
	ck_assert(contact_hours("09:30-17:00", &c));
	ck_assert_uint_eq(contact_quiet_until(&c, at(9, 29)), 0);
	ck_assert_uint_eq(contact_quiet_until(&c, at(9, 30)),
	    CLOCK_DAY_MS + 17 * CLOCK_HOUR_MS);
	ck_assert_uint_eq(contact_quiet_until(&c, at(17, 0)), 0);
	contact_hours_text(&c, text);
	ck_assert_str_eq(text, "09:30-17:00");
	ck_assert(contact_hours("none", &c));
	ck_assert_uint_eq(contact_quiet_until(&c, at(12, 0)), 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, given_kept_and_taken_away);
	tcase_add_loop_test(tc, what_is_no_address, 0, BAD);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, sealed_on_disk);
	tcase_add_test(tc, in_order_without_who_has_left);
	tcase_add_test(tc, quiet_hours);
}

int
main(void)
{
	return test_main("contacts", fill, 60);
}
