/*
 * Opening what a regex or lit: needs on one segment: the fewest of its leaves
 * that narrow it.
 */
#ifndef SCOUT_QUERY_PLAN_NEED_RUN_H
#define SCOUT_QUERY_PLAN_NEED_RUN_H

#include "query/plan/segment_run.h"

/*
 * Opens leaves of r that a need is made of.  One that is in too many documents
 * is not asked (is_common), nor are those that the others make superfluous
 * (is_spared, too).  SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int need_run_open(struct segment_run *r, const struct leaf_need *need,
		  struct scout_err *err);

#endif
