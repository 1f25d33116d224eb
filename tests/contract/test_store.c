/* What a store answers after which entries: the same for every driver. */
#include "tests/contract/play.h"

static char dir[TEST_PATH], path[TEST_PATH];
static struct db *db;
static struct play p;

/* i 0: memory, 1: SQLite. */
static struct store *
start(int i)
{
	struct why why = { "" };

	play_init(&p, 7);
	p.n = 1;
	db = NULL;
	if (i == 0) {
		ck_ok(store_open_memory(&p.s[0]));
	} else {
		test_dir(dir);
		test_path(path, dir, "s.db");
		ck_ok(db_open(path, NULL, &db, &why));
		ck_ok(store_open_sqlite(db, &p.s[0], &why));
	}
	ck_ok(store_begin(p.s[0]));
	return p.s[0];
}

static void
stop(void)
{
	store_close(&p.s[0]);
	db_close(&db);
}

/* Partnership at 0, then broker, ada, bea, cyd at 1 to 4; case 1 of ada with
 * phrases. */
static struct store *
start_case(int i)
{
	struct store *s = start(i);

	(void)play_partnership(&p);
	(void)play_member(&p, "broker", ROLE_BROKER, false);
	(void)play_member(&p, "ada", ROLE_AGENCY, false);
	(void)play_member(&p, "bea", ROLE_AGENCY, false);
	(void)play_member(&p, "cyd", ROLE_AGENCY, false);
	(void)play_open_case(&p, 1, "ada");
	(void)play_phrases(&p, 1, 1, "ada", NULL);
	return s;
}

static struct store_case
the_case(struct store *s, unsigned k)
{
	uint8_t id[WIRE_CASE];
	struct store_case c;

	play_case(id, k);
	ck_ok(store_case(s, id, &c));
	return c;
}

static struct store_message
the_message(struct store *s, uint64_t idx)
{
	struct store_message m;

	ck_ok(store_message(s, idx, &m));
	return m;
}

static struct grant
the_grant(struct store *s, unsigned k, const char *from, const char *to,
    unsigned i)
{
	static struct grant g[RULES_GRANTS_MAX];
	uint8_t id[WIRE_CASE];
	unsigned n;

	play_case(id, k);
	ck_ok(store_grants(s, id, from, to, g, &n));
	ck_assert_uint_lt(i, n);
	return g[i];
}

/* ---- the log ------------------------------------------------------------- */

struct read_back {
	uint64_t from, n;
	bool erased;
};

static enum error_code
check_entry(void *ctx, uint64_t idx, const uint8_t commitment[static 32],
    const uint8_t *salt, struct bytes body)
{
	struct read_back *r = ctx;
	uint8_t want[HASH_BYTES];

	ck_assert_uint_eq(idx, r->from + r->n);
	r->n++;
	if (r->erased) {
		ck_assert_ptr_null(salt);
		ck_assert_uint_eq(body.n, 0);
		return ERR_NONE;
	}
	ck_assert_ptr_nonnull(salt);
	entry_commitment(body, salt, want);
	ck_assert_mem_eq(want, commitment, HASH_BYTES);
	return ERR_NONE;
}

