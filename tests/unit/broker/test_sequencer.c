/*
 * The whole ledger in one process: governance, a case, a grant, a message
 * submitted, delivered, received, opened; withdrawal and stop.  Peers verify
 * every proof and their running hash on the way.
 */
#include "tests/unit/broker/rig.h"

/* ---- the whole life ---------------------------------------------------- */

START_TEST(test_whole_life)
{
	struct rig *r = rig_create(5, _i == 0 ? NULL : ":memory:");
	struct peer *school = r->peer[WORLD_SCHOOL];
	struct peer *police = r->peer[WORLD_POLICE];
	struct peer *refuge = r->peer[WORLD_CUSTODIAN];
	struct world_payload p;
	struct record *grant, *m, *o;
	const struct peer_piece *opened;
	uint64_t idx;

	rig_enrol(r);
	rig_open_case(r);
	grant = rig_arrow(r, WORLD_POLICE, WORLD_SCHOOL);
	rig_forget(r);

	/* submission and delivery are entries of one batch */
	m = world_submission(&r->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024, &p,
	    NULL);
	idx = rig_admit(r, WORLD_POLICE, m, &p);
	ck_assert_uint_eq(peer_count(school, PIECE_MAIL), 1);
	ck_assert_uint_eq(peer_count(school, PIECE_DELIVERED), 1);
	ck_assert_uint_eq(school->piece[0].index, idx);
	ck_assert_uint_eq(school->piece[1].index, idx + 1);
	ck_assert(bytes_equal(school->piece[0].ciphertext, p.ciphertext));
	ck_assert_uint_eq(police->n_told, 1);
	ck_assert_uint_eq(police->told[0].what, TOLD_DELIVERED);
	ck_assert_uint_eq(refuge->n_piece, 0);

	rig_admit(r, WORLD_SCHOOL, world_receipt(&r->w, WORLD_SCHOOL, &idx, 1,
	    0), NULL);
	o = world_opening(&r->w, WORLD_SCHOOL, &idx, 1);
	rig_forget(r);
	rig_admit(r, WORLD_SCHOOL, o, NULL);
	ck_assert_uint_eq(peer_count(school, PIECE_OPENED), 1);
	opened = &school->piece[0];
	ck_assert_uint_eq(opened->shares.n, 32);
	ck_assert_mem_eq(opened->shares.data, p.share, 32);
	ck_assert_uint_eq(opened->entry.u.opened.line[0].rule, RULE_ADMIT);
	ck_assert_uint_eq(police->told[0].what, TOLD_OPENED);
	ck_assert_str_eq(police->told[0].role, "worker");

	/* a retry gets the same entry and the same share */
	rig_forget(r);
	ck_assert_uint_eq(rig_admit(r, WORLD_SCHOOL, o, NULL), opened->index);
	ck_assert_uint_eq(peer_count(school, PIECE_COPY), 1);
	ck_assert_mem_eq(school->piece[0].shares.data, p.share, 32);

	/* withdrawn: no share, one face for "no" */
	rig_admit(r, WORLD_CUSTODIAN, world_withdraw(&r->w, WORLD_CUSTODIAN,
	    grant), NULL);
	ck_assert_uint_eq(peer_news(school, ENTRY_ENDED, 0), 1);
	ck_assert_uint_eq(peer_news(police, ENTRY_ENDED, 0), 1);
	rig_expect(r, WORLD_SCHOOL, o, NULL, STATUS_REFUSED,
	    rule_shown_as(RULE_NO_GRANT));
	rig_forget(r);
	m = world_submission(&r->w, WORLD_POLICE, WORLD_SCHOOL, "C1", 1024, &p,
	    NULL);
	rig_expect(r, WORLD_POLICE, m, &p, STATUS_REFUSED,
	    rule_shown_as(RULE_NO_GRANT));
	ck_assert_uint_eq(school->n_piece, 0);
	/* a retry of what was refused gets the first outcome */
	rig_expect(r, WORLD_POLICE, m, &p, STATUS_REFUSED,
	    rule_shown_as(RULE_NO_GRANT));
	rig_destroy(&r);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_loop_test(tc, test_whole_life, 0, 2);
}

int
main(void)
{
	return test_main("sequencer", fill, 60);
}
