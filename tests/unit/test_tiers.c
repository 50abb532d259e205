/* Which segments are merged. */
#include "support.h"

#include "index_format/limits.h"
#include "indexer/tiers.h"

enum { MOST = 200 };

static struct segment_meta segments[MOST];
static uint32_t picked[MOST];

static void set(size_t i, uint32_t ndocs, uint32_t ndeleted, uint64_t bytes)
{
	segments[i] = (struct segment_meta){ .number = (uint32_t)i,
					     .ndocs = ndocs,
					     .ndeleted = ndeleted,
					     .dict_bytes = bytes };
}

static void test_few(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(tiers_pick(segments, 0, picked), 0);
	for (i = 0; i < TIER_SEGMENTS - 1; i++) {
		set(i, 10, 0, 1000);
		assert_int_equal(tiers_pick(segments, i + 1, picked), 0);
	}
}

static void test_eight_of_a_size(void **state)
{
	size_t i;

	(void)state;
	set(0, 1000, 0, 300 << 20);
	set(1, 1000, 0, 5 << 20);
	for (i = 2; i < 10; i++)
		set(i, 10, 0, 1000 * i);
	assert_int_equal(tiers_pick(segments, 9, picked), 0);
	assert_int_equal(tiers_pick(segments, 10, picked), 8);
	for (i = 0; i < 8; i++)
		assert_int_equal(picked[i], i + 2);
}

static void test_larger_tier(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		set(i, 10, 0, TIER_FLOOR_BYTES * 2);
	set(8, 10, 0, 100);
	assert_int_equal(tiers_pick(segments, 9, picked), 8);
	assert_int_equal(picked[0], 0);
	assert_int_equal(picked[7], 7);
}

/* Sizes all over: the small ones make room. */
static void test_too_many(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < TIER_MAX_ALIVE; i++)
		set(i, 10, 0, (uint64_t)TIER_FLOOR_BYTES << 2 * i);
	assert_int_equal(tiers_pick(segments, TIER_MAX_ALIVE, picked), 0);
	set(i, 10, 0, 100);
	n = tiers_pick(segments, TIER_MAX_ALIVE + 1, picked);
	assert_int_equal(n, TIER_SEGMENTS);
	assert_int_equal(picked[n - 1], TIER_MAX_ALIVE);
	assert_int_equal(picked[0], 0);
}

static void test_deleted(void **state)
{
	(void)state;
	set(0, 100, 30, 1000);
	set(1, 100, 0, 1000);
	assert_int_equal(tiers_pick(segments, 2, picked), 0);
	set(0, 100, 31, 1000);
	assert_int_equal(tiers_pick(segments, 2, picked), 1);
	assert_int_equal(picked[0], 0);
}

/* A segment holds so many documents and no more. */
static void test_most_documents(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		set(i, SEGMENT_MAX_DOCS / 4, 0, 1 << 30);
	assert_int_equal(tiers_pick(segments, 8, picked), 4);
	for (i = 0; i < 8; i++)
		set(i, SEGMENT_MAX_DOCS, 0, 1 << 30);
	assert_int_equal(tiers_pick(segments, 8, picked), 0);
}

/* Whatever there is at first, merging as told ends with few segments. */
static void test_it_ends(void **state)
{
	struct rng r;
	unsigned round, steps;
	size_t n, k, i;

	(void)state;
	rng_init(&r, 7);
	for (round = 0; round < 200; round++) {
		n = rng_below(&r, MOST) + 1;
		for (i = 0; i < n; i++) {
			uint32_t ndocs = rng_below(&r, 1000) + 1;

			set(i, ndocs, rng_below(&r, ndocs),
			    (uint64_t)rng_below(&r, 1 << 16)
				    << rng_below(&r, 12));
		}
		for (steps = 0; (k = tiers_pick(segments, n, picked)); steps++) {
			struct segment_meta sum = { .number = 0 };
			size_t out = 0, at = 0;

			assert_true(steps < 2 * MOST);
			for (i = 0; i < n; i++) {
				if (at == k || picked[at] != i) {
					segments[out++] = segments[i];
					continue;
				}
				at++;
				sum.ndocs += segments[i].ndocs -
					     segments[i].ndeleted;
				sum.dict_bytes += segments[i].dict_bytes;
			}
			assert_int_equal(at, k);
			if (sum.ndocs)
				segments[out++] = sum;
			n = out;
		}
		assert_true(n <= TIER_MAX_ALIVE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_eight_of_a_size),
		cmocka_unit_test(test_larger_tier),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_deleted),
		cmocka_unit_test(test_most_documents),
		cmocka_unit_test(test_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
