/*
 * The inside of near.c: NEAR of three operands or more, and of one that is
 * needed more than once.  Only near*.c include this.
 */
#ifndef SCOUT_QUERY_MATCH_NEAR_WINDOW_H
#define SCOUT_QUERY_MATCH_NEAR_WINDOW_H

#include "query/match/near.h"

/* One evaluation on one document. */
struct near_run {
	const struct near_spec *spec;
	const struct leaf_spans *spans;		/* by index in spec->leaves */
	const struct line_limits *limits;
	struct arena *scratch;
	bool only_match;	/* stop at the first match */
	bool found;
	int32_t **marks;	/* marks[leaf][i]: ranges begun minus ended at
				 * i; an occurrence inside one takes part */
};

/* The greatest start that the last occurrence may have if the first one ends
 * at end. */
int near_limit(struct near_run *r, uint64_t end, uint64_t *out);

/* The general NEAR. */
int near_run_window(struct near_run *r);

#endif
