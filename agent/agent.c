#include "agent/agent.h"

#include <unistd.h>

#include "agent/books.h"
#include "agent/config.h"
#include "agent/outgoing/kept.h"
#include "base/log.h"

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

enum error_code
agent_keep_partnership(struct agent *a)
{
	return books_put(a, "partnership", a->pship.record.wire);
}
