/*
 * How fast the kernels are, each variant beside a reference.
 *
 * usage: bench-kernels [--rounds N] [--ms N] TEXT-FILE
 *
 * Prints CSV: kernel, variant, what it worked on, median, least and most of the
 * rounds, unit.  A round is as many calls as take N milliseconds at least.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cpu.h"
#include "base/hash.h"
#include "base/memsearch.h"
#include "base/setsearch.h"
#include "base/os.h"
#include "index_format/bitpack.h"
#include "index_format/byte_masks.h"
#include "index_format/prefix_sum.h"
#include "index_format/tokenizer.h"
#include "indexer/file_terms.h"
#include "indexer/word_key.h"
#include "query/verify/line_scan.h"

enum { ROUNDS_MAX = 101 };

static unsigned nrounds = 15;
static int64_t round_ns = 4 * 1000 * 1000;

/* What calls compute goes here, so that no call is left out. */
static volatile uint64_t sink;

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

typedef uint64_t (*call_fn)(const void *ctx);

/* Calls n times; returns the processor time in ns: what other programs take is
 * not counted. */
static int64_t time_calls(uint64_t n, call_fn call, const void *ctx)
{
	int64_t start = os_cpu_ns();

	while (n--)
		sink += call(ctx);
	return os_cpu_ns() - start;
}

/* Times call(ctx), which does `work` units (bytes, integers), and prints units
 * a nanosecond. */
static void measure(const char *kernel, const char *variant, const char *on,
		    const char *unit, double work, call_fn call,
		    const void *ctx)
{
	double rates[ROUNDS_MAX];
	uint64_t ncalls = 1;
	unsigned i;

	/* so many calls that looking at the clock does not count; also warms */
	while (time_calls(ncalls, call, ctx) < round_ns)
		ncalls *= 2;
	for (i = 0; i < nrounds; i++)
		rates[i] = work * (double)ncalls /
			   (double)(time_calls(ncalls, call, ctx) + 1);
	qsort(rates, nrounds, sizeof(*rates), by_value);
	printf("%s,%s,%s,%.3f,%.3f,%.3f,%s\n", kernel, variant, on,
	       rates[nrounds / 2], rates[0], rates[nrounds - 1], unit);
	fflush(stdout);
}

/* --- Strings in a text --------------------------------------------------- */

struct find {
	struct span text;
	struct memsearch one;
	struct memsearch_set set;
	struct setsearch sets;
};

static uint64_t call_find(const void *ctx)
{
	const struct find *f = ctx;

	return (uintptr_t)memsearch_find(&f->one, f->text);
}

static uint64_t call_find_set(const void *ctx)
{
	const struct find *f = ctx;
	size_t which;

	return (uintptr_t)memsearch_set_find(&f->set, f->text, &which);
}

static uint64_t call_find_sets(const void *ctx)
{
	const struct find *f = ctx;

	return (uintptr_t)setsearch_find(&f->sets, f->text);
}

static uint64_t call_memmem(const void *ctx)
{
	const struct find *f = ctx;

	return (uintptr_t)memmem(f->text.ptr, f->text.len, f->one.string.ptr,
				 f->one.string.len);
}

static uint64_t call_memchr(const void *ctx)
{
	const struct find *f = ctx;

	return (uintptr_t)memchr(f->text.ptr, 1, f->text.len);
}

static uint64_t call_byte_loop(const void *ctx)
{
	const struct find *f = ctx;
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < f->text.len; i++)
		n += f->text.ptr[i] == '\n';
	return n;
}

/* A letter, '_', and a byte that texts do not have. */
static void set_sets(struct find *f)
{
	const struct ascii_set sets[] = { { { 0, 0x07fffffe07fffffe } },
					  { { 0, 0x80000000 } },
					  { { 1 << 1 | 1 << 2, 0 } } };

	setsearch_init(&f->sets, sets, 3, false);
}

