/* Line maps: where lines begin, in words and in bytes. */
#include "support.h"

#include "index_format/line_map.h"

/* A document's lines as they were made up, and its records in fake chunks. */
struct map {
	struct buf words;	/* uint32_t each */
	struct buf bytes;	/* uint64_t each */
	uint64_t nlines, nwords;
	struct buf records;
	struct span chunks[8];
	struct stream_reader stream;
	uint64_t first_addr;
};

static void map_init(struct map *m)
{
	memset(m, 0, sizeof(*m));
	buf_init(&m->words, MEM_OTHER);
	buf_init(&m->bytes, MEM_OTHER);
	buf_init(&m->records, MEM_OTHER);
	m->stream.id = STREAM_LINES;
	m->stream.chunks = m->chunks;
}

static void map_drop_chunks(struct map *m)
{
	uint32_t i;

	for (i = 0; i < m->stream.nchunks; i++)
		scout_free((void *)(uintptr_t)m->chunks[i].ptr);
	m->stream.nchunks = 0;
}

static void map_release(struct map *m)
{
	map_drop_chunks(m);
	buf_release(&m->words);
	buf_release(&m->bytes);
	buf_release(&m->records);
}

static uint32_t words_of(const struct map *m, uint64_t line)
{
	return ((const uint32_t *)m->words.ptr)[line];
}

static uint64_t bytes_of(const struct map *m, uint64_t line)
{
	return ((const uint64_t *)m->bytes.ptr)[line];
}

static void put_line(struct map *m, struct line_map_writer *w, uint64_t bytes,
		     uint32_t words)
{
	buf_put(&m->words, &words, sizeof(words));
	buf_put(&m->bytes, &bytes, sizeof(bytes));
	m->nlines++;
	m->nwords += words;
	line_map_add(w, bytes, words, &m->records);
}

/* max_words 0: all lines are empty. */
static void make_lines(struct map *m, uint64_t nlines, uint32_t max_words,
		       struct rng *r)
{
	struct line_map_writer *w = scout_malloc(MEM_OTHER, sizeof(*w));
	uint64_t i;
	uint32_t words;

	assert_non_null(w);
	line_map_begin(w);
	for (i = 0; i < nlines; i++) {
		words = rng_below(r, 4) ? rng_below(r, max_words + 1) : 0;
		if (max_words && !rng_below(r, 500))
			words = rng_skewed(r) >> 8;
		put_line(m, w, words * 3ull + 1 + rng_below(r, 100), words);
	}
	assert_int_equal(w->total_lines, nlines);
	line_map_finish(w, &m->records);
	assert_int_equal(buf_status(&m->records), SCOUT_OK);
	scout_free(w);
}

/* Lays the records out over fake chunks: a new one after every few. */
static void lay_out(struct map *m, uint32_t per_chunk)
{
	struct span rest = buf_span(&m->records), record;
	struct buf chunk = BUF_INIT(MEM_OTHER);
	uint32_t n = 0;

	map_drop_chunks(m);
	buf_put_str(&chunk, "of another document");
	m->first_addr = chunk.len;
	while (!line_map_next_record(&rest, &record)) {
		buf_put_span(&chunk, record);
		if (++n % per_chunk && rest.len)
			continue;
		assert_true(m->stream.nchunks < ARRAY_LEN(m->chunks));
		m->chunks[m->stream.nchunks].ptr = exact_copy(buf_span(&chunk));
		m->chunks[m->stream.nchunks++].len = chunk.len;
		buf_clear(&chunk);
	}
	assert_int_equal(rest.len, 0);
	buf_release(&chunk);
}

/* Sums before every line, so that the checks can look anywhere. */
struct sums {
	uint64_t *word, *byte;
};

static void sums_make(struct sums *s, const struct map *m)
{
	uint64_t i;

	s->word = scout_calloc(MEM_OTHER, m->nlines + 1, sizeof(*s->word));
	s->byte = scout_calloc(MEM_OTHER, m->nlines + 1, sizeof(*s->byte));
	assert_true(s->word && s->byte);
	for (i = 0; i < m->nlines; i++) {
		s->word[i + 1] = s->word[i] + words_of(m, i);
		s->byte[i + 1] = s->byte[i] + bytes_of(m, i);
	}
}

