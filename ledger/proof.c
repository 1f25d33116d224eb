#include "ledger/proof.h"

#include <inttypes.h>
#include <string.h>

#include "ledger/note.h"

#define PROOF_HEADER "c2sp.org/tlog-proof@v1"

/* The largest power of two strictly below n; n > 1. */
static uint64_t
split(uint64_t n)
{
	return UINT64_C(1) << (63 - (unsigned)__builtin_clzll(n - 1));
}

/*
 * The root over leaves [lo, hi), lo < hi and lo aligned as every range met
 * while splitting a tree is: made of the perfect subtrees the source stores.
 */
static bool
range_root(const struct tree_source *src, uint64_t lo, uint64_t hi,
    struct hash *out)
{
	uint64_t n = hi - lo;
	struct hash right;

	if ((n & (n - 1)) == 0) {
		unsigned level = (unsigned)__builtin_ctzll(n);

		return src->node(src->ctx, level, lo >> level, out);
	}
	n = split(n);
	if (!range_root(src, lo, lo + n, out) ||
	    !range_root(src, lo + n, hi, &right))
		return false;
	tree_node(out, &right, out);
	return true;
}

static void
reverse(struct hash *h, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct hash t = h[i];

		h[i] = h[n - 1 - i];
		h[n - 1 - i] = t;
	}
}

enum error_code
proof_inclusion(const struct tree_source *src, uint64_t index, uint64_t size,
    struct hash path[static TREE_PATH_MAX], size_t *n_path)
{
	uint64_t lo = 0, hi = size;
	size_t n = 0;

	*n_path = 0;
	if (size > TREE_SIZE_MAX || index >= size)
		return ERR_SIZE;
	while (hi - lo > 1) {
		uint64_t k = split(hi - lo);
		bool left = index < lo + k, got;

		got = left ? range_root(src, lo + k, hi, &path[n]) :
		    range_root(src, lo, lo + k, &path[n]);
		if (!got)
			return ERR_NOTFOUND;
		n++;
		if (left)
			hi = lo + k;
		else
			lo += k;
	}
	reverse(path, n);
	*n_path = n;
	return ERR_NONE;
}

enum error_code
proof_inclusion_verify(uint64_t index, uint64_t size, const struct hash *leaf,
    const struct hash *path, size_t n_path, const struct hash *root)
{
	struct hash r;

	if (tree_path_root(index, size, leaf, path, n_path, &r) != ERR_NONE)
		return ERR_PROOF;
	return hash_equal(&r, root) ? ERR_NONE : ERR_PROOF;
}

enum error_code
proof_consistency(const struct tree_source *src, uint64_t from, uint64_t to,
    struct hash path[static PROOF_CONSISTENCY_MAX], size_t *n_path)
{
	uint64_t lo = 0, hi = to;
	size_t n = 0;

	*n_path = 0;
	if (from == 0 || from > to || to > TREE_SIZE_MAX)
		return ERR_SIZE;
	while (from != hi) {
		uint64_t k = split(hi - lo);
		bool left = from <= lo + k, got;

		got = left ? range_root(src, lo + k, hi, &path[n]) :
		    range_root(src, lo, lo + k, &path[n]);
		if (!got)
			return ERR_NOTFOUND;
		n++;
		if (left)
			hi = lo + k;
		else
			lo += k;
	}
	/* lo = 0: what is left is the whole old tree, whose root is known. */
	if (lo != 0) {
		if (!range_root(src, lo, hi, &path[n]))
			return ERR_NOTFOUND;
		n++;
	}
	reverse(path, n);
	*n_path = n;
	return ERR_NONE;
}

