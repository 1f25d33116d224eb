/*
 * What a browser sends: forms, query strings, header fields, paths, cookies;
 * and that what goes back into a page stays text.  The first byte chooses.
 * max_len: 4096
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/desk/form.h"
#include "agent/desk/guard.h"
#include "agent/desk/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool ok)
{
	if (!ok)
		__builtin_trap();
}

static void
must_be_text(const char *s)
{
	size_t n = strlen(s), k;

	for (; n > 0; s += k, n -= k)
		must((k = html_utf8(s, n)) > 0);
}

static void
a_form(const char *s, size_t n)
{
	struct form f;

	if (form_parse(&f, s, n) != ERR_NONE) {
		must(f.n == 0 && f.field == NULL && f.memory == NULL);
		return;
	}
	for (size_t i = 0; i < f.n; i++) {
		must(f.field[i].name[0] != '\0' &&
		    strlen(f.field[i].name) <= FORM_NAME_MAX);
		must(form_get(&f, f.field[i].name) != NULL);
		must(form_has(&f, f.field[i].name, f.field[i].value));
		must_be_text(f.field[i].value);
	}
	form_free(&f);
}

/* Into an attribute and an element: no way out of either. */
static void
a_page(const char *s, size_t n)
{
	struct buf b;

	buf_init(&b, 64 * 1024);
	html_text(&b, s, n);
	must(buf_ok(&b));
	for (size_t i = 0; i < b.n; i++)
		must(strchr("<>\"'", b.data[i]) == NULL || b.data[i] == 0);
	must(memchr(b.data != NULL ? b.data : (const uint8_t *)"", 0, b.n) ==
	    NULL);
	buf_put_u8(&b, 0);
	must_be_text((const char *)b.data);
	buf_free(&b);
}

/* The next line of *s, NUL-terminated; NULL for an empty one. */
static const char *
line(char **s)
{
	char *at = *s;
	const size_t n = strcspn(at, "\n");

	*s = at + n + (at[n] == '\n');
	at[n] = '\0';
	return n > 0 ? at : NULL;
}

static void
a_request(char *s)
{
	static struct desk_config c = { .host = { "127.0.0.1:7645" },
	    .n_hosts = 1 };
	struct guard_ask ask = { 0 };
	const char *path = line(&s);

	ask.path = path != NULL ? path : "";
	ask.host = line(&s);
	ask.origin = line(&s);
	ask.content_type = line(&s);
	ask.fetch_site = line(&s);
	ask.fetch_mode = line(&s);
	ask.purpose = line(&s);
	for (int post = 0; post < 2; post++) {
		ask.post = post;
		if (guard_look(&c, &ask) != GUARD_OK)
			continue;
		must(strcmp(ask.host, c.host[0]) == 0);
		must(ask.path[0] == '/' && strstr(ask.path, "/.") == NULL &&
		    strstr(ask.path, "//") == NULL &&
		    strchr(ask.path, '%') == NULL);
		must(!post || ask.origin == NULL || strcasecmp(ask.origin,
		    "http://127.0.0.1:7645") == 0);
		must(!post || ask.origin != NULL || strcmp(ask.fetch_site,
		    "same-origin") == 0);
	}
}

static void
a_cookie(const char *s)
{
	char out[GUARD_TOKEN], token[GUARD_TOKEN];

	if (!guard_cookie(s, "wayleave", out)) {
		must(out[0] == '\0');
		return;
	}
	must(strlen(out) == GUARD_TOKEN - 1 && strstr(s, out) != NULL);
	guard_token(out, token);
	must(guard_token_ok(out, token) && !guard_token_ok(out, out));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *s;

	if (n < 1 || sodium_init() < 0)
		return 0;
	s = malloc(n);
	must(s != NULL);
	memcpy(s, data + 1, n - 1);
	s[n - 1] = '\0';
	switch (data[0] % 4) {
	case 0:
		a_form(s, n - 1);
		break;
	case 1:
		a_page(s, n - 1);
		break;
	case 2:
		a_request(s);
		break;
	default:
		a_cookie(s);
	}
	free(s);
	return 0;
}
