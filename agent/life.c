/* What runs while the keys are unlocked, and its turns. */
#include "agent/life.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/cases/cases.h"
#include "agent/config.h"
#include "agent/consent/room.h"
#include "agent/distrust.h"
#include "agent/intake/intake.h"
#include "agent/intake/opening.h"
#include "agent/keyring.h"
#include "agent/links.h"
#include "agent/notices/alert.h"
#include "agent/notices/duty.h"
#include "agent/notices/events.h"
#include "agent/notices/notices.h"
#include "agent/outgoing/compose.h"
#include "agent/outgoing/kept.h"
#include "agent/outgoing/outgoing.h"
#include "agent/seal.h"
#include "agent/signin/seats.h"
#include "agent/signin/signin.h"
#include "base/link.h"
#include "base/log.h"

enum { CONVERSATION_DAYS = 14 };

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
	events_turn(a);
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
