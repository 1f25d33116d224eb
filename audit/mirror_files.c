#include "audit/mirror_files.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"

enum error_code
mirror_path(const char *dir, enum mirror_part part, unsigned level,
    uint64_t n, unsigned width, char out[static MIRROR_PATH])
{
	const struct tile_name name = {
		.level = part == MIRROR_TILE ? level : TILE_ENTRIES,
		.n = n, .width = width,
	};
	char tail[TILE_NAME_MAX];
	const char *from = tail;

	tile_name_format(&name, tail);
	if (part == MIRROR_BODIES)      /* named as the entries are */
		from += strlen("tile/entries");
	return snprintf(out, MIRROR_PATH, "%s/%s%s", dir,
	    part == MIRROR_BODIES ? "bodies" : "", from) < MIRROR_PATH ?
	    ERR_NONE : ERR_SIZE;
}

enum error_code
mirror_write(const char *path, struct bytes data, struct why *why)
{
	char dir[MIRROR_PATH];
	const char *slash = strrchr(path, '/');
	enum error_code err;

	if (slash == NULL || (size_t)(slash - path) >= sizeof dir)
		return ERR_SIZE;
	memcpy(dir, path, (size_t)(slash - path));
	dir[slash - path] = '\0';
	err = file_mkdirs(dir, 0755, why);
	return err == ERR_NONE ? file_write(path, data.data, data.n, 0644, 0,
	    why) : err;
}

enum error_code
mirror_fetch(const char *dir, enum mirror_part part, unsigned level,
    uint64_t n, uint64_t size, struct buf *out, struct why *why)
{
	const unsigned width = tile_width(level, n, size);
	char path[MIRROR_PATH];
	enum error_code err;

	if (width == 0)
		return ERR_NOTFOUND;
	err = mirror_path(dir, part, level, n, width, path);
	buf_clear(out);
	if (err == ERR_NONE)
		err = file_read(path, 0, out, why);
	if (err != ERR_NOTFOUND || width == TILE_WIDTH)
		return err;
	err = mirror_path(dir, part, level, n, TILE_WIDTH, path);
	buf_clear(out);
	return err == ERR_NONE ? file_read(path, 0, out, why) : err;
}
