/*
 * Delivered and dropped: the broker's own entries about one message.
 */
#include <string.h>

#include "audit/replay_impl.h"

/* What the rules say of delivering message `idx` now; *known: there is one. */
static enum error_code
ask(struct replay *r, uint64_t now, uint64_t idx, struct store_message *m,
    bool *known, struct verdict *out)
{
	struct facts_room room;
	struct facts f;
	enum error_code err = store_message(r->s, idx, m);

	*known = err == ERR_NONE;
	if (err != ERR_NONE)
		return err == ERR_NOTFOUND ? ERR_NONE : err;
	err = facts_for_delivery(r->s, now, m, &room, &f);
	if (err == ERR_NONE)
		*out = rules_decide(&f);
	return err;
}

enum error_code
replay_delivered(struct replay *r, struct checked *it)
{
	const struct wire_delivered *d = &it->e.u.delivered;
	struct store_message m;
	struct verdict v;
	bool known;
	enum error_code err = ask(r, it->e.time, d->message, &m, &known, &v);

	if (err != ERR_NONE)
		return err;
	r->f->disclosures++;
	if (!known) {
		r->f->without++;
		replay_finding(r, "it delivers message %llu, which there never "
		    "was", (unsigned long long)d->message);
	} else if (v.rule != RULE_ADMIT) {
		r->f->without++;
		replay_finding(r, "message %llu was delivered without "
		    "permission, %s: %s", (unsigned long long)d->message,
		    rule_name(v.rule), rule_meaning(v.rule));
	} else if (m.state != MESSAGE_QUEUED) {
		replay_finding(r, "message %llu was delivered before",
		    (unsigned long long)d->message);
	} else if (v.grant != d->grant) {
		replay_finding(r, "message %llu was delivered citing grant "
		    "%llu instead of %llu", (unsigned long long)d->message,
		    (unsigned long long)d->grant, (unsigned long long)v.grant);
	} else {
		r->f->decisions++;
	}
	return replay_enter(r, it);
}

static uint32_t
reason_for(enum rule rule)
{
	switch (rule) {
	case RULE_MESSAGE_OVER:
	case RULE_EXPIRED:
		return DROP_EXPIRED;
	case RULE_RECALLED:
		return DROP_RECALLED;
	default:
		return DROP_RULE;
	}
}

enum error_code
replay_dropped(struct replay *r, struct checked *it)
{
	const struct wire_dropped *d = &it->e.u.dropped;
	const unsigned long long message = d->message;
	struct store_message m;
	struct verdict v;
	bool known;
	enum error_code err = ask(r, it->e.time, d->message, &m, &known, &v);

	if (err != ERR_NONE)
		return err;
	r->f->drops++;
	if (!known)
		replay_finding(r, "it drops message %llu, which there never "
		    "was", message);
	else if (m.state != MESSAGE_QUEUED && m.state != MESSAGE_DELIVERED)
		replay_finding(r, "message %llu was dropped and did not wait "
		    "any more", message);
	else if (v.rule == RULE_ADMIT)
		replay_finding(r, "message %llu was dropped without reason: "
		    "all rules admit it", message);
	else if (rule_waits(v.rule))
		replay_finding(r, "message %llu was dropped without reason: "
		    "%s lets it wait", message, rule_name(v.rule));
	else if (d->why != reason_for(v.rule))
		replay_finding(r, "message %llu was dropped for another reason "
		    "than %s", message, rule_name(v.rule));
	else
		r->f->decisions++;
	return replay_enter(r, it);
}
