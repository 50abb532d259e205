/*
 * Which index a command of scout-index means: --index, a registered name or a
 * folder; the folder given, or the .scout in it, or what is registered by that
 * name; else what a query in the current folder would find.
 */
#ifndef SCOUT_TOOLS_INDEX_ARG_H
#define SCOUT_TOOLS_INDEX_ARG_H

#include "base/arena.h"
#include "base/err.h"
#include "tools/flags.h"

/* Its flags. */
struct index_arg {
	const char *index_dir;
	int force_remote;
};

/* Their rows in a table for a struct of that type. */
#define INDEX_ARG_ROW(type, member, help) \
	{ "index", 0, "DIR", help, FLAG_TEXT, \
	  offsetof(type, member) + offsetof(struct index_arg, index_dir), 0, \
	  NULL }
#define FORCE_REMOTE_ROW(type, member, help) \
	{ "force-remote", 0, NULL, help, FLAG_SET, \
	  offsetof(type, member) + offsetof(struct index_arg, force_remote), \
	  true, NULL }

/*
 * Finds the index that is there; --index and folder may be NULL, and one of
 * them is; *out_dir is in the arena.  SCOUT_E_NOTFOUND, SCOUT_E_NOMEM;
 * SCOUT_E_USAGE if it lies on a network file system, unless that is allowed.
 */
int index_arg_find(const struct index_arg *arg, const char *folder,
		   struct arena *arena, const char **out_dir,
		   struct scout_err *err);

/* Where a new index of the folder is to be; its place is not looked at. */
int index_arg_place(const struct index_arg *arg, const char *folder,
		    struct arena *arena, const char **out_dir,
		    struct scout_err *err);

#endif
