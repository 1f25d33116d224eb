/*
 * What becomes of a case: introductions and those kept out, books and
 * references, keys and terms, the statement, closing.  Stops: test_stop.c.
 */
#include "agent/cases/part.h"
#include "agent/outgoing/compose.h"
#include "agent/keyring.h"
#include "agent/intake/mailbox.h"
#include "agent/intake/opening.h"
#include "agent/consent/statement.h"
#include "keys/arrow.h"
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

/* Police tells school what happened; returns what became of the copy. */
static struct copy
tell(const char *to)
{
	static const char json[] = "{\"schema\":\"wayleave/observation/1\","
	    "\"author\":{\"role\":\"officer\"},\"component\":\"C1\","
	    "\"actor\":\"P1\",\"targets\":[\"P2\"],\"codes\":[\"CC30\"],"
	    "\"text\":\"a thing that stays between two\",\"source\":\"SRC1\"}";
	struct agent *a = o->a[WORLD_POLICE];
	struct copy copy = { .state = 0 };
	struct content *c = calloc(1, sizeof *c);
	struct why why = { "" };
	struct refusal no;
	struct worker w;
	uint8_t id[WIRE_CASE], own[RECORD_ID_LEN];

	case_id(o, id);
	ck_ok(workers_by_account(a, "p.nowak", &w));
	ck_assert_msg(content_read(c, json, sizeof json - 1, NULL, &why) ==
	    ERR_NONE, "%s", why.text);
	randombytes_buf(own, sizeof own);
	content_set_id(c, own);
	strcpy(copy.member, to);
	ck_ok(compose_send(a, &w, id, c, &copy, 1, &no, &why));
	free(c);
	office_settle(o);
	office_pass(o, 5 * CLOCK_SECOND_MS);
	return copy;
}

/* ---- introductions and those kept out ---------------------------------- */

static enum error_code
find_introduction(void *ctx, const struct mail *m)
{
	if (m->introduction && m->idx > *(uint64_t *)ctx)
		*(uint64_t *)ctx = m->idx;
	return ERR_NONE;
}

static uint64_t
introduction_at(unsigned m)
{
	uint8_t id[WIRE_CASE];
	uint64_t idx = 0;

	case_id(o, id);
	ck_ok(mailbox_list(o->a[m], id, find_introduction, &idx));
	ck_assert_uint_gt(idx, 0);
	return idx;
}

static void
open_introduction(unsigned m, const char *account)
{
	uint8_t id[WIRE_CASE], stamp[WIRE_STAMP];
	const uint64_t idx = introduction_at(m);
	struct why why = { "" };
	struct worker w;

	case_id(o, id);
	ck_ok(workers_by_account(o->a[m], account, &w));
	ck_assert_msg(opening_ask(o->a[m], &w, id, &idx, 1, stamp, &why) ==
	    ERR_NONE, "%s", why.text);
	office_settle(o);
}

START_TEST(officer_compares_first)
{
	const struct told *t;
	uint8_t id[WIRE_CASE];
	json_t *excl;

	office_worker(o, WORLD_SCHOOL, "a.reid", "Ann Reid", RIGHT_WORKER);
	case_open(o, &s);
	case_consent(o, &s);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	case_id(o, id);
	ck_assert(!cases_checked(o->a[WORLD_POLICE], id));
	ck_assert(cases_checked(o->a[WORLD_CUSTODIAN], id));
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_checked, json_pack(
	    "{s:i}", "case", 1));
	ck_told(t, CLI_NO);             /* not opened yet */
	open_introduction(WORLD_POLICE, "p.nowak");
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_checked, json_pack(
	    "{s:i}", "case", 1));
	ck_told(t, CLI_DONE);
	excl = json_object_get(t->result, "exclusions");
	ck_assert_uint_eq(json_array_size(excl), 1);
	ck_assert_str_eq(office_str(json_array_get(excl, 0), "name"),
	    "Tom Reid");
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_checked, json_pack(
	    "{s:i, s:b, s:[s]}", "case", 1, "confirm", 1, "excluded",
	    "nobody"));
	ck_told(t, CLI_INPUT);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_checked, json_pack(
	    "{s:i, s:b}", "case", 1, "confirm", 1));
	ck_told(t, CLI_DONE);
	ck_assert(cases_checked(o->a[WORLD_POLICE], id));
}
END_TEST

