#include "agent/intake/opening.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "agent/books.h"
#include "agent/cases/cases.h"
#include "agent/config.h"
#include "agent/keyring.h"
#include "agent/links.h"
#include "agent/notices/events.h"
#include "agent/intake/mailbox.h"
#include "agent/intake/opening_check.h"
#include "agent/practice/validate.h"
#include "agent/seal.h"
#include "base/fault.h"
#include "base/log.h"
#include "keys/arrow.h"
#include "store/facts.h"

/* ---- asking ----------------------------------------------------------------- */

/*
 * Before anything else of a case, a conflict officer opens the introduction;
 * an excluded worker meets an unknown case (PROTOCOL 2).
 */
static enum error_code
may_open(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const struct mail *m,
    struct why *why)
{
	if (cases_excluded(a, case_id, w->account))
		return ERR_NOTFOUND;
	if (m->introduction || cases_checked(a, case_id))
		return ERR_NONE;
	why_set(why, "a conflict officer has to read the introduction and "
	    "compare your staff with it first: wayleave conflict-checked CASE");
	return ERR_DENIED;
}

/* Is the key of the arrow it came on here (PROTOCOL 2 "Arrows")? */
static bool
has_key(struct agent *a, const struct mail *m)
{
	uint8_t key[ARROW_KEY];
	enum error_code err = keyring_arrow(a, m->case_id, m->sender,
	    a->member, key);

	sodium_memzero(key, sizeof key);
	return err == ERR_NONE;
}

static enum error_code
choose(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const uint64_t *idx, unsigned n,
    uint64_t *out, unsigned *n_out, struct why *why)
{
	const uint64_t boot = clock_boot(&a->clock);
	uint8_t share[32];

	*n_out = 0;
	for (unsigned i = 0; i < n; i++) {
		struct mail m;
		enum error_code err = mailbox_get(a, idx[i], &m);

		if (err == ERR_NONE &&
		    memcmp(m.case_id, case_id, WIRE_CASE) != 0)
			err = ERR_NOTFOUND;
		if (err == ERR_NONE)
			err = may_open(a, w, case_id, &m, why);
		if (err != ERR_NONE)
			return err;
		if (m.introduction && !cases_checked(a, case_id) &&
		    (w->rights & RIGHT_OFFICER) == 0) {
			why_set(why, "only a conflict officer opens an "
			    "introduction before staff was compared");
			return ERR_DENIED;
		}
		if (m.state != MAIL_STORED && m.state != MAIL_OPEN)
			continue;       /* told apart by whoever shows it */
		if (!has_key(a, &m))
			continue;       /* closed until it comes */
		if (!leases_get(a->leases, idx[i], w->pseudonym, boot, share))
			out[(*n_out)++] = idx[i];
	}
	sodium_memzero(share, sizeof share);
	return ERR_NONE;
}

static int
by_number(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return *a == *b ? 0 : *a < *b ? -1 : 1;
}

enum error_code
opening_ask(struct agent *a, const struct worker *w,
    const uint8_t case_id[static WIRE_CASE], const uint64_t *idx, unsigned n,
    uint8_t stamp[static WIRE_STAMP], struct why *why)
{
	struct body b = { .kind = KIND_OPENING, .has_case = true };
	uint64_t message[WIRE_OPENING_MAX];
	enum agent_trouble trouble = agent_trouble(a);
	enum error_code err;
	unsigned want;

	if (n == 0 || n > WIRE_OPENING_MAX)
		return ERR_SIZE;
	err = choose(a, w, case_id, idx, n, message, &want, why);
	if (err != ERR_NONE)
		return err;
	if (want == 0)
		return ERR_EXISTS;
	if (trouble != TROUBLE_NONE) {
		why_set(why, "%s", agent_trouble_text(trouble));
		return ERR_OFFLINE;
	}
	qsort(message, want, sizeof message[0], by_number);
	outgoing_head(a, &b);
	memcpy(b.case_id, case_id, WIRE_CASE);
	memcpy(b.u.opening.worker, w->pseudonym, WIRE_PSEUDONYM);
	memcpy(b.u.opening.role, w->role, sizeof w->role);
	b.u.opening.message = message;
	b.u.opening.n = want;
	memcpy(stamp, b.stamp, WIRE_STAMP);
	return outgoing_put(a, &b, NULL, why);
}

/* ---- the proven answer ---------------------------------------------------------- */

/*
 * What is left of a lease by our own verified time, ms: never more than the
 * partnership's lease or ours.
 */
static uint64_t
lease_left(struct agent *a, uint64_t lease_end)
{
	const uint64_t now = agent_now(a);
	const uint64_t ours = (uint64_t)a->config->lease_hours *
	    CLOCK_HOUR_MS;
	const uint64_t theirs = a->pship.now.lease_s * CLOCK_SECOND_MS;
	uint64_t left = lease_end > now ? lease_end - now : 0;

	if (left > ours)
		left = ours;
	if (left > theirs)
		left = theirs;
	return left;
}

