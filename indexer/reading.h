/*
 * The reading half of a build: files in, sorted runs out.
 *
 * Worker threads take stretches of the file list in order, read, tokenize and
 * accumulate, and write a run whenever their share of the budget is used up.
 */
#ifndef SCOUT_INDEXER_READING_H
#define SCOUT_INDEXER_READING_H

#include <stdatomic.h>

#include "indexer/indexer.h"
#include "indexer/run_docs.h"
#include "indexer/run_stack.h"

struct reading_options {
	int root_fd;
	const struct walk_rules *rules;
	struct file_entry *files;	/* skip and sys are filled in */
	size_t first, count;		/* the stretch of it to read */
	unsigned nthreads;
	size_t worker_bytes;		/* budget of one worker */
	const char *run_dir;		/* for temporary files */
	/* from any thread, now and then; negative stops; may be NULL */
	int (*progress)(void *ctx, uint64_t done_files, uint64_t done_bytes);
	void *progress_ctx;
};

struct reading_result {
	struct run_stack *stacks;	/* one per worker */
	struct run_docs *docs;		/* one per worker */
	unsigned nworkers;
	struct sorted_run *runs;	/* in the stacks: of all workers, each
					 * one's in order */
	size_t nruns;
	uint64_t runs_written;		/* before any were merged */
	uint64_t spilled_bytes;
	int64_t stage_ns[BUILD_STAGES];	/* summed over threads */
};

/* out is released with reading_result_release whatever happened. */
int read_files(const struct reading_options *options,
	       struct reading_result *out, struct scout_err *err);
void reading_result_release(struct reading_result *result);

#endif
