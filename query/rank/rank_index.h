/*
 * What an index knows for ranking: in how many of its documents the words of a
 * query are, and the facts of a document.
 */
#ifndef SCOUT_QUERY_RANK_RANK_INDEX_H
#define SCOUT_QUERY_RANK_RANK_INDEX_H

#include "query/plan/segment_run.h"
#include "query/rank/rank.h"

/*
 * Adds the documents of a segment that are not deleted.  run has the query
 * opened on it and not been moved.  SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int rank_tally_segment(struct rank_tally *tally, const struct rank_shape *shape,
		       const struct word_table *words,
		       const struct segment_run *run, struct scout_err *err);

/* The facts of the document at hand; *out_known is false if the index does not
 * know them. */
int rank_index_facts(struct segment_run *run, const struct rank_shape *shape,
		     uint32_t *out, bool *out_known, struct scout_err *err);

#endif
