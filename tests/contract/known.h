/*
 * What a random ledger knows of itself, and everything that can be asked of a
 * store about it, as bytes to be compared.
 */
#ifndef WAYLEAVE_TESTS_CONTRACT_KNOWN_H
#define WAYLEAVE_TESTS_CONTRACT_KNOWN_H

#include "tests/contract/play.h"

enum { MEMBERS = 8, CASES = 6, STEPS = 60, MESSAGES = 400 };

/* Copied to undo an abandon. */
struct known {
	struct play p;
	unsigned phrases[CASES];
	bool open[CASES];
	uint64_t stop[CASES], epoch;
	uint8_t record[CASES][WIRE_HASH];
	uint64_t message[MESSAGES];
	uint8_t id[MESSAGES][WIRE_STAMP];
	unsigned from[MESSAGES], to[MESSAGES], of_case[MESSAGES], n_message;
	uint64_t grant[MESSAGES];
	uint8_t grant_id[MESSAGES][WIRE_HASH];
	unsigned g_from[MESSAGES], g_to[MESSAGES], g_case[MESSAGES], n_grant;
};

static const char *const member[MEMBERS] = {
	"ada", "bea", "cyd", "dot", "eve", "fay", "gil", "hal",
};

/* ---- everything that can be asked, as bytes ------------------------------ */

static enum error_code
dump_phrase(void *ctx, const uint8_t id[static WIRE_CASE], bool spent)
{
	buf_put(ctx, id, WIRE_CASE);
	buf_put_u8(ctx, spent);
	return ERR_NONE;
}

static enum error_code
dump_arrow(void *ctx, const struct store_arrow *a)
{
	buf_put_str8(ctx, a->sender);
	buf_put_str8(ctx, a->recipient);
	return ERR_NONE;
}

static enum error_code
dump_case_id(void *ctx, const uint8_t id[static WIRE_CASE])
{
	buf_put(ctx, id, WIRE_CASE);
	return ERR_NONE;
}

static enum error_code
dump_feed(void *ctx, uint64_t idx, bool mail)
{
	buf_put_u64(ctx, idx);
	buf_put_u8(ctx, mail);
	return ERR_NONE;
}

static enum error_code
dump_entry(void *ctx, uint64_t idx, const uint8_t commitment[static 32],
    const uint8_t *salt, struct bytes body)
{
	buf_put_u64(ctx, idx);
	buf_put(ctx, commitment, 32);
	buf_put(ctx, salt, 32);
	buf_put(ctx, body.data, body.n);
	return ERR_NONE;
}

static void
dump_grant(struct buf *b, const struct grant *g)
{
	const uint64_t v[] = {
		g->idx, g->from, g->effective, g->until, g->keep_read_days,
		g->introduction, (uint64_t)g->ended_by, g->ended_idx,
		g->ended_at, g->locked_idx, g->locked_at, g->entered,
		g->told_idx, g->told_before,
	};

	for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
		buf_put_u64(b, v[i]);
	buf_put(b, g->label, sizeof g->label);
	buf_put(b, g->id, WIRE_HASH);
}

static void
dump_members(struct store *s, struct buf *b, const struct known *k)
{
	for (unsigned i = 0; i < MEMBERS; i++) {
		const struct store_member *m;
		struct wire_sealing_key key;
		uint64_t announced, idx;
		enum error_code e = store_member(s, member[i], &m);

		buf_put_u8(b, (uint8_t)e);
		if (e != ERR_NONE)
			continue;
		buf_put_u64(b, m->idx);
		buf_put_u8(b, m->revoked);
		buf_put_u8(b, m->suspended);
		buf_put_u64(b, m->news);
		buf_put(b, m->news_hash, 32);
		buf_put_u64(b, m->last_own);
		buf_put_u64(b, m->epoch);
		buf_put_str8(b, m->m.name);
		buf_put(b, m->m.sign_key, WIRE_KEY);
		for (uint64_t epoch = 0; epoch <= k->epoch; epoch++) {
			e = store_sealing(s, member[i], epoch, &key,
			    &announced, &idx);
			buf_put_u8(b, (uint8_t)e);
			if (e != ERR_NONE)
				continue;
			buf_put(b, key.key, WIRE_KEY);
			buf_put_u64(b, announced);
			buf_put_u64(b, idx);
		}
		ck_ok(store_cases_of(s, member[i], dump_case_id, b));
		ck_ok(store_feed(s, member[i], 0, 100000, dump_feed, b));
	}
}

