#include "base/setsearch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__AARCH64EL__)
#include <arm_neon.h>
#endif

#include "base/cpu.h"
#include "base/err.h"
#include "base/memsearch.h"

/* places looked at in one step */
enum { BLOCK = 64 };

/* --- Preparing ----------------------------------------------------------- */

/* How many bytes of the set are in 64 KiB of text. */
static uint64_t expected_bytes(const struct ascii_set *set)
{
	uint64_t sum = 0;
	unsigned c;

	for (c = 0; c < 128; c++)
		if (ascii_set_has(set, (uint8_t)c))
			sum += memsearch_expected((uint8_t)c);
	return sum < 1 << 16 ? sum : 1 << 16;
}

/* How many places in 64 KiB have bytes of sets[0..n), if each were by itself. */
static uint64_t expected_places(const struct ascii_set *sets, unsigned n)
{
	uint64_t places = 1 << 16;
	unsigned i;

	for (i = 0; i < n; i++)
		places = places * (expected_bytes(&sets[i]) + 1) >> 16;
	return places;
}

static void fill_table(uint8_t low[16], const struct ascii_set *set)
{
	unsigned c;

	memset(low, 0, 16);
	for (c = 0; c < 128; c++)
		if (ascii_set_has(set, (uint8_t)c))
			low[c & 15] |= (uint8_t)(1 << (c >> 4));
}

void setsearch_init(struct setsearch *s, const struct ascii_set *sets,
		    unsigned n, bool stops_beyond)
{
	uint64_t least = UINT64_MAX, places;
	unsigned i;

	SCOUT_ASSERT(n && n <= SETSEARCH_MAX);
	memset(s, 0, sizeof(*s));
	memcpy(s->sets, sets, n * sizeof(*sets));
	s->n = n;
	s->stops_beyond = stops_beyond;
	s->nlooked = n < SETSEARCH_LOOKED_MAX ? n : SETSEARCH_LOOKED_MAX;
	for (i = 0; i + s->nlooked <= n; i++) {
		places = expected_places(sets + i, s->nlooked);
		if (places < least) {
			least = places;
			s->at = i;
		}
	}
	for (i = 0; i < s->nlooked; i++)
		fill_table(s->low[i], &sets[s->at + i]);
}

uint64_t setsearch_expected(const struct setsearch *s)
{
	return expected_places(s->sets + s->at, s->nlooked);
}

/* --- Plain --------------------------------------------------------------- */

static const uint8_t *find_plain(const struct setsearch *s, const uint8_t *p,
				 const uint8_t *end)
{
	for (; p < end; p++)
		if ((s->stops_beyond && *p > 127) ||
		    ((size_t)(end - p) >= s->n && setsearch_stands_at(s, p)))
			return p;
	return NULL;
}

/* --- By vectors ---------------------------------------------------------- */

/* Bits for the 64 places from p on: where the sets looked for stand, and in
 * *beyond, which places have a byte beyond ASCII. */
typedef uint64_t (*places_fn)(const struct setsearch *s, const uint8_t *p,
			      uint64_t *beyond);

/* The first of the places from p on that counts, by the bits of looked, which
 * has those of the bytes looked at. */
static inline __attribute__((always_inline)) const uint8_t *
check_places(const struct setsearch *s, const uint8_t *looked, uint64_t bits,
	     uint64_t beyond)
{
	uint64_t all = s->stops_beyond ? bits | beyond : bits;

	for (; all; all &= all - 1) {
		const uint8_t *p = looked + __builtin_ctzll(all);

		if (*p > 127)
			return p;
		if (s->n == s->nlooked || setsearch_stands_at(s, p - s->at))
			return p - s->at;
	}
	return NULL;
}

/* Inlined into one function per instruction set. */
static inline __attribute__((always_inline)) const uint8_t *
find_by_places(const struct setsearch *s, struct span text, places_fn places)
{
	const uint8_t *p = text.ptr, *end = p + text.len, *last, *hit;
	uint64_t bits, beyond;
	unsigned i;

	if (text.len < (size_t)s->n + BLOCK)
		return find_plain(s, p, end);
	/* bytes that are looked at with no place */
	for (i = 0; s->stops_beyond && i < s->at; i++)
		if (p[i] > 127)
			return find_plain(s, p, end);
	last = end - s->n - BLOCK + 1;
	for (; p <= last; p += BLOCK) {
		bits = places(s, p + s->at, &beyond);
		if (!(bits | beyond))
			continue;
		hit = check_places(s, p + s->at, bits, beyond);
		if (hit)
			return hit;
	}
	return find_plain(s, p, end);
}

/* --- x86-64 -------------------------------------------------------------- */

#if defined(__x86_64__)
#define TARGET_SSE42 __attribute__((target("sse4.2,popcnt")))
#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2")))

/* In both, a byte beyond ASCII has a set bit that makes the look-up by its low
 * half 0. */

TARGET_SSE42
static inline uint32_t none_sse42(const struct setsearch *s, const uint8_t *p)
{
	const __m128i bit_of = _mm_set1_epi64x((long long)0x8040201008040201);
	const __m128i nibble = _mm_set1_epi8(15), zero = _mm_setzero_si128();
	__m128i none = zero;
	unsigned k;

	for (k = 0; k < s->nlooked; k++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + k));
		__m128i low = _mm_loadu_si128((const __m128i *)s->low[k]);
		__m128i high = _mm_and_si128(_mm_srli_epi16(v, 4), nibble);

		low = _mm_shuffle_epi8(low, v);
		high = _mm_shuffle_epi8(bit_of, high);
		low = _mm_and_si128(low, high);
		none = _mm_or_si128(none, _mm_cmpeq_epi8(low, zero));
	}
	return (uint32_t)_mm_movemask_epi8(none);
}

