/* Globs on paths.  Input: flags, a line with the pattern, then the text. */
#include "fuzz.h"

#include <time.h>

#include "base/tree/glob.h"

enum { TEXT_MAX = 4096, SECONDS_MAX = 20 };

static bool ends_with(struct span s, struct span end)
{
	return s.len >= end.len &&
	       span_eq(span_of(s.ptr + s.len - end.len, end.len), end);
}

/* A shape says all that there is to know about its glob. */
static void check_shape(const struct glob *g, struct span text, bool matches)
{
	const uint8_t *slash = text.len ? memrchr(text.ptr, '/', text.len) :
					  NULL;
	struct span literal, name = text;
	bool expected = matches;

	if (slash)
		name = span_of(slash + 1,
			       text.len - (size_t)(slash + 1 - text.ptr));
	switch (glob_shape(g, &literal)) {
	case GLOB_IS_PATH:
		expected = span_eq(text, literal);
		break;
	case GLOB_IS_NAME:
		expected = span_eq(name, literal);
		break;
	case GLOB_IS_EXT:
		expected = ends_with(name, literal);
		break;
	case GLOB_IS_TAIL:
		expected = ends_with(text, literal) &&
			   (text.len == literal.len ||
			    text.ptr[text.len - literal.len - 1] == '/');
		break;
	case GLOB_IS_OTHER:
		break;
	}
	SCOUT_ASSERT(matches == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scout_err err = SCOUT_ERR_INIT;
	struct span in = span_of(data, size), pattern, text;
	unsigned flags = (unsigned)fuzz_number(&in, 1) &
			 (GLOB_BRACES | GLOB_SEPARATOR | GLOB_NOCASE);
	clock_t start = clock();
	const struct glob *g;
	struct arena arena;
	int rc;

	pattern = fuzz_line(&in);
	text = fuzz_take(&in, TEXT_MAX);
	arena_init(&arena, MEM_WALK);
	rc = glob_compile(pattern, flags, &arena, &g, &err);
	SCOUT_ASSERT(!rc || (rc == SCOUT_E_USAGE && err.msg[0]));
	if (!rc)
		check_shape(g, text, glob_match(g, text));
	arena_release(&arena);
	SCOUT_ASSERT((clock() - start) / CLOCKS_PER_SEC < SECONDS_MAX);
	return 0;
}
