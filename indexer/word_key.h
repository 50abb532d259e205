/*
 * A word of up to 16 bytes as two integers, and the letters in it.
 *
 * Sixteen bytes at a time, in the compilers' own vector types: the same code is
 * SSE2, NEON or integer arithmetic.
 */
#ifndef SCOUT_INDEXER_WORD_KEY_H
#define SCOUT_INDEXER_WORD_KEY_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "index_format/surface.h"

enum { KEY_BYTES = 16 };

/* Words of up to 16 bytes are compared as two integers. */
struct word_key {
	uint64_t a, b;
};

typedef int8_t key_bytes __attribute__((vector_size(KEY_BYTES)));

/* Ones in the first n <= 16 bytes, then zeros. */
static inline key_bytes key_mask(uint32_t n)
{
	static const uint8_t ones[2 * KEY_BYTES] = {
		255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255,
	};
	key_bytes mask;

	memcpy(&mask, ones + KEY_BYTES - n, sizeof(mask));
	return mask;
}

/* Ones in the bytes of v that lie between first and last. */
static inline key_bytes key_between(key_bytes v, char first, char last)
{
	return (v > (int8_t)(first - 1)) & (v < (int8_t)(last + 1));
}

/* n <= 16 bytes at p (16 readable), ASCII letters in lower case, zeros after. */
static inline struct word_key word_key_load(const uint8_t *p, uint32_t n)
{
	struct word_key k;
	key_bytes v;

	memcpy(&v, p, sizeof(v));
	v |= key_between(v, 'A', 'Z') & 0x20;
	v &= key_mask(n);
	memcpy(&k, &v, sizeof(k));
	return k;
}

/* The folded 64 x 64 bit product, as in wyhash. */
static inline uint64_t key_mix(uint64_t a, uint64_t b)
{
	__extension__ typedef unsigned __int128 wide;
	wide p = (wide)a * b;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* The hash of a key of n bytes. */
static inline uint64_t word_key_hash(struct word_key k, uint32_t n)
{
	return key_mix(k.a ^ 0x9e3779b97f4a7c15u,
		       k.b ^ n ^ 0xd6e8feb86659fd93u);
}

/* The first 8 bytes of a word as a number; those of two words that differ have
 * the order of the words.  (Words hold no zero bytes, so zeros after a short one
 * keep it.) */
static inline uint64_t word_order_key(const uint8_t *p, uint32_t len)
{
	uint64_t key = 0;
	uint32_t i;

	if (len >= 8) {
		memcpy(&key, p, 8);
		return __builtin_bswap64(key);
	}
	for (i = 0; i < len; i++)
		key |= (uint64_t)p[i] << (56 - 8 * i);
	return key;
}

/* Which of a word's bytes (up to 16 at p) are letters of either case. */
struct word_letters {
	uint32_t upper, lower;
};

/* Those of n <= 16 bytes at p (16 readable). */
static inline struct word_letters word_letters_load(const uint8_t *p,
						    uint32_t n)
{
	struct word_letters l = { 0, 0 };
#if defined(__SSE2__)
	/* bits from a vector: a few percent more words a second than without */
	const uint32_t in_word = ((uint32_t)1 << n) - 1;
	key_bytes v;

	memcpy(&v, p, sizeof(v));
	l.upper = (uint32_t)_mm_movemask_epi8(
			  (__m128i)key_between(v, 'A', 'Z')) & in_word;
	l.lower = (uint32_t)_mm_movemask_epi8(
			  (__m128i)key_between(v, 'a', 'z')) & in_word;
#else
	uint32_t i;

	for (i = 0; i < n; i++) {
		l.upper |= (uint32_t)(p[i] >= 'A' && p[i] <= 'Z') << i;
		l.lower |= (uint32_t)(p[i] >= 'a' && p[i] <= 'z') << i;
	}
#endif
	return l;
}

/* How a word with these letters is spelt. */
static inline uint8_t surface_of_letters(struct word_letters l)
{
	if (!l.upper)
		return SURFACE_LOWER;
	if (l.upper == 1)
		return SURFACE_CAPITAL;
	return l.lower ? SURFACE_OTHER : SURFACE_UPPER;
}

#endif
