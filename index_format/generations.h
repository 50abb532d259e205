/*
 * The generations in an index folder: which one is live, which are there, and
 * how another becomes the live one (format, "The folder").
 *
 * Only names and folders; what is in a generation is the store's.  Who changes
 * anything holds the writers' lock.
 */
#ifndef SCOUT_INDEX_FORMAT_GENERATIONS_H
#define SCOUT_INDEX_FORMAT_GENERATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* dir/name, owned by the caller; NULL if memory is short or it is too long. */
char *generation_path(const char *dir, const char *name);

/* The number of the live generation.  SCOUT_E_NOTFOUND if there is none;
 * SCOUT_E_CORRUPT, SCOUT_E_NOMEM, SCOUT_E_IO. */
int generation_current(const char *index_dir, uint64_t *out,
		       struct scout_err *err);
/* The largest number of a generation in the folder, live or left over; 0 if
 * there is none.  SCOUT_E_IO. */
int generation_newest(const char *index_dir, uint64_t *out,
		      struct scout_err *err);
/* Deletes every generation but one, as far as that can be done. */
void generation_sweep_others(const char *index_dir, uint64_t keep);
/* Makes the names in a folder last.  SCOUT_E_IO. */
int generation_sync(const char *dir, struct scout_err *err);
/*
 * Points CURRENT at a generation.  *out_is_live, also after a failure: whether
 * readers may see it from now on.  SCOUT_E_IO.
 */
int generation_point_to(const char *index_dir, uint64_t generation,
			bool *out_is_live, struct scout_err *err);

#endif
