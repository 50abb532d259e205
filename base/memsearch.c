#include "base/memsearch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__AARCH64EL__)
#include <arm_neon.h>
#endif

#include "base/cpu.h"
#include "base/err.h"

/* places looked at in one step */
enum { BLOCK = 64 };

/*
 * How often a byte stands in a text: 16 times the logarithm (base 2) of its
 * occurrences in 64 KiB, measured on the Linux source and on a folder of
 * documentation in equal shares.  Bytes over 127, of which those have few, are
 * taken to be as common as in a text that is full of them.
 */
/* clang-format off */
static const uint8_t commonness[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 163, 171, 0, 0, 77, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	209, 71, 162, 121, 61, 76, 109, 85, 137, 136, 134, 84, 144, 145, 149, 154,
	154, 135, 129, 120, 116, 108, 109, 102, 111, 101, 116, 138, 159, 152, 162, 40,
	61, 141, 120, 141, 135, 145, 128, 118, 113, 140, 63, 103, 133, 132, 133, 131,
	134, 82, 139, 142, 142, 121, 108, 98, 105, 95, 63, 91, 94, 91, 24, 174,
	63, 182, 143, 172, 170, 191, 158, 148, 158, 180, 82, 131, 173, 158, 179, 174,
	166, 105, 178, 183, 185, 158, 142, 132, 139, 135, 91, 106, 84, 106, 47, 0,
	120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
	120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
	120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
	120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120, 120,
	0, 0, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180,
	180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180,
	180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180, 180,
	180, 180, 180, 180, 180, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
/* clang-format on */

uint32_t memsearch_expected(uint8_t c)
{
	return (uint32_t)1 << commonness[c] / 16;
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static uint8_t lower(uint8_t c)
{
	return is_letter(c) ? c | 0x20 : c;
}

/* Whether the string stands at p. */
static bool stands_at(const uint8_t *p, struct span string, bool any_case)
{
	size_t i;

	if (!any_case)
		return !memcmp(p, string.ptr, string.len);
	for (i = 0; i < string.len; i++)
		if (lower(p[i]) != lower(string.ptr[i]))
			return false;
	return true;
}

/* --- One string ---------------------------------------------------------- */

/* A letter in any case is as common as the more common of its two. */
static uint8_t commonness_of(uint8_t c, bool any_case)
{
	uint8_t other = any_case && is_letter(c) ? c ^ 0x20 : c;

	return commonness[c] > commonness[other] ? commonness[c]
						 : commonness[other];
}

static uint8_t byte_in_case(uint8_t c, bool any_case)
{
	return any_case ? lower(c) : c;
}

/* The rarest byte; not_like: but for bytes like the one at that place. */
static uint32_t rarest(struct span string, bool any_case,
		       const uint32_t *not_like)
{
	size_t i, n = string.len < UINT32_MAX ? string.len : UINT32_MAX;
	uint32_t best = not_like ? *not_like : 0;
	unsigned common = UINT8_MAX + 1;

	for (i = 0; i < n; i++) {
		uint8_t c = byte_in_case(string.ptr[i], any_case);

		if (not_like &&
		    c == byte_in_case(string.ptr[*not_like], any_case))
			continue;
		if (commonness_of(c, any_case) < common) {
			common = commonness_of(c, any_case);
			best = (uint32_t)i;
		}
	}
	return best;
}

void memsearch_init(struct memsearch *s, struct span string, bool any_case)
{
	unsigned i;

	SCOUT_ASSERT(string.len);
	s->string = string;
	s->any_case = any_case;
	s->at[0] = rarest(string, any_case, NULL);
	s->at[1] = rarest(string, any_case, &s->at[0]);
	if (s->at[1] == s->at[0]) /* all bytes are the same */
		s->at[1] = string.len > 1;
	for (i = 0; i < 2; i++) {
		uint8_t c = string.ptr[s->at[i]];

		s->set[i] = any_case && is_letter(c) ? 0x20 : 0;
		s->byte[i] = c | s->set[i];
	}
}

static const uint8_t *find_plain(const struct memsearch *s, struct span text)
{
	const uint8_t *p = text.ptr, *end;

	if (text.len < s->string.len)
		return NULL;
	if (!s->any_case)
		return memmem(text.ptr, text.len, s->string.ptr, s->string.len);
	for (end = p + (text.len - s->string.len); p <= end; p++)
		if ((p[s->at[0]] | s->set[0]) == s->byte[0] &&
		    (p[s->at[1]] | s->set[1]) == s->byte[1] &&
		    stands_at(p, s->string, true))
			return p;
	return NULL;
}

/* A bit for each of the 64 places from p on where both bytes fit. */
typedef uint64_t (*pairs_fn)(const struct memsearch *s, const uint8_t *p);

/* In which of the places of bits, from p on, the string stands. */
static const uint8_t *check_pairs(const struct memsearch *s, const uint8_t *p,
				  uint64_t bits, size_t *spent)
{
	for (; bits; bits &= bits - 1) {
		const uint8_t *place = p + __builtin_ctzll(bits);

		if (stands_at(place, s->string, s->any_case))
			return place;
		*spent += s->string.len;
	}
	return NULL;
}

/* Inlined into one function per instruction set. */
static inline __attribute__((always_inline)) const uint8_t *
find_by_pairs(const struct memsearch *s, struct span text, pairs_fn pairs)
{
	size_t nplaces, i = 0, spent = 0;
	const uint8_t *hit;
	uint64_t bits;

	if (text.len < s->string.len + BLOCK)
		return find_plain(s, text);
	nplaces = text.len - s->string.len + 1;
	for (; i + BLOCK <= nplaces; i += BLOCK) {
		bits = pairs(s, text.ptr + i);
		if (!bits)
			continue;
		hit = check_pairs(s, text.ptr + i, bits, &spent);
		if (hit)
			return hit;
		/* the two bytes are of no use here */
		if (!s->any_case && spent > 4096 + 8 * i)
			return find_plain(s,
					  span_of(text.ptr + i, text.len - i));
	}
	if (i == nplaces)
		return NULL;
	/* again some places of the last block, where nothing stands */
	i = nplaces - BLOCK;
	return check_pairs(s, text.ptr + i, pairs(s, text.ptr + i), &spent);
}

/* --- Several strings ----------------------------------------------------- */

/* How many places, in a large text, the three bytes let through. */
static uint64_t expected_places(const struct memsearch_set *s, size_t at)
{
	uint64_t sum = 0;
	size_t i;
	unsigned k, log;

	for (i = 0; i < s->n; i++) {
		log = 16 * 16 * (3 - s->nbytes);
		for (k = 0; k < s->nbytes; k++)
			log += commonness_of(s->strings[i].ptr[at + k],
					     s->any_case);
		sum += (uint64_t)1 << log / 16;
	}
	return sum;
}

static size_t best_place(const struct memsearch_set *s)
{
	uint64_t least = UINT64_MAX, places;
	size_t at, best = 0;

	for (at = 0; at + s->nbytes <= s->shortest && at < UINT8_MAX; at++) {
		places = expected_places(s, at);
		if (places < least) {
			least = places;
			best = at;
		}
	}
	return best;
}

/* The key of what stands at p. */
static inline uint32_t key_at(const struct memsearch_set *s, const uint8_t *p)
{
	uint32_t key = p[s->at];

	if (s->nbytes > 1)
		key = key << 8 | p[s->at + 1];
	if (s->nbytes > 2)
		key = key << 8 | p[s->at + 2];
	/* of other bytes than letters it makes a few alike, which is no harm */
	return s->any_case ? key | 0x202020 : key;
}

static inline uint32_t filter_bit(uint32_t key)
{
	return (key * 0x9e3779b1u) >> 20;
}

static inline bool may_be_key(const struct memsearch_set *s, uint32_t key)
{
	uint32_t bit = filter_bit(key);

	return s->filter[bit / 64] >> (bit & 63) & 1;
}

static void set_keys(struct memsearch_set *s)
{
	size_t i;
	uint32_t bit;

	for (i = 0; i < s->n; i++) {
		s->keys[i] = key_at(s, s->strings[i].ptr);
		bit = filter_bit(s->keys[i]);
		s->filter[bit / 64] |= (uint64_t)1 << (bit & 63);
	}
}

static void add_byte(struct memsearch_set *s, unsigned k, uint8_t c,
		     uint8_t bucket)
{
	s->low[k][c & 15] |= bucket;
	s->high[k][c >> 4] |= bucket;
}

static void add_to_bucket(struct memsearch_set *s, size_t which, uint8_t bucket)
{
	unsigned k;

	for (k = 0; k < s->nbytes; k++) {
		uint8_t c = s->strings[which].ptr[s->at + k];

		add_byte(s, k, c, bucket);
		if (s->any_case && is_letter(c))
			add_byte(s, k, c ^ 0x20, bucket);
	}
}

/* Strings with keys that are alike share a bucket: it then lets less through.
 */
static void fill_buckets(struct memsearch_set *s)
{
	uint8_t order[MEMSEARCH_SET_MAX];
	size_t i, j;
	unsigned k;

	for (i = 0; i < s->n; i++) {
		for (j = i; j && s->keys[order[j - 1]] > s->keys[i]; j--)
			order[j] = order[j - 1];
		order[j] = (uint8_t)i;
	}
	for (i = 0; i < s->n; i++)
		add_to_bucket(s, order[i], (uint8_t)(1 << i * 8 / s->n));
	for (k = s->nbytes; k < 3; k++) { /* not looked at: all fit */
		memset(s->low[k], 0xff, sizeof(s->low[k]));
		memset(s->high[k], 0xff, sizeof(s->high[k]));
	}
}

void memsearch_set_init(struct memsearch_set *s, const struct span *strings,
			size_t n, bool any_case)
{
	size_t i;

	SCOUT_ASSERT(n && n <= MEMSEARCH_SET_MAX);
	memset(s, 0, sizeof(*s));
	s->strings = strings;
	s->n = n;
	s->any_case = any_case;
	s->shortest = SIZE_MAX;
	for (i = 0; i < n; i++)
		if (strings[i].len < s->shortest)
			s->shortest = strings[i].len;
	SCOUT_ASSERT(s->shortest);
	s->nbytes = s->shortest < 3 ? (unsigned)s->shortest : 3;
	s->at = best_place(s);
	set_keys(s);
	fill_buckets(s);
}

/* The first string of the array that stands at p; s->n: none. */
static size_t string_at(const struct memsearch_set *s, const uint8_t *p,
			const uint8_t *end)
{
	uint32_t key = key_at(s, p);
	size_t i;

	if (!may_be_key(s, key))
		return s->n;
	for (i = 0; i < s->n; i++)
		if (s->keys[i] == key &&
		    s->strings[i].len <= (size_t)(end - p) &&
		    stands_at(p, s->strings[i], s->any_case))
			break;
	return i;
}

static const uint8_t *find_any_plain(const struct memsearch_set *s,
				     struct span text, size_t *out_index)
{
	const uint8_t *p = text.ptr, *end = p + text.len;
	size_t which;

	for (; (size_t)(end - p) >= s->shortest; p++) {
		which = string_at(s, p, end);
		if (which < s->n) {
			*out_index = which;
			return p;
		}
	}
	return NULL;
}

/* Where byte k of the key at p stands; one that is not looked at may be any
 * byte of the text. */
static inline const uint8_t *byte_at(const struct memsearch_set *s,
				     const uint8_t *p, unsigned k)
{
	return p + s->at + (k < s->nbytes ? k : 0);
}

/* A bit for each of the 64 places from p on where a string may stand. */
typedef uint64_t (*places_fn)(const struct memsearch_set *s, const uint8_t *p);

static const uint8_t *check_places(const struct memsearch_set *s,
				   const uint8_t *p, const uint8_t *end,
				   uint64_t bits, size_t *out_index)
{
	for (; bits; bits &= bits - 1) {
		const uint8_t *place = p + __builtin_ctzll(bits);
		size_t which = string_at(s, place, end);

		if (which < s->n) {
			*out_index = which;
			return place;
		}
	}
	return NULL;
}

/* Inlined into one function per instruction set. */
static inline __attribute__((always_inline)) const uint8_t *
find_by_places(const struct memsearch_set *s, struct span text,
	       size_t *out_index, places_fn places)
{
	const uint8_t *end = text.ptr + text.len, *hit, *last;
	size_t nplaces, i = 0;
	uint64_t bits;

	if (text.len < s->shortest + BLOCK)
		return find_any_plain(s, text, out_index);
	nplaces = text.len - s->shortest + 1;
	for (; i + BLOCK <= nplaces; i += BLOCK) {
		bits = places(s, text.ptr + i);
		if (!bits)
			continue;
		hit = check_places(s, text.ptr + i, end, bits, out_index);
		if (hit)
			return hit;
	}
	if (i == nplaces)
		return NULL;
	/* again some places of the last block, where nothing stands */
	last = text.ptr + nplaces - BLOCK;
	return check_places(s, last, end, places(s, last), out_index);
}

/* --- x86-64 -------------------------------------------------------------- */

#if defined(__x86_64__)
#define TARGET_SSE42 __attribute__((target("sse4.2,popcnt")))
#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2")))

TARGET_SSE42
static inline __m128i fits_sse42(const struct memsearch *s, const uint8_t *p,
				 unsigned k)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(p + s->at[k]));

	v = _mm_or_si128(v, _mm_set1_epi8((char)s->set[k]));
	return _mm_cmpeq_epi8(v, _mm_set1_epi8((char)s->byte[k]));
}

