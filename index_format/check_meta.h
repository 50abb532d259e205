/* Part of a check: the manifest and what stands beside it. */
#ifndef SCOUT_INDEX_FORMAT_CHECK_META_H
#define SCOUT_INDEX_FORMAT_CHECK_META_H

#include "index_format/checker.h"

/*
 * Reads the manifest and makes the list of segments; *out_usable is false after
 * a problem without which nothing else can be found.  SCOUT_E_VERSION.
 */
int check_manifest(struct checker *c, bool *out_usable, struct scout_err *err);

/* Checks all else in STORE_META: statistics, skip list, deletions. */
int check_meta(struct checker *c);

#endif