static void sums_free(struct sums *s)
{
	scout_free(s->word);
	scout_free(s->byte);
}

static void check_line(const struct line_cursor *c, const struct map *m,
		       const struct sums *s, uint64_t line)
{
	if (c->line != line || c->first_word != s->word[line] ||
	    c->nwords != words_of(m, line))
		fail_msg("line %llu", (unsigned long long)line);
	assert_true(c->known_line <= line);
	assert_true(line - c->known_line < LINE_GROUP);
	assert_int_equal(c->known_offset, s->byte[c->known_line]);
}

static void check_word(struct line_cursor *c, const struct map *m,
		       const struct sums *s, uint64_t word)
{
	uint64_t lo = 0, hi = m->nlines, mid;

	/* the last line that begins at or before the word holds it */
	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if (s->word[mid] <= word)
			lo = mid;
		else
			hi = mid;
	}
	assert_int_equal(line_cursor_seek_word(c, word), SCOUT_OK);
	check_line(c, m, s, lo);
}

static void check_line_seek(struct line_cursor *c, const struct map *m,
			    const struct sums *s, uint64_t line)
{
	assert_int_equal(line_cursor_seek_line(c, line), SCOUT_OK);
	check_line(c, m, s, line);
}

static void check_map(struct map *m, struct rng *r)
{
	struct line_cursor *c = scout_malloc(MEM_OTHER, sizeof(*c));
	uint64_t i, word;
	struct sums s;

	assert_non_null(c);
	sums_make(&s, m);
	/* forward, through everything */
	line_cursor_init(c, &m->stream, m->first_addr, m->nlines, m->nwords);
	for (i = 0; i < m->nlines; i++)
		check_line_seek(c, m, &s, i);
	line_cursor_init(c, &m->stream, m->first_addr, m->nlines, m->nwords);
	for (word = 0; word < m->nwords;
	     word += 1 + rng_below(r, 1 + (uint32_t)(m->nwords / 300)))
		check_word(c, m, &s, word);
	/* anywhere */
	for (i = 0; i < 300; i++) {
		if (m->nwords && rng_below(r, 2))
			check_word(c, m, &s, rng_next(r) % m->nwords);
		else
			check_line_seek(c, m, &s, rng_next(r) % m->nlines);
	}
	sums_free(&s);
	scout_free(c);
}

static void test_random(void **state)
{
	static const uint32_t lines[] = { 1, 2, 63, 64, 65, 127, 128, 129, 1000,
					  4095, 4096, 4097, 8192, 20000 };
	static const uint32_t words[] = { 0, 1, 2, 12, 300 };
	struct rng r;
	struct map m;
	size_t i, k;

	(void)state;
	rng_init(&r, 60);
	for (i = 0; i < ARRAY_LEN(lines); i++)
		for (k = 0; k < ARRAY_LEN(words); k++) {
			map_init(&m);
			make_lines(&m, lines[i], words[k], &r);
			lay_out(&m, 1 + rng_below(&r, 3));
			check_map(&m, &r);
			map_release(&m);
		}
}

/* A line with nearly all words that a file can have, among empty ones. */
static void test_giant_line(void **state)
{
	static const uint32_t lines[] = { 1, 2, 64, 65, 4096, 4097, 9000 };
	struct line_map_writer *w = scout_malloc(MEM_OTHER, sizeof(*w));
	struct rng r;
	struct map m;
	size_t i;
	uint32_t giant, line;

	(void)state;
	rng_init(&r, 64);
	for (i = 0; i < ARRAY_LEN(lines) * 8; i++) {
		map_init(&m);
		line_map_begin(w);
		giant = rng_below(&r, lines[i / 8]);
		for (line = 0; line < lines[i / 8]; line++)
			put_line(&m, w, 1 + rng_below(&r, 3),
				 line == giant ? UINT32_MAX - 10000 :
						 rng_below(&r, 2));
		line_map_finish(w, &m.records);
		lay_out(&m, 1);
		check_map(&m, &r);
		map_release(&m);
	}
	scout_free(w);
}