START_TEST(test_log)
{
	struct store *s = start(_i);
	struct store_head h;
	struct read_back r = { 0 };
	struct buf body;
	static uint8_t all[32 * 20], one[32], salt[32], tile[8192], back[8192];

	ck_ok(store_head(s, &h));
	ck_assert_uint_eq(h.size, 0);
	for (int i = 0; i < 20; i++) {
		p.now++;
		(void)play_member(&p, "ada", ROLE_AGENCY, i > 0);
	}
	ck_ok(store_head(s, &h));
	ck_assert_uint_eq(h.size, 20);
	ck_assert_uint_eq(h.time, PLAY_START + 20);
	/* Time never goes back. */
	ck_err(store_append(s, h.time - 1, all, all, bytes_str("x")),
	    ERR_INTERNAL);
	ck_ok(store_entries(s, 0, 20, check_entry, &r));
	ck_assert_uint_eq(r.n, 20);
	r = (struct read_back){ .from = 7 };
	ck_ok(store_entries(s, 7, 3, check_entry, &r));
	ck_assert_uint_eq(r.n, 3);
	ck_err(store_entries(s, 18, 3, check_entry, &r), ERR_NOTFOUND);
	ck_err(store_entries(s, UINT64_MAX, 2, check_entry, &r), ERR_NOTFOUND);
	ck_ok(store_commitments(s, 0, 20, all));
	ck_ok(store_commitments(s, 13, 1, one));
	ck_assert_mem_eq(one, all + 13 * 32, 32);
	ck_err(store_commitments(s, 1, 20, all), ERR_NOTFOUND);
	buf_init(&body, 1000);
	ck_ok(store_entry(s, 19, &body, salt, one));
	ck_assert_mem_eq(body.data, p.body, sizeof p.body);
	ck_assert_mem_eq(salt, p.e.salt, 32);
	ck_err(store_entry(s, 20, &body, salt, one), ERR_NOTFOUND);
	/* No body: as after erasure. */
	ck_ok(store_append(s, p.now, all, salt, bytes_of(NULL, 0)));
	r = (struct read_back){ .from = 20, .erased = true };
	ck_ok(store_entries(s, 20, 1, check_entry, &r));
	buf_clear(&body);
	ck_ok(store_entry(s, 20, &body, salt, one));
	ck_assert_uint_eq(body.n, 0);
	buf_free(&body);
	memset(tile, 5, sizeof tile);
	ck_ok(store_tile_put(s, 1, 3, tile));
	ck_ok(store_tile_get(s, 1, 3, back));
	ck_assert_mem_eq(tile, back, sizeof tile);
	ck_err(store_tile_get(s, 2, 3, back), ERR_NOTFOUND);
	ck_err(store_tile_get(s, 1, 4, back), ERR_NOTFOUND);
	stop();
}
END_TEST

START_TEST(test_transaction_needed)
{
	struct store *s = start(_i);
	static const uint8_t z[32];
	struct effect x = { .kind = EFFECT_GRANT_NAMED, .hash = z };

	ck_err(store_begin(s), ERR_BUSY);
	ck_ok(store_commit(s));
	ck_err(store_append(s, 1, z, z, bytes_str("x")), ERR_INTERNAL);
	ck_err(store_apply(s, &x), ERR_INTERNAL);
	ck_err(store_hold(s, 1, z, bytes_str("x")), ERR_INTERNAL);
	ck_err(store_commit(s), ERR_INTERNAL);
	store_abandon(s);
	ck_ok(store_begin(s));
	stop();
}
END_TEST

/* ---- members ------------------------------------------------------------- */

static enum error_code
count_member(void *ctx, const struct store_member *m)
{
	unsigned *n = ctx;

	ck_assert(m->id[0] != '\0');
	(*n)++;
	return ERR_NONE;
}