static void bench_strings(struct span text, const char *on)
{
	static const char *const words[64] = {
		"kmallox_array(", "mutex_lokc",	     "spin_unlokc_irq",
		"regmap_wride",	  "of_get_propetry", "platform_devise",
		"EXPORT_SIMBOL",  "pr_warm(",
	};
	static char more[56][12];
	struct span strings[64];
	struct find f = { .text = text };
	double n = (double)text.len;
	int level;
	unsigned i;

	for (i = 0; i < 64; i++) {
		if (i >= 8)
			snprintf(more[i - 8], sizeof(more[0]), "%cz%cq_%c%u",
				 'a' + i % 26, 'e' + i % 19, 'b' + i % 13, i);
		strings[i] = span_str(i < 8 ? words[i] : more[i - 8]);
	}
	memsearch_init(&f.one, strings[0], false);
	measure("reference", "byte loop", on, "GB/s", n, call_byte_loop, &f);
	measure("reference", "memchr", on, "GB/s", n, call_memchr, &f);
	measure("reference", "memmem", on, "GB/s", n, call_memmem, &f);
	for (level = CPU_PLAIN; level <= CPU_NEON; level++) {
		const char *name = cpu_level_name((enum cpu_level)level);

		if (cpu_pretend((enum cpu_level)level))
			continue;
		memsearch_init(&f.one, strings[0], false);
		measure("one string", name, on, "GB/s", n, call_find, &f);
		memsearch_init(&f.one, strings[0], true);
		measure("one string any case", name, on, "GB/s", n, call_find,
			&f);
		memsearch_init(&f.one, span_str("struct tesk_struct"), false);
		measure("one string of common bytes", name, on, "GB/s", n,
			call_find, &f);
		memsearch_set_init(&f.set, strings, 8, false);
		measure("8 strings", name, on, "GB/s", n, call_find_set, &f);
		memsearch_set_init(&f.set, strings, 8, true);
		measure("8 strings any case", name, on, "GB/s", n,
			call_find_set, &f);
		memsearch_set_init(&f.set, strings, 64, false);
		measure("64 strings", name, on, "GB/s", n, call_find_set, &f);
		set_sets(&f);
		measure("3 sets", name, on, "GB/s", n, call_find_sets, &f);
	}
}

/* --- Bytes of a text to masks, words and lines ---------------------------- */

typedef struct byte_masks (*masks_fn)(const uint8_t *p);

/* A copy per variant, as in the tokenizer. */
static inline __attribute__((always_inline)) uint64_t
all_masks(const void *ctx, masks_fn masks_at)
{
	const struct span *text = ctx;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i + MASK_BYTES <= text->len; i += MASK_BYTES) {
		struct byte_masks m = masks_at(text->ptr + i);

		sum += m.word ^ m.newline ^ m.high;
	}
	return sum;
}

static uint64_t call_masks_plain(const void *ctx)
{
	return all_masks(ctx, byte_masks_plain);
}

#if defined(__x86_64__)
MASKS_SSE42
static uint64_t call_masks_sse42(const void *ctx)
{
	return all_masks(ctx, byte_masks_sse42);
}

MASKS_AVX2
static uint64_t call_masks_avx2(const void *ctx)
{
	return all_masks(ctx, byte_masks_avx2);
}
#elif defined(__AARCH64EL__)
static uint64_t call_masks_neon(const void *ctx)
{
	return all_masks(ctx, byte_masks_neon);
}
#endif

static struct token_batch batch;

static uint64_t call_tokenizer(const void *ctx)
{
	const struct span *text = ctx;
	struct tokenizer t;
	uint64_t n = 0;

	tokenizer_start(&t, *text, true, true);
	while (tokenizer_next(&t, &batch))
		n += batch.ntokens + batch.nlines;
	return n;
}

/* What wc does: a table, and whether the byte before was in a word. */
static uint64_t call_wc(const void *ctx)
{
	const struct span *text = ctx;
	uint64_t nwords = 0, nlines = 0;
	bool in_word = false;
	size_t i;

	for (i = 0; i < text->len; i++) {
		bool is_word = byte_is_word(text->ptr[i]);

		nwords += is_word && !in_word;
		nlines += text->ptr[i] == '\n';
		in_word = is_word;
	}
	return nwords + nlines;
}

static void bench_text(struct span text, const char *on)
{
	double n = (double)text.len;
	int level;

	measure("byte masks", "plain", on, "GB/s", n, call_masks_plain, &text);
#if defined(__x86_64__)
	if (!cpu_pretend(CPU_SSE42))
		measure("byte masks", "sse42", on, "GB/s", n, call_masks_sse42,
			&text);
	if (!cpu_pretend(CPU_AVX2))
		measure("byte masks", "avx2", on, "GB/s", n, call_masks_avx2,
			&text);
#elif defined(__AARCH64EL__)
	measure("byte masks", "neon", on, "GB/s", n, call_masks_neon, &text);
#endif
	measure("words and lines", "as wc (reference)", on, "GB/s", n, call_wc,
		&text);
	for (level = CPU_PLAIN; level <= CPU_NEON; level++)
		if (!cpu_pretend((enum cpu_level)level))
			measure("words and lines",
				cpu_level_name((enum cpu_level)level), on,
				"GB/s", n, call_tokenizer, &text);
}

/* --- Lines ---------------------------------------------------------------- */

static uint64_t call_lines(const void *ctx)
{
	const struct span *text = ctx;
	uint64_t n = UINT64_MAX;

	lines_skip(text->ptr, text->ptr + text->len, &n);
	return n;
}

static uint64_t call_lines_memchr(const void *ctx)
{
	const struct span *text = ctx;
	const uint8_t *p = text->ptr, *end = p + text->len;
	uint64_t n = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n;
}

