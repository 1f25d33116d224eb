/*
 * Pattern notices PT1 to PT8.  Each rule is one function over what is held;
 * it lists the records it rests on, and says "may".
 */
#include "agent/practice/pattern.h"

#include <stdio.h>
#include <string.h>

#include "agent/practice/pattern_have.h"

static struct notice *
add_notice(const struct have *x, const char *pt, const struct person_id *about)
{
	struct notice *n;

	if (x->out->n_notices == PATTERN_NOTICES_MAX) {
		x->out->cut = true;
		return (NULL);
	}
	n = &x->out->notices[x->out->n_notices++];
	memset(n, 0, sizeof(*n));
	n->pt = vocabulary_find(pt);
	if (about != NULL)
		n->about = *about;
	return (n);
}

static void
behind(const struct have *x, struct notice *n, size_t record)
{
	size_t i;

	for (i = 0; i < n->n_behind; i++)
		if (n->behind[i] == record)
			return;
	if (n->n_behind == PATTERN_BEHIND_MAX)
		x->out->cut = true;
	else
		n->behind[n->n_behind++] = record;
}

static void
say(struct notice *n, const char *text)
{

	(void)snprintf(n->text, sizeof(n->text), "%s", text);
}

/* Adds every record that `test` holds for with the person; how many. */
static size_t
behind_all(const struct have *x, struct notice *n, const char *person,
    bool (*test)(const struct held *, const char *))
{
	size_t i, found = 0;

	for (i = 0; i < x->n; i++) {
		if (x->h[i].replaced || !test(&x->h[i], person))
			continue;
		found++;
		if (n != NULL)
			behind(x, n, i);
	}
	return (found);
}

static bool
is_actor(const struct held *h, const char *person)
{

	return (strcmp(h->o->actor.s, person) == 0);
}

/* ---- PT1: contacts police first ----------------------------------------- */

static bool
calls_first(const struct held *h, const char *person)
{

	return (is_actor(h, person) && code_list_has(&h->o->codes, "CC29"));
}

static bool
times_calls(const struct held *h, const char *person)
{

	return (is_actor(h, person) && code_list_has(&h->o->codes, "CC30"));
}

static bool
calls_at_distress(const struct held *h, const char *person)
{

	return (calls_first(h, person) &&
	    code_list_has(&h->o->triggers, "TG2"));
}

static void
pt1(const struct have *x, const struct person_id *p)
{
	struct notice *n;

	if (behind_all(x, NULL, p->s, calls_first) == 0)
		return;
	if (behind_all(x, NULL, p->s, times_calls) == 0 &&
	    behind_all(x, NULL, p->s, calls_at_distress) < 2)
		return;
	n = add_notice(x, "PT1", p);
	if (n == NULL)
		return;
	(void)behind_all(x, n, p->s, calls_first);
	(void)behind_all(x, n, p->s, times_calls);
	say(n, "contacts police first; the timing may match the other "
	    "parent's distress or drinking");
}

/* ---- PT2: a concern that sits under the pattern -------------------------- */

static bool
is_concern(const struct held *h, const char *survivor)
{

	return (strcmp(h->o->owner.s, survivor) == 0 &&
	    (code_list_has(&h->o->codes, "IF02") ||
	    code_list_has(&h->o->codes, "IF04")));
}

static bool
is_interference(const struct held *h, const char *survivor)
{

	return (strcmp(h->o->actor.s, survivor) != 0 &&
	    person_list_has(&h->o->targets, survivor) &&
	    (code_list_has(&h->o->codes, "CC25") ||
	    code_list_has(&h->o->codes, "CC26") ||
	    code_list_has(&h->o->codes, "CC27")));
}

static void
pt2(const struct have *x, const struct person_id *survivor)
{
	struct notice *n;

	if (behind_all(x, NULL, survivor->s, is_concern) == 0 ||
	    behind_all(x, NULL, survivor->s, is_interference) == 0)
		return;
	n = add_notice(x, "PT2", survivor);
	if (n == NULL)
		return;
	(void)behind_all(x, n, survivor->s, is_concern);
	(void)behind_all(x, n, survivor->s, is_interference);
	say(n, "the drinking or health concern may sit under the other "
	    "person's pattern: encouraged, or help for it undermined");
}

