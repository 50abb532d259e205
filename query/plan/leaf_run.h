/*
 * An operand, or what a regex or lit: needs, on one segment: the lists of its
 * words, and where it occurs in a document.
 *
 * One thread at a time, within one snapshot.
 */
#ifndef SCOUT_QUERY_PLAN_LEAF_RUN_H
#define SCOUT_QUERY_PLAN_LEAF_RUN_H

#include "index_format/position_reader.h"
#include "query/match/iter.h"
#include "query/plan/plan.h"

/* A leaf, opened on the segment. */
struct leaf_run {
	const struct leaf_plan *plan;
	struct word_cursor *words;	 /* one for each piece */
	struct expansion *expansions;	 /* the same; counts, of plain words */
	struct piece_spans *pieces;	 /* working memory: their positions, */
	struct position_reader *readers; /* or one after the other */
	bool has_readers;		 /* all its words are terms */
	bool is_approximate;
	bool is_common;	    /* of a need, and not worth asking */
	bool is_spared;	    /* ... as others narrow enough: was not opened */
	bool has_unsure;    /* ... in some documents of its expansions */
	bool has_positions; /* all its words can tell them */
	/* what is known for the document at hand */
	doc_id checked_doc;   /* the one that occurs is about */
	bool occurs;	      /* it has all the words */
	doc_id joined_doc;    /* the one that first is about */
	bool is_joined_whole; /* else only to the first occurrence */
	const term_pos *first;
	size_t nfirst;
	term_pos found;	  /* first, for one occurrence */
	term_pos *joined; /* first, for a phrase */
	size_t joined_cap;
	doc_id counted_doc; /* the last that was counted, for --explain */
};

/* Looks its words up, with at most so many threads; plan is borrowed, what it takes
 * is in arena.  On failure, close it.  SCOUT_E_CORRUPT, SCOUT_E_NOMEM. */
int leaf_run_open(struct leaf_run *l, const struct leaf_plan *plan,
		  struct segment_reader *seg, unsigned nthreads,
		  struct arena *arena, struct scout_err *err);
/* Accepts a zeroed one. */
void leaf_run_close(struct leaf_run *l);

/* In how many documents of a segment what a regex needs may be; more narrow too
 * little. */
static inline doc_id leaf_run_most_docs(const struct segment_reader *seg)
{
	enum { PERCENT = 30 };

	return (doc_id)((uint64_t)seg->ndocs * PERCENT / 100);
}

/* In how many documents it is, at most, or more than leaf_run_most_docs;
 * DOC_NONE if that is not known. */
doc_id leaf_run_ndocs(const struct leaf_run *l);

/* Moves its words to the document, not before the one asked last: l->occurs if
 * it has all of them.  SCOUT_E_CORRUPT. */
int leaf_run_check(struct leaf_run *l, doc_id doc);

/*
 * Finds where it occurs in the document, which has all its words: l->first,
 * l->nfirst.  Unless whole is set, one occurrence may do.
 * SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int leaf_run_join(struct leaf_run *l, doc_id doc, bool whole);

#endif