TARGET_SSE42
static inline uint64_t pairs_sse42(const struct memsearch *s, const uint8_t *p)
{
	uint64_t bits = 0;
	unsigned i;

	for (i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_and_si128(fits_sse42(s, p + i, 0),
					  fits_sse42(s, p + i, 1));

		bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << i;
	}
	return bits;
}

TARGET_SSE42
static inline __m128i buckets_sse42(const struct memsearch_set *s,
				    const uint8_t *p, unsigned k)
{
	const __m128i low = _mm_loadu_si128((const __m128i *)s->low[k]);
	const __m128i high = _mm_loadu_si128((const __m128i *)s->high[k]);
	const __m128i nibble = _mm_set1_epi8(15);
	__m128i v = _mm_loadu_si128((const __m128i *)byte_at(s, p, k));
	__m128i v4 = _mm_srli_epi16(v, 4);

	return _mm_and_si128(_mm_shuffle_epi8(low, _mm_and_si128(v, nibble)),
			     _mm_shuffle_epi8(high, _mm_and_si128(v4, nibble)));
}

TARGET_SSE42
static inline uint64_t places_sse42(const struct memsearch_set *s,
				    const uint8_t *p)
{
	uint64_t none = 0;
	unsigned i;

	for (i = 0; i < BLOCK; i += 16) {
		__m128i v =
			_mm_and_si128(_mm_and_si128(buckets_sse42(s, p + i, 0),
						    buckets_sse42(s, p + i, 1)),
				      buckets_sse42(s, p + i, 2));

		v = _mm_cmpeq_epi8(v, _mm_setzero_si128());
		none |= (uint64_t)(uint32_t)_mm_movemask_epi8(v) << i;
	}
	return ~none;
}

