/* Sequences of sets in texts, by every variant that this processor has, beside
 * the plain way to look for them. */
#include "support.h"

#include "base/cpu.h"
#include "base/mem.h"
#include "base/setsearch.h"

static const uint8_t *find_naively(const struct setsearch *s, struct span text)
{
	size_t at;

	for (at = 0; at < text.len; at++)
		if ((s->stops_beyond && text.ptr[at] > 127) ||
		    (text.len - at >= s->n &&
		     setsearch_stands_at(s, text.ptr + at)))
			return text.ptr + at;
	return NULL;
}

/* Every level must say what the naive way says. */
static void check(const struct setsearch *s, struct span text)
{
	const uint8_t *want = find_naively(s, text);
	int level;

	for (level = CPU_PLAIN; level <= CPU_NEON; level++)
		if (!cpu_pretend((enum cpu_level)level) &&
		    setsearch_find(s, text) != want)
			fail_msg("%s: %u sets in %zu bytes",
				 cpu_level_name((enum cpu_level)level), s->n,
				 text.len);
}

static void set_add(struct ascii_set *s, uint8_t c)
{
	s->bits[c / 64] |= (uint64_t)1 << (c % 64);
}

static struct ascii_set set_of(const char *chars)
{
	struct ascii_set s = { { 0 } };

	for (; *chars; chars++)
		set_add(&s, (uint8_t)*chars);
	return s;
}

/* A sequence at every place, in a text that ends and begins at any address. */
static void test_every_place(void **state)
{
	const struct ascii_set sets[] = { set_of("AB"), set_of("_"),
					  set_of("0123456789"), set_of("x\n"),
					  set_of("y") };
	struct setsearch s;
	uint8_t *text;
	size_t at, len;
	unsigned n;

	(void)state;
	for (n = 1; n <= ARRAY_LEN(sets); n++)
		for (len = n; len < 220; len += 1 + n) {
			text = scout_malloc(MEM_OTHER, len);
			assert_non_null(text);
			setsearch_init(&s, sets, n, len & 1);
			for (at = 0; at + n <= len; at++) {
				memset(text, '.', len);
				memcpy(text + at, "B_7\ny", n);
				check(&s, span_of(text, len));
				text[at ? at - 1 : len - 1] = 0xc3;
				check(&s, span_of(text, len));
			}
			scout_free(text);
		}
}

/* Few different bytes, so that sequences stand nearly everywhere. */
static void test_random(void **state)
{
	static const uint8_t some[] = { 'a', 'q', '1', 'A', 0, 127, '\n', 0x80,
					0xff };
	struct ascii_set sets[SETSEARCH_MAX];
	struct setsearch s;
	struct rng r;
	unsigned i, k, n;

	(void)state;
	rng_init(&r, 81);
	for (i = 0; i < 20000; i++) {
		uint32_t len = rng_below(&r, 300), kinds;
		uint8_t *text = scout_malloc(MEM_OTHER, len + 1);

		assert_non_null(text);
		kinds = 1 + rng_below(&r, ARRAY_LEN(some));
		for (k = 0; k < len; k++)
			text[k] = some[rng_below(&r, kinds)];
		n = 1 + rng_below(&r, rng_below(&r, 4) ? 4 : SETSEARCH_MAX);
		memset(sets, 0, sizeof(sets));
		for (k = 0; k < n; k++)
			do
				set_add(&sets[k], some[rng_below(&r, 7)]);
			while (rng_below(&r, 3));
		setsearch_init(&s, sets, n, rng_below(&r, 2));
		check(&s, span_of(text, len));
		scout_free(text);
	}
}

/* What is looked for first is the rarest. */
static void test_rare_sets(void **state)
{
	const struct ascii_set letters = set_of("abcdefghijklmnopqrstuvwxyz");
	struct ascii_set sets[8];
	struct setsearch s;
	unsigned i;

	(void)state;
	for (i = 0; i < 8; i++)
		sets[i] = letters;
	sets[6] = set_of("Q");
	setsearch_init(&s, sets, 8, false);
	assert_true(s.at + s.nlooked > 6);
	assert_true(setsearch_expected(&s) < 100);
	setsearch_init(&s, sets, 3, false);
	assert_int_equal(s.at, 0);
	assert_true(setsearch_expected(&s) > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_place),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_rare_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
