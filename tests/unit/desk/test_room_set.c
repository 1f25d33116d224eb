/*
 * From the answers of a conversation to a consent set: what is ticked is in
 * it and nothing else; what was not answered is missing, for the rules to
 * see.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/room.h"
#include "agent/practice/consent_set.h"
#include "tests/support/test.h"

static struct form page[ROOM_END];
static json_t *members, *made;
static struct room_facts f;

static void
say(enum room_page p, const char *text)
{
	form_free(&page[p]);
	ck_ok(form_parse(&page[p], text, strlen(text)));
}

/* A field of an arrow: kind, from, to, value. */
static void
put(struct buf *b, char kind, const char *from, const char *to,
    const char *value)
{
	char name[FORM_NAME_MAX + 1];

	room_arrow(kind, from, to, name);
	form_put(b, name, value);
}

static void
put_about(struct buf *b, char kind, const char *member, const char *value)
{
	char name[FORM_NAME_MAX + 1];

	room_about(kind, member, name);
	form_put(b, name, value);
}

/* Police tells the refuge C1 and asks back, the refuge introduces her to the
 * school and tells it C4. */
static void
grid(const char *school, const char *more)
{
	struct buf b;

	buf_init(&b, 4096);
	put(&b, 's', "police", "refuge", "C1");
	put(&b, 's', "police", "refuge", "Q");
	put(&b, 'p', "police", "refuge", "PU03");
	put(&b, 'd', "police", "refuge", "60");
	put(&b, 's', "refuge", "school", "C4");
	put(&b, 's', "refuge", "school", "ID");
	put(&b, 'p', "refuge", "school", "PU08");
	put(&b, 'd', "refuge", "school", "30");
	/* an agency that was not chosen says nothing, whatever is ticked */
	put(&b, 's', "police", "court", "C1");
	if (school != NULL)
		put_about(&b, 'y', "school", school);
	buf_put_str(&b, more);
	ck_assert(buf_ok(&b));
	buf_put_u8(&b, 0);
	say(ROOM_GRID, (const char *)b.data);
	buf_free(&b);
}

static void
setup(void)
{
	members = json_loads("[{\"member\":\"refuge\",\"name\":\"Refuge\","
	    "\"kind\":\"AG06\",\"duty\":\"none\",\"own\":true},"
	    "{\"member\":\"police\",\"name\":\"Police\",\"kind\":\"AG02\","
	    "\"duty\":\"none\",\"own\":false},"
	    "{\"member\":\"school\",\"name\":\"School\",\"kind\":\"AG13\","
	    "\"duty\":\"parents\",\"onward\":\"parents\",\"own\":false},"
	    "{\"member\":\"court\",\"name\":\"Court\",\"kind\":\"AG03\","
	    "\"duty\":\"relevant-persons\",\"own\":false}]", 0, NULL);
	f = (struct room_facts){ .page = page, .members = members,
	    .language = "pl", .notice = "consent-notice/pl/1/aabbccdd",
	    .role = "advocate", .today = "2026-11-16",
	    .jurisdiction = "GB-SCT", .law_profile = "" };
	say(ROOM_QUESTIONS, "alone=yes&safe=yes&pressed=no&method=in-person&"
	    "interpreter=booked+interpreter&reference=INT-1&independent=yes&"
	    "heard=yes&stop=yes");
	say(ROOM_AGENCIES, "m=police&m=school");
	grid("yes", "&keep=30&wait=yes");
	say(ROOM_PEOPLE, "name.P2=Marketa&name.K1=Agata&born.K1=2019&"
	    "find.K1=class+3&contact=Tuesdays&asked=some&x.name.1=Ann&"
	    "x.rel.1=cousin");
}

static void
teardown(void)
{
	for (int p = 0; p < ROOM_END; p++)
		form_free(&page[p]);
	json_decref(members);
	json_decref(made);
	made = NULL;
}

