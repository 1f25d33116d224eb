/* Names and bundles of tile.h: what a mirror writes and others read. */
#include "ledger/tile.h"

#include <stdio.h>
#include <string.h>

#include "ledger/note.h"

void
tile_name_format(const struct tile_name *name,
    char out[static TILE_NAME_MAX])
{
	unsigned group[7];	/* 1000^7 > 2^64 */
	size_t n_groups = 0, at;
	uint64_t n = name->n;

	if (name->level == TILE_ENTRIES)
		at = (size_t)snprintf(out, TILE_NAME_MAX, "tile/entries");
	else
		at = (size_t)snprintf(out, TILE_NAME_MAX, "tile/%u",
		    name->level & 63);
	do {
		group[n_groups++] = (unsigned)(n % 1000);
		n /= 1000;
	} while (n > 0);
	while (n_groups-- > 0)
		at += (size_t)snprintf(out + at, TILE_NAME_MAX - at,
		    "/%s%03u", n_groups > 0 ? "x" : "", group[n_groups]);
	if (name->width < TILE_WIDTH)
		snprintf(out + at, TILE_NAME_MAX - at, ".p/%u", name->width);
}

/* Takes "/x001/x234/067" off the head; lax, the caller compares. */
static bool
take_number(struct bytes *in, uint64_t *n)
{
	*n = 0;
	while (in->n > 0 && in->data[0] == '/') {
		uint64_t group;

		in->data++;
		in->n--;
		if (in->n > 0 && in->data[0] == 'x') {
			in->data++;
			in->n--;
		}
		if (in->n < 3)
			return false;
		group = (uint64_t)((in->data[0] - '0') * 100 +
		    (in->data[1] - '0') * 10 + (in->data[2] - '0'));
		if (group > 999 || *n > (UINT64_MAX - group) / 1000)
			return false;
		*n = *n * 1000 + group;
		in->data += 3;
		in->n -= 3;
	}
	return true;
}

enum error_code
tile_name_parse(const char *path, struct tile_name *name)
{
	char again[TILE_NAME_MAX];
	struct bytes in = bytes_str(path), level;
	const char *slash;
	uint64_t value;

	if (in.n >= TILE_NAME_MAX || strncmp(path, "tile/", 5) != 0)
		return ERR_FORMAT;
	slash = strchr(path + 5, '/');
	if (slash == NULL)
		return ERR_FORMAT;
	level = bytes_of(path + 5, (size_t)(slash - path) - 5);
	if (bytes_equal(level, bytes_str("entries")))
		name->level = TILE_ENTRIES;
	else if (note_decimal(level, 63, &value))
		name->level = (unsigned)value;
	else
		return ERR_FORMAT;
	in = bytes_str(slash);
	if (!take_number(&in, &name->n))
		return ERR_FORMAT;
	name->width = TILE_WIDTH;
	if (in.n > 3) {
		in = bytes_of(in.data + 3, in.n - 3);
		if (!note_decimal(in, TILE_WIDTH - 1, &value) || value == 0)
			return ERR_FORMAT;
		name->width = (unsigned)value;
	}
	/* There is one spelling: the one that we write. */
	tile_name_format(name, again);
	return strcmp(path, again) == 0 ? ERR_NONE : ERR_FORMAT;
}

unsigned
tile_width(unsigned level, uint64_t n, uint64_t size)
{
	uint64_t count;

	if (level == TILE_ENTRIES)
		level = 0;
	if (level >= TILE_LEVELS)
		return 0;
	count = size >> (8 * level);
	if (n < count / TILE_WIDTH)
		return TILE_WIDTH;
	return n == count / TILE_WIDTH ? (unsigned)(count % TILE_WIDTH) : 0;
}

void
bundle_put(struct buf *out, struct bytes entry)
{
	if (entry.n > UINT16_MAX) {
		out->failed = true;
		return;
	}
	buf_put_u16(out, (uint16_t)entry.n);
	buf_put(out, entry.data, entry.n);
}

enum error_code
bundle_next(struct bytes *rest, struct bytes *entry)
{
	struct bytes left = *rest;
	const uint8_t *data;
	uint16_t n;

	if (left.n == 0)
		return ERR_NOTFOUND;
	if (!bytes_take_u16(&left, &n) || !bytes_take(&left, n, &data))
		return ERR_FORMAT;
	*entry = bytes_of(data, n);
	*rest = left;
	return ERR_NONE;
}
