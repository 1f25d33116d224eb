/* agent.conf: two lines are enough; a mistake is named by file, line, key. */
#include "agent/config.h"

#include <stdlib.h>
#include <string.h>

#include "agent/notices/runner.h"
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
	ck_assert_str_eq(c.desk_user, "wayleave-desk");
	ck_assert_int_eq(c.desk_auth, DESK_AUTH_LOCAL);
	ck_assert_int_eq(c.desk_totp, DESK_TOTP_REQUIRED);
	ck_assert_uint_eq(c.lock_ms, 600000);
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
	{ TWO "[desk]\nauth = none\n", ":5:", "auth" },
	{ TWO "[desk]\ntotp = no\n", ":5:", "totp" },
	{ TWO "[desk]\nlock_minutes = 0\n", ":5:", "lock_minutes" },
	{ TWO "[desk]\nlock_minutes = 61\n", ":5:", "lock_minutes" },
	{ TWO "[seal]\nepoch_life_days = 91\n", ":5:", "epoch_life_days" },
	{ TWO "[open]\nlease_hours = 25\n", ":5:", "lease_hours" },
	{ TWO "[mail]\nexpires_days = 15\n", ":5:", "expires_days" },
	{ TWO "[mial]\n", ":4:", "mial" },
	{ TWO "lease_hours = 3\n", ":4:", "lease_hours" },
	{ TWO "[alert]\ncommand = logger x\n", ":5:", "command" },
	{ TWO "[alert]\nduty_command = ./wake\n", ":5:", "duty_command" },
	{ TWO "[alert]\nmail_to = it@example.org\n", ":5:", "mail_to" },
	{ TWO "[notify]\ncommand = /a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n",
	    ":5:", "command" },
	{ TWO "[notify]\nlink = http://desk.example\n", ":5:", "link" },
	{ TWO "[notify]\nlink = https://desk.example/?n=3\n", ":5:", "link" },
	{ TWO "[notify]\nlink = https://desk.example/#3\n", ":5:", "link" },
	{ TWO "[notify]\nlink = https://u@desk.example/\n", ":5:", "link" },
	{ TWO "[notify]\ntext = a\tb\n", ":5:", "text" },
	{ TWO "[notify]\nsmtp_url = mail.example\n", ":5:", "smtp_url" },
	{ TWO "[notify]\nsmtp_url = smtp://mail.example\n", "",
	    "smtp_from" },
	{ TWO "[notify]\nsmtp_from = a@b.example\ncommand = /bin/x\n"
	    "smtp_url = smtps://mail.example\n", ":7:", "smtp_url" },
	{ TWO "[notify]\nsmtp_from = a@b.example\n"
	    "smtp_url = smtp://u:p@mail.example\n", ":6:", "smtp_url" },
	{ TWO "[notify]\nsmtp_from = a b@c\nsmtp_url = smtp://m\n", ":5:",
	    "smtp_from" },
	{ TWO "[notify]\ncommand = /bin/x\n[alert]\nmail_to = it\n", ":7:",
	    "mail_to" },
	{ TWO "[notify]\nbatch_minutes = 0\n", ":5:", "batch_minutes" },
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

START_TEST(commands)
{
	struct runner_command command[RUNNER_SLOTS];

	ck_ok(load(TWO "[alert]\ncommand = /usr/bin/logger -t x\n"
	    "[notify]\nsmtp_url = smtp://127.0.0.1:2525\n"
	    "smtp_from = desk@example.org\n"));
	ck_ok(agent_config_commands(&c, command, &why));
	ck_assert_str_eq(command[RUNNER_ALERT].argv[0], "/usr/bin/logger");
	ck_assert_str_eq(command[RUNNER_ALERT].argv[2], "x");
	ck_assert_ptr_null(command[RUNNER_DUTY].argv[0]);
	ck_assert_ptr_nonnull(strstr(command[RUNNER_NOTIFY].argv[0],
	    "/wayleave-mail"));
	ck_assert_str_eq(command[RUNNER_NOTIFY].argv[3], path);
	agent_config_destroy(&c);
	ck_ok(load(TWO));
	ck_ok(agent_config_commands(&c, command, &why));
	for (unsigned i = 0; i < RUNNER_SLOTS; i++)
		ck_assert_ptr_null(command[i].argv[0]);
	agent_config_destroy(&c);
	ck_ok(load(TWO "[desk]\nauth = pam\n"));
	ck_ok(agent_config_commands(&c, command, &why));
	ck_assert_ptr_nonnull(strstr(command[RUNNER_PAM].argv[0],
	    "/wayleave-pam"));
	ck_assert_ptr_null(command[RUNNER_PAM].argv[1]);
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
	tcase_add_test(tc, commands);
}

int
main(void)
{
	return test_main("agent config", fill, 30);
}
