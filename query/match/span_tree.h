/*
 * The operands of one NEAR, BEFORE or NOT NEAR on the document at hand, where
 * they are more than words: their occurrences from the leaves up, and which of
 * those take part from the operator down.
 *
 * The inside of eval.c, for operators that near.h does not answer.
 */
#ifndef SCOUT_QUERY_MATCH_SPAN_TREE_H
#define SCOUT_QUERY_MATCH_SPAN_TREE_H

#include "query/match/eval.h"

/* The verdict on a node that is one of these operators.  SCOUT_E_NOMEM,
 * SCOUT_E_LIMIT (span_list.h), or an error of the source. */
int span_tree_eval(struct match_run *run, const struct match_node *node,
		   enum verdict *out);

/* Adds the occurrences that take part to run->hits, a run for each leaf; clears
 * *exact as in match_collect. */
int span_tree_collect(struct match_run *run, const struct match_node *node,
		      bool *exact);

#endif
