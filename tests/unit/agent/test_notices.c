/*
 * Safe notices: the same bytes whatever came, in batches, by chance, not in
 * quiet hours, to those alone who may see the case.
 */
#include "agent/notices.h"

#include <unistd.h>

#include "agent/contacts.h"
#include "agent/runner.h"
#include "base/log.h"
#include "tests/unit/agent/consent_case.h"

static struct office *o;
static struct secrets s;
static char got[TEST_PATH], fail[TEST_PATH];
static struct runner *runner;

/* Each run appends what it read, and a line, in one write. */
static void
setup(void)
{
	struct runner_command c[RUNNER_SLOTS];
	char dir[TEST_PATH], path[TEST_PATH], line[3 * TEST_PATH + 16];

	setenv("TZ", "UTC", 1);
	memset(c, 0, sizeof c);
	test_dir(dir);
	test_path(got, dir, "got");
	test_path(fail, dir, "fail");
	test_path(path, dir, "script");
	test_file(path, "x=$(cat; echo --)\nprintf '%s\\n' \"$x\" >>\"$1\"\n"
	    "test ! -e \"$2\"\n");
	snprintf(line, sizeof line, "/bin/sh %s %s %s", path, got, fail);
	ck_ok(runner_words(line, &c[RUNNER_NOTIFY], NULL));
	c[RUNNER_NOTIFY].seconds = 20;
	ck_ok(runner_create(c, &runner, NULL));
	o = office_create();
	case_at_work(o, &s);
}

static void
teardown(void)
{
	office_destroy(&o);
	runner_destroy(&runner);
}

static void
to(unsigned m, const char *account, const char *mail)
{
	ck_told(office_ask(o, m, NULL, api_worker_notice, json_pack(
	    "{s:s, s:s}", "account", account, "mail", mail)), CLI_DONE);
}

/* From now on this agency sends notices, and nothing is news. */
static void
begin(unsigned m)
{
	o->c[m].notify_link = "https://desk.example/";
	o->a[m]->runner = runner;
	office_pass(o, CLOCK_SECOND_MS);
}

/* Everything started comes to its end. */
static void
finish(void)
{
	while (runner_busy(runner) > 0) {
		struct pollfd p = { runner_fd(runner), POLLIN, 0 };

		ck_assert_int_eq(poll(&p, 1, 30000), 1);
		runner_ready(runner);
	}
}

/* Time passes in minutes, and commands run meanwhile. */
static void
pass(unsigned minutes)
{
	for (unsigned i = 0; i < minutes; i++) {
		office_pass(o, CLOCK_MINUTE_MS);
		finish();
	}
}

/* To the last second before the next batch. */
static void
to_end_of_batch(void)
{
	const uint64_t grid = 15 * CLOCK_MINUTE_MS;
	const uint64_t now = clock_now(&o->r->clock);

	office_pass(o, grid - now % grid - CLOCK_SECOND_MS);
}

static void
ck_got(const char *want)
{
	char *text = access(got, F_OK) == 0 ? test_slurp(got) : strdup("");

	ck_assert_str_eq(text, want);
	free(text);
	(void)unlink(got);
}

#define NOTICE(mail) mail "\nYou have an item to review.\n" \
	"https://desk.example/\n--\n"

static void
observe(bool urgent, const char *text)
{
	const struct told *t = office_ask(o, WORLD_POLICE, "p.nowak",
	    api_send, json_pack("{s:i, s:{s:s, s:s, s:s, s:[s], s:[s], s:s, "
	    "s:s, s:b, s:[s]}}", "case", 1, "content", "schema",
	    "wayleave/observation/1", "component", "C1", "actor", "P1",
	    "targets", "P2", "codes", "CC30", "text", text, "source", "SRC6",
	    "urgent", urgent, "send_to", "school"));

	ck_told(t, CLI_DONE);
	for (int i = 0; i < 3; i++)
		office_pass(o, CLOCK_SECOND_MS);
}

