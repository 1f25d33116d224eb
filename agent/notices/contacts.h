/*
 * How a worker is reached outside the desk: an address for notices, hours
 * in which none is sent, a telephone and a place on the call list.  Address,
 * telephone and hours are sealed in the books; IT sets them.
 */
#ifndef WAYLEAVE_AGENT_CONTACTS_H
#define WAYLEAVE_AGENT_CONTACTS_H

#include "agent/agent.h"

enum {
	CONTACT_MAIL = 254,
	CONTACT_PHONE = 32,
	CONTACT_DUTY_MAX = 99,
	CONTACT_DAY = 24 * 60,      /* minutes */
};

struct contact {
	char account[64];
	unsigned rights;            /* enum worker_right, of the account */
	char mail[CONTACT_MAIL + 1];     /* "": no notices */
	char phone[CONTACT_PHONE + 1];   /* or whatever duty_command takes */
	uint16_t quiet_from, quiet_to;   /* minutes of the local day; equal:
					    no quiet hours */
	unsigned duty;              /* place on the call list, 0: not on it */
	uint64_t due;               /* a notice is owed then, ms; 0: none */
	unsigned tries;             /* failed, of that notice */
	uint64_t called;            /* by the duty command last, ms */
};

/* Replaces what is known of c->account, not due, tries and called.
 * ERR_FORMAT, `why` names the field. */
MUST_USE enum error_code contacts_put(struct agent *a,
    const struct contact *c, struct why *why);
MUST_USE enum error_code contacts_remove(struct agent *a,
    const char *account);
/* ERR_NOTFOUND, also for an account that has ended.  Wipe it. */
MUST_USE enum error_code contacts_get(struct agent *a, const char *account,
    struct contact *out);
/* All of accounts that have not ended, by place on the call list (those on
 * none first), then by name; free with contacts_free. */
MUST_USE enum error_code contacts_load(struct agent *a,
    struct contact **out, size_t *n);
void contacts_free(struct contact **list, size_t n);

MUST_USE enum error_code contacts_due(struct agent *a, const char *account,
    uint64_t due, unsigned tries);
MUST_USE enum error_code contacts_called(struct agent *a,
    const char *account, uint64_t at);

/*
 * Who in the list covers for `who` in this case now, by a handover with a
 * last day, and may see the case; NULL: nobody.
 */
const struct contact *contact_cover(struct agent *a,
    const struct contact *list, size_t n, const struct contact *who,
    const uint8_t case_id[static WIRE_CASE], bool introduction);

/* "20:00-07:00", or "none"; false when it is neither. */
bool contact_hours(const char *text, struct contact *c);
void contact_hours_text(const struct contact *c, char out[static 16]);
/* When its quiet hours that hold at `now` are over, ms; 0: they do not. */
uint64_t contact_quiet_until(const struct contact *c, uint64_t now);

#endif
