/*
 * The documents of byte-coded lists, gone through without writing them down:
 * for sets of documents (doc_set.h), where this is what costs.
 *
 * What costs is not to know what comes next: whether there is a frequency, how
 * many bytes a number has.  So there is no branch for these.
 */
#ifndef SCOUT_INDEX_FORMAT_DOC_RUN_H
#define SCOUT_INDEX_FORMAT_DOC_RUN_H

#include "base/bytes.h"
#include "index_format/limits.h"

#include <stdbool.h>

/* Behind the end of what is read, so many bytes more may be looked at: the
 * checksum of a dictionary block, or other lists. */
enum { DOC_RUN_BEYOND = 8 };

#define DOC_RUN_INLINE static inline __attribute__((always_inline))

#define RUN_LAST_BYTES 0x8080808080808080	/* of varints, in ~ of them */

/* The value of a varint of at most 3 bytes, from the first of those 8. */
DOC_RUN_INLINE uint32_t run_value(uint64_t bytes, unsigned nbits)
{
	uint32_t x = (uint32_t)bytes & (uint32_t)(((uint64_t)1 << nbits) - 1);

	return (x & 0x7f) | (x >> 1 & 0x3f80) | (x >> 2 & 0x1fc000);
}

/* Reads a varint at p < end: one past it (which may be past end), or NULL. */
DOC_RUN_INLINE const uint8_t *run_number(const uint8_t *p, const uint8_t *end,
					 uint64_t *out)
{
	uint64_t bytes = get_le64(p), last = ~bytes & 0x808080;
	unsigned nbits;

	if (!last)
		return get_varint64(p, end, out);
	nbits = (unsigned)__builtin_ctzll(last) + 1;
	*out = run_value(bytes, nbits);
	return p + nbits / 8;
}

/* The next document of a run at p < end, and whether the word is there once;
 * they hold those of the one before, the frequency of which comes first if it is
 * not 1.  One past it, or NULL. */
DOC_RUN_INLINE const uint8_t *run_next(const uint8_t *p, const uint8_t *end,
				       uint64_t *doc, bool *is_once)
{
	uint64_t bytes = get_le64(p), last = ~bytes & RUN_LAST_BYTES, v;
	unsigned skip = (unsigned)__builtin_ctzll(last | (uint64_t)1 << 63) + 1;
	unsigned nbits;

	skip &= (unsigned)*is_once - 1;
	if (skip <= 32 && last >> skip & 0x808080) {
		nbits = (unsigned)__builtin_ctzll(last >> skip) + 1;
		v = run_value(bytes >> skip, nbits);
		p += (skip + nbits) / 8;
	} else {
		if (!*is_once)
			p = get_varint64(p, end, &v);
		if (p)
			p = get_varint64(p, end, &v);
		if (!p)
			return NULL;
	}
	*is_once = v & 1;
	*doc += (v >> 1) + 1;
	return p;
}

enum run_result {
	RUN_DAMAGED,
	RUN_IN,		/* all documents are in the set */
	RUN_LACKING,	/* one is not: the first such ended it */
};

/*
 * Goes through a run of n documents of a segment with ndocs: the first is doc,
 * its frequency (unless it is there once) and the others follow at p.  Adds them
 * to set, or looks whether they are in it.
 */
DOC_RUN_INLINE enum run_result run_visit(const uint8_t *p, const uint8_t *end,
					 uint64_t doc, bool is_once, uint32_t n,
					 doc_id ndocs, uint64_t *set, bool adds)
{
	for (;;) {
		if (doc >= ndocs)
			return RUN_DAMAGED;
		if (adds)
			set[doc / 64] |= (uint64_t)1 << (doc & 63);
		else if (!(set[doc / 64] >> (doc & 63) & 1))
			return RUN_LACKING;
		if (!--n)
			return p <= end ? RUN_IN : RUN_DAMAGED;
		if (p >= end || !(p = run_next(p, end, &doc, &is_once)))
			return RUN_DAMAGED;
	}
}

#endif