/* Is this the share that the message's sender committed to? */
static enum error_code
check_share(struct agent *a, uint64_t idx, const uint8_t share[static 32])
{
	struct arena *arena = arena_create(128 * 1024);
	struct buf record, ciphertext;
	struct record r;
	struct body b;
	uint8_t k1[32];
	enum error_code err = arena != NULL ? ERR_NONE : ERR_NOMEM;

	buf_init(&record, WIRE_RECORD_MAX);
	buf_init(&ciphertext, WIRE_CIPHERTEXT_MAX);
	if (err == ERR_NONE)
		err = mailbox_sealed(a, idx, &record, &ciphertext, k1);
	if (err == ERR_NONE)
		err = wire_record_decode(arena, buf_view(&record), &r, NULL);
	if (err == ERR_NONE)
		err = wire_body_decode(arena, &r, &b, NULL);
	if (err == ERR_NONE && !seal_share_fits(&b, share))
		err = ERR_REFUSED;
	sodium_memzero(k1, sizeof k1);
	buf_free(&record);
	buf_free(&ciphertext);
	arena_destroy(&arena);
	return err;
}

/*
 * A lease, if there is time left and the share is the one.  Another share is
 * the exchange's fault and no word against the sender: the message stays.
 */
static enum error_code
take_share(struct agent *a, uint64_t idx,
    const uint8_t worker[static WIRE_PSEUDONYM], uint64_t lease_end,
    const uint8_t share[static 32])
{
	const uint64_t left = lease_left(a, lease_end);
	enum error_code err;

	if (a->trouble == TROUBLE_LEDGER)
		return ERR_REFUSED;     /* asked for before we knew */
	err = check_share(a, idx, share);

	if (err == ERR_REFUSED)
		log_error(34, "an opening was not shown", "call the operator "
		    "of the exchange", "the exchange's share is not the one "
		    "that the sender committed to");
	if (err != ERR_NONE)
		return err;
	if (left == 0)
		return ERR_REFUSED;
	return leases_put(a->leases, idx, worker, clock_boot(&a->clock) +
	    left, share);
}

enum error_code
opening_take(struct agent *a, const struct entry *opened, struct bytes shares)
{
	const struct wire_opening *o = &opened->b.u.opening;
	const struct wire_opened *lines = &opened->u.opened;
	enum error_code err = ERR_NONE;
	const uint8_t *share;

	if (lines->n != o->n)
		return ERR_FORMAT;
	for (unsigned i = 0; i < o->n && err == ERR_NONE; i++) {
		if (lines->line[i].rule != RULE_ADMIT && !fault_break("p3"))
			continue;
		/* none, or zeros: an outcome remembered, a share destroyed */
		if (!bytes_take(&shares, 32, &share))
			break;
		if (sodium_is_zero(share, 32))
			continue;
		err = take_share(a, o->message[i], o->worker,
		    lines->line[i].lease_end, share);
		if (err == ERR_REFUSED || err == ERR_NOTFOUND) {
			err = ERR_NONE;
			continue;
		}
		if (err == ERR_FULL) {
			log_warning(32, "an opening was not shown",
			    "close what is not needed",
			    "all %d leases are in use", LEASES_MAX);
			err = ERR_NONE;
		}
		if (err == ERR_NONE)
			err = mailbox_opened(a, o->message[i], o->worker,
			    o->role, opened->time);
	}
	return err;
}

/* ---- plaintext ---------------------------------------------------------------------- */

/* The labels of a message are those that its content needs, no others:
 * ERR_NONE, ERR_REFUSED, or ERR_LOCKED while the arrow's key has not come. */
static enum error_code
check_labels(struct agent *a, const struct body *b, const char *sender,
    const struct content *c, struct why *why)
{
	static const char *const purposes[] = { "PU01", "PU02", "PU03", "PU04",
	    "PU05", "PU06", "PU07", "PU08" };
	const struct wire_submission *m = &b->u.submission;
	uint8_t key[ARROW_KEY];
	uint8_t label[WIRE_MESSAGE_LABELS][WIRE_LABEL];
	enum error_code err;
	bool ok = false;
	unsigned n;

	err = keyring_arrow(a, b->case_id, sender, a->member, key);
	if (err == ERR_NOTFOUND) {
		why_set(why, "the key of this permission has not come yet; it "
		    "is asked for, try again in a minute");
		return ERR_LOCKED;
	}
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < 8 && !ok; i++)
		ok = keyring_labels(a, key, validate_needs(c), purposes[i],
		    label, &n) == ERR_NONE && n == m->n_label &&
		    memcmp(label, m->label, n * (size_t)WIRE_LABEL) == 0;
	sodium_memzero(key, sizeof key);
	return ok ? ERR_NONE : ERR_REFUSED;
}

/* Rejects an open message for good: its content or labels lie. */
static enum error_code
reject(struct agent *a, const struct mail *m, uint32_t outcome,
    struct why *why)
{
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	leases_wipe_message(a->leases, m->idx);
	err = agent_end(a, mailbox_reject_opened(a, m, outcome,
	    outcome == RECEIPT_LABELS ? "its labels are not those of its "
	    "content" : "its content does not verify"));
	why_set(why, "the sending agency's system sent something that does "
	    "not fit its permission; it was not shown and IT was told");
	return err == ERR_NONE ? ERR_REFUSED : err;
}

