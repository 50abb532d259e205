/*
 * What a run stores beside the segments: the skip list, the figures, and at
 * last the manifest.
 */
#ifndef SCOUT_INDEXER_RUN_META_H
#define SCOUT_INDEXER_RUN_META_H

#include "indexer/index_run.h"

/* Puts the skip list: what the walk left out, and files that the reader did. */
int run_meta_put_skipped(struct index_run *run, struct scout_err *err);
/* Fills in what the run cost until now, and what it skipped. */
void run_meta_finish_stats(struct index_run *run);
/* Puts the figures. */
int run_meta_put_stats(struct index_run *run, struct scout_err *err);
/* Puts the manifest. */
int run_meta_put_manifest(struct index_run *run,
			  const struct segment_meta *segments,
			  uint32_t nsegments, struct scout_err *err);

#endif
