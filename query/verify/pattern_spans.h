/*
 * The matches of a regex or lit: in a text, as occurrences that have a place
 * among its words: for NEAR.
 *
 * A match spans the words that it touches; one that touches none is no
 * occurrence.  Matches follow each other in the text, so their spans are in order,
 * and those with the same span are next to each other.
 */
#ifndef SCOUT_QUERY_VERIFY_PATTERN_SPANS_H
#define SCOUT_QUERY_VERIFY_PATTERN_SPANS_H

#include "query/match/spans.h"
#include "query/verify/text_match.h"

struct pattern_spans {
	term_pos *first;	/* in order, each span once */
	term_pos *last;
	size_t *piece;		/* the first piece of the first match with it */
	size_t n, cap;
	bool is_made;		/* for the text at hand */
};

/* Accepts a zeroed one. */
void pattern_spans_release(struct pattern_spans *s);

/* Makes them of a pattern's matches, whose words were told.  SCOUT_E_NOMEM. */
int pattern_spans_make(struct pattern_spans *s,
		       const struct match_pieces *matches);

/* They as occurrences; borrowed. */
void pattern_spans_get(const struct pattern_spans *s,
		       const struct match_pieces *matches,
		       struct leaf_spans *out);

/* Puts the matches that have a span of them. */
int pattern_spans_put(const struct pattern_spans *s,
		      const struct text_matcher *m, unsigned pattern,
		      const struct hit *hit, struct hit_lines *out);

#endif