START_TEST(test_members)
{
	struct store *s = start(_i);
	const struct wire_partnership *w;
	const struct store_member *m;
	char owner[WIRE_ID_MAX + 1];
	uint8_t key[WIRE_KEY];
	unsigned n = 0;

	ck_err(store_partnership(s, &w), ERR_NOTFOUND);
	(void)play_partnership(&p);
	ck_ok(store_partnership(s, &w));
	ck_assert_str_eq(w->origin, "log.example/one");
	ck_assert_uint_eq(w->policy.n, 12);
	ck_assert_mem_eq(w->policy.data, "quorum none\n", 12);
	ck_assert_str_eq(w->address[1], "tcp://b:1");
	ck_err(store_member(s, "ada", &m), ERR_NOTFOUND);
	(void)play_member(&p, "ada", ROLE_AGENCY, false);
	(void)play_standing(&p, KIND_MEMBER_SUSPENDED, "ada");
	ck_ok(store_member(s, "ada", &m));
	ck_assert(m->suspended && !m->revoked);
	ck_assert_str_eq(m->m.name, "The ada");
	ck_assert_uint_eq(m->m.valid_until, UINT64_MAX);
	ck_assert_uint_eq(m->idx, 1);
	/* A newer record ends a suspension, not a revocation. */
	(void)play_member(&p, "ada", ROLE_AGENCY, true);
	ck_ok(store_member(s, "ada", &m));
	ck_assert(!m->suspended);
	ck_assert_uint_eq(m->idx, 3);
	(void)play_standing(&p, KIND_MEMBER_REVOKED, "ada");
	(void)play_member(&p, "ada", ROLE_AGENCY, true);
	ck_ok(store_member(s, "ada", &m));
	ck_assert(m->revoked);
	/* Keys are remembered for ever. */
	play_hash(key, WIRE_KEY, "ada sign 1");
	ck_ok(store_key_owner(s, key, owner));
	ck_assert_str_eq(owner, "ada");
	play_hash(key, WIRE_KEY, "ada sign 5");
	ck_ok(store_key_owner(s, key, owner));
	play_hash(key, WIRE_KEY, "ada sign 6");
	ck_err(store_key_owner(s, key, owner), ERR_NOTFOUND);
	for (int i = 0; i < 100; i++) {
		char id[16];

		(void)snprintf(id, sizeof id, "m%d", i);
		(void)play_member(&p, id, ROLE_AGENCY, false);
	}
	ck_ok(store_members(s, count_member, &n));
	ck_assert_uint_eq(n, 101);
	ck_ok(store_member(s, "m77", &m));
	ck_assert_str_eq(m->id, "m77");
	stop();
}
END_TEST

START_TEST(test_sealing_and_workers)
{
	struct store *s = start_case(_i);
	const struct store_member *m;
	struct wire_sealing_key k;
	uint8_t who[WIRE_PSEUDONYM] = { 9 };
	uint64_t announced, idx, at;
	bool ended;

	ck_err(store_sealing(s, "ada", 0, &k, &announced, &idx), ERR_NOTFOUND);
	ck_err(store_sealing(s, "nobody", 0, &k, &announced, &idx),
	    ERR_NOTFOUND);
	(void)play_sealing(&p, "ada", 100);
	p.now += DAY_MS;
	at = play_sealing(&p, "ada", 101);
	ck_ok(store_sealing(s, "ada", 0, &k, &announced, &idx));
	ck_assert_uint_eq(k.epoch, 101);
	ck_assert_uint_eq(announced, p.now);
	ck_assert_uint_eq(idx, at);
	ck_assert_mem_eq(k.key, p.e.b.u.sealing_key.key, WIRE_KEY);
	ck_ok(store_sealing(s, "ada", 100, &k, &announced, &idx));
	ck_assert_uint_eq(announced, p.now - DAY_MS);
	ck_err(store_sealing(s, "ada", 99, &k, &announced, &idx),
	    ERR_NOTFOUND);
	/* A newer member record ends them; the newest epoch stays known. */
	(void)play_member(&p, "ada", ROLE_AGENCY, true);
	ck_err(store_sealing(s, "ada", 0, &k, &announced, &idx), ERR_NOTFOUND);
	ck_err(store_sealing(s, "ada", 100, &k, &announced, &idx),
	    ERR_NOTFOUND);
	ck_ok(store_member(s, "ada", &m));
	ck_assert_uint_eq(m->epoch, 101);
	(void)play_sealing(&p, "ada", 102);
	ck_ok(store_sealing(s, "ada", 0, &k, &announced, &idx));
	ck_assert_uint_eq(k.epoch, 102);

	ck_err(store_worker(s, "ada", who, &ended, &idx), ERR_NOTFOUND);
	at = play_worker(&p, "ada", who, false);
	ck_ok(store_worker(s, "ada", who, &ended, &idx));
	ck_assert(!ended);
	ck_assert_uint_eq(idx, at);
	ck_err(store_worker(s, "bea", who, &ended, &idx), ERR_NOTFOUND);
	(void)play_worker(&p, "ada", who, true);
	ck_ok(store_worker(s, "ada", who, &ended, &idx));
	ck_assert(ended);
	stop();
}
END_TEST

