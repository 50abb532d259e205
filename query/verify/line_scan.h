/*
 * Lines of a text by number, going down: from memory, or from a file of which
 * only windows are read.
 *
 * A hint is the known offset of some line, so that a large file need not be read
 * from its start.  Offsets are those of the decoded text.
 */
#ifndef SCOUT_QUERY_VERIFY_LINE_SCAN_H
#define SCOUT_QUERY_VERIFY_LINE_SCAN_H

#include "base/buf.h"
#include "base/err.h"
#include "base/tree/decompress.h"

struct line_hint {
	uint64_t line;		/* from 0 */
	uint64_t offset;	/* of its first byte */
};

struct line_scan {
	/* what is in memory: text, with readable padding after it */
	struct span text;
	uint64_t text_offset;	/* of text.ptr */
	bool at_end;		/* nothing follows text */
	/* the file that it is a window of; -1: none, or packed has it */
	int fd;
	struct decompressor *packed;	/* what gives its text, or NULL */
	uint64_t file_shift;	/* file offset minus text offset (a BOM) */
	struct buf window;
	uint64_t bytes_read;
	size_t most_bytes;	/* of the window, about; 0: as many as it takes */
	/* hints, ascending; borrowed */
	const struct line_hint *hints;
	size_t nhints, next_hint;
	/* the current line */
	uint64_t line;
	size_t pos;		/* its start in text */
};

void line_scan_init(struct line_scan *s);
void line_scan_release(struct line_scan *s);

/* Starts at the top of a text in memory. */
void line_scan_text(struct line_scan *s, struct span text);
/* Starts at the top of an open file in UTF-8; shift: bytes of its BOM. */
void line_scan_file(struct line_scan *s, int fd, uint64_t shift);
/* The same of a compressed file; what decompresses it is borrowed and begins
 * anew. */
void line_scan_packed(struct line_scan *s, struct decompressor *packed,
		      uint64_t shift);
/* Gives hints for what was started last. */
void line_scan_set_hints(struct line_scan *s, const struct line_hint *hints,
			 size_t nhints);

/*
 * Goes to a line at or below the current one.  SCOUT_OK, SCOUT_END if the text
 * has no such line, SCOUT_E_IO (no text is set), SCOUT_E_NOMEM, SCOUT_E_LIMIT if
 * a line is longer than most_bytes.
 */
int line_scan_to(struct line_scan *s, uint64_t line);
/* The same when the offset of that very line is known. */
int line_scan_to_offset(struct line_scan *s, uint64_t line, uint64_t offset);

/* The current line, with its '\n' if it has one; borrowed until the scan moves.
 * TOKEN_PADDING readable bytes follow it. */
int line_scan_get(struct line_scan *s, struct span *out);
/* Offset of the current line in the text. */
static inline uint64_t line_scan_offset(const struct line_scan *s)
{
	return s->text_offset + s->pos;
}

/*
 * Goes past up to *n '\n' in [p, end) and counts *n down for each; returns the
 * byte after the last one passed if *n came to 0, else end.
 */
const uint8_t *lines_skip(const uint8_t *p, const uint8_t *end, uint64_t *n);

#endif
