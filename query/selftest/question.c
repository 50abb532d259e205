#include "query/selftest/question.h"

#include "query/language/parser.h"

enum {
	WINDOW_BYTES = 256 << 10,	/* of a file that is looked into */
	PREFIX_MIN_BYTES = 3,
	WORD_MAX_BYTES = 200,		/* longer words are not asked for */
	NEAR_MAX_WORDS = 12,		/* between the two of a question */
	PHRASE_MAX_WORDS = 4,
	TRIES = 32,			/* until a question comes out */
};

/* --- Chance -------------------------------------------------------------- */

static uint64_t next_random(struct question_maker *m)
{
	uint64_t z = m->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static size_t random_below(struct question_maker *m, uint64_t n)
{
	return (size_t)(next_random(m) % n);
}

/* --- Terms --------------------------------------------------------------- */

static int keep_term(struct question_maker *m, size_t i, struct span term)
{
	const char *copy = arena_dup(&m->arena, term.ptr, term.len);

	if (!copy)
		return SCOUT_E_NOMEM;
	m->terms[i] = span_of(copy, term.len);
	return SCOUT_OK;
}

/* A term that was seen as the n-th (from 0) takes a place among those kept with
 * the chance that makes all of them equal. */
static int offer_term(struct question_maker *m, size_t most, uint64_t n,
		      struct span term)
{
	size_t i;

	if (n < most) {
		m->nterms = (size_t)n + 1;
		return keep_term(m, (size_t)n, term);
	}
	i = random_below(m, n + 1);
	return i < most ? keep_term(m, i, term) : SCOUT_OK;
}

static int sample_terms(struct question_maker *m,
			struct index_snapshot *snapshot, size_t most,
			struct scout_err *err)
{
	struct term_iter it;
	uint64_t seen = 0;
	size_t i;
	int rc = SCOUT_OK;

	for (i = 0; i < snapshot->nsegments && rc >= 0; i++) {
		rc = term_iter_open(&it, &snapshot->segments[i],
				    span_of("", 0), err);
		while (!rc && (rc = term_iter_next(&it, err)) == SCOUT_OK)
			rc = offer_term(m, most, seen++, it.term);
		term_iter_close(&it);
	}
	/* by chance, too, where there are fewer than asked for */
	for (i = m->nterms; i > 1 && rc >= 0; i--) {
		size_t k = random_below(m, i);
		struct span t = m->terms[k];

		m->terms[k] = m->terms[i - 1];
		m->terms[i - 1] = t;
	}
	return rc < 0 ? scout_err_set(err, rc, "taking words of the index") :
			SCOUT_OK;
}

int question_maker_init(struct question_maker *m,
			struct index_snapshot *snapshot,
			const struct file_entry *const *files, size_t nfiles,
			int root_fd, size_t nterms, uint64_t seed,
			struct scout_err *err)
{
	*m = (struct question_maker){ .random = seed, .files = files,
				      .nfiles = nfiles, .root_fd = root_fd };
	arena_init(&m->arena, MEM_QUERY);
	file_reader_init(&m->reader, MEM_READ, WINDOW_BYTES);
	m->reader.unpacks = snapshot->rules.search_zip;
	m->batch = scout_malloc(MEM_TOKENIZE, sizeof(*m->batch));
	m->terms = arena_calloc(&m->arena, nterms + 1, sizeof(*m->terms));
	if (!m->batch || !m->terms)
		return scout_err_set(err, SCOUT_E_NOMEM, "making questions");
	return sample_terms(m, snapshot, nterms, err);
}

void question_maker_release(struct question_maker *m)
{
	arena_release(&m->arena);
	file_reader_release(&m->reader);
	scout_free(m->batch);
}

/* --- Questions of the dictionary ----------------------------------------- */

static void put_quoted(struct buf *out, struct span word)
{
	buf_put_u8(out, '"');
	buf_put_span(out, word);
	buf_put_u8(out, '"');
}

/* False if there are no more terms. */
static bool take_term(struct question_maker *m, struct span *out)
{
	if (m->next_term == m->nterms)
		return false;
	*out = m->terms[m->next_term++];
	return true;
}

static void ask_term(struct question_maker *m, struct buf *out)
{
	struct span term;

	if (take_term(m, &term))
		put_quoted(out, term);
}

static bool is_inside_char(struct span s, size_t at)
{
	return at < s.len && (s.ptr[at] & 0xc0) == 0x80;
}

static void ask_prefix(struct question_maker *m, struct buf *out)
{
	struct span term;
	size_t len;

	if (!take_term(m, &term) || term.len < PREFIX_MIN_BYTES)
		return;
	len = PREFIX_MIN_BYTES +
	      random_below(m, term.len - PREFIX_MIN_BYTES + 1);
	while (is_inside_char(term, len))
		len++;
	buf_put(out, term.ptr, len);
	buf_put_u8(out, '*');
}

/* --- Questions of a text ------------------------------------------------- */

/* Words of a random place of a random file: m->batch of the window returned.
 * None if the file is not to be had, or is not text. */
static struct span read_words(struct question_maker *m)
{
	const struct file_entry *f = m->files[random_below(m, m->nfiles)];
	struct scout_err err = SCOUT_ERR_INIT;
	struct span window = span_of("", 0);
	struct tokenizer t;
	const uint8_t *p;
	size_t at;

	m->batch->ntokens = 0;
	if (file_reader_open(&m->reader, m->root_fd, f->path, true, &err) < 0 ||
	    m->reader.is_binary)
		goto out;
	window = file_reader_window(&m->reader);
	if (!window.len)
		goto out;
	/* from the end of some line on; of the last one, from the top */
	at = random_below(m, window.len);
	p = memchr(window.ptr + at, '\n', window.len - at);
	if (p && p + 1 < window.ptr + window.len) {
		at = (size_t)(p + 1 - window.ptr);
		window = span_of(window.ptr + at, window.len - at);
	}
	tokenizer_start(&t, window, m->reader.at_end, true);
	if (!tokenizer_next(&t, m->batch))
		m->batch->ntokens = 0;
out:
	file_reader_close(&m->reader);
	return window;
}

/* The i-th word of the batch. */
static struct span word_at(const struct question_maker *m, struct span window,
			   size_t i)
{
	const struct token *t = &m->batch->tokens[i];

	return span_of(window.ptr + t->start, t->len);
}

static void ask_phrase(struct question_maker *m, size_t nwords, struct buf *out)
{
	struct span window = read_words(m), word;
	size_t n = m->batch->ntokens, i, at;

	if (n < nwords)
		return;
	at = random_below(m, n - nwords + 1);
	buf_put_u8(out, '"');
	for (i = 0; i < nwords; i++) {
		word = word_at(m, window, at + i);
		if (word.len > WORD_MAX_BYTES) {
			buf_clear(out);
			return;
		}
		buf_put_str(out, i ? " " : "");
		buf_put_span(out, word);
	}
	buf_put_u8(out, '"');
}

static void ask_near(struct question_maker *m, struct buf *out)
{
	static const char *const operators[] = { "NEAR", "BEFORE" };
	struct span window = read_words(m), one, two;
	size_t apart = 1 + random_below(m, NEAR_MAX_WORDS), at;
	unsigned turn = (unsigned)random_below(m, 3);

	if (m->batch->ntokens <= apart)
		return;
	at = random_below(m, m->batch->ntokens - apart);
	/* the written order is that of the text, or for NEAR the other */
	one = word_at(m, window, at + (turn == 2 ? apart : 0));
	two = word_at(m, window, at + (turn == 2 ? 0 : apart));
	if (one.len > WORD_MAX_BYTES || two.len > WORD_MAX_BYTES)
		return;
	put_quoted(out, one);
	buf_printf(out, " %s/%u ", operators[turn == 1], (unsigned)apart);
	put_quoted(out, two);
}

/* --- The whole ----------------------------------------------------------- */

/* Whether it can be parsed: a term may fold to what is no word by itself. */
static bool is_query(struct span text, struct arena *arena, int *out_rc)
{
	const struct parse_options options = { .case_mode = CASE_DEFAULT };
	struct scout_err err = SCOUT_ERR_INIT;
	struct parsed_query parsed;

	*out_rc = text.len ? query_parse(text, &options, arena, &parsed, &err) :
			     SCOUT_E_SYNTAX;
	return *out_rc == SCOUT_OK;
}

/* A question of some kind, or nothing. */
static unsigned ask_any(struct question_maker *m, struct buf *out)
{
	unsigned kind = (unsigned)random_below(m, m->nfiles ? 6 : 2);

	switch (kind) {
	case 0:
		ask_term(m, out);
		break;
	case 1:
		ask_prefix(m, out);
		break;
	case 2:
		ask_phrase(m, 1, out);
		break;
	case 3:
		ask_phrase(m, 2 + random_below(m, PHRASE_MAX_WORDS - 1), out);
		break;
	default:
		ask_near(m, out);
		return 2;
	}
	return 1;
}

int question_make(struct question_maker *m, struct arena *arena,
		  struct question *out, struct scout_err *err)
{
	struct buf text = BUF_INIT(MEM_QUERY);
	unsigned i;
	int rc = SCOUT_OK;

	for (i = 0; i < TRIES; i++) {
		buf_clear(&text);
		out->noperands = ask_any(m, &text);
		rc = buf_status(&text);
		if (rc < 0)
			break;
		if (is_query(buf_span(&text), arena, &rc)) {
			const char *copy = arena_dup(arena, text.ptr, text.len);

			out->text = span_of(copy, text.len);
			rc = copy ? SCOUT_OK : SCOUT_E_NOMEM;
			break;
		}
		if (rc == SCOUT_E_NOMEM)
			break;
		rc = SCOUT_END;
	}
	buf_release(&text);
	return rc < 0 ? scout_err_set(err, rc, "making questions") : rc;
}
