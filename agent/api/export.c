/*
 * Verb export: what was received is copied out, on paper or into a file.
 *
 * export       case, to (member or kind), why conference|court-order|own-file|
 *              supervision|other, messages [..] in growing order -> items as
 *              open
 *              as "map" -> as map with as "json", of our own records and of
 *              all that is open; messages may then be left out.  Own records
 *              need no entry; else one entry per 256 messages comes first.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/outgoing/outgoing.h"

enum { EXPORT_MAX = PATTERN_RECORDS_MAX, EXPORT_WAIT_MS = 15000 };

struct exporting {
	uint8_t case_id[WIRE_CASE];
	char to[WIRE_ID_MAX + 1];
	uint32_t why;
	uint64_t message[EXPORT_MAX];   /* in growing order */
	size_t n, at;                   /* at: in the ledger up to here */
	bool map;
};

static bool
is_meant(const struct exporting *x, uint64_t idx)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->message[i] == idx)
			return true;
	return false;
}

/* Nothing goes out that the entries do not name. */
static bool
may_show(void *ctx, const struct held_item *it)
{
	return it->own || is_meant(ctx, it->mail.idx);
}

/* ---- telling, when it is in the ledger -------------------------------------------- */

static void
tell_exported(struct api_call *c)
{
	struct exporting *x = c->state;

	if (x->map)
		work_tell_map(c, x->case_id, may_show, x);
	else
		work_tell_items(c, x->case_id, may_show, x);
}

static void export_more(struct api_call *c);

static void
exported(struct agent *a, const struct out_outcome *o, void *ctx)
{
	struct api_call *c = ctx;

	(void)a;
	if (o->state != OUT_ADMITTED) {
		api_no(c, o->state == OUT_SEALED ? CLI_NOT_NOW : CLI_NO,
		    "The export could not be written into the ledger, so "
		    "nothing was copied out.");
		return;
	}
	export_more(c);
}

/* The next record, or the end. */
static void
export_more(struct api_call *c)
{
	struct exporting *x = c->state;
	struct body b = { .kind = KIND_EXPORT, .has_case = true };
	struct agent *a = c->agent;
	struct why why = { "" };
	enum error_code err;

	if (x->at == x->n) {
		tell_exported(c);
		return;
	}
	memcpy(b.case_id, x->case_id, WIRE_CASE);
	memcpy(b.u.export.worker, c->worker.pseudonym, WIRE_PSEUDONYM);
	strcpy(b.u.export.to, x->to);
	b.u.export.why = x->why;
	b.u.export.message = x->message + x->at;
	b.u.export.n = (unsigned)(x->n - x->at < WIRE_OPENING_MAX ?
	    x->n - x->at : WIRE_OPENING_MAX);
	x->at += b.u.export.n;
	outgoing_head(a, &b);
	err = outgoing_put(a, &b, NULL, &why);
	if (err == ERR_NONE)
		err = outgoing_wait(a, b.stamp, clock_boot(&a->clock) +
		    EXPORT_WAIT_MS, exported, c);
	if (err != ERR_NONE)
		api_error(c, err, &why);
}

/* ---- what is asked ------------------------------------------------------------------ */

/* Codes of why something is copied out; their numbers are the protocol's. */
static const char *const export_why[] = { "", "conference", "court-order",
	"own-file", "supervision", "other" };

static bool
read_messages(const struct api_call *c, struct exporting *x)
{
	const json_t *list = json_object_get(c->in, "messages");

	if (list == NULL && x->map)
		return true;
	x->n = json_array_size(list);
	if (x->n == 0 || x->n > EXPORT_MAX)
		return false;
	for (size_t i = 0; i < x->n; i++) {
		json_int_t v = json_integer_value(json_array_get(list, i));

		if (v <= 0 || (i > 0 && (uint64_t)v <= x->message[i - 1]))
			return false;
		x->message[i] = (uint64_t)v;
	}
	return true;
}

static bool
read_fields(const struct api_call *c, struct exporting *x)
{
	const char *to = api_text(c, "to"), *why = api_text(c, "why");
	const char *as = api_text(c, "as");

	for (uint32_t i = 1; why != NULL &&
	    i < sizeof export_why / sizeof export_why[0]; i++)
		if (strcmp(why, export_why[i]) == 0)
			x->why = i;
	if (to == NULL || !member_id_ok(to) || x->why == 0)
		return false;
	strcpy(x->to, to);
	x->map = as != NULL && strcmp(as, "map") == 0;
	return read_messages(c, x);
}

static int
by_number(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return *a == *b ? 0 : *a < *b ? -1 : 1;
}

/* Takes what is open for this worker, or finds all that was named in it;
 * else the call is ended. */
static bool
are_open(struct api_call *c, struct exporting *x)
{
	const bool all = x->n == 0;
	struct held_case h;
	struct why why = { "" };
	size_t found = 0;
	enum error_code err = held_load(c->agent, &c->worker, x->case_id, &h,
	    &why);

	if (err != ERR_NONE) {
		api_error(c, err, &why);
		return false;
	}
	for (size_t i = 0; i < h.n; i++)
		if (!h.item[i].own && all)
			x->message[x->n++] = h.item[i].mail.idx;
		else if (!h.item[i].own)
			found += is_meant(x, h.item[i].mail.idx);
	held_free(&h);
	qsort(x->message, x->n, sizeof x->message[0], by_number);
	if (all || found == x->n)
		return true;
	api_no(c, CLI_NO, "Only what is open for you can be copied out: open "
	    "the case first. Nothing was copied.");
	return false;
}

void
api_export(struct api_call *c)
{
	struct exporting *x = calloc(1, sizeof *x);

	if (x == NULL) {
		api_error(c, ERR_NOMEM, NULL);
		return;
	}
	c->state = x;
	c->state_free = free;
	if (!work_case(c, x->case_id))
		return;
	if (!read_fields(c, x)) {
		api_no(c, CLI_USAGE, "Give the messages in growing order, to "
		    "whom (a member id or a kind such as court), and why: "
		    "conference, court-order, own-file, supervision, other.");
		return;
	}
	if (are_open(c, x))
		export_more(c);
}
