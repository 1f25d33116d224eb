/*
 * Consent through the verbs: a case opened, a set signed in one act, what is
 * refused before and after, renewal, withdrawal.
 */
#include "agent/keyring.h"
#include "tests/unit/agent/consent_case.h"

static struct office *o;
static struct secrets s;

static void
setup(void)
{
	o = office_create();
	case_workers(o);
}

static void
teardown(void)
{
	office_destroy(&o);
}

START_TEST(case_opened)
{
	struct store_case k;
	uint8_t id[WIRE_CASE], key[32];
	const struct told *t;
	struct phrase p, q;

	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_case_open,
	    json_pack("{s:s, s:s}", "reference", "NB-17", "language", "pl"));
	ck_told(t, CLI_DONE);
	case_take_secrets(t->result, &s);
	ck_ok(phrase_parse(bytes_str(s.stop), PHRASE_STOP, &p, NULL));
	ck_ok(phrase_parse(bytes_str(s.forced), PHRASE_STOP, &q, NULL));
	ck_assert_mem_eq(p.word, q.word, PHRASE_SHARED * sizeof p.word[0]);
	ck_ok(phrase_parse(bytes_str(s.pass), PHRASE_PASS, &p, NULL));
	case_id(o, id);
	/* the broker has the case, its custodian and no more than that */
	ck_ok(store_case(o->r->store, id, &k));
	ck_assert_str_eq(k.custodian, "refuge");
	ck_assert(k.phrases_in_force);
	ck_ok(keyring_case(o->a[WORLD_CUSTODIAN], id, key));
	/* one reference, one case; and only who may opens */
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_case_open,
	    json_pack("{s:s}", "reference", "NB-17"));
	ck_told(t, CLI_INPUT);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_case_open,
	    json_pack("{s:s}", "language", "xx"));
	ck_told(t, CLI_INPUT);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_case_open,
	    json_object());
	ck_told(t, CLI_NO);
}
END_TEST

/* One signing, N plain permissions, each with its terms at both ends. */
START_TEST(set_signed_in_one_act)
{
	const struct told *t;
	uint8_t id[WIRE_CASE], grant[WIRE_HASH];
	struct terms terms;
	const json_t *list;

	case_open(o, &s);
	t = case_consent(o, &s);
	list = json_object_get(t->result, "grants");
	ck_assert_uint_eq(json_array_size(list), 5);
	ck_assert_uint_eq(case_count(list, "admitted"), 5);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "introductions")), 2);
	ck_assert_ptr_null(json_object_get(t->result, "stop"));
	ck_assert(hex_decode(grant, WIRE_HASH, case_grant(o, 0)));
	case_id(o, id);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	ck_ok(cases_terms(o->a[WORLD_POLICE], grant, &terms));
	ck_assert_str_eq(terms.recipient, "school");
	ck_assert_uint_eq(terms.scopes, SCOPE_BIT(SCOPE_C1) |
	    SCOPE_BIT(SCOPE_C2));
	ck_ok(cases_terms(o->a[WORLD_SCHOOL], grant, &terms));
	ck_assert_uint_eq(case_status(o, "in-force"), 5);
}
END_TEST

/* The arrow's two ends hold its key, and only they and the custodian. */
START_TEST(arrow_keys_reach_the_ends_alone)
{
	uint8_t id[WIRE_CASE], x[32], y[32], z[32];

	case_open(o, &s);
	case_consent(o, &s);
	case_id(o, id);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	ck_ok(keyring_arrow(o->a[WORLD_CUSTODIAN], id, "police", "school", x));
	ck_ok(keyring_arrow(o->a[WORLD_POLICE], id, "police", "school", y));
	ck_ok(keyring_arrow(o->a[WORLD_SCHOOL], id, "police", "school", z));
	ck_assert_mem_eq(x, y, 32);
	ck_assert_mem_eq(x, z, 32);
	ck_err(keyring_arrow(o->a[WORLD_POLICE], id, "school", "refuge", x),
	    ERR_NOTFOUND);
}
END_TEST