/* The cousin works at the school: to him the case does not exist. */
START_TEST(excluded_meets_an_unknown_case)
{
	const struct told *t;
	uint8_t id[WIRE_CASE];
	char unknown[2048];

	office_worker(o, WORLD_SCHOOL, "officer", "Olga Fischer",
	    RIGHT_WORKER | RIGHT_OFFICER);
	office_worker(o, WORLD_SCHOOL, "a.bell", "Ann Bell", RIGHT_WORKER);
	case_open(o, &s);
	case_consent(o, &s);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	case_id(o, id);
	open_introduction(WORLD_SCHOOL, "officer");
	t = office_ask(o, WORLD_SCHOOL, "officer", api_checked, json_pack(
	    "{s:i, s:b, s:[s]}", "case", 1, "confirm", 1, "excluded",
	    "a.bell"));
	ck_told(t, CLI_DONE);
	ck_assert(cases_excluded(o->a[WORLD_SCHOOL], id, "t.reid"));
	ck_assert(cases_excluded(o->a[WORLD_SCHOOL], id, "a.bell"));
	ck_assert(!cases_excluded(o->a[WORLD_SCHOOL], id, "officer"));
	t = office_ask(o, WORLD_SCHOOL, "t.reid", api_withdraw, json_pack(
	    "{s:i, s:s}", "case", 99, "member", "police"));
	strcpy(unknown, t->words);
	t = office_ask(o, WORLD_SCHOOL, "t.reid", api_withdraw, json_pack(
	    "{s:i, s:s}", "case", 1, "member", "police"));
	ck_told(t, CLI_NO);
	ck_assert_str_eq(t->words, unknown);
	t = office_ask(o, WORLD_SCHOOL, "t.reid", api_cases, json_object());
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "cases")), 0);
	/* who comes later is compared, too */
	office_worker(o, WORLD_SCHOOL, "tom", "REID, Tom", RIGHT_WORKER);
	ck_assert(cases_excluded(o->a[WORLD_SCHOOL], id, "tom"));
}
END_TEST

START_TEST(exclusions_travel_later)
{
	const struct told *t;
	struct content *c = calloc(1, sizeof *c);
	uint8_t id[WIRE_CASE];
	const uint64_t zero = 0;
	uint64_t first, second;

	case_open(o, &s);
	case_consent(o, &s);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	first = introduction_at(WORLD_POLICE);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_exclude, json_pack(
	    "{s:s, s:[{s:s, s:s}]}", "case", "NB-17", "exclusions", "name",
	    "Pia Nowak", "relation", "sister of P1"));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "introductions")), 2);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	second = introduction_at(WORLD_POLICE);
	ck_assert_uint_gt(first + second, zero);
	ck_assert_uint_ne(first, second);
	case_id(o, id);
	ck_ok(cases_book_get(o->a[WORLD_CUSTODIAN], id, c));
	ck_assert_uint_eq(c->u.introduction.n_exclusions, 2);
	free(c);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_exclude, json_pack(
	    "{s:s, s:[{s:s}]}", "case", "NB-17", "exclusions", "name",
	    "bad\nname"));
	ck_told(t, CLI_INPUT);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_introduce, json_pack(
	    "{s:s, s:[s]}", "case", "NB-17", "to", "school"));
	ck_told(t, CLI_DONE);
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "introductions")), 1);
}
END_TEST

START_TEST(names_alike)
{
	static const struct { const char *x, *y; unsigned like; } row[] = {
		{ "Tom Reid", "Tom Reid", 2 }, { "Tom Reid", "REID, tom", 2 },
		{ "Tom Reid", "Dr Tom A. Reid", 2 },
		{ "Tom Reid", "Ann Reid", 1 }, { "Reid", "Reid", 2 },
		{ "Reid", "Tom Reid", 1 }, { "Tom Reid", "Ann Bell", 0 },
		{ "", "Tom Reid", 0 }, { "\xc5\x81ukasz", "\xc5\x81ukasz", 2 },
		{ "Tom Reid", "Tomas Reidl", 0 },
	};

	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		ck_assert_msg(cases_name_likeness(row[i].x, row[i].y) ==
		    row[i].like, "%s / %s", row[i].x, row[i].y);
		ck_assert_uint_eq(cases_name_likeness(row[i].y, row[i].x),
		    row[i].like);
	}
}
END_TEST

