/* Part of a check: the document table, the paths and the line maps. */
#ifndef SCOUT_INDEX_FORMAT_CHECK_DOCS_H
#define SCOUT_INDEX_FORMAT_CHECK_DOCS_H

#include "index_format/checker.h"
#include "index_format/doc_table.h"

/* Checks the documents of one segment and fills seg->nwords and first_word,
 * which check_docs_release frees. */
int check_docs(struct checker *c, struct checked_segment *seg);
void check_docs_release(struct checked_segment *seg);

/* Checks the line map of a document; text_bytes_max: the most text that the
 * file can have. */
void check_lines(struct checker *c, struct checked_segment *seg, doc_id doc,
		 const struct doc_info *info, uint64_t text_bytes_max);

/* Checks the paths of one segment: their blocks, their form and order. */
int check_paths(struct checker *c, struct checked_segment *seg);
/* Checks that no path is live in two segments. */
int check_paths_unique(struct checker *c);

#endif