static const json_t *
request(void)
{
	json_decref(made);
	made = room_request(&f);
	ck_assert_ptr_nonnull(made);
	return made;
}

static const json_t *
grant(size_t i)
{
	return json_array_get(json_object_get(json_object_get(made, "set"),
	    "grants"), i);
}

static size_t
grants(void)
{
	return json_array_size(json_object_get(json_object_get(request(),
	    "set"), "grants"));
}

static void
ck_scopes(const json_t *g, const char *want)
{
	char got[100] = "";
	const json_t *s;
	size_t i;

	json_array_foreach(json_object_get(g, "scopes"), i, s) {
		strcat(got, i > 0 ? "," : "");
		strcat(got, json_string_value(s));
	}
	ck_assert_str_eq(got, want);
}

/* The practice's own reader takes it, and its rules find nothing missing. */
START_TEST(rules_are_content)
{
	struct terms_facts facts = { .custodian_kind = "AG06" };
	struct consent_set *s;
	struct refusal no;
	struct why why = { "" };
	char *text = json_dumps(json_object_get(request(), "set"), 0);

	ck_assert_msg(consent_set_read(&s, text, strlen(text), 1000, &why) ==
	    ERR_NONE, "%s", why.text);
	ck_assert_uint_eq(s->n, 3);
	for (size_t i = 0; i < s->n; i++) {
		const bool school = strcmp(s->v[i].terms.recipient,
		    "school") == 0;

		strcpy(s->v[i].terms.intermediary, "hub");
		facts.recipient_kind = school ? "AG13" : "AG06";
		facts.recipient_duty = school ? DUTY_PARENTS : DUTY_NONE;
		ck_assert_msg(terms_check(&s->v[i].terms, &facts, &no) ==
		    ERR_NONE, "%zu: %s %s", i, no.rule, no.field);
		ck_assert_str_eq(s->v[i].terms.language, "pl");
		ck_assert_str_eq(s->v[i].terms.jurisdiction, "GB-SCT");
		ck_assert_str_eq(s->v[i].terms.interpreter_reference,
		    "INT-1");
		ck_assert_uint_eq(s->v[i].terms.subjects.n, 3);
		ck_assert_uint_eq(s->v[i].terms.keep_read_days, 30);
	}
	consent_set_destroy(&s);
	free(text);
}
END_TEST

START_TEST(only_what_is_ticked)
{
	ck_assert_uint_eq(grants(), 3);
	ck_assert_str_eq(json_str(grant(0), "from"), "refuge");
	ck_scopes(grant(0), "C4");
	ck_scopes(grant(1), "ID");
	ck_scopes(grant(2), "C1,Q");
	ck_assert_str_eq(json_str(grant(2), "purpose"), "PU03");
	ck_assert_int_eq(json_int(grant(2), "days"), 60);
	ck_assert(room_is_told(&f, "school"));
	ck_assert(!room_is_told(&f, "police"));
	ck_assert(!room_takes_part(&f, "court"));
	ck_assert(room_takes_part(&f, "refuge"));
	ck_assert(!room_takes_part(&f, "nobody"));
}
END_TEST

/* Nobody but the custodian says who she is. */
START_TEST(only_ours_introduces)
{
	struct buf b;

	buf_init(&b, 1024);
	put(&b, 's', "police", "school", "ID");
	put(&b, 'd', "police", "school", "30");
	put_about(&b, 'y', "school", "yes");
	buf_put_u8(&b, 0);
	say(ROOM_GRID, (const char *)b.data);
	buf_free(&b);
	ck_assert_uint_eq(grants(), 0);
}
END_TEST

