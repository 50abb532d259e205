/*
 * A sequence of characters of given sets that every text has which a regex
 * matches, as a filter that base/setsearch.h can run.
 *
 * The start and the end of a line are a '\n' in it, and no other set has one: so
 * it stands on one line only.
 */
#ifndef SCOUT_QUERY_VERIFY_REQUIRED_SETS_H
#define SCOUT_QUERY_VERIFY_REQUIRED_SETS_H

#include "base/setsearch.h"
#include "query/language/regex_tree.h"

struct required_sets {
	struct ascii_set sets[SETSEARCH_MAX];
	unsigned n;		/* 0: none is known */
	bool has_start, has_end;	/* the first is that of a line, or the
					 * last its end */
	/* what matches beyond ASCII may stand in its place */
	bool has_beyond;
	/* a line of ASCII in which it stands has what the tree asks for */
	bool is_whole;
	/* and where it stands is all that the regex matches there */
	bool is_match;
};

/* Finds the one that is probably the rarest. */
void required_sets_find(const struct regex_node *tree,
			struct required_sets *out);

#endif