/* ---- numbers, references ----------------------------------------------- */

START_TEST(numbers_and_references)
{
	struct agent *a = o->a[WORLD_POLICE];
	const uint8_t x[WIRE_CASE] = { 1 }, y[WIRE_CASE] = { 2 };
	uint8_t id[WIRE_CASE];
	char reference[CASES_REFERENCE_MAX + 1], longer[80];
	uint64_t no, again;

	ck_ok(cases_number(a, x, &no));
	ck_ok(cases_number(a, x, &again));
	ck_assert_uint_eq(no, again);
	ck_ok(cases_number(a, y, &again));
	ck_assert_uint_ne(no, again);
	ck_ok(cases_by_number(a, no, id));
	ck_assert_mem_eq(id, x, WIRE_CASE);
	ck_err(cases_by_number(a, 99, id), ERR_NOTFOUND);
	ck_err(cases_reference(a, x, reference), ERR_NOTFOUND);
	ck_ok(cases_set_reference(a, x, "CF-2026-0417"));
	ck_ok(cases_by_reference(a, "CF-2026-0417", id));
	ck_assert_mem_eq(id, x, WIRE_CASE);
	ck_ok(cases_reference(a, x, reference));
	ck_assert_str_eq(reference, "CF-2026-0417");
	ck_err(cases_set_reference(a, y, "CF-2026-0417"), ERR_EXISTS);
	ck_err(cases_set_reference(a, y, "17"), ERR_FORMAT);
	ck_err(cases_set_reference(a, y, ""), ERR_FORMAT);
	ck_err(cases_set_reference(a, y, "a\tb"), ERR_FORMAT);
	memset(longer, 'x', sizeof longer);
	longer[64] = '\0';
	ck_err(cases_set_reference(a, y, longer), ERR_FORMAT);
	ck_err(cases_by_reference(a, longer, id), ERR_NOTFOUND);
	ck_err(cases_by_reference(a, "CF-2026-0418", id), ERR_NOTFOUND);
}
END_TEST

/* ---- keys and terms ---------------------------------------------------- */

/* An end that lost its arrow keys asks, and gets them again, unattended. */
START_TEST(key_asked_again)
{
	struct agent *a = o->a[WORLD_SCHOOL];
	uint8_t id[WIRE_CASE], key[32];
	const struct wire_question q = { .what = ASK_ARROW_KEY,
	    .has_case = true };
	struct wire_question ask = q;

	case_open(o, &s);
	case_consent(o, &s);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	case_id(o, id);
	ck_ok(db_exec(a->db, "DELETE FROM arrow", NULL));
	ck_err(keyring_arrow(a, id, "police", "school", key), ERR_NOTFOUND);
	office_pass(o, 2 * CLOCK_MINUTE_MS);
	memcpy(ask.case_id, id, WIRE_CASE);
	ck_ok(intake_ask(a, &ask, NULL, NULL));
	office_settle(o);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	ck_ok(keyring_arrow(a, id, "police", "school", key));
	ck_ok(keyring_arrow(a, id, "school", "refuge", key));
}
END_TEST

/* Labels or a clear part that say other than the terms: not in force here. */
START_TEST(lying_terms_are_not_in_force)
{
	struct agent *a = o->a[WORLD_CUSTODIAN];
	struct terms t, again;
	struct wire_grant g = { .sender = "police", .recipient = "school" };
	struct buf plain, sealed;
	uint8_t id[WIRE_CASE], hash[WIRE_HASH], key[32];

	case_open(o, &s);
	case_consent(o, &s);
	case_id(o, id);
	ck_assert(hex_decode(hash, WIRE_HASH, case_grant(o, 0)));
	ck_ok(cases_terms(a, hash, &t));
	ck_ok(keyring_arrow(a, id, "police", "school", key));
	for (unsigned i = 0; i < 6; i++) {
		struct wire_grant lie;

		buf_init(&plain, TERMS_MAX);
		buf_init(&sealed, TERMS_MAX);
		ck_ok(terms_encode(&t, &plain));
		ck_ok(arrow_terms_seal(key, id, "police", "school",
		    buf_view(&plain), &sealed));
		g.from = t.from;
		g.until = t.until;
		g.keep_read_days = t.keep_read_days;
		crypto_hash_sha256(g.terms_hash, plain.data, plain.n);
		ck_ok(terms_labels(key, &t, g.label));
		g.terms = buf_view(&sealed);
		lie = g;
		if (i == 1)
			lie.until++;
		if (i == 2)
			lie.label[3][0] ^= 1;
		if (i == 3)
			lie.terms_hash[0] ^= 1;
		if (i == 4)
			lie.introduction = true;
		if (i == 5)
			sealed.data[30] ^= 1;
		hash[0] = (uint8_t)i;
		ck_ok(agent_begin(a));
		ck_ok(agent_end(a, terms_take(a, id, hash, 7, i, &lie)));
		ck_err(cases_terms(a, hash, &again),
		    i == 0 ? ERR_NONE : ERR_REFUSED);
		buf_free(&plain);
		buf_free(&sealed);
	}
	ck_assert_uint_eq(case_tasks(o, "terms-disagree"), 5);
}
END_TEST