/* ---- cases and grants ---------------------------------------------------- */

START_TEST(test_case_and_grants)
{
	struct store *s = start_case(_i);
	uint64_t until = p.now + 30 * (uint64_t)DAY_MS, g1, at;
	uint8_t id1[WIRE_HASH], id2[WIRE_HASH], none[WIRE_HASH] = { 0 },
	    kase[WIRE_CASE];
	struct store_arrow arrow;
	struct store_case c;
	struct grant g;
	bool withdrawn, had;

	play_case(kase, 2);
	ck_err(store_case(s, kase, &c), ERR_NOTFOUND);
	c = the_case(s, 1);
	ck_assert_str_eq(c.custodian, "ada");
	ck_assert_int_eq(c.state, CASE_OPEN);
	ck_assert_uint_eq(c.idx, 5);
	ck_assert(c.phrases_in_force && !c.has_grant);
	g1 = play_grant(&p, 1, "ada", "bea", "cyd", 10, until, id1);
	p.now += 1000;
	(void)play_grant(&p, 1, "ada", "bea", "cyd", 10, until + 1, id2);
	ck_assert(the_case(s, 1).has_grant);
	g = the_grant(s, 1, "bea", "cyd", 0);
	ck_assert_uint_eq(g.idx, g1);
	ck_assert_uint_eq(g.until, until);
	ck_assert_uint_eq(g.entered, p.now - 1000);
	ck_assert_uint_eq(g.keep_read_days, 5);
	ck_assert_mem_eq(g.id, id1, WIRE_HASH);
	ck_assert_int_eq(g.ended_by, ENDED_NOT);
	play_case(kase, 1);
	ck_ok(store_grant_named(s, id2, &g, &arrow, kase, &withdrawn));
	ck_assert(!withdrawn);
	ck_assert_str_eq(arrow.sender, "bea");
	ck_assert_str_eq(arrow.recipient, "cyd");
	ck_assert_uint_eq(g.until, until + 1);
	ck_err(store_grant_named(s, none, &g, &arrow, kase, &withdrawn),
	    ERR_NOTFOUND);
	ck_assert(!withdrawn);
	/* By one of its ends, then by her: the most final, the first lock. */
	at = play_withdraw(&p, 1, "bea", "ada", id1);
	g = the_grant(s, 1, "bea", "cyd", 0);
	ck_assert_int_eq(g.ended_by, ENDED_BY_END);
	ck_assert_uint_eq(g.ended_idx, at);
	ck_assert_uint_eq(g.locked_at, p.now);
	ck_assert_int_eq(the_grant(s, 1, "bea", "cyd", 1).ended_by, ENDED_NOT);
	ck_assert_uint_eq(the_case(s, 1).narrowed_idx, 0);
	p.now += 1000;
	at = play_withdraw(&p, 1, "ada", "ada", NULL);
	g = the_grant(s, 1, "bea", "cyd", 0);
	ck_assert_int_eq(g.ended_by, ENDED_BY_HER);
	ck_assert_uint_eq(g.ended_idx, at);
	ck_assert_uint_eq(g.ended_at, p.now);
	ck_assert_uint_eq(g.locked_at, p.now - 1000);
	ck_assert_uint_eq(the_case(s, 1).narrowed_idx, at);
	/* Less final than before: nothing changes. */
	(void)play_withdraw(&p, 1, "cyd", "ada", id1);
	ck_assert_int_eq(the_grant(s, 1, "bea", "cyd", 0).ended_by,
	    ENDED_BY_HER);
	/* One that was never admitted is remembered as named. */
	(void)play_withdraw(&p, 1, "ada", "ada", none);
	ck_err(store_grant_named(s, none, &g, &arrow, kase, &withdrawn),
	    ERR_NOTFOUND);
	ck_assert(withdrawn);
	/* When had cyd a grant in effect? */
	until = p.now + 90 * (uint64_t)DAY_MS;
	ck_ok(store_recipient_had(s, kase, "cyd", p.now, until, &had));
	ck_assert(!had);
	ck_ok(store_recipient_had(s, kase, "cyd", p.now - 1, until, &had));
	ck_assert(had);
	ck_ok(store_recipient_had(s, kase, "bea", 0, until, &had));
	ck_assert(!had);
	stop();
}
END_TEST