static enum error_code
gather_bodies(void *ctx, uint64_t idx, const uint8_t commitment[static 32],
    const uint8_t *salt, struct bytes body)
{
	(void)idx;
	(void)commitment;
	(void)salt;
	buf_put(ctx, body.data, body.n);
	return ERR_NONE;
}

/* Names, codes and secrets are in no entry that the broker holds. */
START_TEST(broker_learns_nothing)
{
	static const char *const never[] = { "Marketa", "Aleksander", "Reid",
	    "PU01", "\"C1\"", "cousin", "NB-17", "susan" };
	struct store_head head;
	struct buf all;

	case_open(o, &s);
	case_consent(o, &s);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	ck_ok(store_head(o->r->store, &head));
	buf_init(&all, 64 * 1024 * 1024);
	ck_ok(store_entries(o->r->store, 0, head.size, gather_bodies, &all));
	ck_assert(buf_ok(&all));
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		ck_assert_msg(memmem(all.data, all.n, never[i],
		    strlen(never[i])) == NULL, "%s", never[i]);
	ck_assert_ptr_null(memmem(all.data, all.n, s.pass, strlen(s.pass)));
	buf_free(&all);
}
END_TEST

START_TEST(preview_signs_nothing)
{
	json_t *in;
	struct store_head before, after;
	const struct told *t;
	const json_t *line;

	case_open(o, &s);
	ck_ok(store_head(o->r->store, &before));
	in = case_request(&s, NULL);
	json_object_del(in, "passphrase");
	json_object_set_new(in, "dry_run", json_true());
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_consent, in);
	ck_told(t, CLI_DONE);
	line = json_array_get(json_object_get(t->result, "lines"), 0);
	ck_assert_ptr_nonnull(strstr(office_str(line, "words"),
	    "The police may tell The school"));
	ck_assert_int_eq(json_integer_value(json_object_get(line, "days")),
	    60);
	ck_ok(store_head(o->r->store, &after));
	ck_assert_uint_eq(before.size, after.size);
	ck_assert_uint_eq(case_status(o, "in-force"), 0);
}
END_TEST

/* Every refusal before signing: which rule, which line, nothing signed. */
START_TEST(lines_are_checked_first)
{
	static const struct {
		const char *where, *key, *json, *rule;
	} row[] = {
		{ "conversation", "asked_alone", "\"no\"", "R8" },
		{ "conversation", "pressed", "\"yes\"", "R8" },
		{ "conversation", "told_how_to_stop", "false", "R8" },
		{ "conversation", "grantor", "\"P1\"", "R10" },
		{ "conversation", "conflict_found", "\"yes\"", "R13" },
		{ "grant", "duty_confirmed", "false", "R18" },
		{ "grant", "days", "91", "R4" },
		{ "grant", "from", "\"school\"", "R3" },
		{ "grant", "from", "\"nobody-there\"", "R3" },
		{ "grant", "withhold_from", "[\"P1\"]", "R18" },
		{ "grant", "scopes", "[\"SG1\"]", "R3" },
		{ "grant", "scopes", "[\"C1\",\"SG1\"]", "R12" },
	};
	const struct told *t;

	case_open(o, &s);
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		json_t *in = case_request(&s, NULL), *at;

		at = json_object_get(json_object_get(in, "set"),
		    "conversation");
		if (strcmp(row[i].where, "grant") == 0)
			at = json_array_get(json_object_get(json_object_get(in,
			    "set"), "grants"), 0);
		json_object_set_new(at, row[i].key, json_loads(row[i].json,
		    JSON_DECODE_ANY, NULL));
		t = office_ask(o, WORLD_CUSTODIAN, "susan", api_consent, in);
		ck_assert_msg(t->code == CLI_NO, "%s: %d %s", row[i].key,
		    t->code, t->words);
		ck_assert_str_eq(office_str(t->result, "rule"), row[i].rule);
		ck_assert_str_eq(office_str(t->result, "name"), "G1");
	}
	ck_assert_uint_eq(case_status(o, "in-force"), 0);
}
END_TEST

