/*
 * A mirror's files from a disk that anybody may have touched: a bundle of
 * entries and one of bodies (u16 length of the first, then both), through
 * the parser and the checks that go ahead of the replay.
 * max_len: 8192
 */
#include <stdlib.h>
#include <string.h>

#include "audit/bodies.h"
#include "audit/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

/* What is read is written back as it was. */
static unsigned
try_bodies(struct bytes entries, struct bytes bodies)
{
	struct bytes e = entries, b = bodies;
	struct bodies_item item;
	struct buf again;
	enum error_code err;
	unsigned n = 0;
	size_t done;

	buf_init(&again, 1 << 20);
	while ((err = bodies_next(&e, &b, &item)) == ERR_NONE) {
		must(item.body.n <= ENTRY_BODY_MAX);
		must((item.salt == NULL) == (item.body.n == 0));
		(void)bodies_check(&item);
		done = bodies.n - b.n;
		bodies_put(&again, item.salt, item.body);
		must(buf_ok(&again) && again.n == done &&
		    memcmp(again.data, bodies.data, done) == 0);
		n++;
	}
	must(err == ERR_NOTFOUND || err == ERR_FORMAT);
	buf_free(&again);
	return n;
}

static void
mend(struct bytes bodies, unsigned n, struct buf *entries)
{
	uint8_t entry[ENTRY_BYTES];
	struct hash c = { { 0 } };
	const uint8_t *salt, *body;
	uint32_t length;

	for (unsigned i = 0; i < n; i++) {
		if (bytes_take_u32(&bodies, &length) && length > 0 &&
		    bytes_take(&bodies, ENTRY_SALT, &salt) &&
		    bytes_take(&bodies, length, &body))
			entry_commitment(bytes_of(body, length), salt, c.b);
		tile_entry(&c, entry);
		bundle_put(entries, bytes_of(entry, sizeof entry));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct check_job *job;
	static struct checker *checker;
	static struct directory *directory;
	static const uint8_t key[WIRE_KEY];
	static char p[PARTNERSHIP_HEX + 1];
	const struct check_shared shared = {
		.partnership = p, .origin = "ledger.example/fuzz",
		.log_key = key, .signatures = true,
	};
	struct check_shared s = shared;
	struct bytes in = { data, n }, entries, bodies;
	const uint8_t *at;
	uint16_t length;
	unsigned whole;

	if (checker == NULL) {
		record_partnership(key, p);
		must(directory_create(&directory) == ERR_NONE);
		s.directory = directory;
		must(checker_create(&s, &checker) == ERR_NONE);
		must(check_job_create(&job) == ERR_NONE);
	}
	if (!bytes_take_u16(&in, &length) || !bytes_take(&in, length, &at))
		return 0;
	entries = bytes_of(at, length);
	bodies = in;
	whole = try_bodies(entries, bodies);
	/* as they are, and with the commitments that the bodies have */
	for (int mended = 0; mended < 2; mended++) {
		buf_clear(&job->entries);
		buf_clear(&job->bodies);
		job->n = whole < 255 ? whole + 1 : TILE_WIDTH;
		job->err = ERR_NONE;
		if (mended != 0)
			mend(bodies, job->n, &job->entries);
		else
			buf_put(&job->entries, entries.data, entries.n);
		buf_put(&job->bodies, bodies.data, bodies.n);
		check_bundle(checker, job);
		for (unsigned i = 0; i < whole && mended != 0; i++)
			must(job->item[i].state != CHECKED_MALFORMED ||
			    job->item[i].why != NULL);
	}
	return 0;
}
