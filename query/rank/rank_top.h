/*
 * The best so many documents of an index, while they are looked for: what cannot
 * be among them is left out, whole blocks of postings at a time.
 *
 * A block's skip entry has the largest frequency and the smallest length in it,
 * which bound what any of its documents can score (block-max, Ding and Suel,
 * "Faster top-k document retrieval using block-max indexes", 2011).
 *
 * One thread at a time.
 */
#ifndef SCOUT_QUERY_RANK_RANK_TOP_H
#define SCOUT_QUERY_RANK_RANK_TOP_H

#include "query/plan/segment_run.h"
#include "query/rank/rank_name.h"

struct rank_top {
	const struct rank_model *model;	/* complete */
	struct rank_namer *namer;
	double *scores;		/* a heap, the least first */
	size_t n, cap;
	bool left_out;		/* some document was */
};

/* For the best n; memory from arena.  SCOUT_E_NOMEM. */
int rank_top_init(struct rank_top *t, const struct rank_model *model,
		  struct rank_namer *namer, size_t n, struct arena *arena);

/* The least score of the best so far; 0 while there are fewer. */
double rank_top_threshold(const struct rank_top *t);

/*
 * Whether the document at hand may be among the best by what its blocks say.
 * If not, no document before *out_next is, for all that match.
 */
int rank_top_may_have(struct rank_top *t, struct segment_run *run, bool *out,
		      doc_id *out_next);

/* The same by how often the operands occur in it. */
int rank_top_may_have_freqs(struct rank_top *t, struct segment_run *run,
			    bool *out);

/* Whether a document that matches, with those facts, is; if so it is counted
 * as one of the best. */
int rank_top_put(struct rank_top *t, const uint32_t *facts, struct span path,
		 bool *out, struct scout_err *err);

#endif
