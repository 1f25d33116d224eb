/*
 * Openings: no share is believed without its proof, none outlives the
 * permission it came under, and content that lies is not shown.
 */
#include "agent/distrust.h"
#include "agent/life.h"
#include "agent/outgoing/kept.h"
#include "tests/unit/agent/liar.h"

static struct office *o;
static struct liar *l;
static struct told_case k;
static uint64_t intro;                  /* an introduction, stored */
static struct worker officer;
static struct content content;

/* Delivers it as things are, with the grants of the case told. */
static uint64_t
stored(const struct mail_edit *edit)
{
	struct bytes cipher;
	struct record *r = liar_mail_record(l, WORLD_CUSTODIAN, "ID", edit,
	    &cipher);
	const uint64_t idx = l->n;

	liar_deliver(l, r, cipher, k.intro_idx);
	liar_close(l);
	liar_ok(l);
	return idx;
}

static void
setup(void)
{
	o = liar_office(&l);
	liar_case(l, &k);
	liar_close(l);
	liar_ok(l);
	officer = (struct worker){ .account = "x", .pseudonym = { 1, 2 },
	    .role = "officer", .rights = RIGHT_WORKER | RIGHT_OFFICER };
	intro = stored(NULL);
}

static void
teardown(void)
{
	liar_destroy(&l);
	office_destroy(&o);
}

static void
ask(uint64_t idx, uint8_t stamp[static WIRE_STAMP])
{
	struct why why = { "" };
	enum error_code e = opening_ask(l->a, &officer, l->w->kase.id, &idx, 1,
	    stamp, &why);

	ck_assert_msg(e == ERR_NONE, "%s: %s", error_text(e), why.text);
	ck_ok(outgoing_seal(l->a));
}

static struct wire_opened_line
admitted(void)
{
	return (struct wire_opened_line){ .grant = k.intro_idx,
	    .lease_end = l->time + 4 * CLOCK_HOUR_MS };
}

static bool
open_now(uint64_t idx)
{
	uint8_t share[32];

	return leases_get(l->a->leases, idx, officer.pseudonym,
	    clock_boot(&l->a->clock), share);
}

/* As an honest broker opens it; then it can be read. */
static void
opened(uint64_t idx)
{
	const struct wire_opened_line line = admitted();
	uint8_t stamp[WIRE_STAMP];

	ask(idx, stamp);
	liar_opened(l, stamp, &line, 1, bytes_of(l->mail_share, 32));
	liar_close(l);
	liar_ok(l);
	ck_assert(open_now(idx));
}

static enum error_code
plain(uint64_t idx)
{
	struct why why = { "" };
	enum error_code e = opening_plain(l->a, &officer, idx, &content,
	    &why);

	if (e == ERR_NONE)
		content_wipe(&content);
	return e;
}

START_TEST(opened_and_read)
{
	struct worker other = officer;
	uint8_t stamp[WIRE_STAMP];
	struct mail m;

	ck_err(plain(intro), ERR_LOCKED);
	opened(intro);
	ck_ok(opening_plain(l->a, &officer, intro, &content, NULL));
	ck_assert_int_eq((int)content.kind, CONTENT_INTRODUCTION);
	ck_assert_str_eq(content.u.introduction.persons[0].name,
	    "Example One");
	content_wipe(&content);
	ck_ok(mailbox_get(l->a, intro, &m));
	ck_assert_str_eq(m.opened_by, "officer");
	/* it is not asked twice, and not open for anybody else */
	ck_err(opening_ask(l->a, &officer, l->w->kase.id, &intro, 1, stamp,
	    NULL), ERR_EXISTS);
	other.pseudonym[0]++;
	ck_err(opening_plain(l->a, &other, intro, &content, NULL),
	    ERR_LOCKED);
}
END_TEST

/* ---- lies of the broker ------------------------------------------------------ */

/* Signed with our key, but not what this agent asked. */
START_TEST(not_our_opening)
{
	struct record *r = world_opening(l->w, WORLD_SCHOOL, &intro, 1);
	const struct wire_opened_line line = admitted();
	struct wire_opened w = { .record = r->wire, .line = &line, .n = 1 };
	struct buf out;

	buf_init(&out, ENTRY_BODY_MAX);
	ck_ok(wire_opened_encode(&w, &out));
	liar_entry(l, ENTRY_OPENED, buf_view(&out), PIECE_OPENED)->shares =
	    bytes_of(l->mail_share, 32);
	buf_free(&out);
	liar_close(l);
	liar_refused(l, "another opening", ERR_PROOF);
	ck_assert(!open_now(intro));
}
END_TEST