/* Terms wait for their key and are judged when it comes. */
START_TEST(terms_wait_for_their_key)
{
	struct agent *a = o->a[WORLD_SCHOOL];
	uint8_t id[WIRE_CASE], hash[WIRE_HASH], key[32];
	struct terms t;

	case_open(o, &s);
	/* school is away while permissions are given */
	office_disconnect(o, WORLD_SCHOOL);
	case_consent(o, &s);
	ck_assert(hex_decode(hash, WIRE_HASH, case_grant(o, 0)));
	case_id(o, id);
	ck_err(cases_terms(a, hash, &t), ERR_NOTFOUND);
	office_connect(o, WORLD_SCHOOL);
	office_settle(o);
	office_pass(o, CLOCK_MINUTE_MS);
	ck_ok(keyring_arrow(a, id, "police", "school", key));
	ck_ok(cases_terms(a, hash, &t));
}
END_TEST

/* ---- the account ------------------------------------------------------- */

START_TEST(statement_tells_who_was_told)
{
	const struct told *t;
	const char *text;
	struct copy copy;

	case_open(o, &s);
	case_consent(o, &s);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	open_introduction(WORLD_SCHOOL, "t.reid");
	copy = tell("school");
	ck_assert_msg(copy.state != COPY_REFUSED, "%s %s", copy.rule,
	    copy.text);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_mandated, json_pack(
	    "{s:i, s:s, s:s, s:s, s:s}", "case", 1, "to", "AG03", "ground",
	    "LB6", "told", "no", "why", "court-order"));
	ck_told(t, CLI_DONE);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_statement, json_pack(
	    "{s:s}", "case", "NB-17"));
	ck_told(t, CLI_DONE);
	text = office_str(t->result, "text");
	ck_assert_ptr_nonnull(strstr(text, "Permissions: 5. Delivered: 3. "
	    "Refused: 0. Not delivered: 0. Shared outside: 1."));
	ck_assert_ptr_nonnull(strstr(text, "The police told The school: "
	    "Coercive control of another adult (C1). Not opened."));
	ck_assert_ptr_nonnull(strstr(text, "The refuge told The school: Who "
	    "the family is (ID). Opened "));
	ck_assert_ptr_nonnull(strstr(text, "by caseworker."));
	ck_assert_ptr_nonnull(strstr(text, "outside with ag03 because the law "
	    "asked for it (LB6). You were told: no."));
	/* no content, no worker */
	ck_assert_ptr_null(strstr(text, "stays between two"));
	ck_assert_ptr_null(strstr(text, "Marketa"));
	ck_assert_ptr_null(strstr(text, "Nowak"));
	ck_assert_uint_eq(json_array_size(json_object_get(t->result,
	    "lines")), 9);
	/* others have no statement of it */
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_statement, json_pack(
	    "{s:i}", "case", 1));
	ck_told(t, CLI_NO);
}
END_TEST

