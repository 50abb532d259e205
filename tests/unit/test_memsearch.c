/* Strings in texts, by every variant that this processor has, beside the plain
 * way to look for them. */
#include "support.h"

#include <ctype.h>

#include "base/cpu.h"
#include "base/memsearch.h"
#include "base/mem.h"

static bool same_byte(uint8_t a, uint8_t b, bool any_case)
{
	return a == b ||
	       (any_case && a < 128 && b < 128 && tolower(a) == tolower(b));
}

static bool stands_at(struct span text, size_t at, struct span string,
		      bool any_case)
{
	size_t i;

	if (text.len - at < string.len)
		return false;
	for (i = 0; i < string.len; i++)
		if (!same_byte(text.ptr[at + i], string.ptr[i], any_case))
			return false;
	return true;
}

/* Where the first of the strings stands, or text.len; *out_which: the first in
 * the array that does. */
static size_t find_naively(struct span text, const struct span *strings,
			   size_t n, bool any_case, size_t *out_which)
{
	size_t at, i;

	for (at = 0; at < text.len; at++)
		for (i = 0; i < n; i++)
			if (stands_at(text, at, strings[i], any_case)) {
				*out_which = i;
				return at;
			}
	return text.len;
}

/* Both ways to search, on every level, must say what the naive one says. */
static void check(struct span text, const struct span *strings, size_t n,
		  bool any_case)
{
	size_t which = 0, got_which = 0, at;
	struct memsearch_set set;
	struct memsearch one;
	const uint8_t *want, *got;
	int level;

	at = find_naively(text, strings, n, any_case, &which);
	want = at < text.len ? text.ptr + at : NULL;
	memsearch_set_init(&set, strings, n, any_case);
	memsearch_init(&one, strings[0], any_case);
	for (level = CPU_PLAIN; level <= CPU_NEON; level++) {
		if (cpu_pretend((enum cpu_level)level))
			continue;
		got = memsearch_set_find(&set, text, &got_which);
		if (got != want || (got && got_which != which))
			fail_msg("%s: %zu strings, any_case %d, in %zu bytes",
				 cpu_level_name((enum cpu_level)level), n,
				 any_case, text.len);
		if (n > 1)
			continue;
		got = memsearch_find(&one, text);
		if (got != want)
			fail_msg("%s: a string of %zu, any_case %d, in %zu "
				 "bytes",
				 cpu_level_name((enum cpu_level)level),
				 strings[0].len, any_case, text.len);
	}
}

/* --- One string ---------------------------------------------------------- */

/* A hit at every place, in a text that ends and begins at any address. */
static void test_every_place(void **state)
{
	uint8_t string[64], *text;
	struct span s;
	size_t at, len, n;

	(void)state;
	for (n = 0; n < sizeof(string); n++)
		string[n] = (uint8_t)('A' + n % 26);
	for (n = 1; n <= sizeof(string); n++)
		for (len = n; len < n + 150; len += 1 + n % 7) {
			text = scout_malloc(MEM_OTHER, len);
			assert_non_null(text);
			s = span_of(string, n);
			memset(text, '.', len);
			check(span_of(text, len), &s, 1, false);
			for (at = 0; at + n <= len; at += 1 + n / 3) {
				memset(text, '.', len);
				memcpy(text + at, string, n);
				check(span_of(text, len), &s, 1, false);
				text[at] |= 0x20;
				check(span_of(text, len), &s, 1, at & 1);
			}
			memset(text, '.', len);
			memcpy(text + len - n, string, n);
			check(span_of(text, len), &s, 1, true);
			scout_free(text);
		}
}

static void test_no_text(void **state)
{
	struct span s = span_str("x");

	(void)state;
	check(span_of(NULL, 0), &s, 1, false);
	check(span_of(NULL, 0), &s, 1, true);
	s = span_str("xy");
	check(span_str("x"), &s, 1, false);
	check(span_str("xy"), &s, 1, false);
}

/* Few different bytes, so that strings stand nearly everywhere.  Letters of
 * both cases, and bytes that look like the other case of one. */
static void random_bytes(struct rng *r, uint8_t *p, size_t n)
{
	static const uint8_t some[] = { 'a',  'A',  'b',  'K', 'k',
					'@',  '`',  '[',  '{', 0xc3,
					0xe3, 0x80, 0xa0, 0,   '\n' };
	uint32_t kinds = 1 + rng_below(r, ARRAY_LEN(some)), first;
	size_t i;

	first = rng_below(r, ARRAY_LEN(some));
	for (i = 0; i < n; i++)
		p[i] = some[(first + rng_below(r, kinds)) % ARRAY_LEN(some)];
}