/* Five lines: two words, none, none, seven, one. */
static void test_bytes(void **state)
{
	static const uint8_t wanted[] = {
		5,		/* bytes that follow */
		5, 0, 0,	/* lines, words and bytes before */
		/* the sums 2, 2, 2, 9 of 10 (test_elias_fano.c) */
		0x8e, 0x10,
	};
	static const uint32_t words[] = { 2, 0, 0, 7, 1 };
	static const uint32_t bytes[] = { 10, 1, 1, 30, 2 };
	struct line_map_writer *w = scout_malloc(MEM_OTHER, sizeof(*w));
	struct buf out = BUF_INIT(MEM_OTHER);
	unsigned i;

	(void)state;
	line_map_begin(w);
	for (i = 0; i < 5; i++)
		line_map_add(w, bytes[i], words[i], &out);
	assert_int_equal(out.len, 0);
	line_map_finish(w, &out);
	/* the length counts what follows it */
	assert_int_equal(out.len, sizeof(wanted));
	assert_int_equal(out.ptr[0], sizeof(wanted) - 1);
	assert_memory_equal(out.ptr + 1, wanted + 1, sizeof(wanted) - 1);
	line_map_finish(w, &out);
	assert_int_equal(out.len, sizeof(wanted));
	buf_release(&out);
	scout_free(w);
}

/* Line 4096 begins a record, so the first says how many words it has; groups
 * of 64 lines of two bytes begin at 128, 256, ... */
static void test_two_records(void **state)
{
	static const uint8_t head[] = {
		0x80, 0x20, 0, 0,	/* 4096 lines; words, bytes before */
		0x80, 0x20,		/* 4096 words */
		0x80, 0x3f,		/* the last group begins at 8064 */
	};
	static const uint8_t second[] = {
		5,			/* bytes that follow */
		1, 0x80, 0x20,		/* one line, 4096 words before */
		0x80, 0x40,		/* 8192 bytes before */
	};
	struct line_map_writer *w = scout_malloc(MEM_OTHER, sizeof(*w));
	struct span rest, first;
	struct buf out = BUF_INIT(MEM_OTHER);
	unsigned i;

	(void)state;
	line_map_begin(w);
	for (i = 0; i < 4097; i++)
		line_map_add(w, 2, 1, &out);
	line_map_finish(w, &out);
	rest = buf_span(&out);
	assert_int_equal(line_map_next_record(&rest, &first), SCOUT_OK);
	/* 63 groups after the first, 62 of them with a one, 63 zeros, and seven
	 * low bits each; 4095 lines with a one, 4096 zeros, no low bits */
	assert_int_equal(first.len, 2 + sizeof(head) +
				    (62 + 8064 / 128 + 62 * 7 + 7) / 8 +
				    (4095 + 4096 / 1 + 7) / 8);
	assert_memory_equal(first.ptr + 2, head, sizeof(head));
	assert_int_equal(rest.len, sizeof(second));
	assert_memory_equal(rest.ptr, second, sizeof(second));
	buf_release(&out);
	scout_free(w);
}

static void test_next_record(void **state)
{
	static const uint8_t bytes[] = { 2, 7, 8, 0, 1, 9, 3, 1 };
	struct span rest = span_of(bytes, sizeof(bytes)), record;

	(void)state;
	assert_int_equal(line_map_next_record(&rest, &record), SCOUT_OK);
	assert_ptr_equal(record.ptr, bytes);
	assert_int_equal(record.len, 3);
	assert_int_equal(line_map_next_record(&rest, &record), SCOUT_OK);
	assert_int_equal(record.len, 1);
	assert_int_equal(line_map_next_record(&rest, &record), SCOUT_OK);
	assert_int_equal(record.len, 2);
	assert_int_equal(line_map_next_record(&rest, &record),
			 SCOUT_E_CORRUPT);
	rest.len = 0;
	assert_int_equal(line_map_next_record(&rest, &record), SCOUT_END);
}

