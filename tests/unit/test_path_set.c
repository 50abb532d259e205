/* Sets of paths, against a plain search. */
#include "support.h"

#include <stdio.h>

#include "base/tree/path_set.h"

enum { PATHS = 12, PATH_BYTES = 64 };

/* Paths of few names, so that many are inside each other. */
static struct span random_path(struct rng *r, char out[PATH_BYTES])
{
	static const char *const names[] = { "a", "a-b", "b" };
	unsigned depth = rng_below(r, 4) + 1;
	int n = 0;

	while (depth--)
		n += snprintf(out + n, (size_t)(PATH_BYTES - n), "%s%s",
			      n ? "/" : "", names[rng_below(r, 3)]);
	return span_str(out);
}

static bool is_inside(struct span path, struct span outer)
{
	return path.len >= outer.len &&
	       !memcmp(path.ptr, outer.ptr, outer.len) &&
	       (path.len == outer.len || path.ptr[outer.len] == '/');
}

static void test_random(void **state)
{
	static char text[PATHS][PATH_BYTES], other[PATH_BYTES];
	struct span paths[PATHS], copy[PATHS], path;
	bool holds, touches;
	struct path_set set;
	unsigned round, k;
	struct rng r;
	size_t i, n;

	(void)state;
	rng_init(&r, 3);
	for (round = 0; round < 3000; round++) {
		n = rng_below(&r, PATHS);
		for (i = 0; i < n; i++)
			paths[i] = copy[i] = random_path(&r, text[i]);
		path_set_make(&set, copy, n);
		for (k = 0; k < 8; k++) {
			path = random_path(&r, other);
			holds = touches = false;
			for (i = 0; i < n; i++) {
				holds |= is_inside(path, paths[i]);
				touches |= is_inside(paths[i], path);
			}
			assert_int_equal(path_set_holds(&set, path), holds);
			assert_int_equal(path_set_touches(&set, path),
					 holds || touches);
		}
	}
}

static void test_nested(void **state)
{
	struct span paths[] = { span_str("a/b/c"), span_str("a-b"),
				span_str("a/b"), span_str("a/b") };
	struct path_set set;

	(void)state;
	path_set_make(&set, paths, 4);
	assert_int_equal(set.n, 2);
	assert_true(span_eq(set.paths[0], span_str("a/b")));
	assert_true(span_eq(set.paths[1], span_str("a-b")));
	assert_false(path_set_holds(&set, span_str("a/bc")));
	assert_true(path_set_touches(&set, span_str("a")));
	assert_false(path_set_holds(&set, span_str("a")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_nested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
