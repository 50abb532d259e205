/*
 * The line map of a document: where its lines begin, in words and in bytes
 * (format, "Line map").
 *
 * Written from the ordinal of the first word of every line; read by a cursor
 * that turns positions into lines and lines into byte windows.
 */
#ifndef SCOUT_INDEX_FORMAT_LINE_MAP_H
#define SCOUT_INDEX_FORMAT_LINE_MAP_H

#include "base/buf.h"
#include "index_format/elias_fano.h"
#include "index_format/limits.h"
#include "index_format/streams.h"

enum { LINE_RECORD_GROUPS = 64 };	/* groups in one record */

/*
 * Builder.  Lines are added in order: bytes of the line with its '\n', and its
 * number of words.  Records are appended to out, each small enough for any
 * chunk; a record begins with its length, so they can be laid out one by one.
 */
struct line_map_writer {
	/* of the record: words up to the end of each line, and the byte offset
	 * of each group from the record's first byte */
	uint64_t words[LINE_RECORD_GROUPS * LINE_GROUP];
	uint64_t offsets[LINE_RECORD_GROUPS];
	uint32_t nlines;
	uint64_t total_lines;
	uint64_t first_word;	/* ordinal at the record's start */
	uint64_t first_byte;	/* text offset there */
	uint64_t next_word;
	uint64_t next_byte;
};

void line_map_begin(struct line_map_writer *w);
void line_map_add(struct line_map_writer *w, uint64_t line_bytes,
		  uint32_t line_words, struct buf *out);
/* Writes what is left. */
void line_map_finish(struct line_map_writer *w, struct buf *out);

/* Splits the first record off a document's records; used when they are laid
 * out.  SCOUT_END when none is left. */
int line_map_next_record(struct span *records, struct span *out_record);

/*
 * Cursor.  Lines are numbered from 0 here.  Both seeks go anywhere, but are
 * cheapest forward and near.
 */
struct line_cursor {
	const struct stream_reader *stream;
	uint64_t first_addr;	/* address of the document's first record */
	uint64_t total_lines;
	uint64_t total_words;
	/* current line */
	uint64_t line;
	uint64_t first_word;	/* ordinal of its first word */
	uint32_t nwords;	/* words in it */
	/* byte offset of a line at or before it, to find it in the text */
	uint64_t known_line;
	uint64_t known_offset;
	/* private: the record, if rec_nlines is not 0 */
	uint64_t rec_addr, rec_next_addr;
	uint64_t rec_line, rec_nlines, rec_word, rec_nwords;
	uint32_t rec_ngroups;
	uint64_t group_byte[LINE_RECORD_GROUPS];
	struct elias_fano sums;	/* words up to the end of each line; the line
				 * is that of the last number passed */
};

/* Places c before the lines of a document. */
void line_cursor_init(struct line_cursor *c, const struct stream_reader *stream,
		      uint64_t first_addr, uint64_t total_lines,
		      uint64_t total_words);
/* Appends the document's records, as the writer left them.  SCOUT_E_CORRUPT,
 * SCOUT_E_NOMEM. */
int line_cursor_copy(struct line_cursor *c, struct buf *out);
/* Goes to the line that holds the word of that ordinal (< total_words).
 * SCOUT_OK, SCOUT_E_CORRUPT. */
int line_cursor_seek_word(struct line_cursor *c, uint64_t ordinal);
/* Goes to a line (< total_lines). */
int line_cursor_seek_line(struct line_cursor *c, uint64_t line);

#endif
