/*
 * How a regex or lit: is looked up: by phrases that its matches must have
 * (text_need.h), each of which is a leaf of the plan that the query's tree does
 * not know.
 */
#ifndef SCOUT_QUERY_PLAN_TEXT_PLAN_H
#define SCOUT_QUERY_PLAN_TEXT_PLAN_H

#include "query/plan/plan.h"
#include "query/plan/text_need.h"

/* What the matches of a leaf must have, in arena.  SCOUT_E_NOMEM. */
int text_plan_need(const struct ast *leaf, struct arena *arena,
		   struct text_need **out);

/* How many leaves that takes. */
unsigned text_plan_count(const struct text_need *need);

/*
 * Fills in these leaves, from leaves[*next] on, and the condition on them.
 * SCOUT_E_NOMEM.
 */
int text_plan_make(const struct text_need *need, struct arena *arena,
		   struct leaf_plan *leaves, unsigned *next,
		   struct leaf_need **out);

#endif
