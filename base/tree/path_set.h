/*
 * A set of paths of a tree, with all that is inside them: what an update is
 * limited to.
 */
#ifndef SCOUT_BASE_TREE_PATH_SET_H
#define SCOUT_BASE_TREE_PATH_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct path_set {
	struct span *paths; /* in path order; none is inside another */
	size_t n;
};

/* Makes a set of n paths, which it sorts and of which it keeps what it needs;
 * the array and what it points to are borrowed. */
void path_set_make(struct path_set *set, struct span *paths, size_t n);

/* Whether path is one of them or inside one. */
bool path_set_holds(const struct path_set *set, struct span path);
/* The same, or one of them is inside path. */
bool path_set_touches(const struct path_set *set, struct span path);

#endif
