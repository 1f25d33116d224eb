#include "agent/notices/alert.h"

#include <stdlib.h>
#include <string.h>

#include "agent/config.h"
#include "agent/notices/runner.h"
#include "base/log.h"

enum {
	TEXT_MAX = 400,
	TRIES_MAX = 8,              /* the last after two hours */
	AGAIN_MS = 60 * 60 * 1000,  /* the same number, at the earliest */
	LOOK_MS = 6 * 60 * 60 * 1000,
	CERTIFICATE_DAYS = 60,
	CERTIFICATE_AGAIN_DAYS = 7,
};

enum way { BY_COMMAND, BY_MAIL, WAYS };

/* One number by one way. */
struct owed {
	struct alerts *of;
	bool owed, under_way;
	unsigned tries;
	uint64_t next;              /* boot ms: not before */
};

struct alerts {
	struct owed owed[ALERT_NUMBERS][WAYS];
	const struct clock *clock;  /* the agent's, once it has a turn */
	enum agent_trouble trouble; /* as it was seen last */
	uint64_t since;             /* when it began, boot ms */
	bool said;
	uint64_t look_next, certificate_next; /* boot ms */
};

static const struct {
	unsigned number, tell;
	const char *wait, *what;
} table[] = {
#define ALERT(number, tell, wait, what) { number, tell, wait, what },
#include "agent/notices/alerts.def"
#undef ALERT
};
enum { TABLE = sizeof table / sizeof table[0] };

/* ---- what is told ------------------------------------------------------ */

void
alert_text(unsigned number, struct buf *out)
{
	const char *wait = "no", *what = "See the log of the agent.";

	for (unsigned i = 0; i < TABLE; i++)
		if (table[i].number == number) {
			wait = table[i].wait;
			what = table[i].what;
		}
	buf_printf(out, "Wayleave WL-%03u, can wait until 08:00: %s\n%s\n",
	    number, wait, what);
}

/* A number that nobody wrote down is told, too. */
static bool
is_told(unsigned number)
{
	for (unsigned i = 0; i < TABLE; i++)
		if (table[i].number == number)
			return table[i].tell != 0;
	return true;
}

/* ---- listening --------------------------------------------------------- */

static void
hear(void *ctx, unsigned number)
{
	struct alerts *al = ctx;

	if (number >= ALERT_NUMBERS || !is_told(number))
		return;
	for (unsigned way = 0; way < WAYS; way++)
		al->owed[number][way].owed = true;
}

enum error_code
alerts_create(struct alerts **out)
{
	struct alerts *al = calloc(1, sizeof *al);

	*out = al;
	if (al == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < ALERT_NUMBERS; i++)
		for (unsigned way = 0; way < WAYS; way++)
			al->owed[i][way].of = al;
	log_on_number(hear, al);
	return ERR_NONE;
}

void
alerts_destroy(struct alerts **al)
{
	if (al == NULL || *al == NULL)
		return;
	log_on_number(NULL, NULL);
	free(*al);
	*al = NULL;
}

/* ---- states that last -------------------------------------------------- */

static void
say(enum agent_trouble t)
{
	if (t == TROUBLE_LOCKED)
		log_error(71, "keys", "wayleave-agent unlock",
		    "locked: nothing is sent, received or opened");
	else if (t == TROUBLE_OFFLINE)
		log_error(72, "exchange", "look at network and firewall",
		    "no connection for a quarter of an hour");
	else if (t == TROUBLE_STALE)
		log_error(73, "exchange", "call its operator",
		    "permissions have not been confirmed lately");
	else if (t == TROUBLE_CLOCK)
		log_error(74, "clock", "look at this server's time service",
		    "it and the exchange's differ");
	/* the others are logged where they are found */
}

static uint64_t
patience(enum agent_trouble t)
{
	return t == TROUBLE_LOCKED || t == TROUBLE_CLOCK ? CLOCK_MINUTE_MS :
	    15 * CLOCK_MINUTE_MS;
}

