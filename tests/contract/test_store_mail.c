/* Messages, retries, news, feeds, and what is deleted in time. */
#include "tests/contract/play.h"

static char dir[TEST_PATH], path[TEST_PATH];
static struct db *db;
static struct play p;
static uint64_t until;
static uint8_t grant_id[WIRE_HASH];
static uint64_t grant;

/*
 * Members broker, ada, bea, cyd; case 1 of ada, and a grant of it from bea
 * to cyd with labels 10 to 25.
 */
static struct store *
start(int i)
{
	play_init(&p, 11);
	p.n = 1;
	db = NULL;
	if (i == 0) {
		ck_ok(store_open_memory(&p.s[0]));
	} else {
		test_dir(dir);
		test_path(path, dir, "s.db");
		ck_ok(db_open(path, NULL, &db, NULL));
		ck_ok(store_open_sqlite(db, &p.s[0], NULL));
	}
	ck_ok(store_begin(p.s[0]));
	(void)play_partnership(&p);
	(void)play_member(&p, "broker", ROLE_BROKER, false);
	(void)play_member(&p, "ada", ROLE_AGENCY, false);
	(void)play_member(&p, "bea", ROLE_AGENCY, false);
	(void)play_member(&p, "cyd", ROLE_AGENCY, false);
	(void)play_open_case(&p, 1, "ada");
	(void)play_phrases(&p, 1, 1, "ada", NULL);
	until = p.now + 30 * (uint64_t)DAY_MS;
	grant = play_grant(&p, 1, "ada", "bea", "cyd", 10, until, grant_id);
	return p.s[0];
}

static void
stop(void)
{
	store_close(&p.s[0]);
	db_close(&db);
}

static struct store_message
the_message(struct store *s, uint64_t idx)
{
	struct store_message m;

	ck_ok(store_message(s, idx, &m));
	return m;
}

static enum error_code
list_feed(void *ctx, uint64_t idx, bool mail)
{
	char *out = ctx;

	(void)snprintf(out + strlen(out), 24, "%s%llu ", mail ? "m" : "",
	    (unsigned long long)idx);
	return ERR_NONE;
}

static const char *
feed_of(struct store *s, const char *id, uint64_t after, unsigned max)
{
	static char got[4000];

	got[0] = '\0';
	ck_ok(store_feed(s, id, after, max, list_feed, got));
	return got;
}

static enum error_code
list_index(void *ctx, uint64_t idx)
{
	char *out = ctx;

	(void)snprintf(out + strlen(out), 24, "%llu ", (unsigned long long)idx);
	return ERR_NONE;
}

/* Calls until a round finds nothing more. */
static const char *
stale(struct store *s, uint64_t now)
{
	static char got[4000];

	got[0] = '\0';
	for (int i = 0; i < 20; i++)
		ck_ok(store_stale(s, now, 7, list_index, got));
	return got;
}

static void
hold(struct store *s, uint64_t idx)
{
	uint8_t share[32];

	memset(share, (int)idx, sizeof share);
	ck_ok(store_hold(s, idx, share, bytes_str("ciphertext")));
}

static void
held(struct store *s, uint64_t idx, bool share, bool ciphertext)
{
	uint8_t got[32];
	struct buf b;

	buf_init(&b, 100);
	ck_err(store_share(s, idx, got), share ? ERR_NONE : ERR_NOTFOUND);
	if (share)
		ck_assert_uint_eq(got[31], idx);
	ck_err(store_ciphertext(s, idx, &b), ciphertext ? ERR_NONE :
	    ERR_NOTFOUND);
	ck_assert_uint_eq(b.n, ciphertext ? 10 : 0);
	buf_free(&b);
}

/* ---- messages ------------------------------------------------------------ */

