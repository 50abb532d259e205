/*
 * The index phase: all segments of a snapshot, merged in path order, to a list
 * of candidates.
 */
#ifndef SCOUT_QUERY_INDEX_SEARCH_H
#define SCOUT_QUERY_INDEX_SEARCH_H

#include "query/fresh.h"
#include "query/plan/segment_run.h"
#include "query/query.h"
#include "query/rank/rank_index.h"
#include "query/rank/rank_top.h"
#include "query/verify/candidate.h"

/* What the first list of a search may take, and all later ones: few, so that the
 * first line is printed soon; more, so that threads need not start often. */
enum { CANDIDATES_FIRST_BYTES = 128 << 10, CANDIDATES_MAX_BYTES = 8 << 20 };

struct index_search;

/* What ranking wants of an index. */
struct index_ranking {
	const struct rank_shape *shape;
	const struct word_table *words;
	/* With top, documents that are surely not among the best so many are
	 * left out; 0: none. */
	uint64_t top;
	struct rank_namer *namer;
	/* filled in: what all documents have; and if any were left out, what
	 * the best so many reach at least */
	struct rank_tally *tally;
	bool left_out;
	double threshold;
};

/*
 * Opens the query on every segment, with at most so many threads for looking words
 * up.  With fresh (else NULL), documents that do
 * not count are left out and its candidates come in between.  With ranking
 * (else NULL), candidates have the facts of their documents.  All are borrowed
 * until it is closed.
 */
int index_search_open(struct index_snapshot *snapshot,
		      const struct query_plan *plan,
		      const struct query_options *options,
		      unsigned nthreads, const struct fresh_tree *fresh,
		      struct index_ranking *ranking,
		      struct index_search **out, struct scout_err *err);
/* Accepts NULL. */
void index_search_close(struct index_search *s);

/* Candidates, owned by the list: they outlive the search. */
struct candidate_list {
	struct arena arena;
	struct buf candidates;	/* struct candidate */
};
void candidate_list_init(struct candidate_list *list);
void candidate_list_release(struct candidate_list *list);

/*
 * Fills list (cleared first) with the next candidates in path order, as many as
 * there are or as fit.  SCOUT_END if these are the last.
 */
int index_search_next(struct index_search *s, struct candidate_list *list,
		      struct scout_err *err);

#endif
