/* From the page for writing to the document that the agent reads. */
#include <string.h>

#include "agent/desk/write_doc.h"
#include "agent/practice/observation.h"
#include "tests/support/test.h"

static struct form f;

static json_t *
doc_of(const char *data)
{
	ck_ok(form_parse(&f, data, strlen(data)));
	return write_document(&f, "00112233445566778899aabbccddeeff");
}

static void
reads(json_t *o, struct observation *out)
{
	char *text = json_dumps(o, JSON_COMPACT);
	struct why why = { "" };
	const char *rule;

	ck_assert_ptr_nonnull(text);
	ck_assert_msg(observation_read(out, text, strlen(text), &rule,
	    &why) == ERR_NONE, "%s: %s", text, why.text);
	free(text);
}

START_TEST(everything)
{
	struct observation *o = calloc(1, sizeof *o);
	json_t *doc = doc_of("actor=P1&codes=CC02&codes=CH04&targets=P2&"
	    "targets_more=K3%2C+K-7f3a&recency=RC1&from=2026-09&source=SRC2&"
	    "text=in+the+hall&danger=DM01&triggers=TG3&frequency=FQ2&"
	    "trend=TR1&corroboration=CB0&exactness=CT1&lawful_basis=LB2&"
	    "pathways=PW1&links=00112233445566778899aabbccddee00&urgent=yes&"
	    "quoted=yes&asked=yes&owner=P2&relation=RL2&q=strangled&do=look&"
	    "desk.number=1");

	ck_assert_ptr_nonnull(o);
	reads(doc, o);
	ck_assert_int_eq(o->component, SCOPE_C1);
	ck_assert_uint_eq(o->codes.n, 2);
	ck_assert_uint_eq(o->targets.n, 3);
	ck_assert(person_list_has(&o->targets, "K-7f3a"));
	ck_assert_str_eq(o->from.s, "2026-09");
	ck_assert_str_eq(o->to.s, "2026-09");
	ck_assert_str_eq(o->text, "in the hall");
	ck_assert(o->urgent && o->quoted);
	/* neither C3 nor C5: nobody was asked, and nobody owns it */
	ck_assert_int_eq(o->asked.answer, ASKED_NONE);
	ck_assert_str_eq(o->owner.s, "");
	json_decref(doc);
	form_free(&f);
	free(o);
}
END_TEST

START_TEST(what_only_some_have)
{
	struct observation *o = calloc(1, sizeof *o);
	json_t *doc = doc_of("codes=PE02&asked=yes&asked_by=advocate&"
	    "source=SRC2&owner=P2&relation=RL2");

	ck_assert_ptr_nonnull(o);
	reads(doc, o);
	ck_assert_int_eq(o->component, SCOPE_C3);
	ck_assert_int_eq(o->asked.answer, ASKED_YES);
	ck_assert_str_eq(o->asked.by, "advocate");
	ck_assert_str_eq(o->owner.s, "");
	json_decref(doc);
	form_free(&f);

	doc = doc_of("codes=IF02&owner=P2&relation=RL2&source=SRC1&asked=no");
	reads(doc, o);
	ck_assert_str_eq(o->owner.s, "P2");
	ck_assert_str_eq(o->relation->id, "RL2");
	ck_assert_int_eq(o->asked.answer, ASKED_NONE);
	json_decref(doc);
	form_free(&f);
	free(o);
}
END_TEST

START_TEST(nothing_filled_in)
{
	json_t *doc = doc_of("codes=&text=&actor=&targets=&from=");

	ck_assert_uint_eq(json_object_size(doc), 2);
	ck_assert_ptr_null(write_component(&f));
	json_decref(doc);
	form_free(&f);
}
END_TEST

/* What was written fills the form that writes it. */
START_TEST(there_and_back)
{
	static const char data[] = "actor=P1&targets=P2&targets=K1&codes=CC02"
	    "&codes=CC12&source=SRC2&text=a%26b%3D%22c%22%0Ad&danger=DM01"
	    "&frequency=FQ2&lawful_basis=LB2&recency=RC1&from=2026-09"
	    "&to_day=2026-10&links=00112233445566778899aabbccddee00";
	json_t *first = doc_of(data), *second;
	struct form back = { NULL, 0, NULL, 0 };

	json_object_set_new(first, "text", json_string("a&b=\"c\"\nd"));
	ck_ok(write_fill(&back, first, json_object_get(first, "links")));
	second = write_document(&back, "00112233445566778899aabbccddeeff");
	ck_assert_msg(json_equal(first, second), "%s and %s",
	    json_dumps(first, 0), json_dumps(second, 0));
	json_decref(first);
	json_decref(second);
	form_free(&f);
	form_free(&back);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, everything);
	tcase_add_test(tc, what_only_some_have);
	tcase_add_test(tc, nothing_filled_in);
	tcase_add_test(tc, there_and_back);
}

int
main(void)
{
	return test_main("write_doc", fill, 20);
}
