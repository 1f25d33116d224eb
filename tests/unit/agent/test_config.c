/* agent.conf: two lines are enough; a mistake is named by file, line, key. */
#include "agent/config.h"

#include <stdlib.h>
#include <string.h>

#include "keys/unlock.h"
#include "tests/support/test.h"

static char path[TEST_PATH];
static struct agent_config c;
static struct why why;

static enum error_code
load(const char *text)
{
	char dir[TEST_PATH];

	test_dir(dir);
	test_path(path, dir, "agent.conf");
	test_file(path, text);
	why.text[0] = '\0';
	return agent_config_load(path, &c, &why);
}

START_TEST(two_lines_are_enough)
{
	ck_ok(load("[agent]\npartnership = /etc/x.wlp\nmember = school\n"));
	ck_assert_str_eq(c.member, "school");
	ck_assert_str_eq(c.partnership, "/etc/x.wlp");
	ck_assert_str_eq(c.lawful_basis, "LB2");
	ck_assert_uint_eq(c.socket_mode, 0666);
	ck_assert_int_eq(c.clock_skew_seconds, 300);
	ck_assert_uint_eq(c.epoch_hours, 24);
	ck_assert_uint_eq(c.epoch_life_days, 14);
	ck_assert_int_eq(c.lease_hours, 8);
	ck_assert_int_eq(c.expires_days, 14);
	agent_config_destroy(&c);
}
END_TEST

#define TWO "[agent]\npartnership = /x.wlp\nmember = school\n"

static const struct {
	const char *text, *at, *key;    /* ":4: " and what is named */
} bad[] = {
	{ "[agent]\nmember = school\n", "", "partnership" },
	{ "[agent]\npartnership = /x.wlp\n", "", "member" },
	{ TWO "membr = x\n", ":4:", "membr" },
	{ TWO "member = again\n", ":4:", "member" },
	{ TWO "state_dir = relative\n", ":4:", "state_dir" },
	{ TWO "unlock = never\n", ":4:", "unlock" },
	{ TWO "unlock = command\n", "", "unlock_command" },
	{ TWO "socket_mode = 698\n", ":4:", "socket_mode" },
	{ TWO "socket_mode = 7777\n", ":4:", "socket_mode" },
	{ TWO "[link]\nclock_skew_seconds = 301\n", ":5:",
	    "clock_skew_seconds" },
	{ TWO "[link]\nclock_skew_seconds = 0\n", ":5:",
	    "clock_skew_seconds" },
	{ TWO "[seal]\nepoch_hours = 24h\n", ":5:", "epoch_hours" },
	{ TWO "[seal]\nepoch_life_days = 91\n", ":5:", "epoch_life_days" },
	{ TWO "[open]\nlease_hours = 25\n", ":5:", "lease_hours" },
	{ TWO "[mail]\nexpires_days = 15\n", ":5:", "expires_days" },
	{ TWO "[mial]\n", ":4:", "mial" },
	{ TWO "lease_hours = 3\n", ":4:", "lease_hours" },
};
enum { BAD = sizeof bad / sizeof bad[0] };

START_TEST(a_mistake_is_named)
{
	ck_err(load(bad[_i].text), ERR_CONFIG);
	ck_assert_msg(strncmp(why.text, path, strlen(path)) == 0, "%s",
	    why.text);
	ck_assert_msg(strstr(why.text, bad[_i].at) != NULL, "%s not in %s",
	    bad[_i].at, why.text);
	ck_assert_msg(strstr(why.text, bad[_i].key) != NULL, "%s not in %s",
	    bad[_i].key, why.text);
}
END_TEST

START_TEST(no_file)
{
	ck_assert_int_ne(agent_config_load("/nonexistent/agent.conf", &c,
	    &why), ERR_NONE);
	ck_assert_ptr_nonnull(strstr(why.text, "/nonexistent/agent.conf"));
}
END_TEST

START_TEST(modes_are_octal)
{
	ck_ok(load(TWO "socket_mode = 660\nunlock = command\n"
	    "unlock_command = /bin/pass\n"));
	ck_assert_uint_eq(c.socket_mode, 0660);
	ck_assert_int_eq(c.unlock, UNLOCK_COMMAND);
	agent_config_destroy(&c);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, two_lines_are_enough);
	tcase_add_loop_test(tc, a_mistake_is_named, 0, BAD);
	tcase_add_test(tc, no_file);
	tcase_add_test(tc, modes_are_octal);
}

int
main(void)
{
	return test_main("agent config", fill, 30);
}
