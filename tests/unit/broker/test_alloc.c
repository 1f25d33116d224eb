/*
 * Memory that runs out at the k-th allocation, for every k, while the broker
 * takes in one request: that request fails, nothing else does.
 *
 * This program has a malloc of its own in front of the C library's.  Where a
 * sanitizer or valgrind has one as well nothing fails, and what is left to
 * see is that the request is taken in.
 */
#include <errno.h>

#include "tests/unit/broker/rig.h"

static unsigned long allocations, fail_at;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t n);

/* Is this the one? */
static bool
fails(void)
{
	if (fail_at == 0 || ++allocations != fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

#endif

static struct rig *r;

static struct bytes
request(struct buf *b)
{
	static struct world_payload p;
	const struct world_payload *payload = &p;
	struct record *rec = world_submission(&r->w, 2, WORLD_CUSTODIAN, "C1",
	    1024, &p, NULL);

	buf_init(b, WIRE_UP_MAX);
	world_up(7, &rec, &payload, 1, b);
	return buf_view(b);
}

/* One request with the k-th allocation failing; false: all went well. */
static bool
taken_in(struct bytes frame, unsigned long k)
{
	struct job_pool *pool = job_pool_create();   /* with no used jobs */
	struct job *j;
	bool all;

	ck_assert_ptr_nonnull(pool);
	allocations = 0;
	fail_at = k;
	j = job_create(pool, JOB_FRAME, r->w.m[2].id, 1, frame);
	if (j != NULL)
		verify_job(r->verifier, j);
	all = allocations < k;
	fail_at = 0;
	if (j != NULL) {
		ck_assert_msg(!all || (j->formed && j->n_item == 1 &&
		    j->item[0].check == CHECK_OK), "without a failure: %s",
		    j->why.text);
		ck_assert(all || !j->formed || j->n_item == 1);
		job_destroy(pool, &j);
	}
	job_pool_destroy(&pool);
	return !all;
}

START_TEST(every_allocation_of_a_request)
{
	struct bytes frame;
	struct buf b;
	unsigned long k = 1;

	r = rig_create(6, NULL);
	rig_enrol(r);
	rig_open_case(r);
	(void)rig_arrow(r, 2, WORLD_CUSTODIAN);
	frame = request(&b);
	ck_assert(!taken_in(frame, 1000000));
	if (allocations > 0) {          /* none here: another's malloc */
		while (taken_in(frame, k))
			k++;
		/* it does allocate, or this tests nothing */
		ck_assert_uint_gt(k, 2);
	}
	/* and the verifier works as before */
	ck_assert(!taken_in(frame, 1000000));
	buf_free(&b);
	rig_destroy(&r);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, every_allocation_of_a_request);
}

int
main(void)
{
	return test_main("alloc", fill, 60);
}
