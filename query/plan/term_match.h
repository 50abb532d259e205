/*
 * Which terms of a dictionary a word of a query stands for: what a term has to
 * be, and where in the dictionary to look.
 *
 * A term knows its words but for their case (surface.h), and nothing of what
 * was cut off.  So an answer may be that the text has to decide.
 *
 * A term_match never changes after it was made and may be shared by threads;
 * each has a scratch of its own.
 */
#ifndef SCOUT_QUERY_PLAN_TERM_MATCH_H
#define SCOUT_QUERY_PLAN_TERM_MATCH_H

#include "base/arena.h"
#include "base/buf.h"
#include "index_format/term_blocks.h"
#include "query/language/ast.h"
#include "query/plan/word_dfa.h"

enum term_verdict {
	TERM_NO,	/* none of its words match */
	TERM_YES,	/* all of them do */
	TERM_PERHAPS,	/* some may: the text decides */
};

/* What a thread needs to ask. */
struct term_scratch {
	struct buf stripped;
	struct buf composed;
	struct buf part;
	struct word_dfa_run run;
	/* set by test: if not empty, no term from the one asked to before this
	 * matches.  The caller clears it. */
	struct buf next;
};
void term_scratch_init(struct term_scratch *s);
void term_scratch_release(struct term_scratch *s);

struct term_match {
	const char *name;	/* for --explain: "prefix" */
	/* where: terms that begin with this; if it is empty, terms that hold
	 * what the filter wants; or all, in order, with the leaps that test
	 * proposes */
	struct span start;
	struct term_filter filter;
	bool leaps;
	/*
	 * What: the verdict on a term (its bytes, and the bits of enum surface
	 * that it has), which begins with start.  With 0 for the bits, a verdict
	 * that needs them is PERHAPS: ask again.  A term that may have been cut
	 * (TERM_CUT_MIN_BYTES) is judged as if it were whole; that it may be
	 * the beginning of a word that matches is the caller's business.
	 * SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
	 */
	int (*test)(const struct term_match *m, struct term_scratch *s,
		    struct span term, unsigned surface,
		    enum term_verdict *out);
	const void *ctx;	/* what test wants to know */
	/* ASCII terms that hold the filter's needle, and cannot have been cut,
	 * match: they need not be asked */
	bool needle_decides;
};

/*
 * Makes the match of a piece of operand leaf in arena.  The text of a leaf that
 * compares case must not have U+0345 in it, which folding makes a letter of.
 * SCOUT_E_NOMEM.
 */
int term_match_make(const struct ast *leaf, const struct ast_piece *piece,
		    struct arena *arena, struct term_match *out);

#endif