START_TEST(test_life)
{
	struct store *s = start(_i);
	uint8_t id[WIRE_STAMP], other[WIRE_STAMP] = { 0 };
	struct store_message m;
	uint64_t at, x, want_end = until + 5 * (uint64_t)DAY_MS;
	char want[40];

	at = play_submit(&p, 1, "bea", "cyd", 12, until, id);
	hold(s, at);
	m = the_message(s, at);
	ck_assert_int_eq(m.state, MESSAGE_QUEUED);
	ck_assert_str_eq(m.sender, "bea");
	ck_assert_str_eq(m.recipient, "cyd");
	ck_assert_uint_eq(m.created, p.now);
	ck_assert_uint_eq(m.expires, until);
	ck_assert_uint_eq(m.n_label, 1);
	ck_assert_mem_eq(m.id, id, WIRE_STAMP);
	ck_assert_mem_eq(m.case_id, p.e.b.case_id, WIRE_CASE);
	ck_assert_uint_eq(m.closes_at, want_end);
	ck_assert_uint_eq(m.read_until, want_end);
	ck_err(store_message(s, at + 1, &m), ERR_NOTFOUND);
	ck_ok(store_message_by_id(s, "bea", id, &m));
	ck_assert_uint_eq(m.idx, at);
	ck_err(store_message_by_id(s, "cyd", id, &m), ERR_NOTFOUND);
	ck_err(store_message_by_id(s, "bea", other, &m), ERR_NOTFOUND);
	ck_err(store_message_by_id(s, "nobody", id, &m), ERR_NOTFOUND);
	(void)snprintf(want, sizeof want, "m%llu ", (unsigned long long)at);
	ck_assert_ptr_nonnull(strstr(feed_of(s, "cyd", 0, 100), want));
	x = play_deliver(&p, at, grant);
	m = the_message(s, at);
	ck_assert_int_eq(m.state, MESSAGE_DELIVERED);
	ck_assert_uint_eq(m.delivered_idx, x);
	ck_assert_uint_eq(m.grant_idx, grant);
	ck_assert_ptr_nonnull(strstr(feed_of(s, "cyd", 0, 100), want));
	(void)play_receipt(&p, 1, "cyd", at, 0);
	ck_assert_int_eq(the_message(s, at).state, MESSAGE_STORED);
	ck_assert_ptr_null(strstr(feed_of(s, "cyd", 0, 100), want));
	x = play_open(&p, 1, "cyd", at, grant);
	(void)play_open(&p, 1, "cyd", at, grant);
	m = the_message(s, at);
	ck_assert_int_eq(m.state, MESSAGE_OPENED);
	ck_assert_uint_eq(m.opened_idx, x);
	/* States only grow. */
	(void)play_receipt(&p, 1, "cyd", at, 0);
	(void)play_deliver(&p, at, grant);
	ck_assert_int_eq(the_message(s, at).state, MESSAGE_OPENED);
	held(s, at, true, true);
	(void)play_recall(&p, 1, "bea", id, "cyd");
	ck_assert_int_eq(the_message(s, at).state, MESSAGE_RECALLED);
	held(s, at, false, false);
	(void)play_open(&p, 1, "cyd", at, grant);
	ck_assert_int_eq(the_message(s, at).state, MESSAGE_RECALLED);
	stop();
}
END_TEST

START_TEST(test_ends_of_messages)
{
	struct store *s = start(_i);
	uint64_t dropped = play_submit(&p, 1, "bea", "cyd", 12, until, NULL);
	uint64_t rejected = play_submit(&p, 1, "bea", "cyd", 12, until, NULL);
	uint8_t id[WIRE_STAMP] = { 1, 2 };
	bool recalled;

	hold(s, dropped);
	hold(s, rejected);
	(void)play_drop(&p, dropped);
	ck_assert_int_eq(the_message(s, dropped).state, MESSAGE_DROPPED);
	held(s, dropped, false, false);
	(void)play_deliver(&p, rejected, grant);
	held(s, rejected, true, true);
	(void)play_receipt(&p, 1, "cyd", rejected, 3);
	ck_assert_int_eq(the_message(s, rejected).state, MESSAGE_REJECTED);
	held(s, rejected, false, false);
	ck_assert_ptr_null(strstr(feed_of(s, "cyd", 0, 100), "m"));
	/* Given up before it came. */
	ck_ok(store_recalled(s, "bea", id, &recalled));
	ck_assert(!recalled);
	(void)play_recall(&p, 1, "bea", id, "");
	ck_ok(store_recalled(s, "bea", id, &recalled));
	ck_assert(recalled);
	ck_ok(store_recalled(s, "cyd", id, &recalled));
	ck_assert(!recalled);
	stop();
}
END_TEST

