/*
 * Postings in memory, by term, until they become a sorted run.
 *
 * One per worker thread.  Terms and postings live in one reserved region of
 * address space and are addressed by 32-bit offsets; a term's postings are a
 * chain of slices that double in size (as in Lucene's byte block pool).
 * accumulator_bytes tells when the budget is used up.
 */
#ifndef SCOUT_INDEXER_ACCUMULATOR_H
#define SCOUT_INDEXER_ACCUMULATOR_H

#include "base/buf.h"
#include "index_format/limits.h"
#include "indexer/file_terms.h"

struct accumulator {
	uint8_t *base;		/* region; offset 0 is never used */
	size_t reserved_bytes;
	size_t used;
	size_t noted;		/* of it, counted with scout_mem_note */
	struct acc_slot *slots;
	uint32_t nslots;	/* a power of two */
	uint32_t nterms;
	uint64_t npostings;
};

/* A term in sorted order: its first 8 bytes as a number, and where it is. */
struct sorted_term {
	uint64_t key;
	uint32_t term;
};

/* max_bytes: the most it may ever take.  SCOUT_OK or SCOUT_E_NOMEM. */
int accumulator_init(struct accumulator *acc, size_t max_bytes);
void accumulator_release(struct accumulator *acc);
/* Forgets everything and gives the memory back. */
void accumulator_clear(struct accumulator *acc);

/*
 * Adds the words of a file (finished) as document doc.  Documents ascend;
 * adding to the last one again continues it.  SCOUT_E_LIMIT if the region is
 * full: clear it first.
 */
int accumulator_add(struct accumulator *acc, const struct file_terms *file,
		    uint32_t doc);

/* Bytes that it takes now, with what sorting it will need. */
size_t accumulator_bytes(const struct accumulator *acc);
/* The most bytes that adding this file can take, fresh slices of terms that are
 * already there apart. */
size_t accumulator_need(const struct file_terms *file);

/* All terms in bytewise order: nterms of them, owned by the caller.  The hash
 * table is given up for it: clear comes next. */
int accumulator_sort(struct accumulator *acc, struct sorted_term **out);
/* How a term is spelt: bits of enum surface. */
uint8_t accumulator_surface(const struct accumulator *acc, uint32_t term);
/* The bytes of a term. */
struct span accumulator_term(const struct accumulator *acc, uint32_t term);
/*
 * The postings of a term, slice by slice: for each document varint(gap << 1 |
 * (freq == 1)), varint freq unless it is 1, varint gaps of the positions.  The
 * first gap is doc + 1; gap 0 continues the document before.
 */
struct postings_slice {
	struct span bytes;	/* borrowed from the accumulator */
	uint32_t at, end, slice_bytes, slice_end, write;
	bool is_last;
};
/* Begins at the first slice; returns the length of all. */
uint32_t postings_slice_first(const struct accumulator *acc, uint32_t term,
			      struct postings_slice *s);
/* To the next slice; false if there is none. */
bool postings_slice_next(const struct accumulator *acc,
			 struct postings_slice *s);

#endif
