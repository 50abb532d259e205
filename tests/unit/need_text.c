#include "tests/unit/need_text.h"

#include "index_format/fold.h"
#include "index_format/surface.h"
#include "index_format/tokenizer.h"
#include "query/plan/term_regex.h"

enum { MAX_WORDS = 512 };

struct words {
	struct kept_word *at[MAX_WORDS];
	uint8_t surface[MAX_WORDS];
	size_t n;
};

static uint8_t surface_of(struct span raw)
{
	bool has_lower = false, has_upper = false, has_later_upper = false;
	size_t i;

	if (!span_is_ascii(raw))
		return SURFACE_OTHER;
	for (i = 0; i < raw.len; i++) {
		bool is_upper = raw.ptr[i] >= 'A' && raw.ptr[i] <= 'Z';

		has_lower |= raw.ptr[i] >= 'a' && raw.ptr[i] <= 'z';
		has_upper |= is_upper;
		has_later_upper |= is_upper && i;
	}
	return !has_upper	? SURFACE_LOWER :
	       !has_later_upper ? SURFACE_CAPITAL :
	       !has_lower	? SURFACE_UPPER : SURFACE_OTHER;
}

static void split(struct span text, struct arena *arena, struct words *out)
{
	struct token_batch *batch = arena_alloc(arena, sizeof(*batch));
	uint8_t *copy = arena_calloc(arena, 1, text.len + TOKEN_PADDING);
	struct tokenizer t;
	uint32_t i;

	SCOUT_ASSERT(batch && copy);
	out->n = 0;
	if (text.len)
		memcpy(copy, text.ptr, text.len);
	tokenizer_start(&t, span_of(copy, text.len), true, true);
	while (tokenizer_next(&t, batch))
		for (i = 0; i < batch->ntokens && out->n < MAX_WORDS; i++) {
			struct span raw = span_of(copy + batch->tokens[i].start,
						  batch->tokens[i].len);
			struct kept_word *w = arena_alloc(arena, sizeof(*w));

			SCOUT_ASSERT(w && fold_kept(raw, w) == SCOUT_OK);
			if (!w->len)
				continue;
			out->surface[out->n] = surface_of(raw);
			out->at[out->n++] = w;
		}
}

/* Whether a block with this term alone is looked at, and the term found there. */
static bool is_found(const struct term_match *m, struct span term)
{
	uint64_t bits[FILTER_BITS / 64] = { 0 };
	size_t i;

	if (m->leaps)
		return true;
	if (m->start.len)
		return span_has_prefix(term, m->start);
	filter_set_term(bits, span_of(NULL, 0), term);
	for (i = 0; i < m->filter.nbits; i++)
		if (!(bits[m->filter.bits[i] / 64] >>
			      (m->filter.bits[i] % 64) & 1))
			return false;
	return !m->filter.needle.len ||
	       memmem(term.ptr, term.len, m->filter.needle.ptr,
		      m->filter.needle.len);
}

/* Whether a leap goes past a term that is the next one at best. */
static bool is_leapt(const struct term_match *m, struct term_scratch *s,
		     struct span term)
{
	bool is_past = m->leaps && s->next.len &&
		       span_cmp(buf_span(&s->next), term) <= 0;

	buf_clear(&s->next);
	return is_past;
}

static bool word_fits(const struct need_word *w, const struct kept_word *word,
		      unsigned surface, struct arena *arena)
{
	struct span term = span_of(word->bytes, word->len);
	enum term_verdict verdict = TERM_NO;
	struct term_scratch scratch;
	struct term_match m;

	/* the index takes one that was cut for any */
	if (word->is_cut)
		return true;
	SCOUT_ASSERT(term_regex_make(w, arena, &m) == SCOUT_OK);
	term_scratch_init(&scratch);
	if (is_found(&m, term))
		SCOUT_ASSERT(m.test(&m, &scratch, term, 0, &verdict) ==
			     SCOUT_OK);
	SCOUT_ASSERT(!is_leapt(&m, &scratch, term));
	if (verdict == TERM_PERHAPS)
		SCOUT_ASSERT(m.test(&m, &scratch, term, surface, &verdict) ==
			     SCOUT_OK);
	term_scratch_release(&scratch);
	return verdict != TERM_NO;
}

static bool phrase_holds(const struct text_need *n, const struct words *words,
			 struct arena *arena)
{
	size_t i, j;

	for (i = 0; i + n->nwords <= words->n; i++) {
		for (j = 0; j < n->nwords; j++)
			if (!word_fits(&n->words[j], words->at[i + j],
				       words->surface[i + j], arena))
				break;
		if (j == n->nwords)
			return true;
	}
	return false;
}

static bool holds(const struct text_need *n, const struct words *words,
		  struct arena *arena)
{
	size_t i;

	if (n->kind == NEED_NOTHING)
		return true;
	if (n->kind == NEED_PHRASE)
		return phrase_holds(n, words, arena);
	for (i = 0; i < n->nchild; i++)
		if (holds(n->child[i], words, arena) == (n->kind == NEED_ONE))
			return n->kind == NEED_ONE;
	return n->kind == NEED_ALL;
}

bool need_holds(const struct text_need *need, struct span text)
{
	struct arena arena;
	struct words words;
	bool does;

	arena_init(&arena, MEM_OTHER);
	split(text, &arena, &words);
	does = holds(need, &words, &arena);
	arena_release(&arena);
	return does;
}

/* --- As text ------------------------------------------------------------- */

static void print_word(const struct need_word *w, struct buf *out)
{
	buf_put_str(out, w->is_open_before ? "*" : "");
	buf_put_span(out, w->shown);
	buf_put_str(out, w->is_open_after ? "*" : "");
}

void need_print(const struct text_need *n, struct buf *out)
{
	size_t i;

	if (n->kind == NEED_NOTHING) {
		buf_put_str(out, "-");
		return;
	}
	buf_put_str(out, n->kind == NEED_PHRASE ? "[" :
			 n->kind == NEED_ALL	? "all(" : "one(");
	for (i = 0; i < n->nwords; i++) {
		buf_put_str(out, i ? " " : "");
		print_word(&n->words[i], out);
	}
	for (i = 0; i < n->nchild; i++) {
		buf_put_str(out, i ? " " : "");
		need_print(n->child[i], out);
	}
	buf_put_str(out, n->kind == NEED_PHRASE ? "]" : ")");
}
