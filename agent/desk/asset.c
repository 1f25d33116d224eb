#include "agent/desk/asset.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "agent/desk/desk.h"

enum { HASH = 16, SHOWN = 8, NAME = 2 * SHOWN + 8 };

static const struct {
	const char *ending, *type;
} kinds[ASSET_END] = {
	[ASSET_CSS] = { "css", "text/css; charset=utf-8" },
	[ASSET_JS] = { "js", "text/javascript; charset=utf-8" },
	[ASSET_ICON] = { "svg", "image/svg+xml" },
};

static char names[ASSET_END][NAME];
static pthread_once_t named = PTHREAD_ONCE_INIT;

static void
name_all(void)
{
	uint8_t hash[HASH];
	char hex[2 * SHOWN + 1];

	for (int a = 0; a < ASSET_END; a++) {
		crypto_generichash(hash, sizeof hash, asset_table[a].data,
		    asset_table[a].n, NULL, 0);
		hex_encode(hex, hash, SHOWN);
		snprintf(names[a], sizeof names[a], "%s.%s", hex,
		    kinds[a].ending);
	}
}

const char *
asset_name(enum asset a)
{
	pthread_once(&named, name_all);
	return names[a];
}

desk_page page_asset;

void
page_asset(struct desk_call *c)
{
	for (int a = 0; a < ASSET_END; a++) {
		if (strcmp(c->part[0], asset_name(a)) != 0)
			continue;
		c->type = kinds[a].type;
		buf_put(&c->out, asset_table[a].data, asset_table[a].n);
		return;
	}
	c->status = 404;
	c->type = "text/plain; charset=utf-8";
	buf_put_str(&c->out, "Nothing to show.\n");
}
