/* Configuration: what is read, and how each mistake is named. */
#include "base/config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

struct values {
	const char *member, *dir;
	int64_t hours;
	bool ask;
	int backend;
	const char *text;
};

#define AT(field) offsetof(struct values, field)
static const struct config_key table[] = {
	{ "agent", "member", CONFIG_TEXT, AT(member), NULL, 1, 16, NULL,
	    "the agency's name" },
	{ "agent", "state_dir", CONFIG_PATH, AT(dir), "/var/lib/x", 1, 0,
	    NULL, "where it keeps things" },
	{ "open", "lease_hours", CONFIG_NUMBER, AT(hours), "8", 1, 24, NULL,
	    "how long an opened item stays open" },
	{ "open", "ask", CONFIG_BOOL, AT(ask), "no", 0, 0, NULL, NULL },
	{ "store", "backend", CONFIG_CHOICE, AT(backend), "sqlite", 0, 0,
	    "sqlite|postgres", "where rows are kept" },
	{ "store", "text", CONFIG_TEXT, AT(text), "", 0, 0, NULL, NULL },
};
#define N (sizeof table / sizeof *table)

static struct values v;
static struct why why;

static enum error_code
parse(const char *text, struct config **c)
{
	memset(&v, 0xee, sizeof v);
	why.text[0] = '\0';
	return config_parse("x.conf", bytes_str(text), table, N, &v, c,
	    &why);
}

START_TEST(defaults_and_values)
{
	struct config *c;

	ck_ok(parse("[agent]\nmember = northbank\n", &c));
	ck_assert_str_eq(v.member, "northbank");
	ck_assert_str_eq(v.dir, "/var/lib/x");
	ck_assert_int_eq(v.hours, 8);
	ck_assert(!v.ask);
	ck_assert_int_eq(v.backend, 0);
	ck_assert_str_eq(v.text, "");
	config_destroy(&c);
	ck_assert_ptr_null(c);
	config_destroy(&c);

	ck_ok(parse("# whole line\n\n[open]\r\n  lease_hours=24\t# why not\n"
	    "ask = yes\n[ store ]\nbackend = postgres\n"
	    "text = a = b #c and d#e\n[agent]\nmember=m\n[open]", &c));
	ck_assert_int_eq(v.hours, 24);
	ck_assert(v.ask);
	ck_assert_int_eq(v.backend, 1);
	ck_assert_str_eq(v.text, "a = b");
	config_destroy(&c);
}
END_TEST

static const struct {
	const char *text, *why;
} bad[] = {
	{ "", "x.conf: agent.member: is needed and has no default" },
	{ "[agent]\nmember =\n", "x.conf:2: agent.member: may not be empty" },
	{ "[agent]\nmember = seventeen-letters\n",
	    "x.conf:2: agent.member: must be 1 to 16 bytes long" },
	{ "member = a\n", "x.conf:1: stands before the first [section]" },
	{ "[agent]\nmember = a\nmember = b\n",
	    "x.conf:3: agent.member: given twice" },
	{ "[agent]\nmembre = a\n", "x.conf:2: agent.membre: no such key" },
	{ "[open]\nmember = a\n", "x.conf:2: open.member: no such key" },
	{ "\n[agents]\n", "x.conf:2: [agents]: no such section" },
	{ "[agent\n", "x.conf:1: a section reads [name]" },
	{ "[]\n", "x.conf:1: a section reads [name]" },
	{ "[agent]\nmember\n",
	    "x.conf:2: neither [section] nor key = value" },
	{ "[agent]\nmember = a\nstate_dir = var\n",
	    "x.conf:3: agent.state_dir: must be an absolute path" },
	{ "[agent]\nmember = a\n[open]\nlease_hours = 36\n",
	    "x.conf:4: open.lease_hours: 36 is above the limit 24" },
	{ "[agent]\nmember = a\n[open]\nlease_hours = 0\n",
	    "x.conf:4: open.lease_hours: 0 is below the limit 1" },
	{ "[agent]\nmember = a\n[open]\nlease_hours = 8h\n",
	    "x.conf:4: open.lease_hours: \"8h\" is not a whole number" },
	{ "[agent]\nmember = a\n[open]\nlease_hours =\n",
	    "x.conf:4: open.lease_hours: \"\" is not a whole number" },
	{ "[agent]\nmember = a\n[open]\nlease_hours = 99999999999999999999",
	    "x.conf:4: open.lease_hours: \"99999999999999999999\" is not a "
	    "whole number" },
	{ "[agent]\nmember = a\n[open]\nask = maybe\n",
	    "x.conf:4: open.ask: must be yes or no" },
	{ "[agent]\nmember = a\n[store]\nbackend = sql\n",
	    "x.conf:4: store.backend: must be one of sqlite|postgres" },
	{ "[agent]\nmember = a\n[store]\nbackend = sqlite|postgres\n",
	    "x.conf:4: store.backend: must be one of sqlite|postgres" },
	{ "[agent]\nmember = a\001b\n", "x.conf:2: a control character" },
};

