/*
 * Whatever the real broker writes is explained: a sequencer under operations
 * drawn at random, connections that come and go, days that pass; then its
 * ledger is mirrored and replayed.
 */
#include "tests/unit/broker/rig.h"

#include "audit/verify.h"

enum { MEMBERS = 6, STEPS = 600, GRANTS = 64, MAIL = 400 };

struct game {
	struct rig *r;
	uint64_t chance;
	struct record *grant[GRANTS];
	unsigned n_grant;
	struct { uint64_t idx; unsigned to; struct record *r; } mail[MAIL];
	unsigned n_mail;
	uint64_t stop;              /* entry of the newest that froze, 0 none */
	unsigned away;              /* who is suspended, 0 nobody */
	struct record *last;
	unsigned last_by;
	struct world_payload payload;
};

static unsigned
draw(struct game *g, unsigned n)
{
	return (unsigned)(test_random(&g->chance) % n);
}

/* An agency: custodian, police, school or one of the others. */
static unsigned
agency(struct game *g)
{
	static const unsigned who[] = { WORLD_CUSTODIAN, WORLD_POLICE,
	    WORLD_SCHOOL, WORLD_OTHERS };

	return who[draw(g, sizeof who / sizeof who[0])];
}

/* What it signs next cites what it has taken in. */
static void
cite(struct game *g, unsigned m)
{
	const struct peer *p = g->r->peer[m];
	struct citation *c = &g->r->w.m[m].cite;

	c->size = p->head.size;
	memcpy(c->root, p->head.root.b, HASH_BYTES);
	memcpy(c->signature, p->head.signature, sizeof c->signature);
	c->news = p->news;
	memcpy(c->news_hash, p->news_hash, HASH_BYTES);
}

static bool
online(struct game *g, unsigned m)
{
	return g->r->session[m] != 0;
}

/* By the operator, whose answer is not waited for. */
static void
root_says(struct game *g, struct record *r)
{
	rig_admit_local(g->r, &r, 1);
}

static const struct wire_answer *
say(struct game *g, unsigned m, struct record *r,
    const struct world_payload *payload)
{
	g->last = r;
	g->last_by = m;
	return rig_send(g->r, m, r, payload);
}

/* ---- moves ------------------------------------------------------------- */

static void
submit(struct game *g)
{
	static const char *const what[] = { "C1", "C2", "C1", "C4", "C5" };
	unsigned from = agency(g), to = agency(g);
	const struct wire_answer *a;
	struct record *r;

	if (!online(g, from) || from == to)
		return;
	cite(g, from);
	r = world_submission(&g->r->w, from, to, what[draw(g, 5)], 1024,
	    &g->payload, NULL);
	a = say(g, from, r, &g->payload);
	if (a == NULL || a->status != STATUS_ADMITTED || g->n_mail == MAIL)
		return;
	g->mail[g->n_mail].idx = a->index;
	g->mail[g->n_mail].r = r;
	g->mail[g->n_mail++].to = to;
}

static void
receive(struct game *g)
{
	unsigned i;

	if (g->n_mail == 0)
		return;
	i = draw(g, g->n_mail);
	if (!online(g, g->mail[i].to))
		return;
	cite(g, g->mail[i].to);
	(void)say(g, g->mail[i].to, world_receipt(&g->r->w, g->mail[i].to,
	    &g->mail[i].idx, 1, draw(g, 8) == 0 ? 202 : 0), NULL);
}

/* Up to five messages, some of them somebody else's. */
static void
open_some(struct game *g)
{
	uint64_t *list = arena_alloc(g->r->w.a, 5 * sizeof *list);
	unsigned by = agency(g), n = 0, i = 0;

	ck_assert_ptr_nonnull(list);
	for (; i < g->n_mail && n < 5; i++)
		if (draw(g, 3) == 0 && (g->mail[i].to == by ||
		    draw(g, 10) == 0))
			list[n++] = g->mail[i].idx;
	if (n == 0 || !online(g, by))
		return;
	cite(g, by);
	(void)say(g, by, world_opening(&g->r->w, by, list, n), NULL);
}

static void
recall(struct game *g)
{
	unsigned i, by = agency(g);

	if (g->n_mail == 0 || !online(g, by))
		return;
	i = draw(g, g->n_mail);
	cite(g, by);
	(void)say(g, by, world_recall(&g->r->w, by, g->mail[i].r), NULL);
}

static void
no_waiver(struct wire_grant *g)
{
	g->has_waiver = false;
	memset(g->waiver, 0, sizeof g->waiver);
}

static void
short_grant(struct wire_grant *g)
{
	g->until = g->from + 3600 * 1000;
	g->keep_read_days = 0;
}

