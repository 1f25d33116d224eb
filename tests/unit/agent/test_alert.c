/*
 * Alerts: every number of the log goes out, at most hourly, with nothing but
 * its number and sentence; what fails is tried again.
 */
#include "agent/notices/alert.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/config.h"
#include "agent/notices/runner.h"
#include "base/log.h"
#include "tests/support/test.h"

static char dir[TEST_PATH], got[TEST_PATH], fail[TEST_PATH];
static struct agent_config config;
static struct clock_fake fake;
static struct agent a;

/* Each run appends what it read to `got`, and fails while `fail` is there. */
static void
start(bool command, bool mail)
{
	struct runner_command c[RUNNER_SLOTS];
	char path[TEST_PATH], line[3 * TEST_PATH + 16];

	memset(c, 0, sizeof c);
	test_dir(dir);
	test_path(got, dir, "got");
	test_path(fail, dir, "fail");
	test_path(path, dir, "script");
	test_file(path, "cat >>\"$1\"; test ! -e \"$2\"\n");
	snprintf(line, sizeof line, "/bin/sh %s %s %s", path, got, fail);
	if (command)
		ck_ok(runner_words(line, &c[RUNNER_ALERT], NULL));
	if (mail)
		ck_ok(runner_words(line, &c[RUNNER_NOTIFY], NULL));
	c[RUNNER_ALERT].seconds = c[RUNNER_NOTIFY].seconds = 20;
	config = (struct agent_config){ .alert_mail_to = mail ?
	    "it@agency.example" : "" };
	fake = (struct clock_fake){ .now = 1000000, .boot = 1000000 };
	memset(&a, 0, sizeof a);
	a.config = &config;
	a.clock = clock_fake_of(&fake);
	a.trouble = TROUBLE_NONE;
	ck_ok(runner_create(c, &a.runner, NULL));
	ck_ok(alerts_create(&a.alerts));
}

static void
teardown(void)
{
	alerts_destroy(&a.alerts);
	runner_destroy(&a.runner);
}

/* A turn, and everything it started comes to its end. */
static void
turn(void)
{
	alerts_turn(&a);
	while (runner_busy(a.runner) > 0) {
		struct pollfd p = { runner_fd(a.runner), POLLIN, 0 };

		ck_assert_int_eq(poll(&p, 1, 30000), 1);
		runner_ready(a.runner);
	}
}

/* What came since the last look. */
static void
ck_got(const char *want)
{
	char *text = access(got, F_OK) == 0 ? test_slurp(got) : strdup("");

	ck_assert_str_eq(text, want);
	free(text);
	(void)unlink(got);
}

/* Two came, in one turn and at the same time: in either order. */
static void
ck_got_both(const char *one, const char *other)
{
	char *text = access(got, F_OK) == 0 ? test_slurp(got) : strdup("");

	ck_assert_uint_eq(strlen(text), strlen(one) + strlen(other));
	ck_assert_ptr_nonnull(strstr(text, one));
	ck_assert_ptr_nonnull(strstr(text, other));
	free(text);
	(void)unlink(got);
}

#define DISK "Wayleave WL-047, can wait until 08:00: no\n" \
	"The disk is nearly full.\n"
#define LOCKED "Wayleave WL-071, can wait until 08:00: no\n" \
	"The agent is locked and waits for a passphrase.\n"

START_TEST(a_number_goes_out_without_the_line)
{
	start(true, false);
	turn();
	ck_got("");
	log_error(47, "a name", "do this", "of %s", "somebody");
	turn();
	ck_got(DISK);
	turn();
	ck_got("");
}
END_TEST

START_TEST(at_most_once_an_hour)
{
	start(true, false);
	for (unsigned i = 0; i < 20; i++)
		log_error(47, "disk", NULL, "x");
	turn();
	ck_got(DISK);
	log_error(47, "disk", NULL, "x");
	clock_fake_add(&fake, CLOCK_HOUR_MS - 1000);
	turn();
	/* locked has lasted by then; the disk waits for its hour */
	ck_got(LOCKED);
	clock_fake_add(&fake, 1000);
	turn();
	ck_got(DISK);
	clock_fake_add(&fake, CLOCK_HOUR_MS);
	turn();
	ck_got("");
}
END_TEST

START_TEST(what_only_stands_in_the_log)
{
	start(true, false);
	log_warning(67, "arrow key", NULL, "x");
	log_error(0, "x", NULL, "without a number");
	turn();
	ck_got("");
	/* one that nobody wrote down is told all the same */
	log_warning(127, "x", NULL, "x");
	log_warning(4000, "x", NULL, "x");
	turn();
	ck_got("Wayleave WL-127, can wait until 08:00: no\n"
	    "See the log of the agent.\n");
}
END_TEST

START_TEST(locked_is_told_within_two_minutes)
{
	start(true, false);
	turn();
	clock_fake_add(&fake, 59 * CLOCK_SECOND_MS);
	turn();
	ck_got("");
	clock_fake_add(&fake, CLOCK_SECOND_MS);
	turn();
	ck_got(LOCKED);
	/* once, as long as it lasts */
	clock_fake_add(&fake, 3 * CLOCK_HOUR_MS);
	turn();
	ck_got("");
}
END_TEST

START_TEST(by_mail_too)
{
	start(true, true);
	log_error(47, "disk", NULL, "x");
	turn();
	/* two programs at the same time: either may be first */
	if (access(got, F_OK) == 0) {
		char *text = test_slurp(got);

		ck_assert_msg(strcmp(text, DISK "it@agency.example\n" DISK) == 0 || strcmp(text, "it@agency.example\n" DISK DISK) == 0,
		    "%s", text);
		free(text);
	} else {
		ck_abort_msg("nothing came");
	}
}
END_TEST

START_TEST(what_fails_is_tried_again)
{
	start(true, false);
	test_file(fail, "");
	log_error(47, "disk", NULL, "x");
	turn();
	ck_got(DISK);
	turn();
	ck_got("");
	clock_fake_add(&fake, CLOCK_MINUTE_MS - 1);
	turn();
	ck_got("");
	clock_fake_add(&fake, 1);
	turn();
	ck_got_both(DISK, LOCKED);
	clock_fake_add(&fake, CLOCK_MINUTE_MS);
	turn();
	ck_got(LOCKED);
	(void)unlink(fail);
	clock_fake_add(&fake, CLOCK_MINUTE_MS);
	turn();
	ck_got(DISK);
	clock_fake_add(&fake, CLOCK_MINUTE_MS);
	turn();
	ck_got(LOCKED);
	clock_fake_add(&fake, 5 * CLOCK_MINUTE_MS);
	turn();
	ck_got("");
}
END_TEST

START_TEST(nobody_to_tell)
{
	start(false, false);
	log_error(47, "disk", NULL, "x");
	turn();
	ck_got("");
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, a_number_goes_out_without_the_line);
	tcase_add_test(tc, at_most_once_an_hour);
	tcase_add_test(tc, what_only_stands_in_the_log);
	tcase_add_test(tc, locked_is_told_within_two_minutes);
	tcase_add_test(tc, by_mail_too);
	tcase_add_test(tc, what_fails_is_tried_again);
	tcase_add_test(tc, nobody_to_tell);
}

int
main(void)
{
	return test_main("alert", fill, 60);
}
