/*
 * What pages load besides themselves: one style sheet, one script, one icon.
 * The files of agent/desk/assets, put together and into the program at build
 * time.  Their names carry a hash of what they hold, so that pages and
 * assets of two versions never mix.
 */
#ifndef WAYLEAVE_AGENT_DESK_ASSET_H
#define WAYLEAVE_AGENT_DESK_ASSET_H

#include <stddef.h>

enum asset { ASSET_CSS, ASSET_JS, ASSET_ICON, ASSET_END };

/* "1f0c93a2b47d5e60.css", beneath /assets/. */
const char *asset_name(enum asset a);

/* The generated table, for asset.c alone. */
struct asset_bytes {
	const unsigned char *data;
	size_t n;
};
extern const struct asset_bytes asset_table[ASSET_END];

#endif
