/*
 * What a broker with both its keys may try in a parcel: each lie is caught,
 * and nothing of the parcel that carried it stays.
 */
#include "tests/unit/agent/liar.h"
#include "agent/life.h"

static struct office *o;
static struct liar *l;
static struct told_case k;

static void
setup(void)
{
	o = liar_office(&l);
}

static void
teardown(void)
{
	liar_destroy(&l);
	office_destroy(&o);
}

/* ---- the parcel itself ------------------------------------------------------- */

/* Each spoils an honest parcel of five pieces, closed. */
static void
spoil_head_signature(void)
{
	l->p.head.signature[5] ^= 1;
}

static void
spoil_head_root(void)
{
	l->p.head.root[0] ^= 1;
	liar_sign_head(l);
}

static void
spoil_head_size(void)
{
	l->p.head.size++;
	liar_sign_head(l);
}

static void
spoil_from(void)
{
	l->p.from--;
}

static void
spoil_range(void)
{
	((uint8_t *)l->p.range.data)[0] ^= 1;
}

static void
spoil_range_cut(void)
{
	l->p.range.n -= HASH_BYTES;
}

static void
spoil_missing_piece(void)
{
	l->p.n_piece--;
}

static void
spoil_extra_piece(void)
{
	l->piece[l->p.n_piece] = l->piece[0];
	l->piece[l->p.n_piece++].index = l->n;
}

/* The same piece again: counted twice, so the statement must not agree. */
static void
spoil_twice(void)
{
	l->piece[l->p.n_piece] = l->piece[1];
	l->p.n_piece++;
}

static void
swap(unsigned i, unsigned j)
{
	struct wire_piece t = l->piece[i];

	l->piece[i] = l->piece[j];
	l->piece[j] = t;
}

static void
spoil_order(void)
{
	swap(1, 3);
}

/* Out of order, with a statement that says it was so. */
static void
spoil_order_agreed(void)
{
	struct hash leaf;
	uint8_t c[32];

	swap(1, 3);
	l->news_hash = l->a->news_hash;
	for (unsigned i = 0; i < l->p.n_piece; i++) {
		entry_commitment(l->piece[i].body, l->piece[i].salt, c);
		entry_leaf(c, &leaf);
		fold_news_hash(l->news_hash.b, &leaf);
	}
	memcpy(l->p.statement.hash, l->news_hash.b, HASH_BYTES);
	liar_sign_statement(l);
}

static void
spoil_salt(void)
{
	l->piece[2].salt[31] ^= 1;
}

static void
spoil_body(void)
{
	uint8_t *b = arena_dup(l->arena, l->piece[2].body.data,
	    l->piece[2].body.n);

	b[l->piece[2].body.n - 3] ^= 1;
	l->piece[2].body.data = b;
}

static void
spoil_index(void)
{
	l->piece[2].index++;
}

static void
spoil_time(void)
{
	l->piece[2].time++;
}

static void
spoil_no_head(void)
{
	l->p.has_head = false;
}

static void
spoil_count(void)
{
	l->p.statement.count++;
	liar_sign_statement(l);
}

static void
spoil_hash(void)
{
	l->p.statement.hash[0] ^= 1;
	liar_sign_statement(l);
}

static void
spoil_statement_signature(void)
{
	l->p.statement.signature[0] ^= 1;
}

/* Signed by the log key instead of the broker's. */
static void
spoil_statement_key(void)
{
	uint8_t text[STATEMENT_BYTES_MAX];
	size_t n = statement_bytes(l->w->p, "school", l->p.head.size,
	    l->p.head.root, &l->p.statement, text);

	identity_sign(&l->w->log, bytes_of(text, n),
	    l->p.statement.signature);
}

/* Another agency's statement. */
static void
spoil_statement_whose(void)
{
	l->m = WORLD_POLICE;
	liar_sign_statement(l);
	l->m = WORLD_SCHOOL;
}

/* One item less arrives than the statement says: withheld. */
static void
spoil_withheld(void)
{
	const struct hash leaf = l->leaf[0];

	fold_news_hash(l->p.statement.hash, &leaf);
	l->p.statement.count++;
	liar_sign_statement(l);
}

static void
spoil_piece_what(void)
{
	l->piece[1].what = PIECE_DELIVERED;
}

