/*
 * What has to be in the ledger because of something else: consequences of an
 * entry, and what is owed without anybody asking.
 */
#include <stdio.h>
#include <string.h>

#include "audit/replay_impl.h"

static const char *
kind_name(enum entry_kind k)
{
	switch (k) {
	case ENTRY_FROZEN:
		return "`frozen`";
	case ENTRY_ENDED:
		return "`ended`";
	case ENTRY_REFUSED:
		return "`refused`";
	case ENTRY_DROPPED:
		return "`dropped`";
	default:
		return "entry";
	}
}

static bool
is_this(const struct checked *it, enum entry_kind kind, struct bytes payload)
{
	return it != NULL && it->state == CHECKED_OK && it->e.kind == kind &&
	    it->e.body.n == ENTRY_PREFIX + payload.n &&
	    memcmp(it->e.body.data + ENTRY_PREFIX, payload.data,
	    payload.n) == 0;
}

/*
 * A freeze that should be there and is not: the case counts as frozen all
 * the same, or what was delivered in spite of it would seem permitted.
 */
static enum error_code
freeze_anyway(struct replay *r, struct bytes payload)
{
	struct effect effect[FOLD_EFFECTS_MAX];
	struct fold_view v = { 0 };
	struct entry e = { .index = r->cause, .time = r->cause_time,
	    .kind = ENTRY_FROZEN };
	struct arena *a = arena_create(64 * 1024);
	enum error_code err = ERR_NOMEM;
	unsigned n = 0;

	if (a != NULL)
		err = wire_frozen_decode(a, payload, &e.u.frozen, NULL);
	if (err == ERR_NONE && e.u.frozen.has_case)
		err = store_stop_time(r->s, e.u.frozen.stop, &v.stop_at);
	if (err == ERR_NONE)
		err = fold(&e, &v, effect, &n);
	for (unsigned i = 0; err == ERR_NONE && i < n; i++)
		if (effect[i].kind != EFFECT_NEWS)
			err = store_apply(r->s, &effect[i]);
	arena_destroy(&a);
	return err;
}

enum error_code
replay_follow(void *ctx, enum entry_kind kind, struct bytes payload)
{
	struct replay *r = ctx;
	struct checked *it = replay_peek(r);
	const bool first = r->first;

	r->first = false;
	if (is_this(it, kind, payload)) {
		if (r->cause_time == 0)
			r->cause_time = it->e.time;
		if (it->e.time != r->cause_time)
			replay_finding(r, "it is not of the batch of entry "
			    "%llu, which it follows from",
			    (unsigned long long)r->cause);
		r->f->decisions++;
		r->f->refusals += kind == ENTRY_REFUSED;
		r->f->drops += kind == ENTRY_DROPPED;
		return replay_enter(r, it);
	}
	if (first && r->quiet)
		return ERR_REFUSED;     /* not what is owed: no more of it */
	replay_finding(r, "before it, the %s that entry %llu calls for is "
	    "missing or another", kind_name(kind),
	    (unsigned long long)r->cause);
	return kind == ENTRY_FROZEN ? freeze_anyway(r, payload) : ERR_NONE;
}

enum error_code
replay_consequences(struct replay *r, const struct checked *it,
    uint64_t index)
{
	r->cause = index;
	r->cause_time = it->e.time;
	r->first = true;
	r->quiet = false;
	return replay_fatal(r, facts_consequences(r->s, &it->e, replay_follow,
	    r));
}

/* ---- owed ---------------------------------------------------------------- */

/* After a stop, in a batch after it: one `ended` for each arrow. */
enum error_code
replay_ended(struct replay *r, struct checked *it)
{
	const uint64_t at = r->at;
	enum error_code err;

	r->cause = r->at;
	r->cause_time = 0;
	r->first = r->quiet = true;
	err = facts_owed_ended(r->s, it->e.u.ended.case_id, replay_follow, r);
	r->quiet = false;
	if (err == ERR_REFUSED)
		err = ERR_NONE;
	if (err != ERR_NONE || r->at > at)
		return err;
	replay_finding(r, "an `ended` that nothing before it calls for");
	return replay_enter(r, it);
}

enum error_code
replay_notice(struct replay *r, struct checked *it)
{
	const struct wire_notice *n = &it->e.u.notice;
	uint64_t stop;
	bool found;
	enum error_code err;

	if (n->code < NOTICE_START || n->code > NOTICE_STOP_DAY)
		replay_finding(r, "a notice of no known kind");
	if (n->code != NOTICE_STOP_DAY)
		return replay_enter(r, it);
	err = store_owed_notice(r->s, it->e.time, &stop, &found);
	if (err != ERR_NONE)
		return err;
	if (!found || stop != n->about)
		replay_finding(r, "a notice that a day has passed since a "
		    "stop: that is not so, or was said before");
	else
		r->f->decisions++;
	return replay_enter(r, it);
}

/* `key` says what is owed: something else starts its own time. */
static void
watch(struct replay *r, struct owed *o, const uint8_t key[static 16],
    uint64_t now, const char *what)
{
	if (!o->watched || memcmp(o->key, key, sizeof o->key) != 0) {
		*o = (struct owed){ .watched = true, .entry = r->at,
		    .since = now };
		memcpy(o->key, key, sizeof o->key);
	}
	o->times++;
	if (o->told || o->times <= OWED_TIMES ||
	    now - o->since <= OWED_GRACE_MS)
		return;
	o->told = true;
	replay_finding(r, "%s, owed since entry %llu, was not written", what,
	    (unsigned long long)o->entry);
}

enum error_code
replay_owed(struct replay *r, uint64_t now)
{
	uint8_t case_id[WIRE_CASE], key[16] = { 0 };
	enum error_code err;
	uint64_t stop;
	bool found;

	err = store_owed_ended(r->s, case_id, &found);
	if (err != ERR_NONE)
		return err;
	if (found)
		watch(r, &r->ended, case_id, now, "what a stop ended");
	else
		r->ended.watched = false;
	err = store_owed_notice(r->s, now, &stop, &found);
	put_be64(key, stop);
	if (err == ERR_NONE && found)
		watch(r, &r->notice, key, now,
		    "the notice 24 hours after a stop");
	else
		r->notice.watched = false;
	return err;
}