START_TEST(mistakes_are_named)
{
	struct config *c;

	ck_err(parse(bad[_i].text, &c), ERR_CONFIG);
	ck_assert_str_eq(why.text, bad[_i].why);
	ck_assert_ptr_null(c);
}
END_TEST

START_TEST(not_text)
{
	char *big = malloc(CONFIG_MAX_BYTES + 2);
	struct config *c;

	ck_err(config_parse("x", bytes_of("[agent]\nmember = a\0b\n", 21),
	    table, N, &v, &c, &why), ERR_CONFIG);
	memset(big, '\n', CONFIG_MAX_BYTES + 1);
	big[CONFIG_MAX_BYTES + 1] = '\0';
	ck_err(parse(big, &c), ERR_CONFIG);
	memset(big, 'x', CONFIG_MAX_BYTES);
	memcpy(big, "[store]\ntext = ", 15);
	big[CONFIG_MAX_BYTES] = '\0';
	ck_err(parse(big, &c), ERR_CONFIG);
	ck_assert_str_eq(why.text, "x.conf:2: store.text: too long");
	free(big);
}
END_TEST

START_TEST(from_a_file)
{
	char dir[TEST_PATH], path[TEST_PATH];
	struct config *c;

	test_dir(dir);
	test_path(path, dir, "a.conf");
	ck_err(config_load(path, table, N, &v, &c, &why), ERR_NOTFOUND);
	ck_assert_ptr_nonnull(strstr(why.text, path));
	test_file(path, "[agent]\nmember = a\n[open]\nask = yes\n");
	ck_ok(config_load(path, table, N, &v, &c, &why));
	ck_assert_str_eq(v.member, "a");
	ck_err(config_error(c, "open", "ask", "not today", &why),
	    ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(why.text,
	    "a.conf:4: open.ask: not today"));
	config_destroy(&c);
}
END_TEST

static char *
printed(const struct config *c, bool all)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	config_print(c, f, all);
	fclose(f);
	return text;
}

START_TEST(printing_can_be_read_back)
{
	struct config *c, *back;
	char *text, *again;

	ck_ok(parse("[agent]\nmember = a\n[store]\nbackend = postgres\n",
	    &c));
	text = printed(c, false);
	ck_assert_str_eq(text, "[agent]\nmember = a\n\n[store]\n"
	    "backend = postgres\n");
	free(text);
	text = printed(c, true);
	ck_assert_ptr_nonnull(strstr(text, "# how long an opened item stays "
	    "open\n#lease_hours = 8\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nbackend = postgres\n"));
	ck_ok(parse(text, &back));
	again = printed(back, true);
	ck_assert_str_eq(text, again);
	free(text);
	free(again);
	config_destroy(&c);
	config_destroy(&back);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, defaults_and_values);
	tcase_add_loop_test(tc, mistakes_are_named, 0,
	    sizeof bad / sizeof *bad);
	tcase_add_test(tc, not_text);
	tcase_add_test(tc, from_a_file);
	tcase_add_test(tc, printing_can_be_read_back);
}

int
main(void)
{
	return test_main("config", fill, 20);
}