START_TEST(test_closes_at)
{
	struct store *s = start(_i);
	uint64_t at = play_submit(&p, 1, "bea", "cyd", 12, until, NULL);
	uint64_t other = play_submit(&p, 1, "bea", "cyd", 40, until, NULL);
	uint64_t late, keep = 5 * (uint64_t)DAY_MS;

	/* No grant covers the label of the other. */
	ck_assert_uint_eq(the_message(s, other).closes_at, 0);
	ck_assert_uint_eq(the_message(s, other).read_until, 0);
	/* A renewal in time carries it on, one that comes too late does not. */
	p.now = until + DAY_MS;
	(void)play_grant(&p, 1, "ada", "bea", "cyd", 10, p.now + DAY_MS, NULL);
	late = p.now + DAY_MS + keep;
	ck_assert_uint_eq(the_message(s, at).closes_at, late);
	p.now = late + 1;
	(void)play_grant(&p, 1, "ada", "bea", "cyd", 10, p.now + DAY_MS, NULL);
	ck_assert_uint_eq(the_message(s, at).closes_at, late);
	/* A new grant for the other arrow changes nothing here. */
	(void)play_grant(&p, 1, "ada", "cyd", "bea", 10, p.now + DAY_MS, NULL);
	ck_assert_uint_eq(the_message(s, at).closes_at, late);
	at = play_submit(&p, 1, "bea", "cyd", 12, p.now + DAY_MS, NULL);
	(void)play_withdraw(&p, 1, "ada", "ada", NULL);
	ck_assert_uint_eq(the_message(s, at).closes_at, p.now);
	ck_assert_uint_eq(the_message(s, at).read_until, 0);
	stop();
}
END_TEST

/* ---- retries ------------------------------------------------------------- */

