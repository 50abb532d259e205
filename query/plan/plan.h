/*
 * How a query is looked up: for each word of each leaf the term that the index
 * has it under, and how far the index can be trusted about it.
 *
 * The plan knows no segment; it is made once per query and never changes.
 */
#ifndef SCOUT_QUERY_PLAN_PLAN_H
#define SCOUT_QUERY_PLAN_PLAN_H

#include "index_format/segment_reader.h"
#include "query/filter/file_filter.h"
#include "query/filter/path_narrow.h"
#include "query/match/eval.h"
#include "query/plan/plan_tally.h"
#include "query/plan/term_match.h"
#include "query/plan/text_need.h"

struct piece_plan {
	bool is_expanded;	/* may stand for several terms */
	struct span term;	/* if it does not: kept form */
	/* if it does, which; else, if it has a test, whether the words of the
	 * term match */
	struct term_match match;
};

/* What a document must have for a regex or lit: to match in it. */
struct leaf_need {
	enum need_kind kind;	/* never NEED_NOTHING */
	unsigned leaf;		/* PHRASE: a leaf of the plan */
	struct leaf_need **child;
	size_t nchild;
};

struct leaf_plan {
	const struct leaf_need *need;	/* a regex or lit:, if that is known */
	struct piece_plan *pieces;
	size_t npieces;
	/* the index cannot tell where it occurs: in any document, perhaps */
	bool is_anywhere;
	/* the index finds every occurrence, and perhaps too many */
	bool is_approximate;
	/* the same, in documents with overlong words only */
	bool minds_overlong;
	/* of a need: of no use in more documents than leaf_run_most_docs */
	bool only_narrows;
	/* the positions of its words will be asked for */
	bool needs_positions;
	/* how many terms and occurrences it has is wanted, for --explain */
	bool counts;
};

struct query_plan {
	const struct match_tree *tree;
	struct leaf_plan *leaves;	/* by leaf number; then those of needs */
	unsigned nleaves;
	const struct file_filters *filters;	/* the tree's, borrowed */
	const struct path_narrow *narrow;	/* or NULL: all files */
	bool by_line;		/* asked of each line by itself */
	/* documents can be told by their words alone: no phrase, NEAR, NOT,
	 * filter */
	bool is_boolean;
	struct plan_tally *tally;	/* what its runs count; NULL: nothing */
};

/* What a plan is made of; all of it is borrowed. */
struct plan_input {
	const struct match_tree *tree;
	const struct file_filters *filters;	/* the tree's */
	const struct path_narrow *narrow;	/* NULL: all files */
	bool wants_lines;	/* hit lines will be asked for, too */
	bool by_line;		/* --scope=line */
	bool counts;		/* its runs count, for --explain */
};

/* Makes the plan in arena. */
int plan_make(const struct plan_input *input, struct arena *arena,
	      struct query_plan *out, struct scout_err *err);

#endif
