/* desk.conf: an empty one is enough; a mistake is named by file, line, key. */
#include "agent/desk/config.h"

#include <string.h>

#include "tests/support/test.h"

static struct desk_config c;
static struct why why;

static enum error_code
load(const char *text)
{
	char dir[TEST_PATH], path[TEST_PATH];

	test_dir(dir);
	test_path(path, dir, "desk.conf");
	test_file(path, text);
	why.text[0] = '\0';
	return desk_config_load(path, &c, &why);
}

START_TEST(nothing_is_enough)
{
	ck_ok(load(""));
	ck_assert_str_eq(c.listen, "127.0.0.1:7645");
	ck_assert_str_eq(c.agent, "/run/wayleave-agent/agent.sock");
	ck_assert_uint_eq(c.n_hosts, 2);
	ck_assert_str_eq(c.host[0], "127.0.0.1:7645");
	ck_assert_str_eq(c.host[1], "localhost:7645");
	ck_assert_uint_eq(c.socket_mode, 0660);
	ck_assert(!c.secure);
	desk_config_destroy(&c);
}
END_TEST

START_TEST(hosts)
{
	ck_ok(load("[desk]\nhosts = Desk.Agency.example  other:8443\n"));
	ck_assert_uint_eq(c.n_hosts, 2);
	ck_assert_str_eq(c.host[0], "desk.agency.example");
	ck_assert_str_eq(c.host[1], "other:8443");
	desk_config_destroy(&c);
	ck_ok(load("[desk]\nlisten = /run/desk.sock\n"));
	ck_assert_uint_eq(c.n_hosts, 1);
	ck_assert_str_eq(c.host[0], "localhost");
	desk_config_destroy(&c);
}
END_TEST

static const struct {
	const char *text, *key;
} bad[] = {
	{ "[desk]\nhosts = a b c d e f g h i\n", "hosts" },
	{ "[desk]\nhosts = http://desk.example\n", "hosts" },
	{ "[desk]\nhosts = *\n", "hosts" },
	{ "[desk]\nhide_url = javascript:alert(1)\n", "hide_url" },
	{ "[desk]\nhide_url = https://x\"><script>\n", "hide_url" },
	{ "[desk]\nhide_url = /somewhere\n", "hide_url" },
	{ "[desk]\nsocket_mode = 689\n", "socket_mode" },
	{ "[desk]\nagent = agent.sock\n", "agent" },
	{ "[desk]\ntls = maybe\n", "tls" },
	{ "[desk]\nconnections = 1\n", "connections" },
	{ "[desk]\nauth = pam\n", "auth" },
};

START_TEST(mistakes_are_named)
{
	ck_err(load(bad[_i].text), ERR_CONFIG);
	ck_assert_msg(strstr(why.text, ":2: ") != NULL &&
	    strstr(why.text, bad[_i].key) != NULL, "%s", why.text);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, nothing_is_enough);
	tcase_add_test(tc, hosts);
	tcase_add_loop_test(tc, mistakes_are_named, 0,
	    sizeof bad / sizeof bad[0]);
}

int
main(void)
{
	return test_main("desk-config", fill, 5);
}