/* Three events as unlike as they come, and both urgencies. */
START_TEST(the_same_bytes_for_every_event)
{
	to(WORLD_SCHOOL, "k.other", "k@agency.example");
	to(WORLD_CUSTODIAN, "susan", "s@agency.example");
	begin(WORLD_SCHOOL);
	begin(WORLD_CUSTODIAN);
	observe(false, "calls");
	pass(30);
	ck_got(NOTICE("k@agency.example"));
	observe(true, "has said that he will come tonight and kill her");
	pass(30);
	ck_got(NOTICE("k@agency.example"));
	/* a permission is withdrawn: a task at the custodian, no mail */
	ck_told(office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw,
	    json_pack("{s:s, s:b}", "case", "NB-17", "all", 1)), CLI_DONE);
	pass(30);
	ck_got(NOTICE("s@agency.example"));
	/* her forced phrase */
	ck_told(office_ask(o, WORLD_SCHOOL, "k.other", api_stop,
	    json_pack("{s:s}", "phrase", s.forced)), CLI_DONE);
	pass(30);
	ck_got(NOTICE("s@agency.example"));
	pass(60);
	ck_got("");
}
END_TEST

START_TEST(one_a_batch_and_not_before_its_end)
{
	to(WORLD_SCHOOL, "k.other", "k@agency.example");
	o->c[WORLD_SCHOOL].jitter_minutes = 0;
	begin(WORLD_SCHOOL);
	to_end_of_batch();
	office_pass(o, 2 * CLOCK_SECOND_MS);
	observe(false, "calls");
	observe(true, "calls again");
	observe(false, "and again");
	to_end_of_batch();
	finish();
	ck_got("");
	office_pass(o, 2 * CLOCK_SECOND_MS);
	finish();
	ck_got(NOTICE("k@agency.example"));
	pass(40);
	ck_got("");
	observe(false, "calls");
	pass(15);
	ck_got(NOTICE("k@agency.example"));
}
END_TEST

/* Everyone by chance, within the ten minutes after the batch. */
START_TEST(by_chance)
{
	enum { PEOPLE = 12 };
	struct contact *list;
	uint64_t end, first = 0;
	unsigned unlike = 0;
	size_t n;

	for (unsigned i = 0; i < PEOPLE; i++) {
		char account[16], mail[32];

		snprintf(account, sizeof account, "w%u", i);
		snprintf(mail, sizeof mail, "w%u@agency.example", i);
		office_worker(o, WORLD_SCHOOL, account, "Some Body",
		    RIGHT_WORKER);
		to(WORLD_SCHOOL, account, mail);
	}
	begin(WORLD_SCHOOL);
	observe(false, "calls");
	to_end_of_batch();
	end = clock_now(&o->r->clock) + CLOCK_SECOND_MS;
	office_pass(o, CLOCK_SECOND_MS);
	ck_ok(contacts_load(o->a[WORLD_SCHOOL], &list, &n));
	ck_assert_uint_eq(n, PEOPLE);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_ge(list[i].due, end);
		ck_assert_uint_le(list[i].due, end + 10 * CLOCK_MINUTE_MS);
		first = i == 0 ? list[i].due : first;
		unlike += list[i].due != first;
	}
	ck_assert_uint_ge(unlike, PEOPLE / 2);
	contacts_free(&list, n);
}
END_TEST

/* Not the excluded, not `it`, not who has left, and an introduction that
 * nobody has compared only to officers. */
START_TEST(who_is_told)
{
	office_worker(o, WORLD_SCHOOL, "left", "Has Left", RIGHT_WORKER);
	office_worker(o, WORLD_SCHOOL, "it", "The It", RIGHT_IT);
	to(WORLD_SCHOOL, "k.other", "k@agency.example");
	to(WORLD_SCHOOL, "t.reid", "cousin@agency.example");
	to(WORLD_SCHOOL, "left", "left@agency.example");
	to(WORLD_SCHOOL, "it", "it@agency.example");
	ck_ok(workers_end(o->a[WORLD_SCHOOL], "left", NULL));
	begin(WORLD_SCHOOL);
	observe(true, "calls");
	pass(30);
	ck_got(NOTICE("k@agency.example"));
	/* who is put out while one is owed hears nothing either */
	observe(false, "calls");
	to_end_of_batch();
	o->c[WORLD_SCHOOL].jitter_minutes = 10;
	office_pass(o, CLOCK_SECOND_MS);
	if (access(got, F_OK) != 0) {
		ck_ok(workers_end(o->a[WORLD_SCHOOL], "k.other", NULL));
		pass(30);
		ck_got("");
	}
}
END_TEST