TARGET_AVX2
static inline __m256i fits_avx2(const struct memsearch *s, const uint8_t *p,
				unsigned k)
{
	__m256i v = _mm256_loadu_si256((const __m256i *)(p + s->at[k]));

	v = _mm256_or_si256(v, _mm256_set1_epi8((char)s->set[k]));
	return _mm256_cmpeq_epi8(v, _mm256_set1_epi8((char)s->byte[k]));
}

TARGET_AVX2
static inline uint64_t pairs_avx2(const struct memsearch *s, const uint8_t *p)
{
	__m256i a = _mm256_and_si256(fits_avx2(s, p, 0), fits_avx2(s, p, 1));
	__m256i b = _mm256_and_si256(fits_avx2(s, p + 32, 0),
				     fits_avx2(s, p + 32, 1));

	return (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32 |
	       (uint32_t)_mm256_movemask_epi8(a);
}

TARGET_AVX2
static inline __m256i buckets_avx2(const struct memsearch_set *s,
				   const uint8_t *p, unsigned k)
{
	const __m256i low = _mm256_broadcastsi128_si256(
		_mm_loadu_si128((const __m128i *)s->low[k]));
	const __m256i high = _mm256_broadcastsi128_si256(
		_mm_loadu_si128((const __m128i *)s->high[k]));
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i v = _mm256_loadu_si256((const __m256i *)byte_at(s, p, k));
	__m256i v4 = _mm256_srli_epi16(v, 4);

	return _mm256_and_si256(
		_mm256_shuffle_epi8(low, _mm256_and_si256(v, nibble)),
		_mm256_shuffle_epi8(high, _mm256_and_si256(v4, nibble)));
}

TARGET_AVX2
static inline uint32_t no_place_avx2(const struct memsearch_set *s,
				     const uint8_t *p)
{
	__m256i v = _mm256_and_si256(_mm256_and_si256(buckets_avx2(s, p, 0),
						      buckets_avx2(s, p, 1)),
				     buckets_avx2(s, p, 2));

	v = _mm256_cmpeq_epi8(v, _mm256_setzero_si256());
	return (uint32_t)_mm256_movemask_epi8(v);
}

TARGET_AVX2
static inline uint64_t places_avx2(const struct memsearch_set *s,
				   const uint8_t *p)
{
	return ~((uint64_t)no_place_avx2(s, p + 32) << 32 |
		 no_place_avx2(s, p));
}

TARGET_SSE42
static const uint8_t *find_sse42(const struct memsearch *s, struct span text)
{
	return find_by_pairs(s, text, pairs_sse42);
}

TARGET_AVX2
static const uint8_t *find_avx2(const struct memsearch *s, struct span text)
{
	return find_by_pairs(s, text, pairs_avx2);
}

TARGET_SSE42
static const uint8_t *find_any_sse42(const struct memsearch_set *s,
				     struct span text, size_t *out_index)
{
	return find_by_places(s, text, out_index, places_sse42);
}

TARGET_AVX2
static const uint8_t *find_any_avx2(const struct memsearch_set *s,
				    struct span text, size_t *out_index)
{
	return find_by_places(s, text, out_index, places_avx2);
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
	uint8x16_t any = vorrq_u8(vorrq_u8(v[0], v[1]), vorrq_u8(v[2], v[3]));
	uint8x16_t a, b;

	if (!vmaxvq_u8(any))
		return 0;
	a = vpaddq_u8(vandq_u8(v[0], bit), vandq_u8(v[1], bit));
	b = vpaddq_u8(vandq_u8(v[2], bit), vandq_u8(v[3], bit));
	a = vpaddq_u8(a, b);
	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(a, a)), 0);
}

