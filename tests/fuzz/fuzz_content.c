/*
 * JSON of people and peers: contents, terms, consent sets, and free text.
 * The first byte chooses the parser.  Whatever a colleague may write, the
 * receiver can read; whatever arrives has one spelling.
 * max_len: 16384
 */
#include <stdlib.h>
#include <string.h>

#include "agent/practice/consent_set.h"
#include "agent/practice/content.h"
#include "agent/practice/lint.h"
#include "agent/practice/map.h"
#include "agent/practice/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct content c, d;

static void
must(bool ok)
{
	if (!ok)
		abort();
}

/* One record alone is a map, whatever it says. */
static void
use(const struct content *content)
{
	static struct case_people people;
	static struct pattern pattern;
	struct lint_hit hits[LINT_HITS_MAX];
	struct held h = { .member = "fuzz", .kind = "AG01" };
	struct map_options o = { .kind = "AG07", .left = NULL };
	struct refusal r;
	struct buf out;

	must(validate_needs(content) != 0);
	(void)!validate_content(content, NULL, &r);
	h.o = content_observation(content);
	if (h.o == NULL)
		return;
	h.id = content->id;
	(void)lint_observation(h.o, "P2", hits, LINT_HITS_MAX);
	people.causing_harm.n = people.survivors.n = 1;
	memcpy(people.causing_harm.v[0].s, "P1", 3);
	memcpy(people.survivors.v[0].s, "P2", 3);
	(void)pattern_resolve(&h, 1);
	must(pattern_compute(&h, 1, &people, &pattern) == ERR_NONE);
	buf_init(&out, MAP_TEXT_MAX);
	must(map_render(&h, 1, &people, &pattern, &o, &out) == ERR_NONE);
	buf_free(&out);
}

static void
try_read(struct bytes in)
{
	static const uint8_t id[RECORD_ID_LEN] = { 7 };
	struct buf wire, store;
	const char *rule;
	struct why why;

	if (content_read(&c, (const char *)in.data, in.n, &rule, &why) !=
	    ERR_NONE) {
		must(rule != NULL && why.text[0] != '\0');
		return;
	}
	content_set_id(&c, id);
	buf_init(&wire, CONTENT_MAX);
	buf_init(&store, CONTENT_MAX);
	must(content_encode(&c, &wire) == ERR_NONE);
	must(content_decode(&d, buf_view(&wire), &why) == ERR_NONE);
	must(content_store(&c, &store) == ERR_NONE);
	must(content_load(&d, buf_view(&store), &why) == ERR_NONE);
	must(memcmp(&c, &d, sizeof c) == 0);
	use(&c);
	buf_free(&wire);
	buf_free(&store);
}

static void
try_decode(struct bytes in)
{
	struct buf again;
	struct why why;

	if (content_decode(&c, in, &why) != ERR_NONE)
		return;
	buf_init(&again, CONTENT_MAX);
	must(content_encode(&c, &again) == ERR_NONE);
	must(bytes_equal(buf_view(&again), in));
	use(&c);
	buf_free(&again);
}

static void
try_terms(struct bytes in)
{
	struct terms_facts facts = { .custodian_kind = "AG06" };
	struct refusal r;
	struct buf again;
	struct terms t;
	struct why why;

	if (terms_decode(&t, in, &why) != ERR_NONE)
		return;
	buf_init(&again, TERMS_MAX);
	must(terms_encode(&t, &again) == ERR_NONE);
	must(bytes_equal(buf_view(&again), in));
	(void)!terms_check(&t, &facts, &r);
	buf_free(&again);
}

static void
try_set(struct bytes in)
{
	struct consent_set *s;
	struct why why;
	struct buf one;

	if (consent_set_read(&s, (const char *)in.data, in.n, 1, &why) !=
	    ERR_NONE) {
		must(s == NULL);
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		buf_init(&one, TERMS_MAX);
		must(terms_encode(&s->v[i].terms, &one) == ERR_NONE);
		buf_free(&one);
	}
	consent_set_destroy(&s);
}

static void
try_text(struct bytes in)
{
	const struct vocabulary_code *found[16];
	struct lint_context context = { .survivor = true };
	struct lint_hit hits[LINT_HITS_MAX];
	char text[2048];
	size_t n;

	n = in.n < sizeof text - 1 ? in.n : sizeof text - 1;
	memcpy(text, in.data, n);
	text[n] = '\0';
	n = lint_text(text, &context, hits, LINT_HITS_MAX);
	for (size_t i = 0; i < n; i++)
		must(hits[i].at + hits[i].n <= strlen(text));
	must(vocabulary_search(text, found, 16) <= 16);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const parser[])(struct bytes) = { try_read, try_decode,
		try_terms, try_set, try_text };

	if (n > 0)
		parser[data[0] % 5](bytes_of(data + 1, n - 1));
	return 0;
}
