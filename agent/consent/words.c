/*
 * A plan in plain sentences: to be read back to her before she signs.
 */
#include <stdio.h>
#include <string.h>

#include "agent/api/work.h"
#include "agent/consent/plan.h"
#include "agent/words.h"

static const char *
name_of(struct agent *a, const char *member, char out[static WIRE_NAME_MAX + 1])
{
	const struct store_member *m;

	if (store_member(a->slice, member, &m) == ERR_NONE)
		snprintf(out, WIRE_NAME_MAX + 1, "%s", m->m.name);
	else
		snprintf(out, WIRE_NAME_MAX + 1, "%s", member);
	return out;
}

json_t *
plan_scopes(scope_set scopes)
{
	json_t *list = json_array();

	for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++)
		if ((scopes & SCOPE_BIT(s)) != 0)
			json_array_append_new(list, json_string(
			    vocabulary_scope_name((enum vocabulary_scope)s)));
	return list;
}

static const char *
scope_label(enum vocabulary_scope s)
{
	const char *name = vocabulary_scope_name(s);
	const struct vocabulary_code *c = vocabulary_find(name);

	return c != NULL ? c->label : name;
}

void
plan_sentence(struct agent *a, const struct terms *t, char *out, size_t n)
{
	char from[WIRE_NAME_MAX + 1], to[WIRE_NAME_MAX + 1];
	char until[CLOCK_ISO_BYTES];
	struct buf b;
	const char *between = ": ";

	buf_init(&b, 4096);
	clock_iso_day(until, t->until);
	buf_printf(&b, "%s may tell %s", name_of(a, t->sender, from),
	    name_of(a, t->recipient, to));
	for (int s = SCOPE_NONE + 1; s < SCOPE_END; s++) {
		if ((t->scopes & SCOPE_BIT(s)) == 0)
			continue;
		buf_printf(&b, "%s%s (%s)", between,
		    scope_label((enum vocabulary_scope)s),
		    vocabulary_scope_name((enum vocabulary_scope)s));
		between = "; ";
	}
	buf_printf(&b, ". For: %s. Until %s.",
	    t->purpose != NULL ? t->purpose->label : "nothing", until);
	if (t->withhold_from.n > 0)
		buf_printf(&b, " Withheld from %s: %s.",
		    t->withhold_from.v[0].s, t->withhold_reason);
	if (t->duty_confirmed)
		buf_printf(&b, " They may have to show papers to others.");
	snprintf(out, n, "%.*s", buf_ok(&b) ? (int)b.n : 0,
	    (const char *)b.data);
	buf_free(&b);
}

json_t *
plan_json(struct agent *a, const struct plan *p)
{
	json_t *lines = json_array();
	char words[1024];

	for (size_t i = 0; lines != NULL && i < p->n; i++) {
		const struct terms *t = &p->line[i].terms;
		json_t *o;

		plan_sentence(a, t, words, sizeof words);
		o = json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:I, s:s}",
		    "name", p->line[i].name, "from", t->sender, "to",
		    t->recipient, "scopes", plan_scopes(t->scopes),
		    "purpose", t->purpose->id, "until", work_time(t->until),
		    "days", (json_int_t)((t->until - t->from) / DAY_MS),
		    "words", words);
		if (o == NULL || json_array_append_new(lines, o) != 0) {
			json_decref(lines);
			return NULL;
		}
	}
	return json_pack("{s:o, s:I, s:b}", "lines", lines, "grants",
	    (json_int_t)p->n, "two_roles", p->two_roles);
}

void
plan_words(struct agent *a, const struct plan *p, const struct refusal *no,
    size_t line, char *out, size_t n)
{
	const struct terms *t = &p->line[line].terms;
	char agency[WIRE_NAME_MAX + 1], said[400];
	const struct words_value value[] = {
		{ "agency", name_of(a, t->recipient, agency) },
		{ "person", p->own_line.n > 0 ? p->own_line.v[0].s :
		    "The child" },
		{ "whom", "the parents or others concerned" },
	};
	const char *own = words_text(no->rule, WORDS_ADVOCATE);

	/* a rule without a sentence of its own: the check's is better than R1's */
	if (own == NULL || (own == words_text("R1", WORDS_ADVOCATE) &&
	    strcmp(no->rule, "R1") != 0))
		snprintf(said, sizeof said, "%s", no->text);
	else
		words_say(no->rule, WORDS_ADVOCATE, value, 3, said,
		    sizeof said);
	snprintf(out, n, "%s%s%s to %s: %s: %s %s [%s] Nothing was signed.",
	    p->line[line].name, p->line[line].name[0] != '\0' ? ": " : "",
	    t->sender, t->recipient, no->field, no->text,
	    strcmp(said, no->text) != 0 ? said : "", no->rule);
}
