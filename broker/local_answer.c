#include "broker/local_answer.h"

#include <inttypes.h>
#include <stdlib.h>

#include "broker/state.h"

struct local_answer *
local_answer_create(struct sequencer *q, int local)
{
	struct local_answer *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->local = local;
	buf_init(&l->text, 32 * 1024);
	l->next = q->b.local;
	q->b.local = l;
	return l;
}

static void
worse(struct local_answer *l, enum error_code e)
{
	if (l->worst == ERR_NONE)
		l->worst = e;
}

void
local_answer_add(struct local_answer *l, enum wire_status status,
    enum rule rule, uint64_t index, const char *why)
{
	buf_printf(&l->text, "record %u: ", ++l->n);
	switch (status) {
	case STATUS_ADMITTED:
		buf_printf(&l->text, "admitted, entry %" PRIu64 "\n", index);
		break;
	case STATUS_REFUSED:
		buf_printf(&l->text, "refused, %s: %s\n", rule_name(rule),
		    rule_meaning(rule));
		worse(l, ERR_REFUSED);
		break;
	case STATUS_BUSY:
		buf_printf(&l->text, "not now\n");
		worse(l, ERR_BUSY);
		break;
	case STATUS_MALFORMED:
		buf_printf(&l->text, "not valid: %s\n", why);
		worse(l, ERR_CRYPTO);
		break;
	}
}

void
local_answer_fault(struct local_answer *l, const char *why)
{
	buf_printf(&l->text, "no record file: %s\n", why);
	worse(l, ERR_FORMAT);
}

void
local_answers_end(struct sequencer *q, bool send)
{
	struct local_answer *l;

	while ((l = q->b.local) != NULL) {
		q->b.local = l->next;
		if (send && q->c.outlet.local != NULL)
			q->c.outlet.local(q->c.outlet.ctx, l->local, l->worst,
			    buf_view(&l->text));
		buf_free(&l->text);
		free(l);
	}
}