TARGET_SSE42
static inline uint64_t places_sse42(const struct setsearch *s, const uint8_t *p,
				    uint64_t *beyond)
{
	uint64_t none = 0, high = 0;
	unsigned i;

	for (i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));

		none |= (uint64_t)none_sse42(s, p + i) << i;
		high |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << i;
	}
	*beyond = high;
	return ~none;
}

TARGET_AVX2
static inline __m256i none_avx2(const struct setsearch *s, const uint8_t *p,
				unsigned k)
{
	const __m256i bit_of =
		_mm256_set1_epi64x((long long)0x8040201008040201);
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i v = _mm256_loadu_si256((const __m256i *)(p + k));
	__m256i low = _mm256_broadcastsi128_si256(
		_mm_loadu_si128((const __m128i *)s->low[k]));
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble);

	low = _mm256_shuffle_epi8(low, v);
	high = _mm256_shuffle_epi8(bit_of, high);
	return _mm256_cmpeq_epi8(_mm256_and_si256(low, high),
				 _mm256_setzero_si256());
}

TARGET_AVX2
static inline uint32_t all_none_avx2(const struct setsearch *s,
				     const uint8_t *p)
{
	__m256i none = none_avx2(s, p, 0);

	if (s->nlooked > 1)
		none = _mm256_or_si256(none, none_avx2(s, p, 1));
	if (s->nlooked > 2)
		none = _mm256_or_si256(none, none_avx2(s, p, 2));
	return (uint32_t)_mm256_movemask_epi8(none);
}

TARGET_AVX2
static inline uint64_t places_avx2(const struct setsearch *s, const uint8_t *p,
				   uint64_t *beyond)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)p);
	__m256i b = _mm256_loadu_si256((const __m256i *)(p + 32));

	*beyond = (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32 |
		  (uint32_t)_mm256_movemask_epi8(a);
	return ~((uint64_t)all_none_avx2(s, p + 32) << 32 |
		 all_none_avx2(s, p));
}

TARGET_SSE42
static const uint8_t *find_sse42(const struct setsearch *s, struct span text)
{
	return find_by_places(s, text, places_sse42);
}

TARGET_AVX2
static const uint8_t *find_avx2(const struct setsearch *s, struct span text)
{
	return find_by_places(s, text, places_avx2);
}
#endif

/* --- AArch64 ------------------------------------------------------------- */

#if defined(__AARCH64EL__)
/* The bits of four vectors whose bytes are 0 or 255. */
static inline uint64_t bits_neon(const uint8x16_t v[4])
{
	static const uint8_t bit_of[16] = { 1, 2, 4, 8, 16, 32, 64, 128,
					    1, 2, 4, 8, 16, 32, 64, 128 };
	const uint8x16_t bit = vld1q_u8(bit_of);
	uint8x16_t a, b;

	a = vpaddq_u8(vandq_u8(v[0], bit), vandq_u8(v[1], bit));
	b = vpaddq_u8(vandq_u8(v[2], bit), vandq_u8(v[3], bit));
	a = vpaddq_u8(a, b);
	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(a, a)), 0);
}

static inline uint8x16_t fits_neon(const struct setsearch *s, const uint8_t *p,
				   unsigned k)
{
	static const uint8_t bits[16] = { 1, 2, 4, 8, 16, 32, 64, 128 };
	uint8x16_t v = vld1q_u8(p + k);
	/* beyond the table is 0 */
	uint8x16_t low = vqtbl1q_u8(vld1q_u8(s->low[k]),
				    vandq_u8(v, vdupq_n_u8(0x8f)));

	return vtstq_u8(low, vqtbl1q_u8(vld1q_u8(bits), vshrq_n_u8(v, 4)));
}

static inline uint64_t places_neon(const struct setsearch *s, const uint8_t *p,
				   uint64_t *beyond)
{
	uint8x16_t fits[4], high[4];
	unsigned i, k;

	for (i = 0; i < 4; i++) {
		fits[i] = fits_neon(s, p + 16 * i, 0);
		for (k = 1; k < s->nlooked; k++)
			fits[i] = vandq_u8(fits[i],
					   fits_neon(s, p + 16 * i, k));
		high[i] = vcgeq_u8(vld1q_u8(p + 16 * i), vdupq_n_u8(128));
	}
	*beyond = bits_neon(high);
	return bits_neon(fits);
}

static const uint8_t *find_neon(const struct setsearch *s, struct span text)
{
	return find_by_places(s, text, places_neon);
}
#endif

/* --- The choice ---------------------------------------------------------- */

const uint8_t *setsearch_find(const struct setsearch *s, struct span text)
{
	switch (cpu_level()) {
#if defined(__x86_64__)
	case CPU_AVX2:
		return find_avx2(s, text);
	case CPU_SSE42:
		return find_sse42(s, text);
#elif defined(__AARCH64EL__)
	case CPU_NEON:
		return find_neon(s, text);
#endif
	default:
		return find_plain(s, text.ptr, text.ptr + text.len);
	}
}