static void bench_lines(struct span text, const char *on)
{
	double n = (double)text.len;
	int level;

	measure("lines", "memchr (reference)", on, "GB/s", n, call_lines_memchr,
		&text);
	for (level = CPU_PLAIN; level <= CPU_NEON; level++)
		if (!cpu_pretend((enum cpu_level)level))
			measure("lines", cpu_level_name((enum cpu_level)level),
				on, "GB/s", n, call_lines, &text);
}

/* --- Words ---------------------------------------------------------------- */

struct words {
	const uint8_t *text;
	const struct token_batch *batch;
	struct file_terms *terms;
};

static uint64_t call_keys(const void *ctx)
{
	const struct words *w = ctx;
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < w->batch->ntokens; i++) {
		struct token t = w->batch->tokens[i];
		uint32_t n = t.len < KEY_BYTES ? t.len : KEY_BYTES;

		sum += word_key_hash(word_key_load(w->text + t.start, n), n);
	}
	return sum;
}

static uint64_t call_surfaces(const void *ctx)
{
	const struct words *w = ctx;
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < w->batch->ntokens; i++) {
		struct token t = w->batch->tokens[i];
		uint32_t n = t.len < KEY_BYTES ? t.len : KEY_BYTES;

		sum += surface_of_letters(
			word_letters_load(w->text + t.start, n));
	}
	return sum;
}

/* Byte by byte. */
static uint64_t call_keys_bytes(const void *ctx)
{
	const struct words *w = ctx;
	uint64_t sum = 0;
	uint32_t i, j;

	for (i = 0; i < w->batch->ntokens; i++) {
		struct token t = w->batch->tokens[i];
		uint32_t n = t.len < KEY_BYTES ? t.len : KEY_BYTES;
		uint8_t bytes[KEY_BYTES] = { 0 };
		struct word_key k;

		for (j = 0; j < n; j++) {
			uint8_t c = w->text[t.start + j];

			bytes[j] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
		}
		memcpy(&k, bytes, sizeof(k));
		sum += word_key_hash(k, n);
	}
	return sum;
}

static uint64_t call_xxh3(const void *ctx)
{
	const struct words *w = ctx;
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < w->batch->ntokens; i++) {
		struct token t = w->batch->tokens[i];

		sum += scout_hash64(w->text + t.start, t.len);
	}
	return sum;
}

static uint64_t call_terms(const void *ctx)
{
	const struct words *w = ctx;

	file_terms_begin(w->terms, 0);
	if (file_terms_add(w->terms, w->text, w->batch))
		abort();
	return w->terms->nterms;
}

static void bench_words(struct span text)
{
	struct file_terms terms;
	struct tokenizer t;
	struct words w = { text.ptr, &batch, &terms };
	double n;

	tokenizer_start(&t, text, true, true);
	tokenizer_next(&t, &batch);
	n = batch.ntokens;
	file_terms_init(&terms);
	measure("word key and hash", "bytes (reference)", "a batch", "Gwords/s",
		n, call_keys_bytes, &w);
	measure("word key and hash", "XXH3 (reference)", "a batch", "Gwords/s",
		n, call_xxh3, &w);
	measure("word key and hash", "vector", "a batch", "Gwords/s", n,
		call_keys, &w);
	measure("surface", "vector", "a batch", "Gwords/s", n, call_surfaces,
		&w);
	measure("terms of a file", "vector", "a batch", "Gwords/s", n,
		call_terms, &w);
	file_terms_release(&terms);
}

/* --- Packed integers ------------------------------------------------------ */

enum { NBLOCKS = 32 }; /* within the first cache */

struct blocks {
	unsigned widths[NBLOCKS];
	uint8_t packed[NBLOCKS][16 * 32];
	struct buf pfor;
};

static uint32_t unpacked[NBLOCKS][PACK_VALUES];

static uint64_t call_unpack(const void *ctx)
{
	const struct blocks *b = ctx;
	unsigned i;

	for (i = 0; i < NBLOCKS; i++)
		unpack_values(b->packed[i], b->widths[i], unpacked[i]);
	return unpacked[7][7];
}

/* All at once: a short copy of known length is compiled to something slow. */
static uint64_t call_copy(const void *ctx)
{
	const struct blocks *b = ctx;

	memcpy(unpacked, b->packed, sizeof(unpacked));
	return unpacked[7][7];
}

/* Value by value, from two words of its lane. */
static uint64_t call_unpack_simply(const void *ctx)
{
	const struct blocks *b = ctx;
	unsigned i, v, word, used, width;

	for (i = 0; i < NBLOCKS; i++)
		for (v = 0, width = b->widths[i]; v < PACK_VALUES; v++) {
			const uint8_t *lane = b->packed[i] + v % 4 * 4;
			uint64_t bits;

			word = v / 4 * width / 32;
			used = v / 4 * width % 32;
			bits = get_le32(lane + 16 * word);
			if (used + width > 32)
				bits |= (uint64_t)get_le32(lane + 16 * word +
							   16)
					<< 32;
			unpacked[i][v] = (uint32_t)(bits >> used) &
					 UINT32_MAX >> (32 - width);
		}
	return unpacked[7][7];
}

