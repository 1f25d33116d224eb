/*
 * Safe notices: the same bytes whatever came, in batches, by chance, not in
 * quiet hours, to those alone who may see the case.
 */
#include "agent/notices/notices.h"

#include "agent/notices/contacts.h"
#include "base/log.h"
#include "tests/unit/agent/reach.h"

#define NOTICE(mail) mail "\nYou have an item to review.\n" \
	"https://desk.example/\n--\n"

static void
setup(void)
{
	reach_setup(RUNNER_NOTIFY);
}

/* Three events as unlike as they come, and both urgencies. */
START_TEST(the_same_bytes_for_every_event)
{
	reach_to(WORLD_SCHOOL, "k.other", "k@agency.example");
	reach_to(WORLD_CUSTODIAN, "susan", "s@agency.example");
	reach_begin(WORLD_SCHOOL);
	reach_begin(WORLD_CUSTODIAN);
	reach_observe(false, "calls");
	reach_pass(30);
	ck_got(NOTICE("k@agency.example"));
	reach_observe(true, "has said that he will come tonight and kill her");
	reach_pass(30);
	ck_got(NOTICE("k@agency.example"));
	/* a permission is withdrawn: a task at the custodian, no mail */
	ck_told(office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw,
	    json_pack("{s:s, s:b}", "case", "NB-17", "all", 1)), CLI_DONE);
	reach_pass(30);
	ck_got(NOTICE("s@agency.example"));
	/* her forced phrase */
	ck_told(office_ask(o, WORLD_SCHOOL, "k.other", api_stop,
	    json_pack("{s:s}", "phrase", s.forced)), CLI_DONE);
	reach_pass(30);
	ck_got(NOTICE("s@agency.example"));
	reach_pass(60);
	ck_got("");
}
END_TEST

/* The police takes its newest record back. */
static void
take_back(void)
{
	const struct told *t = office_ask(o, WORLD_POLICE, "p.nowak", api_map,
	    json_pack("{s:i, s:s}", "case", 1, "as", "json"));
	const json_t *records;
	char id[33];

	ck_told(t, CLI_DONE);
	records = json_object_get(json_object_get(t->result, "map"),
	    "records");
	snprintf(id, sizeof id, "%s", office_str(json_array_get(records,
	    json_array_size(records) - 1), "id"));
	ck_told(office_ask(o, WORLD_POLICE, "p.nowak", api_recall, json_pack(
	    "{s:s, s:s}", "observation", id, "reason", "wrong-fact")),
	    CLI_DONE);
	for (int i = 0; i < 3; i++)
		office_pass(o, CLOCK_SECOND_MS);
}

START_TEST(taken_back_when_it_was_read)
{
	reach_to(WORLD_SCHOOL, "k.other", "k@agency.example");
	reach_begin(WORLD_SCHOOL);
	reach_observe(false, "calls");
	reach_pass(30);
	ck_got(NOTICE("k@agency.example"));
	/* nobody had opened it: nobody need know */
	take_back();
	reach_pass(30);
	ck_got("");
	reach_observe(false, "follows");
	reach_pass(30);
	ck_got(NOTICE("k@agency.example"));
	ck_told(office_ask(o, WORLD_SCHOOL, "k.other", api_open, json_pack(
	    "{s:i}", "case", 1)), CLI_DONE);
	take_back();
	reach_pass(30);
	ck_got(NOTICE("k@agency.example"));
	reach_pass(60);
	ck_got("");
}
END_TEST

START_TEST(one_a_batch_and_not_before_its_end)
{
	reach_to(WORLD_SCHOOL, "k.other", "k@agency.example");
	o->c[WORLD_SCHOOL].jitter_minutes = 0;
	reach_begin(WORLD_SCHOOL);
	reach_to_end_of_batch();
	office_pass(o, 2 * CLOCK_SECOND_MS);
	reach_observe(false, "calls");
	reach_observe(true, "calls again");
	reach_observe(false, "and again");
	reach_to_end_of_batch();
	reach_finish();
	ck_got("");
	office_pass(o, 2 * CLOCK_SECOND_MS);
	reach_finish();
	ck_got(NOTICE("k@agency.example"));
	reach_pass(40);
	ck_got("");
	reach_observe(false, "calls");
	reach_pass(15);
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
		reach_to(WORLD_SCHOOL, account, mail);
	}
	reach_begin(WORLD_SCHOOL);
	reach_observe(false, "calls");
	reach_to_end_of_batch();
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
	reach_to(WORLD_SCHOOL, "k.other", "k@agency.example");
	reach_to(WORLD_SCHOOL, "t.reid", "cousin@agency.example");
	reach_to(WORLD_SCHOOL, "left", "left@agency.example");
	reach_to(WORLD_SCHOOL, "it", "it@agency.example");
	ck_ok(workers_end(o->a[WORLD_SCHOOL], "left", NULL));
	reach_begin(WORLD_SCHOOL);
	reach_observe(true, "calls");
	reach_pass(30);
	ck_got(NOTICE("k@agency.example"));
	/* who is put out while one is owed hears nothing either */
	reach_observe(false, "calls");
	reach_to_end_of_batch();
	o->c[WORLD_SCHOOL].jitter_minutes = 10;
	office_pass(o, CLOCK_SECOND_MS);
	if (access(got, F_OK) != 0) {
		ck_ok(workers_end(o->a[WORLD_SCHOOL], "k.other", NULL));
		reach_pass(30);
		ck_got("");
	}
}
END_TEST