static void
dump_case(struct store *s, struct buf *b, const struct known *k, unsigned i)
{
	static struct grant g[RULES_GRANTS_MAX];
	struct store_case c;
	uint8_t id[WIRE_CASE], token[WIRE_HASH], hash[WIRE_HASH];
	unsigned n;
	uint64_t stop;
	bool is;
	enum error_code e;

	play_case(id, i);
	e = store_case(s, id, &c);
	buf_put_u8(b, (uint8_t)e);
	if (e == ERR_NONE) {
		const uint64_t v[] = {
			(uint64_t)c.state, c.idx, c.narrowed_idx, c.stop_idx,
			c.stop_at, c.stop_day_idx, c.phrases_in_force,
			c.has_grant, c.resume_idx,
		};

		for (size_t j = 0; j < sizeof v / sizeof v[0]; j++)
			buf_put_u64(b, v[j]);
		buf_put_str8(b, c.custodian);
		buf_put(b, c.consent_key, WIRE_KEY);
	}
	ck_ok(store_arrows(s, id, dump_arrow, b));
	for (unsigned from = 0; from < MEMBERS; from++) {
		for (unsigned to = 0; to < MEMBERS; to++) {
			ck_ok(store_grants(s, id, member[from], member[to], g,
			    &n));
			for (unsigned j = 0; j < n; j++)
				dump_grant(b, &g[j]);
		}
		ck_ok(store_conflict_checked(s, member[from], id, &is));
		buf_put_u8(b, is);
		ck_ok(store_recipient_had(s, id, member[from], 0, UINT64_MAX,
		    &is));
		buf_put_u8(b, is);
	}
	for (unsigned v = 0; v <= k->phrases[i]; v++) {
		play_token(token, i, v, 0);
		crypto_hash_sha256(hash, token, sizeof token);
		ck_ok(store_phrase(s, hash, dump_phrase, b));
		e = store_token(s, hash, &stop);
		buf_put_u8(b, (uint8_t)e);
		buf_put_u64(b, e == ERR_NONE ? stop : 0);
	}
	ck_ok(store_phrases_named(s, id, k->record[i], &is));
	buf_put_u8(b, is);
}

static void
dump_message(struct store *s, struct buf *b, const struct known *k,
    unsigned i)
{
	struct store_message m;
	enum error_code e = store_message_by_id(s, member[k->from[i]], k->id[i],
	    &m);

	buf_put_u8(b, (uint8_t)e);
	if (e == ERR_NONE) {
		const uint64_t v[] = {
			m.idx, m.delivered_idx, m.grant_idx, m.opened_idx,
			(uint64_t)m.state, m.created, m.expires, m.read_until,
			m.closes_at, m.n_label,
		};

		for (size_t j = 0; j < sizeof v / sizeof v[0]; j++)
			buf_put_u64(b, v[j]);
		buf_put(b, m.case_id, WIRE_CASE);
		buf_put_str8(b, m.sender);
		buf_put_str8(b, m.recipient);
	}
	e = store_ciphertext(s, k->message[i], b);
	buf_put_u8(b, (uint8_t)e);
}

static inline void
dump(struct store *s, struct buf *b, const struct known *k)
{
	struct store_head h;
	uint8_t id[WIRE_CASE] = { 0 };
	uint64_t stop;
	bool is;

	buf_init(b, 64 * 1024 * 1024);
	ck_ok(store_head(s, &h));
	buf_put_u64(b, h.size);
	buf_put_u64(b, h.time);
	ck_ok(store_entries(s, 0, h.size, dump_entry, b));
	dump_members(s, b, k);
	for (unsigned i = 0; i < CASES; i++)
		dump_case(s, b, k, i);
	for (unsigned i = 0; i < k->n_message; i++)
		dump_message(s, b, k, i);
	ck_ok(store_owed_ended(s, id, &is));
	buf_put(b, id, is ? WIRE_CASE : 0);
	ck_ok(store_owed_notice(s, k->p.now, &stop, &is));
	buf_put_u64(b, is ? stop : 0);
	ck_assert(buf_ok(b));
}

#endif