/* Queued for a receiver that is away when she says no: dropped, and told. */
START_TEST(statement_tells_what_was_dropped)
{
	const struct told *t;
	const char *text;

	case_open(o, &s);
	case_consent(o, &s);
	office_pass(o, 10 * CLOCK_SECOND_MS);
	office_disconnect(o, WORLD_SCHOOL);
	ck_assert_int_ne(tell("school").state, COPY_REFUSED);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_withdraw, json_pack(
	    "{s:s, s:b}", "case", "NB-17", "all", 1));
	ck_told(t, CLI_DONE);
	office_pass(o, CLOCK_MINUTE_MS);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_statement, json_pack(
	    "{s:s}", "case", "NB-17"));
	ck_told(t, CLI_DONE);
	text = office_str(t->result, "text");
	ck_assert_ptr_nonnull(strstr(text, "Not delivered: 1."));
	ck_assert_ptr_nonnull(strstr(text, "Not delivered from The police to "
	    "The school: Coercive control of another adult (C1); the "
	    "permission had ended."));
	ck_assert_ptr_nonnull(strstr(text, "All permissions were withdrawn."));
	/* and nothing more goes: one face for no */
	ck_assert_int_eq(tell("school").state, COPY_REFUSED);
}
END_TEST

START_TEST(statement_offline_says_so)
{
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	office_disconnect(o, WORLD_CUSTODIAN);
	office_settle(o);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_statement, json_pack(
	    "{s:s}", "case", "NB-17"));
	ck_told(t, CLI_NOT_NOW);
	ck_assert(json_is_false(json_object_get(t->result, "complete")));
	ck_assert_ptr_nonnull(strstr(office_str(t->result, "text"),
	    "You allowed The police to tell The school"));
}
END_TEST

START_TEST(mandated_names_the_field)
{
	static const struct { const char *key, *value; } row[] = {
		{ "to", "no agency!" }, { "ground", "LB1" }, { "told", "" },
		{ "why", "because" },
	};
	const struct told *t;

	case_open(o, &s);
	case_consent(o, &s);
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		json_t *in = json_pack("{s:i, s:s, s:s, s:s, s:s}", "case", 1,
		    "to", "AG02", "ground", "LB3", "told", "yes", "why",
		    "child-at-risk");

		json_object_set_new(in, row[i].key,
		    json_string(row[i].value));
		t = office_ask(o, WORLD_SCHOOL, "t.reid", api_mandated, in);
		ck_told(t, CLI_INPUT);
		ck_assert_msg(strncmp(t->words, row[i].key,
		    strlen(row[i].key)) == 0, "%s", t->words);
	}
}
END_TEST

/* ---- closing ----------------------------------------------------------- */

START_TEST(closed_for_good)
{
	const struct told *t;
	struct store_case k;
	uint8_t id[WIRE_CASE];

	case_open(o, &s);
	case_consent(o, &s);
	t = office_ask(o, WORLD_POLICE, "p.nowak", api_case_close, json_pack(
	    "{s:i}", "case", 1));
	ck_told(t, CLI_NO);
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_case_close, json_pack(
	    "{s:s}", "case", "NB-17"));
	ck_told(t, CLI_DONE);
	case_id(o, id);
	ck_ok(store_case(o->r->store, id, &k));
	ck_assert_int_eq(k.state, CASE_CLOSED);
	/* her key can do nothing any more, and is not kept */
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_consent,
	    case_request(&s, "second"));
	ck_told(t, CLI_NO);
	ck_assert_ptr_nonnull(strstr(t->words, "closed"));
	t = office_ask(o, WORLD_CUSTODIAN, "susan", api_statement, json_pack(
	    "{s:s}", "case", "NB-17"));
	ck_told(t, CLI_DONE);
	ck_assert_ptr_nonnull(strstr(office_str(t->result, "text"),
	    "The case was closed."));
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, officer_compares_first);
	tcase_add_test(tc, excluded_meets_an_unknown_case);
	tcase_add_test(tc, exclusions_travel_later);
	tcase_add_test(tc, names_alike);
	tcase_add_test(tc, numbers_and_references);
	tcase_add_test(tc, key_asked_again);
	tcase_add_test(tc, lying_terms_are_not_in_force);
	tcase_add_test(tc, terms_wait_for_their_key);
	tcase_add_test(tc, statement_tells_who_was_told);
	tcase_add_test(tc, statement_tells_what_was_dropped);
	tcase_add_test(tc, statement_offline_says_so);
	tcase_add_test(tc, mandated_names_the_field);
	tcase_add_test(tc, closed_for_good);
}

int
main(void)
{
	return test_main("cases", fill, 180);
}
