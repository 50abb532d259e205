/*
 * How far an index lags behind its folder: a walk by the index's own rules, and
 * what an update would do.  Changes nothing, and takes no lock.
 */
#ifndef SCOUT_INDEXER_STALENESS_H
#define SCOUT_INDEXER_STALENESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct staleness {
	uint64_t new_files;
	uint64_t changed_files;	/* with another content */
	uint64_t gone_files;
	uint64_t unreadable_files;	/* could not be read, and still cannot */
};

/*
 * Finds out, on so many threads (0: one a processor).  No file is opened but
 * those whose stat cannot tell.  SCOUT_E_NOTFOUND if there is no index, or the
 * folder is gone; SCOUT_E_VERSION, SCOUT_E_CORRUPT, SCOUT_E_IO.
 */
int scout_staleness(const char *index_dir, unsigned nthreads,
		    struct staleness *out, struct scout_err *err);

static inline bool staleness_any(const struct staleness *s)
{
	return s->new_files || s->changed_files || s->gone_files;
}

#endif
