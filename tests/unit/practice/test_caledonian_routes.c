/*
 * The worked case, who gets what: 29 records, 105 copies, the holdings of
 * DOMAIN 3, the refusals N1 to N11, computed from the permissions alone.
 */
#include "tests/unit/practice/caledonian.h"

#include "agent/practice/lint.h"
#include "agent/practice/terms.h"

START_TEST(permissions)
{
	const struct consent_line *l, *m;
	size_t i, j, id = 0, arrows = 0;

	for (i = 0; i < world.set->n; i++) {
		l = &world.set->v[i];
		if (l->terms.scopes == SCOPE_BIT(SCOPE_ID)) {
			id++;
			ck_assert_str_eq(l->terms.sender, "womens-aid");
			continue;
		}
		for (j = 0; j < i; j++) {
			m = &world.set->v[j];
			if (strcmp(l->terms.sender, m->terms.sender) == 0 &&
			    strcmp(l->terms.recipient, m->terms.recipient) ==
			    0 && m->terms.scopes != SCOPE_BIT(SCOPE_ID))
				break;
		}
		arrows += j == i;
	}
	ck_assert_uint_eq(world.set->n, 38);
	ck_assert_uint_eq(id, 9);
	ck_assert_uint_eq(arrows, 26);
}
END_TEST

static enum terms_duty
duty_of(const char *word)
{

	return (strcmp(word, "parents") == 0 ? DUTY_PARENTS :
	    strcmp(word, "parties") == 0 ? DUTY_PARTIES :
	    strcmp(word, "relevant-persons") == 0 ? DUTY_RELEVANT_PERSONS :
	    DUTY_NONE);
}

/* Every permission can be signed, and sent under: no rule says no. */
START_TEST(terms_hold)
{
	struct terms_facts f;
	const struct terms *t;
	struct refusal r;
	size_t i, k;

	for (i = 0; i < world.set->n; i++) {
		t = &world.set->v[i].terms;
		memset(&f, 0, sizeof(f));
		f.custodian_kind = "AG06";
		f.recipient_kind = case_agency(t->recipient)->kind;
		f.recipient_duty = duty_of(case_agency(t->recipient)->duty);
		(void)snprintf(f.causing_harm.v[0].s, 12, "P1");
		f.causing_harm.n = 1;
		ck_assert_msg(terms_check(t, &f, &r) == ERR_NONE,
		    "%s: %s %s", world.set->v[i].name, r.rule, r.field);
		for (k = 0; k < CASE_RECORDS; k++) {
			if (strcmp(world.records[k].by->member, t->sender))
				continue;
			f.message = content_observation(
			    &world.records[k].c);
			if ((validate_observation_needs(f.message) &
			    ~t->scopes) != 0)
				continue;
			ck_assert_msg(terms_check(t, &f, &r) == ERR_NONE,
			    "%s under %s: %s %s", world.records[k].name,
			    world.set->v[i].name, r.rule, r.field);
		}
	}
}
END_TEST

START_TEST(records_may_be_sent)
{
	struct lint_hit hits[4];
	struct refusal r;
	size_t i, n;

	for (i = 0; i < CASE_RECORDS; i++) {
		ck_assert_msg(validate_content(&world.records[i].c, NULL, &r)
		    == ERR_NONE, "%s: %s %s", world.records[i].name, r.rule,
		    r.field);
		n = lint_observation(content_observation(
		    &world.records[i].c), "P2", hits, 4);
		/* The one wording of the example that the check finds. */
		if (strcmp(world.records[i].name, "CW-1") == 0) {
			ck_assert_uint_eq(n, 1);
			ck_assert_uint_eq(hits[0].row, 6);
		} else
			ck_assert_msg(n == 0, "%s: row %u",
			    world.records[i].name, hits[0].row);
	}
}
END_TEST

static bool
in_list(const json_t *list, const char *name)
{
	const json_t *v;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i, v)
		if (strcmp(json_string_value(v), name) == 0)
			return (true);
	return (false);
}

/* Does the file of the record ask for exactly the allowed ones? */
static bool
asked_for(const struct case_record *r, const char *member)
{
	const struct observation *o = content_observation(&r->c);
	size_t i;

	for (i = 0; i < o->n_send_to; i++)
		if (strcmp(o->send_to[i], member) == 0)
			return (true);
	return (false);
}

