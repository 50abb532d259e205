/*
 * The list of skipped paths: lines of "reason<TAB>path" (a folder ends in '/'),
 * or one JSON array.  Paths are printed as they are.
 */
#ifndef SCOUT_TOOLS_PRINT_SKIPPED_H
#define SCOUT_TOOLS_PRINT_SKIPPED_H

#include "base/tree/walk.h"
#include "tools/output.h"

/* Walks over what a build skipped; start with zeros. */
struct skipped_cursor {
	size_t file;		/* next of list->files */
	size_t skipped;		/* next of list->skipped */
};

/*
 * The next skipped entry of list in path order, NULL after the last: those that
 * the walk left out and those that the reader had to.
 */
const struct file_entry *skipped_next(const struct file_list *list,
				      struct skipped_cursor *cursor);

struct skipped_printer {
	struct output *out;
	bool json;
	uint64_t listed;
};

/* Begins a list. */
void skipped_printer_begin(struct skipped_printer *p, struct output *out,
			   bool json);
/* One path; detail is the errno of an unreadable one. */
void skipped_printer_add(struct skipped_printer *p, struct span path,
			 enum skip_reason reason, bool is_dir, int detail);
/* Ends the list. */
void skipped_printer_end(struct skipped_printer *p);

#endif
