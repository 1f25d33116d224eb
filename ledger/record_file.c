/* Record files: their bytes. */
#include <string.h>

#include "base/file.h"
#include "ledger/partnership.h"

enum { MAGIC = sizeof RECORD_FILE_MAGIC - 1 };

enum error_code
record_file_parse(struct arena *a, struct bytes in, struct record_file *out,
    struct why *why)
{
	if (in.n < MAGIC || memcmp(in.data, RECORD_FILE_MAGIC, MAGIC) != 0) {
		why_set(why, "not a file of records");
		return ERR_FORMAT;
	}
	if (in.n > RECORD_FILE_MAX) {
		why_set(why, "larger than %d KiB", RECORD_FILE_MAX / 1024);
		return ERR_SIZE;
	}
	return wire_record_file_decode(a,
	    bytes_of(in.data + MAGIC, in.n - MAGIC), out, why);
}

enum error_code
record_file_load(struct arena *a, const char *path, struct record_file *out,
    struct why *why)
{
	enum error_code error;
	struct bytes kept;
	struct why inner;
	struct buf in;

	buf_init(&in, RECORD_FILE_MAX);
	error = file_read(path, 0, &in, why);
	if (error != ERR_NONE)
		goto out;
	kept = bytes_of(arena_dup(a, in.data, in.n), in.n);
	if (kept.data == NULL) {
		error = ERR_NOMEM;
		goto out;
	}
	inner.text[0] = '\0';
	error = record_file_parse(a, kept, out, &inner);
	if (error != ERR_NONE)
		why_set(why, "%s: %s", path, inner.text);
out:
	buf_free(&in);
	return error;
}

enum error_code
record_file_format(const struct record_file *file, struct buf *out)
{
	buf_put(out, RECORD_FILE_MAGIC, MAGIC);
	return wire_record_file_encode(file, out);
}

enum error_code
record_file_save(const char *path, const struct record_file *file,
    struct why *why)
{
	enum error_code error;
	struct buf out;

	buf_init(&out, RECORD_FILE_MAX);
	error = record_file_format(file, &out);
	if (error == ERR_NONE)
		error = file_write(path, out.data, out.n, 0644, 0, why);
	else
		why_set(why, "%s: the records do not fit", path);
	buf_free(&out);
	return error;
}