/* Our name on it, and a body instead of our own bytes. */
static void
spoil_own_with_body(void)
{
	l->piece[1].what = PIECE_OWN;
}

static void
spoil_own_unknown(void)
{
	l->piece[1].what = PIECE_OWN;
	l->piece[1].body = bytes_of(NULL, 0);
	l->piece[1].has_stamp = true;
}

static void
spoil_opened(void)
{
	l->piece[1].what = PIECE_OPENED;
}

static void
spoil_copy(void)
{
	l->piece[4].what = PIECE_COPY;
}

static void
spoil_mail(void)
{
	l->piece[1].what = PIECE_MAIL;
}

static const struct {
	const char *name;
	void (*spoil)(void);
	enum error_code want;           /* ERR_NONE: any error */
} spoils[] = {
	{ "head signature", spoil_head_signature, ERR_CRYPTO },
	{ "head root", spoil_head_root, ERR_PROOF },
	{ "head size", spoil_head_size, ERR_NONE },
	{ "from", spoil_from, ERR_PROOF },
	{ "range", spoil_range, ERR_PROOF },
	{ "range cut", spoil_range_cut, ERR_NONE },
	{ "missing piece", spoil_missing_piece, ERR_NONE },
	{ "extra piece", spoil_extra_piece, ERR_PROOF },
	{ "twice", spoil_twice, ERR_PROOF },
	{ "order", spoil_order, ERR_PROOF },
	{ "order agreed", spoil_order_agreed, ERR_PROOF },
	{ "salt", spoil_salt, ERR_PROOF },
	{ "body", spoil_body, ERR_NONE },
	{ "index", spoil_index, ERR_PROOF },
	{ "time", spoil_time, ERR_PROOF },
	{ "no head", spoil_no_head, ERR_FORMAT },
	{ "count", spoil_count, ERR_PROOF },
	{ "hash", spoil_hash, ERR_PROOF },
	{ "statement signature", spoil_statement_signature, ERR_CRYPTO },
	{ "statement key", spoil_statement_key, ERR_CRYPTO },
	{ "statement whose", spoil_statement_whose, ERR_CRYPTO },
	{ "withheld", spoil_withheld, ERR_PROOF },
	{ "piece what", spoil_piece_what, ERR_NONE },
	{ "own with body", spoil_own_with_body, ERR_NONE },
	{ "own unknown", spoil_own_unknown, ERR_PROOF },
	{ "opened", spoil_opened, ERR_NONE },
	{ "copy", spoil_copy, ERR_PROOF },
	{ "mail", spoil_mail, ERR_FORMAT },
};
enum { SPOILS = sizeof spoils / sizeof spoils[0] };

START_TEST(a_spoilt_parcel_is_refused)
{
	for (unsigned i = 0; i < SPOILS; i++) {
		const struct hash hash = l->news_hash;
		const uint64_t n = l->n, news = l->news;

		liar_case(l, &k);
		liar_close(l);
		spoils[i].spoil();
		liar_refused(l, spoils[i].name, spoils[i].want);
		/* as if it had never been made */
		l->news_hash = hash;
		l->news = news;
		l->n = n;
	}
	/* and the honest one is taken all the same */
	liar_case(l, &k);
	liar_close(l);
	liar_ok(l);
	ck_assert_uint_eq(l->a->news, l->news);
	ck_assert_uint_eq(l->a->head.size, l->n);
}
END_TEST

/* The same checkpoint once more, with a signature that is none: it would be
 * cited in everything this agent signs. */
START_TEST(a_known_head_has_to_be_signed_too)
{
	liar_close(l);
	liar_ok(l);
	liar_close(l);
	spoil_head_signature();
	liar_refused(l, "head again", ERR_CRYPTO);
}
END_TEST

START_TEST(an_older_head_is_refused)
{
	const uint64_t n = l->n;
	struct parcel old;

	liar_close(l);
	old = l->p;
	liar_case(l, &k);
	liar_close(l);
	liar_ok(l);
	l->p = old;
	liar_refused(l, "older", ERR_PROOF);
	l->p = old;
	l->p.from = l->a->edge.size;
	liar_refused(l, "older, from here", ERR_NONE);
	(void)n;
}
END_TEST

/* Another past than the one this agent has followed. */
START_TEST(a_tree_that_does_not_extend_is_refused)
{
	liar_case(l, &k);
	l->leaf[3].b[0] ^= 1;
	liar_close(l);
	liar_refused(l, "fork", ERR_PROOF);
}
END_TEST

