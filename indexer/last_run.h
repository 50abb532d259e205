/*
 * What the lock file of an index says of the run that holds it, or that held it
 * last: who, since when, and how it ended.
 *
 * A run writes the first lines when it takes the lock and the others when it is
 * done, so a run that was killed has no end.
 */
#ifndef SCOUT_INDEXER_LAST_RUN_H
#define SCOUT_INDEXER_LAST_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define LOCK_FOR_EVER INT64_MAX

/* How a run takes the writers' lock; zeroed: at once or not at all. */
struct run_lock {
	const char *command;	/* what the run is called; NULL: "scout" */
	int64_t wait_ns;	/* how long to wait for another run */
	bool share;		/* let everybody read the index */
};

enum run_end {
	RUN_NO_END,	/* it runs, or it was killed */
	RUN_DONE,
	RUN_PARTIAL,	/* done, but some files could not be read */
	RUN_FAILED,
	RUN_STOPPED,	/* by a signal */
	RUN_ENDS
};

/* Short lower-case word for reports and the file; static. */
const char *run_end_name(enum run_end end);

struct run_result {
	enum run_end end;
	uint64_t files;		/* in the index, if it was done */
	const char *error;	/* one line, or NULL */
};

/* How a run ended that returned rc with err, and left unread files unread. */
struct run_result run_result_of(int rc, const struct scout_err *err,
				uint64_t files, uint64_t unread);

struct last_run {
	bool is_known;		/* false: there is nothing to be read */
	bool is_running;	/* it holds the lock now */
	char holder[256];	/* "process 12 (scout-index build) on ..." */
	int64_t started_ns;	/* wall clock; 0: unknown */
	int64_t ended_ns;	/* 0: it has no end */
	enum run_end end;
	uint64_t files;
	char error[480];	/* empty: none */
};

/* Appends the text that begins a run, and the text that ends it. */
void last_run_put_begin(struct buf *out, const char *command,
			int64_t started_ns);
void last_run_put_end(struct buf *out, const struct run_result *result,
		      int64_t ended_ns);

/*
 * As of when the index is right: a run that found nothing to do leaves no trace
 * in it, so the later of the last run that was done and run_started_ns, what the
 * index says of itself.
 */
int64_t last_run_index_time(const struct last_run *run, int64_t run_started_ns);

/*
 * Reads the lock file of an index folder.  What cannot be read or understood is
 * left out; a folder without one gives is_known false.  Never fails; shares the
 * lock for a moment, which a run that wants it waits for.
 */
void last_run_read(const char *index_dir, struct last_run *out);

#endif
