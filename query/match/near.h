/*
 * NEAR and BEFORE: which occurrences of several operands stand close together.
 *
 * One occurrence of each operand, pairwise disjoint, the start of the last at
 * most `distance` positions (or lines) after the end of the first; BEFORE wants
 * them in the written order.  An occurrence takes part if some choice of the
 * others makes the operator true.
 *
 * An operand is a set of leaves: more than one for an OR-group.  Operands that
 * are written twice are one operand that is needed twice.
 */
#ifndef SCOUT_QUERY_MATCH_NEAR_H
#define SCOUT_QUERY_MATCH_NEAR_H

#include "query/match/spans.h"

/* Most states of the exact search: operands whose occurrences may overlap. */
enum { NEAR_MAX_STATES = 1 << 16 };

struct near_operand {
	unsigned first_leaf;	/* index in near_spec.leaves */
	unsigned nleaves;
	unsigned needed;	/* how many occurrences of it */
};

struct near_spec {
	struct near_operand *operands;
	unsigned noperands;
	unsigned *leaves;	/* leaf numbers, operand after operand */
	unsigned nleaves;
	uint32_t distance;	/* UINT32_MAX: anywhere */
	bool in_lines;
	bool ordered;		/* BEFORE: operands in order, each needed once */
};

/* How far a window reaches, where distance counts lines. */
struct line_limits {
	void *ctx;
	/* The last position on the line that is nlines below that of pos (or on
	 * the last line).  SCOUT_OK or an error. */
	int (*last_below)(void *ctx, term_pos pos, uint32_t nlines,
			  term_pos *out);
};

/* The greatest start that an occurrence may have to be within the distance of
 * one that ends at end.  SCOUT_OK or an error of limits. */
int near_reach(uint32_t distance, const struct line_limits *limits,
	       bool in_lines, uint64_t end, uint64_t *out);

/* Whether it is about two leaves within a distance in words, each needed
 * once. */
bool near_is_plain_pair(const struct near_spec *spec);

/* Whether the operator is true.  spans has an entry for each of spec->leaves;
 * limits may be NULL if distances are in words.  Memory for the call comes from
 * scratch.  SCOUT_E_NOMEM, or an error of limits. */
int near_match(const struct near_spec *spec, const struct leaf_spans *spans,
	       const struct line_limits *limits, struct arena *scratch,
	       bool *out);

/* Adds the occurrences that take part to out, a run for each leaf. */
int near_collect(const struct near_spec *spec, const struct leaf_spans *spans,
		 const struct line_limits *limits, struct arena *scratch,
		 struct hit_list *out);

#endif
