/*
 * The paths that a user names for an update, as paths of the indexed folder.
 */
#ifndef SCOUT_INDEXER_NAMED_PATHS_H
#define SCOUT_INDEXER_NAMED_PATHS_H

#include "base/arena.h"
#include "base/tree/path_set.h"
#include "index_format/segment_reader.h"
#include "indexer/index_run.h"

/*
 * Makes the set of what is named in names: paths, each ended by `end` (a line
 * feed or 0), absolute or relative to the current folder; they need not exist.
 * What is not in the folder root is told to the run's warn.  *out_whole: root
 * itself, or a folder above it, is among them.  SCOUT_E_NOMEM, SCOUT_E_IO.
 */
int named_paths_make(struct index_run *run, struct span names, uint8_t end,
		     struct arena *arena, struct path_set *out, bool *out_whole,
		     struct scout_err *err);

/*
 * Adds to the skip list of the walk what the index had skipped elsewhere, as it
 * was.  SCOUT_E_CORRUPT, SCOUT_E_NOMEM.
 */
int named_paths_keep_skipped(struct index_run *run, struct store_txn *txn,
			     const struct path_set *set);

/* Tells of each path of the set that the walk has not found, or has left out
 * and why. */
void named_paths_report(const struct index_run *run,
			const struct path_set *set);

#endif
