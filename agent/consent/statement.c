#include "agent/consent/statement.h"

#include <stdio.h>
#include <string.h>

#include "agent/api/work.h"
#include "ledger/entry.h"

void
statement_reference(const uint8_t case_id[static WIRE_CASE],
    char out[static STATEMENT_REFERENCE])
{
	char hex[9];

	hex_encode(hex, case_id, 4);
	snprintf(out, STATEMENT_REFERENCE, "%.4s-%.4s", hex, hex + 4);
}

/* ---- words ------------------------------------------------------------- */

static const char *const what_words[] = {
	[STATEMENT_PERMISSION] = "permission", [STATEMENT_DELIVERY] =
	"delivery", [STATEMENT_DROPPED] = "dropped", [STATEMENT_REFUSED] =
	"refused", [STATEMENT_OUTSIDE] = "mandated", [STATEMENT_EXPORT] =
	"export", [STATEMENT_WITHDRAWN] = "withdrawn", [STATEMENT_STOPPED] =
	"stopped", [STATEMENT_RESUMED] = "resumed", [STATEMENT_RECALLED] =
	"taken-back", [STATEMENT_CLOSED] = "closed",
};

/* Why something was dropped: a word for programs, and a clause. */
static const struct drop_word {
	uint32_t why;
	const char *word, *clause;
} drops[] = {
	{ DROP_EXPIRED, "expired", "it was not fetched in time" },
	{ DROP_RECALLED, "taken-back", "its writer took it back" },
	{ DROP_LOST, "lost", "it was lost" },
	{ DROP_RECIPIENT_GONE, "gone", "the receiver is no member any more" },
	{ 0, "ended", "the permission had ended" },     /* all else */
};

static const struct drop_word *
drop_of(uint32_t why)
{
	size_t i = 0;

	while (drops[i].why != why && drops[i].why != 0)
		i++;
	return &drops[i];
}

static const char *
name_of(struct agent *a, const char *member,
    char room[static WIRE_NAME_MAX + 1])
{
	const struct store_member *m;

	snprintf(room, WIRE_NAME_MAX + 1, "%s", store_member(a->slice, member,
	    &m) == ERR_NONE ? m->m.name : member);
	return room;
}

static void
put_class(struct buf *b, scope_set scopes)
{
	const char *between = "";

	for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++) {
		const char *name;
		const struct vocabulary_code *c;

		if ((scopes & SCOPE_BIT(s)) == 0)
			continue;
		name = vocabulary_scope_name((enum vocabulary_scope)s);
		c = vocabulary_find(name);
		buf_printf(b, "%s%s (%s)", between, c != NULL ? c->label :
		    name, name);
		between = "; ";
	}
	if (scopes == 0)
		buf_put_str(b, "something that cannot be named here");
}

static void
put_opened(struct buf *b, const struct statement_line *l)
{
	char day[CLOCK_ISO_BYTES];

	if (l->n_opened == 0) {
		buf_put_str(b, " Not opened.");
		return;
	}
	buf_put_str(b, " Opened");
	for (unsigned i = 0; i < l->n_opened && i < STATEMENT_OPENINGS; i++) {
		clock_iso(day, l->opened[i].at);
		buf_printf(b, "%s %s by %s", i > 0 ? "," : "", day,
		    l->opened[i].role);
	}
	if (l->n_opened > STATEMENT_OPENINGS)
		buf_put_str(b, ", and again later");
	buf_put_str(b, ".");
}

static void
put_line(struct agent *a, struct buf *b, const struct statement_line *l)
{
	char from[WIRE_NAME_MAX + 1], to[WIRE_NAME_MAX + 1];
	char at[CLOCK_ISO_BYTES], until[CLOCK_ISO_BYTES];

	clock_iso(at, l->at);
	name_of(a, l->from, from);
	name_of(a, l->to, to);
	buf_printf(b, "%s  ", at);
	switch (l->what) {
	case STATEMENT_PERMISSION:
		clock_iso_day(until, l->until);
		buf_printf(b, "You allowed %s to tell %s: ", from, to);
		put_class(b, l->scopes);
		buf_printf(b, ", until %s.", until);
		break;
	case STATEMENT_DELIVERY:
		buf_printf(b, "%s told %s: ", from, to);
		put_class(b, l->scopes);
		buf_put_str(b, ".");
		put_opened(b, l);
		break;
	case STATEMENT_DROPPED:
		buf_printf(b, "Not delivered from %s to %s: ", from, to);
		put_class(b, l->scopes);
		buf_printf(b, "; %s.", drop_of(l->code)->clause);
		break;
	case STATEMENT_REFUSED:
		if (l->message != 0 || l->from[0] == '\0')
			buf_printf(b, "Opening refused at %s: ", to);
		else
			buf_printf(b, "Refused from %s to %s: ", from, to);
		put_class(b, l->scopes);
		buf_printf(b, "; %s.", rule_meaning((enum rule)l->code));
		break;
	case STATEMENT_OUTSIDE:
		buf_printf(b, "%s shared outside with %s because the law "
		    "asked for it (LB%u). You were told: %s.", from, l->to,
		    (unsigned)l->code, l->told != 0 ? "yes" : "no");
		break;
	case STATEMENT_EXPORT:
		buf_printf(b, "%s copied %u of what it had opened out to "
		    "%s.", from, (unsigned)l->code, l->to);
		break;
	case STATEMENT_WITHDRAWN:
		if (l->from[0] != '\0')
			buf_printf(b, "Withdrawn: %s telling %s.", from, to);
		else
			buf_put_str(b, "All permissions were withdrawn.");
		break;
	case STATEMENT_STOPPED:
		buf_put_str(b, "All sharing was stopped by a phrase.");
		break;
	case STATEMENT_RESUMED:
		buf_put_str(b, "Sharing began again, with new phrases.");
		break;
	case STATEMENT_RECALLED:
		buf_printf(b, "%s took something back as wrong.", from);
		break;
	case STATEMENT_CLOSED:
		buf_put_str(b, "The case was closed.");
		break;
	}
	buf_put_str(b, "\n");
}

