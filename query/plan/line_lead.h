/*
 * --scope=line on a document of the index: which lines are to be asked.
 *
 * Leads are leaves of which one at least is on every line that can be true: of
 * an AND the operand that is in the fewest documents, of an OR all.  A query
 * that is true of lines without any (-a, for one) has none; the text decides.
 */
#ifndef SCOUT_QUERY_PLAN_LINE_LEAD_H
#define SCOUT_QUERY_PLAN_LINE_LEAD_H

#include "base/buf.h"
#include "query/match/eval.h"

struct line_lead {
	unsigned *leaves;
	unsigned n;
	bool is_open;		/* there are no such leaves */
	doc_id doc;		/* the one that lines is about */
	bool is_known;		/* the leads could tell where they are */
	struct buf lines;	/* struct line_words, in order */
};

/* ndocs[leaf]: in how many documents a leaf is, about; DOC_NONE if the index
 * cannot tell.  SCOUT_E_NOMEM. */
int line_lead_make(const struct match_tree *tree, const doc_id *ndocs,
		   struct arena *arena, struct line_lead *out);
/* Accepts a zeroed one. */
void line_lead_release(struct line_lead *l);

/*
 * Finds the lines of a document, which match_lines_begin was called for:
 * l->lines.  line_of gives the line of a word.  Sets l->is_known.
 * SCOUT_E_NOMEM, errors of the source.
 */
int line_lead_find(struct line_lead *l, struct match_run *run,
		   int (*line_of)(void *ctx, term_pos pos,
				  struct line_words *out),
		   void *ctx);

#endif
