/*
 * From sorted runs to a segment.
 *
 * Documents first, which gives them their dense numbers in path order; then the
 * terms, by disjoint ranges that worker threads merge and encode, and that the
 * calling thread lays out in order.  The segment's bytes do not depend on how
 * many runs, ranges or threads there were.
 */
#ifndef SCOUT_INDEXER_MERGE_H
#define SCOUT_INDEXER_MERGE_H

#include "base/tree/walk.h"
#include "index_format/segment_writer.h"
#include "indexer/run_docs.h"

struct merge_options {
	/* those of a source together, in the order written */
	const struct sorted_run *runs;
	size_t nruns;
	const struct run_docs *docs;	/* one per source */
	unsigned nsources;
	const struct file_entry *files;	/* that the runs' documents number */
	size_t nfiles;
	unsigned nthreads;
	size_t range_bytes;		/* run bytes merged at a time; bytes of
					 * one list that are held */
	size_t readers_bytes;		/* for buffers of all runs and threads */
	const char *run_dir;		/* for temporary files */
	struct scout_store *store;
	uint32_t segment_number;
	struct span delete_docs;	/* NUL-separated paths, for tests */
	/* called now and then from the calling thread; may be NULL */
	int (*progress)(void *ctx, uint64_t done_bytes, uint64_t total_bytes);
	void *progress_ctx;
};

struct merge_result {
	struct segment_meta meta;
	uint64_t nlines;
	uint64_t text_bytes;
	int64_t merge_ns;	/* summed over threads */
	int64_t store_ns;
};

/*
 * Merges into a new segment of the store; the caller writes the manifest that
 * names it.  Starts its own threads.  SCOUT_E_IO, SCOUT_E_NOMEM, and what
 * progress returned.
 */
int merge_runs(const struct merge_options *options, struct merge_result *out,
	       struct scout_err *err);

#endif
