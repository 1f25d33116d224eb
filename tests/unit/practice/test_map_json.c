/*
 * The map as JSON: what E1 to E14 of DOMAIN 3 ask of the screen can be read
 * from it; filters, lanes, owners of gaps; nothing of what is not held.
 */
#include "tests/unit/practice/caledonian.h"

#include "agent/practice/map_json.h"

static struct held held[CASE_RECORDS];
static size_t n;
static struct pattern pattern;
static struct case_people people;
static json_t *map;

static void
setup(void)
{

	case_load();
	memset(&people, 0, sizeof(people));
	(void)snprintf(people.causing_harm.v[0].s, 12, "P1");
	people.causing_harm.n = 1;
	(void)snprintf(people.survivors.v[0].s, 12, "P2");
	people.survivors.n = 1;
	map = NULL;
}

static void
teardown(void)
{

	json_decref(map);
	case_unload();
}

/* The map of what a member holds, but for one record. */
static void
draw(const char *member, const char *without, const struct map_options *o)
{
	const struct case_record *r;
	size_t i;

	for (n = i = 0; i < CASE_RECORDS; i++) {
		r = &world.records[i];
		if ((without != NULL && strcmp(without, r->name) == 0) ||
		    (strcmp(r->by->member, member) != 0 &&
		    !case_may(&r->c, r->by->member, member, "G11")))
			continue;
		memset(&held[n], 0, sizeof(held[n]));
		held[n].id = r->c.id;
		held[n].o = content_observation(&r->c);
		held[n].member = r->by->member;
		held[n].kind = r->by->kind;
		held[n].name = r->by->name;
		held[n].own = strcmp(r->by->member, member) == 0;
		held[n].message = held[n].own ? 0 : 100 + i;
		n++;
	}
	(void)pattern_resolve(held, n);
	ck_assert_uint_eq(pattern_compute(held, n, &people, &pattern),
	    ERR_NONE);
	json_decref(map);
	ck_assert_uint_eq(map_json(held, n, &people, &pattern, o, &map),
	    ERR_NONE);
}

/* map.a, or map.a.b */
static json_t *
at(const char *a, const char *b)
{
	json_t *v = json_object_get(map, a);

	if (b != NULL)
		v = json_object_get(v, b);
	ck_assert_msg(v != NULL, "no %s %s", a, b != NULL ? b : "");
	return (v);
}

static size_t
place(const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (record_id_equal(&held[i].id, &case_record(name)->c.id))
			return (i);
	ck_abort_msg("%s is not held", name);
}

static json_t *
record(const char *name)
{

	return (json_array_get(at("records", NULL), place(name)));
}

static bool
has_place(const json_t *list, const char *name)
{
	size_t i;

	const json_t *v;

	for (i = 0; i < json_array_size(list); i++) {
		v = json_array_get(list, i);
		if (json_is_object(v))
			v = json_object_get(v, "record");
		if (json_integer_value(v) == (json_int_t)place(name))
			return (true);
	}
	return (false);
}

static bool
has_text(const json_t *list, const char *text)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)),
		    text) == 0)
			return (true);
	return (false);
}

static json_t *
with_code(const char *list, const char *code)
{
	json_t *v;
	size_t i;

	json_array_foreach(at(list, NULL), i, v)
		if (strcmp(json_string_value(json_object_get(v, "code")),
		    code) == 0)
			return (v);
	return (NULL);
}