START_TEST(test_introduction_is_no_grant_before)
{
	struct store *s = start_case(_i);
	struct entry *e = play_consent(&p, KIND_GRANT, 1, "ada");
	uint8_t kase[WIRE_CASE];
	bool had;

	play_id(e->b.u.grant.sender, "ada");
	play_id(e->b.u.grant.recipient, "cyd");
	e->b.u.grant.from = p.now;
	e->b.u.grant.until = p.now + DAY_MS;
	e->b.u.grant.introduction = true;
	(void)play_apply(&p);
	play_case(kase, 1);
	ck_ok(store_recipient_had(s, kase, "cyd", 0, p.now, &had));
	ck_assert(!had);
	(void)play_grant(&p, 1, "ada", "ada", "cyd", 1, p.now + DAY_MS, NULL);
	ck_ok(store_recipient_had(s, kase, "cyd", 0, p.now, &had));
	ck_assert(had);
	stop();
}
END_TEST

static enum error_code
list_case(void *ctx, const uint8_t id[static WIRE_CASE])
{
	hex_encode((char *)ctx + strlen(ctx), id, 2);
	return ERR_NONE;
}

static enum error_code
list_arrow(void *ctx, const struct store_arrow *a)
{
	(void)snprintf((char *)ctx + strlen(ctx), 200, "%s>%s ", a->sender,
	    a->recipient);
	return ERR_NONE;
}

START_TEST(test_arrows_and_revocation)
{
	struct store *s = start_case(_i);
	uint64_t until = p.now + 30 * (uint64_t)DAY_MS;
	char got[600] = "", want[100] = "";
	uint8_t kase[WIRE_CASE], other[WIRE_CASE];

	(void)play_open_case(&p, 2, "ada");
	/* Named in another order than their numbers. */
	(void)play_grant(&p, 1, "ada", "cyd", "bea", 10, until, NULL);
	(void)play_grant(&p, 1, "ada", "bea", "cyd", 10, until, NULL);
	(void)play_grant(&p, 1, "ada", "bea", "ada", 10, until, NULL);
	(void)play_grant(&p, 1, "ada", "bea", "cyd", 10, until, NULL);
	(void)play_grant(&p, 2, "ada", "ada", "cyd", 10, until, NULL);
	play_case(kase, 1);
	ck_ok(store_arrows(s, kase, list_arrow, got));
	ck_assert_str_eq(got, "bea>ada bea>cyd cyd>bea ");
	got[0] = '\0';
	ck_ok(store_cases_of(s, "cyd", list_case, got));
	play_case(other, 2);
	hex_encode(want, memcmp(kase, other, 16) < 0 ? kase : other, 2);
	hex_encode(want + 4, memcmp(kase, other, 16) < 0 ? other : kase, 2);
	ck_assert_str_eq(got, want);
	(void)play_standing(&p, KIND_MEMBER_REVOKED, "cyd");
	ck_assert_int_eq(the_grant(s, 1, "cyd", "bea", 0).ended_by,
	    ENDED_REVOKED);
	ck_assert_int_eq(the_grant(s, 1, "bea", "cyd", 1).ended_by,
	    ENDED_REVOKED);
	ck_assert_int_eq(the_grant(s, 2, "ada", "cyd", 0).ended_by,
	    ENDED_REVOKED);
	ck_assert_int_eq(the_grant(s, 1, "bea", "ada", 0).ended_by, ENDED_NOT);
	(void)play_close(&p, 1, "ada");
	ck_assert_int_eq(the_grant(s, 1, "bea", "ada", 0).ended_by,
	    ENDED_CLOSED);
	ck_assert_int_eq(the_case(s, 1).state, CASE_CLOSED);
	stop();
}
END_TEST

