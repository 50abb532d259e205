/*
 * One run of the indexer: what a build and an update have in common.
 *
 * Options, clocks, threads and budget, the two folders, the lock, progress, and
 * the way from files to a segment.  The calling thread's, but for what the
 * stages share (progress).
 */
#ifndef SCOUT_INDEXER_INDEX_RUN_H
#define SCOUT_INDEXER_INDEX_RUN_H

#include <limits.h>
#include <pthread.h>

#include "index_format/index_stats.h"
#include "index_format/manifest.h"
#include "index_format/store.h"
#include "indexer/indexer.h"
#include "indexer/lock.h"

struct index_run {
	const struct build_options *options;
	const struct walk_rules *rules;
	unsigned nthreads;
	uint64_t memory_bytes;
	char root[PATH_MAX];	  /* absolute */
	char index_dir[PATH_MAX]; /* absolute */
	int root_fd;		  /* -1: not open */
	struct index_lock lock;
	struct scout_store *store;
	int64_t started_ns, started_mono_ns, started_cpu_ns;
	/* when the last run began that looked at the whole folder */
	int64_t whole_started_ns;
	const struct path_set *only; /* what is looked at; NULL: all */
	bool has_walked;	     /* files is what there is now */
	struct file_list *files;     /* of the walk, with the skip list */
	struct index_stats *stats;
	/* what became of the store */
	uint64_t merges;
	bool is_moved;		/* into a new generation */
	int64_t slowest_put_ns; /* into stores that are closed */
	pthread_mutex_t progress_lock;
	/* for progress: of what is to be read */
	uint64_t total_files, total_bytes;
	uint64_t files_before, bytes_before; /* in earlier segments */
};

/* Options, clocks and empty figures; the report's parts are borrowed by the
 * run. SCOUT_E_USAGE, SCOUT_E_NOMEM.  Close it whatever happened. */
int index_run_open(struct index_run *run, const struct build_options *options,
		   struct build_report *report, struct scout_err *err);
/* Leaves word of how it ended, for `scout-index status`; if it has the lock. */
void index_run_note_end(struct index_run *run, int rc,
			const struct scout_err *err);
void index_run_close(struct index_run *run);

/* SCOUT_E_CANCELLED if somebody asked for it. */
int index_run_check_cancelled(void);
/* Most bytes of a batch that is written. */
size_t index_run_batch_bytes(const struct index_run *run);
/* Shows how far it is. */
void index_run_report(struct index_run *run, enum build_stage stage,
		      uint64_t done_files, uint64_t done_bytes,
		      uint64_t total_bytes);

/* Lists the files, by run->rules. */
int index_run_walk(struct index_run *run, struct scout_err *err);

/* Files in path order, a part of which becomes a segment. */
struct segment_order {
	struct file_entry *files; /* skip and sys are filled in */
	size_t nfiles;
	size_t first, count;
	uint32_t number; /* of the segment */
};
/* What became of it, beside the segment. */
struct segment_sums {
	uint64_t nlines, text_bytes;
};
/*
 * Reads files and puts their segment into the store; the manifest is the
 * caller's.  Adds to the figures of the run what it cost.
 */
int index_run_segment(struct index_run *run, const struct segment_order *order,
		      struct segment_meta *out, struct segment_sums *out_sums,
		      struct scout_err *err);

#endif
