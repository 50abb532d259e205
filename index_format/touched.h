/*
 * Touched documents: those whose file got other times or another inode but kept
 * its bytes (format, "Touched documents").
 *
 * A segment never changes; what a later run saw of such files is one more value
 * beside it, which goes before their records.
 */
#ifndef SCOUT_INDEX_FORMAT_TOUCHED_H
#define SCOUT_INDEX_FORMAT_TOUCHED_H

#include "base/buf.h"
#include "index_format/doc_table.h"

enum { TOUCHED_BYTES = 28 }; /* of an entry */

struct touched_doc {
	doc_id doc;
	int64_t mtime_ns, ctime_ns;
	uint64_t ino;
};

/* Appends an entry; documents ascend. */
void touched_put(struct buf *out, const struct touched_doc *t);
/* Reads entry i of a list that has it. */
void touched_get(const uint8_t *list, size_t i, struct touched_doc *out);
/* Whether the list has n entries, for documents below ndocs that ascend. */
bool touched_is_sound(struct span list, size_t n, uint32_t ndocs);
/* Puts what the list (of n entries) says of doc into its record. */
void touched_apply(const uint8_t *list, size_t n, doc_id doc,
		   struct doc_info *info);

#endif