START_TEST(form_is_named)
{
	static const struct { const char *key, *json, *says; } row[] = {
		{ "schema", "\"wayleave/consent-set/2\"", "schema" },
		{ "grants", "[]", "grants" },
		{ "grants", "[{\"from\":\"police\",\"to\":\"school\"}]",
		    "to" },
		{ "extra", "1", "extra" },
		{ "conversation", "null", "conversation" },
	};
	const struct told *t;

	case_open(o, &s);
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		json_t *in = case_request(&s, NULL);

		json_object_set_new(json_object_get(in, "set"), row[i].key,
		    json_loads(row[i].json, JSON_DECODE_ANY, NULL));
		t = office_ask(o, WORLD_CUSTODIAN, "susan", api_consent, in);
		ck_told(t, CLI_INPUT);
		ck_assert_msg(strstr(t->words, row[i].says) != NULL, "%s",
		    t->words);
	}
}
END_TEST

START_TEST(wrong_passphrase_signs_nothing)
{
	const struct told *t;
	struct secrets other = s;
	struct phrase p;

	case_open(o, &s);
	strcpy(other.pass, "these are not six right words");
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_consent,
	    case_request(&other, NULL));
	ck_told(t, CLI_NO);
	ck_assert_ptr_nonnull(strstr(t->words, "ask again"));
	phrase_draw_pass(&p);
	phrase_format(&p, WORDS_EN, other.pass);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_consent,
	    case_request(&other, NULL));
	ck_told(t, CLI_NO);
	ck_assert_ptr_nonnull(strstr(t->words, "not the passphrase"));
	ck_assert_uint_eq(case_status(o, "in-force"), 0);
	ck_assert_uint_eq(case_status(o, "waiting"), 0);
}
END_TEST

/* What was typed does not stay in the request. */
START_TEST(passphrase_is_wiped)
{
	json_t *in, *pass;

	case_open(o, &s);
	in = case_request(&s, "second");
	pass = json_incref(json_object_get(in, "passphrase"));
	office_ask(o, WORLD_CUSTODIAN, "susan", api_consent, in);
	ck_told(&o->told, CLI_DONE);
	ck_assert_int_eq(json_string_value(pass)[0], '\0');
	json_decref(pass);
}
END_TEST

START_TEST(only_while_connected)
{
	const struct told *t;

	case_open(o, &s);
	office_disconnect(o, WORLD_CUSTODIAN);
	office_settle(o);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_consent,
	    case_request(&s, "second"));
	ck_told(t, CLI_NOT_NOW);
	ck_assert_ptr_nonnull(strstr(t->words, "only while connected"));
}
END_TEST

/* Without a second worker's waiver a new receiver waits until tomorrow. */
START_TEST(cooling_off)
{
	const struct told *t;

	case_open(o, &s);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_consent,
	    case_request(&s, NULL));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(case_status(o, "cooling"), 5);
	ck_assert_uint_eq(json_array_size(json_object_get(o->told.result,
	    "introductions")), 2);
	office_pass(o, 24 * CLOCK_HOUR_MS + CLOCK_MINUTE_MS);
	ck_assert_uint_eq(case_status(o, "in-force"), 5);
	/* the introductions went by themselves */
	ck_assert_uint_eq(json_array_size(json_object_get(o->told.result,
	    "introductions")), 0);
}
END_TEST

START_TEST(waiver_needs_another)
{
	static const char *const who[] = { "susan", "nobody-here" };
	const struct told *t;

	case_open(o, &s);
	for (unsigned i = 0; i < 2; i++) {
		t = office_ask(o, WORLD_CUSTODIAN, "susan", api_consent,
		    case_request(&s, who[i]));
		ck_told(t, CLI_NO);
		ck_assert_ptr_nonnull(strstr(t->words, "waiver"));
	}
}
END_TEST

