/*
 * A list of spans of any length, in order, each once.
 *
 * Made in two steps: put in any order, then sorted.  Its memory is an arena's;
 * nothing is freed by itself.
 */
#ifndef SCOUT_QUERY_MATCH_SPAN_LIST_H
#define SCOUT_QUERY_MATCH_SPAN_LIST_H

#include "query/match/spans.h"

enum {
	/* Most distinct spans of one list: what an operand of NEAR that is a
	 * NEAR itself may have in one document. */
	SPAN_LIST_MAX = 1 << 22,
};

struct span_list {
	term_pos *first;	/* ascending */
	term_pos *last;		/* where firsts are equal, ascending */
	size_t n;
	/* while it is made */
	uint64_t *keys;		/* first in the upper half, last in the lower */
	size_t nkeys, cap;
};

/* SCOUT_E_NOMEM, SCOUT_E_LIMIT. */
int span_list_put(struct span_list *list, term_pos first, term_pos last,
		  struct arena *arena);
/* Sorts what was put.  SCOUT_E_NOMEM. */
int span_list_finish(struct span_list *list, struct arena *arena);

/* A copy of the occurrences of a leaf, whose positions are known.
 * SCOUT_E_NOMEM. */
int span_list_of_leaf(const struct leaf_spans *leaf, struct arena *arena,
		      struct span_list *out);

/* The index of a span, or n if it is not there. */
size_t span_list_find(const struct span_list *list, term_pos first,
		      term_pos last);

#endif
