/*
 * Setting a broken index aside: what it consists of moves into a folder of its
 * own in the index folder, and nothing is deleted, now or by later runs.
 */
#ifndef SCOUT_INDEXER_SET_ASIDE_H
#define SCOUT_INDEXER_SET_ASIDE_H

#include "base/buf.h"
#include "base/err.h"
#include "indexer/last_run.h"

/*
 * Takes the writers' lock, and if is_broken(ctx) says 1 then, moves CURRENT and
 * all generations of the index into `broken-DATE-TIME`, whose path is appended
 * to out with a NUL after it.  Returns 1 if it did, 0 if the index is sound, or
 * what is_broken said that is negative; SCOUT_E_LOCKED, SCOUT_E_CANCELLED,
 * SCOUT_E_IO.
 */
int scout_set_aside(const char *index_dir, const struct run_lock *wanted,
		    int (*is_broken)(void *ctx, struct scout_err *err),
		    void *ctx, struct buf *out, struct scout_err *err);

#endif