/* ---- PT3, PT4 ------------------------------------------------------------ */

static bool
follows_event(const struct held *h, const char *unused)
{

	(void)unused;
	return (code_list_has(&h->o->codes, "AI06") && have_event(h->o));
}

static void
pt3(const struct have *x)
{
	struct notice *n;

	if (behind_all(x, NULL, "", follows_event) == 0)
		return;
	n = add_notice(x, "PT3", NULL);
	if (n == NULL)
		return;
	(void)behind_all(x, n, "", follows_event);
	say(n, "the child's behaviour may be tied to police visits, contact "
	    "or court days");
}

static bool
is_earlier(const struct held *h, const char *person)
{

	return (is_actor(h, person) && have_earlier(h->o));
}

static void
pt4(const struct have *x, const struct person_id *p)
{
	struct notice *n;

	if (behind_all(x, NULL, p->s, is_earlier) == 0)
		return;
	n = add_notice(x, "PT4", p);
	if (n == NULL)
		return;
	(void)behind_all(x, n, p->s, is_earlier);
	say(n, "the pattern may predate this relationship");
}

/* ---- PT5: activity without change ---------------------------------------- */

static bool
is_less_use(const struct held *h, const char *person)
{

	return (is_actor(h, person) && code_list_has(&h->o->codes, "BC19"));
}

static bool
is_attendance(const struct held *h, const char *person)
{

	return (is_actor(h, person) && (code_list_has(&h->o->codes, "BA02") ||
	    code_list_has(&h->o->codes, "BA03")));
}

static bool
is_change(const struct held *h, const char *person)
{

	return (is_actor(h, person) && have_change(h->o));
}

static void
pt5(const struct have *x, const struct person_id *p)
{
	bool attends;
	struct notice *n;

	attends = behind_all(x, NULL, p->s, is_attendance) > 0 &&
	    behind_all(x, NULL, p->s, is_change) == 0;
	if (!attends && behind_all(x, NULL, p->s, is_less_use) == 0)
		return;
	n = add_notice(x, "PT5", p);
	if (n == NULL)
		return;
	if (behind_all(x, n, p->s, is_less_use) > 0)
		say(n, "less substance use, abuse unchanged: may be activity "
		    "without change");
	else
		say(n, "attendance with no change seen: may be activity "
		    "without change");
	if (attends)
		(void)behind_all(x, n, p->s, is_attendance);
}

/* ---- PT6: services centred on the survivor -------------------------------- */

static bool
is_centred(const struct held *h, const char *unused)
{

	(void)unused;
	return (code_list_has(&h->o->codes, "SR01") ||
	    code_list_has(&h->o->codes, "SR02"));
}

static const char *
number_word(size_t n)
{
	static const char *const words[] = { "no", "one", "two", "three",
		"four", "five", "six", "seven", "eight", "nine" };

	return (n < 10 ? words[n] : "many");
}

static void
pt6(const struct have *x)
{
	size_t i, k, services = 0;
	struct notice *n;

	for (i = 0; i < x->n; i++) {
		if (x->h[i].replaced || !is_centred(&x->h[i], ""))
			continue;
		for (k = 0; k < i; k++)
			if (!x->h[k].replaced && is_centred(&x->h[k], "") &&
			    strcmp(x->h[k].member, x->h[i].member) == 0)
				break;
		services += k == i;
	}
	if (services < 3)
		return;
	n = add_notice(x, "PT6", NULL);
	if (n == NULL)
		return;
	(void)behind_all(x, n, "", is_centred);
	(void)snprintf(n->text, sizeof(n->text),
	    "%s services may be centred on the survivor",
	    number_word(services));
}

/* ---- PT7: differing accounts ---------------------------------------------- */

/*
 * Told by the same person to two agencies, and not fitting together: one
 * denies what the other names, or the same act has another frequency.
 */
