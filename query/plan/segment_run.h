/*
 * A query on one segment: which documents it proposes, and what the index says
 * of each.
 *
 * One thread at a time, within one snapshot; everything is in the caller's
 * arena.
 */
#ifndef SCOUT_QUERY_PLAN_SEGMENT_RUN_H
#define SCOUT_QUERY_PLAN_SEGMENT_RUN_H

#include "query/match/eval.h"
#include "query/match/iter.h"
#include "query/plan/doc_filter.h"
#include "query/plan/leaf_run.h"
#include "query/plan/line_lead.h"
#include "query/plan/plan.h"

struct segment_run {
	struct segment_reader *seg;
	const struct query_plan *plan;
	struct arena *arena;
	bool wants_lines;
	bool trusts_flags;	/* does not look at documents' flags */
	const uint8_t *dropped;	/* bit per document left out, or NULL */
	unsigned nthreads;
	struct leaf_run *leaves;
	struct doc_filter filter;
	struct doc_iter *iter;
	size_t next_wild;	/* of seg->wild_docs */
	struct match_run match;
	struct line_lead lead;	/* plan->by_line */
	/* the document at hand */
	doc_id doc;
	doc_id skip_to;		/* documents before are of no interest */
	struct doc_info info;	/* without its path; unless trusts_flags */
	bool lines_are_open;
	struct line_cursor lines;	/* goes to words */
	struct line_cursor below;	/* goes to lines further down */
};

struct segment_run_options {
	bool wants_lines;	/* hits will be asked for */
	bool trusts_flags;	/* the index' word is enough: for counting */
	unsigned nthreads;	/* at most, to look words up */
	/* a bit per document that is left out as if deleted; borrowed; NULL:
	 * none; not for counting */
	const uint8_t *dropped;
};

/* Opens the query on a segment, before the first document.  On failure, close
 * it. */
int segment_run_open(struct segment_run *r, struct segment_reader *seg,
		     const struct query_plan *plan,
		     const struct segment_run_options *options,
		     struct arena *arena, struct scout_err *err);
void segment_run_close(struct segment_run *r);

/*
 * Goes to the next document that may match, leaving out deleted ones: r->doc
 * (and r->info).  With all, to the next document whatsoever.  SCOUT_END after
 * the last.
 */
int segment_run_next(struct segment_run *r, bool all, struct scout_err *err);

/* Makes the next document one that is not before `doc`, unless the index is not
 * sure of some documents. */
void segment_run_skip(struct segment_run *r, doc_id doc);

/* The verdict of the index on the document at hand. */
int segment_run_verdict(struct segment_run *r, enum verdict *out,
			struct scout_err *err);

/* The hits in it: r->match.hits.  *out_exact as in match_collect. */
int segment_run_hits(struct segment_run *r, bool *out_exact,
		     struct scout_err *err);

/* Its line map; borrowed. */
struct line_cursor *segment_run_lines(struct segment_run *r);

/*
 * How many documents that are not deleted match, by the word of the index
 * alone; instead of going through them.
 */
int segment_run_count(struct segment_run *r, uint64_t *out,
		      struct scout_err *err);

#endif
