#include "agent/desk/write_doc.h"

#include <stdio.h>
#include <string.h>

#include "proto/vocabulary.h"

enum { LIST_MAX = 64, WORD_MAX = 64 };

const char *
write_component(const struct form *f)
{
	const char *id;

	for (size_t i = 0; (id = form_at(f, "codes", i)) != NULL; i++) {
		const struct vocabulary_code *c = vocabulary_find(id);

		if (c != NULL && c->scope != SCOPE_NONE)
			return vocabulary_scope_name(
			    (enum vocabulary_scope)c->scope);
	}
	return NULL;
}

bool
write_has_scope(const struct form *f, const char *scope)
{
	const enum vocabulary_scope s = vocabulary_scope_find(scope);
	const char *id;

	for (size_t i = 0; (id = form_at(f, "codes", i)) != NULL; i++) {
		const struct vocabulary_code *c = vocabulary_find(id);

		if (c != NULL && c->scope == s)
			return true;
	}
	return false;
}

void
write_put(json_t *o, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		json_object_set_new(o, key, json_string(value));
}

/* Words with commas or blanks between, added to a list. */
static void
add_words(json_t *list, const char *text)
{
	char word[WORD_MAX];

	while (text != NULL && *text != '\0' &&
	    json_array_size(list) < LIST_MAX) {
		size_t n;

		text += strspn(text, ", \t\n");
		n = strcspn(text, ", \t\n");
		if (n > 0 && n < sizeof word) {
			snprintf(word, sizeof word, "%.*s", (int)n, text);
			json_array_append_new(list, json_string(word));
		}
		text += n;
	}
}

void
write_put_list(json_t *o, const char *key, const struct form *f,
    const char *name, const char *more)
{
	json_t *list = json_array();
	const char *v;

	for (size_t i = 0; i < LIST_MAX && (v = form_at(f, name, i)) != NULL;
	    i++)
		if (v[0] != '\0')
			json_array_append_new(list, json_string(v));
	if (more != NULL)
		add_words(list, form_text(f, more));
	if (json_array_size(list) > 0)
		json_object_set(o, key, list);
	json_decref(list);
}

static void
put_when(json_t *o, const struct form *f)
{
	const char *from = form_text(f, "from"), *to = form_text(f, "to_day");
	json_t *when = json_object();

	write_put(when, "recency", form_get(f, "recency"));
	write_put(when, "from", from);
	write_put(when, "to", to[0] != '\0' ? to : from);
	if (json_object_size(when) > 0)
		json_object_set(o, "when", when);
	json_decref(when);
}

/* She was asked, by whom: for what she did to keep safe, and only there. */
static void
put_asked(json_t *o, const struct form *f)
{
	json_t *asked = json_object();

	write_put(asked, "answer", form_get(f, "asked"));
	if (json_object_size(asked) > 0 && write_has_scope(f, "C3")) {
		write_put(asked, "by", form_get(f, "asked_by"));
		json_object_set(o, "asked", asked);
	}
	json_decref(asked);
}

static void
put_descriptors(json_t *o, const struct form *f)
{
	static const char *const one[] = { "source", "frequency", "trend",
		"corroboration", "exactness", "lawful_basis" };
	static const char *const many[] = { "danger", "triggers", "segments",
		"pathways", "links" };

	for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
		write_put(o, one[i], form_get(f, one[i]));
	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++)
		write_put_list(o, many[i], f, many[i], NULL);
	write_put_list(o, "withhold_from", f, "withhold", NULL);
}

json_t *
write_document(const struct form *f, const char *key)
{
	json_t *o = json_pack("{s:s}", "schema", "wayleave/observation/1");

	if (o == NULL)
		return NULL;
	write_put(o, "idempotency_key", key);
	write_put(o, "component", write_component(f));
	if (!form_has(f, "actor", "none"))
		write_put(o, "actor", form_get(f, "actor"));
	write_put_list(o, "targets", f, "targets", "targets_more");
	write_put_list(o, "codes", f, "codes", NULL);
	write_put(o, "text", form_get(f, "text"));
	if (form_has(f, "quoted", "yes"))
		json_object_set_new(o, "quoted", json_true());
	put_when(o, f);
	put_descriptors(o, f);
	put_asked(o, f);
	if (write_has_scope(f, "C5")) {
		write_put(o, "owner", form_get(f, "owner"));
		write_put(o, "relation", form_get(f, "relation"));
	}
	if (form_has(f, "urgent", "yes"))
		json_object_set_new(o, "urgent", json_true());
	return o;
}

/* ---- and back ------------------------------------------------------------ */

static void
fill_one(struct buf *b, const char *name, const json_t *v)
{
	const json_t *item;
	size_t i;

	if (json_is_string(v))
		form_put(b, name, json_string_value(v));
	else if (json_is_true(v))
		form_put(b, name, "yes");
	json_array_foreach(v, i, item)
		if (json_is_string(item))
			form_put(b, name, json_string_value(item));
}

enum error_code
write_fill(struct form *f, const json_t *content, const json_t *links)
{
	static const char *const same[] = { "actor", "targets", "codes",
		"source", "text", "quoted", "danger", "triggers", "frequency",
		"trend", "corroboration", "exactness", "lawful_basis",
		"segments", "pathways", "owner", "relation", "urgent" };
	const json_t *now = json_object_get(content, "now");
	const json_t *o = now != NULL ? now : content;
	const json_t *when = json_object_get(o, "when");
	const json_t *asked = json_object_get(o, "asked");
	struct buf b;
	enum error_code err;

	buf_init(&b, FORM_BYTES_MAX);
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		fill_one(&b, same[i], json_object_get(o, same[i]));
	fill_one(&b, "withhold", json_object_get(o, "withhold_from"));
	fill_one(&b, "recency", json_object_get(when, "recency"));
	fill_one(&b, "from", json_object_get(when, "from"));
	fill_one(&b, "to_day", json_object_get(when, "to"));
	fill_one(&b, "asked", json_object_get(asked, "answer"));
	fill_one(&b, "asked_by", json_object_get(asked, "by"));
	fill_one(&b, "links", links);
	err = buf_ok(&b) ? form_parse(f, (const char *)b.data, b.n) :
	    ERR_NOMEM;
	buf_free(&b);
	return err;
}