static bool
differ(const struct observation *a, const struct observation *b)
{
	static const char *const denies[] = { "BC01", "BC04" };
	static const char *const names[] = { "BC02", "BC03", "BC05", "BC06" };
	size_t i, k;

	for (i = 0; i < 2; i++)
		for (k = 0; k < 4; k++)
			if ((code_list_has(&a->codes, denies[i]) &&
			    code_list_has(&b->codes, names[k])) ||
			    (code_list_has(&b->codes, denies[i]) &&
			    code_list_has(&a->codes, names[k])))
				return (true);
	if (strcmp(a->frequency->id, "FQ9") == 0 ||
	    strcmp(b->frequency->id, "FQ9") == 0 ||
	    a->frequency == b->frequency)
		return (false);
	for (i = 0; i < a->codes.n; i++)
		if (code_list_has(&b->codes, a->codes.v[i]->id))
			return (true);
	return (false);
}

static bool
is_told_by(const struct held *h, const char *person)
{

	return (!h->replaced && strcmp(h->o->source->id, "SRC4") == 0 &&
	    is_actor(h, person));
}

static void
pt7(const struct have *x, const struct person_id *p)
{
	struct notice *n = NULL;
	size_t i, k;

	for (i = 0; i < x->n; i++)
		for (k = i + 1; k < x->n; k++) {
			if (!is_told_by(&x->h[i], p->s) ||
			    !is_told_by(&x->h[k], p->s) ||
			    strcmp(x->h[i].member, x->h[k].member) == 0 ||
			    !differ(x->h[i].o, x->h[k].o))
				continue;
			if (n == NULL)
				n = add_notice(x, "PT7", p);
			if (n == NULL)
				return;
			behind(x, n, i);
			behind(x, n, k);
			say(n, "may give services differing accounts");
		}
}

/* ---- PT8: language or status as control ------------------------------------ */

static bool
controls_language(const struct held *h, const char *person)
{

	return (is_actor(h, person) && (code_list_has(&h->o->codes, "CC16") ||
	    code_list_has(&h->o->codes, "CC17")));
}

static bool
is_used_barrier(const struct held *h, const char *unused)
{

	(void)unused;
	return ((code_list_has(&h->o->codes, "IF06") ||
	    code_list_has(&h->o->codes, "IF07")) && h->o->relation != NULL &&
	    (strcmp(h->o->relation->id, "RL3") == 0 ||
	    strcmp(h->o->relation->id, "RL5") == 0));
}

static void
pt8(const struct have *x, const struct person_id *p)
{
	struct notice *n;

	if (behind_all(x, NULL, p->s, controls_language) == 0 ||
	    behind_all(x, NULL, "", is_used_barrier) == 0)
		return;
	n = add_notice(x, "PT8", p);
	if (n == NULL)
		return;
	(void)behind_all(x, n, p->s, controls_language);
	(void)behind_all(x, n, "", is_used_barrier);
	say(n, "language or status may be used to control: kept from it, and "
	    "the barrier used");
}

/* ---- all of them ------------------------------------------------------------ */

static void
notices(const struct have *x)
{
	const struct person_id *p;
	size_t i;

	for (i = 0; i < x->people->causing_harm.n; i++) {
		p = &x->people->causing_harm.v[i];
		pt1(x, p);
		pt4(x, p);
		pt5(x, p);
		pt7(x, p);
		pt8(x, p);
	}
	for (i = 0; i < x->people->survivors.n; i++)
		pt2(x, &x->people->survivors.v[i]);
	pt3(x);
	pt6(x);
}

enum error_code
pattern_compute(const struct held *h, size_t n,
    const struct case_people *people, struct pattern *out)
{
	struct have x = { .h = h, .n = n, .people = people, .out = out };

	if (n > PATTERN_RECORDS_MAX)
		return (ERR_SIZE);
	memset(out, 0, sizeof(*out));
	notices(&x);
	pattern_gaps(&x);
	return (ERR_NONE);
}
