/*
 * Byte strings in a text: where one of them, or the first of several, begins.
 *
 * One string: two of its bytes that are rare in texts are compared with the
 * text, a vector of places at a time; where both fit, the rest is compared.
 * Several strings: three bytes of each are looked up by their halves in tables
 * of bits ("Teddy", from Hyperscan; Wang and others, "Hyperscan: A Fast
 * Multi-pattern Regex Matcher for Modern CPUs", NSDI 2019).
 *
 * any_case: ASCII letters match in either case, other bytes only themselves.
 *
 * Nothing outside the text is read.  What was prepared is never changed by a
 * search, so threads may share it.  Texts that look like the string nearly
 * everywhere cost up to text times string; the exact search of one string does
 * not (it then falls back on memmem).
 */
#ifndef SCOUT_BASE_MEMSEARCH_H
#define SCOUT_BASE_MEMSEARCH_H

#include "base/span.h"

enum { MEMSEARCH_SET_MAX = 64 };

/* One string. */
struct memsearch {
	struct span string;	/* borrowed */
	bool any_case;
	/* the two bytes looked for: where in the string, what is set in the
	 * text's byte before it is compared (0x20 for a letter in any case),
	 * and what it must be then */
	uint32_t at[2];
	uint8_t set[2], byte[2];
};

/* Prepares the search for a string of at least one byte. */
void memsearch_init(struct memsearch *s, struct span string, bool any_case);

/* The first occurrence in text, or NULL. */
const uint8_t *memsearch_find(const struct memsearch *s, struct span text);

/* About how often a byte stands in 64 KiB of text. */
uint32_t memsearch_expected(uint8_t c);

/* Several strings. */
struct memsearch_set {
	const struct span *strings;	/* borrowed */
	size_t n;
	bool any_case;
	size_t shortest;	/* bytes */
	/* the bytes looked at, a string's key: nbytes (1 to 3) of them, `at`
	 * bytes from its start */
	size_t at;
	unsigned nbytes;
	uint32_t keys[MEMSEARCH_SET_MAX];
	/* strings are put into eight buckets; bit b of low[k][l] & high[k][h]:
	 * in bucket b a key may have h << 4 | l as its byte k */
	uint8_t low[3][16], high[3][16];
	/* hashes of all keys */
	uint64_t filter[64];
};

/* Prepares the search for 1 to MEMSEARCH_SET_MAX strings of at least one byte;
 * the array is borrowed, too. */
void memsearch_set_init(struct memsearch_set *s, const struct span *strings,
			size_t n, bool any_case);

/* The first place in text where one of them begins, or NULL; *out_index is the
 * first in the array that begins there. */
const uint8_t *memsearch_set_find(const struct memsearch_set *s,
				  struct span text, size_t *out_index);

#endif
