/*
 * What 64 bytes of a text are: word characters, ends of lines, not ASCII.
 *
 * The plain body says what is right; the others do the same with 16 or 32 bytes
 * at a time.  They are inlined into the tokenizer's loop, one copy of it per
 * kind of processor.
 */
#ifndef SCOUT_INDEX_FORMAT_BYTE_MASKS_H
#define SCOUT_INDEX_FORMAT_BYTE_MASKS_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__AARCH64EL__)
#include <arm_neon.h>
#endif

enum { MASK_BYTES = 64 };

/* A bit for each of 64 bytes. */
struct byte_masks {
	uint64_t word;		/* [0-9A-Za-z_] */
	uint64_t newline;
	uint64_t high;		/* not ASCII */
};

enum { BYTE_WORD = 1, BYTE_NEWLINE = 2 };

static const uint8_t byte_kinds[128] = {
	['\n'] = BYTE_NEWLINE,
	['0'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['A'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['N'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['_'] = 1,
	['a'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['n'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};

/* Whether it is one of [0-9A-Za-z_]. */
static inline bool byte_is_word(uint8_t c)
{
	return c < 128 && byte_kinds[c] == BYTE_WORD;
}

/* The masks of the 64 bytes from p on. */
static inline struct byte_masks byte_masks_plain(const uint8_t *p)
{
	struct byte_masks m = { 0, 0, 0 };
	unsigned i;

	for (i = 0; i < MASK_BYTES; i++) {
		uint64_t kind = byte_kinds[p[i] & 127];
		uint64_t high = p[i] >> 7;

		kind &= high - 1;	/* nothing if not ASCII */
		m.word |= (kind & BYTE_WORD) << i;
		m.newline |= kind / BYTE_NEWLINE << i;
		m.high |= high << i;
	}
	return m;
}

/*
 * Vector code finds word characters with two look-ups by nibble, joined by AND
 * (the classification of Langdale and Lemire, "Parsing Gigabytes of JSON per
 * Second", VLDB J. 28, 2019): bit 0 digits (3x), bit 1 letters 4x 6x, bit 2
 * letters 5x 7x, bit 3 '_'.
 */
#define WORD_BY_LOW 5, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6, 2, 2, 2, 2, 10
#define WORD_BY_HIGH 0, 0, 0, 1, 2, 12, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0

#if defined(__x86_64__)
#define MASKS_SSE42 __attribute__((target("sse4.2,popcnt")))
#define MASKS_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

/* 0 in the bytes that are no word characters. */
MASKS_SSE42
static inline __m128i word_bytes_sse42(__m128i v)
{
	const __m128i by_low = _mm_setr_epi8(WORD_BY_LOW);
	const __m128i by_high = _mm_setr_epi8(WORD_BY_HIGH);
	const __m128i nibble = _mm_set1_epi8(15);
	__m128i low = _mm_and_si128(v, nibble);
	__m128i high = _mm_and_si128(_mm_srli_epi16(v, 4), nibble);

	return _mm_and_si128(_mm_shuffle_epi8(by_low, low),
			     _mm_shuffle_epi8(by_high, high));
}

/* As byte_masks_plain. */
MASKS_SSE42
static inline struct byte_masks byte_masks_sse42(const uint8_t *p)
{
	const __m128i zero = _mm_setzero_si128();
	const __m128i newline = _mm_set1_epi8('\n');
	struct byte_masks m = { 0, 0, 0 };
	unsigned i;

	for (i = 0; i < MASK_BYTES; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i other = _mm_cmpeq_epi8(word_bytes_sse42(v), zero);
		__m128i end = _mm_cmpeq_epi8(v, newline);

		m.word |= (uint64_t)(uint32_t)_mm_movemask_epi8(other) << i;
		m.newline |= (uint64_t)(uint32_t)_mm_movemask_epi8(end) << i;
		m.high |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << i;
	}
	m.word = ~m.word;
	return m;
}

/* 0 in the bytes that are no word characters. */
MASKS_AVX2
static inline __m256i word_bytes_avx2(__m256i v)
{
	const __m256i by_low = _mm256_setr_epi8(WORD_BY_LOW, WORD_BY_LOW);
	const __m256i by_high = _mm256_setr_epi8(WORD_BY_HIGH, WORD_BY_HIGH);
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i low = _mm256_and_si256(v, nibble);
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble);

	return _mm256_and_si256(_mm256_shuffle_epi8(by_low, low),
				_mm256_shuffle_epi8(by_high, high));
}

/* As byte_masks_plain. */
MASKS_AVX2
static inline struct byte_masks byte_masks_avx2(const uint8_t *p)
{
	const __m256i zero = _mm256_setzero_si256();
	const __m256i newline = _mm256_set1_epi8('\n');
	struct byte_masks m = { 0, 0, 0 };
	unsigned i;

	for (i = 0; i < MASK_BYTES; i += 32) {
		__m256i v = _mm256_loadu_si256((const __m256i *)(p + i));
		__m256i other = _mm256_cmpeq_epi8(word_bytes_avx2(v), zero);
		__m256i end = _mm256_cmpeq_epi8(v, newline);

		m.word |= (uint64_t)(uint32_t)_mm256_movemask_epi8(other) << i;
		m.newline |= (uint64_t)(uint32_t)_mm256_movemask_epi8(end) << i;
		m.high |= (uint64_t)(uint32_t)_mm256_movemask_epi8(v) << i;
	}
	m.word = ~m.word;
	return m;
}
#endif

#if defined(__AARCH64EL__)
/* A bit for each byte of four vectors whose bytes are 0 or 255. */
static inline uint64_t mask_neon(uint8x16_t a, uint8x16_t b, uint8x16_t c,
				 uint8x16_t d)
{
	static const uint8_t bits[16] = { 1, 2, 4, 8, 16, 32, 64, 128,
					  1, 2, 4, 8, 16, 32, 64, 128 };
	const uint8x16_t bit = vld1q_u8(bits);

	a = vpaddq_u8(vandq_u8(a, bit), vandq_u8(b, bit));
	c = vpaddq_u8(vandq_u8(c, bit), vandq_u8(d, bit));
	a = vpaddq_u8(a, c);
	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(a, a)), 0);
}

/* 255 in the bytes that are word characters, else 0. */
static inline uint8x16_t word_bytes_neon(uint8x16_t v)
{
	static const uint8_t by_low[16] = { WORD_BY_LOW };
	static const uint8_t by_high[16] = { WORD_BY_HIGH };
	uint8x16_t low = vqtbl1q_u8(vld1q_u8(by_low),
				    vandq_u8(v, vdupq_n_u8(15)));
	uint8x16_t high = vqtbl1q_u8(vld1q_u8(by_high), vshrq_n_u8(v, 4));

	return vtstq_u8(low, high);
}

/* As byte_masks_plain. */
static inline struct byte_masks byte_masks_neon(const uint8_t *p)
{
	const uint8x16_t newline = vdupq_n_u8('\n');
	const uint8x16_t high = vdupq_n_u8(128);
	uint8x16_t a = vld1q_u8(p), b = vld1q_u8(p + 16);
	uint8x16_t c = vld1q_u8(p + 32), d = vld1q_u8(p + 48);
	struct byte_masks m;

	m.word = mask_neon(word_bytes_neon(a), word_bytes_neon(b),
			   word_bytes_neon(c), word_bytes_neon(d));
	m.newline = mask_neon(vceqq_u8(a, newline), vceqq_u8(b, newline),
			      vceqq_u8(c, newline), vceqq_u8(d, newline));
	m.high = mask_neon(vtstq_u8(a, high), vtstq_u8(b, high),
			   vtstq_u8(c, high), vtstq_u8(d, high));
	return m;
}
#endif

#endif
