/*
 * Terms of a permission: the encoding, and every row of terms_check with a
 * case in which it alone fails.
 */
#include "agent/practice/terms.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define DAY ((uint64_t)86400000)
#define SET(field, text) (void)snprintf(field, sizeof(field), "%s", text)

static struct terms t;
static struct terms_facts f;
static struct observation message;
static struct refusal r;

static void
put_person(struct person_list *l, const char *id)
{

	SET(l->v[l->n].s, id);
	l->n++;
}

/* A child's records from the therapist to the school desk: all in order. */
static void
setup(void)
{

	memset(&t, 0, sizeof(t));
	memset(&f, 0, sizeof(f));
	memset(&message, 0, sizeof(message));
	memset(t.random, 0xa5, sizeof(t.random));
	memset(t.case_id, 0x11, sizeof(t.case_id));
	SET(t.sender, "northbank-therapy");
	SET(t.recipient, "northbank-children");
	SET(t.intermediary, "northbank-broker");
	SET(t.principal.s, "P2");
	put_person(&t.subjects, "K1");
	put_person(&t.subjects, "P2");
	SET(t.grantor.s, "P2");
	t.capacity = CAPACITY_PARENT;
	t.scopes = SCOPE_BIT(SCOPE_C4) | SCOPE_BIT(SCOPE_SR) |
	    SCOPE_BIT(SCOPE_SG2);
	t.purpose = vocabulary_find("PU02");
	t.from = 1000 * DAY;
	t.until = 1060 * DAY;
	t.keep_read_days = 30;
	t.method = METHOD_IN_PERSON;
	SET(t.notice, "consent-notice/1");
	SET(t.language, "pl");
	SET(t.interpreter_role, "booked interpreter");
	t.asked_alone = t.safe_now = ANSWER_YES;
	t.pressed = ANSWER_NO;
	t.not_condition_of_service = t.told_how_to_stop = true;
	SET(t.jurisdiction, "GB-SCT");
	SET(t.law_profile, "SCOT");
	t.lawful_bases.v[t.lawful_bases.n++] = vocabulary_find("LB1");
	t.duty_shown = DUTY_PARENTS;
	t.duty_confirmed = true;
	put_person(&t.withhold_from, "P1");
	SET(t.withhold_reason, "safety");
	SET(t.conflict_checked.s, "2026-11-01");
	SET(t.conflict_checked_by, "advocate");
	t.conflict_found = ANSWER_NO;
	t.n_agreements = 1;
	SET(t.agreements[0].person.s, "K1");
	t.agreements[0].segment = SCOPE_SG2;
	t.agreements[0].capacity = CAPACITY_PARENT;
	SET(t.agreements[0].on.s, "2026-11-01");

	f.case_id_hex = "11111111111111111111111111111111";
	f.sender = "northbank-therapy";
	f.recipient = "northbank-children";
	f.from = t.from;
	f.until = t.until;
	f.keep_read_days = 30;
	f.custodian_kind = "AG06";
	f.recipient_duty = DUTY_PARENTS;
	f.recipient_kind = "AG09";
	put_person(&f.causing_harm, "P1");
	message.component = SCOPE_C4;
	message.codes.v[message.codes.n++] = vocabulary_find("AI10");
	message.segments.v[message.segments.n++] = vocabulary_find("SG2");
	put_person(&message.targets, "K1");
	put_person(&message.subjects, "K1");
	f.message = &message;
}

static void
expect(const char *rule, const char *field)
{

	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_REFUSED);
	ck_assert_msg(strcmp(r.rule, rule) == 0, "%s %s, not %s %s", r.rule,
	    r.field, rule, field);
	ck_assert_str_eq(r.field, field);
	ck_assert_str_ne(r.text, "");
	setup();
	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
}

START_TEST(all_in_order)
{

	ck_assert_msg(terms_check(&t, &f, &r) == ERR_NONE, "%s %s", r.rule,
	    r.field);
	/* At signing there is no message yet. */
	f.message = NULL;
	ck_assert_uint_eq(terms_check(&t, &f, NULL), ERR_NONE);
}
END_TEST

START_TEST(r2_clear_part)
{

	f.case_id_hex = "11111111111111111111111111111112";
	expect("R2", "terms");
	f.sender = "northbank-police";
	expect("R2", "terms");
	f.recipient = "northbank-police";
	expect("R2", "terms");
	f.from++;
	expect("R2", "terms");
	f.until++;
	expect("R2", "terms");
	f.keep_read_days = 29;
	expect("R2", "terms");
	f.introduction = true;
	expect("R2", "terms");
	/* ID alone must be marked, and only that. */
	t.scopes = SCOPE_BIT(SCOPE_ID);
	f.message = NULL;
	expect("R2", "terms");
}
END_TEST

