/*
 * Patterns of the command line as users of grep write them (-F, -P, -w, -x):
 * made one regex or text, which then is the whole query.
 */
#ifndef SCOUT_QUERY_LANGUAGE_PLAIN_PATTERN_H
#define SCOUT_QUERY_LANGUAGE_PLAIN_PATTERN_H

#include "base/buf.h"
#include "query/language/parser.h"

struct plain_pattern {
	const char *const *items;	/* any of these */
	size_t n;
	bool is_literal;	/* -F: they are texts, else PCRE2 regexes */
	bool whole_words;	/* -w */
	bool whole_lines;	/* -x; wins over -w */
};

/*
 * Appends the query text to out and says how query_parse is to read it.  For
 * one pattern as it is that is its own text.  Memory failures are sticky in
 * out.
 */
void plain_pattern_put(const struct plain_pattern *p, struct buf *out,
		       enum query_form *out_form);

#endif