static void
grant(struct game *g)
{
	static void (*const edit[])(struct wire_grant *) = {
		NULL, NULL, NULL, no_waiver, short_grant,
	};
	unsigned from = agency(g), to = agency(g);
	const struct wire_answer *a;
	struct record *r;

	if (!online(g, WORLD_CUSTODIAN))
		return;
	cite(g, WORLD_CUSTODIAN);
	r = world_grant(&g->r->w, from, to, draw(g, 6) == 0,
	    edit[draw(g, 5)]);
	a = say(g, WORLD_CUSTODIAN, r, NULL);
	if (a != NULL && a->status == STATUS_ADMITTED && g->n_grant < GRANTS)
		g->grant[g->n_grant++] = r;
}

static void
withdraw(struct game *g)
{
	unsigned by = draw(g, 2) == 0 ? WORLD_CUSTODIAN : agency(g);

	if (!online(g, by) || g->n_grant == 0)
		return;
	cite(g, by);
	(void)say(g, by, world_withdraw(&g->r->w, by, draw(g, 6) == 0 ? NULL :
	    g->grant[draw(g, g->n_grant)]), NULL);
}

static void
stop(struct game *g)
{
	struct world *w = &g->r->w;
	const struct wire_answer *a;
	unsigned by = agency(g);
	bool right = draw(g, 4) == 0;

	if (!online(g, by))
		return;
	cite(g, by);
	a = say(g, by, world_stop(w, by, right ? w->kase.token[draw(g, 2)] :
	    w->log.public), NULL);
	if (right && a != NULL && a->status == STATUS_ADMITTED)
		g->stop = a->index;
}

/* Time goes by; after days everyone who is there has a new sealing key. */
static void
wait_for(struct game *g, uint64_t ms)
{
	rig_pass(g->r, ms);
	rig_settle(g->r);
	for (unsigned m = 1; ms >= DAY_MS && m < MEMBERS; m++) {
		if (m == WORLD_AUDITOR || !online(g, m))
			continue;
		cite(g, m);
		(void)say(g, m, world_sealing(&g->r->w, m), NULL);
	}
}

static void
pass(struct game *g)
{
	static const uint64_t ms[] = { 500, 30000, 600000, 3600000,
	    90000000, 950400000 };
	const unsigned i = draw(g, 16) == 0 ? 4 + draw(g, 2) : draw(g, 4);

	wait_for(g, ms[i]);
}

static void
resume(struct game *g)
{
	struct world *w = &g->r->w;

	if (g->stop == 0 || !online(g, WORLD_CUSTODIAN))
		return;
	if (draw(g, 4) != 0)
		wait_for(g, DAY_MS + 1000);
	cite(g, WORLD_CUSTODIAN);
	randombytes_buf(w->kase.token, sizeof w->kase.token);
	(void)say(g, WORLD_CUSTODIAN, world_phrases(w), NULL);
	cite(g, WORLD_CUSTODIAN);
	(void)say(g, WORLD_CUSTODIAN, world_resume(w, g->stop), NULL);
	g->stop = 0;
}

static void
come_and_go(struct game *g)
{
	unsigned m = 1 + draw(g, MEMBERS - 1);

	if (online(g, m) && draw(g, 2) == 0) {
		rig_gone(g->r, m);
	} else if (online(g, m)) {
		return;
	} else {
		rig_connect(g->r, m, draw(g, 4) == 0 ? 0 : 64);
		rig_settle(g->r);
	}
}

static void
standing(struct game *g)
{
	unsigned m = g->away != 0 ? g->away : agency(g);

	if (g->away == 0 && draw(g, 4) == 0) {
		root_says(g, world_suspend(&g->r->w, m));
		g->away = m;
		return;
	}
	g->away = 0;
	root_says(g, world_member(&g->r->w, m));
	if (!online(g, m))
		return;
	/* the new record ended its keys */
	cite(g, m);
	(void)say(g, m, world_sealing(&g->r->w, m), NULL);
}

static void
again(struct game *g)
{
	if (g->last != NULL && online(g, g->last_by))
		(void)rig_send(g->r, g->last_by, g->last,
		    g->last->kind == KIND_SUBMISSION ? &g->payload : NULL);
}

/* Another case; the one before is closed, or is not. */
static void
next_case(struct game *g)
{
	struct world *w = &g->r->w;

	if (!online(g, WORLD_CUSTODIAN))
		return;
	cite(g, WORLD_CUSTODIAN);
	if (draw(g, 2) == 0)
		(void)say(g, WORLD_CUSTODIAN, world_close(w), NULL);
	world_case_make(w);
	g->stop = 0;
	g->n_grant = g->n_mail = 0;
	cite(g, WORLD_CUSTODIAN);
	(void)say(g, WORLD_CUSTODIAN, world_case_opened(w), NULL);
	(void)say(g, WORLD_CUSTODIAN, world_phrases(w), NULL);
}

