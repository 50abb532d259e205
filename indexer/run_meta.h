/*
 * What a run stores beside the segments: the skip list, the figures, and at
 * last the manifest.
 */
#ifndef SCOUT_INDEXER_RUN_META_H
#define SCOUT_INDEXER_RUN_META_H

#include "indexer/index_run.h"

/*
 * Puts the skip list: what the walk left out, and files that the reader did.
 * old: the index before, or NULL; parts that are the same in it are left, and
 * *out_changed tells whether there were others.
 */
int run_meta_put_skipped(struct index_run *run, struct store_txn *old,
			 bool *out_changed, struct scout_err *err);
/* Sums up what the segments hold in the figures; files, lines and bytes, which
 * they do not tell, are the caller's. */
void run_meta_sum_segments(struct index_run *run,
			   const struct segment_meta *segments, uint32_t n);
/* Fills in what the run cost until now, and what it skipped.  A run without a
 * walk leaves what the last one stored. */
void run_meta_finish_stats(struct index_run *run);
/* Puts the figures. */
int run_meta_put_stats(struct index_run *run, struct scout_err *err);
/* Puts the manifest. */
int run_meta_put_manifest(struct index_run *run,
			  const struct segment_meta *segments,
			  uint32_t nsegments, struct scout_err *err);

#endif
