/*
 * Writing a segment: gives encoded documents and terms their addresses and puts
 * the chunks and dictionary blocks into the store.
 *
 * Sequential on purpose: the layout, and so every byte, depends only on what is
 * added, not on who encoded it.  One thread.
 */
#ifndef SCOUT_INDEX_FORMAT_SEGMENT_WRITER_H
#define SCOUT_INDEX_FORMAT_SEGMENT_WRITER_H

#include "index_format/doc_table.h"
#include "index_format/manifest.h"
#include "index_format/postings.h"
#include "index_format/store.h"

struct segment_writer;

int segment_writer_new(struct scout_store *store, uint32_t number,
		       struct segment_writer **out, struct scout_err *err);
/* Accepts NULL. */
void segment_writer_free(struct segment_writer *w);

/* Adds the next document; its lines_addr is set here from its line records
 * (line_map.h), which may be empty. */
int segment_writer_add_doc(struct segment_writer *w, const struct doc_info *doc,
			   struct span line_records, struct scout_err *err);
/* Adds the next term; terms ascend bytewise. */
int segment_writer_add_term(struct segment_writer *w,
			    const struct encoded_term *term,
			    struct scout_err *err);

/*
 * The same in pieces, for lists in blocks that are too long to be held: begin,
 * pieces with document blocks, then pieces with position groups, then end.
 * t: df, cf and the numbers of all blocks and groups are used.
 */
void segment_writer_begin_long(struct segment_writer *w);
int segment_writer_add_doc_blocks(struct segment_writer *w,
				  const uint8_t *skips, uint32_t n,
				  struct span bytes, struct scout_err *err);
int segment_writer_add_groups(struct segment_writer *w,
			      const struct encoded_term *t,
			      const uint8_t *lens, uint32_t n,
			      struct span bytes, struct scout_err *err);
int segment_writer_end_long(struct segment_writer *w,
			    const struct encoded_term *t,
			    struct scout_err *err);

/* Writes what is left and tells what the segment holds. */
int segment_writer_finish(struct segment_writer *w, struct segment_meta *out,
			  struct scout_err *err);

#endif
