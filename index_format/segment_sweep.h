/*
 * Deleting segments: every value of a segment that is not named any more, or
 * that a run which was stopped left behind.
 */
#ifndef SCOUT_INDEX_FORMAT_SEGMENT_SWEEP_H
#define SCOUT_INDEX_FORMAT_SEGMENT_SWEEP_H

#include "index_format/manifest.h"
#include "index_format/store.h"

/*
 * Deletes the values of all segments but these, over as many transactions as it
 * takes, and commits.  *out_deleted: how many values.  The manifest names the same
 * segments, or was put for the first of these transactions.  SCOUT_E_IO,
 * SCOUT_E_NOMEM, SCOUT_E_CORRUPT.
 */
int segment_sweep(struct scout_store *store,
		  const struct segment_meta *segments, uint32_t nsegments,
		  uint64_t *out_deleted, struct scout_err *err);

#endif
