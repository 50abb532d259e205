/*
 * Every variant finds a string, or the first of several, where the plain loop
 * does.  Input: any case or not, number of strings, then for each its length
 * and bytes; the rest is the text.
 */
#include "fuzz.h"

#include "base/cpu.h"
#include "base/mem.h"
#include "base/memsearch.h"

enum { TEXT_MAX = 4096 };

/* Exactly its size: a read past the end is seen by the sanitizer. */
static uint8_t *exact(struct span s)
{
	uint8_t *copy = scout_malloc(MEM_OTHER, s.len);

	SCOUT_ASSERT(copy || !s.len);
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	return copy;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool stands_at(struct span text, size_t at, struct span s, bool any_case)
{
	size_t i;

	if (text.len - at < s.len)
		return false;
	for (i = 0; i < s.len; i++) {
		uint8_t x = text.ptr[at + i], y = s.ptr[i];

		if (x != y && (!any_case || lower(x) != lower(y)))
			return false;
	}
	return true;
}

static void check(struct span text, const struct span *strings, size_t n,
		  bool any_case)
{
	const uint8_t *want = NULL, *want_first = NULL, *got;
	struct memsearch_set set;
	struct memsearch one;
	size_t at, i, which = 0, got_which = 0;
	int level;

	for (at = text.len; at-- > 0;)
		for (i = n; i-- > 0;)
			if (stands_at(text, at, strings[i], any_case)) {
				want = text.ptr + at;
				which = i;
				if (!i)
					want_first = want;
			}
	memsearch_init(&one, strings[0], any_case);
	memsearch_set_init(&set, strings, n, any_case);
	for (level = CPU_PLAIN; level <= CPU_NEON; level++) {
		if (cpu_pretend((enum cpu_level)level))
			continue;
		SCOUT_ASSERT(memsearch_find(&one, text) == want_first);
		got = memsearch_set_find(&set, text, &got_which);
		SCOUT_ASSERT(got == want && (!got || got_which == which));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), strings[MEMSEARCH_SET_MAX], text;
	bool any_case = fuzz_number(&in, 1) & 1;
	size_t n = 1 + (size_t)fuzz_number(&in, 1) % MEMSEARCH_SET_MAX, i;

	for (i = 0; i < n; i++) {
		strings[i] = fuzz_take(&in, (size_t)fuzz_number(&in, 1));
		if (!strings[i].len)
			break;
		strings[i].ptr = exact(strings[i]);
	}
	n = i;
	if (in.len > TEXT_MAX)
		in.len = TEXT_MAX;
	text = span_of(exact(in), in.len);
	if (n)
		check(text, strings, n, any_case);
	for (i = 0; i < n; i++)
		scout_free((uint8_t *)strings[i].ptr);
	scout_free((uint8_t *)text.ptr);
	return 0;
}