START_TEST(test_seen)
{
	struct store *s = start(_i);
	uint8_t id[WIRE_HASH], stamp[WIRE_STAMP], consent[WIRE_STAMP],
	    stops[WIRE_STAMP], other[WIRE_HASH] = { 1 };
	char signer[WIRE_SIGNER_MAX + 1];
	struct store_seen seen;
	struct entry *e;
	uint64_t at;

	at = play_sealing(&p, "bea", 100);
	memcpy(id, p.e.record_id, WIRE_HASH);
	memcpy(stamp, p.e.b.stamp, WIRE_STAMP);
	ck_ok(store_seen(s, "bea", stamp, id, &seen));
	ck_assert(seen.found && seen.same);
	ck_assert_uint_eq(seen.idx, at);
	ck_assert_uint_eq(seen.outcome, RULE_ADMIT);
	ck_ok(store_seen(s, "bea", stamp, other, &seen));
	ck_assert(seen.found && !seen.same);
	ck_ok(store_seen(s, "cyd", stamp, id, &seen));
	ck_assert(!seen.found);
	ck_ok(store_seen(s, "stranger", stamp, id, &seen));
	ck_assert(!seen.found);
	ck_ok(store_seen(s, "root:", stamp, id, &seen));
	ck_assert(!seen.found);
	/* A consent key's. */
	(void)play_grant(&p, 1, "ada", "bea", "ada", 1, until, id);
	memcpy(consent, p.e.b.stamp, WIRE_STAMP);
	(void)snprintf(signer, sizeof signer, "%s", p.e.record.signer);
	ck_ok(store_seen(s, signer, consent, id, &seen));
	ck_assert(seen.found && seen.same);
	/* A refusal, and the first outcome stands. */
	e = play_about(&p, KIND_RECEIPT, 1, "cyd");
	e->kind = ENTRY_REFUSED;
	e->u.refused.rule = 5;
	memcpy(id, e->record_id, WIRE_HASH);
	at = play_apply(&p);
	ck_ok(store_seen(s, "cyd", e->b.stamp, id, &seen));
	ck_assert_uint_eq(seen.outcome, 5);
	ck_assert_uint_eq(seen.idx, at);
	/* After 8 days only narrowing and root-signed ones are known. */
	(void)play_stop(&p, "cyd", 9, 9);
	memcpy(stops, p.e.b.stamp, WIRE_STAMP);
	p.now += 8 * (uint64_t)DAY_MS;
	(void)play_member(&p, "dot", ROLE_AGENCY, false);
	ck_ok(store_seen(s, "bea", stamp, id, &seen));
	ck_assert(seen.found);
	p.now += 1;
	(void)play_member(&p, "eve", ROLE_AGENCY, false);
	ck_ok(store_seen(s, "bea", stamp, id, &seen));
	ck_assert(!seen.found);
	ck_ok(store_seen(s, signer, consent, id, &seen));
	ck_assert(!seen.found);
	ck_ok(store_seen(s, "cyd", stops, id, &seen));
	ck_assert(seen.found);
	for (int i = 0; i < 100; i++)
		ck_ok(store_tidy(s, p.now, 3));
	ck_ok(store_seen(s, "cyd", stops, id, &seen));
	ck_assert(seen.found);
	stop();
}
END_TEST

/* ---- news ---------------------------------------------------------------- */

static void
count(uint8_t hash[32], uint64_t *n, struct store *s, uint64_t idx)
{
	uint8_t commitment[32];
	struct hash leaf;

	ck_ok(store_commitments(s, idx, 1, commitment));
	entry_leaf(commitment, &leaf);
	fold_news_hash(hash, &leaf);
	(*n)++;
}

