/* Edit distances: a table, and random words against the whole table of
 * distances. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "query/language/edit_distance.h"

static bool within(const char *pattern, const char *word, unsigned max_edits,
		   size_t *out_dead)
{
	struct edit_pattern p;
	struct arena arena;
	bool is;

	arena_init(&arena, MEM_QUERY);
	assert_int_equal(edit_pattern_make(span_str(pattern), max_edits,
					   &arena, &p), SCOUT_OK);
	is = edit_within_or_dead(&p, span_str(word), out_dead);
	arena_release(&arena);
	return is;
}

static void test_table(void **state)
{
	static const struct {
		const char *pattern, *word;
		unsigned distance;
	} rows[] = {
		{ "foo", "foo", 0 },
		{ "foo", "fo", 1 },
		{ "foo", "food", 1 },
		{ "foo", "fao", 1 },
		{ "foo", "ofo", 1 },		/* neighbours swapped */
		{ "abcd", "badc", 2 },
		{ "ca", "abc", 3 },		/* no edit inside a swap */
		{ "kitten", "sitting", 3 },
		{ "a", "b", 1 },
		{ "ab", "xy", 2 },
		{ "caf\xc3\xa9", "cafe", 1 },	/* a character, not bytes */
		{ "caf\xc3\xa9", "ca\xc3\xa9" "f", 1 },
		{ "\xf0\x9f\x98\x80", "x", 1 },
		{ "", "ab", 2 },
		{ "abc", "", 3 },
	};
	size_t i, dead;
	unsigned n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (n = 0; n <= FUZZY_MAX_EDITS; n++)
			if (within(rows[i].pattern, rows[i].word, n, &dead) !=
			    (n >= rows[i].distance))
				fail_msg("%s, %s within %u", rows[i].pattern,
					 rows[i].word, n);
}

/* The definition, on ASCII. */
static unsigned distance(const char *a, const char *b)
{
	unsigned d[32][32];
	size_t i, j, n = strlen(a), m = strlen(b);

	for (i = 0; i <= n; i++) {
		for (j = 0; j <= m; j++) {
			unsigned v;

			if (!i || !j) {
				d[i][j] = (unsigned)(i + j);
				continue;
			}
			v = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (d[i - 1][j] + 1 < v)
				v = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < v)
				v = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < v)
				v = d[i - 2][j - 2] + 1;
			d[i][j] = v;
		}
	}
	return d[n][m];
}

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void random_word(uint64_t *seed, char *out)
{
	size_t i, n = random_next(seed) % 11;

	for (i = 0; i < n; i++)
		out[i] = "aabc"[random_next(seed) % 4];
	out[n] = 0;
}

/* What is said of a beginning holds for all words with it. */
static void check_dead(const char *pattern, const char *word, size_t dead,
		       unsigned edits, uint64_t *seed)
{
	char longer[24];
	unsigned i;

	if (dead > strlen(word))
		return;
	memcpy(longer, word, dead);
	for (i = 0; i < 5; i++) {
		random_word(seed, longer + dead);
		if (distance(pattern, longer) <= edits)
			fail_msg("%s, %s within %u, but the first %zu bytes "
				 "are none's", pattern, longer, edits, dead);
	}
}

static void test_random(void **state)
{
	uint64_t seed = 88172645463325252u;
	unsigned i, edits, nwithin = 0, ndead = 0;
	char pattern[12], word[12];
	size_t dead;

	(void)state;
	for (i = 0; i < 100000; i++) {
		bool expected;

		random_word(&seed, pattern);
		random_word(&seed, word);
		edits = (unsigned)(random_next(&seed) % (EDITS_MAX / 2));
		expected = distance(pattern, word) <= edits;
		nwithin += expected;
		if (within(pattern, word, edits, &dead) != expected)
			fail_msg("%s, %s within %u", pattern, word, edits);
		if (!expected)
			check_dead(pattern, word, dead, edits, &seed);
		ndead += !expected && dead <= strlen(word);
	}
	assert_true(nwithin > 1000 && ndead > 1000);
}

/* A word and what it is folded to: some of its "ss" were sharp s ('B'). */
static void fold_sharp(const char *word, char *out)
{
	for (; *word; word++) {
		*out++ = *word == 'B' ? 's' : *word;
		if (*word == 'B')
			*out++ = 's';
	}
	*out = 0;
}

/* Words within the distance have folded forms within that of a folded pattern;
 * none that it gives up goes on to one.  And it says something. */
static void test_folded(void **state)
{
	char pattern[16], word[16], folded[40];
	unsigned round, i, nnear = 0, ndead = 0;
	uint64_t seed = 77;
	struct edit_pattern p;
	struct arena arena;
	size_t dead;

	(void)state;
	arena_init(&arena, MEM_QUERY);
	for (round = 0; round < 100000; round++) {
		unsigned edits = 1 + (unsigned)(random_next(&seed) % 3);

		random_word(&seed, pattern);
		random_word(&seed, word);
		for (i = 0; pattern[i]; i++)
			pattern[i] = "ssab"[random_next(&seed) % 4];
		for (i = 0; word[i]; i++)
			word[i] = "sBab"[random_next(&seed) % 4];
		fold_sharp(word, folded);
		arena_clear(&arena);
		assert_int_equal(edit_pattern_make_folded(span_str(pattern),
							  edits, &arena, &p),
				 SCOUT_OK);
		if (distance(pattern, word) <= edits) {
			nnear++;
			if (!edit_within(&p, span_str(folded)))
				fail_msg("%s, %s", pattern, word);
			/* nor is any beginning of it given up */
			for (i = 0; folded[i]; i++)
				if (!edit_within_or_dead(&p,
							 span_of(folded, i),
							 &dead) && dead <= i)
					fail_msg("%s, %s: %u", pattern, word,
						 i);
		} else if (!edit_within_or_dead(&p, span_str(folded), &dead)) {
			ndead += dead <= strlen(folded);
		}
	}
	assert_true(nnear > 5000 && ndead > 5000);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
