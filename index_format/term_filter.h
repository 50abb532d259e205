/*
 * Which trigrams occur in the terms of a dictionary block (format, "Filters").
 *
 * For questions about pieces of words: a term that holds "lock" is only in
 * blocks whose filters have "loc" and "ock".  A filter is a signature of 2048
 * bits, one a trigram; those of 512 blocks are stored bit by bit ("bit-sliced":
 * Faloutsos and Christodoulakis, "Signature Files", ACM TOIS 2(4), 1984), so
 * that asking for a trigram is an AND of 64 bytes for 512 blocks.
 */
#ifndef SCOUT_INDEX_FORMAT_TERM_FILTER_H
#define SCOUT_INDEX_FORMAT_TERM_FILTER_H

#include "base/buf.h"
#include "base/span.h"
#include "index_format/limits.h"

enum {
	FILTER_BITS = 2048,		/* of one block */
	FILTER_BLOCKS = 512,		/* blocks in a group */
	FILTER_ROW_BYTES = FILTER_BLOCKS / 8,	/* a bit of all of them */
	FILTER_GROUP_BYTES = FILTER_BITS * FILTER_ROW_BYTES,
};

/* Set if the block has a term that may have been cut, of which no end is known;
 * no trigram has this bit. */
enum { FILTER_CUT_BIT = 0 };

/* The bit of a trigram. */
static inline unsigned filter_bit(uint8_t a, uint8_t b, uint8_t c)
{
	uint32_t v = a | (uint32_t)b << 8 | (uint32_t)c << 16;
	uint32_t bit = v * 0x9e3779b1u >> 21;

	return bit + (bit == FILTER_CUT_BIT);
}

/* Bytes of a row in a group of n blocks. */
static inline size_t filter_row_bytes(uint32_t nblocks)
{
	return (nblocks + 7) / 8;
}

/* Collects the filters of a group. */
struct filter_writer {
	uint64_t block[FILTER_BITS / 64];	/* of the open block */
	uint8_t *rows;		/* FILTER_GROUP_BYTES */
	uint32_t nblocks;	/* finished */
	uint8_t last[TERM_MAX_BYTES];	/* term of the open block */
	unsigned last_len;
};

/* SCOUT_OK or SCOUT_E_NOMEM. */
int filter_init(struct filter_writer *w, enum scout_mem_owner owner);
void filter_release(struct filter_writer *w);
/* Adds the next term of the open block. */
void filter_add(struct filter_writer *w, struct span term);
/* Ends the open block; there must be room: w->nblocks < FILTER_BLOCKS. */
void filter_end_block(struct filter_writer *w);
/* The bytes of the group's blocks, borrowed until filter_clear. */
struct span filter_finish(struct filter_writer *w);
/* Empties the group. */
void filter_clear(struct filter_writer *w);

/* Sets the bits of a term, but for those of the beginning that it shares with
 * last, a term whose bits are set. */
void filter_set_term(uint64_t block[FILTER_BITS / 64], struct span last,
		     struct span term);

#endif
