/*
 * NEAR, BEFORE and NOT NEAR over operands whose occurrences have any length:
 * regexes, exact texts, and NEARs inside NEARs.  near.h says what they mean, and
 * is faster where all is words and phrases.
 */
#ifndef SCOUT_QUERY_MATCH_NEAR_ANY_H
#define SCOUT_QUERY_MATCH_NEAR_ANY_H

#include "query/match/near.h"
#include "query/match/span_list.h"

struct any_operand {
	const struct span_list *spans;
	unsigned needed;	/* how many of them; BEFORE, NOT NEAR: 1 */
	bool *takes_part;	/* near_any_mark: set for those that do */
};

struct any_near {
	struct any_operand *operands;
	unsigned noperands;
	uint32_t distance;	/* UINT32_MAX: anywhere */
	bool in_lines;
	bool ordered;		/* BEFORE */
	const struct line_limits *limits;
};

/* Whether NEAR or BEFORE is true.  Memory for the call comes from scratch, here
 * and below.  SCOUT_E_NOMEM, or an error of limits. */
int near_any_match(const struct any_near *near, struct arena *scratch,
		   bool *out);

/* Its occurrences: for each choice that makes it true, the span from the first
 * position to the last.  SCOUT_E_LIMIT if they are too many. */
int near_any_spans(const struct any_near *near, struct arena *scratch,
		   struct span_list *out);

/*
 * Sets takes_part (all false before) for the occurrences of operands that are
 * in some choice whose span is one of `spans` and has its bit in `is_wanted`;
 * of any choice, if spans is NULL.
 */
int near_any_mark(const struct any_near *near, const struct span_list *spans,
		  const bool *is_wanted, struct arena *scratch);

/* NOT NEAR: the occurrences of the first operand that have none of the second
 * within the distance; one that overlaps is within, the same span is not. */
int near_any_without(const struct any_near *near, struct arena *scratch,
		     struct span_list *out);

#endif