/* The loop of RFC 9162 2.1.4.2, once the path begins with a known subtree. */
static enum error_code
consistency_walk(uint64_t fn, uint64_t sn, struct hash fr, struct hash sr,
    const struct hash *path, size_t n_path, const struct hash *from_root,
    const struct hash *to_root)
{
	for (size_t i = 0; i < n_path; i++) {
		if (sn == 0)
			return ERR_PROOF;
		if ((fn & 1) == 1 || fn == sn) {
			tree_node(&path[i], &fr, &fr);
			tree_node(&path[i], &sr, &sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			tree_node(&sr, &path[i], &sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && hash_equal(&fr, from_root) &&
	    hash_equal(&sr, to_root) ? ERR_NONE : ERR_PROOF;
}

enum error_code
proof_consistency_verify(uint64_t from, const struct hash *from_root,
    uint64_t to, const struct hash *to_root, const struct hash *path,
    size_t n_path)
{
	uint64_t fn, sn;
	struct hash first;

	if (from == 0 || from > to || to > TREE_SIZE_MAX ||
	    n_path > PROOF_CONSISTENCY_MAX)
		return ERR_PROOF;
	if (from == to)
		return n_path == 0 && hash_equal(from_root, to_root) ?
		    ERR_NONE : ERR_PROOF;
	if (n_path == 0)
		return ERR_PROOF;
	if ((from & (from - 1)) == 0) {
		first = *from_root;
	} else {
		first = *path++;
		n_path--;
	}
	fn = from - 1;
	sn = to - 1;
	while ((fn & 1) == 1) {
		fn >>= 1;
		sn >>= 1;
	}
	return consistency_walk(fn, sn, first, first, path, n_path, from_root,
	    to_root);
}

void
proof_file_format(const struct proof_file *f, struct buf *out)
{
	buf_put_str(out, PROOF_HEADER "\n");
	if (f->has_extra) {
		buf_put_str(out, "extra ");
		note_base64_put(out, bytes_of(f->extra, f->n_extra));
		buf_put_u8(out, '\n');
	}
	buf_printf(out, "index %" PRIu64 "\n", f->index);
	for (size_t i = 0; i < f->n_path; i++) {
		note_base64_put(out, bytes_of(f->path[i].b, HASH_BYTES));
		buf_put_u8(out, '\n');
	}
	buf_put_u8(out, '\n');
	buf_put(out, f->checkpoint.data, f->checkpoint.n);
}

static bool
take_prefix(struct bytes *line, const char *prefix)
{
	size_t n = strlen(prefix);

	if (line->n < n || memcmp(line->data, prefix, n) != 0)
		return false;
	line->data += n;
	line->n -= n;
	return true;
}

static enum error_code
parse_head(struct bytes *in, struct proof_file *f, struct why *why)
{
	struct bytes line;

	if (!note_line_take(in, &line) ||
	    !bytes_equal(line, bytes_str(PROOF_HEADER))) {
		why_set(why, "proof line 1 is not " PROOF_HEADER);
		return ERR_FORMAT;
	}
	if (!note_line_take(in, &line))
		goto bad;
	if (take_prefix(&line, "extra ")) {
		f->has_extra = true;
		if (note_base64_take(line, f->extra, sizeof f->extra,
		    &f->n_extra) != ERR_NONE) {
			why_set(why, "proof line extra: not base64 of at most "
			    "%d bytes", PROOF_EXTRA_MAX);
			return ERR_FORMAT;
		}
		if (!note_line_take(in, &line))
			goto bad;
	}
	if (take_prefix(&line, "index ") &&
	    note_decimal(line, TREE_SIZE_MAX - 1, &f->index))
		return ERR_NONE;
bad:
	why_set(why, "proof line index: not a decimal number");
	return ERR_FORMAT;
}

enum error_code
proof_file_parse(struct bytes in, struct proof_file *f, struct why *why)
{
	enum error_code err;
	struct bytes line;
	size_t n;

	memset(f, 0, sizeof *f);
	if (in.n > PROOF_FILE_MAX) {
		why_set(why, "proof is over %d bytes", PROOF_FILE_MAX);
		return ERR_SIZE;
	}
	err = parse_head(&in, f, why);
	if (err != ERR_NONE)
		return err;
	for (;;) {
		if (!note_line_take(&in, &line)) {
			why_set(why, "proof ends before its empty line");
			return ERR_FORMAT;
		}
		if (line.n == 0)
			break;
		if (f->n_path == TREE_PATH_MAX ||
		    note_base64_take(line, f->path[f->n_path].b, HASH_BYTES,
		    &n) != ERR_NONE || n != HASH_BYTES) {
			why_set(why, "proof hash %zu: not base64 of 32 bytes, "
			    "or over 63 of them", f->n_path + 1);
			return ERR_FORMAT;
		}
		f->n_path++;
	}
	if (in.n == 0 || in.n > NOTE_BYTES_MAX) {
		why_set(why, "proof holds no checkpoint");
		return ERR_FORMAT;
	}
	f->checkpoint = in;
	return ERR_NONE;
}
