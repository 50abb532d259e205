/*
 * The positions of one posting, one after the other.
 *
 * For questions that a few of them answer: decodes a block of 128 when it is
 * reached, and leaves out what can be left out.  posting_positions gives all of
 * them at once.
 */
#ifndef SCOUT_INDEX_FORMAT_POSITION_READER_H
#define SCOUT_INDEX_FORMAT_POSITION_READER_H

#include "index_format/segment_reader.h"

struct position_reader {
	struct posting_cursor *cursor;
	uint64_t pos;		/* current; past 32 bits only in a damaged list */
	/* private */
	const uint32_t *gap, *gap_end;	/* decoded, not yet added */
	uint64_t ordinal;	/* of the first one after those */
	uint64_t end;		/* after the posting's last one */
};

/*
 * Opens it on the cursor's current document, at its first position.  It is good
 * until the cursor moves or is asked for positions.  SCOUT_E_CORRUPT.
 */
int position_reader_open(struct position_reader *r, struct posting_cursor *c);

/* Decodes on; SCOUT_END after the last block. */
int position_refill(struct position_reader *r);

/* Moves to the next position: SCOUT_OK or SCOUT_END. */
static inline int position_next(struct position_reader *r)
{
	int rc;

	if (r->gap == r->gap_end) {
		rc = position_refill(r);
		if (rc)
			return rc;
	}
	r->pos += *r->gap++;
	return SCOUT_OK;
}

/* Positions in the posting, for weighing one against another. */
static inline uint64_t position_count(const struct position_reader *r)
{
	return r->cursor->freqs[r->cursor->index];
}

/*
 * Moves both on until b stands `offset` after a.  SCOUT_OK, staying if they do;
 * SCOUT_END if they never do.
 */
int position_meet(struct position_reader *a, struct position_reader *b,
		  uint32_t offset);
/* Moves both on until b stands 1 to `after` after a, or 1 to `before` before
 * it.  They are of different terms: no position is in both. */
int position_near(struct position_reader *a, struct position_reader *b,
		  uint32_t after, uint32_t before);

/* Moves to the first position >= target, staying if it is there; SCOUT_END if
 * there is none. */
int position_seek(struct position_reader *r, uint64_t target);

#endif
