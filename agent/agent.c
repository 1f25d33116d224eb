#include "agent/agent.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/notices/alert.h"
#include "agent/books.h"
#include "agent/cases/cases.h"
#include "agent/outgoing/compose.h"
#include "agent/config.h"
#include "agent/distrust.h"
#include "agent/notices/duty.h"
#include "agent/intake/intake.h"
#include "agent/outgoing/kept.h"
#include "agent/keyring.h"
#include "agent/links.h"
#include "agent/intake/mailbox.h"
#include "agent/notices/notices.h"
#include "agent/intake/opening.h"
#include "agent/outgoing/outgoing.h"
#include "agent/consent/room.h"
#include "agent/seal.h"
#include "agent/signin/seats.h"
#include "agent/signin/signin.h"
#include "base/file.h"
#include "base/link.h"
#include "base/log.h"
#include "store/facts.h"

enum { SCHEMA_VERSION = 1, PATH_MAX_ = 1024, CONVERSATION_DAYS = 14 };

uint64_t
agent_now(const struct agent *a)
{
	uint64_t now = clock_now(&a->clock);

	return now > a->head_time ? now : a->head_time;
}

const struct wire_partnership *
agent_policy(const struct agent *a)
{
	return a->pship.n > 0 ? &a->pship.now : NULL;
}

enum agent_trouble
agent_trouble(const struct agent *a)
{
	const int64_t skew = a->config->clock_skew_seconds * 1000;
	uint64_t bound;

	if (a->identity == NULL)
		return TROUBLE_LOCKED;
	if (a->trouble != TROUBLE_NONE)
		return a->trouble;
	if (a->offline_since != 0)
		return TROUBLE_OFFLINE;
	if (a->clock_off_ms > skew || a->clock_off_ms < -skew)
		return TROUBLE_CLOCK;
	bound = a->pship.now.freshness_s * CLOCK_SECOND_MS;
	if (!a->statement_ever ||
	    clock_boot(&a->clock) - a->statement_boot > bound)
		return TROUBLE_STALE;
	return TROUBLE_NONE;
}

const char *
agent_trouble_text(enum agent_trouble t)
{
	switch (t) {
	case TROUBLE_NONE:
		return "all is well";
	case TROUBLE_LOCKED:
		return "Wayleave is locked on this server; IT has been told.";
	case TROUBLE_OFFLINE:
		return "There is no connection to the exchange. Keep writing: "
		    "it goes when the line is back, if permission still "
		    "stands. New items cannot be opened.";
	case TROUBLE_STALE:
		return "The exchange has not confirmed the permissions lately, "
		    "so nothing is sent or opened until it does.";
	case TROUBLE_CLOCK:
		return "This server's clock and the exchange's differ by more "
		    "than 5 minutes; IT has been told.";
	case TROUBLE_LEDGER:
		return "The exchange's log does not hold together. Nothing is "
		    "sent or opened; IT has been told to call the auditor.";
	case TROUBLE_DISK:
		return "This server's disk is full or failing; IT has been "
		    "told.";
	}
	return "";
}

/* ---- transactions ------------------------------------------------------------ */

enum error_code
agent_begin(struct agent *a)
{
	enum error_code err = ERR_NONE;

	if (a->nested == 0)
		err = store_begin(a->slice);
	if (err == ERR_NONE)
		a->nested++;
	return err;
}

enum error_code
agent_end(struct agent *a, enum error_code err)
{
	if (--a->nested > 0)
		return err;
	if (err != ERR_NONE) {
		store_abandon(a->slice);
		/* what was read within it may be of rows that are not there */
		kept_arrow_forget(a->kept);
		kept_terms_forget(a->kept);
		return err;
	}
	err = store_commit(a->slice);
	if (err == ERR_IO) {
		/* after a failed sync nothing may be assumed: stop, recover */
		log_error(21, "store", "check the disk, then start again",
		    "a commit failed");
		_exit(7);
	}
	if (err == ERR_FULL)
		a->room_next = 0;       /* look now: the reserve may help */
	return err;
}

/* ---- opening --------------------------------------------------------------------- */

static enum error_code
prepare(struct agent *a)
{
	static const char *const sql[] = {
#define SQL(id, text) text,
#include "agent/consent/statements.def"
#undef SQL
	};
	enum error_code err = ERR_NONE;

	for (unsigned i = 0; i < SQL_END && err == ERR_NONE; i++)
		err = db_prepare(a->db, sql[i], &a->sql[i]);
	return err;
}