/* Does the notice stand in this section and rest on exactly these? */
static void
rests_on(const char *pt, int section, const char *const *names)
{
	const json_t *v = with_code("notices", pt);
	const json_t *behind = json_object_get(v, "records");
	size_t k;

	ck_assert_msg(v != NULL, "%s is silent", pt);
	ck_assert_int_eq(json_integer_value(json_object_get(v, "section")),
	    section);
	ck_assert(strstr(json_string_value(json_object_get(v, "text")),
	    "may") != NULL);
	for (k = 0; names[k] != NULL; k++)
		ck_assert_msg(has_place(behind, names[k]), "%s lacks %s", pt,
		    names[k]);
	ck_assert_uint_eq(json_array_size(behind), k);
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define ME "caledonian-children"

START_TEST(e1_to_e6)
{
	json_t *v;
	size_t i;

	draw(ME, NULL, NULL);
	ck_assert_uint_eq(json_array_size(at("records", NULL)), 29);
	ck_assert_uint_eq(json_array_size(at("shown", NULL)), 29);
	/* E1: source agency with each; E2: P1 alone has acts */
	json_array_foreach(at("records", NULL), i, v) {
		ck_assert_str_eq(json_string_value(json_object_get(v,
		    "kind")), held[i].kind);
		ck_assert_str_eq(json_string_value(json_object_get(v,
		    "name")), held[i].name);
	}
	ck_assert_uint_eq(json_array_size(at("actors", NULL)), 1);
	ck_assert(has_text(at("actors", NULL), "P1"));
	ck_assert(has_place(at("acts", NULL), "CAL-4"));
	ck_assert(!has_place(at("acts", NULL), "SCH-1"));
	/* E3: facts, no total */
	ck_assert_ptr_nonnull(with_code("danger", "DM02"));
	ck_assert_ptr_nonnull(with_code("danger", "DM11"));
	ck_assert_ptr_nonnull(with_code("danger", "DM16"));
	rests_on("PT1", 1, NAMES("POL-1", "POL-4"));
	rests_on("PT2", 3, NAMES("HV-1", "ADV-1", "ADV-3"));
	rests_on("PT3", 2, NAMES("SCH-2"));
}
END_TEST

START_TEST(e5_elsewhere)
{
	char *text;

	draw("northbank-children", NULL, NULL);
	rests_on("PT2", 3, NAMES("ADV-1", "ADV-3"));
	text = json_dumps(map, 0);
	ck_assert_ptr_null(strstr(text, "smelled"));
	ck_assert_ptr_null(strstr(text, "AG10"));
	free(text);
	draw("northbank-school", NULL, NULL);
	ck_assert_ptr_null(with_code("notices", "PT2"));
}
END_TEST

static json_t *
effect(const char *name)
{
	json_t *v;
	size_t i;

	json_array_foreach(at("effects", NULL), i, v)
		if (json_integer_value(json_object_get(v, "record")) ==
		    (json_int_t)place(name))
			return (v);
	ck_abort_msg("no effect %s", name);
}

START_TEST(e7_concern_moves)
{

	draw(ME, "CW-2", NULL);
	ck_assert(json_is_true(json_object_get(effect("SCH-1"), "untied")));
	ck_assert_int_eq(json_integer_value(json_object_get(with_code("gaps",
	    "GP06"), "record")), (json_int_t)place("SCH-1"));
	draw(ME, NULL, NULL);
	ck_assert(json_is_false(json_object_get(effect("SCH-1"), "untied")));
	ck_assert(has_place(json_object_get(effect("SCH-1"), "behind"),
	    "CAL-8"));
	ck_assert_ptr_null(with_code("gaps", "GP06"));
}
END_TEST

START_TEST(e8_to_e10)
{

	draw(ME, "CW-3", NULL);
	ck_assert_ptr_nonnull(with_code("gaps", "GP01"));
	ck_assert_ptr_nonnull(with_code("gaps", "GP02"));
	ck_assert_ptr_null(with_code("notices", "PT4"));
	draw(ME, NULL, NULL);
	ck_assert_ptr_null(with_code("gaps", "GP01"));
	rests_on("PT4", 1, NAMES("CW-3"));
	rests_on("PT5", 4, NAMES("POL-5"));
	ck_assert(json_is_false(at("change", "evidence")));
	ck_assert(has_place(at("change", "attendance"), "RSP-1"));
	ck_assert(!has_place(at("change", "change"), "RSP-1"));
	ck_assert_uint_eq(json_array_size(at("change", "naming")), 0);
	rests_on("PT6", 4, NAMES("CW-1", "SCH-3", "POL-3"));
}
END_TEST

START_TEST(e11_to_e14)
{
	const json_t *o, *codes = NULL;
	json_t *v;
	size_t i;

	draw(ME, NULL, NULL);
	ck_assert(has_place(at("protective", NULL), "ADV-2"));
	o = json_object_get(record("ADV-2"), "observation");
	ck_assert_uint_eq(json_array_size(json_object_get(o, "codes")), 6);
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(o,
	    "asked"), "answer")), "yes");
	ck_assert_uint_eq(json_array_size(at("wishes", NULL)), 0);
	/* of a record with both, each list has its own codes alone */
	json_array_foreach(at("harmful", NULL), i, v)
		if (json_integer_value(json_object_get(v, "record")) ==
		    (json_int_t)place("MH-1"))
			codes = json_object_get(v, "codes");
	ck_assert_uint_eq(json_array_size(codes), 1);
	ck_assert(has_text(codes, "SR11"));
	ck_assert_ptr_nonnull(with_code("gaps", "GP13"));
	ck_assert_ptr_nonnull(with_code("gaps", "GP04"));
	ck_assert(json_is_true(json_object_get(with_code("gaps", "GP13"),
	    "survivor_first")));
	/* E13 */
	ck_assert_str_eq(json_string_value(at("focus", "day")), "2026-11-04");
	o = json_object_get(at("focus", "survivor"), "before");
	ck_assert_uint_eq(json_array_size(o), 4);
	ck_assert(has_place(o, "HV-1") && has_place(o, "SCH-3") &&
	    has_place(o, "POL-3") && has_place(o, "CW-1"));
	ck_assert_uint_eq(json_array_size(json_object_get(at("focus",
	    "survivor"), "since")), 0);
	ck_assert_uint_gt(json_array_size(json_object_get(at("focus",
	    "actor"), "since")), 0);
	rests_on("PT8", 1, NAMES("CAL-9", "POL-2"));
}
END_TEST