START_TEST(not_in_quiet_hours)
{
	const uint64_t now = clock_now(&o->r->clock);
	const unsigned minute = (unsigned)(now / CLOCK_MINUTE_MS % 1440);
	struct contact c = { .quiet_from = (uint16_t)minute,
	    .quiet_to = (uint16_t)((minute + 120) % 1440) };
	char quiet[16];

	contact_hours_text(&c, quiet);
	ck_told(office_ask(o, WORLD_SCHOOL, NULL, api_worker_notice,
	    json_pack("{s:s, s:s, s:s}", "account", "k.other", "mail",
	    "k@agency.example", "quiet", quiet)), CLI_DONE);
	begin(WORLD_SCHOOL);
	observe(true, "calls");
	pass(115);
	ck_got("");
	pass(20);
	ck_got(NOTICE("k@agency.example"));
}
END_TEST

static void
hear(void *ctx, unsigned id)
{
	*(unsigned *)ctx += id == 75;
}

START_TEST(tried_again_later_and_later)
{
	unsigned heard = 0;
	struct contact c;

	log_on_number(hear, &heard);
	to(WORLD_SCHOOL, "k.other", "k@agency.example");
	o->c[WORLD_SCHOOL].jitter_minutes = 0;
	begin(WORLD_SCHOOL);
	test_file(fail, "");
	observe(false, "calls");
	to_end_of_batch();
	office_pass(o, 2 * CLOCK_SECOND_MS);
	finish();
	ck_got(NOTICE("k@agency.example"));
	ck_assert_uint_eq(heard, 0);
	for (unsigned wait = 1; wait <= 4; wait *= 2) {
		pass(wait - 1);
		ck_got("");
		pass(1);
		ck_got(NOTICE("k@agency.example"));
	}
	ck_assert_uint_eq(heard, 1);
	(void)unlink(fail);
	pass(8);
	ck_got(NOTICE("k@agency.example"));
	pass(60);
	ck_got("");
	ck_ok(contacts_get(o->a[WORLD_SCHOOL], "k.other", &c));
	ck_assert_uint_eq(c.due, 0);
	ck_assert_uint_eq(c.tries, 0);
	log_on_number(NULL, NULL);
}
END_TEST

/* What is owed is on disk; and a lock in the middle harms nothing. */
START_TEST(owed_across_a_restart)
{
	struct agent *a = o->a[WORLD_SCHOOL];

	to(WORLD_SCHOOL, "k.other", "k@agency.example");
	begin(WORLD_SCHOOL);
	observe(false, "calls");
	to_end_of_batch();
	office_pass(o, CLOCK_SECOND_MS);
	(void)unlink(got);
	notices_destroy(&a->notices);
	ck_ok(notices_create(a));
	pass(11);
	finish();
	ck_ok(access(got, F_OK) == 0 ? ERR_NONE : ERR_NOTFOUND);
	(void)unlink(got);
	observe(false, "calls");
	to_end_of_batch();
	o->c[WORLD_SCHOOL].jitter_minutes = 0;
	office_pass(o, CLOCK_SECOND_MS);
	notices_destroy(&a->notices);
	finish();
	ck_ok(notices_create(a));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_same_bytes_for_every_event);
	tcase_add_test(tc, one_a_batch_and_not_before_its_end);
	tcase_add_test(tc, by_chance);
	tcase_add_test(tc, who_is_told);
	tcase_add_test(tc, not_in_quiet_hours);
	tcase_add_test(tc, tried_again_later_and_later);
	tcase_add_test(tc, owed_across_a_restart);
}

int
main(void)
{
	return test_main("notices", fill, 120);
}
