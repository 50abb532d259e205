/*
 * ripgrep's file types: a name ("c", "py") stands for a set of globs on the
 * base name.  Static data; any thread.
 */
#ifndef SCOUT_BASE_TREE_FILE_TYPE_H
#define SCOUT_BASE_TREE_FILE_TYPE_H

#include "base/span.h"

/* Number of types, and the n-th (sorted by name). */
size_t file_type_count(void);
const char *file_type_name(size_t n);
/* The globs of the n-th type: NULL-terminated array. */
const char *const *file_type_globs(size_t n);
/* Index of the type of that name, or -1. */
int file_type_find(const char *name);
/* True if the base name matches one of the n-th type's globs. */
bool file_type_matches(size_t n, struct span base_name);

#endif
