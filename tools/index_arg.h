/*
 * Which index a command of scout-index means: --index, a registered name or a
 * folder; the folder given, or the .scout in it, or what is registered by that
 * name; else what a query in the current folder would find.
 */
#ifndef SCOUT_TOOLS_INDEX_ARG_H
#define SCOUT_TOOLS_INDEX_ARG_H

#include "base/buf.h"
#include "base/err.h"

/*
 * index_dir and folder may be NULL, and one of them is; puts the path,
 * NUL-terminated, in out.  SCOUT_E_NOTFOUND, SCOUT_E_NOMEM; SCOUT_E_USAGE if it
 * lies on a network file system and force_remote is false.
 */
int index_arg_find(const char *index_dir, const char *folder, bool force_remote,
		   struct buf *out, struct scout_err *err);

#endif