/* A red notice: unanswered it is there, no is no, yes with its reason. */
START_TEST(red_notice)
{
	struct room_gap gap;

	grid(NULL, "&keep=0&wait=yes");
	ck_assert_uint_eq(grants(), 3);
	ck_assert(!json_yes(grant(0), "duty_confirmed"));
	ck_assert(room_missing(&f, ROOM_GRID, &gap));
	ck_assert_ptr_nonnull(strstr(gap.words, "School may have to show "
	    "papers to parents"));
	ck_assert_int_eq(gap.field[0], 'y');
	grid("no", "&keep=0&wait=yes");
	ck_assert_uint_eq(grants(), 1);
	ck_assert(!room_missing(&f, ROOM_GRID, &gap));
	grid("yes", "&keep=0&wait=yes");
	ck_assert_uint_eq(grants(), 3);
	ck_assert(json_yes(grant(0), "duty_confirmed"));
	ck_assert_str_eq(json_str(grant(0), "duty_shown"), "parents");
	ck_assert_ptr_null(json_object_get(grant(0), "withhold_from"));
}
END_TEST

START_TEST(withheld_with_a_reason)
{
	struct room_gap gap;
	char more[300], w[FORM_NAME_MAX + 1], r[FORM_NAME_MAX + 1];
	char o[FORM_NAME_MAX + 1];

	room_about('w', "school", w);
	room_about('r', "school", r);
	room_about('o', "school", o);
	snprintf(more, sizeof more, "&keep=0&wait=yes&%s=P1", w);
	grid("yes", more);
	ck_assert(room_missing(&f, ROOM_GRID, &gap));
	ck_assert_str_eq(gap.field, r);
	snprintf(more, sizeof more, "&keep=0&wait=yes&%s=P1&%s=both", w, r);
	grid("yes", more);
	ck_assert(!room_missing(&f, ROOM_GRID, &gap));
	request();
	ck_assert_str_eq(json_str(grant(0), "withhold_reason"),
	    "safety of P2 and the children");
	snprintf(more, sizeof more, "&keep=0&wait=yes&%s=P1&%s=other&%s=a+"
	    "new+address", w, r, o);
	grid("yes", more);
	ck_assert(!room_missing(&f, ROOM_GRID, &gap));
	request();
	ck_assert_str_eq(json_str(grant(0), "withhold_reason"),
	    "a new address");
}
END_TEST

static const struct {
	enum room_page page;
	const char *answers, *field, *words;
} gaps[] = {
	{ ROOM_QUESTIONS, "", "alone", "First in private" },
	{ ROOM_QUESTIONS, "alone=no&safe=yes&pressed=no", "alone", "First" },
	{ ROOM_QUESTIONS, "alone=yes", "safe", "First in private" },
	{ ROOM_QUESTIONS, "alone=yes&safe=yes&pressed=yes", "pressed",
	    "First" },
	{ ROOM_QUESTIONS, "alone=yes&safe=yes&pressed=no", "method", "How" },
	{ ROOM_QUESTIONS, "alone=yes&safe=yes&pressed=no&method=phone&"
	    "interpreter=x&independent=no&heard=yes&stop=yes", "independent",
	    "This person cannot sign, witness or interpret" },
	{ ROOM_QUESTIONS, "alone=yes&safe=yes&pressed=no&method=phone&"
	    "stop=yes", "heard", "notice" },
	{ ROOM_QUESTIONS, "alone=yes&safe=yes&pressed=no&method=phone&"
	    "heard=yes", "stop", "stopped" },
	{ ROOM_AGENCIES, "", "m", "Everyone" },
	{ ROOM_AGENCIES, "m=a&m=b&m=c&m=d&m=e&m=f&m=g&m=h&m=i&m=j&m=k&m=l&m=m"
	    "&m=n&m=o&m=p", "m", "At most 15" },
	{ ROOM_GRID, "keep=0&wait=yes", "grid", "Nothing is ticked" },
	{ ROOM_PEOPLE, "asked=nobody", "name.P2", "name" },
	{ ROOM_PEOPLE, "name.P2=M", "asked", "must not see" },
	{ ROOM_PEOPLE, "name.P2=M&asked=some", "x.name.1", "name" },
	{ ROOM_PEOPLE, "name.P2=M&asked=some&x.name.1=A&x.at.1=school",
	    "x.at.1", "School cannot receive yet" },
};

