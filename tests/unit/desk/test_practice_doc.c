/* From the pages for a task and a goal to what the agent reads. */
#include <string.h>

#include "agent/desk/practice_doc.h"
#include "agent/practice/content.h"
#include "agent/practice/validate.h"
#include "tests/support/test.h"

#define LINK "00112233445566778899aabbccddee00"

static struct form f;
static struct content c;

static void
fill(const char *data)
{
	ck_ok(form_parse(&f, data, strlen(data)));
}

static void
reads(json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT);
	struct why why = { "" };
	const char *rule;

	ck_assert_ptr_nonnull(text);
	ck_assert_msg(content_read(&c, text, strlen(text), &rule, &why) ==
	    ERR_NONE, "%s: %s", text, why.text);
	free(text);
	json_decref(o);
	form_free(&f);
}

START_TEST(a_task)
{
	fill("owner=northbank-school&text=hear+the+child&gap=GP04&"
	    "due=2026-12-01&links=" LINK "&worker=s.nowak&do=send&"
	    "to=northbank-school&looked=northbank-school");
	reads(task_document(&f, NULL));
	ck_assert_int_eq(c.kind, CONTENT_TASK);
	ck_assert_str_eq(c.u.task.owner, "northbank-school");
	ck_assert_str_eq(c.u.task.text, "hear the child");
	ck_assert_str_eq(c.u.task.gap->id, "GP04");
	ck_assert_str_eq(c.u.task.due.s, "2026-12-01");
	ck_assert_uint_eq(c.u.task.about.n, 1);
	ck_assert_uint_eq(c.u.task.about.v[0].b[1], 0x11);
}
END_TEST

START_TEST(a_task_of_two_answers)
{
	fill("owner=northbank-school&text=hear+the+child&gap=&due=");
	reads(task_document(&f, NULL));
	ck_assert_ptr_null(c.u.task.gap);
	ck_assert_uint_eq(c.u.task.about.n, 0);
}
END_TEST

START_TEST(a_goal)
{
	struct refusal r;

	fill("person=P1&behaviour=CC12&text=doors+stay+unlocked&"
	    "measure=P2+holds+a+key&by=2026-12-24&checked_by=womens-aid&"
	    "links=" LINK "&q=locks&do=look");
	reads(goal_document(&f, NULL));
	ck_assert_int_eq(c.kind, CONTENT_GOAL);
	ck_assert_str_eq(c.u.goal.person.s, "P1");
	ck_assert_str_eq(c.u.goal.behaviour->id, "CC12");
	ck_assert_str_eq(c.u.goal.measure, "P2 holds a key");
	ck_assert_str_eq(c.u.goal.checked_by, "womens-aid");
	ck_assert_uint_eq(c.u.goal.about.n, 1);
	ck_ok(validate_content(&c, NULL, &r));
}
END_TEST

static void
lacks(const char *(*of)(const struct form *, const char **),
    const char *data, const char *field)
{
	const char *named = NULL;

	fill(data);
	if (field == NULL)
		ck_assert_ptr_null(of(&f, &named));
	else {
		ck_assert_ptr_nonnull(of(&f, &named));
		ck_assert_str_eq(named, field);
	}
	form_free(&f);
}

START_TEST(what_is_missing)
{
	lacks(task_lacks, "text=x", "owner");
	lacks(task_lacks, "owner=school&text=", "text");
	lacks(task_lacks, "owner=school&text=x", NULL);
	lacks(task_lacks, "owner=school&text=x&due=Friday", "due");
	lacks(task_lacks, "owner=school&text=x&due=2026-12-01", NULL);
	lacks(goal_lacks, "behaviour=CC12", "person");
	lacks(goal_lacks, "person=P1", "behaviour");
	lacks(goal_lacks, "person=P1&behaviour=CC12", "text");
	lacks(goal_lacks, "person=P1&behaviour=CC12&text=x", "measure");
	lacks(goal_lacks, "person=P1&behaviour=CC12&text=x&measure=y", "by");
	lacks(goal_lacks, "person=P1&behaviour=CC12&text=x&measure=y&"
	    "by=soon&checked_by=a", "by");
	lacks(goal_lacks, "person=P1&behaviour=CC12&text=x&measure=y&"
	    "by=2026-12-24", "checked_by");
	lacks(goal_lacks, "person=P1&behaviour=CC12&text=x&measure=y&"
	    "by=2026-12-24&checked_by=school", NULL);
}
END_TEST

static void
cases(TCase *tc)
{
	tcase_add_test(tc, a_task);
	tcase_add_test(tc, a_task_of_two_answers);
	tcase_add_test(tc, a_goal);
	tcase_add_test(tc, what_is_missing);
}

int
main(void)
{
	return test_main("practice_doc", cases, 20);
}
