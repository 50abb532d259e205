/*
 * Where an index may lie.
 *
 * LMDB maps its file into memory and locks through shared memory: processes on
 * two machines that share a network file system would damage it or misread it.
 */
#ifndef SCOUT_INDEX_FORMAT_PLACE_H
#define SCOUT_INDEX_FORMAT_PLACE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * SCOUT_E_USAGE if the folder (or, as long as there is none, the one above it)
 * lies on a network file system and force_remote is false.  Any thread.
 */
int index_place_check(const char *index_dir, bool force_remote,
		      struct scout_err *err);

#endif
