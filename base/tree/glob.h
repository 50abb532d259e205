/*
 * Globs on paths, as git's ignore files and ripgrep's -g have them: '*' and '?'
 * stop at '/', '**' crosses it, [classes], {alternates} where asked for,
 * backslash escapes.  Compiled once, matched often, without recursion that a
 * hostile pattern could make exponential: time is at most pattern length times
 * text length.
 *
 * Globs are about bytes, as ripgrep's are: '?' is one byte, and a class with
 * characters beyond ASCII is the set of their bytes.  A negated class matches
 * '/' too.  Braces do not nest, and an empty alternative is left out.
 */
#ifndef SCOUT_BASE_TREE_GLOB_H
#define SCOUT_BASE_TREE_GLOB_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

struct glob;

enum glob_flags {
	GLOB_BRACES = 1 << 0,	  /* {a,b} are alternates (-g, types) */
	GLOB_SEPARATOR = 1 << 1,  /* '*' and '?' do not match '/' */
	GLOB_NOCASE = 1 << 2,	  /* ASCII case is ignored */
};

enum {
	GLOB_MAX_BYTES = 4096,	/* longest pattern */
	GLOB_MAX_STEPS = 2048,	/* most steps between its literal ends */
};

/*
 * Compiles pattern into arena.  SCOUT_E_USAGE with a text for an unclosed
 * class or brace, a dangling escape, or a pattern beyond the limits.
 */
int glob_compile(struct span pattern, unsigned flags, struct arena *arena,
		 const struct glob **out, struct scout_err *err);

/* True if the whole text matches.  Any thread. */
bool glob_match(const struct glob *g, struct span text);

/* What a glob comes down to, so that a set of globs can be a hash table. */
enum glob_shape {
	GLOB_IS_PATH,	/* one text and no other */
	GLOB_IS_NAME,	/* one base name, at any depth */
	GLOB_IS_EXT,	/* base names with one last extension, at any depth */
	GLOB_IS_TAIL,	/* two or more last components */
	GLOB_IS_OTHER,
};

/*
 * The shape of g and its literal (with the dot for GLOB_IS_EXT; empty for
 * GLOB_IS_OTHER), borrowed from the arena of g.  A glob that ignores case is
 * always GLOB_IS_OTHER.
 */
enum glob_shape glob_shape(const struct glob *g, struct span *out_literal);

#endif