START_TEST(test_many_grants)
{
	struct store *s = start_case(_i);
	static struct grant g[RULES_GRANTS_MAX];
	uint64_t first = p.size;
	uint8_t kase[WIRE_CASE];
	unsigned n;

	for (unsigned i = 0; i < RULES_GRANTS_MAX + 3; i++)
		(void)play_grant(&p, 1, "ada", "bea", "cyd", 1, p.now, NULL);
	play_case(kase, 1);
	ck_ok(store_grants(s, kase, "bea", "cyd", g, &n));
	ck_assert_uint_eq(n, RULES_GRANTS_MAX);
	ck_assert_uint_eq(g[0].idx, first + 3);
	ck_assert_uint_eq(g[n - 1].idx, p.size - 1);
	stop();
}
END_TEST

/* ---- stops --------------------------------------------------------------- */

static enum error_code
list_phrase(void *ctx, const uint8_t id[static WIRE_CASE], bool spent)
{
	char *out = ctx;

	(void)id;
	(void)strcat(out, spent ? "spent " : "fresh ");
	return ERR_NONE;
}

static const char *
phrase_is(struct store *s, unsigned k, unsigned version)
{
	static char got[100];
	uint8_t token[WIRE_HASH], hash[WIRE_HASH];

	got[0] = '\0';
	play_token(token, k, version, 1);
	crypto_hash_sha256(hash, token, sizeof token);
	ck_ok(store_phrase(s, hash, list_phrase, got));
	return got;
}