START_TEST(test_news)
{
	struct store *s = start(_i);
	const struct store_member *m;
	uint8_t want[32] = { 0 };
	uint64_t n = 0, i, own, stopped, frozen, ended, resumed;
	uint8_t fresh[WIRE_HASH];
	char text[200];

	/* cyd came at 4: case-opened before the grant that made it an end. */
	count(want, &n, s, 5);
	count(want, &n, s, grant);
	ck_ok(store_member(s, "cyd", &m));
	ck_assert_uint_eq(m->news, n);
	ck_assert_mem_eq(m->news_hash, want, 32);
	ck_assert_uint_eq(m->last_own, 0);
	(void)snprintf(text, sizeof text, "5 %llu ", (unsigned long long)grant);
	ck_assert_str_eq(feed_of(s, "cyd", 0, 100), text);
	/* Its own: counted, not fed. */
	own = play_sealing(&p, "cyd", 7);
	count(want, &n, s, own);
	ck_ok(store_member(s, "cyd", &m));
	ck_assert_uint_eq(m->news, n);
	ck_assert_mem_eq(m->news_hash, want, 32);
	ck_assert_uint_eq(m->last_own, own);
	ck_assert_str_eq(feed_of(s, "cyd", 0, 100), text);
	/* A second grant brings nothing along; one's own is not fed. */
	i = play_grant(&p, 1, "ada", "cyd", "bea", 10, until, NULL);
	count(want, &n, s, i);
	ck_ok(store_member(s, "ada", &m));
	ck_assert_uint_eq(m->last_own, i);
	ck_assert_str_eq(feed_of(s, "ada", 0, 100), "");
	/* The broker hears nothing of itself. */
	i = play_standing(&p, KIND_MEMBER_SUSPENDED, "bea");
	count(want, &n, s, i);
	ck_assert_str_eq(feed_of(s, "broker", 0, 100), "");
	/* Stop: ends by `ended`, custodian by all of it. */
	stopped = play_stop(&p, "bea", 1, 1);
	frozen = play_frozen(&p, 1, stopped);
	ended = play_ended(&p, 1, "bea", "cyd", &grant, 1);
	count(want, &n, s, ended);
	(void)snprintf(text, sizeof text, "%llu %llu %llu %llu ",
	    (unsigned long long)i, (unsigned long long)stopped,
	    (unsigned long long)frozen, (unsigned long long)ended);
	ck_assert_str_eq(feed_of(s, "ada", 0, 100), text);
	ck_ok(store_member(s, "cyd", &m));
	ck_assert_uint_eq(m->news, n);
	ck_assert_mem_eq(m->news_hash, want, 32);
	/* A new end after a resume gets case-opened and that resume. */
	(void)play_phrases(&p, 1, 2, "ada", fresh);
	resumed = play_resume(&p, 1, "ada", stopped, fresh);
	(void)play_member(&p, "dot", ROLE_AGENCY, false);
	i = play_grant(&p, 1, "ada", "bea", "dot", 10, until, NULL);
	memset(want, 0, sizeof want);
	n = 0;
	count(want, &n, s, 5);
	count(want, &n, s, resumed);
	count(want, &n, s, i);
	ck_ok(store_member(s, "dot", &m));
	ck_assert_uint_eq(m->news, n);
	ck_assert_mem_eq(m->news_hash, want, 32);
	(void)snprintf(text, sizeof text, "5 %llu %llu ",
	    (unsigned long long)resumed, (unsigned long long)i);
	ck_assert_str_eq(feed_of(s, "dot", 0, 1), text);
	ck_assert_str_eq(feed_of(s, "dot", i - 1, 100), text);
	ck_assert_str_eq(feed_of(s, "dot", i, 100), "");
	/* Who was revoked hears nothing more, not even that. */
	(void)play_standing(&p, KIND_MEMBER_REVOKED, "dot");
	ck_ok(store_member(s, "dot", &m));
	ck_assert_uint_eq(m->news, n);
	stop();
}
END_TEST

START_TEST(test_feed_order)
{
	struct store *s = start(_i);
	uint64_t a, b;
	char text[100];

	ck_ok(store_feed_confirm(s, "cyd", grant));
	ck_assert_str_eq(feed_of(s, "cyd", 0, 100), "");
	a = play_submit(&p, 1, "bea", "cyd", 12, until, NULL);
	b = play_standing(&p, KIND_MEMBER_SUSPENDED, "ada");
	(void)snprintf(text, sizeof text, "m%llu %llu ", (unsigned long long)a,
	    (unsigned long long)b);
	ck_assert_str_eq(feed_of(s, "cyd", 0, 100), text);
	ck_assert_str_eq(feed_of(s, "cyd", a, 100), strchr(text, ' ') + 1);
	*(strchr(text, ' ') + 1) = '\0';
	ck_assert_str_eq(feed_of(s, "cyd", 0, 1), text);
	ck_assert_str_eq(feed_of(s, "cyd", 0, 0), "");
	ck_assert_str_eq(feed_of(s, "stranger", 0, 9), "");
	ck_assert_str_eq(feed_of(s, "cyd", UINT64_MAX, 9), "");
	/* Confirming takes news, mail waits for its receipt. */
	ck_ok(store_feed_confirm(s, "cyd", b));
	ck_assert_str_eq(feed_of(s, "cyd", 0, 100), text);
	/* Many: in slices within. */
	for (int i = 0; i < 200; i++)
		(void)play_standing(&p, KIND_MEMBER_SUSPENDED, "ada");
	ck_ok(store_feed_confirm(s, "cyd", p.size - 2));
	(void)snprintf(text + strlen(text), 50, "%llu ",
	    (unsigned long long)p.size - 1);
	ck_assert_str_eq(feed_of(s, "cyd", 0, 100), text);
	stop();
}
END_TEST