static void
look_trouble(struct agent *a, uint64_t boot)
{
	struct alerts *al = a->alerts;
	const enum agent_trouble t = agent_trouble(a);

	if (t != al->trouble) {
		al->trouble = t;
		al->since = boot;
		al->said = false;
	}
	if (t == TROUBLE_NONE || al->said || boot - al->since < patience(t))
		return;
	al->said = true;
	say(t);
}

static void
look_certificate(struct agent *a, uint64_t boot)
{
	struct alerts *al = a->alerts;
	const struct store_member *self;

	if (boot < al->look_next || a->identity == NULL)
		return;
	al->look_next = boot + LOOK_MS;
	if (boot < al->certificate_next ||
	    store_member(a->slice, a->member, &self) != ERR_NONE ||
	    self->m.valid_until > agent_now(a) +
	    CERTIFICATE_DAYS * CLOCK_DAY_MS)
		return;
	al->certificate_next = boot + CERTIFICATE_AGAIN_DAYS * CLOCK_DAY_MS;
	log_warning(12, "certificate", "wayleave-agent renew",
	    "it ends within %d days", CERTIFICATE_DAYS);
}

/* ---- sending ----------------------------------------------------------- */

static void
sent(void *ctx, enum error_code err, int status)
{
	struct owed *o = ctx;
	const uint64_t boot = clock_boot(o->of->clock);

	o->under_way = false;
	if (err == ERR_NONE && status == 0) {
		o->tries = 0;
		o->next = boot + AGAIN_MS;
		return;
	}
	log_error(76, "alert", "look at [alert] in agent.conf",
	    err == ERR_NONE ? "its command ended with status %d" :
	    err == ERR_BUSY ? "its command took too long" :
	    err == ERR_NOTFOUND ? "its command cannot be run" :
	    "its command was ended by a signal", status);
	if (++o->tries >= TRIES_MAX) {
		o->tries = 0;
		o->next = boot + AGAIN_MS;
		return;
	}
	o->owed = true;
	o->next = boot + (CLOCK_MINUTE_MS << (o->tries - 1));
}

static bool
is_open(const struct agent *a, enum way way)
{
	if (way == BY_COMMAND)
		return runner_has(a->runner, RUNNER_ALERT);
	return a->config->alert_mail_to[0] != '\0' &&
	    runner_has(a->runner, RUNNER_NOTIFY);
}

static void
send(struct agent *a, unsigned number, enum way way, struct owed *o)
{
	struct buf text;
	enum error_code err;

	buf_init(&text, TEXT_MAX);
	if (way == BY_MAIL)
		buf_printf(&text, "%s\n", a->config->alert_mail_to);
	alert_text(number, &text);
	err = buf_ok(&text) ? runner_start(a->runner, way == BY_MAIL ?
	    RUNNER_NOTIFY : RUNNER_ALERT, buf_view(&text), sent, o) :
	    ERR_NOMEM;
	buf_free(&text);
	if (err == ERR_NONE) {
		o->owed = false;
		o->under_way = true;
	}                               /* else in the next turn */
}

static void
send_owed(struct agent *a, enum way way, uint64_t boot)
{
	for (unsigned i = 0; i < ALERT_NUMBERS; i++) {
		struct owed *o = &a->alerts->owed[i][way];

		if (o->owed && !o->under_way && boot >= o->next)
			send(a, i, way, o);
	}
}

void
alerts_turn(struct agent *a)
{
	const uint64_t boot = clock_boot(&a->clock);

	if (a->alerts == NULL)
		return;
	a->alerts->clock = &a->clock;
	look_trouble(a, boot);
	look_certificate(a, boot);
	for (unsigned way = 0; way < WAYS; way++)
		if (is_open(a, (enum way)way))
			send_owed(a, (enum way)way, boot);
}
