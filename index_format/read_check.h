/*
 * Verifying the checksums of what is read, when it is read first
 * (scout-query --check-reads).
 *
 * What was found good is remembered: ranges of chunks by a bit (streams.h),
 * dictionary blocks by their key and address.  Both are atomic, so that threads
 * that read at once may verify at once; two may verify the same.
 */
#ifndef SCOUT_INDEX_FORMAT_READ_CHECK_H
#define SCOUT_INDEX_FORMAT_READ_CHECK_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/span.h"

struct read_check {
	/* a number for key and address of each, in slots by address; a block
	 * displaces another that has the same slot */
	_Atomic uint64_t *blocks;
	size_t nslots;		/* a power of two */
	/* the first damage that was found, in words */
	atomic_bool has_damage;
	char damage[200];
};

/* For so many dictionary blocks.  SCOUT_E_NOMEM. */
int read_check_new(uint64_t nblocks, struct read_check **out);
/* Accepts NULL. */
void read_check_free(struct read_check *c);

/* Verifies a dictionary block, by its key.  SCOUT_E_CORRUPT. */
int read_check_block(struct read_check *c, struct span key, struct span block);

/* Remembers where damage is, unless some is remembered; returns
 * SCOUT_E_CORRUPT. */
int read_check_damage(struct read_check *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The words for the damage found since the last call, borrowed, or NULL.  To be
 * called when no thread reads.
 */
const char *read_check_take_damage(struct read_check *c);

#endif
