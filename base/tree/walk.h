/*
 * The files of a folder tree, as its user (and ripgrep) would have them.
 *
 * scout_walk lists every regular file under a root in path order, minus what
 * the rules leave out: hidden names, ignore files, globs, types, size.  What is
 * left out is counted by reason and, where the caller asks, named.
 *
 * The rules in force are one struct that can be written to bytes and read back,
 * so that an index can repeat the same walk years later.
 *
 * Guarantees: the list is the same for any number of threads; a folder that
 * cannot be read is an entry of the skip list, never a failed walk; names need
 * not be UTF-8.
 */
#ifndef SCOUT_BASE_TREE_WALK_H
#define SCOUT_BASE_TREE_WALK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/os.h"
#include "base/span.h"

/* Why a file (or a whole folder) is not indexed. */
enum skip_reason {
	SKIP_NONE,
	SKIP_HIDDEN,	    /* name starts with a dot, without --hidden */
	SKIP_IGNORED,	    /* an ignore file excludes it */
	SKIP_GLOB,	    /* -g or -t/-T leave it out */
	SKIP_TOO_LARGE,	    /* --max-filesize */
	SKIP_SYMLINK,	    /* a symbolic link, without --follow */
	SKIP_LOOP,	    /* --follow came back to an ancestor */
	SKIP_SPECIAL,	    /* socket, FIFO, device */
	SKIP_OTHER_FS,	    /* --one-file-system */
	SKIP_BINARY,	    /* NUL in its first 8 KiB (set by the reader) */
	SKIP_UNREADABLE,    /* permission or I/O error; sys holds errno */
	SKIP_VANISHED,	    /* gone during the walk, or before it was read */
	SKIP_TOO_DEEP,	    /* --max-depth */
	SKIP_REASONS
};

/* Short lower-case words for reports ("too large"); static. */
const char *skip_reason_name(enum skip_reason reason);

/* The flags of a walk; ripgrep's meanings.  All arrays are borrowed. */
struct walk_rules {
	bool hidden;		/* --hidden: include names with a dot */
	bool no_ignore;		/* --no-ignore: no ignore file but those named */
	bool no_ignore_vcs;	/* --no-ignore-vcs: none of git's */
	bool no_ignore_exclude;	/* --no-ignore-exclude: no .git/info/exclude */
	bool no_ignore_dot;	/* --no-ignore-dot: no .ignore */
	bool no_ignore_parent;	/* --no-ignore-parent: none above the root */
	bool no_require_git;	/* --no-require-git */
	bool follow;		/* --follow */
	bool one_file_system;	/* --one-file-system */
	bool include_binary;	/* -uuu, --binary: the reader keeps NULs */
	bool search_zip;	/* -z: the reader decompresses .gz and .zst */
	uint64_t max_filesize;	/* bytes; 0: no limit */
	bool has_max_depth;	/* --max-depth: 1 has the root's files alone */
	uint64_t max_depth;	/* less than 2^32 */
	const char **globs;	/* -g, in order, "!" negates */
	size_t nglobs;
	size_t nglobs_icase;	/* the last of them, --iglob: in any case */
	const char **types;	/* -t NAME */
	size_t ntypes;
	const char **types_not;	/* -T NAME */
	size_t ntypes_not;
	/* contents of the user's global git excludes file, or NULL: read once
	 * by walk_rules_load_global, then stored with the index */
	const char *global_excludes;
	/* contents of the files of --ignore-file, later ones go first */
	const char **ignore_files;
	size_t nignore_files;
};

#define WALK_RULES_INIT { 0 }

/*
 * Reads the global git excludes (core.excludesFile of the user's git
 * configuration, else $XDG_CONFIG_HOME/git/ignore, else ~/.config/git/ignore)
 * into rules->global_excludes, in arena.  A missing file is no error.
 */
int walk_rules_load_global(struct walk_rules *rules, struct arena *arena,
			   struct scout_err *err);

/*
 * Reads ignore files that the user names into rules->ignore_files, in arena.
 * SCOUT_E_IO; SCOUT_E_USAGE if one holds a NUL.
 */
int walk_rules_load_files(struct walk_rules *rules, const char *const *paths,
			  size_t npaths, struct arena *arena,
			  struct scout_err *err);

/* Checks -g globs and -t names before a walk; SCOUT_E_USAGE names the bad one. */
int walk_rules_check(const struct walk_rules *rules, struct scout_err *err);

/* Appends the rules as bytes (versioned, little-endian). */
void walk_rules_encode(const struct walk_rules *rules, struct buf *out);
/* Reads them back; strings are copied into arena.  SCOUT_E_CORRUPT if not
 * exactly what walk_rules_encode wrote. */
int walk_rules_decode(struct span bytes, struct arena *arena,
		      struct walk_rules *out);

struct file_entry {
	const char *path;	/* relative to the root, '/' between names */
	uint32_t path_len;	/* bytes, no NUL inside */
	uint8_t skip;		/* enum skip_reason */
	bool is_dir;		/* only in the skip list: a whole folder */
	int sys;		/* SKIP_UNREADABLE: errno */
	struct os_stat st;
};

static inline struct span file_entry_path(const struct file_entry *f)
{
	return span_of(f->path, f->path_len);
}

struct file_list {
	struct file_entry *files;	/* to be read, in path order */
	size_t nfiles;
	struct file_entry *skipped;	/* the others, in path order */
	size_t nskipped;
	uint64_t skip_count[SKIP_REASONS];
	uint64_t nfolders;		/* folders read */
	/* with lists_folders: their paths, the root's ("") first */
	const char **folders;
	size_t nfolder_paths;
	uint64_t warnings;		/* bad lines in ignore files */
	struct arena *arenas;		/* own all of the above */
	unsigned narenas;
};

struct path_set;

struct walk_options {
	const char *root;		/* the folder */
	const struct walk_rules *rules;
	unsigned nthreads;		/* 1 or more */
	/* path of a folder never entered and in no list (the index), or NULL;
	 * compared by device and inode */
	const char *exclude_dir;
	bool lists_folders;		/* name those that were read */
	/* list only these paths, and what is inside them; NULL: all.  Folders
	 * above them are in no list unless they are left out themselves */
	const struct path_set *only;
	/* called now and then with the number of files so far; may be NULL */
	void (*progress)(void *ctx, uint64_t nfiles);
	void *progress_ctx;
	/* called for a warning line (a bad glob in an ignore file); may be
	 * NULL.  Called from any thread, one at a time. */
	void (*warn)(void *ctx, const char *text);
	void *warn_ctx;
};

/*
 * Walks.  SCOUT_E_IO if the root itself cannot be read, SCOUT_E_NOTFOUND if it
 * is no folder.  On success out is owned by the caller (file_list_release).
 */
int scout_walk(const struct walk_options *options, struct file_list *out,
	       struct scout_err *err);

/*
 * The first of list->files, from `from` on, whose path is not before this one;
 * nfiles if there is none.  All before `from` are known to be.  Cheap where it is
 * near.
 */
size_t file_list_seek(const struct file_list *list, size_t from,
		      struct span path);

/* Accepts a zeroed list. */
void file_list_release(struct file_list *list);

/*
 * Path order: components compared bytewise, so that "a/b" comes before "a-b".
 * <0, 0, >0.  Any thread.
 */
int path_cmp(struct span a, struct span b);

#endif
