/*
 * Regexes taken apart, against PCRE2: in a line that PCRE2 matches, the filter
 * must find something.  Input: a line with flags and pattern, then the text.
 */
#include "fuzz.h"

#include "query/language/regex_tree.h"
#include "query/plan/text_need.h"
#include "query/verify/line_filter.h"
#include "query/verify/regex.h"

enum { TEXT_MAX = 200 };

static void check(struct span pattern, bool any_case, struct span text)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct line_filter_run run = { .dfa = NULL };
	struct regex_matcher *matcher = NULL;
	struct line_filter filter;
	struct regex_node *tree;
	struct text_need *need;
	struct regex *re = NULL;
	const uint8_t *at = NULL;
	size_t start, end;
	struct arena arena;

	arena_init(&arena, MEM_OTHER);
	/* any pattern, also one that PCRE2 refuses, must be survived */
	SCOUT_ASSERT(regex_parse(pattern, any_case ? REGEX_PARSE_IGNORE_CASE :
						     0, &arena, &tree) == 0);
	SCOUT_ASSERT(text_need_make(tree, true, &arena, &need) ==
		     SCOUT_OK);
	SCOUT_ASSERT(line_filter_make(tree, &arena, &filter) == SCOUT_OK);
	SCOUT_ASSERT(line_filter_find(&filter, &run, text, &at) == SCOUT_OK);
	if (!at && text.len &&
	    regex_new(pattern, any_case ? REGEX_IGNORE_CASE : 0, &re, &err) ==
		    SCOUT_OK &&
	    regex_matcher_new(&matcher) == SCOUT_OK)
		SCOUT_ASSERT(regex_find(re, matcher, text, 0, &start, &end) !=
			     SCOUT_OK);
	line_filter_run_release(&run);
	regex_matcher_free(matcher);
	regex_free(re);
	arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), pattern, text;
	const uint8_t *newline;

	if (!size)
		return 0;
	in = span_of(data + 1, size - 1);
	pattern = fuzz_line(&in);
	newline = in.len ? memchr(in.ptr, '\n', in.len) : NULL;
	text = span_of(in.ptr, newline ? (size_t)(newline - in.ptr) : in.len);
	if (text.len > TEXT_MAX)
		text.len = TEXT_MAX;
	check(pattern, data[0] & 1, text);
	return 0;
}