static uint64_t call_pfor(const void *ctx)
{
	const struct blocks *b = ctx;
	const uint8_t *p = b->pfor.ptr, *end = p + b->pfor.len;
	unsigned i;

	for (i = 0; i < NBLOCKS; i++)
		p = pfor_get(p, end, unpacked[i]);
	return unpacked[7][7];
}

static uint64_t call_prefix_sum(const void *ctx)
{
	uint64_t sum = 0;
	unsigned i;

	(void)ctx;
	for (i = 0; i < NBLOCKS; i++)
		sum += prefix_sum(unpacked[i], 10, i);
	return sum;
}

static void fill_blocks(struct blocks *b, unsigned width, bool is_mixed)
{
	uint32_t values[PACK_VALUES];
	unsigned i, v;

	buf_clear(&b->pfor);
	for (i = 0; i < NBLOCKS; i++) {
		b->widths[i] = is_mixed ? 1 + (unsigned)rand() % 14 : width;
		for (v = 0; v < PACK_VALUES; v++)
			values[v] = (uint32_t)rand() &
				    UINT32_MAX >> (32 - b->widths[i]);
		pack_values(values, b->widths[i], b->packed[i]);
		for (v = 0; v < 4; v++) /* exceptions */
			values[(unsigned)rand() % PACK_VALUES] <<= 4;
		pfor_put(&b->pfor, values);
	}
	if (buf_status(&b->pfor))
		abort();
}

static void bench_integers(void)
{
	static const unsigned widths[] = { 1, 4, 7, 10, 13, 20, 32, 0 };
	static struct blocks b;
	double n = NBLOCKS * PACK_VALUES;
	char on[16];
	int level;
	size_t i;

	buf_init(&b.pfor, MEM_OTHER);
	for (i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		snprintf(on, sizeof(on), "%u bits", widths[i]);
		if (!widths[i])
			snprintf(on, sizeof(on), "1 to 14 bits");
		fill_blocks(&b, widths[i], !widths[i]);
		measure("unpack", "value by value (reference)", on, "Gint/s", n,
			call_unpack_simply, &b);
		measure("unpack", "memcpy (reference)", on, "Gint/s", n,
			call_copy, &b);
		for (level = CPU_PLAIN; level <= CPU_NEON; level++) {
			const char *name =
				cpu_level_name((enum cpu_level)level);

			if (cpu_pretend((enum cpu_level)level))
				continue;
			measure("unpack", name, on, "Gint/s", n, call_unpack,
				&b);
			if (widths[i])
				continue;
			measure("patched blocks", name, on, "Gint/s", n,
				call_pfor, &b);
			measure("prefix sum", name, "10 bits", "Gint/s", n,
				call_prefix_sum, &b);
		}
	}
	buf_release(&b.pfor);
}

/* --- All of them ---------------------------------------------------------- */

static bool read_options(int argc, char **argv, const char **out_path)
{
	int i;

	*out_path = NULL;
	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--rounds") && i + 1 < argc)
			nrounds = (unsigned)strtoul(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--ms") && i + 1 < argc)
			round_ns = strtol(argv[++i], NULL, 10) * 1000000;
		else
			*out_path = argv[i];
	return *out_path && nrounds && nrounds <= ROUNDS_MAX;
}

int main(int argc, char **argv)
{
	const size_t small = 256 << 10, large = 16 << 20;
	const char *path;
	struct span text;
	uint8_t *bytes;

	if (!read_options(argc, argv, &path)) {
		fprintf(stderr, "usage: %s [--rounds N] [--ms N] TEXT-FILE\n",
			argv[0]);
		return 2;
	}
	if (os_read_file(AT_FDCWD, path, 1 << 28, &bytes, &text.len)) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return 2;
	}
	text.ptr = bytes;
	if (text.len < small + TOKEN_PADDING) {
		fprintf(stderr, "%s: less than 257 KiB\n", path);
		return 2;
	}
	printf("kernel,variant,on,median,least,most,unit\n");
	text.len -= TOKEN_PADDING;
	bench_text(span_of(text.ptr, small), "256 KiB");
	bench_lines(span_of(text.ptr, small), "256 KiB");
	bench_words(span_of(text.ptr, small));
	bench_integers();
	bench_strings(span_of(text.ptr, small), "256 KiB");
	if (text.len >= large)
		bench_strings(span_of(text.ptr, large), "16 MiB");
	scout_free(bytes);
	return 0;
}