/* ---- what has had its time ----------------------------------------------- */

START_TEST(test_stale)
{
	struct store *s = start(_i);
	uint64_t early = p.now + DAY_MS, a, b, c;
	char text[100];

	ck_assert_str_eq(stale(s, p.now), "");
	a = play_submit(&p, 1, "bea", "cyd", 12, early, NULL);
	b = play_submit(&p, 1, "bea", "cyd", 12, until, NULL);
	c = play_submit(&p, 1, "bea", "cyd", 12, early, NULL);
	(void)play_deliver(&p, c, grant);
	ck_assert_str_eq(stale(s, early - 2000), "");
	(void)snprintf(text, sizeof text, "%llu ", (unsigned long long)a);
	ck_assert_str_eq(stale(s, early), text);
	(void)play_drop(&p, a);
	ck_assert_str_eq(stale(s, early + 5000), "");
	/* A withdrawal has all that waits in its case looked at. */
	hold(s, b);
	hold(s, c);
	p.now += 10;
	(void)play_withdraw(&p, 1, "ada", "ada", grant_id);
	(void)snprintf(text, sizeof text, "%llu ", (unsigned long long)b);
	ck_assert_str_eq(stale(s, p.now), text);
	/* What was delivered lost its share at once. */
	held(s, c, false, false);
	held(s, b, true, true);
	(void)play_drop(&p, b);
	held(s, b, false, false);
	ck_assert_str_eq(stale(s, p.now + 5000), "");
	stop();
}
END_TEST

START_TEST(test_stale_freeze_and_revoked)
{
	struct store *s = start(_i);
	uint64_t a = play_submit(&p, 1, "bea", "cyd", 12, until, NULL), g, b;
	uint64_t d = play_submit(&p, 1, "bea", "cyd", 12, until, NULL);
	char text[100];

	hold(s, d);
	(void)play_deliver(&p, d, grant);
	(void)play_frozen(&p, 1, play_stop(&p, "bea", 1, 1));
	(void)snprintf(text, sizeof text, "%llu ", (unsigned long long)a);
	ck_assert_str_eq(stale(s, p.now), text);
	/* A freeze keeps the share. */
	held(s, d, true, true);
	(void)play_drop(&p, a);
	(void)play_open_case(&p, 2, "ada");
	g = play_grant(&p, 2, "ada", "bea", "cyd", 10, until, NULL);
	ck_assert_uint_gt(g, 0);
	b = play_submit(&p, 2, "bea", "cyd", 12, until, NULL);
	ck_assert_str_eq(stale(s, p.now + 2000), "");
	(void)play_standing(&p, KIND_MEMBER_REVOKED, "bea");
	(void)snprintf(text, sizeof text, "%llu ", (unsigned long long)b);
	ck_assert_ptr_nonnull(strstr(stale(s, p.now + 4000), text));
	held(s, d, false, false);
	stop();
}
END_TEST

/* Many cases between: a sweep goes on where it stopped. */
START_TEST(test_long_sweep)
{
	struct store *s = start(_i);
	static char got[200000];
	unsigned want = 0, seen = 0;

	got[0] = '\0';
	(void)play_open_case(&p, 2, "ada");
	(void)play_grant(&p, 2, "ada", "bea", "cyd", 10, until, NULL);
	for (unsigned i = 0; i < 6000; i++) {
		(void)play_submit(&p, 1 + (i % 3 != 0), "bea", "cyd", 12, until,
		    NULL);
		want += i % 3 == 0;
	}
	(void)play_withdraw(&p, 1, "ada", "ada", NULL);
	for (int i = 0; i < 40; i++)
		ck_ok(store_stale(s, p.now, 100, list_index, got));
	for (const char *c = got; *c != '\0'; c++)
		seen += *c == ' ';
	ck_assert_uint_eq(seen, want);
	stop();
}
END_TEST