START_TEST(test_stop_and_resume)
{
	struct store *s = start_case(_i);
	uint64_t until = p.now + 30 * (uint64_t)DAY_MS, g1, g2, at, idx, told;
	uint8_t token[WIRE_HASH], hash[WIRE_HASH], fresh[WIRE_HASH],
	    kase[WIRE_CASE], hashes[2][WIRE_HASH];
	struct store_case c;
	bool found;

	g1 = play_grant(&p, 1, "ada", "bea", "cyd", 10, until, NULL);
	g2 = play_grant(&p, 1, "ada", "bea", "ada", 10, until, NULL);
	ck_assert_str_eq(phrase_is(s, 1, 1), "fresh ");
	ck_assert_str_eq(phrase_is(s, 1, 2), "");
	play_token(token, 1, 1, 0);
	crypto_hash_sha256(hash, token, sizeof token);
	ck_err(store_token(s, hash, &idx), ERR_NOTFOUND);
	p.now += 5;
	at = play_stop(&p, "cyd", 1, 1);
	ck_ok(store_token(s, hash, &idx));
	ck_assert_uint_eq(idx, at);
	ck_ok(store_stop_time(s, at, &idx));
	ck_assert_uint_eq(idx, p.now);
	ck_err(store_stop_time(s, at + 1, &idx), ERR_NOTFOUND);
	ck_ok(store_owed_ended(s, kase, &found));
	ck_assert(!found);
	(void)play_frozen(&p, 1, at);
	c = the_case(s, 1);
	ck_assert_int_eq(c.state, CASE_FROZEN);
	ck_assert_uint_eq(c.stop_idx, at);
	ck_assert_uint_eq(c.stop_at, p.now);
	ck_assert_uint_eq(c.narrowed_idx, at);
	ck_assert_uint_eq(c.stop_day_idx, 0);
	/* The ends are told in batches after; until then it is owed. */
	ck_ok(store_owed_ended(s, kase, &found));
	ck_assert(found);
	ck_assert_mem_eq(kase, c.id, WIRE_CASE);
	told = play_ended(&p, 1, "bea", "ada", &g2, 1);
	ck_assert_uint_eq(the_grant(s, 1, "bea", "ada", 0).told_idx, told);
	ck_ok(store_owed_ended(s, kase, &found));
	ck_assert(found);
	(void)play_ended(&p, 1, "bea", "cyd", &g1, 1);
	ck_ok(store_owed_ended(s, kase, &found));
	ck_assert(!found);
	ck_assert_int_eq(the_grant(s, 1, "bea", "cyd", 0).ended_by, ENDED_NOT);
	/* The notice, 24 h later. */
	ck_ok(store_owed_notice(s, p.now + DAY_MS - 1, &idx, &found));
	ck_assert(!found);
	ck_ok(store_owed_notice(s, p.now + DAY_MS, &idx, &found));
	ck_assert(found);
	ck_assert_uint_eq(idx, at);
	p.now += DAY_MS;
	told = play_notice(&p, at);
	ck_ok(store_owed_notice(s, p.now, &idx, &found));
	ck_assert(!found);
	ck_assert_uint_eq(the_case(s, 1).stop_day_idx, told);
	(void)play_phrases(&p, 1, 2, "ada", fresh);
	ck_ok(store_phrases_named(s, c.id, fresh, &found));
	ck_assert(found);
	ck_ok(store_phrases_hashes(s, c.id, fresh, hashes));
	play_token(token, 1, 2, 1);
	crypto_hash_sha256(hash, token, sizeof token);
	ck_assert_mem_eq(hashes[1], hash, WIRE_HASH);
	ck_err(store_phrases_hashes(s, c.id, hash, hashes), ERR_NOTFOUND);
	ck_assert_str_eq(phrase_is(s, 1, 2), "fresh ");
	told = play_resume(&p, 1, "ada", at, fresh);
	c = the_case(s, 1);
	ck_assert_int_eq(c.state, CASE_OPEN);
	ck_assert_uint_eq(c.resume_idx, told);
	ck_assert_uint_eq(c.stop_idx, at);
	ck_assert_str_eq(phrase_is(s, 1, 1), "spent ");
	ck_assert_str_eq(phrase_is(s, 1, 2), "fresh ");
	/* Closed stays closed. */
	(void)play_close(&p, 1, "ada");
	(void)play_frozen(&p, 1, at);
	ck_assert_int_eq(the_case(s, 1).state, CASE_CLOSED);
	(void)play_resume(&p, 1, "ada", at, fresh);
	ck_assert_int_eq(the_case(s, 1).state, CASE_CLOSED);
	stop();
}
END_TEST

START_TEST(test_pending_phrases)
{
	struct store *s = start_case(_i);
	uint8_t second[WIRE_HASH];
	uint64_t until = p.now + DAY_MS;

	/* A grant takes the newest pending; spent ones stay spent. */
	(void)play_phrases(&p, 1, 2, "ada", second);
	(void)play_grant(&p, 1, "ada", "bea", "cyd", 1, until, NULL);
	ck_assert_str_eq(phrase_is(s, 1, 1), "spent ");
	ck_assert_str_eq(phrase_is(s, 1, 2), "fresh ");
	(void)play_grant(&p, 1, "ada", "bea", "cyd", 1, until, NULL);
	ck_assert_str_eq(phrase_is(s, 1, 1), "spent ");
	ck_assert_str_eq(phrase_is(s, 1, 2), "fresh ");
	/* One phrase of two cases; the same stop twice keeps the newest. */
	(void)play_open_case(&p, 2, "bea");
	(void)play_phrases(&p, 2, 1, "bea", NULL);
	(void)play_entry(&p, ENTRY_RECORD);
	ck_assert_str_eq(phrase_is(s, 2, 1), "fresh ");
	stop();
}
END_TEST

