/* audit.conf: two lines suffice, mistakes are named. */
#include <string.h>

#include "audit/config.h"
#include "keys/unlock.h"
#include "tests/support/test.h"

static enum error_code
load(const char *text, struct audit_config *c, struct why *why)
{
	char dir[TEST_PATH], path[TEST_PATH];

	test_dir(dir);
	test_path(path, dir, "audit.conf");
	test_file(path, text);
	why->text[0] = '\0';
	return audit_config_load(path, c, why);
}

START_TEST(test_two_lines)
{
	struct audit_config c;
	struct why why;

	ck_ok(load("[audit]\npartnership = /x/p.wlp\nmember = watch\n", &c,
	    &why));
	ck_assert_str_eq(c.partnership, "/x/p.wlp");
	ck_assert_str_eq(c.member, "watch");
	ck_assert_str_eq(c.state_dir, "/var/lib/wayleave-audit");
	ck_assert_str_eq(c.mirror, "/var/lib/wayleave-audit/mirror");
	ck_assert_int_eq(c.unlock, UNLOCK_PROMPT);
	ck_assert_str_eq(c.broker, "");
	ck_assert_int_eq(c.timeout_seconds, 30);
	audit_config_destroy(&c);
	ck_ok(load("[audit]\npartnership = /x/p.wlp\nmember = watch\n"
	    "mirror_dir = /srv/mirror\n[link]\ntimeout_seconds = 5\n", &c,
	    &why));
	ck_assert_str_eq(c.mirror, "/srv/mirror");
	ck_assert_int_eq(c.timeout_seconds, 5);
	audit_config_destroy(&c);
}
END_TEST

static const struct { const char *text, *says; } wrong[] = {
	{ "", "partnership" },
	{ "[audit]\nmember = watch\n", "partnership" },
	{ "[audit]\npartnership = /x\n", "member" },
	{ "[audit]\npartnership = p.wlp\nmember = watch\n",
	    "audit.conf:2: audit.partnership" },
	{ "[audit]\npartnership = /x\nmember = watch\nmember = me\n", ":4: " },
	{ "[audit]\npartnership = /x\nmember = watch\nmirror = /m\n",
	    ":4: " },
	{ "[audit]\npartnership = /x\nmember = watch\nunlock = tpm\n",
	    "audit.unlock" },
	{ "[audit]\npartnership = /x\nmember = watch\nunlock = command\n",
	    "unlock_command: must be given" },
	{ "[audit]\npartnership = /x\nmember = watch\n[link]\n"
	    "timeout_seconds = 0\n", "link.timeout_seconds" },
};

START_TEST(test_wrong)
{
	struct audit_config c;
	struct why why;

	ck_err(load(wrong[_i].text, &c, &why), ERR_CONFIG);
	ck_assert_msg(strstr(why.text, wrong[_i].says) != NULL, "%s",
	    why.text);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_two_lines);
	tcase_add_loop_test(tc, test_wrong, 0,
	    (int)(sizeof wrong / sizeof wrong[0]));
}

int
main(void)
{
	return test_main("config", fill, 20);
}