/* Uses a cursor for a while; errors may come at any time, and again.  What it
 * says is never beyond what was asked. */
static void use(struct map *m, struct line_cursor *c, struct rng *r)
{
	uint64_t word, line;
	unsigned i;
	int rc;

	line_cursor_init(c, &m->stream, m->first_addr, m->nlines, m->nwords);
	for (i = 0; i < 30; i++) {
		word = rng_next(r) % m->nwords;
		line = rng_next(r) % m->nlines;
		if (rng_below(r, 2)) {
			rc = line_cursor_seek_word(c, word);
			assert_true(rc || (c->line < m->nlines &&
					   c->first_word <= word &&
					   word - c->first_word < c->nwords));
		} else {
			rc = line_cursor_seek_line(c, line);
			assert_true(rc || (c->line == line &&
					   c->known_line <= line));
		}
		assert_true(rc == SCOUT_OK || rc == SCOUT_E_CORRUPT);
	}
}

static void test_damage(void **state)
{
	struct line_cursor *c = scout_malloc(MEM_OTHER, sizeof(*c));
	struct rng r;
	struct map m;
	unsigned i;

	(void)state;
	rng_init(&r, 61);
	for (i = 0; i < 3000; i++) {
		uint32_t lines = i % 50 ? 1 + rng_below(&r, 300) : 9000, k;
		struct span chunk;
		uint8_t *p;

		map_init(&m);
		make_lines(&m, lines, 1 + rng_below(&r, 20), &r);
		if (!m.nwords) {
			map_release(&m);
			continue;
		}
		lay_out(&m, 1);
		chunk = m.chunks[rng_below(&r, m.stream.nchunks)];
		p = (uint8_t *)(uintptr_t)chunk.ptr;
		for (k = 1 + rng_below(&r, 3); k; k--)
			p[rng_below(&r, rng_below(&r, 2) || chunk.len < 40 ?
						(uint32_t)chunk.len : 40)] =
				(uint8_t)rng_next(&r);
		use(&m, c, &r);
		map_release(&m);
	}
	scout_free(c);
}

static void test_truncated(void **state)
{
	struct line_cursor *c = scout_malloc(MEM_OTHER, sizeof(*c));
	struct span whole;
	struct rng r;
	struct map m;
	size_t cut;

	(void)state;
	rng_init(&r, 62);
	map_init(&m);
	make_lines(&m, 200, 5, &r);
	lay_out(&m, 1);
	whole = m.chunks[0];
	for (cut = 0; cut < whole.len; cut++) {
		m.chunks[0].ptr = exact_copy(span_of(whole.ptr, cut));
		m.chunks[0].len = cut;
		line_cursor_init(c, &m.stream, m.first_addr, m.nlines,
				 m.nwords);
		assert_int_equal(line_cursor_seek_line(c, 100),
				 SCOUT_E_CORRUPT);
		assert_int_equal(line_cursor_seek_word(c, 0), SCOUT_E_CORRUPT);
		scout_free((void *)(uintptr_t)m.chunks[0].ptr);
	}
	m.chunks[0] = whole;
	map_release(&m);
	scout_free(c);
}

/* Seeks the last line of records that were made by hand. */
static int seek_last(struct span records, uint64_t nlines, uint64_t nwords)
{
	uint8_t *p = exact_copy(records);
	struct span chunk = span_of(p, records.len);
	struct stream_reader stream = { .id = STREAM_LINES, .nchunks = 1,
					.chunks = &chunk };
	struct line_cursor c;
	int rc;

	line_cursor_init(&c, &stream, 0, nlines, nwords);
	rc = line_cursor_seek_line(&c, nlines - 1);
	scout_free(p);
	return rc;
}