/* The same terms again: the same sixteen labels, new answers in private. */
START_TEST(renewal)
{
	uint8_t id[WIRE_CASE];
	struct grant g[RULES_GRANTS_MAX];
	const struct told *t;
	char grant[80];
	const json_t *line;
	unsigned n;

	case_open(o, &s);
	case_consent(o, &s);
	snprintf(grant, sizeof grant, "%.8s", case_grant(o, 0));
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_case_renew,
	    json_pack("{s:s}", "case", "NB-17"));
	ck_told(t, CLI_DONE);
	line = json_array_get(json_object_get(t->result, "lines"), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "lines")), 5);
	ck_assert_int_ge(json_integer_value(json_object_get(line, "used")),
	    0);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_case_renew,
	    json_pack("{s:s, s:[s], s:s}", "case", "NB-17", "renew", grant,
	    "passphrase", s.pass));
	ck_told(t, CLI_NO);
	ck_assert_str_eq(office_str(t->result, "rule"), "R8");
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_case_renew,
	    json_pack("{s:s, s:[s], s:s, s:s, s:s, s:s, s:i, s:s}", "case",
	    "NB-17", "renew", grant, "passphrase", s.pass, "asked_alone",
	    "yes", "safe_now", "yes", "pressed", "no", "days", 30, "method",
	    "phone"));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "grants")), 1);
	case_id(o, id);
	ck_ok(store_grants(o->r->store, id, "police", "school", g, &n));
	ck_assert_uint_eq(n, 2);
	ck_assert_mem_eq(g[0].label, g[1].label, sizeof g[0].label);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_case_renew,
	    json_pack("{s:s, s:[s], s:s}", "case", "NB-17", "renew",
	    "ffffffff", "passphrase", s.pass));
	ck_told(t, CLI_INPUT);
}
END_TEST

/* Her custodian heard it by phone: no passphrase, one arrow, the rest stay. */
START_TEST(withdrawn_by_phone)
{
	const struct told *t;
	char grant[80];

	case_open(o, &s);
	case_consent(o, &s);
	snprintf(grant, sizeof grant, "%.8s", case_grant(o, 1));
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw,
	    json_pack("{s:s, s:s, s:s}", "case", "NB-17", "grant", grant,
	    "heard", "phone"));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(case_status(o, "ended"), 1);
	ck_assert_uint_eq(case_status(o, "in-force"), 4);
	ck_assert_uint_eq(case_tasks(o, "check-in"), 1);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw,
	    json_pack("{s:s, s:s}", "case", "NB-17", "grant", grant));
	ck_told(t, CLI_NO);
}
END_TEST

START_TEST(withdrawn_with_her_key)
{
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw,
	    json_pack("{s:s, s:b, s:s}", "case", "NB-17", "all", 1,
	    "passphrase", s.pass));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(case_status(o, "ended"), 5);
}
END_TEST

/* A whole agency; and an agency declines its own arrows, not others'. */
START_TEST(withdrawn_by_agency)
{
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	t = office_ask(o, WORLD_SCHOOL, "t.reid", api_withdraw, json_pack(
	    "{s:i, s:b}", "case", 1, "all", 1));
	ck_told(t, CLI_INPUT);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_withdraw, json_pack(
	    "{s:i, s:s}", "case", 1, "member", "school"));
	ck_told(t, CLI_DONE);
	/* police <-> school both ways; school -> refuge is not theirs */
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "withdrawn")), 2);
	office_settle(o);
	ck_assert_uint_eq(case_status(o, "ended"), 2);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw, json_pack(
	    "{s:s, s:s}", "case", "NB-17", "member", "school"));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(case_status(o, "ended"), 4);
}
END_TEST

/* Offline it is kept, goes first, and the desk says to use the telephone. */
START_TEST(withdrawn_offline)
{
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	office_disconnect(o, WORLD_CUSTODIAN);
	office_settle(o);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw, json_pack(
	    "{s:s, s:s}", "case", "NB-17", "member", "school"));
	ck_told(t, CLI_NOT_NOW);
	ck_assert_ptr_nonnull(strstr(t->words, "telephone"));
	office_connect(o, WORLD_CUSTODIAN);
	office_settle(o);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	ck_assert_uint_eq(case_status(o, "ended"), 4);
}
END_TEST