START_TEST(what_is_missing)
{
	struct room_gap gap = { "", "" };

	say(gaps[_i].page, gaps[_i].answers);
	ck_assert(room_missing(&f, gaps[_i].page, &gap));
	ck_assert_str_eq(gap.field, gaps[_i].field);
	ck_assert_msg(strstr(gap.words, gaps[_i].words) != NULL, "%s",
	    gap.words);
}
END_TEST

START_TEST(nothing_is_missing)
{
	struct room_gap gap;

	for (int p = 0; p < ROOM_END; p++)
		ck_assert_msg(!room_missing(&f, (enum room_page)p, &gap),
		    "%d: %s", p, gap.words);
	grid("yes", "&wait=yes");
	ck_assert(room_missing(&f, ROOM_GRID, &gap));
	ck_assert_str_eq(gap.field, "keep");
	grid("yes", "&keep=0");
	ck_assert(room_missing(&f, ROOM_GRID, &gap));
	ck_assert_str_eq(gap.field, "wait");
	grid("yes", "&keep=0&wait=no");
	ck_assert(room_missing(&f, ROOM_GRID, &gap));
	ck_assert_str_eq(gap.field, "waiver");
}
END_TEST

/* Somebody close: R13 for that agency, or its closed desk. */
START_TEST(somebody_close)
{
	struct room_gap gap;

	say(ROOM_PEOPLE, "name.P2=M&asked=some&x.name.1=A&x.at.1=school&"
	    "closed=school");
	ck_assert(!room_missing(&f, ROOM_PEOPLE, &gap));
	request();
	ck_assert_str_eq(json_str(grant(0), "conflict_found"), "yes");
	ck_assert(json_yes(grant(0), "closed_desk"));
	ck_assert_str_eq(json_str(grant(2), "conflict_found"), "no");
	ck_assert(!json_yes(grant(2), "closed_desk"));
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(
	    made, "close"), 0)), "school");
	/* what travels has no place of work */
	ck_assert_ptr_null(json_object_get(json_array_get(json_object_get(
	    json_object_get(made, "introduction"), "exclusions"), 0), "at"));
	/* to an agency that is told nothing it does not matter */
	say(ROOM_PEOPLE, "name.P2=M&asked=some&x.name.1=A&x.at.1=police");
	ck_assert(!room_missing(&f, ROOM_PEOPLE, &gap));
}
END_TEST

/* A child's yes and a patient's are told where it tells of them. */
START_TEST(whose_own_yes)
{
	const json_t *list;

	say(ROOM_PEOPLE, "name.P2=M&name.K1=A&own.K1=yes&agreed.K1=2026-11-15&"
	    "asked=nobody&whose.SG2=K1&on.SG2=2026-11-14&"
	    "by.SG2=non-abusing-parent");
	request();
	list = json_object_get(grant(0), "agreements");
	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert_str_eq(json_str(json_array_get(list, 0), "capacity"),
	    "child");
	ck_assert_ptr_null(json_object_get(grant(2), "agreements"));
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(
	    made, "own_line"), 0)), "K1");
}
END_TEST

/* In a case that has its book nobody is named again. */
START_TEST(book_is_there)
{
	json_t *persons = json_loads("[{\"id\":\"P1\"},{\"id\":\"P2\"},"
	    "{\"id\":\"K1\"},{\"id\":\"K2\"}]", 0, NULL);
	struct room_gap gap;

	f.persons = persons;
	say(ROOM_PEOPLE, "asked=some");
	ck_assert(!room_missing(&f, ROOM_PEOPLE, &gap));
	request();
	ck_assert_ptr_null(json_object_get(made, "introduction"));
	ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(
	    json_object_get(made, "set"), "conversation"), "subjects")), 4);
	json_decref(persons);
}
END_TEST

