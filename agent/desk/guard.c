#include "agent/desk/guard.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define HEX "0123456789abcdef"

enum { HASH = 32 };

/* ---- where it comes from -------------------------------------------------- */

static bool
host_ok(const struct desk_config *c, const char *host)
{
	for (size_t i = 0; host != NULL && i < c->n_hosts; i++)
		if (strcasecmp(c->host[i], host) == 0)
			return true;
	return false;
}

/* "http://" or "https://" and the very host that was asked. */
static bool
origin_ok(const struct desk_config *c, const char *host, const char *origin)
{
	const char *scheme = c->secure ? "https://" : "http://";
	const size_t n = strlen(scheme);

	return strncasecmp(origin, scheme, n) == 0 &&
	    strcasecmp(origin + n, host) == 0;
}

/*
 * What changes something must come from our own pages, and the browser must
 * say so.  Looking is allowed from there and by the person's own hand; a
 * link on another site may lead here (without our cookie: it is strict), but
 * no other site may take a page or script of ours as a part of its own.  A
 * neighbour, such as another port or another name in the same domain, has
 * our cookie sent along: it may lead to the first page alone, since a look
 * at an item is in the ledger.
 */
static bool
source_ok(const struct desk_config *c, const struct guard_ask *ask)
{
	const char *site = ask->fetch_site;
	const bool own = site != NULL && strcmp(site, "same-origin") == 0;

	if (ask->purpose != NULL)              /* fetched before anyone asked */
		return false;
	if (ask->post)
		return (ask->origin != NULL || own) &&
		    (site == NULL || own) && (ask->origin == NULL ||
		    origin_ok(c, ask->host, ask->origin));
	if (site == NULL || own || strcmp(site, "none") == 0)
		return true;
	return ask->fetch_mode != NULL &&
	    strcmp(ask->fetch_mode, "navigate") == 0 &&
	    (ask->fetch_dest == NULL ||
	    strcmp(ask->fetch_dest, "document") == 0) &&
	    (strcmp(site, "cross-site") == 0 || strcmp(ask->path, "/") == 0);
}

bool
guard_path(const char *path)
{
	const size_t all = strlen(path);

	if (all == 0 || all > GUARD_PATH_MAX || path[0] != '/')
		return false;
	if (all == 1)
		return true;
	while (*path == '/') {
		const size_t n = strspn(path + 1, LETTERS "0123456789_.-");

		if (n == 0 || path[1] == '.')
			return false;
		path += 1 + n;
	}
	return *path == '\0';
}

static bool
type_ok(const char *type)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const size_t n = sizeof form - 1;

	return type != NULL && strncasecmp(type, form, n) == 0 &&
	    (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

enum guard_verdict
guard_look(const struct desk_config *c, const struct guard_ask *ask)
{
	if (!host_ok(c, ask->host))
		return GUARD_HOST;
	if (!source_ok(c, ask))
		return GUARD_ORIGIN;
	if (!guard_path(ask->path))
		return GUARD_PATH;
	return ask->post && !type_ok(ask->content_type) ? GUARD_TYPE :
	    GUARD_OK;
}

/* ---- cookie and token ------------------------------------------------------- */

const char *
guard_cookie_name(const struct desk_config *c)
{
	return c->secure ? "__Host-wayleave" : "wayleave";
}

/* Of "a=1; b=2" the value of a name, in *n bytes; NULL when it has none. */
static const char *
find_cookie(const char **header, const char *name, size_t *n)
{
	const size_t name_n = strlen(name);
	const char *s = *header;

	while (*s != '\0') {
		const char *pair = s + strspn(s, " \t");
		const size_t len = strcspn(pair, ";");

		s = pair + len + (pair[len] == ';');
		if (len > name_n && pair[name_n] == '=' &&
		    strncmp(pair, name, name_n) == 0) {
			*header = s;
			*n = len - name_n - 1;
			return pair + name_n + 1;
		}
	}
	return NULL;
}

bool
guard_cookie(const char *header, const char *name,
    char out[static GUARD_TOKEN])
{
	const char *value, *rest = header;
	size_t n = 0, again;

	out[0] = '\0';
	if (header == NULL)
		return false;
	value = find_cookie(&rest, name, &n);
	if (value == NULL || n != GUARD_TOKEN - 1 ||
	    strspn(value, HEX) < n)
		return false;
	/* Two of one name: one of them is not from us. */
	if (find_cookie(&rest, name, &again) != NULL)
		return false;
	memcpy(out, value, n);
	out[n] = '\0';
	return true;
}

void
guard_token(const char *cookie, char out[static GUARD_TOKEN])
{
	static const char use[] = "wayleave-desk form";
	uint8_t hash[HASH];
	const size_t n = strlen(cookie);

	out[0] = '\0';
	if (n != GUARD_TOKEN - 1)
		return;
	crypto_generichash(hash, sizeof hash, (const uint8_t *)use,
	    sizeof use - 1, (const uint8_t *)cookie, n);
	hex_encode(out, hash, sizeof hash);
}

bool
guard_token_ok(const char *cookie, const char *token)
{
	char want[GUARD_TOKEN];

	guard_token(cookie, want);
	return want[0] != '\0' && token != NULL &&
	    strlen(token) == GUARD_TOKEN - 1 &&
	    sodium_memcmp(want, token, GUARD_TOKEN - 1) == 0;
}

void
guard_random(char out[static GUARD_TOKEN])
{
	uint8_t raw[HASH];

	randombytes_buf(raw, sizeof raw);
	hex_encode(out, raw, sizeof raw);
	sodium_memzero(raw, sizeof raw);
}