START_TEST(others_know_no_case)
{
	const struct told *t;
	char first[2048];

	case_open(o, &s);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_consent_status,
	    json_pack("{s:i}", "case", 1));
	ck_told(t, CLI_NO);
	snprintf(first, sizeof first, "%s", t->words);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_withdraw, json_pack(
	    "{s:s, s:s}", "case", "NB-17", "member", "school"));
	ck_told(t, CLI_NO);
	ck_assert_str_eq(t->words, first);
}
END_TEST

static const json_t *
status_of(const char *from, const char *to)
{
	const struct told *t = office_ask(o, WORLD_CUSTODIAN, "susan",
	    api_consent_status, json_pack("{s:s}", "case", "NB-17"));
	const json_t *v;
	size_t i;

	ck_told(t, CLI_DONE);
	ck_assert_str_eq(office_str(t->result, "language"), "en");
	json_array_foreach(json_object_get(t->result, "grants"), i, v)
		if (strcmp(office_str(v, "from"), from) == 0 &&
		    strcmp(office_str(v, "to"), to) == 0)
			return v;
	ck_abort_msg("no permission from %s to %s", from, to);
}

static void
ck_rule(const char *from, const char *to, const char *state,
    const char *rule, const char *words)
{
	const json_t *v = status_of(from, to);

	ck_assert_str_eq(office_str(v, "state"), state);
	ck_assert_str_eq(office_str(v, "rule"), rule);
	ck_assert_msg(strstr(office_str(v, "words"), words) != NULL, "%s",
	    office_str(v, "words"));
	ck_assert_int_eq(json_is_null(json_object_get(v, "ended")),
	    strcmp(rule, "R6") != 0 && strcmp(rule, "R7") != 0);
}

/* Only the custodian is told which rule it is that says no, and since when. */
START_TEST(true_rules_for_the_custodian)
{
	char grant[2 * WIRE_HASH + 1];

	case_open(o, &s);
	case_consent(o, &s);
	ck_assert_str_eq(office_str(status_of("police", "school"),
	    "to_name"), "The school");
	ck_rule("police", "school", "in-force", "", "");
	strcpy(grant, office_str(status_of("school", "refuge"), "grant"));
	ck_told(office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw,
	    json_pack("{s:s, s:s, s:s}", "case", "NB-17", "grant", grant,
	    "heard", "phone")), CLI_DONE);
	ck_rule("school", "refuge", "ended", "R6", "Withdrawn at 20");
	office_pass(o, 24 * CLOCK_DAY_MS);
	ck_rule("school", "police", "in-force", "R4", "Ends in 6 days");
	ck_rule("police", "school", "in-force", "", "");
	office_pass(o, 7 * CLOCK_DAY_MS);
	ck_rule("school", "police", "expired", "R4", "");
	ck_told(office_ask(o, WORLD_SCHOOL, "t.reid", api_stop, json_pack(
	    "{s:s}", "phrase", s.stop)), CLI_DONE);
	ck_rule("police", "school", "frozen", "R7", "Stopped at 20");
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, case_opened);
	tcase_add_test(tc, set_signed_in_one_act);
	tcase_add_test(tc, arrow_keys_reach_the_ends_alone);
	tcase_add_test(tc, broker_learns_nothing);
	tcase_add_test(tc, preview_signs_nothing);
	tcase_add_test(tc, lines_are_checked_first);
	tcase_add_test(tc, true_rules_for_the_custodian);
	tcase_add_test(tc, form_is_named);
	tcase_add_test(tc, wrong_passphrase_signs_nothing);
	tcase_add_test(tc, passphrase_is_wiped);
	tcase_add_test(tc, only_while_connected);
	tcase_add_test(tc, cooling_off);
	tcase_add_test(tc, waiver_needs_another);
	tcase_add_test(tc, renewal);
	tcase_add_test(tc, withdrawn_by_phone);
	tcase_add_test(tc, withdrawn_with_her_key);
	tcase_add_test(tc, withdrawn_by_agency);
	tcase_add_test(tc, withdrawn_offline);
	tcase_add_test(tc, others_know_no_case);
}

int
main(void)
{
	return test_main("consent", fill, 120);
}
