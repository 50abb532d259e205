/*
 * Which segments to merge: tiers of similar size.
 *
 * Eight segments of about the same size become one, so a document is rewritten
 * about once for each tier that it rises through. A segment of which much is
 * deleted is rewritten, and there are never many more than a dozen.
 */
#ifndef SCOUT_INDEXER_TIERS_H
#define SCOUT_INDEXER_TIERS_H

#include "index_format/manifest.h"

enum {
	TIER_SEGMENTS = 8,     /* of similar size are merged */
	TIER_MAX_ALIVE = 12,   /* more segments than that are merged */
	TIER_MAX_DELETED = 30, /* percent; more, and it is rewritten */
	/* smaller ones are all of one size; each tier has eight times the size
	 * of the one before */
	TIER_FLOOR_BYTES = 256 << 10,
};

/* Bytes that a segment takes in the store, about. */
uint64_t segment_bytes(const struct segment_meta *m);

/*
 * Puts the indices of the segments to be merged into picked (room for n),
 * ascending, and returns how many they are: 0 if all is well. Asked again after
 * the merge, it may find more. What is merged holds no more than
 * SEGMENT_MAX_DOCS documents.
 */
size_t tiers_pick(const struct segment_meta *segments, size_t n,
		  uint32_t *picked);

#endif