/* ---- as JSON ----------------------------------------------------------- */

/* What only this kind of line has. */
static void
add_own(json_t *o, const struct statement_line *l)
{
	char ground[8];

	switch (l->what) {
	case STATEMENT_PERMISSION:
		json_object_set_new(o, "until", work_time(l->until));
		break;
	case STATEMENT_DROPPED:
		json_object_set_new(o, "why",
		    json_string(drop_of(l->code)->word));
		break;
	case STATEMENT_REFUSED:
		json_object_set_new(o, "rule",
		    json_string(rule_name((enum rule)l->code)));
		json_object_set_new(o, "shown",
		    json_string(rule_shown((enum rule)l->code)));
		json_object_set_new(o, "opening", json_boolean(
		    l->message != 0 || l->from[0] == '\0'));
		break;
	case STATEMENT_OUTSIDE:
		snprintf(ground, sizeof ground, "LB%u", (unsigned)l->code % 10);
		json_object_set_new(o, "ground", json_string(ground));
		json_object_set_new(o, "told", json_boolean(l->told != 0));
		break;
	case STATEMENT_EXPORT:
		json_object_set_new(o, "n", json_integer(l->code));
		break;
	default:
		break;
	}
}

static json_t *
line_json(struct agent *a, const struct statement_line *l)
{
	json_t *o, *scopes = json_array(), *opened = json_array();

	for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++)
		if ((l->scopes & SCOPE_BIT(s)) != 0)
			json_array_append_new(scopes, json_string(
			    vocabulary_scope_name((enum vocabulary_scope)s)));
	for (unsigned i = 0; i < l->n_opened && i < STATEMENT_OPENINGS; i++)
		json_array_append_new(opened, json_pack("{s:s, s:o}", "role",
		    l->opened[i].role, "at", work_time(l->opened[i].at)));
	o = json_pack("{s:o, s:s, s:I, s:s, s:s, s:s, s:s, s:o, s:I, s:o, "
	    "s:I}", "at", work_time(l->at), "what", what_words[l->what],
	    "entry", (json_int_t)l->idx, "from", l->from, "from_name",
	    work_name(a, l->from), "to", l->to, "to_name", work_name(a,
	    l->to), "scopes", scopes, "grant", (json_int_t)l->grant,
	    "opened", opened, "opened_times", (json_int_t)l->n_opened);
	if (o != NULL)
		add_own(o, l);
	return o;
}

/* ---- all of it --------------------------------------------------------- */

static size_t
count(const struct statement *s, enum statement_what what)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->line[i].what == what;
	return n;
}

static void
put_head(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    const struct statement *s, struct buf *b)
{
	char reference[STATEMENT_REFERENCE], at[CLOCK_ISO_BYTES];
	char us[WIRE_NAME_MAX + 1];

	statement_reference(case_id, reference);
	clock_iso(at, agent_now(a));
	buf_printf(b, "Statement of what was shared in your case, made %s by "
	    "%s.\nReference for questions and complaints: %s\n", at,
	    name_of(a, a->member, us), reference);
	buf_printf(b, "Permissions: %zu. Delivered: %zu. Refused: %zu. Not "
	    "delivered: %zu. Shared outside: %zu.\n", count(s,
	    STATEMENT_PERMISSION), count(s, STATEMENT_DELIVERY), count(s,
	    STATEMENT_REFUSED), count(s, STATEMENT_DROPPED), count(s,
	    STATEMENT_OUTSIDE));
	buf_put_str(b, "What was said is not in here. An attempt that an "
	    "agency's own system refused is in that agency's own file.\n\n");
}

enum error_code
statement_make(struct agent *a, const uint8_t case_id[static WIRE_CASE],
    json_t **lines, struct buf *text)
{
	struct statement s;
	enum error_code err = statement_fold(a, case_id, &s);

	*lines = NULL;
	if (err != ERR_NONE)
		return err;
	*lines = json_array();
	put_head(a, case_id, &s, text);
	for (size_t i = 0; i < s.n && err == ERR_NONE; i++) {
		put_line(a, text, &s.line[i]);
		if (json_array_append_new(*lines,
		    line_json(a, &s.line[i])) != 0)
			err = ERR_NOMEM;
	}
	if (err == ERR_NONE && !buf_ok(text))
		err = ERR_SIZE;
	if (err != ERR_NONE) {
		json_decref(*lines);
		*lines = NULL;
	}
	statement_free(&s);
	return err;
}
