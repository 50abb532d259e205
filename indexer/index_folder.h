/*
 * The two folders of a run: the one that is indexed and the one that holds the
 * index.
 */
#ifndef SCOUT_INDEXER_INDEX_FOLDER_H
#define SCOUT_INDEXER_INDEX_FOLDER_H

#include <limits.h>

#include "base/buf.h"
#include "base/err.h"

/* Opens the folder to index and finds its absolute path.  SCOUT_E_NOTFOUND if
 * there is no such folder, SCOUT_E_IO.  *out_fd belongs to the caller. */
int index_folder_open_root(const char *root, char out_path[PATH_MAX],
			   int *out_fd, struct scout_err *err);
/*
 * Makes the folder of the index, if it is not there yet, and finds its absolute
 * path.  dir NULL: .scout in root.  SCOUT_E_IO; what index_place_check says.
 */
int index_folder_make(const char *dir, const char *root, bool force_remote,
		      char out_path[PATH_MAX], struct scout_err *err);
/* Puts the mark for backup programs into it, and makes its name last. */
int index_folder_mark(const char *index_dir, struct scout_err *err);
/* Appends root as the manifest has it: relative to index_dir if that lies in
 * it, else absolute.  Both absolute. */
void index_folder_put_root(const char *index_dir, const char *root,
			   struct buf *out);

#endif