START_TEST(r3_no_blanks)
{

	t.sender[0] = '\0';
	f.sender = NULL;
	expect("R3", "recipient");
	SET(t.recipient, "*");
	f.recipient = NULL;
	expect("R3", "recipient");
	SET(t.recipient, "northbank-therapy");
	f.recipient = NULL;
	expect("R3", "recipient");
	t.intermediary[0] = '\0';
	expect("R3", "recipient");
	t.purpose = NULL;
	expect("R3", "purpose");
	t.scopes = SCOPE_BIT(SCOPE_SG2);
	f.message = NULL;
	expect("R3", "scopes");
	t.principal.s[0] = '\0';
	expect("R3", "subjects");
	t.subjects.n = 0;
	expect("R3", "subjects");
}
END_TEST

START_TEST(r4_ninety_days)
{

	f.until = t.until = t.from + 90 * DAY;
	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
	f.until = ++t.until;
	expect("R4", "until");
	f.until = t.until = t.from;
	expect("R4", "until");
	f.keep_read_days = t.keep_read_days = 31;
	expect("R4", "until");
}
END_TEST

START_TEST(r8_in_private)
{

	t.asked_alone = ANSWER_UNSET;
	expect("R8", "asked_alone");
	t.asked_alone = ANSWER_NO;
	expect("R8", "asked_alone");
	t.safe_now = ANSWER_NO;
	expect("R8", "asked_alone");
	t.pressed = ANSWER_YES;
	expect("R8", "asked_alone");
	t.pressed = ANSWER_UNSET;
	expect("R8", "asked_alone");
	t.method = METHOD_UNSET;
	expect("R8", "asked_alone");
	t.notice[0] = '\0';
	expect("R8", "notice");
	t.language[0] = '\0';
	expect("R8", "notice");
	t.not_condition_of_service = false;
	expect("R8", "notice");
	t.told_how_to_stop = false;
	expect("R8", "notice");
}
END_TEST

START_TEST(r10_who_signs)
{

	SET(t.grantor.s, "P1");
	expect("R10", "grantor");
	SET(t.grantor.s, "K1");
	expect("R10", "grantor");
	t.capacity = CAPACITY_UNSET;
	expect("R10", "grantor");
	t.capacity = CAPACITY_SELF;
	SET(t.grantor.s, "P3");
	expect("R10", "grantor");
	SET(t.interpreter.s, "P1");
	expect("R10", "interpreter");
	SET(t.interpreter.s, "K2");
	expect("R10", "interpreter");
	SET(t.witness.s, "P1");
	expect("R10", "interpreter");
	/* Someone who causes harm may decide about own records alone. */
	t.capacity = CAPACITY_PATIENT;
	SET(t.grantor.s, "P1");
	SET(t.principal.s, "P1");
	expect("R10", "grantor");
	t.capacity = CAPACITY_PATIENT;
	SET(t.grantor.s, "P1");
	SET(t.principal.s, "P1");
	t.subjects.n = 0;
	put_person(&t.subjects, "P1");
	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
}
END_TEST

START_TEST(r11_childs_own_line)
{

	put_person(&f.own_line, "K1");
	t.agreements[0].capacity = CAPACITY_CHILD; /* R12 is met */
	expect("R11", "agreements");
	/* Own words of another child than the message is about. */
	put_person(&f.own_line, "K2");
	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
	SET(message.subjects.v[0].s, "K2");
	expect("R11", "agreements");
	put_person(&f.own_line, "K1");
	t.agreements[0].capacity = CAPACITY_CHILD;
	t.n_agreements = 2;
	SET(t.agreements[1].person.s, "K1");
	SET(t.agreements[1].on.s, "2026-11-01");
	t.agreements[1].capacity = CAPACITY_CHILD;
	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
	/* A parent's yes is not the child's. */
	t.agreements[1].capacity = CAPACITY_PARENT;
	expect("R11", "agreements");
}
END_TEST

START_TEST(r12_patients_line)
{

	t.n_agreements = 0;
	expect("R12", "agreements");
	t.agreements[0].on.s[0] = '\0';
	expect("R12", "agreements");
	t.agreements[0].segment = SCOPE_SG1;
	expect("R12", "agreements");
	/* The record is about somebody else's treatment. */
	SET(message.targets.v[0].s, "K2");
	expect("R12", "agreements");
	SET(message.owner.s, "P1");
	expect("R12", "agreements");
	message.component = SCOPE_SR;
	message.codes.v[0] = vocabulary_find("SR11");
	message.targets.n = 0;
	message.subjects.n = 0;
	expect("R12", "agreements");
	/* No treatment, no patient to ask. */
	message.segments.n = 0;
	SET(message.targets.v[0].s, "K2");
	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
}
END_TEST

START_TEST(r13_someone_close)
{

	f.conflict_hit = true;
	expect("R13", "conflict_checked");
	t.conflict_found = ANSWER_YES;
	expect("R13", "conflict_checked");
	t.conflict_found = ANSWER_UNSET;
	expect("R13", "conflict_checked");
	t.conflict_checked.s[0] = '\0';
	expect("R13", "conflict_checked");
	t.conflict_checked_by[0] = '\0';
	expect("R13", "conflict_checked");
	f.conflict_hit = true;
	t.closed_desk = true;
	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
}
END_TEST