/* A record handed over as a file counts as an entry of its own, index 0. */
static enum error_code
fold_file_record(struct agent *a, const struct record *r)
{
	static const uint8_t salt[ENTRY_SALT];
	struct arena *arena = arena_create(256 * 1024);
	struct buf body;
	struct entry e;
	enum error_code err = arena != NULL ? ERR_NONE : ERR_NOMEM;

	buf_init(&body, ENTRY_BODY_MAX);
	if (err == ERR_NONE)
		err = entry_encode(0, 0, ENTRY_RECORD, r->wire, &body);
	if (err == ERR_NONE)
		err = entry_decode(arena, a->partnership, buf_view(&body), salt,
		    &e, NULL);
	if (err == ERR_NONE)
		err = facts_apply(a->slice, &e, a->member);
	buf_free(&body);
	arena_destroy(&arena);
	return err;
}

static enum error_code
fold_file(struct agent *a, const char *path, struct why *why)
{
	struct arena *arena = arena_create(RECORD_FILE_MAX * 4);
	struct record_file file;
	struct body scratch;
	enum error_code err = arena != NULL ? ERR_NONE : ERR_NOMEM;

	if (err == ERR_NONE)
		err = record_file_load(arena, path, &file, why);
	for (unsigned i = 0; err == ERR_NONE && i < file.n; i++) {
		if (file.record[i].kind != KIND_PARTNERSHIP)
			err = partnership_signed(arena, &a->pship,
			    &file.record[i], &scratch, why);
		if (err == ERR_NONE)
			err = fold_file_record(a, &file.record[i]);
	}
	arena_destroy(&arena);
	return err;
}

enum error_code
agent_keep_partnership(struct agent *a)
{
	return books_put(a, "partnership", a->pship.record.wire);
}

/* The newest record that came as news may be newer than the file. */
static enum error_code
newest_partnership(struct agent *a, struct why *why)
{
	struct record r;
	struct buf wire;
	enum error_code err;

	buf_init(&wire, WIRE_RECORD_MAX);
	err = books_get(a, "partnership", &wire);
	if (err == ERR_NONE)
		err = wire_record_decode(a->pship_arena, buf_view(&wire), &r,
		    why);
	if (err == ERR_NONE)
		err = partnership_follow(a->pship_arena, &a->pship, &r,
		    &a->pship, why);
	buf_free(&wire);
	/* the file is as new */
	return err == ERR_NOTFOUND || err == ERR_REFUSED ? ERR_NONE : err;
}

/*
 * First use pins the first root; afterwards a file under another root is
 * refused.  The slice may already know newer records than the files.
 */
static enum error_code
load_partnership(struct agent *a, struct why *why)
{
	struct buf pinned;
	enum error_code err;
	bool first;

	buf_init(&pinned, WIRE_KEY);
	err = books_get(a, "root", &pinned);
	first = err == ERR_NOTFOUND;
	if (err != ERR_NONE && !first)
		return err;
	err = partnership_load(a->pship_arena, a->config->partnership,
	    first ? NULL : pinned.data, &a->pship, why);
	buf_free(&pinned);
	if (err != ERR_NONE)
		return err;
	strcpy(a->partnership, a->pship.id);
	memcpy(a->first_root, a->pship.root[0], WIRE_KEY);
	err = newest_partnership(a, why);
	if (err != ERR_NONE)
		return err;
	return first ? books_put(a, "root", bytes_of(a->first_root,
	    WIRE_KEY)) : ERR_NONE;
}

static enum error_code
load_files(struct agent *a, struct why *why)
{
	const struct setup_place place = agent_config_place(a->config);
	const struct store_member *self;
	char path[SETUP_PATH];
	enum error_code err = load_partnership(a, why);

	if (err != ERR_NONE)
		return err;
	err = store_member(a->slice, a->config->member, &self);
	if (err != ERR_NOTFOUND)
		return err;
	err = fold_file(a, a->config->partnership, why);
	if (err == ERR_NONE)
		err = setup_record_path(&place, path);
	if (err == ERR_NONE)
		err = fold_file(a, path, why);
	if (err != ERR_NONE)
		return err;
	err = store_member(a->slice, a->config->member, &self);
	if (err == ERR_NOTFOUND)
		why_set(why, "%s: holds no record of member %s", path,
		    a->config->member);
	return err;
}

static enum error_code
open_store(struct agent *a, struct why *why)
{
	char path[PATH_MAX_];
	enum error_code err;

	err = file_mkdirs(a->config->state_dir, 0700, why);
	if (err == ERR_NONE)
		err = file_join(path, sizeof path, a->config->state_dir,
		    "store.db");
	if (err == ERR_NONE)
		err = db_open(path, NULL, &a->db, why);
	if (err == ERR_NONE)
		err = db_schema(a->db, "agent", SCHEMA_VERSION, books_schema,
		    why);
	if (err == ERR_NONE)
		err = db_schema(a->db, "agent-cases", SCHEMA_VERSION,
		    books_schema_cases, why);
	if (err == ERR_NONE)
		err = db_exec(a->db, books_schema_desk, why);
	if (err == ERR_NONE)
		err = store_open_sqlite(a->db, &a->slice, why);
	if (err == ERR_NONE)
		err = prepare(a);
	return err;
}

