#include "index_format/prefix_sum.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__AARCH64EL__)
#include <arm_neon.h>
#endif

#include "base/cpu.h"

enum {
	NVALUES = 128,
	/* the sum of 128 gaps and ones is less than 2^32 */
	NARROW = 24,
};

static uint64_t sum_plain(uint32_t *values, uint64_t start)
{
	uint64_t doc = start;
	unsigned i;

	for (i = 0; i < NVALUES; i++) {
		doc += values[i];
		values[i] = (uint32_t)doc++;
	}
	return doc;
}

/* Vector code knows sums modulo 2^32: the end from the last of them. */
static inline uint64_t end_of(const uint32_t *values, uint64_t start)
{
	return start + (values[NVALUES - 1] - (uint32_t)start) + (uint64_t)1;
}

#if defined(__x86_64__)
#define TARGET_SSE42 __attribute__((target("sse4.2")))
#define TARGET_AVX2 __attribute__((target("avx2")))

/* Four at a time: each lane gets those before it, in two steps, and the last
 * document of the four before. */
TARGET_SSE42
static uint64_t sum_sse42(uint32_t *values, uint64_t start)
{
	const __m128i ones = _mm_setr_epi32(1, 2, 3, 4);
	__m128i last = _mm_set1_epi32((int)(uint32_t)(start - 1)), v;
	unsigned i;

	for (i = 0; i < NVALUES; i += 4) {
		v = _mm_loadu_si128((const __m128i *)(values + i));
		v = _mm_add_epi32(v, _mm_slli_si128(v, 4));
		v = _mm_add_epi32(v, _mm_slli_si128(v, 8));
		v = _mm_add_epi32(v, _mm_add_epi32(ones, last));
		_mm_storeu_si128((__m128i *)(values + i), v);
		last = _mm_shuffle_epi32(v, _MM_SHUFFLE(3, 3, 3, 3));
	}
	return end_of(values, start);
}

/* Eight at a time: the halves apart, then the lower one's sum to the upper. */
TARGET_AVX2
static uint64_t sum_avx2(uint32_t *values, uint64_t start)
{
	const __m256i ones = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8);
	const __m256i lane3 = _mm256_set1_epi32(3), lane7 = _mm256_set1_epi32(7);
	const __m256i upper = _mm256_setr_epi32(0, 0, 0, 0, -1, -1, -1, -1);
	__m256i last = _mm256_set1_epi32((int)(uint32_t)(start - 1)), v, half;
	unsigned i;

	for (i = 0; i < NVALUES; i += 8) {
		v = _mm256_loadu_si256((const __m256i *)(values + i));
		v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
		v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
		half = _mm256_permutevar8x32_epi32(v, lane3);
		v = _mm256_add_epi32(v, _mm256_and_si256(half, upper));
		v = _mm256_add_epi32(v, ones);
		_mm256_storeu_si256((__m256i *)(values + i),
				    _mm256_add_epi32(v, last));
		/* of what does not wait for the eight before */
		last = _mm256_add_epi32(
			last, _mm256_permutevar8x32_epi32(v, lane7));
	}
	return end_of(values, start);
}
#elif defined(__AARCH64EL__)
static uint64_t sum_neon(uint32_t *values, uint64_t start)
{
	static const uint32_t one_to_four[4] = { 1, 2, 3, 4 };
	const uint32x4_t ones = vld1q_u32(one_to_four), zero = vdupq_n_u32(0);
	uint32x4_t last = vdupq_n_u32((uint32_t)(start - 1)), v;
	unsigned i;

	for (i = 0; i < NVALUES; i += 4) {
		v = vld1q_u32(values + i);
		v = vaddq_u32(v, vextq_u32(zero, v, 3));
		v = vaddq_u32(v, vextq_u32(zero, v, 2));
		v = vaddq_u32(v, vaddq_u32(ones, last));
		vst1q_u32(values + i, v);
		last = vdupq_laneq_u32(v, 3);
	}
	return end_of(values, start);
}
#endif

uint64_t prefix_sum(uint32_t *values, unsigned width, uint64_t start)
{
	if (width > NARROW)
		return sum_plain(values, start);
	switch (cpu_level()) {
#if defined(__x86_64__)
	case CPU_AVX2:
		return sum_avx2(values, start);
	case CPU_SSE42:
		return sum_sse42(values, start);
#elif defined(__AARCH64EL__)
	case CPU_NEON:
		return sum_neon(values, start);
#endif
	default:
		return sum_plain(values, start);
	}
}
