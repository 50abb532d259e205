/* Word globs: a table, and random globs against a matcher that tries all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "query/language/word_pattern.h"

enum { MAX_ITEMS = 64 };

/* Items of a pattern in which every other character is a literal's. */
static size_t compile(const char *pattern, struct glob_item *items)
{
	size_t n = 0, len;

	while (*pattern) {
		assert_true(n < MAX_ITEMS);
		items[n] = (struct glob_item){ .kind = GLOB_LITERAL };
		if (*pattern == '*' || *pattern == '?') {
			items[n++].kind = *pattern++ == '*' ? GLOB_ANY :
							       GLOB_ONE;
			continue;
		}
		len = strcspn(pattern, "*?");
		items[n].folded = items[n].lookup = items[n].composed =
			span_of(pattern, len);
		n++;
		pattern += len;
	}
	return n;
}

static bool glob(const char *pattern, const char *word)
{
	struct glob_item items[MAX_ITEMS];
	size_t n = compile(pattern, items);

	return word_glob_match(items, n, span_str(word));
}

static void test_table(void **state)
{
	static const struct {
		const char *pattern, *word;
		bool matches;
	} rows[] = {
		{ "foo*", "foo", true },
		{ "foo*", "foobar", true },
		{ "foo*", "fo", false },
		{ "foo*", "xfoo", false },
		{ "*foo", "foo", true },
		{ "*foo", "barfoo", true },
		{ "*foo", "foobar", false },
		{ "*foo", "oo", false },
		{ "*foo*", "xfooy", true },
		{ "*foo*", "fo", false },
		{ "f?o", "fxo", true },
		{ "f?o", "fo", false },
		{ "f?o", "fxxo", false },
		{ "f*o", "fo", true },
		{ "f*o", "fxxo", true },
		{ "f*o", "f", false },
		{ "a*a", "a", false },		/* the ends may not overlap */
		{ "ab*ba", "aba", false },
		{ "ab*ba", "abba", true },
		{ "??foo", "xyfoo", true },
		{ "??foo", "xfoo", false },
		{ "foo??*", "foox", false },
		{ "foo??*", "fooxyz", true },
		{ "a*b*c", "axxbyyc", true },
		{ "a*b*c", "axxcyyb", false },
		{ "a*?b?*c", "axbyc", true },
		{ "a*?b?*c", "abyc", false },
		{ "*a?b*c", "aaxaybzc", true },
		{ "*ab*ab*", "ab", false },
		{ "*ab*ab*", "abab", true },
		/* one character is one code point, of any length */
		{ "caf?", "caf\xc3\xa9", true },
		{ "caf??", "caf\xc3\xa9", false },
		{ "?", "\xf0\x9f\x98\x80", true },
		{ "*?a", "\xc3\xa9" "a", true },
		{ "?*\xc3\xa9", "\xc3\xa9\xc3\xa9", true },
		/* the NFC form decides: e is not the start of e-acute */
		{ "cafe*", "caf\xc3\xa9", false },
		{ "*", "", true },
		{ "?", "", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (glob(rows[i].pattern, rows[i].word) != rows[i].matches)
			fail_msg("%s on %s", rows[i].pattern, rows[i].word);
}

/* ASCII only; exponential, for short inputs. */
static bool slow_match(const char *p, const char *w)
{
	if (!*p)
		return !*w;
	if (*p == '*')
		return slow_match(p + 1, w) || (*w && slow_match(p, w + 1));
	return *w && (*p == '?' || *p == *w) && slow_match(p + 1, w + 1);
}

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void random_string(uint64_t *seed, const char *alphabet, size_t max,
			  char *out)
{
	size_t i, n = random_next(seed) % (max + 1);

	for (i = 0; i < n; i++)
		out[i] = alphabet[random_next(seed) % strlen(alphabet)];
	out[n] = 0;
}

static void test_random(void **state)
{
	uint64_t seed = 88172645463325252u;
	unsigned i, nmatches = 0;
	char pattern[10], word[13];

	(void)state;
	for (i = 0; i < 200000; i++) {
		bool expected;

		random_string(&seed, "aab*?", 8, pattern);
		random_string(&seed, "aaab", 12, word);
		expected = slow_match(pattern, word);
		nmatches += expected;
		if (glob(pattern, word) != expected)
			fail_msg("%s on %s", pattern, word);
	}
	assert_true(nmatches > 1000);
}

/* What takes exponential time where each * tries all that is left. */
static void test_no_blow_up(void **state)
{
	static char word[100001], pattern[61];
	size_t i;

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	for (i = 0; i < 60; i += 2) {
		pattern[i] = 'a';
		pattern[i + 1] = '*';
	}
	pattern[59] = 'b';
	assert_false(glob(pattern, word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_no_blow_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
