/*
 * The rules of one ignore file, or of a list of -g globs: lines as in git's
 * ignore files, with ripgrep 13's reading of them where it differs from git's:
 * braces are alternates, a class has no escapes, any white space at the end of
 * a line is dropped, a file is read up to the first line that is not UTF-8.
 *
 * A set is immutable once built and may be matched from any thread.  Most rules
 * are a base name or an extension and are found by hash, so that a match costs
 * about the same for three rules as for three hundred.
 */
#ifndef SCOUT_BASE_TREE_IGNORE_H
#define SCOUT_BASE_TREE_IGNORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum ignore_verdict {
	IGNORE_NONE,	/* no rule matches */
	IGNORE_SKIP,
	IGNORE_KEEP,	/* the last matching rule starts with "!" */
};

/* A path to be matched, prepared once for all the sets in force. */
struct ignore_path {
	struct span path;	/* absolute */
	size_t base;		/* offset of the base name */
	size_t ext;		/* offset of its last dot, path.len if none */
	uint32_t base_hash;
	uint32_t ext_hash;
	bool is_dir;
};

void ignore_path_init(struct ignore_path *p, struct span path, size_t base,
		      bool is_dir);

struct ignore_set;

/* Where warnings about bad lines go; count is added to. */
struct ignore_warnings {
	uint64_t count;
	void (*warn)(void *ctx, const char *text);	/* may be NULL */
	void *ctx;
};

/*
 * Builds a set in arena from the text of an ignore file.  Rules are relative to
 * the first strip bytes of the paths that will be matched.  name is for
 * warnings; a bad line is counted and left out.  *out is NULL if no rule is
 * left.  SCOUT_E_NOMEM.
 */
int ignore_set_parse(struct span text, size_t strip, const char *name,
		     struct arena *arena, struct ignore_warnings *warnings,
		     const struct ignore_set **out, struct scout_err *err);

/* The same from -g globs, of which the last nicase ignore ASCII case; a bad one
 * is SCOUT_E_USAGE. */
int ignore_set_globs(const char *const *globs, size_t nglobs, size_t nicase,
		     size_t strip, struct arena *arena,
		     const struct ignore_set **out, struct scout_err *err);

/* Appends the glob that a -g glob (without "!") stands for: at any depth unless
 * it has a slash, below the root if it begins with one. */
void ignore_put_glob(struct buf *out, struct span glob);

/* The verdict of the last rule that matches.  Accepts a NULL set. */
enum ignore_verdict ignore_set_match(const struct ignore_set *set,
				     const struct ignore_path *p);

/* True if some rule is without "!". */
bool ignore_set_has_skip(const struct ignore_set *set);

#endif
