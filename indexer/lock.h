/*
 * The writers' lock of an index folder: a flock on the file `lock`, whose text
 * says who holds it and, when the run has ended, how (indexer/last_run.h reads
 * it).  Gone with the process, however that ends.
 */
#ifndef SCOUT_INDEXER_LOCK_H
#define SCOUT_INDEXER_LOCK_H

#include <stdbool.h>

#include "base/err.h"
#include "indexer/last_run.h"

struct index_lock {
	int fd;		/* -1: not held */
	bool has_text;	/* the file says who holds it */
};

/*
 * Takes the lock, waiting for it as wanted says; is_stopped (or NULL) is asked
 * now and then while that takes.  SCOUT_E_LOCKED (the holder is named in err)
 * if another run has it, SCOUT_E_CANCELLED, SCOUT_E_IO.
 */
int index_lock_take(struct index_lock *lock, const char *index_dir,
		    const struct run_lock *wanted, bool (*is_stopped)(void),
		    struct scout_err *err);
/* Writes down how the run ended; a remark, which no full disk is to spoil. */
void index_lock_note(struct index_lock *lock, const struct run_result *result);
/* Accepts a lock that is not held. */
void index_lock_drop(struct index_lock *lock);

#endif
