/*
 * What matches: a query's tree, evaluated on one document.
 *
 * Where occurrences come from is the business of a match_source: the index or
 * the words of a text.
 */
#ifndef SCOUT_QUERY_MATCH_EVAL_H
#define SCOUT_QUERY_MATCH_EVAL_H

#include "query/match/match_tree.h"

enum verdict { VERDICT_NO, VERDICT_MAYBE, VERDICT_YES };

/* The occurrences of leaves in the document at hand. */
struct match_source {
	void *ctx;
	/* Fills out (borrowed until the document changes).  Without
	 * want_positions it is enough to say whether the leaf occurs. */
	int (*leaf)(void *ctx, unsigned leaf, bool want_positions,
		    struct leaf_spans *out);
	/*
	 * Says in *out_found whether an occurrence of leaf b starts 1 to `after`
	 * positions after one of leaf a ends, or ends 1 to `before` before one
	 * starts; or that it is not known, and all occurrences are to be
	 * looked at, if any.  NULL: it never knows.
	 */
	int (*near)(void *ctx, unsigned a, unsigned b, uint32_t after,
		    uint32_t before, bool *out_known, bool *out_found);
	/* Whether a filter lets the file through; NULL if there are none. */
	int (*filter)(void *ctx, unsigned filter, bool *out);
	struct line_limits lines;
};

/* The words [first, end) of a line. */
struct line_words {
	uint64_t number;	/* from 0 */
	term_pos first, end;
};

/* What it takes to ask a query of each line by itself (--scope=line). */
struct line_scope {
	struct match_source base;	/* of the whole document */
	struct leaf_spans *whole;	/* by leaf, what it gave */
	bool *is_known;			/* ... if it was asked already */
	size_t *hint;			/* by leaf: where the last line was */
	struct line_words at;		/* the line at hand */
};

/* One thread's evaluation. */
struct match_run {
	const struct match_tree *tree;
	struct match_source source;
	struct arena scratch;	/* cleared for each document */
	bool keeps_leaves;	/* hits of two leaves with one span both stay */
	struct hit_list hits;	/* after match_collect: in order, each span
				 * once, unless keeps_leaves */
	/* the same, by leaf: whether all occurrences of one that is in_text
	 * take part */
	bool *leaf_takes_part;
	bool only_filters;	/* private: leaves are not looked at */
	struct line_scope lines;	/* after match_run_by_line */
};

void match_run_init(struct match_run *run, const struct match_tree *tree,
		    const struct match_source *source);
void match_run_release(struct match_run *run);

/* The verdict on the document at hand.  MAYBE if it rests on a leaf that is not
 * exact.  SCOUT_E_NOMEM, or an error of the source. */
int match_eval(struct match_run *run, enum verdict *out);

/* The same from the filters alone: MAYBE if it hangs on anything else. */
int match_eval_filters(struct match_run *run, enum verdict *out);

/*
 * The occurrences that take part, in run->hits; to be called for a document
 * that matches.  *out_exact is false if they rest on a leaf that is not exact,
 * and hits then means nothing.
 */
int match_collect(struct match_run *run, bool *out_exact);

/*
 * --scope=line: to be called once, after match_run_init.  The source goes on
 * giving what is in the whole document, but of leaves that are in_text what is
 * on run->lines.at.  For each document, match_lines_begin; then lines, in order.
 * SCOUT_E_NOMEM.
 */
int match_run_by_line(struct match_run *run);
void match_lines_begin(struct match_run *run);
/* The verdict on a line. */
int match_line_eval(struct match_run *run, const struct line_words *line,
		    enum verdict *out);
/* Adds what takes part on that line to run->hits, as match_collect. */
int match_line_collect(struct match_run *run, bool *out_exact);
/* The occurrences of a leaf in the whole document. */
int match_line_spans(struct match_run *run, unsigned leaf,
		     struct leaf_spans *out);
/* Accepts a zeroed one. */
void line_scope_release(struct line_scope *s);

#endif