START_TEST(holdings)
{
	static const struct {
		const char *member;
		size_t n;
	} expected[] = { /* DOMAIN 3 "Expected holdings" */
		{ "northbank-children", 28 }, { "northbank-police", 15 },
		{ "womens-aid", 7 }, { "caledonian-men", 10 },
		{ "caledonian-women", 1 }, { "caledonian-children", 29 },
		{ "northbank-health", 10 }, { "northbank-therapy", 11 },
		{ "northbank-school", 14 }, { "northbank-marac", 9 },
		{ "northbank-court", 0 }, { "northbank-reporter", 0 },
	};
	size_t i, k, copies = 0, held, listed;
	const json_t *names;
	bool may, own;

	for (i = 0; i < CASE_AGENCIES; i++) {
		names = json_object_get(json_object_get(json_object_get(
		    world.expected, "holdings"), expected[i].member),
		    "names");
		listed = json_array_size(names);
		for (held = k = 0; k < CASE_RECORDS; k++) {
			own = strcmp(world.records[k].by->member,
			    expected[i].member) == 0;
			may = !own && case_may(&world.records[k].c,
			    world.records[k].by->member, expected[i].member,
			    "G11");
			held += own || may;
			copies += may;
			ck_assert_uint_eq(may, asked_for(&world.records[k],
			    expected[i].member));
			ck_assert_uint_eq(own || may, in_list(names,
			    world.records[k].name));
		}
		ck_assert_msg(held == expected[i].n, "%s holds %zu",
		    expected[i].member, held);
		ck_assert_uint_eq(listed, held);
	}
	ck_assert_uint_eq(copies, 105);
	ck_assert_int_eq(json_integer_value(json_object_get(world.expected,
	    "copies")), 105);
}
END_TEST

START_TEST(all_but_the_health_visitors)
{
	size_t k;

	for (k = 0; k < CASE_RECORDS; k++)
		if (strcmp(world.records[k].by->member,
		    "northbank-children") != 0)
			ck_assert_uint_eq(case_may(&world.records[k].c,
			    world.records[k].by->member,
			    "northbank-children", NULL),
			    strcmp(world.records[k].name, "HV-1") != 0);
}
END_TEST

START_TEST(refused_at_home)
{
	const char *name, *rule, *also;
	struct validate_facts facts;
	enum error_code valid;
	struct refusal r;
	struct content c;
	json_t *v;
	size_t i;

	json_array_foreach(json_object_get(world.expected, "refused"), i, v) {
		name = case_string(v, "name");
		rule = case_string(v, "rule");
		c = case_record(case_string(v, "observation"))->c;
		facts.received = json_is_true(json_object_get(v,
		    "received"));
		if (json_object_get(v, "without") != NULL)
			c.u.observation.asked.answer = ASKED_NONE;
		valid = validate_content(&c, &facts, &r);
		if (rule[0] == 'V') {
			ck_assert_uint_eq(valid, ERR_REFUSED);
			ck_assert_str_eq(r.rule, rule);
			continue;
		}
		ck_assert_msg(valid == ERR_NONE, "%s", name);
		if (json_is_true(json_object_get(v, "after_stop"))) {
			/* Allowed until then: the stop alone is the no. */
			ck_assert(case_may(&c, case_string(v, "from"),
			    case_string(v, "to"), NULL));
			continue;
		}
		ck_assert_msg(!case_may(&c, case_string(v, "from"),
		    case_string(v, "to"), "G11"), "%s", name);
		also = json_string_value(json_object_get(v, "also_to"));
		if (also != NULL)
			ck_assert(!case_may(&c, case_string(v, "from"), also,
			    NULL));
		/* N3 stood until G11 was withdrawn. */
		if (json_object_get(v, "withdrawn") != NULL)
			ck_assert(case_may(&c, case_string(v, "from"),
			    case_string(v, "to"), NULL));
	}
	ck_assert_uint_eq(i, 10);
}
END_TEST

/* A record that carries C2 too could never go under G11 (C1 alone). */
START_TEST(mixed_records)
{

	ck_assert(!case_may(&case_record("POL-1")->c, "northbank-police",
	    "womens-aid", NULL));
	ck_assert(case_may(&case_record("POL-4")->c, "northbank-police",
	    "womens-aid", NULL));
}
END_TEST

/* Which links can the receiver resolve?  Those to records it holds. */
START_TEST(links)
{
	const struct id_list *l;
	size_t i, j, k, missing;
	const char *to;
	json_t *v;

	json_array_foreach(json_object_get(world.expected,
	    "links_unresolved"), i, v) {
		to = case_string(v, "to");
		l = content_links(&case_record(case_string(v,
		    "observation"))->c);
		ck_assert(case_may(&case_record(case_string(v,
		    "observation"))->c, case_record(case_string(v,
		    "observation"))->by->member, to, "G11"));
		for (missing = j = 0; j < l->n; j++) {
			for (k = 0; k < CASE_RECORDS; k++)
				if (record_id_equal(&l->v[j],
				    &world.records[k].c.id))
					break;
			ck_assert_uint_lt(k, CASE_RECORDS);
			missing += !case_may(&world.records[k].c,
			    world.records[k].by->member, to, "G11") &&
			    strcmp(world.records[k].by->member, to) != 0;
		}
		ck_assert_int_eq((json_int_t)missing, json_integer_value(
		    json_object_get(v, "links")));
	}
	ck_assert_uint_eq(i, 3);
}
END_TEST

