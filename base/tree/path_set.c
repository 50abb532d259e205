#include "base/tree/path_set.h"

#include <stdlib.h>

#include "base/tree/walk.h"

static int cmp_paths(const void *a, const void *b)
{
	return path_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* Whether path is outer or inside it. */
static bool is_inside(struct span path, struct span outer)
{
	return span_has_prefix(path, outer) &&
	       (path.len == outer.len || path.ptr[outer.len] == '/');
}

void path_set_make(struct path_set *set, struct span *paths, size_t n)
{
	size_t i, k = 0;

	if (n)
		qsort(paths, n, sizeof(*paths), cmp_paths);
	/* what is inside a path directly follows it */
	for (i = 0; i < n; i++)
		if (!k || !is_inside(paths[i], paths[k - 1]))
			paths[k++] = paths[i];
	set->paths = paths;
	set->n = k;
}

/* The first path of the set that is after this one. */
static size_t find_after(const struct path_set *set, struct span path)
{
	size_t low = 0, high = set->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (path_cmp(set->paths[middle], path) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool path_set_holds(const struct path_set *set, struct span path)
{
	size_t i = find_after(set, path);

	return i && is_inside(path, set->paths[i - 1]);
}

bool path_set_touches(const struct path_set *set, struct span path)
{
	size_t i = find_after(set, path);

	return (i && is_inside(path, set->paths[i - 1])) ||
	       (i < set->n && is_inside(set->paths[i], path));
}