static void
introduce(struct game *g)
{
	struct world *w = &g->r->w;
	const struct wire_answer *a;
	unsigned to = agency(g);
	uint64_t *idx = arena_alloc(w->a, sizeof *idx);

	if (!online(g, WORLD_CUSTODIAN) || !online(g, to) ||
	    to == WORLD_CUSTODIAN)
		return;
	cite(g, WORLD_CUSTODIAN);
	(void)say(g, WORLD_CUSTODIAN, world_grant(w, WORLD_CUSTODIAN, to,
	    true, NULL), NULL);
	a = say(g, WORLD_CUSTODIAN, world_submission(w, WORLD_CUSTODIAN, to,
	    "ID", 1024, &g->payload, NULL), &g->payload);
	if (a == NULL || a->status != STATUS_ADMITTED)
		return;
	*idx = a->index;
	cite(g, to);
	(void)say(g, to, world_opening(w, to, idx, 1), NULL);
	cite(g, to);
	(void)say(g, to, world_checked(w, to, *idx), NULL);
}

static void
move(struct game *g)
{
	static void (*const moves[])(struct game *) = {
		submit, submit, submit, submit, submit, submit, receive,
		receive, open_some, open_some, open_some, grant, grant, grant,
		introduce, introduce, introduce, withdraw, stop, resume,
		resume, recall, pass, pass, pass, come_and_go, come_and_go,
		standing, standing, again, next_case,
	};
	const unsigned i = draw(g, sizeof moves / sizeof moves[0]);

	/* another case only now and then */
	if (moves[i] == next_case && draw(g, 4) != 0)
		return;
	moves[i](g);
	rig_forget(g->r);
}

/* ---- and the replay ---------------------------------------------------- */

struct copying { struct mirror *m; struct hash *leaf; };

static enum error_code
copy_one(void *ctx, uint64_t idx, const uint8_t commitment[static HASH_BYTES],
    const uint8_t *salt, struct bytes body)
{
	struct copying *c = ctx;
	struct why why;

	entry_leaf(commitment, &c->leaf[idx]);
	return mirror_add(c->m, commitment, salt, body, &why);
}

static void
mirror_of(struct rig *r, const char *dir, struct mirror **out)
{
	struct copying c = { .m = NULL };
	struct store_head head;
	struct checkpoint signed_head;
	struct why why = { "" };

	ck_ok(store_head(r->store, &head));
	c.leaf = calloc(head.size, sizeof *c.leaf);
	ck_assert_ptr_nonnull(c.leaf);
	ck_ok(mirror_open(dir, r->w.origin, r->w.log.public, true, &c.m,
	    &why));
	ck_ok(store_entries(r->store, 0, head.size, copy_one, &c));
	signed_head = *sequencer_head(r->q);
	ck_assert_uint_eq(signed_head.size, head.size);
	ck_ok(mirror_commit(c.m, &signed_head, &why));
	free(c.leaf);
	*out = c.m;
}

static void
replay(struct rig *r)
{
	const struct wire_partnership *now;
	struct verify_options o = { .signatures = true, .threads = 2 };
	struct partnership p = { .n = 0 };
	struct why why = { "" };
	struct findings f;
	struct mirror *m;
	char dir[TEST_PATH];

	test_dir(dir);
	mirror_of(r, dir, &m);
	ck_ok(store_partnership(r->store, &now));
	memcpy(p.id, r->w.p, sizeof p.id);
	memcpy(p.root, now->root, sizeof p.root);
	p.now = *now;
	ck_ok(verify_run(m, &p, &o, &f, &why));
	for (size_t i = 0; i < f.n && i < 20; i++)
		printf("entry %llu: %s\n",
		    (unsigned long long)f.finding[i].entry, f.finding[i].why);
	ck_assert_uint_eq(f.unexplained, 0);
	ck_assert_uint_gt(f.decisions, 100);
	ck_assert_uint_eq(f.without, 0);
	ck_assert(f.root_agrees);
	findings_free(&f);
	mirror_close(&m);
}

START_TEST(test_whatever)
{
	struct game *g = calloc(1, sizeof *g);

	ck_assert_ptr_nonnull(g);
	g->chance = (77 + (uint64_t)_i) * UINT64_C(0x9e3779b97f4a7c15);
	g->r = rig_create(MEMBERS, NULL);
	rig_enrol(g->r);
	rig_settle(g->r);
	for (unsigned m = 1; m < MEMBERS; m++)
		cite(g, m);
	rig_open_case(g->r);
	rig_forget(g->r);
	for (unsigned i = 0; i < STEPS; i++)
		move(g);
	rig_settle(g->r);
	replay(g->r);
	rig_destroy(&g->r);
	free(g);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_loop_test(tc, test_whatever, 0, 24);
}

int
main(void)
{
	return test_main("broker's ledgers", fill, 60);
}