START_TEST(other_contents)
{
	static const struct {
		const char *file;
		enum content_kind kind;
		const char *from, *to;
	} files[] = {
		{ "book.json", CONTENT_INTRODUCTION, "womens-aid",
		  "northbank-school" },
		{ "question.json", CONTENT_QUESTION, "northbank-children",
		  "northbank-police" },
		{ "answer.json", CONTENT_ANSWER, "northbank-police",
		  "northbank-children" },
	};
	struct why why = { "" };
	struct content c;
	char *text;
	size_t i, n;

	for (i = 0; i < 3; i++) {
		text = case_text(files[i].file, &n);
		ck_assert_msg(content_read(&c, text, n, NULL, &why) ==
		    ERR_NONE, "%s: %s", files[i].file, why.text);
		ck_assert_uint_eq(c.kind, files[i].kind);
		ck_assert_uint_eq(validate_content(&c, NULL, NULL), ERR_NONE);
		ck_assert(case_may(&c, files[i].from, files[i].to, NULL));
		ck_assert(!case_may(&c, "northbank-health",
		    "northbank-police", NULL));
		free(text);
	}
}
END_TEST

START_TEST(bad_sets)
{
	static const struct {
		const char *json, *says;
	} bad[] = {
		{ "{\"schema\":\"wayleave/consent-set/1\"}", "conversation" },
		{ "{\"schema\":\"x\"}", "schema" },
		{ "{\"schema\":\"wayleave/consent-set/1\",\"conversation\":"
		  "{},\"grants\":[]}", "at least one" },
		{ "{\"schema\":\"wayleave/consent-set/1\",\"conversation\":"
		  "{},\"grants\":[{\"from\":\"ab\",\"to\":\"cd\"}]}",
		  "$.grants[0].to" },
		{ "{\"schema\":\"wayleave/consent-set/1\",\"conversation\":"
		  "{},\"grants\":[{\"from\":\"ab\",\"to\":[\"*\"],"
		  "\"purpose\":\"PU01\"}]}", "$.grants[0].recipient" },
		{ "{\"schema\":\"wayleave/consent-set/1\",\"conversation\":"
		  "{},\"grants\":[{\"from\":\"ab\",\"to\":[\"cd\"],"
		  "\"scope\":[\"C1\"]}]}", "$.grants[0]." },
		{ "{\"schema\":\"wayleave/consent-set/1\",\"conversation\":"
		  "{},\"grants\":[{\"from\":\"ab\",\"to\":[\"cd\"],"
		  "\"days\":\"x\"}]}", "$.grants[0].days" },
		{ "{\"schema\":\"wayleave/consent-set/1\",\"conversation\":"
		  "{},\"grants\":[1]}", "object" },
	};
	struct consent_set *s;
	struct why why;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_uint_ne(consent_set_read(&s, bad[i].json,
		    strlen(bad[i].json), CASE_FROM, &why), ERR_NONE);
		ck_assert_ptr_null(s);
		ck_assert_msg(strstr(why.text, bad[i].says) != NULL, "%s",
		    why.text);
	}
	consent_set_destroy(&s);
}
END_TEST

START_TEST(window)
{

	ck_assert_str_eq(world.set->v[0].name, "G01");
	ck_assert_uint_eq(world.set->v[0].terms.from, CASE_FROM);
	ck_assert_uint_eq(world.set->v[0].terms.until - CASE_FROM,
	    (uint64_t)90 * 86400000);
	ck_assert_str_eq(world.set->v[0].terms.sender, "northbank-police");
	ck_assert_str_eq(world.set->v[0].terms.recipient,
	    "caledonian-children");
	ck_assert_str_eq(world.set->v[1].terms.recipient,
	    "northbank-children");
	ck_assert_str_eq(world.set->v[0].terms.language, "pl");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("the worked case: routes");
	TCase *t = tcase_create("routes");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, case_load, case_unload);
	tcase_add_test(t, permissions);
	tcase_add_test(t, terms_hold);
	tcase_add_test(t, records_may_be_sent);
	tcase_add_test(t, holdings);
	tcase_add_test(t, all_but_the_health_visitors);
	tcase_add_test(t, refused_at_home);
	tcase_add_test(t, mixed_records);
	tcase_add_test(t, links);
	tcase_add_test(t, other_contents);
	tcase_add_test(t, bad_sets);
	tcase_add_test(t, window);
	tcase_set_timeout(t, 30);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return (failed == 0 ? 0 : 1);
}