static void
hand_over(const char *from, const char *to, const char *until)
{
	ck_told(office_ask(o, WORLD_SCHOOL, from, api_handover, json_pack(
	    "{s:s, s:b, s:s}", "to", to, "all", 1, "until", until)),
	    CLI_DONE);
}

/* Who is away is not told while somebody else is, but comes back. */
START_TEST(somebody_covers)
{
	char day[CLOCK_ISO_BYTES];

	office_worker(o, WORLD_SCHOOL, "cover", "Co Ver", RIGHT_WORKER);
	reach_to(WORLD_SCHOOL, "k.other", "k@agency.example");
	reach_to(WORLD_SCHOOL, "cover", "cover@agency.example");
	reach_begin(WORLD_SCHOOL);
	clock_iso_day(day, clock_now(&o->r->clock) + CLOCK_DAY_MS);
	hand_over("k.other", "cover", day);
	/* that work is handed over is an item like any other */
	reach_pass(30);
	ck_got(NOTICE("cover@agency.example"));
	reach_observe(false, "calls");
	reach_pass(30);
	ck_got(NOTICE("cover@agency.example"));
	for (int i = 0; i < 50; i++)
		office_pass(o, CLOCK_HOUR_MS);
	ck_told(office_ask(o, WORLD_SCHOOL, NULL, api_worker_notice,
	    json_pack("{s:s, s:b}", "account", "cover", "off", 1)),
	    CLI_DONE);
	reach_observe(false, "calls");
	reach_pass(30);
	ck_got(NOTICE("k@agency.example"));
}
END_TEST

/* A cover that must not know of the case, or hears nothing, is none. */
START_TEST(a_cover_that_is_none)
{
	char day[CLOCK_ISO_BYTES];

	office_worker(o, WORLD_SCHOOL, "mute", "Mu Te", RIGHT_WORKER);
	reach_to(WORLD_SCHOOL, "k.other", "k@agency.example");
	reach_to(WORLD_SCHOOL, "t.reid", "cousin@agency.example");
	reach_begin(WORLD_SCHOOL);
	clock_iso_day(day, clock_now(&o->r->clock) + CLOCK_DAY_MS);
	hand_over("k.other", "mute", day);
	hand_over("k.other", "t.reid", day);
	reach_pass(30);
	(void)unlink(got);
	reach_observe(true, "calls");
	reach_pass(30);
	ck_got(NOTICE("k@agency.example"));
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
	reach_begin(WORLD_SCHOOL);
	reach_observe(true, "calls");
	reach_pass(115);
	ck_got("");
	reach_pass(20);
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
	reach_to(WORLD_SCHOOL, "k.other", "k@agency.example");
	o->c[WORLD_SCHOOL].jitter_minutes = 0;
	reach_begin(WORLD_SCHOOL);
	test_file(fail, "");
	reach_observe(false, "calls");
	reach_to_end_of_batch();
	office_pass(o, 2 * CLOCK_SECOND_MS);
	reach_finish();
	ck_got(NOTICE("k@agency.example"));
	ck_assert_uint_eq(heard, 0);
	for (unsigned wait = 1; wait <= 4; wait *= 2) {
		reach_pass(wait - 1);
		ck_got("");
		reach_pass(1);
		ck_got(NOTICE("k@agency.example"));
	}
	ck_assert_uint_eq(heard, 1);
	(void)unlink(fail);
	reach_pass(8);
	ck_got(NOTICE("k@agency.example"));
	reach_pass(60);
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

	reach_to(WORLD_SCHOOL, "k.other", "k@agency.example");
	reach_begin(WORLD_SCHOOL);
	reach_observe(false, "calls");
	reach_to_end_of_batch();
	office_pass(o, CLOCK_SECOND_MS);
	(void)unlink(got);
	notices_destroy(&a->notices);
	ck_ok(notices_create(a));
	reach_pass(11);
	reach_finish();
	ck_ok(access(got, F_OK) == 0 ? ERR_NONE : ERR_NOTFOUND);
	(void)unlink(got);
	reach_observe(false, "calls");
	reach_to_end_of_batch();
	o->c[WORLD_SCHOOL].jitter_minutes = 0;
	office_pass(o, CLOCK_SECOND_MS);
	notices_destroy(&a->notices);
	reach_finish();
	ck_ok(notices_create(a));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, reach_teardown);
	tcase_add_test(tc, the_same_bytes_for_every_event);
	tcase_add_test(tc, taken_back_when_it_was_read);
	tcase_add_test(tc, one_a_batch_and_not_before_its_end);
	tcase_add_test(tc, by_chance);
	tcase_add_test(tc, who_is_told);
	tcase_add_test(tc, somebody_covers);
	tcase_add_test(tc, a_cover_that_is_none);
	tcase_add_test(tc, not_in_quiet_hours);
	tcase_add_test(tc, tried_again_later_and_later);
	tcase_add_test(tc, owed_across_a_restart);
}

int
main(void)
{
	return test_main("notices", fill, 120);
}
