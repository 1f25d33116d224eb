/* The canonical writer against json_dumps(): the same bytes for anything. */
#include <stdlib.h>
#include <string.h>

#include "agent/practice/fields.h"
#include "tests/support/test.h"

static uint64_t state = 7;

static json_t *
any_string(void)
{
	static const char *const piece[] = {
		"a", "Z ", "\"", "\\", "\n", "\t", "\b", "\f", "\r", "\x01",
		"\x1f", "\x7f", "/", "\xc3\xa9", "\xe2\x82\xac",
		"\xf0\x9f\x90\xb1", "0",
	};
	char text[64] = "";

	for (uint64_t n = test_random(&state) % 12; n > 0; n--)
		strcat(text, piece[test_random(&state) %
		    (sizeof piece / sizeof piece[0])]);
	return json_string(text);
}

static json_t *
any(unsigned depth)
{
	json_t *v, *key;

	switch (test_random(&state) % (depth < FIELDS_DEPTH_MAX - 1 ? 8 : 6)) {
	case 0:
		return json_true();
	case 1:
		return json_false();
	case 2:
		return json_null();
	case 3:
		return json_integer((json_int_t)test_random(&state));
	case 6:
		v = json_array();
		for (uint64_t n = test_random(&state) % 5; n > 0; n--)
			json_array_append_new(v, any(depth + 1));
		return v;
	case 7:
		v = json_object();
		for (uint64_t n = test_random(&state) % 9; n > 0; n--) {
			key = any_string();
			json_object_set_new(v, json_string_value(key),
			    any(depth + 1));
			json_decref(key);
		}
		return v;
	default:
		return any_string();
	}
}

START_TEST(test_same_bytes)
{
	struct buf out;
	json_t *v;
	char *want;

	buf_init(&out, 1 << 20);
	for (int i = 0; i < 20000; i++) {
		v = any(0);
		want = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS |
		    JSON_ENCODE_ANY);
		buf_clear(&out);
		ck_ok(writer_dump(v, &out));
		ck_assert_uint_eq(out.n, strlen(want));
		ck_assert_mem_eq(out.data, want, out.n);
		free(want);
		json_decref(v);
	}
	buf_free(&out);
}
END_TEST

START_TEST(test_bounds)
{
	json_t *deep = json_array(), *real = json_real(1.5);
	struct buf out;

	for (int i = 0; i < 20; i++) {
		json_t *outer = json_array();

		json_array_append_new(outer, deep);
		deep = outer;
	}
	buf_init(&out, 100);
	ck_err(writer_dump(deep, &out), ERR_INTERNAL);
	ck_err(writer_dump(real, &out), ERR_INTERNAL);
	json_decref(deep);
	json_decref(real);
	buf_free(&out);
	buf_init(&out, 10);
	deep = json_string("longer than ten");
	ck_err(writer_dump(deep, &out), ERR_SIZE);
	json_decref(deep);
	buf_free(&out);
}
END_TEST

static void
fill(TCase *tc)
{
	tcase_add_test(tc, test_same_bytes);
	tcase_add_test(tc, test_bounds);
}

int
main(void)
{
	return test_main("fields", fill, 60);
}
