/*
 * Making an index: the public door of indexer/.
 *
 * scout_build walks a folder, reads and tokenizes its files on several threads
 * within a memory budget, and commits the result as a new generation that is
 * swapped in atomically: readers see the old index or the new one, whole.
 */
#ifndef SCOUT_INDEXER_INDEXER_H
#define SCOUT_INDEXER_INDEXER_H

#include "base/err.h"
#include "base/tree/walk.h"
#include "indexer/last_run.h"

enum { BUILD_MIN_MEMORY = 16 << 20 };

enum build_stage {
	STAGE_WALK,	/* listing and stat */
	STAGE_READ,	/* thread seconds in open, read, close */
	STAGE_TOKENIZE,	/* thread seconds finding and folding words */
	STAGE_ACCUMULATE, /* thread seconds in per-file tables and postings */
	STAGE_FLUSH,	/* thread seconds sorting and writing runs */
	STAGE_MERGE,	/* thread seconds merging and encoding */
	STAGE_STORE,	/* laying out and putting into LMDB */
	STAGE_SYNC,	/* final sync and swap */
	BUILD_STAGES
};

/* Short lower-case name of a stage, for reports; static. */
const char *build_stage_name(enum build_stage stage);

struct build_progress {
	enum build_stage stage;	/* walk, read (all of the pipeline), merge, sync */
	uint64_t done_files, total_files;
	uint64_t done_bytes, total_bytes;	/* of the stage's work */
	int64_t elapsed_ns;
};

struct build_options {
	const char *root;		/* folder to index */
	const char *index_dir;		/* NULL: root/.scout */
	const struct walk_rules *rules;
	unsigned nthreads;		/* 0: as many as processors */
	uint64_t memory_bytes;		/* budget; 0: 256 MiB */
	bool force_remote;		/* allow a network file system */
	bool allow_empty;		/* update: if no file is left, so be it */
	struct run_lock lock;		/* how to take the writers' lock */
	uint32_t segment_docs;		/* tests: files per segment; 0: one */
	/* an update of these paths alone (and what is inside them), each ended
	 * by paths_end; ptr NULL: of the whole folder */
	struct span paths;
	uint8_t paths_end;
	/* tests: NUL-separated paths marked deleted in the new index */
	struct span delete_docs;
	void (*progress)(void *ctx, const struct build_progress *p);
	void *progress_ctx;		/* called from any one thread at a time */
	void (*warn)(void *ctx, const char *text);
	void *warn_ctx;
};

#define BUILD_OPTIONS_INIT { 0 }

/* What a build did.  Also stored in the index (see index_stats.h). */
struct build_report {
	struct index_stats *stats;	/* owned by the report */
	struct file_list files;		/* with the skip list; owned */
};

/*
 * Builds.  SCOUT_E_NOTFOUND if root is no folder, SCOUT_E_LOCKED if another
 * run holds the writer lock (its holder is named in err), SCOUT_E_IO,
 * SCOUT_E_NOMEM, SCOUT_E_LIMIT, SCOUT_E_CANCELLED after scout_build_cancel.
 * The old index stays untouched on every failure.
 */
int scout_build(const struct build_options *options, struct build_report *out,
		struct scout_err *err);
void build_report_release(struct build_report *report);

/* Asks a running build to stop soon; safe in a signal handler. */
void scout_build_cancel(void);
/* True once that was asked. */
bool scout_build_is_cancelled(void);

#endif