/* A statement about no checkpoint keeps nothing fresh. */
START_TEST(a_statement_needs_its_head)
{
	liar_close(l);
	memset(&l->p.head, 0, sizeof l->p.head);
	l->p.has_head = false;
	l->p.from = 0;
	l->p.range = bytes_of(NULL, 0);
	liar_sign_statement(l);
	rig_pass(o->r, 1000);
	liar_refused(l, "no head", ERR_FORMAT);
}
END_TEST

/* ---- sizes --------------------------------------------------------------------------- */

START_TEST(bombs_are_refused)
{
	uint8_t *big = malloc(4 << 20);
	uint64_t chance = 77;
	struct state before = state_of(l->a), after;
	struct buf honest;

	ck_assert_ptr_nonnull(big);
	memset(big, 0, 4 << 20);
	ck_assert_int_ne(intake_frame(l->a, bytes_of(big, 4 << 20), &l->why),
	    ERR_NONE);
	ck_assert_int_ne(intake_frame(l->a, bytes_of(big, 0), &l->why),
	    ERR_INTERNAL);
	/* many tiny fields, many tiny pieces */
	for (size_t i = 0; i + 2 <= WIRE_DOWN_MAX; i += 2) {
		big[i] = 0x22;
		big[i + 1] = 0;
	}
	for (unsigned tag = 0; tag < 256; tag++) {
		for (size_t i = 0; i + 2 <= WIRE_DOWN_MAX; i += 2)
			big[i] = (uint8_t)tag;
		ck_assert_int_ne(intake_frame(l->a, bytes_of(big,
		    WIRE_DOWN_MAX), &l->why), ERR_NONE);
	}
	liar_case(l, &k);
	liar_close(l);
	buf_init(&honest, WIRE_DOWN_MAX);
	ck_ok(wire_parcel_encode(&l->p, &honest));
	/* cut anywhere, a bit anywhere */
	for (int i = 0; i < 400; i++) {
		size_t at = test_random(&chance) % honest.n;
		const uint8_t bit = (uint8_t)(1u << (chance & 7));

		ck_assert_int_ne(intake_frame(l->a, bytes_of(honest.data, at),
		    &l->why), ERR_INTERNAL);
		honest.data[at] ^= bit;
		ck_assert_int_ne(intake_frame(l->a, buf_view(&honest),
		    &l->why), ERR_NONE);
		honest.data[at] ^= bit;
	}
	after = state_of(l->a);
	ck_assert(state_same(&before, &after));
	buf_free(&honest);
	free(big);
}
END_TEST

/* ---- what is kept over a restart -------------------------------------------------------- */

static void
restart(void)
{
	agent_close(&o->a[WORLD_SCHOOL]);
	office_agent(o, WORLD_SCHOOL);
	l->a = o->a[WORLD_SCHOOL];
}

START_TEST(position_and_policy_outlive_a_restart)
{
	struct checkpoint head;
	struct hash hash;

	liar_case(l, &k);
	liar_record(l, world_partnership(l->w), PIECE_NEWS);
	liar_close(l);
	liar_ok(l);
	ck_assert_uint_eq(agent_policy(l->a)->serial, 2);
	head = l->a->head;
	hash = l->a->news_hash;
	restart();
	ck_assert_uint_eq(l->a->head.size, head.size);
	ck_assert_mem_eq(l->a->head.signature, head.signature,
	    sizeof head.signature);
	ck_assert(hash_equal(&l->a->news_hash, &hash));
	ck_assert_uint_eq(l->a->edge.size, head.size);
	/* not the file's, which is older */
	ck_assert_uint_eq(agent_policy(l->a)->serial, 2);
	ck_assert_int_eq(agent_trouble(l->a), TROUBLE_OFFLINE);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_spoilt_parcel_is_refused);
	tcase_add_test(tc, a_known_head_has_to_be_signed_too);
	tcase_add_test(tc, an_older_head_is_refused);
	tcase_add_test(tc, a_tree_that_does_not_extend_is_refused);
	tcase_add_test(tc, a_statement_needs_its_head);
	tcase_add_test(tc, bombs_are_refused);
	tcase_add_test(tc, position_and_policy_outlive_a_restart);
}

int
main(void)
{
	return test_main("intake", fill, 120);
}