/* A string that often stands in the text. */
static uint8_t *random_string(struct rng *r, struct span text, size_t n)
{
	uint8_t *copy = scout_malloc(MEM_OTHER, n);

	assert_non_null(copy);
	if (n <= text.len && rng_below(r, 3))
		memcpy(copy,
		       text.ptr + rng_below(r, (uint32_t)(text.len - n + 1)),
		       n);
	else
		random_bytes(r, copy, n);
	if (rng_below(r, 2))
		copy[rng_below(r, (uint32_t)n)] ^= 0x20;
	return copy;
}

static void check_random(struct rng *r, size_t nstrings)
{
	struct span strings[MEMSEARCH_SET_MAX], text;
	size_t i, n = rng_below(r, 400);
	uint8_t *bytes = scout_malloc(MEM_OTHER, n + 1);

	assert_non_null(bytes);
	random_bytes(r, bytes, n);
	text = span_of(exact_copy(span_of(bytes, n)), n);
	scout_free(bytes);
	for (i = 0; i < nstrings; i++) {
		size_t len = 1 + rng_below(r, rng_below(r, 4) ? 6 : 64);

		strings[i] = span_of(random_string(r, text, len), len);
	}
	check(text, strings, nstrings, false);
	check(text, strings, nstrings, true);
	for (i = 0; i < nstrings; i++)
		scout_free((uint8_t *)strings[i].ptr);
	scout_free((uint8_t *)text.ptr);
}

static void test_random_string(void **state)
{
	struct rng r;
	unsigned i;

	(void)state;
	rng_init(&r, 80);
	for (i = 0; i < 20000; i++)
		check_random(&r, 1);
}

/* A text that looks like the string everywhere must not take for ever. */
static void test_repetitive(void **state)
{
	size_t len = 1 << 20, n = 20000;
	uint8_t *text = scout_malloc(MEM_OTHER, len);
	uint8_t *string = scout_malloc(MEM_OTHER, n);
	struct memsearch s;
	int level;

	(void)state;
	assert_non_null(text);
	assert_non_null(string);
	memset(text, 'a', len);
	memset(string, 'a', n);
	string[n - 1] = 'b';
	memsearch_init(&s, span_of(string, n), false);
	for (level = CPU_PLAIN; level <= CPU_NEON; level++) {
		if (cpu_pretend((enum cpu_level)level))
			continue;
		text[len - 1] = 'a';
		assert_null(memsearch_find(&s, span_of(text, len)));
		text[len - 1] = 'b';
		assert_ptr_equal(memsearch_find(&s, span_of(text, len)),
				 text + len - n);
	}
	scout_free(text);
	scout_free(string);
}

/* The bytes looked for are the rarest. */
static void test_rare_bytes(void **state)
{
	struct memsearch s;

	(void)state;
	memsearch_init(&s, span_str("see @ the ~ end"), false);
	assert_int_equal(s.byte[0], '~');
	assert_int_equal(s.byte[1], '@');
	memsearch_init(&s, span_str("aaaa"), false);
	assert_int_equal(s.at[0], 0);
	assert_int_equal(s.at[1], 1);
	memsearch_init(&s, span_str("eeQ"), true);
	assert_int_equal(s.byte[0], 'q');
	assert_int_equal(s.set[0], 0x20);
}

/* --- Several strings ----------------------------------------------------- */

static void test_random_sets(void **state)
{
	struct rng r;
	unsigned i;

	(void)state;
	rng_init(&r, 81);
	for (i = 0; i < 6000; i++)
		check_random(&r,
			     1 + rng_below(&r, rng_below(&r, 4)
						       ? 9
						       : MEMSEARCH_SET_MAX));
}

static void test_set(void **state)
{
	const struct span strings[] = { span_str("mutex_lock"),
					span_str("mutex"), span_str("kfree"),
					span_str("KFREE") };
	struct span text = span_str("call Kfree, then mutex_lock and kfree; "
				    "................................"
				    "................................");
	struct memsearch_set set;
	size_t which;

	(void)state;
	memsearch_set_init(&set, strings, 4, false);
	assert_ptr_equal(memsearch_set_find(&set, text, &which), text.ptr + 17);
	assert_int_equal(which, 0);
	memsearch_set_init(&set, strings, 4, true);
	assert_ptr_equal(memsearch_set_find(&set, text, &which), text.ptr + 5);
	assert_int_equal(which, 2);
	memsearch_set_init(&set, strings + 1, 1, false);
	assert_ptr_equal(memsearch_set_find(&set, text, &which), text.ptr + 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_place),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_random_string),
		cmocka_unit_test(test_repetitive),
		cmocka_unit_test(test_rare_bytes),
		cmocka_unit_test(test_random_sets),
		cmocka_unit_test(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
