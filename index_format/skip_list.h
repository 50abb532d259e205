/*
 * The skip list: paths that were left out, and why (format, "Skip list").
 *
 * In path order, cut into parts that are values of the store.  What the reader
 * (and not the walk) left out keeps the stat that it was seen with, so that the
 * next run need not open it again.
 */
#ifndef SCOUT_INDEX_FORMAT_SKIP_LIST_H
#define SCOUT_INDEX_FORMAT_SKIP_LIST_H

#include "base/buf.h"
#include "base/tree/walk.h"
#include "index_format/store.h"

enum { SKIP_PART_BYTES = 1 << 20 }; /* a part ends when it has that much */

struct skipped_path {
	struct span path; /* borrowed */
	enum skip_reason reason;
	bool is_dir; /* all of a folder */
	int sys;     /* SKIP_UNREADABLE: errno */
	bool has_stat;
	struct os_stat st; /* size, times and inode */
};

/* Appends it to a part. */
void skipped_path_put(struct buf *part, const struct skipped_path *s);
/* Reads one; returns what follows it, or NULL if it is damaged. */
const uint8_t *skipped_path_get(const uint8_t *p, const uint8_t *end,
				struct skipped_path *out);

/* Goes through all parts.  Zero it but for txn. */
struct skip_list_cursor {
	struct store_txn *txn;
	uint32_t next_part;
	const uint8_t *p, *end; /* what is left of the part at hand */
};
/* The next path: SCOUT_OK, SCOUT_END, SCOUT_E_CORRUPT. */
int skip_list_next(struct skip_list_cursor *c, struct skipped_path *out);

#endif