/* Our opening, entered as a plain record: no decision on any line. */
START_TEST(an_opening_is_entered_with_its_lines)
{
	uint8_t stamp[WIRE_STAMP];

	ask(intro, stamp);
	(void)liar_own(l, stamp);
	liar_close(l);
	liar_refused(l, "a record", ERR_FORMAT);
}
END_TEST

START_TEST(lines_and_messages_agree)
{
	struct wire_opened_line line[2] = { admitted(), admitted() };
	uint8_t stamp[WIRE_STAMP];

	ask(intro, stamp);
	liar_opened(l, stamp, line, 2, bytes_of(l->mail_share, 32));
	liar_close(l);
	liar_refused(l, "two lines", ERR_NONE);
	ck_assert(!open_now(intro));
}
END_TEST

enum trick { NOT_ADMITTED, OTHER_SHARE, ZERO_SHARE, NO_SHARE, LEASE_PAST,
    TRICKS };

START_TEST(no_lease_comes_of_it)
{
	struct wire_opened_line line = admitted();
	uint8_t stamp[WIRE_STAMP], share[32];
	struct mail m;
	size_t n = 32;

	ask(intro, stamp);
	memcpy(share, l->mail_share, 32);
	switch ((enum trick)_i) {
	case NOT_ADMITTED:
		line = (struct wire_opened_line){ .rule = RULE_NO_GRANT };
		break;
	case OTHER_SHARE:
		share[9] ^= 1;
		break;
	case ZERO_SHARE:
		memset(share, 0, 32);
		break;
	case NO_SHARE:
		n = 0;
		break;
	default:
		line.lease_end = l->time - 1;
	}
	liar_opened(l, stamp, &line, 1, bytes_of(share, n));
	liar_close(l);
	liar_ok(l);
	ck_assert(!open_now(intro));
	ck_err(plain(intro), ERR_LOCKED);
	/* no word against the sender */
	ck_ok(mailbox_get(l->a, intro, &m));
	ck_assert_int_eq(m.state, MAIL_STORED);
	ck_assert_uint_eq(rows_of(l->a, "quarantine"), 0);
}
END_TEST

/* A lease is never longer than ours, whatever the entry says. */
START_TEST(a_lease_of_a_year)
{
	struct wire_opened_line line = admitted();
	uint8_t stamp[WIRE_STAMP];

	line.lease_end = l->time + 365 * CLOCK_DAY_MS;
	ask(intro, stamp);
	liar_opened(l, stamp, &line, 1, bytes_of(l->mail_share, 32));
	liar_close(l);
	liar_ok(l);
	rig_pass(o->r, 8 * CLOCK_HOUR_MS - 1);
	ck_assert(open_now(intro));
	rig_pass(o->r, 1);
	ck_assert(!open_now(intro));
	ck_err(plain(intro), ERR_LOCKED);
}
END_TEST

/* The same opening answered again gives what is left, not all of it. */
START_TEST(sent_again_a_lease_is_shorter)
{
	struct wire_opened_line line = admitted();
	struct wire_piece piece;
	uint8_t stamp[WIRE_STAMP];

	ask(intro, stamp);
	piece = *liar_opened(l, stamp, &line, 1, bytes_of(l->mail_share, 32));
	liar_close(l);
	liar_ok(l);
	leases_wipe(l->a->leases);
	rig_pass(o->r, 3 * CLOCK_HOUR_MS);
	piece.what = PIECE_COPY;
	l->piece[0] = piece;
	l->p.n_piece = 1;
	l->time += 3 * CLOCK_HOUR_MS;
	liar_close(l);
	liar_ok(l);
	ck_assert(open_now(intro));
	rig_pass(o->r, CLOCK_HOUR_MS);
	ck_assert(!open_now(intro));
}
END_TEST

/* ---- lies of the sender -------------------------------------------------------- */

static void
cut(struct buf *b)
{
	b->n -= 5;
}

static void
short_one(struct buf *b)
{
	b->n = 100;
}

static void
not_canonical(struct buf *b)
{
	buf_put_str(b, " ");
}

static void
key_commitment(struct body *b)
{
	b->u.submission.key_commitment[1] ^= 1;
}

static const struct {
	struct mail_edit edit;
	uint32_t outcome;
} lies[] = {
	{ { .plain = cut }, RECEIPT_CONTENT },
	{ { .plain = short_one }, RECEIPT_CONTENT },
	{ { .plain = not_canonical }, RECEIPT_CONTENT },
	{ { .sealed = key_commitment }, RECEIPT_CONTENT },
	{ { .json = plain_json }, RECEIPT_LABELS },
};
enum { LIES = sizeof lies / sizeof lies[0] };

