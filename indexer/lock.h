/*
 * The writers' lock of an index folder: a flock on the file `lock`, which says
 * who holds it.  Gone with the process, however that ends.
 */
#ifndef SCOUT_INDEXER_LOCK_H
#define SCOUT_INDEXER_LOCK_H

#include "base/err.h"

struct index_lock {
	int fd;		/* -1: not held */
};

/* SCOUT_E_LOCKED (the holder is named in err) if another run has it. */
int index_lock_take(struct index_lock *lock, const char *index_dir,
		    struct scout_err *err);
/* Accepts a lock that is not held. */
void index_lock_drop(struct index_lock *lock);

#endif
