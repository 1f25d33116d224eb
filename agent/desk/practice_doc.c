#include "agent/desk/practice_doc.h"

#include "agent/desk/write_doc.h"
#include "agent/practice/observation.h"

json_t *
task_document(const struct form *f, const char *key)
{
	json_t *o = json_pack("{s:s}", "schema", "wayleave/task/1");

	(void)key;
	if (o == NULL)
		return NULL;
	write_put(o, "owner", form_get(f, "owner"));
	write_put(o, "text", form_get(f, "text"));
	write_put(o, "gap", form_get(f, "gap"));
	write_put(o, "due", form_get(f, "due"));
	write_put_list(o, "about", f, "links", NULL);
	return o;
}

json_t *
goal_document(const struct form *f, const char *key)
{
	static const char *const one[] = { "person", "behaviour", "text",
		"measure", "by", "checked_by" };
	json_t *o = json_pack("{s:s}", "schema", "wayleave/goal/1");

	(void)key;
	if (o == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
		write_put(o, one[i], form_get(f, one[i]));
	write_put_list(o, "about", f, "links", NULL);
	return o;
}

/* ---- what is missing ------------------------------------------------------ */

struct need {
	const char *field, *words;
};

static const char *
missing(const struct form *f, const struct need *need, size_t n,
    const char **field)
{
	for (size_t i = 0; i < n; i++)
		if (form_text(f, need[i].field)[0] == '\0') {
			*field = need[i].field;
			return need[i].words;
		}
	return NULL;
}

/* A day may be left out here; what is no day is said. */
static const char *
no_day(const struct form *f, const char *name, const char **field)
{
	const char *day = form_text(f, name);

	if (day[0] == '\0' || date_text_ok(day))
		return NULL;
	*field = name;
	return "Give a day like 2026-11-25.";
}

const char *
task_lacks(const struct form *f, const char **field)
{
	static const struct need need[] = {
		{ "owner", "Which agency is to do it?" },
		{ "text", "What is to be done?" } };
	const char *words = missing(f, need, 2, field);

	return words != NULL ? words : no_day(f, "due", field);
}

const char *
goal_lacks(const struct form *f, const char **field)
{
	static const struct need need[] = {
		{ "person", "Whose goal is it?" },
		{ "behaviour", "A goal is a behaviour, not attendance: which "
		    "act is to stop, or which change to be seen?" },
		{ "text", "What is to be different? One sentence will do." },
		{ "measure", "How will it be seen that the goal is met?" },
		{ "by", "By which day?" },
		{ "checked_by", "Which agency looks whether it is met?" } };
	const char *words = missing(f, need, sizeof need / sizeof need[0],
	    field);

	return words != NULL ? words : no_day(f, "by", field);
}