/* An agent is told `ended` without why: what a stop ended comes back. */
START_TEST(test_slice)
{
	struct store *s = start_case(_i);
	uint64_t until = p.now + DAY_MS, g1, g2, told, m;
	uint8_t fresh[WIRE_HASH] = { 0 }, id[WIRE_STAMP];
	struct entry *e;

	g1 = play_grant(&p, 1, "ada", "bea", "cyd", 1, until, NULL);
	g2 = play_grant(&p, 1, "ada", "bea", "cyd", 1, until, NULL);
	e = play_entry(&p, ENTRY_ENDED);
	p.view.slice = true;
	play_case(e->u.ended.case_id, 1);
	play_id(e->u.ended.sender, "bea");
	play_id(e->u.ended.recipient, "cyd");
	e->u.ended.grant = &g1;
	e->u.ended.n = 1;
	told = play_apply(&p);
	ck_assert_int_eq(the_grant(s, 1, "bea", "cyd", 0).ended_by,
	    ENDED_UNKNOWN);
	ck_assert_uint_eq(the_grant(s, 1, "bea", "cyd", 0).locked_idx, told);
	e = play_entry(&p, ENTRY_ENDED);
	p.view.slice = true;
	play_case(e->u.ended.case_id, 1);
	play_id(e->u.ended.sender, "bea");
	play_id(e->u.ended.recipient, "cyd");
	e->u.ended.grant = &g2;
	e->u.ended.n = 1;
	(void)play_apply(&p);
	/* The stop was between the two. */
	e = play_consent(&p, KIND_RESUME, 1, "ada");
	e->b.u.resume.stop = told;
	memcpy(e->b.u.resume.phrases, fresh, WIRE_HASH);
	p.view.slice = true;
	(void)play_apply(&p);
	ck_assert_int_eq(the_grant(s, 1, "bea", "cyd", 0).ended_by,
	    ENDED_UNKNOWN);
	ck_assert_int_eq(the_grant(s, 1, "bea", "cyd", 1).ended_by, ENDED_NOT);
	ck_assert_uint_eq(the_grant(s, 1, "bea", "cyd", 1).told_idx, 0);
	/* A message in a slice is found by its id, and fed to nobody. */
	e = play_about(&p, KIND_SUBMISSION, 1, "bea");
	play_id(e->b.u.submission.recipient, "cyd");
	e->b.u.submission.n_label = 1;
	memcpy(id, e->b.stamp, WIRE_STAMP);
	p.view.slice = true;
	m = play_apply(&p);
	e = play_about(&p, KIND_RECALL, 1, "bea");
	memcpy(e->b.u.recall.message, id, WIRE_STAMP);
	p.view.slice = true;
	(void)play_apply(&p);
	ck_assert_int_eq(the_message(s, m).state, MESSAGE_RECALLED);
	stop();
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_loop_test(tc, test_log, 0, 2);
	tcase_add_loop_test(tc, test_transaction_needed, 0, 2);
	tcase_add_loop_test(tc, test_members, 0, 2);
	tcase_add_loop_test(tc, test_sealing_and_workers, 0, 2);
	tcase_add_loop_test(tc, test_case_and_grants, 0, 2);
	tcase_add_loop_test(tc, test_introduction_is_no_grant_before, 0, 2);
	tcase_add_loop_test(tc, test_arrows_and_revocation, 0, 2);
	tcase_add_loop_test(tc, test_many_grants, 0, 2);
	tcase_add_loop_test(tc, test_stop_and_resume, 0, 2);
	tcase_add_loop_test(tc, test_pending_phrases, 0, 2);
	tcase_add_loop_test(tc, test_slice, 0, 2);
}

int
main(void)
{
	return test_main("contract/store", fill, 30);
}
