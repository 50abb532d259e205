/*
 * Reading one folder of a walk: its names, sorted and filtered, with the stat
 * of every file that is left.  Only walk.c includes this.
 *
 * A folder is opened by its path from the root, so that a thread has one
 * descriptor open however deep the tree is.
 */
#ifndef SCOUT_BASE_TREE_WALK_FOLDER_H
#define SCOUT_BASE_TREE_WALK_FOLDER_H

#include <limits.h>

#include "base/tree/walk_filter.h"

/* What the threads of a walk share and none of them changes. */
struct walk_scope {
	const struct walk_rules *rules;
	const struct path_set *only;	/* NULL: all */
	struct walk_filter filter;
	int root_fd;
	char root[PATH_MAX];	/* absolute, no slash at the end */
	size_t root_len;
	unsigned ignore_kinds;	/* bits of enum ignore_kind */
	bool need_id;		/* folders need dev and ino */
	bool has_exclude;
	struct os_stat root_st;
	struct os_stat exclude_st;
};

struct walk_name;

struct walk_item {
	struct file_entry entry;
	struct walk_folder *child;	/* a folder that was entered, or NULL */
};

struct walk_folder {
	struct walk_folder *parent;
	const char *path;	/* relative to the root, "" for it */
	size_t path_len;
	uint64_t depth;		/* 0: the root */
	const struct ignore_level *level;	/* of the parent until read */
	uint64_t dev, ino;	/* only if scope.need_id */
	bool is_link;		/* reached through a symbolic link */
	/* by the thread that reads it */
	struct walk_item *items;	/* in name order */
	size_t nitems;
	uint8_t skip;		/* could not be entered after all */
	bool is_excluded;	/* is walk_options.exclude_dir */
	int sys;
	/* by the stack, then by the final listing */
	struct walk_folder *next;
	size_t cursor;
};

/* One thread's part; the arena of its paths is in the file list. */
struct walker {
	const struct walk_scope *scope;
	struct arena *paths;
	struct arena scratch;	/* folders, items, ignore rules */
	struct buf names;
	struct walk_name *refs;
	size_t nrefs, cap;
	struct buf path;	/* absolute path of the current entry */
	struct ignore_warnings warnings;
	uint64_t skip_count[SKIP_REASONS];
	uint64_t nfolders;
	size_t nfiles, nskipped;
	struct scout_err *err;
};

/* Starts and ends a walker; paths is borrowed.  Release accepts a zeroed one. */
void walker_init(struct walker *w, const struct walk_scope *scope,
		 struct arena *paths);
void walker_release(struct walker *w);

/*
 * Reads f: fills its items and counts them.  What cannot be read is marked in f
 * and counted as a skip; SCOUT_E_IO if that is the root or our own shortage of
 * descriptors, SCOUT_E_NOMEM.
 */
int walker_read(struct walker *w, struct walk_folder *f, struct scout_err *err);

#endif
