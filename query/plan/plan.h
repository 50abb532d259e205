/*
 * How a query is looked up: for each word of each leaf the term that the index
 * has it under, and how far the index can be trusted about it.
 *
 * The plan knows no segment; it is made once per query and never changes.
 */
#ifndef SCOUT_QUERY_PLAN_PLAN_H
#define SCOUT_QUERY_PLAN_PLAN_H

#include "index_format/segment_reader.h"
#include "query/match/eval.h"

struct piece_plan {
	bool is_expanded;	/* a prefix, or another glob */
	struct span term;	/* kept form; of an expanded piece what all its
				 * terms start with, perhaps nothing */
	struct span composed;	/* prefix: what their NFC forms start with, or
				 * empty if that is not to be tested */
	/* a glob other than a prefix: what their NFC forms match */
	const struct glob_item *items;
	size_t nitems;		/* 0: it is none */
	struct term_filter filter;	/* if term is empty */
};

struct leaf_plan {
	struct piece_plan *pieces;
	size_t npieces;
	/* the index cannot tell where it occurs: in any document, perhaps */
	bool is_anywhere;
	/* the index finds every occurrence, and perhaps too many */
	bool is_approximate;
	/* the same, in documents with overlong words only */
	bool minds_overlong;
	/* the positions of its words will be asked for */
	bool needs_positions;
};

struct query_plan {
	const struct match_tree *tree;
	struct leaf_plan *leaves;	/* by leaf number */
	/* documents can be told by their words alone: no phrase, NEAR, NOT */
	bool is_boolean;
};

/* Makes the plan in arena; with wants_lines, for hit lines too. */
int plan_make(const struct match_tree *tree, bool wants_lines,
	      struct arena *arena, struct query_plan *out,
	      struct scout_err *err);

#endif
