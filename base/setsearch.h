/*
 * Sequences of bytes of given sets in a text: a capital letter, '_' and a digit,
 * for instance.
 *
 * Up to three neighbours of the sequence, the rarest, are looked up in the text
 * by the halves of their bytes, a vector of places at a time; where they fit, the
 * rest is compared.
 *
 * Sets are of ASCII.  A search can be told to stop at bytes beyond, too, since a
 * caller that means characters has to look at those in another way.
 *
 * Nothing outside the text is read.  What was prepared is never changed by a
 * search, so threads may share it.
 */
#ifndef SCOUT_BASE_SETSEARCH_H
#define SCOUT_BASE_SETSEARCH_H

#include "base/span.h"

#include <stdbool.h>

enum { SETSEARCH_MAX = 16, SETSEARCH_LOOKED_MAX = 3 };

/* Bytes of ASCII. */
struct ascii_set {
	uint64_t bits[2];
};

struct setsearch {
	struct ascii_set sets[SETSEARCH_MAX];
	unsigned n;
	bool stops_beyond;	/* at bytes beyond ASCII */
	/* the sets that the vectors look for: nlooked from `at` on; bit h of
	 * low[k][l]: h << 4 | l is in the k-th of them */
	unsigned at, nlooked;
	uint8_t low[SETSEARCH_LOOKED_MAX][16];
};

static inline bool ascii_set_has(const struct ascii_set *s, uint8_t c)
{
	return c < 128 && s->bits[c / 64] >> (c % 64) & 1;
}

/* Prepares the search for 1 to SETSEARCH_MAX sets, none of them empty. */
void setsearch_init(struct setsearch *s, const struct ascii_set *sets,
		    unsigned n, bool stops_beyond);

/* About how many places in 64 KiB of text the vectors will find. */
uint64_t setsearch_expected(const struct setsearch *s);

/* Whether the sequence stands at p, of which s->n bytes are there. */
static inline bool setsearch_stands_at(const struct setsearch *s,
				       const uint8_t *p)
{
	unsigned i;

	for (i = 0; i < s->n; i++)
		if (!ascii_set_has(&s->sets[i], p[i]))
			return false;
	return true;
}

/* The first place in text where the sequence stands (or a byte beyond ASCII, if
 * it stops there); NULL if there is none. */
const uint8_t *setsearch_find(const struct setsearch *s, struct span text);

#endif
