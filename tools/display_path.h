/*
 * How a file's path is shown.
 *
 * The index names files relative to its root; the user stands somewhere.  From
 * inside the root, paths are shown relative to the current folder, so that they
 * can be opened from there; from outside, relative to the root when the index
 * was named, else with the root before them.
 */
#ifndef SCOUT_TOOLS_DISPLAY_PATH_H
#define SCOUT_TOOLS_DISPLAY_PATH_H

#include "base/buf.h"

struct display_path {
	struct buf inside;	/* current folder below the root, "a/b", or
				 * empty */
	struct buf prefix;	/* put before every path */
	struct buf shown;	/* the last path made */
	struct buf root;	/* the folder searched, absolute, with a '/' */
};

/*
 * root: the folder searched.  absolute: show whole paths.  named: the user
 * named the index or root, it was not found from where he stands.
 * SCOUT_E_NOMEM.
 */
int display_path_init(struct display_path *d, const char *root, bool absolute,
		      bool named, struct scout_err *err);
/* Accepts a zeroed struct. */
void display_path_release(struct display_path *d);

/*
 * The path as shown; borrowed until the next call (or from path).
 * SCOUT_E_NOMEM.
 */
int display_path(struct display_path *d, struct span path, struct span *out);

#endif