START_TEST(test_tidy)
{
	struct store *s = start(_i);
	uint64_t a, b, end = until + 5 * (uint64_t)DAY_MS;
	char text[40];

	a = play_submit(&p, 1, "bea", "cyd", 12, until, NULL);
	b = play_submit(&p, 1, "bea", "cyd", 12, until, NULL);
	hold(s, a);
	hold(s, b);
	(void)play_deliver(&p, a, grant);
	(void)play_deliver(&p, b, grant);
	p.now += DAY_MS;
	(void)play_receipt(&p, 1, "cyd", a, 0);
	ck_ok(store_tidy(s, p.now + 14 * (uint64_t)DAY_MS - 1, 9));
	held(s, a, true, true);
	/* 14 days after the receipt the ciphertext goes. */
	ck_ok(store_tidy(s, p.now + 14 * (uint64_t)DAY_MS + HOUR_MS, 9));
	held(s, a, true, false);
	held(s, b, true, true);
	(void)snprintf(text, sizeof text, "m%llu ", (unsigned long long)b);
	ck_assert_ptr_nonnull(strstr(feed_of(s, "cyd", 0, 100), text));
	/* And with the grant's keep_read_days the share. */
	ck_ok(store_tidy(s, end - 1, 9));
	held(s, a, true, false);
	ck_ok(store_tidy(s, end + HOUR_MS, 9));
	held(s, a, false, false);
	held(s, b, false, false);
	ck_assert_ptr_null(strstr(feed_of(s, "cyd", 0, 100), text));
	stop();
}
END_TEST

/* A share is kept 30 days after one of the ends withdrew. */
START_TEST(test_tidy_by_end)
{
	struct store *s = start(_i);
	uint64_t a = play_submit(&p, 1, "bea", "cyd", 12, until, NULL), gone;

	hold(s, a);
	(void)play_deliver(&p, a, grant);
	(void)play_withdraw(&p, 1, "cyd", "ada", grant_id);
	gone = the_message(s, a).closes_at;
	ck_assert_uint_eq(gone, p.now + 30 * (uint64_t)DAY_MS);
	(void)stale(s, p.now);
	ck_ok(store_tidy(s, gone - 1, 9));
	held(s, a, true, true);
	ck_ok(store_tidy(s, gone + HOUR_MS, 9));
	held(s, a, false, false);
	stop();
}
END_TEST

START_TEST(test_conflict_checked)
{
	struct store *s = start(_i);
	uint8_t kase[WIRE_CASE];
	bool is;

	play_case(kase, 1);
	ck_ok(store_conflict_checked(s, "cyd", kase, &is));
	ck_assert(!is);
	(void)play_checked(&p, 1, "cyd");
	ck_ok(store_conflict_checked(s, "cyd", kase, &is));
	ck_assert(is);
	ck_ok(store_conflict_checked(s, "bea", kase, &is));
	ck_assert(!is);
	stop();
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_loop_test(tc, test_life, 0, 2);
	tcase_add_loop_test(tc, test_ends_of_messages, 0, 2);
	tcase_add_loop_test(tc, test_closes_at, 0, 2);
	tcase_add_loop_test(tc, test_seen, 0, 2);
	tcase_add_loop_test(tc, test_news, 0, 2);
	tcase_add_loop_test(tc, test_feed_order, 0, 2);
	tcase_add_loop_test(tc, test_stale, 0, 2);
	tcase_add_loop_test(tc, test_stale_freeze_and_revoked, 0, 2);
	tcase_add_loop_test(tc, test_long_sweep, 0, 2);
	tcase_add_loop_test(tc, test_tidy, 0, 2);
	tcase_add_loop_test(tc, test_tidy_by_end, 0, 2);
	tcase_add_loop_test(tc, test_conflict_checked, 0, 2);
}

int
main(void)
{
	return test_main("contract/store_mail", fill, 30);
}
