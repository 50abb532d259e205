/*
 * A query, its plan and what came of it, as facts to print: for --explain.
 *
 * Collected after a run that counted (query_options.counts); who prints it
 * needs to know nothing of plans.
 */
#ifndef SCOUT_QUERY_PLAN_EXPLAIN_H
#define SCOUT_QUERY_PLAN_EXPLAIN_H

#include "query/plan/plan.h"

/* A word of an operand, or of what a regex or lit: needs. */
struct explained_piece {
	struct span text;	/* as written; of a need, folded */
	const char *how;	/* how it is looked up: "word", "prefix" */
	struct span term;	/* "word": as what */
	bool is_expanded;	/* it stands for several terms */
	bool lacks_places;	/* too many for their places to be known */
	struct piece_tally counts;
};

/* What files must have for a regex or lit: to match in them. */
struct explained_need {
	enum need_kind kind;		/* PHRASE, ALL, ONE */
	struct explained_piece *pieces;	/* PHRASE: one after the other */
	size_t npieces;
	unsigned ncommon;	/* PHRASE: segments that have it in so many files
				 * that they were not asked, */
	unsigned nspared;	/* or where others narrow enough */
	struct explained_need *child;
	size_t nchild;
};

enum explained_by {
	BY_INDEX,		/* the index knows where it occurs */
	BY_INDEX_AND_TEXT,	/* where it may: the text decides */
	BY_TEXT,		/* anywhere, for all that the index knows */
};

struct explained_operand {
	const struct ast *node;
	enum explained_by by;
	const char *why;	/* BY_TEXT: the reason */
	struct explained_piece *pieces;
	size_t npieces;
	const struct explained_need *need;	/* or NULL */
	uint64_t most_files;	/* estimate: files that have it, at most */
	uint64_t asked_files;	/* files of which the index was asked */
	uint64_t found_files;	/* of these, where it said yes or perhaps */
};

struct explained_filter {
	const struct ast *node;
	uint64_t most_files;	/* estimate: files that pass, at most */
	uint64_t nasked;	/* times that a file was held against it, */
	uint64_t npassed;	/* and passed */
};

struct explanation {
	const struct parsed_query *parsed;
	struct explained_operand *operands;	/* in the order written */
	size_t noperands;
	struct explained_filter *filters;
	size_t nfilters;
	bool by_line;		/* --scope=line */
	bool has_globs;		/* -g, -t, -T narrow */
	/* an index was asked, and the counts are what it said */
	bool has_counts;
	unsigned nsegments;
	uint64_t nfiles;	/* in the index */
	uint64_t most_files;	/* estimate: files looked at, at most */
	uint64_t looked_at;	/* files that were */
};

/* Collects it in arena; it borrows from plan and parsed.  SCOUT_E_NOMEM. */
int plan_explain(const struct query_plan *plan,
		 const struct parsed_query *parsed, struct arena *arena,
		 struct explanation *out);

#endif
