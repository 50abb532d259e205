/*
 * Compares the kernels' variants with their plain bodies on random input.
 *
 * usage: compare [ROUNDS]
 *
 * Stands on nothing but the kernels and the C library, so that it can be built
 * for another processor and run in an emulator (tests/kernels/neon).  Prints
 * what was compared, then "N passed, N failed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/memsearch.h"
#include "base/setsearch.h"
#include "index_format/bitpack.h"
#include "index_format/byte_masks.h"
#include "index_format/prefix_sum.h"
#include "indexer/word_key.h"

static unsigned npassed, nfailed;
static uint64_t random_state = 1;

/* splitmix64 */
static uint64_t random_number(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static unsigned random_below(unsigned n)
{
	return (unsigned)(random_number() % n);
}

/* Bytes at the borders of what the kernels tell apart. */
static uint8_t random_byte(void)
{
	static const uint8_t borders[] =
		"/09:@AZ[^_`az{\n\v\t \x7f\x80\xff\x8a\xb0";

	return random_below(4) ? borders[random_below(sizeof(borders))]
			       : (uint8_t)random_number();
}

/* A block of exactly that size: what reads past it is found by a sanitizer. */
static uint8_t *random_block(size_t n)
{
	uint8_t *p = malloc(n ? n : 1);
	size_t i;

	if (!p)
		abort();
	for (i = 0; i < n; i++)
		p[i] = random_byte();
	return p;
}

static void report(const char *kernel, const char *variant, bool is_good)
{
	printf("%s, %s: %s\n", kernel, variant,
	       is_good ? "as plain" : "DIFFERS");
	if (is_good)
		npassed++;
	else
		nfailed++;
}

/* --- Byte masks ---------------------------------------------------------- */

typedef struct byte_masks (*masks_fn)(const uint8_t *p);

#if defined(__x86_64__)
MASKS_SSE42
static struct byte_masks masks_sse42(const uint8_t *p)
{
	return byte_masks_sse42(p);
}

MASKS_AVX2
static struct byte_masks masks_avx2(const uint8_t *p)
{
	return byte_masks_avx2(p);
}
#elif defined(__AARCH64EL__)
static struct byte_masks masks_neon(const uint8_t *p)
{
	return byte_masks_neon(p);
}
#endif

static bool same_masks(const uint8_t *p, masks_fn masks_at)
{
	struct byte_masks a = byte_masks_plain(p), b = masks_at(p);

	return a.word == b.word && a.newline == b.newline && a.high == b.high;
}

static void compare_masks(enum cpu_level level, masks_fn masks_at,
			  unsigned nrounds)
{
	uint8_t bytes[MASK_BYTES], *p;
	bool is_good = true;
	unsigned i;

	if (cpu_pretend(level))
		return;
	for (i = 0; i < 256; i++) {
		memset(bytes, (int)i, sizeof(bytes));
		is_good &= same_masks(bytes, masks_at);
	}
	for (i = 0; i < nrounds; i++) {
		p = random_block(MASK_BYTES);
		is_good &= same_masks(p, masks_at);
		free(p);
	}
	report("byte masks", cpu_level_name(level), is_good);
}

/* --- Packed integers and gaps -------------------------------------------- */

static bool same_values(const uint8_t *packed, unsigned width,
			enum cpu_level level)
{
	uint32_t plain[PACK_VALUES], got[PACK_VALUES];

	cpu_pretend(CPU_PLAIN);
	unpack_values(packed, width, plain);
	memset(got, 0xaa, sizeof(got));
	cpu_pretend(level);
	unpack_values(packed, width, got);
	return !memcmp(plain, got, sizeof(got));
}

static bool same_sums(const uint32_t *gaps, unsigned width, uint64_t start,
		      enum cpu_level level)
{
	uint32_t plain[PACK_VALUES], got[PACK_VALUES];
	uint64_t end;

	memcpy(plain, gaps, sizeof(plain));
	memcpy(got, gaps, sizeof(got));
	cpu_pretend(CPU_PLAIN);
	end = prefix_sum(plain, width, start);
	cpu_pretend(level);
	return prefix_sum(got, width, start) == end &&
	       !memcmp(plain, got, sizeof(got));
}

static void compare_integers(enum cpu_level level, unsigned nrounds)
{
	static const uint64_t starts[] = { 0, 1, 70000, UINT32_MAX,
					   (uint64_t)UINT32_MAX + 1 };
	bool unpacks = true, sums = true;
	uint32_t values[PACK_VALUES];
	unsigned i, v, width;

	if (cpu_pretend(level))
		return;
	for (i = 0; i < nrounds; i++)
		for (width = 0; width <= 32; width++) {
			uint8_t *packed = random_block(pack_bytes(width));

			unpacks &= same_values(packed, width, level);
			free(packed);
			for (v = 0; v < PACK_VALUES; v++)
				values[v] = width ? (uint32_t)random_number() >>
							    (32 - width)
						  : 0;
			if (width && !random_below(8))
				memset(values, 0xff, sizeof(values));
			for (v = 0; v < PACK_VALUES && width; v++)
				values[v] &= UINT32_MAX >> (32 - width);
			sums &= same_sums(values, width,
					  starts[random_below(5)], level);
		}
	report("unpacking", cpu_level_name(level), unpacks);
	report("prefix sums", cpu_level_name(level), sums);
}

/* --- Word keys: one body, beside a loop over bytes ------------------------ */

static bool same_key(const uint8_t *p, uint32_t n)
{
	struct word_letters letters = word_letters_load(p, n);
	struct word_key key = word_key_load(p, n);
	uint8_t folded[KEY_BYTES] = { 0 };
	uint32_t upper = 0, lower = 0, i;

	for (i = 0; i < n; i++) {
		bool is_upper = p[i] >= 'A' && p[i] <= 'Z';

		folded[i] = is_upper ? p[i] | 0x20 : p[i];
		upper |= (uint32_t)is_upper << i;
		lower |= (uint32_t)(p[i] >= 'a' && p[i] <= 'z') << i;
	}
	return !memcmp(&key, folded, sizeof(key)) && letters.upper == upper &&
	       letters.lower == lower;
}

static void compare_keys(unsigned nrounds)
{
	bool is_good = true;
	unsigned i;

	for (i = 0; i < nrounds; i++) {
		uint8_t *p = random_block(KEY_BYTES);

		is_good &= same_key(p, random_below(KEY_BYTES + 1));
		free(p);
	}
	report("word keys", "vector", is_good);
}

/* --- Strings -------------------------------------------------------------- */

static bool same_find(struct span text, const struct span *strings, size_t n,
		      bool any_case, enum cpu_level level)
{
	const uint8_t *plain, *plain_one;
	size_t which = 0, got = 0;
	struct memsearch_set set;
	struct memsearch one;

	memsearch_init(&one, strings[0], any_case);
	memsearch_set_init(&set, strings, n, any_case);
	cpu_pretend(CPU_PLAIN);
	plain_one = memsearch_find(&one, text);
	plain = memsearch_set_find(&set, text, &which);
	cpu_pretend(level);
	return memsearch_find(&one, text) == plain_one &&
	       memsearch_set_find(&set, text, &got) == plain &&
	       (!plain || got == which);
}

static void compare_strings(enum cpu_level level, unsigned nrounds)
{
	struct span strings[16], text;
	bool is_good = true;
	unsigned i, j;

	if (cpu_pretend(level))
		return;
	for (i = 0; i < nrounds; i++) {
		text.len = random_below(400);
		text.ptr = random_block(text.len);
		for (j = 0; j < 16; j++) {
			size_t n = 1 + random_below(j ? 5 : 40);
			uint8_t *p = random_block(n);

			if (n <= text.len && random_below(2))
				memcpy(p,
				       text.ptr + random_below(
							  (unsigned)(text.len -
								     n + 1)),
				       n);
			strings[j] = span_of(p, n);
		}
		is_good &= same_find(text, strings, 1 + random_below(16),
				     random_below(2), level);
		for (j = 0; j < 16; j++)
			free((uint8_t *)strings[j].ptr);
		free((uint8_t *)text.ptr);
	}
	report("strings", cpu_level_name(level), is_good);
}

static void compare_sets(enum cpu_level level, unsigned nrounds)
{
	struct ascii_set sets[SETSEARCH_MAX];
	const uint8_t *plain;
	bool is_good = true;
	struct span text;
	struct setsearch s;
	unsigned i, j;

	if (cpu_pretend(level))
		return;
	for (i = 0; i < nrounds; i++) {
		text.len = random_below(400);
		text.ptr = random_block(text.len);
		for (j = 0; j < SETSEARCH_MAX; j++) {
			sets[j].bits[0] = random_number() | random_number();
			sets[j].bits[1] = random_number() | random_number();
			if (random_below(4))
				sets[j].bits[random_below(2)] = UINT64_MAX;
		}
		setsearch_init(&s, sets,
			       1 + random_below(random_below(2) ? SETSEARCH_MAX :
								  4),
			       !random_below(8));
		cpu_pretend(CPU_PLAIN);
		plain = setsearch_find(&s, text);
		cpu_pretend(level);
		is_good &= setsearch_find(&s, text) == plain;
		free((uint8_t *)text.ptr);
	}
	report("sequences of sets", cpu_level_name(level), is_good);
}

int main(int argc, char **argv)
{
	unsigned nrounds =
		argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2000;
	int level;

#if defined(__x86_64__)
	compare_masks(CPU_SSE42, masks_sse42, nrounds);
	compare_masks(CPU_AVX2, masks_avx2, nrounds);
#elif defined(__AARCH64EL__)
	compare_masks(CPU_NEON, masks_neon, nrounds);
#endif
	for (level = CPU_SSE42; level <= CPU_NEON; level++) {
		compare_integers((enum cpu_level)level, nrounds / 20 + 1);
		compare_strings((enum cpu_level)level, nrounds);
		compare_sets((enum cpu_level)level, nrounds);
	}
	compare_keys(nrounds);
	printf("%u passed, %u failed\n", npassed, nfailed);
	return nfailed || !nrounds;
}