static inline uint8x16_t fits_neon(const struct memsearch *s, const uint8_t *p,
				   unsigned k)
{
	uint8x16_t v = vorrq_u8(vld1q_u8(p + s->at[k]), vdupq_n_u8(s->set[k]));

	return vceqq_u8(v, vdupq_n_u8(s->byte[k]));
}

static inline uint64_t pairs_neon(const struct memsearch *s, const uint8_t *p)
{
	uint8x16_t v[4];
	unsigned i;

	for (i = 0; i < 4; i++)
		v[i] = vandq_u8(fits_neon(s, p + 16 * i, 0),
				fits_neon(s, p + 16 * i, 1));
	return bits_neon(v);
}

static inline uint8x16_t buckets_neon(const struct memsearch_set *s,
				      const uint8_t *p, unsigned k)
{
	uint8x16_t v = vld1q_u8(byte_at(s, p, k));

	return vandq_u8(vqtbl1q_u8(vld1q_u8(s->low[k]),
				   vandq_u8(v, vdupq_n_u8(15))),
			vqtbl1q_u8(vld1q_u8(s->high[k]), vshrq_n_u8(v, 4)));
}

static inline uint64_t places_neon(const struct memsearch_set *s,
				   const uint8_t *p)
{
	uint8x16_t v[4];
	unsigned i;

	for (i = 0; i < 4; i++) {
		v[i] = vandq_u8(vandq_u8(buckets_neon(s, p + 16 * i, 0),
					 buckets_neon(s, p + 16 * i, 1)),
				buckets_neon(s, p + 16 * i, 2));
		v[i] = vtstq_u8(v[i], v[i]);
	}
	return bits_neon(v);
}

static const uint8_t *find_neon(const struct memsearch *s, struct span text)
{
	return find_by_pairs(s, text, pairs_neon);
}

static const uint8_t *find_any_neon(const struct memsearch_set *s,
				    struct span text, size_t *out_index)
{
	return find_by_places(s, text, out_index, places_neon);
}
#endif

/* --- The choice ---------------------------------------------------------- */

const uint8_t *memsearch_find(const struct memsearch *s, struct span text)
{
	/* the library's own vector code is as good for one byte */
	if (s->string.len == 1 && !s->any_case)
		return text.len ? memchr(text.ptr, s->byte[0], text.len) : NULL;
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
		return find_plain(s, text);
	}
}

const uint8_t *memsearch_set_find(const struct memsearch_set *s,
				  struct span text, size_t *out_index)
{
	switch (cpu_level()) {
#if defined(__x86_64__)
	case CPU_AVX2:
		return find_any_avx2(s, text, out_index);
	case CPU_SSE42:
		return find_any_sse42(s, text, out_index);
#elif defined(__AARCH64EL__)
	case CPU_NEON:
		return find_any_neon(s, text, out_index);
#endif
	default:
		return find_any_plain(s, text, out_index);
	}
}
