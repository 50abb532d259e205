/*
 * Comparing files with the content that the index has of them, by its hash.
 */
#ifndef SCOUT_INDEXER_CONTENT_CHECK_H
#define SCOUT_INDEXER_CONTENT_CHECK_H

#include "base/hash.h"
#include "indexer/index_run.h"

/* A file to be compared. */
struct content_item {
	const struct file_entry *file;
	struct hash128 hash; /* that the index has */
	/* out: the same bytes; st is then the stat of the opened file, before
	 * and after it was read */
	bool is_same;
	struct os_stat st;
};

/* Compares all of them, on the run's threads.  A file that cannot be read is
 * not the same.  SCOUT_E_NOMEM, SCOUT_E_CANCELLED. */
int content_check(struct index_run *run, struct content_item *items, size_t n,
		  struct scout_err *err);

#endif