static enum error_code
decrypt(struct agent *a, const struct mail *m, const uint8_t share[static 32],
    struct arena *arena, struct body *b, struct buf *plain, struct why *why)
{
	struct buf record, ciphertext;
	struct record r;
	uint8_t k1[32];
	enum error_code err;

	buf_init(&record, WIRE_RECORD_MAX);
	buf_init(&ciphertext, WIRE_CIPHERTEXT_MAX);
	err = mailbox_sealed(a, m->idx, &record, &ciphertext, k1);
	if (err == ERR_NONE)
		err = wire_record_decode(arena, buf_view(&record), &r, why);
	if (err == ERR_NONE)
		err = wire_body_decode(arena, &r, b, why);
	if (err == ERR_NONE)
		err = seal_open_message(m->sender, b, k1, share,
		    buf_view(&ciphertext), plain, why);
	sodium_memzero(k1, sizeof k1);
	buf_free(&record);
	buf_free(&ciphertext);
	return err;
}

/* Slots and content, if they are what the labels say. */
static enum error_code
read_plain(struct agent *a, const struct mail *m, const struct body *b,
    struct bytes text, uint8_t slots[8][16], struct content *out,
    struct why *why)
{
	enum error_code err;

	if (text.n < 8 * 16)
		return reject(a, m, RECEIPT_CONTENT, why);
	memcpy(slots, text.data, 8 * 16);
	text.data += 8 * 16;
	text.n -= 8 * 16;
	if (content_decode(out, text, why) != ERR_NONE) {
		err = reject(a, m, RECEIPT_CONTENT, why);
	} else {
		err = check_labels(a, b, m->sender, out, why);
		if (err == ERR_REFUSED)
			err = reject(a, m, RECEIPT_LABELS, why);
		else if (err == ERR_NONE && !opening_check(a, m, out))
			err = reject(a, m, RECEIPT_TERMS, why);
	}
	if (err != ERR_NONE)
		content_wipe(out);
	return err;
}

/* Splits the eight link slots off the plaintext's end (outgoing/compose.h). */
enum error_code
opening_plain_slots(struct agent *a, const struct worker *w, uint64_t idx,
    struct content *out, uint8_t slots[8][16], struct why *why)
{
	struct arena *arena = arena_create(256 * 1024);
	struct buf plain;
	struct mail m;
	struct body b;
	uint8_t share[32];
	enum error_code err = arena != NULL ? ERR_NONE : ERR_NOMEM;

	buf_init(&plain, WIRE_PLAINTEXT_MAX + 1);
	if (err == ERR_NONE)
		err = mailbox_get(a, idx, &m);
	if (err == ERR_NONE && !has_key(a, &m))
		why_set(why, "its key has not come yet; the advocate's agency "
		    "sends it by itself");
	if (err == ERR_NONE && (m.state != MAIL_STORED ||
	    !has_key(a, &m) ||
	    !leases_get(a->leases, idx, w->pseudonym, clock_boot(&a->clock),
	    share)))
		err = ERR_LOCKED;
	if (err != ERR_NONE)
		goto out;
	err = decrypt(a, &m, share, arena, &b, &plain, why);
	sodium_memzero(share, sizeof share);
	if (err == ERR_CRYPTO)
		err = reject(a, &m, RECEIPT_CONTENT, why);
	if (err != ERR_NONE)
		goto out;
	err = read_plain(a, &m, &b, buf_view(&plain), slots, out, why);
	if (err == ERR_NONE)
		event_opened(a, &m, out);
out:
	buf_free(&plain);
	arena_destroy(&arena);
	return err;
}

enum error_code
opening_plain(struct agent *a, const struct worker *w, uint64_t idx,
    struct content *out, struct why *why)
{
	uint8_t slots[8][16];

	return opening_plain_slots(a, w, idx, out, slots, why);
}

/* ---- news ------------------------------------------------------------------------------ */

struct review {
	struct agent *a;
	const uint8_t *case_id;
};

/* Would the slice still let this message be open? */
static bool
still_allowed(void *ctx, uint64_t idx)
{
	const struct review *v = ctx;
	struct agent *a = v->a;
	struct store_message m;
	struct facts_room room;
	struct facts f;

	if (store_message(a->slice, idx, &m) != ERR_NONE)
		return false;
	if (v->case_id != NULL &&
	    memcmp(m.case_id, v->case_id, WIRE_CASE) != 0)
		return true;
	if (facts_for_reading(a->slice, agent_now(a), &m, &room, &f) !=
	    ERR_NONE)
		return false;
	/* who may open before the check, the opening itself decided; it must
	 * not hide the rules after it */
	f.conflict_checked = true;
	return rules_decide(&f).rule == RULE_ADMIT;
}

void
opening_review(struct agent *a, const uint8_t *case_id)
{
	struct review v = { .a = a, .case_id = case_id };

	if (a->leases != NULL && !fault_break("p4"))
		leases_each(a->leases, still_allowed, &v);
	links_wipe(a->links);
}
