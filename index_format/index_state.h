/*
 * The state an index is in: of what and of when it is, what it consists of, and
 * who reads it.  For commands that look after indexes.
 */
#ifndef SCOUT_INDEX_FORMAT_INDEX_STATE_H
#define SCOUT_INDEX_FORMAT_INDEX_STATE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/tree/walk.h"
#include "index_format/store.h"

struct index_state {
	const char *root;	/* the folder that was indexed, absolute */
	struct walk_rules rules;
	int64_t run_started_ns;	/* wall clock, of the run that it shows */
	uint64_t segments;
	uint64_t documents;	/* without the deleted ones */
	uint64_t deleted;
	uint64_t file_bytes;	/* of the data file */
	uint64_t used_bytes;	/* of its pages, without free ones */
	struct store_readers readers;
};

/*
 * Reads it; arena holds what out points to.  SCOUT_E_NOTFOUND if there is no
 * index, SCOUT_E_VERSION, SCOUT_E_CORRUPT, SCOUT_E_IO.
 */
int index_state_read(const char *index_dir, struct arena *arena,
		     struct index_state *out, struct scout_err *err);

#endif
