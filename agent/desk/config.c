#include "agent/desk/config.h"

#include <stddef.h>
#include <string.h>

#define AT(field) offsetof(struct desk_config, field)

static const struct config_key table[] = {
	{ "desk", "listen", CONFIG_TEXT, AT(listen), "127.0.0.1:7645", 1, 107,
	    NULL, "where browsers or a web server reach the desk: an address "
	    "of this machine alone, or the path of a Unix socket" },
	{ "desk", "socket_mode", CONFIG_NUMBER, AT(socket_mode_), "660", 600,
	    777, NULL, "the Unix socket's mode, in octal" },
	{ "desk", "agent", CONFIG_PATH, AT(agent),
	    "/run/wayleave-agent/agent.sock", 1, 107, NULL,
	    "the agent's local socket" },
	{ "desk", "hosts", CONFIG_TEXT, AT(hosts_), "", 0, 0, NULL,
	    "names that browsers know the desk by, with blanks between; "
	    "empty: the address it listens on, and localhost" },
	{ "desk", "tls", CONFIG_BOOL, AT(secure), "no", 0, 0, NULL,
	    "yes: browsers come over https, through a web server in front" },
	{ "desk", "hide_url", CONFIG_TEXT, AT(hide_url),
	    "https://www.wikipedia.org/", 8, 240, NULL,
	    "the harmless page that quick hide shows" },
	{ "desk", "emergency", CONFIG_TEXT, AT(emergency), "999", 1, 32, NULL,
	    "the number to call when somebody is in danger" },
	{ "room", "languages", CONFIG_PATH, AT(languages), "", 0, 0, NULL,
	    "folder of languages besides English and Polish" },
	{ "room", "jurisdiction", CONFIG_TEXT, AT(jurisdiction), "", 0, 11,
	    NULL, "written into every permission, such as GB-SCT" },
	{ "room", "law_profile", CONFIG_TEXT, AT(law_profile), "", 0, 11,
	    NULL, "written into every permission, such as SCOT" },
	{ "api", "socket", CONFIG_PATH, AT(api_socket), "", 0, 107, NULL,
	    "the Unix socket for the agency's own systems; empty: off" },
	{ "api", "socket_mode", CONFIG_NUMBER, AT(api_mode_), "660", 600,
	    777, NULL, "its mode, in octal" },
	{ "api", "folder", CONFIG_PATH, AT(folder), "", 0, 900, NULL,
	    "the folder of files for the agency's own systems; empty: none" },
	{ "api", "token_credential", CONFIG_TEXT, AT(token_credential), "api",
	    1, 64, NULL, "the service manager's credential with the folder's "
	    "token" },
	{ "api", "token_file", CONFIG_PATH, AT(token_file), "", 0, 900, NULL,
	    "or a file with it, mode 0600" },
	{ "desk", "connections", CONFIG_NUMBER, AT(connections), "256", 8,
	    4096, NULL, "at most so many at a time" },
};

static bool
octal(int64_t digits, unsigned *out)
{
	unsigned v = 0, unit = 1;

	for (; digits > 0; digits /= 10, unit *= 8) {
		if (digits % 10 > 7)
			return false;
		v += (unsigned)(digits % 10) * unit;
	}
	*out = v;
	return true;
}

/* A name as it stands in a Host header, taken in lower case. */
static bool
add_host(struct desk_config *c, const char *s, size_t n)
{
	char *to = c->host[c->n_hosts];

	if (c->n_hosts == DESK_HOSTS_MAX || n == 0 || n >= DESK_HOST_LEN)
		return false;
	for (size_t i = 0; i < n; i++)
		to[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 : s[i]);
	to[n] = '\0';
	if (strspn(to, "abcdefghijklmnopqrstuvwxyz0123456789.:[]-") != n)
		return false;
	c->n_hosts++;
	return true;
}

/* Not given: what the browser on this machine calls us. */
static bool
preset_hosts(struct desk_config *c)
{
	const char *port = strrchr(c->listen, ':');
	char local[DESK_HOST_LEN];

	if (c->listen[0] == '/' || port == NULL)
		return add_host(c, "localhost", strlen("localhost"));
	if (!add_host(c, c->listen, strlen(c->listen)))
		return false;
	snprintf(local, sizeof local, "localhost%.16s", port);
	return add_host(c, local, strlen(local));
}

static bool
read_hosts(struct desk_config *c)
{
	const char *s = c->hosts_;

	s += strspn(s, " \t");
	if (*s == '\0')
		return preset_hosts(c);
	while (*s != '\0') {
		const size_t n = strcspn(s, " \t");

		if (!add_host(c, s, n))
			return false;
		s += n;
		s += strspn(s, " \t");
	}
	return true;
}

/* It stands in pages and scripts: an address and nothing but. */
static bool
url_ok(const char *s)
{
	const size_t n = strlen(s);

	return (strncmp(s, "https://", 8) == 0 ||
	    strncmp(s, "http://", 7) == 0) && strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-._~:/?#[]@!$&()*+,=%") == n;
}

enum error_code
desk_config_load(const char *path, struct desk_config *out, struct why *why)
{
	enum error_code err;

	memset(out, 0, sizeof *out);
	err = config_load(path, table, sizeof table / sizeof table[0], out,
	    &out->file, why);
	if (err != ERR_NONE)
		return err;
	if (!octal(out->socket_mode_, &out->socket_mode))
		err = config_error(out->file, "desk", "socket_mode",
		    "is not an octal mode such as 660", why);
	else if (!octal(out->api_mode_, &out->api_mode))
		err = config_error(out->file, "api", "socket_mode",
		    "is not an octal mode such as 660", why);
	else if (!read_hosts(out))
		err = config_error(out->file, "desk", "hosts",
		    "is not a list of at most 8 names such as "
		    "desk.agency.example", why);
	else if (!url_ok(out->hide_url))
		err = config_error(out->file, "desk", "hide_url",
		    "is not an address that begins with https://", why);
	if (err != ERR_NONE)
		desk_config_destroy(out);
	return err;
}

void
desk_config_print(const struct desk_config *c, FILE *to, bool all)
{
	config_print(c->file, to, all);
}

void
desk_config_destroy(struct desk_config *c)
{
	config_destroy(&c->file);
}
