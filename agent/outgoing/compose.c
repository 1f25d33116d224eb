#include "agent/outgoing/compose_part.h"

#include <sodium.h>
#include <string.h>

#include "agent/config.h"
#include "agent/outgoing/outgoing.h"
#include "agent/outgoing/own.h"
#include "agent/seal.h"
#include "agent/outgoing/unopened.h"
#include "base/log.h"
#include "store/facts.h"

enum { CONTENT_ROOM = WIRE_PLAINTEXT_MAX };

/* ---- sealing a copy -------------------------------------------------------------------- */

static void
slot(uint8_t out[static 16], const uint8_t message[static WIRE_STAMP],
    const struct record_id *id)
{
	crypto_generichash(out, 16, message, WIRE_STAMP, id->b, RECORD_ID_LEN);
}

int
compose_slot_of(const uint8_t slots[COMPOSE_SLOTS][16],
    const uint8_t message[static WIRE_STAMP], const struct record_id *id)
{
	uint8_t expected[16];
	int found = -1;

	slot(expected, message, id);
	for (int i = 0; i < COMPOSE_SLOTS && found < 0; i++)
		if (memcmp(expected, slots[i], sizeof expected) == 0)
			found = i;
	return found;
}

/* Slots in a random order: their place says nothing. */
static void
put_slots(struct buf *out, const uint8_t message[static WIRE_STAMP],
    const struct id_list *links)
{
	uint8_t slots[COMPOSE_SLOTS][16], swap[16];

	randombytes_buf(slots, sizeof slots);
	for (size_t i = 0; i < links->n && i < COMPOSE_SLOTS; i++)
		slot(slots[i], message, &links->v[i]);
	for (unsigned i = COMPOSE_SLOTS - 1; i > 0; i--) {
		unsigned k = randombytes_uniform(i + 1);

		memcpy(swap, slots[i], 16);
		memcpy(slots[i], slots[k], 16);
		memcpy(slots[k], swap, 16);
	}
	buf_put(out, slots, sizeof slots);
}

static bool
content_urgent(const struct content *c)
{
	const struct observation *o = content_observation(c);

	return o != NULL && (o->urgent || validate_danger(o));
}

static uint64_t
earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static enum error_code
seal_copy(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct content *c, const struct permission *p,
    const struct wire_sealing_key *to, struct copy *copy, struct why *why)
{
	struct body b = { .kind = KIND_SUBMISSION, .has_case = true };
	struct wire_submission *m = &b.u.submission;
	const uint64_t now = agent_now(a);
	struct out_extra extra = { .about = c->id.b };
	struct buf plain, cipher;
	uint8_t k2[32];
	enum error_code err;

	buf_init(&plain, CONTENT_ROOM);
	buf_init(&cipher, WIRE_CIPHERTEXT_MAX);
	outgoing_head(a, &b);
	memcpy(b.case_id, case_id, WIRE_CASE);
	m->suite = WIRE_SUITE;
	strcpy(m->recipient, copy->member);
	m->epoch = to->epoch;
	m->created = now;
	m->expires = earliest(earliest(now + (uint64_t)a->config->expires_days *
	    DAY_MS, p->until), to->until);
	memcpy(m->label, p->label, sizeof m->label);
	m->n_label = p->n;
	if (content_urgent(c))
		arrow_urgency(p->arrow, b.stamp, m->urgency);
	else
		randombytes_buf(m->urgency, sizeof m->urgency);
	put_slots(&plain, b.stamp, content_links(c));
	err = content_encode(c, &plain);
	if (err == ERR_NONE && !buf_ok(&plain)) {
		why_set(why, "it is too long for one message");
		err = ERR_SIZE;
	}
	if (err == ERR_NONE)
		err = seal_message(a->seal, a->member, to->key,
		    clock_boot(&a->clock), &b, buf_view(&plain), &cipher, k2);
	extra.share = k2;
	extra.ciphertext = buf_view(&cipher);
	if (err == ERR_NONE)
		err = outgoing_put(a, &b, &extra, why);
	memcpy(copy->stamp, b.stamp, WIRE_STAMP);
	copy->expires = m->expires;
	sodium_memzero(k2, sizeof k2);
	buf_free(&plain);
	buf_free(&cipher);
	return err;
}

enum error_code
compose_copy(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const struct content *c,
    struct copy *copy, struct why *why)
{
	struct wire_sealing_key key;
	struct permission p;
	enum error_code err = compose_judge(a, case_id, c, copy, &p);

	if (err == ERR_NONE && copy->state == COPY_QUEUED &&
	    content_urgent(c))
		err = unopened_sent(a, case_id, &c->id, copy->member);
	if (err == ERR_NONE && copy->state == COPY_QUEUED) {
		if (compose_key(a, copy->member, &key))
			err = seal_copy(a, case_id, c, &p, &key, copy, why);
		else
			err = compose_keep(a, w, case_id, c, copy);
	}
	sodium_memzero(&p, sizeof p);
	return err;
}

/* ---- interface ------------------------------------------------------------------------------ */

static void
audit_refused(const struct copy *copy)
{
	const struct log_event event = {
		.ref = "", .event = "send", .user_kind = "worker",
		.auth = "peer-uid", .outcome = "refused-here",
		.reason = copy->rule,
	};

	if (log_audit(&event) != ERR_NONE)
		log_warning(41, "audit file", "check the disk",
		    "a line could not be written");
}

enum error_code
compose_preview(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const struct content *c,
    struct copy *copy, unsigned n, struct why *why)
{
	enum error_code err = ERR_NONE;
	struct permission p;

	(void)w;
	(void)why;
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		err = compose_judge(a, case_id, c, &copy[i], &p);
	sodium_memzero(&p, sizeof p);
	return err;
}

enum error_code
compose_send(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const struct content *c,
    struct copy *copy, unsigned n, struct refusal *refusal, struct why *why)
{
	enum error_code err = validate_content(c, NULL, refusal);

	if (err != ERR_NONE)
		return err;
	if (a->trouble != TROUBLE_NONE) {
		why_set(why, "%s", agent_trouble_text(a->trouble));
		return ERR_DENIED;
	}
	err = agent_begin(a);
	if (err != ERR_NONE)
		return err;
	err = own_put(a, case_id, c);
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		err = compose_copy(a, w, case_id, c, &copy[i], why);
	/* within somebody's transaction what gathers is signed at its end */
	if (err == ERR_NONE && a->nested == 1)
		err = outgoing_seal(a);
	err = agent_end(a, err);
	for (unsigned i = 0; i < n && err == ERR_NONE; i++)
		if (copy[i].state == COPY_REFUSED)
			audit_refused(&copy[i]);
	if (err == ERR_NONE && a->nested == 0)
		outgoing_push(a);
	return err;
}
