/*
 * What a regex needs of a text's words, against PCRE2: a text that matches has
 * it, asked as terms are.  Input: a byte of flags, a line with the pattern, then
 * the text.
 */
#include "fuzz.h"

#include "query/plan/text_need.h"
#include "query/verify/regex.h"
#include "tests/unit/need_text.h"

enum { PATTERN_MAX = 100, TEXT_MAX = 200 };

static void check(struct span pattern, bool any_case, struct span text)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct regex_matcher *matcher = NULL;
	struct regex *re = NULL;
	struct regex_node *tree;
	struct text_need *need;
	struct arena arena;
	size_t start, end;

	arena_init(&arena, MEM_OTHER);
	SCOUT_ASSERT(regex_parse(pattern, any_case ? REGEX_PARSE_IGNORE_CASE :
						     0, &arena, &tree) == 0);
	SCOUT_ASSERT(text_need_make(tree, true, &arena, &need) == SCOUT_OK);
	if (regex_new(pattern, any_case ? REGEX_IGNORE_CASE : 0, &re, &err) ==
		    SCOUT_OK &&
	    regex_matcher_new(&matcher) == SCOUT_OK &&
	    regex_find(re, matcher, text, 0, &start, &end) == SCOUT_OK)
		SCOUT_ASSERT(need_holds(need, text));
	regex_matcher_free(matcher);
	regex_free(re);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in, pattern;

	if (!size)
		return 0;
	in = span_of(data + 1, size - 1);
	pattern = fuzz_line(&in);
	if (pattern.len <= PATTERN_MAX && in.len <= TEXT_MAX)
		check(pattern, data[0] & 1, in);
	return 0;
}