START_TEST(waived_by_another)
{
	ck_assert_ptr_null(json_object_get(request(), "waiver"));
	grid("yes", "&keep=0&wait=no&waiver=grace");
	ck_assert_str_eq(json_str(request(), "waiver"), "grace");
	/* a name left over from a changed mind is none */
	grid("yes", "&keep=0&wait=yes&waiver=grace");
	ck_assert_ptr_null(json_object_get(request(), "waiver"));
}
END_TEST

/* One more tick, one other day: she has not said yes to that. */
START_TEST(seal_is_of_the_answers)
{
	char a[ROOM_SEAL], b[ROOM_SEAL];

	room_seal(&f, a);
	room_seal(&f, b);
	ck_assert_str_eq(a, b);
	grid("yes", "&keep=7&wait=yes");
	room_seal(&f, b);
	ck_assert_str_ne(a, b);
	grid("yes", "&keep=30&wait=yes");
	room_seal(&f, b);
	ck_assert_str_eq(a, b);
	f.today = "2026-11-17";
	room_seal(&f, b);
	ck_assert_str_ne(a, b);
}
END_TEST

/* ---- what is usual ----------------------------------------------------- */

/* Its words are those of the vocabulary. */
static void
ck_usual(const struct room_usual *u)
{
	char one[8];

	ck_assert_ptr_nonnull(vocabulary_find_in(GROUP_PU, u->purpose));
	for (const char *p = u->scopes; *p != '\0';) {
		const size_t n = strcspn(p, ",");

		snprintf(one, sizeof one, "%.*s", (int)n, p);
		ck_assert_int_ne(vocabulary_scope_find(one), SCOPE_NONE);
		p += n + (p[n] == ',');
	}
}

START_TEST(usual_is_modest)
{
	static const char *const courts[] = { "AG03", "AG04", "AG15" };
	const struct vocabulary_code *from = NULL, *to;

	while ((from = vocabulary_next(GROUP_AG, from)) != NULL) {
		for (int i = 0; i < 3; i++)
			ck_assert_ptr_null(room_usual(from->id, courts[i]));
		for (to = NULL; (to = vocabulary_next(GROUP_AG, to)) != NULL;) {
			const struct room_usual *u = room_usual(from->id,
			    to->id);

			/* no treatment, no child's words, no names */
			ck_assert(!room_usual_has(u, "SG1") &&
			    !room_usual_has(u, "SG2") &&
			    !room_usual_has(u, "SG3") &&
			    !room_usual_has(u, "ID"));
			if (strcmp(to->id, "AG07") == 0)
				ck_assert(!room_usual_has(u, "C3") &&
				    !room_usual_has(u, "C4"));
			if (u != NULL)
				ck_usual(u);
		}
	}
	ck_assert(room_usual_has(room_usual("AG13", "AG09"), "C4"));
	ck_assert(room_usual_has(room_usual("AG02", "AG01"), "C1"));
	ck_assert(!room_usual_has(room_usual("AG02", "AG01"), "C"));
	ck_assert(!room_usual_has(NULL, "C1"));
	ck_assert_ptr_null(room_usual("AG99", "AG01"));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, rules_are_content);
	tcase_add_test(tc, only_what_is_ticked);
	tcase_add_test(tc, only_ours_introduces);
	tcase_add_test(tc, red_notice);
	tcase_add_test(tc, withheld_with_a_reason);
	tcase_add_loop_test(tc, what_is_missing, 0,
	    sizeof gaps / sizeof gaps[0]);
	tcase_add_test(tc, nothing_is_missing);
	tcase_add_test(tc, somebody_close);
	tcase_add_test(tc, whose_own_yes);
	tcase_add_test(tc, book_is_there);
	tcase_add_test(tc, waived_by_another);
	tcase_add_test(tc, seal_is_of_the_answers);
	tcase_add_test(tc, usual_is_modest);
}

int
main(void)
{
	return test_main("room_set", fill, 10);
}