/* Heads that do not fit what is around them. */
static void test_heads(void **state)
{
	static const struct {
		uint8_t bytes[24];
		uint8_t len;
		uint8_t nlines, nwords;
		int rc;
	} cases[] = {
		{ { 5, 5, 0, 0, 0x8e, 0x10 }, 6, 5, 10, SCOUT_OK },
		/* words or bytes before the first record */
		{ { 5, 5, 1, 0, 0x8e, 0x10 }, 6, 5, 11, SCOUT_E_CORRUPT },
		{ { 5, 5, 0, 1, 0x8e, 0x10 }, 6, 5, 10, SCOUT_E_CORRUPT },
		/* no lines; more than the document has */
		{ { 3, 0, 0, 0 }, 4, 1, 10, SCOUT_E_CORRUPT },
		{ { 5, 5, 0, 0, 0x8e, 0x10 }, 6, 4, 10, SCOUT_E_CORRUPT },
		/* a byte after the sums */
		{ { 6, 5, 0, 0, 0x8e, 0x10, 0 }, 7, 5, 10, SCOUT_E_CORRUPT },
		/* two records of a line: 3 words, then 4 */
		{ { 4, 1, 0, 0, 3, 3, 1, 3, 9 }, 9, 2, 7, SCOUT_OK },
		{ { 4, 1, 0, 0, 3, 3, 1, 2, 9 }, 9, 2, 7, SCOUT_E_CORRUPT },
		{ { 4, 1, 0, 0, 8, 3, 1, 8, 9 }, 9, 2, 7, SCOUT_E_CORRUPT },
		/* 65 empty lines, the last at byte 100; the next after it */
		{ { 13, 65, 0, 0, 0, 100, 255, 255, 255, 255, 255, 255, 255,
		    255, 3, 1, 0, 101 }, 18, 66, 1, SCOUT_OK },
		{ { 13, 65, 0, 0, 0, 100, 255, 255, 255, 255, 255, 255, 255,
		    255, 3, 1, 0, 99 }, 18, 66, 1, SCOUT_E_CORRUPT },
	};
	/* 2^32 words in the first of two lines */
	static const uint8_t many[] = { 8, 1, 0, 0, 0x80, 0x80, 0x80, 0x80,
					0x10, 7, 1, 0x80, 0x80, 0x80, 0x80,
					0x10, 9 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++)
		if (seek_last(span_of(cases[i].bytes, cases[i].len),
			      cases[i].nlines, cases[i].nwords) != cases[i].rc)
			fail_msg("case %zu", i);
	assert_int_equal(seek_last(span_of(many, sizeof(many)), 2,
				   ((uint64_t)1 << 32) + 7), SCOUT_E_CORRUPT);
}

/* More lines and words than the records have. */
static void test_past_end(void **state)
{
	struct line_cursor *c = scout_malloc(MEM_OTHER, sizeof(*c));
	struct rng r;
	struct map m;

	(void)state;
	rng_init(&r, 63);
	map_init(&m);
	make_lines(&m, 4096 + 100, 5, &r);
	lay_out(&m, 1);
	line_cursor_init(c, &m.stream, m.first_addr, m.nlines + 5,
			 m.nwords + 5);
	assert_int_equal(line_cursor_seek_line(c, m.nlines), SCOUT_E_CORRUPT);
	assert_int_equal(line_cursor_seek_word(c, m.nwords), SCOUT_E_CORRUPT);
	assert_int_equal(line_cursor_seek_line(c, 3), SCOUT_OK);
	/* a record that has fewer lines says how many words; the last does not,
	 * and needs as many as are left */
	line_cursor_init(c, &m.stream, m.first_addr, m.nlines - 101, m.nwords);
	assert_int_equal(line_cursor_seek_line(c, 0), SCOUT_E_CORRUPT);
	line_cursor_init(c, &m.stream, m.first_addr, m.nlines, 5);
	assert_int_equal(line_cursor_seek_line(c, 4096), SCOUT_E_CORRUPT);
	line_cursor_init(c, &m.stream, (uint64_t)1 << 40, 5, 5);
	assert_int_equal(line_cursor_seek_line(c, 0), SCOUT_E_CORRUPT);
	map_release(&m);
	scout_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_giant_line),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_two_records),
		cmocka_unit_test(test_next_record),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_past_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
