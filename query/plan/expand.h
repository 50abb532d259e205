/*
 * Expanding a word of a query: all documents of all terms of a segment that it
 * stands for (term_match.h), as one list.
 *
 * With positions while they are few enough to hold; beyond that the documents
 * alone.  Then lists whose documents are known already are not read, nor are
 * terms asked that have no other: the more of the documents have the word, the
 * less there is left to do.
 */
#ifndef SCOUT_QUERY_PLAN_EXPAND_H
#define SCOUT_QUERY_PLAN_EXPAND_H

#include "index_format/doc_set.h"
#include "query/plan/term_hits.h"
#include "query/plan/term_match.h"

/* Occurrences whose positions are kept: 16 MiB of them. */
enum { EXPAND_MAX_POSITIONS = 4 << 20 };

/* A thread takes as long to start as it does for some 20 of them. */
enum { EXPAND_BLOCKS_PER_THREAD = 256 };

/* What is wanted to be known beside the documents. */
struct expand_options {
	bool positions;
	bool counts;	/* how many terms and occurrences there are */
	unsigned nthreads;	/* at most; 0 is 1 */
	/* without positions and counts: in more documents than these it is
	 * enough to know that it is in more; 0: all are wanted */
	doc_id most_docs;
	/* blocks that are worth a thread; 0: EXPAND_BLOCKS_PER_THREAD */
	unsigned blocks_per_thread;
};

struct expansion {
	doc_id ndocs;		/* documents that have any of the terms */
	uint64_t *set;		/* a bit for each document of the segment */
	/* those of which the text decides; NULL: none.  Without positions only
	 * those where it decides whether they have any of the words at all. */
	uint64_t *unsure;
	bool has_positions;
	struct position_lists lists;
	bool is_unsure;		/* unsure is of all; of a plain word only */
	uint32_t nblocks;	/* of the dictionary, looked at */
	uint32_t nterms;	/* if counts are wanted, or positions known */
	uint64_t noccurrences;
};

/*
 * All terms of a segment that match, as one list in arena.
 * SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int expand_terms(struct segment_reader *seg, const struct term_match *match,
		 const struct expand_options *options, struct arena *arena,
		 struct expansion *out, struct scout_err *err);

#endif
