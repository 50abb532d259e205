/*
 * Regexes, and texts to be found ignoring case: PCRE2 behind a small door.
 *
 * Patterns and texts are UTF-8; \d, \w, \s and the like go by Unicode's
 * properties, as far as the PCRE2 linked has them.  Bytes that are not UTF-8 match
 * nothing.  A newline is '\n' only.
 *
 * A compiled pattern never changes and may be shared by threads; each thread has
 * a matcher of its own.  Matching is bounded: one that takes too many steps or
 * too much memory is SCOUT_E_LIMIT, never a hang.
 *
 * The only file pair that includes pcre2.
 */
#ifndef SCOUT_QUERY_VERIFY_REGEX_H
#define SCOUT_QUERY_VERIFY_REGEX_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

enum regex_flags {
	REGEX_IGNORE_CASE = 1 << 0,
	REGEX_MULTILINE = 1 << 1,	/* ^ and $ are at every line */
	REGEX_LITERAL = 1 << 2,		/* the pattern is the text itself */
};

struct regex;

/*
 * Compiles.  SCOUT_E_SYNTAX with what is wrong in err and, in err->pos, where in
 * the pattern; SCOUT_E_NOMEM.
 */
int regex_new(struct span pattern, unsigned flags, struct regex **out,
	      struct scout_err *err);
/* Accepts NULL. */
void regex_free(struct regex *re);

/* What a thread needs to match any number of patterns. */
struct regex_matcher;

/* SCOUT_E_NOMEM. */
int regex_matcher_new(struct regex_matcher **out);
/* Accepts NULL. */
void regex_matcher_free(struct regex_matcher *m);

/*
 * The first match in subject that begins at `from` or later: bytes [*out_start,
 * *out_end), where *out_end >= *out_start.  What is before `from` can be looked
 * at by lookbehinds, \b and ^.  SCOUT_OK, SCOUT_END if there is none, SCOUT_E_LIMIT,
 * SCOUT_E_NOMEM.
 */
int regex_find(const struct regex *re, struct regex_matcher *m,
	       struct span subject, size_t from,
	       size_t *out_start, size_t *out_end);

/* Whether \w, \p and the like go by this version of Unicode ("15.0.0") or an
 * older one. */
bool regex_is_of_unicode(const char *version);

#endif