START_TEST(content_that_lies)
{
	const uint64_t idx = stored(&lies[_i].edit);
	struct db_stmt *q;
	struct mail m;
	bool row;

	opened(idx);
	ck_err(plain(idx), ERR_REFUSED);
	ck_assert(!open_now(idx));
	ck_ok(mailbox_get(l->a, idx, &m));
	ck_assert_int_eq(m.state, MAIL_REJECTED);
	ck_ok(db_prepare(l->a->db, "SELECT rule, idx FROM quarantine", &q));
	ck_ok(db_step(q, &row));
	ck_assert(row);
	ck_assert_uint_eq(db_col_u64(q, 0), lies[_i].outcome);
	ck_assert_uint_eq(db_col_u64(q, 1), idx);
	db_done(q);
	ck_err(plain(idx), ERR_LOCKED);
	/* what news brings later does not bring it back */
	liar_record(l, world_member(l->w, WORLD_POLICE), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_ok(mailbox_get(l->a, idx, &m));
	ck_assert_int_eq(m.state, MAIL_REJECTED);
}
END_TEST

/* Without the arrow's key nothing can be said against it: it waits. */
START_TEST(an_arrow_key_that_has_not_come)
{
	struct mail m;

	opened(intro);
	ck_ok(db_exec(l->a->db, "DELETE FROM arrow", NULL));
	kept_arrow_forget(l->a->kept);
	ck_err(plain(intro), ERR_LOCKED);
	ck_ok(mailbox_get(l->a, intro, &m));
	ck_assert_int_eq(m.state, MAIL_STORED);
	liar_record(l, world_arrow_key(l->w, WORLD_CUSTODIAN, WORLD_SCHOOL,
	    WORLD_SCHOOL), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_ok(plain(intro));
}
END_TEST

/* ---- what ends it --------------------------------------------------------------- */

static void
ended_news(void)
{
	struct wire_ended e = { .sender = "refuge", .recipient = "school",
	    .grant = &k.intro_idx, .n = 1 };
	struct buf out;

	memcpy(e.case_id, l->w->kase.id, WIRE_CASE);
	buf_init(&out, 1024);
	ck_ok(wire_ended_encode(&e, &out));
	liar_entry(l, ENTRY_ENDED, buf_view(&out), PIECE_NEWS);
	buf_free(&out);
}

static void
closed_news(void)
{
	liar_record(l, world_close(l->w), PIECE_NEWS);
}

static void
revoked_news(void)
{
	liar_record(l, world_revoke(l->w, WORLD_CUSTODIAN), PIECE_NEWS);
}

static void
suspended_news(void)
{
	liar_record(l, world_suspend(l->w, WORLD_CUSTODIAN), PIECE_NEWS);
}

static void (*const endings[])(void) = { ended_news, closed_news,
    revoked_news, suspended_news };

START_TEST(news_closes_at_once)
{
	struct mail m;

	opened(intro);
	endings[_i]();
	liar_close(l);
	liar_ok(l);
	ck_assert(!open_now(intro));
	ck_err(plain(intro), ERR_LOCKED);
	ck_ok(mailbox_get(l->a, intro, &m));
	ck_assert_int_eq(m.state, MAIL_LOCKED);
}
END_TEST

START_TEST(a_recall_closes_at_once)
{
	struct bytes cipher;
	struct record *r = liar_mail_record(l, WORLD_CUSTODIAN, "ID", NULL,
	    &cipher);
	const uint64_t idx = l->n;

	liar_deliver(l, r, cipher, k.intro_idx);
	liar_close(l);
	liar_ok(l);
	opened(idx);
	liar_record(l, world_recall(l->w, WORLD_CUSTODIAN, r), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_assert(!open_now(idx));
	ck_err(plain(idx), ERR_LOCKED);
}
END_TEST

START_TEST(a_lie_closes_everything)
{
	opened(intro);
	liar_record(l, world_close(l->w), PIECE_NEWS);
	liar_close(l);
	l->p.statement.count++;
	liar_sign_statement(l);
	liar_refused(l, "count", ERR_PROOF);
	ck_assert(!open_now(intro));
}
END_TEST

/* Asked for before two ledgers were met, and answered after. */
START_TEST(no_share_once_distrusted)
{
	const struct wire_opened_line line = admitted();
	uint8_t stamp[WIRE_STAMP];

	ask(intro, stamp);
	agent_distrust(l->a, NULL, "a test");
	liar_opened(l, stamp, &line, 1, bytes_of(l->mail_share, 32));
	liar_close(l);
	liar_ok(l);
	ck_assert(!open_now(intro));
	ck_err(plain(intro), ERR_LOCKED);
}
END_TEST

START_TEST(a_restart_closes_everything)
{
	opened(intro);
	agent_close(&o->a[WORLD_SCHOOL]);
	office_agent(o, WORLD_SCHOOL);
	l->a = o->a[WORLD_SCHOOL];
	ck_assert(!open_now(intro));
	ck_err(plain(intro), ERR_LOCKED);
}
END_TEST

START_TEST(locking_wipes)
{
	opened(intro);
	agent_locked(l->a);
	ck_assert_ptr_null(l->a->leases);
	ck_assert_ptr_null(l->a->epochs);
	ck_assert_ptr_null(l->a->identity);
	ck_assert_ptr_null(l->a->seal);
	ck_assert_ptr_null(l->a->link);
	ck_assert(!l->a->statement_ever);
	ck_assert_int_eq(agent_trouble(l->a), TROUBLE_LOCKED);
	agent_turn(l->a);
}
END_TEST

/* ---- who may, and when ------------------------------------------------------------ */

static enum error_code
asked(const struct worker *w, uint64_t idx)
{
	uint8_t stamp[WIRE_STAMP];
	struct why why = { "" };

	return opening_ask(l->a, w, l->w->kase.id, &idx, 1, stamp, &why);
}

START_TEST(the_officer_first)
{
	struct worker w = officer;
	struct bytes cipher;
	struct record *r = liar_mail_record(l, WORLD_POLICE, "C1", NULL,
	    &cipher);
	const uint64_t idx = l->n;
	uint8_t other[WIRE_CASE] = { 1 }, stamp[WIRE_STAMP];

	liar_deliver(l, r, cipher, k.grant_idx);
	liar_close(l);
	liar_ok(l);
	ck_err(asked(&officer, idx), ERR_DENIED);
	w.rights = RIGHT_WORKER;
	ck_err(asked(&w, intro), ERR_DENIED);
	ck_err(asked(&officer, 1), ERR_NOTFOUND);
	ck_err(opening_ask(l->a, &officer, other, &intro, 1, stamp, NULL),
	    ERR_NOTFOUND);
	ck_err(opening_ask(l->a, &officer, l->w->kase.id, &intro, 0, stamp,
	    NULL), ERR_SIZE);
}
END_TEST

START_TEST(not_without_fresh_permissions)
{
	struct agent *a = l->a;

	/* 15 minutes without a statement */
	rig_pass(o->r, 900 * CLOCK_SECOND_MS);
	ck_assert_int_eq(agent_trouble(a), TROUBLE_NONE);
	rig_pass(o->r, 1);
	ck_assert_int_eq(agent_trouble(a), TROUBLE_STALE);
	ck_err(asked(&officer, intro), ERR_OFFLINE);
	l->time = l->w->now;
	liar_close(l);
	liar_ok(l);
	ck_assert_int_eq(agent_trouble(a), TROUBLE_NONE);
	/* a clock that is not the broker's */
	l->time = l->w->now + 301 * CLOCK_SECOND_MS;
	liar_close(l);
	liar_ok(l);
	ck_assert_int_eq(agent_trouble(a), TROUBLE_CLOCK);
	ck_err(asked(&officer, intro), ERR_OFFLINE);
	l->time = l->w->now;
	liar_close(l);
	liar_ok(l);
	/* no line */
	a->offline_since = 1;
	ck_err(asked(&officer, intro), ERR_OFFLINE);
	a->offline_since = 0;
	/* two ledgers */
	agent_distrust(a, NULL, "a test");
	ck_err(asked(&officer, intro), ERR_OFFLINE);
	ck_assert_uint_eq(rows_of(a, "outgoing WHERE kind = 19"), 0);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, opened_and_read);
	tcase_add_test(tc, not_our_opening);
	tcase_add_test(tc, an_opening_is_entered_with_its_lines);
	tcase_add_test(tc, lines_and_messages_agree);
	tcase_add_loop_test(tc, no_lease_comes_of_it, 0, TRICKS);
	tcase_add_test(tc, a_lease_of_a_year);
	tcase_add_test(tc, sent_again_a_lease_is_shorter);
	tcase_add_loop_test(tc, content_that_lies, 0, LIES);
	tcase_add_test(tc, an_arrow_key_that_has_not_come);
	tcase_add_loop_test(tc, news_closes_at_once, 0, 4);
	tcase_add_test(tc, a_recall_closes_at_once);
	tcase_add_test(tc, a_lie_closes_everything);
	tcase_add_test(tc, no_share_once_distrusted);
	tcase_add_test(tc, a_restart_closes_everything);
	tcase_add_test(tc, locking_wipes);
	tcase_add_test(tc, the_officer_first);
	tcase_add_test(tc, not_without_fresh_permissions);
}

int
main(void)
{
	return test_main("opening", fill, 120);
}
