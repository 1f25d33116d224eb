#include "agent/distrust.h"

#include <stdio.h>
#include <string.h>

#include "agent/books.h"
#include "agent/links.h"
#include "agent/intake/opening.h"
#include "base/log.h"

enum { ROW_MAX = 8 + 2 * CHECKPOINT_BYTES + DISTRUST_WHY };

static const char row_name[] = "distrust";

static void
put_checkpoint(struct buf *b, const struct checkpoint *c)
{
	buf_put_u64(b, c->size);
	buf_put(b, c->root.b, HASH_BYTES);
	buf_put(b, c->signature, CHECKPOINT_SIG_BYTES);
}

static bool
take_checkpoint(struct bytes *v, struct checkpoint *c)
{
	const uint8_t *p;

	if (!bytes_take_u64(v, &c->size) || !bytes_take(v, HASH_BYTES, &p))
		return false;
	memcpy(c->root.b, p, HASH_BYTES);
	if (!bytes_take(v, CHECKPOINT_SIG_BYTES, &p))
		return false;
	memcpy(c->signature, p, CHECKPOINT_SIG_BYTES);
	return true;
}

enum error_code
distrust_get(struct agent *a, struct distrust *out)
{
	enum error_code err;
	struct bytes v;
	struct buf b;

	memset(out, 0, sizeof *out);
	buf_init(&b, ROW_MAX);
	err = books_get(a, row_name, &b);
	v = buf_view(&b);
	if (err == ERR_NONE && v.n == 0)
		err = ERR_NOTFOUND;     /* ended */
	if (err == ERR_NONE && (!bytes_take_u64(&v, &out->at) ||
	    !take_checkpoint(&v, &out->ours) ||
	    !take_checkpoint(&v, &out->theirs) || v.n >= DISTRUST_WHY))
		err = ERR_FORMAT;
	if (err == ERR_NONE)
		memcpy(out->why, v.data, v.n);
	buf_free(&b);
	return err;
}

static enum error_code
keep(struct agent *a)
{
	const struct distrust *d = &a->distrust;
	enum error_code err = agent_begin(a);
	struct buf b;

	if (err != ERR_NONE)
		return err;
	buf_init(&b, ROW_MAX);
	buf_put_u64(&b, d->at);
	put_checkpoint(&b, &d->ours);
	put_checkpoint(&b, &d->theirs);
	buf_put_str(&b, d->why);
	err = buf_ok(&b) ? books_put(a, row_name, buf_view(&b)) : ERR_NOMEM;
	buf_free(&b);
	return agent_end(a, err);
}

void
agent_distrust(struct agent *a, const struct checkpoint *theirs,
    const char *why)
{
	if (a->leases != NULL)
		leases_wipe(a->leases);
	links_wipe(a->links);
	if (a->trouble == TROUBLE_LEDGER)
		return;
	a->trouble = TROUBLE_LEDGER;
	a->distrust = (struct distrust){ .at = agent_now(a),
	    .ours = a->head };
	if (theirs != NULL)
		a->distrust.theirs = *theirs;
	snprintf(a->distrust.why, sizeof a->distrust.why, "%s", why);
	log_error(80, "ledger", "call the auditor: wayleave-agent trust",
	    "the exchange's log does not hold together: nothing is sent or "
	    "opened");
	a->distrust_due = keep(a) != ERR_NONE || a->nested > 0;
}

enum error_code
distrust_load(struct agent *a)
{
	enum error_code err = distrust_get(a, &a->distrust);

	/* a row that cannot be read is no reason to trust */
	if (err == ERR_NONE || err == ERR_FORMAT) {
		a->trouble = TROUBLE_LEDGER;
		log_error(80, "ledger", "call the auditor: wayleave-agent "
		    "trust", "the exchange's log did not hold together: "
		    "nothing is sent or opened");
	}
	return err == ERR_NOTFOUND || err == ERR_FORMAT ? ERR_NONE : err;
}

void
distrust_turn(struct agent *a)
{
	if (a->distrust_due)
		a->distrust_due = keep(a) != ERR_NONE;
}

enum error_code
distrust_end(struct agent *a)
{
	enum error_code err = agent_begin(a);

	if (err != ERR_NONE)
		return err;
	err = agent_end(a, books_put(a, row_name, bytes_str("")));
	if (err != ERR_NONE)
		return err;
	a->distrust_due = false;
	a->trouble = TROUBLE_NONE;
	a->room_next = 0;               /* the disk may be full as well */
	log_notice("ledger", "trusted again, at IT's word");
	return ERR_NONE;
}