START_TEST(r16_roles)
{
	static const char *const openers[] = { "AG06", "AG08", "AG14" };
	size_t i;

	f.custodian_kind = "AG01";
	expect("R16", "custodian");
	for (i = 0; i < 3; i++) {
		f.custodian_kind = openers[i];
		ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
	}
	f.role_conflict = true;
	expect("R16", "persons");
}
END_TEST

START_TEST(r17_request_for_file)
{

	f.perpetrator_request = true;
	expect("R17", "subjects");
}
END_TEST

START_TEST(r18_onward)
{

	t.duty_shown = DUTY_NONE;
	expect("R18", "duty_shown");
	t.duty_confirmed = false;
	expect("R18", "duty_shown");
	f.recipient_duty = DUTY_RELEVANT_PERSONS;
	expect("R18", "duty_shown");
	f.recipient_kind = "AG04";
	expect("R18", "purpose");
	f.recipient_kind = "AG15";
	expect("R18", "purpose");
	t.withhold_reason[0] = '\0';
	expect("R18", "withhold_reason");
	f.recipient_kind = "AG03";
	t.purpose = vocabulary_find("PU05");
	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
	f.recipient_duty = DUTY_NONE;
	t.duty_confirmed = false;
	ck_assert_uint_eq(terms_check(&t, &f, &r), ERR_NONE);
}
END_TEST

START_TEST(r1_parts_of_the_message)
{

	message.codes.v[message.codes.n++] = vocabulary_find("CC01");
	expect("R1", "scopes");
}
END_TEST

START_TEST(encoding)
{
	struct terms again;
	struct why why = { "" };
	struct buf a, b;

	buf_init(&a, TERMS_MAX);
	buf_init(&b, TERMS_MAX);
	ck_assert_uint_eq(terms_encode(&t, &a), ERR_NONE);
	ck_assert_mem_eq(a.data, t.random, TERMS_RANDOM_LEN);
	ck_assert_msg(terms_decode(&again, buf_view(&a), &why) == ERR_NONE,
	    "%s", why.text);
	ck_assert_mem_eq(&again, &t, sizeof(t));
	ck_assert_uint_eq(terms_encode(&again, &b), ERR_NONE);
	ck_assert(bytes_equal(buf_view(&a), buf_view(&b)));
	/* Spaces say the same and are another hash: refused. */
	buf_put_str(&b, " ");
	ck_assert_uint_eq(terms_decode(&again, buf_view(&b), &why),
	    ERR_FORMAT);
	ck_assert_uint_eq(terms_decode(&again, bytes_of(a.data, 31), &why),
	    ERR_SIZE);
	ck_assert_uint_eq(again.n_agreements, 0);
	buf_free(&a);
	buf_free(&b);
}
END_TEST

START_TEST(bits)
{
	struct terms again;
	struct buf a, b;
	size_t i;

	buf_init(&a, TERMS_MAX);
	buf_init(&b, TERMS_MAX);
	ck_assert_uint_eq(terms_encode(&t, &a), ERR_NONE);
	for (i = 0; i < 8 * a.n; i++) {
		a.data[i / 8] ^= (uint8_t)(1 << (i % 8));
		if (terms_decode(&again, buf_view(&a), NULL) == ERR_NONE) {
			/* Another value, and never two ways to say one. */
			ck_assert_int_ne(memcmp(&again, &t, sizeof(t)), 0);
			buf_clear(&b);
			ck_assert_uint_eq(terms_encode(&again, &b),
			    ERR_NONE);
			ck_assert(bytes_equal(buf_view(&a), buf_view(&b)));
		}
		a.data[i / 8] ^= (uint8_t)(1 << (i % 8));
	}
	for (i = 0; i < a.n; i++)
		ck_assert_uint_ne(terms_decode(&again, bytes_of(a.data, i),
		    NULL), ERR_NONE);
	buf_free(&a);
	buf_free(&b);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("terms");
	TCase *c = tcase_create("terms");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, NULL);
	tcase_add_test(c, all_in_order);
	tcase_add_test(c, r2_clear_part);
	tcase_add_test(c, r3_no_blanks);
	tcase_add_test(c, r4_ninety_days);
	tcase_add_test(c, r8_in_private);
	tcase_add_test(c, r10_who_signs);
	tcase_add_test(c, r11_childs_own_line);
	tcase_add_test(c, r12_patients_line);
	tcase_add_test(c, r13_someone_close);
	tcase_add_test(c, r16_roles);
	tcase_add_test(c, r17_request_for_file);
	tcase_add_test(c, r18_onward);
	tcase_add_test(c, r1_parts_of_the_message);
	tcase_add_test(c, encoding);
	tcase_add_test(c, bits);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return (failed == 0 ? 0 : 1);
}