enum error_code
agent_open(const struct agent_config *config, struct agent **out,
    struct why *why)
{
	struct agent *a = calloc(1, sizeof *a);
	enum error_code err;

	*out = NULL;
	if (a == NULL)
		return ERR_NOMEM;
	a->config = config;
	a->clock = clock_system;
	a->offline_since = clock_ms();
	edge_init(&a->edge);
	strncpy(a->member, config->member, WIRE_ID_MAX);
	a->pship_arena = arena_create(16 * 1024 * 1024);
	err = a->pship_arena != NULL ? open_store(a, why) : ERR_NOMEM;
	if (err == ERR_NONE)
		err = agent_begin(a);
	if (err == ERR_NONE)
		err = agent_end(a, load_files(a, why));
	if (err == ERR_NONE)
		err = intake_load_position(a);
	if (err == ERR_NONE)
		err = distrust_load(a);
	if (err != ERR_NONE)
		agent_close(&a);
	*out = a;
	return err;
}

static enum error_code
check_identity(struct agent *a, const struct identity *id, struct why *why)
{
	const struct store_member *self;
	enum error_code err = store_member(a->slice, a->member, &self);

	if (err != ERR_NONE)
		return err;
	if (memcmp(self->m.sign_key, id->sign.public, WIRE_KEY) != 0 ||
	    memcmp(self->m.link_key, id->link.public, WIRE_KEY) != 0) {
		why_set(why, "the keys here are not those that the "
		    "partnership signed for %s", a->member);
		return ERR_CONFIG;
	}
	return ERR_NONE;
}

static enum error_code
start_link(struct agent *a, struct why *why)
{
	const struct wire_partnership *p = &a->pship.now;
	const char *address[WIRE_ADDRESSES_MAX];
	struct link_keys keys;
	enum error_code err;
	unsigned n = 0;

	if (a->config->broker[0] != '\0')
		address[n++] = a->config->broker;
	else
		for (; n < p->n_address; n++)
			address[n] = p->address[n];
	memcpy(keys.server, p->broker_link_key, LINK_KEY);
	memcpy(keys.public, a->identity->link.public, LINK_KEY);
	memcpy(keys.secret, a->identity->link.secret, LINK_KEY);
	err = link_create(address, n, &keys, WIRE_DOWN_MAX, &a->link, why);
	sodium_memzero(&keys, sizeof keys);
	return err;
}

static enum error_code
start_all(struct agent *a, struct why *why)
{
	enum error_code err;

	a->epochs = sodium_malloc(AGENT_EPOCHS * sizeof a->epochs[0]);
	if (a->epochs == NULL)
		return ERR_NOMEM;
	memset(a->epochs, 0, AGENT_EPOCHS * sizeof a->epochs[0]);
	err = seal_sender_create(&a->seal);
	if (err == ERR_NONE)
		err = seal_receiver_create(&a->receiver);
	if (err == ERR_NONE)
		err = kept_create(&a->kept);
	if (err == ERR_NONE)
		err = leases_create(&a->leases);
	if (err == ERR_NONE)
		err = links_create(&a->links);
	if (err == ERR_NONE)
		err = seats_create(a->config->lock_ms, &a->seats);
	if (err == ERR_NONE)
		err = signin_create(&a->signin, why);
	if (err == ERR_NONE)
		err = outgoing_create(&a->outgoing);
	if (err == ERR_NONE)
		err = intake_create(&a->intake);
	if (err == ERR_NONE)
		err = notices_create(a);
	if (err == ERR_NONE)
		err = duty_create(a);
	if (err == ERR_NONE)
		err = start_link(a, why);
	return err;
}

enum error_code
agent_unlocked(struct agent *a, struct identity **identity, struct why *why)
{
	enum error_code err = check_identity(a, *identity, why);

	if (err != ERR_NONE)
		return err;
	a->identity = *identity;
	*identity = NULL;               /* transferred */
	err = start_all(a, why);
	if (err != ERR_NONE)
		agent_locked(a);        /* not half of it */
	return err;
}