START_TEST(lanes_and_numbers)
{

	draw(ME, NULL, NULL);
	ck_assert(has_text(json_object_get(record("POL-1"), "lanes"),
	    "acts"));
	ck_assert(has_text(json_object_get(record("POL-1"), "lanes"),
	    "police"));
	ck_assert(has_text(json_object_get(record("SCH-2"), "lanes"),
	    "child"));
	ck_assert(has_text(json_object_get(record("SCH-2"), "lanes"),
	    "police"));        /* TG1: after police attendance */
	ck_assert(!has_text(json_object_get(record("CAL-1"), "lanes"),
	    "police"));
	ck_assert(json_is_true(json_object_get(record("CAL-1"), "own")));
	ck_assert_ptr_null(json_object_get(record("CAL-1"), "message"));
	ck_assert(json_is_integer(json_object_get(record("POL-1"),
	    "message")));
}
END_TEST

START_TEST(filters_owners_shield)
{
	struct gap_owner owner = { .gp = "GP13", .owner = "j.reid",
	    .due = "2026-12-01" };
	struct map_options o = { .pathway = "PW2", .owners = &owner,
	    .n_owners = 1, .kind = "AG07" };

	draw(ME, NULL, &o);
	ck_assert(has_place(at("shown", NULL), "CAL-6"));
	ck_assert(!has_place(at("shown", NULL), "CAL-1"));
	/* all are there, to be pointed at; what is shown is fewer */
	ck_assert_uint_eq(json_array_size(at("records", NULL)), 29);
	ck_assert_str_eq(json_string_value(json_object_get(with_code("gaps",
	    "GP13"), "owner")), "j.reid");
	ck_assert_str_eq(json_string_value(json_object_get(with_code("gaps",
	    "GP13"), "due")), "2026-12-01");
	/* V10: what the survivor told goes shielded to a men's desk */
	ck_assert(json_is_true(json_object_get(record("CAL-7"), "shield")));
	ck_assert_ptr_null(json_object_get(record("CAL-1"), "shield"));
	o.pathway = "PW9";
	json_decref(map);
	ck_assert_uint_eq(map_json(held, n, &people, &pattern, &o, &map),
	    ERR_FORMAT);
	ck_assert_ptr_null(map);
}
END_TEST

START_TEST(empty)
{

	n = 0;
	ck_assert_uint_eq(pattern_compute(held, 0, &people, &pattern),
	    ERR_NONE);
	ck_assert_uint_eq(map_json(held, 0, &people, &pattern, NULL, &map),
	    ERR_NONE);
	ck_assert_uint_eq(json_array_size(at("records", NULL)), 0);
	ck_assert_ptr_null(json_object_get(map, "worker_safety"));
	ck_assert_ptr_null(json_object_get(map, "focus"));
	ck_assert_ptr_nonnull(with_code("gaps", "GP12"));
	ck_assert_ptr_nonnull(with_code("gaps", "GP07"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("map as JSON");
	TCase *tc = tcase_create("map_json");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, e1_to_e6);
	tcase_add_test(tc, e5_elsewhere);
	tcase_add_test(tc, e7_concern_moves);
	tcase_add_test(tc, e8_to_e10);
	tcase_add_test(tc, e11_to_e14);
	tcase_add_test(tc, lanes_and_numbers);
	tcase_add_test(tc, filters_owners_shield);
	tcase_add_test(tc, empty);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return (failed != 0);
}
