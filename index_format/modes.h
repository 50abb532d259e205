/*
 * Who may read an index: whoever may enter its folder.
 *
 * An index is private, modes 0700 and 0600.  Where its folder lets a group or
 * everybody in (`--shared`, or chmod), the folder of a generation does so too and
 * files can be read by them; and lock.mdb can be written, since every reader
 * notes there what it reads.  A folder with the set-group-ID bit hands on its
 * group.
 */
#ifndef SCOUT_INDEX_FORMAT_MODES_H
#define SCOUT_INDEX_FORMAT_MODES_H

#include <stdbool.h>

#include "base/err.h"

struct index_modes {
	bool is_private;	/* nobody else: nothing is to be done */
	unsigned folder, file, lock;	/* of a generation, of files in general,
					 * of lock.mdb */
};

/* What the index folder's mode asks for; private if it cannot be read. */
void index_modes_read(const char *index_dir, struct index_modes *out);

/* Lets everybody into the folder.  SCOUT_E_IO. */
int index_modes_share(const char *index_dir, struct scout_err *err);

/* Gives what is in the folder already the modes, as far as that may be done. */
void index_modes_apply(const char *index_dir);
/* The same for the two files of a generation, and its folder. */
void index_modes_apply_generation(const char *gen_dir,
				  const struct index_modes *modes);

#endif
