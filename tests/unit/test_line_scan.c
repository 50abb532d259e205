/* Passing ends of lines, by every variant, beside a loop over bytes. */
#include "support.h"

#include "base/cpu.h"
#include "base/mem.h"
#include "query/verify/line_scan.h"

static const uint8_t *skip_naively(const uint8_t *p, const uint8_t *end,
				   uint64_t *n)
{
	while (p < end && *n)
		*n -= *p++ == '\n';
	return p;
}

static void check(struct span text, uint64_t n)
{
	const uint8_t *end = text.ptr + text.len, *want, *got;
	uint64_t want_left = n, got_left;
	int level;

	want = skip_naively(text.ptr, end, &want_left);
	for (level = CPU_PLAIN; level <= CPU_NEON; level++) {
		if (cpu_pretend((enum cpu_level)level))
			continue;
		got_left = n;
		got = lines_skip(text.ptr, end, &got_left);
		if (got != want || got_left != want_left)
			fail_msg("%s: %u of %u bytes, %u lines left",
				 cpu_level_name((enum cpu_level)level),
				 (unsigned)(got - text.ptr), (unsigned)text.len,
				 (unsigned)got_left);
	}
}

static void test_skip(void **state)
{
	struct rng r;
	unsigned round;

	(void)state;
	rng_init(&r, 90);
	for (round = 0; round < 5000; round++) {
		size_t len = rng_below(&r, 700), i;
		uint32_t every = 1 + rng_below(&r, 40);
		uint8_t *text = scout_malloc(MEM_OTHER, len + 1), *exact;

		assert_non_null(text);
		for (i = 0; i < len; i++)
			text[i] = rng_below(&r, every) ? '\v' : '\n';
		exact = exact_copy(span_of(text, len));
		check(span_of(exact, len), rng_below(&r, 60));
		check(span_of(exact, len), UINT64_MAX);
		scout_free(exact);
		scout_free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
