/* What is missing before one may go on. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/desk/room.h"

struct gap {
	const struct room_facts *f;
	const struct form *form;       /* of the page in question */
	struct room_gap *out;
};

static bool
say(const struct gap *g, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool
say(const struct gap *g, const char *field, const char *fmt, ...)
{
	va_list ap;

	snprintf(g->out->field, sizeof g->out->field, "%s", field);
	va_start(ap, fmt);
	vsnprintf(g->out->words, sizeof g->out->words, fmt, ap);
	va_end(ap);
	return true;
}

static bool
rule(const struct gap *g, const char *field, const char *name,
    const char *agency, const char *whom)
{
	const struct words_value value[] = { { "agency", agency },
	    { "whom", whom } };

	snprintf(g->out->field, sizeof g->out->field, "%s", field);
	words_say(name, WORDS_ADVOCATE, value, 2, g->out->words,
	    sizeof g->out->words);
	return true;
}

static bool
is(const struct gap *g, const char *name, const char *value)
{
	return strcmp(form_text(g->form, name), value) == 0;
}

static bool
in_questions(const struct gap *g)
{
	if (!is(g, "alone", "yes"))
		return rule(g, "alone", "R8", "", "");
	if (!is(g, "safe", "yes"))
		return rule(g, "safe", "R8", "", "");
	if (!is(g, "pressed", "no"))
		return rule(g, "pressed", "R8", "", "");
	if (is(g, "method", ""))
		return say(g, "method", "How do you speak with each other?");
	if (!is(g, "interpreter", "") && !is(g, "independent", "yes"))
		return rule(g, "independent", "R10", "", "");
	if (!is(g, "heard", "yes"))
		return say(g, "heard", "Read the notice with her first; she "
		    "says when she has heard it.");
	if (!is(g, "stop", "yes"))
		return say(g, "stop", "Tell her how it is stopped; she says "
		    "when she knows.");
	return false;
}

static bool
in_agencies(const struct gap *g)
{
	size_t n = 0;

	while (form_at(g->form, "m", n) != NULL)
		n++;
	if (n == 0)
		return say(g, "m", "Choose at least one agency. \"Everyone\" "
		    "cannot be signed.");
	if (n >= ROOM_AGENCIES_MAX)
		return say(g, "m", "At most %d agencies in one signing.",
		    ROOM_AGENCIES_MAX - 1);
	return false;
}

/* The red notice of one agency (R18). */
static bool
in_duty(const struct gap *g, const json_t *m)
{
	const char *id = json_str(m, "member");
	char yes[FORM_NAME_MAX + 1], who[FORM_NAME_MAX + 1];
	char why[FORM_NAME_MAX + 1], other[FORM_NAME_MAX + 1];

	if (strcmp(json_str(m, "duty"), "none") == 0 ||
	    !room_takes_part(g->f, id) || !room_is_told(g->f, id))
		return false;
	room_about('y', id, yes);
	room_about('w', id, who);
	room_about('r', id, why);
	room_about('o', id, other);
	if (is(g, yes, ""))
		return rule(g, yes, "R18", json_str(m, "name"), json_str(m,
		    "onward"));
	if (is(g, yes, "yes") && is(g, who, "P1") &&
	    (is(g, why, "") || is(g, why, "other")) && is(g, other, ""))
		return say(g, why, "%s: say why it is to be withheld.",
		    json_str(m, "name"));
	return false;
}

static bool
in_grid(const struct gap *g)
{
	json_t *all = room_request(g->f);
	const size_t n = json_array_size(json_object_get(json_object_get(all,
	    "set"), "grants"));
	const json_t *m;
	size_t i;

	json_decref(all);
	json_array_foreach(g->f->members, i, m)
		if (in_duty(g, m))
			return true;
	if (n == 0)
		return say(g, "grid", "Nothing is ticked: there is nothing to "
		    "permit yet.");
	if (is(g, "keep", ""))
		return say(g, "keep", "Ask her how long they may go on "
		    "looking at what they read.");
	if (is(g, "wait", ""))
		return say(g, "wait", "Ask her whether waiting until tomorrow "
		    "is safe.");
	if (is(g, "wait", "no") && is(g, "waiver", ""))
		return say(g, "waiver", "A second worker agrees that waiting "
		    "is not safe: whose account?");
	return false;
}

/* Somebody close to the person causing harm works at an agency (R13). */
static bool
in_close(const struct gap *g)
{
	const json_t *m;
	char name[24];
	size_t i;

	json_array_foreach(g->f->members, i, m) {
		const char *id = json_str(m, "member");

		for (int k = 1; k <= 4; k++) {
			snprintf(name, sizeof name, "x.at.%d", k);
			if (is(g, name, id) && room_is_told(g->f, id) &&
			    !form_has(g->form, "closed", id))
				return rule(g, name, "R13", json_str(m,
				    "name"), "");
		}
	}
	return false;
}

static bool
in_people(const struct gap *g)
{
	if (g->f->persons == NULL && is(g, "name.P2", ""))
		return say(g, "name.P2", "Agencies need her name to know "
		    "which family it is.");
	if (is(g, "asked", ""))
		return say(g, "asked", "Ask whether there is somebody at an "
		    "agency who must not see this.");
	if (g->f->persons == NULL && is(g, "asked", "some") &&
	    is(g, "x.name.1", ""))
		return say(g, "x.name.1", "Write down the name, or choose "
		    "\"nobody\".");
	return in_close(g);
}

bool
room_missing(const struct room_facts *f, enum room_page page,
    struct room_gap *out)
{
	const struct gap g = { f, &f->page[page], out };

	switch (page) {
	case ROOM_QUESTIONS:
		return in_questions(&g);
	case ROOM_AGENCIES:
		return in_agencies(&g);
	case ROOM_GRID:
		return in_grid(&g);
	case ROOM_PEOPLE:
		return in_people(&g);
	default:
		return false;
	}
}