void
agent_locked(struct agent *a)
{
	/* whoever waits hears that nothing comes any more */
	signin_destroy(a);
	intake_disconnected(a);
	outgoing_release(a);
	notices_destroy(&a->notices);
	duty_destroy(&a->duty);
	outgoing_destroy(&a->outgoing);
	intake_destroy(&a->intake);
	link_destroy(&a->link);
	leases_destroy(&a->leases);
	links_destroy(&a->links);
	seats_destroy(&a->seats);
	seal_sender_destroy(&a->seal);
	seal_receiver_destroy(&a->receiver);
	kept_destroy(&a->kept);
	sodium_free(a->epochs);
	a->epochs = NULL;
	identity_destroy(&a->identity);
	a->statement_ever = false;
	if (a->offline_since == 0)
		a->offline_since = clock_ms();
}

void
agent_close(struct agent **a)
{
	if (a == NULL || *a == NULL)
		return;
	agent_locked(*a);
	store_close(&(*a)->slice);
	db_close(&(*a)->db);
	arena_destroy(&(*a)->pship_arena);
	free(*a);
	*a = NULL;
}

/* ---- turns -------------------------------------------------------------------------- */

static void
disconnected(struct agent *a)
{
	if (a->offline_since == 0)
		a->offline_since = clock_now(&a->clock);
	outgoing_disconnected(a);
	intake_disconnected(a);
}

/* What the broker sent since the last turn. */
static void
drain_link(struct agent *a)
{
	struct why why = { "" };
	struct bytes frame;
	bool up, down;
	enum error_code err;

	link_events(a->link, &up, &down);
	if (down || up)
		disconnected(a);
	if (up && intake_hello(a) != ERR_NONE)
		link_again(a->link, clock_boot(&a->clock));
	while ((err = link_recv(a->link, &frame)) == ERR_NONE) {
		err = intake_frame(a, frame, &why);
		if (err == ERR_NONE)
			continue;
		log_error(22, "exchange", "call the operator of the exchange",
		    "%s: %s", error_text(err), why.text);
		if (err == ERR_PROOF || err == ERR_CRYPTO)
			agent_distrust(a, intake_shown(a), why.text[0] != '\0' ?
			    why.text : error_text(err));
		disconnected(a);
		link_again(a->link, clock_boot(&a->clock));
		return;
	}
	intake_confirm(a);
}

static void
forget_old(struct agent *a)
{
	const uint64_t now = agent_now(a);

	if (now < a->forget_next || agent_begin(a) != ERR_NONE)
		return;
	a->forget_next = now + CLOCK_HOUR_MS;
	db_bind_u64(a->sql[SQL_SEEN_FORGET], 1, now);
	db_bind_u64(a->sql[SQL_OUT_FORGET], 1, now - 28 * CLOCK_DAY_MS);
	/* a conversation that nobody signed: her words are not for keeping */
	db_bind_u64(a->sql[SQL_DRAFT_FORGET], 1, clock_now(&a->clock) -
	    CONVERSATION_DAYS * CLOCK_DAY_MS);
	if (agent_end(a, db_run(a->sql[SQL_SEEN_FORGET]) == ERR_NONE &&
	    db_run(a->sql[SQL_OUT_FORGET]) == ERR_NONE ?
	    db_run(a->sql[SQL_DRAFT_FORGET]) : ERR_IO) != ERR_NONE)
		log_warning(23, "store", "check the disk", "cannot tidy up");
}

void
agent_turn(struct agent *a)
{
	const uint64_t boot = clock_boot(&a->clock);

	alerts_turn(a);
	if (a->identity == NULL)
		return;
	room_turn(a);
	drain_link(a);
	distrust_turn(a);
	if (keyring_turn(a) != ERR_NONE)
		log_warning(24, "sealing key", "check the disk",
		    "cannot be renewed or destroyed");
	if (a->offline_since == 0) {
		cases_turn(a);
		compose_turn(a);
	}
	signin_turn(a);
	leases_expire(a->leases, boot);
	if (leases_none(a->leases))
		links_wipe(a->links);
	if (boot >= a->expire_next) {
		a->expire_next = boot + CLOCK_SECOND_MS;
		seal_sender_expire(a->seal, boot);
		seal_receiver_expire(a->receiver, boot);
	}
	forget_old(a);
	notices_turn(a);
	duty_turn(a);
	/* before sealing: whoever waited for an outcome often puts another
	 * record, which must not wait for the next turn */
	outgoing_settle(a);
	if (outgoing_seal(a) != ERR_NONE)
		log_warning(25, "outbox", "check the disk",
		    "a record could not be kept");
	outgoing_push(a);
	outgoing_settle(a);     /* what our own rules stopped just now */
	if (!db_in_transaction(a->db) &&
	    db_checkpoint(a->db, false) != ERR_NONE)
		log_warning(26, "store", "check the disk",
		    "cannot be checkpointed");
}
