/*
 * Several sorted runs read as one: term after term, each with the readers that
 * have postings of it.
 *
 * Memory is one buffer for each run.  One thread at a time.
 */
#ifndef SCOUT_INDEXER_RUN_MERGE_H
#define SCOUT_INDEXER_RUN_MERGE_H

#include "indexer/run_reader.h"

struct run_merge {
	struct run_reader *readers;
	size_t nreaders;
	uint8_t *bufs;
	size_t buf_bytes;
	/* indexes of readers that are not at their end; each reader's term
	 * is not before that of its parent, (i - 1) / 2 */
	uint32_t *heap;
	size_t nheap;
	/* places in the heap of the readers on the current term, and these
	 * readers' indexes in order of the runs */
	uint32_t *places;
	uint32_t *current;
	size_t ncurrent;
	uint8_t term[TERM_MAX_BYTES];
	size_t term_len;
	uint8_t surface;	/* of all of them */
};

/* For that many runs at most.  SCOUT_OK or SCOUT_E_NOMEM; to be released
 * whatever it was. */
int run_merge_init(struct run_merge *m, size_t max_runs, size_t buf_bytes,
		   enum scout_mem_owner owner);
void run_merge_release(struct run_merge *m);

/* Stands before the first term of a range (run_reader_open). */
int run_merge_open(struct run_merge *m, const struct sorted_run *runs,
		   size_t nruns, struct span start, struct span stop,
		   struct scout_err *err);
/* To the next term, whatever was taken of this one's postings.  SCOUT_OK,
 * SCOUT_END, SCOUT_E_IO. */
int run_merge_next(struct run_merge *m, struct scout_err *err);

/*
 * Merges runs of one source, which ascend, into one at the end of another file.
 * out is released with sorted_run_release whatever happens.
 */
int run_merge_write(const struct sorted_run *runs, size_t nruns,
		    size_t buf_bytes, struct run_file *file,
		    struct sorted_run *out, struct scout_err *err);

#endif
